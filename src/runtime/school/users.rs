//! Users: finding them, and adding, changing and deleting them.

use std::sync::Arc;

use mwsc_contract::Value;
use mwsc_contract::value::Map;

use super::operations::{Operation, read, write};
use super::rights::Context;
use super::tables::{ACCOUNTS, ASSIGNMENTS_OF_ROLES, COHORT_MEMBERS, CONTACTS, GROUP_MEMBERS, PROFILE_FIELDS, SESSIONS, TOKENS, USERS};
use super::work::{Action, Args, Outcome, Work, columns, conflict, invalid, item_error, missing, unknown};
use crate::dispatch::Failure;
use crate::store::{Id, Row, int};

pub const OPERATIONS: &[Operation] = &[
    read("get_users", |work, args| Ok(get_users(work, args))),
    read("get_user", |work, args| Ok(users_by(work, &args.text("idfield"), &[args.text("userinfo").as_ref()]))),
    read("get_user_byid", |work, args| Ok(users_by(work, "id", &[args.text("userinfo").as_ref()]))),
    read("get_user_byidnumber", |work, args| Ok(users_by(work, "idnumber", &[args.text("userinfo").as_ref()]))),
    read("get_user_byusername", |work, args| Ok(users_by(work, "username", &[args.text("userinfo").as_ref()]))),
    read("get_users_byprofile", get_users_byprofile),
    write("set_user_profile_values", set_user_profile_values),
    write("edit_users", |work, args| Ok(edit(work, args.records("users")))),
    write("add_user", |work, args| args.record("userdatum").map(|datum| work.each([datum], add))),
    write("update_user", update_user),
    write("delete_user", |work, args| {
        let user = work.known(USERS, "user", &args.text("useridfield"), &args.text("userid"))?;
        Ok(work.each([user.id()], delete))
    }),
];

/// Key of an item under which the hash of its password stands, and the scheme of it. Passwords themselves never come this far.
pub const HASH: &str = "\0hash";
/// See [`HASH`].
pub const SCHEME: &str = "\0scheme";

/// The operations whose items may have passwords, with the parameter that holds the item or the items.
pub const WITH_PASSWORDS: &[(&str, &str)] = &[("edit_users", "users"), ("add_user", "userdatum"), ("update_user", "datum")];

/// A user as operations answer one: without what the user keeps private, with the role that was asked for.
pub fn answer(user: &Row, role: i64) -> Value {
    disclosed(user, user.int("emailstop") != 0, role)
}

/// The same of a user of whom it is known whether the address is private.
fn disclosed(user: &Row, is_private: bool, role: i64) -> Value {
    if !is_private && role == 0 {
        return user.value();
    }
    let mut map = Map::clone(&user.shown);
    if is_private {
        map.insert("email".to_owned(), "not disclosed by user's will".into());
    }
    map.insert("role".to_owned(), Value::Int(role));
    map.into()
}

/// Users as answers.
pub fn answers(users: impl IntoIterator<Item = Row>) -> Value {
    Value::List(users.into_iter().map(|user| answer(&user, 0)).collect())
}

/// A user's name for people.
pub fn full_name(user: &Row) -> String {
    format!("{} {}", user.text("firstname"), user.text("lastname"))
}

impl Work<'_> {
    /// The user whom a caller names, who was not deleted.
    pub fn user(&self, column: &str, value: &str) -> Result<Row, Failure> {
        self.known(USERS, "user", column, value).and_then(|user| alive(user, format_args!("{column}={value}")))
    }

    /// The user of a number, who was not deleted.
    pub fn user_id(&self, id: Id) -> Result<Row, Failure> {
        self.known_id(USERS, "user", id).and_then(|user| alive(user, format_args!("id={id}")))
    }

    /// The user whom a caller names, or the caller when nothing is named. Others need to be somebody who may act for them.
    pub fn myself_or(&self, column: &str, value: &str, capability: &str) -> Result<Row, Failure> {
        let user = if value.is_empty() || value == "0" { self.user_id(self.caller.account)? } else { self.user(column, value)? };
        if user.id() != self.caller.account {
            self.demand(capability, Context::System)?;
        }
        Ok(user)
    }
}

fn alive(user: Row, which: impl std::fmt::Display) -> Result<Row, Failure> {
    if user.int("deleted") == 0 { Ok(user) } else { Err(unknown("user", which)) }
}

fn get_users(work: &Work<'_>, args: Args<'_>) -> Value {
    let values = args.texts("userids");
    if values.is_empty() {
        let table = work.table(USERS);
        let (deleted, emailstop, users) = (table.reader("deleted"), table.reader("emailstop"), table.sorted("firstname"));
        let users = users.iter().filter(|user| int(deleted(user)) == 0);
        return Value::List(users.map(|user| disclosed(user, int(emailstop(user)) != 0, 0)).collect());
    }
    users_by(work, &args.text("idfield"), &values)
}

/// Users by values of a column, in the order of the values; for a value that nobody has, an item that says so.
fn users_by<T: AsRef<str>>(work: &Work<'_>, column: &str, values: &[T]) -> Value {
    let mut out = Vec::new();
    for value in values {
        let value = value.as_ref();
        let found = if column.is_empty() { Vec::new() } else { work.matching(USERS, column, value) };
        if found.is_empty() {
            out.push(no_match(column, value));
        }
        out.extend(found.iter().map(|user| answer(user, 0)));
    }
    Value::List(out)
}

/// The item for a value that no row has.
pub fn no_match(column: &str, value: &str) -> Value {
    item_error(&format!("no match found for {column} = {value}"))
}

fn get_users_byprofile(work: &mut Work<'_>, args: Args<'_>) -> Outcome {
    work.demand("moodle/site:viewparticipants", Context::System)?;
    let name = args.text("profilefieldname");
    profile_field(work, &name)?;
    let wanted = args.text("profilefieldvalue");
    let has = |user: &&Row| profile(user).any(|(field, value)| field == name && value == wanted);
    let users: Vec<Row> = work.table(USERS).rows().filter(|user| user.int("deleted") == 0).filter(has).cloned().collect();
    Ok(answers(users))
}

/// The custom fields of a user, as names and values.
fn profile(user: &Row) -> impl Iterator<Item = (&str, &str)> {
    let items = user.get("profile").as_list().unwrap_or_default();
    items.iter().filter_map(|item| Some((item.get("name")?.as_str()?, item.get("value")?.as_str()?)))
}

fn profile_field(work: &Work<'_>, name: &str) -> Result<Row, Failure> {
    work.table(PROFILE_FIELDS).first("shortname", &name.into()).cloned().ok_or_else(|| unknown("profile", format_args!("shortname={name}")))
}

fn set_user_profile_values(work: &mut Work<'_>, args: Args<'_>) -> Outcome {
    work.demand("moodle/user:update", Context::System)?;
    let user = work.user(&args.text("useridfield"), &args.text("userid"))?;
    let mut values: Map = profile(&user).map(|(name, value)| (name.to_owned(), value.into())).collect();
    let items = args.records("values");
    for item in &items {
        let field = profile_field(work, &item.text("name"))?;
        values.insert(field.text("shortname").to_owned(), profile_value(&field, &item.text("value"))?.into());
    }
    let item = |(name, value): (String, Value)| Value::from_iter([("name", Value::String(name)), ("value", value)]);
    work.draft.update(USERS, user.id(), [("profile", Value::List(values.into_iter().map(item).collect()))]);
    Ok(args.value("values").clone())
}

/// A value as a custom field can hold it.
fn profile_value(field: &Row, value: &str) -> Result<String, Failure> {
    match field.text("datatype") {
        "menu" if field.text("param1").lines().all(|choice| choice != value) => {
            Err(invalid("value", format!("value {value} is not permitted in the options")))
        }
        "checkbox" if !matches!(value, "0" | "1" | "") => Err(invalid("value", "value has to be 0 or 1")),
        "text" => Ok(value.chars().take(usize::try_from(field.int("param2")).unwrap_or(0)).collect()),
        _ => Ok(value.to_owned()),
    }
}

fn update_user(work: &mut Work<'_>, args: Args<'_>) -> Outcome {
    let (datum, column) = (args.record("datum")?, args.text("useridfield"));
    let user = work.known(USERS, "user", &column, &datum.text(&column))?;
    Ok(work.each([datum], |work, datum| update(work, user.id(), datum)))
}

fn edit(work: &mut Work<'_>, items: Vec<Args<'_>>) -> Value {
    work.each(items, |work, datum| match Action::of(datum)? {
        Action::Add => add(work, datum),
        Action::Update => update(work, datum.int("id"), datum),
        Action::Delete => delete(work, datum.int("id")),
        Action::Get => work.known_id(USERS, "user", datum.int("id")).map(|user| answer(&user, 0)),
    })
}

/// Columns that follow from others, or that only the school sets.
const OWN: &[&str] =
    &["action", "id", "error", "role", "profile", "deleted", "timecreated", "timemodified", "password", "passwordmd5", HASH, SCHEME];

fn add(work: &mut Work<'_>, datum: Args<'_>) -> Outcome {
    work.demand("moodle/user:create", Context::System)?;
    let needed = ["username", "email", "firstname", "lastname", "idnumber", "password"];
    let is_missing = |name: &&&str| if **name == "password" { datum.is_empty(HASH) } else { datum.required(name).is_err() };
    let absent: Vec<&str> = needed.iter().filter(is_missing).copied().collect();
    if let Some(first) = absent.first() {
        let messages: Vec<String> = absent.iter().map(|name| missing(name).message).collect();
        return Err(Failure { message: messages.join(", "), ..missing(first) });
    }
    check(work, None, datum)?;
    let mut row = datum.columns(|name, value| !OWN.contains(&name) && *value != Value::Null);
    for name in &needed[..5] {
        row.insert((*name).to_owned(), datum.required(name)?.into());
    }
    for (name, blank) in [("auth", "manual"), ("lang", "en"), ("timezone", "99")] {
        if datum.is_empty(name) {
            row.insert(name.to_owned(), blank.into());
        }
    }
    row.extend(columns([
        ("confirmed", 1.into()),
        ("mnethostid", 1.into()),
        ("timecreated", work.now.into()),
        ("timemodified", work.now.into()),
    ]));
    let id = work.draft.insert(USERS, row);
    let account = [
        ("userid", id.into()),
        ("hash", datum.value(HASH).clone()),
        ("scheme", datum.value(SCHEME).clone()),
        ("timecreated", work.now.into()),
    ];
    work.draft.insert(ACCOUNTS, columns(account));
    work.log(1, "user", "add", &format!("view.php?id={id}"), datum.required("username")?, 0);
    work.known_id(USERS, "user", id).map(|user| answer(&user, 0))
}

fn update(work: &mut Work<'_>, id: Id, datum: Args<'_>) -> Outcome {
    work.demand("moodle/user:update", Context::System)?;
    let user = work.user_id(id)?;
    check(work, Some(id), datum)?;
    // What is empty is no change: generated clients send blanks for everything that they do not set.
    let changes: Vec<(&str, Value)> = datum
        .0
        .iter()
        .map(|(name, value)| (name.as_str(), value.clone()))
        .filter(|(name, _)| !OWN.contains(name) && !datum.is_empty(name))
        .collect();
    work.draft.update(USERS, id, changes);
    work.draft.update(USERS, id, [("timemodified", work.now)]);
    if !datum.is_empty(HASH) {
        set_password(work, id, &datum.text(HASH), &datum.text(SCHEME));
    }
    work.log(1, "user", "update", &format!("view.php?id={id}"), user.text("username"), 0);
    work.known_id(USERS, "user", id).map(|user| answer(&user, 0))
}

fn set_password(work: &mut Work<'_>, user: Id, hash: &str, scheme: &str) {
    let account = work.table(ACCOUNTS).first("userid", &user.into()).map(Row::id);
    if let Some(account) = account {
        work.draft.update(ACCOUNTS, account, [("hash", hash), ("scheme", scheme)]);
    } else {
        work.draft.insert(ACCOUNTS, columns([("userid", user.into()), ("hash", hash.into()), ("scheme", scheme.into())]));
    }
}

/// What has to be true of a user whoever else there is.
fn check(work: &Work<'_>, id: Option<Id>, datum: Args<'_>) -> Result<(), Failure> {
    let taken = |column: &str| {
        let value = datum.text(column);
        let found = work.table(USERS).find(column, &value.trim().into());
        !value.trim().is_empty() && found.iter().any(|user| user.int("deleted") == 0 && Some(user.id()) != id)
    };
    let email = datum.text("email");
    if taken("username") {
        Err(conflict(format!("a user already exists with this username {}", datum.text("username"))))
    } else if taken("idnumber") {
        Err(conflict(format!("a user already exists with this idnumber {}", datum.text("idnumber"))))
    } else if !email.is_empty() && !is_email(email.trim()) {
        Err(invalid("email", format!("invalid email address {email}")))
    } else if taken("email") {
        Err(conflict(format!("a user already exists with this email {email}")))
    } else {
        Ok(())
    }
}

/// Whether a text has the form of an address: something, one `@`, a domain of at least two labels.
fn is_email(text: &str) -> bool {
    let Some((name, domain)) = text.split_once('@') else { return false };
    let clean = text.bytes().all(|byte| byte.is_ascii_graphic() && !b"()<>,;:\\\"[]".contains(&byte));
    clean && !name.is_empty() && domain.contains('.') && !domain.contains('@') && domain.split('.').all(|label| !label.is_empty())
}

/// Name of the user who stands for everybody that nobody knows. Moodle needs one and deletes it for nobody.
pub const GUEST: &str = "guest";

/// Deletes a user: the row stays, marked and without what named the person; what the user had or was in goes. Answers the user as it was.
fn delete(work: &mut Work<'_>, id: Id) -> Outcome {
    work.demand("moodle/user:delete", Context::System)?;
    let user = work.known_id(USERS, "user", id)?;
    if user.int("deleted") != 0 {
        return Err(conflict(format!("user {id} is already deleted.")));
    }
    let administrator = work.table(ACCOUNTS).first("userid", &id.into()).is_some_and(|account| account.int("administrator") != 0);
    if id == work.caller.account || administrator || user.text("username") == GUEST {
        return Err(Failure::forbidden(format!("error deleting user {id}.")));
    }
    for table in [ASSIGNMENTS_OF_ROLES, GROUP_MEMBERS, COHORT_MEMBERS, SESSIONS, TOKENS, ACCOUNTS, CONTACTS] {
        work.draft.remove_where(table, "userid", id);
    }
    work.draft.remove_where(CONTACTS, "contactid", id);
    let gone = format!("{}.{}", user.text("email"), work.now);
    let blank = [("username", Value::String(gone)), ("email", "".into()), ("idnumber", "".into()), ("profile", Value::List(Vec::new()))];
    work.draft.update(USERS, id, blank);
    work.draft.update(USERS, id, [("deleted", 1), ("timemodified", work.now)]);
    work.log(1, "user", "delete", &format!("view.php?id={id}"), user.text("username"), 0);
    Ok(answer(&user, 0))
}

/// A user's columns that a contact or an author shows.
pub fn signature(user: Option<&Row>) -> [(&'static str, Value); 5] {
    let text = |column: &str| user.map_or("", |user| user.text(column)).to_owned();
    let email = if user.is_some_and(|user| user.int("emailstop") != 0) { String::new() } else { text("email") };
    let names = ["firstname", "lastname", "picture", "imagealt"].map(|name| (name, Value::String(text(name))));
    let [first, last, picture, alt] = names;
    [first, last, ("email", Value::String(email)), picture, alt]
}

/// Marks a user as seen now.
pub fn seen(work: &mut Work<'_>, user: &Row) {
    let now = work.now;
    let first = if user.int("firstaccess") == 0 { now } else { user.int("firstaccess") };
    let times = [("firstaccess", first), ("lastaccess", now), ("lastlogin", user.int("currentlogin")), ("currentlogin", now)];
    work.draft.update(USERS, user.id(), times);
}

/// Takes the map of a value, to change it.
pub fn map_of(value: Value) -> Map {
    match value {
        Value::Map(map) => Arc::unwrap_or_clone(map),
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::String(_) | Value::List(_) => Map::new(),
    }
}
