//! `ringfence migrate`: tables, policies, logins and keys as this binary knows them. It changes no row of a tenant.

use std::process::ExitCode;

use crate::connections::{Connections, open_or_make_credentials};
use crate::data_folder::DataFolder;
use crate::failure::Failure;
use crate::output::{self, Format};

pub async fn migrate(format: Format) -> Result<ExitCode, Failure> {
    let connections = Connections::find()?;
    let credentials = open_or_make_credentials(&DataFolder::from_settings()?)?;
    let admin = connections.make_database().await?;
    let report = ringfence_store::migrate::migrate(&admin, &credentials).await?;
    output::data(format, &report, |report| match report.applied_migrations.len() {
        0 => "no migration was missing; policies, logins and keys are in place".to_owned(),
        _ => format!("applied {}; policies, logins and keys are in place", report.applied_migrations.join(", ")),
    });
    Ok(ExitCode::SUCCESS)
}
