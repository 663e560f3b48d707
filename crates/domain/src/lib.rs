//! The words of a ticket system: ids, tickets, roles, names. Pure: no input or output, no clock.

mod agreement;
mod id;
mod member;
mod record;
mod tenant;
mod ticket;

pub use agreement::{Agreement, AgreementDecision, AgreementState, CommentShare, CrossingAction, CrossingDirection, CrossingField, CrossingState, CrossingWay, TicketLink};
pub use id::{AgreementId, ApiTokenId, CommentId, CommentShareId, ContactId, GroupId, IdentityId, InvitationId, MemberId, OrganizationId, RequestId, TenantId, TicketEventId, TicketId, TicketLinkId};
pub use member::{Permissions, Role, permission};
pub use record::{ApiToken, AuditEvent, Comment, Contact, Group, Invitation, Member, Organization, ProvisioningSettings, TenantMembership, Ticket, TicketEvent};
pub use tenant::{InvalidSlug, Slug, TenantRef};
pub use ticket::{Priority, TicketRef, TicketStatus, TicketType, UnknownWord, Visibility};
