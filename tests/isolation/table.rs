//! The isolation table: for every operation, where ids of another tenant could be put. A route without a row here fails.

use crate::kind::Kind;
use crate::scene::Side;
use ringfence_api::{ROUTES, Route};
use ringfence_audit::Action;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Who may be told what by an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// What the tenant in the path holds, to its members.
    Tenant,
    /// The caller's own tenants.
    Identity,
    /// The caller's own sessions: nothing of any tenant.
    Sessions,
    /// Nothing of any tenant.
    Public,
    /// Nothing of any tenant either; it succeeds only in the midst of signing in, which tests/api/sign_in plays.
    SignIn,
}

pub struct Row {
    pub operation_id: &'static str,
    pub scope: Scope,
    /// A body that succeeds for whoever may; the number makes names unique.
    pub body: Option<fn(&Side, u64) -> Value>,
    /// Fields of the body that refer to something, as in `groups[].group_id`; each is tried with every kind of id.
    pub references: &'static [&'static str],
    /// Filters that refer to something.
    pub filters: &'static [&'static str],
    /// Needs If-Match.
    pub precondition: bool,
    /// What the trail calls it: one event, of one of these, stands there under the request's id whenever it worked.
    pub records: &'static [Action],
    /// What it may do to other things on the way, each an event of its own.
    pub beside: &'static [Action],
}

const fn row(operation_id: &'static str) -> Row {
    Row { operation_id, scope: Scope::Tenant, body: None, references: &[], filters: &[], precondition: false, records: &[], beside: &[] }
}

/// A row of an operation that the trail tells of.
const fn told(operation_id: &'static str, records: &'static [Action]) -> Row {
    Row { records, ..row(operation_id) }
}

const TICKET_REFERENCES: &[&str] = &["requester_id", "assignee_id", "group_id", "organization_id"];

/// What becomes of the member whom a user of provisioning stands for.
const MEMBERS: &[Action] = &[Action::ContactCreated, Action::ContactUpdated, Action::MemberAdded, Action::MemberUpdated, Action::MemberRemoved, Action::TicketAssigned];

#[rustfmt::skip]
pub const TABLE: &[Row] = &[
    Row { scope: Scope::Public, ..row("listIssuers") },
    Row { scope: Scope::SignIn, ..row("signIn") },
    Row { scope: Scope::SignIn, ..row("signInCallback") },
    Row { scope: Scope::SignIn, ..row("signInCallbackOfIssuer") },
    Row { scope: Scope::Sessions, body: Some(|_, _| json!({})), ..told("signOut", &[Action::SessionEnded]) },
    Row { scope: Scope::SignIn, ..row("signOutAtIssuer") },
    Row { scope: Scope::SignIn, body: Some(|_, _| json!({})), ..row("backChannelLogout") },
    Row { scope: Scope::Identity, ..told("getMe", &[Action::IdentityRead]) },
    Row { scope: Scope::Sessions, ..told("listSessions", &[Action::SessionListed]) },
    Row { scope: Scope::Sessions, ..told("endSession", &[Action::SessionEnded]) },
    Row { filters: TICKET_REFERENCES, ..told("listTickets", &[Action::TicketListed]) },
    Row { body: Some(|side, n| json!({"subject": side.text(n), "body": side.text(n), "tags": [side.tag()]})), references: TICKET_REFERENCES, beside: &[Action::CommentCreated], ..told("createTicket", &[Action::TicketCreated]) },
    told("getTicket", &[Action::TicketRead]),
    Row { body: Some(|side, n| json!({"subject": side.text(n)})), references: TICKET_REFERENCES, precondition: true, ..told("updateTicket", &[Action::TicketUpdated]) },
    Row { body: Some(|side, _| json!({"assignee_id": side.tenant.members["agent"]})), references: &["assignee_id", "group_id"], precondition: true, ..told("assignTicket", &[Action::TicketAssigned]) },
    Row { body: Some(|_, _| json!({"status": "open"})), precondition: true, ..told("setTicketStatus", &[Action::TicketStatusSet]) },
    told("listTicketEvents", &[Action::TicketEventListed]),
    told("listComments", &[Action::CommentListed]),
    Row { body: Some(|side, n| json!({"body": side.text(n), "visibility": if n % 2 == 0 { "public" } else { "internal" }})), ..told("createComment", &[Action::CommentCreated]) },
    told("getComment", &[Action::CommentRead]),
    told("listCommentShares", &[Action::CommentShareListed]),
    Row { body: Some(|side, _| json!({"agreement_id": side.tenant.used_agreement})), references: &["agreement_id"], ..told("shareComment", &[Action::CommentShared]) },
    told("listTicketLinks", &[Action::TicketLinkListed]),
    Row { body: Some(|side, _| json!({"agreement_id": side.tenant.agreement})), references: &["agreement_id"], ..told("escalateTicket", &[Action::TicketEscalated]) },
    told("listAgreements", &[Action::AgreementListed]),
    // To nobody: what reaches a tenant that was asked is no leak, and is tested where two agree.
    Row { body: Some(|_, n| json!({"partner": format!("nobody-{n}"), "direction": "both", "actions": ["ticket.escalate", "comment.share"], "fields": ["subject"], "expires_at": "2099-01-01T00:00:00Z"})), ..told("createAgreement", &[Action::AgreementProposed]) },
    told("getAgreement", &[Action::AgreementRead]),
    Row { body: Some(|_, _| json!({"state": "revoked"})), precondition: true, ..told("setAgreementState", &[Action::AgreementRevoked]) },
    Row { filters: &["group_id"], ..told("listMembers", &[Action::MemberListed]) },
    Row { body: Some(|side, n| json!({"issuer": "https://issuer.example", "subject": format!("{}-{n}", side.tenant.slug), "name": side.text(n), "role": "custom", "role_id": side.tenant.role})), references: &["contact_id", "group_ids[]", "groups[].group_id", "role_id"], beside: &[Action::ContactCreated, Action::ContactUpdated], ..told("addMember", &[Action::MemberAdded]) },
    told("getMember", &[Action::MemberRead]),
    Row { body: Some(|side, n| json!({"name": side.text(n)})), references: &["group_ids[]", "groups[].group_id", "role_id"], precondition: true, beside: &[Action::ContactUpdated], ..told("updateMember", &[Action::MemberUpdated]) },
    Row { beside: &[Action::TicketAssigned, Action::ProvisioningUserUpdated], ..told("removeMember", &[Action::MemberRemoved]) },
    Row { body: Some(|side, n| json!({"name": side.text(n), "permissions": ["ticket.read"]})), beside: &[Action::ContactCreated], ..told("createServiceAccount", &[Action::MemberAdded]) },
    Row { filters: &["member_id"], ..told("listApiTokens", &[Action::ApiTokenListed]) },
    Row { body: Some(|side, n| json!({"name": side.text(n), "scopes": [if n % 2 == 0 { "ticket.read" } else { "ticket.read.own" }]})), references: &["member_id"], ..told("createApiToken", &[Action::ApiTokenCreated]) },
    told("getApiToken", &[Action::ApiTokenRead]),
    told("revokeApiToken", &[Action::ApiTokenRevoked]),
    told("listInvitations", &[Action::InvitationListed]),
    Row { body: Some(|side, n| json!({"email": format!("{n}@{}.example", side.tenant.slug), "name": side.text(n), "role": "agent"})), ..told("createInvitation", &[Action::InvitationCreated]) },
    told("revokeInvitation", &[Action::InvitationRevoked]),
    Row { scope: Scope::Sessions, body: Some(|_, _| json!({"secret": format!("rfi_{}", "A".repeat(64))})), beside: &[Action::ContactCreated, Action::MemberAdded], ..told("acceptInvitation", &[Action::InvitationAccepted]) },
    told("getSignInSettings", &[Action::SignInSettingsRead]),
    Row { body: Some(|_, _| json!({"required_issuers": null})), precondition: true, ..told("changeSignInSettings", &[Action::SignInSettingsChanged]) },
    told("listRoles", &[Action::RoleListed]),
    Row { body: Some(|side, n| json!({"name": side.text(n), "permissions": ["ticket.read"]})), ..told("createRole", &[Action::RoleCreated]) },
    told("getRole", &[Action::RoleRead]),
    Row { body: Some(|side, n| json!({"name": side.text(n)})), precondition: true, ..told("updateRole", &[Action::RoleUpdated]) },
    told("deleteRole", &[Action::RoleDeleted]),
    Row { filters: &["member_id"], ..told("listBreakGlassGrants", &[Action::BreakGlassListed]) },
    Row { body: Some(|side, n| json!({"issuer": "https://issuer.example", "subject": format!("{}-glass-{}", side.tenant.slug, n % 5), "name": side.text(n), "role": "auditor", "hours": 1, "reason": side.text(n)})), beside: &[Action::ContactCreated, Action::MemberAdded], ..told("grantBreakGlass", &[Action::BreakGlassGranted]) },
    told("getBreakGlassGrant", &[Action::BreakGlassRead]),
    told("revokeBreakGlassGrant", &[Action::BreakGlassRevoked]),
    told("listGroups", &[Action::GroupListed]),
    Row { body: Some(|side, n| json!({"name": side.text(n)})), ..told("createGroup", &[Action::GroupCreated]) },
    told("getGroup", &[Action::GroupRead]),
    Row { body: Some(|side, n| json!({"name": side.text(n)})), precondition: true, ..told("updateGroup", &[Action::GroupUpdated]) },
    told("deleteGroup", &[Action::GroupDeleted]),
    told("listOrganizations", &[Action::OrganizationListed]),
    Row { body: Some(|side, n| json!({"name": side.text(n)})), ..told("createOrganization", &[Action::OrganizationCreated]) },
    told("getOrganization", &[Action::OrganizationRead]),
    Row { body: Some(|side, n| json!({"name": side.text(n)})), precondition: true, ..told("updateOrganization", &[Action::OrganizationUpdated]) },
    told("deleteOrganization", &[Action::OrganizationDeleted]),
    Row { filters: &["organization_id"], ..told("listContacts", &[Action::ContactListed]) },
    Row { body: Some(|side, n| json!({"name": side.text(n)})), references: &["organization_id"], ..told("createContact", &[Action::ContactCreated]) },
    told("getContact", &[Action::ContactRead]),
    Row { body: Some(|side, n| json!({"name": side.text(n)})), references: &["organization_id"], precondition: true, beside: &[Action::MemberUpdated], ..told("updateContact", &[Action::ContactUpdated]) },
    told("deleteContact", &[Action::ContactDeleted]),
    told("getProvisioningSettings", &[Action::ProvisioningSettingsRead]),
    Row { body: Some(|side, n| json!({"issuer": side.issuer, "role_map": {side.text(n): "agent"}})), precondition: true, ..told("setProvisioningSettings", &[Action::ProvisioningSettingsSet]) },
    told("getScimServiceProviderConfig", &[Action::ProvisioningSchemaRead]),
    told("listScimResourceTypes", &[Action::ProvisioningSchemaRead]),
    told("getScimResourceType", &[Action::ProvisioningSchemaRead]),
    told("listScimSchemas", &[Action::ProvisioningSchemaRead]),
    told("getScimSchema", &[Action::ProvisioningSchemaRead]),
    told("listScimUsers", &[Action::ProvisioningUserListed]),
    Row { body: Some(scim_user), beside: MEMBERS, ..told("createScimUser", &[Action::ProvisioningUserCreated]) },
    Row { body: Some(scim_search), ..told("searchScimUsers", &[Action::ProvisioningUserListed]) },
    told("getScimUser", &[Action::ProvisioningUserRead]),
    Row { body: Some(scim_user), beside: MEMBERS, ..told("replaceScimUser", &[Action::ProvisioningUserUpdated]) },
    Row { body: Some(|side, n| json!({"schemas": [ringfence_scim::PATCH_OP], "Operations": [{"op": "add", "path": "title", "value": side.text(n)}]})), beside: MEMBERS, ..told("updateScimUser", &[Action::ProvisioningUserUpdated]) },
    Row { beside: &[Action::MemberRemoved, Action::TicketAssigned, Action::ProvisioningGroupUpdated], ..told("deleteScimUser", &[Action::ProvisioningUserDeleted]) },
    told("listScimGroups", &[Action::ProvisioningGroupListed]),
    Row { body: Some(scim_group), references: &["members[].value"], beside: &[Action::MemberUpdated], ..told("createScimGroup", &[Action::ProvisioningGroupCreated]) },
    Row { body: Some(scim_search), ..told("searchScimGroups", &[Action::ProvisioningGroupListed]) },
    told("getScimGroup", &[Action::ProvisioningGroupRead]),
    Row { body: Some(scim_group), references: &["members[].value"], beside: &[Action::MemberUpdated], ..told("replaceScimGroup", &[Action::ProvisioningGroupUpdated]) },
    Row { body: Some(|side, n| json!({"schemas": [ringfence_scim::PATCH_OP], "Operations": [{"op": "replace", "path": "displayName", "value": side.text(n)}]})), beside: &[Action::MemberUpdated], ..told("updateScimGroup", &[Action::ProvisioningGroupUpdated]) },
    Row { beside: &[Action::MemberUpdated], ..told("deleteScimGroup", &[Action::ProvisioningGroupDeleted]) },
    Row { filters: &["actor_id", "object_id", "request_id"], ..told("listAudit", &[Action::AuditListed]) },
    Row { scope: Scope::Public, ..row("healthz") },
    Row { scope: Scope::Public, ..row("readyz") },
    Row { scope: Scope::Public, ..row("metrics") },
    Row { scope: Scope::Public, ..row("openapi") },
    Row { scope: Scope::Public, ..row("docs") },
    Row { scope: Scope::Public, ..row("getProblem") },
];

fn scim_user(side: &Side, n: u64) -> Value {
    json!({"schemas": [ringfence_scim::USERS.schema.id], "userName": side.text(n), "title": side.text(n)})
}

fn scim_group(side: &Side, n: u64) -> Value {
    json!({"schemas": [ringfence_scim::GROUPS.schema.id], "displayName": side.text(n), "members": [{"value": side.tenant.scim_user}]})
}

fn scim_search(_: &Side, _: u64) -> Value {
    json!({"schemas": [ringfence_scim::SEARCH_REQUEST], "sortBy": "id"})
}

/// A route with its row.
#[derive(Clone, Copy)]
pub struct Operation {
    pub route: &'static Route,
    pub row: &'static Row,
}

impl Operation {
    /// The kinds of the ids in the path, in order.
    pub fn positions(&self) -> Vec<Kind> {
        placeholders(self.route.path).into_iter().filter_map(Kind::named).collect()
    }

    pub fn reads(&self) -> bool {
        self.route.method == "get"
    }

    pub fn deletes(&self) -> bool {
        self.route.method == "delete"
    }

    /// A list of the tenant: it takes a limit and a cursor.
    pub fn lists(&self) -> bool {
        self.row.scope == Scope::Tenant && self.row.operation_id.starts_with("list")
    }
}

pub fn placeholders(path: &str) -> Vec<&str> {
    path.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name)).collect()
}

/// Every operation of the service, in the order of its routes.
pub fn operations() -> &'static [Operation] {
    static OPERATIONS: LazyLock<Vec<Operation>> = LazyLock::new(|| ROUTES.iter().map(|route| Operation { route, row: row_of(route) }).collect());
    &OPERATIONS
}

fn row_of(route: &Route) -> &'static Row {
    TABLE.iter().find(|row| row.operation_id == route.operation_id).unwrap_or_else(|| {
        panic!(
            "{} {} ({}) has no row in tests/isolation/table.rs: add one that names a body which succeeds, every field of the body \
             and every filter that refers to something, whether it needs If-Match, and what the trail calls it; then run 'make isolation'",
            route.method, route.path, route.operation_id
        )
    })
}

#[test]
fn every_route_has_its_row_in_the_isolation_table() {
    for operation in operations() {
        for name in placeholders(operation.route.path).into_iter().filter(|name| !["tenant", "problem", "session_id", "schema", "resource_type", "issuer"].contains(name)) {
            assert!(Kind::named(name).is_some(), "{{{name}}} of {} is no kind that tests/isolation/kind.rs knows: add it there and to the scene", operation.route.path);
        }
        for name in operation.row.references.iter().chain(operation.row.filters) {
            assert!(Kind::named(name).is_some(), "'{name}' of {} is no kind that tests/isolation/kind.rs knows", operation.row.operation_id);
        }
        if operation.row.scope == Scope::Tenant {
            assert!(!operation.row.records.is_empty(), "{}: a row of a tenant's operation says what the trail calls it ('records')", operation.row.operation_id);
        }
        let takes_a_body = matches!(operation.route.method, "post" | "patch" | "put");
        assert_eq!(takes_a_body, operation.row.body.is_some(), "{}: a row has a body exactly where the method does", operation.row.operation_id);
    }
    for row in TABLE {
        assert!(ROUTES.iter().any(|route| route.operation_id == row.operation_id), "{} is no route any more: remove its row", row.operation_id);
    }
}

/// Where a schema of the document holds a UUID.
fn uuids(document: &Value, schema: &Value, path: &str, found: &mut BTreeSet<String>) {
    if let Some(name) = schema["$ref"].as_str() {
        uuids(document, &document["components"]["schemas"][name.rsplit('/').next().expect("a name")], path, found);
    }
    if schema["format"] == "uuid" {
        found.insert(path.to_owned());
    }
    for either in ["oneOf", "allOf", "anyOf"].iter().flat_map(|word| schema[word].as_array().into_iter().flatten()) {
        uuids(document, either, path, found);
    }
    if schema["items"].is_object() {
        uuids(document, &schema["items"], &format!("{path}[]"), found);
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        uuids(document, property, format!("{path}.{name}").trim_start_matches('.'), found);
    }
}

#[test]
fn every_uuid_of_a_body_or_a_query_has_its_place_in_the_isolation_table() {
    let document: Value = serde_json::from_str(include_str!("../../openapi.json")).expect("the document");
    let mut places = 0;
    for described in document["paths"].as_object().expect("paths").values().flat_map(|path| path.as_object().expect("methods").values()) {
        let Some(operation) = operations().iter().find(|operation| described["operationId"] == operation.row.operation_id) else { continue };
        let (mut body, mut query) = (BTreeSet::new(), BTreeSet::new());
        for content in described["requestBody"]["content"].as_object().into_iter().flat_map(|content| content.values()) {
            uuids(&document, &content["schema"], "", &mut body);
        }
        for parameter in described["parameters"].as_array().into_iter().flatten().filter(|parameter| parameter["in"] == "query") {
            uuids(&document, &parameter["schema"], parameter["name"].as_str().expect("a name"), &mut query);
        }
        for (found, named, column) in [(&body, operation.row.references, "references"), (&query, operation.row.filters, "filters")] {
            let named: BTreeSet<String> = named.iter().map(|name| (*name).to_owned()).collect();
            assert_eq!(
                *found, named,
                "{}: the UUIDs of openapi.json (left) are to be the '{column}' of its row in tests/isolation/table.rs (right), each a kind of tests/isolation/kind.rs, \
                 so that another tenant's are tried there",
                operation.row.operation_id
            );
            places += found.len();
        }
    }
    assert!(places > 20, "the document holds fewer places for ids than it should: {places}");
}
