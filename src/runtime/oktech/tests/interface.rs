//! Wire tables for tests: of the small school, and of the whole interface from the published facts.

use std::collections::HashMap;
use std::path::Path;

use mwsc_contract::Manifest;
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

/// The whole interface from `ops.json`: 153 operations, and both endpoints with their WSDLs.
pub fn published(folder: &Path) -> (Manifest, HashMap<String, bytes::Bytes>) {
    let facts: Value = serde_json::from_slice(&std::fs::read(folder.join("ops.json")).unwrap()).unwrap();
    let (old, new, php) = (&facts["wsdl1"], &facts["wsdl2"], &facts["baseserver"]);
    let mut operations = Map::new();
    for operation in new["operations"].as_array().unwrap() {
        let name = operation["name"].as_str().unwrap();
        let signature = php["operations"].as_array().unwrap().iter().find(|known| known["name"] == name).unwrap();
        let defaults = pairs(&signature["signature"]);
        let param = |(at, (param, ty)): (usize, (String, Value))| {
            // Said to be numbers there, and meant as a value and a column.
            let meant = name == "get_my_group" && matches!(param.as_str(), "uid" | "idfield");
            let ty = if meant { "xsd:string" } else { ty.as_str().unwrap() };
            let mut out = json!({ "name": param, "type": shape(ty, &new["arrays"]) });
            match (at, param.as_str()) {
                (0, "client") => out["session"] = json!("client"),
                (1, "sesskey") => out["session"] = json!("key"),
                _ => {
                    if let Some((_, Value::String(php))) = defaults.iter().find(|(known, _)| *known == param) {
                        out["presence"] = json!({ "default": literal(php, &out["type"]) });
                    }
                }
            }
            out
        };
        let params: Vec<_> = pairs(&operation["params"]).into_iter().enumerate().map(param).collect();
        let mut out = json!({ "login-required": false, "params": params });
        if let Some(result) = operation["returns"].as_str() {
            out["result"] = json!({ "type": shape(result, &new["arrays"]) });
        }
        operations.insert(name.to_owned(), out);
    }
    let mut records = Map::new();
    for (name, fields) in old["types"].as_object().unwrap() {
        if let Some(known) = new["types"].get(name) {
            let known = pairs(known);
            let field = |(field, _): (String, Value)| {
                let (_, ty) = known.iter().find(|(name, _)| *name == field).unwrap();
                json!({ "name": field, "type": shape(ty.as_str().unwrap(), &new["arrays"]) })
            };
            records.insert(name.clone(), json!({ "fields": pairs(fields).into_iter().map(field).collect::<Vec<_>>() }));
        }
    }
    let manifest = json!({
        "format": mwsc_contract::FORMAT, "generator": "test", "digest": "", "releases": [], "rules": {}, "files": [],
        "services": [{
            "shortname": "oktech", "name": "OK Tech", "operations": operations.keys().collect::<Vec<_>>(), "convention": "ok-tech",
        }],
        "endpoints": [
            published_endpoint(old, &operations, "oktech", "/wspp/service_pp.php", "/wspp/wsdl_pp.php", "moodlews.wsdl"),
            published_endpoint(new, &operations, "oktech-simplified", "/wspp/service_pp2.php", "/wspp/wsdl_pp2.php", "moodlews2.wsdl"),
        ],
        "operations": operations, "records": records,
    });
    let file = |name: &str| bytes::Bytes::from(std::fs::read(folder.join(name)).unwrap());
    let files =
        HashMap::from([("moodlews.wsdl".to_owned(), file("moodlewsdl.xml")), ("moodlews2.wsdl".to_owned(), file("moodlewsdl2.xml"))]);
    (serde_json::from_value(manifest).unwrap(), files)
}

fn published_endpoint(facts: &Value, operations: &Map<String, Value>, profile: &str, path: &str, wsdl: &str, file: &str) -> Value {
    let mut types = Map::new();
    for (name, fields) in facts["types"].as_object().unwrap() {
        let fields: Vec<_> = pairs(fields).into_iter().map(|(field, ty)| json!({ "name": field, "type": wire(&ty) })).collect();
        let wrapper = name.ends_with("Input") || name.ends_with("Output") || (name.ends_with("Return") && name != "loginReturn");
        types.insert(name.clone(), json!({ "record": { "wrapper": wrapper, "fields": fields } }));
    }
    for (name, item) in facts["arrays"].as_object().unwrap() {
        let item = item.as_str().unwrap().trim_end_matches("[]");
        types.insert(name.clone(), json!({ "list": { "item": wire(&json!(item)) } }));
    }
    let mut wires = Map::new();
    for operation in facts["operations"].as_array().unwrap() {
        let name = operation["name"].as_str().unwrap();
        let params = operations[name]["params"].as_array().unwrap();
        let part = |(at, (part, ty)): (usize, (String, Value))| {
            let carries = match params.get(at) {
                None => json!("nothing"),
                Some(param) if param.get("session").is_some() => json!({ "session": param["session"] }),
                Some(param) => json!({ "param": param["name"] }),
            };
            json!({ "name": part, "type": wire(&ty), "carries": carries })
        };
        let parts: Vec<_> = pairs(&operation["params"]).into_iter().enumerate().map(part).collect();
        let mut out = json!({ "operation": name, "response": format!("{name}Response"), "parts": parts });
        match operation["returns"].as_str() {
            None => out["one-way"] = json!(true),
            Some(ty) => out["result"] = json!({ "name": operation["returnPart"], "type": wire(&json!(ty)), "carries": "result" }),
        }
        wires.insert(name.to_owned(), out);
    }
    json!({
        "profile": profile, "service": "oktech", "style": "rpc-encoded", "namespace": facts["targetNamespace"], "path": path,
        "soap-action": "", "wsdls": [{ "path": wsdl, "file": file, "download": file }], "operations": wires, "types": types,
    })
}

fn pairs(list: &Value) -> Vec<(String, Value)> {
    list.as_array().unwrap().iter().map(|pair| (pair[0].as_str().unwrap().to_owned(), pair[1].clone())).collect()
}

fn wire(ty: &Value) -> Value {
    match ty.as_str().unwrap().split_once(':') {
        Some(("xsd", name)) => json!({ "xsd": name }),
        Some((_, name)) => json!({ "named": name }),
        None => panic!("{ty}"),
    }
}

fn shape(ty: &str, arrays: &Value) -> Value {
    let (space, name) = ty.split_once(':').unwrap();
    match (space, arrays.get(name)) {
        ("xsd", _) => {
            let kind = match name {
                "boolean" => "bool",
                "float" => "float",
                "int" | "long" => "int",
                _ => "string",
            };
            json!({ "scalar": { "kind": kind } })
        }
        (_, Some(item)) => json!({ "list": { "type": shape(item.as_str().unwrap().trim_end_matches("[]"), arrays) } }),
        (_, None) => json!({ "record": name }),
    }
}

/// A default as PHP writes it, of the kind of its parameter.
fn literal(php: &str, shape: &Value) -> Value {
    let text = php.trim_matches(['\'', '"']);
    match shape["scalar"]["kind"].as_str() {
        None => json!([]),
        Some("int") => json!(text.parse::<i64>().unwrap_or(0)),
        Some(_) => json!(text),
    }
}
