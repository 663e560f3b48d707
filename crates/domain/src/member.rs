//! Roles and permissions as the database returns them. The database decides; this only reads the answer.

use crate::UnknownWord;
use crate::ticket::words;
use std::fmt;

words! {
    /// What a member is in one tenant.
    Role {
        Owner = "owner",
        Admin = "admin",
        Agent = "agent",
        LightAgent = "light_agent",
        Requester = "requester",
        Auditor = "auditor",
        Service = "service",
    }
}

/// Names of permissions that the service phrases answers by; `policies/functions/permissions.sql` gives them to roles.
pub mod permission {
    pub const TICKET_READ: &str = "ticket.read";
    pub const TICKET_READ_GROUP: &str = "ticket.read.group";
    pub const TICKET_READ_OWN: &str = "ticket.read.own";
    pub const TICKET_CREATE: &str = "ticket.create";
    pub const TICKET_CREATE_GROUP: &str = "ticket.create.group";
    pub const TICKET_CREATE_OWN: &str = "ticket.create.own";
    pub const TICKET_CHANGE: &str = "ticket.change";
    pub const TICKET_CHANGE_GROUP: &str = "ticket.change.group";
    pub const TICKET_RESOLVE_OWN: &str = "ticket.resolve.own";
    pub const COMMENT_CREATE: &str = "comment.create";
    pub const COMMENT_CREATE_GROUP: &str = "comment.create.group";
    pub const COMMENT_NOTE_GROUP: &str = "comment.note.group";
    pub const COMMENT_CREATE_OWN: &str = "comment.create.own";
    pub const MEMBER_READ: &str = "member.read";
    pub const MEMBER_MANAGE: &str = "member.manage";
    pub const OWNER_MANAGE: &str = "owner.manage";
    pub const GROUP_READ: &str = "group.read";
    pub const GROUP_MANAGE: &str = "group.manage";
    pub const ORGANIZATION_READ: &str = "organization.read";
    pub const ORGANIZATION_CHANGE: &str = "organization.change";
    pub const ORGANIZATION_DELETE: &str = "organization.delete";
    pub const CONTACT_READ: &str = "contact.read";
    pub const CONTACT_CHANGE: &str = "contact.change";
    pub const CONTACT_DELETE: &str = "contact.delete";
    pub const AUDIT_READ: &str = "audit.read";
}

/// A member's permissions in the tenant entered, as `enter` returned them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permissions(Vec<String>);

impl Permissions {
    /// From the sealed form: names between commas.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self(text.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect())
    }

    #[must_use]
    pub fn has(&self, permission: &str) -> bool {
        self.0.iter().any(|held| held == permission)
    }

    #[must_use]
    pub fn any(&self, permissions: &[&str]) -> bool {
        permissions.iter().any(|permission| self.has(permission))
    }

    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.0
    }
}

impl fmt::Display for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(","))
    }
}
