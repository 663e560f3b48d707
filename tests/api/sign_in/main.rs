//! Signing in with a browser, against the development issuer: what a session opens, what ends it, and what opens none.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod attempts;
mod cookies;
mod freshness;
mod injected;
mod invitations;
#[path = "../../../crates/identity/tests/identity/issuer_server.rs"]
#[allow(dead_code)]
mod issuer_server;
mod logout_tokens;
mod sessions;
mod step_up;
#[path = "../../../crates/identity/tests/identity/signer.rs"]
#[allow(dead_code)]
mod signer;

use ringfence_tests::{Call, Running};
use serde_json::Value;

/// The rules by which somebody was turned away, as the installation's trail has them.
async fn turned_away(installation: &ringfence_tests::Installation) -> Vec<String> {
    let admin = installation.admin().await;
    let rows = admin
        .query("select rule from (select rule, recorded_at from ringfence.audit_inbox where tenant_id is null and decision = 'deny' union all select rule, recorded_at from ringfence.installation_events where decision = 'deny') e order by recorded_at", &[])
        .await
        .unwrap();
    rows.iter().map(|row| row.get::<_, Option<String>>(0).unwrap_or_default()).collect()
}

/// A call with raw headers alone.
async fn with(running: &Running, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&Value>) -> Call {
    running.call(method, path, "", headers, body).await
}
