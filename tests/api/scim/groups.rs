//! Groups: the provider's groups are queues, and whoever is an agent works those they are in.

use crate::{Scene, id, is_refused, names};
use ringfence_tests::world::canary;
use serde_json::{Value, json};

async fn queue_of(scene: &Scene, group: &Value) -> String {
    let sql = "select group_id from ringfence.scim_groups where scim_group_id = $1";
    let group: uuid::Uuid = id(group).parse().unwrap();
    scene.installation.admin().await.query_one(sql, &[&group]).await.unwrap().get::<_, uuid::Uuid>(0).to_string()
}

#[tokio::test]
async fn an_agent_works_the_queues_of_the_groups_they_are_in_and_gains_nothing_by_losing_one() {
    let scene = Scene::begin().await;
    let agent = scene.made(json!({ "userName": "alpha", "roles": [{ "value": canary("acme", "provider-role") }] })).await;
    assert_eq!(scene.tickets_seen("alpha").await, 3);
    let group = scene.made_group(json!({ "displayName": "Billing", "members": [{ "value": agent["id"] }] })).await;
    assert_eq!(group["members"][0]["value"], agent["id"]);
    assert_eq!(scene.tickets_seen("alpha").await, 0);
    let queue = queue_of(&scene, &group).await;
    scene.running.post("/v1/tenants/acme/tickets", &scene.running.token("acme:owner"), json!({ "subject": "x", "group_id": queue })).await.expect(201);
    assert_eq!(scene.tickets_seen("alpha").await, 1);
    let seen = scene.get(&format!("/Users/{}", id(&agent))).await.expect(200).body;
    assert_eq!((&seen["groups"][0]["value"], &seen["groups"][0]["display"]), (&group["id"], &json!("Billing")));
    // Sent back as it was read, with one thing changed.
    let back = json!({ "groups": seen["groups"], "id": seen["id"], "meta": seen["meta"], "schemas": seen["schemas"], "title": "Agent" });
    let of_user = format!("/Users/{}", id(&agent));
    let patched = scene.patch(&of_user, json!([{ "op": "replace", "value": back }])).await.expect(200).body;
    assert_eq!((&patched["groups"], &patched["title"]), (&seen["groups"], &json!("Agent")));
    is_refused(&scene.patch(&of_user, json!([{ "op": "replace", "path": "groups", "value": seen["groups"] }])).await, 400, Some("mutability"));
    // Out of the last group by each way there is.
    let path = format!("/Groups/{}", id(&group));
    scene.patch(&path, json!([{ "op": "remove", "path": format!("members[value eq \"{}\"]", id(&agent)) }])).await.expect(200);
    assert_eq!(scene.tickets_seen("alpha").await, 0);
    scene.patch(&format!("/Users/{}", id(&agent)), json!([{ "op": "replace", "path": "title", "value": "Guide" }])).await.expect(200);
    assert_eq!(scene.tickets_seen("alpha").await, 0);
    scene.patch(&path, json!([{ "op": "add", "path": "members", "value": [{ "value": agent["id"] }] }])).await.expect(200);
    assert_eq!(scene.tickets_seen("alpha").await, 1);
    scene.call("DELETE", &path, &[], None).await.expect(204);
    assert_eq!(scene.tickets_seen("alpha").await, 0);
    // The ticket needs its queue, which stays.
    assert_eq!(scene.running.get(&format!("/v1/tenants/acme/groups/{queue}"), &scene.running.token("acme:owner")).await.status, 200);
    is_refused(&scene.get(&path).await, 404, None);
    scene.end().await;
}

#[tokio::test]
async fn what_a_member_is_called_is_passed_over_wherever_it_is_sent() {
    let scene = Scene::begin().await;
    let (one, two) = (scene.made(json!({ "userName": "alpha" })).await, scene.made(json!({ "userName": "beta" })).await);
    let member = |user: &Value| json!({ "value": user["id"], "display": "Mandy" });
    let group = scene.made_group(json!({ "displayName": "Billing", "members": [member(&one)] })).await;
    let path = format!("/Groups/{}", id(&group));
    let sent = json!({ "schemas": [crate::GROUP], "displayName": "Billing", "members": [member(&one), member(&two)] });
    let mut held = vec![group, scene.call("PUT", &path, &[], Some(sent)).await.expect(200).body];
    // As Okta pushes a group.
    for operation in [
        json!({ "op": "remove", "path": "members", "value": [member(&one)] }),
        json!({ "op": "add", "path": "members", "value": [member(&one)] }),
        json!({ "op": "replace", "path": "members", "value": [member(&two)] }),
        json!({ "op": "replace", "value": { "id": held[0]["id"], "members": [member(&one), member(&two)] } }),
    ] {
        held.push(scene.patch(&path, json!([operation])).await.expect(200).body);
    }
    let members = |group: &Value| group["members"].as_array().unwrap().iter().map(|member| member["value"].clone()).collect::<Vec<_>>();
    let (one, two) = (one["id"].clone(), two["id"].clone());
    let both = vec![one.clone(), two.clone()];
    assert_eq!(held.iter().map(members).collect::<Vec<_>>(), [vec![one], both.clone(), vec![two.clone()], both.clone(), vec![two], both]);
    assert!(!json!(held).to_string().contains("Mandy"));
    // Nobody is named by it: a list of such would be one of nobody.
    let nobody = json!([{ "display": "Mandy" }]);
    for verb in ["add", "replace", "remove"] {
        is_refused(&scene.patch(&path, json!([{ "op": verb, "path": "members", "value": nobody }])).await, 400, Some("invalidValue"));
    }
    is_refused(&scene.call("PUT", &path, &[], Some(json!({ "schemas": [crate::GROUP], "displayName": "Billing", "members": nobody }))).await, 400, Some("invalidValue"));
    is_refused(&scene.patch(&path, json!([{ "op": "replace", "path": "members.display", "value": "Mandy" }])).await, 400, Some("mutability"));
    for (query, found) in [("filter=members.display%20eq%20%22Mandy%22", 0), ("filter=members%5Bdisplay%20eq%20%22alpha%22%5D", 0), ("sortBy=members.display", 2)] {
        assert_eq!(scene.get(&format!("/Groups?{query}")).await.expect(200).body["totalResults"], found, "{query}");
    }
    assert_eq!(scene.get(&format!("{path}?attributes=members.display")).await.expect(200).body, json!({ "schemas": [crate::GROUP], "id": held[0]["id"] }));
    let announced = scene.get(&format!("/Schemas/{}", crate::GROUP)).await.expect(200).body;
    let of_members = announced["attributes"].as_array().unwrap().iter().find(|attribute| attribute["name"] == "members").unwrap();
    let display = of_members["subAttributes"].as_array().unwrap().iter().find(|sub| sub["name"] == "display").unwrap();
    assert_eq!((&display["mutability"], &display["returned"]), (&json!("readOnly"), &json!("never")));
    scene.end().await;
}

#[tokio::test]
async fn groups_come_back_with_the_user() {
    let scene = Scene::begin().await;
    let agent = scene.made(json!({ "userName": "alpha", "active": false, "roles": [{ "value": canary("acme", "provider-role") }] })).await;
    let group = scene.made_group(json!({ "displayName": "Billing", "members": [{ "value": agent["id"] }] })).await;
    let path = format!("/Users/{}", id(&agent));
    for _ in 0..2 {
        scene.patch(&path, json!([{ "op": "replace", "path": "active", "value": true }])).await.expect(200);
        let me = scene.running.get("/v1/me", &scene.running.token("alpha")).await.body;
        let member = scene.running.get(&format!("/v1/tenants/acme/members/{}", me["tenants"][0]["member_id"].as_str().unwrap()), &scene.running.token("acme:owner")).await.expect(200).body;
        assert_eq!((&member["role"], &member["group_ids"]), (&json!("agent"), &json!([queue_of(&scene, &group).await])));
        scene.patch(&path, json!([{ "op": "replace", "path": "active", "value": false }])).await.expect(200);
        assert_eq!(scene.enters("alpha").await, 404);
    }
    scene.end().await;
}

#[tokio::test]
async fn a_group_is_another_version_when_a_user_in_it_is_ended() {
    let scene = Scene::begin().await;
    let (one, two) = (scene.made(json!({ "userName": "alpha" })).await, scene.made(json!({ "userName": "beta" })).await);
    let first = scene.made_group(json!({ "displayName": "First", "members": [{ "value": one["id"] }, { "value": two["id"] }] })).await;
    let second = scene.made_group(json!({ "displayName": "Second", "members": [{ "value": one["id"] }] })).await;
    let other = scene.made_group(json!({ "displayName": "Other", "members": [{ "value": two["id"] }] })).await;
    scene.call("DELETE", &format!("/Users/{}", id(&one)), &[], None).await.expect(204);
    for (group, members) in [(&first, json!([two["id"]])), (&second, json!([]))] {
        let path = format!("/Groups/{}", id(group));
        let now = scene.call("GET", &path, &[("If-None-Match", "W/\"1\"")], None).await.expect(200);
        assert_eq!((now.header("etag"), &now.body["meta"]["version"]), (Some("W/\"2\""), &json!("W/\"2\"")));
        assert!(now.body["meta"]["lastModified"].as_str() > group["meta"]["lastModified"].as_str());
        let left: Vec<_> = now.body["members"].as_array().into_iter().flatten().map(|member| member["value"].clone()).collect();
        assert_eq!(json!(left), members);
        is_refused(&scene.call("PUT", &path, &[("If-Match", "W/\"1\"")], Some(json!({ "schemas": [crate::GROUP], "displayName": "Lost" }))).await, 412, None);
        let told: Vec<Value> = scene.trail("provisioning.group_updated").await.into_iter().filter(|event| event["object_id"] == group["id"] && event["decision"] == "allow").collect();
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!((&told[0]["object_version"], &told[0]["details"]["users"], &told[0]["rule"]), (&json!(2), &json!(left.len()), &json!("provision.manage")));
    }
    assert_eq!(scene.get(&format!("/Groups/{}", id(&other))).await.expect(200).body, other);
    scene.end().await;
}

#[tokio::test]
async fn names_of_groups_are_compared_as_they_are_written_as_where_they_are_unique() {
    let scene = Scene::begin().await;
    for name in ["Billing", "billing", "Zoo"] {
        scene.made_group(json!({ "displayName": name })).await;
    }
    is_refused(&scene.call("POST", "/Groups", &[], Some(json!({ "schemas": [crate::GROUP], "displayName": "Billing" }))).await, 409, Some("uniqueness"));
    for (filter, found) in [
        (r#"displayName eq "billing""#, vec!["billing"]),
        (r#"displayName eq "BILLING""#, vec![]),
        (r#"displayName sw "B""#, vec!["Billing"]),
        (r#"displayName co "illing" and displayName ne "Billing""#, vec!["billing"]),
        (r#"displayName ew "LING" or displayName ew "oo""#, vec!["Zoo"]),
    ] {
        let listed = scene.get(&format!("/Groups?filter={}", filter.replace(' ', "%20").replace('"', "%22"))).await.expect(200);
        assert_eq!(names(&listed, "displayName"), found, "{filter}");
    }
    let sorted = scene.get("/Groups?sortBy=displayName").await.expect(200);
    assert_eq!(names(&sorted, "displayName"), ["Billing", "Zoo", "billing", &canary("acme", "provisioned-group")]);
    for (schema, name, exact) in [(crate::GROUP, "displayName", true), (crate::USER, "displayName", false), (crate::USER, "userName", false)] {
        let announced = scene.get(&format!("/Schemas/{schema}")).await.expect(200).body;
        let attribute = announced["attributes"].as_array().unwrap().iter().find(|attribute| attribute["name"] == name).unwrap();
        assert_eq!(attribute["caseExact"], exact, "{schema}: {name}");
    }
    scene.end().await;
}

#[tokio::test]
async fn a_group_takes_users_of_its_own_tenant_alone() {
    let scene = Scene::begin().await;
    let foreign = scene.world.tenant("globex").scim_user;
    let own = scene.acme().scim_user;
    for member in [json!(foreign), json!(uuid::Uuid::now_v7()), json!(scene.acme().members["agent"]), json!("nonsense"), json!(7)] {
        let sent = json!({ "schemas": [crate::GROUP], "displayName": "Billing", "members": [{ "value": own }, { "value": member }] });
        is_refused(&scene.call("POST", "/Groups", &[], Some(sent)).await, 400, Some("invalidValue"));
        let operation = json!([{ "op": "add", "path": "members", "value": [{ "value": member }] }]);
        is_refused(&scene.patch(&format!("/Groups/{}", scene.acme().scim_group), operation).await, 400, Some("invalidValue"));
    }
    assert_eq!(scene.get("/Groups").await.expect(200).body["totalResults"], 1);
    let theirs = format!("/Groups/{}", scene.world.tenant("globex").scim_group);
    for method in ["GET", "DELETE"] {
        is_refused(&scene.call(method, &theirs, &[], None).await, 404, None);
    }
    is_refused(&scene.patch(&theirs, json!([{ "op": "replace", "path": "displayName", "value": "x" }])).await, 404, None);
    scene.end().await;
}

#[tokio::test]
async fn a_group_of_the_tenants_own_is_neither_taken_nor_seen() {
    let scene = Scene::begin().await;
    let taken = json!({ "schemas": [crate::GROUP], "displayName": canary("acme", "first") });
    is_refused(&scene.call("POST", "/Groups", &[], Some(taken)).await, 409, Some("uniqueness"));
    is_refused(&scene.get(&format!("/Groups/{}", scene.acme().groups["first"])).await, 404, None);
    assert_eq!(names(&scene.get("/Groups").await.expect(200), "displayName"), vec![canary("acme", "provisioned-group")]);
    // A member of the tenant's own in a provisioned queue stays there, and so does the queue.
    let group = scene.made_group(json!({ "displayName": "Billing" })).await;
    let queue = queue_of(&scene, &group).await;
    let owner = scene.running.token("acme:owner");
    let agent = format!("/v1/tenants/acme/members/{}", scene.acme().members["grouped_agent"]);
    let version = scene.running.get(&agent, &owner).await.header("etag").unwrap().to_owned();
    scene.running.call("PATCH", &agent, &owner, &[("If-Match", &version)], Some(&json!({ "group_ids": [queue] }))).await.expect(200);
    scene.call("PUT", &format!("/Groups/{}", id(&group)), &[], Some(json!({ "schemas": [crate::GROUP], "displayName": "Renamed" }))).await.expect(200);
    scene.call("DELETE", &format!("/Groups/{}", id(&group)), &[], None).await.expect(204);
    assert_eq!(scene.running.get(&agent, &owner).await.body["group_ids"], json!([queue]));
    assert_eq!(scene.running.get(&format!("/v1/tenants/acme/groups/{queue}"), &owner).await.body["name"], "Renamed");
    scene.end().await;
}

#[tokio::test]
async fn a_group_nobody_needs_goes_with_its_queue() {
    let scene = Scene::begin().await;
    let group = scene.made_group(json!({ "displayName": "Billing", "members": [{ "value": scene.acme().scim_user }] })).await;
    let queue = queue_of(&scene, &group).await;
    scene.call("DELETE", &format!("/Groups/{}", id(&group)), &[], None).await.expect(204);
    assert_eq!(scene.running.get(&format!("/v1/tenants/acme/groups/{queue}"), &scene.running.token("acme:owner")).await.status, 404);
    scene.made_group(json!({ "displayName": "Billing", "externalId": "g" })).await;
    let found = scene.get("/Groups?filter=displayName%20eq%20%22Billing%22&excludedAttributes=members").await.expect(200);
    assert_eq!(names(&found, "displayName"), vec!["Billing"]);
    scene.end().await;
}
