//! The development issuer's tokens against the real verifier, and its key file against other hands.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use jiff::{SignedDuration, Timestamp};
use ringfence_identity::development::{DevelopmentIssuer, JWKS_PATH, TokenRequest};
use ringfence_identity::{ActorKind, ConfigError, IssuerConfig, Rejection, Verifier};

use crate::issuer_server::{Answer, IssuerServer, discovery};
use crate::world::{AUDIENCE, MovableClock, START};

/// A folder of its own for each test, gone at its end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::SeqCst);
        let path = std::env::temp_dir().join(format!(
            "ringfence-identity-{}-{number}",
            std::process::id()
        ));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn key(&self) -> PathBuf {
        self.0.join("issuer.pem")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn request(subject: &str) -> TokenRequest<'_> {
    TokenRequest {
        subject,
        lifetime: SignedDuration::from_hours(1),
        scope: "tickets:read",
        service: false,
        now: Timestamp::from_second(START).unwrap(),
    }
}

#[tokio::test]
async fn a_token_minted_by_another_process_with_the_same_key_file_is_verified() {
    let folder = Folder::new();
    let server = IssuerServer::start().await;
    let serving = DevelopmentIssuer::open(&folder.key(), &server.url, AUDIENCE).unwrap();
    let jwks_uri = format!("{}/keys", server.url);
    assert_eq!(
        serving.discovery_document()["jwks_uri"],
        format!("{}{JWKS_PATH}", server.url)
    );
    let mut document = serving.discovery_document();
    document["jwks_uri"] = jwks_uri.into();
    server.answer_discovery_with(Answer::json(&document));
    server.answer_keys_with(Answer::json(&serving.jwks()));

    let clock = MovableClock::new();
    let config = IssuerConfig::new(&server.url, AUDIENCE).unwrap();
    let verifier = Verifier::new(vec![config], clock.clock()).unwrap();
    let minting = DevelopmentIssuer::open(&folder.key(), &server.url, AUDIENCE).unwrap();
    let token = minting.mint(&request("acme-agent")).unwrap();
    let identity = verifier.verify(&token).await.unwrap();
    assert_eq!(identity.subject(), "acme-agent");
    assert_eq!(identity.kind(), ActorKind::User);
    assert_eq!(identity.scopes(), ["tickets:read"]);
    assert_eq!(identity.expires_at().as_second(), START + 3600);
    assert_eq!(identity.authenticated_at().unwrap().as_second(), START);
    assert!(identity.token_id().is_some() && identity.acr().is_some());

    let service = minting
        .mint(&TokenRequest {
            service: true,
            ..request("importer")
        })
        .unwrap();
    assert_eq!(
        verifier.verify(&service).await.unwrap().kind(),
        ActorKind::Service
    );

    let stranger = DevelopmentIssuer::open(&Folder::new().key(), &server.url, AUDIENCE).unwrap();
    let forged = stranger.mint(&request("acme-agent")).unwrap();
    assert_eq!(
        verifier.verify(&forged).await.err(),
        Some(Rejection::UnknownKey)
    );
}

#[test]
fn the_discovery_document_names_all_that_the_format_requires() {
    let folder = Folder::new();
    let issuer = DevelopmentIssuer::open(&folder.key(), "http://127.0.0.1:8080", AUDIENCE).unwrap();
    let ours = issuer.discovery_document();
    for required in discovery("x", "y").as_object().unwrap().keys() {
        assert!(!ours[required].is_null(), "{required}");
    }
}

#[test]
fn the_key_file_is_its_owners_alone_and_stays_the_same() {
    let folder = Folder::new();
    let open = || DevelopmentIssuer::open(&folder.key(), "http://127.0.0.1:8080", AUDIENCE);
    let first = open().unwrap().jwks();
    assert_eq!(
        fs::metadata(folder.key()).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert_eq!(open().unwrap().jwks(), first);
    assert_eq!(
        fs::read_dir(&folder.0).unwrap().count(),
        1,
        "no draft is left"
    );

    fs::set_permissions(folder.key(), fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(
        open(),
        Err(ConfigError::KeyFileOpenToOthers { .. })
    ));
}

#[test]
fn processes_that_start_at_once_end_with_one_key() {
    let folder = Folder::new();
    let path = folder.key();
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let path = path.clone();
            std::thread::spawn(move || {
                DevelopmentIssuer::open(&path, "http://127.0.0.1:8080", AUDIENCE)
                    .unwrap()
                    .jwks()
            })
        })
        .collect();
    let mut keys: Vec<_> = threads
        .into_iter()
        .map(|t| t.join().unwrap().to_string())
        .collect();
    keys.dedup();
    assert_eq!(keys.len(), 1);
}

#[test]
fn a_key_file_that_holds_something_else_is_left_alone() {
    let folder = Folder::new();
    fs::write(folder.key(), "not a key").unwrap();
    fs::set_permissions(folder.key(), fs::Permissions::from_mode(0o600)).unwrap();
    let refused = DevelopmentIssuer::open(&folder.key(), "http://127.0.0.1:8080", AUDIENCE);
    assert!(matches!(
        refused,
        Err(ConfigError::KeyFileUnreadable { .. })
    ));
    assert_eq!(fs::read_to_string(folder.key()).unwrap(), "not a key");
}

#[test]
fn the_development_issuer_is_on_a_loopback_host_or_not_at_all() {
    let folder = Folder::new();
    for issuer in [
        "https://id.example.com",
        "http://0.0.0.0:8080",
        "https://192.168.1.2",
    ] {
        let refused = DevelopmentIssuer::open(&folder.key(), issuer, AUDIENCE);
        assert!(refused.is_err(), "{issuer}");
    }
    assert!(!folder.key().exists());
}

#[test]
fn a_lifetime_that_is_none_is_refused_and_debug_output_holds_no_key() {
    let folder = Folder::new();
    let issuer = DevelopmentIssuer::open(&folder.key(), "http://127.0.0.1:8080", AUDIENCE).unwrap();
    for lifetime in [
        SignedDuration::ZERO,
        SignedDuration::from_secs(-1),
        SignedDuration::MAX,
    ] {
        let refused = issuer.mint(&TokenRequest {
            lifetime,
            ..request("alice")
        });
        assert!(matches!(refused, Err(ConfigError::Lifetime)));
    }
    let pem = fs::read_to_string(folder.key()).unwrap();
    assert!(!format!("{issuer:?}").contains(pem.lines().nth(1).unwrap()));
}
