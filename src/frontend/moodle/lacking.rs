//! Files that a description comes from and that require others which are not there: PHP would not get past that line.

use rustc_hash::FxHashSet;

use super::desc::{Desc, DescKind, Described};
use super::world::{Lack, World};
use crate::php::eval::Interp;
use crate::source::FileId;

/// The first file that is required in vain by the file of a class or of one of its ancestors.
pub fn of_class<'a>(world: &World<'a>, interp: &mut Interp<'a, '_>, class: &str) -> Option<Lack> {
    if world.lacks_nothing() {
        return None;
    }
    let chain = interp.class_chain(class);
    chain.iter().find_map(|class| interp.class_at(class).and_then(|(_, at)| world.lack_of(at.file)))
}

/// The same for the files where the parts of a description are made.
pub fn of_description(world: &World<'_>, described: &Described) -> Option<Lack> {
    if world.lacks_nothing() {
        return None;
    }
    let mut files = FxHashSet::default();
    gather(&described.parameters, &mut files);
    if let Some(returns) = &described.returns {
        gather(returns, &mut files);
    }
    let mut lacks: Vec<Lack> = files.into_iter().filter_map(|file| world.lack_of(file)).collect();
    // Files have their numbers in the order in which threads came to them.
    lacks.sort_by(|a, b| world.files.sources().file(a.at.file).path.cmp(&world.files.sources().file(b.at.file).path));
    lacks.into_iter().next()
}

fn gather(desc: &Desc, files: &mut FxHashSet<FileId>) {
    files.extend(desc.origin.span.iter().chain(&desc.origin.via).map(|span| span.file));
    match &desc.kind {
        DescKind::Value(_) => {}
        DescKind::List(content) => gather(content, files),
        DescKind::Struct(keys) => keys.iter().for_each(|(_, desc)| gather(desc, files)),
    }
}
