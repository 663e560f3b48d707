//! One module a folder of `sql/queries`: what can be asked and changed inside a tenant.

pub mod audit;
pub mod comments;
pub mod contacts;
pub mod idempotency;
pub mod imports;
mod page;
pub mod tenants;
pub mod tickets;

pub use page::{Key, Keyset, Page};
