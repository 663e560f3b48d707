//! Attacks 4, 6, 7 and 25: what one request leaves on a connection, the next tenant's request on it neither obeys nor shows.

use crate::play::{DENIED, OneConnection, Play, code, one, refused, set};
use ringfence_store::{Access, Database, StoreError, TenantTx};
use std::collections::BTreeSet;
use tokio_postgres::Row;
use uuid::Uuid;

fn tenants(rows: &[Row]) -> BTreeSet<Uuid> {
    set(rows)
}

const BLIND: &str = "select tenant_id from ringfence.tickets union all select tenant_id from ringfence.comments union all select tenant_id from ringfence.contacts";

/// Prepared by SQL, a cursor (the driver's own portals have no name), a channel listened to.
const LEFT_BEHIND: &str = "select name from pg_prepared_statements where from_sql union all select name from pg_cursors where name <> ''
    union all select pg_listening_channels()";

#[tokio::test]
async fn a_session_setting_left_behind_does_not_rule_the_next_request() {
    let play = Play::new().await;
    let pool = OneConnection::of(&play).await;
    let (acme, globex) = (play.acme().id, play.globex().id);
    let first: i32 = pool.request(&pool.acme, "select pg_backend_pid()").await.unwrap()[0].get(0);
    for (setting, value) in [
        ("app.tenant_id", acme.to_string()),
        ("app.permissions", ",ticket.read,".into()),
        ("app.groups", format!("{{{}}}", play.acme().groups["first"])),
        ("app.member_id", play.acme().members["owner"].to_string()),
        ("search_path", "pg_temp, reporting".into()),
        ("plan_cache_mode", "force_generic_plan".into()),
        ("enable_indexscan", "off".into()),
        ("app.session_id", "another".into()),
    ] {
        pool.request(&pool.acme, &format!("select set_config('{setting}', '{value}', false)")).await.unwrap();
        let next = pool.request(&pool.globex, BLIND).await.unwrap();
        assert_eq!(tenants(&next), [globex].into(), "{setting}");
        let again = pool.request(&pool.acme, BLIND).await.unwrap();
        assert_eq!(tenants(&again), [acme].into(), "{setting}");
    }
    let last: i32 = pool.request(&pool.globex, "select pg_backend_pid()").await.unwrap()[0].get(0);
    assert_eq!(first, last, "the requests did not share a connection, so nothing was tried");
}

#[tokio::test]
async fn a_transaction_ended_by_hand_takes_its_context_along() {
    let play = Play::new().await;
    let client = play.app().await;
    for end in ["commit", "rollback", "commit and chain", "rollback and chain"] {
        play.enter(&client, "acme", "owner").await;
        assert_eq!(tenants(&client.query(BLIND, &[]).await.unwrap()), [play.acme().id].into());
        client.batch_execute(end).await.unwrap();
        assert!(client.query(BLIND, &[]).await.unwrap().is_empty(), "{end}");
        client.batch_execute("rollback").await.unwrap();
    }
}

#[tokio::test]
async fn no_request_sends_a_statement_that_would_outlive_it() {
    let play = Play::new().await;
    let pool = OneConnection::of(&play).await;
    let pid = "select pg_backend_pid()";
    let first: i32 = pool.request(&pool.acme, pid).await.unwrap()[0].get(0);
    for sql in [
        "declare held cursor with hold for select subject from ringfence.tickets",
        "listen spy",
        "prepare left_behind as select tenant_id from ringfence.tickets",
        "execute left_behind",
        "deallocate all",
        "discard plans",
        "set search_path = pg_temp",
        "reset all",
        "begin",
        "commit",
        "commit and chain",
        "rollback",
        "savepoint here",
        "lock table ringfence.tickets",
        "copy ringfence.tickets to stdout",
        "do $$ begin execute 'listen spy'; end $$",
        "call anything()",
        "explain analyze select 1",
        "  \n\tListen spy",
        "(listen spy)",
        "-- select\n-- select\nlisten spy",
        // A comment ends at either end of line (PostgreSQL 4.1.5), and the rest of this is another.
        "-- \rlisten spy /*\nselect 1 */",
        "/* select */ listen spy",
        "selector",
        "",
    ] {
        for access in [Access::Read, Access::Write] {
            let mut tx = TenantTx::open(&pool.database, &pool.acme, access).await.unwrap();
            let outcome = tx.query(crate::play::anything(sql), &[]).await;
            assert!(matches!(&outcome, Err(StoreError::Unexpected { code, .. }) if code == "statement"), "{sql}: {outcome:?}");
        }
    }
    // One more statement behind one about rows is the server's to refuse.
    assert!(pool.request(&pool.acme, "select 1; listen spy").await.is_err());
    assert!(pool.request(&pool.globex, LEFT_BEHIND).await.unwrap().is_empty());
    let last: i32 = pool.request(&pool.globex, pid).await.unwrap()[0].get(0);
    assert_eq!(first, last, "the requests did not share a connection, so nothing was tried");
}

#[tokio::test]
async fn no_function_runs_such_a_statement_from_text() {
    let play = Play::new().await;
    let client = play.app().await;
    let texts = ["prepare left_behind as select 1", "listen spy", "declare held cursor with hold for select 1"];
    for text in texts {
        for sql in [
            format!("select query_to_xml('{text}', true, true, '')"),
            format!("select query_to_xmlschema('{text}', true, true, '')"),
            format!("select query_to_xml_and_xmlschema('{text}', true, true, '')"),
            "select cursor_to_xml('held', 1, true, true, '')".to_owned(),
            format!("select ts_stat('{text}')"),
            format!("select ts_stat('{text}', 'a')"),
            format!("select ts_rewrite('a'::tsquery, '{text}')"),
        ] {
            play.enter(&client, "acme", "owner").await;
            let outcome = client.batch_execute(&sql).await;
            client.batch_execute("commit").await.unwrap();
            let left = client.query(LEFT_BEHIND, &[]).await.unwrap();
            assert!(left.is_empty(), "{sql} left something behind: {outcome:?}");
        }
    }
    // Run as they are, each would be seen.
    client.batch_execute(&texts.join("; ")).await.unwrap();
    assert_eq!(set::<String>(&client.query(LEFT_BEHIND, &[]).await.unwrap()), ["left_behind", "held", "spy"].map(str::to_owned).into());
}

#[tokio::test]
async fn a_setting_of_the_session_ends_with_the_request_that_made_it() {
    let play = Play::new().await;
    let pool = OneConnection::of(&play).await;
    for (setting, value) in [
        ("synchronous_commit", "off"),
        ("default_transaction_read_only", "on"),
        ("default_transaction_isolation", "serializable"),
        ("statement_timeout", "1"),
        ("lock_timeout", "1"),
        ("idle_in_transaction_session_timeout", "0"),
        ("row_security", "off"),
        ("log_parameter_max_length_on_error", "-1"),
        ("debug_print_plan", "on"),
        ("search_path", "pg_temp"),
        ("x.mine", "left"),
    ] {
        let shown = format!("select current_setting('{setting}', true)");
        let before: Option<String> = pool.request(&pool.globex, &shown).await.unwrap()[0].get(0);
        pool.request(&pool.acme, &format!("select set_config('{setting}', '{value}', false)")).await.unwrap();
        let after: Option<String> = pool.request(&pool.globex, &shown).await.unwrap()[0].get(0);
        assert_eq!(before.unwrap_or_default(), after.unwrap_or_default(), "{setting}");
        pool.request(&pool.globex, "insert into ringfence.tags (tenant_id, tag) select ringfence.tenant_id(), 'word' on conflict do nothing").await.unwrap();
    }
}

#[tokio::test]
async fn the_service_takes_its_settings_from_nobody_else() {
    let play = Play::new().await;
    let pool = OneConnection::of(&play).await;
    for (setting, other) in [("statement_timeout", "1h"), ("lock_timeout", "1h"), ("idle_in_transaction_session_timeout", "1h"), ("row_security", "off"), ("default_transaction_read_only", "on")] {
        play.admin.batch_execute(&format!("alter database {} set {setting} = '{other}'", play.installation.name)).await.unwrap();
    }
    // A pool of its own: the other's connection is older than the settings.
    let database = Database::new(&play.installation.database_config(1)).unwrap();
    for (setting, expected) in [("statement_timeout", "10s"), ("lock_timeout", "3s"), ("idle_in_transaction_session_timeout", "15s"), ("row_security", "on"), ("default_transaction_read_only", "off")] {
        let mut tx = TenantTx::open(&database, &pool.acme, Access::Read).await.unwrap();
        let shown = tx.query(crate::play::anything(&format!("select current_setting('{setting}')")), &[]).await.unwrap();
        assert_eq!(shown[0].get::<_, String>(0), expected, "{setting}");
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn a_request_that_reads_cannot_write() {
    let play = Play::new().await;
    let pool = OneConnection::of(&play).await;
    let insert = crate::play::anything("insert into ringfence.tags (tenant_id, tag) select ringfence.tenant_id(), 'word' on conflict do nothing");
    for (access, expected) in [(Access::Write, None), (Access::Read, Some("25006"))] {
        let mut tx = TenantTx::open(&pool.database, &pool.acme, access).await.unwrap();
        let outcome = tx.query(insert, &[]).await;
        let code = match &outcome {
            Err(StoreError::Unexpected { code, .. }) => Some(code.as_str()),
            _ => None,
        };
        assert_eq!((outcome.is_ok(), code), (expected.is_none(), expected), "{access:?}: {outcome:?}");
    }
}

#[tokio::test]
async fn temporary_objects_and_session_locks_are_refused() {
    let play = Play::new().await;
    let client = play.app().await;
    for role in ["", "owner"] {
        for sql in [
            "create temp table tickets (subject text)",
            "create temp view tickets as select 1",
            "create temp sequence s",
            "select subject into temp stash from ringfence.tickets",
            "create function pg_temp.f() returns int language sql return 1",
            "select pg_advisory_lock(1)",
            "select pg_advisory_lock(1, 2)",
            "select pg_advisory_lock_shared(1)",
            "select pg_try_advisory_lock(1)",
            "select pg_advisory_xact_lock(1)",
            "select pg_try_advisory_xact_lock(1, 2)",
            "do $$ begin create temp table t (x int); end $$",
            "do $$ begin perform pg_advisory_lock(7); end $$",
        ] {
            if !role.is_empty() {
                play.enter(&client, "acme", role).await;
            }
            assert_eq!(refused(&client, sql).await, DENIED, "{sql}");
        }
    }
}

#[tokio::test]
async fn a_generic_plan_kept_over_a_change_of_tenant_and_role_shows_the_new_ones_rows() {
    let play = Play::new().await;
    let client = play.app().await;
    for mode in ["auto", "force_generic_plan", "force_custom_plan"] {
        client.batch_execute(&format!("set plan_cache_mode = {mode}")).await.unwrap();
        let blind = client.prepare("select ticket_id from ringfence.tickets").await.unwrap();
        let named = client.prepare("select ticket_id from ringfence.tickets where tenant_id = $1").await.unwrap();
        for round in 0..4 {
            for slug in ["acme", "globex"] {
                let (own, other) = if slug == "acme" { (play.acme(), play.globex()) } else { (play.globex(), play.acme()) };
                for (role, expected) in [
                    ("owner", BTreeSet::from([own.ticket, own.other_ticket, own.own_ticket])),
                    ("grouped_agent", BTreeSet::from([own.ticket])),
                    ("requester", BTreeSet::from([own.own_ticket])),
                ] {
                    play.enter(&client, slug, role).await;
                    assert_eq!(set::<Uuid>(&client.query(&blind, &[]).await.unwrap()), expected, "{mode} {round} {slug} {role}");
                    assert_eq!(set::<Uuid>(&client.query(&named, &[&own.id]).await.unwrap()), expected);
                    assert!(client.query(&named, &[&other.id]).await.unwrap().is_empty());
                    client.batch_execute("commit").await.unwrap();
                    assert!(client.query(&blind, &[]).await.unwrap().is_empty(), "{mode}: rows without a context");
                }
            }
        }
    }
}

#[tokio::test]
async fn the_service_listens_and_notifies_nowhere() {
    for (file, text) in crate::play::sources("sql", "sql").into_iter().chain(crate::play::sources("policies/functions", "sql")) {
        let text = text.to_lowercase();
        if !file.ends_with("schema.sql") {
            assert!(!text.contains("pg_notify") && !text.contains("\nnotify ") && !text.contains("\nlisten "), "{file}");
        }
    }
}

#[tokio::test]
async fn what_a_request_does_to_its_own_login_is_seen_by_verify() {
    let play = Play::new().await;
    let mut admin = play.installation.admin().await;
    let lint = ringfence_store::verify::lints().unwrap().into_iter().find(|lint| lint.name == "role_settings").unwrap();
    // In a transaction that is taken back: roles belong to the whole server, which other tests share.
    let tx = admin.transaction().await.unwrap();
    tx.batch_execute("set local role ringfence_app; alter role ringfence_app set search_path = pg_temp; reset role; set local search_path = pg_catalog, pg_temp").await.unwrap();
    assert!(!lint.run(&tx).await.unwrap().is_empty());
    tx.rollback().await.unwrap();
    let client = play.app().await;
    let path: String = one(&client, "select current_setting('search_path')", &[]).await;
    assert!(!path.contains("pg_temp"));
    // Its own password it may change, which no grant can prevent; verify cannot see that, the next start of the service does.
    let outcome = client.batch_execute("begin; alter role ringfence_app superuser").await;
    assert_eq!(code(&outcome.unwrap_err()), DENIED);
}
