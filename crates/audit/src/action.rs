//! Every kind of event, on one screen. The names are stable; a new kind is a new line.

macro_rules! actions {
    ($($variant:ident = $name:literal),+ $(,)?) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Action { $($variant),+ }

        impl Action {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }
    };
}

actions! {
    IdentityAuthenticated = "identity.authenticated",
    IdentityRejected = "identity.rejected",
    IdentityRead = "identity.read",
    SessionOpened = "session.opened",
    SessionEnded = "session.ended",
    SessionListed = "session.listed",
    TenantEntered = "tenant.entered",
    TenantEntryDenied = "tenant.entry_denied",
    BreakGlassGranted = "break_glass.granted",
    BreakGlassRead = "break_glass.read",
    BreakGlassListed = "break_glass.listed",
    BreakGlassUsed = "break_glass.used",
    BreakGlassRevoked = "break_glass.revoked",
    TenantCreated = "tenant.created",
    TenantSuspended = "tenant.suspended",
    TenantResumed = "tenant.resumed",
    TenantListed = "tenant.listed",
    ReportingLoginCreated = "reporting_login.created",
    TicketCreated = "ticket.created",
    TicketRead = "ticket.read",
    TicketListed = "ticket.listed",
    TicketUpdated = "ticket.updated",
    TicketAssigned = "ticket.assigned",
    TicketStatusSet = "ticket.status_set",
    TicketEventListed = "ticket_event.listed",
    CommentCreated = "comment.created",
    CommentRead = "comment.read",
    CommentListed = "comment.listed",
    MemberAdded = "member.added",
    MemberRead = "member.read",
    MemberListed = "member.listed",
    MemberUpdated = "member.updated",
    MemberRemoved = "member.removed",
    RoleCreated = "role.created",
    RoleRead = "role.read",
    RoleListed = "role.listed",
    RoleUpdated = "role.updated",
    RoleDeleted = "role.deleted",
    GroupCreated = "group.created",
    GroupRead = "group.read",
    GroupListed = "group.listed",
    GroupUpdated = "group.updated",
    GroupDeleted = "group.deleted",
    OrganizationCreated = "organization.created",
    OrganizationRead = "organization.read",
    OrganizationListed = "organization.listed",
    OrganizationUpdated = "organization.updated",
    OrganizationDeleted = "organization.deleted",
    ContactCreated = "contact.created",
    ContactRead = "contact.read",
    ContactListed = "contact.listed",
    ContactUpdated = "contact.updated",
    ContactDeleted = "contact.deleted",
    AgreementProposed = "agreement.proposed",
    AgreementRead = "agreement.read",
    AgreementListed = "agreement.listed",
    AgreementConsented = "agreement.consented",
    AgreementRevoked = "agreement.revoked",
    TicketEscalated = "ticket.escalated",
    TicketReceived = "ticket.received",
    TicketLinkListed = "ticket_link.listed",
    CommentShared = "comment.shared",
    CommentReceived = "comment.received",
    CommentShareListed = "comment_share.listed",
    CrossingDelivered = "crossing.delivered",
    CrossingRefused = "crossing.refused",
    AuditListed = "audit.listed",
    RateLimited = "rate.limited",
    ProvisioningSettingsRead = "provisioning.settings_read",
    ProvisioningSettingsSet = "provisioning.settings_set",
    ProvisioningSchemaRead = "provisioning.schema_read",
    ProvisioningUserCreated = "provisioning.user_created",
    ProvisioningUserRead = "provisioning.user_read",
    ProvisioningUserListed = "provisioning.user_listed",
    ProvisioningUserUpdated = "provisioning.user_updated",
    ProvisioningUserDeleted = "provisioning.user_deleted",
    ProvisioningGroupCreated = "provisioning.group_created",
    ProvisioningGroupRead = "provisioning.group_read",
    ProvisioningGroupListed = "provisioning.group_listed",
    ProvisioningGroupUpdated = "provisioning.group_updated",
    ProvisioningGroupDeleted = "provisioning.group_deleted",
    ImportStarted = "import.started",
    ImportFinished = "import.finished",
}
