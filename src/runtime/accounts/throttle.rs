//! A limit on logins that fail: for each account and for each address, so that neither guessing one password nor trying one password on
//! many accounts gets far.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};

use crate::dispatch::{Failure, FailureKind};

/// How many failures are allowed in a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// For one account.
    pub account: u32,
    /// For one address. Many people may be behind one.
    pub address: u32,
    /// In which time.
    pub window: Duration,
}

impl Default for Allowance {
    fn default() -> Self {
        Allowance { account: 10, address: 50, window: Duration::from_secs(300) }
    }
}

/// Counts failures. Its copies count together, so that what is known outlives a reload.
#[derive(Debug, Clone, Default)]
pub struct Throttle {
    allowance: Allowance,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    accounts: HashMap<Account, Count>,
    addresses: HashMap<IpAddr, Count>,
}

/// An account by a digest of its name: whoever guesses may call it whatever they like, at whatever length.
type Account = [u8; 32];

/// The account that a name means. A site may take a name in any letter case, and that must give nobody more tries.
fn account(name: &str) -> Account {
    Sha256::digest(name.trim().to_lowercase().as_bytes()).into()
}

/// Failures since a moment.
#[derive(Debug, Clone, Copy)]
struct Count {
    failures: u32,
    since: Instant,
}

/// How many accounts and how many addresses are counted at most. Beyond that the oldest windows have to end first.
const MOST: usize = 100_000;

impl Throttle {
    /// With an allowance.
    pub fn new(allowance: Allowance) -> Throttle {
        Throttle { allowance, state: Arc::default() }
    }

    /// With another allowance, and the same count.
    #[must_use]
    pub fn allowing(&self, allowance: Allowance) -> Throttle {
        Throttle { allowance, state: self.state.clone() }
    }

    /// How many failures are allowed.
    pub fn allowance(&self) -> Allowance {
        self.allowance
    }

    /// Refuses a try when too many failed.
    pub fn check(&self, name: &str, address: Option<IpAddr>) -> Result<(), Failure> {
        let now = Instant::now();
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let window = self.allowance.window;
        let of_account = wait(&state.accounts, &account(name), self.allowance.account, now, window);
        let of_address = address.and_then(|address| wait(&state.addresses, &address, self.allowance.address, now, window));
        of_account.max(of_address).map_or(Ok(()), |wait| Err(refusal(wait)))
    }

    /// A try failed.
    pub fn failed(&self, name: &str, address: Option<IpAddr>) {
        let now = Instant::now();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let window = self.allowance.window;
        count(&mut state.accounts, account(name), now, window);
        if let Some(address) = address {
            count(&mut state.addresses, address, now, window);
        }
    }

    /// A try did not fail: what failed before is forgiven the account, and not the address, which may go on with another account.
    pub fn succeeded(&self, name: &str) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).accounts.remove(&account(name));
    }
}

/// How long to wait, if too many failed.
fn wait<K: Hash + Eq>(counts: &HashMap<K, Count>, key: &K, most: u32, now: Instant, window: Duration) -> Option<Duration> {
    match counts.get(key) {
        Some(count) => {
            (count.failures >= most).then(|| window.saturating_sub(now.duration_since(count.since))).filter(|wait| !wait.is_zero())
        }
        // Nobody can be counted any more: who is not yet has to wait for those who are.
        None => (counts.len() >= MOST && counts.values().all(|count| now.duration_since(count.since) < window)).then_some(window),
    }
}

/// Counts one more.
fn count<K: Hash + Eq>(counts: &mut HashMap<K, Count>, key: K, now: Instant, window: Duration) {
    if counts.len() >= MOST {
        counts.retain(|_, count| now.duration_since(count.since) < window);
    }
    let fresh = Count { failures: 0, since: now };
    let count = counts.entry(key).or_insert(fresh);
    if now.duration_since(count.since) >= window {
        *count = fresh;
    }
    count.failures = count.failures.saturating_add(1);
}

fn refusal(wait: Duration) -> Failure {
    let seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1);
    let failure = Failure::new(FailureKind::Limited, "toomanylogins", "Too many logins have failed. Try again later.");
    Failure { retry_after: seconds, ..failure }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn throttle(window: Duration) -> Throttle {
        Throttle::new(Allowance { account: 3, address: 5, window })
    }

    #[test]
    fn an_account_has_so_many_tries() {
        let throttle = throttle(Duration::from_secs(60));
        for _ in 0..3 {
            throttle.check("ann", None).unwrap();
            throttle.failed("ann", None);
        }
        let refused = throttle.check("ann", None).unwrap_err();
        assert_eq!(refused.kind, FailureKind::Limited);
        assert!((1..=61).contains(&refused.retry_after));
        throttle.check("bob", None).unwrap();
    }

    #[test]
    fn an_address_has_so_many_tries_whatever_the_account() {
        let throttle = throttle(Duration::from_secs(60));
        let here = "192.0.2.1".parse().ok();
        for account in ["a", "b", "c", "d", "e"] {
            throttle.check(account, here).unwrap();
            throttle.failed(account, here);
            throttle.succeeded("mine");
        }
        assert!(throttle.check("f", here).is_err());
        throttle.check("f", "192.0.2.2".parse().ok()).unwrap();
    }

    /// Moodle takes user names in any letter case, and each spelling had tries of its own.
    #[test]
    fn other_spellings_of_a_name_are_the_same_account() {
        let throttle = throttle(Duration::from_secs(60));
        for name in ["ann", "Ann", " ANN "] {
            throttle.check(name, None).unwrap();
            throttle.failed(name, None);
        }
        assert!(throttle.check("aNn", None).is_err());
        let other = throttle.allowing(Allowance { account: 4, ..throttle.allowance });
        other.check("ann", None).unwrap();
        other.failed("ann", None);
        assert!(other.check("ann", None).is_err(), "copies count together");
    }

    #[test]
    fn success_and_time_forgive() {
        let throttle = throttle(Duration::from_millis(20));
        for _ in 0..10 {
            throttle.check("ann", None).unwrap();
            throttle.failed("ann", None);
            throttle.succeeded("ann");
        }
        for _ in 0..3 {
            throttle.failed("ann", None);
        }
        assert!(throttle.check("ann", None).is_err());
        std::thread::sleep(Duration::from_millis(25));
        throttle.check("ann", None).unwrap();
    }
}
