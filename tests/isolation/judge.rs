//! Whether an answer gives away or takes anything across tenants. Knows nothing of roles: those are tested elsewhere.

use crate::request::Request;
use crate::scene::Scene;
use crate::table::{Operation, Scope};
use ringfence_tests::Call;
use serde_json::Value;
use uuid::Uuid;

/// Whether row security is on: without it the roles inside a tenant do not hold, and `/readyz` says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Walls {
    Standing,
    Down,
    UnderParallelPlans,
}

/// The ids that stand somewhere in a text.
pub fn ids_in(text: &str) -> Vec<Uuid> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at + 36 <= bytes.len() {
        let window = &bytes[at..at + 36];
        match (window[8] == b'-' && window[13] == b'-').then(|| Uuid::try_parse_ascii(window).ok()).flatten() {
            Some(id) => {
                found.push(id);
                at += 36;
            }
            None => at += 1,
        }
    }
    found
}

/// Texts and ids of tenants other than `mine` that were not sent by the caller.
pub fn leaks(scene: &Scene, text: &str, sent: &str, mine: &[usize]) -> Vec<String> {
    let mut broken = Vec::new();
    let mut rest = text.to_owned();
    for n in mine {
        rest = rest.replace(&format!("canary-{}-", scene.sides[*n].tenant.slug), "");
    }
    if let Some(at) = rest.find("canary-") {
        let end = rest[at..].find("-qz7").map_or(rest.len().min(at + 60), |end| at + end);
        broken.push(format!("gave away the text '{}'", &rest[at..end]));
    }
    let sent = ids_in(sent);
    for id in ids_in(text) {
        if scene.is_foreign(id, mine) && !sent.contains(&id) {
            broken.push(format!("gave away the id {id}"));
        }
    }
    broken
}

/// All that a caller sees of an answer, as one text.
pub fn seen(operation: &Operation, answer: &Call) -> String {
    let mut text = String::new();
    for (name, value) in &answer.headers {
        text.push_str(&format!("{name}: {}\n", String::from_utf8_lossy(value.as_bytes())));
    }
    if operation.row.operation_id == "listAudit" {
        // The trail repeats the filters that its own members asked for, and the ids that were denied to somebody; those were
        // sent, if not by this call.
        let mut body = answer.body.clone();
        for event in body["data"].as_array_mut().into_iter().flatten() {
            if event["decision"] == "deny" {
                event["object_id"] = Value::Null;
            }
            if let Some(details) = event["details"].as_object_mut() {
                details.remove("filter");
            }
        }
        text.push_str(&body.to_string());
    } else {
        text.push_str(&answer.text);
    }
    text
}

/// What the answer breaks.
pub fn judge(scene: &Scene, operation: &Operation, request: &Request, caller: &str, home: usize, answer: &Call, walls: Walls) -> Vec<String> {
    let person = scene.person(caller, home);
    let mine: Vec<usize> = match operation.row.scope {
        Scope::Tenant => request.entered.into_iter().collect(),
        Scope::Identity => person.memberships.keys().copied().collect(),
        // A tenant in which the call took a place.
        Scope::Sessions | Scope::Public | Scope::SignIn => request.entered.into_iter().collect(),
    };
    let mut broken = leaks(scene, &seen(operation, answer), &request.sent(), &mine);
    let mut require = |holds: bool, rule: &str| {
        if !holds {
            broken.push(format!("{} where {rule}", answer.status));
        }
    };
    let status = answer.status;
    let ready = operation.row.operation_id == "readyz" && walls == Walls::Down;
    require(status < 500 || ready, "nothing may fail");
    require(status != 405, "the route is declared");
    if matches!(operation.row.scope, Scope::Public | Scope::SignIn) {
        require(!request.stray_path || matches!(status, 400 | 401), "an answer or a token is another's, spent or forged");
        return broken;
    }
    let signed_in = !matches!(caller, "nobody" | "forger");
    // The shape of a request may be refused before anybody looks at the tenant, in the same words everywhere; and a session is
    // looked up where the tenant is.
    let malformed = status == 400 && (request.unknown || request.stray_cursor) || status == 428 && request.wants_precondition;
    let shapeless = request.token.is_empty() && caller == "forger" && (malformed || status == 404 && request.garbage_path);
    require(signed_in != (status == 401) || shapeless, "401 is for callers without a good token, and for all of them");
    if !signed_in || status == 401 {
        return broken;
    }
    if operation.row.scope == Scope::Sessions {
        require(!request.stray_path || matches!(status, 404), "a session is another's");
        require(!request.stray_body || matches!(status, 400 | 403 | 404), "an invitation is another's");
        return broken;
    }
    if operation.row.scope == Scope::Identity {
        require(status == 200 && lists_exactly(scene, &answer.body, &mine), "one's own tenants are listed, all and no others");
        return broken;
    }
    if request.entered.is_none() {
        require(status == 404 || malformed, "the tenant is none of the caller's");
    } else if request.garbage_path {
        require(status == 404 || status == 403 || malformed, "the path holds no id at all");
    } else if request.unknown {
        require(status == 400 || status == 428 || (status == 404 && request.stray_path), "a field or parameter is unknown");
    } else if request.stray_path || request.stray_body {
        // A member of a SCIM group is a value of it (RFC 7644, section 3.12: invalidValue).
        let of_value = status == 400 && operation.row.references.contains(&"members[].value");
        let in_body = request.stray_body && !request.stray_path && (matches!(status, 409 | 412) || of_value);
        require(matches!(status, 403 | 404) || malformed || in_body, "an id is not of this tenant");
    } else if request.stray_cursor {
        require(matches!(status, 400 | 403 | 404), "the cursor is of another list");
    } else if request.stray_filter && status == 200 {
        // The trail of one's own tenant holds what was denied to somebody, under the id that they asked for.
        let tells = |event: &Value| operation.row.operation_id != "listAudit" || event["decision"] != "deny";
        let empty = answer.body["data"].as_array().is_some_and(|data| !data.iter().any(tells));
        let total = answer.body["page"]["total"].as_i64();
        require(empty && total.is_none_or(|total| total == 0), "a filter names what is not of this tenant");
    }
    broken
}

fn lists_exactly(scene: &Scene, me: &Value, mine: &[usize]) -> bool {
    let mut listed: Vec<&str> = me["tenants"].as_array().into_iter().flatten().filter_map(|tenant| tenant["slug"].as_str()).collect();
    let mut expected: Vec<&str> = mine.iter().map(|n| scene.sides[*n].tenant.slug.as_str()).collect();
    listed.sort_unstable();
    expected.sort_unstable();
    listed == expected
}
