//! What it costs to know who calls: a bearer's signature with its issuer's key at hand, and the same read by each kind of credential.
//! The verifier runs here, in this process, so this is to be built as the service is.

use crate::stage::Stage;
use jiff::{SignedDuration, Timestamp};
use ringfence_identity::development::TokenRequest;
use ringfence_identity::{Clock, IssuerConfig, Verifier};
use std::time::{Duration, Instant};

/// Tokens signed ahead, so that signing is not measured.
const FRESH: usize = 2_000;

/// Microseconds for each token: one never seen, and one seen before.
pub async fn verified(stage: &Stage, seconds: usize) -> (f64, f64) {
    let issuer = IssuerConfig::new(stage.issuer.url(), "ringfence").expect("an issuer");
    let verifier = Verifier::new(vec![issuer], Clock::system()).expect("a verifier");
    let minted = |n: usize| {
        let subject = format!("person-{n}");
        stage.issuer.mint(&TokenRequest { subject: &subject, lifetime: SignedDuration::from_hours(1), scope: "", service: false, now: Timestamp::now() })
    };
    // The first fetches the key.
    verifier.verify(&stage.bearer).await.expect("a good token");
    let began = Instant::now();
    let (mut fresh, mut again) = (Vec::new(), Vec::new());
    while began.elapsed() < Duration::from_secs(seconds as u64) {
        let tokens: Vec<String> = (0..FRESH).map(minted).collect();
        for times in [&mut fresh, &mut again] {
            let started = Instant::now();
            for token in &tokens {
                verifier.verify(token).await.expect("a good token");
            }
            times.push(started.elapsed().as_secs_f64() * 1e6 / FRESH as f64);
        }
    }
    (crate::http::median(fresh), crate::http::median(again))
}
