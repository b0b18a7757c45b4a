//! Defaults: an expression and the shape it has to fit in, a presence out. Expressions are evaluated as PHP would; what only a running
//! site knows is kept as its source.

use super::Reader;
use super::classes::ClassId;
use super::meaning::{Place, is_entry};
use super::spelling::Spelling;
use crate::ir::{Key, Literal, Presence, ScalarKind, ShapeDef};
use crate::php::ast::Expr;
use crate::php::value::Value;
use crate::report::{Code, Diagnostic};

/// How deep arrays in a default may nest.
const MAX_DEPTH: usize = 20;

impl<'a> Reader<'a, '_> {
    /// The presence that a default gives, and whether it makes null a value.
    pub(super) fn default(&mut self, expr: &'a Expr<'a>, shape: &ShapeDef, nullable: bool, place: &Place<'a, '_>) -> (Presence, bool) {
        let value = self.evaluate(expr, place);
        match value {
            // PHP itself takes `= null` for permission to give null.
            Literal::Null => (Presence::Default(Literal::Null), true),
            Literal::Runtime(source) => (Presence::Default(Literal::Runtime(source)), nullable),
            value => {
                let Some(value) = fit(&value, shape) else {
                    let message = format!("the default does not fit the type, in {}", place.symbol);
                    self.report.push(place.about(Diagnostic::new(Code::P011, message)).at(self.classes.span(place.class, expr.at)));
                    return (Presence::Optional, nullable);
                };
                (Presence::Default(value), nullable)
            }
        }
    }

    /// The type that a default has, for a parameter of which nothing else is said.
    pub(super) fn kind_of(&mut self, expr: &'a Expr<'a>, place: &Place<'a, '_>) -> Option<Spelling> {
        let name = match self.evaluate(expr, place) {
            Literal::Bool(_) => "bool",
            Literal::Int(_) => "int",
            Literal::Float(_) => "float",
            Literal::Str(_) => "string",
            Literal::Null | Literal::Array(_) | Literal::Runtime(_) => return None,
        };
        Some(Spelling::Name(name.to_owned()))
    }

    /// The value of a case of an enum.
    pub(super) fn constant(&mut self, class: ClassId, expr: &'a Expr<'a>) -> Literal {
        let decl = self.classes.decl(class);
        self.interp.reset();
        let value = self.interp.constant_expr(&decl.name, decl.class.scope, expr);
        value.ok().and_then(|value| literal(&value, 0)).unwrap_or(Literal::Null)
    }

    fn evaluate(&mut self, expr: &'a Expr<'a>, place: &Place<'a, '_>) -> Literal {
        let class = self.classes.decl(place.class).name.clone();
        self.interp.reset();
        let value = self.interp.constant_expr(&class, place.scope, expr);
        let folded = value.ok().and_then(|value| literal(&value, 0));
        folded.unwrap_or_else(|| Literal::Runtime(self.source(expr, place)))
    }

    /// The source of an expression with single blanks, so that indentation does not matter.
    fn source(&self, expr: &Expr<'_>, place: &Place<'_, '_>) -> String {
        let text = self.classes.file_of(place.class).php.text.get(expr.at.start as usize..expr.at.end as usize).unwrap_or_default();
        text.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
    }
}

fn literal(value: &Value<'_>, depth: usize) -> Option<Literal> {
    Some(match value {
        Value::Null => Literal::Null,
        Value::Bool(value) => Literal::Bool(*value),
        Value::Int(value) => Literal::Int(*value),
        Value::Float(value) => Literal::Float(*value),
        Value::Str(text) => Literal::Str(text.to_string()),
        Value::Array(array) if depth < MAX_DEPTH => {
            let items = array.entries.iter().map(|(key, entry)| Some((key.into(), literal(&entry.value, depth + 1)?)));
            Literal::Array(items.collect::<Option<_>>()?)
        }
        Value::Array(_) | Value::Object(_) | Value::Closure(_) | Value::Unknown(_) | Value::Ref(_) => return None,
    })
}

/// The value as one of the shape, where nothing is lost by that: PHP itself takes `0` for a text.
fn fit(value: &Literal, shape: &ShapeDef) -> Option<Literal> {
    match (shape, value) {
        (ShapeDef::Scalar(scalar), value) => {
            let allowed = |value: &Literal| scalar.values.as_ref().is_none_or(|values| values.allows(scalar.kind, value));
            fit_scalar(value, scalar.kind).filter(allowed)
        }
        (ShapeDef::List(_), Literal::Array(items)) if items.is_empty() => Some(Literal::Array(Vec::new())),
        (ShapeDef::List(item), Literal::Array(items)) => match &item.shape {
            // A map is a list of its entries.
            ShapeDef::Record(entry) if is_entry(entry) && !Literal::is_list(items) => {
                let value = &entry.fields.iter().find(|field| field.name == "value")?.slot.shape;
                let entry = |key: &Key, of: &Literal| {
                    let key = match key {
                        Key::Int(key) => key.to_string(),
                        Key::Str(key) => key.clone(),
                    };
                    let of = fit(of, value)?;
                    Some(Literal::Array(vec![(Key::Str("key".into()), Literal::Str(key)), (Key::Str("value".into()), of)]))
                };
                list(items.iter().map(|(key, of)| entry(key, of)))
            }
            shape if Literal::is_list(items) => list(items.iter().map(|(_, of)| fit(of, shape))),
            _ => None,
        },
        // Fields that are missing in it have defaults of their own, or the record is rejected when it is used.
        (ShapeDef::Record(_) | ShapeDef::Ref(_), Literal::Array(_)) => Some(value.clone()),
        (ShapeDef::List(_) | ShapeDef::Record(_) | ShapeDef::Ref(_), _) => None,
    }
}

fn list(items: impl Iterator<Item = Option<Literal>>) -> Option<Literal> {
    let items: Vec<Literal> = items.collect::<Option<_>>()?;
    Some(Literal::Array((0..).map(Key::Int).zip(items).collect()))
}

fn fit_scalar(value: &Literal, kind: ScalarKind) -> Option<Literal> {
    match (kind, value) {
        (ScalarKind::Bool, Literal::Bool(_))
        | (ScalarKind::Int, Literal::Int(_))
        | (ScalarKind::Float, Literal::Float(_))
        | (ScalarKind::String, Literal::Str(_)) => Some(value.clone()),
        (ScalarKind::Bool, Literal::Int(n @ (0 | 1))) => Some(Literal::Bool(*n == 1)),
        (ScalarKind::Int, Literal::Bool(value)) => Some(Literal::Int(i64::from(*value))),
        (ScalarKind::Int, Literal::Str(text)) => text.parse().ok().filter(|n: &i64| n.to_string() == *text).map(Literal::Int),
        (ScalarKind::Float, Literal::Int(n)) => Some(Literal::Float(f64::from(i32::try_from(*n).ok()?))),
        (ScalarKind::String, Literal::Int(n)) => Some(Literal::Str(n.to_string())),
        _ => None,
    }
}
