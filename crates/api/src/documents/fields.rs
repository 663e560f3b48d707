//! What the annotations cannot say of fields and parameters: bounds, patterns, which may be null, which are always there,
//! and which go together. The readers in `body/fields.rs` refuse; this only says what they refuse.

use crate::included::{OF_COMMENTS, OF_TICKET, OF_TICKETS};
use crate::listing::Order;
use crate::problem::Kind;
use crate::{operations, people, tickets};
use ringfence_audit::Action;
use ringfence_domain::{Priority, Role, TicketStatus, permission};
use serde_json::{Map, Value, json};

/// Not blank, and without NUL, which PostgreSQL cannot hold.
/// A list of entity tags, or any.
pub(super) const CONDITION: &str = "^(\\*|(W/)?\"[!#-~]*\"( *, *(W/)?\"[!#-~]*\")*)$";
pub(super) const WORDED: &str = r"^[^\x00]*[^\s\x00][^\x00]*$";
const EMAIL: &str = r"^[^\s\x00-\x1f\x7f@]+@[^\s\x00-\x1f\x7f@]+$";
const UUID: &str = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}";

/// Fields of requests that no request can clear, or leave open by null.
const NEVER_NULL: &[(&str, &[&str])] = &[
    ("TicketInput", &["priority", "type"]),
    ("TicketPatch", &["subject", "status", "priority", "type", "requester_id"]),
    ("GroupPatch", &["name"]),
    ("RolePatch", &["name"]),
    ("OrganizationPatch", &["name"]),
    ("ContactPatch", &["name"]),
    ("MemberPatch", &["name", "role"]),
    ("ProvisioningSettingsInput", &["default_role", "role_map"]),
];

/// Fields of answers that are absent where they would say nothing; all others are always there.
const SOMETIMES_ABSENT: &[(&str, &str)] = &[
    ("PageInfo", "total"),
    ("TicketList", "included"),
    ("CommentList", "included"),
    ("Included", "contacts"),
    ("Included", "members"),
    ("Included", "groups"),
    ("Included", "organizations"),
];

/// Completes the schemas of requests and answers.
pub fn complete(document: &mut Value) {
    let mut inputs = Vec::new();
    for item in document["paths"].as_object().into_iter().flat_map(Map::values) {
        for operation in item.as_object().into_iter().flat_map(Map::values) {
            references(&operation["requestBody"], &mut inputs);
        }
    }
    let mut reached = 0;
    while reached < inputs.len() {
        let inner = document["components"]["schemas"][inputs[reached].as_str()].clone();
        references(&inner, &mut inputs);
        reached += 1;
    }
    let Some(schemas) = document["components"]["schemas"].as_object_mut() else { return };
    for (name, schema) in schemas.iter_mut().filter(|(_, schema)| schema["properties"].is_object()) {
        if inputs.contains(name) {
            complete_input(name, schema);
        } else {
            complete_answer(name, schema);
        }
    }
}

/// The names of the schemas that a value refers to.
fn references(value: &Value, names: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            if let Some(name) = members.get("$ref").and_then(Value::as_str).and_then(|r| r.strip_prefix("#/components/schemas/"))
                && !names.iter().any(|known| known == name)
            {
                names.push(name.to_owned());
            }
            members.values().for_each(|inner| references(inner, names));
        }
        Value::Array(items) => items.iter().for_each(|inner| references(inner, names)),
        _ => {}
    }
}

fn complete_input(name: &str, schema: &mut Value) {
    schema["additionalProperties"] = json!(false);
    if let Some(fields) = schema["properties"].as_object_mut() {
        for (field, shape) in fields.iter_mut() {
            if NEVER_NULL.iter().any(|(of, never)| *of == name && never.contains(&field.as_str())) {
                without_null(shape);
            }
            bound(name, field, shape);
        }
    }
    if let Some(rules) = rules(name) {
        schema["allOf"] = rules;
    }
    if matches!(name, "Assignment") {
        schema["minProperties"] = json!(1);
    }
}

fn bound(schema: &str, field: &str, shape: &mut Value) {
    let bounds = match field {
        "external_source" => json!({ "minLength": 1, "maxLength": 200 }),
        "external_id" => json!({ "minLength": 1, "maxLength": 255 }),
        "body" => json!({ "minLength": 1, "maxLength": 65_536 }),
        "email" => json!({ "pattern": EMAIL }),
        "tags" => json!({ "items": { "type": "string", "minLength": 1, "maxLength": 64, "pattern": r"^[^\s\x85,\x00]+$" } }),
        "partner" => json!({ "pattern": "^[a-z][a-z0-9-]*[a-z0-9]$" }),
        "required_issuers" => json!({ "items": { "type": "string", "minLength": 1, "maxLength": 500, "pattern": r"^[^\x00]+$" } }),
        "default_role" => json!({ "enum": crate::scim::settings::GIVEN, "pattern": "^[a-z_]+$" }),
        "role_map" => json!({ "propertyNames": { "minLength": 1, "maxLength": 1000, "pattern": r"^[^\x00]+$" }, "maxProperties": 100, "additionalProperties": { "type": "string", "enum": crate::scim::settings::GIVEN } }),
        "access" => json!({ "contains": { "enum": ["overview", "read", "full"] } }),
        "permissions" | "scopes" => json!({ "items": { "type": "string", "enum": permissions(schema) } }),
        _ => json!({}),
    };
    merge(shape, bounds);
    let is_text = shape["type"] == "string" || shape["type"].as_array().is_some_and(|types| types.contains(&json!("string")));
    if is_text && shape.get("format").is_none() && shape.get("pattern").is_none() {
        merge(shape, json!({ "pattern": WORDED }));
    }
}

/// The names that stand in such a request, whoever sends it.
fn permissions(schema: &str) -> Vec<&'static str> {
    let never: &[&str] = match schema {
        "ApiTokenInput" => &crate::api_tokens::NO_SCOPES,
        "RoleInput" | "RolePatch" => &crate::roles::OF_OWNERS_ALONE,
        _ => &[],
    };
    permission::ALL.iter().copied().filter(|name| !never.contains(name)).collect()
}

fn merge(shape: &mut Value, more: Value) {
    if let (Some(shape), Value::Object(more)) = (shape.as_object_mut(), more) {
        shape.extend(more);
    }
}

fn without_null(shape: &mut Value) {
    if let Some(choices) = shape.get("oneOf").and_then(Value::as_array) {
        if let Some(choice) = choices.iter().find(|choice| choice["type"] != "null") {
            *shape = choice.clone();
        }
    } else if let Some(types) = shape["type"].as_array()
        && let Some(kept) = types.iter().find(|kind| **kind != "null")
    {
        shape["type"] = kept.clone();
    }
}

/// A field that is given, and not as null.
fn given(field: &str) -> Value {
    json!({ "required": [field], "properties": { field: { "not": { "type": "null" } } } })
}

/// Fields that go together, or do not.
fn rules(name: &str) -> Option<Value> {
    let both = |one: &str, other: &str| json!({ "if": given(one), "then": given(other) });
    let together = |one: &str, other: &str| json!({ "if": { "required": [one] }, "then": { "required": [other] } });
    let cleared = |one: &str, other: &str| json!({ "if": { "required": [one], "properties": { one: { "type": "null" } } }, "then": { "properties": { other: { "type": "null" } } } });
    let (source, id) = ("external_source", "external_id");
    Some(match name {
        "TicketInput" => json!([both(source, id), both(id, source), { "if": given("requester"), "then": { "not": given("requester_id") } }]),
        "ContactInput" | "OrganizationInput" => json!([both(source, id), both(id, source)]),
        "TicketPatch" | "ContactPatch" | "OrganizationPatch" => json!([together(source, id), together(id, source), cleared(source, id), cleared(id, source)]),
        "MemberInput" => json!([
            { "if": { "not": given("contact_id") }, "then": given("name") },
            { "if": { "properties": { "role": { "const": "service" } } }, "then": given("permissions"), "else": { "not": given("permissions") } },
            { "if": { "properties": { "role": { "const": "custom" } } }, "then": given("role_id"), "else": { "not": given("role_id") } },
            { "if": given("groups"), "then": { "not": given("group_ids") } },
        ]),
        "MemberPatch" => json!([
            { "if": { "required": ["role"], "not": { "properties": { "role": { "const": "service" } } } }, "then": { "not": given("permissions") } },
            { "if": { "required": ["role"], "not": { "properties": { "role": { "const": "custom" } } } }, "then": { "not": given("role_id") } },
            { "if": given("groups"), "then": { "not": given("group_ids") } },
        ]),
        "ApiTokenInput" => json!([{ "if": given("expires_at"), "then": { "not": given("expires_in_days") } }]),
        _ => return None,
    })
}

fn complete_answer(name: &str, schema: &mut Value) {
    let Some(fields) = schema["properties"].as_object_mut() else { return };
    let mut always = Vec::new();
    for (field, shape) in fields.iter_mut() {
        let bounds = match (name, field.as_str()) {
            ("Me", "kind") => json!({ "enum": ["user", "service"] }),
            ("AuditEvent", "decision") => json!({ "enum": ["allow", "deny"] }),
            ("AuditEvent", "actor_kind") => json!({ "enum": ["user", "service", "operator", "crossing", "nobody"] }),
            ("AuditEvent", "action") => json!({ "description": "An open set: new actions may come.", "examples": actions() }),
            ("ProvisioningSettings", "default_role") => json!({ "enum": crate::scim::settings::GIVEN }),
            ("ProvisioningSettings", "role_map") => json!({ "additionalProperties": { "type": "string", "enum": crate::scim::settings::GIVEN } }),
            ("Health", "status") => json!({ "enum": ["ok", "ready"] }),
            ("FieldError", "code") => json!({ "description": "An open set, for programs.", "examples": super::answers::FIELD_CODES.iter().map(|(code, _)| code).collect::<Vec<_>>() }),
            ("TicketEvent", "changes") | ("AuditEvent", "details") => json!({ "additionalProperties": true }),
            (_, "version" | "object_version" | "number" | "position") => json!({ "minimum": 1 }),
            _ => json!({}),
        };
        merge(shape, bounds);
        if SOMETIMES_ABSENT.contains(&(name, field)) {
            without_null(shape);
        } else {
            always.push(field.clone());
        }
    }
    schema["required"] = json!(always);
}

fn actions() -> Vec<&'static str> {
    Action::ALL.iter().map(|action| action.as_str()).collect()
}

/// Several of a closed set of words, separated by commas.
/// One word or several, separated by commas.
pub fn words<T: AsRef<str>>(words: &[T]) -> Value {
    let one = words.iter().map(AsRef::as_ref).collect::<Vec<&str>>().join("|");
    json!({ "type": "string", "pattern": format!("^({one})(,({one}))*$") })
}

fn orders(operation: &str) -> &'static [Order] {
    match operation {
        "listTickets" => tickets::list::ORDERS,
        "listTicketEvents" => tickets::list::EVENT_ORDERS,
        "listComments" => tickets::comments::ORDERS,
        "listTicketLinks" | "listCommentShares" => tickets::links::ORDERS,
        "listAudit" => operations::ORDERS,
        _ => people::ORDERS,
    }
}

/// Says of a parameter what the service checks.
pub fn complete_parameter(operation: &str, parameter: &mut Value) {
    let name = parameter["name"].as_str().unwrap_or_default().to_owned();
    without_null(&mut parameter["schema"]);
    if operation.contains("Scim")
        && let Some(shape) = super::scim::parameter(operation, &name)
    {
        parameter["example"] = shape.get("example").cloned().unwrap_or(Value::Null);
        if parameter["example"].is_null()
            && let Some(parameter) = parameter.as_object_mut()
        {
            parameter.remove("example");
        }
        parameter["schema"] = shape;
        return;
    }
    let shape = match name.as_str() {
        "tenant" => json!({ "type": "string", "minLength": 3, "maxLength": 40, "pattern": format!("^([a-z][a-z0-9-]*[a-z0-9]|{UUID})$") }),
        "ticket_id" => json!({ "type": "string", "minLength": 1, "maxLength": 36, "pattern": format!("^([1-9][0-9]{{0,17}}|{UUID})$") }),
        "problem" => json!({ "type": "string", "enum": Kind::slugs() }),
        "issuer" => json!({ "type": "string", "format": "uri", "minLength": 1, "maxLength": 500 }),
        "return_to" => json!({ "type": "string", "format": "uri-reference", "minLength": 1, "maxLength": 2000, "default": "/" }),
        "max_age" => json!({ "type": "integer", "format": "int64", "minimum": 1, "maximum": 86_400 }),
        "envelope" => json!({ "type": "string", "minLength": 1, "maxLength": 16384, "pattern": "^[A-Za-z0-9_-]+$" }),
        "acr" => json!({ "type": "string", "minLength": 1, "maxLength": 255, "pattern": r"^[^\s\x00]+$" }),
        "code" | "state" | "iss" | "error" => json!({ "type": "string", "maxLength": 4096 }),
        // Of a reading: lists of them, and weak ones.
        "If-Match" | "If-None-Match" if parameter["required"] != true && operation.starts_with("get") => json!({ "type": "string", "minLength": 1, "pattern": CONDITION }),
        "If-Match" => json!({ "type": "string", "minLength": 3, "maxLength": 11, "pattern": "^\"(0|[1-9][0-9]{0,8})\"$" }),
        "Act-As" => json!({ "type": "string", "format": "uuid" }),
        "Idempotency-Key" => json!({ "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]([ -~]*[!-~])?$" }),
        "limit" => json!({ "type": "integer", "format": "int32", "minimum": 1, "maximum": 200, "default": 50 }),
        "cursor" => json!({ "type": "string", "minLength": 1, "maxLength": 1024, "pattern": "^[A-Za-z0-9_-]+$" }),
        "include" => words(match operation {
            "listTickets" => OF_TICKETS,
            "getTicket" => OF_TICKET,
            _ => OF_COMMENTS,
        }),
        "order" => {
            let names: Vec<&str> = orders(operation).iter().map(|(name, _, _)| *name).collect();
            json!({ "type": "string", "enum": names, "default": names.first() })
        }
        "status" | "status_category" => words(&TicketStatus::ALL.iter().map(|w| w.as_str()).collect::<Vec<_>>()),
        "priority" => words(&Priority::ALL.iter().map(|w| w.as_str()).collect::<Vec<_>>()),
        "role" => words(&Role::ALL.iter().map(|w| w.as_str()).collect::<Vec<_>>()),
        "action" => json!({ "type": "string", "enum": actions() }),
        "decision" => json!({ "type": "string", "enum": ["allow", "deny"] }),
        "tag" => json!({ "type": "string", "minLength": 1, "maxLength": 64, "pattern": WORDED }),
        "object_type" => json!({ "type": "string", "enum": crate::operations::OBJECT_KINDS }),
        "email" => json!({ "type": "string", "minLength": 3, "maxLength": 254, "pattern": EMAIL }),
        "external_source" => json!({ "type": "string", "minLength": 1, "maxLength": 200, "pattern": WORDED }),
        "external_id" => json!({ "type": "string", "minLength": 1, "maxLength": 255, "pattern": WORDED }),
        time if time.ends_with("after") || time.ends_with("before") => json!({ "type": "string", "format": "date-time" }),
        id if id.ends_with("_id") => json!({ "type": "string", "format": "uuid" }),
        _ => return,
    };
    parameter["schema"] = shape;
    if let Some(example) = super::examples::parameter(&name) {
        parameter["example"] = example;
    }
}
