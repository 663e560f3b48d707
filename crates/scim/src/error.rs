//! What can be wrong with a SCIM request, in the words of RFC 7644, table 9. No message repeats a value that was sent.

use std::borrow::Cow;
use thiserror::Error;

/// The `scimType` of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    InvalidFilter,
    TooMany,
    InvalidSyntax,
    InvalidPath,
    NoTarget,
    InvalidValue,
    Mutability,
}

impl Fault {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidFilter => "invalidFilter",
            Self::TooMany => "tooMany",
            Self::InvalidSyntax => "invalidSyntax",
            Self::InvalidPath => "invalidPath",
            Self::NoTarget => "noTarget",
            Self::InvalidValue => "invalidValue",
            Self::Mutability => "mutability",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{place}: {message}")]
pub struct ScimError {
    pub fault: Fault,
    /// The attribute, parameter or operation that is wrong: a schema's own word for it, or the client's.
    pub place: Cow<'static, str>,
    pub message: &'static str,
}

impl ScimError {
    pub fn new(fault: Fault, place: impl Into<Cow<'static, str>>, message: &'static str) -> Self {
        let place = match place.into() {
            // The client's own text; a long one is cut.
            Cow::Owned(text) => text.chars().take(100).collect::<String>().into(),
            ours => ours,
        };
        Self { fault, place, message }
    }

    pub(crate) fn value(place: impl Into<Cow<'static, str>>, message: &'static str) -> Self {
        Self::new(Fault::InvalidValue, place, message)
    }

    pub(crate) fn syntax(place: impl Into<Cow<'static, str>>, message: &'static str) -> Self {
        Self::new(Fault::InvalidSyntax, place, message)
    }
}
