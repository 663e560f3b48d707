//! What the cluster keeps to itself: root's power, its port, its password, its log; a stranger is refused everywhere.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::cell::RefCell;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::PathBuf;

use nix::unistd::{Pid, User, geteuid, getpgid};
use ringfence_cluster::{Cluster, ClusterError, Installation};
use support::{Scratch, connect, remember, remembers, setting, start, try_start, volatile};
use tokio_postgres::{Config, NoTls};

fn mode(path: PathBuf) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn the_server_never_runs_as_root_and_keeps_no_group_of_its_starter() {
    let scratch = Scratch::new();
    let cluster = start(&scratch.data_dir()).await;
    let status = fs::read_to_string(format!("/proc/{}/status", cluster.pid())).unwrap();
    let field = |name: &str| -> Vec<u32> {
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .unwrap();
        line.split_whitespace()
            .map(|id| id.parse().unwrap())
            .collect()
    };
    let uids = field("Uid:");
    assert!(!uids.contains(&0), "{uids:?}");
    assert!(geteuid().is_root() || uids == [geteuid().as_raw(); 4]);
    if geteuid().is_root() {
        assert!(!field("Gid:").contains(&0));
        assert!(!field("Groups:").contains(&0));
    }
    assert_eq!(
        fs::metadata(cluster.data_dir().join("postgres"))
            .unwrap()
            .uid(),
        uids[0]
    );
}

#[tokio::test]
async fn the_server_inherits_no_secret_of_its_starters_environment() {
    let scratch = Scratch::new();
    let cluster = start(&scratch.data_dir()).await;
    if let Ok(environment) = fs::read(format!("/proc/{}/environ", cluster.pid())) {
        let names: Vec<String> = environment
            .split(|byte| *byte == 0)
            .filter_map(|entry| {
                String::from_utf8_lossy(entry)
                    .split_once('=')
                    .map(|(name, _)| name.to_owned())
            })
            .filter(|name| {
                !["PATH", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH"].contains(&name.as_str())
            })
            // The server's own.
            .filter(|name| !name.starts_with("PG") && !name.starts_with("LC_"))
            .collect();
        assert!(names.is_empty(), "{names:?}");
    }
}

#[tokio::test]
async fn ctrl_c_in_the_terminal_does_not_reach_the_server() {
    let scratch = Scratch::new();
    let cluster = start(&scratch.data_dir()).await;
    // The terminal signals its foreground process group, which is the starter's.
    let pid = Pid::from_raw(i32::try_from(cluster.pid()).unwrap());
    assert_ne!(getpgid(Some(pid)).unwrap(), getpgid(None).unwrap());
}

#[tokio::test]
async fn it_listens_on_loopback_alone() {
    let scratch = Scratch::new();
    let cluster = start(&scratch.data_dir()).await;
    let port = format!(":{:04X}", cluster.port());
    let mut addresses = Vec::new();
    for table in ["tcp", "tcp6"] {
        let text =
            fs::read_to_string(format!("/proc/{}/net/{table}", cluster.pid())).unwrap_or_default();
        for line in text.lines().skip(1) {
            let fields: Vec<&str> = line.split_whitespace().collect();
            // 0A is LISTEN.
            if fields[1].ends_with(&port) && fields[3] == "0A" {
                addresses.push(fields[1].to_owned());
            }
        }
    }
    assert_eq!(addresses, [format!("0100007F{port}")]);
}

#[tokio::test]
async fn a_wrong_password_is_refused_over_the_port_and_over_the_socket() {
    let scratch = Scratch::new();
    let cluster = start(&scratch.data_dir()).await;
    let over_tcp =
        tokio_postgres::connect(&cluster.dsn("postgres", "wrong", "postgres"), NoTls).await;
    assert!(over_tcp.is_err());
    let mut over_socket = Config::new();
    over_socket
        .host_path(cluster.socket_dir())
        .port(cluster.port())
        .user("postgres");
    assert!(over_socket.connect(NoTls).await.is_err());
    assert!(over_socket.password("wrong").connect(NoTls).await.is_err());

    let url: Config = cluster.admin_url().parse().unwrap();
    over_socket.password(url.get_password().unwrap());
    assert!(over_socket.connect(NoTls).await.is_ok());
}

#[tokio::test]
async fn a_login_with_any_characters_connects_by_its_dsn() {
    let scratch = Scratch::new();
    let cluster = start(&scratch.data_dir()).await;
    let admin = connect(&cluster.admin_url()).await;
    let create = "CREATE ROLE \"re:port@acme/1\" LOGIN PASSWORD 'p%40 w?#&=/ü'";
    admin.batch_execute(create).await.unwrap();
    let client = connect(&cluster.dsn("re:port@acme/1", "p%40 w?#&=/ü", "postgres")).await;
    assert_eq!(
        setting(&client, "session_authorization").await,
        "re:port@acme/1"
    );
}

#[tokio::test]
async fn password_data_and_log_are_closed_to_others() {
    let scratch = Scratch::new();
    let cluster = start(&scratch.data_dir()).await;
    assert_eq!(mode(cluster.data_dir().join("cluster.json")), 0o600);
    assert_eq!(mode(cluster.data_dir().join("postgres")), 0o700);
    assert_eq!(mode(cluster.log_file()), 0o600);
    let leftovers = fs::read_dir(cluster.data_dir()).unwrap().flatten();
    let names: Vec<_> = leftovers
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    assert!(
        !names
            .iter()
            .any(|name| name.contains("password") || name.contains("new")),
        "{names:?}"
    );
    let url: Config = cluster.admin_url().parse().unwrap();
    assert!(
        !format!("{cluster:?}").contains(std::str::from_utf8(url.get_password().unwrap()).unwrap())
    );
}

#[tokio::test]
async fn no_literal_reaches_the_log() {
    let scratch = Scratch::new();
    let cluster = start(&scratch.data_dir()).await;
    let client = connect(&cluster.admin_url()).await;
    client
        .batch_execute("CREATE TABLE canaries (name text PRIMARY KEY)")
        .await
        .unwrap();
    client
        .batch_execute("INSERT INTO canaries VALUES ('canary-in-a-literal')")
        .await
        .unwrap();
    let failing = [
        "INSERT INTO canaries VALUES ('canary-in-a-literal')",
        "SELECT 'canary-in-a-cast'::uuid",
        "SELECT canary_in_a_name",
        "DO $$ BEGIN RAISE WARNING 'canary-in-a-warning'; RAISE 'canary-in-an-exception'; END $$",
    ];
    for statement in failing {
        assert!(
            client.batch_execute(statement).await.is_err(),
            "{statement}"
        );
    }
    let duplicate = client
        .execute(
            "INSERT INTO canaries VALUES ($1)",
            &[&"canary-in-a-literal"],
        )
        .await;
    assert!(duplicate.is_err());
    drop(client);
    let log_file = cluster.log_file();
    cluster.stop().await.unwrap();
    let log = fs::read_to_string(log_file).unwrap();
    assert!(log.contains("database system is shut down"), "{log}");
    assert!(!log.contains("canary"), "{log}");
}

#[tokio::test]
async fn the_settings_are_as_designed_and_extra_ones_win() {
    let scratch = Scratch::new();
    let cluster = start(&scratch.data_dir()).await;
    let client = connect(&cluster.admin_url()).await;
    let expected = [
        ("listen_addresses", "127.0.0.1"),
        ("password_encryption", "scram-sha-256"),
        ("max_connections", "200"),
        ("server_encoding", "UTF8"),
        ("TimeZone", "UTC"),
        ("fsync", "off"),
        ("shared_buffers", "8MB"),
        ("log_statement", "none"),
        ("log_error_verbosity", "terse"),
    ];
    for (name, value) in expected {
        assert_eq!(setting(&client, name).await, value, "{name}");
    }
    let row = client
        .query_one("SELECT current_setting('unix_socket_directories')", &[])
        .await
        .unwrap();
    assert!(
        row.get::<_, String>(0)
            .contains(cluster.socket_dir().to_str().unwrap())
    );
}

#[tokio::test]
async fn a_folder_too_deep_for_a_socket_gets_a_short_one_that_goes_with_the_server() {
    let scratch = Scratch::new();
    let deep = scratch.path().join("d, \u{e9} ".repeat(20));
    let cluster = start(&deep).await;
    let socket_dir = cluster.socket_dir().to_path_buf();
    assert!(!socket_dir.starts_with(&deep));
    assert!(
        socket_dir
            .join(format!(".s.PGSQL.{}", cluster.port()))
            .exists()
    );
    cluster.stop().await.unwrap();
    assert!(!socket_dir.exists());
}

/// Only root can be somebody who runs another user's cluster.
#[tokio::test]
async fn a_users_cluster_that_root_ran_still_belongs_to_the_user() {
    if !geteuid().is_root() {
        return;
    }
    let scratch = Scratch::new();
    let nobody = User::from_name("nobody").unwrap().unwrap();
    let (uid, gid) = (Some(nobody.uid.as_raw()), Some(nobody.gid.as_raw()));
    let data = scratch.data_dir().join("postgres");
    fs::create_dir_all(&data).unwrap();
    for folder in [scratch.data_dir(), data] {
        chown(folder, uid, gid).unwrap();
    }
    let cluster = start(&scratch.data_dir()).await;
    for file in ["lock", "cluster.json", "postgres.log", "socket", "postgres"] {
        let owner = fs::metadata(cluster.data_dir().join(file)).unwrap().uid();
        assert_eq!(Some(owner), uid, "{file}");
    }
}

/// Only root can be somebody whose folder the server's user cannot enter.
#[tokio::test]
async fn a_folder_closed_to_the_servers_user_is_replaced_and_both_are_named() {
    if !geteuid().is_root() {
        return;
    }
    let scratch = Scratch::new();
    fs::set_permissions(scratch.path(), fs::Permissions::from_mode(0o700)).unwrap();
    let said = RefCell::new(String::new());
    let installation = Installation::find().unwrap();
    let progress = |text: &str| said.borrow_mut().push_str(text);
    let first = Cluster::start(&installation, volatile(&scratch.data_dir()), &progress)
        .await
        .unwrap();
    let elsewhere = Scratch::adopt(first.data_dir().to_path_buf());
    assert!(elsewhere.path().starts_with("/var/lib/ringfence"));
    let said = said.into_inner();
    for folder in [scratch.data_dir(), elsewhere.path().to_path_buf()] {
        assert!(said.contains(folder.to_str().unwrap()), "{said}");
    }
    remember(&first, "elsewhere").await;
    first.stop().await.unwrap();

    // Opened since, the folder does not hide the data that had to go elsewhere.
    fs::set_permissions(scratch.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let second = start(&scratch.data_dir()).await;
    assert_eq!(second.data_dir(), elsewhere.path());
    assert!(remembers(&second, "elsewhere").await);
    second.stop().await.unwrap();

    // Renamed, it is not begun anew beside its data, be it open or closed.
    let renamed = scratch.path().join("renamed");
    fs::rename(scratch.data_dir(), &renamed).unwrap();
    let mut place = None;
    for mode in [0o755, 0o700] {
        fs::set_permissions(scratch.path(), fs::Permissions::from_mode(mode)).unwrap();
        let refused = try_start(&renamed).await.unwrap_err();
        assert!(refused.to_string().contains(&format!("type `mv {} /var/lib/ringfence/", elsewhere.path().display())), "{refused}");
        let ClusterError::FolderRenamed { elsewhere, .. } = refused else { panic!("{refused}") };
        assert!(!elsewhere.exists());
        place = Some(elsewhere);
    }
    let place = Scratch::adopt(place.unwrap());
    fs::rename(elsewhere.path(), place.path()).unwrap();
    let third = start(&renamed).await;
    assert!(remembers(&third, "elsewhere").await);
}
