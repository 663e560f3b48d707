//! `fields=`: the members of a record that an answer is to hold. It narrows what is sent, and nothing of what is read, checked or recorded.

use crate::body::Fields;
use crate::documents;
use actix_web::HttpRequest;
use actix_web::http::Method;
use serde::{Serialize, Serializer};
use serde_json::Value;

/// How the parameter is called.
pub const PARAMETER: &str = "fields";

/// The members asked for; all of them unless any are named.
#[derive(Debug, Clone, Default)]
pub struct Trim(Option<Vec<&'static str>>);

impl Trim {
    /// Takes `fields` from a query. What it may name of an answer, the document says; where it says nothing, it is no parameter.
    pub fn asked(fields: &mut Fields, request: &HttpRequest) -> Self {
        let reads = fields.has(PARAMETER) && matches!(*request.method(), Method::GET | Method::HEAD);
        let known = request.match_pattern().filter(|_| reads).map_or(&[][..], |path| documents::trimmed(&path));
        if known.is_empty() { Self(None) } else { Self(fields.names(PARAMETER, known)) }
    }

    pub const fn show<'a, T>(&'a self, record: &'a T) -> Shown<'a, T> {
        Shown { trim: self, record }
    }
}

/// A record on its way into an answer.
pub struct Shown<'a, T> {
    trim: &'a Trim,
    record: &'a T,
}

impl<T: Serialize> Serialize for Shown<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(named) = &self.trim.0 else { return self.record.serialize(serializer) };
        let mut record = serde_json::to_value(self.record).map_err(serde::ser::Error::custom)?;
        if let Value::Object(members) = &mut record {
            members.retain(|name, _| named.contains(&name.as_str()));
        }
        record.serialize(serializer)
    }
}
