//! Who may call: accounts, sessions and tokens.
//!
//! The store keeps them; [`Memory`] is for tests. What every implementation does alike:
//!
//! - a session ends a fixed time after its login, whatever is called meanwhile ([`Session`] has no renewal);
//! - a login while a session of the same user from the same address is open gives that session again, its time begun anew;
//! - keys come from a secure generator and are compared in constant time;
//! - a refusal does not tell whether the user name or the password was wrong.

mod gate;
pub mod header;
mod keyed;
mod memory;
mod passwords;
mod throttle;
mod timely;

use std::fmt::Write as _;
use std::net::IpAddr;

use async_trait::async_trait;

use crate::dispatch::{Caller, Failure, FailureKind, Secret};

pub use gate::gated;
pub use keyed::Keyed;
pub use memory::Memory;
pub use passwords::{Passwords, Scheme, hash};
pub use throttle::{Allowance, Throttle};
pub use timely::timely;

/// An open session, as its login answers it.
#[derive(Debug, Clone)]
pub struct Session {
    /// Its number.
    pub client: i64,
    /// Its key: 32 hexadecimal digits.
    pub key: Secret,
    /// Whether it was open before this login.
    pub resumed: bool,
    /// Who has it.
    pub caller: Caller,
}

/// Where accounts, sessions and tokens are kept.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// Opens a session. `from` is where the request comes from.
    async fn login(&self, username: &str, password: &str, from: Option<IpAddr>) -> Result<Session, Failure>;

    /// Who has a session, if it is open and this is its key.
    async fn check(&self, client: i64, key: &str, from: Option<IpAddr>) -> Result<Caller, Failure>;

    /// Ends a session. One that is not open is a failure, as for [`check`](Accounts::check).
    async fn logout(&self, client: i64, key: &str) -> Result<(), Failure>;

    /// Who has this user name and password, for one call. Opens no session and ends none.
    async fn password(&self, username: &str, password: &str, from: Option<IpAddr>) -> Result<Caller, Failure>;

    /// Who has a token.
    async fn token(&self, token: &str, from: Option<IpAddr>) -> Result<Caller, Failure>;

    /// Whether [`issue`](Accounts::issue) knows which services there are. If not, the manifest says it.
    fn knows_services(&self) -> bool {
        false
    }

    /// A token of a user for one service: the one that there is, or a new one. Its caller may use that service alone.
    async fn issue(&self, username: &str, password: &str, service: &str, from: Option<IpAddr>) -> Result<Secret, Failure>;
}

/// User name or password is wrong, or the account may not log in.
pub fn bad_login() -> Failure {
    Failure::new(FailureKind::Unauthenticated, "invalidlogin", "Invalid username and / or password.")
}

/// There is no such session, its key is another, or its time is over.
pub fn bad_session() -> Failure {
    Failure::new(FailureKind::Unauthenticated, "invalidsession", "Invalid Client connection.")
}

/// There is no such token, or its time is over.
pub fn bad_token() -> Failure {
    Failure::new(FailureKind::Unauthenticated, "invalidtoken", "Invalid token - token not found")
}

/// A key for a session: 128 bits of the system's secure generator in hexadecimal digits.
pub fn new_key() -> Result<String, Failure> {
    let mut bytes = [0u8; 16];
    getrandom::fill(&mut bytes).map_err(|why| Failure::internal(format!("the system gives no random bytes: {why}")))?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}

/// Bytes in hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        // Writing to a string cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// Whether two keys are equal, in a time that does not depend on where they differ.
pub fn same_key(one: &str, other: &str) -> bool {
    subtle::ConstantTimeEq::ct_eq(one.as_bytes(), other.as_bytes()).into()
}

#[cfg(test)]
mod tests;
