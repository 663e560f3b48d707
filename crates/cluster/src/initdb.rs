//! Makes PGDATA once; it refuses to touch a folder which holds anything already.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::process::Stdio;

use secrecy::{ExposeSecret, SecretString};
use tokio::process::Command;

use crate::error::ClusterError;
use crate::folder::Folder;
use crate::installation::Installation;
use crate::record::{private_file, random_hex};
use crate::settings::Durability;

/// Collation by code point, so that an operating system's new locale data cannot corrupt an index; C where a system lacks the first.
const LOCALES: [&str; 2] = ["C.UTF-8", "C"];
const DRAFT: &str = "postgres.new-";
const OUTPUT_LINES: usize = 15;

/// True when PGDATA is there. It comes into being by rename, as the last step, so a PGDATA that exists is complete.
pub(crate) fn is_done(folder: &Folder) -> Result<bool, ClusterError> {
    let pgdata = folder.pgdata();
    if pgdata.join("PG_VERSION").exists() {
        return Ok(true);
    }
    match fs::read_dir(&pgdata).map(|mut entries| entries.next().is_none()) {
        Ok(true) => Ok(false),
        Ok(false) => Err(ClusterError::FolderNotOurs { folder: pgdata }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(ClusterError::io("read", &pgdata)(error)),
    }
}

/// Works in a draft of its own name: the initdb of a killed run may go on for a moment, and must not write into this one's.
pub(crate) async fn run(
    installation: &Installation,
    folder: &Folder,
    durability: Durability,
    password: &SecretString,
) -> Result<(), ClusterError> {
    let draft = folder.path.join(format!("{DRAFT}{}", random_hex::<4>()?));
    let password_file = folder.path.join("initdb.password");
    sweep_drafts(&folder.path);
    let mut outcome = Err(String::new());
    for locale in LOCALES {
        prepare(folder, &draft, &password_file, password)
            .map_err(ClusterError::io("prepare", &draft))?;
        outcome = initdb(
            installation,
            folder,
            durability,
            locale,
            &draft,
            &password_file,
        )
        .await;
        if outcome.is_ok() {
            break;
        }
    }
    let removed = fs::remove_file(&password_file);
    if let Err(output) = outcome {
        sweep_drafts(&folder.path);
        return Err(ClusterError::InitFailed {
            folder: folder.path.clone(),
            output,
        });
    }
    removed.map_err(ClusterError::io("remove", &password_file))?;
    let publish = || -> io::Result<()> {
        fs::rename(&draft, folder.pgdata())?;
        File::open(&folder.path)?.sync_all()
    };
    publish().map_err(ClusterError::io("rename", &draft))
}

/// What killed runs left half-made; a draft that is still written to goes at the next start.
fn sweep_drafts(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(DRAFT) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn prepare(
    folder: &Folder,
    draft: &Path,
    password_file: &Path,
    password: &SecretString,
) -> io::Result<()> {
    match fs::remove_dir_all(draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    DirBuilder::new().mode(0o700).create(draft)?;
    folder.account.give(draft)?;
    // A file, because initdb cannot reopen a pipe that belongs to root.
    private_file(password_file)?.write_all_and_sync(password.expose_secret().as_bytes())?;
    folder.account.give(password_file)
}

async fn initdb(
    installation: &Installation,
    folder: &Folder,
    durability: Durability,
    locale: &str,
    draft: &Path,
    password_file: &Path,
) -> Result<(), String> {
    let mut command = folder.account.command(&installation.program("initdb"));
    command
        .arg("--pgdata")
        .arg(draft)
        .arg("--pwfile")
        .arg(password_file)
        .args(["--username=postgres", "--encoding=UTF8"])
        .args(["--auth-local=scram-sha-256", "--auth-host=scram-sha-256"])
        .arg(format!("--locale={locale}"))
        .arg(match durability {
            Durability::Full => "--data-checksums",
            Durability::Volatile => "--no-sync",
        })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let output = Command::from(command)
        .kill_on_drop(true)
        .output()
        .await
        .map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    Err(lines[lines.len().saturating_sub(OUTPUT_LINES)..].join("\n"))
}
