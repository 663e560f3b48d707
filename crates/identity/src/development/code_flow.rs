//! The development issuer's authorization code flow with PKCE: whoever asks picks who they are. Codes live a minute, are good
//! once, and lead to the redirect URIs that the service registered and to no other.

use super::{CLIENT_ID, DevelopmentIssuer, TokenRequest, random};
use crate::config::ConfigError;
use crate::sign_in::access_token_hash;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use moka::sync::Cache;
use openidconnect::core::CoreJwsSigningAlgorithm;
use openidconnect::url::Url;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;

const CODE_LIFETIME: Duration = Duration::from_secs(60);
const TOKEN_LIFETIME: SignedDuration = SignedDuration::from_mins(10);
/// What the development issuer says of how somebody proved themselves: not at all.
pub(super) const ACR: &str = "urn:ringfence:development";

/// Somebody the page offers.
#[derive(Debug, Clone)]
pub struct Person {
    pub subject: String,
    pub name: String,
    pub email: Option<String>,
    pub email_verified: bool,
}

/// Who may be picked, and where codes may go.
pub(super) struct Picking {
    pub people: Vec<Person>,
    pub redirects: Vec<String>,
    /// Where the browser may go after signing out: the same places' origins.
    pub origins: Vec<String>,
    codes: Cache<String, Arc<Granted>>,
}

impl Picking {
    pub fn new(people: Vec<Person>, redirects: Vec<String>) -> Self {
        let origin = |redirect: &String| Some(Url::parse(redirect).ok()?.origin().ascii_serialization());
        Self {
            people,
            origins: redirects.iter().filter_map(origin).collect(),
            redirects,
            codes: Cache::builder().max_capacity(10_000).time_to_live(CODE_LIFETIME).build(),
        }
    }
}

/// What a code stands for.
struct Granted {
    asked: Asked,
    person: Person,
    at: Timestamp,
}

/// An authorization request that was found sound.
#[derive(Debug, Clone)]
pub struct Asked {
    redirect: Url,
    redirect_text: String,
    state: Option<String>,
    nonce: Option<String>,
    challenge: String,
}

/// Shown on a page of the issuer's own; nobody is sent anywhere with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Unsound {
    #[error("client_id is not ringfence-development")]
    Client,
    #[error("redirect_uri is not the one registered: RINGFENCE_PUBLIC_URL decides it")]
    Redirect,
    #[error("response_type must be code, and scope must hold openid")]
    Response,
    #[error("code_challenge with code_challenge_method=S256 is needed (RFC 7636)")]
    Challenge,
    #[error("there is no such person to be")]
    Person,
}

impl DevelopmentIssuer {
    pub fn people(&self) -> &[Person] {
        &self.picking.people
    }

    /// Examines the query of an authorization request.
    pub fn asked(&self, query: &BTreeMap<String, String>) -> Result<Asked, Unsound> {
        let get = |name: &str| query.get(name).cloned();
        if get("client_id").as_deref() != Some(CLIENT_ID) {
            return Err(Unsound::Client);
        }
        let redirect_text = get("redirect_uri")
            .filter(|uri| self.picking.redirects.contains(uri))
            .ok_or(Unsound::Redirect)?;
        let redirect = Url::parse(&redirect_text).map_err(|_| Unsound::Redirect)?;
        let scope = get("scope").unwrap_or_default();
        if get("response_type").as_deref() != Some("code")
            || !scope.split(' ').any(|word| word == "openid")
        {
            return Err(Unsound::Response);
        }
        let challenge = get("code_challenge")
            .filter(|challenge| challenge.len() == 43)
            .filter(|_| get("code_challenge_method").as_deref() == Some("S256"))
            .ok_or(Unsound::Challenge)?;
        Ok(Asked {
            redirect,
            redirect_text,
            state: get("state"),
            nonce: get("nonce"),
            challenge,
        })
    }

    /// Somebody was picked: where the browser goes with the code.
    pub fn grant(&self, asked: Asked, subject: &str, now: Timestamp) -> Result<Url, GrantError> {
        let person = self
            .people()
            .iter()
            .find(|person| person.subject == subject)
            .ok_or(Unsound::Person)?
            .clone();
        let code = URL_SAFE_NO_PAD.encode(random::<32>()?);
        let mut url = asked.redirect.clone();
        {
            let mut query = url.query_pairs_mut();
            query.append_pair("code", &code);
            if let Some(state) = &asked.state {
                query.append_pair("state", state);
            }
            query.append_pair("iss", &self.issuer);
        }
        let granted = Granted { asked, person, at: now };
        self.picking.codes.insert(code, Arc::new(granted));
        Ok(url)
    }

    /// The answer of the token endpoint. None: `invalid_grant`, for whatever reason.
    pub fn exchange(
        &self,
        form: &BTreeMap<String, String>,
        now: Timestamp,
    ) -> Result<Option<Value>, ConfigError> {
        let get = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
        // Gone at the first attempt, right or wrong.
        let Some(granted) = self.picking.codes.remove(get("code")) else {
            return Ok(None);
        };
        let verifier = URL_SAFE_NO_PAD.encode(Sha256::digest(get("code_verifier")));
        if get("grant_type") != "authorization_code"
            || get("client_id") != CLIENT_ID
            || get("redirect_uri") != granted.asked.redirect_text
            || verifier != granted.asked.challenge
        {
            return Ok(None);
        }
        let access_token = self.mint(&TokenRequest {
            subject: &granted.person.subject,
            lifetime: TOKEN_LIFETIME,
            scope: "openid",
            service: false,
            now,
        })?;
        let id_token = self.id_token(&granted, &access_token, now)?;
        Ok(Some(json!({
            "access_token": access_token, "token_type": "Bearer",
            "expires_in": TOKEN_LIFETIME.as_secs(), "scope": "openid email", "id_token": id_token,
        })))
    }

    /// Where the browser goes after signing out: back, if that is a place of the service.
    pub fn signed_out_to(&self, return_to: &str) -> Option<Url> {
        let url = Url::parse(return_to).ok()?;
        let origin = url.origin().ascii_serialization();
        self.picking.origins.contains(&origin).then_some(url)
    }

    fn id_token(
        &self,
        granted: &Granted,
        access_token: &str,
        now: Timestamp,
    ) -> Result<String, ConfigError> {
        let expires = now.checked_add(TOKEN_LIFETIME).map_err(|_| ConfigError::Lifetime)?;
        let mut claims = json!({
            "iss": self.issuer, "sub": granted.person.subject, "aud": CLIENT_ID,
            "iat": now.as_second(), "exp": expires.as_second(), "auth_time": granted.at.as_second(),
            "acr": ACR, "name": granted.person.name,
            "sid": URL_SAFE_NO_PAD.encode(random::<16>()?),
            "at_hash": access_token_hash(&CoreJwsSigningAlgorithm::EdDsa, access_token),
        });
        if let Some(nonce) = &granted.asked.nonce {
            claims["nonce"] = json!(nonce);
        }
        if let Some(email) = &granted.person.email {
            claims["email"] = json!(email);
            claims["email_verified"] = json!(granted.person.email_verified);
        }
        self.sign("JWT", &claims)
    }
}

#[derive(Debug, Error)]
pub enum GrantError {
    #[error(transparent)]
    Unsound(#[from] Unsound),
    #[error(transparent)]
    Failed(#[from] ConfigError),
}
