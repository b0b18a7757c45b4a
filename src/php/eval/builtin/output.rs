//! Functions whose effect is nothing here: output, errors, settings of the running PHP.

use super::super::{Eval, Interp};
use super::{Builtin, Call, lenient};
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
];

#[allow(clippy::unnecessary_wraps, reason = "one of several of this shape")]
fn done<'a>(_: &mut Interp<'a, '_>, _: &mut Call<'a>) -> Eval<'a> {
    Ok(Value::Bool(true))
}
