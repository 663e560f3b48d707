//! Reads what a client sent, field by field, and says everything that is wrong with it at once.

use super::time::Rfc3339;
use crate::problem::{FieldError, Kind, Problem};
use jiff::tz::TimeZone;
use jiff::{RoundMode, Timestamp, TimestampRound, Unit};
use ringfence_domain::{hyphenated, permission};
use serde_json::{Map, Value};
use std::str::FromStr;
use uuid::Uuid;

/// Errors told at once; who sends ten thousand wrong fields is not told of each.
const MOST_ERRORS: usize = 100;

/// Takes fields out one by one; what is left at the end is unknown.
pub struct Fields {
    prefix: String,
    fields: Map<String, Value>,
    errors: Vec<FieldError>,
}

/// A field of a merge patch (RFC 7396): absent, null or a value.
pub type Patched<T> = Option<Option<T>>;

/// An id in its one form.
struct Hyphenated(Uuid);

impl FromStr for Hyphenated {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        hyphenated(text).map(Self).ok_or(())
    }
}

impl Fields {
    pub const fn of(fields: Map<String, Value>) -> Self {
        Self { prefix: String::new(), fields, errors: Vec::new() }
    }

    /// A query string, each parameter at most once.
    pub fn of_query(query: &str) -> Self {
        let mut read = Self::of(Map::new());
        let Ok(pairs) = actix_web::web::Query::<Vec<(String, String)>>::from_query(query) else {
            read.wrong("query", "malformed", "is not a query string");
            return read;
        };
        // What is not UTF-8 was replaced in decoding, and would be looked for as something that nobody wrote.
        let replaced = |text: &str| text.contains(char::REPLACEMENT_CHARACTER) && !query.contains(char::REPLACEMENT_CHARACTER) && !query.to_ascii_uppercase().contains("%EF%BF%BD");
        for (name, value) in pairs.into_inner() {
            if replaced(&name) || replaced(&value) {
                read.wrong("query", "malformed", "is not UTF-8");
                return read;
            }
            if read.fields.insert(name.clone(), Value::String(value)).is_some() {
                read.wrong(&name, "repeated", "is given more than once");
            }
        }
        read
    }

    pub fn wrong(&mut self, field: &str, code: &'static str, message: impl Into<String>) {
        self.errors.push(FieldError { field: format!("{}{field}", self.prefix), code, message: message.into() });
    }

    /// Whether anything was found wrong so far.
    pub fn has_errors(&self) -> bool {
        !self.errors.is_empty()
    }

    pub fn has(&self, field: &str) -> bool {
        self.fields.contains_key(field)
    }

    /// Whether the field was there. Whatever it says is not looked at.
    pub fn ignored(&mut self, field: &str) -> bool {
        self.fields.remove(field).is_some()
    }

    /// A text of `least` to `most` characters; null counts as absent.
    pub fn text(&mut self, field: &str, least: usize, most: usize) -> Option<String> {
        self.patched_text(field, least, most).flatten()
    }

    /// What the operation cannot do without; null counts as absent.
    pub fn require(&mut self, field: &str) {
        if matches!(self.fields.get(field), None | Some(Value::Null)) {
            self.fields.remove(field);
            self.wrong(field, "required", "is required");
        }
    }

    pub fn required_text(&mut self, field: &str, least: usize, most: usize) -> String {
        self.require(field);
        self.text(field, least, most).unwrap_or_default()
    }

    pub fn patched_text(&mut self, field: &str, least: usize, most: usize) -> Patched<String> {
        match self.fields.remove(field)? {
            Value::Null => Some(None),
            Value::String(text) => {
                let length = text.chars().count();
                if text.contains('\0') {
                    self.wrong(field, "invalid", "must not hold NUL");
                } else if length < least || length > most || (least > 0 && text.trim().is_empty()) {
                    self.wrong(field, "length", format!("must have {least} to {most} characters"));
                }
                Some(Some(text))
            }
            _ => {
                self.wrong(field, "wrong_type", "must be a string");
                None
            }
        }
    }

    pub fn patched<T: FromStr>(&mut self, field: &str, expected: &str) -> Patched<T> {
        match self.fields.remove(field)? {
            Value::Null => Some(None),
            Value::String(text) => {
                let parsed = text.parse().ok();
                if parsed.is_none() {
                    self.wrong(field, "invalid", format!("must be {expected}"));
                }
                Some(parsed)
            }
            _ => {
                self.wrong(field, "wrong_type", format!("must be {expected}"));
                None
            }
        }
    }

    pub fn parsed<T: FromStr>(&mut self, field: &str, expected: &str) -> Option<T> {
        self.patched(field, expected).flatten()
    }

    /// One of a closed set of words.
    pub fn word<T: FromStr<Err = ringfence_domain::UnknownWord>>(&mut self, field: &str) -> Option<T> {
        match self.fields.remove(field)? {
            Value::String(text) => match text.parse() {
                Ok(word) => Some(word),
                Err(ringfence_domain::UnknownWord { expected }) => {
                    self.wrong(field, "unknown_value", format!("must be one of: {}", expected.trim()));
                    None
                }
            },
            _ => {
                self.wrong(field, "wrong_type", "must be a string");
                None
            }
        }
    }

    pub fn uuid(&mut self, field: &str) -> Option<Uuid> {
        self.patched_uuid(field).flatten()
    }

    pub fn patched_uuid(&mut self, field: &str) -> Patched<Uuid> {
        Some(self.patched::<Hyphenated>(field, "a UUID")?.map(|id| id.0))
    }

    pub fn time(&mut self, field: &str) -> Option<Timestamp> {
        let time = self.parsed::<Rfc3339>(field, "an RFC 3339 time, such as 2026-01-31T12:00:00Z")?.0;
        // PostgreSQL's years end before jiff's do.
        if !(1..=9999).contains(&time.to_zoned(TimeZone::UTC).year()) {
            self.wrong(field, "out_of_range", "must be in the years 1 to 9999");
        }
        // PostgreSQL's clock ticks in microseconds: what is before a time between two ticks is before the later one.
        let tick = TimestampRound::new().smallest(Unit::Microsecond).mode(RoundMode::Ceil);
        Some(time.round(tick).unwrap_or(time))
    }

    /// A list of short texts without repetition.
    pub fn texts(&mut self, field: &str, most: usize, longest: usize) -> Option<Vec<String>> {
        let items = match self.fields.remove(field)? {
            Value::Null => return Some(Vec::new()),
            Value::Array(items) => items,
            _ => {
                self.wrong(field, "wrong_type", "must be a list of strings");
                return None;
            }
        };
        if items.len() > most {
            self.wrong(field, "too_many", format!("must hold at most {most}"));
            return None;
        }
        let mut texts: Vec<String> = Vec::with_capacity(items.len());
        for item in items {
            match item {
                Value::String(text) if !text.contains('\0') && (1..=longest).contains(&text.chars().count()) => {
                    if !texts.contains(&text) {
                        texts.push(text);
                    }
                }
                _ => {
                    self.wrong(field, "invalid", format!("must hold strings of 1 to {longest} characters"));
                    return None;
                }
            }
        }
        Some(texts)
    }

    /// A list of ids without repetition.
    pub fn uuids(&mut self, field: &str, most: usize) -> Option<Vec<Uuid>> {
        let texts = self.texts(field, most, 36)?;
        let mut ids = Vec::with_capacity(texts.len());
        for id in texts.iter().map(|text| hyphenated(text)) {
            match id {
                // In either case of letters it is the same one.
                Some(id) if ids.contains(&id) => {}
                Some(id) => ids.push(id),
                None => {
                    self.wrong(field, "invalid", "must hold UUIDs");
                    break;
                }
            }
        }
        Some(ids)
    }

    /// Names of permissions, each once. `None`: not given, or wrong.
    pub fn permissions(&mut self, field: &str) -> Option<Vec<String>> {
        let names = self.texts(field, 100, 64)?;
        if names.iter().any(|name| !permission::ALL.contains(&name.as_str())) {
            self.wrong(field, "unknown_value", format!("must be among: {}", permission::ALL.join(", ")));
        }
        Some(names)
    }

    /// A whole number within bounds; null counts as absent.
    pub fn number(&mut self, field: &str, least: i32, most: i32) -> Option<i32> {
        match self.fields.remove(field)? {
            Value::Null => None,
            Value::Number(number) => {
                // 17.0 is a whole number too (JSON Schema Validation, 6.1.1); what is past the bounds stays there.
                let number = number.as_f64().filter(|number| number.fract() == 0.0).map(|number| number as i32).filter(|number| (least..=most).contains(number));
                if number.is_none() {
                    self.wrong(field, "out_of_range", format!("must be a whole number from {least} to {most}"));
                }
                number
            }
            _ => {
                self.wrong(field, "wrong_type", "must be a number");
                None
            }
        }
    }

    /// Words of a closed set, separated by commas, as query strings have them: each once, in one order, for a cursor is bound to them.
    pub fn words<T: FromStr<Err = ringfence_domain::UnknownWord> + Copy + Into<&'static str>>(&mut self, field: &str) -> Vec<String> {
        let Some(Value::String(text)) = self.fields.remove(field) else { return Vec::new() };
        let mut words = Vec::new();
        for word in text.split(',') {
            match word.parse::<T>() {
                Ok(known) => words.push(known.into().to_owned()),
                Err(ringfence_domain::UnknownWord { expected }) => self.wrong(field, "unknown_value", format!("must be one of: {}", expected.trim())),
            }
        }
        words.sort_unstable();
        words.dedup();
        words
    }

    /// Names out of those that are known, separated by commas, as query strings have them; each once. `None`: not given, or wrong.
    pub fn names<S: AsRef<str>>(&mut self, field: &str, known: &'static [S]) -> Option<Vec<&'static str>> {
        let Some(Value::String(text)) = self.fields.remove(field) else { return None };
        let mut names: Vec<&'static str> = Vec::new();
        for name in text.split(',') {
            match known.iter().map(AsRef::as_ref).find(|known| *known == name) {
                Some(known) if names.contains(&known) => {}
                Some(known) => names.push(known),
                None => {
                    self.wrong(field, "unknown_value", format!("must be among: {}", known.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ")));
                    return None;
                }
            }
        }
        Some(names)
    }

    /// An object inside, read with the same care.
    pub fn object(&mut self, field: &str) -> Option<Self> {
        match self.fields.remove(field)? {
            Value::Null => None,
            Value::Object(fields) => Some(Self { prefix: format!("{}{field}.", self.prefix), fields, errors: Vec::new() }),
            _ => {
                self.wrong(field, "wrong_type", "must be an object");
                None
            }
        }
    }

    /// A list of objects, each read with the same care.
    pub fn objects<T>(&mut self, field: &str, most: usize, mut read: impl FnMut(&mut Self) -> T) -> Option<Vec<T>> {
        let items = match self.fields.remove(field)? {
            Value::Null => return Some(Vec::new()),
            Value::Array(items) if items.len() > most => {
                self.wrong(field, "too_many", format!("must hold at most {most}"));
                return None;
            }
            Value::Array(items) => items,
            _ => {
                self.wrong(field, "wrong_type", "must be a list of objects");
                return None;
            }
        };
        let mut read_items = Vec::with_capacity(items.len());
        for (n, item) in items.into_iter().enumerate() {
            let Value::Object(fields) = item else {
                self.wrong(field, "wrong_type", "must be a list of objects");
                return None;
            };
            let mut inner = Self { prefix: format!("{}{field}[{n}].", self.prefix), fields, errors: Vec::new() };
            read_items.push(read(&mut inner));
            self.close(inner);
        }
        Some(read_items)
    }

    /// Takes over what an inner object found wrong.
    pub fn close(&mut self, mut inner: Self) {
        inner.unknown();
        self.errors.append(&mut inner.errors);
    }

    fn unknown(&mut self) {
        for field in std::mem::take(&mut self.fields).keys() {
            // The name is the client's own; a long one is cut.
            let name: String = field.chars().take(100).collect();
            self.wrong(&name, "unknown_field", "is not a field of this operation");
        }
    }

    /// # Errors
    /// 400 with everything that was wrong.
    pub fn finish(mut self) -> Result<(), Problem> {
        self.unknown();
        self.errors.truncate(MOST_ERRORS);
        if self.errors.is_empty() { Ok(()) } else { Err(Problem { errors: self.errors, ..Problem::new(Kind::InvalidRequest) }) }
    }
}
