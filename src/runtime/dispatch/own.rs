//! Operations of OK Tech that the runtime answers by itself, whatever the back end: sessions, and what the service says of itself.

use mwsc_contract::schema::Convention;
use mwsc_contract::{Service, Value};

use super::{Args, Caller, Failure};
use crate::app::App;

/// Release of the interface, as OK Tech's server numbers it. Clients compare it.
pub const RELEASE: i64 = 2_010_101_000;

/// Whether the runtime answers an operation of a service by itself.
pub fn is_own(service: &Service, operation: &str) -> bool {
    service.convention == Convention::OkTech && matches!(operation, "login" | "logout" | "get_my_id" | "get_version")
}

/// The answer, if the operation is one of these. Arguments were checked.
pub(super) async fn answer(app: &App, service: &Service, operation: &str, args: &Args, caller: &Caller) -> Option<Result<Value, Failure>> {
    if !is_own(service, operation) {
        return None;
    }
    Some(match operation {
        "login" => login(app, args, caller).await,
        // Whoever has a session ends it where it is known by its key; all others have none to end.
        "logout" => Ok(Value::Bool(true)),
        "get_my_id" => Ok(Value::Int(caller.account)),
        "get_version" => Ok(Value::Int(RELEASE)),
        _ => return None,
    })
}

/// Whether an operation ends the session with which it is called. The protocol that knows number and key does it.
pub fn ends_session(service: &Service, operation: &str) -> bool {
    service.convention == Convention::OkTech && operation == "logout"
}

async fn login(app: &App, args: &Args, caller: &Caller) -> Result<Value, Failure> {
    let text = |name: &str| args.get(name).and_then(Value::as_str).unwrap_or_default();
    let session = app.accounts.login(text("username"), text("password"), caller.address).await?;
    Ok([("client", Value::Int(session.client)), ("sessionkey", session.key.reveal().into())].into_iter().collect())
}
