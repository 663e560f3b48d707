//! One running server process, from spawn to reaping; it refuses to outlive the value that holds it.

use std::fs;
use std::io::{self, Read, Seek, SeekFrom};
use std::net::{Ipv4Addr, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ExitStatus};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::error::ClusterError;
use crate::folder::Folder;
use crate::installation::Installation;
use crate::settings::{self, Durability};

const POLL: Duration = Duration::from_millis(5);
/// Crash recovery replays up to a checkpoint's worth of log; it is given time as long as the process lives.
const START_PATIENCE: Duration = Duration::from_secs(300);
const PROGRESS_EVERY: Duration = Duration::from_secs(5);
const STOP_PATIENCE: Duration = Duration::from_secs(60);
const DROP_PATIENCE: Duration = Duration::from_secs(15);
const KILL_PATIENCE: Duration = Duration::from_secs(5);
const TAIL_LINES: usize = 15;
/// Enough for the last lines, however long the log has grown.
const TAIL_BYTES: u64 = 8 * 1024;

/// What a start is made of.
pub(crate) struct Launch<'a> {
    pub(crate) installation: &'a Installation,
    pub(crate) folder: &'a Folder,
    pub(crate) durability: Durability,
    pub(crate) port: u16,
    pub(crate) socket_dir: &'a Path,
    pub(crate) extra: &'a [(String, String)],
}

#[derive(Debug)]
pub(crate) struct Postmaster {
    pid: u32,
    durability: Durability,
    child: Mutex<Child>,
}

/// Why a start did not succeed, as far as a second attempt can mend it.
pub(crate) enum StartFailure {
    PortTaken,
    Final(ClusterError),
}

impl Postmaster {
    /// A process group of its own: Ctrl-C in the terminal reaches the service alone, which then stops the server in order.
    pub(crate) async fn start(
        launch: &Launch<'_>,
        progress: &dyn Fn(&str),
    ) -> Result<Self, StartFailure> {
        let folder = launch.folder;
        let (child, log_start) = spawn(launch).map_err(StartFailure::Final)?;
        let postmaster = Self {
            pid: child.id(),
            durability: launch.durability,
            child: Mutex::new(child),
        };
        match postmaster.until_ready(launch, progress).await {
            Ok(()) => Ok(postmaster),
            Err(reason) => {
                drop(postmaster);
                let log_file = folder.log_file();
                let tail = tail(&log_file, log_start);
                if tail.contains("could not bind")
                    || tail.contains("could not create any TCP/IP sockets")
                {
                    return Err(StartFailure::PortTaken);
                }
                Err(StartFailure::Final(ClusterError::StartFailed {
                    reason,
                    log_file,
                    tail,
                }))
            }
        }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    /// None while it runs. Also reaps: a zombie's pid would look alive to the next server.
    pub(crate) fn exit_status(&self) -> Option<ExitStatus> {
        self.child().try_wait().ok().flatten()
    }

    /// Fast shutdown: sessions are ended, a checkpoint is written.
    pub(crate) async fn stop(&self) -> Result<(), ClusterError> {
        self.signal(Signal::SIGINT);
        let deadline = Instant::now() + STOP_PATIENCE;
        while self.exit_status().is_none() {
            if Instant::now() > deadline {
                self.end(Signal::SIGQUIT, KILL_PATIENCE);
                return Err(ClusterError::StopFailed { pid: self.pid });
            }
            tokio::time::sleep(POLL).await;
        }
        Ok(())
    }

    /// Immediate shutdown, as in a crash; it has ended when this returns.
    pub(crate) fn stop_immediately(&self) {
        self.end(Signal::SIGQUIT, KILL_PATIENCE);
    }

    async fn until_ready(
        &self,
        launch: &Launch<'_>,
        progress: &dyn Fn(&str),
    ) -> Result<(), String> {
        let pid_file = launch.folder.pgdata().join("postmaster.pid");
        let began = Instant::now();
        let mut next_progress = PROGRESS_EVERY;
        loop {
            if let Some(status) = self.exit_status() {
                return Err(format!("it ended with {status}"));
            }
            if says_ready(&pid_file, self.pid)
                && TcpStream::connect((Ipv4Addr::LOCALHOST, launch.port)).is_ok()
            {
                return Ok(());
            }
            if began.elapsed() > START_PATIENCE {
                return Err(format!(
                    "it was not ready after {} s",
                    START_PATIENCE.as_secs()
                ));
            }
            if began.elapsed() > next_progress {
                next_progress += PROGRESS_EVERY;
                progress("PostgreSQL is still starting; after a crash it first recovers");
            }
            tokio::time::sleep(POLL).await;
        }
    }

    fn child(&self) -> MutexGuard<'_, Child> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Only to a child that was not reaped yet: afterwards the pid may be anyone's.
    fn signal(&self, signal: Signal) {
        let mut child = self.child();
        if let (Ok(None), Ok(pid)) = (child.try_wait(), i32::try_from(self.pid)) {
            let _ = kill(Pid::from_raw(pid), signal);
        }
    }

    /// Blocks until the process has ended, by SIGKILL if need be.
    fn end(&self, signal: Signal, patience: Duration) {
        for (signal, patience) in [
            (signal, patience),
            (Signal::SIGQUIT, KILL_PATIENCE),
            (Signal::SIGKILL, KILL_PATIENCE),
        ] {
            self.signal(signal);
            let deadline = Instant::now() + patience;
            while Instant::now() < deadline {
                if self.exit_status().is_some() {
                    return;
                }
                std::thread::sleep(POLL);
            }
        }
    }
}

/// So that a test which panics leaves no orphan. A volatile cluster has nothing worth a checkpoint.
impl Drop for Postmaster {
    fn drop(&mut self) {
        match self.durability {
            Durability::Full => self.end(Signal::SIGINT, DROP_PATIENCE),
            Durability::Volatile => self.end(Signal::SIGQUIT, KILL_PATIENCE),
        }
    }
}

fn spawn(launch: &Launch<'_>) -> Result<(Child, u64), ClusterError> {
    let folder = launch.folder;
    let log_file = folder.log_file();
    let mut log = folder.open_log()?;
    let log_start = log
        .seek(SeekFrom::End(0))
        .map_err(ClusterError::io("open", &log_file))?;
    let second = log
        .try_clone()
        .map_err(ClusterError::io("open", &log_file))?;
    let program = launch.installation.program("postgres");
    let child = folder
        .account
        .command(&program)
        .arg("-D")
        .arg(folder.pgdata())
        .args(settings::command_line(
            launch.durability,
            launch.port,
            launch.socket_dir,
            &folder.cluster_name(),
            launch.extra,
        ))
        .stdout(log)
        .stderr(second)
        .process_group(0)
        .spawn()
        .map_err(|source| ClusterError::Io {
            action: "run",
            path: program,
            source,
        })?;
    Ok((child, log_start))
}

/// As pg_ctl judges it: the first line is the pid, the eighth the state. By pid, because on the port somebody else may answer.
fn says_ready(pid_file: &Path, pid: u32) -> bool {
    let Ok(text) = fs::read_to_string(pid_file) else {
        return false;
    };
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    lines.first() == Some(&pid.to_string().as_str()) && lines.get(7) == Some(&"ready")
}

fn tail(log_file: &Path, from: u64) -> String {
    let read = || -> io::Result<Vec<u8>> {
        let mut file = fs::File::open(log_file)?;
        let from = from.max(file.metadata()?.len().saturating_sub(TAIL_BYTES));
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let bytes = read().unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
}
