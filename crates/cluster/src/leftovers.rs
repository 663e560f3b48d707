//! Clears away what a killed run left running on our data; it refuses to signal a process that is not provably that server.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::error::ClusterError;
use crate::folder::Folder;

const POLL: Duration = Duration::from_millis(10);
/// Fast shutdown ends with a checkpoint; the harder signals need no time for one.
const ESCALATION: [(Signal, Duration); 3] = [
    (Signal::SIGINT, Duration::from_secs(30)),
    (Signal::SIGQUIT, Duration::from_secs(10)),
    (Signal::SIGKILL, Duration::from_secs(10)),
];

/// What has the pid that a lock file of the server notes.
#[derive(Debug, PartialEq, Eq)]
enum Process {
    /// Ended, perhaps not reaped: a zombie's pid still looks taken to the server.
    Ended,
    /// A postmaster; the folder is the one after `-D`, where it says one.
    Postmaster(Option<PathBuf>),
    Stranger,
}

/// Called under the folder's lock, so no run of ours is alive: whatever still runs on the data was orphaned.
pub(crate) async fn clear(
    folder: &Folder,
    socket_dir: &Path,
    progress: &dyn Fn(&str),
) -> Result<(), ClusterError> {
    let pgdata = folder.pgdata();
    let pid_file = pgdata.join("postmaster.pid");
    let noted = noted_pid(&pid_file);
    let ours = Process::Postmaster(Some(pgdata.clone()));
    if let Some(pid) = noted
        && process(pid) == ours
    {
        progress(&format!(
            "stopping the PostgreSQL (process {pid}) which an earlier, killed run left behind"
        ));
        stop(folder, pid, |pid| process(pid) == ours).await?;
    }
    // Children of a killed postmaster keep its shared memory in use for a moment, a busy one for long.
    let title = format!("postgres: {}:", folder.cluster_name());
    for pid in children(&title, folder.account.uid()) {
        stop_child(folder, pid, &title).await?;
    }
    for lock_file in socket_locks(socket_dir).chain([pid_file]) {
        clear_lock(&lock_file, &ours)?;
    }
    Ok(())
}

/// The server itself takes such a file for stale only if no process of its user has the pid. A postmaster which does not
/// say its folder might be on this one: then the file stays, and the server refuses.
fn clear_lock(lock_file: &Path, ours: &Process) -> Result<(), ClusterError> {
    let Some(pid) = noted_pid(lock_file) else {
        return Ok(());
    };
    let holder = process(pid);
    if kill(Pid::from_raw(pid), None) == Err(Errno::ESRCH)
        || holder == Process::Postmaster(None)
        || holder == *ours
    {
        return Ok(());
    }
    match fs::remove_file(lock_file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(ClusterError::io("remove", lock_file)(error))
        }
        _ => Ok(()),
    }
}

/// Beside each socket the server keeps another file with its pid, on whatever port it was.
fn socket_locks(socket_dir: &Path) -> impl Iterator<Item = PathBuf> {
    let files = fs::read_dir(socket_dir).into_iter().flatten().flatten();
    files.map(|file| file.path()).filter(|path| {
        let name = path.file_name().unwrap_or_default().as_bytes();
        name.starts_with(b".s.PGSQL.") && name.ends_with(b".lock")
    })
}

fn noted_pid(pid_file: &Path) -> Option<i32> {
    let text = fs::read_to_string(pid_file).ok()?;
    // Single-user mode notes a negative pid.
    let pid = text.lines().next()?.trim().parse::<i32>().ok()?.abs();
    (pid > 1).then_some(pid)
}

async fn stop(folder: &Folder, pid: i32, alive: impl Fn(i32) -> bool) -> Result<(), ClusterError> {
    for (signal, patience) in ESCALATION {
        if kill(Pid::from_raw(pid), signal) == Err(Errno::EPERM) {
            break;
        }
        let deadline = Instant::now() + patience;
        while Instant::now() < deadline {
            if !alive(pid) {
                return Ok(());
            }
            tokio::time::sleep(POLL).await;
        }
    }
    Err(ClusterError::LeftoverDoesNotStop {
        folder: folder.pgdata(),
        pid,
    })
}

/// A child without its postmaster has nothing to finish: it leaves at SIGQUIT, in the middle of a query too.
async fn stop_child(folder: &Folder, pid: i32, title: &str) -> Result<(), ClusterError> {
    let _ = kill(Pid::from_raw(pid), Signal::SIGQUIT);
    let alive = |pid| command_line(pid).is_some_and(|line| line.starts_with(title.as_bytes()));
    let deadline = Instant::now() + Duration::from_secs(5);
    while Instant::now() < deadline {
        if !alive(pid) {
            return Ok(());
        }
        tokio::time::sleep(POLL).await;
    }
    stop(folder, pid, alive).await
}

fn process(pid: i32) -> Process {
    match command_line(pid) {
        None => Process::Ended,
        Some(line) => described_by(&line),
    }
}

fn described_by(command_line: &[u8]) -> Process {
    let mut words = command_line.split(|byte| *byte == 0).map(OsStr::from_bytes);
    let name = words
        .next()
        .and_then(|program| Path::new(program).file_name());
    if name.is_none_or(|name| name != "postgres" && name != "postmaster") {
        return Process::Stranger;
    }
    let folder = words.find(|word| *word == "-D").and_then(|_| words.next());
    let folder = folder.map(|folder| fs::canonicalize(folder).unwrap_or_else(|_| folder.into()));
    Process::Postmaster(folder)
}

/// NUL between the words. None for a zombie too, which runs nothing any more though its pid is taken.
#[cfg(target_os = "linux")]
fn command_line(pid: i32) -> Option<Vec<u8>> {
    // Readable whoever owns the process; its working folder is not, for a root without CAP_SYS_PTRACE.
    let line = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    (!line.is_empty()).then_some(line)
}

#[cfg(not(target_os = "linux"))]
fn command_line(pid: i32) -> Option<Vec<u8>> {
    let pid = pid.to_string();
    let output = std::process::Command::new("/bin/ps")
        .args(["-ww", "-o", "command=", "-p", &pid])
        .output()
        .ok()?;
    let mut line = output.stdout;
    // ps joins the words by blanks; a data folder with a blank in its name is then not recognised, and left alone.
    for byte in &mut line {
        if matches!(byte, b' ' | b'\n') {
            *byte = 0;
        }
    }
    (!line.is_empty()).then_some(line)
}

/// Titles can be set by anyone, so the owner has to be right as well.
fn children(title: &str, uid: u32) -> Vec<i32> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .filter_map(|entry| {
            let pid: i32 = entry.file_name().to_str()?.parse().ok()?;
            let ours = entry.metadata().ok()?.uid() == uid
                && command_line(pid)?.starts_with(title.as_bytes());
            ours.then_some(pid)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Process, described_by};
    use std::path::PathBuf;

    #[test]
    fn a_postmaster_is_known_by_its_program_and_its_folder() {
        let line = b"/usr/lib/postgresql/15/bin/postgres\0-D\0/no/such/data\0-c\0port=1\0";
        let folder = Some(PathBuf::from("/no/such/data"));
        assert_eq!(described_by(line), Process::Postmaster(folder));
    }

    #[test]
    fn a_postmaster_that_does_not_say_its_folder_is_not_taken_for_another() {
        assert_eq!(described_by(b"postgres\0"), Process::Postmaster(None));
    }

    #[test]
    fn a_program_that_only_names_the_folder_is_a_stranger() {
        assert_eq!(described_by(b"vi\0-D\0/no/such/data\0"), Process::Stranger);
        assert_eq!(
            described_by(b"postgres: ringfence-1: checkpointer \0"),
            Process::Stranger
        );
    }
}
