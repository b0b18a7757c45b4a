//! Which records are classes in the plugin, and how those that contain themselves are unrolled.
//!
//! Moodle builds the whole description of a function before it uses it, so a record that contains itself would never be finished. Such
//! records get a class for each level: a step back in the order of a cycle, once for each time round it, leads one level deeper, and below
//! the last level there is no class. Where records contain each other in several ways, a way may step back more often than it comes round.
//! A cycle of n records and d levels makes at most n·d classes.

use rustc_hash::FxHashMap;

use super::names;
use crate::ir::{NameBase, Schema, TypeId};

/// A class: a record at a level. The level is 1 for records outside of cycles, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Node {
    pub(super) ty: TypeId,
    pub(super) level: u32,
}

/// What stands for a record at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// An object of its class.
    Class(Node),
    /// Its keys on the spot: nothing names it but the place.
    Inline,
    /// A text: it is below the last level.
    Below,
}

/// The classes of a schema.
#[derive(Debug)]
pub(super) struct Levels {
    /// Names of the classes at level 1, for each record that is one.
    names: FxHashMap<TypeId, String>,
    /// For records in cycles: which cycle, and the position in it.
    cycles: FxHashMap<TypeId, (usize, usize)>,
    /// How many levels there are.
    depth: u32,
}

impl Levels {
    /// Finds the classes. A record is one if the source has a name for it, or if it contains itself.
    pub(super) fn new(schema: &Schema, depth: u32) -> Self {
        let mut cycles = FxHashMap::default();
        for (number, cycle) in schema.cycles().into_iter().enumerate() {
            cycles.extend(cycle.into_iter().enumerate().map(|(at, ty)| (ty, (number, at))));
        }
        let is_class = |&ty: &TypeId| {
            let named = schema
                .record(ty)
                .is_some_and(|record| record.name.path.is_empty() && matches!(record.name.base, NameBase::Class(_) | NameBase::Method(..)));
            named || cycles.contains_key(&ty)
        };
        let records: Vec<TypeId> = schema.records().filter(is_class).collect();
        Levels { names: names::records(schema, &records), cycles, depth: depth.max(1) }
    }

    /// What stands for a record at a place inside the class `within`.
    pub(super) fn enter(&self, within: Option<Node>, ty: TypeId) -> Place {
        if !self.names.contains_key(&ty) {
            return Place::Inline;
        }
        let level = match (within, within.and_then(|node| self.cycles.get(&node.ty)), self.cycles.get(&ty)) {
            (Some(node), Some((cycle, from)), Some((same, to))) if cycle == same => node.level + u32::from(to <= from),
            _ => 1,
        };
        if level <= self.depth { Place::Class(Node { ty, level }) } else { Place::Below }
    }

    /// The name of a class, without prefix or namespace.
    pub(super) fn class(&self, node: Node) -> String {
        let name = self.names.get(&node.ty).map(String::as_str).unwrap_or_default();
        if node.level == 1 { name.to_owned() } else { format!("{name}_level{}", node.level) }
    }

    /// Whether a record contains itself.
    pub(super) fn is_recursive(&self, ty: TypeId) -> bool {
        self.cycles.contains_key(&ty)
    }
}
