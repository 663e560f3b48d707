//! Takes a compact JWS apart and reads its header; believes nothing in it, and refuses what no access token needs.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::CoreJwsSigningAlgorithm as Algorithm;
use serde_json::{Map, Value};

use crate::rejection::Rejection;
use crate::strict_json::{self, Fault};

/// Checked before anything is parsed, so that a flood of large tokens costs nothing.
pub(crate) const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// A token taken apart, with nothing in it proven.
pub(crate) struct UnverifiedToken<'a> {
    pub header: Header,
    pub claims: Map<String, Value>,
    pub signing_input: &'a [u8],
    pub signature: Vec<u8>,
}

pub(crate) struct Header {
    pub algorithm: Algorithm,
    pub key_id: String,
    pub typ: Option<String>,
}

impl<'a> UnverifiedToken<'a> {
    pub fn parse(token: &'a str) -> Result<Self, Rejection> {
        let mut segments = token.split('.');
        let (Some(header), Some(claims), Some(signature), None) = (
            segments.next(),
            segments.next(),
            segments.next(),
            segments.next(),
        ) else {
            return Err(Rejection::Malformed);
        };
        let signing_input = &token.as_bytes()[..header.len() + 1 + claims.len()];
        let header = Header::read(&object(header, Rejection::DuplicateHeader)?)?;
        Ok(Self {
            header,
            claims: object(claims, Rejection::DuplicateClaim)?,
            signing_input,
            signature: decode(signature)?,
        })
    }
}

impl Header {
    fn read(header: &Map<String, Value>) -> Result<Self, Rejection> {
        let algorithm = match header.get("alg") {
            Some(Value::String(name)) => allowed(name).ok_or(Rejection::AlgorithmNotAllowed)?,
            _ => return Err(Rejection::Malformed),
        };
        if header.contains_key("crit") {
            return Err(Rejection::CriticalHeader);
        }
        // x5u and x5c are never read, so they may stand; these two are how a forger names its own key.
        if header.contains_key("jwk") || header.contains_key("jku") {
            return Err(Rejection::EmbeddedKey);
        }
        let typ = match header.get("typ") {
            None => None,
            Some(Value::String(typ)) => Some(typ.clone()),
            Some(_) => return Err(Rejection::Malformed),
        };
        let key_id = match header.get("kid") {
            None => return Err(Rejection::MissingKeyId),
            Some(Value::String(kid)) => kid.clone(),
            Some(_) => return Err(Rejection::Malformed),
        };
        Ok(Self {
            algorithm,
            key_id,
            typ,
        })
    }

    /// RFC 9068 section 4: `at+jwt`, with or without `application/`, in any case.
    pub fn is_access_token(&self) -> bool {
        self.typ.as_deref().is_some_and(|typ| {
            typ.eq_ignore_ascii_case("at+jwt") || typ.eq_ignore_ascii_case("application/at+jwt")
        })
    }

    /// A token that does not say what it is for; an ID token looks the same.
    pub fn is_plain_jwt(&self) -> bool {
        self.typ
            .as_deref()
            .is_none_or(|typ| typ.eq_ignore_ascii_case("JWT"))
    }
}

/// Public-key algorithms alone: with `none` or a shared secret, whoever can verify can also forge.
fn allowed(name: &str) -> Option<Algorithm> {
    match name {
        "RS256" => Some(Algorithm::RsaSsaPkcs1V15Sha256),
        "RS384" => Some(Algorithm::RsaSsaPkcs1V15Sha384),
        "RS512" => Some(Algorithm::RsaSsaPkcs1V15Sha512),
        "PS256" => Some(Algorithm::RsaSsaPssSha256),
        "ES256" => Some(Algorithm::EcdsaP256Sha256),
        "ES384" => Some(Algorithm::EcdsaP384Sha384),
        "EdDSA" => Some(Algorithm::EdDsa),
        _ => None,
    }
}

fn object(segment: &str, duplicate: Rejection) -> Result<Map<String, Value>, Rejection> {
    strict_json::object(&decode(segment)?).map_err(|fault| match fault {
        Fault::DuplicateName => duplicate,
        Fault::NotAnObject => Rejection::Malformed,
    })
}

/// Strict: no padding, no white space, no stray bits, so that one token has one spelling.
fn decode(segment: &str) -> Result<Vec<u8>, Rejection> {
    URL_SAFE_NO_PAD
        .decode(segment)
        .map_err(|_| Rejection::Malformed)
}
