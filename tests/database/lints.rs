//! Every lint is silent on a migrated database and speaks on its fault; a lint without a fault, or a fault without a lint, is refused.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ringfence_store::verify::{Finding, Level, Lint, lints, own_role};
use ringfence_tests::database::migrated_admin_client;
use tokio_postgres::Client;

fn faults() -> PathBuf {
    // The package is the folder tests/ itself.
    Path::new(env!("CARGO_MANIFEST_DIR")).join("database/faults")
}

async fn client() -> Client {
    let client = migrated_admin_client().await;
    client
        .batch_execute("set search_path = pg_catalog, pg_temp")
        .await
        .unwrap();
    client
}

/// What the lint finds once the fault is seeded; the fault is rolled back.
async fn findings_with_fault(client: &mut Client, lint: &Lint) -> Vec<Finding> {
    if let Some(substituted) = lint.substituted() {
        return substituted.run(client).await.unwrap();
    }
    let file = faults().join(format!("{}.sql", lint.name));
    let fault = std::fs::read_to_string(&file)
        .unwrap_or_else(|_| panic!("the lint {0} has no fault: write database/faults/{0}.sql, or `-- fault: replace` in its head", lint.name));
    let transaction = client.transaction().await.unwrap();
    transaction
        .batch_execute(&fault)
        .await
        .unwrap_or_else(|e| panic!("the fault of {} cannot be seeded: {e:?}", lint.name));
    let found = lint.run(&transaction).await.unwrap();
    transaction.rollback().await.unwrap();
    found
}

#[tokio::test]
async fn every_lint_is_silent_on_a_migrated_database() {
    let client = client().await;
    for lint in lints().unwrap().iter().filter(|lint| !lint.about_server) {
        let found = lint.run(&client).await.unwrap();
        assert!(found.is_empty(), "{}: {found:#?}", lint.name);
    }
}

#[tokio::test]
async fn every_lint_fires_on_its_fault() {
    let mut client = client().await;
    for lint in lints().unwrap() {
        let before = lint.run(&client).await.unwrap();
        let after = findings_with_fault(&mut client, &lint).await;
        assert!(!after.is_empty(), "{} is blind to its fault", lint.name);
        if !lint.about_server {
            assert_ne!(
                before, after,
                "{} says the same without its fault",
                lint.name
            );
        }
        assert!(after.iter().all(|finding| finding.level == lint.level));
        let restored = lint.run(&client).await.unwrap();
        assert_eq!(
            before, restored,
            "{}: the fault was not rolled back",
            lint.name
        );
    }
}

#[test]
fn every_fault_has_its_lint_and_every_lint_one_fault() {
    let seeded: BTreeSet<String> = std::fs::read_dir(faults())
        .unwrap()
        .map(|entry| {
            entry
                .unwrap()
                .path()
                .file_stem()
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    let needed: BTreeSet<String> = lints()
        .unwrap()
        .into_iter()
        .filter(|lint| lint.substituted().is_none())
        .map(|lint| lint.name)
        .collect();
    assert_eq!(seeded, needed);
}

#[tokio::test]
async fn the_lints_run_as_the_services_own_role() {
    let client = client().await;
    client
        .batch_execute("set role ringfence_app")
        .await
        .unwrap();
    for lint in lints().unwrap().iter().filter(|lint| !lint.about_server) {
        let found = lint.run(&client).await.unwrap();
        assert!(found.iter().all(|f| f.level == Level::Notice), "{found:#?}");
    }
}

#[tokio::test]
async fn an_administrator_is_no_role_for_the_service() {
    let client = client().await;
    let found = own_role(&client).await.unwrap();
    assert!(found.iter().any(|f| f.detail == "is a superuser"));
    for role in [
        "ringfence_owner",
        "ringfence_provisioner",
        "ringfence_gate",
        "ringfence_backup",
    ] {
        client
            .batch_execute(&format!("set session authorization {role}"))
            .await
            .unwrap();
        assert!(!own_role(&client).await.unwrap().is_empty(), "{role}");
        client
            .batch_execute("reset session authorization")
            .await
            .unwrap();
    }
    for role in [
        "ringfence_app",
        "ringfence_auditor",
        "ringfence_dispatcher",
        "ringfence_operator",
    ] {
        client
            .batch_execute(&format!("set session authorization {role}"))
            .await
            .unwrap();
        assert_eq!(own_role(&client).await.unwrap(), [], "{role}");
        client
            .batch_execute("reset session authorization")
            .await
            .unwrap();
    }
}
