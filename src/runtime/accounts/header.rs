//! Who calls, by the header `Authorization`: HTTP Basic (RFC 7617) or a bearer token (RFC 6750).

use std::net::IpAddr;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Accounts;
use crate::dispatch::{Caller, Failure, FailureKind};

/// User name in HTTP Basic that says that the password is a token: for tools that can send nothing else.
const TOKEN_USER: &str = "token";

/// Who calls; `None` when the header is not there.
pub async fn caller(accounts: &dyn Accounts, headers: &HeaderMap, from: Option<IpAddr>) -> Result<Option<Caller>, Failure> {
    let Some(header) = headers.get(AUTHORIZATION) else { return Ok(None) };
    let (scheme, rest) = header.to_str().ok().and_then(|text| text.trim().split_once(' ')).ok_or_else(unreadable)?;
    let caller = if scheme.eq_ignore_ascii_case("bearer") {
        accounts.token(rest.trim(), from).await?
    } else if scheme.eq_ignore_ascii_case("basic") {
        let (user, password) = basic(rest.trim()).ok_or_else(unreadable)?;
        if user == TOKEN_USER || user.is_empty() {
            accounts.token(&password, from).await?
        } else {
            accounts.password(&user, &password, from).await?
        }
    } else {
        return Err(unreadable());
    };
    Ok(Some(caller))
}

/// User name and password. A name holds no colon, a password may.
fn basic(encoded: &str) -> Option<(String, String)> {
    let text = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

fn unreadable() -> Failure {
    Failure::new(
        FailureKind::Unauthenticated,
        "invalidtoken",
        "The header `Authorization` is neither `Bearer TOKEN` nor `Basic` with user name and password.",
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::accounts::Memory;
    use crate::dispatch::{Grants, Means};

    #[tokio::test]
    async fn basic_and_bearer() {
        let accounts = Memory::new(Duration::from_secs(60)).with(7, "ann", "a:b", "0123", Grants::Roles);
        let ask = async |value: &str| {
            let headers = HeaderMap::from_iter([(AUTHORIZATION, value.parse().unwrap())]);
            caller(&accounts, &headers, None)
                .await
                .map(|caller| caller.map(|caller| (caller.account, caller.means)))
                .map_err(|why| why.code)
        };
        let encoded = |text: &str| format!("Basic {}", STANDARD.encode(text));
        assert_eq!(ask("bearer 0123").await, Ok(Some((7, Means::Token))));
        assert_eq!(ask(&encoded("ann:a:b")).await, Ok(Some((7, Means::Password))));
        assert_eq!(ask(&encoded("token:0123")).await, Ok(Some((7, Means::Token))));
        assert_eq!(ask("Bearer 4").await, Err("invalidtoken".into()));
        assert_eq!(ask(&encoded("ann:x")).await, Err("invalidlogin".into()));
        assert_eq!(ask("Digest x").await, Err("invalidtoken".into()));
        assert_eq!(ask("Basic %").await, Err("invalidtoken".into()));
        assert!(caller(&accounts, &HeaderMap::new(), None).await.unwrap().is_none());
    }
}
