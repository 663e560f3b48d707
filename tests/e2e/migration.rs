//! `ringfence migrate`: whose credentials it takes, which it makes, and what several of it at once leave behind.

use crate::binary::{command, count, well};
use ringfence_store::Credentials;
use ringfence_tests::database::connect;
use ringfence_tests::server::{DATABASE, Server};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

#[tokio::test]
async fn a_migration_without_the_installations_credentials_changes_nothing() {
    let server = Server::start("credentials").await;
    let elsewhere = server.folder().join("elsewhere");
    let migrate = |admin: &str, more: &[&str]| {
        let output = administration(&server, &["migrate"], admin).args(more).env("RINGFENCE_DATA", &elsewhere).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let admin = connect(&server.admin(DATABASE)).await;
    let secrets = "select string_agg(rolpassword, ',' order by rolname), (select string_agg(encode(inner_pad, 'hex'), ',' order by purpose, kid) from ringfence.keys)
                     from pg_authid where rolname like 'ringfence%'";
    let kept = async || admin.query_one(secrets, &[]).await.map(|row| (row.get::<_, String>(0), row.get::<_, String>(1))).unwrap();
    let before = kept().await;

    // The logins are the server's: another database changes nothing about it, and is not made.
    for database in [DATABASE, "another"] {
        let (code, complaint) = migrate(&server.cluster.dsn("postgres", &password(&server), database), &[]);
        assert_eq!(code, Some(1), "{complaint}");
        for word in ["RINGFENCE_CREDENTIALS", "RINGFENCE_DATA", "--new-credentials"] {
            assert!(complaint.contains(word), "{complaint}");
        }
    }
    assert_eq!(kept().await, before);
    assert_eq!(count(&admin, "select count(*) from pg_database where datname = 'another'").await, 0);
    assert!(!elsewhere.join("credentials.json").exists());

    // With them it goes through as ever, and on demand without them.
    well(&server, &["migrate"]);
    let (code, complaint) = migrate(&server.cluster.admin_url(), &["--new-credentials"]);
    assert_eq!(code, Some(0), "{complaint}");
    assert!(elsewhere.join("credentials.json").exists());
    assert_ne!(kept().await, before);
    drop(admin);
    server.stop().await;
}

#[tokio::test]
async fn a_first_migration_that_fails_leaves_no_credentials_and_may_be_tried_again() {
    let server = Server::start("first").await;
    // Roles without a password, as an attempt that broke off leaves them; and a database that refuses what comes next.
    let admin = connect(&server.admin("postgres")).await;
    admin.batch_execute(&format!("drop database {DATABASE}")).await.unwrap();
    admin.batch_execute("alter role ringfence_app password null; alter role ringfence_auditor password null; alter role ringfence_operator password null").await.unwrap();
    admin.batch_execute("create database broken").await.unwrap();
    let broken = connect(&server.admin("broken")).await;
    broken.batch_execute("create schema ringfence authorization ringfence_owner; create table ringfence.tenants ()").await.unwrap();
    drop(broken);
    let file = server.folder().join("first/credentials.json");
    std::fs::create_dir(file.parent().unwrap()).unwrap();
    let migrate = |database: &str| {
        let url = server.cluster.dsn("postgres", &password(&server), database);
        let output = administration(&server, &["migrate"], &url).env("RINGFENCE_CREDENTIALS", &file).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, complaint) = migrate("broken");
    assert_eq!((code, file.exists()), (Some(1), false), "{complaint}");
    assert!(complaint.contains("relation \"tenants\" already exists (42P07)"), "{complaint}");
    let (code, complaint) = migrate(DATABASE);
    assert_eq!((code, file.exists()), (Some(0), true), "{complaint}");
    drop(admin);
    server.stop().await;
}

#[tokio::test]
async fn a_database_that_is_somebody_elses_is_left_as_it_is() {
    let server = Server::empty("others").await;
    let admin = connect(&server.admin("postgres")).await;
    admin.batch_execute("create role theirs login").await.unwrap();
    for (database, theirs, held) in [
        ("by_schema", "create schema ringfence authorization theirs", "the schema ringfence, which belongs to the role theirs"),
        ("by_reports", "create schema reporting authorization theirs", "the schema reporting, which belongs to the role theirs"),
        ("by_table", "create table orders (); create view totals as select from orders", "the table public.orders"),
        ("by_view", "create schema shop; create view shop.totals as select 1 as total", "the view shop.totals"),
        ("by_function", "create function price() returns integer language sql return 1", "the function public.price"),
    ] {
        admin.batch_execute(&format!("create database {database}")).await.unwrap();
        connect(&server.admin(database)).await.batch_execute(theirs).await.unwrap();
        let output = administration(&server, &["migrate"], &server.cluster.dsn("postgres", &password(&server), database)).env("RINGFENCE_DATA", server.folder().join(database)).output().unwrap();
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{database}: {complaint}");
        for word in [database, held, "Nothing was changed", "RINGFENCE_ADMIN_URL"] {
            assert!(complaint.contains(word), "{database}: {complaint}");
        }
        assert!(!server.folder().join(database).join("credentials.json").exists(), "{database}");
        // What PUBLIC has by default.
        assert_eq!(count(&admin, &format!("select count(*) from pg_database where datname in ('{database}', 'postgres', 'template1') and has_database_privilege('theirs', oid, 'connect')")).await, 3);
    }
    assert_eq!(count(&admin, "select count(*) from pg_roles where rolname like 'ringfence%'").await, 0);
    // What an extension brings is nobody's own.
    admin.batch_execute("create database extended").await.unwrap();
    connect(&server.admin("extended")).await.batch_execute("create extension pg_stat_statements").await.unwrap();
    let output = administration(&server, &["migrate"], &server.cluster.dsn("postgres", &password(&server), "extended")).env("RINGFENCE_DATA", server.folder().join("extended")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    drop(admin);
    server.stop().await;
}

#[tokio::test]
async fn an_administrator_without_the_rights_and_a_template_are_refused_before_anything_is_made() {
    let server = Server::empty("rights").await;
    let admin = connect(&server.admin("postgres")).await;
    admin.batch_execute("create role half login createdb createrole password 'half'").await.unwrap();
    let migrate = |user: &str, password: &str, database: &str| {
        let output = administration(&server, &["migrate"], &server.cluster.dsn(user, password, database)).env("RINGFENCE_DATA", server.folder().join("rights")).output().unwrap();
        assert!(!server.folder().join("rights").exists(), "{database}");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, complaint) = migrate("half", "half", DATABASE);
    assert_eq!(code, Some(1), "{complaint}");
    assert!(complaint.contains("the login half is no superuser") && complaint.contains("RINGFENCE_ADMIN_URL"), "{complaint}");
    admin.batch_execute("create database pattern is_template true").await.unwrap();
    for template in ["template1", "template0", "pattern"] {
        let (code, complaint) = migrate("postgres", &password(&server), template);
        assert_eq!(code, Some(1), "{complaint}");
        assert!(complaint.contains(template) && complaint.contains("RINGFENCE_ADMIN_URL"), "{complaint}");
    }
    let made = format!("select (select count(*) from pg_database where datname = '{DATABASE}') + (select count(*) from pg_roles where rolname like 'ringfence%')");
    assert_eq!(count(&admin, &made).await, 0);
    drop(admin);
    server.stop().await;
}

#[tokio::test]
async fn a_server_that_answers_is_not_out_of_reach_and_a_stale_password_is_told_by_its_file() {
    let server = Server::start("reasons").await;
    let (port, secret) = (server.cluster.port(), password(&server));
    let verify = |admin: &str| {
        let output = administration(&server, &["verify"], admin).env("RINGFENCE_DATA", server.folder()).output().unwrap();
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    for (admin, reason) in [
        (format!("postgres://postgres@127.0.0.1:{port}/{DATABASE}"), "password missing"),
        (format!("host=127.0.0.1,127.0.0.1,127.0.0.1 port=1,{port} user=postgres password={secret} dbname={DATABASE}"), "invalid number of ports"),
    ] {
        let complaint = verify(&admin);
        assert!(complaint.contains(reason) && complaint.contains("check RINGFENCE_ADMIN_URL") && !complaint.contains("nobody answers") && !complaint.contains(&secret), "{complaint}");
    }
    let complaint = verify(&format!("postgres://postgres:{secret}@127.0.0.1:1,127.0.0.1:2/{DATABASE}"));
    assert!(complaint.contains("nobody answers at 127.0.0.1:1, 127.0.0.1:2; check RINGFENCE_ADMIN_URL"), "{complaint}");

    let stale = server.folder().join("stale.json");
    Credentials::open_or_create(&stale).unwrap();
    let output = administration(&server, &["tenant", "list"], &server.cluster.admin_url()).env("RINGFENCE_CREDENTIALS", &stale).output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(complaint.contains("refuses the login ringfence_operator") && complaint.contains(&format!("check its password in {}", stale.display())), "{complaint}");
    server.stop().await;
}

/// The administrator's.
fn password(server: &Server) -> String {
    let admin = server.admin(DATABASE);
    String::from_utf8_lossy(admin.get_password().unwrap_or_default()).into_owned()
}

/// The binary with the administrator's URL and no other setting.
fn administration(server: &Server, arguments: &[&str], admin: &str) -> Command {
    let mut command = command(server, arguments);
    for name in ["DATABASE_URL", "RINGFENCE_AUDITOR_URL", "RINGFENCE_OPERATOR_URL", "RINGFENCE_CREDENTIALS"] {
        command.env_remove(name);
    }
    command.env("RINGFENCE_ADMIN_URL", admin);
    command
}

fn in_folder(server: &Server, arguments: &[&str], folder: &Path) -> Command {
    let mut command = administration(server, arguments, &server.cluster.dsn("postgres", &password(server), DATABASE));
    command.env("RINGFENCE_DATA", folder);
    command
}

fn begun(server: &Server, folder: &Path) -> Child {
    in_folder(server, &["migrate"], folder).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

fn ended(children: Vec<Child>) -> Vec<Output> {
    children.into_iter().map(|child| child.wait_with_output().unwrap()).collect()
}

/// Whether the passwords of that folder's file are the server's.
fn opens(server: &Server, folder: &Path) -> bool {
    in_folder(server, &["tenant", "list"], folder).output().unwrap().status.success()
}

#[tokio::test]
async fn of_several_first_migrations_at_once_one_makes_the_installation() {
    let server = Server::empty("at-once").await;
    let folders: Vec<_> = (0..4).map(|number| server.folder().join(format!("folder-{number}"))).collect();
    let outputs = ended(folders.iter().map(|folder| begun(&server, folder)).collect());
    let (made, refused): (Vec<_>, Vec<_>) = folders.iter().zip(&outputs).partition(|(_, output)| output.status.success());
    assert_eq!(made.len(), 1, "{outputs:?}");
    assert!(opens(&server, made[0].0));
    for (folder, output) in refused {
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(complaint.contains("an installation's logins") && complaint.contains("RINGFENCE_CREDENTIALS"), "{complaint}");
        assert!(!folder.join("credentials.json").exists(), "{}", folder.display());
    }
    server.stop().await;
}

#[tokio::test]
async fn several_first_migrations_into_one_folder_all_find_the_installation_there() {
    let server = Server::empty("one-folder").await;
    let folder = server.folder().join("folder");
    for output in ended((0..4).map(|_| begun(&server, &folder)).collect()) {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert!(opens(&server, &folder));
    server.stop().await;
}

#[tokio::test]
async fn a_migration_gives_way_to_a_transaction_that_stands_in_its_way_and_comes_through() {
    let server = Server::start("beside").await;
    let (reader, admin) = (connect(&server.admin(DATABASE)).await, connect(&server.admin(DATABASE)).await);
    reader.batch_execute("begin; select from ringfence.tickets").await.unwrap();
    let mut migrate = command(&server, &["migrate"]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    while count(&admin, "select count(*) from pg_locks where not granted and relation = 'ringfence.tickets'::regclass").await == 0 {
        assert_eq!(migrate.try_wait().unwrap().map(|status| status.code()), None, "it waits for the reader");
    }
    // What the migration holds by now.
    reader.batch_execute("select from ringfence.agreements; select from ringfence.keys; select from ringfence.members; commit").await.unwrap();
    let output = migrate.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    drop((reader, admin));
    server.stop().await;
}
