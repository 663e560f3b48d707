//! Single JSON values of a Zendesk object, read leniently where Zendesk is (ids as numbers or strings, null as absent). It
//! refuses wrong types by the field's name alone.

use std::fmt;

use jiff::Timestamp;
use serde::{
    Deserialize, Deserializer,
    de::{SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::{
    error::{RowError, Violation},
    field::{self, MAX_COMMENTS, MAX_RECORD_BYTES},
    ticket::Person,
    zendesk::{
        scan::Captured,
        side::{RawPerson, SideLoads},
    },
};

#[derive(Deserialize)]
struct RawName<'a> {
    #[serde(borrow, default)]
    name: Option<&'a RawValue>,
}

/// A list that stops being read when it is longer than any ticket's.
struct Bounded<'a>(Vec<&'a RawValue>);

impl<'de: 'a, 'a> Deserialize<'de> for Bounded<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Elements;
        impl<'de> Visitor<'de> for Elements {
            type Value = Vec<&'de RawValue>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut elements = Vec::new();
                while let Some(element) = list.next_element()? {
                    if elements.len() == MAX_COMMENTS {
                        return Err(serde::de::Error::custom("too many"));
                    }
                    elements.push(element);
                }
                Ok(elements)
            }
        }
        deserializer.deserialize_seq(Elements).map(Bounded)
    }
}

/// A captured value as the given object.
pub(crate) fn parse<'a, T: Deserialize<'a>>(value: &'a Captured) -> Result<T, RowError> {
    if value.cut_short {
        return Err(RowError::new(
            value.line,
            format!("longer than {MAX_RECORD_BYTES} bytes"),
        ));
    }
    if value.bytes.first() != Some(&b'{') {
        return Err(RowError::new(value.line, "expected an object"));
    }
    let Ok(text) = std::str::from_utf8(&value.bytes) else {
        return Err(RowError::new(value.line, "not valid UTF-8"));
    };
    serde_json::from_str(text).map_err(|error| {
        let line = value.line + (error.line() as u64).saturating_sub(1);
        let message = if error.is_data() {
            // serde quotes the offending value in these; which rule was broken is all that may be said.
            "malformed record: a field stands there twice or is not of its type".to_owned()
        } else {
            let text = error.to_string();
            let what = text.split(" at line ").next().unwrap_or_default();
            format!("malformed JSON: {what} (line {line})")
        };
        RowError::new(value.line, message)
    })
}

/// A value inside a record as the given object.
pub(crate) fn object<'a, T: Deserialize<'a>>(
    name: &str,
    value: &'a RawValue,
) -> Result<T, Violation> {
    if !value.get().starts_with('{') {
        return Err(Violation::of(name, "must be an object"));
    }
    serde_json::from_str(value.get())
        .map_err(|_| Violation::of(name, "has a field twice or of a wrong type"))
}

/// The elements of a list; none when it is absent.
pub(crate) fn elements<'a>(
    name: &str,
    value: Option<&'a RawValue>,
) -> Result<Vec<&'a RawValue>, Violation> {
    let Some(value) = value else {
        return Ok(Vec::new());
    };
    if !value.get().starts_with('[') {
        return Err(Violation::of(name, "must be a list"));
    }
    match serde_json::from_str::<Bounded<'a>>(value.get()) {
        Ok(list) => Ok(list.0),
        Err(_) => Err(Violation::of(
            name,
            format!("more than {MAX_COMMENTS} elements"),
        )),
    }
}

pub(crate) fn text(name: &str, value: Option<&RawValue>) -> Result<Option<String>, Violation> {
    value
        .map(|value| serde_json::from_str(value.get()))
        .transpose()
        .map_err(|_| Violation::of(name, "must be a text"))
}

pub(crate) fn flag(name: &str, value: Option<&RawValue>) -> Result<Option<bool>, Violation> {
    value
        .map(|value| serde_json::from_str(value.get()))
        .transpose()
        .map_err(|_| Violation::of(name, "must be true or false"))
}

pub(crate) fn time(name: &str, value: Option<&RawValue>) -> Result<Option<Timestamp>, Violation> {
    text(name, value)?.map_or(Ok(None), |time| field::timestamp(name, &time))
}

/// An id, which Zendesk writes as a number; `None` when absent or blank.
pub(crate) fn id(name: &str, value: Option<&RawValue>) -> Result<Option<String>, Violation> {
    let Some(value) = value else { return Ok(None) };
    let digits = value.get();
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return field::external_id(name, digits).map(Some);
    }
    match serde_json::from_str::<String>(digits) {
        Ok(id) if id.trim().is_empty() => Ok(None),
        Ok(id) => field::external_id(name, &id).map(Some),
        Err(_) => Err(Violation::of(name, "must be a whole number or a text")),
    }
}

/// Somebody, written out in place or known by id.
pub(crate) fn person(
    (name, inline): (&str, Option<&RawValue>),
    (id_name, reference): (&str, Option<&RawValue>),
    side: &SideLoads,
) -> Result<Option<Person>, Violation> {
    let known_id = id(id_name, reference)?;
    if let Some(value) = inline {
        let mut person = object::<RawPerson<'_>>(name, value)?
            .read()
            .map_err(|broken| broken.within(name))?;
        person.external_id = person.external_id.or(known_id);
        return Ok(person.known());
    }
    let Some(id) = known_id else { return Ok(None) };
    Ok(Some(match side.user(id_name, &id)? {
        Some(person) => person.clone(),
        None => Person {
            external_id: Some(id),
            ..Person::default()
        },
    }))
}

/// A group or organization: its name in place, as a text or an object, or by id; the id itself when nothing names it.
pub(crate) fn named<'s>(
    (name, inline): (&str, Option<&RawValue>),
    (id_name, reference): (&str, Option<&RawValue>),
    find: impl Fn(&str, &str) -> Result<Option<&'s String>, Violation>,
) -> Result<Option<String>, Violation> {
    if let Some(value) = inline {
        let found = if value.get().starts_with('{') {
            let path = format!("{name}.name");
            text(&path, object::<RawName<'_>>(name, value)?.name)?
        } else {
            text(name, Some(value))?
        };
        if let Some(found) = found.map_or(Ok(None), |found| field::name(name, &found))? {
            return Ok(Some(found));
        }
    }
    match id(id_name, reference)? {
        Some(id) => {
            find(id_name, &id)?.map_or_else(|| field::name(id_name, &id), |name| Ok(Some(name.clone())))
        }
        None => Ok(None),
    }
}

/// Whether anything would be lost with this value: an export names every field, also those that hold nothing.
pub(crate) fn says_something(value: &RawValue) -> bool {
    fn says(value: &serde_json::Value) -> bool {
        match value {
            serde_json::Value::Null | serde_json::Value::Bool(false) => false,
            serde_json::Value::String(text) => !text.trim().is_empty(),
            serde_json::Value::Array(values) => values.iter().any(says),
            // A custom field: its id alone says nothing.
            serde_json::Value::Object(fields) => fields.get("value").is_none_or(says),
            _ => true,
        }
    }
    serde_json::from_str(value.get()).is_ok_and(|value| says(&value))
}
