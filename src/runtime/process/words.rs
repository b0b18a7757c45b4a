//! What the program says before it serves: the first thing that has to be mended.

use std::process::Command;

/// Exit status and words of a command with these arguments.
fn said(args: &[&str]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let run = Command::new(env!("CARGO_BIN_EXE_mwsd")).args(args).current_dir(folder.path()).output().unwrap();
    (run.status.code(), String::from_utf8(run.stderr).unwrap())
}

#[test]
fn an_argument_that_is_wrong_is_named_before_a_build_that_is_missing() {
    for (args, status, words) in [
        (&["replay", "nowhere"][..], 3, "nowhere/requests.json"),
        (&["serve", "--recorded", "nowhere"], 3, "nowhere/requests.json"),
        (&["serve", "--upstream-wspp", "nonsense"], 2, "upstream-wspp: this is no address"),
        (&["check", "--upstream-wspp", "ftp://m.example/wspp/service_pp.php"], 2, "does not begin with `http://`"),
        (&["serve", "--upstream-wspp", "https://m.example/"], 2, "upstream-wspp: the address ends with none of /wspp/service_pp.php"),
        (&["serve", "--upstream", "m.example"], 2, "upstream: this is no address"),
        (&["serve", "--extension", "nonsense"], 2, "extension: "),
        (
            &["serve", "--upstream-wspp", "https://m.example/wspp/service_pp2.php"],
            3,
            "out: there is no manifest; write one with `mwsc generate",
        ),
    ] {
        let (found, text) = said(args);
        assert_eq!(found, Some(status), "{args:?}: {text}");
        assert!(text.contains(words), "{args:?}: {text}");
    }
}
