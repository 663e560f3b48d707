//! Proves a request's credential, within the limits, and tells the trail of one that proves nothing. No tenant is entered here.

use super::{Authenticated, Seen};
use crate::credential::{self, Shown, Turned};
use crate::limits::{Limits, Refused};
use crate::problem::{Kind, Problem};
use crate::sign_in::{self, Entrance};
use actix_web::HttpRequest;
use actix_web::web::Data;
use jiff::{Timestamp, Unit};
use ringfence_audit::{Action, Decision, Event, Object};
use ringfence_domain::{TenantId, TenantRef};
use ringfence_identity::{Credential, Verifier};
use ringfence_store::audit_trail::AuditTrail;
use ringfence_store::{Database, Entered, Principal, Refusal, RequestContext, StoreError, sessions};
use serde_json::json;

pub(super) async fn authenticate(request: &HttpRequest, tenant: Option<&TenantRef>) -> Result<Authenticated, Problem> {
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
            let admitted = Limits::of(request).map(|limits| limits.admit(request, &credential, tenant).map(|account| limits.share(database, account)));
            let (database, refused) = match admitted {
                None => (database.get_ref().clone(), None),
                Some(Ok(shared)) => (shared, None),
                Some(Err(refused)) => (database.get_ref().clone(), Some(refused)),
            };
            let (trail, seen, entrance) = (trail.get_ref().clone(), seen.get_ref().clone(), entrance.clone());
            let authenticated = Authenticated { credential, context, secret, session: None, owner: None, database, trail, seen, entrance, request: request.clone() };
            match refused {
                None => Ok(authenticated),
                Some(refused) => Err(authenticated.limited(refused, tenant).await),
            }
        }
        Err(Turned { kind, code }) => {
            // What an issuer that is silent may or may not have signed is counted too: whoever forges chooses the issuer. A token of a key
            // that is known needs no answer, and is never counted.
            let mut problem = if kind == Kind::Unavailable { Problem::new(kind) } else { Problem::with_code(kind, code) };
            let (mut action, mut rule) = (Action::IdentityRejected, code);
            let mut database = database.get_ref().clone();
            match Limits::refused_credential(request) {
                Ok(shared) => database = shared.unwrap_or(database),
                Err(Refused { first: true, problem: limited, .. }) => (action, rule, problem) = (Action::RateLimited, limited.code, limited),
                Err(refused) => return Err(refused.problem),
            }
            // The tenant named is told as well, if there is one.
            let named = named(&database, tenant).await?;
            let rejected = |tenant_id| Event {
                tenant_id,
                request_id,
                action,
                decision: Decision::Deny,
                rule: Some(rule),
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
pub(super) async fn named(database: &Database, tenant: Option<&TenantRef>) -> Result<Option<TenantId>, StoreError> {
    match tenant {
        Some(TenantRef::Id(id)) => Ok((!id.0.is_nil()).then_some(*id)),
        // Looked up anew: a name that is known must not be refused faster than one that is not.
        Some(TenantRef::Slug(slug)) => database.resolve_uncached(slug).await,
        None => Ok(None),
    }
}

impl Authenticated {
    /// Looks a session or API token up: where no tenant is entered, nothing else would.
    pub(super) async fn found(mut self) -> Result<Self, Problem> {
        match &self.credential {
            Credential::Bearer(_) => {}
            Credential::Session(hash) => {
                self.session = sessions::find(&self.database, hash).await?;
                if let Some(session) = self.session.as_mut().filter(|_| self.entrance.touch(&self.database, hash)) {
                    // As this request leaves it, whether the extension beside it is written yet or not.
                    let idle = Timestamp::now().saturating_add(self.entrance.limits.idle).unwrap_or(session.expires_at);
                    // No finer than the database keeps times.
                    let idle = idle.round(Unit::Microsecond).unwrap_or(idle);
                    session.idle_expires_at = session.idle_expires_at.max(idle.min(session.expires_at));
                }
                if self.session.is_none() {
                    return Err(self.rejected(None).await);
                }
            }
            Credential::ApiToken { .. } => match self.token_owner().await {
                Ok(owner) => self.owner = Some(owner),
                Err(StoreError::Refused(Refusal::Credential)) => return Err(self.rejected(None).await),
                // A good one, whose owner is not let in.
                Err(StoreError::Refused(_)) => {}
                Err(error) => return Err(error.into()),
            },
        }
        Ok(self)
    }

    /// Whose API token it is, as its tenant says.
    async fn token_owner(&self) -> Result<Entered, StoreError> {
        let (_, principals) = Principal::for_each_tenant(&self.database, &self.credential, &self.context).await?;
        self.let_in(principals.first().ok_or(Refusal::Credential)?).await
    }
}
