//! What the trail is told of a caller: arrivals and reads, durable before the answer. A change tells of itself.

use super::{Authenticated, Caller, Logged};
use crate::last_use::LastUse;
use crate::problem::{Kind, Problem};
use actix_web::HttpMessage;
use actix_web::web::Data;
use ringfence_audit::{Action, Decision, Event, Object, Who};
use ringfence_domain::{IdentityId, MemberId, TenantId};
use ringfence_identity::Credential;
use ringfence_store::{Acting, Entered, Principal, StoreError};
use serde_json::{Value, json};
use std::time::Duration;
use uuid::Uuid;

/// What the trail was told of a credential in a tenant a while ago.
#[derive(Clone)]
pub struct Seen {
    /// Sign-ins and entries, so that each token is recorded once per tenant and not once per request.
    arrived: moka::sync::Cache<(String, Uuid), ()>,
    /// Who was not let in, if anybody is known: looked up once, so that to ask again costs no more than a good request.
    pub(super) outside: moka::sync::Cache<(String, Uuid), Option<Who>>,
}

impl Default for Seen {
    fn default() -> Self {
        let arrived = moka::sync::Cache::builder().max_capacity(100_000).time_to_live(Duration::from_secs(3600)).build();
        Self { arrived, outside: moka::sync::Cache::builder().max_capacity(10_000).time_to_live(Duration::from_secs(60)).build() }
    }
}

impl Authenticated {
    /// Who is proven, on a route that names no tenant.
    pub fn somebody(&self, identity_id: IdentityId) -> Who {
        Who {
            identity_id: Some(identity_id),
            session_id: self.session.as_ref().map(|session| session.session_id.to_string()).or_else(|| self.credential.token_id().map(str::to_owned)),
            ..self.who(None, None)
        }
    }

    /// Whose sessions a caller may see and end: their own. Nobody's are lent to whoever acts for them (RFC 8693), and an API token
    /// is nobody outside of its tenant.
    ///
    /// # Errors
    /// 403, recorded with both ends of the delegation.
    pub async fn oneself(&self, action: Action, object: Object) -> Result<IdentityId, Problem> {
        let problem = match (self.identity_id().await, self.actor_id().await?) {
            (Ok(identity_id), None) => return Ok(identity_id),
            (Ok(identity_id), Some(actor)) => {
                let details = json!({ "actor_identity_id": actor });
                self.sessions_handled(self.somebody(identity_id), action, Some("forbidden"), object, details).await?;
                Problem::new(Kind::Forbidden)
            }
            (Err(problem), _) => {
                self.sessions_handled(self.who(None, None), action, Some(problem.code), object, json!({})).await?;
                problem
            }
        };
        Err(problem)
    }

    /// What somebody did with sessions of their own, or by which rule they did not.
    ///
    /// # Errors
    /// 503 when the event could not be made durable.
    pub async fn sessions_handled(&self, who: Who, action: Action, rule: Option<&'static str>, object: Object, details: Value) -> Result<(), Problem> {
        let decision = if rule.is_some() { Decision::Deny } else { Decision::Allow };
        let event = Event { tenant_id: None, request_id: self.request_id(), action, decision, rule, who, object, details };
        Ok(self.trail.record(vec![event]).await?)
    }

    /// Who acts for the subject of an issuer's token, where it says that somebody does.
    pub(super) async fn actor_id(&self) -> Result<Option<IdentityId>, Problem> {
        match &self.credential {
            Credential::Bearer(identity) => match identity.actor() {
                Some(actor) => Ok(Some(self.database.identify(actor.issuer, actor.subject).await?)),
                None => Ok(None),
            },
            Credential::Session(_) | Credential::ApiToken { .. } => Ok(None),
        }
    }

    /// Before an entry no more is known than the credential says.
    pub(super) fn who(&self, principal: Option<&Principal>, entered: Option<&Entered>) -> Who {
        let entered = entered.or(self.owner.as_ref());
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

    /// True until the first use of this credential in this tenant was recorded, and for each whom it acts for.
    fn first_use(&self, place: &(String, Uuid)) -> bool {
        !self.seen.arrived.contains_key(place)
    }

    fn place(&self, tenant: Uuid, on_behalf_of: Option<MemberId>) -> (String, Uuid) {
        let fingerprint = match on_behalf_of {
            Some(member) => format!("{}\n{member}", self.credential.fingerprint()),
            None => self.credential.fingerprint(),
        };
        (fingerprint, tenant)
    }

    /// Makes events durable, and remembers the arrival among them: one that was not recorded is to be told with the next use.
    pub(super) async fn record(&self, events: Vec<Event>, arrival: Option<(String, Uuid)>) -> Result<(), StoreError> {
        let arrives = events.iter().any(|event| event.action == Action::IdentityAuthenticated);
        self.trail.record(events).await?;
        if let Some(place) = arrival.filter(|_| arrives) {
            self.seen.arrived.insert(place, ());
        }
        Ok(())
    }

    /// Records the reading of one's own tenants; a tenant whose glass was broken for it is told.
    ///
    /// # Errors
    /// 503 when the event could not be made durable.
    pub async fn identity_read(&self, identity_id: Option<IdentityId>, tenants: &[(TenantId, Entered)]) -> Result<(), Problem> {
        let who = match (identity_id, tenants) {
            (Some(identity_id), _) => self.somebody(identity_id),
            // An API token is somebody in its tenant alone.
            (None, [(_, entered)]) => self.who(None, Some(entered)),
            (None, _) => self.who(None, None),
        };
        let details = match self.actor_id().await? {
            Some(actor) => json!({ "count": tenants.len(), "actor_identity_id": actor }),
            None => json!({ "count": tenants.len() }),
        };
        let event = |action| Event {
            tenant_id: None,
            request_id: self.request_id(),
            action,
            decision: Decision::Allow,
            rule: None,
            who: who.clone(),
            object: Object::default(),
            details: details.clone(),
        };
        let mut events = vec![event(Action::IdentityRead)];
        let place = self.place(Uuid::nil(), None);
        if self.first_use(&place) {
            events.insert(0, event(Action::IdentityAuthenticated));
        }
        for (tenant, entered) in tenants {
            events.extend(entered.break_glass.map(|grant| Event {
                tenant_id: Some(*tenant),
                request_id: self.request_id(),
                action: Action::BreakGlassUsed,
                decision: Decision::Allow,
                rule: None,
                who: self.who(None, Some(entered)),
                object: object("break_glass_grant", grant),
                details: json!({}),
            }));
        }
        Ok(self.record(events, Some(place)).await?)
    }
}

impl Caller {
    /// What was read, durable before the response. `details` holds counts and digests, never content.
    ///
    /// # Errors
    /// 503 when the event could not be made durable.
    pub async fn read(&self, entered: &Entered, action: Action, object: Object, details: Value) -> Result<(), Problem> {
        let mut events = self.arrivals(entered);
        events.push(self.event(Some(self.tenant_id()), Some(entered), action, Decision::Allow, None, object, details));
        Ok(self.authenticated.record(events, Some(self.place(entered))).await?)
    }

    /// A change carries its own audit row; only a first arrival is to be recorded beside it.
    ///
    /// # Errors
    /// 503 when the event could not be made durable; the change stands, and repeating it under its key is safe.
    pub async fn changed(&self, entered: &Entered) -> Result<(), Problem> {
        self.met(entered);
        let events = self.arrivals(entered);
        if events.is_empty() { Ok(()) } else { Ok(self.authenticated.record(events, Some(self.place(entered))).await?) }
    }

    pub(super) fn place(&self, entered: &Entered) -> (String, Uuid) {
        self.authenticated.place(self.tenant_id().0, entered.on_behalf_of())
    }

    /// What is recorded of a caller beside what they did: their arrival, once; a broken glass, at every use.
    fn arrivals(&self, entered: &Entered) -> Vec<Event> {
        let used = |grant| self.event(Some(self.tenant_id()), Some(entered), Action::BreakGlassUsed, Decision::Allow, None, object("break_glass_grant", grant), json!({}));
        self.arrival(entered).into_iter().chain(entered.break_glass.map(used)).collect()
    }

    /// That a credential came into the tenant for the first time, whatever became of what it was shown for.
    pub(super) fn arrival(&self, entered: &Entered) -> Vec<Event> {
        if !self.authenticated.first_use(&self.place(entered)) {
            return Vec::new();
        }
        let event = |action| self.event(Some(self.tenant_id()), Some(entered), action, Decision::Allow, None, Object::default(), json!({}));
        [Action::IdentityAuthenticated, Action::TenantEntered].map(event).into()
    }

    /// The tenant let the caller in.
    fn met(&self, entered: &Entered) {
        self.authenticated.request.extensions_mut().insert(Logged { tenant_id: self.tenant_id(), member_id: Some(entered.actor_id) });
        if let Credential::Session(hash) = &self.authenticated.credential {
            self.authenticated.entrance.touch(self.database(), hash);
        }
        if let Some(last_use) = self.authenticated.request.app_data::<Data<LastUse>>() {
            last_use.note(self.database(), &self.principal, &self.authenticated.credential);
        }
    }

    #[expect(clippy::too_many_arguments, reason = "an event has that many parts, and each is named where it is given")]
    pub(super) fn event(&self, tenant_id: Option<TenantId>, entered: Option<&Entered>, action: Action, decision: Decision, rule: Option<&'static str>, object: Object, details: Value) -> Event {
        if let Some(entered) = entered {
            self.met(entered);
        }
        Event { tenant_id, request_id: self.request_id(), action, decision, rule, who: self.authenticated.who(Some(&self.principal), entered), object, details }
    }
}

/// An object of the trail; the nil id is nobody's.
pub const fn object(kind: &'static str, id: Uuid) -> Object {
    Object { kind: Some(kind), id: if id.is_nil() { None } else { Some(id) }, version: None }
}

/// A kind of object, where there is no single one.
pub const fn objects(kind: &'static str) -> Object {
    Object { kind: Some(kind), id: None, version: None }
}
