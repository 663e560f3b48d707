//! What each role does with people: all of it in one table.

use crate::{BASE, delete, input, location, patch};
use ringfence_tests::world::{ROLES, served};
use serde_json::json;
use uuid::Uuid;

/// Per resource and operation the status for each of ROLES, in their order.
const MATRIX: [(&str, [[u16; 8]; 5]); 4] = [
    (
        "members",
        [
            [200, 200, 200, 200, 200, 200, 200, 200],
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
