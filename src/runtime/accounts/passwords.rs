//! Passwords: hashed with argon2id, checked without telling how far a guess came.
//!
//! A hash takes some 20 milliseconds and 19 MiB on purpose, so few are made at once and none by a thread that serves requests. Who sends
//! the password with each call would wait that long each time; so a password that was right is remembered for some minutes, as a digest
//! under a key that this process alone has.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use md5::{Digest as _, Md5};
use tokio::sync::Semaphore;

use super::Keyed;
use crate::dispatch::Failure;

/// What is hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// The password.
    Plain,
    /// The MD5 digest of the password in hexadecimal digits: what a client sent who had no more than that.
    Md5,
}

impl Scheme {
    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Scheme::Plain => "argon2",
            Scheme::Md5 => "md5+argon2",
        }
    }

    fn of(name: &str) -> Scheme {
        if name == Scheme::Md5.name() { Scheme::Md5 } else { Scheme::Plain }
    }
}

/// Makes and checks hashes. A clone is the same.
#[derive(Debug, Clone)]
pub struct Passwords {
    /// How many hashes are made at once.
    gate: Arc<Semaphore>,
    right: Arc<Right>,
}

/// What was right lately.
#[derive(Debug)]
struct Right {
    /// Without it, nothing is remembered.
    keyed: Option<Keyed>,
    until: Mutex<HashMap<[u8; 32], Instant>>,
}

/// How long a password that was right needs no hash.
const REMEMBERED: Duration = Duration::from_secs(300);

/// How many are remembered at most.
const MOST: usize = 10_000;

/// How long a password may be, in bytes: longer ones only cost time.
const LONGEST: usize = 1_024;

impl Default for Passwords {
    /// With a key of its own. Without random bytes to make it of, nothing is remembered.
    fn default() -> Passwords {
        Passwords { gate: Arc::new(Semaphore::new(2)), right: Arc::new(Right { keyed: Keyed::new().ok(), until: Mutex::default() }) }
    }
}

impl Passwords {
    /// The hash of a password, with a salt of its own.
    pub async fn hash(&self, password: &str) -> Result<String, Failure> {
        let password = password.to_owned();
        let _place = self.gate.acquire().await.map_err(|why| Failure::internal(why.to_string()))?;
        blocking(move || hash(&password)).await?
    }

    /// Whether a password belongs to a hash. An empty hash belongs to none, and finding that out takes as long. `allowed` may refuse what
    /// would have to be found out; it is asked when it is this password's turn, so that many guesses at once get no further than as many
    /// in turn.
    pub async fn fits(
        &self,
        hash: &str,
        scheme: &str,
        password: &str,
        allowed: impl Fn() -> Result<(), Failure> + Send + Sync,
    ) -> Result<bool, Failure> {
        let digest = self.right.digest(hash, scheme, password);
        if self.right.knows(digest) {
            return Ok(true);
        }
        let _place = self.gate.acquire().await.map_err(|why| Failure::internal(why.to_string()))?;
        if self.right.knows(digest) {
            return Ok(true);
        }
        allowed()?;
        if password.len() > LONGEST {
            return Ok(false);
        }
        let input = match Scheme::of(scheme) {
            Scheme::Plain => password.to_owned(),
            Scheme::Md5 => super::hex(&Md5::digest(password.as_bytes())),
        };
        let known = hash.to_owned();
        let fits = blocking(move || fits(&known, &input)).await?;
        if fits {
            self.right.remember(digest);
        }
        Ok(fits)
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.map_err(|why| Failure::internal(why.to_string()))
}

impl Right {
    /// The digest of a password for a hash: of another hash it would be another, so it is worth nothing once the password is changed.
    fn digest(&self, hash: &str, scheme: &str, password: &str) -> Option<[u8; 32]> {
        Some(self.keyed.as_ref()?.digest(&[hash, scheme, password]))
    }

    fn knows(&self, digest: Option<[u8; 32]>) -> bool {
        let until = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        digest.and_then(|digest| until.get(&digest)).is_some_and(|until| *until > Instant::now())
    }

    fn remember(&self, digest: Option<[u8; 32]>) {
        let Some(digest) = digest else { return };
        let now = Instant::now();
        let mut until = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        if until.len() >= MOST {
            until.retain(|_, until| *until > now);
        }
        if until.len() < MOST {
            until.insert(digest, now + REMEMBERED);
        }
    }
}

/// Parameters that OWASP recommends: 19 MiB, two passes. Tests need not be safe from anybody.
fn argon2() -> Argon2<'static> {
    let (memory, passes) = if cfg!(test) { (64, 1) } else { (19_456, 2) };
    let params = Params::new(memory, passes, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// The hash of a password, with a salt of its own. It takes a while.
pub fn hash(password: &str) -> Result<String, Failure> {
    if password.len() > LONGEST {
        return Err(Failure::parameter("password", format!("A password has at most {LONGEST} bytes.")));
    }
    let hash =
        argon2().hash_password(password.as_bytes()).map_err(|why| Failure::internal(format!("the password cannot be hashed: {why}")))?;
    Ok(hash.to_string())
}

/// A hash that no password belongs to, to be as slow without one as with one.
static NONE: LazyLock<String> = LazyLock::new(|| hash("").unwrap_or_default());

fn fits(known: &str, password: &str) -> bool {
    let hash = if known.is_empty() { NONE.as_str() } else { known };
    let fits = PasswordHash::new(hash).is_ok_and(|hash| argon2().verify_password(password.as_bytes(), &hash).is_ok());
    fits && !known.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::unnecessary_wraps, reason = "the form of a question")]
    fn free() -> Result<(), Failure> {
        Ok(())
    }

    #[tokio::test]
    async fn a_hash_fits_its_password_alone() {
        let passwords = Passwords::default();
        let hash = passwords.hash("right").await.unwrap();
        assert!(hash.starts_with("$argon2id$"));
        for _ in 0..2 {
            assert!(passwords.fits(&hash, "argon2", "right", free).await.unwrap());
        }
        assert!(!passwords.fits(&hash, "argon2", "wrong", free).await.unwrap());
        assert!(!passwords.fits("", "argon2", "", free).await.unwrap());
        assert!(!passwords.fits("no hash", "argon2", "right", free).await.unwrap());
        assert_ne!(hash, passwords.hash("right").await.unwrap(), "each has a salt of its own");
    }

    #[tokio::test]
    async fn a_digest_that_a_client_sent_is_no_password() {
        let passwords = Passwords::default();
        let digest = "5f4dcc3b5aa765d61d8327deb882cf99";
        let hash = passwords.hash(digest).await.unwrap();
        assert!(passwords.fits(&hash, "md5+argon2", "password", free).await.unwrap());
        assert!(!passwords.fits(&hash, "md5+argon2", digest, free).await.unwrap());
    }

    #[tokio::test]
    async fn endless_passwords_are_refused() {
        let passwords = Passwords::default();
        let long = "x".repeat(LONGEST + 1);
        assert!(passwords.hash(&long).await.is_err());
        assert!(!passwords.fits("", "argon2", &long, free).await.unwrap());
    }
}
