//! A body on its way in: one JSON object of a known type, and nothing larger, deeper, slower or ambiguous. `Fields` reads what it says.

mod fields;
mod time;

pub use fields::Fields;

use crate::problem::{Kind, Problem};
use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderName};
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

/// What an error of the whole body names in place of a field: one of a request may be called `body`.
const WHOLE: &str = "";

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
    taken: &'static Taken,
    payload: Payload,
}

/// The media types that an operation takes, and how a refusal says so.
struct Taken {
    media: &'static [&'static str],
    said: &'static str,
}

const JSON: Taken = Taken { media: &["application/json"], said: "Send application/json" };
const PATCH: Taken = Taken { media: &["application/json", "application/merge-patch+json"], said: "Send application/merge-patch+json, or application/json" };
/// SCIM's own media type is plain JSON.
const SCIM: Taken = Taken { media: &["application/json", crate::scim::MEDIA], said: "Send application/scim+json, or application/json" };
const ENCODED: &str = "Send the body without a content encoding: none is taken";

impl FromRequest for Unread {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ready(Ok(Self {
            content_type: content_type(request),
            encoded: is_encoded(request),
            announced: header(request, header::CONTENT_LENGTH).parse().ok(),
            taken: match *request.method() {
                _ if crate::scim::is_scim(request.path()) => &SCIM,
                Method::PATCH => &PATCH,
                _ => &JSON,
            },
            payload: payload.take(),
        }))
    }
}

impl Unread {
    /// # Errors
    /// 415 for anything but plain JSON, 413 beyond the limit, 400 for what is not one JSON object.
    pub async fn read(self) -> Result<JsonBody, Problem> {
        expect(self.encoded, self.taken.media.contains(&self.content_type.as_str()), self.taken.said)?;
        if self.announced.is_some_and(|length| length > MOST as u64) {
            return Err(Problem::new(Kind::TooLarge));
        }
        let bytes = collect(self.payload).await?;
        // Before it is read: what is deeper than its reader goes would be called no JSON.
        if is_deep(&bytes) {
            return Err(Problem::field(WHOLE, "too_deep", format!("is nested deeper than {DEPTH} levels")));
        }
        let value: Value = serde_json::from_slice(&bytes)
            .map_err(|e| Problem::field(WHOLE, "malformed_json", format!("is not JSON at line {}, column {}", e.line(), e.column())))?;
        if strict_json::repeats_a_name(&bytes) {
            return Err(Problem::field(WHOLE, "repeated", "holds an object in which a name stands twice"));
        }
        match value {
            Value::Object(fields) => Ok(JsonBody { bytes, fields }),
            _ => Err(Problem::field(WHOLE, "wrong_type", "must be a JSON object")),
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

/// # Errors
/// 415 for anything but a form.
pub fn expect_form(request: &HttpRequest) -> Result<(), Problem> {
    const FORM: &str = "application/x-www-form-urlencoded";
    expect(is_encoded(request), content_type(request) == FORM, "Send application/x-www-form-urlencoded")
}

fn expect(encoded: bool, known: bool, said: &'static str) -> Result<(), Problem> {
    let detail = match (known, encoded) {
        (true, false) => return Ok(()),
        (true, true) => ENCODED,
        (false, _) => said,
    };
    Err(Problem { detail: Some(detail), ..Problem::new(Kind::UnsupportedMediaType) })
}

fn header(request: &HttpRequest, name: HeaderName) -> String {
    request.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_ascii_lowercase()
}

fn content_type(request: &HttpRequest) -> String {
    header(request, header::CONTENT_TYPE).split(';').next().unwrap_or_default().trim().to_owned()
}

fn is_encoded(request: &HttpRequest) -> bool {
    !matches!(header(request, header::CONTENT_ENCODING).as_str(), "" | "identity")
}

async fn in_time<T>(coming: impl Future<Output = T>) -> Result<T, Problem> {
    let late = |_| Problem::field(WHOLE, "unreadable", format!("did not come within {} seconds", PATIENCE.as_secs()));
    tokio::time::timeout(PATIENCE, coming).await.map_err(late)
}

async fn gather(mut payload: Payload) -> Result<Bytes, Problem> {
    let mut bytes = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Problem::field(WHOLE, "unreadable", "ended early"))?;
        if bytes.len() + chunk.len() > MOST {
            return Err(Problem::new(Kind::TooLarge));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}

/// Whether brackets stand in one another deeper than any operation needs. Whether it is JSON at all, its reader says.
fn is_deep(text: &[u8]) -> bool {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    text.iter().any(|byte| {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => depth += 1,
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > DEPTH
    })
}
