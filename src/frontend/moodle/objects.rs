//! From description objects to the front end's own tree. In: a value that `*_parameters()` or `*_returns()` gave. Out: a [`Desc`], or
//! why it is none.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::desc::{Desc, DescKind};
use super::values;
use crate::ir::{Key, Literal, NameBase, Origin, TypeName};
use crate::php::eval::Interp;
use crate::php::value as php;
use crate::php::value::{Array, ObjId, Object, Unknown, Value};
use crate::report::Code;
use crate::source::Span;

/// How deep description objects may be nested.
const MAX_DEPTH: usize = 200;
/// How many description objects one function may have, shared ones counted at each place.
const MAX_NODES: usize = 100_000;

/// How many bytes the texts and defaults of one function may have together.
const MAX_BYTES: usize = 4 << 20;

/// The methods of an exporter that name a structure whatever they are called with.
const FORMS: &[&str] = &["get_read_structure", "get_create_structure", "get_update_structure"];

/// Why a value is no description.
#[derive(Debug)]
pub struct Wrong {
    /// What kind of finding.
    pub code: Code,
    /// In words.
    pub message: String,
    /// Where.
    pub at: Option<Span>,
    /// The class that is not in the tree, where that is all that is wrong.
    pub missing: Option<String>,
}

/// What a class is, as far as descriptions go.
#[derive(Debug, Clone)]
struct Class {
    base: Option<Base>,
    /// Whether it is `external_function_parameters` or a subclass.
    parameters: bool,
    /// Whether it is one of the base classes itself.
    exact: bool,
    /// Whether it is an exporter.
    exporter: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Base {
    Value,
    List,
    Struct,
}

/// Classes seen so far. Lives as long as the evaluator whose classes they are.
#[derive(Default)]
pub struct Classes {
    known: FxHashMap<Rc<str>, Class>,
    /// The record that the constructor of a class makes without arguments; `None` where it makes none.
    plain: FxHashMap<Rc<str>, Option<Rc<DescKind>>>,
}

impl Classes {
    fn get(&mut self, interp: &mut Interp<'_, '_>, name: &Rc<str>) -> Class {
        if let Some(class) = self.known.get(name) {
            return class.clone();
        }
        let mut class = Class { base: None, parameters: false, exact: false, exporter: false };
        for (depth, ancestor) in interp.class_chain(name).iter().enumerate() {
            let full = ancestor.to_ascii_lowercase();
            let base = match full.strip_prefix("core_external\\").unwrap_or(&full) {
                "external_value" => Some(Base::Value),
                "external_multiple_structure" => Some(Base::List),
                "external_single_structure" => Some(Base::Struct),
                "external_function_parameters" => {
                    class.parameters = true;
                    None
                }
                "core\\external\\exporter" => {
                    class.exporter = true;
                    None
                }
                _ => None,
            };
            if class.base.is_none() && base.is_some() {
                class.base = base;
                class.exact = depth == 0;
            }
        }
        self.known.insert(Rc::clone(name), class.clone());
        class
    }

    /// Whether a value is an `external_function_parameters`.
    pub fn is_parameters<'a>(&mut self, interp: &mut Interp<'a, '_>, value: &Value<'a>) -> bool {
        let Value::Object(id) = value else { return false };
        let class = Rc::clone(&interp.object(*id).class);
        self.get(interp, &class).parameters
    }
}

/// Converts what one method returned. `root` is that method, which names nothing by itself.
pub fn convert<'a>(
    interp: &mut Interp<'a, '_>,
    classes: &mut Classes,
    value: &Value<'a>,
    root: (&str, &str),
    at: Option<Span>,
) -> Result<Desc, Wrong> {
    let mut walk = Walk { interp, classes, root, open: Vec::new(), nodes: 0, bytes: 0 };
    walk.desc(value, at, &mut || "the description".to_owned())
}

struct Walk<'w, 'a, 'h> {
    interp: &'w mut Interp<'a, 'h>,
    classes: &'w mut Classes,
    root: (&'w str, &'w str),
    /// Objects that the one at hand lies in.
    open: Vec<ObjId>,
    nodes: usize,
    /// The size of texts and defaults so far.
    bytes: usize,
}

impl<'a> Walk<'_, 'a, '_> {
    fn desc(&mut self, value: &Value<'a>, at: Option<Span>, what: &mut dyn FnMut() -> String) -> Result<Desc, Wrong> {
        let id = match value {
            Value::Object(id) => *id,
            Value::Unknown(unknown) => return Err(unsettled(&what(), unknown, at)),
            other => {
                let message = format!("{} is {} and no description object", what(), kind_of(other));
                return Err(Wrong { code: Code::M019, message, at, missing: None });
            }
        };
        let object = self.interp.snapshot(id);
        let at = object.made_at.or(at);
        if self.open.contains(&id) {
            let message = format!("{} contains itself: the {} object is a part of its own structure", what(), object.class);
            return Err(Wrong { code: Code::M023, message, at, missing: None });
        }
        self.nodes += 1;
        if self.open.len() >= MAX_DEPTH || self.nodes > MAX_NODES {
            let message = format!("{} is nested deeper than {MAX_DEPTH} levels or has more than {MAX_NODES} parts", what());
            return Err(Wrong { code: Code::M021, message, at, missing: None });
        }
        let class = self.classes.get(self.interp, &object.class);
        let Some(base) = class.base else {
            let message = format!("{} is an object of {} and no description", what(), object.class);
            return Err(Wrong { code: Code::M019, message, at, missing: None });
        };
        self.open.push(id);
        let kind = match base {
            Base::Value => DescKind::Value(self.settled(&object, "type", at, what)?),
            Base::List => {
                let content = object.props.get("content").cloned().unwrap_or(Value::Null);
                DescKind::List(Box::new(self.desc(&content, at, &mut || format!("the content of {}", what()))?))
            }
            Base::Struct => self.fields(&object, at, what)?,
        };
        self.open.pop();
        let allownull = if object.props.contains_key("allownull") { Some(self.settled(&object, "allownull", at, what)?) } else { None };
        let prop = |name: &str| object.props.get(name).map_or(Literal::Null, |value| values::literal(self.interp, value));
        let (desc, default) = (prop("desc"), prop("default"));
        self.bytes += values::size(&desc) + values::size(&default);
        if self.bytes > MAX_BYTES
            || ["desc", "default"].iter().any(|name| object.props.get(*name).is_some_and(|value| !values::is_small(value)))
        {
            let message = format!("its texts and defaults are enormous, at the latest those of {}", what());
            return Err(Wrong { code: Code::M021, message, at, missing: None });
        }
        // A value has no record to name.
        let name = if base == Base::Value { None } else { self.name(id, &object, &class, &kind) };
        Ok(Desc {
            class: object.class.to_string(),
            desc,
            required: self.settled(&object, "required", at, what)?,
            default,
            allownull,
            kind,
            name,
            only_if: None,
            origin: self.origin(&object),
        })
    }

    fn fields(&mut self, object: &Object<'a>, at: Option<Span>, what: &mut dyn FnMut() -> String) -> Result<DescKind, Wrong> {
        let empty = Rc::new(Array::default());
        let keys = match object.props.get("keys") {
            Some(Value::Array(keys)) => Rc::clone(keys),
            Some(Value::Unknown(unknown)) => return Err(unsettled(&format!("the list of keys of {}", what()), unknown, at)),
            Some(Value::Null) | None => empty,
            Some(other) => {
                let message = format!("the list of keys of {} is {}", what(), kind_of(other));
                return Err(Wrong { code: Code::M019, message, at, missing: None });
            }
        };
        let mut out = Vec::with_capacity(keys.entries.len());
        for (key, entry) in &keys.entries {
            if let Some(expr) = &entry.key_expr {
                let message = format!("{} has a key that only a site knows: {expr}", what());
                return Err(Wrong { code: Code::M022, message, at: entry.at.or(at), missing: None });
            }
            let shown = || match key {
                php::Key::Int(n) => n.to_string(),
                php::Key::Str(text) => text.to_string(),
            };
            let mut desc = self.desc(&entry.value, entry.at.or(at), &mut || format!("`{}` in {}", shown(), what()))?;
            desc.only_if = entry.only_if.as_ref().map(ToString::to_string);
            out.push((key.into(), desc));
        }
        Ok(DescKind::Struct(out))
    }

    /// A property that decides the shape: it must be known.
    fn settled(&self, object: &Object<'a>, name: &str, at: Option<Span>, what: &mut dyn FnMut() -> String) -> Result<Literal, Wrong> {
        match object.props.get(name) {
            Some(Value::Unknown(unknown)) => Err(unsettled(&format!("`{name}` of {}", what()), unknown, at)),
            Some(value) => Ok(values::literal(self.interp, value)),
            None => Ok(Literal::Null),
        }
    }

    /// The name by origin: the method or the class that describes the structure.
    fn name(&mut self, id: ObjId, object: &Object<'a>, class: &Class, kind: &DescKind) -> Option<TypeName> {
        for call in self.interp.intact_returns(id) {
            let own = call.class.eq_ignore_ascii_case(self.root.0) && call.method.eq_ignore_ascii_case(self.root.1);
            let names = if call.had_args {
                FORMS.contains(&&*call.method) && self.classes.get(self.interp, &call.class).exporter
            } else {
                !(own && self.open.is_empty())
            };
            if names {
                return Some(TypeName::new(NameBase::Method(call.class.to_string(), call.method.to_string())));
            }
        }
        let own = class.base.is_some() && !class.exact && !class.parameters && !object.class.starts_with("class@");
        // The constructor may take arguments that change the record (`new external_warnings('item is a note')`): then the class alone does
        // not say what it is. The measure is the class itself, not other uses of it, so that no use renames another.
        let same = own && self.plain(&object.class).is_some_and(|plain| record(&plain) == record(kind));
        same.then(|| TypeName::new(NameBase::Class(object.class.to_string())))
    }

    /// What the constructor of a class makes without arguments.
    fn plain(&mut self, class: &Rc<str>) -> Option<Rc<DescKind>> {
        if let Some(plain) = self.classes.plain.get(class) {
            return plain.clone();
        }
        // Before it is known: a class may hold objects of itself.
        self.classes.plain.insert(Rc::clone(class), None);
        let value = self.interp.construct(class).ok()?;
        let plain = Rc::new(convert(self.interp, self.classes, &value, ("", ""), None).ok()?.kind);
        self.classes.plain.insert(Rc::clone(class), Some(Rc::clone(&plain)));
        Some(plain)
    }

    fn origin(&self, object: &Object<'a>) -> Origin {
        Origin { via: object.via.to_vec(), ..values::origin(self.interp.sources, object.made_at, &object.made_in) }
    }
}

/// The fields of the record in a description, behind its lists.
fn record(kind: &DescKind) -> Option<&[(Key, Desc)]> {
    match kind {
        DescKind::Value(_) => None,
        DescKind::List(content) => record(&content.kind),
        DescKind::Struct(keys) => Some(keys),
    }
}

/// A description, or a part of one, that is unknown: because of the site, or because it is made by a class that is not there.
pub fn unsettled(what: &str, unknown: &Unknown, at: Option<Span>) -> Wrong {
    let missing = unknown.missing_class().map(str::to_owned);
    let (code, why) = if missing.is_some() { (Code::M020, "cannot be evaluated") } else { (Code::M022, "depends on the site") };
    Wrong { code, message: format!("{what} {why}: {} ({})", unknown.expr, unknown.why), at: unknown.at.or(at), missing }
}

fn kind_of(value: &Value<'_>) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Int(_) => "an integer",
        Value::Float(_) => "a float",
        Value::Str(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
        Value::Closure(_) => "a closure",
        Value::Unknown(_) => "unknown",
        Value::Ref(_) => "a reference",
    }
}
