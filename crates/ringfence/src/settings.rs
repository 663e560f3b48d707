//! Every setting on one screen: read from the environment alone, and an error names the setting and shows an example.

use std::env;

use crate::failure::Failure;

pub struct Setting {
    pub name: &'static str,
    meaning: &'static str,
    example: &'static str,
    is_secret: bool,
}

const fn setting(name: &'static str, example: &'static str, meaning: &'static str) -> Setting {
    Setting { name, meaning, example, is_secret: false }
}

/// Carries a password or a key: never repeated in an error.
const fn secret(name: &'static str, example: &'static str, meaning: &'static str) -> Setting {
    Setting { name, meaning, example, is_secret: true }
}

pub const DATA: Setting = setting("RINGFENCE_DATA", ".ringfence", "folder of the private cluster, the credentials and the development issuer's key");
pub const LISTEN: Setting = setting("RINGFENCE_LISTEN", "127.0.0.1:8080", "address and port to serve on");
pub const ADMIN_URL: Setting = secret("RINGFENCE_ADMIN_URL", "postgres://postgres:secret@db.example:5432/ringfence", "an existing server, as its administrator; without a database name (or with `postgres`) the database is `ringfence`");
pub const DATABASE_URL: Setting = secret("DATABASE_URL", "postgres://ringfence_app:secret@db.example:5432/ringfence", "the service's login");
pub const AUDITOR_URL: Setting = secret("RINGFENCE_AUDITOR_URL", "postgres://ringfence_auditor:secret@db.example:5432/ringfence", "the audit trail's login");
pub const DISPATCHER_URL: Setting = secret("RINGFENCE_DISPATCHER_URL", "postgres://ringfence_dispatcher:secret@db.example:5432/ringfence", "the login that carries what tenants have agreed on between them; without it nothing crosses");
pub const OPERATOR_URL: Setting = secret("RINGFENCE_OPERATOR_URL", "postgres://ringfence_operator:secret@db.example:5432/ringfence", "the login of tenant, member and import commands");
pub const CREDENTIALS: Setting = setting("RINGFENCE_CREDENTIALS", "/etc/ringfence/credentials.json", "file of the logins' passwords and the token key, made by `migrate`; default: credentials.json in RINGFENCE_DATA");
pub const TOKEN_KEY: Setting = secret("RINGFENCE_TOKEN_KEY", "1:<64 hexadecimal digits>", "the key shared with the database, instead of the file's");
pub const ISSUERS: Setting = setting("RINGFENCE_ISSUERS", "https://id.example.com https://tickets.example.com", "whose tokens are believed: pairs of issuer and audience, parted by `;`; `accept-plain-jwt` behind a pair takes its access tokens also where their `typ` is `JWT` or absent; `run` on a loopback address believes its development issuer beside them");
pub const SIGN_IN: Setting = setting("RINGFENCE_SIGN_IN", "https://id.example.com ringfence /etc/ringfence/client-secret", "issuers by which people sign in with a browser: issuer, client id and, for a confidential client, the file of its secret, parted by `;`; `run` on a loopback address offers its development issuer beside them");
pub const PUBLIC_URL: Setting = setting("RINGFENCE_PUBLIC_URL", "https://tickets.example.com", "where the service is found from outside: browsers are sent back to /v1/auth/callback below it, and SCIM locations begin with it; default: RINGFENCE_LISTEN over http where that is a loopback address, and none elsewhere");
pub const SESSION_IDLE: Setting = setting("RINGFENCE_SESSION_IDLE", "30", "minutes without a request after which a session ends");
pub const SESSION_LIFETIME: Setting = setting("RINGFENCE_SESSION_LIFETIME", "720", "minutes after which a session ends, whatever happens");
pub const STEP_UP: Setting = setting("RINGFENCE_STEP_UP", "15", "minutes that a sign-in is fresh enough for what is dangerous, such as making somebody an owner");
pub const STEP_UP_ACR: Setting = setting("RINGFENCE_STEP_UP_ACR", "urn:example:mfa phr", "authentication contexts (`acr`) of which a sign-in must have reached one for what is dangerous, in the issuers' words; none by default: how fresh it is decides alone");
pub const ORIGINS: Setting = setting("RINGFENCE_ORIGINS", "https://support.example.com", "origins that browsers may call from, parted by `,`; none by default");
pub const WORKERS: Setting = setting("RINGFENCE_WORKERS", "4", "threads that answer requests; default: one a core");
pub const CONNECTIONS: Setting = setting("RINGFENCE_CONNECTIONS", "16", "connections of the service's pool");
pub const LIMITS: Setting = setting("RINGFENCE_LIMITS", ringfence_api::LIMITS_EXAMPLE, "requests in seconds that one caller may make in one tenant (read, write) and all callers of one tenant together (tenant), credentials refused to one address and sign-ins begun from it (sign_in), and how much of the pool one tenant may hold at once, a quarter of it while others are about (connections); `off` for none; default: as in the example");
pub const TRUSTED_PROXIES: Setting = setting("RINGFENCE_TRUSTED_PROXIES", "10.0.0.0/8,192.0.2.7", "addresses and networks whose X-Forwarded-For is believed, parted by `,`; none by default");
/// Read by the crate that looks for PostgreSQL.
pub const PG_BIN: Setting = setting("RINGFENCE_PG_BIN", "/usr/lib/postgresql/17/bin", "folder of `initdb` and `postgres` for the private cluster; default: the newest installed, 15 to 18");
pub const LOG: Setting = setting("RUST_LOG", "debug", "how much ringfence logs to standard error, as JSON lines; other libraries are heard from warnings up alone; default: info");

pub const FOR_RUN: &[&Setting] = &[&LISTEN, &DATA, &PG_BIN, &ADMIN_URL, &DATABASE_URL, &AUDITOR_URL, &DISPATCHER_URL, &OPERATOR_URL, &TOKEN_KEY, &CREDENTIALS, &ISSUERS, &SIGN_IN, &PUBLIC_URL, &SESSION_IDLE, &SESSION_LIFETIME, &STEP_UP, &STEP_UP_ACR, &ORIGINS, &WORKERS, &CONNECTIONS, &LIMITS, &TRUSTED_PROXIES, &LOG];
pub const FOR_SERVE: &[&Setting] = &[&DATABASE_URL, &AUDITOR_URL, &DISPATCHER_URL, &TOKEN_KEY, &CREDENTIALS, &DATA, &ISSUERS, &SIGN_IN, &PUBLIC_URL, &SESSION_IDLE, &SESSION_LIFETIME, &STEP_UP, &STEP_UP_ACR, &ORIGINS, &LISTEN, &WORKERS, &CONNECTIONS, &LIMITS, &TRUSTED_PROXIES, &LOG];
pub const FOR_MIGRATION: &[&Setting] = &[&ADMIN_URL, &DATA, &CREDENTIALS, &DATABASE_URL, &AUDITOR_URL, &DISPATCHER_URL, &OPERATOR_URL, &TOKEN_KEY];
pub const FOR_VERIFICATION: &[&Setting] = &[&ADMIN_URL, &DATABASE_URL, &DATA, &CREDENTIALS];
pub const FOR_OPERATION: &[&Setting] = &[&OPERATOR_URL, &ADMIN_URL, &DATABASE_URL, &DATA, &CREDENTIALS];
pub const FOR_DSN: &[&Setting] = &[&DATA, &CREDENTIALS];
pub const FOR_IMPORT: &[&Setting] = &[&DATABASE_URL, &AUDITOR_URL, &OPERATOR_URL, &TOKEN_KEY, &ADMIN_URL, &DATA, &CREDENTIALS];

/// The settings as the end of a command's help.
pub fn help(settings: &[&Setting]) -> String {
    let mut text = "Environment:\n".to_owned();
    for setting in settings {
        text.push_str(&format!("  {}\n      {}\n      for example {}\n", setting.name, setting.meaning, as_word(setting.example)));
    }
    text
}

/// As a shell takes it.
fn as_word(example: &str) -> String {
    if example.contains([' ', '<']) { format!("'{example}'") } else { example.to_owned() }
}

impl Setting {
    /// `None` where it is unset or empty.
    pub fn text(&self) -> Result<Option<String>, Failure> {
        match env::var(self.name) {
            Ok(text) if text.trim().is_empty() => Ok(None),
            Ok(text) => Ok(Some(text)),
            Err(env::VarError::NotPresent) => Ok(None),
            Err(env::VarError::NotUnicode(_)) => Err(self.wrong(None, "not UTF-8".to_owned())),
        }
    }

    pub fn parsed_by<T>(&self, parse: impl FnOnce(&str) -> Result<T, String>) -> Result<Option<T>, Failure> {
        let Some(text) = self.text()? else { return Ok(None) };
        let value = parse(text.trim()).map_err(|reason| self.wrong(Some(text.clone()), reason))?;
        Ok(Some(value))
    }

    pub fn missing(&self, reason: impl Into<String>) -> Failure {
        self.wrong(None, reason.into())
    }

    pub fn wrong(&self, value: Option<String>, reason: String) -> Failure {
        let value = value.filter(|_| !self.is_secret);
        Failure::Setting { name: self.name, value, reason, example: as_word(self.example) }
    }
}
