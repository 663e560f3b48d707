//! Headers: preconditions, idempotency keys and credentials that are none, and far too much of everything.

use crate::{Request, Scene};

/// Of the way to an issuer and back: nobody is known yet.
const PUBLIC: [&str; 6] = ["listIssuers", "signIn", "signInCallback", "signInCallbackOfIssuer", "signOutAtIssuer", "backChannelLogout"];

#[tokio::test]
async fn a_precondition_that_is_no_entity_tag_is_refused_and_one_that_names_no_version_fails() {
    let scene = Scene::open().await;
    for (id, path, method) in scene.in_tenant() {
        // What has no version is revoked whatever else is said.
        let conditional = matches!(method, "patch" | "put" | "delete") && !["revokeApiToken", "revokeBreakGlassGrant"].contains(&id);
        if !conditional {
            continue;
        }
        let body = &scene.body_of(id);
        for value in ["", "1", "*", "\"1\", \"2\"", "\"1", "'1'", "w/\"1\"", "\" 1\""] {
            let answer = scene.refused(400, &scene.owner(method, &path).header("If-Match", value).json(body)).await;
            assert_eq!(answer.wrong(), [("If-Match".to_owned(), "invalid".to_owned())], "{id}: {value}");
        }
        scene.refused(400, &scene.owner(method, &path).raw_header("If-Match", b"\"\xe2\x80\x9c1\"").json(body)).await;
        scene.refused(400, &scene.owner(method, &path).header("If-Match", "\"1\"").header("If-Match", "\"1\"").json(body)).await;
        if method != "delete" {
            assert_eq!(scene.refused(428, &scene.owner(method, &path).json(body)).await.json()["type"], "/problems/precondition_required");
        }
        // What is an entity tag and none of ours names no version, nor does a weak one (RFC 9110, section 13.1.1).
        for value in ["\"99\"", "W/\"1\"", "\"one\"", "\"\"", "\"99999999999\"", "\"1.0\"", "\"01\""] {
            let stale = scene.refused(412, &scene.owner(method, &path).header("If-Match", value).json(body)).await;
            assert_eq!(stale.json()["current_version"], 1, "{id}: {value}");
        }
    }
    scene.nothing_changed().await;
}

#[tokio::test]
async fn an_idempotency_key_that_is_none_is_refused() {
    let scene = Scene::open().await;
    let long = "k".repeat(256);
    for (id, path, method) in scene.writes() {
        let request = || scene.owner(method, &path).header("If-Match", "\"1\"");
        let body = &scene.body_of(id);
        for value in ["".as_bytes(), long.as_bytes(), "cl\u{e9}".as_bytes(), b"a\tb", b"\xff"] {
            let answer = scene.refused(400, &request().raw_header("Idempotency-Key", value).json(body)).await;
            assert_eq!(answer.wrong(), [("Idempotency-Key".to_owned(), "invalid".to_owned())], "{id}");
        }
        scene.refused(400, &request().header("Idempotency-Key", "a").header("Idempotency-Key", "a").json(body)).await;
    }
    scene.nothing_changed().await;
}

#[tokio::test]
async fn a_credential_that_is_none_is_refused_by_every_operation_that_needs_one() {
    let scene = Scene::open().await;
    let token = scene.running.token("acme:owner");
    let long = format!("Bearer {}", "x".repeat(20_000));
    let doubled = format!("Bearer {token} {token}");
    let half = format!("Bearer {}", &token[..token.len() / 2]);
    for (id, path, method) in scene.operations().into_iter().filter(|(id, path, _)| path.starts_with("/v1/") && !PUBLIC.contains(id)) {
        for value in ["", "Bearer", "Bearer ", "Basic b3duZXI6cGFzc3dvcmQ=", "Bearer x", "Bearer a.b.c", token.as_str(), long.as_str(), doubled.as_str(), half.as_str()] {
            let answer = scene.refused(401, &Request::new(method, &path).header("Authorization", value).header("If-Match", "\"1\"").json(b"{}")).await;
            assert!(answer.header("www-authenticate").is_some_and(|challenge| challenge.starts_with("Bearer")), "{id}");
        }
        let bearer = format!("Bearer {token}");
        scene.refused(401, &Request::new(method, &path).header("Authorization", &bearer).header("Authorization", &bearer).json(b"{}")).await;
        scene.refused(401, &Request::new(method, &path).raw_header("Authorization", b"Bearer \xff\xfe").json(b"{}")).await;
        scene.refused(401, &Request::new(method, &path).json(b"{}")).await;
    }
    scene.nothing_changed().await;
}

#[tokio::test]
async fn more_headers_than_anybody_needs_are_refused() {
    let scene = Scene::open().await;
    let huge = "x".repeat(200_000);
    let mut many = scene.owner("get", "/v1/me");
    for n in 0..500 {
        many = many.header(&format!("X-Header-{n}"), "x");
    }
    for request in [scene.owner("get", "/v1/me").header("X-Huge", &huge), many, scene.owner("get", "/v1/me").raw_header("X-Broken", b"a\x00b"), scene.owner("get", "/v1/me").raw_header("X Broken", b"a")] {
        // Refused while the head is read, before there is a request that could have an id.
        let answer = scene.send(&request).await;
        assert!((400..500).contains(&answer.status), "{}", answer.status);
    }
    scene.nothing_changed().await;
}

#[tokio::test]
async fn what_is_not_http_is_refused() {
    let scene = Scene::open().await;
    for bytes in [&b"\r\n\r\n"[..], b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET /v1/me HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n", b"GET  /v1/me HTTP/1.1\r\n\r\n"] {
        if let Some(answer) = crate::wire::send_and_leave(scene.running.address, bytes).await {
            assert!((400..500).contains(&answer.status), "{}: {}", String::from_utf8_lossy(bytes), answer.text());
        }
    }
    scene.nothing_changed().await;
}
