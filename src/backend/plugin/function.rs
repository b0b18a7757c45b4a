//! One external function, its handler and its test: everything that its files say.

use rustc_hash::FxHashSet;

use super::describe::Described;
use super::levels::{Levels, Node};
use super::names::{self, OpNames};
use super::php::{Arrays, Expr, comment, quoted, words};
use super::view::{DescriptionView, FunctionView, ParamView, RecordView};
use super::{Options, Style};
use crate::ir::{Field, Literal, OpId, Operation, Presence, ScalarKind, Schema, SessionPart, Slot, Type, inspect};
use crate::report::{Code, Diagnostic, Report};

/// Parameters that Moodle's REST server takes for itself.
const OF_REST: &[&str] = &["wstoken", "wsfunction", "wsusername", "wspassword", "moodlewsrestformat"];

/// Plans functions and records, one by one.
pub(super) struct Planner<'s> {
    pub(super) schema: &'s Schema,
    pub(super) options: &'s Options,
    pub(super) style: &'s Style,
    pub(super) levels: &'s Levels,
    /// The operations that open and close sessions.
    pub(super) sessions: FxHashSet<OpId>,
}

impl Planner<'_> {
    pub(super) fn function(
        &self,
        op: OpId,
        names: &OpNames,
        needed: &str,
        (params, result): (&Described, Option<&Described>),
        report: &mut Report,
    ) -> FunctionView {
        let (schema, style) = (self.schema, self.style);
        let operation = schema.operation(op);
        let fields: Vec<&Field> = schema.arguments(op).collect();
        let variables = names::variables(fields.iter().map(|field| field.name.as_str()));
        for field in &fields {
            on_the_way(operation, field, report);
        }
        let method = if style.modern { "execute".to_owned() } else { names.stem.clone() };
        let class = if style.modern { names.stem.clone() } else { format!("{}_external", style.component) };
        let values = fields.iter().zip(&variables).map(|(field, variable)| (Some(quoted(&field.name)), Expr::word(format!("${variable}"))));
        let values = Expr::Tall(values.collect());
        let before = format!("        $params = self::validate_parameters(self::{method}_parameters(), ").len();
        let imports = self.imports(params.classes.iter().chain(result.into_iter().flat_map(|result| &result.classes)).copied());
        let doc = documentation(operation);
        let call = self.call(op, names, &method, result.is_some());
        FunctionView {
            function: names.function.clone(),
            operation: quoted(&operation.name),
            stem: names.stem.clone(),
            callable: words(
                &[if style.modern { format!("{}\\external\\{class}", style.component) } else { class.clone() }, method.clone()],
                style.arrays,
            ),
            text: doc.first().cloned().unwrap_or_default(),
            doc,
            params: fields.iter().zip(&variables).map(|(field, variable)| self.param(field, variable)).collect(),
            signature: signature(schema, &fields, &variables, style.arrays),
            arguments: self.arguments(op, &variables),
            values: values.lines(style.arrays, 8, before, 2),
            parameters: self.description(params),
            returntype: schema.result(op).map_or_else(|| "void".to_owned(), |slot| php_type(schema, slot)),
            returndoc: schema.result(op).map(|slot| structure(schema, slot)).unwrap_or_default(),
            returns: result.map(|result| self.description(result)),
            imports,
            context: self.context(),
            capability: quoted(needed),
            call,
            opens: self.sessions.contains(&op),
            deprecated: operation.meta.deprecated,
            class,
            method,
        }
    }

    fn description(&self, described: &Described) -> DescriptionView {
        DescriptionView { expr: described.expr.lines(self.style.arrays, 8, "        return ".len(), 1), config: described.reads_config }
    }

    pub(super) fn record(&self, node: Node, keys: &Described) -> RecordView {
        let name = self.levels.class(node);
        let record = self.schema.record(node.ty).map(|record| comment(&record.name.to_string())).unwrap_or_default();
        let level = if node.level > 1 { format!(", at level {} of itself", node.level) } else { String::new() };
        let classes = keys.classes.iter().copied().chain(["external_single_structure"]);
        RecordView {
            class: if self.style.modern { name.clone() } else { self.style.record_class(&name) },
            text: format!("Describes a record: {record}{level}."),
            imports: classes
                .collect::<std::collections::BTreeSet<_>>()
                .into_iter()
                .map(|class| format!("core_external\\{class}"))
                .collect(),
            keys: DescriptionView { expr: keys.expr.lines(self.style.arrays, 8, "        $keys = ".len(), 1), config: keys.reads_config },
            name,
        }
    }

    /// What a function's own class imports.
    fn imports<'c>(&self, classes: impl Iterator<Item = &'c str>) -> Vec<String> {
        let mut imports: Vec<String> = classes.chain(["external_api"]).map(|class| format!("core_external\\{class}")).collect();
        imports.push("core\\context\\system as context_system".to_owned());
        imports.push(format!("{}\\local\\dispatcher", self.style.component));
        imports.sort();
        imports.dedup();
        imports
    }

    fn context(&self) -> String {
        let releases = self.options.releases;
        let (new, old) = ("context_system::instance()", "get_context_instance(CONTEXT_SYSTEM)");
        if releases.from.number() >= (2, 2) {
            new.to_owned()
        } else if releases.to.number() < (2, 2) {
            old.to_owned()
        } else {
            format!("class_exists('context_system') ? {new} : {old}")
        }
    }

    /// The arguments of the dispatcher.
    fn call(&self, op: OpId, names: &OpNames, method: &str, returns: bool) -> String {
        let operation = self.schema.operation(op);
        let returns = if returns { format!("self::{method}_returns()") } else { "null".to_owned() };
        let mut args = vec![
            quoted(&operation.name),
            quoted(&self.method(operation, names)),
            format!("self::{method}_parameters()"),
            "$params".to_owned(),
            returns,
        ];
        let session = self.session(op);
        if !session.is_empty() {
            args.push(Expr::Array(session).flat(self.style.arrays));
        }
        format!("\n            {}\n        ", args.join(",\n            "))
    }

    /// What a class that is there already gets for the session, by position: 0 and the empty text, as the original took them.
    fn session(&self, op: OpId) -> Vec<(Option<String>, Expr)> {
        if self.options.handler.is_none() {
            return Vec::new();
        }
        let blank = |part: SessionPart| match part {
            SessionPart::Client => "0",
            SessionPart::Key => "''",
        };
        let parts = self.schema.params(op).enumerate();
        parts.filter_map(|(at, param)| Some((Some(at.to_string()), Expr::word(blank(param.session?))))).collect()
    }

    /// The method of the handler. A class that is there already has the operation's own name.
    pub(super) fn method(&self, operation: &Operation, names: &OpNames) -> String {
        if self.options.handler.is_some() { operation.name.clone() } else { names.stem.clone() }
    }

    /// The arguments that the handler gets.
    pub(super) fn given(&self, op: OpId, call: &FunctionView) -> Vec<String> {
        let mut variables = call.params.iter().map(|param| format!("${}", param.variable));
        if self.options.handler.is_none() {
            return variables.collect();
        }
        let with_session = self.schema.params(op).map(|param| match param.session {
            Some(_) => format!("${}", param.name),
            None => variables.next().unwrap_or_default(),
        });
        with_session.collect()
    }

    fn param(&self, field: &Field, variable: &str) -> ParamView {
        let slot = &field.slot;
        let words = comment(&slot.doc);
        let what = structure(self.schema, slot);
        let doc = if words.is_empty() || what.is_empty() { words + &what } else { format!("{words} ({what})") };
        ParamView { variable: variable.to_owned(), ty: php_type(self.schema, slot), doc }
    }

    fn arguments(&self, op: OpId, variables: &[String]) -> String {
        debug_assert_eq!(self.schema.arguments(op).count(), variables.len());
        variables.iter().map(|name| format!("${name}")).collect::<Vec<_>>().join(", ")
    }
}

/// Reports a parameter that a form cannot carry.
fn on_the_way(operation: &Operation, field: &Field, report: &mut Report) {
    let name = field.name.as_str();
    let lost = name.is_empty() || name.contains(['.', ' ', '[', '\0']) || OF_REST.contains(&name) || name.starts_with("moodlewssetting");
    if lost {
        let message = format!("the parameter `{}` of `{}` does not arrive over Moodle's REST", name.escape_debug(), operation.name);
        report.push(Diagnostic::new(Code::N046, message).at(field.slot.origin.span).about(&operation.name));
    }
}

/// Lines of documentation; the first one is never empty.
fn documentation(operation: &Operation) -> Vec<String> {
    let mut lines: Vec<String> = operation.doc.lines().map(comment).flat_map(|line| wrap(&line, 120)).collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines.dedup_by(|a, b| a.is_empty() && b.is_empty());
    if lines.first().is_none_or(String::is_empty) {
        lines.insert(0, format!("Handles {}.", comment(&operation.name)));
    }
    lines
}

fn wrap(line: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in line.split(' ') {
        match lines.last_mut() {
            Some(last) if last.is_empty() || last.len() + word.len() < width => {
                if !last.is_empty() {
                    last.push(' ');
                }
                last.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// `$a, $b = null`: those behind which all can be left out have a default.
fn signature(schema: &Schema, fields: &[&Field], variables: &[String], arrays: Arrays) -> String {
    let optional = fields.iter().rev().take_while(|field| field.slot.presence != Presence::Required).count();
    let first = fields.len() - optional;
    let one = |(at, (field, variable)): (usize, (&&Field, &String))| {
        if at < first { format!("${variable}") } else { format!("${variable} = {}", default(schema, &field.slot, arrays)) }
    };
    fields.iter().zip(variables).enumerate().map(one).collect::<Vec<_>>().join(", ")
}

/// A default as the oldest PHP lets it stand in a signature. Moodle passes all parameters, so it matters to those who call by themselves.
fn default(schema: &Schema, slot: &Slot, arrays: Arrays) -> String {
    fn plain(value: &Literal) -> bool {
        match value {
            Literal::Null | Literal::Bool(_) | Literal::Str(_) => true,
            Literal::Int(value) => *value != i64::MIN,
            Literal::Float(value) => value.is_finite(),
            Literal::Array(items) => items.iter().all(|(_, item)| plain(item)),
            Literal::Runtime(_) => false,
        }
    }
    fn flat(value: &Literal, arrays: Arrays) -> String {
        match value {
            // Never in pieces: joining them is no constant before PHP 5.6.
            Literal::Str(text) => quoted(text),
            Literal::Array(items) if items.iter().any(|(_, item)| matches!(item, Literal::Str(_) | Literal::Array(_))) => "null".to_owned(),
            value => Expr::literal(value).flat(arrays),
        }
    }
    match &slot.presence {
        Presence::Default(value) if plain(value) => flat(value, arrays),
        Presence::Optional if matches!(schema.ty(slot.ty), Type::List) => Expr::Array(Vec::new()).flat(arrays),
        Presence::Default(_) | Presence::Optional | Presence::Required => "null".to_owned(),
    }
}

fn php_type(schema: &Schema, slot: &Slot) -> String {
    let ty = match schema.ty(slot.ty) {
        Type::Scalar(scalar) => match scalar.kind {
            ScalarKind::Bool => "bool",
            ScalarKind::Int => "int",
            ScalarKind::Float => "float",
            ScalarKind::String => "string",
        },
        Type::List | Type::Record(_) => "array",
    };
    if slot.nullable { format!("{ty}|null") } else { ty.to_owned() }
}

/// What an array holds, in words: `list of roleRecord`.
fn structure(schema: &Schema, slot: &Slot) -> String {
    match schema.ty(slot.ty) {
        Type::Scalar(_) => String::new(),
        Type::List | Type::Record(_) => match inspect::bare(schema, slot.ty).as_str() {
            "{}" => "a record".to_owned(),
            "{}[]" => "records".to_owned(),
            other => comment(other),
        },
    }
}
