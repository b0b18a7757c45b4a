//! The linked schema: one graph of services, operations and types. petgraph stays behind typed ids.
//!
//! In: what [`pass::link`](crate::pass::link()) adds through [`Builder`](super::build::Builder). Out: a read-only graph for passes and
//! back ends.
//!
//! Invariants after [`pass::check`](crate::pass::check()): every id resolves; names of services, operations and record types are unique;
//! the parameters of an operation and the fields of a record have distinct names; a list has exactly one item slot. Order is the ordinal
//! on an edge, never petgraph's own: [`Schema::edges_of`] is the one place where it is read.

use petgraph::Direction;
use petgraph::graph::{DiGraph, EdgeIndex, NodeIndex};
use petgraph::visit::EdgeRef;

use super::{Omission, OperationMeta, Origin, Presence, Scalar, ServiceMeta, SessionPart, Spelling, TypeName};

/// A service of a [`Schema`]. Made for service nodes alone, so it resolves in the schema that gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ServiceId(pub(super) NodeIndex);
/// An operation of a [`Schema`]. Made for operation nodes alone, so it resolves in the schema that gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OpId(pub(super) NodeIndex);
/// A type of a [`Schema`]. Made for type nodes alone, so it resolves in the schema that gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TypeId(pub(super) NodeIndex);

/// A set of operations that is published together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Name for people. Never empty.
    pub name: String,
    /// Name for programs and files: ASCII letters, digits, `_`, `-` and `.`, not starting with a dot. Unique in the schema, never empty.
    pub shortname: String,
    /// Frankenstyle component that declares it; empty for one that an administrator configured.
    pub component: String,
    /// Settings that clients do not see.
    pub meta: ServiceMeta,
    /// Members that are left out of all artifacts, in order, each once: names of [`Schema::omissions`].
    pub omitted: Vec<String>,
    /// How its source spells it on the wire, where it does. No part of what the service is: two spellings can be one schema.
    pub spelling: Option<Box<Spelling>>,
    /// Where it is declared.
    pub origin: Origin,
}

/// An operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// Name as clients call it, exactly as in the source. Unique in the schema, never empty.
    pub name: String,
    /// Documentation, exactly as in the source; may be empty.
    pub doc: String,
    /// What its registration says.
    pub meta: OperationMeta,
    /// The method that implements it.
    pub origin: Origin,
}

/// A type. Its children are slots: [`Schema::item`] of a list, [`Schema::fields`] of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// One value. Equal scalars are one type.
    Scalar(Scalar),
    /// Any number of items. Lists are anonymous: each use is a type of its own.
    List,
    /// Named fields.
    Record(Record),
}

/// A record type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its name by origin, or by place where constructions of that origin differ. Unique in the schema.
    pub name: TypeName,
    /// Documentation of the record itself (its first construction); may be empty.
    pub doc: String,
    /// Where it is described (its first construction).
    pub origin: Origin,
}

/// A place that holds a value: parameter, field, list item and result alike.
#[derive(Debug, Clone, PartialEq)]
pub struct Slot {
    /// The type of the value: always the target of the edge that carries this slot.
    pub ty: TypeId,
    /// Whether it must be there. Never `Required` when `site_shaped`.
    pub presence: Presence,
    /// Whether null is a value.
    pub nullable: bool,
    /// Documentation, exactly as in the source; may be empty.
    pub doc: String,
    /// Whether the place exists only on some sites.
    pub site_shaped: bool,
    /// Where it is described.
    pub origin: Origin,
}

/// A parameter of an operation or a field of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Position among its siblings: 0, 1, 2, ... without gaps.
    pub ordinal: u32,
    /// The key in the source, exactly (`"1"`, `class`, `userid`). Unique among its siblings; may be any text.
    pub name: String,
    /// What it holds.
    pub slot: Slot,
    /// For parameters that say who calls and are no data: where callers are known otherwise they are left out. `None` for fields.
    pub session: Option<SessionPart>,
}

/// Who uses a type: the source of an edge to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Use<'s> {
    /// A parameter of the operation.
    Param(OpId, &'s Field),
    /// The result of the operation.
    Result(OpId, &'s Slot),
    /// A field of the record.
    Field(TypeId, &'s Field),
    /// The item of the list.
    Item(TypeId, &'s Slot),
}

#[derive(Debug)]
pub(super) enum Node {
    Service(Service),
    Operation(Operation),
    Type(Type),
}

#[derive(Debug)]
pub(super) enum Edge {
    /// Service to operation; the ordinal.
    Member(u32),
    /// Operation to type.
    Param(Field),
    /// Operation to type.
    Result(Slot),
    /// Record to type.
    Field(Field),
    /// List to type.
    Item(Slot),
}

impl Edge {
    pub(super) fn ordinal(&self) -> u32 {
        match self {
            Edge::Member(ordinal) => *ordinal,
            Edge::Param(field) | Edge::Field(field) => field.ordinal,
            // A result comes after all parameters; an item is alone.
            Edge::Result(_) | Edge::Item(_) => u32::MAX,
        }
    }
}

/// The linked schema.
#[derive(Debug, Default)]
pub struct Schema {
    pub(super) graph: DiGraph<Node, Edge>,
    /// Edges of all nodes, node after node, each node's in order of their ordinals.
    pub(super) edges: Vec<EdgeIndex>,
    /// Where the edges of a node begin in `edges`; one more entry than nodes.
    pub(super) first: Vec<u32>,
    /// By shortname.
    pub(super) services: Vec<ServiceId>,
    /// By name.
    pub(super) operations: Vec<OpId>,
    /// By type name.
    pub(super) records: Vec<TypeId>,
    pub(super) releases: Vec<String>,
    pub(super) omissions: Vec<Omission>,
}

impl Schema {
    /// The services, by shortname.
    pub fn services(&self) -> impl ExactSizeIterator<Item = ServiceId> + '_ {
        self.services.iter().copied()
    }

    /// A service.
    pub fn service(&self, id: ServiceId) -> &Service {
        match &self.graph[id.0] {
            Node::Service(service) => service,
            Node::Operation(_) | Node::Type(_) => unreachable!("a ServiceId is made for a service node alone"),
        }
    }

    /// The service of a shortname.
    pub fn service_by_name(&self, shortname: &str) -> Option<ServiceId> {
        let at = self.services.binary_search_by(|&id| self.service(id).shortname.as_str().cmp(shortname)).ok()?;
        Some(self.services[at])
    }

    /// The operations of a service, in its order.
    pub fn operations(&self, id: ServiceId) -> impl ExactSizeIterator<Item = OpId> + '_ {
        self.edges_of(id.0).iter().map(|&edge| OpId(self.target(edge)))
    }

    /// Every operation, in a service or not, by name.
    pub fn all_operations(&self) -> impl ExactSizeIterator<Item = OpId> + '_ {
        self.operations.iter().copied()
    }

    /// An operation.
    pub fn operation(&self, id: OpId) -> &Operation {
        match &self.graph[id.0] {
            Node::Operation(operation) => operation,
            Node::Service(_) | Node::Type(_) => unreachable!("an OpId is made for an operation node alone"),
        }
    }

    /// The operation of a name.
    pub fn operation_by_name(&self, name: &str) -> Option<OpId> {
        let at = self.operations.binary_search_by(|&id| self.operation(id).name.as_str().cmp(name)).ok()?;
        Some(self.operations[at])
    }

    /// The services that publish an operation, by shortname.
    pub fn services_of(&self, id: OpId) -> impl Iterator<Item = ServiceId> + '_ {
        self.services().filter(move |&service| self.graph.find_edge(service.0, id.0).is_some())
    }

    /// The parameters of an operation, in order.
    pub fn params(&self, id: OpId) -> impl Iterator<Item = &Field> + '_ {
        self.edges_of(id.0).iter().filter_map(|&edge| match &self.graph[edge] {
            Edge::Param(field) => Some(field),
            Edge::Member(_) | Edge::Result(_) | Edge::Field(_) | Edge::Item(_) => None,
        })
    }

    /// The parameters of an operation that are data, in order: those that carry the caller's session left out.
    pub fn arguments(&self, id: OpId) -> impl Iterator<Item = &Field> + '_ {
        self.params(id).filter(|param| param.session.is_none())
    }

    /// The result of an operation; `None` when it returns nothing.
    pub fn result(&self, id: OpId) -> Option<&Slot> {
        // The result has the greatest ordinal.
        match &self.graph[*self.edges_of(id.0).last()?] {
            Edge::Result(slot) => Some(slot),
            Edge::Member(_) | Edge::Param(_) | Edge::Field(_) | Edge::Item(_) => None,
        }
    }

    /// A type.
    pub fn ty(&self, id: TypeId) -> &Type {
        match &self.graph[id.0] {
            Node::Type(ty) => ty,
            Node::Service(_) | Node::Operation(_) => unreachable!("a TypeId is made for a type node alone"),
        }
    }

    /// The record type of a name.
    pub fn record_by_name(&self, name: &TypeName) -> Option<TypeId> {
        let at = self.records.binary_search_by(|&id| self.record(id).map(|record| &record.name).cmp(&Some(name))).ok()?;
        Some(self.records[at])
    }

    /// The record types, by name.
    pub fn records(&self) -> impl ExactSizeIterator<Item = TypeId> + '_ {
        self.records.iter().copied()
    }

    /// The record that a type is, if it is one.
    pub fn record(&self, id: TypeId) -> Option<&Record> {
        match self.ty(id) {
            Type::Record(record) => Some(record),
            Type::Scalar(_) | Type::List => None,
        }
    }

    /// The item slot of a list; `None` for scalars and records. Present for every list after `pass::check`.
    pub fn item(&self, id: TypeId) -> Option<&Slot> {
        match &self.graph[*self.edges_of(id.0).first()?] {
            Edge::Item(slot) => Some(slot),
            Edge::Member(_) | Edge::Param(_) | Edge::Result(_) | Edge::Field(_) => None,
        }
    }

    /// The fields of a record, in order; none for scalars and lists.
    pub fn fields(&self, id: TypeId) -> impl Iterator<Item = &Field> + '_ {
        self.edges_of(id.0).iter().filter_map(|&edge| match &self.graph[edge] {
            Edge::Field(field) => Some(field),
            Edge::Member(_) | Edge::Param(_) | Edge::Result(_) | Edge::Item(_) => None,
        })
    }

    /// The slots that a type holds, in order: the item of a list, those of a record's fields.
    pub fn slots(&self, id: TypeId) -> impl DoubleEndedIterator<Item = &Slot> + '_ {
        self.slots_of(id.0)
    }

    /// The slots of an operation, in order: those of its parameters, then its result.
    pub fn op_slots(&self, id: OpId) -> impl DoubleEndedIterator<Item = &Slot> + '_ {
        self.slots_of(id.0)
    }

    /// Where a type is used: by operations in order of their names, then by types in order of construction.
    pub fn uses(&self, id: TypeId) -> Vec<Use<'_>> {
        let mut found: Vec<(NodeIndex, u32, Use<'_>)> = self
            .graph
            .edges_directed(id.0, Direction::Incoming)
            .filter_map(|edge| {
                let source = edge.source();
                let user = match edge.weight() {
                    Edge::Member(_) => return None,
                    Edge::Param(field) => Use::Param(OpId(source), field),
                    Edge::Result(slot) => Use::Result(OpId(source), slot),
                    Edge::Field(field) => Use::Field(TypeId(source), field),
                    Edge::Item(slot) => Use::Item(TypeId(source), slot),
                };
                Some((source, edge.weight().ordinal(), user))
            })
            .collect();
        found.sort_by_key(|(source, ordinal, user)| {
            let operation = match user {
                Use::Param(op, _) | Use::Result(op, _) => Some(self.operation(*op).name.as_str()),
                Use::Field(..) | Use::Item(..) => None,
            };
            (operation.is_none(), operation, *source, *ordinal)
        });
        found.into_iter().map(|(_, _, user)| user).collect()
    }

    /// The releases of the inputs, in order, each once; inputs that do not say theirs add nothing.
    pub fn releases(&self) -> &[String] {
        &self.releases
    }

    /// The members of a service that are left out, in its order.
    pub fn omitted(&self, id: ServiceId) -> Vec<&Omission> {
        let find = |name: &String| self.omissions.iter().find(|omission| omission.operation == *name);
        self.service(id).omitted.iter().filter_map(find).collect()
    }

    /// The operations that are left out, by name.
    pub fn omissions(&self) -> &[Omission] {
        &self.omissions
    }

    /// The edges of a node in the order of their ordinals: the one place where order is read.
    pub(super) fn edges_of(&self, node: NodeIndex) -> &[EdgeIndex] {
        &self.edges[self.first[node.index()] as usize..self.first[node.index() + 1] as usize]
    }

    fn slots_of(&self, node: NodeIndex) -> impl DoubleEndedIterator<Item = &Slot> + '_ {
        self.edges_of(node).iter().filter_map(|&edge| match &self.graph[edge] {
            Edge::Param(field) | Edge::Field(field) => Some(&field.slot),
            Edge::Result(slot) | Edge::Item(slot) => Some(slot),
            Edge::Member(_) => None,
        })
    }

    fn target(&self, edge: EdgeIndex) -> NodeIndex {
        match self.graph.edge_endpoints(edge) {
            Some((_, target)) => target,
            None => unreachable!("`edges` holds edges of `graph`, and none is ever removed"),
        }
    }
}
