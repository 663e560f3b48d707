//! `ringfence verify`: every hole that a catalogue can show, for people or programs. It reads, and repairs nothing.

use std::process::ExitCode;

use ringfence_store::migrate::known_migrations;
use ringfence_store::server;
use ringfence_store::verify::{Finding, Level};

use crate::connections::{Connections, Login};
use crate::failure::Failure;
use crate::output::{self, Format};

/// As administrator where one is known; else as the service, which sees a little less and whose own role is looked at.
pub async fn verify(format: Format) -> Result<ExitCode, Failure> {
    let connections = Connections::find()?;
    let (login, as_service) = match connections.reachable(Login::Admin).await {
        Ok(admin) => (admin, false),
        Err(Failure::Setting { .. }) => (connections.reachable(Login::App).await?, true),
        Err(failure) => return Err(failure),
    };
    let findings = server::look(&login, &known_migrations(), as_service).await?;
    output::data(format, &findings, |findings| text(findings))?;
    // A notice is something to know, not something to mend.
    let holds = findings.iter().all(|finding| finding.level == Level::Notice);
    Ok(if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn text(findings: &[Finding]) -> String {
    let count = |level| findings.iter().filter(|finding| finding.level == level).count();
    let mut text = String::new();
    for finding in findings {
        text.push_str(&format!("{finding}\n\n"));
    }
    let (errors, warnings, notices) = (count(Level::Error), count(Level::Warning), count(Level::Notice));
    text.push_str(&match (errors, warnings) {
        (0, 0) => format!("the walls stand: no error, no warning, {notices} to know"),
        _ => format!("{errors} errors, {warnings} warnings, {notices} to know"),
    });
    text
}
