//! Whom a caller acts for: named by a header, by whoever acts for nobody yet. Whether they may is the database's to say.

use super::Caller;
use crate::problem::{Kind, Problem};
use actix_web::HttpRequest;
use ringfence_audit::{Action, Object};
use ringfence_domain::MemberId;
use ringfence_store::Acting;

/// On a route of a tenant, the member on whose behalf the caller acts.
pub const ACT_AS: &str = "Act-As";

/// Whom the caller says they act for: one member of the tenant, named by id.
///
/// # Errors
/// 400 for anything else.
pub fn act_as(request: &HttpRequest) -> Result<Option<MemberId>, Problem> {
    let mut values = request.headers().get_all(ACT_AS);
    let Some(value) = values.next() else { return Ok(None) };
    let named = value.to_str().ok().and_then(|text| text.parse().ok());
    match (named, values.next()) {
        (Some(member), None) => Ok(Some(member)),
        _ => Err(Problem::field(ACT_AS, "invalid", "must be given once, as a member's UUID")),
    }
}

impl Caller {
    /// The same caller for another member. A token that says itself whom its bearer acts for is one end of a chain already.
    pub(super) async fn on_behalf_of(self, subject: MemberId) -> Result<Self, Problem> {
        if self.principal.acting() != Acting::Alone {
            let problem = Problem::with_code(Kind::Forbidden, "act_chain_too_deep");
            return Err(self.denied(Action::TenantEntryDenied, Object::default(), problem, None, None).await);
        }
        Ok(Self { principal: self.principal.on_behalf_of(subject), ..self })
    }
}
