//! When API tokens were last used: written behind the answer, each token at most once a minute. A use that cannot be written
//! at once is let go; nothing waits for it.

use ringfence_identity::Credential;
use ringfence_store::{Database, Principal};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// Writes under way at a time, so that they take no connection from requests worth mentioning.
const AT_ONCE: usize = 2;

#[derive(Clone)]
pub struct LastUse {
    written: moka::sync::Cache<String, ()>,
    places: Arc<Semaphore>,
}

impl Default for LastUse {
    fn default() -> Self {
        Self {
            written: moka::sync::Cache::builder().max_capacity(100_000).time_to_live(Duration::from_secs(60)).build(),
            places: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }
}

impl LastUse {
    /// Of a credential that a tenant has let in.
    pub fn note(&self, database: &Database, principal: &Principal, credential: &Credential) {
        if !matches!(credential, Credential::ApiToken { .. }) {
            return;
        }
        let fingerprint = credential.fingerprint();
        if self.written.contains_key(&fingerprint) {
            return;
        }
        let Ok(place) = self.places.clone().try_acquire_owned() else { return };
        self.written.insert(fingerprint, ());
        let (database, principal) = (database.clone(), principal.clone());
        actix_web::rt::spawn(async move {
            if let Err(error) = database.token_used(&principal).await {
                tracing::warn!(%error, tenant_id = %principal.tenant_id(), "the last use of an API token was not written");
            }
            drop(place);
        });
    }
}
