//! The header row: which column means what. It refuses a header without an id or a subject, and repeats only what looks
//! like a column's name.

use csv::ByteRecord;

use crate::error::RowError;

const MAX_COLUMNS: usize = 1000;

/// What a column can mean, and the header names that say so (GitHub's payloads among them).
const COLUMNS: [(Column, &[&str]); 14] = [
    (Column::Id, &["id", "external_id", "number", "issue.id"]),
    (Column::Subject, &["subject", "title", "issue.title"]),
    (Column::Body, &["description", "body", "issue.body"]),
    (Column::Status, &["status", "state", "issue.state"]),
    (Column::Priority, &["priority"]),
    (Column::Type, &["type"]),
    (Column::Tags, &["tags", "labels"]),
    (Column::RequesterName, &["requester_name"]),
    (Column::RequesterEmail, &["requester_email"]),
    (
        Column::Requester,
        &["requester", "user.login", "issue.user.login"],
    ),
    (Column::Group, &["group"]),
    (Column::Organization, &["organization"]),
    (Column::CreatedAt, &["created_at", "issue.created_at"]),
    (Column::UpdatedAt, &["updated_at", "issue.updated_at"]),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Id,
    Subject,
    Body,
    Status,
    Priority,
    Type,
    Tags,
    RequesterName,
    RequesterEmail,
    Requester,
    Group,
    Organization,
    CreatedAt,
    UpdatedAt,
}

/// Where each meaning stands in a row, and under which name it does.
pub(super) struct Header {
    columns: Vec<(Column, usize, String)>,
    pub(super) width: usize,
}

impl Header {
    pub(super) fn new(names: &ByteRecord) -> Result<Self, RowError> {
        let names: Vec<String> = names
            .iter()
            .map(|name| String::from_utf8_lossy(name).trim().to_ascii_lowercase())
            .collect();
        if names.len() > MAX_COLUMNS {
            return Err(RowError::new(
                1,
                format!("more than {MAX_COLUMNS} columns; is this a CSV file?"),
            ));
        }
        let mut columns = Vec::new();
        for (column, aliases) in COLUMNS {
            // The first alias in the list wins, not the first in the file: `id` is a better key than `number`.
            let found = aliases
                .iter()
                .find_map(|alias| names.iter().position(|name| name == alias));
            if let Some(at) = found {
                let name = &names[at];
                if let Some(again) = names.iter().skip(at + 1).position(|other| other == name) {
                    let (one, other) = (at + 1, at + again + 2);
                    return Err(RowError::new(1, format!("the column {name} stands twice, at {one} and {other}: which of them is meant?")));
                }
                columns.push((column, at, name.clone()));
            }
        }
        let header = Header {
            width: names.len(),
            columns,
        };
        header.require_columns(&names)?;
        Self::refuse_tenant(&names)?;
        Ok(header)
    }

    /// A file goes into the tenant that the command names. Other columns that mean nothing here are left out.
    fn refuse_tenant(names: &[String]) -> Result<(), RowError> {
        match names.iter().find(|name| ["tenant_id", "tenant"].contains(&name.as_str())) {
            None => Ok(()),
            Some(name) => Err(RowError::new(1, format!("the column {name} names a tenant, and --tenant alone does"))),
        }
    }

    /// Without an id or a subject no row can be read; the names that mean nothing here then say what went wrong.
    fn require_columns(&self, names: &[String]) -> Result<(), RowError> {
        let missing: Vec<String> = COLUMNS
            .iter()
            .filter(|(column, _)| {
                matches!(column, Column::Id | Column::Subject) && self.place(*column).is_none()
            })
            .map(|(_, aliases)| format!("one of {}", aliases.join(", ")))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        let unknown: Vec<String> = names
            .iter()
            .enumerate()
            .filter(|(at, _)| !self.columns.iter().any(|(_, place, _)| place == at))
            .map(|(at, name)| {
                if is_plain_name(name) {
                    name.clone()
                } else {
                    format!("column {}", at + 1)
                }
            })
            .take(20)
            .collect();
        let unknown = if unknown.is_empty() {
            String::new()
        } else {
            format!("; unknown: {}", unknown.join(", "))
        };
        let otherwise = match names {
            [only] if only.contains([';', '\t']) => "; columns are separated by commas, and this row holds none",
            _ => "",
        };
        Err(RowError::new(
            1,
            format!("the header row lacks {}{unknown}{otherwise}", missing.join(" and ")),
        ))
    }

    pub(super) fn place(&self, column: Column) -> Option<(usize, &str)> {
        self.columns
            .iter()
            .find(|(found, _, _)| *found == column)
            .map(|(_, at, name)| (*at, name.as_str()))
    }
}

/// A file without a header row has somebody's data where the names should be: repeat only what looks like a name.
fn is_plain_name(name: &str) -> bool {
    (1..=40).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._- ".contains(&byte))
        && name.bytes().any(|byte| byte.is_ascii_alphabetic())
}
