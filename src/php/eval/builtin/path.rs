//! Functions on paths of files.

use super::super::{Eval, Interp};
use super::{Builtin, Call, pure};
use crate::php::value::Value;

pub(super) const TABLE: &[Builtin] = &[pure("basename", 1, basename), pure("dirname", 1, dirname)];

fn basename<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let text = call.text(interp, 0)?;
    let suffix = call.text(interp, 1)?;
    let trimmed = text.trim_end_matches('/');
    let name = trimmed.rsplit_once('/').map_or(trimmed, |(_, name)| name);
    let name = match name.strip_suffix(&*suffix) {
        Some(stem) if !stem.is_empty() => stem,
        _ => name,
    };
    Ok(Value::str(name))
}

fn dirname<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let text = call.text(interp, 0)?;
    let mut rest: &str = &text;
    for _ in 0..call.int(interp, 1, 1).clamp(1, 64) {
        let trimmed = rest.trim_end_matches('/');
        rest = match trimmed.rsplit_once('/') {
            Some(("", _)) => "/",
            Some((folder, _)) => folder.trim_end_matches('/'),
            None if rest.starts_with('/') => "/",
            None => ".",
        };
    }
    Ok(Value::str(rest))
}
