//! Keys, mistakes and precedence of the configuration.

use clap::Parser as _;

use super::*;
use crate::cli::{Arguments, Command};

#[test]
fn a_file_says_what_differs_from_the_defaults() {
    assert_eq!(Config::parse("").unwrap(), Config::default());
    let config = Config::parse("listen = \"0.0.0.0:80\"\n[upstream]\nurl = \"https://m.example\"\n[limits]\nbody-bytes = 5\n").unwrap();
    assert_eq!((config.listen.port(), config.limits.body_bytes, config.limits.connections), (80, 5, 12_000));
    assert_eq!(config.upstream.map(|upstream| upstream.service).as_deref(), Some("moodle_mobile_app"));
}

/// The file that documents every key says what the defaults are.
#[test]
fn the_documented_keys_and_defaults_are_these() {
    let documented = include_str!("../../deploy/mwsd.toml");
    let whole: String = documented
        .lines()
        .map(|line| line.strip_prefix('#').filter(|rest| !rest.starts_with(' ')).unwrap_or(line))
        .fold(String::new(), |out, line| out + line + "\n");
    let mut config = Config::parse(&whole).unwrap();
    assert!(config.admin.take().is_some() && config.base_url.take().is_some() && config.recorded.take().is_some());
    assert_eq!(config.extension.take().unwrap().timeout, half_a_minute());
    let upstream = config.upstream.take().unwrap();
    assert_eq!((upstream.service, upstream.plugin, upstream.timeout, upstream.retries), (mobile(), plugin(), half_a_minute(), two()));
    assert!(!upstream.roles.is_empty());
    let wspp = config.upstream_wspp.take().unwrap();
    assert_eq!((wspp.timeout, wspp.retries), (half_a_minute(), two()));
    assert!(config.site.address.take().is_some());
    config.site.has.clear();
    assert_eq!(config, Config::default());
    assert_eq!(Config::parse(documented).unwrap(), Config::default());
}

#[test]
fn mistakes_are_named_with_their_line() {
    let why = Config::parse("listen = \"0.0.0.0:80\"\nlisten-on = 5\n").unwrap_err();
    assert!(why.contains("line 2") && why.contains("unknown field `listen-on`"), "{why}");
    assert!(Config::parse("listen = \"here\"").unwrap_err().contains("line 1"));
    let why = Config::parse("debug = false\nstore = \"postgres://ann:secret@host/db\n").unwrap_err();
    assert!(why.contains("line 2") && !why.contains("secret"), "{why}");
    let why = Config::parse("[upstream]\nurl = \"https://ann:secret@host\"\nretires = 2\n").unwrap_err();
    assert!(why.contains("line 3") && !why.contains("secret"), "{why}");
}

#[test]
fn options_win_over_the_file() {
    let Command::Serve(options) = Arguments::parse_from([
        "mwsd",
        "serve",
        "--upstream",
        "https://n.example",
        "--listen",
        "127.0.0.1:1",
        "--log-format",
        "json",
        "--extension",
        "http://h.example/",
    ])
    .command
    else {
        panic!("another command");
    };
    let mut config =
        Config::parse("[upstream]\nurl = \"https://m.example\"\nservice = \"s\"\n[extension]\nurl = \"http://g.example\"\ntimeout = 7\n")
            .unwrap();
    config.take(&options);
    let extension = config.extension.as_ref().unwrap();
    assert_eq!((extension.url.as_str(), extension.timeout), ("http://h.example/", 7));
    let upstream = config.upstream.as_ref().unwrap();
    assert_eq!((upstream.url.as_str(), upstream.service.as_str()), ("https://n.example", "s"));
    assert_eq!((config.settings().base_url.as_str(), config.log.format), ("http://127.0.0.1:1", LogFormat::Json));
    let Command::Check(options) =
        Arguments::parse_from(["mwsd", "check", "--upstream-wspp", "https://o.example/wspp/service_pp.php"]).command
    else {
        panic!("another command");
    };
    config.take(&options);
    assert_eq!((config.upstream, config.upstream_wspp.map(|wspp| wspp.retries)), (None, Some(two())));
}
