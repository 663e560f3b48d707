//! Who is acting, and in which tenant they mean to act. Made from a credential; proven only when a TenantTx enters.

use crate::database::Resolved;
use crate::token::{Acting, Proof};
use crate::{Database, StoreError};
use ringfence_domain::{IdentityId, MemberId, RequestId, TenantId, TenantRef};
use ringfence_identity::{Credential, VerifiedIdentity};
use uuid::Uuid;

/// What every row of the audit trail says about the request that made it.
#[derive(Debug, Clone)]
pub struct RequestContext {
    pub request_id: RequestId,
    /// How the caller was authenticated, such as `bearer`.
    pub authentication: &'static str,
}

/// A credential at the door of one tenant.
#[derive(Debug, Clone)]
pub struct Principal {
    proof: Proof,
    acting: Acting,
    tenant_id: TenantId,
    /// Whether the tenant's slug was looked up for this request, and not remembered.
    looked_up: bool,
    session_id: Option<String>,
    context: RequestContext,
}

/// Whom a credential stands for, on a route that names no tenant.
pub struct Identified {
    pub identity_id: IdentityId,
    pub issuer: String,
    pub subject: String,
}

impl Principal {
    /// For a request: the tenant is the one that the route names. One that does not exist is not told apart here, but by
    /// the database refusing entry, exactly as it refuses a stranger.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn for_request(database: &Database, credential: &Credential, tenant: &TenantRef, context: RequestContext) -> Result<Self, StoreError> {
        let proof = proof(database, credential).await?;
        let acting = acting(database, credential).await?;
        let (tenant_id, looked_up) = match tenant {
            TenantRef::Id(id) => (*id, false),
            TenantRef::Slug(slug) => {
                let Resolved { tenant, anew } = database.resolve(slug).await?;
                (tenant.unwrap_or(TenantId(Uuid::nil())), anew)
            }
        };
        Ok(Self { acting, looked_up, ..Self::at(proof, tenant_id, credential, context) })
    }

    /// For each tenant of a credential, on a route that names none (`/v1/me`). An API token has one tenant and is nobody
    /// outside of it: hence no identity.
    ///
    /// # Errors
    /// `Refusal::Credential` when a session is one no more; or when the database cannot be asked.
    pub async fn for_each_tenant(database: &Database, credential: &Credential, context: &RequestContext) -> Result<(Option<Identified>, Vec<Self>), StoreError> {
        let proof = proof(database, credential).await?;
        let acting = acting(database, credential).await?;
        let (identified, tenants) = match credential {
            Credential::ApiToken { tenant, .. } => (None, vec![TenantId(Uuid::from_bytes(*tenant))]),
            Credential::Bearer(_) | Credential::Session(_) => {
                let nowhere = Self::at(proof, TenantId(Uuid::nil()), credential, context.clone());
                (Some(database.identity_of(&nowhere).await?), database.tenants_of(&nowhere).await?)
            }
        };
        let principals = tenants.into_iter().map(|tenant| Self { acting, ..Self::at(proof, tenant, credential, context.clone()) }).collect();
        Ok((identified, principals))
    }

    /// For an administrator's command on one tenant; the command is a member of it like anybody else.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn for_command(database: &Database, command: &VerifiedIdentity, tenant_id: TenantId, context: RequestContext) -> Result<Self, StoreError> {
        let credential = Credential::Bearer(command.clone());
        let proof = proof(database, &credential).await?;
        Ok(Self::at(proof, tenant_id, &credential, context))
    }

    /// The same caller, on behalf of a member of the tenant; the database decides whether they may.
    #[must_use]
    pub fn on_behalf_of(self, subject: MemberId) -> Self {
        Self { acting: Acting::ForMember { subject }, ..self }
    }

    /// The same caller for nobody else, where the service says for whom they act.
    #[must_use]
    pub fn alone(&self) -> Self {
        Self { acting: Acting::Alone, ..self.clone() }
    }

    fn at(proof: Proof, tenant_id: TenantId, credential: &Credential, context: RequestContext) -> Self {
        Self { proof, acting: Acting::Alone, tenant_id, looked_up: false, session_id: credential.token_id().map(str::to_owned), context }
    }

    pub(crate) const fn proof(&self) -> Proof {
        self.proof
    }

    #[must_use]
    pub const fn acting(&self) -> Acting {
        self.acting
    }

    /// Known before the entry where an issuer's token says it; for a secret of ours it comes with the entry.
    #[must_use]
    pub const fn identity_id(&self) -> Option<IdentityId> {
        match (self.proof, self.acting) {
            (_, Acting::ForSubject { actor }) => Some(actor),
            (Proof::Identity(identity), _) => Some(identity),
            (Proof::Session(_) | Proof::ApiToken(_), _) => None,
        }
    }

    /// For whom an issuer's token says that another one acts, where it does.
    #[must_use]
    pub const fn subject_identity_id(&self) -> Option<IdentityId> {
        match (self.proof, self.acting) {
            (Proof::Identity(subject), Acting::ForSubject { .. }) => Some(subject),
            _ => None,
        }
    }

    #[must_use]
    pub const fn tenant_id(&self) -> TenantId {
        self.tenant_id
    }

    #[must_use]
    pub const fn looked_up(&self) -> bool {
        self.looked_up
    }

    #[must_use]
    pub const fn request_id(&self) -> RequestId {
        self.context.request_id
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

async fn proof(database: &Database, credential: &Credential) -> Result<Proof, StoreError> {
    Ok(match credential {
        Credential::Bearer(identity) => Proof::Identity(database.identify(identity.issuer(), identity.subject()).await?),
        Credential::Session(hash) => Proof::Session(*hash),
        Credential::ApiToken { hash, .. } => Proof::ApiToken(*hash),
    })
}

/// An issuer's token may say that another one acts for its subject (RFC 8693, section 4.1).
async fn acting(database: &Database, credential: &Credential) -> Result<Acting, StoreError> {
    match credential {
        Credential::Bearer(identity) => match identity.actor() {
            Some(actor) => Ok(Acting::ForSubject { actor: database.identify(actor.issuer, actor.subject).await? }),
            None => Ok(Acting::Alone),
        },
        Credential::Session(_) | Credential::ApiToken { .. } => Ok(Acting::Alone),
    }
}
