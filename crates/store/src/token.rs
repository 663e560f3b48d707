//! Mints the token that `ringfence.enter` exchanges for a tenant's context: one request, one minute.

use crate::credentials::TokenKey;
use hmac::{Hmac, KeyInit, Mac};
use ringfence_domain::{IdentityId, MemberId, RequestId, TenantId};
use ringfence_identity::SecretHash;
use sha2::Sha256;
use std::fmt::Write;
use uuid::Uuid;

/// Seconds that a token holds: longer than any request waits for a connection.
const LIFETIME: i64 = 60;

/// What the token says of who asks, in the database's terms.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Proof {
    Identity(IdentityId),
    Session(SecretHash),
    ApiToken(SecretHash),
}

/// Who acts for whom.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Acting {
    /// The caller for themselves.
    #[default]
    Alone,
    /// The credential is the subject's; this identity acts for them (RFC 8693, `act`).
    ForSubject { actor: IdentityId },
    /// The credential is the actor's; they act for this member (`Act-As`).
    ForMember { subject: MemberId },
}

impl TokenKey {
    /// tenant|credential|acting|request|expiry|nonce|kid|HMAC-SHA256 in hex. A bind parameter, never a setting, never a log line.
    pub(crate) fn mint(&self, tenant: TenantId, proof: Proof, acting: Acting, request: RequestId, now: jiff::Timestamp) -> String {
        let credential = match proof {
            Proof::Identity(identity) => format!("i:{identity}"),
            Proof::Session(hash) => format!("s:{hash}"),
            Proof::ApiToken(hash) => format!("t:{hash}"),
        };
        let acting = match acting {
            Acting::Alone => String::new(),
            Acting::ForSubject { actor } => format!("a:{actor}"),
            Acting::ForMember { subject } => format!("m:{subject}"),
        };
        self.signed(&format!("{tenant}|{credential}|{acting}|{request}"), now)
    }

    /// For the functions that act before a tenant is known, each for its own purpose; the payload is hex, so that nothing in it
    /// parts it.
    pub(crate) fn mint_for(&self, purpose: &'static str, said: &serde_json::Value, now: jiff::Timestamp) -> String {
        self.signed(&format!("{purpose}|{}", hex::encode(said.to_string())), now)
    }

    /// Any token of ours: what it says, then expiry, nonce, kid and MAC. What it says begins with what it is for, so that a
    /// token made for one function is none for another.
    pub(crate) fn signed(&self, says: &str, now: jiff::Timestamp) -> String {
        let expiry = now.as_second() + LIFETIME;
        let mut token = format!("{says}|{expiry}|{}|{}", Uuid::new_v4().simple(), self.kid);
        let mut block = [0; 64];
        block[..32].copy_from_slice(&self.key);
        let mut mac = <Hmac<Sha256> as KeyInit>::new(&block.into());
        mac.update(token.as_bytes());
        token.push('|');
        for byte in mac.finalize().into_bytes() {
            // Writing to a String cannot fail.
            let _ = write!(token, "{byte:02x}");
        }
        token
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_token_of_either_form_holds_for_a_minute() {
        let key = TokenKey::parse(&format!("1:{}", "07".repeat(32))).unwrap();
        let now = jiff::Timestamp::from_second(1_800_000_000).unwrap();
        let entry = key.mint(TenantId(Uuid::nil()), Proof::Identity(IdentityId(Uuid::nil())), Acting::Alone, RequestId(Uuid::nil()), now);
        let purpose = key.mint_for("purpose", &serde_json::json!({"says": "this"}), now);
        for token in [entry, purpose] {
            // Behind it the nonce, the key's name and the MAC.
            let expiry: i64 = token.rsplit('|').nth(3).unwrap().parse().unwrap();
            assert_eq!(expiry - now.as_second(), 60, "{token}");
        }
    }
}
