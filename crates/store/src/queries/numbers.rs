//! Ticket numbers. A counter row locked until commit would let one create of a tenant in at a time; so numbers are reserved in blocks, each
//! in a transaction of its own. Gaps are allowed, order is not promised.

use crate::database::WAIT;
use crate::{Access, Database, Principal, Refusal, StoreError, TenantTx};
use ringfence_domain::{TenantId, permission};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

const RESERVE: crate::Sql = crate::sql!("tickets/reserve_numbers.sql");

/// How many are reserved at once: about what a second takes, for a stopped service leaves the rest of a block unused.
const LEAST: i32 = 20;
const MOST: i32 = 1000;
const FAST: Duration = Duration::from_secs(1);
const SLOW: Duration = Duration::from_secs(10);

/// The numbers in hand, per tenant.
#[derive(Clone, Default)]
pub struct Numbers(Arc<Mutex<HashMap<TenantId, Arc<InHand>>>>);

/// Tenants remembered; past that, those who have nothing in hand are forgotten, for anybody invents one.
const REMEMBERED: usize = 1000;

#[derive(Default)]
struct InHand {
    block: Mutex<Option<Block>>,
    /// Whose turn it is to reserve. Each for itself, all who find nothing in hand would bring a block, and the last one's would stay.
    turn: tokio::sync::Mutex<()>,
}

struct Block {
    next: i64,
    end: i64,
    size: i32,
    reserved_at: Instant,
}

impl Numbers {
    /// Sees to it that there is a number in hand, before the transaction that takes it: whoever may not create gets none.
    ///
    /// # Errors
    /// `Refusal::NoEntry`, or when the database cannot be asked.
    pub async fn ensure(&self, database: &Database, principal: &Principal) -> Result<(), StoreError> {
        let in_hand = self.of(principal.tenant_id());
        if in_hand.any() {
            return Ok(());
        }
        let mut tx = TenantTx::open(database, principal, Access::Write).await?;
        if !may_create(&mut tx).await? {
            // `take_for` refuses them in the transaction of their change, which knows whose refusal it is.
            return tx.rollback().await;
        }
        // From inside: whoever may not enter, or not create, keeps nobody waiting.
        let Ok(_turn) = tokio::time::timeout(WAIT, in_hand.turn.lock()).await else {
            return Err(tx.refuse(StoreError::Unavailable { reason: "no ticket number was to be had in time" }).await);
        };
        if in_hand.any() {
            return tx.rollback().await;
        }
        let (tenant, size) = (tx.tenant_id(), in_hand.next_size());
        let (_, rows) = tx.query_and_commit(RESERVE, &[&tenant, &size]).await?;
        let first: i64 = rows.first().ok_or(Refusal::NoEntry)?.try_get(0)?;
        *in_hand.block() = Some(Block { next: first, end: first + i64::from(size), size, reserved_at: Instant::now() });
        Ok(())
    }

    /// The next number, for who has entered and may create.
    ///
    /// # Errors
    /// `Refusal::Forbidden`; `Collided` when others took the last one, for another try.
    pub async fn take_for(&self, tx: &mut TenantTx) -> Result<i64, StoreError> {
        if !may_create(tx).await? {
            return Err(Refusal::Forbidden { permission: permission::TICKET_CREATE }.into());
        }
        self.of(TenantId(tx.tenant_id())).take().ok_or(StoreError::Collided)
    }

    /// What was reserved is taken by others: the next one who needs a number reserves anew.
    pub fn forget(&self, principal: &Principal) {
        *self.of(principal.tenant_id()).block() = None;
    }

    fn of(&self, tenant: TenantId) -> Arc<InHand> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED && !known.contains_key(&tenant) {
            // Whoever is just reserving for one of them holds it.
            known.retain(|_, in_hand| Arc::strong_count(in_hand) > 1 || in_hand.any());
        }
        Arc::clone(known.entry(tenant).or_default())
    }
}

impl InHand {
    fn block(&self) -> MutexGuard<'_, Option<Block>> {
        self.block.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn any(&self) -> bool {
        self.block().as_ref().is_some_and(|block| block.next < block.end)
    }

    fn take(&self) -> Option<i64> {
        let mut held = self.block();
        let block = held.as_mut().filter(|block| block.next < block.end)?;
        block.next += 1;
        Some(block.next - 1)
    }

    fn next_size(&self) -> i32 {
        self.block().as_ref().map_or(LEAST, |block| match block.reserved_at.elapsed() {
            lasted if lasted < FAST => (block.size * 2).min(MOST),
            lasted if lasted < SLOW => block.size,
            _ => LEAST,
        })
    }
}

async fn may_create(tx: &mut TenantTx) -> Result<bool, StoreError> {
    let any = [permission::TICKET_CREATE, permission::TICKET_CREATE_GROUP, permission::TICKET_CREATE_OWN];
    Ok(tx.enter().await?.permissions.any(&any))
}
