//! What of a request is nobody else's business: an answer may quote it, and what is said of an answer is logged.

use mwsc_contract::Value;

use crate::dispatch::Args;

/// The passwords among arguments, as they are and as a form spells them.
pub fn passwords(args: &Args) -> Vec<String> {
    let mut out = Vec::new();
    for (name, value) in args {
        collect(name, value, &mut out);
    }
    out
}

/// A secret, as it is and as a form spells it.
pub fn spellings(secret: &str) -> [String; 2] {
    [secret.to_owned(), form_urlencoded::byte_serialize(secret.as_bytes()).collect()]
}

fn collect(name: &str, value: &Value, out: &mut Vec<String>) {
    match value {
        Value::String(text) if name.contains("password") => out.extend(spellings(text)),
        Value::List(items) => items.iter().for_each(|item| collect(name, item, out)),
        Value::Map(map) => map.iter().for_each(|(name, value)| collect(name, value, out)),
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_found_wherever_they_lie() {
        let user: Value = serde_json::from_str(r#"{"username": "ann", "password": "a b", "tags": ["x"]}"#).unwrap();
        let args = Args::from_iter([("users".to_owned(), Value::List(vec![user])), ("wspassword".to_owned(), "c".into())]);
        assert_eq!(passwords(&args), ["a b", "a+b", "c", "c"]);
    }
}
