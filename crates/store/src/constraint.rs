//! Every named constraint that a request can run into, and what it means, on one screen.

use crate::Refusal;
use tokio_postgres::error::DbError;

const EXTERNAL_IS_WHOLE: &str = "goes together with external_source";

/// Constraint, and the refusal it becomes. A test compares the names with the live catalogue.
pub const CONSTRAINTS: &[(&str, Meaning)] = &[
    ("tickets_number_key", Meaning::Collision),
    ("idempotency_keys_pkey", Meaning::Conflict("idempotency_rights_changed", "the key was used with other rights than those of now")),
    ("tickets_external_key", Meaning::Conflict("external_id_taken", "another ticket has this external_source and external_id")),
    ("tickets_requester_fkey", Meaning::Field("requester_id")),
    ("tickets_assignee_fkey", Meaning::Field("assignee_id")),
    ("tickets_group_fkey", Meaning::Field("group_id")),
    ("tickets_organization_fkey", Meaning::Field("organization_id")),
    ("comments_ticket_fkey", Meaning::NotFound),
    ("comments_author_fkey", Meaning::Field("author_id")),
    ("comments_external_key", Meaning::Conflict("external_id_taken", "the ticket has a comment of this external_id")),
    ("contacts_email_key", Meaning::Conflict("email_taken", "another contact has this e-mail address")),
    ("contacts_external_key", Meaning::Conflict("external_id_taken", "another contact has this external_source and external_id")),
    ("contacts_organization_fkey", Meaning::Field("organization_id")),
    ("organizations_name_key", Meaning::Conflict("name_taken", "another organization has this name")),
    ("organizations_external_key", Meaning::Conflict("external_id_taken", "another organization has this external_source and external_id")),
    ("groups_name_key", Meaning::Conflict("name_taken", "another group has this name")),
    ("members_identity_key", Meaning::Conflict("member_exists", "this identity is a member already")),
    ("members_pkey", Meaning::Conflict("member_exists", "this contact is a member already")),
    ("contacts_identity_key", Meaning::Conflict("member_exists", "another person of the tenant has this identity")),
    ("scim_users_contact_key", Meaning::Conflict("member_exists", "another user is this person already")),
    ("scim_users_user_name_key", Meaning::Conflict("user_name_taken", "another user has this userName")),
    ("scim_users_external_key", Meaning::Conflict("external_id_taken", "another user has this externalId")),
    ("scim_users_subject_is_short", Meaning::Invalid("externalId", "is the subject of the user's tokens, or the userName is: at most 255 bytes")),
    ("scim_groups_external_key", Meaning::Conflict("external_id_taken", "another group has this externalId")),
    ("scim_group_members_user_fkey", Meaning::Field("members")),
    ("members_contact_fkey", Meaning::Field("contact_id")),
    ("members_role_fkey", Meaning::Field("role_id")),
    ("members_custom_has_role_id", Meaning::Invalid("role_id", "a custom role is named by its id, and no other role is")),
    ("group_members_access_sees", Meaning::Invalid("groups", "whoever works in a group sees it: access holds overview, read or full")),
    ("tenant_roles_name_key", Meaning::Conflict("name_taken", "another role has this name")),
    ("tenant_roles_stay_below_owner", Meaning::Invalid("permissions", "no role of a tenant's own making holds what is an owner's alone")),
    ("group_members_group_fkey", Meaning::Field("group_ids")),
    ("group_members_member_fkey", Meaning::NotFound),
    ("members_service_has_permissions", Meaning::Invalid("permissions", "a service has a list of permissions, and nobody else has one")),
    ("members_permissions_are_names", Meaning::Invalid("permissions", "a permission has a name such as ticket.read")),
    ("ticket_links_standing_key", Meaning::Conflict("already_escalated", "the ticket went over under this agreement already")),
    ("comment_shares_standing_key", Meaning::Conflict("already_shared", "the comment went over already")),
    ("api_tokens_of_others_are_services", Meaning::Conflict("in_use", "API tokens that others made speak for this service, so it stays one")),
    ("api_tokens_expire", Meaning::Invalid("expires_at", "must be later than now")),
    ("tags_tag_is_a_word", Meaning::Invalid("tags", "a tag is a word of at most 64 characters, without spaces and commas")),
    ("tickets_external_is_whole", Meaning::Invalid("external_id", EXTERNAL_IS_WHOLE)),
    ("contacts_external_is_whole", Meaning::Invalid("external_id", EXTERNAL_IS_WHOLE)),
    ("organizations_external_is_whole", Meaning::Invalid("external_id", EXTERNAL_IS_WHOLE)),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    Conflict(&'static str, &'static str),
    /// On insert or update the field names nothing; on delete the thing is in use.
    Field(&'static str),
    /// What the field says cannot stand beside the rest of the row.
    Invalid(&'static str, &'static str),
    NotFound,
    /// Two requests took the same number: a defect of the reservation, worth a retry.
    Collision,
}

/// What a constraint of this name means, if a request can meet it.
#[must_use]
pub fn refusal_of(constraint: &str) -> Option<Meaning> {
    CONSTRAINTS.iter().find(|(name, _)| *name == constraint).map(|(_, meaning)| *meaning)
}

pub(crate) fn refusal_of_error(error: &DbError) -> Option<Refusal> {
    const IN_USE: Refusal = Refusal::Conflict { code: "in_use", message: "something else still refers to it" };
    match error.code().code() {
        // A row that is still referenced: the table named is the referencing one's parent.
        "23503" if error.message().starts_with("update or delete on table") => return Some(IN_USE),
        "23505" | "23503" | "23514" => {}
        // The new row fails the caller's own doors.
        "42501" if error.message().contains("violates row-level security policy") => return Some(Refusal::Forbidden { permission: "row" }),
        _ => return None,
    }
    match refusal_of(error.constraint()?)? {
        Meaning::Conflict(code, message) => Some(Refusal::Conflict { code, message }),
        Meaning::Invalid(field, message) => Some(Refusal::Field { field, code: "invalid", message }),
        Meaning::Field(field) => Some(Refusal::Field { field, code: "not_found", message: "names nothing in this tenant" }),
        Meaning::NotFound => Some(Refusal::NotFound),
        Meaning::Collision => None,
    }
}
