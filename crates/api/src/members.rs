//! Members over HTTP: who signs in, as what. Nobody gives what they do not hold: the doors see to it, not this.

pub mod add;
pub mod change;
pub mod read;
pub mod service_accounts;

use crate::body::Fields;
use crate::problem::Problem;
use ringfence_domain::{GivenRole, GroupAccess, MemberGroup, Role};
use serde_json::{Map, Value};

/// A role that a request may name.
fn given_role(fields: &mut Fields) -> Option<Role> {
    fields.word::<GivenRole>("role").map(Into::into)
}

/// A null among the fields of a body, taken out of them.
pub fn takes_null(fields: &mut Map<String, Value>, field: &str) -> bool {
    let null = fields.get(field).is_some_and(Value::is_null);
    if null {
        fields.remove(field);
    }
    null
}

/// A group that is not there, named by the field that was sent.
fn as_sent(problem: Problem, by_groups: bool) -> Problem {
    let mut problem = problem;
    for error in problem.errors.iter_mut().filter(|error| by_groups && error.field == "group_ids") {
        error.field = "groups".to_owned();
    }
    problem
}

/// Where a member works: `groups` with what they may do there, or `group_ids` where they may do everything.
fn groups(fields: &mut Fields) -> Option<Vec<MemberGroup>> {
    let whole = fields.uuids("group_ids", 100);
    let groups = fields.objects("groups", 100, |group| {
        let group_id = group.uuid("group_id");
        if group_id.is_none() {
            group.wrong("group_id", "required", "is required");
        }
        let access = group.texts("access", 5, 20).unwrap_or_default();
        if access.is_empty() {
            group.wrong("access", "required", "must name at least one");
        } else if access.iter().any(|word| word.parse::<GroupAccess>().is_err()) {
            group.wrong("access", "unknown_value", format!("must be among: {}", GroupAccess::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>().join(", ")));
        }
        if !access.iter().any(|word| matches!(word.as_str(), "overview" | "read" | "full")) {
            group.wrong("access", "incomplete", "whoever works in a group sees it: must hold overview, read or full");
        }
        MemberGroup { group_id: group_id.unwrap_or_default().into(), access }
    });
    if whole.is_some() && groups.is_some() {
        fields.wrong("groups", "contradiction", "is given beside group_ids");
    }
    if let Some(groups) = &groups
        && groups.iter().enumerate().any(|(n, group)| groups[..n].iter().any(|other| other.group_id == group.group_id))
    {
        fields.wrong("groups", "repeated", "names a group more than once");
    }
    groups.or_else(|| whole.map(|ids| ids.into_iter().map(|id| MemberGroup { group_id: id.into(), access: vec![GroupAccess::Full.as_str().into()] }).collect()))
}
