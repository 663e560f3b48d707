//! The contract as documents: OpenAPI, a page to read it by, and a page for every problem. They tell nobody's secrets: anybody may read them.

mod answers;
mod contract;
mod examples;
mod fields;
mod pages;
mod scim;

use crate::body::Fields;
use crate::problem::{Kind, Problem};
use actix_web::{HttpRequest, HttpResponse, web};
use std::collections::BTreeMap;
use std::sync::OnceLock;
use utoipa::OpenApi;

#[derive(OpenApi)]
#[openapi(
    info(title = "Ringfence", version = "1"),
    paths(
        crate::sign_in::begin::list_issuers,
        crate::sign_in::begin::sign_in,
        crate::sign_in::callback::sign_in_callback,
        crate::sign_in::callback::sign_in_callback_of_issuer,
        crate::sign_in::sign_out::sign_out,
        crate::sign_in::issuer_sign_out::sign_out_at_issuer,
        crate::sign_in::logout::back_channel_logout,
        crate::operations::get_me,
        crate::sign_in::sessions::list_sessions,
        crate::sign_in::sessions::end_session,
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
        crate::tickets::links::list_comment_shares,
        crate::tickets::links::share_comment,
        crate::tickets::links::list_ticket_links,
        crate::tickets::links::escalate_ticket,
        crate::agreements::list_agreements,
        crate::agreements::create_agreement,
        crate::agreements::get_agreement,
        crate::agreements::set_agreement_state,
        crate::members::read::list_members,
        crate::members::add::add_member,
        crate::members::read::get_member,
        crate::members::change::update_member,
        crate::members::change::remove_member,
        crate::members::service_accounts::create_service_account,
        crate::api_tokens::list_api_tokens,
        crate::api_tokens::create_api_token,
        crate::api_tokens::get_api_token,
        crate::api_tokens::revoke_api_token,
        crate::invitations::list_invitations,
        crate::invitations::create_invitation,
        crate::invitations::revoke_invitation,
        crate::invitations::accept_invitation,
        crate::sign_in_settings::get_sign_in_settings,
        crate::sign_in_settings::change_sign_in_settings,
        crate::roles::list_roles,
        crate::roles::create_role,
        crate::roles::get_role,
        crate::roles::update_role,
        crate::roles::delete_role,
        crate::break_glass::list_break_glass_grants,
        crate::break_glass::grant_break_glass,
        crate::break_glass::get_break_glass_grant,
        crate::break_glass::revoke_break_glass_grant,
        crate::groups::list_groups,
        crate::groups::create_group,
        crate::groups::get_group,
        crate::groups::update_group,
        crate::groups::delete_group,
        crate::organizations::list_organizations,
        crate::organizations::create_organization,
        crate::organizations::get_organization,
        crate::organizations::update_organization,
        crate::organizations::delete_organization,
        crate::contacts::list_contacts,
        crate::contacts::create_contact,
        crate::contacts::get_contact,
        crate::contacts::update_contact,
        crate::contacts::delete_contact,
        crate::scim::settings::get_settings,
        crate::scim::settings::set_settings,
        crate::scim::discovery::service_provider_config,
        crate::scim::discovery::resource_types,
        crate::scim::discovery::resource_type,
        crate::scim::discovery::schemas,
        crate::scim::discovery::schema,
        crate::scim::users::list_users,
        crate::scim::users::create_user,
        crate::scim::users::search_users,
        crate::scim::users::get_user,
        crate::scim::users::replace_user,
        crate::scim::users::update_user,
        crate::scim::users::delete_user,
        crate::scim::groups::list_groups,
        crate::scim::groups::create_group,
        crate::scim::groups::search_groups,
        crate::scim::groups::get_group,
        crate::scim::groups::replace_group,
        crate::scim::groups::update_group,
        crate::scim::groups::delete_group,
        crate::operations::list_audit,
        crate::operations::healthz,
        crate::operations::readyz,
        crate::operations::metrics,
        openapi,
        docs,
        problem,
    )
)]
struct Document;

/// The document as it is served and committed.
#[must_use]
pub fn document() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| {
        let annotated = serde_json::to_value(Document::openapi()).unwrap_or_default();
        let mut text = serde_json::to_string_pretty(&contract::complete(annotated)).unwrap_or_default();
        text.push('\n');
        text
    })
}

/// What `fields` may name of the answers at a path; nothing where it is no parameter.
pub fn trimmed(path: &str) -> &'static [String] {
    static NAMES: OnceLock<BTreeMap<String, Vec<String>>> = OnceLock::new();
    let names = NAMES.get_or_init(|| contract::trimmed(&serde_json::from_str(document()).unwrap_or_default()));
    names.get(path).map_or(&[], Vec::as_slice)
}

/// This document.
#[utoipa::path(get, path = "/openapi.json", operation_id = "openapi", tag = "documents", responses((status = 200, description = "OpenAPI 3.1", body = Object)))]
pub async fn openapi(request: HttpRequest) -> Result<HttpResponse, Problem> {
    Fields::of_query(request.query_string()).finish()?;
    Ok(HttpResponse::Ok().content_type("application/json").body(document()))
}

/// A page to read the contract by and to try it.
#[utoipa::path(get, path = "/docs", operation_id = "docs", tag = "documents", responses((status = 200, description = "A page", body = String, content_type = "text/html")))]
pub async fn docs(request: HttpRequest) -> Result<HttpResponse, Problem> {
    Fields::of_query(request.query_string()).finish()?;
    Ok(pages::docs())
}

/// What a kind of problem means, with an example.
#[utoipa::path(get, path = "/problems/{problem}", operation_id = "getProblem", tag = "documents",
    params(("problem" = String, Path, description = "The last part of a problem's type")),
    responses((status = 200, description = "A page", body = String, content_type = "text/html")))]
pub async fn problem(request: HttpRequest, name: web::Path<String>) -> Result<HttpResponse, Problem> {
    Fields::of_query(request.query_string()).finish()?;
    pages::problem(&name).ok_or(Problem::new(Kind::NotFound))
}
