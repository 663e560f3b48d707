//! Members, groups, organizations and contacts over HTTP: who may do what with them, and what they refuse.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use ringfence_tests::world::{PEOPLE, ROLES, served};
use ringfence_tests::{Call, Running};
use serde_json::{Value, json};
use uuid::Uuid;

const BASE: &str = "/v1/tenants/acme";

fn identity(running: &Running, role: &str) -> Value {
    json!({"issuer": running.issuer.issuer(), "subject": Uuid::now_v7(), "name": "Colleague", "role": role})
}

fn location(made: &Call) -> String {
    made.header("location").unwrap().to_owned()
}

fn id(made: &Call, field: &str) -> Uuid {
    made.body[field].as_str().unwrap().parse().unwrap()
}

async fn patch(running: &Running, path: &str, token: &str, version: i32, body: Value) -> Call {
    running.call("PATCH", path, token, &[("If-Match", &format!("\"{version}\""))], Some(&body)).await
}

async fn delete(running: &Running, path: &str, token: &str) -> Call {
    running.call("DELETE", path, token, &[], None).await
}

/// What POST takes to make one of each.
fn input(running: &Running, resource: &str) -> Value {
    match resource {
        "members" => identity(running, "requester"),
        "contacts" => json!({"name": "Customer", "email": format!("{}@example.com", Uuid::now_v7())}),
        _ => json!({"name": Uuid::now_v7()}),
    }
}

/// Per resource and operation the status for each of ROLES, in their order.
const MATRIX: [(&str, [[u16; 8]; 5]); 4] = [
    (
        "members",
        [
            [200, 200, 200, 200, 200, 200, 200, 403],
            [201, 201, 403, 403, 403, 403, 403, 403],
            [200, 200, 200, 200, 200, 404, 200, 404],
            [200, 200, 403, 403, 403, 404, 403, 404],
            [204, 204, 403, 403, 403, 404, 403, 404],
        ],
    ),
    (
        "groups",
        [
            [200, 200, 200, 200, 200, 403, 200, 403],
            [201, 201, 403, 403, 403, 403, 403, 403],
            [200, 200, 200, 200, 200, 404, 200, 404],
            [200, 200, 403, 403, 403, 404, 403, 404],
            [204, 204, 403, 403, 403, 404, 403, 404],
        ],
    ),
    (
        "organizations",
        [
            [200, 200, 200, 200, 200, 403, 200, 403],
            [201, 201, 201, 201, 403, 403, 403, 403],
            [200, 200, 200, 200, 200, 404, 200, 404],
            [200, 200, 200, 200, 403, 404, 403, 404],
            [204, 204, 403, 403, 403, 404, 403, 404],
        ],
    ),
    (
        "contacts",
        [
            [200, 200, 200, 200, 200, 200, 200, 200],
            [201, 201, 201, 201, 403, 403, 403, 403],
            [200, 200, 200, 200, 200, 404, 200, 200],
            [200, 200, 200, 200, 403, 404, 403, 403],
            [204, 204, 403, 403, 403, 404, 403, 403],
        ],
    ),
];

#[tokio::test]
async fn each_role_does_with_people_what_it_may_and_nothing_else() {
    let (_installation, running, _world) = served().await;
    let owner = running.token("acme:owner");
    for (resource, [lists, creates, gets, changes, removes]) in MATRIX {
        for (i, role) in ROLES.into_iter().enumerate() {
            let token = running.token(&format!("acme:{role}"));
            let all = format!("{BASE}/{resource}");
            let one = location(&running.post(&all, &owner, input(&running, resource)).await.expect(201));
            assert_eq!(running.get(&all, &token).await.status, lists[i], "list {resource} as {role}");
            assert_eq!(running.post(&all, &token, input(&running, resource)).await.status, creates[i], "create in {resource} as {role}");
            assert_eq!(running.get(&one, &token).await.status, gets[i], "get of {resource} as {role}");
            assert_eq!(patch(&running, &one, &token, 1, json!({"name": Uuid::now_v7()})).await.status, changes[i], "change in {resource} as {role}");
            assert_eq!(delete(&running, &one, &token).await.status, removes[i], "remove from {resource} as {role}");
        }
    }
}

#[tokio::test]
async fn a_requester_sees_themselves_alone() {
    let (_installation, running, world) = served().await;
    let requester = running.token("acme:requester");
    let own = json!(world.tenant("acme").members["requester"]);
    for (resource, field) in [("members", "member_id"), ("contacts", "contact_id")] {
        let listed = running.get(&format!("{BASE}/{resource}"), &requester).await.expect(200);
        let rows = listed.body["data"].as_array().unwrap();
        assert_eq!(rows.iter().map(|row| &row[field]).collect::<Vec<_>>(), [&own]);
        let path = format!("{BASE}/{resource}/{}", own.as_str().unwrap());
        assert_eq!(running.get(&path, &requester).await.expect(200).body[field], own);
        patch(&running, &path, &requester, 1, json!({"name": "Somebody else"})).await.expect(403);
        delete(&running, &path, &requester).await.expect(403);
    }
    let path = format!("{BASE}/members/{}", own.as_str().unwrap());
    patch(&running, &path, &requester, 1, json!({"role": "admin"})).await.expect(403);
}

#[tokio::test]
async fn a_member_added_may_enter_and_one_removed_may_not() {
    let (installation, running, world) = served().await;
    let (admin, acme) = (running.token("acme:admin"), world.tenant("acme"));
    let body = json!({"issuer": running.issuer.issuer(), "subject": "newcomer", "name": "New Colleague", "email": "New@acme.example", "role": "agent",
        "group_ids": [acme.groups["second"], acme.groups["first"]]});
    let made = running.post(&format!("{BASE}/members"), &admin, body).await.expect(201);
    assert_eq!(made.header("etag"), Some("\"1\""));
    assert_eq!(made.body["group_ids"], json!([acme.groups["first"], acme.groups["second"]]), "in order");
    assert!(made.body["permissions"].is_null());
    let (path, newcomer, member) = (location(&made), running.token("newcomer"), id(&made, "member_id"));
    let read = running.get(&path, &newcomer).await.expect(200);
    assert_eq!(read.body, made.body);
    assert_eq!(running.get(&format!("{BASE}/contacts/{member}"), &admin).await.expect(200).body["email"], "New@acme.example");

    let ticket = format!("{BASE}/tickets/{}", acme.ticket);
    running.call("PUT", &format!("{ticket}/assignee"), &admin, &[("If-Match", "\"1\"")], Some(&json!({"assignee_id": member}))).await.expect(200);
    let listed = running.get(&format!("{BASE}/members?role=agent&group_id={}", acme.groups["second"]), &admin).await.expect(200);
    let there: Vec<&Value> = listed.body["data"].as_array().unwrap().iter().filter(|m| m["member_id"] != json!(acme.members["partial_agent"])).collect();
    assert_eq!(there.len(), 1);

    delete(&running, &path, &admin).await.expect(204);
    running.get(&path, &newcomer).await.expect(404);
    running.get(&path, &admin).await.expect(404);
    delete(&running, &path, &admin).await.expect(404);
    let left = running.get(&ticket, &admin).await.expect(200);
    assert_eq!((left.body["assignee_id"].clone(), left.body["version"].clone()), (Value::Null, json!(3)));
    // The person stays, and comes back as themselves.
    running.get(&format!("{BASE}/contacts/{member}"), &admin).await.expect(200);
    let again = json!({"issuer": running.issuer.issuer(), "subject": "newcomer", "role": "light_agent", "contact_id": member});
    let back = running.post(&format!("{BASE}/members"), &admin, again).await.expect(201);
    assert_eq!((id(&back, "member_id"), back.body["name"].as_str()), (member, Some("New Colleague")));
    running.get(&path, &newcomer).await.expect(200);

    let trail = running.get(&format!("{BASE}/audit?object_id={member}&decision=allow&order=position&limit=200"), &admin).await.expect(200);
    let actions: Vec<&str> = trail.body["data"].as_array().unwrap().iter().map(|e| e["action"].as_str().unwrap()).filter(|a| !a.ends_with("read")).collect();
    assert_eq!(actions.len(), 4, "{actions:?}");
    assert!(actions[..2].contains(&"contact.created") && actions[..2].contains(&"member.added") && actions[2..] == ["member.removed", "member.added"], "{actions:?}");
    assert!(!trail.text.contains("New Colleague") && !trail.text.to_lowercase().contains("new@acme"), "the trail names nobody");
    drop(installation);
}

#[tokio::test]
async fn a_refused_member_leaves_no_identity_behind() {
    let (installation, running, world) = served().await;
    let (owner, admin) = (running.token("acme:owner"), installation.admin().await);
    let members = format!("{BASE}/members");
    let foreign = world.tenant("globex");
    let count = async || admin.query_one("select count(*) from ringfence.identities where subject like 'refused%'", &[]).await.unwrap().get::<_, i64>(0);
    let with = |change: Value| {
        let mut body = json!({"issuer": "https://login.example.com", "subject": format!("refused-{}", Uuid::now_v7()), "name": "Nobody", "role": "agent"});
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        body
    };
    let refused = running.post(&members, &owner, with(json!({"group_ids": [foreign.groups["first"]]}))).await.expect(404);
    assert_eq!(refused.body["errors"][0]["field"], "group_ids");
    let refused = running.post(&members, &owner, with(json!({"contact_id": foreign.contact}))).await.expect(404);
    assert_eq!(refused.body["errors"][0]["field"], "contact_id");
    let absent = running.post(&members, &owner, with(json!({"contact_id": Uuid::now_v7()}))).await.expect(404);
    assert_eq!(refused.body["errors"], absent.body["errors"], "foreign and absent are one");
    running.post(&members, &owner, with(json!({"contact_id": foreign.contact, "name": "Taken over"}))).await.expect(404);
    let taken = running.post(&members, &owner, with(json!({"contact_id": world.tenant("acme").members["agent"]}))).await.expect(409);
    assert_eq!(taken.body["code"], "member_exists");
    running.post(&members, &running.token("acme:admin"), with(json!({"role": "owner"}))).await.expect(403);
    running.post(&members, &running.token("acme:requester"), with(json!({}))).await.expect(403);
    assert_eq!(count().await, 0);

    let twice = json!({"issuer": running.issuer.issuer(), "subject": "acme:agent", "name": "Again", "role": "agent"});
    assert_eq!(running.post(&members, &owner, twice).await.expect(409).body["code"], "member_exists");
    // The same identity in another tenant is nobody's business here.
    let elsewhere = json!({"issuer": running.issuer.issuer(), "subject": "globex:agent", "name": "Guest", "role": "agent"});
    running.post(&members, &owner, elsewhere).await.expect(201);
}

#[tokio::test]
async fn nobody_gives_what_they_do_not_hold() {
    let (installation, running, world) = served().await;
    let (owner, admin) = (running.token("acme:owner"), running.token("acme:admin"));
    let (members, people) = (format!("{BASE}/members"), &world.tenant("acme").members);
    let service = |permissions: Value| json!({"issuer": running.issuer.issuer(), "subject": Uuid::now_v7(), "name": "Robot", "role": "service", "permissions": permissions});
    let made = running.post(&members, &owner, service(json!(["member.read", "owner.manage"]))).await.expect(201);
    running.post(&members, &admin, service(json!(["member.read", "owner.manage"]))).await.expect(403);
    running.post(&members, &owner, service(json!(["ticket.import"]))).await.expect(403);
    // A right that nobody can hold is a slip of the pen, not a lack of rights.
    running.post(&members, &owner, service(json!(["ticket.reed"]))).await.expect(400);
    let lesser = running.post(&members, &admin, service(json!(["member.read"]))).await.expect(201);
    patch(&running, &location(&lesser), &admin, 1, json!({"permissions": ["owner.manage"]})).await.expect(403);
    patch(&running, &location(&lesser), &admin, 1, json!({"permissions": []})).await.expect(200);
    patch(&running, &location(&made), &admin, 1, json!({"name": "Renamed"})).await.expect(403);
    // A service that manages members and holds less than an admin gives nobody a place: neither a new one nor somebody else's.
    let manager = running.post(&members, &owner, service(json!(["member.read", "member.manage", "contact.read", "contact.change"]))).await.expect(201);
    let subject = installation.admin().await.query_one("select i.subject from ringfence.identities i join ringfence.members m using (identity_id) where m.member_id = $1", &[&id(&manager, "member_id")]).await.unwrap();
    let robot = running.token(subject.get(0));
    running.post(&members, &robot, json!({"issuer": running.issuer.issuer(), "subject": "climber", "name": "Climber", "role": "admin"})).await.expect(403);
    patch(&running, &location(&manager), &robot, 1, json!({"role": "admin"})).await.expect(403);
    running.post(&members, &robot, service(json!(["member.read"]))).await.expect(403);
    let mut anothers = service(json!(["member.read"]));
    anothers["contact_id"] = json!(world.tenant("acme").contact);
    running.post(&members, &robot, anothers).await.expect(403);
    patch(&running, &location(&lesser), &robot, 2, json!({"permissions": []})).await.expect(403);
    delete(&running, &location(&lesser), &robot).await.expect(403);
    // An admin makes no owner, and touches none.
    let path = |role: &str| format!("{members}/{}", people[role]);
    for role in ["admin", "agent"] {
        patch(&running, &path(role), &admin, 1, json!({"role": "owner"})).await.expect(403);
    }
    patch(&running, &path("owner"), &admin, 1, json!({"name": "Usurped"})).await.expect(403);
    delete(&running, &path("owner"), &admin).await.expect(403);
    delete(&running, &format!("{members}/{}", world.tenant("globex").members["agent"]), &admin).await.expect(404);
    patch(&running, &path("agent"), &running.token("acme:agent"), 1, json!({"role": "admin"})).await.expect(403);
    let untouched = running.get(&path("owner"), &owner).await.expect(200);
    assert_eq!(untouched.body["version"], 1);
    // Rights change at the next request.
    patch(&running, &path("agent"), &admin, 1, json!({"role": "requester"})).await.expect(200);
    running.get(&format!("{BASE}/groups"), &running.token("acme:agent")).await.expect(403);
}

#[tokio::test]
async fn the_last_owner_stays() {
    let (installation, running, world) = served().await;
    let (owner, members) = (running.token("acme:owner"), format!("{BASE}/members"));
    let path = format!("{members}/{}", world.tenant("acme").members["owner"]);
    assert_eq!(patch(&running, &path, &owner, 1, json!({"role": "admin"})).await.expect(409).body["code"], "last_owner");
    assert_eq!(delete(&running, &path, &owner).await.expect(409).body["code"], "last_owner");
    patch(&running, &path, &owner, 2, json!({"role": "admin"})).await.expect(412);
    patch(&running, &path, &owner, 1, json!({"role": "owner", "name": "Still here"})).await.expect(200);

    // Two owners remove or demote one another at the same moment, again and again: one is left each time.
    let admin = installation.admin().await;
    let owners = async || {
        let rows = admin.query("select member_id from ringfence.members where tenant_id = $1 and role = 'owner'", &[&world.tenant("acme").id]).await.unwrap();
        rows.iter().map(|row| row.get::<_, Uuid>(0)).collect::<Vec<_>>()
    };
    let mut first = (owner, path);
    for round in 0..ringfence_tests::cases(10) {
        let mut body = identity(&running, "owner");
        let subject = Uuid::now_v7().to_string();
        body["subject"] = json!(subject);
        let made = running.post(&members, &first.0, body).await.expect(201);
        let second = (running.token(&subject), location(&made));
        let version = running.get(&first.1, &first.0).await.expect(200).body["version"].as_i64().unwrap();
        let demotion = json!({"role": "admin"});
        let (a, b) = if round % 2 == 0 {
            futures_util::join!(patch(&running, &second.1, &first.0, 1, demotion.clone()), patch(&running, &first.1, &second.0, i32::try_from(version).unwrap(), demotion))
        } else {
            futures_util::join!(delete(&running, &second.1, &first.0), delete(&running, &first.1, &second.0))
        };
        let left = owners().await;
        assert_eq!(left.len(), 1, "{} {}", a.text, b.text);
        assert_eq!([&a, &b].iter().filter(|call| call.status < 300).count(), 1, "{} {}", a.text, b.text);
        assert!([&a, &b].iter().any(|call| matches!(call.status, 403 | 404 | 409)), "{} {}", a.text, b.text);
        if second.1.ends_with(&left[0].to_string()) {
            first = second;
        }
    }
}

#[tokio::test]
async fn preconditions_hold_for_people() {
    let (_installation, running, _world) = served().await;
    let owner = running.token("acme:owner");
    for resource in ["members", "groups", "organizations", "contacts"] {
        let made = running.post(&format!("{BASE}/{resource}"), &owner, input(&running, resource)).await.expect(201);
        let path = location(&made);
        let name = json!({"name": Uuid::now_v7()});
        running.call("PATCH", &path, &owner, &[], Some(&name)).await.expect(428);
        assert_eq!(patch(&running, &path, &owner, 7, name.clone()).await.expect(412).body["current_version"], 1);
        let changed = patch(&running, &path, &owner, 1, name.clone()).await.expect(200);
        assert_eq!((changed.header("etag"), &changed.body["name"]), (Some("\"2\""), &name["name"]));
        assert_eq!(running.get(&path, &owner).await.expect(200).body, changed.body);
        running.call("DELETE", &path, &owner, &[("If-Match", "\"1\"")], None).await.expect(412);
        running.call("DELETE", &path, &owner, &[("If-Match", "\"2\"")], None).await.expect(204);
        running.get(&path, &owner).await.expect(404);
        patch(&running, &path, &owner, 2, name).await.expect(404);
        let trail = running.get(&format!("{BASE}/audit?request_id={}", changed.request_id()), &owner).await.expect(200);
        let events = trail.body["data"].as_array().unwrap();
        assert!(events.iter().any(|e| e["action"].as_str().unwrap().ends_with(".updated") && e["details"] == json!({"fields": ["name"]})), "{}", trail.text);
    }
}

#[tokio::test]
async fn creating_people_twice_under_one_key_makes_one() {
    let (_installation, running, _world) = served().await;
    let owner = running.token("acme:owner");
    for resource in ["members", "groups", "organizations", "contacts"] {
        let (all, body) = (format!("{BASE}/{resource}"), input(&running, resource));
        let key = [("Idempotency-Key", "once")];
        let first = running.call("POST", &all, &owner, &key, Some(&body)).await.expect(201);
        let second = running.call("POST", &all, &owner, &key, Some(&body)).await.expect(201);
        assert_eq!(second.header("idempotency-replayed"), Some("true"));
        assert_eq!((&first.text, first.header("location"), first.header("etag")), (&second.text, second.header("location"), second.header("etag")));
        running.call("POST", &all, &owner, &key, Some(&input(&running, resource))).await.expect(422);
    }
}

#[tokio::test]
async fn what_is_taken_or_in_use_is_a_conflict() {
    let (_installation, running, world) = served().await;
    let (owner, acme, globex) = (running.token("acme:owner"), world.tenant("acme"), world.tenant("globex"));
    let code = async |call: Call, code: &str| assert_eq!(call.expect(409).body["code"], code);
    let contact = running.get(&format!("{BASE}/contacts/{}", acme.contact), &owner).await.expect(200).body;
    let email = contact["email"].as_str().unwrap().to_uppercase();
    code(running.post(&format!("{BASE}/contacts"), &owner, json!({"name": "Twin", "email": email})).await, "email_taken").await;
    let external = json!({"name": "Twin", "external_source": contact["external_source"], "external_id": contact["external_id"]});
    code(running.post(&format!("{BASE}/contacts"), &owner, external).await, "external_id_taken").await;
    for (resource, id) in [("groups", acme.groups["first"]), ("organizations", acme.organization)] {
        let name = running.get(&format!("{BASE}/{resource}/{id}"), &owner).await.expect(200).body["name"].clone();
        code(running.post(&format!("{BASE}/{resource}"), &owner, json!({"name": name})).await, "name_taken").await;
        code(delete(&running, &format!("{BASE}/{resource}/{id}"), &owner).await, "in_use").await;
    }
    for contact in [acme.contact, acme.members["agent"], acme.members["light_agent"]] {
        code(delete(&running, &format!("{BASE}/contacts/{contact}"), &owner).await, "in_use").await;
    }
    // An agent whose last group vanished would work in all: who works there is asked to leave first.
    let made = running.post(&format!("{BASE}/groups"), &owner, json!({"name": "Short-lived"})).await.expect(201);
    let member = format!("{BASE}/members/{}", acme.members["auditor"]);
    patch(&running, &member, &owner, 1, json!({"group_ids": [id(&made, "group_id")]})).await.expect(200);
    code(delete(&running, &location(&made), &owner).await, "in_use").await;
    patch(&running, &member, &owner, 2, json!({"group_ids": []})).await.expect(200);
    delete(&running, &location(&made), &owner).await.expect(204);
    // What another tenant has taken is free here, and what it has is not there.
    let same = running.get(&format!("/v1/tenants/globex/contacts/{}", globex.contact), &running.token("globex:owner")).await.expect(200).body;
    running.post(&format!("{BASE}/contacts"), &owner, json!({"name": "Same", "email": same["email"]})).await.expect(201);
    for (resource, id) in [("contacts", globex.contact), ("groups", globex.groups["first"]), ("organizations", globex.organization), ("members", globex.members["agent"])] {
        let path = format!("{BASE}/{resource}/{id}");
        running.get(&path, &owner).await.expect(404);
        patch(&running, &path, &owner, 1, json!({"name": "Mine"})).await.expect(404);
        delete(&running, &path, &owner).await.expect(404);
    }
    let refused = running.post(&format!("{BASE}/contacts"), &owner, json!({"name": "Stray", "organization_id": globex.organization})).await.expect(404);
    assert_eq!(refused.body["errors"][0]["field"], "organization_id");
    let path = format!("{BASE}/contacts/{}", acme.contact);
    patch(&running, &path, &owner, 1, json!({"organization_id": globex.organization})).await.expect(404);
}

#[tokio::test]
async fn everything_wrong_with_a_person_is_said_at_once() {
    let (_installation, running, world) = served().await;
    let (owner, acme) = (running.token("acme:owner"), world.tenant("acme"));
    let wrong = |call: Call| {
        let mut fields: Vec<String> = call.expect(400).body["errors"].as_array().unwrap().iter().map(|e| e["field"].as_str().unwrap().to_owned()).collect();
        fields.sort();
        fields
    };
    let body = json!({"subject": "x".repeat(256), "role": "king", "email": "no address", "permissions": ["Ticket Read"], "group_ids": ["x"], "tenant_id": acme.id});
    let named = wrong(running.post(&format!("{BASE}/members"), &owner, body).await);
    assert_eq!(named.iter().map(String::as_str).collect::<std::collections::BTreeSet<_>>().into_iter().collect::<Vec<_>>(), ["email", "group_ids", "issuer", "name", "permissions", "role", "subject", "tenant_id"]);
    let services = [json!({"role": "service"}), json!({"role": "agent", "permissions": ["ticket.read"]})];
    for service in services {
        let mut body = identity(&running, "agent");
        body.as_object_mut().unwrap().extend(service.as_object().unwrap().clone());
        assert_eq!(wrong(running.post(&format!("{BASE}/members"), &owner, body).await), ["permissions"]);
    }
    for (resource, body, fields) in [
        ("contacts", json!({"name": " ", "email": "a\u{0}@b", "external_id": "1", "role": "owner"}), vec!["email", "external_id", "name", "role"]),
        ("organizations", json!({"name": 5, "external_source": "crm"}), vec!["external_id", "name", "name"]),
        ("groups", json!({"name": "x".repeat(201), "group_id": acme.id}), vec!["group_id", "name"]),
    ] {
        let named = wrong(running.post(&format!("{BASE}/{resource}"), &owner, body).await);
        assert!(fields.iter().all(|field| named.iter().any(|name| name == field)), "{resource}: {named:?}");
    }
    let member = format!("{BASE}/members/{}", acme.members["agent"]);
    for body in [json!({"name": null}), json!({"role": null}), json!({"permissions": ["ticket.read"]}), json!({"issuer": "x"}), json!({"role": "service"})] {
        patch(&running, &member, &owner, 1, body).await.expect(400);
    }
    let service = format!("{BASE}/members/{}", acme.members["service"]);
    patch(&running, &service, &owner, 1, json!({"permissions": null})).await.expect(400);
    let contact = running.post(&format!("{BASE}/contacts"), &owner, json!({"name": "Half"})).await.expect(201);
    patch(&running, &location(&contact), &owner, 1, json!({"external_id": "1"})).await.expect(400);
    for query in ["members?role=king", "members?email=a@b", "contacts?email=none", "contacts?external_id=1", "organizations?name=x", "groups?order=name", "contacts?limit=0", "members?cursor=x"] {
        running.get(&format!("{BASE}/{query}"), &owner).await.expect(400);
    }
    running.get(&format!("{BASE}/contacts/not-an-id"), &owner).await.expect(404);
}

#[tokio::test]
async fn people_are_listed_by_page_and_filter() {
    let (_installation, running, world) = served().await;
    let (agent, acme) = (running.token("acme:agent"), world.tenant("acme"));
    let contact = running.get(&format!("{BASE}/contacts/{}", acme.contact), &agent).await.expect(200).body;
    let found = async |query: String| running.get(&format!("{BASE}/{query}"), &agent).await.expect(200).body["data"].clone();
    let email = contact["email"].as_str().unwrap().to_uppercase();
    for filter in [format!("email={email}"), format!("organization_id={}", acme.organization), format!("external_source=crm&external_id={}", contact["external_id"].as_str().unwrap())] {
        assert_eq!(found(format!("contacts?{filter}")).await, json!([contact]));
    }
    assert_eq!(found("contacts?external_source=crm&external_id=absent".into()).await, json!([]));
    assert_eq!(found(format!("members?group_id={}", world.tenant("globex").groups["first"])).await, json!([]));
    let organization = &found("organizations".into()).await[0];
    assert_eq!(found(format!("organizations?external_source=crm&external_id={}", organization["external_id"].as_str().unwrap())).await, json!([organization]));
    let whole = found("members?limit=200".into()).await;
    for order in ["created_at", "-created_at"] {
        let (mut rows, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = running.get(&format!("{BASE}/members?limit=3&order={order}{cursor}"), &agent).await.expect(200);
            rows.extend(page.body["data"].as_array().unwrap().clone());
            match page.body["page"]["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        if order.starts_with('-') {
            rows.reverse();
        }
        assert_eq!(json!(rows), whole);
    }
    // And the service account, and whom the identity provider provisioned.
    assert_eq!(whole.as_array().unwrap().len(), PEOPLE.len() + 2);
}
