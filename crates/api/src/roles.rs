//! Roles of a tenant's own making over HTTP: sets of permissions under a name. Nobody makes one above their own rights: the
//! doors see to it, not this.

use crate::answer::{self, Answer};
use crate::body::{Fields, Unread};
use crate::caller::{Caller, object, objects};
use crate::listing::{self, Beside, ListBody, Listing};
use crate::people::{self, ORDERS};
use crate::problem::Problem;
use actix_web::{HttpRequest, HttpResponse, web};
use ringfence_audit::Action;
use ringfence_domain::{RoleId, TenantRole, permission};
use ringfence_store::{Key, StoreError, TenantTx, roles};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

/// What no role of a tenant's own making holds: the constraint `tenant_roles_stay_below_owner` of the database.
pub const OF_OWNERS_ALONE: [&str; 6] = [
    permission::OWNER_MANAGE,
    permission::BREAK_GLASS_GRANT,
    permission::AGREEMENT_MANAGE,
    permission::ACT_AS,
    permission::PROVISION_MANAGE,
    permission::TICKET_IMPORT,
];

/// A new role of the tenant's own making.
#[derive(Serialize, ToSchema)]
pub struct RoleInput {
    /// Unique in the tenant.
    #[schema(min_length = 1, max_length = 200, example = "Field service")]
    name: String,
    /// At most the caller's own, and none that is an owner's alone.
    #[schema(max_items = 100)]
    permissions: Vec<String>,
}

/// A merge patch (RFC 7396): absent fields stay.
#[derive(Serialize, ToSchema)]
pub struct RolePatch {
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    /// At most the caller's own, both before and after.
    #[schema(max_items = 100)]
    permissions: Option<Vec<String>>,
}

/// A page of the roles of the tenant's own making, oldest first.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/roles", operation_id = "listRoles", tag = "roles",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("order" = Option<String>, Query, description = "created_at (default) or -created_at"),
        ("limit" = Option<i64>, Query, description = "1 to 200, 50 by default; a page of more than 1 MiB of text ends before"),
        ("cursor" = Option<String>, Query),
    ),
    responses((status = 200, body = ListBody<TenantRole>)))]
pub async fn list_roles(caller: Caller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let (fields, asked) = listing::asked(&request, ORDERS, &[]);
    fields.finish()?;
    let listing = Listing { asked: asked.of("roles", &()), action: Action::RoleListed, object: objects("role"), under: None, needs: &[permission::MEMBER_READ] };
    listing::page(
        &caller,
        &request,
        listing,
        async |tx, keyset| Ok((roles::list(tx, keyset).await?, Beside::default())),
        |role: &TenantRole| Key { time: Some(role.created_at), number: None, id: role.role_id.0 },
    )
    .await
}

/// Creates a role.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/roles", operation_id = "createRole", tag = "roles",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeats of the request under this key do its work once, for 24 hours"),
    ),
    request_body(content = RoleInput),
    responses((status = 201, body = TenantRole, headers(("ETag" = String, description = "The version"), ("Location" = String, description = "The role's URL")))))]
pub async fn create_role(caller: Caller, request: HttpRequest, body: Unread) -> Result<HttpResponse, Problem> {
    let body = body.read().await?;
    let attempt = answer::attempt(&request, &body.bytes)?;
    let mut fields = Fields::of(body.fields);
    let name = fields.required_text("name", 1, 200);
    fields.require("permissions");
    let permissions = fields.permissions("permissions").unwrap_or_default();
    fields.finish()?;
    let role_id = RoleId::generate();
    let location = format!("/v1/tenants/{}/roles/{role_id}", caller.tenant_path());
    answer::change(&caller, attempt, Action::RoleCreated, objects("role"), async |tx| {
        let role = roles::create(tx, role_id, &name, &permissions).await?;
        Ok(Answer::created(&role, Some(role.version), location.clone()))
    })
    .await
}

/// One role.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/roles/{role_id}", operation_id = "getRole", tag = "roles",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("role_id" = uuid::Uuid, Path),
    ),
    responses((status = 200, body = TenantRole, headers(("ETag" = String, description = "The version, for If-Match")))))]
pub async fn get_role(caller: Caller, path: web::Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let role_id: RoleId = people::id(&path.1);
    let found = roles::get(caller.database(), &caller.principal, role_id).await;
    people::read(&caller, (Action::RoleRead, object("role", role_id.0)), found, |role| role.version).await
}

/// Changes a role; whoever holds it feels it with their next request.
#[utoipa::path(patch, path = "/v1/tenants/{tenant}/roles/{role_id}", operation_id = "updateRole", tag = "roles",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("role_id" = uuid::Uuid, Path),
        ("If-Match" = String, Header, description = "The version read, as its ETag", example = "\"1\""),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeats of the request under this key do its work once, for 24 hours"),
    ),
    request_body(content = RolePatch, content_type = "application/merge-patch+json"),
    responses((status = 200, body = TenantRole, headers(("ETag" = String, description = "The new version")))))]
pub async fn update_role(caller: Caller, request: HttpRequest, path: web::Path<(String, String)>, body: Unread) -> Result<HttpResponse, Problem> {
    let body = body.read().await?;
    let attempt = answer::attempt(&request, &body.bytes)?;
    let mut fields = Fields::of(body.fields);
    let mut patch = Map::new();
    people::patch_name(&mut fields, &mut patch);
    if let Some(permissions) = fields.permissions("permissions") {
        patch.insert("permissions".into(), json!(permissions));
    }
    fields.finish()?;
    let role_id: RoleId = people::id(&path.1);
    let version = answer::expected_version(&request)?;
    let patch = Value::Object(patch);
    answer::change(&caller, attempt, Action::RoleUpdated, object("role", role_id.0), async |tx| {
        if let Some(role) = roles::change(tx, role_id, version, &patch).await? {
            return Ok(Answer::ok(&role, Some(role.version)));
        }
        let again = async |tx: &mut TenantTx, version| Ok(roles::change(tx, role_id, version, &patch).await?.is_some());
        Err(people::why_not(tx, Some(version), permission::ROLE_MANAGE, async |tx| seen(tx, role_id).await, again).await?.into())
    })
    .await
}

/// Deletes a role that no member holds.
#[utoipa::path(delete, path = "/v1/tenants/{tenant}/roles/{role_id}", operation_id = "deleteRole", tag = "roles",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("role_id" = uuid::Uuid, Path),
        ("If-Match" = Option<String>, Header, description = "The version read, as its ETag; any version without it", example = "\"1\""),
    ),
    responses((status = 204, description = "Deleted")))]
pub async fn delete_role(caller: Caller, request: HttpRequest, path: web::Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let role_id: RoleId = people::id(&path.1);
    let version = people::version_if_given(&request)?;
    answer::change(&caller, None, Action::RoleDeleted, object("role", role_id.0), async |tx| {
        if roles::remove(tx, role_id, version).await? {
            return Ok(Answer::no_content());
        }
        let again = async |tx: &mut TenantTx, version| roles::remove(tx, role_id, Some(version)).await;
        Err(people::why_not(tx, version, permission::ROLE_MANAGE, async |tx| seen(tx, role_id).await, again).await?.into())
    })
    .await
}

/// The version that the caller sees.
async fn seen(tx: &mut TenantTx, role_id: RoleId) -> Result<Option<i32>, StoreError> {
    Ok(roles::find(tx, role_id).await?.map(|role| role.version))
}
