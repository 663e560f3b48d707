//! Machines over HTTP: service accounts, API tokens and acting for another; what each may do, and what ends it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use ringfence_identity::credential::PresentedApiToken;
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

#[tokio::test]
async fn a_token_is_shown_once_and_rests_nowhere() {
    let stage = Stage::new().await;
    let agent = stage.bearer("agent");
    let body = json!({"name": "Export", "scopes": ["ticket.read", "ticket.read.own"], "expires_in_days": 7});
    let headers = [("Idempotency-Key", "once")];
    let made = stage.running.call("POST", TOKENS, &agent, &headers, Some(&body)).await.expect(201);
    let (token, id) = shown(&made);
    assert!(token.starts_with(&format!("rft_{}_", stage.acme().id.simple())), "{token}");
    assert_eq!(made.header("location"), Some(format!("{TOKENS}/{id}").as_str()));
    assert_eq!(made.header("cache-control"), Some("no-store"));
    assert_eq!(made.body["member_id"], json!(stage.acme().members["agent"]));

    let again = stage.running.call("POST", TOKENS, &agent, &headers, Some(&body)).await.expect(201);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert!(again.body["token"].is_null(), "a replay does not show it");
    assert_eq!(again.body["api_token_id"], made.body["api_token_id"]);

    let read = stage.running.get(&format!("{TOKENS}/{id}"), &agent).await.expect(200);
    let listed = stage.running.get(TOKENS, &agent).await.expect(200);
    for answer in [&again, &read, &listed] {
        assert!(!answer.text.contains("rft_") && !answer.text.contains("hash"), "{}", answer.text);
    }
    stage.running.get(&format!("{BASE}/tickets"), &token).await.expect(200);

    let secret = token.split('_').nth(2).unwrap();
    let admin = stage.installation.admin().await;
    let tables = admin.query("select format('%I.%I', schemaname, tablename) from pg_tables where schemaname = 'ringfence'", &[]).await.unwrap();
    for table in tables {
        let table: String = table.get(0);
        let found: i64 = admin.query_one(&format!("select count(*) from {table} t where t::text like $1 or t::text like $2"), &[&format!("%{secret}%"), &"%rft_%"]).await.unwrap().get(0);
        assert_eq!(found, 0, "the secret rests in {table}");
    }
    let event = stage.event(&made, "api_token.created").await;
    assert_eq!(event["object_id"], made.body["api_token_id"]);
    assert_eq!(event["details"]["scopes"], json!(["ticket.read", "ticket.read.own"]));
    stage.end().await;
}

#[tokio::test]
async fn a_refused_change_is_recorded_with_who_asked_for_it() {
    let stage = Stage::new().await;
    let agent = json!(stage.acme().members["agent"]);
    let browser = stage.running.sign_in("acme:agent").await;
    let (token, token_id) = stage.token(&stage.bearer("agent"), &["ticket.read"]).await;
    let (roles, groups, tickets) = (format!("{BASE}/roles"), format!("{BASE}/groups"), format!("{BASE}/tickets"));
    let (role, group, ticket) = (json!({"name": "x", "permissions": []}), json!({"name": "x"}), json!({"subject": "x"}));
    for (path, body, action) in [(&roles, &role, "role.created"), (&groups, &group, "group.created")] {
        let by_page = stage.running.page(&browser, "POST", path, Some(body)).await.expect(403);
        let by_token = stage.post(path, &token, body.clone()).await.expect(403);
        let by_bearer = stage.post(path, &stage.bearer("agent"), body.clone()).await.expect(403);
        for (call, shown) in [(&by_page, json!(browser.session_id)), (&by_token, json!(token_id)), (&by_bearer, Value::Null)] {
            let event = stage.event(call, action).await;
            assert_eq!((&event["decision"], &event["actor_id"], &event["actor_kind"]), (&json!("deny"), &agent, &json!("user")), "{event}");
            assert!(event["identity_id"].is_string() && (shown.is_null() || event["session_id"] == shown), "{event}");
        }
    }
    // The first ticket of a service's life takes numbers beforehand, and says no less.
    let refused = stage.post(&tickets, &stage.bearer("auditor"), ticket.clone()).await.expect(403);
    assert_eq!(stage.event(&refused, "ticket.created").await["actor_id"], json!(stage.acme().members["auditor"]));

    // A broken glass is in the trail at a refused use too.
    let grant = json!({"issuer": stage.running.issuer.issuer(), "subject": "on-call", "name": "On call", "role": "auditor", "hours": 1, "reason": "somebody has to look"});
    let granted = stage.post(&format!("{BASE}/break-glass"), &stage.bearer("owner"), grant).await.expect(201);
    let on_call = stage.running.token("on-call");
    for (path, body, action) in [(&tickets, &ticket, "ticket.created"), (&groups, &group, "group.created")] {
        let refused = stage.post(path, &on_call, body.clone()).await.expect(403);
        assert_eq!(stage.event(&refused, action).await["actor_id"], granted.body["member_id"]);
        let used = stage.event(&refused, "break_glass.used").await;
        assert_eq!((&used["decision"], &used["object_id"], &used["actor_id"]), (&json!("deny"), &granted.body["grant_id"], &granted.body["member_id"]));
    }
    stage.end().await;
}

#[tokio::test]
async fn the_last_use_of_a_token_is_known_to_the_minute() {
    let stage = Stage::new().await;
    let agent = stage.bearer("agent");
    let (token, id) = stage.token(&agent, &["ticket.read"]).await;
    let path = format!("{TOKENS}/{id}");
    assert!(stage.running.get(&path, &agent).await.expect(200).body["last_used_at"].is_null());
    stage.running.get(&format!("{BASE}/tickets"), &token).await.expect(200);
    let mut used = Value::Null;
    for _ in 0..200 {
        used = stage.running.get(&path, &agent).await.expect(200).body["last_used_at"].clone();
        if !used.is_null() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    assert!(used.is_string(), "it was used");
    stage.running.get(&format!("{BASE}/tickets"), &token).await.expect(200);
    assert_eq!(stage.running.get(&path, &agent).await.expect(200).body["last_used_at"], used, "not written anew within the minute");
    stage.end().await;
}

#[tokio::test]
async fn me_tells_a_token_its_limits() {
    let stage = Stage::new().await;
    let (token, id) = stage.token(&stage.bearer("agent"), &["ticket.read", "comment.read.group"]).await;
    let me = stage.running.get("/v1/me", &token).await.expect(200);
    assert_eq!(me.body["token"]["scopes"], json!(["ticket.read", "comment.read.group"]));
    assert_eq!((&me.body["token"]["tenant_id"], &me.body["token"]["api_token_id"]), (&json!(stage.acme().id), &json!(id)));
    assert!(me.body["token"]["expires_at"].is_string() && me.body["subject"].is_null());
    assert_eq!(me.body["kind"], "user");
    let permissions = me.body["tenants"][0]["permissions"].as_array().unwrap();
    assert_eq!(permissions, json!(["comment.read.group", "ticket.read"]).as_array().unwrap());
    assert!(stage.running.get("/v1/me", &stage.bearer("agent")).await.expect(200).body["token"].is_null());
    let (machine, _) = stage.service(&["ticket.read"]).await;
    assert_eq!(stage.running.get("/v1/me", &machine).await.expect(200).body["kind"], "service");
    stage.end().await;
}

#[tokio::test]
async fn what_is_asked_of_a_new_token_is_checked() {
    let stage = Stage::new().await;
    let owner = stage.bearer("owner");
    let refused = [
        (json!({}), "name"),
        (json!({"name": "x"}), "scopes"),
        (json!({"name": "x", "scopes": []}), "scopes"),
        (json!({"name": "x", "scopes": null}), "scopes"),
        (json!({"name": "x", "scopes": "ticket.read"}), "scopes"),
        (json!({"name": "x", "scopes": ["ticket.raed"]}), "scopes"),
        (json!({"name": "x", "scopes": ["token.manage"]}), "scopes"),
        (json!({"name": "x", "scopes": ["ticket.read", "token.create"]}), "scopes"),
        (json!({"name": "x", "scopes": ["ticket.read"], "expires_in_days": 0}), "expires_in_days"),
        (json!({"name": "x", "scopes": ["ticket.read"], "expires_in_days": 367}), "expires_in_days"),
        (json!({"name": "x", "scopes": ["ticket.read"], "expires_in_days": 1.5}), "expires_in_days"),
        (json!({"name": "x", "scopes": ["ticket.read"], "expires_in_days": "7"}), "expires_in_days"),
        (json!({"name": "x", "scopes": ["ticket.read"], "expires_at": "2020-01-01T00:00:00Z"}), "expires_at"),
        (json!({"name": "x", "scopes": ["ticket.read"], "expires_at": "2999-01-01T00:00:00Z"}), "expires_at"),
        (json!({"name": "x", "scopes": ["ticket.read"], "expires_at": "2999-01-01T00:00:00Z", "expires_in_days": 7}), "expires_at"),
        (json!({"name": "x", "scopes": ["ticket.read"], "token_hash": "x"}), "token_hash"),
    ];
    for (body, field) in refused {
        let answer = stage.post(TOKENS, &owner, body.clone()).await.expect(400);
        let said: Vec<_> = answer.body["errors"].as_array().unwrap().iter().map(|error| error["field"].clone()).collect();
        assert!(said.contains(&json!(field)), "{body}: {}", answer.text);
    }
    for member in [stage.world.tenant("globex").service_account, Uuid::now_v7()] {
        let answer = stage.post(TOKENS, &owner, json!({"name": "x", "scopes": ["ticket.read"], "member_id": member})).await.expect(404);
        assert_eq!(answer.body["errors"][0]["field"], "member_id");
    }
    stage.end().await;
}

#[tokio::test]
async fn nobody_makes_a_token_of_rights_they_lack_or_in_another_persons_name() {
    let stage = Stage::new().await;
    let acme = stage.acme();
    let of = |role: &str, scopes: &[&str], member: Option<Uuid>| {
        let (bearer, body) = (stage.bearer(role), json!({"name": "x", "scopes": scopes, "member_id": member}));
        let stage = &stage;
        async move { stage.post(TOKENS, &bearer, body).await.status }
    };
    // Their own, of what they hold and its narrower forms.
    assert_eq!(of("requester", &["ticket.read.own"], None).await, 201);
    assert_eq!(of("agent", &["ticket.read.group"], None).await, 201);
    assert_eq!(of("grouped_agent", &["ticket.read"], None).await, 403);
    assert_eq!(of("requester", &["ticket.read"], None).await, 403);
    assert_eq!(of("agent", &["audit.read"], None).await, 403);
    assert_eq!(of("admin", &["owner.manage"], None).await, 403);
    assert_eq!(of("admin", &["act_as"], None).await, 403);
    // Another person's: nobody's.
    assert_eq!(of("owner", &["ticket.read"], Some(acme.members["agent"])).await, 403);
    assert_eq!(of("admin", &["ticket.read"], Some(acme.members["owner"])).await, 403);
    assert_eq!(of("agent", &["ticket.read"], Some(acme.members["owner"])).await, 403);
    assert_eq!(of("agent", &["ticket.read"], Some(acme.members["agent"])).await, 201);
    // A service's: whoever manages tokens, within the service's rights and their own.
    assert_eq!(of("admin", &["ticket.read"], Some(acme.service_account)).await, 201);
    assert_eq!(of("admin", &["ticket.change"], Some(acme.service_account)).await, 403);
    assert_eq!(of("agent", &["ticket.read"], Some(acme.service_account)).await, 403);
    assert_eq!(of("requester", &["ticket.read.own"], Some(acme.service_account)).await, 404);
    // A service itself has none to give.
    assert_eq!(of("service", &["ticket.read"], None).await, 403);
    stage.end().await;
}

#[tokio::test]
async fn a_token_makes_no_tokens_revokes_nobody_elses_and_hands_out_no_roles() {
    let stage = Stage::new().await;
    let owner = stage.bearer("owner");
    let me = stage.running.get("/v1/me", &owner).await.expect(200);
    let all: Vec<&str> = me.body["tenants"][0]["permissions"].as_array().unwrap().iter().map(|p| p.as_str().unwrap()).filter(|p| !p.starts_with("token.")).collect();
    // Breaking the glass is an owner's own: no token has it.
    stage.post(TOKENS, &owner, json!({"name": "x", "scopes": ["break_glass.grant"]})).await.expect(403);
    let all: Vec<&str> = all.into_iter().filter(|p| *p != "break_glass.grant").collect();
    let (token, id) = stage.token(&owner, &all).await;
    stage.post(&format!("{BASE}/groups"), &token, json!({"name": "Made by a machine"})).await.expect(201);
    stage.post(TOKENS, &token, json!({"name": "x", "scopes": ["ticket.read"]})).await.expect(403);
    stage.post(TOKENS, &token, json!({"name": "x", "scopes": ["ticket.read"], "member_id": stage.acme().service_account})).await.expect(403);
    stage.running.get(TOKENS, &token).await.expect(403);
    let other = stage.token(&stage.bearer("admin"), &["ticket.read"]).await.1;
    stage.delete(&format!("{TOKENS}/{other}"), &token).await.expect(403);
    let person = json!({"issuer": stage.running.issuer.issuer(), "subject": "by-token", "name": "x", "role": "admin"});
    stage.post(&format!("{BASE}/members"), &token, person).await.expect(403);
    stage.running.get(&format!("{BASE}/tickets"), &token).await.expect(200);
    // Whoever finds it may end it.
    stage.delete(&format!("{TOKENS}/{id}"), &token).await.expect(204);
    stage.running.get(&format!("{BASE}/tickets"), &token).await.expect(401);
    stage.end().await;
}

#[tokio::test]
async fn a_revoked_token_is_refused_from_the_next_request_on_and_stays_listed() {
    let stage = Stage::new().await;
    let (agent, owner) = (stage.bearer("agent"), stage.bearer("owner"));
    let (token, id) = stage.token(&agent, &["ticket.read"]).await;
    let path = format!("{TOKENS}/{id}");
    stage.running.get(&format!("{BASE}/tickets"), &token).await.expect(200);
    stage.delete(&path, &stage.bearer("requester")).await.expect(404);
    let revoked = stage.delete(&path, &agent).await.expect(204);
    let refused = stage.running.get(&format!("{BASE}/tickets"), &token).await.expect(401);
    assert_eq!(refused.body["code"], "credential_invalid");
    assert_eq!(stage.event(&refused, "identity.rejected").await["rule"], "credential_invalid");
    stage.running.get("/v1/me", &token).await.expect(401);
    stage.running.get("/v1/tenants/globex/tickets", &token).await.expect(401);
    assert!(stage.running.get(&path, &agent).await.expect(200).body["revoked_at"].is_string());
    assert_eq!(stage.event(&revoked, "api_token.revoked").await["object_id"], json!(id));
    // Again changes nothing.
    let before = stage.running.get(&path, &agent).await.expect(200).body;
    stage.delete(&path, &agent).await.expect(204);
    assert_eq!(stage.running.get(&path, &agent).await.expect(200).body, before);
    // Whoever manages tokens revokes anybody's.
    let (token, id) = stage.token(&agent, &["ticket.read"]).await;
    stage.delete(&format!("{TOKENS}/{id}"), &owner).await.expect(204);
    stage.running.get(&format!("{BASE}/tickets"), &token).await.expect(401);
    stage.end().await;
}

#[tokio::test]
async fn a_token_ends_by_itself() {
    let stage = Stage::new().await;
    let (token, id) = stage.token(&stage.bearer("agent"), &["ticket.read"]).await;
    stage.running.get(&format!("{BASE}/tickets"), &token).await.expect(200);
    let admin = stage.installation.admin().await;
    admin.execute("update ringfence.api_tokens set created_at = now() - interval '2 days', expires_at = now() - interval '1 second' where api_token_id = $1", &[&id]).await.unwrap();
    stage.running.get(&format!("{BASE}/tickets"), &token).await.expect(401);
    stage.end().await;
}

#[tokio::test]
async fn a_token_has_no_more_than_its_owner_has_now() {
    let stage = Stage::new().await;
    let (owner, agent) = (stage.bearer("owner"), stage.bearer("agent"));
    let member = stage.acme().members["agent"];
    let (token, _) = stage.token(&agent, &["ticket.read", "ticket.create", "comment.read"]).await;
    let ticket = format!("{BASE}/tickets/{}", stage.acme().ticket);
    stage.running.get(&ticket, &token).await.expect(200);
    stage.post(&format!("{BASE}/tickets"), &token, json!({"subject": "x"})).await.expect(201);
    // Out of scope, although the owner may.
    stage.running.get(&format!("{BASE}/contacts"), &token).await.expect(403);

    let path = format!("{BASE}/members/{member}");
    stage.patch(&path, &owner, 1, json!({"role": "light_agent", "group_ids": [stage.acme().groups["second"]]})).await.expect(200);
    stage.running.get(&ticket, &token).await.expect(404);
    stage.running.get(&format!("{BASE}/tickets/{}", stage.acme().other_ticket), &token).await.expect(200);
    stage.post(&format!("{BASE}/tickets"), &token, json!({"subject": "x"})).await.expect(403);
    stage.patch(&path, &owner, 2, json!({"role": "agent", "group_ids": []})).await.expect(200);
    stage.running.get(&ticket, &token).await.expect(200);

    // Out with its owner, and not back with them.
    stage.delete(&path, &owner).await.expect(204);
    stage.running.get(&ticket, &token).await.expect(401);
    let back = json!({"issuer": stage.running.issuer.issuer(), "subject": "acme:agent", "role": "agent", "contact_id": member});
    stage.post(&format!("{BASE}/members"), &owner, back).await.expect(201);
    stage.running.get(&ticket, &agent).await.expect(200);
    stage.running.get(&ticket, &token).await.expect(401);
    stage.end().await;
}

#[tokio::test]
async fn narrower_scopes_are_narrower_rights() {
    let stage = Stage::new().await;
    let acme = stage.acme();
    let ids = async |token: &str| -> Vec<Value> {
        let listed = stage.running.get(&format!("{BASE}/tickets?order=number"), token).await.expect(200);
        listed.body["data"].as_array().unwrap().iter().map(|ticket| ticket["ticket_id"].clone()).collect()
    };
    let (own, _) = stage.token(&stage.bearer("agent"), &["ticket.read.own"]).await;
    assert_eq!(ids(&own).await, Vec::<Value>::new(), "the agent has asked for nothing themselves");
    let (own, _) = stage.token(&stage.bearer("requester"), &["ticket.read.own"]).await;
    assert_eq!(ids(&own).await, [json!(acme.own_ticket)]);
    stage.running.get(&format!("{BASE}/tickets/{}/comments", acme.own_ticket), &own).await.expect(403);
    let mine = stage.post(&format!("{BASE}/tickets"), &stage.bearer("admin"), json!({"subject": "My own"})).await.expect(201);
    let (own, _) = stage.token(&stage.bearer("admin"), &["ticket.read.own"]).await;
    assert_eq!(ids(&own).await, [mine.body["ticket_id"].clone()]);
    let (grouped, _) = stage.token(&stage.bearer("grouped_agent"), &["ticket.read.group"]).await;
    assert_eq!(ids(&grouped).await, [json!(acme.ticket)]);
    stage.end().await;
}

#[tokio::test]
async fn a_token_of_one_tenant_is_nobody_in_another() {
    let stage = Stage::new().await;
    let (token, _) = stage.token(&stage.bearer("agent"), &["ticket.read"]).await;
    // Of the same form, and nobody's.
    let nobodys = PresentedApiToken { tenant: *stage.acme().id.as_bytes(), secret: [0xab; 32] }.text();
    for place in ["globex", "nonesuch", &stage.world.tenant("globex").id.to_string(), &Uuid::now_v7().to_string()] {
        let path = format!("/v1/tenants/{place}/tickets");
        let mut answers = [stage.running.get(&path, &token).await.expect(401), stage.running.get(&path, &nobodys).await.expect(401)];
        for answer in &mut answers {
            answer.body["request_id"] = json!("");
        }
        assert_eq!(answers[0].body, answers[1].body, "{place}");
    }
    stage.end().await;
}

#[tokio::test]
async fn a_service_account_is_a_member_that_tokens_alone_sign_in() {
    let stage = Stage::new().await;
    let owner = stage.bearer("owner");
    let made = stage.post(&format!("{BASE}/service-accounts"), &owner, json!({"name": "Machine", "permissions": ["ticket.read", "ticket.create"]})).await.expect(201);
    assert_eq!((made.body["role"].as_str(), made.body["name"].as_str()), (Some("service"), Some("Machine")));
    let path = made.header("location").unwrap().to_owned();
    assert_eq!(stage.running.get(&path, &owner).await.expect(200).body, made.body);
    let token = stage.post(TOKENS, &owner, json!({"name": "x", "scopes": ["ticket.read", "ticket.create"], "member_id": made.body["member_id"]})).await.expect(201);
    let (token, _) = shown(&token);
    let ticket = stage.post(&format!("{BASE}/tickets"), &token, json!({"subject": "From a machine"})).await.expect(201);
    let event = stage.event(&ticket, "ticket.created").await;
    assert_eq!((event["actor_id"].clone(), event["actor_kind"].as_str(), event["authentication"].as_str()), (made.body["member_id"].clone(), Some("service"), Some("api_token")));
    assert!(event["session_id"].is_string(), "which token it was");
    // Its rights are a member's: changed and ended as a member's.
    stage.patch(&path, &owner, 1, json!({"permissions": ["ticket.read"]})).await.expect(200);
    stage.post(&format!("{BASE}/tickets"), &token, json!({"subject": "x"})).await.expect(403);
    stage.delete(&path, &owner).await.expect(204);
    stage.running.get(&format!("{BASE}/tickets"), &token).await.expect(401);

    for (role, status) in [("admin", 201), ("agent", 403), ("auditor", 403), ("requester", 403), ("service", 403)] {
        let answer = stage.post(&format!("{BASE}/service-accounts"), &stage.bearer(role), json!({"name": "x", "permissions": ["ticket.read"]})).await;
        assert_eq!(answer.status, status, "{role}");
    }
    let beyond = |permission: &str| json!({"name": "x", "permissions": [permission]});
    stage.post(&format!("{BASE}/service-accounts"), &stage.bearer("admin"), beyond("owner.manage")).await.expect(403);
    stage.post(&format!("{BASE}/service-accounts"), &stage.bearer("admin"), beyond("act_as")).await.expect(403);
    stage.post(&format!("{BASE}/service-accounts"), &owner, beyond("act_as")).await.expect(201);
    stage.post(&format!("{BASE}/service-accounts"), &owner, beyond("ticket.import")).await.expect(403);
    // Nobody signs in as one through the front door.
    let body = json!({"issuer": "urn:ringfence:service-account", "subject": "x", "name": "x", "role": "service", "permissions": []});
    stage.post(&format!("{BASE}/members"), &owner, body).await.expect(400);
    stage.end().await;
}

/// What somebody may do, asked of the service: the status of each of a handful of operations.
const ASKED: [(&str, &str); 7] = [
    ("GET", "tickets/{ticket}"),
    ("GET", "tickets/{other_ticket}"),
    ("GET", "tickets/{own_ticket}"),
    ("GET", "tickets/{ticket}/comments/{internal}"),
    ("GET", "contacts/{contact}"),
    ("GET", "members/{requester}"),
    ("GET", "audit"),
];

fn path(acme: &Tenant, pattern: &str) -> String {
    let pattern = pattern
        .replace("{ticket}", &acme.ticket.to_string())
        .replace("{other_ticket}", &acme.other_ticket.to_string())
        .replace("{own_ticket}", &acme.own_ticket.to_string())
        .replace("{internal}", &acme.comments[0].1.to_string())
        .replace("{contact}", &acme.contact.to_string())
        .replace("{requester}", &acme.members["requester"].to_string());
    format!("{BASE}/{pattern}")
}

#[tokio::test]
async fn who_acts_for_another_may_do_what_both_may() {
    let stage = Stage::new().await;
    let acme = stage.acme();
    let actors: [&[&str]; 5] = [
        &["act_as", "ticket.read", "comment.read", "contact.read", "member.read", "audit.read"],
        &["act_as", "ticket.read"],
        &["act_as", "ticket.read.own", "comment.read.own"],
        &["act_as", "contact.read", "audit.read"],
        &["act_as"],
    ];
    for permissions in actors {
        let (token, _) = stage.service(permissions).await;
        for subject in ["owner", "admin", "agent", "grouped_agent", "light_agent", "requester", "auditor", "service"] {
            for (method, pattern) in ASKED {
                let path = path(acme, pattern);
                let alone = stage.running.get(&path, &token).await.status;
                let subjects = stage.running.get(&path, &stage.bearer(subject)).await.status;
                let both = stage.acting(method, &path, &token, acme.members[subject], None).await.status;
                // To be somebody is nobody else's right: their own record is not lent with the rest.
                let is_oneself = subject == "requester" && pattern == "members/{requester}";
                let expected = alone == 200 && subjects == 200 && !is_oneself;
                assert_eq!(both == 200, expected, "{permissions:?} for {subject}: {pattern} is {alone} and {subjects} alone, {both} together");
                assert!(matches!(both, 200 | 403 | 404), "{pattern}: {both}");
            }
        }
    }
    stage.end().await;
}

#[tokio::test]
async fn what_is_done_for_another_is_theirs_and_the_trail_names_both() {
    let stage = Stage::new().await;
    let acme = stage.acme();
    let (token, machine) = stage.service(&["act_as", "ticket.read", "ticket.create", "ticket.change", "comment.create", "comment.read"]).await;
    let agent = acme.members["agent"];
    let both = |event: &Value| (event["actor_id"].clone(), event["on_behalf_of"].clone());

    let ticket = stage.acting("POST", &format!("{BASE}/tickets"), &token, agent, Some(&json!({"subject": "For another"}))).await.expect(201);
    assert_eq!(ticket.body["requester_id"], json!(agent));
    assert_eq!(both(&stage.event(&ticket, "ticket.created").await), (json!(machine), json!(agent)), "of a statement");
    let path = ticket.header("location").unwrap().to_owned();
    let comment = stage.acting("POST", &format!("{path}/comments"), &token, agent, Some(&json!({"body": "x", "visibility": "public"}))).await.expect(201);
    assert_eq!(comment.body["author_id"], json!(agent));
    assert_eq!(both(&stage.event(&comment, "comment.created").await), (json!(machine), json!(agent)));
    let read = stage.acting("GET", &path, &token, agent, None).await.expect(200);
    let event = stage.event(&read, "ticket.read").await;
    assert_eq!(both(&event), (json!(machine), json!(agent)), "of a group commit");
    assert_eq!((event["actor_kind"].as_str(), event["authentication"].as_str()), (Some("service"), Some("api_token")));
    let denied = stage.acting("GET", &format!("{BASE}/audit"), &token, agent, None).await.expect(403);
    assert_eq!(both(&stage.event(&denied, "audit.listed").await), (json!(machine), json!(agent)), "of a denial");
    // Alone it is itself.
    let read = stage.running.get(&path, &token).await.expect(200);
    assert_eq!(both(&stage.event(&read, "ticket.read").await), (json!(machine), Value::Null));
    stage.end().await;
}

#[tokio::test]
async fn nobody_acts_for_another_without_leave_or_for_nobody() {
    let stage = Stage::new().await;
    let acme = stage.acme();
    let (token, machine) = stage.service(&["act_as", "ticket.read"]).await;
    let tickets = format!("{BASE}/tickets");
    let globex = stage.world.tenant("globex");
    // Without the permission: whoever is named.
    for role in ["owner", "admin", "agent", "requester", "auditor", "service"] {
        for subject in [acme.members["light_agent"], acme.members[role], Uuid::now_v7(), globex.members["agent"]] {
            let denied = stage.acting("GET", &tickets, &stage.bearer(role), subject, None).await.expect(403);
            assert_eq!(denied.body["code"], "act_as_denied", "{role}");
            let event = stage.event(&denied, "tenant.entry_denied").await;
            assert_eq!((event["rule"].as_str(), event["on_behalf_of"].clone()), (Some("act_as_denied"), json!(subject)));
        }
    }
    let (scoped, _) = {
        let owner = stage.bearer("owner");
        shown(&stage.post(TOKENS, &owner, json!({"name": "x", "scopes": ["ticket.read"], "member_id": machine})).await.expect(201))
    };
    stage.acting("GET", &tickets, &scoped, acme.members["agent"], None).await.expect(403);
    stage.acting("GET", &tickets, &token, machine, None).await.expect(403);
    // Nobody of this tenant: as any id that is not there.
    let (foreign, absent) = (globex.members["agent"], Uuid::now_v7());
    let mut answers = Vec::new();
    for subject in [foreign, absent, acme.contact] {
        let mut answer = stage.acting("GET", &tickets, &token, subject, None).await.expect(404);
        assert_eq!(stage.event(&answer, "tenant.entry_denied").await["rule"], "act_as_unknown");
        answer.body["request_id"] = json!("");
        answers.push(answer.body);
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
    // In another tenant it is nobody, whomever it names.
    stage.acting("GET", "/v1/tenants/globex/tickets", &token, foreign, None).await.expect(401);
    stage.acting("GET", "/v1/tenants/globex/tickets", &stage.bearer("agent"), foreign, None).await.expect(404);
    for named in ["", "nobody", "acme:agent", "{}", &acme.members["agent"].simple().to_string(), &format!("{},{}", acme.members["agent"], absent)] {
        let answer = stage.running.call("GET", &tickets, &token, &[("Act-As", named)], None).await.expect(400);
        assert_eq!(answer.body["errors"][0]["field"], "Act-As");
    }
    let agent = acme.members["agent"].to_string();
    stage.running.call("GET", &tickets, &token, &[("Act-As", &agent), ("Act-As", &agent)], None).await.expect(400);
    stage.running.call("GET", "/v1/me", &token, &[("Act-As", &agent)], None).await.expect(400);
    // Removed, or in a tenant suspended, they are nobody to act for.
    stage.acting("GET", &tickets, &token, acme.members["agent"], None).await.expect(200);
    stage.delete(&format!("{BASE}/members/{agent}"), &stage.bearer("owner")).await.expect(204);
    stage.acting("GET", &tickets, &token, acme.members["agent"], None).await.expect(404);
    stage.end().await;
}

#[tokio::test]
async fn a_kept_answer_and_a_cursor_are_for_the_pair_that_made_them() {
    let stage = Stage::new().await;
    let acme = stage.acme();
    let (token, _) = stage.service(&["act_as", "ticket.read", "ticket.create"]).await;
    let tickets = format!("{BASE}/tickets");
    let body = json!({"subject": "Once each"});
    let send = async |token: &str, subject: Option<Uuid>| {
        let subject = subject.map(|id| id.to_string());
        let mut headers = vec![("Idempotency-Key", "shared")];
        headers.extend(subject.as_deref().map(|id| ("Act-As", id)));
        stage.running.call("POST", &tickets, token, &headers, Some(&body)).await.expect(201)
    };
    let (agent, admin) = (acme.members["agent"], acme.members["admin"]);
    let (narrow, _) = stage.token(&stage.bearer("agent"), &["ticket.read", "ticket.create"]).await;
    let pairs = [
        (stage.bearer("agent"), None),
        (stage.bearer("admin"), None),
        (token.clone(), None),
        (token.clone(), Some(agent)),
        (token.clone(), Some(admin)),
        (narrow, None),
    ];
    let mut made = Vec::new();
    for (token, subject) in &pairs {
        let first = send(token, *subject).await;
        assert_eq!(first.header("idempotency-replayed"), None);
        made.push(first.body["ticket_id"].to_string());
    }
    for ((token, subject), id) in pairs.iter().zip(&made) {
        let again = send(token, *subject).await;
        assert_eq!((again.header("idempotency-replayed"), &again.body["ticket_id"].to_string()), (Some("true"), id));
    }
    made.sort();
    made.dedup();
    assert_eq!(made.len(), pairs.len());

    let page = stage.acting("GET", &format!("{tickets}?limit=1"), &token, agent, None).await.expect(200);
    let cursor = page.body["page"]["next_cursor"].as_str().unwrap();
    let next = format!("{tickets}?limit=1&cursor={cursor}");
    stage.acting("GET", &next, &token, agent, None).await.expect(200);
    stage.acting("GET", &next, &token, admin, None).await.expect(400);
    stage.running.get(&next, &token).await.expect(400);
    stage.running.get(&next, &stage.bearer("agent")).await.expect(400);
    stage.end().await;
}
