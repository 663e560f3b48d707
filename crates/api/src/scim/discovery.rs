//! What a client learns before it provisions (RFC 7644, section 4): what is supported, which resources, which attributes.

use crate::body::Fields;
use crate::caller::{Caller, objects};
use crate::problem::{FieldError, Kind, Problem};
use crate::scim::protocol::{MEDIA, base, enter};
use crate::scim::query;
use actix_web::{HttpRequest, HttpResponse, web};
use ringfence_audit::Action;
use ringfence_scim::{ENTERPRISE, GROUP, RESOURCE_TYPES, Schema, USER};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

const SCHEMAS: [&Schema; 3] = [&USER, &GROUP, &ENTERPRISE];
/// Parameters of lists of resources, of which a client may send some wherever it reads.
const IGNORED: [&str; 6] = ["attributes", "excludedAttributes", "sortBy", "sortOrder", "startIndex", "count"];

/// What this server supports; described by RFC 7643, section 5.
#[derive(Serialize, ToSchema)]
#[schema(as = ScimServiceProviderConfig)]
pub struct ServiceProviderConfig {}

/// A kind of resource (RFC 7643, section 6).
#[derive(Serialize, ToSchema)]
#[schema(as = ScimResourceType)]
pub struct ResourceTypeBody {}

/// A schema (RFC 7643, section 7).
#[derive(Serialize, ToSchema)]
#[schema(as = ScimSchema)]
pub struct SchemaBody {}

/// Resources of a list, in SCIM's envelope.
#[derive(Serialize, ToSchema)]
#[schema(as = ScimList)]
pub struct ListBody {}

/// Lets in whoever may provision, and records that they looked. A filter is refused: nobody shall take what is answered for what fits it.
async fn looked_at(caller: &Caller, request: &HttpRequest) -> Result<(), Problem> {
    let mut fields = Fields::of_query(request.query_string());
    for name in IGNORED {
        fields.ignored(name);
    }
    let is_filtered = fields.ignored("filter");
    fields.finish()?;
    let (tx, entered) = enter(caller, Action::ProvisioningSchemaRead, &objects("scim_schema")).await?;
    tx.commit().await?;
    if is_filtered {
        let said = FieldError { field: "filter".into(), code: "invalid_filter", message: "is for users and groups alone".into() };
        let problem = Problem { errors: vec![said], ..Problem::new(Kind::Forbidden) };
        return Err(caller.denied(Action::ProvisioningSchemaRead, objects("scim_schema"), problem, None, Some(&entered)).await);
    }
    caller.read(&entered, Action::ProvisioningSchemaRead, objects("scim_schema"), json!({})).await
}

fn one(body: &Value) -> HttpResponse {
    HttpResponse::Ok().content_type(MEDIA).body(body.to_string())
}

fn all(bodies: Vec<Value>) -> HttpResponse {
    let count = bodies.len();
    query::answer(bodies, i64::try_from(count).unwrap_or(i64::MAX), 1, count)
}

/// What of SCIM is supported.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/scim/v2/ServiceProviderConfig", operation_id = "getScimServiceProviderConfig", tag = "provisioning",
    params(("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme")),
    responses((status = 200, body = ServiceProviderConfig, content_type = "application/scim+json")))]
pub async fn service_provider_config(caller: Caller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    looked_at(&caller, &request).await?;
    Ok(one(&provider(&base(&caller))))
}

pub fn provider(base: &str) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": { "supported": true },
        "bulk": { "supported": false, "maxOperations": 0, "maxPayloadSize": 0 },
        "filter": { "supported": true, "maxResults": query::MOST_RESULTS },
        "changePassword": { "supported": false },
        "sort": { "supported": true },
        "etag": { "supported": true },
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": "Bearer token",
            "description": "A token of a service member of the tenant that holds provision.manage.",
            "primary": true,
        }],
        "meta": { "resourceType": "ServiceProviderConfig", "location": format!("{base}/ServiceProviderConfig") },
    })
}

/// The kinds of resources.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/scim/v2/ResourceTypes", operation_id = "listScimResourceTypes", tag = "provisioning",
    params(("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme")),
    responses((status = 200, body = ListBody, content_type = "application/scim+json")))]
pub async fn resource_types(caller: Caller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    looked_at(&caller, &request).await?;
    let base = base(&caller);
    Ok(all(RESOURCE_TYPES.iter().map(|kind| kind.json(&base)).collect()))
}

/// One kind of resource.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/scim/v2/ResourceTypes/{resource_type}", operation_id = "getScimResourceType", tag = "provisioning",
    params(("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"), ("resource_type" = String, Path, description = "User or Group")),
    responses((status = 200, body = ResourceTypeBody, content_type = "application/scim+json")))]
pub async fn resource_type(caller: Caller, request: HttpRequest, path: web::Path<(String, String)>) -> Result<HttpResponse, Problem> {
    looked_at(&caller, &request).await?;
    let kind = RESOURCE_TYPES.iter().find(|kind| kind.name.eq_ignore_ascii_case(&path.1)).ok_or(Problem::new(Kind::NotFound))?;
    Ok(one(&kind.json(&base(&caller))))
}

/// The schemas of users and groups.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/scim/v2/Schemas", operation_id = "listScimSchemas", tag = "provisioning",
    params(("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme")),
    responses((status = 200, body = ListBody, content_type = "application/scim+json")))]
pub async fn schemas(caller: Caller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    looked_at(&caller, &request).await?;
    let base = base(&caller);
    Ok(all(SCHEMAS.iter().map(|schema| schema.json(&base)).collect()))
}

/// One schema.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/scim/v2/Schemas/{schema}", operation_id = "getScimSchema", tag = "provisioning",
    params(("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"), ("schema" = String, Path, description = "Its URN")),
    responses((status = 200, body = SchemaBody, content_type = "application/scim+json")))]
pub async fn schema(caller: Caller, request: HttpRequest, path: web::Path<(String, String)>) -> Result<HttpResponse, Problem> {
    looked_at(&caller, &request).await?;
    let schema = SCHEMAS.iter().find(|schema| schema.id.eq_ignore_ascii_case(&path.1)).ok_or(Problem::new(Kind::NotFound))?;
    Ok(one(&schema.json(&base(&caller))))
}
