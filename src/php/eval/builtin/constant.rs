//! The constants that PHP brings.

use crate::php::value::Value;

/// A constant of PHP itself.
pub(in super::super) fn constant<'a>(name: &str, php: u32) -> Option<Value<'a>> {
    let int = match name {
        "PHP_INT_MAX" => i64::MAX,
        "PHP_INT_MIN" => i64::MIN,
        "PHP_INT_SIZE" => 8,
        "PHP_MAJOR_VERSION" => i64::from(php),
        "E_ERROR"
        | "SORT_NUMERIC"
        | "COUNT_RECURSIVE"
        | "ARRAY_FILTER_USE_BOTH"
        | "EXTR_SKIP"
        | "CASE_UPPER"
        | "STR_PAD_RIGHT"
        | "PREG_PATTERN_ORDER"
        | "JSON_HEX_TAG"
        | "JSON_OBJECT_AS_ARRAY"
        | "PREG_SPLIT_NO_EMPTY" => 1,
        "E_WARNING"
        | "SORT_STRING"
        | "ARRAY_FILTER_USE_KEY"
        | "STR_PAD_BOTH"
        | "ENT_COMPAT"
        | "JSON_HEX_AMP"
        | "PREG_SET_ORDER"
        | "PHP_ROUND_HALF_DOWN" => 2,
        "SORT_REGULAR" | "COUNT_NORMAL" | "STR_PAD_LEFT" | "CASE_LOWER" | "EXTR_OVERWRITE" | "ENT_NOQUOTES" | "ENT_HTML401" => 0,
        "ENT_QUOTES" | "SORT_DESC" => 3,
        "E_PARSE" | "SORT_ASC" | "JSON_HEX_APOS" => 4,
        "SORT_LOCALE_STRING" => 5,
        "SORT_NATURAL" => 6,
        "E_NOTICE" | "SORT_FLAG_CASE" | "JSON_HEX_QUOT" | "ENT_SUBSTITUTE" => 8,
        "JSON_FORCE_OBJECT" => 16,
        "JSON_NUMERIC_CHECK" => 32,
        "JSON_UNESCAPED_SLASHES" => 64,
        "JSON_PRETTY_PRINT" => 128,
        "JSON_UNESCAPED_UNICODE" => 256,
        "JSON_THROW_ON_ERROR" => 4_194_304,
        "E_USER_ERROR" => 256,
        "E_USER_WARNING" => 512,
        "E_USER_NOTICE" => 1024,
        "E_STRICT" => 2048,
        "E_DEPRECATED" => 8192,
        "E_USER_DEPRECATED" => 16384,
        "E_ALL" => 32767,
        _ => return other(name),
    };
    Some(Value::Int(int))
}

fn other<'a>(name: &str) -> Option<Value<'a>> {
    Some(match name {
        "PHP_VERSION" | "PHP_OS" | "PHP_OS_FAMILY" | "PHP_VERSION_ID" | "PHP_MINOR_VERSION" | "PHP_SAPI" => {
            Value::unknown(name, None, "depends on the PHP of the site")
        }
        "PHP_EOL" => Value::str("\n"),
        "DIRECTORY_SEPARATOR" => Value::str("/"),
        "PATH_SEPARATOR" => Value::str(":"),
        "PHP_FLOAT_EPSILON" => Value::Float(f64::EPSILON),
        "PHP_FLOAT_MAX" => Value::Float(f64::MAX),
        "PHP_FLOAT_MIN" => Value::Float(f64::MIN_POSITIVE),
        "NAN" => Value::Float(f64::NAN),
        "INF" => Value::Float(f64::INFINITY),
        "M_PI" => Value::Float(std::f64::consts::PI),
        "M_E" => Value::Float(std::f64::consts::E),
        _ => return None,
    })
}
