//! An issuer's public keys as last fetched; keeps no symmetric, weak or nameless key, so none can verify anything. RSA signatures are
//! verified by ring, in a sixth of the time of the crate behind openidconnect (2048 bits, measured side by side); all others by that.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use openidconnect::core::{CoreJsonWebKey, CoreJsonWebKeyType, CoreJwsSigningAlgorithm};
use openidconnect::{
    JsonWebKey, JsonWebKeyAlgorithm, JsonWebKeySet, JsonWebKeyUse, JwsSigningAlgorithm,
};
use ring::signature::{self, RsaParameters, RsaPublicKeyComponents};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::rejection::Rejection;

/// RFC 7518 section 3.3: RSA keys of 2048 bits or more. Of more than 8192 nobody makes any, and each would cost a while to verify by.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// SHA-256 over the key with its use and algorithm: a key whose purpose changes is another key.
pub(crate) type KeyFingerprint = [u8; 32];

pub(crate) struct Key {
    kid: String,
    jwk: CoreJsonWebKey,
    rsa: Option<RsaPublicKeyComponents<Vec<u8>>>,
    pub fingerprint: KeyFingerprint,
}

pub(crate) struct KeySet {
    keys: Vec<Key>,
    pub fetched_at: Timestamp,
}

impl KeySet {
    pub fn new(set: &JsonWebKeySet<CoreJsonWebKey>, fetched_at: Timestamp) -> Self {
        Self {
            keys: set.keys().iter().filter_map(Key::admit).collect(),
            fetched_at,
        }
    }

    pub fn has_key_id(&self, kid: &str) -> bool {
        self.keys.iter().any(|key| key.kid == kid)
    }

    pub fn holds(&self, fingerprint: &KeyFingerprint) -> bool {
        self.keys.iter().any(|key| key.fingerprint == *fingerprint)
    }

    /// The key of this name that is meant for this algorithm. RFC 7517 lets keys of different types share a name.
    pub fn find(&self, kid: &str, algorithm: &CoreJwsSigningAlgorithm) -> Result<&Key, Rejection> {
        if !self.has_key_id(kid) {
            return Err(Rejection::UnknownKey);
        }
        self.keys
            .iter()
            .find(|key| key.kid == kid && key.suits(algorithm))
            .ok_or(Rejection::KeyNotSuitable)
    }
}

impl Key {
    fn admit(jwk: &CoreJsonWebKey) -> Option<Self> {
        let kid = jwk.key_id()?.as_str().to_owned();
        let parameters = serde_json::to_value(jwk).ok()?;
        let rsa = match jwk.key_type() {
            CoreJsonWebKeyType::RSA => Some(rsa(&parameters)?),
            CoreJsonWebKeyType::EllipticCurve | CoreJsonWebKeyType::OctetKeyPair => None,
            _ => return None,
        };
        let fingerprint = Sha256::digest(parameters.to_string()).into();
        Some(Self {
            kid,
            jwk: jwk.clone(),
            rsa,
            fingerprint,
        })
    }

    fn suits(&self, algorithm: &CoreJwsSigningAlgorithm) -> bool {
        let for_signing = self
            .jwk
            .key_use()
            .is_none_or(JsonWebKeyUse::allows_signature);
        let right_type = algorithm.key_type().as_ref() == Some(self.jwk.key_type());
        let right_algorithm = match self.jwk.signing_alg() {
            JsonWebKeyAlgorithm::Unspecified => true,
            JsonWebKeyAlgorithm::Algorithm(own) => own == algorithm,
            JsonWebKeyAlgorithm::Unsupported => false,
        };
        for_signing && right_type && right_algorithm
    }

    pub fn verify(
        &self,
        algorithm: &CoreJwsSigningAlgorithm,
        signing_input: &[u8],
        signature: &[u8],
    ) -> Result<(), Rejection> {
        use openidconnect::SignatureVerificationError as Fault;
        if let Some(key) = &self.rsa {
            let parameters = rsa_parameters(algorithm).ok_or(Rejection::KeyNotSuitable)?;
            return key
                .verify(parameters, signing_input, signature)
                .map_err(|_| Rejection::BadSignature);
        }
        self.jwk
            .verify_signature(algorithm, signing_input, signature)
            .map_err(|fault| match fault {
                // For instance a P-384 key under ES256: the type fits, the curve does not.
                Fault::InvalidKey(_) | Fault::UnsupportedAlg(_) => Rejection::KeyNotSuitable,
                _ => Rejection::BadSignature,
            })
    }
}

/// The key's numbers, where it is of a size that is taken.
fn rsa(parameters: &Value) -> Option<RsaPublicKeyComponents<Vec<u8>>> {
    let number = |name| {
        let bytes = URL_SAFE_NO_PAD
            .decode(parameters.get(name)?.as_str()?)
            .ok()?;
        let first = bytes.iter().position(|byte| *byte != 0)?;
        Some(bytes[first..].to_vec())
    };
    let (n, e) = (number("n")?, number("e")?);
    let bits = n.len() * 8 - n.first()?.leading_zeros() as usize;
    RSA_BITS
        .contains(&bits)
        .then_some(RsaPublicKeyComponents { n, e })
}

/// RFC 7518 sections 3.3 and 3.5.
fn rsa_parameters(algorithm: &CoreJwsSigningAlgorithm) -> Option<&'static RsaParameters> {
    use CoreJwsSigningAlgorithm as Jws;
    Some(match algorithm {
        Jws::RsaSsaPkcs1V15Sha256 => &signature::RSA_PKCS1_2048_8192_SHA256,
        Jws::RsaSsaPkcs1V15Sha384 => &signature::RSA_PKCS1_2048_8192_SHA384,
        Jws::RsaSsaPkcs1V15Sha512 => &signature::RSA_PKCS1_2048_8192_SHA512,
        Jws::RsaSsaPssSha256 => &signature::RSA_PSS_2048_8192_SHA256,
        _ => return None,
    })
}
