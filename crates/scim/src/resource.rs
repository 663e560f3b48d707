//! Reads a resource as a client sends it: known attributes under their own names, of their own types, and nothing else.

use crate::error::ScimError;
use crate::filter::boolean;
use crate::path::Target;
use crate::schema::{Attribute, Kind, Mutability, ResourceType};
use serde_json::{Map, Value};

/// Values of one attribute of several.
const MOST_VALUES: usize = 10_000;

/// What a body may set, under canonical names. What is the server's own is passed over (RFC 7644, section 3.3); what no
/// schema names is refused.
///
/// # Errors
/// `invalidSyntax` for another shape, `invalidValue` for values that an attribute cannot have.
pub fn read(kind: &ResourceType, body: Map<String, Value>) -> Result<Map<String, Value>, ScimError> {
    let mut resource = Map::new();
    let mut declared = false;
    for (name, value) in body {
        if name.eq_ignore_ascii_case("schemas") {
            check_schemas(kind, &value)?;
            declared = true;
            continue;
        }
        let target = Target::find(kind, &name).filter(|target| target.sub.is_none() && !(name.contains(':') && target.attribute.is_some()));
        let target = target.ok_or_else(|| ScimError::syntax(name.clone(), "is no attribute of the resource"))?;
        match target {
            Target { extension: Some(extension), attribute: None, .. } => {
                if resource.contains_key(extension.id) {
                    return Err(ScimError::syntax(extension.id, "is given twice"));
                }
                if let Some(read) = read_extension(&target, value)? {
                    resource.insert(extension.id.to_owned(), read);
                }
            }
            Target { attribute: Some(attribute), .. } => {
                if resource.contains_key(attribute.name) {
                    return Err(ScimError::syntax(attribute.name, "is given twice"));
                }
                if let Some(value) = kept(attribute, value)? {
                    resource.insert(attribute.name.to_owned(), value);
                }
            }
            Target { .. } => {}
        }
    }
    if !declared {
        return Err(ScimError::syntax("schemas", "is required"));
    }
    check(kind, &resource)?;
    Ok(resource)
}

/// The values of an extension as an object, or nothing where it is cleared.
pub(crate) fn read_extension(target: &Target, value: Value) -> Result<Option<Value>, ScimError> {
    let Some(extension) = target.extension else { return Ok(None) };
    let fields = match value {
        Value::Null => return Ok(None),
        Value::Object(fields) => fields,
        _ => return Err(ScimError::value(extension.id, "must be an object")),
    };
    let mut read = Map::new();
    // Some clients repeat the schema inside.
    for (name, value) in fields.into_iter().filter(|(name, _)| !name.eq_ignore_ascii_case("schemas")) {
        let attribute = extension.find(&name).ok_or_else(|| ScimError::syntax(name.clone(), "is no attribute of the extension"))?;
        if read.contains_key(attribute.name) {
            return Err(ScimError::syntax(attribute.name, "is given twice"));
        }
        if let Some(value) = kept(attribute, value)? {
            read.insert(attribute.name.to_owned(), value);
        }
    }
    Ok((!read.is_empty()).then_some(Value::Object(read)))
}

/// A value as it is kept. None: it clears the attribute, or is not the client's to set, or is never kept.
fn kept(attribute: &'static Attribute, value: Value) -> Result<Option<Value>, ScimError> {
    if attribute.mutability == Mutability::ReadOnly {
        return Ok(None);
    }
    let value = whole(attribute, value)?;
    Ok(value.filter(|_| attribute.mutability != Mutability::WriteOnly))
}

/// A value of an attribute as a whole: a list where it has several. None: unassigned (RFC 7643, section 2.5).
pub(crate) fn whole(attribute: &'static Attribute, value: Value) -> Result<Option<Value>, ScimError> {
    if !attribute.multi {
        return single(attribute, value);
    }
    let items = match value {
        Value::Null => return Ok(None),
        Value::Array(items) => items,
        // One value where a list is meant, as some clients send it.
        item @ Value::Object(_) => vec![item],
        _ => return Err(ScimError::value(attribute.name, "must be a list")),
    };
    if items.len() > MOST_VALUES {
        return Err(ScimError::value(attribute.name, "holds too many values"));
    }
    let mut values = Vec::with_capacity(items.len());
    for item in items {
        let is_given = item.is_object();
        match single(attribute, item)? {
            Some(value) if !values.contains(&value) => values.push(value),
            // A list that names nobody would be taken for an empty one.
            None if is_given && attribute.is_identified() => return Err(ScimError::value(attribute.name, "must have a value each")),
            _ => {}
        }
    }
    Ok((!values.is_empty()).then_some(Value::Array(values)))
}

/// One value. None: null, or an object that says nothing.
pub(crate) fn single(attribute: &'static Attribute, value: Value) -> Result<Option<Value>, ScimError> {
    let wrong = |message| Err(ScimError::value(attribute.name, message));
    match (attribute.kind, value) {
        (_, Value::Null) => Ok(None),
        (Kind::Boolean, value) => boolean(&value).map_or_else(|| wrong("must be true or false"), |flag| Ok(Some(Value::Bool(flag)))),
        (Kind::Binary, Value::String(text)) if !is_base64(&text) => wrong("must be base64"),
        (Kind::Text | Kind::Reference | Kind::Binary | Kind::Time, Value::String(text)) => {
            if text.contains('\0') {
                return wrong("must not hold NUL");
            }
            if text.chars().count() > attribute.most {
                return wrong("is too long");
            }
            if attribute.required && text.trim().is_empty() {
                return wrong("must not be empty");
            }
            Ok(Some(Value::String(text)))
        }
        (Kind::Text | Kind::Reference | Kind::Binary | Kind::Time, _) => wrong("must be a string"),
        (Kind::Complex, Value::Object(fields)) => {
            let mut read = Map::new();
            for (name, value) in fields {
                let sub = attribute.find(&name).ok_or_else(|| ScimError::syntax(format!("{}.{name}", attribute.name), "is no attribute of the resource"))?;
                if read.contains_key(sub.name) {
                    return wrong("holds a name twice");
                }
                if sub.mutability != Mutability::ReadOnly
                    && let Some(value) = single(sub, value)?
                {
                    read.insert(sub.name.to_owned(), value);
                }
            }
            Ok((!read.is_empty()).then_some(Value::Object(read)))
        }
        // Entra names a manager by the value alone, and nobody by an empty one.
        (Kind::Complex, Value::String(text)) if !attribute.multi && attribute.find("value").is_some() => {
            let fields = if text.is_empty() { Map::new() } else { Map::from_iter([("value".to_owned(), Value::String(text))]) };
            single(attribute, Value::Object(fields))
        }
        (Kind::Complex, _) => wrong("must be an object"),
    }
}

/// Of either alphabet, its padding left out or not (RFC 7643, section 2.3.6); without line breaks (RFC 4648, section 3.1).
fn is_base64(text: &str) -> bool {
    let digits = text.strip_suffix("==").or_else(|| text.strip_suffix('=')).unwrap_or(text);
    digits.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_'))
}

/// What holds of a resource as a whole.
pub(crate) fn check(kind: &ResourceType, resource: &Map<String, Value>) -> Result<(), ScimError> {
    for attribute in kind.schema.attributes {
        let value = resource.get(attribute.name);
        if attribute.required && value.is_none() {
            return Err(ScimError::value(attribute.name, "is required"));
        }
        let primaries = value.and_then(Value::as_array).into_iter().flatten().filter(|item| item["primary"] == true).count();
        if primaries > 1 {
            return Err(ScimError::value(attribute.name, "has more than one primary value"));
        }
    }
    Ok(())
}

fn check_schemas(kind: &ResourceType, value: &Value) -> Result<(), ScimError> {
    let names: Option<Vec<&str>> = value.as_array().and_then(|items| items.iter().map(Value::as_str).collect());
    let names = names.ok_or_else(|| ScimError::syntax("schemas", "must be a list of schemas"))?;
    if !names.iter().any(|name| name.eq_ignore_ascii_case(kind.schema.id)) {
        return Err(ScimError::syntax("schemas", "must hold the schema of the resource"));
    }
    let known = |name: &&str| name.eq_ignore_ascii_case(kind.schema.id) || kind.extensions.iter().any(|extension| name.eq_ignore_ascii_case(extension.id));
    if names.iter().all(known) { Ok(()) } else { Err(ScimError::syntax("schemas", "holds a schema that the resource has not")) }
}

/// The schemas that a resource carries.
#[must_use]
pub fn schemas_of(kind: &ResourceType, resource: &Map<String, Value>) -> Vec<&'static str> {
    let extensions = kind.extensions.iter().filter(|extension| resource.contains_key(extension.id)).map(|extension| extension.id);
    std::iter::once(kind.schema.id).chain(extensions).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schemas::{GROUPS, USERS};
    use serde_json::json;

    fn user(mut body: Value) -> Result<Map<String, Value>, ScimError> {
        body["schemas"] = json!(["urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]);
        read(&USERS, body.as_object().cloned().expect("an object"))
    }

    #[test]
    fn names_become_canonical_and_what_says_nothing_is_left_out() {
        let read = user(json!({
            "USERNAME": "bjensen", "externalid": "701984", "Active": "True", "nickName": null, "emails": [], "id": "mine", "meta": {"version": "9"}, "groups": [{"value": "x"}], "password": "t1meMa$heen",
            "name": { "FamilyName": "Jensen", "givenName": null }, "phoneNumbers": { "value": "555" },
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:user": { "department": "Tours", "manager": { "value": "26118915", "displayName": "John" } },
        }));
        assert_eq!(
            Value::Object(read.expect("a user")),
            json!({
                "userName": "bjensen", "externalId": "701984", "active": true, "name": { "familyName": "Jensen" }, "phoneNumbers": [{ "value": "555" }],
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "department": "Tours", "manager": { "value": "26118915" } },
            })
        );
    }

    #[test]
    fn a_certificate_is_base64_of_several_thousand_characters() {
        for value in ["M".repeat(10_000), "MIIDQzCC+/8=".into(), "MIIDQzCC-_8".into(), "MA==".into()] {
            let certificates = json!([{ "value": value, "type": "work", "primary": true }]);
            assert_eq!(user(json!({ "userName": "x", "x509certificates": certificates })).expect("a user")["x509Certificates"], certificates);
        }
    }

    #[test]
    fn a_manager_is_an_object_or_its_value() {
        let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
        for (sent, kept) in [(json!({ "value": "7" }), json!({ "value": "7" })), (json!("7"), json!({ "value": "7" })), (json!(""), Value::Null), (Value::Null, Value::Null)] {
            let read = user(json!({ "userName": "x", enterprise: { "department": "d", "manager": sent } })).expect("a user");
            assert_eq!(read[enterprise].get("manager").unwrap_or(&Value::Null), &kept);
        }
    }

    #[test]
    fn what_no_schema_names_is_refused() {
        for body in [
            json!({"userName": "x", "role": "owner"}),
            json!({"userName": "x", "tenant_id": "x"}),
            json!({"userName": "x", "member_id": "x"}),
            json!({"userName": "x", "name": {"tenant": "x"}}),
            json!({"userName": "x", "emails": [{"verified": true}]}),
            json!({"userName": "x", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"permissions": []}}),
            json!({"userName": "x", "urn:example:2.0:User": {}}),
            json!({"userName": "x", "username": "y"}),
            json!({"userName": "x", "name.familyName": "y"}),
        ] {
            assert_eq!(user(body.clone()).expect_err("refused").fault, crate::Fault::InvalidSyntax, "{body}");
        }
    }

    #[test]
    fn values_of_other_types_are_refused() {
        for body in [
            json!({}),
            json!({"userName": null}),
            json!({"userName": ""}),
            json!({"userName": "  "}),
            json!({"userName": 7}),
            json!({"userName": "x".repeat(256)}),
            json!({"userName": "a\u{0}b"}),
            json!({"userName": "x", "active": "yes"}),
            json!({"userName": "x", "active": 1}),
            json!({"userName": "x", "name": "x"}),
            json!({"userName": "x", "emails": "x"}),
            json!({"userName": "x", "emails": ["x"]}),
            json!({"userName": "x", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": 7}}),
            json!({"userName": "x", "emails": [{"value": "a", "primary": true}, {"value": "b", "primary": true}]}),
            json!({"userName": "x", "x509Certificates": [{"value": "MII DQz"}]}),
            json!({"userName": "x", "x509Certificates": [{"value": "MII="}, {"value": "=MII"}]}),
            json!({"userName": "x", "x509Certificates": [{"value": "M".repeat(10_001)}]}),
            json!({"userName": "x", "x509Certificates": [{"value": 7}]}),
        ] {
            assert_eq!(user(body.clone()).expect_err("refused").fault, crate::Fault::InvalidValue, "{body}");
        }
        assert!(read(&GROUPS, Map::new()).is_err());
        let foreign = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "displayName": "x"});
        assert!(read(&GROUPS, foreign.as_object().cloned().expect("an object")).is_err());
    }
}
