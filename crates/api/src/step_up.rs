//! What is dangerous asks for a person who proved themselves a short while ago, and as strongly as the operator asks (RFC 9470).
//! The whole list is here. Services are exempt: no person stands behind them who could sign in again, and what they hold was given
//! by somebody who did.

use crate::problem::{Kind, Problem};
use crate::routes::{ROUTES, Route};
use actix_web::http::Method;
use jiff::{SignedDuration, Timestamp};
use ringfence_domain::{Role, permission};
use ringfence_identity::CLOCK_SKEW;

/// Operations that are dangerous whatever they are asked, and the rights of which each takes one: who has none is refused for that.
pub const DANGEROUS: &[(&str, &[&str])] = &[
    ("grantBreakGlass", &[permission::BREAK_GLASS_GRANT]),
    ("createApiToken", &[permission::TOKEN_CREATE, permission::TOKEN_MANAGE]),
    ("createServiceAccount", &[permission::MEMBER_MANAGE]),
    ("createRole", &[permission::ROLE_MANAGE]),
    ("updateRole", &[permission::ROLE_MANAGE]),
    ("createAgreement", &[permission::AGREEMENT_MANAGE]),
    ("setAgreementState", &[permission::AGREEMENT_MANAGE]),
    ("changeSignInSettings", &[permission::SETTINGS_CHANGE]),
    ("setProvisioningSettings", &[permission::SETTINGS_CHANGE]),
];

/// Roles that are dangerous to give, by the operations that give roles: an auditor reads everything, a service's and a tenant's own may hold an owner's rights
/// and an admin's. A change of what such a member holds is as dangerous, whatever their role was.
pub const DANGEROUS_ROLES: &[Role] = &[Role::Owner, Role::Admin, Role::Auditor, Role::Service, Role::Custom];

/// The rights that a dangerous operation asks for; nothing for the others. Known by the route that it came by.
pub fn asked_of(method: &Method, path: Option<&str>) -> Option<&'static [&'static str]> {
    let by_route = |route: &&Route| Some(route.path) == path && method.as_str().eq_ignore_ascii_case(route.method);
    let operation = ROUTES.iter().find(by_route)?.operation_id;
    DANGEROUS.iter().find(|(dangerous, _)| *dangerous == operation).map(|(_, rights)| *rights)
}

/// What the document says of an operation that may ask for a fresh sign-in.
pub fn told(operation: &str) -> Option<&'static str> {
    if DANGEROUS.iter().any(|(dangerous, _)| *dangerous == operation) {
        return Some("Asks a person for a fresh sign-in (`step_up_required`).");
    }
    match operation {
        "addMember" | "updateMember" | "createInvitation" => Some("Asks a person for a fresh sign-in (`step_up_required`) where it gives an owner's, admin's, auditor's, service's or custom role, or changes what such a member may do."),
        "removeMember" => Some("Asks a person for a fresh sign-in (`step_up_required`) where the member is an owner."),
        _ => None,
    }
}

/// How a person proved themselves, as far as their issuer says.
pub struct Proven {
    pub at: Option<Timestamp>,
    pub acr: Option<String>,
}

/// What proof is good enough.
#[derive(Debug, Clone)]
pub struct StepUp {
    /// How long ago.
    pub max_age: SignedDuration,
    /// One of these authentication contexts, in the issuers' words; none: any.
    pub acr_values: Vec<String>,
}

impl Default for StepUp {
    fn default() -> Self {
        Self { max_age: SignedDuration::from_mins(15), acr_values: Vec::new() }
    }
}

impl StepUp {
    /// # Errors
    /// 401 with how fresh and how strong the sign-in has to be.
    pub fn check(&self, proven: &Proven, now: Timestamp) -> Result<(), Problem> {
        // One that lies ahead is none: it would be fresh for as long as somebody likes.
        let fresh = proven.at.is_some_and(|at| (-CLOCK_SKEW..=self.max_age).contains(&now.duration_since(at)));
        let strong = self.acr_values.is_empty() || proven.acr.as_ref().is_some_and(|acr| self.acr_values.contains(acr));
        if fresh && strong {
            return Ok(());
        }
        let acr_values = (!self.acr_values.is_empty()).then(|| self.acr_values.join(" "));
        Err(Problem { max_age: Some(self.max_age.as_secs()), acr_values, ..Problem::with_code(Kind::Unauthenticated, "step_up_required") })
    }
}

#[cfg(test)]
mod tests {
    use super::{DANGEROUS, Proven, StepUp};
    use crate::routes::ROUTES;
    use jiff::{SignedDuration, Timestamp};

    #[test]
    fn what_is_dangerous_is_an_operation_of_the_service() {
        for (operation, _) in DANGEROUS {
            assert!(ROUTES.iter().any(|route| route.operation_id == *operation), "{operation}");
        }
    }

    #[test]
    fn a_person_without_a_fresh_and_strong_sign_in_is_asked_for_one() {
        let now = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(1);
        let of = |minutes: Option<i64>, acr: Option<&str>| Proven { at: minutes.map(|minutes| now - SignedDuration::from_mins(minutes)), acr: acr.map(str::to_owned) };
        let asked = |step_up: &StepUp, proven| step_up.check(&proven, now).map_err(|p| (p.code, p.max_age, p.acr_values));
        let usual = StepUp::default();
        for minutes in [15, 0, -1] {
            assert_eq!(asked(&usual, of(Some(minutes), None)), Ok(()), "clocks differ by {minutes}");
        }
        for minutes in [None, Some(16), Some(-2), Some(-24 * 60)] {
            assert_eq!(asked(&usual, of(minutes, None)), Err(("step_up_required", Some(900), None)));
        }
        let strict = StepUp { acr_values: vec!["mfa".into(), "hwk".into()], ..usual };
        assert_eq!(asked(&strict, of(Some(1), Some("hwk"))), Ok(()));
        for (minutes, acr) in [(1, None), (1, Some("pwd")), (1, Some("mfa hwk")), (16, Some("mfa"))] {
            assert_eq!(asked(&strict, of(Some(minutes), acr)), Err(("step_up_required", Some(900), Some("mfa hwk".into()))));
        }
    }
}
