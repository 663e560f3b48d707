//! `ringfence serve`: the service on a database that `migrate` prepared. It has no administrator's login and no issuer of its own.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use jiff::SignedDuration;
use ringfence_api::{IpNet, LimitPolicy, ServiceConfig, SessionLimits, SignInConfig, StepUp};
use ringfence_identity::IssuerConfig;
use ringfence_identity::development::{CLIENT_ID, DevelopmentIssuer};
use ringfence_identity::sign_in::SignInClient;
use ringfence_store::migrate::known_migrations;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::connections::{Connections, Login, at_least_one};
use crate::failure::Failure;
use crate::{logs, output, settings};

pub async fn serve() -> Result<ExitCode, Failure> {
    logs::start();
    let mut stop = StopSignals::catch()?;
    let issuers = issuers()?;
    if issuers.is_empty() {
        return Err(settings::ISSUERS.missing("not set, and without an issuer nobody can sign in"));
    }
    if settings::DATABASE_URL.text()?.is_none() {
        return Err(settings::DATABASE_URL.missing("not set"));
    }
    let connections = Connections::find()?;
    let config = service(&connections, listen()?, issuers, None)?;
    connections.reachable(Login::App).await?;
    let service = ringfence_api::start(config).await?;
    output::line(&format!("ringfence is ready on http://{}", service.address()))?;
    service.run_until(stop.wait()).await.map_err(Failure::Service)?;
    Ok(ExitCode::SUCCESS)
}

pub fn listen() -> Result<SocketAddr, Failure> {
    let parsed = settings::LISTEN.parsed_by(|text| text.parse().map_err(|_| "not an address and a port".to_owned()))?;
    Ok(parsed.unwrap_or_else(|| (Ipv4Addr::LOCALHOST, 8080).into()))
}

pub fn issuers() -> Result<Vec<IssuerConfig>, Failure> {
    let parse = |text: &str| -> Result<Vec<IssuerConfig>, String> {
        let pairs = text.split(';').filter(|pair| !pair.trim().is_empty());
        pairs.map(|pair| pair.parse().map_err(|error: ringfence_identity::ConfigError| error.to_string())).collect()
    };
    Ok(settings::ISSUERS.parsed_by(parse)?.unwrap_or_default())
}

/// Where browsers find the service.
pub fn public_url(listen: SocketAddr) -> Result<String, Failure> {
    Ok(settings::PUBLIC_URL.text()?.map_or_else(|| format!("http://{listen}"), |url| url.trim().trim_end_matches('/').to_owned()))
}

/// Minutes: no session outlasts a year.
const LONGEST: i64 = 365 * 24 * 60;

/// Who signs people in, and how long that lasts.
fn sign_in(listen: SocketAddr, development: Option<&DevelopmentIssuer>) -> Result<SignInConfig, Failure> {
    let parse = |text: &str| -> Result<Vec<SignInClient>, String> {
        let entries = text.split(';').filter(|entry| !entry.trim().is_empty());
        entries.map(|entry| entry.parse().map_err(|error: ringfence_identity::ConfigError| error.to_string())).collect()
    };
    let mut clients = settings::SIGN_IN.parsed_by(parse)?.unwrap_or_default();
    clients.extend(development.map(|issuer| SignInClient { issuer: issuer.issuer().to_owned(), client_id: CLIENT_ID.to_owned(), secret: None }));
    let usual = SessionLimits::default();
    let minutes = |setting: &settings::Setting, usual: SignedDuration| -> Result<SignedDuration, Failure> {
        let minutes = setting.parsed_by(at_least_one)?.map(|minutes| SignedDuration::from_mins(i64::try_from(minutes).unwrap_or(LONGEST).min(LONGEST)));
        Ok(minutes.unwrap_or(usual))
    };
    let limits = SessionLimits {
        idle: minutes(&settings::SESSION_IDLE, usual.idle)?,
        absolute: minutes(&settings::SESSION_LIFETIME, usual.absolute)?,
    };
    let step_up = StepUp {
        max_age: minutes(&settings::STEP_UP, StepUp::default().max_age)?,
        acr_values: settings::STEP_UP_ACR.parsed_by(acr_values)?.unwrap_or_default(),
    };
    Ok(SignInConfig { public_url: public_url(listen)?, clients, limits, step_up })
}

/// Words as they stand in a challenge (RFC 9470), which quotes them.
fn acr_values(text: &str) -> Result<Vec<String>, String> {
    let words = text.split_whitespace();
    let word = |word: &str| if word.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\')) { Ok(word.to_owned()) } else { Err(format!("'{word}' is no authentication context")) };
    words.map(word).collect()
}

/// The service's configuration, the same for `serve` and `run`.
pub fn service(connections: &Connections, listen: SocketAddr, mut issuers: Vec<IssuerConfig>, development: Option<DevelopmentIssuer>) -> Result<ServiceConfig, Failure> {
    if let Some(issuer) = &development {
        issuers.push(IssuerConfig::new(issuer.issuer(), issuer.audience())?);
    }
    let sign_in = sign_in(listen, development.as_ref())?;
    let origins = settings::ORIGINS.text()?.unwrap_or_default();
    Ok(ServiceConfig {
        listen,
        database: connections.database()?,
        issuers,
        origins: origins.split([',', ' ']).map(str::trim).filter(|origin| !origin.is_empty()).map(str::to_owned).collect(),
        development,
        sign_in,
        workers: settings::WORKERS.parsed_by(at_least_one)?,
        limits: settings::LIMITS.parsed_by(limits)?.unwrap_or_else(|| Some(LimitPolicy::default())),
        proxies: settings::TRUSTED_PROXIES.parsed_by(proxies)?.unwrap_or_default(),
        migrations: known_migrations(),
    })
}

fn limits(text: &str) -> Result<Option<LimitPolicy>, String> {
    if text == "off" { Ok(None) } else { text.parse().map(Some) }
}

/// Networks, or single addresses.
fn proxies(text: &str) -> Result<Vec<IpNet>, String> {
    let named = text.split(',').map(str::trim).filter(|proxy| !proxy.is_empty());
    let parse = |proxy: &str| proxy.parse().or_else(|_| proxy.parse().map(|address: IpAddr| address.into())).map_err(|_| format!("'{proxy}' is neither an address nor a network"));
    named.map(parse).collect()
}

/// Ctrl-C and the polite request to end; caught from the start on, so that neither finds work half undone.
pub struct StopSignals {
    interrupt: Signal,
    terminate: Signal,
}

impl StopSignals {
    pub fn catch() -> Result<Self, Failure> {
        let caught = |kind| signal(kind).map_err(Failure::Service);
        Ok(Self { interrupt: caught(SignalKind::interrupt())?, terminate: caught(SignalKind::terminate())? })
    }

    pub async fn wait(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    /// Whether one came already, without waiting for it.
    pub async fn came(&mut self) -> bool {
        tokio::select! {
            biased;
            () = self.wait() => true,
            () = std::future::ready(()) => false,
        }
    }
}
