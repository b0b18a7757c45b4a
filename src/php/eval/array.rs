//! What PHP's arrays do when they are written.

use std::rc::Rc;

use super::Interp;
use crate::php::value::{Array, Entry, Key, Value};
use crate::source::Span;

impl<'a> Array<'a> {
    /// Sets a key; a key that is there keeps its position.
    pub fn set_entry(&mut self, key: Key<'a>, entry: Entry<'a>) {
        if let Key::Int(n) = key
            && n >= self.next
        {
            self.next = n.saturating_add(1);
        }
        self.entries.insert(key, entry);
    }

    /// Sets a key to a plain value.
    pub fn set(&mut self, key: Key<'a>, value: Value<'a>, at: Option<Span>) {
        self.set_entry(key, Entry::new(value, at));
    }

    /// Appends. The key that the entry gets.
    pub fn push_entry(&mut self, entry: Entry<'a>) -> Key<'a> {
        let key = Key::Int(self.next);
        self.next = self.next.saturating_add(1);
        self.entries.insert(key.clone(), entry);
        key
    }

    /// Appends a plain value.
    pub fn push(&mut self, value: Value<'a>, at: Option<Span>) {
        self.push_entry(Entry::new(value, at));
    }

    /// The value under a text key.
    pub fn get_str(&self, key: &str) -> Option<&Value<'a>> {
        self.entries.get(key).map(|entry| &entry.value)
    }
}

impl<'a> FromIterator<Value<'a>> for Array<'a> {
    fn from_iter<I: IntoIterator<Item = Value<'a>>>(values: I) -> Self {
        let mut out = Array::default();
        for value in values {
            out.push(value, None);
        }
        out
    }
}

impl<'a> Entry<'a> {
    /// A plain entry.
    pub fn new(value: Value<'a>, at: Option<Span>) -> Self {
        Entry { value, at, only_if: None, key_expr: None }
    }
}

impl<'a> Interp<'a, '_> {
    /// The array for writing. A copy that others still hold is separated first; elements that share with nobody any more become ordinary.
    /// Each element that is copied is a step: `$all[] = $all` in a loop would take more memory than there is long before the loop's own
    /// steps are spent.
    pub(super) fn array_mut<'r>(&mut self, array: &'r mut Rc<Array<'a>>) -> &'r mut Array<'a> {
        if Rc::get_mut(array).is_none() {
            let mut copy = (**array).clone();
            self.fuel = self.fuel.saturating_sub(u32::try_from(copy.entries.len()).unwrap_or(u32::MAX));
            for (at, entry) in array.entries.values().enumerate() {
                if let Value::Ref(cell) = &entry.value
                    && Rc::strong_count(cell) <= 2
                    && let Some((_, slot)) = copy.entries.get_index_mut(at)
                {
                    // One count is the original's and one the copy's.
                    slot.value = self.cell(cell).clone();
                }
            }
            *array = Rc::new(copy);
        }
        Rc::make_mut(array)
    }
}
