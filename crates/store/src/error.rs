//! What can go wrong with a statement, by what the caller can do about it. No driver text leaves this crate but to the log.

use crate::constraint::{Meaning, refusal_of};
use thiserror::Error;
use tokio_postgres::error::SqlState;

/// Understood, and denied by a rule.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    #[error("no entry into the tenant")]
    NoEntry,
    /// A session or API token that is none, or is one no more.
    #[error("the credential is not valid")]
    Credential,
    /// The caller may act for nobody.
    #[error("may act for nobody")]
    MayNotAct,
    /// Nobody whom the caller could act for has this id.
    #[error("nobody to act for")]
    NobodyToActFor,
    #[error("not found")]
    NotFound,
    /// Visible, but the permission named is missing.
    #[error("forbidden: needs {permission}")]
    Forbidden { permission: &'static str },
    /// No agreement lets it go over to another tenant now.
    #[error("no agreement allows it: {code}")]
    NotAgreed { code: &'static str },
    #[error("the version is {current}")]
    VersionMismatch { current: i32 },
    /// It stands already, and nobody changes what they have not read.
    #[error("stands already; the version read is needed")]
    VersionNeeded,
    /// The state of things forbids it, for example a status that may not follow another.
    #[error("{message}")]
    Conflict { code: &'static str, message: &'static str },
    /// A field names something that is not there, or not of this tenant; nobody is told which.
    #[error("{field}: {message}")]
    Field { field: &'static str, code: &'static str, message: &'static str },
}

#[derive(Debug, Error)]
pub enum StoreError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Serialization failure or deadlock: the whole transaction may be tried again.
    #[error("the transaction collided with another")]
    Collided,
    /// No connection, no time, or the server is going away: the request may be tried again later.
    #[error("the database is not available: {reason}")]
    Unavailable { reason: &'static str },
    /// No request comes through until the key is the one that was installed.
    #[error("the database does not believe the token key, or its clock is a minute off")]
    NotBelieved,
    /// The caller's own party holds its share of the connections, and more of its requests wait than may.
    #[error("its share of the connections is in use")]
    Crowded,
    /// A defect here or a server that is not as migrated; logged where it is handled, never shown.
    #[error("unexpected answer of the database ({code}): {message}")]
    Unexpected { code: String, message: String },
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        let Some(db) = error.as_db_error() else {
            if is_lost(&error) {
                return Self::Unavailable { reason: "connection lost" };
            }
            return Self::Unexpected { code: "driver".into(), message: error.to_string() };
        };
        let code = db.code();
        if let Some(refusal) = crate::constraint::refusal_of_error(db) {
            return Self::Refused(refusal);
        }
        match code.code() {
            "RF002" => Self::NotBelieved,
            "RF003" => Self::Refused(Refusal::NoEntry),
            "RF004" => Self::Refused(Refusal::Credential),
            "RF011" => Self::Refused(Refusal::Conflict { code: "provisioning_not_set_up", message: "the tenant's owner has not said whose users are provisioned" }),
            "RF012" => Self::Refused(Refusal::Conflict { code: "not_provisioned", message: "this member is not provisioning's to change" }),
            "RF013" => Self::Refused(Refusal::Conflict { code: "ticket_closed", message: "a closed ticket takes no comments" }),
            "RF007" => Self::Refused(Refusal::MayNotAct),
            "RF008" => Self::Refused(Refusal::NobodyToActFor),
            "40001" | "40P01" => Self::Collided,
            "23505" if db.constraint().is_some_and(|name| refusal_of(name) == Some(Meaning::Collision)) => Self::Collided,
            "57014" => Self::Unavailable { reason: "a statement took too long" },
            "55P03" => Self::Unavailable { reason: "a lock was not to be had in time" },
            // Between being dropped and restored.
            "3D000" => Self::Unavailable { reason: "the database is not there" },
            // A password changed behind the service, or a role that may log in no more.
            c if c.starts_with("28") => Self::Unavailable { reason: "the server refuses the service's login" },
            c if c.starts_with("08") || c.starts_with("53") || c.starts_with("57P") => Self::Unavailable { reason: "the server refuses work" },
            _ if *code == SqlState::T_R_SERIALIZATION_FAILURE => Self::Collided,
            // The message of the server may quote a value; its code and the relation may not.
            _ => Self::Unexpected { code: code.code().to_owned(), message: db.constraint().or(db.table()).or(db.routine()).unwrap_or("").to_owned() },
        }
    }
}

/// Whether the connection broke, or the server goes away and took it along.
pub(crate) fn is_lost(error: &tokio_postgres::Error) -> bool {
    let says_so = error.code().is_some_and(|code| code.code().starts_with("57P") || code.code().starts_with("08"));
    says_so || error.is_closed() || std::error::Error::source(error).is_some_and(|source| source.is::<std::io::Error>())
}
