//! PATCH and DELETE a member: nobody gives rights they do not hold, and the last owner stays one.

use crate::answer::{self, Answer};
use crate::body::{Fields, JsonBody, Unread};
use crate::caller::{Caller, object};
use crate::people;
use crate::problem::Problem;
use crate::step_up::DANGEROUS_ROLES;
use actix_web::{HttpRequest, HttpResponse, web};
use ringfence_audit::Action;
use ringfence_domain::{GivenRole, Member, MemberId, Role, permission};
use ringfence_store::{Refusal, StoreError, TenantTx, members};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

/// A merge patch (RFC 7396): absent fields stay, null clears.
#[derive(Serialize, ToSchema)]
pub struct MemberPatch {
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    #[schema(min_length = 3, max_length = 254)]
    email: Option<String>,
    role: Option<GivenRole>,
    /// Of a service alone; at most the caller's own.
    #[schema(max_items = 100)]
    permissions: Option<Vec<String>>,
    /// Of a `custom` member alone.
    role_id: Option<Uuid>,
    /// Groups in which they may do everything.
    #[schema(max_items = 100)]
    group_ids: Option<Vec<Uuid>>,
    /// Groups with what they may do there; not beside `group_ids`.
    #[schema(max_items = 100)]
    groups: Option<Vec<super::add::GroupInput>>,
}

/// Changes a member: what they may do, where they work, what they are called.
#[utoipa::path(patch, path = "/v1/tenants/{tenant}/members/{member_id}", operation_id = "updateMember", tag = "members",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("member_id" = Uuid, Path),
        ("If-Match" = String, Header, description = "The version read, as its ETag", example = "\"1\""),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeats of the request under this key do its work once, for 24 hours"),
    ),
    request_body(content = MemberPatch, content_type = "application/merge-patch+json"),
    responses((status = 200, body = Member, headers(("ETag" = String, description = "The new version")))))]
pub async fn update_member(caller: Caller, request: HttpRequest, path: web::Path<(String, String)>, body: Unread) -> Result<HttpResponse, Problem> {
    let body = body.read().await?;
    let attempt = answer::attempt(&request, &body.bytes)?;
    let by_groups = body.fields.contains_key("groups");
    let patch = read_patch(body)?;
    let member_id: MemberId = people::id(&path.1);
    let version = answer::expected_version(&request)?;
    let gives = |role: &str| DANGEROUS_ROLES.iter().any(|dangerous| dangerous.as_str() == role);
    if patch.get("role").and_then(Value::as_str).is_some_and(gives) || patch.contains_key("permissions") || patch.contains_key("role_id") {
        caller.fresh(&[permission::MEMBER_MANAGE]).await?;
    } else if patch.contains_key("role") {
        fresh_for_an_owner(&caller, member_id).await?;
    }
    let patch = Value::Object(patch);
    answer::change(&caller, attempt, Action::MemberUpdated, object("member", member_id.0), async |tx| {
        match members::change(tx, member_id, version, &patch).await? {
            Some(member) => Ok(Answer::ok(&member, Some(member.version))),
            None => {
                let again = async |tx: &mut TenantTx, version| Ok(members::change(tx, member_id, version, &patch).await?.is_some());
                Err(why_not(tx, member_id, Some(version), again).await?.into())
            }
        }
    })
    .await
    .map_err(|problem| super::as_sent(problem, by_groups))
}

/// Removes a member; their tickets become nobody's, and the person stays as a contact.
#[utoipa::path(delete, path = "/v1/tenants/{tenant}/members/{member_id}", operation_id = "removeMember", tag = "members",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("member_id" = Uuid, Path),
        ("If-Match" = Option<String>, Header, description = "The version read, as its ETag; any version without it", example = "\"1\""),
    ),
    responses((status = 204, description = "Removed")))]
pub async fn remove_member(caller: Caller, request: HttpRequest, path: web::Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let member_id: MemberId = people::id(&path.1);
    let version = people::version_if_given(&request)?;
    fresh_for_an_owner(&caller, member_id).await?;
    answer::change(&caller, None, Action::MemberRemoved, object("member", member_id.0), async |tx| {
        if members::remove(tx, member_id, version).await? {
            return Ok(Answer::no_content());
        }
        let again = async |tx: &mut TenantTx, version| members::remove(tx, member_id, Some(version)).await;
        Err(why_not(tx, member_id, version, again).await?.into())
    })
    .await
}

/// To take an owner's place from them is as dangerous as to give one.
async fn fresh_for_an_owner(caller: &Caller, member_id: MemberId) -> Result<(), Problem> {
    match members::get(caller.database(), &caller.principal, member_id).await {
        Ok((_, Some(member))) if member.role == Role::Owner.as_str() => caller.fresh(&[permission::OWNER_MANAGE]).await,
        // Whatever else is wrong, the change itself says and records.
        _ => Ok(()),
    }
}

fn read_patch(mut body: JsonBody) -> Result<Map<String, Value>, Problem> {
    let cleared = super::takes_null(&mut body.fields, "permissions");
    let mut fields = Fields::of(body.fields);
    let mut patch = Map::new();
    people::patch_name(&mut fields, &mut patch);
    people::patch_email(&mut fields, &mut patch);
    let mut role = None;
    if fields.has("role") {
        role = super::given_role(&mut fields);
        patch.insert("role".into(), json!(role));
    }
    if fields.has("permissions") && role.is_some_and(|role| role != Role::Service) {
        fields.wrong("permissions", "contradiction", "is for a service alone");
    }
    if let Some(permissions) = fields.permissions("permissions") {
        patch.insert("permissions".into(), json!(permissions));
    } else if cleared {
        patch.insert("permissions".into(), Value::Null);
    }
    if let Some(groups) = super::groups(&mut fields) {
        patch.insert("groups".into(), json!(groups));
    }
    if let Some(role_id) = fields.patched_uuid("role_id") {
        if role_id.is_some() && role.is_some_and(|role| role != Role::Custom) {
            fields.wrong("role_id", "contradiction", "is for a custom role alone");
        }
        patch.insert("role_id".into(), json!(role_id));
    }
    fields.finish()?;
    Ok(patch)
}

/// Nothing matched. An owner may change any owner but the last; everybody else, none.
async fn why_not(tx: &mut TenantTx, member_id: MemberId, expected: Option<i32>, again: impl AsyncFn(&mut TenantTx, i32) -> Result<bool, StoreError>) -> Result<Refusal, StoreError> {
    let manages_owners = tx.enter().await?.permissions.has(permission::OWNER_MANAGE);
    let owner = members::find(tx, member_id).await?.filter(|member| member.role == Role::Owner.as_str());
    let needed = if owner.is_some() { permission::OWNER_MANAGE } else { permission::MEMBER_MANAGE };
    let seen = async |tx: &mut TenantTx| Ok(members::find(tx, member_id).await?.map(|member| member.version));
    Ok(match (people::why_not(tx, expected, needed, seen, again).await?, owner) {
        (Refusal::Forbidden { permission: permission::OWNER_MANAGE }, Some(owner)) if manages_owners => match expected {
            Some(expected) if expected != owner.version => Refusal::VersionMismatch { current: owner.version },
            _ => Refusal::Conflict { code: "last_owner", message: "a tenant keeps at least one owner" },
        },
        (refusal, _) => refusal,
    })
}
