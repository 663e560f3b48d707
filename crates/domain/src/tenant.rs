//! How a route names a tenant. Naming one proves nothing; entering it does.

use crate::{TenantId, hyphenated};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;
use uuid::Uuid;

/// A tenant's name in routes: 3 to 40 characters, a-z, 0-9 and '-', beginning with a letter, so that it is never a UUID.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Slug(String);

#[derive(Debug, Error, PartialEq, Eq)]
#[error("a slug has 3 to 40 characters of a-z, 0-9 and '-', begins with a letter and does not end in '-', such as 'acme-support'")]
pub struct InvalidSlug;

impl Slug {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Slug {
    type Err = InvalidSlug;

    fn from_str(text: &str) -> Result<Self, InvalidSlug> {
        let well_formed = (3..=40).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && text.as_bytes()[0].is_ascii_lowercase()
            && !text.ends_with('-')
            && Uuid::parse_str(text).is_err();
        if well_formed { Ok(Self(text.to_owned())) } else { Err(InvalidSlug) }
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The `{tenant}` of a route.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TenantRef {
    Id(TenantId),
    Slug(Slug),
}

impl FromStr for TenantRef {
    type Err = InvalidSlug;

    fn from_str(text: &str) -> Result<Self, InvalidSlug> {
        match hyphenated(text) {
            Some(id) => Ok(Self::Id(TenantId(id))),
            None => text.parse().map(Self::Slug),
        }
    }
}
