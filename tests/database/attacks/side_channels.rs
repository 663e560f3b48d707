//! Attacks 19 to 24: what is not a row (estimates, errors, activity, notices) tells nothing of another tenant's rows.

use crate::play::{DENIED, Play, code, one, refused, texts};
use tokio_postgres::Client;

/// A thousand tickets of globex with values that acme has not, and statistics taken of them.
pub async fn fill_globex(play: &Play) {
    let globex = play.globex();
    play.admin
        .execute(
            "insert into ringfence.tickets (tenant_id, ticket_id, number, subject, requester_id, tags, external_source, external_id, status, created_at, updated_at)
             select $1, gen_random_uuid(), 1000 + n, 'secret merger', $2, array['secretword'], 'hidden-' || n % 2, 'case-' || n, 'open', now() - n * interval '1 hour', now() - n * interval '1 hour'
               from generate_series(1, 1000) n",
            &[&globex.id, &globex.contact],
        )
        .await
        .unwrap();
    play.admin
        .execute(
            "insert into ringfence.comments (tenant_id, comment_id, ticket_id, requester_id, group_key, author_id, visibility, body, external_id)
             select tenant_id, gen_random_uuid(), ticket_id, requester_id, group_key, requester_id, 'public', 'secret merger', 'secret case' from ringfence.tickets where tenant_id = $1",
            &[&globex.id],
        )
        .await
        .unwrap();
    play.admin.batch_execute("analyze ringfence.tickets; analyze ringfence.comments; analyze ringfence.contacts").await.unwrap();
}

pub async fn analyst(play: &Play, slug: &str) -> Client {
    ringfence_tests::database::connect(&analyst_config(play, slug).await).await
}

pub async fn analyst_config(play: &Play, slug: &str) -> tokio_postgres::Config {
    let login = play.installation.create_reporting_login(play.world.tenant(slug).id.into(), "a long password").await;
    let mut config = play.installation.admin_config().clone();
    config.user(&login).password("a long password");
    config
}

/// Every estimate of a plan.
async fn estimates(client: &Client, sql: &str) -> Vec<String> {
    let plan = texts(&client.simple_query(&format!("explain {sql}")).await.unwrap_or_else(|e| panic!("{sql}: {e:?}")));
    plan.iter().flat_map(|line| line.split_whitespace().filter(|word| word.starts_with("rows=")).map(str::to_owned).collect::<Vec<_>>()).collect()
}

#[tokio::test]
async fn an_estimate_is_the_same_for_a_word_that_others_use_and_for_one_that_nobody_does() {
    let play = Play::new().await;
    fill_globex(&play).await;
    let (service, analyst) = (play.entered("acme", "owner").await, analyst(&play, "acme").await);
    for (table, condition, foreign, unknown) in [
        ("tickets", "subject = '$W'", "secret merger", "no such words"),
        ("tickets", "subject >= '$W'", "secret", "zzz"),
        ("tickets", "subject like '$W%'", "secret", "absent"),
        ("tickets", "tags @> array['$W']", "secretword", "absentword"),
        ("tickets", "'$W' = any (tags)", "secretword", "absentword"),
        ("tickets", "external_id = '$W'", "case-7", "none-7"),
        ("tickets", "external_source = '$W'", "hidden-1", "absent-1"),
        ("comments", "body = '$W'", "secret merger", "no such words"),
        ("comments", "body ilike '%$W%'", "secret merger", "no such words"),
    ] {
        for (client, schema) in [(&service, "ringfence"), (&analyst, "reporting")] {
            let sql = |word| format!("select 1 from {schema}.{table} where {}", condition.replace("$W", word));
            assert_eq!(estimates(client, &sql(foreign)).await, estimates(client, &sql(unknown)).await, "{schema}.{table}: {condition}");
        }
    }
}

#[tokio::test]
async fn statistics_of_what_people_wrote_are_neither_kept_nor_shown() {
    let play = Play::new().await;
    fill_globex(&play).await;
    let (service, analyst) = (play.entered("acme", "owner").await, analyst(&play, "acme").await);
    for client in [&service, &analyst] {
        for view in ["pg_stats", "pg_stats_ext", "pg_stats_ext_exprs"] {
            assert_eq!(one::<i64>(client, &format!("select count(*) from pg_catalog.{view} where schemaname = 'ringfence'"), &[]).await, 0, "{view}");
        }
    }
    let kept: String = one(&play.admin, "select coalesce(string_agg(s::text, '|'), '') from pg_catalog.pg_stats s where schemaname = 'ringfence'", &[]).await;
    for word in ["secret", "case-", "canary-"] {
        assert!(!kept.contains(word), "'{word}' stands in the statistics");
    }
}

/// Conditions that raise on a row they are tried on.
const RAISING: [&str; 6] = [
    r"subject like '%\'",
    r"subject ilike '%\'",
    "subject::int = 1",
    "1 / (length(subject) - length(subject)) = 1",
    "ticket_id::text::int > 0",
    "(created_at - created_at + interval '1 second')::text::int = 1",
];

#[tokio::test]
async fn an_error_tells_of_no_row_that_one_may_not_see() {
    let play = Play::new().await;
    let empty = play.installation.operator().await.create_tenant("initech", "Empty").await.unwrap();
    let login = play.installation.create_reporting_login(empty, "a long password").await;
    let mut config = play.installation.admin_config().clone();
    config.user(&login).password("a long password");
    let nobody = ringfence_tests::database::connect(&config).await;
    // A light agent without a ticket in sight: the group is emptied.
    play.admin.execute("update ringfence.tickets set group_id = null where tenant_id = $1", &[&play.acme().id]).await.unwrap();
    let agent = play.entered("acme", "light_agent").await;
    agent.batch_execute("commit").await.unwrap();
    for planner in ["reset all", "set enable_indexscan = off; set enable_bitmapscan = off; set enable_indexonlyscan = off"] {
        nobody.batch_execute(planner).await.unwrap();
        agent.batch_execute(planner).await.unwrap();
        for condition in RAISING {
            assert_eq!(one::<i64>(&nobody, &format!("select count(*) from reporting.tickets where {condition}"), &[]).await, 0);
            assert_eq!(one::<i64>(&nobody, &format!("select count(*) from ringfence.tickets where {condition}"), &[]).await, 0);
            play.enter(&agent, "acme", "light_agent").await;
            assert_eq!(one::<i64>(&agent, &format!("select count(*) from ringfence.tickets where {condition}"), &[]).await, 0, "{condition}");
            agent.batch_execute("commit").await.unwrap();
        }
    }
    // The same on a function that somebody declared leakproof, so that this test is known to see it.
    play.admin.batch_execute("alter function pg_catalog.textlike(text, text) leakproof cost 0.0001").await.unwrap();
    nobody.batch_execute("set enable_indexscan = off; set enable_bitmapscan = off").await.unwrap();
    let raised = nobody.query(&format!("select count(*) from reporting.tickets where {}", RAISING[0]), &[]).await;
    assert_eq!(code(&raised.unwrap_err()), "22025");
}

#[tokio::test]
async fn a_violated_constraint_quotes_no_value_of_a_row_that_one_may_not_see() {
    let play = Play::new().await;
    let acme = play.acme().clone();
    let client = play.app().await;
    // The number 1 belongs to a ticket that this requester does not see.
    play.enter(&client, "acme", "requester").await;
    let sql = "insert into ringfence.tickets (tenant_id, ticket_id, number, subject, requester_id) values ($1, gen_random_uuid(), 1, 'canary-typed-here-qz7', $2)";
    let error = client.execute(sql, &[&acme.id, &acme.members["requester"]]).await.unwrap_err();
    let db = error.as_db_error().unwrap();
    assert_eq!(db.code().code(), "23505");
    let told = format!("{} {:?} {:?} {:?}", db.message(), db.detail(), db.hint(), db.where_());
    assert!(!told.contains("canary") && !told.contains(&acme.id.to_string()), "{told}");
}

#[tokio::test]
async fn other_sessions_and_roles_show_no_text_and_no_customer() {
    let play = Play::new().await;
    let busy = play.entered("globex", "owner").await;
    busy.query("select 'canary-in-a-statement' as said, count(*) from ringfence.tickets", &[]).await.unwrap();
    let analyst = analyst(&play, "acme").await;
    let operator = play.installation.login("ringfence_operator").await;
    for client in [&analyst, &operator] {
        let shown: String = one(client, "select coalesce(string_agg(a::text, '|'), '') from pg_catalog.pg_stat_activity a where pid <> pg_backend_pid()", &[]).await;
        let prepared: String = one(client, "select coalesce(string_agg(a::text, '|'), '') from pg_catalog.pg_prepared_statements a", &[]).await;
        let roles: String = one(client, "select string_agg(r::text, '|') from pg_catalog.pg_roles r", &[]).await;
        let settings: String = one(client, "select coalesce(string_agg(s::text, '|'), '') from pg_catalog.pg_db_role_setting s", &[]).await;
        let functions: String = one(client, "select string_agg(prosrc, '|') from pg_catalog.pg_proc where pronamespace = 'ringfence'::regnamespace", &[]).await;
        let shown = format!("{shown}{prepared}{roles}{settings}{functions}");
        for secret in ["canary", "globex", "acme", &play.globex().id.to_string(), play.installation.credentials.token_key.expose().split(':').nth(1).unwrap()] {
            assert!(!shown.contains(secret), "{secret}");
        }
    }
}

#[tokio::test]
async fn channels_between_sessions_are_closed() {
    let play = Play::new().await;
    let analyst = analyst(&play, "acme").await;
    let service = play.app().await;
    for client in [&service, &analyst] {
        for sql in ["select pg_notify('spy', 'x')", "select pg_advisory_lock(1)", "select pg_export_snapshot()", "select lo_create(0)", "select pg_logical_emit_message(false, 'a', 'b')", "select query_to_xml('select 1', true, true, '')"] {
            assert_eq!(refused(client, sql).await, DENIED, "{sql}");
        }
    }
}

/// Attack 19: how many rows a table holds, and what is done to it, is the sum over all tenants.
#[tokio::test]
async fn neither_counters_nor_sizes_of_tables_are_told() {
    let play = Play::new().await;
    let analyst = analyst(&play, "acme").await;
    let app = play.installation.login("ringfence_app").await;
    for asked in [
        "select n_live_tup from pg_catalog.pg_stat_user_tables",
        "select n_tup_ins from pg_catalog.pg_stat_xact_user_tables",
        "select heap_blks_hit from pg_catalog.pg_statio_user_tables",
        "select tup_inserted from pg_catalog.pg_stat_database",
        "select pg_total_relation_size('ringfence.tickets'::regclass)",
        "select pg_relation_size('ringfence.tickets'::regclass)",
        "select pg_tablespace_size('pg_default')",
        "select pg_current_wal_lsn()",
        "select pg_current_wal_insert_lsn()",
        "select pg_current_wal_flush_lsn()",
        "select wal_bytes from pg_catalog.pg_stat_wal",
        "select wal_bytes from pg_stat_get_wal()",
        "select redo_lsn from pg_control_checkpoint()",
        "select buffers_alloc from pg_catalog.pg_stat_bgwriter",
        "select blks_hit from pg_catalog.pg_stat_slru",
        "select vacuum_count from pg_catalog.pg_stat_user_tables",
        "select pg_stat_get_vacuum_count('ringfence.tickets'::regclass)",
        "select pg_stat_get_autovacuum_count('ringfence.tickets'::regclass)",
        "select pg_stat_get_analyze_count('ringfence.tickets'::regclass)",
        "select pg_stat_get_autoanalyze_count('ringfence.tickets'::regclass)",
        "select calls from pg_catalog.pg_stat_user_functions",
        "select pg_stat_get_function_calls('ringfence.enter(text)'::regprocedure)",
        "select sessions from pg_catalog.pg_stat_database",
        "select pg_stat_get_db_sessions(oid) from pg_catalog.pg_database",
        "select pg_stat_get_db_active_time(oid) from pg_catalog.pg_database",
        "select pg_stat_get_db_temp_bytes(oid) from pg_catalog.pg_database",
        "select count(*) from ts_stat('select ''x''::tsvector')",
    ] {
        for (name, client) in [("an analyst", &analyst), ("the service", &app)] {
            assert_eq!(code(&client.simple_query(asked).await.unwrap_err()), "42501", "{name}: {asked}");
        }
        play.admin.simple_query(asked).await.unwrap();
    }
}

/// Attack 22: a key that cannot lead with the tenant is no ordered one.
#[tokio::test]
async fn a_plan_does_not_tell_how_other_tenants_are_called() {
    let play = Play::new().await;
    for ordered in [false, true] {
        if ordered {
            play.admin.batch_execute("alter table ringfence.tenants drop constraint tenants_slug_key, add constraint tenants_slug_key unique (slug)").await.unwrap();
        }
        let agent = play.entered("acme", "agent").await;
        agent.batch_execute("set enable_seqscan = off; set enable_bitmapscan = off").await.unwrap();
        let mut told = Vec::new();
        for (from, to) in [("globex", "globey"), ("zebra", "zebrb")] {
            let asked = format!("explain (analyze, buffers off, costs off, timing off, summary off) select from ringfence.tenants where slug >= '{from}' and slug < '{to}' order by slug limit 1");
            told.push(texts(&agent.simple_query(&asked).await.unwrap()).join("\n").replace(from, "<from>").replace(to, "<to>"));
        }
        assert_eq!(told[0] == told[1], !ordered, "{told:?}");
    }
}
