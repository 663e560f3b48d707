//! `include=`: what a record or the rows of a list refer to comes along, each read by the same doors as a GET of its own.

use crate::body::Fields;
use crate::listing::digest;
use actix_web::HttpRequest;
use actix_web::http::Method;
use ringfence_domain::{Comment, Contact, Group, Member, Organization, Ticket};
use ringfence_store::{StoreError, TenantTx, contacts, groups, members, organizations};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use utoipa::ToSchema;
use uuid::Uuid;

/// What may come along with a list of tickets.
pub const OF_TICKETS: &[&str] = &["total", "requester", "assignee", "group", "organization"];
/// What may come along with one.
pub const OF_TICKET: &[&str] = &["requester", "assignee", "group", "organization"];
/// What may come along with a comment, or a list of them.
pub const OF_COMMENTS: &[&str] = &["author"];

/// What rows refer to, each once. Whatever the caller may not read is not among it.
#[derive(Default, Serialize, ToSchema)]
pub struct Included {
    /// With `include=requester` or `include=author`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contacts: Option<Vec<Contact>>,
    /// With `include=assignee`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub members: Option<Vec<Member>>,
    /// With `include=group`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub groups: Option<Vec<Group>>,
    /// With `include=organization`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organizations: Option<Vec<Organization>>,
}

/// A record as it was asked for, and what came along with it.
#[derive(Serialize)]
pub struct Including<T> {
    #[serde(flatten)]
    pub record: T,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub included: Option<Included>,
}

/// Takes `include` from the query of a single record that something may come along with.
pub fn asked(fields: &mut Fields, request: &HttpRequest) -> Vec<&'static str> {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let known = match request.match_pattern().filter(|_| reads).as_deref() {
        Some("/v1/tenants/{tenant}/tickets/{ticket_id}") => OF_TICKET,
        Some("/v1/tenants/{tenant}/tickets/{ticket_id}/comments/{comment_id}") => OF_COMMENTS,
        _ => return Vec::new(),
    };
    fields.names("include", known).unwrap_or_default()
}

/// What the trail says of a single record that was read.
pub fn details(included: Option<&Included>) -> Value {
    included.map_or_else(|| json!({}), |included| json!({ "included": included.told() }))
}

impl Included {
    /// # Errors
    /// When the database cannot be asked.
    pub async fn of_tickets(tx: &mut TenantTx, include: &[&str], tickets: &[Ticket]) -> Result<Option<Self>, StoreError> {
        let mut included = Self::default();
        for relation in include {
            match *relation {
                "requester" => included.contacts = Some(contacts::of_ids(tx, &ids(tickets, |t| Some(t.requester_id.0))).await?),
                "assignee" => included.members = Some(members::of_ids(tx, &ids(tickets, |t| t.assignee_id.map(|id| id.0))).await?),
                "group" => included.groups = Some(groups::of_ids(tx, &ids(tickets, |t| t.group_id.map(|id| id.0))).await?),
                "organization" => included.organizations = Some(organizations::of_ids(tx, &ids(tickets, |t| t.organization_id.map(|id| id.0))).await?),
                _ => {}
            }
        }
        Ok(included.if_any())
    }

    /// # Errors
    /// When the database cannot be asked.
    pub async fn of_comments(tx: &mut TenantTx, include: &[&str], comments: &[Comment]) -> Result<Option<Self>, StoreError> {
        let mut included = Self::default();
        if include.contains(&"author") {
            included.contacts = Some(contacts::of_ids(tx, &ids(comments, |c| Some(c.author_id.0))).await?);
        }
        Ok(included.if_any())
    }

    fn if_any(self) -> Option<Self> {
        let any = self.contacts.is_some() || self.members.is_some() || self.groups.is_some() || self.organizations.is_some();
        any.then_some(self)
    }

    /// What the trail says of it.
    pub fn told(&self) -> Value {
        fn of<T>(rows: Option<&Vec<T>>, id: impl Fn(&T) -> Uuid) -> Option<Value> {
            rows.map(|rows| json!({ "count": rows.len(), "digest": digest(rows.iter().map(id)) }))
        }
        let told = [
            ("contacts", of(self.contacts.as_ref(), |c| c.contact_id.0)),
            ("members", of(self.members.as_ref(), |m| m.member_id.0)),
            ("groups", of(self.groups.as_ref(), |g| g.group_id.0)),
            ("organizations", of(self.organizations.as_ref(), |o| o.organization_id.0)),
        ];
        told.into_iter().filter_map(|(name, rows)| Some((name.to_owned(), rows?))).collect()
    }
}

fn ids<T>(rows: &[T], id: impl Fn(&T) -> Option<Uuid>) -> Vec<Uuid> {
    rows.iter().filter_map(id).collect::<BTreeSet<_>>().into_iter().collect()
}
