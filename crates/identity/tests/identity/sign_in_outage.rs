//! What holds for those who sign in while the issuer is silent: it takes their connection and does not answer.

use std::sync::Arc;

use ringfence_identity::sign_in::{Asked, AttemptSecret, SignIn, SignInClient, SignInError};
use tokio::task::JoinSet;

use crate::issuer_server::IssuerServer;
use crate::world::{AUDIENCE, MovableClock};

struct Stage {
    server: IssuerServer,
    clock: MovableClock,
    sign_in: SignIn,
}

impl Stage {
    async fn start() -> Arc<Self> {
        let (server, clock) = (IssuerServer::start().await, MovableClock::new());
        let client = SignInClient {
            issuer: server.url.clone(),
            client_id: "web".into(),
            secret: None,
        };
        let sign_in = SignIn::new(vec![client], AUDIENCE, &clock.clock()).unwrap();
        Arc::new(Self {
            server,
            clock,
            sign_in,
        })
    }

    async fn begin(&self) -> Result<(), SignInError> {
        let (asked, attempt) = (Asked::default(), AttemptSecret::generate().unwrap());
        let begun = self.sign_in.begin(&self.server.url, &asked, &attempt);
        begun.await.map(drop)
    }

    fn asked(&self) -> usize {
        self.server.counts().discovery
    }
}

#[tokio::test]
async fn all_who_wait_for_a_silent_issuer_share_one_attempt() {
    let stage = Stage::start().await;
    stage.server.set_up(false);
    let silence = stage.server.fall_silent();
    let mut waiting = JoinSet::new();
    for _ in 0..10 {
        let stage = Arc::clone(&stage);
        waiting.spawn(async move { stage.begin().await });
    }
    stage.server.discovery_asked_for(1).await;
    // The attempt takes longer than the floor.
    stage.clock.advance(5);
    silence.notify_one();
    for outcome in waiting.join_all().await {
        assert_eq!(outcome, Err(SignInError::Unavailable));
    }
    assert_eq!(stage.asked(), 1, "one attempt for all");
    stage.server.set_up(true);
    assert_eq!(stage.begin().await, Err(SignInError::Unavailable));
    assert_eq!(stage.asked(), 1, "not asked again within a second of its end");
    stage.clock.advance(1);
    assert_eq!(stage.begin().await, Ok(()));
}

#[tokio::test]
async fn nobody_waits_for_a_silent_issuer_whose_endpoints_are_known() {
    let stage = Stage::start().await;
    assert_eq!(stage.begin().await, Ok(()));
    let silence = stage.server.fall_silent();
    stage.clock.advance(3600);
    assert_eq!(stage.begin().await, Ok(()));
    // On this one thread the task in the background has not run yet: nobody has waited for it.
    assert_eq!(stage.asked(), 1);
    stage.server.discovery_asked_for(2).await;
    for _ in 0..10 {
        assert_eq!(stage.begin().await, Ok(()));
    }
    assert_eq!(stage.asked(), 2, "one look-up is under way");
    silence.notify_one();
}
