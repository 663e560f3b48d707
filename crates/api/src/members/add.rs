//! POST a member: an issuer and subject that may enter from now on. An e-mail address lets nobody in.

use crate::answer::{self, Answer};
use crate::body::{Fields, JsonBody, Unread};
use crate::caller::{Caller, object, objects};
use crate::people;
use crate::problem::Problem;
use crate::step_up::DANGEROUS_ROLES;
use actix_web::{HttpRequest, HttpResponse};
use ringfence_audit::Action;
use ringfence_domain::{ContactId, GivenRole, GroupAccess, Member, Role, permission};
use ringfence_store::members::{self, NewMember};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

/// A new member: the identity that signs in, and the person it belongs to.
#[derive(Serialize, ToSchema)]
pub struct MemberInput {
    /// The issuer of their tokens (`iss`).
    #[schema(min_length = 1, max_length = 500, example = "https://login.example.com")]
    issuer: String,
    /// Their subject there (`sub`), at most 255 bytes.
    #[schema(min_length = 1, max_length = 255, example = "248289761001")]
    subject: String,
    role: GivenRole,
    /// Required unless `contact_id` is given.
    #[schema(min_length = 1, max_length = 200, example = "Colleague")]
    name: Option<String>,
    #[schema(min_length = 3, max_length = 254, example = "colleague@example.com")]
    email: Option<String>,
    /// Of a service alone, and required for it; at most the caller's own.
    #[schema(max_items = 100)]
    permissions: Option<Vec<String>>,
    /// Of a `custom` member alone, and required for one.
    role_id: Option<Uuid>,
    /// Groups in which they may do everything.
    #[schema(max_items = 100)]
    group_ids: Option<Vec<Uuid>>,
    /// Groups with what they may do there; not beside `group_ids`.
    #[schema(max_items = 100)]
    groups: Option<Vec<GroupInput>>,
    /// Somebody who is a contact already; a name or address given beside it becomes theirs.
    contact_id: Option<Uuid>,
}

/// What somebody may do in a group.
#[derive(Serialize, ToSchema)]
#[schema(as = MemberGroupInput)]
pub struct GroupInput {
    group_id: Uuid,
    #[schema(min_items = 1, max_items = 5)]
    access: Vec<GroupAccess>,
}

/// Adds a member.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/members", operation_id = "addMember", tag = "members",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeats of the request under this key do its work once, for 24 hours"),
    ),
    request_body(content = MemberInput),
    responses((status = 201, body = Member, headers(("ETag" = String, description = "The version"), ("Location" = String, description = "The member's URL")))))]
pub async fn add_member(caller: Caller, request: HttpRequest, body: Unread) -> Result<HttpResponse, Problem> {
    let body = body.read().await?;
    let attempt = answer::attempt(&request, &body.bytes)?;
    let by_groups = body.fields.contains_key("groups");
    let new = read(body)?;
    if DANGEROUS_ROLES.iter().any(|role| role.as_str() == new.role) {
        caller.fresh(&[permission::MEMBER_MANAGE]).await?;
    }
    let path = format!("/v1/tenants/{}/members", caller.tenant_path());
    let added = answer::change(&caller, attempt, Action::MemberAdded, objects("member"), async |tx| {
        let member = members::add(tx, &new).await?;
        let location = format!("{path}/{}", member.member_id);
        Ok(Answer::created(&member, Some(member.version), location))
    });
    match added.await {
        Err(problem) if problem.code == "member_exists" => Err(met_again(&caller, &new, problem).await),
        outcome => outcome.map_err(|problem| super::as_sent(problem, by_groups)),
    }
}

/// Says whom a new member would be again: whoever the glass was once broken for is one already, and is found in no sign-in.
async fn met_again(caller: &Caller, new: &NewMember, problem: Problem) -> Problem {
    let Ok((entered, Some(member))) = members::already(caller.database(), &caller.principal, new).await else { return problem };
    if let Err(unrecorded) = caller.read(&entered, Action::MemberRead, object("member", member.member_id.0), json!({})).await {
        return unrecorded;
    }
    let detail = if member.role == Role::Guest.as_str() {
        "They are here as a guest, from a role given for hours; updateMember gives them another role."
    } else {
        "They are a member; updateMember changes what they are."
    };
    Problem { detail: Some(detail), member_id: Some(member.member_id.0), ..problem }
}

fn read(mut body: JsonBody) -> Result<NewMember, Problem> {
    // As a member's record has it for every other role.
    super::takes_null(&mut body.fields, "permissions");
    let mut fields = Fields::of(body.fields);
    fields.require("role");
    let has_permissions = fields.has("permissions");
    let role = super::given_role(&mut fields);
    let contact_id = fields.uuid("contact_id");
    let (issuer, subject) = people::identity(&mut fields);
    let new = NewMember {
        issuer,
        subject,
        new_id: ContactId::generate(),
        contact_id,
        name: if contact_id.is_some() { fields.text("name", 1, 200) } else { Some(fields.required_text("name", 1, 200)) },
        email: people::email(&mut fields),
        role: role.unwrap_or(Role::Requester).as_str(),
        permissions: fields.permissions("permissions"),
        groups: super::groups(&mut fields).unwrap_or_default(),
        role_id: fields.uuid("role_id"),
    };
    match role {
        Some(Role::Service) if !has_permissions => fields.wrong("permissions", "required", "is required for a service"),
        Some(role) if role != Role::Service && has_permissions => fields.wrong("permissions", "contradiction", "is for a service alone"),
        _ => {}
    }
    match role {
        Some(Role::Custom) if new.role_id.is_none() => fields.wrong("role_id", "required", "is required for a custom role"),
        Some(role) if role != Role::Custom && new.role_id.is_some() => fields.wrong("role_id", "contradiction", "is for a custom role alone"),
        _ => {}
    }
    fields.finish()?;
    Ok(new)
}
