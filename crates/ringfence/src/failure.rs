//! What can stop a command, and the exit code it ends with: 1 = refused or found something, 2 = asked in the wrong way.

use std::path::{Path, PathBuf};
use std::process::{ExitCode, ExitStatus};

use ringfence_api::StartError;
use ringfence_cluster::ClusterError;
use ringfence_identity::ConfigError;
use ringfence_store::migrate::MigrateError;
use ringfence_store::server::ServerError;
use ringfence_store::{Refusal, StoreError};
use thiserror::Error;

#[derive(Debug, Error)]
pub enum Failure {
    /// The value stands in the text only where it is no secret.
    #[error("{name} (environment){}: {reason}; for example\n    {name}={example}", shown(.value))]
    Setting {
        name: &'static str,
        value: Option<String>,
        reason: String,
        example: String,
    },
    #[error("{0}")]
    Usage(String),
    #[error("{0}")]
    Refused(String),
    #[error(
        "no private PostgreSQL runs in {}: start it with `make run` (or `ringfence run`), or name another folder with RINGFENCE_DATA, or an existing server with RINGFENCE_ADMIN_URL=postgres://postgres:secret@db.example:5432/ringfence",
        .0.display()
    )]
    NotRunning(PathBuf),
    #[error("there is no tenant `{0}`; `ringfence tenant list` names them all")]
    UnknownTenant(String),
    #[error(
        "there is no credentials file {}, and the server has an installation's logins or token key, which new credentials would replace: a running service could neither log in nor be believed. Name the installation's file with RINGFENCE_CREDENTIALS, or the data folder it is in with RINGFENCE_DATA; if both are lost, `ringfence migrate --new-credentials` replaces them, and the service has to be started with the new ones",
        .0.display()
    )]
    WouldReplaceCredentials(PathBuf),
    #[error("the tenant {0} is suspended and takes no import; `ringfence tenant resume {0}` opens it again")]
    Suspended(String),
    #[error("an import into {0} runs already; wait until it has ended, or end it")]
    RunsAlready(String),
    #[error("cannot {action} {}: {source}", path.display())]
    File {
        action: &'static str,
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{}: {reason}; it was written by ringfence and changed since: {}", path.display(), mended(.path))]
    Unreadable { path: PathBuf, reason: String },
    #[error("the operating system gave no random bytes: {0}")]
    Randomness(#[from] getrandom::Error),
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    #[error(transparent)]
    Server(#[from] ServerError),
    #[error("{source}; check {told_by}")]
    Connection { source: ServerError, told_by: String },
    #[error("development issuer: {0}")]
    Issuer(#[from] ConfigError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("{}", plain(.0))]
    Store(#[from] StoreError),
    #[error("what was asked is done, but what it has to say could not be written to standard output: {0}")]
    Output(std::io::Error),
    #[error("PostgreSQL has ended by itself ({status}), and the service with it: the end of {} says why; the next `ringfence run` recovers its data", log_file.display())]
    DatabaseEnded { status: ExitStatus, log_file: PathBuf },
    #[error("the service ended: {0}")]
    Service(std::io::Error),
}

impl Failure {
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Setting { .. } | Self::Usage(_) => ExitCode::from(2),
            _ => ExitCode::FAILURE,
        }
    }
}

/// What to do about a file of the data folder that cannot be read as what it was written as.
fn mended(path: &Path) -> &'static str {
    match path.file_name().and_then(|name| name.to_str()) {
        Some("demo.json") => "remove it, and the next `ringfence run` finds the demo tenants again",
        Some("reporting-logins.json") => "remove it; the passwords in it are lost, and `ringfence report-role create` makes new logins",
        Some("run.json") => "remove it, and the next `ringfence run` writes it anew",
        Some("credentials.json") => "put a copy of it back; or remove it, and `ringfence migrate --new-credentials` replaces what it held, after which the service is started anew",
        _ => "put a copy of it back",
    }
}

fn shown(value: &Option<String>) -> String {
    value
        .as_ref()
        .map(|value| format!(" is `{value}`"))
        .unwrap_or_default()
}

/// A refusal in the words of somebody at a shell.
pub fn plain(error: &StoreError) -> String {
    match error {
        StoreError::Refused(Refusal::Field { field, message, .. }) => format!("{field} {message}"),
        StoreError::Refused(Refusal::Conflict { code: "email_taken", message }) => {
            format!("{message}: leave --email out, or make that contact the member, by its contact_id in POST /v1/tenants/{{tenant}}/members")
        }
        // A tenant's name is not among the constraints that a request can run into.
        StoreError::NotBelieved => {
            "the database does not believe this command: the token key is not the one in use, so name its file with RINGFENCE_CREDENTIALS, or the clocks of the two machines differ".to_owned()
        }
        StoreError::Unexpected { code, message } if code == "23P01" && message == "tenants_slug_key" => {
            "the slug is taken: choose another".to_owned()
        }
        // Commands begin no transaction that only reads.
        StoreError::Unexpected { code, .. } if code == "25006" => {
            "nothing can be written there: the server is a standby, or has default_transaction_read_only on; name the primary".to_owned()
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Failure, Refusal, StoreError};

    #[test]
    fn a_broken_file_of_ones_own_comes_with_what_to_do_about_it() {
        for (name, advice) in [("demo.json", "remove it"), ("reporting-logins.json", "`ringfence report-role create`"), ("run.json", "remove it"), ("credentials.json", "--new-credentials"), ("cluster.json", "put a copy of it back")] {
            let said = Failure::Unreadable { path: format!("data/{name}").into(), reason: "EOF while parsing".to_owned() }.to_string();
            assert!(said.starts_with(&format!("data/{name}: EOF")) && said.contains(advice), "{said}");
        }
    }

    #[test]
    fn a_server_that_only_reads_is_called_that() {
        let said = Failure::Store(StoreError::Unexpected { code: "25006".to_owned(), message: "PreventCommandIfReadOnly".to_owned() }).to_string();
        assert!(said.contains("standby") && !said.contains("Prevent"), "{said}");
    }

    #[test]
    fn who_meets_a_contacts_address_is_told_how_the_contact_becomes_a_member() {
        let refused = Refusal::Conflict { code: "email_taken", message: "another contact has this e-mail address" };
        let said = Failure::Store(StoreError::Refused(refused)).to_string();
        assert!(said.starts_with("another contact has this e-mail address: leave --email out") && said.contains("contact_id"), "{said}");
    }
}
