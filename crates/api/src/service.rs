//! Puts the service together, refuses to start on a broken wall, and runs until told to stop.

use crate::caller::Seen;
use crate::cursor::Cursors;
use crate::last_use::LastUse;
use crate::limits::{LimitPolicy, Limits};
use crate::measures;
use crate::problem::{Kind, Problem};
use crate::sign_in::issuer_sign_out::Envelopes;
use crate::sign_in::{Entrance, SessionLimits};
use crate::step_up::StepUp;
use crate::{development, request_log, routes};
use actix_web::dev::{Extensions, ServerHandle};
use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{App, HttpServer, ResponseError, middleware, web};
use ringfence_identity::development::DevelopmentIssuer;
use ringfence_identity::sign_in::{SignIn, SignInClient};
use ringfence_identity::{Clock, ConfigError, IssuerConfig, Verifier, is_origin};
use ringfence_store::audit_trail::AuditTrail;
use ringfence_store::crossing::Crossing;
use ringfence_store::numbers::Numbers;
use ringfence_store::verify::{Finding, Level};
use ringfence_store::{Database, DatabaseConfig, Party, StoreError};
use std::any::Any;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;

/// What a page of another origin may read of an answer. `actix_cors` would name them in an order of each worker's own, and so two
/// answers that must not be told apart would differ by who gave them.
const EXPOSED: &str = "ETag, Location, Link, Retry-After, RateLimit, RateLimit-Policy, Idempotency-Replayed, X-Request-Id";

pub struct ServiceConfig {
    pub listen: SocketAddr,
    pub database: DatabaseConfig,
    pub issuers: Vec<IssuerConfig>,
    /// Exact origins that browsers may call from; none by default.
    pub origins: Vec<String>,
    /// Its documents are served under `/development/issuer`; refused with a listener that is not loopback.
    pub development: Option<DevelopmentIssuer>,
    pub sign_in: SignInConfig,
    pub workers: Option<usize>,
    /// None: nobody is limited.
    pub limits: Option<LimitPolicy>,
    /// Whose word is taken for a client's address.
    pub proxies: Vec<ipnet::IpNet>,
    /// The migrations that must be in place.
    pub migrations: Vec<String>,
}

/// How people sign in with a browser.
pub struct SignInConfig {
    /// Where browsers find the service; issuers send them back there.
    pub public_url: String,
    pub clients: Vec<SignInClient>,
    pub limits: SessionLimits,
    pub step_up: StepUp,
}

#[derive(Debug, Error)]
pub enum StartError {
    #[error("cannot listen on {address}: {source}; set RINGFENCE_LISTEN to a free address, such as 127.0.0.1:8081")]
    Listen { address: SocketAddr, source: std::io::Error },
    #[error("the development issuer gives a token to anybody; RINGFENCE_LISTEN must be a loopback address while it is on, such as 127.0.0.1:8080")]
    DevelopmentOutside,
    #[error("{}", refused(.0))]
    Findings(Vec<Finding>),
    #[error("RINGFENCE_ISSUERS: {0}")]
    Issuers(#[from] ConfigError),
    #[error("RINGFENCE_SIGN_IN, RINGFENCE_PUBLIC_URL: {0}")]
    SignIn(ConfigError),
    #[error("the database cannot be used: {0}; check DATABASE_URL")]
    Database(#[from] StoreError),
    #[error("the database believes another token key, or its clock is a minute off; the key is told by RINGFENCE_TOKEN_KEY or, where that is not set, by the credentials file that `ringfence migrate` made or was given")]
    NotBelieved,
    #[error("metrics cannot be recorded: {0}")]
    Metrics(String),
    #[error("RINGFENCE_ORIGINS: '{0}' is not an origin, such as https://support.example")]
    Origin(String),
}

fn refused(findings: &[Finding]) -> String {
    let mut text = "the walls do not stand; 'ringfence verify' looks again".to_owned();
    for finding in findings {
        text.push_str(&format!("\n  {}: {} - {}\n    remedy: {}", finding.lint, finding.object, finding.detail, finding.remedy));
    }
    text
}

/// A bound service, not yet answering.
pub struct Service {
    address: SocketAddr,
    server: actix_web::dev::Server,
    handle: ServerHandle,
}

/// What `/readyz` asks.
pub struct Readiness {
    database: Database,
    trail: AuditTrail,
    migrations: Vec<String>,
    /// The answer of the last look at the walls, kept for half a minute: anybody may ask.
    walls: moka::future::Cache<(), bool>,
}

impl Readiness {
    pub async fn check(&self) -> Result<(), Problem> {
        self.database.ping().await?;
        self.trail.carries().await?;
        let standing = self
            .walls
            .get_with((), async {
                match self.database.findings(&self.migrations).await {
                    Ok(findings) => {
                        for finding in findings.iter().filter(|f| f.level == Level::Error) {
                            tracing::error!(lint = finding.lint, object = finding.object, "a wall does not stand");
                        }
                        findings.iter().all(|f| f.level != Level::Error)
                    }
                    Err(error) => {
                        tracing::error!(%error, "the walls could not be verified");
                        false
                    }
                }
            })
            .await;
        if standing { Ok(()) } else { Err(Problem::with_code(Kind::Unavailable, "walls_not_verified")) }
    }
}

pub async fn start(config: ServiceConfig) -> Result<Service, StartError> {
    if config.development.is_some() && !config.listen.ip().is_loopback() {
        return Err(StartError::DevelopmentOutside);
    }
    for origin in &config.origins {
        if !is_origin(origin) {
            return Err(StartError::Origin(origin.clone()));
        }
    }
    let database = Database::new(&config.database)?;
    let mut findings = database.findings(&config.migrations).await?;
    findings.retain(|finding| finding.level == Level::Error);
    if !findings.is_empty() {
        return Err(StartError::Findings(findings));
    }
    database.ping().await.map_err(|error| match error {
        StoreError::NotBelieved => StartError::NotBelieved,
        error => error.into(),
    })?;
    let trail = AuditTrail::start(&config.database.auditor);
    let crossing = config.database.dispatcher.as_ref().map(Crossing::start).map(Data::new);
    if crossing.is_none() {
        tracing::warn!("no login of ringfence_dispatcher is known: nothing crosses between tenants");
    }
    let verifier = Data::new(Verifier::new(config.issuers, Clock::system())?);
    let cursors = Data::new(Cursors::new(config.database.token_key.derive("cursor")));
    let limits = config.limits.as_ref().map(|policy| Data::new(Limits::new(policy, config.proxies)));
    let readiness = Data::new(Readiness {
        // Anybody may ask, and as often as they like: at most a share of the connections.
        database: limits.as_ref().map_or_else(|| database.clone(), |limits| limits.share(&database, Party::Outside(uuid::Uuid::nil()))),
        trail: trail.clone(),
        migrations: config.migrations,
        walls: moka::future::Cache::builder().max_capacity(1).time_to_live(Duration::from_secs(30)).build(),
    });
    let workers = config.workers.unwrap_or_else(|| std::thread::available_parallelism().map_or(2, usize::from));
    // Made here, so that a pool that cannot be made stops the start and not a worker; each worker takes one.
    let databases: Vec<Database> = (0..workers).map(|_| database.for_one_of(workers, &config.database)).collect::<Result<_, _>>()?;
    let (next, trail) = (Arc::new(AtomicUsize::new(0)), Data::new(trail));
    let last_use = Data::new(LastUse::default());
    let (seen, numbers) = (Data::new(Seen::default()), Data::new(Numbers::default()));
    let entrance = Data::new(Entrance {
        sign_in: SignIn::new(config.sign_in.clients, &config.sign_in.public_url, &Clock::system()).map_err(StartError::SignIn)?,
        limits: config.sign_in.limits,
        step_up: config.sign_in.step_up,
        origins: config.origins.clone(),
        envelopes: Envelopes::new(config.database.token_key.derive("sign_out")),
        seen: moka::sync::Cache::builder().max_capacity(100_000).time_to_live(config.sign_in.limits.unseen()).build(),
    });
    let metrics = Data::new(measures::recorder().map_err(StartError::Metrics)?);
    let development = config.development.map(Data::new);
    let origins = config.origins;
    let server = HttpServer::new(move || {
        let mut cors = actix_cors::Cors::default()
            .allowed_methods(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
            .allowed_headers(["Authorization", "Content-Type", "If-Match", "If-None-Match", "Idempotency-Key", "X-CSRF-Token", "Act-As"])
            // A page of a listed origin may act for who is signed in; what that takes beside the cookie, csrf.rs says.
            .supports_credentials()
            .max_age(3600);
        for origin in &origins {
            cors = cors.allowed_origin(origin);
        }
        let database = databases[next.fetch_add(1, Ordering::Relaxed) % databases.len()].clone();
        let mut app = App::new()
            .app_data(verifier.clone())
            .app_data(Data::new(database))
            .app_data(trail.clone())
            .app_data(last_use.clone())
            .app_data(seen.clone())
            .app_data(entrance.clone())
            .app_data(numbers.clone())
            .app_data(cursors.clone())
            .app_data(readiness.clone())
            .app_data(metrics.clone());
        if let Some(limits) = &limits {
            app = app.app_data(limits.clone());
        }
        if let Some(crossing) = &crossing {
            app = app.app_data(crossing.clone());
        }
        if let Some(issuer) = &development {
            app = app.app_data(issuer.clone()).configure(development::configure);
        }
        app.configure(routes::configure)
            .configure(crate::scim::unsupported)
            .default_service(web::to(|| async { Problem::new(Kind::NotFound).error_response() }))
            .wrap(middleware::DefaultHeaders::new().add((header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED)))
            .wrap(cors)
            .wrap(middleware::from_fn(request_log::log))
    })
    .on_connect(let_go)
    .client_request_timeout(Duration::from_secs(10))
    .keep_alive(Duration::from_secs(75))
    .shutdown_timeout(10)
    .disable_signals()
    .workers(workers)
    .bind(config.listen)
    .map_err(|source| StartError::Listen { address: config.listen, source })?;
    let address = server.addrs().first().copied().unwrap_or(config.listen);
    let server = server.run();
    let handle = server.handle();
    Ok(Service { address, server, handle })
}

/// A connection whose peer takes nothing for half a minute is closed, and what was to be sent on it let go.
fn let_go(connection: &dyn Any, _: &mut Extensions) {
    #[cfg(target_os = "linux")]
    if let Some(stream) = connection.downcast_ref::<actix_web::rt::net::TcpStream>()
        && let Err(error) = socket2::SockRef::from(stream).set_tcp_user_timeout(Some(Duration::from_secs(30)))
    {
        tracing::warn!(%error, "a connection may wait for its reader without end");
    }
}

impl Service {
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `stop` is done; then lets what is under way finish.
    ///
    /// # Errors
    /// When the server itself fails.
    pub async fn run_until(self, stop: impl Future<Output = ()>) -> std::io::Result<()> {
        let handle = self.handle;
        let server = tokio::task::spawn_local(self.server);
        stop.await;
        handle.stop(true).await;
        server.await.unwrap_or(Ok(()))
    }
}
