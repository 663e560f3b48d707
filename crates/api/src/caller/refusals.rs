//! What the trail is told of whoever was turned away or refused, durable before the answer.

use super::acting::act_as;
use super::authenticate::named;
use super::trail::object;
use super::{Authenticated, Caller};
use crate::limits::{Limits, Refused};
use crate::operations::OBJECT_KINDS;
use crate::problem::Problem;
use crate::sign_in;
use ringfence_audit::{Action, Decision, Event, Object, Who};
use ringfence_domain::{TenantId, TenantRef, TicketRef};
use ringfence_identity::Credential;
use ringfence_store::{Entered, Refusal, StoreError, sessions};
use serde_json::{Value, json};
use uuid::Uuid;

impl Authenticated {
    /// Records that somebody was turned away, by name where they have proven who they are, with who acts for them; and phrases it.
    pub async fn turned_away(&self, problem: Problem, tenant: Option<TenantId>) -> Problem {
        let who = match self.identity_id().await {
            Ok(identity_id) => self.somebody(identity_id),
            Err(_) if self.owner.is_some() => self.who(None, None),
            Err(_) => sign_in::nobody(),
        };
        let details = match self.actor_id().await {
            Ok(Some(actor)) => json!({ "actor_identity_id": actor }),
            Ok(None) => json!({}),
            Err(unknown) => return unknown,
        };
        self.turned(problem, tenant, who, details, None).await
    }

    /// The same of somebody known, with what their tenant is told beside it.
    pub(super) async fn turned(&self, problem: Problem, tenant: Option<TenantId>, who: Who, details: Value, beside: Option<Event>) -> Problem {
        let told = async {
            self.trail.record(beside.into_iter().collect()).await?;
            sign_in::record(&self.trail, self.request_id(), Action::IdentityRejected, problem.code, tenant, who, details).await
        };
        match told.await {
            Ok(()) => problem,
            Err(unrecorded) => unrecorded,
        }
    }

    /// A secret that only the database could prove is none. Counted before it is written down: guesses cost no rows past the limit.
    pub async fn rejected(&self, tenant: Option<TenantId>) -> Problem {
        if let Err(limited) = sign_in::counted(&self.request, &self.trail, tenant).await {
            return limited;
        }
        match self.owner(tenant).await {
            Ok(owner) => self.turned(Refusal::Credential.into(), tenant, owner.unwrap_or_else(|| self.who(None, None)), json!({}), None).await,
            Err(error) => error.into(),
        }
    }

    /// Whose a secret of ours is or was, though it opens nothing. What an API token is called is told to the tenant it is of alone; it is
    /// looked up at the door of another too, so that the way there is as long.
    async fn owner(&self, named: Option<TenantId>) -> Result<Option<Who>, StoreError> {
        let (hash, tenant) = match &self.credential {
            Credential::Session(hash) => (hash, None),
            Credential::ApiToken { tenant, hash } => (hash, Some(TenantId(Uuid::from_bytes(*tenant)))),
            Credential::Bearer(_) => return Ok(None),
        };
        let is_told = tenant.is_none() || named.is_none() || named == tenant;
        let place = (format!("owner\n{}", self.credential.fingerprint()), tenant.map_or(Uuid::nil(), |tenant| tenant.0));
        if let Some(known) = self.seen.outside.get(&place) {
            return Ok(known.filter(|_| is_told));
        }
        let owner = sessions::known(&self.database, hash, tenant).await?.map(|known| Who {
            identity_id: Some(known.identity_id),
            session_id: Some(known.credential_id.to_string()),
            ..self.who(None, None)
        });
        self.seen.outside.insert(place, owner.clone());
        Ok(owner.filter(|_| is_told))
    }

    /// The answer to a request that came too fast, recorded if it is the first of its window: a row for each would be a flood of its own.
    pub(super) async fn limited(&self, refused: Refused, tenant: Option<&TenantRef>) -> Problem {
        let Refused { problem, first, inside } = refused;
        if !first {
            return problem;
        }
        let recorded = async {
            let subject = match &self.credential {
                Credential::Bearer(identity) => Some(self.database.identify(identity.issuer(), identity.subject()).await?),
                Credential::Session(_) | Credential::ApiToken { .. } => None,
            };
            let actor = self.actor_id().await?;
            let details = if actor.is_some() { json!({ "subject_identity_id": subject }) } else { json!({}) };
            // Asked for, and not looked at.
            let on_behalf_of = tenant.and_then(|_| act_as(&self.request).ok().flatten()).filter(|_| actor.is_none());
            let who = Who { identity_id: actor.or(subject), member_id: inside.map(|inside| inside.member_id), on_behalf_of, ..self.who(None, None) };
            let event = |tenant_id| Event {
                tenant_id,
                request_id: self.request_id(),
                action: Action::RateLimited,
                decision: Decision::Deny,
                rule: Some(problem.code),
                who: who.clone(),
                object: Object::default(),
                details: details.clone(),
            };
            // The installation is told of those outside, and the tenant that they name, if there is one.
            let events = match inside {
                Some(inside) => vec![event(Some(inside.tenant_id))],
                None => std::iter::once(None).chain(named(&self.database, tenant).await?.map(Some)).map(event).collect(),
            };
            Ok(self.trail.record(events).await?)
        };
        match recorded.await {
            Ok(()) => problem,
            Err(unrecorded) => unrecorded,
        }
    }
}

impl Caller {
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
            Limits::forget(&self.authenticated.request);
        }
        if matches!(refusal, Some(Refusal::Credential)) {
            match Limits::refused_credential(&self.authenticated.request) {
                Ok(_) => {}
                Err(Refused { first: true, problem: limited, .. }) => (rule, problem, action) = (limited.code, limited, Action::RateLimited),
                Err(refused) => return refused.problem,
            }
        }
        let who = match self.outside(refusal).await {
            Ok(who) => who,
            Err(error) => return error.into(),
        };
        let (object, details) = if object.id.is_none() { self.asked_for(object, entered.is_some()) } else { (object, json!({})) };
        let details = if entered.is_some() { details } else { self.claimed() };
        let event = |tenant| {
            let event = self.event(tenant, entered, action, Decision::Deny, Some(rule), object.clone(), details.clone());
            Event { who: who.clone().unwrap_or(event.who), ..event }
        };
        let mut events = entered.map(|entered| self.arrival(entered)).unwrap_or_default();
        if matches!(action, Action::TenantEntryDenied | Action::IdentityRejected | Action::RateLimited) {
            events.push(event(None));
            // As long a way for a tenant that exists as for one that does not: its name is looked up once, where it was remembered now.
            if let TenantRef::Slug(slug) = &self.tenant
                && !self.principal.looked_up()
                && let Err(error) = self.database().resolve_uncached(slug).await
            {
                return error.into();
            }
        }
        if !self.tenant_id().0.is_nil() {
            events.push(event(Some(self.tenant_id())));
        }
        events.extend(entered.and_then(|entered| self.glass_broken(entered, problem.code)));
        match self.authenticated.record(events, entered.map(|entered| self.place(entered))).await {
            Ok(()) => problem,
            Err(error) => error.into(),
        }
    }

    /// For whom whoever acts by an issuer's token says they do, where the tenant has not looked: the token's subject, and whom a header
    /// names that may not stand beside it.
    fn claimed(&self) -> Value {
        let Some(subject) = self.principal.subject_identity_id() else { return json!({}) };
        match act_as(&self.authenticated.request) {
            Ok(Some(member)) => json!({ "subject_identity_id": subject, "act_as": member }),
            _ => json!({ "subject_identity_id": subject }),
        }
    }

    /// Who was not let in, where it takes another look to know: whose session or API token it is, or which member may not act for the
    /// one named.
    async fn outside(&self, refusal: Option<&Refusal>) -> Result<Option<Who>, StoreError> {
        let found = match refusal {
            Some(Refusal::MayNotAct | Refusal::NobodyToActFor) => self.actor_alone().await?,
            Some(Refusal::NoEntry | Refusal::Credential) => self.authenticated.owner(Some(self.tenant_id())).await?,
            _ => None,
        };
        let on_behalf_of = self.authenticated.who(Some(&self.principal), None).on_behalf_of;
        Ok(found.map(|who| Who { on_behalf_of, ..who }))
    }

    /// Whom the tenant takes the caller for when they act for nobody.
    async fn actor_alone(&self) -> Result<Option<Who>, StoreError> {
        let asked = &self.authenticated;
        let place = (asked.credential.fingerprint(), self.tenant_id().0);
        if let Some(known) = asked.seen.outside.get(&place) {
            return Ok(known);
        }
        let found = match self.let_in(&self.principal.alone()).await {
            Ok(actor) => Some(asked.who(None, Some(&actor))),
            Err(StoreError::Refused(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        asked.seen.outside.insert(place, found.clone());
        Ok(found)
    }

    /// A refusal or failure of the store, recorded if it is a denial.
    pub async fn refused(&self, action: Action, object: Object, error: StoreError, entered: Option<&Entered>) -> Problem {
        match error {
            StoreError::Refused(refusal) => self.denied(action, object, refusal.clone(), Some(&refusal), entered).await,
            other => other.into(),
        }
    }

    /// A broken glass is in the trail at every use, refused ones too.
    pub(super) fn glass_broken(&self, entered: &Entered, rule: &'static str) -> Option<Event> {
        let grant = entered.break_glass?;
        Some(self.event(Some(self.tenant_id()), Some(entered), Action::BreakGlassUsed, Decision::Deny, Some(rule), object("break_glass_grant", grant), json!({})))
    }

    /// What the route names by id, or a member's by the number of a ticket, whether there is such a thing or not: the trail shows who
    /// guesses.
    fn asked_for(&self, object: Object, entered: bool) -> (Object, Value) {
        let path = self.authenticated.request.match_info();
        let fits = |kind| object.kind.is_none() || object.kind == Some(kind);
        let named = path.iter().filter_map(|(name, value)| Some((name.strip_suffix("_id")?, (value.len() == 36).then(|| value.parse::<Uuid>().ok())??))).last();
        let kind = |name| if name == "grant" { Some("break_glass_grant") } else { OBJECT_KINDS.iter().copied().find(|kind| *kind == name) };
        if let Some((kind, id)) = named.and_then(|(name, id)| Some((kind(name)?, id))).filter(|(kind, _)| fits(kind)) {
            return (Object { kind: Some(kind), id: Some(id), ..object }, json!({}));
        }
        match path.get("ticket_id").and_then(|text| text.parse().ok()) {
            Some(TicketRef::Number(number)) if entered && fits("ticket") => (Object { kind: Some("ticket"), ..object }, json!({ "number": number })),
            _ => (object, json!({})),
        }
    }
}
