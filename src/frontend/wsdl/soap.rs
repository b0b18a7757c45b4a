//! Ports and bindings: which port type a service offers, and in which style.

use rustc_hash::FxHashMap;

use super::Sink;
use super::model::{Declared, Kind, Wsdl};
use super::names::Space;
use super::tree::Element;
use crate::report::Code;

/// A port of a service that speaks SOAP.
#[derive(Debug)]
pub(super) struct Port<'t> {
    /// Its name; empty where there is no service.
    pub(super) name: &'t str,
    pub(super) binding: Option<Declared<'t>>,
    pub(super) offered: Declared<'t>,
    /// Position of the port type.
    pub(super) number: u32,
    pub(super) address: &'t str,
    is_rpc: bool,
    /// The operations of the binding by name.
    bound: FxHashMap<&'t str, Element<'t>>,
}

/// How an operation is bound.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bound<'t> {
    pub(super) is_rpc: bool,
    pub(super) is_encoded: bool,
    /// The SOAP action.
    pub(super) action: &'t str,
    /// Names of the parts in the body of the request and the answer; `None` for all.
    pub(super) parts: [Option<&'t str>; 2],
    /// A header that calls carry, and that nobody here understands.
    pub(super) header: Option<Element<'t>>,
}

/// How many ports of a service are looked at.
const MAX_PORTS: usize = 100;

/// The port types that a service offers over SOAP, each once: SOAP 1.1 before 1.2.
pub(super) fn ports<'t>(wsdl: &Wsdl<'t>, service: Element<'t>, out: &mut Sink<'_>) -> Vec<Port<'t>> {
    let mut ports = Vec::new();
    for space in [Space::SOAP, Space::SOAP12] {
        for port in service.children(Space::WSDL, "port").take(MAX_PORTS) {
            let Some(name) = port.name_in("binding") else { continue };
            let Some((_, binding)) = wsdl.find(Kind::Binding, name) else {
                if space == Space::SOAP {
                    out.push(Code::W005, port.at(), format!("there is no binding `{name}`"));
                }
                continue;
            };
            let soap = binding.element.all().find(|child| child.name() == "binding" && child.space() != Space::WSDL);
            let Some(soap) = soap.filter(|soap| soap.space() == space) else {
                if space == Space::SOAP && soap.is_none_or(|soap| soap.space() != Space::SOAP12) {
                    let message = format!("the port `{}` does not speak SOAP and is not read", port.get("name").unwrap_or_default());
                    out.push(Code::W019, port.at(), message);
                }
                continue;
            };
            let Some((number, port_type)) = port_type(wsdl, binding, out) else { continue };
            if ports.iter().any(|known: &Port<'_>| known.number == number) {
                continue;
            }
            let address = port.all().find(|child| child.name() == "address").and_then(|address| address.get("location"));
            ports.push(Port {
                name: port.get("name").unwrap_or_default(),
                binding: Some(binding),
                offered: port_type,
                number,
                address: address.unwrap_or_default(),
                is_rpc: soap.get("style") == Some("rpc"),
                bound: operations(Some(binding)),
            });
        }
    }
    ports
}

/// What is there when no service offers anything: the first binding, or the first port type.
pub(super) fn without_service<'t>(wsdl: &Wsdl<'t>, out: &mut Sink<'_>) -> Option<Port<'t>> {
    let binding = wsdl.declared.iter().find(|declared| declared.kind == Kind::Binding).copied();
    let found = if let Some(binding) = binding {
        port_type(wsdl, binding, out)
    } else {
        let first = wsdl.declared.iter().find(|declared| declared.kind == Kind::PortType);
        first.and_then(|first| wsdl.find(Kind::PortType, first.name))
    };
    let soap = binding.and_then(|binding| binding.element.all().find(|child| child.name() == "binding"));
    let is_rpc = soap.is_some_and(|soap| soap.get("style") == Some("rpc"));
    found.map(|(number, port_type)| Port { name: "", binding, offered: port_type, number, address: "", is_rpc, bound: operations(binding) })
}

fn operations(binding: Option<Declared<'_>>) -> FxHashMap<&str, Element<'_>> {
    let operations = binding.into_iter().flat_map(|binding| binding.element.children(Space::WSDL, "operation"));
    operations.filter_map(|bound| Some((bound.get("name")?, bound))).collect()
}

fn port_type<'t>(wsdl: &Wsdl<'t>, binding: Declared<'t>, out: &mut Sink<'_>) -> Option<(u32, Declared<'t>)> {
    let name = binding.element.name_in("type")?;
    let found = wsdl.find(Kind::PortType, name);
    if found.is_none() {
        out.push(Code::W005, binding.element.at(), format!("there is no port type `{name}`"));
    }
    found
}

impl<'t> Port<'t> {
    /// How an operation of the port is bound.
    pub(super) fn bound(&self, operation: &str) -> Bound<'t> {
        let bound = self.bound.get(operation).copied();
        let soap = bound.and_then(|bound| bound.all().find(|child| child.name() == "operation" && is_soap(child.space())));
        let direction = |name| bound.and_then(|bound| bound.child(Space::WSDL, name));
        let body =
            |name| direction(name).and_then(|direction| direction.all().find(|child| child.name() == "body" && is_soap(child.space())));
        let bodies = [body("input"), body("output")];
        Bound {
            is_rpc: soap.and_then(|soap| soap.get("style")).map_or(self.is_rpc, |style| style == "rpc"),
            is_encoded: bodies.iter().flatten().any(|body| body.get("use") == Some("encoded")),
            action: soap.and_then(|soap| soap.get("soapAction")).unwrap_or_default(),
            parts: bodies.map(|body| body.and_then(|body| body.get("parts"))),
            header: direction("input").and_then(|input| input.all().find(|child| child.name() == "header" && is_soap(child.space()))),
        }
    }
}

fn is_soap(space: Space) -> bool {
    space == Space::SOAP || space == Space::SOAP12
}
