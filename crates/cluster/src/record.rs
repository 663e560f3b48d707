//! `cluster.json`: the port and the superuser's password, remembered between runs; it refuses to print the password or to show it to others.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::error::ClusterError;
use crate::folder::Folder;

const FILE: &str = "cluster.json";
const PASSWORD_BYTES: usize = 24;

#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) port: u16,
    pub(crate) password: SecretString,
    /// A socket folder outside the data folder, to be swept away if a killed run left it.
    pub(crate) short_socket_dir: Option<PathBuf>,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    port: u16,
    superuser_password: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    short_socket_dir: Option<PathBuf>,
}

impl Record {
    /// A password is made only where there is no data yet: data without its record is an error, not a reason to begin anew.
    pub(crate) fn load_or_make(folder: &Path, data_exists: bool) -> Result<Self, ClusterError> {
        let path = folder.join(FILE);
        match fs::read(&path) {
            Ok(text) => match serde_json::from_slice::<Stored>(&text) {
                Ok(stored) => Ok(Self {
                    port: stored.port,
                    password: stored.superuser_password.into(),
                    short_socket_dir: stored.short_socket_dir,
                }),
                Err(_) if !data_exists => Self::make(),
                Err(_) => Err(ClusterError::RecordLost { path }),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound && !data_exists => Self::make(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(ClusterError::RecordLost { path })
            }
            Err(error) => Err(ClusterError::io("read", &path)(error)),
        }
    }

    fn make() -> Result<Self, ClusterError> {
        Ok(Self {
            port: 0,
            password: random_hex::<PASSWORD_BYTES>()?.into(),
            short_socket_dir: None,
        })
    }

    /// Replaced by rename and flushed before initdb is: a killed run must not leave data whose password nobody knows.
    pub(crate) fn save(&self, folder: &Folder) -> Result<(), ClusterError> {
        let path = folder.path.join(FILE);
        let stored = Stored {
            port: self.port,
            superuser_password: self.password.expose_secret().to_owned(),
            short_socket_dir: self.short_socket_dir.clone(),
        };
        let save = || -> io::Result<()> {
            let text = serde_json::to_vec_pretty(&stored)?;
            let draft = folder.path.join("cluster.json.new");
            private_file(&draft)?.write_all_and_sync(&text)?;
            folder.leave_to_owner(&draft)?;
            fs::rename(&draft, &path)?;
            File::open(&folder.path)?.sync_all()
        };
        save().map_err(ClusterError::io("write", &path))
    }
}

pub(crate) fn random_hex<const BYTES: usize>() -> Result<String, ClusterError> {
    let mut bytes = [0_u8; BYTES];
    getrandom::fill(&mut bytes).map_err(|error| ClusterError::NoRandomness(error.to_string()))?;
    Ok(hex::encode(bytes))
}

/// A file made anew, readable by its owner alone from its first moment on.
pub(crate) fn private_file(path: &Path) -> io::Result<PrivateFile> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    Ok(PrivateFile(file))
}

pub(crate) struct PrivateFile(File);

impl PrivateFile {
    pub(crate) fn write_all_and_sync(mut self, text: &[u8]) -> io::Result<()> {
        self.0.write_all(text)?;
        self.0.sync_all()
    }
}
