//! What the clients asked for and were told, held against what the database holds afterwards. It reads as superuser, past
//! every policy, because it is the judge and not the judged.

use ringfence_tests::World;
use serde_json::Value;
use std::collections::BTreeMap;
use tokio_postgres::Client;
use uuid::Uuid;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Ticket,
    Comment,
    /// To this version.
    Change(i32),
    Read,
    Denied,
}

#[derive(Debug, Clone)]
pub struct Request {
    pub kind: Kind,
    pub tenant: usize,
    /// Idempotency key, and the text by which the row is found again.
    pub marker: String,
    pub method: &'static str,
    pub path: String,
    pub if_match: Option<i32>,
    pub body: Option<Value>,
}

impl Request {
    pub const fn is_write(&self) -> bool {
        matches!(self.kind, Kind::Ticket | Kind::Comment | Kind::Change(_))
    }
}

#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub request_id: Uuid,
    pub is_replay: bool,
    /// Of the ticket or comment, nil where there is none.
    pub id: Uuid,
    pub text: String,
}

pub struct Ledger {
    tenants: Vec<Uuid>,
    /// Every write that was ever sent, by its marker, with the first answer seen to it.
    writes: BTreeMap<String, (Request, Option<Answer>)>,
    /// Every request that was answered, whatever with.
    answered: Vec<(Uuid, String)>,
    unanswered_at_fault: usize,
}

impl Ledger {
    pub fn of(world: &World) -> Self {
        Self { tenants: world.tenants.iter().map(|tenant| tenant.id).collect(), writes: BTreeMap::new(), answered: Vec::new(), unanswered_at_fault: 0 }
    }

    pub fn asked(&mut self, request: &Request) {
        if request.is_write() {
            self.writes.insert(request.marker.clone(), (request.clone(), None));
        }
    }

    pub fn answered(&mut self, request: &Request, answer: Answer) {
        let expected: &[u16] = match request.kind {
            Kind::Ticket | Kind::Comment => &[201],
            Kind::Change(_) | Kind::Read => &[200],
            Kind::Denied => &[404],
        };
        assert!(expected.contains(&answer.status), "{} {}: {} {}", request.method, request.path, answer.status, answer.text);
        self.answered.push((answer.request_id, format!("{} {}", request.method, request.path)));
        if let Some((_, first @ None)) = self.writes.get_mut(&request.marker) {
            *first = Some(answer);
        }
    }

    /// The writes whose marker begins so, as they stood at the fault.
    pub fn writes(&mut self, prefix: &str) -> Vec<(Request, Option<Answer>)> {
        let writes: Vec<_> = self.writes.values().filter(|(request, _)| request.marker.starts_with(prefix)).cloned().collect();
        self.unanswered_at_fault += writes.iter().filter(|(_, answer)| answer.is_none()).count();
        writes
    }

    /// Faults that struck between requests would prove nothing.
    pub fn was_worth_it(&self) {
        assert!(self.unanswered_at_fault > 0, "no fault ever met a write under way");
        eprintln!("{} writes, {} of them unanswered at a fault, {} answers audited", self.writes.len(), self.unanswered_at_fault, self.answered.len());
    }

    /// # Panics
    /// When the books differ.
    pub async fn compare(&self, admin: &Client, seed: u64) {
        let trail = "(select tenant_id, request_id, action, decision, object_id, object_version, event_id, details from ringfence.audit_inbox
                      union all select tenant_id, request_id, action, decision, object_id, object_version, event_id, details from ringfence.audit_events) trail";
        self.rows_are_there_once(admin, seed).await;
        self.changes_have_their_audit_row(admin, trail, seed).await;
        let ids: Vec<Uuid> = self.answered.iter().map(|(id, _)| *id).collect();
        let missing = admin
            .query(&format!("select id from unnest($1::uuid[]) id where not exists (select from {trail} where trail.request_id = id)"), &[&ids])
            .await
            .expect("asked");
        let missing: Vec<&(Uuid, String)> = missing.iter().map(|row| row.get(0)).filter_map(|id: Uuid| self.answered.iter().find(|(known, _)| *known == id)).collect();
        assert!(missing.is_empty(), "seed {seed}: answered and not audited: {missing:?}");
        for (sql, what) in [
            (format!("select event_id::text from {trail} group by event_id having count(*) > 1"), "in the trail twice"),
            ("select tenant_id::text from ringfence.audit_events group by tenant_id having count(*) <> max(position) or min(position) <> 1".into(), "a trail with a gap"),
            ("select h.tenant_id::text from ringfence.audit_heads h where h.length <> (select count(*) from ringfence.audit_events e where e.tenant_id = h.tenant_id)".into(), "a head of another length than its trail"),
        ] {
            let found: Vec<String> = admin.query(&sql, &[]).await.expect("asked").iter().map(|row| row.get(0)).collect();
            assert!(found.is_empty(), "seed {seed}: {what}: {found:?}");
        }
    }

    /// Tickets and comments by their marker, each once, in its tenant, under the id that the client was told; and no others.
    async fn rows_are_there_once(&self, admin: &Client, seed: u64) {
        for (request, answer) in self.writes.values() {
            let sql = match request.kind {
                Kind::Ticket => "select tenant_id, ticket_id, version from ringfence.tickets where $1 = any (tags)",
                Kind::Comment => "select tenant_id, comment_id, 1 from ringfence.comments where body = $1",
                _ => continue,
            };
            let rows = admin.query(sql, &[&request.marker]).await.expect("asked");
            let found: Vec<(Uuid, Uuid, i32)> = rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect();
            let answer = answer.as_ref().expect("every write was answered in the end");
            let changes = self.writes.values().filter(|(other, _)| request.kind == Kind::Ticket && other.path.ends_with(&answer.id.to_string())).count();
            let version = i32::try_from(1 + changes).expect("small");
            assert_eq!(found, [(self.tenants[request.tenant], answer.id, version)], "seed {seed}: {}", request.marker);
        }
        let made = self.writes.values().filter(|(request, _)| request.kind == Kind::Ticket).count();
        let tickets: i64 = admin.query_one("select count(*) from ringfence.tickets where 'fault' = any (tags)", &[]).await.expect("asked").get(0);
        assert_eq!(usize::try_from(tickets), Ok(made), "seed {seed}: tickets, of the creates asked for");
    }

    /// One "allow" for each write that was done, on its object, and none for one that was not.
    async fn changes_have_their_audit_row(&self, admin: &Client, trail: &str, seed: u64) {
        for (request, answer) in self.writes.values() {
            let answer = answer.as_ref().expect("every write was answered in the end");
            let (action, version) = match request.kind {
                Kind::Ticket => ("ticket.created", Some(1)),
                Kind::Comment => ("comment.created", None),
                Kind::Change(version) => ("ticket.updated", Some(version)),
                Kind::Read | Kind::Denied => continue,
            };
            let sql = format!(
                "select count(*) from {trail} where tenant_id = $1 and object_id = $2 and action = $3 and decision = 'allow'
                 and (object_version = $4 or $4 is null) and not details ? 'replayed'"
            );
            let rows: i64 = admin.query_one(&sql, &[&self.tenants[request.tenant], &answer.id, &action, &version]).await.expect("asked").get(0);
            assert_eq!(rows, 1, "seed {seed}: audit rows of {action} {} ({})", answer.id, request.marker);
        }
    }
}
