//! Schemathesis (PyPI) makes requests out of the served document and holds every answer against it, as callers of several roles.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use ringfence_tests::world::Tenant;
use ringfence_tests::{Installation, Running, World, cases, seed};
use std::path::{Path, PathBuf};
use std::process::Command;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("e2e")
}

/// The settings, with the names of things that exist: without them hardly a request would get past the door.
fn settings(role: &str, acme: &Tenant) -> PathBuf {
    let common = std::fs::read_to_string(folder().join("schemathesis/schemathesis.toml")).unwrap();
    let known = [
        ("tenant", acme.slug.clone()),
        ("ticket_id", acme.own_ticket.to_string()),
        ("comment_id", acme.comments[2].0.to_string()),
        // Nobody who calls: a caller that demotes itself would be told 403 from there on.
        ("member_id", acme.members["light_agent"].to_string()),
        ("group_id", acme.groups["first"].to_string()),
        ("organization_id", acme.organization.to_string()),
        ("contact_id", acme.contact.to_string()),
        ("scim_user_id", acme.scim_user.to_string()),
        ("scim_group_id", acme.scim_group.to_string()),
    ];
    let parameters: Vec<String> = known.iter().map(|(name, value)| format!("\"path.{name}\" = \"{value}\"\n")).collect();
    let file = folder().join(format!("schemathesis/target/{role}.toml"));
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, format!("{common}\n[parameters]\n{}", parameters.concat())).unwrap();
    file
}

/// One role goes through everything; the others do when many cases are asked for.
fn phases(role: &str) -> &'static str {
    if role == "owner" || std::env::var("CASES").is_ok() { "examples,coverage,fuzzing,stateful" } else { "examples,fuzzing" }
}

async fn as_role(role: &str) {
    let binary = folder().join(".venv/bin/schemathesis");
    assert!(binary.exists(), "{} is missing: run this with 'make schemathesis' or 'make test', which install it", binary.display());
    let installation = Installation::fresh().await;
    let running = Running::over(&installation).await;
    let world = World::build(&installation, running.issuer.issuer(), &["acme", "globex"]).await;
    let mut command = Command::new(&binary);
    command
        .args(["--config-file", settings(role, world.tenant("acme")).to_str().unwrap(), "run", &running.url("/openapi.json")])
        .args(["--phases", phases(role)])
        .args(["--max-examples", &cases(5).to_string(), "--seed", &seed().to_string(), "--generation-database", "none"])
        // How fast requests are made up is the machine's, and says nothing of the answers.
        .args(["--suppress-health-check", "too_slow"])
        .args(["--header", &format!("Authorization: Bearer {}", running.token(&format!("acme:{role}")))])
        .current_dir(folder());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let made: usize = said.split("Test cases:").nth(1).and_then(|after| after.split_whitespace().next()).and_then(|count| count.parse().ok()).unwrap_or(0);
    println!("{role}: {made} cases");
    assert!(output.status.success(), "as {role}:\n{said}\n{}", String::from_utf8_lossy(&output.stderr));
    let least = if phases(role).contains("coverage") { 1000 } else { 100 };
    assert!(made >= least, "only {made} cases were made as {role}:\n{said}");
    drop(running);
    installation.drop().await;
}

#[test]
fn every_example_of_the_document_fits_its_schema() {
    let mut command = Command::new(folder().join(".venv/bin/python"));
    let output = command.args(["schemathesis/examples.py", "../../openapi.json"]).current_dir(folder()).output().expect("run this with 'make schemathesis'");
    assert!(output.status.success(), "{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
}

#[tokio::test]
async fn every_answer_to_an_owner_is_as_documented() {
    as_role("owner").await;
}

#[tokio::test]
async fn every_answer_to_an_agent_is_as_documented() {
    as_role("agent").await;
}

#[tokio::test]
async fn every_answer_to_a_requester_is_as_documented() {
    as_role("requester").await;
}

#[tokio::test]
async fn every_answer_to_an_auditor_is_as_documented() {
    as_role("auditor").await;
}

#[tokio::test]
async fn every_answer_to_a_service_is_as_documented() {
    as_role("service").await;
}
