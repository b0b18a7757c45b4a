//! What operators work on: variables, calls, literals, closures, and accesses behind them.

use nom::Parser;
use nom::sequence::{delimited, preceded, terminated};

use super::class::{anonymous, modifiers};
use super::cursor::{Cursor, MAX_CHAIN, Node, Res};
use super::decl::{Head, arrow, attributes, closure, name};
use super::expr::{expr, is_target};
use super::number::number;
use super::pattern::{list_to, token, word};
use super::stmt::{condition, value};
use super::text::string;
use crate::php::ast::{Arg, ClassRef, Expr, ExprKind, Item, Magic, MatchArm, MemberName, Modifiers};
use crate::php::lex::T;

/// A value and every access behind it: `a[b]->c(d)::$e`.
pub fn postfix<'a>(i: Cursor<'a>) -> Res<'a, Node<'a>> {
    let start = i.start();
    let (mut i, mut base) = atom(i)?;
    let mut links = 0;
    loop {
        links += 1;
        if links > MAX_CHAIN {
            return Err(i.refuse("too many accesses in a row"));
        }
        (i, base) = match i.kind() {
            T::BracketL => index(i, start, base)?,
            T::BraceL if is_target(base) => old_index(i, start, base)?,
            T::Arrow | T::NullArrow => member_access(i, start, base)?,
            T::DoubleColon => static_access(i, start, ClassRef::Expr(base))?,
            T::ParenL => {
                let (next, args) = arguments(i)?;
                (next, next.node(start, ExprKind::CallExpr { callee: base, args }))
            }
            _ => return Ok((i, base)),
        };
    }
}

/// `[expr]` or `[]`
fn index<'a>(i: Cursor<'a>, start: u32, base: Node<'a>) -> Res<'a, Node<'a>> {
    let i = i.next();
    let (i, index) = match i.eat(T::BracketR) {
        Some(i) => (i, None),
        None => terminated(expr, token(T::BracketR, "`]`")).map(Some).parse(i)?,
    };
    Ok((i, i.node(start, ExprKind::Index { base, index })))
}

/// `{expr}`, the other spelling of an index that PHP had before 8
fn old_index<'a>(i: Cursor<'a>, start: u32, base: Node<'a>) -> Res<'a, Node<'a>> {
    let (i, index) = braced(i)?;
    Ok((i, i.node(start, ExprKind::Index { base, index: Some(index) })))
}

/// `{expr}`
fn braced<'a>(i: Cursor<'a>) -> Res<'a, Node<'a>> {
    delimited(token(T::BraceL, "`{`"), expr, token(T::BraceR, "`}`")).parse(i)
}

/// `->name`, `?->name(args)`
fn member_access<'a>(i: Cursor<'a>, start: u32, base: Node<'a>) -> Res<'a, Node<'a>> {
    let nullsafe = i.kind() == T::NullArrow;
    let (i, name) = member_name(i.next())?;
    if i.kind() == T::ParenL {
        let (i, args) = arguments(i)?;
        return Ok((i, i.node(start, ExprKind::MethodCall { base, name, args, nullsafe })));
    }
    Ok((i, i.node(start, ExprKind::Prop { base, name, nullsafe })))
}

/// `name`, `$name`, `{expr}` behind an arrow
fn member_name<'a>(i: Cursor<'a>) -> Res<'a, MemberName<'a>> {
    match i.kind() {
        T::Var | T::Dollar => variable_variable.map(MemberName::Expr).parse(i),
        T::BraceL => braced.map(MemberName::Expr).parse(i),
        _ => word("the name of a member").map(MemberName::Name).parse(i),
    }
}

/// `::name`, `::$name`, `::name(args)`, `::{expr}(args)`; the cursor is at `::`.
fn static_access<'a>(i: Cursor<'a>, start: u32, class: ClassRef<'a>) -> Res<'a, Node<'a>> {
    let i = i.next();
    let (i, name, is_variable) = match i.kind() {
        T::Var | T::Dollar => {
            let (i, out) = variable_variable(i)?;
            (i, MemberName::Expr(out), true)
        }
        T::BraceL => {
            let (i, out) = braced(i)?;
            (i, MemberName::Expr(out), false)
        }
        _ => {
            let (i, out) = word("the name of a member")(i)?;
            (i, MemberName::Name(out), false)
        }
    };
    if i.kind() == T::ParenL {
        let (i, args) = arguments(i)?;
        return Ok((i, i.node(start, ExprKind::StaticCall { class, name, args })));
    }
    let kind = match name {
        // Without arguments the variable spells the property: `A::$b` has the name `b`, `A::$$b` the one that `$b` holds.
        MemberName::Expr(Expr { kind: ExprKind::Var(name), .. }) if is_variable => {
            ExprKind::StaticProp { class, name: MemberName::Name(name) }
        }
        MemberName::Expr(Expr { kind: ExprKind::VarVar(inner), .. }) if is_variable => {
            ExprKind::StaticProp { class, name: MemberName::Expr(inner) }
        }
        _ => ExprKind::ClassConst { class, name },
    };
    Ok((i, i.node(start, kind)))
}

/// `$a`, `$$a`, `${expr}`
pub fn variable_variable<'a>(i: Cursor<'a>) -> Res<'a, Node<'a>> {
    let start = i.start();
    if i.kind() == T::Var {
        let next = i.next();
        return Ok((next, next.node(start, ExprKind::Var(i.slice(start + 1, i.token.end)))));
    }
    let i = i.want(T::Dollar, "a variable")?;
    let (i, inner) = if i.kind() == T::BraceL { braced(i)? } else { i.deeper(variable_variable)? };
    Ok((i, i.node(start, ExprKind::VarVar(inner))))
}

/// A value without operators and accesses.
fn atom<'a>(i: Cursor<'a>) -> Res<'a, Node<'a>> {
    let start = i.start();
    let parsed = match i.kind() {
        T::Var | T::Dollar => return variable_variable(i),
        T::Single | T::Plain | T::Escaped | T::Template | T::Heredoc => return string(i),
        T::Int | T::Float => Ok((i.next(), number(i.text()))),
        T::ParenL => return condition(i),
        T::BracketL => items(i, T::BracketR),
        T::Array | T::List if i.next().kind() == T::ParenL => items(i.next(), T::ParenR),
        T::Static if i.next().kind() == T::DoubleColon => return static_access(i.next(), start, ClassRef::Static),
        T::Function | T::Fn | T::Static | T::Attribute => function_value(i),
        T::New => new(i),
        T::Match if i.next().kind() == T::ParenL => match_(i),
        T::Isset => {
            let i = i.next().want(T::ParenL, "`(`")?;
            list_to(T::ParenR, "`,` or `)`", value).map(ExprKind::Isset).parse(i)
        }
        T::Empty => condition.map(ExprKind::Empty).parse(i.next()),
        T::Eval => condition.map(ExprKind::Eval).parse(i.next()),
        T::Exit => exit(i),
        T::Magic => Ok((i.next(), ExprKind::Magic(magic(i.text())))),
        T::Shell => Ok((i.next(), ExprKind::Shell)),
        // `match` and `readonly` are names in code that is older than the words.
        T::Ident | T::Name | T::Match | T::Readonly => return named(i),
        _ => return Err(i.fail("an expression")),
    };
    let (i, kind) = parsed?;
    Ok((i, i.node(start, kind)))
}

/// The constant of the place.
fn magic(word: &str) -> Magic {
    const WORDS: &[(&str, Magic)] = &[
        ("__CLASS__", Magic::Class),
        ("__DIR__", Magic::Dir),
        ("__FILE__", Magic::File),
        ("__FUNCTION__", Magic::Function),
        ("__LINE__", Magic::Line),
        ("__METHOD__", Magic::Method),
        ("__NAMESPACE__", Magic::Namespace),
    ];
    WORDS.iter().find(|(spelled, _)| spelled.eq_ignore_ascii_case(word)).map_or(Magic::Trait, |&(_, magic)| magic)
}

/// A function call, a constant, or a class in front of `::`.
fn named<'a>(i: Cursor<'a>) -> Res<'a, Node<'a>> {
    let (start, name) = (i.start(), i.text());
    let next = i.next();
    match next.kind() {
        T::ParenL => {
            let (i, args) = arguments(next)?;
            Ok((i, i.node(start, ExprKind::Call { name, args })))
        }
        T::DoubleColon => static_access(next, start, class_of(name)),
        _ => Ok((next, next.node(start, ExprKind::Const(name)))),
    }
}

/// What a name in the place of a class means.
fn class_of(name: &str) -> ClassRef<'_> {
    if name.eq_ignore_ascii_case("self") {
        ClassRef::SelfClass
    } else if name.eq_ignore_ascii_case("parent") {
        ClassRef::Parent
    } else if name.eq_ignore_ascii_case("static") {
        ClassRef::Static
    } else {
        ClassRef::Name(name)
    }
}

/// The class behind `new` and `instanceof`: a name, a variable with accesses but without calls, or `(expr)`.
pub fn class_reference<'a>(i: Cursor<'a>) -> Res<'a, ClassRef<'a>> {
    let start = i.start();
    let (mut i, mut base) = match i.kind() {
        T::ParenL => return condition.map(ClassRef::Expr).parse(i),
        T::Var | T::Dollar => variable_variable(i)?,
        T::Ident | T::Name | T::Static => {
            let next = i.next();
            if next.kind() != T::DoubleColon {
                return Ok((next, class_of(i.text())));
            }
            static_property(next, start, class_of(i.text()))?
        }
        _ => return name.map(class_of).parse(i).map_err(|_| i.fail("a class")),
    };
    let mut links = 0;
    loop {
        links += 1;
        if links > MAX_CHAIN {
            return Err(i.refuse("too many accesses in a row"));
        }
        (i, base) = match i.kind() {
            T::BracketL => index(i, start, base)?,
            T::BraceL => old_index(i, start, base)?,
            T::Arrow | T::NullArrow => {
                let nullsafe = i.kind() == T::NullArrow;
                let (next, name) = member_name(i.next())?;
                (next, next.node(start, ExprKind::Prop { base, name, nullsafe }))
            }
            T::DoubleColon => static_property(i, start, ClassRef::Expr(base))?,
            _ => return Ok((i, ClassRef::Expr(base))),
        };
    }
}

/// `::$name`, where a call may not stand
fn static_property<'a>(i: Cursor<'a>, start: u32, class: ClassRef<'a>) -> Res<'a, Node<'a>> {
    let (i, out) = variable_variable(i.next())?;
    let name = match out.kind {
        ExprKind::Var(name) => MemberName::Name(name),
        ExprKind::VarVar(inner) => MemberName::Expr(inner),
        _ => MemberName::Expr(out),
    };
    Ok((i, i.node(start, ExprKind::StaticProp { class, name })))
}

/// `(a, ...b, c: d)`
pub fn arguments<'a>(i: Cursor<'a>) -> Res<'a, &'a [Arg<'a>]> {
    preceded(token(T::ParenL, "`(`"), list_to(T::ParenR, "`,` or `)`", argument)).parse(i)
}

/// One argument.
fn argument<'a>(i: Cursor<'a>) -> Res<'a, Arg<'a>> {
    if let Some(next) = i.eat(T::Ellipsis) {
        if next.kind() == T::ParenR {
            return Ok((next, Arg::Placeholder));
        }
        return expr.map(Arg::Spread).parse(next);
    }
    if i.kind().is_word() && i.is_before_colon() {
        let name = i.text();
        return expr.map(|value| Arg::Named(name, value)).parse(i.next().next());
    }
    expr.map(Arg::Positional).parse(i)
}

/// `[a, b => &c, ...d]`, `array(a)`, `list(, $a)`; the cursor is at the opening bracket.
fn items<'a>(i: Cursor<'a>, close: T) -> Res<'a, ExprKind<'a>> {
    list_to(close, "`,` or the end of the array", item).map(ExprKind::Array).parse(i.next())
}

/// One item of an array or of a pattern, or a hole in a pattern.
fn item<'a>(i: Cursor<'a>) -> Res<'a, Item<'a>> {
    if i.kind() == T::Comma {
        return Ok((i, Item::Hole));
    }
    if let Some(i) = i.eat(T::Ellipsis) {
        return expr.map(Item::Spread).parse(i);
    }
    let by_ref = |i: Cursor<'a>| -> Res<'a, (bool, Node<'a>)> {
        match i.eat(T::Amp) {
            Some(i) => expr.map(|value| (true, value)).parse(i),
            None => expr.map(|value| (false, value)).parse(i),
        }
    };
    let (i, (first_by_ref, first)) = by_ref(i)?;
    match i.eat(T::DoubleArrow) {
        Some(i) => by_ref.map(|(by_ref, value)| Item::Value { key: Some(first), value, by_ref }).parse(i),
        None => Ok((i, Item::Value { key: None, value: first, by_ref: first_by_ref })),
    }
}

/// Closures and arrow functions, with `static` and attributes in front
fn function_value<'a>(i: Cursor<'a>) -> Res<'a, ExprKind<'a>> {
    let (start, doc) = (i.start(), i.doc());
    let (i, attributes) = attributes(i)?;
    let head = Head { start, doc, attributes };
    let (is_static, i) = i.eat(T::Static).map_or((false, i), |i| (true, i));
    match i.kind() {
        T::Function => {
            let (i, (function, uses)) = closure(i, &head)?;
            Ok((i, ExprKind::Closure { function, uses, is_static, arrow: false }))
        }
        T::Fn => {
            let (i, function) = arrow(i, &head)?;
            Ok((i, ExprKind::Closure { function, uses: &[], is_static, arrow: true }))
        }
        _ => Err(i.fail("`function` or `fn`")),
    }
}

/// `new A(b)`, `new class(a) extends B { }`
fn new<'a>(i: Cursor<'a>) -> Res<'a, ExprKind<'a>> {
    let i = i.next();
    let start = i.start();
    let (after_attributes, attributes) = attributes(i)?;
    let (after_modifiers, found) =
        if after_attributes.kind() == T::Static { (after_attributes, Modifiers::default()) } else { modifiers(after_attributes)? };
    let optional = |i: Cursor<'a>| if i.kind() == T::ParenL { arguments(i) } else { Ok((i, &[][..])) };
    if let Some(i) = after_modifiers.eat(T::Class) {
        let (i, args) = optional(i)?;
        let (i, class) = anonymous(i, start, attributes, found)?;
        return Ok((i, ExprKind::NewAnonymous { class, args }));
    }
    let (i, (class, args)) = (class_reference, optional).parse(i)?;
    Ok((i, ExprKind::New { class, args }))
}

/// `match (a) { b, c => d, default => e }`, or a call of a function that old code named so
fn match_<'a>(i: Cursor<'a>) -> Res<'a, ExprKind<'a>> {
    let name = i.text();
    let (i, args) = arguments(i.next())?;
    let (Some(i), [Arg::Positional(subject)]) = (i.eat(T::BraceL), args) else {
        return Ok((i, ExprKind::Call { name, args }));
    };
    list_to(T::BraceR, "`,` or `}`", arm).map(|arms| ExprKind::Match { subject, arms }).parse(i)
}

/// `a, b => c`
fn arm<'a>(i: Cursor<'a>) -> Res<'a, MatchArm<'a>> {
    let (i, conditions) = if i.kind() == T::Default && !matches!(i.next().kind(), T::DoubleColon) {
        let i = i.next();
        (i.eat(T::Comma).unwrap_or(i).want(T::DoubleArrow, "`=>`")?, &[][..])
    } else {
        list_to(T::DoubleArrow, "`,` or `=>`", value).parse(i)?
    };
    expr.map(|value| MatchArm { conditions, value }).parse(i)
}

/// `exit`, `exit()`, `die(a)`
fn exit<'a>(i: Cursor<'a>) -> Res<'a, ExprKind<'a>> {
    let i = i.next();
    let Some(inside) = i.eat(T::ParenL) else { return Ok((i, ExprKind::Exit(None))) };
    match inside.eat(T::ParenR) {
        Some(i) => Ok((i, ExprKind::Exit(None))),
        None => condition.map(|out| ExprKind::Exit(Some(out))).parse(i),
    }
}
