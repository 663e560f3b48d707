//! Service accounts: members that no person signs in as.

use crate::{BASE, Stage, TOKENS, shown};
use serde_json::json;

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
