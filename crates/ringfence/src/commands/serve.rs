//! `ringfence serve`: the service on a database that `migrate` prepared. It has no administrator's login and no issuer of its own.

use std::process::ExitCode;

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::connections::{Connections, check_settings};
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
    connections.check_logins().await?;
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
    /// None: whoever started it means it to outlive the terminal, as `nohup` does.
    hangup: Option<Signal>,
}

impl StopSignals {
    pub fn catch() -> Result<Self, Failure> {
        let caught = |kind| signal(kind).map_err(Failure::Service);
        let hangup = if ignores_hangup() { None } else { Some(caught(SignalKind::hangup())?) };
        Ok(Self { interrupt: caught(SignalKind::interrupt())?, terminate: caught(SignalKind::terminate())?, hangup })
    }

    pub async fn wait(&mut self) {
        let Self { interrupt, terminate, hangup } = self;
        let hangup = async {
            match hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup => {}
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

/// As the kernel tells it, by the signals' bits (proc_pid_status(5)); where it tells nothing, the signal is caught.
fn ignores_hangup() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}
