//! Which class is the server: the one whose public methods are the operations.

use super::classes::{ClassId, Classes, Method};
use super::comment::Comment;
use crate::php::ast::{ClassKind, Member, Visibility};
use crate::report::{Code, Diagnostic, Report};

/// How many candidates a message lists.
const MAX_LISTED: usize = 8;
/// How many of them it shows the place of.
const MAX_SHOWN: usize = 3;

/// Finds the server. With a name it is the class of that name. Without one it is the class that has public methods with `@return`, that
/// no other class extends, and that is no data class; there has to be one alone.
pub(super) fn find(classes: &Classes<'_>, name: Option<&str>, report: &mut Report) -> Option<ClassId> {
    if let Some(name) = name {
        let found = classes.find(name.trim_start_matches('\\'), 0);
        if found.is_none() {
            let like = super::nearest(name, classes.names());
            let finding = Diagnostic::new(Code::P001, format!("there is no class `{name}`"));
            report.push(match like {
                Some(like) => finding.help(format!("did you mean `{like}`?")),
                None => finding,
            });
        }
        return found;
    }
    let candidates: Vec<(ClassId, usize)> =
        classes.ids().map(|id| (id, operations(classes, id))).filter(|(_, operations)| *operations > 0).collect();
    let servers: Vec<_> = candidates.iter().filter(|(id, _)| !is_data(classes, *id)).copied().collect();
    // A server may have a documented public property; then it has to be the only one.
    match if servers.is_empty() { candidates } else { servers }.as_slice() {
        [] => {
            let message = "no class has public methods whose comments say with `@return` what they give";
            report.push(Diagnostic::new(Code::P001, message));
            None
        }
        [(only, _)] => Some(*only),
        several => {
            report.push(ambiguous(classes, several));
            None
        }
    }
}

fn ambiguous(classes: &Classes<'_>, several: &[(ClassId, usize)]) -> Diagnostic {
    let listed = several.iter().take(MAX_LISTED).map(|(id, operations)| {
        let plural = if *operations == 1 { "" } else { "s" };
        format!("`{}` ({operations} operation{plural}, in {})", classes.decl(*id).name, classes.file_of(*id).path)
    });
    let mut listed: Vec<String> = listed.collect();
    if several.len() > MAX_LISTED {
        listed.push(format!("{} more", several.len() - MAX_LISTED));
    }
    let mut found = Diagnostic::new(Code::P002, format!("{} classes could be the server: {}", several.len(), listed.join(", ")));
    for (id, _) in several.iter().take(MAX_SHOWN) {
        let at = classes.span(*id, classes.decl(*id).class.at);
        found = if found.span.is_none() { found.at(at) } else { found.label(at, "or this one") };
    }
    found.help("say which with `class = \"...\"` in `[[input]]` or with `--class`, or name its file alone")
}

/// How many operations a class would have; none for one that cannot be the server.
fn operations(classes: &Classes<'_>, id: ClassId) -> usize {
    let class = classes.decl(id).class;
    if !matches!(class.kind, ClassKind::Class | ClassKind::Interface) || !classes.file_of(id).given || classes.is_extended(id) {
        return 0;
    }
    let methods = classes.methods(id);
    methods.values().filter(|versions| is_operation(classes, id, versions) && versions.iter().any(says_what_it_gives)).count()
}

/// Whether a method is published: it is public and no constructor, be it named as the class, as PHP 4 had it. A magic method, which PHP
/// calls itself, is published where it is documented, for it always was.
pub(super) fn is_operation(classes: &Classes<'_>, id: ClassId, versions: &[Method<'_>]) -> bool {
    let Some(method) = versions.first() else { return false };
    let is_constructor = |name: &str| {
        let own = &classes.decl(method.owner).name;
        name.eq_ignore_ascii_case("__construct") || name.eq_ignore_ascii_case(own) || name.eq_ignore_ascii_case(&classes.decl(id).name)
    };
    let is_magic = method.name.starts_with("__") && !versions.iter().any(says_what_it_gives);
    method.visibility == Visibility::Public && !is_constructor(method.name) && !is_magic
}

fn says_what_it_gives(method: &Method<'_>) -> bool {
    method.function.doc.is_some_and(|doc| Comment::read(doc).tags(super::RETURN).next().is_some())
}

/// Whether a class has data: a public property with a type. Its methods are then accessors.
fn is_data(classes: &Classes<'_>, id: ClassId) -> bool {
    classes.decl(id).class.members.iter().any(|member| match member {
        Member::Property { modifiers, ty, doc, .. } => {
            modifiers.visibility == Visibility::Public
                && !modifiers.is_static
                && (ty.is_some() || doc.is_some_and(|doc| Comment::read(doc).tags(super::VAR).next().is_some()))
        }
        Member::Const { .. } | Member::Method { .. } | Member::TraitUse { .. } | Member::Case { .. } | Member::Skipped => false,
    })
}
