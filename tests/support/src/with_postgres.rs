//! Starts a private PostgreSQL without durability, migrates the template, runs the command given, and stops the server.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use ringfence_cluster::{Cluster, Durability, Installation, Options};
use ringfence_store::{Credentials, migrate};
use ringfence_tests::database::{ADMIN_URL, CREDENTIALS, TEMPLATE, connect};
use std::process::{Command, ExitCode};
use std::str::FromStr;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let mut words = std::env::args_os().skip(1).collect::<Vec<_>>().into_iter();
    let Some(program) = words.next() else {
        eprintln!("usage: with-postgres COMMAND [ARGUMENT ...]");
        return ExitCode::from(2);
    };
    let say = |line: &str| eprintln!("{line}");
    let installation = Installation::find_or_install(&say).await.expect("PostgreSQL");
    let folder = std::env::temp_dir().join(format!("ringfence-tests-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::set_permissions(&folder, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("a folder that postgres can enter");
    let options = Options {
        data_dir: folder.join("cluster"),
        durability: Durability::Volatile,
        // Logged as in production, so that the canaries are looked for where they would show.
        settings: vec![("max_connections".into(), "400".into())],
    };
    let cluster = Cluster::start(&installation, options, &say).await.expect("a cluster");
    let credentials_file = folder.join("credentials.json");
    let credentials = Credentials::open_or_create(&credentials_file).expect("credentials").0;
    let url = cluster.admin_url();
    let mut admin = tokio_postgres::Config::from_str(&url).expect("a URL");
    connect(&admin).await.batch_execute(&format!("create database {TEMPLATE}")).await.expect("a template");
    admin.dbname(TEMPLATE);
    migrate::migrate(&admin, &credentials).await.expect("migrated");

    let log = cluster.log_file();
    let status = tokio::task::spawn_blocking(move || {
        Command::new(&program).args(words).env(ADMIN_URL, url).env(CREDENTIALS, credentials_file).env("RINGFENCE_TEST_LOG", log).status()
    })
    .await
    .expect("joined")
    .expect("the command could not be started");
    cluster.stop().await.expect("stopped");
    std::fs::remove_dir_all(&folder).ok();
    ExitCode::from(u8::try_from(status.code().unwrap_or(1)).unwrap_or(1))
}
