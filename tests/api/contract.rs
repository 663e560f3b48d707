//! The contract as a document: complete, committed, served, and readable without anything from elsewhere.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use ringfence_api::ROUTES;
use ringfence_tests::{Installation, Running};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;

fn contract() -> Value {
    serde_json::from_str(ringfence_api::document()).unwrap()
}

/// Every operation with its path and method.
fn operations(contract: &Value) -> Vec<(String, String, Value)> {
    let items = contract["paths"].as_object().unwrap().iter();
    items.flat_map(|(path, item)| item.as_object().unwrap().iter().map(move |(method, operation)| (path.clone(), method.clone(), operation.clone()))).collect()
}

fn resolved<'a>(contract: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str() {
        Some(reference) => contract.pointer(&reference[1..]).unwrap_or_else(|| panic!("{reference} leads nowhere")),
        None => value,
    }
}

#[test]
fn every_route_is_in_the_document_and_nothing_else_is() {
    let documented: BTreeSet<_> = operations(&contract()).into_iter().map(|(path, method, operation)| (path, method, operation["operationId"].as_str().unwrap().to_owned())).collect();
    let routed: BTreeSet<_> = ROUTES.iter().map(|route| (route.path.to_owned(), route.method.to_owned(), route.operation_id.to_owned())).collect();
    assert_eq!(documented, routed, "add the handler to paths(...) in crates/api/src/documents.rs");
}

#[tokio::test]
async fn the_committed_document_is_the_one_served() {
    let installation = Installation::fresh().await;
    let running = Running::over(&installation).await;
    let served = running.get("/openapi.json", "").await.expect(200);
    assert_eq!(served.header("content-type"), Some("application/json"));
    let committed = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi.json")).unwrap();
    assert!(served.text == committed, "openapi.json is not what the service serves; write it anew with 'make openapi'");
    drop(running);
    installation.drop().await;
}

#[test]
fn every_operation_says_what_it_answers_with_an_example_each() {
    let contract = contract();
    for (path, method, operation) in operations(&contract) {
        let name = format!("{method} {path}");
        for text in ["operationId", "summary"] {
            assert!(operation[text].as_str().is_some_and(|text| text.len() > 3), "{name}: {text}");
        }
        let tag = operation["tags"][0].as_str().unwrap();
        assert!(contract["tags"].as_array().unwrap().iter().any(|known| known["name"] == tag), "{name}: the tag {tag}");
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let schema = resolved(&contract, &parameter["schema"]);
            let bounded = ["enum", "pattern", "format", "maximum", "maxLength", "maxItems", "oneOf"].iter().any(|word| schema.get(word).is_some());
            assert!(bounded, "{name}: {} has no bounds", parameter["name"]);
        }
        for (status, response) in operation["responses"].as_object().unwrap() {
            let response = resolved(&contract, response);
            assert!(response["description"].as_str().is_some_and(|text| !text.is_empty()), "{name}: {status}");
            assert!(response["headers"]["X-Request-Id"].is_object(), "{name}: {status}");
            for (_, header) in response["headers"].as_object().unwrap() {
                resolved(&contract, header);
            }
            let scim = path.contains("/scim/v2/");
            let kind = if scim { "application/scim+json" } else if status.starts_with('2') { "application/json" } else { "application/problem+json" };
            let Some(media) = response["content"].get(kind) else {
                assert!(status == "204" || status.starts_with('3') || tag == "documents" || path == "/metrics", "{name}: {status} has no content");
                continue;
            };
            let exemplified = media.get("example").is_some() || media["examples"].as_object().is_some_and(|examples| !examples.is_empty());
            assert!(exemplified || path == "/openapi.json", "{name}: {status} has no example");
            if kind == "application/problem+json" {
                for (_, example) in media["examples"].as_object().unwrap() {
                    assert_eq!(example["value"]["status"].to_string(), *status, "{name}");
                }
            }
        }
        let is_public = ["listIssuers", "signIn", "signInCallback", "signInCallbackOfIssuer", "signOutAtIssuer", "backChannelLogout"].iter().any(|id| operation["operationId"] == *id);
        if path.starts_with("/v1/") && !is_public {
            for status in ["401", "500", "503"] {
                assert!(operation["responses"][status].is_object(), "{name}: {status}");
            }
        } else {
            assert_eq!(operation["security"], json!([]), "{name}");
        }
    }
}

#[test]
fn every_body_of_a_request_is_closed_and_bounded() {
    let contract = contract();
    let mut seen = 0;
    for (path, method, operation) in operations(&contract).into_iter().filter(|(_, _, operation)| operation.get("requestBody").is_some()) {
        let content = &operation["requestBody"]["content"];
        // What an issuer posts is a form.
        let media = if operation["operationId"] == "backChannelLogout" { content["application/x-www-form-urlencoded"].clone() } else { content["application/json"].clone() };
        assert!(media["example"].is_object(), "{method} {path} has no example of its body");
        let schema = resolved(&contract, &media["schema"]);
        assert_eq!(schema["additionalProperties"], json!(false), "{method} {path}");
        for (field, shape) in schema["properties"].as_object().unwrap() {
            let shape = resolved(&contract, shape);
            let bounded = ["enum", "maxLength", "format", "maxItems", "maxProperties", "oneOf"].iter().any(|word| shape.get(word).is_some());
            let bounded = bounded || shape["type"] == "boolean" || shape["additionalProperties"] == json!(false);
            assert!(bounded, "{method} {path}: {field} has no bounds: {shape}");
        }
        seen += 1;
    }
    assert!(seen >= 13, "only {seen} bodies were found");
}

/// The words that the sources use as codes: a code that no document tells of cannot be programmed against.
#[test]
fn every_code_in_the_sources_is_in_the_document() {
    let contract = contract();
    let schemas = &contract["components"]["schemas"];
    let known: BTreeSet<&str> = [&schemas["Problem"], &schemas["FieldError"]]
        .iter()
        .flat_map(|schema| schema["properties"]["code"]["examples"].as_array().unwrap())
        .map(|code| code.as_str().unwrap())
        .collect();
    let mut found = BTreeSet::new();
    for folder in ["../crates/api/src", "../crates/store/src"] {
        codes_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut found);
    }
    assert!(found.len() > 20, "only {found:?} was found: the patterns of this test look for nothing");
    let missing: Vec<_> = found.iter().filter(|code| !known.contains(code.as_str())).collect();
    assert!(missing.is_empty(), "{missing:?}: add them to crates/api/src/documents/answers.rs");
}

fn codes_in(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            codes_in(&path, found);
            continue;
        }
        let source = std::fs::read_to_string(&path).unwrap();
        // The first text of these, or the second where the first is a field's name.
        for (call, skipped) in [("wrong(", 1), ("Problem::field(", 1), ("Problem::with_code(", 0), ("Meaning::Conflict(", 0), ("Conflict { code: ", 0)] {
            for rest in source.split(call).skip(1) {
                let line = rest.lines().next().unwrap_or_default();
                let texts: Vec<&str> = line.split('"').skip(1).step_by(2).collect();
                // `wrong(&name, "code", ...)` names its field by a variable.
                let first = line.trim_start();
                let skipped = if skipped == 1 && !first.starts_with('"') { 0 } else { skipped };
                if let Some(code) = texts.get(skipped).filter(|code| code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') && !code.is_empty()) {
                    found.insert((*code).to_owned());
                }
            }
        }
    }
}

#[tokio::test]
async fn every_type_of_problem_has_a_page_with_an_example() {
    let installation = Installation::fresh().await;
    let running = Running::over(&installation).await;
    let types = contract()["components"]["schemas"]["Problem"]["properties"]["type"]["enum"].as_array().unwrap().clone();
    for kind in &types {
        let kind = kind.as_str().unwrap();
        let page = running.get(kind, "").await.expect(200);
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
        assert!(page.text.contains(&format!("\"type\": \"{kind}\"")), "{kind} shows no example of itself");
    }
    for slug in ["invalid_request", "unauthenticated", "forbidden", "not_found", "conflict", "precondition_failed", "precondition_required", "idempotency_mismatch", "cursor_invalid", "too_large", "unsupported_media_type", "rate_limited", "unavailable", "internal"] {
        assert!(types.contains(&json!(format!("/problems/{slug}"))), "{slug}");
    }
    assert_eq!(types.len(), 14, "the set is closed");
    running.get("/problems/nonesuch", "").await.expect(404);
    drop(running);
    installation.drop().await;
}

#[tokio::test]
async fn the_pages_load_nothing_from_elsewhere() {
    let installation = Installation::fresh().await;
    let running = Running::over(&installation).await;
    for path in ["/docs", "/problems/not_found"] {
        let page = running.get(path, "").await.expect(200);
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("form-action 'none'"), "{policy}");
        for word in ["http://", "https://", "src=", "@import", "url(", "//cdn", "localStorage", "sessionStorage", "document.cookie", "innerHTML"] {
            assert!(!page.text.contains(word), "{path} has {word}");
        }
    }
    drop(running);
    installation.drop().await;
}

#[test]
fn the_document_tells_of_statuses_and_codes_that_come_from_around_an_operation() {
    let contract = contract();
    let of = |id: &str, status: &str| {
        let all = operations(&contract);
        let (_, _, operation) = all.into_iter().find(|(_, _, operation)| operation["operationId"] == id).unwrap();
        resolved(&contract, &operation["responses"][status]).clone()
    };
    for id in ["assignTicket", "setTicketStatus"] {
        assert!(of(id, "422").is_object() && of(id, "409").is_object(), "{id}");
    }
    assert!(of("getTicket", "405").is_object());
    // Where the browser is sent, and what it is given to keep.
    for (id, cookies) in [("signIn", true), ("signInCallback", true), ("signInCallbackOfIssuer", true), ("signOutAtIssuer", false)] {
        let headers = of(id, "302")["headers"].clone();
        let location = resolved(&contract, &headers["Location"]);
        assert_eq!((&location["required"], &location["schema"]["format"]), (&json!(true), &json!("uri")), "{id}");
        assert_eq!(headers.get("Set-Cookie").map(|header| resolved(&contract, header)["required"] == true), cookies.then_some(true), "{id}");
    }
    // A logout token is refused for what a bearer token is, under another status.
    let of_bearers = of("getTicket", "401")["content"]["application/problem+json"]["examples"].as_object().unwrap().clone();
    let of_logouts = of("backChannelLogout", "400")["content"]["application/problem+json"]["examples"].as_object().unwrap().clone();
    for code in of_bearers.keys().filter(|code| !["credential_invalid", "step_up_required"].contains(&code.as_str())) {
        assert_eq!(of_logouts[code]["value"]["status"], 400, "{code}");
    }
    assert!(of_bearers.len() > 20 && of_logouts.contains_key("invalid_request"));
    for (id, status, code) in [
        ("getTicket", "400", "two_credentials"),
        ("acceptInvitation", "403", "session_required"),
        ("acceptInvitation", "403", "invitation_for_another"),
        ("acceptInvitation", "404", "invitation_unknown"),
        ("getTicket", "401", "missing"),
        ("signInCallback", "401", "malformed"),
        ("backChannelLogout", "400", "missing"),
        ("backChannelLogout", "400", "logout_token_replayed"),
    ] {
        assert!(of(id, status)["content"]["application/problem+json"]["examples"][code].is_object(), "{id}: {status} {code}");
    }
}

#[test]
fn every_operation_tells_of_the_limits_that_its_answers_tell_of() {
    let contract = contract();
    for (path, method, operation) in operations(&contract).into_iter().filter(|(path, _, _)| path.starts_with("/v1/tenants/")) {
        for (status, response) in operation["responses"].as_object().unwrap().iter().filter(|(status, _)| *status != "405") {
            let headers = &resolved(&contract, response)["headers"];
            for name in ["RateLimit", "RateLimit-Policy"] {
                assert!(headers[name].is_object(), "{method} {path}: {status} has no {name}");
            }
            assert_eq!(headers["Retry-After"].is_object(), ["429", "503"].contains(&status.as_str()), "{method} {path}: {status}");
        }
    }
    let sent = operations(&contract).into_iter().find(|(path, _, _)| path == "/v1/auth/sign-in").unwrap().2["responses"]["302"].clone();
    assert!(sent["headers"]["RateLimit"].is_object() && sent["headers"]["RateLimit-Policy"].is_object(), "signIn: 302");
}

#[test]
fn whatever_answers_with_a_version_takes_conditions_on_it() {
    let contract = contract();
    let versioned: Vec<_> = operations(&contract).into_iter().filter(|(_, method, operation)| method == "get" && operation["responses"]["200"]["headers"]["ETag"].is_object()).collect();
    assert!(versioned.len() > 10);
    for (path, _, operation) in versioned {
        let takes = |name: &str| operation["parameters"].as_array().unwrap().iter().any(|parameter| parameter["name"] == name && parameter["required"] != json!(true));
        assert_eq!((takes("If-Match"), operation["responses"]["412"].is_object()), (!path.contains("/scim/"), !path.contains("/scim/")), "{path}");
        assert_eq!((takes("If-None-Match"), operation["responses"]["304"].is_object()), (path.contains("/scim/"), path.contains("/scim/")), "{path}");
        assert!(operation["responses"]["400"].is_object(), "{path}");
    }
}

#[test]
fn the_document_asks_for_what_the_service_asks_for_and_offers_nothing_that_it_always_refuses() {
    let contract = contract();
    let schemas = &contract["components"]["schemas"];
    assert_eq!(schemas["SignInSettingsInput"]["required"], json!(["required_issuers"]));
    let words = |input: &str| resolved(&contract, &schemas[input]["properties"]["role"])["enum"].as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let given: Vec<&str> = ringfence_domain::Role::ALL.iter().map(|role| role.as_str()).filter(|role| *role != "guest").collect();
    assert_eq!((words("MemberInput"), words("MemberPatch")), (given.iter().map(|word| (*word).to_owned()).collect(), given.iter().map(|word| (*word).to_owned()).collect()));
    assert_eq!(words("InvitationInput"), given.iter().filter(|role| !["service", "custom"].contains(role)).copied().collect::<Vec<_>>());
    for (path, method, operation) in operations(&contract) {
        let takes = operation["requestBody"]["content"].get("application/merge-patch+json").is_some();
        assert_eq!(takes, method == "patch" && !path.contains("/scim/"), "{method} {path}");
    }
}
