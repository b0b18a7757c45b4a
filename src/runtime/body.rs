//! The body of a request, whole, within limits.
//!
//! Every protocol reads its requests from memory, so a body is bounded in length, and in the time that a slow client may take to send it.

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use http_body_util::LengthLimitError;

use crate::deadline::within;
use crate::dispatch::{Failure, FailureKind};

/// Limits on one body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Its length, in bytes.
    pub bytes: usize,
    /// From the head of the request to the last byte.
    pub time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { bytes: 16 << 20, time: Duration::from_secs(30) }
    }
}

/// Reads a body to its end.
pub async fn read(body: Body, limits: Limits) -> Result<Bytes, Failure> {
    within(whole(body, limits)).await
}

async fn whole(body: Body, limits: Limits) -> Result<Bytes, Failure> {
    match tokio::time::timeout(limits.time, to_bytes(body, limits.bytes)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(why)) if is_too_long(&why) => Err(too_long(limits)),
        Ok(Err(_)) => Err(Failure::new(FailureKind::BadRequest, "incomplete", "The request broke off.")),
        Err(_) => {
            let message = format!("The request did not arrive within {} seconds.", limits.time.as_secs_f64());
            Err(Failure::new(FailureKind::Slow, "slowrequest", message))
        }
    }
}

/// A body that is longer than the limit.
pub fn too_long(limits: Limits) -> Failure {
    Failure::new(FailureKind::TooLarge, "toolarge", format!("The request is longer than {} bytes.", limits.bytes))
}

fn is_too_long(why: &axum::Error) -> bool {
    matches!(std::error::Error::source(why), Some(inner) if inner.is::<LengthLimitError>())
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    const LIMITS: Limits = Limits { bytes: 4, time: Duration::from_millis(20) };

    #[tokio::test]
    async fn what_is_too_long_too_slow_or_broken_is_told_apart() {
        assert_eq!(read(Body::from("four"), LIMITS).await.unwrap(), "four");
        let refused = |why: Failure| (why.kind.status(), why.message);
        let long = read(Body::from("fiver"), LIMITS).await.map_err(refused);
        assert_eq!(long, Err((413, "The request is longer than 4 bytes.".to_owned())));
        let endless = Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());
        let slow = read(endless, LIMITS).await.map_err(refused);
        assert_eq!(slow, Err((408, "The request did not arrive within 0.02 seconds.".to_owned())));
        let broken = Body::from_stream(stream::once(async { Err::<Bytes, _>(std::io::Error::other("gone")) }));
        assert_eq!(read(broken, LIMITS).await.map_err(refused), Err((400, "The request broke off.".to_owned())));
    }
}
