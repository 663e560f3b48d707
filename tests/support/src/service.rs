//! The real service on a free port, its development issuer, and calls to it.

use crate::Installation;
use jiff::{SignedDuration, Timestamp};
use reqwest::redirect::Policy;
use ringfence_api::{ServiceConfig, SessionLimits, SignInConfig, StartError, StepUp};
use ringfence_identity::IssuerConfig;
use ringfence_identity::development::{CLIENT_ID, DevelopmentIssuer, Person, TokenRequest};
use ringfence_identity::sign_in::{CALLBACK_PATH, SignInClient};
use serde_json::Value;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use tokio::sync::oneshot;

/// A service that answers, until it is dropped.
pub struct Running {
    pub address: SocketAddr,
    pub issuer: Arc<DevelopmentIssuer>,
    client: reqwest::Client,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Call {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
    pub body: Value,
}

impl Call {
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    #[must_use]
    pub fn request_id(&self) -> String {
        self.header("x-request-id").unwrap_or_default().to_owned()
    }

    /// # Panics
    /// When the status is another.
    #[allow(clippy::must_use_candidate, clippy::return_self_not_must_use)]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }
}

impl Running {
    /// Starts the service over a database.
    pub async fn over(installation: &Installation) -> Self {
        loop {
            match Self::try_over(installation, |_| {}).await {
                // Another test was faster to take the port that was free.
                Err(StartError::Listen { .. }) => {}
                started => return started.expect("the service starts"),
            }
        }
    }

    /// The same with a changed configuration.
    ///
    /// # Errors
    /// Why the service refused to start.
    pub async fn try_over(installation: &Installation, adjust: impl FnOnce(&mut ServiceConfig)) -> Result<Self, StartError> {
        rustls::crypto::ring::default_provider().install_default().ok();
        // The issuer's address is part of its name, so the port is chosen first.
        let listen = TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("an address");
        let url = format!("http://{listen}/development/issuer");
        let key = std::env::temp_dir().join(format!("ringfence-issuer-{}-{}", std::process::id(), listen.port()));
        let open = || DevelopmentIssuer::open(&key, &url, "ringfence").expect("an issuer");
        let issuer = Arc::new(open());
        let mut config = ServiceConfig {
            listen,
            database: installation.database_config(16),
            issuers: vec![IssuerConfig::new(&url, "ringfence").expect("an issuer")],
            origins: vec!["http://127.0.0.1:5173".into()],
            development: Some(open().with_sign_in(people(), vec![format!("http://{listen}{CALLBACK_PATH}")])),
            sign_in: SignInConfig {
                public_url: format!("http://{listen}"),
                clients: vec![SignInClient { issuer: url.clone(), client_id: CLIENT_ID.into(), secret: None }],
                limits: SessionLimits::default(),
                step_up: StepUp::default(),
            },
            workers: Some(2),
            limits: None,
            proxies: Vec::new(),
            migrations: ringfence_store::migrate::known_migrations(),
        };
        std::fs::remove_file(&key).ok();
        adjust(&mut config);
        let (started, starting) = oneshot::channel();
        let (stop, stopping) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                match ringfence_api::start(config).await {
                    Ok(service) => {
                        started.send(Ok(service.address())).ok();
                        service.run_until(async { stopping.await.unwrap_or(()) }).await.ok();
                    }
                    Err(error) => {
                        started.send(Err(error)).ok();
                    }
                }
            });
        });
        let address = starting.await.expect("the service thread answers")?;
        Ok(Self { address, issuer, client: reqwest::Client::builder().no_proxy().redirect(Policy::none()).build().expect("a client"), stop: Some(stop), thread: Some(thread) })
    }

    /// A bearer token of a subject, good for an hour.
    #[must_use]
    pub fn token(&self, subject: &str) -> String {
        let lifetime = SignedDuration::from_hours(1);
        self.issuer.mint(&TokenRequest { subject, lifetime, scope: "", service: false, now: Timestamp::now() }).expect("a token")
    }

    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Follows no redirection.
    #[must_use]
    pub const fn client(&self) -> &reqwest::Client {
        &self.client
    }

    /// A call with headers and a JSON body.
    pub async fn call(&self, method: &str, path: &str, token: &str, headers: &[(&str, &str)], body: Option<&Value>) -> Call {
        let mut request = self.client.request(method.parse().expect("a method"), self.url(path));
        if !token.is_empty() {
            request = request.bearer_auth(token);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        self.send(request).await
    }

    pub async fn send(&self, request: reqwest::RequestBuilder) -> Call {
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.expect("a body");
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Call { status, headers, text, body }
    }

    pub async fn get(&self, path: &str, token: &str) -> Call {
        self.call("GET", path, token, &[], None).await
    }

    pub async fn post(&self, path: &str, token: &str, body: Value) -> Call {
        self.call("POST", path, token, &[], Some(&body)).await
    }
}

/// Whom the development issuer's page offers: everybody of a world of acme and globex, and people of no tenant.
fn people() -> Vec<Person> {
    let person = |subject: String, email_verified| Person { name: subject.clone(), email: Some(format!("{}@people.example", subject.replace(':', "."))), subject, email_verified };
    let of_tenants = ["acme", "globex"].iter().flat_map(|slug| crate::world::ROLES.iter().map(move |role| person(format!("{slug}:{role}"), true)));
    of_tenants.chain([person("newcomer".into(), true), person("unverified".into(), false)]).collect()
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            stop.send(()).ok();
        }
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}
