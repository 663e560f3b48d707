//! The line that parts two messages of an mbox (RFC 4155, appendix A): `From`, a sender, and a time as ctime writes it. It
//! refuses prose: a paragraph that merely begins with the word stays inside its message, also where nobody quoted it.

use jiff::{Timestamp, civil, tz::Offset};

use crate::field;

const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
/// What a line of a mail may be long (RFC 5322, section 2.1.1).
const MAX_LINE_BYTES: usize = 998;
/// Zones stand before the year or after it, as up to two words: `EST`, `+0200`, `MET DST`.
const ZONE_WORDS: usize = 2;

pub(crate) struct Postmark {
    /// When the message was delivered, in UTC where no offset says otherwise; `None` for a time that cannot be.
    pub(crate) time: Option<Timestamp>,
}

/// `None` for a line that parts nothing.
pub(crate) fn read(line: &[u8]) -> Option<Postmark> {
    let rest = line.strip_prefix(b"From ").filter(|rest| rest.len() <= MAX_LINE_BYTES)?;
    let words: Vec<&str> = rest
        .split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty())
        .map(|word| std::str::from_utf8(word).unwrap_or("?"))
        .collect();
    match words.as_slice() {
        [] => None,
        [sender] => (*sender == "-" || *sender == "MAILER-DAEMON" || sender.contains('@')).then_some(Postmark { time: None }),
        // A sender may be several words: `"Some Body"`, `somebody at example.com`.
        words => (0..words.len()).find_map(|at| ctime(&words[at..])),
    }
}

/// `Sat Jan  3 01:05:34 1996`, with or without seconds and a zone.
fn ctime(words: &[&str]) -> Option<Postmark> {
    let [weekday, month, day, time, more @ ..] = words else {
        return None;
    };
    place(&WEEKDAYS, weekday)?;
    let month = place(&MONTHS, month)?;
    let day = number(day, 1..=2)?;
    let (hour, minute, second) = time_of_day(time)?;
    let at = more.iter().take(ZONE_WORDS + 1).position(|word| number(word, 4..=4).is_some())?;
    let (zone, after) = (&more[..at], &more[at + 1..]);
    let from_elsewhere = matches!(after, ["remote", "from", _]);
    if after.len() > ZONE_WORDS && !from_elsewhere {
        return None;
    }
    let civil = civil::DateTime::new(number(more[at], 4..=4)?, i8::try_from(month + 1).ok()?, i8::try_from(day).ok()?, hour, minute, second, 0);
    let offset = zone.iter().chain(after).find_map(|word| offset(word)).unwrap_or(Offset::UTC);
    let time = civil.ok().and_then(|civil| offset.to_timestamp(civil).ok());
    // What writes the line without knowing the time writes the epoch.
    Some(Postmark { time: time.filter(|time| *time != Timestamp::UNIX_EPOCH).and_then(field::storable) })
}

fn place(names: &[&str], word: &str) -> Option<usize> {
    names.iter().position(|name| name.eq_ignore_ascii_case(word))
}

fn number(word: &str, digits: std::ops::RangeInclusive<usize>) -> Option<i16> {
    (digits.contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit())).then(|| word.parse().ok())?
}

fn time_of_day(word: &str) -> Option<(i8, i8, i8)> {
    let part = |text: &str, digits| number(text, digits).and_then(|part| i8::try_from(part).ok());
    let mut parts = word.split(':');
    let (hour, minute) = (part(parts.next()?, 1..=2)?, part(parts.next()?, 2..=2)?);
    let second = parts.next().map_or(Some(0), |second| part(second, 2..=2))?;
    parts.next().is_none().then_some((hour, minute, second))
}

/// `+0200`; the names of zones mean too many things to be believed.
fn offset(word: &str) -> Option<Offset> {
    let (sign, digits) = match word.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let digits = i32::from(number(digits, 4..=4)?);
    Offset::from_seconds(sign * (digits / 100 * 3600 + digits % 100 * 60)).ok()
}
