//! Bodies: malformed, of wrong types, too large, too deep, unknown, unfinished.

use crate::wire::{Request, send_and_leave};
use crate::{Scene, wire};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// What a body needs around it to be read at all.
fn around(scene: &Scene, (_, path, method): &(&str, String, &str)) -> Request {
    scene.owner(method, path).header("If-Match", "\"1\"")
}

#[tokio::test]
async fn what_is_not_a_json_object_is_refused_by_every_operation() {
    let scene = Scene::open().await;
    let deep = [b"{\"a\":".repeat(60), b"1".to_vec(), b"}".repeat(60)].concat();
    let abyss = [b"[".repeat(100_000), b"]".repeat(100_000)].concat();
    let bodies: [(&[u8], &str); 17] = [
        (b"", "malformed_json"),
        (b" ", "malformed_json"),
        (b"{", "malformed_json"),
        (b"{\"subject\": }", "malformed_json"),
        (b"{\"subject\": \"x\",}", "malformed_json"),
        (b"{'subject': 'x'}", "malformed_json"),
        (b"subject=x&body=y", "malformed_json"),
        (b"<ticket/>", "malformed_json"),
        (b"{\"subject\": \"x\"} {}", "malformed_json"),
        (b"{\"subject\": \"\xff\xfe\"}", "malformed_json"),
        (b"{\"subject\": \"\\ud800\"}", "malformed_json"),
        (b"{\"subject\": \"raw \x00 NUL\"}", "malformed_json"),
        (b"{\"number\": 1e99999}", "malformed_json"),
        (b"\xef\xbb\xbf{}", "malformed_json"),
        (b"[]", "wrong_type"),
        (b"\"subject\"", "wrong_type"),
        (b"null", "wrong_type"),
    ];
    for operation in scene.writes() {
        for (body, code) in bodies {
            let answer = scene.refused(400, &around(&scene, &operation).json(body)).await;
            assert_eq!(answer.wrong(), [(String::new(), code.to_owned())], "{operation:?}: {}", String::from_utf8_lossy(body));
        }
        for deep in [&deep, &abyss] {
            let answer = scene.refused(400, &around(&scene, &operation).json(deep)).await;
            assert_eq!(answer.json()["errors"], serde_json::json!([{"field": "", "code": "too_deep", "message": "is nested deeper than 16 levels"}]));
        }
    }
    scene.nothing_changed().await;
}

#[tokio::test]
async fn brackets_inside_a_text_are_no_depth() {
    let scene = Scene::open().await;
    let text = format!("\\\" {} \\\\", "[{".repeat(200));
    let body = format!("{{\"subject\": \"{text}\", \"colour\": {}1{}}}", "[".repeat(15), "]".repeat(15));
    let answer = scene.refused(400, &scene.owner("post", "/v1/tenants/acme/tickets").json(body.as_bytes())).await;
    assert_eq!(answer.wrong(), [("colour".to_owned(), "unknown_field".to_owned())]);
    scene.nothing_changed().await;
}

#[tokio::test]
async fn every_id_of_a_body_that_names_nothing_is_told_whether_another_tenant_has_it_or_nobody() {
    let scene = Scene::open().await;
    let (acme, globex) = (scene.world.tenant("acme"), scene.world.tenant("globex"));
    let absent = uuid::Uuid::now_v7();
    let foreign = [globex.contact, globex.members["agent"], globex.groups["first"], globex.organization];
    let ticket = format!("/v1/tenants/acme/tickets/{}", acme.ticket);
    let all = ["assignee_id", "group_id", "organization_id", "requester_id"].map(|field| (field.to_owned(), "not_found".to_owned()));
    let told = async |method: &str, path: &str, body: serde_json::Value| {
        let mut wrong = scene.refused(404, &scene.owner(method, path).header("If-Match", "\"1\"").json(body.to_string().as_bytes())).await.wrong();
        wrong.sort();
        wrong
    };
    let body = |[requester, assignee, group, organization]: [uuid::Uuid; 4]| {
        serde_json::json!({"subject": "x", "requester_id": requester, "assignee_id": assignee, "group_id": group, "organization_id": organization})
    };
    for ids in [foreign, [absent; 4]] {
        assert_eq!(told("patch", &ticket, body(ids)).await, all);
        let assignment = serde_json::json!({"assignee_id": ids[1], "group_id": acme.groups["second"]});
        assert_eq!(told("put", &format!("{ticket}/assignee"), assignment).await, all[..1]);
    }
    // Nothing but the number that a refused ticket was to have.
    let admin = scene.installation.admin().await;
    let tickets = async || admin.query_one("select count(*) from ringfence.tickets", &[]).await.unwrap().get::<_, i64>(0);
    let before = tickets().await;
    for ids in [foreign, [absent; 4]] {
        assert_eq!(told("post", "/v1/tenants/acme/tickets", body(ids)).await, all);
    }
    assert_eq!(tickets().await, before);
}

#[tokio::test]
async fn everything_wrong_with_a_body_is_said_at_once() {
    let scene = Scene::open().await;
    let body = br#"{
        "subject": 7, "colour": "red", "tenant_id": "01980000-0000-7000-8000-000000000001", "priority": "highest", "type": null,
        "assignee_id": "me", "tags": ["two words"], "external_id": "only half", "requester": {"name": "", "email": "nobody", "age": 4}
    }"#;
    let answer = scene.refused(400, &scene.owner("post", "/v1/tenants/acme/tickets").json(body)).await;
    let mut wrong = answer.wrong();
    wrong.sort();
    let expected = [
        ("assignee_id", "invalid"),
        ("colour", "unknown_field"),
        ("external_id", "incomplete"),
        ("priority", "unknown_value"),
        ("requester.age", "unknown_field"),
        ("requester.email", "invalid"),
        ("requester.name", "length"),
        ("subject", "wrong_type"),
        ("tags", "invalid"),
        ("tenant_id", "unknown_field"),
        ("type", "wrong_type"),
    ];
    assert_eq!(wrong, expected.map(|(field, code)| (field.to_owned(), code.to_owned())));
    scene.nothing_changed().await;
}

#[tokio::test]
async fn a_field_that_no_operation_has_is_refused_by_all_of_them() {
    let scene = Scene::open().await;
    for operation in scene.writes() {
        for field in ["tenant_id", "ticket_id", "version", "created_at", "__proto__", "constructor", "Subject", "subject ", "", "\u{1F3AB}"] {
            let body = serde_json::json!({ field: "01980000-0000-7000-8000-000000000001" }).to_string();
            let answer = scene.refused(400, &around(&scene, &operation).json(body.as_bytes())).await;
            assert!(answer.wrong().iter().any(|(_, code)| code == "unknown_field"), "{operation:?}: {field}: {}", answer.text());
        }
    }
    scene.nothing_changed().await;
}

#[tokio::test]
async fn fields_of_another_type_length_or_with_nul_are_refused() {
    let scene = Scene::open().await;
    let long = "x".repeat(70_000);
    for (id, path, method) in scene.writes() {
        let contract: serde_json::Value = serde_json::from_str(ringfence_api::document()).unwrap();
        let paths = contract["paths"].as_object().unwrap().values();
        let operation = paths.flat_map(|item| item.as_object().unwrap().values()).find(|o| o["operationId"] == id).unwrap();
        let name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        for field in contract["components"]["schemas"][&name]["properties"].as_object().unwrap().keys() {
            for value in [serde_json::json!(true), serde_json::json!(-1.5), serde_json::json!({"a": {}}), serde_json::json!(["\u{0}"]), serde_json::json!("a\u{0}b"), serde_json::json!(long)] {
                let body = serde_json::json!({ field: value }).to_string();
                let answer = scene.refused(400, &around(&scene, &(id, path.clone(), method)).json(body.as_bytes())).await;
                let said = answer.wrong();
                assert!(said.iter().any(|(wrong, _)| wrong.starts_with(field.as_str())), "{id}: {field}: {said:?}");
            }
        }
    }
    scene.nothing_changed().await;
}

#[tokio::test]
async fn too_much_is_refused_before_it_is_read() {
    let scene = Scene::open().await;
    let much = format!("{{\"subject\": \"{}\"}}", "x".repeat(600 * 1024));
    for operation in scene.writes() {
        scene.refused(413, &around(&scene, &operation).json(much.as_bytes())).await;
        // Announced and never sent: it is not waited for.
        let announced = around(&scene, &operation).header("Content-Type", "application/json").header("Content-Length", "99999999999");
        scene.refused(413, &announced).await;
    }
    // In pieces, without a length.
    let mut pieces = scene.owner("post", "/v1/tenants/acme/tickets").header("Content-Type", "application/json").header("Transfer-Encoding", "chunked").bytes();
    for _ in 0..600 {
        pieces.extend_from_slice(b"400\r\n");
        pieces.extend_from_slice(&[b' '; 1024]);
        pieces.extend_from_slice(b"\r\n");
    }
    pieces.extend_from_slice(b"0\r\n\r\n");
    let answer = wire::send(scene.running.address, &pieces).await;
    assert_eq!(answer.status, 413);
    answer.explains_itself();
    scene.nothing_changed().await;
}

#[tokio::test]
async fn a_body_that_ends_early_or_is_cut_wrongly_changes_nothing() {
    let scene = Scene::open().await;
    let head = |length: &str| scene.owner("post", "/v1/tenants/acme/tickets").header("Content-Type", "application/json").header("Content-Length", length).bytes();
    let chunked = || scene.owner("post", "/v1/tenants/acme/tickets").header("Content-Type", "application/json").header("Transfer-Encoding", "chunked").bytes();
    let unfinished = [
        [head("400"), b"{\"subject\": \"Half".to_vec()].concat(),
        [chunked(), b"12\r\n{\"subject\": \"Half".to_vec()].concat(),
        [chunked(), b"12\r\n{\"subject\": \"Half\r\n".to_vec()].concat(),
        [chunked(), b"zz\r\n{\"subject\": \"Hex\"}\r\n0\r\n\r\n".to_vec()].concat(),
        [chunked(), b"fffffffffffffffff\r\n{}".to_vec()].concat(),
        [head("-1"), b"{\"subject\": \"Minus\"}".to_vec()].concat(),
        [head("x"), b"{\"subject\": \"Letters\"}".to_vec()].concat(),
        scene.owner("post", "/v1/tenants/acme/tickets").header("Content-Length", "20").header("Transfer-Encoding", "chunked").json(b"{\"subject\": \"Both\"}").bytes(),
    ];
    for bytes in unfinished {
        // Who has hung up may get no answer; who gets one, gets a refusal.
        if let Some(answer) = send_and_leave(scene.running.address, &bytes).await {
            assert!((400..500).contains(&answer.status), "{}: {}", String::from_utf8_lossy(&bytes), answer.text());
        }
    }
    scene.nothing_changed().await;
}

#[tokio::test]
async fn only_json_is_read() {
    let scene = Scene::open().await;
    for operation in scene.writes() {
        for kind in ["text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonp", "json", "", "*/*"] {
            let answer = scene.refused(415, &around(&scene, &operation).header("Content-Type", kind).body(b"{}")).await;
            assert_eq!(answer.json()["type"], "/problems/unsupported_media_type");
            assert!(answer.json()["detail"].as_str().unwrap().contains("application/json"), "{}", answer.text());
        }
        // What the document says is taken, and nothing else.
        let patch = scene.send(&around(&scene, &operation).header("Content-Type", "application/merge-patch+json").body(b"{\"colour\": 1}")).await;
        assert_eq!(patch.status, if operation.2 == "patch" { 400 } else { 415 }, "{operation:?}");
        for encoding in ["gzip", "br", "x"] {
            let answer = scene.refused(415, &around(&scene, &operation).header("Content-Encoding", encoding).json(b"{}")).await;
            assert!(answer.json()["detail"].as_str().unwrap().contains("content encoding"), "{}", answer.text());
        }
        scene.refused(415, &around(&scene, &operation).body(b"{}")).await;
        scene.refused(415, &around(&scene, &operation)).await;
    }
    scene.nothing_changed().await;
}

#[tokio::test]
async fn what_an_issuer_posts_is_a_form_and_a_refusal_says_so() {
    let scene = Scene::open().await;
    let post = || Request::new("post", "/v1/auth/backchannel-logout");
    let form = "application/x-www-form-urlencoded";
    for request in [post().json(b"{}"), post().body(b"logout_token=x")] {
        assert_eq!(scene.refused(415, &request).await.json()["detail"], format!("Send {form}"));
    }
    let encoded = scene.refused(415, &post().header("Content-Type", form).header("Content-Encoding", "gzip").body(b"x")).await;
    assert!(encoded.json()["detail"].as_str().unwrap().contains("content encoding"), "{}", encoded.text());
    let twice = scene.refused(400, &post().header("Content-Type", form).body(b"logout_token=x&logout_token=x")).await;
    assert_eq!(twice.wrong(), [("logout_token".to_owned(), "repeated".to_owned())]);
    scene.nothing_changed().await;
}

#[tokio::test]
async fn a_body_that_never_comes_is_not_waited_for_without_end() {
    let scene = Scene::open().await;
    let (token, json, form) = (scene.running.token("acme:owner"), "application/json", "application/x-www-form-urlencoded");
    let waits = [
        ("POST", "/v1/tenants/acme/tickets", json, "Content-Length: 2000"),
        ("POST", "/v1/tenants/acme/tickets", json, "Transfer-Encoding: chunked"),
        ("PATCH", "/v1/tenants/acme/tickets/1", "application/merge-patch+json", "Content-Length: 2000"),
        ("POST", "/v1/auth/backchannel-logout", form, "Content-Length: 2000"),
        ("POST", "/v1/auth/backchannel-logout", form, "Transfer-Encoding: chunked"),
    ]
    .map(|(method, path, media, length)| {
        let head = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {token}\r\nIf-Match: \"1\"\r\nContent-Type: {media}\r\n{length}\r\n\r\n");
        let address = scene.running.address;
        tokio::spawn(async move { (format!("{method} {length}"), tokio::time::timeout(std::time::Duration::from_secs(60), wire::first(address, head.as_bytes())).await) })
    });
    for wait in waits {
        let (what, answer) = wait.await.unwrap();
        let answer = answer.unwrap_or_else(|_| panic!("{what}: no answer"));
        assert_eq!((answer.status, answer.json()["errors"][0]["code"].as_str()), (400, Some("unreadable")), "{what}: {}", answer.text());
    }
    scene.nothing_changed().await;
}

#[tokio::test]
async fn a_chunked_body_that_never_ends_holds_no_connection() {
    let scene = Scene::open().await;
    let bytes = b"POST /v1/tenants/acme/tickets HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"sub\r\n";
    let closed = tokio::time::timeout(std::time::Duration::from_secs(20), wire::send(scene.running.address, bytes)).await;
    assert_eq!(closed.expect("closed after the answer").status, 401);
    scene.nothing_changed().await;
}

#[tokio::test]
async fn an_answer_that_nobody_takes_is_not_kept_without_end() {
    let scene = Scene::open().await;
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut stream = socket.connect(scene.running.address).await.unwrap();
    let asked = 16;
    stream.write_all(&b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(asked)).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(45)).await;
    // What the service has given up comes no more, whoever reads now.
    let mut taken = Vec::new();
    tokio::time::timeout(std::time::Duration::from_secs(20), stream.read_to_end(&mut taken)).await.expect("closed").ok();
    assert!(taken.len() < asked * ringfence_api::document().len(), "{} bytes came", taken.len());
    scene.nothing_changed().await;
}
