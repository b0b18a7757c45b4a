//! How a schema is made: nodes and edges are added, then [`Builder::finish`] freezes their order. Used by `pass::link` alone.

use petgraph::graph::{EdgeIndex, NodeIndex};
use rustc_hash::FxHashMap;

use super::schema::{Edge, Field, Node, OpId, Operation, Record, Schema, Service, ServiceId, Slot, Type, TypeId};
use super::{Omission, Origin, Scalar, SessionPart, TypeName};

/// A schema under construction. Children of one parent are added in their order.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    schema: Schema,
    scalars: FxHashMap<Scalar, TypeId>,
    records: FxHashMap<TypeName, TypeId>,
    /// How many children each node has: the next ordinal.
    children: Vec<u32>,
}

impl Builder {
    /// Adds a service.
    pub(crate) fn service(&mut self, service: Service) -> ServiceId {
        let id = ServiceId(self.node(Node::Service(service)));
        self.schema.services.push(id);
        id
    }

    /// Adds an operation to a service, behind those it has.
    pub(crate) fn member(&mut self, service: ServiceId, operation: OpId) {
        let ordinal = self.next(service.0);
        self.schema.graph.add_edge(service.0, operation.0, Edge::Member(ordinal));
    }

    /// Adds an operation.
    pub(crate) fn operation(&mut self, operation: Operation) -> OpId {
        let id = OpId(self.node(Node::Operation(operation)));
        self.schema.operations.push(id);
        id
    }

    /// Adds a parameter to an operation, behind those it has.
    pub(crate) fn param(&mut self, operation: OpId, name: String, slot: Slot, session: Option<SessionPart>) {
        let ordinal = self.next(operation.0);
        self.schema.graph.add_edge(operation.0, slot.ty.0, Edge::Param(Field { ordinal, name, slot, session }));
    }

    /// Sets the result of an operation. Called at most once for each.
    pub(crate) fn result(&mut self, operation: OpId, slot: Slot) {
        self.schema.graph.add_edge(operation.0, slot.ty.0, Edge::Result(slot));
    }

    /// The type of a scalar: one for equal ones.
    pub(crate) fn scalar(&mut self, scalar: Scalar) -> TypeId {
        if let Some(&id) = self.scalars.get(&scalar) {
            return id;
        }
        let id = TypeId(self.node(Node::Type(Type::Scalar(scalar.clone()))));
        self.scalars.insert(scalar, id);
        id
    }

    /// A list of such items.
    pub(crate) fn list(&mut self, item: Slot) -> TypeId {
        let id = TypeId(self.node(Node::Type(Type::List)));
        self.schema.graph.add_edge(id.0, item.ty.0, Edge::Item(item));
        id
    }

    /// The record type of a name, if it was added.
    pub(crate) fn known(&self, name: &TypeName) -> Option<TypeId> {
        self.records.get(name).copied()
    }

    /// Adds a record type without fields and origin. Its name is not known yet.
    pub(crate) fn record(&mut self, name: TypeName) -> TypeId {
        let record = Record { name: name.clone(), doc: String::new(), origin: Origin::default() };
        let id = TypeId(self.node(Node::Type(Type::Record(record))));
        self.records.insert(name, id);
        self.schema.records.push(id);
        id
    }

    /// Says what a record is, and where it is described.
    pub(crate) fn describe(&mut self, record: TypeId, doc: String, origin: Origin) {
        if let Node::Type(Type::Record(record)) = &mut self.schema.graph[record.0] {
            record.doc = doc;
            record.origin = origin;
        }
    }

    /// Adds a field to a record, behind those it has.
    pub(crate) fn field(&mut self, record: TypeId, name: String, slot: Slot) {
        let ordinal = self.next(record.0);
        self.schema.graph.add_edge(record.0, slot.ty.0, Edge::Field(Field { ordinal, name, slot, session: None }));
    }

    /// Notes the release of an input.
    pub(crate) fn release(&mut self, release: String) {
        if !self.schema.releases.contains(&release) {
            self.schema.releases.push(release);
        }
    }

    /// Notes an operation that is left out.
    pub(crate) fn omission(&mut self, omission: Omission) {
        self.schema.omissions.push(omission);
    }

    /// Freezes the order of everything.
    pub(crate) fn finish(self) -> Schema {
        let mut schema = self.schema;
        let mut edges: Vec<(NodeIndex, u32, EdgeIndex)> = schema
            .graph
            .edge_indices()
            .filter_map(|edge| Some((schema.graph.edge_endpoints(edge)?.0, schema.graph.edge_weight(edge)?.ordinal(), edge)))
            .collect();
        edges.sort_unstable();
        schema.first = Vec::with_capacity(schema.graph.node_count() + 1);
        for (at, &(source, ..)) in edges.iter().enumerate() {
            while schema.first.len() <= source.index() {
                schema.first.push(at as u32);
            }
        }
        schema.first.resize(schema.graph.node_count() + 1, edges.len() as u32);
        schema.edges = edges.into_iter().map(|(.., edge)| edge).collect();

        let mut services = std::mem::take(&mut schema.services);
        services.sort_by(|&a, &b| schema.service(a).shortname.cmp(&schema.service(b).shortname));
        schema.services = services;
        let mut operations = std::mem::take(&mut schema.operations);
        operations.sort_by(|&a, &b| schema.operation(a).name.cmp(&schema.operation(b).name));
        schema.operations = operations;
        let mut records = std::mem::take(&mut schema.records);
        records.sort_by(|&a, &b| schema.record(a).map(|r| &r.name).cmp(&schema.record(b).map(|r| &r.name)));
        schema.records = records;
        schema.omissions.sort_by(|a, b| (&a.operation, a.code, &a.message).cmp(&(&b.operation, b.code, &b.message)));
        schema.omissions.dedup();
        schema
    }

    fn node(&mut self, node: Node) -> NodeIndex {
        self.children.push(0);
        self.schema.graph.add_node(node)
    }

    fn next(&mut self, parent: NodeIndex) -> u32 {
        let ordinal = self.children[parent.index()];
        self.children[parent.index()] += 1;
        ordinal
    }
}
