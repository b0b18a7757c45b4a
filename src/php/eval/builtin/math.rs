//! Functions on numbers.

use std::cmp::Ordering;

use super::super::convert::{Num, leading_number};
use super::super::{Eval, Interp};
use super::{Builtin, Call, pure};
use crate::php::ast::{At, BinaryOp};
use crate::php::value::Value;

pub(super) const TABLE: &[Builtin] = &[
    pure("max", 1, |i, c| extreme(i, c, Ordering::Greater)),
    pure("min", 1, |i, c| extreme(i, c, Ordering::Less)),
    pure("abs", 1, abs),
    pure("floor", 1, |i, c| rounded(i, c, f64::floor)),
    pure("ceil", 1, |i, c| rounded(i, c, f64::ceil)),
    pure("round", 1, round),
    pure("sqrt", 1, |i, c| rounded(i, c, f64::sqrt)),
    pure("exp", 1, |i, c| rounded(i, c, f64::exp)),
    pure("log10", 1, |i, c| rounded(i, c, f64::log10)),
    pure("log", 1, |i, c| rounded(i, c, f64::ln)),
    pure("pi", 0, |_, _| Ok(Value::Float(std::f64::consts::PI))),
    pure("pow", 2, |i, c| operator(i, c, BinaryOp::Pow)),
    pure("intdiv", 2, intdiv),
    pure("fmod", 2, fmod),
    pure("fdiv", 2, fdiv),
    pure("is_nan", 1, |i, c| Ok(Value::Bool(float(i, c, 0).is_nan()))),
    pure("is_finite", 1, |i, c| Ok(Value::Bool(float(i, c, 0).is_finite()))),
    pure("is_infinite", 1, |i, c| Ok(Value::Bool(float(i, c, 0).is_infinite()))),
    pure("dechex", 1, |i, c| Ok(Value::text(format!("{:x}", c.int(i, 0, 0))))),
    pure("decbin", 1, |i, c| Ok(Value::text(format!("{:b}", c.int(i, 0, 0))))),
    pure("decoct", 1, |i, c| Ok(Value::text(format!("{:o}", c.int(i, 0, 0))))),
    pure("hexdec", 1, |i, c| from_base(i, c, 16)),
    pure("bindec", 1, |i, c| from_base(i, c, 2)),
    pure("octdec", 1, |i, c| from_base(i, c, 8)),
];

fn float<'a>(interp: &Interp<'a, '_>, call: &Call<'a>, index: usize) -> f64 {
    interp.to_float(&call.arg(interp, index)).unwrap_or(0.0)
}

fn number<'a>(interp: &Interp<'a, '_>, call: &Call<'a>, index: usize) -> Num {
    match call.arg(interp, index) {
        Value::Float(f) => Num::Float(f),
        Value::Str(s) => leading_number(&s, 8).map_or(Num::Int(0), |(n, _)| n),
        other => Num::Int(interp.to_int(&other).unwrap_or(0)),
    }
}

fn extreme<'a>(interp: &mut Interp<'a, '_>, call: &Call<'a>, wanted: Ordering) -> Eval<'a> {
    let values: Vec<Value<'a>> = match (call.args.len(), call.array(interp, 0)) {
        (1, Some(array)) => array.entries.values().map(|entry| interp.deref(entry.value.clone())).collect(),
        (1, None) => return call.wrong_type(interp, 0, "array"),
        (count, _) => (0..count).map(|index| call.arg(interp, index)).collect(),
    };
    interp.spend(values.len() as u32, None)?;
    let mut values = values.into_iter();
    let Some(mut best) = values.next() else {
        let message = format!("{}(): Argument #1 ($value) must contain at least one element", call.name);
        return interp.throw_error("ValueError", &message, Some(call.at));
    };
    for value in values {
        match interp.compare(&value, &best) {
            Some(Some(order)) if order == wanted => best = value,
            Some(_) => {}
            None => return Ok(call.unknown(interp, None)),
        }
    }
    Ok(best)
}

fn abs<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    Ok(match number(interp, call, 0) {
        Num::Int(n) => n.checked_abs().map_or(Value::Float((n as f64).abs()), Value::Int),
        Num::Float(f) => Value::Float(f.abs()),
    })
}

#[allow(clippy::unnecessary_wraps, reason = "one of several of this shape")]
fn rounded<'a>(interp: &Interp<'a, '_>, call: &Call<'a>, run: fn(f64) -> f64) -> Eval<'a> {
    Ok(Value::Float(run(float(interp, call, 0))))
}

fn round<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let value = number(interp, call, 0).float();
    let places = call.int(interp, 1, 0).clamp(-300, 300) as i32;
    if !value.is_finite() {
        return Ok(Value::Float(value));
    }
    let scale = 10_f64.powi(places.abs());
    let scaled = if places >= 0 { value * scale } else { value / scale };
    if !scaled.is_finite() || scaled.abs() > 1e15 {
        return Ok(Value::Float(value));
    }
    // Before rounding PHP takes away what binary fractions add, such as in 1.005 * 100.
    let near = format!("{scaled:.15e}").parse::<f64>().unwrap_or(scaled);
    let corrected = if (near - scaled).abs() < 1e-9 { format!("{scaled:.14e}").parse::<f64>().unwrap_or(scaled) } else { scaled };
    let whole = corrected.round();
    Ok(Value::Float(if places >= 0 { whole / scale } else { whole * scale }))
}

fn operator<'a>(interp: &mut Interp<'a, '_>, call: &Call<'a>, op: BinaryOp) -> Eval<'a> {
    let (a, b) = (call.arg(interp, 0), call.arg(interp, 1));
    interp.apply(op, &a, &b, At { start: call.at.start, end: call.at.end })
}

fn intdiv<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let (a, b) = (call.int(interp, 0, 0), call.int(interp, 1, 0));
    match (b, a.checked_div(b)) {
        (0, _) => interp.throw_error("DivisionByZeroError", "Division by zero", Some(call.at)),
        (_, Some(n)) => Ok(Value::Int(n)),
        (_, None) => interp.throw_error("ArithmeticError", "Division of PHP_INT_MIN by -1 is not an integer", Some(call.at)),
    }
}

fn fmod<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    Ok(Value::Float(float(interp, call, 0) % float(interp, call, 1)))
}

fn fdiv<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    Ok(Value::Float(float(interp, call, 0) / float(interp, call, 1)))
}

fn from_base<'a>(interp: &mut Interp<'a, '_>, call: &Call<'a>, base: u32) -> Eval<'a> {
    let text = call.text(interp, 0)?;
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(base)).collect();
    let whole = digits.iter().try_fold(0_i64, |total, digit| total.checked_mul(i64::from(base))?.checked_add(i64::from(*digit)));
    Ok(match whole {
        Some(n) => Value::Int(n),
        None => Value::Float(digits.iter().fold(0.0, |total, digit| total * f64::from(base) + f64::from(*digit))),
    })
}
