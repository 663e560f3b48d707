//! Attacks 22 and 32: a statement that makes the tenant equal to something of its own, and moves that while it runs. Neither its
//! plan, nor an error, nor a counter may tell whether there is such a row in another tenant.

use crate::play::{Play, texts};
use crate::side_channels::analyst;
use tokio_postgres::Client;
use uuid::Uuid;

const SETTINGS: [&str; 3] = [
    "set enable_seqscan = off",
    "set enable_indexscan = off; set enable_indexonlyscan = off",
    "set enable_indexscan = off; set enable_indexonlyscan = off; set enable_bitmapscan = off",
];
const PREAMBLE: &str = "set enable_hashjoin = off; set enable_mergejoin = off; set enable_material = off; set enable_memoize = off; set join_collapse_limit = 1; set from_collapse_limit = 1";

/// What can be asked for by a key of its own: the columns, and the words of one that globex has.
const KEYS: [(&str, &str, &str); 2] = [
    ("tickets", "tickets_external_key", "t.external_source = 'jira' and t.external_id = v.word"),
    ("contacts", "contacts_email_key", "t.email_key = v.word"),
];

/// All that comes back for one word, by every way to read: plans that were run, errors, and counters.
async fn told(client: &Client, tables: &[&str], from: Uuid, to: &str, word: &str) -> Vec<String> {
    let mut told = Vec::new();
    for (table, index, joined) in KEYS.into_iter().filter(|(table, ..)| tables.contains(table)) {
        for how in SETTINGS {
            let moved = format!(
                "from (select '{word}'::text as word, set_config('k.t', '{to}', false) from generate_series(1, 1) offset 0) v
                 join ringfence.{table} t on {joined} where t.tenant_id = current_setting('k.t')::uuid"
            );
            for asked in [format!("explain (analyze, buffers off, costs off, timing off, summary off) select count(*) {moved}"), format!("select count(*), pg_stat_get_xact_tuples_returned('ringfence.{index}'::regclass) {moved}")] {
                client.batch_execute(&format!("savepoint before; {PREAMBLE}; {how}; select set_config('k.t', '{from}', false)")).await.unwrap();
                told.push(match client.simple_query(&asked).await {
                    Ok(messages) => texts(&messages).join("\n").replace(word, "<word>"),
                    Err(error) => error.to_string() + error.as_db_error().map_or("", |db| db.message()),
                });
                client.batch_execute("rollback to savepoint before").await.unwrap();
            }
        }
    }
    told
}

async fn scene() -> Play {
    let play = Play::new().await;
    let globex = play.globex();
    play.admin
        .batch_execute(&format!(
            "grant execute on function pg_catalog.pg_stat_get_xact_tuples_returned(oid) to public;
             update ringfence.tickets set external_source = 'jira', external_id = 'word-of-globex' where tenant_id = '{0}' and ticket_id = '{1}';
             update ringfence.contacts set email = 'word-of-globex' where tenant_id = '{0}' and contact_id = '{2}'",
            globex.id, globex.ticket, globex.contact
        ))
        .await
        .unwrap();
    play
}

/// Whether what is told of a word that globex has differs from what is told of one that nobody has.
async fn differences(play: &Play) -> usize {
    let analyst = analyst(play, "acme").await;
    analyst.batch_execute("begin").await.unwrap();
    let (agent, requester) = (play.entered("acme", "agent").await, play.entered("acme", "requester").await);
    let mut differences = 0;
    for (client, tables) in [(&analyst, &["tickets"][..]), (&agent, &["tickets", "contacts"]), (&requester, &["tickets", "contacts"])] {
        for to in [play.globex().id.to_string(), "boom".to_owned()] {
            let known = told(client, tables, play.acme().id, &to, "word-of-globex").await;
            let unknown = told(client, tables, play.acme().id, &to, "word-of-nobody").await;
            differences += known.iter().zip(&unknown).filter(|(known, unknown)| known != unknown).count();
        }
    }
    differences
}

#[tokio::test]
async fn a_statement_that_moves_its_own_side_of_the_equality_learns_nothing() {
    assert_eq!(differences(&scene().await).await, 0);
}

#[tokio::test]
async fn with_a_wall_that_asks_each_row_after_it_was_fetched_it_would_so_this_test_can_fail() {
    let play = scene().await;
    for table in ["tickets", "contacts"] {
        let wall = format!("alter policy {table}_wall_each_row on ringfence.{table} using (coalesce(tenant_id = (select ringfence.current_tenant()), false))");
        play.admin.batch_execute(&wall).await.unwrap();
    }
    assert_ne!(differences(&play).await, 0);
}
