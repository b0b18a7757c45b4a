//! Digests of secrets under a key that this process alone has: by them it knows a password again that it does not keep.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::dispatch::Failure;

/// Makes such digests.
pub struct Keyed([u8; 32]);

impl std::fmt::Debug for Keyed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keyed(…)")
    }
}

impl Keyed {
    /// With a key of its own.
    pub fn new() -> Result<Keyed, Failure> {
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(|why| Failure::internal(format!("the system gives no random bytes: {why}")))?;
        Ok(Keyed(key))
    }

    /// The digest of some texts. Other texts have another one, however they are divided.
    pub fn digest(&self, parts: &[&str]) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).unwrap_or_else(|_| unreachable!("a key of any length will do"));
        for part in parts {
            mac.update(&(part.len() as u64).to_le_bytes());
            mac.update(part.as_bytes());
        }
        mac.finalize().into_bytes().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_of_these_texts_and_of_this_key() {
        let keyed = Keyed::new().unwrap();
        assert_eq!(keyed.digest(&["ab", "c"]), keyed.digest(&["ab", "c"]));
        assert_ne!(keyed.digest(&["ab", "c"]), keyed.digest(&["a", "bc"]));
        assert_ne!(keyed.digest(&["ab", "c"]), Keyed::new().unwrap().digest(&["ab", "c"]));
    }
}
