//! Statements that somebody who got in between could send: no WHERE at all, another tenant's id in a new row, another
//! tenant's id set on one's own. As the service's role, inside an honestly entered transaction.

use crate::digests::changed;
use crate::scene::Scene;
use crate::statement_play::{Player, strays};
use ringfence_store::{Access, Sql, StoreError};
use ringfence_tests::world::PEOPLE;
use ringfence_tests::{Installation, Running};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

/// Tables with a tenant, and what the service's role may do with each of their columns.
const COLUMNS: &str = "
    select c.relname::text, a.attname::text, a.atttypid::regtype::text,
           has_column_privilege('ringfence_app', c.oid, a.attnum, 'select'), has_column_privilege('ringfence_app', c.oid, a.attnum, 'insert'),
           has_column_privilege('ringfence_app', c.oid, a.attnum, 'update'), has_table_privilege('ringfence_app', c.oid, 'delete')
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relnamespace = 'ringfence'::regnamespace and c.relkind in ('r', 'p')
       and exists (select from pg_attribute t where t.attrelid = c.oid and t.attname = 'tenant_id')
     order by c.relname, a.attnum";

#[derive(Default)]
struct Table {
    name: String,
    select: Vec<String>,
    insert: Vec<String>,
    /// With the type, for a value that needs no reading.
    update: Vec<(String, String)>,
    delete: bool,
}

async fn tables(scene: &Scene) -> Vec<Table> {
    let mut tables: Vec<Table> = Vec::new();
    for row in scene.digests.client.query(COLUMNS, &[]).await.expect("columns") {
        let name: String = row.get(0);
        if tables.last().is_none_or(|table| table.name != name) {
            tables.push(Table { name, delete: row.get(6), ..Table::default() });
        }
        let table = tables.last_mut().expect("pushed");
        let column: String = row.get(1);
        if row.get(3) {
            table.select.push(column.clone());
        }
        if row.get(4) {
            table.insert.push(column.clone());
        }
        if row.get(5) {
            table.update.push((column, row.get(2)));
        }
    }
    tables
}

/// A value for a blind UPDATE: it reads no column, so no door to read is asked.
fn constant(kind: &str) -> &'static str {
    match kind {
        "text" => "left(gen_random_uuid()::text, 8)",
        "uuid" => "null",
        "integer" | "bigint" | "smallint" => "7",
        "text[]" => "'{}'",
        "timestamp with time zone" => "transaction_timestamp()",
        "jsonb" => "'{}'",
        other => panic!("no constant is known for a column of type {other}; add one here"),
    }
}

struct Attempt {
    rows: Vec<Row>,
    error: Option<StoreError>,
    broken: Vec<String>,
    /// Tables of one's own tenant that it changed.
    touched: Vec<String>,
}

async fn attempt(scene: &mut Scene, player: &Player, caller: &str, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Attempt {
    let mut tx = player.transaction(scene, caller, 0, Access::Write).await;
    // Static as the service's own are; a few hundred short texts.
    let (rows, error) = match tx.query(Sql::new(Box::leak(sql.to_owned().into_boxed_str())), params).await {
        Ok(rows) => (rows, tx.commit().await.err()),
        Err(error) => (Vec::new(), Some(tx.refuse(error).await)),
    };
    let before = scene.snapshot.clone();
    let mut broken = scene.settle(Some(0), true).await;
    for row in &rows {
        broken.extend(strays(scene, row, 0, ""));
    }
    let touched = changed(&before, &scene.snapshot, scene.sides[0].tenant.id);
    Attempt { rows, error, broken, touched }
}

/// A row as the superuser sees it, to be inserted again under another key.
async fn sample(scene: &Scene, table: &str, side: usize) -> Option<Value> {
    let sql = format!("select to_jsonb(t) from ringfence.{table} t where t.tenant_id = $1 limit 1");
    scene.digests.client.query_opt(&sql, &[&scene.sides[side].tenant.id]).await.expect("a row").map(|row| row.get(0))
}

fn renewed(mut row: Value, table: &str, tenant: Uuid, number: i64) -> Value {
    row["tenant_id"] = json!(tenant);
    let key = format!("{}_id", table.trim_end_matches('s'));
    for (name, value) in [(key.as_str(), json!(Uuid::now_v7())), ("number", json!(number)), ("name", json!(format!("n{number}"))), ("tag", json!(format!("t{number}"))), ("key", json!(format!("k{number}")))] {
        if row.get(name).is_some() {
            row[name] = value;
        }
    }
    for name in ["external_source", "external_id", "email"] {
        if row.get(name).is_some() {
            row[name] = Value::Null;
        }
    }
    row
}

async fn scene(name: &str) -> (Scene, Player) {
    let installation = Arc::new(Installation::fresh().await);
    let running = Arc::new(Running::over(&installation).await);
    let scene = Scene::build(&installation, &running, name).await;
    let player = Player::over(&scene).await;
    (scene, player)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_without_where_finds_ones_own_tenant_alone() {
    let (mut scene, player) = scene("reads").await;
    let mut read = BTreeSet::new();
    for table in tables(&scene).await.iter().filter(|table| !table.select.is_empty()) {
        for caller in PEOPLE.into_iter().chain(["owner_and_requester"]) {
            // The rows and their count at one moment: the mover of the trail is at work meanwhile.
            let sql = format!("select c.n, t.* from (select count(*) as n from ringfence.{0}) c left join (select {1} from ringfence.{0}) t on true", table.name, table.select.join(", "));
            let attempt = attempt(&mut scene, &player, caller, &sql, &[]).await;
            assert!(attempt.error.is_none(), "{sql}: {:?}", attempt.error);
            assert_eq!(attempt.broken, Vec::<String>::new(), "{caller}: {sql}");
            let counted: i64 = attempt.rows[0].get(0);
            assert_eq!(usize::try_from(counted).expect("few").max(1), attempt.rows.len(), "{caller}: {sql}");
            if counted > 0 {
                read.insert(table.name.clone());
            }
        }
    }
    assert!(read.len() >= 10, "hardly anything could be read: {read:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_update_or_delete_without_where_stays_in_ones_own_tenant() {
    let (mut scene, player) = scene("writes").await;
    let tables = tables(&scene).await;
    let victim = scene.sides[1].tenant.id;
    let mut touched = BTreeSet::new();
    // The owner last: little is left of the tenant after an owner's blind deletes.
    for caller in PEOPLE.into_iter().rev() {
        for table in &tables {
            for (column, kind) in &table.update {
                let sql = format!("update ringfence.{} set {column} = {}", table.name, constant(kind));
                let attempt = attempt(&mut scene, &player, caller, &sql, &[]).await;
                assert_eq!(attempt.broken, Vec::<String>::new(), "{caller}: {sql}");
                touched.extend(attempt.touched);
            }
            let sql = format!("update ringfence.{} set tenant_id = $1", table.name);
            let attempt = attempt(&mut scene, &player, caller, &sql, &[&victim]).await;
            assert!(attempt.error.is_some() && attempt.broken.is_empty() && attempt.touched.is_empty(), "{caller}: {sql} moved rows to another tenant: {:?}", attempt.broken);
        }
    }
    for table in ["tickets", "contacts", "organizations", "groups", "members"] {
        assert!(touched.contains(table), "no blind update reached one's own {table}, so nothing is proven: {touched:?}");
    }
    let mut deleted = BTreeSet::new();
    for caller in PEOPLE.into_iter().rev() {
        for table in &tables {
            let sql = format!("delete from ringfence.{}", table.name);
            let attempt = attempt(&mut scene, &player, caller, &sql, &[]).await;
            assert_eq!(attempt.broken, Vec::<String>::new(), "{caller}: {sql}");
            assert!(table.delete || attempt.error.is_some(), "{caller}: {sql} was let through without the privilege");
            deleted.extend(attempt.touched);
        }
    }
    assert!(deleted.len() >= 2, "no blind delete reached anything, so nothing is proven: {deleted:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_row_of_another_tenant_is_refused() {
    let (mut scene, player) = scene("inserts").await;
    let (own, victim) = (scene.sides[0].tenant.id, scene.sides[1].tenant.id);
    let mut inserted = BTreeSet::new();
    for table in tables(&scene).await.iter().filter(|table| !table.insert.is_empty() && !table.name.starts_with("audit")) {
        let columns = table.insert.join(", ");
        // Nobody but an import says when something came in.
        let values: Vec<&str> = table.insert.iter().map(|column| if column == "created_at" { "transaction_timestamp()" } else { column }).collect();
        let values = values.join(", ");
        let sql = format!("insert into ringfence.{0} ({columns}) select {values} from jsonb_populate_record(null::ringfence.{0}, $1)", table.name);
        for caller in PEOPLE {
            for (from, tenant) in [(1, victim), (0, victim), (0, own)] {
                let Some(row) = sample(&scene, &table.name, from).await else { continue };
                let number = 50_000 + i64::try_from(scene.next()).expect("small");
                let attempt = attempt(&mut scene, &player, caller, &sql, &[&renewed(row, &table.name, tenant, number)]).await;
                assert_eq!(attempt.broken, Vec::<String>::new(), "{caller}: {sql}");
                if tenant == victim {
                    assert!(attempt.error.is_some(), "{caller}: {sql} was let through");
                } else if attempt.error.is_none() {
                    inserted.insert(table.name.clone());
                }
            }
        }
    }
    // The same statement with one's own tenant goes through, so it is the tenant that was refused.
    for table in ["tickets", "contacts", "organizations", "groups", "tags"] {
        assert!(inserted.contains(table), "no insert into {table} succeeds even at home, so nothing is proven: {inserted:?}");
    }
}
