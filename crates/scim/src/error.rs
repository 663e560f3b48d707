//! What can be wrong with a SCIM request, in the words of RFC 7644, table 9. No message repeats a value that was sent.

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
    /// The attribute, parameter or operation that is wrong.
    pub place: String,
    pub message: &'static str,
}

impl ScimError {
    pub fn new(fault: Fault, place: impl Into<String>, message: &'static str) -> Self {
        // A place is the client's own text; a long one is cut.
        let place: String = place.into();
        Self { fault, place: place.chars().take(100).collect(), message }
    }

    pub(crate) fn value(place: impl Into<String>, message: &'static str) -> Self {
        Self::new(Fault::InvalidValue, place, message)
    }

    pub(crate) fn syntax(place: impl Into<String>, message: &'static str) -> Self {
        Self::new(Fault::InvalidSyntax, place, message)
    }
}
