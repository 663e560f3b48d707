//! GET one's sessions and DELETE one of them: somebody who fears for a browser ends what it holds.

use super::cookies;
use crate::caller::{Authenticated, object, objects};
use crate::people;
use crate::problem::{Kind, Problem};
use actix_web::http::header;
use actix_web::{HttpResponse, web};
use jiff::Timestamp;
use ringfence_audit::Action;
use ringfence_store::sessions::{self, Ending};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

/// The caller's live sessions, the newest first.
#[derive(Serialize, ToSchema)]
pub struct Sessions {
    data: Vec<SessionRecord>,
}

#[derive(Serialize, ToSchema)]
pub struct SessionRecord {
    session_id: Uuid,
    /// Whether it is the one that asks.
    is_current: bool,
    /// How strongly the person proved themselves, in the issuer's words.
    acr: Option<String>,
    /// Null where the issuer does not say.
    authenticated_at: Option<Timestamp>,
    created_at: Timestamp,
    last_seen_at: Timestamp,
    idle_expires_at: Timestamp,
    expires_at: Timestamp,
}

/// Where the caller is signed in.
#[utoipa::path(get, path = "/v1/me/sessions", operation_id = "listSessions", tag = "sign-in", responses((status = 200, body = Sessions)))]
pub async fn list_sessions(caller: Authenticated) -> Result<HttpResponse, Problem> {
    let identity = caller.oneself(Action::SessionListed, objects("session")).await?;
    let listed = sessions::list(&caller.database, identity).await?;
    let current = caller.session().map(|session| session.session_id);
    caller.sessions_handled(caller.somebody(identity), Action::SessionListed, None, objects("session"), json!({ "count": listed.len() })).await?;
    let record = |session: sessions::ListedSession| SessionRecord {
        session_id: session.session_id,
        is_current: Some(session.session_id) == current,
        acr: session.acr,
        authenticated_at: session.authenticated_at,
        created_at: session.created_at,
        last_seen_at: session.last_seen_at,
        idle_expires_at: session.idle_expires_at,
        expires_at: session.expires_at,
    };
    Ok(HttpResponse::Ok().json(Sessions { data: listed.into_iter().map(record).collect() }))
}

/// Ends a session of the caller's; the next request of whoever holds its cookie is refused.
#[utoipa::path(delete, path = "/v1/me/sessions/{session_id}", operation_id = "endSession", tag = "sign-in",
    params(("session_id" = Uuid, Path)), responses((status = 204, description = "Ended")))]
pub async fn end_session(caller: Authenticated, path: web::Path<String>) -> Result<HttpResponse, Problem> {
    let session: Uuid = people::id(&path);
    let identity = caller.oneself(Action::SessionEnded, object("session", session)).await?;
    let by = caller.somebody(identity);
    let ending = Ending { rule: "revoked", by: by.session_id.as_deref(), authentication: caller.context.authentication, request_id: caller.request_id() };
    if sessions::end(&caller.database, identity, session, &ending).await?.is_none() {
        caller.sessions_handled(by, Action::SessionEnded, Some("not_found"), object("session", session), json!({})).await?;
        return Err(Problem::new(Kind::NotFound));
    }
    let mut response = HttpResponse::NoContent();
    if caller.session().is_some_and(|current| current.session_id == session) {
        response.append_header((header::SET_COOKIE, cookies::clear(cookies::SESSION)));
    }
    Ok(response.finish())
}
