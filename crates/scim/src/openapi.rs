//! The same schemas as JSON Schema, for the document of the API.

use crate::schema::{Attribute, Kind, Mutability, ResourceType, Returned};
use serde_json::{Map, Value, json};

/// Not blank, and without NUL.
const WORDED: &str = r"^[^\x00]*[^\s\x00][^\x00]*$";
const TEXT: &str = r"^[^\x00]*$";
const BASE64: &str = "^[A-Za-z0-9+/_-]*={0,2}$";

/// A resource as it is sent, or as it is answered.
#[must_use]
pub fn json_schema(kind: &ResourceType, sent: bool) -> Value {
    let mut properties = Map::new();
    let mut required = vec!["schemas"];
    for attribute in crate::schemas::COMMON.iter().chain(kind.schema.attributes) {
        add(&mut properties, attribute, sent);
        if attribute.required || (!sent && matches!(attribute.name, "id" | "meta")) {
            required.push(attribute.name);
        }
    }
    let schemas: Vec<&str> = std::iter::once(kind.schema.id).chain(kind.extensions.iter().map(|extension| extension.id)).collect();
    properties.insert(
        "schemas".into(),
        json!({ "type": "array", "items": { "type": "string", "enum": schemas }, "contains": { "const": kind.schema.id }, "minItems": 1, "maxItems": 10 }),
    );
    for extension in kind.extensions {
        let mut inner = Map::new();
        for attribute in extension.attributes {
            add(&mut inner, attribute, sent);
        }
        properties.insert(extension.id.into(), object(inner, extension.description, sent));
    }
    if !sent {
        // A projection answers what was asked for, and these.
        required.retain(|name| matches!(*name, "schemas" | "id"));
    }
    let mut schema = object(properties, kind.description, sent);
    schema["required"] = json!(required);
    schema
}

fn object(properties: Map<String, Value>, description: &str, sent: bool) -> Value {
    let mut schema = json!({ "type": "object", "description": description, "properties": properties });
    if sent {
        schema["additionalProperties"] = json!(false);
    }
    schema
}

fn add(properties: &mut Map<String, Value>, attribute: &Attribute, sent: bool) {
    let hidden = if sent { attribute.mutability == Mutability::ReadOnly } else { attribute.returned == Returned::Never };
    if !hidden {
        properties.insert(attribute.name.into(), shape(attribute, sent));
    }
}

fn shape(attribute: &Attribute, sent: bool) -> Value {
    let mut one = match attribute.kind {
        Kind::Boolean => json!({ "type": "boolean" }),
        Kind::Time => json!({ "type": "string", "format": "date-time" }),
        Kind::Text | Kind::Reference if attribute.required => json!({ "type": "string", "minLength": 1, "maxLength": attribute.most, "pattern": WORDED }),
        Kind::Binary => json!({ "type": "string", "maxLength": attribute.most, "pattern": BASE64 }),
        Kind::Text | Kind::Reference => json!({ "type": "string", "maxLength": attribute.most, "pattern": TEXT }),
        Kind::Complex => {
            let mut inner = Map::new();
            for sub in attribute.sub {
                add(&mut inner, sub, sent);
            }
            object(inner, attribute.description, sent)
        }
    };
    one["description"] = json!(attribute.description);
    if !attribute.multi {
        return one;
    }
    let mut many = json!({ "type": "array", "items": one, "description": attribute.description });
    if sent {
        many["maxItems"] = json!(1_000);
        if attribute.find("primary").is_some() {
            many["contains"] = json!({ "required": ["primary"], "properties": { "primary": { "const": true } } });
            many["minContains"] = json!(0);
            many["maxContains"] = json!(1);
        }
    }
    many
}
