//! Makes a request of a case, and notes what in it belongs to somebody else.

use crate::case::{Body, HttpCase, IfMatch, Pick, Place, Query};
use crate::headers::{IDENTITY_HEADERS, value};
use crate::kind::Kind;
use crate::scene::{Scene, Side};
use crate::table::{Operation, Scope};
use serde_json::{Value, json};
use uuid::Uuid;

/// A cursor that the service gave out.
#[derive(Debug, Clone)]
pub struct Kept {
    pub caller: &'static str,
    pub entered: usize,
    pub list: String,
    pub cursor: String,
}

#[derive(Debug, Clone, Default)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub query: String,
    pub headers: Vec<(String, String)>,
    pub body: Option<Value>,
    /// In place of a body of JSON.
    pub form: Option<String>,
    pub token: String,
    /// The tenant entered: the one that the path names, if the caller is a member of it.
    pub entered: Option<usize>,
    /// An id in the path that is not one of the tenant's own.
    pub stray_path: bool,
    /// An id in the path that cannot be one at all.
    pub garbage_path: bool,
    pub stray_body: bool,
    pub stray_filter: bool,
    pub stray_cursor: bool,
    /// A field or parameter that no operation has.
    pub unknown: bool,
    pub wants_precondition: bool,
}

const GARBAGE: [&str; 8] = ["0", "-1", "nonsense", "1%20or%201=1", "99999999999999999999", "%27--", "%25", "_"];
const UNKNOWN_FIELDS: [&str; 8] = ["account_id", "workspace_id", "organisation", "tenant", "role_override", "skip_permissions", "as_user", "author_id"];
const UNKNOWN_PARAMETERS: [&str; 4] = ["account_id", "tenant.slug", "fields", "ticket.requester.email"];

/// An id as text for a place that wants this kind.
pub fn picked(pick: Pick, kind: Kind, home: &Side, victim: &Side, spare: bool) -> String {
    let of = |side: &Side, kind: Kind, n: u8| {
        let ids = if spare { side.spares.get(&kind).unwrap_or(&side.ids[&kind]) } else { &side.ids[&kind] };
        ids[usize::from(n) % ids.len()].to_string()
    };
    match pick {
        Pick::Own(n) => of(home, kind, n),
        Pick::Foreign(n) => of(victim, kind, n),
        Pick::ForeignOther(n) => of(victim, Kind::ALL[usize::from(n) % Kind::ALL.len()], n / 11),
        Pick::ForeignNumber if kind == Kind::Ticket => victim.number.to_string(),
        Pick::ForeignNumber => of(victim, kind, 0),
        Pick::TenantItself => victim.tenant.id.to_string(),
        Pick::AbsentNumber if kind == Kind::Ticket => "8999".into(),
        Pick::Absent | Pick::AbsentNumber => Uuid::now_v7().to_string(),
        Pick::Nil => Uuid::nil().to_string(),
        Pick::Garbage(n) => GARBAGE[usize::from(n) % GARBAGE.len()].to_owned(),
    }
}

/// A body or a filter takes a UUID: what cannot be one is left to the tests of bad input.
pub const fn as_uuid(pick: Pick) -> Pick {
    match pick {
        Pick::ForeignNumber => Pick::Foreign(0),
        Pick::AbsentNumber => Pick::Absent,
        Pick::Garbage(n) => Pick::Foreign(n),
        other => other,
    }
}

/// What a request is made from, beside the case.
struct Places<'a> {
    scene: &'a Scene,
    home: &'a Side,
    victim: &'a Side,
    /// The tenant that the path names, if it names one of the scene.
    named: Option<usize>,
}

impl Places<'_> {
    /// Whether the tenant named has a row of this id.
    fn owns(&self, id: &str) -> bool {
        let Some(named) = self.named else { return false };
        match id.parse() {
            Ok(id) => self.scene.owners.get(&id).is_some_and(|owners| owners & (1 << named) != 0),
            Err(_) => id == self.scene.sides[named].number.to_string(),
        }
    }
}

impl Request {
    pub async fn of(case: &HttpCase, operation: &Operation, scene: &mut Scene, kept: &[Kept]) -> Self {
        let serial = scene.next();
        let mut request = Self::by_bearer(case, operation, scene, kept, serial).await;
        if case.by_session {
            // The cookie is the session's.
            request.headers.retain(|(name, _)| name != "cookie");
            request.by_session(case, scene).await;
        }
        request.session_operation(operation.row.operation_id, case, scene).await;
        request
    }

    async fn by_bearer(case: &HttpCase, operation: &Operation, scene: &Scene, kept: &[Kept], serial: u64) -> Self {
        let caller = scene.person(case.caller, case.home);
        let mut request = Self { method: operation.route.method.to_ascii_uppercase(), token: caller.token.clone(), ..Self::default() };
        let mut places = Places { scene, home: &scene.sides[case.home], victim: &scene.sides[case.victim], named: None };
        if operation.row.scope == Scope::Tenant {
            places.named = match case.place {
                Place::Slug | Place::Id => Some(case.home),
                Place::ForeignSlug | Place::ForeignId => Some(case.victim),
                _ => None,
            };
            request.entered = places.named.filter(|side| caller.memberships.contains_key(side));
        }
        let target = request.path(case, operation, &places);
        request.query(case, operation, &places, kept);
        if let Some(honest) = operation.row.body {
            // In the words of the tenant named: a member of two writes each one's own.
            request.body(case, operation, &places, honest(&scene.sides[places.named.unwrap_or(case.home)], serial));
        }
        if operation.row.precondition || (operation.deletes() && operation.row.operation_id != "revokeBreakGlassGrant" && case.if_match != IfMatch::Absent) {
            request.precondition(case, scene, target).await;
        }
        request.wants_precondition = operation.row.precondition;
        if let Some(key) = case.idempotency_key {
            request.headers.push(("Idempotency-Key".into(), format!("key-{key}")));
        }
        for (n, (name, says)) in IDENTITY_HEADERS.iter().enumerate() {
            if case.headers & (1 << n) != 0 {
                request.headers.push(((*name).into(), value(*says, places.victim)));
            }
        }
        request
    }

    /// Fills the path in; the last id is what a precondition is about.
    fn path(&mut self, case: &HttpCase, operation: &Operation, places: &Places<'_>) -> Option<(Kind, Uuid)> {
        let (home, victim) = (places.home, places.victim);
        let tenant = match case.place {
            Place::Slug => home.tenant.slug.clone(),
            Place::Id => home.tenant.id.to_string(),
            Place::ForeignSlug => victim.tenant.slug.clone(),
            Place::ForeignId => victim.tenant.id.to_string(),
            Place::AbsentSlug => format!("{}-absent", home.tenant.slug),
            Place::AbsentId => Uuid::now_v7().to_string(),
            Place::Garbage => GARBAGE[usize::from(case.headers) % GARBAGE.len()].to_owned(),
        };
        self.path = operation.route.path.replace("{tenant}", &tenant).replace("{problem}", "not_found").replace("{resource_type}", "User").replace("{schema}", ringfence_scim::USERS.schema.id);
        let (mut target, mut parent) = (None, None);
        let spare = operation.deletes() || operation.row.operation_id == "shareComment";
        for (kind, pick) in operation.positions().into_iter().zip(case.ids) {
            let mut id = picked(pick, kind, home, victim, spare);
            if let (Some(ticket), Kind::Comment, Pick::Own(n)) = (parent, kind, pick) {
                id = home.comment_of(ticket, n, spare).map_or(id, |comment| comment.to_string());
            }
            self.stray_path |= !places.owns(&id);
            self.garbage_path |= matches!(pick, Pick::Garbage(_));
            self.path = self.path.replace(&format!("{{{}}}", kind.key()), &id);
            parent = id.parse::<Uuid>().ok();
            target = parent.map(|id| (kind, id));
        }
        target
    }

    fn query(&mut self, case: &HttpCase, operation: &Operation, places: &Places<'_>, kept: &[Kept]) {
        if !operation.lists() {
            if operation.row.operation_id == "getTicket" && matches!(case.query, Query::Short) {
                self.query = "?include=requester,assignee,group,organization".into();
            }
            return;
        }
        let (home, victim) = (places.home.tenant.id, places.victim.tenant.id);
        match case.query {
            Query::Filter(n, pick) if !operation.row.filters.is_empty() => {
                let name = operation.row.filters[usize::from(n) % operation.row.filters.len()];
                let id = picked(as_uuid(pick), Kind::named(name).expect("known"), places.home, places.victim, false);
                self.stray_filter = !places.owns(&id);
                let total = if operation.row.operation_id == "listTickets" { "&include=total,requester,assignee,group,organization" } else { "" };
                self.query = format!("?{name}={id}{total}");
            }
            // SCIM counts users and groups (RFC 7644, section 3.4.2.4), tells its schemas whole, and knows no limit.
            Query::Short if ["listScimUsers", "listScimGroups"].contains(&operation.row.operation_id) => self.query = "?count=1".into(),
            Query::Short => {
                self.unknown = self.path.contains("/scim/v2/");
                self.query = "?limit=1".into();
            }
            Query::KeptCursor(n) | Query::AlteredCursor(n) if !kept.is_empty() => {
                let kept = &kept[usize::from(n) % kept.len()];
                let altered = matches!(case.query, Query::AlteredCursor(_));
                let cursor = if altered { format!("{}A", &kept.cursor[1..]) } else { kept.cursor.clone() };
                self.stray_cursor = altered || Some(kept.entered) != self.entered || kept.caller != case.caller || kept.list != list_of(&self.path);
                self.query = format!("?limit=1&cursor={cursor}");
            }
            Query::NamesTenant(n) => {
                self.unknown = true;
                self.query = format!("?tenant_id={}", if n == 0 { home } else { victim });
            }
            Query::Unknown(n) => {
                self.unknown = true;
                self.query = format!("?{}=1", UNKNOWN_PARAMETERS[usize::from(n) % UNKNOWN_PARAMETERS.len()]);
            }
            _ => {}
        }
    }

    fn body(&mut self, case: &HttpCase, operation: &Operation, places: &Places<'_>, mut body: Value) {
        let (home, victim) = (places.home, places.victim);
        match case.body {
            Body::Refers(n, pick) if !operation.row.references.is_empty() => {
                let name = operation.row.references[usize::from(n) % operation.row.references.len()];
                let kind = Kind::named(name).expect("known");
                let id = picked(as_uuid(pick), kind, home, victim, false);
                self.stray_body = !places.owns(&id);
                let own = home.ids[&kind][0].to_string();
                match name.split_once("[]") {
                    // A list of one's own and another's, as bulk changes have been tricked.
                    Some((list, inside)) => {
                        let ids = if own == id { vec![own] } else { vec![own, id] };
                        body[list] = ids.into_iter().map(|id| element(list, inside.trim_start_matches('.'), &id)).collect();
                    }
                    None => body[name] = json!(id),
                }
                if name == "role_id" {
                    // Whose rights a role of the tenant's own says.
                    body["role"] = json!("custom");
                }
            }
            Body::NamesTenant(n) => {
                self.unknown = true;
                let tenant = if n % 2 == 0 { home.tenant.id } else { victim.tenant.id };
                if n < 2 || operation.row.operation_id != "createTicket" {
                    body["tenant_id"] = json!(tenant);
                } else {
                    body["requester"] = json!({"name": "Somebody", "email": "somebody@everyone.example", "tenant_id": tenant});
                }
            }
            Body::Unknown(n) => {
                self.unknown = true;
                body[UNKNOWN_FIELDS[usize::from(n) % UNKNOWN_FIELDS.len()]] = json!(victim.tenant.id);
            }
            _ => {}
        }
        self.body = Some(body);
    }

    async fn precondition(&mut self, case: &HttpCase, scene: &Scene, target: Option<(Kind, Uuid)>) {
        let version = match (case.if_match, target) {
            (IfMatch::Absent, _) => return,
            // Of whoever's row it is: a foreign version that fits must not open anything.
            (IfMatch::Exact, Some((kind, id))) => scene.digests.version(kind, id).await.unwrap_or(1),
            (IfMatch::Exact, None) => 1,
            (IfMatch::Stale, _) => 0,
        };
        self.headers.push(("If-Match".into(), format!("\"{version}\"")));
    }

    /// Everything that the caller sent, where an echo of it is no leak. Identity headers do not count: nobody asked for those.
    pub fn sent(&self) -> String {
        format!("{}{} {}", self.path, self.query, self.body.as_ref().map(Value::to_string).unwrap_or_default())
    }
}

/// One of a list of ids, or of what holds them.
fn element(list: &str, field: &str, id: &str) -> Value {
    match (list, field) {
        (_, "") => json!(id),
        ("groups", field) => json!({field: id, "access": ["full"]}),
        (_, field) => json!({field: id}),
    }
}

/// The path behind the tenant: a list is the same under a tenant's slug and its id.
pub fn list_of(path: &str) -> String {
    path.splitn(5, '/').nth(4).unwrap_or_default().to_owned()
}
