//! Every hostile credential, by name: how it is made, how it is answered, and the rule that the trail gives. A line more is one
//! more that is tried.

use crate::stage::Stage;
use crate::stage::Shown::{self, Bearer, Headers};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use crate::signer::{hmac_token, signing_input};
use ringfence_identity::credential::PresentedApiToken;
use ringfence_identity::sign_in::SessionSecret;
use serde_json::{Value, json};

pub struct Hostile {
    pub name: &'static str,
    pub status: u16,
    pub rule: &'static str,
    pub shown: Shown,
}

fn refused(rule: &'static str, name: &'static str, token: String) -> Hostile {
    Hostile { name, status: 401, rule, shown: Bearer(token) }
}

fn headers(rule: &'static str, name: &'static str, headers: &[(&'static str, String)]) -> Hostile {
    Hostile { name, status: 401, rule, shown: Headers(headers.to_vec()) }
}

/// Good, and of elsewhere.
fn elsewhere(name: &'static str, shown: Shown) -> Hostile {
    Hostile { name, status: 404, rule: "not_found", shown }
}

pub async fn all(stage: &Stage) -> Vec<Hostile> {
    let mut table = forms(stage);
    table.extend(algorithms(stage));
    table.extend(keys(stage));
    table.extend(claims(stage));
    table.extend(actors(stage));
    table.extend(strangers(stage).await);
    table.extend(api_tokens(stage).await);
    table.extend(sessions(stage).await);
    table
}

fn forms(stage: &Stage) -> Vec<Hostile> {
    let good = stage.good();
    let segments: Vec<&str> = good.split('.').collect();
    let (head, body, signature) = (segments[0], segments[1], segments[2]);
    let header = stage.header(json!({}));
    let claims = stage.claims().to_string();
    let not_text = format!("{}.{}", URL_SAFE_NO_PAD.encode(&header), URL_SAFE_NO_PAD.encode(b"{\"sub\":\"\xff\"}"));
    let not_text = format!("{not_text}.{}", URL_SAFE_NO_PAD.encode(stage.ed25519.sign("EdDSA", not_text.as_bytes())));
    let authorization = |value: String| ("Authorization", value);
    vec![
        headers("missing", "nothing", &[]),
        headers("missing", "a scheme alone", &[authorization("Bearer".into())]),
        headers("missing", "another scheme", &[authorization(format!("Basic {}", STANDARD.encode("alice:secret")))]),
        headers("missing", "a good token under another scheme", &[authorization(format!("Token {good}"))]),
        headers("missing", "a good token without a scheme", &[authorization(good.clone())]),
        headers("missing", "a good token twice", &[authorization(format!("Bearer {good}")), authorization(format!("Bearer {good}"))]),
        headers("missing", "a good token in another header", &[("X-Authorization", format!("Bearer {good}"))]),
        headers("missing", "a good token in a cookie of another name", &[("Cookie", format!("token={good}"))]),
        refused("malformed", "one word", "token".into()),
        refused("malformed", "two segments", format!("{head}.{body}")),
        refused("malformed", "four segments", format!("{good}.")),
        refused("malformed", "padding", format!("{good}==")),
        refused("malformed", "the other alphabet", format!("{head}.{body}.+/{signature}")),
        refused("malformed", "stray bits", format!("{head}.{body}.{}B", &signature[..signature.len() - 1])),
        refused("malformed", "a good token twice in one", format!("{good},{good}")),
        refused("malformed", "a header that is an array", stage.ed25519.token("EdDSA", "[]", &claims)),
        refused("malformed", "claims that are a text", stage.ed25519.token("EdDSA", &header, "\"alice\"")),
        refused("malformed", "claims that are not UTF-8", not_text),
        refused("malformed", "claims nested too deep", stage.ed25519.token("EdDSA", &header, &format!("{}{}", "[".repeat(2000), "]".repeat(2000)))),
        refused("too_large", "oversized, and signed", stage.token(json!({"padding": "x".repeat(8 * 1024)}))),
        refused("too_large", "oversized noise", "A".repeat(8 * 1024 + 1)),
    ]
}

fn algorithms(stage: &Stage) -> Vec<Hostile> {
    let claims = stage.claims().to_string();
    let named = |alg: &str| stage.header(json!({"alg": alg}));
    let unsigned = |alg: &str| format!("{}.", signing_input(&named(alg), &claims));
    let jwk = stage.ed25519.jwk("ed");
    let public = URL_SAFE_NO_PAD.decode(jwk["x"].as_str().unwrap()).unwrap();
    vec![
        refused("algorithm_not_allowed", "alg none", unsigned("none")),
        refused("algorithm_not_allowed", "alg None", unsigned("None")),
        refused("algorithm_not_allowed", "alg nOnE, signed", stage.ed25519.token("EdDSA", &named("nOnE"), &claims)),
        refused("algorithm_not_allowed", "no alg by name", unsigned("")),
        refused("malformed", "no alg at all", stage.ed25519.token("EdDSA", &stage.header(json!({"alg": null})), &claims)),
        refused("algorithm_not_allowed", "HS256 with the public key", hmac_token(&public, &named("HS256"), &claims)),
        refused("algorithm_not_allowed", "HS256 with the public key as it is published", hmac_token(jwk.to_string().as_bytes(), &named("HS256"), &claims)),
        refused("algorithm_not_allowed", "HS256 with an empty secret", hmac_token(b"\0", &named("HS256"), &claims)),
        refused("algorithm_not_allowed", "HS512", hmac_token(&public, &named("HS512"), &claims)),
        refused("algorithm_not_allowed", "an algorithm nobody has", stage.ed25519.token("EdDSA", &named("ES256K"), &claims)),
        refused("key_not_suitable", "RS256 with the kid of another kind of key", stage.rsa.token("RS256", &stage.header(json!({"alg": "RS256"})), &claims)),
        refused("key_not_suitable", "ES384 with a key of P-256", stage.p256.token("ES256", &stage.header(json!({"alg": "ES384", "kid": "p256"})), &claims)),
    ]
}

fn keys(stage: &Stage) -> Vec<Hostile> {
    let claims = stage.claims().to_string();
    let by_stranger = |change: Value| stage.stranger.token("EdDSA", &stage.header(change), &claims);
    let by_issuer = |change: Value| stage.ed25519.token("EdDSA", &stage.header(change), &claims);
    let good = stage.good();
    let other = stage.token(json!({"sub": "bob"}));
    let (good_input, good_signature) = good.rsplit_once('.').unwrap();
    let (other_input, other_signature) = other.rsplit_once('.').unwrap();
    let twice = |again: &str| format!("{{\"typ\":\"at+jwt\",\"alg\":\"EdDSA\",\"kid\":\"ed\",{again}}}");
    vec![
        refused("embedded_key", "an embedded jwk", by_stranger(json!({"jwk": stage.stranger.jwk("ed")}))),
        refused("embedded_key", "an embedded jwk, signed by the issuer", by_issuer(json!({"jwk": stage.ed25519.jwk("ed")}))),
        refused("embedded_key", "a jku", by_stranger(json!({"jku": format!("{}/keys", stage.issuer.url)}))),
        refused("critical_header", "a critical extension", by_issuer(json!({"crit": ["exp"]}))),
        refused("bad_signature", "an x5u of the stranger's", by_stranger(json!({"x5u": "https://stranger.example/chain.pem"}))),
        refused("bad_signature", "an x5c of the stranger's", by_stranger(json!({"x5c": ["AAAA"]}))),
        refused("missing_key_id", "no kid", by_issuer(json!({"kid": null}))),
        refused("malformed", "a kid that is a number", by_issuer(json!({"kid": 1}))),
        refused("unknown_key", "a kid that is a path", by_stranger(json!({"kid": "../../../../dev/null"}))),
        refused("unknown_key", "a kid that is SQL", by_stranger(json!({"kid": "ed' or '1'='1"}))),
        refused("unknown_key", "a kid that is a URL", by_stranger(json!({"kid": format!("{}/keys", stage.issuer.url)}))),
        refused("unknown_key", "an empty kid", by_stranger(json!({"kid": ""}))),
        refused("unknown_key", "a kid in capitals", by_issuer(json!({"kid": "ED"}))),
        refused("unknown_key", "a kid beyond measure", by_stranger(json!({"kid": "k".repeat(4000)}))),
        refused("wrong_token_type", "an ID token's type", by_issuer(json!({"typ": "JWT"}))),
        refused("wrong_token_type", "no type", by_issuer(json!({"typ": null}))),
        refused("wrong_token_type", "a logout token", by_issuer(json!({"typ": "logout+jwt"}))),
        refused("duplicate_header", "alg twice", stage.ed25519.token("EdDSA", &twice("\"alg\":\"none\""), &claims)),
        refused("duplicate_header", "kid twice", stage.ed25519.token("EdDSA", &twice("\"kid\":\"ed\""), &claims)),
        refused("bad_signature", "signed by a stranger under a known kid", by_stranger(json!({}))),
        refused("bad_signature", "the signature of another token", format!("{good_input}.{other_signature}")),
        refused("bad_signature", "another's claims under a good signature", format!("{other_input}.{good_signature}")),
        refused("bad_signature", "no signature", format!("{good_input}.")),
        refused("bad_signature", "half a signature", format!("{good_input}.{}", &good_signature[..40])),
        refused("bad_signature", "a signature of nothing", format!("{good_input}.{}", "A".repeat(good_signature.len()))),
    ]
}

fn claims(stage: &Stage) -> Vec<Hostile> {
    let now = stage.now;
    let written = |claims: String| stage.ed25519.token("EdDSA", &stage.header(json!({})), &claims);
    let base = stage.claims().to_string();
    let again = |more: &str| written(format!("{},{more}}}", &base[..base.len() - 1]));
    vec![
        refused("missing_claim", "no issuer", stage.token(json!({"iss": null}))),
        refused("unknown_issuer", "an issuer nobody trusts", stage.token(json!({"iss": "https://stranger.example"}))),
        refused("unknown_issuer", "the issuer with a slash", stage.token(json!({"iss": format!("{}/", stage.issuer.url)}))),
        refused("unknown_issuer", "the issuer with a path", stage.token(json!({"iss": format!("{}/../x", stage.issuer.url)}))),
        refused("malformed", "an issuer that is a list", stage.token(json!({"iss": [stage.issuer.url]}))),
        refused("unknown_key", "another trusted issuer's name", stage.token(json!({"iss": stage.running.issuer.issuer(), "sub": "acme:owner"}))),
        refused("unknown_issuer", "our own name", stage.token(json!({"iss": "urn:ringfence:service-account"}))),
        refused("wrong_audience", "another audience", stage.token(json!({"aud": "https://elsewhere.example"}))),
        refused("missing_claim", "no audience", stage.token(json!({"aud": null}))),
        refused("wrong_audience", "an audience that begins alike", stage.token(json!({"aud": "ringfence.stranger.example"}))),
        refused("wrong_audience", "many audiences, ours not among them", stage.token(json!({"aud": ["a", "b"]}))),
        refused("malformed", "an audience that is an object", stage.token(json!({"aud": {"ringfence": true}}))),
        refused("missing_claim", "no subject", stage.token(json!({"sub": null}))),
        refused("invalid_subject", "an empty subject", stage.token(json!({"sub": ""}))),
        refused("malformed", "a subject that is a number", stage.token(json!({"sub": 1}))),
        refused("invalid_subject", "a subject without end", stage.token(json!({"sub": "x".repeat(256)}))),
        refused("invalid_subject", "a subject with a line break", stage.token(json!({"sub": "alice\nbob"}))),
        refused("invalid_subject", "a subject with NUL", stage.token(json!({"sub": "alice\0"}))),
        refused("expired", "expired", stage.token(json!({"exp": now - 120}))),
        refused("missing_claim", "no expiry", stage.token(json!({"exp": null}))),
        refused("malformed", "an expiry that is a text", stage.token(json!({"exp": (now + 3600).to_string()}))),
        refused("malformed", "an expiry beyond all time", stage.token(json!({"exp": 1e300}))),
        refused("not_yet_valid", "not yet valid", stage.token(json!({"nbf": now + 600}))),
        refused("issued_in_the_future", "issued tomorrow", stage.token(json!({"iat": now + 86_400}))),
        refused("authenticated_in_the_future", "proven tomorrow", stage.token(json!({"auth_time": now + 86_400}))),
        refused("authenticated_in_the_future", "proven beyond the clocks' difference", stage.token(json!({"auth_time": now + 600}))),
        refused("duplicate_claim", "the subject twice", again("\"sub\":\"bob\"")),
        refused("duplicate_claim", "the subject twice, once in other letters", again("\"s\\u0075b\":\"bob\"")),
        refused("duplicate_claim", "the expiry twice", again("\"exp\":1")),
        refused("duplicate_claim", "a name twice inside", again("\"x\":{\"a\":1,\"a\":2}")),
    ]
}

fn actors(stage: &Stage) -> Vec<Hostile> {
    let acting = |act: Value| stage.token(json!({"act": act}));
    vec![
        refused("invalid_actor", "an actor that is a text", acting(json!("bob"))),
        refused("invalid_actor", "an actor without a subject", acting(json!({}))),
        refused("invalid_actor", "an actor whose subject is empty", acting(json!({"sub": ""}))),
        refused("invalid_actor", "an actor that is a list", acting(json!([{"sub": "bob"}]))),
        refused("invalid_actor", "an actor of another issuer", acting(json!({"sub": "acme:owner", "iss": stage.running.issuer.issuer()}))),
        refused("invalid_actor", "somebody who acts for themselves", acting(json!({"sub": "alice"}))),
        refused("invalid_actor", "a chain three deep", acting(json!({"sub": "a", "act": {"sub": "b", "act": {"sub": "c"}}}))),
        refused("invalid_actor", "a chain without end", acting((0..40).fold(json!({"sub": "z"}), |act, n| json!({"sub": n.to_string(), "act": act})))),
        elsewhere("an actor who is nobody here", Bearer(acting(json!({"sub": "stranger"})))),
        elsewhere("a member who acts for nobody here", Bearer(stage.token(json!({"sub": "stranger", "act": {"sub": "alice"}})))),
    ]
}

async fn strangers(stage: &Stage) -> Vec<Hostile> {
    let of = |subject: &str| Bearer(stage.running.token(subject));
    vec![
        elsewhere("another tenant's service", of("globex:service")),
        elsewhere("another tenant's owner", of("globex:owner")),
        elsewhere("nobody's member", of("nobody")),
        elsewhere("a member's name from another issuer", of("alice")),
        elsewhere("another issuer's member by name", Bearer(stage.token(json!({"sub": "acme:owner"})))),
        elsewhere("a member removed", Bearer(stage.removed_member().await)),
    ]
}

async fn api_tokens(stage: &Stage) -> Vec<Hostile> {
    let good = stage.api_token("acme", "agent").await;
    let parsed = PresentedApiToken::parse(&good).unwrap();
    let of = |secret: [u8; 32]| PresentedApiToken { tenant: parsed.tenant, secret }.text();
    let hash: Vec<u8> = stage.admin.query_one("select token_hash from ringfence.api_tokens where name = 'agent' and tenant_id = $1", &[&stage.acme().id]).await.unwrap().get(0);
    vec![
        refused("credential_invalid", "another tenant's API token", stage.api_token("globex", "agent").await),
        refused("credential_invalid", "another tenant's service's API token", stage.services_token("globex").await),
        refused("credential_invalid", "a revoked API token", stage.changed_token("revoked_at = now()").await),
        refused("credential_invalid", "an expired API token", stage.changed_token("created_at = now() - interval '2 days', expires_at = now() - interval '1 second'").await),
        refused("credential_invalid", "the API token of a member removed", stage.removed_members_token().await),
        refused("credential_invalid", "an API token nobody made", of([7; 32])),
        refused("credential_invalid", "an API token of a tenant that is none", PresentedApiToken { tenant: [7; 16], secret: [7; 32] }.text()),
        refused("credential_invalid", "what the database keeps of an API token", of(hash.try_into().unwrap())),
        refused("malformed", "a mistyped API token", format!("{}{}", &good[..good.len() - 1], if good.ends_with('0') { '1' } else { '0' })),
        refused("malformed", "an API token in capitals", good.to_uppercase().replacen("RFT_", "rft_", 1)),
        refused("malformed", "an API token cut short", good[..good.len() - 9].to_owned()),
        refused("malformed", "an API token with more behind it", format!("{good}_00")),
        refused("malformed", "the prefix of an API token", "rft_".into()),
    ]
}

async fn sessions(stage: &Stage) -> Vec<Hostile> {
    let cookie = |value: String| ("Cookie", format!("__Host-ringfence_session={value}"));
    let alive = stage.session("acme:agent", "idle_expires_at = now() + interval '1 hour'").await;
    let hash = stage.session_hash(&alive);
    vec![
        headers("credential_invalid", "a session's cookie that is none", &[cookie("nonsense".into())]),
        headers("credential_invalid", "a session nobody opened", &[cookie(SessionSecret::generate().unwrap().expose())]),
        headers("credential_invalid", "a stolen session after it was ended", &[cookie(stage.session("acme:agent", "ended_at = now()").await)]),
        headers("credential_invalid", "a session left alone for too long", &[cookie(stage.session("acme:agent", "idle_expires_at = now() - interval '1 second'").await)]),
        headers("credential_invalid", "a session past its end", &[cookie(stage.session("acme:agent", "expires_at = now() - interval '1 second'").await)]),
        headers("credential_invalid", "what the database keeps of a session", &[cookie(URL_SAFE_NO_PAD.encode(hash))]),
        headers("credential_invalid", "two sessions at once", &[cookie(alive.clone()), cookie(alive.clone())]),
        headers("missing", "a session under a name that any host may set", &[("Cookie", format!("ringfence_session={alive}"))]),
        refused("malformed", "a session shown as a token", alive),
        elsewhere("a session of another tenant's person", Headers(vec![cookie(stage.session("globex:agent", "ended_at = null").await)])),
    ]
}
