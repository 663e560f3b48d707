//! One issuer by which people sign in: its endpoints, found and cached; refuses endpoints that are neither https nor on this
//! machine, and asks an issuer that fails no more than once a second.

use super::attempt::AttemptSecret;
use super::client::SignInClient;
use super::{Asked, SignInError};
use crate::clock::Clock;
use crate::config::{ConfigError, IssuerConfig, is_loopback};
use crate::fetch;
use crate::issuer::Issuer;
use jiff::{SignedDuration, Timestamp};
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthenticationFlow, CoreClaimName, CoreClaimType, CoreClient,
    CoreClientAuthMethod, CoreGrantType, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::url::Url;
use openidconnect::{
    AdditionalProviderMetadata, AuthType, AuthUrl, AuthenticationContextClass, AuthorizationCode,
    ClientId, ClientSecret, CsrfToken, HttpRequest, IssuerUrl, JsonWebKeySet, Nonce,
    OAuth2TokenResponse, PkceCodeChallenge, ProviderMetadata, RedirectUrl, RequestTokenError,
    Scope, TokenResponse, TokenUrl,
};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::{Mutex, OwnedMutexGuard};

/// Endpoints older than this are looked up again; kept while the issuer does not answer.
const REFRESH_AFTER: SignedDuration = SignedDuration::from_mins(60);
/// The least time between two look-ups while there are no endpoints at all.
const FETCH_FLOOR: SignedDuration = SignedDuration::from_secs(1);

/// What the library does not read of an issuer's metadata.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Extra {
    end_session_endpoint: Option<Url>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for Extra {}

type Metadata = ProviderMetadata<
    Extra,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

struct Endpoints {
    authorization: AuthUrl,
    token: TokenUrl,
    end_session: Option<Url>,
    names_itself: bool,
    takes_basic: bool,
}

#[derive(Clone, Default)]
struct Found {
    endpoints: Option<Arc<Endpoints>>,
    /// When the last look-up ended: whoever waited for it finds the floor freshly laid and asks no more.
    looked_up_at: Option<Timestamp>,
}

impl Found {
    fn is_due(&self, now: Timestamp) -> bool {
        let age = if self.endpoints.is_some() {
            REFRESH_AFTER
        } else {
            FETCH_FLOOR
        };
        self.looked_up_at
            .is_none_or(|at| now.duration_since(at).abs() >= age)
    }
}

pub(super) struct Provider {
    client: SignInClient,
    url: IssuerUrl,
    http: reqwest::Client,
    clock: Clock,
    found: RwLock<Found>,
    /// Held during a look-up, so that a thousand browsers cause one.
    flight: Arc<Mutex<()>>,
    pub(super) keys: Arc<Issuer>,
}

/// What came of a code.
pub(super) struct Tokens {
    pub access_token: String,
    pub id_token: String,
}

impl Provider {
    pub fn new(client: SignInClient, clock: Clock) -> Result<Self, ConfigError> {
        let config = IssuerConfig::new(client.issuer.clone(), client.client_id.clone())?;
        let parsed = config.check()?;
        let url =
            IssuerUrl::new(client.issuer.clone()).map_err(|_| ConfigError::NotAnIssuerUrl {
                issuer: client.issuer.clone(),
            })?;
        Ok(Self {
            http: fetch::client(&parsed)?,
            keys: Arc::new(Issuer::new(config, clock.clone())?),
            client,
            url,
            clock,
            found: RwLock::default(),
            flight: Arc::default(),
        })
    }

    pub fn issuer(&self) -> &str {
        &self.client.issuer
    }

    pub fn client_id(&self) -> &str {
        &self.client.client_id
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub async fn authorization_url(
        self: &Arc<Self>,
        redirect: &RedirectUrl,
        asked: &Asked,
        attempt: &AttemptSecret,
    ) -> Result<Url, SignInError> {
        let endpoints = self.endpoints().await?;
        let client = self.oidc(&endpoints).set_redirect_uri(redirect.clone());
        let (state, nonce) = (attempt.state(), attempt.nonce());
        let mut request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(state),
                move || Nonce::new(nonce),
            )
            .add_scope(Scope::new("email".to_owned()))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(
                &attempt.code_verifier(),
            ));
        if let Some(age) = asked.max_age {
            request = request.set_max_age(age.unsigned_abs());
        }
        if let Some(acr) = &asked.acr {
            request = request.add_auth_context_value(AuthenticationContextClass::new(acr.clone()));
        }
        Ok(request.url().0)
    }

    /// Whether the issuer says that it names itself in its answers (RFC 9207).
    pub async fn names_itself(self: &Arc<Self>) -> Result<bool, SignInError> {
        Ok(self.endpoints().await?.names_itself)
    }

    pub async fn check_who_answers(self: &Arc<Self>, iss: Option<&str>) -> Result<(), SignInError> {
        match iss {
            Some(named) if named == self.client.issuer => Ok(()),
            Some(_) => Err(SignInError::IssuerMixedUp),
            None if self.names_itself().await? => Err(SignInError::IssuerUnnamed),
            None => Ok(()),
        }
    }

    pub async fn exchange(
        self: &Arc<Self>,
        redirect: &RedirectUrl,
        code: &str,
        attempt: &AttemptSecret,
    ) -> Result<Tokens, SignInError> {
        let endpoints = self.endpoints().await?;
        let client = self.oidc(&endpoints).set_redirect_uri(redirect.clone());
        let http = |request: HttpRequest| fetch::send(self.http.clone(), request);
        let answer = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .set_pkce_verifier(attempt.code_verifier())
            .request_async(&http)
            .await
            .map_err(|error| self.refused(&error))?;
        let id_token = answer.id_token().ok_or(SignInError::NoIdToken)?;
        Ok(Tokens {
            access_token: answer.access_token().secret().clone(),
            // The library keeps what was signed as it came.
            id_token: id_token.to_string(),
        })
    }

    pub async fn end_session_url(self: &Arc<Self>, hint: Option<&str>, return_to: &str) -> Option<Url> {
        let mut url = self.endpoints().await.ok()?.end_session.clone()?;
        {
            let mut query = url.query_pairs_mut();
            if let Some(hint) = hint {
                query.append_pair("id_token_hint", hint);
            }
            query
                .append_pair("client_id", &self.client.client_id)
                .append_pair("post_logout_redirect_uri", return_to);
        }
        Some(url)
    }

    fn refused<E>(
        &self,
        error: &RequestTokenError<fetch::FetchError, E>,
    ) -> SignInError
    where
        E: openidconnect::ErrorResponse + 'static,
    {
        match error {
            RequestTokenError::ServerResponse(_) => SignInError::CodeRefused,
            RequestTokenError::Request(_) => SignInError::Unavailable,
            RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
                // Neither the answer nor the reason may repeat a token: the log says where it happened alone.
                tracing::warn!(issuer = self.issuer(), "the issuer's answer to a code cannot be read");
                SignInError::NoIdToken
            }
        }
    }

    /// Nobody waits for endpoints that are known.
    async fn endpoints(self: &Arc<Self>) -> Result<Arc<Endpoints>, SignInError> {
        if let Some(endpoints) = self.found().endpoints {
            self.look_up_in_background();
            return Ok(endpoints);
        }
        self.look_up().await;
        self.found().endpoints.ok_or(SignInError::Unavailable)
    }

    fn found(&self) -> Found {
        self.found
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn is_due(&self) -> bool {
        self.found().is_due(self.clock.now())
    }

    /// Waits for one look-up: its own, or the one that another caller has under way.
    async fn look_up(self: &Arc<Self>) {
        let flight = Arc::clone(&self.flight).lock_owned().await;
        if self.is_due() {
            // A task of its own: a caller that goes away must not undo what others wait for.
            let provider = Arc::clone(self);
            let attempt = tokio::spawn(async move { provider.attempt(flight).await });
            if let Err(error) = attempt.await {
                tracing::error!(issuer = self.issuer(), %error, "looking up the issuer's endpoints broke off");
            }
        }
    }

    fn look_up_in_background(self: &Arc<Self>) {
        if !self.is_due() {
            return;
        }
        if let Ok(flight) = Arc::clone(&self.flight).try_lock_owned() {
            // Read again under the lock: a look-up may have ended since.
            if self.is_due() {
                let provider = Arc::clone(self);
                tokio::spawn(async move { provider.attempt(flight).await });
            }
        }
    }

    async fn attempt(&self, _flight: OwnedMutexGuard<()>) {
        let outcome = self.discover().await;
        let mut found = self.found.write().unwrap_or_else(PoisonError::into_inner);
        found.looked_up_at = Some(self.clock.now());
        match outcome {
            Ok(endpoints) => found.endpoints = Some(Arc::new(endpoints)),
            Err(reason) => {
                tracing::warn!(issuer = self.issuer(), reason, "cannot look up the issuer's endpoints");
            }
        }
    }

    async fn discover(&self) -> Result<Endpoints, String> {
        let http = |request: HttpRequest| fetch::send(self.http.clone(), request);
        let metadata = Metadata::discover_async(self.url.clone(), &http)
            .await
            .map_err(|error| error.to_string())?;
        let extra = metadata.additional_metadata();
        let token = metadata
            .token_endpoint()
            .ok_or("it has no token endpoint")?
            .clone();
        let authorization = metadata.authorization_endpoint().clone();
        for url in [Some(authorization.url()), Some(token.url()), extra.end_session_endpoint.as_ref()]
            .into_iter()
            .flatten()
        {
            if url.scheme() != "https" && !is_loopback(url) {
                return Err("an endpoint is neither https nor on this machine".to_owned());
            }
        }
        Ok(Endpoints {
            authorization,
            token,
            end_session: extra.end_session_endpoint.clone(),
            names_itself: extra.authorization_response_iss_parameter_supported,
            // OpenID Connect Discovery: where nothing is said, client_secret_basic.
            takes_basic: metadata
                .token_endpoint_auth_methods_supported()
                .is_none_or(|methods| methods.contains(&CoreClientAuthMethod::ClientSecretBasic)),
        })
    }

    fn oidc(&self, endpoints: &Endpoints) -> Oidc {
        let client = CoreClient::new(
            ClientId::new(self.client.client_id.clone()),
            self.url.clone(),
            // Signatures are verified against the keys that the verifier of access tokens would use.
            JsonWebKeySet::new(Vec::new()),
        )
        .set_auth_uri(endpoints.authorization.clone())
        .set_token_uri(endpoints.token.clone())
        .set_auth_type(if endpoints.takes_basic {
            AuthType::BasicAuth
        } else {
            AuthType::RequestBody
        });
        match &self.client.secret {
            Some(secret) => {
                client.set_client_secret(ClientSecret::new(secret.expose_secret().to_owned()))
            }
            None => client,
        }
    }
}

type Oidc = CoreClient<
    openidconnect::EndpointSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointSet,
    openidconnect::EndpointNotSet,
>;
