//! SCIM 2.0 without a wire: schemas (RFC 7643), filters, PATCH, sorting and projection (RFC 7644) over JSON values. Pure: it
//! reads no request, no row and no clock, and refuses what its schemas do not name.

mod error;
mod filter;
mod openapi;
mod parse;
mod patch;
mod path;
mod project;
mod resource;
mod schema;
mod schemas;
mod sort;

pub use error::{Fault, ScimError};
pub use filter::Filter;
pub use openapi::json_schema;
pub use patch::{Operation, apply, operations};
pub use path::Target;
pub use project::Projection;
pub use resource::{read, schemas_of};
pub use schema::{Attribute, Kind, Mutability, ResourceType, Returned, Schema};
pub use schemas::{ENTERPRISE, GROUP, GROUPS, RESOURCE_TYPES, USER, USERS};
pub use sort::Order;

/// The schema of a list's envelope.
pub const LIST_RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
/// The schema of a PATCH.
pub const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
/// The schema of a query sent as a body.
pub const SEARCH_REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
/// The schema of an error.
pub const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";
