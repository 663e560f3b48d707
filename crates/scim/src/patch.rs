//! PATCH (RFC 7644, section 3.5.2), with what Entra and Okta send beside it: operations in any case, "True" for true, a dotted name
//! as a key, a removal that lists its values. All operations hold together or none does: the caller keeps what it gave.

use crate::error::{Fault, ScimError};
use crate::parse::{self, PatchPath};
use crate::path::Target;
use crate::resource::{check, read_extension, single, whole};
use crate::schema::{Attribute, Kind, Mutability, ResourceType};
use serde_json::{Map, Value};

/// Operations of one request.
const MOST: usize = 1_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Add,
    Replace,
    Remove,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    verb: Verb,
    path: PatchPath,
    value: Value,
}

/// The operations of a body.
///
/// # Errors
/// `invalidSyntax`, `invalidPath`, `noTarget` and `invalidValue` for what is no operation.
pub fn operations(kind: &ResourceType, body: Map<String, Value>) -> Result<Vec<Operation>, ScimError> {
    let (mut listed, mut declared) = (None, false);
    for (name, value) in body {
        if name.eq_ignore_ascii_case("schemas") {
            declared = value.as_array().is_some_and(|names| names.len() == 1 && names[0].as_str().is_some_and(|name| name.eq_ignore_ascii_case(crate::PATCH_OP)));
        } else if name.eq_ignore_ascii_case("Operations") && listed.is_none() {
            listed = Some(value);
        } else {
            return Err(ScimError::syntax(name, "is no field of a PATCH"));
        }
    }
    if !declared {
        return Err(ScimError::syntax("schemas", "must be that of a PATCH"));
    }
    let Some(Value::Array(items)) = listed else { return Err(ScimError::syntax("Operations", "must be a list")) };
    if items.is_empty() || items.len() > MOST {
        return Err(ScimError::syntax("Operations", "must hold 1 to 1,000 operations"));
    }
    let mut read = Vec::new();
    for item in items {
        operation(kind, item, &mut read)?;
    }
    Ok(read)
}

/// One operation; without a path, each name of its value is one.
fn operation(kind: &ResourceType, item: Value, read: &mut Vec<Operation>) -> Result<(), ScimError> {
    let Value::Object(fields) = item else { return Err(ScimError::syntax("Operations", "must hold objects")) };
    let (mut verb, mut path, mut value) = (None, None, Value::Null);
    for (name, field) in fields {
        match (name.to_ascii_lowercase().as_str(), field) {
            ("op", Value::String(text)) => {
                verb = Some(match text.to_ascii_lowercase().as_str() {
                    "add" => Verb::Add,
                    "replace" => Verb::Replace,
                    "remove" => Verb::Remove,
                    _ => return Err(ScimError::syntax("op", "must be add, replace or remove")),
                });
            }
            ("path", Value::String(text)) => path = Some(text),
            ("path", Value::Null) => {}
            ("value", field) => value = field,
            _ => return Err(ScimError::syntax(name, "is no field of an operation, or of another type")),
        }
    }
    let verb = verb.ok_or_else(|| ScimError::syntax("op", "is required"))?;
    let fields = match (path, value) {
        (Some(path), value) => vec![(path, value)],
        (None, _) if verb == Verb::Remove => return Err(ScimError::new(Fault::NoTarget, "path", "is required to remove")),
        // Okta repeats what is not the client's to change.
        (None, Value::Object(fields)) => fields.into_iter().filter(|(name, _)| !["schemas", "id", "meta"].iter().any(|own| name.eq_ignore_ascii_case(own))).collect(),
        (None, _) => return Err(ScimError::value("value", "must be an object where there is no path")),
    };
    for (name, value) in fields {
        // What stands in brackets may be a person's; the name before them is the schema's, or nobody's.
        let named = || name.trim().split('[').next().unwrap_or_default().to_owned();
        let path = parse::patch_path(kind, name.trim()).map_err(|error| ScimError::new(error.fault, named(), error.message))?;
        shaped(&path, &value)?;
        read.push(Operation { verb, path, value });
    }
    Ok(())
}

/// Whether the value is one of the attribute's, whatever the resource holds: what is wrong in it is told by the client's own words for it.
fn shaped(path: &PatchPath, value: &Value) -> Result<(), ScimError> {
    let Target { attribute, sub, .. } = path.target;
    let Some(attribute) = attribute else { return if value.is_object() { read_extension(&path.target, value.clone()).map(drop) } else { Ok(()) } };
    let changed = path.sub.or(sub).unwrap_or(attribute);
    if value.is_null() || attribute.mutability == Mutability::ReadOnly || changed.mutability == Mutability::ReadOnly {
        return Ok(());
    }
    if path.filter.is_none() && sub.is_none() { whole(changed, value.clone()).map(drop) } else { single(changed, value.clone()).map(drop) }
}

/// The resource after all operations, in their order.
///
/// # Errors
/// `mutability`, `noTarget`, `invalidPath` and `invalidValue`; the resource given is as it was.
pub fn apply(kind: &ResourceType, resource: &Map<String, Value>, operations: &[Operation]) -> Result<Map<String, Value>, ScimError> {
    let mut patched = resource.clone();
    for operation in operations {
        one(&mut patched, operation.verb, &operation.path, operation.value.clone())?;
    }
    check(kind, &patched)?;
    Ok(patched)
}

fn one(resource: &mut Map<String, Value>, verb: Verb, path: &PatchPath, value: Value) -> Result<(), ScimError> {
    let Target { extension, attribute, sub } = path.target;
    let Some(attribute) = attribute else { return on_extension(resource, verb, &path.target, value) };
    let removes = verb == Verb::Remove || (value.is_null() && path.filter.is_none());
    let changed = path.sub.or(sub).unwrap_or(attribute);
    if attribute.mutability == Mutability::ReadOnly || changed.mutability == Mutability::ReadOnly {
        return Err(ScimError::new(Fault::Mutability, changed.name, "is read-only"));
    }
    // Whom an entry of a list is about does not change: it is removed, and another added.
    if path.filter.is_some() && path.sub.is_some_and(|sub| sub.mutability == Mutability::Immutable) {
        return Err(ScimError::new(Fault::Mutability, changed.name, "does not change"));
    }
    if removes && attribute.required && sub.is_none() && path.filter.is_none() {
        return Err(ScimError::new(Fault::Mutability, attribute.name, "is required"));
    }
    let holder = match extension {
        Some(extension) => match resource.entry(extension.id).or_insert_with(|| Value::Object(Map::new())) {
            Value::Object(holder) => holder,
            _ => return Err(ScimError::value(extension.id, "is no object")),
        },
        None => &mut *resource,
    };
    match (&path.filter, sub) {
        (Some(filter), _) => chosen(holder, verb, attribute, filter, path.sub, value)?,
        (None, Some(sub)) => on_sub(holder, verb, attribute, sub, value)?,
        (None, None) => on_whole(holder, verb, attribute, value)?,
    }
    if let Some(extension) = extension
        && resource.get(extension.id).and_then(Value::as_object).is_some_and(Map::is_empty)
    {
        resource.remove(extension.id);
    }
    Ok(())
}

fn on_extension(resource: &mut Map<String, Value>, verb: Verb, target: &Target, value: Value) -> Result<(), ScimError> {
    let Some(extension) = target.extension else { return Ok(()) };
    if verb == Verb::Remove {
        resource.remove(extension.id);
        return Ok(());
    }
    let Value::Object(fields) = &value else { return Err(ScimError::value(extension.id, "must be an object")) };
    let cleared: Vec<&'static str> = fields.iter().filter(|(_, value)| value.is_null()).filter_map(|(name, _)| extension.find(name)).map(|attribute| attribute.name).collect();
    let read = read_extension(target, value.clone())?;
    let mut merged = resource.remove(extension.id).and_then(|held| held.as_object().cloned()).unwrap_or_default();
    for name in cleared {
        merged.remove(name);
    }
    if let Some(Value::Object(read)) = read {
        merged.extend(read);
    }
    if !merged.is_empty() {
        resource.insert(extension.id.to_owned(), Value::Object(merged));
    }
    Ok(())
}

fn on_whole(holder: &mut Map<String, Value>, verb: Verb, attribute: &'static Attribute, value: Value) -> Result<(), ScimError> {
    if verb == Verb::Remove {
        // With values: those alone, by what identifies them.
        let named: Vec<Value> = match whole(attribute, value)? {
            Some(Value::Array(items)) if attribute.multi => items,
            _ => Vec::new(),
        };
        if named.is_empty() {
            holder.remove(attribute.name);
        } else {
            retain(holder, attribute, |held| !named.iter().any(|item| same(attribute, item, held)));
        }
        return Ok(());
    }
    let Some(read) = whole(attribute, value)? else {
        if verb == Verb::Replace {
            holder.remove(attribute.name);
        }
        return Ok(());
    };
    if attribute.mutability == Mutability::WriteOnly {
        return Ok(());
    }
    let merged = match (holder.remove(attribute.name), read) {
        (Some(Value::Array(mut held)), Value::Array(items)) if verb == Verb::Add => {
            one_primary(&mut held, &items);
            for item in items {
                if !held.iter().any(|there| *there == item || (identified(attribute) && same(attribute, &item, there))) {
                    held.push(item);
                }
            }
            Value::Array(held)
        }
        // The sub-attributes given stand beside those that are not (RFC 7644, section 3.5.2.3).
        (Some(Value::Object(mut held)), Value::Object(read)) => {
            held.extend(read);
            Value::Object(held)
        }
        (_, read) => read,
    };
    holder.insert(attribute.name.to_owned(), merged);
    Ok(())
}

fn on_sub(holder: &mut Map<String, Value>, verb: Verb, attribute: &'static Attribute, sub: &'static Attribute, value: Value) -> Result<(), ScimError> {
    let read = if verb == Verb::Remove { None } else { single(sub, value)? };
    match holder.get_mut(attribute.name) {
        Some(Value::Array(items)) => {
            for item in items.iter_mut() {
                set(item, sub, read.clone());
            }
        }
        Some(object @ Value::Object(_)) => set(object, sub, read),
        _ => {
            let Some(read) = read else { return Ok(()) };
            let object = Value::Object(Map::from_iter([(sub.name.to_owned(), read)]));
            holder.insert(attribute.name.to_owned(), if attribute.multi { Value::Array(vec![object]) } else { object });
        }
    }
    prune(holder, attribute);
    Ok(())
}

/// On the values that fit what stands in brackets.
fn chosen(
    holder: &mut Map<String, Value>,
    verb: Verb,
    attribute: &'static Attribute,
    filter: &crate::Filter,
    sub: Option<&'static Attribute>,
    value: Value,
) -> Result<(), ScimError> {
    if verb == Verb::Remove && sub.is_none() {
        retain(holder, attribute, |held| !filter.fits_value(held));
        return Ok(());
    }
    let read = match (verb, sub) {
        (Verb::Remove, _) => None,
        (_, Some(sub)) => single(sub, value)?,
        (_, None) => Some(single(attribute, value)?.ok_or_else(|| ScimError::value(attribute.name, "must be an object"))?),
    };
    let mut items = holder.get(attribute.name).and_then(Value::as_array).cloned().unwrap_or_default();
    let mut found = false;
    let primary = match (&read, sub) {
        (Some(Value::Bool(true)), Some(sub)) => sub.name == "primary",
        (Some(object), None) => object["primary"] == true,
        _ => false,
    };
    for item in &mut items {
        if filter.fits_value(item) {
            found = true;
            match (sub, &read) {
                (Some(sub), read) => set(item, sub, read.clone()),
                (None, Some(Value::Object(fields))) => {
                    if let Value::Object(held) = item {
                        held.extend(fields.clone());
                    }
                }
                _ => {}
            }
        } else if primary {
            // There is one primary value: the newest.
            if let Some(held) = item.as_object_mut()
                && held.get("primary") == Some(&Value::Bool(true))
            {
                held.insert("primary".into(), Value::Bool(false));
            }
        }
    }
    if !found {
        if verb == Verb::Remove {
            return Ok(());
        }
        // Entra adds a value by describing it.
        let described = filter.described().filter(|_| verb == Verb::Add);
        let mut element = described.ok_or_else(|| ScimError::new(Fault::NoTarget, attribute.name, "has no value that fits the path"))?;
        match (sub, read) {
            (Some(sub), Some(read)) => {
                element.insert(sub.name.to_owned(), read);
            }
            (None, Some(Value::Object(fields))) => element.extend(fields),
            _ => {}
        }
        items.push(Value::Object(element));
    }
    holder.insert(attribute.name.to_owned(), Value::Array(items));
    prune(holder, attribute);
    Ok(())
}

fn set(item: &mut Value, sub: &'static Attribute, value: Option<Value>) {
    if let Value::Object(fields) = item {
        match value {
            Some(value) => {
                fields.insert(sub.name.to_owned(), value);
            }
            None => {
                fields.remove(sub.name);
            }
        }
    }
}

/// New values with a primary among them take that place from those held.
fn one_primary(held: &mut [Value], added: &[Value]) {
    if added.iter().any(|item| item["primary"] == true) {
        for item in held.iter_mut().filter_map(Value::as_object_mut) {
            if item.get("primary") == Some(&Value::Bool(true)) {
                item.insert("primary".into(), Value::Bool(false));
            }
        }
    }
}

/// Members are who their value says, whatever else is said of them.
fn identified(attribute: &Attribute) -> bool {
    attribute.find("value").is_some_and(|value| value.mutability == Mutability::Immutable)
}

fn same(attribute: &Attribute, one: &Value, other: &Value) -> bool {
    if attribute.kind == Kind::Complex && one.get("value").is_some() { one.get("value") == other.get("value") } else { one == other }
}

fn retain(holder: &mut Map<String, Value>, attribute: &Attribute, keep: impl Fn(&Value) -> bool) {
    if let Some(Value::Array(items)) = holder.get_mut(attribute.name) {
        items.retain(keep);
    }
    prune(holder, attribute);
}

/// What says nothing any more is unassigned.
fn prune(holder: &mut Map<String, Value>, attribute: &Attribute) {
    let empty = match holder.get_mut(attribute.name) {
        Some(Value::Array(items)) => {
            items.retain(|item| !item.as_object().is_some_and(Map::is_empty));
            items.is_empty()
        }
        Some(Value::Object(fields)) => fields.is_empty(),
        _ => false,
    };
    if empty {
        holder.remove(attribute.name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schemas::{GROUPS, USERS};
    use serde_json::json;

    const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

    fn patched(kind: &ResourceType, before: &Value, list: Value) -> Result<Value, ScimError> {
        let body = json!({ "schemas": [crate::PATCH_OP], "Operations": list });
        let operations = operations(kind, body.as_object().cloned().expect("an object"))?;
        apply(kind, before.as_object().expect("an object"), &operations).map(Value::Object)
    }

    fn user() -> Value {
        json!({
            "userName": "bjensen", "active": true, "name": { "givenName": "Barbara", "familyName": "Jensen" },
            "emails": [{ "type": "work", "value": "b@example.com", "primary": true }, { "type": "home", "value": "b@home.example" }],
        })
    }

    #[test]
    fn the_operations_of_the_rfc_do_what_they_say() {
        let group = json!({ "displayName": "Tour Guides", "members": [{ "value": "1", "type": "User" }, { "value": "2" }] });
        for (list, after) in [
            (json!([{"op": "add", "path": "members", "value": [{"value": "3"}, {"value": "1"}]}]), json!([{"value": "1", "type": "User"}, {"value": "2"}, {"value": "3"}])),
            (json!([{"op": "remove", "path": "members[value eq \"1\"]"}]), json!([{"value": "2"}])),
            (json!([{"op": "remove", "path": "members"}]), Value::Null),
            (json!([{"op": "remove", "path": "members"}, {"op": "add", "path": "members", "value": [{"value": "9"}]}]), json!([{"value": "9"}])),
            (json!([{"op": "replace", "path": "members", "value": [{"value": "9"}]}]), json!([{"value": "9"}])),
            // Entra removes by listing values.
            (json!([{"op": "Remove", "path": "members", "value": [{"value": "2"}]}]), json!([{"value": "1", "type": "User"}])),
            (json!([{"op": "replace", "value": {"members": [{"value": "4"}]}}]), json!([{"value": "4"}])),
        ] {
            let result = patched(&GROUPS, &group, list.clone()).expect("patched");
            assert_eq!(result["members"], after, "{list}");
        }
    }

    #[test]
    fn what_entra_and_okta_send_is_understood() {
        let after = patched(
            &USERS,
            &user(),
            json!([
                {"op": "Replace", "path": "active", "value": "False"},
                {"op": "Add", "path": "phoneNumbers[type eq \"mobile\"].value", "value": "555"},
                {"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "new@example.com"},
                {"op": "Add", "path": format!("{ENTERPRISE}:department"), "value": "Tours"},
                {"op": "replace", "value": {"id": "mine", "displayName": "Babs", "name.familyName": "Smith", (format!("{ENTERPRISE}:division")): "East"}},
            ]),
        );
        assert_eq!(
            after.expect("patched"),
            json!({
                "userName": "bjensen", "active": false, "displayName": "Babs", "name": { "givenName": "Barbara", "familyName": "Smith" },
                "emails": [{ "type": "work", "value": "new@example.com", "primary": true }, { "type": "home", "value": "b@home.example" }],
                "phoneNumbers": [{ "type": "mobile", "value": "555" }],
                ENTERPRISE: { "department": "Tours", "division": "East" },
            })
        );
    }

    #[test]
    fn a_manager_is_named_by_the_value_alone_and_by_none() {
        for (list, manager) in [
            (json!([{"op": "Add", "path": format!("{ENTERPRISE}:manager"), "value": "26118915"}]), json!({ "value": "26118915" })),
            (json!([{"op": "Add", "path": ENTERPRISE, "value": {"manager": "26118915"}}]), json!({ "value": "26118915" })),
            (json!([{"op": "replace", "value": {(format!("{ENTERPRISE}:manager")): "26118915"}}]), json!({ "value": "26118915" })),
            (json!([{"op": "Add", "path": format!("{ENTERPRISE}:manager"), "value": "1"}, {"op": "Replace", "path": format!("{ENTERPRISE}:manager"), "value": ""}]), Value::Null),
        ] {
            let after = patched(&USERS, &user(), list.clone()).expect("patched");
            assert_eq!(after.get(ENTERPRISE).map_or(&Value::Null, |held| &held["manager"]), &manager, "{list}");
        }
    }

    #[test]
    fn what_is_wrong_is_named_and_no_value_is() {
        for (operation, place) in [
            (json!({"op": "replace", "path": "role", "value": "owner"}), "role"),
            (json!({"op": "replace", "value": {"title": "x", "role": "owner"}}), "role"),
            (json!({"op": "replace", "path": "mails[value eq \"a@b.example\"].type", "value": "x"}), "mails"),
            (json!({"op": "replace", "path": "emails[colour eq \"red\"].type", "value": "x"}), "emails"),
            (json!({"op": "replace", "path": "title", "value": 7}), "title"),
            (json!({"op": "replace", "path": "name.givenName", "value": 7}), "givenName"),
            (json!({"op": "replace", "path": "name", "value": {"tenant": "x"}}), "name.tenant"),
            (json!({"op": "add", "path": ENTERPRISE, "value": {"permissions": "x"}}), "permissions"),
            (json!({"op": "replace", "path": "id", "value": "x"}), "id"),
            (json!({"op": "remove", "path": "userName"}), "userName"),
            (json!({"op": "replace", "path": "emails[type eq \"other\"].value", "value": "x"}), "emails"),
        ] {
            let refused = patched(&USERS, &user(), json!([operation])).expect_err("refused");
            assert_eq!(refused.place, place, "{operation}");
        }
        // Only the resource shows these to be wrong, and they bear the schema's own name.
        for (operation, place) in [(json!({"op": "replace", "path": "id", "value": "x"}), "id"), (json!({"op": "replace", "path": "emails[type eq \"other\"].value", "value": "x"}), "emails")] {
            let body = json!({ "schemas": [crate::PATCH_OP], "Operations": [operation] });
            let operations = operations(&USERS, body.as_object().cloned().expect("an object")).expect("operations");
            let refused = apply(&USERS, user().as_object().expect("an object"), &operations).expect_err("refused");
            assert!(matches!(refused.place, std::borrow::Cow::Borrowed(name) if name == place), "{refused}");
        }
    }

    #[test]
    fn a_new_primary_takes_the_place_of_the_old() {
        let after = patched(&USERS, &user(), json!([{"op": "replace", "path": "emails[type eq \"home\"].primary", "value": true}])).expect("patched");
        assert_eq!((&after["emails"][0]["primary"], &after["emails"][1]["primary"]), (&json!(false), &json!(true)));
        let after = patched(&USERS, &user(), json!([{"op": "add", "path": "emails", "value": [{"value": "c@example.com", "primary": true}]}])).expect("patched");
        assert_eq!((&after["emails"][0]["primary"], &after["emails"][2]["primary"]), (&json!(false), &json!(true)));
    }

    #[test]
    fn attributes_are_cleared_one_by_one() {
        let after = patched(
            &USERS,
            &user(),
            json!([{"op": "remove", "path": "name.givenName"}, {"op": "replace", "path": "name.familyName", "value": null}, {"op": "remove", "path": "emails[type eq \"home\"].value"},
                   {"op": "remove", "path": "emails[type eq \"home\"]"}, {"op": "remove", "path": "active"}, {"op": "remove", "path": "title"}, {"op": "remove", "path": ENTERPRISE}]),
        );
        assert_eq!(after.expect("patched"), json!({ "userName": "bjensen", "emails": [{ "type": "work", "value": "b@example.com", "primary": true }] }));
    }

    #[test]
    fn a_patch_that_breaks_a_rule_changes_nothing_and_says_why() {
        for (list, fault) in [
            (json!([]), Fault::InvalidSyntax),
            (json!([{"op": "move", "path": "title"}]), Fault::InvalidSyntax),
            (json!([{"path": "title", "value": "x"}]), Fault::InvalidSyntax),
            (json!([{"op": "remove"}]), Fault::NoTarget),
            (json!([{"op": "replace", "value": "x"}]), Fault::InvalidValue),
            (json!([{"op": "replace", "path": "title", "value": "x"}, {"op": "replace", "path": "member_id", "value": "x"}]), Fault::InvalidPath),
            (json!([{"op": "replace", "value": {"role": "owner"}}]), Fault::InvalidPath),
            (json!([{"op": "replace", "path": "title[value eq \"x\"]", "value": "x"}]), Fault::InvalidPath),
            (json!([{"op": "replace", "path": "emails[type eq \"work\"", "value": "x"}]), Fault::InvalidPath),
            (json!([{"op": "replace", "path": "emails[type eq \"pager\"].value", "value": "x"}]), Fault::NoTarget),
            (json!([{"op": "replace", "path": "id", "value": "x"}]), Fault::Mutability),
            (json!([{"op": "add", "path": "groups", "value": [{"value": "x"}]}]), Fault::Mutability),
            (json!([{"op": "replace", "path": "meta.version", "value": "x"}]), Fault::Mutability),
            (json!([{"op": "remove", "path": "userName"}]), Fault::Mutability),
            (json!([{"op": "replace", "path": "userName", "value": ""}]), Fault::InvalidValue),
            (json!([{"op": "replace", "path": "active", "value": "perhaps"}]), Fault::InvalidValue),
            (json!([{"op": "add", "path": "emails", "value": [{"value": "a", "primary": true}, {"value": "b", "primary": true}]}]), Fault::InvalidValue),
        ] {
            assert_eq!(patched(&USERS, &user(), list.clone()).expect_err("refused").fault, fault, "{list}");
        }
    }
}
