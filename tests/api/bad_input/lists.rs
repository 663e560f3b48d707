//! Query strings of lists: filters, limits, orders and cursors that are not theirs.

use crate::Scene;

fn lists(scene: &Scene) -> Vec<String> {
    scene.in_tenant().into_iter().filter(|(id, _, _)| id.starts_with("list")).map(|(_, path, _)| path).collect()
}

#[tokio::test]
async fn a_query_that_a_list_does_not_know_is_refused() {
    let scene = Scene::open().await;
    let wrong = [
        ("limit=0", "limit", "out_of_range"),
        ("limit=201", "limit", "out_of_range"),
        ("limit=-1", "limit", "out_of_range"),
        ("limit=ten", "limit", "invalid"),
        ("limit=1e2", "limit", "invalid"),
        ("limit=", "limit", "invalid"),
        ("limit=99999999999999999999", "limit", "invalid"),
        ("limit=%00", "limit", "invalid"),
        ("order=subject", "order", "unknown_value"),
        ("order=--created_at", "order", "unknown_value"),
        ("order=created_at;drop", "order", "unknown_value"),
        ("order=%20", "order", "unknown_value"),
        ("limit=5&limit=6", "limit", "repeated"),
        ("limit=5&limit=5", "limit", "repeated"),
        ("colour=red", "colour", "unknown_field"),
        ("tenant_id=01980000-0000-7000-8000-000000000001", "tenant_id", "unknown_field"),
        ("Limit=5", "Limit", "unknown_field"),
        ("limit%00=5", "limit\u{0}", "unknown_field"),
        ("include=comments", "include", "unknown_value"),
        ("=5", "", "unknown_field"),
    ];
    for path in lists(&scene) {
        for (query, field, code) in wrong {
            let answer = scene.send(&scene.owner("get", &format!("{path}?{query}"))).await;
            assert_eq!(answer.status, 400, "{path}?{query}: {}", answer.text());
            let said = answer.wrong();
            // A list that counts nothing has no `include`.
            let code = if field == "include" && !path.ends_with("/tickets") { "unknown_field" } else { code };
            assert!(said.contains(&(field.to_owned(), code.to_owned())) && said.iter().all(|(wrong, _)| wrong == field), "{path}?{query}: {said:?}");
        }
        let answer = scene.refused(400, &scene.owner("get", &format!("{path}?limit=0&order=x&colour=red&size=9"))).await;
        assert_eq!(answer.wrong().len(), 4, "everything at once: {}", answer.text());
    }
    scene.nothing_changed().await;
}

#[tokio::test]
async fn a_parameter_that_an_operation_does_not_know_is_refused() {
    let scene = Scene::open().await;
    // What an issuer sends back is its own to add to, and SCIM has rules of its own.
    let operations = scene.operations().into_iter().filter(|(id, path, _)| path.starts_with("/v1/") && !path.contains("/scim/") && !id.starts_with("signInCallback"));
    let mut many = 0;
    for (id, path, method) in operations {
        let request = scene.owner(method, &format!("{path}?colour=red")).header("If-Match", "\"1\"");
        let request = if id == "backChannelLogout" { request.header("Content-Type", "application/x-www-form-urlencoded").body(b"logout_token=x") } else { request.json(&scene.body_of(id)) };
        let answer = scene.refused(400, &request).await;
        assert!(answer.wrong().contains(&("colour".to_owned(), "unknown_field".to_owned())), "{id}: {}", answer.text());
        many += 1;
    }
    assert!(many > 60, "{many}");
    scene.nothing_changed().await;
}

#[tokio::test]
async fn a_filter_with_a_value_it_cannot_have_is_refused() {
    let scene = Scene::open().await;
    for (path, queries) in [
        (
            "/v1/tenants/acme/tickets",
            &[
                "status=opened", "status=", "status=new,,open", "status=new%2Copened", "status=NEW", "status_category=done", "status=new&status_category=closed",
                "priority=0", "assignee_id=me", "assignee_id=", "group_id=1", "requester_id=null", "organization_id=%00", "tag=", "tag=%00", "tag=%20",
                "created_after=yesterday", "created_after=2026-02-30T00:00:00Z", "created_before=2026-01-01", "updated_after=1767225600", "updated_before=",
                "created_after=2026-01-01T00:00:00", "created_after=-009999-01-02T00:00:00Z", "created_before=%2B010000-01-01T00:00:00Z", "created_after=99999-01-01T00:00:00Z",
            ][..],
        ),
        ("/v1/tenants/acme/audit", &["decision=maybe", "action=ticket.burnt", "actor_id=me", "object_id=1", "request_id=x", "after=now", "before=x", "object_type=", "object_type=%00", "after=-009999-01-02T00:00:00Z"][..]),
        ("/v1/tenants/acme/members", &["role=boss", "role=", "group_id=first"][..]),
        ("/v1/tenants/acme/contacts", &["email=nobody", "email=%00@x", "organization_id=x", "external_id=1", "external_source=crm"][..]),
        ("/v1/tenants/acme/organizations", &["external_id=1", "external_source=crm", "external_source=&external_id="][..]),
    ] {
        for query in queries {
            let answer = scene.refused(400, &scene.owner("get", &format!("{path}?{query}"))).await;
            assert!(!answer.wrong().is_empty(), "{path}?{query}: {}", answer.text());
        }
    }
    scene.nothing_changed().await;
}

#[tokio::test]
async fn a_query_that_is_no_text_is_refused_or_read_as_nothing_known() {
    let scene = Scene::open().await;
    let long = "x".repeat(20_000);
    for path in lists(&scene) {
        for query in ["%ff=1", "limit=%ff", "%", "%zz", "limit=%", "&&&&&limit=x", "cursor=%c3%28", "a[b]=c", long.as_str()] {
            scene.refused(400, &scene.owner("get", &format!("{path}?{query}"))).await;
        }
    }
    scene.nothing_changed().await;
}

#[tokio::test]
async fn a_cursor_that_is_absurd_altered_or_of_another_list_is_refused() {
    let scene = Scene::open().await;
    let page = |path: &str| scene.owner("get", path);
    let tickets = "/v1/tenants/acme/tickets?limit=1";
    let cursor = scene.send(&page(tickets)).await.json()["page"]["next_cursor"].as_str().unwrap().to_owned();
    assert_eq!(scene.send(&page(&format!("{tickets}&cursor={cursor}"))).await.status, 200);
    let mut wrong = vec!["x".to_owned(), "AAAA".into(), "A".repeat(1024), "A".repeat(1100), format!("{cursor}A"), cursor[1..].to_owned(), cursor.to_lowercase(), format!("{cursor}%00"), format!("{cursor}="), "..%2f..%2f".into(), "%F0%9F%8E%AB".into()];
    for place in (0..cursor.len()).step_by(7) {
        let mut altered = cursor.clone().into_bytes();
        altered[place] = if altered[place] == b'A' { b'B' } else { b'A' };
        wrong.push(String::from_utf8(altered).unwrap());
    }
    for altered in wrong {
        let answer = scene.refused(400, &page(&format!("{tickets}&cursor={altered}"))).await;
        let invalid = answer.json()["code"] == "cursor_invalid" || answer.wrong() == [("cursor".to_owned(), "invalid".to_owned())];
        assert!(invalid, "{altered}: {}", answer.text());
    }
    for elsewhere in [
        "/v1/tenants/acme/tickets?limit=1&status=new",
        "/v1/tenants/acme/tickets?limit=1&order=number",
        "/v1/tenants/acme/contacts?limit=1",
        "/v1/tenants/acme/members?limit=1",
        "/v1/tenants/acme/audit?limit=1",
    ] {
        assert_eq!(scene.refused(400, &page(&format!("{elsewhere}&cursor={cursor}"))).await.json()["code"], "cursor_invalid");
    }
    let others = ["acme:agent", "acme:auditor", "globex:owner"];
    for subject in others {
        let tenant = subject.split(':').next().unwrap();
        let other = crate::Request::new("get", &format!("/v1/tenants/{tenant}/tickets?limit=1&cursor={cursor}")).header("Authorization", &format!("Bearer {}", scene.running.token(subject)));
        assert_eq!(scene.refused(400, &other).await.json()["code"], "cursor_invalid", "{subject}");
    }
    scene.nothing_changed().await;
}

#[tokio::test]
async fn closed_sets_empty_cursors_and_the_last_second_of_time_are_told_apart() {
    let scene = Scene::open().await;
    let kind = scene.refused(400, &scene.owner("get", "/v1/tenants/acme/audit?object_type=nonesuch")).await;
    assert_eq!(kind.wrong(), [("object_type".to_owned(), "unknown_value".to_owned())]);
    assert_eq!(scene.refused(400, &scene.owner("get", "/v1/tenants/acme/tickets?cursor=")).await.json()["code"], "cursor_invalid");
    let last = scene.send(&scene.owner("get", "/v1/tenants/acme/tickets?created_after=9999-12-31T23:59:59Z")).await;
    assert_eq!((last.status, &last.json()["data"]), (200, &serde_json::json!([])));
    scene.refused(400, &scene.owner("get", "/v1/tenants/acme/tickets?created_after=9999-12-32T00:00:00Z")).await;
    scene.nothing_changed().await;
}
