//! The one file that names the pools. It hands out connections to TenantTx and to the few statements that stand before a tenant.
#![expect(clippy::disallowed_types, reason = "the one file that names the pool")]

use crate::fair_share::{Claim, FairShare, Party, Permit};
use crate::login::with_options;
use crate::principal::Identified;
use crate::token::{Acting, Proof};
use crate::verify::VerifyError;
use crate::{Principal, StoreError, TokenKey};
use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Timeouts};
use ringfence_domain::{IdentityId, RequestId, Slug, TenantId};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio_postgres::{Config, NoTls, Row};

/// Where the database is, and how it is shared out.
#[derive(Clone)]
pub struct DatabaseConfig {
    /// The service's login, `ringfence_app`.
    pub app: Config,
    /// The trail's login, `ringfence_auditor`.
    pub auditor: Config,
    /// The carrier's login, `ringfence_dispatcher`; without it nothing crosses between tenants.
    pub dispatcher: Option<Config>,
    pub token_key: TokenKey,
    pub connections: usize,
}

/// The service's connections. Cheap to clone; there is no way from here to a row without a tenant.
#[derive(Clone)]
pub struct Database {
    pool: Pool,
    /// For a connection past the pool and its options.
    app: Config,
    turns: Arc<FairShare>,
    /// Without one, connections are taken past the turns: commands, and a service without limits.
    claim: Option<Claim>,
    pub(crate) token_key: TokenKey,
    /// Slugs never change hands and identities never change: found once, known for good. Memberships are never kept.
    slugs: moka::sync::Cache<Slug, TenantId>,
    identities: moka::sync::Cache<(String, String), IdentityId>,
}

/// What a slug names, and whether the database was asked for it.
pub(crate) struct Resolved {
    pub tenant: Option<TenantId>,
    pub anew: bool,
}

impl Database {
    /// # Errors
    /// When the configuration is not one that a pool can be made of.
    pub fn new(config: &DatabaseConfig) -> Result<Self, StoreError> {
        Ok(Self {
            pool: pool(&config.app, config.connections)?,
            app: config.app.clone(),
            turns: FairShare::new(config.connections, WAIT),
            claim: None,
            token_key: config.token_key.clone(),
            slugs: moka::sync::Cache::new(100_000),
            identities: moka::sync::Cache::new(100_000),
        })
    }

    /// The same for one of several threads, with connections of its own: whoever waits for an answer is woken on the thread
    /// that read it.
    ///
    /// # Errors
    /// As `new`.
    pub fn for_one_of(&self, threads: usize, config: &DatabaseConfig) -> Result<Self, StoreError> {
        let connections = config.connections.div_ceil(threads);
        Ok(Self { pool: pool(&config.app, connections)?, turns: self.turns.beside(connections), ..self.clone() })
    }

    /// The same on a party's account: its requests take turns with those of others, and hold at most so many connections in a
    /// hundred at once.
    #[must_use]
    pub fn on_account_of(&self, party: Party, percent: u8) -> Self {
        Self { claim: Some(Claim { party, percent }), ..self.clone() }
    }

    /// How many connections a party with a claim to that many in a hundred may hold at once just now.
    #[must_use]
    pub fn most(&self, party: Party, percent: u8) -> usize {
        self.turns.most(Claim { party, percent })
    }

    pub(crate) async fn connection(&self) -> Result<Lease, StoreError> {
        let permit = match self.claim {
            Some(claim) => Some(self.turns.permit(claim).await?),
            None => None,
        };
        match self.pool.get().await {
            Ok(object) => Ok(Lease { object: Some(object), settled: true, silent: AtomicBool::new(false), _permit: permit }),
            Err(PoolError::Backend(error)) => Err(error.into()),
            Err(_) => Err(StoreError::Unavailable { reason: "all connections are in use" }),
        }
    }

    /// What the database keeps of a secret of this kind in its place.
    #[must_use]
    pub fn credential_hash(&self, kind: &str, secret: &[u8]) -> ringfence_identity::SecretHash {
        self.token_key.credential_hash(kind, secret)
    }

    /// Which identity this issuer and subject are; made at first sight.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn identify(&self, issuer: &str, subject: &str) -> Result<IdentityId, StoreError> {
        let key = (issuer.to_owned(), subject.to_owned());
        if let Some(known) = self.identities.get(&key) {
            return Ok(known);
        }
        let said = serde_json::json!({ "issuer": issuer, "subject": subject });
        let rows = self.minted(crate::sql!("context/identify.sql"), "identify", &said).await?;
        let identity = IdentityId(rows.first().ok_or(crate::Refusal::Credential)?.try_get(0)?);
        self.identities.insert(key, identity);
        Ok(identity)
    }

    /// The tenant of a slug, if there is one. Says nothing about who may enter it.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub(crate) async fn resolve(&self, slug: &Slug) -> Result<Resolved, StoreError> {
        if let Some(known) = self.slugs.get(slug) {
            return Ok(Resolved { tenant: Some(known), anew: false });
        }
        let found = self.resolve_uncached(slug).await?;
        if let Some(tenant) = found {
            self.slugs.insert(slug.clone(), tenant);
        }
        Ok(Resolved { tenant: found, anew: true })
    }

    /// The same look-up always made, so that a known tenant refused costs what an unknown one does.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn resolve_uncached(&self, slug: &Slug) -> Result<Option<TenantId>, StoreError> {
        let row = self.before_tenant(crate::sql!("context/resolve_tenant.sql"), &[&slug.as_str()]).await?;
        Ok(row.try_get::<_, Option<uuid::Uuid>>(0)?.map(TenantId))
    }

    /// The tenants that this caller may try to enter, whatever tenant they stand at.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn tenants_of(&self, nowhere: &Principal) -> Result<Vec<TenantId>, StoreError> {
        let rows = self.of_nowhere(crate::sql!("context/my_tenants.sql"), nowhere).await?;
        rows.iter().map(|row| Ok(TenantId(row.try_get(0)?))).collect()
    }

    /// Whom a credential stands for.
    ///
    /// # Errors
    /// `Refusal::Credential`, or when the database cannot be asked.
    pub(crate) async fn identity_of(&self, nowhere: &Principal) -> Result<Identified, StoreError> {
        let rows = self.of_nowhere(crate::sql!("context/my_identity.sql"), nowhere).await?;
        let row = rows.first().ok_or(crate::Refusal::Credential)?;
        Ok(Identified { identity_id: IdentityId(row.try_get("identity_id")?), issuer: row.try_get("issuer")?, subject: row.try_get("subject")? })
    }

    /// Writes down that an API token was used just now, unless it was a minute ago.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn token_used(&self, caller: &Principal) -> Result<(), StoreError> {
        let token = self.token_key.mint(caller.tenant_id(), caller.proof(), Acting::Alone, caller.request_id(), jiff::Timestamp::now());
        self.before_tenant(crate::sql!("context/token_used.sql"), &[&token]).await.map(drop)
    }

    /// A function that takes a token which names no tenant.
    async fn of_nowhere(&self, sql: crate::Sql, caller: &Principal) -> Result<Vec<Row>, StoreError> {
        let token = self.token_key.mint(TenantId(uuid::Uuid::nil()), caller.proof(), Acting::Alone, caller.request_id(), jiff::Timestamp::now());
        self.by_token(sql, &token).await
    }

    /// Whether the database answers, and at once, and believes the token key: it is asked who nobody is.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let (nowhere, nobody) = (TenantId(uuid::Uuid::nil()), Proof::Identity(IdentityId(uuid::Uuid::nil())));
        let token = self.token_key.mint(nowhere, nobody, Acting::Alone, RequestId::generate(), jiff::Timestamp::now());
        let asked = self.by_token(crate::sql!("context/my_identity.sql"), &token);
        match tokio::time::timeout(WAIT, asked).await.map_err(|_| SILENT)? {
            Ok(_) | Err(StoreError::Refused(crate::Refusal::Credential)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The catalogue lints, as the service's own role sees them, on a connection of their own: the pool's options would hide what
    /// the server and the database have as their defaults.
    ///
    /// # Errors
    /// When the catalogue cannot be read.
    pub async fn findings(&self, migrations: &[String]) -> Result<Vec<crate::verify::Finding>, StoreError> {
        let mut app = with_options(&self.app, "-c statement_timeout=10s");
        let (client, connection) = app.connect_timeout(Duration::from_secs(3)).connect(NoTls).await?;
        // It ends with its client.
        tokio::spawn(connection);
        let mut findings = crate::verify::own_role(&client).await.map_err(not_looked)?;
        findings.extend(crate::verify::verify(&client, migrations).await.map_err(not_looked)?);
        Ok(findings)
    }

    /// A statement whose one parameter is a token minted for this purpose alone.
    pub(crate) async fn minted(&self, sql: crate::Sql, purpose: &'static str, said: &serde_json::Value) -> Result<Vec<Row>, StoreError> {
        let token = self.token_key.mint_for(purpose, said, jiff::Timestamp::now());
        self.by_token(sql, &token).await
    }

    async fn by_token(&self, sql: crate::Sql, token: &str) -> Result<Vec<Row>, StoreError> {
        let lease = self.connection().await?;
        let statement = lease.prepare(sql.text(), false).await?;
        Ok(lease.answered(lease.client()?.query(&statement, &[&token])).await??)
    }

    async fn before_tenant(&self, sql: crate::Sql, params: &[crate::statement::Param<'_>]) -> Result<Row, StoreError> {
        let lease = self.connection().await?;
        let statement = lease.prepare(sql.text(), false).await?;
        Ok(lease.answered(lease.client()?.query_one(&statement, params)).await??)
    }
}

/// How long a request waits for a connection.
pub(crate) const WAIT: Duration = Duration::from_secs(3);
/// How long for the server's answer: as long as it lets a statement take, and a margin.
const PATIENCE: Duration = Duration::from_secs(15);
const SILENT: StoreError = StoreError::Unavailable { reason: "the server does not answer" };

fn pool(app: &Config, connections: usize) -> Result<Pool, StoreError> {
    let mut app = with_options(
        app,
        "-c statement_timeout=10s -c lock_timeout=3s -c idle_in_transaction_session_timeout=15s -c row_security=on -c default_transaction_read_only=off",
    );
    app.connect_timeout(Duration::from_secs(3));
    let manager = Manager::from_config(app, NoTls, ManagerConfig { recycling_method: RecyclingMethod::Fast });
    let timeouts = Timeouts { wait: Some(WAIT), create: Some(Duration::from_secs(3)), recycle: Some(Duration::from_secs(3)) };
    Pool::builder(manager)
        .max_size(connections)
        .timeouts(timeouts)
        .runtime(deadpool_postgres::Runtime::Tokio1)
        .build()
        .map_err(|_| StoreError::Unavailable { reason: "no pool can be made" })
}

fn not_looked(error: VerifyError) -> StoreError {
    match error {
        VerifyError::Lost => StoreError::Unavailable { reason: "connection lost" },
        error => StoreError::Unexpected { code: "verify".into(), message: error.to_string() },
    }
}

/// A connection on loan. Back to the pool it goes only if the end of everything sent on it was seen; a future dropped
/// half-way leaves a transaction open, and the next request would commit it. So that connection is closed instead.
pub(crate) struct Lease {
    object: Option<Object>,
    settled: bool,
    /// It was waited for in vain.
    silent: AtomicBool,
    /// Dropped after the connection went back.
    _permit: Option<Permit>,
}

impl Lease {
    pub(crate) fn client(&self) -> Result<&tokio_postgres::Client, StoreError> {
        self.object.as_ref().map(|object| &***object).ok_or(StoreError::Unavailable { reason: "the connection is gone" })
    }

    /// Kept with the connection; a rare one is forgotten when it was run.
    pub(crate) async fn prepare(&self, text: &str, rare: bool) -> Result<tokio_postgres::Statement, StoreError> {
        if !is_about_rows(text) {
            return Err(StoreError::Unexpected { code: "statement".into(), message: "not a statement about rows".into() });
        }
        match &self.object {
            Some(object) if rare => Ok(self.answered(object.prepare(text)).await??),
            Some(object) => Ok(self.answered(object.prepare_cached(text)).await??),
            None => Err(StoreError::Unavailable { reason: "the connection is gone" }),
        }
    }

    /// What the server answers, if it does in time: a server that hangs keeps its connections open, and its own limits are asleep with
    /// it. Then nothing is known of the connection any more, and nothing is waited for on it again.
    ///
    /// # Errors
    /// When it does not answer.
    pub(crate) async fn answered<T>(&self, answer: impl Future<Output = T>) -> Result<T, StoreError> {
        if self.silent.load(Ordering::Relaxed) {
            return Err(SILENT);
        }
        tokio::time::timeout(PATIENCE, answer).await.map_err(|_| {
            self.silent.store(true, Ordering::Relaxed);
            SILENT
        })
    }

    /// From here until `settled`, a drop closes the connection.
    pub(crate) fn unsettle(&mut self) {
        self.settled = false;
    }

    pub(crate) fn settled(&mut self) {
        self.settled = true;
    }
}

/// Whether a statement reads or writes rows. All others act on the session or the transaction (PREPARE, DECLARE, LISTEN, SET, COMMIT,
/// ...), and what they leave would meet the next tenant: none of them is sent, whatever came into its text. The extended protocol
/// takes one statement at a time, and no function that the service may execute runs such a one from text.
fn is_about_rows(text: &str) -> bool {
    let mut rest = text.trim_start();
    while let Some(comment) = rest.strip_prefix("--") {
        rest = comment.split_once(['\n', '\r']).map_or("", |(_, rest)| rest).trim_start();
    }
    let word = rest.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    ["select", "with", "insert", "update", "delete"].iter().any(|verb| word.eq_ignore_ascii_case(verb))
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(object) = self.object.take()
            && (!self.settled || *self.silent.get_mut())
        {
            drop(Object::take(object));
        }
    }
}
