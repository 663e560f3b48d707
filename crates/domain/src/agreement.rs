//! Agreements between two tenants and what crossed under them, as one side sees it. Nothing here names what the other side holds.

use crate::ticket::words;
use crate::{AgreementId, CommentId, CommentShareId, ContactId, TicketId, TicketLinkId, UnknownWord};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

words! {
    /// Which way things go, as this side has it.
    CrossingDirection { Outgoing = "outgoing", Incoming = "incoming", Both = "both" }
}

words! {
    CrossingAction { TicketEscalate = "ticket.escalate", CommentShare = "comment.share" }
}

words! {
    /// What of a ticket goes over; `body` is its first public comment.
    CrossingField {
        Subject = "subject",
        Body = "body",
        Priority = "priority",
        Type = "type",
        Tags = "tags",
        RequesterName = "requester_name",
        RequesterEmail = "requester_email",
    }
}

words! {
    AgreementState { Proposed = "proposed", Active = "active", Expired = "expired", Revoked = "revoked" }
}

words! {
    /// What an owner may say of an agreement; a revocation is for good.
    AgreementDecision { Consented = "consented", Revoked = "revoked" }
}

words! {
    /// Whether it was sent from here or came in.
    CrossingWay { Outgoing = "outgoing", Incoming = "incoming" }
}

words! {
    CrossingState { Pending = "pending", Delivered = "delivered", Refused = "refused" }
}

/// What two tenants have agreed may cross. Each side has its own record under the same id.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Agreement {
    #[schema(value_type = Uuid)]
    pub agreement_id: AgreementId,
    /// Slug of the other tenant, as the proposal names it; whether there is one shows when it consents.
    pub partner: String,
    /// Whether it was proposed here, or by the partner.
    pub proposed_here: bool,
    #[schema(value_type = CrossingDirection)]
    pub direction: String,
    #[schema(value_type = Vec<CrossingAction>)]
    pub actions: Vec<String>,
    #[schema(value_type = Vec<CrossingField>)]
    pub fields: Vec<String>,
    pub expires_at: Timestamp,
    #[schema(value_type = AgreementState)]
    pub state: String,
    /// When this side's owner consented; who proposes consents.
    pub consented_at: Option<Timestamp>,
    pub partner_consented_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
    pub revoked_by_partner: bool,
    /// Rises by one with every change; the ETag.
    pub version: i32,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A ticket that crossed, or is to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TicketLink {
    /// The same in the partner's tenant.
    #[schema(value_type = Uuid)]
    pub link_id: TicketLinkId,
    /// The ticket of this tenant.
    #[schema(value_type = Uuid)]
    pub ticket_id: TicketId,
    #[schema(value_type = Uuid)]
    pub agreement_id: AgreementId,
    #[schema(value_type = CrossingWay)]
    pub direction: String,
    #[schema(value_type = CrossingState)]
    pub state: String,
    /// Why it was refused.
    pub reason: Option<String>,
    /// Who sent it; null where it came in.
    #[schema(value_type = Option<Uuid>)]
    pub created_by: Option<ContactId>,
    /// Who asked in the partner's tenant, where the agreement lets it.
    pub requester_name: Option<String>,
    pub requester_email: Option<String>,
    pub created_at: Timestamp,
    pub settled_at: Option<Timestamp>,
}

/// A comment that crossed, or is to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CommentShare {
    /// The same in the partner's tenant.
    #[schema(value_type = Uuid)]
    pub share_id: CommentShareId,
    /// The link that its ticket crossed by.
    #[schema(value_type = Uuid)]
    pub link_id: TicketLinkId,
    #[schema(value_type = Uuid)]
    pub ticket_id: TicketId,
    #[schema(value_type = Uuid)]
    pub comment_id: CommentId,
    #[schema(value_type = CrossingWay)]
    pub direction: String,
    #[schema(value_type = CrossingState)]
    pub state: String,
    /// Why it was refused.
    pub reason: Option<String>,
    /// Who sent it; null where it came in.
    #[schema(value_type = Option<Uuid>)]
    pub created_by: Option<ContactId>,
    pub created_at: Timestamp,
    pub settled_at: Option<Timestamp>,
}
