//! The service as others meet it: a generated TypeScript client, a browser, a certified identity provider, and the binary over real files, all started for real.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod binary;
mod client;
mod identity;
mod import;
mod migration;
mod node;
mod page;
mod running;
mod serving;
mod sign_in;
