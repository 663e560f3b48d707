//! Where the database is and as whom to speak to it. What the environment names comes first, then the private cluster;
//! a login without a password anywhere is refused with the setting that would name it.

mod server_url;

use std::path::PathBuf;

use ringfence_store::server::{self, Config, Entered, ServerError};
use ringfence_store::{Credentials, DatabaseConfig, TokenKey};

use crate::data_folder::{ClusterRecord, DataFolder, file};
use crate::failure::Failure;
use crate::settings::{self, Setting};

pub const DATABASE: &str = "ringfence";
const DEFAULT_CONNECTIONS: usize = 16;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Login {
    Admin,
    App,
    Auditor,
    Dispatcher,
    Operator,
}

impl Login {
    pub const fn role(self) -> &'static str {
        match self {
            Self::Admin => "postgres",
            Self::App => "ringfence_app",
            Self::Auditor => "ringfence_auditor",
            Self::Dispatcher => "ringfence_dispatcher",
            Self::Operator => "ringfence_operator",
        }
    }

    const fn setting(self) -> Option<&'static Setting> {
        match self {
            Self::Admin => Some(&settings::ADMIN_URL),
            Self::App => Some(&settings::DATABASE_URL),
            Self::Auditor => Some(&settings::AUDITOR_URL),
            Self::Dispatcher => Some(&settings::DISPATCHER_URL),
            Self::Operator => Some(&settings::OPERATOR_URL),
        }
    }

    fn password(self, credentials: &Credentials) -> Option<&str> {
        match self {
            Self::Admin => None,
            Self::App => Some(credentials.app_password.expose()),
            Self::Auditor => Some(credentials.auditor_password.expose()),
            Self::Dispatcher => Some(credentials.dispatcher_password.expose()),
            Self::Operator => Some(credentials.operator_password.expose()),
        }
    }
}

pub struct Connections {
    folder: DataFolder,
    /// Host, port and database, without a login.
    base: Config,
    private: Option<ClusterRecord>,
    credentials: Option<Credentials>,
}

impl Connections {
    /// The server that the environment names, or the private cluster of the data folder.
    pub fn find() -> Result<Self, Failure> {
        let folder = DataFolder::from_settings()?;
        let credentials = stored_credentials(&folder)?;
        Self::found(folder, credentials)
    }

    /// The same before there are credentials: the administrator's login alone.
    pub fn for_administrator() -> Result<Self, Failure> {
        Self::found(DataFolder::from_settings()?, None)
    }

    fn found(folder: DataFolder, credentials: Option<Credentials>) -> Result<Self, Failure> {
        if let Some(base) = named_server()? {
            return Ok(Self { folder, base, private: None, credentials });
        }
        match folder.cluster()? {
            Some(record) => Ok(Self { folder, base: loopback(record.port), private: Some(record), credentials }),
            None => Err(Failure::NotRunning(folder.path().to_path_buf())),
        }
    }

    /// The private cluster's data folder; an existing server has none.
    pub fn private_folder(&self) -> Option<&DataFolder> {
        self.private.as_ref().map(|_| &self.folder)
    }

    pub fn login(&self, login: Login) -> Result<Config, Failure> {
        let named = match login.setting() {
            Some(setting) if self.private.is_none() => url(setting)?,
            _ => None,
        };
        let password = self.credentials.as_ref().and_then(|credentials| login.password(credentials));
        if let Some(mut config) = named {
            if login != Login::Admin && config.get_user().is_none() {
                config.user(login.role());
            }
            if login == Login::Admin {
                config.dbname(self.base.get_dbname().unwrap_or(DATABASE));
            } else if let (None, Some(password)) = (config.get_password(), password) {
                config.password(password);
            }
            return Ok(config);
        }
        let mut config = self.base.clone();
        config.user(login.role());
        match (login, &self.private, password) {
            (Login::Admin, Some(record), _) => config.password(&record.superuser_password),
            (_, _, Some(password)) => config.password(password),
            _ => return Err(self.unnamed(login)),
        };
        Ok(config)
    }

    fn unnamed(&self, login: Login) -> Failure {
        let file = format!("no password of {} is known: neither from {} nor from a credentials file", login.role(), login.setting().map_or("the environment", |s| s.name));
        match login.setting() {
            Some(setting) => setting.missing(file),
            None => Failure::Refused(file),
        }
    }

    /// What the service needs.
    pub fn database(&self) -> Result<DatabaseConfig, Failure> {
        let key = settings::TOKEN_KEY.parsed_by(TokenKey::parse)?;
        let token_key = match (key, &self.credentials) {
            (Some(key), _) => key,
            (None, Some(credentials)) => TokenKey::parse(credentials.token_key.expose())
                .map_err(|reason| credentials_wrong(&self.folder, reason))?,
            (None, None) => return Err(settings::TOKEN_KEY.missing("no token key is known, and there is no credentials file")),
        };
        let connections = settings::CONNECTIONS.parsed_by(at_least_one)?.unwrap_or(DEFAULT_CONNECTIONS);
        // The one login that the service does without: then nothing crosses between tenants.
        let dispatcher = match self.login(Login::Dispatcher) {
            Err(failure) if settings::DISPATCHER_URL.text()?.is_some() => return Err(failure),
            login => login.ok(),
        };
        Ok(DatabaseConfig { app: self.login(Login::App)?, auditor: self.login(Login::Auditor)?, dispatcher, token_key, connections })
    }

    /// A server that does not answer is told apart: ours was not started, theirs is out of reach.
    pub async fn reachable(&self, login: Login) -> Result<Config, Failure> {
        let config = self.login(login)?;
        match server::answers(&config).await {
            Ok(()) => Ok(config),
            Err(ServerError::Unreachable { .. }) if self.private.is_some() => Err(Failure::NotRunning(self.folder.path().to_path_buf())),
            Err(source) => Err(Failure::Connection { told_by: self.told_by(login, &source)?, source }),
        }
    }

    /// Each of the service's logins is its own role, and all are in one database: a pool of another one would carry its part
    /// elsewhere in silence. The dispatcher's may be missing.
    pub async fn check_logins(&self) -> Result<(), Failure> {
        let mut first: Option<Entered> = None;
        let dispatcher = self.database()?.dispatcher.map(|_| Login::Dispatcher);
        for login in [Login::App, Login::Auditor].into_iter().chain(dispatcher) {
            let config = self.reachable(login).await?;
            let entered = match server::enter(&config).await {
                Ok(entered) => entered,
                Err(source) => return Err(Failure::Connection { told_by: self.told_by(login, &source)?, source }),
            };
            if entered.user != login.role() {
                return Err(wrong_login(login, format!("signs in as {}, and the service needs {} there", entered.user, login.role())));
            }
            let first = first.get_or_insert_with(|| entered.clone());
            if (&first.database, &first.server) != (&entered.database, &entered.server) {
                let (there, here) = (server::address(&config), server::address(&self.login(Login::App)?));
                let reason = format!("{} is in the database {} at {there}, and ringfence_app in {} at {here}; the logins have to be in one database", login.role(), entered.database, first.database);
                return Err(wrong_login(login, reason));
            }
        }
        Ok(())
    }

    /// Until it is dropped, nobody else brings the server up to date.
    pub async fn take_turn(&self) -> Result<server::Turn, Failure> {
        server::take_turn(&self.login(Login::Admin)?).await.map_err(|source| self.explain(source))
    }

    /// Whether the server holds logins or a key that new credentials would replace.
    pub async fn has_installation(&self) -> Result<bool, Failure> {
        match server::has_installation(&self.login(Login::Admin)?).await {
            Ok(found) => Ok(found),
            Err(source) => Err(self.explain(source)),
        }
    }

    /// Makes the database where it is missing, and returns the administrator's login to it.
    pub async fn make_database(&self) -> Result<Config, Failure> {
        let admin = self.login(Login::Admin)?;
        match server::create_database(&admin).await {
            Ok(_) => Ok(admin),
            Err(source) => Err(self.explain(source)),
        }
    }

    fn explain(&self, source: ServerError) -> Failure {
        match source {
            ServerError::Unreachable { .. } if self.private.is_some() => Failure::NotRunning(self.folder.path().to_path_buf()),
            source => match self.told_by(Login::Admin, &source) {
                Ok(told_by) => Failure::Connection { source, told_by },
                Err(failure) => failure,
            },
        }
    }

    /// What led to this login: the file of its password where that was refused; else its own setting, or the server's that was named.
    fn told_by(&self, login: Login, source: &ServerError) -> Result<String, Failure> {
        let is_in_file = self.credentials.as_ref().is_some_and(|credentials| login.password(credentials).is_some());
        let is_named = self.private.is_none() && login.setting().map(url).transpose()?.flatten().is_some_and(|named| named.get_password().is_some());
        if is_in_file && !is_named && matches!(source, ServerError::Refused { .. }) {
            return Ok(format!("its password in {}", credentials_file(&self.folder)?.display()));
        }
        let names = [login.setting(), Some(&settings::ADMIN_URL), Some(&settings::DATABASE_URL), Some(&settings::OPERATOR_URL)];
        let set = names.into_iter().flatten().find(|setting| matches!(setting.text(), Ok(Some(_))));
        Ok(set.map_or(settings::DATA.name, |setting| setting.name).to_owned())
    }

    /// A URL for psql; of the private cluster alone.
    pub fn private_url(&self, user: &str, password: &str) -> Option<String> {
        let record = self.private.as_ref()?;
        // Both are made here of letters, digits and '_'.
        Some(format!("postgres://{user}:{password}@127.0.0.1:{}/{DATABASE}", record.port))
    }

    pub fn private_password(&self, login: Login) -> Option<&str> {
        let record = self.private.as_ref()?;
        match login {
            Login::Admin => Some(&record.superuser_password),
            other => self.credentials.as_ref().and_then(|credentials| other.password(credentials)),
        }
    }
}

fn wrong_login(login: Login, reason: String) -> Failure {
    login.setting().map_or_else(|| Failure::Refused(reason.clone()), |setting| setting.wrong(None, reason.clone()))
}

pub fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err("not a number from 1".to_owned()),
    }
}

/// The file that the credentials are in, or will be.
pub fn credentials_file(folder: &DataFolder) -> Result<PathBuf, Failure> {
    Ok(settings::CREDENTIALS.text()?.map_or_else(|| folder.credentials(), PathBuf::from))
}

/// What is wrong with that file, by the setting that names it or, where none does, by its path.
fn credentials_wrong(folder: &DataFolder, reason: String) -> Failure {
    match settings::CREDENTIALS.text() {
        Ok(Some(path)) => settings::CREDENTIALS.wrong(Some(path), reason),
        Ok(None) => Failure::Unreadable { path: folder.credentials(), reason },
        Err(failure) => failure,
    }
}

/// Everything that the environment says of the database, found sound before any of it is used; nothing is asked of a server.
pub fn check_settings(folder: &DataFolder) -> Result<(), Failure> {
    for setting in [&settings::ADMIN_URL, &settings::DATABASE_URL, &settings::AUDITOR_URL, &settings::DISPATCHER_URL, &settings::OPERATOR_URL] {
        url(setting)?;
    }
    settings::CONNECTIONS.parsed_by(at_least_one)?;
    settings::TOKEN_KEY.parsed_by(TokenKey::parse)?;
    let path = credentials_file(folder)?;
    if path.exists() {
        let credentials = stored_credentials(folder)?;
        let key = credentials.as_ref().map(|credentials| TokenKey::parse(credentials.token_key.expose())).transpose();
        key.map_err(|reason| credentials_wrong(folder, reason))?;
    } else if settings::CREDENTIALS.text()?.is_some() && !path.parent().is_some_and(|parent| parent.as_os_str().is_empty() || parent.is_dir()) {
        return Err(credentials_wrong(folder, "the file is not there, nor the folder to make it in".to_owned()));
    }
    Ok(())
}

/// Whether the environment says every secret that the service comes with, so that a file adds none to them.
pub fn environment_says_all() -> Result<bool, Failure> {
    for login in [Login::App, Login::Auditor, Login::Operator] {
        if named_password(login)?.is_none() {
            return Ok(false);
        }
    }
    Ok(settings::TOKEN_KEY.text()?.is_some())
}

/// Opens the credentials file, or makes it; what the environment says about a login or the key goes before the file,
/// so that `migrate` gives the server the passwords that the service will come with. Says whether the file was made here.
pub fn open_or_make_credentials(folder: &DataFolder) -> Result<(Credentials, bool), Failure> {
    let path = credentials_file(folder)?;
    if settings::CREDENTIALS.text()?.is_none() {
        folder.make()?;
    }
    let (mut credentials, is_made) = Credentials::open_or_create(&path).map_err(|reason| match settings::CREDENTIALS.text() {
        Ok(Some(named)) => settings::CREDENTIALS.wrong(Some(named), reason),
        _ => Failure::Refused(reason),
    })?;
    for (login, password) in [
        (Login::App, &mut credentials.app_password),
        (Login::Auditor, &mut credentials.auditor_password),
        (Login::Dispatcher, &mut credentials.dispatcher_password),
        (Login::Operator, &mut credentials.operator_password),
    ] {
        if let Some(secret) = named_password(login)? {
            *password = secret.into();
        }
    }
    if let Some(key) = settings::TOKEN_KEY.text()? {
        credentials.token_key = key.into();
    }
    Ok((credentials, is_made))
}

/// The password that the login's own setting carries for it.
fn named_password(login: Login) -> Result<Option<String>, Failure> {
    let Some(config) = login.setting().map(url).transpose()?.flatten() else { return Ok(None) };
    let secret = config.get_password().filter(|_| config.get_user().is_none_or(|user| user == login.role()));
    Ok(secret.map(|secret| String::from_utf8_lossy(secret).into_owned()))
}

fn named_server() -> Result<Option<Config>, Failure> {
    for setting in [&settings::ADMIN_URL, &settings::DATABASE_URL, &settings::OPERATOR_URL] {
        if let Some(config) = url(setting)? {
            let mut base = Config::new();
            for host in config.get_hosts() {
                match host {
                    ringfence_store::server::Host::Tcp(name) => base.host(name),
                    ringfence_store::server::Host::Unix(path) => base.host_path(path),
                };
            }
            for port in config.get_ports() {
                base.port(*port);
            }
            let name = config.get_dbname().filter(|name| *name != "postgres").unwrap_or(DATABASE);
            base.dbname(name);
            return Ok(Some(base));
        }
    }
    Ok(None)
}

fn url(setting: &Setting) -> Result<Option<Config>, Failure> {
    setting.parsed_by(server_url::parse)
}

fn stored_credentials(folder: &DataFolder) -> Result<Option<Credentials>, Failure> {
    let path = match settings::CREDENTIALS.text()? {
        Some(path) => path.into(),
        None if folder.credentials().exists() => folder.credentials(),
        None => return Ok(None),
    };
    let text = match (std::fs::read(&path), settings::CREDENTIALS.text()?) {
        (Ok(text), _) => text,
        (Err(error), Some(_)) => return Err(credentials_wrong(folder, format!("cannot be read: {error}"))),
        (Err(error), None) => return Err(file("read", &path)(error)),
    };
    serde_json::from_slice(&text).map(Some).map_err(|error| credentials_wrong(folder, error.to_string()))
}

fn loopback(port: u16) -> Config {
    let mut config = Config::new();
    config.host("127.0.0.1").port(port).dbname(DATABASE);
    config
}
