//! POST a sign-out: the session ends here, and the browser is told where to end it at the issuer (RP-Initiated Logout 1.0).

use super::{Entrance, cookies};
use crate::body::{Fields, Unread};
use crate::caller::Authenticated;
use crate::problem::{Kind, Problem};
use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Data;
use jiff::Timestamp;
use ringfence_store::sessions::{self, Ending};
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
pub struct SignOutInput {
    /// Where the issuer sends the browser back to: a path of the service, or a page of an origin that may call it.
    #[schema(max_length = 2000, example = "/")]
    return_to: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct SignedOut {
    /// Where to send the browser within a minute to sign out at the issuer too; null where the issuer offers nothing.
    #[schema(example = "https://tickets.example.com/v1/auth/sign-out/issuer?envelope=bm90aGluZyB0aGF0IGEgcGFnZSBjYW4gcmVhZA")]
    end_session_url: Option<String>,
}

/// Ends the session that the cookie names. The body may be left out.
#[utoipa::path(post, path = "/v1/auth/sign-out", operation_id = "signOut", tag = "sign-in", request_body(content = SignOutInput), responses((status = 200, body = SignedOut)))]
pub async fn sign_out(caller: Authenticated, entrance: Data<Entrance>, body: Unread) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::of(body.read_if_any().await?.fields);
    let return_to = fields.text("return_to", 1, 2000);
    let target = entrance.sign_in.return_to(return_to.as_deref().unwrap_or("/"), &entrance.origins);
    if target.is_none() {
        fields.wrong("return_to", "invalid", "must be a path of the service, or a page of an origin that may call it");
    }
    fields.finish()?;
    // A bearer token ends at its issuer, not here.
    let Some(session) = caller.session() else { return Err(Problem::with_code(Kind::Conflict, "no_session")) };
    let by = session.session_id.to_string();
    let ending = Ending { rule: "signed_out", by: Some(&by), authentication: caller.context.authentication, request_id: caller.request_id() };
    let ended = sessions::end(&caller.database, session.identity_id, session.session_id, &ending).await?;
    let mut end_session_url = None;
    if let (Some(ended), Some(target)) = (ended, target) {
        let leads = entrance.sign_in.end_session_url(&ended.issuer, ended.id_token.as_deref(), target.as_str()).await;
        // Without an envelope the session has ended all the same: only the issuer's own goes on.
        let envelope = leads.and_then(|url| entrance.envelopes.seal(url.as_str(), Timestamp::now()).ok());
        end_session_url = envelope.map(|envelope| format!("{}/v1/auth/sign-out/issuer?envelope={envelope}", entrance.sign_in.public_origin()));
    }
    Ok(HttpResponse::Ok().append_header((header::SET_COOKIE, cookies::clear(cookies::SESSION))).json(SignedOut { end_session_url }))
}
