//! Attacks 1, 3 and 7a: an intruder with the service's login writes any SQL after an honest entry, or skips it; the context stays as it was.

use crate::play::{BAD_TOKEN, CONTEXT, DENIED, NO_ENTRY, Play, code, enter_with, one, set, texts};
use std::collections::BTreeSet;
use tokio_postgres::Client;
use uuid::Uuid;

const PERMISSIONS: &str = ",ticket.read,ticket.create,ticket.change,comment.read,comment.create,member.manage,owner.manage,audit.read,contact.read,";
/// What is set in a transaction that entered: the plain tenant, and the context.
const SET: [&str; 2] = ["app.tenant_id", CONTEXT];

/// What the intruder would rather be: (setting, value).
async fn forgeries(play: &Play) -> Vec<(&'static str, String)> {
    let (acme, globex) = (play.acme(), play.globex());
    vec![
        ("app.tenant_id", globex.id.to_string()),
        ("app.tenant_id", String::new()),
        ("app.identity_id", play.identity("globex", "owner").await.to_string()),
        ("app.member_id", acme.members["agent"].to_string()),
        ("app.member_id", globex.members["owner"].to_string()),
        ("app.member_id", acme.contact.to_string()),
        ("app.permissions", PERMISSIONS.to_owned()),
        ("app.groups", format!("{{{},{}}}", acme.groups["first"], acme.groups["second"])),
        ("app.request_id", Uuid::now_v7().to_string()),
        (CONTEXT, String::new()),
        (CONTEXT, context(play, "globex", "owner").await),
        (CONTEXT, context(play, "acme", "owner").await),
    ]
}

/// An honest context of somebody else, as it would have to be written.
async fn context(play: &Play, tenant: &str, role: &str) -> String {
    let client = play.entered(tenant, role).await;
    let context: String = one(&client, &format!("select current_setting('{CONTEXT}')"), &[]).await;
    assert!(context.starts_with("ringfence\n"), "{context}");
    context
}

/// Every way to change a setting before, in or after the statement that reads tickets. `$S` is the setting, `$V` the value.
pub const READS: [&str; 9] = [
    "select t.ticket_id from (select set_config('$S', '$V', true)) f, ringfence.tickets t",
    "with f as materialized (select set_config('$S', '$V', true)) select t.ticket_id from f, ringfence.tickets t",
    "select t.ticket_id from ringfence.tickets t where (select set_config('$S', '$V', true)) is not null",
    "select t.ticket_id from ringfence.tickets t where set_config('$S', '$V', true) is not null",
    "select case when set_config('$S', '$V', true) is not null then t.ticket_id end from ringfence.tickets t",
    "select t.ticket_id from (select set_config('$S', '$V', true) offset 0) f cross join lateral (select * from ringfence.tickets where f.set_config is not null) t",
    "select ticket_id from (select 1 as n, null::uuid as ticket_id, set_config('$S', '$V', true) union all select 2, ticket_id, null from ringfence.tickets order by 1) u where ticket_id is not null",
    "select t.ticket_id from ringfence.tickets t order by set_config('$S', '$V', true), t.ticket_id",
    "select a.ticket_id from ringfence.tickets b cross join lateral (select set_config('$S', '$V', true) || b.ticket_id::text as was) f left join ringfence.tickets a on f.was is not null where a.ticket_id is not null",
];

/// The rows of the attempt must be among those that the honest context shows; or it is refused.
async fn only_own(client: &Client, setting: &str, sql: &str, own: &BTreeSet<Uuid>) -> bool {
    match client.query(sql, &[]).await {
        Ok(rows) => {
            let seen: BTreeSet<Uuid> = set(&rows);
            assert!(seen.is_subset(own), "{sql}\nshows {:?}", seen.difference(own));
            false
        }
        Err(error) => {
            assert!(setting == CONTEXT && code(&error) == DENIED, "{sql}: {error:?}");
            true
        }
    }
}

#[tokio::test]
async fn a_setting_forged_inside_one_statement_shows_no_foreign_row() {
    let play = Play::new().await;
    let forgeries = forgeries(&play).await;
    let client = play.app().await;
    let mut refusals = 0;
    for role in ["requester", "light_agent", "grouped_agent", "agent", "service"] {
        play.enter(&client, "acme", role).await;
        let own: BTreeSet<Uuid> = set(&client.query("select ticket_id from ringfence.tickets", &[]).await.unwrap());
        client.batch_execute("rollback").await.unwrap();
        for (setting, value) in &forgeries {
            for read in READS {
                play.enter(&client, "acme", role).await;
                refusals += usize::from(only_own(&client, setting, &read.replace("$S", setting).replace("$V", value), &own).await);
                client.batch_execute("rollback").await.unwrap();
            }
        }
    }
    assert!(refusals > 100, "{refusals} were refused");
}

#[tokio::test]
async fn the_published_forgery_shows_the_own_rows_or_nothing() {
    let play = Play::new().await;
    let client = play.app().await;
    let own: i64 = one(&play.entered("acme", "owner").await, "select count(*) from ringfence.tickets", &[]).await;
    for prepared in [true, false] {
        play.enter(&client, "acme", "owner").await;
        let sql = format!("select (select set_config('app.tenant_id', '{}', true)), (select count(*) from ringfence.tickets)", play.globex().id);
        let seen: i64 = if prepared { client.query_one(&sql, &[]).await.unwrap().get(1) } else { texts(&client.simple_query(&sql).await.unwrap()).pop().unwrap().parse().unwrap() };
        assert_eq!(seen, own);
        client.batch_execute("rollback").await.unwrap();
    }
}

#[tokio::test]
async fn a_setting_forged_in_one_statement_gains_nothing_in_the_next() {
    let play = Play::new().await;
    let client = play.app().await;
    const TABLES: [&str; 11] = ["tickets", "comments", "contacts", "members", "groups", "organizations", "ticket_events", "audit_events", "memberships", "tenants", "tags"];
    let mut honest = Vec::new();
    play.enter(&client, "acme", "requester").await;
    for table in TABLES {
        honest.push(one::<i64>(&client, &format!("select count(*) from ringfence.{table}"), &[]).await);
    }
    client.batch_execute("rollback").await.unwrap();
    for (setting, value) in forgeries(&play).await {
        for form in ["select set_config('$S', '$V', true)", "set local $S = '$V'", "set $S = '$V'", "do $d$ begin perform set_config('$S', '$V', false); end $d$", "savepoint s; set local $S = '$V'; release s"] {
            for (table, honest) in TABLES.iter().zip(&honest) {
                play.enter(&client, "acme", "requester").await;
                match client.batch_execute(&form.replace("$S", setting).replace("$V", &value)).await {
                    Ok(()) => {
                        assert_ne!(setting, CONTEXT, "{form}");
                        // No other setting is ever asked.
                        let seen: i64 = one(&client, &format!("select count(*) from ringfence.{table}"), &[]).await;
                        assert_eq!(seen, *honest, "{setting} {form} {table}");
                    }
                    Err(error) => assert!(setting == CONTEXT && code(&error) == DENIED, "{setting} {form}: {error:?}"),
                }
                client.batch_execute("rollback").await.unwrap();
            }
            client.batch_execute("reset all").await.unwrap();
        }
    }
}

#[tokio::test]
async fn the_context_is_taken_away_and_never_given() {
    let play = Play::new().await;
    let client = play.app().await;
    const COUNT: &str = "select count(*) from ringfence.tickets";
    for form in ["reset $S", "set local $S to default", "set session $S from current", "alter role ringfence_app set $S = 'x'", "alter system set $S = 'x'", "grant set on parameter $S to ringfence_app",
        "update pg_settings set setting = 'x' where name = '$S'", "create function ringfence.f() returns int language sql set $S = 'x' return 1"] {
        play.enter(&client, "acme", "owner").await;
        let error = client.batch_execute(&form.replace("$S", CONTEXT)).await.unwrap_err();
        assert!([DENIED, "42601", "25001"].contains(&code(&error).as_str()), "{form}: {error:?}");
        client.batch_execute("rollback").await.unwrap();
    }
    // What does take it away leaves nobody inside.
    for form in ["reset all", "rollback to savepoint outside", "rollback and chain"] {
        client.batch_execute("begin; savepoint outside").await.unwrap();
        let acme = play.acme().id;
        enter_with(&client, acme, &play.token(acme, play.identity("acme", "owner").await, 60)).await.unwrap();
        assert!(one::<i64>(&client, COUNT, &[]).await > 0);
        client.batch_execute(form).await.unwrap();
        client.batch_execute(&format!("set local app.tenant_id = '{acme}'")).await.unwrap();
        assert_eq!(one::<i64>(&client, COUNT, &[]).await, 0, "{form}");
        client.batch_execute("rollback").await.unwrap();
    }
    // Nor can a connection begin with one.
    let mut config = play.installation.login_config("ringfence_app");
    config.options(format!("-c {CONTEXT}=ringfence"));
    assert!(config.connect(tokio_postgres::NoTls).await.is_err());
}

#[tokio::test]
async fn a_scan_that_switches_the_context_midway_shows_one_tenant() {
    let play = Play::new().await;
    let client = play.app().await;
    let groups = format!("{{{}}}", play.acme().groups["second"]);
    for (role, setting, value) in [("grouped_agent", "app.groups", groups), ("agent", "app.tenant_id", play.globex().id.to_string()), ("requester", "app.permissions", PERMISSIONS.to_owned())] {
        // One row after another through a cursor, the setting changed between two of them.
        play.enter(&client, "acme", role).await;
        let own: BTreeSet<Uuid> = set(&client.query("select ticket_id from ringfence.tickets", &[]).await.unwrap());
        client.batch_execute("declare c cursor for select ticket_id from ringfence.tickets").await.unwrap();
        let mut seen: BTreeSet<Uuid> = set(&client.query("fetch 1 from c", &[]).await.unwrap());
        client.execute("select set_config($1, $2, true)", &[&setting, &value]).await.unwrap();
        seen.extend(set::<Uuid>(&client.query("fetch all from c", &[]).await.unwrap()));
        assert!(seen.is_subset(&own), "{role}: {seen:?}");
        client.batch_execute("rollback").await.unwrap();
    }
}

#[tokio::test]
async fn a_forged_context_writes_nothing() {
    let play = Play::new().await;
    let (acme, globex) = (play.acme().clone(), play.globex().clone());
    let client = play.app().await;
    let before = (play.digests(acme.id).await, play.digests(globex.id).await);
    let writes = [
        "with f as materialized (select set_config('$S', '$V', true)) update ringfence.tickets set subject = 'taken' from f where f.set_config is not null".to_owned(),
        "update ringfence.tickets set subject = 'taken' where set_config('$S', '$V', true) is not null".to_owned(),
        "update ringfence.tickets set subject = left(set_config('$S', '$V', true), 0) || 'taken'".to_owned(),
        "with f as materialized (select set_config('$S', '$V', true)) delete from ringfence.organizations using f".to_owned(),
        format!(
            "with f as materialized (select set_config('$S', '$V', true)) insert into ringfence.tickets (tenant_id, ticket_id, number, subject, requester_id)
             select '{}', gen_random_uuid(), 900, 'planted', '{}' from f",
            globex.id, globex.contact
        ),
        format!(
            "with f as materialized (select set_config('$S', '$V', true)) insert into ringfence.comments (tenant_id, comment_id, ticket_id, requester_id, group_key, author_id, visibility, body)
             select '{}', gen_random_uuid(), '{}', '{}', '{}', '{}', 'public', 'planted' from f",
            globex.id, globex.ticket, globex.contact, globex.groups["first"], globex.members["agent"]
        ),
        format!(
            "with f as materialized (select set_config('$S', '$V', true)) insert into ringfence.members (tenant_id, member_id, identity_id, role)
             select '{}', '{}', '{}', 'owner' from f",
            acme.id, acme.contact, play.identity("globex", "requester").await
        ),
        "with f as materialized (select set_config('$S', '$V', true)) update ringfence.members set role = 'owner' from f".to_owned(),
    ];
    for role in ["requester", "light_agent", "auditor"] {
        for (setting, value) in forgeries(&play).await {
            for write in &writes {
                play.enter(&client, "acme", role).await;
                if let Err(error) = client.execute(&write.replace("$S", setting).replace("$V", &value), &[]).await {
                    assert_eq!(code(&error), DENIED, "{write}: {error:?}");
                }
                client.batch_execute("commit").await.unwrap();
            }
        }
    }
    assert_eq!(before, (play.digests(acme.id).await, play.digests(globex.id).await));
}

#[tokio::test]
async fn without_entering_no_table_shows_a_row_and_none_takes_one() {
    let play = Play::new().await;
    let fresh = play.app().await;
    let reused = play.entered("acme", "owner").await;
    reused.batch_execute("commit").await.unwrap();
    let discarded = play.entered("acme", "owner").await;
    discarded.batch_execute("commit").await.unwrap();
    discarded.batch_execute("discard all").await.unwrap();
    for client in [&fresh, &reused, &discarded] {
        for table in play.tenant_tables().await {
            match client.query(&format!("select count(*) from ringfence.{table}"), &[]).await {
                Ok(rows) => assert_eq!(rows[0].get::<_, i64>(0), 0, "{table}"),
                Err(error) => assert_eq!(code(&error), DENIED, "{table}"),
            }
        }
        let acme = play.acme();
        let insert = format!("insert into ringfence.tickets (tenant_id, ticket_id, number, subject, requester_id) values ('{}', gen_random_uuid(), 77, 'x', '{}')", acme.id, acme.contact);
        assert_eq!(code(&client.execute(&insert, &[]).await.unwrap_err()), DENIED);
        assert_eq!(client.execute("update ringfence.tickets set subject = 'x'", &[]).await.unwrap(), 0);
        assert_eq!(client.execute("delete from ringfence.contacts", &[]).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn a_context_written_by_hand_is_refused() {
    let play = Play::new().await;
    let acme = play.acme();
    let honest = context(&play, "acme", "owner").await;
    let client = play.app().await;
    for context in ["", "ringfence", &honest] {
        client.batch_execute(&format!("begin; set local app.tenant_id = '{}'; savepoint s", acme.id)).await.unwrap();
        for local in [true, false] {
            assert_eq!(code(&client.execute("select set_config($1, $2, $3)", &[&CONTEXT, &context, &local]).await.unwrap_err()), DENIED);
            client.batch_execute("rollback to s").await.unwrap();
        }
        assert_eq!(one::<i64>(&client, "select count(*) from ringfence.tickets", &[]).await, 0, "{context}");
        client.batch_execute("rollback").await.unwrap();
    }
    let insert = format!("insert into ringfence.groups (tenant_id, group_id, name) values ('{}', gen_random_uuid(), 'x')", acme.id);
    assert_eq!(code(&client.execute(&insert, &[]).await.unwrap_err()), DENIED);
}

#[tokio::test]
async fn a_context_ends_with_its_transaction_and_goes_to_no_other_connection() {
    let play = Play::new().await;
    let client = play.entered("acme", "owner").await;
    let set: Vec<String> = client.query_one("select array(select current_setting(s) from unnest($1::text[]) s)", &[&SET.as_slice()]).await.unwrap().get(0);
    assert!(one::<i64>(&client, "select count(*) from ringfence.tickets", &[]).await > 0);
    let other = play.app().await;
    for (connection, meanwhile) in [(&other, true), (&client, false), (&other, false)] {
        if !meanwhile {
            client.batch_execute("commit").await.unwrap();
        }
        connection.batch_execute("begin").await.unwrap();
        connection.execute("select set_config($1, $2, true)", &[&SET[0], &set[0]]).await.unwrap();
        assert_eq!(one::<String>(connection, &format!("select current_setting('{CONTEXT}')"), &[]).await, "");
        assert_eq!(one::<i64>(connection, "select count(*) from ringfence.tickets", &[]).await, 0);
        connection.execute("select set_config($1, $2, true)", &[&SET[1], &set[1]]).await.unwrap_err();
        connection.batch_execute("rollback").await.unwrap();
    }
}

#[tokio::test]
async fn an_expired_or_altered_token_is_refused() {
    let play = Play::new().await;
    let acme = play.acme().id;
    let identity = play.identity("acme", "owner").await;
    let good = play.token(acme, identity, 60);
    let parts: Vec<&str> = good.split('|').collect();
    let mut bad = vec![play.token(acme, identity, -1), String::new(), "|".repeat(7), good[..good.len() - 1].to_owned(), format!("{good}|"), format!("|{good}"), good.to_uppercase()];
    // Each part replaced by another that would be valid in its place, the MAC left as it was.
    let others = [play.globex().id.to_string(), format!("i:{}", play.identity("globex", "owner").await), format!("m:{}", play.acme().members["agent"]), Uuid::now_v7().to_string(), "99999999999".into(), "0".repeat(32), "2".into(), "0".repeat(64)];
    for (i, other) in others.iter().enumerate() {
        let mut altered = parts.clone();
        altered[i] = other;
        bad.push(altered.join("|"));
    }
    // Rightly signed, and yet nothing that the service mints.
    bad.push(play.sign(&parts[..6].join("|")));
    bad.push(play.sign(&format!("{}|extra", parts[..7].join("|"))));
    let client = play.app().await;
    for token in bad {
        client.batch_execute("begin").await.unwrap();
        let error = enter_with(&client, acme, &token).await.unwrap_err();
        assert_eq!(code(&error), BAD_TOKEN, "{token}");
        client.batch_execute("rollback").await.unwrap();
    }
    let null: Option<&str> = None;
    assert_eq!(code(&client.query("select ringfence.enter($1)", &[&null]).await.unwrap_err()), BAD_TOKEN);
    play.admin.execute("update ringfence.keys set retired_at = now() where purpose = 'token'", &[]).await.unwrap();
    assert_eq!(code(&enter_with(&client, acme, &play.token(acme, identity, 60)).await.unwrap_err()), BAD_TOKEN);
}

#[tokio::test]
async fn a_token_opens_the_tenant_it_names_and_that_of_a_live_membership_alone() {
    let play = Play::new().await;
    let (acme, globex) = (play.acme().id, play.globex().id);
    let identity = play.identity("acme", "agent").await;
    let client = play.app().await;
    for (meant, named, expected) in [(globex, acme, BAD_TOKEN), (acme, globex, BAD_TOKEN), (globex, globex, NO_ENTRY), (Uuid::nil(), Uuid::nil(), NO_ENTRY)] {
        client.batch_execute("begin").await.unwrap();
        assert_eq!(code(&enter_with(&client, meant, &play.token(named, identity, 60)).await.unwrap_err()), expected);
        client.batch_execute("rollback").await.unwrap();
    }
    // Replayed on another connection it shows its own tenant; once the membership ended, nothing, however long it would hold.
    let token = play.token(acme, identity, 60);
    let other = play.app().await;
    for connection in [&client, &other] {
        connection.batch_execute("begin").await.unwrap();
        enter_with(connection, acme, &token).await.unwrap();
        let tenants: BTreeSet<Uuid> = set(&connection.query("select tenant_id from ringfence.tickets", &[]).await.unwrap());
        assert_eq!(tenants, [acme].into());
        connection.batch_execute("commit").await.unwrap();
    }
    let operator = play.installation.operator().await;
    operator.remove_member(acme.into(), play.acme().members["agent"].into()).await.unwrap();
    assert_eq!(code(&enter_with(&client, acme, &token).await.unwrap_err()), NO_ENTRY);
    let owner = play.token(acme, play.identity("acme", "owner").await, 60);
    operator.suspend_tenant(acme.into(), true).await.unwrap();
    assert_eq!(code(&enter_with(&client, acme, &owner).await.unwrap_err()), NO_ENTRY);
}

#[tokio::test]
async fn a_token_rests_nowhere_that_sql_can_look() {
    let play = Play::new().await;
    let acme = play.acme().id;
    let client = play.app().await;
    let token = play.token(acme, play.identity("acme", "owner").await, 60);
    let statement = client.prepare(crate::play::ENTER).await.unwrap();
    client.batch_execute("begin").await.unwrap();
    client.query_one(&statement, &[&acme.to_string(), &"", &"bearer", &token]).await.unwrap();
    let mac = token.rsplit('|').next().unwrap().to_owned();
    let places = [
        "select string_agg(s.name || s.setting, '|') from pg_settings s",
        "select string_agg(p::text, '|') from pg_prepared_statements p",
        "select string_agg(a::text, '|') from pg_stat_activity a",
        "select string_agg(c::text, '|') from pg_cursors c",
        "select concat(current_setting('app.tenant_id', true), current_setting('app.session_id', true), current_setting('backtrace_functions'), current_query())",
    ];
    for sql in places {
        let text: Option<String> = one(&client, sql, &[]).await;
        assert!(!text.unwrap_or_default().contains(&mac), "{sql}");
    }
}

#[tokio::test]
async fn a_do_block_gains_nothing_and_swallowing_the_error_neither() {
    let play = Play::new().await;
    let client = play.app().await;
    let steal = format!(
        "do $d$ declare n bigint; begin
            perform set_config('app.tenant_id', '{globex}', true);
            begin perform set_config('{CONTEXT}', replace(current_setting('{CONTEXT}'), replace('{acme}', '-', ''), replace('{globex}', '-', '')), true); exception when others then null; end;
            select count(*) into n from ringfence.tickets where tenant_id = '{globex}';
            raise exception 'saw %', n using errcode = 'ZZ001';
        end $d$",
        acme = play.acme().id,
        globex = play.globex().id
    );
    play.enter(&client, "acme", "owner").await;
    let error = client.batch_execute(&steal).await.unwrap_err();
    assert_eq!(error.as_db_error().unwrap().message(), "saw 0");
}
