//! A verifier, an issuer it trusts, that issuer's keys, and a clock that stands until it is moved.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use ringfence_identity::{Clock, IssuerConfig, Rejection, Verifier};
use serde_json::{Value, json};

use crate::issuer_server::IssuerServer;
use crate::signer::Signer;

pub const START: i64 = 1_800_000_000;
pub const AUDIENCE: &str = "https://tickets.example.com";

#[derive(Clone)]
pub struct MovableClock(Arc<AtomicI64>);

impl MovableClock {
    pub fn new() -> Self {
        Self(Arc::new(AtomicI64::new(START)))
    }

    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }

    pub fn now(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    pub fn clock(&self) -> Clock {
        let seconds = Arc::clone(&self.0);
        Clock::from_fn(move || Timestamp::from_second(seconds.load(Ordering::SeqCst)).unwrap())
    }
}

pub struct World {
    pub server: IssuerServer,
    pub clock: MovableClock,
    pub verifier: Verifier,
    pub rsa: Signer,
    pub p256: Signer,
    pub p384: Signer,
    pub ed25519: Signer,
}

impl World {
    pub async fn start() -> Self {
        Self::start_with(|config| config).await
    }

    pub async fn start_with(change: impl FnOnce(IssuerConfig) -> IssuerConfig) -> Self {
        let server = IssuerServer::start().await;
        let clock = MovableClock::new();
        let config = change(IssuerConfig::new(&server.url, AUDIENCE).unwrap());
        let world = Self {
            verifier: Verifier::new(vec![config], clock.clock()).unwrap(),
            server,
            clock,
            rsa: Signer::rsa(),
            p256: Signer::p256(),
            p384: Signer::p384(),
            ed25519: Signer::ed25519(),
        };
        world.server.set_keys(&world.jwks());
        world
    }

    pub fn jwks(&self) -> Vec<Value> {
        vec![
            self.rsa.jwk("rsa"),
            self.p256.jwk("p256"),
            self.p384.jwk("p384"),
            self.ed25519.jwk("ed"),
        ]
    }

    /// The claims of a good token, now, for an hour.
    pub fn claims(&self) -> Value {
        let now = self.clock.now();
        json!({
            "iss": self.server.url, "sub": "alice", "aud": AUDIENCE, "client_id": "web-ui",
            "exp": now + 3600, "iat": now, "nbf": now, "jti": "token-1",
            "auth_time": now - 60, "acr": "urn:example:mfa", "scope": "tickets:read tickets:write",
        })
    }

    /// The good claims with some replaced; null removes one.
    pub fn claims_with(&self, changes: Value) -> String {
        merged(self.claims(), changes)
    }

    /// A token that the Ed25519 key signs, whatever its claims.
    pub fn token(&self, claims: &str) -> String {
        self.ed25519.token("EdDSA", &ed_header(json!({})), claims)
    }

    pub fn good_token(&self) -> String {
        self.token(&self.claims().to_string())
    }

    pub async fn rejection(&self, token: &str) -> Option<Rejection> {
        self.verifier.verify(token).await.err()
    }
}

pub fn header(algorithm: &str, kid: &str) -> String {
    json!({"typ": "at+jwt", "alg": algorithm, "kid": kid}).to_string()
}

/// The header of a good Ed25519 token with some parameters replaced; null removes one.
pub fn ed_header(changes: Value) -> String {
    merged(
        json!({"typ": "at+jwt", "alg": "EdDSA", "kid": "ed"}),
        changes,
    )
}

pub fn merged(mut whole: Value, changes: Value) -> String {
    let object = whole.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            object.remove(name);
        } else {
            object.insert(name.clone(), value.clone());
        }
    }
    whole.to_string()
}
