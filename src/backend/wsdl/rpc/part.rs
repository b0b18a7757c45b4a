//! Parts of messages: what they are called and what they carry.

use mwsc_contract::wire::Carries;

use super::super::mangle::{Place, legal};
use super::types::Types;
use super::view::PartView;
use crate::ir::{Field, OpId, PartSpelling, Presence, Slot};

/// The parts of a request.
pub(super) struct Message {
    pub(super) parts: Vec<PartView>,
    /// What each carries.
    pub(super) carries: Vec<Carries>,
    /// Whether each may be missing, and may be null.
    pub(super) presence: Vec<(bool, bool)>,
}

impl<'s> Types<'s> {
    /// The request of an operation: the parts that it is spelled with, or its parameters.
    pub(super) fn request(&mut self, id: OpId, op: &str, spelt: Option<&[PartSpelling]>) -> Message {
        let params: Vec<&'s Field> = self.schema().params(id).collect();
        let mut out = Message { parts: Vec::new(), carries: Vec::new(), presence: Vec::new() };
        match spelt {
            None => params.iter().for_each(|param| self.param(param, &PartSpelling::default(), op, &mut out)),
            Some(spelt) => {
                for part in spelt {
                    let param = part.carries.as_ref().and_then(|name| params.iter().find(|param| param.name == *name));
                    if let Some(param) = param {
                        self.param(param, part, op, &mut out);
                    } else {
                        let xsd = part.xsd.as_deref().unwrap_or("string");
                        out.parts.push(PartView { name: part.name.clone(), ty: format!("xsd:{xsd}") });
                        out.carries.push(Carries::Nothing);
                        out.presence.push((true, true));
                    }
                }
            }
        }
        out
    }

    fn param(&mut self, param: &'s Field, spelt: &PartSpelling, op: &str, out: &mut Message) {
        let name = if spelt.name.is_empty() { legal(&param.name, Place::Field).into_owned() } else { spelt.name.clone() };
        let ty = self.part_type(&param.slot, spelt, op, Some(&name));
        out.parts.push(PartView { name, ty });
        out.carries.push(match param.session {
            Some(part) => Carries::Session(part),
            None => Carries::Param(param.name.clone()),
        });
        out.presence.push((param.slot.presence != Presence::Required || param.session.is_some(), param.slot.nullable));
    }

    /// The part of an answer.
    pub(super) fn result(&mut self, slot: &'s Slot, op: &str, spelt: Option<&PartSpelling>, by_rule: String) -> PartView {
        let none = PartSpelling::default();
        let spelt = spelt.unwrap_or(&none);
        let name = if spelt.name.is_empty() { by_rule } else { spelt.name.clone() };
        PartView { name, ty: self.part_type(slot, spelt, op, None) }
    }
}
