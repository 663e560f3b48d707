//! Plays one of the service's own statements as the service, in a transaction that was entered honestly through the store,
//! with ids of another tenant or with another tenant in its first parameter.

use crate::case::{Pick, SqlCase};
use crate::judge::Walls;
use crate::kind::Kind;
use crate::request::{as_uuid, picked};
use crate::scene::Scene;
use crate::statement::{Composed, Statement};
use jiff::{SignedDuration, Timestamp};
use ringfence_domain::{RequestId, TenantId, TenantRef};
use ringfence_identity::{Clock, Credential, IssuerConfig, Verifier};
use ringfence_store::{Access, Database, Principal, RequestContext, Sql, StoreError, TenantTx};
use ringfence_tests::world::canary;
use serde_json::json;
use std::collections::HashMap;
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, ToSql, Type};
use uuid::Uuid;

type Value = Box<dyn ToSql + Sync + Send>;

/// The store as the service has it, and a second connection that says which types a statement takes.
pub struct Player {
    database: Database,
    verifier: Verifier,
    types: tokio_postgres::Client,
    prepared: HashMap<String, (Sql, Vec<Type>)>,
}

pub struct Outcome {
    pub error: Option<StoreError>,
    pub rows: usize,
    pub broken: Vec<String>,
    pub shown: String,
}

/// A value as it came over the wire, whatever its type.
struct Raw(Vec<u8>);

impl<'a> FromSql<'a> for Raw {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(raw.to_vec()))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

impl Player {
    pub async fn over(scene: &Scene) -> Self {
        let issuer = IssuerConfig::new(scene.running.issuer.issuer(), "ringfence").expect("an issuer");
        Self {
            database: Database::new(&scene.installation.database_config(2)).expect("a pool"),
            verifier: Verifier::new(vec![issuer], Clock::system()).expect("a verifier"),
            types: scene.installation.login("ringfence_app").await,
            prepared: HashMap::new(),
        }
    }

    /// A transaction of this person in the tenant of `side`, not yet entered.
    pub async fn transaction(&self, scene: &Scene, caller: &str, side: usize, access: Access) -> TenantTx {
        let identity = self.verifier.verify(&scene.person(caller, side).token).await.expect("a good token");
        let tenant = TenantRef::Id(TenantId(scene.sides[side].tenant.id));
        let context = RequestContext { request_id: RequestId::generate(), authentication: "bearer" };
        let principal = Principal::for_request(&self.database, &Credential::Bearer(identity), &tenant, context).await.expect("a principal");
        TenantTx::open(&self.database, &principal, access).await.expect("a connection")
    }

    async fn prepare(&mut self, composed: &Composed) -> (Sql, Vec<Type>) {
        if let Some(known) = self.prepared.get(&composed.text) {
            return known.clone();
        }
        let types = self.types.prepare(&composed.text).await.unwrap_or_else(|e| panic!("{e:?}: {}", composed.text)).params().to_vec();
        // Statements are static in the service; these are few, and kept for as long as the suite runs.
        let sql = Sql::new(Box::leak(composed.text.clone().into_boxed_str()));
        self.prepared.insert(composed.text.clone(), (sql, types.clone()));
        (sql, types)
    }

    pub async fn play(&mut self, scene: &mut Scene, case: &SqlCase, statement: &Statement, walls: Walls) -> Outcome {
        let composed = statement.compose(case.lines);
        let (sql, types) = self.prepare(&composed).await;
        // Without row security the predicate is the only wall, and whoever names another tenant in it goes there.
        let foreign_tenant = case.foreign_tenant && walls != Walls::Down;
        let serial = scene.next();
        let filling = Filling { scene, case, statement, foreign_tenant, serial, ids: 0, last: None };
        let (values, shown) = filling.fill(&composed.names, &types).await;
        let params: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| &**value as &(dyn ToSql + Sync)).collect();
        let mut tx = self.transaction(scene, case.caller, case.home, Access::Write).await;
        let (rows, error) = match tx.query(sql, &params).await {
            Ok(rows) => match tx.commit().await {
                Ok(()) => (rows, None),
                Err(error) => (Vec::new(), Some(error)),
            },
            Err(error) => (Vec::new(), Some(tx.refuse(error).await)),
        };
        let member = scene.person(case.caller, case.home).memberships.contains_key(&case.home);
        let entered = member.then_some(case.home);
        let mut broken = scene.settle(entered, error.is_none()).await;
        if !member && error.is_none() {
            broken.push("ran for somebody who is no member".into());
        }
        for row in &rows {
            broken.extend(strays(scene, row, case.home, &shown));
            // One row always comes of these; it must know of nothing.
            if foreign_tenant && (!["tickets/count.sql", "idempotency/find.sql"].contains(&statement.name.as_str()) || knows_something(row)) {
                broken.push(format!("found a row of another tenant: {row:?}"));
            }
        }
        Outcome { error, rows: rows.len(), broken, shown }
    }
}

fn raw(row: &Row) -> impl Iterator<Item = (&str, Vec<u8>)> {
    row.columns().iter().enumerate().filter_map(|(n, column)| row.get::<_, Option<Raw>>(n).map(|value| (column.name(), value.0)))
}

fn knows_something(row: &Row) -> bool {
    // A boolean says whether a lock was free; a count is a bigint.
    raw(row).any(|(_, value)| value.len() != 1 && value != [0; 8])
}

/// Foreign ids and texts in a row, in binary or as text.
pub fn strays(scene: &Scene, row: &Row, home: usize, sent: &str) -> Vec<String> {
    let mut broken = Vec::new();
    // The trail repeats the ids that its own members asked for, and those that were denied to somebody.
    let is_event = row.columns().iter().any(|column| column.name() == "decision");
    for (name, value) in raw(row) {
        if is_event && matches!(name, "object_id" | "details") {
            continue;
        }
        broken.extend(crate::judge::leaks(scene, &String::from_utf8_lossy(&value), sent, &[home]));
        for window in value.windows(16) {
            let id = Uuid::from_slice(window).expect("16 bytes");
            if scene.is_foreign(id, &[home]) && !sent.contains(&id.to_string()) {
                broken.push(format!("gave away the id {id}"));
            }
        }
    }
    broken
}

/// Chooses the parameters of one statement.
struct Filling<'a> {
    scene: &'a Scene,
    case: &'a SqlCase,
    statement: &'a Statement,
    foreign_tenant: bool,
    serial: u64,
    ids: usize,
    /// The id before, which a version is of.
    last: Option<(Kind, Uuid)>,
}

impl Filling<'_> {
    async fn fill(mut self, names: &[String], types: &[Type]) -> (Vec<Value>, String) {
        let mut values = Vec::new();
        let mut shown = self.statement.name.clone();
        for (n, kind) in types.iter().enumerate() {
            let (value, text) = self.value(names.get(n).map_or("", String::as_str), kind).await;
            shown.push_str(&format!("\n  ${} {}: {text}", n + 1, names.get(n).map_or("", String::as_str)));
            values.push(value);
        }
        (values, shown)
    }

    async fn value(&mut self, name: &str, kind: &Type) -> (Value, String) {
        fn made<T: ToSql + Sync + Send + std::fmt::Debug + 'static>(value: T) -> (Value, String) {
            let text = format!("{value:?}");
            (Box::new(value), text)
        }
        let serial = i64::try_from(self.serial).expect("small");
        match *kind {
            // Of members, a service alone has permissions of its own; an open ticket has no time at which it was closed.
            Type::TEXT_ARRAY if name == "permissions" && self.statement.name != "roles/create.sql" => made(None::<Vec<String>>),
            Type::TIMESTAMPTZ if self.statement.name == "agreements/propose.sql" => made(Timestamp::now() + SignedDuration::from_hours(1)),
            Type::TIMESTAMPTZ if name == "closed_at" || name == "expires_at" => made(None::<Timestamp>),
            // The caller's own.
            Type::UUID if self.statement.name == "api_tokens/create.sql" && name == "member_id" && matches!(self.case.ids[1], Pick::Own(n) if n % 2 == 0) => made(None::<Uuid>),
            // Every other member made is an agent.
            Type::UUID if name == "role_id" && self.statement.name.starts_with("members/") && !self.makes_custom_member() => made(None::<Uuid>),
            Type::UUID => made(self.id(name)),
            Type::UUID_ARRAY => made(vec![self.id(name)]),
            Type::TEXT => made(self.text(name)),
            Type::TEXT_ARRAY => made(vec![self.text(name)]),
            Type::INT8 if name == "number" || name == "key_number" => made(self.number(serial)),
            Type::INT8 if name == "skipped" => made(0_i64),
            Type::INT8 => made(50_i64),
            Type::INT4 if name == "version" => made(self.version().await),
            Type::INT4 => made(if serial % 4 == 0 { 2 } else { 1 }),
            Type::INT4_ARRAY => made(vec![1_i32]),
            Type::INT2 => made(200_i16),
            Type::BOOL => made(true),
            Type::BYTEA if name == "token_hash" => made([serial.to_be_bytes(), serial.to_be_bytes(), serial.to_be_bytes(), serial.to_be_bytes()].concat()),
            Type::BYTEA => made(vec![7_u8; 32]),
            Type::TIMESTAMPTZ => made(Timestamp::now()),
            Type::TIMESTAMPTZ_ARRAY => made(vec![Timestamp::now()]),
            Type::JSONB if name == "groups" => made(json!([{ "group_id": self.id("group_id"), "access": ["full"] }])),
            Type::JSONB if name == "role_map" => made(json!({ (self.text(name)): "agent" })),
            Type::JSONB => made(self.patch()),
            Type::JSONB_ARRAY => made(vec![json!({})]),
            ref other => panic!("{}: no value is known for a parameter of type {other}; add one here", self.statement.name),
        }
    }

    /// Whose rights a role of the tenant's own says.
    fn makes_custom_member(&self) -> bool {
        self.statement.name == "members/create.sql" && self.serial.is_multiple_of(2)
    }

    /// The one that stands, now and then another: of whoever's row it is, for a foreign version that fits must not open anything.
    async fn version(&self) -> i32 {
        if matches!(self.case.ids[5], Pick::Absent | Pick::Nil) {
            return 0;
        }
        let stands = match self.last {
            Some((kind, id)) => self.scene.digests.version(kind, id).await,
            None => self.scene.digests.settings_version(self.scene.sides[self.case.home].tenant.id).await,
        };
        stands.unwrap_or(1)
    }

    /// A new one where a ticket is made; else one's own or the victim's.
    fn number(&self, serial: i64) -> i64 {
        match serial % 2 {
            _ if self.statement.name.ends_with("create.sql") || self.statement.name == "imports/ticket.sql" => 1_000_000 + serial,
            0 => self.scene.sides[self.case.victim].number,
            _ => self.scene.sides[self.case.home].number,
        }
    }

    fn id(&mut self, name: &str) -> Uuid {
        let (home, victim) = (&self.scene.sides[self.case.home], &self.scene.sides[self.case.victim]);
        let (folder, file) = self.statement.name.split_once('/').expect("a folder");
        if name == "tenant_id" {
            return if self.foreign_tenant { victim.tenant.id } else { home.tenant.id };
        }
        let Some(kind) = Kind::named(name) else { return Uuid::now_v7() };
        // The id of what is being made is the maker's to choose, and tenants may choose the same.
        let makes = matches!(file, "create.sql" | "of_email.sql" | "propose.sql" | "grant.sql") && (kind.table() == folder || (folder == "roles" && kind == Kind::Role) || (folder == "break_glass" && kind == Kind::Grant) || (name == "comment_id" && folder != "comment_shares") || (folder == "members" && self.ids == 0));
        if makes || (folder == "imports" && (file == format!("{}.sql", kind.key().trim_end_matches("_id")) || matches!(name, "comment_id") || file == "make_group.sql")) {
            self.ids += 1;
            return Uuid::now_v7();
        }
        let pick = self.case.ids[self.ids % self.case.ids.len()];
        self.ids += 1;
        let spare = matches!(file, "remove.sql" | "revoke.sql") || (folder == "members" && kind == Kind::Contact) || self.statement.name == "comment_shares/create.sql";
        let id = match (pick, self.last, self.fitting(kind)) {
            (Pick::Own(_), _, Some(fits)) => fits,
            (Pick::Own(n), Some((Kind::Ticket, ticket)), None) if kind == Kind::Comment => home.comment_of(ticket, n, spare).unwrap_or(home.ids[&kind][0]),
            _ => picked(as_uuid(pick), kind, home, victim, spare).parse().expect("an id"),
        };
        self.last = Some((kind, id));
        id
    }

    /// The one of several that this statement is for.
    fn fitting(&self, kind: Kind) -> Option<Uuid> {
        let tenant = &self.scene.sides[self.case.home].tenant;
        match (self.statement.name.as_str(), kind) {
            ("agreements/consent.sql", Kind::Agreement) => Some(tenant.proposal),
            ("comment_shares/create.sql", Kind::Agreement) => Some(tenant.used_agreement),
            ("tickets/resolve_own.sql", Kind::Ticket) => Some(tenant.own_ticket),
            _ => None,
        }
    }

    fn text(&self, name: &str) -> String {
        let home = &self.scene.sides[self.case.home];
        match name {
            "name" if self.statement.name == "imports/find_group.sql" => canary(&home.tenant.slug, "first"),
            "external_source" if self.statement.name == "imports/find_ticket.sql" => "demo".into(),
            "external_ids" if self.statement.name == "imports/find_ticket.sql" => format!("{}-1", canary(&home.tenant.slug, "ticket-key")),
            "partner_slug" => format!("nobody-{}", self.serial),
            "direction" => "both".into(),
            "actions" => "ticket.escalate".into(),
            "fields" => "subject".into(),
            "status" => "solved".into(),
            "visibility" => "public".into(),
            "priority" => "normal".into(),
            "type" => "question".into(),
            "action" => "ticket.updated".into(),
            "decision" => "allow".into(),
            "role" if self.makes_custom_member() => "custom".into(),
            "role" | "default_role" => "agent".into(),
            "issuer" if self.statement.name == "members/of_identity.sql" => home.issuer.clone(),
            "subject" if self.statement.name == "members/of_identity.sql" => {
                let of = if matches!(self.case.ids[0], Pick::Own(_)) { home } else { &self.scene.sides[self.case.victim] };
                format!("{}:agent", of.tenant.slug)
            }
            "issuer" if self.statement.name == "break_glass/grant.sql" => "https://issuer.example".into(),
            "permissions" | "scopes" | "tags" | "tag" => "ticket.read".into(),
            // Keys that every tenant has alike.
            "external_source" => "crm".into(),
            "email" | "e" => "somebody@everyone.example".into(),
            _ => home.text(self.serial),
        }
    }

    fn patch(&mut self) -> serde_json::Value {
        let (folder, _) = self.statement.name.split_once('/').expect("a folder");
        let home = &self.scene.sides[self.case.home];
        let text = home.text(self.serial);
        let references: &[&str] = match folder {
            "tickets" => &["group_id", "assignee_id", "organization_id", "requester_id"],
            "contacts" => &["organization_id"],
            "members" => &["groups", "role_id"],
            _ => &[],
        };
        let mut patch = if folder == "tickets" { json!({ "subject": text }) } else { json!({ "name": text }) };
        if let Some(name) = references.get(usize::try_from(self.serial).expect("small") % (references.len() + 1)) {
            let id = self.id(if *name == "groups" { "group_id" } else { name });
            patch[*name] = if *name == "groups" { json!([{ "group_id": id, "access": ["read", "change"] }]) } else { json!(id) };
            if *name == "role_id" {
                patch["role"] = json!("custom");
            }
        }
        if matches!(self.case.ids[0], Pick::TenantItself) {
            patch["tenant_id"] = json!(self.scene.sides[self.case.victim].tenant.id);
        }
        patch
    }
}
