//! Contacts over HTTP: the people of a tenant, who need no sign-in to be one. Who may read and change them, the doors decide.

use crate::answer::{self, Answer};
use crate::body::{Fields, Unread};
use crate::caller::{Caller, object, objects};
use crate::listing::{self, Beside, ListBody, Listing, ONESELF};
use crate::people::{self, ORDERS};
use crate::problem::Problem;
use actix_web::{HttpRequest, HttpResponse, web};
use ringfence_audit::Action;
use ringfence_domain::{Contact, ContactId, permission};
use ringfence_store::contacts::{self, NewContact};
use ringfence_store::{Key, StoreError, TenantTx};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

/// A new contact.
#[derive(Serialize, ToSchema)]
pub struct ContactInput {
    #[schema(min_length = 1, max_length = 200, example = "Customer")]
    name: String,
    /// Unique in the tenant, in any case of letters.
    #[schema(min_length = 3, max_length = 254, example = "customer@example.com")]
    email: Option<String>,
    organization_id: Option<Uuid>,
    #[schema(min_length = 1, max_length = 200, example = "crm")]
    external_source: Option<String>,
    #[schema(min_length = 1, max_length = 255, example = "10234")]
    external_id: Option<String>,
}

/// A merge patch (RFC 7396): absent fields stay, null clears.
#[derive(Serialize, ToSchema)]
pub struct ContactPatch {
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    #[schema(min_length = 3, max_length = 254)]
    email: Option<String>,
    organization_id: Option<Uuid>,
    #[schema(min_length = 1, max_length = 200)]
    external_source: Option<String>,
    #[schema(min_length = 1, max_length = 255)]
    external_id: Option<String>,
}

/// A page of the contacts that the caller sees, oldest first; a requester sees themselves.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/contacts", operation_id = "listContacts", tag = "contacts",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("email" = Option<String>, Query, description = "The whole address, in any case of letters"),
        ("organization_id" = Option<Uuid>, Query),
        ("external_source" = Option<String>, Query, description = "Together with external_id"),
        ("external_id" = Option<String>, Query, description = "Together with external_source"),
        ("order" = Option<String>, Query, description = "created_at (default) or -created_at"),
        ("limit" = Option<i64>, Query, description = "1 to 200, 50 by default; a page of more than 1 MiB of text ends before"),
        ("cursor" = Option<String>, Query),
    ),
    responses((status = 200, body = ListBody<Contact>)))]
pub async fn list_contacts(caller: Caller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let (mut fields, asked) = listing::asked(&request, ORDERS, &[]);
    let (external_source, external_id) = people::external(&mut fields);
    let filter = contacts::Filter { email: people::email(&mut fields), organization_id: fields.uuid("organization_id"), external_source, external_id };
    fields.finish()?;
    let asked = asked.of("contacts", &filter);
    let needs = &[permission::CONTACT_READ, permission::TICKET_READ_OWN, ONESELF];
    let listing = Listing { asked, action: Action::ContactListed, object: objects("contact"), under: None, needs };
    listing::page(
        &caller,
        &request,
        listing,
        async |tx, keyset| Ok((contacts::list(tx, &filter, keyset).await?, Beside::default())),
        |contact: &Contact| Key { time: Some(contact.created_at), number: None, id: contact.contact_id.0 },
    )
    .await
}

/// Creates a contact.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/contacts", operation_id = "createContact", tag = "contacts",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeats of the request under this key do its work once, for 24 hours"),
    ),
    request_body(content = ContactInput),
    responses((status = 201, body = Contact, headers(("ETag" = String, description = "The version"), ("Location" = String, description = "The contact's URL")))))]
pub async fn create_contact(caller: Caller, request: HttpRequest, body: Unread) -> Result<HttpResponse, Problem> {
    let body = body.read().await?;
    let attempt = answer::attempt(&request, &body.bytes)?;
    let mut fields = Fields::of(body.fields);
    let name = fields.required_text("name", 1, 200);
    let (external_source, external_id) = people::external(&mut fields);
    let new = NewContact {
        contact_id: ContactId::generate(),
        name,
        email: people::email(&mut fields),
        organization_id: fields.uuid("organization_id"),
        external_source,
        external_id,
    };
    fields.finish()?;
    let location = format!("/v1/tenants/{}/contacts/{}", caller.tenant_path(), new.contact_id);
    answer::change(&caller, attempt, Action::ContactCreated, objects("contact"), async |tx| {
        let contact = contacts::create(tx, &new).await?;
        Ok(Answer::created(&contact, Some(contact.version), location.clone()))
    })
    .await
}

/// One contact.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/contacts/{contact_id}", operation_id = "getContact", tag = "contacts",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("contact_id" = Uuid, Path),
    ),
    responses((status = 200, body = Contact, headers(("ETag" = String, description = "The version, for If-Match")))))]
pub async fn get_contact(caller: Caller, path: web::Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let contact_id: ContactId = people::id(&path.1);
    let found = contacts::get(caller.database(), &caller.principal, contact_id).await;
    people::read(&caller, (Action::ContactRead, object("contact", contact_id.0)), found, |contact| contact.version).await
}

/// Changes a contact.
#[utoipa::path(patch, path = "/v1/tenants/{tenant}/contacts/{contact_id}", operation_id = "updateContact", tag = "contacts",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("contact_id" = Uuid, Path),
        ("If-Match" = String, Header, description = "The version read, as its ETag", example = "\"1\""),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeats of the request under this key do its work once, for 24 hours"),
    ),
    request_body(content = ContactPatch, content_type = "application/merge-patch+json"),
    responses((status = 200, body = Contact, headers(("ETag" = String, description = "The new version")))))]
pub async fn update_contact(caller: Caller, request: HttpRequest, path: web::Path<(String, String)>, body: Unread) -> Result<HttpResponse, Problem> {
    let body = body.read().await?;
    let attempt = answer::attempt(&request, &body.bytes)?;
    let mut fields = Fields::of(body.fields);
    let mut patch = Map::new();
    people::patch_name(&mut fields, &mut patch);
    people::patch_email(&mut fields, &mut patch);
    people::patch_external(&mut fields, &mut patch);
    if let Some(id) = fields.patched_uuid("organization_id") {
        patch.insert("organization_id".into(), json!(id));
    }
    fields.finish()?;
    let contact_id: ContactId = people::id(&path.1);
    let version = answer::expected_version(&request)?;
    let patch = Value::Object(patch);
    answer::change(&caller, attempt, Action::ContactUpdated, object("contact", contact_id.0), async |tx| {
        if let Some(contact) = contacts::change(tx, contact_id, version, &patch).await? {
            return Ok(Answer::ok(&contact, Some(contact.version)));
        }
        let again = async |tx: &mut TenantTx, version| Ok(contacts::change(tx, contact_id, version, &patch).await?.is_some());
        Err(people::why_not(tx, Some(version), permission::CONTACT_CHANGE, async |tx| seen(tx, contact_id).await, again).await?.into())
    })
    .await
}

/// Deletes a contact who is no member and whom no ticket or comment refers to.
#[utoipa::path(delete, path = "/v1/tenants/{tenant}/contacts/{contact_id}", operation_id = "deleteContact", tag = "contacts",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("contact_id" = Uuid, Path),
        ("If-Match" = Option<String>, Header, description = "The version read, as its ETag; any version without it", example = "\"1\""),
    ),
    responses((status = 204, description = "Deleted")))]
pub async fn delete_contact(caller: Caller, request: HttpRequest, path: web::Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let contact_id: ContactId = people::id(&path.1);
    let version = people::version_if_given(&request)?;
    answer::change(&caller, None, Action::ContactDeleted, object("contact", contact_id.0), async |tx| {
        if contacts::remove(tx, contact_id, version).await? {
            return Ok(Answer::no_content());
        }
        let again = async |tx: &mut TenantTx, version| contacts::remove(tx, contact_id, Some(version)).await;
        Err(people::why_not(tx, version, permission::CONTACT_DELETE, async |tx| seen(tx, contact_id).await, again).await?.into())
    })
    .await
}

/// The version that the caller sees.
async fn seen(tx: &mut TenantTx, contact_id: ContactId) -> Result<Option<i32>, StoreError> {
    Ok(contacts::find(tx, contact_id).await?.map(|contact| contact.version))
}
