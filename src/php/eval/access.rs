//! Reading what stands in something else: elements, properties, constants and static properties of classes; and what class a value is of.

use std::rc::Rc;

use super::absent::Absent;
use super::names::{lower, resolve_class};
use super::unknown::atom;
use super::{Eval, Interp};
use crate::php::ast::{At, ClassRef, Expr, MemberName};
use crate::php::text::Text;
use crate::php::value::{Unknown, Value};

impl<'a> Interp<'a, '_> {
    /// The name of a member; `Err` when it is unknown.
    pub(super) fn member_name(&mut self, name: MemberName<'a>) -> Eval<'a, Result<Text<'a>, Rc<Unknown>>> {
        match name {
            MemberName::Name(name) => Ok(Ok(Text::Source(name))),
            MemberName::Expr(expr) => {
                let value = self.eval(expr)?;
                self.to_text(&value)
            }
        }
    }

    pub(super) fn index(&mut self, base: &'a Expr<'a>, index: Option<&'a Expr<'a>>, at: At) -> Eval<'a> {
        let base = self.eval(base)?;
        let index = match index {
            Some(index) => self.eval(index)?,
            None => return self.throw_error("Error", "Cannot use [] for reading", Some(self.span(at))),
        };
        self.index_value(&base, &index, at)
    }

    /// `base[index]`
    pub(super) fn index_value(&mut self, base: &Value<'a>, index: &Value<'a>, at: At) -> Eval<'a> {
        Ok(match base {
            Value::Array(array) => match self.to_key(index) {
                Ok(key) => match array.entries.get(&key) {
                    Some(entry) => self.deref(entry.value.clone()),
                    None => Value::Null,
                },
                Err(unknown) => {
                    let expr = format!("{}[{}]", self.spell(base), unknown.expr);
                    self.derived(expr, &unknown)
                }
            },
            Value::Str(text) => match self.to_int(index) {
                Some(n) => {
                    let len = text.len() as i64;
                    let from = if n < 0 { n + len } else { n };
                    let one = usize::try_from(from).ok().and_then(|from| text.as_bytes().get(from..=from));
                    one.map_or(Value::str(""), |byte| Value::text(String::from_utf8_lossy(byte).into_owned()))
                }
                None => Value::unknown(format!("{}[{}]", self.spell(base), self.spell(index)), Some(self.span(at)), "depends on the site"),
            },
            Value::Unknown(unknown) => self.unknown_index(&unknown.clone(), index),
            Value::Object(id) => {
                let args = vec![index.clone()];
                match self.try_method(*id, "offsetGet", args, at)? {
                    Some(value) => value,
                    None => Value::Null,
                }
            }
            Value::Ref(cell) => {
                let inner = self.cell(cell).clone();
                self.index_value(&inner, index, at)?
            }
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Closure(_) => Value::Null,
        })
    }

    pub(super) fn prop(&mut self, base: &'a Expr<'a>, name: MemberName<'a>, nullsafe: bool, at: At) -> Eval<'a> {
        let base = self.eval(base)?;
        if nullsafe && matches!(base, Value::Null) {
            return Ok(Value::Null);
        }
        let name = match name {
            MemberName::Name(name) => std::borrow::Cow::Borrowed(name),
            MemberName::Expr(expr) => {
                let value = self.eval(expr)?;
                match self.to_text(&value)? {
                    Ok(name) => std::borrow::Cow::Owned(name.to_string()),
                    Err(unknown) => {
                        let expr = format!("{}->{{{}}}", self.operand(&base), unknown.expr);
                        return Ok(self.derived(expr, &unknown));
                    }
                }
            }
        };
        self.prop_value(&base, &name, at)
    }

    /// `base->name`
    pub(super) fn prop_value(&mut self, base: &Value<'a>, name: &str, at: At) -> Eval<'a> {
        Ok(match base {
            Value::Object(id) => {
                if let Some(value) = self.heap_object(*id).props.get(name) {
                    return Ok(self.deref(value.clone()));
                }
                match self.try_method(*id, "__get", vec![Value::str(name)], at)? {
                    Some(value) => value,
                    None => Value::Null,
                }
            }
            Value::Unknown(unknown) => self.unknown_prop(&unknown.clone(), name),
            Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Str(_)
            | Value::Array(_)
            | Value::Closure(_)
            | Value::Ref(_) => Value::Null,
        })
    }

    pub(super) fn read_static_prop(&mut self, class: ClassRef<'a>, name: MemberName<'a>, at: At) -> Eval<'a> {
        let span = self.span(at);
        let name = match self.member_name(name)? {
            Ok(name) => name,
            Err(unknown) => return Ok(Value::Unknown(unknown)),
        };
        match self.class_ref(class)? {
            Ok(id) => match self.static_prop(id, &name)? {
                Some(cell) => Ok(self.cell(&cell).clone()),
                None => {
                    let info = self.class(id);
                    let class = &info.name;
                    if info.incomplete {
                        let why = format!("an ancestor of {class} is not in this tree");
                        return Ok(self.unknown(format!("\\{class}::${name}"), Some(span), &why));
                    }
                    self.throw_error("Error", &format!("Access to undeclared static property {class}::${name}"), Some(span))
                }
            },
            Err(class) => self.absent(Absent::Class, &class, format!("\\{class}::${name}"), Some(span)),
        }
    }

    pub(super) fn read_class_const(&mut self, class: ClassRef<'a>, name: MemberName<'a>, at: At) -> Eval<'a> {
        let span = self.span(at);
        let name = match name {
            MemberName::Name(name) => name,
            MemberName::Expr(_) => match self.member_name(name)? {
                Ok(name) => self.intern(&name),
                Err(unknown) => return Ok(Value::Unknown(unknown)),
            },
        };
        if name.eq_ignore_ascii_case("class") {
            return self.class_name(class);
        }
        match self.class_ref(class)? {
            Ok(id) => self.class_const(id, name, Some(span)),
            Err(class) => self.absent(Absent::Class, &class, format!("\\{class}::{name}"), Some(span)),
        }
    }

    fn class_name(&mut self, class: ClassRef<'a>) -> Eval<'a> {
        if let ClassRef::Name(name) = class {
            return Ok(Value::text(resolve_class(name, self.frame.scope)));
        }
        Ok(Value::text(match self.class_ref(class)? {
            Ok(id) => self.class(id).name.clone(),
            Err(name) => name,
        }))
    }

    pub(super) fn instance_of(&mut self, operand: &'a Expr<'a>, class: ClassRef<'a>) -> Eval<'a> {
        let value = self.eval(operand)?;
        let spelled: Rc<str> = match class {
            ClassRef::Name(name) => Rc::from(resolve_class(name, self.frame.scope)),
            ClassRef::Expr(expr) => match self.eval(expr)? {
                Value::Str(name) => Rc::from(&name),
                Value::Object(id) => self.heap_object(id).class.clone(),
                other => Rc::from(self.spell(&other)),
            },
            ClassRef::SelfClass | ClassRef::Static | ClassRef::Parent => match self.class_ref(class)? {
                Ok(id) => self.class(id).name.clone(),
                Err(name) => name,
            },
        };
        match &value {
            Value::Unknown(unknown) => {
                let expr = format!("{} instanceof \\{}", atom(&unknown.expr), spelled.trim_start_matches('\\'));
                Ok(self.derived(expr, &unknown.clone()))
            }
            _ => self.is_a(&value, &spelled),
        }
    }

    /// Whether a value is an object of a class.
    pub(super) fn is_a(&mut self, value: &Value<'a>, class: &str) -> Eval<'a> {
        let class = class.trim_start_matches('\\');
        Ok(match value {
            Value::Object(id) => {
                let own = self.heap_object(*id).class.clone();
                self.name_is_a(&own, class)?
            }
            Value::Closure(_) => Value::Bool(class.eq_ignore_ascii_case("closure")),
            _ => Value::Bool(false),
        })
    }

    /// Whether a class is another one, extends or implements it.
    pub(super) fn name_is_a(&mut self, own: &str, of: &str) -> Eval<'a> {
        let of = of.trim_start_matches('\\');
        let Some(id) = self.find_class(own)? else {
            return Ok(Value::Bool(lower(own) == lower(of)));
        };
        let info = self.class(id);
        if info.ancestors.contains(&*lower(of)) {
            return Ok(Value::Bool(true));
        }
        // The name may be an alias.
        if let Some(other) = self.find_class(of)?
            && self.extends(id, other)
        {
            return Ok(Value::Bool(true));
        }
        if info.incomplete {
            let expr = format!("is_a('{}', '{of}', true)", info.name);
            return Ok(self.unknown(expr, None, &format!("an ancestor of {} is not in this tree", info.name)));
        }
        Ok(Value::Bool(false))
    }
}
