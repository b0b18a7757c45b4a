//! The codecs of the runtime service: requests of every protocol, and what is answered with.
//!
//! They go by the manifest of the bundled interface, which is compiled once. What is written has to be readable: an answer in XML by our
//! own reader of XML, one in JSON by another's, serialised PHP by our own reader.

use std::path::Path;
use std::sync::OnceLock;

use mwsc_contract::schema::Convention;
use mwsc_contract::wire::Style;
use mwsc_contract::{Operation, Site, Validator, Value};
use mwsd::build::Build;
use mwsd::dispatch::Args;
use mwsd::form::{self, Form};
use mwsd::moodle::{self, xmlrpc};
use mwsd::oktech;
use mwsd::php::{unserialize, zval};
use mwsd::soap::{Blanks, Limits, Spelling, Version, charset, decode, encode, envelope, xml};

/// The bundled interface, ready to serve.
struct Interface {
    build: Build,
    /// Of every endpoint, in every version.
    spellings: Vec<Spelling>,
}

fn interface() -> &'static Interface {
    static INTERFACE: OnceLock<Interface> = OnceLock::new();
    INTERFACE.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let paths = [root.join("fixtures/oktech/interface"), root.join(".mwsc.toml"), root.join("target/fuzz/interface")];
        let [input, config, output] = paths.map(|path| path.to_string_lossy().into_owned());
        let profiles = "document,oktech,oktech-simplified";
        let args = ["mwsc", "generate", &input, "--config", &config, "--service", "mdl_soapserver", "--target", "manifest"];
        let args: Vec<std::ffi::OsString> = args.iter().chain(&["--profile", profiles, "--output", &output]).map(Into::into).collect();
        assert_eq!(mwsc::cli::run(args), mwsc::cli::exit::CLEAN, "the bundled interface is compiled");
        let build = Build::load(output.as_ref()).expect("what was compiled");
        let mut spellings = Vec::new();
        for endpoint in &build.manifest.endpoints {
            let blanks = if endpoint.style == Style::RpcEncoded { Blanks::Fill } else { Blanks::Keep };
            spellings
                .extend([Version::V11, Version::V12].map(|version| Spelling::new(endpoint, version, "http://x", blanks).expect("one")));
        }
        Interface { build, spellings }
    })
}

impl Interface {
    fn validator<'a>(&'a self, site: &'a Site) -> Validator<'a> {
        let validator = Validator::new(&self.build.manifest, site);
        let sparse = self.build.manifest.services.iter().any(|service| service.convention == Convention::OkTech);
        if sparse { validator.sparse() } else { validator }
    }

    fn operation(&self, name: &str) -> Option<&Operation> {
        self.build.manifest.operations.get(name)
    }

    /// Writes a value as the answer of every operation whose result it can be, as every protocol does.
    fn answer(&self, value: &Value) {
        let site = Site::default();
        let validator = self.validator(&site);
        for spelling in &self.spellings {
            for (_, operation) in spelling.operations() {
                let Some(slot) = self.operation(&operation.operation).and_then(|operation| operation.result.as_ref()) else { continue };
                let Ok(value) = validator.answer(slot, value.clone()) else { continue };
                readable(std::str::from_utf8(&encode::response(spelling, operation, &value)).expect("a text"));
            }
        }
        let manifest = &self.build.manifest;
        let classes = oktech::row::Classes::of(manifest, &manifest.services[0]);
        for operation in manifest.operations.values() {
            let Some(slot) = &operation.result else { continue };
            let Ok(value) = validator.answer(slot, value.clone()) else { continue };
            let row = oktech::row::answer(slot, &value, classes, Some("nothing".to_owned()), None);
            let _: serde_json::Value = serde_json::from_str(&zval::json(&row)).expect("JSON");
            let text = zval::serialize(&row);
            let read = unserialize::unserialize(&text).expect("serialised PHP");
            assert_eq!(zval::serialize(&read), text);
            readable(&oktech::xml::response(&row));
            readable(&moodle::xml::response(&value, Some(slot), &manifest.records));
            let _ = zval::print_r(&row);
        }
        readable(&xmlrpc::response(Some(value)));
    }
}

/// Whether a text is well-formed XML. What is written may be larger and deeper than what is taken.
fn readable(text: &str) {
    let limits = Limits { bytes: usize::MAX, depth: 10_000, elements: usize::MAX, text: usize::MAX, ..Limits::default() };
    if let Err(why) = xml::read(text, limits) {
        panic!("{why}: {text}");
    }
}

/// Checks arguments, and writes those that fit as if they were an answer.
fn take(operation: &Operation, args: Args) {
    let site = Site::default();
    if let Ok(args) = interface().validator(&site).arguments(operation, args) {
        args.values().for_each(|value| readable(&xmlrpc::response(Some(value))));
    }
}

/// A request over SOAP, as every endpoint reads it.
pub fn soap(input: &[u8]) {
    let interface = interface();
    let limits = Limits::default();
    let Ok(text) = charset::decode(input, None) else { return };
    let request = match envelope::read(&text, limits) {
        Ok(request) => request,
        Err((version, fault)) => return readable(&fault.write(version)),
    };
    let _ = request.not_understood(|_, _| false);
    for spelling in &interface.spellings {
        let Some((_, operation)) = spelling.operation(request.document.name(request.operation)) else { continue };
        let Ok(received) = decode::arguments(spelling, operation, &request, limits) else { continue };
        if let Some(description) = interface.operation(&operation.operation) {
            take(description, received.args);
        }
    }
}

/// A request over XML-RPC.
pub fn xml_rpc(input: &[u8]) {
    match xmlrpc::read(input, Limits::default()) {
        Ok(call) => readable(&xmlrpc::response(Some(&Value::List(call.params)))),
        Err(why) => readable(&xmlrpc::fault("invalidparameter", &why.to_string())),
    }
}

/// The fields of a form, as the arguments of the operation that it names.
pub fn form(input: &[u8]) {
    let interface = interface();
    let mut form = Form::default();
    if form::read(input, form::Limits::default(), &mut form).is_err() {
        return;
    }
    let name = form.fields.get("wsfunction").and_then(Value::as_str).unwrap_or_default();
    if let Some(operation) = interface.operation(name) {
        take(operation, form.fields);
    }
}

/// An answer, given as JSON.
pub fn answer(input: &[u8]) {
    let interface = interface();
    if let Ok(value) = serde_json::from_slice::<Value>(input) {
        interface.answer(&value);
    }
}

/// Serialised PHP: what is read is written in a way that is read as the same.
pub fn serialized(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    if let Ok(value) = unserialize::unserialize(&text) {
        let written = zval::serialize(&value);
        let again = unserialize::unserialize(&written).expect("what was written");
        assert_eq!(zval::serialize(&again), written);
        let _ = (zval::json(&value), zval::print_r(&value));
        readable(&oktech::xml::response(&value));
    }
}

/// Words of SOAP.
pub const SOAP: &[&str] = &[
    "<",
    ">",
    "/>",
    "<item>",
    "</item>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "&amp;",
    "&#x10FFFF;",
    "&#0;",
    "&x;",
    "<?xml?>",
    "<!DOCTYPE a [<!ENTITY b \"c\">]>",
    " xsi:nil=\"true\"",
    " href=\"#id0\"",
    " href=\"#id1\"",
    " id=\"id1\"",
    " xsi:type=\"ns2:Map\"",
    " xmlns=\"\"",
    " xmlns:a=\"http://schemas.xmlsoap.org/soap/envelope/\"",
    " soapenc:offset=\"[1]\"",
    " mustUnderstand=\"1\"",
    "<multiRef id=\"id1\" href=\"#id1\"/>",
    "<item><key>a</key><value>b</value></item>",
    "<soapenv:Header>",
    "<soapenv:Body>",
    "</soapenv:Body>",
    "edit_users",
    "get_users",
    "affect_users_to_group",
];

/// Words of XML-RPC.
pub const XML_RPC: &[&str] = &[
    "<value>",
    "</value>",
    "<array><data>",
    "</data></array>",
    "<struct><member><name>a</name><value>",
    "</value></member></struct>",
    "<int>",
    "</int>",
    "<i8>",
    "<double>",
    "<nil/>",
    "<base64>",
    "<params>",
    "<param>",
    "<!DOCTYPE a>",
    "<?a?>",
    "&lt;",
    "&x;",
    "&#1;",
    "<![CDATA[",
    "]]>",
    " a=\"b\"",
];

/// Words of forms.
pub const FORM: &[&str] = &[
    "&",
    "=",
    "[",
    "]",
    "[]",
    "[0]",
    "[9223372036854775807]",
    "[a]",
    "%",
    "%5B",
    "%00",
    "%ff",
    "+",
    ".",
    "wsfunction=",
    "edit_users",
    "get_grades",
    "userids",
    "&users[0][profile][0][name]=",
];

/// Words of answers.
pub const ANSWER: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    "\"error\":",
    "\"id\":",
    "\"children\":[",
    "\"\\u0000\"",
    "\"\\ud83d\\udc22\"",
    "\"]]>\"",
    "null",
    "true",
    "1e300",
    "-0.0",
    "9223372036854775808",
    "\"name\":",
    "\"client\":",
    "\"userid\":",
];

/// Words of serialised PHP.
pub const SERIALIZED: &[&str] = &[
    "N;",
    "b:1;",
    "i:0;",
    "d:INF;",
    "d:-0;",
    "s:0:\"\";",
    "s:3:\"",
    "a:1:{i:0;",
    "a:0:{}",
    "}",
    "O:8:\"stdClass\":0:{}",
    "O:0:\"\":1:{",
    "r:1;",
    "C:1:\"a\":0:{}",
    ":18446744073709551615:",
    ";",
];
