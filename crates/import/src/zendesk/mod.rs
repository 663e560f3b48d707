//! Tickets from Zendesk-shaped JSON: an export document, an array, or one object after the other. It refuses to guess at
//! a broken document: what cannot be followed is reported at its line.

mod document;
mod scan;
mod side;
mod ticket;
mod value;

use std::{collections::VecDeque, io::Read};

use crate::{
    error::{EMPTY, Lost, RowError},
    field::MAX_RECORD_BYTES,
    ticket::Row,
    zendesk::{
        document::{Object, Shape},
        scan::{Broken, Captured, Scanner},
        side::SideLoads,
    },
};

const NOT_JSON: &str = "not Zendesk JSON: expected an object or an array of tickets";

enum State {
    /// Before, between or after top-level values.
    Between {
        seen: bool,
    },
    /// Inside a top-level array; `first` until its first element.
    InArray {
        first: bool,
    },
    Done,
}

/// The tickets of a file, read as they are asked for.
pub(crate) struct Tickets<R> {
    scanner: Scanner<R>,
    source: String,
    state: State,
    /// What an export document still owes.
    errors: VecDeque<RowError>,
    pending: VecDeque<Captured>,
    side: SideLoads,
    /// How many were met.
    records: u64,
}

impl<R: Read> Tickets<R> {
    pub(crate) fn new(reader: R, source: String) -> Self {
        Tickets {
            scanner: Scanner::new(reader),
            source,
            state: State::Between { seen: false },
            errors: VecDeque::new(),
            pending: VecDeque::new(),
            side: SideLoads::default(),
            records: 0,
        }
    }

    /// The next record, whatever came of it: on one long line its number is what finds it.
    fn numbered(&mut self, read: Result<Row, RowError>) -> Result<Row, RowError> {
        self.records += 1;
        let record = Some(self.records);
        match read {
            Ok(row) => Ok(Row { record, ..row }),
            Err(error) => Err(RowError { record, ..error }),
        }
    }

    /// One step at the top level: a value begins, or the file ends.
    fn between(&mut self, seen: bool) -> Result<Option<Result<Row, RowError>>, Broken> {
        if !seen {
            self.scanner.skip_byte_order_mark()?;
        }
        self.scanner.skip_white()?;
        self.state = State::Between { seen: true };
        match self.scanner.peek()? {
            None => {
                self.state = State::Done;
                if !seen {
                    return Ok(Some(Err(RowError::new(self.scanner.line(), EMPTY).losing(Lost::Rest))));
                }
            }
            Some(b'[') => {
                self.scanner.bump();
                self.state = State::InArray { first: true };
            }
            Some(b'{') => return self.object(),
            Some(_) => {
                let error = RowError::new(self.scanner.line(), NOT_JSON);
                if seen {
                    self.scanner.skip_line()?;
                    return Ok(Some(Err(error)));
                }
                self.state = State::Done;
                return Ok(Some(Err(error.losing(Lost::Rest))));
            }
        }
        Ok(None)
    }

    fn object(&mut self) -> Result<Option<Result<Row, RowError>>, Broken> {
        let line = self.scanner.line();
        let mut object = Object::new(line);
        match object.read(&mut self.scanner) {
            Ok(()) => {}
            Err(Broken::Unreadable(kind)) => return Err(Broken::Unreadable(kind)),
            Err(broken) if object.is_document() || matches!(broken, Broken::Full) => {
                return Err(broken);
            }
            Err(broken) => {
                // One object a line: the next line that opens an object is the next record.
                let message = broken.describe(self.scanner.line());
                self.scanner.skip_to_object_line()?;
                return Ok(Some(self.numbered(Err(RowError::new(line, message)))));
            }
        }
        match object.finish() {
            Shape::Document {
                tickets,
                side,
                errors,
            } => {
                self.pending = tickets.into();
                self.side = side;
                self.errors = errors.into();
                Ok(None)
            }
            Shape::Ticket {
                record,
                comments,
                mut side,
            } => {
                let read = ticket::read(&record, &comments, &mut side, &self.source);
                Ok(Some(self.numbered(read)))
            }
        }
    }

    fn element(&mut self, first: bool) -> Result<Option<Result<Row, RowError>>, Broken> {
        if !self.scanner.next_element(first)? {
            self.state = State::Between { seen: true };
            return Ok(None);
        }
        self.state = State::InArray { first: false };
        let element = self.scanner.capture(MAX_RECORD_BYTES, false)?;
        let read = ticket::read(&element, &[], &mut SideLoads::default(), &self.source);
        Ok(Some(self.numbered(read)))
    }
}

impl<R: Read> Iterator for Tickets<R> {
    type Item = Result<Row, RowError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(error) = self.errors.pop_front() {
                return Some(Err(error));
            }
            if let Some(ticket) = self.pending.pop_front() {
                let read = ticket::read(&ticket, &[], &mut self.side, &self.source);
                return Some(self.numbered(read));
            }
            self.errors.extend(self.side.unclaimed());
            if !self.errors.is_empty() {
                continue;
            }
            let step = match self.state {
                State::Between { seen } => self.between(seen),
                State::InArray { first } => self.element(first),
                State::Done => return None,
            };
            match step {
                Ok(Some(row)) => return Some(row),
                Ok(None) => {}
                Err(broken) => {
                    self.state = State::Done;
                    return Some(Err(broken.at(self.scanner.line()).losing(Lost::Rest)));
                }
            }
        }
    }

    /// Those of a document that has been read to its end.
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.errors.len() + self.pending.len(), None)
    }
}
