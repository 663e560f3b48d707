//! What a cluster's folder survives: ordered and disordered ends, orphans, half-made folders; it refuses two runs at once.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use ringfence_cluster::{Cluster, ClusterError, Durability, Installation, Options};
use support::{
    Scratch, connect, is_alive, remember, remembers, setting, start, try_start, volatile,
};

const HELD_FOLDER: &str = "RINGFENCE_TEST_HELD_FOLDER";

fn signal(pid: u32, signal: Signal) {
    kill(Pid::from_raw(i32::try_from(pid).unwrap()), signal).unwrap();
}

#[tokio::test]
async fn a_second_start_finds_the_data_the_password_and_the_port() {
    let scratch = Scratch::new();
    let first = start(&scratch.data_dir()).await;
    remember(&first, "kept").await;
    let (url, pid) = (first.admin_url(), first.pid());
    first.stop().await.unwrap();
    assert!(!is_alive(pid));

    let second = start(&scratch.data_dir()).await;
    assert!(remembers(&second, "kept").await);
    assert_eq!(second.admin_url(), url);
}

#[tokio::test]
async fn a_dropped_cluster_leaves_no_process_behind() {
    for durability in [Durability::Volatile, Durability::Full] {
        let scratch = Scratch::new();
        let options = Options {
            durability,
            ..volatile(&scratch.data_dir())
        };
        let installation = Installation::find().unwrap();
        let cluster = Cluster::start(&installation, options, &|_| ())
            .await
            .unwrap();
        let _open_session = connect(&cluster.admin_url()).await;
        let pid = cluster.pid();
        drop(cluster);
        assert!(!is_alive(pid));
    }
}

#[tokio::test]
async fn a_killed_postmaster_recovers_at_restart() {
    let scratch = Scratch::new();
    let mut cluster = start(&scratch.data_dir()).await;
    remember(&cluster, "before the kill").await;
    // A session in the middle of a query does not notice by itself that its postmaster is gone.
    let busy = connect(&cluster.admin_url()).await;
    let query = tokio::spawn(async move {
        busy.batch_execute("SELECT count(*) FROM generate_series(1, 1e12)")
            .await
    });
    let watcher = connect(&cluster.admin_url()).await;
    let running = "SELECT count(*) = 1 FROM pg_stat_activity WHERE query LIKE '%generate_series(1, 1e12)' AND state = 'active' AND pid <> pg_backend_pid()";
    while !watcher
        .query_one(running, &[])
        .await
        .unwrap()
        .get::<_, bool>(0)
    {
        tokio::task::yield_now().await;
    }
    signal(cluster.pid(), Signal::SIGKILL);
    cluster.restart().await.unwrap();
    assert!(query.await.unwrap().is_err());
    assert!(remembers(&cluster, "before the kill").await);
}

#[tokio::test]
async fn an_immediate_stop_recovers_at_restart_on_the_same_port() {
    let scratch = Scratch::new();
    let mut cluster = start(&scratch.data_dir()).await;
    remember(&cluster, "before the crash").await;
    let (pid, port) = (cluster.pid(), cluster.port());
    cluster.stop_immediately();
    assert!(!is_alive(pid));
    cluster.restart().await.unwrap();
    assert_eq!(cluster.port(), port);
    assert!(remembers(&cluster, "before the crash").await);
}

#[tokio::test]
async fn a_running_cluster_restarts_too() {
    let scratch = Scratch::new();
    let mut cluster = start(&scratch.data_dir()).await;
    let pid = cluster.pid();
    cluster.restart().await.unwrap();
    assert!(!is_alive(pid));
    connect(&cluster.admin_url()).await;
}

/// Not a case of its own: the process which `the_orphan_of_a_killed_run_is_replaced` kills.
#[tokio::test]
#[ignore = "holds a cluster until it is killed; started by another test"]
async fn holds_a_cluster_until_it_is_killed() {
    let Some(folder) = std::env::var_os(HELD_FOLDER) else {
        return;
    };
    let cluster = start(Path::new(&folder)).await;
    remember(&cluster, "held").await;
    println!("\nholding {}", cluster.pid());
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn the_orphan_of_a_killed_run_is_replaced() {
    let scratch = Scratch::new();
    let mut run = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "holds_a_cluster_until_it_is_killed",
            "--ignored",
            "--nocapture",
        ])
        .env(HELD_FOLDER, scratch.data_dir())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(run.stdout.take().unwrap()).lines();
    let orphan: u32 = lines
        .map_while(Result::ok)
        .find_map(|line| line.strip_prefix("holding ")?.parse().ok())
        .unwrap();

    let refused = try_start(&scratch.data_dir()).await;
    let Err(ClusterError::FolderInUse { pid, .. }) = refused else {
        panic!("a second run was let in: {refused:?}");
    };
    assert_eq!(pid, run.id().to_string());

    run.kill().unwrap();
    run.wait().unwrap();
    assert!(is_alive(orphan));
    let cluster = start(&scratch.data_dir()).await;
    assert!(!is_alive(orphan));
    assert!(remembers(&cluster, "held").await);
}

#[tokio::test]
async fn a_folder_in_use_is_refused_within_one_process_too() {
    let scratch = Scratch::new();
    let cluster = start(&scratch.data_dir()).await;
    let text = try_start(&scratch.data_dir())
        .await
        .unwrap_err()
        .to_string();
    assert!(
        text.contains(&format!("process {}", std::process::id())),
        "{text}"
    );
    assert!(is_alive(cluster.pid()));
}

#[tokio::test]
async fn a_stale_pid_file_naming_a_living_stranger_does_not_stop_the_start() {
    let scratch = Scratch::new();
    start(&scratch.data_dir()).await.stop().await.unwrap();
    let pid_file = scratch.data_dir().join("postgres/postmaster.pid");
    fs::write(&pid_file, format!("{}\n/elsewhere\n", std::process::id())).unwrap();
    start(&scratch.data_dir()).await;
}

/// As after a run and its server were killed together, and the pid went to somebody else.
#[tokio::test]
async fn stale_locks_naming_a_living_process_of_the_servers_user_do_not_stop_the_start() {
    let scratch = Scratch::new();
    let cluster = start(&scratch.data_dir()).await;
    let socket_lock = cluster
        .socket_dir()
        .join(format!(".s.PGSQL.{}.lock", cluster.port()));
    assert!(socket_lock.exists());
    let server_user = fs::metadata(scratch.data_dir().join("postgres")).unwrap();
    let mut stranger = Command::new("sleep")
        .arg("600")
        .uid(server_user.uid())
        .spawn()
        .unwrap();
    cluster.stop().await.unwrap();
    for lock in [
        &socket_lock,
        &scratch.data_dir().join("postgres/postmaster.pid"),
    ] {
        fs::write(lock, format!("{}\n/elsewhere\n", stranger.id())).unwrap();
    }
    let started = try_start(&scratch.data_dir()).await;
    stranger.kill().unwrap();
    stranger.wait().unwrap();
    connect(&started.unwrap().admin_url()).await;
}

#[tokio::test]
async fn a_half_made_folder_is_remade() {
    let scratch = Scratch::new();
    let draft = scratch.data_dir().join("postgres.new-00c0ffee");
    fs::create_dir_all(draft.join("base")).unwrap();
    fs::write(draft.join("PG_VERSION"), "15\n").unwrap();
    fs::write(scratch.data_dir().join("cluster.json"), "{\"po").unwrap();
    let cluster = start(&scratch.data_dir()).await;
    remember(&cluster, "fresh").await;
    assert!(!draft.exists());
}

#[tokio::test]
async fn data_whose_record_is_gone_is_left_alone() {
    let scratch = Scratch::new();
    start(&scratch.data_dir()).await.stop().await.unwrap();
    fs::remove_file(scratch.data_dir().join("cluster.json")).unwrap();
    let refused = try_start(&scratch.data_dir()).await;
    assert!(matches!(refused, Err(ClusterError::RecordLost { .. })));
    assert!(scratch.data_dir().join("postgres/PG_VERSION").exists());
}

#[tokio::test]
async fn data_that_is_gone_is_not_made_anew() {
    let scratch = Scratch::new();
    let cluster = start(&scratch.data_dir()).await;
    remember(&cluster, "kept").await;
    cluster.stop().await.unwrap();
    let (data, away) = (scratch.data_dir().join("postgres"), scratch.data_dir().join("away"));
    fs::rename(&data, &away).unwrap();
    let refused = try_start(&scratch.data_dir()).await;
    assert!(matches!(refused, Err(ClusterError::DataGone { .. })));
    assert!(!data.exists());
    fs::rename(&away, &data).unwrap();
    start(&scratch.data_dir()).await;
}

#[tokio::test]
async fn somebody_elses_files_under_the_datas_name_are_left_alone() {
    let scratch = Scratch::new();
    let notes = scratch.data_dir().join("postgres/notes.txt");
    fs::create_dir_all(notes.parent().unwrap()).unwrap();
    fs::write(&notes, "mine").unwrap();
    let refused = try_start(&scratch.data_dir()).await;
    assert!(matches!(refused, Err(ClusterError::FolderNotOurs { .. })));
    assert_eq!(fs::read_to_string(notes).unwrap(), "mine");
}

#[tokio::test]
async fn data_of_a_version_that_is_not_installed_is_refused_by_name() {
    let scratch = Scratch::new();
    start(&scratch.data_dir()).await.stop().await.unwrap();
    fs::write(scratch.data_dir().join("postgres/PG_VERSION"), "12\n").unwrap();
    let text = try_start(&scratch.data_dir())
        .await
        .unwrap_err()
        .to_string();
    assert!(text.contains("install postgresql-12"), "{text}");
}

#[tokio::test]
async fn a_remembered_port_that_is_taken_is_replaced() {
    let scratch = Scratch::new();
    let cluster = start(&scratch.data_dir()).await;
    let port = cluster.port();
    cluster.stop().await.unwrap();
    let _taken = TcpListener::bind(("127.0.0.1", port)).unwrap();
    let cluster = start(&scratch.data_dir()).await;
    assert_ne!(cluster.port(), port);
    connect(&cluster.admin_url()).await;
}

#[tokio::test]
async fn a_setting_that_the_server_refuses_is_named_in_the_error() {
    let scratch = Scratch::new();
    let mut options = volatile(&scratch.data_dir());
    options
        .settings
        .push(("work_mem".to_owned(), "plenty".to_owned()));
    let installation = Installation::find().unwrap();
    let refused = Cluster::start(&installation, options, &|_| ()).await;
    let text = refused.unwrap_err().to_string();
    assert!(
        text.contains("work_mem") && text.contains("postgres.log"),
        "{text}"
    );
}

#[tokio::test]
async fn a_full_cluster_flushes_and_checks_its_pages() {
    let scratch = Scratch::new();
    let installation = Installation::find().unwrap();
    let options = Options {
        durability: Durability::Full,
        ..volatile(&scratch.data_dir())
    };
    let cluster = Cluster::start(&installation, options, &|_| ())
        .await
        .unwrap();
    let client = connect(&cluster.admin_url()).await;
    for name in [
        "fsync",
        "data_checksums",
        "full_page_writes",
        "synchronous_commit",
    ] {
        assert_eq!(setting(&client, name).await, "on", "{name}");
    }
    cluster.stop().await.unwrap();
}
