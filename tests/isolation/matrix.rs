//! Who may do what, as a page to be read: every operation tried as everybody against the service, and the outcome compared
//! with policies/matrix.txt, which `make matrix` writes. It judges nothing: a change of rights is seen here, and reviewed.

use crate::kind::Kind;
use crate::scene::Scene;
use crate::table::{Operation, Scope, operations};
use ringfence_domain::Role;
use ringfence_store::command::NewMember;
use ringfence_tests::{Installation, Running};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;
use uuid::Uuid;

const SNAPSHOT: &str = "policies/matrix.txt";

/// Column, and the person of the scene; those with words behind them are agents with these words in the first group alone.
const COLUMNS: [(&str, &str, &str); 16] = [
    ("owner", "owner", ""),
    ("admin", "admin", ""),
    ("agent", "agent", ""),
    ("full", "grouped_agent", ""),
    ("read", "", "read"),
    ("overview", "", "overview"),
    ("read+change", "", "read,change"),
    ("ovw+change", "", "overview,change"),
    ("ovw+create", "", "overview,create"),
    ("light_agent", "light_agent", ""),
    ("requester", "requester", ""),
    ("auditor", "auditor", ""),
    ("service", "service", ""),
    ("custom", "custom", ""),
    ("guest", "guest", ""),
    ("stranger", "stranger", ""),
];

const HEAD: &str = "\
# Who may do what, as the service and the database answered it. `make matrix` writes this page; a test compares it.
#
# Columns: `full` to `ovw+create` are agents in one group, by what they may do there (ovw: overview); `service` has rights
# of its own, provisioning among them; `custom` has a role of the tenant's own making and is in the other group, with read and
# change; `guest` is an admin for hours; `stranger` is no member.
# Cells: `yes` wherever it is, `group` in the column's group alone, `own` as the requester alone, `self` with oneself alone,
# `-` nowhere.
";

/// A ticket to try things on, with its comments.
struct Sample {
    ticket: Uuid,
    public: Uuid,
    internal: Uuid,
}

struct Person {
    token: String,
    member: Option<Uuid>,
    /// In the first group, the second, none, and one's own.
    samples: Vec<Sample>,
}

struct Page {
    scene: Scene,
    people: Vec<Person>,
    /// Calls that were refused for their form, and so say nothing.
    odd: BTreeSet<String>,
}

impl Page {
    async fn set() -> Self {
        let installation = Arc::new(Installation::fresh().await);
        let running = Arc::new(Running::over(&installation).await);
        let scene = Scene::build(&installation, &running, "matrix").await;
        let operator = installation.operator().await;
        let mut people = Vec::new();
        for (column, name, access) in COLUMNS {
            let tenant = &scene.sides[0].tenant;
            let (token, member) = if access.is_empty() {
                let person = scene.person(name, 0);
                (person.token.clone(), person.memberships.get(&0).copied())
            } else {
                let new = NewMember { issuer: running.issuer.issuer(), subject: column, name: column, email: None, role: Role::Agent, permissions: None };
                let member = operator.add_member(tenant.id.into(), &new).await.expect("added").expect("new").0;
                let sql = "insert into ringfence.group_members (tenant_id, member_id, group_id, access) values ($1, $2, $3, string_to_array($4::text, ','))";
                scene.digests.client.execute(sql, &[&tenant.id, &member, &tenant.groups["first"], &access]).await.expect("a group member");
                (running.token(column), Some(member))
            };
            people.push(Person { token, member, samples: Vec::new() });
        }
        let mut page = Self { scene, people, odd: BTreeSet::new() };
        for n in 0..page.people.len() {
            page.people[n].samples = page.samples(page.people[n].member).await;
        }
        page
    }

    /// Past every policy: what is there is given.
    async fn samples(&mut self, member: Option<Uuid>) -> Vec<Sample> {
        let mut samples = Vec::new();
        for place in 0..4 {
            let number = 20_000 + i64::try_from(self.scene.next()).expect("small");
            let tenant = &self.scene.sides[0].tenant;
            let (group, requester) = match place {
                0 => (Some(tenant.groups["first"]), tenant.contact),
                1 => (Some(tenant.groups["second"]), tenant.contact),
                2 => (None, tenant.contact),
                _ => (None, member.unwrap_or(tenant.contact)),
            };
            let sample = Sample { ticket: Uuid::now_v7(), public: Uuid::now_v7(), internal: Uuid::now_v7() };
            let admin = &self.scene.digests.client;
            let sql = "insert into ringfence.tickets (tenant_id, ticket_id, number, subject, requester_id, group_id) values ($1, $2, $3, 'sample', $4, $5)";
            admin.execute(sql, &[&tenant.id, &sample.ticket, &number, &requester, &group]).await.expect("a ticket");
            for (comment, visibility) in [(sample.public, "public"), (sample.internal, "internal")] {
                let sql = "insert into ringfence.comments (tenant_id, comment_id, ticket_id, requester_id, group_key, author_id, visibility, body)
                           select tenant_id, $3, ticket_id, requester_id, group_key, $4, $5, 'x' from ringfence.tickets where tenant_id = $1 and ticket_id = $2";
                admin.execute(sql, &[&tenant.id, &sample.ticket, &comment, &tenant.members["owner"], &visibility]).await.expect("a comment");
            }
            samples.push(sample);
        }
        samples
    }

    /// Something to delete that nothing refers to.
    async fn spare(&mut self, kind: Kind) -> Uuid {
        let (n, id) = (self.scene.next(), Uuid::now_v7());
        let tenant = self.scene.sides[0].tenant.id;
        let admin = &self.scene.digests.client;
        match kind {
            Kind::Member => {
                let operator = self.scene.installation.operator().await;
                let subject = format!("leaving-{n}");
                let new = NewMember { issuer: "https://issuer.example", subject: &subject, name: "x", email: None, role: Role::LightAgent, permissions: None };
                return operator.add_member(tenant.into(), &new).await.expect("added").expect("new").0;
            }
            Kind::Group | Kind::Organization | Kind::Contact | Kind::Role => {
                let sql = format!("insert into ringfence.{} (tenant_id, {}, name{}) values ($1, $2, $3{})", kind.table(), kind.key(), if kind == Kind::Role { ", permissions" } else { "" }, if kind == Kind::Role { ", '{}'" } else { "" });
                admin.execute(&sql, &[&tenant, &id, &format!("spare {n}")]).await.expect("a spare");
            }
            Kind::Grant => {
                let sql = "insert into ringfence.break_glass_grants (tenant_id, grant_id, member_id, role, reason, granted_by, expires_at) values ($1, $2, $3, 'agent', 'long enough a reason', $3, now() + interval '1 hour')";
                admin.execute(sql, &[&tenant, &id, &self.scene.sides[0].tenant.contact]).await.expect("a grant");
            }
            // What else can be deleted says by a 404 or 409 afterwards that it was.
            _ => return self.scene.sides[0].ids[&kind][0],
        }
        id
    }

    /// Whether one call was let through. What is in the way of an allowed one, such as a state, is no refusal.
    async fn allowed(&mut self, operation: &Operation, person: usize, ids: &[(Kind, Uuid)], body: Option<Value>) -> Option<Value> {
        let mut path = operation.route.path.replace("{tenant}", &self.scene.sides[0].tenant.slug);
        for (kind, id) in ids {
            path = path.replace(&format!("{{{}}}", kind.key()), &id.to_string());
        }
        if operation.row.operation_id.starts_with("list") && !path.contains("/scim/") {
            path.push_str("?limit=200");
        }
        let mut headers = Vec::new();
        let version = match (operation.row.precondition, ids.last()) {
            (false, _) => None,
            (true, Some((kind, id))) => Some(format!("\"{}\"", self.scene.digests.version(*kind, *id).await.unwrap_or(1))),
            // There is one of it; whoever may read it says which version it is.
            (true, None) => self.scene.running.get(&path, &self.people[0].token).await.header("etag").map(str::to_owned),
        };
        if let Some(version) = &version {
            headers.push(("If-Match", version.as_str()));
        }
        let method = operation.route.method.to_ascii_uppercase();
        let answer = self.scene.running.call(&method, &path, &self.people[person].token, &headers, body.as_ref()).await;
        let id = operation.row.operation_id;
        // What SCIM takes besides is its own suite's: here it is enough who is let in.
        let malformed = path.contains("/scim/") && answer.status < 500;
        if !malformed && matches!(answer.status, 400 | 401 | 412 | 415 | 428 | 429 | 500..) {
            self.odd.insert(format!("{id} as {}: {}", COLUMNS[person].0, answer.text));
        }
        (answer.status < 400 || answer.status == 409 || malformed && matches!(answer.status, 400 | 412 | 428)).then_some(answer.body)
    }

    async fn cell(&mut self, operation: &Operation, person: usize, say: Option<&str>) -> String {
        let kinds = operation.positions();
        let body = |page: &mut Self| {
            let n = page.scene.next();
            operation.row.body.map(|honest| {
                let mut body = honest(&page.scene.sides[0], n);
                if let Some(visibility) = say {
                    body["visibility"] = json!(visibility);
                }
                body
            })
        };
        if operation.row.operation_id == "listTickets" {
            let Some(listed) = self.allowed(operation, person, &[], None).await else { return "-".into() };
            let ids: BTreeSet<&str> = listed["data"].as_array().expect("a list").iter().filter_map(|t| t["ticket_id"].as_str()).collect();
            let places = self.people[person].samples.iter().map(|sample| ids.contains(sample.ticket.to_string().as_str())).collect::<Vec<_>>();
            return said(&places, operation.row.operation_id).into();
        }
        if operation.row.operation_id == "createTicket" {
            let mut places = Vec::new();
            for place in 0..4 {
                let tenant = &self.scene.sides[0].tenant;
                let me = self.people[person].member.unwrap_or(tenant.contact);
                let (group, requester) = [(Some(tenant.groups["first"]), tenant.contact), (Some(tenant.groups["second"]), tenant.contact), (None, tenant.contact), (None, me)][place];
                let body = json!({"subject": "x", "requester_id": requester, "group_id": group});
                places.push(self.allowed(operation, person, &[], Some(body)).await.is_some());
            }
            return said(&places, operation.row.operation_id).into();
        }
        if operation.row.operation_id == "shareComment" {
            // On tickets that did cross.
            let mut places = Vec::new();
            for sample in self.samples(self.people[person].member).await {
                let sent = body(self).expect("an honest body");
                let sql = "insert into ringfence.ticket_links (tenant_id, link_id, agreement_id, ticket_id, requester_id, group_key, created_by, state, settled_at)
                           select tenant_id, $3, $4::text::uuid, ticket_id, requester_id, group_key, requester_id, 'delivered', now() from ringfence.tickets where tenant_id = $1 and ticket_id = $2";
                let tenant = self.scene.sides[0].tenant.id;
                let agreement = sent["agreement_id"].as_str().expect("an agreement").to_owned();
                self.scene.digests.client.execute(sql, &[&tenant, &sample.ticket, &Uuid::now_v7(), &agreement]).await.expect("a link");
                let ids = [(Kind::Ticket, sample.ticket), (Kind::Comment, sample.public)];
                places.push(self.allowed(operation, person, &ids, Some(sent)).await.is_some());
            }
            return said(&places, operation.row.operation_id).into();
        }
        if kinds.first() == Some(&Kind::Ticket) {
            let mut places = Vec::new();
            for place in 0..4 {
                let sample = &self.people[person].samples[place];
                let mut ids = vec![(Kind::Ticket, sample.ticket)];
                if kinds.contains(&Kind::Comment) {
                    ids.push((Kind::Comment, if say == Some("internal") { sample.internal } else { sample.public }));
                }
                let body = body(self);
                let answer = self.allowed(operation, person, &ids, body).await;
                let holds = |answer: &Value| answer["data"].as_array().is_none_or(|rows| say.is_none_or(|v| rows.iter().any(|row| row["visibility"] == v)));
                places.push(answer.is_some_and(|answer| operation.row.operation_id != "listComments" || holds(&answer)));
            }
            return said(&places, operation.row.operation_id).into();
        }
        let oneself = self.people[person].member.filter(|_| matches!(kinds.last(), Some(Kind::Member | Kind::Contact)) && !operation.deletes());
        let target = match kinds.last() {
            Some(kind) if operation.deletes() => vec![(*kind, self.spare(*kind).await)],
            Some(kind) => vec![(*kind, self.scene.sides[0].ids[kind][0])],
            None => Vec::new(),
        };
        let sent = body(self);
        let answer = self.allowed(operation, person, &target, sent).await;
        if let Some(rows) = answer.as_ref().filter(|_| operation.lists()).and_then(|answer| answer["data"].as_array()) {
            let only = |id: Uuid| rows.len() == 1 && ["member_id", "contact_id"].iter().any(|key| rows[0][*key] == json!(id));
            return if self.people[person].member.is_some_and(only) { "self" } else { "yes" }.into();
        }
        if answer.is_some() {
            return "yes".into();
        }
        match oneself {
            Some(me) => {
                let sent = body(self);
                let target = [(kinds[0], me)];
                if self.allowed(operation, person, &target, sent).await.is_some() { "self".into() } else { "-".into() }
            }
            None => "-".into(),
        }
    }
}

/// In words where something was allowed: in the first group, the second, no group, and as the requester.
fn said(places: &[bool], operation: &str) -> &'static str {
    match places {
        [true, true, true, true] => "yes",
        [true, false, false, false] | [false, true, false, false] => "group",
        [false, false, false, true] => "own",
        [false, false, false, false] => "-",
        other => panic!("{operation}: no word for {other:?}"),
    }
}

fn table(rows: &[(String, Vec<String>)]) -> String {
    let mut text = String::new();
    let widths: Vec<usize> = COLUMNS.iter().map(|(name, _, _)| name.len()).collect();
    let first = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let heads = COLUMNS.iter().map(|(name, _, _)| (*name).to_owned()).collect();
    for (name, cells) in std::iter::once(&(String::new(), heads)).chain(rows) {
        let mut line = format!("{name:first$}");
        for (cell, width) in cells.iter().zip(&widths) {
            let _ = write!(line, "  {cell:width$}");
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_committed_matrix_is_what_everybody_may_do() {
    let mut page = Page::set().await;
    let mut held: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for person in 0..COLUMNS.len() {
        let me = page.scene.running.get("/v1/me", &page.people[person].token).await.expect(200);
        let tenant = page.scene.sides[0].tenant.slug.clone();
        let there = me.body["tenants"].as_array().expect("tenants").iter().find(|t| t["slug"] == tenant.as_str()).cloned();
        for name in there.iter().flat_map(|t| t["permissions"].as_array().expect("names")) {
            let cells = held.entry(name.as_str().expect("a name").to_owned()).or_insert_with(|| vec!["-".into(); COLUMNS.len()]);
            cells[person] = "x".into();
        }
    }
    let mut rows = Vec::new();
    for operation in operations().iter().filter(|operation| operation.row.scope == Scope::Tenant) {
        let id = operation.row.operation_id;
        let says: &[Option<&str>] = match id {
            "createComment" | "getComment" | "listComments" => &[Some("public"), Some("internal")],
            _ => &[None],
        };
        for say in says {
            let mut cells = Vec::new();
            for person in 0..COLUMNS.len() {
                cells.push(page.cell(operation, person, *say).await);
            }
            rows.push((say.map_or(id.to_owned(), |say| format!("{id} ({say})")), cells));
        }
    }
    assert!(page.odd.is_empty(), "the isolation table's bodies do not fit\n{}", page.odd.iter().map(String::as_str).collect::<Vec<_>>().join("\n"));
    let permissions: Vec<(String, Vec<String>)> = held.into_iter().collect();
    let found = format!("{HEAD}\n## Operations\n\n{}\n## Permissions, as each one enters with them\n\n{}", table(&rows), table(&permissions));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(SNAPSHOT);
    if std::env::var("MATRIX").is_ok_and(|value| value == "write") {
        std::fs::write(&path, &found).expect("written");
        return;
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    let differences: Vec<String> = difference(&committed, &found);
    assert!(differences.is_empty(), "{SNAPSHOT} says another thing than the service; if that is meant, run 'make matrix' and have it reviewed\n{}", differences.join("\n"));
}

fn difference(committed: &str, found: &str) -> Vec<String> {
    let (before, after): (BTreeSet<&str>, BTreeSet<&str>) = (committed.lines().collect(), found.lines().collect());
    before.difference(&after).map(|line| format!("- {line}")).chain(after.difference(&before).map(|line| format!("+ {line}"))).collect()
}
