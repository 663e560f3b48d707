//! One database per test, cloned from a migrated template of the cluster that `with-postgres` started.

use ringfence_store::{Credentials, DatabaseConfig, TokenKey};
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio_postgres::{Client, Config, NoTls};

pub const ADMIN_URL: &str = "RINGFENCE_TEST_ADMIN_URL";
pub const CREDENTIALS: &str = "RINGFENCE_TEST_CREDENTIALS";
pub const TEMPLATE: &str = "ringfence_template";

/// A database of its own, with everything that `migrate` makes.
pub struct Installation {
    pub name: String,
    pub credentials: Credentials,
    admin: Config,
}

/// The settings of the cluster, from the environment that `with-postgres` prepares.
#[must_use]
pub fn admin_config() -> Config {
    let url = std::env::var(ADMIN_URL).expect("run the tests with 'make test', or under 'cargo run -p ringfence-tests --bin with-postgres -- cargo test'");
    Config::from_str(&url).expect("a PostgreSQL URL")
}

#[must_use]
pub fn credentials() -> Credentials {
    let path = PathBuf::from(std::env::var(CREDENTIALS).expect("set by with-postgres"));
    Credentials::open_or_create(&path).expect("credentials").0
}

pub async fn connect(config: &Config) -> Client {
    let (client, connection) = config.connect(NoTls).await.expect("a connection");
    tokio::spawn(connection);
    client
}

impl Installation {
    /// A database of another server.
    #[must_use]
    pub fn of(name: &str, credentials: Credentials, admin: Config) -> Self {
        Self { name: name.to_owned(), credentials, admin }
    }

    /// A fresh clone of the template.
    pub async fn fresh() -> Self {
        Self::clone_of(TEMPLATE).await
    }

    /// A fresh clone of another test's database, which must have no connection left.
    pub async fn clone_of(template: &str) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("t_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let server = connect(&admin_config()).await;
        // One clone at a time: a template may have no other user.
        server.execute("select pg_advisory_lock(7501)", &[]).await.expect("lock");
        server.batch_execute(&format!("create database {name} template {template}")).await.expect("a clone");
        let mut admin = admin_config();
        admin.dbname(&name);
        let clone = connect(&admin).await;
        // A clone does not take the database's own privileges along. Under the same lock: they touch what all databases share.
        clone.batch_execute(include_str!("../../../policies/roles.sql")).await.expect("roles.sql");
        server.execute("select pg_advisory_unlock(7501)", &[]).await.expect("unlock");
        Self { name, credentials: credentials(), admin }
    }

    /// As superuser, behind no policy.
    pub async fn admin(&self) -> Client {
        connect(&self.admin).await
    }

    /// As one of the service's logins.
    pub async fn login(&self, role: &str) -> Client {
        connect(&self.login_config(role)).await
    }

    #[must_use]
    pub fn login_config(&self, role: &str) -> Config {
        let password = match role {
            "ringfence_app" => &self.credentials.app_password,
            "ringfence_auditor" => &self.credentials.auditor_password,
            "ringfence_dispatcher" => &self.credentials.dispatcher_password,
            "ringfence_operator" => &self.credentials.operator_password,
            other => panic!("{other} is no login of the service"),
        };
        let mut config = self.admin.clone();
        config.user(role).password(password.expose());
        config
    }

    #[must_use]
    pub fn database_config(&self, connections: usize) -> DatabaseConfig {
        DatabaseConfig {
            app: self.login_config("ringfence_app"),
            auditor: self.login_config("ringfence_auditor"),
            dispatcher: Some(self.login_config("ringfence_dispatcher")),
            token_key: TokenKey::parse(self.credentials.token_key.expose()).expect("a token key"),
            connections,
        }
    }

    #[must_use]
    pub fn admin_config(&self) -> &Config {
        &self.admin
    }

    /// An operator of this installation.
    pub async fn operator(&self) -> ringfence_store::command::Operator {
        ringfence_store::command::Operator::connect(&self.login_config("ringfence_operator")).await.expect("the operator")
    }

    /// A login of that tenant's analysts.
    pub async fn create_reporting_login(&self, tenant: ringfence_domain::TenantId, password: &str) -> String {
        ringfence_store::command::create_reporting_login(&self.admin, tenant, password).await.expect("a reporting login")
    }

    /// Drops the database, ending whoever is still connected.
    pub async fn drop(self) {
        let server = connect(&admin_config()).await;
        server.batch_execute(&format!("drop database if exists {} with (force)", self.name)).await.expect("dropped");
    }
}

/// For tests of the catalogue: a migrated database as superuser.
pub async fn migrated_admin_client() -> Client {
    Installation::fresh().await.admin().await
}
