//! Opaque places in a list: bound by a MAC to the tenant, the class of principal, the filters and the order.

use crate::problem::{Kind, Problem};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use ringfence_domain::TenantId;
use ringfence_store::Key;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// Seconds that a cursor holds: a day of paging.
const LIFETIME: i64 = 24 * 60 * 60;
const MAC: usize = 16;

#[derive(Clone)]
pub struct Cursors {
    key: [u8; 32],
}

/// What a cursor must agree with to be used.
pub struct Scope<'a> {
    pub tenant: TenantId,
    /// The permissions of the caller, which decide what the list holds.
    pub class: &'a str,
    /// The list and its filters.
    pub list: &'a str,
    pub order: &'a str,
}

#[derive(Serialize, Deserialize)]
struct Place {
    key: Key,
    backwards: bool,
    expires: i64,
}

impl Cursors {
    pub const fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    pub fn seal(&self, scope: &Scope<'_>, key: Key, backwards: bool, now: Timestamp) -> String {
        let place = Place { key, backwards, expires: now.as_second() + LIFETIME };
        let mut bytes = serde_json::to_vec(&place).unwrap_or_default();
        let mac = self.mac(scope, &bytes);
        bytes.extend_from_slice(&mac);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// # Errors
    /// 400 `cursor_invalid` for one that is foreign, altered or expired; nobody is told which.
    pub fn open(&self, scope: &Scope<'_>, cursor: &str, now: Timestamp) -> Result<(Key, bool), Problem> {
        let invalid = || Problem::new(Kind::CursorInvalid);
        if cursor.len() > 1024 {
            return Err(invalid());
        }
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| invalid())?;
        let (place, mac) = bytes.split_at_checked(bytes.len().saturating_sub(MAC)).ok_or_else(invalid)?;
        // Compared without a hint of how much agrees.
        let differing = self.mac(scope, place).iter().zip(mac).fold(0, |acc, (a, b)| acc | (a ^ b));
        if mac.len() != MAC || differing != 0 {
            return Err(invalid());
        }
        let place: Place = serde_json::from_slice(place).map_err(|_| invalid())?;
        if place.expires < now.as_second() {
            return Err(invalid());
        }
        Ok((place.key, place.backwards))
    }

    fn mac(&self, scope: &Scope<'_>, place: &[u8]) -> [u8; MAC] {
        let mut block = [0; 64];
        block[..32].copy_from_slice(&self.key);
        let mut mac = <Hmac<Sha256> as KeyInit>::new(&block.into());
        for part in [scope.tenant.0.as_bytes().as_slice(), scope.class.as_bytes(), scope.list.as_bytes(), scope.order.as_bytes(), place] {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        let full: [u8; 32] = mac.finalize().into_bytes().into();
        let mut short = [0; MAC];
        short.copy_from_slice(&full[..MAC]);
        short
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_cursor_holds_for_a_day_and_no_second_longer() {
        let cursors = Cursors::new([7; 32]);
        let scope = Scope { tenant: TenantId(Uuid::from_u128(1)), class: "class", list: "list", order: "number" };
        let sealed_at = Timestamp::from_second(1_800_000_000).unwrap();
        let cursor = cursors.seal(&scope, Key { time: None, number: Some(4), id: Uuid::from_u128(2) }, true, sealed_at);
        let opened = |seconds: i64| cursors.open(&scope, &cursor, Timestamp::from_second(sealed_at.as_second() + seconds).unwrap());
        for within in [0, LIFETIME] {
            let (key, backwards) = opened(within).ok().unwrap();
            assert_eq!((key.number, key.id, backwards), (Some(4), Uuid::from_u128(2), true));
        }
        assert!(opened(LIFETIME + 1).is_err_and(|problem| matches!(problem.kind, Kind::CursorInvalid)));
    }
}
