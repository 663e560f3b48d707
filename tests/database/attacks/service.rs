//! Attacks 26 to 32 through the service: revoked rights, caches, cursors, keys, retries, totals, clients that hang up.

use crate::audit::served;
use crate::play::{Play, one};
use ringfence_store::TokenKey;
use ringfence_store::command::NewMember;
use ringfence_tests::{Call, Installation, Running};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tokio::io::AsyncWriteExt;
use uuid::Uuid;

fn ids(body: &Value, field: &str) -> BTreeSet<String> {
    body["data"].as_array().unwrap().iter().map(|item| item[field].as_str().unwrap().to_owned()).collect()
}

async fn actions(running: &Running, who: &str, query: &str) -> Vec<String> {
    let trail = running.get(&format!("/v1/tenants/acme/audit?limit=200&{query}"), &running.token(who)).await.expect(200);
    trail.body["data"].as_array().unwrap().iter().map(|event| event["action"].as_str().unwrap().to_owned()).collect()
}

/// Changes a member of acme, as its owner.
async fn change(running: &Running, member: Uuid, body: Value) -> Call {
    let (owner, path) = (running.token("acme:owner"), format!("/v1/tenants/acme/members/{member}"));
    let etag = running.get(&path, &owner).await.expect(200).header("etag").unwrap().to_owned();
    running.call("PATCH", &path, &owner, &[("If-Match", &etag)], Some(&body)).await.expect(200)
}

#[tokio::test]
async fn a_revoked_membership_ends_with_the_next_request_and_is_in_the_trail() {
    let (running, play) = served().await;
    let acme = play.acme();
    let (owner, agent) = (running.token("acme:owner"), running.token("acme:agent"));
    running.get("/v1/tenants/acme/tickets", &agent).await.expect(200);
    let removed = running.call("DELETE", &format!("/v1/tenants/acme/members/{}", acme.members["agent"]), &owner, &[], None).await.expect(204);
    let refused = running.get("/v1/tenants/acme/tickets", &agent).await.expect(404);
    running.post("/v1/tenants/acme/tickets", &agent, json!({"subject": "x"})).await.expect(404);
    assert_eq!(running.get("/v1/me", &agent).await.expect(200).body["tenants"], json!([]));
    assert!(actions(&running, "acme:owner", &format!("request_id={}", removed.request_id())).await.contains(&"member.removed".to_owned()));
    assert_eq!(actions(&running, "acme:owner", &format!("request_id={}", refused.request_id())).await, ["tenant.entry_denied"]);
}

#[tokio::test]
async fn a_changed_role_or_group_holds_from_the_next_request_and_is_in_the_trail() {
    let (running, play) = served().await;
    let acme = play.acme();
    let change = async |role: &str, body: Value| {
        let changed = change(&running, acme.members[role], body).await;
        assert!(actions(&running, "acme:owner", &format!("request_id={}", changed.request_id())).await.contains(&"member.updated".to_owned()));
    };
    let tickets = async |who: &str| ids(&running.get("/v1/tenants/acme/tickets", &running.token(who)).await.expect(200).body, "ticket_id");
    assert_eq!(tickets("acme:grouped_agent").await, [acme.ticket.to_string()].into());
    change("grouped_agent", json!({"group_ids": [acme.groups["second"]]})).await;
    assert_eq!(tickets("acme:grouped_agent").await, [acme.other_ticket.to_string()].into());
    change("grouped_agent", json!({"group_ids": []})).await;
    assert_eq!(tickets("acme:grouped_agent").await.len(), 3);
    change("agent", json!({"role": "requester"})).await;
    assert!(tickets("acme:agent").await.is_empty());
    running.get("/v1/tenants/acme/organizations", &running.token("acme:agent")).await.expect(403);
    change("admin", json!({"role": "auditor"})).await;
    running.post("/v1/tenants/acme/groups", &running.token("acme:admin"), json!({"name": "x"})).await.expect(403);
}

#[tokio::test]
async fn a_suspended_tenant_answers_nobody_from_the_next_request_on() {
    let (running, play) = served().await;
    let operator = play.installation.operator().await;
    let who = ["acme:owner", "acme:agent", "acme:requester", "acme:auditor", "acme:service"];
    for subject in who {
        running.get("/v1/tenants/acme/tickets", &running.token(subject)).await.expect(200);
    }
    operator.suspend_tenant(play.acme().id.into(), true).await.unwrap();
    for subject in who {
        running.get("/v1/tenants/acme/tickets", &running.token(subject)).await.expect(404);
        running.get(&format!("/v1/tenants/{}/tickets", play.acme().id), &running.token(subject)).await.expect(404);
        running.post("/v1/tenants/acme/tickets", &running.token(subject), json!({"subject": "x"})).await.expect(404);
    }
    running.get("/v1/tenants/globex/tickets", &running.token("globex:agent")).await.expect(200);
    operator.suspend_tenant(play.acme().id.into(), false).await.unwrap();
    let trail = actions(&running, "acme:owner", "").await;
    assert!(["tenant.suspended", "tenant.resumed", "tenant.entry_denied"].iter().all(|a| trail.iter().any(|t| t == a)), "{trail:?}");
}

#[tokio::test]
async fn what_is_kept_in_memory_for_one_tenant_serves_no_other() {
    let (running, play) = served().await;
    let operator = play.installation.operator().await;
    for tenant in [play.acme(), play.globex()] {
        let new = NewMember { issuer: running.issuer.issuer(), subject: "both", name: "Both", email: None, role: ringfence_domain::Role::Agent, permissions: None };
        operator.add_member(tenant.id.into(), &new).await.unwrap().unwrap();
    }
    let both = running.token("both");
    // One token, two tenants in turn: rows, numbers and arrivals are each tenant's own.
    for round in 0..30_i64 {
        for slug in ["acme", "globex"] {
            let made = running.post(&format!("/v1/tenants/{slug}/tickets"), &both, json!({"subject": format!("{slug} {round}")})).await.expect(201);
            assert_eq!(made.body["number"], json!(4 + round), "{slug}");
            let list = running.get(&format!("/v1/tenants/{slug}/tickets?limit=200"), &both).await.expect(200);
            assert!(list.body["data"].as_array().unwrap().iter().all(|t| t["subject"].as_str().unwrap().contains(slug)));
        }
    }
    for slug in ["acme", "globex"] {
        let trail = running.get(&format!("/v1/tenants/{slug}/audit?action=tenant.entered&limit=200"), &running.token(&format!("{slug}:auditor"))).await.expect(200);
        let id = play.world.tenant(slug).id;
        let both: Uuid = one(&play.admin, "select m.member_id from ringfence.members m join ringfence.identities i using (identity_id) where m.tenant_id = $1 and i.subject = 'both'", &[&id]).await;
        assert_eq!(trail.body["data"].as_array().unwrap().iter().filter(|e| e["actor_id"] == json!(both)).count(), 1, "{slug}");
    }
    // A name found and a token verified for one caller open nothing for another.
    running.get("/v1/tenants/globex/tickets", &running.token("acme:agent")).await.expect(404);
}

#[tokio::test]
async fn a_cursor_is_good_for_its_tenant_member_list_and_filter_alone() {
    let (running, play) = served().await;
    let agent = running.token("acme:agent");
    let cursor = |call: &Call| call.body["page"]["next_cursor"].as_str().unwrap().to_owned();
    let mine = cursor(&running.get("/v1/tenants/acme/tickets?limit=1", &agent).await.expect(200));
    running.get(&format!("/v1/tenants/acme/tickets?limit=1&cursor={mine}"), &agent).await.expect(200);
    let flipped: String = mine.chars().rev().collect();
    let comments = format!("/v1/tenants/acme/tickets/{}/comments", play.acme().ticket);
    for (path, who, cursor) in [
        ("/v1/tenants/globex/tickets?limit=1", "globex:agent", mine.as_str()),
        ("/v1/tenants/acme/tickets?limit=1", "acme:requester", &mine),
        ("/v1/tenants/acme/tickets?limit=1", "acme:owner", &mine),
        ("/v1/tenants/acme/tickets?limit=1&status=new", "acme:agent", &mine),
        ("/v1/tenants/acme/tickets?limit=1&order=number", "acme:agent", &mine),
        ("/v1/tenants/acme/audit?limit=1", "acme:auditor", &mine),
        (&format!("{comments}?limit=1"), "acme:agent", &mine),
        ("/v1/tenants/acme/tickets?limit=1", "acme:agent", &flipped),
        ("/v1/tenants/acme/tickets?limit=1", "acme:agent", &mine[..mine.len() - 2]),
        ("/v1/tenants/acme/tickets?limit=1", "acme:agent", "AAAA"),
    ] {
        let call = running.get(&format!("{path}&cursor={cursor}"), &running.token(who)).await.expect(400);
        assert_eq!(call.body["code"], "cursor_invalid", "{path} {who}");
    }
}

#[tokio::test]
async fn a_cursor_ends_with_the_role_and_the_groups_that_it_was_made_under() {
    let (running, play) = served().await;
    let acme = play.acme();
    let (path, groups) = ("/v1/tenants/acme/tickets?limit=1", [acme.groups["first"], acme.groups["second"]]);
    change(&running, acme.members["grouped_agent"], json!({"group_ids": groups})).await;
    for (role, changed) in [("agent", json!({"role": "admin"})), ("grouped_agent", json!({"group_ids": groups[..1]}))] {
        let token = running.token(&format!("acme:{role}"));
        let cursor = running.get(path, &token).await.expect(200).body["page"]["next_cursor"].as_str().unwrap().to_owned();
        let next = format!("{path}&cursor={cursor}");
        running.get(&next, &token).await.expect(200);
        change(&running, acme.members[role], changed).await;
        assert_eq!(running.get(&next, &token).await.expect(400).body["code"], "cursor_invalid", "{role}");
    }
}

#[tokio::test]
async fn an_idempotency_key_replays_to_its_own_member_alone() {
    let (running, _play) = served().await;
    let headers = [("Idempotency-Key", "the-same")];
    let body = json!({"subject": "canary-first-qz7"});
    let mut made = BTreeSet::new();
    for (slug, who) in [("acme", "acme:agent"), ("globex", "globex:agent"), ("acme", "acme:owner"), ("acme", "acme:requester")] {
        let path = format!("/v1/tenants/{slug}/tickets");
        let first = running.call("POST", &path, &running.token(who), &headers, Some(&body)).await.expect(201);
        assert_eq!(first.header("idempotency-replayed"), None, "{who}");
        assert!(made.insert(first.body["ticket_id"].as_str().unwrap().to_owned()), "{who} got another's answer");
        let again = running.call("POST", &path, &running.token(who), &headers, Some(&body)).await.expect(201);
        assert_eq!((again.header("idempotency-replayed"), &again.text), (Some("true"), &first.text));
    }
    let other = running.call("POST", "/v1/tenants/acme/tickets", &running.token("acme:admin"), &headers, Some(&json!({"subject": "other"}))).await;
    assert_eq!(other.status, 201, "another member's key is felt");
}

#[tokio::test]
async fn totals_and_filters_count_nothing_that_is_hidden() {
    let (running, play) = served().await;
    let (acme, globex) = (play.acme(), play.globex());
    for (who, total) in [("acme:owner", 3), ("acme:grouped_agent", 1), ("acme:light_agent", 1), ("acme:requester", 1), ("acme:service", 3)] {
        let list = running.get("/v1/tenants/acme/tickets?include=total", &running.token(who)).await.expect(200);
        assert_eq!(list.body["page"]["total"], json!(total), "{who}");
    }
    for filter in [
        format!("requester_id={}", globex.contact),
        format!("group_id={}", globex.groups["first"]),
        format!("assignee_id={}", globex.members["agent"]),
        format!("organization_id={}", globex.organization),
        format!("tag={}", ringfence_tests::world::canary("globex", "tag")),
    ] {
        let list = running.get(&format!("/v1/tenants/acme/tickets?include=total&{filter}"), &running.token("acme:owner")).await.expect(200);
        assert_eq!((&list.body["page"]["total"], &list.body["data"]), (&json!(0), &json!([])), "{filter}");
    }
    let hidden = running.get(&format!("/v1/tenants/acme/tickets?include=total&group_id={}", acme.groups["second"]), &running.token("acme:grouped_agent")).await.expect(200);
    assert_eq!(hidden.body["page"]["total"], json!(0));
}

#[tokio::test]
async fn headers_that_claim_a_tenant_or_a_person_change_nothing() {
    let (running, play) = served().await;
    let (acme, globex) = (play.acme(), play.globex());
    let agent = running.token("acme:requester");
    let tenant = globex.id.to_string();
    let owner = acme.members["owner"].to_string();
    let expected = ids(&running.get("/v1/tenants/acme/tickets", &agent).await.expect(200).body, "ticket_id");
    for (name, value) in [
        ("X-Tenant-Id", tenant.as_str()),
        ("X-Tenant", "globex"),
        ("X-User-Id", &owner),
        ("X-Forwarded-User", "acme:owner"),
        ("X-Remote-User", "acme:owner"),
        ("X-Role", "owner"),
        ("X-Original-URL", "/v1/tenants/globex/tickets"),
        ("X-Rewrite-URL", "/v1/tenants/globex/tickets"),
        ("X-HTTP-Method-Override", "DELETE"),
        ("Cookie", "tenant=globex; user=acme:owner"),
        ("X-Request-Id", "00000000-0000-0000-0000-000000000001"),
    ] {
        let call = running.call("GET", "/v1/tenants/acme/tickets", &agent, &[(name, value)], None).await.expect(200);
        assert_eq!(ids(&call.body, "ticket_id"), expected, "{name}");
        assert_ne!(call.request_id(), value);
    }
}

#[tokio::test]
async fn a_service_whose_walls_were_taken_down_behind_its_back_is_not_ready() {
    let (running, play) = served().await;
    // Before it looked: the answer is kept for half a minute.
    play.admin.batch_execute("alter table ringfence.tickets no force row level security").await.unwrap();
    assert_eq!(running.get("/readyz", "").await.expect(503).body["code"], "walls_not_verified");
    play.admin.batch_execute("alter table ringfence.tickets force row level security").await.unwrap();
    let another = Running::over(&play.installation).await;
    another.get("/readyz", "").await.expect(200);
}

/// Until a backend of the service waits for a lock.
async fn until_service_waits(play: &Play) {
    let sql = "select count(*) from pg_stat_activity where datname = current_database() and usename = 'ringfence_app' and wait_event_type = 'Lock'";
    for _ in 0..100_000 {
        if one::<i64>(&play.admin, sql, &[]).await > 0 {
            return;
        }
    }
    panic!("no request waits");
}

#[tokio::test]
async fn a_transaction_tried_again_after_a_deadlock_is_the_same_callers_and_counted_once() {
    let (running, play) = served().await;
    let acme = play.acme().clone();
    let agent = acme.members["agent"];
    let rival = play.installation.admin().await;
    // The rival waits without looking for the deadlock, so that the service's backend is the one that finds it.
    rival.batch_execute("set deadlock_timeout = '1h'").await.unwrap();
    rival.batch_execute(&format!("begin; select 1 from ringfence.contacts where contact_id = '{agent}' for update")).await.unwrap();
    let path = format!("/v1/tenants/acme/tickets/{}", acme.ticket);
    let asked = tokio::spawn({
        let (running, path, token) = (running.clone(), path.clone(), running.token("acme:agent"));
        async move { running.call("PATCH", &path, &token, &[("If-Match", "\"1\"")], Some(&json!({"priority": "urgent"}))).await }
    });
    until_service_waits(&play).await;
    let locked = format!("select 1 from ringfence.tickets where ticket_id = '{}' for update", acme.ticket);
    rival.batch_execute(&locked).await.unwrap();
    rival.batch_execute("rollback").await.unwrap();
    let call = asked.await.unwrap().expect(200);
    assert_eq!(call.body["version"], 2);
    let request: Uuid = call.request_id().parse().unwrap();
    let rows = play.admin.query("select actor_id, tenant_id from ringfence.audit_inbox where request_id = $1 and action = 'ticket.updated' union all select actor_id, tenant_id from ringfence.audit_events where request_id = $1 and action = 'ticket.updated'", &[&request]).await.unwrap();
    assert_eq!(rows.iter().map(|row| (row.get(0), row.get(1))).collect::<Vec<(Uuid, Uuid)>>(), [(agent, acme.id)]);
    assert_eq!(one::<i64>(&play.admin, "select count(*) from ringfence.ticket_events where ticket_id = $1 and version = 2", &[&acme.ticket]).await, 1);
}

#[tokio::test]
async fn a_client_that_hangs_up_in_the_middle_leaves_nothing_to_the_next_request() {
    let installation = Installation::fresh().await;
    let running = Running::try_over(&installation, |config| {
        config.database.connections = 1;
        config.workers = Some(1);
    })
    .await
    .unwrap();
    let issuer = running.issuer.issuer().to_owned();
    let play = Play::over(installation, &issuer).await;
    let (acme, globex) = (play.acme().clone(), play.globex().clone());
    let path = format!("/v1/tenants/acme/tickets/{}", acme.ticket);
    let (agent, stranger) = (running.token("acme:agent"), running.token("globex:agent"));
    running.get(&path, &agent).await.expect(200);
    let bodies = [json!({"subject": "hung up"}).to_string(), json!({"body": "hung up", "visibility": "public"}).to_string()];
    for (method, path, body) in [("POST", "/v1/tenants/acme/tickets", &bodies[0]), ("POST", &format!("{path}/comments"), &bodies[1]), ("GET", &path, &String::new())] {
        for abrupt in [true, false] {
            // The one connection of the pool is held up in the middle of its statement.
            let lock = play.installation.admin().await;
            lock.batch_execute("begin; lock table ringfence.tickets in access exclusive mode").await.unwrap();
            let mut client = tokio::net::TcpStream::connect(running.address).await.unwrap();
            let head = format!("{method} {path} HTTP/1.1\r\nHost: ringfence\r\nAuthorization: Bearer {agent}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", body.len());
            client.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
            until_service_waits(&play).await;
            if abrupt {
                drop(client);
            } else {
                client.shutdown().await.unwrap();
            }
            lock.batch_execute("commit").await.unwrap();
            let next = running.get("/v1/tenants/globex/tickets", &stranger).await.expect(200);
            assert_eq!(ids(&next.body, "ticket_id"), [globex.ticket, globex.other_ticket, globex.own_ticket].map(|id| id.to_string()).into());
        }
        let idle: i64 = one(&play.admin, "select count(*) from pg_stat_activity where datname = current_database() and usename = 'ringfence_app' and state like 'idle in transaction%'", &[]).await;
        assert_eq!(idle, 0, "{method} {path}");
    }
    // What was begun for the clients that left is whole or not there.
    let halves = "select count(*) from ringfence.tickets t where t.subject = 'hung up' and
                   ((select count(*) from ringfence.ticket_events e where e.ticket_id = t.ticket_id) <> 1
                    or (select count(*) from ringfence.audit_inbox a where a.object_id = t.ticket_id) + (select count(*) from ringfence.audit_events a where a.object_id = t.ticket_id) <> 1)";
    assert_eq!(one::<i64>(&play.admin, halves, &[]).await, 0);
    assert_eq!(one::<i64>(&play.admin, "select count(*) from ringfence.tickets where tenant_id = $1 and subject = 'hung up'", &[&globex.id]).await, 0);
}

#[tokio::test]
async fn a_service_that_the_database_does_not_believe_does_not_start_and_is_not_ready() {
    let installation = Installation::fresh().await;
    let another = TokenKey::parse(&format!("1:{}", "0".repeat(64))).unwrap();
    let refused = Running::try_over(&installation, |config| config.database.token_key = another).await.err().map(|error| error.to_string()).unwrap_or_default();
    assert!(refused.contains("RINGFENCE_TOKEN_KEY") && refused.contains("credentials file"), "{refused}");

    let running = Running::over(&installation).await;
    let token = running.token("somebody");
    running.get("/readyz", "").await.expect(200);
    running.get("/v1/me", &token).await.expect(200);
    installation.admin().await.batch_execute("update ringfence.keys set retired_at = now() where purpose = 'token'").await.unwrap();
    for path in ["/readyz", "/v1/me", "/v1/tenants/acme/tickets"] {
        let answer = running.get(path, &token).await.expect(503);
        assert_eq!((answer.body["code"].as_str(), answer.header("retry-after")), (Some("unavailable"), Some("1")), "{path}");
    }
}
