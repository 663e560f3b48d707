//! Cuts an mbox into raw messages (RFC 4155 with mboxrd quoting). It refuses to hold a message larger than the bound and
//! steps over such a one to the next.

use std::io::{BufRead, BufReader, ErrorKind, Read};

use jiff::Timestamp;

use crate::{
    error::{EMPTY, Lost, RowError},
    field::MAX_RECORD_BYTES,
    mbox::{mime::MAX_HEAD_BYTES, postmark},
};

/// A message without its `From ` line; `cut_short` to its beginning when it was larger than may be held.
pub(crate) struct RawMessage {
    /// The line of its `From ` line.
    pub(crate) line: u64,
    /// What that line says of the time.
    pub(crate) delivered: Option<Timestamp>,
    pub(crate) bytes: Vec<u8>,
    pub(crate) cut_short: bool,
}

pub(crate) struct Messages<R> {
    input: BufReader<R>,
    /// Lines read so far.
    line: u64,
    /// The line of the separator that ended the message before, and its time.
    next_starts: Option<(u64, Option<Timestamp>)>,
    buffer: Vec<u8>,
    started: bool,
}

impl<R: Read> Messages<R> {
    pub(crate) fn new(reader: R) -> Self {
        Messages {
            input: BufReader::with_capacity(64 * 1024, reader),
            line: 0,
            next_starts: None,
            buffer: Vec::new(),
            started: false,
        }
    }

    pub(crate) fn next(&mut self) -> Result<Option<RawMessage>, RowError> {
        if !self.started {
            self.started = true;
            self.find_first()?;
        }
        let Some((line, delivered)) = self.next_starts.take() else {
            return Ok(None);
        };
        let mut message = RawMessage {
            line,
            delivered,
            bytes: Vec::new(),
            cut_short: false,
        };
        let mut after_blank = false;
        while let Some(whole) = self.read_line()? {
            let separator = if after_blank && whole { postmark::read(&self.buffer) } else { None };
            if let Some(postmark) = separator {
                self.next_starts = Some((self.line, postmark.time));
                break;
            }
            after_blank = matches!(self.buffer.as_slice(), b"\n" | b"\r\n");
            let text = unquoted(&self.buffer);
            if !whole || message.bytes.len() + text.len() > MAX_RECORD_BYTES {
                message.cut_short = true;
                message.bytes.truncate(MAX_HEAD_BYTES);
                message.bytes.shrink_to_fit();
            }
            if !message.cut_short {
                message.bytes.extend_from_slice(text);
            }
        }
        // The blank line before the next separator belongs to the mbox, not to the message.
        if after_blank && message.bytes.ends_with(b"\n") {
            message.bytes.pop();
            if message.bytes.ends_with(b"\r") {
                message.bytes.pop();
            }
        }
        Ok(Some(message))
    }

    fn find_first(&mut self) -> Result<(), RowError> {
        while self.read_line()?.is_some() {
            let line = self
                .buffer
                .strip_prefix(b"\xEF\xBB\xBF")
                .unwrap_or(&self.buffer);
            if line.starts_with(b"From ") {
                self.next_starts = Some((self.line, postmark::read(line).and_then(|postmark| postmark.time)));
                return Ok(());
            }
            if !line.iter().all(u8::is_ascii_whitespace) {
                return Err(RowError::new(
                    self.line,
                    "not an mbox: the first line must start with `From `",
                )
                .losing(Lost::Rest));
            }
        }
        Err(RowError::new(self.line.max(1), EMPTY).losing(Lost::Rest))
    }

    /// One line with its end into the buffer; `Some(false)` when it was too long to be held, `None` at the end.
    fn read_line(&mut self) -> Result<Option<bool>, RowError> {
        self.buffer.clear();
        let mut whole = true;
        let mut any = false;
        loop {
            let chunk = match self.input.fill_buf() {
                Ok(chunk) => chunk,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(RowError::unreadable(self.line + 1, error.kind())),
            };
            if chunk.is_empty() {
                break;
            }
            any = true;
            let end = chunk
                .iter()
                .position(|byte| *byte == b'\n')
                .map(|at| at + 1);
            let taken = end.unwrap_or(chunk.len());
            if self.buffer.len() + taken > MAX_RECORD_BYTES {
                whole = false;
            } else if whole {
                self.buffer.extend_from_slice(&chunk[..taken]);
            }
            self.input.consume(taken);
            if end.is_some() {
                break;
            }
        }
        self.line += u64::from(any);
        Ok(any.then_some(whole))
    }
}

/// mboxrd: one `>` less before `From `.
fn unquoted(line: &[u8]) -> &[u8] {
    let quotes = line.iter().take_while(|byte| **byte == b'>').count();
    if quotes > 0 && line[quotes..].starts_with(b"From ") {
        &line[1..]
    } else {
        line
    }
}
