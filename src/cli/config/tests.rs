//! What a configuration says, and what is wrong with one.

use super::*;

fn read(text: &str) -> (Config, Vec<String>) {
    let sources = SourceMap::default();
    let (file, _) = sources.add("mwsc.toml", "mwsc.toml".to_owned(), text.into());
    let mut report = Report::default();
    let config = parse(text, file, Path::new("conf"), &mut report);
    let findings = report
        .iter()
        .map(|d| {
            let (line, column) = d.span.map_or((0, 0), |at| sources.file(at.file).position(at.start));
            format!("{}:{line}:{column} {} | {}", d.code.name(), d.message, d.help.as_deref().unwrap_or_default())
        })
        .collect();
    (config, findings)
}

#[test]
fn reads_everything() {
    let (config, findings) = read(
        "inputs = ['moodle']\ntargets = 'wsdl'\noutput = 'out'\nstrict = true\n\
         [service.z]\nfunctions = ['core_*']\ntitle = 'Z'\n[service.a]\ncomponents = ['mod_forum']\nrestricted-users = true\n\
         [[input]]\ntree = '/abs'\nplugins = ['p']\nrelease = '4.5'\n[[input]]\nwsdl = 'a.wsdl'\n[wsdl]\nsoap12 = true\nendpoint = 'https://x/'\n\
         [live]\nurl = 'https://x'\n",
    );
    assert_eq!(findings, Vec::<String>::new());
    assert_eq!(config.inputs[0].tree.as_deref(), Some(Path::new("conf/moodle")));
    assert_eq!(config.inputs[1].tree.as_deref(), Some(Path::new("/abs")));
    assert_eq!(config.inputs[1].plugins, [PathBuf::from("conf/p")]);
    assert_eq!(config.inputs[2].files, [("wsdl", PathBuf::from("conf/a.wsdl"))]);
    assert_eq!(config.defined.iter().map(|s| s.shortname.as_str()).collect::<Vec<_>>(), ["z", "a"]);
    assert!(config.defined[1].restricted_users && config.strict && config.wsdl.soap12);
    assert_eq!(config.targets[0].0, "wsdl");
    assert_eq!(config.live.unwrap().url, "https://x");
}

#[test]
fn names_unknown_keys_with_place_and_suggestion() {
    let (_, findings) = read("ouput = 'x'\n[service.a]\nfunction = ['x']\nwhatever_else = 1\n");
    assert_eq!(findings[0], "C001:1:1 unknown key `ouput` | did you mean `output`?");
    assert_eq!(findings[1], "C001:3:1 unknown key `service.a.function` | did you mean `functions`?");
    assert!(findings[2].starts_with("C001:4:1 unknown key `service.a.whatever_else` | the keys here are `title`, "));
}

#[test]
fn names_wrong_kinds_and_broken_toml() {
    let (_, findings) = read("inputs = 3\nservices = ['a', 1]\nstrict = 'yes'\nservice = 1\ninput = 'x'\n[live]\nurl = []\n");
    assert_eq!(findings.len(), 6, "{findings:?}");
    assert!(findings.iter().all(|finding| finding.starts_with("C002:")));
    let (_, findings) = read("inputs = [\n");
    assert!(findings[0].starts_with("C003:"), "{findings:?}");
}

#[test]
fn names_tables_that_lack_what_they_are_for() {
    let (_, findings) = read("[[input]]\nrelease = '4.5'\n[live]\nname = 'x'\n");
    assert_eq!(
        findings,
        [
            "C002:1:1 this input names nothing to read | it takes one of `tree`, `plugins`, `wsdl`, `phpdoc`",
            "C002:3:1 `[live]` needs `url`, the address of the site | "
        ]
    );
}

#[test]
fn a_file_that_is_not_utf_8_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("mwsc.toml");
    fs::write(&path, b"output = '\xff'\n").unwrap();
    let mut report = Report::default();
    load(&path, &SourceMap::default(), &mut report);
    assert!(report.iter().next().is_some_and(|found| found.code == Code::C003 && found.message.ends_with("is not UTF-8")));
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_and_what_is_found_is_drawn(text in "([a-z\\[\\]=\"'.\\-{}#é\u{1f600}\n ]|service|inputs|\\[\\[input\\]\\]){0,40}") {
        let sources = SourceMap::default();
        let (file, _) = sources.add("mwsc.toml", "mwsc.toml".to_owned(), text.clone().into());
        let mut report = Report::default();
        parse(&text, file, Path::new(""), &mut report);
        report.sort(&sources);
        crate::report::render::human::render(&report, &sources, true, crate::report::Severity::Note);
        crate::report::render::sarif::render(&report, &sources);
        crate::report::render::github::render(&report, &sources);
        crate::report::render::json::render(&report, &sources);
    }
}

#[test]
fn finds_the_file_upward() {
    let dir = tempfile::tempdir().unwrap();
    let deep = dir.path().join("a/b");
    fs::create_dir_all(&deep).unwrap();
    assert_eq!(find(Some(Path::new("x.toml")), &deep), Some(PathBuf::from("x.toml")));
    fs::write(dir.path().join(".mwsc.toml"), "").unwrap();
    assert_eq!(find(None, &deep), Some(PathBuf::from("../../.mwsc.toml")));
    fs::write(dir.path().join("mwsc.toml"), "").unwrap();
    assert_eq!(find(None, &deep), Some(PathBuf::from("../../mwsc.toml")));
}
