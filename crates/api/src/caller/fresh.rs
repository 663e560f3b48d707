//! Whether the person behind a caller proved themselves a short while ago. What asks for it, and how long ago, `step_up` says.

use super::{Authenticated, Caller};
use crate::problem::Problem;
use crate::step_up::Proven;
use jiff::Timestamp;
use ringfence_audit::{Action, Object};
use ringfence_identity::{ActorKind, Credential};
use ringfence_store::{Access, Entered, Principal, StoreError, TenantTx, sessions};
use serde_json::json;

impl Caller {
    /// For what is dangerous and asks for one of these rights: the person proved themselves a short while ago. Whoever holds none of
    /// the rights is refused by what they asked for; another sign-in would not help them.
    ///
    /// # Errors
    /// 401 with how fresh the sign-in has to be; 404 where the tenant lets nobody in.
    pub async fn fresh(&self, rights: &[&str]) -> Result<(), Problem> {
        let entered = match self.let_in(&self.principal).await {
            Ok(entered) => entered,
            Err(error) => return Err(self.refused(Action::TenantEntryDenied, Object::default(), error, None).await),
        };
        if !rights.iter().any(|right| entered.permissions.has(right)) {
            return Ok(());
        }
        let asked = &self.authenticated;
        let proven = match &asked.credential {
            // What it may do was given to it by somebody who had just signed in.
            Credential::ApiToken { .. } => return Ok(()),
            // The membership says what is a service, and not the token; one that acts for a person stands in for their sign-in.
            Credential::Bearer(_) if entered.kind == ActorKind::Service && entered.on_behalf_of().is_none() => return Ok(()),
            Credential::Bearer(identity) => Proven { at: identity.authenticated_at(), acr: identity.acr().map(str::to_owned) },
            Credential::Session(hash) => match sessions::find(&asked.database, hash).await? {
                Some(session) => Proven { at: session.authenticated_at, acr: session.acr },
                None => return Err(asked.rejected(Some(self.tenant_id())).await),
            },
        };
        match asked.entrance.step_up.check(&proven, Timestamp::now()) {
            Ok(()) => Ok(()),
            Err(problem) => Err(asked.turned(problem, Some(self.tenant_id()), asked.who(Some(&self.principal), Some(&entered)), json!({}), self.glass_broken(&entered, "step_up_required")).await),
        }
    }

    /// # Errors
    /// As `TenantTx::enter`.
    pub(super) async fn let_in(&self, principal: &Principal) -> Result<Entered, StoreError> {
        self.authenticated.let_in(principal).await
    }
}

impl Authenticated {
    /// Whom a tenant takes this principal for, without any work done.
    ///
    /// # Errors
    /// As `TenantTx::enter`.
    pub(super) async fn let_in(&self, principal: &Principal) -> Result<Entered, StoreError> {
        let mut tx = TenantTx::open(&self.database, principal, Access::Read).await?;
        match tx.enter().await.cloned() {
            Ok(entered) => {
                tx.rollback().await?;
                Ok(entered)
            }
            Err(error) => Err(tx.refuse(error).await),
        }
    }
}
