//! POST a service account: a member for a program, with an identity of our own issuing that no issuer can sign in. Its API
//! tokens are its only credentials; everything else about it is a member's.

use crate::answer::{self, Answer};
use crate::body::{Fields, Unread};
use crate::caller::{Caller, objects};
use crate::problem::Problem;
use actix_web::{HttpRequest, HttpResponse};
use ringfence_audit::Action;
use ringfence_domain::{ContactId, Member, Role};
use ringfence_store::members::{self, NewMember};
use serde::Serialize;
use utoipa::ToSchema;

const ISSUER: &str = "urn:ringfence:service-account";

/// A new service account.
#[derive(Serialize, ToSchema)]
pub struct ServiceAccountInput {
    #[schema(min_length = 1, max_length = 200, example = "Nightly export")]
    name: String,
    /// What it may do; at most the caller's own.
    #[schema(max_items = 100)]
    permissions: Vec<String>,
}

/// Makes a service account. It is a member of role `service`, and listed, changed and removed as one.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/service-accounts", operation_id = "createServiceAccount", tag = "machines",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeats of the request under this key do its work once, for 24 hours"),
    ),
    request_body(content = ServiceAccountInput),
    responses((status = 201, body = Member, headers(("ETag" = String, description = "The version"), ("Location" = String, description = "The member's URL")))))]
pub async fn create_service_account(caller: Caller, request: HttpRequest, body: Unread) -> Result<HttpResponse, Problem> {
    let body = body.read().await?;
    let attempt = answer::attempt(&request, &body.bytes)?;
    let mut fields = Fields::of(body.fields);
    let name = fields.required_text("name", 1, 200);
    fields.require("permissions");
    let permissions = fields.permissions("permissions");
    fields.finish()?;
    let new_id = ContactId::generate();
    let new = NewMember {
        issuer: ISSUER.to_owned(),
        subject: new_id.to_string(),
        new_id,
        contact_id: None,
        name: Some(name),
        email: None,
        role: Role::Service.as_str(),
        permissions: Some(permissions.unwrap_or_default()),
        groups: Vec::new(),
        role_id: None,
    };
    let path = format!("/v1/tenants/{}/members", caller.tenant_path());
    answer::change(&caller, attempt, Action::MemberAdded, objects("member"), async |tx| {
        let member = members::add(tx, &new).await?;
        let location = format!("{path}/{}", member.member_id);
        Ok(Answer::created(&member, Some(member.version), location))
    })
    .await
}
