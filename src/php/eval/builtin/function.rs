//! Functions on functions, and on the variables of whoever calls.

use std::rc::Rc;

use super::super::names::lower;
use super::super::{Eval, Interp};
use super::{Builtin, Call, lenient, pure};
use crate::php::value::{Array, Key, Value};

pub(super) const TABLE: &[Builtin] = &[
    lenient("call_user_func", 1, call_user_func),
    lenient("call_user_func_array", 2, call_user_func_array),
    lenient("func_get_args", 0, func_get_args),
    lenient("func_num_args", 0, func_num_args),
    lenient("func_get_arg", 1, func_get_arg),
    lenient("compact", 0, compact),
    pure("extract", 1, extract),
    lenient("is_callable", 1, is_callable),
];

fn call_user_func<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let callee = call.arg(interp, 0);
    let args: Vec<Value<'a>> = call.args.drain(..).skip(1).collect();
    interp.call_value(&callee, args.into(), call.at)
}

fn call_user_func_array<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let callee = call.arg(interp, 0);
    let Some(array) = call.array(interp, 1) else { return call.wrong_type(interp, 1, "array") };
    let args: Vec<Value<'a>> = array.entries.values().map(|entry| entry.value.clone()).collect();
    interp.call_value(&callee, args.into(), call.at)
}

fn given<'a>(interp: &mut Interp<'a, '_>) -> Vec<Value<'a>> {
    let Some(function) = interp.frame.function else { return Vec::new() };
    if interp.frame.args.len() > function.params.len() {
        return interp.frame.args.clone();
    }
    let count = interp.frame.given;
    function.params.iter().take(count).map(|param| interp.var(param.name).unwrap_or_default()).collect()
}

fn func_get_args<'a>(interp: &mut Interp<'a, '_>, _: &mut Call<'a>) -> Eval<'a> {
    Ok(Value::Array(Rc::new(given(interp).into_iter().collect())))
}

fn func_num_args<'a>(interp: &mut Interp<'a, '_>, _: &mut Call<'a>) -> Eval<'a> {
    Ok(Value::Int(interp.frame.given as i64))
}

fn func_get_arg<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let index = usize::try_from(call.int(interp, 0, 0)).unwrap_or(usize::MAX);
    Ok(given(interp).get(index).cloned().unwrap_or(Value::Bool(false)))
}

fn compact<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let mut out = Array::default();
    let mut queue: Vec<Value<'a>> = call.args.iter().rev().cloned().collect();
    while let Some(name) = queue.pop() {
        interp.spend(1, None)?;
        match interp.deref(name) {
            Value::Str(name) => {
                let name = interp.intern(&name);
                if interp.has_var(name) {
                    let value = interp.var(name)?;
                    out.set(Key::Str(name.into()), value, Some(call.at));
                }
            }
            Value::Array(names) => queue.extend(names.entries.values().rev().map(|entry| entry.value.clone())),
            _ => {}
        }
    }
    Ok(Value::Array(Rc::new(out)))
}

fn extract<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let Some(array) = call.array(interp, 0) else { return call.wrong_type(interp, 0, "array") };
    let keep = call.int(interp, 1, 0) == 1;
    let mut count = 0;
    for (key, entry) in &array.entries {
        if let Key::Str(name) = key {
            let name = interp.intern(name);
            if name == "this" || (keep && interp.has_var(name)) {
                continue;
            }
            let value = interp.deref(entry.value.clone());
            interp.set_var(name, value);
            count += 1;
        }
    }
    Ok(Value::Int(count))
}

fn is_callable<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let value = call.arg(interp, 0);
    Ok(Value::Bool(match &value {
        Value::Closure(_) => true,
        Value::Str(name) => match name.split_once("::") {
            Some((class, method)) => match interp.find_class(class)? {
                Some(id) => interp.find_method(id, method).is_some(),
                None => false,
            },
            None => {
                let known = interp.builtins.contains_key(&*lower(name));
                known || interp.find_function(name)?.is_some()
            }
        },
        Value::Array(pair) => match (pair.entries.get_index(0), pair.entries.get_index(1)) {
            (Some((_, holder)), Some((_, method))) => {
                let class = match &holder.value {
                    Value::Object(id) => Some(interp.heap_object(*id).class.clone().into()),
                    Value::Str(class) => Some(class.clone()),
                    _ => None,
                };
                match (class, &method.value) {
                    (Some(class), Value::Str(method)) => match interp.find_class(&class)? {
                        Some(id) => interp.find_method(id, method).is_some(),
                        None => false,
                    },
                    _ => false,
                }
            }
            _ => false,
        },
        Value::Object(id) => interp.method_of(*id, "__invoke").is_some(),
        Value::Unknown(unknown) => return Ok(call.unknown(interp, Some(&unknown.clone()))),
        _ => false,
    }))
}
