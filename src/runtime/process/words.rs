//! What the program says before it serves: the first thing that has to be mended.

use std::process::Command;

/// Exit status and words of a command with these arguments.
fn said(args: &[&str]) -> (Option<i32>, String) {
    said_with(args, &[])
}

/// The same with variables of the environment.
fn said_with(args: &[&str], variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_mwsd"));
    let run = command.args(args).envs(variables.iter().copied()).current_dir(folder.path()).output().unwrap();
    (run.status.code(), String::from_utf8([run.stdout, run.stderr].concat()).unwrap())
}

#[test]
fn no_user_of_an_address_is_told() {
    let build = super::server::build().to_str().unwrap();
    let site = "https://ann:s3cretpw@127.0.0.1:9";
    let (bare, port) = ("ann:s3cretpw@m.example", "https://ann:s3cretpw@m.example:99999");
    for (args, status) in [
        (&["check", "--build", build, "--upstream", site][..], 0),
        (&["check", "--build", build, "--upstream", bare], 2),
        (&["check", "--build", build, "--upstream", port], 2),
        (&["check", "--upstream", port], 2),
        (&["check", "--build", build, "--upstream-wspp", site], 2),
        (&["check", "--build", build, "--upstream-wspp", "https://ann:s3cret@pw@m.example/wspp/x.php"], 2),
        (&["check", "--build", build, "--extension", bare], 2),
        (&["check", "--build", build, "--base-url", site], 2),
        (&["check", "--build", site], 3),
        (&["check", "--config", site], 2),
        (&["check", site], 2),
        (&["record", "--upstream", bare, "-o", "r"], 2),
        (&["record", "--upstream", site, "-o", "r", "--listen", "192.0.2.1:9"], 2),
        (&["check", "--build", build, "--store", "postgres://ann:s3cretpw@m.example/a?sslmode=s3cretpw"], 2),
        (&["check", "--build", build, "--store", "postgres:/ann:s3cretpw@m.example/a"], 2),
        (&["check", "--build", build, "--store", "postgres://ann:s3cretpw@m.example/a"], 0),
        (&["serve", "--build", build, "--listen", "127.0.0.1:0", "--store", "postgres://ann:s3cretpw@127.0.0.1/a?passwrd=s3cretpw"], 2),
        (&["account", "--build", build, "--store", "postgres://ann:s3cretpw@nowhere.invalid/a", "list"], 2),
    ] {
        let (found, text) = said(args);
        assert_eq!(found, Some(status), "{args:?}: {text}");
        assert!(!text.is_empty() && !text.contains("s3cret"), "{args:?}: {text}");
    }
    let variables = ["MWSD_STORE", "MWSD_UPSTREAM", "MWSD_UPSTREAM_WSPP", "MWSD_EXTENSION", "MWSD_BASE_URL"].map(|name| (name, site));
    let (_, help) = said_with(&["serve", "--help"], &variables);
    assert!(help.contains("MWSD_UPSTREAM_WSPP") && !help.contains("s3cret"), "{help}");
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
