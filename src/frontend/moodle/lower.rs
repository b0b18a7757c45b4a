//! From the front end's own tree to a fragment of the IR. Here it is decided what a description means to a client: what must be there,
//! what may be null, which scalar it is, and how a structure is called.

use super::desc::{Desc, DescKind, Entry, Function};
use super::php_rules::{self, Required};
use super::services::{Service, Survey, falsy};
use crate::ir::{
    FieldDef, Fragment, Key, Literal, NameBase, Omission, OperationDef, OperationMeta, Presence, RecordDef, Scalar, ScalarKind, ServiceDef,
    ServiceMeta, ShapeDef, SlotDef, TypeName,
};
use crate::params;
use crate::report::{Code, Diagnostic, Report};

/// Lowers described functions and the services of the survey.
pub fn lower(survey: &Survey, functions: &[Function], report: &mut Report) -> Fragment {
    let mut out = Fragment { release: (!survey.release.number.is_empty()).then(|| survey.release.number.clone()), ..Fragment::default() };
    for function in functions {
        match &function.described {
            Ok(described) => {
                let mut lower = Lower { function: &function.name, php: survey.release.php().0, report };
                let params = TypeName::new(NameBase::Params(function.name.clone()));
                let result = TypeName::new(NameBase::Result(function.name.clone()));
                let params = match &described.parameters.kind {
                    DescKind::Struct(keys) => lower.fields(keys, &params, &params),
                    DescKind::Value(_) | DescKind::List(_) => Vec::new(),
                };
                out.operations.push(OperationDef {
                    name: function.name.clone(),
                    doc: text(&function.entry.description),
                    meta: meta(&function.entry, function.deprecated),
                    params,
                    result: described.returns.as_ref().map(|desc| lower.slot(desc, &result, &result)),
                    origin: described.origin.clone(),
                });
            }
            Err(failure) => {
                out.omitted.push(Omission { operation: function.name.clone(), code: failure.code, message: failure.message.clone() });
            }
        }
    }
    out.services = services(survey);
    out
}

/// The services of a survey, with every function that they list.
pub fn services(survey: &Survey) -> Vec<ServiceDef> {
    survey.services.iter().map(service).collect()
}

struct Lower<'l> {
    function: &'l str,
    php: u32,
    report: &'l mut Report,
}

impl Lower<'_> {
    /// `name` is what a record here is called unless it has an origin of its own, `place` what its place calls it.
    fn slot(&mut self, desc: &Desc, name: &TypeName, place: &TypeName) -> SlotDef {
        let name = desc.name.as_ref().unwrap_or(name);
        let shape = match &desc.kind {
            DescKind::Value(ty) => ShapeDef::Scalar(self.scalar(ty, desc)),
            DescKind::List(content) => ShapeDef::List(Box::new(self.slot(content, name, place))),
            DescKind::Struct(keys) => ShapeDef::Record(RecordDef {
                name: name.clone(),
                place: place.clone(),
                doc: String::new(),
                fields: self.fields(keys, name, place),
                origin: desc.origin.clone(),
            }),
        };
        let site_shaped = desc.only_if.is_some();
        let presence = match php_rules::required(&desc.required, self.php) {
            Required::Required if site_shaped => Presence::Optional,
            Required::Required => Presence::Required,
            Required::Default => Presence::Default(desc.default.clone()),
            Required::Optional => Presence::Optional,
        };
        SlotDef {
            shape,
            presence,
            nullable: desc.allownull.as_ref().is_some_and(php_rules::nullable),
            doc: text(&desc.desc),
            site_shaped,
            origin: desc.origin.clone(),
        }
    }

    fn fields(&mut self, keys: &[(Key, Desc)], name: &TypeName, place: &TypeName) -> Vec<FieldDef> {
        let field = |(key, desc): &(Key, Desc)| {
            let key = match key {
                Key::Int(n) => n.to_string(),
                Key::Str(text) => text.clone(),
            };
            // Only what may hold a record needs names.
            let slot = match desc.kind {
                DescKind::Value(_) => self.slot(desc, name, place),
                DescKind::List(_) | DescKind::Struct(_) => self.slot(desc, &name.child(&key), &place.child(&key)),
            };
            FieldDef::new(key, slot)
        };
        keys.iter().map(field).collect()
    }

    fn scalar(&mut self, ty: &Literal, desc: &Desc) -> Scalar {
        let refinement = text(ty);
        let kind = params::kind(&refinement).unwrap_or_else(|| {
            let what = format!("{}: `{}` is no PARAM_ type of any release; taken as text", self.function, refinement.escape_debug());
            self.report.push(Diagnostic::new(Code::M030, what).at(desc.origin.span).about(self.function));
            ScalarKind::String
        });
        Scalar::new(kind, refinement)
    }
}

fn meta(entry: &Entry, deprecated: bool) -> OperationMeta {
    OperationMeta {
        component: entry.component.clone(),
        kind: match &entry.kind {
            Literal::Str(kind) if !kind.is_empty() => Some(kind.clone()),
            _ => None,
        },
        ajax: !falsy(&entry.ajax),
        capabilities: capabilities(&entry.capabilities),
        login_required: !falsy(&entry.loginrequired),
        readonly_session: !falsy(&entry.readonlysession),
        deprecated,
        class: entry.classname.trim_start_matches('\\').to_owned(),
        method: entry.methodname.clone(),
    }
}

/// Capabilities are one text separated by commas, or (in some plugins) an array.
fn capabilities(value: &Literal) -> Vec<String> {
    match value {
        Literal::Str(text) => text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect(),
        Literal::Array(items) => items.iter().flat_map(|(_, item)| capabilities(item)).collect(),
        _ => Vec::new(),
    }
}

fn service(service: &Service) -> ServiceDef {
    ServiceDef {
        name: service.name.clone(),
        shortname: service.shortname.clone().unwrap_or_else(|| short_name(&service.name)),
        component: service.component.clone(),
        operations: service.functions.clone(),
        meta: ServiceMeta {
            enabled: !falsy(&service.enabled),
            restricted_users: !falsy(&service.restrictedusers),
            required_capability: match &service.requiredcapability {
                Literal::Str(name) if !name.is_empty() => Some(name.clone()),
                _ => None,
            },
            download_files: !falsy(&service.downloadfiles),
            upload_files: !falsy(&service.uploadfiles),
        },
        spelling: None,
        origin: service.origin.clone(),
    }
}

/// A name for programs out of one for people: letters and digits in lower case, the rest as single underscores.
pub fn short_name(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if !out.ends_with('_') && !out.is_empty() {
            out.push('_');
        }
    }
    let out = out.trim_end_matches('_');
    if out.is_empty() { "service".to_owned() } else { out.to_owned() }
}

/// A text for people; what is no text in the source is none.
fn text(value: &Literal) -> String {
    match value {
        Literal::Str(text) => text.clone(),
        Literal::Int(n) => n.to_string(),
        Literal::Float(n) => n.to_string(),
        Literal::Null | Literal::Bool(_) | Literal::Array(_) | Literal::Runtime(_) => String::new(),
    }
}
