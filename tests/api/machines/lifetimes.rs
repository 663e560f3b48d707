//! What ends a token: a revocation, its time, its owner's rights.

use crate::{BASE, Stage, TOKENS};
use serde_json::json;

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
