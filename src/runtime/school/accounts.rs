//! Who may call the school: its users by their passwords, and foreign systems by the accounts that they were given.

use std::net::IpAddr;
use std::time::Duration;

use async_trait::async_trait;
use mwsc_contract::Value;
use sha2::{Digest as _, Sha256};

use super::tables::{ACCOUNTS, SESSIONS, TOKENS, USERS};
use super::work::{Site, Work, columns, conflict, unknown};
use super::{School, now, users};
use crate::accounts::{
    Accounts, Allowance, Passwords, Scheme, Session, Throttle, bad_login, bad_session, bad_token, hex, new_key, same_key,
};
use crate::dispatch::{Caller, Failure, Grants, Means, Secret};
use crate::store::{Draft, Id, Row, Store, Tables};

/// Accounts, sessions and tokens of a school.
pub struct SchoolAccounts {
    store: Store,
    site: Site,
    passwords: Passwords,
    throttle: Throttle,
    /// How long a session lasts from its login, in seconds.
    lifetime: i64,
}

/// Ways of authentication in which the school checks no password, or that are no way in.
const FOREIGN: &[&str] = &["cas", "shibboleth", "saml2", "oauth2", "nologin"];

/// How many tokens of one user for one service are good at the same time.
const TOKENS_EACH: usize = 10;

/// How long a token lasts, in seconds: twelve weeks, as Moodle's do.
const TOKEN_LIFETIME: i64 = 12 * 7 * 24 * 3_600;

/// An account to add.
#[derive(Debug, Clone, Default)]
pub struct NewAccount {
    /// User name.
    pub username: String,
    /// Password; empty for an account that tokens alone open.
    pub password: String,
    /// May do everything.
    pub administrator: bool,
    /// The capabilities of an account for a foreign system, which then has no others. `None` for one that goes by its roles.
    pub capabilities: Option<Vec<String>>,
    /// Operations that an account for a foreign system may call, `get_*` for all that begin so; empty for all.
    pub operations: Vec<String>,
    /// Services that it may use; empty for all.
    pub services: Vec<String>,
}

/// An account, as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Number of its user.
    pub id: Id,
    /// User name.
    pub username: String,
    /// May do everything.
    pub administrator: bool,
    /// See [`NewAccount::capabilities`].
    pub capabilities: Option<Vec<String>>,
    /// See [`NewAccount::operations`].
    pub operations: Vec<String>,
    /// See [`NewAccount::services`].
    pub services: Vec<String>,
}

impl School {
    /// The accounts of the school, whose sessions last so long.
    pub fn accounts(&self, lifetime: Duration, allowance: Allowance) -> SchoolAccounts {
        SchoolAccounts {
            store: self.store.clone(),
            site: self.site.clone(),
            passwords: self.passwords.clone(),
            throttle: self.throttle.allowing(allowance),
            lifetime: i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX),
        }
    }
}

impl SchoolAccounts {
    /// Adds an account, with a user of its name if there is none yet.
    pub async fn add(&self, new: NewAccount) -> Result<Account, Failure> {
        let hash = if new.password.is_empty() { String::new() } else { self.passwords.hash(&new.password).await? };
        self.store.write(move |draft| add(draft, &new, &hash)).await?
    }

    /// All accounts that are more than a user's password: administrators and foreign systems.
    pub async fn list(&self) -> Result<Vec<Account>, Failure> {
        let tables = self.store.read().await?;
        let special = |row: &&Row| row.int("administrator") != 0 || row.int("limited") != 0;
        let accounts = tables.table(ACCOUNTS).rows().filter(special);
        Ok(accounts.filter_map(|row| Some(account(row, tables.table(USERS).get(row.int("userid"))?))).collect())
    }

    /// Takes an account away, with its tokens and sessions. The user stays.
    pub async fn remove(&self, username: &str) -> Result<(), Failure> {
        let username = username.to_owned();
        let change = move |draft: &mut Draft| {
            let user = user_of(draft.table(USERS).first("username", &username.as_str().into()), &username)?;
            if draft.table(ACCOUNTS).first("userid", &user.into()).is_none() {
                return Err(unknown("account", &username));
            }
            for table in [ACCOUNTS, TOKENS, SESSIONS] {
                draft.remove_where(table, "userid", user);
            }
            Ok(())
        };
        self.store.write(change).await?
    }

    /// A new token for an account: for one service, or for all that the account may use when the name is empty.
    pub async fn new_token(&self, username: &str, service: &str) -> Result<Secret, Failure> {
        let tables = self.store.read().await?;
        let user = user_of(tables.table(USERS).first("username", &username.into()), username)?;
        self.token_for(user, service, 0).await
    }

    async fn token_for(&self, user: Id, service: &str, until: i64) -> Result<Secret, Failure> {
        let token = new_key()?;
        let (digest, service) = (digest(&token), service.to_owned());
        let change = move |draft: &mut Draft| {
            let known = draft.table(TOKENS).find("userid", &user.into());
            let known: Vec<Id> = known.into_iter().filter(|row| row.text("service") == service).map(Row::id).collect();
            for old in known.iter().rev().skip(TOKENS_EACH - 1) {
                draft.remove(TOKENS, *old);
            }
            let row = [
                ("userid", user.into()),
                ("digest", digest.into()),
                ("service", service.as_str().into()),
                ("validuntil", until.into()),
                ("timecreated", now().into()),
            ];
            draft.insert(TOKENS, columns(row));
            Ok::<_, Failure>(())
        };
        self.store.write(change).await??;
        Ok(Secret::new(&token))
    }

    /// The user who has this user name and password.
    async fn known(&self, username: &str, password: &str, from: Option<IpAddr>) -> Result<(Row, Row), Failure> {
        let tables = self.store.read().await?;
        let found = tables.table(USERS).first("username", &username.into()).filter(|user| may_log_in(user)).cloned();
        let account = found.as_ref().and_then(|user| open_account(&tables, user.id()));
        let (hash, scheme) = account.as_ref().map_or(("", ""), |account| (account.text("hash"), account.text("scheme")));
        let fits = self.passwords.fits(hash, scheme, password, || self.throttle.check(username, from)).await?;
        if let (Some(user), Some(account), true) = (found, account, fits) {
            self.throttle.succeeded(username);
            Ok((user, account))
        } else {
            self.throttle.failed(username, from);
            Err(bad_login())
        }
    }
}

fn may_log_in(user: &Row) -> bool {
    user.int("deleted") == 0 && user.int("confirmed") != 0 && user.text("username") != users::GUEST && !FOREIGN.contains(&user.text("auth"))
}

/// The account of a user, if it may be used.
fn open_account(tables: &Tables, user: Id) -> Option<Row> {
    tables.table(ACCOUNTS).first("userid", &user.into()).filter(|account| account.int("suspended") == 0).cloned()
}

fn user_of(found: Option<&Row>, username: &str) -> Result<Id, Failure> {
    found.filter(|user| user.int("deleted") == 0).map(Row::id).ok_or_else(|| unknown("user", username))
}

/// What stands for a token in the store: nobody who reads it there can use it.
fn digest(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

fn list(values: &[String]) -> Value {
    Value::List(values.iter().map(|value| value.as_str().into()).collect())
}

fn texts(row: &Row, column: &str) -> Vec<String> {
    row.get(column).as_list().unwrap_or_default().iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn account(row: &Row, user: &Row) -> Account {
    Account {
        id: user.id(),
        username: user.text("username").to_owned(),
        administrator: row.int("administrator") != 0,
        capabilities: (row.int("limited") != 0).then(|| texts(row, "capabilities")),
        operations: texts(row, "operations"),
        services: texts(row, "services"),
    }
}

fn add(draft: &mut Draft, new: &NewAccount, hash: &str) -> Result<Account, Failure> {
    let name = new.username.trim();
    if name.is_empty() {
        return Err(super::work::missing("username"));
    }
    let known = draft.table(USERS).first("username", &name.into()).map(Row::id);
    let user = known.unwrap_or_else(|| {
        let columns = columns([
            ("username", name.into()),
            ("firstname", name.into()),
            ("lastname", "Account".into()),
            ("auth", "webservice".into()),
            ("confirmed", 1.into()),
            ("mnethostid", 1.into()),
            ("lang", "en".into()),
            // Who is no person is nobody to write to.
            ("emailstop", 1.into()),
            ("timecreated", now().into()),
        ]);
        draft.insert(USERS, columns)
    });
    if draft.table(ACCOUNTS).first("userid", &user.into()).is_some() {
        return Err(conflict(format!("the user {name} has an account already.")));
    }
    let row = draft.insert(
        ACCOUNTS,
        columns([
            ("userid", user.into()),
            ("hash", hash.into()),
            ("scheme", Scheme::Plain.name().into()),
            ("administrator", i64::from(new.administrator).into()),
            ("limited", i64::from(new.capabilities.is_some()).into()),
            ("capabilities", list(new.capabilities.as_deref().unwrap_or_default())),
            ("operations", list(&new.operations)),
            ("services", list(&new.services)),
            ("timecreated", now().into()),
        ]),
    );
    let rows = draft.table(ACCOUNTS).get(row).zip(draft.table(USERS).get(user));
    rows.map(|(row, user)| account(row, user)).ok_or_else(|| Failure::internal("an account that was just added is not there"))
}

/// The caller whom an account makes.
fn caller(user: &Row, account: &Row, means: Means, address: Option<IpAddr>) -> Caller {
    let boxed = |column: &str| texts(account, column).into_iter().map(String::into_boxed_str).collect();
    let services: std::sync::Arc<[Box<str>]> = boxed("services");
    Caller {
        account: user.id(),
        username: user.text("username").into(),
        grants: if account.int("limited") == 0 { Grants::Roles } else { Grants::Only(boxed("capabilities")) },
        services: (!services.is_empty()).then_some(services),
        means,
        address,
        upstream: None,
    }
}

#[async_trait]
impl Accounts for SchoolAccounts {
    async fn login(&self, username: &str, password: &str, from: Option<IpAddr>) -> Result<Session, Failure> {
        let (user, account) = self.known(username, password, from).await?;
        let (key, site, lifetime) = (new_key()?, self.site.clone(), self.lifetime);
        let (row, maker) = (user.clone(), caller(&user, &account, Means::Password, from));
        let change = move |draft: &mut Draft| {
            let mut work = Work { draft, caller: &maker, site: &site, now: now() };
            Ok::<_, Failure>(open_session(&mut work, &row, &key, lifetime))
        };
        let (client, key, resumed) = self.store.write(change).await??;
        Ok(Session { client, key: Secret::new(&key), resumed, caller: caller(&user, &account, Means::Session { client }, from) })
    }

    async fn check(&self, client: i64, key: &str, from: Option<IpAddr>) -> Result<Caller, Failure> {
        let tables = self.store.read().await?;
        let session = self.session(&tables, client, key)?;
        let user = tables.table(USERS).get(session.int("userid")).filter(|user| may_log_in(user)).ok_or_else(bad_session)?;
        let account = open_account(&tables, user.id()).ok_or_else(bad_session)?;
        Ok(caller(user, &account, Means::Session { client }, from))
    }

    async fn logout(&self, client: i64, key: &str) -> Result<(), Failure> {
        self.session(&self.store.read().await?, client, key)?;
        let change = move |draft: &mut Draft| {
            // Of two who log out at once, one is the first.
            draft.table(SESSIONS).get(client).ok_or_else(bad_session)?;
            draft.remove(SESSIONS, client);
            Ok(())
        };
        self.store.write(change).await?
    }

    async fn password(&self, username: &str, password: &str, from: Option<IpAddr>) -> Result<Caller, Failure> {
        let (user, account) = self.known(username, password, from).await?;
        Ok(caller(&user, &account, Means::Password, from))
    }

    async fn token(&self, token: &str, from: Option<IpAddr>) -> Result<Caller, Failure> {
        let tables = self.store.read().await?;
        let row = tables.table(TOKENS).first("digest", &digest(token).into()).ok_or_else(bad_token)?;
        let until = row.int("validuntil");
        let user = tables.table(USERS).get(row.int("userid")).filter(|user| may_log_in(user) && (until == 0 || until > now()));
        let user = user.ok_or_else(bad_token)?;
        let account = open_account(&tables, user.id()).ok_or_else(bad_token)?;
        let caller = caller(user, &account, Means::Token, from);
        Ok(match row.text("service") {
            "" => caller,
            // A token for a service that the account may no longer use is good for nothing.
            service if caller.may_use(service) => Caller { services: Some([service.into()].into()), ..caller },
            _ => Caller { services: Some([].into()), ..caller },
        })
    }

    async fn issue(&self, username: &str, password: &str, service: &str, from: Option<IpAddr>) -> Result<Secret, Failure> {
        let (user, _) = self.known(username, password, from).await?;
        self.token_for(user.id(), service, now().saturating_add(TOKEN_LIFETIME)).await
    }
}

impl SchoolAccounts {
    /// An open session with this key.
    fn session(&self, tables: &Tables, client: i64, key: &str) -> Result<Row, Failure> {
        let session = tables.table(SESSIONS).get(client).filter(|session| same_key(session.text("sessionkey"), key));
        session.filter(|session| is_open(session, self.lifetime, now())).cloned().ok_or_else(bad_session)
    }
}

fn is_open(session: &Row, lifetime: i64, now: i64) -> bool {
    session.int("sessionbegin").saturating_add(lifetime) >= now
}

/// Opens a session, or gives the open one of the same user and address, its time begun anew.
fn open_session(work: &mut Work<'_>, user: &Row, key: &str, lifetime: i64) -> (Id, String, bool) {
    let ip = work.caller.address.map_or_else(String::new, |address| address.to_string());
    // Sessions that are over go by the way, the oldest first.
    let over: Vec<Id> = work.table(SESSIONS).rows().take(20).filter(|session| !is_open(session, lifetime, work.now)).map(Row::id).collect();
    for session in over {
        work.draft.remove(SESSIONS, session);
    }
    let mine = work.table(SESSIONS).find("userid", &user.id().into());
    let mine = mine.into_iter().find(|session| session.text("ip") == ip && is_open(session, lifetime, work.now)).cloned();
    if let Some(session) = mine {
        work.draft.update(SESSIONS, session.id(), [("sessionbegin", work.now)]);
        return (session.id(), session.text("sessionkey").to_owned(), true);
    }
    let row = [("userid", user.id().into()), ("sessionkey", key.into()), ("ip", ip.as_str().into()), ("sessionbegin", work.now.into())];
    let client = work.draft.insert(SESSIONS, columns(row));
    users::seen(work, user);
    work.draft.update(USERS, user.id(), [("lastip", ip)]);
    work.log(1, "user", "login", &format!("view.php?id={}", user.id()), &user.id().to_string(), 0);
    (client, key.to_owned(), false)
}
