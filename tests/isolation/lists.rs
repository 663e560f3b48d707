//! A list holds what may be fetched, and nothing else may be fetched: for everybody who calls, and every kind of thing.

use crate::case::callers;
use crate::kind::Kind;
use crate::scene::Scene;
use ringfence_api::ROUTES;
use ringfence_tests::{Installation, Running};
use std::collections::BTreeSet;
use std::sync::Arc;
use uuid::Uuid;

/// Lists of the tenant whose items have a route of their own: path and kind.
fn pairs() -> Vec<(&'static str, Kind)> {
    let gets: Vec<&str> = ROUTES.iter().filter(|route| route.method == "get").map(|route| route.path).collect();
    let item = |list: &&'static str| Kind::ALL.into_iter().find(|kind| gets.contains(&format!("{list}/{{{}}}", kind.key()).as_str())).map(|kind| (*list, kind));
    let pairs: Vec<_> = gets.iter().filter_map(item).collect();
    assert!(pairs.len() >= 2, "{pairs:?}");
    pairs
}

/// Every row of a kind in the scene, with the ticket that it hangs from.
async fn all(scene: &Scene, kind: Kind) -> Vec<(Uuid, Uuid)> {
    let parent = if kind == Kind::Comment { "ticket_id" } else { kind.key() };
    let sql = format!("select {}, {parent} from ringfence.{} where tenant_id = any ($1)", kind.key(), kind.table());
    scene.digests.client.query(&sql, &[&scene.tenants()]).await.expect("rows").iter().map(|row| (row.get(0), row.get(1))).collect()
}

/// What a list holds, or None where the caller may not have it.
async fn listed(scene: &Scene, token: &str, path: &str, kind: Kind) -> Option<BTreeSet<Uuid>> {
    let scim = path.contains("/scim/v2/");
    let answer = scene.running.get(&format!("{path}?{}=200", if scim { "count" } else { "limit" }), token).await;
    assert!(matches!(answer.status, 200 | 403 | 404), "{path}: {}", answer.text);
    if scim {
        let resources = answer.body["Resources"].as_array()?;
        assert_eq!(answer.body["totalResults"], resources.len(), "the scene fits a page");
        return Some(resources.iter().map(|item| item["id"].as_str().expect("an id").parse().expect("a UUID")).collect());
    }
    let data = answer.body["data"].as_array()?;
    assert!(answer.body["page"]["next_cursor"].is_null(), "the scene fits a page");
    Some(data.iter().map(|item| item[kind.key()].as_str().expect("an id").parse().expect("a UUID")).collect())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_holds_exactly_what_may_be_fetched() {
    let installation = Arc::new(Installation::fresh().await);
    let running = Arc::new(Running::over(&installation).await);
    let scene = Scene::build(&installation, &running, "lists").await;
    let mut fetched = 0;
    for (path, kind) in pairs() {
        let all = all(&scene, kind).await;
        for (caller, home) in callers().into_iter().filter(|caller| !matches!(*caller, "nobody" | "forger")).flat_map(|caller| [(caller, 1), (caller, 2)]) {
            if caller == "owner_and_requester" && home == 2 {
                continue;
            }
            let token = &scene.person(caller, home).token;
            let path = path.replace("{tenant}", &scene.sides[home].tenant.slug);
            let parents: BTreeSet<Uuid> = if kind == Kind::Comment { all.iter().map(|(_, ticket)| *ticket).collect() } else { [Uuid::nil()].into() };
            for parent in parents {
                let path = path.replace("{ticket_id}", &parent.to_string());
                let listed = listed(&scene, token, &path, kind).await.unwrap_or_default();
                // Every row of the scene, one's own and others', under this parent.
                for (id, of) in &all {
                    let answer = scene.running.get(&format!("{path}/{id}"), token).await;
                    let expected = listed.contains(id);
                    assert_eq!(answer.status == 200, expected, "{caller} of {home}: {path}/{id} answered {} and the list {}", answer.status, if expected { "holds it" } else { "does not" });
                    // Provisioning as a whole is forbidden to whoever may not provision.
                    let forbidden = answer.status == 403 && listed.is_empty() && path.contains("/scim/v2/");
                    assert!(answer.status == 200 || answer.status == 404 || forbidden, "{caller}: {path}/{id}: {}", answer.status);
                    assert!(!expected || kind != Kind::Comment || *of == parent, "a comment under another ticket");
                    fetched += usize::from(expected);
                }
            }
        }
    }
    assert!(fetched > 100, "hardly anything was listed: {fetched}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_filtered_list_and_its_total_hold_no_more_than_the_list() {
    let installation = Arc::new(Installation::fresh().await);
    let running = Arc::new(Running::over(&installation).await);
    let scene = Scene::build(&installation, &running, "totals").await;
    let (home, victim) = (&scene.sides[0], &scene.sides[1]);
    let path = format!("/v1/tenants/{}/tickets", home.tenant.slug);
    for caller in callers().into_iter().filter(|caller| !matches!(*caller, "nobody" | "forger" | "stranger" | "agent_and_auditor")) {
        let token = &scene.person(caller, 0).token;
        let Some(whole) = listed(&scene, token, &path, Kind::Ticket).await else { continue };
        for side in [home, victim] {
            for filter in [
                format!("requester_id={}", side.tenant.contact),
                format!("requester_id={}", side.tenant.members["requester"]),
                format!("group_id={}", side.tenant.groups["first"]),
                format!("group_id={}", side.tenant.groups["second"]),
                format!("organization_id={}", side.tenant.organization),
                format!("tag={}", side.tag()),
                "status=new".into(),
                "priority=normal".into(),
            ] {
                let answer = scene.running.get(&format!("{path}?limit=200&include=total&{filter}"), token).await.expect(200);
                let ids: BTreeSet<Uuid> = answer.body["data"].as_array().expect("a list").iter().map(|t| t["ticket_id"].as_str().expect("an id").parse().expect("a UUID")).collect();
                assert!(ids.is_subset(&whole), "{caller}: {filter} shows what the list does not");
                assert_eq!(answer.body["page"]["total"], ids.len(), "{caller}: the total of {filter} counts what is not shown");
                assert!(side.tenant.id == home.tenant.id || ids.is_empty() || filter.contains('=') && !filter.contains("_id") && !filter.contains("tag"), "{caller}: {filter}");
            }
        }
    }
}
