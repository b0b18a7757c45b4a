//! Puts records where they are first used: references in, a tree that defines each class once out.
//!
//! An operation that reaches a class without meaning is left out here, and so is one whose records nest beyond measure.

use rustc_hash::FxHashSet;

use super::classes::ClassId;
use super::comment::Comment;
use super::meaning::Problem;
use super::{Read, Reader};
use crate::ir::{FieldDef, NameBase, Omission, OperationDef, RecordDef, ShapeDef, TypeName};
use crate::report::Code;

/// How deep records may nest where they are defined. Those who walk a fragment do so by recursion.
const MAX_DEPTH: usize = 64;

impl Reader<'_, '_> {
    /// Defines the records of operations.
    pub(super) fn define(&mut self, read: Vec<Read>, omitted: &mut Vec<Omission>) -> Vec<OperationDef> {
        let mut defined = FxHashSet::default();
        let mut out = Vec::with_capacity(read.len());
        for (mut operation, uses) in read {
            let outcome = match self.broken(uses) {
                Some(problem) => Err(problem),
                None => self.define_operation(&mut operation, &mut defined),
            };
            match outcome {
                Ok(()) => out.push(operation),
                Err(problem) => omitted.push(self.omit(&operation.name, problem)),
            }
        }
        out
    }

    /// What is wrong with a class that is reached from these.
    fn broken(&self, uses: Vec<ClassId>) -> Option<Problem> {
        let (mut seen, mut queue) = (FxHashSet::default(), uses);
        while let Some(id) = queue.pop() {
            if seen.insert(id)
                && let Some(record) = self.records.get(&id)
            {
                if let Some(problem) = &record.problem {
                    return Some(problem.clone());
                }
                queue.extend(record.uses.iter().copied());
            }
        }
        None
    }

    fn define_operation(&self, operation: &mut OperationDef, defined: &mut FxHashSet<ClassId>) -> Result<(), Problem> {
        let mut here = Vec::new();
        let results = operation.result.as_mut().map(|slot| &mut slot.shape);
        let mut shapes = operation.params.iter_mut().map(|field| &mut field.slot.shape).chain(results);
        let all_shallow = shapes.all(|shape| self.define_shape(shape, defined, &mut here, 0));
        if all_shallow {
            return Ok(());
        }
        // What was defined in an operation that is left out is defined in the next one.
        for id in here {
            defined.remove(&id);
        }
        let message = format!("records nest more than {MAX_DEPTH} deep");
        Err(Problem { code: Code::P009, message, at: operation.origin.span, help: None })
    }

    /// Defines the records in a shape that are not defined yet; false when they nest too deeply.
    fn define_shape(&self, shape: &mut ShapeDef, defined: &mut FxHashSet<ClassId>, here: &mut Vec<ClassId>, depth: usize) -> bool {
        if depth > MAX_DEPTH {
            return false;
        }
        match shape {
            ShapeDef::Scalar(_) => true,
            ShapeDef::List(item) => self.define_shape(&mut item.shape, defined, here, depth + 1),
            ShapeDef::Record(record) => {
                record.fields.iter_mut().all(|field| self.define_shape(&mut field.slot.shape, defined, here, depth + 1))
            }
            ShapeDef::Ref(name) => {
                let Some((id, fields)) = self.fields_of(name) else { return true };
                if !defined.insert(id) {
                    return true;
                }
                here.push(id);
                let mut fields = fields.to_vec();
                let shallow = fields.iter_mut().all(|field| self.define_shape(&mut field.slot.shape, defined, here, depth + 1));
                let name = name.clone();
                let doc = self.classes.decl(id).class.doc.map(Comment::read).unwrap_or_default().text;
                *shape = ShapeDef::Record(RecordDef { place: name.clone(), name, doc, fields, origin: self.classes.origin(id) });
                shallow
            }
        }
    }

    fn fields_of(&self, name: &TypeName) -> Option<(ClassId, &[FieldDef])> {
        let NameBase::Class(class) = &name.base else { return None };
        let id = self.by_name.get(&class.to_ascii_lowercase()).filter(|_| name.path.is_empty())?;
        Some((*id, &self.records.get(id)?.fields))
    }
}
