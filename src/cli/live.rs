//! A running site: which functions the service of a token has, asked over REST.
//!
//! In: an address and a token. Out: the names of functions, or a finding. The token travels in the body of one POST request, over https
//! unless the site is this machine or the user insists; it is in no address, no message and no debug output.

use std::fmt;
use std::fs;
use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use ureq::http::Uri;

use super::tree::plain;
use crate::report::{Code, Diagnostic, Report};

/// The answer for a service of all functions of a large site is some 100 KB.
const MAX_ANSWER: u64 = 8 * 1024 * 1024;
const CONNECT: Duration = Duration::from_secs(10);
const WHOLE: Duration = Duration::from_secs(60);

/// A token. It cannot be printed.
pub struct Token(String);

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// What a site says of the service of a token.
#[derive(Debug, PartialEq, Eq)]
pub struct SiteInfo {
    /// `sitename`
    pub name: String,
    /// `release`, such as `4.5.5 (Build: ...)`
    pub release: String,
    /// Names of its functions, sorted.
    pub functions: Vec<String>,
}

/// The token of the environment variable `MWSC_TOKEN`, or of a file.
pub fn token(file: Option<&Path>, env: Option<String>, report: &mut Report) -> Option<Token> {
    let (text, from) = if let Some(path) = file {
        match fs::read_to_string(path) {
            Ok(text) => (text, format!("`{}`", path.display())),
            Err(why) => {
                report.push(Diagnostic::new(Code::C014, format!("cannot read the token file `{}`: {}", path.display(), plain(&why))));
                return None;
            }
        }
    } else {
        let Some(text) = env else {
            let help = "set the environment variable MWSC_TOKEN, or name a file with `--token-file`";
            report.push(Diagnostic::new(Code::C014, "no token to ask the site with").help(help));
            return None;
        };
        (text, "MWSC_TOKEN".to_owned())
    };
    let text = text.trim();
    if text.is_empty() || !text.chars().all(|c| c.is_ascii_graphic()) {
        report.push(Diagnostic::new(Code::C014, format!("{from} does not hold a token: letters and digits in one line")));
        return None;
    }
    Some(Token(text.to_owned()))
}

/// The address of the REST server of a site.
pub fn address(site: &str, insecure: bool, report: &mut Report) -> Option<String> {
    let mut refuse = |why: &str, help: &str| {
        report.push(Diagnostic::new(Code::C015, format!("cannot use `{}`: {why}", without_secrets(site))).help(help.to_owned()));
        None
    };
    let whole = "the address is that of the site's front page, such as `https://moodle.example.org`";
    let Ok(uri) = site.trim().parse::<Uri>() else { return refuse("it is no address", whole) };
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else { return refuse("it is no complete address", whole) };
    if authority.as_str().contains('@') {
        return refuse("it holds a user name", "leave the part before `@` away");
    }
    if uri.query().is_some() || site.contains('#') {
        return refuse("it has a query", whole);
    }
    match scheme {
        "https" => {}
        "http" if insecure || is_loopback(authority.host()) => {}
        "http" => return refuse("everybody on the way could read the token", "use https, or `--insecure-http` for a test site"),
        _ => return refuse("it is neither https nor http", whole),
    }
    let path = uri.path().trim_end_matches('/');
    let path = path.strip_suffix("/webservice/rest/server.php").unwrap_or(path);
    Some(format!("{scheme}://{authority}{path}/webservice/rest/server.php"))
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    host == "localhost" || host.ends_with(".localhost") || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// An address as a message may show it: no user, no query.
fn without_secrets(address: &str) -> String {
    let address = address.split(['?', '#']).next().unwrap_or_default();
    match (address.find("://"), address.rfind('@')) {
        (Some(scheme), Some(at)) if at > scheme => format!("{}{}", &address[..scheme + 3], &address[at + 1..]),
        (None, Some(at)) => address[at + 1..].to_owned(),
        _ => address.to_owned(),
    }
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    sitename: String,
    #[serde(default)]
    release: String,
    functions: Option<Vec<Named>>,
    exception: Option<String>,
    errorcode: Option<String>,
    message: Option<String>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

/// Asks the site.
pub fn ask(address: &str, token: &Token, report: &mut Report) -> Option<SiteInfo> {
    let failed = |why: String| Diagnostic::new(Code::C026, format!("cannot ask `{address}`: {}", hide(&why, token)));
    let config = ureq::Agent::config_builder()
        .timeout_connect(Some(CONNECT))
        .timeout_global(Some(WHOLE))
        .http_status_as_error(false)
        // A redirect would turn the request into another one; the user had better know the right address.
        .max_redirects(0)
        .max_redirects_will_error(false)
        .user_agent(concat!("mwsc/", env!("CARGO_PKG_VERSION")))
        .build();
    let form = [("wstoken", token.0.as_str()), ("wsfunction", "core_webservice_get_site_info"), ("moodlewsrestformat", "json")];
    let mut answer = match ureq::Agent::from(config).post(address).send_form(form) {
        Ok(answer) => answer,
        Err(why) => {
            let why = match why {
                ureq::Error::Io(why) => plain(&why),
                other => other.to_string(),
            };
            report.push(failed(why));
            return None;
        }
    };
    let status = answer.status();
    if status.is_redirection() {
        let to = answer.headers().get("location").and_then(|to| to.to_str().ok()).map(without_secrets).unwrap_or_default();
        report.push(failed(format!("it redirects to `{to}`")).help("use the address that the site itself uses"));
        return None;
    }
    if !status.is_success() {
        let finding = failed(format!("it answers with HTTP status {}", status.as_u16()));
        let help = match status.as_u16() {
            404 => "is this the address of the site's front page?",
            401 | 403 => "a firewall or a proxy in front of the site, or the switched-off REST protocol, refuses the request",
            _ => "try again later, or look at the site's logs",
        };
        report.push(finding.help(help));
        return None;
    }
    let bytes = match answer.body_mut().with_config().limit(MAX_ANSWER).read_to_vec() {
        Ok(bytes) => bytes,
        Err(why) => {
            report.push(failed(format!("its answer cannot be read: {why}")));
            return None;
        }
    };
    match understand(&bytes) {
        Ok(info) => Some(info),
        Err(Wrong::Refused(what)) => {
            report.push(Diagnostic::new(Code::C027, format!("`{address}` refuses: {}", hide(&what, token))));
            None
        }
        Err(Wrong::Other(why)) => {
            report.push(failed(why));
            None
        }
    }
}

enum Wrong {
    Refused(String),
    Other(String),
}

fn understand(bytes: &[u8]) -> Result<SiteInfo, Wrong> {
    // The message of the JSON reader may quote the answer, so its words are not used.
    let answer: Answer =
        serde_json::from_slice(bytes).map_err(|_| Wrong::Other("its answer is not that of a Moodle web service".to_owned()))?;
    if answer.exception.is_some() || answer.errorcode.is_some() {
        let message = answer.message.unwrap_or_else(|| "no message".to_owned());
        return Err(Wrong::Refused(answer.errorcode.map_or(message.clone(), |code| format!("{message} ({code})"))));
    }
    let Some(functions) = answer.functions else {
        return Err(Wrong::Other("its answer names no functions".to_owned()));
    };
    let mut functions: Vec<String> = functions.into_iter().map(|function| function.name).collect();
    functions.sort_unstable();
    functions.dedup();
    Ok(SiteInfo { name: answer.sitename, release: answer.release, functions })
}

fn hide(text: &str, token: &Token) -> String {
    text.replace(&token.0, "…")
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;

    use super::*;

    /// A site that answers one request.
    fn site(answer: &'static str) -> (String, std::thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/moodle/", listener.local_addr().unwrap());
        let served = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut seen = Vec::new();
            let mut buffer = [0; 4096];
            while !String::from_utf8_lossy(&seen).contains("moodlewsrestformat=json") {
                let n = stream.read(&mut buffer).unwrap();
                seen.extend_from_slice(&buffer[..n]);
            }
            stream.write_all(answer.as_bytes()).unwrap();
            String::from_utf8(seen).unwrap()
        });
        (address, served)
    }

    fn ask_site(answer: &'static str) -> (Option<SiteInfo>, Vec<String>, String) {
        let (address_of, served) = site(answer);
        let mut report = Report::default();
        let url = address(&address_of, false, &mut report).unwrap();
        let info = ask(&url, &Token("s3cret".to_owned()), &mut report);
        let found = report.iter().map(|d| format!("{} {} {}", d.code.name(), d.message, d.help.clone().unwrap_or_default())).collect();
        (info, found, served.join().unwrap())
    }

    #[test]
    fn names_the_functions_of_the_service() {
        let (info, found, request) = ask_site(
            "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{\"sitename\":\"S\",\"release\":\"4.5\",\"functions\":[{\"name\":\"b\",\"version\":\"1\"},{\"name\":\"a\"}]}",
        );
        assert_eq!(found, Vec::<String>::new());
        assert_eq!(info.unwrap().functions, ["a", "b"]);
        assert!(request.starts_with("POST /moodle/webservice/rest/server.php HTTP/1.1"), "{request}");
        assert!(request.contains("wstoken=s3cret&"));
        assert!(!request.split("\r\n\r\n").next().unwrap().contains("s3cret"), "the token is in no header");
    }

    #[test]
    fn says_what_went_wrong_without_the_token() {
        let cases = [
            (
                "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{\"exception\":\"e\",\"errorcode\":\"invalidtoken\",\"message\":\"bad s3cret\"}",
                "C027",
                "bad … (invalidtoken)",
            ),
            ("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n<html>s3cret", "C026", "not that of a Moodle"),
            ("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{}", "C026", "names no functions"),
            ("HTTP/1.1 404 No\r\nconnection: close\r\ncontent-length: 0\r\n\r\n", "C026", "HTTP status 404"),
            (
                "HTTP/1.1 301 Moved\r\nlocation: https://x/?wstoken=s3cret\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
                "C026",
                "redirects to `https://x/`",
            ),
        ];
        for (answer, code, words) in cases {
            let (info, found, _) = ask_site(answer);
            assert!(info.is_none());
            assert!(found[0].starts_with(code) && found[0].contains(words) && !found[0].contains("s3cret"), "{found:?}");
        }
    }

    #[test]
    fn a_token_goes_over_https_only() {
        let mut report = Report::default();
        let mut check = |site: &str, insecure: bool| address(site, insecure, &mut report);
        assert_eq!(check("https://a.org/m/", false).as_deref(), Some("https://a.org/m/webservice/rest/server.php"));
        assert_eq!(check("http://[::1]:8080", false).as_deref(), Some("http://[::1]:8080/webservice/rest/server.php"));
        assert_eq!(check("http://a.org", true).as_deref(), Some("http://a.org/webservice/rest/server.php"));
        for bad in
            ["http://a.org", "http://localhost.evil.org", "ftp://a.org", "a.org", "https://u:p@a.org", "https://a.org/?wstoken=s3cret", ""]
        {
            assert_eq!(check(bad, false), None, "{bad}");
        }
        assert!(report.iter().all(|d| !d.message.contains("s3cret") && !d.message.contains("u:p")));
    }

    #[test]
    fn a_token_is_never_shown() {
        let mut report = Report::default();
        let token = token(None, Some(" s3cret\n".to_owned()), &mut report).unwrap();
        assert_eq!(token.0, "s3cret");
        assert_eq!(format!("{token:?}"), "Token(…)");
        assert!(super::token(None, Some("two words".to_owned()), &mut report).is_none());
        assert!(report.iter().all(|d| !d.message.contains("two words")));
    }
}
