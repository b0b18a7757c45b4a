//! Tests of the codec on an endpoint of both styles, made of the same types.

use mwsc_contract::Value;
use mwsc_contract::wire::Endpoint;
use proptest::prelude::*;
use serde_json::json;

use super::decode::{self, Received};
use super::*;
use crate::dispatch::Failure;

/// An endpoint of a library: `lend(client, sesskey, books: book[], fast: boolean): book[]`, and `count`.
fn endpoint(style: &str) -> Endpoint {
    let wrapped = style == "rpc-encoded";
    let books = if wrapped { "booksReturn" } else { "books" };
    serde_json::from_value(json!({
        "profile": "test", "service": "library", "style": style, "namespace": "CFGWWWROOT/w", "path": "/w", "soap-action": "",
        "wsdls": [],
        "operations": {
            "lend": {
                "operation": "lib_lend", "response": "lendResponse",
                "parts": [
                    { "name": "client", "type": { "xsd": "int" }, "carries": { "session": "client" } },
                    { "name": "sesskey", "type": { "xsd": "string" }, "carries": { "session": "key" } },
                    { "name": "books", "type": { "named": books }, "carries": { "param": "items" } },
                    { "name": "fast", "type": { "xsd": "boolean" }, "carries": { "param": "fast" }, "optional": true },
                ],
                "result": { "name": "return", "type": { "named": books }, "carries": "result" },
            },
            "count": {
                "operation": "lib_count", "response": "countResponse", "parts": [],
                "result": { "name": "return", "type": { "xsd": "int" }, "carries": "result" },
            },
            "any": {
                "operation": "lib_any", "response": "anyResponse",
                "parts": [{ "name": "what", "type": { "named": "map" }, "carries": { "param": "what" } }],
                "result": { "name": "return", "type": { "named": "map" }, "carries": "result" },
            },
        },
        "types": {
            "book": { "record": { "record": "book", "fields": [
                { "name": "error", "type": { "xsd": "string" }, "optional": true },
                { "name": "id", "type": { "xsd": "int" } },
                { "name": "title_", "key": "1 title", "type": { "xsd": "string" }, "optional": true },
                { "name": "price", "type": { "xsd": "double" }, "optional": true },
                { "name": "lent", "type": { "xsd": "boolean" }, "optional": true },
                { "name": "note", "type": { "xsd": "string" }, "nillable": true },
                { "name": "tags", "type": { "named": "strings" }, "optional": true },
                { "name": "parts", "type": { "named": "books" }, "optional": true },
            ] } },
            "strings": { "list": { "item": { "xsd": "string" }, "nillable": true } },
            "books": { "list": { "item": { "named": "book" } } },
            "booksReturn": { "record": { "wrapper": true, "fields": [{ "name": "books", "type": { "named": "books" } }] } },
            "map": "map",
        },
    }))
    .unwrap()
}

fn spelling(style: &str, version: Version, blanks: Blanks) -> Spelling {
    Spelling::new(&endpoint(style), version, "http://x", blanks).unwrap()
}

fn rpc() -> Spelling {
    spelling("rpc-encoded", Version::V11, Blanks::Fill)
}

fn document() -> Spelling {
    spelling("document", Version::V11, Blanks::Keep)
}

fn value(json: serde_json::Value) -> Value {
    serde_json::from_value(json).unwrap()
}

/// A message as a text.
pub(super) fn written(message: bytes::Bytes) -> String {
    String::from_utf8(message.into()).unwrap()
}

fn answer(spelling: &Spelling, operation: &str, json: serde_json::Value) -> String {
    written(encode::response(spelling, spelling.operation(operation).unwrap().1, &value(json)))
}

/// What the body of a request brings.
fn received(spelling: &Spelling, body: &str) -> Result<Received, Failure> {
    let (space, encoding) = (spelling.version.envelope(), spelling.version.encoding());
    let text = format!(
        "<s:Envelope xmlns:s='{space}' xmlns:e='{encoding}' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' \
         xmlns:m='http://xml.apache.org/xml-soap'><s:Body>{body}</s:Body></s:Envelope>"
    );
    let request = envelope::read(&text, Limits::default()).map_err(|(_, fault)| Failure::internal(fault.message))?;
    let operation = spelling.operation(request.document.name(request.operation)).unwrap().1;
    decode::arguments(spelling, operation, &request, Limits::default())
}

/// The same as JSON: arguments, number and key.
fn shown(spelling: &Spelling, body: &str) -> String {
    match received(spelling, body) {
        Ok(Received { args, client, key }) => serde_json::to_string(&(args, client, key)).unwrap(),
        Err(why) => format!("{}: {}", why.field, why.message),
    }
}

const HEAD: &str =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<SOAP-ENV:Envelope xmlns:SOAP-ENV=\"http://schemas.xmlsoap.org/soap/envelope/\"";
const XSD: &str = " xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\"";
const XSI: &str = " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"";
const ENC: &str = " xmlns:SOAP-ENC=\"http://schemas.xmlsoap.org/soap/encoding/\"";
const STYLE: &str = " SOAP-ENV:encodingStyle=\"http://schemas.xmlsoap.org/soap/encoding/\"><SOAP-ENV:Body>";
const TAIL: &str = "</SOAP-ENV:Body></SOAP-ENV:Envelope>\n";

// The order of the declarations was measured on PHP 8.2: what an answer needs first stands first.
#[test]
fn encoded_answers_are_those_of_phps_server() {
    let ns = " xmlns:ns1=\"http://x/w\"";
    for (operation, result, declared, body) in [
        ("count", json!(2), format!("{XSD}{XSI}{ENC}"), "<ns1:countResponse><return xsi:type=\"xsd:int\">2</return></ns1:countResponse>"),
        ("count", json!(null), format!("{XSI}{XSD}{ENC}"), "<ns1:countResponse><return xsi:nil=\"true\"/></ns1:countResponse>"),
        (
            "lend",
            json!([]),
            format!("{ENC}{XSI}{XSD}"),
            "<ns1:lendResponse><return xsi:type=\"ns1:booksReturn\"><books SOAP-ENC:arrayType=\"ns1:book[0]\" xsi:type=\"ns1:books\"/></return>\
             </ns1:lendResponse>",
        ),
        (
            "lend",
            json!([{ "id": 1, "1 title": "a<b>&\"'\r\n\u{1}]]>é", "price": 0.1, "lent": false, "note": null, "tags": ["", "x"], "more": 1 }]),
            format!("{ENC}{XSD}{XSI}"),
            "<ns1:lendResponse><return xsi:type=\"ns1:booksReturn\"><books SOAP-ENC:arrayType=\"ns1:book[1]\" xsi:type=\"ns1:books\">\
             <item xsi:type=\"ns1:book\"><error xsi:type=\"xsd:string\"></error><id xsi:type=\"xsd:int\">1</id>\
             <title_ xsi:type=\"xsd:string\">a&lt;b&gt;&amp;\"'&#13;\n\u{fffd}]]&gt;é</title_><price xsi:type=\"xsd:double\">0.1</price>\
             <lent xsi:type=\"xsd:boolean\">false</lent><note xsi:nil=\"true\"/><tags SOAP-ENC:arrayType=\"xsd:string[2]\" \
             xsi:type=\"ns1:strings\"><item xsi:type=\"xsd:string\"></item><item xsi:type=\"xsd:string\">x</item></tags>\
             <parts SOAP-ENC:arrayType=\"ns1:book[0]\" xsi:type=\"ns1:books\"/></item></books></return></ns1:lendResponse>",
        ),
        (
            "any",
            json!({ "a": 1, "b": { "c": null } }),
            format!(" xmlns:ns2=\"http://xml.apache.org/xml-soap\"{XSI}{XSD}{ENC}"),
            "<ns1:anyResponse><return xsi:type=\"ns2:Map\"><item><key xsi:type=\"xsd:string\">a</key><value xsi:type=\"xsd:int\">1</value></item>\
             <item><key xsi:type=\"xsd:string\">b</key><value xsi:type=\"ns2:Map\"><item><key xsi:type=\"xsd:string\">c</key>\
             <value xsi:nil=\"true\"/></item></value></item></return></ns1:anyResponse>",
        ),
    ] {
        assert_eq!(answer(&rpc(), operation, result), format!("{HEAD}{ns}{declared}{STYLE}{body}{TAIL}"));
    }
}

#[test]
fn a_record_with_an_error_has_no_other_data() {
    let text = answer(&rpc(), "lend", json!([{ "error": "no book", "id": 7, "note": "secret" }]));
    let expected = "<error xsi:type=\"xsd:string\">no book</error><id xsi:type=\"xsd:int\">0</id><title_ xsi:type=\"xsd:string\"></title_>\
        <price xsi:type=\"xsd:double\">0</price><lent xsi:type=\"xsd:boolean\">false</lent><note xsi:type=\"xsd:string\"></note>";
    assert!(text.contains(expected), "{text}");
}

#[test]
fn answers_in_soap_1_2() {
    let text = answer(&spelling("rpc-encoded", Version::V12, Blanks::Fill), "lend", json!([{ "id": 1 }]));
    for part in [
        "<env:Envelope xmlns:env=\"http://www.w3.org/2003/05/soap-envelope\" xmlns:ns1=\"http://x/w\" xmlns:enc=\"http://www.w3.org/2003/05/soap-encoding\"",
        "><env:Body xmlns:rpc=\"http://www.w3.org/2003/05/soap-rpc\"><ns1:lendResponse env:encodingStyle=\"http://www.w3.org/2003/05/soap-encoding\">\
         <rpc:result>return</rpc:result><return xsi:type=\"ns1:booksReturn\"><books enc:itemType=\"ns1:book\" enc:arraySize=\"1\" xsi:type=\"ns1:books\">",
    ] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn literal_answers_are_qualified_and_keep_what_is_absent_absent() {
    let text = answer(
        &document(),
        "lend",
        json!([{ "id": 1, "note": null, "tags": ["a", null], "price": 0.1 }, { "id": 2, "note": "n", "tags": [] }]),
    );
    let body = "<lendResponse xmlns=\"http://x/w\"><return><item><id>1</id><price>0.1</price><note xsi:nil=\"true\"/><tags><item>a</item>\
        <item xsi:nil=\"true\"/></tags></item><item><id>2</id><note>n</note><tags></tags></item></return></lendResponse>";
    assert_eq!(text, format!("{HEAD}{XSI}><SOAP-ENV:Body>{body}{TAIL}"));
}

#[test]
fn parts_are_taken_by_name_if_one_has_a_declared_name_and_by_position_otherwise() {
    for (body, expected) in [
        ("<lend><fast>1</fast><sesskey> k </sesskey><client> 7 </client><alien/></lend>", r#"[{"items":[],"fast":true},7," k "]"#),
        (
            "<x:LEND xmlns:x='other'><a>7</a><b>k</b><c><books><item><id>1</id></item></books></c></x:LEND>",
            r#"[{"items":[{"id":1}],"fast":false},7,"k"]"#,
        ),
        ("<lend><client xsi:nil='true'/></lend>", r#"[{"items":[],"fast":false},0,""]"#),
        ("<lend><client>x</client></lend>", r#"[{"items":[],"fast":false},"x",""]"#),
        ("<lend><client>1.0</client></lend>", r#"[{"items":[],"fast":false},1,""]"#),
        ("<lend/>", ": Missing parameter"),
        ("<count/>", "[{},null,null]"),
    ] {
        assert_eq!(shown(&rpc(), body), expected, "{body}");
    }
}

#[test]
fn lists_and_records_in_all_spellings_of_old_clients() {
    let one = r#"[{"items":[{"id":1,"1 title":"t"}],"fast":false},0,""]"#;
    for (body, expected) in [
        // Types that are stated are not needed; null fields count as not sent; what is not declared is skipped.
        (
            "<lend><books><books e:arrayType='x:book[1]'><item><id>1</id><title_>t</title_><note xsi:nil='1'/><x/></item></books></books></lend>",
            one,
        ),
        // The list without its wrapper.
        ("<lend><books><item><id>1</id><title_>t</title_></item></books></lend>", one),
        // References.
        (
            "<lend><books href='#a'/></lend><multiRef id='a' e:root='0'><books><books href='#b'/></books></multiRef>\
             <multiRef id='b' e:root='0'><id>1</id><title_ href='#c'/></multiRef><multiRef id='c' e:root='0'>t</multiRef>",
            one,
        ),
        ("<multiRef id='a' e:root='0'>7</multiRef><lend><client href='#a'/></lend>", r#"[{"items":[],"fast":false},7,""]"#),
        ("<lend><client href='#a'/></lend>", "client: A reference leads nowhere."),
        // Apache's maps for a record and for a list.
        (
            "<lend><books><books xsi:type='m:Map'><item><key>0</key><value xsi:type='m:Map'><item><key>id</key><value>1</value></item><item>\
             <key>title_</key><value>t</value></item></value></item></books></books></lend>",
            one,
        ),
        // And for the record around a list, as PHP's client without a WSDL sends it.
        (
            "<lend><books xsi:type='m:Map'><item><key>books</key><value e:arrayType='m:Map[1]' xsi:type='e:Array'><item xsi:type='m:Map'><item>\
             <key>id</key><value>1</value></item><item><key>title_</key><value>t</value></item></item></value></item></books></lend>",
            one,
        ),
        ("<lend><books xsi:type='m:Map'><item><key>3</key><value><id>1</id><title_>t</title_></value></item></books></lend>", one),
        // A list of one as that one.
        ("<lend><books><item><tags>solo</tags></item></books></lend>", r#"[{"items":[{"tags":["solo"]}],"fast":false},0,""]"#),
        ("<lend><books xsi:nil='true'/></lend>", r#"[{"items":[],"fast":false},0,""]"#),
        ("<lend><books><item><id>1</id><id>2</id></item></books></lend>", "books/0/id: The field `id` is there twice."),
        ("<lend><books><books e:offset='[2]'/></books></lend>", "books: An array that is sent in part is not supported."),
        ("<lend><client><a/></client></lend>", "client: A single value is expected here, and there are elements."),
        (
            "<any><what xsi:type='m:Map'><item><key>a</key><value xsi:type='xsd:int'>1</value></item><item><key>b</key><value><i>1</i><i/></value>\
             </item></what></any>",
            r#"[{"what":{"a":1,"b":["1",""]}},null,null]"#,
        ),
    ] {
        assert_eq!(shown(&rpc(), body), expected, "{body}");
    }
}

#[test]
fn literal_requests_are_read_strictly() {
    for (body, expected) in [
        (
            "<lend xmlns='http://x/w'><client>1</client><sesskey>k</sesskey><books><item><id>1</id><note xsi:nil='true'/></item></books></lend>",
            r#"[{"items":[{"id":1,"note":null}]},1,"k"]"#,
        ),
        ("<lend><books/></lend>", r#"[{"items":[]},null,null]"#),
        ("<lend><alien/></lend>", "alien: The operation has no parameter `alien`."),
        ("<lend><fast>1</fast><fast>1</fast></lend>", "fast: The parameter `fast` is there twice."),
        ("<lend><books><item><x/></item></books></lend>", "books/0/x: There is no field `x`."),
        ("<lend><books><book/></books></lend>", "books: A list holds elements `item`, and no `book`."),
        ("<lend><books>x</books></lend>", "books: A list holds elements `item`, and no text."),
        ("<lend><books><item>x</item></books></lend>", "books/0: A record holds elements, and no text."),
        ("<lend><fast>yes</fast></lend>", r#"[{"fast":"yes"},null,null]"#),
        ("<lend><client href='#a'/></lend>", r#"[{},"",null]"#),
    ] {
        assert_eq!(shown(&document(), body), expected, "{body}");
    }
    assert!(document().operation("LEND").is_none());
}

#[test]
fn references_cannot_multiply_without_end() {
    // Each level refers to the next ten times: 10^20 values of a few hundred bytes.
    let level = |at: usize| format!("<m id='a{at}' e:root='0'>{}</m>", format!("<i><parts href='#a{}'/></i>", at + 1).repeat(10));
    let levels: String = (0..20).map(level).collect();
    let bomb = format!("<lend><books><books href='#a0'/></books></lend>{levels}<m id='a20' e:root='0'/>");
    assert!(shown(&rpc(), &bomb).ends_with("The request refers to more than it may hold."));
    let circle = "<lend><books><books href='#a'/></books></lend><m id='a' e:root='0'><i><parts href='#a'/></i></m>";
    assert!(shown(&rpc(), circle).ends_with("The request refers to more than it may hold."));
}

#[test]
fn envelopes() {
    let message = |text: &str| match envelope::read(text, Limits::default()) {
        Ok(request) => format!("{:?} {}", request.version, request.document.name(request.operation)),
        Err((version, fault)) => format!("{version:?} {:?} {}", fault.code, fault.message),
    };
    let s11 = "xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'";
    let s12 = "xmlns:s='http://www.w3.org/2003/05/soap-envelope'";
    for (text, expected) in [
        (format!("<s:Envelope {s11}><s:Header/><s:Body><a/></s:Body><x:y xmlns:x='z'/></s:Envelope>"), "V11 a"),
        (format!("<s:Envelope {s12}><s:Body><a/></s:Body></s:Envelope>"), "V12 a"),
        ("<Envelope><Body><a/></Body></Envelope>".to_owned(), "V11 VersionMismatch Wrong Version"),
        (format!("<s:Body {s11}/>"), "V11 VersionMismatch Wrong Version"),
        (format!("<s:Envelope {s12}><s:Body/></s:Envelope>"), "V12 Client looks like we got \"Body\" without function call"),
        (format!("<s:Envelope {s11}/>"), "V11 Client Body must be present in a SOAP envelope"),
        (
            format!("<s:Envelope {s11}><s:Body><a/></s:Body><s:Body/></s:Envelope>"),
            "V11 Client A SOAP envelope holds at most one header and one body",
        ),
        ("<a".to_owned(), "V11 Client Bad Request"),
        ("<!DOCTYPE a><a/>".to_owned(), "V11 Server DTD are not supported by SOAP"),
    ] {
        assert_eq!(message(&text), expected, "{text}");
    }
    let text = format!("<s:Envelope {s11}><s:Header><h s:mustUnderstand='1' xmlns='u'/><i/></s:Header><s:Body><a/></s:Body></s:Envelope>");
    let request = envelope::read(&text, Limits::default()).unwrap();
    assert!(request.not_understood(|_, _| false).is_some());
    assert!(request.not_understood(|space, name| (space, name) == ("u", "h")).is_none());
    // What is for somebody else on the way need not be understood here.
    let next = "http://schemas.xmlsoap.org/soap/actor/next";
    let role = "http://www.w3.org/2003/05/soap-envelope/role/";
    for (space, whose, is_ours) in [
        (s11, format!("s:actor='{next}'"), true),
        (s11, "s:actor=''".to_owned(), true),
        (s11, "s:actor='urn:proxy'".to_owned(), false),
        (s11, "actor='urn:proxy'".to_owned(), true),
        (s12, format!("s:role='{role}next'"), true),
        (s12, format!("s:role='{role}ultimateReceiver'"), true),
        (s12, format!("s:role='{role}none'"), false),
        (s12, "s:role='urn:proxy'".to_owned(), false),
    ] {
        let entry = format!("<h s:mustUnderstand='1' {whose}/>");
        let text = format!("<s:Envelope {space}><s:Header>{entry}</s:Header><s:Body><a/></s:Body></s:Envelope>");
        let request = envelope::read(&text, Limits::default()).unwrap();
        assert_eq!(request.not_understood(|_, _| false).is_some(), is_ours, "{entry}");
    }
}

#[test]
fn a_blank_time_zone_is_a_number_to_clients_of_the_old_wsdls_alone() {
    for (style, expected) in [("rpc-encoded", ">0</timezone>"), ("document", "<timezone></timezone>")] {
        let text = serde_json::to_string(&endpoint(style)).unwrap().replace("\"title_\"", "\"timezone\"");
        let spelling = Spelling::new(&serde_json::from_str(&text).unwrap(), Version::V11, "http://x", Blanks::Fill).unwrap();
        let text = answer(&spelling, "lend", json!([{ "id": 1 }]));
        assert!(text.contains(expected), "{text}");
    }
}

#[test]
fn what_cannot_be_read_is_said_in_the_version_that_it_begins_in() {
    for (space, expected) in [(Version::V11.envelope(), Version::V11), (Version::V12.envelope(), Version::V12)] {
        let text = format!("<?xml version='1.0'?>\n<s:Envelope xmlns:s='{space}'><s:Body>ü<");
        assert_eq!(envelope::read(&text, Limits::default()).unwrap_err().0, expected);
    }
    assert_eq!(envelope::read(&"ü".repeat(999), Limits::default()).unwrap_err().0, Version::V11);
}

#[test]
fn faults() {
    let detail = Detail {
        namespace: "u".into(),
        errorcode: "invalidparameter".into(),
        message: "a & b".into(),
        field: "x/0".into(),
        debuginfo: String::new(),
    };
    let fault = Fault { detail: Some(Box::new(detail)), ..Fault::new(FaultCode::Client, "a < b") };
    let inner = "<fault xmlns=\"u\"><errorcode>invalidparameter</errorcode><message>a &amp; b</message><field>x/0</field></fault>";
    assert_eq!(
        fault.write(Version::V11),
        format!(
            "{HEAD}><SOAP-ENV:Body><SOAP-ENV:Fault><faultcode>SOAP-ENV:Client</faultcode><faultstring>a &lt; b</faultstring><detail>{inner}</detail>\
             </SOAP-ENV:Fault>{TAIL}"
        )
    );
    let twelve = fault.write(Version::V12);
    assert!(
        twelve.contains("<env:Code><env:Value>env:Sender</env:Value></env:Code><env:Reason><env:Text xml:lang=\"en\">a &lt; b"),
        "{twelve}"
    );
    assert!(twelve.contains(&format!("<env:Detail>{inner}</env:Detail>")), "{twelve}");
    assert!(Fault::new(FaultCode::NoSuchOperation, "x").write(Version::V12).contains("rpc:ProcedureNotPresent"));
    for text in [fault.write(Version::V11), twelve] {
        assert!(xml::read(&text, Limits::default()).is_ok());
    }
}

/// A text that XML can hold as it is: a carriage return would come back as one because it is escaped.
fn words() -> impl Strategy<Value = String> {
    "[ -~\t\n\r\u{85}\u{a0}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]{0,12}"
}

/// A book with any of its fields, its parts down to a depth.
fn book() -> impl Strategy<Value = Value> {
    let fields =
        (any::<i64>(), words(), -1e300..1e300, any::<bool>(), proptest::option::of(words()), proptest::collection::vec(words(), 0..3));
    let leaf = fields.prop_map(|(id, title, price, lent, note, tags)| {
        let note = note.map_or(Value::Null, Value::String);
        let tags = Value::List(tags.into_iter().map(Value::String).collect());
        [
            ("id", Value::Int(id)),
            ("1 title", title.into()),
            ("price", Value::Float(price)),
            ("lent", lent.into()),
            ("note", note),
            ("tags", tags),
        ]
        .into_iter()
        .collect()
    });
    leaf.prop_recursive(3, 8, 3, |inner| {
        (inner.clone(), proptest::collection::vec(inner, 0..3)).prop_map(|(book, parts): (Value, _)| {
            let mut map = book.as_map().cloned().unwrap_or_default();
            map.insert("parts".to_owned(), Value::List(parts));
            map.into()
        })
    })
}

proptest! {
    #[test]
    fn what_is_written_literally_is_read_back(books in proptest::collection::vec(book(), 0..4)) {
        let spelling = document();
        let operation = spelling.operation("lend").unwrap().1;
        let books = Value::List(books);
        let text = written(encode::response(&spelling, operation, &books));
        let answer = envelope::read(&text, Limits::default()).unwrap();
        let back = decode::result(&spelling, operation, &answer, Limits::default()).unwrap();
        prop_assert_eq!(back, books);
    }

    #[test]
    fn nothing_that_is_read_panics(body in "[<>/a-z&;#='\"! ?\\[\\]-]{0,200}", rpc in any::<bool>()) {
        let spelling = spelling(if rpc { "rpc-encoded" } else { "document" }, Version::V11, Blanks::Fill);
        if let Ok(request) = envelope::read(&body, Limits::default()) {
            let _ = request.version;
        }
        let _ = xml::read(&format!("<lend>{body}</lend>"), Limits::default()).map(|document| document.all().count());
        let _ = spelling.operation(&body);
    }
}
