//! Turns a bearer token into a `VerifiedIdentity`, and is the only maker of one; it refuses whatever it cannot prove.
//!
//! What it proves is who signed in, never what they may do: members, roles and tenants are the database's matter.

mod claims;
mod clock;
mod config;
pub mod credential;
pub mod development;
mod fetch;
mod identity;
mod issuer;
mod keys;
mod rejection;
pub mod sign_in;
pub mod strict_json;
mod token;
mod verifier;

pub use claims::CLOCK_SKEW;
pub use clock::Clock;
pub use config::{ConfigError, IssuerConfig, is_origin};
pub use credential::{Credential, SecretHash};
pub use identity::{Actor, ActorKind, VerifiedIdentity};
pub use rejection::Rejection;
pub use verifier::Verifier;
