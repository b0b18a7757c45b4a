//! The type of an expression, and what it is made of.

use std::rc::Rc;

use indexmap::{IndexMap, IndexSet};
use mwsc_contract::Value;
use mwsc_contract::crosswalk::Expr;
use mwsc_contract::crosswalk::expr::{Argument, Piece};
use mwsc_contract::crosswalk::filter::Filter;

use super::source::Crosswalk;
use super::ty::{Fields, Made, Place, Ty, Typed};
use crate::ir::ScalarKind;
use crate::report::{Code, Diagnostic, Report};
use crate::source::Span;

/// What names mean; the last one of a name counts.
pub type Names<'s> = IndexMap<String, Typed<'s>>;

/// Looks at expressions.
pub struct Inference<'c> {
    pub crosswalk: &'c Crosswalk,
    /// The release of the Moodle that answers, for messages; empty when there is none.
    pub release: String,
    pub report: &'c mut Report,
    /// The operation that is looked at.
    pub subject: String,
    /// Where the expression stands that is looked at.
    pub span: Option<Span>,
    /// Parameters, and fields of parameters, of which the value is looked at.
    pub used: IndexSet<String>,
    /// Fields of parameters in whose place something else is put.
    pub replaced: IndexSet<String>,
}

impl Inference<'_> {
    /// Reports at the place of the expression, once for all operations that share it.
    pub fn report(&mut self, code: Code, message: String) {
        self.report.push(Diagnostic::new(code, message).at(self.span));
    }

    /// Reports of the operation.
    pub fn report_operation(&mut self, code: Code, message: String, span: Span) {
        self.report.push(Diagnostic::new(code, message).at(span).about(&self.subject));
    }

    /// The type of an expression.
    pub fn infer<'s>(&mut self, expr: &Expr, names: &Names<'s>) -> Typed<'s> {
        match expr {
            Expr::Value(value) => Typed { ty: of_value(value), made: Made::Constant(value.clone()) },
            Expr::Text(pieces) => {
                let mut of = IndexSet::new();
                for piece in pieces {
                    if let Piece::Value(value) = piece {
                        of.extend(self.infer(value, names).made.places());
                    }
                }
                Typed::converted(Ty::Scalar(ScalarKind::String), expr, of)
            }
            Expr::Name(name) => {
                let Some(found) = names.get(name) else {
                    self.report(Code::X003, format!("nothing before this place is called `{name}`"));
                    return Typed::unknown();
                };
                self.looks_at(found);
                found.clone()
            }
            Expr::Field(of, name) => {
                let of = self.infer(of, names);
                self.field(&of, name)
            }
            Expr::Item(of, key) => {
                let of = self.infer(of, names);
                if let Expr::Value(Value::String(name)) = &**key {
                    return self.field(&of, name);
                }
                let key = self.infer(key, names).made.places();
                let found = any_field(&of);
                if matches!(found.made, Made::Same(_)) && matches!(of.open().ty, Ty::Index(_)) {
                    // An item that is looked up is what it was in its list.
                    return found;
                }
                let places = key.into_iter().chain(found.made.places()).collect();
                Typed { made: Made::Converted { how: expr.to_string(), of: places }, ..found }
            }
            Expr::List(items) => {
                let items: Vec<Typed<'s>> = items.iter().map(|item| self.infer(item, names)).collect();
                items.into_iter().reduce(|a, b| a.or(&b)).unwrap_or(Typed::new(Ty::Null)).listed()
            }
            Expr::Record(fields) => {
                let fields = fields.iter().map(|(name, value)| (name.clone(), self.infer(value, names))).collect();
                Typed::new(Ty::Record(Rc::new(Fields { known: fields, ..Fields::default() })))
            }
            Expr::Equal(a, b) | Expr::Differs(a, b) | Expr::Both(a, b) | Expr::Either(a, b) => {
                let mut of = self.infer(a, names).made.places();
                of.extend(self.infer(b, names).made.places());
                Typed::converted(Ty::Scalar(ScalarKind::Bool), expr, of)
            }
            Expr::Not(of) => {
                let of = self.infer(of, names).made.places();
                Typed::converted(Ty::Scalar(ScalarKind::Bool), expr, of)
            }
            Expr::Else(a, b) => {
                let a = self.infer(a, names);
                let b = self.infer(b, names);
                a.or(&b)
            }
            Expr::Filter(of, filter, arguments) => {
                let of = self.infer(of, names);
                self.filter(expr, &of, *filter, arguments, names)
            }
        }
    }

    /// A field; missing ones are reported.
    fn field<'s>(&mut self, of: &Typed<'s>, name: &str) -> Typed<'s> {
        let Some(found) = of.field(name) else {
            // A record that the steps put together may be without a field: it is null.
            if matches!(&of.item_or_self().ty, Ty::Record(record) if record.maps.is_empty() && of.item_or_self().made == Made::Anyhow) {
                return Typed::new(Ty::Null);
            }
            let place = of.made.places().into_iter().next();
            let place = place.map_or_else(|| "the value".to_owned(), |place| format!("`{place}`"));
            let release = if self.release.is_empty() { String::new() } else { format!(" of Moodle {}", self.release) };
            self.report(Code::X012, format!("{place}{release} has no field `{name}`"));
            return Typed { ty: Ty::Null, made: Made::Lost(format!("Moodle {} does not tell it", self.release)) };
        };
        self.looks_at(&found);
        found
    }

    /// A parameter is looked at.
    fn looks_at(&mut self, found: &Typed<'_>) {
        let found = if let Ty::List(item) = &found.ty { &**item } else { found };
        if let Made::Same(Place::Param(path)) = &found.made {
            self.used.insert(path.clone());
        }
    }

    fn filter<'s>(&mut self, expr: &Expr, of: &Typed<'s>, filter: Filter, arguments: &[Argument], names: &Names<'s>) -> Typed<'s> {
        let mut values = Vec::new();
        let mut each = None;
        for argument in arguments {
            match argument {
                Argument::Value(value) => values.push(self.infer(value, names)),
                Argument::Each(item, body) => each = Some((item, body)),
            }
        }
        let mut places = of.made.places();
        places.extend(values.iter().flat_map(|value| value.made.places()));
        let made = |kind: ScalarKind| Typed::converted(Ty::Scalar(kind), expr, places.clone());
        match filter {
            Filter::Int => number(of, expr, ScalarKind::Int),
            Filter::Float => number(of, expr, ScalarKind::Float),
            Filter::Text => number(of, expr, ScalarKind::String),
            Filter::Flag | Filter::Count => made(ScalarKind::Int),
            Filter::Truth | Filter::Has | Filter::AtMost => made(ScalarKind::Bool),
            Filter::Lower | Filter::Trim | Filter::Plain | Filter::Date | Filter::Join => made(ScalarKind::String),
            Filter::Json => Typed::converted(Ty::Unknown, expr, places),
            Filter::Split => made(ScalarKind::String).listed(),
            Filter::Filled | Filter::Unique | Filter::Reverse | Filter::Take | Filter::Tree => of.clone(),
            Filter::List => match of.open().ty {
                Ty::List(_) | Ty::Unknown | Ty::Null => of.clone(),
                Ty::Scalar(_) | Ty::Record(_) | Ty::Index(_) | Ty::Of(..) => of.clone().listed(),
            },
            Filter::Flat => match of.item().open().ty {
                Ty::List(item) => (*item).clone().listed(),
                Ty::Unknown | Ty::Null | Ty::Scalar(_) | Ty::Record(_) | Ty::Index(_) | Ty::Of(..) => of.clone(),
            },
            Filter::First => of.item(),
            Filter::Chunks => of.clone().listed(),
            Filter::Concat => values.iter().fold(of.clone(), |all, other| all.or(other)),
            Filter::With => self.with(of, values.first()),
            Filter::Where | Filter::Sort | Filter::Find | Filter::Map | Filter::As | Filter::Index => match each {
                Some((item, body)) => self.each(of, filter, item, body, names),
                // The notation does not let a filter be without what it takes.
                None => Typed::unknown(),
            },
        }
    }

    /// What becomes of the items.
    fn each<'s>(&mut self, of: &Typed<'s>, filter: Filter, item: &str, body: &Expr, names: &Names<'s>) -> Typed<'s> {
        let list = matches!(of.open().ty, Ty::List(_));
        let one = if list || filter != Filter::As { of.item() } else { of.clone() };
        let mut inside = names.clone();
        inside.insert(item.to_owned(), one.clone());
        let out = match self.crosswalk.maps.get(item) {
            Some(map) if filter == Filter::As => self.map(item, map, body, &inside),
            Some(_) | None => self.infer(body, &inside),
        };
        match filter {
            Filter::Find => one,
            Filter::Map => out.listed(),
            Filter::As => {
                if list {
                    out.listed()
                } else {
                    out
                }
            }
            Filter::Index => Typed::new(Ty::Index(Rc::new(one))),
            _ => of.clone(),
        }
    }

    /// The record that a map makes. What is found is reported where the map says it.
    fn map<'s>(&mut self, name: &str, map: &super::source::Map, body: &Expr, names: &Names<'s>) -> Typed<'s> {
        let Expr::Record(fields) = body else { return self.infer(body, names) };
        let outside = self.span;
        let mut made = Fields { maps: IndexSet::from([name.to_owned()]), ..Fields::default() };
        for (field, value) in fields {
            let written = map.fields.get(field);
            self.span = written.map(|written| written.span).or(outside);
            let mut typed = self.infer(value, names);
            if let (Made::Converted { how, .. }, Some(written)) = (&mut typed.made, written) {
                *how = written.it.to_string();
            }
            made.known.insert(field.clone(), typed);
        }
        self.span = outside;
        Typed::new(Ty::Record(Rc::new(made)))
    }

    /// A record with other fields over it.
    fn with<'s>(&mut self, of: &Typed<'s>, over: Option<&Typed<'s>>) -> Typed<'s> {
        let open = of.open();
        let mut fields = match &open.ty {
            Ty::Record(record) => (**record).clone(),
            Ty::Unknown | Ty::Null | Ty::Scalar(_) | Ty::List(_) | Ty::Index(_) | Ty::Of(..) => {
                Fields { open: matches!(open.ty, Ty::Unknown), ..Fields::default() }
            }
        };
        if let Some(Ty::Record(over)) = over.map(|over| over.open().ty) {
            for (name, value) in &over.known {
                if let Made::Same(Place::Param(path)) = &of.made {
                    self.replaced.insert(format!("{path}.{name}"));
                }
                fields.known.insert(name.clone(), value.clone());
            }
        }
        Typed { ty: Ty::Record(Rc::new(fields)), made: of.made.clone() }
    }
}

/// The type of a value.
pub fn of_value<'s>(value: &Value) -> Ty<'s> {
    match value {
        Value::Null => Ty::Null,
        Value::Bool(_) => Ty::Scalar(ScalarKind::Bool),
        Value::Int(_) => Ty::Scalar(ScalarKind::Int),
        Value::Float(_) => Ty::Scalar(ScalarKind::Float),
        Value::String(_) => Ty::Scalar(ScalarKind::String),
        Value::List(items) => {
            let items = items.iter().map(|item| Typed::new(of_value(item)));
            Ty::List(Rc::new(items.reduce(|a, b| a.or(&b)).unwrap_or(Typed::unknown())))
        }
        Value::Map(map) => {
            let items = map.values().map(|item| Typed::new(of_value(item)));
            Ty::Index(Rc::new(items.reduce(|a, b| a.or(&b)).unwrap_or(Typed::unknown())))
        }
    }
}

/// Some field of a record, the items of an index.
fn any_field<'s>(of: &Typed<'s>) -> Typed<'s> {
    let open = of.open();
    match &open.ty {
        Ty::Index(item) => (**item).clone(),
        Ty::List(item) => any_field(item).listed(),
        // Which one is not known, so nothing is known of its kind; that a record's column is compared is no loss.
        Ty::Record(_) | Ty::Unknown | Ty::Null | Ty::Scalar(_) | Ty::Of(..) => Typed { ty: Ty::Unknown, made: open.made },
    }
}

/// A conversion to a kind, which is none for what is of that kind.
fn number<'s>(of: &Typed<'s>, expr: &Expr, kind: ScalarKind) -> Typed<'s> {
    let open = of.open();
    match open.ty {
        Ty::Scalar(found) if found == kind => open,
        Ty::Null => open,
        _ => Typed::converted(Ty::Scalar(kind), expr, of.made.places()),
    }
}
