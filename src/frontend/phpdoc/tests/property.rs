//! Whatever a comment holds, it is read; and what is spelled is read back.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::parts::spell;
use crate::frontend::Asked;
use crate::frontend::phpdoc::comment::Comment;
use crate::frontend::phpdoc::read;
use crate::frontend::phpdoc::spelling::{self, Spelling};
use crate::pass::{check, link};
use crate::report::{Code, Report};
use crate::source::{Entry, ReadError, SourceMap, Tree};

fn types() -> impl Strategy<Value = Spelling> {
    let name = prop_oneof![Just("int"), Just("userRecord"), Just("\\a\\b"), Just("non-empty-string"), Just("$this"), Just("a::B")];
    let leaf = prop_oneof![
        4 => name.prop_map(|name| Spelling::Name(name.to_owned())),
        1 => "[a-z '\\\\\"|]{0,6}".prop_map(Spelling::Text),
        1 => any::<i64>().prop_map(|number| Spelling::Number(number.to_string())),
        1 => "-?[0-9]{1,3}\\.[0-9]{1,3}".prop_map(Spelling::Fraction),
        1 => Just(Spelling::Callable),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        let some = prop::collection::vec(inner.clone(), 2..4);
        let fields = prop::collection::vec(("[a-z]{1,3}", any::<bool>(), inner.clone()), 0..3);
        prop_oneof![
            inner.clone().prop_map(|ty| Spelling::Nullable(Box::new(ty))),
            inner.clone().prop_map(|ty| Spelling::List(Box::new(ty))),
            inner.clone().prop_map(|ty| Spelling::Map(Box::new(ty))),
            some.clone().prop_map(Spelling::Union),
            some.clone().prop_map(Spelling::Intersection),
            some.prop_map(|of| Spelling::Generic("array".to_owned(), of)),
            fields.prop_map(Spelling::Shape),
        ]
    })
}

/// Texts of the characters that matter, so that they come near to comments.
fn almost() -> impl Strategy<Value = String> {
    "[@/*\\[\\](){}<>|&?$.,:=' \n\ta-cé\\\\-]{0,80}|(@(param|return|var) ?|\n \\* ?|array[<({]|[\\])}>|?]|int|\\$a| ){0,40}"
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_spelled_is_read(ty in types()) {
        let text = spell(&ty);
        prop_assert_eq!(spelling::read(&text), Ok(("", ty)));
    }

    #[test]
    fn any_text_is_read_as_a_type_or_not(text in almost()) {
        if let Ok((rest, _)) = spelling::read(&text) {
            prop_assert!(text.ends_with(rest) && rest.len() < text.len());
        }
    }

    #[test]
    fn any_text_is_read_as_a_comment(text in almost()) {
        let whole = format!("/**{text}*/");
        for tag in Comment::read(&whole).tags {
            prop_assert!(whole.get(tag.at.0..tag.at.1).is_some_and(|shown| shown.starts_with('@')));
            // Nothing of the words is lost: each stands in the type, in the name or in the description.
            let typed = tag.param();
            prop_assert!(typed.ty.is_some() || !tag.body.contains(char::is_alphanumeric) || !typed.doc.is_empty() || tag.body.contains('$'));
            tag.result();
            tag.var();
        }
    }
}

/// One file.
pub(super) struct One(pub String);

impl Tree for One {
    fn read(&self, _: &str) -> Result<Vec<u8>, ReadError> {
        Ok(self.0.clone().into_bytes())
    }

    fn list(&self, _: &str) -> Result<Vec<Entry>, ReadError> {
        Ok(vec![Entry { name: "a.php".to_owned(), is_dir: false }])
    }

    fn is_file(&self, path: &str) -> bool {
        path == "a.php"
    }
}

/// Classes that inherit from each other, use each other as types and as traits, however that is: by number.
fn classes() -> impl Strategy<Value = String> {
    let class = (prop::option::of(0..6_u8), prop::collection::vec(0..6_u8, 0..2), prop::collection::vec((0..6_u8, any::<bool>()), 0..3));
    prop::collection::vec((class, any::<bool>()), 6).prop_map(|classes| {
        let mut out = String::from("<?php\nclass server extends c0 { /** @return c1 */ function all() {} }\n");
        for (at, ((parent, traits, fields), is_trait)) in classes.into_iter().enumerate() {
            let extends = parent.filter(|_| !is_trait).map(|parent| format!(" extends c{parent}")).unwrap_or_default();
            let _ = writeln!(out, "{} c{at}{extends} {{", if is_trait { "trait" } else { "class" });
            for used in traits {
                let _ = writeln!(out, "use c{used} {{ f{used} as protected g{at}; }}");
            }
            for (of, is_list) in fields {
                let _ = writeln!(out, "/** @var c{of}{} */ public $p{of};", if is_list { "[]" } else { "" });
            }
            let _ = writeln!(out, "/** @param c{at} $a\n * @return int */ public function f{at}($a) {{}}\n}}");
        }
        out
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_classes_make_a_valid_schema(text in classes()) {
        let (sources, mut report) = (SourceMap::default(), Report::default());
        let asked = Asked { tree: &One(text), paths: &["a.php".to_owned()], class: Some("server") };
        let fragment = read(asked, &sources, &mut report);
        let all = fragment.operations.len() + fragment.omitted.len();
        prop_assert_eq!(all, fragment.services[0].operations.len());
        let schema = link(vec![fragment], &mut report);
        // Broken invariants are a debug assertion in `check`.
        check(&schema, &mut report);
        prop_assert!(report.iter().all(|found| !matches!(found.code, Code::N001 | Code::N002 | Code::N003 | Code::N010)));
        prop_assert!(schema.all_operations().len() == all - report.iter().filter(|found| found.message.ends_with("is left out")).count());
    }
}
