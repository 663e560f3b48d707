//! What ends a token: a revocation, its time, its owner's rights.

use crate::{BASE, Stage, TOKENS};
use ringfence_tests::Call;
use serde_json::json;
use uuid::Uuid;

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
    // Again changes nothing, and the trail says who asked.
    let before = stage.running.get(&path, &agent).await.expect(200).body;
    let asked = stage.delete(&path, &agent).await.expect(204);
    assert_eq!(stage.running.get(&path, &agent).await.expect(200).body, before);
    let told = stage.event(&asked, "api_token.revoked").await;
    assert_eq!((&told["object_id"], &told["details"]["unchanged"]), (&json!(id), &json!(true)));
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
    stage.running.get(&format!("{BASE}/organizations"), &token).await.expect(403);

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

/// Where no tenant is entered, a token is looked up all the same: a revoked one is no credential, and a good one is not allowed.
#[tokio::test]
async fn on_routes_without_a_tenant_a_token_is_proven_too() {
    let stage = Stage::new().await;
    let (token, id) = stage.token(&stage.bearer("agent"), &["ticket.read"]).await;
    let installation = stage.installation.admin().await;
    let told = async |call: &Call| -> (String, Option<String>, Option<Uuid>) {
        let sql = "select e.rule, e.session_id, e.actor_id from (select request_id, rule, session_id, actor_id, decision from ringfence.audit_inbox
                     union all select request_id, rule, session_id, null, decision from ringfence.installation_events) e
                    where e.request_id = $1 and e.decision = 'deny'";
        let row = installation.query_one(sql, &[&call.request_id().parse::<Uuid>().unwrap()]).await.unwrap();
        (row.get(0), row.get(1), row.get(2))
    };
    let routes = [("GET", "/v1/me/sessions", 403), ("DELETE", "/v1/me/sessions/01980000-0000-7000-8000-000000000001", 403), ("POST", "/v1/invitations/accept", 403), ("POST", "/v1/auth/sign-out", 409)];
    let body = json!({"secret": "none"});
    let ask = async |method: &str, path: &str| stage.running.call(method, path, &token, &[], (path.ends_with("accept")).then_some(&body)).await;
    for (method, path, status) in routes {
        let refused = ask(method, path).await.expect(status);
        if status == 403 {
            let (_, session, _) = told(&refused).await;
            assert_eq!(session.as_deref(), Some(id.to_string().as_str()), "{path}: whose token it was");
        }
    }
    stage.delete(&format!("{TOKENS}/{id}"), &stage.bearer("agent")).await.expect(204);
    for (method, path, _) in routes {
        let refused = ask(method, path).await.expect(401);
        assert_eq!(refused.body["code"], "credential_invalid", "{path}");
        assert_eq!(told(&refused).await.0, "credential_invalid", "{path}");
    }
    stage.end().await;
}
