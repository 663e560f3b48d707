//! Examines a logout token (OpenID Connect Back-Channel Logout 1.0, section 2.6); refuses an ID token in its place.

use super::provider::Provider;
use crate::claims::{self, CLOCK_SKEW};
use crate::rejection::Rejection;
use crate::token::UnverifiedToken;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};
use std::sync::Arc;

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// What an issuer says later than this about a session is a repetition.
const LIFETIME: SignedDuration = SignedDuration::from_mins(10);

/// Which sessions end: those of the issuer's session, or all of the subject's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logout {
    pub issuer: String,
    pub subject: Option<String>,
    pub issuer_session_id: Option<String>,
    /// Each is good once.
    pub token_id: String,
    /// Until when the token could be brought again.
    pub expires_at: Timestamp,
}

pub(super) async fn examine(providers: &[Arc<Provider>], token: &str) -> Result<Logout, Rejection> {
    if token.is_empty() {
        return Err(Rejection::Missing);
    }
    if token.len() > super::id_token::MAX_TOKEN_BYTES {
        return Err(Rejection::TooLarge);
    }
    // Whom it says it is from: a look-up key, until the signature has been checked.
    let unverified = UnverifiedToken::parse(token)?;
    let named = claims::claimed_issuer(&unverified.claims)?.to_owned();
    let provider = providers
        .iter()
        .find(|provider| provider.issuer() == named)
        .ok_or(Rejection::UnknownIssuer)?;
    let token = provider.signed(token, &["logout+jwt", "application/logout+jwt", "JWT"]).await?;
    read(&token.claims, provider)
}

fn read(claims: &Map<String, Value>, provider: &Provider) -> Result<Logout, Rejection> {
    claims::check_audience(claims, provider.client_id())?;
    // What tells it from an ID token, whose claims are otherwise the same.
    if claims.contains_key("nonce") {
        return Err(Rejection::WrongTokenType);
    }
    match claims.get("events") {
        Some(Value::Object(events)) if matches!(events.get(EVENT), Some(Value::Object(_))) => {}
        _ => return Err(Rejection::WrongTokenType),
    }
    let now = provider.now();
    let issued_at = claims::time(claims, "iat")?.ok_or(Rejection::MissingClaim("iat"))?;
    if issued_at.duration_since(now) > CLOCK_SKEW {
        return Err(Rejection::IssuedInTheFuture);
    }
    // Required since the final specification; older issuers leave it out.
    let expires_at = claims::time(claims, "exp")?
        .unwrap_or_else(|| issued_at.saturating_add(LIFETIME).unwrap_or(issued_at));
    if now.duration_since(expires_at) >= CLOCK_SKEW || now.duration_since(issued_at) > LIFETIME {
        return Err(Rejection::Expired);
    }
    let subject = match claims.get("sub") {
        None => None,
        Some(_) => Some(claims::subject(claims)?.to_owned()),
    };
    let issuer_session_id = claims::text(claims, "sid")?.map(str::to_owned);
    if subject.is_none() && issuer_session_id.is_none() {
        return Err(Rejection::MissingClaim("sub"));
    }
    Ok(Logout {
        issuer: provider.issuer().to_owned(),
        subject,
        issuer_session_id,
        token_id: claims::text(claims, "jti")?
            .filter(|id| !id.is_empty())
            .ok_or(Rejection::MissingClaim("jti"))?
            .to_owned(),
        expires_at,
    })
}
