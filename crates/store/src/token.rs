//! Mints the token that `ringfence.enter` exchanges for a tenant's context: one request, one minute.

use crate::credentials::TokenKey;
use hmac::{Hmac, KeyInit, Mac};
use ringfence_domain::{IdentityId, RequestId, TenantId};
use sha2::Sha256;
use std::fmt::Write;
use uuid::Uuid;

/// Seconds that a token holds: longer than any request waits for a connection.
const LIFETIME: i64 = 60;

impl TokenKey {
    /// tenant|identity|request|expiry|nonce|kid|HMAC-SHA256 in hex. A bind parameter, never a setting, never a log line.
    pub(crate) fn mint(&self, tenant: TenantId, identity: IdentityId, request: RequestId, now: jiff::Timestamp) -> String {
        let expiry = now.as_second() + LIFETIME;
        let mut token = format!("{tenant}|{identity}|{request}|{expiry}|{}|{}", Uuid::new_v4().simple(), self.kid);
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
