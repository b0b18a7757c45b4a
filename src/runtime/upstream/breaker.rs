//! A circuit breaker: after some failures in a row, calls fail at once for a while, so that a site that is down is not asked by everybody.
//!
//! Only failures to get an answer count. After the pause one call is let through; it decides whether the pause begins again.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How it behaves.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    /// Failures in a row that open it.
    pub failures: u32,
    /// How long it stays open.
    pub pause: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Policy { failures: 5, pause: Duration::from_secs(10) }
    }
}

/// A circuit breaker.
#[derive(Debug)]
pub struct Breaker {
    policy: Policy,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    failures: u32,
    /// Until when calls fail at once.
    open_until: Option<Instant>,
}

impl Breaker {
    /// A closed one.
    pub fn new(policy: Policy) -> Breaker {
        Breaker { policy, state: Mutex::default() }
    }

    /// Whether a call may be made. If not: for how long no more.
    pub fn admit(&self, now: Instant) -> Result<(), Duration> {
        let mut state = self.state();
        match state.open_until {
            Some(until) if until > now => Err(until - now),
            Some(_) => {
                // This call is the trial; the others wait for what becomes of it.
                state.open_until = Some(now + self.policy.pause);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// What became of a call that was admitted.
    pub fn record(&self, answered: bool, now: Instant) {
        let mut state = self.state();
        if answered {
            *state = State::default();
            return;
        }
        state.failures = state.failures.saturating_add(1);
        if state.failures >= self.policy.failures {
            state.open_until = Some(now + self.policy.pause);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change is whole when the lock is given back.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_after_failures_in_a_row_and_tries_once() {
        let breaker = Breaker::new(Policy { failures: 2, pause: Duration::from_secs(10) });
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        breaker.record(false, start);
        breaker.record(true, start);
        breaker.record(false, start);
        assert_eq!(breaker.admit(start), Ok(()));
        breaker.record(false, start);
        assert_eq!(breaker.admit(at(4)), Err(Duration::from_secs(6)));
        assert_eq!(breaker.admit(at(10)), Ok(()), "the trial");
        assert!(breaker.admit(at(11)).is_err(), "nobody beside it");
        breaker.record(true, at(11));
        assert_eq!(breaker.admit(at(12)), Ok(()));
    }
}
