//! Operations about the service itself: who calls, which version, and the arrays by which clients are tested.

use mwsc_contract::Value;

use super::operations::{Operation, read};
use super::work::invalid;

pub const OPERATIONS: &[Operation] = &[
    read("get_my_id", |work, _| Ok(Value::Int(work.caller.account))),
    read("get_version", |_, _| Ok(Value::Int(VERSION))),
    read("exception_handler", |_, _| Ok(Value::Null)),
    // The third is there for its accent.
    read("get_string_array", |_, _| Ok(Value::List(["oui", "non", "peut-être"].map(Value::from).into()))),
    read("get_boolean_array", |_, _| Ok(Value::List([true, false, true, false].map(Value::from).into()))),
    read("get_int_array", |_, args| {
        let number = args.int("n");
        let square = number.saturating_mul(number);
        Ok(Value::List([number, square, square.saturating_mul(number)].map(Value::from).into()))
    }),
    read("get_float_array", |_, args| {
        let number = match args.value("n") {
            Value::Float(number) => *number,
            other => super::work::text(other).trim().parse().unwrap_or(0.0),
        };
        let powers = [number, number * number, number * number * number];
        // A float of the interface is single, as clients of its WSDLs have it.
        if powers.iter().all(|power| power.abs() <= f64::from(f32::MAX)) {
            Ok(Value::List(powers.map(Value::Float).into()))
        } else {
            Err(invalid("n", "the third power of n is beyond what a float can hold"))
        }
    }),
];

/// The release of OK Tech's service whose interface this is.
const VERSION: i64 = 2_010_101_000;
