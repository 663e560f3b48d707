//! Attacks 8 to 15: no login of the service becomes more than it is, and careless grants and doors do not open a table.

use crate::play::{DENIED, Play, code, one, refused, set};
use ringfence_api::StartError;
use ringfence_tests::Running;
use std::collections::BTreeSet;
use uuid::Uuid;

const LOGINS: [&str; 4] = ["ringfence_app", "ringfence_auditor", "ringfence_dispatcher", "ringfence_operator"];
const ROLES: [&str; 10] = [
    "ringfence_owner",
    "ringfence_app",
    "ringfence_auditor",
    "ringfence_dispatcher",
    "ringfence_operator",
    "ringfence_provisioner",
    "ringfence_gate",
    "ringfence_reporting",
    "ringfence_backup",
    "pg_read_all_data",
];

#[tokio::test]
async fn no_login_of_the_service_becomes_another_role() {
    let play = Play::new().await;
    let superuser: String = one(&play.admin, "select current_user::text", &[]).await;
    for login in LOGINS {
        let client = play.installation.login(login).await;
        for role in ROLES.into_iter().chain([superuser.as_str()]).filter(|role| *role != login) {
            for form in [
                "set role $R",
                "set local role $R",
                "set session authorization $R",
                "select set_config('role', '$R', true)",
                "select set_config('session_authorization', '$R', false)",
                "select (select set_config('role', '$R', true)), (select count(*) from pg_catalog.pg_class)",
                "do $d$ begin execute 'set role $R'; end $d$",
                "grant $R to current_user",
                "alter role $R password 'x'",
                "drop role $R",
            ] {
                let got = refused(&client, &form.replace("$R", role)).await;
                // A predefined role is reserved before it is denied.
                assert!(got == DENIED || got == "42939", "{login}: {form} {role}: {got}");
            }
        }
    }
}

#[tokio::test]
async fn no_login_of_the_service_touches_the_walls_the_server_or_its_files() {
    let play = Play::new().await;
    for login in LOGINS {
        let client = play.installation.login(login).await;
        for sql in [
            "alter table ringfence.tickets disable row level security",
            "alter table ringfence.tickets no force row level security",
            "alter table ringfence.tickets owner to current_user",
            "drop policy tickets_wall on ringfence.tickets",
            "create policy mine on ringfence.tickets using (true)",
            "alter function ringfence.may(text) leakproof",
            "create or replace function ringfence.tenant_id() returns uuid language sql return null",
            "create table ringfence.mine (x int)",
            "create table public.mine (x int)",
            "create view reporting.mine as select 1",
            "create schema mine",
            "create role mine",
            "alter role current_user bypassrls",
            "alter role current_user createrole",
            "alter system set log_statement = 'all'",
            "create publication mine for all tables",
            "create event trigger mine on ddl_command_end execute function pg_catalog.now()",
            "create extension pg_stat_statements schema pg_catalog",
            "select pg_create_logical_replication_slot('mine', 'pgoutput')",
            "select pg_read_file('postgresql.conf')",
            "select pg_ls_dir('.')",
            "copy (select 1) to program 'true'",
            "copy (select 1) to '/tmp/mine'",
            "select lo_import('/etc/hostname')",
            "set session_replication_role = replica",
            "select pg_switch_wal()",
            "select pg_reload_conf()",
            "select * from pg_catalog.pg_authid",
            "select * from pg_catalog.pg_statistic",
            "select * from pg_catalog.pg_largeobject",
            "truncate ringfence.tickets",
            "create trigger mine before insert on ringfence.tickets for each row execute function pg_catalog.suppress_redundant_updates_trigger()",
        ] {
            let got = refused(&client, sql).await;
            assert_eq!(got, DENIED, "{login}: {sql}");
        }
    }
}

#[tokio::test]
async fn nobody_but_the_owner_truncates_triggers_or_references() {
    let play = Play::new().await;
    for role in ROLES.into_iter().filter(|role| *role != "ringfence_owner" && *role != "pg_read_all_data").chain(["public"]) {
        for table in play.tenant_tables().await {
            let sql = "select bool_or(has_table_privilege($1, $2, p)) from unnest(array['truncate', 'trigger', 'references']) p";
            assert!(!one::<bool>(&play.admin, sql, &[&role, &format!("ringfence.{table}")]).await, "{role} on {table}");
        }
    }
}

#[tokio::test]
async fn a_login_does_what_its_name_says_and_no_more() {
    let play = Play::new().await;
    let mut tables = play.tenant_tables().await;
    tables.extend(["identities".into(), "keys".into(), "schema_history".into()]);
    for login in ["ringfence_dispatcher", "ringfence_operator", "ringfence_auditor"] {
        let client = play.installation.login(login).await;
        for table in &tables {
            assert_eq!(refused(&client, &format!("select count(*) from ringfence.{table}")).await, DENIED, "{login} {table}");
        }
    }
    let allowed: BTreeSet<(String, String)> = play
        .admin
        .query(
            "select r.rolname::text || ' ' || p.proname::text as may from pg_catalog.pg_proc p, pg_catalog.pg_roles r
              where p.pronamespace = 'ringfence'::regnamespace and p.prosecdef and r.rolname = any ($1) and has_function_privilege(r.oid, p.oid, 'execute')",
            &[&LOGINS.as_slice()],
        )
        .await
        .unwrap()
        .iter()
        .filter_map(|row| row.get::<_, String>(0).split_once(' ').map(|(a, b)| (a.to_owned(), b.to_owned())))
        .collect();
    let of = |login: &str| allowed.iter().filter(|(l, _)| l == login).map(|(_, f)| f.as_str()).collect::<Vec<_>>();
    assert_eq!(of("ringfence_dispatcher"), ["complete_crossing", "deliver_crossing", "take_crossing"]);
    assert_eq!(of("ringfence_auditor"), ["end_overdue_reports", "move_audit"]);
    for function in ["seal", "unseal", "record_operation", "register_reporting_login", "create_tenant", "provision_member", "move_audit", "create_reporting_login"] {
        assert!(!of("ringfence_app").contains(&function), "the service may execute {function}");
    }
    assert!(!of("ringfence_operator").contains(&"enter") && !of("ringfence_operator").contains(&"seal") && !of("ringfence_operator").contains(&"create_reporting_login"));
}

#[tokio::test]
async fn blind_writes_touch_the_own_rows_alone() {
    let play = Play::new().await;
    let before = play.digests(play.globex().id).await;
    let client = play.app().await;
    for table in play.tenant_tables().await {
        for sql in [
            format!("delete from ringfence.{table}"),
            format!("delete from ringfence.{table} where true returning 1"),
            format!("update ringfence.{table} set tenant_id = '{}'", play.acme().id),
            format!("update ringfence.{table} set tenant_id = ringfence.tenant_id() where tenant_id <> ringfence.tenant_id()"),
        ] {
            for role in ["owner", ""] {
                if role.is_empty() {
                    client.batch_execute("begin").await.unwrap();
                } else {
                    play.enter(&client, "acme", role).await;
                }
                let outcome = client.execute(&sql, &[]).await;
                if sql.starts_with("update") {
                    assert_eq!(code(&outcome.unwrap_err()), DENIED, "{sql}");
                } else if role.is_empty() {
                    assert!(outcome.is_err() || outcome.unwrap() == 0, "{sql}");
                }
                client.batch_execute("commit").await.unwrap();
            }
        }
    }
    for sql in ["update ringfence.tickets set subject = 'blind'", "update ringfence.contacts set name = 'blind'", "update ringfence.groups set name = group_id::text", "update ringfence.members set version = 9"] {
        play.enter(&client, "acme", "owner").await;
        client.execute(sql, &[]).await.unwrap();
        client.batch_execute("commit").await.unwrap();
    }
    assert_eq!(play.digests(play.globex().id).await, before);
}

#[tokio::test]
async fn one_careless_door_opens_no_table() {
    let play = Play::new().await;
    let tables: Vec<String> = play.tenant_tables().await.into_iter().filter(|t| !["reporting_logins", "audit_inbox"].contains(&t.as_str())).collect();
    for table in &tables {
        play.admin.batch_execute(&format!("grant select, insert, update, delete on ringfence.{table} to ringfence_app; create policy careless on ringfence.{table} to public using (true) with check (true)")).await.unwrap();
    }
    let before = play.digests(play.globex().id).await;
    let client = play.app().await;
    for table in &tables {
        let sql = format!("select distinct tenant_id from ringfence.{table}");
        assert!(client.query(&sql, &[]).await.unwrap().is_empty(), "{table}: rows without a context");
        play.enter(&client, "acme", "requester").await;
        assert!(set::<Uuid>(&client.query(&sql, &[]).await.unwrap()).is_subset(&[play.acme().id].into()), "{table}");
        let _ = client.execute(&format!("delete from ringfence.{table} where tenant_id = '{}'", play.globex().id), &[]).await;
        client.batch_execute("commit").await.unwrap();
        play.enter(&client, "acme", "requester").await;
        let moved = client.execute(&format!("update ringfence.{table} set tenant_id = '{}'", play.globex().id), &[]).await;
        assert!(moved.is_err() || moved.unwrap() == 0, "{table}: rows were handed to another tenant");
        client.batch_execute("rollback").await.unwrap();
    }
    assert_eq!(play.digests(play.globex().id).await, before);
}

#[tokio::test]
async fn a_login_of_the_service_enters_no_neighbouring_database() {
    let play = Play::new().await;
    for login in LOGINS {
        for neighbour in ["postgres", "template1"] {
            let mut config = play.installation.login_config(login);
            config.dbname(neighbour);
            let error = config.connect(tokio_postgres::NoTls).await.err().unwrap();
            assert_eq!(code(&error), DENIED, "{login} in {neighbour}");
        }
    }
}

#[tokio::test]
async fn the_service_does_not_start_as_a_role_that_skips_row_security_or_as_another_login() {
    let play = Play::new().await;
    let superuser = play.installation.admin_config().clone();
    let mut logins = vec![(superuser, String::new())];
    logins.extend(["ringfence_auditor", "ringfence_dispatcher", "ringfence_operator"].map(|login| (play.installation.login_config(login), String::new())));
    let analyst = play.installation.create_reporting_login(play.acme().id.into(), "a long password").await;
    let mut config = play.installation.admin_config().clone();
    config.user(&analyst).password("a long password");
    logins.push((config, String::new()));
    for attribute in ["bypassrls", "createrole", "replication"] {
        let name = format!("{}_{attribute}", play.installation.name);
        play.admin
            .batch_execute(&format!("create role {name} login {attribute} password 'x'; grant connect on database {} to {name}; grant usage on schema ringfence, reporting to {name}", play.installation.name))
            .await
            .unwrap();
        let mut config = play.installation.admin_config().clone();
        config.user(&name).password("x");
        logins.push((config, name));
    }
    for (login, name) in logins {
        let outcome = Running::try_over(&play.installation, |config| config.database.app = login).await;
        let findings = match outcome {
            Err(StartError::Findings(findings)) => findings,
            Err(other) => panic!("'{name}': {other}"),
            Ok(_) => panic!("'{name}' was let in"),
        };
        assert!(findings.iter().any(|f| f.lint == "own_role"), "{name}: {findings:?}");
        if !name.is_empty() {
            play.admin.batch_execute(&format!("drop owned by {name}; drop role {name}")).await.unwrap();
        }
    }
}

#[tokio::test]
async fn logins_of_analysts_are_of_one_shape_and_not_the_operators_to_make() {
    let play = Play::new().await;
    let make = "select ringfence.create_reporting_login($1, $2, gen_random_uuid())";
    for verifier in ["secret", "md5abc", "x' superuser --", "SCRAM-SHA-256$4096:a$b:c' bypassrls in role ringfence_owner --", ""] {
        assert_eq!(code(&play.admin.query(make, &[&play.acme().id, &verifier]).await.unwrap_err()), "22023", "{verifier}");
    }
    let unknown = play.admin.query(make, &[&Uuid::now_v7(), &"SCRAM-SHA-256$4096:a$b:c"]).await.unwrap_err();
    let operator = play.installation.login("ringfence_operator").await;
    assert_eq!(code(&operator.query(make, &[&play.acme().id, &"SCRAM-SHA-256$4096:a$b:c"]).await.unwrap_err()), "42501");
    assert_eq!(code(&unknown), "23503");
    let login = play.installation.create_reporting_login(play.acme().id.into(), "a long password").await;
    let sql = "select array(select g.rolname::text from pg_catalog.pg_auth_members m join pg_catalog.pg_roles g on g.oid = m.roleid where m.member = r.oid)
                 from pg_catalog.pg_roles r where rolname = $1 and not (rolsuper or rolcreatedb or rolcreaterole or rolreplication or rolbypassrls) and rolconnlimit between 1 and 10";
    assert_eq!(one::<Vec<String>>(&play.admin, sql, &[&login]).await, ["ringfence_reporting"]);
    for slug in ["acme", "globex"] {
        assert!(!login.contains(slug), "a role's name is read by every login of the server");
    }
}
