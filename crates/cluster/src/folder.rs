//! The data folder: where it really is, who may use it, and that only one run does; it refuses a folder that is in use.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use nix::fcntl::OFlag;
use nix::unistd::geteuid;
use sha2::{Digest, Sha256};

use crate::account::Account;
use crate::error::ClusterError;
use crate::record::{Record, random_hex};

const SYSTEM_FOLDER: &str = "/var/lib/ringfence";
/// sockaddr_un holds 108 bytes with the final NUL; the server appends `/.s.PGSQL.` and five digits.
const LONGEST_SOCKET_DIR: usize = 107 - "/.s.PGSQL.65535".len();
/// At a start, a longer log is set aside as `postgres.log.1`.
const LONGEST_LOG: u64 = 32 * 1024 * 1024;

/// In a closed folder: where its data is. That place is named after the folder, which may be renamed.
const MARK: &str = "elsewhere";

/// A locked data folder; the lock ends with this value or with the process.
#[derive(Debug)]
pub(crate) struct Folder {
    pub(crate) path: PathBuf,
    pub(crate) account: Account,
    _lock: File,
}

impl Folder {
    /// Makes, chooses and locks the folder. Root's PostgreSQL runs as somebody else, who may be unable to enter the
    /// requested folder (a 0700 home): then a system folder named after the requested one takes its place.
    pub(crate) fn open(requested: &Path, progress: &dyn Fn(&str)) -> Result<Self, ClusterError> {
        let requested = make_folder(requested)?;
        let account = Account::choose(owner(&requested.join("postgres")))?;
        let elsewhere = elsewhere(&requested);
        let has_data = requested.join("postgres").exists();
        // Once there, always there: the folder may have become open to that user since.
        let moved = account.drops_privilege() && !has_data && elsewhere.join("postgres").exists();
        let mark = requested.join(MARK);
        if account.drops_privilege()
            && !has_data
            && !moved
            && let Some(former) = marked(&mark).filter(|former| former.join("postgres").exists())
        {
            return Err(ClusterError::FolderRenamed {
                folder: requested,
                former,
                elsewhere,
                mark,
            });
        }
        if !moved && account.can_enter(&requested) {
            return Self::lock(requested, account);
        }
        if has_data || !account.drops_privilege() {
            return Err(ClusterError::DataOutOfReach {
                folder: requested,
                user: account.name,
            });
        }
        let elsewhere = make_folder(&elsewhere)?;
        let account = Account::choose(owner(&elsewhere.join("postgres")))?;
        if !account.can_enter(&elsewhere) {
            return Err(ClusterError::DataOutOfReach {
                folder: elsewhere,
                user: account.name,
            });
        }
        progress(&format!(
            "PostgreSQL runs as the user `{}`, to whom {} was closed: its data is in {} instead",
            account.name,
            requested.display(),
            elsewhere.display()
        ));
        let folder = Self::lock(elsewhere, account)?;
        let note = || private_options().truncate(true).open(&mark)?.write_all(folder.path.as_os_str().as_bytes());
        note().map_err(ClusterError::io("write", &mark))?;
        Ok(folder)
    }

    pub(crate) fn pgdata(&self) -> PathBuf {
        self.path.join("postgres")
    }

    pub(crate) fn log_file(&self) -> PathBuf {
        self.path.join("postgres.log")
    }

    /// Every process of the server carries this name in its title, by which a killed server's children are found.
    pub(crate) fn cluster_name(&self) -> String {
        format!("ringfence-{}", short_digest(&self.path))
    }

    /// For appending. Opened by this process and inherited by the server, so it needs no owner but this one.
    pub(crate) fn open_log(&self) -> Result<File, ClusterError> {
        let path = self.log_file();
        let open = || -> io::Result<File> {
            if fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.len() > LONGEST_LOG) {
                fs::rename(&path, self.path.join("postgres.log.1"))?;
            }
            let log = private_options().append(true).open(&path)?;
            self.leave_to_owner(&path)?;
            Ok(log)
        };
        open().map_err(ClusterError::io("open", &path))
    }

    /// When root runs an ordinary user's cluster, that user must be able to run it again. A folder of anybody else
    /// gets nothing: whoever has the superuser's password can act as the server's user.
    pub(crate) fn leave_to_owner(&self, path: &Path) -> io::Result<()> {
        match self.account.owns(&self.path) {
            true => self.account.give(path),
            false => Ok(()),
        }
    }

    pub(crate) fn usual_socket_dir(&self) -> PathBuf {
        self.path.join("socket")
    }

    /// `socket/`, or a short folder under the temporary one where its path is too long for a socket.
    pub(crate) fn socket_dir(&self, record: &mut Record) -> Result<PathBuf, ClusterError> {
        if let Some(left_over) = record.short_socket_dir.take()
            && self.account.owns(&left_over)
        {
            let _ = fs::remove_dir_all(&left_over);
        }
        let usual = self.usual_socket_dir();
        // In the setting's list syntax a double quote would end the quoted path.
        let bytes = usual.as_os_str().as_bytes();
        if bytes.len() <= LONGEST_SOCKET_DIR && !bytes.contains(&b'"') {
            return self.make_socket_dir(usual);
        }
        let temporary = std::env::temp_dir();
        let fits =
            temporary.as_os_str().len() + "/ringfence-0123456789abcdef".len() <= LONGEST_SOCKET_DIR;
        let parent = match fits && self.account.can_enter(&temporary) {
            true => temporary,
            false => PathBuf::from("/tmp"),
        };
        // Random, because a name others can foresee is a name others can occupy.
        let short =
            self.make_socket_dir(parent.join(format!("ringfence-{}", random_hex::<8>()?)))?;
        record.short_socket_dir = Some(short.clone());
        Ok(short)
    }

    /// Everyone may walk in, as into Debian's: what lets in is the password, also over the socket.
    fn make_socket_dir(&self, path: PathBuf) -> Result<PathBuf, ClusterError> {
        let make = || -> io::Result<()> {
            match DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => {
                    fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
                    self.account.give(&path)
                }
                Err(error)
                    if error.kind() == io::ErrorKind::AlreadyExists && self.account.owns(&path) =>
                {
                    Ok(())
                }
                Err(error) => Err(error),
            }
        };
        make().map_err(ClusterError::io("make", &path))?;
        Ok(path)
    }

    fn lock(path: PathBuf, account: Account) -> Result<Self, ClusterError> {
        let lock_path = path.join("lock");
        let mut options = private_options();
        // Readable, so that a second run can name the first.
        options.read(true).mode(0o644);
        let mut lock = options
            .open(&lock_path)
            .map_err(ClusterError::io("open", &lock_path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut pid = String::new();
                let _ = lock.read_to_string(&mut pid);
                let pid = match pid.trim() {
                    "" => "unknown".to_owned(),
                    pid => pid.to_owned(),
                };
                return Err(ClusterError::FolderInUse { folder: path, pid });
            }
            Err(TryLockError::Error(error)) => {
                return Err(ClusterError::io("lock", &lock_path)(error));
            }
        }
        let mut note_pid = || -> io::Result<()> {
            lock.set_len(0)?;
            lock.rewind()?;
            writeln!(lock, "{}", std::process::id())
        };
        note_pid().map_err(ClusterError::io("write", &lock_path))?;
        let folder = Self {
            path,
            account,
            _lock: lock,
        };
        folder
            .leave_to_owner(&lock_path)
            .map_err(ClusterError::io("write", &lock_path))?;
        Ok(folder)
    }
}

/// What root writes beside an ordinary user's cluster is that user's, as the cluster is. Nothing is given away in a folder whose
/// cluster is somebody else's: whoever owns that one keeps its passwords to themselves.
pub fn leave_to_owner(folder: &Path, file: &File) -> io::Result<()> {
    let path = fs::canonicalize(folder)?;
    let folder = fs::metadata(&path)?;
    let is_theirs = [path.join("postgres"), elsewhere(&path).join("postgres")]
        .iter()
        .filter_map(|data| owner(data))
        .all(|uid| uid == folder.uid());
    // Whoever may write in the folder can put another name of somebody's file there, and that file would be given away.
    let has_one_name = file.metadata()?.nlink() == 1;
    if geteuid().is_root() && is_theirs && has_one_name {
        fchown(file, Some(folder.uid()), Some(folder.gid()))?;
    }
    Ok(())
}

/// The same for a file that was made by this name just now.
pub fn leave_path_to_owner(folder: &Path, path: &Path) -> io::Result<()> {
    let file = OpenOptions::new().read(true).custom_flags(OFlag::O_NOFOLLOW.bits()).open(path)?;
    leave_to_owner(folder, &file)
}

/// A file beside the cluster that several programs hold in turn; made if it is missing, and its folder's owner's.
pub fn open_in_turn(folder: &Path, name: &str) -> io::Result<File> {
    let file = private_options().open(folder.join(name))?;
    leave_to_owner(folder, &file)?;
    file.lock()?;
    Ok(file)
}

/// Links are refused: root must not be led to another file by whoever may write in the folder.
fn private_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options
        .write(true)
        .create(true)
        .mode(0o600)
        .custom_flags(OFlag::O_NOFOLLOW.bits());
    options
}

/// Root's folders are made traversable whatever the umask, since the server's user has to pass through them.
fn make_folder(path: &Path) -> Result<PathBuf, ClusterError> {
    let make = || -> io::Result<PathBuf> {
        let path = std::path::absolute(path)?;
        let missing: Vec<&Path> = path
            .ancestors()
            .take_while(|folder| !folder.exists())
            .collect();
        for folder in missing.into_iter().rev() {
            fs::create_dir(folder)?;
            if geteuid().is_root() {
                fs::set_permissions(folder, fs::Permissions::from_mode(0o755))?;
            }
        }
        fs::canonicalize(path)
    };
    make().map_err(|source| ClusterError::CannotMakeFolder { path: path.to_path_buf(), source })
}

/// What an earlier run noted. Believed only as far as to refuse: whoever may write in the folder may have written it.
fn marked(mark: &Path) -> Option<PathBuf> {
    let text = fs::read(mark).ok()?;
    Some(PathBuf::from(OsString::from_vec(text)))
}

/// Where the data goes whose folder is closed to the server's user.
fn elsewhere(requested: &Path) -> PathBuf {
    Path::new(SYSTEM_FOLDER).join(short_digest(requested))
}

fn owner(path: &Path) -> Option<u32> {
    fs::symlink_metadata(path)
        .ok()
        .map(|metadata| metadata.uid())
}

fn short_digest(path: &Path) -> String {
    hex::encode(&Sha256::digest(path.as_os_str().as_bytes())[..8])
}

#[cfg(test)]
mod tests {
    use super::make_folder;
    use crate::error::ClusterError;
    use std::path::Path;

    /// Nobody, root neither, makes a folder there.
    #[test]
    fn a_folder_that_cannot_be_made_is_nobody_elses() {
        let made = make_folder(Path::new("/sys/ringfence-none/data"));
        assert!(matches!(&made, Err(ClusterError::CannotMakeFolder { path, .. }) if path == Path::new("/sys/ringfence-none/data")), "{made:?}");
    }
}
