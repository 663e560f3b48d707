//! Who is acting, and in which tenant they mean to act. Made from a VerifiedIdentity; proven only when a TenantTx enters.

use crate::{Database, StoreError};
use ringfence_domain::{IdentityId, RequestId, TenantId, TenantRef};
use ringfence_identity::{ActorKind, VerifiedIdentity};
use uuid::Uuid;

/// What every row of the audit trail says about the request that made it.
#[derive(Debug, Clone)]
pub struct RequestContext {
    pub request_id: RequestId,
    /// How the caller was authenticated, such as `bearer`.
    pub authentication: &'static str,
}

/// An identity at the door of one tenant.
#[derive(Debug, Clone)]
pub struct Principal {
    identity_id: IdentityId,
    tenant_id: TenantId,
    kind: ActorKind,
    session_id: Option<String>,
    context: RequestContext,
}

impl Principal {
    /// For a request: the tenant is the one that the route names. One that does not exist is not told apart here, but by
    /// the database refusing entry, exactly as it refuses a stranger.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn for_request(database: &Database, identity: &VerifiedIdentity, tenant: &TenantRef, context: RequestContext) -> Result<Self, StoreError> {
        let identity_id = database.identify(identity.issuer(), identity.subject()).await?;
        let tenant_id = match tenant {
            TenantRef::Id(id) => *id,
            TenantRef::Slug(slug) => database.resolve(slug).await?.unwrap_or(TenantId(Uuid::nil())),
        };
        Ok(Self::at(identity_id, tenant_id, identity, context))
    }

    /// For each tenant of an identity, on a route that names none (`/v1/me`).
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn for_each_tenant(database: &Database, identity: &VerifiedIdentity, context: &RequestContext) -> Result<(IdentityId, Vec<Self>), StoreError> {
        let identity_id = database.identify(identity.issuer(), identity.subject()).await?;
        let tenants = database.tenants_of(identity_id, context.request_id).await?;
        Ok((identity_id, tenants.into_iter().map(|tenant| Self::at(identity_id, tenant, identity, context.clone())).collect()))
    }

    /// For an administrator's command on one tenant; the command is a member of it like anybody else.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn for_command(database: &Database, command: &VerifiedIdentity, tenant_id: TenantId, context: RequestContext) -> Result<Self, StoreError> {
        let identity_id = database.identify(command.issuer(), command.subject()).await?;
        Ok(Self::at(identity_id, tenant_id, command, context))
    }

    fn at(identity_id: IdentityId, tenant_id: TenantId, identity: &VerifiedIdentity, context: RequestContext) -> Self {
        Self { identity_id, tenant_id, kind: identity.kind(), session_id: identity.token_id().map(str::to_owned), context }
    }

    #[must_use]
    pub const fn identity_id(&self) -> IdentityId {
        self.identity_id
    }

    #[must_use]
    pub const fn tenant_id(&self) -> TenantId {
        self.tenant_id
    }

    #[must_use]
    pub const fn request_id(&self) -> RequestId {
        self.context.request_id
    }

    #[must_use]
    pub const fn kind(&self) -> ActorKind {
        self.kind
    }

    #[must_use]
    pub fn session_id(&self) -> Option<&str> {
        self.session_id.as_deref()
    }

    #[must_use]
    pub const fn authentication(&self) -> &'static str {
        self.context.authentication
    }
}
