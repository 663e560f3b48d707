//! Rightly signed ID tokens whose claims are hostile (OpenID Connect Core 1.0, section 3.1.3.7); each is refused for exactly the
//! reason named.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{Algorithm, SHA256, SHA512, digest};
use ringfence_identity::Rejection::*;
use ringfence_identity::sign_in::SignInError::{self, *};
use ringfence_identity::sign_in::{Answer, Asked, AttemptSecret, Back, SignIn, SignInClient};
use serde_json::{Value, json};

use crate::issuer_server::{self, IssuerServer};
use crate::signer::Signer;
use crate::world::{AUDIENCE, MovableClock, ed_header, merged};

const CLIENT: &str = "web";
const ACCESS_TOKEN: &str = "opaque";

struct Stage {
    server: IssuerServer,
    key: Signer,
    clock: MovableClock,
    sign_in: SignIn,
}

impl Stage {
    async fn start() -> Self {
        let (server, clock, key) = (
            IssuerServer::start().await,
            MovableClock::new(),
            Signer::ed25519(),
        );
        server.set_keys(&[key.jwk("ed")]);
        let client = SignInClient {
            issuer: server.url.clone(),
            client_id: CLIENT.into(),
            secret: None,
        };
        let sign_in = SignIn::new(vec![client], AUDIENCE, &clock.clock()).unwrap();
        Self {
            server,
            key,
            clock,
            sign_in,
        }
    }

    /// What a sign-in comes to that is answered with the good claims with some replaced; null removes one.
    async fn outcome(&self, changes: &Value) -> Option<SignInError> {
        let (asked, attempt) = (Asked::default(), AttemptSecret::generate().unwrap());
        let way_out = self.sign_in.begin(&self.server.url, &asked, &attempt);
        let way_out = way_out.await.unwrap();
        let nonce = way_out.query_pairs().find(|(name, _)| name == "nonce");
        let now = self.clock.now();
        let claims = json!({
            "iss": self.server.url, "sub": "alice", "aud": CLIENT,
            "exp": now + 300, "iat": now, "nonce": nonce.unwrap().1,
        });
        let id_token = self.key.token(
            "EdDSA",
            &ed_header(json!({"typ": "JWT"})),
            &merged(claims, changes.clone()),
        );
        let answer =
            json!({"access_token": ACCESS_TOKEN, "token_type": "Bearer", "id_token": id_token});
        self.server
            .answer_codes_with(issuer_server::Answer::json(&answer));
        let answer = Answer {
            code: "code",
            back: Back {
                iss: None,
                place: None,
            },
        };
        let signed_in = self
            .sign_in
            .complete(&self.server.url, answer, &asked, &attempt);
        signed_in.await.err()
    }

    async fn refuse(&self, expected: SignInError, changes: impl IntoIterator<Item = Value>) {
        for change in changes {
            assert_eq!(self.outcome(&change).await, Some(expected), "{change}");
        }
    }

    async fn accept(&self, changes: impl IntoIterator<Item = Value>) {
        for change in changes {
            assert_eq!(self.outcome(&change).await, None, "{change}");
        }
    }
}

#[tokio::test]
async fn an_id_token_made_for_another_client_is_refused() {
    let stage = Stage::start().await;
    let wrong = [
        json!({"aud": "another"}),
        json!({"aud": AUDIENCE}),
        json!({"aud": ["another", AUDIENCE]}),
        json!({"aud": []}),
    ];
    stage.refuse(IdToken(WrongAudience), wrong).await;
    let wrong = [
        json!({"azp": "another"}),
        json!({"azp": ""}),
        json!({"aud": [CLIENT], "azp": "another"}),
        json!({"aud": [CLIENT, "another"]}),
        json!({"aud": [CLIENT, "another"], "azp": "another"}),
    ];
    stage.refuse(WrongParty, wrong).await;
    let good = [
        json!({}),
        json!({"azp": CLIENT}),
        json!({"aud": [CLIENT]}),
        json!({"aud": ["another", CLIENT], "azp": CLIENT}),
    ];
    stage.accept(good).await;
}

#[tokio::test]
async fn an_id_token_that_answers_another_question_is_refused() {
    let stage = Stage::start().await;
    let wrong = [json!({"nonce": "n-0S6_WzA2Mj"}), json!({"nonce": null})];
    stage.refuse(WrongNonce, wrong).await;
    stage.accept([json!({})]).await;
}

/// Section 3.1.3.6: the left half of the hash that goes with the signature, which of Ed25519 is SHA-512.
#[tokio::test]
async fn an_id_token_of_another_access_token_is_refused() {
    let stage = Stage::start().await;
    let hash = |algorithm: &'static Algorithm, token: &str, share: usize| {
        let digest = digest(algorithm, token.as_bytes());
        let part = &digest.as_ref()[..digest.as_ref().len() / share];
        json!({"at_hash": URL_SAFE_NO_PAD.encode(part)})
    };
    let wrong = [
        hash(&SHA512, "another", 2),
        hash(&SHA256, ACCESS_TOKEN, 2),
        hash(&SHA512, ACCESS_TOKEN, 1),
        json!({"at_hash": ""}),
    ];
    stage.refuse(WrongAccessToken, wrong).await;
    stage.accept([hash(&SHA512, ACCESS_TOKEN, 2)]).await;
}

#[tokio::test]
async fn an_id_token_out_of_its_time_is_refused() {
    let stage = Stage::start().await;
    let now = stage.clock.now();
    stage
        .refuse(IdToken(Expired), [json!({"exp": now - 60})])
        .await;
    stage
        .refuse(IdToken(NotYetValid), [json!({"nbf": now + 61})])
        .await;
    stage
        .refuse(IdToken(IssuedInTheFuture), [json!({"iat": now + 61})])
        .await;
    // Without its times it is not read as an ID token at all.
    stage
        .refuse(NoIdToken, [json!({"iat": null}), json!({"exp": null})])
        .await;
    stage
        .accept([json!({"exp": now - 59, "iat": now + 60})])
        .await;
}
