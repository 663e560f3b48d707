//! Signing in for a browser: authorization code with PKCE (RFC 7636), state, nonce and the issuer's name in the answer (RFC 9207).
//! It keeps nothing: what has to last between the way out and the way back is derived from one secret that the browser holds.

mod attempt;
mod client;
mod id_token;
mod logout_token;
mod provider;
mod session_secret;

pub use attempt::AttemptSecret;
pub use client::SignInClient;
pub(crate) use id_token::access_token_hash;
pub use logout_token::Logout;
pub use session_secret::SessionSecret;

use crate::clock::Clock;
use crate::config::{ConfigError, is_loopback};
use crate::identity::VerifiedIdentity;
use crate::rejection::Rejection;
use jiff::{SignedDuration, Timestamp};
use openidconnect::RedirectUrl;
use openidconnect::url::Url;
use provider::Provider;
use sha2::{Digest, Sha256};
use std::fmt;
use std::sync::Arc;
use thiserror::Error;

/// Where an issuer sends the browser back to, below the service's public URL. Exact: nothing else is ever registered. Where there
/// are several, one that does not name itself in its answers (RFC 9207) has a place of its own below this, so that none can pass
/// another's answer off as its own (RFC 9700, section 4.4).
pub const CALLBACK_PATH: &str = "/v1/auth/callback";

/// Longer than any page's address needs to be.
const MAX_RETURN_TO_BYTES: usize = 2000;

/// What a sign-in must come to, beyond knowing the person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// The person must have proven themselves no longer ago than this.
    pub max_age: Option<SignedDuration>,
    /// The authentication context that must be reached, in the issuer's words.
    pub acr: Option<String>,
}

/// What the browser brought back from the issuer.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    pub code: &'a str,
    pub back: Back<'a>,
}

/// Whose answer it is, by what the issuer cannot choose alone.
#[derive(Debug, Clone, Copy)]
pub struct Back<'a> {
    /// RFC 9207: who says they answer.
    pub iss: Option<&'a str>,
    /// The issuer whose own place the browser came back to.
    pub place: Option<&'a str>,
}

/// Somebody signed in, as the issuer's ID token proves.
#[derive(Debug, Clone)]
pub struct SignedIn {
    pub identity: VerifiedIdentity,
    /// An address that the issuer says is this person's; absent unless it says so in so many words.
    pub verified_email: Option<String>,
    /// The issuer's name for its own session (`sid`), by which it may end this one.
    pub issuer_session_id: Option<String>,
    /// Absent where the issuer does not say: then nobody knows how long ago it was.
    pub authenticated_at: Option<Timestamp>,
    pub acr: Option<String>,
    /// For signing out at the issuer; it opens nothing here.
    pub id_token: String,
}

/// Why nobody was signed in. No text repeats anything that a browser or an issuer said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SignInError {
    #[error("there is no sign-in by this issuer")]
    UnknownIssuer,
    #[error("the issuer does not answer")]
    Unavailable,
    #[error("the answer comes from another issuer than was asked")]
    IssuerMixedUp,
    #[error("the issuer says that it names itself in its answers, and this one does not")]
    IssuerUnnamed,
    #[error("the issuer took neither the code nor who brings it")]
    CodeRefused,
    #[error("the issuer's answer holds no ID token")]
    NoIdToken,
    #[error("the ID token answers another question")]
    WrongNonce,
    #[error("the ID token was made for another client")]
    WrongParty,
    #[error("the ID token belongs to another access token")]
    WrongAccessToken,
    #[error("the person proved themselves too long ago")]
    TooLongAgo,
    #[error("the person did not prove themselves as strongly as asked")]
    NotStrongEnough,
    #[error("the ID token is refused: {0}")]
    IdToken(#[from] Rejection),
}

impl SignInError {
    /// A stable word for the audit trail.
    pub fn code(self) -> &'static str {
        match self {
            Self::UnknownIssuer => "unknown_issuer",
            Self::Unavailable | Self::IdToken(Rejection::IssuerUnavailable) => "issuer_unavailable",
            Self::IssuerMixedUp => "issuer_mixed_up",
            Self::IssuerUnnamed => "issuer_unnamed",
            Self::CodeRefused => "code_refused",
            Self::NoIdToken => "no_id_token",
            Self::WrongNonce => "wrong_nonce",
            Self::WrongParty => "wrong_party",
            Self::WrongAccessToken => "wrong_access_token",
            Self::TooLongAgo => "authenticated_too_long_ago",
            Self::NotStrongEnough => "authenticated_too_weakly",
            Self::IdToken(rejection) => rejection.code(),
        }
    }
}

/// The issuers by which people sign in.
pub struct SignIn {
    providers: Vec<Arc<Provider>>,
    public_url: Url,
    redirect: RedirectUrl,
}

impl SignIn {
    /// Checks the settings; nothing is fetched before the first sign-in asks for it.
    pub fn new(
        clients: Vec<SignInClient>,
        public_url: &str,
        clock: &Clock,
    ) -> Result<Self, ConfigError> {
        let not_public = || ConfigError::NotAPublicUrl {
            url: public_url.to_owned(),
        };
        let parsed = Url::parse(public_url).map_err(|_| not_public())?;
        let origin = parsed.origin().ascii_serialization();
        let safe = parsed.scheme() == "https" || (parsed.scheme() == "http" && is_loopback(&parsed));
        // Written as browsers write an origin, so that the redirect URI is the registered one to the byte.
        if !safe || public_url.trim_end_matches('/') != origin {
            return Err(not_public());
        }
        let redirect =
            RedirectUrl::new(format!("{origin}{CALLBACK_PATH}")).map_err(|_| not_public())?;
        let mut providers: Vec<Arc<Provider>> = Vec::with_capacity(clients.len());
        for client in clients {
            if providers.iter().any(|known| known.issuer() == client.issuer) {
                return Err(ConfigError::DuplicateIssuer {
                    issuer: client.issuer,
                });
            }
            providers.push(Arc::new(Provider::new(client, clock.clone())?));
        }
        Ok(Self {
            providers,
            public_url: parsed,
            redirect,
        })
    }

    /// In the order of the settings.
    pub fn issuers(&self) -> impl Iterator<Item = &str> {
        self.providers.iter().map(|provider| provider.issuer())
    }

    /// Where browsers find the service: an origin.
    pub fn public_origin(&self) -> String {
        self.public_url.origin().ascii_serialization()
    }

    /// Where a browser may be sent after signing in or out: a path of the service, or a page of an origin that may call it.
    /// Returns the whole URL. None for everything else: the service sends nobody where somebody else says.
    pub fn return_to(&self, asked: &str, origins: &[String]) -> Option<Url> {
        let plain = asked.len() <= MAX_RETURN_TO_BYTES
            && !asked.contains(|c: char| c.is_control() || c.is_whitespace() || c == '\\');
        if !plain {
            return None;
        }
        // Read as browsers read it: what looks like a path may name a host.
        let url = self.public_url.join(asked).ok()?;
        let origin = url.origin().ascii_serialization();
        let ours = asked.starts_with('/') && origin == self.public_origin();
        let listed = origins.contains(&origin) || origin == self.public_origin();
        let absolute = asked.starts_with("https://") || asked.starts_with("http://");
        let bare = url.username().is_empty() && url.password().is_none();
        (bare && (ours || (absolute && listed))).then_some(url)
    }

    /// Where to send the browser.
    pub async fn begin(
        &self,
        issuer: &str,
        asked: &Asked,
        attempt: &AttemptSecret,
    ) -> Result<Url, SignInError> {
        let provider = self.provider(issuer)?;
        let redirect = self.redirect_to(provider).await?;
        provider.authorization_url(&redirect, asked, attempt).await
    }

    /// Refuses what another issuer says in the name of the one asked: also of an answer that brings an error.
    pub async fn check_who_answers(&self, issuer: &str, back: Back<'_>) -> Result<(), SignInError> {
        let provider = self.provider(issuer)?;
        if back.place.map(str::to_owned) != self.place_of(provider).await? {
            return Err(SignInError::IssuerMixedUp);
        }
        provider.check_who_answers(back.iss).await
    }

    /// Exchanges the code and examines the ID token. `issuer` and `asked` are what the attempt was begun with.
    pub async fn complete(
        &self,
        issuer: &str,
        answer: Answer<'_>,
        asked: &Asked,
        attempt: &AttemptSecret,
    ) -> Result<SignedIn, SignInError> {
        let provider = self.provider(issuer)?;
        self.check_who_answers(issuer, answer.back).await?;
        let redirect = self.redirect_to(provider).await?;
        let tokens = provider.exchange(&redirect, answer.code, attempt).await?;
        provider.examine(&tokens, asked, &attempt.nonce()).await
    }

    /// Whose sessions an issuer ends (OpenID Connect Back-Channel Logout 1.0, section 2.6).
    pub async fn logout(&self, token: &str) -> Result<Logout, Rejection> {
        logout_token::examine(&self.providers, token).await
    }

    /// Where the browser signs out at the issuer, if the issuer offers that.
    pub async fn end_session_url(
        &self,
        issuer: &str,
        id_token_hint: Option<&str>,
        return_to: &str,
    ) -> Option<Url> {
        let provider = self.provider(issuer).ok()?;
        provider.end_session_url(id_token_hint, return_to).await
    }

    /// The redirect URI that is registered at this issuer.
    async fn redirect_to(&self, provider: &Arc<Provider>) -> Result<RedirectUrl, SignInError> {
        Ok(match self.place_of(provider).await? {
            None => self.redirect.clone(),
            Some(place) => RedirectUrl::new(format!("{}/{place}", self.redirect.as_str())).map_err(|_| SignInError::UnknownIssuer)?,
        })
    }

    async fn place_of(&self, provider: &Arc<Provider>) -> Result<Option<String>, SignInError> {
        let told_apart = self.providers.len() == 1 || provider.names_itself().await?;
        Ok((!told_apart).then(|| place(provider.issuer())))
    }

    fn provider(&self, issuer: &str) -> Result<&Arc<Provider>, SignInError> {
        self.providers
            .iter()
            .find(|provider| provider.issuer() == issuer)
            .ok_or(SignInError::UnknownIssuer)
    }
}

/// An issuer's own place: the first 16 hexadecimal digits of the SHA-256 of its name.
pub fn place(issuer: &str) -> String {
    Sha256::digest(issuer).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let issuers: Vec<&str> = self.issuers().collect();
        f.debug_struct("SignIn")
            .field("issuers", &issuers)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::SignIn;
    use crate::clock::Clock;

    #[test]
    fn nobody_is_sent_where_somebody_else_says() {
        let Ok(sign_in) = SignIn::new(Vec::new(), "https://tickets.example.com", &Clock::system()) else {
            panic!("a sound setting");
        };
        let origins = ["https://support.example.com".to_owned()];
        let go = |asked: &str| sign_in.return_to(asked, &origins).map(|url| url.to_string());
        for (asked, leads) in [
            ("/", "https://tickets.example.com/"),
            ("/a/b?c=d#e", "https://tickets.example.com/a/b?c=d#e"),
            ("https://support.example.com/in", "https://support.example.com/in"),
            ("https://tickets.example.com/in", "https://tickets.example.com/in"),
        ] {
            assert_eq!(go(asked).as_deref(), Some(leads));
        }
        for asked in [
            "", "a", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "https:evil.example", "https:/evil.example",
            "https://evil.example", "https://support.example.com.evil.example", "https://support.example.com:8443/", "http://support.example.com",
            "https://support.example.com@evil.example", "https://me:it@support.example.com/", "javascript:alert(1)", "data:text/html,x",
            "/\t/evil.example", " /a", "/a\r\nSet-Cookie: b=c", "ftp://support.example.com/", "?next=/", "#a",
        ] {
            assert_eq!(go(asked), None, "{asked:?}");
        }
    }

    #[test]
    fn a_public_url_is_an_origin_and_plain_http_is_for_this_machine() {
        let made = |url: &str| SignIn::new(Vec::new(), url, &Clock::system()).is_ok();
        for url in ["https://tickets.example.com", "https://tickets.example.com/", "http://127.0.0.1:8080", "http://localhost:8080", "https://t.example:8443"] {
            assert!(made(url), "{url}");
        }
        for url in ["http://tickets.example.com", "https://tickets.example.com/app", "https://tickets.example.com?a", "tickets.example.com", "https://TICKETS.example.com", "https://tickets.example.com:443", "ftp://tickets.example.com", "https://a@tickets.example.com"] {
            assert!(!made(url), "{url}");
        }
    }
}
