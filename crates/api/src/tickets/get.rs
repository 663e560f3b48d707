//! GET a ticket: one flush to the database, one event in the trail.

use super::{asked_for, ticket_ref};
use crate::answer::etag;
use crate::caller::{Caller, object};
use crate::problem::{Kind, Problem};
use actix_web::http::header;
use actix_web::{HttpResponse, web};
use ringfence_audit::{Action, Object};
use ringfence_domain::Ticket;
use ringfence_store::tickets;
use serde_json::json;

/// One ticket, by UUID or by number.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/tickets/{ticket_id}", operation_id = "getTicket", tag = "tickets",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("ticket_id" = String, Path, description = "UUID or number", example = "1"),
    ),
    responses((status = 200, body = Ticket, headers(("ETag" = String, description = "The version, for If-Match")))))]
pub async fn get_ticket(caller: Caller, path: web::Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let reference = ticket_ref(&path.1)?;
    match tickets::get(caller.database(), &caller.principal, reference).await {
        Ok((entered, Some(ticket))) => {
            let seen = Object { version: Some(ticket.version), ..object("ticket", ticket.ticket_id.0) };
            caller.read(&entered, Action::TicketRead, seen, json!({})).await?;
            Ok(HttpResponse::Ok().insert_header((header::ETAG, etag(ticket.version))).json(caller.shown(&ticket)))
        }
        Ok((entered, None)) => Err(caller.denied(Action::TicketRead, asked_for(reference), Problem::new(Kind::NotFound), None, Some(&entered)).await),
        Err(error) => Err(caller.refused(Action::TicketRead, asked_for(reference), error, None).await),
    }
}
