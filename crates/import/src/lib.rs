//! Reads tickets of other systems from files, one record or one row error at a time. It refuses to write anything
//! anywhere, and its errors name fields and rules but never repeat what a field holds, because that may be personal.

mod csv_rows;
mod error;
mod field;
mod html;
mod mbox;
mod progress;
mod repeats;
mod ticket;
mod zendesk;

use std::{fmt, io::Read, str::FromStr};

use repeats::Once;

pub use error::{Lost, RowError, UnknownFormat};
pub use field::{
    MAX_BODY_BYTES, MAX_COMMENTS, MAX_EMAIL_CHARS, MAX_EXTERNAL_ID_CHARS, MAX_NAME_CHARS,
    MAX_SUBJECT_CHARS, MAX_TAG_CHARS, MAX_TAGS,
};
pub use progress::Progress;
pub use ticket::{
    ImportedComment, ImportedTicket, Person, Priority, Row, Status, TicketType, UnknownWord,
};

/// The file formats that can be read, under the names of the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    ZendeskJson,
    Csv,
    Mbox,
}

impl Format {
    pub const ALL: [Format; 3] = [Format::ZendeskJson, Format::Csv, Format::Mbox];

    pub fn as_str(self) -> &'static str {
        match self {
            Format::ZendeskJson => "zendesk-json",
            Format::Csv => "csv",
            Format::Mbox => "mbox",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Format::ALL
            .into_iter()
            .find(|format| format.as_str() == name)
            .ok_or(UnknownFormat)
    }
}

/// The records of a file, in the file's order.
///
/// A record that breaks a rule is one `Err` and the reading goes on; a file that cannot be followed any further (a broken
/// document, a failing disk) is one last `Err`. Memory is bounded by one record for CSV, JSON arrays and JSON lines, beside
/// a digest of each id. A Zendesk export document and an mbox need to be seen whole before their tickets are known (users
/// may follow the tickets, replies follow their message), so these hold up to 256 MiB and refuse what is larger.
pub fn read<'a, R: Read + 'a>(
    format: Format,
    reader: R,
    external_source: &str,
) -> Box<dyn Iterator<Item = Result<Row, RowError>> + 'a> {
    let source = external_source.to_owned();
    match format {
        Format::ZendeskJson => Box::new(Once::new(zendesk::Tickets::new(reader, source))),
        Format::Csv => Box::new(Once::new(csv_rows::Tickets::new(reader, source))),
        Format::Mbox => Box::new(Once::new(mbox::Tickets::new(reader, source))),
    }
}
