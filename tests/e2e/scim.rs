//! scim2-tester (PyPI), unmodified, provisions users and groups of one tenant through the real service; the other tenant is not touched.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use ringfence_tests::{Installation, Running, World};
use std::path::Path;
use std::process::Command;

#[tokio::test]
async fn scim2_tester_finds_nothing_wrong() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("e2e");
    let python = folder.join("scim/.venv/bin/python");
    assert!(python.exists(), "{} is missing: run this with 'make scim' or 'make test', which install it", python.display());
    let installation = Installation::fresh().await;
    let running = Running::over(&installation).await;
    World::build(&installation, running.issuer.issuer(), &["acme", "globex"]).await;
    let admin = installation.admin().await;
    let counted = "select count(*) from ringfence.scim_users u join ringfence.tenants t using (tenant_id) where t.slug = 'globex'";
    let before: i64 = admin.query_one(counted, &[]).await.expect("a count").get(0);
    let mut command = Command::new(python);
    command.arg(folder.join("scim/run.py")).arg(running.url("/v1/tenants/acme/scim/v2")).args(std::env::var("SCIM_DETAILS").map(|_| "-v")).env("SCIM_TOKEN", running.token("acme:service"));
    let output = tokio::task::spawn_blocking(move || command.output().expect("python runs")).await.expect("a run");
    let said = String::from_utf8_lossy(&output.stdout);
    println!("{}", said.lines().last().unwrap_or_default());
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    let after: i64 = admin.query_one(counted, &[]).await.expect("a count").get(0);
    assert_eq!(before, after);
    drop(running);
    installation.drop().await;
}
