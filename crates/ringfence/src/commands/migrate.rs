//! `ringfence migrate`: tables, policies, logins and keys as this binary knows them. It changes no row of a tenant but forgets analysts' logins whose role is gone, and replaces
//! no login's password by one that was made just now unless it was told to.

use std::process::ExitCode;

use ringfence_store::migrate::Report;
use ringfence_store::server::Config;

use crate::cli::MigrateArgs;
use crate::connections::{Connections, check_settings, credentials_file, environment_says_all, open_or_make_credentials};
use crate::data_folder::{DataFolder, file};
use crate::failure::Failure;
use crate::output;

pub async fn migrate(args: &MigrateArgs) -> Result<ExitCode, Failure> {
    let folder = DataFolder::from_settings()?;
    check_settings(&folder)?;
    let connections = Connections::for_administrator()?;
    let (_, report) = bring_up_to_date(&folder, &connections, args.new_credentials).await?;
    output::data(args.shown.format, &report, |report| match report.applied_migrations.len() {
        0 => "no migration was missing; policies, logins and keys are in place".to_owned(),
        _ => format!("applied {}; policies, logins and keys are in place", report.applied_migrations.join(", ")),
    })?;
    Ok(ExitCode::SUCCESS)
}

/// With the installation's credentials, or with new ones where there is no installation that they would shut out. Returns the
/// administrator's login to the database.
pub async fn bring_up_to_date(folder: &DataFolder, connections: &Connections, may_replace: bool) -> Result<(Config, Report), Failure> {
    // Of two at once the second one looks when the first has made everything.
    let _turn = connections.take_turn().await?;
    let path = credentials_file(folder)?;
    let is_there = path.try_exists().map_err(file("read", &path))?;
    if !is_there && !may_replace && !environment_says_all()? && connections.has_installation().await? {
        return Err(Failure::WouldReplaceCredentials(path));
    }
    let admin = connections.make_database().await?;
    let (credentials, is_made) = open_or_make_credentials(folder)?;
    // An existing server's passwords are for whoever made them.
    if is_made && connections.private_folder().is_some() && path == folder.credentials() {
        folder.leave_to_owner(&path)?;
    }
    let migrated = ringfence_store::migrate::migrate(&admin, &credentials).await;
    // The next attempt begins as this one did, unless the server has these passwords already, or does not say.
    if migrated.is_err() && is_made && matches!(connections.has_installation().await, Ok(false)) {
        std::fs::remove_file(&path).map_err(file("remove", &path))?;
    }
    Ok((admin, migrated?))
}
