//! Every reason for which a bearer token is turned away; no text here repeats any part of a token.

use thiserror::Error;

/// Why a token was refused. `IssuerUnavailable` is answered 503, everything else 401.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum Rejection {
    #[error("no bearer token was given")]
    Missing,
    #[error("the token is longer than 8 KiB")]
    TooLarge,
    #[error("the token is not a well-formed signed JWT")]
    Malformed,
    #[error("a header parameter appears twice")]
    DuplicateHeader,
    #[error("a claim appears twice")]
    DuplicateClaim,
    #[error("the signature algorithm is not an allowed one")]
    AlgorithmNotAllowed,
    #[error("the header names critical extensions, and none is supported")]
    CriticalHeader,
    #[error("the header brings its own key or the address of one")]
    EmbeddedKey,
    #[error("the header does not say which key signed it (kid)")]
    MissingKeyId,
    #[error("the token is not an access token (typ must be at+jwt)")]
    WrongTokenType,
    #[error("the claim {0} is missing")]
    MissingClaim(&'static str),
    #[error("the issuer is not a configured one")]
    UnknownIssuer,
    #[error("the token is meant for another audience")]
    WrongAudience,
    #[error("the subject is empty, longer than 255 bytes, or holds control characters")]
    InvalidSubject,
    #[error("the actor is nobody of this issuer, or one of too many")]
    InvalidActor,
    #[error("the token has expired")]
    Expired,
    #[error("the token is not valid yet")]
    NotYetValid,
    #[error("the token says it was issued in the future")]
    IssuedInTheFuture,
    #[error("the token says that its subject will prove themselves in the future")]
    AuthenticatedInTheFuture,
    #[error("the issuer has no such key")]
    UnknownKey,
    #[error("the key is not meant for this signature algorithm")]
    KeyNotSuitable,
    #[error("the signature is not that of the issuer's key")]
    BadSignature,
    #[error("the issuer's keys cannot be fetched at the moment")]
    IssuerUnavailable,
}

impl Rejection {
    /// A stable word for the audit trail and for metrics.
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::TooLarge => "too_large",
            Self::Malformed => "malformed",
            Self::DuplicateHeader => "duplicate_header",
            Self::DuplicateClaim => "duplicate_claim",
            Self::AlgorithmNotAllowed => "algorithm_not_allowed",
            Self::CriticalHeader => "critical_header",
            Self::EmbeddedKey => "embedded_key",
            Self::MissingKeyId => "missing_key_id",
            Self::WrongTokenType => "wrong_token_type",
            Self::MissingClaim(_) => "missing_claim",
            Self::UnknownIssuer => "unknown_issuer",
            Self::WrongAudience => "wrong_audience",
            Self::InvalidSubject => "invalid_subject",
            Self::InvalidActor => "invalid_actor",
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
            Self::IssuedInTheFuture => "issued_in_the_future",
            Self::AuthenticatedInTheFuture => "authenticated_in_the_future",
            Self::UnknownKey => "unknown_key",
            Self::KeyNotSuitable => "key_not_suitable",
            Self::BadSignature => "bad_signature",
            Self::IssuerUnavailable => "issuer_unavailable",
        }
    }
}
