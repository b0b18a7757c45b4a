//! A small service for tests of protocols: it answers with what it was asked.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::extract::connect_info::MockConnectInfo;
use mwsc_contract::{Manifest, Value};
use serde_json::json;

use crate::accounts::Memory;
use crate::app::{App, router};
use crate::build::Build;
use crate::dispatch::{Backend, Call, Failure, Grants};
use crate::settings::Settings;

/// Answers with its arguments.
struct Echo;

#[async_trait]
impl Backend for Echo {
    async fn call(&self, call: Call<'_>) -> Result<Value, Failure> {
        if call.operation == "core_nothing" {
            return Ok(Value::Null);
        }
        Ok([("id", call.args.get("id").cloned().unwrap_or_default()), ("who", Value::from(&*call.caller.username))].into_iter().collect())
    }
}

/// Its router. The user `ann` has the password `secret` and the token `a0`.
pub fn echo(debug: bool) -> Router {
    let scalar = |kind: &str| json!({ "scalar": { "kind": kind } });
    let operation = |params: serde_json::Value, result: Option<serde_json::Value>| {
        let mut out = json!({ "login-required": true, "params": params });
        if let Some(result) = result {
            out["result"] = result;
        }
        out
    };
    let echo = operation(json!([{ "name": "id", "type": scalar("string") }]), Some(json!({ "type": { "record": "echo" } })));
    let mut ajax = echo.clone();
    ajax["ajax"] = json!(true);
    let mut open = ajax.clone();
    open["login-required"] = json!(false);
    let manifest: Manifest = serde_json::from_value(json!({
        "format": mwsc_contract::FORMAT, "generator": "test", "digest": "", "releases": ["4.5.5"],
        "services": [
            { "shortname": "one", "name": "One", "operations": ["core_echo", "core_nothing", "core_open"], "convention": "moodle" },
            { "shortname": "two", "name": "Two", "operations": ["core_other"], "convention": "moodle" },
        ],
        "operations": {
            "core_echo": ajax, "core_open": open, "core_nothing": operation(json!([]), None), "core_other": operation(json!([]), None),
        },
        "records": { "echo": { "fields": [{ "name": "id", "type": scalar("string") }, { "name": "who", "type": scalar("string") }] } },
        "endpoints": [], "rules": {}, "files": [],
    }))
    .unwrap();
    let accounts = Memory::new(Duration::from_secs(60)).with(7, "ann", "secret", "a0", Grants::Roles);
    let settings = Settings { debug, ..Settings::default() };
    let app = App {
        build: Build::new(manifest, HashMap::new()),
        backend: Arc::new(Echo),
        accounts: Arc::new(accounts),
        settings,
        metrics: Arc::default(),
    };
    router(Arc::new(app)).layer(MockConnectInfo(SocketAddr::from(([127, 0, 0, 1], 9))))
}
