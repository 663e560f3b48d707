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
        ("fields=colour", "fields", "unknown_value"),
        ("fields=", "fields", "unknown_value"),
    ];
    for path in lists(&scene) {
        for (query, field, code) in wrong {
            let answer = scene.send(&scene.owner("get", &format!("{path}?{query}"))).await;
            assert_eq!(answer.status, 400, "{path}?{query}: {}", answer.text());
            let said = answer.wrong();
            // Where nothing comes along there is no `include`.
            let code = if field == "include" && !path.ends_with("/tickets") && !path.ends_with("/comments") { "unknown_field" } else { code };
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

/// RFC 3339, section 5.6, and nothing of the wider grammars that a parser of times knows.
#[tokio::test]
async fn a_time_has_the_one_form_that_the_document_names() {
    let scene = Scene::open().await;
    let listed = async |time: &str| scene.send(&scene.owner("get", &format!("/v1/tenants/acme/tickets?created_after={}", time.replace('+', "%2B").replace(' ', "%20").replace('\u{2212}', "%E2%88%92")))).await;
    for time in [
        "20260101T000000Z", "2026-01-01T00:00Z", "2026-01-01T00Z", "2026-01-01T00:00:00+01:00[Europe/Paris]", "2026-01-01T00:00:00Z[UTC]", "2026-01-01T00:00:00[UTC]",
        "2026-01-01T00:00:00+01", "2026-01-01T00:00:00+0100", "2026-01-01T00:00:00+01:00:00", "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+00:60", "2026-01-01T00:00:00,5Z",
        "2026-01-01T00:00:00.Z", "2026-01-01 00:00:00Z", "2026-01-01_00:00:00Z", "+002026-01-01T00:00:00Z", "2026-W01-4T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-13-01T00:00:00Z",
        "9999-12-31T000000Z", "9999-12-31T00:00Z", "2026-01-01T00:00:00\u{2212}01:00", " 2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z ",
    ] {
        let answer = listed(time).await;
        assert_eq!((answer.status, answer.wrong()), (400, vec![("created_after".to_owned(), "invalid".to_owned())]), "{time}: {}", answer.text());
    }
    for time in ["2026-01-01T00:00:00Z", "2026-01-01t00:00:00z", "2026-01-01T00:00:00.123456789Z", "2026-01-01T00:00:00+01:00", "2026-01-01T00:00:00-23:59", "2026-01-01T00:00:00-00:00", "2016-12-31T23:59:60Z", "9999-12-31T23:59:59.5-23:59"] {
        let answer = listed(time).await;
        assert_eq!(answer.status, 200, "{time}: {}", answer.text());
    }
    // In a body, too.
    let token = br#"{"name": "x", "scopes": ["ticket.read"], "expires_at": "20990101T000000Z"}"#;
    let answer = scene.refused(400, &scene.owner("post", "/v1/tenants/acme/api-tokens").json(token)).await;
    assert_eq!(answer.wrong(), [("expires_at".to_owned(), "invalid".to_owned())]);
    scene.nothing_changed().await;
}

#[tokio::test]
async fn an_id_has_one_form_in_queries_and_bodies() {
    let scene = Scene::open().await;
    let acme = scene.world.tenant("acme");
    let member = acme.members["agent"];
    let group = acme.groups["first"];
    for filter in ["tickets?assignee_id", "tickets?group_id", "contacts?organization_id", "members?group_id", "audit?actor_id", "audit?object_id", "audit?request_id"] {
        let path = format!("/v1/tenants/acme/{filter}");
        for id in [member.simple().to_string(), format!("%7B{member}%7D"), format!("urn:uuid:{member}")] {
            scene.refused(400, &scene.owner("get", &format!("{path}={id}"))).await;
        }
        for id in [member.to_string(), member.to_string().to_uppercase()] {
            assert_eq!(scene.send(&scene.owner("get", &format!("{path}={id}"))).await.status, 200, "{path}={id}");
        }
    }
    for id in [group.simple().to_string(), format!("{{{group}}}"), format!("urn:uuid:{group}")] {
        for (method, path, field, body) in [
            ("post", "/v1/tenants/acme/tickets".to_owned(), "group_id", format!(r#"{{"subject": "x", "group_id": "{id}"}}"#)),
            ("patch", format!("/v1/tenants/acme/tickets/{}", acme.ticket), "group_id", format!(r#"{{"group_id": "{id}"}}"#)),
            ("put", format!("/v1/tenants/acme/tickets/{}/assignee", acme.ticket), "group_id", format!(r#"{{"group_id": "{id}"}}"#)),
            ("post", format!("/v1/tenants/acme/tickets/{}/escalations", acme.ticket), "agreement_id", format!(r#"{{"agreement_id": "{id}"}}"#)),
            ("patch", format!("/v1/tenants/acme/members/{member}"), "group_ids", format!(r#"{{"group_ids": ["{id}"]}}"#)),
            ("patch", format!("/v1/tenants/acme/members/{member}"), "groups[0].group_id", format!(r#"{{"groups": [{{"group_id": "{id}", "access": ["full"]}}]}}"#)),
        ] {
            let answer = scene.refused(400, &scene.owner(method, &path).header("If-Match", "\"1\"").json(body.as_bytes())).await;
            assert!(answer.wrong().iter().any(|(wrong, code)| wrong == field && code == "invalid"), "{method} {path} {id}: {}", answer.text());
        }
    }
    scene.nothing_changed().await;
}

/// The same id in either case of letters is one id.
#[tokio::test]
async fn a_list_of_ids_holds_each_once() {
    let scene = Scene::open().await;
    let acme = scene.world.tenant("acme");
    let (member, group) = (acme.members["agent"], acme.groups["first"].to_string());
    let body = format!(r#"{{"group_ids": ["{group}", "{}"]}}"#, group.to_uppercase());
    let answer = scene.send(&scene.owner("patch", &format!("/v1/tenants/acme/members/{member}")).header("If-Match", "\"1\"").json(body.as_bytes())).await;
    assert_eq!((answer.status, &answer.json()["group_ids"]), (200, &serde_json::json!([group])), "{}", answer.text());
}

#[tokio::test]
async fn words_of_a_filter_are_a_set_and_a_cursor_holds_for_it_in_any_order() {
    let scene = Scene::open().await;
    let page = |query: &str| scene.owner("get", &format!("/v1/tenants/acme/{query}&limit=1"));
    for (list, one, others) in [
        ("tickets", "status=open,new", ["status=new,open", "status=new,open,new"]),
        ("tickets", "status_category=open,new", ["status_category=new,open", "status=new,open"]),
        ("tickets", "priority=normal,high", ["priority=high,normal", "priority=high,normal,high"]),
        ("members", "role=owner,agent", ["role=agent,owner", "role=agent,agent,owner"]),
    ] {
        let first = scene.send(&page(&format!("{list}?{one}"))).await.json();
        let cursor = first["page"]["next_cursor"].as_str().unwrap_or_else(|| panic!("{one}: {first}"));
        let next = scene.send(&page(&format!("{list}?{one}&cursor={cursor}"))).await.json()["data"].clone();
        for other in others {
            let answer = scene.send(&page(&format!("{list}?{other}&cursor={cursor}"))).await;
            assert_eq!((answer.status, &answer.json()["data"]), (200, &next), "{other}: {}", answer.text());
        }
    }
    scene.nothing_changed().await;
}

#[tokio::test]
async fn a_link_leads_on_however_its_cursor_was_written() {
    let scene = Scene::open().await;
    let tickets = "/v1/tenants/acme/audit?limit=1";
    let next = async |path: &str| {
        let answer = scene.send(&scene.owner("get", path)).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        let link = answer.header("link").unwrap().split(", ").find(|link| link.ends_with("rel=\"next\"")).unwrap().to_owned();
        (link[1..link.find('>').unwrap()].to_owned(), answer.json()["page"]["next_cursor"].as_str().unwrap().to_owned())
    };
    let (_, cursor) = next(tickets).await;
    for name in ["cursor", "%63ursor", "c%75rsor"] {
        let (link, _) = next(&format!("{tickets}&{name}={cursor}")).await;
        assert_eq!(scene.send(&scene.owner("get", &link)).await.status, 200, "{name}: {link}");
    }
    scene.nothing_changed().await;
}

#[tokio::test]
async fn a_bound_finer_than_the_clock_leaves_out_what_is_before_it() {
    let scene = Scene::open().await;
    let of = async |query: &str| {
        let answer = scene.send(&scene.owner("get", &format!("/v1/tenants/acme/tickets?limit=200&{query}"))).await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.text());
        answer.json()["data"].as_array().unwrap().clone()
    };
    for ticket in of("order=created_at").await {
        let time: jiff::Timestamp = ticket["created_at"].as_str().unwrap().parse().unwrap();
        let later = time + jiff::SignedDuration::from_nanos(400);
        assert!(!of(&format!("created_after={later}")).await.contains(&ticket), "{time} is not at or after {later}");
        assert!(of(&format!("created_before={later}")).await.contains(&ticket), "{time} is before {later}");
        assert!(of(&format!("created_after={time}")).await.contains(&ticket) && !of(&format!("created_before={time}")).await.contains(&ticket), "{time}");
    }
    scene.nothing_changed().await;
}

#[tokio::test]
async fn a_document_knows_no_parameter_and_who_watches_may_send_theirs() {
    let scene = Scene::open().await;
    for path in ["/docs", "/openapi.json", "/problems/not_found"] {
        let answer = scene.refused(400, &crate::Request::new("get", &format!("{path}?x=1"))).await;
        assert_eq!(answer.wrong(), [("x".to_owned(), "unknown_field".to_owned())], "{path}");
    }
    for path in ["/healthz", "/readyz", "/metrics"] {
        assert_eq!(scene.send(&crate::Request::new("get", &format!("{path}?x=1"))).await.status, 200, "{path}");
    }
    scene.nothing_changed().await;
}
