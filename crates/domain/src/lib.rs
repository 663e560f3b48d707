//! The words of a ticket system: ids, tickets, roles, names. Pure: no input or output, no clock.

mod email;
mod agreement;
mod id;
mod member;
mod record;
mod tenant;
mod ticket;

pub use email::is_email;
pub use agreement::{Agreement, AgreementDecision, AgreementState, CommentShare, CrossingAction, CrossingDirection, CrossingField, CrossingState, CrossingWay, TicketLink};
pub use id::{AgreementId, ApiTokenId, CommentId, CommentShareId, ContactId, GrantId, GroupId, IdentityId, InvalidId, InvitationId, MemberId, OrganizationId, RequestId, RoleId, TenantId, TicketEventId, TicketId, TicketLinkId, hyphenated};
pub use member::{GivenRole, GrantedRole, GroupAccess, InvitedRole, Permissions, Role, permission};
pub use record::{ApiToken, AuditEvent, BreakGlassGrant, Comment, Contact, Group, Invitation, Member, MemberGroup, Organization, ProvisioningSettings, TenantMembership, TenantRole, Ticket, TicketEvent};
pub use tenant::{InvalidSlug, Slug, TenantRef};
pub use ticket::{Priority, TicketRef, TicketStatus, TicketType, UnknownWord, Visibility};
