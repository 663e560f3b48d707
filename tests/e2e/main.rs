//! The service as others meet it: a generated TypeScript client, a browser, and a certified identity provider, all started for real.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod client;
mod identity;
mod node;
mod page;
