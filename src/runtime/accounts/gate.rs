//! Who may log in from where: a list of addresses in front of the accounts.

use std::net::IpAddr;
use std::sync::Arc;

use async_trait::async_trait;

use super::{Accounts, Session};
use crate::dispatch::{Caller, Failure, FailureKind, Secret};

/// Accounts behind a list of addresses. Open sessions are not asked where they come from, as OK Tech's server does not.
struct Gate {
    accounts: Arc<dyn Accounts>,
    allowed: Vec<IpAddr>,
}

/// The accounts, for callers from these addresses; from everywhere when there are none.
pub fn gated(accounts: Arc<dyn Accounts>, allowed: &[IpAddr]) -> Arc<dyn Accounts> {
    if allowed.is_empty() { accounts } else { Arc::new(Gate { accounts, allowed: allowed.to_vec() }) }
}

impl Gate {
    fn admits(&self, from: Option<IpAddr>) -> Result<(), Failure> {
        match from.map(|from| from.to_canonical()) {
            Some(from) if !self.allowed.iter().any(|allowed| allowed.to_canonical() == from) => {
                let message = format!("web service access not allowed for your ip address {from}.");
                Err(Failure::new(FailureKind::Forbidden, "ipblocked", message))
            }
            Some(_) | None => Ok(()),
        }
    }
}

#[async_trait]
impl Accounts for Gate {
    async fn login(&self, username: &str, password: &str, from: Option<IpAddr>) -> Result<Session, Failure> {
        self.admits(from)?;
        self.accounts.login(username, password, from).await
    }

    async fn check(&self, client: i64, key: &str, from: Option<IpAddr>) -> Result<Caller, Failure> {
        self.accounts.check(client, key, from).await
    }

    async fn logout(&self, client: i64, key: &str) -> Result<(), Failure> {
        self.accounts.logout(client, key).await
    }

    async fn password(&self, username: &str, password: &str, from: Option<IpAddr>) -> Result<Caller, Failure> {
        self.admits(from)?;
        self.accounts.password(username, password, from).await
    }

    async fn token(&self, token: &str, from: Option<IpAddr>) -> Result<Caller, Failure> {
        self.admits(from)?;
        self.accounts.token(token, from).await
    }

    fn knows_services(&self) -> bool {
        self.accounts.knows_services()
    }

    async fn issue(&self, username: &str, password: &str, service: &str, from: Option<IpAddr>) -> Result<Secret, Failure> {
        self.admits(from)?;
        self.accounts.issue(username, password, service, from).await
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::accounts::Memory;
    use crate::dispatch::Grants;

    #[tokio::test]
    async fn addresses_that_are_not_listed_cannot_log_in() {
        let accounts = || Arc::new(Memory::new(Duration::from_secs(60)).with(2, "ann", "secret", "t", Grants::Roles));
        let gate = gated(accounts(), &["192.0.2.1".parse().unwrap()]);
        let (here, mapped, there) = ("192.0.2.1".parse().ok(), "::ffff:192.0.2.1".parse().ok(), "192.0.2.2".parse().ok());
        let session = gate.login("ann", "secret", here).await.unwrap();
        assert!(gate.login("ann", "secret", mapped).await.is_ok());
        let why = gate.login("ann", "secret", there).await.unwrap_err();
        assert_eq!(why.message, "web service access not allowed for your ip address 192.0.2.2.");
        assert!(gate.password("ann", "secret", there).await.is_err());
        assert!(gate.token("t", there).await.is_err());
        assert!(gate.check(session.client, session.key.reveal(), there).await.is_ok());
        assert!(gated(accounts(), &[]).login("ann", "secret", there).await.is_ok());
    }
}
