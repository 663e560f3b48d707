//! What is dangerous asks for a person who proved themselves a short while ago (RFC 9470). The whole list is here. Services are
//! exempt: no person stands behind them who could sign in again, and what they hold was given by somebody who did.

use crate::problem::{Kind, Problem};
use crate::routes::{ROUTES, Route};
use actix_web::http::Method;
use jiff::{SignedDuration, Timestamp};
use ringfence_domain::Role;
use ringfence_identity::{ActorKind, CLOCK_SKEW};

/// Operations that are dangerous whatever they are asked.
pub const DANGEROUS: &[&str] = &[
    "grantBreakGlass",
    "createApiToken",
    "createServiceAccount",
    "createRole",
    "updateRole",
    "createAgreement",
    "setAgreementState",
    "changeSignInSettings",
    "setProvisioningSettings",
];

/// Roles that are dangerous to give, by the operations that give roles: an auditor reads everything, a service's and a tenant's own may hold an owner's rights
/// and an admin's. A change of what such a member holds is as dangerous, whatever their role was.
pub const DANGEROUS_ROLES: &[Role] = &[Role::Owner, Role::Admin, Role::Auditor, Role::Service, Role::Custom];

/// Whether an operation is on the list; known by the route that it came by.
pub fn is_dangerous(method: &Method, path: Option<&str>) -> bool {
    let by_route = |route: &&Route| Some(route.path) == path && method.as_str().eq_ignore_ascii_case(route.method);
    ROUTES.iter().find(by_route).is_some_and(|route| DANGEROUS.contains(&route.operation_id))
}

/// # Errors
/// 401 with how fresh the sign-in has to be.
pub fn check(kind: ActorKind, authenticated_at: Option<Timestamp>, now: Timestamp, limit: SignedDuration) -> Result<(), Problem> {
    // One that lies ahead is none: it would be fresh for as long as somebody likes.
    let fresh = authenticated_at.is_some_and(|at| (-CLOCK_SKEW..=limit).contains(&now.duration_since(at)));
    if fresh || kind == ActorKind::Service {
        return Ok(());
    }
    Err(Problem { max_age: Some(limit.as_secs()), ..Problem::with_code(Kind::Unauthenticated, "step_up_required") })
}

#[cfg(test)]
mod tests {
    use super::{DANGEROUS, check};
    use crate::routes::ROUTES;
    use jiff::{SignedDuration, Timestamp};
    use ringfence_identity::ActorKind;

    #[test]
    fn what_is_dangerous_is_an_operation_of_the_service() {
        for operation in DANGEROUS {
            assert!(ROUTES.iter().any(|route| route.operation_id == *operation), "{operation}");
        }
    }

    #[test]
    fn a_person_without_a_fresh_sign_in_is_asked_for_one_and_a_service_is_not() {
        let (now, limit) = (Timestamp::UNIX_EPOCH + SignedDuration::from_hours(1), SignedDuration::from_mins(15));
        let ago = |minutes| Some(now - SignedDuration::from_mins(minutes));
        assert!(check(ActorKind::User, ago(15), now, limit).is_ok());
        assert!(check(ActorKind::Service, None, now, limit).is_ok());
        assert!(check(ActorKind::User, ago(-1), now, limit).is_ok(), "clocks differ");
        for at in [None, ago(16), ago(-2), ago(-24 * 60)] {
            assert_eq!(check(ActorKind::User, at, now, limit).map_err(|p| (p.code, p.max_age)), Err(("step_up_required", Some(900))));
        }
    }
}
