//! A PATCH's body as operations. What is wrong in one is said before any is tried, by the client's own words for it.

use super::{Operation, Verb};
use crate::error::{Fault, ScimError};
use crate::parse::{self, PatchPath};
use crate::path::Target;
use crate::resource::{read_extension, single, whole};
use crate::schema::ResourceType;
use serde_json::{Map, Value};

/// Operations of one request.
const MOST: usize = 1_000;

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
    // The resource as a whole.
    let path = path.filter(|path| !kind.is_core(path.trim()));
    let has_path = path.is_some();
    let fields = match (path, value) {
        (Some(path), value) => vec![(path, value)],
        (None, _) if verb == Verb::Remove => return Err(ScimError::new(Fault::NoTarget, "path", "is required to remove")),
        (None, Value::Object(fields)) => unwrapped(kind, fields)?,
        (None, _) => return Err(ScimError::value("value", "must be an object where there is no path")),
    };
    for (name, value) in fields {
        // What stands in brackets may be a person's; the name before them is the schema's, or nobody's.
        let named = || name.trim().split('[').next().unwrap_or_default().to_owned();
        let path = parse::patch_path(kind, name.trim()).map_err(|error| ScimError::new(error.fault, named(), error.message))?;
        // A client that sends the resource as it read it repeats what is not its own to change, as with PUT (RFC 7644, section 3.5.1).
        if has_path || !path.is_read_only() {
            shaped(&path, &value)?;
            read.push(Operation { verb, path, value });
        }
    }
    Ok(())
}

/// What stands under the resource's own schema stands beside it as well: its attributes need no prefix (RFC 7644, section 3.10).
fn unwrapped(kind: &ResourceType, fields: Map<String, Value>) -> Result<Vec<(String, Value)>, ScimError> {
    let mut read = Vec::new();
    for (name, value) in fields {
        match value {
            Value::Object(inner) if kind.is_core(&name) => read.extend(inner),
            _ if kind.is_core(&name) => return Err(ScimError::value(kind.schema.id, "must be an object")),
            value => read.push((name, value)),
        }
    }
    Ok(read)
}

/// Whether the value is one of the attribute's, whatever the resource holds: what is wrong in it is told by the client's own words for it.
fn shaped(path: &PatchPath, value: &Value) -> Result<(), ScimError> {
    let Target { attribute, sub, .. } = path.target;
    let Some(attribute) = attribute else { return if value.is_object() { read_extension(&path.target, value.clone()).map(drop) } else { Ok(()) } };
    let changed = path.sub.or(sub).unwrap_or(attribute);
    if value.is_null() || path.is_read_only() {
        return Ok(());
    }
    if path.filter.is_none() && sub.is_none() { whole(changed, value.clone()).map(drop) } else { single(changed, value.clone()).map(drop) }
}
