//! Until when a request has to be answered.
//!
//! Whatever a request waits for (its body, an account, a back end) is waited for [`within`] its time, so that a request that takes too long
//! is a [`Failure`] like any other, and its protocol says so in its own words.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::dispatch::{Failure, FailureKind};

/// The end of the time that a request has.
#[derive(Debug, Clone, Copy)]
pub struct Deadline {
    at: Instant,
    limit: Duration,
}

impl Deadline {
    /// So long from now on.
    pub fn after(limit: Duration) -> Deadline {
        // A limit beyond all reckoning is none.
        let now = Instant::now();
        Deadline { at: now.checked_add(limit).unwrap_or(now + Duration::from_secs(86_400 * 365)), limit }
    }
}

tokio::task_local! {
    /// The end of the time that the present request has. What belongs to no request has all the time.
    pub static DEADLINE: Deadline;
}

/// Waits for something, as long as the present request has time.
pub async fn within<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    match DEADLINE.try_with(|deadline| *deadline) {
        Ok(Deadline { at, limit }) => timeout_at(at, work).await.unwrap_or_else(|_| Err(late(limit))),
        Err(_) => work.await,
    }
}

fn late(limit: Duration) -> Failure {
    let message = format!("The request took longer than {} seconds.", limit.as_secs_f64());
    Failure::new(FailureKind::TimedOut, "requesttimeout", message)
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    #[tokio::test]
    async fn a_request_has_so_long() {
        let limit = Duration::from_millis(20);
        let slow = DEADLINE.scope(Deadline::after(limit), within(pending::<Result<(), Failure>>())).await.unwrap_err();
        assert_eq!((slow.kind, slow.message.as_str()), (FailureKind::TimedOut, "The request took longer than 0.02 seconds."));
        assert!(DEADLINE.scope(Deadline::after(limit), within(async { Ok(()) })).await.is_ok());
        assert!(DEADLINE.scope(Deadline::after(Duration::MAX), within(async { Ok(()) })).await.is_ok());
        assert!(within(async { Ok(()) }).await.is_ok(), "what is no request has all the time");
    }
}
