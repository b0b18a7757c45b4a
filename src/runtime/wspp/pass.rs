//! What a caller shows the server, carried along with the call and kept nowhere.

use serde::{Deserialize, Serialize};

use super::server::Key;
use crate::dispatch::Secret;

/// What a caller shows the server.
#[derive(Serialize, Deserialize)]
pub(super) enum Pass {
    /// A session that it has.
    Session(Key),
    /// User name and password.
    Password {
        /// User name.
        username: String,
        /// Password.
        password: String,
    },
}

impl Pass {
    /// As a secret.
    pub(super) fn seal(&self) -> Secret {
        // Texts and numbers always have JSON.
        Secret::new(&serde_json::to_string(self).unwrap_or_default())
    }

    /// From a secret.
    pub(super) fn open(secret: &Secret) -> Option<Pass> {
        serde_json::from_str(secret.reveal()).ok()
    }
}
