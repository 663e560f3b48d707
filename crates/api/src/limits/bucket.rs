//! Buckets of one kind: how much each key has left, in bounded memory. Who a key stands for, it does not know.

use super::policy::Rate;
use governor::clock::{Clock, MonotonicClock};
use governor::middleware::StateInformationMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed, StateStore};
use governor::{Quota, RateLimiter};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use uuid::Uuid;

/// Buckets kept at once. Past that the least used are forgotten, which is to say filled; a flood of new keys ousts itself first.
const MOST: u64 = if cfg!(test) { 1_000 } else { 100_000 };

/// A tenant, or none, and what identifies a caller: both of a fixed size, whatever a caller may call themselves.
pub type Key = (Uuid, Uuid);

/// How a bucket stands, as its headers say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    pub policy: &'static str,
    pub rate: Rate,
    pub left: u32,
    /// Until the bucket is full; until the next request is let through, where nothing is left.
    pub seconds: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    Left(Level),
    /// `first` once a window: the one that is written down.
    Refused { level: Level, first: bool },
}

#[derive(Default)]
struct Bucket {
    state: InMemoryState,
    /// The second from which on the next refusal is a first one again.
    quiet_until: AtomicU64,
}

#[derive(Clone)]
struct Store(moka::sync::Cache<Key, Arc<Bucket>>);

impl Store {
    fn of(&self, key: Key) -> Arc<Bucket> {
        self.0.get_with(key, Arc::default)
    }
}

impl StateStore for Store {
    type Key = Key;

    fn measure_and_replace<T, F, E>(&self, key: &Key, f: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        self.of(*key).state.measure_and_replace(&NotKeyed::NonKey, f)
    }
}

pub struct Buckets<C: Clock = MonotonicClock> {
    policy: &'static str,
    rate: Rate,
    clock: C,
    began: C::Instant,
    store: Store,
    limiter: RateLimiter<Key, Store, C, StateInformationMiddleware>,
}

impl<C: Clock + Clone> Buckets<C> {
    /// A full bucket holds the rate's count and fills evenly, in the rate's seconds.
    pub fn new(policy: &'static str, rate: Rate, clock: C) -> Self {
        let window = Duration::from_secs(rate.seconds.get().into());
        // A bucket that nobody asked for that long is full: forgetting it changes nothing.
        let store = Store(moka::sync::Cache::builder().max_capacity(MOST).time_to_idle(window + Duration::from_secs(1)).build());
        let quota = Quota::with_period(one(rate)).unwrap_or(Quota::per_second(NonZeroU32::MIN)).allow_burst(rate.count);
        let limiter = RateLimiter::<_, _, _, StateInformationMiddleware>::new(quota, store.clone(), clock.clone());
        Self { policy, rate, began: clock.now(), clock, store, limiter }
    }

    /// Takes one from the bucket of this key, if there is one.
    pub fn take(&self, key: Key) -> Taken {
        let level = |left: u32, seconds| Level { policy: self.policy, rate: self.rate, left, seconds };
        match self.limiter.check_key(&key) {
            Ok(snapshot) => {
                let left = snapshot.remaining_burst_capacity();
                if left == 0 {
                    return Taken::Left(level(0, self.wait(key)));
                }
                let missing = u64::from(self.rate.count.get().saturating_sub(left));
                Taken::Left(level(left, (missing * u64::from(self.rate.seconds.get())).div_ceil(self.rate.count.get().into())))
            }
            Err(until) => {
                let now = self.clock.now();
                Taken::Refused { level: level(0, whole(until.wait_time_from(now))), first: self.is_first(key, now) }
            }
        }
    }

    /// Seconds until the next is let through, where none was left to this one. Another request meanwhile only makes them more.
    fn wait(&self, key: Key) -> u64 {
        let one = one(self.rate);
        // When the bucket is full again, from its beginning on: looked at, and left as it is.
        let full = self.store.of(key).state.measure_and_replace(&NotKeyed::NonKey, Err::<((), Nanos), _>).err().flatten();
        let passed = Duration::from(governor::clock::Reference::duration_since(&self.clock.now(), self.began));
        let next = full.map(Duration::from).unwrap_or_default().saturating_sub(one * (self.rate.count.get() - 1));
        whole(next.saturating_sub(passed))
    }

    fn is_first(&self, key: Key, now: C::Instant) -> bool {
        let now = Duration::from(governor::clock::Reference::duration_since(&now, self.began)).as_secs();
        let quiet_until = &self.store.of(key).quiet_until;
        let before = quiet_until.load(Ordering::Relaxed);
        // One of those who come at once.
        now >= before && quiet_until.compare_exchange(before, now + u64::from(self.rate.seconds.get()), Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}

/// How long one takes to come back.
fn one(rate: Rate) -> Duration {
    (Duration::from_secs(rate.seconds.get().into()) / rate.count.get()).max(Duration::from_nanos(1))
}

/// As headers say it: never less than it takes.
fn whole(wait: Duration) -> u64 {
    (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use governor::clock::FakeRelativeClock;

    fn buckets(count: u32, seconds: u32) -> (Buckets<FakeRelativeClock>, FakeRelativeClock) {
        let clock = FakeRelativeClock::default();
        let rate = Rate { count: count.try_into().unwrap(), seconds: seconds.try_into().unwrap() };
        (Buckets::new("read", rate, clock.clone()), clock)
    }

    fn key(n: u128) -> Key {
        (Uuid::nil(), Uuid::from_u128(n))
    }

    fn left(taken: Taken) -> (u32, u64) {
        let Taken::Left(level) = taken else { panic!("{taken:?}") };
        (level.left, level.seconds)
    }

    fn refused(taken: Taken) -> (u64, bool) {
        let Taken::Refused { level, first } = taken else { panic!("{taken:?}") };
        assert_eq!(level.left, 0);
        (level.seconds, first)
    }

    #[test]
    fn a_bucket_empties_refuses_and_fills_evenly() {
        let (buckets, clock) = buckets(3, 60);
        assert_eq!([(); 3].map(|()| left(buckets.take(key(1)))), [(2, 20), (1, 40), (0, 20)]);
        assert_eq!(refused(buckets.take(key(1))), (20, true));
        assert_eq!(left(buckets.take(key(2))), (2, 20), "another's is full");
        clock.advance(Duration::from_millis(19_500));
        assert_eq!(refused(buckets.take(key(1))).0, 1);
        clock.advance(Duration::from_millis(500));
        assert_eq!(left(buckets.take(key(1))), (0, 20), "after as long as it was told to wait");
        assert_eq!(refused(buckets.take(key(1))).0, 20);
        clock.advance(Duration::from_millis(33_500));
        assert_eq!(left(buckets.take(key(1))), (0, 7), "a part of the next has come back already");
        assert_eq!(refused(buckets.take(key(1))).0, 7, "the last that is let through says what the next is told");
    }

    #[test]
    fn one_refusal_a_window_is_the_first() {
        let (buckets, clock) = buckets(1, 10);
        buckets.take(key(1));
        let firsts = |n: usize| (0..n).filter(|_| refused(buckets.take(key(1))).1).count();
        assert_eq!(firsts(100), 1);
        clock.advance(Duration::from_secs(9));
        assert_eq!(firsts(100), 0);
        clock.advance(Duration::from_secs(1));
        buckets.take(key(1));
        assert_eq!(firsts(100), 1);
    }

    #[test]
    fn any_number_of_keys_takes_a_bounded_number_of_buckets() {
        let (buckets, _) = buckets(5, 60);
        for n in 0..10_000 {
            buckets.take(key(n));
        }
        buckets.store.0.run_pending_tasks();
        assert!(buckets.store.0.entry_count() <= MOST, "{}", buckets.store.0.entry_count());
    }

    #[test]
    fn a_flood_of_new_keys_does_not_refill_a_bucket_in_use() {
        let (buckets, _) = buckets(50, 60);
        for _ in 0..50 {
            buckets.take(key(0));
        }
        for n in 1..10_000 {
            buckets.take(key(n));
            if n % 100 == 0 {
                refused(buckets.take(key(0)));
            }
        }
    }
}
