//! The data folder's own files: which run was there, whose passwords are kept, where the private cluster listens. Every
//! file is readable by its owner alone and replaced whole; what PostgreSQL keeps beside them is left to the cluster.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::settings;

const DEFAULT: &str = ".ringfence";
const RUN: &str = "run.json";
const CLUSTER: &str = "cluster.json";
const TURN: &str = "files.lock";

#[derive(Debug, Clone)]
pub struct DataFolder {
    path: PathBuf,
}

/// What the last run left for the commands typed beside it.
#[derive(Debug, Serialize, Deserialize)]
pub struct LastRun {
    pub listen: SocketAddr,
    /// Where the private cluster's data really is; none on an existing server.
    pub cluster_folder: Option<PathBuf>,
}

/// The private cluster as its record tells it: where it listens, and as whom one may do everything.
#[derive(Deserialize)]
pub struct ClusterRecord {
    pub port: u16,
    pub superuser_password: String,
}

impl DataFolder {
    /// `RINGFENCE_DATA`, or `.ringfence` in the working folder. It need not be there, but what is there must be a folder.
    pub fn from_settings() -> Result<Self, Failure> {
        let named = settings::DATA.text()?;
        let path = Path::new(named.as_deref().unwrap_or(DEFAULT));
        let path = std::path::absolute(path).map_err(file("find", path))?;
        if path.exists() && !path.is_dir() {
            return Err(settings::DATA.wrong(named, format!("{} is there, and no folder", path.display())));
        }
        Ok(Self { path })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn make(&self) -> Result<(), Failure> {
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.path);
        made.map_err(file("make", &self.path))
    }

    pub fn credentials(&self) -> PathBuf {
        self.path.join("credentials.json")
    }

    pub fn issuer_key(&self) -> PathBuf {
        self.path.join("development-issuer.pem")
    }

    /// For what was made here just now by others than this file.
    pub fn leave_to_owner(&self, path: &Path) -> Result<(), Failure> {
        ringfence_cluster::leave_path_to_owner(&self.path, path).map_err(file("leave to the folder's owner", path))
    }

    pub fn last_run(&self) -> Result<Option<LastRun>, Failure> {
        self.read(RUN)
    }

    pub fn note_run(&self, run: &LastRun) -> Result<(), Failure> {
        self.write(RUN, run)
    }

    /// `None`: no private cluster was ever made here.
    pub fn cluster(&self) -> Result<Option<ClusterRecord>, Failure> {
        let folder = self.last_run()?.and_then(|run| run.cluster_folder);
        read_json(&folder.unwrap_or_else(|| self.path.clone()).join(CLUSTER))
    }

    /// `None`: there is no such file.
    pub fn read<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, Failure> {
        read_json(&self.path.join(name))
    }

    pub fn write<T: Serialize>(&self, name: &str, value: &T) -> Result<(), Failure> {
        let _turn = self.take_turn()?;
        self.replace(name, value)
    }

    /// What several commands at once add is all there in the end.
    pub fn change<T: Default + Serialize + DeserializeOwned>(&self, name: &str, change: impl FnOnce(&mut T)) -> Result<(), Failure> {
        let _turn = self.take_turn()?;
        let mut value: T = self.read(name)?.unwrap_or_default();
        change(&mut value);
        self.replace(name, &value)
    }

    /// Until it is dropped, nobody else writes here: the drafts have one name, and what was read is still what stands.
    fn take_turn(&self) -> Result<File, Failure> {
        ringfence_cluster::open_in_turn(&self.path, TURN).map_err(file("lock", &self.path.join(TURN)))
    }

    /// By a draft and a rename: a killed run leaves the old file or the new one.
    fn replace<T: Serialize>(&self, name: &str, value: &T) -> Result<(), Failure> {
        let path = self.path.join(name);
        let draft = self.path.join(format!("{name}.new"));
        let write = || -> std::io::Result<()> {
            match fs::remove_file(&draft) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            let text = serde_json::to_vec_pretty(value)?;
            let mut new = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
            new.write_all(&text)?;
            new.sync_all()?;
            ringfence_cluster::leave_to_owner(&self.path, &new)?;
            fs::rename(&draft, &path)?;
            File::open(&self.path)?.sync_all()
        };
        write().map_err(file("write", &path))
    }
}

fn read_json<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, Failure> {
    match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|error| Failure::Unreadable { path: path.to_path_buf(), reason: error.to_string() }),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(file("read", path)(source)),
    }
}

pub fn file(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Failure {
    let path = path.to_path_buf();
    move |source| Failure::File { action, path, source }
}
