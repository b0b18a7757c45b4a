//! Generators: functions with `yield`. One is run to its end at once, and what it yielded is kept in an object of the prelude's `Generator`.
//!
//! That differs from PHP where code around the generator and code in it change the same things in turns, which descriptions do not do.
//! What is yielded under a condition that only a site can decide makes the whole unknown.

use std::rc::Rc;

use super::convert::Truth;
use super::stmt::key_value;
use super::{Eval, Interp};
use crate::php::ast::{At, Expr};
use crate::php::value::{Array, ObjId, Value};

/// What the generator of a frame has yielded so far.
#[derive(Default)]
pub(super) struct Yields<'a> {
    /// Pairs of key and value, as the prelude's `Generator` takes them.
    pairs: Array<'a>,
    /// The key of the next value that is yielded without one.
    next: i64,
    /// Nobody knows what is yielded.
    vague: bool,
}

impl<'a> Interp<'a, '_> {
    /// `yield`, `yield $value`, `yield $key => $value`. What is sent into the generator is null.
    pub(super) fn yield_one(&mut self, key: Option<&'a Expr<'a>>, value: Option<&'a Expr<'a>>) -> Eval<'a> {
        let key = key.map(|key| self.eval(key)).transpose()?;
        let value = value.map(|value| self.eval(value)).transpose()?.unwrap_or_default();
        self.spend_entries(1)?;
        self.yielded(key, value);
        Ok(Value::Null)
    }

    /// `yield from`. Its value is what the other generator returns.
    pub(super) fn yield_from(&mut self, from: &'a Expr<'a>, at: At) -> Eval<'a> {
        match self.eval(from)? {
            Value::Array(array) => {
                for (key, entry) in &array.entries {
                    self.spend(1, Some(at))?;
                    let value = self.deref(entry.value.clone());
                    self.yielded(Some(key_value(key)), value);
                    self.yields().vague |= entry.only_if.is_some() || entry.key_expr.is_some();
                }
                Ok(Value::Null)
            }
            Value::Object(id) => {
                match self.drain(id, at)? {
                    Some(pairs) => pairs.into_iter().for_each(|(key, value)| self.yielded(Some(key), value)),
                    None => self.yields().vague = true,
                }
                Ok(self.try_method(id, "getReturn", Vec::new(), at)?.unwrap_or_default())
            }
            other => {
                self.yields().vague = true;
                Ok(match other {
                    Value::Unknown(unknown) => self.derived(format!("yield from {}", unknown.expr), &unknown),
                    _ => Value::Null,
                })
            }
        }
    }

    /// Keys and values that an iterator has; `None` where how many there are depends on the site.
    pub(super) fn drain(&mut self, id: ObjId, at: At) -> Eval<'a, Option<Vec<(Value<'a>, Value<'a>)>>> {
        let mut id = id;
        while let Some(Value::Object(inner)) = self.try_method(id, "getIterator", Vec::new(), at)? {
            self.spend(1, Some(at))?;
            id = inner;
        }
        self.try_method(id, "rewind", Vec::new(), at)?;
        let mut pairs = Vec::new();
        loop {
            self.spend(1, Some(at))?;
            let valid = self.try_method(id, "valid", Vec::new(), at)?.unwrap_or_default();
            match self.truth(&valid) {
                Truth::Known(true) => {}
                Truth::Known(false) => return Ok(Some(pairs)),
                Truth::Maybe(_) => return Ok(None),
            }
            let value = self.try_method(id, "current", Vec::new(), at)?.unwrap_or_default();
            let key = self.try_method(id, "key", Vec::new(), at)?.unwrap_or_default();
            pairs.push((key, value));
            self.try_method(id, "next", Vec::new(), at)?;
        }
    }

    fn yields(&mut self) -> &mut Yields<'a> {
        self.frame.yields.get_or_insert_default()
    }

    fn yielded(&mut self, key: Option<Value<'a>>, value: Value<'a>) {
        let forks = self.forks;
        let pending = !self.frame.pending.is_empty();
        let base = self.frame.forks;
        let yields = self.yields();
        yields.vague |= forks > base || pending;
        let key = match key {
            Some(key) => {
                if let Value::Int(n) = key {
                    yields.next = yields.next.max(n.saturating_add(1));
                }
                key
            }
            None => {
                yields.next = yields.next.saturating_add(1);
                Value::Int(yields.next - 1)
            }
        };
        let pair = Value::Array(Rc::new([key, value].into_iter().collect()));
        yields.pairs.push(pair, None);
    }

    /// What a call of the generator of the present frame gives, when its body has `returned` something.
    pub(super) fn generator(&mut self, yields: Yields<'a>, name: &str, returned: Value<'a>) -> Eval<'a> {
        let at = self.frame.at;
        let found = self.find_class("Generator")?;
        match found {
            Some(class) if !yields.vague => self.construct_from(class, vec![Value::Array(Rc::new(yields.pairs)), returned], at),
            _ => Ok(Value::unknown(format!("{name}()"), at, "comes from a generator whose values depend on the site")),
        }
    }
}
