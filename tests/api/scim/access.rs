//! Access: whoever is provisioned comes in, and is out with the next request when they are not.

use crate::{Scene, id, is_refused};
use ringfence_store::command::Removal;
use ringfence_tests::world::canary;
use serde_json::{Value, json};

#[tokio::test]
async fn a_user_comes_in_by_issuer_and_subject_and_by_no_address() {
    let scene = Scene::begin().await;
    let user = scene.made(json!({ "userName": "alpha", "externalId": "sub-1", "emails": [{ "value": "sub-2@example.com", "primary": true }] })).await;
    assert_eq!(scene.enters("sub-1").await, 200);
    for other in ["alpha", "sub-2@example.com", "SUB-1"] {
        assert_eq!(scene.enters(other).await, 404, "{other}");
    }
    // Without an externalId it is the userName.
    scene.made(json!({ "userName": "beta" })).await;
    assert_eq!(scene.enters("beta").await, 200);
    // Another subject is another pair of hands.
    scene.patch(&format!("/Users/{}", id(&user)), json!([{ "op": "replace", "path": "externalId", "value": "sub-9" }])).await.expect(200);
    assert_eq!((scene.enters("sub-1").await, scene.enters("sub-9").await), (404, 200));
    scene.end().await;
}

#[tokio::test]
async fn deprovisioning_ends_access_at_the_next_request() {
    let scene = Scene::begin().await;
    for (n, end) in ["patch", "put", "remove", "delete"].into_iter().enumerate() {
        let subject = format!("leaver-{n}");
        let user = scene.made(json!({ "userName": subject, "roles": [{ "value": canary("acme", "provider-role") }] })).await;
        let path = format!("/Users/{}", id(&user));
        assert_eq!(scene.enters(&subject).await, 200);
        match end {
            "patch" => scene.patch(&path, json!([{ "op": "replace", "value": { "active": "False" } }])).await.expect(200),
            "put" => scene.call("PUT", &path, &[], Some(json!({ "schemas": [crate::USER], "userName": subject, "active": false }))).await.expect(200),
            "remove" => scene.patch(&path, json!([{ "op": "remove", "path": "active" }])).await.expect(200),
            _ => scene.call("DELETE", &path, &[], None).await.expect(204),
        };
        assert_eq!(scene.enters(&subject).await, 404, "{end}");
        let me = scene.running.get("/v1/me", &scene.running.token(&subject)).await.expect(200);
        assert_eq!(me.body["tenants"], json!([]), "{end}");
    }
    scene.end().await;
}

#[tokio::test]
async fn whoever_leaves_is_out_whatever_role_an_admin_gave_them() {
    let scene = Scene::begin().await;
    let owner = scene.running.token("acme:owner");
    let roles = [json!({ "role": "auditor" }), json!({ "role": "custom", "role_id": scene.acme().role }), json!({ "role": "service", "permissions": ["ticket.read"] })];
    for (given, end) in roles.iter().flat_map(|given| ["patch", "delete"].map(|end| (given, end))) {
        let subject = format!("{}-{end}", given["role"].as_str().unwrap());
        let user = scene.made(json!({ "userName": subject, "roles": [{ "value": canary("acme", "provider-role") }] })).await;
        let path = format!("/Users/{}", id(&user));
        let me = scene.running.get("/v1/me", &scene.running.token(&subject)).await.body;
        let member = format!("/v1/tenants/acme/members/{}", me["tenants"][0]["member_id"].as_str().unwrap());
        scene.running.call("PATCH", &member, &owner, &[("If-Match", "\"1\"")], Some(given)).await.expect(200);
        // Who they are and where they work follows the provider, what they are stays with the admin.
        scene.patch(&path, json!([{ "op": "replace", "value": { "title": "Guide", "displayName": subject } }])).await.expect(200);
        let group = scene.made_group(json!({ "displayName": subject, "members": [{ "value": user["id"] }] })).await;
        let held = scene.running.get(&member, &owner).await.expect(200).body;
        assert_eq!((&held["role"], held["group_ids"].as_array().unwrap().len()), (&given["role"], 1), "{held}");
        scene.call("DELETE", &format!("/Groups/{}", id(&group)), &[], None).await.expect(204);
        let held = scene.running.get(&member, &owner).await.expect(200).body;
        assert_eq!((&held["role"], &held["group_ids"]), (&given["role"], &json!([])), "{held}");
        if end == "patch" {
            scene.patch(&path, json!([{ "op": "replace", "path": "active", "value": false }])).await.expect(200);
        } else {
            scene.call("DELETE", &path, &[], None).await.expect(204);
        }
        assert_eq!(scene.enters(&subject).await, 404, "{subject}");
        scene.running.get(&member, &owner).await.expect(404);
    }
    scene.end().await;
}

#[tokio::test]
async fn deprovisioning_is_felt_at_once_by_session_and_api_token_and_in_no_other_tenant() {
    let scene = Scene::begin().await;
    let running = &scene.running;
    for (end, subject) in [("deactivated", "newcomer"), ("deleted", "unverified")] {
        let user = scene.made(json!({ "userName": subject })).await;
        let path = format!("/Users/{}", id(&user));
        let elsewhere = json!({ "issuer": running.issuer.issuer(), "subject": subject, "name": "Guest", "role": "requester" });
        running.post("/v1/tenants/globex/members", &running.token("globex:owner"), elsewhere).await.expect(201);
        let browser = running.sign_in(subject).await;
        let page = async |method: &str, path: &str, body: Option<Value>| running.page(&browser, method, path, body.as_ref()).await;
        let member = async || page("GET", "/v1/me", None).await.expect(200).body["tenants"].as_array().unwrap().iter().find(|tenant| tenant["slug"] == "acme").map(|tenant| tenant["member_id"].clone());
        let before = member().await.expect("a member");
        page("POST", "/v1/tenants/acme/tickets", Some(json!({ "subject": "x" }))).await.expect(201);
        let made = page("POST", "/v1/tenants/acme/api-tokens", Some(json!({ "name": "Own", "scopes": ["ticket.read.own"] }))).await.expect(201).body;
        let by_token = async || running.get("/v1/tenants/acme/tickets", made["token"].as_str().unwrap()).await.status;
        let own = async || page("GET", "/v1/tenants/acme/tickets", None).await;
        assert_eq!((by_token().await, own().await.expect(200).body["data"].as_array().unwrap().len()), (200, 1));
        if end == "deactivated" {
            scene.patch(&path, json!([{ "op": "Replace", "path": "active", "value": "False" }])).await.expect(200);
        } else {
            scene.call("DELETE", &path, &[], None).await.expect(204);
        }
        assert_eq!((own().await.status, by_token().await, scene.enters(subject).await), (404, 401, 404), "{end}");
        page("POST", "/v1/tenants/acme/tickets", Some(json!({ "subject": "y" }))).await.expect(404);
        assert_eq!(member().await, None);
        page("GET", "/v1/tenants/globex/tickets", None).await.expect(200);
        page("POST", "/v1/tenants/globex/tickets", Some(json!({ "subject": "z" }))).await.expect(201);
        // Back again: the same person, with what they asked for, and without the secret that somebody may have kept.
        if end == "deactivated" {
            scene.patch(&path, json!([{ "op": "Replace", "path": "active", "value": true }])).await.expect(200);
        } else {
            scene.made(json!({ "userName": subject })).await;
        }
        let back = own().await.expect(200).body;
        assert_eq!((member().await, back["data"].as_array().unwrap().len(), by_token().await), (Some(before), 1, 401), "{end}");
    }
    scene.end().await;
}

#[tokio::test]
async fn tickets_of_whoever_leaves_are_nobodys_and_the_person_stays_the_same() {
    let scene = Scene::begin().await;
    let agent = json!([{ "value": canary("acme", "provider-role") }]);
    let user = scene.made(json!({ "userName": "alpha", "displayName": "Alpha", "roles": agent })).await;
    let path = format!("/Users/{}", id(&user));
    let owner = scene.running.token("acme:owner");
    let me = scene.running.get("/v1/me", &scene.running.token("alpha")).await.expect(200);
    let member = me.body["tenants"][0]["member_id"].clone();
    let ticket = format!("/v1/tenants/acme/tickets/{}", scene.acme().ticket);
    scene.running.call("PUT", &format!("{ticket}/assignee"), &owner, &[("If-Match", "\"1\"")], Some(&json!({ "assignee_id": member }))).await.expect(200);
    scene.patch(&path, json!([{ "op": "replace", "path": "active", "value": false }])).await.expect(200);
    let left = scene.running.get(&ticket, &owner).await.expect(200).body;
    assert_eq!((&left["assignee_id"], &left["version"]), (&Value::Null, &json!(3)));
    assert_eq!(scene.running.get(&format!("/v1/tenants/acme/contacts/{}", member.as_str().unwrap()), &owner).await.expect(200).body["name"], "Alpha");
    scene.patch(&path, json!([{ "op": "replace", "path": "active", "value": true }])).await.expect(200);
    let back = |me: ringfence_tests::Call| me.body["tenants"][0]["member_id"].clone();
    assert_eq!(back(scene.running.get("/v1/me", &scene.running.token("alpha")).await), member);
    // Gone for good at the provider, and hired again.
    scene.call("DELETE", &path, &[], None).await.expect(204);
    scene.made(json!({ "userName": "alpha" })).await;
    assert_eq!(back(scene.running.get("/v1/me", &scene.running.token("alpha")).await), member);
    scene.end().await;
}

#[tokio::test]
async fn silence_neither_lets_in_nor_out() {
    let scene = Scene::begin().await;
    let put = || Some(json!({ "schemas": [crate::USER], "userName": "renamed" }));
    let user = scene.made(json!({ "userName": "alpha", "externalId": "sub-1", "active": false })).await;
    assert_eq!(scene.enters("sub-1").await, 404);
    scene.call("PUT", &format!("/Users/{}", id(&user)), &[], put()).await.expect(200);
    assert_eq!((scene.enters("sub-1").await, scene.enters("renamed").await), (404, 404));
    scene.patch(&format!("/Users/{}", id(&user)), json!([{ "op": "add", "path": "active", "value": true }])).await.expect(200);
    let kept = scene.call("PUT", &format!("/Users/{}", id(&user)), &[], put()).await.expect(200).body;
    assert_eq!((&kept["externalId"], &kept["active"]), (&json!("sub-1"), &json!(true)));
    assert_eq!(scene.enters("sub-1").await, 200);
    scene.end().await;
}

#[tokio::test]
async fn a_membership_that_was_ended_here_is_inactive_there_and_comes_back_by_switching_on_alone() {
    let scene = Scene::begin().await;
    for (end, back) in [("admin", "patch"), ("operator", "put")] {
        let user = scene.made(json!({ "userName": end })).await;
        let path = format!("/Users/{}", id(&user));
        let member = scene.running.get("/v1/me", &scene.running.token(end)).await.body["tenants"][0]["member_id"].as_str().unwrap().to_owned();
        let before = scene.get(&path).await.expect(200).body;
        if end == "admin" {
            scene.running.call("DELETE", &format!("/v1/tenants/acme/members/{member}"), &scene.running.token("acme:admin"), &[], None).await.expect(204);
        } else {
            assert_eq!(scene.installation.operator().await.remove_member(scene.acme().id.into(), member.parse::<uuid::Uuid>().unwrap().into()).await.unwrap(), Removal::Removed);
        }
        let left = scene.get(&path).await.expect(200);
        assert_eq!((&left.body["active"], left.header("etag")), (&json!(false), Some("W/\"2\"")), "{end}");
        assert!(left.body["meta"]["lastModified"].as_str() > before["meta"]["lastModified"].as_str());
        is_refused(&scene.call("PATCH", &path, &[("If-Match", "W/\"1\"")], Some(json!({ "schemas": [crate::PATCH], "Operations": [{ "op": "replace", "path": "title", "value": "Guide" }] }))).await, 412, None);
        scene.patch(&path, json!([{ "op": "replace", "path": "title", "value": "Guide" }])).await.expect(200);
        assert_eq!(scene.enters(end).await, 404, "{end}");
        if back == "patch" {
            scene.patch(&path, json!([{ "op": "replace", "path": "active", "value": true }])).await.expect(200);
        } else {
            scene.call("PUT", &path, &[], Some(json!({ "schemas": [crate::USER], "userName": end, "active": true }))).await.expect(200);
        }
        assert_eq!(scene.enters(end).await, 200, "{end}");
        let told: Vec<Value> = scene.trail("provisioning.user_updated").await.into_iter().filter(|event| event["object_id"] == user["id"] && event["decision"] == "allow" && event["rule"] != "provision.manage").collect();
        assert_eq!((told.len(), &told[0]["details"]), (1, &json!({ "member_id": member, "active": false })), "{told:?}");
    }
    scene.end().await;
}

#[tokio::test]
async fn whom_the_tenant_took_on_after_it_had_ended_them_is_not_provisionings_to_switch_on() {
    let scene = Scene::begin().await;
    let user = scene.made(json!({ "userName": "alpha" })).await;
    let (path, admin) = (format!("/Users/{}", id(&user)), scene.running.token("acme:admin"));
    let member = scene.running.get("/v1/me", &scene.running.token("alpha")).await.body["tenants"][0]["member_id"].as_str().unwrap().to_owned();
    let of_tenant = format!("/v1/tenants/acme/members/{member}");
    scene.running.call("DELETE", &of_tenant, &admin, &[], None).await.expect(204);
    let own = json!({ "issuer": scene.running.issuer.issuer(), "subject": "alpha", "contact_id": member, "role": "agent" });
    scene.running.post("/v1/tenants/acme/members", &admin, own).await.expect(201);
    is_refused(&scene.patch(&path, json!([{ "op": "replace", "path": "active", "value": true }])).await, 409, Some("mutability"));
    let version = scene.get(&path).await.expect(200).header("etag").unwrap().to_owned();
    scene.running.call("DELETE", &of_tenant, &admin, &[], None).await.expect(204);
    assert_eq!(scene.get(&path).await.expect(200).header("etag"), Some(version.as_str()), "it was inactive, and still is");
    scene.end().await;
}

#[tokio::test]
async fn who_was_removed_before_removals_told_the_provider_is_inactive_by_the_migration() {
    let scene = Scene::begin().await;
    let (there, gone) = (scene.made(json!({ "userName": "there" })).await, scene.made(json!({ "userName": "gone" })).await);
    let admin = scene.installation.admin().await;
    admin
        .batch_execute(
            "delete from ringfence.memberships b using ringfence.members m, ringfence.scim_users u
              where b.identity_id = m.identity_id and b.tenant_id = m.tenant_id and m.member_id = u.contact_id and u.user_name = 'gone';
             delete from ringfence.members m using ringfence.scim_users u where m.member_id = u.contact_id and u.user_name = 'gone'",
        )
        .await
        .unwrap();
    // Again, as its owner and with the policies in place.
    let migration = include_str!("../../../sql/migrations/V16__ended_memberships.sql").replace("add column", "add column if not exists");
    admin.batch_execute(&format!("begin; set local role ringfence_owner; {migration} commit")).await.unwrap();
    for (user, active, tag) in [(there, true, "W/\"1\""), (gone, false, "W/\"2\"")] {
        let held = scene.get(&format!("/Users/{}", id(&user))).await.expect(200);
        assert_eq!((&held.body["active"], held.header("etag")), (&json!(active), Some(tag)));
    }
    assert!(scene.running.get("/readyz", &scene.token).await.status == 200, "row security is forced as before");
    scene.end().await;
}

#[tokio::test]
async fn a_member_is_another_version_with_each_name_and_each_return() {
    let scene = Scene::begin().await;
    let user = scene.made(json!({ "userName": "alpha", "displayName": "Alpha" })).await;
    let path = format!("/Users/{}", id(&user));
    let owner = scene.running.token("acme:owner");
    let member = scene.running.get("/v1/me", &scene.running.token("alpha")).await.body["tenants"][0]["member_id"].as_str().unwrap().to_owned();
    let of_tenant = format!("/v1/tenants/acme/members/{member}");
    let version = async || scene.running.get(&of_tenant, &owner).await.expect(200).body["version"].as_i64().unwrap();
    assert_eq!(version().await, 1);
    let set = |path: &'static str, value: Value| json!([{ "op": "replace", "path": path, "value": value }]);
    for (operations, reached) in [
        (set("title", json!("Guide")), 1),
        (set("displayName", json!("Beta")), 2),
        (set("emails", json!([{ "value": "beta@example.com" }])), 3),
        (set("displayName", json!("Beta")), 3),
    ] {
        scene.patch(&path, operations.clone()).await.expect(200);
        assert_eq!(version().await, reached, "{operations}");
    }
    let late = scene.running.call("PATCH", &of_tenant, &owner, &[("If-Match", "\"1\"")], Some(&json!({ "name": "Lost" }))).await;
    assert_eq!(late.expect(412).body["current_version"], 3);
    let told = scene.trail("member.updated").await;
    assert_eq!(told.iter().filter(|event| event["object_id"] == json!(member) && event["decision"] == "allow").map(|event| event["details"]["fields"].clone()).collect::<Vec<_>>(), [json!(["email"]), json!(["name"])]);
    scene.patch(&path, set("active", json!(false))).await.expect(200);
    scene.patch(&path, set("active", json!(true))).await.expect(200);
    assert_eq!(version().await, 4);
    // Gone at the provider, and hired again.
    scene.call("DELETE", &path, &[], None).await.expect(204);
    scene.made(json!({ "userName": "alpha", "displayName": "Gamma" })).await;
    assert_eq!(version().await, 5);
    scene.end().await;
}

#[tokio::test]
async fn every_step_is_in_the_trail_and_no_name_is() {
    let scene = Scene::begin().await;
    let user = scene.made(json!({ "userName": "canary-person-qz7", "emails": [{ "value": "canary-person-qz7@example.com" }] })).await;
    let path = format!("/Users/{}", id(&user));
    scene.get(&path).await.expect(200);
    scene.get("/Users?filter=userName%20eq%20%22canary-person-qz7%22").await.expect(200);
    scene.patch(&path, json!([{ "op": "replace", "path": "active", "value": false }])).await.expect(200);
    scene.call("DELETE", &path, &[], None).await.expect(204);
    is_refused(&scene.get(&path).await, 404, None);
    for (action, events) in [
        ("provisioning.user_created", 1), ("provisioning.user_read", 2), ("provisioning.user_listed", 1), ("provisioning.user_updated", 1), ("provisioning.user_deleted", 1),
        ("member.added", 1), ("member.removed", 1),
    ] {
        let listed: Vec<Value> = scene.trail(action).await.into_iter().filter(|event| event["actor_id"] == json!(scene.acme().members["service"])).collect();
        assert_eq!(listed.len(), events, "{action}: {listed:?}");
        assert!(!json!(listed).to_string().contains("canary-person"), "{listed:?}");
    }
    let denied = scene.trail("provisioning.user_read").await;
    assert!(denied.iter().any(|event| event["decision"] == "deny" && event["rule"] == "not_found"), "{denied:?}");
    scene.end().await;
}
