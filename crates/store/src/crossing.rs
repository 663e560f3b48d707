//! Carries what one tenant sends another: taken up in the one, delivered in the other, noted in the first, each in a transaction
//! of its own. What may go, and whether a letter is genuine, the database decides; this only carries letters it cannot write.

use crate::StoreError;
use crate::login::{answered, with_options};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_postgres::{Client, Config, NoTls, Statement};

/// Looked at anyway, for what another service left behind.
const EVERY: Duration = Duration::from_secs(1);
/// Past the limits of each statement.
const ANSWER: Duration = Duration::from_secs(20);
const TAKE: crate::Sql = crate::sql!("dispatcher/take.sql");
const DELIVER: crate::Sql = crate::sql!("dispatcher/deliver.sql");
const COMPLETE: crate::Sql = crate::sql!("dispatcher/complete.sql");

/// The carrier, as requests know it. Cheap to clone; it stops once the last one is gone.
#[derive(Clone)]
pub struct Crossing {
    nudges: mpsc::Sender<()>,
}

impl Crossing {
    /// Starts the carrier on a connection of its own, made anew whenever it breaks.
    #[must_use]
    pub fn start(dispatcher: &Config) -> Self {
        let mut dispatcher = with_options(
            dispatcher,
            "-c statement_timeout=10s -c lock_timeout=500ms -c idle_in_transaction_session_timeout=15s -c default_transaction_read_only=off",
        );
        dispatcher.connect_timeout(Duration::from_secs(3));
        let (nudges, nudged) = mpsc::channel(1);
        tokio::spawn(carry(dispatcher, nudged));
        Self { nudges }
    }

    /// There is something to carry. It is carried anyway; this only spares it the wait.
    pub fn nudge(&self) {
        // One waiting nudge is as good as two.
        let _ = self.nudges.try_send(());
    }
}

struct Session {
    client: Client,
    take: Statement,
    deliver: Statement,
    complete: Statement,
}

async fn carry(dispatcher: Config, mut nudged: mpsc::Receiver<()>) {
    let mut session = None;
    loop {
        if let Ok(None) = tokio::time::timeout(EVERY, nudged.recv()).await {
            return;
        }
        if let Err(error) = carry_all(&dispatcher, &mut session).await {
            tracing::error!(%error, "what crosses between tenants could not be carried");
            session = None;
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// Until nothing is due. A letter that fails is taken up again later and holds up nothing else.
async fn carry_all(dispatcher: &Config, session: &mut Option<Session>) -> Result<(), StoreError> {
    if session.as_ref().is_none_or(|s| s.client.is_closed()) {
        *session = Some(answered(ANSWER, connect(dispatcher)).await??);
    }
    let Some(session) = session else { return Ok(()) };
    while let Some(letter) = answered(ANSWER, session.client.query_one(&session.take, &[])).await??.try_get::<_, Option<String>>(0)? {
        if letter.is_empty() {
            continue;
        }
        match answered(ANSWER, carry_one(session, &letter)).await? {
            Ok(()) => {}
            Err(error) if session.client.is_closed() => return Err(error.into()),
            Err(error) => tracing::warn!(error = %StoreError::from(error), "a letter could not be carried; it is taken up again"),
        }
    }
    Ok(())
}

async fn carry_one(session: &Session, letter: &str) -> Result<(), tokio_postgres::Error> {
    let receipt: Option<String> = session.client.query_one(&session.deliver, &[&letter]).await?.try_get(0)?;
    if let Some(receipt) = receipt {
        session.client.query_one(&session.complete, &[&receipt]).await?;
    }
    Ok(())
}

async fn connect(dispatcher: &Config) -> Result<Session, tokio_postgres::Error> {
    let (client, connection) = dispatcher.connect(NoTls).await?;
    tokio::spawn(connection);
    let take = client.prepare(TAKE.text()).await?;
    let deliver = client.prepare(DELIVER.text()).await?;
    let complete = client.prepare(COMPLETE.text()).await?;
    Ok(Session { client, take, deliver, complete })
}
