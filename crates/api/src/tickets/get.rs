//! GET a ticket: one flush to the database, one event in the trail. What is to come along takes trips of its own.

use super::{asked_for, ticket_ref};
use crate::answer::etag;
use crate::caller::{Caller, object};
use crate::included::{Included, Including, details};
use crate::problem::{Kind, Problem};
use actix_web::http::header;
use actix_web::{HttpResponse, web};
use ringfence_audit::{Action, Object};
use ringfence_domain::{Ticket, TicketRef};
use ringfence_store::{Access, Entered, StoreError, TenantTx, tickets};

/// One ticket, by UUID or by number.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/tickets/{ticket_id}", operation_id = "getTicket", tag = "tickets",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("ticket_id" = String, Path, description = "UUID or number", example = "1"),
        ("include" = Option<String>, Query, description = "What comes along, separated by commas: requester, assignee, group, organization, as far as the caller may read them"),
    ),
    responses((status = 200, body = Ticket, headers(("ETag" = String, description = "The version, for If-Match")))))]
pub async fn get_ticket(caller: Caller, path: web::Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let reference = ticket_ref(&path.1);
    let found = if caller.include.is_empty() {
        tickets::get(caller.database(), &caller.principal, reference).await.map(|(entered, ticket)| (entered, ticket, None))
    } else {
        including(&caller, reference).await
    };
    match found {
        Ok((entered, Some(ticket), included)) => {
            let seen = Object { version: Some(ticket.version), ..object("ticket", ticket.ticket_id.0) };
            caller.read(&entered, Action::TicketRead, seen, details(included.as_ref())).await?;
            let body = Including { record: caller.shown(&ticket), included };
            Ok(HttpResponse::Ok().insert_header((header::ETAG, etag(ticket.version))).json(body))
        }
        Ok((entered, None, _)) => Err(caller.denied(Action::TicketRead, asked_for(reference), Problem::new(Kind::NotFound), None, Some(&entered)).await),
        Err(error) => Err(caller.refused(Action::TicketRead, asked_for(reference), error, None).await),
    }
}

async fn including(caller: &Caller, reference: TicketRef) -> Result<(Entered, Option<Ticket>, Option<Included>), StoreError> {
    let mut tx = TenantTx::open(caller.database(), &caller.principal, Access::Read).await?;
    let entered = tx.enter().await?.clone();
    let ticket = tickets::find(&mut tx, reference).await?;
    let included = Included::of_tickets(&mut tx, &caller.include, ticket.as_slice()).await?;
    tx.commit().await?;
    Ok((entered, ticket, included))
}
