//! POST a logout token: an issuer ends the sessions that it began (OpenID Connect Back-Channel Logout 1.0). Who calls is proven by
//! the token's signature alone; no cookie and no bearer is looked at.

use super::{Entrance, counted, nobody, parameters, request_id, turned_away};
use crate::body::{self, Fields};
use crate::problem::{Kind, Problem};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use ringfence_identity::Rejection;
use ringfence_store::Database;
use ringfence_store::audit_trail::AuditTrail;
use ringfence_store::sessions::{self, IssuerLogout};
use serde::Serialize;
use utoipa::ToSchema;

/// As a form (application/x-www-form-urlencoded).
#[derive(Serialize, ToSchema)]
pub struct LogoutInput {
    /// The issuer's logout token.
    #[schema(max_length = 16384, example = "eyJhbGciOiJFUzI1NiIsInR5cCI6ImxvZ291dCtqd3QifQ.e30.c2ln")]
    logout_token: String,
}

/// Ends sessions at an issuer's word.
#[utoipa::path(post, path = "/v1/auth/backchannel-logout", operation_id = "backChannelLogout", tag = "sign-in", security(()),
    request_body(content = LogoutInput, content_type = "application/x-www-form-urlencoded"),
    responses((status = 204, description = "The sessions have ended, if there were any")))]
pub async fn back_channel_logout(request: HttpRequest, entrance: Data<Entrance>, database: Data<Database>, trail: Data<AuditTrail>, body: Payload) -> Result<HttpResponse, Problem> {
    Fields::of_query(request.query_string()).finish()?;
    body::expect_form(&request)?;
    let body = body::collect(body.into_inner()).await?;
    let form = std::str::from_utf8(&body).map_err(|_| Problem::new(Kind::InvalidRequest))?;
    let form = parameters(form)?;
    let token = form.get("logout_token").map(String::as_str).unwrap_or_default();
    let logout = match entrance.sign_in.logout(token).await {
        Ok(logout) => logout,
        Err(rejection) => {
            counted(&request, &trail, None).await?;
            turned_away(&trail, request_id(&request), rejection.code(), None, nobody()).await?;
            // Section 2.8 asks for 400, of a token that could be looked at.
            return Err(match rejection {
                Rejection::IssuerUnavailable => Problem::new(Kind::Unavailable),
                _ => Problem::with_code(Kind::InvalidRequest, rejection.code()),
            });
        }
    };
    let said = IssuerLogout {
        issuer: &logout.issuer,
        subject: logout.subject.as_deref(),
        issuer_session_id: logout.issuer_session_id.as_deref(),
        token_id: &logout.token_id,
        expires_at: logout.expires_at,
    };
    if sessions::end_by_issuer(&database, &said, request_id(&request)).await?.is_none() {
        counted(&request, &trail, None).await?;
        turned_away(&trail, request_id(&request), "logout_token_replayed", None, nobody()).await?;
        return Err(Problem::with_code(Kind::InvalidRequest, "logout_token_replayed"));
    }
    Ok(HttpResponse::NoContent().finish())
}
