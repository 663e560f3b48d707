//! What can be varied in a call, and how often: proptest draws it, `request` makes a request of it.

use crate::scene::{OUTSIDERS, SIDES};
use crate::table::{Scope, operations};
use proptest::prelude::*;
use ringfence_tests::world::PEOPLE;

/// Which id stands in a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pick {
    /// One of the tenant's own.
    Own(u8),
    /// One of the victim's.
    Foreign(u8),
    /// One of the victim's, of another kind.
    ForeignOther(u8),
    /// The number of a ticket that the victim alone has.
    ForeignNumber,
    /// The number of a ticket that nobody has.
    AbsentNumber,
    /// The tenant itself.
    TenantItself,
    /// One that never existed.
    Absent,
    Nil,
    Garbage(u8),
}

/// How the path names the tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Slug,
    Id,
    ForeignSlug,
    ForeignId,
    AbsentSlug,
    AbsentId,
    Garbage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    Honest,
    /// A field that refers to something.
    Refers(u8, Pick),
    /// `tenant_id`, on top or inside another object: 0 one's own, 1 the victim's.
    NamesTenant(u8),
    /// A field by which other systems name a tenant or skip a check.
    Unknown(u8),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Query {
    None,
    /// A filter that refers to something.
    Filter(u8, Pick),
    /// A short page, whose cursor is kept.
    Short,
    /// A cursor kept of another list, person or tenant.
    KeptCursor(u16),
    /// The same, altered.
    AlteredCursor(u16),
    NamesTenant(u8),
    Unknown(u8),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfMatch {
    /// The version of the row named, wherever it is.
    Exact,
    Stale,
    Absent,
}

#[derive(Debug, Clone)]
pub struct HttpCase {
    pub operation: usize,
    /// A role of the home tenant, or an outsider.
    pub caller: &'static str,
    pub home: usize,
    pub victim: usize,
    pub place: Place,
    pub ids: [Pick; 2],
    pub body: Body,
    pub query: Query,
    pub if_match: IfMatch,
    /// One of a few keys that all tenants share.
    pub idempotency_key: Option<u8>,
    /// A bit for each header by which other systems believe an identity.
    pub headers: u16,
    /// By a browser's session in place of a bearer token.
    pub by_session: bool,
}

#[derive(Debug, Clone)]
pub struct SqlCase {
    pub statement: usize,
    pub caller: &'static str,
    pub home: usize,
    pub victim: usize,
    /// The tenant named in `$1` is the victim.
    pub foreign_tenant: bool,
    /// For each id of the statement in turn.
    pub ids: [Pick; 6],
    /// A bit for each optional line.
    pub lines: u32,
}

impl HttpCase {
    /// The same call, with nothing in it that is not the caller's own: whoever may, succeeds.
    pub fn honest(self) -> Self {
        Self { place: Place::Slug, ids: self.ids.map(Pick::own), body: Body::Honest, query: Query::None, if_match: IfMatch::Exact, idempotency_key: None, headers: 0, ..self }
    }
}

impl SqlCase {
    pub fn honest(self) -> Self {
        Self { foreign_tenant: false, ids: self.ids.map(Pick::own), ..self }
    }
}

impl Pick {
    const fn own(self) -> Self {
        match self {
            Self::Own(n) | Self::Foreign(n) | Self::ForeignOther(n) | Self::Garbage(n) => Self::Own(n),
            _ => Self::Own(0),
        }
    }
}

/// Everybody who calls, as seen from a home tenant.
pub fn callers() -> Vec<&'static str> {
    PEOPLE.into_iter().chain(OUTSIDERS).collect()
}

pub fn http(operation: usize, caller: &'static str) -> impl Strategy<Value = HttpCase> {
    let reads = operations()[operation].reads();
    // What is done with sessions is mostly done by one.
    let by_session = prop::bool::weighted(if operations()[operation].row.scope == Scope::Sessions { 0.8 } else { 0.2 });
    // Writes take If-Match and keys; reads take filters and cursors.
    let body = if reads { Just(Body::Honest).boxed() } else { body().boxed() };
    let query = if reads { query().boxed() } else { prop_oneof![19 => Just(Query::None), 1 => (0..4_u8).prop_map(Query::Unknown)].boxed() };
    let key = prop_oneof![2 => Just(None), 1 => (0..4_u8).prop_map(Some)];
    let headers = prop_oneof![3 => Just(0), 1 => any::<u16>()];
    (home_of(caller), 1..SIDES, place(), [pick(), pick()], body, query, if_match(), key, headers, by_session).prop_map(
        move |(home, victim, place, ids, body, query, if_match, idempotency_key, headers, by_session)| HttpCase {
            operation,
            caller,
            home,
            victim: (home + victim) % SIDES,
            place,
            ids,
            body,
            query,
            if_match,
            idempotency_key: idempotency_key.filter(|_| !reads),
            headers,
            by_session,
        },
    )
}

pub fn sql(statement: usize, caller: &'static str) -> impl Strategy<Value = SqlCase> {
    // One stray id among one's own finds more than six that are refused for the first.
    let id = || prop_oneof![4 => any::<u8>().prop_map(Pick::Own), 3 => pick()];
    let ids = [id(), id(), id(), id(), id(), id()];
    (home_of(caller), 1..SIDES, prop::bool::weighted(0.3), ids, any::<u32>()).prop_map(move |(home, victim, foreign_tenant, ids, lines)| SqlCase {
        statement,
        caller,
        home,
        victim: (home + victim) % SIDES,
        foreign_tenant,
        ids,
        lines,
    })
}

/// A person of two tenants is at home in either.
fn home_of(caller: &'static str) -> BoxedStrategy<usize> {
    match caller {
        "owner_and_requester" => (0..2_usize).boxed(),
        "agent_and_auditor" => (1..3_usize).boxed(),
        "importer" => Just(2).boxed(),
        _ => (0..SIDES).boxed(),
    }
}

fn place() -> impl Strategy<Value = Place> {
    prop_oneof![
        9 => Just(Place::Slug),
        4 => Just(Place::Id),
        3 => Just(Place::ForeignSlug),
        3 => Just(Place::ForeignId),
        1 => Just(Place::AbsentSlug),
        1 => Just(Place::AbsentId),
        1 => Just(Place::Garbage),
    ]
}

pub fn pick() -> impl Strategy<Value = Pick> {
    prop_oneof![
        9 => any::<u8>().prop_map(Pick::Own),
        6 => any::<u8>().prop_map(Pick::Foreign),
        1 => any::<u8>().prop_map(Pick::ForeignOther),
        1 => Just(Pick::ForeignNumber),
        1 => Just(Pick::AbsentNumber),
        1 => Just(Pick::TenantItself),
        1 => Just(Pick::Absent),
        1 => Just(Pick::Nil),
        1 => any::<u8>().prop_map(Pick::Garbage),
    ]
}

fn body() -> impl Strategy<Value = Body> {
    prop_oneof![
        6 => Just(Body::Honest),
        5 => (any::<u8>(), pick()).prop_map(|(field, pick)| Body::Refers(field, pick)),
        2 => (0..4_u8).prop_map(Body::NamesTenant),
        1 => (0..8_u8).prop_map(Body::Unknown),
    ]
}

fn query() -> impl Strategy<Value = Query> {
    prop_oneof![
        5 => Just(Query::None),
        4 => (any::<u8>(), pick()).prop_map(|(field, pick)| Query::Filter(field, pick)),
        3 => Just(Query::Short),
        3 => any::<u16>().prop_map(Query::KeptCursor),
        1 => any::<u16>().prop_map(Query::AlteredCursor),
        1 => (0..2_u8).prop_map(Query::NamesTenant),
        1 => (0..4_u8).prop_map(Query::Unknown),
    ]
}

fn if_match() -> impl Strategy<Value = IfMatch> {
    prop_oneof![8 => Just(IfMatch::Exact), 1 => Just(IfMatch::Stale), 1 => Just(IfMatch::Absent)]
}
