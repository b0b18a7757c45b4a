//! What a recorded answer of Moodle's REST means, in whichever format it was recorded.

use axum::http::StatusCode;
use mwsc_contract::schema::Records;
use mwsc_contract::value::Map;
use mwsc_contract::{Presence, Shape, Slot, Value};

use crate::dispatch::{Failure, FailureKind};
use crate::soap::Limits;
use crate::soap::xml::{Document, NodeId, read as read_xml};
use crate::upstream::outcome;
use crate::upstream::transport::Answer;

/// Reads an answer to a call of a function with this result.
pub fn read(status: u16, body: &[u8], result: Option<&Slot>, records: &Records) -> Result<Value, Failure> {
    if body.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'<') {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
        return outcome::read(&Answer { status, body: body.to_vec(), ..Answer::default() });
    }
    let bad = |why: String| Failure::new(FailureKind::BadAnswer, "badanswer", "The recorded answer cannot be read.").debug(why);
    let text = std::str::from_utf8(body).map_err(|why| bad(why.to_string()))?;
    let document = read_xml(text, Limits { bytes: body.len(), ..Limits::default() }).map_err(|why| bad(why.to_string()))?;
    let root = document.all().start;
    match (document.name(root), result) {
        ("EXCEPTION", _) => Err(exception(&document, root)),
        ("RESPONSE", Some(slot)) => {
            let first = document.children(root).next().ok_or_else(|| bad("the answer is empty".to_owned()))?;
            Ok(value(&document, first, slot, records).unwrap_or_default())
        }
        ("RESPONSE", None) => Ok(Value::Null),
        (other, _) => Err(bad(format!("`{other}` is no answer"))),
    }
}

fn exception(document: &Document<'_>, root: NodeId) -> Failure {
    let text = |name: &str| document.children(root).find(|&node| document.name(node) == name).map(|node| document.text(node).to_owned());
    let code = text("ERRORCODE").unwrap_or_default();
    Failure::new(outcome::kind(&code), code, text("MESSAGE").unwrap_or_default())
}

/// The value of an element; `None` for one that stands for nothing, as XML says neither null nor absent apart.
fn value(document: &Document<'_>, node: NodeId, slot: &Slot, records: &Records) -> Option<Value> {
    match &slot.shape {
        Shape::Scalar(_) if document.attribute(node, "", "null").is_some() => slot.nullable.then_some(Value::Null),
        Shape::Scalar(_) => Some(document.text(node).into()),
        Shape::List(item) => {
            let items: Vec<Value> = document.children(node).filter_map(|child| value(document, child, item, records)).collect();
            (!items.is_empty() || slot.presence == Presence::Required).then_some(Value::List(items))
        }
        Shape::Record(name) => {
            let record = records.get(name)?;
            let mut out = Map::new();
            for key in document.children(node) {
                let name = document.attribute(key, "", "name").unwrap_or_default();
                let field = record.fields.iter().find(|field| field.name == name);
                if let (Some(field), Some(child)) = (field, document.children(key).next())
                    && let Some(inner) = value(document, child, &field.slot, records)
                {
                    out.insert(name.to_owned(), inner);
                }
            }
            let out = Value::from(out);
            (slot.presence == Presence::Required || !says_nothing(&out)).then_some(out)
        }
    }
}

/// Whether there is nothing but nulls and empty lists: how XML writes a record that is absent.
fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::List(items) => items.is_empty(),
        Value::Map(fields) => fields.values().all(says_nothing),
        Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::String(_) => false,
    }
}
