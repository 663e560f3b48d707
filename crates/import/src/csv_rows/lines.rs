//! The CSV parser's input, line by line. It refuses to hand out more than one record may take.

use std::{
    cell::Cell,
    io::{self, BufRead, BufReader, Read},
    rc::Rc,
};

/// How far the reader has come; shared with the CSV parser's input.
#[derive(Default)]
pub(super) struct Meter {
    /// Lines handed out so far.
    pub(super) line: Cell<u64>,
    /// Bytes that the current record may still take.
    pub(super) left: Cell<u64>,
}

/// A reader that hands out one line at a time and no more than one record may take. The parser asks for more only when
/// it has used up what it has, so that the line handed out last is the one a finished record ends on; the parser's own
/// count is off after blank lines.
pub(super) struct Lines<R> {
    input: BufReader<R>,
    meter: Rc<Meter>,
    inside_line: bool,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(reader: R, meter: Rc<Meter>) -> Self {
        let input = BufReader::with_capacity(64 * 1024, reader);
        Lines {
            input,
            meter,
            inside_line: false,
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
            .position(|byte| *byte == b'\n')
            .map_or(chunk.len(), |at| at + 1);
        let taken = line.min(buffer.len());
        buffer[..taken].copy_from_slice(&chunk[..taken]);
        if taken > 0 {
            self.meter
                .line
                .update(|line| line + u64::from(!self.inside_line));
            self.inside_line = buffer[taken - 1] != b'\n';
            self.meter
                .left
                .update(|left| left.saturating_sub(taken as u64));
        }
        self.input.consume(taken);
        Ok(taken)
    }
}
