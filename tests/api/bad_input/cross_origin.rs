//! Cross-origin calls: exact origins alone, and a preflight that asks no database.

use crate::{Request, Scene};

const LISTED: &str = "http://127.0.0.1:5173";

fn preflight(origin: &str, method: &str, headers: &str) -> Request {
    Request::new("OPTIONS", "/v1/tenants/acme/tickets").header("Origin", origin).header("Access-Control-Request-Method", method).header("Access-Control-Request-Headers", headers)
}

#[tokio::test]
async fn a_preflight_of_a_listed_origin_is_answered_without_the_database() {
    let Scene { running, installation, .. } = Scene::open().await;
    let token = running.token("acme:owner");
    let read = Request::new("GET", "/v1/me").header("Authorization", &format!("Bearer {token}")).header("Origin", LISTED);
    let before = crate::wire::send(running.address, &read.bytes()).await;
    assert_eq!(before.status, 200);
    assert_eq!(before.header("access-control-allow-origin"), Some(LISTED));
    let exposed = before.header("access-control-expose-headers").unwrap().to_lowercase();
    for name in ["etag", "location", "link", "retry-after", "ratelimit", "ratelimit-policy", "idempotency-replayed", "x-request-id"] {
        assert!(exposed.split(',').any(|header| header.trim() == name), "{name} in {exposed}");
    }
    // From here on there is no database at all.
    installation.drop().await;
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
        let answer = crate::wire::send(running.address, &preflight(LISTED, method, "authorization, content-type, if-match, idempotency-key, x-csrf-token").bytes()).await;
        assert!((200..300).contains(&answer.status), "{method}: {} {}", answer.status, answer.text());
        assert_eq!(answer.header("access-control-allow-origin"), Some(LISTED));
        assert!(answer.header("access-control-allow-methods").unwrap().contains(method));
        assert_eq!(answer.header("access-control-allow-credentials"), Some("true"), "a page of a listed origin may act for who is signed in");
    }
    let answer = crate::wire::send(running.address, &read.bytes()).await;
    assert_eq!(answer.status, 503, "{}", answer.text());
    assert_eq!(answer.json()["type"], "/problems/unavailable");
    assert!(answer.header("retry-after").is_some());
}

#[tokio::test]
async fn an_origin_that_is_not_listed_to_the_letter_is_refused() {
    let scene = Scene::open().await;
    for origin in ["https://127.0.0.1:5173", "http://127.0.0.1", "http://127.0.0.1:51730", "http://127.0.0.1:5173.example.com", "http://localhost:5173", "http://127.0.0.1:5173/", "null", "*", "http://example.com", ""] {
        let preflighted = scene.send(&preflight(origin, "GET", "authorization")).await;
        assert!((400..500).contains(&preflighted.status), "{origin}: {}", preflighted.status);
        assert_eq!(preflighted.header("access-control-allow-origin"), None, "{origin}");
        // A browser keeps the answer from the page. It is answered all the same: a bearer token is nothing that a browser
        // adds by itself, and the service's own page sends its own origin, which nobody lists.
        let called = scene.send(&scene.owner("get", "/v1/tenants/acme/tickets").header("Origin", origin)).await;
        assert_eq!(called.status, 200, "{origin}");
        assert_eq!(called.header("access-control-allow-origin"), None, "{origin}");
    }
    for (method, headers) in [("TRACE", "authorization"), ("GET", "x-tenant"), ("GET", "cookie")] {
        let refused = scene.send(&preflight(LISTED, method, headers)).await;
        assert_eq!((refused.status, refused.json()["detail"].is_string()), (400, true), "{method} {headers}: {}", refused.text());
    }
    scene.nothing_changed().await;
}

/// Each worker thread answers with the header that it made: in another order, it would tell which answers came from one connection.
#[tokio::test]
async fn the_headers_that_a_page_may_read_are_named_in_one_order_by_every_worker() {
    let scene = Scene::open().await;
    let foreign = scene.world.tenant("globex").ticket;
    for path in ["/v1/tenants/acme/tickets".to_owned(), format!("/v1/tenants/acme/tickets/{foreign}"), format!("/v1/tenants/acme/tickets/{}", uuid::Uuid::now_v7())] {
        for origin in [None, Some(LISTED), Some("http://example.com")] {
            // More connections than workers: whichever takes one, it says the same.
            for _ in 0..4 {
                let request = scene.owner("get", &path);
                let request = match origin {
                    Some(origin) => request.header("Origin", origin),
                    None => request,
                };
                let answer = scene.send(&request).await;
                let exposed = answer.header("access-control-expose-headers");
                assert_eq!(exposed, Some("ETag, Location, Link, Retry-After, RateLimit, RateLimit-Policy, Idempotency-Replayed, X-Request-Id"), "{path} {origin:?}");
            }
        }
    }
    scene.nothing_changed().await;
}
