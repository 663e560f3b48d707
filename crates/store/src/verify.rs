//! Looks at a live database and says where its walls are not what was reviewed; it reads the catalogue alone and repairs nothing.

mod drift;
mod lint;

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use tokio_postgres::GenericClient;

use crate::migrate::checksums;

pub use lint::{Lint, lints};

const OWN_ROLE: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../sql/verify/own_role.sql"
));
const APPLIED_MIGRATIONS: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../sql/verify/applied_migrations.sql"
));
const READABLE: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../sql/verify/readable.sql"
));
const SESSION: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../sql/verify/session.sql"
));

const NOT_LOOKED_AT: &str = "Something was not looked at";

/// How bad a finding is. Errors come first when sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Rows can escape, or what was reviewed is not what runs: the service refuses to start.
    Error,
    /// A defence in depth is missing.
    Warning,
    /// Something to know.
    Notice,
}

impl fmt::Display for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Notice => "notice",
        })
    }
}

/// One thing that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub level: Level,
    /// The stem of the lint's file in `policies/lints`, or `drift`, `migrations`, `own_role`.
    pub lint: String,
    pub title: String,
    pub object: String,
    pub detail: String,
    pub remedy: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}: {}: {} [{}]\n    {}\n    remedy: {}",
            self.level,
            self.object,
            self.title,
            self.lint,
            self.detail.replace('\n', "\n    "),
            self.remedy
        )
    }
}

/// Why a database could not be looked at. A finding is not an error.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    #[error("the lint {lint} could not be run; it may meet a server that it was not written for")]
    Lint {
        lint: String,
        #[source]
        source: tokio_postgres::Error,
    },
    #[error("the connection broke while the walls were looked at")]
    Lost,
    #[error("policies/lints/{lint}.sql was embedded without a proper head: {missing}")]
    Head { lint: String, missing: &'static str },
    #[error("the catalogue could not be read; does the connection still stand?")]
    Catalogue(#[source] tokio_postgres::Error),
}

/// Runs every lint, compares the live catalogue with `sql/schema.sql` and the applied migrations with `migrations`
/// (file stems such as `V1__installation`). Errors first. Changes a few settings of the session while it looks, and restores them.
pub async fn verify(
    client: &impl GenericClient,
    migrations: &[String],
) -> Result<Vec<Finding>, VerifyError> {
    let former = set_session(client, &Session::of_verify()).await?;
    let looked = look(client, migrations).await;
    // Where looking failed, its error says more than that of a connection which cannot be restored either.
    let restored = set_session(client, &former).await;
    let mut findings = looked?;
    restored?;
    findings.sort_by(|a, b| (a.level, &a.lint, &a.object).cmp(&(b.level, &b.lint, &b.object)));
    Ok(findings)
}

/// What is wrong with the connected role itself: another login than the service's, superuser, BYPASSRLS, CREATEROLE, REPLICATION,
/// an owner or a member of one.
pub async fn own_role(client: &impl GenericClient) -> Result<Vec<Finding>, VerifyError> {
    Lint::parse("own_role", OWN_ROLE)?.run(client).await
}

/// The text that `sql/schema.sql` should have for this database.
pub async fn render_schema(client: &impl GenericClient) -> Result<String, VerifyError> {
    let former = set_session(client, &Session::of_verify()).await?;
    let lines = drift::live(client).await;
    let restored = set_session(client, &former).await;
    let text = drift::render(&lines?);
    restored?;
    Ok(text)
}

async fn look(
    client: &impl GenericClient,
    migrations: &[String],
) -> Result<Vec<Finding>, VerifyError> {
    let mut findings = Vec::new();
    for lint in lints()? {
        findings.extend(lint.run(client).await?);
    }
    // Without the schemas every line would be a difference, and nothing learnt from it.
    if !findings.iter().any(|f| f.lint == "installation_incomplete") {
        findings.extend(drift::differences(
            &drift::live(client).await?,
            drift::COMMITTED,
        ));
    }
    findings.extend(pending(client, migrations).await?);
    Ok(findings)
}

async fn pending(
    client: &impl GenericClient,
    migrations: &[String],
) -> Result<Vec<Finding>, VerifyError> {
    const HISTORY: &str = "ringfence.schema_history";
    let finding = |level, object: &str, detail: &str, remedy: &str| Finding {
        level,
        lint: "migrations".into(),
        title: "The migrations are not those of this binary".into(),
        object: object.into(),
        detail: detail.into(),
        remedy: remedy.into(),
    };
    let state = table_state(client, HISTORY).await?;
    if state == TableState::Absent {
        let detail = "no migration has ever run";
        return Ok(vec![finding(
            Level::Error,
            HISTORY,
            detail,
            "run `ringfence migrate`",
        )]);
    }
    if state == TableState::Closed {
        let detail = "the connected role may not read the history";
        let remedy = "verify as an administrator";
        let mut notice = finding(Level::Notice, HISTORY, detail, remedy);
        notice.title = NOT_LOOKED_AT.into();
        return Ok(vec![notice]);
    }
    let applied: BTreeMap<String, Option<String>> = client
        .query(APPLIED_MIGRATIONS, &[])
        .await
        .and_then(|rows| {
            rows.iter()
                .map(|row| Ok((row.try_get("name")?, row.try_get("checksum")?)))
                .collect()
        })
        .map_err(VerifyError::Catalogue)?;
    let missing = migrations
        .iter()
        .filter(|m| !applied.contains_key(*m))
        .map(|m| {
            let remedy = "run `ringfence migrate`";
            finding(Level::Error, m, "has not been applied", remedy)
        });
    let unknown = applied.keys().filter(|m| !migrations.contains(m)).map(|m| {
        let detail = "was applied, and this binary does not know it";
        finding(Level::Error, m, detail, "run the binary that migrated last")
    });
    let texts = checksums();
    let changed = applied
        .iter()
        .filter(|(m, noted)| texts.get(*m).is_some_and(|text| noted.as_ref() != Some(text)))
        .map(|(m, _)| {
            let detail = "was applied from another text, or what was noted of it has changed";
            let remedy = "find out which; `ringfence migrate` refuses until its checksum in ringfence.schema_history is that of this binary";
            finding(Level::Error, m, detail, remedy)
        });
    Ok(missing.chain(unknown).chain(changed).collect())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TableState {
    Absent,
    Closed,
    Readable,
}

async fn table_state(client: &impl GenericClient, table: &str) -> Result<TableState, VerifyError> {
    let row = client
        .query_one(READABLE, &[&table])
        .await
        .map_err(VerifyError::Catalogue)?;
    let (present, readable): (bool, bool) = row
        .try_get("present")
        .and_then(|present| Ok((present, row.try_get("readable")?)))
        .map_err(VerifyError::Catalogue)?;
    Ok(match (present, readable) {
        (false, _) => TableState::Absent,
        (true, false) => TableState::Closed,
        (true, true) => TableState::Readable,
    })
}

/// What the catalogue's own text, and ours, are read by: names of settings, and their values.
struct Session {
    names: Vec<String>,
    values: Vec<String>,
}

impl Session {
    fn of_verify() -> Self {
        let (names, values) = [
            ("search_path", "pg_catalog, pg_temp"),
            ("standard_conforming_strings", "on"),
            ("quote_all_identifiers", "off"),
            ("intervalstyle", "postgres"),
            ("datestyle", "ISO, MDY"),
            ("timezone", "UTC"),
            ("bytea_output", "hex"),
            ("extra_float_digits", "1"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into_iter()
        .unzip();
        Self { names, values }
    }
}

/// Returns the former one. Every name in our SQL is qualified, so that a connection left behind with this one is harmless.
async fn set_session(
    client: &impl GenericClient,
    session: &Session,
) -> Result<Session, VerifyError> {
    client
        .query(SESSION, &[&session.names, &session.values])
        .await
        .and_then(|rows| {
            Ok(Session {
                names: rows
                    .iter()
                    .map(|row| row.try_get("name"))
                    .collect::<Result<_, _>>()?,
                values: rows
                    .iter()
                    .map(|row| row.try_get("former"))
                    .collect::<Result<_, _>>()?,
            })
        })
        .map_err(VerifyError::Catalogue)
}
