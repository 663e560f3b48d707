//! `ringfence token`: a bearer token of a demo identity, signed with the key of the data folder. Without that key, and so
//! anywhere but beside a `ringfence run`, it refuses.

use std::net::SocketAddr;
use std::process::ExitCode;

use jiff::Timestamp;
use ringfence_domain::Role;
use ringfence_identity::development::{DevelopmentIssuer, TokenRequest};

use super::{operator, tenant_named};
use crate::cli::TokenArgs;
use crate::connections::Connections;
use crate::data_folder::DataFolder;
use crate::failure::Failure;
use crate::output;

pub const AUDIENCE: &str = "ringfence";

/// Where the service serves the issuer's documents.
pub fn issuer_url(listen: SocketAddr) -> String {
    format!("http://{listen}/development/issuer")
}

pub async fn print(args: &TokenArgs) -> Result<ExitCode, Failure> {
    let folder = DataFolder::from_settings()?;
    let key = folder.issuer_key();
    let run = folder.last_run()?.filter(|_| key.exists()).ok_or_else(|| Failure::NotRunning(folder.path().to_path_buf()))?;
    let issuer = DevelopmentIssuer::open(&key, &issuer_url(run.listen), AUDIENCE)?;
    let subject = match (&args.tenant, args.role, &args.subject) {
        (Some(tenant), Some(role), _) => format!("{tenant}:{role}"),
        (_, _, Some(subject)) => subject.clone(),
        _ => return Err(Failure::Usage("name --tenant and --as, or --subject".to_owned())),
    };
    if let Some(tenant) = &args.tenant {
        let operator = operator(&Connections::find()?).await?;
        let members = operator.list_members(tenant_named(&operator, tenant.as_str()).await?).await?;
        if !members.iter().any(|member| member.subject == subject && member.issuer == issuer.issuer()) {
            return Err(Failure::Refused(format!("{tenant} has no member {subject} of {}; `ringfence member list --tenant {tenant}` shows who is one", issuer.issuer())));
        }
    }
    let request = TokenRequest { subject: &subject, lifetime: args.lifetime, scope: "", service: args.role == Some(Role::Service), now: Timestamp::now() };
    output::line(&issuer.mint(&request)?)?;
    Ok(ExitCode::SUCCESS)
}
