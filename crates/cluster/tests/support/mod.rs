//! A scratch folder and the shortest ways to a cluster and a session for these tests; it refuses to leave a folder behind.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use ringfence_cluster::{Cluster, ClusterError, Durability, Installation, Options};
use tokio_postgres::{Client, NoTls};

static COUNTER: AtomicU32 = AtomicU32::new(0);

/// Removed with all it holds when the test ends.
pub struct Scratch(PathBuf);

impl Scratch {
    pub fn new() -> Self {
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let name = format!("ringfence-cluster-test-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir(&path).unwrap();
        Self(fs::canonicalize(path).unwrap())
    }

    /// Takes over the removal of a folder that was made by others.
    pub fn adopt(path: PathBuf) -> Self {
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn data_dir(&self) -> PathBuf {
        self.0.join("data")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub fn volatile(data_dir: &Path) -> Options {
    Options {
        data_dir: data_dir.to_path_buf(),
        durability: Durability::Volatile,
        // Many of these clusters run at once.
        settings: vec![("shared_buffers".to_owned(), "8MB".to_owned())],
    }
}

pub async fn try_start(data_dir: &Path) -> Result<Cluster, ClusterError> {
    let installation = Installation::find().unwrap();
    Cluster::start(&installation, volatile(data_dir), &|_| ()).await
}

pub async fn start(data_dir: &Path) -> Cluster {
    try_start(data_dir).await.unwrap()
}

pub async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

pub async fn remember(cluster: &Cluster, word: &str) {
    let client = connect(&cluster.admin_url()).await;
    // Otherwise a volatile cluster may lose it in the crashes to come.
    let committed = "SET synchronous_commit = on";
    client.batch_execute(committed).await.unwrap();
    let statement = "CREATE TABLE IF NOT EXISTS remembered (word text)";
    client.batch_execute(statement).await.unwrap();
    let insert = "INSERT INTO remembered VALUES ($1)";
    client.execute(insert, &[&word]).await.unwrap();
}

pub async fn remembers(cluster: &Cluster, word: &str) -> bool {
    let client = connect(&cluster.admin_url()).await;
    let count = "SELECT count(*) = 1 FROM remembered WHERE word = $1";
    client.query_one(count, &[&word]).await.unwrap().get(0)
}

pub async fn setting(client: &Client, name: &str) -> String {
    let row = client
        .query_one("SELECT current_setting($1)", &[&name])
        .await;
    row.unwrap().get(0)
}

/// False for a zombie too.
pub fn is_alive(pid: u32) -> bool {
    fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| !line.is_empty())
}
