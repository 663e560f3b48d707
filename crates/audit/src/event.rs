//! One event: who, where, what, and how it was decided. Never a name, an address or a text: ids, counts and digests.

use crate::Action;
use ringfence_domain::{IdentityId, MemberId, RequestId, TenantId};
use serde_json::Value;
use uuid::Uuid;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    Allow,
    Deny,
}

impl Decision {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
        }
    }
}

/// Who acted, as far as it is known: a rejected credential leaves most of it empty.
#[derive(Debug, Clone, Default)]
pub struct Who {
    pub member_id: Option<MemberId>,
    /// Whose rights were exercised, where another one acted.
    pub on_behalf_of: Option<MemberId>,
    pub identity_id: Option<IdentityId>,
    /// `user`, `service`, `operator` or `nobody`.
    pub kind: &'static str,
    /// The token's id (`jti`), or that of the session or API token, so that all of one sign-in can be found.
    pub session_id: Option<String>,
    /// How the caller was authenticated, such as `bearer`.
    pub authentication: Option<&'static str>,
}

/// What was acted on.
#[derive(Debug, Clone, Default)]
pub struct Object {
    pub kind: Option<&'static str>,
    pub id: Option<Uuid>,
    pub version: Option<i32>,
}

#[derive(Debug, Clone)]
pub struct Event {
    /// None: the event belongs to the installation.
    pub tenant_id: Option<TenantId>,
    pub request_id: RequestId,
    pub action: Action,
    pub decision: Decision,
    /// The rule that decided: a permission, or a refusal's code.
    pub rule: Option<&'static str>,
    pub who: Who,
    pub object: Object,
    /// For lists the filters, the count and a digest of what was returned.
    pub details: Value,
}
