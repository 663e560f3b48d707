//! The operating system's user whom PostgreSQL runs as; it is never root, and a program started here inherits no environment.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, lchown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use nix::unistd::{Gid, Uid, User, geteuid};

use crate::error::ClusterError;
use crate::installation::Installation;

/// initdb and postgres look their user up by name, so one without an entry in passwd will not do.
const UNPRIVILEGED: [&str; 2] = ["postgres", "nobody"];
/// Secrets in the service's environment do not belong in that of its database: these alone pass.
const INHERITED: [&str; 3] = ["LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR"];

#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) name: String,
    uid: Uid,
    gid: Gid,
    drops_privilege: bool,
}

impl Account {
    /// An ordinary user is himself. Root becomes the user who owns the data already, or else a system user.
    pub(crate) fn choose(data_owner: Option<u32>) -> Result<Self, ClusterError> {
        if !geteuid().is_root() {
            let (uid, gid) = (geteuid(), nix::unistd::getegid());
            let name = User::from_uid(uid).ok().flatten().map(|user| user.name);
            return Ok(Self {
                name: name.unwrap_or_else(|| uid.to_string()),
                uid,
                gid,
                drops_privilege: false,
            });
        }
        let owner = data_owner
            .map(Uid::from_raw)
            .and_then(|uid| User::from_uid(uid).ok().flatten());
        let system_users = UNPRIVILEGED
            .iter()
            .filter_map(|name| User::from_name(name).ok().flatten());
        owner
            .into_iter()
            .chain(system_users)
            .find(|user| !user.uid.is_root())
            .map(|user| Self {
                name: user.name,
                uid: user.uid,
                gid: user.gid,
                drops_privilege: true,
            })
            .ok_or(ClusterError::NoUnprivilegedUser)
    }

    pub(crate) fn uid(&self) -> u32 {
        self.uid.as_raw()
    }

    pub(crate) fn drops_privilege(&self) -> bool {
        self.drops_privilege
    }

    /// A command as this user, in `/` (the caller's folder may be closed to it) and with a bare environment.
    /// The standard library clears the supplementary groups when it sets a uid as root.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("LC_ALL", "C")
            .envs(
                INHERITED
                    .iter()
                    .filter_map(|name| Some((name, std::env::var_os(name)?))),
            )
            .current_dir("/")
            .stdin(Stdio::null());
        if self.drops_privilege {
            command.uid(self.uid.as_raw()).gid(self.gid.as_raw());
        }
        command
    }

    /// Tried, not computed from mode bits: those know nothing of ACLs, mount options and security modules.
    pub(crate) fn can_enter(&self, folder: &Path) -> bool {
        self.command(Path::new("/bin/sh"))
            .args(["-c", "cd -- \"$1\"", "sh"])
            .arg(folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    }

    pub(crate) fn check_programs(&self, installation: &Installation) -> Result<(), ClusterError> {
        let runs = self
            .command(&installation.program("postgres"))
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
        if runs {
            return Ok(());
        }
        Err(ClusterError::ProgramsOutOfReach {
            bin_dir: installation.bin_dir.clone(),
            user: self.name.clone(),
        })
    }

    /// Hands a path over to this user. Links are not followed: as root, in a folder of somebody else,
    /// following one would give away the file it points to.
    pub(crate) fn give(&self, path: &Path) -> io::Result<()> {
        if self.drops_privilege {
            lchown(path, Some(self.uid.as_raw()), Some(self.gid.as_raw()))?;
        }
        Ok(())
    }

    pub(crate) fn owns(&self, path: &Path) -> bool {
        fs::symlink_metadata(path).is_ok_and(|metadata| metadata.uid() == self.uid.as_raw())
    }
}
