//! One top-level object: an export document with its side-loads, or a ticket by itself. Which of both is known only at
//! its end, so both are kept until then; it refuses to keep more than the bound.

use std::io::Read;

use crate::{
    error::RowError,
    field::{MAX_HELD_BYTES, MAX_RECORD_BYTES},
    zendesk::{
        scan::{Broken, Captured, Scanner},
        side::SideLoads,
    },
};

/// What an element costs beside its bytes.
const ELEMENT_BYTES: usize = 128;
const MAX_KEY_BYTES: usize = 1024;

pub(crate) enum Shape {
    Document {
        tickets: Vec<Captured>,
        side: SideLoads,
        errors: Vec<RowError>,
    },
    Ticket {
        record: Captured,
        comments: Vec<Captured>,
        side: SideLoads,
    },
}

pub(crate) struct Object {
    /// The object without the arrays that were taken apart; its line ends are kept, so that lines still count.
    record: Captured,
    lines: u64,
    tickets: Option<Vec<Captured>>,
    comments: Vec<Captured>,
    side: SideLoads,
    errors: Vec<RowError>,
    held: usize,
}

impl Object {
    pub(crate) fn new(line: u64) -> Self {
        Object {
            record: Captured {
                line,
                bytes: Vec::new(),
                cut_short: false,
            },
            lines: 0,
            tickets: None,
            comments: Vec::new(),
            side: SideLoads::default(),
            errors: Vec::new(),
            held: 0,
        }
    }

    pub(crate) fn is_document(&self) -> bool {
        self.tickets.is_some() || !self.side.is_empty()
    }

    /// Reads from the opening brace to the closing one.
    pub(crate) fn read<R: Read>(&mut self, scanner: &mut Scanner<R>) -> Result<(), Broken> {
        scanner.bump();
        self.record.bytes.push(b'{');
        let mut first = true;
        loop {
            scanner.skip_white()?;
            match scanner.peek()? {
                Some(b'}') if first => break,
                Some(b'"') if first => {}
                Some(_) if first => return Err(Broken::Syntax("expected a field name")),
                Some(b'}') => break,
                Some(b',') => {
                    scanner.bump();
                    scanner.skip_white()?;
                }
                Some(_) => return Err(Broken::Syntax("expected `,` or `}` after a field")),
                None => return Err(Broken::Ended),
            }
            if scanner.peek()? != Some(b'"') {
                return Err(Broken::Syntax("expected a field name"));
            }
            self.member(scanner)?;
            first = false;
        }
        scanner.bump();
        self.record.bytes.push(b'}');
        Ok(())
    }

    fn member<R: Read>(&mut self, scanner: &mut Scanner<R>) -> Result<(), Broken> {
        let mut key = Captured {
            line: scanner.line(),
            bytes: Vec::new(),
            cut_short: false,
        };
        scanner.string(&mut key, MAX_KEY_BYTES, true)?;
        if key.cut_short {
            return Err(Broken::Syntax("a field name is too long"));
        }
        scanner.expect(b':', "expected `:` after a field name")?;
        scanner.skip_white()?;
        let next = scanner.peek()?;
        match (key.bytes.as_slice(), next) {
            (
                b"\"tickets\"" | b"\"users\"" | b"\"groups\"" | b"\"organizations\""
                | b"\"comments\"",
                Some(b'['),
            ) => self.elements(&key.bytes, scanner),
            (b"\"ticket\"", Some(b'{')) => {
                let ticket = scanner.capture(MAX_RECORD_BYTES, true)?;
                self.hold(&ticket)?;
                self.tickets.get_or_insert_default().push(ticket);
                Ok(())
            }
            _ => {
                let value = scanner.capture(MAX_RECORD_BYTES, true)?;
                self.keep(&key, &value)
            }
        }
    }

    /// Takes an array apart, so that one bad element costs only itself.
    fn elements<R: Read>(&mut self, key: &[u8], scanner: &mut Scanner<R>) -> Result<(), Broken> {
        scanner.bump();
        if key == b"\"tickets\"" {
            self.tickets.get_or_insert_default();
        }
        // Only inside a ticket of its own line can `comments` stand where a cut-off line matters.
        let strict = key == b"\"comments\"" && !self.is_document();
        let mut first = true;
        while scanner.next_element(first)? {
            first = false;
            let element = scanner.capture(MAX_RECORD_BYTES, strict)?;
            self.hold(&element)?;
            match key {
                b"\"tickets\"" => self.tickets.get_or_insert_default().push(element),
                b"\"comments\"" => self.comments.push(element),
                b"\"users\"" => self.errors.extend(self.side.add_user(&element)),
                b"\"groups\"" => self.errors.extend(self.side.add_group(&element)),
                _ => self.errors.extend(self.side.add_organization(&element)),
            }
        }
        Ok(())
    }

    fn hold(&mut self, element: &Captured) -> Result<(), Broken> {
        self.held += element.bytes.len() + ELEMENT_BYTES;
        if self.held > MAX_HELD_BYTES {
            Err(Broken::Full)
        } else {
            Ok(())
        }
    }

    fn keep(&mut self, key: &Captured, value: &Captured) -> Result<(), Broken> {
        let record = &mut self.record;
        let room = record.bytes.len() + key.bytes.len() + value.bytes.len() <= MAX_RECORD_BYTES;
        if value.cut_short || !room {
            record.cut_short = true;
            return Ok(());
        }
        if record.bytes.len() > 1 {
            record.bytes.push(b',');
        }
        self.held += value.line.saturating_sub(record.line + self.lines) as usize;
        if self.held > MAX_HELD_BYTES {
            return Err(Broken::Full);
        }
        while record.line + self.lines < value.line {
            record.bytes.push(b'\n');
            self.lines += 1;
        }
        record.bytes.extend_from_slice(&key.bytes);
        record.bytes.push(b':');
        record.bytes.extend_from_slice(&value.bytes);
        self.lines += value.bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
        Ok(())
    }

    pub(crate) fn finish(mut self) -> Shape {
        let Some(tickets) = self.tickets else {
            let comments: usize = self
                .comments
                .iter()
                .map(|comment| comment.bytes.len())
                .sum();
            self.record.cut_short |= comments > MAX_RECORD_BYTES;
            return Shape::Ticket {
                record: self.record,
                comments: self.comments,
                side: self.side,
            };
        };
        for comment in self.comments {
            self.errors.extend(self.side.add_comment(comment));
        }
        Shape::Document {
            tickets,
            side: self.side,
            errors: self.errors,
        }
    }
}
