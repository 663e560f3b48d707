//! `ringfence dsn`: a login's URL for psql, of the private cluster alone. Elsewhere passwords are the administrator's matter.

use std::process::ExitCode;

use super::{operator, report_role, tenant_named};
use crate::cli::DsnLogin;
use crate::connections::{Connections, Login};
use crate::failure::Failure;
use crate::output;

pub async fn print(login: &DsnLogin) -> Result<ExitCode, Failure> {
    let connections = Connections::find()?;
    let Some(folder) = connections.private_folder() else {
        return Err(Failure::Refused("`ringfence dsn` is for the private cluster alone; unset RINGFENCE_ADMIN_URL, DATABASE_URL and RINGFENCE_OPERATOR_URL to mean that one".to_owned()));
    };
    let url = match login {
        DsnLogin::Of(login) => {
            connections.reachable(*login).await?;
            connections.private_password(*login).and_then(|password| connections.private_url(login.role(), password))
        }
        DsnLogin::Reporting(tenant) => {
            let operator = operator(&connections).await?;
            let id = tenant_named(&operator, tenant).await?;
            let kept = report_role::kept(folder, id)?
                .ok_or_else(|| Failure::Refused(format!("no reporting login of {tenant} is kept here; make one with `ringfence report-role create --tenant {tenant}`")))?;
            connections.private_url(&kept.login, &kept.password)
        }
    };
    match url {
        Some(url) => output::line(&url)?,
        None => return Err(Failure::Refused(format!("no password of {} is kept here", match login { DsnLogin::Of(login) => login.role(), DsnLogin::Reporting(_) => Login::Operator.role() }))),
    }
    Ok(ExitCode::SUCCESS)
}
