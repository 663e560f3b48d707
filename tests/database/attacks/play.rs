//! The stage of the attacks: two tenants, and connections as the service's own login, on which an intruder writes the SQL. It proves nothing.

use jiff::Timestamp;
use ring::hmac;
use ringfence_domain::{RequestId, Role};
use ringfence_identity::VerifiedIdentity;
use ringfence_store::command::NewMember;
use ringfence_store::{Access, Database, Principal, RequestContext, Sql, StoreError, TenantTx};
use ringfence_tests::world::Tenant;
use ringfence_tests::{Installation, World};
use std::collections::BTreeSet;
use tokio_postgres::types::{FromSql, ToSql};
use tokio_postgres::{Client, Error, Row, SimpleQueryMessage};
use uuid::Uuid;

pub const ENTER: &str = include_str!("../../../sql/queries/context/enter.sql");
/// The setting that the context stands in.
pub const CONTEXT: &str = "backtrace_functions";
/// Not a valid token; no entry. As policies/functions say.
pub const BAD_TOKEN: &str = "RF002";
pub const NO_ENTRY: &str = "RF003";
pub const DENIED: &str = "42501";

pub const ISSUER: &str = "https://issuer.example";

pub struct Play {
    pub installation: Installation,
    pub world: World,
    pub admin: Client,
    key: hmac::Key,
    kid: String,
}

impl Play {
    /// The tenants acme and globex, filled alike.
    pub async fn new() -> Self {
        Self::over(Installation::fresh().await, ISSUER).await
    }

    pub async fn over(installation: Installation, issuer: &str) -> Self {
        let world = World::build(&installation, issuer, &["acme", "globex"]).await;
        let admin = installation.admin().await;
        let (kid, hex) = installation.credentials.token_key.expose().split_once(':').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
        let key = hmac::Key::new(hmac::HMAC_SHA256, &hex::decode(hex).unwrap());
        Self { installation, world, admin, key, kid }
    }

    pub fn acme(&self) -> &Tenant {
        self.world.tenant("acme")
    }

    pub fn globex(&self) -> &Tenant {
        self.world.tenant("globex")
    }

    /// A connection of the service's login, without a tenant.
    pub async fn app(&self) -> Client {
        self.installation.login("ringfence_app").await
    }

    pub async fn identity(&self, slug: &str, role: &str) -> Uuid {
        let tenant = self.world.tenant(slug);
        let sql = "select identity_id from ringfence.members where tenant_id = $1 and member_id = $2";
        self.admin.query_one(sql, &[&tenant.id, &tenant.members[role]]).await.unwrap().get(0)
    }

    /// Signs what stands before the MAC, whatever it says.
    pub fn sign(&self, words: &str) -> String {
        format!("{words}|{}", hex::encode(hmac::sign(&self.key, words.as_bytes())))
    }

    /// As the service mints it: tenant, credential, acting, request, expiry, nonce, key.
    pub fn token(&self, tenant: Uuid, identity: Uuid, seconds: i64) -> String {
        let expiry = Timestamp::now().as_second() + seconds;
        self.sign(&format!("{tenant}|i:{identity}||{}|{expiry}|{}|{}", Uuid::now_v7(), Uuid::new_v4().simple(), self.kid))
    }

    /// Begins a transaction and enters, as `TenantTx` does.
    pub async fn enter(&self, client: &Client, slug: &str, role: &str) {
        let tenant = self.world.tenant(slug).id;
        let token = self.token(tenant, self.identity(slug, role).await, 60);
        client.batch_execute("begin").await.unwrap();
        enter_with(client, tenant, &token).await.unwrap();
    }

    /// A connection inside a tenant's transaction.
    pub async fn entered(&self, slug: &str, role: &str) -> Client {
        let client = self.app().await;
        self.enter(&client, slug, role).await;
        client
    }

    /// All rows of a table that a tenant has, as one text, with the superuser's eyes.
    pub async fn digest(&self, table: &str, tenant: Uuid) -> String {
        let sql = format!("select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from ringfence.{table} t where t.tenant_id = $1");
        self.admin.query_one(&sql, &[&tenant]).await.unwrap().get(0)
    }

    /// The digests of every table that has tenants, the trail apart.
    pub async fn digests(&self, tenant: Uuid) -> Vec<(String, String)> {
        let mut all = Vec::new();
        for table in self.tenant_tables().await {
            if !table.starts_with("audit_") {
                all.push((table.clone(), self.digest(&table, tenant).await));
            }
        }
        all
    }

    pub async fn tenant_tables(&self) -> Vec<String> {
        let sql = "select c.relname::text from pg_catalog.pg_class c join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
                    where c.relnamespace = 'ringfence'::regnamespace and c.relkind = 'r' order by 1";
        self.admin.query(sql, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
    }
}

pub async fn enter_with(client: &Client, tenant: Uuid, token: &str) -> Result<Row, Error> {
    client.query_one(ENTER, &[&tenant.to_string(), &"", &"bearer", &token]).await
}

/// The service's pool with one connection, and a principal of each tenant (owners) who share it.
pub struct OneConnection {
    pub database: Database,
    pub acme: Principal,
    pub globex: Principal,
}

impl OneConnection {
    pub async fn of(play: &Play) -> Self {
        let database = Database::new(&play.installation.database_config(1)).unwrap();
        let operator = play.installation.operator().await;
        let mut principals = Vec::new();
        for (tenant, subject) in [(play.acme().id, "acme-command"), (play.globex().id, "globex-command")] {
            let new = NewMember { issuer: "urn:ringfence:command", subject, name: subject, email: None, role: Role::Owner, permissions: None };
            operator.add_member(tenant.into(), &new).await.unwrap();
            let identity = VerifiedIdentity::for_command(subject, Timestamp::now());
            let context = RequestContext { request_id: RequestId::generate(), authentication: "command" };
            principals.push(Principal::for_command(&database, &identity, tenant.into(), context).await.unwrap());
        }
        let globex = principals.pop().unwrap();
        Self { database, acme: principals.pop().unwrap(), globex }
    }

    /// One request of an intruder who got a statement of their own in.
    pub async fn request(&self, principal: &Principal, sql: &str) -> Result<Vec<Row>, StoreError> {
        let mut tx = TenantTx::open(&self.database, principal, Access::Write).await?;
        let rows = tx.query(anything(sql), &[]).await?;
        tx.commit().await?;
        Ok(rows)
    }
}

/// What the store's own types forbid: a statement that is in no file. Leaked, for they take static text alone.
pub fn anything(sql: &str) -> Sql {
    Sql::new(Box::leak(sql.to_owned().into_boxed_str()))
}

/// The server's code of a failed statement.
pub fn code(error: &Error) -> String {
    error.as_db_error().map_or_else(|| format!("driver: {error}"), |db| db.code().code().to_owned())
}

/// Of one column, as a set.
pub fn set<T: for<'a> FromSql<'a> + Ord>(rows: &[Row]) -> BTreeSet<T> {
    rows.iter().map(|row| row.get(0)).collect()
}

/// One value of a statement that must work.
pub async fn one<T: for<'a> FromSql<'a>>(client: &Client, sql: &str, params: &[&(dyn ToSql + Sync)]) -> T {
    match client.query_one(sql, params).await {
        Ok(row) => row.get(0),
        Err(error) => panic!("{sql}: {error:?}"),
    }
}

/// The code that each statement is refused with, a transaction of its own around it.
pub async fn refused(client: &Client, sql: &str) -> String {
    let outcome = client.simple_query(sql).await;
    client.batch_execute("rollback").await.unwrap();
    match outcome {
        Err(error) => code(&error),
        Ok(messages) => format!("worked: {:?}", texts(&messages)),
    }
}

/// Every value of every row of simple queries.
pub fn texts(messages: &[SimpleQueryMessage]) -> Vec<String> {
    let mut all = Vec::new();
    for message in messages {
        if let SimpleQueryMessage::Row(row) = message {
            all.extend((0..row.len()).filter_map(|i| row.get(i).map(str::to_owned)));
        }
    }
    all
}

/// The files below a folder of the repository, each with its text.
pub fn sources(folder: &str, extension: &str) -> Vec<(String, String)> {
    let mut folders = vec![std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).join(folder)];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == extension) {
                found.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(!found.is_empty(), "no .{extension} below {folder}");
    found
}
