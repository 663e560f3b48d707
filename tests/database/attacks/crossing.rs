//! What crosses between tenants, attacked from both sides, from a third and from the carrier's own login: by hand, one transaction
//! at a time, so that anything may happen between two of them. It tests no happy path; the suite `crossing` does.

mod agreements;
mod letters;
mod senders;

use crate::play::{Play, code, one};
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
