//! What a refused ticket names that is not there: the database stops at the first, and whoever fills in a form is told of all at once.

use crate::caller::Caller;
use crate::problem::{FieldError, Problem};
use ringfence_store::tickets::{self, Named};
use serde_json::{Map, Value};
use uuid::Uuid;

pub async fn told_whole(caller: &Caller, mut problem: Problem, named: &Named) -> Problem {
    let Some(first) = problem.errors.first().filter(|error| error.code == "not_found") else { return problem };
    if [named.requester_id, named.assignee_id, named.group_id, named.organization_id].iter().flatten().count() < 2 {
        return problem;
    }
    let (code, message) = (first.code, first.message.clone());
    // Where it cannot be looked up, what the database said is said.
    let missing = tickets::missing(caller.database(), &caller.principal, named).await.unwrap_or_default();
    for field in missing {
        if problem.errors.iter().all(|error| error.field != field) {
            problem.errors.push(FieldError { field: field.into(), code, message: message.clone() });
        }
    }
    problem
}

pub fn named_by_patch(patch: &Map<String, Value>) -> Named {
    let id = |name| patch.get(name).and_then(Value::as_str).and_then(|id| id.parse::<Uuid>().ok());
    Named { requester_id: id("requester_id"), assignee_id: id("assignee_id"), group_id: id("group_id"), organization_id: id("organization_id") }
}
