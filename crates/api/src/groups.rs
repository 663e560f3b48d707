//! Groups over HTTP: the queues that tickets stand in. Who may read and manage them, the doors decide.

use crate::answer::{self, Answer};
use crate::body::{Fields, Unread};
use crate::caller::{Caller, object, objects};
use crate::listing::{self, Beside, ListBody, Listing};
use crate::people::{self, ORDERS};
use crate::problem::Problem;
use actix_web::{HttpRequest, HttpResponse, web};
use ringfence_audit::Action;
use ringfence_domain::{Group, GroupId, permission};
use ringfence_store::{Key, StoreError, TenantTx, groups};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// A new group.
#[derive(Serialize, ToSchema)]
pub struct GroupInput {
    /// Unique in the tenant.
    #[schema(min_length = 1, max_length = 200, example = "Billing")]
    name: String,
}

/// A merge patch (RFC 7396): absent fields stay.
#[derive(Serialize, ToSchema)]
pub struct GroupPatch {
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
}

/// A page of the tenant's groups, oldest first.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/groups", operation_id = "listGroups", tag = "groups",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("order" = Option<String>, Query, description = "created_at (default) or -created_at"),
        ("limit" = Option<i64>, Query, description = "1 to 200, 50 by default; a page of more than 1 MiB of text ends before"),
        ("cursor" = Option<String>, Query),
    ),
    responses((status = 200, body = ListBody<Group>)))]
pub async fn list_groups(caller: Caller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let (fields, asked) = listing::asked(&request, ORDERS, &[]);
    fields.finish()?;
    let listing = Listing { asked: asked.of("groups", &()), action: Action::GroupListed, object: objects("group"), under: None, needs: &[permission::GROUP_READ] };
    listing::page(
        &caller,
        &request,
        listing,
        async |tx, keyset| Ok((groups::list(tx, keyset).await?, Beside::default())),
        |group: &Group| Key { time: Some(group.created_at), number: None, id: group.group_id.0 },
    )
    .await
}

/// Creates a group.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/groups", operation_id = "createGroup", tag = "groups",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeats of the request under this key do its work once, for 24 hours"),
    ),
    request_body(content = GroupInput),
    responses((status = 201, body = Group, headers(("ETag" = String, description = "The version"), ("Location" = String, description = "The group's URL")))))]
pub async fn create_group(caller: Caller, request: HttpRequest, body: Unread) -> Result<HttpResponse, Problem> {
    let body = body.read().await?;
    let attempt = answer::attempt(&request, &body.bytes)?;
    let mut fields = Fields::of(body.fields);
    let name = fields.required_text("name", 1, 200);
    fields.finish()?;
    let group_id = GroupId::generate();
    let location = format!("/v1/tenants/{}/groups/{group_id}", caller.tenant_path());
    answer::change(&caller, attempt, Action::GroupCreated, objects("group"), async |tx| {
        let group = groups::create(tx, group_id, &name).await?;
        Ok(Answer::created(&group, Some(group.version), location.clone()))
    })
    .await
}

/// One group.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/groups/{group_id}", operation_id = "getGroup", tag = "groups",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("group_id" = uuid::Uuid, Path),
    ),
    responses((status = 200, body = Group, headers(("ETag" = String, description = "The version, for If-Match")))))]
pub async fn get_group(caller: Caller, path: web::Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let group_id: GroupId = people::id(&path.1);
    let found = groups::get(caller.database(), &caller.principal, group_id).await;
    people::read(&caller, (Action::GroupRead, object("group", group_id.0)), found, |group| group.version).await
}

/// Renames a group.
#[utoipa::path(patch, path = "/v1/tenants/{tenant}/groups/{group_id}", operation_id = "updateGroup", tag = "groups",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("group_id" = uuid::Uuid, Path),
        ("If-Match" = String, Header, description = "The version read, as its ETag", example = "\"1\""),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeats of the request under this key do its work once, for 24 hours"),
    ),
    request_body(content = GroupPatch, content_type = "application/merge-patch+json"),
    responses((status = 200, body = Group, headers(("ETag" = String, description = "The new version")))))]
pub async fn update_group(caller: Caller, request: HttpRequest, path: web::Path<(String, String)>, body: Unread) -> Result<HttpResponse, Problem> {
    let body = body.read().await?;
    let attempt = answer::attempt(&request, &body.bytes)?;
    let mut fields = Fields::of(body.fields);
    let mut patch = Map::new();
    people::patch_name(&mut fields, &mut patch);
    fields.finish()?;
    let group_id: GroupId = people::id(&path.1);
    let version = answer::expected_version(&request)?;
    let patch = Value::Object(patch);
    answer::change(&caller, attempt, Action::GroupUpdated, object("group", group_id.0), async |tx| {
        if let Some(group) = groups::change(tx, group_id, version, &patch).await? {
            return Ok(Answer::ok(&group, Some(group.version)));
        }
        let again = async |tx: &mut TenantTx, version| Ok(groups::change(tx, group_id, version, &patch).await?.is_some());
        Err(people::why_not(tx, Some(version), permission::GROUP_MANAGE, async |tx| seen(tx, group_id).await, again).await?.into())
    })
    .await
}

/// Deletes a group that no ticket is in; its members are members of it no more.
#[utoipa::path(delete, path = "/v1/tenants/{tenant}/groups/{group_id}", operation_id = "deleteGroup", tag = "groups",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("group_id" = uuid::Uuid, Path),
        ("If-Match" = Option<String>, Header, description = "The version read, as its ETag; any version without it", example = "\"1\""),
    ),
    responses((status = 204, description = "Deleted")))]
pub async fn delete_group(caller: Caller, request: HttpRequest, path: web::Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let group_id: GroupId = people::id(&path.1);
    let version = people::version_if_given(&request)?;
    answer::change(&caller, None, Action::GroupDeleted, object("group", group_id.0), async |tx| {
        if groups::remove(tx, group_id, version).await? {
            return Ok(Answer::no_content());
        }
        let again = async |tx: &mut TenantTx, version| groups::remove(tx, group_id, Some(version)).await;
        Err(people::why_not(tx, version, permission::GROUP_MANAGE, async |tx| seen(tx, group_id).await, again).await?.into())
    })
    .await
}

/// The version that the caller sees.
async fn seen(tx: &mut TenantTx, group_id: GroupId) -> Result<Option<i32>, StoreError> {
    Ok(groups::find(tx, group_id).await?.map(|group| group.version))
}
