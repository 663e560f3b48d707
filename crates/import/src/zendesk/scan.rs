//! Cuts a stream of JSON into values and counts lines, holding one value at a time. It refuses to judge a value's
//! inside beyond brackets and strings: serde_json does that afterwards, on the cut.

use std::io::{BufRead, BufReader, ErrorKind, Read};

use crate::error::RowError;

const MAX_DEPTH: usize = 512;

/// Why the stream cannot be followed from here on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Broken {
    Unreadable(ErrorKind),
    Ended,
    /// More than may be held of one document.
    Full,
    Syntax(&'static str),
}

impl Broken {
    pub(crate) fn describe(self, line: u64) -> String {
        match self {
            Broken::Unreadable(kind) => format!("the file could not be read any further: {kind}"),
            Broken::Ended => "malformed JSON: the file ends inside a value".to_owned(),
            Broken::Full => {
                "the document is larger than the 256 MiB that may be held; export fewer tickets at a time, or one JSON \
                 object a line"
                    .to_owned()
            }
            Broken::Syntax(what) => format!("malformed JSON: {what} (line {line})"),
        }
    }

    pub(crate) fn at(self, line: u64) -> RowError {
        match self {
            Broken::Unreadable(kind) => RowError::unreadable(line, kind),
            other => RowError::new(line, other.describe(line)),
        }
    }
}

/// A value cut out of the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Captured {
    pub(crate) line: u64,
    pub(crate) bytes: Vec<u8>,
    /// The value was longer than the limit; `bytes` is only its beginning.
    pub(crate) cut_short: bool,
}

impl Captured {
    fn push(&mut self, byte: u8, limit: usize) {
        if self.bytes.len() < limit {
            self.bytes.push(byte);
        } else {
            self.cut_short = true;
        }
    }
}

pub(crate) struct Scanner<R> {
    input: BufReader<R>,
    line: u64,
    line_starts: bool,
}

impl<R: Read> Scanner<R> {
    pub(crate) fn new(reader: R) -> Self {
        Scanner {
            input: BufReader::with_capacity(64 * 1024, reader),
            line: 1,
            line_starts: true,
        }
    }

    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    pub(crate) fn peek(&mut self) -> Result<Option<u8>, Broken> {
        loop {
            match self.input.fill_buf() {
                Ok(buffer) => return Ok(buffer.first().copied()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(Broken::Unreadable(error.kind())),
            }
        }
    }

    /// Takes the byte that was peeked at.
    pub(crate) fn bump(&mut self) {
        let newline = self.input.buffer().first() == Some(&b'\n');
        self.input.consume(1);
        self.line += u64::from(newline);
        self.line_starts = newline;
    }

    pub(crate) fn skip_white(&mut self) -> Result<(), Broken> {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.peek()? {
            self.bump();
        }
        Ok(())
    }

    pub(crate) fn skip_byte_order_mark(&mut self) -> Result<(), Broken> {
        for expected in [0xEF, 0xBB, 0xBF] {
            if self.peek()? != Some(expected) {
                break;
            }
            self.bump();
        }
        Ok(())
    }

    pub(crate) fn skip_line(&mut self) -> Result<(), Broken> {
        while self.peek()?.is_some() {
            self.bump();
            if self.line_starts {
                break;
            }
        }
        Ok(())
    }

    /// To the next line that opens with `{`, which may be this one.
    pub(crate) fn skip_to_object_line(&mut self) -> Result<(), Broken> {
        while let Some(byte) = self.peek()? {
            if self.line_starts && byte == b'{' {
                break;
            }
            self.bump();
        }
        Ok(())
    }

    /// After white space, the given byte.
    pub(crate) fn expect(&mut self, byte: u8, what: &'static str) -> Result<(), Broken> {
        self.skip_white()?;
        match self.peek()? {
            Some(found) if found == byte => {
                self.bump();
                Ok(())
            }
            Some(_) => Err(Broken::Syntax(what)),
            None => Err(Broken::Ended),
        }
    }

    /// Steps over the comma before an array's next element; false when the array ends instead.
    pub(crate) fn next_element(&mut self, first: bool) -> Result<bool, Broken> {
        self.skip_white()?;
        match self.peek()? {
            Some(b']') => {
                self.bump();
                return Ok(false);
            }
            Some(_) if first => {}
            Some(b',') => {
                self.bump();
                self.skip_white()?;
            }
            Some(_) => return Err(Broken::Syntax("expected `,` or `]` after an element")),
            None => return Err(Broken::Ended),
        }
        match self.peek()? {
            None => Err(Broken::Ended),
            Some(b',' | b']' | b'}' | b':') => Err(Broken::Syntax("expected a value")),
            Some(_) => Ok(true),
        }
    }

    /// Cuts out the value that starts at the next byte.
    ///
    /// `strict` also breaks where an object or a string stands without `,` or `:` before it, or a line ends inside a
    /// string: with one object a line that is how a line which was cut off shows, before it swallows the next one.
    pub(crate) fn capture(&mut self, limit: usize, strict: bool) -> Result<Captured, Broken> {
        let mut value = Captured {
            line: self.line,
            bytes: Vec::new(),
            cut_short: false,
        };
        let mut open: Vec<u8> = Vec::new();
        let mut before = b':';
        loop {
            let Some(byte) = self.peek()? else {
                // A number or a word at the end of the file is complete.
                return if open.is_empty() && !value.bytes.is_empty() {
                    Ok(value)
                } else {
                    Err(Broken::Ended)
                };
            };
            let scalar_ends = matches!(byte, b',' | b']' | b'}' | b' ' | b'\t' | b'\r' | b'\n');
            if open.is_empty() && scalar_ends {
                return if value.bytes.is_empty() {
                    Err(Broken::Syntax("expected a value"))
                } else {
                    Ok(value)
                };
            }
            let opens = matches!(byte, b'{' | b'[' | b'"');
            if strict && opens && !may_open(byte, before, open.last()) {
                return Err(Broken::Syntax("expected `,` or `:`"));
            }
            match byte {
                b'"' => self.string(&mut value, limit, strict)?,
                b'{' | b'[' => {
                    if open.len() == MAX_DEPTH {
                        return Err(Broken::Syntax("nested too deeply"));
                    }
                    open.push(byte);
                }
                b'}' | b']' => {
                    let opener = if byte == b'}' { b'{' } else { b'[' };
                    if open.pop() != Some(opener) {
                        return Err(Broken::Syntax("a bracket closes what was not opened"));
                    }
                }
                _ => {}
            }
            if byte != b'"' {
                value.push(byte, limit);
                self.bump();
            }
            if open.is_empty() && matches!(byte, b'"' | b'}' | b']') {
                return Ok(value);
            }
            if !byte.is_ascii_whitespace() {
                before = byte;
            }
        }
    }

    /// A string with its quotes; the opening one is the next byte.
    pub(crate) fn string(
        &mut self,
        value: &mut Captured,
        limit: usize,
        strict: bool,
    ) -> Result<(), Broken> {
        value.push(b'"', limit);
        self.bump();
        let mut escaped = false;
        while let Some(byte) = self.peek()? {
            if strict && byte == b'\n' {
                return Err(Broken::Syntax("the line ends inside a string"));
            }
            value.push(byte, limit);
            self.bump();
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => return Ok(()),
                _ => self.plain_run(value, limit),
            }
        }
        Err(Broken::Ended)
    }

    /// The bytes of a string that mean nothing, at once, as far as they are buffered.
    fn plain_run(&mut self, value: &mut Captured, limit: usize) {
        let buffer = self.input.buffer();
        let run = buffer
            .iter()
            .position(|byte| matches!(byte, b'"' | b'\\' | b'\n'))
            .unwrap_or(buffer.len());
        let room = limit.saturating_sub(value.bytes.len()).min(run);
        value.bytes.extend_from_slice(&buffer[..room]);
        value.cut_short |= room < run;
        if run > 0 {
            self.input.consume(run);
            self.line_starts = false;
        }
    }
}

fn may_open(byte: u8, before: u8, container: Option<&u8>) -> bool {
    match (before, container) {
        (b'[' | b':', _) => true,
        (b',', Some(b'{')) | (b'{', _) => byte == b'"',
        (b',', _) => true,
        _ => false,
    }
}
