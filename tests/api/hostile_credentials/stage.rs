//! A service that trusts an issuer of the test's own, whose keys the test holds; and what is good there, to be spoilt.

use crate::counting::Wire;
use crate::issuer_server::IssuerServer;
use crate::signer::Signer;
use jiff::Timestamp;
use ringfence_identity::IssuerConfig;
use ringfence_identity::sign_in::SessionSecret;
use ringfence_store::TokenKey;
use ringfence_tests::world::Tenant;
use ringfence_tests::{Call, Installation, Running, World};
use serde_json::{Value, json};
use tokio_postgres::Client;
use uuid::Uuid;

pub const PATH: &str = "/v1/tenants/acme/tickets";

/// How a credential is shown.
#[derive(Debug, Clone)]
pub enum Shown {
    Bearer(String),
    Headers(Vec<(&'static str, String)>),
}

pub struct Stage {
    pub installation: Installation,
    pub running: Running,
    pub world: World,
    pub wire: Wire,
    pub issuer: IssuerServer,
    pub admin: Client,
    pub ed25519: Signer,
    pub rsa: Signer,
    pub p256: Signer,
    /// Of nobody whom the service trusts.
    pub stranger: Signer,
    pub now: i64,
}

impl Stage {
    /// `alice` of the test's issuer is an agent of acme.
    pub async fn new() -> Self {
        let (ed25519, rsa, p256) = (Signer::ed25519(), Signer::rsa(), Signer::p256());
        let issuer = IssuerServer::start().await;
        issuer.set_keys(&[ed25519.jwk("ed"), rsa.jwk("rsa"), p256.jwk("p256")]);
        let installation = Installation::fresh().await;
        let wire = Wire::before(&installation).await;
        let (trusted, through) = (IssuerConfig::new(&issuer.url, "ringfence").unwrap(), wire.config.clone());
        let running = Running::try_over(&installation, |config| {
            config.issuers.push(trusted);
            config.database.app = through;
            // One pool, so that what is prepared once is prepared for all.
            config.workers = Some(1);
            config.database.connections = 1;
        })
        .await
        .expect("the service starts");
        let world = World::build(&installation, running.issuer.issuer(), &["acme", "globex"]).await;
        let admin = installation.admin().await;
        let stage = Self { installation, running, world, wire, issuer, admin, ed25519, rsa, p256, stranger: Signer::ed25519(), now: Timestamp::now().as_second() };
        stage.member("alice").await;
        stage
    }

    pub fn acme(&self) -> &Tenant {
        self.world.tenant("acme")
    }

    pub fn claims(&self) -> Value {
        json!({
            "iss": self.issuer.url, "sub": "alice", "aud": "ringfence", "client_id": "web-ui",
            "exp": self.now + 3600, "iat": self.now, "nbf": self.now, "jti": "token-1",
        })
    }

    /// The header of a good token with some parameters replaced; null removes one.
    pub fn header(&self, change: Value) -> String {
        merged(json!({"typ": "at+jwt", "alg": "EdDSA", "kid": "ed"}), change)
    }

    /// A token of the good claims with some replaced, rightly signed.
    pub fn token(&self, change: Value) -> String {
        self.ed25519.token("EdDSA", &self.header(json!({})), &merged(self.claims(), change))
    }

    pub fn good(&self) -> String {
        self.token(json!({}))
    }

    pub async fn show(&self, path: &str, shown: &Shown) -> Call {
        let request = self.running.client().get(self.running.url(path));
        let request = match shown {
            Shown::Bearer(token) => request.header("Authorization", format!("Bearer {token}")),
            Shown::Headers(headers) => headers.iter().fold(request, |request, (name, value)| request.header(*name, value)),
        };
        self.running.send(request).await
    }

    /// What the trail says was denied under a request's id, in the tenant and in the installation.
    pub async fn denials(&self, request_id: &str) -> Vec<(Option<Uuid>, String, Option<String>)> {
        let id: Uuid = request_id.parse().unwrap();
        let rows = self
            .admin
            .query(
                "select tenant_id, action, rule from ringfence.audit_inbox where request_id = $1 and decision = 'deny'
                 union all select tenant_id, action, rule from ringfence.audit_events where request_id = $1 and decision = 'deny'
                 union all select null, action, rule from ringfence.installation_events where request_id = $1 and decision = 'deny'",
                &[&id],
            )
            .await
            .unwrap();
        rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect()
    }

    async fn member(&self, subject: &str) -> String {
        let body = json!({"issuer": self.issuer.url, "subject": subject, "name": subject, "role": "agent"});
        let made = self.running.post("/v1/tenants/acme/members", &self.running.token("acme:owner"), body).await.expect(201);
        made.header("location").unwrap().to_owned()
    }

    pub async fn removed_member(&self) -> String {
        let path = self.member("removed").await;
        let token = self.token(json!({"sub": "removed"}));
        self.running.get(PATH, &token).await.expect(200);
        self.running.call("DELETE", &path, &self.running.token("acme:owner"), &[], None).await.expect(204);
        token
    }

    /// Named after its owner's role.
    pub async fn api_token(&self, tenant: &str, role: &str) -> String {
        self.made(tenant, &self.running.token(&format!("{tenant}:{role}")), json!({"name": role, "scopes": ["ticket.read"]})).await
    }

    pub async fn services_token(&self, tenant: &str) -> String {
        let service = self.world.tenant(tenant).members["service"];
        self.made(tenant, &self.running.token(&format!("{tenant}:owner")), json!({"name": "service", "scopes": ["ticket.read"], "member_id": service})).await
    }

    async fn made(&self, tenant: &str, bearer: &str, body: Value) -> String {
        let made = self.running.post(&format!("/v1/tenants/{tenant}/api-tokens"), bearer, body).await.expect(201);
        let token = made.body["token"].as_str().unwrap().to_owned();
        self.running.get(&format!("/v1/tenants/{tenant}/tickets"), &token).await.expect(200);
        token
    }

    pub async fn changed_token(&self, change: &str) -> String {
        let token = self.made("acme", &self.running.token("acme:agent"), json!({"name": change, "scopes": ["ticket.read"]})).await;
        let changed = self.admin.execute(&format!("update ringfence.api_tokens set {change} where name = $1"), &[&change]).await.unwrap();
        assert_eq!(changed, 1);
        token
    }

    pub async fn removed_members_token(&self) -> String {
        let path = self.member("gone").await;
        let token = self.made("acme", &self.token(json!({"sub": "gone", "auth_time": self.now})), json!({"name": "gone", "scopes": ["ticket.read"]})).await;
        self.running.call("DELETE", &path, &self.running.token("acme:owner"), &[], None).await.expect(204);
        token
    }

    /// A session of this subject's, good but for the change.
    pub async fn session(&self, subject: &str, change: &str) -> String {
        let secret = SessionSecret::generate().unwrap();
        let (id, text) = (Uuid::now_v7(), secret.expose());
        self.admin
            .execute(
                "insert into ringfence.sessions (session_id, session_hash, identity_id, authenticated_at, idle_expires_at, expires_at)
                 select $1, $2, i.identity_id, now(), now() + interval '1 hour', now() + interval '1 day' from ringfence.identities i where i.subject = $3",
                &[&id, &self.session_hash(&text).as_slice(), &subject],
            )
            .await
            .unwrap();
        self.admin.execute(&format!("update ringfence.sessions set {change} where session_id = $1"), &[&id]).await.unwrap();
        text
    }

    /// What the database keeps of a session.
    pub fn session_hash(&self, cookie: &str) -> [u8; 32] {
        let key = TokenKey::parse(self.installation.credentials.token_key.expose()).unwrap();
        *key.credential_hash("session", SessionSecret::parse(cookie).unwrap().bytes()).bytes()
    }

    pub async fn end(self) {
        drop(self.running);
        self.installation.drop().await;
    }
}

fn merged(mut whole: Value, changes: Value) -> String {
    let object = whole.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            object.remove(name);
        } else {
            object.insert(name.clone(), value.clone());
        }
    }
    whole.to_string()
}
