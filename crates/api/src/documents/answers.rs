//! What operations answer beside their success: every problem, its codes with an example each, and the headers.

use super::contract::Operation;
use super::examples::REQUEST_ID;
use crate::limits;
use crate::problem::{FieldError, Kind, Problem};
use ringfence_identity::Rejection;
use serde_json::{Map, Value, json};

/// Codes of 409: the operations that can answer them, and what they mean.
const CONFLICTS: &[(&str, &str, &[&str])] = &[
    ("ticket_closed", "A closed ticket does not change, and takes no comments", &["updateTicket", "assignTicket", "setTicketStatus", "createComment"]),
    ("status_transition", "The status may not follow the present one", &["updateTicket", "setTicketStatus"]),
    (
        "external_id_taken",
        "Another record has this external_source and external_id",
        &["createTicket", "updateTicket", "createOrganization", "updateOrganization", "createContact", "updateContact"],
    ),
    ("email_taken", "Another contact has this e-mail address", &["addMember", "updateMember", "createContact", "updateContact"]),
    ("name_taken", "Another record has this name", &["createGroup", "updateGroup", "createOrganization", "updateOrganization", "createRole", "updateRole"]),
    ("member_exists", "This identity or contact is a member already", &["addMember", "acceptInvitation", "grantBreakGlass"]),
    ("user_name_taken", "Another user has this userName", &["createScimUser", "replaceScimUser", "updateScimUser"]),
    ("not_provisioned", "Provisioning did not make this member, or made no admin of them", &["createScimUser", "replaceScimUser", "updateScimUser", "deleteScimUser"]),
    ("provisioning_not_set_up", "The tenant's owner has not said whose users are provisioned", &["createScimUser"]),
    ("holds_more", "An owner or a service is not given a role for hours", &["grantBreakGlass"]),
    ("last_owner", "A tenant keeps at least one owner", &["updateMember", "removeMember"]),
    ("agreement_revoked", "The agreement was revoked", &["setAgreementState"]),
    ("agreement_expired", "The agreement has expired", &["setAgreementState"]),
    ("agreement_consented", "This side has consented already", &["setAgreementState"]),
    ("already_escalated", "The ticket went over under this agreement already", &["escalateTicket"]),
    ("already_shared", "The comment went over already", &["shareComment"]),
    ("not_linked", "The ticket did not cross under this agreement", &["shareComment"]),
    ("own_issuer_missing", "Nobody shuts themselves out: the caller's own issuer is not among those required", &["changeSignInSettings"]),
    ("invitation_ended", "The invitation was accepted or revoked", &["revokeInvitation"]),
    ("no_session", "Who calls has no session: a bearer token ends at its issuer", &["signOut"]),
    ("in_use", "Something else still refers to it", &["deleteGroup", "deleteOrganization", "deleteContact", "removeMember", "deleteRole"]),
];
/// Codes of 429.
const LIMITED: &[(&str, &str)] = &[
    (limits::TOO_FAST, "The caller's requests of this class in this tenant came too fast"),
    (limits::TENANT_TOO_FAST, "The requests of everybody in this tenant together came too fast"),
    (limits::SIGN_IN_TOO_FAST, "Too many sign-ins were begun from this address, or credentials refused; a good one is let through"),
    (limits::TOO_MANY_AT_ONCE, "More of the tenant's requests wait for the database than may"),
];
/// Why a session is refused, or asked for more.
const SESSIONS: &[(&str, &str)] = &[
    ("credential_invalid", "The session or API token is none, or is one no more"),
    ("step_up_required", "What was asked needs a fresh sign-in: signIn with this max_age, which WWW-Authenticate names too (RFC 9470)"),
];
/// Why an issuer's answer is not believed at all.
const SIGN_INS: &[(&str, &str)] = &[
    ("sign_in_unknown", "The answer is to no question that this browser asked, or was given before"),
    ("issuer_mixed_up", "The answer comes from another issuer than was asked (RFC 9207)"),
    ("issuer_unnamed", "The issuer says that it names itself in its answers, and this one does not (RFC 9207)"),
    ("code_refused", "The issuer does not take the code"),
    ("wrong_nonce", "The ID token answers another question"),
    ("wrong_party", "The ID token was made for another client"),
    ("wrong_access_token", "The ID token belongs to another access token"),
];
const SIGN_OUTS: &[(&str, &str)] = &[("envelope_invalid", "The envelope is not one of signOut's, or older than a minute")];
/// Codes of 403.
const FORBIDDEN: &[(&str, &str)] = &[
    ("forbidden", "You may not do that"),
    ("act_as_denied", "You may act for nobody"),
    ("csrf_required", "A change by a session's cookie needs X-CSRF-Token, and an origin that may call the service"),
    ("act_chain_too_deep", "The token says itself whom its bearer acts for"),
];
/// Why nothing goes over to another tenant.
const NOT_AGREED: &[(&str, &str)] = &[
    ("agreement_not_active", "The other side has not consented"),
    ("agreement_revoked", "The agreement was revoked"),
    ("agreement_expired", "The agreement has expired"),
    ("agreement_does_not_cover", "The agreement lets something else go over, or the other way"),
];
/// Why an invitation gives nobody a place, or not this one.
const INVITATIONS: &[(&str, &str)] = &[
    ("session_required", "An invitation is accepted in a browser's session: a bearer token does not say whose address it is"),
    ("email_not_verified", "The issuer does not say that the address is the person's own"),
    ("invitation_for_another", "The invitation is for another address"),
    ("issuer_not_accepted", "The tenant asks for a sign-in by another issuer"),
];
const TWO_CREDENTIALS: (&str, &str) = ("two_credentials", "A bearer token and a session's cookie came together; send one of them");
const INVITATION_UNKNOWN: (&str, &str) = ("invitation_unknown", "There is no such invitation, or it has ended");
const ISSUER_UNAVAILABLE: (&str, &str) = ("issuer_unavailable", "The issuer does not answer");
const LOGOUT_REPLAYED: (&str, &str) = ("logout_token_replayed", "The logout token came before");
const IN_FLIGHT: (&str, &str) = ("idempotency_in_flight", "The request under this key is still being worked on");
const RIGHTS_CHANGED: (&str, &str) = ("idempotency_rights_changed", "The key was used by the caller when they had other rights; nothing was done");

/// Codes of `errors[]`.
pub const FIELD_CODES: &[(&str, &str)] = &[
    ("required", "is required"),
    ("unknown_field", "is not a field of this operation"),
    ("wrong_type", "must be a string"),
    ("invalid", "must be a UUID"),
    ("length", "must have 1 to 500 characters"),
    ("too_many", "must hold at most 50"),
    ("unknown_value", "must be one of: low normal high urgent"),
    ("out_of_range", "must be from 1 to 200"),
    ("repeated", "is given more than once"),
    ("incomplete", "goes together with external_source"),
    ("contradiction", "is given beside requester_id"),
    ("not_found", "names nothing in this tenant"),
    ("malformed", "is not a query string"),
    ("malformed_json", "is not JSON at line 1, column 1"),
    ("too_deep", "is nested deeper than 16 levels"),
    ("unreadable", "ended early"),
];

/// Why a bearer token or an issuer's logout token is refused.
const REJECTIONS: &[Rejection] = &[
    Rejection::Missing,
    Rejection::TooLarge,
    Rejection::Malformed,
    Rejection::DuplicateHeader,
    Rejection::DuplicateClaim,
    Rejection::AlgorithmNotAllowed,
    Rejection::CriticalHeader,
    Rejection::EmbeddedKey,
    Rejection::MissingKeyId,
    Rejection::WrongTokenType,
    Rejection::MissingClaim("sub"),
    Rejection::UnknownIssuer,
    Rejection::WrongAudience,
    Rejection::InvalidSubject,
    Rejection::InvalidActor,
    Rejection::Expired,
    Rejection::NotYetValid,
    Rejection::IssuedInTheFuture,
    Rejection::AuthenticatedInTheFuture,
    Rejection::UnknownKey,
    Rejection::KeyNotSuitable,
    Rejection::BadSignature,
];

/// An example of a kind of problem.
pub fn example(kind: Kind) -> Value {
    let mut problem = Problem::new(kind);
    match kind {
        Kind::InvalidRequest => {
            for (field, code) in [("subject", "required"), ("colour", "unknown_field")] {
                problem.errors.push(FieldError { field: field.into(), code, message: message(code).into() });
            }
        }
        Kind::Conflict => problem.code = "status_transition",
        Kind::Unauthenticated => problem.code = Rejection::Expired.code(),
        Kind::PreconditionFailed => problem.current_version = Some(4),
        Kind::UnsupportedMediaType => problem.detail = Some("Send application/json"),
        _ => {}
    }
    written(&problem)
}

fn message(code: &str) -> &'static str {
    FIELD_CODES.iter().find(|(name, _)| *name == code).map_or("", |(_, message)| message)
}

fn written(problem: &Problem) -> Value {
    serde_json::to_value(problem.body(REQUEST_ID.into())).unwrap_or_default()
}

/// On every answer to a caller who is limited.
pub const LIMIT_HEADERS: &[&str] = &["RateLimit", "RateLimit-Policy"];

/// The headers of a problem.
pub fn headers_of(kind: Kind) -> Value {
    let mut headers = json!({ "X-Request-Id": header("X-Request-Id") });
    let more: &[&str] = match kind {
        Kind::Unauthenticated => &["WWW-Authenticate"],
        Kind::Unavailable | Kind::RateLimited => &["Retry-After"],
        Kind::MethodNotAllowed => &["Allow"],
        _ => &[],
    };
    for name in more.iter().chain(if kind == Kind::MethodNotAllowed { &[] } else { LIMIT_HEADERS }) {
        headers[name] = header(name);
    }
    headers
}

fn response(kind: Kind, examples: Map<String, Value>) -> Value {
    let (slug, _, title) = kind.describe();
    json!({
        "description": format!("{title} (`/problems/{slug}`)"),
        "headers": headers_of(kind),
        "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" }, "examples": examples } },
    })
}

fn one(kind: Kind) -> Value {
    let name = kind.describe().0.to_owned();
    response(kind, Map::from_iter([(name, json!({ "value": example(kind) }))]))
}

/// The same with one more code of the kind.
fn and(mut response: Value, kind: Kind, (code, summary): (&'static str, &str)) -> Value {
    response["content"]["application/problem+json"]["examples"][code] = json!({ "summary": summary, "value": written(&Problem::with_code(kind, code)) });
    response
}

fn coded(kind: Kind, codes: impl IntoIterator<Item = (&'static str, String)>) -> Value {
    let named = |(code, summary): (&'static str, String)| (code.to_owned(), json!({ "summary": summary, "value": written(&Problem::with_code(kind, code)) }));
    response(kind, codes.into_iter().map(named).collect())
}

/// Answers that are the same wherever they occur.
pub fn shared() -> Value {
    let rejections = || REJECTIONS.iter().map(|rejection| (rejection.code(), sentence(&rejection.to_string())));
    let told = |codes: &'static [(&str, &str)]| codes.iter().map(|(code, text)| (*code, (*text).to_owned()));
    let rejected = coded(Kind::Unauthenticated, rejections().chain(told(SESSIONS)));
    let invalid_logout = rejections().fold(and(one(Kind::InvalidRequest), Kind::InvalidRequest, LOGOUT_REPLAYED), |answer, (code, said)| and(answer, Kind::InvalidRequest, (code, &said)));
    let mut list = one(Kind::InvalidRequest);
    list["description"] = json!("The request is not well-formed, or the cursor is not one for this list (`/problems/invalid_request`, `/problems/cursor_invalid`)");
    list["content"]["application/problem+json"]["examples"]["cursor_invalid"] = json!({ "value": example(Kind::CursorInvalid) });
    let mut ready = one(Kind::Unavailable);
    let fallen = Problem::with_code(Kind::Unavailable, "walls_not_verified");
    ready["content"]["application/problem+json"]["examples"][fallen.code] = json!({ "summary": "A wall of the database does not stand", "value": written(&fallen) });
    json!({
        "InvalidRequest": one(Kind::InvalidRequest),
        "InvalidCall": and(one(Kind::InvalidRequest), Kind::InvalidRequest, TWO_CREDENTIALS),
        "InvalidList": and(list, Kind::InvalidRequest, TWO_CREDENTIALS),
        "InvalidLogout": invalid_logout,
        "Unauthenticated": rejected,
        "NotSignedOut": coded(Kind::Unauthenticated, told(SIGN_OUTS)),
        "NotSignedIn": coded(Kind::Unauthenticated, told(SIGN_INS).chain(rejections())),
        "Forbidden": coded(Kind::Forbidden, told(FORBIDDEN)),
        "NotAgreed": coded(Kind::Forbidden, told(FORBIDDEN).chain(told(NOT_AGREED))),
        "NotInvited": coded(Kind::Forbidden, told(FORBIDDEN).chain(told(INVITATIONS))),
        "InvitationUnknown": and(one(Kind::NotFound), Kind::NotFound, INVITATION_UNKNOWN),
        "NotFound": one(Kind::NotFound),
        "MethodNotAllowed": one(Kind::MethodNotAllowed),
        "PreconditionFailed": one(Kind::PreconditionFailed),
        "PreconditionRequired": one(Kind::PreconditionRequired),
        "IdempotencyMismatch": one(Kind::IdempotencyMismatch),
        "TooLarge": one(Kind::TooLarge),
        "UnsupportedMediaType": one(Kind::UnsupportedMediaType),
        "RateLimited": coded(Kind::RateLimited, LIMITED.iter().map(|(code, text)| (*code, (*text).to_owned()))),
        "Internal": one(Kind::Internal),
        "Unavailable": one(Kind::Unavailable),
        "IssuerUnavailable": and(one(Kind::Unavailable), Kind::Unavailable, ISSUER_UNAVAILABLE),
        "NotReady": ready,
    })
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn refer(name: &str) -> Value {
    json!({ "$ref": format!("#/components/responses/{name}") })
}

/// Every problem that an operation can answer, by status.
pub fn problems(operation: &Operation<'_>) -> Map<String, Value> {
    let mut answers = Map::new();
    let mut may = |condition: bool, status: &str, name: &str| {
        if condition {
            answers.insert(status.into(), refer(name));
        }
    };
    let authenticates = operation.authenticates();
    may(operation.has_body || operation.compares() || operation.signs_in() || authenticates, "400", "InvalidRequest");
    may(["openapi", "docs", "getProblem"].contains(&operation.id.as_str()), "400", "InvalidRequest");
    may(authenticates, "400", "InvalidCall");
    may(operation.lists(), "400", "InvalidList");
    may(operation.id == "backChannelLogout", "400", "InvalidLogout");
    may(authenticates, "401", "Unauthenticated");
    may(operation.id.starts_with("signInCallback"), "401", "NotSignedIn");
    may(operation.id == "signOutAtIssuer", "401", "NotSignedOut");
    may(operation.in_tenant() || authenticates && (operation.lists() || operation.mutates() || ["listSessions", "getProvisioningSettings", "getSignInSettings"].contains(&operation.id.as_str())), "403", "Forbidden");
    may(operation.in_tenant() || ["getProblem", "endSession", "acceptInvitation"].contains(&operation.id.as_str()), "404", "NotFound");
    may(operation.id == "acceptInvitation", "403", "NotInvited");
    may(["escalateTicket", "shareComment"].contains(&operation.id.as_str()), "403", "NotAgreed");
    may(operation.id == "acceptInvitation", "404", "InvitationUnknown");
    // Of another method on this path.
    may(true, "405", "MethodNotAllowed");
    may(operation.compares(), "412", "PreconditionFailed");
    may(operation.has_body, "413", "TooLarge");
    may(operation.has_body, "415", "UnsupportedMediaType");
    may(operation.repeats(), "422", "IdempotencyMismatch");
    may(operation.must_compare() || operation.id == "setProvisioningSettings", "428", "PreconditionRequired");
    may(authenticates || operation.signs_in() && operation.id != "listIssuers", "429", "RateLimited");
    may(authenticates || operation.signs_in(), "500", "Internal");
    may(authenticates || operation.signs_in(), "503", "Unavailable");
    may(["signIn", "signInCallback", "signInCallbackOfIssuer", "backChannelLogout"].contains(&operation.id.as_str()), "503", "IssuerUnavailable");
    may(operation.id == "readyz", "503", "NotReady");
    let mut conflicts: Vec<_> = CONFLICTS
        .iter()
        .filter(|(_, _, operations)| operations.contains(&operation.id.as_str()))
        .map(|(code, text, _)| (*code, (*text).to_owned()))
        .collect();
    if operation.repeats() {
        conflicts.extend([IN_FLIGHT, RIGHTS_CHANGED].map(|(code, text)| (code, text.to_owned())));
    }
    if !conflicts.is_empty() {
        answers.insert("409".into(), coded(Kind::Conflict, conflicts));
    }
    answers
}

/// The body of every error: `type` is closed, `code` is open.
pub fn problem_schema() -> Value {
    let types: Vec<String> = Kind::slugs().iter().map(|slug| format!("/problems/{slug}")).collect();
    json!({
        "type": "object",
        "description": "The body of every error (RFC 9457).",
        "required": ["type", "title", "status", "code", "request_id"],
        "properties": {
            "type": { "type": "string", "enum": types, "description": "What kind of problem it is: a closed set. A page of that path explains it." },
            "title": { "type": "string", "description": "The kind in words." },
            "status": { "type": "integer", "format": "int32", "minimum": 400, "maximum": 599 },
            "code": { "type": "string", "pattern": "^[a-z][a-z0-9_]*$", "description": "What exactly, for programs: an open set. A client treats one that it does not know as it treats the type.", "examples": codes() },
            "request_id": { "type": "string", "format": "uuid", "description": "Also in the X-Request-Id header and in the audit trail." },
            "errors": { "type": "array", "items": { "$ref": "#/components/schemas/FieldError" }, "description": "Everything that is wrong with the request, field by field." },
            "detail": { "type": "string", "description": "What to do about it, where there is more to say than the title does." },
            "member_id": { "type": "string", "format": "uuid", "description": "Of `member_exists`: the member whom the new one would be again, for whoever may read members." },
            "max_age": { "type": "integer", "format": "int64", "minimum": 0, "description": "Of `step_up_required`: seconds that the sign-in may be old at most." },
            "acr_values": { "type": "string", "description": "Of `step_up_required`: authentication contexts, parted by spaces, of which the sign-in has to reach one; absent where how fresh it is decides alone." },
            "current_version": { "type": "integer", "format": "int32", "minimum": 1, "description": "The version that a failed precondition met." },
        },
    })
}

/// Every code of a problem.
fn codes() -> Vec<&'static str> {
    let mut codes: Vec<&'static str> = Kind::ALL.iter().map(|kind| kind.describe().0).collect();
    codes.extend(REJECTIONS.iter().map(|rejection| rejection.code()));
    codes.extend(CONFLICTS.iter().map(|(code, _, _)| *code));
    codes.extend(LIMITED.iter().map(|(code, _)| *code));
    codes.extend(SESSIONS.iter().chain(SIGN_INS).chain(SIGN_OUTS).chain(FORBIDDEN).chain(NOT_AGREED).chain(INVITATIONS).map(|(code, _)| *code));
    codes.extend([IN_FLIGHT.0, RIGHTS_CHANGED.0, "walls_not_verified", TWO_CREDENTIALS.0, INVITATION_UNKNOWN.0, ISSUER_UNAVAILABLE.0, LOGOUT_REPLAYED.0]);
    codes.sort_unstable();
    codes.dedup();
    codes
}

pub fn header(name: &str) -> Value {
    json!({ "$ref": format!("#/components/headers/{name}") })
}

pub fn headers() -> Value {
    let always = |description: &str, schema: Value| json!({ "description": description, "required": true, "schema": schema });
    let sometimes = |description: &str, schema: Value| json!({ "description": description, "schema": schema });
    json!({
        "X-Request-Id": always("The request's id, also in the audit trail.", json!({ "type": "string", "format": "uuid", "example": REQUEST_ID })),
        "ETag": always("The record's version, for If-Match.", json!({ "type": "string", "pattern": "^\"[0-9]+\"$", "example": "\"3\"" })),
        "Location": always("Where the new record is.", json!({ "type": "string", "format": "uri-reference", "example": "/v1/tenants/acme/tickets/01980000-0000-7000-8000-000000000010" })),
        "Redirect": always("Where the browser goes on to.", json!({ "type": "string", "format": "uri", "example": "https://login.example.com/authorize?client_id=ringfence" })),
        "Set-Cookie": always("What the browser is to keep, or to keep no longer; there may be several.", json!({ "type": "string", "example": "__Host-ringfence_session=AZgAAAAAcACAAAAAAAAAAeLnSJa3O3q7cqJvM0b0kV8; Max-Age=43200; Path=/; Secure; HttpOnly; SameSite=Lax" })),
        "Link": sometimes("The next and the previous page (RFC 8288), where there is one.", json!({ "type": "string", "example": "</v1/tenants/acme/tickets?cursor=eyJ>; rel=\"next\"" })),
        "Idempotency-Replayed": sometimes("`true` where the work was done by an earlier request under the same key.", json!({ "type": "string", "enum": ["true"] })),
        "Retry-After": always("Seconds to wait.", json!({ "type": "integer", "minimum": 0, "example": 1 })),
        "RateLimit": sometimes("How much is left of the policy that binds: `r` requests; `t` seconds until all of it is back, or, where `r` is 0, until the next request is let through (draft-ietf-httpapi-ratelimit-headers). Absent where the installation sets no limits.", json!({ "type": "string", "example": "\"read\";r=1799;t=1" })),
        "RateLimit-Policy": sometimes("The policy that binds: `q` requests in `w` seconds, or `q` at once. Of `read` and `write` each caller has their own in each tenant, `tenant` is shared by all in it, `sign_in` counts the refused credentials of one address, and beside them the sign-ins begun there.", json!({ "type": "string", "example": "\"read\";q=1800;w=60" })),
        "WWW-Authenticate": always("How to authenticate (RFC 6750).", json!({ "type": "string", "example": "Bearer" })),
        "Allow": always("The methods that the path has.", json!({ "type": "string", "example": "GET, POST" })),
    })
}
