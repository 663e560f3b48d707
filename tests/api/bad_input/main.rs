//! Whatever a client sends, it gets a 4xx that says what is wrong, and nothing changes. Sent as bytes, for a good client would refuse to.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod bodies;
mod cross_origin;
mod headers;
mod lists;
mod paths;
mod trimmed;
mod wire;

use ringfence_tests::{Installation, Running, World};
use serde_json::{Value, json};
use std::collections::BTreeMap;
pub use wire::{Answer, Request};

/// A service over two tenants, and what its tables held at the start.
pub struct Scene {
    pub running: Running,
    pub world: World,
    pub installation: Installation,
    /// Of acme.
    invitation: uuid::Uuid,
    before: BTreeMap<String, String>,
}

async fn invitation(installation: &Installation, world: &World) -> uuid::Uuid {
    let (acme, id) = (world.tenant("acme"), uuid::Uuid::now_v7());
    let sql = "insert into ringfence.invitations (tenant_id, invitation_id, secret_hash, email, name, role, invited_by, expires_at) values ($1, $2, sha256('x'), 'x@x.example', 'x', 'agent', $3, now() + interval '1 day')";
    installation.admin().await.execute(sql, &[&acme.id, &id, &acme.members["owner"]]).await.unwrap();
    id
}

impl Scene {
    pub async fn open() -> Self {
        let installation = Installation::fresh().await;
        let running = Running::over(&installation).await;
        let world = World::build(&installation, running.issuer.issuer(), &["acme", "globex"]).await;
        let invitation = invitation(&installation, &world).await;
        // The first look of a member at a tenant is recorded; here, so that no test finds its trace.
        let before = digests(&installation).await;
        Self { running, world, installation, invitation, before }
    }

    /// By the owner of acme, who may do everything there.
    pub fn owner(&self, method: &str, path: &str) -> Request {
        Request::new(method, path).header("Authorization", &format!("Bearer {}", self.running.token("acme:owner")))
    }

    pub async fn send(&self, request: &Request) -> Answer {
        wire::send(self.running.address, &request.bytes()).await
    }

    /// The request is refused with this status and a problem that explains itself.
    pub async fn refused(&self, status: u16, request: &Request) -> Answer {
        let answer = self.send(request).await;
        assert_eq!(answer.status, status, "{}\n{}", request.shown(), answer.text());
        answer.explains_itself();
        answer
    }

    /// Every operation of the service with a path of acme that exists.
    pub fn operations(&self) -> Vec<(&'static str, String, &'static str)> {
        let acme = self.world.tenant("acme");
        let filled = |path: &str| acme.path(&path.replace("{invitation_id}", &self.invitation.to_string()));
        ringfence_api::ROUTES.iter().map(|route| (route.operation_id, filled(route.path), route.method)).collect()
    }

    /// Those inside the tenant: for the others, and for SCIM's, the same rules hold where their own tests say so.
    pub fn in_tenant(&self) -> Vec<(&'static str, String, &'static str)> {
        self.operations().into_iter().filter(|(_, path, _)| path.starts_with("/v1/tenants/") && !path.contains("/scim/")).collect()
    }

    /// The operations in the tenant that take a body.
    pub fn writes(&self) -> Vec<(&'static str, String, &'static str)> {
        self.in_tenant().into_iter().filter(|(_, _, method)| matches!(*method, "post" | "put" | "patch")).collect()
    }

    /// A body that the operation takes.
    pub fn body_of(&self, operation: &str) -> Vec<u8> {
        let body: &[u8] = match operation {
            "setProvisioningSettings" => return format!("{{\"issuer\": \"{}\", \"default_role\": \"requester\", \"role_map\": {{}}}}", self.running.issuer.issuer()).into_bytes(),
            "createTicket" | "updateTicket" => b"{\"subject\": \"x\"}",
            "createComment" => b"{\"body\": \"x\", \"visibility\": \"public\"}",
            "setTicketStatus" => b"{\"status\": \"open\"}",
            "assignTicket" => b"{\"assignee_id\": null}",
            "createServiceAccount" => b"{\"name\": \"x\", \"permissions\": []}",
            "createApiToken" => b"{\"name\": \"x\", \"scopes\": [\"ticket.read\"]}",
            "createRole" => b"{\"name\": \"x\", \"permissions\": []}",
            "grantBreakGlass" => b"{\"issuer\": \"https://x.example\", \"subject\": \"x\", \"name\": \"x\", \"role\": \"auditor\", \"hours\": 1, \"reason\": \"to be refused\"}",
            "createInvitation" => b"{\"email\": \"x@x.example\", \"name\": \"x\", \"role\": \"agent\"}",
            "changeSignInSettings" => b"{\"required_issuers\": null}",
            "addMember" => b"{\"issuer\": \"https://x.example\", \"subject\": \"x\", \"role\": \"agent\", \"name\": \"x\"}",
            "createAgreement" => b"{\"partner\": \"nobody\", \"direction\": \"both\", \"actions\": [\"ticket.escalate\"], \"fields\": [], \"expires_at\": \"2099-01-01T00:00:00Z\"}",
            "setAgreementState" => b"{\"state\": \"revoked\"}",
            "escalateTicket" | "shareComment" => b"{\"agreement_id\": \"01980000-0000-7000-8000-000000000020\"}",
            _ => b"{\"name\": \"x\"}",
        };
        body.to_vec()
    }

    /// No table but the trail, which records denials, holds anything else than at the start.
    pub async fn nothing_changed(self) {
        let after = digests(&self.installation).await;
        for (table, digest) in &after {
            assert_eq!(self.before.get(table), Some(digest), "{table} has changed");
        }
        drop(self.running);
        self.installation.drop().await;
    }
}

/// Rows and a digest of them, for every table that a request could change.
async fn digests(installation: &Installation) -> BTreeMap<String, String> {
    let admin = installation.admin().await;
    let tables = admin
        .query("select tablename::text from pg_tables where schemaname = 'ringfence' and tablename not in ('audit_inbox', 'audit_events', 'audit_heads', 'installation_events')", &[])
        .await
        .unwrap();
    assert!(tables.len() > 10, "the tables of the service were not found");
    let mut digests = BTreeMap::new();
    for row in tables {
        let table: String = row.get(0);
        let digest: String = admin
            .query_one(&format!("select count(*) || ':' || coalesce(md5(string_agg(t::text, '|' order by t::text)), '') from ringfence.{table} t"), &[])
            .await
            .unwrap()
            .get(0);
        digests.insert(table, digest);
    }
    digests
}

impl Answer {
    /// A problem of the documented form, under the request's own id, without a word of what lies behind.
    pub fn explains_itself(&self) {
        assert!((400..500).contains(&self.status), "{}", self.text());
        let problem = self.json();
        if self.header("content-type") == Some("application/scim+json") {
            // RFC 7644, section 3.12.
            assert_eq!(problem["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:Error"]), "{problem}");
            assert_eq!(problem["status"], json!(self.status.to_string()), "{problem}");
            assert!(problem["detail"].as_str().is_some_and(|detail| detail.len() > 5), "{problem}");
            return self.says_nothing_of_what_lies_behind();
        }
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{}", self.text());
        assert_eq!(problem["status"], json!(self.status), "{problem}");
        assert_eq!(problem["request_id"].as_str(), self.header("x-request-id"), "{problem}");
        assert!(uuid::Uuid::parse_str(problem["request_id"].as_str().unwrap()).is_ok());
        assert!(problem["title"].as_str().is_some_and(|title| title.len() > 5), "{problem}");
        let contract: Value = serde_json::from_str(ringfence_api::document()).unwrap();
        let schema = &contract["components"]["schemas"]["Problem"]["properties"];
        assert!(schema["type"]["enum"].as_array().unwrap().contains(&problem["type"]), "{problem}");
        assert!(schema["code"]["examples"].as_array().unwrap().contains(&problem["code"]), "{problem}");
        let known = &contract["components"]["schemas"]["FieldError"]["properties"]["code"]["examples"];
        for error in problem["errors"].as_array().into_iter().flatten() {
            assert!(known.as_array().unwrap().contains(&error["code"]), "{error}");
            assert!(error["field"].is_string(), "{error}");
            assert!(error["message"].as_str().is_some_and(|message| message.len() > 3), "{error}");
        }
        self.says_nothing_of_what_lies_behind();
    }

    fn says_nothing_of_what_lies_behind(&self) {
        let text = self.text().to_lowercase();
        for word in ["postgres", "actix", "serde", "panicked", "sqlstate", "violates", "relation", "stack", "canary"] {
            assert!(!text.contains(word), "an answer says '{word}': {text}");
        }
    }

    /// The fields that are named as wrong, with the code of each.
    pub fn wrong(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        self.json()["errors"].as_array().into_iter().flatten().map(|error| (text(&error["field"]), text(&error["code"]))).collect()
    }
}
