//! `ringfence serve`: the service on a database that `migrate` prepared. It has no administrator's login and no issuer of its own.

use std::process::ExitCode;

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::connections::{Connections, Login, check_settings};
use crate::data_folder::DataFolder;
use crate::failure::Failure;
use crate::service_settings::{ServiceSettings, listen};
use crate::{logs, output, settings};

pub async fn serve() -> Result<ExitCode, Failure> {
    logs::start()?;
    let mut stop = StopSignals::catch()?;
    let service = ServiceSettings::read(listen()?)?;
    check_settings(&DataFolder::from_settings()?)?;
    if service.issuers.is_empty() {
        return Err(settings::ISSUERS.missing("not set, and without an issuer nobody can sign in"));
    }
    if settings::DATABASE_URL.text()?.is_none() {
        return Err(settings::DATABASE_URL.missing("not set"));
    }
    let connections = Connections::find()?;
    let config = service.config(&connections, None)?;
    connections.reachable(Login::App).await?;
    let service = ringfence_api::start(config).await?;
    output::line(&format!("ringfence is ready on http://{}", service.address()))?;
    service.run_until(stop.wait()).await.map_err(Failure::Service)?;
    Ok(ExitCode::SUCCESS)
}

/// The polite requests to end: Ctrl-C, the supervisor's, and the terminal's that goes away. Caught from the start on, so that
/// none finds work half undone.
pub struct StopSignals {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

impl StopSignals {
    pub fn catch() -> Result<Self, Failure> {
        let caught = |kind| signal(kind).map_err(Failure::Service);
        Ok(Self { interrupt: caught(SignalKind::interrupt())?, terminate: caught(SignalKind::terminate())?, hangup: caught(SignalKind::hangup())? })
    }

    pub async fn wait(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = self.hangup.recv() => {}
        }
    }

    /// Whether one came already, without waiting for it.
    pub async fn came(&mut self) -> bool {
        // A signal is heard of when the runtime has its turn, which work without waiting never gives it.
        tokio::task::yield_now().await;
        tokio::select! {
            biased;
            () = self.wait() => true,
            () = std::future::ready(()) => false,
        }
    }
}
