//! What is measured on: a durable cluster, 50 tenants of which one is large, the service as its own process. It makes everything anew.

use ring::hmac;
use ringfence_domain::Role;
use ringfence_identity::sign_in::SessionSecret;
use ringfence_store::TokenKey;
use ringfence_store::command::NewMember;
use ringfence_tests::database::connect;
use ringfence_tests::process::{Issuer, Process};
use ringfence_tests::server::{DATABASE, Server};
use std::path::PathBuf;
use tokio_postgres::Client;
use uuid::Uuid;

pub const TENANTS: usize = 50;
pub const TICKETS: usize = 100_000;
const TICKETS_OF_OTHERS: usize = 1_000;
pub const ALL_TICKETS: usize = TICKETS + (TENANTS - 1) * TICKETS_OF_OTHERS;
/// The same rows, with row security off.
pub const OPEN_DATABASE: &str = "ringfence_open";
const SLUG: &str = "tenant-1";
/// A day, in seconds: pgbench cannot mint.
const LIFETIME: i64 = 86_400;

pub struct Stage {
    pub server: Server,
    pub service: Process,
    pub postgresql: String,
    pub tenant: Uuid,
    pub foreign_ticket: Uuid,
    /// For `enter`, of the owner and of an agent in three groups.
    pub owner_token: String,
    pub grouped_token: String,
    /// For HTTP, of the owner.
    pub bearer: String,
    /// The owner's, as a program and as a browser show them.
    pub api_token: String,
    pub session: String,
    /// Of the owner of another tenant.
    pub quiet_bearer: String,
    pub issuer: Issuer,
}

impl Stage {
    pub async fn build() -> Self {
        let server = Server::start("bench").await;
        let issuer = Issuer::start(server.folder());
        eprintln!("seeding {TENANTS} tenants, {ALL_TICKETS} tickets");
        let admin = server.installation().admin().await;
        let tenants = seed(&server, &issuer, &admin).await;
        let postgresql = version(&admin).await;
        let tenant = tenants[0];
        let foreign_ticket = one_id(&admin, "select ticket_id from ringfence.tickets where tenant_id = $1 limit 1", tenants[1]).await;
        let owner = identity(&admin, &subject("owner", 1)).await;
        let grouped = identity(&admin, &subject("agent", 1)).await;
        let session = session(&server, &admin, owner).await;
        drop(admin);
        open_clone(&server).await;
        let log = server.folder().join("service.log");
        let service = Process::serve(&server, &issuer, &log, &[]);
        let api_token = api_token(&service, &issuer.token(&subject("owner", 1))).await;
        Self {
            api_token,
            session,
            owner_token: mint(&server, tenant, owner),
            grouped_token: mint(&server, tenant, grouped),
            bearer: issuer.token(&subject("owner", 1)),
            quiet_bearer: issuer.token(&subject("owner", 2)),
            issuer,
            server,
            service,
            postgresql,
            tenant,
            foreign_ticket,
        }
    }

    /// The tickets of the tenant that is read.
    pub fn tickets_path(&self) -> String {
        format!("/v1/tenants/{SLUG}/tickets")
    }

    /// The tickets of another tenant.
    pub fn quiet_path(&self) -> &'static str {
        "/v1/tenants/tenant-2/tickets"
    }

    pub fn script(&self, name: &str, text: &str) -> PathBuf {
        let path = self.server.folder().join(name);
        std::fs::write(&path, text).expect("a script");
        path
    }

    pub async fn stop(self) {
        drop(self.service);
        self.server.stop().await;
    }
}

fn subject(role: &str, tenant: usize) -> String {
    format!("tenant-{tenant}:{role}")
}

async fn seed(server: &Server, issuer: &Issuer, admin: &Client) -> Vec<Uuid> {
    let operator = server.installation().operator().await;
    let mut tenants = Vec::new();
    for number in 1..=TENANTS {
        let tenant = operator.create_tenant(&format!("tenant-{number}"), &format!("Tenant {number}")).await.expect("a tenant");
        for role in [Role::Owner, Role::Agent, Role::Requester] {
            let name = subject(role.as_str(), number);
            let new = NewMember { issuer: issuer.url(), subject: &name, name: &name, email: None, role, permissions: None };
            operator.add_member(tenant, &new).await.expect("added").expect("a new member");
        }
        let tickets = if number == 1 { TICKETS } else { TICKETS_OF_OTHERS };
        for statement in [GROUPS, GROUP_MEMBERS] {
            admin.execute(statement, &[&tenant.0]).await.expect("seeded");
        }
        admin.execute(TICKETS_SQL, &[&tenant.0, &i64::try_from(tickets).unwrap()]).await.expect("tickets");
        tenants.push(tenant.0);
    }
    for statement in [COUNTERS, "vacuum analyze", "checkpoint"] {
        admin.batch_execute(statement).await.expect("settled");
    }
    tenants
}

const GROUPS: &str = "insert into ringfence.groups (tenant_id, group_id, name) select $1, gen_random_uuid(), 'group ' || n from generate_series(1, 5) n";
const GROUP_MEMBERS: &str = "insert into ringfence.group_members (tenant_id, member_id, group_id)
    select $1, m.member_id, g.group_id from ringfence.members m, (select group_id from ringfence.groups where tenant_id = $1 limit 3) g
     where m.tenant_id = $1 and m.role = 'agent'";
const TICKETS_SQL: &str = "insert into ringfence.tickets (tenant_id, ticket_id, number, subject, status, priority, tags, requester_id, assignee_id, group_id, created_at, updated_at)
    select $1, gen_random_uuid(), n, 'The invoice of order ' || n || ' shows the wrong address', (array['new', 'open', 'pending', 'on_hold', 'solved'])[1 + n % 5],
           (array['low', 'normal', 'high', 'urgent'])[1 + n % 4], array['invoice', 'tag' || n % 100], r.member_id, a.member_id, g.ids[1 + n % 5], t, t
      from generate_series(1, $2::bigint) n
     cross join (select member_id from ringfence.members where tenant_id = $1 and role = 'requester') r
     cross join (select member_id from ringfence.members where tenant_id = $1 and role = 'agent') a
     cross join (select array_agg(group_id) ids from ringfence.groups where tenant_id = $1) g
     cross join lateral (select now() - n * interval '37 seconds' t) times";

const COUNTERS: &str = "update ringfence.ticket_counters c set last = (select max(number) from ringfence.tickets t where t.tenant_id = c.tenant_id)";

async fn version(admin: &Client) -> String {
    let version: String = admin.query_one("select current_setting('server_version')", &[]).await.expect("a version").get(0);
    format!("PostgreSQL {}", version.split(' ').next().unwrap_or_default())
}

async fn one_id(admin: &Client, sql: &str, tenant: Uuid) -> Uuid {
    admin.query_one(sql, &[&tenant]).await.expect("an id").get(0)
}

async fn identity(admin: &Client, subject: &str) -> Uuid {
    admin.query_one("select identity_id from ringfence.identities where subject = $1", &[&subject]).await.expect("an identity").get(0)
}

/// A token of the owner's for reading, made as everybody makes one.
async fn api_token(service: &Process, bearer: &str) -> String {
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let body = serde_json::json!({"name": "bench", "scopes": ["ticket.read"]});
    let made = client.post(format!("http://{}/v1/tenants/{SLUG}/api-tokens", service.address)).bearer_auth(bearer).json(&body).send().await.expect("an answer");
    assert_eq!(made.status(), 201);
    made.json::<serde_json::Value>().await.expect("a token")["token"].as_str().expect("a token").to_owned()
}

/// A session of the owner's, as a sign-in leaves it.
async fn session(server: &Server, admin: &Client, identity: Uuid) -> String {
    let secret = SessionSecret::generate().expect("a secret");
    let key = TokenKey::parse(server.credentials.token_key.expose()).expect("a key");
    admin
        .execute(
            "insert into ringfence.sessions (session_id, session_hash, identity_id, authenticated_at, idle_expires_at, expires_at)
             values (gen_random_uuid(), $1, $2, now(), now() + interval '12 hours', now() + interval '24 hours')",
            &[&key.credential_hash("session", secret.bytes()).bytes().as_slice(), &identity],
        )
        .await
        .expect("a session");
    secret.expose()
}

/// A clone in which neither walls nor doors stand; only the measure of their cost ever connects to it.
async fn open_clone(server: &Server) {
    let postgres = connect(&server.admin("postgres")).await;
    postgres.batch_execute(&format!("create database {OPEN_DATABASE} template {DATABASE}")).await.expect("a clone");
    let clone = connect(&server.admin(OPEN_DATABASE)).await;
    clone.batch_execute(include_str!("../../policies/roles.sql")).await.expect("roles.sql");
    clone
        .batch_execute(
            "do $$ declare t regclass; begin
               for t in select c.oid from pg_class c where c.relnamespace = 'ringfence'::regnamespace and c.relkind = 'r' and c.relrowsecurity loop
                 execute format('alter table %s disable row level security, no force row level security', t);
               end loop;
             end $$",
        )
        .await
        .expect("row security off");
    clone.batch_execute("vacuum analyze").await.expect("analyzed");
}

/// The service's own token in the service's own form, but for its long life.
fn mint(server: &Server, tenant: Uuid, identity: Uuid) -> String {
    let (kid, hex_key) = server.credentials.token_key.expose().split_once(':').expect("kid:key");
    let key = hmac::Key::new(hmac::HMAC_SHA256, &hex::decode(hex_key).expect("hex"));
    let expiry = jiff::Timestamp::now().as_second() + LIFETIME;
    let text = format!("{tenant}|i:{identity}||{}|{expiry}|{}|{kid}", Uuid::now_v7(), Uuid::new_v4().simple());
    format!("{text}|{}", hex::encode(hmac::sign(&key, text.as_bytes())))
}
