//! The binary as a process of its own, to be measured and to be killed, and an issuer that outlives it.

use crate::server::{DATABASE, Server};
use actix_web::{App, HttpServer, web};
use jiff::{SignedDuration, Timestamp};
use ringfence_identity::development::{DISCOVERY_PATH, DevelopmentIssuer, JWKS_PATH, TokenRequest};
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

const AUDIENCE: &str = "ringfence";

/// Serves its documents from this process until that ends.
pub struct Issuer(Arc<DevelopmentIssuer>);

impl Issuer {
    /// # Panics
    /// When no port is free.
    #[must_use]
    pub fn start(folder: &Path) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let issuer = Arc::new(DevelopmentIssuer::open(&folder.join("issuer.pem"), &url, AUDIENCE).expect("an issuer"));
        let data = web::Data::from(Arc::clone(&issuer));
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let app = move || {
                    App::new()
                        .app_data(data.clone())
                        .route(DISCOVERY_PATH, web::get().to(|issuer: web::Data<DevelopmentIssuer>| async move { web::Json(issuer.discovery_document()) }))
                        .route(JWKS_PATH, web::get().to(|issuer: web::Data<DevelopmentIssuer>| async move { web::Json(issuer.jwks()) }))
                };
                HttpServer::new(app).workers(1).disable_signals().listen(listener).expect("listening").run().await.ok();
            });
        });
        Self(issuer)
    }

    #[must_use]
    pub fn url(&self) -> &str {
        self.0.issuer()
    }

    #[must_use]
    pub fn mint(&self, request: &TokenRequest<'_>) -> String {
        self.0.mint(request).expect("a token")
    }

    /// Good for a day.
    #[must_use]
    pub fn token(&self, subject: &str) -> String {
        let lifetime = SignedDuration::from_hours(24);
        self.0.mint(&TokenRequest { subject, lifetime, scope: "", service: false, now: Timestamp::now() }).expect("a token")
    }
}

/// `ringfence serve`; dropped, it is killed.
pub struct Process {
    pub address: SocketAddr,
    child: Child,
}

impl Process {
    /// Starts it over the server's database and waits for its line.
    ///
    /// # Panics
    /// When it does not come up; what it said is in `log`.
    #[must_use]
    pub fn serve(server: &Server, issuer: &Issuer, log: &Path, settings: &[(&str, &str)]) -> Self {
        let errors = std::fs::OpenOptions::new().create(true).append(true).open(log).expect("a log file");
        let mut child = Command::new(binary())
            .arg("serve")
            .env("DATABASE_URL", server.url("ringfence_app", DATABASE))
            .env("RINGFENCE_AUDITOR_URL", server.url("ringfence_auditor", DATABASE))
            .env("RINGFENCE_DISPATCHER_URL", server.url("ringfence_dispatcher", DATABASE))
            .env("RINGFENCE_TOKEN_KEY", server.credentials.token_key.expose())
            .env("RINGFENCE_DATA", server.folder().join("data"))
            .env("RINGFENCE_ISSUERS", format!("{} {AUDIENCE}", issuer.url()))
            .env("RINGFENCE_LISTEN", "127.0.0.1:0")
            .env("RINGFENCE_LIMITS", "off")
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}; build it with 'cargo build -p ringfence'", binary().display()));
        let mut said = String::new();
        for line in BufReader::new(child.stdout.take().expect("piped")).lines() {
            let line = line.expect("a line");
            if let Some(address) = line.rsplit_once("http://").and_then(|(_, address)| address.parse().ok()) {
                return Self { address, child };
            }
            said.push_str(&line);
        }
        child.wait().ok();
        panic!("the service did not start: {said} (see {})", log.display());
    }

    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// As `kill -9` does.
    pub fn kill(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("reaped");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Beside the running program, or one folder up from a test.
fn binary() -> PathBuf {
    if let Some(named) = std::env::var_os("RINGFENCE_BINARY") {
        return named.into();
    }
    let this = std::env::current_exe().expect("this program's path");
    let folder = this.parent().expect("a folder");
    let folder = if folder.ends_with("deps") { folder.parent().expect("a folder") } else { folder };
    folder.join("ringfence")
}
