//! Signing in with a real browser by certified providers, from a page of another origin; and others who try to take a place there.

use crate::identity::{Provider, member};
use crate::node::{node, printed};
use ringfence_domain::Role;
use ringfence_identity::sign_in::SignInClient;
use ringfence_tests::{Installation, Running, World};
use std::net::TcpListener;

/// A page beside the service and one in front of it are at these.
fn places() -> [String; 2] {
    let listeners = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    listeners.map(|listener| format!("http://{}", listener.local_addr().unwrap()))
}

/// Plays a scenario with two providers, in each of which the same subject is another person.
async fn play(scenario: &str) {
    let installation = Installation::fresh().await;
    let (mut first, mut second, pages) = (Provider::reserve(), Provider::reserve(), places());
    let clients = [&first, &second].map(|provider| SignInClient { issuer: provider.url(), client_id: "ringfence".into(), secret: Some("known to this test alone".to_owned().into()) });
    let running = Running::try_over(&installation, |config| {
        config.sign_in.clients.extend(clients);
        config.origins.extend(pages.clone());
    })
    .await
    .unwrap();
    let registered = pages.clone().map(|page| format!("{page}/")).join(" ");
    for provider in [&mut first, &mut second] {
        provider.serve(&running.url(""), &registered).await;
    }
    let world = World::build(&installation, running.issuer.issuer(), &["acme", "globex"]).await;
    member(&installation, &world, &first, "agent-of-acme", Role::Agent).await;
    let mut script = node(&["sign_in/scenarios.mjs", scenario]);
    script.env("SERVICE", running.url("")).env("FIRST", first.url()).env("SECOND", second.url()).env("DEVELOPMENT", running.issuer.issuer()).env("PAGES", pages.join(" "));
    assert_eq!(printed(script).await, format!("{scenario}\n"));
    drop(running);
    installation.drop().await;
}

#[tokio::test]
async fn a_page_beside_the_service_signs_in_chooses_a_tenant_works_there_and_signs_out() {
    play("by_cors").await;
}

#[tokio::test]
async fn a_page_in_front_of_the_service_signs_in_chooses_a_tenant_works_there_and_signs_out() {
    play("by_proxy").await;
}

#[tokio::test]
async fn a_page_signs_in_by_the_development_issuers_page() {
    play("by_development_issuer").await;
}

#[tokio::test]
async fn the_issuer_ends_a_session_behind_the_browsers_back() {
    play("back_channel_logout").await;
}

#[tokio::test]
async fn a_planted_cookie_is_never_adopted() {
    play("fixation").await;
}

#[tokio::test]
async fn a_page_of_another_site_or_port_changes_nothing() {
    play("csrf").await;
}

#[tokio::test]
async fn an_answer_of_the_issuer_is_good_once() {
    play("replay").await;
}

#[tokio::test]
async fn an_answer_of_another_issuer_is_refused() {
    play("mixed_up").await;
}

#[tokio::test]
async fn nobody_is_sent_to_another_site() {
    play("open_redirect").await;
}

#[tokio::test]
async fn the_same_address_and_the_same_subject_at_two_issuers_are_two_identities() {
    play("two_issuers").await;
}
