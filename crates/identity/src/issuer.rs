//! One trusted issuer and its keys: found, cached, refreshed; refuses to ask the issuer more often than it must.

use std::sync::{Arc, PoisonError, RwLock};

use jiff::{SignedDuration, Timestamp};
use openidconnect::core::{CoreJsonWebKey, CoreProviderMetadata};
use openidconnect::{DiscoveryError, HttpRequest, IssuerUrl, JsonWebKeySet, JsonWebKeySetUrl};
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::clock::Clock;
use crate::config::{ConfigError, IssuerConfig};
use crate::fetch::{self, FetchError};
use crate::keys::KeySet;
use crate::rejection::Rejection;

/// Keys older than this are fetched again at their next use, so that a withdrawn key is believed no longer.
const REFRESH_AFTER: SignedDuration = SignedDuration::from_mins(10);
/// How long keys outlive an issuer that does not answer.
const KEEP_FOR: SignedDuration = SignedDuration::from_hours(24);
/// The least time between two fetches, whatever key names callers invent.
const FETCH_FLOOR: SignedDuration = SignedDuration::from_secs(10);
/// The same while there are no keys at all: nobody can sign in until the issuer has answered once.
const FIRST_FETCH_FLOOR: SignedDuration = SignedDuration::from_secs(1);

/// Where the keys are, once discovery has said so. Forgotten after a failed fetch: they may have moved.
type JwksAddress = Option<JsonWebKeySetUrl>;

pub(crate) struct Issuer {
    pub config: IssuerConfig,
    url: IssuerUrl,
    client: reqwest::Client,
    clock: Clock,
    state: RwLock<State>,
    /// Held during a fetch, so that a thousand callers cause one.
    flight: Arc<Mutex<JwksAddress>>,
}

#[derive(Clone, Default)]
struct State {
    keys: Option<Arc<KeySet>>,
    last_attempt: Option<Attempt>,
}

#[derive(Clone, Copy)]
struct Attempt {
    /// When it ended: whoever waited for it finds the floor freshly laid and asks no more.
    at: Timestamp,
    failed: bool,
}

impl State {
    /// The keys, unless they are older than `age`. A clock set back must not make them young for ever: hence abs().
    fn keys_within(&self, age: SignedDuration, now: Timestamp) -> Option<Arc<KeySet>> {
        let keys = self.keys.as_ref()?;
        (now.duration_since(keys.fetched_at).abs() < age).then(|| Arc::clone(keys))
    }

    fn may_fetch(&self, now: Timestamp) -> bool {
        let floor = if self.keys.is_some() {
            FETCH_FLOOR
        } else {
            FIRST_FETCH_FLOOR
        };
        self.last_attempt
            .is_none_or(|last| now.duration_since(last.at).abs() >= floor)
    }

    fn last_failed(&self) -> bool {
        self.last_attempt.is_some_and(|last| last.failed)
    }
}

impl Issuer {
    pub fn new(config: IssuerConfig, clock: Clock) -> Result<Self, ConfigError> {
        let parsed = config.check()?;
        let url =
            IssuerUrl::new(config.issuer.clone()).map_err(|_| ConfigError::NotAnIssuerUrl {
                issuer: config.issuer.clone(),
            })?;
        Ok(Self {
            client: fetch::client(&parsed)?,
            config,
            url,
            clock,
            state: RwLock::default(),
            flight: Arc::default(),
        })
    }

    /// The issuer's keys, at most ten minutes old while it answers and at most a day old while it does not.
    pub async fn keys(self: &Arc<Self>) -> Result<Arc<KeySet>, Rejection> {
        let state = self.state();
        let now = self.clock.now();
        if let Some(keys) = state.keys_within(REFRESH_AFTER, now) {
            return Ok(keys);
        }
        match state.keys_within(KEEP_FOR, now) {
            // During an outage nobody is made to wait for the next failure.
            Some(keys) if state.last_failed() => {
                self.fetch_in_background(&state, now);
                Ok(keys)
            }
            _ => {
                self.fetch().await;
                self.state()
                    .keys_within(KEEP_FOR, self.clock.now())
                    .ok_or(Rejection::IssuerUnavailable)
            }
        }
    }

    /// Keys that include one of this name, asking the issuer again if it is a new one.
    pub async fn keys_naming(self: &Arc<Self>, kid: &str) -> Result<Arc<KeySet>, Rejection> {
        let keys = self.keys().await?;
        if keys.has_key_id(kid) {
            return Ok(keys);
        }
        self.fetch().await;
        let state = self.state();
        match state.keys_within(KEEP_FOR, self.clock.now()) {
            Some(keys) if keys.has_key_id(kid) => Ok(keys),
            // An issuer that answers says the key is none of its own; one that does not leaves the question open.
            Some(_) if !state.last_failed() => Err(Rejection::UnknownKey),
            _ => Err(Rejection::IssuerUnavailable),
        }
    }

    fn state(&self) -> State {
        self.state
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Waits for one attempt: its own, or the one that another caller has under way.
    async fn fetch(self: &Arc<Self>) {
        let flight = Arc::clone(&self.flight).lock_owned().await;
        if self.state().may_fetch(self.clock.now()) {
            // A task of its own: a caller that goes away must not undo what others wait for.
            let issuer = Arc::clone(self);
            let attempt = tokio::spawn(async move { issuer.attempt(flight).await });
            if let Err(error) = attempt.await {
                tracing::error!(issuer = %self.url.as_str(), %error, "fetching the issuer's keys broke off");
            }
        }
    }

    fn fetch_in_background(self: &Arc<Self>, state: &State, now: Timestamp) {
        if !state.may_fetch(now) {
            return;
        }
        if let Ok(flight) = Arc::clone(&self.flight).try_lock_owned() {
            // Read again under the lock: an attempt may have ended since `state` was read.
            if self.state().may_fetch(now) {
                let issuer = Arc::clone(self);
                tokio::spawn(async move { issuer.attempt(flight).await });
            }
        }
    }

    async fn attempt(&self, mut address: OwnedMutexGuard<JwksAddress>) {
        let asked_at = self.clock.now();
        let outcome = self.download(address.take()).await;
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        state.last_attempt = Some(Attempt {
            at: self.clock.now(),
            failed: outcome.is_err(),
        });
        match outcome {
            Ok((found, set)) => {
                *address = Some(found);
                state.keys = Some(Arc::new(KeySet::new(&set, asked_at)));
            }
            Err(error) => {
                tracing::warn!(issuer = %self.url.as_str(), error = %Chain(&error), "cannot fetch the issuer's keys");
            }
        }
    }

    /// The discovery document is asked for once; the library refuses one that names another issuer.
    async fn download(
        &self,
        address: JwksAddress,
    ) -> Result<(JsonWebKeySetUrl, JsonWebKeySet<CoreJsonWebKey>), DiscoveryError<FetchError>> {
        let http = |request: HttpRequest| fetch::send(self.client.clone(), request);
        if let Some(address) = address {
            let set = JsonWebKeySet::fetch_async(&address, &http).await?;
            return Ok((address, set));
        }
        let metadata = CoreProviderMetadata::discover_async(self.url.clone(), &http).await?;
        Ok((metadata.jwks_uri().clone(), metadata.jwks().clone()))
    }
}

/// An error with its sources, for the log alone.
struct Chain<'a>(&'a dyn std::error::Error);

impl std::fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(error) = source {
            write!(f, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}
