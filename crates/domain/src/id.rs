//! Identifiers as types, so that a ticket's id cannot be given where a member's is meant.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;
use uuid::Uuid;

#[derive(Debug, Error, PartialEq, Eq)]
#[error("an id is a UUID of 36 characters, such as 01980000-0000-7000-8000-000000000000")]
pub struct InvalidId;

/// An id in the one form that names something: 36 characters with hyphens, letters in either case (RFC 9562, section 4). A parser
/// of UUIDs knows others.
#[must_use]
pub fn hyphenated(text: &str) -> Option<Uuid> {
    if text.len() == 36 { Uuid::parse_str(text).ok() } else { None }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new id, ordered by time (RFC 9562, version 7).
            #[must_use]
            pub fn generate() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                hyphenated(text).map(Self).ok_or(InvalidId)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )+};
}

ids! {
    /// A tenant: the unit of isolation.
    TenantId,
    /// An issuer and subject, known to the installation.
    IdentityId,
    /// An identity's place in one tenant; the same id as the person's contact.
    MemberId,
    /// A person of a tenant.
    ContactId,
    /// A queue of tickets and the members who work it.
    GroupId,
    /// A role of a tenant's own making.
    RoleId,
    /// A role granted for hours.
    GrantId,
    /// A company or department that contacts belong to.
    OrganizationId,
    /// A program's key to one tenant.
    ApiTokenId,
    /// A ticket.
    TicketId,
    /// A comment on a ticket.
    CommentId,
    /// An entry in a ticket's history.
    TicketEventId,
    /// What two tenants have agreed may cross; the same on both sides.
    AgreementId,
    /// A place in a tenant for who proves to hold an address.
    InvitationId,
    /// A ticket that crossed; the same on both sides.
    TicketLinkId,
    /// A comment that crossed; the same on both sides.
    CommentShareId,
    /// One HTTP request or command; the audit carries it.
    RequestId,
}
