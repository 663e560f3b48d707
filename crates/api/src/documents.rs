//! The contract as documents: OpenAPI, a page to read it by, and a page for every problem.

use crate::problem::{Kind, Problem};
use actix_web::{HttpResponse, web};
use utoipa::OpenApi;

#[derive(OpenApi)]
#[openapi(
    info(title = "Ringfence", version = "1", description = "Tickets of many tenants, kept apart by the database itself."),
    paths(
        crate::operations::get_me,
        crate::tickets::list::list_tickets,
        crate::tickets::create::create_ticket,
        crate::tickets::get::get_ticket,
        crate::tickets::change::update_ticket,
        crate::tickets::change::assign_ticket,
        crate::tickets::change::set_ticket_status,
        crate::tickets::list::list_ticket_events,
        crate::tickets::comments::list_comments,
        crate::tickets::comments::create_comment,
        crate::tickets::comments::get_comment,
        crate::operations::list_audit,
        crate::operations::healthz,
        crate::operations::readyz,
        crate::operations::metrics,
    )
)]
struct Document;

pub async fn openapi() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(Document::openapi().to_json().unwrap_or_default())
}

pub async fn docs() -> HttpResponse {
    HttpResponse::Ok().content_type("text/html; charset=utf-8").body("")
}

/// What a problem means, with an example.
pub async fn problem(name: web::Path<String>) -> Result<HttpResponse, Problem> {
    let kind = Kind::ALL.iter().find(|kind| kind.describe().0 == name.as_str()).ok_or(Problem::new(Kind::NotFound))?;
    let (slug, status, title) = kind.describe();
    let example = serde_json::to_string_pretty(&Problem::new(*kind).body("01980000-0000-7000-8000-000000000000".into())).unwrap_or_default();
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .body(format!("<!doctype html><html lang=\"en\"><title>{slug}</title><h1>{title}</h1><p>HTTP {}</p><pre>{example}</pre>", status.as_u16())))
}
