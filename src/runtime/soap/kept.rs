//! Records as they were written last. A store gives the same record again and again, and each time it is the same shared map: what was
//! written of it once need not be written anew.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use mwsc_contract::value::Map;

use super::sheet::Space;
use super::spelling::TypeId;

/// Pieces of answers, by the address of their record and the type that it was written as.
#[derive(Debug, Default)]
pub(super) struct Kept(Mutex<Pieces>);

#[derive(Debug, Default)]
struct Pieces {
    known: HashMap<(usize, TypeId), Arc<Piece>>,
    bytes: usize,
}

/// What was written between the tags of a record.
#[derive(Debug)]
pub(super) struct Piece {
    /// As long as this is here, no other record has its address; and nobody changes what is shared.
    _map: Arc<Map>,
    pub(super) text: Box<str>,
    /// Namespaces that it needs, in order.
    pub(super) spaces: Box<[Space]>,
}

/// Bytes of text that are kept at most. Then all begins anew, so that records that are gone go from here as well.
const MOST_BYTES: usize = 2 << 20;

impl Kept {
    pub(super) fn get(&self, map: &Arc<Map>, ty: TypeId) -> Option<Arc<Piece>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).known.get(&place(map, ty)).cloned()
    }

    pub(super) fn put(&self, map: &Arc<Map>, ty: TypeId, text: &str, spaces: &[Space]) {
        let mut pieces = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if pieces.bytes + text.len() > MOST_BYTES {
            *pieces = Pieces::default();
        }
        if text.len() <= MOST_BYTES {
            pieces.bytes += text.len();
            let piece = Piece { _map: Arc::clone(map), text: text.into(), spaces: spaces.into() };
            pieces.known.insert(place(map, ty), Arc::new(piece));
        }
    }
}

fn place(map: &Arc<Map>, ty: TypeId) -> (usize, TypeId) {
    (Arc::as_ptr(map).addr(), ty)
}
