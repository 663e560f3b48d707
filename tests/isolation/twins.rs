//! What is another tenant's and what never existed look the same: status, headers and body, for every route and place.

use crate::case::{Body, HttpCase, IfMatch, Pick, Place, Query};
use crate::play::play;
use crate::scene::Scene;
use crate::table::{Operation, Scope, operations};
use ringfence_tests::{Call, Installation, Running};
use std::sync::Arc;
use uuid::Uuid;

/// One caller of every class: whole, grouped, reading, their own, audit, none.
const CALLERS: [&str; 9] = ["owner", "agent", "grouped_agent", "light_agent", "requester", "auditor", "service", "stranger", "nobody"];

/// All of an answer that may be compared: not when it was given, nor its number.
pub fn outside(answer: &Call) -> (u16, Vec<(String, String)>, String) {
    let mut headers: Vec<(String, String)> = answer
        .headers
        .iter()
        // Whether the connection stays open depends on how much of the body had arrived when the answer was ready.
        .filter(|(name, _)| !["x-request-id", "date", "connection"].contains(&name.as_str()))
        .map(|(name, value)| {
            // Lists of names have an order of the worker's own, whoever asks.
            let mut names: Vec<String> = String::from_utf8_lossy(value.as_bytes()).split(", ").map(str::to_owned).collect();
            names.sort();
            (name.to_string(), names.join(", "))
        })
        .collect();
    headers.sort();
    (answer.status, headers, answer.text.replace(&answer.request_id(), "REQUEST"))
}

/// A place in a request where an id of the victim stands, and the same request with one that never existed.
fn twins(operation: usize, described: &Operation, caller: &'static str) -> Vec<(String, HttpCase, HttpCase)> {
    let honest = HttpCase {
        operation,
        caller,
        home: 0,
        victim: 1,
        place: Place::Slug,
        ids: [Pick::Own(0), Pick::Own(0)],
        body: Body::Honest,
        query: Query::None,
        if_match: IfMatch::Exact,
        idempotency_key: None,
        headers: 0,
        by_session: false,
    };
    let mut pairs = Vec::new();
    for (place, absent) in [(Place::ForeignSlug, Place::AbsentSlug), (Place::ForeignId, Place::AbsentId)] {
        for ids in [[Pick::Own(0); 2], [Pick::Foreign(0); 2]] {
            let case = |place| HttpCase { place, ids, ..honest.clone() };
            pairs.push((format!("{place:?} with {ids:?}"), case(place), case(absent)));
        }
    }
    for (n, kind) in described.positions().into_iter().enumerate() {
        for (foreign, absent) in [(Pick::Foreign(0), Pick::Absent), (Pick::ForeignNumber, Pick::AbsentNumber), (Pick::TenantItself, Pick::Absent)] {
            let case = |pick| {
                let mut ids = honest.ids;
                ids[n] = pick;
                HttpCase { ids, ..honest.clone() }
            };
            pairs.push((format!("{foreign:?} as {}", kind.key()), case(foreign), case(absent)));
        }
    }
    for (n, name) in (0..).zip(described.row.references) {
        let case = |pick| HttpCase { body: Body::Refers(n, pick), ..honest.clone() };
        pairs.push((format!("{name} in the body"), case(Pick::Foreign(0)), case(Pick::Absent)));
    }
    for (n, name) in (0..).zip(described.row.filters) {
        let case = |pick| HttpCase { query: Query::Filter(n, pick), ..honest.clone() };
        // Not the ticket that was denied to somebody above: the trail tells its own members of that.
        pairs.push((format!("{name} as a filter"), case(Pick::Foreign(3)), case(Pick::Absent)));
    }
    pairs
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_foreign_and_what_never_existed_look_the_same() {
    let installation = Arc::new(Installation::fresh().await);
    let running = Arc::new(Running::over(&installation).await);
    let mut scene = Scene::build(&installation, &running, "twins").await;
    let mut pairs = 0;
    let mut at_home = Vec::new();
    for (n, operation) in operations().iter().enumerate().filter(|(_, operation)| operation.row.scope == Scope::Tenant) {
        for caller in CALLERS {
            for (place, foreign, absent) in twins(n, operation, caller) {
                let standing = crate::judge::Walls::Standing;
                let foreign = play(&mut scene, &foreign, operation, &mut Vec::new(), standing).await;
                let absent = play(&mut scene, &absent, operation, &mut Vec::new(), standing).await;
                let id = operation.row.operation_id;
                assert_eq!(foreign.broken.len() + absent.broken.len(), 0, "{id} as {caller}, {place}: {:?} {:?}", foreign.broken, absent.broken);
                assert_eq!(outside(&foreign.answer), outside(&absent.answer), "{id} as {caller}, {place}: {:?} and {:?}", foreign.request, absent.request);
                assert!(foreign.answer.status >= 400 || foreign.request.stray_filter, "{id} as {caller}, {place}: {}", foreign.answer.status);
                pairs += 1;
                if foreign.request.entered == Some(0) {
                    at_home.push((format!("{id} as {caller}, {place}"), [&foreign, &absent].map(|played| played.answer.request_id().parse::<Uuid>().expect("a request's id"))));
                }
            }
        }
    }
    // One's own auditors learn no more from the trail.
    let requests: Vec<Uuid> = at_home.iter().flat_map(|(_, pair)| *pair).collect();
    let told = crate::trail::told(&scene, &requests).await;
    for (place, [foreign, absent]) in &at_home {
        assert_eq!(told.get(foreign), told.get(absent), "the trail of {place}");
    }
    assert!(told.len() > 500, "hardly anything of it was recorded: {}", told.len());
    println!("isolation: {pairs} pairs of foreign and non-existent look the same");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_operation_of_the_table_succeeds_for_an_owner() {
    let installation = Arc::new(Installation::fresh().await);
    let running = Arc::new(Running::over(&installation).await);
    let mut scene = Scene::build(&installation, &running, "honest").await;
    for (n, operation) in operations().iter().enumerate().filter(|(_, operation)| !matches!(operation.row.scope, Scope::Sessions | Scope::SignIn)) {
        // Provisioning is no person's right.
        let caller = if operation.route.path.contains("/scim/v2/") { "service" } else { "owner" };
        let (_, mut case, _) = twins(n, operation, caller).remove(0);
        (case.place, case.ids) = (Place::Slug, [Pick::Own(0); 2]);
        let references = u8::try_from(operation.row.references.len()).expect("few");
        // Once plain, and once with each field of the body that refers to something of the caller's own.
        for body in std::iter::once(Body::Honest).chain((0..references).map(|n| Body::Refers(n, Pick::Own(0)))) {
            let played = play(&mut scene, &HttpCase { body, ..case.clone() }, operation, &mut Vec::new(), crate::judge::Walls::Standing).await;
            let answer = &played.answer;
            // Of the agreements, the first is a proposal yet.
            let crossed = matches!(operation.row.operation_id, "escalateTicket" | "shareComment") && body != Body::Honest && answer.body["code"] == "agreement_not_active";
            // Nobody makes another person's token.
            let personal = operation.row.operation_id == "createApiToken" && body != Body::Honest && answer.status == 403;
            assert!(answer.status < 300 || crossed || personal, "{} {body:?}: {} {}: mend its row in tests/isolation/table.rs", operation.row.operation_id, answer.status, answer.text);
            assert_eq!(played.broken, Vec::<String>::new(), "{}", operation.row.operation_id);
        }
    }
}
