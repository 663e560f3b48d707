//! The order of a list (RFC 7644, section 3.4.2.3): by an attribute, its primary value where it has several; those without last.

use crate::error::ScimError;
use crate::path::Target;
use crate::schema::ResourceType;
use serde_json::{Map, Value};
use std::cmp::Ordering;

#[derive(Debug, Clone, Copy)]
pub struct Order {
    by: Target,
    descending: bool,
}

impl Order {
    /// # Errors
    /// `invalidValue` for a name that no schema has, or one of several parts.
    pub fn parse(kind: &ResourceType, by: &str, descending: bool) -> Result<Self, ScimError> {
        let target = Target::find(kind, by).filter(|target| target.compared().is_some());
        Ok(Self { by: target.ok_or_else(|| ScimError::value("sortBy", "names no attribute to sort by"))?, descending })
    }

    #[must_use]
    pub fn compare(&self, one: &Map<String, Value>, other: &Map<String, Value>) -> Ordering {
        match (self.key(one), self.key(other)) {
            (Some(one), Some(other)) if self.descending => other.cmp(&one),
            (Some(one), Some(other)) => one.cmp(&other),
            (one, other) => one.is_none().cmp(&other.is_none()),
        }
    }

    fn key(&self, resource: &Map<String, Value>) -> Option<String> {
        let compared = self.by.compared()?;
        let values = Target { sub: None, ..self.by }.values(resource);
        let value = values.iter().find(|value| value["primary"] == true).or(values.first())?;
        let value = if value.is_object() { value.get(compared.name)? } else { value };
        match value {
            Value::String(text) if compared.case_exact => Some(text.clone()),
            Value::String(text) => Some(text.to_lowercase()),
            Value::Bool(flag) => Some(flag.to_string()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schemas::USERS;
    use serde_json::json;

    #[test]
    fn resources_stand_in_order_and_those_without_the_attribute_last() {
        let mut resources: Vec<Map<String, Value>> = [
            json!({"userName": "b", "emails": [{"value": "z"}, {"value": "a", "primary": true}]}),
            json!({"userName": "C"}),
            json!({"userName": "a", "emails": [{"value": "M"}]}),
        ]
        .iter()
        .map(|value| value.as_object().cloned().expect("an object"))
        .collect();
        let names = |resources: &[Map<String, Value>]| resources.iter().map(|r| r["userName"].as_str().expect("a name").to_owned()).collect::<String>();
        for (by, descending, expected) in [("userName", false, "abC"), ("USERNAME", true, "Cba"), ("emails", false, "baC"), ("emails.value", true, "abC")] {
            let order = Order::parse(&USERS, by, descending).expect("an order");
            resources.sort_by(|one, other| order.compare(one, other));
            assert_eq!(names(&resources), expected, "{by}");
        }
        assert!(Order::parse(&USERS, "name", false).is_err());
        assert!(Order::parse(&USERS, "tenant_id", false).is_err());
    }
}
