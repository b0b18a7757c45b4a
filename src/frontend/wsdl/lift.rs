//! From what a WSDL declares to a fragment: services, their port types, and operations one by one.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::facts::Facts;
use super::model::{Declared, Kind, Wsdl, facts};
use super::names::{Name, Space};
use super::simple::Simple;
use super::soap::{self, Bound, Port};
use super::tree::Element;
use super::{Sink, defect, spell};
use crate::appinfo::{attr, operation as op_attr, service as service_attr, tag};
use crate::ir::{Fragment, NameBase, Omission, OperationDef, Origin, ServiceDef, TypeName};
use crate::report::{Code, Diagnostic};
use crate::source::Span;

/// How many services of a file are read.
const MAX_SERVICES: usize = 100;

/// How many elements types may have in all, those of base types and groups counted for each use, and so are the values of enumerations.
const BUDGET: u32 = 4_000_000;

/// Why an operation cannot be read.
#[derive(Debug)]
pub(super) struct Lost {
    pub(super) code: Code,
    pub(super) at: Span,
    pub(super) message: String,
}

impl Lost {
    pub(super) fn new(code: Code, at: Span, message: impl Into<String>) -> Self {
        Lost { code, at, message: message.into() }
    }
}

pub(super) struct Lifter<'w, 't, 's, 'r> {
    pub(super) wsdl: &'w Wsdl<'t>,
    pub(super) out: &'s mut Sink<'r>,
    /// Whether mwsc wrote the WSDL.
    pub(super) ours: bool,
    /// Where everything is described that does not say so itself.
    pub(super) home: Origin,
    /// Records whose definition stands in the fragment already.
    pub(super) defined: FxHashSet<TypeName>,
    /// Those of the operation that is being read, which are taken back if it is lost.
    pub(super) fresh: Vec<TypeName>,
    /// Local names that types of several namespaces have.
    pub(super) ambiguous: FxHashSet<&'t str>,
    /// Namespace of the schema around the place that is being read, for names without one.
    pub(super) within: Space,
    /// Types around the place that is being read, since the innermost record with a name; and records around it.
    pub(super) depth: usize,
    pub(super) nesting: usize,
    pub(super) budget: u32,
    /// Simple types that were read.
    pub(super) simple: FxHashMap<Name<'t>, Simple>,
}

/// Makes a fragment: a service for each service that speaks SOAP, or one of the first port type.
pub(super) fn lift(wsdl: &Wsdl<'_>, path: &str, out: &mut Sink<'_>) -> Fragment {
    let ours = wsdl.facts.is_some();
    let home = Origin { file: if ours { String::new() } else { path.to_owned() }, ..Origin::default() };
    let mut lifter = Lifter {
        wsdl,
        out,
        ours,
        home,
        defined: FxHashSet::default(),
        fresh: Vec::new(),
        ambiguous: ambiguous(wsdl),
        within: wsdl.target,
        depth: 0,
        nesting: 0,
        budget: BUDGET,
        simple: FxHashMap::default(),
    };
    let offers = lifter.offers();
    let mut fragment = Fragment::default();
    let mut members = lifter.operations(&offers, &mut fragment);
    for (at, offer) in offers.iter().enumerate() {
        let service = lifter.service(offer, members.remove(&at).unwrap_or_default(), &mut fragment);
        fragment.services.push(service);
    }
    let spelling = spell::spellings(&mut lifter, &offers);
    for (service, spelling) in fragment.services.iter_mut().zip(spelling) {
        service.spelling = spelling;
    }
    if !ours {
        defect::report(wsdl, lifter.out);
    }
    fragment
}

/// A service with the ports that are read.
pub(super) struct Offer<'t> {
    pub(super) service: Option<Element<'t>>,
    pub(super) ports: Vec<Port<'t>>,
}

fn ambiguous<'t>(wsdl: &Wsdl<'t>) -> FxHashSet<&'t str> {
    let mut spaces: BTreeMap<&str, Space> = BTreeMap::new();
    let types = wsdl.declared.iter().filter(|declared| declared.kind == Kind::Type);
    types.filter(|ty| *spaces.entry(ty.name.local).or_insert(ty.name.space) != ty.name.space).map(|ty| ty.name.local).collect()
}

/// An operation of a port.
#[derive(Clone, Copy)]
struct Member<'o, 't> {
    offer: usize,
    port: &'o Port<'t>,
    element: Element<'t>,
}

impl<'t> Lifter<'_, 't, '_, '_> {
    /// What is there to read; says so when there is nothing.
    fn offers(&mut self) -> Vec<Offer<'t>> {
        let mut offers: Vec<Offer<'t>> = Vec::new();
        for &service in self.wsdl.services.iter().take(MAX_SERVICES) {
            let ports = soap::ports(self.wsdl, service, self.out);
            let name = service.get("name").unwrap_or_default();
            if let Some(first) = offers.first().and_then(|offer| offer.service) {
                let message = format!("`{name}` is a second service in one file");
                let known = offers.iter().any(|offer| offer.service.and_then(|service| service.get("name")) == Some(name));
                let finding = if known {
                    Diagnostic::new(Code::W011, format!("the service `{name}` is declared twice"))
                } else {
                    Diagnostic::new(Code::W012, message).note("It is read as a service of its own.")
                };
                self.out.add(finding.at(service.at()).label(first.at(), "the first one"));
                if known {
                    continue;
                }
            }
            offers.push(Offer { service: Some(service), ports });
        }
        if offers.iter().all(|offer| offer.ports.is_empty()) {
            let service = offers.pop().and_then(|offer| offer.service);
            offers.clear();
            // A service whose ports all speak something else offers nothing that can be read.
            if service.is_none_or(|service| service.child(Space::WSDL, "port").is_none()) {
                let ports: Vec<Port<'t>> = soap::without_service(self.wsdl, self.out).into_iter().collect();
                if !ports.is_empty() {
                    return vec![Offer { service, ports }];
                }
            }
            let at = service.unwrap_or(self.wsdl.root).at();
            self.out.push(Code::W005, at, "there is no port type that a service offers over SOAP");
        }
        offers.retain(|offer| !offer.ports.is_empty());
        offers
    }

    /// Reads the operations of all services into the fragment; gives the names of each service's.
    fn operations(&mut self, offers: &[Offer<'t>], fragment: &mut Fragment) -> BTreeMap<usize, Vec<String>> {
        let mut todo: Vec<(String, usize, Member<'_, 't>)> = Vec::new();
        for (at, offer) in offers.iter().enumerate() {
            for port in &offer.ports {
                for element in port.offered.element.children(Space::WSDL, "operation") {
                    let member = Member { offer: at, port, element };
                    todo.push((self.source_name(element), todo.len(), member));
                }
            }
        }
        // A record is defined where it is met first, and referred to from then on. Linking meets operations by name.
        todo.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
        let mut read: Vec<(usize, usize, Result<OperationDef, Omission>)> = Vec::new();
        let mut listed: BTreeMap<usize, Vec<(usize, String)>> = BTreeMap::new();
        let mut last: Option<(String, Element<'t>)> = None;
        for (name, at, member) in todo {
            if name.is_empty() {
                self.out.push(Code::W006, member.element.at(), "an operation has no name, so it is left out");
                continue;
            }
            let own = listed.entry(member.offer).or_default();
            if let Some((known, first)) = &last
                && *known == name
            {
                if *first != member.element {
                    let message = format!("the operation `{name}` is declared twice");
                    let finding = Diagnostic::new(Code::W011, message).at(member.element.at()).about(&name);
                    self.out.add(finding.label(first.at(), "this one holds"));
                }
                // Two services may offer one operation, and two ports of one service do.
                if !own.iter().any(|(_, known)| *known == name) {
                    own.push((at, name));
                }
                continue;
            }
            own.push((at, name.clone()));
            last = Some((name.clone(), member.element));
            let def = self.operation(name, member);
            read.push((at, member.offer, def));
        }
        read.sort_by_key(|(at, ..)| *at);
        for (_, _, def) in read {
            match def {
                Ok(def) => fragment.operations.push(def),
                Err(omission) => fragment.omitted.push(omission),
            }
        }
        listed
            .into_iter()
            .map(|(offer, mut list)| {
                list.sort();
                (offer, list.into_iter().map(|(_, name)| name).collect())
            })
            .collect()
    }

    /// An operation's name in the source, which mwsc notes at the wrapper.
    fn source_name(&mut self, op: Element<'t>) -> String {
        let facts = if self.ours { self.request(op).and_then(facts) } else { None };
        let own = op.get("name").unwrap_or_default().trim().to_owned();
        Facts::of(facts, tag::OPERATION).text(op_attr::NAME, self.out).unwrap_or(own)
    }

    /// The element of the only part of an operation's request.
    pub(super) fn request(&self, op: Element<'t>) -> Option<Element<'t>> {
        let message = op.child(Space::WSDL, "input")?.name_in("message")?;
        let (_, message) = self.wsdl.find(Kind::Message, message)?;
        let mut parts = message.element.children(Space::WSDL, "part");
        let part = parts.next().filter(|_| parts.next().is_none())?;
        self.wsdl.find(Kind::Element, part.name_in("element")?).map(|(_, declared)| declared.element)
    }

    fn operation(&mut self, name: String, member: Member<'_, 't>) -> Result<OperationDef, Omission> {
        self.fresh.clear();
        let bound = member.port.bound(member.element.get("name").unwrap_or_default());
        let home = self.home_of(Some(member.port.offered));
        match self.understood(&name, member.element, &bound, &home) {
            Ok(def) => Ok(def),
            Err(Lost { code, at, message }) => {
                // What it alone defined is defined nowhere now.
                for name in self.fresh.drain(..) {
                    self.defined.remove(&name);
                }
                (self.depth, self.nesting) = (0, 0);
                let finding = Diagnostic::new(code, format!("{message}, so `{name}` is left out")).at(at).about(&name);
                self.out.add(finding);
                Err(Omission { operation: name, code: code.name(), message })
            }
        }
    }

    fn understood(&mut self, name: &str, op: Element<'t>, bound: &Bound<'t>, home: &Origin) -> Result<OperationDef, Lost> {
        let facts = if self.ours { self.request(op).and_then(facts) } else { None };
        let facts = Facts::of(facts, tag::OPERATION);
        let mut origin = facts.origin(home, self.out);
        origin.span = Some(op.at());
        let around = Origin {
            file: facts.text(op_attr::PARAMS_FILE, self.out).unwrap_or_else(|| origin.file.clone()),
            symbol: facts.text(op_attr::PARAMS_BY, self.out).unwrap_or_else(|| origin.symbol.clone()),
            ..Origin::default()
        };
        let doc = op.child(Space::WSDL, "documentation").map(Element::text).unwrap_or_default();
        if let Some(header) = bound.header {
            let message = format!("`{name}` has a SOAP header, which is not read");
            self.out.add(Diagnostic::new(Code::W019, message).at(header.at()).about(name));
        }
        let (mut params, is_wrapped) = self.params(name, op, bound, &around)?;
        facts.insert_left(&mut params, &around, self.out);
        let result = self.result(name, op, bound, is_wrapped, &origin)?;
        Ok(OperationDef {
            doc: facts.text(attr::DOC, self.out).unwrap_or_else(|| doc.to_owned()),
            meta: facts.operation_meta(self.out),
            name: name.to_owned(),
            params,
            result,
            origin,
        })
    }

    fn service(&mut self, offer: &Offer<'t>, mut operations: Vec<String>, fragment: &mut Fragment) -> ServiceDef {
        // mwsc writes one service in a file.
        let facts = Facts::of(self.wsdl.facts, tag::SERVICE);
        let omitted = facts.omitted(self.out);
        operations.extend(omitted.iter().map(|left| left.operation.clone()));
        fragment.omitted.extend(omitted);
        fragment.release = facts.text(service_attr::RELEASE, self.out);
        let port_type = offer.ports.first().map_or("", |port| port.offered.name.local);
        let named = offer.service.unwrap_or(self.wsdl.root).get("name").map(str::trim).filter(|name| !name.is_empty());
        let own = named.unwrap_or(port_type).to_owned();
        let mut origin = facts.origin(&self.home, self.out);
        origin.span = offer.service.map(Element::at).or(origin.span);
        ServiceDef {
            name: facts.text(service_attr::NAME, self.out).unwrap_or_else(|| own.clone()),
            shortname: facts.text(service_attr::SHORTNAME, self.out).unwrap_or(own),
            component: facts.text(service_attr::COMPONENT, self.out).unwrap_or_default(),
            operations,
            meta: facts.service_meta(self.out),
            spelling: None,
            origin,
        }
    }

    /// Where a declaration stands, unless it says so itself.
    pub(super) fn home_of(&self, declared: Option<Declared<'t>>) -> Origin {
        let file = declared.and_then(|declared| self.wsdl.files.get(declared.file as usize)).filter(|_| !self.ours);
        file.map_or_else(|| self.home.clone(), |file| Origin { file: file.clone(), ..self.home.clone() })
    }

    /// The name of the record that a named type is.
    pub(super) fn class(&self, name: Name<'t>) -> TypeName {
        TypeName::new(NameBase::Class(self.known_as(name)))
    }

    /// What a named type is called: by its local name, where that says which one it is.
    pub(super) fn known_as(&self, name: Name<'t>) -> String {
        if !self.ambiguous.contains(name.local) {
            return name.local.to_owned();
        }
        let space: String = self.wsdl.spaces.name(name.space).chars().map(|ch| if ch.is_ascii_alphanumeric() { ch } else { '_' }).collect();
        format!("{space}\\{}", name.local)
    }
}
