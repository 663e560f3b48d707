//! Tokens good and hostile against an issuer in the same process; nothing here reaches another machine or sleeps.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod development_issuer;
mod good_tokens;
mod hostile_claims;
mod hostile_headers;
mod id_tokens;
mod issuer_keys;
mod issuer_outage;
mod issuer_server;
mod settings;
mod sign_in_outage;
mod signer;
mod world;
