//! Answers of the original, recorded, against ours: every sample of plain HTTP and every call of the SOAP trace.
//!
//! The data are not part of the project. Their folder, with `samples/`, is named by `MWSC_OKTECH_DATA`; without it the tests say that they
//! are skipped. The back end of the test gives the data of each sample, so that only what the protocol makes of them is compared.
//! [`DIFFERENT`] is the written list of what differs, with the reason; `differences.md` says the same for readers.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use super::*;
use crate::accounts::{Session, bad_login, bad_session, bad_token};
use crate::dispatch::{Caller, Means, Secret};
use crate::testing::interface;

/// Samples that are not reproduced, by name, with the reason.
const DIFFERENT: &[(&str, &str)] = &[
    ("version_php", "the version is serialised like everything else"),
    ("version_xml", "the version is serialised like everything else"),
    ("version_dump", "the version is serialised like everything else"),
    ("array_xml", "values are escaped"),
    ("users_xml", "values are escaped; a column that is not declared (password) is not shown"),
    ("users_json", "a column that is not declared (password) is not shown"),
    ("users_php", "a column that is not declared (password) is not shown"),
    ("users_dump", "a column that is not declared (password) is not shown"),
    ("emptyarr_xml", "the blank record keeps its names"),
    ("profile", "the blank record keeps its names"),
    ("badlogin_json", "failures have a body"),
    ("badlogin_php", "failures have a body"),
    ("unknownop_json", "failures have a body"),
    ("unknownop_php", "failures have a body"),
    ("missing_json", "failures have a body"),
    ("missing_php", "failures have a body"),
    ("nosession_json", "failures have a body"),
    ("nosession_php", "failures have a body"),
    ("badformat", "failures have a body"),
    ("badformatdigits", "made by the recording: its server could not ask itself for the WSDL"),
    ("nofunction", "made by the recording: its server could not ask itself for the WSDL"),
    ("setformat", "a method that is no operation cannot be called"),
    ("handle", "a method that is no operation cannot be called"),
    ("exh", "exception_handler takes nothing, as its WSDL says, and does nothing"),
    ("exh2", "exception_handler takes nothing, as its WSDL says, and does nothing"),
    ("logoutsingle", "a logout with a name and a password ends"),
    ("adduser", "columns that are not declared (password, modified, timecreated, timemodified) are not shown"),
    ("editusers", "columns that are not declared (password, timemodified) are not shown"),
    ("editlabels", "edit_labels does what it says; recorded is its death on PHP 8"),
    ("addsection", "add_section exists"),
];

/// Calls of the SOAP trace that are not reproduced: path, operation and how its arguments begin, with the reason.
const DIFFERENT_SOAP: &[(&str, &str)] = &[
    ("wsdl_pp.php add_section", "add_section exists"),
    ("wsdl_pp2.php add_section", "add_section exists"),
    ("wsdl_pp.php count_users_bycourse", "it counts; recorded is its death on PHP 8"),
    ("wsdl_pp2.php count_users_bycourse", "it counts; recorded is its death on PHP 8"),
    ("wsdl_pp.php affect_users_to_group", "the parts of the old WSDL mean what they say; recorded is a fault that comes of their order"),
    ("wsdl_pp2.php get_my_group", "its column is taken as a name, though the WSDL says int"),
];

/// Whether the list for readers names a sample or a call.
fn is_written(name: &str) -> bool {
    include_str!("../differences.md").contains(&format!("`{name}`"))
}

/// Accounts that let everybody in whom the recording let in.
struct Recorded {
    session: (i64, String),
    resumed: bool,
}

fn admin() -> Caller {
    Caller { account: 2, username: "admin".into(), means: Means::Password, grants: Grants::Roles, ..Caller::nobody(None) }
}

#[async_trait]
impl Accounts for Recorded {
    async fn login(&self, username: &str, password: &str, _: Option<IpAddr>) -> Result<Session, Failure> {
        let (client, key) = (self.session.0, Secret::new(&self.session.1));
        let known = password == format!("pw{username}");
        known.then(|| Session { client, key, resumed: self.resumed, caller: admin() }).ok_or_else(bad_login)
    }

    async fn check(&self, client: i64, _: &str, _: Option<IpAddr>) -> Result<Caller, Failure> {
        if client == 999 { Err(bad_session()) } else { Ok(admin()) }
    }

    async fn logout(&self, _: i64, _: &str) -> Result<(), Failure> {
        Ok(())
    }

    async fn password(&self, username: &str, password: &str, from: Option<IpAddr>) -> Result<Caller, Failure> {
        self.login(username, password, from).await.map(|session| session.caller)
    }

    async fn token(&self, _: &str, _: Option<IpAddr>) -> Result<Caller, Failure> {
        Err(bad_token())
    }

    async fn issue(&self, _: &str, _: &str, _: &str, _: Option<IpAddr>) -> Result<Secret, Failure> {
        Err(bad_login())
    }
}

fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("MWSC_OKTECH_DATA").map(PathBuf::from);
    if folder.is_none() {
        println!("skipped: MWSC_OKTECH_DATA is not set");
    }
    folder
}

/// The interface over a back end that answers everything with one value.
fn giving(manifest: &Manifest, value: &Json, session: (i64, String), resumed: bool) -> Router {
    let value = value.clone();
    let backend = Canned(move |_: &Call<'_>| Ok(value.clone()));
    serving(manifest.clone(), HashMap::new(), Arc::new(backend), Arc::new(Recorded { session, resumed }))
}

/// The data behind a sample: what the same call gives as JSON.
fn data(samples: &Path, name: &str) -> Json {
    let group = name.split_once('_').map_or_else(|| name.to_owned(), |(group, _)| format!("{group}_json"));
    match name.split('_').next().unwrap() {
        "emptyarr" | "editempty" | "mygroup" | "profile" | "addsection" | "editlabels" => json!([]),
        "missing" | "nosession" | "badlogin" | "unknownop" => json!(null),
        _ => {
            let text = std::fs::read_to_string(samples.join(format!("{group}.body"))).unwrap_or_default();
            serde_json::from_str(&text).unwrap_or(Json::Null)
        }
    }
}

/// A recorded header, in the notation of HTTP.
fn recorded<'h>(head: &'h str, name: &str) -> &'h str {
    let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with(&format!("{name}:")));
    line.map_or("", |line| line[name.len() + 1..].trim())
}

/// Where two texts part, with what stands around it.
fn parted(recorded: &str, ours: &str) -> String {
    let at = recorded.bytes().zip(ours.bytes()).take_while(|(one, other)| one == other).count().saturating_sub(60);
    let from = |text: &str| text.chars().skip(at).take(300).collect::<String>();
    format!("\n--- recorded\n{}\n--- ours\n{}", from(recorded), from(ours))
}

#[tokio::test]
async fn samples_of_plain_http() {
    let Some(folder) = folder() else { return };
    let manifest = interface().manifest;
    let samples = folder.join("samples");
    let all = std::fs::read_to_string(samples.join("ALL-rest-samples.txt")).unwrap();
    let (mut same, mut different, mut wrong) = (0, Vec::new(), Vec::new());
    let mut lines = all.lines();
    while let Some(line) = lines.next() {
        let Some(name) = line.strip_prefix("### ") else { continue };
        let query = lines.next().unwrap();
        let head = std::fs::read_to_string(samples.join(format!("{name}.hdr"))).unwrap();
        let body = std::fs::read_to_string(samples.join(format!("{name}.body"))).unwrap();
        // The number and the key of a session are of the recording alone.
        let key: String = body.split(|ch: char| !ch.is_ascii_hexdigit()).find(|word| word.len() == 32).unwrap_or_default().to_owned();
        let client = ["\"client\":\"", "\"client\";i:", "client\"><VALUE>", "[client] => "].into_iter().find_map(|before| {
            let rest = body.split_once(before)?.1;
            rest[..rest.find(|ch: char| !ch.is_ascii_digit())?].parse().ok()
        });
        let router = giving(&manifest, &data(&samples, name), (client.unwrap_or(1), key), name == "login_json");
        let answer = get(&router, &format!("{REST}{query}")).await;
        let headers = ["content-type", "content-disposition", "cache-control", "expires", "pragma", "accept-ranges"];
        let heads = headers.iter().all(|header| answer.header(header) == recorded(&head, header));
        let equal = answer.text == body && heads && head.starts_with("HTTP/1.1 200");
        match (equal, DIFFERENT.iter().find(|(known, _)| *known == name)) {
            (true, None) => same += 1,
            (false, Some((_, reason))) => different.push(format!("{name}: {reason}")),
            (true, Some(_)) => wrong.push(format!("{name} is listed as different and is not")),
            (false, None) => wrong.push(format!("{name}{}\n{:?}", parted(&body, &answer.text), answer.headers)),
        }
    }
    println!("{same} of {} samples of plain HTTP are reproduced; {} differ:", same + different.len() + wrong.len(), different.len());
    println!("  {}", different.join("\n  "));
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert_eq!(DIFFERENT.len(), different.len(), "a sample is listed as different and is not there");
    assert!(DIFFERENT.iter().all(|(name, _)| is_written(name)), "differences.md names each sample");
}

#[tokio::test]
async fn calls_of_the_soap_trace() {
    let Some(folder) = folder() else { return };
    let manifest = interface().manifest;
    let trace = std::fs::read_to_string(folder.join("samples/soap-trace.txt")).unwrap();
    let (mut same, mut different, mut wrong) = (0, Vec::new(), Vec::new());
    for entry in trace.split("##### ").skip(1) {
        let name = entry.lines().next().unwrap();
        let line = |label: &str| entry.lines().find_map(|line| line.strip_prefix(label)).unwrap_or_default();
        let (_, request) = entry.split_once("\nREQ ").unwrap();
        let (request, rest) = request.split_once("\nRESHDR ").unwrap();
        let (head, response) = rest.split_once("\nRES ").unwrap();
        let head = head.replace(" | ", "\n");
        let result: Json = serde_json::from_str(line("RESULT ")).unwrap_or(Json::Null);
        let session = (result["client"].as_i64().unwrap_or(1), result["sessionkey"].as_str().unwrap_or_default().to_owned());
        // In the old shape a list stands in the only field of a record.
        let unwrapped = result.as_object().filter(|map| map.len() == 1).and_then(|map| map.values().next());
        let router = giving(&manifest, unwrapped.filter(|value| value.is_array()).unwrap_or(&result), session, false);
        let path = format!("/wspp/service_pp{}.php", if name.starts_with("wsdl_pp2") { "2" } else { "" });
        let answer = post(&router, &path, "text/xml; charset=utf-8", request).await;
        let equal = answer.text.trim_end() == response.trim_end()
            && head.starts_with(&format!("HTTP/1.1 {}", answer.status.as_u16()))
            && answer.header("content-type") == recorded(&head, "content-type");
        match (equal, DIFFERENT_SOAP.iter().find(|(known, _)| name.starts_with(known))) {
            (true, None) => same += 1,
            (false, Some((_, reason))) => different.push(format!("{}: {reason}", &name[..name.find('[').unwrap_or(name.len())])),
            (true, Some(_)) => wrong.push(format!("{name} is listed as different and is not")),
            (false, None) => wrong.push(format!("{name}{}\n{:?}", parted(response, &answer.text), answer.headers)),
        }
    }
    println!("{same} of {} calls of the SOAP trace are reproduced; {} differ:", same + different.len() + wrong.len(), different.len());
    println!("  {}", different.join("\n  "));
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert_eq!(DIFFERENT_SOAP.len(), different.len(), "a call is listed as different and is not there");
    assert!(DIFFERENT_SOAP.iter().all(|(name, _)| is_written(name)), "differences.md names each call");
}
