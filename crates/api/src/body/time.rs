//! Times as clients write them (RFC 3339, section 5.6).

use jiff::Timestamp;
use std::borrow::Cow;
use std::str::FromStr;

/// A time of RFC 3339, and of nothing else that `jiff` reads. The last hours of the year 9999 are past what a `Timestamp` holds,
/// and count as its end.
pub struct Rfc3339(pub Timestamp);

/// `date-time` of RFC 3339, section 5.6; which numbers stand where, a parser of times says.
fn is_date_time(text: &str) -> bool {
    let fits = |text: &[u8], form: &[u8]| {
        text.len() == form.len() && text.iter().zip(form).all(|(byte, expected)| if *expected == b'0' { byte.is_ascii_digit() } else { byte.eq_ignore_ascii_case(expected) })
    };
    let Some((_, rest)) = text.as_bytes().split_at_checked(19).filter(|(seconds, _)| fits(seconds, b"0000-00-00T00:00:00")) else { return false };
    let fraction = match rest {
        [b'.', digits @ ..] => 1 + digits.iter().take_while(|byte| byte.is_ascii_digit()).count(),
        _ => 0,
    };
    let (fraction, offset) = rest.split_at(fraction);
    // An hour and a minute of a day: `jiff` takes more for an offset.
    let hours = |offset: &[u8]| fits(offset, b"+00:00") || fits(offset, b"-00:00");
    fraction.len() != 1 && (fits(offset, b"Z") || hours(offset) && offset[1..3] <= b"23"[..] && offset[4..6] <= b"59"[..])
}

/// As many digits of a second as `jiff` reads; a rest that is not zero leaves the last of them other than zero, for whoever rounds up.
fn to_nanoseconds(text: &str) -> Cow<'_, str> {
    const SHORTEST: usize = "0000-00-00T00:00:00.000000000".len();
    let Some((kept, rest)) = text.split_at_checked(SHORTEST).filter(|(kept, rest)| kept.as_bytes()[19] == b'.' && rest.starts_with(|c: char| c.is_ascii_digit())) else {
        return Cow::Borrowed(text);
    };
    let offset = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let cut = &rest[..rest.len() - offset.len()];
    match kept.strip_suffix('0') {
        Some(before) if cut.contains(|digit| digit != '0') => Cow::Owned(format!("{before}1{offset}")),
        _ => Cow::Owned(format!("{kept}{offset}")),
    }
}

impl FromStr for Rfc3339 {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if !is_date_time(text) {
            return Err(());
        }
        let last_days = || {
            let (_, same_time) = text.split_at_checked(10).filter(|(day, _)| ["9999-12-30", "9999-12-31"].contains(day))?;
            format!("9999-12-28{same_time}").parse::<Timestamp>().ok().map(|_| Timestamp::MAX)
        };
        to_nanoseconds(text).parse().ok().or_else(last_days).map(Self).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_past_the_ninth_are_read_and_a_rest_of_them_is_not_nothing() {
        let read = |text: &str| text.parse::<Rfc3339>().ok().map(|time| time.0.to_string());
        for (text, expected) in [
            ("2026-11-25T00:00:00.1234567890Z", "2026-11-25T00:00:00.123456789Z"),
            ("2026-11-25T00:00:00.12345678900000000000+01:00", "2026-11-24T23:00:00.123456789Z"),
            ("2026-11-25T00:00:00.0000000000001Z", "2026-11-25T00:00:00.000000001Z"),
            ("2026-11-25T00:00:00.1234567800z", "2026-11-25T00:00:00.12345678Z"),
            ("2026-11-25T00:00:00.123456789Z", "2026-11-25T00:00:00.123456789Z"),
        ] {
            assert_eq!(read(text).as_deref(), Some(expected), "{text}");
        }
        for text in ["2026-11-25T00:00:00.Z", "2026-11-25T00:00:00.1234567890", "2026-11-25T00:00:00.123456789x0Z"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
