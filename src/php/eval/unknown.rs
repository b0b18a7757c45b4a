//! Values that only a site knows: how they are spelled, and what is made of them.

use std::fmt::Write;
use std::rc::Rc;

use super::convert::float_exact;
use super::{Eval, Interp};
use crate::php::ast::BinaryOp;
use crate::php::value::{Array, ClosureTarget, Key, ObjId, Unknown, Value};
use crate::source::Span;

/// The longest spelling that is kept whole, in bytes.
const LONGEST: usize = 400;
/// Items of an array that are spelled.
const ITEMS: usize = 8;

impl<'a> Interp<'a, '_> {
    /// An unknown value, unless the site file settles it.
    pub(super) fn unknown(&mut self, expr: String, at: Option<Span>, why: &str) -> Value<'a> {
        match self.host.settle(&expr) {
            Some(value) => value,
            None => Value::Unknown(Rc::new(Unknown { expr: shorten(expr), at, why: why.to_owned() })),
        }
    }

    /// An unknown value made of another one.
    pub(super) fn derived(&mut self, expr: String, from: &Unknown) -> Value<'a> {
        match self.host.settle(&expr) {
            Some(value) => value,
            None => Value::Unknown(Rc::new(Unknown { expr: shorten(expr), at: from.at, why: from.why.clone() })),
        }
    }

    /// The result of an operator with an unknown operand.
    pub(super) fn unknown_binary(&mut self, op: BinaryOp, left: &Value<'a>, right: &Value<'a>) -> Value<'a> {
        let expr = format!("{} {} {}", self.operand(left), operator(op), self.operand(right));
        let from = match (left, right) {
            (Value::Unknown(unknown), _) | (_, Value::Unknown(unknown)) => unknown.clone(),
            _ => Rc::new(Unknown { expr: String::new(), at: None, why: "depends on the site".into() }),
        };
        self.derived(expr, &from)
    }

    /// The result of a call that cannot be made here.
    pub(super) fn unknown_call(&mut self, callee: &str, args: &[Value<'a>], at: Option<Span>, why: &str) -> Value<'a> {
        let expr = format!("{callee}({})", self.spell_list(args));
        self.unknown(expr, at, why)
    }

    /// Values in a row with commas.
    pub(super) fn spell_list(&self, values: &[Value<'a>]) -> String {
        let mut out = String::new();
        for (at, value) in values.iter().enumerate() {
            if at > 0 {
                out.push_str(", ");
            }
            self.spell_into(&mut out, value, 0);
        }
        out
    }

    /// A value spelled as a PHP expression, shortened where it is long.
    pub fn spell(&self, value: &Value<'a>) -> String {
        let mut out = String::new();
        self.spell_into(&mut out, value, 0);
        out
    }

    /// The same, in parentheses where an operator would tear it apart.
    pub(super) fn operand(&self, value: &Value<'a>) -> String {
        let text = self.spell(value);
        if value.is_unknown() && is_compound(&text) { format!("({text})") } else { text }
    }

    fn spell_into(&self, out: &mut String, value: &Value<'a>, depth: u32) {
        match value {
            Value::Null => out.push_str("null"),
            Value::Bool(true) => out.push_str("true"),
            Value::Bool(false) => out.push_str("false"),
            Value::Int(n) => drop(write!(out, "{n}")),
            Value::Float(f) => {
                let text = float_exact(*f);
                out.push_str(&text);
                if text.bytes().all(|b| b.is_ascii_digit() || b == b'-') {
                    out.push_str(".0");
                }
            }
            Value::Str(s) => quote(out, s),
            Value::Array(array) => self.spell_array(out, array, depth),
            Value::Object(id) => self.spell_object(out, *id),
            Value::Closure(closure) => match &closure.target {
                ClosureTarget::Function { function, .. } => {
                    out.push_str(if function.name.is_empty() { "function () { ... }" } else { function.name });
                }
                ClosureTarget::Named(name) => drop(write!(out, "{name}(...)")),
                ClosureTarget::Static(class, method) => drop(write!(out, "{class}::{method}(...)")),
                ClosureTarget::Method(_, method) => drop(write!(out, "[object, '{method}'](...)")),
            },
            Value::Unknown(unknown) => out.push_str(&unknown.expr),
            Value::Ref(cell) => {
                if depth < 8 {
                    self.spell_into(out, self.cell(cell), depth + 1);
                }
            }
        }
    }

    fn spell_array(&self, out: &mut String, array: &Array<'a>, depth: u32) {
        out.push('[');
        for (at, (key, entry)) in array.entries.iter().enumerate() {
            if at > 0 {
                out.push_str(", ");
            }
            if at == ITEMS || depth > 3 || out.len() > LONGEST {
                out.push_str("...");
                break;
            }
            match key {
                Key::Int(n) if *n == at as i64 => {}
                Key::Int(n) => drop(write!(out, "{n} => ")),
                Key::Str(s) => {
                    quote(out, s);
                    out.push_str(" => ");
                }
            }
            self.spell_into(out, &entry.value, depth + 1);
        }
        out.push(']');
    }

    fn spell_object(&self, out: &mut String, id: ObjId) {
        let object = self.heap_object(id);
        if Self::is_enum(id)
            && let Some(Value::Str(name)) = object.props.get("name")
        {
            let _ = write!(out, "\\{}::{name}", object.class);
        } else {
            let _ = write!(out, "new {}(...)", object.class);
        }
    }

    /// A property of an unknown value.
    pub(super) fn unknown_prop(&mut self, base: &Unknown, name: &str) -> Value<'a> {
        let base_text = atom(&base.expr);
        let expr = if is_name(name) { format!("{base_text}->{name}") } else { format!("{base_text}->{{'{name}'}}") };
        self.derived(expr, base)
    }

    /// An element of an unknown value.
    pub(super) fn unknown_index(&mut self, base: &Unknown, index: &Value<'a>) -> Value<'a> {
        let expr = format!("{}[{}]", atom(&base.expr), self.spell(index));
        self.derived(expr, base)
    }

    /// An error that PHP throws by itself.
    pub(super) fn throw_error<T>(&mut self, class: &str, message: &str, at: Option<Span>) -> Eval<'a, T> {
        let object = self.new_plain(class, at);
        if let Value::Object(id) = object {
            self.set_prop(id, "message", Value::str(message));
        }
        Err(Box::new(super::Raise::Throw(object, at)))
    }
}

/// The negation of a condition, in words of PHP.
pub(super) fn negated(condition: &str) -> String {
    if let Some(rest) = condition.strip_prefix('!')
        && !is_compound(rest)
    {
        return rest.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).filter(|inner| balanced(inner)).unwrap_or(rest).to_owned();
    }
    format!("!{}", atom(condition))
}

/// Both conditions at once.
pub(super) fn both(outer: &str, inner: &str) -> Rc<str> {
    if outer == inner {
        return Rc::from(inner);
    }
    Rc::from(shorten(format!("{} && {}", junct(outer), junct(inner))))
}

/// Either condition.
pub(super) fn either(a: &str, b: &str) -> Rc<str> {
    if a == b {
        return Rc::from(a);
    }
    Rc::from(shorten(format!("{} || {}", junct(a), junct(b))))
}

fn junct(text: &str) -> String {
    if text.contains("||") || text.contains(" ? ") || text.contains("??") { atom(text) } else { text.to_owned() }
}

/// An expression that can stand in front of `->`, `[` or behind `!`.
pub(super) fn atom(text: &str) -> String {
    if is_compound(text) { format!("({text})") } else { text.to_owned() }
}

/// Whether a text has an operator outside parentheses and quotes; a rough look is enough, since parentheses never hurt.
fn is_compound(text: &str) -> bool {
    let mut depth = 0_i32;
    let mut quoted = false;
    let mut escaped = false;
    for byte in text.bytes() {
        if quoted {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'\'' => quoted = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'\'' => quoted = true,
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            b' ' if depth == 0 => return true,
            _ => {}
        }
    }
    false
}

fn balanced(text: &str) -> bool {
    let mut depth = 0_i32;
    for byte in text.bytes() {
        match byte {
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return false;
        }
    }
    depth == 0
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b >= 0x80) && !name.as_bytes()[0].is_ascii_digit()
}

/// Cuts a long expression off.
pub(super) fn shorten(expr: String) -> String {
    if expr.len() <= LONGEST {
        return expr;
    }
    let mut end = LONGEST;
    while !expr.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}...", expr.get(..end).unwrap_or_default())
}

/// A text in quotes; a long one is cut off, for what is spelled may be a key that is spelled again.
fn quote(out: &mut String, text: &str) {
    out.push('\'');
    for (at, c) in text.chars().enumerate() {
        if at == LONGEST {
            out.push_str("...");
            break;
        }
        if matches!(c, '\'' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('\'');
}

/// How an operator is spelled.
pub(super) fn operator(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "+",
        BinaryOp::Sub => "-",
        BinaryOp::Mul => "*",
        BinaryOp::Div => "/",
        BinaryOp::Mod => "%",
        BinaryOp::Pow => "**",
        BinaryOp::Concat => ".",
        BinaryOp::BitAnd => "&",
        BinaryOp::BitOr => "|",
        BinaryOp::BitXor => "^",
        BinaryOp::ShiftLeft => "<<",
        BinaryOp::ShiftRight => ">>",
        BinaryOp::And => "&&",
        BinaryOp::Or => "||",
        BinaryOp::Xor => "xor",
        BinaryOp::Equal => "==",
        BinaryOp::NotEqual => "!=",
        BinaryOp::Identical => "===",
        BinaryOp::NotIdentical => "!==",
        BinaryOp::Less => "<",
        BinaryOp::LessEqual => "<=",
        BinaryOp::Greater => ">",
        BinaryOp::GreaterEqual => ">=",
        BinaryOp::Spaceship => "<=>",
        BinaryOp::Coalesce => "??",
    }
}
