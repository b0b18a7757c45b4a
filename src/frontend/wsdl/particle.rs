//! The content of complex types: what XML Schema writes as nested groups, base types and attributes, as one list of fields.

use super::lift::{Lifter, Lost};
use super::model::{Kind, facts};
use super::names::{Name, Space};
use super::shape::Written;
use super::tree::Element;
use crate::appinfo::tag;
use crate::ir::{Literal, ScalarKind};
use crate::report::Code;

/// How long a chain of base types or groups may be.
const MAX_DEPTH: usize = 100;

/// An element or attribute in a type.
#[derive(Debug, Clone, Copy)]
pub(super) struct Particle<'t> {
    pub(super) name: &'t str,
    /// Where it stands, with what is said there.
    pub(super) element: Element<'t>,
    /// Where its type is: the same, unless it refers to a global one.
    declared: Element<'t>,
    pub(super) optional: bool,
    pub(super) many: bool,
    is_attribute: bool,
    /// It is one of a choice.
    is_chosen: bool,
    /// Its type is the text of the element around it.
    is_text: Option<Name<'t>>,
    /// The restriction of that text.
    pub(super) narrowed: Option<Element<'t>>,
}

impl<'t> Particle<'t> {
    pub(super) fn new(element: Element<'t>) -> Self {
        Particle {
            name: element.get("name").unwrap_or_default().trim(),
            element,
            declared: element,
            optional: false,
            many: false,
            is_attribute: false,
            is_chosen: false,
            is_text: None,
            narrowed: None,
        }
    }

    /// Its type.
    pub(super) fn written(&self) -> Written<'t> {
        match (self.is_text, Written::of(self.declared)) {
            (Some(base), _) => Written::Named(base, self.element),
            // An attribute without a type is text.
            (None, Written::Anything) if self.is_attribute => Written::Named(Name { space: Space::XSD, local: "string" }, self.element),
            (None, written) => written,
        }
    }

    /// Whether mwsc added it, to hold what is too much for one record.
    pub(super) fn is_group(&self) -> bool {
        facts(self.element).is_some_and(|facts| facts.name() == tag::GROUP)
    }

    /// Its value when it is missing.
    pub(super) fn default(&self, kind: ScalarKind) -> Option<Literal> {
        let text = self.element.get("default").or_else(|| self.declared.get("default"))?;
        match kind {
            ScalarKind::String => Some(Literal::Str(text.to_owned())),
            ScalarKind::Int => text.trim().parse().ok().map(Literal::Int),
            ScalarKind::Float => text.trim().parse().ok().filter(|value: &f64| value.is_finite()).map(Literal::Float),
            ScalarKind::Bool => match text.trim() {
                "true" | "1" => Some(Literal::Bool(true)),
                "false" | "0" => Some(Literal::Bool(false)),
                _ => None,
            },
        }
    }
}

/// What is in a complex type.
#[derive(Debug, Default)]
pub(super) struct Content<'t> {
    pub(super) particles: Vec<Particle<'t>>,
    /// Whether it is a text with attributes.
    pub(super) has_text: bool,
    pub(super) has_attributes: bool,
}

/// How often the group around a particle may occur.
#[derive(Clone, Copy, Default)]
struct Occurs {
    optional: bool,
    many: bool,
    chosen: bool,
}

impl<'t> Lifter<'_, 't, '_, '_> {
    /// The content of a complex type, that of its base types first.
    pub(super) fn content(&mut self, ty: Element<'t>) -> Result<Content<'t>, Lost> {
        let mut content = Content::default();
        self.collect(ty, 0, &mut content)?;
        Self::merge(&mut content);
        Ok(content)
    }

    fn collect(&mut self, ty: Element<'t>, depth: usize, content: &mut Content<'t>) -> Result<(), Lost> {
        if depth >= MAX_DEPTH {
            return Err(Lost::new(Code::W003, ty.at(), format!("a type is derived from itself, or through more than {MAX_DEPTH} others")));
        }
        for child in ty.all().filter(|child| child.space() == Space::XSD) {
            match child.name() {
                "annotation" => {}
                "complexContent" | "simpleContent" => {
                    for derived in child.all().filter(|child| child.space() == Space::XSD) {
                        match derived.name() {
                            "annotation" => {}
                            "extension" | "restriction" => self.derived(child.name() == "simpleContent", derived, depth, content)?,
                            other => self.note(Code::W007, derived.at(), format!("`{other}` in a complex type is not understood")),
                        }
                    }
                }
                _ => self.particle(child, Occurs::default(), depth, content)?,
            }
        }
        Ok(())
    }

    fn derived(&mut self, is_text: bool, derived: Element<'t>, depth: usize, content: &mut Content<'t>) -> Result<(), Lost> {
        let Some(base) = derived.name_in("base") else {
            return Err(Lost::new(Code::W005, derived.at(), format!("the {} has no base", derived.name())));
        };
        let declared = self.named_type(base, derived)?;
        let is_complex = declared.is_some_and(|declared| declared.element.name() == "complexType");
        // A restriction says all that is left of its base. Only attributes, and the text of a simple content, are inherited.
        if let Some(declared) = declared.filter(|_| is_complex && (is_text || derived.name() == "extension")) {
            self.collect(declared.element, depth + 1, content)?;
        } else if is_text && !content.has_text {
            content.has_text = true;
            let text = Particle { name: "value", is_text: Some(base), ..Particle::new(derived) };
            self.spend(derived, 1)?;
            content.particles.push(text);
        }
        let narrows = is_text && derived.name() == "restriction" && derived.child(Space::XSD, "enumeration").is_some();
        if let Some(text) = content.particles.iter_mut().find(|particle| narrows && particle.is_text.is_some()) {
            text.narrowed = Some(derived);
        }
        for child in derived.all().filter(|child| child.space() == Space::XSD) {
            let is_facet = is_text && !matches!(child.name(), "attribute" | "attributeGroup" | "anyAttribute");
            if !is_facet {
                self.particle(child, Occurs::default(), depth, content)?;
            }
        }
        Ok(())
    }

    fn particle(&mut self, element: Element<'t>, around: Occurs, depth: usize, content: &mut Content<'t>) -> Result<(), Lost> {
        let most = element.get("maxOccurs").unwrap_or("1").trim();
        if most == "0" {
            return Ok(());
        }
        let occurs = Occurs {
            optional: around.optional || element.get("minOccurs").is_some_and(|least| least.trim() == "0"),
            many: around.many || most != "1",
            chosen: around.chosen,
        };
        match element.name() {
            "annotation" => {}
            "element" => {
                self.spend(element, 1)?;
                let particle =
                    Particle { optional: occurs.optional, many: occurs.many, is_chosen: occurs.chosen, ..Particle::new(element) };
                let particle = self.resolve(particle)?;
                content.particles.push(particle);
            }
            // The order of `all` is free on the wire; as a description it is a sequence.
            "sequence" | "all" => {
                for child in element.all().filter(|child| child.space() == Space::XSD) {
                    self.particle(child, occurs, depth, content)?;
                }
            }
            "choice" => {
                self.note(Code::W018, element.at(), "of a choice one element is sent; all of them are read as optional");
                for child in element.all().filter(|child| child.space() == Space::XSD) {
                    self.particle(child, Occurs { optional: true, chosen: true, ..occurs }, depth, content)?;
                }
            }
            "group" => {
                let group = self.referred(Kind::Group, element, depth)?;
                for child in group.all().filter(|child| child.space() == Space::XSD) {
                    self.particle(child, occurs, depth + 1, content)?;
                }
            }
            "attributeGroup" => {
                let group = self.referred(Kind::AttributeGroup, element, depth)?;
                for child in group.all().filter(|child| child.space() == Space::XSD) {
                    self.particle(child, occurs, depth + 1, content)?;
                }
            }
            "attribute" => self.attribute(element, content)?,
            other => self.note(Code::W007, element.at(), format!("`{other}` in a complex type is not understood")),
        }
        Ok(())
    }

    fn attribute(&mut self, element: Element<'t>, content: &mut Content<'t>) -> Result<(), Lost> {
        let reference = element.name_in("ref");
        // What SOAP encoding says with attributes is no data.
        if element.get("use") == Some("prohibited") || reference.is_some_and(|name| name.space.is_encoding() || name.space == Space::WSDL) {
            return Ok(());
        }
        self.spend(element, 1)?;
        let mut particle = Particle { optional: element.get("use") != Some("required"), is_attribute: true, ..Particle::new(element) };
        if let Some(name) = reference {
            particle.name = name.local;
            // `xml:lang` and its like are declared nowhere, and are text.
            if let Some((_, declared)) = self.wsdl.find(Kind::Attribute, name) {
                particle.declared = declared.element;
            }
        }
        content.has_attributes = true;
        content.particles.push(particle);
        Ok(())
    }

    /// An element that refers to a global one takes its name and type from there.
    pub(super) fn resolve(&mut self, mut particle: Particle<'t>) -> Result<Particle<'t>, Lost> {
        if let Some(name) = particle.element.name_in("ref") {
            let Some((_, declared)) = self.wsdl.find(Kind::Element, name) else {
                return Err(Lost::new(Code::W005, particle.element.at(), format!("there is no element `{name}`")));
            };
            particle.name = declared.name.local;
            particle.declared = declared.element;
        }
        if particle.name.is_empty() {
            return Err(Lost::new(Code::W006, particle.element.at(), "an element has no name"));
        }
        Ok(particle)
    }

    fn referred(&mut self, kind: Kind, element: Element<'t>, depth: usize) -> Result<Element<'t>, Lost> {
        self.spend(element, 1)?;
        let Some((name, (_, declared))) = element.name_in("ref").and_then(|name| Some((name, self.wsdl.find(kind, name)?))) else {
            return Err(Lost::new(Code::W005, element.at(), format!("there is no such {}", kind.word())));
        };
        if depth >= MAX_DEPTH {
            return Err(Lost::new(Code::W003, element.at(), format!("the {} `{name}` contains itself", kind.word())));
        }
        Ok(declared.element)
    }

    /// Elements of one name are one where a choice has the same element in several of its branches.
    fn merge(content: &mut Content<'t>) {
        let mut chosen = rustc_hash::FxHashSet::default();
        content.particles.retain(|particle| !particle.is_chosen || chosen.insert(particle.name));
    }

    /// Pays for elements. A small file can say by groups and base types that there are billions.
    pub(super) fn spend(&mut self, element: Element<'t>, count: u32) -> Result<(), Lost> {
        match self.budget.checked_sub(count) {
            Some(left) => {
                self.budget = left;
                Ok(())
            }
            None => Err(Lost::new(Code::W003, element.at(), "the types have millions of elements and values in all")),
        }
    }
}
