//! Machines over HTTP: service accounts, API tokens and acting for another; what each may do, and what ends it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod acting;
mod lifetimes;
mod service_accounts;
mod tokens;
mod trail;

use ringfence_tests::world::{Tenant, served};
use ringfence_tests::{Call, Installation, Running, World};
use serde_json::{Value, json};
use uuid::Uuid;

const BASE: &str = "/v1/tenants/acme";
const TOKENS: &str = "/v1/tenants/acme/api-tokens";

struct Stage {
    installation: Installation,
    running: Running,
    world: World,
}

impl Stage {
    async fn new() -> Self {
        let (installation, running, world) = served().await;
        Self { installation, running, world }
    }

    fn acme(&self) -> &Tenant {
        self.world.tenant("acme")
    }

    fn bearer(&self, role: &str) -> String {
        self.running.token(&format!("acme:{role}"))
    }

    async fn post(&self, path: &str, token: &str, body: Value) -> Call {
        self.running.post(path, token, body).await
    }

    async fn delete(&self, path: &str, token: &str) -> Call {
        self.running.call("DELETE", path, token, &[], None).await
    }

    async fn patch(&self, path: &str, token: &str, version: i32, body: Value) -> Call {
        self.running.call("PATCH", path, token, &[("If-Match", &format!("\"{version}\""))], Some(&body)).await
    }

    /// An API token of whoever holds this bearer, as it was shown.
    async fn token(&self, bearer: &str, scopes: &[&str]) -> (String, Uuid) {
        shown(&self.post(TOKENS, bearer, json!({"name": "Made", "scopes": scopes})).await.expect(201))
    }

    /// A service account of these permissions, and a token that has all of them.
    async fn service(&self, permissions: &[&str]) -> (String, Uuid) {
        let owner = self.bearer("owner");
        let made = self.post(&format!("{BASE}/service-accounts"), &owner, json!({"name": "Machine", "permissions": permissions})).await.expect(201);
        let member: Uuid = made.body["member_id"].as_str().unwrap().parse().unwrap();
        let token = self.post(TOKENS, &owner, json!({"name": "Made", "scopes": permissions, "member_id": member})).await.expect(201);
        (shown(&token).0, member)
    }

    async fn acting(&self, method: &str, path: &str, token: &str, subject: Uuid, body: Option<&Value>) -> Call {
        let mut headers = vec![("Act-As", subject.to_string())];
        if matches!(method, "PATCH" | "PUT") {
            headers.push(("If-Match", "\"1\"".into()));
        }
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.running.call(method, path, token, &headers, body).await
    }

    /// What the trail of the tenant says of a request.
    async fn events(&self, call: &Call) -> Vec<Value> {
        let trail = self.running.get(&format!("{BASE}/audit?request_id={}&limit=200&order=position", call.request_id()), &self.bearer("auditor")).await.expect(200);
        trail.body["data"].as_array().unwrap().clone()
    }

    async fn event(&self, call: &Call, action: &str) -> Value {
        let events = self.events(call).await;
        events.iter().find(|event| event["action"] == action).unwrap_or_else(|| panic!("{action} in {events:?}")).clone()
    }

    async fn end(self) {
        drop(self.running);
        self.installation.drop().await;
    }
}

fn shown(made: &Call) -> (String, Uuid) {
    (made.body["token"].as_str().expect("a token").to_owned(), made.body["api_token_id"].as_str().unwrap().parse().unwrap())
}
