//! The notation of expressions, and the form of a crosswalk in a manifest.

use super::*;

#[track_caller]
fn reads_as_printed(text: &str) {
    let read = parse(text).unwrap_or_else(|why| panic!("{text}: {why}"));
    let printed = read.to_string();
    assert_eq!(parse(&printed).as_ref(), Ok(&read), "{text} is printed as {printed}");
}

#[test]
fn what_is_printed_reads_the_same() {
    for text in [
        "users",
        "user.profile[column].x",
        "'it\\'s {user.name | lower} \\{plain}'",
        "a ?? b ?? 'c'",
        "(a ?? b) ?? c",
        "a or b and not c == 1 | int",
        "not (a or b)",
        "(not a).b",
        "(a or b) and c",
        "(a == b) == c",
        "(a == b) | flag",
        "users | where(u => u.roles.roleid | has(5)) | map(u => {id: u.id, x: [1, -2.5, null, true]})",
        "{id: 1, in: 2, not: 3,}",
        "posts | tree('id', 'parent', 'children')",
        "a.b | as(it => {id: it.id ?? 0}) | first",
        "user-map.x-y",
        "{student: 5}[rolename]",
    ] {
        reads_as_printed(text);
    }
}

#[test]
fn what_is_no_expression_is_refused_with_its_place() {
    for (text, at) in [
        ("", 0),
        ("a |", 3),
        ("a | nosuch", 4),
        ("a | take", 4),
        ("a | where(1)", 4),
        ("a | map(x => )", 13),
        ("a b", 2),
        ("'open", 5),
        ("{a 1}", 3),
        ("[1 2]", 3),
        ("-", 0),
        ("a.1", 2),
        ("'x{'", 4),
    ] {
        assert_eq!(parse(text).map_err(|why| why.at), Err(at), "{text}");
    }
    assert!(parse(&"(".repeat(10_000)).is_err());
    assert!(parse(&"not ".repeat(10_000)).is_err());
}

#[test]
fn filters_stand_in_their_order() {
    for (at, spec) in filter::FILTERS.iter().enumerate() {
        assert_eq!(spec.filter as usize, at, "{}", spec.name);
    }
}

#[test]
fn a_crosswalk_goes_through_json() {
    let text = r#"{"operations":{"get_x":[{"since":"2.5","verdict":"exact","how":{"calls":{"steps":[{"when":"id != null","each":"x in ids","attempt":true,"action":{"read":{"function":"core_x","with":{"id":"x | int"}}},"give":"answer.id","as":"found"}],"result":"found"}}}],"log":[{"verdict":"needs-plugin","how":{"plugin":"core_log_get"}}]}}"#;
    let read: Crosswalk = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), text);
    let entry = &read.operations["get_x"];
    assert!(entry.on(Release::parse("2.4").as_ref()).is_none());
    assert!(entry.on(Release::parse("4.5.5").as_ref()).is_some());
}
