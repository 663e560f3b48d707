//! Applies policies/ as a whole: what was there before is dropped, so that the files are all there is.

use super::MigrateError;
use include_dir::{Dir, include_dir};
use tokio_postgres::Client;

static POLICIES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../policies");

/// Everything that the files state anew. Grants of single columns go with those of their table.
const CLEAR: &str = include_str!("../../../../sql/queries/operator/clear_policies.sql");

/// Files with a place of their own in the order; every other one is a table's.
const BY_NAME: [&str; 4] = ["roles.sql", "schema.sql", "reporting.sql", "privileged.sql"];

pub(super) async fn roles(client: &Client) -> Result<(), MigrateError> {
    run(client, "roles.sql").await
}

/// In one transaction: nobody ever sees half of the walls.
pub(super) async fn apply(client: &Client) -> Result<(), MigrateError> {
    client.batch_execute("begin").await.map_err(MigrateError::at("policies"))?;
    let applied = async {
        client.batch_execute(CLEAR).await.map_err(MigrateError::at("clear_policies.sql"))?;
        client.batch_execute("set local role ringfence_owner").await.map_err(MigrateError::at("policies"))?;
        run(client, "schema.sql").await?;
        for path in files("functions") {
            run(client, &path).await?;
        }
        for path in files("") {
            if !BY_NAME.contains(&path.as_str()) {
                run(client, &path).await?;
            }
        }
        run(client, "reporting.sql").await?;
        client.batch_execute("reset role").await.map_err(MigrateError::at("policies"))?;
        run(client, "privileged.sql").await
    }
    .await;
    match applied {
        Ok(()) => client.batch_execute("commit").await.map_err(MigrateError::at("policies")),
        Err(error) => {
            // The error that is returned is the one that says why.
            let _ = client.batch_execute("rollback").await;
            Err(error)
        }
    }
}

/// The SQL files of one folder, in alphabetical order.
fn files(folder: &str) -> Vec<String> {
    let dir = if folder.is_empty() { Some(&POLICIES) } else { POLICIES.get_dir(folder) };
    let mut paths: Vec<String> = dir
        .map(|dir| dir.files().filter_map(|file| file.path().to_str()).filter(|path| path.ends_with(".sql")).map(str::to_owned).collect())
        .unwrap_or_default();
    paths.sort();
    paths
}

async fn run(client: &Client, path: &str) -> Result<(), MigrateError> {
    let text = POLICIES
        .get_file(path)
        .and_then(|file| file.contents_utf8())
        .ok_or_else(|| MigrateError::Step { step: path.to_owned(), message: "is not part of this binary".into(), is_passing: false })?;
    client.batch_execute(text).await.map_err(MigrateError::at(path.to_owned()))
}
