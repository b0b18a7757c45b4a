//! Functions that make texts by a format.

use super::super::convert::float_exact;
use super::super::{Eval, Interp, MAX_TEXT, Raise};
use super::{Builtin, Call, pure};
use crate::php::text::Text;
use crate::php::value::Value;

pub(super) const TABLE: &[Builtin] = &[pure("sprintf", 1, sprintf), pure("vsprintf", 2, vsprintf), pure("number_format", 1, number_format)];

fn sprintf<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let args: Vec<Value<'a>> = (1..call.args.len()).map(|index| call.arg(interp, index)).collect();
    format_with(interp, call, &args)
}

fn vsprintf<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let Some(array) = call.array(interp, 1) else { return call.wrong_type(interp, 1, "array") };
    let args: Vec<Value<'a>> = array.entries.values().map(|entry| interp.deref(entry.value.clone())).collect();
    format_with(interp, call, &args)
}

/// One `%...` of a format.
struct Spec {
    left: bool,
    plus: bool,
    fill: char,
    width: usize,
    precision: Option<usize>,
}

fn format_with<'a>(interp: &mut Interp<'a, '_>, call: &Call<'a>, args: &[Value<'a>]) -> Eval<'a> {
    let format = call.text(interp, 0)?;
    let mut out = String::new();
    let mut chars = format.chars().peekable();
    let mut next = 0;
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        if chars.peek() == Some(&'%') {
            chars.next();
            out.push('%');
            continue;
        }
        let mut spec = Spec { left: false, plus: false, fill: ' ', width: 0, precision: None };
        let number = |chars: &mut std::iter::Peekable<std::str::Chars<'_>>| {
            let mut n = 0_usize;
            while let Some(digit) = chars.peek().and_then(|c| c.to_digit(10)) {
                n = n.saturating_mul(10).saturating_add(digit as usize);
                chars.next();
            }
            n
        };
        let mut position = None;
        // A number right after the sign is a position when `$` follows, else a width.
        if chars.peek().is_some_and(|c| ('1'..='9').contains(c)) {
            let n = number(&mut chars);
            if chars.peek() == Some(&'$') {
                chars.next();
                position = Some(n.saturating_sub(1));
            } else {
                spec.width = n;
            }
        }
        if spec.width == 0 {
            loop {
                match chars.peek() {
                    Some('-') => spec.left = true,
                    Some('+') => spec.plus = true,
                    Some('0') => spec.fill = '0',
                    Some(' ') => spec.fill = ' ',
                    Some('\'') => {
                        chars.next();
                        spec.fill = chars.peek().copied().unwrap_or(' ');
                    }
                    _ => break,
                }
                chars.next();
            }
            spec.width = number(&mut chars);
        }
        if chars.peek() == Some(&'.') {
            chars.next();
            spec.precision = Some(number(&mut chars).min(500));
        }
        let Some(kind) = chars.next() else { break };
        let index = position.unwrap_or_else(|| {
            next += 1;
            next - 1
        });
        let Some(value) = args.get(index) else {
            let message = format!("{} arguments are required, {} given", index + 2, args.len() + 1);
            return interp.throw_error("ArgumentCountError", &message, Some(call.at));
        };
        if let Value::Unknown(unknown) = value {
            return Ok(call.unknown(interp, Some(&unknown.clone())));
        }
        let text = one(interp, kind, &spec, value)?;
        interp.spend((spec.width / 64) as u32, None)?;
        if spec.width > MAX_TEXT || out.len() > MAX_TEXT {
            return Err(Raise::limit("a text grows too long".into(), Some(call.at)));
        }
        pad(&mut out, &text, &spec, kind);
    }
    Ok(Value::text(out))
}

fn one<'a>(interp: &mut Interp<'a, '_>, kind: char, spec: &Spec, value: &Value<'a>) -> Eval<'a, String> {
    let int = interp.to_int(value).unwrap_or(0);
    let float = interp.to_float(value).unwrap_or(0.0);
    let signed = |text: String, negative: bool| if spec.plus && !negative { format!("+{text}") } else { text };
    Ok(match kind {
        's' => {
            let text = interp.to_text(value)?.unwrap_or_else(|_| Text::default());
            match spec.precision {
                Some(count) => String::from_utf8_lossy(text.as_bytes().get(..count.min(text.len())).unwrap_or_default()).into_owned(),
                None => text.to_string(),
            }
        }
        'd' | 'i' => signed(int.to_string(), int < 0),
        'u' => int.cast_unsigned().to_string(),
        'x' => format!("{int:x}"),
        'X' => format!("{int:X}"),
        'o' => format!("{int:o}"),
        'b' => format!("{int:b}"),
        'c' => char::from(u8::try_from(int & 0xff).unwrap_or_default()).to_string(),
        'f' | 'F' => signed(format!("{float:.*}", spec.precision.unwrap_or(6)), float < 0.0),
        'e' | 'E' => {
            let text = format!("{float:.*e}", spec.precision.unwrap_or(6));
            let text = match text.split_once('e') {
                Some((mantissa, exponent)) if exponent.starts_with('-') => format!("{mantissa}e{exponent}"),
                Some((mantissa, exponent)) => format!("{mantissa}e+{exponent}"),
                None => text,
            };
            if kind == 'E' { text.to_uppercase() } else { text }
        }
        'g' | 'G' => float_exact(float),
        _ => String::new(),
    })
}

fn pad(out: &mut String, text: &str, spec: &Spec, kind: char) {
    let missing = spec.width.saturating_sub(text.len());
    if missing == 0 {
        out.push_str(text);
    } else if spec.left {
        out.push_str(text);
        let fill = if spec.fill == '0' && kind != 's' { ' ' } else { spec.fill };
        out.extend(std::iter::repeat_n(if kind == 's' { spec.fill } else { fill }, missing));
    } else if spec.fill == '0' && (text.starts_with('-') || text.starts_with('+')) && kind != 's' {
        let (sign, digits) = text.split_at(1);
        out.push_str(sign);
        out.extend(std::iter::repeat_n('0', missing));
        out.push_str(digits);
    } else {
        out.extend(std::iter::repeat_n(spec.fill, missing));
        out.push_str(text);
    }
}

fn number_format<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let value = interp.to_float(&call.arg(interp, 0)).unwrap_or(0.0);
    let places = usize::try_from(call.int(interp, 1, 0)).unwrap_or(0).min(100);
    let point = if call.has(2) { call.text(interp, 2)? } else { Text::Source(".") };
    let group = if call.has(3) { call.text(interp, 3)? } else { Text::Source(",") };
    let scale = 10_f64.powi(places as i32);
    let text = format!("{:.*}", places, ((value.abs() * scale).round() / scale));
    let (digits, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut out = String::new();
    if value < 0.0 && text.bytes().any(|b| (b'1'..=b'9').contains(&b)) {
        out.push('-');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push_str(&group);
        }
        out.push(digit);
    }
    if places > 0 {
        out.push_str(&point);
        out.push_str(fraction);
    }
    Ok(Value::text(out))
}
