//! How keys come, change and go, and how seldom the issuer is asked.

use ringfence_identity::Rejection::*;
use serde_json::json;

use crate::issuer_server::Counts;
use crate::signer::Signer;
use crate::world::{World, ed_header, header};

#[tokio::test]
async fn discovery_and_keys_are_fetched_once_and_only_when_needed() {
    let world = World::start().await;
    assert_eq!(
        world.server.counts(),
        Counts {
            discovery: 0,
            jwks: 0
        }
    );
    for subject in ["alice", "bob", "carol"] {
        let token = world.token(&world.claims_with(json!({"sub": subject})));
        assert_eq!(world.rejection(&token).await, None);
    }
    assert_eq!(
        world.server.counts(),
        Counts {
            discovery: 1,
            jwks: 1
        }
    );
}

#[tokio::test]
async fn a_new_key_is_found_when_a_token_names_it() {
    let world = World::start().await;
    assert_eq!(world.rejection(&world.good_token()).await, None);
    let new_key = Signer::p256();
    world
        .server
        .set_keys(&[world.ed25519.jwk("ed"), new_key.jwk("2027")]);
    world.clock.advance(10);
    let token = new_key.token(
        "ES256",
        &header("ES256", "2027"),
        &world.claims().to_string(),
    );
    assert_eq!(world.rejection(&token).await, None);
    assert_eq!(
        world.server.counts(),
        Counts {
            discovery: 1,
            jwks: 2
        }
    );
}

#[tokio::test]
async fn a_withdrawn_key_is_believed_for_ten_minutes_at_most_even_of_a_remembered_token() {
    let world = World::start().await;
    let token = world.good_token();
    assert_eq!(world.rejection(&token).await, None);
    world.server.set_keys(&[world.rsa.jwk("rsa")]);
    world.clock.advance(599);
    assert_eq!(world.rejection(&token).await, None);
    world.clock.advance(1);
    assert_eq!(world.rejection(&token).await, Some(UnknownKey));
    assert_eq!(world.rejection(&token).await, Some(UnknownKey));
}

#[tokio::test]
async fn a_remembered_token_dies_when_its_key_is_replaced_under_the_same_name() {
    let world = World::start().await;
    let token = world.good_token();
    assert_eq!(world.rejection(&token).await, None);
    world.server.set_keys(&[Signer::ed25519().jwk("ed")]);
    world.clock.advance(600);
    assert_eq!(world.rejection(&token).await, Some(BadSignature));
}

#[tokio::test]
async fn a_remembered_token_dies_when_its_key_is_put_to_another_use() {
    let world = World::start().await;
    let token = world.good_token();
    assert_eq!(world.rejection(&token).await, None);
    let mut jwk = world.ed25519.jwk("ed");
    jwk["use"] = json!("enc");
    world.server.set_keys(&[jwk]);
    world.clock.advance(600);
    assert_eq!(world.rejection(&token).await, Some(KeyNotSuitable));
}

#[tokio::test]
async fn a_token_that_expires_between_two_uses_is_refused_although_it_is_remembered() {
    let world = World::start().await;
    let token = world.token(&world.claims_with(json!({"exp": world.clock.now() + 30})));
    assert_eq!(world.rejection(&token).await, None);
    world.clock.advance(89);
    assert_eq!(world.rejection(&token).await, None);
    world.clock.advance(1);
    assert_eq!(world.rejection(&token).await, Some(Expired));
    world.clock.advance(-3600);
    assert_eq!(
        world.rejection(&token).await,
        Some(NotYetValid),
        "a clock set back"
    );
}

#[tokio::test]
async fn a_flood_of_unknown_keys_costs_one_fetch_in_ten_seconds() {
    let world = World::start().await;
    assert_eq!(world.rejection(&world.good_token()).await, None);
    let claims = world.claims().to_string();
    let flood = |round: i64| {
        let (world, claims) = (&world, &claims);
        async move {
            for number in 0..100 {
                let kid = format!("{round}-{number}");
                let token = world
                    .ed25519
                    .token("EdDSA", &ed_header(json!({"kid": kid})), claims);
                assert_eq!(world.rejection(&token).await, Some(UnknownKey));
            }
        }
    };
    flood(0).await;
    assert_eq!(
        world.server.counts().jwks,
        1,
        "the first fetch has just been"
    );
    for second in 1..=40 {
        world.clock.advance(1);
        flood(second).await;
    }
    assert_eq!(
        world.server.counts(),
        Counts {
            discovery: 1,
            jwks: 5
        }
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callers_at_the_same_moment_share_one_fetch() {
    let world = std::sync::Arc::new(World::start().await);
    let verify_many = |kid: &'static str, expected| {
        let callers: Vec<_> = (0..50)
            .map(|number| {
                let world = std::sync::Arc::clone(&world);
                tokio::spawn(async move {
                    let claims = world.claims_with(json!({"jti": number.to_string()}));
                    let token =
                        world
                            .ed25519
                            .token("EdDSA", &ed_header(json!({"kid": kid})), &claims);
                    assert_eq!(world.rejection(&token).await, expected);
                })
            })
            .collect();
        async move {
            for caller in callers {
                caller.await.unwrap();
            }
        }
    };
    verify_many("ed", None).await;
    assert_eq!(
        world.server.counts(),
        Counts {
            discovery: 1,
            jwks: 1
        }
    );
    world.clock.advance(10);
    verify_many("unheard-of", Some(UnknownKey)).await;
    assert_eq!(
        world.server.counts(),
        Counts {
            discovery: 1,
            jwks: 2
        }
    );
}

#[tokio::test]
async fn a_caller_that_goes_away_does_not_undo_the_fetch() {
    let world = World::start().await;
    let token = world.good_token();
    {
        let mut call = std::pin::pin!(world.verifier.verify(&token));
        tokio::select! {
            biased;
            _ = &mut call => panic!("the first poll cannot have the answer"),
            () = std::future::ready(()) => {}
        }
    }
    world.server.keys_asked_for(1).await;
    assert_eq!(world.rejection(&token).await, None);
    assert_eq!(
        world.server.counts(),
        Counts {
            discovery: 1,
            jwks: 1
        }
    );
}

#[tokio::test]
async fn keys_that_are_not_for_these_signatures_verify_nothing() {
    let world = World::start().await;
    let with = |field: &str, value: &str| {
        let mut jwk = world.ed25519.jwk("ed");
        jwk[field] = json!(value);
        jwk
    };
    let mut weak = world.rsa.jwk("ed");
    weak["n"] = json!(&weak["n"].as_str().unwrap()[..171]);
    // 8208 bits.
    let mut huge = world.rsa.jwk("ed");
    huge["n"] = json!("_".repeat(1368));
    let mut nameless = world.ed25519.jwk("ed");
    nameless.as_object_mut().unwrap().remove("kid");
    let symmetric = json!({"kty": "oct", "k": "c2VjcmV0", "kid": "ed"});
    for (jwk, expected) in [
        (with("use", "enc"), KeyNotSuitable),
        (with("use", "other"), KeyNotSuitable),
        (with("alg", "ES256"), KeyNotSuitable),
        (with("alg", "RSA-OAEP"), UnknownKey),
        (with("crv", "Ed448"), KeyNotSuitable),
        (weak, UnknownKey),
        (huge, UnknownKey),
        (nameless, UnknownKey),
        (symmetric, UnknownKey),
    ] {
        world.server.set_keys(std::slice::from_ref(&jwk));
        world.clock.advance(600);
        assert_eq!(
            world.rejection(&world.good_token()).await,
            Some(expected),
            "{jwk}"
        );
    }
    world.server.set_keys(&[with("alg", "EdDSA")]);
    world.clock.advance(600);
    assert_eq!(world.rejection(&world.good_token()).await, None);
}

#[tokio::test]
async fn keys_of_one_name_are_told_apart_by_type_use_and_algorithm() {
    let mut for_encryption = Signer::ed25519().jwk("ed");
    for_encryption["use"] = json!("enc");
    let mut for_another_algorithm = Signer::ed25519().jwk("ed");
    for_another_algorithm["alg"] = json!("ES256");
    for other in [
        Signer::rsa().jwk("ed"),
        for_encryption,
        for_another_algorithm,
    ] {
        let world = World::start().await;
        world.server.set_keys(&[other, world.ed25519.jwk("ed")]);
        assert_eq!(world.rejection(&world.good_token()).await, None);
    }
}
