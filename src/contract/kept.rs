//! What was found out about shared records, so that it is found out once.
//!
//! A store hands out its records by the thousand, each time the same shared map. What depends on such a record alone (whether it fits its
//! description, how a protocol writes it) holds as long as that map is there: nobody changes a map that is shared, and a record that takes
//! the place of another is another map. So findings are known by the address of the map, which no other has while the finding is kept.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, Weak};

use rustc_hash::FxHashMap;

use crate::value::{Map, Value};

/// Findings about shared records, in a bounded number of bytes.
#[derive(Debug)]
pub struct Kept<T> {
    state: RwLock<State<T>>,
    most: usize,
}

/// The address of a record and what it was taken for.
type Place = (usize, usize);

#[derive(Debug)]
struct State<T> {
    known: FxHashMap<Place, Known<T>>,
    bytes: usize,
    /// How many findings were not kept since there is no room.
    refused: usize,
}

#[derive(Debug)]
struct Known<T> {
    /// Holds the address, and nothing of the record itself once all others have let go of it.
    _record: Weak<Map>,
    finding: T,
}

/// A finding about a record.
#[derive(Debug)]
pub struct Found<T> {
    /// The record.
    pub record: Arc<Map>,
    /// What it was taken for, by a number of the caller's: its type, the form in which it was written.
    pub taken_for: usize,
    /// Bytes that the finding holds elsewhere: the length of a text.
    pub bytes: usize,
    /// The finding.
    pub finding: T,
}

/// What is known at the moment. Nothing can be kept meanwhile, so it is looked at for one answer and let go.
#[derive(Debug)]
pub struct Look<'k, T>(RwLockReadGuard<'k, State<T>>);

/// The record in a value, if somebody else has it as well: a store, which will give it again.
pub fn shared(value: &Value) -> Option<&Arc<Map>> {
    match value {
        Value::Map(map) if Arc::strong_count(map) > 1 => Some(map),
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::String(_) | Value::List(_) | Value::Map(_) => None,
    }
}

impl<T> Kept<T> {
    /// What a finding takes in any case: its place in a table that is half empty at times, and what is left of a record that is gone.
    const EACH: usize = 2 * size_of::<(Place, Known<T>)>() + size_of::<Map>();

    /// Nothing so far; so many bytes at most.
    pub fn new(most: usize) -> Kept<T> {
        Kept { state: RwLock::new(State::default()), most }
    }

    /// What is known now.
    pub fn look(&self) -> Look<'_, T> {
        Look(self.state.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Keeps findings while there is room. When as many were refused as there are, those that are there are mostly of records that nobody
    /// asks for any more, and all begins anew.
    pub fn keep(&self, found: Vec<Found<T>>) {
        if found.is_empty() {
            return;
        }
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        for Found { record, taken_for, bytes, finding } in found {
            let bytes = bytes + Self::EACH;
            if state.bytes + bytes > self.most {
                state.refused += 1;
                if state.refused <= state.known.len() || bytes > self.most {
                    continue;
                }
                *state = State::default();
            }
            let known = Known { _record: Arc::downgrade(&record), finding };
            // Whoever found the same meanwhile has counted its bytes.
            if state.known.insert(place(&record, taken_for), known).is_none() {
                state.bytes += bytes;
            }
        }
    }
}

impl<T> Look<'_, T> {
    /// What is known of a record that was taken for this.
    pub fn get(&self, record: &Arc<Map>, taken_for: usize) -> Option<&T> {
        self.0.known.get(&place(record, taken_for)).map(|known| &known.finding)
    }
}

impl<T> Default for State<T> {
    fn default() -> Self {
        State { known: FxHashMap::default(), bytes: 0, refused: 0 }
    }
}

fn place(record: &Arc<Map>, taken_for: usize) -> Place {
    (Arc::as_ptr(record).addr(), taken_for)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(id: i64) -> Arc<Map> {
        Arc::new(Map::from_iter([("id".to_owned(), Value::Int(id))]))
    }

    fn found(record: &Arc<Map>, finding: i64) -> Found<i64> {
        Found { record: Arc::clone(record), taken_for: 0, bytes: 10, finding }
    }

    /// With room for so many findings.
    fn kept(count: usize) -> Kept<i64> {
        Kept::new(count * (Kept::<i64>::EACH + 10))
    }

    #[test]
    fn a_finding_is_of_one_record_and_one_sort() {
        let kept = kept(10);
        let (one, equal) = (record(1), record(1));
        kept.keep(vec![found(&one, 7)]);
        assert_eq!(kept.look().get(&one, 0), Some(&7));
        assert_eq!(kept.look().get(&one, 1), None);
        assert_eq!(kept.look().get(&equal, 0), None, "another record, even with the same fields");
    }

    #[test]
    fn a_record_that_changes_is_another() {
        let kept = kept(10);
        let mut one = record(1);
        kept.keep(vec![found(&one, 7)]);
        // Nobody else has it, so that it could be changed in place.
        Arc::make_mut(&mut one).insert("id".to_owned(), Value::Int(2));
        assert_eq!(kept.look().get(&one, 0), None);
        drop(one);
        // Whatever is made now has none of the addresses that were looked at.
        assert!((0..100).map(record).all(|new| kept.look().get(&new, 0).is_none()));
    }

    #[test]
    fn room_is_bounded_and_what_is_asked_for_now_comes_in() {
        let kept = kept(3);
        let records: Vec<_> = (0..8).map(record).collect();
        let known = || records.iter().map(|record| kept.look().get(record, 0).is_some()).collect::<Vec<_>>();
        for record in &records[..6] {
            kept.keep(vec![found(record, 0)]);
        }
        assert_eq!(known(), [true, true, true, false, false, false, false, false], "the first three fill it");
        kept.keep(vec![found(&records[6], 0), found(&records[7], 0)]);
        assert_eq!(known(), [false, false, false, false, false, false, true, true], "the fourth that is refused is one too many");
        for _ in 0..9 {
            kept.keep(vec![Found { bytes: 9_999, ..found(&records[0], 0) }]);
        }
        assert_eq!(known()[6..], [true, true], "what is too large by itself drives nothing out");
    }

    #[test]
    fn what_is_found_twice_counts_once() {
        let kept = kept(2);
        let (one, other) = (record(1), record(2));
        kept.keep(vec![found(&one, 1), found(&one, 1), found(&other, 2)]);
        assert!(kept.look().get(&other, 0).is_some());
    }

    #[test]
    fn a_record_is_shared_while_somebody_else_has_it() {
        let one = record(1);
        let value = Value::Map(Arc::clone(&one));
        assert!(shared(&value).is_some_and(|map| Arc::ptr_eq(map, &one)));
        drop(one);
        assert!(shared(&value).is_none());
        assert!(shared(&Value::Null).is_none());
    }
}
