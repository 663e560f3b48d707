//! Completes the document that the handlers' annotations begin: what holds for many operations is said once, here.
//! It describes and decides nothing; the tests compare what it says with what the service does.

use crate::caller::ACT_AS;
use crate::scim::is_scim;
use crate::{step_up, trim};
use super::{answers, examples, fields, scim};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const METHODS: &[&str] = &["get", "put", "post", "patch", "delete"];

/// What an operation's surroundings say about it.
pub struct Operation<'a> {
    pub id: String,
    pub path: &'a str,
    pub method: &'a str,
    pub has_body: bool,
    headers: Vec<(String, bool)>,
    queries: bool,
}

impl<'a> Operation<'a> {
    fn read(path: &'a str, method: &'a str, operation: &Value) -> Self {
        let parameters = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
        let headers = parameters.iter().filter(|p| p["in"] == "header");
        Self {
            id: operation["operationId"].as_str().unwrap_or_default().to_owned(),
            path,
            method,
            has_body: operation.get("requestBody").is_some(),
            headers: headers.map(|p| (p["name"].as_str().unwrap_or_default().to_owned(), p["required"] == true)).collect(),
            queries: parameters.iter().any(|p| p["in"] == "query"),
        }
    }

    pub fn authenticates(&self) -> bool {
        self.path.starts_with("/v1/") && !self.signs_in()
    }

    /// Of the way to an issuer and back: who calls is not known yet.
    pub fn signs_in(&self) -> bool {
        ["listIssuers", "signIn", "signInCallback", "signInCallbackOfIssuer", "signOutAtIssuer", "backChannelLogout"].contains(&self.id.as_str())
    }

    pub fn in_tenant(&self) -> bool {
        self.path.contains("{tenant}")
    }

    pub fn lists(&self) -> bool {
        self.queries && self.id.starts_with("list") && !self.signs_in()
    }

    pub fn mutates(&self) -> bool {
        self.method != "get"
    }

    pub fn compares(&self) -> bool {
        self.headers.iter().any(|(name, _)| name == "If-Match")
    }

    pub fn must_compare(&self) -> bool {
        self.headers.iter().any(|(name, required)| name == "If-Match" && *required)
    }

    pub fn repeats(&self) -> bool {
        self.headers.iter().any(|(name, _)| name == "Idempotency-Key")
    }
}

/// The document as it is served.
pub fn complete(mut document: Value) -> Value {
    rename_lists(&mut document);
    frame(&mut document);
    let paths = document["paths"].as_object_mut().map(std::mem::take).unwrap_or_default();
    let mut completed = Map::new();
    for (path, mut item) in paths {
        for method in METHODS {
            if let Some(operation) = item.get_mut(*method) {
                if *method == "get" && !is_scim(&path) {
                    offer_conditions(operation);
                }
                let known = Operation::read(&path, method, operation);
                complete_operation(&known, operation);
            }
        }
        completed.insert(path, item);
    }
    document["paths"] = Value::Object(completed);
    fields::complete(&mut document);
    offer_trimming(&mut document);
    scim::complete(&mut document);
    document["components"]["schemas"]["Problem"] = answers::problem_schema();
    document["components"]["headers"] = answers::headers();
    document["components"]["responses"] = answers::shared();
    document
}

/// Whatever is read with a version can be asked for on conditions of it.
fn offer_conditions(operation: &mut Value) {
    let versioned = operation["responses"]["200"]["headers"]["ETag"].is_object();
    let Some(parameters) = operation.get_mut("parameters").and_then(Value::as_array_mut).filter(|_| versioned) else { return };
    parameters.push(json!({
        "name": "If-Match", "in": "header", "required": false, "schema": { "type": "string" },
        "description": "The versions wanted, as their ETags: 412 if it is none of them",
    }));
}

fn complete_operation(known: &Operation<'_>, operation: &mut Value) {
    if !known.authenticates() {
        operation["security"] = json!([]);
    }
    if known.in_tenant() && let Some(parameters) = operation.get_mut("parameters").and_then(Value::as_array_mut) {
        parameters.push(json!({
            "name": ACT_AS, "in": "header", "required": false, "schema": { "type": "string" },
            "description": "The member on whose behalf a service with the permission `act_as` does this; it may do what both may, and the trail names both.",
        }));
    }
    if let Some(parameters) = operation.get_mut("parameters").and_then(Value::as_array_mut) {
        for parameter in parameters {
            fields::complete_parameter(&known.id, parameter);
        }
    }
    if let Some(asks) = step_up::told(&known.id) {
        let description = operation["description"].as_str().map_or_else(|| asks.to_owned(), |described| format!("{described} {asks}"));
        operation["description"] = json!(description);
    }
    if known.id == "signOut" {
        operation["requestBody"]["required"] = json!(false);
    }
    if let Some(content) = operation.pointer_mut("/requestBody/content").and_then(Value::as_object_mut) {
        // A merge patch may also be called plain JSON: both are read alike.
        if let Some(patch) = content.get("application/merge-patch+json").cloned() {
            content.insert("application/json".into(), patch);
        }
        for media in content.values_mut() {
            if let Some(example) = examples::request(&known.id) {
                media["example"] = example;
            }
        }
    }
    if let Some(responses) = operation["responses"].as_object_mut() {
        for (status, response) in responses.iter_mut().filter(|(status, _)| status.starts_with(['2', '3'])) {
            succeed(known, status, response);
        }
        responses.extend(answers::problems(known));
    }
}

/// The headers and the example of a success.
fn succeed(known: &Operation<'_>, status: &str, response: &mut Value) {
    if response["description"].as_str().is_none_or(str::is_empty) {
        response["description"] = json!(match status {
            "201" => "Created",
            _ => "Done",
        });
    }
    if !response["headers"].is_object() {
        response["headers"] = json!({});
    }
    if let Some(headers) = response["headers"].as_object_mut() {
        headers.insert("X-Request-Id".into(), answers::header("X-Request-Id"));
        let location = if status.starts_with('3') { "Redirect" } else { "Location" };
        for (name, described) in [("ETag", "ETag"), ("Location", location), ("Set-Cookie", "Set-Cookie")] {
            if headers.contains_key(name) {
                headers.insert(name.into(), answers::header(described));
            }
        }
        for name in answers::LIMIT_HEADERS.iter().filter(|_| known.authenticates() || known.id == "signIn") {
            headers.insert((*name).into(), answers::header(name));
        }
        if known.lists() {
            headers.insert("Link".into(), answers::header("Link"));
        }
        if known.repeats() {
            headers.insert("Idempotency-Replayed".into(), answers::header("Idempotency-Replayed"));
        }
    }
    if let Some(media) = response.pointer_mut("/content/application~1json") {
        let schema = media["schema"]["$ref"].as_str().and_then(|name| name.rsplit('/').next()).unwrap_or_default();
        if let Some(example) = examples::record(schema) {
            media["example"] = example;
        }
        // A single record that something may come along with.
        if ["getTicket", "getComment"].contains(&known.id.as_str()) {
            let included = json!({ "$ref": "#/components/schemas/Included", "description": "With `include`, what the record refers to." });
            media["schema"] = json!({ "allOf": [media["schema"], { "type": "object", "properties": { "included": included } }] });
        }
    }
}

/// Whatever is read of a tenant can be asked for in part.
fn offer_trimming(document: &mut Value) {
    for (path, names) in trimmed(document) {
        if let Some(parameters) = document["paths"][&path]["get"].get_mut("parameters").and_then(Value::as_array_mut) {
            parameters.push(json!({
                "name": trim::PARAMETER, "in": "query", "required": false,
                "description": "The members that a record is answered with, separated by commas; all of them without it. An answer that was asked for in part lacks the others, whatever its schema requires.",
                "schema": fields::words(&names),
                "example": names.iter().take(2).map(String::as_str).collect::<Vec<_>>().join(","),
            }));
        }
    }
}

/// By path, the names that `fields` takes: the members of the record that is answered, or of a list's rows.
pub fn trimmed(document: &Value) -> BTreeMap<String, Vec<String>> {
    let schemas = &document["components"]["schemas"];
    let record = |name: &str| schemas[name].pointer("/properties/data/items").unwrap_or(&schemas[name]);
    let names = |item: &Value| {
        let schema = item["get"].pointer("/responses/200/content/application~1json/schema")?;
        let answered = named(schema.pointer("/allOf/0").unwrap_or(schema))?;
        let record = record(answered);
        let record = named(record).map_or(record, |row| &schemas[row]);
        Some(record["properties"].as_object()?.keys().cloned().collect())
    };
    let paths = document["paths"].as_object().into_iter().flatten().filter(|(path, _)| path.contains("{tenant}") && !is_scim(path));
    paths.filter_map(|(path, item)| Some((path.clone(), names(item)?))).collect()
}

/// The schema that a reference names.
fn named(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str().and_then(|name| name.rsplit('/').next())
}

/// `ListBody_Ticket`, a name of the code, becomes `TicketList`; its rows refer to the record instead of repeating it.
fn rename_lists(document: &mut Value) {
    let Some(schemas) = document["components"]["schemas"].as_object_mut() else { return };
    let lists: Vec<(String, String)> = schemas.keys().filter_map(|name| Some((name.clone(), row_of(name)?.to_owned()))).collect();
    for (name, row) in lists {
        if let Some(mut list) = schemas.remove(&name) {
            list["properties"]["data"]["items"] = json!({ "$ref": format!("#/components/schemas/{row}") });
            list["description"] = json!("A page of a list, in the order asked for.");
            schemas.insert(format!("{row}List"), list);
        }
    }
    rename_references(document);
}

/// What a list, as the code calls it, is a list of.
fn row_of(list: &str) -> Option<&str> {
    ["ListBody_", "IncludingList_"].into_iter().find_map(|prefix| list.strip_prefix(prefix))
}

fn rename_references(value: &mut Value) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get_mut("$ref")
                && let Some(row) = reference.strip_prefix("#/components/schemas/").and_then(row_of)
            {
                *reference = format!("#/components/schemas/{row}List");
            }
            members.values_mut().for_each(rename_references);
        }
        Value::Array(items) => items.iter_mut().for_each(rename_references),
        _ => {}
    }
}

fn frame(document: &mut Value) {
    document["info"]["description"] = json!(include_str!("introduction.md"));
    document["info"]["license"] = json!({ "name": "Apache-2.0", "identifier": "Apache-2.0" });
    document["servers"] = json!([{ "url": "/", "description": "Wherever this document was read" }]);
    document["security"] = json!([{ "bearer": [] }, { "session": [] }]);
    document["components"]["securitySchemes"] = json!({ "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-ringfence_session",
        "description": "What signIn leaves in a browser. With everything but GET goes the header X-CSRF-Token, which getMe tells, from an origin that may call the service. Beside an Authorization header it is refused.",
    }, "bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "An access token (RFC 9068) of an issuer that this installation trusts. Its issuer and subject are the identity; an e-mail address never is.",
    } });
    document["tags"] = json!([
        { "name": "identity", "description": "Who the caller is, and in which tenants." },
        { "name": "sign-in", "description": "Signing in with a browser by an issuer's page, the sessions that come of it, and how they end." },
        { "name": "tickets", "description": "Tickets, whom they are assigned to, where they stand, and what happened to them." },
        { "name": "comments", "description": "What is said on a ticket: to everybody on it, or among staff." },
        { "name": "crossing", "description": "What two tenants have agreed may go from one to the other, and what went." },
        { "name": "members", "description": "Who may enter a tenant, and as what." },
        { "name": "machines", "description": "Service accounts, and API tokens for programs." },
        { "name": "roles", "description": "Roles of a tenant's own making: sets of permissions under a name." },
        { "name": "break_glass", "description": "Roles granted for hours, by an owner and with a reason." },
        { "name": "groups", "description": "Queues of tickets and the members who work them." },
        { "name": "organizations", "description": "Companies or departments that contacts belong to." },
        { "name": "contacts", "description": "People of a tenant, with or without sign-in." },
        { "name": "provisioning", "description": "SCIM 2.0 (RFC 7643, RFC 7644): a tenant's identity provider keeps its users and groups here." },
        { "name": "audit", "description": "What happened in a tenant, by whom, and what was refused." },
        { "name": "operations", "description": "Whether the service lives and is ready, and what it counts." },
        { "name": "documents", "description": "This document, and pages to read it by." },
    ]);
}
