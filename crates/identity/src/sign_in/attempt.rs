//! What ties the way back from an issuer to the browser that went there: one secret, and everything else derived from it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use openidconnect::PkceCodeVerifier;
use sha2::Sha256;

/// Lives in a cookie for as long as the sign-in lasts. State, nonce and code verifier follow from it by HMAC-SHA256, so that
/// none of them has to be kept, and none says anything about the others.
#[derive(Clone)]
pub struct AttemptSecret([u8; 32]);

impl AttemptSecret {
    pub fn generate() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// From a cookie's value.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        bytes.try_into().ok().map(Self)
    }

    /// A cookie's value.
    pub fn expose(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The `state` parameter (RFC 6749, section 10.12).
    pub fn state(&self) -> String {
        self.derive("state")
    }

    /// Compared in constant time.
    pub fn is_state(&self, state: &str) -> bool {
        let Ok(claimed) = URL_SAFE_NO_PAD.decode(state) else {
            return false;
        };
        self.mac("state").verify_slice(&claimed).is_ok()
    }

    pub(super) fn nonce(&self) -> String {
        self.derive("nonce")
    }

    /// 43 characters of the alphabet that RFC 7636 section 4.1 allows.
    pub(super) fn code_verifier(&self) -> PkceCodeVerifier {
        PkceCodeVerifier::new(self.derive("code_verifier"))
    }

    fn derive(&self, what: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.mac(what).finalize().into_bytes())
    }

    fn mac(&self, what: &str) -> Hmac<Sha256> {
        let mut block = [0; 64];
        block[..32].copy_from_slice(&self.0);
        let mut mac = <Hmac<Sha256> as KeyInit>::new(&block.into());
        mac.update(what.as_bytes());
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::AttemptSecret;

    #[test]
    fn state_nonce_and_verifier_differ_and_belong_to_one_secret() {
        let (one, other) = (AttemptSecret([1; 32]), AttemptSecret([2; 32]));
        let derived = [
            one.state(),
            one.nonce(),
            one.code_verifier().secret().clone(),
            one.expose(),
        ];
        for (i, text) in derived.iter().enumerate() {
            assert_eq!(text.len(), 43);
            assert!(!derived[..i].contains(text));
        }
        assert!(one.is_state(&one.state()) && !one.is_state(&other.state()));
        assert!(!one.is_state("") && !one.is_state("!"));
        assert_eq!(
            AttemptSecret::parse(&one.expose()).map(|same| same.state()),
            Some(one.state())
        );
        assert!(AttemptSecret::parse("short").is_none());
    }
}
