//! Examines an ID token (OpenID Connect Core 1.0, section 3.1.3.7) as strictly as an access token; believes an address only
//! where the issuer says in so many words that it is verified.

use super::provider::{Provider, Tokens};
use super::{Asked, SignInError, SignedIn};
use crate::claims::{self, CLOCK_SKEW, Claims};
use crate::identity::{ActorKind, VerifiedIdentity};
use crate::rejection::Rejection;
use crate::token::UnverifiedToken;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::CoreJwsSigningAlgorithm as Algorithm;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256, Sha384, Sha512};
use std::sync::Arc;

/// An ID token may list groups and names; an access token for us does not.
pub(super) const MAX_TOKEN_BYTES: usize = 16 * 1024;
const MAX_EMAIL_BYTES: usize = 320;

impl Provider {
    pub async fn examine(
        &self,
        tokens: &Tokens,
        asked: &Asked,
        nonce: &str,
    ) -> Result<SignedIn, SignInError> {
        let token = self.signed(&tokens.id_token, &["JWT"]).await?;
        let claims = Claims::read(&token.claims, &self.keys.config)?;
        claims.check_times(self.now())?;
        // Whoever acts for another does so by a token of their own; a session is somebody's who is there.
        if claims.actor.is_some() {
            return Err(Rejection::InvalidActor.into());
        }
        if claims.issued_at.is_none() {
            return Err(Rejection::MissingClaim("iat").into());
        }
        self.check_party(&token.claims)?;
        if token.claims.get("nonce").and_then(Value::as_str) != Some(nonce) {
            return Err(SignInError::WrongNonce);
        }
        check_access_token(&token.claims, &token.header.algorithm, &tokens.access_token)?;
        self.check_strength(&claims, asked)?;

        // When the token was made says nothing: a session at the issuer that is a day old makes a new one in silence.
        let authenticated_at = claims.authenticated_at;
        let acr = claims.acr.clone();
        let issuer_session_id = claims::text(&token.claims, "sid")?.map(str::to_owned);
        let person = Claims { kind: ActorKind::User, ..claims };
        Ok(SignedIn {
            identity: VerifiedIdentity::from_verified(Arc::new(person)),
            verified_email: verified_email(&token.claims),
            issuer_session_id,
            authenticated_at,
            acr,
            id_token: tokens.id_token.clone(),
        })
    }

    /// A token of this issuer with a signature that is right and of a type that is looked for. Nothing in its claims is
    /// examined yet but the issuer.
    pub(super) async fn signed<'t>(
        &self,
        token: &'t str,
        types: &[&str],
    ) -> Result<UnverifiedToken<'t>, Rejection> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(Rejection::TooLarge);
        }
        let token = UnverifiedToken::parse(token)?;
        let typ = token.header.typ.as_deref();
        if !typ.is_none_or(|typ| types.iter().any(|wanted| typ.eq_ignore_ascii_case(wanted))) {
            return Err(Rejection::WrongTokenType);
        }
        if claims::claimed_issuer(&token.claims)? != self.issuer() {
            return Err(Rejection::UnknownIssuer);
        }
        let header = &token.header;
        let keys = self.keys.keys_naming(&header.key_id).await?;
        let key = keys.find(&header.key_id, &header.algorithm)?;
        key.verify(&header.algorithm, token.signing_input, &token.signature)?;
        Ok(token)
    }

    /// `azp` names us if it is there, and is there if others are meant as well.
    fn check_party(&self, claims: &Map<String, Value>) -> Result<(), SignInError> {
        let several = matches!(claims.get("aud"), Some(Value::Array(audiences)) if audiences.len() > 1);
        match claims.get("azp") {
            None if !several => Ok(()),
            Some(Value::String(party)) if party == self.client_id() => Ok(()),
            _ => Err(SignInError::WrongParty),
        }
    }

    fn check_strength(&self, claims: &Claims, asked: &Asked) -> Result<(), SignInError> {
        if let Some(age) = asked.max_age {
            let at = claims
                .authenticated_at
                .ok_or(SignInError::IdToken(Rejection::MissingClaim("auth_time")))?;
            if self.now().duration_since(at) > age.saturating_add(CLOCK_SKEW) {
                return Err(SignInError::TooLongAgo);
            }
        }
        match &asked.acr {
            Some(wanted) if claims.acr.as_ref() != Some(wanted) => Err(SignInError::NotStrongEnough),
            _ => Ok(()),
        }
    }
}

/// `at_hash` may be absent where the token comes straight from the issuer; present, it must be right.
fn check_access_token(
    claims: &Map<String, Value>,
    algorithm: &Algorithm,
    access_token: &str,
) -> Result<(), SignInError> {
    match claims.get("at_hash") {
        None => Ok(()),
        Some(Value::String(hash)) if *hash == access_token_hash(algorithm, access_token) => Ok(()),
        Some(_) => Err(SignInError::WrongAccessToken),
    }
}

/// The left half of the hash that the signature algorithm uses (section 3.1.3.6); Ed25519 uses SHA-512.
pub(crate) fn access_token_hash(algorithm: &Algorithm, access_token: &str) -> String {
    let digest = match algorithm {
        Algorithm::RsaSsaPkcs1V15Sha384 | Algorithm::EcdsaP384Sha384 => {
            Sha384::digest(access_token).to_vec()
        }
        Algorithm::RsaSsaPkcs1V15Sha512 | Algorithm::EdDsa => Sha512::digest(access_token).to_vec(),
        _ => Sha256::digest(access_token).to_vec(),
    };
    URL_SAFE_NO_PAD.encode(&digest[..digest.len() / 2])
}

/// The address, where `email_verified` is the boolean true. A string "true", a missing claim or a claim of another type proves
/// nothing, and neither does a text that is no address.
fn verified_email(claims: &Map<String, Value>) -> Option<String> {
    let verified = claims.get("email_verified") == Some(&Value::Bool(true));
    let email = claims.get("email").and_then(Value::as_str)?;
    let plain = (3..=MAX_EMAIL_BYTES).contains(&email.len())
        && email.contains('@')
        && !email.contains(|c: char| c.is_control() || c.is_whitespace());
    (verified && plain).then(|| email.to_owned())
}

#[cfg(test)]
mod tests {
    use super::verified_email;
    use serde_json::{Value, json};

    fn email(claims: Value) -> Option<String> {
        verified_email(claims.as_object()?)
    }

    #[test]
    fn an_address_that_the_issuer_does_not_call_verified_proves_nothing() {
        let address = "colleague@example.com";
        assert_eq!(email(json!({"email": address, "email_verified": true})).as_deref(), Some(address));
        for verified in [json!(false), json!("true"), json!(1), json!(null), json!([true])] {
            assert_eq!(email(json!({"email": address, "email_verified": verified})), None);
        }
        assert_eq!(email(json!({ "email": address })), None);
        for text in [json!("no address"), json!("a b@c"), json!("@"), json!(["a@b"]), json!("a@b\n")] {
            assert_eq!(email(json!({"email": text, "email_verified": true})), None);
        }
    }
}
