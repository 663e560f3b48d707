//! Lists and what comes along with them: no gap, no repetition, and nothing that a GET of its own would not show.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use ring::digest::{Context, SHA256};
use ringfence_api::ROUTES;
use ringfence_tests::world::served;
use serde_json::json;
use std::collections::BTreeSet;
use uuid::Uuid;

#[tokio::test]
async fn pages_follow_one_another_without_gap_or_repetition() {
    let (_installation, running, _) = served().await;
    let agent = running.token("acme:agent");
    for n in 0..7 {
        running.post("/v1/tenants/acme/tickets", &agent, json!({"subject": format!("Ticket {n}")})).await.expect(201);
    }
    for order in ["-updated_at", "updated_at", "-created_at", "created_at", "-number", "number"] {
        let all = running.get(&format!("/v1/tenants/acme/tickets?order={order}&limit=200&include=total"), &agent).await.expect(200);
        let expected: Vec<_> = all.body["data"].as_array().unwrap().iter().map(|t| t["number"].clone()).collect();
        assert_eq!(all.body["page"]["total"], 10);
        let mut seen = Vec::new();
        let mut path = format!("/v1/tenants/acme/tickets?order={order}&limit=4");
        let mut previous = None;
        loop {
            let page = running.get(&path, &agent).await.expect(200);
            let numbers: Vec<_> = page.body["data"].as_array().unwrap().iter().map(|t| t["number"].clone()).collect();
            if let Some(before) = page.body["page"]["prev_cursor"].as_str() {
                let back = running.get(&format!("/v1/tenants/acme/tickets?order={order}&limit=4&cursor={before}"), &agent).await.expect(200);
                let back: Vec<_> = back.body["data"].as_array().unwrap().iter().map(|t| t["number"].clone()).collect();
                assert_eq!(Some(back), previous);
            }
            seen.extend(numbers.clone());
            previous = Some(numbers);
            let Some(next) = page.body["page"]["next_cursor"].as_str() else { break };
            assert!(page.header("link").unwrap().contains("rel=\"next\""));
            path = format!("/v1/tenants/acme/tickets?order={order}&limit=4&cursor={next}");
        }
        assert_eq!(seen, expected, "{order}");
    }
    let stranger = running.token("globex:agent");
    let cursor = running.get("/v1/tenants/acme/tickets?limit=1", &agent).await.body["page"]["next_cursor"].as_str().unwrap().to_owned();
    let refused = running.get(&format!("/v1/tenants/globex/tickets?limit=1&cursor={cursor}"), &stranger).await.expect(400);
    assert_eq!(refused.body["code"], "cursor_invalid");
}

#[tokio::test]
async fn a_time_filter_begins_with_its_moment_and_ends_before_it() {
    let (installation, running, _) = served().await;
    let (admin, agent, tickets) = (installation.admin().await, running.token("acme:agent"), "/v1/tenants/acme/tickets");
    admin.batch_execute("set session_replication_role = replica").await.unwrap();
    let mut made = Vec::new();
    for (created, updated) in [("2020-01-01T10:00:00Z", "2020-01-02T12:00:00Z"), ("2020-01-01T11:00:00Z", "2020-01-02T11:00:00Z"), ("2020-01-01T12:00:00Z", "2020-01-02T10:00:00Z")] {
        let ticket = running.post(tickets, &agent, json!({"subject": "Timed", "tags": ["timed"]})).await.expect(201).body["ticket_id"].as_str().unwrap().to_owned();
        let sql = "update ringfence.tickets set created_at = $2::text::timestamptz, updated_at = $3::text::timestamptz where ticket_id = $1::text::uuid";
        assert_eq!(admin.execute(sql, &[&ticket, &created, &updated]).await.unwrap(), 1);
        made.push(ticket);
    }
    let [first, second, third] = [0, 1, 2].map(|n| made[n].as_str());
    for (filter, expected) in [
        ("created_after=2020-01-01T11:00:00Z", [second, third].as_slice()),
        ("created_after=2020-01-01T11:00:00.000001Z", &[third]),
        ("created_before=2020-01-01T11:00:00Z", &[first]),
        ("created_before=2020-01-01T11:00:00.000001Z", &[first, second]),
        ("updated_after=2020-01-02T11:00:00Z", &[first, second]),
        ("updated_after=2020-01-02T11:00:00.000001Z", &[first]),
        ("updated_before=2020-01-02T11:00:00Z", &[third]),
        ("updated_before=2020-01-02T11:00:00.000001Z", &[second, third]),
        ("created_after=2020-01-01T11:00:00Z&created_before=2020-01-01T12:00:00Z", &[second]),
        ("updated_after=2020-01-02T11:00:00Z&updated_before=2020-01-02T12:00:00Z", &[second]),
        ("created_before=2020-01-01T11:00:00Z&updated_before=2020-01-02T12:00:00Z", &[]),
    ] {
        let listed = running.get(&format!("{tickets}?tag=timed&order=number&include=total&{filter}"), &agent).await.expect(200);
        let ids: Vec<&str> = listed.body["data"].as_array().unwrap().iter().map(|ticket| ticket["ticket_id"].as_str().unwrap()).collect();
        assert_eq!((ids.as_slice(), &listed.body["page"]["total"]), (expected, &json!(expected.len())), "{filter}");
    }
}

/// What the rows of each list are known by.
const ROWS: [(&str, &str); 15] = [
    ("listTickets", "ticket_id"),
    ("listTicketEvents", "ticket_event_id"),
    ("listComments", "comment_id"),
    ("listCommentShares", "share_id"),
    ("listTicketLinks", "link_id"),
    ("listAgreements", "agreement_id"),
    ("listMembers", "member_id"),
    ("listApiTokens", "api_token_id"),
    ("listInvitations", "invitation_id"),
    ("listRoles", "role_id"),
    ("listBreakGlassGrants", "grant_id"),
    ("listGroups", "group_id"),
    ("listOrganizations", "organization_id"),
    ("listContacts", "contact_id"),
    ("listAudit", "event_id"),
];

#[tokio::test]
async fn the_trail_tells_how_many_rows_a_list_held_and_which() {
    let (_installation, running, world) = served().await;
    let (acme, owner) = (world.tenant("acme"), running.token("acme:owner"));
    running.post("/v1/tenants/acme/invitations", &owner, json!({"name": "Invited", "email": "invited@mail.example", "role": "agent"})).await.expect(201);
    let lists: Vec<_> = ROUTES.iter().filter(|route| route.operation_id.starts_with("list") && route.path.contains("{tenant}") && !route.path.contains("/scim/")).collect();
    assert_eq!(lists.iter().map(|route| route.operation_id).collect::<BTreeSet<_>>(), ROWS.iter().map(|(list, _)| *list).collect());
    for route in lists {
        let (list, id) = ROWS.iter().find(|(list, _)| *list == route.operation_id).unwrap();
        // The comment that was shared is the second ticket's.
        let path = if *list == "listCommentShares" { route.path.replace("{ticket_id}", &acme.other_ticket.to_string()).replace("{comment_id}", &acme.comments[1].0.to_string()) } else { route.path.to_owned() };
        for query in ["limit=200", "limit=1"] {
            let listed = running.get(&format!("{}?{query}", acme.path(&path)), &owner).await.expect(200);
            let rows = listed.body["data"].as_array().unwrap();
            assert!(!rows.is_empty(), "{list} held nothing, so nothing was tried");
            let mut digest = Context::new(&SHA256);
            for row in rows {
                digest.update(row[id].as_str().unwrap().parse::<Uuid>().unwrap().as_bytes());
            }
            let trail = running.get(&format!("/v1/tenants/acme/audit?request_id={}", listed.request_id()), &owner).await.expect(200);
            let told: Vec<_> = trail.body["data"].as_array().unwrap().iter().map(|event| &event["details"]).filter(|details| details["count"].is_number()).collect();
            assert_eq!(told.len(), 1, "{list}: {}", trail.text);
            assert_eq!((&told[0]["count"], &told[0]["digest"]), (&json!(rows.len()), &json!(hex::encode(digest.finish()))), "{list}");
        }
    }
}

#[tokio::test]
async fn a_page_that_was_emptied_leads_back_to_the_rows_on_its_other_side() {
    let (_installation, running, _) = served().await;
    let agent = running.token("acme:agent");
    let tickets = "/v1/tenants/acme/tickets";
    for (order, end) in ["-updated_at", "updated_at", "-created_at", "created_at", "-number", "number"].iter().flat_map(|order| [(order, true), (order, false)]) {
        // A tag of the round's own: no other ticket is in its list.
        let tag = format!("{order}:{end}");
        let mut made = Vec::new();
        for n in 0..4 {
            made.push(running.post(tickets, &agent, json!({"subject": format!("Ticket {n}"), "tags": [tag]})).await.expect(201).body["ticket_id"].as_str().unwrap().to_owned());
        }
        if order.starts_with('-') {
            made.reverse();
        }
        let page = async |cursor: &serde_json::Value| {
            let cursor = cursor.as_str().map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
            let answer = running.get(&format!("{tickets}?status=new&tag={tag}&order={order}&limit=2{cursor}"), &agent).await.expect(200);
            let linked = ["next", "prev"].map(|way| answer.header("link").is_some_and(|link| link.contains(&format!("rel=\"{way}\""))));
            assert_eq!(linked, ["next_cursor", "prev_cursor"].map(|cursor| answer.body["page"][cursor].is_string()), "{tag}");
            let ids: Vec<String> = answer.body["data"].as_array().unwrap().iter().map(|ticket| ticket["ticket_id"].as_str().unwrap().to_owned()).collect();
            (ids, answer.body["page"]["next_cursor"].clone(), answer.body["page"]["prev_cursor"].clone())
        };
        let nothing = json!(null);
        let (first, next, _) = page(&nothing).await;
        let (second, _, back) = page(&next).await;
        assert_eq!((first.as_slice(), second.as_slice()), made.split_at(2), "{tag}");
        let (gone, stayed) = if end { (&second, &first) } else { (&first, &second) };
        for id in gone {
            running.call("PUT", &format!("{tickets}/{id}/status"), &agent, &[("If-Match", "\"1\"")], Some(&json!({"status": "open"}))).await.expect(200);
        }
        let mut cursor = if end { next } else { back };
        // There and back, again and again: behind the edge nothing, before it all that stayed, the row at the edge with it.
        for _ in 0..3 {
            let (rows, next, prev) = page(&cursor).await;
            let (on, turned) = if end { (next, prev) } else { (prev, next) };
            assert_eq!((rows.len(), &on, turned.is_string()), (0, &nothing, true), "{tag}");
            let (rows, next, prev) = page(&turned).await;
            let (on, beyond) = if end { (next, prev) } else { (prev, next) };
            assert_eq!((&rows, &beyond), (stayed, &nothing), "{tag}");
            cursor = on;
        }
    }
}

#[tokio::test]
async fn a_page_of_much_text_ends_early_and_the_next_goes_on_where_it_ended() {
    let (_installation, running, _) = served().await;
    let requester = running.token("acme:requester");
    let comments = format!("{}/comments", running.post("/v1/tenants/acme/tickets", &requester, json!({"subject": "Much"})).await.expect(201).header("location").unwrap());
    // Every byte of it takes six in JSON.
    let comment = json!({"body": "\u{1}".repeat(65_536), "visibility": "public"});
    let mut said = Vec::new();
    for _ in 0..40 {
        said.push(running.post(&comments, &requester, comment.clone()).await.expect(201).body["comment_id"].clone());
    }
    for (order, way) in [("created_at", "next_cursor"), ("-created_at", "next_cursor"), ("created_at", "prev_cursor")] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        if way == "prev_cursor" {
            let page = running.get(&format!("{comments}?order={order}&limit=200"), &requester).await.expect(200);
            let page = running.get(&format!("{comments}?order={order}&limit=200&cursor={}", page.body["page"]["next_cursor"].as_str().unwrap()), &requester).await.expect(200);
            cursor = format!("&cursor={}", page.body["page"]["next_cursor"].as_str().unwrap());
        }
        loop {
            let page = running.get(&format!("{comments}?order={order}&limit=200{cursor}&include=author"), &requester).await.expect(200);
            assert!(page.text.len() < 8 * 1024 * 1024, "{}", page.text.len());
            let rows: Vec<_> = page.body["data"].as_array().unwrap().iter().map(|row| row["comment_id"].clone()).collect();
            assert!(!rows.is_empty());
            if way == "prev_cursor" { seen.splice(0..0, rows) } else { seen.splice(seen.len().., rows) };
            let Some(on) = page.body["page"][way].as_str() else { break };
            cursor = format!("&cursor={on}");
        }
        if order.starts_with('-') {
            seen.reverse();
        }
        assert_eq!(seen, if way == "prev_cursor" { &said[..seen.len()] } else { &said[..] }, "{order} {way}");
        assert!(seen.len() > 20, "{order} {way}");
    }
}

#[tokio::test]
async fn what_tickets_refer_to_comes_along_as_far_as_it_may_be_read() {
    let (_installation, running, world) = served().await;
    let acme = world.tenant("acme");
    let (agent, requester, auditor) = (running.token("acme:agent"), running.token("acme:requester"), running.token("acme:auditor"));
    let base = "/v1/tenants/acme";
    let organization = running.post(&format!("{base}/organizations"), &agent, json!({"name": "Example"})).await.expect(201).body["organization_id"].clone();
    let ticket = json!({"subject": "Referring", "requester_id": acme.members["requester"], "assignee_id": acme.members["agent"], "group_id": acme.groups["first"],
        "organization_id": organization, "body": "Said"});
    let made = running.post(&format!("{base}/tickets"), &agent, ticket).await.expect(201);
    let relations = [("requester", "contacts", "contact_id"), ("assignee", "members", "member_id"), ("group", "groups", "group_id"), ("organization", "organizations", "organization_id")];
    let all = format!("{base}/tickets?limit=200&include=total,requester,assignee,group,organization");
    let listed = running.get(&all, &agent).await.expect(200);
    assert!(listed.body["page"]["total"].is_number());
    for (relation, name, id) in relations {
        let referred: BTreeSet<&str> = listed.body["data"].as_array().unwrap().iter().filter_map(|ticket| ticket[format!("{relation}_id")].as_str()).collect();
        let rows = listed.body["included"][name].as_array().unwrap();
        assert_eq!(rows.iter().map(|row| row[id].as_str().unwrap()).collect::<BTreeSet<_>>(), referred, "{name}");
        assert_eq!(rows.len(), referred.len(), "{name} came more than once");
        for row in rows {
            assert_eq!(&running.get(&format!("{base}/{name}/{}", row[id].as_str().unwrap()), &agent).await.expect(200).body, row);
        }
        // One alone brings one alone.
        let one = running.get(&format!("{base}/tickets?limit=200&include={relation}"), &agent).await.expect(200);
        assert_eq!(one.body["included"], json!({name: listed.body["included"][name]}));
        assert!(one.body["page"]["total"].is_null());
    }
    let trail = running.get(&format!("{base}/audit?request_id={}&action=ticket.listed", listed.request_id()), &auditor).await.expect(200);
    let counted = listed.body["included"]["organizations"].as_array().unwrap().len();
    assert_eq!(trail.body["data"][0]["details"]["included"]["organizations"]["count"], json!(counted));
    assert!(trail.body["data"][0]["details"]["included"]["contacts"]["digest"].is_string());

    // A requester reads themselves, and none of those who work for them.
    let own = running.get(&all, &requester).await.expect(200);
    assert!(own.body["data"].as_array().unwrap().iter().any(|ticket| ticket["ticket_id"] == made.body["ticket_id"]));
    assert_eq!(own.body["included"]["contacts"].as_array().unwrap().iter().map(|row| &row["contact_id"]).collect::<Vec<_>>(), [&json!(acme.members["requester"])]);
    for name in ["members", "groups", "organizations"] {
        assert_eq!(own.body["included"][name], json!([]), "{name}");
    }
    let comments = format!("{base}/tickets/{}/comments", made.body["number"]);
    let said = running.get(&format!("{comments}?include=author"), &auditor).await.expect(200);
    assert_eq!(said.body["included"]["contacts"][0]["contact_id"], json!(acme.members["agent"]));
    assert_eq!(running.get(&format!("{comments}?include=author"), &requester).await.expect(200).body["included"], json!({"contacts": []}));
    assert!(running.get(&comments, &auditor).await.expect(200).body.get("included").is_none());
    // A single record brings the same.
    let ticket = format!("{base}/tickets/{}", made.body["number"]);
    let plain = running.get(&ticket, &agent).await.expect(200);
    assert!(plain.body.get("included").is_none());
    let whole = running.get(&format!("{ticket}?include=requester,assignee,group,organization"), &agent).await.expect(200);
    assert_eq!(whole.header("etag"), plain.header("etag"));
    for (relation, name, id) in relations {
        assert_eq!(whole.body["included"][name].as_array().unwrap().iter().map(|row| &row[id]).collect::<Vec<_>>(), [&plain.body[format!("{relation}_id")]], "{name}");
        let row = &whole.body["included"][name][0];
        assert!(listed.body["included"][name].as_array().unwrap().contains(row), "{name}: {row}");
    }
    let trimmed = running.get(&format!("{ticket}?fields=number&include=group"), &requester).await.expect(200);
    assert_eq!(trimmed.body, json!({"number": made.body["number"], "included": {"groups": []}}));
    let trail = running.get(&format!("{base}/audit?request_id={}&action=ticket.read", whole.request_id()), &auditor).await.expect(200);
    assert_eq!(trail.body["data"][0]["details"]["included"]["members"]["count"], json!(1));
    let said = format!("{comments}/{}?include=author", said.body["data"][0]["comment_id"].as_str().unwrap());
    assert_eq!(running.get(&said, &auditor).await.expect(200).body["included"]["contacts"][0]["contact_id"], json!(acme.members["agent"]));
    assert_eq!(running.get(&said, &requester).await.expect(200).body["included"], json!({"contacts": []}));
    for (path, wrong) in [(&ticket, "total"), (&ticket, "author"), (&said.replace("author", ""), "requester"), (&ticket, "")] {
        let path = if path.contains('?') { format!("{path}{wrong}") } else { format!("{path}?include={wrong}") };
        assert_eq!(running.get(&path, &auditor).await.expect(400).body["errors"][0]["field"], "include", "{path}");
    }
    for elsewhere in [format!("{base}/groups/{}", acme.groups["first"]), format!("{base}/contacts/{}", acme.members["agent"])] {
        assert_eq!(running.get(&format!("{elsewhere}?include=group"), &agent).await.expect(400).body["errors"][0]["code"], "unknown_field", "{elsewhere}");
    }
    for wrong in ["include=tenant", "include=requester,tenant", "include=", "include=author"] {
        assert_eq!(running.get(&format!("{base}/tickets?{wrong}"), &agent).await.expect(400).body["errors"][0]["field"], "include", "{wrong}");
    }
}
