//! Rightly signed tokens whose claims are hostile; each is refused for exactly the reason named, before any fetch.

use ringfence_identity::Rejection::{self, *};
use ringfence_identity::{IssuerConfig, Verifier};
use serde_json::{Value, json};

use crate::issuer_server::IssuerServer;
use crate::signer::Signer;
use crate::world::{AUDIENCE, MovableClock, World, ed_header};

/// Each change to the good claims (null removes one) is refused for this reason, without a fetch.
async fn refuse(world: &World, expected: Rejection, changes: impl IntoIterator<Item = Value>) {
    for change in changes {
        let token = world.token(&world.claims_with(change.clone()));
        assert_eq!(world.rejection(&token).await, Some(expected), "{change}");
    }
    assert_eq!(world.server.counts().jwks, 0);
}

async fn assert_sound(world: &World) {
    assert_eq!(world.rejection(&world.good_token()).await, None);
}

#[tokio::test]
async fn a_token_for_another_audience_is_refused() {
    let world = World::start().await;
    let wrong = [
        json!({"aud": "https://other.example.com"}),
        json!({"aud": format!("{AUDIENCE}/")}),
        json!({"aud": format!("{AUDIENCE}.evil.example.com")}),
        json!({"aud": ""}),
        json!({"aud": ["a", "b"]}),
        json!({"aud": []}),
    ];
    refuse(&world, WrongAudience, wrong).await;
    let strange = [
        json!({"aud": [AUDIENCE, 1]}),
        json!({"aud": [[AUDIENCE]]}),
        json!({"aud": {AUDIENCE: true}}),
    ];
    refuse(&world, Malformed, strange).await;
    refuse(&world, MissingClaim("aud"), [json!({"aud": null})]).await;
    assert_sound(&world).await;
}

#[tokio::test]
async fn a_token_of_an_issuer_that_is_not_exactly_a_configured_one_is_refused() {
    let world = World::start().await;
    let url = world.server.url.as_str();
    let unknown = [
        json!({"iss": "https://evil.example.com"}),
        json!({"iss": format!("{url}/")}),
        json!({"iss": url.to_uppercase()}),
        json!({"iss": url.replace("127.0.0.1", "localhost")}),
        json!({"iss": format!("{url}/tenant")}),
        json!({"iss": url.replace("http://", "http://x@")}),
        json!({"iss": format!("{url} ")}),
        json!({"iss": "urn:ringfence:command"}),
        json!({"iss": ""}),
    ];
    refuse(&world, UnknownIssuer, unknown).await;
    refuse(
        &world,
        Malformed,
        [json!({"iss": [url]}), json!({"iss": 1})],
    )
    .await;
    refuse(&world, MissingClaim("iss"), [json!({"iss": null})]).await;
    assert_sound(&world).await;
}

#[tokio::test]
async fn a_token_out_of_its_time_is_refused() {
    let world = World::start().await;
    let now = world.clock.now();
    let expired = [
        json!({"exp": now - 3600}),
        json!({"exp": now - 60}),
        json!({"exp": -1}),
    ];
    refuse(&world, Expired, expired).await;
    refuse(&world, NotYetValid, [json!({"nbf": now + 61})]).await;
    refuse(&world, IssuedInTheFuture, [json!({"iat": now + 61})]).await;
    refuse(&world, AuthenticatedInTheFuture, [json!({"auth_time": now + 61}), json!({"auth_time": now + 86_400})]).await;
    refuse(&world, MissingClaim("exp"), [json!({"exp": null})]).await;
    let strange = [
        json!({"exp": "4102444800"}),
        json!({"exp": i64::MAX}),
        json!({"exp": u64::MAX}),
        json!({"exp": 1e300}),
        json!({"exp": true}),
        json!({"nbf": "0"}),
        json!({"iat": [0]}),
        json!({"auth_time": "now"}),
    ];
    refuse(&world, Malformed, strange).await;
    assert_sound(&world).await;
}

#[tokio::test]
async fn a_subject_that_is_no_plain_name_is_refused() {
    let world = World::start().await;
    let invalid = [
        json!({"sub": ""}),
        json!({"sub": "alice\u{0}"}),
        json!({"sub": "alice\nadmin"}),
        json!({"sub": "alice\u{85}"}),
        json!({"sub": "s".repeat(256)}),
        json!({"sub": "é".repeat(128)}),
    ];
    refuse(&world, InvalidSubject, invalid).await;
    refuse(
        &world,
        Malformed,
        [json!({"sub": 1}), json!({"sub": ["alice"]})],
    )
    .await;
    refuse(&world, MissingClaim("sub"), [json!({"sub": null})]).await;
    assert_sound(&world).await;
}

#[tokio::test]
async fn other_claims_of_the_wrong_shape_are_refused() {
    let world = World::start().await;
    let strange = [
        json!({"client_id": 1}),
        json!({"jti": "\u{0}"}),
        json!({"jti": "j".repeat(256)}),
        json!({"acr": 2}),
        json!({"scope": ["tickets:read"]}),
        json!({"scope": "a\u{0}b"}),
    ];
    refuse(&world, Malformed, strange).await;
    assert_sound(&world).await;
}

#[tokio::test]
async fn claims_that_appear_twice_are_refused() {
    let world = World::start().await;
    let good = world.claims().to_string();
    let rest = &good[1..];
    for claims in [
        format!(r#"{{"sub":"mallory",{rest}"#),
        format!(r#"{{"s\u0075b":"mallory",{rest}"#),
        format!(r#"{{"aud":"{AUDIENCE}",{rest}"#),
        format!(r#"{{"exp":9999999999,{rest}"#),
        format!(r#"{{"custom":{{"a":1,"a":2}},{rest}"#),
        format!(r#"{{"custom":[{{"a":{{"b":1,"b":1}}}}],{rest}"#),
    ] {
        assert_eq!(
            world.rejection(&world.token(&claims)).await,
            Some(DuplicateClaim),
            "{claims}"
        );
    }
}

#[tokio::test]
async fn a_key_of_one_issuer_does_not_sign_for_another() {
    let (ours, theirs) = (IssuerServer::start().await, IssuerServer::start().await);
    let (our_key, their_key) = (Signer::ed25519(), Signer::ed25519());
    ours.set_keys(&[our_key.jwk("ed")]);
    theirs.set_keys(&[their_key.jwk("theirs"), their_key.jwk("ed")]);
    let clock = MovableClock::new();
    let configs = [&ours, &theirs].map(|server| IssuerConfig::new(&server.url, AUDIENCE).unwrap());
    let verifier = Verifier::new(configs.into(), clock.clock()).unwrap();
    let claims = |issuer: &IssuerServer| {
        json!({"iss": issuer.url, "sub": "alice", "aud": AUDIENCE, "exp": clock.now() + 60})
            .to_string()
    };
    let named = |kid: &str| ed_header(json!({"kid": kid}));

    let honest = their_key.token("EdDSA", &named("theirs"), &claims(&theirs));
    assert_eq!(verifier.verify(&honest).await.err(), None);
    let foreign_name = their_key.token("EdDSA", &named("theirs"), &claims(&ours));
    assert_eq!(verifier.verify(&foreign_name).await.err(), Some(UnknownKey));
    let same_name = their_key.token("EdDSA", &named("ed"), &claims(&ours));
    assert_eq!(verifier.verify(&same_name).await.err(), Some(BadSignature));
}

#[tokio::test]
async fn the_audience_is_that_of_the_issuer_that_signed() {
    let (first, second) = (IssuerServer::start().await, IssuerServer::start().await);
    let key = Signer::ed25519();
    first.set_keys(&[key.jwk("ed")]);
    let clock = MovableClock::new();
    let configs = vec![
        IssuerConfig::new(&first.url, "urn:one").unwrap(),
        IssuerConfig::new(&second.url, "urn:two").unwrap(),
    ];
    let verifier = Verifier::new(configs, clock.clock()).unwrap();
    let claims =
        json!({"iss": first.url, "sub": "alice", "aud": "urn:two", "exp": clock.now() + 60});
    let token = key.token("EdDSA", &ed_header(json!({})), &claims.to_string());
    assert_eq!(verifier.verify(&token).await.err(), Some(WrongAudience));
}

#[test]
fn every_rejection_has_a_code_of_its_own() {
    let all = [
        Missing,
        TooLarge,
        Malformed,
        DuplicateHeader,
        DuplicateClaim,
        AlgorithmNotAllowed,
        CriticalHeader,
        EmbeddedKey,
        MissingKeyId,
        WrongTokenType,
        MissingClaim("sub"),
        UnknownIssuer,
        WrongAudience,
        InvalidSubject,
        Expired,
        NotYetValid,
        IssuedInTheFuture,
        UnknownKey,
        KeyNotSuitable,
        BadSignature,
        IssuerUnavailable,
    ];
    let codes: std::collections::BTreeSet<&str> = all.iter().map(|r| r.code()).collect();
    assert_eq!(codes.len(), all.len());
}
