//! `ringfence serve` and an installation that is not whole: what it refuses to start on, and what the refusal says to do.

use crate::binary::{command, count, ringfence, well};
use ringfence_tests::database::connect;
use ringfence_tests::process::{Issuer, Process};
use ringfence_tests::server::{DATABASE, Server};
use serde_json::Value;

/// Of a `serve` that does not come up.
fn complaint(server: &Server, settings: &[(&str, &str)]) -> (Option<i32>, String) {
    let mut serve = command(server, &["serve"]);
    serve.env_remove("RINGFENCE_ADMIN_URL").env("RINGFENCE_ISSUERS", "https://id.example.com tickets").env("RINGFENCE_LISTEN", "127.0.0.1:0");
    // A bound, so that a service that starts after all is told from one that refuses.
    let mut bounded = std::process::Command::new("timeout");
    bounded.arg("30").arg(serve.get_program()).args(serve.get_args()).current_dir(server.folder()).env("RINGFENCE_DATA", server.folder().join("data"));
    for (name, value) in serve.get_envs() {
        match value {
            Some(value) => bounded.env(name, value),
            None => bounded.env_remove(name),
        };
    }
    let output = bounded.envs(settings.iter().copied()).output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[tokio::test]
async fn each_login_of_the_service_is_its_own_and_in_one_database() {
    let server = Server::start("logins").await;
    let other = server.admin("other");
    ringfence_store::server::create_database(&other).await.unwrap();
    ringfence_store::migrate::migrate(&other, &server.credentials).await.unwrap();
    let superuser = format!("{}{DATABASE}", server.cluster.admin_url().strip_suffix("postgres").unwrap());
    let wrong = server.cluster.dsn("ringfence_auditor", "wrong", DATABASE);
    for (setting, url, words, code) in [
        ("RINGFENCE_AUDITOR_URL", wrong.clone(), "refuses the login ringfence_auditor", 1),
        ("RINGFENCE_AUDITOR_URL", server.url("ringfence_app", DATABASE), "signs in as ringfence_app, and the service needs ringfence_auditor", 2),
        ("RINGFENCE_AUDITOR_URL", superuser.clone(), "signs in as postgres, and the service needs ringfence_auditor", 2),
        ("RINGFENCE_AUDITOR_URL", server.url("ringfence_auditor", "other"), "in the database other", 2),
        ("RINGFENCE_DISPATCHER_URL", superuser.clone(), "signs in as postgres, and the service needs ringfence_dispatcher", 2),
        ("RINGFENCE_DISPATCHER_URL", wrong.replace("auditor", "dispatcher"), "refuses the login ringfence_dispatcher", 1),
        ("RINGFENCE_DISPATCHER_URL", server.url("ringfence_dispatcher", "other"), "in the database other", 2),
        ("DATABASE_URL", superuser, "signs in as postgres, and the service needs ringfence_app", 2),
    ] {
        let (ended, complaint) = complaint(&server, &[(setting, &url)]);
        assert_eq!(ended, Some(code), "{setting}={url}: {complaint}");
        assert!(complaint.contains(words) && complaint.contains(setting), "{setting}={url}: {complaint}");
    }
    // A URL that leaves its own role out means that one.
    let nameless = format!("postgres://127.0.0.1:{}/{DATABASE}", server.cluster.port());
    let issuer = Issuer::start(server.folder());
    let credentials = server.folder().join("credentials.json");
    let settings = [("DATABASE_URL", nameless.as_str()), ("RINGFENCE_AUDITOR_URL", &nameless), ("RINGFENCE_DISPATCHER_URL", &nameless), ("RINGFENCE_CREDENTIALS", credentials.to_str().unwrap())];
    drop(Process::serve(&server, &issuer, &server.folder().join("log"), &settings));
    server.stop().await;
}

#[tokio::test]
async fn a_finding_that_no_migration_mends_comes_with_what_mends_it() {
    let server = Server::start("remedy").await;
    let admin = connect(&server.admin(DATABASE)).await;
    admin.batch_execute(&format!("create role half; alter database {DATABASE} owner to half")).await.unwrap();
    well(&server, &["migrate"]);
    let (code, complaint) = complaint(&server, &[]);
    assert_eq!(code, Some(1), "{complaint}");
    assert!(complaint.contains("database_owner") && complaint.contains(&format!("remedy: alter database {DATABASE} owner to ringfence_owner")), "{complaint}");
    assert!(!complaint.contains("run 'ringfence migrate'"), "{complaint}");
    drop(admin);
    server.stop().await;
}

#[tokio::test]
async fn an_analysts_login_ends_by_a_dropped_role_and_a_migration() {
    let server = Server::start("analyst").await;
    let admin = connect(&server.admin(DATABASE)).await;
    well(&server, &["tenant", "create", "acme"]);
    let login = |url: String| url.split("//").nth(1).unwrap().split(':').next().unwrap().to_owned();
    let [dropped, kept] = [0, 1].map(|_| login(well(&server, &["report-role", "create", "--tenant", "acme"])));
    admin.batch_execute(&format!("drop role {dropped}")).await.unwrap();
    let said = String::from_utf8(ringfence(&server, &["verify"]).stdout).unwrap();
    assert!(said.contains("reporting_login_gone") && said.contains("remedy: `ringfence migrate` takes it out of the map"), "{said}");
    well(&server, &["migrate"]);
    let said = String::from_utf8(ringfence(&server, &["verify"]).stdout).unwrap();
    assert!(!said.contains("reporting_login_gone"), "{said}");
    let still = format!("select count(*) from ringfence.reporting_logins where login = '{kept}'");
    assert_eq!((count(&admin, "select count(*) from ringfence.reporting_logins").await, count(&admin, &still).await), (1, 1));
    drop(admin);
    server.stop().await;
}

#[tokio::test]
async fn what_is_logged_of_an_outage_names_the_request_and_the_metrics_are_histograms() {
    let server = Server::start("outage").await;
    well(&server, &["tenant", "create", "acme"]);
    let issuer = Issuer::start(server.folder());
    let log = server.folder().join("log");
    let process = Process::serve(&server, &issuer, &log, &[]);
    let admin = connect(&server.admin(DATABASE)).await;
    admin
        .batch_execute("alter role ringfence_app nologin; select pg_terminate_backend(pid) from pg_stat_activity where usename = 'ringfence_app'")
        .await
        .unwrap();
    rustls::crypto::ring::default_provider().install_default().ok();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let get = async |path: &str| client.get(format!("http://{}{path}", process.address)).bearer_auth(issuer.token("somebody")).send().await.unwrap();
    let answer = get("/v1/me").await;
    assert_eq!(answer.status(), 503);
    let id = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
    let lines = std::fs::read_to_string(&log).unwrap();
    let line = lines.lines().find(|line| line.contains("answered 503")).unwrap_or_else(|| panic!("no cause of the 503 in {lines}"));
    let line: Value = serde_json::from_str(line).unwrap();
    assert_eq!(line["reason"], "the server refuses the service's login", "{line}");
    assert_eq!(line["span"]["request_id"], *id, "{line}");

    let metrics = get("/metrics").await.text().await.unwrap();
    for words in ["# HELP ringfence_http_requests_total ", "# TYPE ringfence_http_request_seconds histogram", "ringfence_http_request_seconds_bucket{route=\"/v1/me\",le=\"+Inf\"} 1\n"] {
        assert!(metrics.contains(words), "{words} in {metrics}");
    }
    drop((admin, process));
    server.stop().await;
}
