//! The one function that makes a `VerifiedIdentity` from a token; refuses a token at the first check that fails.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use sha2::{Digest, Sha256};

use crate::claims::{self, Claims};
use crate::clock::Clock;
use crate::config::{ConfigError, IssuerConfig};
use crate::identity::VerifiedIdentity;
use crate::issuer::Issuer;
use crate::keys::KeyFingerprint;
use crate::rejection::Rejection;
use crate::token::{MAX_TOKEN_BYTES, UnverifiedToken};

/// Bounded, so that many tokens cost the oldest their place and not the process its memory.
const REMEMBERED_TOKENS: u64 = 10_000;

/// Verifies access tokens of the configured issuers.
pub struct Verifier {
    issuers: HashMap<String, Arc<Issuer>>,
    clock: Clock,
    /// Tokens whose signature was right, by the SHA-256 of the whole token. The token itself is not kept.
    verified: Cache<[u8; 32], Arc<Verified>>,
}

struct Verified {
    claims: Arc<Claims>,
    issuer: Arc<Issuer>,
    key: KeyFingerprint,
}

impl Verifier {
    /// Checks the settings; nothing is fetched before the first token asks for it.
    pub fn new(issuers: Vec<IssuerConfig>, clock: Clock) -> Result<Self, ConfigError> {
        if issuers.is_empty() {
            return Err(ConfigError::NoIssuer);
        }
        let mut by_name = HashMap::with_capacity(issuers.len());
        for config in issuers {
            let name = config.issuer.clone();
            let issuer = Arc::new(Issuer::new(config, clock.clone())?);
            if by_name.insert(name.clone(), issuer).is_some() {
                return Err(ConfigError::DuplicateIssuer { issuer: name });
            }
        }
        Ok(Self {
            issuers: by_name,
            clock,
            // By the last use: tokens follow one another, and how often one was seen says little of how long it is shown.
            verified: Cache::builder().max_capacity(REMEMBERED_TOKENS).eviction_policy(EvictionPolicy::lru()).build(),
        })
    }

    /// Whose tokens are believed.
    pub fn issuers(&self) -> impl Iterator<Item = &str> {
        self.issuers.keys().map(String::as_str)
    }

    /// `bearer` is the token alone, without the word `Bearer`.
    pub async fn verify(&self, bearer: &str) -> Result<VerifiedIdentity, Rejection> {
        if bearer.is_empty() {
            return Err(Rejection::Missing);
        }
        if bearer.len() > MAX_TOKEN_BYTES {
            return Err(Rejection::TooLarge);
        }
        let digest: [u8; 32] = Sha256::digest(bearer).into();
        if let Some(known) = self.verified.get(&digest) {
            known.claims.check_times(self.clock.now())?;
            if known.issuer.keys().await?.holds(&known.key) {
                return Ok(VerifiedIdentity::from_verified(Arc::clone(&known.claims)));
            }
            // The issuer has withdrawn the key; the token has to stand the whole examination again.
            self.verified.invalidate(&digest);
        }
        let verified = self.examine(bearer).await?;
        let identity = VerifiedIdentity::from_verified(Arc::clone(&verified.claims));
        self.verified.insert(digest, Arc::new(verified));
        Ok(identity)
    }

    /// Cheap checks first, so that a token which cannot be right causes neither a fetch nor a computation.
    async fn examine(&self, bearer: &str) -> Result<Verified, Rejection> {
        let token = UnverifiedToken::parse(bearer)?;
        let name = claims::claimed_issuer(&token.claims)?;
        let issuer = self.issuers.get(name).ok_or(Rejection::UnknownIssuer)?;
        let header = &token.header;
        let plain = issuer.config.accept_plain_jwt
            && header.is_plain_jwt()
            && !claims::looks_like_another(&token.claims);
        if !header.is_access_token() && !plain {
            return Err(Rejection::WrongTokenType);
        }
        let claims = Claims::read(&token.claims, &issuer.config)?;
        claims.check_times(self.clock.now())?;

        let keys = issuer.keys_naming(&header.key_id).await?;
        let key = keys.find(&header.key_id, &header.algorithm)?;
        key.verify(&header.algorithm, token.signing_input, &token.signature)?;
        Ok(Verified {
            claims: Arc::new(claims),
            issuer: Arc::clone(issuer),
            key: key.fingerprint,
        })
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let issuers: Vec<&String> = self.issuers.keys().collect();
        f.debug_struct("Verifier")
            .field("issuers", &issuers)
            .finish_non_exhaustive()
    }
}
