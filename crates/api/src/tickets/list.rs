//! Lists of tickets and of a ticket's history.

use super::{asked_for as named, ticket_ref};
use crate::caller::{Caller, objects};
use crate::included::{Included, OF_TICKETS};
use crate::listing::{self, Beside, IncludingList, ListBody, Listing, Order};
use crate::problem::Problem;
use actix_web::{HttpRequest, HttpResponse, web};
use ringfence_audit::Action;
use ringfence_domain::{Priority, Ticket, TicketEvent, TicketStatus, permission};
use ringfence_store::{Key, Refusal, tickets};
use std::cell::Cell;

pub const ORDERS: &[Order] = &[
    ("-updated_at", "updated_at", true),
    ("updated_at", "updated_at", false),
    ("-created_at", "created_at", true),
    ("created_at", "created_at", false),
    ("-number", "number", true),
    ("number", "number", false),
];
/// A count goes no further.
const MOST_COUNTED: i64 = 10_000;

/// A page of the tickets that the caller sees.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/tickets", operation_id = "listTickets", tag = "tickets",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("status" = Option<String>, Query, description = "One or several, separated by commas"),
        ("status_category" = Option<String>, Query, description = "One or several, separated by commas"),
        ("priority" = Option<String>, Query, description = "One or several, separated by commas"),
        ("assignee_id" = Option<Uuid>, Query),
        ("requester_id" = Option<Uuid>, Query),
        ("group_id" = Option<Uuid>, Query),
        ("organization_id" = Option<Uuid>, Query),
        ("tag" = Option<String>, Query),
        ("created_after" = Option<String>, Query, description = "At or after; RFC 3339"),
        ("created_before" = Option<String>, Query, description = "Before; RFC 3339"),
        ("updated_after" = Option<String>, Query, description = "At or after; RFC 3339"),
        ("updated_before" = Option<String>, Query, description = "Before; RFC 3339"),
        ("order" = Option<String>, Query, description = "-updated_at (default), updated_at, -created_at, created_at, -number or number"),
        ("limit" = Option<i64>, Query, description = "1 to 200, 50 by default; a page of more than 1 MiB of text ends before"),
        ("cursor" = Option<String>, Query),
        ("include" = Option<String>, Query, description = "What comes along, separated by commas. total: a count, up to 10,000. requester, assignee, group, organization: the contacts, members, groups and organizations that these tickets refer to, as far as the caller may read them"),
    ),
    responses((status = 200, body = IncludingList<Ticket>)))]
pub async fn list_tickets(caller: Caller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let (filter, asked) = asked_for(&request)?;
    let (column, include) = (asked.column, asked.include.clone());
    let needs = &[permission::TICKET_READ, permission::TICKET_READ_GROUP, permission::TICKET_READ_OWN];
    let listing = Listing { asked, action: Action::TicketListed, object: objects("ticket"), under: None, needs };
    listing::page(
        &caller,
        &request,
        listing,
        async |tx, keyset| {
            let page = tickets::list(tx, &filter, keyset).await?;
            let total = if include.contains(&"total") { Some(tickets::count(tx, &filter, MOST_COUNTED).await?) } else { None };
            let included = Included::of_tickets(tx, &include, &page.rows).await?;
            Ok((page, Beside { total, included }))
        },
        |ticket: &Ticket| Key {
            time: Some(if column == "created_at" { ticket.created_at } else { ticket.updated_at }),
            number: Some(ticket.number),
            id: ticket.ticket_id.0,
        },
    )
    .await
}

fn asked_for(request: &HttpRequest) -> Result<(tickets::Filter, listing::Asked), Problem> {
    let (mut fields, asked) = listing::asked(request, ORDERS, OF_TICKETS);
    let mut status = fields.words::<TicketStatus>("status");
    let category = fields.words::<TicketStatus>("status_category");
    if status.is_empty() {
        status = category;
    } else if !category.is_empty() {
        status.retain(|word| category.contains(word));
        if status.is_empty() {
            fields.wrong("status_category", "contradiction", "no status asked for is in this category");
        }
    }
    let filter = tickets::Filter {
        status,
        priority: fields.words::<Priority>("priority"),
        assignee_id: fields.uuid("assignee_id"),
        requester_id: fields.uuid("requester_id"),
        group_id: fields.uuid("group_id"),
        organization_id: fields.uuid("organization_id"),
        tag: fields.text("tag", 1, 64),
        created_after: fields.time("created_after"),
        created_before: fields.time("created_before"),
        updated_after: fields.time("updated_after"),
        updated_before: fields.time("updated_before"),
    };
    fields.finish()?;
    let asked = asked.of("tickets", &filter);
    Ok((filter, asked))
}

pub const EVENT_ORDERS: &[Order] = &[("created_at", "created_at", false), ("-created_at", "created_at", true)];

/// What changed on a ticket, by whom: its history, not the audit.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/tickets/{ticket_id}/events", operation_id = "listTicketEvents", tag = "tickets",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("ticket_id" = String, Path, description = "UUID or number", example = "1"),
        ("order" = Option<String>, Query, description = "created_at (default) or -created_at"),
        ("limit" = Option<i64>, Query, description = "1 to 200, 50 by default; a page of more than 1 MiB of text ends before"),
        ("cursor" = Option<String>, Query),
    ),
    responses((status = 200, body = ListBody<TicketEvent>)))]
pub async fn list_ticket_events(caller: Caller, request: HttpRequest, path: web::Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let reference = ticket_ref(&path.1);
    let (fields, asked) = listing::asked(&request, EVENT_ORDERS, &[]);
    fields.finish()?;
    let needs = &[permission::TICKET_READ, permission::TICKET_READ_GROUP, permission::TICKET_READ_OWN];
    let under = Cell::new(None);
    let listing = Listing { asked: asked.of(&format!("ticket_events {}", path.1), &()), action: Action::TicketEventListed, object: named(reference), under: Some(&under), needs };
    listing::page(
        &caller,
        &request,
        listing,
        async |tx, keyset| {
            let ticket = tickets::find(tx, reference).await?.ok_or(Refusal::NotFound)?;
            under.set(Some(ticket.ticket_id.0));
            Ok((tickets::list_events(tx, ticket.ticket_id, keyset).await?, Beside::default()))
        },
        |event: &TicketEvent| Key { time: Some(event.created_at), number: None, id: event.ticket_event_id.0 },
    )
    .await
}
