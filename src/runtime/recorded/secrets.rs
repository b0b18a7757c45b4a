//! What of an exchange nobody else is to see, and the same texts without it.
//!
//! Secrets are found by the names of what holds them, in whatever syntax that is written, so that broken documents and pages for people
//! are no gap. Each is replaced in its place; tokens and keys are then known, and replaced wherever they turn up, in later exchanges too.
//! A password is as good as a word, so it is looked for only in the answer to the request that held it, where such a page may quote it.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regex::{Captures, Regex, RegexBuilder};

/// What stands for a password.
pub const REMOVED: &str = "removed";

/// Names that end so hold a secret.
const NAMES: &str = r"[\w-]*(?:token|password|passwd|pwd|sesskey|sessionkey|accesskey|enrolmentkey|secret|pushid)";

/// Ways to write one. `NAME` is a name; the group `secret` is the value.
const WAYS: [&str; 10] = [
    // A form: `users[0][password]=secret`.
    r#"(?:^|[^\w-])(?<name>NAME)(?:\]|%5D)*=(?<secret>[^&\s"'<>\#;]+)"#,
    // A setting in two fields of a form: `data[0][name]=quizpassword&data[0][value]=secret`.
    r"=(?<name>NAME)&[^=&]*value(?:\]|%5D)*=(?<secret>[^&\s]+)",
    // JSON, and what PHP serialises: `"token":"secret"`, `s:5:"token";s:6:"secret"`.
    r#""(?<name>NAME)"\s*(?::|;s:\d+:)\s*"(?<secret>(?:[^"\\]|\\.)+)""#,
    // JSON that is a text of JSON: `{\"token\":\"secret\"}`.
    r#"\\"(?<name>NAME)\\"\s*:\s*\\"(?<secret>[^"\\]+)\\""#,
    // The same in two fields: `"name":"quizpassword","value":"secret"`.
    r#""(?<name>NAME)"\s*,\s*"value"\s*:\s*"(?<secret>(?:[^"\\]|\\.)+)""#,
    // An element: `<w:Password Type="…">secret</w:Password>`.
    r"<(?:[\w-]+:)?(?<name>NAME)(?:\s[^<>]*)?>\s*(?:<!\[CDATA\[)?(?<secret>[^<>\s][^<>]*?)(?:\]\]>)?\s*</",
    // A record of Moodle's in XML, and of XML-RPC: `<KEY name="token"><VALUE>secret`, `<name>token</name><value><string>secret`.
    r#"(?:name="|<name>)(?<name>NAME)(?:"|</name>)\s*>?\s*<value>\s*(?:<string>)?(?<secret>[^<>\s][^<>]*)<"#,
    // A field of a page's form: `name="sesskey" value="secret"`.
    r#"name="(?<name>NAME)"[^<>]*?\svalue="(?<secret>[^"<>]+)""#,
    // A dump of PHP's: `[password] => secret`.
    r"\[(?<name>NAME)\] => (?<secret>\S+)",
    // A part of a path. JSON may have a backslash before a slash.
    r#"(?<name>simpleserver\.php\\?/[^/\\?"&<>\s]*|tokenpluginfile\.php|rss\\?/file\.php\\?/\d+)\\?/(?<secret>[^/\\?"&<>\s]+)"#,
];

/// Names that end as those of secrets do, and hold a choice.
const CHOICES: [&str; 3] = ["createpassword", "changepassword", "forcepassword"];

/// Bytes that a token has at least. What is shorter may be a part of anything.
const TOKEN: usize = 8;

/// Bytes of a password from which on it is looked for.
const PASSWORD: usize = 6;

static PATTERNS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let pattern = |way: &&str| RegexBuilder::new(&way.replace("NAME", NAMES)).case_insensitive(true).build();
    // A test reads all of them.
    WAYS.iter().filter_map(|way| pattern(way).ok()).collect()
});

/// The tokens and keys of a recording, and what stands for each.
#[derive(Debug, Default)]
pub struct Secrets {
    tokens: HashMap<String, String>,
}

/// The passwords of an exchange.
pub type Passwords = Vec<String>;

impl Secrets {
    /// Learns the secrets of a text, and of the value of a header `Authorization`.
    pub fn learn(&mut self, text: &str, authorization: &str, passwords: &mut Passwords) {
        for pattern in &*PATTERNS {
            for found in pattern.captures_iter(text) {
                self.note(&found["name"], &found["secret"], passwords);
            }
        }
        match authorization.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => self.note("token", token.trim(), passwords),
            Some((scheme, coded)) if scheme.eq_ignore_ascii_case("basic") => {
                let plain = STANDARD.decode(coded.trim()).unwrap_or_default();
                if let Some((user, secret)) = String::from_utf8_lossy(&plain).split_once(':') {
                    self.note(if user == "token" { user } else { "password" }, secret, passwords);
                }
            }
            _ => {}
        }
    }

    /// A text of the exchange without any secret.
    pub fn hide(&self, text: &str, passwords: &Passwords) -> String {
        let placed = PATTERNS.iter().fold(text.to_owned(), |text, pattern| {
            let shown = |found: &Captures<'_>| {
                let (whole, secret) = (&found[0], &found["secret"]);
                let at = found.name("secret").map_or(0, |secret| secret.start()) - found.get(0).map_or(0, |whole| whole.start());
                format!("{}{}{}", &whole[..at], self.shown(&found["name"], secret), &whole[at + secret.len()..])
            };
            pattern.replace_all(&text, shown).into_owned()
        });
        let mut known: Vec<(&str, &str)> = self.tokens.iter().map(|(token, shown)| (token.as_str(), shown.as_str())).collect();
        known.extend(passwords.iter().filter(|password| password.len() >= PASSWORD).map(|password| (password.as_str(), REMOVED)));
        // One may be the beginning of another.
        known.sort_by_key(|(secret, _)| std::cmp::Reverse(secret.len()));
        known.iter().fold(placed, |text, (secret, shown)| {
            spellings(secret)
                .iter()
                .fold(text, |text, secret| if text.contains(secret.as_str()) { text.replace(secret, shown) } else { text })
        })
    }

    fn note(&mut self, name: &str, secret: &str, passwords: &mut Passwords) {
        let plain = plain(secret);
        if is_choice(name) {
        } else if is_word(name) {
            passwords.push(plain);
        } else if plain.len() >= TOKEN && !self.tokens.values().any(|shown| *shown == plain) {
            let next = format!("{:032x}", self.tokens.len() + 1);
            self.tokens.entry(plain).or_insert(next);
        }
    }

    /// What stands for a secret in its place.
    fn shown<'s>(&'s self, name: &str, secret: &'s str) -> &'s str {
        let is_stand_in = self.tokens.values().any(|shown| shown == secret);
        match self.tokens.get(&plain(secret)) {
            _ if is_choice(name) || is_stand_in => secret,
            Some(shown) => shown,
            None => REMOVED,
        }
    }
}

fn is_choice(name: &str) -> bool {
    CHOICES.iter().any(|choice| name.to_ascii_lowercase().ends_with(choice))
}

/// Whether a secret is a word that people chose.
fn is_word(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["password", "passwd", "pwd", "enrolmentkey"].iter().any(|end| name.ends_with(end)) || name.starts_with("simpleserver")
}

/// A secret as it is, from how a form, JSON or XML spells it.
fn plain(secret: &str) -> String {
    if secret.contains('\\') {
        return serde_json::from_str(&format!("\"{secret}\"")).unwrap_or_else(|_| secret.to_owned());
    }
    if secret.contains('&') {
        return quick_xml::escape::unescape(secret).map_or_else(|_| secret.to_owned(), Cow::into_owned);
    }
    let form = format!("x={secret}");
    form_urlencoded::parse(form.as_bytes()).next().map_or_else(|| secret.to_owned(), |(_, text)| text.into_owned())
}

/// How protocols spell a secret.
fn spellings(secret: &str) -> Vec<String> {
    let json = |text: &str| text.trim_matches('"').to_owned();
    let json = serde_json::to_string(secret).map_or_else(|_| secret.to_owned(), |text| json(&text));
    let form: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let mut out = vec![secret.to_owned(), json.replace('/', "\\/"), json, form.replace('+', "%20"), form];
    out.push(quick_xml::escape::escape(secret).into_owned());
    out.push(quick_xml::escape::partial_escape(secret).into_owned());
    out.dedup();
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(text: &str) -> String {
        let (mut secrets, mut passwords) = (Secrets::default(), Passwords::new());
        secrets.learn(text, "", &mut passwords);
        secrets.hide(text, &Passwords::new())
    }

    #[test]
    fn every_way_can_be_read() {
        assert_eq!(PATTERNS.len(), WAYS.len());
    }

    #[test]
    fn secrets_are_found_in_every_syntax() {
        let one = format!("{:032x}", 1);
        for (text, expected) in [
            ("wsfunction=f&wstoken=0123456789ab&x=1", format!("wsfunction=f&wstoken={one}&x=1")),
            (
                "users%5B0%5D%5Bpassword%5D=a%26b&users[0][createpassword]=1",
                "users%5B0%5D%5Bpassword%5D=removed&users[0][createpassword]=1".to_owned(),
            ),
            ("password=x", "password=removed".to_owned()),
            ("d[0][name]=quizpassword&d[0][value]=open+it&y=2", "d[0][name]=quizpassword&d[0][value]=removed&y=2".to_owned()),
            (
                r#"{"token":"0123456789ab","privatetoken": "p\/q\"rstuvw"}"#,
                format!("{{\"token\":\"{one}\",\"privatetoken\": \"{:032x}\"}}", 2),
            ),
            (r#"{"userprivateaccesskey":"0123456789ab","id":7}"#, format!("{{\"userprivateaccesskey\":\"{one}\",\"id\":7}}")),
            (r#"[{"name":"quizpassword","value":"abc"}]"#, r#"[{"name":"quizpassword","value":"removed"}]"#.to_owned()),
            (r#"s:10:"sessionkey";s:12:"0123456789ab";"#, format!("s:10:\"sessionkey\";s:12:\"{one}\";")),
            (r#"<w:Password Type="t">a&amp;b</w:Password>"#, r#"<w:Password Type="t">removed</w:Password>"#.to_owned()),
            ("<password><![CDATA[a b]]></password>", "<password><![CDATA[removed]]></password>".to_owned()),
            ("<UsernameToken>\n <a/></UsernameToken>", "<UsernameToken>\n <a/></UsernameToken>".to_owned()),
            (r#"<KEY name="token"><VALUE>0123456789ab</VALUE>"#, format!("<KEY name=\"token\"><VALUE>{one}</VALUE>")),
            ("<name>password</name><value><string>p</string>", "<name>password</name><value><string>removed</string>".to_owned()),
            ("<name>password</name>\n<value>p q</value>", "<name>password</name>\n<value>removed</value>".to_owned()),
            (
                r#"<input name="sesskey" type="hidden" value="AbCdEfGhIj">"#,
                format!("<input name=\"sesskey\" type=\"hidden\" value=\"{one}\">"),
            ),
            ("[password] => abc\n[id] => 7", "[password] => removed\n[id] => 7".to_owned()),
            ("/webservice/soap/simpleserver.php/ann/abc?wsdl=1", "/webservice/soap/simpleserver.php/ann/removed?wsdl=1".to_owned()),
            (r"https:\/\/h\/tokenpluginfile.php\/0123456789ab\/1\/user", format!(r"https:\/\/h\/tokenpluginfile.php\/{one}\/1\/user")),
            ("{\"token\":\"0123456789ab\" and broken off", format!("{{\"token\":\"{one}\" and broken off")),
            ("{\"tokens\":5,\"canchangepassword\":true}", "{\"tokens\":5,\"canchangepassword\":true}".to_owned()),
        ] {
            assert_eq!(hidden(text), expected);
            assert_eq!(hidden(&hidden(text)), hidden(text), "nothing is hidden twice");
        }
    }

    #[test]
    fn what_is_known_is_hidden_wherever_it_turns_up() {
        let (mut secrets, mut passwords) = (Secrets::default(), Passwords::new());
        secrets.learn("wstoken=0123456789ab", "Bearer feedfacefeed", &mut passwords);
        secrets.learn("", &format!("Basic {}", STANDARD.encode("ann:p/w&\"d")), &mut passwords);
        assert_eq!(secrets.hide("<p>0123456789ab feedfacefeed</p>", &Passwords::new()), format!("<p>{:032x} {:032x}</p>", 1, 2));
        assert_eq!(secrets.hide(r#"p/w&"d p\/w&\"d p%2Fw%26%22d p/w&amp;&quot;d"#, &passwords), "removed removed removed removed");
    }
}
