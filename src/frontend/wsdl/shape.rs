//! Types as shapes: built-in types, arrays of SOAP encoding, lists, records.

use super::facts::Facts;
use super::lift::{Lifter, Lost};
use super::model::{Declared, Kind, facts};
use super::names::{Name, Space};
use super::particle::Particle;
use super::simple;
use super::tree::Element;
use crate::appinfo::{attr, slot as slot_attr, tag};
use crate::ir::{FieldDef, MAP_ENTRY, NameBase, Origin, Presence, RecordDef, Scalar, ScalarKind, ShapeDef, SlotDef, TypeName};
use crate::report::{Code, Diagnostic};
use crate::source::Span;

pub(super) use super::particle::Content;

/// How deeply types may be written inside each other without a record between them that has a name.
const MAX_DEPTH: usize = 100;

/// How deeply records may stand in each other.
const MAX_NESTING: usize = 200;

/// How many dimensions an array may have.
const MAX_DIMENSIONS: usize = 10;

/// A type as it is written.
#[derive(Debug, Clone, Copy)]
pub(super) enum Written<'t> {
    /// A reference, and where it stands.
    Named(Name<'t>, Element<'t>),
    /// A `complexType` or `simpleType` without a name.
    Inline(Element<'t>),
    /// None: then anything may stand there.
    Anything,
}

impl<'t> Written<'t> {
    /// That of an element, an attribute or a part.
    pub(super) fn of(element: Element<'t>) -> Self {
        if let Some(name) = element.name_in("type") {
            return Written::Named(name, element);
        }
        let inline = ["complexType", "simpleType"].iter().find_map(|kind| element.child(Space::XSD, kind));
        inline.map_or(Written::Anything, Written::Inline)
    }
}

impl<'t> Lifter<'_, 't, '_, '_> {
    /// A type of a name. `None` for those that nobody declares because everybody knows them.
    pub(super) fn named_type(&mut self, name: Name<'t>, at: Element<'t>) -> Result<Option<Declared<'t>>, Lost> {
        if name.space == Space::XSD || name.space.is_encoding() || name.space == Space::APACHE {
            return Ok(None);
        }
        match self.find_type(name) {
            Some((_, declared)) => Ok(Some(declared)),
            None => Err(Lost::new(Code::W005, at.at(), format!("there is no type `{name}`"))),
        }
    }

    /// A type of a name. One without namespace may stand in a schema that was included into another one's namespace.
    pub(super) fn find_type(&self, name: Name<'t>) -> Option<(u32, Declared<'t>)> {
        let found = self.wsdl.find(Kind::Type, name);
        let within = || self.wsdl.find(Kind::Type, Name { space: self.within, ..name });
        found.or_else(|| if name.space == Space::NONE { within() } else { None })
    }

    /// A type as a shape. `facts` are those of the slot or, in a list, of the item.
    pub(super) fn shape(&mut self, ty: Written<'t>, facts: Facts<'t>, place: &TypeName, around: &Origin) -> Result<ShapeDef, Lost> {
        let (own, element) = match ty {
            Written::Anything => return Ok(scalar(ScalarKind::String, "xsd:anyType")),
            Written::Inline(element) => (None, element),
            Written::Named(name, at) => match self.named_type(name, at)? {
                Some(declared) => (Some(name), declared.element),
                None => return self.known(name, at, facts),
            },
        };
        if self.depth >= MAX_DEPTH {
            let message = format!("types stand more than {MAX_DEPTH} deep in each other without a record between them");
            return Err(Lost::new(Code::W003, element.at(), message));
        }
        self.depth += 1;
        let before = self.within;
        let declared = own.and_then(|name| self.find_type(name)).map(|(_, declared)| declared);
        if let Some(declared) = declared {
            self.within = declared.name.space;
        }
        let shape = if element.name() == "simpleType" {
            self.simple(declared.map(|declared| declared.name), element, facts)
        } else {
            self.complex(own, element, facts, place, around)
        };
        // Whoever is lost begins anew.
        let shape = shape?;
        self.within = before;
        self.depth -= 1;
        Ok(shape)
    }

    /// A type that nobody declares.
    fn known(&mut self, name: Name<'t>, at: Element<'t>, facts: Facts<'t>) -> Result<ShapeDef, Lost> {
        if name.space == Space::APACHE {
            return Ok(match name.local {
                "Map" => map(),
                "Vector" => self.untyped(at),
                _ => scalar(ScalarKind::String, &format!("apache:{name}")),
            });
        }
        if name.space.is_encoding() && matches!(name.local, "Array" | "Struct") {
            return Ok(self.untyped(at));
        }
        let refinement = facts.text(slot_attr::TYPE, self.out);
        match simple::builtin(name.local) {
            Some((kind, exact)) => {
                let exact = if self.ours { true } else { exact };
                let own = || if exact { String::new() } else { format!("xsd:{}", simple::plain_name(name.local)) };
                if simple::is_anything(name.local) {
                    self.out.push(Code::W013, at.at(), format!("{} may be anything, so it is read as text", subject(at)));
                }
                let values = facts.values(kind, self.out);
                Ok(ShapeDef::Scalar(Scalar { kind, refinement: refinement.unwrap_or_else(own), values }))
            }
            None => Err(Lost::new(Code::W005, at.at(), format!("there is no built-in type `{name}`"))),
        }
    }

    /// An array that does not say what is in it.
    fn untyped(&mut self, at: Element<'t>) -> ShapeDef {
        self.out.push(Code::W013, at.at(), format!("{} is an array that does not say what is in it", subject(at)));
        let origin = Origin { span: Some(at.at()), ..self.home.clone() };
        ShapeDef::List(Box::new(plain(scalar(ScalarKind::String, "xsd:anyType"), &origin)))
    }

    fn simple(&mut self, own: Option<Name<'t>>, element: Element<'t>, facts: Facts<'t>) -> Result<ShapeDef, Lost> {
        let mut scalar = self.simple_type(own, element)?;
        if let Some(refinement) = facts.text(slot_attr::TYPE, self.out) {
            scalar.refinement = refinement;
        }
        Ok(ShapeDef::Scalar(scalar))
    }

    fn complex(
        &mut self,
        own: Option<Name<'t>>,
        element: Element<'t>,
        facts: Facts<'t>,
        place: &TypeName,
        around: &Origin,
    ) -> Result<ShapeDef, Lost> {
        if let Some(array) = self.array_item(element)? {
            return self.array(array, facts.child(tag::ITEM), place, around);
        }
        let by_origin = Facts::of(super::model::facts(element), tag::RECORD);
        // A record that is there already needs no second look.
        if by_origin.0.is_none()
            && let Some(name) = own.map(|own| self.class(own)).filter(|name| self.defined.contains(name))
        {
            return Ok(ShapeDef::Ref(name));
        }
        let content = self.content(element)?;
        if let [item] = content.particles.as_slice()
            && item.many
            && by_origin.0.is_none()
            && !content.has_text
        {
            let item = self.item(*item, facts.child(tag::ITEM), place, around)?;
            return Ok(ShapeDef::List(Box::new(item)));
        }
        self.record(own, element, &content, place)
    }

    fn item(&mut self, item: Particle<'t>, facts: Facts<'t>, place: &TypeName, around: &Origin) -> Result<SlotDef, Lost> {
        let mut origin = facts.origin(around, self.out);
        origin.span = Some(item.element.at());
        let shape = self.shape(item.written(), facts, place, &origin)?;
        Ok(SlotDef {
            presence: facts.presence(false, self.out),
            nullable: is_nillable(item.element),
            doc: facts.text(attr::DOC, self.out).unwrap_or_else(|| documentation(item.element).to_owned()),
            site_shaped: facts.is_site_shaped(self.out),
            shape,
            origin,
        })
    }

    /// What is in an array of SOAP encoding; `None` for a type that is none.
    pub(super) fn array_item(&mut self, ty: Element<'t>) -> Result<Option<Array<'t>>, Lost> {
        let mut ty = ty;
        for _ in 0..MAX_DEPTH {
            let Some(derived) = ty.child(Space::XSD, "complexContent").and_then(|content| {
                content.all().find(|child| child.space() == Space::XSD && matches!(child.name(), "restriction" | "extension"))
            }) else {
                return Ok(None);
            };
            let Some(base) = derived.name_in("base") else { return Ok(None) };
            let is_array = base.space.is_encoding() && base.local == "Array";
            if !is_array && (base.space == Space::XSD || base.space.is_encoding()) {
                return Ok(None);
            }
            let attribute = derived.children(Space::XSD, "attribute").find_map(|attribute| {
                let reference = attribute.name_in("ref").filter(|name| name.space.is_encoding())?;
                (matches!(reference.local, "arrayType" | "itemType")).then_some(attribute)
            });
            let declared = attribute.and_then(|attribute| attribute.name_in("arrayType").or_else(|| attribute.name_in("itemType")));
            if let Some(name) = declared {
                return Ok(Some(Array { item: Item::Type(name), at: attribute.unwrap_or(ty) }));
            }
            let inner = derived.all().find(|child| child.space() == Space::XSD && matches!(child.name(), "sequence" | "all" | "choice"));
            if let Some(item) = inner.and_then(|inner| inner.children(Space::XSD, "element").next()).filter(|_| is_array) {
                return Ok(Some(Array { item: Item::Element(item), at: item }));
            }
            if is_array {
                return Ok(Some(Array { item: Item::Unknown, at: ty }));
            }
            // A type derived from an array of one's own is that array.
            match self.find_type(base) {
                Some((_, declared)) if declared.element.name() == "complexType" => ty = declared.element,
                _ => return Ok(None),
            }
        }
        Err(Lost::new(Code::W003, ty.at(), format!("a type is derived from itself, or through more than {MAX_DEPTH} others")))
    }

    fn array(&mut self, array: Array<'t>, facts: Facts<'t>, place: &TypeName, around: &Origin) -> Result<ShapeDef, Lost> {
        let mut origin = facts.origin(around, self.out);
        origin.span = Some(array.at.at());
        match array.item {
            Item::Unknown => Ok(self.untyped(array.at)),
            Item::Element(element) => {
                let particle = self.resolve(Particle::new(element))?;
                let item = self.item(particle, facts, place, around)?;
                Ok(ShapeDef::List(Box::new(item)))
            }
            Item::Type(name) => {
                let (base, dimensions) = dimensions(name);
                if dimensions > MAX_DIMENSIONS {
                    return Err(Lost::new(Code::W003, array.at.at(), format!("an array has more than {MAX_DIMENSIONS} dimensions")));
                }
                let shape = self.shape(Written::Named(base, array.at), facts, place, &origin)?;
                let mut slot = plain(shape, &origin);
                for _ in 1..dimensions {
                    slot = plain(ShapeDef::List(Box::new(slot)), &origin);
                }
                Ok(ShapeDef::List(Box::new(slot)))
            }
        }
    }

    /// The field of a record that holds nothing but an array, and its array type: a list in disguise.
    pub(super) fn list_wrapper(&mut self, name: Name<'t>) -> Result<Option<(Name<'t>, Particle<'t>)>, Lost> {
        let Some((_, declared)) = self.find_type(name) else { return Ok(None) };
        if declared.element.name() != "complexType" || self.array_item(declared.element)?.is_some() {
            return Ok(None);
        }
        let content = self.content(declared.element)?;
        let [only] = content.particles.as_slice() else { return Ok(None) };
        let Written::Named(array, _) = only.written() else { return Ok(None) };
        let is_array = match self.find_type(array) {
            Some((_, inner)) if inner.element.name() == "complexType" => self.array_item(inner.element)?.is_some(),
            Some(_) | None => false,
        };
        Ok((is_array && !only.many && !content.has_text).then_some((array, *only)))
    }

    fn record(&mut self, own: Option<Name<'t>>, ty: Element<'t>, content: &Content<'t>, place: &TypeName) -> Result<ShapeDef, Lost> {
        let facts = Facts::of(super::model::facts(ty), tag::RECORD);
        let by_origin = facts.type_name(self.out);
        let name = match (by_origin, own) {
            (Some(name), _) => name,
            (None, Some(own)) => self.class(own),
            (None, None) => place.clone(),
        };
        if !self.defined.insert(name.clone()) {
            return Ok(ShapeDef::Ref(name));
        }
        self.fresh.push(name.clone());
        let home = self.home_of(own.and_then(|own| self.find_type(own)).map(|(_, declared)| declared));
        let mut origin = facts.origin(&home, self.out);
        origin.span = Some(ty.at());
        let mut fields = Vec::with_capacity(content.particles.len());
        // A record with a name ends what stands in each other without one; that it contains itself ends there, too.
        let depth = if own.is_some() { std::mem::take(&mut self.depth) } else { self.depth };
        self.nesting += 1;
        if self.nesting > MAX_NESTING {
            return Err(Lost::new(Code::W003, ty.at(), format!("records stand more than {MAX_NESTING} deep in each other")));
        }
        self.fields(content, &name, &origin, &mut fields)?;
        self.nesting -= 1;
        self.depth = depth;
        facts.insert_left(&mut fields, &origin, self.out);
        // Where mwsc wrote the type, its documentation may be no more than what the type is called.
        let doc = match facts {
            Facts(Some(_)) => facts.text(attr::DOC, self.out).unwrap_or_default(),
            Facts(None) => documentation(ty).to_owned(),
        };
        Ok(ShapeDef::Record(RecordDef { place: name.clone(), name, doc, fields, origin }))
    }

    /// The fields of a type, those in records that mwsc added among them.
    pub(super) fn fields(
        &mut self,
        content: &Content<'t>,
        place: &TypeName,
        around: &Origin,
        fields: &mut Vec<FieldDef>,
    ) -> Result<(), Lost> {
        let mut groups: Vec<Name<'t>> = Vec::new();
        let mut owned: Option<Content<'t>> = None;
        loop {
            let mut next = None;
            for particle in &owned.as_ref().unwrap_or(content).particles {
                if !particle.is_group() {
                    let field = self.slot(*particle, place, false, around)?;
                    fields.push(field);
                } else if let Written::Named(name, at) = particle.written()
                    && name.space != Space::XSD
                    && !groups.contains(&name)
                {
                    groups.push(name);
                    next = self.named_type(name, at)?;
                }
            }
            let Some(declared) = next else { return Ok(()) };
            owned = Some(self.content(declared.element)?);
        }
    }

    /// An element as a field: its name in the source and what it holds. `is_whole` when it is all that its place holds.
    pub(super) fn slot(&mut self, particle: Particle<'t>, place: &TypeName, is_whole: bool, around: &Origin) -> Result<FieldDef, Lost> {
        let facts = Facts::of(facts(particle.element), tag::SLOT);
        let name = facts.text(slot_attr::KEY, self.out).unwrap_or_else(|| particle.name.to_owned());
        let place = if is_whole { place.clone() } else { place.child(&name) };
        let mut origin = facts.origin(around, self.out);
        origin.span = Some(particle.element.at());
        let mut shape = self.shape(particle.written(), facts, &place, &origin)?;
        if let (ShapeDef::Scalar(scalar), Some(restriction)) = (&mut shape, particle.narrowed) {
            *scalar = self.narrowed(scalar.clone(), restriction)?;
        }
        let session = facts.session(self.out);
        let optional = particle.optional && !particle.many && session.is_none();
        let presence = match (facts.presence(optional, self.out), &shape) {
            (Presence::Optional, ShapeDef::Scalar(scalar)) => self.default(particle, scalar),
            (presence, _) => presence,
        };
        let slot = SlotDef {
            presence,
            nullable: is_nillable(particle.element) || facts.is_null(self.out),
            doc: facts.text(attr::DOC, self.out).unwrap_or_else(|| documentation(particle.element).to_owned()),
            site_shaped: facts.is_site_shaped(self.out),
            shape: if particle.many { ShapeDef::List(Box::new(plain(shape, &origin))) } else { shape },
            origin,
        };
        Ok(FieldDef { name, slot, session })
    }

    /// The presence of an optional scalar, by the value that XML Schema says it has when it is missing.
    fn default(&mut self, particle: Particle<'t>, scalar: &Scalar) -> Presence {
        let Some(value) = particle.default(scalar.kind) else { return Presence::Optional };
        if scalar.values.as_ref().is_some_and(|values| !values.allows(scalar.kind, &value)) {
            self.note(Code::W021, particle.element.at(), format!("the default of `{}` is none of its values", particle.name));
            return Presence::Optional;
        }
        Presence::Default(value)
    }

    /// Notes something about a construct that is read as something else.
    pub(super) fn note(&mut self, code: Code, at: Span, message: impl Into<String>) {
        self.out.add(Diagnostic::new(code, message).at(at));
    }
}

/// What an array of SOAP encoding says of its items.
#[derive(Debug, Clone, Copy)]
pub(super) struct Array<'t> {
    pub(super) item: Item<'t>,
    /// Where it says so.
    pub(super) at: Element<'t>,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Item<'t> {
    /// Their type, with the brackets.
    Type(Name<'t>),
    /// The element that each of them is.
    Element(Element<'t>),
    /// Nothing.
    Unknown,
}

/// The name in `tns:x[][,]`, and how many lists are around it.
pub(super) fn dimensions(name: Name<'_>) -> (Name<'_>, usize) {
    let (base, brackets) = name.local.split_at(name.local.find('[').unwrap_or(name.local.len()));
    let count = brackets.matches(['[', ',']).count();
    (Name { local: base.trim(), ..name }, count.max(1))
}

/// A map of Apache SOAP, which has any keys with any values: a list of entries.
fn map() -> ShapeDef {
    let name = TypeName::new(NameBase::Class(MAP_ENTRY.to_owned()));
    let origin = Origin::default();
    let field = |name: &str, refinement: &str| FieldDef::new(name, plain(scalar(ScalarKind::String, refinement), &origin));
    let fields = vec![field("key", ""), field("value", "xsd:anyType")];
    let entry = RecordDef { place: name.clone(), name, doc: String::new(), fields, origin: origin.clone() };
    ShapeDef::List(Box::new(plain(ShapeDef::Record(entry), &origin)))
}

fn scalar(kind: ScalarKind, refinement: &str) -> ShapeDef {
    ShapeDef::Scalar(Scalar::new(kind, refinement))
}

/// What a person calls the thing that has a type.
fn subject(element: Element<'_>) -> String {
    match element.get("name") {
        Some(name) => format!("`{name}`"),
        None => format!("the {}", element.name()),
    }
}

/// A slot about which nothing is said.
pub(super) fn plain(shape: ShapeDef, origin: &Origin) -> SlotDef {
    SlotDef { shape, presence: Presence::Required, nullable: false, doc: String::new(), site_shaped: false, origin: origin.clone() }
}

/// The documentation of an element of a schema.
pub(super) fn documentation(element: Element<'_>) -> &str {
    let annotation = element.child(Space::XSD, "annotation");
    annotation.and_then(|annotation| annotation.child(Space::XSD, "documentation")).map(Element::text).unwrap_or_default()
}

/// Whether an element may be null.
pub(super) fn is_nillable(element: Element<'_>) -> bool {
    element.get("nillable").is_some_and(|nil| matches!(nil.trim(), "true" | "1"))
}
