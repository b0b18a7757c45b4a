//! What is no WSDL is refused, what is none of ours is read all the same, and nothing that is read makes it panic.

use proptest::prelude::*;

use crate::backend::wsdl::{Options, generate};
use crate::files::Files;
use crate::frontend::wsdl::read_text;
use crate::ir::{Fragment, Schema, sample};
use crate::pass::{check, link};
use crate::report::{Report, Severity};
use crate::source::FileId;

fn written(schema: &Schema) -> String {
    let services: Vec<_> = schema.services().collect();
    let mut files = Files::default();
    generate(schema, &services, &Options::default(), &mut Report::default(), &mut files);
    let (_, bytes) = files.iter().find(|(path, _)| *path != "wsdl/services.json").expect("there is a service");
    String::from_utf8(bytes.to_vec()).expect("XML is UTF-8")
}

fn linked(fragment: Fragment) -> Schema {
    let mut report = Report::default();
    let schema = link(vec![fragment], &mut report);
    check(&schema, &mut report);
    schema
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn survives_damage(cut in any::<prop::sample::Index>(), junk in prop_oneof![Just(String::new()), "[<>&;a\"'/]{1,4}", any::<String>()]) {
        let text = written(&linked(sample::forum()));
        let mut at = cut.index(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let damaged = format!("{}{junk}{}", &text[..at], &text[(at + junk.len()).min(text.len())..]);
        let mut report = Report::default();
        let fragment = read_text(FileId(0), &damaged, &mut report);
        linked(fragment);
    }
}

fn codes(text: &str) -> Vec<&'static str> {
    let mut report = Report::default();
    read_text(FileId(0), text, &mut report);
    report.iter().map(|found| found.code.name()).collect()
}

#[test]
fn refuses_what_is_no_wsdl() {
    for (text, code) in [
        ("", "W001"),
        ("<a>", "W001"),
        ("<a/><b/>", "W001"),
        ("<a b='1' b='2'/>", "W001"),
        ("<a>&nbsp;</a>", "W001"),
        ("<a>&#0;</a>", "W001"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "W002"),
        ("<a/>", "W004"),
        ("<definitions/>", "W004"),
        ("<definitions xmlns='http://schemas.xmlsoap.org/wsdl/'/>", "W005"),
    ] {
        assert_eq!(codes(text), [code], "{text}");
    }
    assert_eq!(codes(&"<a>".repeat(100_000)), ["W003"]);
    let attributes: String = (0..200).fold(String::new(), |all, at| format!("{all} a{at}=''"));
    assert_eq!(codes(&format!("<a{attributes}/>")), ["W003"]);
}

#[test]
fn says_what_it_does_not_understand() {
    let text = written(&linked(sample::forum()));
    let edits = [
        ("<xsd:sequence>", "<xsd:choice/><xsd:sequence>", "W018"),
        ("<xsd:sequence>", "<xsd:sequence><xsd:any/>", "W007"),
        ("type=\"int\"", "type=\"%zz\"", "W008"),
        ("type=\"xsd:long\"", "type=\"tns:nowhere\"", "W005"),
        ("<wsdl:part name=\"parameters\" element=", "<wsdl:part name=\"parameters\" of=", "W006"),
        ("m:record class=", "m:record klass=", "W008"),
    ];
    for (from, to, code) in edits {
        let edited = text.replacen(from, to, 1);
        assert_ne!(edited, text, "{from}");
        assert!(codes(&edited).contains(&code), "{to}: {:?}", codes(&edited));
    }
}

#[test]
fn reads_somebody_elses_wsdl() {
    let ours = written(&linked(sample::forum()));
    // Without appinfo it is as anybody's.
    let mut text = String::new();
    let mut rest = ours.as_str();
    while let Some((before, after)) = rest.split_once("<xsd:appinfo>") {
        text.push_str(before);
        rest = after.split_once("</xsd:appinfo>").map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    let mut report = Report::default();
    let fragment = read_text(FileId(0), &text, &mut report);
    assert_eq!(report.iter().next(), None);
    let operations: Vec<_> = fragment.operations.iter().map(|op| op.name.as_str()).collect();
    assert_eq!(operations, sample::forum().operations.iter().map(|op| op.name.as_str()).collect::<Vec<_>>());
    let mut report = Report::default();
    let schema = link(vec![fragment], &mut report);
    check(&schema, &mut report);
    assert_eq!(report.count(Severity::Error), 0);
}

/// A WSDL of an operation whose parameters are so many of an enumeration of so many values.
fn enumerated(values: usize, uses: usize) -> String {
    let values: String = (0..values).fold(String::new(), |all, at| all + &format!("<x:enumeration value='v{at}'/>"));
    let uses: String = (0..uses).fold(String::new(), |all, at| all + &format!("<x:element name='p{at}' type='t:e'/>"));
    format!(
        "<definitions xmlns='http://schemas.xmlsoap.org/wsdl/' xmlns:s='http://schemas.xmlsoap.org/wsdl/soap/' \
         xmlns:x='http://www.w3.org/2001/XMLSchema' xmlns:t='urn:t' targetNamespace='urn:t' name='n'><types><x:schema targetNamespace='urn:t'>\
         <x:simpleType name='e'><x:restriction base='x:string'>{values}</x:restriction></x:simpleType>\
         <x:element name='f'><x:complexType><x:sequence>{uses}</x:sequence></x:complexType></x:element>\
         <x:element name='g'><x:complexType><x:sequence/></x:complexType></x:element></x:schema></types>\
         <message name='f'><part name='p' element='t:f'/></message><message name='g'><part name='p' element='t:g'/></message>\
         <portType name='n'><operation name='f'><input message='t:f'/><output message='t:g'/></operation></portType>\
         <binding name='n' type='t:n'><s:binding/><operation name='f'><s:operation soapAction=''/><input><s:body use='literal'/></input>\
         <output><s:body use='literal'/></output></operation></binding>\
         <service name='n'><port name='n' binding='t:n'><s:address location='http://x'/></port></service></definitions>"
    )
}

#[test]
fn enumerations_have_a_limit_and_cost_what_they_say() {
    assert_eq!(codes(&enumerated(10_000, 1)), [""; 0]);
    assert_eq!(codes(&enumerated(10_001, 3)), ["W007"], "it is told once, and they are texts");
    assert_eq!(codes(&enumerated(10_000, 1000)), ["W003"]);
}
