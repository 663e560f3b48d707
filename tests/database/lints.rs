//! Every lint is silent on a migrated database and speaks on its fault; a lint without a fault, or a fault without a lint, is refused.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ringfence_store::Database;
use ringfence_store::audit_trail::AuditTrail;
use ringfence_store::server::look;
use ringfence_store::verify::{Finding, Level, Lint, VerifyError, lints, own_role, verify};
use ringfence_tests::Installation;
use ringfence_tests::database::{admin_config, connect, migrated_admin_client};
use ringfence_tests::server::{DATABASE, Server};
use tokio_postgres::Client;

fn faults() -> PathBuf {
    // The package is the folder tests/ itself.
    Path::new(env!("CARGO_MANIFEST_DIR")).join("database/faults")
}

async fn client() -> Client {
    let client = migrated_admin_client().await;
    client
        .batch_execute("set search_path = pg_catalog, pg_temp")
        .await
        .unwrap();
    client
}

/// One at a time touches what all databases share, as a clone is made (`Installation::clone_of`): until the client is dropped.
async fn alone() -> Client {
    let server = connect(&admin_config()).await;
    server
        .execute("select pg_advisory_lock(7501)", &[])
        .await
        .unwrap();
    server
}

/// A fault of a lint, and whether it must speak of it: a file holds several, each behind a line that says which.
struct Fault {
    sql: String,
    fires: bool,
}

fn faults_of(lint: &Lint) -> Vec<Fault> {
    let file = faults().join(format!("{}.sql", lint.name));
    let text = std::fs::read_to_string(&file)
        .unwrap_or_else(|_| panic!("the lint {0} has no fault: write database/faults/{0}.sql, or `-- fault: replace` in its head", lint.name));
    format!("--- fires\n{text}")
        .split("--- ")
        .skip(1)
        .map(|part| {
            let (kind, sql) = part.split_once('\n').unwrap();
            assert!(["fires", "quiet"].contains(&kind), "{}: --- {kind}", lint.name);
            Fault { sql: sql.to_owned(), fires: kind == "fires" }
        })
        .collect()
}

/// What the lint finds once the fault is seeded; the fault is rolled back.
async fn findings_with(client: &mut Client, lint: &Lint, fault: &Fault) -> Vec<Finding> {
    let transaction = client.transaction().await.unwrap();
    transaction
        .batch_execute(&fault.sql)
        .await
        .unwrap_or_else(|e| panic!("the fault of {} cannot be seeded: {e:?}", lint.name));
    let found = lint.run(&transaction).await.unwrap();
    transaction.rollback().await.unwrap();
    found
}

#[tokio::test]
async fn every_lint_is_silent_on_a_migrated_database() {
    let client = client().await;
    for lint in lints().unwrap().iter().filter(|lint| !lint.about_server) {
        let found = lint.run(&client).await.unwrap();
        assert!(found.is_empty(), "{}: {found:#?}", lint.name);
    }
}

#[tokio::test]
async fn every_lint_fires_on_its_fault() {
    let mut client = client().await;
    let _alone = alone().await;
    for lint in lints().unwrap() {
        if let Some(substituted) = lint.substituted() {
            let found = substituted.run(&client).await.unwrap();
            assert!(!found.is_empty(), "{} is blind to its fault", lint.name);
            assert!(found.iter().all(|finding| finding.level == lint.level));
            continue;
        }
        for fault in faults_of(&lint) {
            let before = lint.run(&client).await.unwrap();
            let after = findings_with(&mut client, &lint, &fault).await;
            if fault.fires {
                assert!(!after.is_empty(), "{} is blind to its fault: {}", lint.name, fault.sql);
                if !lint.about_server {
                    assert_ne!(before, after, "{} says the same without its fault", lint.name);
                }
                assert!(after.iter().all(|finding| finding.level == lint.level));
            } else {
                assert_eq!(before, after, "{} speaks of what is none: {}", lint.name, fault.sql);
            }
            let restored = lint.run(&client).await.unwrap();
            assert_eq!(before, restored, "{}: the fault was not rolled back", lint.name);
        }
    }
}

#[test]
fn every_fault_has_its_lint_and_every_lint_one_fault() {
    let seeded: BTreeSet<String> = std::fs::read_dir(faults())
        .unwrap()
        .map(|entry| {
            entry
                .unwrap()
                .path()
                .file_stem()
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    let needed: BTreeSet<String> = lints()
        .unwrap()
        .into_iter()
        .filter(|lint| lint.substituted().is_none())
        .map(|lint| lint.name)
        .collect();
    assert_eq!(seeded, needed);
}

#[tokio::test]
async fn the_lints_run_as_the_services_own_role() {
    let client = client().await;
    client
        .batch_execute("set role ringfence_app")
        .await
        .unwrap();
    for lint in lints().unwrap().iter().filter(|lint| !lint.about_server) {
        let found = lint.run(&client).await.unwrap();
        assert!(found.iter().all(|f| f.level == Level::Notice), "{found:#?}");
    }
}

#[tokio::test]
async fn no_role_but_its_own_is_one_for_the_service() {
    let client = client().await;
    let found = own_role(&client).await.unwrap();
    assert!(found.iter().any(|f| f.detail == "is a superuser"));
    for role in [
        "ringfence_owner",
        "ringfence_provisioner",
        "ringfence_gate",
        "ringfence_backup",
        "ringfence_auditor",
        "ringfence_dispatcher",
        "ringfence_operator",
    ] {
        client
            .batch_execute(&format!("set session authorization {role}"))
            .await
            .unwrap();
        assert!(!own_role(&client).await.unwrap().is_empty(), "{role}");
        client
            .batch_execute("reset session authorization")
            .await
            .unwrap();
    }
    client
        .batch_execute("set session authorization ringfence_app")
        .await
        .unwrap();
    assert_eq!(own_role(&client).await.unwrap(), []);
}

/// The lint and policies/roles.sql name the same functions, each for itself.
#[tokio::test]
async fn of_every_function_taken_from_public_a_lint_says_when_it_is_given_back() {
    let mut client = client().await;
    let _alone = alone().await;
    let taken = client
        .query(
            "select distinct 'pg_catalog.' || f.proname from pg_catalog.pg_proc f
              where f.pronamespace = 'pg_catalog'::regnamespace and not exists (select from aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) a where a.grantee = 0)
                and not exists (select from pg_catalog.pg_init_privs i where i.objoid = f.oid and i.classoid = 'pg_catalog.pg_proc'::regclass)",
            &[],
        )
        .await
        .unwrap();
    let taken: BTreeSet<String> = taken.iter().map(|row| row.get(0)).collect();
    assert!(taken.len() > 50, "{taken:?}");
    let lint = lints().unwrap().into_iter().find(|lint| lint.name == "catalogue_function_open").unwrap();
    let given = Fault { sql: "grant execute on all functions in schema pg_catalog to public".into(), fires: true };
    let told: BTreeSet<String> = findings_with(&mut client, &lint, &given).await.into_iter().map(|finding| finding.object).collect();
    assert_eq!(taken.difference(&told).collect::<Vec<_>>(), [""; 0]);
}

/// The columns that PostgreSQL adds to each table have privileges of their own.
#[tokio::test]
async fn a_grant_of_a_system_column_is_a_difference_to_what_was_reviewed() {
    let mut client = client().await;
    let migrations = ringfence_store::migrate::known_migrations();
    let tx = client.transaction().await.unwrap();
    let drift = |findings: Vec<Finding>| findings.into_iter().filter(|f| f.lint == "drift").map(|f| f.object).collect::<Vec<_>>();
    assert_eq!(drift(verify(&tx, &migrations).await.unwrap()), [""; 0]);
    tx.batch_execute("grant select (ctid, xmin) on ringfence.tickets to ringfence_reporting").await.unwrap();
    assert_eq!(drift(verify(&tx, &migrations).await.unwrap()), ["table ringfence.tickets"]);
}

/// What `migrate` goes by: another text of a migration, another shape, and rows that a policy hides.
#[tokio::test]
async fn a_history_of_another_text_or_shape_is_seen_and_a_hidden_one_put_back() {
    let installation = Installation::fresh().await;
    let mut client = installation.admin().await;
    let migrations = ringfence_store::migrate::known_migrations();
    for (seeded, object) in [
        ("update ringfence.schema_history set checksum = '1' where version = 3", "V3__tickets"),
        ("update ringfence.schema_history set checksum = null where version = 3", "V3__tickets"),
        ("alter table ringfence.schema_history add note text", "table ringfence.schema_history"),
        ("alter table ringfence.schema_history enable row level security", "table ringfence.schema_history"),
        ("alter table ringfence.schema_history force row level security", "table ringfence.schema_history"),
    ] {
        let tx = client.transaction().await.unwrap();
        tx.batch_execute(seeded).await.unwrap();
        let found = verify(&tx, &migrations).await.unwrap();
        let errors: Vec<&str> = found.iter().filter(|f| f.level == Level::Error).map(|f| f.object.as_str()).collect();
        assert_eq!(errors, [object], "{seeded}");
        tx.rollback().await.unwrap();
    }
    client.batch_execute("alter table ringfence.schema_history enable row level security, force row level security").await.unwrap();
    let alone = alone().await;
    let report = ringfence_store::migrate::migrate(installation.admin_config(), &installation.credentials).await.unwrap();
    drop(alone);
    assert_eq!(report.applied_migrations, [""; 0]);
    let found = verify(&client, &migrations).await.unwrap();
    assert!(found.iter().all(|f| f.level != Level::Error), "{found:#?}");
}

/// How a database prints text by default is nothing to what was reviewed, and the session keeps what it had.
#[tokio::test]
async fn a_sound_database_is_sound_however_it_prints() {
    let installation = Installation::fresh().await;
    let admin = installation.admin().await;
    for (setting, value) in [
        ("quote_all_identifiers", "on"),
        ("intervalstyle", "iso_8601"),
        ("datestyle", "German, DMY"),
        ("timezone", "Asia/Tokyo"),
        ("bytea_output", "escape"),
        ("extra_float_digits", "-15"),
        ("search_path", "reporting"),
    ] {
        admin.batch_execute(&format!("alter database {} set {setting} = '{value}'", installation.name)).await.unwrap();
    }
    let client = installation.admin().await;
    let found = verify(&client, &ringfence_store::migrate::known_migrations()).await.unwrap();
    let errors: Vec<&Finding> = found.iter().filter(|f| f.level == Level::Error && f.lint != "dangerous_default").collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let after = client
        .query_one(
            "select array[current_setting('quote_all_identifiers'), current_setting('intervalstyle'), current_setting('datestyle'), current_setting('timezone'),
                          current_setting('bytea_output'), current_setting('extra_float_digits'), current_setting('search_path')]",
            &[],
        )
        .await
        .unwrap();
    assert_eq!(after.get::<_, Vec<String>>(0), ["on", "iso_8601", "German, DMY", "Asia/Tokyo", "escape", "-15", "reporting"]);
}

/// A default of the database stops nothing that the service writes; that it stands there is told.
#[tokio::test]
async fn where_nothing_is_to_be_written_the_service_writes_and_says_so() {
    let installation = Installation::fresh().await;
    let admin = installation.admin().await;
    admin.batch_execute(&format!("alter database {} set default_transaction_read_only = on", installation.name)).await.unwrap();
    let config = installation.database_config(1);
    let database = Database::new(&config).unwrap();
    database.identify("https://id.example", "somebody").await.unwrap();
    let trail = AuditTrail::start(&config.auditor);
    trail.record(Vec::new()).await.unwrap();
    trail.carries().await.unwrap();
    let found = database.findings(&ringfence_store::migrate::known_migrations()).await.unwrap();
    let errors: Vec<&str> = found.iter().filter(|f| f.level == Level::Error).map(|f| f.detail.as_str()).collect();
    assert_eq!(errors, ["default_transaction_read_only=on"]);
}

/// What ends others' statements by default ends no look; what does is told as it is.
#[tokio::test]
async fn a_database_with_little_time_is_looked_at_all_the_same() {
    let installation = Installation::fresh().await;
    let admin = installation.admin().await;
    for setting in ["statement_timeout", "lock_timeout", "idle_session_timeout", "idle_in_transaction_session_timeout"] {
        admin.batch_execute(&format!("alter database {} set {setting} = '1ms'", installation.name)).await.unwrap();
    }
    let migrations = ringfence_store::migrate::known_migrations();
    let found = look(installation.admin_config(), &migrations, false).await.unwrap();
    assert_eq!(found.iter().filter(|finding| finding.lint == "timeout_preset").count(), 4);
    assert!(found.iter().all(|finding| finding.level != Level::Error), "{found:#?}");

    let mut hurried = installation.admin_config().clone();
    hurried.options("-c statement_timeout=1ms");
    let failed = look(&hurried, &migrations, false).await.unwrap_err().to_string();
    assert!(failed.ends_with("canceling statement due to statement timeout (57014)"), "{failed}");
}

/// Four lines that ask for nothing, six that ask for little, and four as they should be. The fourth is of no use without TLS, and told so too.
const HBA: &str = "host all ringfence_app 192.0.2.1/32 trust
host all all 192.0.2.2/32 ident
local all all peer map=there
hostssl all all 192.0.2.9/32 cert map=there
host all all 192.0.2.3/32 password
host all all 192.0.2.4/32 md5
host all all 192.0.2.10/32 pam
local all all peer
host replication all 192.0.2.5/32 scram-sha-256
host all all 192.0.2.6/32 nonsense
local all postgres peer
local replication all peer
host replication backup 192.0.2.7/32 scram-sha-256
host all all 192.0.2.8/32 reject
";

/// What no transaction can seed, on a server of its own.
#[tokio::test]
async fn what_the_servers_own_files_say_is_looked_at() {
    let server = Server::start("lints").await;
    let migrations = ringfence_store::migrate::known_migrations();
    let found = async || {
        let client = connect(&server.admin(DATABASE)).await;
        let findings = verify(&client, &migrations).await.unwrap();
        let strings: String = client.query_one("show standard_conforming_strings", &[]).await.unwrap().get(0);
        let seen: BTreeSet<String> = findings.into_iter().map(|finding| format!("{}: {}", finding.lint, finding.object)).collect();
        (seen, strings)
    };
    let (before, strings) = found().await;
    assert_eq!(strings, "on");

    let admin = connect(&server.admin(DATABASE)).await;
    for (file, line) in [
        ("hba_file", HBA),
        ("config_file", "backtrace_functions = 'ringfence\\n00000000000070008000000000000001'\nstandard_conforming_strings = off\nrow_security = off\narchive_library = 'evil'\n"),
    ] {
        let path: String = admin.query_one(&format!("show {file}"), &[]).await.unwrap().get(0);
        let text = std::fs::read_to_string(&path).unwrap() + line;
        std::fs::write(&path, text).unwrap();
    }
    admin.batch_execute("select pg_reload_conf()").await.unwrap();
    // A session begun after the reload's signal may still be ahead of it.
    while !connect(&server.admin(DATABASE)).await.query_one("select current_setting('backtrace_functions') <> ''", &[]).await.unwrap().get::<_, bool>(0) {}
    let (after, strings) = found().await;
    let new: Vec<&str> = after.difference(&before).map(String::as_str).collect();
    let of = |lint: &str| new.iter().filter(|found| found.starts_with(&format!("{lint}: pg_hba.conf, line "))).count();
    assert_eq!((of("hba_trust"), of("hba_weak")), (4, 7), "{new:?}");
    let others: Vec<&str> = new.iter().copied().filter(|found| !found.starts_with("hba_")).collect();
    assert_eq!(others, ["context_preset_for_server: backtrace_functions", "setting_preload: archive_library", "setting_semantics: row_security", "setting_semantics: standard_conforming_strings"]);
    assert_eq!(strings, "off", "the session was not left as it was");

    // The pool has it on, and what the service looks at is not the pool's.
    let findings = Database::new(&server.installation().database_config(1)).unwrap().findings(&migrations).await.unwrap();
    assert!(findings.iter().any(|finding| finding.level == Level::Error && finding.object == "row_security"), "{findings:#?}");

    // Who may not read the rules says so, whatever else they may read.
    let client = connect(&server.admin(DATABASE)).await;
    client.batch_execute("grant select on pg_hba_file_rules to ringfence_app; set role ringfence_app").await.unwrap();
    let findings = verify(&client, &migrations).await.unwrap();
    let hba: Vec<Level> = findings.iter().filter(|finding| finding.lint == "hba_trust").map(|finding| finding.level).collect();
    assert_eq!(hba, [Level::Notice]);
    drop((client, admin));
    server.stop().await;
}

#[tokio::test]
async fn a_lint_whose_connection_breaks_says_that_alone() {
    let client = client().await;
    let pid: i32 = client.query_one("select pg_backend_pid()", &[]).await.unwrap().get(0);
    connect(&admin_config()).await.execute("select pg_terminate_backend($1)", &[&pid]).await.unwrap();
    let lint = lints().unwrap().into_iter().find(|lint| lint.name == "owner_unexpected").unwrap();
    let failed = lint.run(&client).await;
    assert!(matches!(failed, Err(VerifyError::Lost)), "{failed:?}");
}
