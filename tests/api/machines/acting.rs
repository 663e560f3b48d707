//! Acting for another: what both may and no more, in both names, and with nobody's leave but the tenant's.

use crate::{BASE, Stage, TOKENS, shown};
use ringfence_tests::world::Tenant;
use serde_json::{Value, json};
use uuid::Uuid;

/// What somebody may do, asked of the service: the status of each of a handful of operations.
const ASKED: [(&str, &str); 7] = [
    ("GET", "tickets/{ticket}"),
    ("GET", "tickets/{other_ticket}"),
    ("GET", "tickets/{own_ticket}"),
    ("GET", "tickets/{ticket}/comments/{internal}"),
    ("GET", "contacts/{contact}"),
    ("GET", "members/{requester}"),
    ("GET", "audit"),
];

fn path(acme: &Tenant, pattern: &str) -> String {
    let pattern = pattern
        .replace("{ticket}", &acme.ticket.to_string())
        .replace("{other_ticket}", &acme.other_ticket.to_string())
        .replace("{own_ticket}", &acme.own_ticket.to_string())
        .replace("{internal}", &acme.comments[0].1.to_string())
        .replace("{contact}", &acme.contact.to_string())
        .replace("{requester}", &acme.members["requester"].to_string());
    format!("{BASE}/{pattern}")
}

#[tokio::test]
async fn who_acts_for_another_may_do_what_both_may() {
    let stage = Stage::new().await;
    let acme = stage.acme();
    let actors: [&[&str]; 5] = [
        &["act_as", "ticket.read", "comment.read", "contact.read", "member.read", "audit.read"],
        &["act_as", "ticket.read"],
        &["act_as", "ticket.read.own", "comment.read.own"],
        &["act_as", "contact.read", "audit.read"],
        &["act_as"],
    ];
    for permissions in actors {
        let (token, _) = stage.service(permissions).await;
        for subject in ["owner", "admin", "agent", "grouped_agent", "light_agent", "requester", "auditor", "service"] {
            for (method, pattern) in ASKED {
                let path = path(acme, pattern);
                let alone = stage.running.get(&path, &token).await.status;
                let subjects = stage.running.get(&path, &stage.bearer(subject)).await.status;
                let both = stage.acting(method, &path, &token, acme.members[subject], None).await.status;
                // To be somebody is nobody else's right: their own record is not lent with the rest.
                let is_oneself = subject == "requester" && pattern == "members/{requester}";
                let expected = alone == 200 && subjects == 200 && !is_oneself;
                assert_eq!(both == 200, expected, "{permissions:?} for {subject}: {pattern} is {alone} and {subjects} alone, {both} together");
                assert!(matches!(both, 200 | 403 | 404), "{pattern}: {both}");
            }
        }
    }
    stage.end().await;
}

#[tokio::test]
async fn what_is_done_for_another_is_theirs_and_the_trail_names_both() {
    let stage = Stage::new().await;
    let acme = stage.acme();
    let (token, machine) = stage.service(&["act_as", "ticket.read", "ticket.create", "ticket.change", "comment.create", "comment.read"]).await;
    let agent = acme.members["agent"];
    let both = |event: &Value| (event["actor_id"].clone(), event["on_behalf_of"].clone());

    let ticket = stage.acting("POST", &format!("{BASE}/tickets"), &token, agent, Some(&json!({"subject": "For another"}))).await.expect(201);
    assert_eq!(ticket.body["requester_id"], json!(agent));
    assert_eq!(both(&stage.event(&ticket, "ticket.created").await), (json!(machine), json!(agent)), "of a statement");
    let path = ticket.header("location").unwrap().to_owned();
    let comment = stage.acting("POST", &format!("{path}/comments"), &token, agent, Some(&json!({"body": "x", "visibility": "public"}))).await.expect(201);
    assert_eq!(comment.body["author_id"], json!(agent));
    assert_eq!(both(&stage.event(&comment, "comment.created").await), (json!(machine), json!(agent)));
    let read = stage.acting("GET", &path, &token, agent, None).await.expect(200);
    let event = stage.event(&read, "ticket.read").await;
    assert_eq!(both(&event), (json!(machine), json!(agent)), "of a group commit");
    assert_eq!((event["actor_kind"].as_str(), event["authentication"].as_str()), (Some("service"), Some("api_token")));
    let denied = stage.acting("GET", &format!("{BASE}/audit"), &token, agent, None).await.expect(403);
    assert_eq!(both(&stage.event(&denied, "audit.listed").await), (json!(machine), json!(agent)), "of a denial");
    // Alone it is itself.
    let read = stage.running.get(&path, &token).await.expect(200);
    assert_eq!(both(&stage.event(&read, "ticket.read").await), (json!(machine), Value::Null));
    stage.end().await;
}

#[tokio::test]
async fn nobody_acts_for_another_without_leave_or_for_nobody() {
    let stage = Stage::new().await;
    let acme = stage.acme();
    let (token, machine) = stage.service(&["act_as", "ticket.read"]).await;
    let tickets = format!("{BASE}/tickets");
    let globex = stage.world.tenant("globex");
    // Without the permission: whoever is named.
    for role in ["owner", "admin", "agent", "requester", "auditor", "service"] {
        for subject in [acme.members["light_agent"], acme.members[role], Uuid::now_v7(), globex.members["agent"]] {
            let denied = stage.acting("GET", &tickets, &stage.bearer(role), subject, None).await.expect(403);
            assert_eq!(denied.body["code"], "act_as_denied", "{role}");
            let event = stage.event(&denied, "tenant.entry_denied").await;
            assert_eq!((event["rule"].as_str(), event["on_behalf_of"].clone()), (Some("act_as_denied"), json!(subject)));
            assert_eq!((&event["actor_id"], event["identity_id"].is_string()), (&json!(acme.members[role]), true), "{role}");
        }
    }
    let (scoped, _) = {
        let owner = stage.bearer("owner");
        shown(&stage.post(TOKENS, &owner, json!({"name": "x", "scopes": ["ticket.read"], "member_id": machine})).await.expect(201))
    };
    stage.acting("GET", &tickets, &scoped, acme.members["agent"], None).await.expect(403);
    stage.acting("GET", &tickets, &token, machine, None).await.expect(403);
    // Nobody of this tenant: as any id that is not there.
    let (foreign, absent) = (globex.members["agent"], Uuid::now_v7());
    let mut answers = Vec::new();
    for subject in [foreign, absent, acme.contact] {
        let mut answer = stage.acting("GET", &tickets, &token, subject, None).await.expect(404);
        let event = stage.event(&answer, "tenant.entry_denied").await;
        assert_eq!((&event["rule"], &event["actor_id"], &event["on_behalf_of"]), (&json!("act_as_unknown"), &json!(machine), &json!(subject)));
        assert_eq!((event["session_id"].is_string(), &event["actor_kind"]), (true, &json!("service")), "which token it was");
        answer.body["request_id"] = json!("");
        answers.push(answer.body);
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
    // In another tenant it is nobody, whomever it names.
    stage.acting("GET", "/v1/tenants/globex/tickets", &token, foreign, None).await.expect(401);
    stage.acting("GET", "/v1/tenants/globex/tickets", &stage.bearer("agent"), foreign, None).await.expect(404);
    for named in ["", "nobody", "acme:agent", "{}", &acme.members["agent"].simple().to_string(), &format!("{},{}", acme.members["agent"], absent)] {
        let answer = stage.running.call("GET", &tickets, &token, &[("Act-As", named)], None).await.expect(400);
        assert_eq!(answer.body["errors"][0]["field"], "Act-As");
    }
    let agent = acme.members["agent"].to_string();
    stage.running.call("GET", &tickets, &token, &[("Act-As", &agent), ("Act-As", &agent)], None).await.expect(400);
    stage.running.call("GET", "/v1/me", &token, &[("Act-As", &agent)], None).await.expect(400);
    // Removed, or in a tenant suspended, they are nobody to act for.
    stage.acting("GET", &tickets, &token, acme.members["agent"], None).await.expect(200);
    stage.delete(&format!("{BASE}/members/{agent}"), &stage.bearer("owner")).await.expect(204);
    stage.acting("GET", &tickets, &token, acme.members["agent"], None).await.expect(404);
    stage.end().await;
}

#[tokio::test]
async fn a_refused_delegation_is_in_the_trail_with_both_its_ends() {
    let stage = Stage::new().await;
    let light_agent = stage.acme().members["light_agent"];
    let admin = stage.installation.admin().await;
    let identity = async |subject: &str| json!(admin.query_one("select identity_id from ringfence.identities where subject = $1", &[&subject]).await.unwrap().get::<_, Uuid>(0));
    let now = jiff::Timestamp::now().as_second();
    let (requester, agent) = ("acme:requester", "acme:agent");
    for (subject, actor, named, status) in [(requester, agent, Some(light_agent), 403), (requester, "stranger-1", None, 404), ("stranger-2", agent, None, 404)] {
        let claims = json!({"iss": stage.running.issuer.issuer(), "sub": subject, "aud": "ringfence", "client_id": "web", "iat": now, "exp": now + 300, "jti": Uuid::now_v7(), "act": {"sub": actor}});
        let token = stage.running.issuer.sign("at+jwt", &claims).expect("a token");
        let text = named.map(|id| id.to_string());
        let headers: Vec<_> = text.iter().map(|id| ("Act-As", id.as_str())).collect();
        let denied = stage.running.call("GET", &format!("{BASE}/tickets"), &token, &headers, None).await.expect(status);
        let event = stage.event(&denied, "tenant.entry_denied").await;
        assert_eq!((&event["identity_id"], &event["on_behalf_of"]), (&identity(actor).await, &Value::Null), "{actor} for {subject}");
        let mut details = json!({"subject_identity_id": identity(subject).await});
        if let Some(member) = named {
            details["act_as"] = json!(member);
        }
        assert_eq!(event["details"], details, "{actor} for {subject}");
    }
    stage.end().await;
}

#[tokio::test]
async fn a_wider_right_lends_what_is_another_right_of_the_other() {
    let stage = Stage::new().await;
    let acme = stage.acme();
    let (token, _) = stage.service(&["act_as", "ticket.read", "ticket.change", "comment.read", "comment.create"]).await;
    let (weak, _) = stage.service(&["act_as", "ticket.read", "ticket.change.group", "comment.read", "comment.create.group"]).await;
    // Whoever may change any ticket solves the requester's for them; whoever may write any comment writes a light agent's note.
    let status = format!("{BASE}/tickets/{}/status", acme.own_ticket);
    let comments = format!("{BASE}/tickets/{}/comments", acme.ticket);
    let (solved, note) = (json!({"status": "solved"}), json!({"body": "x", "visibility": "internal"}));
    stage.acting("PUT", &status, &weak, acme.members["requester"], Some(&solved)).await.expect(403);
    stage.acting("PUT", &status, &token, acme.members["requester"], Some(&solved)).await.expect(200);
    // By groups, and in none of them.
    stage.acting("POST", &comments, &weak, acme.members["light_agent"], Some(&note)).await.expect(404);
    stage.acting("POST", &comments, &token, acme.members["light_agent"], Some(&note)).await.expect(201);
    let loud = json!({"body": "x", "visibility": "public"});
    stage.acting("POST", &comments, &token, acme.members["light_agent"], Some(&loud)).await.expect(403);
    stage.end().await;
}

#[tokio::test]
async fn a_kept_answer_and_a_cursor_are_for_the_pair_that_made_them() {
    let stage = Stage::new().await;
    let acme = stage.acme();
    let (token, _) = stage.service(&["act_as", "ticket.read", "ticket.create"]).await;
    let tickets = format!("{BASE}/tickets");
    let body = json!({"subject": "Once each"});
    let send = async |token: &str, subject: Option<Uuid>| {
        let subject = subject.map(|id| id.to_string());
        let mut headers = vec![("Idempotency-Key", "shared")];
        headers.extend(subject.as_deref().map(|id| ("Act-As", id)));
        stage.running.call("POST", &tickets, token, &headers, Some(&body)).await.expect(201)
    };
    let (agent, admin) = (acme.members["agent"], acme.members["admin"]);
    let (narrow, _) = stage.token(&stage.bearer("agent"), &["ticket.read", "ticket.create"]).await;
    let pairs = [
        (stage.bearer("agent"), None),
        (stage.bearer("admin"), None),
        (token.clone(), None),
        (token.clone(), Some(agent)),
        (token.clone(), Some(admin)),
        (narrow, None),
    ];
    let mut made = Vec::new();
    for (token, subject) in &pairs {
        let first = send(token, *subject).await;
        assert_eq!(first.header("idempotency-replayed"), None);
        made.push(first.body["ticket_id"].to_string());
    }
    for ((token, subject), id) in pairs.iter().zip(&made) {
        let again = send(token, *subject).await;
        assert_eq!((again.header("idempotency-replayed"), &again.body["ticket_id"].to_string()), (Some("true"), id));
    }
    made.sort();
    made.dedup();
    assert_eq!(made.len(), pairs.len());

    let page = stage.acting("GET", &format!("{tickets}?limit=1"), &token, agent, None).await.expect(200);
    let cursor = page.body["page"]["next_cursor"].as_str().unwrap();
    let next = format!("{tickets}?limit=1&cursor={cursor}");
    stage.acting("GET", &next, &token, agent, None).await.expect(200);
    stage.acting("GET", &next, &token, admin, None).await.expect(400);
    stage.running.get(&next, &token).await.expect(400);
    stage.running.get(&next, &stage.bearer("agent")).await.expect(400);
    stage.end().await;
}
