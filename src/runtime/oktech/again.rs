//! Records over plain HTTP that were written before: a store gives the same ones again and again.

use std::cell::RefCell;
use std::sync::Arc;

use mwsc_contract::kept::{Found, Kept, Look, shared};
use mwsc_contract::value::Map;
use mwsc_contract::{Manifest, Service, Shape, Slot, Value};

use super::rest::Format;
use crate::php::zval::Zval;

/// Records as they were written before, by their types and by the place in an answer of a format.
pub type Texts = Kept<Box<str>>;

/// Where the records of a list stand in an answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// The format of the answer.
    pub format: Format,
    /// How many arrays lie around each record: a dump indents what is inside.
    pub depth: usize,
}

/// How many arrays lie around the records of any list, and one more.
const DEPTHS: usize = 3;

/// The records of one answer.
pub struct Again<'k> {
    texts: &'k Texts,
    known: Look<'k, Box<str>>,
    /// Records that are written for the first time.
    found: RefCell<Vec<Found<Box<str>>>>,
    place: Place,
    /// What the records are taken for; `None` for what is no list of records.
    taken_for: Option<usize>,
}

impl<'k> Again<'k> {
    /// For an answer of a service that has its records in this place. `texts` is of this manifest.
    pub(super) fn new(texts: &'k Texts, manifest: &Manifest, service: &Service, slot: &Slot, place: Place) -> Again<'k> {
        // Records of a class have their fields in an order that an endpoint of the service says.
        let service = manifest.services.iter().position(|known| known.shortname == service.shortname);
        let record = match &slot.shape {
            Shape::List(item) => match &item.shape {
                Shape::Record(name) => manifest.records.get_index_of(name),
                Shape::Scalar(_) | Shape::List(_) => None,
            },
            Shape::Scalar(_) | Shape::Record(_) => None,
        };
        let number = |(service, record): (usize, usize)| {
            ((record * manifest.services.len() + service) * DEPTHS + place.depth) * Format::COUNT + place.format as usize
        };
        Again { texts, known: texts.look(), found: RefCell::default(), place, taken_for: service.zip(record).map(number) }
    }

    /// A record of the list: as it was written before, or as `make` makes it.
    pub(super) fn record<'v>(&'v self, value: &'v Value, make: impl FnOnce(&'v Value) -> Zval<'v>) -> Zval<'v> {
        let Some((record, taken_for)) = shared(value).zip(self.taken_for) else { return make(value) };
        match self.known.get(record, taken_for) {
            Some(text) => Zval::Written(text.as_ref().into()),
            None => self.first(record, taken_for, &make(value)),
        }
    }

    fn first<'v>(&self, record: &Arc<Map>, taken_for: usize, made: &Zval<'_>) -> Zval<'v> {
        let text = self.place.format.written_within(made, self.place.depth);
        let finding = text.as_str().into();
        self.found.borrow_mut().push(Found { record: Arc::clone(record), taken_for, bytes: text.len(), finding });
        Zval::Written(text.into())
    }

    /// Keeps what was written for the first time.
    pub(super) fn keep(self) {
        drop(self.known);
        self.texts.keep(self.found.into_inner());
    }
}

#[cfg(test)]
mod tests {
    use mwsc_contract::Value;

    use super::*;
    use crate::oktech::row::{self, Classes};
    use crate::testing::interface;

    /// What a list of records is in each format and place, without knowing records of before.
    #[test]
    fn records_are_written_again_as_they_would_be_written_anew() {
        let build = interface();
        let manifest = &build.manifest;
        let (service, slot) = (&manifest.services[0], manifest.operations["get_all_groups"].result.as_ref().unwrap());
        let group = |id: i64| Value::from_iter([("id", Value::Int(id)), ("name", "A <b> & \"c\" / é".into())]);
        let store = [group(1), group(2)];
        let answer = Value::List(vec![store[0].clone(), Value::from_iter([("error", "none")]), store[1].clone(), store[0].clone()]);
        let texts = Texts::new(1 << 20);
        for format in [Format::Php, Format::Json, Format::Xml, Format::Dump, Format::Pojo] {
            for depth in [1, 2] {
                let whole = |rows: Zval<'_>| match depth {
                    1 => format.written(&rows),
                    _ => format.written(&Zval::Array(vec![("groups".into(), rows)])),
                };
                let anew = whole(row::answer(slot, &answer, Classes::of(manifest, service), None, None));
                for _ in 0..2 {
                    let again = Again::new(&texts, manifest, service, slot, Place { format, depth });
                    assert_eq!(whole(row::answer(slot, &answer, Classes::of(manifest, service), None, Some(&again))), anew);
                    again.keep();
                }
                let again = Again::new(&texts, manifest, service, slot, Place { format, depth });
                let made = again.record(&store[0], |_| panic!("{format:?} at {depth} is known"));
                assert!(matches!(made, Zval::Written(_)));
            }
        }
    }
}
