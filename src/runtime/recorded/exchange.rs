//! A folder of recorded exchanges: `requests.json` with the requests, `<id>.body` with each answer.
//!
//! In: a folder that `mwsd record` wrote, or one of the same form. Out: [`Exchange`]s in order.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// Name of the file with the requests.
pub const REQUESTS: &str = "requests.json";

/// A request as it stands in [`REQUESTS`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Unique, and the name of the files with the answer.
    pub id: String,
    /// Words for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Method of HTTP.
    pub method: String,
    /// Path and query below the address of the site.
    pub url: String,
    /// Headers of the request.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Its body.
    #[serde(default)]
    pub body: Option<String>,
    /// File with the body, when it is not here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_file: Option<String>,
    /// Parts of a form, when the body was one with files: `name=text` or `name=@file`. The content of files is not recorded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub form: Vec<String>,
    /// Status of the answer.
    pub status: u16,
}

/// A request with its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// The request; its body is at hand, wherever it lay.
    pub request: Request,
    /// Body of the answer.
    pub answer: Vec<u8>,
    /// Media type of the answer without parameters; empty when it is not known.
    pub kind: String,
}

impl Request {
    /// The path without the query.
    pub fn path(&self) -> &str {
        self.url.split('?').next().unwrap_or_default()
    }

    /// The query without the path.
    pub fn query(&self) -> &str {
        self.url.split_once('?').map_or("", |(_, query)| query)
    }

    /// A header's value, whatever the case of its name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// Why a folder cannot be replayed.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// There is no recording.
    #[error("{path}: there is no recording; make one with `mwsd record --upstream URL -o DIR`, or name the folder of one")]
    Missing {
        /// Where its list of requests was expected.
        path: PathBuf,
    },
    /// A file cannot be read.
    #[error("{path}: {why}")]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        why: io::Error,
    },
    /// The list of requests is none.
    #[error("{path}: {why}")]
    Syntax {
        /// Which file.
        path: PathBuf,
        /// What is wrong, with line and column.
        why: serde_json::Error,
    },
    /// An id is no name of a file.
    #[error("{path}: the id `{id}` is no name of a file in the folder")]
    Id {
        /// Which file.
        path: PathBuf,
        /// The id.
        id: String,
    },
}

/// Reads a folder.
pub fn read(folder: &Path) -> Result<Vec<Exchange>, FolderError> {
    let list = folder.join(REQUESTS);
    if !list.exists() {
        return Err(FolderError::Missing { path: list });
    }
    let text = file(&list)?;
    let requests: Vec<Request> = serde_json::from_slice(&text).map_err(|why| FolderError::Syntax { path: list.clone(), why })?;
    requests.into_iter().map(|request| exchange(folder, &list, request)).collect()
}

fn exchange(folder: &Path, list: &Path, mut request: Request) -> Result<Exchange, FolderError> {
    for name in [Some(&request.id), request.body_file.as_ref()].into_iter().flatten() {
        if name.is_empty() || name.contains(['/', '\\']) || name.starts_with('.') {
            return Err(FolderError::Id { path: list.to_owned(), id: name.clone() });
        }
    }
    if let Some(name) = &request.body_file {
        request.body = Some(String::from_utf8_lossy(&file(&folder.join(name))?).into_owned());
    }
    let answer = file(&folder.join(format!("{}.body", request.id)))?;
    let headers = std::fs::read_to_string(folder.join(format!("{}.headers", request.id))).unwrap_or_default();
    let kind = headers.lines().filter_map(|line| line.split_once(':')).rfind(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    let kind = kind.and_then(|(_, value)| value.split(';').next()).unwrap_or_default().trim().to_owned();
    Ok(Exchange { request, answer, kind })
}

fn file(path: &Path) -> Result<Vec<u8>, FolderError> {
    std::fs::read(path).map_err(|why| FolderError::Read { path: path.to_owned(), why })
}
