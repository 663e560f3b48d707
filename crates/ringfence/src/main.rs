//! The binary `ringfence`: reads the command line and hands each command its work. It holds no rule of its own.

mod cli;
mod commands;
mod connections;
mod data_folder;
mod failure;
mod logs;
mod output;
mod run;
mod service_settings;
mod settings;

use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Command};
use failure::Failure;

fn main() -> ExitCode {
    let cli = Cli::parse();
    // Only the first provider counts, and this is the only one built in.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match actix_web::rt::System::new().block_on(perform(cli.command)) {
        Ok(code) => code,
        Err(failure) => {
            output::complain(&format!("ringfence: {failure}"));
            failure.exit_code()
        }
    }
}

async fn perform(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Run => run::run().await,
        Command::Serve => commands::serve::serve().await,
        Command::Migrate(args) => commands::migrate::migrate(&args).await,
        Command::Verify(shown) => commands::verify::verify(shown.format).await,
        Command::Tenant(command) => commands::tenant::perform(command).await,
        Command::Member(command) => commands::member::perform(command).await,
        Command::ReportRole(command) => commands::report_role::perform(command).await,
        Command::Token(args) => commands::token::print(&args).await,
        Command::Dsn(args) => commands::dsn::print(&args.login).await,
        Command::Import(args) => commands::import::import(&args).await,
    }
}
