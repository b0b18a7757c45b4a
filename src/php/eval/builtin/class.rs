//! Functions on types, classes, objects and constants.

use std::rc::Rc;

use super::super::convert::{Truth, numeric};
use super::super::load::Constant;
use super::super::names::lower;
use super::super::{Eval, Interp};
use super::{Builtin, Call, lenient, pure};
use crate::php::ast::Member;
use crate::php::text::Text;
use crate::php::value::{Array, Key, Value};

pub(super) const TABLE: &[Builtin] = &[
    pure("is_array", 1, |i, c| kind(i, c, |value| matches!(value, Value::Array(_)))),
    pure("is_string", 1, |i, c| kind(i, c, |value| matches!(value, Value::Str(_)))),
    pure("is_int", 1, |i, c| kind(i, c, |value| matches!(value, Value::Int(_)))),
    pure("is_integer", 1, |i, c| kind(i, c, |value| matches!(value, Value::Int(_)))),
    pure("is_long", 1, |i, c| kind(i, c, |value| matches!(value, Value::Int(_)))),
    pure("is_float", 1, |i, c| kind(i, c, |value| matches!(value, Value::Float(_)))),
    pure("is_double", 1, |i, c| kind(i, c, |value| matches!(value, Value::Float(_)))),
    pure("is_bool", 1, |i, c| kind(i, c, |value| matches!(value, Value::Bool(_)))),
    pure("is_null", 1, |i, c| kind(i, c, |value| matches!(value, Value::Null))),
    pure("is_object", 1, |i, c| kind(i, c, |value| matches!(value, Value::Object(_) | Value::Closure(_)))),
    pure("is_iterable", 1, |i, c| kind(i, c, |value| matches!(value, Value::Array(_)))),
    pure("is_countable", 1, |i, c| kind(i, c, |value| matches!(value, Value::Array(_)))),
    pure("is_resource", 1, |i, c| kind(i, c, |_| false)),
    pure("is_scalar", 1, |i, c| kind(i, c, |value| matches!(value, Value::Int(_) | Value::Float(_) | Value::Str(_) | Value::Bool(_)))),
    pure("is_numeric", 1, is_numeric),
    pure("intval", 1, intval),
    pure("floatval", 1, |i, c| Ok(i.to_float(&c.arg(i, 0)).map_or(Value::Null, Value::Float))),
    pure("doubleval", 1, |i, c| Ok(i.to_float(&c.arg(i, 0)).map_or(Value::Null, Value::Float))),
    pure("strval", 1, |i, c| c.text(i, 0).map(Value::Str)),
    pure("boolval", 1, boolval),
    pure("gettype", 1, gettype),
    pure("get_debug_type", 1, get_debug_type),
    lenient("define", 2, define),
    pure("defined", 1, defined),
    pure("constant", 1, constant),
    pure("class_exists", 1, class_exists),
    pure("interface_exists", 1, class_exists),
    pure("trait_exists", 1, class_exists),
    pure("enum_exists", 1, class_exists),
    pure("method_exists", 2, method_exists),
    pure("property_exists", 2, property_exists),
    pure("function_exists", 1, function_exists),
    pure("is_a", 2, is_a),
    pure("is_subclass_of", 2, is_subclass_of),
    lenient("get_class", 0, get_class),
    lenient("get_called_class", 0, get_called_class),
    lenient("get_parent_class", 0, get_parent_class),
    pure("get_object_vars", 1, get_object_vars),
    pure("get_class_methods", 1, get_class_methods),
    pure("get_class_vars", 1, get_class_vars),
    pure("class_implements", 1, class_implements),
    lenient("class_alias", 2, class_alias),
    pure("spl_object_id", 1, spl_object_id),
];

#[allow(clippy::unnecessary_wraps, reason = "one of several of this shape")]
fn kind<'a>(interp: &Interp<'a, '_>, call: &Call<'a>, test: fn(&Value<'_>) -> bool) -> Eval<'a> {
    Ok(Value::Bool(test(&call.arg(interp, 0))))
}

fn is_numeric<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    Ok(Value::Bool(match call.arg(interp, 0) {
        Value::Int(_) | Value::Float(_) => true,
        Value::Str(s) => numeric(&s, interp.php).is_some(),
        _ => false,
    }))
}

fn intval<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let value = call.arg(interp, 0);
    let base = call.int(interp, 1, 10);
    if let (Value::Str(text), true) = (&value, base != 10) {
        let text = text.trim();
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let folded = digits.to_ascii_lowercase();
        let (base, digits) = match (base, folded.as_str()) {
            (0 | 16, digits) if digits.starts_with("0x") => (16, digits.get(2..).unwrap_or_default()),
            (0 | 2, digits) if digits.starts_with("0b") => (2, digits.get(2..).unwrap_or_default()),
            (0, digits) if digits.starts_with('0') && digits.len() > 1 => (8, digits.get(1..).unwrap_or_default()),
            (0, digits) => (10, digits),
            (base, digits) => (u32::try_from(base).unwrap_or(10).clamp(2, 36), digits),
        };
        let valid: String = digits.chars().take_while(|c| c.is_digit(base)).collect();
        let number = i64::from_str_radix(&valid, base).unwrap_or(if valid.is_empty() { 0 } else { i64::MAX });
        return Ok(Value::Int(if negative { -number } else { number }));
    }
    Ok(interp.to_int(&value).map_or(Value::Null, Value::Int))
}

fn boolval<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    Ok(match interp.truth(&call.arg(interp, 0)) {
        Truth::Known(b) => Value::Bool(b),
        Truth::Maybe(unknown) => Value::Unknown(unknown),
    })
}

fn gettype<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    Ok(Value::str(match call.arg(interp, 0) {
        Value::Null => "NULL",
        Value::Bool(_) => "boolean",
        Value::Int(_) => "integer",
        Value::Float(_) => "double",
        Value::Str(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) | Value::Closure(_) | Value::Unknown(_) | Value::Ref(_) => "object",
    }))
}

fn get_debug_type<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    Ok(match call.arg(interp, 0) {
        Value::Object(id) => Value::text(interp.heap_object(id).class.clone()),
        other => Value::str(super::type_name(&other)),
    })
}

fn define<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let value = call.arg(interp, 1);
    let name = call.arg(interp, 0);
    let Value::Str(name) = name else { return Ok(Value::Bool(false)) };
    Ok(Value::Bool(interp.define(&name, Constant::Value(value))))
}

fn defined<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let name = call.text(interp, 0)?;
    if let Some((class, konst)) = name.split_once("::") {
        return Ok(Value::Bool(match interp.find_class(class)? {
            Some(id) => interp.class_const(id, konst, Some(call.at)).is_ok(),
            None => false,
        }));
    }
    let known = interp.present_constant(name.trim_start_matches('\\'), Some(call.at))?.is_some();
    if !known {
        interp.look_at_fickle();
    }
    Ok(Value::Bool(known))
}

fn constant<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let name = call.text(interp, 0)?;
    if let Some((class, konst)) = name.split_once("::") {
        let id = match class {
            "self" => interp.frame.class,
            "static" => interp.frame.called,
            _ => interp.find_class(class)?,
        };
        return match id {
            Some(id) => interp.class_const(id, konst, Some(call.at)),
            None => Ok(call.unknown(interp, None)),
        };
    }
    Ok(match interp.constant(&name, Some(call.at))? {
        Some(value) => value,
        None => call.unknown(interp, None),
    })
}

fn class_exists<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let name = call.text(interp, 0)?;
    if call.has(1) && !call.flag(interp, 1) {
        interp.look_at_fickle();
        let key: Rc<str> = Rc::from(&*lower(name.trim_start_matches('\\')));
        return Ok(Value::Bool(interp.declared_class(&key)?.is_some()));
    }
    Ok(Value::Bool(interp.find_class(&name)?.is_some()))
}

/// The class that an argument names, or whose object it is.
fn class_of<'a>(interp: &mut Interp<'a, '_>, call: &Call<'a>, index: usize) -> Option<Text<'a>> {
    match call.arg(interp, index) {
        Value::Object(id) => Some(interp.heap_object(id).class.clone().into()),
        Value::Str(name) => Some(name),
        Value::Closure(_) => Some(Text::Source("Closure")),
        _ => None,
    }
}

fn method_exists<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let Some(class) = class_of(interp, call, 0) else { return Ok(Value::Bool(false)) };
    let method = call.text(interp, 1)?;
    let Some(id) = interp.find_class(&class)? else { return Ok(Value::Bool(false)) };
    let found = interp.find_method(id, &method).is_some();
    if !found && interp.class(id).incomplete {
        return Ok(call.unknown(interp, None));
    }
    Ok(Value::Bool(found))
}

fn property_exists<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let name = call.text(interp, 1)?;
    if let Value::Object(id) = call.arg(interp, 0)
        && interp.heap_object(id).props.contains_key(&name)
    {
        return Ok(Value::Bool(true));
    }
    let Some(class) = class_of(interp, call, 0) else { return Ok(Value::Bool(false)) };
    let mut at = interp.find_class(&class)?;
    while let Some(id) = at {
        let info = interp.class(id);
        if info.props.iter().any(|prop| *prop.name == *name) {
            return Ok(Value::Bool(true));
        }
        at = info.parent;
    }
    Ok(Value::Bool(false))
}

fn function_exists<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let name = call.text(interp, 0)?;
    let name = name.trim_start_matches('\\');
    if interp.builtins.contains_key(&*lower(name)) {
        return Ok(Value::Bool(true));
    }
    Ok(Value::Bool(interp.find_function(name)?.is_some()))
}

fn is_a<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let of = call.text(interp, 1)?;
    match call.arg(interp, 0) {
        Value::Str(name) if call.flag(interp, 2) => interp.name_is_a(&name, &of),
        other => interp.is_a(&other, &of),
    }
}

fn is_subclass_of<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let of = call.text(interp, 1)?;
    let Some(class) = class_of(interp, call, 0) else { return Ok(Value::Bool(false)) };
    if lower(class.trim_start_matches('\\')) == lower(of.trim_start_matches('\\')) {
        return Ok(Value::Bool(false));
    }
    interp.name_is_a(&class, &of)
}

fn get_class<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    if !call.has(0) {
        return Ok(interp.frame.class.map_or(Value::Bool(false), |id| Value::text(interp.class(id).name.clone())));
    }
    match call.arg(interp, 0) {
        Value::Object(id) => Ok(Value::text(interp.heap_object(id).class.clone())),
        Value::Closure(_) => Ok(Value::str("Closure")),
        Value::Unknown(unknown) => Ok(call.unknown(interp, Some(&unknown))),
        _ => call.wrong_type(interp, 0, "object"),
    }
}

fn get_called_class<'a>(interp: &mut Interp<'a, '_>, _: &mut Call<'a>) -> Eval<'a> {
    let class = interp.frame.called.or(interp.frame.class);
    Ok(class.map_or(Value::Bool(false), |id| Value::text(interp.class(id).name.clone())))
}

fn get_parent_class<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let id = if call.has(0) {
        match class_of(interp, call, 0) {
            Some(class) => interp.find_class(&class)?,
            None => return Ok(call.unknown(interp, None)),
        }
    } else {
        interp.frame.class
    };
    let parent = id.and_then(|id| interp.class(id).parent);
    Ok(parent.map_or(Value::Bool(false), |id| Value::text(interp.class(id).name.clone())))
}

fn get_object_vars<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let value = call.arg(interp, 0);
    if !matches!(value, Value::Object(_)) {
        return call.wrong_type(interp, 0, "object");
    }
    let Value::Array(mut vars) = interp.to_array(&value) else { return Ok(Value::default()) };
    if let Value::Object(id) = value
        && let Some(class) = interp.heap_object(id).class_id
    {
        let hidden = interp.hidden_props(class);
        Rc::make_mut(&mut vars).entries.retain(|key, _| !matches!(key, Key::Str(name) if hidden.iter().any(|hidden| **name == **hidden)));
    }
    Ok(Value::Array(vars))
}

fn get_class_methods<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let Some(class) = class_of(interp, call, 0) else { return call.wrong_type(interp, 0, "object|string") };
    let mut at = interp.find_class(&class)?;
    let mut out: Array<'a> = Array::default();
    let mut seen: Vec<String> = Vec::new();
    while let Some(id) = at {
        let info = interp.class(id);
        for member in info.decl.members {
            if let Member::Method { function, .. } = member
                && !seen.iter().any(|name| name.eq_ignore_ascii_case(function.name))
            {
                seen.push(function.name.to_owned());
                out.push(Value::str(function.name), None);
            }
        }
        at = info.parent;
    }
    Ok(Value::Array(Rc::new(out)))
}

fn get_class_vars<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let name = call.text(interp, 0)?;
    let Some(id) = interp.find_class(&name)? else { return Ok(Value::Bool(false)) };
    let mut out = Array::default();
    let hidden = interp.hidden_props(id);
    for (name, value) in interp.template(id)?.into_iter().filter(|(name, _)| !hidden.iter().any(|hidden| **name == **hidden)) {
        out.set(Key::Str(name), value, None);
    }
    Ok(Value::Array(Rc::new(out)))
}

fn class_implements<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let Some(class) = class_of(interp, call, 0) else { return Ok(Value::Bool(false)) };
    let Some(id) = interp.find_class(&class)? else { return Ok(Value::Bool(false)) };
    let mut out = Array::default();
    let mut queue = vec![id];
    while let Some(id) = queue.pop() {
        let info = interp.class(id);
        for interface in &info.interfaces {
            let name = interp.class(*interface).name.clone();
            out.set(Key::Str(name.clone().into()), Value::text(name), None);
            queue.push(*interface);
        }
        queue.extend(info.parent);
    }
    Ok(Value::Array(Rc::new(out)))
}

fn class_alias<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let (class, alias) = (call.text(interp, 0)?, call.text(interp, 1)?);
    interp.add_alias(&class, &alias);
    Ok(Value::Bool(true))
}

fn spl_object_id<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    match call.arg(interp, 0) {
        Value::Object(id) => {
            interp.look_at_fickle();
            Ok(Value::Int(i64::from(id.0)))
        }
        _ => call.wrong_type(interp, 0, "object"),
    }
}
