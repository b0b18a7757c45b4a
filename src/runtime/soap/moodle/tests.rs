//! Moodle's SOAP, as PHP 8.2's server with a WSDL of Moodle 4.5.5 reads and writes it.

use mwsc_contract::schema::Records;
use mwsc_contract::{Manifest, Operation, Value};
use serde_json::{Value as Json, json};

use super::{Interface, Type, decode, encode, wsdl};
use crate::soap::{Limits, Version, envelope};

const SPACE: &str = "http://m.example/webservice/soap/server.php?wstoken=t0";

/// Two functions that can be described, and four that cannot.
fn manifest() -> Manifest {
    let scalar = |kind: &str| json!({ "scalar": { "kind": kind } });
    let list = |item: Json| json!({ "list": { "type": item } });
    let field = |name: &str, ty: Json| json!({ "name": name, "type": ty });
    let operation =
        |params: Json, result: Json| json!({ "login-required": true, "doc": "A & b", "params": params, "result": { "type": result } });
    let mut optional = field("a", scalar("int"));
    optional["presence"] = json!("optional");
    let mut full = field("a", list(scalar("int")));
    full["presence"] = json!({ "default": [1] });
    serde_json::from_value(json!({
        "format": mwsc_contract::FORMAT, "generator": "test", "digest": "", "releases": [],
        "services": [], "endpoints": [], "rules": {}, "files": [],
        "operations": {
            "z_find": operation(
                json!([field("id", scalar("int")), field("names", list(scalar("string"))), field("options", json!({ "record": "options" }))]),
                json!({ "record": "found" })
            ),
            "a_list": operation(json!([field("items", list(json!({ "record": "item" })))]), list(json!({ "record": "item" }))),
            "b_optional": operation(json!([optional]), scalar("int")),
            "b_full": operation(json!([full]), scalar("int")),
            "b_numbers": operation(json!([]), json!({ "record": "numbers" })),
            "b_names": operation(json!([field("1", scalar("int"))]), scalar("int")),
        },
        "records": {
            "options": { "fields": [field("ids", list(scalar("int")))] },
            "inner": { "fields": [field("on", scalar("bool"))] },
            "found": { "fields": [field("sum", scalar("float")), field("inner", json!({ "record": "inner" })), field("items", list(json!({ "record": "item" })))] },
            "item": { "fields": [field("name", scalar("string")), field("on", scalar("bool")), field("tags", list(scalar("string")))] },
            "numbers": { "fields": [field("1", scalar("int"))] },
        },
    }))
    .unwrap()
}

fn interface(manifest: &Manifest) -> Interface {
    Interface::new(manifest.operations.iter().map(|(name, operation)| (name.as_str(), operation)), &manifest.records)
}

#[test]
fn the_wsdl_has_what_can_be_described_in_the_order_of_the_names() {
    let manifest = manifest();
    let interface = interface(&manifest);
    assert_eq!(interface.functions.keys().collect::<Vec<_>>(), ["a_list", "z_find"]);
    // Those within come first: the options, the inner one, the one that is found.
    assert_eq!(interface.functions["z_find"].result, Some(Type::Record(2)));
    let text = wsdl::write(&interface, SPACE);
    for part in [
        "<xsd:complexType name=\"webservices_struct_class_000000\"><xsd:all><xsd:element name=\"ids\" type=\"soap-enc:Array\" nillable=\"true\"/></xsd:all>",
        "<xsd:element name=\"inner\" type=\"tns:webservices_struct_class_000001\" nillable=\"true\"/>",
        "<operation name=\"a_list\"><documentation>A &amp; b</documentation><input message=\"tns:a_listIn\"/><output message=\"tns:a_listOut\"/>",
        "<message name=\"z_findIn\"><part name=\"id\" type=\"xsd:int\"/><part name=\"names\" type=\"soap-enc:Array\"/>",
        "<soap:address location=\"http://m.example/webservice/soap/server.php?wstoken=t0\"/>",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(crate::soap::xml::read(&text, Limits::default()).is_ok());
}

/// The part of an answer from its namespaces on, and its body.
fn written(result: Type, value: Json, version: Version) -> String {
    let manifest = manifest();
    let value: Value = serde_json::from_value(value).unwrap();
    let text = String::from_utf8(encode::response(&interface(&manifest), "f", result, SPACE, version, &value).into()).unwrap();
    let (_, text) = text.split_once("server.php?wstoken=t0\" ").unwrap();
    text.replace("http://www.w3.org/2001/XMLSchema-instance", "I").replace("http://www.w3.org/2001/XMLSchema", "D")
}

#[test]
fn arrays_say_what_their_items_have_in_common() {
    let (d, i, e, a) = (
        "xmlns:xsd=\"D\"",
        "xmlns:xsi=\"I\"",
        "xmlns:SOAP-ENC=\"http://schemas.xmlsoap.org/soap/encoding/\"",
        "xmlns:ns2=\"http://xml.apache.org/xml-soap\"",
    );
    let int = |number: i64| format!("<item xsi:type=\"xsd:int\">{number}</item>");
    for (value, spaces, body) in [
        (json!([]), vec![e, d, i], "<return SOAP-ENC:arrayType=\"xsd:ur-type[0]\" xsi:type=\"SOAP-ENC:Array\"/>".to_owned()),
        (json!(null), vec![i, d, e], "<return xsi:nil=\"true\"/>".to_owned()),
        (json!([1, 2]), vec![d, e, i], format!("<return SOAP-ENC:arrayType=\"xsd:int[2]\" xsi:type=\"SOAP-ENC:Array\">{}{}</return>", int(1), int(2))),
        (json!([true, false]), vec![e, d, i], "<return SOAP-ENC:arrayType=\"xsd:ur-type[2]\" xsi:type=\"SOAP-ENC:Array\"><item xsi:type=\"xsd:boolean\">true</item><item xsi:type=\"xsd:boolean\">false</item></return>".to_owned()),
        (json!([null, 1]), vec![e, d, i], format!("<return SOAP-ENC:arrayType=\"xsd:ur-type[2]\" xsi:type=\"SOAP-ENC:Array\"><item xsi:nil=\"true\"/>{}</return>", int(1))),
        (json!([[1], [3]]), vec![e, d, i], format!("<return SOAP-ENC:arrayType=\"SOAP-ENC:Array[2]\" xsi:type=\"SOAP-ENC:Array\"><item SOAP-ENC:arrayType=\"xsd:int[1]\" xsi:type=\"SOAP-ENC:Array\">{}</item><item SOAP-ENC:arrayType=\"xsd:int[1]\" xsi:type=\"SOAP-ENC:Array\">{}</item></return>", int(1), int(3))),
        (json!([{ "1": "x", "b": null, "c": 5_000_000_000_i64, "d": 1.5 }]), vec![a, e, i, d], "<return SOAP-ENC:arrayType=\"ns2:Map[1]\" xsi:type=\"SOAP-ENC:Array\"><item xsi:type=\"ns2:Map\"><item><key xsi:type=\"xsd:int\">1</key><value xsi:type=\"xsd:string\">x</value></item><item><key xsi:type=\"xsd:string\">b</key><value xsi:nil=\"true\"/></item><item><key xsi:type=\"xsd:string\">c</key><value xsi:type=\"xsd:int\">5000000000</value></item><item><key xsi:type=\"xsd:string\">d</key><value xsi:type=\"xsd:float\">1.5</value></item></item></return>".to_owned()),
    ] {
        let expected = format!("{} SOAP-ENV:encodingStyle=\"http://schemas.xmlsoap.org/soap/encoding/\"><SOAP-ENV:Body><ns1:fResponse>{body}</ns1:fResponse>", spaces.join(" "));
        let text = written(Type::Array, value.clone(), Version::V11);
        assert!(text.starts_with(&expected), "{value}\n{text}\n{expected}");
    }
}

#[test]
fn what_stands_at_the_top_has_the_types_of_the_wsdl() {
    let text = written(Type::Record(2), json!({ "items": [{ "a": [1] }] }), Version::V11);
    let expected = "<return xsi:type=\"ns1:webservices_struct_class_000002\"><sum xsi:nil=\"true\"/><inner xsi:nil=\"true\"/><items SOAP-ENC:arrayType=\"ns2:Map[1]\" xsi:type=\"SOAP-ENC:Array\">";
    assert!(text.contains(expected), "{text}");
    for (ty, value, expected) in [
        (Type::Int, json!(true), "<return xsi:type=\"xsd:int\">1</return>"),
        (Type::Double, json!(0.5), "<return xsi:type=\"xsd:double\">0.5</return>"),
        (Type::Text, json!(""), "<return xsi:type=\"xsd:string\"></return>"),
    ] {
        assert!(written(ty, value, Version::V11).contains(expected), "{expected}");
    }
    let text = written(Type::Record(2), json!({ "items": [{ "a": [1] }] }), Version::V12);
    let expected = "<rpc:result>return</rpc:result><return xsi:type=\"ns1:webservices_struct_class_000002\"><sum xsi:nil=\"true\"/><inner xsi:nil=\"true\"/>\
        <items enc:itemType=\"ns2:Map\" enc:arraySize=\"1\" xsi:type=\"enc:Array\"><item xsi:type=\"ns2:Map\"><item><key xsi:type=\"xsd:string\">a</key>\
        <value enc:itemType=\"xsd:int\" enc:arraySize=\"1\" xsi:type=\"enc:Array\"><item xsi:type=\"xsd:int\">1</item></value></item></item></items></return>";
    assert!(text.contains(expected), "{text}");
}

/// The arguments that a request has, as JSON; or the words of the fault.
fn read(function: &str, body: &str) -> String {
    let manifest = manifest();
    let interface = interface(&manifest);
    let text = format!(
        "<E:Envelope xmlns:E=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
         xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" xmlns:n=\"{SPACE}\"><E:Body><n:{function}>{body}</n:{function}></E:Body></E:Envelope>"
    );
    let request = envelope::read(&text, Limits::default()).unwrap();
    let (operation, records): (&Operation, &Records) = (&manifest.operations[function], &manifest.records);
    let args = decode::arguments(&interface, &interface.functions[function], operation, records, &request, Limits::default());
    args.map_or_else(|why| why.message().to_owned(), |args| serde_json::to_string(&args).unwrap())
}

#[test]
fn parts_are_read_by_name_or_by_place() {
    for (body, expected) in [
        ("<id>2.0</id>", r#"{"id":2,"names":null,"options":null}"#),
        ("<id> 1e3 </id><names/><options/>", r#"{"id":1000,"names":[],"options":{}}"#),
        ("<id></id>", r#"{"id":null,"names":null,"options":null}"#),
        ("<id xsi:type=\"xsd:string\">2</id>", r#"{"id":"2","names":null,"options":null}"#),
        ("<id xsi:type=\"xsd:boolean\">true</id>", r#"{"id":true,"names":null,"options":null}"#),
        ("<id xsi:nil=\"1\"/><names>text</names>", r#"{"id":null,"names":[],"options":null}"#),
        ("<a>2</a>", r#"{"id":2}"#),
        ("<a>2</a><b><item>x</item></b>", r#"{"id":2,"names":["x"]}"#),
        (
            "<id>2</id><options><ids><item>11</item><item xsi:type=\"xsd:int\">12</item></ids></options>",
            r#"{"id":2,"names":null,"options":{"ids":["11",12]}}"#,
        ),
        ("", "Missing parameter"),
        ("<id>x</id>", "SOAP-ERROR: Encoding: Violation of encoding rules"),
        ("<id><b>1</b></id>", "SOAP-ERROR: Encoding: Violation of encoding rules"),
        ("<id href=\"#gone\"/>", "SOAP-ERROR: Encoding: Unresolved reference"),
    ] {
        assert_eq!(read("z_find", body), expected, "{body}");
    }
}

#[test]
fn records_in_lists_come_as_elements_structs_and_maps() {
    let pair = |key: &str, value: &str| format!("<item><key>{key}</key>{value}</item>");
    let map = format!(
        "<items><item xsi:type=\"n:Map\">{}{}{}</item></items>",
        pair("name", "<value xsi:type=\"xsd:string\">x</value>"),
        pair("on", "<value xsi:type=\"xsd:boolean\">false</value>"),
        pair("tags", "<value xsi:type=\"n:Map\"><item><key>0</key><value>t</value></item></value>"),
    );
    for body in [
        "<items><item><name>x</name><on xsi:type=\"xsd:boolean\">false</on><tags><item>t</item></tags></item></items>",
        "<items xsi:type=\"e:Array\"><item xsi:type=\"e:Struct\"><name xsi:type=\"xsd:string\">x</name><on xsi:type=\"xsd:boolean\">0</on><tags><a>t</a></tags></item></items>",
        &map,
    ] {
        assert_eq!(read("a_list", body), r#"{"items":[{"name":"x","on":false,"tags":["t"]}]}"#, "{body}");
    }
    // What is not described stays, for the check of the arguments to refuse; what is there twice is a list.
    assert_eq!(
        read("a_list", "<items><item><more>1</more><name>a</name><name>b</name></item></items>"),
        r#"{"items":[{"more":"1","name":["a","b"]}]}"#
    );
    // A reference that leads to itself ends.
    let endless = "<items id=\"a\"><item href=\"#a\"/></items>";
    assert_eq!(read("a_list", endless), "SOAP-ERROR: Encoding: Unresolved reference");
}
