//! Pages of wikis.

use mwsc_contract::Value;

use super::activities::{WIKI, edit};
use super::operations::{Operation, read, write};
use super::rights::Context;
use super::tables::{PAGES, WIKIS};
use super::work::{Args, Outcome, Work, columns, conflict, done, sorted, values};
use crate::dispatch::{Failure, FailureKind};
use crate::store::{Id, Row};

pub const OPERATIONS: &[Operation] = &[
    read("get_all_pagesWiki", |work, args| {
        let found = sorted(work.matching(PAGES, &args.text("fieldname"), &args.text("fieldvalue")), "pagename");
        Ok(values(found.into_iter().filter(|page| sees(work, page))))
    }),
    write("edit_pagesWiki", |work, args| Ok(edit(work, "edit_pagesWiki", args.records("pageswiki"), add))),
    write("add_pagewiki", |work, args| args.record("datum").map(|datum| work.each([datum], add))),
    write("affect_pageWiki_to_wiki", to_wiki),
];

/// Whether the caller may see a page: that of a wiki that is seen, or one without a wiki that is the caller's own.
fn sees(work: &Work<'_>, page: &Row) -> bool {
    match work.row(WIKIS, page.int("wiki")) {
        Some(wiki) => work.sees(&WIKI, &wiki),
        None => page.int("userid") == work.caller.account || work.can("moodle/course:manageactivities", Context::System),
    }
}

/// A page, in a wiki or to be attached to one later. One of the same name in the wiki is given instead of a second one.
fn add(work: &mut Work<'_>, datum: Args<'_>) -> Outcome {
    let wiki = match datum.int("wiki") {
        0 => None,
        id => Some(work.known_id(WIKIS, "wiki", id)?),
    };
    let here = wiki.as_ref().map_or(Context::System, |wiki| Context::of_course(wiki.int("course")));
    work.demand("moodle/course:manageactivities", here)?;
    let name = datum.required("pagename")?;
    if let Some(twin) = wiki.as_ref().and_then(|wiki| page(work, wiki.id(), name)) {
        return Ok(twin.value());
    }
    let mut row = datum.columns(|name, value| !["action", "id", "error"].contains(&name) && *value != Value::Null);
    row.extend(columns([("userid", work.caller.account.into()), ("created", work.now.into()), ("lastmodified", work.now.into())]));
    for (column, blank) in [("version", 1), ("flags", 1)] {
        if datum.is_empty(column) {
            row.insert(column.to_owned(), Value::Int(blank));
        }
    }
    let id = work.draft.insert(PAGES, row);
    work.known_id(PAGES, "wikipage", id).map(|page| page.value())
}

/// The latest version of a page of a wiki.
fn page(work: &Work<'_>, wiki: Id, name: &str) -> Option<Row> {
    let pages = work.table(PAGES).find("wiki", &wiki.into());
    pages.into_iter().filter(|page| page.text("pagename") == name).max_by_key(|page| page.int("version")).cloned()
}

/// Attaches a page to a wiki. The wiki's first page gets a link to it; a page of the first page's own name becomes its next version.
fn to_wiki(work: &mut Work<'_>, args: Args<'_>) -> Outcome {
    let wiki = work.known_id(WIKIS, "wiki", args.int("wikiid"))?;
    if work.module_of(&WIKI, wiki.id()).is_none() {
        return Err(Failure::new(FailureKind::Conflict, "conflict", format!("wiki {} has no place in a course yet.", wiki.id())));
    }
    work.demand("mod/wiki:participate", Context::of_course(wiki.int("course")))?;
    let new = work.known_id(PAGES, "wikipage", args.int("pageid"))?;
    if !sees(work, &new) {
        return Err(super::rights::denied());
    }
    if new.int("wiki") > 0 {
        return Err(conflict(format!("page {} already belongs to the wiki {}.", new.id(), new.int("wiki"))));
    }
    let first = page(work, wiki.id(), wiki.text("pagename")).unwrap_or_else(|| first_page(work, &wiki));
    let name = new.text("pagename");
    if name == first.text("pagename") {
        let content = format!("{}<br>{}", first.text("content"), new.text("content"));
        let version = first.int("version").saturating_add(1);
        work.draft.update(PAGES, new.id(), [("wiki", wiki.id()), ("version", version), ("flags", 1), ("lastmodified", work.now)]);
        work.draft.update(PAGES, new.id(), [("content", content)]);
        return Ok(done());
    }
    if let Some(twin) = page(work, wiki.id(), name) {
        return Err(conflict(format!("the wiki {} already has a page {name}, which is page {}.", wiki.id(), twin.id())));
    }
    work.draft.update(PAGES, new.id(), [("wiki", wiki.id()), ("version", 1), ("flags", 1), ("lastmodified", work.now)]);
    work.draft.update(PAGES, first.id(), [("content", format!("{}<br>[{name}]", first.text("content")))]);
    Ok(done())
}

fn first_page(work: &mut Work<'_>, wiki: &Row) -> Row {
    let row = columns([
        ("wiki", wiki.id().into()),
        ("pagename", wiki.text("pagename").into()),
        ("version", 1.into()),
        ("flags", 1.into()),
        ("userid", work.caller.account.into()),
        ("created", work.now.into()),
        ("lastmodified", work.now.into()),
    ]);
    let id = work.draft.insert(PAGES, row.clone());
    work.row(PAGES, id).unwrap_or_else(|| work.table(PAGES).layout().arrange(row))
}
