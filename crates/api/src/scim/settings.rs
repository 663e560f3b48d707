//! Provisioning settings over HTTP: whose users a tenant's identity provider provisions, and what they become. Owners set them.

use crate::answer::{self, Answer};
use crate::body::{Fields, Unread};
use crate::caller::{Caller, object};
use crate::people;
use crate::problem::{Kind, Problem};
use crate::sign_in::Entrance;
use crate::sign_in_settings::available;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use ringfence_audit::Action;
use ringfence_domain::{ProvisioningSettings, Role, permission};
use ringfence_identity::Verifier;
use ringfence_store::provisioning_settings::{self as settings, NewSettings};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What provisioning may make of anybody: it never makes an owner or an admin.
pub const GIVEN: [Role; 3] = [Role::Agent, Role::LightAgent, Role::Requester];

/// The settings as a whole.
#[derive(Serialize, ToSchema)]
pub struct ProvisioningSettingsInput {
    /// The issuer of the users' tokens (`iss`), one that the installation trusts.
    #[schema(min_length = 1, max_length = 500, example = "https://login.example.com")]
    issuer: String,
    /// Of whoever has no role that the map names; requester by default.
    default_role: Option<String>,
    /// From a role of the provider's to one of here; none by default.
    role_map: Option<BTreeMap<String, String>>,
}

/// The tenant's provisioning settings.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/provisioning-settings", operation_id = "getProvisioningSettings", tag = "provisioning",
    params(("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme")),
    responses((status = 200, body = ProvisioningSettings, headers(("ETag" = String, description = "The version")))))]
pub async fn get_settings(caller: Caller) -> Result<HttpResponse, Problem> {
    let found = settings::get(caller.database(), &caller.principal).await;
    let about = object("provisioning_settings", caller.tenant_id().0);
    if let Ok((entered, _)) = &found
        && !entered.permissions.has(permission::SETTINGS_READ)
    {
        return Err(caller.denied(Action::ProvisioningSettingsRead, about, Problem::new(Kind::Forbidden), None, Some(entered)).await);
    }
    people::read(&caller, (Action::ProvisioningSettingsRead, about), found, |settings| settings.version).await
}

/// Sets them for the first time, without If-Match, or changes the version read. Users who are here keep the issuer by which they
/// came; roles follow with their next change.
#[utoipa::path(put, path = "/v1/tenants/{tenant}/provisioning-settings", operation_id = "setProvisioningSettings", tag = "provisioning",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("If-Match" = Option<String>, Header, description = "The version read, as its ETag; none where there are no settings yet", example = "\"1\""),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeats of the request under this key do its work once, for 24 hours"),
    ),
    request_body(content = ProvisioningSettingsInput),
    responses((status = 200, body = ProvisioningSettings, headers(("ETag" = String, description = "The new version")))))]
pub async fn set_settings(caller: Caller, request: HttpRequest, entrance: Data<Entrance>, verifier: Data<Verifier>, body: Unread) -> Result<HttpResponse, Problem> {
    let mut body = body.read().await?;
    let attempt = answer::attempt(&request, &body.bytes)?;
    let map = body.fields.remove("role_map").filter(|map| !map.is_null()).unwrap_or_else(|| json!({}));
    let mut fields = Fields::of(body.fields);
    let issuer = fields.required_text("issuer", 1, 500);
    // Nobody would ever come in by another, and an owner who mistyped it would not be told.
    if !issuer.is_empty() && !available(&entrance, &verifier).contains(&issuer) {
        fields.wrong("issuer", "unknown_value", "must be an issuer that the installation trusts");
    }
    let default_role = fields.word::<Role>("default_role").unwrap_or(Role::Requester);
    if !GIVEN.contains(&default_role) {
        fields.wrong("default_role", "unknown_value", "must be one of: agent light_agent requester");
    }
    let new = NewSettings { issuer, default_role: default_role.as_str(), role_map: read_map(&mut fields, map) };
    fields.finish()?;
    let version = people::version_if_given(&request)?;
    answer::change(&caller, attempt, Action::ProvisioningSettingsSet, object("provisioning_settings", caller.tenant_id().0), async |tx| {
        let settings = settings::put(tx, &new, version).await?;
        Ok(Answer::ok(&settings, Some(settings.version)))
    })
    .await
}

fn read_map(fields: &mut Fields, map: Value) -> Value {
    let Value::Object(pairs) = map else {
        fields.wrong("role_map", "wrong_type", "must be an object of roles");
        return Value::Null;
    };
    if pairs.len() > 100 {
        fields.wrong("role_map", "too_many", "must hold at most 100");
    }
    let mut read = Map::new();
    for (theirs, ours) in pairs {
        let role = ours.as_str().and_then(|word| word.parse::<Role>().ok()).filter(|role| GIVEN.contains(role));
        if !(1..=1_000).contains(&theirs.chars().count()) || theirs.contains('\0') {
            fields.wrong("role_map", "length", "must name roles of 1 to 1000 characters");
        }
        match role {
            Some(role) => {
                read.insert(theirs, json!(role.as_str()));
            }
            None => fields.wrong("role_map", "unknown_value", "must map to one of: agent light_agent requester"),
        }
    }
    Value::Object(read)
}
