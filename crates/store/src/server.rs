//! The server before there is a tenant or a pool: addresses, the database itself, a look at its walls. It reads no row of a tenant.

use crate::verify::{Finding, own_role, verify};
use thiserror::Error;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, NoTls};

pub use tokio_postgres::Config;
pub use tokio_postgres::config::Host;

#[derive(Debug, Error)]
pub enum ServerError {
    #[error("nobody answers at {address}")]
    Unreachable { address: String },
    #[error("the server at {address} refuses the login {login}: {reason}")]
    Refused { address: String, login: String, reason: String },
    #[error("`{name}` cannot be a database's name here: use a-z, 0-9 and '_'")]
    Name { name: String },
    #[error("the database {name} could not be created: {reason}")]
    Create { name: String, reason: String },
    #[error("the catalogue could not be looked at: {0}")]
    Look(String),
}

/// Makes the database if it is missing. `admin` names it; the connection goes to the maintenance database.
///
/// # Errors
/// When the server is out of reach, or refuses.
pub async fn create_database(admin: &Config) -> Result<bool, ServerError> {
    let name = admin.get_dbname().unwrap_or_default();
    let is_plain = name.starts_with(|c: char| c.is_ascii_lowercase()) && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if !is_plain || name.len() > 63 {
        return Err(ServerError::Name { name: name.to_owned() });
    }
    let client = connect(admin.clone().dbname("postgres")).await?;
    // An identifier cannot be a parameter; this one was checked letter by letter.
    match client.batch_execute(&format!("create database \"{name}\" template template0 encoding 'UTF8'")).await {
        Ok(()) => Ok(true),
        Err(error) if error.code() == Some(&SqlState::DUPLICATE_DATABASE) => Ok(false),
        // Two first runs at once.
        Err(error) if error.code() == Some(&SqlState::UNIQUE_VIOLATION) => Ok(false),
        Err(error) => Err(ServerError::Create { name: name.to_owned(), reason: reason(&error) }),
    }
}

/// Whether this login gets in.
///
/// # Errors
/// When it does not, and why.
pub async fn answers(login: &Config) -> Result<(), ServerError> {
    connect(login).await.map(drop)
}

/// Every finding about the walls, and about the connected role itself where it is to be the service's.
///
/// # Errors
/// When the catalogue cannot be read.
pub async fn look(login: &Config, migrations: &[String], as_service: bool) -> Result<Vec<Finding>, ServerError> {
    let client = connect(login).await?;
    let mut findings = verify(&client, migrations).await.map_err(|error| ServerError::Look(error.to_string()))?;
    if as_service {
        findings.extend(own_role(&client).await.map_err(|error| ServerError::Look(error.to_string()))?);
    }
    Ok(findings)
}

async fn connect(config: &Config) -> Result<Client, ServerError> {
    let (client, connection) = config.clone().application_name("ringfence").connect(NoTls).await.map_err(|error| match error.as_db_error() {
        None => ServerError::Unreachable { address: address(config) },
        Some(_) => ServerError::Refused { address: address(config), login: config.get_user().unwrap_or("(none)").to_owned(), reason: reason(&error) },
    })?;
    tokio::spawn(connection);
    Ok(client)
}

fn reason(error: &tokio_postgres::Error) -> String {
    error.as_db_error().map_or_else(|| error.to_string(), |db| format!("{} ({})", db.message(), db.code().code()))
}

/// Host and port without the password that stands beside them in a URL.
#[must_use]
pub fn address(config: &Config) -> String {
    let host = match config.get_hosts().first() {
        Some(Host::Tcp(name)) => name.clone(),
        Some(Host::Unix(path)) => path.display().to_string(),
        None => "(no host)".to_owned(),
    };
    format!("{host}:{}", config.get_ports().first().unwrap_or(&5432))
}
