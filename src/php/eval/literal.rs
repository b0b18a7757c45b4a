//! Literals that are put together: texts with values in them, arrays, and the constants that a place decides.

use std::rc::Rc;

use super::names::full_name;
use super::{Eval, Interp};
use crate::php::ast::{At, Expr, ExprKind, Item, Magic};
use crate::php::value::{Array, Entry, Key, Value};

impl<'a> Interp<'a, '_> {
    pub(super) fn interpolate(&mut self, parts: &'a [Expr<'a>]) -> Eval<'a> {
        let mut out = String::new();
        let mut unknown: Option<Value<'a>> = None;
        for part in parts {
            let value = match &part.kind {
                ExprKind::Str(text) if unknown.is_none() => {
                    out.push_str(text);
                    continue;
                }
                _ => self.eval(part)?,
            };
            match (&unknown, self.to_text(&value)?) {
                (None, Ok(text)) => out.push_str(&text),
                (None, Err(from)) => {
                    unknown = Some(if out.is_empty() {
                        Value::Unknown(from)
                    } else {
                        self.concat_unknown(&Value::str(&out), &Value::Unknown(from))
                    });
                }
                (Some(before), _) => unknown = Some(self.concat_unknown(&before.clone(), &value)),
            }
        }
        self.spend(out.len() as u32 / 64, None)?;
        Ok(unknown.unwrap_or_else(|| Value::text(out)))
    }

    /// An array literal. One that holds constants alone is made once.
    pub(super) fn array(&mut self, items: &'a [Item<'a>], at: At) -> Eval<'a> {
        if items.is_empty() {
            return Ok(Value::Array(Rc::clone(&self.empty_array)));
        }
        let place = items.as_ptr() as usize;
        let seen = self.arrays_seen.get(&place).cloned();
        match seen {
            Some(Some((array, steps))) => {
                self.spend(steps, Some(at))?;
                Ok(Value::Array(array))
            }
            Some(None) => self.fresh_array(items, at),
            None => {
                let value = self.fresh_array(items, at)?;
                let constant = match (&value, constant_steps(items)) {
                    (Value::Array(array), Some(steps)) if settled(array) => Some((Rc::clone(array), steps)),
                    _ => None,
                };
                self.arrays_seen.insert(place, constant);
                Ok(value)
            }
        }
    }

    fn fresh_array(&mut self, items: &'a [Item<'a>], at: At) -> Eval<'a> {
        let mut out = Array { entries: indexmap::IndexMap::with_capacity_and_hasher(items.len(), rustc_hash::FxBuildHasher), next: 0 };
        for item in items {
            match item {
                Item::Value { key, value, by_ref } => {
                    let key_value = match key {
                        Some(key) => Some(self.eval(key)?),
                        None => None,
                    };
                    let item_value = if *by_ref { Value::Ref(self.reference(value)?) } else { self.eval(value)? };
                    let place = key.map_or(value.at.start, |key| key.at.start);
                    let span = self.span(At { start: place, end: value.at.end });
                    let entry = Entry { value: item_value, at: Some(span), only_if: None, key_expr: None };
                    match key_value {
                        None => {
                            out.push_entry(entry);
                        }
                        Some(key_value) => match self.to_key(&key_value) {
                            Ok(key) => out.set_entry(key, entry),
                            Err(unknown) => {
                                out.push_entry(Entry { key_expr: Some(Rc::from(unknown.expr.as_str())), ..entry });
                            }
                        },
                    }
                }
                Item::Spread(value) => {
                    let value = self.eval(value)?;
                    match value {
                        Value::Array(array) => {
                            self.spend(array.entries.len() as u32, Some(at))?;
                            for (key, entry) in &array.entries {
                                match key {
                                    Key::Int(_) => {
                                        out.push_entry(entry.clone());
                                    }
                                    Key::Str(_) => out.set_entry(key.clone(), entry.clone()),
                                }
                            }
                        }
                        Value::Unknown(unknown) => {
                            return Ok(self.derived(format!("[...{}]", unknown.expr), &unknown));
                        }
                        _ => {}
                    }
                }
                Item::Hole => {}
            }
        }
        Ok(Value::Array(Rc::new(out)))
    }

    pub(super) fn magic(&mut self, magic: Magic, at: At) -> Value<'a> {
        let class = self.frame.class.map(|id| self.class(id).name.clone());
        match magic {
            Magic::Class => class.map_or_else(|| Value::str(""), Value::text),
            Magic::Trait => Value::text(self.trait_around().unwrap_or_default()),
            Magic::Dir | Magic::File => {
                let path = &self.sources.file(self.frame.scope.file).path;
                let path = match magic {
                    Magic::Dir => path.rsplit_once('/').map_or("", |(folder, _)| folder),
                    _ => path,
                };
                let root = crate::php::host::DIRROOT;
                Value::text(if path.is_empty() { root.to_owned() } else { format!("{root}/{path}") })
            }
            Magic::Function | Magic::Method => {
                let name = self.frame.function.map_or("", |function| if function.name.is_empty() { "{closure}" } else { function.name });
                match (magic, self.trait_around().or(class)) {
                    (Magic::Method, Some(class)) => Value::text(format!("{class}::{name}")),
                    _ => {
                        let scope = self.frame.scope;
                        Value::text(if self.frame.class.is_none() && !name.is_empty() { full_name(scope, name) } else { name.into() })
                    }
                }
            }
            Magic::Line => Value::Int(self.sources.file(self.frame.scope.file).position(at.start).0 as i64),
            Magic::Namespace => Value::str(self.frame.scope.namespace),
        }
    }
}

impl Interp<'_, '_> {
    /// The trait that the method under way was written in; it runs as one of the class that uses the trait.
    fn trait_around(&self) -> Option<Rc<str>> {
        let (class, function) = (self.frame.class?, self.frame.function?);
        let info = self.class(class);
        let method = info.methods.values().find(|method| std::ptr::eq(method.function, function))?;
        method.of_trait.clone()
    }
}

/// The steps that evaluating an array literal takes, if its value is the same every time: scalars, global constants, arrays of such.
fn constant_steps(items: &[Item<'_>]) -> Option<u32> {
    fn steps(expr: &Expr<'_>) -> Option<u32> {
        match &expr.kind {
            ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Str(_) | ExprKind::Const(_) => Some(0),
            ExprKind::Array(items) => Some(1 + constant_steps(items)?),
            _ => None,
        }
    }
    items.iter().try_fold(0, |sum, item| match item {
        Item::Value { key, value, by_ref: false } => Some(sum + key.map_or(Some(0), steps)? + steps(value)?),
        Item::Value { .. } | Item::Spread(_) | Item::Hole => None,
    })
}

/// Whether nothing in an array can change: no objects, and no constants that a file read later may define.
fn settled(array: &Array<'_>) -> bool {
    array.entries.values().all(|entry| match &entry.value {
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Str(_) => entry.key_expr.is_none(),
        Value::Array(inner) => entry.key_expr.is_none() && settled(inner),
        Value::Object(_) | Value::Closure(_) | Value::Unknown(_) | Value::Ref(_) => false,
    })
}
