//! `mwsd`: the runtime service that serves what `mwsc` generates.
//!
//! A request goes one way through it:
//!
//! ```text
//!  bytes ─► protocol (oktech, typed, ...) ─► accounts: who calls ─► dispatch: does it fit ─► back end ─► dispatch ─► protocol ─► bytes
//!                 │ codec (soap, ...)
//! ```
//!
//! - [`build`] reads what the compiler wrote: the manifest and its files;
//! - [`dispatch`] is the one place through which every call goes, with the types that all sides speak: [`dispatch::Call`],
//!   [`dispatch::Caller`], [`dispatch::Failure`], and the trait [`dispatch::Backend`];
//! - [`accounts`] knows who may call: sessions, passwords, tokens;
//! - [`school`] is the embedded back end, [`upstream`] a Moodle, [`wspp`] an OK Tech server, [`recorded`] a recording;
//! - [`store`] keeps what the service itself has to keep: accounts, sessions, the embedded school;
//! - [`soap`] reads and writes SOAP, by the wire tables of the manifest;
//! - [`body`] reads requests within limits, [`deadline`] says until when they have to be answered, [`unbroken`] what becomes of them in a
//!   panic, [`refusal`] answers those that nobody reads;
//! - [`address`] keeps the users of addresses out of sight;
//! - [`form`] and [`php`] read and write what PHP does, as clients of both families expect it;
//! - [`app`] holds them together and has the router.
//!
//! Protocols never call each other, and back ends know no protocol.

pub mod accounts;
pub mod address;
pub mod app;
pub mod blank;
pub mod body;
pub mod build;
pub mod cli;
pub mod crosswalk;
pub mod deadline;
pub mod dispatch;
pub mod endpoint;
pub mod form;
pub mod json;
pub mod moodle;
pub mod oktech;
pub mod page;
pub mod php;
pub mod recorded;
pub mod refusal;
pub mod school;
pub mod serve;
pub mod settings;
pub mod soap;
pub mod store;
pub mod upstream;
pub mod wspp;

#[cfg(test)]
mod testing;
pub mod typed;
pub mod unbroken;
