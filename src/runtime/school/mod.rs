//! The embedded school: the operations of the OK Tech service on the tables of a [`Store`].
//!
//! It is a small Moodle of its own, made so that a client can be tried without one: users with roles in courses, groups, activities,
//! grades, messages. What an operation does, whom it allows and what it says when it fails follows the original service; defects of that
//! service which its callers could see are mended where that breaks no caller, each with a test.
//!
//! - [`tables`] says what there is; record tables follow from the manifest;
//! - [`work`] is what every operation works with; [`rights`] decides who may do what;
//! - [`operations`] is the list of all operations; one file for each subject carries them out;
//! - [`texts`] has what is said where nothing was found;
//! - [`accounts`] lets users of the school log in, and systems that were given an account;
//! - [`across`] answers functions of Moodle that the crosswalk maps to operations, [`lookups`] what it has to look up for that, [`modules`]
//!   those of them that concern activities, and [`site`] what clients of Moodle ask first;
//! - [`extension`] hands on what the school does not know;
//! - [`demo`] is the school that a new store begins with.

pub mod accounts;
pub mod demo;
pub mod extension;
pub mod operations;
pub mod texts;

mod across;
mod activities;
mod assignments;
mod categories;
mod cohorts;
mod courses;
mod enrolments;
mod events;
mod forums;
mod grades;
mod groupings;
mod groups;
mod journal;
mod lookups;
mod messages;
mod modules;
mod moment;
mod pages;
mod quizzes;
mod resources;
mod rights;
mod roles;
mod sections;
mod site;
mod tables;
mod testing;
mod users;
mod work;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use indexmap::IndexMap;
use mwsc_contract::{Manifest, Value};

use crate::accounts::{Passwords, Scheme, Throttle, hash};
use crate::dispatch::{Backend, Call, Caller, Failure, FailureKind, Grants};
use crate::store::{Disk, Draft, Store, StoreError, Tables};
use extension::Extension;
use operations::{Access, Operation};
use tables::ACCOUNTS;
use work::{Args, Outcome, Site, Work};

/// The school.
#[derive(Debug, Clone)]
pub struct School {
    /// Address of the store.
    address: Arc<str>,
    store: Store,
    site: Site,
    passwords: Passwords,
    throttle: Throttle,
    extension: Option<Arc<dyn Extension>>,
}

/// A school that was opened.
pub struct Opened {
    /// The school.
    pub school: School,
    /// Whether it is new, so that its users have the password that was given for them.
    pub filled: bool,
}

impl School {
    /// Opens the school in a store; see [`Disk::open`] for addresses. A new one is filled with the [demonstration](demo), whose users all
    /// have `password`, or is left empty without one. `site` is the address that links begin with.
    pub async fn open(address: &str, manifest: &Manifest, site: &str, password: Option<&str>) -> Result<Opened, StoreError> {
        let passwords = Passwords::default();
        let mut filled = false;
        let store = Store::open(Disk::open(address).await?, tables::layouts(manifest), |draft| {
            if let Some(hash) = password.and_then(|password| hash(password).ok()) {
                demo::fill(draft, &hash, now());
                filled = true;
            }
        });
        let store = store.await?;
        let school = School {
            address: address.into(),
            store,
            site: Site { address: site.into() },
            passwords,
            throttle: Throttle::default(),
            extension: None,
        };
        Ok(Opened { school, filled })
    }

    /// The same school for another manifest, at another address, or with another address of the site: what a new configuration asks for.
    /// One that is nowhere but in memory stays as it is.
    pub async fn reopen(&self, address: &str, manifest: &Manifest, site: &str) -> Result<School, StoreError> {
        let layouts = tables::layouts(manifest);
        let tables = self.store.peek();
        let same = *self.address == *address;
        let store = if same && tables.have(&layouts) {
            self.store.clone()
        } else if same && address == "memory" {
            Store::open(Disk::Nowhere, layouts, |draft| draft.copy(&tables)).await?
        } else {
            Store::open(Disk::open(address).await?, layouts, |_| ()).await?
        };
        Ok(School { address: address.into(), store, site: Site { address: site.into() }, ..self.clone() })
    }

    /// With somebody to hand on what the school does not know, or with nobody.
    #[must_use]
    pub fn with_extension(self, extension: Option<Arc<dyn Extension>>) -> School {
        School { extension, ..self }
    }

    /// Whether the school carries out an operation by itself.
    pub fn has(operation: &str) -> bool {
        operations::find(operation).is_some()
    }

    async fn run(&self, operation: &'static Operation, args: IndexMap<String, Value>, caller: &Caller) -> Outcome {
        match operation.access {
            Access::Read => {
                let mut draft = Draft::of(self.tables().await?);
                let out = (operation.run)(&mut Work { draft: &mut draft, caller, site: &self.site, now: now() }, Args(&args));
                debug_assert!(draft.is_unchanged(), "{} only reads", operation.name);
                out
            }
            Access::Write => {
                let args = self.prepare(operation.name, args, caller).await?;
                let (site, caller) = (self.site.clone(), caller.clone());
                let change =
                    move |draft: &mut Draft| (operation.run)(&mut Work { draft, caller: &caller, site: &site, now: now() }, Args(&args));
                self.store.write(change).await?
            }
        }
    }

    /// Carries a writing operation out several times, wholly or not at all.
    async fn write_all(&self, operation: &'static Operation, all: Vec<IndexMap<String, Value>>, caller: &Caller) -> Result<(), Failure> {
        let mut prepared = Vec::with_capacity(all.len());
        for args in all {
            prepared.push(self.prepare(operation.name, args, caller).await?);
        }
        let (site, caller) = (self.site.clone(), caller.clone());
        let change = move |draft: &mut Draft| {
            prepared.iter().try_for_each(|args| {
                let out = (operation.run)(&mut Work { draft, caller: &caller, site: &site, now: now() }, Args(args))?;
                across::failed(&out).map_or(Ok(()), Err)
            })
        };
        self.store.write(change).await?
    }

    async fn tables(&self) -> Result<Tables, Failure> {
        Ok(self.store.read().await?)
    }

    /// Replaces passwords by their hashes, which take too long to be made while others wait for their turn. Who may not set them gets none
    /// made.
    async fn prepare(
        &self,
        operation: &str,
        mut args: IndexMap<String, Value>,
        caller: &Caller,
    ) -> Result<IndexMap<String, Value>, Failure> {
        let Some((_, parameter)) = users::WITH_PASSWORDS.iter().find(|(name, _)| *name == operation) else { return Ok(args) };
        let mut draft = Draft::of(self.tables().await?);
        let work = Work { draft: &mut draft, caller, site: &self.site, now: now() };
        let may = ["moodle/user:create", "moodle/user:update"].iter().any(|capability| work.can(capability, rights::Context::System));
        match args.get_mut(*parameter) {
            Some(Value::List(items)) => {
                for item in items {
                    self.hash(item, may).await?;
                }
            }
            Some(item) => self.hash(item, may).await?,
            None => {}
        }
        Ok(args)
    }

    async fn hash(&self, item: &mut Value, may: bool) -> Result<(), Failure> {
        let Value::Map(map) = item else { return Ok(()) };
        let map = Arc::make_mut(map);
        let mut take =
            |name: &str| map.shift_remove(name).and_then(|value| value.as_str().map(str::to_owned)).filter(|text| !text.is_empty());
        let (password, md5) = (take("password"), take("passwordmd5"));
        let (input, scheme) = match (md5, password) {
            (Some(md5), _) => (md5.to_ascii_lowercase(), Scheme::Md5),
            (None, Some(password)) => (password, Scheme::Plain),
            (None, None) => return Ok(()),
        };
        if may {
            map.insert(users::HASH.to_owned(), self.passwords.hash(&input).await?.into());
            map.insert(users::SCHEME.to_owned(), scheme.name().into());
        }
        Ok(())
    }
}

#[async_trait]
impl Backend for School {
    async fn call(&self, call: Call<'_>) -> Outcome {
        if matches!(call.caller.grants, Grants::Only(_)) && call.caller.is_somebody() {
            self.allow(call.caller, call.operation).await?;
        }
        if let Some(operation) = operations::find(call.operation) {
            return self.run(operation, call.args, call.caller).await;
        }
        if site::is_asked_by(call.operation) {
            return self.about(&call).await;
        }
        if let Some(outcome) = self.across(&call).await {
            return outcome;
        }
        match &self.extension {
            Some(extension) => extension.call(&call).await,
            None => Err(extension::none(&call)),
        }
    }

    async fn ready(&self) -> Result<(), Failure> {
        Ok(self.store.check().await?)
    }
}

impl School {
    /// Refuses what the account of a foreign system was not given.
    async fn allow(&self, caller: &Caller, operation: &str) -> Result<(), Failure> {
        let tables = self.tables().await?;
        let account = tables.table(ACCOUNTS).first("userid", &caller.account.into());
        let given = account.and_then(|account| account.get("operations").as_list()).unwrap_or_default();
        let fits = |pattern: &str| pattern.strip_suffix('*').map_or(pattern == operation, |start| operation.starts_with(start));
        if given.is_empty() || given.iter().filter_map(Value::as_str).any(fits) {
            return Ok(());
        }
        Err(Failure::new(FailureKind::Forbidden, "accessexception", "Access control exception"))
    }
}

impl From<StoreError> for Failure {
    fn from(why: StoreError) -> Self {
        Failure::new(FailureKind::Unavailable, "storeunavailable", "The store does not answer at the moment.").debug(why.to_string())
    }
}

/// Seconds since 1970.
fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| i64::try_from(time.as_secs()).unwrap_or(i64::MAX))
}
