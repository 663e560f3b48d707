//! SCIM users: people whom the identity provider lets into the tenant, and whose access ends with them.

use crate::answer::{self, Answer};
use crate::body::Unread;
use crate::caller::{Caller, object, objects};
use crate::people;
use crate::problem::Problem;
use crate::scim::protocol::{self, Condition, absent, base, etag, hold, outrun};
use crate::scim::query::{self, Query};
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use ringfence_audit::Action;
use ringfence_scim::{Projection, USERS, schemas_of};
use ringfence_store::scim::{self, User, UserWritten};
use ringfence_store::{StoreError, TenantTx};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

/// A user as it is sent (RFC 7643, section 4.1).
#[derive(Serialize, ToSchema)]
#[schema(as = ScimUserInput)]
pub struct UserInput {}

/// A user as it is answered.
#[derive(Serialize, ToSchema)]
#[schema(as = ScimUser)]
pub struct UserBody {}

/// Users, in SCIM's envelope.
#[derive(Serialize, ToSchema)]
#[schema(as = ScimUserList)]
pub struct UserList {}

/// Operations on a resource (RFC 7644, section 3.5.2); all of them hold, or none.
#[derive(Serialize, ToSchema)]
#[schema(as = ScimPatch)]
pub struct PatchBody {}

/// A query as a body (RFC 7644, section 3.4.3).
#[derive(Serialize, ToSchema)]
#[schema(as = ScimSearch)]
pub struct SearchBody {}

/// The users that provisioning made, oldest first unless sorted.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/scim/v2/Users", operation_id = "listScimUsers", tag = "provisioning",
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
    responses((status = 200, body = UserList, content_type = "application/scim+json")))]
pub async fn list_users(caller: Caller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let query = query::of_query(&USERS, request.query_string())?;
    page(&caller, &query).await
}

/// The same, asked for in a body: what a filter names stands in no log of URLs.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/scim/v2/Users/.search", operation_id = "searchScimUsers", tag = "provisioning",
    params(("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme")),
    request_body(content = SearchBody, content_type = "application/scim+json"),
    responses((status = 200, body = UserList, content_type = "application/scim+json")))]
pub async fn search_users(caller: Caller, body: Unread) -> Result<HttpResponse, Problem> {
    let query = query::of_body(&USERS, body.read().await?.fields)?;
    page(&caller, &query).await
}

async fn page(caller: &Caller, query: &Query) -> Result<HttpResponse, Problem> {
    let base = base(caller);
    query::list(caller, query, (Action::ProvisioningUserListed, "scim_user", "userName"), async |tx, keys, limit, skipped| {
        let (users, total) = scim::list_users(tx, keys, limit, skipped).await?;
        Ok((users.iter().map(|user| resource(&base, user)).collect(), total))
    })
    .await
}

/// One user.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/scim/v2/Users/{scim_user_id}", operation_id = "getScimUser", tag = "provisioning",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("scim_user_id" = Uuid, Path),
        ("attributes" = Option<String>, Query, description = "These alone, separated by commas"),
        ("excludedAttributes" = Option<String>, Query, description = "All but these, separated by commas"),
        ("If-None-Match" = Option<String>, Header, description = "The version read, as its ETag: 304 if it is still that one"),
    ),
    responses((status = 200, body = UserBody, content_type = "application/scim+json", headers(("ETag" = String, description = "The version"))), (status = 304, description = "Still that version")))]
pub async fn get_user(caller: Caller, request: HttpRequest, path: web::Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let projection = query::projection(&USERS, request.query_string())?;
    let id: Uuid = people::id(&path.1);
    let found = scim::get_user(caller.database(), &caller.principal, id).await;
    let base = base(&caller);
    let found = found.map(|(entered, user)| (entered, user.map(|user| (projection.of(resource(&base, &user)), user.version))));
    protocol::read(&caller, &request, (Action::ProvisioningUserRead, object("scim_user", id)), found).await
}

/// Makes a user, and a member if it is active: tied to the issuer of the settings and the externalId, or the userName where there is none.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/scim/v2/Users", operation_id = "createScimUser", tag = "provisioning",
    params(("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme")),
    request_body(content = UserInput, content_type = "application/scim+json"),
    responses((status = 201, body = UserBody, content_type = "application/scim+json", headers(("ETag" = String, description = "The version"), ("Location" = String, description = "The user's URL")))))]
pub async fn create_user(caller: Caller, request: HttpRequest, body: Unread) -> Result<HttpResponse, Problem> {
    let body = body.read().await?;
    let projection = query::projection(&USERS, request.query_string())?;
    let mut sent = ringfence_scim::read(&USERS, body.fields)?;
    // Who is made without a word about it is meant to come in.
    sent.entry("active").or_insert(json!(true));
    let id = Uuid::now_v7();
    let base = base(&caller);
    answer::change(&caller, None, Action::ProvisioningUserCreated, objects("scim_user"), async |tx| {
        let user = scim::put_user(tx, id, None, &written(sent.clone())).await?.ok_or_else(|| absent(tx))?;
        Ok(answered(StatusCode::CREATED, &base, &user, &projection))
    })
    .await
}

/// Replaces a user. An `active` or `externalId` that is not sent stays as it is: nobody gains or loses access by silence.
#[utoipa::path(put, path = "/v1/tenants/{tenant}/scim/v2/Users/{scim_user_id}", operation_id = "replaceScimUser", tag = "provisioning",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("scim_user_id" = Uuid, Path),
        ("If-Match" = Option<String>, Header, description = "The version read, as its ETag; any version without it"),
    ),
    request_body(content = UserInput, content_type = "application/scim+json"),
    responses((status = 200, body = UserBody, content_type = "application/scim+json", headers(("ETag" = String, description = "The new version")))))]
pub async fn replace_user(caller: Caller, request: HttpRequest, path: web::Path<(String, String)>, body: Unread) -> Result<HttpResponse, Problem> {
    let body = body.read().await?;
    let sent = ringfence_scim::read(&USERS, body.fields)?;
    change(&caller, &request, &path.1, async |held: &Map<String, Value>| {
        let mut replaced = sent.clone();
        for name in ["active", "externalId"] {
            if let (None, Some(value)) = (replaced.get(name), held.get(name)) {
                replaced.insert(name.to_owned(), value.clone());
            }
        }
        Ok(replaced)
    })
    .await
}

/// Changes a user. `active` false ends their access with the next request.
#[utoipa::path(patch, path = "/v1/tenants/{tenant}/scim/v2/Users/{scim_user_id}", operation_id = "updateScimUser", tag = "provisioning",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("scim_user_id" = Uuid, Path),
        ("If-Match" = Option<String>, Header, description = "The version read, as its ETag; any version without it"),
    ),
    request_body(content = PatchBody, content_type = "application/scim+json"),
    responses((status = 200, body = UserBody, content_type = "application/scim+json", headers(("ETag" = String, description = "The new version")))))]
pub async fn update_user(caller: Caller, request: HttpRequest, path: web::Path<(String, String)>, body: Unread) -> Result<HttpResponse, Problem> {
    let body = body.read().await?;
    let operations = ringfence_scim::operations(&USERS, body.fields)?;
    change(&caller, &request, &path.1, async |held: &Map<String, Value>| ringfence_scim::apply(&USERS, held, &operations).map_err(|error| protocol::refused_by_rule(&error))).await
}

/// Ends a user: their access, sessions and tokens with the next request. The person, their tickets and their history stay.
#[utoipa::path(delete, path = "/v1/tenants/{tenant}/scim/v2/Users/{scim_user_id}", operation_id = "deleteScimUser", tag = "provisioning",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("scim_user_id" = Uuid, Path),
        ("If-Match" = Option<String>, Header, description = "The version read, as its ETag; any version without it"),
    ),
    responses((status = 204, description = "Ended")))]
pub async fn delete_user(caller: Caller, request: HttpRequest, path: web::Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let id: Uuid = people::id(&path.1);
    let condition = Condition::of(&request, header::IF_MATCH)?;
    answer::change(&caller, None, Action::ProvisioningUserDeleted, object("scim_user", id), async |tx| {
        let held = scim::find_user(tx, id).await?.ok_or_else(|| absent(tx))?;
        hold(condition.as_ref(), held.version)?;
        if scim::remove_user(tx, id, Some(held.version)).await? { Ok(Answer::no_content()) } else { Err(outrun(tx)) }
    })
    .await
}

/// Reads a user, makes of it what it is to be, and writes that; again where somebody else wrote in between.
async fn change(caller: &Caller, request: &HttpRequest, id: &str, becomes: impl AsyncFn(&Map<String, Value>) -> Result<Map<String, Value>, StoreError>) -> Result<HttpResponse, Problem> {
    let projection = query::projection(&USERS, request.query_string())?;
    let id: Uuid = people::id(id);
    let condition = Condition::of(request, header::IF_MATCH)?;
    let base = base(caller);
    answer::change(caller, None, Action::ProvisioningUserUpdated, object("scim_user", id), async |tx: &mut TenantTx| {
        let held = scim::find_user(tx, id).await?.ok_or_else(|| absent(tx))?;
        hold(condition.as_ref(), held.version)?;
        let to = written(becomes(&writable(&held)).await?);
        let user = scim::put_user(tx, id, Some(held.version), &to).await?.ok_or_else(|| outrun(tx))?;
        Ok(answered(StatusCode::OK, &base, &user, &projection))
    })
    .await
}

fn answered(status: StatusCode, base: &str, user: &User, projection: &Projection) -> Answer {
    let location = (status == StatusCode::CREATED).then(|| format!("{base}/Users/{}", user.scim_user_id));
    Answer::of_scim(status, etag(user.version), location, &Value::Object(projection.of(resource(base, user))))
}

/// What a client may write of a user.
fn writable(user: &User) -> Map<String, Value> {
    let mut fields = user.attributes.clone();
    fields.insert("userName".into(), json!(user.user_name));
    if let Some(id) = &user.external_id {
        fields.insert("externalId".into(), json!(id));
    }
    if let Some(active) = user.active {
        fields.insert("active".into(), json!(active));
    }
    fields
}

/// A user as it is answered.
fn resource(base: &str, user: &User) -> Map<String, Value> {
    let mut fields = writable(user);
    fields.insert("schemas".into(), json!(schemas_of(&USERS, &fields)));
    fields.insert("id".into(), json!(user.scim_user_id));
    if !user.groups.is_empty() {
        let groups = user.groups.iter().map(|group| {
            let id = group["value"].as_str().unwrap_or_default();
            json!({ "value": id, "display": group["display"], "$ref": format!("{base}/Groups/{id}"), "type": "direct" })
        });
        fields.insert("groups".into(), groups.collect());
    }
    let meta = json!({
        "resourceType": "User", "created": user.created_at, "lastModified": user.updated_at,
        "location": format!("{base}/Users/{}", user.scim_user_id), "version": etag(user.version),
    });
    fields.insert("meta".into(), meta);
    fields
}

/// What the database keeps apart, and the rest.
fn written(mut fields: Map<String, Value>) -> UserWritten {
    let text = |value: Option<Value>| value.and_then(|value| value.as_str().map(str::to_owned));
    let (user_name, external_id) = (text(fields.remove("userName")).unwrap_or_default(), text(fields.remove("externalId")).filter(|id| !id.is_empty()));
    let active = fields.remove("active").and_then(|value| value.as_bool());
    UserWritten { name: called(&fields, &user_name), email: address(&fields), user_name, external_id, active, attributes: fields }
}

/// The name that staff reads.
fn called(fields: &Map<String, Value>, user_name: &str) -> String {
    let name = |part: &str| fields.get("name").and_then(|name| name[part].as_str()).unwrap_or_default().trim();
    let display = fields.get("displayName").and_then(Value::as_str).unwrap_or_default().trim();
    let parts = format!("{} {}", name("givenName"), name("familyName"));
    let known = [display, name("formatted"), parts.trim(), user_name.trim()].into_iter().find(|text| !text.is_empty()).unwrap_or(user_name);
    known.chars().take(200).collect()
}

/// Where the person is written to: the primary address, the one at work, or the first.
fn address(fields: &Map<String, Value>) -> Option<String> {
    let emails: Vec<&Value> = fields.get("emails").and_then(Value::as_array).into_iter().flatten().collect();
    let chosen = emails.iter().find(|email| email["primary"] == true).or_else(|| emails.iter().find(|email| email["type"] == "work")).or(emails.first())?;
    let text = chosen["value"].as_str()?.trim();
    let fits = ringfence_domain::is_email(text);
    fits.then(|| text.to_owned())
}
