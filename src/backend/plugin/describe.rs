//! From places that hold values to the descriptions of Moodle: what PHP expression builds the description of a parameter or a result.
//!
//! What a description cannot say is decided here, and reported:
//!
//! - A parameter that may be left out must have a default, so it gets null, or an empty list before null could stand for a list.
//! - An enumeration is an object of a class of the plugin, which says the values in its text and lets the dispatcher check them.
//! - A record that contains itself is a class for each level; below the last one a value is given as JSON ([`Levels`]).
//! - A default that only the source's site can compute is kept where PHP can compute it in the plugin, too.

use std::collections::BTreeSet;

use bumpalo::Bump;
use indexmap::IndexSet;

use super::levels::{Levels, Node, Place};
use super::php::{Expr, quoted};
use super::{Style, runtime};
use crate::ir::{Field, Literal, OpId, Presence, Scalar, ScalarKind, Schema, Slot, Type, TypeId, enumeration};
use crate::params;
use crate::releases::Range;
use crate::report::{Code, Diagnostic, Report};

/// The release from which on null can stand for a list or a record.
const NULL_STRUCTURES: (u32, u32) = (4, 3);

/// A description, or the keys of one.
#[derive(Debug)]
pub(super) struct Described {
    /// The expression.
    pub(super) expr: Expr,
    /// Whether it reads `$CFG`.
    pub(super) reads_config: bool,
    /// The classes of Moodle that it makes objects of.
    pub(super) classes: BTreeSet<&'static str>,
}

/// Describes the places of a schema. Classes of records that descriptions need are collected on the way.
pub(super) struct Describer<'s, 'r> {
    schema: &'s Schema,
    style: &'s Style,
    target: Range,
    levels: &'s Levels,
    /// Classes that were used, in order of first use.
    pub(super) wanted: IndexSet<Node>,
    /// Whether a record below the last level was described.
    pub(super) folds: bool,
    /// Whether an enumeration was described.
    pub(super) chooses: bool,
    report: &'r mut Report,
    /// Of the description at hand.
    reads_config: bool,
    classes: BTreeSet<&'static str>,
    /// What findings are about.
    about: String,
}

impl<'s, 'r> Describer<'s, 'r> {
    pub(super) fn new(schema: &'s Schema, style: &'s Style, target: Range, levels: &'s Levels, report: &'r mut Report) -> Self {
        let (wanted, classes) = (IndexSet::new(), BTreeSet::new());
        Describer {
            schema,
            style,
            target,
            levels,
            wanted,
            folds: false,
            chooses: false,
            report,
            reads_config: false,
            classes,
            about: String::new(),
        }
    }

    /// The description of an operation's parameters, less those that carry the session.
    pub(super) fn params(&mut self, op: OpId) -> Described {
        self.about = self.schema.operation(op).name.clone();
        let fields: Vec<&Field> = self.schema.arguments(op).collect();
        let keys = fields.into_iter().map(|field| (Some(quoted(&field.name)), self.param(&field.slot, &field.name))).collect();
        self.classes.insert("external_function_parameters");
        self.done(Expr::New("external_function_parameters".to_owned(), vec![Expr::Array(keys)]))
    }

    /// The description of a result.
    pub(super) fn result(&mut self, op: OpId, slot: &Slot) -> Described {
        self.about = self.schema.operation(op).name.clone();
        let expr = self.slot(slot, None, "result");
        self.done(expr)
    }

    /// The keys of a record's class.
    pub(super) fn record(&mut self, node: Node) -> Described {
        self.about = self.schema.record(node.ty).map(|record| record.name.to_string()).unwrap_or_default();
        let keys = self.keys(node.ty, Some(node));
        self.done(keys)
    }

    fn done(&mut self, expr: Expr) -> Described {
        Described { expr, reads_config: std::mem::take(&mut self.reads_config), classes: std::mem::take(&mut self.classes) }
    }

    /// A parameter: it must not be optional.
    fn param(&mut self, slot: &Slot, name: &str) -> Expr {
        let mut slot = slot.clone();
        if slot.presence == Presence::Optional {
            let nulls = self.target.from.number() >= NULL_STRUCTURES;
            (slot.presence, slot.nullable) = match self.schema.ty(slot.ty) {
                Type::List if !nulls => (Presence::Default(Literal::Array(Vec::new())), slot.nullable),
                Type::Scalar(_) | Type::List | Type::Record(_) => (Presence::Default(Literal::Null), true),
            };
        }
        self.slot(&slot, None, name)
    }

    /// `within` is the class of a record that contains itself, if the place is in one.
    fn slot(&mut self, slot: &Slot, within: Option<Node>, name: &str) -> Expr {
        match self.schema.ty(slot.ty) {
            Type::Scalar(scalar) => {
                let ty = self.param_type(scalar, slot);
                if let Some(values) = &scalar.values {
                    self.chooses = true;
                    let listed = values.literals(scalar.kind).map(|value| (None, Expr::literal(&value))).collect();
                    // Whoever reads the description of a function sees its text alone.
                    let slot = Slot { doc: enumeration::told(&slot.doc, values), ..slot.clone() };
                    return self.made(&self.style.choice_class(), vec![Expr::Array(listed), ty], &slot, true, name);
                }
                self.object("external_value", vec![ty], slot, true, name)
            }
            Type::List => {
                // `pass::check` makes sure that each list has items.
                let item = self.schema.item(slot.ty).map_or_else(|| Expr::word("null"), |item| self.slot(item, within, name));
                self.object("external_multiple_structure", vec![item], slot, false, name)
            }
            Type::Record(record) => {
                // A description has one text: that of the place, or else that of the record.
                let doc = if slot.doc.is_empty() { &record.doc } else { &slot.doc };
                self.structure(&Slot { doc: doc.clone(), ..slot.clone() }, within, name)
            }
        }
    }

    fn structure(&mut self, slot: &Slot, within: Option<Node>, name: &str) -> Expr {
        match self.levels.enter(within, slot.ty) {
            Place::Class(node) => {
                self.wanted.insert(node);
                let class = self.style.record_class(&self.levels.class(node));
                self.made(&class, Vec::new(), slot, false, name)
            }
            Place::Below => {
                self.folds = true;
                let first = self.levels.class(Node { ty: slot.ty, level: 1 });
                let class = quoted(self.style.record_class(&first).trim_start_matches('\\'));
                let folded = self.style.folded_class();
                self.made(&folded, vec![Expr::word(class)], &self.as_text(slot), true, name)
            }
            Place::Inline => {
                let keys = self.keys(slot.ty, within);
                self.object("external_single_structure", vec![keys], slot, false, name)
            }
        }
    }

    fn keys(&mut self, record: TypeId, within: Option<Node>) -> Expr {
        let schema = self.schema;
        Expr::Array(schema.fields(record).map(|field| (Some(quoted(&field.name)), self.slot(&field.slot, within, &field.name))).collect())
    }

    /// The place of a record below the last level: a text.
    fn as_text(&self, slot: &Slot) -> Slot {
        let name = self.schema.record(slot.ty).and_then(|record| record.name.short()).unwrap_or_else(|| "record".to_owned());
        let separator = if slot.doc.is_empty() { "" } else { ". " };
        let mut slot = slot.clone();
        slot.doc = format!("{}{separator}JSON text of a {name}, which is nested too deeply to be described", slot.doc);
        if let Presence::Default(value @ Literal::Array(_)) = &slot.presence {
            slot.presence = Presence::Default(runtime::json(value).map_or(Literal::Null, Literal::Str));
        }
        slot
    }

    fn object(&mut self, class: &'static str, args: Vec<Expr>, slot: &Slot, takes_null: bool, name: &str) -> Expr {
        self.classes.insert(class);
        self.made(class, args, slot, takes_null, name)
    }

    /// `new class(args, text, required, default, allownull)`, less what the constructor supplies. `takes_null` is what it supplies last.
    fn made(&mut self, class: &str, mut args: Vec<Expr>, slot: &Slot, takes_null: bool, name: &str) -> Expr {
        let (presence, mut nullable) = self.presence(slot, name);
        let is_scalar = takes_null;
        if nullable && !is_scalar && self.target.from.number() < NULL_STRUCTURES {
            let what = if presence == Presence::Default(Literal::Null) { "left out" } else { "null" };
            self.cannot(slot, format!("`{name}` of `{}` can be {what} only from Moodle 4.3 on", self.about));
            nullable = self.target.to.number() >= NULL_STRUCTURES;
        }
        let explicit_null = nullable != takes_null;
        let (required, default) = match &presence {
            Presence::Required => ("VALUE_REQUIRED", None),
            Presence::Optional => ("VALUE_OPTIONAL", None),
            Presence::Default(value) => ("VALUE_DEFAULT", Some(value)),
        };
        let needs_default = explicit_null || default.is_some_and(|value| *value != Literal::Null);
        let needs_required = needs_default || presence != Presence::Required;
        if needs_required || !slot.doc.is_empty() {
            args.push(Expr::text(&slot.doc));
        }
        if needs_required {
            args.push(Expr::word(required));
        }
        if needs_default {
            args.push(Expr::literal(default.unwrap_or(&Literal::Null)));
        }
        if explicit_null {
            args.push(Expr::word(if nullable { "NULL_ALLOWED" } else { "NULL_NOT_ALLOWED" }));
        }
        Expr::New(class.to_owned(), args)
    }

    /// Whether a value must be there, with a default that PHP can evaluate in the plugin.
    fn presence(&mut self, slot: &Slot, name: &str) -> (Presence, bool) {
        let Presence::Default(value) = &slot.presence else { return (slot.presence.clone(), slot.nullable) };
        let Some(expressions) = runtime::expressions(value) else { return (slot.presence.clone(), slot.nullable) };
        let arena = Bump::new();
        match expressions.iter().find(|expression| !runtime::stands_alone(&arena, expression)) {
            None => {
                self.reads_config |= expressions.iter().any(|expression| expression.contains("$CFG"));
                (slot.presence.clone(), slot.nullable)
            }
            Some(expression) => {
                let what = format!(
                    "the default of `{name}` of `{}` is left to the handler, because it is code of the source: {expression}",
                    self.about
                );
                self.cannot(slot, what);
                let is_list = matches!(self.schema.ty(slot.ty), Type::List);
                if is_list && self.target.from.number() < NULL_STRUCTURES {
                    (Presence::Default(Literal::Array(Vec::new())), slot.nullable)
                } else {
                    (Presence::Default(Literal::Null), true)
                }
            }
        }
    }

    /// The constant for a scalar: the source's own type where each release of the target has it.
    fn param_type(&mut self, scalar: &Scalar, slot: &Slot) -> Expr {
        let plain = match scalar.kind {
            ScalarKind::Bool => "PARAM_BOOL",
            ScalarKind::Int => "PARAM_INT",
            ScalarKind::Float => "PARAM_FLOAT",
            ScalarKind::String => "PARAM_RAW",
        };
        // What a WSDL says of a scalar is no type of Moodle.
        let same: Vec<&params::Param> =
            params::all().iter().filter(|param| param.value == scalar.refinement && param.kind() == scalar.kind).collect();
        if same.is_empty() {
            return Expr::word(plain);
        }
        let has = |param: &&&params::Param| {
            let since = Range::parse(&param.since).map_or((0, 0), |range| range.from.number());
            let removed = param
                .removed
                .as_ref()
                .is_some_and(|name| Range::parse(name).map_or(true, |range| range.from.number() <= self.target.to.number()));
            param.name.starts_with("PARAM_") && since <= self.target.from.number() && !removed
        };
        let usual = format!("PARAM_{}", scalar.refinement.to_ascii_uppercase());
        let mut known: Vec<&str> = same.iter().filter(has).map(|param| param.name.as_str()).collect();
        known.sort_by_key(|name| *name != usual);
        if let Some(name) = known.first() {
            return Expr::word(*name);
        }
        let (ty, about, target) = (&scalar.refinement, &self.about, self.target);
        self.cannot(
            slot,
            format!("a value of the type `{ty}` in `{about}` is described as {plain}: not every Moodle from {target} has that type"),
        );
        Expr::word(plain)
    }

    fn cannot(&mut self, slot: &Slot, what: String) {
        self.report.push(Diagnostic::new(Code::N041, what).at(slot.origin.span).about(&self.about));
    }
}
