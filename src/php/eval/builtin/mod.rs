//! The functions that PHP brings and that are pure: a table from names to Rust functions.

mod array;
mod array_ends;
mod array_map;
mod array_set;
mod character;
mod class;
mod constant;
mod format;
mod function;
mod json;
mod math;
mod output;
mod path;
mod reflect;
mod regex;
mod sort;
mod string;

use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::call::Args;
use super::{Eval, Interp};
use crate::php::text::Text;
use crate::php::value::{Array, CellId, Unknown, Value};
use crate::source::Span;

pub(super) use constant::constant;

/// The classes that PHP brings, as far as descriptions need them.
pub(super) const PRELUDE: &str = include_str!("prelude.php");

/// What a builtin does.
type Run = for<'a, 'h, 'r> fn(&'r mut Interp<'a, 'h>, &mut Call<'a>) -> Eval<'a>;

/// A row of the table.
#[derive(Clone, Copy)]
pub(super) struct Builtin {
    /// Name in lower case.
    pub name: &'static str,
    /// Arguments taken by reference: bit n is argument n, bit 7 all from the eighth on.
    pub refs: u8,
    /// How many arguments there must be.
    least: u8,
    /// Whether an unknown argument makes the result unknown without asking further.
    strict: bool,
    run: Run,
}

const fn pure(name: &'static str, least: u8, run: Run) -> Builtin {
    Builtin { name, refs: 0, least, strict: true, run }
}

const fn lenient(name: &'static str, least: u8, run: Run) -> Builtin {
    Builtin { name, refs: 0, least, strict: false, run }
}

const fn by_ref(name: &'static str, least: u8, refs: u8, run: Run) -> Builtin {
    Builtin { name, refs, least, strict: false, run }
}

/// A call of a builtin.
pub(super) struct Call<'a> {
    name: &'static str,
    args: Vec<Value<'a>>,
    at: Span,
}

/// Functions of PHP and its extensions that are not pure, or not modelled: calling one gives an unknown value, whatever files declare.
const IMPURE: &str = include_str!("impure.txt");
/// Classes of PHP and its extensions that are not modelled.
const FOREIGN: &str = include_str!("foreign.txt");

/// The names of functions of PHP that are not in the table.
pub(super) fn impure() -> FxHashSet<&'static str> {
    IMPURE.split_ascii_whitespace().collect()
}

/// The names of classes of PHP that the prelude does not have, in lower case.
pub(super) fn foreign() -> FxHashSet<&'static str> {
    FOREIGN.split_ascii_whitespace().collect()
}

/// `argument 3`
fn ordinal(index: usize) -> String {
    format!("argument {}", index + 1)
}

/// The table by name.
pub(super) fn table() -> FxHashMap<&'static str, Builtin> {
    let tables = [
        array::TABLE,
        array_ends::TABLE,
        array_map::TABLE,
        array_set::TABLE,
        character::TABLE,
        class::TABLE,
        format::TABLE,
        function::TABLE,
        json::TABLE,
        math::TABLE,
        output::TABLE,
        path::TABLE,
        reflect::TABLE,
        regex::TABLE,
        sort::TABLE,
        string::TABLE,
    ];
    tables.into_iter().flatten().map(|builtin| (builtin.name, *builtin)).collect()
}

impl<'a> Call<'a> {
    /// An argument; null when it is not given. References are kept.
    fn raw(&self, index: usize) -> Value<'a> {
        self.args.get(index).cloned().unwrap_or_default()
    }

    /// An argument; null when it is not given.
    fn arg(&self, interp: &Interp<'a, '_>, index: usize) -> Value<'a> {
        interp.deref(self.raw(index))
    }

    fn has(&self, index: usize) -> bool {
        index < self.args.len()
    }

    /// An argument as an integer, or another one when it is not given (or null).
    fn int(&self, interp: &Interp<'a, '_>, index: usize, default: i64) -> i64 {
        match self.arg(interp, index) {
            Value::Null => default,
            other => interp.to_int(&other).unwrap_or(default),
        }
    }

    /// An argument as a text.
    fn text(&self, interp: &mut Interp<'a, '_>, index: usize) -> Eval<'a, Text<'a>> {
        let value = self.arg(interp, index);
        Ok(interp.to_text(&value)?.unwrap_or_else(|unknown| Text::made(&unknown.expr)))
    }

    fn flag(&self, interp: &Interp<'a, '_>, index: usize) -> bool {
        matches!(interp.truth(&self.arg(interp, index)), super::convert::Truth::Known(true))
    }

    /// An argument as an array, when it is one.
    fn array(&self, interp: &Interp<'a, '_>, index: usize) -> Option<Rc<Array<'a>>> {
        match self.arg(interp, index) {
            Value::Array(array) => Some(array),
            _ => None,
        }
    }

    /// The cell of an argument that is taken by reference.
    fn cell(&self, index: usize) -> Option<Rc<CellId>> {
        match self.args.get(index) {
            Some(Value::Ref(cell)) => Some(cell.clone()),
            _ => None,
        }
    }

    /// The result when it depends on the site.
    fn unknown(&self, interp: &mut Interp<'a, '_>, from: Option<&Unknown>) -> Value<'a> {
        let args: Vec<Value<'a>> = self.args.iter().map(|value| interp.deref(value.clone())).collect();
        let expr = format!("{}({})", self.name, interp.spell_list(&args));
        match from {
            Some(from) => interp.derived(expr, from),
            None => interp.unknown(expr, Some(self.at), "depends on the site"),
        }
    }

    fn wrong_type(&self, interp: &mut Interp<'a, '_>, index: usize, wanted: &str) -> Eval<'a> {
        let value = self.arg(interp, index);
        if let Value::Unknown(unknown) = &value {
            return Ok(self.unknown(interp, Some(unknown)));
        }
        let message = format!("{}(): Argument #{} must be of type {wanted}, {} given", self.name, index + 1, type_name(&value));
        interp.throw_error("TypeError", &message, Some(self.at))
    }
}

impl<'a> Interp<'a, '_> {
    /// Calls a builtin.
    pub(super) fn call_builtin(&mut self, builtin: Builtin, mut args: Args<'a>, at: Span) -> Eval<'a> {
        args.list.extend(args.named.drain(..).map(|(_, value)| value));
        let call = &mut Call { name: builtin.name, args: args.list, at };
        if builtin.strict {
            let unknown = call.args.iter().find_map(|value| match self.deref(value.clone()) {
                Value::Unknown(unknown) => Some(unknown),
                _ => None,
            });
            if let Some(unknown) = unknown {
                return Ok(call.unknown(self, Some(&unknown)));
            }
        }
        if call.args.len() < usize::from(builtin.least) {
            let message = format!("{}() expects at least {} arguments, {} given", builtin.name, builtin.least, call.args.len());
            return self.throw_error("ArgumentCountError", &message, Some(at));
        }
        self.spend(1, None)?;
        let value = (builtin.run)(self, call)?;
        if let Value::Str(text) = &value {
            self.spend_text(text.len(), at)?;
        }
        Ok(value)
    }

    /// Writes through a reference argument.
    fn set_cell(&mut self, cell: &CellId, value: Value<'a>) {
        if let Some(slot) = self.cells.get_mut(cell.0 as usize) {
            *slot = value;
        }
    }
}

/// What PHP calls the type of a value in messages.
pub(super) fn type_name(value: &Value<'_>) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Int(_) => "int",
        Value::Float(_) => "float",
        Value::Str(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
        Value::Closure(_) => "Closure",
        Value::Unknown(_) | Value::Ref(_) => "mixed",
    }
}
