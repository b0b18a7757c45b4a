//! Declarations: what is kept of each.

use super::parsed;
use crate::php::ast::{ClassKind, Member, StmtKind, TypeKind, UseKind, Visibility};

#[test]
fn imports() {
    let text = "<?php namespace x\\y; use a\\b, \\c as d; use function e\\f; use const G; use h\\{i, j\\k as l, function m};";
    parsed(text, true, |file| {
        assert_eq!(file.errors, &[]);
        let StmtKind::Namespace { name: "x\\y", stmts } = file.stmts[0].kind else { panic!("a namespace") };
        let uses: Vec<_> = stmts
            .iter()
            .flat_map(|stmt| if let StmtKind::Use(uses) = stmt.kind { uses } else { &[] })
            .map(|one| (one.kind, one.prefix, one.name, one.alias))
            .collect();
        assert_eq!(
            uses,
            [
                (UseKind::Class, "", "a\\b", "b"),
                (UseKind::Class, "", "c", "d"),
                (UseKind::Function, "", "e\\f", "f"),
                (UseKind::Const, "", "G", "G"),
                (UseKind::Class, "h", "i", "i"),
                (UseKind::Class, "h", "j\\k", "l"),
                (UseKind::Function, "h", "m", "m"),
            ]
        );
    });
}

#[test]
fn classes() {
    let text = "<?php
        /** About A. */
        #[X(1)]
        final class A extends B implements C, \\d\\E {
            use T, U { T::f insteadof U; U::f as protected g; h as i; }
            const P = 1, Q = 2;
            private const int R = 3;
            /** About s. */
            public static ?int $s = 1, $t;
            var $u;
            public private(set) string $v = 'x' { get => 1; set { } }
            /** About m. */
            abstract protected function &m(self|null $a, A&B $b = null, ?C &...$c): static;
            public function __construct(private readonly int $d = 1, #[Y] protected $e) {}
            function list() {}
        }
        interface I extends J, K { function f(); }
        trait V { }
        enum W: string implements X { case One = 'one'; case Two = 'two'; const Z = self::One; }
        abstract readonly class AA {}";
    parsed(text, false, |file| {
        assert_eq!(file.errors, &[]);
        let classes: Vec<_> =
            file.stmts.iter().filter_map(|stmt| if let StmtKind::Class(one) = stmt.kind { Some(one) } else { None }).collect();
        let kinds: Vec<_> = classes.iter().map(|class| (class.kind, class.name)).collect();
        assert_eq!(
            kinds,
            [
                (ClassKind::Class, "A"),
                (ClassKind::Interface, "I"),
                (ClassKind::Trait, "V"),
                (ClassKind::Enum, "W"),
                (ClassKind::Class, "AA")
            ]
        );
        let a = classes[0];
        assert_eq!(a.doc, Some("/** About A. */"));
        assert!(a.modifiers.is_final && a.attributes.len() == 1 && a.extends == ["B"] && a.implements == ["C", "\\d\\E"]);
        let Member::TraitUse { traits, rules } = &a.members[0] else { panic!("a trait") };
        assert_eq!(*traits, ["T", "U"]);
        assert_eq!((rules[0].from, rules[0].method, rules[0].instead_of), (Some("T"), "f", &["U"][..]));
        assert_eq!((rules[1].alias, rules[1].visibility), (Some("g"), Some(Visibility::Protected)));
        let consts = a.members.iter().filter_map(|member| if let Member::Const { konst, .. } = member { Some(konst.name) } else { None });
        assert_eq!(consts.collect::<Vec<_>>(), ["P", "Q", "R"]);
        let properties: Vec<_> = a
            .members
            .iter()
            .filter_map(|member| match member {
                Member::Property { name, doc, modifiers, .. } => Some((*name, doc.is_some(), modifiers.visibility)),
                _ => None,
            })
            .collect();
        let public = Visibility::Public;
        assert_eq!(properties, [("s", true, public), ("t", true, public), ("u", false, public), ("v", false, public)]);
        let methods: Vec<_> = a
            .members
            .iter()
            .filter_map(|member| if let Member::Method { function, .. } = member { Some(*function) } else { None })
            .collect();
        let m = methods[0];
        assert_eq!((m.name, m.doc, m.by_ref, m.body.is_none()), ("m", Some("/** About m. */"), true, true));
        assert!(matches!(m.params[0].ty.map(|ty| ty.kind), Some(TypeKind::Union([_, _]))));
        assert!(matches!(m.params[1].ty.map(|ty| ty.kind), Some(TypeKind::Intersection([_, _]))));
        assert!(m.params[2].by_ref && m.params[2].variadic && matches!(m.params[2].ty.map(|ty| ty.kind), Some(TypeKind::Nullable(_))));
        let promoted: Vec<_> =
            methods[1].params.iter().map(|param| param.promoted.map(|found| (found.visibility, found.is_readonly))).collect();
        assert_eq!(promoted, [Some((Visibility::Private, true)), Some((Visibility::Protected, false))]);
        assert_eq!(methods[2].name, "list");
        assert_eq!(classes[3].members.len(), 3);
    });
}

#[test]
fn spans_are_what_they_say() {
    let text = "<?php /* é */ $a = 'é' . f($b) ; function g($x = 1) { return 2; } ?>\nhtml <?= $c ?>";
    parsed(text, true, |file| {
        let shown: Vec<_> = file.stmts.iter().map(|stmt| &text[stmt.at.start as usize..stmt.at.end as usize]).collect();
        assert_eq!(shown, ["$a = 'é' . f($b) ;", "function g($x = 1) { return 2; }", "?>\nhtml <?= $c"]);
        let StmtKind::Expr(expr) = file.stmts[0].kind else { panic!("an expression") };
        assert_eq!(&text[expr.at.start as usize..expr.at.end as usize], "$a = 'é' . f($b)");
    });
}

#[test]
fn html() {
    parsed("a <?php if ($b): ?>\nc<?php else: ?>d<?php endif ?> e <?= 1, 2 ?>\n", true, |file| {
        assert_eq!(file.errors, &[]);
        assert!(matches!(file.stmts[0].kind, StmtKind::InlineHtml("a ")));
        let StmtKind::If { then, otherwise, .. } = file.stmts[1].kind else { panic!("an if") };
        assert!(matches!(then[0].kind, StmtKind::InlineHtml("c")));
        assert!(matches!(otherwise[0].kind, StmtKind::InlineHtml("d")));
        let StmtKind::Block([html, echo]) = file.stmts[2].kind else { panic!("html with an echo") };
        assert!(matches!(html.kind, StmtKind::InlineHtml(" e ")));
        assert!(matches!(echo.kind, StmtKind::Echo([_, _])));
    });
}
