//! The only crate that talks to PostgreSQL.
