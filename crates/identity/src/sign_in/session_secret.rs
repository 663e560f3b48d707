//! What a browser's session cookie holds: 256 random bits, of which the database keeps a keyed hash alone.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

#[derive(Clone)]
pub struct SessionSecret([u8; 32]);

impl SessionSecret {
    /// Always a new one at a sign-in: a cookie that was there before is never adopted.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// From a cookie's value. One spelling for each secret.
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

    /// What a page of the same session sends along with every change: no other site can read it, and it opens nothing by itself.
    pub fn csrf_token(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.mac().finalize().into_bytes())
    }

    /// Compared in constant time.
    pub fn is_csrf_token(&self, claimed: &str) -> bool {
        let Ok(claimed) = URL_SAFE_NO_PAD.decode(claimed) else {
            return false;
        };
        self.mac().verify_slice(&claimed).is_ok()
    }

    fn mac(&self) -> Hmac<Sha256> {
        let mut block = [0; 64];
        block[..32].copy_from_slice(&self.0);
        let mut mac = <Hmac<Sha256> as KeyInit>::new(&block.into());
        mac.update(b"csrf");
        mac
    }
}
