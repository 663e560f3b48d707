//! Paths that name nothing, and methods that a path does not have.

use crate::Scene;
use std::collections::BTreeMap;

#[tokio::test]
async fn a_method_that_a_path_does_not_have_is_refused_with_those_it_has() {
    let scene = Scene::open().await;
    let mut declared: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (_, path, method) in scene.operations() {
        declared.entry(path).or_default().push(method);
    }
    for (path, methods) in declared {
        let mut methods = methods.to_vec();
        if methods.contains(&"get") {
            methods.push("head");
        }
        let allow = methods.join(", ").to_ascii_uppercase();
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "PURGE", "get"] {
            if methods.iter().any(|known| known.eq_ignore_ascii_case(method)) {
                continue;
            }
            let request = scene.owner(method, &path).json(b"{}");
            let answer = scene.send(&request).await;
            assert_eq!(answer.status, 405, "{method} {path}");
            assert_eq!(answer.header("allow"), Some(allow.as_str()), "{method} {path}");
            // An answer to HEAD has no body.
            if method != "HEAD" {
                answer.explains_itself();
            }
        }
    }
    scene.nothing_changed().await;
}

#[tokio::test]
async fn a_path_that_names_nothing_is_not_found() {
    let scene = Scene::open().await;
    let long = "x".repeat(8_000);
    let ticket = scene.world.tenant("acme").ticket;
    let mut paths: Vec<String> = ["/", "//", "/v1", "/v1/", "/v1/me/", "/v1//me", "/v1/tenants", "/v1/tenants/", "/v1/tenants/acme", "/v1/tenants/acme/", "/v2/me", "/V1/ME", "/.env", "/../../etc/passwd", "/problems/", "/problems/nonesuch", "/problems/%00", "/docs/", "/docs/../openapi.json", "/%2e%2e/docs"].map(String::from).to_vec();
    for tenant in ["ACME", "acme%00", "%00", "acme%2Ftickets", "acme%2f..%2fglobex", "ac", "-acme", "acme-", "acm\u{e9}", "%F0%9F%8E%AB", "%ff", "%c3%28", "acme%20", "acme;a=b", "acme%0d%0aX:y", "", "..", "*", "null", &long] {
        paths.push(format!("/v1/tenants/{tenant}/tickets"));
        paths.push(format!("/v1/tenants/{tenant}/tickets/{ticket}"));
    }
    for id in ["0", "-1", "1.0", "1e3", "01980000", "%00", "1%00", "%ff", "..", "1%2Fcomments", "99999999999999999999", "9223372036854775807", "null", "%F0%9F%8E%AB", "{ticket_id}", "1;x=y", "1%20", "+1", &ticket.to_string().to_uppercase()[1..], &format!("{{{ticket}}}"), &ticket.simple().to_string(), &format!("urn:uuid:{ticket}"), &long] {
        paths.push(format!("/v1/tenants/acme/tickets/{id}"));
        paths.push(format!("/v1/tenants/acme/tickets/{id}/comments"));
        paths.push(format!("/v1/tenants/acme/tickets/{ticket}/comments/{id}"));
        for kind in ["members", "groups", "organizations", "contacts"] {
            paths.push(format!("/v1/tenants/acme/{kind}/{id}"));
        }
    }
    paths.extend(["/v1/tenants/acme/tickets/", "/v1/tenants/acme//tickets", "/v1/tenants//tickets", "/v1/tenants/acme/tickets/1/", "/v1/tenants/acme/tickets/1/comments/", "/v1/tenants/acme/ticket", "/v1/tenants/acme/tickets%2f1"].map(String::from));
    for path in paths {
        let request = scene.owner("get", &path);
        let answer = scene.send(&request).await;
        assert!(matches!(answer.status, 400 | 404), "{path}: {} {}", answer.status, answer.text());
        // A target with bytes that no target has is refused while the head is read.
        if answer.status == 404 {
            answer.explains_itself();
        }
    }
    scene.nothing_changed().await;
}

#[tokio::test]
async fn a_change_at_a_path_that_names_nothing_is_not_found() {
    let scene = Scene::open().await;
    for (id, path, method) in scene.in_tenant().into_iter().filter(|(_, _, method)| *method != "get") {
        for tenant in ["%00", "acme%00", "%ff", "acme%2Fx", "nonesuch", "ACME"] {
            let elsewhere = path.replacen("/acme/", &format!("/{tenant}/"), 1);
            scene.refused(404, &scene.owner(method, &elsewhere).header("If-Match", "\"1\"").json(&scene.body_of(id))).await;
        }
    }
    scene.nothing_changed().await;
}

#[tokio::test]
async fn head_is_answered_as_get_is_and_recorded_without_a_body() {
    let scene = Scene::open().await;
    for (id, path, _) in scene.in_tenant().into_iter().filter(|(_, _, method)| *method == "get") {
        let (got, headed) = (scene.send(&scene.owner("get", &path)).await, scene.send(&scene.owner("head", &path)).await);
        assert_eq!((headed.status, headed.header("content-type"), headed.header("etag")), (got.status, got.header("content-type"), got.header("etag")), "{id}");
        assert_eq!(headed.text(), "", "{id}");
        let trail = format!("/v1/tenants/acme/audit?request_id={}", headed.header("x-request-id").unwrap());
        assert!(!scene.send(&scene.owner("get", &trail)).await.json()["data"].as_array().unwrap().is_empty(), "{id} left no trace");
    }
    scene.nothing_changed().await;
}

#[tokio::test]
async fn a_thing_has_one_name_of_each_kind_in_a_path() {
    let scene = Scene::open().await;
    let acme = scene.world.tenant("acme");
    let (ticket, comment) = (acme.ticket, acme.comments[0].0);
    let number = scene.send(&scene.owner("get", &format!("/v1/tenants/acme/tickets/{ticket}"))).await.json()["number"].to_string();
    let comments = |ticket: &str, comment: &str| [format!("/v1/tenants/acme/tickets/{ticket}/comments/{comment}"), format!("/v1/tenants/acme/tickets/{ticket}/comments/{comment}/shares")];
    for path in comments(&number, &comment.to_string().to_uppercase()).into_iter().chain(comments(&ticket.to_string().to_uppercase(), &comment.to_string())) {
        assert_eq!(scene.send(&scene.owner("get", &path)).await.status, 200, "{path}");
    }
    let share = br#"{"agreement_id": "01980000-0000-7000-8000-000000000020"}"#;
    for id in [comment.simple().to_string(), format!("%7B{comment}%7D"), format!("urn:uuid:{comment}")] {
        for path in comments(&number, &id) {
            scene.refused(404, &scene.owner("get", &path)).await;
        }
        scene.refused(404, &scene.owner("post", &comments(&number, &id)[1]).json(share)).await;
    }
    for name in [format!("0{number}"), format!("000{number}")] {
        for rest in ["", "/comments", "/events", "/links"] {
            scene.refused(404, &scene.owner("get", &format!("/v1/tenants/acme/tickets/{name}{rest}"))).await;
        }
    }
    scene.nothing_changed().await;
}
