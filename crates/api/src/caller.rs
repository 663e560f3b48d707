//! Who calls, as a handler's parameter: authenticated, at the door of the tenant that the route names.

use crate::credential::{self, Shown, Turned};
use crate::limits::{Limits, Refused};
use crate::last_use::LastUse;
use crate::body::Fields;
use crate::problem::{Kind, Problem};
use crate::routes::ROUTES;
use crate::scim;
use crate::sign_in::{self, Entrance};
use crate::step_up;
use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use futures_util::future::LocalBoxFuture;
use jiff::Timestamp;
use ringfence_audit::{Action, Decision, Event, Object, Who};
use ringfence_domain::{IdentityId, MemberId, RequestId, TenantId, TenantRef};
use ringfence_identity::sign_in::SessionSecret;
use ringfence_identity::{Credential, Verifier};
use ringfence_store::audit_trail::AuditTrail;
use ringfence_store::sessions::{self, Session};
use ringfence_store::{Access, Acting, Database, Entered, Principal, Refusal, RequestContext, StoreError, TenantTx};
use serde_json::{Value, json};
use std::time::Duration;
use uuid::Uuid;

/// On a route of a tenant, the member on whose behalf the caller acts.
pub const ACT_AS: &str = "Act-As";
const CREDENTIAL_INVALID: Problem = Problem::with_code(Kind::Unauthenticated, "credential_invalid");

/// Sign-ins and entries already in the trail, so that each token is recorded once per tenant and not once per request.
#[derive(Clone)]
pub struct Seen(moka::sync::Cache<(String, Uuid), ()>);

impl Default for Seen {
    fn default() -> Self {
        Self(moka::sync::Cache::builder().max_capacity(100_000).time_to_live(Duration::from_secs(3600)).build())
    }
}

/// An authenticated caller on a route that names no tenant.
pub struct Authenticated {
    pub credential: Credential,
    pub context: RequestContext,
    pub database: Database,
    /// Of the cookie, where there is one.
    pub secret: Option<SessionSecret>,
    /// The live session of the cookie, on a route that names no tenant.
    session: Option<Session>,
    trail: AuditTrail,
    seen: Seen,
    entrance: Data<Entrance>,
}

/// What the log line of a request may say of its caller; the request log reads it from the request.
#[derive(Debug, Clone, Copy)]
pub struct Logged {
    pub tenant_id: TenantId,
    pub member_id: Option<MemberId>,
}

/// An authenticated caller at the door of one tenant.
pub struct Caller {
    pub principal: Principal,
    tenant: TenantRef,
    authenticated: Authenticated,
    request: HttpRequest,
}

impl FromRequest for Authenticated {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { authenticate(&request, None).await?.found().await })
    }
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            // A name that no tenant can have is one that does not exist.
            let tenant: TenantRef = request.match_info().get("tenant").and_then(|t| t.parse().ok()).unwrap_or(TenantRef::Id(TenantId(Uuid::nil())));
            let authenticated = authenticate(&request, Some(&tenant)).await?;
            if asks_nothing(&request) {
                Fields::of_query(request.query_string()).finish()?;
            }
            let principal = Principal::for_request(&authenticated.database, &authenticated.credential, &tenant, authenticated.context.clone()).await?;
            request.extensions_mut().insert(Logged { tenant_id: principal.tenant_id(), member_id: None });
            let caller = Self { principal, tenant, authenticated, request };
            if step_up::is_dangerous(caller.request.method(), caller.request.match_pattern().as_deref()) {
                caller.fresh().await?;
            }
            match act_as(&caller.request)? {
                Some(subject) => caller.on_behalf_of(subject).await,
                None => Ok(caller),
            }
        })
    }
}

/// Whether a GET is of one record, which knows no parameter: one that is sent was meant to do something. Lists read their own.
fn asks_nothing(request: &HttpRequest) -> bool {
    let Some(path) = request.match_pattern() else { return false };
    let route = ROUTES.iter().find(|route| route.path == path && route.method == "get");
    request.method() == Method::GET && !scim::is_scim(request.path()) && route.is_some_and(|route| !route.operation_id.starts_with("list"))
}

/// Whom the caller says they act for: one member of the tenant, named by id.
///
/// # Errors
/// 400 for anything else.
pub fn act_as(request: &HttpRequest) -> Result<Option<MemberId>, Problem> {
    let mut values = request.headers().get_all(ACT_AS);
    let Some(value) = values.next() else { return Ok(None) };
    let named = value.to_str().ok().filter(|text| text.len() == 36).and_then(|text| text.parse().ok());
    match (named, values.next()) {
        (Some(member), None) => Ok(Some(member)),
        _ => Err(Problem::field(ACT_AS, "invalid", "must be given once, as a member's UUID")),
    }
}

async fn authenticate(request: &HttpRequest, tenant: Option<&TenantRef>) -> Result<Authenticated, Problem> {
    let (Some(verifier), Some(database), Some(trail), Some(seen), Some(entrance)) = (
        request.app_data::<Data<Verifier>>(),
        request.app_data::<Data<Database>>(),
        request.app_data::<Data<AuditTrail>>(),
        request.app_data::<Data<Seen>>(),
        request.app_data::<Data<Entrance>>(),
    ) else {
        return Err(Problem::new(Kind::Internal));
    };
    let request_id = sign_in::request_id(request);
    match credential::shown(request, verifier, database, entrance).await {
        Ok(Shown { credential, secret }) => {
            let context = RequestContext { request_id, authentication: credential.method() };
            if let Credential::Session(hash) = &credential {
                entrance.touch(database, hash);
            }
            let admitted = Limits::of(request).map(|limits| limits.admit(request, &credential, tenant).map(|account| limits.share(database, account)));
            let (database, refused) = match admitted {
                None => (database.get_ref().clone(), None),
                Some(Ok(shared)) => (shared, None),
                Some(Err(refused)) => (database.get_ref().clone(), Some(refused)),
            };
            let (trail, seen, entrance) = (trail.get_ref().clone(), seen.get_ref().clone(), entrance.clone());
            let authenticated = Authenticated { credential, context, secret, session: None, database, trail, seen, entrance };
            match refused {
                None => Ok(authenticated),
                Some(refused) => Err(authenticated.limited(refused, tenant).await),
            }
        }
        Err(Turned { kind: Kind::Unavailable, .. }) => Err(Problem::new(Kind::Unavailable)),
        Err(turned) => {
            let mut problem = Problem::with_code(turned.kind, turned.code);
            let mut action = Action::IdentityRejected;
            let mut database = database.get_ref().clone();
            match Limits::refused_credential(request) {
                Ok(shared) => database = shared.unwrap_or(database),
                Err(Refused { first: true, problem: limited, .. }) => (problem, action) = (limited, Action::RateLimited),
                Err(refused) => return Err(refused.problem),
            }
            // The tenant named is told as well, if there is one.
            let named = named(&database, tenant).await?;
            let rejected = |tenant_id| Event {
                tenant_id,
                request_id,
                action,
                decision: Decision::Deny,
                rule: Some(problem.code),
                who: sign_in::nobody(),
                object: Object::default(),
                details: json!({}),
            };
            let mut events = vec![rejected(None)];
            events.extend(named.map(|id| rejected(Some(id))));
            trail.record(events).await?;
            Err(problem)
        }
    }
}

/// The tenant that a route names, if there is one.
async fn named(database: &Database, tenant: Option<&TenantRef>) -> Result<Option<TenantId>, StoreError> {
    match tenant {
        Some(TenantRef::Id(id)) => Ok((!id.0.is_nil()).then_some(*id)),
        // Looked up anew: a name that is known must not be refused faster than one that is not.
        Some(TenantRef::Slug(slug)) => database.resolve_uncached(slug).await,
        None => Ok(None),
    }
}

impl Authenticated {
    pub const fn request_id(&self) -> RequestId {
        self.context.request_id
    }

    /// Looks a session up: where no tenant is entered, nothing else would.
    async fn found(mut self) -> Result<Self, Problem> {
        if let Credential::Session(hash) = &self.credential {
            self.session = sessions::find(&self.database, hash).await?;
            if self.session.is_none() {
                return Err(self.turned_away(CREDENTIAL_INVALID, None).await);
            }
        }
        Ok(self)
    }

    /// The session of the caller's cookie, on a route that names no tenant.
    pub const fn session(&self) -> Option<&Session> {
        self.session.as_ref()
    }

    /// Whom the credential stands for.
    ///
    /// # Errors
    /// 403 for an API token, which is nobody outside of its tenant.
    pub async fn identity_id(&self) -> Result<IdentityId, Problem> {
        match (&self.credential, &self.session) {
            (_, Some(session)) => Ok(session.identity_id),
            (Credential::Bearer(identity), None) => Ok(self.database.identify(identity.issuer(), identity.subject()).await?),
            _ => Err(Problem::new(Kind::Forbidden)),
        }
    }

    /// Records that somebody was turned away, by name where they have proven who they are, and phrases it.
    pub async fn turned_away(&self, problem: Problem, tenant: Option<TenantId>) -> Problem {
        let who = match self.identity_id().await {
            Ok(identity_id) => self.somebody(identity_id),
            Err(_) => sign_in::nobody(),
        };
        self.turned(problem, tenant, who).await
    }

    async fn turned(&self, problem: Problem, tenant: Option<TenantId>, who: Who) -> Problem {
        match sign_in::turned_away(&self.trail, self.request_id(), problem.code, tenant, who).await {
            Ok(()) => problem,
            Err(unrecorded) => unrecorded,
        }
    }

    /// Who is proven, on a route that names no tenant.
    fn somebody(&self, identity_id: IdentityId) -> Who {
        Who {
            identity_id: Some(identity_id),
            session_id: self.session.as_ref().map(|session| session.session_id.to_string()).or_else(|| self.credential.token_id().map(str::to_owned)),
            ..self.who(None, None)
        }
    }

    /// What somebody did with sessions of their own.
    ///
    /// # Errors
    /// 503 when the event could not be made durable.
    pub async fn sessions_handled(&self, identity_id: IdentityId, action: Action, decision: Decision, object: Object, details: Value) -> Result<(), Problem> {
        let who = self.somebody(identity_id);
        let rule = (decision == Decision::Deny).then_some("not_found");
        let event = Event { tenant_id: None, request_id: self.request_id(), action, decision, rule, who, object, details };
        Ok(self.trail.record(vec![event]).await?)
    }

    /// Before an entry no more is known than the credential says.
    fn who(&self, principal: Option<&Principal>, entered: Option<&Entered>) -> Who {
        Who {
            member_id: entered.map(|e| e.actor_id),
            on_behalf_of: match (entered, principal.map(Principal::acting)) {
                (Some(entered), _) => entered.on_behalf_of(),
                // Asked for, and not granted.
                (None, Some(Acting::ForMember { subject })) => Some(subject),
                (None, _) => None,
            },
            identity_id: entered.map(|e| e.identity_id).or_else(|| principal.and_then(Principal::identity_id)),
            kind: entered.map_or(self.credential.kind(), |e| e.kind).as_str(),
            session_id: entered.and_then(|e| e.credential_id.clone()).or_else(|| self.credential.token_id().map(str::to_owned)),
            authentication: Some(self.context.authentication),
        }
    }

    /// The answer to a request that came too fast, recorded if it is the first of its window: a row for each would be a flood of its own.
    async fn limited(&self, refused: Refused, tenant: Option<&TenantRef>) -> Problem {
        let Refused { problem, first, inside } = refused;
        if !first {
            return problem;
        }
        let recorded = async {
            let identity_id = match &self.credential {
                Credential::Bearer(identity) => Some(self.database.identify(identity.issuer(), identity.subject()).await?),
                Credential::Session(_) | Credential::ApiToken { .. } => None,
            };
            let who = Who { identity_id, member_id: inside.map(|inside| inside.member_id), ..self.who(None, None) };
            let event = |tenant_id| Event {
                tenant_id,
                request_id: self.request_id(),
                action: Action::RateLimited,
                decision: Decision::Deny,
                rule: Some(problem.code),
                who: who.clone(),
                object: Object::default(),
                details: json!({}),
            };
            // The installation is told of those outside, and the tenant that they name, if there is one.
            let events = match inside {
                Some(inside) => vec![event(Some(inside.tenant_id))],
                None => std::iter::once(None).chain(named(&self.database, tenant).await?.map(Some)).map(event).collect(),
            };
            self.trail.record(events).await
        };
        match recorded.await {
            Ok(()) => problem,
            Err(error) => error.into(),
        }
    }

    /// True at the first use of this credential in this tenant, and for each whom it acts for.
    fn first_use(&self, tenant: Uuid, on_behalf_of: Option<MemberId>) -> bool {
        let fingerprint = match on_behalf_of {
            Some(member) => format!("{}\n{member}", self.credential.fingerprint()),
            None => self.credential.fingerprint(),
        };
        self.seen.0.entry((fingerprint, tenant)).or_insert(()).is_fresh()
    }

    /// Records that a credential which only the database could prove is none.
    pub async fn rejected(&self) -> Problem {
        let problem = Problem::from(Refusal::Credential);
        let event = Event {
            tenant_id: None,
            request_id: self.request_id(),
            action: Action::IdentityRejected,
            decision: Decision::Deny,
            rule: Some(problem.code),
            who: self.who(None, None),
            object: Object::default(),
            details: json!({}),
        };
        match self.trail.record(vec![event]).await {
            Ok(()) => problem,
            Err(error) => error.into(),
        }
    }

    /// Records the reading of one's own tenants.
    ///
    /// # Errors
    /// 503 when the event could not be made durable.
    pub async fn identity_read(&self, identity_id: Option<ringfence_domain::IdentityId>, tenants: &[TenantId]) -> Result<(), Problem> {
        let who = Who { identity_id, ..self.who(None, None) };
        let event = |action| Event {
            tenant_id: None,
            request_id: self.request_id(),
            action,
            decision: Decision::Allow,
            rule: None,
            who: who.clone(),
            object: Object::default(),
            details: json!({ "count": tenants.len() }),
        };
        let mut events = vec![event(Action::IdentityRead)];
        if self.first_use(Uuid::nil(), None) {
            events.insert(0, event(Action::IdentityAuthenticated));
        }
        Ok(self.trail.record(events).await?)
    }
}

impl Caller {
    /// For what is dangerous: the person proved themselves a short while ago.
    ///
    /// # Errors
    /// 401 with how fresh the sign-in has to be.
    pub async fn fresh(&self) -> Result<(), Problem> {
        let asked = &self.authenticated;
        let mut who = asked.who(Some(&self.principal), None);
        let authenticated_at = match &asked.credential {
            Credential::Bearer(identity) => identity.authenticated_at(),
            Credential::Session(hash) => match sessions::find(&asked.database, hash).await? {
                Some(session) => {
                    who = Who { identity_id: Some(session.identity_id), session_id: Some(session.session_id.to_string()), ..who };
                    session.authenticated_at
                }
                None => return Err(asked.turned_away(CREDENTIAL_INVALID, Some(self.tenant_id())).await),
            },
            Credential::ApiToken { .. } => None,
        };
        match step_up::check(asked.credential.kind(), authenticated_at, Timestamp::now(), asked.entrance.limits.step_up) {
            Ok(()) => Ok(()),
            Err(problem) => {
                // Whose member they are the tenant alone knows; where it knows nobody, the identity is all there is.
                let who = self.met_now().await.map_or(who, |entered| asked.who(Some(&self.principal), Some(&entered)));
                Err(asked.turned(problem, Some(self.tenant_id()), who).await)
            }
        }
    }

    /// Whom the tenant lets in, for the trail.
    async fn met_now(&self) -> Option<Entered> {
        let mut tx = TenantTx::open(self.database(), &self.principal, Access::Read).await.ok()?;
        let entered = tx.enter().await.ok().cloned();
        tx.rollback().await.ok()?;
        entered
    }

    /// The same caller for another member. A token that says itself whom its bearer acts for is one end of a chain already.
    async fn on_behalf_of(self, subject: MemberId) -> Result<Self, Problem> {
        let is_acting = self.principal.acting() != Acting::Alone;
        let caller = Self { principal: self.principal.on_behalf_of(subject), ..self };
        if is_acting {
            let problem = Problem::with_code(Kind::Forbidden, "act_chain_too_deep");
            return Err(caller.denied(Action::TenantEntryDenied, Object::default(), problem, None, None).await);
        }
        Ok(caller)
    }

    pub const fn database(&self) -> &Database {
        &self.authenticated.database
    }

    pub const fn request_id(&self) -> RequestId {
        self.authenticated.request_id()
    }

    pub const fn tenant_id(&self) -> TenantId {
        self.principal.tenant_id()
    }

    /// How this tenant stands in the route, for links.
    pub fn tenant_path(&self) -> String {
        match &self.tenant {
            TenantRef::Id(id) => id.to_string(),
            TenantRef::Slug(slug) => slug.to_string(),
        }
    }

    /// # Errors
    /// 503 when the mover did not catch up.
    pub async fn catch_up(&self) -> Result<(), Problem> {
        Ok(self.authenticated.trail.catch_up().await?)
    }

    /// What was read, durable before the response. `details` holds counts and digests, never content.
    ///
    /// # Errors
    /// 503 when the event could not be made durable.
    pub async fn read(&self, entered: &Entered, action: Action, object: Object, details: Value) -> Result<(), Problem> {
        let mut events = self.arrivals(entered);
        events.push(self.event(Some(self.tenant_id()), Some(entered), action, Decision::Allow, None, object, details));
        Ok(self.authenticated.trail.record(events).await?)
    }

    /// A change carries its own audit row; only a first arrival is to be recorded beside it.
    ///
    /// # Errors
    /// 503 when the event could not be made durable; the change stands, and repeating it under its key is safe.
    pub async fn changed(&self, entered: &Entered) -> Result<(), Problem> {
        self.met(entered);
        let events = self.arrivals(entered);
        if events.is_empty() { Ok(()) } else { Ok(self.authenticated.trail.record(events).await?) }
    }

    /// Records a denial in its own transaction, so that no rollback erases it, and phrases it.
    pub async fn denied(&self, action: Action, object: Object, error: impl Into<Problem>, refusal: Option<&Refusal>, entered: Option<&Entered>) -> Problem {
        let mut problem = error.into();
        let mut rule = problem.code;
        let mut action = match refusal {
            Some(Refusal::NoEntry | Refusal::MayNotAct) => Action::TenantEntryDenied,
            Some(Refusal::NobodyToActFor) => {
                rule = "act_as_unknown";
                Action::TenantEntryDenied
            }
            Some(Refusal::Credential) => Action::IdentityRejected,
            _ => action,
        };
        if matches!(refusal, Some(Refusal::NoEntry | Refusal::Credential)) {
            Limits::forget(&self.request);
        }
        if matches!(refusal, Some(Refusal::Credential)) {
            match Limits::refused_credential(&self.request) {
                Ok(_) => {}
                Err(Refused { first: true, problem: limited, .. }) => (rule, problem, action) = (limited.code, limited, Action::RateLimited),
                Err(refused) => return refused.problem,
            }
        }
        let event = |tenant| self.event(tenant, entered, action, Decision::Deny, Some(rule), object.clone(), json!({}));
        let mut events = Vec::new();
        if matches!(action, Action::TenantEntryDenied | Action::IdentityRejected) {
            events.push(event(None));
            // As long a way for a tenant that exists as for one that does not.
            if let TenantRef::Slug(slug) = &self.tenant
                && let Err(error) = self.database().resolve_uncached(slug).await
            {
                return error.into();
            }
        }
        if !self.tenant_id().0.is_nil() {
            events.push(event(Some(self.tenant_id())));
        }
        // A broken glass is in the trail at every use, refused ones too.
        if let Some(grant) = entered.and_then(|entered| entered.break_glass) {
            events.push(self.event(Some(self.tenant_id()), entered, Action::BreakGlassUsed, Decision::Deny, Some(problem.code), self::object("break_glass_grant", grant), json!({})));
        }
        match self.authenticated.trail.record(events).await {
            Ok(()) => problem,
            Err(error) => error.into(),
        }
    }

    /// A refusal or failure of the store, recorded if it is a denial.
    pub async fn refused(&self, action: Action, object: Object, error: StoreError, entered: Option<&Entered>) -> Problem {
        match error {
            StoreError::Refused(refusal) => self.denied(action, object, refusal.clone(), Some(&refusal), entered).await,
            other => other.into(),
        }
    }

    /// What is recorded of a caller beside what they did: their arrival, once; a broken glass, at every use.
    fn arrivals(&self, entered: &Entered) -> Vec<Event> {
        let event = |action, object| self.event(Some(self.tenant_id()), Some(entered), action, Decision::Allow, None, object, json!({}));
        let mut events = Vec::new();
        if self.authenticated.first_use(self.tenant_id().0, entered.on_behalf_of()) {
            events.extend([Action::IdentityAuthenticated, Action::TenantEntered].map(|action| event(action, Object::default())));
        }
        events.extend(entered.break_glass.map(|grant| event(Action::BreakGlassUsed, object("break_glass_grant", grant))));
        events
    }

    /// The tenant let the caller in.
    fn met(&self, entered: &Entered) {
        self.request.extensions_mut().insert(Logged { tenant_id: self.tenant_id(), member_id: Some(entered.actor_id) });
        if let Some(last_use) = self.request.app_data::<Data<LastUse>>() {
            last_use.note(self.database(), &self.principal, &self.authenticated.credential);
        }
    }

    #[expect(clippy::too_many_arguments, reason = "an event has that many parts, and each is named where it is given")]
    fn event(&self, tenant_id: Option<TenantId>, entered: Option<&Entered>, action: Action, decision: Decision, rule: Option<&'static str>, object: Object, details: Value) -> Event {
        if let Some(entered) = entered {
            self.met(entered);
        }
        Event { tenant_id, request_id: self.request_id(), action, decision, rule, who: self.authenticated.who(Some(&self.principal), entered), object, details }
    }
}

/// An object of the trail.
pub const fn object(kind: &'static str, id: Uuid) -> Object {
    Object { kind: Some(kind), id: Some(id), version: None }
}

/// A kind of object, where there is no single one.
pub const fn objects(kind: &'static str) -> Object {
    Object { kind: Some(kind), id: None, version: None }
}
