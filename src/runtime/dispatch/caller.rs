//! Who calls, and what they may do.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

/// Who calls.
#[derive(Debug, Clone, PartialEq)]
pub struct Caller {
    /// Number of the account: the user's id in the school.
    pub account: i64,
    /// Its user name.
    pub username: Arc<str>,
    /// What it may do.
    pub grants: Grants,
    /// Services that it may use, by shortname: those of its account, or the one of its token. `None` for all.
    pub services: Option<Arc<[Box<str>]>>,
    /// How it showed who it is.
    pub means: Means,
    /// Where the request comes from; `None` when it comes from this process.
    pub address: Option<IpAddr>,
    /// What a back end needs to act as this user: a token of the Moodle behind it. Never printed.
    pub upstream: Option<Secret>,
}

/// How a caller showed who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Means {
    /// A session, by its number and key.
    Session {
        /// Its number.
        client: i64,
    },
    /// User name and password, sent with this call alone.
    Password,
    /// A token.
    Token,
    /// Nothing: for operations that need no login.
    Nobody,
}

/// Capabilities of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grants {
    /// What the user's roles in the school allow, decided by the back end.
    Roles,
    /// These capabilities and no other, whatever the roles: an account for a foreign system does only what it was given.
    Only(Arc<[Box<str>]>),
}

impl Grants {
    /// Whether a capability is within the bounds that this account has. Roles have yet to allow it.
    pub fn admits(&self, capability: &str) -> bool {
        match self {
            Grants::Roles => true,
            Grants::Only(list) => list.iter().any(|granted| &**granted == capability),
        }
    }
}

/// A text that is not printed: a token, a key, a password.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Arc<str>);

impl Secret {
    /// Hides a text.
    pub fn new(text: &str) -> Secret {
        Secret(text.into())
    }

    /// The text, for whoever has to send it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl Caller {
    /// Somebody unknown, for operations that need no login.
    pub fn nobody(address: Option<IpAddr>) -> Caller {
        Caller {
            account: 0,
            username: "".into(),
            grants: Grants::Only([].into()),
            services: None,
            means: Means::Nobody,
            address,
            upstream: None,
        }
    }

    /// Whether it may use a service.
    pub fn may_use(&self, service: &str) -> bool {
        self.services.as_ref().is_none_or(|services| services.iter().any(|allowed| &**allowed == service))
    }

    /// Whether this is somebody.
    pub fn is_somebody(&self) -> bool {
        self.means != Means::Nobody
    }
}
