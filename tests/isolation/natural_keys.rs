//! Keys that people and programs choose are a tenant's own: two tenants may choose the same, and neither learns of it.

use crate::scene::Scene;
use ringfence_tests::{Installation, Running};
use serde_json::{Value, json};
use std::sync::Arc;

async fn scene(name: &str) -> Scene {
    let installation = Arc::new(Installation::fresh().await);
    let running = Arc::new(Running::over(&installation).await);
    Scene::build(&installation, &running, name).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_idempotency_key_and_body_do_their_work_in_each_tenant() {
    let scene = scene("keys").await;
    // One person of two tenants: the identity is the same, the member is not.
    let both = &scene.person("owner_and_requester", 0).token;
    let body = json!({"subject": "Once in each"});
    let headers = [("Idempotency-Key", "k-1")];
    let mut made = Vec::new();
    for (side, token) in [(0, both), (1, both), (0, &scene.person("owner", 0).token), (1, &scene.person("owner", 1).token)] {
        let path = format!("/v1/tenants/{}/tickets", scene.sides[side].tenant.slug);
        let first = scene.running.call("POST", &path, token, &headers, Some(&body)).await.expect(201);
        assert_eq!(first.header("idempotency-replayed"), None);
        // By the tenant's id it is the same request again.
        let by_id = format!("/v1/tenants/{}/tickets", scene.sides[side].tenant.id);
        let again = scene.running.call("POST", &by_id, token, &headers, Some(&body)).await.expect(201);
        assert_eq!((again.text.as_str(), again.header("idempotency-replayed")), (first.text.as_str(), Some("true")));
        made.push(first.body["ticket_id"].clone());
    }
    made.sort_by_key(Value::to_string);
    made.dedup();
    assert_eq!(made.len(), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_tenant_calls_its_things_is_free_here() {
    let mut scene = scene("names").await;
    let owners: Vec<String> = (0..2).map(|side| scene.person("owner", side).token.clone()).collect();
    for (path, body, key) in [
        ("tickets", json!({"subject": "x", "external_source": "erp", "external_id": "7"}), "ticket_id"),
        ("tickets", json!({"subject": "x", "requester": {"name": "x", "email": "both@everyone.example"}}), "requester_id"),
        ("groups", json!({"name": "Billing"}), "group_id"),
        ("organizations", json!({"name": "Everyone", "external_source": "erp", "external_id": "8"}), "organization_id"),
        ("contacts", json!({"name": "x", "email": "another@everyone.example", "external_source": "erp", "external_id": "9"}), "contact_id"),
    ] {
        let mut made = Vec::new();
        for (side, owner) in owners.iter().enumerate() {
            let answer = scene.running.post(&format!("/v1/tenants/{}/{path}", scene.sides[side].tenant.slug), owner, body.clone()).await.expect(201);
            assert_eq!(scene.settle(Some(side), true).await, Vec::<String>::new());
            made.push(answer.body[key].clone());
        }
        assert_ne!(made[0], made[1], "{path}: one thing stands in two tenants");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cursor_is_good_for_its_own_tenant_person_list_filter_and_order_alone() {
    let scene = scene("cursors").await;
    let [acme, globex] = [0, 1].map(|side: usize| format!("/v1/tenants/{}", scene.sides[side].tenant.slug));
    let both = &scene.person("agent_and_auditor", 1).token;
    let initech = format!("/v1/tenants/{}", scene.sides[2].tenant.slug);
    let owner = &scene.person("owner", 1).token;
    let cursor = scene.running.get(&format!("{globex}/tickets?limit=1"), both).await.expect(200).body["page"]["next_cursor"].as_str().expect("a cursor").to_owned();
    let good = scene.running.get(&format!("{globex}/tickets?limit=1&cursor={cursor}"), both).await;
    assert_eq!(good.status, 200);
    for (path, token) in [
        (format!("{initech}/tickets?limit=1"), both),
        (format!("{globex}/tickets?limit=1"), owner),
        (format!("{acme}/tickets?limit=1"), &scene.person("owner", 0).token),
        (format!("{globex}/tickets?limit=1&order=number"), both),
        (format!("{globex}/tickets?limit=1&status=new"), both),
        (format!("{globex}/tickets/1/comments?limit=1"), both),
        (format!("{globex}/tickets/1/events?limit=1"), both),
        (format!("{globex}/contacts?limit=1"), both),
    ] {
        let refused = scene.running.get(&format!("{path}&cursor={cursor}"), token).await.expect(400);
        assert_eq!(refused.body["code"], "cursor_invalid", "{path}");
    }
    for n in 0..cursor.len() {
        let mut altered = cursor.clone().into_bytes();
        altered[n] = if altered[n] == b'A' { b'B' } else { b'A' };
        let altered = String::from_utf8(altered).expect("ASCII");
        let refused = scene.running.get(&format!("{globex}/tickets?limit=1&cursor={altered}"), both).await;
        assert_eq!((refused.status, refused.body["code"].as_str()), (400, Some("cursor_invalid")), "altered at {n}");
    }
}
