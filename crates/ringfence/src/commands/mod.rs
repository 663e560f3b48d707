//! One file a command. Each acts on the one tenant it was told, `tenant list` apart, and the database audits it.

pub mod dsn;
pub mod import;
pub mod member;
pub mod membership;
pub mod migrate;
pub mod report_role;
pub mod serve;
pub mod tenant;
pub mod token;
pub mod verify;

use ringfence_domain::TenantId;
use ringfence_store::command::{FoundTenant, Operator};

use crate::connections::{Connections, Login};
use crate::failure::Failure;

/// A connection as the operator, to the server that is meant.
pub async fn operator(connections: &Connections) -> Result<Operator, Failure> {
    let config = connections.reachable(Login::Operator).await?;
    Ok(Operator::connect(&config).await?)
}

pub async fn tenant_named(operator: &Operator, tenant: &str) -> Result<TenantId, Failure> {
    Ok(found(operator, tenant).await?.tenant_id)
}

/// The same with its state, which nobody says to whoever is refused at the door.
pub async fn found(operator: &Operator, tenant: &str) -> Result<FoundTenant, Failure> {
    operator.find_tenant(tenant).await?.ok_or_else(|| Failure::UnknownTenant(tenant.to_owned()))
}
