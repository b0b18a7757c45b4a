//! The linked schema: one graph of services, operations and types. petgraph stays behind typed ids.
//!
//! Invariants after `pass::check`: every id resolves; a service's operations exist; names of services, operations and record types are
//! unique; fields of a record have distinct names; order is the ordinal on an edge, never petgraph's own.

use petgraph::graph::{DiGraph, NodeIndex};

use super::{FieldDef, Literal, Omission, OperationMeta, Origin, Presence, Scalar, ServiceMeta, TypeName};

/// A service of a [`Schema`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ServiceId(NodeIndex);
/// An operation of a [`Schema`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OpId(NodeIndex);
/// A type of a [`Schema`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TypeId(NodeIndex);

/// The linked schema.
#[derive(Debug, Default)]
pub struct Schema {}
