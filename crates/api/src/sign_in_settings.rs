//! By which issuers a tenant is entered, over HTTP. An issuer that the installation does not trust cannot be required.

use crate::answer::{self, Answer};
use crate::body::{Fields, Unread};
use crate::caller::{Caller, objects};
use crate::people;
use crate::problem::{Kind, Problem};
use crate::sign_in::Entrance;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use ringfence_audit::Action;
use ringfence_identity::Verifier;
use ringfence_store::sign_in_settings;
use serde::Serialize;
use utoipa::ToSchema;

/// By which issuers the tenant is entered.
#[derive(Serialize, ToSchema)]
pub struct SignInSettings {
    /// Null: by every one that the installation trusts.
    pub required_issuers: Option<Vec<String>>,
    /// Those that can be required.
    pub available_issuers: Vec<String>,
    pub version: i32,
}

#[derive(Serialize, ToSchema)]
pub struct SignInSettingsInput {
    /// The caller's own among them; null for all.
    #[schema(required = true, max_items = 20)]
    required_issuers: Option<Vec<String>>,
}

/// What is asked of a sign-in here.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/sign-in-settings", operation_id = "getSignInSettings", tag = "sign-in",
    params(("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme")),
    responses((status = 200, body = SignInSettings, headers(("ETag" = String, description = "The version, for If-Match")))))]
pub async fn get_sign_in_settings(caller: Caller, entrance: Data<Entrance>, verifier: Data<Verifier>) -> Result<HttpResponse, Problem> {
    let found = sign_in_settings::get(caller.database(), &caller.principal).await;
    let found = match found {
        Ok((entered, None)) => {
            return Err(caller.denied(Action::SignInSettingsRead, objects("tenant"), Problem::new(Kind::Forbidden), None, Some(&entered)).await);
        }
        found => found,
    };
    let available = available(&entrance, &verifier);
    let found = found.map(|(entered, settings)| (entered, settings.map(|settings| whole(settings, available))));
    people::read(&caller, (Action::SignInSettingsRead, objects("tenant")), found, |settings| settings.version).await
}

/// Says by which issuers the tenant is entered from now on; who came by another is out at the next request.
#[utoipa::path(put, path = "/v1/tenants/{tenant}/sign-in-settings", operation_id = "changeSignInSettings", tag = "sign-in",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("If-Match" = String, Header, description = "The version read, as its ETag", example = "\"1\""),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeats of the request under this key do its work once, for 24 hours"),
    ),
    request_body(content = SignInSettingsInput),
    responses((status = 200, body = SignInSettings, headers(("ETag" = String, description = "The new version")))))]
pub async fn change_sign_in_settings(caller: Caller, request: HttpRequest, entrance: Data<Entrance>, verifier: Data<Verifier>, body: Unread) -> Result<HttpResponse, Problem> {
    let mut body = body.read().await?;
    let attempt = answer::attempt(&request, &body.bytes)?;
    let cleared = crate::members::takes_null(&mut body.fields, "required_issuers");
    let mut fields = Fields::of(body.fields);
    let issuers = fields.texts("required_issuers", 20, 500);
    let available = available(&entrance, &verifier);
    match &issuers {
        None if !cleared && !fields.has_errors() => fields.wrong("required_issuers", "required", "is required"),
        Some(named) if named.is_empty() || named.iter().any(|issuer| !available.contains(issuer)) => {
            fields.wrong("required_issuers", "unknown_value", "must name issuers that are available, or be null");
        }
        _ => {}
    }
    fields.finish()?;
    let version = answer::expected_version(&request)?;
    answer::change(&caller, attempt, Action::SignInSettingsChanged, objects("tenant"), async |tx| {
        let changed = whole(sign_in_settings::change(tx, issuers.as_ref(), version).await?, available.clone());
        Ok(Answer::ok(&changed, Some(changed.version)))
    })
    .await
}

/// Those by which people sign in, and those whose tokens are believed.
pub fn available(entrance: &Entrance, verifier: &Verifier) -> Vec<String> {
    let mut issuers: Vec<String> = entrance.sign_in.issuers().chain(verifier.issuers()).map(str::to_owned).collect();
    issuers.sort();
    issuers.dedup();
    issuers
}

fn whole(settings: sign_in_settings::SignInSettings, available_issuers: Vec<String>) -> SignInSettings {
    SignInSettings { required_issuers: settings.required_issuers, available_issuers, version: settings.version }
}
