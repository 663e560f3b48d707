//! Who calls, as a handler's parameter: authenticated, at the door of the tenant that the route names. It opens no door itself.

mod acting;
mod authenticate;
mod fresh;
mod refusals;
mod trail;

pub use acting::{ACT_AS, act_as};
pub use trail::{Seen, object, objects};

use crate::body::Fields;
use crate::included;
use crate::problem::{Kind, Problem};
use crate::routes::ROUTES;
use crate::scim;
use crate::sign_in::Entrance;
use crate::step_up;
use crate::trim::{Shown, Trim};
use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use authenticate::authenticate;
use futures_util::future::LocalBoxFuture;
use ringfence_domain::{IdentityId, MemberId, RequestId, TenantId, TenantRef};
use ringfence_identity::Credential;
use ringfence_identity::sign_in::SessionSecret;
use ringfence_store::audit_trail::AuditTrail;
use ringfence_store::sessions::Session;
use ringfence_store::{Database, Entered, Principal, RequestContext};
use uuid::Uuid;

/// An authenticated caller on a route that names no tenant.
pub struct Authenticated {
    pub credential: Credential,
    pub context: RequestContext,
    pub database: Database,
    /// Of the cookie, where there is one.
    pub secret: Option<SessionSecret>,
    /// The live session of the cookie, on a route that names no tenant.
    session: Option<Session>,
    /// Whose API token it is, on a route that names no tenant.
    owner: Option<Entered>,
    trail: AuditTrail,
    seen: Seen,
    entrance: Data<Entrance>,
    request: HttpRequest,
}

/// What the log line of a request may say of its caller; the request log reads it from the request.
#[derive(Debug, Clone, Copy)]
pub struct Logged {
    pub tenant_id: TenantId,
    pub member_id: Option<MemberId>,
}

/// An authenticated caller at the door of one tenant.
pub struct Caller {
    pub principal: Principal,
    tenant: TenantRef,
    trim: Trim,
    /// What is to come along with a single record.
    pub include: Vec<&'static str>,
    authenticated: Authenticated,
}

impl FromRequest for Authenticated {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let caller = authenticate(&request, None).await?.found().await?;
            Fields::of_query(request.query_string()).finish()?;
            Ok(caller)
        })
    }
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            // A name that no tenant can have is one that does not exist.
            let tenant: TenantRef = request.match_info().get("tenant").and_then(|t| t.parse().ok()).unwrap_or(TenantRef::Id(TenantId(Uuid::nil())));
            let authenticated = authenticate(&request, Some(&tenant)).await?;
            let (mut trim, mut include) = (Trim::default(), Vec::new());
            if asks_for_no_list(&request) {
                let mut fields = Fields::of_query(request.query_string());
                trim = Trim::asked(&mut fields, &request);
                include = included::asked(&mut fields, &request);
                fields.finish()?;
            }
            let principal = Principal::for_request(&authenticated.database, &authenticated.credential, &tenant, authenticated.context.clone()).await?;
            request.extensions_mut().insert(Logged { tenant_id: principal.tenant_id(), member_id: None });
            let caller = Self { principal, tenant, trim, include, authenticated };
            if let Some(right) = step_up::asked_of(request.method(), request.match_pattern().as_deref()) {
                caller.fresh(right).await?;
            }
            match act_as(&request)? {
                Some(subject) => caller.on_behalf_of(subject).await,
                None => Ok(caller),
            }
        })
    }
}

/// Whether an operation knows no parameter but `fields` and `include`: one that is sent was meant to do something. Lists read their own, and so does SCIM.
fn asks_for_no_list(request: &HttpRequest) -> bool {
    let Some(path) = request.match_pattern() else { return false };
    let lists = || ROUTES.iter().any(|route| route.path == path && route.method == "get" && route.operation_id.starts_with("list"));
    let reads_its_own = scim::is_scim(request.path()) || matches!(*request.method(), Method::GET | Method::HEAD) && lists();
    !reads_its_own
}

impl Authenticated {
    pub const fn request_id(&self) -> RequestId {
        self.context.request_id
    }

    /// The session of the caller's cookie, on a route that names no tenant.
    pub const fn session(&self) -> Option<&Session> {
        self.session.as_ref()
    }

    /// Whom the credential stands for, whoever shows it.
    ///
    /// # Errors
    /// 403 for an API token, which is nobody outside of its tenant.
    async fn identity_id(&self) -> Result<IdentityId, Problem> {
        match (&self.credential, &self.session) {
            (_, Some(session)) => Ok(session.identity_id),
            (Credential::Bearer(identity), None) => Ok(self.database.identify(identity.issuer(), identity.subject()).await?),
            _ => Err(Problem::new(Kind::Forbidden)),
        }
    }
}

impl Caller {
    pub const fn database(&self) -> &Database {
        &self.authenticated.database
    }

    pub const fn request_id(&self) -> RequestId {
        self.authenticated.request_id()
    }

    pub const fn tenant_id(&self) -> TenantId {
        self.principal.tenant_id()
    }

    /// How this tenant stands in the route, for links.
    pub fn tenant_path(&self) -> String {
        match &self.tenant {
            TenantRef::Id(id) => id.to_string(),
            TenantRef::Slug(slug) => slug.to_string(),
        }
    }

    /// Where the service is found, for links that are to be whole.
    pub fn public_origin(&self) -> String {
        self.authenticated.entrance.sign_in.public_origin()
    }

    /// What was read, as it was asked for.
    pub const fn shown<'a, T>(&'a self, record: &'a T) -> Shown<'a, T> {
        self.trim.show(record)
    }

    /// # Errors
    /// 503 when the mover did not catch up.
    pub async fn catch_up(&self) -> Result<(), Problem> {
        Ok(self.authenticated.trail.catch_up(self.tenant_id()).await?)
    }
}
