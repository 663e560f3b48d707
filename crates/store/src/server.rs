//! The server before there is a tenant or a pool: addresses, the database itself, a look at its walls. It reads no row of a tenant.

use crate::login::with_its_options;
use crate::verify::{Finding, VerifyError, own_role, verify};
use std::error::Error as _;
use thiserror::Error;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, NoTls};

pub use tokio_postgres::Config;
pub use tokio_postgres::config::{Host, SslMode};

#[derive(Debug, Error)]
pub enum ServerError {
    #[error("nobody answers at {address}")]
    Unreachable { address: String },
    /// The driver's words, which quote no value.
    #[error("no connection to {address} can be made: {reason}")]
    Impossible { address: String, reason: String },
    #[error("the server at {address} refuses the login {login}: {reason}")]
    Refused { address: String, login: String, reason: String },
    #[error("`{name}` cannot be a database's name here: use a-z, 0-9 and '_'")]
    Name { name: String },
    #[error("{name} is a template: every database made later on that server would begin with an installation in it; name a database of its own")]
    Template { name: String },
    #[error("the login {login} is no superuser, and an administrator has to be one: roles with BYPASSRLS are made, and functions of the server are taken away from PUBLIC. Nothing was changed")]
    NoSuperuser { login: String },
    #[error("the database {name} could not be created: {reason}")]
    Create { name: String, reason: String },
    #[error("the catalogue could not be looked at: {0}")]
    Look(String),
}

/// Makes the database if it is missing. `admin` names it; the connection goes to the maintenance database.
///
/// # Errors
/// When the server is out of reach, or refuses; before anything is made, when the login may not do what comes after.
pub async fn create_database(admin: &Config) -> Result<bool, ServerError> {
    let name = admin.get_dbname().unwrap_or_default();
    let is_plain = name.starts_with(|c: char| c.is_ascii_lowercase()) && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if !is_plain || name.len() > 63 {
        return Err(ServerError::Name { name: name.to_owned() });
    }
    let client = connect(admin.clone().dbname("postgres")).await?;
    const RIGHTS: &str = "select r.rolname::text, r.rolsuper, exists(select from pg_catalog.pg_database where datname = $1 and datistemplate)
                            from pg_catalog.pg_roles r where r.rolname = current_user";
    let asked = client.query_one(RIGHTS, &[&name]).await.and_then(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?)));
    let (login, is_superuser, is_template): (String, bool, bool) = asked.map_err(|error| ServerError::Look(reason(&error)))?;
    if !is_superuser {
        return Err(ServerError::NoSuperuser { login });
    }
    if is_template {
        return Err(ServerError::Template { name: name.to_owned() });
    }
    // An identifier cannot be a parameter; this one was checked letter by letter.
    match client.batch_execute(&format!("create database \"{name}\" template template0 encoding 'UTF8'")).await {
        Ok(()) => Ok(true),
        Err(error) if error.code() == Some(&SqlState::DUPLICATE_DATABASE) => Ok(false),
        // Two first runs at once.
        Err(error) if error.code() == Some(&SqlState::UNIQUE_VIOLATION) => Ok(false),
        Err(error) => Err(ServerError::Create { name: name.to_owned(), reason: reason(&error) }),
    }
}

/// One number for all who bring a server to an installation, whatever the database: the logins are the server's.
const TURN: i64 = 0x52_49_4e_47_46_45_4e_44;

/// Held by the one who looks for an installation and makes its credentials; it ends with its connection.
pub struct Turn {
    _client: Client,
}

/// Waits until nobody else brings this server up to date.
///
/// # Errors
/// When the server is out of reach, or refuses.
pub async fn take_turn(admin: &Config) -> Result<Turn, ServerError> {
    let client = connect(admin.clone().dbname("postgres")).await?;
    // Neither waiting nor what is done meanwhile has a bound of the server's.
    let taken = client.batch_execute(&format!("set statement_timeout = 0; set lock_timeout = 0; set idle_session_timeout = 0; select pg_catalog.pg_advisory_lock({TURN})")).await;
    taken.map_err(|error| ServerError::Look(reason(&error)))?;
    Ok(Turn { _client: client })
}

/// Whether an installation lives here whose logins or token key other credentials would replace: the logins are the server's,
/// whatever the database. What an attempt to migrate left behind that never came to them is none.
///
/// # Errors
/// When the server is out of reach, or refuses.
pub async fn has_installation(admin: &Config) -> Result<bool, ServerError> {
    const LOGINS: &str = "select exists(select from pg_catalog.pg_roles where rolname in ('ringfence_app', 'ringfence_auditor', 'ringfence_operator'))";
    const PASSWORDS: &str = "select exists(select from pg_catalog.pg_authid where rolname in ('ringfence_app', 'ringfence_auditor', 'ringfence_operator') and rolpassword is not null)";
    let client = connect(admin.clone().dbname("postgres")).await?;
    // An administrator who is no superuser sees the logins without their passwords.
    if yes(&client, PASSWORDS, LOGINS).await? {
        return Ok(true);
    }
    let name = admin.get_dbname().unwrap_or_default();
    let found = client.query_one("select exists(select from pg_catalog.pg_database where datname = $1)", &[&name]).await;
    if !found.and_then(|row| row.try_get::<_, bool>(0)).map_err(|error| ServerError::Look(reason(&error)))? {
        return Ok(false);
    }
    let client = connect(admin).await?;
    const TABLE: &str = "select pg_catalog.to_regclass('ringfence.keys') is not null";
    Ok(yes(&client, TABLE, TABLE).await? && yes(&client, "select exists(select from ringfence.keys where purpose = 'token')", TABLE).await?)
}

/// The answer to a question, or to a coarser one where that may not be asked.
async fn yes(client: &Client, question: &str, coarser: &str) -> Result<bool, ServerError> {
    let row = match client.query_one(question, &[]).await {
        Err(error) if error.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE) => client.query_one(coarser, &[]).await,
        answered => answered,
    };
    row.and_then(|row| row.try_get(0)).map_err(|error| ServerError::Look(reason(&error)))
}

/// Whether this login gets in.
///
/// # Errors
/// When it does not, and why.
pub async fn answers(login: &Config) -> Result<(), ServerError> {
    connect(login).await.map(drop)
}

/// As whom a login got in, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entered {
    pub user: String,
    pub database: String,
    /// Tells two servers apart whose databases have one name: when this one was started.
    pub server: String,
}

/// # Errors
/// When the login does not get in, and why.
pub async fn enter(login: &Config) -> Result<Entered, ServerError> {
    const WHERE: &str = "select session_user::text, pg_catalog.current_database()::text, extract(epoch from pg_catalog.pg_postmaster_start_time())::text";
    let client = connect(login).await?;
    let asked = client.query_one(WHERE, &[]).await.and_then(|row| Ok(Entered { user: row.try_get(0)?, database: row.try_get(1)?, server: row.try_get(2)? }));
    asked.map_err(|error| ServerError::Look(reason(&error)))
}

/// A look takes the time that it takes, whatever ends a statement or a session by default. What the login's URL names goes before.
const UNBOUNDED: &str = "-c statement_timeout=0 -c lock_timeout=0 -c idle_in_transaction_session_timeout=0 -c idle_session_timeout=0";

/// Every finding about the walls, and about the connected role itself where it is to be the service's.
///
/// # Errors
/// When the catalogue cannot be read.
pub async fn look(login: &Config, migrations: &[String], as_service: bool) -> Result<Vec<Finding>, ServerError> {
    let mut login = login.clone();
    login.options(format!("{UNBOUNDED} {}", login.get_options().unwrap_or_default()));
    let client = connect(&login).await?;
    let mut findings = verify(&client, migrations).await.map_err(|error| unseen(&error))?;
    if as_service {
        findings.extend(own_role(&client).await.map_err(|error| unseen(&error))?);
    }
    Ok(findings)
}

/// With what the server said of it.
fn unseen(error: &VerifyError) -> ServerError {
    let said = error.source().and_then(|source| source.downcast_ref()).map(|source| format!(": {}", reason(source)));
    ServerError::Look(format!("{error}{}", said.unwrap_or_default()))
}

/// Whom the development issuer knows, under its new name: they stay who they are.
///
/// # Errors
/// When the identities cannot be written.
pub async fn rename_issuer(admin: &Config, from: &str, to: &str) -> Result<(), ServerError> {
    const RENAME: &str = "update ringfence.identities i set issuer = $2
                           where i.issuer = $1 and not exists (select from ringfence.identities j where j.issuer = $2 and j.subject = i.subject)";
    let client = connect(admin).await?;
    client.execute(RENAME, &[&from, &to]).await.map(drop).map_err(|error| ServerError::Look(reason(&error)))
}

async fn connect(config: &Config) -> Result<Client, ServerError> {
    let (client, connection) = with_its_options(config).connect(NoTls).await.map_err(|error| {
        let address = address(config);
        match error.source() {
            _ if error.as_db_error().is_some() => ServerError::Refused { address, login: config.get_user().unwrap_or("(none)").to_owned(), reason: reason(&error) },
            Some(source) if !source.is::<std::io::Error>() => ServerError::Impossible { address, reason: format!("{error}: {source}") },
            _ => ServerError::Unreachable { address },
        }
    })?;
    tokio::spawn(connection);
    Ok(client)
}

fn reason(error: &tokio_postgres::Error) -> String {
    error.as_db_error().map_or_else(|| error.to_string(), |db| format!("{} ({})", db.message(), db.code().code()))
}

/// Hosts and ports without the password that stands beside them in a URL.
#[must_use]
pub fn address(config: &Config) -> String {
    let (hosts, ports) = (config.get_hosts(), config.get_ports());
    let address = |(place, host): (usize, &Host)| {
        let port = ports.get(place).or(ports.first()).unwrap_or(&5432);
        match host {
            Host::Tcp(name) => format!("{name}:{port}"),
            Host::Unix(path) => format!("{}:{port}", path.display()),
        }
    };
    match hosts {
        [] => "(no host)".to_owned(),
        hosts => hosts.iter().enumerate().map(address).collect::<Vec<_>>().join(", "),
    }
}
