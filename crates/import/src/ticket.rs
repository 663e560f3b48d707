//! A ticket as another system wrote it down, in our words. It refuses to be trusted: nothing here decides who may see it.

use std::{fmt, str::FromStr};

use jiff::Timestamp;

/// One ticket and the line its record starts on, counted from 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub line: u64,
    /// Which one of the file it is, counted from 1, where several may stand on a line.
    pub record: Option<u64>,
    pub ticket: ImportedTicket,
}

impl Row {
    /// Where it stands in the file, in the words of a [`RowError`](crate::RowError).
    #[must_use]
    pub fn place(&self) -> String {
        crate::error::place(self.line, self.record)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct ImportedTicket {
    pub external_source: String,
    pub external_id: String,
    /// Under which else an earlier file may have had it: the other messages of a thread, of which any may have been the first there.
    pub other_ids: Vec<String>,
    pub subject: String,
    pub status: Status,
    pub priority: Option<Priority>,
    pub kind: Option<TicketType>,
    pub tags: Vec<String>,
    pub requester: Option<Person>,
    /// The organization's name, or the other system's id where the file does not name it.
    pub organization: Option<String>,
    /// The group's name, or the other system's id where the file does not name it.
    pub group: Option<String>,
    pub created_at: Option<Timestamp>,
    pub updated_at: Option<Timestamp>,
    pub comments: Vec<ImportedComment>,
    /// What the record says beside all this and no ticket of ours holds: the names of its fields.
    pub left_out: Vec<&'static str>,
}

/// Somebody the file speaks of. Data, never an identity: an address here grants nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Person {
    pub name: Option<String>,
    pub email: Option<String>,
    pub external_id: Option<String>,
}

impl Person {
    /// `None` when nothing at all is known.
    pub(crate) fn known(self) -> Option<Self> {
        (self != Person::default()).then_some(self)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct ImportedComment {
    pub external_id: Option<String>,
    pub author: Option<Person>,
    /// CommonMark or plain text, at most 64 KiB, without NUL. Raw HTML in it is not meant as markup: show it escaped.
    pub body: String,
    pub public: bool,
    pub created_at: Option<Timestamp>,
}

/// A word outside a closed set; says which words are in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be one of {0}")]
pub struct UnknownWord(&'static str);

/// A closed set of words: `as_str` is what is stored, `FromStr` also takes the spellings other systems use.
macro_rules! closed_set {
    ($(#[$meta:meta])* $name:ident, $expected:literal, { $($variant:ident = $word:literal $(| $alias:literal)*),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($variant),+ }

        impl $name {
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                match word.trim().to_ascii_lowercase().as_str() {
                    $($word $(| $alias)* => Ok(Self::$variant),)+
                    _ => Err(UnknownWord($expected)),
                }
            }
        }
    };
}

closed_set!(
    Status,
    "new, open, pending, on_hold (or hold), solved, closed",
    {
        New = "new",
        Open = "open",
        Pending = "pending",
        OnHold = "on_hold" | "hold" | "on-hold" | "on hold",
        Solved = "solved",
        Closed = "closed",
    }
);

closed_set!(Priority, "low, normal, high, urgent", {
    Low = "low",
    Normal = "normal",
    High = "high",
    Urgent = "urgent",
});

closed_set!(TicketType, "question, incident, problem, task", {
    Question = "question",
    Incident = "incident",
    Problem = "problem",
    Task = "task",
});
