//! The protocol: filters, pages, order, projection, PATCH, entity tags, discovery.

use crate::{Scene, id, is_refused, names};
use serde_json::json;

async fn three(scene: &Scene) {
    for (name, title, address) in [("alpha", "Guide", "alpha@example.com"), ("beta", "Guide", "beta@example.org"), ("gamma", "Clerk", "gamma@example.com")] {
        scene.made(json!({ "userName": name, "externalId": format!("x-{name}"), "title": title, "active": name != "beta", "emails": [{ "value": address, "type": "work" }] })).await;
    }
}

#[tokio::test]
async fn a_filter_finds_what_it_describes_and_nothing_else() {
    let scene = Scene::begin().await;
    three(&scene).await;
    for (filter, expected) in [
        (r#"userName eq "ALPHA""#, vec!["alpha"]),
        (r#"externalId eq "x-beta""#, vec!["beta"]),
        (r#"externalId eq "X-BETA""#, vec![]),
        (r#"title eq "guide""#, vec!["alpha", "beta"]),
        (r#"title eq "guide" and active eq true"#, vec!["alpha"]),
        (r#"not (title eq "guide") and userName sw "g""#, vec!["gamma"]),
        (r#"emails[type eq "work" and value ew "example.com"]"#, vec!["alpha", "gamma"]),
        (r#"emails[type eq "work"].value eq "BETA@example.org""#, vec!["beta"]),
        (r#"emails[type eq "home"].value eq "beta@example.org""#, vec![]),
        (r#"emails.value co "example.org" or userName eq "gamma""#, vec!["beta", "gamma"]),
        (r#"userName eq "alpha" and externalId eq "x-beta""#, vec![]),
        (r#"id eq "nonsense""#, vec![]),
        (r#"userName eq "' or '1'='1""#, vec![]),
        (r#"userName eq "al_ha""#, vec![]),
        (r#"userName co "%""#, vec![]),
        (r#"meta.created gt "2020-01-01T00:00:00Z" and title pr"#, vec!["alpha", "beta", "gamma"]),
        (r#"schemas eq "urn:ietf:params:scim:schemas:core:2.0:User" and schemas pr and title pr"#, vec!["alpha", "beta", "gamma"]),
        (r#"schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User""#, vec![]),
    ] {
        let url = scene.running.url("/v1/tenants/acme/scim/v2/Users");
        let request = scene.running.client().get(url).bearer_auth(&scene.token).query(&[("filter", filter)]);
        let listed = scene.running.send(request).await.expect(200);
        assert_eq!(names(&listed, "userName"), expected, "{filter}");
        assert_eq!(listed.body["totalResults"], expected.len(), "{filter}");
        let searched = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": filter });
        let searched = scene.call("POST", "/Users/.search", &[], Some(searched)).await.expect(200);
        assert_eq!(names(&searched, "userName"), expected, "{filter}");
    }
    for filter in ["userName", r#"tenant_id eq "x""#, r#"contact_id pr"#, r#"userName eq "x" --"#, r#"userName regex "x""#, "active gt true"] {
        let request = scene.running.client().get(scene.running.url("/v1/tenants/acme/scim/v2/Users")).bearer_auth(&scene.token).query(&[("filter", filter)]);
        is_refused(&scene.running.send(request).await, 400, Some("invalidFilter"));
    }
    scene.end().await;
}

#[tokio::test]
async fn pages_are_of_the_size_asked_for_and_the_total_is_honest() {
    let scene = Scene::begin().await;
    three(&scene).await;
    // Beside the one whom the world provisioned.
    for (query, returned, start) in [("", 4, 1), ("?count=2", 2, 1), ("?count=2&startIndex=4", 1, 4), ("?startIndex=9", 0, 9), ("?count=0", 0, 1), ("?count=-3&startIndex=-2", 0, 1), ("?count=100000", 4, 1), ("?startIndex=0&count=1", 1, 1), ("?startIndex=9223372036854775807", 0, 9_223_372_036_854_775_807_i64), ("?startIndex=9223372036854775807&filter=userName%20pr", 0, i64::MAX)] {
        let page = scene.get(&format!("/Users{query}")).await.expect(200).body;
        assert_eq!((&page["totalResults"], &page["itemsPerPage"], &page["startIndex"]), (&json!(4), &json!(returned), &json!(start)), "{query}");
        assert_eq!(page["Resources"].as_array().expect("resources").len(), returned);
    }
    let sorted = scene.get("/Users?sortBy=userName&sortOrder=descending&count=2&filter=title%20pr").await.expect(200);
    assert_eq!((names(&sorted, "userName"), &sorted.body["totalResults"]), (vec!["gamma".to_owned(), "beta".to_owned()], &json!(3)));
    for query in ["?count=x", "?startIndex=1.5", "?sortBy=name", "?sortBy=tenant_id", "?sortOrder=up", "?limit=1", "?tenant_id=1", "?attributes=nothing", "?attributes=id&excludedAttributes=title"] {
        is_refused(&scene.get(&format!("/Users{query}")).await, 400, Some("invalidValue"));
    }
    scene.end().await;
}

#[tokio::test]
async fn only_the_attributes_asked_for_are_answered() {
    let scene = Scene::begin().await;
    let user = scene.made(json!({ "userName": "alpha", "title": "Guide", "name": { "givenName": "A", "familyName": "B" } })).await;
    let path = format!("/Users/{}", id(&user));
    let some = scene.get(&format!("{path}?attributes=userName,name.givenName")).await.expect(200).body;
    assert_eq!(some, json!({ "schemas": [crate::USER], "id": user["id"], "userName": "alpha", "name": { "givenName": "A" } }));
    let rest = scene.get(&format!("{path}?excludedAttributes=title,name,id")).await.expect(200).body;
    assert!(rest["title"].is_null() && rest["name"].is_null() && rest["id"] == user["id"] && rest["meta"].is_object(), "{rest}");
    let core = scene.get(&format!("{path}?attributes={}", crate::USER)).await.expect(200).body;
    assert_eq!(core, user);
    let none = scene.get(&format!("{path}?excludedAttributes={}", crate::USER)).await.expect(200).body;
    assert_eq!(none, json!({ "schemas": [crate::USER], "id": user["id"] }));
    let made = scene.call("POST", "/Users?attributes=userName", &[], Some(json!({ "schemas": [crate::USER], "userName": "beta", "title": "Guide" }))).await.expect(201).body;
    assert!(made["title"].is_null() && made["userName"] == "beta", "{made}");
    scene.end().await;
}

#[tokio::test]
async fn a_version_is_compared_where_one_is_named() {
    let scene = Scene::begin().await;
    let made = scene.call("POST", "/Users", &[("content-type", "application/scim+json")], Some(json!({ "schemas": [crate::USER], "userName": "alpha" }))).await.expect(201);
    let path = format!("/Users/{}", id(&made.body));
    assert_eq!((made.header("etag"), made.body["meta"]["version"].as_str()), (Some("W/\"1\""), Some("W/\"1\"")));
    assert_eq!(made.header("location"), made.body["meta"]["location"].as_str());
    assert_eq!(scene.call("GET", &path, &[("If-None-Match", "W/\"1\"")], None).await.status, 304);
    assert_eq!(scene.call("GET", &path, &[("If-None-Match", "W/\"2\"")], None).await.status, 200);
    let title = || Some(json!({ "schemas": [crate::PATCH], "Operations": [{ "op": "replace", "path": "title", "value": "Guide" }] }));
    is_refused(&scene.call("PATCH", &path, &[("If-Match", "W/\"9\"")], title()).await, 412, None);
    is_refused(&scene.call("PATCH", &path, &[("If-Match", "nonsense")], title()).await, 400, Some("invalidValue"));
    let changed = scene.call("PATCH", &path, &[("If-Match", "W/\"9\", W/\"1\"")], title()).await.expect(200);
    assert_eq!(changed.header("etag"), Some("W/\"2\""));
    scene.call("PATCH", &path, &[("If-Match", "*")], title()).await.expect(200);
    scene.patch(&path, json!([{ "op": "remove", "path": "title" }])).await.expect(200);
    is_refused(&scene.call("DELETE", &path, &[("If-Match", "W/\"1\"")], None).await, 412, None);
    is_refused(&scene.call("PUT", &path, &[("If-Match", "W/\"1\"")], Some(json!({ "schemas": [crate::USER], "userName": "alpha" }))).await, 412, None);
    scene.call("DELETE", &path, &[("If-Match", "W/\"3\"")], None).await.expect(204);
    is_refused(&scene.get(&path).await, 404, None);
    scene.end().await;
}

#[tokio::test]
async fn what_points_to_a_resource_is_its_uri_and_leads_there() {
    let scene = Scene::begin().await;
    let made = scene.call("POST", "/Users", &[], Some(json!({ "schemas": [crate::USER], "userName": "alpha" }))).await.expect(201);
    let group = scene.made_group(json!({ "displayName": "Billing", "members": [{ "value": made.body["id"] }] })).await;
    let user = scene.get(&format!("/Users/{}", id(&made.body))).await.expect(200).body;
    let resource_type = scene.get("/ResourceTypes/User").await.expect(200).body;
    let listed = scene.get("/Groups?filter=displayName%20eq%20%22Billing%22").await.expect(200).body;
    let (of_user, of_group) = (format!("/Users/{}", id(&user)), format!("/Groups/{}", id(&group)));
    for (pointer, path) in [
        (&json!(made.header("location")), of_user.as_str()), (&user["meta"]["location"], &of_user), (&user["groups"][0]["$ref"], &of_group),
        (&group["meta"]["location"], &of_group), (&group["members"][0]["$ref"], &of_user), (&listed["Resources"][0]["meta"]["location"], &of_group),
        (&resource_type["meta"]["location"], "/ResourceTypes/User"),
    ] {
        assert_eq!(pointer, &json!(scene.running.url(&format!("/v1/tenants/acme/scim/v2{path}"))));
        // The name by which this caller came decides nothing.
        let request = scene.running.client().get(pointer.as_str().unwrap()).bearer_auth(&scene.token).header("host", "elsewhere.example");
        let found = scene.running.send(request).await.expect(200).body;
        assert_eq!(found["meta"]["location"], *pointer);
    }
    scene.end().await;
}

#[tokio::test]
async fn an_entity_tag_that_is_not_of_ours_fits_nothing_and_a_list_is_read_to_its_end() {
    let scene = Scene::begin().await;
    let path = format!("/Users/{}", id(&scene.made(json!({ "userName": "alpha" })).await));
    for (tags, status) in [
        (r#""foo""#, 200), (r#"W/"foo""#, 200), (r#"W/"01""#, 200), (r#""""#, 200), (r#"W/"99999999999""#, 200), (r#""a,W/","b""#, 200),
        (r#""x", W/"1""#, 304), (r#"W/"1","x""#, 304), (r#"W/"7" , "1""#, 304), (r#", "x",,"1""#, 304), (r#""1,2","1""#, 304), ("*", 304),
    ] {
        assert_eq!(scene.call("GET", &path, &[("If-None-Match", tags)], None).await.status, status, "{tags}");
    }
    for no_tags in ["foo", "1", "W/1", r#""foo"#, r#"foo""#, r#"w/"1""#, r#"W/ "1""#, r#""1" "2""#, r#""1"x"#, r#""a b""#, r#"*, "1""#, ",", ""] {
        is_refused(&scene.call("GET", &path, &[("If-None-Match", no_tags)], None).await, 400, Some("invalidValue"));
        is_refused(&scene.call("DELETE", &path, &[("If-Match", no_tags)], None).await, 400, Some("invalidValue"));
    }
    for tags in [r#""foo""#, r#"W/"foo", "bar""#, r#""2""#] {
        is_refused(&scene.call("DELETE", &path, &[("If-Match", tags)], None).await, 412, None);
    }
    scene.call("DELETE", &path, &[("If-Match", r#""foo", "1""#)], None).await.expect(204);
    scene.end().await;
}

#[tokio::test]
async fn what_changes_nothing_is_no_other_version() {
    let scene = Scene::begin().await;
    let sent = json!({
        "schemas": [crate::USER], "userName": "alpha", "externalId": "x-1", "displayName": "Alpha", "title": "Guide", "active": true,
        "emails": [{ "value": "alpha@example.com", "type": "work", "primary": true }],
    });
    let user = scene.call("POST", "/Users", &[], Some(sent.clone())).await.expect(201).body;
    let group = scene.made_group(json!({ "displayName": "Billing", "externalId": "g-1", "members": [{ "value": user["id"] }] })).await;
    let (of_user, of_group) = (format!("/Users/{}", id(&user)), format!("/Groups/{}", id(&group)));
    let owner = scene.running.token("acme:owner");
    let member = scene.running.get("/v1/me", &scene.running.token("x-1")).await.body["tenants"][0]["member_id"].as_str().unwrap().to_owned();
    let of_person = [format!("/v1/tenants/acme/members/{member}"), format!("/v1/tenants/acme/contacts/{member}")];
    let person = async || (scene.running.get(&of_person[0], &owner).await.expect(200).text, scene.running.get(&of_person[1], &owner).await.expect(200).text);
    let held = (scene.get(&of_user).await.expect(200), scene.get(&of_group).await.expect(200), person().await);
    for operations in [
        json!([{ "op": "replace", "path": "active", "value": true }]),
        json!([{ "op": "replace", "value": { "title": "Guide", "externalId": "x-1" } }]),
        json!([{ "op": "add", "path": "emails", "value": [{ "value": "alpha@example.com", "type": "work", "primary": true }] }]),
        json!([{ "op": "remove", "path": "nickName" }]),
        json!([{ "op": "replace", "path": "title", "value": "Clerk" }, { "op": "replace", "path": "title", "value": "Guide" }]),
    ] {
        let answer = scene.patch(&of_user, operations.clone()).await.expect(200);
        assert_eq!((&answer.body, answer.header("etag")), (&held.0.body, held.0.header("etag")), "{operations}");
    }
    assert_eq!(scene.call("PUT", &of_user, &[("If-Match", "W/\"2\"")], Some(sent)).await.expect(200).body, held.0.body);
    for operations in [
        json!([{ "op": "add", "path": "members", "value": [{ "value": user["id"] }] }]),
        json!([{ "op": "replace", "value": { "displayName": "Billing", "externalId": "g-1" } }]),
    ] {
        let answer = scene.patch(&of_group, operations.clone()).await.expect(200);
        assert_eq!((&answer.body, answer.header("etag")), (&held.1.body, held.1.header("etag")), "{operations}");
    }
    let sent = json!({ "schemas": [crate::GROUP], "displayName": "Billing", "externalId": "g-1", "members": [{ "value": user["id"] }] });
    assert_eq!(scene.call("PUT", &of_group, &[], Some(sent)).await.expect(200).body, held.1.body);
    assert_eq!((scene.get(&of_user).await.text, scene.get(&of_group).await.text, person().await), (held.0.text, held.1.text, held.2));
    // Each part of it is one that changes something.
    let changes = [json!({ "userName": "Alpha" }), json!({ "externalId": "x-2" }), json!({ "active": false }), json!({ "title": "Clerk" })];
    for (n, change) in changes.into_iter().enumerate() {
        assert_eq!(scene.patch(&of_user, json!([{ "op": "replace", "value": change }])).await.expect(200).header("etag"), Some(format!("W/\"{}\"", n + 3).as_str()), "{change}");
    }
    for (n, change) in [json!({ "displayName": "Sales" }), json!({ "externalId": "g-2" }), json!({ "members": [] })].into_iter().enumerate() {
        assert_eq!(scene.patch(&of_group, json!([{ "op": "replace", "value": change }])).await.expect(200).header("etag"), Some(format!("W/\"{}\"", n + 2).as_str()), "{change}");
    }
    scene.end().await;
}

#[tokio::test]
async fn a_patch_holds_as_a_whole_or_not_at_all() {
    let scene = Scene::begin().await;
    let user = scene.made(json!({ "userName": "alpha", "emails": [{ "value": "a@example.com", "type": "work" }] })).await;
    let path = format!("/Users/{}", id(&user));
    for (operations, scim_type) in [
        (json!([{ "op": "replace", "path": "title", "value": "Guide" }, { "op": "replace", "path": "emails[type eq \"home\"].value", "value": "x" }]), "noTarget"),
        (json!([{ "op": "replace", "path": "title", "value": "Guide" }, { "op": "replace", "path": "id", "value": "x" }]), "mutability"),
        (json!([{ "op": "replace", "path": "title", "value": "Guide" }, { "op": "replace", "path": "member_id", "value": "x" }]), "invalidPath"),
        (json!([{ "op": "replace", "path": "title", "value": "Guide" }, { "op": "remove" }]), "noTarget"),
        (json!([{ "op": "replace", "value": { "title": "Guide", "role": "owner" } }]), "invalidPath"),
        (json!([{ "op": "replace", "path": "title", "value": 7 }]), "invalidValue"),
    ] {
        is_refused(&scene.patch(&path, operations).await, 400, Some(scim_type));
        assert_eq!(scene.get(&path).await.expect(200).body, user);
    }
    let patched = scene.patch(&path, json!([{ "op": "replace", "value": { (crate::USER): { "title": "Guide" } } }])).await.expect(200).body;
    assert_eq!((&patched["title"], &patched["schemas"]), (&json!("Guide"), &json!([crate::USER])));
    is_refused(&scene.patch(&path, json!([{ "op": "replace", "value": { (crate::GROUP): { "title": "Clerk" } } }])).await, 400, Some("invalidPath"));
    let patched = scene.patch(&path, json!([{ "op": "Replace", "path": "active", "value": "False" }, { "op": "Add", "path": "emails[type eq \"home\"].value", "value": "h@example.com" }])).await.expect(200).body;
    assert_eq!((&patched["active"], patched["emails"].as_array().expect("emails").len()), (&json!(false), 2));
    scene.end().await;
}

#[tokio::test]
async fn what_is_wrong_with_a_patch_is_named() {
    let scene = Scene::begin().await;
    let path = format!("/Users/{}", id(&scene.made(json!({ "userName": "alpha", "emails": [{ "value": "a@example.com", "type": "work" }] })).await));
    for (operation, place) in [
        (json!({ "op": "replace", "path": "title", "value": 7 }), "title"),
        (json!({ "op": "replace", "value": { "member_id": "x" } }), "member_id"),
        (json!({ "op": "replace", "path": "id", "value": "x" }), "id"),
        (json!({ "op": "remove", "path": "userName" }), "userName"),
        (json!({ "op": "replace", "path": "emails[value eq \"b@example.com\"].type", "value": "home" }), "emails"),
    ] {
        let refused = scene.patch(&path, json!([operation])).await;
        assert_eq!(refused.status, 400);
        let detail = refused.body["detail"].as_str().unwrap();
        assert!(detail.starts_with(&format!("{place}: ")) && !detail.contains("example.com"), "{operation}: {detail}");
    }
    scene.end().await;
}

#[tokio::test]
async fn what_okta_and_entra_send_is_understood() {
    let scene = Scene::begin().await;
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let sent = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:user", enterprise], "userName": "Alpha@example.com", "externalId": "0b1c", "active": "True", "groups": [], "password": "x",
        "name": { "givenName": "A", "familyName": "B" }, "emails": [{ "primary": true, "type": "work", "value": "alpha@example.com" }], "meta": { "resourceType": "User" }, "locale": null,
        enterprise: { "department": "Tours", "manager": "26118915" },
    });
    let user = scene.call("POST", "/Users", &[], Some(sent)).await.expect(201).body;
    assert_eq!(user[enterprise]["manager"], json!({ "value": "26118915" }));
    let path = format!("/Users/{}", id(&user));
    let operations = json!([
        { "op": "Replace", "path": format!("{enterprise}:manager"), "value": "7" },
        { "op": "Add", "path": "phoneNumbers[type eq \"mobile\"].value", "value": "555" },
        { "op": "Add", "path": "roles[primary eq \"True\"].value", "value": "Support" },
        { "op": "Replace", "path": "emails[type eq \"work\"].value", "value": "beta@example.com" },
    ]);
    let odd = json!({ "schemas": ["URN:ietf:params:scim:api:messages:2.0:patchop"], "operations": operations });
    let patched = scene.call("PATCH", &path, &[], Some(odd)).await.expect(200).body;
    assert_eq!((&patched[enterprise], &patched["emails"][0]["value"]), (&json!({ "department": "Tours", "manager": { "value": "7" } }), &json!("beta@example.com")));
    let group = scene.made_group(json!({ "displayName": "Billing", "externalId": "G-1" })).await;
    let of_group = format!("/Groups/{}", id(&group));
    scene.patch(&of_group, json!([{ "op": "Add", "path": "members", "value": [{ "$ref": null, "value": user["id"] }] }])).await.expect(200);
    scene.patch(&of_group, json!([{ "op": "replace", "value": { "id": group["id"], "displayName": "Billing 2" } }])).await.expect(200);
    for (list, filter, extra, found) in [
        ("/Users", "userName eq \"ALPHA@EXAMPLE.COM\"".to_owned(), "&startIndex=1&count=100", 1),
        ("/Users", "externalId eq \"0b1c\"".into(), "", 1),
        ("/Users", "externalId eq \"0B1C\"".into(), "", 0),
        ("/Users", format!("id eq \"{}\" and {enterprise}:manager eq \"7\"", id(&user)), "&attributes=id", 1),
        ("/Users", format!("{enterprise}:manager eq \"8\""), "&attributes=id", 0),
        ("/Groups", "displayName eq \"Billing 2\"".into(), "&excludedAttributes=members", 1),
        ("/Groups", "externalId eq \"G-1\"".into(), "&excludedAttributes=members", 1),
        ("/Groups", format!("id eq \"{}\" and members eq \"{}\"", id(&group), id(&user)), "&attributes=id", 1),
        ("/Groups", format!("members[value eq \"{}\"]", id(&group)), "", 0),
    ] {
        let listed = scene.get(&format!("{list}?filter={}{extra}", filter.replace(' ', "%20").replace('"', "%22"))).await.expect(200).body;
        assert_eq!((&listed["totalResults"], listed["Resources"].as_array().unwrap().len()), (&json!(found), found), "{filter}");
        assert!(!extra.contains("excluded") || listed["Resources"][0]["members"].is_null() && listed["Resources"][0]["displayName"] == "Billing 2", "{listed}");
    }
    let without = scene.get(&format!("{of_group}?excludedAttributes=members")).await.expect(200).body;
    assert!(without["members"].is_null() && scene.get(&of_group).await.expect(200).body["members"].is_array(), "{without}");
    scene.patch(&of_group, json!([{ "op": "Remove", "path": format!("members[value eq \"{}\"]", id(&user)) }])).await.expect(200);
    assert!(scene.get(&of_group).await.expect(200).body["members"].is_null());
    let searched = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:searchrequest"], "filter": "userName eq \"alpha@example.com\"" });
    assert_eq!(scene.call("POST", "/Users/.search", &[], Some(searched)).await.expect(200).body["totalResults"], 1);
    scene.end().await;
}

#[tokio::test]
async fn the_full_user_of_the_rfc_is_taken_as_it_stands() {
    let scene = Scene::begin().await;
    // RFC 7643, section 8.2.
    let certificate = format!("{}==", "MIIDQzCCAqygAwIBAgICEAAwDQYJKoZIhvcNAQEFBQAwTjELMAkGA1UEBhMCVVMx".repeat(20));
    let kept = json!({
        "schemas": [crate::USER], "externalId": "701984", "userName": "bjensen@example.com",
        "name": { "formatted": "Ms. Barbara J Jensen, III", "familyName": "Jensen", "givenName": "Barbara", "middleName": "Jane", "honorificPrefix": "Ms.", "honorificSuffix": "III" },
        "displayName": "Babs Jensen", "nickName": "Babs", "profileUrl": "https://login.example.com/bjensen",
        "emails": [{ "value": "bjensen@example.com", "type": "work", "primary": true }, { "value": "babs@jensen.org", "type": "home" }],
        "addresses": [
            { "type": "work", "streetAddress": "100 Universal City Plaza", "locality": "Hollywood", "region": "CA", "postalCode": "91608", "country": "USA", "formatted": "100 Universal City Plaza\nHollywood, CA 91608 USA", "primary": true },
            { "type": "home", "streetAddress": "456 Hollywood Blvd", "locality": "Hollywood", "region": "CA", "postalCode": "91608", "country": "USA", "formatted": "456 Hollywood Blvd\nHollywood, CA 91608 USA" },
        ],
        "phoneNumbers": [{ "value": "555-555-5555", "type": "work" }, { "value": "555-555-4444", "type": "mobile" }], "ims": [{ "value": "someaimhandle", "type": "aim" }],
        "photos": [{ "value": "https://photos.example.com/profilephoto/72930000000Ccne/F", "type": "photo" }, { "value": "https://photos.example.com/profilephoto/72930000000Ccne/T", "type": "thumbnail" }],
        "userType": "Employee", "title": "Tour Guide", "preferredLanguage": "en-US", "locale": "en-US", "timezone": "America/Los_Angeles", "active": true,
        "x509Certificates": [{ "value": certificate }],
    });
    let mut sent = kept.clone();
    for (name, value) in [
        ("id", json!("2819c223-7f76-453a-919d-413861904646")), ("password", json!("t1meMa$heen")),
        ("groups", json!([{ "value": "e9e30dba-f08f-4109-8486-d5c6a331660a", "$ref": "https://example.com/v2/Groups/e9e30dba-f08f-4109-8486-d5c6a331660a", "display": "Tour Guides" }])),
        ("meta", json!({ "resourceType": "User", "created": "2010-01-23T04:56:22Z", "lastModified": "2011-05-13T04:42:34Z", "version": "W/\"a330bc54f0671c9\"", "location": "https://example.com/v2/Users/2819c223-7f76-453a-919d-413861904646" })),
    ] {
        sent[name] = value;
    }
    let made = scene.call("POST", "/Users", &[], Some(sent.clone())).await.expect(201).body;
    let mut answered = made.clone();
    for own in ["id", "meta"] {
        assert!(answered.as_object_mut().unwrap().remove(own).is_some_and(|value| value != sent[own]), "{own}");
    }
    assert_eq!(answered, kept);
    let path = format!("/Users/{}", id(&made));
    assert_eq!(scene.call("PUT", &path, &[], Some(sent)).await.expect(200).body, made);
    let patched = scene.patch(&path, json!([{ "op": "add", "path": "x509Certificates", "value": [{ "value": "MIIC", "display": "Second" }] }])).await.expect(200).body;
    assert_eq!(patched["x509Certificates"], json!([{ "value": certificate }, { "value": "MIIC", "display": "Second" }]));
    let listed = scene.get("/Users?filter=x509Certificates.value%20eq%20%22MIIC%22&attributes=x509Certificates.display").await.expect(200).body;
    assert_eq!(listed["Resources"], json!([{ "schemas": [crate::USER], "id": made["id"], "x509Certificates": [{}, { "display": "Second" }] }]));
    is_refused(&scene.patch(&path, json!([{ "op": "add", "path": "x509Certificates", "value": [{ "value": "no certificate" }] }])).await, 400, Some("invalidValue"));
    let schema = scene.get(&format!("/Schemas/{}", crate::USER)).await.expect(200).body;
    let announced = schema["attributes"].as_array().unwrap().iter().find(|attribute| attribute["name"] == "x509Certificates").unwrap();
    assert_eq!((&announced["multiValued"], &announced["mutability"], &announced["subAttributes"][0]["type"]), (&json!(true), &json!("readWrite"), &json!("binary")));
    scene.end().await;
}

#[tokio::test]
async fn a_search_names_the_attributes_that_the_document_lets_it_name() {
    let scene = Scene::begin().await;
    let document = scene.running.get("/openapi.json", &scene.token).await.expect(200).body;
    let search = &document["components"]["schemas"]["ScimSearch"]["properties"];
    let allows = |shape: &serde_json::Value, name: &str| shape["type"] == "string" && shape["enum"].as_array().is_none_or(|names| names.contains(&json!(name)));
    for (list, name) in [("/Users", "userName"), ("/Users", "emails.value"), ("/Users", &format!("{}:userName", crate::USER)), ("/Users", "displayName"), ("/Groups", "displayName"), ("/Groups", "meta.created")] {
        for (field, sent) in [("sortBy", json!(name)), ("attributes", json!([name])), ("excludedAttributes", json!([name]))] {
            let mut body = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"] });
            body[field] = sent;
            scene.call("POST", &format!("{list}/.search"), &[], Some(body)).await.expect(200);
            let shape = if field == "sortBy" { &search[field] } else { &search[field]["items"] };
            assert!(allows(shape, name), "{field}: {name}");
        }
    }
    scene.end().await;
}

#[tokio::test]
async fn discovery_says_what_there_is_and_what_there_is_not() {
    let scene = Scene::begin().await;
    let provider = scene.get("/ServiceProviderConfig").await.expect(200).body;
    assert_eq!((&provider["patch"]["supported"], &provider["bulk"]["supported"], &provider["etag"]["supported"]), (&json!(true), &json!(false), &json!(true)));
    assert_eq!(scene.get("/ResourceTypes").await.expect(200).body["totalResults"], 2);
    assert_eq!(scene.get("/Schemas").await.expect(200).body["totalResults"], 3);
    // RFC 7644, section 4: what is for lists of resources is not looked at here, and a filter is refused.
    for path in ["/ServiceProviderConfig", "/ResourceTypes", "/ResourceTypes/User", "/Schemas", &format!("/Schemas/{}", crate::USER)] {
        let whole = scene.get(path).await.expect(200).body;
        let asked = scene.get(&format!("{path}?count=0&startIndex=x&sortBy=nothing&sortOrder=up&attributes=id&excludedAttributes=name")).await.expect(200).body;
        assert_eq!(asked, whole, "{path}");
        is_refused(&scene.get(&format!("{path}?filter=id%20pr")).await, 403, None);
        is_refused(&scene.get(&format!("{path}?nothing=1")).await, 400, Some("invalidValue"));
    }
    let denied: Vec<_> = scene.trail("provisioning.schema_read").await.into_iter().filter(|event| event["decision"] == "deny").collect();
    assert_eq!(denied.len(), 5, "{denied:?}");
    for (method, path, status) in [("POST", "/Bulk", 501), ("GET", "/Me", 501), ("GET", "/Nothing", 404), ("GET", "/Schemas/nothing", 404), ("POST", "/Schemas", 405), ("GET", "/Users/nonsense", 404)] {
        is_refused(&scene.call(method, path, &[], (method == "POST").then(|| json!({}))).await, status, None);
    }
    is_refused(&scene.call("POST", "/Users", &[], Some(json!([]))).await, 400, Some("invalidValue"));
    let text = scene.running.client().post(scene.running.url("/v1/tenants/acme/scim/v2/Users")).bearer_auth(&scene.token).header("content-type", "text/plain").body("{}");
    is_refused(&scene.running.send(text).await, 415, None);
    scene.end().await;
}
