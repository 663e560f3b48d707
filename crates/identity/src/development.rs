//! A development issuer for `ringfence run`: one key in a file, tokens for the asking; refuses any host but loopback.
//!
//! No HTTP: the documents and the page are served, and the command that prints tokens is found, elsewhere.

mod code_flow;

pub use code_flow::{Asked, GrantError, Person, Unsound};

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use openidconnect::core::{CoreEdDsaPrivateSigningKey, CoreJwsSigningAlgorithm};
use openidconnect::{JsonWebKeyId, PrivateSigningKey};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::config::{ConfigError, loopback_issuer_url};

/// Where the discovery document is to be served, below the issuer's URL.
pub const DISCOVERY_PATH: &str = "/.well-known/openid-configuration";
/// Where people are to be picked, below the issuer's URL.
pub const AUTHORIZATION_PATH: &str = "/authorize";
/// Where codes are to be exchanged, below the issuer's URL.
pub const TOKEN_PATH: &str = "/token";
/// Where browsers are to sign out, below the issuer's URL.
pub const END_SESSION_PATH: &str = "/sign-out";
/// Where the keys are to be served, below the issuer's URL.
pub const JWKS_PATH: &str = "/.well-known/jwks.json";
/// The `client_id` of every token that stands for a person, and of the service where people sign in.
pub const CLIENT_ID: &str = "ringfence-development";

/// PKCS#8 (RFC 8410) around a 32-byte Ed25519 seed: everything that precedes the seed.
const PKCS8_PREFIX: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// What a minted token says.
#[derive(Debug, Clone)]
pub struct TokenRequest<'a> {
    pub subject: &'a str,
    /// From `now` on.
    pub lifetime: SignedDuration,
    /// Words parted by spaces; may be empty.
    pub scope: &'a str,
    /// A service's token names the subject as its own client.
    pub service: bool,
    pub now: Timestamp,
}

/// An issuer that any process with the same key file can mint for.
pub struct DevelopmentIssuer {
    issuer: String,
    audience: String,
    key: CoreEdDsaPrivateSigningKey,
    kid: String,
    public_key: String,
    picking: code_flow::Picking,
}

impl DevelopmentIssuer {
    /// Opens the key file, or makes it from the operating system's randomness, readable by its owner alone.
    pub fn open(key_file: &Path, issuer_url: &str, audience: &str) -> Result<Self, ConfigError> {
        loopback_issuer_url(issuer_url)?;
        let unreadable = || ConfigError::KeyFileUnreadable {
            path: key_file.to_owned(),
        };
        let pem = match read_key(key_file)? {
            Some(pem) => pem,
            None => create_key(key_file)?,
        };
        let nameless = CoreEdDsaPrivateSigningKey::from_ed25519_pem(pem.expose_secret(), None)
            .map_err(|_| unreadable())?;
        let jwk = serde_json::to_value(nameless.as_verification_key()).map_err(|_| unreadable())?;
        let public_key = jwk["x"].as_str().ok_or_else(unreadable)?.to_owned();
        let kid = thumbprint(&public_key);
        let key = CoreEdDsaPrivateSigningKey::from_ed25519_pem(
            pem.expose_secret(),
            Some(JsonWebKeyId::new(kid.clone())),
        )
        .map_err(|_| unreadable())?;
        Ok(Self {
            issuer: issuer_url.to_owned(),
            audience: audience.to_owned(),
            key,
            kid,
            public_key,
            picking: code_flow::Picking::new(Vec::new(), Vec::new()),
        })
    }

    /// Lets browsers sign in as these people; codes go to these redirect URIs alone.
    #[must_use]
    pub fn with_sign_in(self, people: Vec<Person>, redirects: Vec<String>) -> Self {
        Self {
            picking: code_flow::Picking::new(people, redirects),
            ..self
        }
    }

    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    pub fn audience(&self) -> &str {
        &self.audience
    }

    /// OpenID Connect Discovery.
    pub fn discovery_document(&self) -> Value {
        let base = self.issuer.trim_end_matches('/');
        json!({
            "issuer": self.issuer,
            "jwks_uri": format!("{base}{JWKS_PATH}"),
            "authorization_endpoint": format!("{base}{AUTHORIZATION_PATH}"),
            "token_endpoint": format!("{base}{TOKEN_PATH}"),
            "end_session_endpoint": format!("{base}{END_SESSION_PATH}"),
            "scopes_supported": ["openid", "email"],
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code"],
            "token_endpoint_auth_methods_supported": ["none"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": true,
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["EdDSA"],
        })
    }

    pub fn jwks(&self) -> Value {
        json!({"keys": [{
            "kty": "OKP", "crv": "Ed25519", "x": self.public_key,
            "kid": self.kid, "use": "sig", "alg": "EdDSA",
        }]})
    }

    /// An RFC 9068 access token.
    pub fn mint(&self, request: &TokenRequest<'_>) -> Result<String, ConfigError> {
        let now = request.now.as_second();
        let expires = request
            .now
            .checked_add(request.lifetime)
            .map_err(|_| ConfigError::Lifetime)?;
        if expires.as_second() <= now {
            return Err(ConfigError::Lifetime);
        }
        let client_id = if request.service {
            request.subject
        } else {
            CLIENT_ID
        };
        let claims = json!({
            "iss": self.issuer, "sub": request.subject, "aud": self.audience,
            "exp": expires.as_second(), "iat": now, "nbf": now, "auth_time": now,
            "jti": URL_SAFE_NO_PAD.encode(random::<16>()?),
            "client_id": client_id,
            "acr": code_flow::ACR,
            "scope": request.scope,
        });
        self.sign("at+jwt", &claims)
    }

    /// A token of any type that says anything, such as a logout token.
    pub fn sign(&self, typ: &str, claims: &Value) -> Result<String, ConfigError> {
        let header = json!({"typ": typ, "alg": "EdDSA", "kid": self.kid});
        let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let signing_input = format!("{}.{}", encode(&header), encode(claims));
        let signature = self
            .key
            .sign(&CoreJwsSigningAlgorithm::EdDsa, signing_input.as_bytes())
            .map_err(|_| ConfigError::Signing)?;
        Ok(format!(
            "{signing_input}.{}",
            URL_SAFE_NO_PAD.encode(signature)
        ))
    }
}

impl fmt::Debug for DevelopmentIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DevelopmentIssuer")
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}

fn read_key(path: &Path) -> Result<Option<SecretString>, ConfigError> {
    match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(source) => {
            return Err(ConfigError::KeyFile {
                path: path.to_owned(),
                source,
            });
        }
        Ok(metadata) if metadata.permissions().mode() & 0o077 != 0 => {
            return Err(ConfigError::KeyFileOpenToOthers {
                path: path.to_owned(),
            });
        }
        Ok(_) => {}
    }
    let pem = fs::read_to_string(path).map_err(|source| ConfigError::KeyFile {
        path: path.to_owned(),
        source,
    })?;
    Ok(Some(pem.into()))
}

/// Writes beside the file and links it into place, so that two processes starting at once end with one whole key.
fn create_key(path: &Path) -> Result<SecretString, ConfigError> {
    let failed = |source| ConfigError::KeyFile {
        path: path.to_owned(),
        source,
    };
    let mut der = PKCS8_PREFIX.to_vec();
    der.extend_from_slice(&random::<32>()?);
    let pem: SecretString = format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        STANDARD.encode(der)
    )
    .into();

    let draft = draft_path(path)?;
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)
        .and_then(|mut file| {
            file.write_all(pem.expose_secret().as_bytes())?;
            file.sync_all()
        })
        .and_then(|()| fs::hard_link(&draft, path));
    let _ = fs::remove_file(&draft);
    match written {
        Ok(()) => Ok(pem),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            read_key(path)?.ok_or_else(|| failed(error))
        }
        Err(error) => Err(failed(error)),
    }
}

fn draft_path(path: &Path) -> Result<PathBuf, ConfigError> {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}", URL_SAFE_NO_PAD.encode(random::<9>()?)));
    Ok(name.into())
}

/// RFC 7638: the key names itself, so that a new key never goes by an old one's name.
fn thumbprint(public_key: &str) -> String {
    let members = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{public_key}"}}"#);
    URL_SAFE_NO_PAD.encode(Sha256::digest(members))
}

fn random<const N: usize>() -> Result<[u8; N], ConfigError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(ConfigError::NoRandomness)?;
    Ok(bytes)
}
