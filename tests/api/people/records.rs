//! What all records of people have in common: versions, keys, conflicts, errors, pages.

use crate::{BASE, delete, id, identity, input, location, patch};
use ringfence_tests::Call;
use ringfence_tests::world::{PEOPLE, served};
use serde_json::json;
use uuid::Uuid;

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
async fn who_may_not_change_a_record_is_told_so_whatever_version_they_name() {
    let (_installation, running, world) = served().await;
    let acme = world.tenant("acme");
    let name = || json!({"name": Uuid::now_v7()});
    let mut cases = vec![
        // A contact of the staff, an owner, a role that reaches further: the right is there, and this row is not theirs.
        ("agent", "PATCH", format!("contacts/{}", acme.members["owner"]), name()),
        ("admin", "PATCH", format!("members/{}", acme.members["owner"]), name()),
        ("admin", "DELETE", format!("members/{}", acme.members["owner"]), json!(null)),
        // It could be changed, and not to this.
        ("admin", "PATCH", format!("members/{}", acme.members["requester"]), json!({"role": "owner"})),
        ("auditor", "PATCH", format!("roles/{}", acme.role), name()),
        ("auditor", "DELETE", format!("roles/{}", acme.role), json!(null)),
    ];
    for (resource, id) in [("contacts", acme.contact), ("members", acme.members["agent"]), ("groups", acme.groups["first"]), ("organizations", acme.organization)] {
        cases.push(("auditor", "PATCH", format!("{resource}/{id}"), name()));
        cases.push(("light_agent", "DELETE", format!("{resource}/{id}"), json!(null)));
    }
    let auditor = running.token("acme:auditor");
    for (role, method, path, body) in cases {
        let path = format!("{BASE}/{path}");
        let before = running.get(&path, &auditor).await.expect(200).body;
        for version in [before["version"].as_i64().unwrap(), 99] {
            let body = (method == "PATCH").then_some(&body);
            let call = running.call(method, &path, &running.token(&format!("acme:{role}")), &[("If-Match", &format!("\"{version}\""))], body).await;
            assert_eq!((call.status, &call.body["code"]), (403, &json!("forbidden")), "{role} {method} {path} {version}");
            let trail = running.get(&format!("{BASE}/audit?request_id={}&decision=deny", call.request_id()), &auditor).await.expect(200);
            assert_eq!(trail.body["data"][0]["rule"], "forbidden", "{}", trail.text);
        }
        assert_eq!(running.get(&path, &auditor).await.expect(200).body, before);
    }
    // Whoever may change it is told of the version, and the try that found that out has left nothing.
    let owner = running.token("acme:owner");
    for (resource, id) in [("contacts", acme.contact), ("members", acme.members["agent"]), ("groups", acme.groups["first"]), ("organizations", acme.organization), ("roles", acme.role)] {
        let path = format!("{BASE}/{resource}/{id}");
        let before = running.get(&path, &owner).await.expect(200).body;
        for (method, body) in [("PATCH", Some(name())), ("DELETE", None)] {
            let call = running.call(method, &path, &owner, &[("If-Match", "\"99\"")], body.as_ref()).await.expect(412);
            assert_eq!(call.body["current_version"], before["version"]);
            let trail = running.get(&format!("{BASE}/audit?request_id={}", call.request_id()), &owner).await.expect(200);
            assert!(trail.body["data"].as_array().unwrap().iter().all(|event| event["decision"] == "deny" || event["action"] == "identity.authenticated" || event["action"] == "tenant.entered"), "{}", trail.text);
        }
        assert_eq!(running.get(&path, &owner).await.expect(200).body, before);
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
    let king = running.post(&format!("{BASE}/members"), &owner, identity(&running, "king")).await.expect(400);
    assert_eq!(king.body["errors"][0]["message"], "must be one of: owner admin agent light_agent requester auditor service custom");
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
