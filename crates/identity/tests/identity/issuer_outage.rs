//! What holds while an issuer is down, slow, strange or hostile.

use ringfence_identity::Rejection::*;
use serde_json::json;

use crate::issuer_server::{Answer, Counts, IssuerServer, discovery};
use crate::world::{World, ed_header};

#[tokio::test]
async fn an_issuer_that_is_down_at_first_is_unavailable_and_later_recovers() {
    let world = World::start().await;
    world.server.set_up(false);
    let token = world.good_token();
    assert_eq!(world.rejection(&token).await, Some(IssuerUnavailable));
    assert_eq!(world.rejection(&token).await, Some(IssuerUnavailable));
    assert_eq!(
        world.server.counts().discovery,
        1,
        "not asked again within a second"
    );
    world.server.set_up(true);
    world.clock.advance(1);
    assert_eq!(world.rejection(&token).await, None);
}

#[tokio::test]
async fn keys_outlive_an_outage_for_a_day() {
    let world = World::start().await;
    let token = world.token(&world.claims_with(json!({"exp": world.clock.now() + 10 * 86_400})));
    assert_eq!(world.rejection(&token).await, None);
    world.server.set_up(false);
    for _ in 0..23 {
        world.clock.advance(3600);
        assert_eq!(world.rejection(&token).await, None);
    }
    world.clock.advance(3600);
    assert_eq!(world.rejection(&token).await, Some(IssuerUnavailable));
    world.server.set_up(true);
    world.clock.advance(10);
    assert_eq!(world.rejection(&token).await, None);
}

#[tokio::test]
async fn after_an_outage_the_keys_are_fetched_in_the_background() {
    let world = World::start().await;
    let token = world.good_token();
    assert_eq!(world.rejection(&token).await, None);
    world.server.set_up(false);
    world.clock.advance(600);
    assert_eq!(world.rejection(&token).await, None);
    assert_eq!(
        world.server.counts(),
        Counts {
            discovery: 1,
            jwks: 2
        }
    );

    world.server.set_up(true);
    assert_eq!(world.rejection(&token).await, None);
    assert_eq!(world.server.counts().jwks, 2, "the floor holds here too");
    world.clock.advance(10);
    assert_eq!(world.rejection(&token).await, None);
    // On this one thread the task in the background has not run yet: nobody has waited for it.
    assert_eq!(world.server.counts().discovery, 1);
    world.server.keys_asked_for(3).await;
    assert_eq!(
        world.server.counts().discovery,
        2,
        "the keys may have moved, so discovery is asked as well"
    );
}

#[tokio::test]
async fn an_unknown_key_during_an_outage_is_the_issuers_fault_not_the_callers() {
    let world = World::start().await;
    assert_eq!(world.rejection(&world.good_token()).await, None);
    world.server.set_up(false);
    world.clock.advance(10);
    let claims = world.claims().to_string();
    let token = world
        .ed25519
        .token("EdDSA", &ed_header(json!({"kid": "new"})), &claims);
    assert_eq!(world.rejection(&token).await, Some(IssuerUnavailable));
    assert_eq!(world.rejection(&world.good_token()).await, None);
}

#[tokio::test]
async fn a_discovery_document_that_cannot_be_trusted_makes_the_issuer_unavailable() {
    let world = World::start().await;
    let url = &world.server.url;
    let elsewhere = IssuerServer::start().await;
    elsewhere.set_keys(&world.jwks());
    let keys = format!("{url}/keys");
    let redirect = Answer {
        status: "302 Found",
        headers: format!(
            "location: {}/.well-known/openid-configuration\r\n",
            elsewhere.url
        ),
        body: vec![],
    };
    let mut large = Answer::json(&discovery(url, &keys));
    large.body.resize(512 * 1024 + 1, b' ');
    for (name, answer) in [
        (
            "of another issuer",
            Answer::json(&discovery(&elsewhere.url, &keys)),
        ),
        (
            "with a slash too many",
            Answer::json(&discovery(&format!("{url}/"), &keys)),
        ),
        (
            "that leads to an address that is not loopback in the clear",
            Answer::json(&discovery(url, &keys.replace("127.0.0.1", "0.0.0.0"))),
        ),
        (
            "that leads to a file",
            Answer::json(&discovery(url, "file:///etc/passwd")),
        ),
        ("that redirects", redirect),
        ("that is too large", large),
        (
            "that is no JSON",
            Answer {
                status: "200 OK",
                headers: String::new(),
                body: b"<html>".to_vec(),
            },
        ),
        (
            "that is an error",
            Answer {
                status: "500 Internal Server Error",
                headers: String::new(),
                body: vec![],
            },
        ),
    ] {
        world.server.answer_discovery_with(answer);
        world.clock.advance(1);
        assert_eq!(
            world.rejection(&world.good_token()).await,
            Some(IssuerUnavailable),
            "{name}"
        );
    }
    assert_eq!(world.server.counts().jwks, 0);
    assert_eq!(elsewhere.counts(), Counts::default());
    world
        .server
        .answer_discovery_with(Answer::json(&discovery(url, &keys)));
    world.clock.advance(1);
    assert_eq!(world.rejection(&world.good_token()).await, None);
}

#[tokio::test]
async fn an_answer_that_is_not_a_key_set_leaves_the_old_keys_in_place() {
    let mut large = Answer::json(&json!({"keys": []}));
    large.body.resize(512 * 1024 + 1, b' ');
    let of_another_type = Answer {
        headers: "content-type: text/html\r\n".into(),
        ..Answer::json(&json!({"keys": []}))
    };
    for answer in [
        Answer::json(&json!({"error": "down"})),
        Answer::json(&json!("keys")),
        of_another_type,
        large,
    ] {
        let world = World::start().await;
        assert_eq!(world.rejection(&world.good_token()).await, None);
        world.server.answer_keys_with(answer);
        world.clock.advance(600);
        assert_eq!(world.rejection(&world.good_token()).await, None);
        assert_eq!(world.server.counts().jwks, 2);
    }
}
