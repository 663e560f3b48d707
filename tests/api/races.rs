//! Requests that meet, and requests that are refused: what each leaves for the others.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use futures_util::future::join_all;
use ringfence_domain::Role;
use ringfence_store::command::{NewMember, Removal};
use ringfence_tests::Running;
use ringfence_tests::world::served;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const TICKETS: &str = "/v1/tenants/acme/tickets";

async fn number_of_a_new_ticket(running: &Running) -> i64 {
    running.post(TICKETS, &running.token("acme:agent"), json!({"subject": "counted"})).await.expect(201).body["number"].as_i64().unwrap()
}

#[tokio::test]
async fn of_many_changes_to_one_version_one_is_made_and_the_others_are_told_the_version() {
    let (_installation, running, _world) = served().await;
    let agent = running.token("acme:agent");
    for (method, part, body) in [("PATCH", "", json!({"subject": "raced"})), ("PUT", "/status", json!({"status": "pending"})), ("PUT", "/assignee", json!({"assignee_id": null, "group_id": null}))] {
        let made = running.post(TICKETS, &agent, json!({"subject": "race"})).await.expect(201);
        let path = format!("{}{part}", made.header("location").unwrap());
        let answers = join_all((0..12).map(|_| running.call(method, &path, &agent, &[("If-Match", "\"1\"")], Some(&body)))).await;
        let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{method} {part}: {statuses:?}");
        assert!(answers.iter().filter(|answer| answer.status != 200).all(|answer| answer.status == 412 && answer.body["current_version"] == 2), "{method} {part}: {statuses:?}");
    }
}

#[tokio::test]
async fn a_new_requester_named_by_many_at_once_is_one_contact() {
    let (_installation, running, _world) = served().await;
    let agent = running.token("acme:agent");
    for round in 0..4 {
        let body = json!({"subject": "at once", "requester": {"name": "New", "email": format!("new{round}@example.com")}});
        let made = join_all((0..8).map(|_| running.post(TICKETS, &agent, body.clone()))).await;
        let contacts: BTreeSet<String> = made.into_iter().map(|answer| answer.expect(201).body["requester_id"].to_string()).collect();
        assert_eq!(contacts.len(), 1);
    }
}

#[tokio::test]
async fn who_creates_at_once_with_others_wastes_no_number() {
    let (_installation, running, _world) = served().await;
    let last = number_of_a_new_ticket(&running).await;
    let agent = running.token("acme:agent");
    // More than a block holds, several times.
    let made = join_all((0..150).map(|_| running.post(TICKETS, &agent, json!({"subject": "at once"})))).await;
    let numbers: BTreeSet<i64> = made.into_iter().map(|answer| answer.expect(201).body["number"].as_i64().unwrap()).collect();
    assert_eq!(numbers, (last + 1..=last + 150).collect());
}

#[tokio::test]
async fn who_may_not_create_uses_up_no_number() {
    let (_installation, running, _world) = served().await;
    let before = number_of_a_new_ticket(&running).await;
    for (caller, status) in [("globex:owner", 404), ("nobody", 404), ("acme:auditor", 403), ("acme:light_agent", 403)] {
        for _ in 0..15 {
            running.post(TICKETS, &running.token(caller), json!({"subject": "x"})).await.expect(status);
        }
    }
    let key = [("Idempotency-Key", "one")];
    let first = running.call("POST", TICKETS, &running.token("acme:agent"), &key, Some(&json!({"subject": "once"}))).await.expect(201);
    for _ in 0..15 {
        let again = running.call("POST", TICKETS, &running.token("acme:agent"), &key, Some(&json!({"subject": "once"}))).await.expect(201);
        assert_eq!(again.body, first.body);
    }
    assert_eq!(number_of_a_new_ticket(&running).await, before + 2);
}

#[tokio::test]
async fn one_object_named_in_two_ways_under_one_key_is_not_done_twice() {
    let (_installation, running, world) = served().await;
    let agent = running.token("acme:agent");
    let made = running.post(TICKETS, &agent, json!({"subject": "named"})).await.expect(201);
    let (id, number) = (made.body["ticket_id"].as_str().unwrap(), &made.body["number"]);
    let tenant = world.tenant("acme").id;
    let body = json!({"body": "once", "visibility": "public"});
    let mut statuses = Vec::new();
    for path in [format!("{TICKETS}/{number}"), format!("{TICKETS}/{id}"), format!("{TICKETS}/0{number}"), format!("/v1/tenants/%61cme/tickets/{number}"), format!("/v1/tenants/{tenant}/tickets/{number}")] {
        statuses.push(running.call("POST", &format!("{path}/comments"), &agent, &[("Idempotency-Key", "k")], Some(&body)).await.status);
    }
    let comments = running.get(&format!("{TICKETS}/{id}/comments"), &agent).await.expect(200);
    assert_eq!(comments.body["data"].as_array().map(Vec::len), Some(1), "{statuses:?}");
    assert_eq!(statuses, [201, 422, 422, 201, 201]);
}

#[tokio::test]
async fn nobody_in_particular_is_told_so_before_their_body_is_read() {
    let (_installation, running, world) = served().await;
    let post = |authorization: &str, content_type: &str, body: &'static str| {
        let mut request = running.client().post(running.url(TICKETS)).header("Content-Type", content_type).body(body);
        if !authorization.is_empty() {
            request = request.header("Authorization", authorization);
        }
        running.send(request)
    };
    for (authorization, content_type, body) in [("", "application/json", "bad"), ("", "text/plain", "x"), ("Bearer x", "application/json", "bad"), ("Basic eDp5", "application/json", "{}")] {
        let answer = post(authorization, content_type, body).await.expect(401);
        let told = running.get(&format!("/v1/tenants/acme/audit?request_id={}", answer.request_id()), &running.token("acme:owner")).await.expect(200);
        assert_eq!(told.body["data"][0]["action"], "identity.rejected", "{authorization} {body}");
    }
    drop(world);
}

#[tokio::test]
async fn what_two_readers_would_read_differently_is_refused() {
    let (_installation, running, _world) = served().await;
    let agent = format!("Bearer {}", running.token("acme:agent"));
    let post = |body: String, header: (&'static str, &'static str)| {
        running.send(running.client().post(running.url(TICKETS)).header("Authorization", &agent).header("Content-Type", "application/json").header(header.0, header.1).body(body))
    };
    let none = ("Accept", "*/*");
    for body in [r#"{"subject":"b","subject":"c"}"#, r#"{"subject":"b","requester":{"name":"x","name":"y","email":"a@example.com"}}"#] {
        assert_eq!(post(body.into(), none).await.expect(400).body["errors"][0]["code"], "repeated", "{body}");
    }
    post(r#"{"subject":"b"}"#.into(), ("Content-Encoding", "gzip")).await.expect(415);
    let many: serde_json::Map<String, Value> = (0..5000).map(|i| (format!("f{i}"), json!(1))).collect();
    let answer = post(Value::Object(many).to_string(), none).await.expect(400);
    assert_eq!(answer.body["errors"].as_array().map(Vec::len), Some(100));
    running.get(&format!("{TICKETS}?tag=%ff"), &running.token("acme:agent")).await.expect(400);
    let made = running.post(TICKETS, &running.token("acme:agent"), json!({"subject": "one tag"})).await.expect(201);
    for tag in ["\"01\"", "\"+1\""] {
        running.call("PATCH", made.header("location").unwrap(), &running.token("acme:agent"), &[("If-Match", tag)], Some(&json!({"subject": "x"}))).await.expect(412);
    }
}

#[tokio::test]
async fn of_two_owners_whom_operators_remove_at_once_one_stays() {
    let (installation, _running, world) = served().await;
    let tenant = world.tenant("acme").id.into();
    for round in 0..10 {
        let operators = [installation.operator().await, installation.operator().await];
        let (issuer, subject) = ("https://id.example.com", format!("second-{round}"));
        let new = NewMember { issuer, subject: &subject, name: "Second", email: None, role: Role::Owner, permissions: None };
        operators[0].add_member(tenant, &new).await.unwrap().expect("a second owner");
        let owners: Vec<_> = operators[0].list_members(tenant).await.unwrap().into_iter().filter(|member| member.role == "owner").collect();
        assert_eq!(owners.len(), 2);
        let (first, second) = futures_util::join!(operators[0].remove_member(tenant, owners[0].member_id), operators[1].remove_member(tenant, owners[1].member_id));
        let mut removals = [first.unwrap(), second.unwrap()];
        removals.sort_by_key(|removal| *removal != Removal::Removed);
        assert_eq!(removals, [Removal::Removed, Removal::LastOwner]);
    }
}

#[tokio::test]
async fn many_repeats_of_what_was_answered_are_all_answered_the_same() {
    let (_installation, running, _world) = served().await;
    let agent = running.token("acme:agent");
    let body = json!({"subject": "once"});
    let send = || running.call("POST", TICKETS, &agent, &[("Idempotency-Key", "again")], Some(&body));
    let first = send().await.expect(201);
    for _ in 0..4 {
        for answer in join_all((0..12).map(|_| send())).await {
            let answer = answer.expect(201);
            assert_eq!((&answer.body, answer.header("idempotency-replayed")), (&first.body, Some("true")));
        }
    }
}
