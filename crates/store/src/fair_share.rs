//! Who gets the next connection of a pool: parties take turns, and none holds more than its share, nor more than a part of it while
//! another tenant is about. It counts connections and refuses to know what they are used for, or who may.

use crate::StoreError;
use ringfence_domain::TenantId;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
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

/// What is left of a share in company: what runs beside a request slows it down by the processors it takes, whoever's turn it is.
/// `make bench` shows by how much.
const IN_COMPANY: usize = 4;
/// For how long a tenant is about after it took a connection.
const ABOUT: Duration = Duration::from_secs(10);

/// The turns at one pool.
pub(crate) struct FairShare {
    capacity: usize,
    patience: Duration,
    turns: Mutex<Turns>,
    about: Arc<About>,
}

/// The two tenants that took connections last, of whichever of the service's pools: one of them at least is another than who asks.
#[derive(Default)]
struct About(Mutex<[Option<(Party, Instant)>; 2]>);

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
    percent: u8,
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
        Arc::new(Self { capacity, patience, turns: Mutex::default(), about: Arc::default() })
    }

    /// The same at another pool of the same service.
    pub(crate) fn beside(&self, capacity: usize) -> Arc<Self> {
        Arc::new(Self { capacity, patience: self.patience, turns: Mutex::default(), about: Arc::clone(&self.about) })
    }

    /// How many connections a party may hold at once just now.
    pub(crate) fn most(&self, claim: Claim) -> usize {
        let share = (self.capacity * usize::from(claim.percent) / 100).max(1);
        if self.about.is_another_than(claim.party) { (share / IN_COMPANY).max(1) } else { share }
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
        self.about.note(party);
        let turn = {
            let mut turns = self.turns();
            if turns.taken < self.capacity && self.may_hold_more(&turns, claim) && !turns.waiting.contains_key(&party) {
                turns.take(party);
                return Ok(Permit { of: Arc::clone(self), party });
            }
            turns.queue(claim)?
        };
        let mut place = Place { of: Arc::clone(self), party, turn, came: false };
        if let Ok(Ok(())) = tokio::time::timeout(self.patience, &mut place.turn).await {
            place.came = true;
            return Ok(Permit { of: Arc::clone(self), party });
        }
        let crowded = !self.may_hold_more(&self.turns(), claim);
        Err(if crowded { StoreError::Crowded } else { StoreError::Unavailable { reason: "all connections are in use" } })
    }

    fn may_hold_more(&self, turns: &Turns, claim: Claim) -> bool {
        turns.held.get(&claim.party).is_none_or(|held| *held < self.most(claim))
    }

    /// Hands what is free to whoever's turn it is.
    fn pass_on(&self, turns: &mut Turns) {
        let mut passed = 0;
        while turns.taken < self.capacity && passed < turns.order.len() {
            let Some(party) = turns.order.pop_front() else { return };
            let Some(percent) = turns.waiting.get(&party).map(|queue| queue.percent) else { continue };
            if !self.may_hold_more(turns, Claim { party, percent }) {
                turns.order.push_back(party);
                passed += 1;
                continue;
            }
            let Some(queue) = turns.waiting.get_mut(&party) else { continue };
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

impl About {
    /// Strangers are nobody's company: they may be had by the thousand, and take nothing from a tenant.
    fn note(&self, party: Party) {
        if matches!(party, Party::Outside(_)) {
            return;
        }
        let mut last = self.last();
        if last[0].is_some_and(|(latest, _)| latest != party) {
            last.swap(0, 1);
        }
        last[0] = Some((party, Instant::now()));
    }

    fn is_another_than(&self, party: Party) -> bool {
        self.last().iter().flatten().any(|(tenant, at)| *tenant != party && at.elapsed() < ABOUT)
    }

    fn last(&self) -> MutexGuard<'_, [Option<(Party, Instant)>; 2]> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turns {
    fn take(&mut self, party: Party) {
        self.taken += 1;
        *self.held.entry(party).or_default() += 1;
    }

    fn queue(&mut self, Claim { party, percent }: Claim) -> Result<oneshot::Receiver<()>, StoreError> {
        let (turn, waits) = oneshot::channel();
        match self.waiting.get_mut(&party) {
            Some(queue) if queue.requests.len() >= QUEUE => return Err(StoreError::Crowded),
            Some(queue) => queue.requests.push_back(turn),
            None => {
                self.waiting.insert(party, Queue { percent, requests: VecDeque::from([turn]) });
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

    fn stranger(n: u128) -> Claim {
        Claim { party: Party::Outside(Uuid::from_u128(n)), percent: 50 }
    }

    #[tokio::test]
    async fn a_party_holds_its_share_and_another_finds_the_rest() {
        let share = FairShare::new(4, Duration::from_millis(20));
        let held: Vec<_> = (0..2).map(|_| now(&share, tenant(1)).unwrap()).collect();
        assert!(now(&share, tenant(1)).is_none(), "its share is two of four");
        let others: Vec<_> = (2..4).map(|n| now(&share, tenant(n)).unwrap()).collect();
        assert!(now(&share, tenant(4)).is_none(), "all four are taken");
        drop((held, others));
        assert!(is_empty(&share), "who gave up left something behind");
    }

    #[tokio::test]
    async fn in_company_a_quarter_of_the_share_is_left_at_every_pool() {
        let share = FairShare::new(16, Duration::from_millis(20));
        let beside = share.beside(16);
        let strangers: Vec<_> = (0..3).map(|n| now(&share, stranger(n)).unwrap()).collect();
        let mut held: Vec<_> = (0..8).map(|_| now(&share, tenant(1)).expect("strangers are nobody's company")).collect();
        assert!(now(&share, tenant(1)).is_none() && share.most(tenant(1)) == 8, "its share is eight of sixteen");
        drop(now(&beside, tenant(2)).expect("the first of another tenant"));
        held.truncate(2);
        assert!(now(&share, tenant(1)).is_none() && share.most(tenant(1)) == 2, "two are a quarter of eight");
        assert!(now(&share, stranger(0)).is_some() && now(&share, stranger(0)).is_some(), "and a stranger has as much");
        held.truncate(1);
        let again = now(&share, tenant(1)).expect("one of two is held");
        let mut waiting = Box::pin(share.permit(tenant(1)));
        assert!(waiting.as_mut().now_or_never().is_none());
        drop(again);
        assert!(waiting.as_mut().now_or_never().is_some(), "what it gave back it gets");
        drop((waiting, held, strangers));
        assert!(is_empty(&share));
    }

    #[test]
    fn of_the_last_two_tenants_one_is_another() {
        let about = About::default();
        let parties: Vec<Party> = (0..3).map(|n| tenant(n).party).collect();
        assert!(!about.is_another_than(parties[0]));
        about.note(parties[0]);
        about.note(stranger(1).party);
        assert!(!about.is_another_than(parties[0]) && about.is_another_than(parties[1]) && about.is_another_than(stranger(1).party));
        for noted in [1, 1, 1, 2, 2] {
            about.note(parties[noted]);
            assert!(parties.iter().all(|party| about.is_another_than(*party)), "after {noted}");
        }
        let past = Instant::now().checked_sub(ABOUT).expect("a machine that is up for so long");
        *about.last() = [Some((parties[0], Instant::now())), Some((parties[1], past))];
        assert!(!about.is_another_than(parties[0]), "whoever was about is no longer");
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
