//! SCIM's part of the document: its resources by their own schemas, its media type, its errors. It describes and decides nothing.

use super::answers;
use super::fields::{CONDITION, WORDED};
use crate::problem::{FieldError, Kind, Problem};
use crate::scim::{MEDIA, discovery, error_body, is_scim};
use ringfence_scim::{GROUPS, RESOURCE_TYPES, USER, USERS};
use serde_json::{Map, Value, json};

const BASE: &str = "https://tickets.example.com/v1/tenants/acme/scim/v2";
const USER_ID: &str = "01980000-0000-7000-8000-000000000020";
const GROUP_ID: &str = "01980000-0000-7000-8000-000000000021";

/// Replaces what was said of SCIM's operations as of any other.
pub fn complete(document: &mut Value) {
    schemas(&mut document["components"]["schemas"]);
    let Some(paths) = document["paths"].as_object_mut() else { return };
    for (_, item) in paths.iter_mut().filter(|(path, _)| is_scim(path)) {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            describe(method, operation);
        }
    }
}

fn describe(method: &str, operation: &mut Value) {
    let id = operation["operationId"].as_str().unwrap_or_default().to_owned();
    if let Some(content) = operation.pointer_mut("/requestBody/content").and_then(Value::as_object_mut) {
        if let (Some(media), Some(example)) = (content.get_mut(MEDIA), request(&id)) {
            media["example"] = example;
        }
        if let Some(media) = content.get(MEDIA).cloned() {
            content.insert("application/json".into(), media);
        }
    }
    let Some(responses) = operation["responses"].as_object_mut() else { return };
    for status in ["400", "403"] {
        responses.entry(status).or_insert(Value::Null);
    }
    if method != "get" && !id.starts_with("search") {
        responses.entry("409").or_insert(Value::Null);
    }
    for (status, response) in responses.iter_mut() {
        if status.starts_with(['4', '5']) {
            *response = refusal(status);
            continue;
        }
        if !response["headers"].is_object() {
            response["headers"] = json!({ "X-Request-Id": answers::header("X-Request-Id") });
        }
        if let Some(headers) = response["headers"].as_object_mut() {
            headers.extend(answers::LIMIT_HEADERS.iter().map(|name| ((*name).to_owned(), answers::header(name))));
            if status == "304" {
                headers.insert("ETag".into(), Value::Null);
            }
            headers.remove("Link");
            if let Some(location) = headers.get_mut("Location") {
                *location = json!({ "description": "The new resource's URI.", "required": true, "schema": { "type": "string", "format": "uri", "example": format!("{BASE}/Users/{USER_ID}") } });
            }
            if let Some(tag) = headers.get_mut("ETag") {
                *tag = json!({ "description": "The resource's version, for If-Match.", "required": true, "schema": { "type": "string", "pattern": "^W/\"[0-9]+\"$", "example": "W/\"1\"" } });
            }
        }
        if let Some(media) = response.pointer_mut("/content/application~1scim+json") {
            let schema = media["schema"]["$ref"].as_str().and_then(|name| name.rsplit('/').next()).unwrap_or_default().to_owned();
            if let Some(example) = answer(&schema) {
                media["example"] = example;
            }
        }
    }
}

/// An error by its status, in SCIM's form.
fn refusal(status: &str) -> Value {
    let kind = Kind::ALL.iter().copied().find(|kind| kind.describe().1.as_str() == status).unwrap_or(Kind::Internal);
    let (_, _, title) = kind.describe();
    let mut problem = Problem::new(kind);
    match kind {
        Kind::InvalidRequest => problem.errors.push(FieldError { field: "filter".into(), code: "invalid_filter", message: "names no attribute of the resource".into() }),
        Kind::Conflict => problem.code = "user_name_taken",
        _ => {}
    }
    json!({
        "description": title,
        "headers": answers::headers_of(kind),
        "content": { MEDIA: { "schema": { "$ref": "#/components/schemas/ScimError" }, "example": error_body(&problem) } },
    })
}

fn schemas(schemas: &mut Value) {
    let list = |items: Value| {
        json!({
            "type": "object",
            "description": "Resources in their envelope (RFC 7644, section 3.4.2).",
            "required": ["schemas", "totalResults", "startIndex", "itemsPerPage", "Resources"],
            "properties": {
                "schemas": { "type": "array", "items": { "const": ringfence_scim::LIST_RESPONSE } },
                "totalResults": { "type": "integer", "minimum": 0, "description": "How many fit, on all pages." },
                "startIndex": { "type": "integer", "minimum": 1 },
                "itemsPerPage": { "type": "integer", "minimum": 0, "maximum": 200 },
                "Resources": { "type": "array", "items": items },
            },
        })
    };
    let text = json!({ "type": "string" });
    let attribute = |example: &str, description: &str| json!({ "type": "string", "minLength": 1, "maxLength": 200, "pattern": WORDED, "description": description, "examples": [example] });
    let supported = json!({ "type": "object", "required": ["supported"], "properties": { "supported": { "type": "boolean" } } });
    let mut group = ringfence_scim::json_schema(&GROUPS, true);
    group["properties"]["members"]["items"]["properties"]["value"] = json!({ "type": "string", "format": "uuid", "description": "The user's id." });
    group["properties"]["members"]["items"]["required"] = json!(["value"]);
    for (name, schema) in [
        ("ScimUserInput", ringfence_scim::json_schema(&USERS, true)),
        ("ScimUser", ringfence_scim::json_schema(&USERS, false)),
        ("ScimGroupInput", group),
        ("ScimGroup", ringfence_scim::json_schema(&GROUPS, false)),
        ("ScimUserList", list(json!({ "$ref": "#/components/schemas/ScimUser" }))),
        ("ScimGroupList", list(json!({ "$ref": "#/components/schemas/ScimGroup" }))),
        ("ScimList", list(json!({ "type": "object" }))),
        (
            "ScimServiceProviderConfig",
            json!({
                "type": "object", "description": "RFC 7643, section 5.", "required": ["schemas", "patch", "bulk", "filter", "changePassword", "sort", "etag", "authenticationSchemes"],
                "properties": { "patch": supported, "bulk": supported, "filter": supported, "changePassword": supported, "sort": supported, "etag": supported, "authenticationSchemes": { "type": "array", "items": { "type": "object" } } },
            }),
        ),
        ("ScimResourceType", json!({ "type": "object", "description": "RFC 7643, section 6.", "required": ["schemas", "name", "endpoint", "schema"], "properties": { "name": text, "endpoint": text, "schema": text } })),
        ("ScimSchema", json!({ "type": "object", "description": "RFC 7643, section 7.", "required": ["id", "name", "attributes"], "properties": { "id": text, "name": text, "attributes": { "type": "array", "items": { "type": "object" } } } })),
        (
            "ScimPatch",
            json!({
                "type": "object", "description": "Operations on a resource; all of them hold, or none.", "required": ["schemas", "Operations"], "additionalProperties": false,
                "properties": {
                    "schemas": { "type": "array", "items": { "const": ringfence_scim::PATCH_OP }, "minItems": 1, "maxItems": 1 },
                    "Operations": {
                        "type": "array", "minItems": 1, "maxItems": 1000,
                        "items": {
                            "type": "object", "required": ["op"], "additionalProperties": false,
                            "properties": {
                                "op": { "type": "string", "enum": ["add", "replace", "remove"] },
                                "path": { "type": "string", "description": "RFC 7644, figure 7; required to remove." },
                                "value": { "description": "What the attribute is to be." },
                            },
                        },
                    },
                },
            }),
        ),
        (
            "ScimSearch",
            json!({
                "type": "object", "description": "A query as a body.", "required": ["schemas"], "additionalProperties": false,
                "properties": {
                    "schemas": { "type": "array", "items": { "const": ringfence_scim::SEARCH_REQUEST }, "minItems": 1, "maxItems": 10 },
                    "filter": { "type": "string", "minLength": 1, "maxLength": 4096 },
                    "sortBy": attribute("meta.created", "An attribute of the resource or a sub-attribute, such as userName."),
                    "sortOrder": { "type": "string", "enum": ["ascending", "descending"] },
                    "startIndex": { "type": "integer", "format": "int32" },
                    "count": { "type": "integer", "format": "int32" },
                    "attributes": { "type": "array", "maxItems": 100, "items": attribute("displayName", "An attribute of the resource or a sub-attribute, such as name.givenName.") },
                    "excludedAttributes": { "type": "array", "maxItems": 100, "items": attribute("meta", "As in `attributes`, beside which it does not stand.") },
                },
            }),
        ),
        (
            "ScimError",
            json!({
                "type": "object", "description": "The body of SCIM's errors (RFC 7644, section 3.12). The request's id is in the header X-Request-Id.",
                "required": ["schemas", "status", "detail"],
                "properties": {
                    "schemas": { "type": "array", "items": { "const": ringfence_scim::ERROR } },
                    "status": { "type": "string", "pattern": "^[45][0-9]{2}$" },
                    "scimType": { "type": "string", "enum": ["invalidFilter", "tooMany", "uniqueness", "mutability", "invalidSyntax", "invalidPath", "noTarget", "invalidValue"] },
                    "detail": text,
                },
            }),
        ),
    ] {
        schemas[name] = schema;
    }
}

fn user() -> Map<String, Value> {
    json!({
        "schemas": [USER.id], "userName": "colleague@example.com", "externalId": "248289761001", "active": true,
        "name": { "givenName": "A", "familyName": "Colleague" }, "displayName": "Colleague", "emails": [{ "value": "colleague@example.com", "type": "work", "primary": true }],
    })
    .as_object()
    .cloned()
    .unwrap_or_default()
}

fn group() -> Map<String, Value> {
    json!({ "schemas": [GROUPS.schema.id], "displayName": "Billing", "externalId": "g-1", "members": [{ "value": USER_ID }] }).as_object().cloned().unwrap_or_default()
}

fn stored(mut resource: Map<String, Value>, kind: &str, id: &str) -> Value {
    resource.insert("id".into(), json!(id));
    let times = "2026-01-31T12:00:00Z";
    resource.insert("meta".into(), json!({ "resourceType": kind, "created": times, "lastModified": times, "location": format!("{BASE}/{kind}s/{id}"), "version": "W/\"1\"" }));
    Value::Object(resource)
}

fn request(operation: &str) -> Option<Value> {
    Some(match operation {
        "createScimUser" | "replaceScimUser" => Value::Object(user()),
        "createScimGroup" | "replaceScimGroup" => Value::Object(group()),
        "updateScimUser" => json!({ "schemas": [ringfence_scim::PATCH_OP], "Operations": [{ "op": "replace", "path": "active", "value": false }] }),
        "updateScimGroup" => json!({ "schemas": [ringfence_scim::PATCH_OP], "Operations": [{ "op": "add", "path": "members", "value": [{ "value": USER_ID }] }] }),
        "searchScimUsers" | "searchScimGroups" => json!({ "schemas": [ringfence_scim::SEARCH_REQUEST], "filter": "externalId eq \"248289761001\"", "count": 10 }),
        _ => return None,
    })
}

fn answer(schema: &str) -> Option<Value> {
    let list = |resources: Vec<Value>| {
        let count = resources.len();
        json!({ "schemas": [ringfence_scim::LIST_RESPONSE], "totalResults": count, "startIndex": 1, "itemsPerPage": count, "Resources": resources })
    };
    Some(match schema {
        "ScimUser" => stored(user(), "User", USER_ID),
        "ScimGroup" => stored(group(), "Group", GROUP_ID),
        "ScimUserList" => list(vec![stored(user(), "User", USER_ID)]),
        "ScimGroupList" => list(vec![stored(group(), "Group", GROUP_ID)]),
        "ScimList" => list(RESOURCE_TYPES.iter().map(|kind| kind.json(BASE)).collect()),
        "ScimServiceProviderConfig" => discovery::provider(BASE),
        "ScimResourceType" => USERS.json(BASE),
        "ScimSchema" => USER.json(BASE),
        _ => return None,
    })
}

/// What a parameter of SCIM's takes.
pub fn parameter(operation: &str, name: &str) -> Option<Value> {
    let kind = if operation.contains("Group") { &GROUPS } else { &USERS };
    let names: Vec<&str> = ["id", "externalId", "meta"].into_iter().chain(kind.schema.attributes.iter().map(|attribute| attribute.name)).collect();
    let first = kind.schema.attributes.first().map_or("id", |attribute| attribute.name);
    Some(match name {
        "filter" => json!({ "type": "string", "minLength": 1, "maxLength": 4096, "example": format!("{first} eq \"colleague@example.com\"") }),
        "sortBy" => json!({ "type": "string", "enum": ["id", first, "externalId", "meta.created", "meta.lastModified"] }),
        "sortOrder" => json!({ "type": "string", "enum": ["ascending", "descending"] }),
        "startIndex" | "count" => json!({ "type": "integer", "format": "int32", "minimum": -2_147_483_648_i64, "maximum": 2_147_483_647 }),
        "attributes" | "excludedAttributes" => json!({ "type": "string", "pattern": format!("^({0})(,({0}))*$", names.join("|")), "example": first }),
        "If-Match" | "If-None-Match" => json!({ "type": "string", "minLength": 1, "pattern": CONDITION, "example": "W/\"1\"" }),
        "schema" => json!({ "type": "string", "enum": [USER.id, GROUPS.schema.id, ringfence_scim::ENTERPRISE.id] }),
        "resource_type" => json!({ "type": "string", "enum": ["User", "Group"] }),
        _ => return None,
    })
}
