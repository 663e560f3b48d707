//! The rules that every imported value is held to, whatever file it came from. They refuse instead of shortening, so that
//! nothing is lost unnoticed.

use std::{fmt, str::FromStr};

use jiff::{Timestamp, civil, tz::TimeZone};

use crate::error::Violation;

pub const MAX_SUBJECT_CHARS: usize = 500;
pub const MAX_BODY_BYTES: usize = 64 * 1024;
pub const MAX_EXTERNAL_ID_CHARS: usize = 255;
pub const MAX_NAME_CHARS: usize = 200;
pub const MAX_EMAIL_CHARS: usize = 254;
pub const MAX_TAG_CHARS: usize = 64;
pub const MAX_TAGS: usize = 50;
pub const MAX_COMMENTS: usize = 10_000;

/// The largest single record that is held in memory.
pub(crate) const MAX_RECORD_BYTES: usize = 25 * 1024 * 1024;
/// The most that is held of a file which has to be seen whole.
pub(crate) const MAX_HELD_BYTES: usize = 256 * 1024 * 1024;

/// Text of one line: runs of white space and control characters become one space, so that no subject or name can forge
/// a line of a log or a list.
pub(crate) fn one_line(field: &str, text: &str, max_chars: usize) -> Result<String, Violation> {
    refuse_nul(field, text)?;
    let mut line = String::new();
    for word in text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
    {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if line.chars().count() > max_chars {
        return Err(Violation::of(
            field,
            format!("longer than {max_chars} characters"),
        ));
    }
    Ok(line)
}

pub(crate) fn subject(field: &str, text: &str) -> Result<String, Violation> {
    let subject = one_line(field, text, MAX_SUBJECT_CHARS)?;
    if subject.is_empty() {
        return Err(Violation::of(field, "must not be empty"));
    }
    Ok(subject)
}

pub(crate) fn body(field: &str, text: String) -> Result<String, Violation> {
    refuse_nul(field, &text)?;
    if text.len() > MAX_BODY_BYTES {
        return Err(Violation::of(
            field,
            format!("longer than {MAX_BODY_BYTES} bytes"),
        ));
    }
    Ok(text)
}

pub(crate) fn external_id(field: &str, text: &str) -> Result<String, Violation> {
    let id = one_line(field, text, MAX_EXTERNAL_ID_CHARS)?;
    if id.is_empty() {
        return Err(Violation::of(field, "must not be empty"));
    }
    Ok(id)
}

/// A name of a person, group or organization; `None` when blank.
pub(crate) fn name(field: &str, text: &str) -> Result<Option<String>, Violation> {
    Ok(Some(one_line(field, text, MAX_NAME_CHARS)?).filter(|name| !name.is_empty()))
}

/// An address as data; `None` when blank. Held to what an address is everywhere else.
pub(crate) fn email(field: &str, text: &str) -> Result<Option<String>, Violation> {
    let address = one_line(field, text, MAX_EMAIL_CHARS)?;
    if address.is_empty() {
        return Ok(None);
    }
    if !ringfence_domain::is_email(&address) {
        return Err(Violation::of(field, "must be an e-mail address"));
    }
    Ok(Some(address))
}

/// RFC 3339, or a date or date and time without a zone, which is taken as UTC. `None` when blank.
pub(crate) fn timestamp(field: &str, text: &str) -> Result<Option<Timestamp>, Violation> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let without_zone = || {
        let text = text.strip_suffix("UTC").map_or(text, str::trim_end);
        let civil = text.parse::<civil::DateTime>().ok()?;
        civil
            .to_zoned(TimeZone::UTC)
            .ok()
            .map(|zoned| zoned.timestamp())
    };
    let time = text.parse::<Timestamp>().ok().or_else(without_zone);
    match time.and_then(storable) {
        Some(time) => Ok(Some(time)),
        None => Err(Violation::of(
            field,
            "must be a time such as 2024-05-01T12:00:00Z",
        )),
    }
}

/// What the database takes (`tickets_times_can_be_told`; its other end is that of `Timestamp`). The first day of all is what
/// programs write that know none.
pub(crate) fn storable(time: Timestamp) -> Option<Timestamp> {
    const EARLIEST: civil::Date = civil::date(1, 1, 2);
    (TimeZone::UTC.to_datetime(time).date() >= EARLIEST).then_some(time)
}

/// A word of a closed set; `None` when blank.
pub(crate) fn word<T>(field: &str, text: &str) -> Result<Option<T>, Violation>
where
    T: FromStr,
    T::Err: fmt::Display,
{
    if text.trim().is_empty() {
        return Ok(None);
    }
    text.parse()
        .map(Some)
        .map_err(|unknown: T::Err| Violation::of(field, unknown.to_string()))
}

/// Tags without repetitions, in their order. A tag is one word: `good first issue` becomes `good_first_issue`.
pub(crate) fn tags<'a>(
    field: &str,
    words: impl Iterator<Item = &'a str>,
) -> Result<Vec<String>, Violation> {
    let mut tags: Vec<String> = Vec::new();
    for word in words {
        let tag = one_line(field, word, MAX_TAG_CHARS)?.replace([' ', ','], "_");
        if tag.is_empty() || tags.contains(&tag) {
            continue;
        }
        if tags.len() == MAX_TAGS {
            return Err(Violation::of(field, format!("more than {MAX_TAGS} tags")));
        }
        tags.push(tag);
    }
    Ok(tags)
}

/// The line that stands in a body for a file that stayed behind. Its name is foreign text inside brackets of ours.
pub(crate) fn attachment_note(name: Option<&str>, bytes: u64) -> String {
    let name: String = name
        .unwrap_or_default()
        .chars()
        .map(|c| {
            if c.is_control() || matches!(c, '[' | ']' | '<' | '>') {
                '_'
            } else {
                c
            }
        })
        .take(MAX_NAME_CHARS)
        .collect();
    match name.trim() {
        "" => format!("[attachment not imported: {bytes} bytes]"),
        name => format!("[attachment not imported: {name}, {bytes} bytes]"),
    }
}

fn refuse_nul(field: &str, text: &str) -> Result<(), Violation> {
    if text.contains('\0') {
        return Err(Violation::of(field, "contains a NUL character"));
    }
    Ok(())
}
