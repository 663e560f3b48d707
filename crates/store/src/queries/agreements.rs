//! Agreements with other tenants: read, listed, proposed, consented to, revoked. Each statement is a file; the doors decide.

use super::page::{Keyset, Page};
use crate::statement::Param;
use crate::{Access, Database, Entered, Principal, Refusal, StoreError, Template, TenantTx};
use jiff::Timestamp;
use ringfence_domain::{Agreement, AgreementDecision, AgreementId, Slug};
use std::collections::BTreeMap;
use tokio_postgres::Row;
use uuid::Uuid;

const GET: crate::Sql = crate::sql!("agreements/get.sql");
const PROPOSE: crate::Sql = crate::sql!("agreements/propose.sql");
const CONSENT: crate::Sql = crate::sql!("agreements/consent.sql");
const REVOKE: crate::Sql = crate::sql!("agreements/revoke.sql");
const LIST: Template = Template::new(include_str!("../../../../sql/queries/agreements/list.sql"));

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
    let tx = TenantTx::open(database, principal, Access::Read).await?;
    let tenant = tx.tenant_id();
    let (entered, rows) = tx.query_and_commit(GET, &[&tenant, &agreement.0]).await?;
    Ok((entered, rows.first().map(from_row).transpose()?))
}

/// The same inside a transaction.
///
/// # Errors
/// When the database cannot be asked.
pub async fn find(tx: &mut TenantTx, agreement: AgreementId) -> Result<Option<Agreement>, StoreError> {
    let tenant = tx.tenant_id();
    let rows = tx.query(GET, &[&tenant, &agreement.0]).await?;
    rows.first().map(from_row).transpose()
}

/// # Errors
/// When the database cannot be asked.
pub async fn list(tx: &mut TenantTx, keyset: &Keyset) -> Result<Page<Agreement>, StoreError> {
    let tenant = tx.tenant_id();
    let edge = keyset.edge();
    let mut values: BTreeMap<&'static str, Param<'_>> = BTreeMap::new();
    values.insert("tenant_id", &tenant);
    edge.values(&mut values);
    let rows = tx.query_composed(&LIST.compose(&edge.lines().collect::<Vec<_>>(), &values)).await?;
    Ok(keyset.page(rows.iter().map(from_row).collect::<Result<_, _>>()?))
}

/// Says nothing of whether the partner exists.
///
/// # Errors
/// A refusal of the doors; a field's, for a proposal to oneself.
pub async fn propose(tx: &mut TenantTx, agreement: AgreementId, terms: &Terms) -> Result<Agreement, StoreError> {
    const ONESELF: Refusal = Refusal::Field { field: "partner", code: "invalid", message: "must be another tenant" };
    let tenant = tx.tenant_id();
    let rows = tx
        .query(PROPOSE, &[&tenant, &agreement.0, &terms.partner.as_str(), &terms.direction, &terms.actions, &terms.fields, &terms.expires_at])
        .await?;
    rows.first().map(from_row).transpose()?.ok_or(ONESELF.into())
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
    let tenant = tx.tenant_id();
    let rows = tx.query(statement, &[&tenant, &agreement.0, &version]).await?;
    rows.first().map(from_row).transpose()
}

fn from_row(row: &Row) -> Result<Agreement, StoreError> {
    Ok(Agreement {
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
