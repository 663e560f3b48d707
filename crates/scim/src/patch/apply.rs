//! Operations tried on a resource, in their order. What only the resource shows to be wrong is told by the schema's names.

use super::{Operation, Verb};
use crate::error::{Fault, ScimError};
use crate::parse::PatchPath;
use crate::path::Target;
use crate::resource::{check, read_extension, single, whole};
use crate::schema::{Attribute, Kind, Mutability, ResourceType};
use serde_json::{Map, Value};

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
    if path.is_read_only() {
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
            // A value that is there already changes nothing, not even which one is primary.
            let mut added: Vec<Value> = Vec::new();
            for item in items {
                if !held.iter().chain(&added).any(|there| *there == item || (attribute.is_identified() && same(attribute, &item, there))) {
                    added.push(item);
                }
            }
            one_primary(&mut held, &added);
            held.extend(added);
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
        (_, None) if value.is_null() => return Err(ScimError::value(attribute.name, "must be an object")),
        // What says nothing but what is read-only changes nothing.
        (_, None) => Some(single(attribute, value)?.unwrap_or_else(|| Value::Object(Map::new()))),
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
