//! Who is calling, proven; a value that cannot be made without a verified token or a named door.

use std::fmt;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::claims::Claims;

/// The issuer of identities that stand for a command of the binary.
const COMMAND_ISSUER: &str = "urn:ringfence:command";
/// How long a command's identity holds. Long enough for one command, too short to keep.
const COMMAND_LIFETIME: SignedDuration = SignedDuration::from_mins(10);

/// A person, or a program acting for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ActorKind {
    User,
    Service,
}

impl ActorKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Service => "service",
        }
    }
}

/// Who acts for a token's subject (RFC 8693, section 4.1), as the token's issuer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actor<'a> {
    pub issuer: &'a str,
    pub subject: &'a str,
}

/// An authenticated subject of a trusted issuer. It is worth nothing in a tenant until the database binds it there.
#[derive(Clone)]
pub struct VerifiedIdentity(Arc<Claims>);

impl VerifiedIdentity {
    /// Called by the verifier alone, after signature and times have been checked.
    pub(crate) fn from_verified(claims: Arc<Claims>) -> Self {
        Self(claims)
    }

    /// The named door for administrator commands of the binary, which carry no token: `command` becomes the subject.
    pub fn for_command(command: &'static str, now: Timestamp) -> Self {
        Self(Arc::new(Claims {
            issuer: COMMAND_ISSUER.to_owned(),
            subject: command.to_owned(),
            kind: ActorKind::Service,
            actor: None,
            token_id: None,
            authenticated_at: None,
            acr: None,
            expires_at: now.saturating_add(COMMAND_LIFETIME).unwrap_or(now),
            not_before: None,
            issued_at: Some(now),
            scopes: Vec::new(),
        }))
    }

    pub fn issuer(&self) -> &str {
        &self.0.issuer
    }

    /// The `sub` claim: unique within the issuer alone.
    pub fn subject(&self) -> &str {
        &self.0.subject
    }

    /// `Service` where the token was issued to a client for itself (RFC 9068 section 5: `sub` equals `client_id`).
    pub fn kind(&self) -> ActorKind {
        self.0.kind
    }

    /// The `act` claim.
    pub fn actor(&self) -> Option<Actor<'_>> {
        self.0.actor.as_deref().map(|subject| Actor { issuer: &self.0.issuer, subject })
    }

    /// The `jti` claim.
    pub fn token_id(&self) -> Option<&str> {
        self.0.token_id.as_deref()
    }

    /// The `auth_time` claim: when the person last signed in.
    pub fn authenticated_at(&self) -> Option<Timestamp> {
        self.0.authenticated_at
    }

    /// The `acr` claim: how strongly the person signed in, in the issuer's words.
    pub fn acr(&self) -> Option<&str> {
        self.0.acr.as_deref()
    }

    /// The `exp` claim as it stands, without the allowance for clock skew.
    pub fn expires_at(&self) -> Timestamp {
        self.0.expires_at
    }

    /// The words of the `scope` claim, in their order.
    pub fn scopes(&self) -> &[String] {
        &self.0.scopes
    }
}

impl fmt::Debug for VerifiedIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedIdentity")
            .field("issuer", &self.issuer())
            .field("subject", &self.subject())
            .field("kind", &self.kind())
            .field("expires_at", &self.expires_at())
            .finish_non_exhaustive()
    }
}
