//! A role for hours: who may give it, who sees it, and that it ends.

use crate::{BASE, actions, delete, id, member, patch, trail};
use ringfence_tests::Running;
use ringfence_tests::world::{canary, served};
use serde_json::{Value, json};
use uuid::Uuid;

fn glass(running: &Running, subject: &str, role: &str) -> Value {
    json!({"issuer": running.issuer.issuer(), "subject": subject, "role": role, "hours": 2, "reason": canary("acme", "why")})
}

#[tokio::test]
async fn a_role_for_hours_is_seen_used_and_ended() {
    let (installation, running, world) = served().await;
    let (owner, acme) = (running.token("acme:owner"), world.tenant("acme"));
    let (path, stranger, tickets) = (format!("{BASE}/break-glass"), running.token("stranger"), format!("{BASE}/tickets"));
    running.get(&tickets, &stranger).await.expect(404);
    let granted = running.post(&path, &owner, glass(&running, "stranger", "auditor")).await.expect(201);
    let (grant, guest) = (id(&granted, "grant_id"), id(&granted, "member_id"));
    assert_eq!(granted.body["granted_by"].as_str().unwrap().parse::<Uuid>().unwrap(), acme.members["owner"]);
    running.get(&tickets, &stranger).await.expect(200);
    running.get(&tickets, &stranger).await.expect(200);
    running.post(&tickets, &stranger, json!({"subject": "x", "requester_id": guest})).await.expect(403);
    // A use that found nothing is one.
    running.get(&format!("{tickets}/{}", Uuid::now_v7()), &stranger).await.expect(404);
    let me = running.get("/v1/me", &stranger).await.expect(200);
    let place = &me.body["tenants"][0];
    assert_eq!((&place["role"], &place["role_until"]), (&json!("auditor"), &granted.body["expires_at"]));
    assert_eq!(actions(&trail(&running, &format!("request_id={}", me.request_id())).await), ["break_glass.used"]);
    // The mark of a broken glass is for the doors.
    let known = ringfence_domain::permission::ALL;
    assert!(place["permissions"].as_array().unwrap().iter().all(|name| known.contains(&name.as_str().unwrap())), "{place}");
    assert!(running.get("/v1/me", &owner).await.expect(200).body["tenants"][0]["role_until"].is_null());
    // Staff see it, with its reason; the trail has every use, and no reason.
    let seen = running.get(&format!("{path}?member_id={guest}"), &running.token("acme:agent")).await.expect(200);
    assert_eq!(seen.body["data"][0], granted.body);
    running.get(&path, &running.token("acme:requester")).await.expect(403);
    running.get(&format!("{path}/{grant}"), &running.token("acme:requester")).await.expect(404);
    running.get(&format!("{path}/{}", world.tenant("globex").grants[0]), &owner).await.expect(404);
    delete(&running, &format!("{path}/{}", world.tenant("globex").grants[0]), &owner).await.expect(404);
    delete(&running, &format!("{path}/{grant}"), &running.token("acme:admin")).await.expect(403);
    delete(&running, &format!("{path}/{grant}"), &owner).await.expect(204);
    running.get(&tickets, &stranger).await.expect(404);
    delete(&running, &format!("{path}/{grant}"), &owner).await.expect(204);
    let events = trail(&running, &format!("object_id={grant}")).await;
    let told: Vec<&str> = actions(&events).into_iter().filter(|action| !action.ends_with("read")).collect();
    assert_eq!(told.first(), Some(&"break_glass.granted"));
    assert_eq!(told.last(), Some(&"break_glass.revoked"));
    assert_eq!(told.iter().filter(|action| **action == "break_glass.revoked").count(), 3, "refused to an admin, done, asked again");
    let last = events.iter().rfind(|event| event["action"] == "break_glass.revoked").unwrap();
    assert_eq!(last["details"]["unchanged"], json!(true));
    assert!(told.iter().filter(|action| **action == "break_glass.used").count() >= 3, "{told:?}");
    let made = &events[0];
    assert_eq!((made["details"]["role"].as_str(), made["details"]["hours"].as_i64()), (Some("auditor"), Some(2)));
    assert!(!events.iter().any(|event| event.to_string().contains("canary")));
    let began: Vec<_> = trail(&running, &format!("object_id={guest}")).await.iter().map(|event| (event["action"].clone(), event["object_version"].clone())).collect();
    assert_eq!(began[..2], [(json!("contact.created"), json!(1)), (json!("member.added"), json!(1))], "{began:?}");

    // They are a member still, of no rights; who would add them again is told whom to change.
    let again = member(&running, "stranger", json!({"role": "agent"}));
    let refused = running.post(&format!("{BASE}/members"), &running.token("acme:admin"), again).await.expect(409);
    assert_eq!((&refused.body["code"], &refused.body["member_id"]), (&json!("member_exists"), &json!(guest)));
    assert!(refused.body["detail"].as_str().unwrap().contains("guest"), "{}", refused.text);
    let refused = running.post(&format!("{BASE}/members"), &owner, member(&running, "acme:agent", json!({"role": "agent"}))).await.expect(409);
    assert_eq!(refused.body["member_id"], json!(acme.members["agent"]));
    assert!(!refused.body["detail"].as_str().unwrap().contains("guest"), "{}", refused.text);
    let by_contact = json!({"issuer": running.issuer.issuer(), "subject": "nobody yet", "role": "agent", "contact_id": guest});
    assert_eq!(running.post(&format!("{BASE}/members"), &owner, by_contact).await.expect(409).body["member_id"], json!(guest));

    // It ends by the database's clock: nothing has to run.
    let granted = running.post(&path, &owner, glass(&running, "stranger", "agent")).await.expect(201);
    running.get(&tickets, &stranger).await.expect(200);
    let sql = "update ringfence.break_glass_grants set created_at = created_at - interval '3 hours', expires_at = expires_at - interval '3 hours' where grant_id = $1";
    let admin = installation.admin().await;
    admin.execute("update ringfence.members set created_at = created_at - interval '3 hours' where member_id = $1", &[&id(&granted, "member_id")]).await.unwrap();
    admin.execute(sql, &[&id(&granted, "grant_id")]).await.unwrap();
    running.get(&tickets, &stranger).await.expect(404);
    // A removed guest has no grant to come back to.
    running.post(&path, &owner, glass(&running, "stranger", "agent")).await.expect(201);
    running.get(&tickets, &stranger).await.expect(200);
    delete(&running, &format!("{BASE}/members/{guest}"), &owner).await.expect(204);
    running.get(&tickets, &stranger).await.expect(404);
    // Nor has who is there again by a smaller one, once that is taken from them.
    let smaller = running.post(&path, &owner, glass(&running, "stranger", "light_agent")).await.expect(201);
    running.get(&format!("{BASE}/contacts"), &stranger).await.expect(200);
    running.post(&format!("{BASE}/contacts"), &stranger, json!({"name": "x"})).await.expect(403);
    delete(&running, &format!("{path}/{}", id(&smaller, "grant_id")), &owner).await.expect(204);
    running.get(&tickets, &stranger).await.expect(404);
}

#[tokio::test]
async fn a_role_for_hours_is_an_owners_to_give_and_gives_nothing_lasting() {
    let (_installation, running, world) = served().await;
    let (owner, acme) = (running.token("acme:owner"), world.tenant("acme"));
    let path = format!("{BASE}/break-glass");
    for who in ["admin", "agent", "grouped_agent", "light_agent", "requester", "auditor", "service", "custom", "partial_agent", "guest"] {
        running.post(&path, &running.token(&format!("acme:{who}")), glass(&running, "somebody", "agent")).await.expect(403);
    }
    running.post(&path, &running.token("globex:owner"), glass(&running, "somebody", "agent")).await.expect(404);
    assert_eq!(running.post(&path, &owner, glass(&running, "acme:owner", "admin")).await.expect(409).body["code"], "holds_more");
    running.post(&path, &owner, glass(&running, "acme:service", "admin")).await.expect(409);
    for wrong in [json!({"role": "owner"}), json!({"role": "custom"}), json!({"hours": 0}), json!({"hours": 25}), json!({"hours": 1.5}), json!({"hours": "2"}), json!({"reason": "short"}), json!({"reason": null}), json!({"until": "2030-01-01T00:00:00Z"}), json!({"issuer": "urn:ringfence:service-account"}), json!({"issuer": "urn:ringfence:command"})] {
        let mut body = glass(&running, "somebody", "agent");
        body.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
        running.post(&path, &owner, body).await.expect(400);
    }
    // An agent who is an admin for hours: works as one, and makes nobody and nothing that lasts.
    running.post(&path, &owner, glass(&running, "acme:agent", "admin")).await.expect(201);
    let agent = running.token("acme:agent");
    running.get(&format!("{BASE}/audit"), &agent).await.expect(200);
    running.post(&format!("{BASE}/groups"), &agent, json!({"name": "x"})).await.expect(201);
    running.post(&path, &agent, glass(&running, "friend", "admin")).await.expect(403);
    running.post(&format!("{BASE}/roles"), &agent, json!({"name": "x", "permissions": []})).await.expect(403);
    running.post(&format!("{BASE}/members"), &agent, member(&running, "friend", json!({"role": "requester"}))).await.expect(403);
    running.post(&format!("{BASE}/members"), &agent, member(&running, "robot", json!({"role": "service", "permissions": []}))).await.expect(403);
    for (who, body) in [("agent", json!({"role": "admin"})), ("requester", json!({"role": "agent"})), ("grouped_agent", json!({"group_ids": []})), ("agent", json!({"name": "New Name"}))] {
        let member = format!("{BASE}/members/{}", acme.members[who]);
        let version = running.get(&member, &owner).await.body["version"].as_i64().unwrap();
        patch(&running, &member, &agent, version, body).await.expect(403);
    }
    delete(&running, &format!("{BASE}/members/{}", acme.members["service"]), &agent).await.expect(403);
    // Their own role is what it was.
    assert_eq!(running.get(&format!("{BASE}/members/{}", acme.members["agent"]), &owner).await.expect(200).body["role"], "agent");
}
