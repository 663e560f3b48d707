//! The closed sets of words on a ticket, and how a route names one.

use crate::{TicketId, hyphenated};
use std::str::FromStr;
use thiserror::Error;

#[derive(Debug, Error, PartialEq, Eq)]
#[error("expected one of {expected}")]
pub struct UnknownWord {
    pub expected: &'static str,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $word:tt),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        pub enum $name { $(#[serde(rename = $word)] $variant),+ }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl From<$name> for &'static str {
            fn from(word: $name) -> Self {
                word.as_str()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = UnknownWord;

            fn from_str(text: &str) -> Result<Self, UnknownWord> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(UnknownWord { expected: concat!($($word, " "),+) }),
                }
            }
        }
    };
}
pub(crate) use words;

words! {
    /// Where a ticket stands. In the spine a status is its category.
    TicketStatus {
        New = "new",
        Open = "open",
        Pending = "pending",
        OnHold = "on_hold",
        Solved = "solved",
        Closed = "closed",
    }
}

words! {
    Priority { Low = "low", Normal = "normal", High = "high", Urgent = "urgent" }
}

words! {
    TicketType { Question = "question", Incident = "incident", Problem = "problem", Task = "task" }
}

words! {
    /// Who reads a comment: everybody on the ticket, or staff alone.
    Visibility { Public = "public", Internal = "internal" }
}

/// The `{ticket_id}` of a route: a UUID, or the number people use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TicketRef {
    Id(TicketId),
    Number(i64),
}

impl FromStr for TicketRef {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        const EXPECTED: UnknownWord = UnknownWord { expected: "a UUID, or a number from 1" };
        if let Some(id) = hyphenated(text) {
            return Ok(Self::Id(TicketId(id)));
        }
        // One number has one name: neither "+1" nor "01" is that of 1.
        match text.parse::<i64>() {
            Ok(number) if number > 0 && number.to_string() == text => Ok(Self::Number(number)),
            _ => Err(EXPECTED),
        }
    }
}
