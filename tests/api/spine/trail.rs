//! What the trail tells of a request: by which right, of which objects, by whom first, and what it is told anew where it was not to be had.

use ringfence_tests::world::served;
use ringfence_tests::{Call, Running};
use serde_json::{Value, json};

async fn events(running: &Running, call: &Call) -> Vec<Value> {
    let path = format!("/v1/tenants/acme/audit?order=position&request_id={}", call.request_id());
    running.get(&path, &running.token("acme:owner")).await.expect(200).body["data"].as_array().unwrap().clone()
}

fn ruled(events: &[Value]) -> Vec<(&str, &str)> {
    let told = events.iter().filter(|event| event["rule"].is_string());
    told.map(|event| (event["action"].as_str().unwrap(), event["rule"].as_str().unwrap())).collect()
}

#[tokio::test]
async fn a_change_is_told_by_the_right_that_it_was_made_by_and_each_comment_by_itself() {
    let (_installation, running, world) = served().await;
    let (base, acme) = ("/v1/tenants/acme/tickets", world.tenant("acme"));
    let group = acme.groups["first"];
    for (who, scope, group) in [("owner", "", None), ("grouped_agent", ".group", Some(group)), ("requester", ".own", None)] {
        let body = match group {
            Some(group) => json!({"subject": "Told", "body": "Words", "group_id": group}),
            None => json!({"subject": "Told", "body": "Words"}),
        };
        let made = running.post(base, &running.token(&format!("acme:{who}")), body).await.expect(201);
        let told = events(&running, &made).await;
        assert_eq!(ruled(&told), [("ticket.created", format!("ticket.create{scope}").as_str()), ("comment.created", format!("comment.create{scope}").as_str())], "{who}");
        let path = format!("{base}/{}", made.body["ticket_id"].as_str().unwrap());
        let said = running.get(&format!("{path}/comments"), &running.token("acme:owner")).await.expect(200);
        let comment = told.iter().find(|event| event["action"] == "comment.created").unwrap();
        assert_eq!((&comment["object_type"], &comment["object_id"]), (&json!("comment"), &said.body["data"][0]["comment_id"]), "{who}");
        assert_eq!(comment["details"], json!({"ticket_id": made.body["ticket_id"], "visibility": "public"}), "{who}");
        if who != "requester" {
            let changed = running.call("PATCH", &path, &running.token(&format!("acme:{who}")), &[("If-Match", "\"1\"")], Some(&json!({"priority": "high"}))).await.expect(200);
            assert_eq!(ruled(&events(&running, &changed).await), [("ticket.updated", format!("ticket.change{scope}").as_str())], "{who}");
        }
        // Who writes notes alone is not told to have written by the right to write to the requester.
        if group.is_some() {
            let noted = running.post(&format!("{path}/comments"), &running.token("acme:light_agent"), json!({"body": "Seen", "visibility": "internal"})).await.expect(201);
            assert_eq!(ruled(&events(&running, &noted).await), [("comment.created", "comment.note.group")]);
        }
    }
    let silent = running.post(base, &running.token("acme:owner"), json!({"subject": "No words"})).await.expect(201);
    assert_eq!(ruled(&events(&running, &silent).await), [("ticket.created", "ticket.create")]);
}

#[tokio::test]
async fn whoever_is_refused_at_first_has_come_in_and_an_altered_cursor_is_told() {
    let (_installation, running, _) = served().await;
    let actions = |events: &[Value]| events.iter().map(|event| event["action"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let auditor = running.token("acme:auditor");
    let refused = running.post("/v1/tenants/acme/tickets", &auditor, json!({"subject": "x"})).await.expect(403);
    assert_eq!(actions(&events(&running, &refused).await), ["identity.authenticated", "tenant.entered", "ticket.created"]);
    let again = running.post("/v1/tenants/acme/tickets", &auditor, json!({"subject": "x"})).await.expect(403);
    assert_eq!(actions(&events(&running, &again).await), ["ticket.created"]);
    let page = running.get("/v1/tenants/acme/tickets?limit=1", &auditor).await.expect(200);
    let cursor = page.body["page"]["next_cursor"].as_str().unwrap();
    let altered = format!("{}{}", if cursor.starts_with('A') { 'B' } else { 'A' }, &cursor[1..]);
    let refused = running.get(&format!("/v1/tenants/acme/tickets?limit=1&cursor={altered}"), &auditor).await.expect(400);
    let told = events(&running, &refused).await;
    assert_eq!((told.len(), &told[0]["action"], &told[0]["decision"], &told[0]["rule"]), (1, &json!("ticket.listed"), &json!("deny"), &json!("cursor_invalid")));
}

#[tokio::test]
async fn an_arrival_that_could_not_be_recorded_is_told_with_the_next_use() {
    let (installation, running, world) = served().await;
    let (admin, agent) = (installation.admin().await, running.token("acme:agent"));
    let ticket = format!("/v1/tenants/acme/tickets/{}", world.tenant("acme").ticket);
    admin.batch_execute("begin; lock table ringfence.audit_inbox in access exclusive mode").await.unwrap();
    running.get(&ticket, &agent).await.expect(503);
    // Or what waits would be written after all.
    admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = 'ringfence_auditor'", &[]).await.unwrap();
    admin.batch_execute("rollback").await.unwrap();
    let mut answer = running.get(&ticket, &agent).await;
    for _ in 0..20 {
        if answer.status == 200 {
            break;
        }
        answer = running.get(&ticket, &agent).await;
    }
    let told: Vec<Value> = events(&running, &answer.expect(200)).await.into_iter().map(|event| event["action"].clone()).collect();
    assert_eq!(told, ["identity.authenticated", "tenant.entered", "ticket.read"]);
}

#[tokio::test]
async fn a_row_that_json_here_does_not_hold_hides_no_other() {
    let (installation, running, world) = served().await;
    let acme = world.tenant("acme");
    let deep = format!("{}1{}", "[".repeat(300), "]".repeat(300));
    let sql = "insert into ringfence.audit_inbox (tenant_id, event_id, xid, recorded_at, request_id, action, decision, actor_kind, details)
               values ($1, gen_random_uuid(), pg_current_xact_id(), now(), gen_random_uuid(), 'ticket.read', 'allow', 'nobody', $2::text::jsonb)";
    for details in ["{\"a\": 1e400}", &format!("{{\"a\": {deep}}}")] {
        installation.admin().await.execute(sql, &[&acme.id, &details]).await.unwrap();
    }
    let page = running.get("/v1/tenants/acme/audit?limit=50", &running.token("acme:owner")).await.expect(200);
    let unreadable = page.body["data"].as_array().unwrap().iter().filter(|event| event["details"]["unreadable"].is_string()).count();
    assert_eq!(unreadable, 2);
    assert!(page.body["data"].as_array().unwrap().len() > 2);
}
