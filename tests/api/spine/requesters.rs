//! What a requester sees of their tickets, and of what is done to them: where they stand and what is said in public.

use ringfence_tests::world::served;
use serde_json::json;

#[tokio::test]
async fn a_requester_sees_their_own_tickets_and_public_comments_alone() {
    let (_installation, running, world) = served().await;
    let acme = world.tenant("acme");
    let requester = running.token("acme:requester");
    let list = running.get("/v1/tenants/acme/tickets", &requester).await.expect(200);
    let ids: Vec<_> = list.body["data"].as_array().unwrap().iter().map(|t| t["ticket_id"].clone()).collect();
    assert_eq!(ids, [json!(acme.own_ticket)]);
    running.get(&format!("/v1/tenants/acme/tickets/{}", acme.ticket), &requester).await.expect(404);
    let comments = running.get(&format!("/v1/tenants/acme/tickets/{}/comments", acme.own_ticket), &requester).await.expect(200);
    assert_eq!(comments.body["data"].as_array().unwrap().len(), 1);
    running.get(&format!("/v1/tenants/acme/tickets/{}/comments/{}", acme.own_ticket, acme.comments[2].1), &requester).await.expect(404);
    running.call("PATCH", &format!("/v1/tenants/acme/tickets/{}", acme.own_ticket), &requester, &[("If-Match", "\"1\"")], Some(&json!({"priority": "low"}))).await.expect(403);
    let path = format!("/v1/tenants/acme/tickets/{}/status", acme.own_ticket);
    running.call("PUT", &path, &requester, &[("If-Match", "\"1\"")], Some(&json!({"status": "pending"}))).await.expect(403);
    running.call("PUT", &path, &requester, &[("If-Match", "\"1\"")], Some(&json!({"status": "solved"}))).await.expect(200);
    running.call("PUT", &path, &requester, &[("If-Match", "\"2\"")], Some(&json!({"status": "solved"}))).await.expect(200);
    let events = running.get(&format!("/v1/tenants/acme/tickets/{}/events", acme.own_ticket), &requester).await.expect(200);
    let changes: Vec<_> = events.body["data"].as_array().unwrap().iter().filter(|event| event["kind"] == "ticket.status_set").map(|event| event["changes"].clone()).collect();
    assert!(changes.contains(&json!({"status": ["new", "solved"]})) && changes.contains(&json!({})), "{changes:?}");
    running.get("/v1/tenants/acme/audit", &requester).await.expect(403);
}

#[tokio::test]
async fn a_requester_reads_where_their_ticket_stands_and_nothing_else_that_is_done_to_it() {
    let (_installation, running, world) = served().await;
    let acme = world.tenant("acme");
    let (requester, agent) = (running.token("acme:requester"), running.token("acme:agent"));
    let path = format!("/v1/tenants/acme/tickets/{}", acme.own_ticket);
    let patched = async |version: i32, body: serde_json::Value| running.call("PATCH", &path, &agent, &[("If-Match", &format!("\"{version}\""))], Some(&body)).await.expect(200);
    patched(1, json!({"priority": "low"})).await;
    patched(2, json!({"status": "pending", "priority": "high"})).await;
    patched(3, json!({"status": "open"})).await;
    // The status stays as it is: for the requester nothing has happened.
    patched(4, json!({"status": "open", "subject": "Renamed"})).await;
    patched(5, json!({"status": "solved", "priority": "high"})).await;
    let told = async |token: &str, order: &str| {
        let events = running.get(&format!("{path}/events?order={order}"), token).await.expect(200).body["data"].as_array().unwrap().clone();
        let updates = events.iter().filter(|event| event["kind"] == "ticket.updated");
        updates.map(|event| (event["version"].as_i64().unwrap(), event["visibility"].as_str().unwrap().to_owned(), event["changes"].clone())).collect::<Vec<_>>()
    };
    let event = |version: i64, visibility: &str, changes: serde_json::Value| (version, visibility.to_owned(), changes);
    let mut expected = vec![
        event(2, "internal", json!({"priority": ["normal", "low"]})),
        event(3, "public", json!({"status": ["new", "pending"]})),
        event(3, "internal", json!({"priority": ["low", "high"]})),
        event(4, "public", json!({"status": ["pending", "open"]})),
        event(5, "internal", json!({"subject": ["canary-acme-subject-qz7", "Renamed"]})),
        event(6, "public", json!({"status": ["open", "solved"]})),
        event(6, "internal", json!({})),
    ];
    assert_eq!(told(&agent, "created_at").await, expected);
    let mut backwards = expected.clone();
    backwards.reverse();
    assert_eq!(told(&agent, "-created_at").await, backwards);
    expected.retain(|(_, visibility, _)| visibility == "public");
    assert_eq!(told(&requester, "created_at").await, expected);
}

#[tokio::test]
async fn an_internal_comment_leaves_nothing_that_a_requester_could_see() {
    let (_installation, running, world) = served().await;
    let (requester, agent) = (running.token("acme:requester"), running.token("acme:agent"));
    let base = "/v1/tenants/acme/tickets";
    running.post(base, &requester, json!({"subject": "Later", "body": "Said later"})).await.expect(201);
    let path = format!("{base}/{}", world.tenant("acme").own_ticket);
    let all = async || {
        let mut seen = Vec::new();
        for asked in [
            path.clone(),
            format!("{path}/comments"),
            format!("{path}/comments?limit=1"),
            format!("{path}/comments?order=-created_at&limit=1"),
            format!("{path}/events"),
            format!("{path}/events?order=-created_at"),
            format!("{base}?include=total"),
            format!("{base}?order=updated_at"),
        ] {
            let answer = running.get(&asked, &requester).await.expect(200);
            // A cursor is sealed anew each time: what is seen is whether there is one.
            let page = ["next_cursor", "prev_cursor"].map(|cursor| answer.body["page"][cursor].is_string());
            seen.push((asked, answer.header("etag").map(str::to_owned), answer.body["data"].clone(), answer.body["page"]["total"].clone(), page, answer.body["updated_at"].clone()));
        }
        seen
    };
    let before = all().await;
    let say = async |visibility: &str| running.post(&format!("{path}/comments"), &agent, json!({"body": "A remark", "visibility": visibility})).await.expect(201);
    let note = say("internal").await;
    assert_eq!(all().await, before);
    running.get(&format!("{path}/comments/{}", note.body["comment_id"].as_str().unwrap()), &requester).await.expect(404);
    // Nor has it moved for anybody else: one time cannot be shown to some alone.
    assert_eq!(running.get(&path, &agent).await.expect(200).body["updated_at"], before[0].5);
    say("public").await;
    let after = all().await;
    assert_ne!(after[0].5, before[0].5);
    assert_eq!(after[6].2[0]["ticket_id"], json!(world.tenant("acme").own_ticket), "a public comment moves it up");
}
