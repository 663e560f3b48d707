//! Agreements with other tenants: read, listed, proposed, consented to, revoked. Each statement is a file; the doors decide.

use super::page::{Keyset, Page};
use super::record::{self, Narrowed, Record};
use crate::{Database, Entered, Principal, Refusal, StoreError, TenantTx};
use jiff::Timestamp;
use ringfence_domain::{Agreement, AgreementDecision, AgreementId, Slug};
use tokio_postgres::Row;
use uuid::Uuid;

const GET: crate::Sql = crate::sql!("agreements/get.sql");
const PROPOSE: crate::Sql = crate::sql!("agreements/propose.sql");
const CONSENT: crate::Sql = crate::sql!("agreements/consent.sql");
const REVOKE: crate::Sql = crate::sql!("agreements/revoke.sql");
const LIST: crate::Template = crate::template!("agreements/list.sql");

/// What is proposed to another tenant.
#[derive(Debug, Clone)]
pub struct Terms {
    pub partner: Slug,
    pub direction: &'static str,
    pub actions: Vec<String>,
    pub fields: Vec<String>,
    pub expires_at: Timestamp,
}

/// A read in one flush.
///
/// # Errors
/// `Refusal::NoEntry`, or when the database cannot be asked.
pub async fn get(database: &Database, principal: &Principal, agreement: AgreementId) -> Result<(Entered, Option<Agreement>), StoreError> {
    record::get(database, principal, GET, &[&agreement.0]).await
}

/// The same inside a transaction.
///
/// # Errors
/// When the database cannot be asked.
pub async fn find(tx: &mut TenantTx, agreement: AgreementId) -> Result<Option<Agreement>, StoreError> {
    record::one(tx, GET, &[&agreement.0]).await
}

/// # Errors
/// When the database cannot be asked.
pub async fn list(tx: &mut TenantTx, keyset: &Keyset) -> Result<Page<Agreement>, StoreError> {
    record::list(tx, LIST, Narrowed::default(), keyset).await
}

/// Says nothing of whether the partner exists.
///
/// # Errors
/// A refusal of the doors; a field's, for a proposal to oneself.
pub async fn propose(tx: &mut TenantTx, agreement: AgreementId, terms: &Terms) -> Result<Agreement, StoreError> {
    const ONESELF: Refusal = Refusal::Field { field: "partner", code: "invalid", message: "must be another tenant" };
    let partner = terms.partner.as_str();
    record::one(tx, PROPOSE, &[&agreement.0, &partner, &terms.direction, &terms.actions, &terms.fields, &terms.expires_at]).await?.ok_or(ONESELF.into())
}

/// None: nothing matched.
///
/// # Errors
/// When the database cannot be asked.
pub async fn decide(tx: &mut TenantTx, agreement: AgreementId, version: i32, decision: AgreementDecision) -> Result<Option<Agreement>, StoreError> {
    let statement = match decision {
        AgreementDecision::Consented => CONSENT,
        AgreementDecision::Revoked => REVOKE,
    };
    record::one(tx, statement, &[&agreement.0, &version]).await
}

impl Record for Agreement {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            agreement_id: row.try_get::<_, Uuid>("agreement_id")?.into(),
            partner: row.try_get("partner_slug")?,
            proposed_here: row.try_get("proposed_here")?,
            direction: row.try_get("direction")?,
            actions: row.try_get("actions")?,
            fields: row.try_get("fields")?,
            expires_at: row.try_get("expires_at")?,
            state: row.try_get("state")?,
            consented_at: row.try_get("consented_at")?,
            partner_consented_at: row.try_get("partner_consented_at")?,
            revoked_at: row.try_get("revoked_at")?,
            revoked_by_partner: row.try_get("revoked_by_partner")?,
            version: row.try_get("version")?,
            created_at: row.try_get("created_at")?,
            updated_at: row.try_get("updated_at")?,
        })
    }
}
