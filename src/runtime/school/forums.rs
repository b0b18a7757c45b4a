//! Discussions and posts in forums.

use mwsc_contract::Value;

use super::activities::FORUM;
use super::assignments::no_place;
use super::operations::{Operation, read, write};
use super::rights::{Context, denied};
use super::tables::{DISCUSSIONS, FORUMS, POSTS, USERS};
use super::users::{map_of, signature};
use super::work::{Args, Outcome, Work, columns, conflict, with};
use crate::dispatch::Failure;
use crate::store::{Id, Row};

pub const OPERATIONS: &[Operation] = &[
    read("get_forum_discussions", |work, args| {
        let forum = forum(work, args.int("forumid"))?;
        Ok(discussions(work, &forum, args.int("limit")))
    }),
    read("get_forum_posts", |work, args| {
        let discussion = work.known_id(DISCUSSIONS, "discussion", args.int("discussionid"))?;
        forum(work, discussion.int("forum"))?;
        Ok(posts(work, &discussion, args.int("limit")))
    }),
    write("forum_add_discussion", add_discussion),
    write("forum_add_reply", add_reply),
];

/// A forum that the caller may read.
fn forum(work: &Work<'_>, id: Id) -> Result<Row, Failure> {
    let forum = work.known_id(FORUMS, "forum", id)?;
    if work.module_of(&FORUM, id).is_none() {
        return Err(no_place(&FORUM, id));
    }
    if work.sees(&FORUM, &forum) { Ok(forum) } else { Err(denied()) }
}

/// Discussions of a forum with their first posts, the latest first; at most `limit` unless that is 0 or less.
fn discussions(work: &Work<'_>, forum: &Row, limit: i64) -> Value {
    let mut found = work.table(DISCUSSIONS).find("forum", &forum.id().into());
    found.sort_by_key(|discussion| std::cmp::Reverse((discussion.int("timemodified"), discussion.id())));
    found.truncate(most(limit));
    let shown = found.into_iter().map(|discussion| {
        let first = work.table(POSTS).get(discussion.int("firstpost")).map_or(Value::Null, |post| answer(work, post, Vec::new()));
        with(discussion, [("post", first)])
    });
    Value::List(shown.collect())
}

fn most(limit: i64) -> usize {
    usize::try_from(limit).ok().filter(|limit| *limit > 0).unwrap_or(usize::MAX)
}

/// A post with the name of who wrote it and the answers to it.
fn answer(work: &Work<'_>, post: &Row, children: Vec<Value>) -> Value {
    let mut map = map_of(with(post, signature(work.table(USERS).get(post.int("userid")))));
    map.insert("children".to_owned(), Value::List(children));
    map.into()
}

/// The posts of a discussion as one tree; at most `limit`, the oldest, unless that is 0 or less.
///
/// A post is later than the one that it answers, so going from the last to the first, each finds its answers complete.
fn posts(work: &Work<'_>, discussion: &Row, limit: i64) -> Value {
    let mut found = work.table(POSTS).find("discussion", &discussion.id().into());
    found.sort_by_key(|post| (post.id() != discussion.int("firstpost"), post.int("created"), post.id()));
    found.truncate(most(limit));
    let mut answers: std::collections::HashMap<Id, Vec<Value>> = std::collections::HashMap::new();
    let mut tree = Vec::new();
    for post in found.into_iter().rev() {
        let mut children = answers.remove(&post.id()).unwrap_or_default();
        children.reverse();
        let shown = answer(work, post, children);
        match post.int("parent") {
            0 => tree.push(shown),
            parent => answers.entry(parent).or_default().push(shown),
        }
    }
    Value::List(tree)
}

/// How deep a tree of posts may become: every protocol that carries it has a limit on depth, and none has it below this.
const DEEPEST: usize = 40;

fn add_discussion(work: &mut Work<'_>, args: Args<'_>) -> Outcome {
    let forum = forum(work, args.int("forumid"))?;
    let here = Context::of_course(forum.int("course"));
    let begun = |work: &Work<'_>| {
        work.table(DISCUSSIONS).find("forum", &forum.id().into()).iter().any(|row| row.int("userid") == work.caller.account)
    };
    let may = match forum.text("type") {
        "news" => work.can("mod/forum:addnews", here),
        "single" => false,
        "eachuser" => work.can("mod/forum:startdiscussion", here) && !begun(work),
        _ => work.can("mod/forum:startdiscussion", here),
    };
    if !may {
        return Err(denied());
    }
    let datum = args.record("discussion")?;
    let discussion = begin(work, &forum, datum.required("subject")?, datum.required("message")?);
    let module = work.module_of(&FORUM, forum.id()).map_or(0, |module| module.id());
    work.log(forum.int("course"), "forum", "add discussion", &format!("discuss.php?d={discussion}"), &discussion.to_string(), module);
    Ok(discussions(work, &forum, 0))
}

/// Begins a discussion with its first post.
pub fn begin(work: &mut Work<'_>, forum: &Row, subject: &str, message: &str) -> Id {
    let now = work.now;
    let author = work.caller.account;
    let discussion = work.draft.insert(
        DISCUSSIONS,
        columns([
            ("course", forum.int("course").into()),
            ("forum", forum.id().into()),
            ("name", subject.into()),
            ("userid", author.into()),
            ("groupid", Value::Int(-1)),
            ("timemodified", now.into()),
            ("usermodified", author.into()),
        ]),
    );
    let first = post(work, discussion, 0, subject, message);
    work.draft.update(DISCUSSIONS, discussion, [("firstpost", first)]);
    discussion
}

/// Adds a post to a discussion.
pub fn post(work: &mut Work<'_>, discussion: Id, parent: Id, subject: &str, message: &str) -> Id {
    let row = columns([
        ("discussion", discussion.into()),
        ("parent", parent.into()),
        ("userid", work.caller.account.into()),
        ("created", work.now.into()),
        ("modified", work.now.into()),
        ("subject", subject.into()),
        ("message", message.into()),
        ("messageformat", 1.into()),
    ]);
    work.draft.insert(POSTS, row)
}

fn add_reply(work: &mut Work<'_>, args: Args<'_>) -> Outcome {
    let parent = work.known_id(POSTS, "post", args.int("parentid"))?;
    let discussion = work.known_id(DISCUSSIONS, "discussion", parent.int("discussion"))?;
    let forum = forum(work, discussion.int("forum"))?;
    work.demand("mod/forum:replypost", Context::of_course(forum.int("course")))?;
    if depth(work, &parent) >= DEEPEST {
        return Err(conflict(format!("post {} cannot be answered: the discussion is too deep.", parent.id())));
    }
    let datum = args.record("post")?;
    let message = datum.required("message")?;
    let subject = datum.required("subject").map_or_else(|_| format!("Re: {}", parent.text("subject")), str::to_owned);
    let reply = post(work, discussion.id(), parent.id(), &subject, message);
    work.draft.update(DISCUSSIONS, discussion.id(), [("timemodified", work.now), ("usermodified", work.caller.account)]);
    let module = work.module_of(&FORUM, forum.id()).map_or(0, |module| module.id());
    let url = format!("discuss.php?d={}&parent={}", discussion.id(), parent.id());
    work.log(forum.int("course"), "forum", "add post", &url, &reply.to_string(), module);
    Ok(posts(work, &discussion, 0))
}

/// How many posts a post answers, directly and indirectly.
fn depth(work: &Work<'_>, post: &Row) -> usize {
    let mut depth = 0;
    let mut next = work.row(POSTS, post.int("parent"));
    while let Some(above) = next.filter(|_| depth < DEEPEST) {
        depth += 1;
        next = work.row(POSTS, above.int("parent"));
    }
    depth
}
