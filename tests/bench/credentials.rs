//! What it costs to know who calls: a bearer's signature with its issuer's key at hand, by the algorithm that most providers sign by and
//! by the development issuer's own. The verifier runs here, in this process, so this is to be built as the service is.

use crate::issuer_server::IssuerServer;
use crate::report::Rounds;
use crate::signer::Signer;
use jiff::Timestamp;
use ringfence_identity::{Clock, IssuerConfig, Verifier};
use serde_json::json;
use std::time::{Duration, Instant};

/// Tokens signed ahead, so that signing is not measured.
const FRESH: usize = 500;
const LIFETIME: i64 = 3600;

/// Adds the microseconds of each token of an algorithm: one never seen, and one seen before.
pub async fn measure(seconds: usize, rounds: &mut Rounds) {
    let signers = [("RS256", Signer::rsa()), ("EdDSA", Signer::ed25519())];
    let server = IssuerServer::start().await;
    server.set_keys(&signers.each_ref().map(|(algorithm, signer)| signer.jwk(algorithm)));
    let issuer = IssuerConfig::new(&server.url, "ringfence").expect("an issuer");
    let verifier = Verifier::new(vec![issuer], Clock::system()).expect("a verifier");
    let minted = |(algorithm, signer): &(&str, Signer)| {
        let header = json!({"typ": "at+jwt", "alg": algorithm, "kid": algorithm}).to_string();
        let now = Timestamp::now().as_second();
        let claims = |n: usize| {
            json!({
                "iss": server.url, "sub": format!("person-{n}"), "aud": "ringfence", "client_id": "web-ui", "scope": "openid profile",
                "exp": now + LIFETIME, "iat": now, "jti": uuid::Uuid::now_v7(),
            })
        };
        (0..FRESH).map(|n| signer.token(algorithm, &header, &claims(n).to_string())).collect::<Vec<_>>()
    };
    // The first fetches the keys.
    verifier.verify(&minted(&signers[0])[0]).await.expect("a good token");
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(seconds as u64) {
        for signer in &signers {
            let tokens = minted(signer);
            for what in ["fresh", "again"] {
                let started = Instant::now();
                for token in &tokens {
                    verifier.verify(token).await.expect("a good token");
                }
                rounds.add(&format!("bearer.{}.{what}", signer.0), started.elapsed().as_secs_f64() * 1e6 / FRESH as f64);
            }
        }
    }
}
