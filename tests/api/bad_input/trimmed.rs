//! `fields`: a record in part, of every operation that reads one, and names that no record has.

use crate::Scene;
use serde_json::Value;

/// The records of an answer: the rows of a list, or the one thing.
fn records(answer: &Value) -> Vec<Value> {
    answer["data"].as_array().cloned().unwrap_or_else(|| vec![answer.clone()])
}

#[tokio::test]
async fn every_read_of_a_tenant_answers_with_the_members_asked_for_alone() {
    let scene = Scene::open().await;
    let contract: Value = serde_json::from_str(ringfence_api::document()).unwrap();
    let mut seen = 0;
    for route in ringfence_api::ROUTES.iter().filter(|route| route.method == "get" && route.path.contains("{tenant}") && !route.path.contains("/scim/")) {
        let id = route.operation_id;
        let parameters = contract["paths"][route.path]["get"]["parameters"].as_array().unwrap();
        let parameter = parameters.iter().find(|parameter| parameter["name"] == "fields").unwrap_or_else(|| panic!("{id} knows no fields"));
        // As every parameter of several words: ^(a|b)(,(a|b))*$
        let names: Vec<&str> = parameter["schema"]["pattern"].as_str().unwrap().trim_start_matches("^(").split(')').next().unwrap().split('|').collect();
        let (_, path, _) = scene.operations().into_iter().find(|(operation, _, method)| *operation == id && *method == "get").unwrap();
        // The beginning of the trail: its end moves with every read.
        let path = if id == "listAudit" { format!("{path}?order=position&limit=2&") } else { format!("{path}?") };
        for wrong in ["", "colour", "tenant_id", &format!("{},", names[0]), &format!("%20{}", names[0]), &names[0].to_uppercase(), &format!("{0}&fields={0}", names[0])] {
            let answer = scene.refused(400, &scene.owner("get", &format!("{path}fields={wrong}"))).await;
            let code = if wrong.contains('&') { "repeated" } else { "unknown_value" };
            assert_eq!(answer.wrong(), [("fields".to_owned(), code.to_owned())], "{id}: {wrong}");
            assert!(code == "repeated" || answer.text().contains(&names.join(", ")), "{id}: {}", answer.text());
        }
        let whole = scene.send(&scene.owner("get", path.trim_end_matches(['?', '&']))).await;
        if whole.status != 200 || records(&whole.json()).is_empty() {
            continue;
        }
        seen += 1;
        let all = records(&whole.json());
        assert_eq!(all[0].as_object().unwrap().keys().map(String::as_str).collect::<std::collections::BTreeSet<_>>(), names.iter().copied().collect(), "{id}");
        let last = names.len() - 1;
        for asked in names.iter().map(|name| vec![*name]).chain([vec![names[last], names[0]], names.clone()]) {
            let part = scene.send(&scene.owner("get", &format!("{path}fields={}", asked.join(",")))).await;
            let expected: Vec<Value> = all.iter().map(|record| asked.iter().map(|name| ((*name).to_owned(), record[name].clone())).collect()).collect();
            assert_eq!((part.status, records(&part.json())), (200, expected), "{id}: {asked:?}");
            assert_eq!((part.header("etag"), part.header("content-type")), (whole.header("etag"), whole.header("content-type")), "{id}");
        }
    }
    assert!(seen > 20, "{seen}");
    scene.nothing_changed().await;
}

#[tokio::test]
async fn a_cursor_and_the_trail_know_nothing_of_the_members_asked_for() {
    let scene = Scene::open().await;
    let read = async |query: &str| scene.send(&scene.owner("get", &format!("/v1/tenants/acme/tickets?limit=1{query}"))).await;
    let (whole, part) = (read("").await, read("&fields=number").await);
    let cursor = part.json()["page"]["next_cursor"].as_str().unwrap().to_owned();
    assert!(part.header("link").unwrap().contains(&format!("?limit=1&fields=number&cursor={cursor}>; rel=\"next\"")));
    for (first, second) in [(&part, "&fields=subject"), (&part, ""), (&whole, "&fields=subject,number")] {
        let cursor = first.json()["page"]["next_cursor"].as_str().unwrap().to_owned();
        let next = read(&format!("{second}&cursor={cursor}")).await;
        assert_eq!(next.status, 200, "{second}: {}", next.text());
    }
    let mut told = Vec::new();
    for answer in [&whole, &part] {
        let trail = scene.send(&scene.owner("get", &format!("/v1/tenants/acme/audit?action=ticket.listed&request_id={}", answer.header("x-request-id").unwrap()))).await.json();
        told.push((trail["data"][0]["object_type"].clone(), trail["data"][0]["details"].clone()));
    }
    assert!(told[0] == told[1] && told[0].1["digest"].is_string(), "{told:?}");
    // What changes something is answered whole, and knows no such parameter.
    let answer = scene.refused(400, &scene.owner("post", "/v1/tenants/acme/tickets?fields=ticket_id").json(br#"{"subject": "x"}"#)).await;
    assert_eq!(answer.wrong(), [("fields".to_owned(), "unknown_field".to_owned())]);
    scene.nothing_changed().await;
}
