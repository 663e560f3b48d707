//! Provisioning over HTTP: what an identity provider may do in its own tenant, and what nobody may do by it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod access;
mod groups;
mod limits;
mod protocol;
mod races;

use ringfence_tests::world::{Tenant, served};
use ringfence_tests::{Call, Installation, Running, World};
use serde_json::{Value, json};

pub const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
pub const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
pub const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// Two tenants, and the token of the service that provisions the first.
pub struct Scene {
    pub installation: Installation,
    pub running: Running,
    pub world: World,
    pub token: String,
}

impl Scene {
    pub async fn begin() -> Self {
        let (installation, running, world) = served().await;
        let token = running.token("acme:service");
        Self { installation, running, world, token }
    }

    pub fn acme(&self) -> &Tenant {
        self.world.tenant("acme")
    }

    pub async fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<Value>) -> Call {
        self.call_as(&self.token, "acme", method, path, headers, body).await
    }

    pub async fn call_as(&self, token: &str, tenant: &str, method: &str, path: &str, headers: &[(&str, &str)], body: Option<Value>) -> Call {
        self.running.call(method, &format!("/v1/tenants/{tenant}/scim/v2{path}"), token, headers, body.as_ref()).await
    }

    pub async fn get(&self, path: &str) -> Call {
        self.call("GET", path, &[], None).await
    }

    pub async fn made(&self, mut fields: Value) -> Value {
        fields["schemas"] = json!([USER]);
        self.call("POST", "/Users", &[], Some(fields)).await.expect(201).body
    }

    pub async fn made_group(&self, mut fields: Value) -> Value {
        fields["schemas"] = json!([GROUP]);
        self.call("POST", "/Groups", &[], Some(fields)).await.expect(201).body
    }

    pub async fn patch(&self, path: &str, operations: Value) -> Call {
        self.call("PATCH", path, &[], Some(json!({ "schemas": [PATCH], "Operations": operations }))).await
    }

    /// The person's own call to their tenant.
    pub async fn enters(&self, subject: &str) -> u16 {
        self.running.get("/v1/tenants/acme/tickets", &self.running.token(subject)).await.status
    }

    pub async fn tickets_seen(&self, subject: &str) -> usize {
        let answer = self.running.get("/v1/tenants/acme/tickets", &self.running.token(subject)).await.expect(200);
        answer.body["data"].as_array().expect("tickets").len()
    }

    pub async fn set_up(&self, settings: Value) -> Call {
        let (path, owner) = ("/v1/tenants/acme/provisioning-settings", self.running.token("acme:owner"));
        let standing = self.running.get(path, &owner).await;
        let version: Vec<_> = standing.header("etag").map(|tag| ("If-Match", tag)).into_iter().collect();
        self.running.call("PUT", path, &owner, &version, Some(&settings)).await
    }

    /// What the trail says of this action.
    pub async fn trail(&self, action: &str) -> Vec<Value> {
        let answer = self.running.get(&format!("/v1/tenants/acme/audit?action={action}"), &self.running.token("acme:owner")).await.expect(200);
        answer.body["data"].as_array().expect("events").clone()
    }

    pub async fn end(self) {
        drop(self.running);
        self.installation.drop().await;
    }
}

pub fn id(resource: &Value) -> &str {
    resource["id"].as_str().expect("an id")
}

/// The names in a list, in its order.
pub fn names(list: &Call, attribute: &str) -> Vec<String> {
    list.body["Resources"].as_array().expect("resources").iter().map(|r| r[attribute].as_str().expect("a name").to_owned()).collect()
}

/// An error is in SCIM's own form, and says nothing of ours.
pub fn is_refused(answer: &Call, status: u16, scim_type: Option<&str>) {
    assert_eq!((answer.status, answer.body["scimType"].as_str()), (status, scim_type), "{}", answer.text);
    assert_eq!(answer.header("content-type"), Some("application/scim+json"));
    assert_eq!(answer.body["status"], status.to_string());
    assert_eq!(answer.body["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:Error"]));
}
