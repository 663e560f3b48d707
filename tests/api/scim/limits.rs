//! Limits: nobody is made an owner or an admin, nobody else's member is touched, and no other tenant's.

use crate::{Scene, id, is_refused};
use ringfence_tests::world::canary;
use serde_json::{Value, json};

#[tokio::test]
async fn nobody_provisions_without_the_permission_or_in_another_tenant() {
    let scene = Scene::begin().await;
    let acme = scene.acme().clone();
    let user = format!("/Users/{}", acme.scim_user);
    let sent = || Some(json!({ "schemas": [crate::USER], "userName": "alpha" }));
    for role in ["owner", "admin", "agent", "light_agent", "requester", "auditor"] {
        let token = scene.running.token(&format!("acme:{role}"));
        for (method, path, body) in [("GET", "/Users", None), ("GET", user.as_str(), None), ("POST", "/Users", sent()), ("DELETE", &user, None), ("GET", "/Schemas", None), ("GET", "/ServiceProviderConfig", None)] {
            is_refused(&scene.call_as(&token, "acme", method, path, &[], body).await, 403, None);
        }
    }
    let globex = scene.running.token("globex:service");
    let stranger = scene.call_as(&scene.running.token("nobody-at-all"), "acme", "GET", "/Users", &[], None).await;
    for (method, path, body) in [("GET", "/Users", None), ("GET", user.as_str(), None), ("POST", "/Users", sent()), ("PUT", &user, sent()), ("DELETE", &user, None), ("GET", "/Groups", None), ("GET", "/Schemas", None)] {
        let refused = scene.call_as(&globex, "acme", method, path, &[], body).await;
        is_refused(&refused, 404, None);
        assert_eq!(refused.body, stranger.body);
        is_refused(&scene.call_as("", "acme", method, path, &[], (method != "GET").then(|| json!({}))).await, 401, None);
    }
    // In one's own tenant, another's ids are nobody's.
    for (method, body) in [("GET", None), ("PUT", sent()), ("PATCH", Some(json!({ "schemas": [crate::PATCH], "Operations": [{ "op": "replace", "path": "active", "value": false }] }))), ("DELETE", None)] {
        is_refused(&scene.call_as(&globex, "globex", method, &user, &[], body).await, 404, None);
    }
    assert_eq!(scene.enters("acme:provisioned").await, 200);
    scene.end().await;
}

#[tokio::test]
async fn the_same_external_id_in_two_tenants_is_two_users() {
    let scene = Scene::begin().await;
    let sent = json!({ "schemas": [crate::USER], "userName": "alpha", "externalId": "same" });
    let here = scene.call("POST", "/Users", &[], Some(sent.clone())).await.expect(201).body;
    let there = scene.call_as(&scene.running.token("globex:service"), "globex", "POST", "/Users", &[], Some(sent.clone())).await.expect(201).body;
    assert_ne!(here["id"], there["id"]);
    is_refused(&scene.call("POST", "/Users", &[], Some(sent)).await, 409, Some("uniqueness"));
    scene.call("DELETE", &format!("/Users/{}", id(&here)), &[], None).await.expect(204);
    let me = scene.running.get("/v1/me", &scene.running.token("same")).await.expect(200);
    assert_eq!(me.body["tenants"].as_array().map(|tenants| tenants.iter().map(|t| t["slug"].clone()).collect::<Vec<_>>()), Some(vec![json!("globex")]));
    scene.end().await;
}

#[tokio::test]
async fn nobody_is_made_more_than_an_agent() {
    let scene = Scene::begin().await;
    for role in ["owner", "admin", "auditor", "service", "custom", "guest"] {
        let refused = scene.set_up(json!({ "issuer": scene.running.issuer.issuer(), "default_role": role })).await;
        assert_eq!(refused.status, 400, "{role}: {}", refused.text);
        let refused = scene.set_up(json!({ "issuer": scene.running.issuer.issuer(), "role_map": { "x": role } })).await;
        assert_eq!(refused.status, 400, "{role}: {}", refused.text);
        // What is asked for by name is a role of the provider's, and maps to nothing.
        let user = scene.made(json!({ "userName": format!("wants-{role}"), "userType": role, "roles": [{ "value": role, "primary": true }], "entitlements": [{ "value": role }] })).await;
        let me = scene.running.get("/v1/me", &scene.running.token(&format!("wants-{role}"))).await.expect(200).body;
        assert_eq!(me["tenants"][0]["role"], "requester", "{user}");
    }
    for fields in [json!({ "role": "owner" }), json!({ "member_id": scene.acme().members["owner"] }), json!({ "contact_id": scene.acme().contact }), json!({ "tenant_id": scene.world.tenant("globex").id }), json!({ "permissions": ["owner.manage"] }), json!({ "provisioned": true })] {
        let mut sent = json!({ "schemas": [crate::USER], "userName": "mass" });
        sent.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        is_refused(&scene.call("POST", "/Users", &[], Some(sent)).await, 400, Some("invalidSyntax"));
    }
    assert_eq!(scene.enters("mass").await, 404);
    scene.end().await;
}

#[tokio::test]
async fn the_providers_roles_become_those_of_the_map() {
    let scene = Scene::begin().await;
    scene.set_up(json!({ "issuer": scene.running.issuer.issuer(), "default_role": "light_agent", "role_map": { "Support": "agent", "Customer": "requester" } })).await.expect(200);
    for (subject, roles, expected) in [
        ("one", json!([]), "light_agent"),
        ("two", json!([{ "value": "Customer" }]), "requester"),
        ("three", json!([{ "value": "Customer" }, { "value": "Support" }]), "agent"),
        ("four", json!([{ "value": "support" }, { "display": "Support" }]), "light_agent"),
    ] {
        let user = scene.made(json!({ "userName": subject, "roles": roles })).await;
        let role = async || scene.running.get("/v1/me", &scene.running.token(subject)).await.body["tenants"][0]["role"].clone();
        assert_eq!(role().await, expected, "{subject}");
        scene.patch(&format!("/Users/{}", id(&user)), json!([{ "op": "replace", "path": "roles", "value": [{ "value": "Customer" }] }])).await.expect(200);
        assert_eq!(role().await, "requester", "{subject}");
    }
    scene.end().await;
}

#[tokio::test]
async fn a_member_whom_provisioning_did_not_make_is_not_touched() {
    let scene = Scene::begin().await;
    let members = async || scene.installation.admin().await.query("select m::text from ringfence.members m join ringfence.contacts c on c.tenant_id = m.tenant_id and c.contact_id = m.member_id where not m.provisioned order by 1", &[]).await.unwrap().iter().map(|row| row.get(0)).collect::<Vec<String>>();
    let contacts = async || scene.installation.admin().await.query("select c::text from ringfence.contacts c join ringfence.members m on c.tenant_id = m.tenant_id and c.contact_id = m.member_id where not m.provisioned order by 1", &[]).await.unwrap().iter().map(|row| row.get(0)).collect::<Vec<String>>();
    let before = (members().await, contacts().await);
    for role in ["owner", "admin", "agent", "requester"] {
        for active in [true, false] {
            let sent = json!({ "schemas": [crate::USER], "userName": format!("x-{role}"), "externalId": format!("acme:{role}"), "active": active, "displayName": "Taken" });
            let refused = scene.call("POST", "/Users", &[], Some(sent)).await;
            is_refused(&refused, 409, Some("mutability"));
        }
        // Nor by moving a user there.
        let user = scene.made(json!({ "userName": format!("mover-{role}") })).await;
        is_refused(&scene.patch(&format!("/Users/{}", id(&user)), json!([{ "op": "replace", "path": "externalId", "value": format!("acme:{role}") }])).await, 409, Some("mutability"));
        assert_eq!(scene.enters(&format!("mover-{role}")).await, 200);
    }
    assert_eq!((members().await, contacts().await), before);
    // One whom provisioning made, and an owner made an admin.
    let user = scene.made(json!({ "userName": "promoted" })).await;
    let member = scene.running.get("/v1/me", &scene.running.token("promoted")).await.body["tenants"][0]["member_id"].as_str().unwrap().to_owned();
    let promote = json!({ "role": "admin" });
    scene.running.call("PATCH", &format!("/v1/tenants/acme/members/{member}"), &scene.running.token("acme:owner"), &[("If-Match", "\"1\"")], Some(&promote)).await.expect(200);
    let path = format!("/Users/{}", id(&user));
    is_refused(&scene.patch(&path, json!([{ "op": "replace", "path": "active", "value": false }])).await, 409, Some("mutability"));
    is_refused(&scene.call("DELETE", &path, &[], None).await, 409, Some("mutability"));
    assert_eq!(scene.enters("promoted").await, 200);
    scene.end().await;
}

#[tokio::test]
async fn an_address_of_somebody_elses_is_not_taken_and_stands_in_nobodys_way() {
    let scene = Scene::begin().await;
    let address = format!("{}@acme.example", canary("acme", "address"));
    let user = scene.made(json!({ "userName": "alpha", "emails": [{ "value": address }] })).await;
    assert_eq!(user["emails"][0]["value"], json!(address));
    let owner = scene.running.token("acme:owner");
    let contact = scene.running.get(&format!("/v1/tenants/acme/contacts/{}", scene.acme().contact), &owner).await.expect(200).body;
    assert_eq!((contact["email"].as_str(), contact["version"].as_i64()), (Some(address.as_str()), Some(1)));
    let member = scene.running.get("/v1/me", &scene.running.token("alpha")).await.body["tenants"][0]["member_id"].clone();
    assert_ne!(member, json!(scene.acme().contact));
    assert_eq!(scene.running.get(&format!("/v1/tenants/acme/contacts/{}", member.as_str().unwrap()), &owner).await.expect(200).body["email"], Value::Null);
    scene.end().await;
}

#[tokio::test]
async fn owners_alone_say_whose_users_come_in() {
    let scene = Scene::begin().await;
    let path = "/v1/tenants/acme/provisioning-settings";
    let settings = json!({ "issuer": scene.running.issuer.issuer(), "role_map": null });
    for role in ["admin", "agent", "light_agent", "requester", "auditor", "service"] {
        let refused = scene.running.call("PUT", path, &scene.running.token(&format!("acme:{role}")), &[], Some(&settings)).await;
        assert_eq!(refused.status, 403, "{role}");
    }
    for (token, status) in [("acme:owner", 200), ("acme:auditor", 200), ("acme:agent", 403), ("acme:service", 403), ("globex:owner", 404)] {
        assert_eq!(scene.running.get(path, &scene.running.token(token)).await.status, status, "{token}");
    }
    let owner = scene.running.token("acme:owner");
    scene.running.call("PUT", path, &owner, &[], Some(&settings)).await.expect(428);
    assert_eq!(scene.running.call("PUT", path, &owner, &[("If-Match", "\"7\"")], Some(&settings)).await.expect(412).body["current_version"], 1);
    scene.running.call("PUT", path, &scene.running.token("acme:admin"), &[("If-Match", "\"7\"")], Some(&settings)).await.expect(403);
    let set = scene.set_up(settings.clone()).await.expect(200);
    assert_eq!((&set.body["role_map"], &set.body["default_role"]), (&json!({}), &json!("requester")));
    let admin = scene.installation.admin().await;
    admin.batch_execute("update ringfence.provisioning_settings set issuer = 'https://elsewhere.example'").await.unwrap();
    // Who is here keeps the issuer by which they came; who comes now has the new one.
    assert_eq!(scene.enters("acme:provisioned").await, 200);
    scene.made(json!({ "userName": "alpha" })).await;
    assert_eq!(scene.enters("alpha").await, 404);
    admin.batch_execute("delete from ringfence.provisioning_settings").await.unwrap();
    is_refused(&scene.call("POST", "/Users", &[], Some(json!({ "schemas": [crate::USER], "userName": "beta" }))).await, 409, None);
    scene.running.get(path, &owner).await.expect(404);
    scene.running.call("PUT", path, &owner, &[("If-Match", "\"2\"")], Some(&settings)).await.expect(404);
    assert_eq!(scene.running.call("PUT", path, &owner, &[], Some(&settings)).await.expect(200).header("etag"), Some("\"1\""));
    scene.end().await;
}

#[tokio::test]
async fn an_issuer_by_whom_nobody_comes_in_is_not_set() {
    let scene = Scene::begin().await;
    let standing = scene.running.get("/v1/tenants/acme/provisioning-settings", &scene.running.token("acme:owner")).await.expect(200).body;
    let ours = scene.running.issuer.issuer();
    for issuer in ["https://elsewhere.example".to_owned(), format!("{ours}/"), ours.to_uppercase(), format!(" {ours}")] {
        let refused = scene.set_up(json!({ "issuer": issuer })).await.expect(400);
        assert_eq!((&refused.body["errors"][0]["field"], &refused.body["errors"][0]["code"]), (&json!("issuer"), &json!("unknown_value")), "{issuer}");
    }
    assert_eq!(scene.running.get("/v1/tenants/acme/provisioning-settings", &scene.running.token("acme:owner")).await.expect(200).body, standing);
    scene.end().await;
}
