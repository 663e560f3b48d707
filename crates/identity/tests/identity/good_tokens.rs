//! What a good token yields, for every algorithm that is allowed.

use jiff::Timestamp;
use ringfence_identity::{ActorKind, Rejection, VerifiedIdentity};
use serde_json::json;

use crate::world::{AUDIENCE, START, World, ed_header, header};

#[tokio::test]
async fn a_token_of_every_allowed_algorithm_is_verified() {
    let world = World::start().await;
    let claims = world.claims().to_string();
    for (signer, kid, algorithm) in [
        (&world.rsa, "rsa", "RS256"),
        (&world.rsa, "rsa", "RS384"),
        (&world.rsa, "rsa", "RS512"),
        (&world.rsa, "rsa", "PS256"),
        (&world.p256, "p256", "ES256"),
        (&world.p384, "p384", "ES384"),
        (&world.ed25519, "ed", "EdDSA"),
    ] {
        let token = signer.token(algorithm, &header(algorithm, kid), &claims);
        let identity = world.verifier.verify(&token).await;
        assert_eq!(
            identity.map(|i| i.subject().to_owned()),
            Ok("alice".into()),
            "{algorithm}"
        );
    }
}

#[tokio::test]
async fn the_identity_carries_what_the_token_says() {
    let world = World::start().await;
    let identity = world.verifier.verify(&world.good_token()).await.unwrap();
    assert_eq!(identity.issuer(), world.server.url);
    assert_eq!(identity.subject(), "alice");
    assert_eq!(identity.kind(), ActorKind::User);
    assert_eq!(identity.token_id(), Some("token-1"));
    assert_eq!(
        identity.authenticated_at(),
        Timestamp::from_second(START - 60).ok()
    );
    assert_eq!(identity.acr(), Some("urn:example:mfa"));
    assert_eq!(
        Some(identity.expires_at()),
        Timestamp::from_second(START + 3600).ok()
    );
    assert_eq!(identity.scopes(), ["tickets:read", "tickets:write"]);
}

#[tokio::test]
async fn a_token_whose_subject_is_its_client_is_a_service() {
    let world = World::start().await;
    let token = world.token(&world.claims_with(json!({"client_id": "alice"})));
    assert_eq!(
        world.verifier.verify(&token).await.unwrap().kind(),
        ActorKind::Service
    );
    let token = world.token(&world.claims_with(json!({"client_id": null})));
    assert_eq!(
        world.verifier.verify(&token).await.unwrap().kind(),
        ActorKind::User
    );
}

#[tokio::test]
async fn harmless_variations_are_accepted() {
    let world = World::start().await;
    let now = world.clock.now();
    for claims in [
        json!({"aud": ["https://other.example.com", AUDIENCE]}),
        json!({"nbf": null, "iat": null, "jti": null, "auth_time": null, "acr": null, "scope": null}),
        json!({"exp": now as f64 + 3600.5}),
        json!({"exp": now - 59}),
        json!({"nbf": now + 60, "iat": now + 60}),
        json!({"sub": "s".repeat(255)}),
        json!({"address": {"country": "CH", "lines": ["a", {"b": null}]}}),
    ] {
        let token = world.token(&world.claims_with(claims.clone()));
        assert_eq!(world.rejection(&token).await, None, "{claims}");
    }
    for changes in [
        json!({"typ": "AT+JWT"}),
        json!({"typ": "application/at+jwt"}),
        json!({"x5u": "https://evil.example.com/cert", "x5c": ["AAAA"], "x5t": "AAAA"}),
    ] {
        let claims = world.claims().to_string();
        let token = world
            .ed25519
            .token("EdDSA", &ed_header(changes.clone()), &claims);
        assert_eq!(world.rejection(&token).await, None, "{changes}");
    }
}

#[tokio::test]
async fn plain_jwts_are_accepted_only_where_the_issuer_is_configured_so() {
    let strict = World::start().await;
    let lenient = World::start_with(|mut config| {
        config.accept_plain_jwt = true;
        config
    })
    .await;
    for typ in [
        json!({"typ": null}),
        json!({"typ": "JWT"}),
        json!({"typ": "jwt"}),
    ] {
        for (world, expected) in [(&strict, Some(Rejection::WrongTokenType)), (&lenient, None)] {
            let claims = world.claims().to_string();
            let token = world
                .ed25519
                .token("EdDSA", &ed_header(typ.clone()), &claims);
            assert_eq!(world.rejection(&token).await, expected, "{typ}");
        }
    }
    // Neither an ID token nor a logout token, which a client may hold, by whichever mark alone.
    for mark in [
        json!({"nonce": "n-0S6_WzA2Mj"}),
        json!({"at_hash": "77QmUPtjPfzWtF2AnpK9RQ"}),
        json!({"c_hash": "LDktKdoQak3Pk0cnXxCltA"}),
        json!({"events": {"http://schemas.openid.net/event/backchannel-logout": {}}}),
    ] {
        let claims = lenient.claims_with(mark.clone());
        let token = lenient
            .ed25519
            .token("EdDSA", &ed_header(json!({"typ": "JWT"})), &claims);
        assert_eq!(
            lenient.rejection(&token).await,
            Some(Rejection::WrongTokenType),
            "{mark}"
        );
    }
}

#[tokio::test]
async fn debug_output_holds_no_part_of_the_token() {
    let world = World::start().await;
    let token = world.good_token();
    let identity = world.verifier.verify(&token).await.unwrap();
    let printed = format!("{identity:?} {:?}", world.verifier);
    for segment in token.split('.') {
        assert!(!printed.contains(segment));
    }
}

#[test]
fn a_command_has_an_identity_of_its_own_for_ten_minutes() {
    let now = Timestamp::from_second(START).unwrap();
    let identity = VerifiedIdentity::for_command("tenant create", now);
    assert_eq!(identity.issuer(), "urn:ringfence:command");
    assert_eq!(identity.subject(), "tenant create");
    assert_eq!(identity.kind(), ActorKind::Service);
    assert_eq!(identity.expires_at().as_second(), START + 600);
    assert_eq!(identity.token_id(), None);
}
