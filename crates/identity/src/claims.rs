//! Reads and checks the claims of an access token (RFC 9068, RFC 7519); refuses any whose meaning is in doubt.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use crate::config::IssuerConfig;
use crate::identity::ActorKind;
use crate::rejection::Rejection;

/// How far the issuer's clock and ours may be apart.
pub const CLOCK_SKEW: SignedDuration = SignedDuration::from_secs(60);
/// OpenID Connect Core 2: a subject has at most 255 characters. Other words that reach the audit trail have the same bound.
const MAX_TEXT_BYTES: usize = 255;
/// A chain of delegations deeper than this is refused.
const MAX_ACTORS: usize = 2;

/// The claims that matter, in their types.
pub(crate) struct Claims {
    pub issuer: String,
    pub subject: String,
    pub kind: ActorKind,
    /// Who acts for the subject, in the same issuer's terms.
    pub actor: Option<String>,
    pub token_id: Option<String>,
    pub authenticated_at: Option<Timestamp>,
    pub acr: Option<String>,
    pub expires_at: Timestamp,
    pub not_before: Option<Timestamp>,
    pub issued_at: Option<Timestamp>,
    pub scopes: Vec<String>,
}

impl Claims {
    /// Everything that does not depend on the time or the key.
    pub fn read(claims: &Map<String, Value>, config: &IssuerConfig) -> Result<Self, Rejection> {
        check_audience(claims, &config.audience)?;
        let subject = subject(claims)?;
        let client = text(claims, "client_id")?;
        let kind = if client == Some(subject) {
            ActorKind::Service
        } else {
            ActorKind::User
        };
        Ok(Self {
            issuer: config.issuer.clone(),
            subject: subject.to_owned(),
            kind,
            actor: actor(claims, &config.issuer, subject)?.map(str::to_owned),
            token_id: text(claims, "jti")?.map(str::to_owned),
            authenticated_at: time(claims, "auth_time")?,
            acr: text(claims, "acr")?.map(str::to_owned),
            expires_at: time(claims, "exp")?.ok_or(Rejection::MissingClaim("exp"))?,
            not_before: time(claims, "nbf")?,
            issued_at: time(claims, "iat")?,
            scopes: scopes(claims)?,
        })
    }

    /// Asked at every use of a token, also of one whose signature is remembered.
    pub fn check_times(&self, now: Timestamp) -> Result<(), Rejection> {
        if now.duration_since(self.expires_at) >= CLOCK_SKEW {
            return Err(Rejection::Expired);
        }
        let ahead =
            |time: Option<Timestamp>| time.is_some_and(|t| t.duration_since(now) > CLOCK_SKEW);
        if ahead(self.not_before) {
            return Err(Rejection::NotYetValid);
        }
        if ahead(self.issued_at) {
            return Err(Rejection::IssuedInTheFuture);
        }
        // It would stay fresh until then.
        if ahead(self.authenticated_at) {
            return Err(Rejection::AuthenticatedInTheFuture);
        }
        Ok(())
    }
}

/// Which issuer the token says it is from: a look-up key, not a fact, until the signature has been checked.
pub(crate) fn claimed_issuer(claims: &Map<String, Value>) -> Result<&str, Rejection> {
    match claims.get("iss") {
        None => Err(Rejection::MissingClaim("iss")),
        Some(Value::String(issuer)) => Ok(issuer),
        Some(_) => Err(Rejection::Malformed),
    }
}

/// Marks of an ID token, which a client may hold, and of a logout token or another that tells of events (RFC 8417), neither of
/// which grants anything here; told apart where `typ` does not.
pub(crate) fn looks_like_another(claims: &Map<String, Value>) -> bool {
    ["nonce", "at_hash", "c_hash", "events"]
        .iter()
        .any(|name| claims.contains_key(*name))
}

pub(crate) fn check_audience(claims: &Map<String, Value>, ours: &str) -> Result<(), Rejection> {
    let named = match claims.get("aud") {
        None => return Err(Rejection::MissingClaim("aud")),
        Some(Value::String(audience)) => audience == ours,
        Some(Value::Array(audiences)) if audiences.iter().all(Value::is_string) => {
            audiences.iter().any(|audience| audience == ours)
        }
        Some(_) => return Err(Rejection::Malformed),
    };
    if named {
        Ok(())
    } else {
        Err(Rejection::WrongAudience)
    }
}

pub(crate) fn subject(claims: &Map<String, Value>) -> Result<&str, Rejection> {
    match claims.get("sub") {
        None => Err(Rejection::MissingClaim("sub")),
        Some(Value::String(subject)) if !subject.is_empty() && is_plain(subject) => Ok(subject),
        Some(Value::String(_)) => Err(Rejection::InvalidSubject),
        Some(_) => Err(Rejection::Malformed),
    }
}

/// The `act` claim (RFC 8693, section 4.1): the outermost actor acts now; an actor before it is history, and one before that
/// is one too many. An issuer speaks of its own subjects alone.
fn actor<'a>(claims: &'a Map<String, Value>, issuer: &str, acted_for: &str) -> Result<Option<&'a str>, Rejection> {
    let mut deeper = claims.get("act");
    let mut actors = Vec::new();
    while let Some(act) = deeper {
        let Value::Object(act) = act else { return Err(Rejection::InvalidActor) };
        if act.get("iss").is_some_and(|named| named != issuer) || actors.len() == MAX_ACTORS {
            return Err(Rejection::InvalidActor);
        }
        actors.push(subject(act).map_err(|_| Rejection::InvalidActor)?);
        deeper = act.get("act");
    }
    match actors.first() {
        Some(actor) if *actor == acted_for => Err(Rejection::InvalidActor),
        first => Ok(first.copied()),
    }
}

/// An optional short text without control characters: PostgreSQL takes no NUL, and a log line no line break.
pub(crate) fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, Rejection> {
    match claims.get(name) {
        None => Ok(None),
        Some(Value::String(text)) if is_plain(text) => Ok(Some(text)),
        Some(_) => Err(Rejection::Malformed),
    }
}

fn is_plain(text: &str) -> bool {
    text.len() <= MAX_TEXT_BYTES && !text.contains(char::is_control)
}

fn scopes(claims: &Map<String, Value>) -> Result<Vec<String>, Rejection> {
    match claims.get("scope") {
        None => Ok(Vec::new()),
        Some(Value::String(scope)) if !scope.contains(char::is_control) => Ok(scope
            .split(' ')
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()),
        Some(_) => Err(Rejection::Malformed),
    }
}

/// A NumericDate (RFC 7519 section 2): seconds since 1970, which may have a fraction; it is cut off.
pub(crate) fn time(claims: &Map<String, Value>, name: &str) -> Result<Option<Timestamp>, Rejection> {
    let seconds = match claims.get(name) {
        None => return Ok(None),
        Some(Value::Number(number)) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => whole,
            // `as` saturates, and a saturated value is outside of what a Timestamp takes.
            (None, Some(fraction)) => fraction.floor() as i64,
            (None, None) => return Err(Rejection::Malformed),
        },
        Some(_) => return Err(Rejection::Malformed),
    };
    Timestamp::from_second(seconds)
        .map(Some)
        .map_err(|_| Rejection::Malformed)
}
