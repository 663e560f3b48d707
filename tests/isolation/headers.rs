//! Headers by which other systems name a tenant or a person. Here none of them changes anything.

use crate::scene::{Scene, Side};
use ringfence_tests::{Installation, Running};
use std::sync::Arc;

/// What a header of this list says about the victim.
#[derive(Debug, Clone, Copy)]
pub enum Says {
    TenantId,
    Slug,
    Owner,
    Path,
    Text(&'static str),
}

pub const IDENTITY_HEADERS: [(&str, Says); 16] = [
    ("x-tenant-id", Says::TenantId),
    ("x-tenant", Says::Slug),
    ("x-organization-id", Says::TenantId),
    ("x-forwarded-user", Says::Owner),
    ("x-remote-user", Says::Owner),
    ("remote-user", Says::Owner),
    ("x-user-id", Says::Owner),
    ("x-member-id", Says::Owner),
    ("x-auth-request-user", Says::Owner),
    ("x-forwarded-host", Says::Slug),
    ("x-original-url", Says::Path),
    ("x-rewrite-url", Says::Path),
    ("x-http-method-override", Says::Text("DELETE")),
    ("x-request-id", Says::TenantId),
    ("cookie", Says::Slug),
    ("x-role", Says::Text("owner")),
];

pub fn value(says: Says, victim: &Side) -> String {
    match says {
        Says::TenantId => victim.tenant.id.to_string(),
        Says::Slug => victim.tenant.slug.clone(),
        Says::Owner => victim.tenant.members["owner"].to_string(),
        Says::Path => format!("/v1/tenants/{}/tickets", victim.tenant.slug),
        Says::Text(text) => text.to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn identity_headers_from_outside_change_nothing() {
    let installation = Arc::new(Installation::fresh().await);
    let running = Arc::new(Running::over(&installation).await);
    let scene = Scene::build(&installation, &running, "headers").await;
    let slug = &scene.sides[0].tenant.slug;
    for path in [format!("/v1/tenants/{slug}/tickets"), format!("/v1/tenants/{slug}/tickets/1"), format!("/v1/tenants/{}/tickets", scene.sides[1].tenant.slug)] {
        for caller in ["agent", "requester", "stranger", "nobody"] {
            let token = &scene.person(caller, 0).token;
            let plain = running.get(&path, token).await;
            for (name, says) in IDENTITY_HEADERS {
                let value = value(says, &scene.sides[1]);
                let dressed = running.call("GET", &path, token, &[(name, &value)], None).await;
                assert_eq!(crate::twins::outside(&plain), crate::twins::outside(&dressed), "{caller} at {path} with {name}: {value}");
            }
        }
    }
}
