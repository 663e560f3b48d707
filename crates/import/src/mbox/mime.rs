//! The readable text of a MIME message. mail-parser reads headers and decodes; the parts are walked here, because a
//! hostile message must not be able to nest or multiply parts beyond a bound. It refuses to open attachments and enclosed
//! messages: they leave a note.

use mail_parser::{ContentType, Header, HeaderName, HeaderValue, MessageParser, parsers::MessageStream};

use crate::{
    error::Violation,
    field, html,
    mbox::transfer_encoding::{decode, decoded_len},
};

pub(crate) const MAX_HEAD_BYTES: usize = 256 * 1024;
const MAX_DEPTH: usize = 16;
const MAX_PARTS: usize = 500;
const MAX_NOTES: usize = 50;
/// Text that is longer before decoding cannot end up within the bound of a body.
const MAX_TEXT_BYTES: usize = 1024 * 1024;

/// A part's head and the rest after the blank line. Where that is missing, the first line that is no header's begins the rest.
pub(crate) fn split_head(part: &[u8]) -> Result<(&[u8], &[u8]), Violation> {
    let mut at = 0;
    let mut end = part.len();
    let mut rest = part.len();
    for line in part.split_inclusive(|byte| *byte == b'\n') {
        if matches!(line, b"\n" | b"\r\n") {
            end = at;
            rest = at + line.len();
            break;
        }
        if !belongs_to_head(line, at == 0) {
            (end, rest) = (at, at);
            break;
        }
        at += line.len();
        if at > MAX_HEAD_BYTES {
            return Err(Violation::of_record(format!(
                "headers longer than {MAX_HEAD_BYTES} bytes"
            )));
        }
    }
    Ok((&part[..end], &part[rest..]))
}

/// A header's first line or a further one (RFC 5322, 2.2 and 4.5), or a mailbox's separator.
fn belongs_to_head(line: &[u8], first: bool) -> bool {
    let name = line.iter().position(|byte| *byte == b':').map(|colon| line[..colon].trim_ascii_end());
    let is_header = name.is_some_and(|name| !name.is_empty() && name.iter().all(u8::is_ascii_graphic));
    let is_separator = line.strip_prefix(b">").unwrap_or(line).starts_with(b"From ");
    is_header || is_separator || !first && line.starts_with(b" ") || !first && line.starts_with(b"\t")
}

/// The headers that matter here; all others are stepped over.
pub(crate) struct Headers<'x>(Vec<Header<'x>>);

impl<'x> Headers<'x> {
    pub(crate) fn read(head: &'x [u8]) -> Self {
        let parser = MessageParser::new()
            .with_mime_headers()
            .with_message_ids()
            .header_date(HeaderName::Date)
            .header_text(HeaderName::Subject)
            .header_address(HeaderName::From)
            .default_header_ignore();
        let mut headers = Vec::new();
        MessageStream::new(head).parse_headers(&parser, &mut headers);
        Headers(headers)
    }

    pub(crate) fn value(&self, name: HeaderName<'static>) -> Option<&HeaderValue<'x>> {
        self.0
            .iter()
            .find(|header| header.name == name)
            .map(|header| &header.value)
    }

    pub(crate) fn content_type(&self) -> Option<&ContentType<'x>> {
        self.value(HeaderName::ContentType)
            .and_then(HeaderValue::as_content_type)
    }

    fn file_name(&self) -> Option<&str> {
        let disposition = self
            .value(HeaderName::ContentDisposition)
            .and_then(HeaderValue::as_content_type);
        let named = disposition.and_then(|disposition| disposition.attribute("filename"));
        named.or_else(|| self.content_type().and_then(|kind| kind.attribute("name")))
    }

    /// `inline` or `attachment` (RFC 2183), in lower case.
    fn disposition(&self) -> Option<String> {
        let disposition = self
            .value(HeaderName::ContentDisposition)
            .and_then(HeaderValue::as_content_type);
        disposition.map(|disposition| disposition.ctype().to_ascii_lowercase())
    }
}

/// The text of a message whose headers were read already, and whether some of it stands there undecoded.
pub(crate) fn body(headers: &Headers<'_>, content: &[u8]) -> Result<(String, bool), Violation> {
    let mut walk = Walk { parts: 0 };
    let read = walk.part(headers, content, 0)?;
    let undecoded = read.texts.iter().any(|piece| matches!(piece, Piece::Undecoded { .. }));
    let mut text = String::new();
    let mut pieces = read
        .texts
        .into_iter()
        .map(Piece::into_text)
        .collect::<Result<Vec<_>, _>>()?;
    let more = read.notes.len().saturating_sub(MAX_NOTES);
    pieces.extend(read.notes.into_iter().take(MAX_NOTES));
    if more > 0 {
        pieces.push(format!("[{more} more attachments not imported]"));
    }
    for piece in pieces {
        let piece = piece
            .replace("\r\n", "\n")
            .replace('\r', "\n")
            .replace('\0', "");
        let piece = piece.trim_start_matches('\n').trim_end();
        if piece.is_empty() {
            continue;
        }
        if !text.is_empty() {
            text.push_str("\n\n");
        }
        text.push_str(piece);
    }
    Ok((text, undecoded))
}

/// A piece of text as it was sent; only what is chosen in the end is cleaned, measured and refused.
enum Piece {
    Plain(String),
    Html(String),
    /// As it stands, for it is not in the encoding that its part names.
    Undecoded { text: String, html: bool },
    TooLong,
}

impl Piece {
    fn says_something(&self) -> bool {
        match self {
            Piece::Plain(text) | Piece::Html(text) | Piece::Undecoded { text, .. } => !text.trim().is_empty(),
            Piece::TooLong => true,
        }
    }

    fn into_text(self) -> Result<String, Violation> {
        match self {
            Piece::Plain(text) | Piece::Undecoded { text, html: false } => Ok(text),
            Piece::Html(text) | Piece::Undecoded { text, html: true } => {
                html::to_text(&text).ok_or_else(|| Violation::of("body", "HTML too large to clean"))
            }
            Piece::TooLong => Err(Violation::of(
                "body",
                format!("a text longer than {MAX_TEXT_BYTES} bytes"),
            )),
        }
    }
}

#[derive(Default)]
struct Read {
    texts: Vec<Piece>,
    plain: bool,
    notes: Vec<String>,
}

impl Read {
    fn append(&mut self, mut other: Read) {
        self.texts.append(&mut other.texts);
        self.plain |= other.plain;
        self.notes.append(&mut other.notes);
    }

    fn has_text(&self) -> bool {
        self.texts.iter().any(Piece::says_something)
    }
}

struct Walk {
    parts: usize,
}

impl Walk {
    fn part(
        &mut self,
        headers: &Headers<'_>,
        content: &[u8],
        depth: usize,
    ) -> Result<Read, Violation> {
        self.parts += 1;
        if self.parts > MAX_PARTS {
            return Err(Violation::of_record(format!("more than {MAX_PARTS} parts")));
        }
        if depth > MAX_DEPTH {
            return Err(Violation::of_record(format!(
                "parts nested more than {MAX_DEPTH} deep"
            )));
        }
        let kind = headers.content_type();
        let (main, sub) = kind.map_or(("text", "plain"), |kind| {
            (kind.ctype(), kind.subtype().unwrap_or_default())
        });
        let boundary = kind
            .and_then(|kind| kind.attribute("boundary"))
            .map(str::trim_end)
            .filter(|text| !text.is_empty());
        if main.eq_ignore_ascii_case("multipart")
            && let Some(boundary) = boundary
        {
            return self.parts_of(sub, boundary, content, depth);
        }
        // A multipart without a usable boundary, and a type that does not parse, are shown as they stand.
        let is_text = main.eq_ignore_ascii_case("text")
            || main.eq_ignore_ascii_case("multipart")
            || main.is_empty();
        let is_shown = !main.eq_ignore_ascii_case("text")
            || ["plain", "html", ""]
                .iter()
                .any(|known| sub.eq_ignore_ascii_case(known));
        // What is meant to be read where it stands may have a name (RFC 2183, 2.1).
        let is_file = match headers.disposition().as_deref() {
            Some("attachment") => true,
            Some("inline") => depth > 0 && !is_shown,
            _ => depth > 0 && (headers.file_name().is_some() || !is_shown),
        };
        if !is_text || is_file {
            let note = field::attachment_note(headers.file_name(), decoded_len(headers, content));
            return Ok(Read {
                notes: vec![note],
                ..Read::default()
            });
        }
        let html = sub.eq_ignore_ascii_case("html");
        let piece = match content.len() {
            0..=MAX_TEXT_BYTES => match (decode(headers, content), html) {
                (Ok(text), true) => Piece::Html(text),
                (Ok(text), false) => Piece::Plain(text),
                (Err(text), html) => Piece::Undecoded { text, html },
            },
            _ => Piece::TooLong,
        };
        Ok(Read {
            texts: vec![piece],
            plain: !html,
            ..Read::default()
        })
    }

    fn parts_of(
        &mut self,
        sub: &str,
        boundary: &str,
        content: &[u8],
        depth: usize,
    ) -> Result<Read, Violation> {
        let mut all = Vec::new();
        for part in parts(content, boundary) {
            let (head, rest) = split_head(part)?;
            let headers = Headers::read(head);
            // Enclosed messages, unless a part says otherwise (RFC 2046, 5.1.5).
            if sub.eq_ignore_ascii_case("digest") && headers.content_type().is_none() {
                let note = field::attachment_note(None, part.len() as u64);
                all.push(Read {
                    notes: vec![note],
                    ..Read::default()
                });
                self.parts += 1;
                continue;
            }
            all.push(self.part(&headers, rest, depth + 1)?);
        }
        let mut read = Read::default();
        if sub.eq_ignore_ascii_case("alternative") {
            // The same content several times over: plain text where there is some, else the richest, which is the last.
            let plain = all.iter().position(|one| one.plain && one.has_text());
            let chosen = plain.or_else(|| all.iter().rposition(Read::has_text));
            for (at, one) in all.iter_mut().enumerate() {
                if Some(at) != chosen {
                    one.texts.clear();
                }
            }
        }
        all.into_iter().for_each(|one| read.append(one));
        Ok(read)
    }
}

/// The parts between boundary lines; without a closing line the last one reaches to the end.
fn parts<'a>(content: &'a [u8], boundary: &str) -> Vec<&'a [u8]> {
    let mut parts = Vec::new();
    let mut starts = None;
    let mut at = 0;
    for line in content.split_inclusive(|byte| *byte == b'\n') {
        let after = line
            .strip_prefix(b"--")
            .and_then(|rest| rest.strip_prefix(boundary.as_bytes()));
        let closing = after.is_some_and(|rest| rest.starts_with(b"--"));
        let is_boundary =
            closing || after.is_some_and(|rest| rest.iter().all(u8::is_ascii_whitespace));
        if is_boundary {
            if let Some(from) = starts {
                parts.push(without_line_end(&content[from..at]));
            }
            starts = (!closing).then_some(at + line.len());
        }
        at += line.len();
        // One more than is allowed is enough to be refused.
        if (is_boundary && closing) || parts.len() > MAX_PARTS {
            return parts;
        }
    }
    parts.extend(starts.map(|from| &content[from..]));
    parts
}

/// The line end before a boundary belongs to the boundary.
fn without_line_end(part: &[u8]) -> &[u8] {
    let part = part.strip_suffix(b"\n").unwrap_or(part);
    part.strip_suffix(b"\r").unwrap_or(part)
}
