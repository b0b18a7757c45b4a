//! The intermediate representation: fragments as front ends give them, and the linked [`Schema`] that back ends read.

pub(crate) mod build;
pub mod dump;
pub mod enumeration;
pub mod fragment;
pub mod graph;
pub mod inspect;
pub mod name;
pub mod order;
pub mod origin;
#[cfg(test)]
pub(crate) mod sample;
pub mod schema;
pub mod spelling;
pub mod value;

pub use enumeration::Enumeration;
pub use fragment::{
    FieldDef, Fragment, Omission, OperationDef, OperationMeta, Presence, RecordDef, Scalar, ScalarKind, ServiceDef, ServiceMeta, ShapeDef,
    SlotDef,
};
pub use mwsc_contract::SessionPart;
pub use name::{MAP_ENTRY, NameBase, TypeName};
pub use origin::Origin;
pub use schema::{Field, OpId, Operation, Record, Schema, Service, ServiceId, Slot, Type, TypeId, Use};
pub use spelling::{OperationSpelling, PartSpelling, RecordSpelling, Spelling, Wrapper};
pub use value::{Key, Literal};
