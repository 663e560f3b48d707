//! Tickets: read, listed, created, changed. Each statement is a file; the doors decide which rows it sees.

use super::page::{Keyset, Page};
use super::record::{self, Narrowed, Record, Told};
use crate::{Access, Database, Entered, Principal, StoreError, TenantTx};
use jiff::Timestamp;
use ringfence_domain::{CommentId, GroupId, Ticket, TicketEvent, TicketEventId, TicketId, TicketRef, permission};
use serde_json::Value;
use tokio_postgres::Row;
use uuid::Uuid;

const GET: crate::Sql = crate::sql!("tickets/get.sql");
const GET_BY_NUMBER: crate::Sql = crate::sql!("tickets/get_by_number.sql");
const CREATE: crate::Sql = crate::sql!("tickets/create.sql");
const CHANGE: crate::Sql = crate::sql!("tickets/change.sql");
const TRANSFER: crate::Sql = crate::sql!("tickets/transfer.sql");
const RESOLVE_OWN: crate::Sql = crate::sql!("tickets/resolve_own.sql");
const NAMED: crate::Sql = crate::sql!("tickets/named.sql");
const LIST: crate::Template = crate::template!("tickets/list.sql");
const COUNT: crate::Template = crate::template!("tickets/count.sql");
const LIST_EVENTS: crate::Template = crate::template!("tickets/list_events.sql");

/// The filters of a list; each narrows what the doors let through.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct Filter {
    pub status: Vec<String>,
    pub priority: Vec<String>,
    pub assignee_id: Option<Uuid>,
    pub requester_id: Option<Uuid>,
    pub group_id: Option<Uuid>,
    pub organization_id: Option<Uuid>,
    pub tag: Option<String>,
    pub created_after: Option<Timestamp>,
    pub created_before: Option<Timestamp>,
    pub updated_after: Option<Timestamp>,
    pub updated_before: Option<Timestamp>,
}

/// A ticket to be; ids are made by the caller, so that a retry makes the same one.
#[derive(Debug, Clone)]
pub struct NewTicket {
    pub ticket_id: TicketId,
    pub subject: String,
    pub body: Option<String>,
    pub priority: &'static str,
    pub r#type: &'static str,
    pub requester_id: Uuid,
    pub group_id: Option<Uuid>,
    pub assignee_id: Option<Uuid>,
    pub organization_id: Option<Uuid>,
    pub tags: Vec<String>,
    pub external_source: Option<String>,
    pub external_id: Option<String>,
}

/// What else of the tenant a ticket names.
#[derive(Debug, Clone, Copy)]
pub struct Named {
    pub requester_id: Option<Uuid>,
    pub assignee_id: Option<Uuid>,
    pub group_id: Option<Uuid>,
    pub organization_id: Option<Uuid>,
}

/// A read in one flush: BEGIN, enter, the row, COMMIT.
///
/// # Errors
/// `Refusal::NoEntry`, or when the database cannot be asked.
pub async fn get(database: &Database, principal: &Principal, ticket: TicketRef) -> Result<(Entered, Option<Ticket>), StoreError> {
    match ticket {
        TicketRef::Id(id) => record::get(database, principal, GET, &[&id.0]).await,
        TicketRef::Number(number) => record::get(database, principal, GET_BY_NUMBER, &[&number]).await,
    }
}

/// The same inside a transaction.
///
/// # Errors
/// When the database cannot be asked.
pub async fn find(tx: &mut TenantTx, ticket: TicketRef) -> Result<Option<Ticket>, StoreError> {
    match ticket {
        TicketRef::Id(id) => record::one(tx, GET, &[&id.0]).await,
        TicketRef::Number(number) => record::one(tx, GET_BY_NUMBER, &[&number]).await,
    }
}

/// The fields that name nothing, of those whose things the caller may read.
///
/// # Errors
/// `Refusal::NoEntry`, or when the database cannot be asked.
pub async fn missing(database: &Database, principal: &Principal, named: &Named) -> Result<Vec<&'static str>, StoreError> {
    let tx = TenantTx::open(database, principal, Access::Read).await?;
    let tenant = tx.tenant_id();
    let (entered, rows) = tx.query_and_commit(NAMED, &[&tenant, &named.requester_id, &named.assignee_id, &named.group_id, &named.organization_id]).await?;
    let here: Vec<String> = rows.iter().map(|row| row.try_get("field")).collect::<Result<_, _>>()?;
    let asked = [
        ("requester_id", named.requester_id, permission::CONTACT_READ),
        ("assignee_id", named.assignee_id, permission::MEMBER_READ),
        ("group_id", named.group_id, permission::GROUP_READ),
        ("organization_id", named.organization_id, permission::ORGANIZATION_READ),
    ];
    let missing = asked.into_iter().filter(|(field, id, read)| id.is_some() && entered.permissions.has(read) && here.iter().all(|found| found != field));
    Ok(missing.map(|(field, _, _)| field).collect())
}

/// # Errors
/// When the database cannot be asked.
pub async fn list(tx: &mut TenantTx, filter: &Filter, keyset: &Keyset) -> Result<Page<Ticket>, StoreError> {
    let class = Class::of(tx.enter().await?);
    record::list(tx, LIST, narrowed(filter, &class), keyset).await
}

/// How many the list holds, counted up to `most`.
///
/// # Errors
/// When the database cannot be asked.
pub async fn count(tx: &mut TenantTx, filter: &Filter, most: i64) -> Result<i64, StoreError> {
    let class = Class::of(tx.enter().await?);
    let rows = record::composed(tx, COUNT, narrowed(filter, &class).with("most", &most)).await?;
    Ok(rows.first().map_or(Ok(0), |row| row.try_get(0))?)
}

/// What the planner is told of the caller, who sees no more than the doors let through in any case.
struct Class {
    as_requester: Option<Uuid>,
    in_groups: Option<Vec<Uuid>>,
}

impl Class {
    fn of(entered: &Entered) -> Self {
        let may = &entered.permissions;
        let whole = may.has(permission::TICKET_READ);
        let grouped = !whole && may.has(permission::TICKET_READ_GROUP);
        let own = !whole && may.has(permission::TICKET_READ_OWN);
        Self {
            as_requester: (own && !grouped).then_some(entered.member_id.0),
            in_groups: (grouped && !own).then(|| entered.group_ids.iter().map(|id| id.0).collect()),
        }
    }
}

fn narrowed<'a>(filter: &'a Filter, class: &'a Class) -> Narrowed<'a> {
    Narrowed::default()
        .by_line("as_requester", "member_id", class.as_requester.as_ref())
        .by_line("in_groups", "group_ids", class.in_groups.as_ref())
        .by_any("status", &filter.status)
        .by_any("priority", &filter.priority)
        .by("assignee_id", filter.assignee_id.as_ref())
        .by("requester_id", filter.requester_id.as_ref())
        .by("group_id", filter.group_id.as_ref())
        .by("organization_id", filter.organization_id.as_ref())
        .by("tag", filter.tag.as_ref())
        .by("created_after", filter.created_after.as_ref())
        .by("created_before", filter.created_before.as_ref())
        .by("updated_after", filter.updated_after.as_ref())
        .by("updated_before", filter.updated_before.as_ref())
}

/// # Errors
/// A refusal of the doors, keys or checks.
pub async fn create(tx: &mut TenantTx, new: &NewTicket, number: i64) -> Result<Ticket, StoreError> {
    record::made(
        tx,
        CREATE,
        &[
            &new.ticket_id.0,
            &number,
            &new.subject,
            &new.priority,
            &new.r#type,
            &new.requester_id,
            &new.group_id,
            &new.assignee_id,
            &new.organization_id,
            &new.tags,
            &new.external_source,
            &new.external_id,
            &new.body,
            &CommentId::generate().0,
            &TicketEventId::generate().0,
        ],
        permission::TICKET_CREATE,
    )
    .await
}

/// Applies a merge patch to the version expected. None: nothing matched, and `why_not` tells what was in the way.
///
/// # Errors
/// A refusal of the doors, keys or checks.
pub async fn change(tx: &mut TenantTx, ticket: TicketId, version: i32, patch: &Value, action: &'static str) -> Result<Option<Ticket>, StoreError> {
    // In this order the history shows them.
    let (public, internal) = (TicketEventId::generate(), TicketEventId::generate());
    record::one(tx, CHANGE, &[&ticket.0, &version, patch, &action, &public.0, &internal.0]).await
}

/// # Errors
/// A refusal of the keys.
pub async fn transfer(tx: &mut TenantTx, ticket: TicketId, version: i32, group: Option<Uuid>, assignee: Option<Uuid>) -> Result<Option<Ticket>, StoreError> {
    record::one(tx, TRANSFER, &[&ticket.0, &version, &group, &assignee, &TicketEventId::generate().0]).await
}

/// # Errors
/// When the database cannot be asked.
pub async fn resolve_own(tx: &mut TenantTx, ticket: TicketId, version: i32, status: &str) -> Result<Option<Ticket>, StoreError> {
    record::one(tx, RESOLVE_OWN, &[&ticket.0, &version, &status, &TicketEventId::generate().0]).await
}

/// # Errors
/// When the database cannot be asked.
pub async fn list_events(tx: &mut TenantTx, ticket: TicketId, keyset: &Keyset) -> Result<Page<TicketEvent>, StoreError> {
    record::list(tx, LIST_EVENTS, Narrowed::default().with("ticket_id", &ticket.0), keyset).await
}

impl Record for Ticket {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let status: String = row.try_get("status")?;
        Ok(Self {
            ticket_id: row.try_get::<_, Uuid>("ticket_id")?.into(),
            number: row.try_get("number")?,
            subject: row.try_get("subject")?,
            status_category: status.clone(),
            status,
            priority: row.try_get("priority")?,
            r#type: row.try_get("type")?,
            tags: row.try_get("tags")?,
            requester_id: row.try_get::<_, Uuid>("requester_id")?.into(),
            assignee_id: row.try_get::<_, Option<Uuid>>("assignee_id")?.map(Into::into),
            group_id: row.try_get::<_, Option<Uuid>>("group_id")?.map(GroupId),
            organization_id: row.try_get::<_, Option<Uuid>>("organization_id")?.map(Into::into),
            external_source: row.try_get("external_source")?,
            external_id: row.try_get("external_id")?,
            version: row.try_get("version")?,
            created_at: row.try_get("created_at")?,
            updated_at: row.try_get("updated_at")?,
            closed_at: row.try_get("closed_at")?,
        })
    }
}

impl Record for TicketEvent {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            ticket_event_id: row.try_get::<_, Uuid>("ticket_event_id")?.into(),
            ticket_id: row.try_get::<_, Uuid>("ticket_id")?.into(),
            kind: row.try_get("kind")?,
            actor_id: row.try_get::<_, Uuid>("actor_id")?.into(),
            visibility: row.try_get("visibility")?,
            version: row.try_get("version")?,
            changes: row.try_get::<_, Told>("changes")?.0,
            created_at: row.try_get("created_at")?,
        })
    }
}
