//! Members over HTTP: who signs in, as what. Nobody gives what they do not hold: the doors see to it, not this.

pub mod add;
pub mod change;
pub mod read;
pub mod service_accounts;

use crate::body::Fields;
use ringfence_domain::Role;
use serde_json::{Map, Value};

/// A role that a request may name. A guest is made by a grant alone, and a role of the tenant's own making by its id.
pub fn given_role(fields: &mut Fields) -> Option<Role> {
    let role = fields.word::<Role>("role")?;
    if matches!(role, Role::Guest | Role::Custom) {
        fields.wrong("role", "unknown_value", "is not a role that a request may name");
        return None;
    }
    Some(role)
}

/// A null among the fields of a body, taken out of them.
pub fn takes_null(fields: &mut Map<String, Value>, field: &str) -> bool {
    let null = fields.get(field).is_some_and(Value::is_null);
    if null {
        fields.remove(field);
    }
    null
}

