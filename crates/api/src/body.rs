//! A body on its way in: one JSON object of a known type, and nothing larger, deeper, slower or ambiguous. `Fields` reads what it says.

mod fields;

pub use fields::Fields;

use crate::problem::{Kind, Problem};
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::{Bytes, BytesMut};
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt;
use futures_util::future::{Ready, ready};
use ringfence_identity::strict_json;
use serde_json::{Map, Value};
use std::time::Duration;

/// Bytes of a body; the largest field is a comment of 64 KiB, which JSON may escape sixfold.
const MOST: usize = 512 * 1024;
/// Levels of nesting; the contract has two.
const DEPTH: usize = 16;
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
        let bytes = collect(self.payload).await?;
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

    /// The same, where a body may be left out: then no field is given.
    ///
    /// # Errors
    /// As `read`.
    pub async fn read_if_any(mut self) -> Result<JsonBody, Problem> {
        if self.content_type.is_empty() && !self.encoded {
            let none = match self.announced {
                Some(length) => length == 0,
                None => in_time(self.payload.next()).await?.is_none(),
            };
            if none {
                return Ok(JsonBody { bytes: Bytes::new(), fields: Map::new() });
            }
        }
        self.read().await
    }
}

/// A whole body, of whatever media type.
///
/// # Errors
/// 413 beyond the limit, 400 for what ends early or does not come in time.
pub async fn collect(payload: Payload) -> Result<Bytes, Problem> {
    in_time(gather(payload)).await?
}

async fn in_time<T>(coming: impl Future<Output = T>) -> Result<T, Problem> {
    let late = |_| Problem::field("body", "unreadable", format!("did not come within {} seconds", PATIENCE.as_secs()));
    tokio::time::timeout(PATIENCE, coming).await.map_err(late)
}

async fn gather(mut payload: Payload) -> Result<Bytes, Problem> {
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
