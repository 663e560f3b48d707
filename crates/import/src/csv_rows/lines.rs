//! The CSV parser's input, line by line, and where in it a record and a quote stand, which the parser does not tell. It
//! refuses to hand out more than one record may take.

use std::{
    cell::Cell,
    io::{self, BufRead, BufReader, Read},
    rc::Rc,
};

const BOM: &[u8] = b"\xef\xbb\xbf";

/// How far the reader has come; shared with the CSV parser's input.
#[derive(Default)]
pub(super) struct Meter {
    /// Lines handed out so far.
    pub(super) line: Cell<u64>,
    /// Bytes that the current record may still take.
    pub(super) left: Cell<u64>,
    /// The line that the record begun last starts on.
    pub(super) record_line: Cell<u64>,
    place: Cell<Place>,
    stray: Cell<bool>,
}

/// What stands before the next byte, by the parser's own rules: a quote counts at a field's beginning alone, and is
/// written twice inside.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Place {
    #[default]
    BetweenRecords,
    FieldStart,
    Field,
    Quoted,
    /// The end of the quotes, or the first half of a quote inside them.
    QuoteInQuotes,
}

impl Meter {
    /// At the end of a file the parser takes what a quote has swallowed so far for the field.
    pub(super) fn inside_quotes(&self) -> bool {
        self.place.get() == Place::Quoted
    }

    /// Whether text stood right behind a closing quote (RFC 4180, 2, rules 5 to 7). The parser takes it, with whatever the
    /// quote has swallowed before.
    pub(super) fn strays(&self) -> bool {
        self.stray.get()
    }

    fn follow(&self, bytes: &[u8]) {
        let mut place = self.place.get();
        for &byte in bytes {
            if place == Place::BetweenRecords && !matches!(byte, b'\r' | b'\n') {
                self.record_line.set(self.line.get());
                place = Place::FieldStart;
            }
            if place == Place::QuoteInQuotes && !matches!(byte, b'"' | b',' | b'\r' | b'\n') {
                self.stray.set(true);
            }
            place = match (place, byte) {
                (Place::Quoted, b'"') => Place::QuoteInQuotes,
                (Place::Quoted, _) | (Place::FieldStart | Place::QuoteInQuotes, b'"') => {
                    Place::Quoted
                }
                (_, b'\r' | b'\n') => Place::BetweenRecords,
                (_, b',') => Place::FieldStart,
                _ => Place::Field,
            };
        }
        self.place.set(place);
    }
}

/// A reader that hands out one line at a time and no more than one record may take. The parser asks for more only when
/// it has used up what it has, so that what was followed up to here is a finished record's end; the parser's own count is
/// off after blank lines.
pub(super) struct Lines<R> {
    input: BufReader<R>,
    meter: Rc<Meter>,
    inside_line: bool,
    /// A line feed that comes now belongs to the line before.
    after_return: bool,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(reader: R, meter: Rc<Meter>) -> Self {
        let input = BufReader::with_capacity(64 * 1024, reader);
        Lines {
            input,
            meter,
            inside_line: false,
            after_return: false,
        }
    }
}

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.meter.left.get() == 0 {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let chunk = self.input.fill_buf()?;
        let line = chunk
            .iter()
            .position(|byte| matches!(byte, b'\r' | b'\n'))
            .map_or(chunk.len(), |at| at + 1);
        let taken = line.min(buffer.len());
        buffer[..taken].copy_from_slice(&chunk[..taken]);
        if taken > 0 {
            let goes_on = self.inside_line || self.after_return && buffer[0] == b'\n';
            self.meter.line.update(|line| line + u64::from(!goes_on));
            // The parser leaves out a byte order mark, behind which a quote may open.
            let text = &buffer[..taken];
            let at_start = self.meter.line.get() == 1 && !self.inside_line;
            let text = text.strip_prefix(BOM).filter(|_| at_start).unwrap_or(text);
            self.meter.follow(text);
            self.inside_line = !matches!(buffer[taken - 1], b'\r' | b'\n');
            self.after_return = buffer[taken - 1] == b'\r';
            self.meter
                .left
                .update(|left| left.saturating_sub(taken as u64));
        }
        self.input.consume(taken);
        Ok(taken)
    }
}
