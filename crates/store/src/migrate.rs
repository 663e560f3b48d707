//! Brings a database to what sql/ and policies/ say: roles, tables, policies, keys. Runs as administrator, one at a time.

mod policies;

use crate::credentials::pads;
use crate::{Credentials, TokenKey};
use std::collections::BTreeMap;
use std::time::Duration;
use thiserror::Error;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config, NoTls};

mod embedded {
    refinery::embed_migrations!("../../sql/migrations");
}

#[derive(Debug, Error)]
pub enum MigrateError {
    #[error("cannot connect as administrator: {0}; check RINGFENCE_ADMIN_URL")]
    Connect(#[source] tokio_postgres::Error),
    #[error("PostgreSQL {found} is too old; ringfence needs 15 or newer")]
    TooOld { found: String },
    #[error("the database {database} is somebody else's: it holds {held}. Nothing was changed; an installation needs a database of its own: name an empty one, or one that is not there yet, in RINGFENCE_ADMIN_URL")]
    NotOurs { database: String, held: String },
    #[error("{step}: {message}")]
    Step { step: String, message: String, is_passing: bool },
    #[error("{constraint}: {rows} rows reference nothing; a foreign key was added or loaded over them while row security hid them")]
    Dangling { constraint: String, rows: i64 },
    #[error("the token key is malformed: {0}")]
    TokenKey(String),
    #[error("no randomness: {0}")]
    Randomness(#[from] getrandom::Error),
}

impl MigrateError {
    fn at<E: std::borrow::Borrow<tokio_postgres::Error>>(step: impl Into<String>) -> impl FnOnce(E) -> Self {
        let step = step.into();
        move |error| Self::Step { step, message: words(error.borrow()), is_passing: is_passing(error.borrow()) }
    }

    /// Of a migration, whose file is the step, in the server's words.
    fn of_migrations(error: &refinery::Error) -> Self {
        let server = std::error::Error::source(error).and_then(|source| source.downcast_ref::<tokio_postgres::Error>());
        match (error.kind(), server) {
            (refinery::error::Kind::Connection(step, _), Some(server)) => Self::at(step)(server),
            _ => Self::Step { step: "migrations".into(), message: error.to_string(), is_passing: false },
        }
    }
}

fn words(error: &tokio_postgres::Error) -> String {
    error.as_db_error().map_or_else(|| error.to_string(), |db| format!("{} ({})", db.message(), db.code().code()))
}

/// Another transaction stood in the way; this one changed nothing, and may be tried again.
fn is_passing(error: &tokio_postgres::Error) -> bool {
    [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED, SqlState::LOCK_NOT_AVAILABLE].iter().any(|code| error.code() == Some(code))
}

/// What was done.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Report {
    pub applied_migrations: Vec<String>,
    pub policies_applied: bool,
}

/// The names of the migrations of this binary, in order.
#[must_use]
pub fn known_migrations() -> Vec<String> {
    embedded::migrations::runner().get_migrations().iter().map(ToString::to_string).collect()
}

/// What the history notes of the text of each migration of this binary, by its name.
pub(crate) fn checksums() -> BTreeMap<String, String> {
    embedded::migrations::runner().get_migrations().iter().map(|migration| (migration.to_string(), migration.checksum().to_string())).collect()
}

/// One number for all migrators of a database: two of them on an empty database would collide.
const LOCK: i64 = 0x52_49_4e_47_46_45_4e_43;

/// Shorter than the server waits before it looks for a deadlock: it is the migration that gives way, and no request. As long
/// requests may queue behind it.
const PATIENCE: &str = "set lock_timeout = '500ms'";
/// Longer, with the pauses, than an analyst's transaction is left to stand in the way.
const ATTEMPTS: u32 = 60;
const PAUSE: Duration = Duration::from_secs(1);

/// Until nobody stands in the way.
async fn repeated<T>(mut attempt: impl AsyncFnMut() -> Result<T, MigrateError>) -> Result<T, MigrateError> {
    for _ in 1..ATTEMPTS {
        match attempt().await {
            Err(MigrateError::Step { is_passing: true, .. }) => tokio::time::sleep(PAUSE).await,
            done => return done,
        }
    }
    attempt().await.map_err(|error| match error {
        MigrateError::Step { step, message, is_passing: true } => {
            let message = format!("{message}, {ATTEMPTS} times; pg_stat_activity shows whose transaction holds on to what");
            MigrateError::Step { step, message, is_passing: true }
        }
        error => error,
    })
}

/// Where somebody stands in the way, the sessions of analysts end that have for a minute: their own limits they may set.
async fn past_analysts(client: &Client, done: Result<(), MigrateError>) -> Result<(), MigrateError> {
    if let Err(MigrateError::Step { is_passing: true, .. }) = done {
        client.execute(OVERDUE, &[]).await.map_err(MigrateError::at("overdue reports"))?;
    }
    done
}

const OVERDUE: &str = "select pg_catalog.pg_terminate_backend(a.pid) from pg_catalog.pg_stat_activity a
    where a.datname = pg_catalog.current_database() and a.usename ~ '^r_[0-9a-f]{20}$' and a.xact_start < pg_catalog.clock_timestamp() - interval '60 seconds'";

/// What is left in the map of analysts' logins whose role was dropped, as one is ended: a role made later under that name would
/// inherit the tenant.
const DROPPED: &str = "delete from ringfence.reporting_logins l where not exists (select from pg_catalog.pg_roles r where r.rolname = l.login)";

/// Migrates, applies the policies, sets the logins' passwords and installs the keys.
///
/// # Errors
/// Names the step that failed; each step is a transaction of its own and may be repeated, as it is here while others stand in
/// its way.
pub async fn migrate(admin: &Config, credentials: &Credentials) -> Result<Report, MigrateError> {
    let (mut client, connection) = admin.connect(NoTls).await.map_err(MigrateError::Connect)?;
    let connection = tokio::spawn(connection);
    let report = migrate_with(&mut client, credentials).await;
    drop(client);
    // The connection ends with its client.
    let _ = connection.await;
    report
}

async fn migrate_with(client: &mut Client, credentials: &Credentials) -> Result<Report, MigrateError> {
    let row = client.query_one("select current_setting('server_version_num')::int, current_setting('server_version')", &[]).await.map_err(MigrateError::at("version"))?;
    if row.get::<_, i32>(0) < 150_000 {
        return Err(MigrateError::TooOld { found: row.get(1) });
    }
    // The files are read as they were written, whatever the server has as its default; `verify` names that.
    client.batch_execute("set standard_conforming_strings = on").await.map_err(MigrateError::at("session"))?;
    client.execute("select pg_catalog.pg_advisory_lock($1)", &[&LOCK]).await.map_err(MigrateError::at("lock"))?;
    client.batch_execute(PATIENCE).await.map_err(MigrateError::at("session"))?;
    look_for_others(client).await?;
    policies::roles(client).await?;
    let mut applied_migrations = Vec::new();
    repeated(async || {
        let done = apply_migrations(client, &mut applied_migrations).await;
        past_analysts(client, done).await
    })
    .await?;
    repeated(async || {
        let done = policies::apply(client).await;
        past_analysts(client, done).await
    })
    .await?;
    client.execute(DROPPED, &[]).await.map_err(MigrateError::at("analysts' logins"))?;
    install_keys(client, credentials).await?;
    set_passwords(client, credentials).await?;
    if !applied_migrations.is_empty() {
        look_for_dangling(client).await?;
    }
    Ok(Report { applied_migrations, policies_applied: true })
}

/// What is made here takes rights away from PUBLIC, and so from whoever else lives in the database.
async fn look_for_others(client: &Client) -> Result<(), MigrateError> {
    let found = client.query_opt(include_str!("../../../sql/queries/operator/not_ours.sql"), &[]).await.map_err(MigrateError::at("database"))?;
    found.map_or(Ok(()), |row| Err(MigrateError::NotOurs { database: row.get("database"), held: row.get("held") }))
}

/// Each is a transaction of its own; what is applied is noted, and stays so if a later one fails.
async fn apply_migrations(client: &mut Client, applied: &mut Vec<String>) -> Result<(), MigrateError> {
    client
        .batch_execute(
            "create schema if not exists ringfence authorization ringfence_owner;
             create schema if not exists reporting authorization ringfence_owner;
             set role ringfence_owner;
             -- Behind a policy the history would be empty, and everything applied anew.
             alter table if exists ringfence.schema_history disable row level security, no force row level security;",
        )
        .await
        .map_err(MigrateError::at("schemas"))?;
    let mut runner = embedded::migrations::runner();
    runner.set_migration_table_name("ringfence.schema_history");
    let ran = runner.run_async(client).await;
    client.batch_execute("reset role").await.map_err(MigrateError::at("reset role"))?;
    let report = match &ran {
        Ok(report) => Some(report),
        Err(error) => error.report(),
    };
    applied.extend(report.into_iter().flat_map(|report| report.applied_migrations()).map(ToString::to_string));
    ran.map(drop).map_err(|error| MigrateError::of_migrations(&error))
}

/// The key shared with the service, and one that the database alone knows.
async fn install_keys(client: &Client, credentials: &Credentials) -> Result<(), MigrateError> {
    let token = TokenKey::parse(credentials.token_key.expose()).map_err(MigrateError::TokenKey)?;
    let (inner, outer) = token.pads();
    let kid = token.kid;
    let mut seal = [0; 32];
    getrandom::fill(&mut seal)?;
    let (seal_inner, seal_outer) = pads(&seal);
    client.batch_execute("begin; set local role ringfence_owner").await.map_err(MigrateError::at("keys"))?;
    for (sql, params) in [
        (
            "insert into ringfence.keys (purpose, kid, inner_pad, outer_pad) values ('token', $1, $2, $3)
             on conflict (purpose, kid) do update set inner_pad = excluded.inner_pad, outer_pad = excluded.outer_pad",
            (kid, inner, outer),
        ),
        ("insert into ringfence.keys (purpose, kid, inner_pad, outer_pad) values ('seal', $1, $2, $3) on conflict do nothing", (1, seal_inner, seal_outer)),
    ] {
        client.execute(sql, &[&params.0, &params.1.as_slice(), &params.2.as_slice()]).await.map_err(MigrateError::at("keys"))?;
    }
    client.batch_execute("commit").await.map_err(MigrateError::at("keys"))
}

/// As SCRAM verifiers made here, so that no password is in a statement, a log or pg_stat_activity.
async fn set_passwords(client: &Client, credentials: &Credentials) -> Result<(), MigrateError> {
    for (login, password) in [
        ("ringfence_app", &credentials.app_password),
        ("ringfence_auditor", &credentials.auditor_password),
        ("ringfence_dispatcher", &credentials.dispatcher_password),
        ("ringfence_operator", &credentials.operator_password),
    ] {
        let verifier = postgres_protocol::password::scram_sha_256(password.expose().as_bytes());
        client
            .execute("select set_config('ringfence.login', $1, false), set_config('ringfence.verifier', $2, false)", &[&login, &verifier])
            .await
            .map_err(MigrateError::at("passwords"))?;
        client
            .batch_execute(
                "do $$ begin execute format('alter role %I password %L', current_setting('ringfence.login'), current_setting('ringfence.verifier')); end $$;
                 reset ringfence.login; reset ringfence.verifier",
            )
            .await
            .map_err(MigrateError::at("passwords"))?;
    }
    Ok(())
}

/// Under FORCE, a foreign key is added and validated over rows that the owner cannot see. So count, as one who can.
async fn look_for_dangling(client: &Client) -> Result<(), MigrateError> {
    client.batch_execute("set role ringfence_backup").await.map_err(MigrateError::at("foreign keys"))?;
    let checks = client.query(include_str!("../../../sql/queries/operator/foreign_keys.sql"), &[]).await.map_err(MigrateError::at("foreign keys"))?;
    for check in checks {
        let constraint: String = check.get(0);
        let anti_join: String = check.get(1);
        let rows: i64 = client.query_one(&anti_join, &[]).await.map_err(MigrateError::at(constraint.clone()))?.get(0);
        if rows > 0 {
            return Err(MigrateError::Dangling { constraint, rows });
        }
    }
    client.batch_execute("reset role").await.map_err(MigrateError::at("foreign keys"))
}

#[cfg(test)]
mod tests {
    use super::known_migrations;

    /// An installation that stands refuses a number below its highest; there never was a tenth.
    #[test]
    fn a_new_migration_has_the_highest_number() {
        let mut numbers: Vec<u32> = known_migrations().iter().map(|name| name[1..].split_once("__").unwrap().0.parse().unwrap()).collect();
        let all: Vec<u32> = (1..=numbers.iter().copied().max().unwrap()).filter(|number| *number != 10).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, all);
    }
}
