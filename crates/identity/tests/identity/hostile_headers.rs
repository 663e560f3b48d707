//! Tokens whose form, header or signature is hostile; each is refused for exactly the reason named.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ringfence_identity::Rejection::{self, *};
use serde_json::{Value, json};

use crate::signer::{Signer, hmac_token, signing_input};
use crate::world::{World, ed_header, header};

async fn refuse<'a>(
    world: &World,
    expected: Rejection,
    tokens: impl IntoIterator<Item = (&'a str, String)>,
) {
    for (name, token) in tokens {
        for time in ["the first time", "the second time"] {
            let refused = world.rejection(&token).await;
            assert_eq!(refused, Some(expected), "{name}, {time}");
        }
    }
}

/// Each change to the good header (null removes a parameter), rightly signed, is refused for this reason.
async fn refuse_headers(
    world: &World,
    expected: Rejection,
    changes: impl IntoIterator<Item = Value>,
) {
    let claims = world.claims().to_string();
    for change in changes {
        let token = world
            .ed25519
            .token("EdDSA", &ed_header(change.clone()), &claims);
        refuse(world, expected, [(change.to_string().as_str(), token)]).await;
    }
    assert_eq!(world.rejection(&world.good_token()).await, None);
}

#[tokio::test]
async fn tokens_of_the_wrong_size_are_refused_unread() {
    let world = World::start().await;
    let long = world.token(&world.claims_with(json!({"padding": "x".repeat(8 * 1024)})));
    let noise = "A".repeat(8 * 1024 + 1);
    refuse(&world, Missing, [("empty", String::new())]).await;
    refuse(&world, TooLarge, [("a long token", long), ("noise", noise)]).await;
}

#[tokio::test]
async fn tokens_spelt_in_any_other_way_are_refused() {
    let world = World::start().await;
    let good = world.good_token();
    let segments: Vec<&str> = good.split('.').collect();
    let (head, body, signature) = (segments[0], segments[1], segments[2]);
    // 64 bytes end in a character of which four bits count for nothing; with one of them set it is a second spelling.
    let stray_bits = format!("{head}.{body}.{}B", &signature[..signature.len() - 1]);
    let misspelt = [
        ("one word", "token".into()),
        ("two segments", format!("{head}.{body}")),
        ("four segments", format!("{good}.")),
        ("five segments", format!("{good}.AAAA.AAAA")),
        ("padding", format!("{good}==")),
        ("padding inside", format!("{head}=.{body}.{signature}")),
        ("a leading blank", format!(" {good}")),
        ("a trailing blank", format!("{good} ")),
        ("a line break", format!("{head}.{body}\n.{signature}")),
        ("the scheme left in", format!("Bearer {good}")),
        ("the other alphabet", format!("{head}.{body}.+/{signature}")),
        ("stray bits", stray_bits),
        ("more than ASCII", format!("{head}.{body}é.{signature}")),
    ];
    refuse(&world, Malformed, misspelt).await;
    assert_eq!(world.server.counts().jwks, 0);
    assert_eq!(world.rejection(&good).await, None);
}

#[tokio::test]
async fn tokens_whose_parts_are_no_json_objects_are_refused() {
    let world = World::start().await;
    let claims = world.claims().to_string();
    let header = ed_header(json!({}));
    let with_header = |header: &str| world.ed25519.token("EdDSA", header, &claims);
    let deep = format!("{}{}", "[".repeat(3000), "]".repeat(3000));
    let input = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(&header),
        URL_SAFE_NO_PAD.encode(b"{\"sub\":\"\xff\"}")
    );
    let signature = URL_SAFE_NO_PAD.encode(world.ed25519.sign("EdDSA", input.as_bytes()));
    let strange = [
        ("a header that is an array", with_header("[]")),
        ("a header that is no JSON", with_header("typ=at+jwt")),
        (
            "more after the header",
            with_header(&format!("{header}{{}}")),
        ),
        ("claims that are a text", world.token("\"alice\"")),
        ("claims that are empty", world.token("")),
        ("claims nested too deep", world.token(&deep)),
        ("claims cut short", world.token(&claims[..claims.len() - 1])),
        ("claims that are not UTF-8", format!("{input}.{signature}")),
    ];
    refuse(&world, Malformed, strange).await;
}

#[tokio::test]
async fn algorithms_that_are_not_on_the_list_are_refused() {
    let world = World::start().await;
    let names = [
        "none", "None", "NONE", "nOnE", "", "HS256", "HS384", "HS512", "ES512", "ES256K", "PS512",
        "eddsa", "EdDSA ", "RSA-OAEP", "dir",
    ];
    let changes = names.map(|name| json!({"alg": name}));
    refuse_headers(&world, AlgorithmNotAllowed, changes).await;
    let strange = [json!({"alg": null}), json!({"alg": 5})];
    refuse_headers(&world, Malformed, strange).await;
}

#[tokio::test]
async fn tokens_that_are_no_access_tokens_are_refused() {
    let world = World::start().await;
    let types = [
        json!({"typ": "JWT"}),
        json!({"typ": null}),
        json!({"typ": "logout+jwt"}),
        json!({"typ": "dpop+jwt"}),
        json!({"typ": " at+jwt"}),
    ];
    refuse_headers(&world, WrongTokenType, types).await;
    refuse_headers(&world, Malformed, [json!({"typ": ["at+jwt"]})]).await;
}

#[tokio::test]
async fn headers_that_demand_or_bring_something_are_refused() {
    let world = World::start().await;
    let critical = [
        json!({"crit": ["exp"]}),
        json!({"crit": []}),
        json!({"crit": ["b64"], "b64": false}),
    ];
    refuse_headers(&world, CriticalHeader, critical).await;
    let own_key = Signer::ed25519();
    let keys = [
        json!({"jwk": own_key.jwk("ed")}),
        json!({"jwk": world.ed25519.jwk("ed")}),
        json!({"jku": "https://evil.example.com/keys"}),
        json!({"jku": format!("{}/keys", world.server.url)}),
    ];
    refuse_headers(&world, EmbeddedKey, keys).await;

    let claims = world.claims().to_string();
    let signed_by_it = |change: Value| own_key.token("EdDSA", &ed_header(change), &claims);
    let embedded = signed_by_it(json!({"jwk": own_key.jwk("ed")}));
    refuse(&world, EmbeddedKey, [("signed by it", embedded)]).await;
    let certificate = signed_by_it(json!({"x5c": ["AAAA"], "x5u": "https://evil.example.com"}));
    refuse(&world, BadSignature, [("a certificate", certificate)]).await;
}

#[tokio::test]
async fn header_parameters_that_appear_twice_are_refused() {
    let world = World::start().await;
    let claims = world.claims().to_string();
    for header in [
        r#"{"alg":"none","typ":"at+jwt","kid":"ed","alg":"EdDSA"}"#,
        r#"{"alg":"EdDSA","typ":"at+jwt","kid":"ed","kid":"ed"}"#,
        r#"{"alg":"EdDSA","typ":"at+jwt","kid":"ed","k\u0069d":"rsa"}"#,
        r#"{"typ":"JWT","alg":"EdDSA","typ":"at+jwt","kid":"ed"}"#,
    ] {
        let token = world.ed25519.token("EdDSA", header, &claims);
        refuse(&world, DuplicateHeader, [(header, token)]).await;
    }
}

#[tokio::test]
async fn a_key_name_is_a_name_and_nothing_else() {
    let world = World::start().await;
    let names = [
        json!({"kid": ""}),
        json!({"kid": "../../ed"}),
        json!({"kid": "/dev/null"}),
        json!({"kid": "x' union select 'ed"}),
        json!({"kid": format!("{}/keys", world.server.url)}),
        json!({"kid": "ed\u{0}"}),
        json!({"kid": "ED"}),
    ];
    refuse_headers(&world, UnknownKey, names).await;
    refuse_headers(&world, MissingKeyId, [json!({"kid": null})]).await;
    refuse_headers(&world, Malformed, [json!({"kid": ["ed"]})]).await;
    assert_eq!(world.server.counts().jwks, 1);
}

#[tokio::test]
async fn public_keys_are_no_shared_secrets() {
    let world = World::start().await;
    let claims = world.claims().to_string();
    let rsa = world.rsa.jwk("rsa");
    let modulus = URL_SAFE_NO_PAD.decode(rsa["n"].as_str().unwrap()).unwrap();
    let ed = world.ed25519.jwk("ed");
    let point = URL_SAFE_NO_PAD.decode(ed["x"].as_str().unwrap()).unwrap();
    // RFC 8410: what precedes the point in a public key.
    let mut der = b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00".to_vec();
    der.extend(&point);
    let pem = format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        STANDARD.encode(&der)
    );
    let keyed = |secret: &[u8], kid: &str| hmac_token(secret, &header("HS256", kid), &claims);
    let none = format!("{}.", signing_input(&header("none", "rsa"), &claims));
    let forged = [
        ("alg none", none),
        (
            "HMAC keyed with the JWK",
            keyed(rsa.to_string().as_bytes(), "rsa"),
        ),
        ("HMAC keyed with the modulus", keyed(&modulus, "rsa")),
        ("HMAC keyed with the point", keyed(&point, "ed")),
        ("HMAC keyed with the PEM", keyed(pem.as_bytes(), "ed")),
        ("HMAC keyed with the DER", keyed(&der, "ed")),
        ("HMAC keyed with nothing", keyed(b"", "ed")),
    ];
    refuse(&world, AlgorithmNotAllowed, forged).await;
    // The same under the algorithm of the key itself.
    let mislabelled = hmac_token(&point, &ed_header(json!({})), &claims);
    refuse(&world, BadSignature, [("mislabelled", mislabelled)]).await;
}

#[tokio::test]
async fn a_key_verifies_only_the_algorithms_it_is_for() {
    let world = World::start().await;
    let claims = world.claims().to_string();
    let rsa = |algorithm, named, kid| world.rsa.token(algorithm, &header(named, kid), &claims);
    let p256 = |named, kid| world.p256.token("ES256", &header(named, kid), &claims);
    let p384 = |named, kid| world.p384.token("ES384", &header(named, kid), &claims);
    let confused = [
        ("RSA on an EC key", rsa("RS256", "RS256", "p256")),
        ("RSA on an OKP key", rsa("RS256", "RS256", "ed")),
        ("EC on an RSA key", p256("ES256", "rsa")),
        ("EC on an OKP key", p256("ES256", "ed")),
        ("EdDSA on an EC key", p256("EdDSA", "p256")),
        ("ES256 on a P-384 key", p384("ES256", "p384")),
        ("ES384 on a P-256 key", p256("ES384", "p256")),
    ];
    refuse(&world, KeyNotSuitable, confused).await;
    let mislabelled = [
        ("PS256 signed as RS256", rsa("RS256", "PS256", "rsa")),
        ("RS256 signed as PS256", rsa("PS256", "RS256", "rsa")),
        ("RS512 signed as RS256", rsa("RS256", "RS512", "rsa")),
    ];
    refuse(&world, BadSignature, mislabelled).await;
}

#[tokio::test]
async fn forged_signatures_are_refused() {
    let world = World::start().await;
    let claims = world.claims().to_string();
    let with = |algorithm: &str, kid: &str, signature: &[u8]| {
        let input = signing_input(&header(algorithm, kid), &claims);
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
    };
    let rsa = world.rsa.jwk("rsa");
    let modulus = URL_SAFE_NO_PAD.decode(rsa["n"].as_str().unwrap()).unwrap();
    let mut one = [0; 256];
    one[255] = 1;
    let foreign = Signer::ed25519().token("EdDSA", &ed_header(json!({})), &claims);
    let good = world.good_token();
    let (input, signature) = good.rsplit_once('.').unwrap();
    let mallory = world.claims_with(json!({"sub": "mallory"}));
    let exchanged = signing_input(&ed_header(json!({})), &mallory);
    let forged = [
        ("another key by the same name", foreign),
        ("other claims", format!("{exchanged}.{signature}")),
        ("no signature", format!("{input}.")),
        ("cut short", format!("{input}.{}", &signature[..40])),
        ("ECDSA zeros", with("ES256", "p256", &[0; 64])),
        ("ECDSA zeros, P-384", with("ES384", "p384", &[0; 96])),
        ("EdDSA zeros", with("EdDSA", "ed", &[0; 64])),
        ("RSA zeros", with("RS256", "rsa", &[0; 256])),
        ("RSA one", with("RS256", "rsa", &one)),
        ("the modulus", with("RS256", "rsa", &modulus)),
        ("RSA too long", with("RS256", "rsa", &[1; 257])),
    ];
    refuse(&world, BadSignature, forged).await;
    assert_eq!(world.rejection(&good).await, None);
}
