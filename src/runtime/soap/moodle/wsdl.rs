//! The WSDL of Moodle's own server.

use std::fmt::Write as _;

use super::{CLASS, Interface, Part, Type, record_name};
use crate::soap::Version;
use crate::soap::encode::{attribute, text};

/// Writes it. `address` is where the service is, which is its namespace as well: it holds the token of whoever asks.
pub fn write(interface: &Interface, address: &str) -> String {
    let mut namespace = String::new();
    attribute(address, &mut namespace);
    let mut out = String::with_capacity(1 << 14);
    // Writing to a string cannot fail.
    let _ = write!(
        out,
        "<?xml version=\"1.0\"?>\n<definitions xmlns=\"http://schemas.xmlsoap.org/wsdl/\" xmlns:tns=\"{namespace}\" \
         xmlns:soap=\"http://schemas.xmlsoap.org/wsdl/soap/\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" xmlns:soap-enc=\"{}\" \
         xmlns:wsdl=\"http://schemas.xmlsoap.org/wsdl/\" name=\"{CLASS}\" targetNamespace=\"{namespace}\">",
        Version::V11.encoding(),
    );
    types(interface, &namespace, &mut out);
    port_type(interface, &mut out);
    binding(interface, &namespace, &mut out);
    let _ = write!(
        out,
        "<service name=\"{CLASS}Service\"><port name=\"{CLASS}Port\" binding=\"tns:{CLASS}Binding\"><soap:address location=\"{namespace}\"/>\
         </port></service>"
    );
    for (name, function) in &interface.functions {
        message(name, "In", &function.parts, &mut out);
        let result = function.result.map(|ty| Part { name: "return".to_owned(), ty });
        message(name, "Out", result.as_slice(), &mut out);
    }
    out.push_str("</definitions>\n");
    out
}

fn types(interface: &Interface, namespace: &str, out: &mut String) {
    let _ = write!(out, "<types><xsd:schema targetNamespace=\"{namespace}\"");
    if interface.records.is_empty() {
        return out.push_str("/></types>");
    }
    out.push('>');
    for (at, fields) in interface.records.iter().enumerate() {
        let _ = write!(out, "<xsd:complexType name=\"{}\">", record_name(at));
        if fields.is_empty() {
            out.push_str("<xsd:all/>");
        } else {
            out.push_str("<xsd:all>");
            for field in fields {
                let _ = write!(out, "<xsd:element name=\"{}\" type=\"{}\" nillable=\"true\"/>", field.name, type_name(field.ty));
            }
            out.push_str("</xsd:all>");
        }
        out.push_str("</xsd:complexType>");
    }
    out.push_str("</xsd:schema></types>");
}

fn port_type(interface: &Interface, out: &mut String) {
    let _ = write!(out, "<portType name=\"{CLASS}Port\">");
    for (name, function) in &interface.functions {
        let _ = write!(out, "<operation name=\"{name}\">");
        if function.doc.is_empty() {
            out.push_str("<documentation/>");
        } else {
            out.push_str("<documentation>");
            text(&function.doc, out);
            out.push_str("</documentation>");
        }
        if !function.parts.is_empty() {
            let _ = write!(out, "<input message=\"tns:{name}In\"/>");
        }
        if function.result.is_some() {
            let _ = write!(out, "<output message=\"tns:{name}Out\"/>");
        }
        out.push_str("</operation>");
    }
    out.push_str("</portType>");
}

fn binding(interface: &Interface, namespace: &str, out: &mut String) {
    let _ = write!(
        out,
        "<binding name=\"{CLASS}Binding\" type=\"tns:{CLASS}Port\"><soap:binding style=\"rpc\" transport=\"http://schemas.xmlsoap.org/soap/http\"/>"
    );
    let body = format!("<soap:body use=\"encoded\" encodingStyle=\"{}\" namespace=\"{namespace}\"/>", Version::V11.encoding());
    for (name, function) in &interface.functions {
        let _ = write!(out, "<operation name=\"{name}\"><soap:operation soapAction=\"{namespace}#{name}\"/>");
        if !function.parts.is_empty() {
            let _ = write!(out, "<input>{body}</input>");
        }
        if function.result.is_some() {
            let _ = write!(out, "<output>{body}</output>");
        }
        out.push_str("</operation>");
    }
    out.push_str("</binding>");
}

fn message(function: &str, way: &str, parts: &[Part], out: &mut String) {
    if parts.is_empty() {
        return;
    }
    let _ = write!(out, "<message name=\"{function}{way}\">");
    for part in parts {
        let _ = write!(out, "<part name=\"{}\" type=\"{}\"/>", part.name, type_name(part.ty));
    }
    out.push_str("</message>");
}

fn type_name(ty: Type) -> String {
    match ty {
        Type::Int => "xsd:int".to_owned(),
        Type::Double => "xsd:double".to_owned(),
        Type::Text => "xsd:string".to_owned(),
        Type::Array => "soap-enc:Array".to_owned(),
        Type::Record(at) => format!("tns:{}", record_name(at)),
    }
}
