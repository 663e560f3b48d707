//! An example of every request and record, from one small story; no name in it is anybody's.

use serde_json::{Value, json};

pub const REQUEST_ID: &str = "01980000-0000-7000-8000-000000000000";
const TENANT: &str = "01980000-0000-7000-8000-000000000001";
const MEMBER: &str = "01980000-0000-7000-8000-000000000002";
const CONTACT: &str = "01980000-0000-7000-8000-000000000003";
const GROUP: &str = "01980000-0000-7000-8000-000000000004";
const ORGANIZATION: &str = "01980000-0000-7000-8000-000000000005";
const API_TOKEN: &str = "01980000-0000-7000-8000-000000000007";
const TICKET: &str = "01980000-0000-7000-8000-000000000010";
const COMMENT: &str = "01980000-0000-7000-8000-000000000011";
const EVENT: &str = "01980000-0000-7000-8000-000000000012";
const AGREEMENT: &str = "01980000-0000-7000-8000-000000000020";
const LINK: &str = "01980000-0000-7000-8000-000000000021";
const SHARE: &str = "01980000-0000-7000-8000-000000000022";
const INVITATION: &str = "01980000-0000-7000-8000-000000000008";
const SECRET: &str = "rfi_AZgAAAAAcACAAAAAAAAAAeLnSJa3O3q7cqJvM0b0kV8m9fT1rQwXoYvN2cH5aGdK";
const ROLE: &str = "01980000-0000-7000-8000-000000000013";
const GRANT: &str = "01980000-0000-7000-8000-000000000014";
const OWNER: &str = "01980000-0000-7000-8000-000000000009";
const CREATED: &str = "2026-01-31T12:00:00Z";
const UPDATED: &str = "2026-01-31T12:30:00Z";

/// A record as it is answered, or a list of it.
pub fn record(schema: &str) -> Option<Value> {
    if let Some(row) = schema.strip_suffix("List") {
        let mut page = json!({ "next_cursor": "eyJrZXkiOnsi", "prev_cursor": null });
        if row == "Ticket" {
            page["total"] = json!(41);
        }
        let mut list = json!({ "data": [record(row)?], "page": page });
        if row == "Ticket" {
            list["included"] = json!({ "contacts": [record("Contact")?] });
        }
        return Some(list);
    }
    Some(match schema {
        "Me" => json!({
            "subject": "248289761001", "issuer": "https://login.example.com", "kind": "user", "identity_id": "01980000-0000-7000-8000-000000000006",
            "session": null,
            "token": null,
            "tenants": [{ "tenant_id": TENANT, "slug": "acme", "name": "Acme", "member_id": MEMBER, "role": "agent", "role_until": null, "permissions": ["ticket.read", "ticket.create"] }],
        }),
        "Ticket" => json!({
            "ticket_id": TICKET, "number": 1, "subject": "The invoice shows the wrong address", "status": "open", "status_category": "open",
            "priority": "normal", "type": "question", "tags": ["billing"], "requester_id": CONTACT, "assignee_id": MEMBER, "group_id": GROUP,
            "organization_id": null, "external_source": null, "external_id": null, "version": 3, "created_at": CREATED, "updated_at": UPDATED, "closed_at": null,
        }),
        "TicketEvent" => json!({
            "ticket_event_id": EVENT, "ticket_id": TICKET, "kind": "ticket.status_set", "actor_id": MEMBER, "visibility": "public", "version": 3,
            "changes": { "status": ["new", "open"] }, "created_at": UPDATED,
        }),
        "Comment" => json!({ "comment_id": COMMENT, "ticket_id": TICKET, "author_id": MEMBER, "visibility": "public", "body": "We are looking into it.", "created_at": UPDATED }),
        "Member" => json!({
            "member_id": MEMBER, "name": "Colleague", "email": "colleague@example.com", "role": "agent", "role_id": null, "permissions": null, "group_ids": [GROUP],
            "groups": [{ "group_id": GROUP, "access": ["full"] }],
            "version": 1, "created_at": CREATED, "updated_at": CREATED,
        }),
        "ApiToken" => json!({
            "api_token_id": API_TOKEN, "member_id": MEMBER, "name": "Nightly export", "scopes": ["ticket.read", "comment.read"], "created_by": MEMBER,
            "created_at": CREATED, "expires_at": "2026-05-01T12:00:00Z", "last_used_at": UPDATED, "revoked_at": null,
        }),
        "MadeApiToken" => json!({
            "api_token_id": API_TOKEN, "member_id": MEMBER, "name": "Nightly export", "scopes": ["ticket.read", "comment.read"], "created_by": MEMBER,
            "created_at": CREATED, "expires_at": "2026-05-01T12:00:00Z", "last_used_at": null, "revoked_at": null,
            "token": "rft_01980000000070008000000000000001_3f786850e387550fdab836ed7e6dc881de23001b36d0d8a0a4b0f9e4f7d0c2aa_1b2f3c4d",
        }),
        "TenantRole" => json!({ "role_id": ROLE, "name": "Field service", "permissions": ["ticket.read.group", "comment.read.group"], "version": 1, "created_at": CREATED, "updated_at": CREATED }),
        "BreakGlassGrant" => json!({
            "grant_id": GRANT, "member_id": MEMBER, "role": "auditor", "reason": "Recovering the tickets of last night's outage", "granted_by": OWNER,
            "created_at": CREATED, "expires_at": "2026-01-31T16:00:00Z", "revoked_at": null,
        }),
        "Group" => json!({ "group_id": GROUP, "name": "Billing", "version": 1, "created_at": CREATED, "updated_at": CREATED }),
        "Organization" => json!({
            "organization_id": ORGANIZATION, "name": "Example Ltd", "external_source": "crm", "external_id": "10234",
            "version": 1, "created_at": CREATED, "updated_at": CREATED,
        }),
        "Contact" => json!({
            "contact_id": CONTACT, "name": "Customer", "email": "customer@example.com", "organization_id": ORGANIZATION, "external_source": null, "external_id": null,
            "version": 1, "created_at": CREATED, "updated_at": CREATED,
        }),
        "AuditEvent" => json!({
            "event_id": EVENT, "position": 7, "recorded_at": UPDATED, "request_id": REQUEST_ID, "action": "ticket.read", "decision": "allow", "rule": null,
            "actor_id": MEMBER, "identity_id": "01980000-0000-7000-8000-000000000006", "actor_kind": "user", "on_behalf_of": null, "session_id": null,
            "authentication": "bearer", "object_type": "ticket", "object_id": TICKET, "object_version": 3, "external_system": null, "details": {},
        }),
        "Agreement" => json!({
            "agreement_id": AGREEMENT, "partner": "globex", "proposed_here": true, "direction": "outgoing", "actions": ["ticket.escalate", "comment.share"],
            "fields": ["subject", "body", "priority"], "expires_at": "2027-01-31T12:00:00Z", "state": "active", "consented_at": CREATED,
            "partner_consented_at": UPDATED, "revoked_at": null, "revoked_by_partner": false, "version": 2, "created_at": CREATED, "updated_at": UPDATED,
        }),
        "TicketLink" => json!({
            "link_id": LINK, "ticket_id": TICKET, "agreement_id": AGREEMENT, "direction": "outgoing", "state": "delivered", "reason": null, "created_by": MEMBER,
            "requester_name": null, "requester_email": null, "created_at": CREATED, "settled_at": UPDATED,
        }),
        "CommentShare" => json!({
            "share_id": SHARE, "link_id": LINK, "ticket_id": TICKET, "comment_id": COMMENT, "direction": "outgoing", "state": "pending", "reason": null,
            "created_by": MEMBER, "created_at": UPDATED, "settled_at": null,
        }),
        "Invitation" => json!({
            "invitation_id": INVITATION, "email": "colleague@example.com", "name": "Colleague", "role": "agent", "invited_by": MEMBER, "version": 1,
            "created_at": CREATED, "expires_at": "2026-02-07T12:00:00Z", "accepted_at": null, "revoked_at": null,
        }),
        "NewlyInvited" => json!({ "invitation": record("Invitation")?, "secret": SECRET }),
        "Accepted" => json!({ "tenant_id": TENANT, "member_id": MEMBER, "role": "agent" }),
        "SignInSettings" => json!({ "required_issuers": null, "available_issuers": ["https://login.example.com"], "version": 1 }),
        "Issuers" => json!({ "data": [{ "issuer": "https://login.example.com", "sign_in": "/v1/auth/sign-in?issuer=https%3A%2F%2Flogin.example.com" }] }),
        "SignedOut" => json!({ "end_session_url": "https://login.example.com/session/end?client_id=ringfence" }),
        "Sessions" => json!({ "data": [{
            "session_id": "01980000-0000-7000-8000-000000000007", "is_current": true, "acr": null, "authenticated_at": CREATED, "created_at": CREATED,
            "last_seen_at": UPDATED, "idle_expires_at": "2026-01-31T13:00:00Z", "expires_at": "2026-02-01T00:00:00Z",
        }] }),
        "ProvisioningSettings" => json!({
            "issuer": "https://login.example.com", "default_role": "requester", "role_map": { "Support": "agent" }, "version": 1, "created_at": CREATED, "updated_at": CREATED,
        }),
        "Health" => json!({ "status": "ok" }),
        _ => return None,
    })
}

/// The body of a request, by operation.
pub fn request(operation: &str) -> Option<Value> {
    Some(match operation {
        "createInvitation" => json!({ "email": "colleague@example.com", "name": "Colleague", "role": "agent", "days": 7 }),
        "acceptInvitation" => json!({ "secret": SECRET }),
        "changeSignInSettings" => json!({ "required_issuers": null }),
        "signOut" => json!({ "return_to": "/" }),
        "backChannelLogout" => json!({ "logout_token": "eyJhbGciOiJFUzI1NiIsInR5cCI6ImxvZ291dCtqd3QifQ.e30.c2ln" }),
        "createTicket" => json!({
            "subject": "The invoice shows the wrong address", "body": "It still names our *old* office.", "priority": "normal", "tags": ["billing"],
            "requester": { "name": "Customer", "email": "customer@example.com" },
        }),
        "updateTicket" => json!({ "priority": "high", "tags": ["billing", "address"] }),
        "assignTicket" => json!({ "assignee_id": null, "group_id": null }),
        "setTicketStatus" => json!({ "status": "solved" }),
        "createComment" => json!({ "body": "We are looking into it.", "visibility": "public" }),
        "createAgreement" => json!({
            "partner": "globex", "direction": "outgoing", "actions": ["ticket.escalate", "comment.share"], "fields": ["subject", "body", "priority"],
            "expires_at": "2027-01-31T12:00:00Z",
        }),
        "setAgreementState" => json!({ "state": "consented" }),
        "escalateTicket" | "shareComment" => json!({ "agreement_id": AGREEMENT }),
        "addMember" => json!({ "issuer": "https://login.example.com", "subject": "248289761001", "role": "agent", "name": "Colleague", "email": "colleague@example.com" }),
        "updateMember" => json!({ "role": "light_agent" }),
        "createServiceAccount" => json!({ "name": "Nightly export", "permissions": ["ticket.read", "comment.read"] }),
        "createApiToken" => json!({ "name": "Nightly export", "scopes": ["ticket.read", "comment.read"], "expires_in_days": 90 }),
        "createRole" => json!({ "name": "Field service", "permissions": ["ticket.read.group", "comment.read.group"] }),
        "updateRole" => json!({ "permissions": ["ticket.read.group"] }),
        "grantBreakGlass" => json!({
            "issuer": "https://login.example.com", "subject": "248289761001", "name": "Engineer on call", "role": "auditor", "hours": 4,
            "reason": "Recovering the tickets of last night's outage",
        }),
        "createGroup" => json!({ "name": "Billing" }),
        "updateGroup" => json!({ "name": "Billing and refunds" }),
        "createOrganization" => json!({ "name": "Example Ltd", "external_source": "crm", "external_id": "10234" }),
        "updateOrganization" => json!({ "name": "Example Limited" }),
        "setProvisioningSettings" => json!({ "issuer": "https://login.example.com", "default_role": "requester", "role_map": { "Support": "agent" } }),
        "createContact" => json!({ "name": "Customer", "email": "customer@example.com" }),
        "updateContact" => json!({ "email": "new-address@example.com" }),
        _ => return None,
    })
}

/// The value of a parameter.
pub fn parameter(name: &str) -> Option<Value> {
    Some(match name {
        "tenant" => json!("acme"),
        "ticket_id" => json!("1"),
        "If-Match" | "If-None-Match" => json!("\"3\""),
        "Idempotency-Key" => json!("8e03978e-40d5-43dd-bc93-6894a57f9324"),
        "limit" => json!(50),
        "status" | "status_category" => json!("new,open"),
        "priority" => json!("high,urgent"),
        "role" => json!("agent,light_agent"),
        "decision" => json!("deny"),
        "action" => json!("ticket.read"),
        "tag" => json!("billing"),
        "email" => json!("customer@example.com"),
        "problem" => json!("not_found"),
        "invitation_id" => json!(INVITATION),
        "session_id" => json!("01980000-0000-7000-8000-000000000007"),
        "issuer" => json!("https://login.example.com"),
        "return_to" => json!("/"),
        "max_age" => json!(300),
        "acr" => json!("urn:example:two-factors"),
        "envelope" => json!("bm90aGluZyB0aGF0IGEgcGFnZSBjYW4gcmVhZA"),
        "Act-As" => json!(MEMBER),
        "api_token_id" => json!(API_TOKEN),
        "comment_id" => json!(COMMENT),
        "agreement_id" => json!(AGREEMENT),
        "member_id" => json!(MEMBER),
        "contact_id" => json!(CONTACT),
        "group_id" => json!(GROUP),
        "role_id" => json!(ROLE),
        "grant_id" => json!(GRANT),
        "organization_id" => json!(ORGANIZATION),
        _ => return None,
    })
}
