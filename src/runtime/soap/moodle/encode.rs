//! Answers of Moodle's own server: typed at the top, and below a list what the values are.

use std::fmt::Write as _;

use bytes::Bytes;
use mwsc_contract::Value;
use mwsc_contract::schema::Kind;
use mwsc_contract::wire::Style;

use super::{Interface, Type, record_name};
use crate::soap::Version;
use crate::soap::sheet::{Sheet, Space};

/// The answer of a function that gives something. The value was checked against the manifest.
pub fn response(interface: &Interface, function: &str, result: Type, namespace: &str, version: Version, value: &Value) -> Bytes {
    let mut sheet = Sheet::new(version, 0);
    sheet.open_rpc(&format!("{function}Response"), Some("return"));
    typed(interface, "return", result, value, &mut sheet);
    // Writing to a string cannot fail.
    let _ = write!(sheet.out, "</ns1:{function}Response>");
    sheet.envelope(Style::RpcEncoded, namespace)
}

fn typed(interface: &Interface, name: &str, ty: Type, value: &Value, sheet: &mut Sheet) {
    match (ty, value) {
        (_, Value::Null) => sheet.nil(name),
        (Type::Int, value) => sheet.one(name, Kind::Int, "int", value),
        (Type::Double, value) => sheet.one(name, Kind::Float, "double", value),
        (Type::Text, value) => sheet.one(name, Kind::String, "string", value),
        (Type::Array, Value::List(items)) => sheet.array(name, items),
        (Type::Array, value) => sheet.untyped(name, value),
        (Type::Record(at), value) => {
            let _ = write!(sheet.out, "<{name} xsi:type=\"ns1:{}\">", record_name(at));
            for field in interface.records.get(at).into_iter().flatten() {
                typed(interface, &field.name, field.ty, value.get(&field.name).unwrap_or(&Value::Null), sheet);
            }
            let _ = write!(sheet.out, "</{name}>");
            sheet.needs(Space::Xsi);
        }
    }
}
