//! Races: whoever provisions beside others neither loses nor undoes what they do, and beside an owner never touches an owner.

use crate::{Scene, id, is_refused};
use ringfence_tests::Call;
use ringfence_tests::world::canary;
use serde_json::{Value, json};
use std::time::Duration;
use uuid::Uuid;

/// What the provider sends while somebody else's transaction is open; it commits once that waits.
async fn while_open(scene: &Scene, sql: &str, sent: impl Future<Output = Call>) -> Call {
    let (other, watch) = (scene.installation.admin().await, scene.installation.admin().await);
    other.batch_execute(&format!("begin; {sql}")).await.unwrap();
    let commit = async {
        let waits = "select exists (select from pg_locks l join pg_stat_activity a using (pid) where not l.granted and a.datname = current_database())";
        for _ in 0..200 {
            if watch.query_one(waits, &[]).await.unwrap().get(0) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        other.batch_execute("commit").await.unwrap();
    };
    tokio::join!(sent, commit).0
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
