//! A PostgreSQL that keeps what it has confirmed, for tests that kill it or measure it. It shares nothing with the volatile one.

use crate::Installation;
use ringfence_cluster::{Cluster, Durability, Installation as PostgreSql, Options};
use ringfence_store::{Credentials, migrate};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use tokio_postgres::Config;

pub const DATABASE: &str = "ringfence";

pub struct Server {
    pub cluster: Cluster,
    pub credentials: Credentials,
    folder: PathBuf,
}

impl Server {
    /// A new cluster with one migrated database.
    pub async fn start(name: &str) -> Self {
        let server = Self::empty(name).await;
        let admin = server.admin(DATABASE);
        ringfence_store::server::create_database(&admin).await.expect("a database");
        migrate::migrate(&admin, &server.credentials).await.expect("migrated");
        server
    }

    /// A new cluster, and credentials that it has not come to yet.
    pub async fn empty(name: &str) -> Self {
        let say = |line: &str| eprintln!("{line}");
        let postgresql = PostgreSql::find_or_install(&say).await.expect("PostgreSQL");
        let folder = std::env::temp_dir().join(format!("ringfence-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::set_permissions(&folder, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("a folder that postgres can enter");
        let options = Options { data_dir: folder.join("cluster"), durability: Durability::Full, settings: Vec::new() };
        let cluster = Cluster::start(&postgresql, options, &say).await.expect("a cluster");
        let (credentials, _) = Credentials::open_or_create(&folder.join("credentials.json")).expect("credentials");
        Self { cluster, credentials, folder }
    }

    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    #[must_use]
    pub fn admin(&self, database: &str) -> Config {
        let mut admin = Config::from_str(&self.cluster.admin_url()).expect("a URL");
        admin.dbname(database);
        admin
    }

    /// The migrated database; ask again after a restart, for the port may be another.
    #[must_use]
    pub fn installation(&self) -> Installation {
        Installation::of(DATABASE, self.credentials.clone(), self.admin(DATABASE))
    }

    /// As the service's settings name it.
    #[must_use]
    pub fn url(&self, role: &str, database: &str) -> String {
        let password = self.installation().login_config(role).get_password().map(|p| String::from_utf8_lossy(p).into_owned()).unwrap_or_default();
        self.cluster.dsn(role, &password, database)
    }

    pub async fn stop(self) {
        self.cluster.stop().await.expect("stopped");
        std::fs::remove_dir_all(&self.folder).ok();
    }
}
