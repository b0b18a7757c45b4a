//! Answers of OK Tech's kind as JSON: their records are sparse, and their documents promise every field.

use std::sync::Arc;

use mwsc_contract::kept::{Found, Kept, Look, shared};
use mwsc_contract::{Manifest, Shape, Slot, Value};

use super::text;

/// Records as they were written before, by their types.
pub type Texts = Kept<Box<[u8]>>;

/// Bytes that are made room for at once: the first record of a list may be much longer than the others.
const LIKELY: usize = 1 << 20;

/// Writes an answer of a slot, which was checked. `texts` is of this manifest.
pub fn write(manifest: &Manifest, slot: &Slot, value: Value, texts: &Texts) -> Vec<u8> {
    let mut writer = Writer { manifest, known: texts.look(), found: Vec::new(), out: Vec::new() };
    match (&slot.shape, value) {
        (Shape::List(item), Value::List(items)) => writer.list(item, items),
        (_, value) => writer.one(slot, writer.sort(slot), value),
    }
    let Writer { known, found, out, .. } = writer;
    drop(known);
    texts.keep(found);
    out
}

struct Writer<'a> {
    manifest: &'a Manifest,
    known: Look<'a, Box<[u8]>>,
    /// Records that are written for the first time.
    found: Vec<Found<Box<[u8]>>>,
    out: Vec<u8>,
}

impl Writer<'_> {
    fn list(&mut self, item: &Slot, items: Vec<Value>) {
        let (sort, count) = (self.sort(item), items.len());
        self.out.push(b'[');
        for (at, value) in items.into_iter().enumerate() {
            if at > 0 {
                self.out.push(b',');
            }
            self.one(item, sort, value);
            if at == 0 {
                // The others are likely as long as the first, or a little longer.
                self.out.reserve(((self.out.len() + self.out.len() / 8) * (count - 1) + 1).min(LIKELY));
            }
        }
        self.out.push(b']');
    }

    /// One value: a record that somebody else has as well is written once.
    fn one(&mut self, slot: &Slot, sort: Option<usize>, value: Value) {
        let Some((record, sort)) = shared(&value).zip(sort) else {
            return text::write(&self.manifest.filled(slot, value), &mut self.out);
        };
        if let Some(text) = self.known.get(record, sort) {
            return self.out.extend_from_slice(text);
        }
        let (record, from) = (Arc::clone(record), self.out.len());
        text::write(&self.manifest.filled(slot, value), &mut self.out);
        let text = Box::from(&self.out[from..]);
        self.found.push(Found { record, taken_for: sort, bytes: self.out.len() - from, finding: text });
    }

    /// The number of the record that a slot holds.
    fn sort(&self, slot: &Slot) -> Option<usize> {
        match &slot.shape {
            Shape::Record(name) => self.manifest.records.get_index_of(name),
            Shape::Scalar(_) | Shape::List(_) => None,
        }
    }
}
