//! The trail's own connection: events of reads, lists, denials and sign-ins are durable before their response leaves.

use crate::StoreError;
use crate::login::{answered, with_options};
use ringfence_audit::Event;
use ringfence_domain::TenantId;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot};
use tokio_postgres::{Client, Config, NoTls};
use uuid::Uuid;

/// Events waiting for the writer; past that a request is told 503 instead of waiting for ever.
const WAITING: usize = 10_000;
/// Events of one INSERT, so that a batch stays a few milliseconds.
const BATCH: usize = 500;
/// The metric of how many there were.
pub const BATCH_EVENTS: &str = "ringfence_audit_batch_events";
/// How long a request waits for its event.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long the mover waits for the server: past the limits of its statements a server that does not answer is gone.
const MOVED_BY: Duration = Duration::from_secs(40);
/// Events that the mover carries at once.
const MOVE: i32 = 5_000;
const INSERT: crate::Sql = crate::sql!("audit/insert.sql");
const MOVED: crate::Sql = crate::sql!("audit/move.sql");
const END_OVERDUE: crate::Sql = crate::sql!("audit/end_overdue_reports.sql");
/// How often overdue transactions of analysts are looked for; while one stands, what was moved on is not cleared away.
const LOOK: Duration = Duration::from_secs(10);
const OVERDUE: &str = "5 minutes";

struct Waiting {
    events: Vec<Event>,
    durable: oneshot::Sender<()>,
}

/// Whoever waits for the mover: until nothing of a tenant is left behind, or just for a sign of life.
struct Asking {
    tenant: Option<TenantId>,
    moved: oneshot::Sender<()>,
}

/// Where requests hand in their events. Cheap to clone.
#[derive(Clone)]
pub struct AuditTrail {
    inbox: mpsc::Sender<Waiting>,
    mover: mpsc::Sender<Asking>,
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

    /// Carries what has been recorded of a tenant so far to its trail, so that who reads it reads their own writes.
    ///
    /// # Errors
    /// When the mover did not get to it in time.
    pub async fn catch_up(&self, tenant: TenantId) -> Result<(), StoreError> {
        self.moved(Some(tenant)).await
    }

    /// Whether events are written and carried on at all, however many wait.
    ///
    /// # Errors
    /// When the writer or the mover did not get to it in time.
    pub async fn carries(&self) -> Result<(), StoreError> {
        self.record(Vec::new()).await?;
        self.moved(None).await
    }

    async fn moved(&self, tenant: Option<TenantId>) -> Result<(), StoreError> {
        const BEHIND: StoreError = StoreError::Unavailable { reason: "the audit mover is not available" };
        let (moved, done) = oneshot::channel();
        // Of one patience: while the mover is stuck, nobody waits longer for a place in its queue than in it.
        let carried = async {
            self.mover.send(Asking { tenant, moved }).await.map_err(|_| BEHIND)?;
            done.await.map_err(|_| BEHIND)
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
        let written = answered(PATIENCE, async { Ok::<_, StoreError>(insert(connected(&auditor, &mut client).await?, &events).await?) }).await.flatten();
        metrics::histogram!(BATCH_EVENTS).record(f64::from(u32::try_from(events.len()).unwrap_or(u32::MAX)));
        match written {
            Ok(()) => {
                for done in batch.drain(..) {
                    // Whoever waited may have gone.
                    let _ = done.durable.send(());
                }
            }
            Err(error) => {
                tracing::error!(%error, events = events.len(), "audit events could not be written");
                client = None;
                batch.clear();
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// Carries events on once a second, and at once when somebody waits.
async fn move_on(auditor: Config, mut nudges: mpsc::Receiver<Asking>) {
    let mut client = None;
    let mut asking = Vec::new();
    let mut behind = false;
    let mut looked = Instant::now();
    loop {
        let pause = if behind || !asking.is_empty() { Duration::ZERO } else { Duration::from_secs(1) };
        if let Ok(0) = tokio::time::timeout(pause, nudges.recv_many(&mut asking, 64)).await {
            return;
        }
        let moved = async {
            let session = connected(&auditor, &mut client).await?;
            move_asked(session, &mut asking).await?;
            let all = move_some(session, None).await?;
            answer(&mut asking, |tenant| tenant.is_none());
            if looked.elapsed() >= LOOK {
                looked = Instant::now();
                end_overdue(session).await?;
            }
            Ok::<_, StoreError>(all)
        };
        match answered(MOVED_BY, moved).await.flatten() {
            Ok(all) => behind = !all,
            Err(error) => {
                tracing::error!(%error, "audit events could not be moved");
                (client, behind) = (None, false);
                asking.clear();
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// A turn for each tenant that is waited for; whoever waits for more than that asks again in the next round.
async fn move_asked(session: &Session, asking: &mut Vec<Asking>) -> Result<(), tokio_postgres::Error> {
    let tenants: BTreeSet<Uuid> = asking.iter().filter_map(|asked| asked.tenant).map(|tenant| tenant.0).collect();
    let mut behind = BTreeSet::new();
    for tenant in tenants {
        if !move_some(session, Some(tenant)).await? {
            behind.insert(tenant);
        }
    }
    answer(asking, |tenant| tenant.is_some_and(|tenant| !behind.contains(&tenant.0)));
    Ok(())
}

fn answer(asking: &mut Vec<Asking>, done: impl Fn(Option<TenantId>) -> bool) {
    for asked in asking.extract_if(.., |asked| asked.moved.is_closed() || done(asked.tenant)) {
        // Whoever waited may have gone.
        let _ = asked.moved.send(());
    }
}

/// Of one tenant, or the oldest; whether that was all.
async fn move_some(session: &Session, tenant: Option<Uuid>) -> Result<bool, tokio_postgres::Error> {
    let row = session.client.query_one(&session.moved, &[&MOVE, &tenant]).await?;
    Ok(row.try_get::<_, i32>(0)? < MOVE)
}

async fn end_overdue(session: &Session) -> Result<(), tokio_postgres::Error> {
    let ended: i32 = session.client.query_one(&session.overdue, &[&OVERDUE]).await?.try_get(0)?;
    if ended > 0 {
        tracing::warn!(ended, "sessions of analysts held a transaction for too long");
    }
    Ok(())
}

struct Session {
    client: Client,
    overdue: tokio_postgres::Statement,
    insert: tokio_postgres::Statement,
    moved: tokio_postgres::Statement,
}

async fn connected<'a>(auditor: &Config, session: &'a mut Option<Session>) -> Result<&'a Session, tokio_postgres::Error> {
    if session.as_ref().is_none_or(|s| s.client.is_closed()) {
        let (client, connection) = auditor.connect(NoTls).await?;
        tokio::spawn(connection);
        let insert = client.prepare(INSERT.text()).await?;
        let moved = client.prepare(MOVED.text()).await?;
        let overdue = client.prepare(END_OVERDUE.text()).await?;
        *session = Some(Session { client, overdue, insert, moved });
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
