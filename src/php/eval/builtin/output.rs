//! Functions whose effect is nothing here (output, errors, settings of the running PHP), and those of which only the damage is modelled:
//! what they write through a reference is unknown.

use super::super::{Eval, Interp};
use super::{Builtin, Call, by_ref, lenient};
use crate::php::value::Value;

pub(super) const TABLE: &[Builtin] = &[
    lenient("error_log", 0, done),
    lenient("trigger_error", 0, done),
    lenient("error_reporting", 0, done),
    lenient("set_time_limit", 0, done),
    lenient("ini_set", 0, done),
    lenient("printf", 0, done),
    lenient("print_r", 0, done),
    lenient("var_dump", 0, done),
    lenient("spl_autoload_register", 0, done),
    lenient("set_error_handler", 0, done),
    lenient("set_exception_handler", 0, done),
    lenient("register_shutdown_function", 0, done),
    lenient("gc_collect_cycles", 0, done),
    lenient("assert", 0, done),
    by_ref("preg_match_all", 2, 0b100, spoil),
    by_ref("parse_str", 2, 0b10, spoil),
    by_ref("similar_text", 2, 0b100, spoil),
    by_ref("settype", 2, 1, spoil),
    by_ref("shuffle", 1, 1, spoil),
    by_ref("natsort", 1, 1, spoil),
    by_ref("natcasesort", 1, 1, spoil),
    by_ref("array_multisort", 1, 1, spoil),
    by_ref("array_walk_recursive", 2, 1, spoil),
];

pub(super) fn spoil<'a>(interp: &mut Interp<'a, '_>, call: &mut Call<'a>) -> Eval<'a> {
    let result = call.unknown(interp, None);
    for index in 0..call.args.len() {
        if let (Some(cell), Value::Unknown(unknown)) = (call.cell(index), &result) {
            let written = interp.derived(format!("{} after {}", super::ordinal(index), unknown.expr), unknown);
            interp.set_cell(&cell, written);
        }
    }
    Ok(result)
}

#[allow(clippy::unnecessary_wraps, reason = "one of several of this shape")]
fn done<'a>(_: &mut Interp<'a, '_>, _: &mut Call<'a>) -> Eval<'a> {
    Ok(Value::Bool(true))
}
