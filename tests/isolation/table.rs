//! The isolation table: for every operation, where ids of another tenant could be put. A route without a row here fails.

use crate::kind::Kind;
use crate::scene::Side;
use ringfence_api::{ROUTES, Route};
use serde_json::{Value, json};
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
    /// Fields of the body that refer to something; each is tried with every kind of id.
    pub references: &'static [&'static str],
    /// Filters that refer to something.
    pub filters: &'static [&'static str],
    /// Needs If-Match.
    pub precondition: bool,
}

const fn row(operation_id: &'static str) -> Row {
    Row { operation_id, scope: Scope::Tenant, body: None, references: &[], filters: &[], precondition: false }
}

const TICKET_REFERENCES: &[&str] = &["requester_id", "assignee_id", "group_id", "organization_id"];

#[rustfmt::skip]
pub const TABLE: &[Row] = &[
    Row { scope: Scope::Public, ..row("listIssuers") },
    Row { scope: Scope::SignIn, ..row("signIn") },
    Row { scope: Scope::SignIn, ..row("signInCallback") },
    Row { scope: Scope::SignIn, ..row("signInCallbackOfIssuer") },
    Row { scope: Scope::Sessions, body: Some(|_, _| json!({})), ..row("signOut") },
    Row { scope: Scope::SignIn, ..row("signOutAtIssuer") },
    Row { scope: Scope::SignIn, body: Some(|_, _| json!({})), ..row("backChannelLogout") },
    Row { scope: Scope::Identity, ..row("getMe") },
    Row { scope: Scope::Sessions, ..row("listSessions") },
    Row { scope: Scope::Sessions, ..row("endSession") },
    Row { filters: TICKET_REFERENCES, ..row("listTickets") },
    Row { body: Some(|side, n| json!({"subject": side.text(n), "body": side.text(n), "tags": [side.tag()]})), references: TICKET_REFERENCES, ..row("createTicket") },
    row("getTicket"),
    Row { body: Some(|side, n| json!({"subject": side.text(n)})), references: TICKET_REFERENCES, precondition: true, ..row("updateTicket") },
    Row { body: Some(|side, _| json!({"assignee_id": side.tenant.members["agent"]})), references: &["assignee_id", "group_id"], precondition: true, ..row("assignTicket") },
    Row { body: Some(|_, _| json!({"status": "open"})), precondition: true, ..row("setTicketStatus") },
    row("listTicketEvents"),
    row("listComments"),
    Row { body: Some(|side, n| json!({"body": side.text(n), "visibility": if n % 2 == 0 { "public" } else { "internal" }})), ..row("createComment") },
    row("getComment"),
    row("listCommentShares"),
    Row { body: Some(|side, _| json!({"agreement_id": side.tenant.used_agreement})), references: &["agreement_id"], ..row("shareComment") },
    row("listTicketLinks"),
    Row { body: Some(|side, _| json!({"agreement_id": side.tenant.agreement})), references: &["agreement_id"], ..row("escalateTicket") },
    row("listAgreements"),
    // To nobody: what reaches a tenant that was asked is no leak, and is tested where two agree.
    Row { body: Some(|_, n| json!({"partner": format!("nobody-{n}"), "direction": "both", "actions": ["ticket.escalate", "comment.share"], "fields": ["subject"], "expires_at": "2099-01-01T00:00:00Z"})), ..row("createAgreement") },
    row("getAgreement"),
    Row { body: Some(|_, _| json!({"state": "revoked"})), precondition: true, ..row("setAgreementState") },
    Row { filters: &["group_id"], ..row("listMembers") },
    Row { body: Some(|side, n| json!({"issuer": "https://issuer.example", "subject": format!("{}-{n}", side.tenant.slug), "name": side.text(n), "role": "custom", "role_id": side.tenant.role})), references: &["contact_id", "group_ids", "role_id"], ..row("addMember") },
    row("getMember"),
    Row { body: Some(|side, n| json!({"name": side.text(n)})), references: &["group_ids"], precondition: true, ..row("updateMember") },
    row("removeMember"),
    Row { body: Some(|side, n| json!({"name": side.text(n), "permissions": ["ticket.read"]})), ..row("createServiceAccount") },
    Row { filters: &["member_id"], ..row("listApiTokens") },
    Row { body: Some(|side, n| json!({"name": side.text(n), "scopes": [if n % 2 == 0 { "ticket.read" } else { "ticket.read.own" }]})), references: &["member_id"], ..row("createApiToken") },
    row("getApiToken"),
    row("revokeApiToken"),
    row("listInvitations"),
    Row { body: Some(|side, n| json!({"email": format!("{n}@{}.example", side.tenant.slug), "name": side.text(n), "role": "agent"})), ..row("createInvitation") },
    row("revokeInvitation"),
    Row { scope: Scope::Sessions, body: Some(|_, _| json!({"secret": format!("rfi_{}", "A".repeat(64))})), ..row("acceptInvitation") },
    row("getSignInSettings"),
    Row { body: Some(|_, _| json!({"required_issuers": null})), precondition: true, ..row("changeSignInSettings") },
    row("listRoles"),
    Row { body: Some(|side, n| json!({"name": side.text(n), "permissions": ["ticket.read"]})), ..row("createRole") },
    row("getRole"),
    Row { body: Some(|side, n| json!({"name": side.text(n)})), precondition: true, ..row("updateRole") },
    row("deleteRole"),
    Row { filters: &["member_id"], ..row("listBreakGlassGrants") },
    Row { body: Some(|side, n| json!({"issuer": "https://issuer.example", "subject": format!("{}-glass-{}", side.tenant.slug, n % 5), "name": side.text(n), "role": "auditor", "hours": 1, "reason": side.text(n)})), ..row("grantBreakGlass") },
    row("getBreakGlassGrant"),
    row("revokeBreakGlassGrant"),
    row("listGroups"),
    Row { body: Some(|side, n| json!({"name": side.text(n)})), ..row("createGroup") },
    row("getGroup"),
    Row { body: Some(|side, n| json!({"name": side.text(n)})), precondition: true, ..row("updateGroup") },
    row("deleteGroup"),
    row("listOrganizations"),
    Row { body: Some(|side, n| json!({"name": side.text(n)})), ..row("createOrganization") },
    row("getOrganization"),
    Row { body: Some(|side, n| json!({"name": side.text(n)})), precondition: true, ..row("updateOrganization") },
    row("deleteOrganization"),
    Row { filters: &["organization_id"], ..row("listContacts") },
    Row { body: Some(|side, n| json!({"name": side.text(n)})), references: &["organization_id"], ..row("createContact") },
    row("getContact"),
    Row { body: Some(|side, n| json!({"name": side.text(n)})), references: &["organization_id"], precondition: true, ..row("updateContact") },
    row("deleteContact"),
    row("getProvisioningSettings"),
    Row { body: Some(|side, n| json!({"issuer": side.issuer, "role_map": {side.text(n): "agent"}})), precondition: true, ..row("setProvisioningSettings") },
    row("getScimServiceProviderConfig"),
    row("listScimResourceTypes"),
    row("getScimResourceType"),
    row("listScimSchemas"),
    row("getScimSchema"),
    row("listScimUsers"),
    Row { body: Some(scim_user), ..row("createScimUser") },
    Row { body: Some(scim_search), ..row("searchScimUsers") },
    row("getScimUser"),
    Row { body: Some(scim_user), ..row("replaceScimUser") },
    Row { body: Some(|side, n| json!({"schemas": [ringfence_scim::PATCH_OP], "Operations": [{"op": "add", "path": "title", "value": side.text(n)}]})), ..row("updateScimUser") },
    row("deleteScimUser"),
    row("listScimGroups"),
    Row { body: Some(scim_group), ..row("createScimGroup") },
    Row { body: Some(scim_search), ..row("searchScimGroups") },
    row("getScimGroup"),
    Row { body: Some(scim_group), ..row("replaceScimGroup") },
    Row { body: Some(|side, n| json!({"schemas": [ringfence_scim::PATCH_OP], "Operations": [{"op": "replace", "path": "displayName", "value": side.text(n)}]})), ..row("updateScimGroup") },
    row("deleteScimGroup"),
    Row { filters: &["actor_id"], ..row("listAudit") },
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
             and every filter that refers to something, and whether it needs If-Match; then run 'make isolation'",
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
        let takes_a_body = matches!(operation.route.method, "post" | "patch" | "put");
        assert_eq!(takes_a_body, operation.row.body.is_some(), "{}: a row has a body exactly where the method does", operation.row.operation_id);
    }
    for row in TABLE {
        assert!(ROUTES.iter().any(|route| route.operation_id == row.operation_id), "{} is no route any more: remove its row", row.operation_id);
    }
}
