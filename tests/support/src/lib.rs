//! What the tests share: databases cloned from a migrated template, the service on a free port, tokens, and a world of tenants.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::missing_panics_doc)]

pub mod browser;
pub mod database;
pub mod process;
pub mod server;
pub mod documents;
pub mod service;
pub mod world;

pub use database::Installation;
pub use service::{Call, Running};
pub use world::World;

/// How many cases a suite runs: `CASES` in the environment, or the suite's own small number.
#[must_use]
pub fn cases(default: usize) -> usize {
    std::env::var("CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(default)
}

/// The seed of generated cases: `SEED` in the environment, or a fixed one, so that a failure can be repeated.
#[must_use]
pub fn seed() -> u64 {
    std::env::var("SEED").ok().and_then(|n| n.parse().ok()).unwrap_or(20_260_101)
}
