//! SCIM 2.0 over HTTP (RFC 7644): a tenant's identity provider keeps its users and groups here. Whoever calls needs
//! provision.manage and nothing else; what becomes of members, the database decides.

pub mod discovery;
pub mod groups;
mod protocol;
mod query;
pub mod settings;
pub mod users;

pub use protocol::{Condition, MEDIA, error_body, is_scim, unsupported};
