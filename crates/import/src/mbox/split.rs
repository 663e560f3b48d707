//! Cuts an mbox into raw messages (RFC 4155 with mboxrd quoting). It refuses to hold a message larger than the bound and
//! steps over such a one to the next.

use std::io::{BufRead, BufReader, ErrorKind, Read};

use crate::{error::{EMPTY, RowError}, field::MAX_RECORD_BYTES};

/// A message without its `From ` line; `cut_short` when it was larger than may be held.
pub(crate) struct RawMessage {
    /// The line of its `From ` line.
    pub(crate) line: u64,
    pub(crate) bytes: Vec<u8>,
    pub(crate) cut_short: bool,
}

pub(crate) struct Messages<R> {
    input: BufReader<R>,
    /// Lines read so far.
    line: u64,
    /// The line of the separator that ended the message before.
    next_starts: Option<u64>,
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
        let Some(line) = self.next_starts.take() else {
            return Ok(None);
        };
        let mut message = RawMessage {
            line,
            bytes: Vec::new(),
            cut_short: false,
        };
        let mut after_blank = false;
        while let Some(whole) = self.read_line()? {
            if after_blank && whole && is_separator(&self.buffer) {
                self.next_starts = Some(self.line);
                break;
            }
            after_blank = matches!(self.buffer.as_slice(), b"\n" | b"\r\n");
            let text = unquoted(&self.buffer);
            if !whole || message.bytes.len() + text.len() > MAX_RECORD_BYTES {
                message.cut_short = true;
                message.bytes = Vec::new();
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
                self.next_starts = Some(self.line);
                return Ok(());
            }
            if !line.iter().all(u8::is_ascii_whitespace) {
                return Err(RowError::new(
                    self.line,
                    "not an mbox: the first line must start with `From `",
                ));
            }
        }
        Err(RowError::new(self.line.max(1), EMPTY))
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

/// A line that parts two messages: `From`, a sender, and a time of day or nothing. Asking for that keeps a paragraph
/// that merely begins with the word, in an mbox that does not quote such lines, inside its message.
fn is_separator(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"From ") else {
        return false;
    };
    let mut words = rest
        .split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty());
    let Some(sender) = words.next() else {
        return false;
    };
    let mut more = words.peekable();
    if more.peek().is_none() {
        return sender == b"-" || sender == b"MAILER-DAEMON" || sender.contains(&b'@');
    }
    more.any(|word| {
        matches!(
            word,
            [b'0'..=b'9', b'0'..=b'9', b':', b'0'..=b'9', b'0'..=b'9', ..]
        )
    })
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
