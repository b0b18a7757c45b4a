//! Wire tables for tests: those of the small school.

use serde_json::{Map, Value, json};

/// An endpoint for operations of a manifest: the parts are the parameters; in the old shape lists are wrapped.
pub fn endpoint(profile: &str, path: &str, wsdl: &str, shape: &str, operations: &Value) -> Value {
    let old = shape == "old";
    let mut wire = Map::new();
    for (name, operation) in operations.as_object().unwrap() {
        let part = |param: &Value| {
            let carries = match param.get("session") {
                Some(part) => json!({ "session": part }),
                None => json!({ "param": param["name"] }),
            };
            json!({ "name": param["name"], "type": reference(&param["type"], old), "carries": carries })
        };
        let parts: Vec<_> = operation["params"].as_array().unwrap().iter().map(part).collect();
        let ty = reference(&operation["result"]["type"], old);
        let result = json!({ "name": if old { "return".to_owned() } else { format!("{name}Return") }, "type": ty, "carries": "result" });
        wire.insert(name.clone(), json!({ "operation": name, "response": format!("{name}Response"), "parts": parts, "result": result }));
    }
    let xsd = |name: &str| json!({ "xsd": name });
    let room = json!([
        { "name": "error", "type": xsd("string") }, { "name": "id", "type": xsd("int") }, { "name": "name", "type": xsd("string") },
        { "name": "area", "type": xsd("float") }, { "name": "open", "type": xsd("boolean") }, { "name": "note", "type": xsd("string") },
        { "name": "parts", "type": { "named": "roomRecords" } },
    ]);
    let enrol = json!([
        { "name": "error", "type": xsd("string") }, { "name": "userid", "type": xsd("string") }, { "name": "course", "type": xsd("string") },
        { "name": "timestart", "type": xsd("int") },
    ]);
    let mut types = json!({
        "loginReturn": { "record": { "record": "loginReturn", "fields": [
            { "name": "client", "type": xsd("int") }, { "name": "sessionkey", "type": xsd("string") },
        ] } },
        "roomRecord": { "record": { "record": "roomRecord", "fields": room } },
        "enrolRecord": { "record": { "record": "enrolRecord", "fields": enrol } },
        "roomRecords": { "list": { "item": { "named": "roomRecord" } } },
        "enrolRecords": { "list": { "item": { "named": "enrolRecord" } } },
        "strings": { "list": { "item": xsd("string") } },
    });
    for list in ["roomRecords", "enrolRecords", "strings"] {
        types[format!("{list}Return")] =
            json!({ "record": { "wrapper": true, "fields": [{ "name": "items", "type": { "named": list } }] } });
    }
    json!({
        "profile": profile, "service": "school", "style": "rpc-encoded", "namespace": "CFGWWWROOT/wspp/wsdl", "path": path, "soap-action": "",
        "wsdls": [{ "path": wsdl, "file": format!("{shape}.wsdl"), "download": format!("{shape}.wsdl") }],
        "operations": wire, "types": types,
    })
}

fn reference(shape: &Value, wrapped: bool) -> Value {
    if let Some(scalar) = shape.get("scalar") {
        let name = match scalar["kind"].as_str().unwrap() {
            "bool" => "boolean",
            kind => kind,
        };
        return json!({ "xsd": name });
    }
    if let Some(record) = shape.get("record") {
        return json!({ "named": record });
    }
    let list = match shape["list"]["type"].get("record") {
        Some(record) => format!("{}s", record.as_str().unwrap()),
        None => "strings".to_owned(),
    };
    json!({ "named": if wrapped { format!("{list}Return") } else { list } })
}
