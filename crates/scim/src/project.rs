//! Which attributes of a resource are answered (RFC 7644, section 3.9).

use crate::error::ScimError;
use crate::path::Target;
use crate::schema::{ResourceType, Returned};
use serde_json::{Map, Value};

#[derive(Debug, Clone, Default)]
pub struct Projection {
    /// With paths: these alone.
    only: Vec<Target>,
    without: Vec<Target>,
}

impl Projection {
    /// # Errors
    /// `invalidValue` for both parameters at once, or a name that no schema has.
    pub fn parse(kind: &ResourceType, attributes: &[String], excluded: &[String]) -> Result<Self, ScimError> {
        if !attributes.is_empty() && !excluded.is_empty() {
            return Err(ScimError::value("excludedAttributes", "is given beside attributes"));
        }
        let targets = |parameter: &'static str, names: &[String]| -> Result<Vec<Target>, ScimError> {
            let mut found = Vec::new();
            for name in names.iter().map(|name| name.trim()) {
                if kind.is_core(name) {
                    found.extend(Target::core(kind));
                } else {
                    found.push(Target::find(kind, name).ok_or_else(|| ScimError::value(parameter, "names no attribute of the resource"))?);
                }
            }
            Ok(found)
        };
        Ok(Self { only: targets("attributes", attributes)?, without: targets("excludedAttributes", excluded)? })
    }

    /// What of a whole resource is answered.
    #[must_use]
    pub fn of(&self, mut resource: Map<String, Value>) -> Map<String, Value> {
        if !self.only.is_empty() {
            let mut picked = Map::new();
            for name in ["schemas", "id"] {
                if let Some(value) = resource.remove(name) {
                    picked.insert(name.to_owned(), value);
                }
            }
            for target in &self.only {
                pick(&resource, target, &mut picked);
            }
            return picked;
        }
        for target in &self.without {
            drop_from(&mut resource, target);
        }
        resource
    }
}

fn pick(resource: &Map<String, Value>, target: &Target, picked: &mut Map<String, Value>) {
    if target.last().is_some_and(|attribute| attribute.returned == Returned::Never) {
        return;
    }
    let Some(attribute) = target.attribute else {
        if let Some((id, value)) = target.extension.and_then(|extension| resource.get_key_value(extension.id)) {
            picked.insert(id.clone(), value.clone());
        }
        return;
    };
    let Some(value) = target.holder(resource).and_then(|holder| holder.get(attribute.name)) else { return };
    let into = match target.extension {
        Some(extension) => match picked.entry(extension.id).or_insert_with(|| Value::Object(Map::new())) {
            Value::Object(into) => into,
            _ => return,
        },
        None => picked,
    };
    let Some(sub) = target.sub else {
        into.insert(attribute.name.to_owned(), value.clone());
        return;
    };
    // Two sub-attributes of one attribute are asked for one by one, and stand together.
    match value {
        Value::Array(items) => {
            let held = into.entry(attribute.name).or_insert_with(|| Value::Array(vec![Value::Object(Map::new()); items.len()]));
            for (held, item) in held.as_array_mut().into_iter().flatten().zip(items) {
                if let (Some(held), Some(value)) = (held.as_object_mut(), item.get(sub.name)) {
                    held.insert(sub.name.to_owned(), value.clone());
                }
            }
        }
        object => {
            if let (Some(held), Some(value)) = (into.entry(attribute.name).or_insert_with(|| Value::Object(Map::new())).as_object_mut(), object.get(sub.name)) {
                held.insert(sub.name.to_owned(), value.clone());
            }
        }
    }
}

fn drop_from(resource: &mut Map<String, Value>, target: &Target) {
    let Some(attribute) = target.attribute else {
        if let Some(extension) = target.extension {
            resource.remove(extension.id);
        }
        return;
    };
    if attribute.returned == Returned::Always {
        return;
    }
    let holder = match target.extension {
        Some(extension) => match resource.get_mut(extension.id).and_then(Value::as_object_mut) {
            Some(holder) => holder,
            None => return,
        },
        None => resource,
    };
    match (target.sub, holder.get_mut(attribute.name)) {
        (None, _) => {
            holder.remove(attribute.name);
        }
        (Some(sub), Some(Value::Array(items))) => {
            for item in items.iter_mut().filter_map(Value::as_object_mut) {
                item.remove(sub.name);
            }
        }
        (Some(sub), Some(Value::Object(fields))) => {
            fields.remove(sub.name);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schemas::USERS;
    use serde_json::json;

    fn projected(attributes: &[&str], excluded: &[&str]) -> Value {
        let resource = json!({
            "schemas": ["urn:x"], "id": "1", "userName": "b", "title": "t", "name": { "givenName": "g", "familyName": "f" },
            "emails": [{ "value": "a", "type": "work" }, { "value": "b" }], "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "department": "d", "division": "e" },
        });
        let texts = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let projection = Projection::parse(&USERS, &texts(attributes), &texts(excluded)).expect("a projection");
        Value::Object(projection.of(resource.as_object().cloned().expect("an object")))
    }

    #[test]
    fn the_attributes_asked_for_are_answered_with_those_that_always_are() {
        assert_eq!(projected(&["USERNAME"], &[]), json!({ "schemas": ["urn:x"], "id": "1", "userName": "b" }));
        for always in ["id", "schemas", "SCHEMAS"] {
            assert_eq!(projected(&[always], &[]), json!({ "schemas": ["urn:x"], "id": "1" }));
        }
        assert_eq!(projected(&["name.givenName", "emails.value", "emails.type"], &[])["emails"], json!([{ "value": "a", "type": "work" }, { "value": "b" }]));
        let picked = projected(&["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:division"], &[]);
        assert_eq!(picked["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"], json!({ "division": "e" }));
    }

    #[test]
    fn the_attributes_excluded_are_not_answered() {
        let rest = projected(&[], &["title", "name.givenName", "emails.type", "id", "schemas", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]);
        assert_eq!(rest, json!({ "schemas": ["urn:x"], "id": "1", "userName": "b", "name": { "familyName": "f" }, "emails": [{ "value": "a" }, { "value": "b" }] }));
        assert!(Projection::parse(&USERS, &["title".into()], &["name".into()]).is_err());
        let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
        let core = "urn:ietf:params:scim:schemas:core:2.0:user";
        let (mut alone, rest) = (projected(&[], &[enterprise]), projected(&[], &[core]));
        assert_eq!(projected(&[core], &[]), alone);
        assert_eq!(rest, json!({ "schemas": ["urn:x"], "id": "1", (enterprise): { "department": "d", "division": "e" } }));
        alone[enterprise] = json!({ "division": "e" });
        assert_eq!(projected(&[core, &format!("{enterprise}:division")], &[]), alone);
        assert!(Projection::parse(&USERS, &["tenant_id".into()], &[]).is_err());
    }
}
