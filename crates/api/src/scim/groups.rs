//! SCIM groups: the identity provider's groups, each a queue of tickets that its agents work.

use crate::answer::{self, Answer};
use crate::body::Unread;
use crate::caller::{Caller, object, objects};
use crate::people;
use crate::problem::Problem;
use crate::scim::protocol::{self, Condition, absent, base, etag, hold, outrun};
use crate::scim::query::{self, Query};
use crate::scim::users::{PatchBody, SearchBody};
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use ringfence_audit::Action;
use ringfence_domain::hyphenated;
use ringfence_scim::{GROUPS, Projection};
use ringfence_store::scim::{self, Group, GroupWritten};
use ringfence_store::{Refusal, StoreError, TenantTx};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

/// A group as it is sent (RFC 7643, section 4.2).
#[derive(Serialize, ToSchema)]
#[schema(as = ScimGroupInput)]
pub struct GroupInput {}

/// A group as it is answered.
#[derive(Serialize, ToSchema)]
#[schema(as = ScimGroup)]
pub struct GroupBody {}

/// Groups, in SCIM's envelope.
#[derive(Serialize, ToSchema)]
#[schema(as = ScimGroupList)]
pub struct GroupList {}

/// The groups that provisioning made, oldest first unless sorted.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/scim/v2/Groups", operation_id = "listScimGroups", tag = "provisioning",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("filter" = Option<String>, Query, description = "RFC 7644, section 3.4.2.2"),
        ("sortBy" = Option<String>, Query, description = "An attribute"),
        ("sortOrder" = Option<String>, Query, description = "ascending (default) or descending"),
        ("startIndex" = Option<i64>, Query, description = "From 1"),
        ("count" = Option<i64>, Query, description = "100 by default, at most 200 are answered"),
        ("attributes" = Option<String>, Query, description = "These alone, separated by commas"),
        ("excludedAttributes" = Option<String>, Query, description = "All but these, separated by commas"),
    ),
    responses((status = 200, body = GroupList, content_type = "application/scim+json")))]
pub async fn list_groups(caller: Caller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let query = query::of_query(&GROUPS, request.query_string())?;
    page(&caller, &query).await
}

/// The same, asked for in a body.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/scim/v2/Groups/.search", operation_id = "searchScimGroups", tag = "provisioning",
    params(("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme")),
    request_body(content = SearchBody, content_type = "application/scim+json"),
    responses((status = 200, body = GroupList, content_type = "application/scim+json")))]
pub async fn search_groups(caller: Caller, body: Unread) -> Result<HttpResponse, Problem> {
    let query = query::of_body(&GROUPS, body.read().await?.fields)?;
    page(&caller, &query).await
}

async fn page(caller: &Caller, query: &Query) -> Result<HttpResponse, Problem> {
    let base = base(caller);
    query::list(caller, query, (Action::ProvisioningGroupListed, "scim_group", "displayName"), async |tx, keys, limit, skipped| {
        let (groups, total) = scim::list_groups(tx, keys, limit, skipped).await?;
        Ok((groups.iter().map(|group| resource(&base, group)).collect(), total))
    })
    .await
}

/// One group.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/scim/v2/Groups/{scim_group_id}", operation_id = "getScimGroup", tag = "provisioning",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("scim_group_id" = Uuid, Path),
        ("attributes" = Option<String>, Query, description = "These alone, separated by commas"),
        ("excludedAttributes" = Option<String>, Query, description = "All but these, separated by commas"),
        ("If-None-Match" = Option<String>, Header, description = "The version read, as its ETag: 304 if it is still that one"),
    ),
    responses((status = 200, body = GroupBody, content_type = "application/scim+json", headers(("ETag" = String, description = "The version"))), (status = 304, description = "Still that version")))]
pub async fn get_group(caller: Caller, request: HttpRequest, path: web::Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let projection = query::projection(&GROUPS, request.query_string())?;
    let id: Uuid = people::id(&path.1);
    let found = scim::get_group(caller.database(), &caller.principal, id).await;
    let base = base(&caller);
    let found = found.map(|(entered, group)| (entered, group.map(|group| (projection.of(resource(&base, &group)), group.version))));
    protocol::read(&caller, &request, (Action::ProvisioningGroupRead, object("scim_group", id)), found).await
}

/// Makes a group, and a queue of the tenant with its name. Its agents work that queue.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/scim/v2/Groups", operation_id = "createScimGroup", tag = "provisioning",
    params(("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme")),
    request_body(content = GroupInput, content_type = "application/scim+json"),
    responses((status = 201, body = GroupBody, content_type = "application/scim+json", headers(("ETag" = String, description = "The version"), ("Location" = String, description = "The group's URL")))))]
pub async fn create_group(caller: Caller, request: HttpRequest, body: Unread) -> Result<HttpResponse, Problem> {
    let body = body.read().await?;
    let projection = query::projection(&GROUPS, request.query_string())?;
    let sent = ringfence_scim::read(&GROUPS, body.fields)?;
    let to = written(&sent).map_err(Problem::from)?;
    let id = Uuid::now_v7();
    let base = base(&caller);
    answer::change(&caller, None, Action::ProvisioningGroupCreated, objects("scim_group"), async |tx| {
        let group = scim::put_group(tx, id, None, &to).await.map_err(named)?.ok_or_else(|| absent(tx))?;
        Ok(answered(StatusCode::CREATED, &base, &group, &projection))
    })
    .await
}

/// Replaces a group and who is in it.
#[utoipa::path(put, path = "/v1/tenants/{tenant}/scim/v2/Groups/{scim_group_id}", operation_id = "replaceScimGroup", tag = "provisioning",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("scim_group_id" = Uuid, Path),
        ("If-Match" = Option<String>, Header, description = "The version read, as its ETag; any version without it"),
    ),
    request_body(content = GroupInput, content_type = "application/scim+json"),
    responses((status = 200, body = GroupBody, content_type = "application/scim+json", headers(("ETag" = String, description = "The new version")))))]
pub async fn replace_group(caller: Caller, request: HttpRequest, path: web::Path<(String, String)>, body: Unread) -> Result<HttpResponse, Problem> {
    let body = body.read().await?;
    let sent = ringfence_scim::read(&GROUPS, body.fields)?;
    written(&sent).map_err(Problem::from)?;
    change(&caller, &request, &path.1, async |_| Ok(sent.clone())).await
}

/// Changes a group or who is in it.
#[utoipa::path(patch, path = "/v1/tenants/{tenant}/scim/v2/Groups/{scim_group_id}", operation_id = "updateScimGroup", tag = "provisioning",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("scim_group_id" = Uuid, Path),
        ("If-Match" = Option<String>, Header, description = "The version read, as its ETag; any version without it"),
    ),
    request_body(content = PatchBody, content_type = "application/scim+json"),
    responses((status = 200, body = GroupBody, content_type = "application/scim+json", headers(("ETag" = String, description = "The new version")))))]
pub async fn update_group(caller: Caller, request: HttpRequest, path: web::Path<(String, String)>, body: Unread) -> Result<HttpResponse, Problem> {
    let body = body.read().await?;
    let operations = ringfence_scim::operations(&GROUPS, body.fields)?;
    change(&caller, &request, &path.1, async |held: &Map<String, Value>| ringfence_scim::apply(&GROUPS, held, &operations).map_err(|error| protocol::refused_by_rule(&error))).await
}

/// Ends a group. Its queue goes with it, unless tickets or members whom provisioning did not make are in it.
#[utoipa::path(delete, path = "/v1/tenants/{tenant}/scim/v2/Groups/{scim_group_id}", operation_id = "deleteScimGroup", tag = "provisioning",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("scim_group_id" = Uuid, Path),
        ("If-Match" = Option<String>, Header, description = "The version read, as its ETag; any version without it"),
    ),
    responses((status = 204, description = "Ended")))]
pub async fn delete_group(caller: Caller, request: HttpRequest, path: web::Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let id: Uuid = people::id(&path.1);
    let condition = Condition::of(&request, header::IF_MATCH)?;
    answer::change(&caller, None, Action::ProvisioningGroupDeleted, object("scim_group", id), async |tx| {
        let held = scim::find_group(tx, id).await?.ok_or_else(|| absent(tx))?;
        hold(condition.as_ref(), held.version)?;
        if scim::remove_group(tx, id, Some(held.version)).await? { Ok(Answer::no_content()) } else { Err(outrun(tx)) }
    })
    .await
}

/// Reads a group, makes of it what it is to be, and writes that; again where somebody else wrote in between.
async fn change(caller: &Caller, request: &HttpRequest, id: &str, becomes: impl AsyncFn(&Map<String, Value>) -> Result<Map<String, Value>, StoreError>) -> Result<HttpResponse, Problem> {
    let projection = query::projection(&GROUPS, request.query_string())?;
    let id: Uuid = people::id(id);
    let condition = Condition::of(request, header::IF_MATCH)?;
    let base = base(caller);
    answer::change(caller, None, Action::ProvisioningGroupUpdated, object("scim_group", id), async |tx: &mut TenantTx| {
        let held = scim::find_group(tx, id).await?.ok_or_else(|| absent(tx))?;
        hold(condition.as_ref(), held.version)?;
        let to = written(&becomes(&writable(&base, &held)).await?)?;
        let group = scim::put_group(tx, id, Some(held.version), &to).await.map_err(named)?.ok_or_else(|| outrun(tx))?;
        Ok(answered(StatusCode::OK, &base, &group, &projection))
    })
    .await
}

fn answered(status: StatusCode, base: &str, group: &Group, projection: &Projection) -> Answer {
    let location = (status == StatusCode::CREATED).then(|| format!("{base}/Groups/{}", group.scim_group_id));
    Answer::of_scim(status, etag(group.version), location, &Value::Object(projection.of(resource(base, group))))
}

fn writable(base: &str, group: &Group) -> Map<String, Value> {
    let mut fields = Map::from_iter([("displayName".to_owned(), json!(group.display_name))]);
    if let Some(id) = &group.external_id {
        fields.insert("externalId".into(), json!(id));
    }
    if !group.users.is_empty() {
        let members = group.users.iter().map(|user| json!({ "value": user, "$ref": format!("{base}/Users/{user}"), "type": "User" }));
        fields.insert("members".into(), members.collect());
    }
    fields
}

/// A group as it is answered.
fn resource(base: &str, group: &Group) -> Map<String, Value> {
    let mut fields = writable(base, group);
    fields.insert("schemas".into(), json!([GROUPS.schema.id]));
    fields.insert("id".into(), json!(group.scim_group_id));
    let meta = json!({
        "resourceType": "Group", "created": group.created_at, "lastModified": group.updated_at,
        "location": format!("{base}/Groups/{}", group.scim_group_id), "version": etag(group.version),
    });
    fields.insert("meta".into(), meta);
    fields
}

const NO_USER: Refusal = Refusal::Field { field: "members", code: "invalid_value", message: "names no user of the tenant" };

fn written(fields: &Map<String, Value>) -> Result<GroupWritten, Refusal> {
    let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
    let mut users = Vec::new();
    for member in fields.get("members").and_then(Value::as_array).into_iter().flatten() {
        let id = member["value"].as_str().and_then(hyphenated).ok_or(NO_USER)?;
        if !users.contains(&id) {
            users.push(id);
        }
    }
    Ok(GroupWritten { display_name: text("displayName").unwrap_or_default(), external_id: text("externalId").filter(|id| !id.is_empty()), users })
}

/// A member who is nobody's: the group is there, so it is no 404.
fn named(error: StoreError) -> StoreError {
    match error {
        StoreError::Refused(Refusal::Field { field: "members", .. }) => NO_USER.into(),
        other => other,
    }
}
