//! What crosses between tenants, attacked from both sides, from a third and from the carrier's own login: by hand, one transaction
//! at a time, so that anything may happen between two of them. It tests no happy path; the suite `crossing` does.

use crate::play::{DENIED, Play, code, one, refused};
use ringfence_store::command::NewMember;
use serde_json::Value;
use tokio_postgres::{Client, Error};
use uuid::Uuid;

const PROPOSE: &str = include_str!("../../../sql/queries/agreements/propose.sql");
const CONSENT: &str = include_str!("../../../sql/queries/agreements/consent.sql");
const REVOKE: &str = include_str!("../../../sql/queries/agreements/revoke.sql");
const ESCALATE: &str = include_str!("../../../sql/queries/ticket_links/create.sql");
const SHARE: &str = include_str!("../../../sql/queries/comment_shares/create.sql");
const FORGED: &str = "RF005";

struct Post {
    play: Play,
    app: Client,
    dispatcher: Client,
}

impl Post {
    async fn new() -> Self {
        let play = Play::new().await;
        let (app, dispatcher) = (play.app().await, play.installation.login("ringfence_dispatcher").await);
        Self { play, app, dispatcher }
    }

    fn id(&self, slug: &str) -> Uuid {
        self.play.world.tenant(slug).id
    }

    async fn take(&self) -> Option<String> {
        // What was taken before is due again, as after the wait.
        self.play.admin.batch_execute("update ringfence.crossing_queue set due_at = now()").await.unwrap();
        one(&self.dispatcher, "select ringfence.take_crossing()", &[]).await
    }

    /// Taken up until there is a letter.
    async fn letter(&self) -> String {
        loop {
            let letter = self.take().await.expect("a letter");
            if !letter.is_empty() {
                return letter;
            }
        }
    }

    async fn deliver(&self, letter: &str) -> Result<Option<String>, Error> {
        self.dispatcher.query_one("select ringfence.deliver_crossing($1)", &[&letter]).await.map(|row| row.get(0))
    }

    async fn complete(&self, receipt: &str) -> Result<(), Error> {
        self.dispatcher.query_one("select ringfence.complete_crossing($1)", &[&receipt]).await.map(drop)
    }

    async fn carry(&self) {
        while let Some(letter) = self.take().await {
            if letter.is_empty() {
                continue;
            }
            if let Some(receipt) = self.deliver(&letter).await.unwrap() {
                self.complete(&receipt).await.unwrap();
            }
        }
    }

    async fn propose(&self, slug: &str, partner: &str, direction: &str, fields: &[&str]) -> Uuid {
        let id = Uuid::now_v7();
        let expires: jiff::Timestamp = "2099-01-01T00:00:00Z".parse().unwrap();
        self.play.enter(&self.app, slug, "owner").await;
        let actions = ["ticket.escalate", "comment.share"];
        self.app.query_one(PROPOSE, &[&self.id(slug), &id, &partner, &direction, &actions.as_slice(), &fields, &expires]).await.unwrap();
        self.app.batch_execute("commit").await.unwrap();
        id
    }

    async fn decide(&self, slug: &str, agreement: Uuid, statement: &str) -> usize {
        let sql = "select version from ringfence.agreements where tenant_id = $1 and agreement_id = $2";
        let version: i32 = one(&self.play.admin, sql, &[&self.id(slug), &agreement]).await;
        self.play.enter(&self.app, slug, "owner").await;
        let rows = self.app.query(statement, &[&self.id(slug), &agreement, &version]).await.unwrap();
        self.app.batch_execute("commit").await.unwrap();
        rows.len()
    }

    async fn agreed(&self, direction: &str, fields: &[&str]) -> Uuid {
        let id = self.propose("acme", "globex", direction, fields).await;
        self.carry().await;
        assert_eq!(self.decide("globex", id, CONSENT).await, 1);
        self.carry().await;
        id
    }

    async fn escalate(&self, slug: &str, ticket: Uuid, agreement: Uuid) -> Uuid {
        let link = Uuid::now_v7();
        self.play.enter(&self.app, slug, "agent").await;
        let rows = self.app.query(ESCALATE, &[&self.id(slug), &ticket, &agreement, &link]).await.unwrap();
        self.app.batch_execute("commit").await.unwrap();
        assert_eq!(rows.len(), 1);
        link
    }

    /// State and reason of a link or share, as the tenant has it.
    async fn state(&self, slug: &str, id: Uuid) -> String {
        let sql = "select coalesce((select concat_ws(' ', state, reason) from ringfence.ticket_links where tenant_id = $1 and link_id = $2),
                                   (select concat_ws(' ', state, reason) from ringfence.comment_shares where tenant_id = $1 and share_id = $2), 'absent')";
        one(&self.play.admin, sql, &[&self.id(slug), &id]).await
    }

    /// Tickets, comments, links and shares of a tenant: what a crossing would add to.
    async fn holdings(&self, slug: &str) -> Vec<String> {
        let mut all = Vec::new();
        for table in ["tickets", "comments", "ticket_events", "ticket_links", "comment_shares", "contacts", "tags"] {
            all.push(self.play.digest(table, self.id(slug)).await);
        }
        all
    }

    /// Refusals in a tenant's trail, by their rule.
    async fn refusals(&self, slug: &str) -> Vec<String> {
        let sql = "select coalesce(array_agg(rule order by recorded_at), '{}') from ringfence.audit_inbox where tenant_id = $1 and action = 'crossing.refused' and decision = 'deny'";
        one(&self.play.admin, sql, &[&self.id(slug)]).await
    }

    /// What an intruder who acts as this member may run, in a transaction of its own.
    async fn injected(&self, slug: &str, role: &str, sql: &str) -> String {
        self.play.enter(&self.app, slug, role).await;
        let outcome = self.app.batch_execute(sql).await;
        self.app.batch_execute(if outcome.is_ok() { "commit" } else { "rollback" }).await.unwrap();
        outcome.map_or_else(|error| code(&error), |()| "worked".into())
    }
}

#[tokio::test]
async fn only_the_carrier_takes_a_step_and_it_takes_no_other() {
    let post = Post::new().await;
    let steps = ["take_crossing()", "deliver_crossing('x')", "complete_crossing('x')"];
    let inner = [
        "signed('letter', '{}')", "opened('letter', 'x')", "send_over('agreement', null, null)", "settle_crossing(null, null, null, 'ticket', null)", "receive_agreement('{}')",
        "receive_ticket('{}')", "receive_comment('{}')", "record_crossing(null, null, 'a', null, 'b', null, null)", "next_ticket_numbers(null, 1)", "ticket_fields(null, null, '{}')",
        "may_still_escalate(null, null, null)", "partner_contact(null)", "seal(null)",
    ];
    for login in ["ringfence_app", "ringfence_auditor", "ringfence_operator", "ringfence_dispatcher"] {
        let client = post.play.installation.login(login).await;
        for step in steps.iter().filter(|_| login != "ringfence_dispatcher").chain(&inner) {
            assert_eq!(refused(&client, &format!("select ringfence.{step}")).await, DENIED, "{login}: {step}");
        }
    }
    for step in steps.iter().chain(&inner) {
        assert_eq!(post.injected("acme", "owner", &format!("select ringfence.{step}")).await, DENIED, "{step}");
    }
    for sql in ["select * from ringfence.crossing_queue", "insert into ringfence.crossing_queue (tenant_id, intent_id, agreement_id, kind) values (ringfence.tenant_id(), gen_random_uuid(), gen_random_uuid(), 'ticket')", "delete from ringfence.crossing_queue"] {
        assert_eq!(post.injected("acme", "owner", sql).await, DENIED, "{sql}");
    }
    for function in ["post_crossing(gen_random_uuid())", "consent_agreement(gen_random_uuid(), 1)", "revoke_agreement(gen_random_uuid(), 1)", "enter('x')"] {
        assert_eq!(refused(&post.dispatcher, &format!("select ringfence.{function}")).await, DENIED, "the carrier: {function}");
    }
}

#[tokio::test]
async fn a_letter_that_the_database_did_not_write_is_refused() {
    let post = Post::new().await;
    let agreement = post.agreed("both", &["subject"]).await;
    post.escalate("acme", post.play.acme().ticket, agreement).await;
    let letter = post.letter().await;
    let receipt = "a receipt comes of a delivery alone";
    let (before, own) = (post.holdings("globex").await, post.holdings("acme").await);
    let (body, mac) = letter.rsplit_once('|').unwrap();
    let said: Value = serde_json::from_str(body).unwrap();
    let mut forgeries = vec![body.to_owned(), format!("{body}|"), format!("|{mac}"), String::new(), "|".into(), "null".into(), format!("{letter} "), format!(" {letter}"), receipt.into()];
    // Each thing a letter says, said otherwise, under the MAC of what it said and under the key of the service's tokens.
    for (name, value) in said.as_object().unwrap() {
        let mut other = said.clone();
        other[name] = if value.is_string() { Value::from(Uuid::now_v7().to_string()) } else { Value::from("subject") };
        forgeries.push(format!("{other}|{mac}"));
        forgeries.push(post.play.sign(&other.to_string()));
    }
    let mut more = said.clone();
    more["fields"]["body"] = Value::from("invented");
    forgeries.push(format!("{more}|{mac}"));
    forgeries.push(format!("crossing|letter|{letter}"));
    for text in [more.to_string(), body.to_owned(), format!("crossing|letter|{body}")] {
        forgeries.push(post.play.sign(&text));
        forgeries.push(format!("{text}|{}", "0".repeat(64)));
    }
    for forgery in &forgeries {
        assert_eq!(post.deliver(forgery).await.err().map(|e| code(&e)), Some(FORGED.into()), "{forgery}");
        assert_eq!(post.complete(forgery).await.err().map(|e| code(&e)), Some(FORGED.into()), "{forgery}");
    }
    for sql in ["select ringfence.deliver_crossing(null)", "select ringfence.complete_crossing(null)"] {
        assert_eq!(refused(&post.dispatcher, sql).await, FORGED, "{sql}");
    }
    // One kind of letter is not the other.
    assert_eq!(post.complete(&letter).await.err().map(|e| code(&e)), Some(FORGED.into()));
    assert_eq!((post.holdings("globex").await, post.holdings("acme").await), (before, own));
    let receipt = post.deliver(&letter).await.unwrap().expect("the genuine one is delivered");
    assert_eq!(post.deliver(&receipt).await.err().map(|e| code(&e)), Some(FORGED.into()));
}

#[tokio::test]
async fn what_was_revoked_between_take_and_deliver_is_not_delivered() {
    for revoker in ["acme", "globex"] {
        let post = Post::new().await;
        let agreement = post.agreed("both", &["subject", "body"]).await;
        let before = post.holdings("globex").await;
        let link = post.escalate("acme", post.play.acme().ticket, agreement).await;
        let letter = post.letter().await;
        assert_eq!(post.decide(revoker, agreement, REVOKE).await, 1);
        // The letter in hand is worth nothing now, however often it is tried.
        let receipt = post.deliver(&letter).await.unwrap();
        assert_eq!(receipt.is_none(), revoker == "acme");
        if let Some(receipt) = receipt {
            post.complete(&receipt).await.unwrap();
        }
        post.carry().await;
        assert_eq!(post.deliver(&letter).await.unwrap(), None);
        assert_eq!(post.holdings("globex").await, before, "revoked by {revoker}");
        assert_eq!(post.state("acme", link).await, if revoker == "acme" { "refused revoked" } else { "refused not_accepted" });
        assert_eq!(post.refusals("acme").await.len(), 1);
        assert_eq!(post.refusals("globex").await, if revoker == "acme" { vec![] } else { vec!["revoked"] });
    }
}

#[tokio::test]
async fn what_expired_between_take_and_deliver_is_not_delivered() {
    let post = Post::new().await;
    let agreement = post.agreed("both", &["subject"]).await;
    let before = post.holdings("globex").await;
    let link = post.escalate("acme", post.play.acme().ticket, agreement).await;
    let letter = post.letter().await;
    post.play.admin.execute("update ringfence.agreements set expires_at = now() where agreement_id = $1", &[&agreement]).await.unwrap();
    let receipt = post.deliver(&letter).await.unwrap().expect("a refusal is a receipt");
    post.complete(&receipt).await.unwrap();
    assert_eq!((post.state("acme", link).await.as_str(), post.refusals("globex").await), ("refused not_accepted", vec!["expired".into()]));
    assert_eq!(post.holdings("globex").await, before);
    // And where it had expired before it was taken, no letter is written at all.
    post.play.admin.execute("update ringfence.ticket_links set state = 'pending', reason = null, settled_at = null where link_id = $1", &[&link]).await.unwrap();
    assert_eq!(post.injected("acme", "agent", &format!("select ringfence.post_crossing('{link}')")).await, "worked");
    assert_eq!(post.take().await.as_deref(), Some(""));
    assert_eq!(post.state("acme", link).await, "refused expired");
}

#[tokio::test]
async fn a_kill_between_any_two_steps_loses_and_doubles_nothing() {
    let post = Post::new().await;
    let agreement = post.agreed("both", &["subject", "body"]).await;
    let count = || async { one::<i64>(&post.play.admin, "select count(*) from ringfence.tickets where tenant_id = $1", &[&post.id("globex")]).await };
    let before = count().await;
    let link = post.escalate("acme", post.play.acme().ticket, agreement).await;
    // Killed after taking: whoever comes next takes it up, and the letter of the dead is worth nothing.
    let dead = post.letter().await;
    let letter = post.letter().await;
    assert_eq!(post.deliver(&dead).await.unwrap(), None);
    assert_eq!(count().await, before);
    // Two deliver the same at once.
    let other = post.play.installation.login("ringfence_dispatcher").await;
    let params: [&(dyn tokio_postgres::types::ToSql + Sync); 1] = [&letter];
    let (one_receipt, other_receipt) = futures_util::join!(post.deliver(&letter), other.query_one("select ringfence.deliver_crossing($1)", &params));
    assert!(one_receipt.unwrap().is_some() && other_receipt.unwrap().get::<_, Option<String>>(0).is_some());
    assert_eq!((count().await, post.state("acme", link).await.as_str()), (before + 1, "pending"));
    // Killed after delivering: taken up again, found delivered, noted.
    let again = post.letter().await;
    let receipt = post.deliver(&again).await.unwrap().unwrap();
    for _ in 0..3 {
        post.complete(&receipt).await.unwrap();
    }
    assert_eq!((count().await, post.state("acme", link).await.as_str(), post.take().await), (before + 1, "delivered", None));
    assert_eq!(post.deliver(&again).await.unwrap(), None);
    let noted: i64 = one(&post.play.admin, "select count(*) from ringfence.audit_inbox where action in ('crossing.delivered', 'ticket.received') and request_id = $1", &[&link]).await;
    assert_eq!(noted, 2);

    // Killed after delivering, and revoked before anybody noted it: it did arrive, and that is what is noted.
    let link = post.escalate("acme", post.play.acme().own_ticket, agreement).await;
    post.deliver(&post.letter().await).await.unwrap().unwrap();
    post.decide("acme", agreement, REVOKE).await;
    post.carry().await;
    assert_eq!((count().await, post.state("acme", link).await.as_str()), (before + 2, "delivered"));
}

#[tokio::test]
async fn an_agreement_of_two_is_of_no_use_to_a_third() {
    let post = Post::new().await;
    let operator = post.play.installation.operator().await;
    let mallory = operator.create_tenant("mallory", "Mallory").await.unwrap();
    let new = NewMember { issuer: crate::play::ISSUER, subject: "mallory:owner", name: "Mallory", email: None, role: ringfence_domain::Role::Owner, permissions: None };
    let owner = operator.add_member(mallory, &new).await.unwrap().unwrap().0;
    let mallory = mallory.0;
    let agreement = post.agreed("both", &["subject", "body"]).await;
    let proposal = post.propose("acme", "globex", "both", &["subject"]).await;
    let (arrived, acme, globex) = (post.escalate("acme", post.play.acme().ticket, agreement).await, post.id("acme"), post.id("globex"));
    // What mallory's own SQL could have written in mallory, and more: its rows say whatever it likes.
    let admin = &post.play.admin;
    let forge = "insert into ringfence.agreements (tenant_id, agreement_id, partner_slug, partner_id, proposed_here, direction, actions, fields, expires_at, consented_by, consented_at, partner_consented_at)
                 values ($1, $2, $3, $4, $5, 'both', '{ticket.escalate,comment.share}', '{subject}', '2099-01-01', $6, now(), now())";
    let ticket = Uuid::now_v7();
    admin.execute("insert into ringfence.tickets (tenant_id, ticket_id, number, subject, requester_id) values ($1, $2, 1, 'from mallory', $3)", &[&mallory, &ticket, &owner]).await.unwrap();
    let (before, state) = ((post.holdings("acme").await, post.holdings("globex").await), "select row_to_json(a)::text from ringfence.agreements a where tenant_id = $1 and agreement_id = $2");
    let known: Vec<String> = vec![one(admin, state, &[&globex, &agreement]).await, one(admin, state, &[&acme, &proposal]).await];
    for (id, target, partner) in [(agreement, globex, "globex"), (proposal, acme, "acme")] {
        admin.execute(forge, &[&mallory, &id, &partner, &target, &(id == agreement), &owner]).await.unwrap();
        admin.execute("insert into ringfence.crossing_queue (tenant_id, intent_id, agreement_id, kind) values ($1, $2, $2, 'agreement')", &[&mallory, &id]).await.unwrap();
        // A ticket of its own, and one under the id of a ticket that is already there.
        for link in [Uuid::now_v7(), arrived] {
            admin.execute("delete from ringfence.ticket_links where tenant_id = $1", &[&mallory]).await.unwrap();
            admin.execute(
                "insert into ringfence.ticket_links (tenant_id, link_id, agreement_id, ticket_id, requester_id, group_key, created_by)
                 select tenant_id, $2, $3, ticket_id, requester_id, group_key, $4 from ringfence.tickets where tenant_id = $1", &[&mallory, &link, &id, &owner]).await.unwrap();
            admin.execute("insert into ringfence.crossing_queue (tenant_id, intent_id, agreement_id, kind) values ($1, $2, $3, 'ticket')", &[&mallory, &link, &id]).await.unwrap();
            // Acme's own letters are held back meanwhile.
            admin.execute("update ringfence.crossing_queue set due_at = 'infinity' where tenant_id <> $1", &[&mallory]).await.unwrap();
            for _ in 0..2 {
                let letter: Option<String> = one(&post.dispatcher, "select ringfence.take_crossing()", &[]).await;
                if let Some(letter) = letter.filter(|letter| !letter.is_empty())
                    && let Some(receipt) = post.deliver(&letter).await.unwrap()
                {
                    post.complete(&receipt).await.unwrap();
                }
            }
            let state: String = one(admin, "select concat_ws(' ', state, reason) from ringfence.ticket_links where tenant_id = $1 and link_id = $2", &[&mallory, &link]).await;
            assert_eq!(state, "refused not_accepted");
        }
        // Nor does its revocation revoke anything.
        admin.execute("update ringfence.agreements set revoked_at = now(), revoked_by = $2 where tenant_id = $1", &[&mallory, &owner]).await.unwrap();
        admin.execute("insert into ringfence.crossing_queue (tenant_id, intent_id, agreement_id, kind) values ($1, $2, $2, 'agreement')", &[&mallory, &id]).await.unwrap();
        let letter: String = one(&post.dispatcher, "select ringfence.take_crossing()", &[]).await;
        post.complete(&post.deliver(&letter).await.unwrap().unwrap()).await.unwrap();
    }
    assert_eq!((post.holdings("acme").await, post.holdings("globex").await), before);
    assert_eq!(vec![one::<String>(admin, state, &[&globex, &agreement]).await, one(admin, state, &[&acme, &proposal]).await], known);
    assert!(post.refusals("globex").await.iter().all(|rule| rule == "another_partner"), "{:?}", post.refusals("globex").await);
}

#[tokio::test]
async fn the_receivers_own_row_decides_what_comes_in() {
    let post = Post::new().await;
    let agreement = post.agreed("outgoing", &["subject"]).await;
    // The sender's row is made to say what was never agreed.
    post.play.admin.execute("update ringfence.agreements set fields = '{subject,body,tags,priority,requester_name,requester_email}', direction = 'both' where tenant_id = $1 and agreement_id = $2", &[&post.id("acme"), &agreement]).await.unwrap();
    let link = post.escalate("acme", post.play.acme().ticket, agreement).await;
    post.carry().await;
    let row = post.play.admin.query_one(
        "select t.subject, t.tags, l.requester_name, l.requester_email, (select count(*) from ringfence.comments c where c.tenant_id = t.tenant_id and c.ticket_id = t.ticket_id)
           from ringfence.ticket_links l join ringfence.tickets t using (tenant_id, ticket_id) where l.tenant_id = $1 and l.link_id = $2", &[&post.id("globex"), &link]).await.unwrap();
    assert!(row.get::<_, String>(0).contains("canary-acme-subject"));
    assert_eq!((row.get::<_, Vec<String>>(1), row.get::<_, Option<String>>(2), row.get::<_, Option<String>>(3), row.get::<_, i64>(4)), (vec![], None, None, 0));
    // The other way round nothing goes, whatever the other side's row says of itself.
    post.play.admin.execute("update ringfence.agreements set direction = 'both' where tenant_id = $1 and agreement_id = $2", &[&post.id("globex"), &agreement]).await.unwrap();
    post.play.admin.execute("update ringfence.agreements set direction = 'outgoing' where tenant_id = $1 and agreement_id = $2", &[&post.id("acme"), &agreement]).await.unwrap();
    let before = post.holdings("acme").await;
    let link = post.escalate("globex", post.play.globex().ticket, agreement).await;
    post.carry().await;
    assert_eq!((post.state("globex", link).await.as_str(), post.refusals("acme").await), ("refused not_accepted", vec!["direction".into()]));
    assert_eq!(post.holdings("acme").await, before);
}

#[tokio::test]
async fn injected_sql_sends_nothing_that_its_doors_do_not_let_it() {
    let post = Post::new().await;
    let agreement = post.agreed("both", &["subject"]).await;
    let (acme, globex) = (post.play.acme().clone(), post.holdings("globex").await);
    let link = |extra: &str, values: &str, ticket: Uuid, who: &str| format!(
        "insert into ringfence.ticket_links (tenant_id, link_id, agreement_id, ticket_id, requester_id, group_key, created_by{extra})
         select t.tenant_id, gen_random_uuid(), '{agreement}', '{ticket}', coalesce(t.requester_id, '{ticket}'), t.group_key, {who}{values} from ringfence.tickets t limit 1", extra = extra);
    // Not as delivered, not as come in, not on a ticket of another group, not as somebody else, not without the right.
    assert_eq!(post.injected("acme", "agent", &link(", state", ", 'delivered'", acme.ticket, "ringfence.member()")).await, DENIED);
    assert_eq!(post.injected("acme", "agent", &link(", direction", ", 'incoming'", acme.ticket, "ringfence.member()")).await, DENIED);
    assert_eq!(post.injected("acme", "agent", &link("", "", acme.ticket, &format!("'{}'", acme.members["owner"]))).await, DENIED);
    for role in ["light_agent", "requester", "auditor", "service"] {
        assert_eq!(post.injected("acme", role, &link("", "", acme.ticket, "ringfence.member()")).await, DENIED, "{role}");
    }
    let elsewhere = format!("insert into ringfence.ticket_links (tenant_id, link_id, agreement_id, ticket_id, requester_id, group_key, created_by) values (ringfence.tenant_id(), gen_random_uuid(), '{agreement}', '{}', '{}', '{}', ringfence.member())", acme.other_ticket, acme.contact, acme.groups["second"]);
    assert_eq!(post.injected("acme", "grouped_agent", &elsewhere).await, DENIED);
    // Nor under one's own group: the key holds the link to its ticket.
    assert_eq!(post.injected("acme", "grouped_agent", &elsewhere.replace(&acme.groups["second"].to_string(), &acme.groups["first"].to_string())).await, "23503");
    for sql in [
        "update ringfence.agreements set fields = '{subject,body}'".to_owned(), "update ringfence.agreements set revoked_at = null, revoked_by = null".into(), "delete from ringfence.agreements".into(),
        "update ringfence.ticket_links set state = 'delivered'".into(), "update ringfence.comment_shares set state = 'delivered'".into(),
        format!("insert into ringfence.agreements (tenant_id, agreement_id, partner_slug, direction, actions, fields, expires_at, consented_by, partner_consented_at) values (ringfence.tenant_id(), gen_random_uuid(), 'globex', 'both', '{{ticket.escalate}}', '{{}}', '2099-01-01', ringfence.member(), now())"),
        format!("insert into ringfence.agreements (tenant_id, agreement_id, partner_slug, direction, actions, fields, expires_at, consented_by, partner_id) values (ringfence.tenant_id(), gen_random_uuid(), 'globex', 'both', '{{ticket.escalate}}', '{{}}', '2099-01-01', ringfence.member(), '{}')", post.id("globex")),
    ] {
        assert_eq!(post.injected("acme", "owner", &sql).await, DENIED, "{sql}");
    }
    // An agent consents to nothing, revokes nothing, and proposes nothing.
    for sql in [format!("select ringfence.consent_agreement('{}', 1)", acme.proposal), format!("select ringfence.revoke_agreement('{agreement}', 2)")] {
        assert_eq!(post.injected("acme", "admin", &sql).await, "worked");
    }
    let still: i64 = one(&post.play.admin, "select count(*) from ringfence.agreements where tenant_id = $1 and (agreement_id = $2 and revoked_at is null or agreement_id = $3 and consented_at is null)", &[&acme.id, &agreement, &acme.proposal]).await;
    assert_eq!(still, 2);
    assert_eq!(post.injected("acme", "admin", "insert into ringfence.agreements (tenant_id, agreement_id, partner_slug, direction, actions, fields, expires_at, consented_by) values (ringfence.tenant_id(), gen_random_uuid(), 'globex', 'both', '{ticket.escalate}', '{}', '2099-01-01', ringfence.member())").await, DENIED);
    // Posting what is not there, not pending or another tenant's puts nothing into the queue.
    for id in [Uuid::now_v7(), acme.proposal, post.play.globex().agreement, acme.ticket] {
        assert_eq!(post.injected("acme", "requester", &format!("select ringfence.post_crossing('{id}')")).await, "worked");
    }
    assert_eq!(post.take().await, None);
    assert_eq!(post.holdings("globex").await, globex);
}

#[tokio::test]
async fn an_internal_note_put_into_a_share_by_hand_stays_where_it_is() {
    let post = Post::new().await;
    let agreement = post.agreed("both", &["subject"]).await;
    let acme = post.play.acme().clone();
    let link = post.escalate("acme", acme.ticket, agreement).await;
    post.carry().await;
    let before = post.holdings("globex").await;
    for comment in [acme.comments[0].1, acme.comments[1].0, acme.comments[2].0] {
        let share = Uuid::now_v7();
        let sql = format!("insert into ringfence.comment_shares (tenant_id, share_id, link_id, comment_id, ticket_id, requester_id, group_key, created_by)
            select t.tenant_id, '{share}', '{link}', '{comment}', t.ticket_id, t.requester_id, t.group_key, ringfence.member() from ringfence.tickets t where t.ticket_id = '{}';
            select ringfence.post_crossing('{share}')", acme.ticket);
        assert_eq!(post.injected("acme", "agent", &sql).await, "worked");
        post.carry().await;
        assert_eq!(post.state("acme", share).await, "refused not_public", "{comment}");
    }
    // The service's own statement makes no such share at all, and one of the public comment arrives once.
    post.play.enter(&post.app, "acme", "agent").await;
    assert!(post.app.query(SHARE, &[&acme.id, &acme.ticket, &acme.comments[0].1, &agreement, &Uuid::now_v7()]).await.unwrap().is_empty());
    let share = Uuid::now_v7();
    assert_eq!(post.app.query(SHARE, &[&acme.id, &acme.ticket, &acme.comments[0].0, &agreement, &share]).await.unwrap().len(), 1);
    post.app.batch_execute("commit").await.unwrap();
    assert_eq!(post.holdings("globex").await, before);
    let letter = post.letter().await;
    let receipts = [post.deliver(&letter).await.unwrap(), post.deliver(&letter).await.unwrap()];
    let arrived = "select count(*) from ringfence.comments where tenant_id = $1 and body like 'canary-acme-public-%'";
    assert_eq!(one::<i64>(&post.play.admin, arrived, &[&post.id("globex")]).await, 1);
    post.complete(receipts[1].as_deref().unwrap()).await.unwrap();
    assert_eq!(post.state("acme", share).await, "delivered");
}

#[tokio::test]
async fn who_lost_the_right_since_sends_nothing() {
    let post = Post::new().await;
    let agreement = post.agreed("both", &["subject"]).await;
    let acme = post.play.acme().clone();
    let before = post.holdings("globex").await;
    let demoted = "update ringfence.members set role = 'light_agent' where tenant_id = $1 and member_id = $2";
    let restored = "update ringfence.members set role = 'agent' where tenant_id = $1 and member_id = $2";
    let link = post.escalate("acme", acme.ticket, agreement).await;
    post.play.admin.execute(demoted, &[&acme.id, &acme.members["agent"]]).await.unwrap();
    post.carry().await;
    assert_eq!(post.state("acme", link).await, "refused sender_may_not");
    post.play.admin.execute(restored, &[&acme.id, &acme.members["agent"]]).await.unwrap();
    let link = post.escalate("acme", acme.ticket, agreement).await;
    assert!(post.play.installation.operator().await.remove_member(acme.id.into(), acme.members["agent"].into()).await.unwrap());
    post.carry().await;
    assert_eq!(post.state("acme", link).await, "refused sender_may_not");
    assert_eq!(post.holdings("globex").await, before);
}

#[tokio::test]
async fn a_suspended_tenant_neither_sends_nor_takes_in_and_what_waits_is_not_lost() {
    let post = Post::new().await;
    let agreement = post.agreed("both", &["subject"]).await;
    let operator = post.play.installation.operator().await;
    let before = post.holdings("globex").await;
    let link = post.escalate("acme", post.play.acme().ticket, agreement).await;
    operator.suspend_tenant(post.id("acme").into(), true).await.unwrap();
    assert_eq!(post.take().await.as_deref(), Some(""));
    operator.suspend_tenant(post.id("acme").into(), false).await.unwrap();
    operator.suspend_tenant(post.id("globex").into(), true).await.unwrap();
    let letter = post.letter().await;
    assert_eq!(post.deliver(&letter).await.unwrap(), None);
    assert_eq!((post.holdings("globex").await, post.state("acme", link).await.as_str()), (before, "pending"));
    operator.suspend_tenant(post.id("globex").into(), false).await.unwrap();
    post.carry().await;
    assert_eq!(post.state("acme", link).await, "delivered");
}

#[tokio::test]
async fn one_tenants_proposals_do_not_fill_anothers_list() {
    let post = Post::new().await;
    for _ in 0..25 {
        post.propose("acme", "globex", "both", &["subject"]).await;
    }
    post.carry().await;
    let waiting: i64 = one(&post.play.admin, "select count(*) from ringfence.agreements where tenant_id = $1 and partner_id = $2", &[&post.id("globex"), &post.id("acme")]).await;
    assert_eq!(waiting, 20);
}

#[tokio::test]
async fn consent_is_to_what_was_proposed_and_to_nothing_else() {
    let post = Post::new().await;
    let id = post.propose("acme", "globex", "outgoing", &["subject"]).await;
    post.carry().await;
    // The asked side's row is made to say more than was asked; its consent does not fit any more.
    post.play.admin.execute("update ringfence.agreements set fields = '{subject,body}' where tenant_id = $1 and agreement_id = $2", &[&post.id("globex"), &id]).await.unwrap();
    assert_eq!(post.decide("globex", id, CONSENT).await, 1);
    post.carry().await;
    let consented: bool = one(&post.play.admin, "select partner_consented_at is not null from ringfence.agreements where tenant_id = $1 and agreement_id = $2", &[&post.id("acme"), &id]).await;
    assert!(!consented);
}
