//! The wire table of a WSDL: what a server needs to read and write its messages without reading it.
//!
//! In: a planned [`View`]. Out: an [`Endpoint`] of the contract, which names the same elements in the same order.

use indexmap::IndexMap;
use mwsc_contract::wire::{ADDRESS, Carries, Endpoint, Part, Style, TypeRef, WireField, WireOperation, WireType, Wsdl};
use mwsc_contract::{SessionPart, Value};
use rustc_hash::FxHashSet;

use super::record::hollow;
use super::view::{ElementView, OperationView, TypeView, View};
use super::{Options, emit_all, plan_all, rpc};
use crate::backend::model;
use crate::files::Files;
use crate::ir::{self, Field, OpId, Presence, Schema, ServiceId, Slot, Type, TypeId, dump};
use crate::report::Report;

/// Plans the WSDLs of a service as a server of its own publishes them: the address is a token that the server replaces. Writes their
/// files and gives their tables.
pub fn serve(schema: &Schema, service: ServiceId, options: &Options, report: &mut Report, out: &mut Files) -> Vec<Endpoint> {
    let options = Options { endpoint: format!("{ADDRESS}{PATH}"), site: None, ..options.clone() };
    let planned = plan_all(schema, service, &options, report);
    emit_all(&planned, out);
    let document = planned.document.iter().map(|view| wire(schema, service, view));
    document.chain(planned.others.iter().map(rpc::wire)).collect()
}

/// Path of a typed service below the address of its server.
const PATH: &str = "/services/{service}";

/// The table of a planned WSDL.
pub fn wire(schema: &Schema, service: ServiceId, view: &View<'_>) -> Endpoint {
    let shortname = view.service.shortname.clone();
    let path = PATH.replace("{service}", &shortname);
    let mut wsdls = vec![Wsdl { path: format!("{path}?wsdl"), file: view.path.clone(), download: format!("{shortname}.wsdl") }];
    wsdls.extend(view.soap12_path.clone().map(|file| Wsdl {
        path: format!("{path}?wsdl12"),
        file,
        download: format!("{shortname}.soap12.wsdl"),
    }));
    let tables = Tables { schema, hollow: hollow(schema, &schema.reachable(service)) };
    Endpoint {
        profile: "document".to_owned(),
        service: shortname,
        style: Style::Document,
        soap12: view.soap12_path.is_some(),
        namespace: view.namespace.clone(),
        soap_action: format!("{}#{{operation}}", view.namespace),
        path,
        wsdls,
        // The planner keeps the order of the service.
        operations: view.operations.iter().zip(schema.operations(service)).map(|(op, id)| tables.operation(op, id)).collect(),
        types: view.types.iter().map(|ty| (ty.name.clone(), tables.ty(ty))).collect(),
    }
}

struct Tables<'s> {
    schema: &'s Schema,
    /// Types that can hold nothing.
    hollow: FxHashSet<TypeId>,
}

impl Tables<'_> {
    fn operation(&self, op: &OperationView<'_>, id: OpId) -> (String, WireOperation) {
        let session = |key: &str| self.schema.params(id).find(|param| param.name == key).and_then(|param| param.session);
        let carried = |element: &ElementView<'_>| match element.key {
            Some(key) => session(key).map_or_else(|| Carries::Param(key.to_owned()), |part| Carries::Session(session_part(part))),
            None if matches!(type_ref(&element.ty), TypeRef::Named(_)) => Carries::Group,
            None => Carries::Nothing,
        };
        let result = self.schema.result(id);
        let wire = WireOperation {
            operation: op.operation.name.clone(),
            response: op.response.clone(),
            one_way: false,
            parts: op.params.iter().map(|element| part(element, carried(element))).collect(),
            result: op.result.as_ref().map(|element| part(element, Carries::Result)),
            hollow: self.left_out(self.schema.params(id)),
            hollow_result: result.filter(|slot| self.hollow.contains(&slot.ty)).map(|slot| self.nothing(slot)),
        };
        (op.name.clone(), wire)
    }

    fn ty(&self, view: &TypeView<'_>) -> WireType {
        if let [item] = view.elements.as_slice()
            && item.many
        {
            return WireType::List { item: type_ref(&item.ty), nillable: item.nillable };
        }
        let record = view.record.and_then(|name| self.schema.record_by_name(name));
        WireType::Record {
            record: view.record.map(dump::type_name),
            wrapper: false,
            fields: view.elements.iter().map(field).collect(),
            hollow: record.map_or_else(IndexMap::new, |id| self.left_out(self.schema.fields(id))),
        }
    }

    /// The fields that have no element though they must be there, with what they hold.
    fn left_out<'f>(&self, fields: impl Iterator<Item = &'f Field>) -> IndexMap<String, Value> {
        let left = fields.filter(|field| self.hollow.contains(&field.slot.ty) && field.slot.presence == Presence::Required);
        left.map(|field| (field.name.clone(), self.nothing(&field.slot))).collect()
    }

    /// The only value of a type that can hold nothing. Ends because a record that requires itself is not one of those.
    fn nothing(&self, slot: &Slot) -> Value {
        match self.schema.ty(slot.ty) {
            Type::List => Value::List(Vec::new()),
            Type::Record(_) => self.left_out(self.schema.fields(slot.ty)).into(),
            Type::Scalar(_) => Value::Null,
        }
    }
}

fn part(element: &ElementView<'_>, carries: Carries) -> Part {
    Part {
        name: element.name.clone().into_owned(),
        ty: type_ref(&element.ty),
        carries,
        optional: element.optional,
        nillable: element.nillable,
        blank: blank(element),
    }
}

fn field(element: &ElementView<'_>) -> WireField {
    WireField {
        name: element.name.clone().into_owned(),
        key: element.key.filter(|&key| key != element.name).map(str::to_owned),
        group: element.key.is_none(),
        ty: type_ref(&element.ty),
        optional: element.optional,
        nillable: element.nillable,
        blank: blank(element),
    }
}

/// What stands in an element that must be there and that nobody filled.
fn blank(element: &ElementView<'_>) -> Option<Value> {
    let blank = element.blank.as_ref().filter(|_| !element.optional && !element.nillable)?;
    model::plain(blank)
}

fn session_part(part: ir::SessionPart) -> SessionPart {
    match part {
        ir::SessionPart::Client => SessionPart::Client,
        ir::SessionPart::Key => SessionPart::Key,
    }
}

fn type_ref(name: &str) -> TypeRef {
    match name.split_once(':') {
        Some(("xsd", local)) => TypeRef::Xsd(local.to_owned()),
        // Types of the WSDL itself have the prefix of its namespace.
        Some((_, local)) => TypeRef::Named(local.to_owned()),
        None => TypeRef::Named(name.to_owned()),
    }
}
