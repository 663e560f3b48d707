//! The private cluster itself: start, addresses, stop, restart; it refuses to begin anew where data already lies.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use crate::dsn::dsn;
use crate::error::ClusterError;
use crate::folder::Folder;
use crate::initdb;
use crate::installation::Installation;
use crate::leftovers;
use crate::postmaster::{Launch, Postmaster, StartFailure};
use crate::record::Record;
use crate::settings::Durability;

const PORT_ATTEMPTS: u32 = 5;
/// How soon it is noticed that the server has ended by itself.
const LOOK_EVERY: Duration = Duration::from_millis(250);
const SUPERUSER: &str = "postgres";

#[derive(Debug, Clone)]
pub struct Options {
    /// The folder asked for; [`Cluster::data_dir`] says which one it became.
    pub data_dir: PathBuf,
    pub durability: Durability,
    /// Further settings, as `postgres -c name=value`; they win over the cluster's own.
    pub settings: Vec<(String, String)>,
}

/// A running server. Dropping it stops the server; [`stop`](Self::stop) does so in order and says whether it worked.
#[derive(Debug)]
pub struct Cluster {
    // Fields drop in this order: the server ends before the folder's lock does.
    postmaster: Postmaster,
    socket: SocketDir,
    folder: Folder,
    installation: Installation,
    durability: Durability,
    settings: Vec<(String, String)>,
    port: u16,
    password: SecretString,
}

impl Cluster {
    /// Makes the cluster on first use, and recovers whatever an earlier run left.
    pub async fn start(
        installation: &Installation,
        options: Options,
        progress: &dyn Fn(&str),
    ) -> Result<Self, ClusterError> {
        warn_of_known_holes(installation, progress);
        let folder = Folder::open(&options.data_dir, progress)?;
        let data_exists = initdb::is_done(&folder)?;
        let installation = matching_installation(installation, &folder, data_exists, progress)?;
        folder.account.check_programs(&installation)?;
        let mut record = Record::load_or_make(&folder.path, data_exists)?;
        if data_exists {
            // A folder of its own elsewhere is made anew.
            leftovers::clear(&folder, &folder.usual_socket_dir(), progress).await?;
        } else if record.port != 0 {
            return Err(ClusterError::DataGone { folder: folder.path.clone() });
        } else {
            progress(&format!(
                "making a new PostgreSQL {} cluster in {}",
                installation.version,
                folder.path.display()
            ));
            record.save(&folder)?;
            initdb::run(&installation, &folder, options.durability, &record.password).await?;
        }
        let socket = SocketDir::make(&folder, &mut record)?;
        let Options {
            durability,
            settings,
            ..
        } = options;
        let launch = |port| Launch {
            installation: &installation,
            folder: &folder,
            durability,
            port,
            socket_dir: &socket.path,
            extra: &settings,
        };
        let postmaster = start_on_free_port(&folder, &mut record, launch, progress).await?;
        Ok(Self {
            postmaster,
            socket,
            installation,
            durability,
            settings,
            port: record.port,
            password: record.password,
            folder,
        })
    }

    /// The superuser's URL: `postgres://postgres:<password>@127.0.0.1:<port>/postgres`.
    pub fn admin_url(&self) -> String {
        self.dsn(SUPERUSER, self.password.expose_secret(), "postgres")
    }

    /// A URL over loopback TCP, each part percent-encoded.
    pub fn dsn(&self, user: &str, password: &str, database: &str) -> String {
        dsn(self.port, user, password, database)
    }

    pub fn socket_dir(&self) -> &Path {
        &self.socket.path
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where the data really is; see [`Options::data_dir`].
    pub fn data_dir(&self) -> &Path {
        &self.folder.path
    }

    pub fn log_file(&self) -> PathBuf {
        self.folder.log_file()
    }

    /// The postmaster's process id.
    pub fn pid(&self) -> u32 {
        self.postmaster.pid()
    }

    /// Returns when the server has ended without having been asked to, and how.
    pub async fn ended(&self) -> ExitStatus {
        loop {
            match self.postmaster.exit_status() {
                Some(status) => return status,
                None => tokio::time::sleep(LOOK_EVERY).await,
            }
        }
    }

    /// Fast shutdown; returns when the server has ended.
    pub async fn stop(self) -> Result<(), ClusterError> {
        self.postmaster.stop().await
    }

    /// Ends the server as a crash would, for fault tests; [`restart`](Self::restart) recovers it.
    pub fn stop_immediately(&self) {
        self.postmaster.stop_immediately();
    }

    /// Starts the server again, whether it runs, was stopped or was killed. The port stays, unless somebody took it meanwhile.
    pub async fn restart(&mut self) -> Result<(), ClusterError> {
        let progress = &|text: &str| tracing::info!("{text}");
        if self.postmaster.exit_status().is_none() {
            self.postmaster.stop().await?;
        }
        leftovers::clear(&self.folder, &self.socket.path, progress).await?;
        let mut record = Record::load_or_make(&self.folder.path, true)?;
        let (installation, folder, socket) = (&self.installation, &self.folder, &self.socket);
        let (durability, settings) = (self.durability, &self.settings);
        let launch = |port| Launch {
            installation,
            folder,
            durability,
            port,
            socket_dir: &socket.path,
            extra: settings,
        };
        self.postmaster = start_on_free_port(folder, &mut record, launch, progress).await?;
        self.port = record.port;
        Ok(())
    }
}

/// The remembered port if it is free. A port found free can be taken before the server binds it, hence the attempts.
async fn start_on_free_port<'a>(
    folder: &Folder,
    record: &mut Record,
    launch: impl Fn(u16) -> Launch<'a>,
    progress: &dyn Fn(&str),
) -> Result<Postmaster, ClusterError> {
    for _ in 0..PORT_ATTEMPTS {
        if record.port == 0 || TcpListener::bind((Ipv4Addr::LOCALHOST, record.port)).is_err() {
            record.port = free_port()?;
        }
        // Before the start, so that a killed run leaves behind where its server listens.
        record.save(folder)?;
        match Postmaster::start(&launch(record.port), progress).await {
            Ok(postmaster) => return Ok(postmaster),
            Err(StartFailure::PortTaken) => record.port = 0,
            Err(StartFailure::Final(error)) => return Err(error),
        }
    }
    Err(ClusterError::StartFailed {
        reason: format!("{PORT_ATTEMPTS} ports in a row were taken by other programs"),
        log_file: folder.log_file(),
        tail: String::new(),
    })
}

fn free_port() -> Result<u16, ClusterError> {
    let address = Path::new("127.0.0.1");
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(|source| ClusterError::Io {
            action: "find a free port on",
            path: address.to_path_buf(),
            source,
        })?;
    let local = listener
        .local_addr()
        .map_err(ClusterError::io("find a free port on", address))?;
    Ok(local.port())
}

fn warn_of_known_holes(installation: &Installation, progress: &dyn Fn(&str)) {
    let version = installation.version;
    if version.below_security_floor() {
        progress(&format!(
            "warning: PostgreSQL {version} has known holes in row security (CVE-2024-10976, CVE-2025-8713): update to {} or newer",
            version.security_floor()
        ));
    }
}

/// After an upgrade of the system the newest PostgreSQL may not be the one that made the data; that one is used as long as it is there.
fn matching_installation(
    chosen: &Installation,
    folder: &Folder,
    data_exists: bool,
    progress: &dyn Fn(&str),
) -> Result<Installation, ClusterError> {
    if !data_exists {
        return Ok(chosen.clone());
    }
    let path = folder.pgdata().join("PG_VERSION");
    let text = fs::read_to_string(&path).map_err(ClusterError::io("read", &path))?;
    let data_major: u32 = text
        .trim()
        .parse()
        .map_err(|_| ClusterError::FolderNotOurs {
            folder: folder.pgdata(),
        })?;
    if data_major == chosen.version.major {
        return Ok(chosen.clone());
    }
    let Some(matching) =
        Installation::of_major(data_major).filter(|found| found.version.is_supported())
    else {
        return Err(ClusterError::OtherMajor {
            folder: folder.path.clone(),
            data_major,
            installed: chosen.version,
        });
    };
    progress(&format!(
        "the data was made by PostgreSQL {data_major}: using {}",
        matching.bin_dir.display()
    ));
    Ok(matching)
}

/// A socket folder; one outside the data folder goes when the server does.
#[derive(Debug)]
struct SocketDir {
    path: PathBuf,
    is_temporary: bool,
}

impl SocketDir {
    fn make(folder: &Folder, record: &mut Record) -> Result<Self, ClusterError> {
        let path = folder.socket_dir(record)?;
        let is_temporary = record.short_socket_dir.is_some();
        Ok(Self { path, is_temporary })
    }
}

impl Drop for SocketDir {
    fn drop(&mut self) {
        if self.is_temporary {
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}
