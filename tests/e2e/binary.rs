//! The binary as an operator types it, over a server of the test's own.

use ringfence_tests::server::{DATABASE, Server};
use std::path::PathBuf;
use std::process::{Command, Output};
use tokio_postgres::Client;

/// The binary over that server's database, as its README says.
pub fn ringfence(server: &Server, arguments: &[&str]) -> Output {
    command(server, arguments).output().expect("target/debug/ringfence, which `make e2e` builds")
}

/// Beside the tests.
pub fn binary() -> PathBuf {
    let this = std::env::current_exe().unwrap();
    this.parent().unwrap().parent().unwrap().join("ringfence")
}

pub fn command(server: &Server, arguments: &[&str]) -> Command {
    let mut command = Command::new(binary());
    command
        .args(arguments)
        .current_dir(server.folder())
        .env("RINGFENCE_CREDENTIALS", server.folder().join("credentials.json"))
        .env("RINGFENCE_ADMIN_URL", server.cluster.admin_url())
        .env("DATABASE_URL", server.url("ringfence_app", DATABASE))
        .env("RINGFENCE_AUDITOR_URL", server.url("ringfence_auditor", DATABASE))
        .env("RINGFENCE_OPERATOR_URL", server.url("ringfence_operator", DATABASE));
    command
}

pub fn well(server: &Server, arguments: &[&str]) -> String {
    let output = ringfence(server, arguments);
    assert!(output.status.success(), "{arguments:?}: {}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

pub async fn count(client: &Client, sql: &str) -> i64 {
    client.query_one(sql, &[]).await.unwrap().get(0)
}

