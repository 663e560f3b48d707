//! Kept answers: a request repeated under its key does its work once.

use crate::{Entered, StoreError, TenantTx};
use serde_json::Value;

const FIND: crate::Sql = crate::sql!("idempotency/find.sql");
const KEEP: crate::Sql = crate::sql!("idempotency/keep.sql");

/// A request's key, where it was used, and the digest of its body.
#[derive(Debug, Clone)]
pub struct Attempt {
    pub route: String,
    pub key: String,
    pub body_hash: [u8; 32],
}

#[derive(Debug, Clone)]
pub struct KeptAnswer {
    pub status: i16,
    pub headers: Value,
    pub body: String,
}

#[derive(Debug, Clone)]
pub enum Found {
    /// Nobody used the key; it is ours until the transaction ends.
    Fresh,
    /// Another request under this key is still at work.
    InFlight,
    /// The key was used with another body.
    OtherBody,
    Kept(KeptAnswer),
}

impl Attempt {
    /// An API token has less than its owner's rights, so it is not answered what its owner was, nor what another one was.
    fn route_of(&self, entered: &Entered) -> String {
        match (&entered.limits, &entered.credential_id) {
            (Some(_), Some(token)) => format!("{} by {token}", self.route),
            _ => self.route.clone(),
        }
    }
}

/// # Errors
/// When the database cannot be asked.
pub async fn find(tx: &mut TenantTx, attempt: &Attempt) -> Result<Found, StoreError> {
    let route = attempt.route_of(tx.enter().await?);
    let tenant = tx.tenant_id();
    let rows = tx.query(FIND, &[&tenant, &route, &attempt.key]).await?;
    let Some(row) = rows.first() else { return Ok(Found::Fresh) };
    let Some(hash) = row.try_get::<_, Option<Vec<u8>>>("body_hash")? else {
        return Ok(if row.try_get("taken")? { Found::Fresh } else { Found::InFlight });
    };
    // What is kept was committed: whoever holds the turn now is another who asks for it.
    if hash != attempt.body_hash {
        return Ok(Found::OtherBody);
    }
    Ok(Found::Kept(KeptAnswer { status: row.try_get("status")?, headers: row.try_get("headers")?, body: row.try_get("body")? }))
}

/// # Errors
/// When the answer cannot be kept; the effect must then not be committed.
pub async fn keep(tx: &mut TenantTx, attempt: &Attempt, answer: &KeptAnswer) -> Result<(), StoreError> {
    let route = attempt.route_of(tx.enter().await?);
    let tenant = tx.tenant_id();
    tx.query(KEEP, &[&tenant, &route, &attempt.key, &attempt.body_hash.as_slice(), &answer.status, &answer.headers, &answer.body]).await?;
    Ok(())
}
