//! SOAP endpoints of the manifest, made ready to serve: their spellings, and their WSDLs with the base URL filled in.

use std::sync::Arc;

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use mwsc_contract::schema::Convention;
use mwsc_contract::wire::{self, Style};

use crate::app::App;
use crate::soap::{Blanks, Spelling, Version};

/// An endpoint.
#[derive(Debug)]
pub struct Endpoint {
    /// Shortname of its service.
    pub service: String,
    /// Name of its profile.
    pub profile: String,
    /// Path of its address below the base URL.
    pub path: String,
    /// Binding style and use.
    pub style: Style,
    /// How it spells its messages, by version of SOAP. rpc/encoded speaks both, as PHP's server does.
    spellings: Vec<Spelling>,
    /// Its WSDLs.
    pub wsdls: Vec<Wsdl>,
}

/// A WSDL as it is served.
#[derive(Debug)]
pub struct Wsdl {
    /// Path below the base URL.
    pub path: String,
    /// Query without its question mark; `None` when any will do.
    pub query: Option<String>,
    /// Name for saving it; empty for none.
    download: String,
    text: Bytes,
}

impl Endpoint {
    /// How it spells messages of a version.
    pub fn spelling(&self, version: Version) -> Option<&Spelling> {
        self.spellings.iter().find(|spelling| spelling.version == version)
    }

    /// A spelling for what concerns no version.
    pub fn any_spelling(&self) -> Option<&Spelling> {
        self.spellings.first()
    }

    fn new(app: &App, endpoint: &wire::Endpoint) -> Result<Endpoint, String> {
        let convention = app.build.service(&endpoint.service).map(|service| service.convention);
        let blanks = match (endpoint.style, convention) {
            (Style::RpcEncoded, Some(Convention::OkTech)) => Blanks::Fill,
            (Style::RpcEncoded | Style::Document, _) => Blanks::Keep,
        };
        let versions: &[Version] =
            if endpoint.soap12 || endpoint.style == Style::RpcEncoded { &[Version::V11, Version::V12] } else { &[Version::V11] };
        let base = &app.settings.base_url;
        let spellings: Result<Vec<_>, _> = versions.iter().map(|&version| Spelling::new(endpoint, version, base, blanks)).collect();
        let wsdls = endpoint.wsdls.iter().filter_map(|wsdl| {
            let (path, query) = wsdl.path.split_once('?').map_or((wsdl.path.as_str(), None), |(path, query)| (path, Some(query)));
            let text = std::str::from_utf8(app.build.file(&wsdl.file)?).ok()?.replace(wire::ADDRESS, base);
            Some(Wsdl { path: path.to_owned(), query: query.map(str::to_owned), download: wsdl.download.clone(), text: Bytes::from(text) })
        });
        Ok(Endpoint {
            service: endpoint.service.clone(),
            profile: endpoint.profile.clone(),
            path: endpoint.path.clone(),
            style: endpoint.style,
            spellings: spellings?,
            wsdls: wsdls.collect(),
        })
    }
}

impl Wsdl {
    /// The text, as the original serves it.
    pub fn response(&self) -> Response {
        let mut response = ([(CONTENT_TYPE, "text/xml; charset=UTF-8")], self.text.clone()).into_response();
        let name = format!("attachment; filename=\"{}\"", self.download);
        if let (false, Ok(name)) = (self.download.is_empty(), name.parse()) {
            response.headers_mut().insert(CONTENT_DISPOSITION, name);
        }
        response
    }
}

/// The endpoints of a style. One that cannot be served is left out, and the log says why.
pub fn endpoints(app: &App, style: Style) -> Vec<Arc<Endpoint>> {
    let mut out: Vec<Arc<Endpoint>> = Vec::new();
    for endpoint in app.build.manifest.endpoints.iter().filter(|endpoint| endpoint.style == style) {
        let made = if !is_plain(&endpoint.path) || out.iter().any(|other| other.path == endpoint.path) {
            Err("its path is not one, or is another's as well".to_owned())
        } else {
            Endpoint::new(app, endpoint)
        };
        match made {
            Ok(endpoint) => out.push(Arc::new(endpoint)),
            Err(why) => tracing::error!(path = endpoint.path, "an endpoint is not served: {why}"),
        }
    }
    out
}

/// Whether a path can be a route as it stands.
pub fn is_plain(path: &str) -> bool {
    path.starts_with('/') && path.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'{' | b'}' | b'?' | b'#' | b'*' | b':'))
}
