//! What is wrong with a row, and where. It refuses to carry the row's content: only field names, rules and line numbers.

use std::io;

/// A file without anything in it cannot have been meant.
pub(crate) const EMPTY: &str = "the file is empty";

/// One record, or the rest of a file, that was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {}{message}", place(*.line, *.record), .field.as_ref().map(|name| format!("field `{name}`: ")).unwrap_or_default())]
pub struct RowError {
    /// Where the record starts, counted from 1; for a file that cannot be followed, where that was noticed.
    pub line: u64,
    /// Which one of the file it is, counted from 1, where several may stand on a line.
    pub record: Option<u64>,
    pub field: Option<String>,
    pub message: String,
    pub lost: Lost,
}

/// What is not read for an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lost {
    Ticket,
    /// What stands beside the tickets or makes one together with others, such as a user or a message.
    Part,
    /// Everything from there on.
    Rest,
}

/// Where to look in the file.
pub(crate) fn place(line: u64, record: Option<u64>) -> String {
    match record {
        Some(record) => format!("line {line}, record {record}"),
        None => format!("line {line}"),
    }
}

impl RowError {
    pub(crate) fn new(line: u64, message: impl Into<String>) -> Self {
        RowError {
            line,
            record: None,
            field: None,
            message: message.into(),
            lost: Lost::Ticket,
        }
    }

    pub(crate) fn unreadable(line: u64, kind: io::ErrorKind) -> Self {
        RowError::new(
            line,
            format!("the file could not be read any further: {kind}"),
        )
        .losing(Lost::Rest)
    }

    pub(crate) fn losing(self, lost: Lost) -> Self {
        RowError { lost, ..self }
    }
}

/// A format name that is none of the known ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown format; use zendesk-json, csv or mbox")]
pub struct UnknownFormat;

/// A rule that a value broke, before the line is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Violation {
    field: Option<String>,
    rule: String,
}

impl Violation {
    pub(crate) fn of(field: &str, rule: impl Into<String>) -> Self {
        Violation {
            field: Some(field.to_owned()),
            rule: rule.into(),
        }
    }

    pub(crate) fn of_record(rule: impl Into<String>) -> Self {
        Violation {
            field: None,
            rule: rule.into(),
        }
    }

    /// The same rule, its field named from one level further out.
    pub(crate) fn within(self, outer: &str) -> Self {
        let field = match self.field {
            Some(inner) => format!("{outer}.{inner}"),
            None => outer.to_owned(),
        };
        Violation {
            field: Some(field),
            rule: self.rule,
        }
    }

    pub(crate) fn at(self, line: u64) -> RowError {
        RowError {
            line,
            record: None,
            field: self.field,
            message: self.rule,
            lost: Lost::Ticket,
        }
    }
}
