//! Faults, in both versions.

use std::fmt::Write as _;

use axum::http::StatusCode;

use super::encode::text;
use super::spelling::Version;

/// A fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Who is to blame.
    pub code: FaultCode,
    /// Sentence for people.
    pub message: String,
    /// More, for programs.
    pub detail: Option<Box<Detail>>,
    /// What happened, for the log.
    pub debug: String,
    /// Code for programs, in the spelling of Moodle's codes.
    pub errorcode: &'static str,
}

/// Codes of faults, by their names in SOAP 1.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultCode {
    /// The envelope is of another version.
    VersionMismatch,
    /// A part of the header had to be understood and was not.
    MustUnderstand,
    /// The caller has to change something.
    Client,
    /// The caller cannot help it.
    Server,
    /// There is no such operation. SOAP 1.1 has no word for it.
    NoSuchOperation,
}

/// What a typed fault adds, as an element `fault` in the service's namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail {
    /// Namespace of the service.
    pub namespace: String,
    /// Moodle's code.
    pub errorcode: String,
    /// Sentence for people.
    pub message: String,
    /// Path of the value to blame; empty when there is none.
    pub field: String,
    /// More for whoever looks for the cause; empty when it is not shown.
    pub debuginfo: String,
}

impl Fault {
    /// A fault without detail.
    pub fn new(code: FaultCode, message: impl Into<String>) -> Fault {
        let errorcode = if code == FaultCode::NoSuchOperation { "unknownoperation" } else { "invalidrequest" };
        Fault { code, message: message.into(), detail: None, debug: String::new(), errorcode }
    }

    /// With its words as a typed detail, as far as it is about the body: of the header a fault must not tell any.
    #[must_use]
    pub fn detailed(mut self, namespace: &str) -> Fault {
        if matches!(self.code, FaultCode::Client | FaultCode::Server | FaultCode::NoSuchOperation) {
            let (errorcode, message) = (self.errorcode.to_owned(), self.message.clone());
            let detail = Detail { namespace: namespace.to_owned(), errorcode, message, field: String::new(), debuginfo: String::new() };
            self.detail = Some(Box::new(detail));
        }
        self
    }

    /// Status of HTTP: 500 in SOAP 1.1, whoever is to blame.
    pub fn status(&self, version: Version) -> StatusCode {
        match (version, self.code) {
            (Version::V12, FaultCode::Client | FaultCode::NoSuchOperation) => StatusCode::BAD_REQUEST,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// With words for the log.
    #[must_use]
    pub fn debug(mut self, debug: String) -> Fault {
        self.debug = debug;
        self
    }

    /// The message. SOAP 1.1 is written as PHP's `SoapServer` does.
    pub fn write(&self, version: Version) -> String {
        match version {
            Version::V11 => self.write11(),
            Version::V12 => self.write12(),
        }
    }

    fn write11(&self) -> String {
        let code = match self.code {
            FaultCode::VersionMismatch => "VersionMismatch",
            FaultCode::MustUnderstand => "MustUnderstand",
            FaultCode::Client => "Client",
            FaultCode::Server | FaultCode::NoSuchOperation => "Server",
        };
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        let _ = write!(out, "<SOAP-ENV:Envelope xmlns:SOAP-ENV=\"{}\"><SOAP-ENV:Body><SOAP-ENV:Fault>", Version::V11.envelope());
        let _ = write!(out, "<faultcode>SOAP-ENV:{code}</faultcode><faultstring>");
        text(&self.message, &mut out);
        out.push_str("</faultstring>");
        if let Some(detail) = &self.detail {
            out.push_str("<detail>");
            detail.write(&mut out);
            out.push_str("</detail>");
        }
        out.push_str("</SOAP-ENV:Fault></SOAP-ENV:Body></SOAP-ENV:Envelope>\n");
        out
    }

    fn write12(&self) -> String {
        let (code, subcode) = match self.code {
            FaultCode::VersionMismatch => ("VersionMismatch", ""),
            FaultCode::MustUnderstand => ("MustUnderstand", ""),
            FaultCode::Client => ("Sender", ""),
            FaultCode::Server => ("Receiver", ""),
            FaultCode::NoSuchOperation => ("Sender", "rpc:ProcedureNotPresent"),
        };
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        let _ = write!(out, "<env:Envelope xmlns:env=\"{}\"><env:Body><env:Fault><env:Code>", Version::V12.envelope());
        let _ = write!(out, "<env:Value>env:{code}</env:Value>");
        if !subcode.is_empty() {
            let rpc = "http://www.w3.org/2003/05/soap-rpc";
            let _ = write!(out, "<env:Subcode><env:Value xmlns:rpc=\"{rpc}\">{subcode}</env:Value></env:Subcode>");
        }
        out.push_str("</env:Code><env:Reason><env:Text xml:lang=\"en\">");
        text(&self.message, &mut out);
        out.push_str("</env:Text></env:Reason>");
        if let Some(detail) = &self.detail {
            out.push_str("<env:Detail>");
            detail.write(&mut out);
            out.push_str("</env:Detail>");
        }
        out.push_str("</env:Fault></env:Body></env:Envelope>\n");
        out
    }
}

impl Detail {
    fn write(&self, out: &mut String) {
        let mut namespace = String::new();
        text(&self.namespace, &mut namespace);
        let _ = write!(out, "<fault xmlns=\"{}\">", namespace.replace('"', "&quot;"));
        for (name, words) in
            [("errorcode", &self.errorcode), ("message", &self.message), ("field", &self.field), ("debuginfo", &self.debuginfo)]
        {
            if !words.is_empty() || name == "errorcode" || name == "message" {
                let _ = write!(out, "<{name}>");
                text(words, out);
                let _ = write!(out, "</{name}>");
            }
        }
        out.push_str("</fault>");
    }
}
