//! Records as every client sees them: the fields of the HTTP contract, in its order.

use crate::{ApiTokenId, CommentId, ContactId, GrantId, GroupId, IdentityId, InvitationId, MemberId, OrganizationId, RequestId, RoleId, TenantId, TicketEventId, TicketId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Ticket {
    #[schema(value_type = Uuid)]
    pub ticket_id: TicketId,
    /// The number people use; unique in the tenant, gaps are normal.
    pub number: i64,
    pub subject: String,
    #[schema(value_type = crate::TicketStatus)]
    pub status: String,
    #[schema(value_type = crate::TicketStatus)]
    pub status_category: String,
    #[schema(value_type = crate::Priority)]
    pub priority: String,
    #[schema(value_type = crate::TicketType)]
    pub r#type: String,
    pub tags: Vec<String>,
    /// The contact who asked.
    #[schema(value_type = Uuid)]
    pub requester_id: ContactId,
    /// The member who works on it.
    #[schema(value_type = Option<Uuid>)]
    pub assignee_id: Option<MemberId>,
    #[schema(value_type = Option<Uuid>)]
    pub group_id: Option<GroupId>,
    #[schema(value_type = Option<Uuid>)]
    pub organization_id: Option<OrganizationId>,
    pub external_source: Option<String>,
    pub external_id: Option<String>,
    /// Rises by one with every change; the ETag.
    pub version: i32,
    pub created_at: Timestamp,
    /// Last change or public comment.
    pub updated_at: Timestamp,
    pub closed_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Comment {
    #[schema(value_type = Uuid)]
    pub comment_id: CommentId,
    #[schema(value_type = Uuid)]
    pub ticket_id: TicketId,
    #[schema(value_type = Uuid)]
    pub author_id: ContactId,
    #[schema(value_type = crate::Visibility)]
    pub visibility: String,
    /// CommonMark. Raw HTML in it is not meant as markup: show it escaped.
    pub body: String,
    pub created_at: Timestamp,
}

/// An entry of a ticket's history: what changed, by whom.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TicketEvent {
    #[schema(value_type = Uuid)]
    pub ticket_event_id: TicketEventId,
    #[schema(value_type = Uuid)]
    pub ticket_id: TicketId,
    /// `ticket.created`, `ticket.updated`, `ticket.assigned`, `ticket.status_set` or `comment.created`.
    pub kind: String,
    #[schema(value_type = Uuid)]
    pub actor_id: ContactId,
    #[schema(value_type = crate::Visibility)]
    pub visibility: String,
    /// The ticket's version after it.
    pub version: i32,
    /// Per field the value before and after.
    #[schema(value_type = Object)]
    pub changes: Value,
    pub created_at: Timestamp,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Member {
    /// Also the member's id as a contact.
    #[schema(value_type = Uuid)]
    pub member_id: MemberId,
    pub name: String,
    pub email: Option<String>,
    #[schema(value_type = crate::Role)]
    pub role: String,
    /// The role of the tenant's own making that a `custom` member has; null for every other role.
    #[schema(value_type = Option<Uuid>)]
    pub role_id: Option<RoleId>,
    /// What a service may do; null for every other role.
    pub permissions: Option<Vec<String>>,
    #[schema(value_type = Vec<Uuid>)]
    pub group_ids: Vec<GroupId>,
    /// The same groups, with what the member may do there.
    pub groups: Vec<MemberGroup>,
    pub version: i32,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What a member may do in one group.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MemberGroup {
    #[schema(value_type = Uuid)]
    pub group_id: GroupId,
    #[schema(value_type = Vec<crate::GroupAccess>)]
    pub access: Vec<String>,
}

/// A role of the tenant's own making.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TenantRole {
    #[schema(value_type = Uuid)]
    pub role_id: RoleId,
    pub name: String,
    pub permissions: Vec<String>,
    pub version: i32,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A role granted for hours.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BreakGlassGrant {
    #[schema(value_type = Uuid)]
    pub grant_id: GrantId,
    /// To whom: a member, or a guest made for it.
    #[schema(value_type = Uuid)]
    pub member_id: MemberId,
    #[schema(value_type = crate::GrantedRole)]
    pub role: String,
    pub reason: String,
    /// The owner who granted it.
    #[schema(value_type = Uuid)]
    pub granted_by: MemberId,
    pub created_at: Timestamp,
    /// It ends by itself.
    pub expires_at: Timestamp,
    /// When it was ended before its time.
    pub revoked_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Group {
    #[schema(value_type = Uuid)]
    pub group_id: GroupId,
    pub name: String,
    pub version: i32,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Organization {
    #[schema(value_type = Uuid)]
    pub organization_id: OrganizationId,
    pub name: String,
    pub external_source: Option<String>,
    pub external_id: Option<String>,
    pub version: i32,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A person of the tenant, with or without sign-in.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Contact {
    #[schema(value_type = Uuid)]
    pub contact_id: ContactId,
    pub name: String,
    pub email: Option<String>,
    #[schema(value_type = Option<Uuid>)]
    pub organization_id: Option<OrganizationId>,
    pub external_source: Option<String>,
    pub external_id: Option<String>,
    pub version: i32,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Whose users the tenant's identity provider provisions, and what they become.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProvisioningSettings {
    /// The issuer of their tokens (`iss`); a user's subject there is their externalId, or their userName where there is none.
    pub issuer: String,
    /// Of whoever has no role that the map names.
    #[schema(value_type = crate::Role)]
    pub default_role: String,
    /// From a role of the provider's to one of here; of several, the one with most rights.
    pub role_map: BTreeMap<String, String>,
    pub version: i32,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A program's key to one tenant, without its secret.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ApiToken {
    #[schema(value_type = Uuid)]
    pub api_token_id: ApiTokenId,
    /// Its owner, whose rights bound it.
    #[schema(value_type = Uuid)]
    pub member_id: MemberId,
    pub name: String,
    /// What it may be used for, as far as its owner may.
    pub scopes: Vec<String>,
    /// Who made it.
    #[schema(value_type = Uuid)]
    pub created_by: ContactId,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    /// To the minute.
    pub last_used_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

/// An event of the tenant's audit trail: ids, counts and digests, never a name or a text.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuditEvent {
    pub event_id: Uuid,
    /// Place in the tenant's trail; dense, in commit order.
    pub position: i64,
    pub recorded_at: Timestamp,
    #[schema(value_type = Uuid)]
    pub request_id: RequestId,
    pub action: String,
    /// `allow` or `deny`.
    pub decision: String,
    /// The permission or refusal that decided.
    pub rule: Option<String>,
    #[schema(value_type = Option<Uuid>)]
    pub actor_id: Option<MemberId>,
    #[schema(value_type = Option<Uuid>)]
    pub identity_id: Option<IdentityId>,
    /// `user`, `service`, `operator`, `crossing` (what came over under an agreement) or `nobody`.
    pub actor_kind: String,
    #[schema(value_type = Option<Uuid>)]
    pub on_behalf_of: Option<MemberId>,
    /// The token's id.
    pub session_id: Option<String>,
    pub authentication: Option<String>,
    pub object_type: Option<String>,
    pub object_id: Option<Uuid>,
    pub object_version: Option<i32>,
    pub external_system: Option<String>,
    #[schema(value_type = Object)]
    pub details: Value,
}

/// One tenant of the caller.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TenantMembership {
    #[schema(value_type = Uuid)]
    pub tenant_id: TenantId,
    pub slug: String,
    pub name: String,
    #[schema(value_type = Uuid)]
    pub member_id: MemberId,
    /// Null where one acts for the member and may not read members.
    #[schema(value_type = Option<crate::Role>)]
    pub role: Option<String>,
    /// When a role given for hours ends; null where the role is the member's own.
    pub role_until: Option<Timestamp>,
    pub permissions: Vec<String>,
}

/// A place in the tenant for whoever proves to hold an address; its secret was shown once.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Invitation {
    #[schema(value_type = Uuid)]
    pub invitation_id: InvitationId,
    pub email: String,
    pub name: String,
    #[schema(value_type = crate::Role)]
    pub role: String,
    #[schema(value_type = Uuid)]
    pub invited_by: MemberId,
    pub version: i32,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub accepted_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}
