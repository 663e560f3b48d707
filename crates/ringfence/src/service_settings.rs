//! What the environment says about the service: read whole and found sound before anything is started. It asks no database.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use jiff::SignedDuration;
use ringfence_api::{IpNet, LimitPolicy, ServiceConfig, SessionLimits, SignInConfig, StepUp};
use ringfence_identity::development::{CLIENT_ID, DevelopmentIssuer};
use ringfence_identity::sign_in::{SignIn, SignInClient};
use ringfence_identity::{Clock, ConfigError, IssuerConfig, Verifier, is_origin};
use ringfence_store::migrate::known_migrations;

use crate::connections::{Connections, at_least_one};
use crate::failure::Failure;
use crate::settings::{self, Setting};

/// Minutes: no session outlasts a year.
const LONGEST: i64 = 365 * 24 * 60;

pub struct ServiceSettings {
    pub listen: SocketAddr,
    pub issuers: Vec<IssuerConfig>,
    /// Where browsers find the service.
    pub public_url: String,
    sign_in: Vec<SignInClient>,
    session: SessionLimits,
    step_up: StepUp,
    origins: Vec<String>,
    workers: Option<usize>,
    limits: Option<LimitPolicy>,
    proxies: Vec<IpNet>,
}

impl ServiceSettings {
    /// For a service that listens there.
    pub fn read(listen: SocketAddr) -> Result<Self, Failure> {
        let usual = SessionLimits::default();
        Ok(Self {
            listen,
            issuers: settings::ISSUERS.parsed_by(issuers)?.unwrap_or_default(),
            public_url: public_url(listen)?,
            sign_in: settings::SIGN_IN.parsed_by(clients)?.unwrap_or_default(),
            session: SessionLimits {
                idle: minutes(&settings::SESSION_IDLE, usual.idle)?,
                absolute: minutes(&settings::SESSION_LIFETIME, usual.absolute)?,
            },
            step_up: StepUp {
                max_age: minutes(&settings::STEP_UP, StepUp::default().max_age)?,
                acr_values: settings::STEP_UP_ACR.parsed_by(acr_values)?.unwrap_or_default(),
            },
            origins: settings::ORIGINS.parsed_by(origins)?.unwrap_or_default(),
            workers: settings::WORKERS.parsed_by(at_least_one)?,
            limits: settings::LIMITS.parsed_by(limits)?.unwrap_or_else(|| Some(LimitPolicy::default())),
            proxies: settings::TRUSTED_PROXIES.parsed_by(proxies)?.unwrap_or_default(),
        })
    }

    /// The service's configuration, the same for `serve` and `run`.
    pub fn config(self, connections: &Connections, development: Option<DevelopmentIssuer>) -> Result<ServiceConfig, Failure> {
        let Self { listen, mut issuers, public_url, sign_in: mut clients, session, step_up, origins, workers, limits, proxies } = self;
        if let Some(issuer) = &development {
            issuers.push(IssuerConfig::new(issuer.issuer(), issuer.audience())?);
            clients.push(SignInClient { issuer: issuer.issuer().to_owned(), client_id: CLIENT_ID.to_owned(), secret: None });
        }
        Ok(ServiceConfig {
            listen,
            database: connections.database()?,
            issuers,
            origins,
            development,
            sign_in: SignInConfig { public_url, clients, limits: session, step_up },
            workers,
            limits,
            proxies,
            migrations: known_migrations(),
        })
    }
}

pub fn listen() -> Result<SocketAddr, Failure> {
    let parsed = settings::LISTEN.parsed_by(|text| text.parse().map_err(|_| "not an address and a port".to_owned()))?;
    Ok(parsed.unwrap_or_else(|| (Ipv4Addr::LOCALHOST, 8080).into()))
}

fn entries<T: std::str::FromStr<Err = ConfigError>>(text: &str) -> Result<Vec<T>, String> {
    let entries = text.split(';').filter(|entry| !entry.trim().is_empty());
    entries.map(|entry| entry.parse().map_err(|error: ConfigError| error.to_string())).collect()
}

fn issuers(text: &str) -> Result<Vec<IssuerConfig>, String> {
    let issuers: Vec<IssuerConfig> = entries(text)?;
    if !issuers.is_empty() {
        Verifier::new(issuers.clone(), Clock::system()).map_err(|error| error.to_string())?;
    }
    Ok(issuers)
}

fn clients(text: &str) -> Result<Vec<SignInClient>, String> {
    let clients: Vec<SignInClient> = entries(text)?;
    SignIn::new(clients.clone(), "http://localhost", &Clock::system()).map_err(|error| error.to_string())?;
    Ok(clients)
}

/// Where the service listens on every address, no browser finds it by that.
fn public_url(listen: SocketAddr) -> Result<String, Failure> {
    let parse = |text: &str| {
        let url = text.trim_end_matches('/');
        SignIn::new(Vec::new(), url, &Clock::system()).map(|_| url.to_owned()).map_err(|error| error.to_string())
    };
    match settings::PUBLIC_URL.parsed_by(parse)? {
        Some(url) => Ok(url),
        None if listen.ip().is_loopback() => Ok(format!("http://{listen}")),
        None => Err(settings::PUBLIC_URL.missing(format!("not set, and it must be where RINGFENCE_LISTEN is no loopback address: by {listen} no browser finds the service"))),
    }
}

fn minutes(setting: &Setting, usual: SignedDuration) -> Result<SignedDuration, Failure> {
    let minutes = setting.parsed_by(at_least_one)?.map(|minutes| SignedDuration::from_mins(i64::try_from(minutes).unwrap_or(LONGEST).min(LONGEST)));
    Ok(minutes.unwrap_or(usual))
}

/// Words as they stand in a challenge (RFC 9470), which quotes them.
fn acr_values(text: &str) -> Result<Vec<String>, String> {
    let words = text.split_whitespace();
    let word = |word: &str| if word.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\')) { Ok(word.to_owned()) } else { Err(format!("'{word}' is no authentication context")) };
    words.map(word).collect()
}

/// Each as a browser writes it, since it is compared byte by byte.
fn origins(text: &str) -> Result<Vec<String>, String> {
    let named = text.split([',', ' ']).map(str::trim).filter(|origin| !origin.is_empty());
    let parse = |origin: &str| if is_origin(origin) { Ok(origin.to_owned()) } else { Err(format!("'{origin}' is not an origin as browsers write it: scheme, host and, where it is not the scheme's own, port")) };
    named.map(parse).collect()
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
