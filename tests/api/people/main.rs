//! Members, groups, organizations and contacts over HTTP: who may do what with them, and what they refuse.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod members;
mod records;
mod roles;

use ringfence_tests::{Call, Running};
use serde_json::{Value, json};
use uuid::Uuid;

const BASE: &str = "/v1/tenants/acme";

fn identity(running: &Running, role: &str) -> Value {
    json!({"issuer": running.issuer.issuer(), "subject": Uuid::now_v7(), "name": "Colleague", "role": role})
}

fn location(made: &Call) -> String {
    made.header("location").unwrap().to_owned()
}

fn id(made: &Call, field: &str) -> Uuid {
    made.body[field].as_str().unwrap().parse().unwrap()
}

async fn patch(running: &Running, path: &str, token: &str, version: i32, body: Value) -> Call {
    running.call("PATCH", path, token, &[("If-Match", &format!("\"{version}\""))], Some(&body)).await
}

async fn delete(running: &Running, path: &str, token: &str) -> Call {
    running.call("DELETE", path, token, &[], None).await
}

/// What POST takes to make one of each.
fn input(running: &Running, resource: &str) -> Value {
    match resource {
        "members" => identity(running, "requester"),
        "contacts" => json!({"name": "Customer", "email": format!("{}@example.com", Uuid::now_v7())}),
        _ => json!({"name": Uuid::now_v7()}),
    }
}
