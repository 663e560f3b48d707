//! Whether the person behind a caller proved themselves a short while ago. What asks for it, and how long ago, `step_up` says.

use super::authenticate::CREDENTIAL_INVALID;
use super::Caller;
use crate::problem::Problem;
use crate::step_up;
use jiff::Timestamp;
use ringfence_audit::Who;
use ringfence_identity::Credential;
use ringfence_store::{Access, Entered, TenantTx, sessions};

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
}
