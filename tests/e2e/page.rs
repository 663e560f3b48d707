//! The page at /docs, in headless Chromium.

use crate::node::{node, printed};
use ringfence_tests::{Installation, Running, World};

#[tokio::test]
async fn the_page_shows_every_operation_and_makes_a_call_from_one_origin_alone() {
    let installation = Installation::fresh().await;
    let running = Running::over(&installation).await;
    World::build(&installation, running.issuer.issuer(), &["acme", "globex"]).await;
    let mut script = node(&["page/docs.mjs"]);
    script.env("RINGFENCE_URL", running.url("")).env("RINGFENCE_AGENT", running.token("acme:agent"));
    let said = printed(script).await;
    assert_eq!(said, format!("docs: {} operations\n", ringfence_api::ROUTES.len()));
    drop(running);
    installation.drop().await;
}
