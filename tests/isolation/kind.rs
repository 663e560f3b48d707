//! The kinds of things that an id can name. A name that no kind claims is refused, so that a new one is thought about.

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Ticket,
    Comment,
    Member,
    Group,
    Organization,
    Contact,
    Agreement,
    ScimUser,
    ScimGroup,
    ApiToken,
    Invitation,
    Role,
    Grant,
    /// A call that the trail tells of.
    Request,
}

impl Kind {
    pub const ALL: [Self; 14] =
        [Self::Ticket, Self::Comment, Self::Member, Self::Group, Self::Organization, Self::Contact, Self::Agreement, Self::ScimUser, Self::ScimGroup, Self::ApiToken, Self::Invitation, Self::Role, Self::Grant, Self::Request];

    /// What a placeholder of a route, a field, a filter or a parameter of this name refers to.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            // What an event is about may be of any kind.
            "ticket_id" | "object_id" => Self::Ticket,
            "comment_id" => Self::Comment,
            "member_id" | "assignee_id" | "actor_id" => Self::Member,
            "group_id" | "group_ids[]" | "groups[].group_id" => Self::Group,
            "organization_id" => Self::Organization,
            "contact_id" | "requester_id" | "author_id" => Self::Contact,
            "agreement_id" => Self::Agreement,
            "scim_user_id" | "scim_user_ids" | "members[].value" => Self::ScimUser,
            "scim_group_id" => Self::ScimGroup,
            "api_token_id" => Self::ApiToken,
            "invitation_id" => Self::Invitation,
            "role_id" => Self::Role,
            "grant_id" => Self::Grant,
            "request_id" => Self::Request,
            _ => return None,
        })
    }

    pub const fn table(self) -> &'static str {
        match self {
            Self::Ticket => "tickets",
            Self::Comment => "comments",
            Self::Member => "members",
            Self::Group => "groups",
            Self::Organization => "organizations",
            Self::Contact => "contacts",
            Self::Agreement => "agreements",
            Self::ScimUser => "scim_users",
            Self::ScimGroup => "scim_groups",
            Self::ApiToken => "api_tokens",
            Self::Invitation => "invitations",
            Self::Role => "tenant_roles",
            Self::Grant => "break_glass_grants",
            Self::Request => "audit_events",
        }
    }

    pub const fn key(self) -> &'static str {
        match self {
            Self::Ticket => "ticket_id",
            Self::Comment => "comment_id",
            Self::Member => "member_id",
            Self::Group => "group_id",
            Self::Organization => "organization_id",
            Self::Contact => "contact_id",
            Self::Agreement => "agreement_id",
            Self::ScimUser => "scim_user_id",
            Self::ScimGroup => "scim_group_id",
            Self::ApiToken => "api_token_id",
            Self::Invitation => "invitation_id",
            Self::Role => "role_id",
            Self::Grant => "grant_id",
            Self::Request => "request_id",
        }
    }

    /// Whether rows of this kind carry the version that If-Match compares.
    pub const fn versioned(self) -> bool {
        !matches!(self, Self::Comment | Self::ApiToken | Self::Grant | Self::Request)
    }
}
