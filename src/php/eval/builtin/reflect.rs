//! What the classes of reflection in the prelude cannot find out in PHP itself.

use std::rc::Rc;

use super::super::{Eval, Interp};
use super::{Builtin, Call, lenient, pure};
use crate::php::ast::{Member, Modifiers, Visibility};
use crate::php::value::{Array, ClassId, Value};

/// The backslash in front makes a name that no file can declare.
pub(super) const TABLE: &[Builtin] = &[pure("mwsc\\properties", 1, properties), lenient("mwsc\\unmodelled", 2, unmodelled)];

/// A method of reflection that is not in the prelude.
fn unmodelled<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let (class, method) = (call.text(interp, 0)?, call.text(interp, 1)?);
    let at = call.at;
    Ok(interp.unknown(format!("(new {class}(...))->{method}(...)"), Some(at), "is a part of reflection that is not modelled"))
}

/// The properties of a class, its own before inherited ones: name, declaring class, flags as in `ReflectionProperty`, doc comment or false.
fn properties<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let name = call.text(interp, 0)?;
    let mut out: Array<'a> = Array::default();
    let mut seen: Vec<&'a str> = Vec::new();
    let mut at: Option<ClassId> = interp.find_class(&name)?;
    let mut own = true;
    while let Some(id) = at {
        let info = interp.class(id);
        for member in info.decl.members {
            let Member::Property { modifiers, name, doc, .. } = member else { continue };
            if seen.contains(name) || (!own && modifiers.visibility == Visibility::Private) {
                continue;
            }
            seen.push(name);
            let mut property: Array<'a> = Array::default();
            property.push(Value::str(name), None);
            property.push(Value::text(info.name.clone()), None);
            property.push(Value::Int(flags(*modifiers)), None);
            property.push(doc.map_or(Value::Bool(false), Value::str), None);
            out.push(Value::Array(Rc::new(property)), None);
        }
        own = false;
        at = info.parent;
    }
    Ok(Value::Array(Rc::new(out)))
}

fn flags(modifiers: Modifiers) -> i64 {
    let visibility = match modifiers.visibility {
        Visibility::Public => 1,
        Visibility::Protected => 2,
        Visibility::Private => 4,
    };
    visibility | i64::from(modifiers.is_static) << 4 | i64::from(modifiers.is_readonly) << 7
}
