//! Resources: files and web pages in courses, and other activities in the same form.

use mwsc_contract::Value;
use mwsc_contract::value::Map;

use super::activities::{Kind, RESOURCE, kind};
use super::courses;
use super::groupings::in_grouping;
use super::moment;
use super::operations::{Operation, read};
use super::rights::{Context, denied};
use super::tables::{FILES, MODULES, RESOURCES, SECTIONS};
use super::work::{Args, Outcome, Work, columns, invalid};
use crate::store::Row;

pub const OPERATIONS: &[Operation] = &[
    read("get_resources", |work, args| Ok(instances(work, &RESOURCE, args))),
    read("get_instances_bytype", |work, args| {
        let module = args.text("type");
        if module.is_empty() {
            return Err(invalid("type", "the parameter type cannot be empty."));
        }
        Ok(kind(&module).map_or_else(|| Value::List(courses::listed(work, args).0), |kind| instances(work, kind, args)))
    }),
    read("get_resourcefile_byid", file),
];

/// Activities of one kind in courses, as far as the caller may see them.
fn instances(work: &Work<'_>, kind: &Kind, args: Args<'_>) -> Value {
    let (mut out, courses) = courses::listed(work, args);
    for course in courses {
        let modules = work.table(MODULES).find("course", &course.id().into());
        for module in modules.into_iter().filter(|module| module.text("module") == kind.module) {
            let activity = work.row(kind.table, module.int("instance"));
            out.extend(activity.filter(|_| sees(work, module)).map(|activity| answer(work, kind, &activity, module)));
        }
    }
    Value::List(out)
}

/// Whether the caller may see what stands at a place: who sees hidden activities, or a member of the course, and of the grouping if the
/// place is for members alone, when it is not hidden.
fn sees(work: &Work<'_>, module: &Row) -> bool {
    let (course, caller) = (module.int("course"), work.caller.account);
    if work.can("moodle/course:viewhiddenactivities", Context::of_course(course)) {
        return true;
    }
    let open = module.int("groupmembersonly") == 0 || in_grouping(work, module.int("groupingid")).iter().any(|user| user.id() == caller);
    module.int("visible") != 0 && work.enrolled(course) && open
}

/// An activity as a resource: what it has of a resource's columns, and where it stands.
fn answer(work: &Work<'_>, kind: &Kind, activity: &Row, module: &Row) -> Value {
    let layout = work.table(RESOURCES).layout();
    let mut out: Map = layout.shown.iter().map(|column| (column.name.clone(), column.fit(activity.get(&column.name)))).collect();
    if kind.table != RESOURCES {
        let texts = ["summary", "intro", "description", "content"];
        let summary = texts.iter().map(|column| activity.text(column)).find(|text| !text.is_empty()).unwrap_or("");
        out.extend(columns([("summary", summary.into()), ("type", kind.module.into())]));
    }
    let section = work.table(SECTIONS).get(module.int("section")).map_or(0, |section| section.int("section"));
    out.extend(columns([
        ("coursemodule", module.id().into()),
        ("section", section.into()),
        ("url", format!("{}/mod/{}/view.php?id={}", work.site.address, kind.module, module.id()).into()),
        ("timemodified_ut", moment::long(activity.int("timemodified")).into()),
    ]));
    for column in ["visible", "groupmode", "groupingid", "groupmembersonly"] {
        out.insert(column.to_owned(), module.get(column).clone());
    }
    out.into()
}

/// The content of a resource that is a file.
fn file(work: &mut Work<'_>, args: Args<'_>) -> Outcome {
    let id = args.int("resourceid");
    let resource = work.known_id(RESOURCES, RESOURCE.what, id)?;
    let module = work.module_of(&RESOURCE, id);
    if !module.is_some_and(|module| sees(work, &module)) {
        return Err(denied());
    }
    let reference = resource.text("reference");
    let file = files(work, "resource", id).into_iter().next();
    match file.filter(|_| resource.text("type") == "file" && !reference.contains("://")) {
        Some(file) => Ok(file_answer(&file, &format!("{}/mod/resource/view.php?r={id}", work.site.address))),
        None => Err(invalid("resourceid", format!("Resource id={id} invalid"))),
    }
}

/// Files that belong to a row.
pub fn files(work: &Work<'_>, area: &str, item: i64) -> Vec<Row> {
    let found = work.table(FILES).find("item", &item.into());
    found.into_iter().filter(|file| file.text("area") == area).cloned().collect()
}

/// A file with its content.
pub fn file_answer(file: &Row, url: &str) -> Value {
    let fields: [(&str, Value); 5] = [
        ("fileurl", url.into()),
        ("filename", file.text("filename").into()),
        ("filepath", file.text("filepath").into()),
        ("filesize", file.int("filesize").into()),
        ("filecontent", file.text("content").into()),
    ];
    Value::from_iter(fields)
}
