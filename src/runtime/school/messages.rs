//! Messages between users.

use mwsc_contract::Value;

use super::operations::{Operation, read, write};
use super::rights::Context;
use super::tables::{CONTACTS, MESSAGES, USERS};
use super::users::{self, full_name, signature};
use super::work::{Args, Outcome, Work, columns, conflict, done, undone, with};
use crate::store::{Id, Row};

pub const OPERATIONS: &[Operation] = &[
    write("message_send", send),
    write("get_messages", unread),
    read("get_messages_history", history),
    read("get_message_contacts", contacts),
];

/// The capability that shows the messages of others.
const READ_ALL: &str = "moodle/site:readallmessages";

/// How long after the last call somebody counts as present, in seconds.
const PRESENT: i64 = 300;

fn send(work: &mut Work<'_>, args: Args<'_>) -> Outcome {
    let to = work.user(&args.text("useridfield"), &args.text("userid"))?;
    work.demand("moodle/site:sendmessage", Context::System)?;
    let from = work.user_id(work.caller.account)?;
    let refused = work
        .table(CONTACTS)
        .find("userid", &to.id().into())
        .iter()
        .any(|contact| contact.int("contactid") == from.id() && contact.int("blocked") != 0);
    if refused {
        return Ok(undone(&conflict(format!("{} does not take messages from you.", full_name(&to)))));
    }
    let text = args.text("message");
    let message = work.draft.insert(
        MESSAGES,
        columns([
            ("useridfrom", from.id().into()),
            ("useridto", to.id().into()),
            ("subject", format!("New message from {}", full_name(&from)).into()),
            ("fullmessage", text.as_ref().into()),
            ("smallmessage", text.as_ref().into()),
            ("timecreated", work.now.into()),
        ]),
    );
    let url = format!("history.php?user1={}&user2={}#m{message}", to.id(), from.id());
    work.log(1, "message", "write", &url, &to.id().to_string(), 0);
    Ok(done())
}

/// A message with the name of who sent it.
fn answer(work: &Work<'_>, message: &Row) -> Value {
    with(message, signature(work.table(USERS).get(message.int("useridfrom"))))
}

/// Unread messages to a user, the latest first. One's own count as read from then on.
fn unread(work: &mut Work<'_>, args: Args<'_>) -> Outcome {
    let user = work.myself_or(&args.text("useridfield"), &args.text("userid"), READ_ALL)?;
    let mut messages: Vec<Row> = work.table(MESSAGES).find("useridto", &user.id().into()).into_iter().cloned().collect();
    messages.retain(|message| message.int("timeread") == 0);
    messages.sort_by_key(|message| std::cmp::Reverse((message.int("timecreated"), message.id())));
    if user.id() == work.caller.account {
        for message in &messages {
            work.draft.update(MESSAGES, message.id(), [("timeread", work.now)]);
        }
    }
    Ok(Value::List(messages.iter().map(|message| answer(work, message)).collect()))
}

/// What two users wrote to each other, in order.
fn history(work: &mut Work<'_>, args: Args<'_>) -> Outcome {
    let to = work.myself_or(&args.text("useridtofield"), &args.text("useridto"), READ_ALL)?;
    let from = work.user(&args.text("useridfromfield"), &args.text("useridfrom"))?;
    let sent = |from: Id, to: Id| {
        let messages = work.table(MESSAGES).find("useridto", &to.into());
        messages.into_iter().filter(move |message| message.int("useridfrom") == from)
    };
    let mut messages: Vec<&Row> = sent(from.id(), to.id()).chain(sent(to.id(), from.id())).collect();
    messages.sort_by_key(|message| (message.int("timecreated"), message.id()));
    messages.dedup_by_key(|message| message.id());
    Ok(Value::List(messages.into_iter().map(|message| answer(work, message)).collect()))
}

/// Contacts of a user, by name, with how many of their messages are unread and whether they are present.
fn contacts(work: &mut Work<'_>, args: Args<'_>) -> Outcome {
    let user = work.myself_or(&args.text("useridfield"), &args.text("userid"), READ_ALL)?;
    let contacts = work.table(CONTACTS).find("userid", &user.id().into());
    let known = contacts
        .into_iter()
        .filter(|contact| contact.int("blocked") == 0)
        .filter_map(|contact| work.user_id(contact.int("contactid")).ok());
    let mut known: Vec<Row> = known.collect();
    known.sort_by_cached_key(|contact| (contact.text("firstname").to_owned(), contact.id()));
    let waiting = work.table(MESSAGES).find("useridto", &user.id().into());
    let shown = known.iter().map(|contact| {
        let count = waiting.iter().filter(|message| message.int("timeread") == 0 && message.int("useridfrom") == contact.id()).count();
        let mut map = users::map_of(users::answer(contact, 0));
        map.insert("messagecount".to_owned(), i64::try_from(count).unwrap_or(i64::MAX).into());
        map.insert("online".to_owned(), i64::from(contact.int("lastaccess") >= work.now - PRESENT).into());
        map.into()
    });
    Ok(Value::List(shown.collect()))
}
