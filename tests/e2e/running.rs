//! `ringfence run` as somebody starts it, from nothing, and what ends it.

use crate::binary::binary;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Until it says that it is ready.
fn started(folder: &Path, by: &[&str]) -> (Child, PathBuf) {
    come_to("ringfence is ready", folder, by)
}

/// Until it says what begins so.
fn come_to(words: &str, folder: &Path, by: &[&str]) -> (Child, PathBuf) {
    let (log, mut run) = (folder.join("log"), command(folder, by, &["run"]));
    let mut child = run.stdout(Stdio::piped()).stderr(std::fs::File::create(&log).unwrap()).spawn().unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(said.any(|line| line.unwrap().trim_start().starts_with(words)), "{}", std::fs::read_to_string(&log).unwrap());
    // What it says later goes where it is read.
    std::thread::spawn(move || said.count());
    (child, log)
}

/// The binary on that folder's own server.
fn command(folder: &Path, by: &[&str], arguments: &[&str]) -> Command {
    let binary = binary();
    let words: Vec<_> = by.iter().map(OsStr::new).chain([binary.as_os_str()]).chain(arguments.iter().map(OsStr::new)).collect();
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).current_dir(folder).env("RINGFENCE_DATA", folder.join("data")).env("RINGFENCE_LISTEN", "127.0.0.1:0");
    command
}

fn kill(signal: &str, process: &str) {
    assert!(Command::new("kill").args([signal, process]).status().unwrap().success());
}

/// Of a test that broke off.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(None)) {
            kill("-TERM", &self.0.id().to_string());
            let _ = self.0.wait();
        }
    }
}

#[test]
fn a_terminal_that_goes_away_ends_it_in_order_and_a_database_that_dies_ends_it_with_an_error() {
    let folder = std::env::temp_dir().join(format!("ringfence-run-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::set_permissions(&folder, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let postmaster = folder.join("data/postgres/postmaster.pid");

    // Whatever this test was itself started to outlive.
    let (child, log) = started(&folder, &["env", "--default-signal=HUP"]);
    let mut child = Ended(child);
    kill("-HUP", &child.0.id().to_string());
    assert_eq!(child.0.wait().unwrap().code(), Some(0), "{}", std::fs::read_to_string(log).unwrap());
    assert!(!postmaster.exists(), "PostgreSQL has stopped");

    for words in ["ringfence is ready", "migrating"] {
        let (child, log) = come_to(words, &folder, &[]);
        let mut child = Ended(child);
        let pid = std::fs::read_to_string(&postmaster).unwrap().lines().next().unwrap().to_owned();
        kill("-KILL", &pid);
        let status = child.0.wait().unwrap();
        let complaint = std::fs::read_to_string(log).unwrap();
        assert_eq!(status.code(), Some(1), "{complaint}");
        assert!(complaint.contains("ringfence: PostgreSQL has ended by itself (signal: 9 (SIGKILL))") && complaint.contains("postgres.log"), "{complaint}");
    }

    // Started to outlive its terminal, it leaves that signal to whoever ignored it.
    let (child, _) = started(&folder, &["nohup"]);
    let mut child = Ended(child);
    let signals = std::fs::read_to_string(format!("/proc/{}/status", child.0.id())).unwrap();
    let ignored = signals.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap();
    assert_eq!(u64::from_str_radix(ignored.trim(), 16).unwrap() & 1, 1);
    kill("-TERM", &child.0.id().to_string());
    assert_eq!(child.0.wait().unwrap().code(), Some(0));
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_users_folder_that_root_used_still_belongs_to_the_user_and_keeps_each_login_made_at_once() {
    const TENANTS: [&str; 3] = ["acme", "globex", "initech"];
    let folder = std::env::temp_dir().join(format!("ringfence-two-users-{}", std::process::id()));
    let data = folder.join("data");
    std::fs::create_dir_all(&data).unwrap();
    std::fs::set_permissions(&folder, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    // Only root can be two users.
    let is_root = std::fs::metadata(&folder).unwrap().uid() == 0;
    let user = if is_root { &["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"][..] } else { &[] };
    if is_root {
        let nobody = Command::new("id").args(["-u", "nobody"]).output().unwrap().stdout;
        chown(&data, String::from_utf8_lossy(&nobody).trim().parse().ok(), None).unwrap();
    }
    let stopped = |mut child: Ended, log: &Path| {
        kill("-TERM", &child.0.id().to_string());
        assert_eq!(child.0.wait().unwrap().code(), Some(0), "{}", std::fs::read_to_string(log).unwrap());
    };
    let (child, log) = started(&folder, user);
    stopped(Ended(child), &log);
    // What a first run of another setting would have left to make.
    std::fs::remove_file(data.join("development-issuer.pem")).unwrap();

    let (child, log) = started(&folder, &[]);
    let child = Ended(child);
    let create = |tenant| command(&folder, &[], &["report-role", "create", "--tenant", tenant]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let at_once: Vec<_> = TENANTS.map(create).into_iter().map(|create| create.wait_with_output().unwrap()).collect();
    for (tenant, made) in TENANTS.into_iter().zip(at_once) {
        assert!(made.status.success(), "{tenant}: {}", String::from_utf8_lossy(&made.stderr));
        let kept = command(&folder, user, &["dsn", "--as", &format!("reporting:{tenant}")]).output().unwrap();
        assert_eq!(kept.stdout, made.stdout, "{tenant}: {}", String::from_utf8_lossy(&kept.stderr));
    }
    stopped(child, &log);
    let (child, log) = started(&folder, user);
    stopped(Ended(child), &log);
    std::fs::remove_dir_all(&folder).unwrap();
}
