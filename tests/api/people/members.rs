//! Members: who comes in, who goes, and that nobody gives or takes what is not theirs.

use crate::{BASE, delete, id, identity, location, patch};
use ringfence_store::command::Removal;
use ringfence_tests::world::served;
use serde_json::{Value, json};
use uuid::Uuid;

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
async fn whoever_is_called_otherwise_is_another_version_as_a_member_too() {
    let (installation, running, world) = served().await;
    let (owner, agent, acme) = (running.token("acme:owner"), running.token("acme:agent"), world.tenant("acme"));
    for (who, by) in [("requester", &agent), ("agent", &agent), ("owner", &owner)] {
        let (member, contact) = (format!("{BASE}/members/{}", acme.members[who]), format!("{BASE}/contacts/{}", acme.members[who]));
        let before = running.get(&member, &owner).await.expect(200).body;
        // What the member does not show leaves them as they are.
        let unseen = patch(&running, &contact, by, 1, json!({"organization_id": acme.organization, "name": before["name"], "email": before["email"]})).await;
        assert_eq!(unseen.expect(200).header("etag"), Some("\"2\""));
        assert_eq!(running.get(&member, &owner).await.expect(200).body, before);
        let renamed = patch(&running, &contact, by, 2, json!({"name": "Renamed"})).await.expect(200);
        let after = running.get(&member, &owner).await.expect(200);
        assert_eq!((after.header("etag"), &after.body["name"]), (Some("\"2\""), &json!("Renamed")));
        assert!(after.body["updated_at"].as_str() > before["updated_at"].as_str());
        assert_eq!(patch(&running, &member, &owner, 1, json!({"name": "Lost"})).await.expect(412).body["current_version"], 2);
        let email = format!("{who}-renamed@acme.example");
        patch(&running, &contact, by, 3, json!({"email": email})).await.expect(200);
        assert_eq!(running.get(&member, &owner).await.expect(200).body["version"], 3);
        // An edit that comes too late changes nothing of either.
        patch(&running, &contact, by, 3, json!({"name": "Late"})).await.expect(412);
        let held = running.get(&member, &owner).await.expect(200).body;
        assert_eq!((&held["version"], &held["name"], &held["email"]), (&json!(3), &json!("Renamed"), &json!(email)));
        let trail = running.get(&format!("{BASE}/audit?request_id={}", renamed.request_id()), &owner).await.expect(200);
        let told: Vec<&Value> = trail.body["data"].as_array().unwrap().iter().filter(|event| event["action"] == "member.updated").collect();
        assert_eq!((told.len(), &told[0]["object_version"], &told[0]["details"], &told[0]["rule"]), (1, &json!(2), &json!({"fields": ["name"]}), &json!("contact.change")));
    }
    // Whom an agent may not rename, they cannot make another version of either.
    let admin = format!("{BASE}/contacts/{}", acme.members["admin"]);
    patch(&running, &admin, &agent, 1, json!({"name": "Usurped"})).await.expect(403);
    assert_eq!(running.get(&format!("{BASE}/members/{}", acme.members["admin"]), &owner).await.expect(200).body["version"], 1);
    drop(running);
    installation.drop().await;
}

#[tokio::test]
async fn a_membership_that_begins_again_counts_on_from_the_one_that_ended() {
    let (installation, running, _) = served().await;
    let (admin, members) = (running.token("acme:admin"), format!("{BASE}/members"));
    let made = running.post(&members, &admin, identity(&running, "agent")).await.expect(201);
    let (path, member) = (location(&made), id(&made, "member_id"));
    patch(&running, &path, &admin, 1, json!({"role": "light_agent"})).await.expect(200);
    for (round, end) in ["admin", "operator"].into_iter().enumerate() {
        let version = 2 + i32::try_from(round).unwrap();
        if end == "admin" {
            delete(&running, &path, &admin).await.expect(204);
        } else {
            assert_eq!(installation.operator().await.remove_member(running.get("/v1/me", &admin).await.body["tenants"][0]["tenant_id"].as_str().unwrap().parse::<Uuid>().unwrap().into(), member.into()).await.unwrap(), Removal::Removed);
        }
        let mut again = identity(&running, "requester");
        again["contact_id"] = json!(member);
        again["name"] = json!(format!("Somebody {round}"));
        let back = running.post(&members, &admin, again).await.expect(201);
        assert_eq!((id(&back, "member_id"), back.header("etag")), (member, Some(format!("\"{}\"", version + 1).as_str())));
        // What was read of the earlier one fits the later one no more.
        for old in 1..=version {
            patch(&running, &path, &admin, old, json!({"role": "admin"})).await.expect(412);
            running.call("DELETE", &path, &admin, &[("If-Match", &format!("\"{old}\""))], None).await.expect(412);
        }
        let told = running.get(&format!("{BASE}/audit?request_id={}", back.request_id()), &running.token("acme:owner")).await.expect(200);
        assert!(told.body["data"].as_array().unwrap().iter().any(|event| event["action"] == "member.added" && event["object_version"] == version + 1), "{}", told.text);
    }
    drop(running);
    installation.drop().await;
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
async fn an_identity_is_of_an_issuer_that_may_be_believed_and_an_address_looks_like_one() {
    let (installation, running, _) = served().await;
    let owner = running.token("acme:owner");
    for issuer in ["http://id.example.com", "id.example.com", "https://id.example.com?x", "urn:ringfence:command"] {
        let body = json!({"issuer": issuer, "subject": "x", "name": "X", "role": "agent"});
        assert_eq!(running.post(&format!("{BASE}/members"), &owner, body).await.expect(400).body["errors"][0]["field"], "issuer", "{issuer}");
    }
    let long = format!("{}@x.example", "x".repeat(250));
    for email in ["@x", "x@", "a@b@c", "a\u{7}@b.example", long.as_str()] {
        let refused = running.post(&format!("{BASE}/contacts"), &owner, json!({"name": "X", "email": email})).await.expect(400);
        assert_eq!(refused.body["errors"][0]["field"], "email", "{email}");
    }
    drop(running);
    installation.drop().await;
}

#[tokio::test]
async fn a_denial_names_what_the_path_asked_for() {
    let (installation, running, world) = served().await;
    let (owner, ticket) = (running.token("acme:owner"), world.tenant("acme").ticket);
    let refused = running.post(&format!("{BASE}/tickets/{ticket}/comments"), &running.token("acme:auditor"), json!({"body": "x", "visibility": "public"})).await.expect(403);
    let trail = running.get(&format!("{BASE}/audit?request_id={}&decision=deny", refused.request_id()), &owner).await.expect(200);
    assert!(trail.body["data"].as_array().unwrap().iter().any(|event| event["object_id"] == json!(ticket)), "{}", trail.text);
    drop(running);
    installation.drop().await;
}

/// Everybody may read themselves, and so has the list of those they may read.
#[tokio::test]
async fn who_may_read_nobody_lists_themselves_alone_as_a_member_and_as_a_contact() {
    let (_installation, running, world) = served().await;
    let (owner, acme) = (running.token("acme:owner"), world.tenant("acme"));
    let role = running.post(&format!("{BASE}/roles"), &owner, json!({"name": "Reads tickets", "permissions": ["ticket.read"]})).await.expect(201);
    let body = json!({"issuer": running.issuer.issuer(), "subject": "narrow", "name": "Narrow", "role": "custom", "role_id": role.body["role_id"]});
    let custom = id(&running.post(&format!("{BASE}/members"), &owner, body).await.expect(201), "member_id");
    let body = json!({"issuer": running.issuer.issuer(), "subject": "machine", "name": "Machine", "role": "service", "permissions": ["ticket.read"]});
    let service = id(&running.post(&format!("{BASE}/members"), &owner, body).await.expect(201), "member_id");
    let scoped = running.post(&format!("{BASE}/api-tokens"), &owner, json!({"name": "Narrow", "scopes": ["ticket.read"]})).await.expect(201).body["token"].as_str().unwrap().to_owned();
    let people = [
        (running.token("narrow"), custom.to_string()),
        (running.token("machine"), service.to_string()),
        (scoped, acme.members["owner"].to_string()),
        (running.token("acme:requester"), acme.members["requester"].to_string()),
    ];
    for (kind, key, foreign) in [("members", "member_id", acme.members["agent"]), ("contacts", "contact_id", acme.contact)] {
        for (token, oneself) in &people {
            let listed = running.get(&format!("{BASE}/{kind}"), token).await.expect(200);
            let ids: Vec<&str> = listed.body["data"].as_array().unwrap().iter().map(|person| person[key].as_str().unwrap()).collect();
            assert_eq!(ids, [oneself], "{kind}");
            assert_eq!(listed.body["page"], json!({"next_cursor": null, "prev_cursor": null}));
            let read = running.get(&format!("{BASE}/{kind}/{oneself}"), token).await.expect(200);
            assert_eq!(listed.body["data"][0], read.body);
            running.get(&format!("{BASE}/{kind}/{foreign}"), token).await.expect(404);
            // A filter leaves oneself, or nobody.
            let others = if kind == "members" { "role=agent" } else { "email=nobody@example.com" };
            assert_eq!(running.get(&format!("{BASE}/{kind}?{others}"), token).await.expect(200).body["data"], json!([]));
        }
        // Whoever acts for somebody is not they, and reads them by a right alone.
        let body = json!({"issuer": running.issuer.issuer(), "subject": format!("deputy of {kind}"), "name": "Deputy", "role": "service", "permissions": ["ticket.read", "act_as"]});
        running.post(&format!("{BASE}/members"), &owner, body).await.expect(201);
        let (deputy, narrow) = (running.token(&format!("deputy of {kind}")), custom.to_string());
        running.call("GET", &format!("{BASE}/{kind}/{narrow}"), &deputy, &[("Act-As", &narrow)], None).await.expect(404);
        running.call("GET", &format!("{BASE}/{kind}"), &deputy, &[("Act-As", &narrow)], None).await.expect(403);
    }
}
