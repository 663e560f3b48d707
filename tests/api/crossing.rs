//! Two tenants agree, a ticket and its comments cross, and nothing else does: over HTTP, with the service carrying.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use ringfence_tests::world::{ROLES, Tenant, canary, served};
use ringfence_tests::{Call, Installation, Running, World};
use serde_json::{Value, json};
use std::time::Duration;
use tokio_postgres::Client;
use uuid::Uuid;

const ALL: &[&str] = &["subject", "body", "priority", "type", "tags", "requester_name", "requester_email"];

struct Sides {
    _installation: Installation,
    running: Running,
    world: World,
    admin: Client,
}

impl Sides {
    async fn new() -> Self {
        let (installation, running, world) = served().await;
        let admin = installation.admin().await;
        Self { _installation: installation, running, world, admin }
    }

    fn tenant(&self, slug: &str) -> &Tenant {
        self.world.tenant(slug)
    }

    async fn call(&self, method: &str, slug: &str, role: &str, path: &str, if_match: Option<i64>, body: Option<Value>) -> Call {
        let token = self.running.token(&format!("{slug}:{role}"));
        let tag = if_match.map(|version| format!("\"{version}\""));
        let headers: Vec<(&str, &str)> = tag.iter().map(|tag| ("If-Match", tag.as_str())).collect();
        self.running.call(method, &format!("/v1/tenants/{slug}{path}"), &token, &headers, body.as_ref()).await
    }

    async fn get(&self, slug: &str, path: &str) -> Call {
        self.call("GET", slug, "owner", path, None, None).await
    }

    async fn post(&self, slug: &str, path: &str, body: Value) -> Call {
        self.call("POST", slug, "owner", path, None, Some(body)).await
    }

    async fn propose(&self, slug: &str, partner: &str, direction: &str, fields: &[&str]) -> Call {
        self.post(slug, "/agreements", terms(partner, direction, fields)).await
    }

    async fn decide(&self, slug: &str, agreement: &str, state: &str) -> Call {
        let version = self.get(slug, &format!("/agreements/{agreement}")).await.expect(200).body["version"].as_i64();
        self.call("PUT", slug, "owner", &format!("/agreements/{agreement}/state"), version, Some(json!({"state": state}))).await
    }

    /// What is to cross has crossed, or never will.
    async fn carried(&self) {
        for _ in 0..1200 {
            let waiting: i64 = self.admin.query_one("select count(*) from ringfence.crossing_queue", &[]).await.unwrap().get(0);
            if waiting == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("something is still to be carried");
    }

    /// An agreement that both sides have consented to.
    async fn agreed(&self, from: &str, to: &str, direction: &str, fields: &[&str]) -> String {
        let made = self.propose(from, to, direction, fields).await.expect(201);
        let id = made.body["agreement_id"].as_str().unwrap().to_owned();
        self.carried().await;
        self.decide(to, &id, "consented").await.expect(200);
        self.carried().await;
        assert_eq!(self.get(from, &format!("/agreements/{id}")).await.expect(200).body["state"], "active");
        id
    }

    async fn escalate(&self, slug: &str, ticket: Uuid, agreement: &str) -> Call {
        self.post(slug, &format!("/tickets/{ticket}/escalations"), json!({"agreement_id": agreement})).await
    }

    async fn share(&self, slug: &str, ticket: Uuid, comment: Uuid, agreement: &str) -> Call {
        self.post(slug, &format!("/tickets/{ticket}/comments/{comment}/shares"), json!({"agreement_id": agreement})).await
    }

    async fn link(&self, slug: &str, ticket: Uuid, agreement: &str) -> Value {
        let links = self.get(slug, &format!("/tickets/{ticket}/links?limit=200")).await.expect(200);
        links.body["data"].as_array().unwrap().iter().rfind(|link| link["agreement_id"] == agreement).cloned().unwrap_or_default()
    }

    /// The ticket that a link made on the other side.
    async fn arrived(&self, slug: &str, link: &Value) -> Option<Uuid> {
        let id: Uuid = link["link_id"].as_str().unwrap().parse().unwrap();
        let tenant = self.tenant(slug).id;
        self.admin.query_opt("select ticket_id from ringfence.ticket_links where tenant_id = $1 and link_id = $2", &[&tenant, &id]).await.unwrap().map(|row| row.get(0))
    }

    async fn actions(&self, slug: &str, path: &str) -> Vec<(String, String, String)> {
        let events = self.get(slug, &format!("/audit?limit=200&order=-position{path}")).await.expect(200);
        let text = |event: &Value, field: &str| event[field].as_str().unwrap_or_default().to_owned();
        events.body["data"].as_array().unwrap().iter().map(|e| (text(e, "action"), text(e, "decision"), text(e, "rule"))).collect()
    }
}

fn terms(partner: &str, direction: &str, fields: &[&str]) -> Value {
    json!({"partner": partner, "direction": direction, "actions": ["ticket.escalate", "comment.share"], "fields": fields, "expires_at": "2099-01-01T00:00:00Z"})
}

#[tokio::test]
async fn an_escalated_ticket_arrives_with_the_fields_agreed_on_and_nothing_else() {
    let sides = Sides::new().await;
    let agreement = sides.agreed("acme", "globex", "outgoing", &["subject", "tags"]).await;
    let sent = sides.escalate("acme", sides.tenant("acme").ticket, &agreement).await.expect(202);
    assert_eq!((&sent.body["state"], &sent.body["direction"]), (&json!("pending"), &json!("outgoing")));
    sides.carried().await;
    let link = sides.link("acme", sides.tenant("acme").ticket, &agreement).await;
    assert_eq!(link["state"], "delivered", "{link}");
    let arrived = sides.arrived("globex", &link).await.expect("a ticket on the other side");
    let ticket = sides.get("globex", &format!("/tickets/{arrived}")).await.expect(200).body;
    assert_eq!(ticket["subject"], canary("acme", "subject"));
    assert_eq!(ticket["tags"], json!([canary("acme", "tag")]));
    assert_eq!((&ticket["status"], &ticket["priority"], &ticket["group_id"], &ticket["organization_id"], &ticket["external_id"]), (&json!("new"), &json!("normal"), &json!(null), &json!(null), &json!(null)));
    let requester = sides.get("globex", &format!("/contacts/{}", ticket["requester_id"].as_str().unwrap())).await.expect(200).body;
    assert_eq!((&requester["name"], &requester["email"]), (&json!("acme"), &json!(null)));
    let comments = sides.get("globex", &format!("/tickets/{arrived}/comments")).await.expect(200);
    assert_eq!(comments.body["data"], json!([]), "the body was not agreed on");
    // Everything that globex holds, searched for what acme did not agree to give.
    let dump: String = sides.admin.query_one(
        "select string_agg(x, ' ') from (select t::text x from ringfence.tickets t where tenant_id = $1 union all select t::text from ringfence.comments t where tenant_id = $1
         union all select t::text from ringfence.contacts t where tenant_id = $1 union all select t::text from ringfence.ticket_links t where tenant_id = $1
         union all select t::text from ringfence.ticket_events t where tenant_id = $1 union all select t::text from ringfence.audit_inbox t where tenant_id = $1
         union all select t::text from ringfence.audit_events t where tenant_id = $1) y", &[&sides.tenant("globex").id]).await.unwrap().get(0);
    for place in ["public", "internal", "contact", "address", "organization", "agent", "ticket-key", "name", "first"] {
        assert!(!dump.contains(&canary("acme", place)), "{place} crossed");
    }
    for id in [sides.tenant("acme").ticket, sides.tenant("acme").contact, sides.tenant("acme").members["owner"], sides.tenant("acme").members["agent"]] {
        assert!(!dump.contains(&id.to_string()), "an id crossed");
    }
}

#[tokio::test]
async fn every_field_agreed_on_crosses_and_no_internal_note_does() {
    let sides = Sides::new().await;
    let agreement = sides.agreed("acme", "globex", "outgoing", ALL).await;
    let ticket = sides.tenant("acme").ticket;
    sides.escalate("acme", ticket, &agreement).await.expect(202);
    sides.carried().await;
    let link = sides.link("acme", ticket, &agreement).await;
    let arrived = sides.arrived("globex", &link).await.unwrap();
    let theirs = sides.get("globex", &format!("/tickets/{arrived}/links")).await.expect(200).body["data"][0].clone();
    assert_eq!((&theirs["direction"], &theirs["state"]), (&json!("incoming"), &json!("delivered")));
    assert_eq!(theirs["requester_name"], canary("acme", "contact"));
    assert!(theirs["requester_email"].as_str().unwrap().contains("canary-acme-address"));
    assert_eq!(theirs["created_by"], json!(null));
    let comments = sides.get("globex", &format!("/tickets/{arrived}/comments")).await.expect(200);
    assert_eq!(comments.body["data"].as_array().unwrap().len(), 1);
    assert_eq!(comments.body["data"][0]["body"], canary("acme", "public"));
    let actions = |events: Vec<(String, String, String)>| events.into_iter().map(|(action, _, _)| action).collect::<Vec<_>>();
    let here = actions(sides.actions("acme", "").await);
    for action in ["agreement.proposed", "agreement.consented", "ticket.escalated", "crossing.delivered"] {
        assert!(here.iter().any(|a| a == action), "acme: {action}: {here:?}");
    }
    let there = actions(sides.actions("globex", "").await);
    for action in ["agreement.proposed", "agreement.consented", "ticket.received"] {
        assert!(there.iter().any(|a| a == action), "globex: {action}: {there:?}");
    }
}

#[tokio::test]
async fn comments_cross_on_linked_tickets_alone_both_ways_and_never_the_internal_ones() {
    let sides = Sides::new().await;
    let agreement = sides.agreed("acme", "globex", "both", &["subject"]).await;
    let (acme, ticket) = (sides.tenant("acme"), sides.tenant("acme").ticket);
    let (public, internal) = acme.comments[0];
    let unmoved = sides.get("acme", &format!("/tickets/{ticket}")).await.expect(200).body["updated_at"].clone();
    sides.share("acme", ticket, public, &agreement).await.expect(409);
    sides.escalate("acme", ticket, &agreement).await.expect(202);
    sides.carried().await;
    let arrived = sides.arrived("globex", &sides.link("acme", ticket, &agreement).await).await.unwrap();
    sides.share("acme", ticket, internal, &agreement).await.expect(403);
    let shared = sides.share("acme", ticket, public, &agreement).await.expect(202);
    assert_eq!(sides.share("acme", ticket, public, &agreement).await.expect(409).body["code"], "already_shared");
    // Of another ticket, though of the same tenant.
    sides.share("acme", ticket, acme.comments[1].0, &agreement).await.expect(404);
    sides.share("acme", acme.other_ticket, acme.comments[1].0, &agreement).await.expect(409);
    sides.carried().await;
    let there = sides.get("globex", &format!("/tickets/{arrived}/comments")).await.expect(200).body["data"].clone();
    assert_eq!((there.as_array().unwrap().len(), &there[0]["body"], &there[0]["visibility"]), (1, &json!(canary("acme", "public")), &json!("public")));
    let shares = sides.get("acme", &format!("/tickets/{ticket}/comments/{public}/shares")).await.expect(200).body["data"].clone();
    let mine = shares.as_array().unwrap().iter().find(|share| share["share_id"] == shared.body["share_id"]).unwrap();
    assert_eq!((&mine["state"], &mine["direction"]), (&json!("delivered"), &json!("outgoing")));

    // The answer comes back for staff to read first: the partner speaks to nobody's requester.
    let answer = sides.post("globex", &format!("/tickets/{arrived}/comments"), json!({"body": "an answer", "visibility": "public"})).await.expect(201);
    sides.share("globex", arrived, answer.body["comment_id"].as_str().unwrap().parse().unwrap(), &agreement).await.expect(202);
    sides.carried().await;
    let here = sides.get("acme", &format!("/tickets/{ticket}/comments?order=-created_at")).await.expect(200).body["data"][0].clone();
    assert_eq!((&here["body"], &here["visibility"]), (&json!("an answer"), &json!("internal")));
    // Who asked here is not to learn of it; who asked there reads what came, and sees the ticket move.
    assert_eq!(sides.get("acme", &format!("/tickets/{ticket}")).await.expect(200).body["updated_at"], unmoved);
    let moved = sides.get("globex", &format!("/tickets/{arrived}")).await.expect(200).body;
    assert_ne!(moved["updated_at"], moved["created_at"]);
}

#[tokio::test]
async fn a_revocation_by_either_side_holds_at_once_on_both_and_for_good() {
    let sides = Sides::new().await;
    for (revoker, other) in [("acme", "globex"), ("globex", "acme")] {
        let agreement = sides.agreed("acme", "globex", "outgoing", ALL).await;
        sides.decide(revoker, &agreement, "revoked").await.expect(200);
        if revoker == "acme" {
            assert_eq!(sides.escalate("acme", sides.tenant("acme").ticket, &agreement).await.expect(403).body["code"], "agreement_revoked");
        }
        sides.carried().await;
        for side in [revoker, other] {
            let seen = sides.get(side, &format!("/agreements/{agreement}")).await.expect(200).body;
            assert_eq!((&seen["state"], &seen["revoked_by_partner"]), (&json!("revoked"), &json!(side == other)), "{side}");
            assert_eq!(sides.decide(side, &agreement, "consented").await.expect(409).body["code"], "agreement_revoked");
        }
        let (ticket, comment) = (sides.tenant("acme").ticket, sides.tenant("acme").comments[0].0);
        for refused in [sides.escalate("acme", ticket, &agreement).await, sides.share("acme", ticket, comment, &agreement).await] {
            assert_eq!(refused.expect(403).body["code"], "agreement_revoked");
        }
    }
}

#[tokio::test]
async fn without_an_agreement_nothing_crosses_and_the_attempt_is_in_the_trail() {
    let sides = Sides::new().await;
    let ticket = sides.tenant("acme").ticket;
    // Nobody's, another's, not yet anybody's, of the wrong direction, not of this action.
    sides.escalate("acme", ticket, &Uuid::now_v7().to_string()).await.expect(404);
    let proposed = sides.propose("acme", "globex", "outgoing", ALL).await.expect(201).body["agreement_id"].as_str().unwrap().to_owned();
    assert_eq!(sides.escalate("acme", ticket, &proposed).await.expect(403).body["code"], "agreement_not_active");
    let incoming = sides.agreed("acme", "globex", "incoming", ALL).await;
    assert_eq!(sides.escalate("acme", ticket, &incoming).await.expect(403).body["code"], "agreement_does_not_cover");
    let foreign = sides.agreed("globex", "acme", "incoming", ALL).await;
    // acme's side of it lets acme escalate; globex's lets globex receive alone.
    sides.escalate("globex", sides.tenant("globex").ticket, &foreign).await.expect(403);
    let mut only_comments = terms("globex", "outgoing", ALL);
    only_comments["actions"] = json!(["comment.share"]);
    let made = sides.post("acme", "/agreements", only_comments).await.expect(201).body["agreement_id"].as_str().unwrap().to_owned();
    sides.carried().await;
    sides.decide("globex", &made, "consented").await.expect(200);
    sides.carried().await;
    sides.escalate("acme", ticket, &made).await.expect(403);
    let denied = sides.actions("acme", "&action=ticket.escalated&decision=deny").await;
    assert_eq!(denied.len(), 4, "{denied:?}");
    let tickets: i64 = sides.admin.query_one("select count(*) from ringfence.tickets where tenant_id = $1", &[&sides.tenant("globex").id]).await.unwrap().get(0);
    assert_eq!(tickets, 3);
}

#[tokio::test]
async fn who_proposes_learns_nothing_of_whether_there_is_anybody() {
    let sides = Sides::new().await;
    let mut seen = Vec::new();
    for partner in ["globex", "nobody-at-all"] {
        let made = sides.propose("acme", partner, "outgoing", ALL).await.expect(201);
        sides.carried().await;
        let id = made.body["agreement_id"].as_str().unwrap();
        let mut body = sides.get("acme", &format!("/agreements/{id}")).await.expect(200).body;
        let whole = body.as_object_mut().unwrap();
        for differs in ["agreement_id", "partner", "created_at", "updated_at", "consented_at"] {
            whole.remove(differs);
        }
        let trail: i64 = sides.admin.query_one("select count(*) from ringfence.audit_inbox where tenant_id = $1 and object_id = $2 and action not like '%.read'", &[&sides.tenant("acme").id, &id.parse::<Uuid>().unwrap()]).await.unwrap().get(0);
        let moved: i64 = sides.admin.query_one("select count(*) from ringfence.audit_events where tenant_id = $1 and object_id = $2 and action not like '%.read'", &[&sides.tenant("acme").id, &id.parse::<Uuid>().unwrap()]).await.unwrap().get(0);
        seen.push((body.clone(), trail + moved));
        if partner == "globex" {
            // Who was asked may decline, and nobody hears of it.
            sides.decide("globex", id, "revoked").await.expect(200);
            sides.carried().await;
            assert_eq!(sides.get("acme", &format!("/agreements/{id}")).await.expect(200).body["state"], "proposed");
        }
    }
    assert_eq!(seen[0], seen[1]);
    sides.propose("acme", "acme", "outgoing", ALL).await.expect(400);
}

#[tokio::test]
async fn owners_agree_staff_escalate_and_the_others_do_not() {
    let sides = Sides::new().await;
    let agreement = sides.agreed("acme", "globex", "outgoing", ALL).await;
    //               owner admin agent grouped light requester auditor service
    let propose: [u16; 8] = [201, 403, 403, 403, 403, 403, 403, 403];
    let read: [u16; 8] = [200, 200, 200, 200, 200, 404, 200, 404];
    let decide: [u16; 8] = [409, 403, 403, 403, 403, 404, 403, 404];
    let escalate: [u16; 8] = [202, 202, 202, 202, 403, 404, 403, 404];
    for (n, role) in ROLES.into_iter().enumerate() {
        sides.call("POST", "acme", role, "/agreements", None, Some(terms("globex", "outgoing", ALL))).await.expect(propose[n]);
        let path = format!("/agreements/{agreement}");
        sides.call("GET", "acme", role, &path, None, None).await.expect(read[n]);
        let version = sides.get("acme", &path).await.body["version"].as_i64();
        sides.call("PUT", "acme", role, &format!("{path}/state"), None, Some(json!({"state": "consented"}))).await.expect(428);
        sides.call("PUT", "acme", role, &format!("{path}/state"), version, Some(json!({"state": "consented"}))).await.expect(decide[n]);
        let made = sides.post("acme", "/tickets", json!({"subject": "another", "group_id": sides.tenant("acme").groups["first"]})).await.expect(201);
        let ticket = made.body["ticket_id"].as_str().unwrap().to_owned();
        let sent = sides.call("POST", "acme", role, &format!("/tickets/{ticket}/escalations"), None, Some(json!({"agreement_id": agreement}))).await;
        assert_eq!(sent.status, escalate[n], "{role}: {}", sent.text);
        if sent.status == 202 {
            assert_eq!(sides.escalate("acme", ticket.parse().unwrap(), &agreement).await.expect(409).body["code"], "already_escalated");
        }
    }
    // Of a group that is not theirs.
    sides.call("POST", "acme", "grouped_agent", &format!("/tickets/{}/escalations", sides.tenant("acme").other_ticket), None, Some(json!({"agreement_id": agreement}))).await.expect(404);
}

#[tokio::test]
async fn who_may_not_escalate_or_share_is_told_so_however_the_agreement_stands() {
    let sides = Sides::new().await;
    let proposed = sides.propose("acme", "globex", "outgoing", &["subject"]).await.expect(201).body["agreement_id"].clone();
    let path = format!("/tickets/{}/escalations", sides.tenant("acme").ticket);
    for (role, code) in [("auditor", "forbidden"), ("light_agent", "forbidden"), ("owner", "agreement_not_active")] {
        let refused = sides.call("POST", "acme", role, &path, None, Some(json!({"agreement_id": proposed}))).await.expect(403);
        assert_eq!(refused.body["code"], code, "{role}");
        let comment = sides.tenant("acme").comments[0].0;
        let share = format!("{}/comments/{comment}/shares", path.trim_end_matches("/escalations"));
        let refused = sides.call("POST", "acme", role, &share, None, Some(json!({"agreement_id": proposed}))).await.expect(403);
        assert_eq!(refused.body["code"], code, "{role} shares");
    }
}
