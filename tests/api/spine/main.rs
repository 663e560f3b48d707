//! One ticket, from sign-in to audit, over HTTP.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod requesters;
mod trail;

use ringfence_store::command::Removal;
use ringfence_tests::world::served;
use serde_json::json;

#[tokio::test]
async fn a_ticket_goes_from_sign_in_to_audit() {
    let (_installation, running, world) = served().await;
    let agent = running.token("acme:agent");
    let me = running.get("/v1/me", &agent).await.expect(200);
    assert_eq!(me.body["tenants"][0]["slug"], "acme");
    assert_eq!(me.body["tenants"].as_array().unwrap().len(), 1);

    let made = running.post("/v1/tenants/acme/tickets", &agent, json!({"subject": "Printer on fire", "body": "It burns", "tags": ["fire"]})).await.expect(201);
    assert_eq!(made.header("etag"), Some("\"1\""));
    let path = made.header("location").unwrap().to_owned();
    let read = running.get(&path, &agent).await.expect(200);
    assert_eq!(read.body, made.body);
    let by_number = running.get(&format!("/v1/tenants/acme/tickets/{}", made.body["number"]), &agent).await.expect(200);
    assert_eq!(by_number.body, made.body);

    let stale = running.call("PATCH", &path, &agent, &[("If-Match", "\"0\"")], Some(&json!({"subject": "x"}))).await.expect(412);
    assert_eq!(stale.body["current_version"], 1);
    let patched = running.call("PATCH", &path, &agent, &[("If-Match", "\"1\"")], Some(&json!({"priority": "urgent"}))).await.expect(200);
    assert_eq!(patched.body["version"], 2);
    let solved = running.call("PUT", &format!("{path}/status"), &agent, &[("If-Match", "\"2\"")], Some(&json!({"status": "solved"}))).await.expect(200);
    assert_eq!(solved.body["status_category"], "solved");
    let comment = running.post(&format!("{path}/comments"), &agent, json!({"body": "Extinguished", "visibility": "public"})).await.expect(201);
    assert_eq!(comment.body["author_id"], json!(world.tenant("acme").members["agent"]));
    assert_eq!(running.get(&format!("{path}/comments"), &agent).await.expect(200).body["data"].as_array().unwrap().len(), 2);
    assert_eq!(running.get(&format!("{path}/events"), &agent).await.expect(200).body["data"].as_array().unwrap().len(), 4);

    let auditor = running.token("acme:auditor");
    for (answer, action) in [(&made, "ticket.created"), (&read, "ticket.read"), (&patched, "ticket.updated"), (&solved, "ticket.status_set"), (&comment, "comment.created")] {
        let trail = running.get(&format!("/v1/tenants/acme/audit?request_id={}", answer.request_id()), &auditor).await.expect(200);
        let actions: Vec<&str> = trail.body["data"].as_array().unwrap().iter().map(|e| e["action"].as_str().unwrap()).collect();
        assert!(actions.contains(&action), "{action} in {actions:?}");
    }
    // By number too, the trail says which ticket was looked into.
    for part in ["comments", "events"] {
        let listed = running.get(&format!("/v1/tenants/acme/tickets/{}/{part}", made.body["number"]), &agent).await.expect(200);
        let trail = running.get(&format!("/v1/tenants/acme/audit?request_id={}", listed.request_id()), &auditor).await.expect(200);
        assert_eq!(trail.body["data"][0]["object_id"], made.body["ticket_id"], "{part}");
    }
    let trail = running.get("/v1/tenants/acme/audit?decision=deny", &auditor).await.expect(200);
    assert_eq!(trail.body["data"][0]["rule"], "precondition_failed");
    let first = running.get("/v1/tenants/acme/audit?action=tenant.entered", &auditor).await.expect(200);
    assert!(!first.body["data"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn a_denial_on_a_ticket_named_by_number_tells_which_it_was_to_whoever_sees_it() {
    let (_installation, running, world) = served().await;
    let (acme, auditor) = (world.tenant("acme"), running.token("acme:auditor"));
    let number = running.get(&format!("/v1/tenants/acme/tickets/{}", acme.ticket), &auditor).await.expect(200).body["number"].clone();
    let (stale, comment) = (Some("\"99\""), json!({"body": "x", "visibility": "public"}));
    let event = async |call: &ringfence_tests::Call| running.get(&format!("/v1/tenants/acme/audit?decision=deny&request_id={}", call.request_id()), &auditor).await.expect(200).body["data"][0].clone();
    let calls = |number: &serde_json::Value| {
        let path = |rest: &str| format!("/v1/tenants/acme/tickets/{number}{rest}");
        [
            ("GET", path(""), None, None),
            ("PATCH", path(""), stale, Some(json!({"subject": "x"}))),
            ("PUT", path("/assignee"), stale, Some(json!({"assignee_id": null}))),
            ("PUT", path("/status"), stale, Some(json!({"status": "open"}))),
            ("POST", path("/comments"), None, Some(comment.clone())),
            ("POST", path("/escalations"), None, Some(json!({"agreement_id": uuid::Uuid::now_v7()}))),
            ("GET", path("/comments"), None, None),
            ("GET", path("/events"), None, None),
        ]
    };
    let mut denied = 0;
    for (role, method, path, version, body) in ["auditor", "agent"].iter().flat_map(|role| calls(&number).map(|(method, path, version, body)| (role, method, path, version, body))) {
        let headers: Vec<_> = version.iter().map(|version| ("If-Match", *version)).collect();
        let call = running.call(method, &path, &running.token(&format!("acme:{role}")), &headers, body.as_ref()).await;
        if call.status < 400 {
            continue;
        }
        denied += 1;
        let event = event(&call).await;
        assert_eq!((&event["object_type"], &event["object_id"], &event["details"]), (&json!("ticket"), &json!(acme.ticket), &json!({})), "{role} {method} {path} {}", call.status);
    }
    // 403 for all that the auditor would change, 412 and a link that cannot be for the agent.
    assert_eq!(denied, 9);
    // What cannot be seen is known by the number that was asked for, whether there is such a ticket or not.
    let requester = running.token("acme:requester");
    for number in [number, json!(4711)] {
        for (method, path, version, body) in calls(&number) {
            let headers: Vec<_> = version.iter().map(|version| ("If-Match", *version)).collect();
            let event = event(&running.call(method, &path, &requester, &headers, body.as_ref()).await.expect(404)).await;
            assert_eq!((&event["object_type"], &event["object_id"], &event["details"]), (&json!("ticket"), &json!(null), &json!({"number": number})), "{method} {path}");
        }
    }
    // Of somebody who is no member the trail holds the denial and nothing that they said.
    let stranger = running.get("/v1/tenants/acme/tickets/4711", &running.token("globex:agent")).await.expect(404);
    let event = event(&stranger).await;
    assert_eq!((&event["action"], &event["details"]), (&json!("tenant.entry_denied"), &json!({})));
}

#[tokio::test]
async fn another_tenants_ticket_is_not_found() {
    let (_installation, running, world) = served().await;
    let agent = running.token("acme:agent");
    let foreign = world.tenant("globex").ticket;
    let absent = uuid::Uuid::now_v7();
    for path in [
        format!("/v1/tenants/acme/tickets/{foreign}"),
        format!("/v1/tenants/acme/tickets/{absent}"),
        format!("/v1/tenants/globex/tickets/{foreign}"),
        format!("/v1/tenants/nonesuch/tickets/{foreign}"),
        format!("/v1/tenants/{absent}/tickets/{foreign}"),
    ] {
        let mut answer = running.get(&path, &agent).await.expect(404);
        answer.body["request_id"] = json!("");
        assert_eq!(answer.body, json!({"type": "/problems/not_found", "title": "There is nothing here for you", "status": 404, "code": "not_found", "request_id": ""}));
    }
}

#[tokio::test]
async fn a_repeated_create_does_its_work_once() {
    let (_installation, running, _) = served().await;
    let agent = running.token("acme:agent");
    let body = json!({"subject": "Once"});
    let headers = [("Idempotency-Key", "k-1")];
    let first = running.call("POST", "/v1/tenants/acme/tickets", &agent, &headers, Some(&body)).await.expect(201);
    let again = running.call("POST", "/v1/tenants/acme/tickets", &agent, &headers, Some(&body)).await.expect(201);
    assert_eq!(first.text, again.text);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(first.header("location"), again.header("location"));
    running.call("POST", "/v1/tenants/acme/tickets", &agent, &headers, Some(&json!({"subject": "Twice"}))).await.expect(422);
}

#[tokio::test]
async fn a_repeated_change_that_names_another_version_is_another_one() {
    let (_installation, running, _) = served().await;
    let agent = running.token("acme:agent");
    let path = running.post("/v1/tenants/acme/tickets", &agent, json!({"subject": "Once"})).await.expect(201).header("location").unwrap().to_owned();
    let (running, path, body) = (&running, &path, json!({"priority": "urgent"}));
    let change = async |version: &str| running.call("PATCH", path, &agent, &[("Idempotency-Key", "k-1"), ("If-Match", version)], Some(&body)).await;
    let first = change("\"1\"").await.expect(200);
    let again = change("\"1\"").await.expect(200);
    assert_eq!((&again.text, again.header("idempotency-replayed")), (&first.text, Some("true")));
    for version in ["\"2\"", "\"3\""] {
        assert_eq!(change(version).await.expect(422).body["code"], "idempotency_mismatch", "{version}");
    }
    assert_eq!(running.get(path, &agent).await.expect(200).body, first.body);
}

#[tokio::test]
async fn no_answer_is_kept_anywhere_or_taken_for_what_it_does_not_say_it_is() {
    let (_installation, running, _) = served().await;
    let agent = running.token("acme:agent");
    for (path, token, status) in [
        ("/v1/tenants/acme/tickets", agent.as_str(), 200),
        ("/v1/tenants/acme/tickets?limit=0", &agent, 400),
        ("/v1/tenants/acme/tickets", "", 401),
        ("/v1/tenants/globex/tickets", &agent, 404),
        ("/v1/auth/sign-in", "", 302),
        ("/nowhere", "", 404),
        ("/openapi.json", "", 200),
        ("/docs", "", 200),
    ] {
        let answer = running.get(path, token).await.expect(status);
        assert_eq!((answer.header("cache-control"), answer.header("x-content-type-options")), (Some("no-store"), Some("nosniff")), "{path}");
    }
}

#[tokio::test]
async fn an_agent_closes_a_ticket_and_hands_it_out_of_their_groups_at_once() {
    let (_installation, running, world) = served().await;
    let acme = world.tenant("acme");
    let grouped = running.token("acme:grouped_agent");
    let path = format!("/v1/tenants/acme/tickets/{}", acme.ticket);
    let patch = json!({"status": "closed", "group_id": acme.groups["second"], "priority": "low"});
    let change = async |version: &str, body: &serde_json::Value| running.call("PATCH", &path, &grouped, &[("If-Match", version)], Some(body)).await;
    // From new it may not be closed: nothing of it is done.
    assert_eq!(change("\"1\"", &patch).await.expect(409).body["code"], "status_transition");
    change("\"1\"", &json!({"status": "solved"})).await.expect(200);
    assert_eq!(change("\"1\"", &patch).await.expect(412).body["current_version"], 2);
    let handed = change("\"2\"", &patch).await.expect(200);
    assert_eq!((&handed.body["status"], &handed.body["group_id"], &handed.body["priority"]), (&json!("closed"), &json!(acme.groups["second"]), &json!("low")));
    running.get(&path, &grouped).await.expect(404);
    // Closed by an earlier change, it stays where it is.
    let agent = running.token("acme:agent");
    let again = running.call("PATCH", &path, &agent, &[("If-Match", handed.header("etag").unwrap())], Some(&json!({"group_id": acme.groups["first"]}))).await.expect(409);
    assert_eq!(again.body["code"], "ticket_closed");
    // Nor is anything said on it: neither aloud nor among the staff, and whoever may not comment at all is told that first.
    let comments = format!("{path}/comments");
    let before = running.get(&comments, &agent).await.expect(200).body["data"].clone();
    for visibility in ["public", "internal"] {
        let said = json!({"body": "Was it the invoice?", "visibility": visibility});
        assert_eq!(running.call("POST", &comments, &agent, &[], Some(&said)).await.expect(409).body["code"], "ticket_closed");
        running.call("POST", &comments, &running.token("acme:auditor"), &[], Some(&said)).await.expect(403);
    }
    assert_eq!(running.get(&comments, &agent).await.expect(200).body["data"], before);
}

#[tokio::test]
async fn an_agent_hands_a_ticket_out_of_their_groups() {
    let (_installation, running, world) = served().await;
    let acme = world.tenant("acme");
    let grouped = running.token("acme:grouped_agent");
    let path = format!("/v1/tenants/acme/tickets/{}", acme.ticket);
    running.get(&format!("/v1/tenants/acme/tickets/{}", acme.other_ticket), &grouped).await.expect(404);
    let moved = running
        .call("PUT", &format!("{path}/assignee"), &grouped, &[("If-Match", "\"1\"")], Some(&json!({"group_id": acme.groups["second"]})))
        .await
        .expect(200);
    assert_eq!(moved.body["group_id"], json!(acme.groups["second"]));
    running.get(&path, &grouped).await.expect(404);
    let agent = running.token("acme:agent");
    assert_eq!(running.get(&format!("{path}/comments"), &agent).await.expect(200).body["data"].as_array().unwrap().len(), 2);
    // Nobody had it in hand, and nothing says that somebody had.
    let history = running.get(&format!("{path}/events"), &agent).await.expect(200);
    let last = history.body["data"].as_array().unwrap().iter().find(|event| event["kind"] == "ticket.assigned").expect("the handover").clone();
    assert_eq!(last["changes"], json!({"group_id": [acme.groups["first"], acme.groups["second"]]}));
    let owner = running.token("acme:owner");
    let trail = running.get("/v1/tenants/acme/audit?action=ticket.assigned", &owner).await.expect(200);
    assert_eq!(trail.body["data"][0]["details"], json!({"fields": ["group_id"]}));
}

#[tokio::test]
async fn a_revoked_member_and_a_suspended_tenant_are_out_at_the_next_request() {
    let (installation, running, world) = served().await;
    let operator = installation.operator().await;
    let acme = world.tenant("acme");
    let agent = running.token("acme:agent");
    running.get("/v1/tenants/acme/tickets", &agent).await.expect(200);
    assert_eq!(operator.remove_member(acme.id.into(), acme.members["agent"].into()).await.unwrap(), Removal::Removed);
    running.get("/v1/tenants/acme/tickets", &agent).await.expect(404);
    assert_eq!(running.get("/v1/me", &agent).await.expect(200).body["tenants"], json!([]));
    let owner = running.token("acme:owner");
    running.get("/v1/tenants/acme/tickets", &owner).await.expect(200);
    operator.suspend_tenant(acme.id.into(), true).await.unwrap();
    running.get("/v1/tenants/acme/tickets", &owner).await.expect(404);
    operator.suspend_tenant(acme.id.into(), false).await.unwrap();
    let trail = running.get("/v1/tenants/acme/audit?limit=200", &owner).await.expect(200);
    let actions: Vec<&str> = trail.body["data"].as_array().unwrap().iter().map(|e| e["action"].as_str().unwrap()).collect();
    for action in ["member.removed", "tenant.suspended", "tenant.resumed", "tenant.entry_denied"] {
        assert!(actions.contains(&action), "{action}");
    }
}

#[tokio::test]
async fn a_name_that_nothing_can_have_is_refused_and_recorded_as_an_unknown_one_is() {
    let (_installation, running, world) = served().await;
    let (agent, unknown) = (running.token("acme:agent"), uuid::Uuid::now_v7().to_string());
    let event = async |call: &ringfence_tests::Call, tenant: &str| {
        let path = format!("/v1/tenants/{tenant}/audit?decision=deny&request_id={}", call.request_id());
        let event = running.get(&path, &running.token(&format!("{tenant}:auditor"))).await.expect(200).body["data"][0].clone();
        [&event["action"], &event["rule"], &event["object_type"]].map(|told| told.as_str().unwrap_or_default().to_owned())
    };
    let ticket = format!("tickets/{}", world.tenant("acme").ticket);
    let patch = json!({"name": "x"});
    for (method, before, names, after, body) in [
        ("GET", "tickets/", ["abc", "01", "%00"], "", None),
        ("PATCH", "tickets/", ["abc", "0", "1.0"], "", Some(json!({"subject": "x"}))),
        ("POST", "tickets/", ["abc", "-1", "1e3"], "/comments", Some(json!({"body": "x", "visibility": "public"}))),
        ("GET", &format!("{ticket}/comments/"), ["x", "1", "null"], "", None),
        ("GET", "members/", ["x", "1", "urn:uuid:1"], "", None),
        ("DELETE", "contacts/", ["xyz", "1", "*"], "", None),
        ("PATCH", "groups/", ["xyz", "1", "*"], "", Some(patch)),
    ] {
        for tenant in ["acme", "globex"] {
            let mut told = Vec::new();
            for name in names.iter().copied().chain([unknown.as_str()]) {
                let path = format!("/v1/tenants/{tenant}/{before}{name}{after}");
                let headers: &[(&str, &str)] = if method == "PATCH" { &[("If-Match", "\"1\"")] } else { &[] };
                let call = running.call(method, &path, &agent, headers, body.as_ref()).await.expect(404);
                told.push(event(&call, tenant).await);
            }
            assert!(told.iter().all(|event| event == told.last().unwrap()), "{method} {tenant} {before}: {told:?}");
            assert_eq!(told[0][0] == "tenant.entry_denied", tenant == "globex", "{told:?}");
        }
    }
}

#[tokio::test]
async fn the_trail_knows_which_comment_a_replay_told_of_and_which_of_them_a_list_was_to_hold() {
    let (_installation, running, world) = served().await;
    let (agent, auditor) = (running.token("acme:agent"), running.token("acme:auditor"));
    let comments = format!("/v1/tenants/acme/tickets/{}/comments", world.tenant("acme").ticket);
    let details = async |call: &ringfence_tests::Call| running.get(&format!("/v1/tenants/acme/audit?request_id={}", call.request_id()), &auditor).await.expect(200).body["data"][0]["details"].clone();
    let (key, comment) = ([("Idempotency-Key", "once")], json!({"body": "Said once", "visibility": "public"}));
    let said = running.call("POST", &comments, &agent, &key, Some(&comment)).await.expect(201);
    let again = running.call("POST", &comments, &agent, &key, Some(&comment)).await.expect(201);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(details(&again).await, json!({"replayed": true, "object_id": said.body["comment_id"]}));
    let listed = running.get(&format!("{comments}?visibility=public"), &agent).await.expect(200);
    assert_eq!(details(&listed).await["filter"], json!({"visibility": "public"}));
}

#[tokio::test]
async fn whoever_reads_another_version_than_they_want_is_told_so_and_whatever_they_have_is_sent_again() {
    let (_installation, running, world) = served().await;
    let (owner, acme) = (running.token("acme:owner"), world.tenant("acme"));
    for path in [format!("tickets/{}", acme.ticket), format!("members/{}", acme.members["agent"]), format!("groups/{}", acme.groups["first"])] {
        let path = format!("/v1/tenants/acme/{path}");
        let tag = running.get(&path, &owner).await.expect(200).header("etag").unwrap().to_owned();
        let asked = async |name: &str, value: &str| running.call("GET", &path, &owner, &[(name, value)], None).await;
        for other in ["\"99\"", "W/\"98\", \"99\""] {
            let changed = asked("If-Match", other).await.expect(412);
            assert_eq!(changed.body["current_version"].to_string(), tag.trim_matches('"'), "{path}");
        }
        // A weak tag is the same as none under If-Match (RFC 9110, section 13.1.1).
        asked("If-Match", &format!("W/{tag}")).await.expect(412);
        for same in [tag.as_str(), "*"] {
            asked("If-Match", same).await.expect(200);
        }
        assert_eq!(asked("If-Match", "3").await.expect(400).body["errors"][0]["field"], "If-Match", "{path}");
        assert_eq!(running.call("HEAD", &path, &owner, &[("If-Match", "\"99\"")], None).await.expect(412).header("etag"), None);
        // A version does not tell all that an answer has in it: who has it is answered anew.
        asked("If-None-Match", &tag).await.expect(200);
    }
    let ticket = format!("/v1/tenants/acme/tickets/{}", acme.ticket);
    let before = running.get(&ticket, &owner).await.expect(200);
    running.call("POST", &format!("{ticket}/comments"), &owner, &[], Some(&json!({"body": "Said", "visibility": "public"}))).await.expect(201);
    let after = running.call("GET", &ticket, &owner, &[("If-None-Match", before.header("etag").unwrap())], None).await.expect(200);
    assert_eq!(after.body["version"], before.body["version"]);
    assert_ne!(after.body["updated_at"], before.body["updated_at"]);
}
