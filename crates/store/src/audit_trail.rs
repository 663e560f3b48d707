//! The trail's own connection: events of reads, lists, denials and sign-ins are durable before their response leaves.

use crate::StoreError;
use crate::login::with_options;
use ringfence_audit::Event;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio_postgres::{Client, Config, NoTls};

/// Events waiting for the writer; past that a request is told 503 instead of waiting for ever.
const WAITING: usize = 10_000;
/// Events of one INSERT, so that a batch stays a few milliseconds.
const BATCH: usize = 500;
/// How long a request waits for its event.
const PATIENCE: Duration = Duration::from_secs(5);
/// Events that the mover carries at once.
const MOVE: i32 = 5_000;
const INSERT: crate::Sql = crate::sql!("audit/insert.sql");
const MOVED: crate::Sql = crate::sql!("audit/move.sql");

struct Waiting {
    events: Vec<Event>,
    durable: oneshot::Sender<()>,
}

/// Where requests hand in their events. Cheap to clone.
#[derive(Clone)]
pub struct AuditTrail {
    inbox: mpsc::Sender<Waiting>,
    mover: mpsc::Sender<oneshot::Sender<()>>,
}

impl AuditTrail {
    /// Starts the writer and the mover on connections of their own, which are made anew whenever they break.
    #[must_use]
    pub fn start(auditor: &Config) -> Self {
        let mut auditor = with_options(auditor, "-c statement_timeout=30s -c idle_in_transaction_session_timeout=15s -c default_transaction_read_only=off");
        auditor.connect_timeout(Duration::from_secs(3));
        let (inbox, waiting) = mpsc::channel(WAITING);
        let (mover, nudges) = mpsc::channel(64);
        tokio::spawn(write(auditor.clone(), waiting));
        tokio::spawn(move_on(auditor, nudges));
        Self { inbox, mover }
    }

    /// Returns once the events are durable.
    ///
    /// # Errors
    /// When they could not be made so in time; the response must then not leave.
    pub async fn record(&self, events: Vec<Event>) -> Result<(), StoreError> {
        const FULL: StoreError = StoreError::Unavailable { reason: "the audit trail takes no more events" };
        let (durable, done) = oneshot::channel();
        self.inbox.try_send(Waiting { events, durable }).map_err(|_| FULL)?;
        match tokio::time::timeout(PATIENCE, done).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(StoreError::Unavailable { reason: "the audit trail is not available" }),
        }
    }

    /// Carries what has been recorded so far to its tenants, so that who reads the trail reads their own writes.
    ///
    /// # Errors
    /// When the mover did not get to it in time.
    pub async fn catch_up(&self) -> Result<(), StoreError> {
        const BEHIND: StoreError = StoreError::Unavailable { reason: "the audit mover is not available" };
        let (done, moved) = oneshot::channel();
        // Of one patience: while the mover is stuck, nobody waits longer for a place in its queue than in it.
        let carried = async {
            self.mover.send(done).await.map_err(|_| BEHIND)?;
            moved.await.map_err(|_| BEHIND)
        };
        tokio::time::timeout(PATIENCE, carried).await.unwrap_or(Err(BEHIND))
    }
}

/// Group commit: what came while one batch was being written is the next batch.
async fn write(auditor: Config, mut waiting: mpsc::Receiver<Waiting>) {
    let mut client = None;
    let mut batch = Vec::new();
    while waiting.recv_many(&mut batch, BATCH).await > 0 {
        let events: Vec<&Event> = batch.iter().flat_map(|w: &Waiting| &w.events).collect();
        let written = match connected(&auditor, &mut client).await {
            Ok(session) => insert(session, &events).await,
            Err(error) => Err(error),
        };
        metrics::histogram!("ringfence_audit_batch_events").record(f64::from(u32::try_from(events.len()).unwrap_or(u32::MAX)));
        match written {
            Ok(()) => {
                for done in batch.drain(..) {
                    // Whoever waited may have gone.
                    let _ = done.durable.send(());
                }
            }
            Err(error) => {
                tracing::error!(error = %StoreError::from(error), events = events.len(), "audit events could not be written");
                client = None;
                batch.clear();
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// Carries events on once a second, and at once when somebody waits.
async fn move_on(auditor: Config, mut nudges: mpsc::Receiver<oneshot::Sender<()>>) {
    let mut client = None;
    let mut waiting = Vec::new();
    loop {
        if let Ok(0) = tokio::time::timeout(Duration::from_secs(1), nudges.recv_many(&mut waiting, 64)).await {
            return;
        }
        let moved = async {
            let session = connected(&auditor, &mut client).await?;
            loop {
                let row = session.client.query_one(&session.moved, &[&MOVE]).await?;
                if row.try_get::<_, i32>(0)? < MOVE {
                    return Ok::<_, tokio_postgres::Error>(());
                }
            }
        };
        match moved.await {
            Ok(()) => {
                for done in waiting.drain(..) {
                    let _ = done.send(());
                }
            }
            Err(error) => {
                tracing::error!(error = %StoreError::from(error), "audit events could not be moved");
                client = None;
                waiting.clear();
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

struct Session {
    client: Client,
    insert: tokio_postgres::Statement,
    moved: tokio_postgres::Statement,
}

async fn connected<'a>(auditor: &Config, session: &'a mut Option<Session>) -> Result<&'a Session, tokio_postgres::Error> {
    if session.as_ref().is_none_or(|s| s.client.is_closed()) {
        let (client, connection) = auditor.connect(NoTls).await?;
        tokio::spawn(connection);
        let insert = client.prepare(INSERT.text()).await?;
        let moved = client.prepare(MOVED.text()).await?;
        *session = Some(Session { client, insert, moved });
    }
    match session {
        Some(session) => Ok(session),
        None => unreachable!("made above"),
    }
}

async fn insert(session: &Session, events: &[&Event]) -> Result<(), tokio_postgres::Error> {
    fn column<T>(events: &[&Event], of: impl Fn(&Event) -> T) -> Vec<T> {
        events.iter().map(|event| of(event)).collect()
    }
    session
        .client
        .execute(
            &session.insert,
            &[
                &column(events, |e| e.tenant_id.map(|id| id.0)),
                &column(events, |e| e.request_id.0),
                &column(events, |e| e.action.as_str()),
                &column(events, |e| e.decision.as_str()),
                &column(events, |e| e.rule),
                &column(events, |e| e.who.member_id.map(|id| id.0)),
                &column(events, |e| e.who.identity_id.map(|id| id.0)),
                &column(events, |e| if e.who.kind.is_empty() { "nobody" } else { e.who.kind }),
                &column(events, |e| e.who.on_behalf_of.map(|id| id.0)),
                &column(events, |e| e.who.session_id.clone()),
                &column(events, |e| e.who.authentication),
                &column(events, |e| e.object.kind),
                &column(events, |e| e.object.id),
                &column(events, |e| e.object.version),
                &column(events, |e| e.details.clone()),
            ],
        )
        .await
        .map(drop)
}
