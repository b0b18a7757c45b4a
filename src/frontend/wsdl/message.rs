//! Messages as parameters and results: wrapped, bare and rpc.

use super::facts::Facts;
use super::lift::{Lifter, Lost};
use super::model::{Kind, facts};
use super::names::Space;
use super::shape::{Content, Written, plain};
use super::soap::Bound;
use super::tree::Element;
use crate::appinfo::tag;
use crate::ir::{FieldDef, NameBase, Origin, RecordDef, ShapeDef, SlotDef, TypeName};
use crate::report::Code;

impl<'t> Lifter<'_, 't, '_, '_> {
    /// The parameters of an operation, and whether they stand in a wrapper element.
    pub(super) fn params(
        &mut self,
        name: &str,
        op: Element<'t>,
        bound: &Bound<'t>,
        around: &Origin,
    ) -> Result<(Vec<FieldDef>, bool), Lost> {
        let Some(parts) = self.parts(op, "input", bound.parts[0])? else {
            return Err(Lost::new(Code::W006, op.at(), "an operation without input is called by the server and not by clients"));
        };
        let place = TypeName::new(NameBase::Params(name.to_owned()));
        if !bound.is_rpc
            && let [part] = parts.as_slice()
            && let Some(wrapper) = self.element_of(*part)?
            && (wrapper.get("name") == op.get("name") || facts(wrapper).is_some_and(|facts| facts.is(Space::MWSC, tag::OPERATION)))
            && let Some(content) = self.wrapped(wrapper)?
        {
            let mut params = Vec::new();
            self.fields(&content, &place, around, &mut params)?;
            return Ok((params, true));
        }
        let mut params = Vec::with_capacity(parts.len());
        for part in parts {
            let field = self.part(part, bound, &place, around)?;
            params.push(field);
        }
        Ok((params, false))
    }

    /// The result of an operation; `None` when it gives nothing.
    pub(super) fn result(
        &mut self,
        name: &str,
        op: Element<'t>,
        bound: &Bound<'t>,
        is_wrapped: bool,
        around: &Origin,
    ) -> Result<Option<SlotDef>, Lost> {
        let Some(parts) = self.parts(op, "output", bound.parts[1])? else { return Ok(None) };
        let place = TypeName::new(NameBase::Result(name.to_owned()));
        let mut fields = Vec::new();
        if is_wrapped
            && let [part] = parts.as_slice()
            && let Some(wrapper) = self.element_of(*part)?
        {
            if let left @ Facts(Some(_)) = Facts::of(facts(wrapper), tag::RESULT) {
                return Ok(left.whole(around, self.out));
            }
            if let Some(content) = self.wrapped(wrapper)? {
                if let [only] = content.particles.as_slice()
                    && !only.is_group()
                {
                    return self.slot(*only, &place, true, around).map(|field| Some(field.slot));
                }
                self.fields(&content, &place, around, &mut fields)?;
                return Ok(several(fields, place, around));
            }
        }
        if let [part] = parts.as_slice() {
            let slot = self.part_slot(*part, bound, &place, around)?;
            return Ok(Some(slot));
        }
        for part in parts {
            let field = self.part(part, bound, &place, around)?;
            fields.push(field);
        }
        Ok(several(fields, place, around))
    }

    /// The parts of a message that stand in the body; `None` when there is no such message.
    fn parts(&mut self, op: Element<'t>, direction: &str, only: Option<&str>) -> Result<Option<Vec<Element<'t>>>, Lost> {
        let Some(direction) = op.child(Space::WSDL, direction) else { return Ok(None) };
        let Some(name) = direction.name_in("message") else {
            return Err(Lost::new(Code::W005, direction.at(), format!("its {} names no message", direction.name())));
        };
        let Some((_, message)) = self.wsdl.find(Kind::Message, name) else {
            return Err(Lost::new(Code::W005, direction.at(), format!("there is no message `{name}`")));
        };
        let is_body = |part: &Element<'_>| only.is_none_or(|only| only.split_ascii_whitespace().any(|name| Some(name) == part.get("name")));
        Ok(Some(message.element.children(Space::WSDL, "part").filter(is_body).collect()))
    }

    /// The element that a part names; `None` for a part with a type.
    fn element_of(&mut self, part: Element<'t>) -> Result<Option<Element<'t>>, Lost> {
        let Some(name) = part.name_in("element") else { return Ok(None) };
        match self.wsdl.find(Kind::Element, name) {
            Some((_, declared)) => {
                self.within = declared.name.space;
                Ok(Some(declared.element))
            }
            None => Err(Lost::new(Code::W005, part.at(), format!("there is no element `{name}`"))),
        }
    }

    /// What stands in a wrapper element; `None` when it is none, because it holds a value.
    fn wrapped(&mut self, wrapper: Element<'t>) -> Result<Option<Content<'t>>, Lost> {
        let ty = match Written::of(wrapper) {
            Written::Inline(ty) => ty,
            Written::Named(name, at) => match self.named_type(name, at)? {
                Some(declared) => declared.element,
                None => return Ok(None),
            },
            Written::Anything => return Ok(None),
        };
        if ty.name() != "complexType" || self.array_item(ty)?.is_some() {
            return Ok(None);
        }
        let content = self.content(ty)?;
        Ok((!content.has_text && !content.has_attributes).then_some(content))
    }

    fn part(&mut self, part: Element<'t>, bound: &Bound<'t>, place: &TypeName, around: &Origin) -> Result<FieldDef, Lost> {
        // What an element is called says more than the `parameters` or `body` of a part that names it.
        let own = match part.name_in("element") {
            Some(name) if !bound.is_rpc => name.local,
            Some(_) | None => part.get("name").unwrap_or_default().trim(),
        };
        if own.is_empty() {
            return Err(Lost::new(Code::W006, part.at(), "a part of a message has no name"));
        }
        let slot = self.part_slot(part, bound, &place.child(own), around)?;
        Ok(FieldDef::new(own, slot))
    }

    fn part_slot(&mut self, part: Element<'t>, bound: &Bound<'t>, place: &TypeName, around: &Origin) -> Result<SlotDef, Lost> {
        let mut origin = around.clone();
        origin.span = Some(part.at());
        self.within = self.wsdl.target;
        if let Some(element) = self.element_of(part)? {
            let shape = self.shape(Written::of(element), Facts(None), place, &origin)?;
            let doc = super::shape::documentation(element).to_owned();
            return Ok(SlotDef { nullable: super::shape::is_nillable(element), doc, ..plain(shape, &origin) });
        }
        let written = match part.name_in("type") {
            Some(name) => Written::Named(name, part),
            None => return Err(Lost::new(Code::W006, part.at(), "a part of a message has neither a type nor an element")),
        };
        // In rpc a list in a message may be wrapped in a record of its own.
        if bound.is_rpc
            && let Written::Named(name, _) = written
            && let Some((_, field)) = self.list_wrapper(name)?
        {
            let list = self.slot(field, place, true, &origin)?;
            return Ok(SlotDef { origin, ..list.slot });
        }
        let shape = self.shape(written, Facts(None), place, &origin)?;
        Ok(plain(shape, &origin))
    }
}

/// Several results are fields of one.
fn several(fields: Vec<FieldDef>, place: TypeName, around: &Origin) -> Option<SlotDef> {
    if fields.is_empty() {
        return None;
    }
    let record = RecordDef { name: place.clone(), place, doc: String::new(), fields, origin: around.clone() };
    Some(plain(ShapeDef::Record(record), around))
}
