//! The shape that the resources share: one row of a record, a page of many, a statement that hits something or nothing. It tells
//! each statement its tenant and knows no table; what a miss means, the resource says.

use super::page::{Keyset, Page};
use crate::statement::Param;
use crate::{Access, Database, Entered, Principal, Refusal, Sql, StoreError, Template, TenantTx};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::error::Error;
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, ToSql, Type, accepts};
use uuid::Uuid;

/// Characters of what cannot be read.
const MOST_UNREADABLE: usize = 1000;

/// What a statement's row is read as.
pub(super) trait Record: Sized {
    fn from_row(row: &Row) -> Result<Self, StoreError>;
}

/// A read in one flush: BEGIN, enter, the row, COMMIT.
pub(super) async fn get<T: Record>(database: &Database, principal: &Principal, sql: Sql, key: &[Param<'_>]) -> Result<(Entered, Option<T>), StoreError> {
    let tx = TenantTx::open(database, principal, Access::Read).await?;
    let tenant = tx.tenant_id();
    let (entered, rows) = tx.query_and_commit(sql, &in_tenant(&tenant, key)).await?;
    Ok((entered, rows.first().map(T::from_row).transpose()?))
}

/// The row that a statement finds, makes or changes inside a transaction, if there is one.
pub(super) async fn one<T: Record>(tx: &mut TenantTx, sql: Sql, params: &[Param<'_>]) -> Result<Option<T>, StoreError> {
    rows(tx, sql, params).await?.first().map(T::from_row).transpose()
}

/// The row that a statement makes: where it makes none, the right to is missing.
pub(super) async fn made<T: Record>(tx: &mut TenantTx, sql: Sql, params: &[Param<'_>], permission: &'static str) -> Result<T, StoreError> {
    one(tx, sql, params).await?.ok_or(Refusal::Forbidden { permission }.into())
}

/// Whether a statement hit anything.
pub(super) async fn hit(tx: &mut TenantTx, sql: Sql, params: &[Param<'_>]) -> Result<bool, StoreError> {
    Ok(!rows(tx, sql, params).await?.is_empty())
}

/// A page of a list, narrowed.
pub(super) async fn list<T: Record>(tx: &mut TenantTx, list: Template, narrowed: Narrowed<'_>, keyset: &Keyset) -> Result<Page<T>, StoreError> {
    let edge = keyset.edge();
    let Narrowed { mut lines, mut values } = narrowed;
    lines.extend(edge.lines());
    edge.values(&mut values);
    let rows = composed(tx, list, Narrowed { lines, values }).await?;
    keyset.page(&rows, T::from_row)
}

/// Those of some records that the caller sees, by a list's own statement.
pub(super) async fn of_ids<T: Record>(tx: &mut TenantTx, list: Template, ids: &Vec<Uuid>) -> Result<Vec<T>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let most = i64::try_from(ids.len()).unwrap_or(i64::MAX);
    let rows = composed(tx, list, Narrowed::default().by("ids", Some(ids)).with("limit", &most)).await?;
    rows.iter().map(T::from_row).collect()
}

/// The rows of a statement of the tenant that has more parameters than that.
pub(super) async fn rows(tx: &mut TenantTx, sql: Sql, params: &[Param<'_>]) -> Result<Vec<Row>, StoreError> {
    let tenant = tx.tenant_id();
    tx.query(sql, &in_tenant(&tenant, params)).await
}

/// The rows of a statement with optional lines.
pub(super) async fn composed(tx: &mut TenantTx, template: Template, narrowed: Narrowed<'_>) -> Result<Vec<Row>, StoreError> {
    let tenant = tx.tenant_id();
    let Narrowed { lines, mut values } = narrowed;
    values.insert("tenant_id", &tenant);
    tx.query_composed(&template.compose(&lines, &values)).await
}

/// Every statement names its tenant as `$1`.
fn in_tenant<'a>(tenant: &'a Uuid, params: &[Param<'a>]) -> Vec<Param<'a>> {
    let tenant: Param<'a> = tenant;
    std::iter::once(tenant).chain(params.iter().copied()).collect()
}

/// The optional lines that a list's filters choose, and the values that its statement names. Each narrows what the doors let through.
#[derive(Default)]
pub(super) struct Narrowed<'a> {
    lines: Vec<&'a str>,
    values: BTreeMap<&'static str, Param<'a>>,
}

impl<'a> Narrowed<'a> {
    /// A value that the statement names in any case.
    pub(super) fn with(mut self, name: &'static str, value: Param<'a>) -> Self {
        self.values.insert(name, value);
        self
    }

    /// A line that is called as its value is, where there is one.
    pub(super) fn by<T: ToSql + Sync>(self, name: &'static str, value: Option<&'a T>) -> Self {
        self.by_line(name, name, value)
    }

    /// A line and its value, where there is one.
    pub(super) fn by_line<T: ToSql + Sync>(mut self, line: &'static str, name: &'static str, value: Option<&'a T>) -> Self {
        if let Some(value) = value {
            self.lines.push(line);
            self.values.insert(name, value);
        }
        self
    }

    /// A line for any of some words, where there are words.
    pub(super) fn by_any(self, name: &'static str, words: &'a Vec<String>) -> Self {
        self.by(name, (!words.is_empty()).then_some(words))
    }
}

/// JSON that a statement may have written which was not the service's. `jsonb` holds numbers and depths that `serde_json` does not: one such
/// row is told as the text that it is, for it must not hide the others of its page.
pub(super) struct Told(pub Value);

impl<'a> FromSql<'a> for Told {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        if let Ok(value) = Value::from_sql(ty, raw) {
            return Ok(Self(value));
        }
        // The form's version stands before the text.
        let text = raw.strip_prefix(&[1]).ok_or("jsonb of another form")?;
        Ok(Self(json!({ "unreadable": str::from_utf8(text)?.chars().take(MOST_UNREADABLE).collect::<String>() })))
    }

    accepts!(JSONB);
}
