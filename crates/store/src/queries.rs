//! One module a folder of `sql/queries`: what can be asked and changed inside a tenant.

pub mod agreements;
pub mod api_tokens;
pub mod audit;
pub mod comment_shares;
pub mod break_glass;
pub mod comments;
pub mod contacts;
pub mod groups;
pub mod idempotency;
pub mod imports;
pub mod invitations;
pub mod members;
pub mod numbers;
pub mod organizations;
mod page;
mod record;
pub mod provisioning_settings;
pub mod scim;
pub mod sessions;
pub mod sign_in_settings;
pub mod roles;
pub mod tenants;
pub mod ticket_links;
pub mod tickets;

pub use page::{Key, Keyset, Page};

/// What the planner is told of a caller who may see no more than themselves.
fn oneself_without(entered: &crate::Entered, permission: &str) -> Option<uuid::Uuid> {
    (!entered.permissions.has(permission)).then_some(entered.member_id.0)
}
