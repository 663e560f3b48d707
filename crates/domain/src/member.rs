//! Roles and permissions as the database returns them. The database decides; this only reads the answer.

use crate::UnknownWord;
use crate::ticket::words;
use std::fmt;

words! {
    /// What a member is in one tenant. `custom`: a role of the tenant's own making. `guest`: nothing but what the glass is
    /// broken for.
    Role {
        Owner = "owner",
        Admin = "admin",
        Agent = "agent",
        LightAgent = "light_agent",
        Requester = "requester",
        Auditor = "auditor",
        Service = "service",
        Custom = "custom",
        Guest = "guest",
    }
}

words! {
    /// What a member may do with the tickets of one group: `overview` is to see their fields, `read` their comments too.
    /// `create` and `change` stand beside one of these.
    GroupAccess {
        Read = "read",
        Create = "create",
        Change = "change",
        Overview = "overview",
        Full = "full",
    }
}

words! {
    /// What somebody may be for hours: never an owner.
    GrantedRole {
        Admin = "admin",
        Agent = "agent",
        LightAgent = "light_agent",
        Auditor = "auditor",
    }
}

words! {
    /// What a request may make of a member. A guest is made by a grant alone.
    GivenRole {
        Owner = "owner",
        Admin = "admin",
        Agent = "agent",
        LightAgent = "light_agent",
        Requester = "requester",
        Auditor = "auditor",
        Service = "service",
        Custom = "custom",
    }
}

words! {
    /// What an invitation may make of somebody: a service accepts none, and a role of the tenant's own is given by an id that it
    /// does not carry.
    InvitedRole {
        Owner = "owner",
        Admin = "admin",
        Agent = "agent",
        LightAgent = "light_agent",
        Requester = "requester",
        Auditor = "auditor",
    }
}

impl From<GivenRole> for Role {
    fn from(given: GivenRole) -> Self {
        match given {
            GivenRole::Owner => Self::Owner,
            GivenRole::Admin => Self::Admin,
            GivenRole::Agent => Self::Agent,
            GivenRole::LightAgent => Self::LightAgent,
            GivenRole::Requester => Self::Requester,
            GivenRole::Auditor => Self::Auditor,
            GivenRole::Service => Self::Service,
            GivenRole::Custom => Self::Custom,
        }
    }
}

impl From<InvitedRole> for Role {
    fn from(invited: InvitedRole) -> Self {
        match invited {
            InvitedRole::Owner => Self::Owner,
            InvitedRole::Admin => Self::Admin,
            InvitedRole::Agent => Self::Agent,
            InvitedRole::LightAgent => Self::LightAgent,
            InvitedRole::Requester => Self::Requester,
            InvitedRole::Auditor => Self::Auditor,
        }
    }
}

impl Role {
    /// Those that a name alone makes somebody: the others need a role of the tenant's own, or a grant.
    pub const BY_NAME: [Self; 7] = [Self::Owner, Self::Admin, Self::Agent, Self::LightAgent, Self::Requester, Self::Auditor, Self::Service];
}

/// Names of permissions; `policies/functions/permissions.sql` gives them to roles, and `ticket.import` to no role but to the
/// import alone.
pub mod permission {
    macro_rules! names {
        ($($name:ident = $text:literal),+ $(,)?) => {
            $(pub const $name: &str = $text;)+
            pub const ALL: &[&str] = &[$($name),+];
        };
    }

    names! {
        TICKET_READ = "ticket.read",
        TICKET_READ_GROUP = "ticket.read.group",
        TICKET_READ_OWN = "ticket.read.own",
        TICKET_CREATE = "ticket.create",
        TICKET_CREATE_GROUP = "ticket.create.group",
        TICKET_CREATE_OWN = "ticket.create.own",
        TICKET_CHANGE = "ticket.change",
        TICKET_CHANGE_GROUP = "ticket.change.group",
        TICKET_ESCALATE = "ticket.escalate",
        TICKET_ESCALATE_GROUP = "ticket.escalate.group",
        TICKET_RESOLVE_OWN = "ticket.resolve.own",
        TICKET_IMPORT = "ticket.import",
        COMMENT_CREATE = "comment.create",
        COMMENT_CREATE_GROUP = "comment.create.group",
        COMMENT_NOTE_GROUP = "comment.note.group",
        COMMENT_CREATE_OWN = "comment.create.own",
        COMMENT_READ = "comment.read",
        COMMENT_READ_GROUP = "comment.read.group",
        COMMENT_READ_OWN = "comment.read.own",
        MEMBER_READ = "member.read",
        MEMBER_MANAGE = "member.manage",
        OWNER_MANAGE = "owner.manage",
        ROLE_MANAGE = "role.manage",
        TOKEN_CREATE = "token.create",
        TOKEN_MANAGE = "token.manage",
        BREAK_GLASS_GRANT = "break_glass.grant",
        AGREEMENT_MANAGE = "agreement.manage",
        ACT_AS = "act_as",
        GROUP_READ = "group.read",
        GROUP_MANAGE = "group.manage",
        ORGANIZATION_READ = "organization.read",
        ORGANIZATION_CHANGE = "organization.change",
        ORGANIZATION_DELETE = "organization.delete",
        CONTACT_READ = "contact.read",
        CONTACT_CHANGE = "contact.change",
        CONTACT_DELETE = "contact.delete",
        AGREEMENT_READ = "agreement.read",
        AUDIT_READ = "audit.read",
        SETTINGS_READ = "settings.read",
        SETTINGS_CHANGE = "settings.change",
        PROVISION_MANAGE = "provision.manage",
    }
}

/// A member's permissions in the tenant entered, as `enter` returned them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permissions(Vec<String>);

impl Permissions {
    /// Names between commas.
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

#[cfg(test)]
mod tests {
    use super::permission;
    use std::collections::BTreeSet;

    /// What the policies ask for or give out. A name in neither of them opens no door.
    #[test]
    fn the_names_are_those_of_the_policies() {
        let given = include_str!("../../../policies/functions/permissions.sql");
        let given = given.lines().filter(|line| line.contains("then '") || line.contains("else '")).flat_map(|line| line.split('\''));
        let mut known: BTreeSet<&str> = given.filter(|text| text.starts_with(',')).flat_map(|list| list.split(',')).filter(|name| !name.trim().is_empty()).collect();
        assert!(include_str!("../../../policies/comments.sql").contains("'ticket.import'"));
        // No role's: a service is given them one by one.
        known.extend([permission::TICKET_IMPORT, permission::ACT_AS, permission::PROVISION_MANAGE]);
        assert_eq!(known, permission::ALL.iter().copied().collect());
        assert_eq!(known.len(), permission::ALL.len());
    }
}
