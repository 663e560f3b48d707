//! How many requests are let through: per caller, tenant and class, per tenant, and refused credentials per client address.
//! It decides who waits, never who may: whom a tenant let in is remembered here for counting alone.

mod address;
mod bucket;
mod policy;

pub use policy::{EXAMPLE, LimitPolicy};

use crate::caller::Logged;
use crate::measures;
use crate::problem::{Kind, Problem, Unwritten};
use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::web::Data;
use actix_web::http::StatusCode;
use actix_web::{HttpMessage, HttpRequest, ResponseError};
use bucket::{Buckets, Key, Level, Taken};
use governor::clock::MonotonicClock;
use ipnet::IpNet;
use ringfence_domain::{MemberId, TenantId, TenantRef};
use ringfence_identity::Credential;
use ringfence_store::{Database, Party};
use sha2::{Digest, Sha256};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use uuid::Uuid;

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// A caller's own requests came too fast.
pub const TOO_FAST: &str = "rate_limited";
/// Those of everybody in the tenant together did.
pub const TENANT_TOO_FAST: &str = "tenant_rate_limited";
/// Too many credentials were refused.
pub const SIGN_IN_TOO_FAST: &str = "sign_in_rate_limited";
/// The tenant's share of the connections is in use.
pub const TOO_MANY_AT_ONCE: &str = "too_many_at_once";

pub struct Limits {
    read: Buckets,
    write: Buckets,
    sign_in: Buckets,
    tenant: Buckets,
    /// Whom a tenant let in not long ago, under the name they gave it. Only they count on its account: naming a tenant takes
    /// nothing from it, and says nothing about whether it exists.
    let_in: moka::sync::Cache<(TenantRef, Uuid), Inside>,
    connections: u8,
    proxies: Vec<IpNet>,
    /// Refusals that wait to be sent, of all callers.
    held_back: AtomicUsize,
}

/// A client that asks again at once whatever it is told is answered this much later, so that its refusals cost the others nothing.
const HOLD_BACK: Duration = Duration::from_millis(100);
/// Refusals held back at once; past that they are sent as they come, for each holds a connection.
const HELD_BACK: usize = 1_000;

#[derive(Debug, Clone, Copy)]
pub struct Inside {
    pub tenant_id: TenantId,
    pub member_id: MemberId,
}

/// A request that is not let through.
pub struct Refused {
    pub problem: Problem,
    /// The first of its window, and so the one that the trail is told of.
    pub first: bool,
    /// Known only of somebody whom the tenant has let in.
    pub inside: Option<Inside>,
}

/// What a request was counted on, for its headers; the request carries it.
struct Counted {
    caller: Option<(TenantRef, Uuid)>,
    is_inside: bool,
    is_refused_credential: bool,
    level: Level,
}

/// What identifies a caller to the limits before a tenant has looked, whichever way they prove who they are.
fn caller_key(credential: &Credential) -> Uuid {
    match credential {
        Credential::Bearer(identity) => {
            let actor = identity.actor().map_or(["", ""], |actor| [actor.issuer, actor.subject]);
            fixed(&[identity.issuer(), identity.subject(), actor[0], actor[1]])
        }
        Credential::Session(_) | Credential::ApiToken { .. } => fixed(&[&credential.fingerprint()]),
    }
}

/// Texts as a key of a fixed size, which no choice of texts makes collide.
fn fixed(texts: &[&str]) -> Uuid {
    let mut digest = Sha256::new();
    for text in texts {
        digest.update((text.len() as u64).to_be_bytes());
        digest.update(text);
    }
    let digest: [u8; 32] = digest.finalize().into();
    let mut key = [0; 16];
    key.copy_from_slice(&digest[..16]);
    Uuid::from_bytes(key)
}

impl Limits {
    pub fn new(policy: &LimitPolicy, proxies: Vec<IpNet>) -> Self {
        let buckets = |name, rate| Buckets::new(name, rate, MonotonicClock);
        Self {
            read: buckets("read", policy.read),
            write: buckets("write", policy.write),
            sign_in: buckets("sign_in", policy.sign_in),
            tenant: buckets("tenant", policy.tenant),
            let_in: moka::sync::Cache::builder().max_capacity(100_000).time_to_idle(Duration::from_secs(3600)).build(),
            connections: policy.connections,
            proxies,
            held_back: AtomicUsize::new(0),
        }
    }

    /// The limits of the service that answers this request; none where they are off.
    pub fn of(request: &HttpRequest) -> Option<&Self> {
        request.app_data::<Data<Self>>().map(|limits| limits.get_ref())
    }

    /// The same database, its connections taken on this account.
    pub fn share(&self, database: &Database, account: Party) -> Database {
        database.on_account_of(account, self.connections)
    }

    /// The same database on the account of the address that a request came from: for whoever has proven nothing yet.
    pub fn outside(request: &HttpRequest, database: &Database) -> Database {
        Self::of(request).map_or_else(|| database.clone(), |limits| limits.share(database, Party::Outside(address::client(request, &limits.proxies))))
    }

    /// Counts a request of somebody who has proven who they are, and says on whose account it goes on.
    ///
    /// # Errors
    /// When a bucket is empty.
    pub fn admit(&self, request: &HttpRequest, credential: &Credential, named: Option<&TenantRef>) -> Result<Party, Refused> {
        let caller = caller_key(credential);
        let name = named.map(|named| (named.clone(), caller));
        let inside = name.as_ref().and_then(|name| self.let_in.get(name));
        // Whom the tenant has let in is one caller, by however many sessions and tokens.
        let (tenant, caller) = inside.map_or((Uuid::nil(), caller), |inside| (inside.tenant_id.0, inside.member_id.0));
        let class = if request.method().is_safe() { &self.read } else { &self.write };
        let mut taken = (class.take((tenant, caller)), TOO_FAST);
        // A caller who is refused takes nothing from the others.
        if let (Taken::Left(own), Some(_)) = (taken.0, inside) {
            match self.tenant.take((tenant, Uuid::nil())) {
                // Of two that are empty the one binds that is so for longer.
                Taken::Left(shared) if shared.left > own.left || shared.left == own.left && (own.left > 0 || shared.seconds <= own.seconds) => {}
                shared => taken = (shared, TENANT_TOO_FAST),
            }
        }
        let is_inside = inside.is_some();
        counted(request, name, is_inside, taken).map_err(|(problem, first)| Refused { problem, first, inside })?;
        // Who is not inside waits among their like: identities of one issuer, and guesses from one address, may be had by the thousand.
        Ok(match (inside, credential) {
            (Some(inside), _) => Party::Tenant(inside.tenant_id),
            (None, Credential::Bearer(identity)) => Party::Outside(fixed(&[identity.issuer()])),
            (None, Credential::Session(_) | Credential::ApiToken { .. }) => Party::Outside(address::client(request, &self.proxies)),
        })
    }

    /// Counts a refused credential on the address that it came from. Good ones are never counted, so that nobody is locked out,
    /// neither the person whose name a guess gives nor their neighbours at the same address; but for one that its issuer, who does not answer,
    /// would have to be asked about: it lets nobody in either way. What is still to be looked up is so on that address's account.
    ///
    /// # Errors
    /// When too many were refused: the answer then costs nothing more.
    pub fn refused_credential(request: &HttpRequest) -> Result<Option<Database>, Refused> {
        Self::nobody_yet(request, Uuid::nil())
    }

    /// Counts a sign-in that begins on the address that it comes from: beside the refused credentials, so that whoever shows bad
    /// ones keeps none of their neighbours from signing in.
    ///
    /// # Errors
    /// When too many were begun.
    pub fn sign_in_begun(request: &HttpRequest) -> Result<(), Refused> {
        Self::nobody_yet(request, Uuid::max()).map(drop)
    }

    fn nobody_yet(request: &HttpRequest, what: Uuid) -> Result<Option<Database>, Refused> {
        let (Some(limits), Some(database)) = (Self::of(request), request.app_data::<Data<Database>>()) else { return Ok(None) };
        let key: Key = (what, address::client(request, &limits.proxies));
        let taken = (limits.sign_in.take(key), SIGN_IN_TOO_FAST);
        counted(request, None, false, taken).map_err(|(problem, first)| Refused { problem, first, inside: None })?;
        Ok(Some(limits.share(database, Party::Outside(key.1))))
    }

    /// The tenant did not let the caller in: their further requests count on their own account.
    pub fn forget(request: &HttpRequest) {
        let (Some(limits), extensions) = (Self::of(request), request.extensions()) else { return };
        if let Some(name) = extensions.get::<Counted>().and_then(|counted| counted.caller.as_ref()) {
            limits.let_in.invalidate(name);
        }
    }
}

fn counted(request: &HttpRequest, caller: Option<(TenantRef, Uuid)>, is_inside: bool, (taken, code): (Taken, &'static str)) -> Result<(), (Problem, bool)> {
    let (level, refused) = match taken {
        Taken::Left(level) => (level, None),
        Taken::Refused { level, first } => (level, Some((Problem::with_code(Kind::RateLimited, code), first))),
    };
    request.extensions_mut().insert(Counted { caller, is_inside, is_refused_credential: code == SIGN_IN_TOO_FAST, level });
    match refused {
        None => Ok(()),
        Some(refused) => {
            metrics::counter!(measures::RATE_LIMITED, "policy" => level.policy).increment(1);
            Err(refused)
        }
    }
}

/// A credential that only the database could refuse, on a way that has not counted it yet.
pub fn counting_refusals(response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let is_uncounted = response.request().extensions().get::<Counted>().is_some_and(|counted| !counted.is_refused_credential);
    // Whoever is asked to sign in again was not refused: their credential is good.
    let is_known = response.response().extensions().get::<Unwritten>().is_some_and(|unwritten| unwritten.0.max_age.is_some());
    if response.status() != StatusCode::UNAUTHORIZED || !is_uncounted || is_known {
        return response;
    }
    match Limits::refused_credential(response.request()) {
        Ok(_) => response,
        Err(refused) => ServiceResponse::new(response.into_parts().0, refused.problem.error_response()),
    }
}

/// Sends a refusal a moment late.
pub async fn hold_back(response: &ServiceResponse<BoxBody>) {
    struct Held<'a>(&'a AtomicUsize);
    impl Drop for Held<'_> {
        fn drop(&mut self) {
            self.0.fetch_sub(1, Ordering::Relaxed);
        }
    }
    let Some(limits) = Limits::of(response.request()).filter(|_| response.status() == StatusCode::TOO_MANY_REQUESTS) else { return };
    // Given back even if the client goes away meanwhile.
    let before = limits.held_back.fetch_add(1, Ordering::Relaxed);
    let _held = Held(&limits.held_back);
    if before < HELD_BACK {
        tokio::time::sleep(HOLD_BACK).await;
    }
}

/// Writes what a request was counted on into its answer, and remembers whom the tenant let in.
pub fn describe(response: &mut ServiceResponse<BoxBody>) {
    let problem = response.response().extensions().get::<Unwritten>().map(|unwritten| unwritten.0.clone());
    let request = response.request();
    let Some(limits) = Limits::of(request) else { return };
    let (policy, standing, wait) = {
        let extensions = request.extensions();
        let Some(counted) = extensions.get::<Counted>() else { return };
        if let (Some(name), Some(Logged { tenant_id, member_id: Some(member_id) })) = (&counted.caller, extensions.get::<Logged>().copied())
            && !counted.is_inside
        {
            limits.let_in.insert(name.clone(), Inside { tenant_id, member_id });
        }
        let limited = problem.filter(|problem| problem.kind == Kind::RateLimited);
        if limited.as_ref().is_some_and(|problem| problem.code == TOO_MANY_AT_ONCE) {
            metrics::counter!(measures::RATE_LIMITED, "policy" => "connections").increment(1);
            let inside = counted.caller.as_ref().filter(|_| counted.is_inside).and_then(|name| limits.let_in.get(name));
            let party = inside.map_or(Party::Outside(Uuid::nil()), |inside| Party::Tenant(inside.tenant_id));
            let most = request.app_data::<Data<Database>>().map_or(1, |database| database.most(party, limits.connections));
            (format!("\"connections\";q={most};qu=\"concurrent-requests\""), "\"connections\";r=0".to_owned(), Some(1))
        } else {
            let Level { policy, rate, left, seconds } = counted.level;
            (format!("\"{policy}\";q={};w={}", rate.count, rate.seconds), format!("\"{policy}\";r={left};t={seconds}"), limited.map(|_| seconds))
        }
    };
    let wait = wait.map(|seconds| (header::RETRY_AFTER, seconds.to_string()));
    for (name, value) in [(RATE_LIMIT_POLICY, policy), (RATE_LIMIT, standing)].into_iter().chain(wait) {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
}
