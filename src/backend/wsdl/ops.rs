//! What a WSDL declares as a flat JSON document, for comparing interfaces with ordinary tools: `mwsc inspect --format ops`.
//!
//! In: a planned WSDL of any profile, and what its source declares beyond that. Out: operations with their parts, records with their
//! fields, arrays, the fields that may be null, and messages; types with prefixes `xsd` and `tns`.

use indexmap::IndexMap;
use serde::Serialize;

use super::{rpc, view};
use crate::ir::spelling::Declaration;

/// The document.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ops {
    target_namespace: String,
    port_type: String,
    binding: String,
    style: &'static str,
    r#use: &'static str,
    service: String,
    port: String,
    address: String,
    counts: Counts,
    operations: Vec<Operation>,
    /// Names and types of fields.
    types: IndexMap<String, Vec<(String, String)>>,
    /// Types of items, with `[]`.
    arrays: IndexMap<String, String>,
    /// `record.field`, in order.
    nillable: Vec<String>,
    messages: IndexMap<String, Vec<(String, String)>>,
}

#[derive(Debug, Serialize)]
struct Counts {
    operations: usize,
    structs: usize,
    arrays: usize,
    messages: usize,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Operation {
    name: String,
    params: Vec<(String, String)>,
    returns: Option<String>,
    return_part: Option<String>,
    input_message: String,
    output_message: Option<String>,
    soap_action: String,
}

impl Ops {
    /// As JSON, in a text that ends with a line break.
    pub fn json(&self) -> String {
        // Texts and numbers always serialize.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    fn new(names: &[String; 4], target_namespace: String, address: String, style: &'static str, r#use: &'static str) -> Self {
        let [service, port_type, binding, port] = names.clone();
        Ops {
            target_namespace,
            port_type,
            binding,
            style,
            r#use,
            service,
            port,
            address,
            counts: Counts { operations: 0, structs: 0, arrays: 0, messages: 0 },
            operations: Vec::new(),
            types: IndexMap::new(),
            arrays: IndexMap::new(),
            nillable: Vec::new(),
            messages: IndexMap::new(),
        }
    }

    fn record(&mut self, name: &str, fields: impl Iterator<Item = (String, String, bool)>) {
        let mut kept = Vec::new();
        for (field, ty, nillable) in fields {
            if nillable {
                self.nillable.push(format!("{name}.{field}"));
            }
            kept.push((field, ty));
        }
        self.types.insert(name.to_owned(), kept);
    }

    fn counted(mut self) -> Self {
        self.nillable.sort();
        self.counts = Counts {
            operations: self.operations.len(),
            structs: self.types.len(),
            arrays: self.arrays.len(),
            messages: self.messages.len(),
        };
        self
    }
}

/// Several as a JSON list, in a text that ends with a line break.
pub fn list(several: &[Ops]) -> String {
    serde_json::to_string_pretty(several).unwrap_or_default() + "\n"
}

/// That of an rpc/encoded WSDL. What its source declares and no operation reaches is in it as well.
pub fn rpc(view: &rpc::View<'_>) -> Ops {
    let mut out = Ops::new(&view.names, view.namespace.clone(), view.address.clone(), "rpc", "encoded");
    for op in &view.operations {
        let parts = |message: &str| view.messages.get(message).into_iter().flatten().map(|part| (part.name.clone(), part.ty.clone()));
        let (return_part, returns) = op.response.as_ref().and_then(|response| parts(response).next()).unzip();
        out.operations.push(Operation {
            name: op.name.clone(),
            params: parts(&op.request).collect(),
            returns,
            return_part,
            input_message: op.request.clone(),
            output_message: op.response.clone(),
            soap_action: op.action.clone(),
        });
    }
    for (name, parts) in &view.messages {
        out.messages.insert(name.clone(), parts.iter().map(|part| (part.name.clone(), part.ty.clone())).collect());
    }
    for (name, ty) in &view.types {
        match ty {
            rpc::TypeView::Array { item, .. } => {
                out.arrays.insert(name.clone(), format!("{item}[]"));
            }
            rpc::TypeView::Record { fields, .. } => {
                out.record(name, fields.iter().map(|field| (field.name.clone(), field.ty.clone(), field.nillable)));
            }
        }
    }
    let own = view.service.spelling.as_deref().filter(|_| view.is_own);
    for (name, declaration) in own.iter().flat_map(|own| &own.unused_types) {
        match declaration {
            Declaration::Array(item) => {
                out.arrays.insert(name.clone(), item.clone());
            }
            Declaration::Record(fields) => out.record(name, fields.iter().cloned()),
        }
    }
    for (name, parts) in own.iter().flat_map(|own| &own.unused_messages) {
        out.messages.insert(name.clone(), parts.clone());
    }
    out.counted()
}

/// That of a document/literal WSDL: the children of wrapper elements stand for parts.
pub fn document(view: &view::View<'_>) -> Ops {
    let mut out = Ops::new(&view.names, view.namespace.clone(), view.endpoint.clone(), "document", "literal");
    let pair = |element: &view::ElementView<'_>| (element.name.clone().into_owned(), element.ty.clone().into_owned());
    for op in &view.operations {
        let (request, response) = (format!("{}Request", op.name), format!("{}Response", op.name));
        let (return_part, returns) = op.result.as_ref().map(pair).unzip();
        out.messages.insert(request.clone(), op.params.iter().map(pair).collect());
        out.messages.insert(response.clone(), op.result.iter().map(pair).collect());
        out.operations.push(Operation {
            name: op.name.clone(),
            params: op.params.iter().map(pair).collect(),
            returns,
            return_part,
            input_message: request,
            output_message: Some(response),
            soap_action: format!("{}#{}", view.namespace, op.name),
        });
    }
    for ty in &view.types {
        match ty.elements.as_slice() {
            [item] if item.many => {
                out.arrays.insert(ty.name.clone(), format!("{}[]", item.ty));
            }
            elements => out.record(
                &ty.name,
                elements.iter().map(|element| {
                    let (name, ty) = pair(element);
                    (name, ty, element.nillable)
                }),
            ),
        }
    }
    out.counted()
}
