//! What a caller shows: an issuer's token, proven here, or a secret of ours, which the database alone can prove. A secret is
//! known by its keyed hash from the moment it is read; nothing here keeps or prints one.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::identity::{ActorKind, VerifiedIdentity};

/// What secret scanners look for: `rft_`, the tenant in 32 hexadecimal digits, the secret in 64, a checksum in 8.
pub const API_TOKEN_PREFIX: &str = "rft_";

/// The keyed hash of a secret (HMAC-SHA256): what the database keeps in its place.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    #[must_use]
    pub const fn new(hash: [u8; 32]) -> Self {
        Self(hash)
    }

    #[must_use]
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash")
    }
}

/// Who asks to enter, before a tenant has looked.
#[derive(Debug, Clone)]
pub enum Credential {
    /// An issuer's token, verified.
    Bearer(VerifiedIdentity),
    /// The secret of a browser's cookie.
    Session(SecretHash),
    /// One of our own tokens, and the tenant that it says it belongs to; it opens none but that one.
    ApiToken { tenant: [u8; 16], hash: SecretHash },
}

impl Credential {
    /// How the caller was authenticated, for the trail.
    #[must_use]
    pub const fn method(&self) -> &'static str {
        match self {
            Self::Bearer(_) => "bearer",
            Self::Session(_) => "session",
            Self::ApiToken { .. } => "api_token",
        }
    }

    /// What the credential itself says; for a secret of ours the database says it at the entry.
    #[must_use]
    pub fn kind(&self) -> ActorKind {
        match self {
            Self::Bearer(identity) => identity.kind(),
            Self::Session(_) => ActorKind::User,
            Self::ApiToken { .. } => ActorKind::Service,
        }
    }

    #[must_use]
    pub fn token_id(&self) -> Option<&str> {
        match self {
            Self::Bearer(identity) => identity.token_id(),
            Self::Session(_) | Self::ApiToken { .. } => None,
        }
    }

    /// One text for one credential: for what is counted or remembered by credential. It opens nothing.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        match self {
            Self::Bearer(identity) => {
                format!("{}\n{}\n{}\n{}", identity.issuer(), identity.subject(), identity.token_id().unwrap_or_default(), identity.expires_at())
            }
            Self::Session(hash) => format!("session\n{hash}"),
            Self::ApiToken { hash, .. } => format!("api_token\n{hash}"),
        }
    }
}

/// An API token as it was shown: well formed, and no more than that.
pub struct PresentedApiToken {
    pub tenant: [u8; 16],
    pub secret: [u8; 32],
}

impl PresentedApiToken {
    /// A new one of this tenant's, its secret from the operating system's randomness.
    ///
    /// # Errors
    /// When the operating system has none to give.
    pub fn generate(tenant: [u8; 16]) -> Result<Self, getrandom::Error> {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret)?;
        Ok(Self { tenant, secret })
    }

    /// None: not of this form, or mistyped.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix(API_TOKEN_PREFIX)?.split('_');
        let (tenant, secret, checksum) = (parts.next()?, parts.next()?, parts.next()?);
        let presented = Self { tenant: from_hex(tenant)?, secret: from_hex(secret)? };
        (parts.next().is_none() && from_hex(checksum)? == presented.checksum()).then_some(presented)
    }

    /// The token in full: shown once, to whoever made it.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{API_TOKEN_PREFIX}{}_{}_{}", hex(&self.tenant), hex(&self.secret), hex(&self.checksum()))
    }

    fn checksum(&self) -> [u8; 4] {
        let digest = Sha256::new().chain_update(self.tenant).chain_update(self.secret).finalize();
        [digest[0], digest[1], digest[2], digest[3]]
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Lower case alone: one token has one spelling.
fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != 2 * N || !text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::PresentedApiToken;

    #[test]
    fn a_token_is_read_back_as_it_was_shown() {
        let token = PresentedApiToken { tenant: [7; 16], secret: [9; 32] };
        let read = PresentedApiToken::parse(&token.text()).expect("a token");
        assert_eq!((read.tenant, read.secret), (token.tenant, token.secret));
    }

    #[test]
    fn a_mistyped_token_is_none() {
        let text = PresentedApiToken { tenant: [7; 16], secret: [9; 32] }.text();
        for place in 4..text.len() {
            let mut other = text.clone().into_bytes();
            other[place] = if other[place] == b'1' { b'2' } else { b'1' };
            assert!(PresentedApiToken::parse(std::str::from_utf8(&other).expect("ASCII")).is_none(), "{place}");
        }
        for other in [text.to_uppercase(), format!("{text}_"), format!("{text} "), text[..text.len() - 1].to_owned(), String::new()] {
            assert!(PresentedApiToken::parse(&other).is_none());
        }
    }
}
