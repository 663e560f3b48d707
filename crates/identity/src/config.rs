//! Which issuers are trusted, for which audience; refuses plain HTTP to anything but this machine.

use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;

use openidconnect::url::{Host, Url};
use thiserror::Error;

/// The word that ends an issuer's setting and lets tokens through that do not call themselves access tokens.
const ACCEPT_PLAIN_JWT: &str = "accept-plain-jwt";

/// An issuer whose access tokens are believed, and the audience they must name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerConfig {
    /// Compared with the `iss` claim byte by byte: a trailing slash matters.
    pub issuer: String,
    /// What `aud` must contain: this service's name at the issuer.
    pub audience: String,
    /// Also believe tokens whose header `typ` is absent or `JWT`, for issuers older than RFC 9068.
    pub accept_plain_jwt: bool,
}

impl IssuerConfig {
    /// A checked pair of issuer and audience that accepts RFC 9068 access tokens alone.
    pub fn new(
        issuer: impl Into<String>,
        audience: impl Into<String>,
    ) -> Result<Self, ConfigError> {
        let config = Self {
            issuer: issuer.into(),
            audience: audience.into(),
            accept_plain_jwt: false,
        };
        config.check()?;
        Ok(config)
    }

    /// The issuer as a URL, once the whole setting has been found sound.
    pub(crate) fn check(&self) -> Result<Url, ConfigError> {
        if self.audience.trim().is_empty() {
            return Err(ConfigError::EmptyAudience {
                issuer: self.issuer.clone(),
            });
        }
        issuer_url(&self.issuer)
    }
}

/// Reads `ISSUER AUDIENCE` or `ISSUER AUDIENCE accept-plain-jwt`, parted by white space.
impl FromStr for IssuerConfig {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Self, ConfigError> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let (issuer, audience, accept_plain_jwt) = match words[..] {
            [issuer, audience] => (issuer, audience, false),
            [issuer, audience, ACCEPT_PLAIN_JWT] => (issuer, audience, true),
            _ => {
                return Err(ConfigError::UnreadableIssuer {
                    text: text.to_owned(),
                });
            }
        };
        Ok(Self {
            accept_plain_jwt,
            ..Self::new(issuer, audience)?
        })
    }
}

/// Whether this is an http or https origin to the byte as browsers write it: without a path, a closing slash, capitals or the
/// scheme's own port.
#[must_use]
pub fn is_origin(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.origin().ascii_serialization() == text)
}

/// What is wrong with a setting, or with the development issuer's key file.
#[derive(Debug, Error)]
pub enum ConfigError {
    #[error(
        "no token issuer is configured; name at least one, for example `https://id.example.com https://tickets.example.com`"
    )]
    NoIssuer,
    #[error(
        "cannot read the issuer `{text}`; write `ISSUER AUDIENCE`, for example `https://id.example.com https://tickets.example.com`"
    )]
    UnreadableIssuer { text: String },
    #[error("the issuer `{issuer}` has no audience; name the value its tokens carry in `aud`")]
    EmptyAudience { issuer: String },
    #[error("the issuer `{issuer}` is configured twice")]
    DuplicateIssuer { issuer: String },
    #[error(
        "the issuer `{issuer}` is not a URL without user, query and fragment, such as https://id.example.com"
    )]
    NotAnIssuerUrl { issuer: String },
    #[error("the issuer `{issuer}` must use https; plain http is for loopback hosts alone")]
    PlainHttp { issuer: String },
    #[error(
        "the development issuer `{issuer}` must be on a loopback host, such as http://127.0.0.1:8080"
    )]
    NotLoopback { issuer: String },
    #[error(
        "cannot read the sign-in client `{text}`; write `ISSUER CLIENT_ID` or `ISSUER CLIENT_ID SECRET_FILE`, for example `https://id.example.com ringfence /etc/ringfence/client-secret`"
    )]
    UnreadableClient { text: String },
    #[error("cannot read the client secret file {}", path.display())]
    SecretFile {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error(
        "the public URL `{url}` is not an origin such as https://tickets.example.com; plain http is for loopback hosts alone"
    )]
    NotAPublicUrl { url: String },
    #[error("cannot set up the HTTP client that fetches the issuers' keys")]
    HttpClient(#[source] reqwest::Error),
    #[error("cannot read or write the key file {}", path.display())]
    KeyFile {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("the key file {} can be read by others; run `chmod 600` on it", path.display())]
    KeyFileOpenToOthers { path: PathBuf },
    #[error("the key file {} holds no Ed25519 private key in PEM; remove it and a new one is made", path.display())]
    KeyFileUnreadable { path: PathBuf },
    #[error("the operating system gave no random bytes: {0}")]
    NoRandomness(getrandom::Error),
    #[error("the token could not be signed")]
    Signing,
    #[error("the token's lifetime must be positive and end before the year 10000")]
    Lifetime,
}

fn issuer_url(issuer: &str) -> Result<Url, ConfigError> {
    let not_a_url = || ConfigError::NotAnIssuerUrl {
        issuer: issuer.to_owned(),
    };
    let url = Url::parse(issuer).map_err(|_| not_a_url())?;
    let bare = url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    // The parser forgives surrounding blanks; an `iss` claim compared byte by byte would not.
    if !bare || !url.has_host() || issuer.contains(char::is_whitespace) {
        return Err(not_a_url());
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        "http" => Err(ConfigError::PlainHttp {
            issuer: issuer.to_owned(),
        }),
        _ => Err(not_a_url()),
    }
}

/// The development issuer hands out identities for the asking, so nobody but this machine may reach it.
pub(crate) fn loopback_issuer_url(issuer: &str) -> Result<Url, ConfigError> {
    let url = issuer_url(issuer)?;
    if !is_loopback(&url) {
        return Err(ConfigError::NotLoopback {
            issuer: issuer.to_owned(),
        });
    }
    Ok(url)
}

pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => false,
    }
}
