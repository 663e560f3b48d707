//! Tickets from a CSV file with a header row. It refuses rows whose shape or values break a rule, and a file whose header
//! names no id or no subject.

mod header;
mod lines;

use std::{
    io::{self, Read},
    rc::Rc,
    str,
};

use csv::ByteRecord;

use crate::{
    csv_rows::{
        header::{Column, Header},
        lines::{Lines, Meter},
    },
    error::{Lost, RowError, Violation},
    field::{self, MAX_EXTERNAL_ID_CHARS},
    ticket::{ImportedComment, ImportedTicket, Person, Row, Status},
};

/// A quote that is never closed would otherwise swallow the rest of the file into memory.
const MAX_RECORD_BYTES: u64 = 8 * 1024 * 1024;
/// The tickets of a file, read as they are asked for.
pub(crate) struct Tickets<R> {
    reader: csv::Reader<Lines<R>>,
    meter: Rc<Meter>,
    source: String,
    record: ByteRecord,
    header: Option<Header>,
    done: bool,
}

impl<R: Read> Tickets<R> {
    pub(crate) fn new(reader: R, source: String) -> Self {
        let meter = Rc::new(Meter::default());
        let lines = Lines::new(reader, Rc::clone(&meter));
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(lines);
        Tickets {
            reader,
            meter,
            source,
            record: ByteRecord::new(),
            header: None,
            done: false,
        }
    }

    /// The line the next record starts on; `None` at the end of the file.
    fn advance(&mut self) -> Result<Option<u64>, RowError> {
        self.meter.left.set(MAX_RECORD_BYTES);
        let before = self.meter.line.get() + 1;
        match self.reader.read_byte_record(&mut self.record) {
            // A record that ends inside quotes is the file's last.
            Ok(_) if self.meter.inside_quotes() => {
                self.done = true;
                Err(RowError::new(
                    self.meter.record_line.get(),
                    "a quote is not closed, so that the rest of the file belongs to it",
                ))
            }
            // Where a quote was meant to end, and so the record, is not known any more.
            Ok(_) if self.meter.strays() => {
                self.done = true;
                Err(RowError::new(
                    self.meter.record_line.get(),
                    "text stands right behind a closing quote; a quote inside quotes is written twice",
                ))
            }
            Ok(false) => Ok(None),
            Ok(true) => Ok(Some(self.meter.record_line.get())),
            Err(error) => {
                self.done = true;
                Err(match error.into_kind() {
                    csv::ErrorKind::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => {
                        RowError::new(
                            before,
                            format!(
                                "a record longer than {MAX_RECORD_BYTES} bytes; a quote may not be closed"
                            ),
                        )
                    }
                    csv::ErrorKind::Io(error) => RowError::unreadable(before, error.kind()),
                    _ => RowError::new(before, "the file cannot be read as CSV"),
                })
            }
        }
    }

    fn row(&self, line: u64) -> Result<Row, RowError> {
        let Some(header) = &self.header else {
            return Err(RowError::new(line, "no header row"));
        };
        if self.record.len() != header.width {
            let message = format!(
                "{} fields where the header has {}",
                self.record.len(),
                header.width
            );
            return Err(RowError::new(line, message));
        }
        let cells = Cells {
            header,
            record: &self.record,
        };
        cells
            .ticket(&self.source)
            .map(|ticket| Row { line, record: None, ticket })
            .map_err(|broken| broken.at(line))
    }
}

impl<R: Read> Iterator for Tickets<R> {
    type Item = Result<Row, RowError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.done {
            let line = match self.advance() {
                Ok(Some(line)) => line,
                Ok(None) => {
                    self.done = true;
                    // A file without any header row cannot have been meant.
                    return self
                        .header
                        .is_none()
                        .then(|| Err(RowError::new(1, "the file has no header row").losing(Lost::Rest)));
                }
                Err(error) => return Some(Err(error.losing(Lost::Rest))),
            };
            if self.header.is_some() {
                return Some(self.row(line));
            }
            match Header::new(&self.record) {
                Ok(header) => self.header = Some(header),
                Err(error) => {
                    self.done = true;
                    return Some(Err(error.losing(Lost::Rest)));
                }
            }
        }
        None
    }
}

/// One row under its header.
struct Cells<'a> {
    header: &'a Header,
    record: &'a ByteRecord,
}

impl<'a> Cells<'a> {
    /// The column's name and its text in this row; empty when there is no such column.
    fn cell(&self, column: Column) -> Result<(&'a str, &'a str), Violation> {
        let Some((at, name)) = self.header.place(column) else {
            return Ok(("", ""));
        };
        let bytes = self.record.get(at).unwrap_or_default();
        let text = str::from_utf8(bytes).map_err(|_| Violation::of(name, "not valid UTF-8"))?;
        Ok((name, text))
    }

    fn read<T>(
        &self,
        column: Column,
        rule: impl Fn(&str, &str) -> Result<Option<T>, Violation>,
    ) -> Result<Option<T>, Violation> {
        let (name, text) = self.cell(column)?;
        rule(name, text)
    }

    fn ticket(&self, source: &str) -> Result<ImportedTicket, Violation> {
        let (id_name, id) = self.cell(Column::Id)?;
        let (subject_name, subject) = self.cell(Column::Subject)?;
        let (tags_name, tags) = self.cell(Column::Tags)?;
        let requester = self.requester()?;
        let created_at = self.read(Column::CreatedAt, field::timestamp)?;
        let mut ticket = ImportedTicket {
            external_source: source.to_owned(),
            external_id: field::external_id(id_name, id)?,
            other_ids: Vec::new(),
            subject: field::subject(subject_name, subject)?,
            status: self
                .read(Column::Status, field::word)?
                .unwrap_or(Status::New),
            priority: self.read(Column::Priority, field::word)?,
            kind: self.read(Column::Type, field::word)?,
            tags: field::tags(tags_name, tags.split([',', ';', '|']))?,
            requester,
            organization: self.read(Column::Organization, field::name)?,
            group: self.read(Column::Group, field::name)?,
            created_at,
            updated_at: self.read(Column::UpdatedAt, field::timestamp)?,
            comments: Vec::new(),
            left_out: Vec::new(),
        };
        let (body_name, body) = self.cell(Column::Body)?;
        if !body.trim().is_empty() {
            ticket.comments.push(ImportedComment {
                external_id: None,
                author: ticket.requester.clone(),
                body: field::body(body_name, body.to_owned())?,
                public: true,
                created_at,
            });
        }
        Ok(ticket)
    }

    /// A bare `requester` is an address when it looks like one, else the other system's name for somebody.
    fn requester(&self) -> Result<Option<Person>, Violation> {
        let mut person = Person {
            name: self.read(Column::RequesterName, field::name)?,
            email: self.read(Column::RequesterEmail, field::email)?,
            external_id: None,
        };
        let (name, handle) = self.cell(Column::Requester)?;
        if handle.contains('@') && person.email.is_none() {
            person.email = field::email(name, handle)?;
            return Ok(person.known());
        }
        // Of control characters alone nothing is left, and nobody is known by that.
        let handle = field::one_line(name, handle, MAX_EXTERNAL_ID_CHARS)?;
        if !handle.is_empty() {
            person.name = match person.name {
                Some(known) => Some(known),
                None => field::name(name, &handle)?,
            };
            person.external_id = Some(handle);
        }
        Ok(person.known())
    }
}
