//! SOAP, in both styles and both versions: from the bytes of a request to arguments, and from a value to the bytes of an answer.
//!
//! - [`charset`] makes bytes text, [`xml`] reads a document within [`Limits`], [`envelope`] finds the operation in it;
//! - [`Spelling`] is an endpoint of the manifest made ready;
//! - [`decode`] and [`encode`] go by it; [`Fault`] is what is not an answer;
//! - [`moodle`] is the SOAP of Moodle's own server, which goes by descriptions alone.
//!
//! Nothing here knows sessions, back ends or HTTP.

pub mod charset;
pub mod decode;
pub mod encode;
pub mod envelope;
pub mod moodle;
pub mod xml;

mod fault;
mod limits;
mod sheet;
mod spelling;

pub use fault::{Detail, Fault, FaultCode};
pub use limits::Limits;
pub use spelling::{Blanks, Operation, Spelling, Version};

#[cfg(test)]
mod roundtrip;
#[cfg(test)]
mod tests;
