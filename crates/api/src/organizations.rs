//! Organizations over HTTP: whom contacts belong to. Who may read and change them, the doors decide.

use crate::answer::{self, Answer};
use crate::body::{Fields, Unread};
use crate::caller::{Caller, object, objects};
use crate::listing::{self, Beside, ListBody, Listing};
use crate::people::{self, ORDERS};
use crate::problem::Problem;
use actix_web::{HttpRequest, HttpResponse, web};
use ringfence_audit::Action;
use ringfence_domain::{Organization, OrganizationId, permission};
use ringfence_store::organizations::{self, NewOrganization};
use ringfence_store::{Key, StoreError, TenantTx};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// A new organization.
#[derive(Serialize, ToSchema)]
pub struct OrganizationInput {
    /// Unique in the tenant.
    #[schema(min_length = 1, max_length = 200, example = "Example Ltd")]
    name: String,
    #[schema(min_length = 1, max_length = 200, example = "crm")]
    external_source: Option<String>,
    #[schema(min_length = 1, max_length = 255, example = "10234")]
    external_id: Option<String>,
}

/// A merge patch (RFC 7396): absent fields stay, null clears.
#[derive(Serialize, ToSchema)]
pub struct OrganizationPatch {
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    #[schema(min_length = 1, max_length = 200)]
    external_source: Option<String>,
    #[schema(min_length = 1, max_length = 255)]
    external_id: Option<String>,
}

/// A page of the tenant's organizations, oldest first.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/organizations", operation_id = "listOrganizations", tag = "organizations",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("external_source" = Option<String>, Query, description = "Together with external_id"),
        ("external_id" = Option<String>, Query, description = "Together with external_source"),
        ("order" = Option<String>, Query, description = "created_at (default) or -created_at"),
        ("limit" = Option<i64>, Query, description = "1 to 200, 50 by default; a page of more than 1 MiB of text ends before"),
        ("cursor" = Option<String>, Query),
    ),
    responses((status = 200, body = ListBody<Organization>)))]
pub async fn list_organizations(caller: Caller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let (mut fields, asked) = listing::asked(&request, ORDERS, &[]);
    let (external_source, external_id) = people::external(&mut fields);
    let filter = organizations::Filter { external_source, external_id };
    fields.finish()?;
    let asked = asked.of("organizations", &filter);
    let listing = Listing { asked, action: Action::OrganizationListed, object: objects("organization"), under: None, needs: &[permission::ORGANIZATION_READ] };
    listing::page(
        &caller,
        &request,
        listing,
        async |tx, keyset| Ok((organizations::list(tx, &filter, keyset).await?, Beside::default())),
        |organization: &Organization| Key { time: Some(organization.created_at), number: None, id: organization.organization_id.0 },
    )
    .await
}

/// Creates an organization.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/organizations", operation_id = "createOrganization", tag = "organizations",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeats of the request under this key do its work once, for 24 hours"),
    ),
    request_body(content = OrganizationInput),
    responses((status = 201, body = Organization, headers(("ETag" = String, description = "The version"), ("Location" = String, description = "The organization's URL")))))]
pub async fn create_organization(caller: Caller, request: HttpRequest, body: Unread) -> Result<HttpResponse, Problem> {
    let body = body.read().await?;
    let attempt = answer::attempt(&request, &body.bytes)?;
    let mut fields = Fields::of(body.fields);
    let name = fields.required_text("name", 1, 200);
    let (external_source, external_id) = people::external(&mut fields);
    fields.finish()?;
    let new = NewOrganization { organization_id: OrganizationId::generate(), name, external_source, external_id };
    let location = format!("/v1/tenants/{}/organizations/{}", caller.tenant_path(), new.organization_id);
    answer::change(&caller, attempt, Action::OrganizationCreated, objects("organization"), async |tx| {
        let organization = organizations::create(tx, &new).await?;
        Ok(Answer::created(&organization, Some(organization.version), location.clone()))
    })
    .await
}

/// One organization.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/organizations/{organization_id}", operation_id = "getOrganization", tag = "organizations",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("organization_id" = uuid::Uuid, Path),
    ),
    responses((status = 200, body = Organization, headers(("ETag" = String, description = "The version, for If-Match")))))]
pub async fn get_organization(caller: Caller, path: web::Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let organization_id: OrganizationId = people::id(&path.1);
    let found = organizations::get(caller.database(), &caller.principal, organization_id).await;
    people::read(&caller, (Action::OrganizationRead, object("organization", organization_id.0)), found, |organization| organization.version).await
}

/// Changes an organization.
#[utoipa::path(patch, path = "/v1/tenants/{tenant}/organizations/{organization_id}", operation_id = "updateOrganization", tag = "organizations",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("organization_id" = uuid::Uuid, Path),
        ("If-Match" = String, Header, description = "The version read, as its ETag", example = "\"1\""),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeats of the request under this key do its work once, for 24 hours"),
    ),
    request_body(content = OrganizationPatch, content_type = "application/merge-patch+json"),
    responses((status = 200, body = Organization, headers(("ETag" = String, description = "The new version")))))]
pub async fn update_organization(caller: Caller, request: HttpRequest, path: web::Path<(String, String)>, body: Unread) -> Result<HttpResponse, Problem> {
    let body = body.read().await?;
    let attempt = answer::attempt(&request, &body.bytes)?;
    let mut fields = Fields::of(body.fields);
    let mut patch = Map::new();
    people::patch_name(&mut fields, &mut patch);
    people::patch_external(&mut fields, &mut patch);
    fields.finish()?;
    let organization_id: OrganizationId = people::id(&path.1);
    let version = answer::expected_version(&request)?;
    let patch = Value::Object(patch);
    answer::change(&caller, attempt, Action::OrganizationUpdated, object("organization", organization_id.0), async |tx| {
        if let Some(organization) = organizations::change(tx, organization_id, version, &patch).await? {
            return Ok(Answer::ok(&organization, Some(organization.version)));
        }
        let again = async |tx: &mut TenantTx, version| Ok(organizations::change(tx, organization_id, version, &patch).await?.is_some());
        Err(people::why_not(tx, Some(version), permission::ORGANIZATION_CHANGE, async |tx| seen(tx, organization_id).await, again).await?.into())
    })
    .await
}

/// Deletes an organization that no contact and no ticket belongs to.
#[utoipa::path(delete, path = "/v1/tenants/{tenant}/organizations/{organization_id}", operation_id = "deleteOrganization", tag = "organizations",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("organization_id" = uuid::Uuid, Path),
        ("If-Match" = Option<String>, Header, description = "The version read, as its ETag; any version without it", example = "\"1\""),
    ),
    responses((status = 204, description = "Deleted")))]
pub async fn delete_organization(caller: Caller, request: HttpRequest, path: web::Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let organization_id: OrganizationId = people::id(&path.1);
    let version = people::version_if_given(&request)?;
    answer::change(&caller, None, Action::OrganizationDeleted, object("organization", organization_id.0), async |tx| {
        if organizations::remove(tx, organization_id, version).await? {
            return Ok(Answer::no_content());
        }
        let again = async |tx: &mut TenantTx, version| organizations::remove(tx, organization_id, Some(version)).await;
        Err(people::why_not(tx, version, permission::ORGANIZATION_DELETE, async |tx| seen(tx, organization_id).await, again).await?.into())
    })
    .await
}

/// The version that the caller sees.
async fn seen(tx: &mut TenantTx, organization_id: OrganizationId) -> Result<Option<i32>, StoreError> {
    Ok(organizations::find(tx, organization_id).await?.map(|organization| organization.version))
}
