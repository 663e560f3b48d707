//! What a tenant's rows add up to, table by table, read past every policy. Tables are found in the catalogue, so a new one
//! is watched from its first day. The audit tables are not among them: a denial belongs in the trail of the tenant named.

use ringfence_tests::{Installation, database};
use std::collections::{BTreeMap, HashMap};
use tokio_postgres::{Client, Statement};
use uuid::Uuid;

/// By tenant and table: how many rows, and the exclusive or of their hashes.
pub type Snapshot = BTreeMap<(Uuid, String), (i64, i64)>;

pub struct Digests {
    pub client: Client,
    dispatcher: Client,
    rows: Statement,
    ids: Statement,
    events: Statement,
    versions: HashMap<&'static str, Statement>,
}

const TENANT_TABLES: &str = "
    select c.relname::text, array(select b.attname::text from pg_attribute b
                                   where b.attrelid = c.oid and b.attnum > 0 and not b.attisdropped
                                     and b.atttypid = 'uuid'::regtype and b.attname <> 'identity_id')
      from pg_class c join pg_attribute a on a.attrelid = c.oid
     where c.relnamespace = 'ringfence'::regnamespace and c.relkind in ('r', 'p')
       and a.attname = 'tenant_id' and not a.attisdropped and c.relname not like 'audit%'
     order by 1";

/// What a trail says under a request's id, moved or not: a tenant's, or the installation's.
const EVENTS: &str = "
    select action, decision from ringfence.audit_events where tenant_id = $2 and request_id = $1
    union all select action, decision from ringfence.audit_inbox where tenant_id is not distinct from $2 and request_id = $1
    union all select action, decision from ringfence.installation_events where $2 is null and request_id = $1";

impl Digests {
    pub async fn open(installation: &Installation) -> Self {
        let client = database::connect(installation.admin_config()).await;
        // The suite's own reading is no part of what is tested under parallel plans.
        client
            .batch_execute("set max_parallel_workers_per_gather = 0; select set_config(name, 'off', false) from pg_settings where name in ('force_parallel_mode', 'debug_parallel_query')")
            .await
            .expect("settings");
        let tables: Vec<(String, Vec<String>)> = client.query(TENANT_TABLES, &[]).await.expect("tables").iter().map(|row| (row.get(0), row.get(1))).collect();
        assert!(tables.len() > 10, "the catalogue has fewer tenant tables than it should: {tables:?}");
        let rows: Vec<String> = tables
            .iter()
            .map(|(table, _)| {
                format!("select '{table}' as place, t.tenant_id, count(*) as n, bit_xor(hashtextextended(t::text, 0)) as digest from ringfence.{table} t where t.tenant_id = any ($1) group by 2")
            })
            .collect();
        let ids: Vec<String> = tables
            .iter()
            .flat_map(|(table, columns)| {
                columns.iter().map(move |column| format!("select t.tenant_id, t.{column} as id from ringfence.{table} t where t.tenant_id = any ($1) and t.{column} is not null"))
            })
            .collect();
        let rows = client.prepare(&rows.join(" union all ")).await.expect("prepared");
        let ids = client.prepare(&ids.join(" union ")).await.expect("prepared");
        let events = client.prepare(EVENTS).await.expect("prepared");
        // An agreement is two rows, one a side; the side that is called has changed it at least as often.
        let mut versions = HashMap::new();
        for kind in crate::kind::Kind::ALL.into_iter().filter(|kind| kind.versioned()) {
            let sql = format!("select version from ringfence.{} where {} = $1 order by version desc limit 1", kind.table(), kind.key());
            versions.insert(kind.table(), client.prepare(&sql).await.expect("prepared"));
        }
        Self { client, dispatcher: installation.login("ringfence_dispatcher").await, rows, ids, events, versions }
    }

    pub async fn of(&self, tenants: &[Uuid]) -> Snapshot {
        let rows = self.client.query(&self.rows, &[&tenants]).await.expect("digests");
        rows.iter().map(|row| ((row.get(1), row.get(0)), (row.get(2), row.get(3)))).collect()
    }

    /// Actions and decisions that the trail of a tenant, or of the installation, holds of a request.
    pub async fn events(&self, request: Uuid, tenant: Option<Uuid>) -> Vec<(String, String)> {
        self.client.query(&self.events, &[&request, &tenant]).await.expect("events").iter().map(|row| (row.get(0), row.get(1))).collect()
    }

    /// Carries until nothing that these tenants sent is under way, beside the service's own carrier.
    pub async fn carried(&self, tenants: &[Uuid]) {
        for _ in 0..10_000 {
            let waits: bool = self.client.query_one("select exists (select from ringfence.crossing_queue where tenant_id = any ($1))", &[&tenants]).await.expect("a queue").get(0);
            if !waits {
                return;
            }
            let letter: Option<String> = self.dispatcher.query_one("select ringfence.take_crossing()", &[]).await.expect("taken").get(0);
            let Some(letter) = letter.filter(|letter| !letter.is_empty()) else { continue };
            let receipt: Option<String> = self.dispatcher.query_one("select ringfence.deliver_crossing($1)", &[&letter]).await.expect("delivered").get(0);
            if let Some(receipt) = receipt {
                self.dispatcher.execute("select ringfence.complete_crossing($1)", &[&receipt]).await.expect("completed");
            }
        }
        panic!("what was sent to a partner is not carried");
    }

    /// Every id in every row of these tenants.
    pub async fn ids(&self, tenants: &[Uuid]) -> Vec<(Uuid, Uuid)> {
        self.client.query(&self.ids, &[&tenants]).await.expect("ids").iter().map(|row| (row.get(0), row.get(1))).collect()
    }

    /// The version of a tenant's settings for provisioning.
    pub async fn settings_version(&self, tenant: Uuid) -> Option<i32> {
        let found = self.client.query_opt("select version from ringfence.provisioning_settings where tenant_id = $1", &[&tenant]).await.expect("settings");
        found.map(|row| row.get(0))
    }

    /// The version of a row, wherever it is.
    pub async fn version(&self, kind: crate::kind::Kind, id: Uuid) -> Option<i32> {
        let statement = self.versions.get(kind.table())?;
        self.client.query_opt(statement, &[&id]).await.expect("a version").map(|row| row.get(0))
    }
}

/// The tables of one tenant that differ between two snapshots.
pub fn changed(before: &Snapshot, after: &Snapshot, tenant: Uuid) -> Vec<String> {
    let of = |snapshot: &Snapshot| -> BTreeMap<String, (i64, i64)> {
        snapshot.iter().filter(|((owner, _), _)| *owner == tenant).map(|((_, table), digest)| (table.clone(), *digest)).collect()
    };
    let (before, after) = (of(before), of(after));
    let mut tables: Vec<String> = before.keys().chain(after.keys()).filter(|table| before.get(*table) != after.get(*table)).cloned().collect();
    tables.sort();
    tables.dedup();
    tables
}
