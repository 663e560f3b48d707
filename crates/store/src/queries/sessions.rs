//! Sign-ins under way and sessions: they belong to no tenant, so each call is one function of the database that demands a token
//! minted for this purpose alone.

use crate::{Database, StoreError};
use jiff::{SignedDuration, Timestamp};
use ringfence_domain::{IdentityId, RequestId, TenantId};
use ringfence_identity::SecretHash;
use serde_json::json;
use tokio_postgres::Row;
use uuid::Uuid;

const BEGIN: crate::Sql = crate::sql!("context/begin_sign_in.sql");
const TAKE: crate::Sql = crate::sql!("context/take_sign_in.sql");
const OPEN: crate::Sql = crate::sql!("context/open_session.sql");
const FIND: crate::Sql = crate::sql!("context/find_session.sql");
const KNOWN: crate::Sql = crate::sql!("context/known_credential.sql");
const TOUCH: crate::Sql = crate::sql!("context/touch_session.sql");
const LIST: crate::Sql = crate::sql!("context/list_sessions.sql");
const END: crate::Sql = crate::sql!("context/end_session.sql");
const END_BY_ISSUER: crate::Sql = crate::sql!("context/end_sessions_of_issuer.sql");

/// A sign-in between the way out and the way back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    pub issuer: String,
    pub return_to: String,
    /// The tenant that the browser named, if it did and there is one: its trail is told.
    pub tenant_id: Option<TenantId>,
    /// Seconds.
    pub max_age: Option<i32>,
    pub acr: Option<String>,
}

/// A session to be.
pub struct NewSession<'a> {
    pub hash: SecretHash,
    /// The session that the browser had before; it ends.
    pub replaces: Option<SecretHash>,
    pub issuer: &'a str,
    pub subject: &'a str,
    pub issuer_session_id: Option<&'a str>,
    pub id_token: &'a str,
    pub acr: Option<&'a str>,
    /// None: the issuer did not say.
    pub authenticated_at: Option<Timestamp>,
    pub verified_email: Option<&'a str>,
    pub idle: SignedDuration,
    pub absolute: SignedDuration,
}

/// A live session, by its cookie.
#[derive(Debug, Clone)]
pub struct Session {
    pub session_id: Uuid,
    pub identity_id: IdentityId,
    pub issuer: String,
    pub subject: String,
    pub acr: Option<String>,
    /// None: the issuer did not say.
    pub authenticated_at: Option<Timestamp>,
    /// An address that the issuer said is the person's own.
    pub verified_email: Option<String>,
    pub idle_expires_at: Timestamp,
    pub expires_at: Timestamp,
}

/// A live session as its owner sees it.
#[derive(Debug, Clone)]
pub struct ListedSession {
    pub session_id: Uuid,
    pub acr: Option<String>,
    /// None: the issuer did not say.
    pub authenticated_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
    pub idle_expires_at: Timestamp,
    pub expires_at: Timestamp,
}

/// What signing out at the issuer needs.
#[derive(Debug, Clone)]
pub struct Ended {
    pub issuer: String,
    pub id_token: Option<String>,
}

/// Why a session ends, and who ends it: the trail tells another browser from the one whose session it was.
pub struct Ending<'a> {
    pub rule: &'static str,
    /// The session or token that was shown.
    pub by: Option<&'a str>,
    pub authentication: &'static str,
    pub request_id: RequestId,
}

/// Whose sessions an issuer ends.
pub struct IssuerLogout<'a> {
    pub issuer: &'a str,
    pub subject: Option<&'a str>,
    pub issuer_session_id: Option<&'a str>,
    pub token_id: &'a str,
    pub expires_at: Timestamp,
}

/// # Errors
/// When the database cannot be asked.
pub async fn begin_sign_in(database: &Database, hash: &SecretHash, attempt: &Attempt, lifetime: SignedDuration) -> Result<(), StoreError> {
    let said = json!({
        "attempt": hash.to_string(), "issuer": attempt.issuer, "return_to": attempt.return_to, "tenant_id": attempt.tenant_id.map(|id| id.0),
        "max_age": attempt.max_age, "acr": attempt.acr, "lifetime": lifetime.as_secs(),
    });
    database.minted(BEGIN, "sign_in.begin", &said).await.map(drop)
}

/// The attempt, once: whoever comes second finds none.
///
/// # Errors
/// When the database cannot be asked.
pub async fn take_sign_in(database: &Database, hash: &SecretHash) -> Result<Option<Attempt>, StoreError> {
    let rows = database.minted(TAKE, "sign_in.take", &json!({ "attempt": hash.to_string() })).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    Ok(Some(Attempt {
        issuer: row.try_get("issuer")?,
        return_to: row.try_get("return_to")?,
        tenant_id: row.try_get::<_, Option<Uuid>>("tenant_id")?.map(TenantId),
        max_age: row.try_get("max_age")?,
        acr: row.try_get("acr")?,
    }))
}

/// # Errors
/// When the database cannot be asked.
pub async fn open(database: &Database, new: &NewSession<'_>, request_id: RequestId) -> Result<Uuid, StoreError> {
    let said = json!({
        "session": new.hash.to_string(), "replaces": new.replaces.map(|hash| hash.to_string()), "issuer": new.issuer, "subject": new.subject,
        "issuer_session_id": new.issuer_session_id, "id_token": new.id_token, "acr": new.acr, "authenticated_at": new.authenticated_at.map(Timestamp::as_second),
        "verified_email": new.verified_email, "idle": new.idle.as_secs(), "absolute": new.absolute.as_secs(), "request_id": request_id.0,
    });
    let rows = database.minted(OPEN, "session.open", &said).await?;
    let row = rows.first().ok_or_else(|| StoreError::Unexpected { code: "session".into(), message: "no session was opened".into() })?;
    Ok(row.try_get(0)?)
}

/// # Errors
/// When the database cannot be asked.
pub async fn find(database: &Database, hash: &SecretHash) -> Result<Option<Session>, StoreError> {
    let rows = database.minted(FIND, "session.find", &json!({ "session": hash.to_string() })).await?;
    rows.first().map(session).transpose()
}

/// A secret of ours that is known, whether it opens anything or not.
#[derive(Debug, Clone)]
pub struct Known {
    /// The session's or API token's.
    pub credential_id: Uuid,
    pub identity_id: IdentityId,
}

/// Whose session a secret is or was, or whose API token of this tenant.
///
/// # Errors
/// When the database cannot be asked.
pub async fn known(database: &Database, secret: &SecretHash, tenant: Option<TenantId>) -> Result<Option<Known>, StoreError> {
    let said = json!({ "secret": secret.to_string(), "tenant_id": tenant.map(|id| id.0) });
    let rows = database.minted(KNOWN, "credential.known", &said).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    Ok(Some(Known { credential_id: row.try_get("credential_id")?, identity_id: IdentityId(row.try_get("identity_id")?) }))
}

/// The session's idle time begins anew, at most once a minute, or once in an eighth of a short one.
///
/// # Errors
/// When the database cannot be asked.
pub async fn touch(database: &Database, hash: &SecretHash, idle: SignedDuration) -> Result<(), StoreError> {
    database.minted(TOUCH, "session.touch", &json!({ "session": hash.to_string(), "idle": idle.as_secs() })).await.map(drop)
}

/// # Errors
/// When the database cannot be asked.
pub async fn list(database: &Database, identity: IdentityId) -> Result<Vec<ListedSession>, StoreError> {
    let rows = database.minted(LIST, "session.list", &json!({ "identity_id": identity.0 })).await?;
    rows.iter()
        .map(|row| {
            Ok(ListedSession {
                session_id: row.try_get("session_id")?,
                acr: row.try_get("acr")?,
                authenticated_at: row.try_get("authenticated_at")?,
                created_at: row.try_get("created_at")?,
                last_seen_at: row.try_get("last_seen_at")?,
                idle_expires_at: row.try_get("idle_expires_at")?,
                expires_at: row.try_get("expires_at")?,
            })
        })
        .collect()
}

/// Ends a live session of this identity. None: there is no such session of theirs.
///
/// # Errors
/// When the database cannot be asked.
pub async fn end(database: &Database, identity: IdentityId, session: Uuid, ending: &Ending<'_>) -> Result<Option<Ended>, StoreError> {
    let said = json!({
        "identity_id": identity.0, "session_id": session, "rule": ending.rule, "by": ending.by, "authentication": ending.authentication,
        "request_id": ending.request_id.0,
    });
    let rows = database.minted(END, "session.end", &said).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    Ok(Some(Ended { issuer: row.try_get("issuer")?, id_token: row.try_get("id_token")? }))
}

/// How many sessions ended. None: this logout token was obeyed before.
///
/// # Errors
/// When the database cannot be asked.
pub async fn end_by_issuer(database: &Database, logout: &IssuerLogout<'_>, request_id: RequestId) -> Result<Option<i32>, StoreError> {
    let said = json!({
        "issuer": logout.issuer, "subject": logout.subject, "issuer_session_id": logout.issuer_session_id, "token_id": logout.token_id,
        "expires_at": logout.expires_at.as_second(), "request_id": request_id.0,
    });
    let rows = database.minted(END_BY_ISSUER, "session.end_by_issuer", &said).await?;
    Ok(rows.first().map(|row| row.try_get(0)).transpose()?.flatten())
}

fn session(row: &Row) -> Result<Session, StoreError> {
    Ok(Session {
        session_id: row.try_get("session_id")?,
        identity_id: IdentityId(row.try_get("identity_id")?),
        issuer: row.try_get("issuer")?,
        subject: row.try_get("subject")?,
        acr: row.try_get("acr")?,
        authenticated_at: row.try_get("authenticated_at")?,
        verified_email: row.try_get("verified_email")?,
        idle_expires_at: row.try_get("idle_expires_at")?,
        expires_at: row.try_get("expires_at")?,
    })
}
