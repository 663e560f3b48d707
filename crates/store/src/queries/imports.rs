//! Tickets of another system, each written whole or not at all; an import makes people and organizations, never groups or members.

use crate::numbers::Numbers;
use crate::{Access, Database, Principal, Refusal, StoreError, TenantTx};
use jiff::Timestamp;
use ringfence_domain::{CommentId, ContactId, OrganizationId, Priority, TicketEventId, TicketId, TicketStatus, TicketType, Visibility};
use std::collections::HashMap;
use uuid::Uuid;

const FIND_TICKET: crate::Sql = crate::sql!("imports/find_ticket.sql");
const FIND_GROUP: crate::Sql = crate::sql!("imports/find_group.sql");
const CONTACT: crate::Sql = crate::sql!("imports/contact.sql");
const ORGANIZATION: crate::Sql = crate::sql!("imports/organization.sql");
const TICKET: crate::Sql = crate::sql!("imports/ticket.sql");

/// How often a ticket is tried again when somebody else was at the same rows.
const ATTEMPTS: u32 = 5;

/// A ticket as the other system has it. The times are believed, but none lies in the future.
#[derive(Debug, Clone)]
pub struct ImportedTicket {
    pub external_source: String,
    pub external_id: String,
    /// Under which else an earlier import may have written it.
    pub other_ids: Vec<String>,
    pub subject: String,
    pub status: TicketStatus,
    pub priority: Priority,
    pub r#type: TicketType,
    pub tags: Vec<String>,
    /// None: nobody is named, and the import itself asks.
    pub requester: Option<Person>,
    pub organization: Option<String>,
    /// A group of another name than the tenant's own is left out.
    pub group: Option<String>,
    pub created_at: Option<Timestamp>,
    pub updated_at: Option<Timestamp>,
    pub comments: Vec<ImportedComment>,
}

#[derive(Debug, Clone)]
pub struct ImportedComment {
    pub external_id: Option<String>,
    /// None: the ticket's requester.
    pub author: Option<Person>,
    pub visibility: Visibility,
    pub body: String,
    pub created_at: Option<Timestamp>,
}

/// Somebody a file speaks of. Becomes a contact, never a member: an address in a file lets nobody in.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Person {
    pub name: Option<String>,
    pub email: Option<String>,
    pub external_id: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    pub ticket_id: TicketId,
    /// The ticket names one, and the tenant has none of its name.
    pub lacks_group: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Created(Written),
    /// An earlier import wrote it; it stays as it is. How many of the comments at hand it does not have.
    AlreadyThere { comments_not_here: i64 },
}

/// One ticket with its comments and people in one transaction. Repeating it is harmless.
///
/// # Errors
/// What the ticket is refused for; then nothing of it is there.
pub async fn import(database: &Database, principal: &Principal, numbers: &Numbers, ticket: &ImportedTicket) -> Result<Outcome, StoreError> {
    let mut attempt = 1;
    loop {
        match import_once(database, principal, numbers, ticket).await {
            Err(StoreError::Collided) if attempt < ATTEMPTS => attempt += 1,
            // Another import of the same file was faster.
            Err(StoreError::Refused(Refusal::Conflict { code: "external_id_taken", .. })) if attempt < ATTEMPTS => attempt += 1,
            outcome => return outcome,
        }
    }
}

async fn import_once(database: &Database, principal: &Principal, numbers: &Numbers, ticket: &ImportedTicket) -> Result<Outcome, StoreError> {
    // In a transaction of its own, because the number is reserved in one too: an import never holds two connections.
    if let Some(comments_not_here) = found(database, principal, ticket).await? {
        return Ok(Outcome::AlreadyThere { comments_not_here });
    }
    numbers.ensure(database, principal).await?;
    let mut tx = TenantTx::open(database, principal, Access::Write).await?;
    let written = match numbers.take_for(&mut tx).await {
        Ok(number) => write(&mut tx, ticket, number, Timestamp::now()).await.inspect_err(|error| {
            if matches!(error, StoreError::Collided) {
                numbers.forget(principal);
            }
        }),
        Err(error) => Err(error),
    };
    match written {
        Ok(written) => tx.commit().await.map(|()| Outcome::Created(written)),
        Err(error) => Err(tx.refuse(error).await),
    }
}

/// Of a ticket that is here already: how many of its comments are not.
async fn found(database: &Database, principal: &Principal, ticket: &ImportedTicket) -> Result<Option<i64>, StoreError> {
    let tx = TenantTx::open(database, principal, Access::Read).await?;
    let tenant = tx.tenant_id();
    let ids: Vec<&str> = std::iter::once(&ticket.external_id).chain(&ticket.other_ids).map(String::as_str).collect();
    let comments: Vec<&str> = said(ticket).filter_map(|comment| comment.external_id.as_deref()).collect();
    let (_, rows) = tx.query_and_commit(FIND_TICKET, &[&tenant, &ticket.external_source, &ids, &comments]).await?;
    Ok(rows.first().map(|row| row.try_get("comments_not_here")).transpose()?)
}

/// The comments that say something: no other is written.
fn said(ticket: &ImportedTicket) -> impl Iterator<Item = &ImportedComment> {
    ticket.comments.iter().filter(|comment| !comment.body.is_empty())
}

/// Writes the people, the organization, then the ticket with its comments.
///
/// # Errors
/// A refusal of the doors, keys or checks, or `Collided` when somebody else made the same person meanwhile.
pub async fn write(tx: &mut TenantTx, ticket: &ImportedTicket, number: i64, now: Timestamp) -> Result<Written, StoreError> {
    let tenant = tx.tenant_id();
    let importer = tx.enter().await?.member_id.0;
    let mut people = People { source: &ticket.external_source, known: HashMap::new() };
    let requester = match &ticket.requester {
        Some(person) => people.find_or_make(tx, person).await?,
        None => importer,
    };
    let mut comments = Comments::default();
    for comment in said(ticket) {
        let author = match &comment.author {
            Some(person) => people.find_or_make(tx, person).await?,
            None => requester,
        };
        comments.push(comment, author, comment.created_at.or(ticket.created_at).unwrap_or(now).min(now));
    }
    let organization = match &ticket.organization {
        Some(name) => Some(organization(tx, name).await?),
        None => None,
    };
    let group = match &ticket.group {
        Some(name) => group(tx, name).await?,
        None => None,
    };
    let times = Times::of(ticket, &comments.when(Visibility::Public), &comments.when(Visibility::Internal), now);
    let id = TicketId::generate();
    let rows = tx
        .query(
            TICKET,
            &[
                &tenant,
                &id.0,
                &number,
                &ticket.subject,
                &ticket.status.as_str(),
                &ticket.priority.as_str(),
                &ticket.r#type.as_str(),
                &requester,
                &group,
                &organization,
                &ticket.tags,
                &ticket.external_source,
                &ticket.external_id,
                &times.created,
                &times.updated,
                &times.closed,
                &TicketEventId::generate().0,
                &comments.ids,
                &comments.authors,
                &comments.visibilities,
                &comments.bodies,
                &comments.external_ids,
                &comments.times,
            ],
        )
        .await?;
    let written = Written { ticket_id: id, lacks_group: ticket.group.is_some() && group.is_none() };
    rows.first().map(|_| written).ok_or(StoreError::Refused(Refusal::Forbidden { permission: "ticket.import" }))
}

struct People<'a> {
    source: &'a str,
    known: HashMap<Person, Uuid>,
}

impl People<'_> {
    async fn find_or_make(&mut self, tx: &mut TenantTx, person: &Person) -> Result<Uuid, StoreError> {
        if let Some(known) = self.known.get(person) {
            return Ok(*known);
        }
        let tenant = tx.tenant_id();
        let name = person.name.as_deref().or(person.email.as_deref()).or(person.external_id.as_deref()).unwrap_or("Unknown");
        let name: String = name.chars().take(200).collect();
        // Of somebody who is a name and no more, the name has to do as the id, or each comment would make a person anew.
        let external_id = match (&person.external_id, &person.email) {
            (Some(id), _) => Some(id.clone()),
            (None, Some(_)) => None,
            (None, None) => Some(format!("name:{name}")),
        };
        let source = external_id.as_ref().map(|_| self.source);
        let rows = tx.query(CONTACT, &[&tenant, &ContactId::generate().0, &name, &person.email, &source, &external_id]).await?;
        let id: Uuid = rows.first().ok_or(StoreError::Collided)?.try_get("contact_id")?;
        self.known.insert(person.clone(), id);
        Ok(id)
    }
}

async fn organization(tx: &mut TenantTx, name: &str) -> Result<Uuid, StoreError> {
    let tenant = tx.tenant_id();
    let rows = tx.query(ORGANIZATION, &[&tenant, &OrganizationId::generate().0, &name]).await?;
    Ok(rows.first().ok_or(StoreError::Collided)?.try_get("organization_id")?)
}

async fn group(tx: &mut TenantTx, name: &str) -> Result<Option<Uuid>, StoreError> {
    let tenant = tx.tenant_id();
    let rows = tx.query(FIND_GROUP, &[&tenant, &name]).await?;
    Ok(rows.first().map(|row| row.try_get("group_id")).transpose()?)
}

/// Comments as columns, for one INSERT of them all.
#[derive(Default)]
struct Comments<'a> {
    ids: Vec<Uuid>,
    authors: Vec<Uuid>,
    visibilities: Vec<&'static str>,
    bodies: Vec<&'a str>,
    external_ids: Vec<Option<&'a str>>,
    times: Vec<Timestamp>,
}

impl<'a> Comments<'a> {
    fn push(&mut self, comment: &'a ImportedComment, author: Uuid, created_at: Timestamp) {
        self.ids.push(CommentId::generate().0);
        self.authors.push(author);
        self.visibilities.push(comment.visibility.as_str());
        self.bodies.push(&comment.body);
        self.external_ids.push(comment.external_id.as_deref());
        self.times.push(created_at);
    }

    fn when(&self, visibility: Visibility) -> Vec<Timestamp> {
        self.visibilities.iter().zip(&self.times).filter(|(of, _)| **of == visibility.as_str()).map(|(_, time)| *time).collect()
    }
}

/// When a ticket began, changed last and ended. A file that is silent or contradicts itself yields the nearest order. The requester
/// sees these times: none of them is told by an internal comment, not even where the other system moved its own by one.
struct Times {
    created: Timestamp,
    updated: Timestamp,
    closed: Option<Timestamp>,
}

impl Times {
    fn of(ticket: &ImportedTicket, public: &[Timestamp], internal: &[Timestamp], now: Timestamp) -> Self {
        let created = ticket.created_at.or(public.iter().min().copied()).unwrap_or(now).min(now);
        let said = ticket.updated_at.filter(|time| public.contains(time) || !internal.contains(time));
        let updated = said.or(public.iter().max().copied()).unwrap_or(created).min(now).max(created);
        Self { created, updated, closed: (ticket.status == TicketStatus::Closed).then_some(updated) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::{ImportedTicket, Times};
    use jiff::Timestamp;
    use ringfence_domain::{Priority, TicketStatus, TicketType};

    fn ticket(created: Option<&str>, updated: Option<&str>, status: TicketStatus) -> ImportedTicket {
        ImportedTicket {
            external_source: "csv".into(),
            external_id: "1".into(),
            other_ids: Vec::new(),
            subject: "a subject".into(),
            status,
            priority: Priority::Normal,
            r#type: TicketType::Question,
            tags: Vec::new(),
            requester: None,
            organization: None,
            group: None,
            created_at: created.map(|text| text.parse().unwrap()),
            updated_at: updated.map(|text| text.parse().unwrap()),
            comments: Vec::new(),
        }
    }

    #[test]
    fn a_time_in_the_future_becomes_now() {
        let now = "2024-05-01T00:00:00Z".parse().unwrap();
        let times = Times::of(&ticket(Some("2031-01-01T00:00:00Z"), Some("2032-01-01T00:00:00Z"), TicketStatus::Open), &[], &[], now);
        assert_eq!((times.created, times.updated), (now, now));
    }

    #[test]
    fn a_closed_ticket_closed_when_it_last_changed() {
        let now = "2024-05-01T00:00:00Z".parse().unwrap();
        let times = Times::of(&ticket(Some("2023-01-01T00:00:00Z"), Some("2023-02-01T00:00:00Z"), TicketStatus::Closed), &[], &[], now);
        assert_eq!(times.closed, Some("2023-02-01T00:00:00Z".parse().unwrap()));
    }

    #[test]
    fn without_times_the_comments_tell_them() {
        let now = "2024-05-01T00:00:00Z".parse().unwrap();
        let comments = ["2023-03-01T00:00:00Z".parse().unwrap(), "2023-04-01T00:00:00Z".parse().unwrap()];
        let times = Times::of(&ticket(None, None, TicketStatus::Open), &comments, &[], now);
        assert_eq!((times.created, times.updated), (comments[0], comments[1]));
    }

    #[test]
    fn no_time_of_a_ticket_is_that_of_an_internal_comment() {
        let [now, first, public, note] = ["2024-05-01T00:00:00Z", "2023-02-01T00:00:00Z", "2023-03-01T00:00:00Z", "2023-04-01T00:00:00Z"].map(|time| time.parse().unwrap());
        let times = |updated, public: &[Timestamp]| Times::of(&ticket(None, updated, TicketStatus::Open), public, &[first, note], now);
        let silent = times(None, &[public]);
        assert_eq!((silent.created, silent.updated), (public, public));
        assert_eq!(times(Some("2023-04-01T00:00:00Z"), &[public]).updated, public, "the other system moved its own by the note");
        assert_eq!(times(Some("2023-04-01T00:00:00Z"), &[public, note]).updated, note, "something public was said at the same time");
        assert_eq!(times(Some("2023-05-01T00:00:00Z"), &[public]).updated, "2023-05-01T00:00:00Z".parse().unwrap());
        let unsaid = times(None, &[]);
        assert_eq!((unsaid.created, unsaid.updated), (now, now));
    }
}
