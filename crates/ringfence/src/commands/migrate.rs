//! `ringfence migrate`: tables, policies, logins and keys as this binary knows them. It changes no row of a tenant, and replaces
//! no login's password by one that was made just now unless it was told to.

use std::process::ExitCode;

use ringfence_store::migrate::{MigrateError, Report};
use ringfence_store::server::Config;

use crate::cli::MigrateArgs;
use crate::connections::{Connections, credentials_file, environment_says_all, open_or_make_credentials};
use crate::data_folder::{DataFolder, file};
use crate::failure::Failure;
use crate::output;

pub async fn migrate(args: &MigrateArgs) -> Result<ExitCode, Failure> {
    let connections = Connections::for_administrator()?;
    let (_, report) = bring_up_to_date(&DataFolder::from_settings()?, &connections, args.new_credentials).await?;
    output::data(args.shown.format, &report, |report| match report.applied_migrations.len() {
        0 => "no migration was missing; policies, logins and keys are in place".to_owned(),
        _ => format!("applied {}; policies, logins and keys are in place", report.applied_migrations.join(", ")),
    })?;
    Ok(ExitCode::SUCCESS)
}

/// With the installation's credentials, or with new ones where there is no installation that they would shut out. Returns the
/// administrator's login to the database.
pub async fn bring_up_to_date(folder: &DataFolder, connections: &Connections, may_replace: bool) -> Result<(Config, Report), Failure> {
    let path = credentials_file(folder)?;
    let is_new = !path.try_exists().map_err(file("read", &path))?;
    if is_new && !may_replace && !environment_says_all()? && connections.has_installation().await? {
        return Err(Failure::WouldReplaceCredentials(path));
    }
    let brought = async {
        let admin = connections.make_database().await?;
        let credentials = open_or_make_credentials(folder)?;
        let report = ringfence_store::migrate::migrate(&admin, &credentials).await?;
        Ok((admin, report))
    }
    .await;
    match &brought {
        // What is found last of all: the server has these passwords already.
        Ok(_) | Err(Failure::Migrate(MigrateError::Dangling { .. })) => {}
        // The next attempt begins as this one did.
        Err(_) if is_new => match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(file("remove", &path)(error)),
            _ => {}
        },
        Err(_) => {}
    }
    brought
}
