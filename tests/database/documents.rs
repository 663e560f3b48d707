//! The committed documents say what the live database says.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use ringfence_tests::database::migrated_admin_client;
use ringfence_tests::documents::generated;
use std::collections::BTreeSet;

#[tokio::test]
async fn the_committed_schema_and_policy_tables_are_the_live_ones() {
    for (path, text) in generated(&migrated_admin_client().await).await {
        let committed = std::fs::read_to_string(&path).unwrap();
        assert!(committed == text, "{} is not what the database says; run 'make schema' and review the difference", path.display());
    }
}

/// An installation that applied one keeps its checksum, and refuses another text under the same number.
#[test]
fn a_released_migration_is_never_edited() {
    let sql = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../sql"));
    let released = std::fs::read_to_string(sql.join("released.tsv")).unwrap();
    assert!(released.lines().count() >= 5, "sql/released.tsv names fewer migrations than were released");
    for line in released.lines() {
        let (name, digest) = line.split_once('\t').unwrap();
        let text = std::fs::read(sql.join("migrations").join(name)).unwrap();
        let now = hex::encode(ring::digest::digest(&ring::digest::SHA256, &text));
        assert_eq!(now, digest, "{name} was released: take the edit back, and write a new migration");
    }
}

#[tokio::test]
async fn every_constraint_that_a_request_can_meet_exists() {
    let client = migrated_admin_client().await;
    let rows = client.query("select conname::text from pg_catalog.pg_constraint where connamespace = 'ringfence'::regnamespace", &[]).await.unwrap();
    let live: BTreeSet<String> = rows.iter().map(|row| row.get(0)).collect();
    for (name, _) in ringfence_store::CONSTRAINTS {
        assert!(live.contains(*name), "{name} is mapped to a refusal, but no constraint has that name");
    }
}

#[tokio::test]
async fn every_action_that_sql_records_is_an_action_of_the_trail() {
    let known: BTreeSet<&str> = ringfence_audit::Action::ALL.iter().map(|action| action.as_str()).collect();
    let root = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let mut folders = vec![root.join("sql/queries"), root.join("policies/functions")];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            for (at, _) in text.match_indices("'allow'") {
                let before = &text[..at];
                let Some(action) = before.rsplit('\'').nth(1) else { continue };
                // A parameter or a variable stands there instead of a name.
                if action.contains('.') && !action.contains(' ') {
                    seen += 1;
                    assert!(known.contains(action), "{}: '{action}' is not in the enum of actions", path.display());
                }
            }
        }
    }
    assert!(seen > 5, "the search for recorded actions found {seen}");
}
