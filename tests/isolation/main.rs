//! The isolation suite: tries every route and every statement against tenants that are none of the caller's, and refuses
//! a single row, id, text or change that crosses.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod blind;
mod browsers;
mod case;
mod digests;
mod headers;
mod judge;
mod kind;
mod lists;
mod matrix;
mod natural_keys;
mod play;
mod predicates;
mod request;
mod run;
mod scene;
mod statement;
mod statement_play;
mod table;
mod trail;
mod twins;
