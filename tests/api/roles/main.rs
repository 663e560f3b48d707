//! What a tenant makes of rights itself: roles of its own, what somebody may do in a group, a role for hours; and one person
//! with different roles in several tenants.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod break_glass;

use ringfence_tests::world::served;
use ringfence_tests::{Call, Running};
use serde_json::{Value, json};
use uuid::Uuid;

const BASE: &str = "/v1/tenants/acme";

fn id(made: &Call, field: &str) -> Uuid {
    made.body[field].as_str().unwrap().parse().unwrap()
}

async fn patch(running: &Running, path: &str, token: &str, version: i64, body: Value) -> Call {
    running.call("PATCH", path, token, &[("If-Match", &format!("\"{version}\""))], Some(&body)).await
}

async fn delete(running: &Running, path: &str, token: &str) -> Call {
    running.call("DELETE", path, token, &[], None).await
}

fn member(running: &Running, subject: &str, more: Value) -> Value {
    let mut body = json!({"issuer": running.issuer.issuer(), "subject": subject, "name": "Somebody"});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

/// What the trail has of one object: actions in order.
async fn trail(running: &Running, query: &str) -> Vec<Value> {
    let owner = running.token("acme:owner");
    let listed = running.get(&format!("{BASE}/audit?{query}&order=position&limit=200"), &owner).await.expect(200);
    listed.body["data"].as_array().unwrap().clone()
}

fn actions(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["action"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_role_of_the_tenants_own_making_is_what_its_members_may_do_from_the_next_request_on() {
    let (installation, running, _) = served().await;
    let (owner, admin) = (running.token("acme:owner"), running.token("acme:admin"));
    let roles = format!("{BASE}/roles");
    let made = running.post(&roles, &admin, json!({"name": "Reader", "permissions": ["ticket.read", "comment.read"]})).await.expect(201);
    let (role, path) = (id(&made, "role_id"), made.header("location").unwrap().to_owned());
    assert_eq!(running.get(&path, &owner).await.expect(200).body, made.body);
    running.post(&roles, &admin, json!({"name": "Reader", "permissions": []})).await.expect(409);
    let added = running.post(&format!("{BASE}/members"), &admin, member(&running, "reader", json!({"role": "custom", "role_id": role}))).await.expect(201);
    assert_eq!((added.body["role"].as_str(), added.body["role_id"].as_str()), (Some("custom"), Some(role.to_string().as_str())));
    let (reader, tickets) = (running.token("reader"), format!("{BASE}/tickets"));
    running.get(&tickets, &reader).await.expect(200);
    running.post(&tickets, &reader, json!({"subject": "x", "requester_id": id(&added, "member_id")})).await.expect(403);
    patch(&running, &path, &admin, 1, json!({"permissions": ["ticket.create", "ticket.read"]})).await.expect(200);
    running.post(&tickets, &reader, json!({"subject": "x", "requester_id": id(&added, "member_id")})).await.expect(201);
    patch(&running, &path, &admin, 2, json!({"permissions": []})).await.expect(200);
    running.get(&tickets, &reader).await.expect(403);
    assert_eq!(delete(&running, &path, &admin).await.expect(409).body["code"], "in_use");
    patch(&running, &format!("{BASE}/members/{}", id(&added, "member_id")), &admin, 1, json!({"role": "auditor"})).await.expect(200);
    delete(&running, &path, &admin).await.expect(204);
    running.get(&path, &admin).await.expect(404);
    assert_eq!(actions(&trail(&running, &format!("object_id={role}&decision=allow")).await).into_iter().filter(|a| !a.ends_with("read")).collect::<Vec<_>>(), ["role.created", "role.updated", "role.updated", "role.deleted"]);
    drop(installation);
}

#[tokio::test]
async fn nobody_makes_a_role_above_their_own_or_touches_one() {
    let (_installation, running, world) = served().await;
    let (owner, admin) = (running.token("acme:owner"), running.token("acme:admin"));
    let roles = format!("{BASE}/roles");
    let role = |name: &str, permissions: Value| json!({"name": name, "permissions": permissions});
    for above in ["owner.manage", "break_glass.grant", "agreement.manage", "act_as", "provision.manage", "ticket.import"] {
        running.post(&roles, &admin, role(above, json!([above]))).await.expect(403);
        // An owner holds some of these; a role holds none.
        let answer = running.post(&roles, &owner, role(above, json!([above]))).await;
        assert!(matches!(answer.status, 400 | 403), "{above}: {}", answer.text);
    }
    running.post(&roles, &owner, role("x", json!(["ticket.reed"]))).await.expect(400);
    running.post(&roles, &owner, json!({"name": "x"})).await.expect(400);
    for who in ["agent", "grouped_agent", "light_agent", "requester", "auditor", "service", "custom", "partial_agent", "guest"] {
        running.post(&roles, &running.token(&format!("acme:{who}")), role("x", json!([]))).await.expect(403);
    }
    // One who may make roles, of two rights.
    let keeper = running.post(&roles, &admin, role("Keeper", json!(["role.manage", "member.read", "ticket.read"]))).await.expect(201);
    let kept = keeper.header("location").unwrap().to_owned();
    running.post(&format!("{BASE}/members"), &admin, member(&running, "keeper", json!({"role": "custom", "role_id": id(&keeper, "role_id")}))).await.expect(201);
    let token = running.token("keeper");
    let small = running.post(&roles, &token, role("Small", json!(["ticket.read.group"]))).await.expect(201);
    running.post(&roles, &token, role("Large", json!(["ticket.read", "audit.read"]))).await.expect(403);
    patch(&running, &kept, &token, 1, json!({"permissions": ["role.manage", "member.read", "member.manage"]})).await.expect(403);
    patch(&running, small.header("location").unwrap(), &token, 1, json!({"permissions": ["ticket.change"]})).await.expect(403);
    let large = running.post(&roles, &admin, role("Large", json!(["ticket.read", "audit.read"]))).await.expect(201);
    patch(&running, large.header("location").unwrap(), &token, 1, json!({"permissions": []})).await.expect(403);
    delete(&running, large.header("location").unwrap(), &token).await.expect(403);
    // Who makes roles does not give them.
    let me = world.tenant("acme").members["requester"];
    patch(&running, &format!("{BASE}/members/{me}"), &token, 1, json!({"role": "custom", "role_id": id(&large, "role_id")})).await.expect(403);
    // Another tenant's role is none.
    let foreign = world.tenant("globex").role;
    running.get(&format!("{roles}/{foreign}"), &owner).await.expect(404);
    let refused = running.post(&format!("{BASE}/members"), &owner, member(&running, "x", json!({"role": "custom", "role_id": foreign}))).await.expect(404);
    let absent = running.post(&format!("{BASE}/members"), &owner, member(&running, "x", json!({"role": "custom", "role_id": Uuid::now_v7()}))).await.expect(404);
    assert_eq!(refused.body["errors"], absent.body["errors"]);
    for wrong in [json!({"role": "custom"}), json!({"role": "agent", "role_id": id(&large, "role_id")}), json!({"role": "guest"})] {
        running.post(&format!("{BASE}/members"), &owner, member(&running, "x", wrong)).await.expect(400);
    }
    patch(&running, &format!("{BASE}/members/{me}"), &owner, 1, json!({"role": "custom"})).await.expect(400);
}

#[tokio::test]
async fn what_somebody_may_do_in_a_group_is_said_word_by_word_and_felt_at_once() {
    let (_installation, running, world) = served().await;
    let (admin, agent, acme) = (running.token("acme:admin"), running.token("acme:grouped_agent"), world.tenant("acme"));
    let member = format!("{BASE}/members/{}", acme.members["grouped_agent"]);
    let (ticket, comments) = (format!("{BASE}/tickets/{}", acme.ticket), format!("{BASE}/tickets/{}/comments", acme.ticket));
    let say = json!({"body": "x", "visibility": "internal"});
    let mut version = 1;
    for (access, get, listed, comment, change, create) in [
        (vec!["full"], 200, 2, 201, 200, 201),
        (vec!["overview"], 200, 0, 403, 403, 403),
        (vec!["read"], 200, 2, 403, 403, 403),
        (vec!["overview", "change"], 200, 0, 403, 200, 403),
        (vec!["read", "change"], 200, 2, 201, 200, 403),
        (vec!["overview", "create"], 200, 0, 403, 403, 201),
    ] {
        let patched = patch(&running, &member, &admin, version, json!({"groups": [{"group_id": acme.groups["first"], "access": access}]})).await.expect(200);
        version += 1;
        assert_eq!(patched.body["groups"], json!([{"group_id": acme.groups["first"], "access": access}]));
        assert_eq!(patched.body["group_ids"], json!([acme.groups["first"]]));
        let read = running.get(&ticket, &agent).await.expect(get);
        // Whoever sees the fields alone is told that the comments are not theirs, and not that there are none.
        let told = running.get(&format!("{comments}?limit=200"), &agent).await.expect(if listed == 0 { 403 } else { 200 });
        let old = told.body["data"].as_array().into_iter().flatten().filter(|c| c["body"].as_str().unwrap().starts_with("canary")).count();
        assert_eq!(old, listed, "{access:?}");
        let event = running.get(&format!("{BASE}/audit?action=comment.listed&request_id={}", told.request_id()), &running.token("acme:auditor")).await.expect(200).body["data"][0].clone();
        assert_eq!((&event["decision"], &event["actor_id"]), (&json!(if listed == 0 { "deny" } else { "allow" }), &json!(acme.members["grouped_agent"])));
        assert_eq!(running.post(&comments, &agent, say.clone()).await.status, comment, "{access:?}");
        let changed = patch(&running, &ticket, &agent, read.body["version"].as_i64().unwrap(), json!({"priority": "high"})).await;
        assert_eq!(changed.status, change, "{access:?}: {}", changed.text);
        let new = json!({"subject": "x", "requester_id": acme.contact, "group_id": acme.groups["first"]});
        assert_eq!(running.post(&format!("{BASE}/tickets"), &agent, new).await.status, create, "{access:?}");
        running.get(&format!("{BASE}/tickets/{}", acme.other_ticket), &agent).await.expect(404);
    }
    for wrong in [
        json!({"groups": [{"group_id": acme.groups["first"], "access": ["change"]}]}),
        json!({"groups": [{"group_id": acme.groups["first"], "access": []}]}),
        json!({"groups": [{"group_id": acme.groups["first"], "access": ["all"]}]}),
        json!({"groups": [{"access": ["full"]}]}),
        json!({"groups": [], "group_ids": []}),
        json!({"groups": [{"group_id": acme.groups["first"], "access": ["full"]}, {"group_id": acme.groups["first"], "access": ["read"]}]}),
    ] {
        patch(&running, &member, &admin, version, wrong).await.expect(400);
    }
    // A group that is not there is named by the field that named it.
    let foreign = world.tenant("globex").groups["first"];
    for (field, groups) in [("groups", json!([{"group_id": foreign, "access": ["full"]}])), ("group_ids", json!([foreign]))] {
        let refused = patch(&running, &member, &admin, version, json!({field: groups})).await.expect(404);
        assert_eq!(refused.body["errors"][0]["field"], field);
        let mut body = self::member(&running, "somebody new", json!({"role": "agent"}));
        body[field] = groups;
        assert_eq!(running.post(&format!("{BASE}/members"), &admin, body).await.expect(404).body["errors"][0]["field"], field);
    }
}

#[tokio::test]
async fn one_person_has_in_each_tenant_the_rights_of_that_tenant_alone() {
    let (installation, running, world) = served().await;
    let operator = installation.operator().await;
    let third = operator.create_tenant("initech", "Initech").await.unwrap();
    for (tenant, role) in [(world.tenant("acme").id.into(), "requester"), (world.tenant("globex").id.into(), "agent"), (third, "owner")] {
        let new = ringfence_store::command::NewMember { issuer: running.issuer.issuer(), subject: "everywhere", name: "One", email: None, role: role.parse().unwrap(), permissions: None };
        operator.add_member(tenant, &new).await.unwrap().unwrap();
    }
    let token = running.token("everywhere");
    let me = running.get("/v1/me", &token).await.expect(200);
    let mut places: Vec<(String, String)> = me.body["tenants"].as_array().unwrap().iter().map(|t| (t["slug"].as_str().unwrap().to_owned(), t["role"].as_str().unwrap().to_owned())).collect();
    places.sort();
    assert_eq!(places, [("acme", "requester"), ("globex", "agent"), ("initech", "owner")].map(|(slug, role)| (slug.to_owned(), role.to_owned())));
    for _ in 0..2 {
        for (slug, tickets, group, audit) in [("acme", 200, 403, 403), ("globex", 200, 403, 403), ("initech", 200, 201, 200)] {
            let listed = running.get(&format!("/v1/tenants/{slug}/tickets"), &token).await.expect(tickets);
            let many = listed.body["data"].as_array().unwrap().len();
            assert_eq!(many, match slug { "globex" => 3, _ => 0 }, "{slug}");
            running.post(&format!("/v1/tenants/{slug}/groups"), &token, json!({"name": Uuid::now_v7()})).await.expect(group);
            running.get(&format!("/v1/tenants/{slug}/audit"), &token).await.expect(audit);
        }
    }
    running.get(&format!("/v1/tenants/acme/tickets/{}", world.tenant("globex").ticket), &token).await.expect(404);
    // An end in one is none in the others.
    let members = running.get("/v1/tenants/globex/members?role=agent", &running.token("globex:owner")).await.expect(200);
    let there = members.body["data"].as_array().unwrap().iter().find(|m| m["name"] == "One").unwrap()["member_id"].as_str().unwrap().to_owned();
    delete(&running, &format!("/v1/tenants/globex/members/{there}"), &running.token("globex:owner")).await.expect(204);
    running.get("/v1/tenants/globex/tickets", &token).await.expect(404);
    running.get("/v1/tenants/acme/tickets", &token).await.expect(200);
    running.get("/v1/tenants/initech/audit", &token).await.expect(200);
    assert_eq!(running.get("/v1/me", &token).await.expect(200).body["tenants"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn who_operates_the_installation_has_a_right_to_no_record() {
    let (installation, running, world) = served().await;
    // The operator's login reads no table and enters no tenant.
    let operator = installation.login("ringfence_operator").await;
    let tables = installation.admin().await.query("select relname::text from pg_class where relnamespace = 'ringfence'::regnamespace and relkind = 'r'", &[]).await.unwrap();
    assert!(tables.len() > 15);
    for table in tables {
        let table: String = table.get(0);
        for sql in [format!("select * from ringfence.{table}"), format!("delete from ringfence.{table}"), format!("select count(*) from ringfence.{table}")] {
            let refused = operator.batch_execute(&sql).await.unwrap_err();
            assert_eq!(refused.as_db_error().unwrap().code().code(), "42501", "{sql}");
        }
    }
    for sql in ["select ringfence.enter('x')", "select ringfence.grant_break_glass(gen_random_uuid(), 'x', 'x', 'x', 'admin', 1, 'long enough a reason')", "select ringfence.seal(gen_random_uuid())"] {
        assert_eq!(operator.batch_execute(sql).await.unwrap_err().as_db_error().unwrap().code().code(), "42501", "{sql}");
    }
    // Who made both tenants signs in like anybody, and is nobody there.
    let token = running.token("administrator-of-the-installation");
    assert_eq!(running.get("/v1/me", &token).await.expect(200).body["tenants"], json!([]));
    for tenant in &world.tenants {
        for path in ["tickets", "members", "audit", "roles", "break-glass"] {
            running.get(&format!("/v1/tenants/{}/{path}", tenant.slug), &token).await.expect(404);
        }
    }
}

#[tokio::test]
async fn a_role_that_is_given_and_changed_or_deleted_at_once_is_one_or_the_other() {
    let (_installation, running, _) = served().await;
    let admin = running.token("acme:admin");
    let (roles, members) = (format!("{BASE}/roles"), format!("{BASE}/members"));
    for round in 0..6 {
        let made = running.post(&roles, &admin, json!({"name": format!("role {round}"), "permissions": ["ticket.read", "audit.read"]})).await.expect(201);
        let (role, path, subject) = (id(&made, "role_id"), made.header("location").unwrap().to_owned(), format!("holder-{round}"));
        let body = member(&running, &subject, json!({"role": "custom", "role_id": role}));
        if round % 2 == 0 {
            let (given, deleted) = futures_util::join!(running.post(&members, &admin, body), delete(&running, &path, &admin));
            assert!(matches!((given.status, deleted.status), (201, 409) | (404, 204)), "{} and {}", given.text, deleted.text);
        } else {
            let (given, changed) = futures_util::join!(running.post(&members, &admin, body), patch(&running, &path, &admin, 1, json!({"permissions": ["ticket.read"]})));
            assert_eq!((given.status, changed.status), (201, 200));
            running.get(&format!("{BASE}/tickets"), &running.token(&subject)).await.expect(200);
            running.get(&format!("{BASE}/audit"), &running.token(&subject)).await.expect(403);
        }
    }
}

/// Somebody new who may do these things alone.
async fn may(running: &Running, subject: &str, permissions: &[&str]) -> String {
    let owner = running.token("acme:owner");
    let role = running.post(&format!("{BASE}/roles"), &owner, json!({"name": subject, "permissions": permissions})).await.expect(201);
    running.post(&format!("{BASE}/members"), &owner, member(running, subject, json!({"role": "custom", "role_id": role.body["role_id"]}))).await.expect(201);
    running.token(subject)
}

#[tokio::test]
async fn a_comment_is_read_with_its_ticket_and_by_nobody_who_does_not_see_that() {
    let (_installation, running, world) = served().await;
    let ticket = format!("{BASE}/tickets/{}", world.tenant("acme").ticket);
    let mut comments = Vec::new();
    for visibility in ["public", "internal"] {
        let said = running.post(&format!("{ticket}/comments"), &running.token("acme:owner"), json!({"body": "Said", "visibility": visibility})).await.expect(201);
        comments.push(format!("{ticket}/comments/{}", said.body["comment_id"].as_str().unwrap()));
    }
    for (n, rights) in [&["comment.read"][..], &["comment.read", "ticket.read.own"], &["comment.read", "ticket.read.group"], &["comment.read.group"]].into_iter().enumerate() {
        let reader = may(&running, &format!("reader-{n}"), rights).await;
        running.get(&ticket, &reader).await.expect(404);
        running.get(&format!("{ticket}/comments"), &reader).await.expect(404);
        for comment in &comments {
            running.get(comment, &reader).await.expect(404);
        }
    }
    let reader = may(&running, "reader", &["comment.read", "ticket.read"]).await;
    for comment in &comments {
        running.get(comment, &reader).await.expect(200);
    }
}

#[tokio::test]
async fn the_list_of_tokens_holds_those_that_may_be_fetched() {
    let (_installation, running, _) = served().await;
    let owner = running.token("acme:owner");
    let tokens = format!("{BASE}/api-tokens");
    running.post(&tokens, &owner, json!({"name": "Of the owner", "scopes": ["ticket.read"]})).await.expect(201);
    let all: Vec<String> = running.get(&format!("{tokens}?limit=200"), &owner).await.expect(200).body["data"].as_array().unwrap().iter().map(|token| token["api_token_id"].as_str().unwrap().to_owned()).collect();
    for (subject, rights) in [("manages members", &["member.manage"][..]), ("manages tokens", &["token.manage"]), ("makes tokens", &["token.create"]), ("does both", &["member.manage", "token.create"])] {
        let caller = may(&running, subject, rights).await;
        let listed = running.get(&format!("{tokens}?limit=200"), &caller).await;
        assert_eq!(listed.status, if subject == "manages members" { 403 } else { 200 }, "{subject}");
        let listed: Vec<String> = listed.body["data"].as_array().into_iter().flatten().map(|token| token["api_token_id"].as_str().unwrap().to_owned()).collect();
        for id in &all {
            running.get(&format!("{tokens}/{id}"), &caller).await.expect(if listed.contains(id) { 200 } else { 404 });
        }
        assert_eq!(listed.is_empty(), subject != "manages tokens", "{subject}");
    }
}
