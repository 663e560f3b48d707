//! `ringfence tenant`: create, list, suspend, resume, each through one audited function of the database.

use std::process::ExitCode;

use ringfence_domain::{Role, TenantId};
use ringfence_store::command::{NewMember, Operator};
use serde::Serialize;

use super::{operator, tenant_named};
use crate::cli::TenantCommand;
use crate::connections::Connections;
use crate::failure::Failure;
use crate::output::{self, Format};

pub async fn perform(command: TenantCommand) -> Result<ExitCode, Failure> {
    let operator = operator(&Connections::find()?).await?;
    match command {
        TenantCommand::Create { slug, name, owner_issuer, owner_subject, owner_name, shown } => {
            let name = name.unwrap_or_else(|| slug.to_string());
            let owner = owner_issuer.as_deref().zip(owner_subject.as_deref()).map(|(issuer, subject)| owner(issuer, subject, &owner_name));
            create(&operator, slug.as_str(), &name, owner, shown.format).await?;
        }
        TenantCommand::List(shown) => list(&operator, shown.format).await?,
        TenantCommand::Suspend { tenant } => suspend(&operator, &tenant, true).await?,
        TenantCommand::Resume { tenant } => suspend(&operator, &tenant, false).await?,
    }
    Ok(ExitCode::SUCCESS)
}

#[derive(Serialize)]
struct Created<'a> {
    tenant_id: TenantId,
    slug: &'a str,
}

async fn create(operator: &Operator, slug: &str, name: &str, owner: Option<NewMember<'_>>, format: Format) -> Result<(), Failure> {
    let tenant_id = match owner {
        Some(owner) => operator.create_tenant_of(&owner, slug, name).await?,
        None => operator.create_tenant(slug, name).await?,
    };
    output::data(format, &Created { tenant_id, slug }, |created| format!("tenant {} created: {}", created.slug, created.tenant_id))?;
    Ok(())
}

fn owner<'a>(issuer: &'a str, subject: &'a str, name: &'a str) -> NewMember<'a> {
    NewMember { issuer, subject, name, email: None, role: Role::Owner, permissions: None }
}

async fn list(operator: &Operator, format: Format) -> Result<(), Failure> {
    let tenants = operator.list_tenants().await?;
    output::data(format, &tenants, |tenants| {
        output::table(
            ["slug", "status", "tenant_id", "created_at", "name"],
            tenants.iter().map(|t| [t.slug.clone(), t.status.clone(), t.tenant_id.to_string(), t.created_at.to_string(), t.name.clone()]),
        )
    })?;
    Ok(())
}

async fn suspend(operator: &Operator, tenant: &str, suspended: bool) -> Result<(), Failure> {
    let id = tenant_named(operator, tenant).await?;
    if !operator.suspend_tenant(id, suspended).await? {
        return Err(Failure::UnknownTenant(tenant.to_owned()));
    }
    output::line(&match suspended {
        true => format!("tenant {tenant} is suspended from the next request on"),
        false => format!("tenant {tenant} is open to its members again"),
    })?;
    Ok(())
}
