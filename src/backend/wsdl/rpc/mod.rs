//! WSDLs with an rpc/encoded binding, as a profile spells them.
//!
//! In: a checked schema, a [`Profile`](crate::convention::Profile), and how the source spells the service, if it does. Out:
//! `wsdl/<service>.<profile>.wsdl`. [`plan()`] decides every name, [`mod@write`] lays them out, [`wire()`] tells them to a server,
//! and [`ops()`](super::ops()) to a person.
//!
//! rpc/encoded says less than a schema: presence, defaults and documentation of fields are lost, and the WSDL carries no appinfo, because
//! its clients compare it with the one that they were made from.

mod part;
mod plan;
mod types;
mod view;
mod wire;
mod write;

pub use plan::plan;
pub use view::{TypeView, View};
pub use wire::wire;
pub use write::emit;
