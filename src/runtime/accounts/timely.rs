//! Accounts that answer in the time that a request has: looking for somebody may take a hash, a store or a site.

use std::net::IpAddr;
use std::sync::Arc;

use async_trait::async_trait;

use super::{Accounts, Session};
use crate::deadline::within;
use crate::dispatch::{Caller, Failure, Secret};

struct Timely(Arc<dyn Accounts>);

/// The accounts, asked [`within`] the time of the request.
pub fn timely(accounts: Arc<dyn Accounts>) -> Arc<dyn Accounts> {
    Arc::new(Timely(accounts))
}

#[async_trait]
impl Accounts for Timely {
    async fn login(&self, username: &str, password: &str, from: Option<IpAddr>) -> Result<Session, Failure> {
        within(self.0.login(username, password, from)).await
    }

    async fn check(&self, client: i64, key: &str, from: Option<IpAddr>) -> Result<Caller, Failure> {
        within(self.0.check(client, key, from)).await
    }

    async fn logout(&self, client: i64, key: &str) -> Result<(), Failure> {
        within(self.0.logout(client, key)).await
    }

    async fn password(&self, username: &str, password: &str, from: Option<IpAddr>) -> Result<Caller, Failure> {
        within(self.0.password(username, password, from)).await
    }

    async fn token(&self, token: &str, from: Option<IpAddr>) -> Result<Caller, Failure> {
        within(self.0.token(token, from)).await
    }

    fn knows_services(&self) -> bool {
        self.0.knows_services()
    }

    async fn issue(&self, username: &str, password: &str, service: &str, from: Option<IpAddr>) -> Result<Secret, Failure> {
        within(self.0.issue(username, password, service, from)).await
    }
}
