//! Races: whoever provisions beside others neither loses nor undoes what they do, and beside an owner never touches an owner.

use crate::{Scene, id, is_refused};
use ringfence_store::command::Removal;
use ringfence_tests::Call;
use ringfence_tests::world::canary;
use serde_json::{Value, json};
use std::time::Duration;
use tokio_postgres::Client;
use uuid::Uuid;

/// What the provider sends while somebody else's transaction is open; it commits once that waits.
async fn while_open(scene: &Scene, sql: &str, sent: impl Future<Output = Call>) -> Call {
    let (other, watch) = (scene.installation.admin().await, scene.installation.admin().await);
    other.batch_execute(&format!("begin; {sql}")).await.unwrap();
    let commit = async {
        somebody_waits(&watch).await;
        other.batch_execute("commit").await.unwrap();
    };
    tokio::join!(sent, commit).0
}

/// Whether somebody waits for a lock, as soon as they do.
async fn somebody_waits(watch: &Client) -> bool {
    let waits = "select exists (select from pg_locks l join pg_stat_activity a using (pid) where not l.granted and a.datname = current_database())";
    for _ in 0..200 {
        if watch.query_one(waits, &[]).await.unwrap().get(0) {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    false
}

/// What comes of work that has to wait for this row, and holds none of those others meanwhile.
async fn waiting_for<T>(scene: &Scene, row: &str, others: &str, work: impl Future<Output = T>) -> T {
    let (holder, watch) = (scene.installation.admin().await, scene.installation.admin().await);
    holder.batch_execute(&format!("begin; select from {row} for no key update")).await.unwrap();
    let look = async {
        let waited = somebody_waits(&watch).await;
        let all: i64 = watch.query_one(&format!("select count(*) from {others}"), &[]).await.unwrap().get(0);
        let free = watch.query(&format!("select from {others} for update skip locked"), &[]).await.unwrap();
        holder.batch_execute("commit").await.unwrap();
        (waited, all, i64::try_from(free.len()).unwrap())
    };
    let (came, (waited, all, free)) = tokio::join!(work, look);
    assert!(waited && all > 0, "nobody waits for {row}, or there is no {others}");
    assert_eq!(free, all, "who waits for {row} holds {others}");
    came
}

#[tokio::test]
async fn whoever_waits_for_a_person_holds_no_member_and_whoever_waits_for_a_member_no_user() {
    let scene = Scene::begin().await;
    let owner = scene.running.token("acme:owner");
    for (way, status) in [
        ("member", 200), ("demotion", 200), ("contact", 200), ("removal", 204), ("resignation", 204), ("operator", 204), ("rename", 200), ("off", 200), ("end", 204), ("leave", 200), ("dissolve", 204),
    ] {
        let user = scene.made(json!({ "userName": way, "roles": [{ "value": canary("acme", "provider-role") }] })).await;
        let group = format!("/Groups/{}", id(&scene.made_group(json!({ "displayName": way, "members": [{ "value": user["id"] }] })).await));
        let path = format!("/Users/{}", id(&user));
        let me = scene.running.get("/v1/me", &scene.running.token(way)).await.body;
        let member: Uuid = me["tenants"][0]["member_id"].as_str().unwrap().parse().unwrap();
        if ["demotion", "resignation"].contains(&way) {
            // Of an owner, beside whom the others are counted.
            scene.installation.admin().await.execute("update ringfence.members set role = 'owner' where member_id = $1", &[&member]).await.unwrap();
        }
        let (of_member, of_contact) = (format!("/v1/tenants/acme/members/{member}"), format!("/v1/tenants/acme/contacts/{member}"));
        let tag = |version: i64| format!("\"{version}\"");
        let version = tag(scene.running.get(&of_member, &owner).await.expect(200).body["version"].as_i64().unwrap());
        let set = |path: &'static str, value: Value| json!([{ "op": "replace", "path": path, "value": value }]);
        let as_owner = async |method: &str, path: &str, version: &str, body: Option<Value>| scene.running.call(method, path, &owner, &[("If-Match", version)], body.as_ref()).await.status;
        let work = async {
            match way {
                "member" => as_owner("PATCH", &of_member, &version, Some(json!({ "name": "x" }))).await,
                "demotion" => as_owner("PATCH", &of_member, &version, Some(json!({ "role": "admin" }))).await,
                "contact" => as_owner("PATCH", &of_contact, &tag(1), Some(json!({ "name": "x" }))).await,
                "removal" | "resignation" => as_owner("DELETE", &of_member, &version, None).await,
                "operator" => if scene.installation.operator().await.remove_member(scene.acme().id.into(), member.into()).await.unwrap() == Removal::Removed { 204 } else { 404 },
                "rename" => scene.patch(&path, set("displayName", json!("x"))).await.status,
                "off" => scene.patch(&path, set("active", json!(false))).await.status,
                "end" => scene.call("DELETE", &path, &[], None).await.status,
                "leave" => scene.patch(&group, json!([{ "op": "remove", "path": "members" }])).await.status,
                _ => scene.call("DELETE", &group, &[], None).await.status,
            }
        };
        let contact = format!("ringfence.contacts where contact_id = '{member}'");
        let members = format!("ringfence.members where member_id = '{member}' or role = 'owner'");
        let users = format!("ringfence.scim_users where scim_user_id = '{}'", id(&user));
        let (row, others) = if ["leave", "dissolve"].contains(&way) { (format!("ringfence.members where member_id = '{member}'"), &users) } else { (contact, &members) };
        assert_eq!(waiting_for(&scene, &row, others, work).await, status, "{way}");
    }
    scene.end().await;
}

async fn while_promoted(scene: &Scene, member: Uuid, sent: impl Future<Output = Call>) -> Call {
    while_open(scene, &format!("update ringfence.members set role = 'owner', version = version + 1 where member_id = '{member}'"), sent).await
}

#[tokio::test]
async fn a_member_whom_an_owner_promotes_meanwhile_is_neither_ended_nor_demoted() {
    let scene = Scene::begin().await;
    let admin = scene.installation.admin().await;
    for end in ["delete", "deactivate", "move", "retitle", "ungroup"] {
        let subject = format!("rising-{end}");
        let user = scene.made(json!({ "userName": subject, "roles": [{ "value": canary("acme", "provider-role") }] })).await;
        let group = scene.made_group(json!({ "displayName": subject, "members": [{ "value": user["id"] }] })).await;
        let me = scene.running.get("/v1/me", &scene.running.token(&subject)).await.expect(200);
        let member: Uuid = me.body["tenants"][0]["member_id"].as_str().unwrap().parse().unwrap();
        let work = "update ringfence.tickets set assignee_id = $1 where ticket_id = $2";
        admin.execute(work, &[&member, &scene.acme().ticket]).await.unwrap();
        let (path, group) = (format!("/Users/{}", id(&user)), format!("/Groups/{}", id(&group)));
        let set = |path: &'static str, value: Value| json!([{ "op": "replace", "path": path, "value": value }]);
        let answer = match end {
            "delete" => while_promoted(&scene, member, scene.call("DELETE", &path, &[], None)).await,
            "deactivate" => while_promoted(&scene, member, scene.patch(&path, set("active", json!(false)))).await,
            "move" => while_promoted(&scene, member, scene.patch(&path, set("externalId", json!("elsewhere")))).await,
            "retitle" => while_promoted(&scene, member, scene.patch(&path, set("roles", json!([])))).await,
            _ => while_promoted(&scene, member, scene.patch(&group, json!([{ "op": "remove", "path": "members" }]))).await,
        };
        if end == "ungroup" {
            answer.expect(200);
        } else {
            is_refused(&answer, 409, Some("mutability"));
        }
        let left = "select m.role, (select count(*) from ringfence.tickets t where t.assignee_id = m.member_id), (select count(*) from ringfence.memberships b where b.identity_id = m.identity_id),
                           (select count(*) from ringfence.group_members w where w.member_id = m.member_id)
                      from ringfence.members m where m.member_id = $1";
        let left = admin.query_opt(left, &[&member]).await.unwrap().map(|row| (row.get::<_, String>(0), row.get::<_, i64>(1), row.get::<_, i64>(2), row.get::<_, i64>(3)));
        assert_eq!(left, Some(("owner".to_owned(), 1, 1, 1)), "{end}");
    }
    scene.end().await;
}

/// So many at once: each gets through.
async fn at_once(calls: impl Iterator<Item = impl Future<Output = Call>>) -> Vec<u16> {
    futures_util::future::join_all(calls).await.into_iter().map(|call| call.status).collect()
}

#[tokio::test]
async fn groups_that_share_users_are_deleted_side_by_side() {
    let scene = Scene::begin().await;
    let mut members = Vec::new();
    for n in 0..3 {
        let user = scene.made(json!({ "userName": format!("shared-{n}"), "roles": [{ "value": canary("acme", "provider-role") }] })).await;
        members.push(json!({ "value": user["id"] }));
    }
    for round in 0..5 {
        let mut groups = Vec::new();
        for n in 0..4 {
            groups.push(format!("/Groups/{}", id(&scene.made_group(json!({ "displayName": format!("g-{round}-{n}"), "members": members })).await)));
        }
        assert_eq!(at_once(groups.iter().map(|path| scene.call("DELETE", path, &[], None))).await, [204; 4]);
        for path in &groups {
            is_refused(&scene.get(path).await, 404, None);
        }
    }
    scene.end().await;
}

#[tokio::test]
async fn a_ticket_that_comes_into_the_queue_meanwhile_keeps_the_queue_and_not_the_group() {
    let scene = Scene::begin().await;
    let group = scene.made_group(json!({ "displayName": "Billing" })).await;
    let path = format!("/Groups/{}", id(&group));
    let comes = format!("update ringfence.tickets t set group_id = g.group_id from ringfence.scim_groups g where g.scim_group_id = '{}' and t.ticket_id = '{}'", id(&group), scene.acme().ticket);
    while_open(&scene, &comes, scene.call("DELETE", &path, &[], None)).await.expect(204);
    is_refused(&scene.get(&path).await, 404, None);
    let queue = "select g.name from ringfence.groups g join ringfence.tickets t using (tenant_id, group_id) where t.ticket_id = $1";
    assert_eq!(scene.installation.admin().await.query_one(queue, &[&scene.acme().ticket]).await.unwrap().get::<_, String>(0), "Billing");
    scene.end().await;
}

#[tokio::test]
async fn provisioning_ends_what_it_made_after_its_settings_are_gone() {
    let scene = Scene::begin().await;
    let user = scene.made(json!({ "userName": "alpha" })).await;
    let group = scene.made_group(json!({ "displayName": "Billing", "members": [{ "value": user["id"] }] })).await;
    scene.installation.admin().await.batch_execute("delete from ringfence.provisioning_settings").await.unwrap();
    scene.call("DELETE", &format!("/Groups/{}", id(&group)), &[], None).await.expect(204);
    scene.call("DELETE", &format!("/Users/{}", id(&user)), &[], None).await.expect(204);
    assert_eq!(scene.enters("alpha").await, 404);
    scene.end().await;
}

#[tokio::test]
async fn users_added_to_one_group_at_once_are_all_in_it() {
    let scene = Scene::begin().await;
    let group = format!("/Groups/{}", id(&scene.made_group(json!({ "displayName": "Billing" })).await));
    let mut users = Vec::new();
    for n in 0..10 {
        users.push(scene.made(json!({ "userName": format!("joins-{n}") })).await);
    }
    let add = |user: &Value| json!([{ "op": "Add", "path": "members", "value": [{ "value": user["id"] }] }]);
    assert_eq!(at_once(users.iter().map(|user| scene.patch(&group, add(user)))).await, [200; 10]);
    let held = scene.get(&group).await.expect(200).body;
    assert_eq!((held["members"].as_array().unwrap().len(), held["meta"]["version"].as_str()), (10, Some("W/\"11\"")));
    // Where the client says which version it read, one of them was faster.
    let late = json!({ "schemas": [crate::PATCH], "Operations": [{ "op": "remove", "path": "members" }] });
    let mut answers = at_once((0..4).map(|_| scene.call("PATCH", &group, &[("If-Match", "W/\"11\"")], Some(late.clone())))).await;
    answers.sort_unstable();
    assert_eq!(answers, [200, 412, 412, 412]);
    scene.end().await;
}

#[tokio::test]
async fn a_user_switched_on_and_off_at_once_is_what_the_last_one_said() {
    let scene = Scene::begin().await;
    let user = scene.made(json!({ "userName": "alpha" })).await;
    let path = format!("/Users/{}", id(&user));
    let set = |n: i32| json!([{ "op": "Replace", "value": { "active": n % 2 == 0, "title": n.to_string() } }]);
    assert_eq!(at_once((0..8).map(|n| scene.patch(&path, set(n)))).await, [200; 8]);
    let held = scene.get(&path).await.expect(200).body;
    assert_eq!((held["active"] == true, &held["meta"]["version"]), (scene.enters("alpha").await == 200, &json!("W/\"9\"")));
    let mut answers = at_once((0..4).map(|_| scene.call("DELETE", &path, &[], None))).await;
    answers.sort_unstable();
    assert_eq!((answers, scene.enters("alpha").await), (vec![204, 404, 404, 404], 404));
    scene.end().await;
}
