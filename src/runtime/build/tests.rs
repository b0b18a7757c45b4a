//! Tests of reading builds.

use std::fs;
use std::path::PathBuf;

use super::{Build, BuildError, MANIFEST, sha256};

/// A folder of its own for a test.
fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("mwsd-build-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn manifest(file: &str, digest: &str) -> String {
    serde_json::json!({
        "format": mwsc_contract::FORMAT, "generator": "test", "digest": "", "releases": [],
        "services": [], "operations": {}, "records": {}, "endpoints": [], "rules": {},
        "files": [{ "path": file, "digest": digest, "bytes": 3 }],
    })
    .to_string()
}

#[test]
fn a_build_has_its_files() {
    let folder = folder("good");
    fs::write(folder.join("a.wsdl"), "abc").unwrap();
    fs::write(folder.join(MANIFEST), manifest("a.wsdl", &sha256(b"abc"))).unwrap();
    let build = Build::load(&folder).unwrap();
    assert_eq!(build.file("a.wsdl").map(|content| &content[..]), Some(&b"abc"[..]));
    assert!(build.file("b.wsdl").is_none());
}

#[test]
fn a_changed_file_is_refused() {
    let folder = folder("changed");
    fs::write(folder.join("a.wsdl"), "abd").unwrap();
    fs::write(folder.join(MANIFEST), manifest("a.wsdl", &sha256(b"abc"))).unwrap();
    assert!(matches!(Build::load(&folder), Err(BuildError::Digest { .. })));
}

#[test]
fn a_file_outside_the_folder_is_refused() {
    let folder = folder("outside");
    for path in ["../a.wsdl", "/etc/passwd", "", "a/../../b"] {
        fs::write(folder.join(MANIFEST), manifest(path, "")).unwrap();
        // The loader of the contract may notice first.
        let why = Build::load(&folder).unwrap_err();
        assert!(matches!(why, BuildError::Outside { .. } | BuildError::Manifest { .. }), "{path}: {why}");
    }
}

#[test]
fn what_is_no_manifest_is_refused_with_its_place() {
    let folder = folder("broken");
    assert!(matches!(Build::load(&folder), Err(BuildError::Missing { .. })));
    assert!(matches!(Build::load(&folder.join("gone")), Err(BuildError::Missing { .. })));
    fs::write(folder.join(MANIFEST), "{\n  oops").unwrap();
    let why = Build::load(&folder).unwrap_err().to_string();
    assert!(why.contains("line 2"), "{why}");
}

/// A manifest with a service of one operation.
fn with_service(service: &str, operation: &str, doc: &str) -> String {
    serde_json::json!({
        "format": mwsc_contract::FORMAT, "generator": "test", "digest": "", "releases": [],
        "services": [{ "shortname": service, "name": service, "operations": [operation], "convention": "moodle" }],
        "operations": { operation: { "doc": doc, "login-required": true, "params": [] } },
        "records": {}, "endpoints": [], "rules": {},
        "files": [{ "path": "a.wsdl", "digest": sha256(service.as_bytes()), "bytes": service.len() }],
    })
    .to_string()
}

#[test]
fn the_manifests_of_an_output_folder_are_served_together() {
    let folder = folder("several");
    let put = |input: &str, service: &str, operation: &str, doc: &str| {
        let place = folder.join(input).join("manifest");
        fs::create_dir_all(&place).unwrap();
        fs::write(place.join("a.wsdl"), service).unwrap();
        fs::write(place.join(MANIFEST), with_service(service, operation, doc)).unwrap();
    };
    put("4.5", "one", "f", "");
    let build = Build::load(&folder).unwrap();
    assert_eq!(build.file("a.wsdl").map(|content| &content[..]), Some(&b"one"[..]));
    put("oktech", "two", "g", "");
    let build = Build::load(&folder).unwrap();
    assert!(build.service("one").is_some() && build.service("two").is_some());
    assert_eq!(build.file(&build.manifest.files[1].path).map(|content| &content[..]), Some(&b"two"[..]));
    put("oktech", "two", "f", "another function of this name");
    let why = Build::load(&folder).unwrap_err().to_string();
    assert!(why.contains("operation `f`") && why.contains("--build"), "{why}");
    assert!(Build::load(&folder.join("oktech")).is_ok());
}
