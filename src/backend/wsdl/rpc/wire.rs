//! The wire table of an rpc/encoded WSDL: what a server needs to read and write its messages without reading it.

use indexmap::IndexMap;
use mwsc_contract::wire::{ADDRESS, Carries, Endpoint, Part, Style, TypeRef, WireField, WireOperation, WireType, Wsdl};

use super::view::{FieldView, OperationView, TypeView, View};
use crate::ir::dump;

/// The table of a planned WSDL.
pub fn wire(view: &View<'_>) -> Endpoint {
    let rules = &view.profile.rules;
    let mut types: IndexMap<String, WireType> = view.types.iter().map(|(name, ty)| (name.clone(), self::ty(ty))).collect();
    // Types that the WSDL only refers to: anything, and maps of anything.
    let mut used: Vec<&TypeRef> = Vec::new();
    let operations: IndexMap<String, WireOperation> = view.operations.iter().map(|op| (op.name.clone(), operation(view, op))).collect();
    for op in operations.values() {
        used.extend(op.parts.iter().chain(&op.result).map(|part| &part.ty));
    }
    let fields = types.values().flat_map(|ty| match ty {
        WireType::Record { fields, .. } => fields.iter().map(|field| &field.ty).collect::<Vec<_>>(),
        WireType::List { item, .. } => vec![item],
        WireType::Map => Vec::new(),
    });
    used.extend(fields);
    let foreign: Vec<String> = used
        .into_iter()
        .filter_map(|ty| match ty {
            TypeRef::Named(name) if name.contains(':') => Some(name.clone()),
            TypeRef::Named(_) | TypeRef::Xsd(_) => None,
        })
        .collect();
    for name in foreign {
        let ty = if name == MAP { WireType::Map } else { WireType::List { item: TypeRef::Xsd("anyType".to_owned()), nillable: true } };
        types.entry(name).or_insert(ty);
    }
    Endpoint {
        profile: view.profile.name.clone(),
        service: view.service.shortname.clone(),
        style: Style::RpcEncoded,
        soap12: false,
        namespace: view.namespace.clone(),
        path: path(&view.address),
        soap_action: action(view),
        wsdls: vec![Wsdl { path: rules.wsdl.clone(), file: view.path.clone(), download: rules.download.clone() }],
        operations,
        types,
    }
}

const MAP: &str = "apache:Map";

/// The path of an address below that of its site.
fn path(address: &str) -> String {
    if let Some(path) = address.strip_prefix(ADDRESS) {
        return path.to_owned();
    }
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.find('/').map_or_else(|| "/".to_owned(), |at| rest[at..].to_owned())
}

/// The template of which every action is made; empty where there is none.
fn action(view: &View<'_>) -> String {
    let template = |op: &OperationView<'_>| Some(format!("{}{{operation}}", op.action.strip_suffix(op.name.as_str())?));
    let mut templates = view.operations.iter().map(template);
    let first = templates.next().flatten().unwrap_or_default();
    if templates.all(|other| other.as_ref() == Some(&first)) { first } else { String::new() }
}

fn operation(view: &View<'_>, op: &OperationView<'_>) -> WireOperation {
    let parts = view.messages.get(&op.request).into_iter().flatten();
    let parts = parts.zip(op.carries.iter().zip(&op.presence)).map(|(part, (carries, &(optional, nillable)))| Part {
        name: part.name.clone(),
        ty: type_ref(&part.ty),
        carries: carries.clone(),
        optional,
        nillable,
        blank: None,
    });
    let result = op.response.as_ref().and_then(|response| view.messages.get(response)?.first());
    WireOperation {
        operation: op.operation.name.clone(),
        response: format!("{}Response", op.name),
        one_way: op.response.is_none(),
        parts: parts.collect(),
        result: result.map(|part| Part {
            name: part.name.clone(),
            ty: type_ref(&part.ty),
            carries: Carries::Result,
            optional: false,
            nillable: op.nillable,
            blank: None,
        }),
        hollow: IndexMap::new(),
        hollow_result: None,
    }
}

fn ty(view: &TypeView<'_>) -> WireType {
    match view {
        TypeView::Array { item, nillable } => WireType::List { item: type_ref(item), nillable: *nillable },
        TypeView::Record { record, fields } => WireType::Record {
            record: record.map(dump::type_name),
            wrapper: record.is_none(),
            fields: fields.iter().map(field).collect(),
            hollow: IndexMap::new(),
        },
    }
}

fn field(view: &FieldView<'_>) -> WireField {
    WireField {
        name: view.name.clone(),
        key: view.key.filter(|&key| key != view.name).map(str::to_owned),
        group: false,
        ty: type_ref(&view.ty),
        optional: view.optional,
        nillable: view.nillable,
        blank: None,
    }
}

fn type_ref(name: &str) -> TypeRef {
    match name.split_once(':') {
        Some(("xsd", local)) => TypeRef::Xsd(local.to_owned()),
        Some(("tns", local)) => TypeRef::Named(local.to_owned()),
        Some(_) | None => TypeRef::Named(name.to_owned()),
    }
}
