//! What can go wrong with the private cluster, each text saying what to do next; it never carries a password or a row.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use nix::unistd::geteuid;

use crate::version::Version;

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClusterError {
    #[error(
        "PostgreSQL was not found (looked in {looked_in}). Install PostgreSQL 15 to 18 (Debian, Ubuntu: `sudo apt-get install postgresql postgresql-contrib`), or set RINGFENCE_PG_BIN to the folder which holds `postgres` and `initdb`, for example RINGFENCE_PG_BIN=/usr/lib/postgresql/17/bin"
    )]
    NotFound { looked_in: String },

    #[error(
        "PostgreSQL {version} in {} is too old: install PostgreSQL 15 or newer, up to 18 (Debian 12+, Ubuntu 24.04+: `sudo apt-get install postgresql postgresql-contrib`; older systems: https://apt.postgresql.org), or set RINGFENCE_PG_BIN to its bin folder",
        bin_dir.display()
    )]
    TooOld { version: Version, bin_dir: PathBuf },

    #[error(
        "PostgreSQL {version} in {} is newer than what the walls were verified on: install PostgreSQL 18 beside it, or set RINGFENCE_PG_BIN to the bin folder of a version from 15 to 18",
        bin_dir.display()
    )]
    TooNew { version: Version, bin_dir: PathBuf },

    #[error(
        "PostgreSQL is missing and cannot be installed from here: {reason}. Type this, then run again:\n{commands}"
    )]
    CannotInstall { reason: String, commands: String },

    #[error(
        "started as root, and PostgreSQL refuses root, but the system has neither a user `postgres` nor `nobody`: run as an ordinary user, or create one with `useradd --system postgres`"
    )]
    NoUnprivilegedUser,

    #[error(
        "the user `{user}` cannot run PostgreSQL in {}: put PostgreSQL where every user can reach it, or run as an ordinary user who can",
        bin_dir.display()
    )]
    ProgramsOutOfReach { bin_dir: PathBuf, user: String },

    #[error(
        "the data folder {} is in use by process {pid}: stop that run first (Ctrl-C, or `kill {pid}`), or choose another folder with RINGFENCE_DATA",
        folder.display()
    )]
    FolderInUse { folder: PathBuf, pid: String },

    #[error(
        "the data of {} is in {}, which is named after the folder's former name: type `mv {} {}` to go on with it, or remove {} to begin anew",
        folder.display(), former.display(), former.display(), elsewhere.display(), mark.display()
    )]
    FolderRenamed {
        folder: PathBuf,
        former: PathBuf,
        elsewhere: PathBuf,
        mark: PathBuf,
    },

    #[error(
        "the folder {} cannot be made: {source}; make it beforehand, where the user who runs this may write, or choose another folder with RINGFENCE_DATA",
        path.display()
    )]
    CannotMakeFolder {
        path: PathBuf,
        #[source]
        source: io::Error,
    },

    #[error(
        "{} belongs to another user: run as the user who made it, or choose another folder with RINGFENCE_DATA",
        path.display()
    )]
    OwnedByAnother {
        path: PathBuf,
        #[source]
        source: io::Error,
    },

    #[error(
        "PostgreSQL would run as the user `{user}`, who cannot enter {}: open its parent folders to that user (`chmod o+x`), or choose another folder with RINGFENCE_DATA",
        folder.display()
    )]
    DataOutOfReach { folder: PathBuf, user: String },

    #[error(
        "a server has run in {0}, and its data is gone: {0}/postgres is not there; put it back (a volume that is not mounted?), or move {0} away for a new one",
        folder.display()
    )]
    DataGone { folder: PathBuf },

    #[error(
        "{} is not empty and is not a PostgreSQL data folder; nothing was touched: move it away, or choose another folder with RINGFENCE_DATA",
        folder.display()
    )]
    FolderNotOurs { folder: PathBuf },

    #[error(
        "the data in {} was made by PostgreSQL {data_major}, but {installed} is installed: install postgresql-{data_major} as well, or choose another folder with RINGFENCE_DATA",
        folder.display()
    )]
    OtherMajor {
        folder: PathBuf,
        data_major: u32,
        installed: Version,
    },

    #[error(
        "{} is missing or unreadable, and with it the superuser's password; the data is untouched: put the file back from a copy, or move the folder away to begin anew",
        path.display()
    )]
    RecordLost { path: PathBuf },

    #[error("initdb failed in {}; what it said:\n{output}", folder.display())]
    InitFailed { folder: PathBuf, output: String },

    #[error("PostgreSQL did not start: {reason}. The end of {}:\n{tail}", log_file.display())]
    StartFailed {
        reason: String,
        log_file: PathBuf,
        tail: String,
    },

    #[error(
        "an earlier PostgreSQL (process {pid}) still runs on {} and does not stop: look at it with `ps -fp {pid}`, then `kill -QUIT {pid}`",
        folder.display()
    )]
    LeftoverDoesNotStop { folder: PathBuf, pid: i32 },

    #[error(
        "PostgreSQL (process {pid}) did not stop when asked; it was killed and recovers at its next start"
    )]
    StopFailed { pid: u32 },

    #[error("the operating system gave no random bytes for a password: {0}")]
    NoRandomness(String),

    #[error("cannot {action} {}: {source}; check its owner, its mode and the free space", path.display())]
    Io {
        action: &'static str,
        path: PathBuf,
        source: io::Error,
    },
}

impl ClusterError {
    /// For `map_err`: names what was being done and to which path.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| match source.kind() {
            io::ErrorKind::PermissionDenied if is_anothers(&path) => Self::OwnedByAnother { path, source },
            _ => Self::Io {
                action,
                path,
                source,
            },
        }
    }
}

/// The path itself or, where it is not there, the folder that it would be in.
fn is_anothers(path: &Path) -> bool {
    let nearest = path.ancestors().find_map(|path| fs::symlink_metadata(path).ok());
    nearest.is_none_or(|nearest| nearest.uid() != geteuid().as_raw())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::ClusterError;
    use nix::unistd::geteuid;
    use std::io;
    use std::os::unix::fs::chown;
    use std::path::Path;

    #[test]
    fn a_folder_of_ones_own_that_is_closed_is_nobody_elses() {
        let closed = |path: &Path| ClusterError::io("open", path)(io::ErrorKind::PermissionDenied.into());
        let own = std::env::temp_dir().join(format!("ringfence-own-{}", std::process::id()));
        std::fs::create_dir_all(&own).unwrap();
        for path in [own.clone(), own.join("lock")] {
            let error = closed(&path);
            assert!(matches!(error, ClusterError::Io { .. }) && error.to_string().contains("check its owner, its mode"), "{error}");
        }
        // Root's on every system, or of root's what was given away.
        let anothers = if geteuid().is_root() { own.as_path() } else { Path::new("/proc/1") };
        if geteuid().is_root() {
            chown(anothers, Some(1), None).unwrap();
        }
        assert!(matches!(closed(&anothers.join("lock")), ClusterError::OwnedByAnother { .. }));
        std::fs::remove_dir(&own).unwrap();
    }
}
