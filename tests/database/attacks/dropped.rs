//! Attack 5: a future dropped at any of its awaits leaves nothing on its connection: no context, no open transaction, no half of a write.

use crate::play::{OneConnection, Play, anything, one};
use ringfence_domain::{CommentId, TicketId, TicketRef};
use ringfence_store::idempotency::{self, Attempt, KeptAnswer};
use ringfence_store::numbers::Numbers;
use ringfence_store::tickets::{self, NewTicket};
use ringfence_store::{Access, Keyset, Principal, StoreError, TenantTx, comments, tenants};
use std::collections::BTreeSet;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;
use uuid::Uuid;

type Work<'a> = Pin<Box<dyn Future<Output = Result<(), StoreError>> + 'a>>;

/// Polls a future until it was pending so many times, then drops it. True: it was done before that.
async fn done_within(pendings: usize, mut work: Work<'_>) -> bool {
    let mut left = pendings;
    poll_fn(|task| {
        if left == 0 {
            return Poll::Ready(false);
        }
        match work.as_mut().poll(task) {
            Poll::Ready(outcome) => {
                outcome.unwrap();
                Poll::Ready(true)
            }
            Poll::Pending => {
                left -= 1;
                if left == 0 { Poll::Ready(false) } else { Poll::Pending }
            }
        }
    })
    .await
}

/// The backend that the pool's one connection has at the server, asked through the next tenant's request, and what that one sees.
async fn next_request(pool: &OneConnection, play: &Play) -> i32 {
    let mut tx = TenantTx::open(&pool.database, &pool.globex, Access::Read).await.unwrap();
    let sql = "select pg_backend_pid(), current_setting('app.tenant_id'), array(select distinct tenant_id from ringfence.tickets union select distinct tenant_id from ringfence.comments)";
    let rows = tx.query(anything(sql), &[]).await.unwrap();
    tx.commit().await.unwrap();
    let globex = play.globex().id;
    assert_eq!(rows[0].get::<_, String>(1), globex.to_string());
    assert_eq!(rows[0].get::<_, Vec<Uuid>>(2), [globex]);
    rows[0].get(0)
}

/// Until the server has ended a backend that its client let go of.
async fn until_gone(play: &Play, backend: i32) {
    for _ in 0..200_000 {
        if one::<i64>(&play.admin, "select count(*) from pg_stat_activity where pid = $1 and usename = 'ringfence_app'", &[&backend]).await == 0 {
            return;
        }
    }
    let state: String = one(&play.admin, "select coalesce(state, '') from pg_stat_activity where pid = $1", &[&backend]).await;
    panic!("the dropped request's connection is still there, {state}");
}

/// How many rows each part of a ticket's creation, or of a later change, has left.
async fn parts(play: &Play, ticket: Uuid) -> [i64; 4] {
    let count = async |sql: &str| one::<i64>(&play.admin, sql, &[&ticket]).await;
    [
        count("select count(*) from ringfence.tickets where ticket_id = $1").await,
        count("select count(*) from ringfence.comments where ticket_id = $1").await,
        count("select count(*) from ringfence.ticket_events where ticket_id = $1").await,
        count("select count(*) from ringfence.audit_inbox where object_id = $1").await,
    ]
}

/// Runs a write with ever more patience until it completes. `make` gets the new ticket's id for each attempt.
async fn cut_at_every_await<'a>(play: &Play, pool: &'a OneConnection, whole: [i64; 4], turns: usize, make: impl Fn(TicketId) -> Work<'a>) -> usize {
    let mut at = 0;
    loop {
        let before = next_request(pool, play).await;
        let ticket = TicketId::generate();
        let done = done_within(at, make(ticket)).await;
        // The driver's task runs on, with what it had been handed.
        for _ in 0..turns {
            tokio::task::yield_now().await;
        }
        let after = next_request(pool, play).await;
        let stands = if before == after {
            // The connection came back to the pool: nothing of an unfinished write may be on it, or come of it.
            let found = parts(play, ticket.0).await;
            assert_eq!(found, if done { whole } else { [0; 4] }, "the next request found, or committed, what was dropped after {at} awaits");
            found
        } else {
            until_gone(play, before).await;
            parts(play, ticket.0).await
        };
        assert!(stands == [0; 4] || stands == whole, "half of a write after {at} awaits: {stands:?}");
        assert!(!done || stands == whole, "acknowledged and not there");
        let open: i64 = one(&play.admin, "select count(*) from pg_stat_activity where datname = current_database() and usename = 'ringfence_app' and state like 'idle in transaction%'", &[]).await;
        assert_eq!(open, 0, "a transaction is left open after {at} awaits");
        if done {
            return at;
        }
        at += 1;
    }
}

fn new_ticket(ticket_id: TicketId, requester_id: Uuid) -> NewTicket {
    NewTicket {
        ticket_id,
        subject: "cut".into(),
        body: Some("cut".into()),
        priority: "normal",
        r#type: "question",
        requester_id,
        group_id: None,
        assignee_id: None,
        organization_id: None,
        tags: Vec::new(),
        external_source: None,
        external_id: None,
    }
}

async fn create(pool: &OneConnection, numbers: &Numbers, ticket: TicketId, requester: Uuid) -> Result<(), StoreError> {
    numbers.ensure(&pool.database, &pool.acme).await?;
    let mut tx = TenantTx::open(&pool.database, &pool.acme, Access::Write).await?;
    let number = numbers.take_for(&mut tx).await?;
    tickets::create(&mut tx, &new_ticket(ticket, requester), number).await?;
    tx.commit().await
}

/// Under an idempotency key, with a comment and a change after it, as a longer request would be.
async fn long(pool: &OneConnection, ticket: TicketId, requester: Uuid) -> Result<(), StoreError> {
    let number = i64::from(ticket.0.as_fields().1) + i64::from(u32::from_be_bytes(ticket.0.as_bytes()[12..].try_into().unwrap_or_default())) + 10_000_000;
    let attempt = Attempt { route: "POST /tickets".into(), key: ticket.to_string(), body_hash: [7; 32] };
    let mut tx = TenantTx::open(&pool.database, &pool.acme, Access::Write).await?;
    idempotency::find(&mut tx, &attempt).await?;
    let made = tickets::create(&mut tx, &new_ticket(ticket, requester), number).await?;
    comments::create(&mut tx, ticket, CommentId::generate(), "internal", "cut").await?;
    tickets::change(&mut tx, ticket, made.version, &serde_json::json!({"priority": "high"}), "ticket.updated").await?;
    idempotency::keep(&mut tx, &attempt, &KeptAnswer { status: 201, headers: serde_json::json!({}), body: "cut".into() }).await?;
    tx.commit().await
}

/// A statement that takes its COMMIT along in one flush.
async fn in_one_flush(pool: &OneConnection, ticket: TicketId) -> Result<(), StoreError> {
    let tx = TenantTx::open(&pool.database, &pool.acme, Access::Write).await?;
    let tenant = tx.tenant_id();
    let sql = anything("insert into ringfence.audit_inbox (tenant_id, action, decision, object_type, object_id) values ($1, 'ticket.created', 'allow', 'ticket', $2)");
    tx.query_and_commit(sql, &[&tenant, &ticket.0]).await.map(drop)
}

#[tokio::test]
async fn a_write_dropped_at_any_await_is_whole_or_not_there_and_the_next_request_commits_none_of_it() {
    let play = Play::new().await;
    let requester = play.acme().contact;
    for turns in [0, 3, 400] {
        let pool = OneConnection::of(&play).await;
        let numbers = Numbers::default();
        let creates = cut_at_every_await(&play, &pool, [1, 1, 1, 1], turns, |ticket| Box::pin(create(&pool, &numbers, ticket, requester))).await;
        let longs = cut_at_every_await(&play, &pool, [1, 2, 3, 2], turns, |ticket| Box::pin(long(&pool, ticket, requester))).await;
        let flushes = cut_at_every_await(&play, &pool, [0, 0, 0, 1], turns, |ticket| Box::pin(in_one_flush(&pool, ticket))).await;
        assert!(creates >= 3 && longs >= 8 && flushes >= 1, "hardly an await was cut: {creates} {longs} {flushes}");
    }
}

/// Each way the store reads: in one flush, in a transaction, and before a tenant is known.
fn reads<'a>(pool: &'a OneConnection, principal: &'a Principal, ticket: Uuid, subject: &'a str) -> Vec<Work<'a>> {
    vec![
        Box::pin(async move { tickets::get(&pool.database, principal, TicketRef::Id(ticket.into())).await.map(drop) }),
        Box::pin(async move { tenants::membership(&pool.database, principal).await.map(drop) }),
        Box::pin(async move {
            let mut tx = TenantTx::open(&pool.database, principal, Access::Read).await?;
            let keyset = Keyset { column: "updated_at", descending: true, from: None, backwards: false, limit: 50 };
            let page = tickets::list(&mut tx, &tickets::Filter::default(), &keyset).await?;
            assert!(!page.rows.is_empty());
            comments::list(&mut tx, ticket.into(), None, &Keyset { column: "created_at", ..keyset }).await?;
            tx.commit().await
        }),
        Box::pin(async move {
            let mut tx = TenantTx::open(&pool.database, principal, Access::Read).await?;
            tx.enter().await?;
            tx.rollback().await
        }),
        Box::pin(async move { pool.database.identify(crate::play::ISSUER, subject).await.map(drop) }),
        Box::pin(async move { pool.database.tenants_of(principal).await.map(drop) }),
        Box::pin(async move { pool.database.resolve_uncached(&"acme".parse().unwrap()).await.map(drop) }),
    ]
}

#[tokio::test]
async fn a_read_dropped_at_any_await_shows_the_next_request_its_own_tenant_alone() {
    let play = Play::new().await;
    let pool = OneConnection::of(&play).await;
    let ticket = play.acme().ticket;
    let kinds = reads(&pool, &pool.acme, ticket, "nobody").len();
    for turns in [0, 3, 400] {
        for kind in 0..kinds {
            let mut at = 0;
            loop {
                let subject = format!("stranger-{turns}-{at}");
                let before = next_request(&pool, &play).await;
                let done = done_within(at, reads(&pool, &pool.acme, ticket, &subject).swap_remove(kind)).await;
                for _ in 0..turns {
                    tokio::task::yield_now().await;
                }
                if next_request(&pool, &play).await != before {
                    until_gone(&play, before).await;
                }
                if done {
                    break;
                }
                at += 1;
            }
            assert!(at > 0, "read {kind} never waited");
        }
    }
}

#[tokio::test]
async fn an_unfinished_transaction_that_is_dropped_holds_no_lock_and_no_place_in_the_pool() {
    let play = Play::new().await;
    let pool = OneConnection::of(&play).await;
    let acme = play.acme().clone();
    for round in 0..5 {
        let mut tx = TenantTx::open(&pool.database, &pool.acme, Access::Write).await.unwrap();
        let backend: i32 = tx.query(anything("select pg_backend_pid()"), &[]).await.unwrap()[0].get(0);
        tx.query(anything("update ringfence.tickets set subject = 'never' returning ticket_id"), &[]).await.unwrap();
        drop(tx);
        let next = next_request(&pool, &play).await;
        assert_ne!(next, backend, "a connection with an open transaction came back");
        until_gone(&play, backend).await;
        let changed: BTreeSet<String> = crate::play::set(&play.admin.query("select subject from ringfence.tickets where tenant_id = $1", &[&acme.id]).await.unwrap());
        assert!(!changed.contains("never"), "round {round}");
    }
}
