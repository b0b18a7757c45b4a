//! The schema in the terms of the contract: what the back ends share whose artifacts are JSON.
//!
//! In: a checked schema and some of its services. Out: a [`Manifest`] that describes them, without endpoints, crosswalk and files.

mod value;

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use mwsc_contract::crosswalk::Crosswalk;
use mwsc_contract::rule::Rule;
use mwsc_contract::schema::{Access, Convention, Omission};
use mwsc_contract::{Allowed, FORMAT, Field, Kind, Manifest, Operation, Record, Scalar, Service, SessionPart, Shape, Slot, Value};

use crate::ir::{self, Literal, OpId, Origin, ScalarKind, Schema, ServiceId, Type, TypeId, dump};
use crate::params;
use crate::source::SourceMap;

/// Describes services. `sources` are the files that the schema was read from; lines are known where they hold the places.
pub(super) fn manifest(schema: &Schema, services: &[ServiceId], sources: &SourceMap) -> Manifest {
    let describe = Describe { schema, sources };
    let texts: Vec<String> = services.iter().map(|&service| dump::service(schema, service)).collect();
    Manifest {
        format: FORMAT,
        generator: format!("mwsc {}", env!("CARGO_PKG_VERSION")),
        digest: dump::sha256(texts.concat().as_bytes()),
        releases: schema.releases().to_vec(),
        services: services.iter().map(|&service| describe.service(service)).collect(),
        operations: describe.operations(services),
        records: describe.records(services),
        endpoints: Vec::new(),
        rules: describe.rules(services),
        crosswalk: Crosswalk::default(),
        files: Vec::new(),
    }
}

#[derive(Clone, Copy)]
struct Describe<'s> {
    schema: &'s Schema,
    sources: &'s SourceMap,
}

impl Describe<'_> {
    fn service(self, id: ServiceId) -> Service {
        let service = self.schema.service(id);
        let omitted = self.schema.omitted(id).into_iter().map(|omission| Omission {
            operation: omission.operation.clone(),
            code: omission.code.to_owned(),
            message: omission.message.clone(),
        });
        Service {
            shortname: service.shortname.clone(),
            name: service.name.clone(),
            component: service.component.clone(),
            operations: self.schema.operations(id).map(|op| self.schema.operation(op).name.clone()).collect(),
            omitted: omitted.collect(),
            convention: self.convention(id),
        }
    }

    /// Clients of OK Tech say with every call who they are; those of Moodle say it beside the call.
    fn convention(self, id: ServiceId) -> Convention {
        let session = |op| self.schema.params(op).any(|param| param.session.is_some());
        if self.schema.operations(id).any(session) { Convention::OkTech } else { Convention::Moodle }
    }

    /// The operations of some services, by name.
    fn operations(self, services: &[ServiceId]) -> IndexMap<String, Operation> {
        let ids = services.iter().flat_map(|&service| self.schema.operations(service));
        let sorted: BTreeMap<&str, OpId> = ids.map(|op| (self.schema.operation(op).name.as_str(), op)).collect();
        sorted.into_iter().map(|(name, op)| (name.to_owned(), self.operation(op))).collect()
    }

    /// The records that they reach, by name.
    fn records(self, services: &[ServiceId]) -> IndexMap<String, Record> {
        let reached = services.iter().flat_map(|&service| self.schema.reachable(service));
        let sorted: BTreeMap<String, TypeId> =
            reached.filter_map(|ty| self.schema.record(ty).map(|record| (dump::type_name(&record.name), ty))).collect();
        sorted.into_iter().map(|(name, ty)| (name, self.record(ty))).collect()
    }

    /// What the `PARAM_` types that they reach accept, by type.
    fn rules(self, services: &[ServiceId]) -> IndexMap<String, Rule> {
        let reached = services.iter().flat_map(|&service| self.schema.reachable(service));
        let types: BTreeSet<&str> = reached
            .filter_map(|ty| match self.schema.ty(ty) {
                Type::Scalar(scalar) => Some(scalar.refinement.as_str()),
                Type::List | Type::Record(_) => None,
            })
            .collect();
        types.into_iter().filter_map(|ty| Some((ty.to_owned(), params::rule(ty)?))).collect()
    }

    fn operation(self, id: OpId) -> Operation {
        let operation = self.schema.operation(id);
        let meta = &operation.meta;
        Operation {
            doc: operation.doc.clone(),
            kind: match meta.kind.as_deref() {
                Some("read") => Some(Access::Read),
                Some("write") => Some(Access::Write),
                Some(_) | None => None,
            },
            component: meta.component.clone(),
            capabilities: meta.capabilities.clone(),
            login_required: meta.login_required,
            ajax: meta.ajax,
            deprecated: meta.deprecated,
            params: self.schema.params(id).map(|field| self.field(field)).collect(),
            result: self.schema.result(id).map(|slot| self.slot(slot)),
            file: operation.origin.file.clone(),
            line: self.line(&operation.origin),
        }
    }

    fn record(self, id: TypeId) -> Record {
        let record = self.schema.record(id);
        let origin = record.map(|record| &record.origin);
        Record {
            doc: record.map_or_else(String::new, |record| record.doc.clone()),
            fields: self.schema.fields(id).map(|field| self.field(field)).collect(),
            file: origin.map_or_else(String::new, |origin| origin.file.clone()),
            line: origin.map_or(0, |origin| self.line(origin)),
        }
    }

    fn field(self, field: &ir::Field) -> Field {
        Field { name: field.name.clone(), slot: self.slot(&field.slot), session: field.session.map(session) }
    }

    fn slot(self, slot: &ir::Slot) -> Slot {
        Slot {
            shape: self.shape(slot.ty),
            presence: value::presence(self.schema, slot),
            nullable: slot.nullable,
            site_shaped: slot.site_shaped,
            doc: slot.doc.clone(),
        }
    }

    fn shape(self, ty: TypeId) -> Shape {
        match (self.schema.ty(ty), self.schema.item(ty)) {
            (Type::Scalar(scalar), _) => Shape::Scalar(self::scalar(scalar)),
            (Type::Record(record), _) => Shape::Record(dump::type_name(&record.name)),
            (Type::List, Some(item)) => Shape::List(Box::new(self.slot(item))),
            (Type::List, None) => unreachable!("a checked schema has an item for every list"),
        }
    }

    fn line(self, origin: &Origin) -> u32 {
        origin.span.and_then(|span| self.sources.line(span)).unwrap_or(0)
    }
}

fn scalar(scalar: &ir::Scalar) -> Scalar {
    let values = scalar.values.as_ref().map(|values| values.literals(scalar.kind).filter_map(|value| plain(&value)).collect());
    Scalar { kind: kind(scalar.kind), refinement: scalar.refinement.clone(), values: values.map(|values| Box::new(Allowed(values))) }
}

/// A scalar constant as JSON has it; `None` where JSON cannot say it.
pub(super) fn plain(literal: &Literal) -> Option<Value> {
    value::scalar(literal)
}

fn session(part: ir::SessionPart) -> SessionPart {
    match part {
        ir::SessionPart::Client => SessionPart::Client,
        ir::SessionPart::Key => SessionPart::Key,
    }
}

fn kind(kind: ScalarKind) -> Kind {
    match kind {
        ScalarKind::Bool => Kind::Bool,
        ScalarKind::Int => Kind::Int,
        ScalarKind::Float => Kind::Float,
        ScalarKind::String => Kind::String,
    }
}
