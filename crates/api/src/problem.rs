//! Every kind of error a client can see, on one screen (RFC 9457). Never a driver's text, never a value of another field.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use ringfence_identity::Rejection;
use ringfence_store::{Refusal, StoreError};
use serde::Serialize;
use std::fmt;
use utoipa::ToSchema;
use uuid::Uuid;

/// Closed set: `type` is `/problems/{slug}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    InvalidRequest,
    Unauthenticated,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    Conflict,
    PreconditionFailed,
    PreconditionRequired,
    IdempotencyMismatch,
    CursorInvalid,
    TooLarge,
    UnsupportedMediaType,
    RateLimited,
    Unavailable,
    NotImplemented,
    Internal,
}

impl Kind {
    pub const ALL: &'static [Self] = &[
        Self::InvalidRequest,
        Self::Unauthenticated,
        Self::Forbidden,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::Conflict,
        Self::PreconditionFailed,
        Self::PreconditionRequired,
        Self::IdempotencyMismatch,
        Self::CursorInvalid,
        Self::TooLarge,
        Self::UnsupportedMediaType,
        Self::RateLimited,
        Self::Unavailable,
        Self::NotImplemented,
        Self::Internal,
    ];

    /// The last part of every `type`, each once.
    pub fn slugs() -> Vec<&'static str> {
        let mut slugs = Vec::new();
        for (slug, _, _) in Self::ALL.iter().map(|kind| kind.describe()) {
            if !slugs.contains(&slug) {
                slugs.push(slug);
            }
        }
        slugs
    }

    pub const fn describe(self) -> (&'static str, StatusCode, &'static str) {
        match self {
            Self::InvalidRequest => ("invalid_request", StatusCode::BAD_REQUEST, "The request is not well-formed"),
            Self::Unauthenticated => ("unauthenticated", StatusCode::UNAUTHORIZED, "A valid credential is needed"),
            Self::Forbidden => ("forbidden", StatusCode::FORBIDDEN, "You may not do that"),
            Self::NotFound => ("not_found", StatusCode::NOT_FOUND, "There is nothing here for you"),
            // Of the closed set: the request names an operation that does not exist.
            Self::MethodNotAllowed => ("invalid_request", StatusCode::METHOD_NOT_ALLOWED, "The resource has no such method"),
            // Likewise: an operation that a standard leaves optional.
            Self::NotImplemented => ("invalid_request", StatusCode::NOT_IMPLEMENTED, "This operation is not supported"),
            Self::Conflict => ("conflict", StatusCode::CONFLICT, "The present state forbids it"),
            Self::PreconditionFailed => ("precondition_failed", StatusCode::PRECONDITION_FAILED, "It has changed since you read it"),
            Self::PreconditionRequired => ("precondition_required", StatusCode::PRECONDITION_REQUIRED, "Say which version you mean, with If-Match"),
            Self::IdempotencyMismatch => ("idempotency_mismatch", StatusCode::UNPROCESSABLE_ENTITY, "The idempotency key was used with another body"),
            Self::CursorInvalid => ("cursor_invalid", StatusCode::BAD_REQUEST, "The cursor is not one for this list"),
            Self::TooLarge => ("too_large", StatusCode::PAYLOAD_TOO_LARGE, "The request is too large"),
            Self::UnsupportedMediaType => ("unsupported_media_type", StatusCode::UNSUPPORTED_MEDIA_TYPE, "The body is not of a kind that is taken here"),
            Self::RateLimited => ("rate_limited", StatusCode::TOO_MANY_REQUESTS, "Too many requests"),
            Self::Unavailable => ("unavailable", StatusCode::SERVICE_UNAVAILABLE, "Try again in a moment"),
            Self::Internal => ("internal", StatusCode::INTERNAL_SERVER_ERROR, "Something failed on our side"),
        }
    }
}

/// What is wrong with one field of the request.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FieldError {
    /// Empty where it is the body as a whole.
    #[schema(example = "subject")]
    pub field: String,
    #[schema(example = "required")]
    pub code: &'static str,
    #[schema(example = "is required")]
    pub message: String,
}

#[derive(Debug, Clone)]
pub struct Problem {
    pub kind: Kind,
    /// Open and additive: what exactly, for programs.
    pub code: &'static str,
    pub errors: Vec<FieldError>,
    /// The version that a failed precondition met.
    pub current_version: Option<i32>,
    /// Seconds: how fresh a sign-in has to be for what was asked.
    pub max_age: Option<i64>,
    /// Authentication contexts of which that sign-in has to reach one, parted by spaces.
    pub acr_values: Option<String>,
    /// More about this one occurrence, for people.
    pub detail: Option<&'static str>,
    /// The member whom a new one would be again.
    pub member_id: Option<Uuid>,
}

/// The body of every error.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    #[schema(example = "/problems/not_found")]
    pub r#type: String,
    #[schema(example = "There is nothing here for you")]
    pub title: &'static str,
    #[schema(example = 404)]
    pub status: u16,
    #[schema(example = "not_found")]
    pub code: &'static str,
    /// Also in the X-Request-Id header and in the audit trail.
    pub request_id: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current_version: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_age: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acr_values: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member_id: Option<Uuid>,
}

impl Problem {
    pub const fn new(kind: Kind) -> Self {
        let (code, _, _) = kind.describe();
        Self { kind, code, errors: Vec::new(), current_version: None, max_age: None, acr_values: None, detail: None, member_id: None }
    }

    pub const fn with_code(kind: Kind, code: &'static str) -> Self {
        Self { kind, code, errors: Vec::new(), current_version: None, max_age: None, acr_values: None, detail: None, member_id: None }
    }

    pub fn field(field: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        let mut problem = Self::new(Kind::InvalidRequest);
        problem.errors.push(FieldError { field: field.into(), code, message: message.into() });
        problem
    }

    pub fn body(&self, request_id: String) -> ProblemBody {
        let (slug, status, title) = self.kind.describe();
        ProblemBody {
            r#type: format!("/problems/{slug}"),
            title,
            status: status.as_u16(),
            code: self.code,
            request_id,
            errors: self.errors.clone(),
            current_version: self.current_version,
            max_age: self.max_age,
            acr_values: self.acr_values.clone(),
            detail: self.detail,
            member_id: self.member_id,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

/// Marks a response whose body the request log fills in, because only it knows the request's id.
pub struct Unwritten(pub Problem);

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.kind.describe().1
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        match self.kind {
            // RFC 6750, section 3.
            Kind::Unauthenticated => {
                let challenge = match self.max_age {
                    // RFC 9470, section 3.
                    Some(age) => {
                        let strength = self.acr_values.as_ref().map_or_else(String::new, |words| format!(", acr_values=\"{words}\""));
                        format!("Bearer error=\"insufficient_user_authentication\", error_description=\"A fresh sign-in is needed\", max_age={age}{strength}")
                    }
                    // Nothing was shown that could be wrong.
                    None if self.code == Rejection::Missing.code() => "Bearer".to_owned(),
                    None => "Bearer error=\"invalid_token\"".to_owned(),
                };
                response.insert_header((header::WWW_AUTHENTICATE, challenge));
            }
            // Where a bucket was empty, the limits know better.
            Kind::Unavailable | Kind::RateLimited => {
                response.insert_header((header::RETRY_AFTER, "1"));
            }
            _ => {}
        }
        let mut response = response.finish();
        response.extensions_mut().insert(Unwritten(self.clone()));
        response
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Credential => Self::with_code(Kind::Unauthenticated, "credential_invalid"),
            Refusal::MayNotAct => Self::with_code(Kind::Forbidden, "act_as_denied"),
            Refusal::NoEntry | Refusal::NobodyToActFor | Refusal::NotFound => Self::new(Kind::NotFound),
            Refusal::Forbidden { .. } => Self::new(Kind::Forbidden),
            Refusal::NotAgreed { code } => Self::with_code(Kind::Forbidden, code),
            Refusal::VersionMismatch { current } => Self { current_version: Some(current), ..Self::new(Kind::PreconditionFailed) },
            Refusal::VersionNeeded => Self::new(Kind::PreconditionRequired),
            Refusal::Conflict { code, .. } => Self::with_code(Kind::Conflict, code),
            Refusal::Field { field, code, message } => {
                let kind = if code == "not_found" { Kind::NotFound } else { Kind::InvalidRequest };
                Self { errors: vec![FieldError { field: field.into(), code, message: message.into() }], ..Self::new(kind) }
            }
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Refused(refusal) => refusal.into(),
            StoreError::Unavailable { reason } => {
                tracing::warn!(reason, "answered 503");
                Self::new(Kind::Unavailable)
            }
            StoreError::NotBelieved => {
                tracing::error!(reason = %error, "answered 503");
                Self::new(Kind::Unavailable)
            }
            StoreError::Collided => {
                tracing::warn!(reason = "transactions collided, again and again", "answered 503");
                Self::new(Kind::Unavailable)
            }
            StoreError::Crowded => Self::with_code(Kind::RateLimited, crate::limits::TOO_MANY_AT_ONCE),
            StoreError::Unexpected { code, message } => {
                tracing::error!(code, answer = message, "unexpected answer of the database");
                Self::new(Kind::Internal)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{Kind, Problem};
    use ringfence_store::StoreError;
    use std::sync::{Arc, Mutex};
    use tracing::span::{Attributes, Id, Record};
    use tracing::{Event, Level, Metadata};

    /// The levels of what is logged.
    #[derive(Default)]
    struct Levels(Arc<Mutex<Vec<Level>>>);

    impl tracing::Subscriber for Levels {
        fn enabled(&self, _: &Metadata<'_>) -> bool {
            true
        }

        fn new_span(&self, _: &Attributes<'_>) -> Id {
            Id::from_u64(1)
        }

        fn record(&self, _: &Id, _: &Record<'_>) {}

        fn record_follows_from(&self, _: &Id, _: &Id) {}

        fn event(&self, event: &Event<'_>) {
            self.0.lock().unwrap().push(*event.metadata().level());
        }

        fn enter(&self, _: &Id) {}

        fn exit(&self, _: &Id) {}
    }

    #[test]
    fn what_is_answered_503_or_500_leaves_a_line_in_the_log() {
        for (error, kind, level) in [
            (StoreError::Unavailable { reason: "connection lost" }, Kind::Unavailable, Level::WARN),
            (StoreError::Collided, Kind::Unavailable, Level::WARN),
            (StoreError::NotBelieved, Kind::Unavailable, Level::ERROR),
            (StoreError::Unexpected { code: "XX000".to_owned(), message: String::new() }, Kind::Internal, Level::ERROR),
        ] {
            let levels = Levels::default();
            let kept = Arc::clone(&levels.0);
            let problem: Problem = tracing::subscriber::with_default(levels, || error.into());
            assert_eq!((problem.kind, kept.lock().unwrap().as_slice()), (kind, &[level][..]));
        }
    }
}
