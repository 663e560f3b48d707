//! API tokens: who makes one, of which rights, and what it opens. Never more than its maker has.

use crate::{BASE, Stage, TOKENS, shown};
use ringfence_identity::credential::PresentedApiToken;
use serde_json::{Value, json};
use uuid::Uuid;

#[tokio::test]
async fn a_token_is_shown_once_and_rests_nowhere() {
    let stage = Stage::new().await;
    let agent = stage.bearer("agent");
    // 7.0 is a whole number as well as 7.
    let body = json!({"name": "Export", "scopes": ["ticket.read", "ticket.read.own"], "expires_in_days": 7.0});
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
    let replayed = stage.event(&again, "api_token.created").await;
    assert_eq!((&replayed["details"]["object_id"], &replayed["details"]["replayed"]), (&made.body["api_token_id"], &json!(true)));

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
async fn a_scope_that_a_wider_right_covers_works() {
    let stage = Stage::new().await;
    let scopes = ["ticket.read", "ticket.resolve.own", "comment.read", "comment.note.group"];
    let (token, _) = stage.token(&stage.bearer("owner"), &scopes).await;
    assert_eq!(stage.running.get("/v1/me", &token).await.expect(200).body["tenants"][0]["permissions"], json!(["comment.note.group", "comment.read", "ticket.read", "ticket.resolve.own"]));
    let mine = stage.post(&format!("{BASE}/tickets"), &stage.bearer("owner"), json!({"subject": "Mine"})).await.expect(201);
    let status = |id: String| format!("{BASE}/tickets/{id}/status");
    let solve = async |id: String| stage.running.call("PUT", &status(id), &token, &[("If-Match", "\"1\"")], Some(&json!({"status": "solved"}))).await;
    solve(stage.acme().ticket.to_string()).await.expect(403);
    solve(mine.body["number"].to_string()).await.expect(200);
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
    stage.delete(&format!("{TOKENS}/{other}"), &token).await.expect(404);
    let person = json!({"issuer": stage.running.issuer.issuer(), "subject": "by-token", "name": "x", "role": "admin"});
    stage.post(&format!("{BASE}/members"), &token, person).await.expect(403);
    stage.running.get(&format!("{BASE}/tickets"), &token).await.expect(200);
    // Nor its owner's others, whom its scopes know nothing of; a person ends those.
    let sibling = stage.token(&owner, &["ticket.read"]).await.1;
    let (narrow, _) = stage.token(&owner, &["ticket.read.own"]).await;
    stage.delete(&format!("{TOKENS}/{sibling}"), &narrow).await.expect(403);
    stage.delete(&format!("{TOKENS}/{sibling}"), &owner).await.expect(204);
    // Whoever finds it may end it.
    stage.delete(&format!("{TOKENS}/{id}"), &token).await.expect(204);
    stage.running.get(&format!("{BASE}/tickets"), &token).await.expect(401);
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
