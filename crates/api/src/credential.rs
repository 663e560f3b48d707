//! Which credential a request shows: an Authorization header or a session's cookie, and never both. It proves what can be proven
//! without a database; a secret of ours is proven at the entry.

use crate::problem::Kind;
use crate::sign_in::cookies::{self, Brought};
use crate::sign_in::{Entrance, csrf};
use actix_web::HttpRequest;
use actix_web::http::header;
use ringfence_identity::credential::{API_TOKEN_PREFIX, PresentedApiToken};
use ringfence_identity::sign_in::SessionSecret;
use ringfence_identity::{Credential, Rejection, Verifier};
use ringfence_store::Database;

/// A credential, and the secret of the cookie that it is made of.
pub struct Shown {
    pub credential: Credential,
    pub secret: Option<SessionSecret>,
}

/// Why none is believed: what the client sees, and the word for the trail. Of an issuer that does not answer the client is told no
/// more than to come again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turned {
    pub kind: Kind,
    pub code: &'static str,
}

impl From<Rejection> for Turned {
    fn from(rejection: Rejection) -> Self {
        let kind = if rejection == Rejection::IssuerUnavailable { Kind::Unavailable } else { Kind::Unauthenticated };
        Self { kind, code: rejection.code() }
    }
}

/// # Errors
/// Why the request is turned away.
pub async fn shown(request: &HttpRequest, verifier: &Verifier, database: &Database, entrance: &Entrance) -> Result<Shown, Turned> {
    let mut headers = request.headers().get_all(header::AUTHORIZATION);
    match (headers.next(), headers.next(), cookies::session(request)) {
        (None, _, Brought::Nothing) => Err(Rejection::Missing.into()),
        (None, _, Brought::Nonsense) => Err(Turned { kind: Kind::Unauthenticated, code: "credential_invalid" }),
        (None, _, Brought::One(secret)) if csrf::is_meant(request, entrance, &secret) => {
            Ok(Shown { credential: Credential::Session(database.credential_hash("session", secret.bytes())), secret: Some(secret) })
        }
        (None, _, Brought::One(_)) => Err(Turned { kind: Kind::Forbidden, code: "csrf_required" }),
        // Whoever shows two might be taken for either.
        (Some(_), _, Brought::One(_) | Brought::Nonsense) => Err(Turned { kind: Kind::InvalidRequest, code: "two_credentials" }),
        (Some(_), Some(_), Brought::Nothing) => Err(Rejection::Missing.into()),
        (Some(value), None, Brought::Nothing) => {
            // The scheme is case-insensitive (RFC 9110, section 11.1).
            let (_, token) = value.to_str().ok().and_then(|v| v.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).ok_or(Rejection::Missing)?;
            Ok(Shown { credential: bearer(token.trim(), verifier, database).await?, secret: None })
        }
    }
}

async fn bearer(token: &str, verifier: &Verifier, database: &Database) -> Result<Credential, Rejection> {
    if token.starts_with(API_TOKEN_PREFIX) {
        let token = PresentedApiToken::parse(token).ok_or(Rejection::Malformed)?;
        return Ok(Credential::ApiToken { tenant: token.tenant, hash: database.credential_hash("api_token", &token.secret) });
    }
    verifier.verify(token).await.map(Credential::Bearer)
}
