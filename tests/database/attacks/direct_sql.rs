//! Attacks 2, 16, 21 and 22 on direct SQL: an analyst's login sees its tenant whole, and nothing else whatever it sets, asks or explains.

use crate::forging::READS;
use crate::play::{CONTEXT, DENIED, Play, code, one, refused, set, texts};
use crate::side_channels::{analyst, analyst_config, fill_globex};
use std::collections::BTreeSet;
use tokio_postgres::{Client, NoTls};
use uuid::Uuid;

/// What is seen: tickets by the view and by the table, comments by both.
pub async fn seen(client: &Client) -> Result<[BTreeSet<Uuid>; 4], tokio_postgres::Error> {
    let ids = async |sql: &str| Ok::<_, tokio_postgres::Error>(set(&client.query(sql, &[]).await?));
    Ok([
        ids("select ticket_id from reporting.tickets").await?,
        ids("select ticket_id from ringfence.tickets").await?,
        ids("select comment_id from reporting.comments").await?,
        ids("select comment_id from ringfence.comments").await?,
    ])
}

pub fn whole(tenant: &ringfence_tests::world::Tenant) -> [BTreeSet<Uuid>; 4] {
    let tickets = BTreeSet::from([tenant.ticket, tenant.other_ticket, tenant.own_ticket]);
    let comments: BTreeSet<Uuid> = tenant.comments.iter().flat_map(|(public, internal)| [*public, *internal]).collect();
    [tickets.clone(), tickets, comments.clone(), comments]
}

#[tokio::test]
async fn two_tenants_analysts_side_by_side_see_each_their_own_tenant_whole() {
    let play = Play::new().await;
    let (acme, globex) = (analyst(&play, "acme").await, analyst(&play, "globex").await);
    for _ in 0..5 {
        let (a, g) = futures_util::join!(seen(&acme), seen(&globex));
        assert_eq!(a.unwrap(), whole(play.acme()));
        assert_eq!(g.unwrap(), whole(play.globex()));
    }
    let tenants: BTreeSet<Uuid> = set(&acme.query("select tenant_id from ringfence.tickets union all select tenant_id from ringfence.comments", &[]).await.unwrap());
    assert_eq!(tenants, [play.acme().id].into());
}

#[tokio::test]
async fn a_login_of_another_installation_sees_nothing() {
    let (play, other) = (Play::new().await, Play::new().await);
    let mut config = analyst_config(&other, "acme").await;
    config.dbname(&play.installation.name);
    let stranger = ringfence_tests::database::connect(&config).await;
    assert!(seen(&stranger).await.unwrap().iter().all(BTreeSet::is_empty));
}

#[tokio::test]
async fn a_suspended_tenants_analyst_sees_nothing_from_the_next_statement_on() {
    let play = Play::new().await;
    let client = analyst(&play, "acme").await;
    assert_eq!(seen(&client).await.unwrap(), whole(play.acme()));
    let operator = play.installation.operator().await;
    operator.suspend_tenant(play.acme().id.into(), true).await.unwrap();
    assert!(seen(&client).await.unwrap().iter().all(BTreeSet::is_empty));
    operator.suspend_tenant(play.acme().id.into(), false).await.unwrap();
    assert_eq!(seen(&client).await.unwrap(), whole(play.acme()));
}

#[tokio::test]
async fn nothing_an_analyst_sets_changes_what_they_see() {
    let play = Play::new().await;
    let (acme, globex) = (play.acme().clone(), play.globex().clone());
    let config = analyst_config(&play, "acme").await;
    let foreign = analyst_config(&play, "globex").await.get_user().unwrap().to_owned();
    let service = play.entered("globex", "owner").await;
    let stolen: String = one(&service, &format!("select current_setting('{CONTEXT}')"), &[]).await;
    let mut statements = Vec::new();
    for (setting, value) in [
        ("app.tenant_id", globex.id.to_string()),
        ("app.identity_id", play.identity("globex", "owner").await.to_string()),
        ("app.member_id", globex.members["owner"].to_string()),
        ("app.permissions", ",ticket.read,".into()),
        ("app.groups", format!("{{{}}}", globex.groups["first"])),
    ] {
        statements.push(format!("set {setting} = '{value}'"));
        statements.push(format!("select set_config('{setting}', '{value}', false)"));
    }
    statements.extend(
        [
            "set role ringfence_reporting",
            "set search_path = ringfence, reporting, public",
            "set row_security = off",
            "set default_transaction_read_only = off",
            "set session characteristics as transaction read write",
            "set transaction_isolation = 'serializable'",
            "set plan_cache_mode = force_generic_plan",
            "set enable_seqscan = off",
            "set enable_indexscan = off; set enable_bitmapscan = off; set enable_indexonlyscan = off",
            "select set_config(case when current_setting('server_version_num')::int < 160000 then 'force_parallel_mode' else 'debug_parallel_query' end, 'on', false); set parallel_setup_cost = 0; set parallel_tuple_cost = 0; set min_parallel_table_scan_size = 0",
            "set jit = on; set jit_above_cost = 0",
            "set from_collapse_limit = 1; set join_collapse_limit = 1",
            "set geqo_threshold = 2",
            "set statement_timeout = 0",
            "set application_name = 'ringfence'",
            "set xmloption = content",
        ]
        .map(str::to_owned),
    );
    {
        let client = ringfence_tests::database::connect(&config).await;
        for context in [&stolen, ""] {
            for form in ["set $S = '$V'", "select set_config('$S', '$V', false)"] {
                assert_eq!(refused(&client, &form.replace("$S", CONTEXT).replace("$V", context)).await, DENIED);
            }
        }
    }
    for statement in statements {
        let client = ringfence_tests::database::connect(&config).await;
        client.batch_execute(&statement).await.unwrap_or_else(|e| panic!("{statement}: {e:?}"));
        match seen(&client).await {
            Ok(rows) => assert_eq!(rows, whole(&acme), "{statement}"),
            Err(error) => assert_eq!(code(&error), DENIED, "{statement}: {error:?}"),
        }
    }
    let client = ringfence_tests::database::connect(&config).await;
    client.batch_execute("set default_transaction_read_only = off").await.unwrap();
    for role in ["ringfence_owner", "ringfence_app", "ringfence_backup", "ringfence_operator", "pg_read_all_data", &foreign] {
        for form in ["set role $R", "set session authorization $R", "select set_config('role', '$R', true), (select count(*) from reporting.tickets)", "grant $R to current_user"] {
            assert_eq!(refused(&client, &form.replace("$R", role)).await, DENIED, "{form} {role}");
        }
    }
}

#[tokio::test]
async fn a_setting_forged_inside_an_analysts_statement_shows_no_foreign_row() {
    let play = Play::new().await;
    let client = analyst(&play, "acme").await;
    let [own, ..] = whole(play.acme());
    for relation in ["reporting.tickets", "ringfence.tickets"] {
        for (setting, value) in [("app.tenant_id", play.globex().id.to_string()), (CONTEXT, "ringfence".into()), ("role", "ringfence_reporting".into())] {
            for read in READS {
                let sql = read.replace("ringfence.tickets", relation).replace("$S", setting).replace("$V", &value);
                // A whole row of the table is more than an analyst may read of it.
                match client.query(&sql, &[]).await {
                    Ok(rows) => assert!(set::<Uuid>(&rows).is_subset(&own), "{sql}"),
                    Err(error) => assert_eq!(code(&error), DENIED, "{sql}: {error:?}"),
                }
            }
        }
    }
}

#[tokio::test]
async fn an_analyst_writes_creates_and_executes_nothing() {
    let play = Play::new().await;
    let client = analyst(&play, "acme").await;
    client.batch_execute("set default_transaction_read_only = off").await.unwrap();
    let mut statements: Vec<String> = [
        "insert into reporting.tickets (ticket_id, number, subject) values (gen_random_uuid(), 9, 'x')",
        "update reporting.tickets set subject = 'x'",
        "delete from reporting.comments",
        "update ringfence.tickets set subject = 'x'",
        "delete from ringfence.tickets",
        "truncate ringfence.tickets",
        "select 1 from ringfence.tickets for update",
        "begin; lock table ringfence.tickets in access exclusive mode",
        "create table mine (x int)",
        "create table reporting.mine (x int)",
        "create temp table mine (x int)",
        "create view reporting.mine as select 1",
        "create schema mine",
        "create function pg_temp.f() returns int language sql return 1",
        "create operator reporting.=== (leftarg = text, rightarg = text, function = texteq)",
        "create extension dblink",
        "create foreign data wrapper f",
        "select pg_read_file('postgresql.conf')",
        "select pg_ls_dir('.')",
        "select lo_create(0)",
        "select lo_from_bytea(0, 'x')",
        "select lo_get(1)",
        "select pg_notify('spy', 'x')",
        "select pg_advisory_lock(1)",
        "select pg_export_snapshot()",
        "select pg_current_xact_id()",
        "select txid_current()",
        "select query_to_xml('select 1', true, true, '')",
        "copy reporting.tickets to program 'true'",
        "copy reporting.tickets to '/tmp/mine'",
        "alter role current_user set default_transaction_read_only = off",
        "alter role current_user bypassrls",
        "alter role current_user connection limit 100",
        "analyze verbose pg_catalog.pg_authid",
        "select * from pg_catalog.pg_authid",
        "select * from pg_catalog.pg_statistic",
        "select * from pg_catalog.pg_largeobject",
    ]
    .map(str::to_owned)
    .into();
    let context = ["tenant_id", "request", "context", "tenant_of_login", "current_tenant", "identity", "member", "actor", "access_of", "member_with", "groups_with", "permissions", "may"];
    let functions = play
        .admin
        .query(
            "select format('select ringfence.%I(%s)', p.proname, (select string_agg(format('null::%s', format_type(t, null)), ', ') from unnest(p.proargtypes) t))
               from pg_catalog.pg_proc p where p.pronamespace = 'ringfence'::regnamespace and p.proname <> all ($1)",
            &[&context.as_slice()],
        )
        .await
        .unwrap();
    assert!(functions.len() > 10);
    statements.extend(functions.iter().map(|row| row.get::<_, String>(0)));
    for sql in statements {
        let got = refused(&client, &sql).await;
        // A role may set its own defaults, which bind nobody, and ANALYZE skips with a warning what is not its own.
        if sql.starts_with("alter role current_user set") || sql.starts_with("analyze") {
            assert!(got.starts_with("worked") || got == DENIED, "{sql}: {got}");
        } else {
            assert_eq!(got, DENIED, "{sql}");
        }
    }
}

#[tokio::test]
async fn an_analyst_reads_the_columns_granted_and_no_other_table() {
    let play = Play::new().await;
    let client = analyst(&play, "acme").await;
    for sql in [
        "select version from ringfence.tickets",
        "select group_key from ringfence.tickets",
        "select * from ringfence.tickets",
        "select t from ringfence.tickets t",
        "select ctid from ringfence.tickets",
        "select xmin from ringfence.tickets",
        "select 1 from ringfence.tickets t where t.version = 1",
        "select 1 from ringfence.tickets order by version",
        "select requester_id from ringfence.comments",
        "select external_id from ringfence.comments",
        "select group_key from ringfence.comments",
        "select to_jsonb(c) from ringfence.comments c",
    ] {
        assert_eq!(refused(&client, sql).await, DENIED, "{sql}");
    }
    let others = play.admin.query("select relname::text from pg_catalog.pg_class where relnamespace = 'ringfence'::regnamespace and relkind in ('r', 'v', 'm', 'S') and relname not in ('tickets', 'comments')", &[]).await.unwrap();
    assert!(others.len() > 12);
    for row in others {
        let table: String = row.get(0);
        assert_eq!(refused(&client, &format!("select count(*) from ringfence.{table}")).await, DENIED, "{table}");
    }
}

#[tokio::test]
async fn an_analyst_has_few_connections_and_is_read_only_by_default() {
    let play = Play::new().await;
    let config = analyst_config(&play, "acme").await;
    let limit: i32 = one(&play.admin, "select rolconnlimit from pg_catalog.pg_roles where rolname = $1", &[&config.get_user().unwrap()]).await;
    let mut open = Vec::new();
    for _ in 0..limit {
        open.push(ringfence_tests::database::connect(&config).await);
    }
    assert_eq!(code(&config.connect(NoTls).await.err().unwrap()), "53300");
    for (setting, expected) in [("default_transaction_read_only", "on"), ("statement_timeout", "1min"), ("idle_in_transaction_session_timeout", "1min")] {
        assert_eq!(one::<String>(&open[0], "select current_setting($1)", &[&setting]).await, expected);
    }
}

/// A plan that was run, and for each scan in it how many rows it looked at: returned and removed.
async fn looked_at(client: &Client, sql: &str) -> (Vec<u64>, String) {
    let plan = texts(&client.simple_query(&format!("explain (analyze, timing off, summary off) {sql}")).await.unwrap_or_else(|e| panic!("{sql}: {e:?}")));
    let after = |line: &str, words: &str| line.split_once(words).map(|(_, rest)| rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse::<u64>().unwrap());
    let mut scans = Vec::new();
    let mut in_scan = false;
    for line in &plan {
        if let Some(rows) = after(line, "actual rows=") {
            in_scan = (line.contains(" Scan on ") || line.contains(" Scan using ")) && !line.contains("Subquery Scan");
            if in_scan {
                scans.push(rows * after(line, "loops=").unwrap_or(1));
            }
        } else if line.contains("Rows Removed by ") && in_scan {
            *scans.last_mut().unwrap() += after(line, ": ").unwrap();
        }
    }
    (scans, plan.join("\n"))
}

#[tokio::test]
async fn a_plan_over_an_index_looks_at_no_foreign_row() {
    let play = Play::new().await;
    fill_globex(&play).await;
    let client = analyst(&play, "acme").await;
    let globex = play.globex();
    for shape in ["set enable_bitmapscan = off; set enable_indexscan = on", "set enable_bitmapscan = on; set enable_indexscan = off"] {
        client.batch_execute(&format!("set enable_seqscan = off; set enable_indexonlyscan = off; {shape}")).await.unwrap();
        for (relation, condition) in [
            ("tickets", "true".to_owned()),
            ("tickets", "created_at < now()".into()),
            ("tickets", "updated_at < now() - interval '2 hours'".into()),
            ("tickets", "number between 1000 and 3000".into()),
            ("tickets", format!("requester_id = '{}'", globex.contact)),
            ("tickets", format!("ticket_id = '{}'", globex.ticket)),
            ("tickets", format!("group_id = '{}'", globex.groups["first"])),
            ("tickets", format!("assignee_id = '{}'", globex.members["agent"])),
            ("tickets", format!("organization_id = '{}'", globex.organization)),
            ("tickets", "external_source = 'hidden-1' and external_id >= 'case-'".into()),
            ("tickets", "subject = 'secret merger'".into()),
            ("tickets", "subject like 'secret%'".into()),
            ("tickets", "'secretword' = any (tags)".into()),
            ("comments", "true".into()),
            ("comments", "created_at < now()".into()),
            ("comments", format!("ticket_id = '{}'", globex.ticket)),
            ("comments", format!("author_id = '{}'", globex.members["agent"])),
            ("comments", "body like 'secret%'".into()),
        ] {
            for schema in ["reporting", "ringfence"] {
                let sql = format!("select ticket_id from {schema}.{relation} where {condition}");
                let (scans, plan) = looked_at(&client, &sql).await;
                assert!(!scans.is_empty() && scans.iter().all(|rows| *rows <= 6) && !plan.contains("Seq Scan"), "{sql}\n{plan}");
            }
        }
        let join = "select c.comment_id from reporting.tickets t join reporting.comments c using (ticket_id) where t.number > 0";
        let (scans, plan) = looked_at(&client, join).await;
        assert!(scans.iter().all(|rows| *rows <= 36), "{plan}");
    }
}

#[tokio::test]
async fn a_sequential_scan_tells_how_large_the_table_is_and_nothing_of_what_is_in_it() {
    let play = Play::new().await;
    fill_globex(&play).await;
    let client = analyst(&play, "acme").await;
    client.batch_execute("set enable_indexscan = off; set enable_bitmapscan = off; set enable_indexonlyscan = off").await.unwrap();
    let mut totals = BTreeSet::new();
    for condition in ["true", "subject = 'secret merger'", "subject = 'no such words'", "created_at < now()", "created_at > now()", "status = 'open'", "number > 1500", "external_source = 'hidden-1'", "'secretword' = any (tags)", "subject ilike '%merger%'"] {
        let (scans, plan) = looked_at(&client, &format!("select ticket_id from reporting.tickets where {condition}")).await;
        assert!(plan.contains("Seq Scan") && scans.len() == 1, "{plan}");
        totals.insert(scans[0]);
    }
    // The size of the table is in pg_class for everybody; a condition must not make it another number.
    assert_eq!(totals.len(), 1, "{totals:?}");
}

#[tokio::test]
async fn without_the_wall_an_analyst_would_see_every_tenant_so_these_tests_can_fail() {
    let play = Play::new().await;
    let client = analyst(&play, "acme").await;
    for table in ["tickets", "comments"] {
        play.admin.batch_execute(&format!("drop policy {table}_wall on ringfence.{table}; drop policy {table}_wall_each_row on ringfence.{table}")).await.unwrap();
    }
    let rows = seen(&client).await.unwrap();
    assert_ne!(rows, whole(play.acme()));
    assert!(whole(play.globex()).iter().zip(&rows).all(|(foreign, seen)| foreign.is_subset(seen)));
}
