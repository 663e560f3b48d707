//! Reads what a client sent, field by field, and says everything that is wrong with it at once.

use crate::problem::{FieldError, Kind, Problem};
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::{Bytes, BytesMut};
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt;
use futures_util::future::{Ready, ready};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use ringfence_domain::permission;
use ringfence_identity::strict_json;
use serde_json::{Map, Value};
use std::str::FromStr;
use std::time::Duration;
use uuid::Uuid;

/// Bytes of a body; the largest field is a comment of 64 KiB, which JSON may escape sixfold.
const MOST: usize = 512 * 1024;
/// Levels of nesting; the contract has two.
const DEPTH: usize = 16;
/// Errors told at once; who sends ten thousand wrong fields is not told of each.
const MOST_ERRORS: usize = 100;
/// For the whole body: who sends a byte a minute holds a connection, and for no longer than this.
const PATIENCE: Duration = Duration::from_secs(30);

/// A JSON object, as sent and as read.
pub struct JsonBody {
    pub bytes: Bytes,
    pub fields: Map<String, Value>,
}

/// A body still on its way. A handler reads it once it knows who calls: nobody's body is not worth reading.
pub struct Unread {
    content_type: String,
    encoded: bool,
    announced: Option<u64>,
    /// Whether SCIM's own media type is plain JSON here.
    scim: bool,
    payload: Payload,
}

impl FromRequest for Unread {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let header = |name| request.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_ascii_lowercase();
        ready(Ok(Self {
            content_type: header(header::CONTENT_TYPE).split(';').next().unwrap_or_default().trim().to_owned(),
            encoded: !matches!(header(header::CONTENT_ENCODING).as_str(), "" | "identity"),
            announced: header(header::CONTENT_LENGTH).parse().ok(),
            scim: crate::scim::is_scim(request.path()),
            payload: payload.take(),
        }))
    }
}

impl Unread {
    /// # Errors
    /// 415 for anything but plain JSON, 413 beyond the limit, 400 for what is not one JSON object.
    pub async fn read(self) -> Result<JsonBody, Problem> {
        let known = match self.content_type.as_str() {
            "application/json" => true,
            "application/merge-patch+json" => !self.scim,
            other => self.scim && other == crate::scim::MEDIA,
        };
        if self.encoded || !known {
            return Err(Problem::new(Kind::UnsupportedMediaType));
        }
        if self.announced.is_some_and(|length| length > MOST as u64) {
            return Err(Problem::new(Kind::TooLarge));
        }
        let late = |_| Problem::field("body", "unreadable", format!("did not come within {} seconds", PATIENCE.as_secs()));
        let bytes = tokio::time::timeout(PATIENCE, collect(self.payload)).await.map_err(late)??;
        let value: Value = serde_json::from_slice(&bytes)
            .map_err(|e| Problem::field("body", "malformed_json", format!("is not JSON at line {}, column {}", e.line(), e.column())))?;
        if depth(&value) > DEPTH {
            return Err(Problem::field("body", "too_deep", format!("is nested deeper than {DEPTH} levels")));
        }
        if strict_json::repeats_a_name(&bytes) {
            return Err(Problem::field("body", "repeated", "holds an object in which a name stands twice"));
        }
        match value {
            Value::Object(fields) => Ok(JsonBody { bytes, fields }),
            _ => Err(Problem::field("body", "wrong_type", "must be a JSON object")),
        }
    }
}

impl Unread {
    /// The same, where a body may be left out: then no field is given.
    ///
    /// # Errors
    /// As `read`.
    pub async fn read_if_any(mut self) -> Result<JsonBody, Problem> {
        if self.content_type.is_empty() && !self.encoded {
            let none = match self.announced {
                Some(length) => length == 0,
                None => self.payload.next().await.is_none(),
            };
            if none {
                return Ok(JsonBody { bytes: Bytes::new(), fields: Map::new() });
            }
        }
        self.read().await
    }
}

async fn collect(mut payload: Payload) -> Result<Bytes, Problem> {
    let mut bytes = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Problem::field("body", "unreadable", "ended early"))?;
        if bytes.len() + chunk.len() > MOST {
            return Err(Problem::new(Kind::TooLarge));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(fields) => 1 + fields.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// Takes fields out one by one; what is left at the end is unknown.
pub struct Fields {
    prefix: String,
    fields: Map<String, Value>,
    errors: Vec<FieldError>,
}

/// A field of a merge patch (RFC 7396): absent, null or a value.
pub type Patched<T> = Option<Option<T>>;

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
        self.patched(field, "a UUID")
    }

    pub fn time(&mut self, field: &str) -> Option<Timestamp> {
        let time: Timestamp = self.parsed(field, "an RFC 3339 time, such as 2026-01-31T12:00:00Z")?;
        // PostgreSQL's years end before jiff's do.
        if !(1..=9999).contains(&time.to_zoned(TimeZone::UTC).year()) {
            self.wrong(field, "out_of_range", "must be in the years 1 to 9999");
        }
        Some(time)
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
        let ids: Vec<Uuid> = texts.iter().filter_map(|text| text.parse().ok()).collect();
        if ids.len() != texts.len() {
            self.wrong(field, "invalid", "must hold UUIDs");
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
                let number = number.as_i64().and_then(|number| i32::try_from(number).ok()).filter(|number| (least..=most).contains(number));
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

    /// Words of a closed set, separated by commas, as query strings have them.
    pub fn words<T: FromStr<Err = ringfence_domain::UnknownWord> + Copy + Into<&'static str>>(&mut self, field: &str) -> Vec<String> {
        let Some(Value::String(text)) = self.fields.remove(field) else { return Vec::new() };
        let mut words = Vec::new();
        for word in text.split(',') {
            match word.parse::<T>() {
                Ok(known) => words.push(known.into().to_owned()),
                Err(ringfence_domain::UnknownWord { expected }) => self.wrong(field, "unknown_value", format!("must be one of: {}", expected.trim())),
            }
        }
        words
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
