//! Examples of comments and types, part by part.

use crate::frontend::phpdoc::agree::{Difference, compare};
use crate::frontend::phpdoc::comment::{Comment, Named, Tag, Typed};
use crate::frontend::phpdoc::spelling::{self, MAX_NESTING, Misspelt, Spelling};

fn tag(text: &str) -> Tag {
    let comment = Comment::read(&format!("/**\n * {text}\n */"));
    assert_eq!(comment.tags.len(), 1, "{text}");
    comment.tags[0].clone()
}

fn param(text: &str) -> (Option<String>, Named, String) {
    let Typed { ty, name, doc } = tag(&format!("@param {text}")).param();
    (ty.map(|ty| ty.map_or_else(|why| format!("{why:?}"), |ty| spell(&ty))), name, doc)
}

/// A spelling in one of its forms, without blanks.
pub(super) fn spell(spelling: &Spelling) -> String {
    let all = |of: &[Spelling], between: &str| of.iter().map(spell).collect::<Vec<_>>().join(between);
    match spelling {
        Spelling::Name(name) => name.clone(),
        Spelling::Text(text) => format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'")),
        Spelling::Number(text) | Spelling::Fraction(text) => text.clone(),
        Spelling::Nullable(inner) => format!("?({})", spell(inner)),
        Spelling::Union(of) => format!("({})", all(of, "|")),
        Spelling::Intersection(of) => format!("({})", all(of, "&")),
        Spelling::List(of) => format!("({})[]", spell(of)),
        Spelling::Map(of) => format!("({})[=>]", spell(of)),
        Spelling::Generic(name, of) => format!("{name}<{}>", all(of, ",")),
        Spelling::Shape(of) => {
            let fields = of.iter().map(|(key, optional, ty)| format!("'{key}'{}:{}", if *optional { "?" } else { "" }, spell(ty)));
            format!("array{{{}}}", fields.collect::<Vec<_>>().join(","))
        }
        Spelling::Callable => "callable".to_owned(),
    }
}

#[test]
fn types_and_names_are_told_apart() {
    let some = |ty: &str| Some(ty.to_owned());
    let variable = |name: &str| Named::Variable(name.to_owned());
    assert_eq!(param("int $client the number"), (some("int"), variable("client"), "the number".into()));
    assert_eq!(param("  int\t\t$client   the  number"), (some("int"), variable("client"), "the  number".into()));
    assert_eq!(param("int client"), (some("int"), Named::Word("client".into()), String::new()));
    assert_eq!(param("$client int the number"), (some("int"), variable("client"), "the number".into()));
    assert_eq!(param("$client the number"), (None, variable("client"), "the number".into()));
    assert_eq!(param("string ...$words"), (some("string"), variable("words"), String::new()));
    assert_eq!(param("int &$count: how many"), (some("int"), variable("count"), "how many".into()));
    assert_eq!(param("int"), (some("int"), Named::Nothing, String::new()));
    assert_eq!(param(""), (None, Named::Nothing, String::new()));
    assert_eq!(param("object $data->id part"), (some("object"), variable("data->id"), "part".into()));
    assert_eq!(param("string[ $a"), (some("NoType"), variable("a"), String::new()));
    assert_eq!(param("A&B $a"), (some("(A&B)"), variable("a"), String::new()));
    assert_eq!(param("string, $a"), (some("string"), Named::Nothing, "$a".into()));
}

#[test]
fn what_follows_a_type_is_its_description() {
    let result = |text: &str| tag(&format!("@return {text}")).result();
    assert_eq!(result("int - how many").doc, "how many");
    assert_eq!(result("int[] a|b").doc, "a|b");
    assert_eq!(result("int, or so").doc, "or so");
    assert_eq!(result("int {@link a::b the others} too").doc, "a::b the others too");
    assert_eq!(result("").ty, None);
    assert_eq!(tag("@var int $id which").var().doc, "which");
}

#[test]
fn lines_that_go_on_belong_to_their_tag() {
    let comment =
        Comment::read("/**\n * Head\n * goes on.\n *\n * - one\n * - two\n * @param int $a first\n *    second\n *\n * Tail.\n */");
    assert_eq!(comment.text, "Head goes on.\n\n- one\n- two\n\nTail.");
    assert_eq!(comment.tags[0].param().doc, "first second");
    assert_eq!(Comment::read("/** {@inheritDoc} */"), Comment { inherits: true, ..Comment::default() });
    assert_eq!(Comment::read("/** one @param two */").tags, []);
    assert_eq!(Comment::read("/**@return int*/").tags[0].result().ty, Some(Ok(Spelling::Name("int".into()))));
    assert_eq!(Comment::read("/**\r\n * @return int\r\n */").tags[0].result().ty, Some(Ok(Spelling::Name("int".into()))));
}

#[test]
fn tags_know_their_place() {
    let text = "/** first\n   * @return int  \n */";
    let (start, end) = Comment::read(text).tags[0].at;
    assert_eq!(&text[start..end], "@return int");
}

#[test]
fn nesting_is_bounded() {
    let deep = |depth: usize| format!("{}int{}", "array<".repeat(depth), ">".repeat(depth));
    assert!(spelling::read(&deep(MAX_NESTING)).is_ok());
    for text in
        [deep(MAX_NESTING + 1), deep(100_000), "(".repeat(100_000), "?".repeat(100_000) + "int", "int".to_owned() + &"[]".repeat(100_000)]
    {
        assert_eq!(spelling::read(&text), Err(Misspelt::TooDeep), "{}", &text[..20]);
    }
    assert_eq!(spelling::read("array<array<int>"), Ok(("<array<int>", Spelling::Name("array".into()))));
}

#[test]
fn comments_may_say_more_and_not_otherwise() {
    let compare = |tag: &str, declared: &str| {
        let read = |text| spelling::read(text).expect("a type").1;
        compare(&read(tag), &read(declared))
    };
    for (tag, declared) in [
        ("int[]", "array"),
        ("array<string, int>", "iterable"),
        ("int", "float"),
        ("int", "?int"),
        ("int|string", "mixed"),
        ("'a'|'b'", "string"),
        ("userRecord", "object"),
        ("userRecord", "personRecord"),
        ("true", "bool"),
        ("void", "void"),
        ("callable", "Closure"),
    ] {
        assert_eq!(compare(tag, declared), None, "{tag} {declared}");
    }
    for (tag, declared) in
        [("int", "string"), ("float", "int"), ("userRecord", "array"), ("int", "void"), ("int|string", "int"), ("int[]", "int")]
    {
        assert_eq!(compare(tag, declared), Some(Difference::Kind), "{tag} {declared}");
    }
    assert_eq!(compare("?int", "int"), Some(Difference::Null));
}
