//! What no back end ever sees is refused in the words of each protocol: too slow, too long, too many.

use super::moodle::in_front;
use super::server::{Server, ask};

/// How a protocol says that it refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// A problem document.
    Problem,
    /// A fault of SOAP with a typed detail.
    TypedFault,
    /// A fault of SOAP.
    Fault,
    /// The same in SOAP 1.2.
    Fault12,
    /// An exception of Moodle's REST.
    MoodleJson,
    MoodleXml,
    /// A fault of XML-RPC.
    XmlRpc,
    /// The failure of Moodle's scripts for programs.
    Script,
    /// An exception of OK Tech's plain HTTP.
    Json,
    Php,
    Xml,
    Dump,
}

impl Shape {
    /// Holds an answer against the shape.
    fn check(self, text: &str, code: &str, words: &str) {
        let json = || serde_json::from_str::<serde_json::Value>(text).unwrap_or_else(|why| panic!("{self:?}: {why}: {text}"));
        let says = |parts: &[&str]| assert!(parts.iter().all(|part| text.contains(part)), "{self:?} {code}: {text}");
        match self {
            Shape::Problem => assert!(json()["code"] == code && json()["detail"].as_str().unwrap().contains(words), "{text}"),
            Shape::TypedFault => says(&["<SOAP-ENV:Fault>", "<detail><fault xmlns=", &format!("<errorcode>{code}</errorcode>"), words]),
            // Moodle's server tells the code alone.
            Shape::Fault => {
                says(&["<SOAP-ENV:Fault>", "<faultstring>"]);
                assert!(text.contains(words) || text.contains(&format!("Unknown error | ERRORCODE: {code}")), "{text}");
            }
            Shape::Fault12 => says(&["<env:Fault>", "<env:Value>env:Sender</env:Value>", words]),
            Shape::MoodleJson => assert!(json()["errorcode"] == code && json()["exception"].is_string(), "{text}"),
            Shape::MoodleXml => says(&["<EXCEPTION class=", &format!("<ERRORCODE>{code}</ERRORCODE>"), words]),
            Shape::XmlRpc => says(&["<methodResponse><fault>", words, &format!("| ERRORCODE: {code}")]),
            Shape::Script => assert!(json()["errorcode"] == code && json()["error"].as_str().unwrap().contains(words), "{text}"),
            Shape::Json => assert!(json()["errorcode"] == code && json()["message"].as_str().unwrap().contains(words), "{text}"),
            // PHP reads false, as it does of an empty body, and leaves the words behind it alone.
            Shape::Php => says(&["b:0;Wspp Rest Server :", words]),
            Shape::Xml => says(&["<EXCEPTION", words]),
            Shape::Dump => says(&["Wspp Rest Server :", words]),
        }
    }
}

/// A request of a protocol that reaches the back end.
struct Request {
    shape: Shape,
    target: String,
    header: &'static str,
    body: String,
}

impl Request {
    fn new(shape: Shape, target: &str, header: &'static str, body: impl Into<String>) -> Request {
        Request { shape, target: target.to_owned(), header, body: body.into() }
    }

    /// Its head. `more` are more fields, `length` is what it says of its body.
    fn head(&self, more: &str, length: usize) -> String {
        let Request { target, header, .. } = self;
        format!("POST {target} HTTP/1.1\r\n{header}\r\nhost: x\r\nconnection: close\r\n{more}content-length: {length}\r\n\r\n")
    }

    fn whole(&self, more: &str) -> String {
        self.head(more, self.body.len()) + &self.body
    }
}

const FORM: &str = "content-type: application/x-www-form-urlencoded";
const XML: &str = "content-type: text/xml; charset=utf-8";
const XML12: &str = "content-type: application/soap+xml; charset=utf-8";

/// A request of each protocol. `session` is that of a client of OK Tech's, as fields of a query.
fn requests(session: &str) -> Vec<Request> {
    let envelope = |operation: &str| {
        let soap = "http://schemas.xmlsoap.org/soap/envelope/";
        format!("<e:Envelope xmlns:e=\"{soap}\"><e:Body>{operation}</e:Body></e:Envelope>")
    };
    let (client, key) = session.split_once('&').unwrap();
    let value = |field: &str| field.split('=').nth(1).unwrap().to_owned();
    let (client, key) = (value(client), value(key));
    let old = envelope(&format!("<m:get_categories xmlns:m=\"x\"><client>{client}</client><sesskey>{key}</sesskey></m:get_categories>"));
    let typed = envelope("<m:core_base_get_time xmlns:m=\"urn:moodle:ws:moodle_mobile_app\"/>");
    let bearer = "content-type: application/json\r\nauthorization: Bearer good";
    let rpc = "<methodCall><methodName>core_base_get_time</methodName><params/></methodCall>";
    let mut out = vec![
        Request::new(Shape::Problem, "/api/moodle_mobile_app/core_base_get_time", bearer, "{}                "),
        Request::new(Shape::TypedFault, "/services/moodle_mobile_app", "content-type: text/xml\r\nauthorization: Bearer good", typed),
        Request::new(Shape::Fault, "/webservice/soap/server.php?wstoken=good", XML, envelope("<core_base_get_time/>")),
        Request::new(Shape::Fault, "/wspp/service_pp.php", XML, old.clone()),
        Request::new(Shape::Fault, "/wspp/service_pp2.php", XML, old),
        Request::new(Shape::XmlRpc, "/webservice/xmlrpc/server.php?wstoken=good", XML, rpc),
        Request::new(Shape::Script, "/login/token.php", FORM, "username=slow&password=x&service=moodle_mobile_app"),
    ];
    let rest = "wstoken=good&wsfunction=core_base_get_time";
    for (shape, format) in [(Shape::MoodleJson, "json"), (Shape::MoodleXml, "xml")] {
        let target = format!("/webservice/rest/server.php?moodlewsrestformat={format}");
        out.push(Request::new(shape, &target, FORM, rest));
    }
    for (shape, format) in [(Shape::Json, "json"), (Shape::Php, "php"), (Shape::Xml, "xml"), (Shape::Dump, "dump")] {
        let target = format!("/wspp/service_pp2.php?wsfunction=get_categories&wsformatout={format}");
        out.push(Request::new(shape, &target, FORM, session));
    }
    out
}

/// Sends a request of each protocol, all at once, and holds the answers against their shapes. `text` makes of a request what is sent;
/// `expected` says which status a request gets, `code` and `words` what the answer says.
fn each(server: &Server, session: &str, text: fn(&Request) -> String, expected: fn(Shape) -> u16, code: &str, words: &str) {
    std::thread::scope(|scope| {
        for request in requests(session) {
            scope.spawn(move || {
                let (status, answer) = ask(server.connect(), &text(&request)).unwrap_or_else(|| panic!("{} broke off", request.target));
                assert_eq!(status, expected(request.shape), "{}: {answer}", request.target);
                request.shape.check(&answer, code, words);
            });
        }
    });
}

/// The status of a protocol for a failure that has one of its own in HTTP.
fn of_its_own(shape: Shape, status: u16) -> u16 {
    match shape {
        Shape::Problem | Shape::TypedFault | Shape::Fault | Shape::Fault12 => status,
        _ => 200,
    }
}

/// The same for one that is over too late.
fn of_lateness(shape: Shape) -> u16 {
    match shape {
        Shape::Problem => 504,
        Shape::TypedFault | Shape::Fault => 500,
        _ => 200,
    }
}

/// Logs somebody in, and gives the session as fields of a form.
fn logged_in(server: &Server) -> String {
    let login = server.get("/wspp/service_pp2.php?wsfunction=login&wsformatout=json&username=ann&password=x").1;
    let login: serde_json::Value = serde_json::from_str(&login).unwrap();
    format!("client={}&sesskey={}", login["client"], login["sessionkey"].as_str().unwrap())
}

const NOBODY: &str = "client=1&sesskey=x";

#[test]
fn a_request_that_takes_too_long_is_told_so_by_its_protocol() {
    let (_folder, server) = in_front("", "request-seconds = 1");
    each(
        &server,
        &logged_in(&server),
        |request| request.whole(""),
        of_lateness,
        "requesttimeout",
        "The request took longer than 1 seconds.",
    );
}

#[test]
fn too_many_connections_are_told_so_by_their_protocol() {
    let (_folder, server) = in_front("", "connections = 0");
    each(&server, NOBODY, |request| request.whole(""), |_| 503, "toomanyconnections", "There are too many connections.");
}

#[test]
fn a_head_that_is_too_long_is_told_so_by_its_protocol() {
    let (_folder, server) = in_front("", "header-bytes = 300");
    let long = |request: &Request| request.whole(&format!("x-long: {}\r\n", "x".repeat(300)));
    each(&server, NOBODY, long, |_| 431, "headtoolarge", "The head of the request is longer than 300 bytes.");
}

#[test]
fn a_head_that_comes_too_slowly_is_told_so_by_its_protocol() {
    let (_folder, server) = in_front("", "header-seconds = 1");
    let part = |request: &Request| request.head("", 0).trim_end().to_owned();
    each(&server, NOBODY, part, |_| 408, "slowrequest", "The head of the request did not arrive in time.");
}

#[test]
fn a_body_that_is_too_long_is_told_so_by_its_protocol() {
    let (_folder, server) = in_front("", "body-bytes = 10");
    let status = |shape| of_its_own(shape, 413);
    each(&server, NOBODY, |request| request.whole(""), status, "toolarge", "The request is longer than 10 bytes.");
}

#[test]
fn a_body_that_comes_too_slowly_is_told_so_by_its_protocol() {
    let (_folder, server) = in_front("", "body-seconds = 1");
    let status = |shape| of_its_own(shape, 408);
    let part = |request: &Request| request.head("", 1_000) + &request.body;
    each(&server, NOBODY, part, status, "slowrequest", "The request did not arrive within 1 seconds.");
}

#[test]
fn what_is_at_no_address_is_told_so_by_its_protocol() {
    let (_folder, server) = in_front("", "");
    let json = |answer: (u16, String)| (answer.0, serde_json::from_str::<serde_json::Value>(&answer.1).unwrap()["code"].clone());
    assert_eq!(json(server.get("/api/moodle_mobile_app/core_base_get_time")), (405, "methodnotallowed".into()));
    assert_eq!(json(server.get("/api/a/b/c")), (404, "notfound".into()));
    assert_eq!(json(server.get("/api/%ff/openapi.json")), (404, "notfound".into()));
    let head = "HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
    assert_eq!(json(ask(server.connect(), &format!("POST /api/%ff/f {head}")).unwrap()), (404, "notfound".into()));
    let (status, text) = ask(server.connect(), &format!("PUT /webservice/rest/server.php?moodlewsrestformat=json {head}")).unwrap();
    assert_eq!(status, 405);
    Shape::MoodleJson.check(&text, "methodnotallowed", "");
    // An address with a field twice has the last of them, as in PHP.
    let (status, text) = ask(server.connect(), &format!("POST /webservice/xmlrpc/server.php?wstoken=a&wstoken=b {head}")).unwrap();
    assert_eq!(status, 200);
    Shape::XmlRpc.check(&text, "", "");
    assert_eq!(server.get("/nowhere"), (404, "There is nothing at this address.".to_owned()));
}

/// What a request may hold, in lines of the configuration.
const LITTLE: &str = "xml-depth = 6\nxml-elements = 40\nxml-attributes = 3\nxml-text-bytes = 60\nform-fields = 8\nform-depth = 2\n\
                      json-depth = 3\njson-values = 6";

/// Requests that hold too much, and what is said of each.
fn too_much() -> Vec<(Request, &'static str)> {
    let mut out = Vec::new();
    let (deep, wide) = (format!("{}x{}", "<a>".repeat(9), "</a>".repeat(9)), "<a/>".repeat(50));
    let (adorned, long) = ("<a b='' c='' d='' e=''/>".to_owned(), format!("<a>{}</a>", "x".repeat(100)));
    let (soap, soap12) = ("http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope");
    for (inner, words) in [(deep, "more than 6 "), (wide, "more than 40 "), (adorned, "more than 3 "), (long, "more than 60 ")] {
        let body = |soap| format!("<e:Envelope xmlns:e='{soap}'><e:Body><get_courses>{inner}</get_courses></e:Body></e:Envelope>");
        for (shape, target) in [
            (Shape::TypedFault, "/services/moodle_mobile_app"),
            (Shape::TypedFault, "/services/mdl_soapserver"),
            (Shape::Fault, "/wspp/service_pp.php"),
            (Shape::Fault, "/wspp/service_pp2.php"),
            (Shape::Fault, "/webservice/soap/server.php?wstoken=good"),
        ] {
            out.push((Request::new(shape, target, XML, body(soap)), words));
            out.push((Request::new(Shape::Fault12, target, XML12, body(soap12)), words));
        }
    }
    let (open, close) = ("<value><array><data>", "</data></array></value>");
    let deep = format!("{}<value>x</value>{}", open.repeat(8), close.repeat(8));
    for (inner, words) in [
        (format!("<param>{deep}</param>"), "more than 6 levels"),
        ("<param><value>1</value></param>".repeat(30), "more than 40 elements"),
        ("<param b='' c='' d='' e=''><value>1</value></param>".to_owned(), "more than 3 attributes"),
        (format!("<param><value>{}</value></param>", "x".repeat(100)), "more than 60 bytes"),
    ] {
        let body = format!("<methodCall><methodName>f</methodName><params>{inner}</params></methodCall>");
        out.push((Request::new(Shape::XmlRpc, "/webservice/xmlrpc/server.php?wstoken=good", XML, body), words));
    }
    for (fields, words) in [("a=1&".repeat(9), "more than 8 fields"), ("a[b][c][d]=1".to_owned(), "more than 2 levels")] {
        let mut form = |shape, target: &str| out.push((Request::new(shape, target, FORM, fields.as_str()), words));
        form(Shape::MoodleJson, "/webservice/rest/server.php?moodlewsrestformat=json");
        form(Shape::MoodleXml, "/webservice/rest/server.php");
        form(Shape::Script, "/login/token.php");
        for (shape, format) in [(Shape::Json, "json"), (Shape::Php, "php"), (Shape::Xml, "xml"), (Shape::Dump, "dump")] {
            form(shape, &format!("/wspp/service_pp2.php?wsfunction=get_courses&wsformatout={format}"));
        }
        form(Shape::Fault, &format!("/webservice/soap/server.php?{fields}"));
        form(Shape::XmlRpc, &format!("/webservice/xmlrpc/server.php?{fields}"));
        // The format may also stand in the form itself, behind what is too much.
        let mut whole = |shape, target: &str, naming: &str| {
            out.push((Request::new(shape, target, FORM, format!("{fields}&{naming}")), words));
        };
        whole(Shape::MoodleJson, "/webservice/rest/server.php", "moodlewsrestformat=json&wsfunction=f");
        whole(Shape::Json, "/wspp/service_pp2.php", "wsfunction=get_courses&wsformatout=json");
    }
    let bearer = "content-type: application/json\r\nauthorization: Bearer good";
    for (body, words) in [("{\"a\":[[[1]]]}", "more than 3 levels"), ("{\"a\":[1,2,3,4,5,6,7]}", "more than 6 values")] {
        out.push((Request::new(Shape::Problem, "/api/moodle_mobile_app/core_base_get_time", bearer, body), words));
        out.push((Request::new(Shape::Script, "/lib/ajax/service.php", bearer, format!("[{body}]")), words));
    }
    out
}

#[test]
fn a_request_that_holds_too_much_is_told_so_by_its_protocol() {
    let (_folder, server) = in_front("", LITTLE);
    std::thread::scope(|scope| {
        for (request, words) in too_much() {
            let server = &server;
            scope.spawn(move || {
                let (status, answer) = ask(server.connect(), &request.whole("")).unwrap();
                let expected = match request.shape {
                    Shape::Problem | Shape::Fault12 => 400,
                    // Moodle's own complaints before its SOAP begins have the status 200, and so has everything else that is not SOAP.
                    Shape::Fault if !request.target.contains("?a") => 500,
                    Shape::TypedFault => 500,
                    _ => 200,
                };
                assert_eq!(status, expected, "{} {words}: {answer}", request.target);
                request.shape.check(&answer, "limitexceeded", words);
            });
        }
    });
}

#[test]
fn a_back_end_that_is_too_slow_is_told_so_by_its_protocol() {
    let (_folder, server) = in_front("timeout = 2", "");
    each(&server, &logged_in(&server), |request| request.whole(""), of_lateness, "sitetimeout", "The site took too long to answer.");
}
