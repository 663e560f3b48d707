//! Who gets the next connection of a pool: parties take turns, and none holds more than its share while another could wait.
//! It counts connections and refuses to know what they are used for, or who may.

use crate::StoreError;
use ringfence_domain::TenantId;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;
use uuid::Uuid;

/// Requests of one party that may wait for a connection; past that a flood is refused at once instead of piling up.
const QUEUE: usize = 256;

/// On whose account a connection is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Party {
    /// A tenant, by somebody whom it has let in before.
    Tenant(TenantId),
    /// Somebody of whom that is not known, by what they have in common with others: never on the account of the tenant they name.
    Outside(Uuid),
}

/// A party's claim on a pool.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Claim {
    pub party: Party,
    /// Of the pool's connections, how many in a hundred it may hold at once; at least one.
    pub percent: u8,
}

/// The turns at one pool.
pub(crate) struct FairShare {
    capacity: usize,
    patience: Duration,
    turns: Mutex<Turns>,
}

/// Only parties that hold or wait for something are in here, so its size is bounded by the requests under way.
#[derive(Default)]
struct Turns {
    taken: usize,
    held: HashMap<Party, usize>,
    waiting: HashMap<Party, Queue>,
    /// Every party that waits, each once, in the order of their turns.
    order: VecDeque<Party>,
}

struct Queue {
    most: usize,
    requests: VecDeque<oneshot::Sender<()>>,
}

/// The right to one connection, given back when dropped.
pub(crate) struct Permit {
    of: Arc<FairShare>,
    party: Party,
}

/// A place in the queue. Dropped before its turn came, it leaves nothing behind; dropped after, it passes the turn on.
struct Place {
    of: Arc<FairShare>,
    party: Party,
    turn: oneshot::Receiver<()>,
    came: bool,
}

impl FairShare {
    /// Turns at a pool of so many connections, for which a request waits so long.
    pub(crate) fn new(capacity: usize, patience: Duration) -> Arc<Self> {
        Arc::new(Self { capacity, patience, turns: Mutex::default() })
    }

    pub(crate) fn share(&self, percent: u8) -> usize {
        (self.capacity * usize::from(percent) / 100).max(1)
    }

    fn turns(&self) -> MutexGuard<'_, Turns> {
        // Counters stay right: nothing in here panics between two of them.
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The right to a connection, at once or in turn.
    ///
    /// # Errors
    /// `Crowded` when the party's own requests are what it would wait for.
    pub(crate) async fn permit(self: &Arc<Self>, claim: Claim) -> Result<Permit, StoreError> {
        let party = claim.party;
        let most = self.share(claim.percent);
        let turn = {
            let mut turns = self.turns();
            let holds = turns.held.get(&party).copied().unwrap_or_default();
            if turns.taken < self.capacity && holds < most && !turns.waiting.contains_key(&party) {
                turns.take(party);
                return Ok(Permit { of: Arc::clone(self), party });
            }
            turns.queue(party, most)?
        };
        let mut place = Place { of: Arc::clone(self), party, turn, came: false };
        if let Ok(Ok(())) = tokio::time::timeout(self.patience, &mut place.turn).await {
            place.came = true;
            return Ok(Permit { of: Arc::clone(self), party });
        }
        let crowded = self.turns().held.get(&party).is_some_and(|held| *held >= most);
        Err(if crowded { StoreError::Crowded } else { StoreError::Unavailable { reason: "all connections are in use" } })
    }

    /// Hands what is free to whoever's turn it is.
    fn pass_on(&self, turns: &mut Turns) {
        let mut passed = 0;
        while turns.taken < self.capacity && passed < turns.order.len() {
            let Some(party) = turns.order.pop_front() else { return };
            let holds = turns.held.get(&party).copied().unwrap_or_default();
            let Some(queue) = turns.waiting.get_mut(&party) else { continue };
            if holds >= queue.most {
                turns.order.push_back(party);
                passed += 1;
                continue;
            }
            // Whoever gave up in the meantime is passed over.
            let given = std::iter::from_fn(|| queue.requests.pop_front()).any(|request| request.send(()).is_ok());
            if queue.requests.is_empty() {
                turns.waiting.remove(&party);
            } else {
                turns.order.push_back(party);
            }
            if given {
                turns.take(party);
                passed = 0;
            }
        }
    }

    fn give_back(&self, party: Party) {
        let mut turns = self.turns();
        turns.taken -= 1;
        if let Some(held) = turns.held.get_mut(&party) {
            *held -= 1;
            if *held == 0 {
                turns.held.remove(&party);
            }
        }
        self.pass_on(&mut turns);
    }
}

impl Turns {
    fn take(&mut self, party: Party) {
        self.taken += 1;
        *self.held.entry(party).or_default() += 1;
    }

    fn queue(&mut self, party: Party, most: usize) -> Result<oneshot::Receiver<()>, StoreError> {
        let (turn, waits) = oneshot::channel();
        match self.waiting.get_mut(&party) {
            Some(queue) if queue.requests.len() >= QUEUE => return Err(StoreError::Crowded),
            Some(queue) => queue.requests.push_back(turn),
            None => {
                self.waiting.insert(party, Queue { most, requests: VecDeque::from([turn]) });
                self.order.push_back(party);
            }
        }
        Ok(waits)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.of.give_back(self.party);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.came {
            return;
        }
        // From here on the turn cannot come; it may have come already.
        self.turn.close();
        if self.turn.try_recv().is_ok() {
            self.of.give_back(self.party);
            return;
        }
        let mut turns = self.of.turns();
        if let Some(queue) = turns.waiting.get_mut(&self.party) {
            queue.requests.retain(|request| !request.is_closed());
            if queue.requests.is_empty() {
                turns.waiting.remove(&self.party);
                turns.order.retain(|party| *party != self.party);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;
    use futures_util::FutureExt;

    fn tenant(n: u128) -> Claim {
        Claim { party: Party::Tenant(TenantId(Uuid::from_u128(n))), percent: 50 }
    }

    fn now(share: &Arc<FairShare>, claim: Claim) -> Option<Permit> {
        share.permit(claim).now_or_never().map(|permit| permit.expect("a permit"))
    }

    fn is_empty(share: &FairShare) -> bool {
        let turns = share.turns();
        turns.taken == 0 && turns.held.is_empty() && turns.waiting.is_empty() && turns.order.is_empty()
    }

    #[tokio::test]
    async fn a_party_holds_its_share_and_another_finds_the_rest() {
        let share = FairShare::new(4, Duration::from_millis(20));
        let held: Vec<_> = (0..2).map(|_| now(&share, tenant(1)).unwrap()).collect();
        assert!(now(&share, tenant(1)).is_none(), "its share is two of four");
        let others: Vec<_> = (0..2).map(|_| now(&share, tenant(2)).unwrap()).collect();
        assert!(now(&share, tenant(3)).is_none(), "all four are taken");
        drop((held, others));
        assert!(is_empty(&share), "who gave up left something behind");
    }

    #[tokio::test]
    async fn whoever_waits_gets_a_turn_however_many_of_another_wait() {
        let share = FairShare::new(2, Duration::from_millis(20));
        let held: Vec<_> = [1, 2].into_iter().map(|n| now(&share, tenant(n)).unwrap()).collect();
        let mut flood: Vec<_> = (0..50).map(|_| Box::pin(share.permit(tenant(1)))).collect();
        for waiting in &mut flood {
            assert!(waiting.as_mut().now_or_never().is_none());
        }
        let mut other = Box::pin(share.permit(tenant(3)));
        assert!(other.as_mut().now_or_never().is_none());
        drop(held);
        let permit = other.as_mut().now_or_never().expect("its turn").unwrap();
        let mut served: Vec<_> = flood.iter_mut().filter_map(|waiting| waiting.as_mut().now_or_never()).collect();
        assert_eq!(served.len(), 1, "of the flood one, its share");
        drop((permit, served.pop(), flood));
        assert!(is_empty(&share));
    }

    #[tokio::test]
    async fn a_turn_that_nobody_takes_is_passed_on() {
        let share = FairShare::new(1, Duration::from_millis(20));
        let held = now(&share, tenant(1)).unwrap();
        let (mut first, mut second) = (Box::pin(share.permit(tenant(2))), Box::pin(share.permit(tenant(3))));
        assert!(first.as_mut().now_or_never().is_none() && second.as_mut().now_or_never().is_none());
        drop(held);
        drop(first);
        drop(second.as_mut().now_or_never().expect("passed on").unwrap());
        drop(second);
        assert!(is_empty(&share));
    }

    #[tokio::test]
    async fn a_party_that_is_in_its_own_way_is_crowded_and_one_in_others_way_is_not() {
        let share = FairShare::new(2, Duration::from_millis(20));
        let _held: Vec<_> = [1, 2].into_iter().map(|n| now(&share, tenant(n)).unwrap()).collect();
        assert!(matches!(share.permit(tenant(1)).await, Err(StoreError::Crowded)));
        assert!(matches!(share.permit(tenant(3)).await, Err(StoreError::Unavailable { .. })));
        let mut waiting: Vec<_> = (0..QUEUE).map(|_| Box::pin(share.permit(tenant(1)))).collect();
        for one in &mut waiting {
            assert!(one.as_mut().now_or_never().is_none());
        }
        assert!(matches!(share.permit(tenant(1)).now_or_never(), Some(Err(StoreError::Crowded))), "the queue is bounded");
    }
}
