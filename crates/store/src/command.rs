//! What the operator's commands may ask: each call is one function of the database that acts on one tenant and audits itself.

use crate::login::with_its_options;
use crate::{Refusal, StoreError};
use jiff::Timestamp;
use ringfence_domain::{MemberId, RequestId, Role, TenantId};
use serde::Serialize;
use tokio_postgres::{Client, Config, NoTls, Row};
use uuid::Uuid;

/// A connection as `ringfence_operator`, which may execute the provisioning functions and nothing else.
pub struct Operator {
    client: Client,
    login: Config,
    request_id: RequestId,
}

#[derive(Debug, Serialize)]
pub struct TenantRow {
    pub tenant_id: TenantId,
    pub slug: String,
    pub name: String,
    pub status: String,
    pub created_at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FoundTenant {
    pub tenant_id: TenantId,
    pub is_suspended: bool,
}

#[derive(Debug, Serialize)]
pub struct MemberRow {
    pub member_id: MemberId,
    pub name: String,
    pub role: String,
    pub issuer: String,
    pub subject: String,
    pub created_at: Timestamp,
}

pub struct NewMember<'a> {
    pub issuer: &'a str,
    pub subject: &'a str,
    pub name: &'a str,
    pub email: Option<&'a str>,
    pub role: Role,
    /// For a service alone.
    pub permissions: Option<Vec<String>>,
}

/// What came of a removal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    Removed,
    NoMember,
    /// Who stays: nobody else could let anybody in.
    LastOwner,
}

/// Held while a command works in a tenant, so that no other of its name does. It ends with its connection, and so with a
/// killed command.
pub struct Turn {
    _client: Client,
}

impl Operator {
    /// # Errors
    /// When the server refuses the connection.
    pub async fn connect(operator: &Config) -> Result<Self, StoreError> {
        let (client, connection) = with_its_options(operator).connect(NoTls).await?;
        tokio::spawn(connection);
        Ok(Self { client, login: operator.clone(), request_id: RequestId::generate() })
    }

    /// The id that the audit rows of this connection carry.
    #[must_use]
    pub const fn request_id(&self) -> RequestId {
        self.request_id
    }

    /// None: another one has it. A transaction on a connection of its own, left open: it has no snapshot and holds up nothing else.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn take_turn(&self, tenant: TenantId, command: &str) -> Result<Option<Turn>, StoreError> {
        let Self { client, .. } = Self::connect(&self.login).await?;
        client.batch_execute("begin; set local idle_in_transaction_session_timeout = 0").await?;
        let row = client.query_one(crate::sql!("operator/command_turn.sql").text(), &[&tenant.0, &command]).await?;
        let is_taken: bool = row.try_get("is_taken")?;
        Ok(is_taken.then_some(Turn { _client: client }))
    }

    /// The tenant of a slug or id.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn find_tenant(&self, tenant: &str) -> Result<Option<FoundTenant>, StoreError> {
        let found = self.client.query_opt(crate::sql!("operator/find_tenant.sql").text(), &[&tenant]).await?;
        let tenant = |row: Row| Ok(FoundTenant { tenant_id: TenantId(row.try_get("tenant_id")?), is_suspended: row.try_get::<_, &str>("status")? == "suspended" });
        found.map(tenant).transpose()
    }

    /// # Errors
    /// When the slug is taken or malformed.
    pub async fn create_tenant(&self, slug: &str, name: &str) -> Result<TenantId, StoreError> {
        let tenant = TenantId::generate();
        self.client.query_one(crate::sql!("operator/create_tenant.sql").text(), &[&tenant.0, &slug, &name, &self.request_id.0]).await?;
        Ok(tenant)
    }

    /// Both or neither: a tenant without its owner could be let in by nobody, and its slug would be taken.
    ///
    /// # Errors
    /// When the slug is taken or malformed, or the owner is refused.
    pub async fn create_tenant_of(&self, owner: &NewMember<'_>, slug: &str, name: &str) -> Result<TenantId, StoreError> {
        self.client.batch_execute("begin").await?;
        let created = async {
            let tenant = self.create_tenant(slug, name).await?;
            match self.add_member(tenant, owner).await? {
                Some(_) => Ok(tenant),
                None => Err(StoreError::Refused(Refusal::NotFound)),
            }
        }
        .await;
        match created {
            Ok(tenant) => {
                self.client.batch_execute("commit").await?;
                Ok(tenant)
            }
            Err(error) => {
                // The error that is returned is the one that says why.
                let _ = self.client.batch_execute("rollback").await;
                Err(error)
            }
        }
    }

    /// False: there is no such tenant.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn suspend_tenant(&self, tenant: TenantId, suspended: bool) -> Result<bool, StoreError> {
        let row = self.client.query_one(crate::sql!("operator/suspend_tenant.sql").text(), &[&tenant.0, &suspended, &self.request_id.0]).await?;
        Ok(row.try_get(0)?)
    }

    /// # Errors
    /// When the database cannot be asked.
    pub async fn list_tenants(&self) -> Result<Vec<TenantRow>, StoreError> {
        let rows = self.client.query(crate::sql!("operator/list_tenants.sql").text(), &[&self.request_id.0]).await?;
        rows.iter()
            .map(|row| {
                Ok(TenantRow {
                    tenant_id: TenantId(row.try_get("tenant_id")?),
                    slug: row.try_get("slug")?,
                    name: row.try_get("name")?,
                    status: row.try_get("status")?,
                    created_at: row.try_get("created_at")?,
                })
            })
            .collect()
    }

    /// None: the tenant is unknown, or the identity is a member already.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn add_member(&self, tenant: TenantId, new: &NewMember<'_>) -> Result<Option<MemberId>, StoreError> {
        let row = self
            .client
            .query_one(
                crate::sql!("operator/add_member.sql").text(),
                &[&tenant.0, &new.issuer, &new.subject, &new.name, &new.email, &new.role.as_str(), &new.permissions, &self.request_id.0],
            )
            .await?;
        Ok(row.try_get::<_, Option<Uuid>>(0)?.map(MemberId))
    }

    /// # Errors
    /// When the database cannot be asked.
    pub async fn list_members(&self, tenant: TenantId) -> Result<Vec<MemberRow>, StoreError> {
        let rows = self.client.query(crate::sql!("operator/list_members.sql").text(), &[&tenant.0, &self.request_id.0]).await?;
        rows.iter()
            .map(|row| {
                Ok(MemberRow {
                    member_id: MemberId(row.try_get("member_id")?),
                    name: row.try_get("name")?,
                    role: row.try_get("role")?,
                    issuer: row.try_get("issuer")?,
                    subject: row.try_get("subject")?,
                    created_at: row.try_get("created_at")?,
                })
            })
            .collect()
    }

    /// # Errors
    /// When the database cannot be asked.
    pub async fn remove_member(&self, tenant: TenantId, member: MemberId) -> Result<Removal, StoreError> {
        let row = self.client.query_one(crate::sql!("operator/remove_member.sql").text(), &[&tenant.0, &member.0, &self.request_id.0]).await?;
        Ok(match row.try_get(0)? {
            "removed" => Removal::Removed,
            "last_owner" => Removal::LastOwner,
            _ => Removal::NoMember,
        })
    }
}

/// Makes an analyst's login as the administrator and returns its opaque name; only a SCRAM verifier of the password leaves this
/// process.
///
/// # Errors
/// When the tenant is unknown.
pub async fn create_reporting_login(admin: &Config, tenant: TenantId, password: &str) -> Result<String, StoreError> {
    let verifier = postgres_protocol::password::scram_sha_256(password.as_bytes());
    let administrator = Operator::connect(admin).await?;
    let row = administrator.client.query_one(crate::sql!("operator/create_reporting_login.sql").text(), &[&tenant.0, &verifier, &administrator.request_id.0]).await?;
    Ok(row.try_get(0)?)
}
