//! Invitations over HTTP: made by who manages members, accepted by who proves to hold the address. The secret is in one answer
//! and nowhere else.

use crate::answer::{self, Answer};
use crate::body::{Fields, Unread};
use crate::caller::{Authenticated, Caller, object, objects};
use crate::listing::{self, Beside, ListBody, Listing};
use crate::people::{self, ORDERS};
use crate::problem::{Kind, Problem};
use crate::step_up::DANGEROUS_ROLES;
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ringfence_audit::Action;
use ringfence_domain::{Invitation, InvitationId, InvitedRole, Role, TenantId, permission};
use ringfence_identity::Credential;
use ringfence_identity::sign_in::SessionSecret;
use ringfence_store::invitations::{self, Acceptance, NewInvitation};
use ringfence_store::{Key, Refusal};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// What secret scanners look for; behind it the tenant's 16 bytes and 32 random ones in base64url.
const PREFIX: &str = "rfi_";
/// How long an invitation holds where nothing is said, in days.
const USUAL_DAYS: i32 = 7;

/// Somebody to be.
#[derive(Serialize, ToSchema)]
pub struct InvitationInput {
    /// Who accepts must sign in by an issuer that says this address is theirs.
    #[schema(min_length = 3, max_length = 254, example = "colleague@example.com")]
    email: String,
    #[schema(min_length = 1, max_length = 200, example = "Colleague")]
    name: String,
    /// At most what the caller may add.
    role: InvitedRole,
    /// Days that the invitation holds; 7 by default.
    #[schema(minimum = 1, maximum = 30, example = 7)]
    days: Option<i32>,
}

/// An invitation just made.
#[derive(Serialize, ToSchema)]
pub struct NewlyInvited {
    pub invitation: Invitation,
    /// To be given to whom it is for: acceptInvitation takes it. Shown in this answer and never again: null in a repetition.
    pub secret: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct AcceptanceInput {
    /// What createInvitation answered.
    #[schema(min_length = 68, max_length = 68, pattern = "^rfi_[A-Za-z0-9_-]{64}$", example = "rfi_AZgAAAAAcACAAAAAAAAAAeLnSJa3O3q7cqJvM0b0kV8m9fT1rQwXoYvN2cH5aGdK")]
    secret: String,
}

/// The place taken.
#[derive(Serialize, ToSchema)]
pub struct Accepted {
    pub tenant_id: Uuid,
    pub member_id: Uuid,
    pub role: String,
}

/// A page of the tenant's invitations, whatever became of them.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/invitations", operation_id = "listInvitations", tag = "members",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("order" = Option<String>, Query, description = "created_at (default) or -created_at"),
        ("limit" = Option<i64>, Query, description = "1 to 200, 50 by default; a page of more than 1 MiB of text ends before"),
        ("cursor" = Option<String>, Query),
    ),
    responses((status = 200, body = ListBody<Invitation>)))]
pub async fn list_invitations(caller: Caller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let (fields, asked) = listing::asked(&request, ORDERS, &[]);
    fields.finish()?;
    let listing = Listing { asked: asked.of("invitations", &()), action: Action::InvitationListed, object: objects("invitation"), under: None, needs: &[permission::MEMBER_MANAGE] };
    listing::page(
        &caller,
        &request,
        listing,
        async |tx, keyset| Ok((invitations::list(tx, keyset).await?, Beside::default())),
        |invitation: &Invitation| Key { time: Some(invitation.created_at), number: None, id: invitation.invitation_id.0 },
    )
    .await
}

/// Invites somebody. The secret is in this answer and nowhere else.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/invitations", operation_id = "createInvitation", tag = "members",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeats of the request under this key do its work once, for 24 hours; they do not show the secret again"),
    ),
    request_body(content = InvitationInput),
    responses((status = 201, body = NewlyInvited, headers(("ETag" = String, description = "The version")))))]
pub async fn create_invitation(caller: Caller, request: HttpRequest, body: Unread) -> Result<HttpResponse, Problem> {
    let body = body.read().await?;
    let attempt = answer::attempt(&request, &body.bytes)?;
    let mut fields = Fields::of(body.fields);
    fields.require("email");
    let email = people::email(&mut fields).unwrap_or_default();
    let name = fields.required_text("name", 1, 200);
    fields.require("role");
    let role = fields.word::<InvitedRole>("role");
    let days = fields.number("days", 1, 30).unwrap_or(USUAL_DAYS);
    fields.finish()?;
    let role = role.map_or(Role::Requester, Role::from);
    if DANGEROUS_ROLES.contains(&role) {
        caller.fresh(&[permission::MEMBER_MANAGE]).await?;
    }
    let random = SessionSecret::generate().map_err(|_| Problem::new(Kind::Internal))?;
    let secret = caller.database().credential_hash("invitation", random.bytes());
    let invitation_id = InvitationId::generate();
    let new = NewInvitation { invitation_id, secret, email, name, role: role.as_str(), days };
    let text = shown(caller.tenant_id(), random.bytes());
    answer::change(&caller, attempt, Action::InvitationCreated, objects("invitation"), async |tx| {
        let invitation = invitations::create(tx, &new).await?;
        let version = invitation.version;
        let kept = NewlyInvited { invitation: invitation.clone(), secret: None };
        Ok(Answer::made(&NewlyInvited { invitation, secret: Some(text.clone()) }, Some(version)).shown_once(&kept))
    })
    .await
}

/// Revokes an invitation that nobody has accepted.
#[utoipa::path(delete, path = "/v1/tenants/{tenant}/invitations/{invitation_id}", operation_id = "revokeInvitation", tag = "members",
    params(
        ("tenant" = String, Path, description = "Slug or UUID of the tenant", example = "acme"),
        ("invitation_id" = Uuid, Path),
        ("If-Match" = Option<String>, Header, description = "The version read, as its ETag; any version without it", example = "\"1\""),
    ),
    responses((status = 204, description = "Revoked")))]
pub async fn revoke_invitation(caller: Caller, request: HttpRequest, path: web::Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let invitation_id: InvitationId = people::id(&path.1);
    let version = people::version_if_given(&request)?;
    answer::change(&caller, None, Action::InvitationRevoked, object("invitation", invitation_id.0), async |tx| {
        if invitations::revoke(tx, invitation_id, version).await? {
            return Ok(Answer::no_content());
        }
        let visible = invitations::find(tx, invitation_id).await?;
        if visible.as_ref().is_some_and(|v| version.is_none_or(|version| version == v.version) && (v.accepted_at.is_some() || v.revoked_at.is_some())) {
            return Err(Refusal::Conflict { code: "invitation_ended", message: "it was accepted or revoked" }.into());
        }
        // Whoever cannot see it learns no more than that they may not, as with every list of this kind.
        if visible.is_none() && !tx.enter().await?.permissions.has(permission::MEMBER_MANAGE) {
            return Err(Refusal::NotFound.into());
        }
        let visible = visible.map(|v| v.version);
        Err(people::why_not(tx, version, permission::MEMBER_MANAGE, async |_| Ok(visible), async |_, _| Ok(true)).await?.into())
    })
    .await
}

/// Takes the place in a tenant that one was invited to: by a browser's session of an issuer that says the address is one's own.
#[utoipa::path(post, path = "/v1/invitations/accept", operation_id = "acceptInvitation", tag = "members",
    request_body(content = AcceptanceInput), responses((status = 200, body = Accepted)))]
pub async fn accept_invitation(caller: Authenticated, body: Unread) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::of(body.read().await?.fields);
    let secret = fields.required_text("secret", 1, 100);
    fields.finish()?;
    // Only a sign-in says whose address it is; an access token does not.
    let Credential::Session(session) = &caller.credential else {
        return Err(caller.turned_away(Problem::with_code(Kind::Forbidden, "session_required"), None).await);
    };
    let Some((tenant, secret)) = read(&secret) else {
        return Err(caller.turned_away(Problem::with_code(Kind::NotFound, "invitation_unknown"), None).await);
    };
    let secret = caller.database.credential_hash("invitation", &secret);
    match invitations::accept(&caller.database, tenant, &secret, session, caller.request_id()).await? {
        Acceptance::Accepted { member_id, role } => Ok(HttpResponse::Ok().json(Accepted { tenant_id: tenant.0, member_id: member_id.0, role })),
        Acceptance::Refused(why) => {
            // A tenant that such a secret was never made for is told nothing; of one that has ended it is, and who shows it is not.
            let named = (why != "invitation_unknown").then_some(tenant);
            Err(caller.turned_away(refused(&why), named).await)
        }
    }
}

fn refused(why: &str) -> Problem {
    match why {
        "email_not_verified" => Problem::with_code(Kind::Forbidden, "email_not_verified"),
        "invitation_for_another" => Problem::with_code(Kind::Forbidden, "invitation_for_another"),
        "issuer_not_accepted" => Problem::with_code(Kind::Forbidden, "issuer_not_accepted"),
        "member_exists" => Problem::with_code(Kind::Conflict, "member_exists"),
        _ => Problem::with_code(Kind::NotFound, "invitation_unknown"),
    }
}

fn shown(tenant: TenantId, secret: &[u8; 32]) -> String {
    format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode([tenant.0.as_bytes().as_slice(), secret].concat()))
}

fn read(text: &str) -> Option<(TenantId, [u8; 32])> {
    let bytes: [u8; 48] = URL_SAFE_NO_PAD.decode(text.strip_prefix(PREFIX)?).ok()?.try_into().ok()?;
    let (tenant, secret) = bytes.split_at(16);
    Some((TenantId(Uuid::from_slice(tenant).ok()?), secret.try_into().ok()?))
}
