//! Tests of the school, through the same door as every protocol: arguments and answers are checked by the manifest.

mod accounts;
mod across;
mod again;
mod documents;
mod every;
mod extension;
mod mended;
mod modules;
mod semantics;
mod stored;

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value as Json};

use super::School;
use super::accounts::SchoolAccounts;
use crate::accounts::{Accounts, Allowance};
use crate::app::{App, Known};
use crate::build::Build;
use crate::dispatch::{Args, Caller, Failure, Kinds, dispatch};
use crate::settings::Settings;
use crate::store::{Row, TableId};
use crate::testing::interface;

/// The password of everybody in the demonstration.
const PASSWORD: &str = "Demo-pass-1";

/// A school that is served.
struct Desk {
    school: School,
    app: App,
    accounts: Arc<SchoolAccounts>,
}

impl Desk {
    /// A school in memory.
    async fn new() -> Desk {
        Desk::at("memory").await
    }

    /// A school in a store.
    async fn at(address: &str) -> Desk {
        let build = interface();
        let school = School::open(address, &build.manifest, "https://school.example", Some(PASSWORD)).await.unwrap().school;
        Desk::with(school, build)
    }

    fn with(school: School, build: Build) -> Desk {
        let accounts = Arc::new(school.accounts(Duration::from_secs(1800), Allowance::default()));
        let settings = Settings::default();
        Desk {
            school: school.clone(),
            app: App {
                build,
                backend: Arc::new(school),
                accounts: Arc::clone(&accounts) as Arc<dyn Accounts>,
                settings,
                metrics: Arc::default(),
                known: Known::default(),
            },
            accounts,
        }
    }

    async fn caller(&self, user: &str) -> Caller {
        self.accounts.password(user, PASSWORD, None).await.unwrap()
    }

    /// Calls an operation as a user.
    async fn call(&self, user: &str, operation: &str, args: Json) -> Result<Json, Failure> {
        self.call_as(&self.caller(user).await, operation, args).await
    }

    async fn call_as(&self, caller: &Caller, operation: &str, args: Json) -> Result<Json, Failure> {
        let service = self.app.build.manifest.services.iter().find(|service| service.operations.iter().any(|name| name == operation));
        let args: Args = serde_json::from_value(args).unwrap();
        let value = dispatch(&self.app, service.unwrap(), operation, args, Kinds::Typed, caller).await?;
        Ok(serde_json::to_value(&value).unwrap())
    }

    /// Calls an operation that has to succeed.
    async fn ok(&self, user: &str, operation: &str, args: Json) -> Json {
        self.call(user, operation, args).await.unwrap_or_else(|why| panic!("{operation}: {why:?}"))
    }

    /// The text of the failure of a call, of its first item that stands for an error, or of its answer.
    async fn error(&self, user: &str, operation: &str, args: Json) -> Result<String, String> {
        Ok(match self.call(user, operation, args).await {
            Err(why) => why.message,
            Ok(value) => {
                let item = value.as_array().map_or(Some(&value), |items| items.iter().find(|item| item.get("error").is_some()));
                let text = item.and_then(|item| item.get("error")).and_then(Json::as_str);
                text.ok_or_else(|| format!("it did not fail: {value}"))?.to_owned()
            }
        })
    }

    /// All rows of the school.
    fn rows(&self) -> Vec<Vec<Row>> {
        let tables = self.school.store.peek();
        (0..tables.len()).map(|table| tables.table(TableId(table)).rows().cloned().collect()).collect()
    }
}

/// Values of a field of each item.
fn each(value: &Json, field: &str) -> Vec<Json> {
    value.as_array().unwrap().iter().map(|item| item.get(field).cloned().unwrap_or_default()).collect()
}

/// Arguments with some more or others.
fn with(args: &Json, more: &Json) -> Json {
    let mut map: Map<String, Json> = args.as_object().unwrap().clone();
    map.extend(more.as_object().unwrap().clone());
    Json::Object(map)
}
