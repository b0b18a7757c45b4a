//! The document as text: one line for each service, operation, record and type, so that a change of one is a change of a line.

use std::io;

use mwsc_contract::Manifest;
use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

/// The manifest as JSON.
pub(super) fn json(manifest: &Manifest) -> Vec<u8> {
    let mut out = Vec::new();
    // Structs, maps with texts for keys and finite numbers always serialize, and a vector takes everything.
    let _ = manifest.serialize(&mut Serializer::with_formatter(&mut out, Shallow::default()));
    out.push(b'\n');
    out
}

/// How deep objects and arrays are spread over lines.
const SPREAD: usize = 2;

/// Pretty above [`SPREAD`], compact below.
#[derive(Default)]
struct Shallow {
    depth: usize,
    pretty: PrettyFormatter<'static>,
    compact: CompactFormatter,
}

impl Shallow {
    fn spread(&self) -> bool {
        self.depth <= SPREAD
    }
}

type Written = io::Result<()>;

impl Formatter for Shallow {
    fn begin_array<W: ?Sized + io::Write>(&mut self, out: &mut W) -> Written {
        self.depth += 1;
        if self.spread() { self.pretty.begin_array(out) } else { self.compact.begin_array(out) }
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, out: &mut W) -> Written {
        let done = if self.spread() { self.pretty.end_array(out) } else { self.compact.end_array(out) };
        self.depth -= 1;
        done
    }

    fn begin_array_value<W: ?Sized + io::Write>(&mut self, out: &mut W, first: bool) -> Written {
        if self.spread() { self.pretty.begin_array_value(out, first) } else { self.compact.begin_array_value(out, first) }
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, out: &mut W) -> Written {
        if self.spread() { self.pretty.end_array_value(out) } else { self.compact.end_array_value(out) }
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, out: &mut W) -> Written {
        self.depth += 1;
        if self.spread() { self.pretty.begin_object(out) } else { self.compact.begin_object(out) }
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, out: &mut W) -> Written {
        let done = if self.spread() { self.pretty.end_object(out) } else { self.compact.end_object(out) };
        self.depth -= 1;
        done
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, out: &mut W, first: bool) -> Written {
        if self.spread() { self.pretty.begin_object_key(out, first) } else { self.compact.begin_object_key(out, first) }
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, out: &mut W) -> Written {
        if self.spread() { self.pretty.begin_object_value(out) } else { self.compact.begin_object_value(out) }
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, out: &mut W) -> Written {
        if self.spread() { self.pretty.end_object_value(out) } else { self.compact.end_object_value(out) }
    }
}
