//! Tokens of a certified OpenID provider, started for real: what lets a caller in, and what does not.

use crate::node::{Lasting, folder, node, printed};
use jiff::{SignedDuration, Timestamp};
use ringfence_domain::Role;
use ringfence_identity::{ActorKind, Clock, IssuerConfig, Rejection, Verifier};
use ringfence_store::command::NewMember;
use ringfence_tests::{Installation, Running, World};
use serde_json::{Value, json};
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

const AUDIENCE: &str = "https://tickets.example.com";
/// The provider says of everybody that this is theirs; in acme it is the address of an owner.
const ADDRESS: &str = "owner@acme.example";

/// The provider, whose keys and clock can be changed by starting it anew.
pub struct Provider {
    port: u16,
    running: Option<Lasting>,
    /// The service that is a client of its own, and the pages that it may send browsers to.
    service: Option<(String, String)>,
}

impl Provider {
    /// Not started yet: its address is known before that of the service that it is to know.
    pub fn reserve() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self { port, running: None, service: None }
    }

    /// Starts it with the service as its client.
    pub async fn serve(&mut self, service: &str, pages: &str) {
        self.service = Some((service.to_owned(), pages.to_owned()));
        self.restart("first", 0).await;
    }

    async fn start() -> Self {
        let mut provider = Self::reserve();
        provider.restart("first", 0).await;
        provider
    }

    /// With a new key of this name, and a clock that is that many seconds ahead.
    async fn restart(&mut self, key: &str, ahead: i64) {
        drop(self.running.take());
        let keys = printed(node(&["identity/keys.mjs", key])).await;
        let file = self.key_file();
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, keys).unwrap();
        let mut command = node(&["identity/provider.mjs", &self.port.to_string(), file.to_str().unwrap()]);
        command.env("CLOCK", ahead.to_string()).env("EMAIL", ADDRESS);
        if let Some((service, pages)) = &self.service {
            command.env("SERVICE", service).env("PAGES", pages);
        }
        self.running = Some(Lasting::start(command).await);
        std::fs::remove_file(file).ok();
    }

    fn key_file(&self) -> PathBuf {
        folder().join(format!("target/keys-{}.json", self.port))
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The token of a machine (client credentials), for an audience.
    async fn robot(&self, audience: &str) -> String {
        let form = format!("grant_type=client_credentials&resource={}&scope=tickets", audience.replace(':', "%3A").replace('/', "%2F"));
        let answer = reqwest::Client::builder()
            .no_proxy()
            .build()
            .unwrap()
            .post(format!("{}/token", self.url()))
            .basic_auth("robot", Some("known%20to%20this%20test%20alone"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(form)
            .send()
            .await
            .unwrap();
        let said: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        said["access_token"].as_str().unwrap_or_else(|| panic!("{said}")).to_owned()
    }

    /// The access token and the ID token of a person who signs in with a browser (authorization code, PKCE).
    async fn person(&self, subject: &str) -> (String, String) {
        let said: Value = serde_json::from_str(&printed(node(&["identity/sign_in.mjs", &self.url(), subject])).await).unwrap();
        (said["access_token"].as_str().unwrap().to_owned(), said["id_token"].as_str().unwrap().to_owned())
    }
}

/// A service that trusts the provider beside its own issuer.
async fn service(installation: &Installation, provider: &Provider) -> (Running, World) {
    let issuer = IssuerConfig::new(provider.url(), AUDIENCE).unwrap();
    let running = Running::try_over(installation, |config| config.issuers.push(issuer)).await.unwrap();
    let world = World::build(installation, running.issuer.issuer(), &["acme", "globex"]).await;
    (running, world)
}

pub async fn member(installation: &Installation, world: &World, provider: &Provider, subject: &str, role: Role) {
    let permissions = (role == Role::Service).then(|| vec!["ticket.read".to_owned(), "ticket.create".to_owned()]);
    let new = NewMember { issuer: &provider.url(), subject, name: "Somebody", email: None, role, permissions };
    installation.operator().await.add_member(world.tenant("acme").id.into(), &new).await.unwrap().expect("a new member");
}

#[tokio::test]
async fn a_machine_enters_with_its_own_token_for_this_audience_alone() {
    let installation = Installation::fresh().await;
    let provider = Provider::start().await;
    let (running, world) = service(&installation, &provider).await;
    let token = provider.robot(AUDIENCE).await;

    // Known by nobody: signed in, and a member of nothing.
    let me = running.get("/v1/me", &token).await.expect(200);
    assert_eq!((&me.body["kind"], &me.body["subject"], &me.body["tenants"]), (&json!("service"), &json!("robot"), &json!([])));
    running.get("/v1/tenants/acme/tickets", &token).await.expect(404);

    member(&installation, &world, &provider, "robot", Role::Service).await;
    running.get("/v1/tenants/acme/tickets", &token).await.expect(200);
    running.post("/v1/tenants/acme/tickets", &token, json!({"subject": "Found by a machine"})).await.expect(201);
    running.get("/v1/tenants/globex/tickets", &token).await.expect(404);
    running.get("/v1/tenants/acme/audit", &token).await.expect(403);

    let elsewhere = provider.robot("https://other.example.com").await;
    let refused = running.get("/v1/tenants/acme/tickets", &elsewhere).await.expect(401);
    assert_eq!(refused.body["code"], "wrong_audience");
    let owner = running.token("acme:owner");
    let trail = running.get("/v1/tenants/acme/audit?action=identity.rejected", &owner).await.expect(200);
    assert_eq!(trail.body["data"][0]["rule"], "wrong_audience");
    drop(running);
    installation.drop().await;
}

#[tokio::test]
async fn a_person_enters_by_issuer_and_subject_and_never_by_an_address() {
    let installation = Installation::fresh().await;
    let provider = Provider::start().await;
    let (running, world) = service(&installation, &provider).await;
    let acme = world.tenant("acme");
    let admin = installation.admin().await;
    let changed = admin.execute("update ringfence.contacts set email = $1 where tenant_id = $2 and contact_id = $3", &[&ADDRESS, &acme.id, &acme.members["owner"]]).await.unwrap();
    assert_eq!(changed, 1);
    let (token, id_token) = provider.person("subject-7").await;

    // The provider vouches for the owner's address; it lets nobody in.
    let me = running.get("/v1/me", &token).await.expect(200);
    assert_eq!((&me.body["kind"], &me.body["tenants"]), (&json!("user"), &json!([])));
    running.get("/v1/tenants/acme/tickets", &token).await.expect(404);
    // Neither does the subject of another issuer's member.
    let (namesake, _) = provider.person("acme:owner").await;
    assert_eq!(running.get("/v1/me", &namesake).await.expect(200).body["tenants"], json!([]));
    running.get("/v1/tenants/acme/tickets", &namesake).await.expect(404);

    member(&installation, &world, &provider, "subject-7", Role::Agent).await;
    let me = running.get("/v1/me", &token).await.expect(200);
    assert_eq!(me.body["tenants"][0]["slug"], "acme");
    running.get("/v1/tenants/acme/tickets", &token).await.expect(200);
    // What tells the browser who signed in is no key to the service.
    assert_eq!(running.get("/v1/tenants/acme/tickets", &id_token).await.expect(401).body["code"], "wrong_token_type");
    let trail = running.get("/v1/tenants/acme/audit?action=tenant.entered", &running.token("acme:owner")).await.expect(200);
    assert!(!trail.body["data"].as_array().unwrap().is_empty());
    assert!(!trail.text.contains(ADDRESS));
    drop(running);
    installation.drop().await;
}

#[tokio::test]
async fn a_token_that_has_expired_or_is_from_the_future_is_refused() {
    let installation = Installation::fresh().await;
    let mut provider = Provider::start().await;
    let (running, world) = service(&installation, &provider).await;
    member(&installation, &world, &provider, "robot", Role::Service).await;
    for (ahead, code) in [(-3600, "expired"), (3600, "issued_in_the_future")] {
        provider.restart("first", ahead).await;
        let refused = running.get("/v1/tenants/acme/tickets", &provider.robot(AUDIENCE).await).await.expect(401);
        assert_eq!(refused.body["code"], code);
        assert_eq!(refused.header("www-authenticate"), Some("Bearer error=\"invalid_token\""));
    }
    drop(running);
    installation.drop().await;
}

/// With a clock in hand instead of a wait: the service asks for new keys once in ten seconds at most.
#[tokio::test]
async fn a_new_key_of_the_provider_is_fetched_and_an_old_one_is_believed_no_more() {
    let mut provider = Provider::start().await;
    let ahead = Arc::new(Mutex::new(SignedDuration::ZERO));
    let clock = Clock::from_fn({
        let ahead = Arc::clone(&ahead);
        move || Timestamp::now() + *ahead.lock().unwrap()
    });
    let verifier = Verifier::new(vec![IssuerConfig::new(provider.url(), AUDIENCE).unwrap()], clock).unwrap();
    let old = provider.robot(AUDIENCE).await;
    let identity = verifier.verify(&old).await.unwrap();
    assert_eq!((identity.subject(), identity.kind()), ("robot", ActorKind::Service));

    provider.restart("second", 0).await;
    let new = provider.robot(AUDIENCE).await;
    assert_eq!(verifier.verify(&new).await.unwrap_err(), Rejection::UnknownKey, "asked again within the floor");
    *ahead.lock().unwrap() = SignedDuration::from_secs(11);
    assert_eq!(verifier.verify(&new).await.unwrap().subject(), "robot");
    assert_eq!(verifier.verify(&old).await.unwrap_err(), Rejection::UnknownKey, "its key is gone");
}
