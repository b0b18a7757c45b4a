//! Expressions as s-expressions, so that tests can say how one was understood.

use crate::php::ast::{Arg, ClassRef, Expr, ExprKind, FunctionBody, IncDec, Item, MemberName};

/// The tree of an expression on one line.
pub fn dump(expr: &Expr<'_>) -> String {
    match expr.kind {
        ExprKind::Var(name) => format!("${name}"),
        ExprKind::VarVar(inner) => format!("$({})", dump(inner)),
        ExprKind::Int(value) => value.to_string(),
        ExprKind::Float(value) => format!("{value:?}"),
        ExprKind::Str(text) => format!("{text:?}"),
        ExprKind::Interpolated(parts) => format!("(text{})", all(parts)),
        ExprKind::Shell => "shell".to_owned(),
        ExprKind::Array(list) => format!("[{}]", list.iter().map(item).collect::<Vec<_>>().join(", ")),
        ExprKind::Const(name) => name.to_owned(),
        ExprKind::Magic(magic) => format!("{magic:?}"),
        ExprKind::Index { base, index } => {
            format!("(at {}{})", dump(base), index.map(|index| format!(" {}", dump(index))).unwrap_or_default())
        }
        ExprKind::Prop { base, name, nullsafe } => format!("({} {} {})", if nullsafe { "?->" } else { "->" }, dump(base), member(name)),
        ExprKind::StaticProp { class: of, name } => format!("(::$ {} {})", class(of), member(name)),
        ExprKind::ClassConst { class: of, name } => format!("(:: {} {})", class(of), member(name)),
        ExprKind::Call { name, args } => format!("({name}{})", arguments(args)),
        ExprKind::CallExpr { callee, args } => format!("(call {}{})", dump(callee), arguments(args)),
        ExprKind::MethodCall { base, name, args, nullsafe } => {
            format!("({}() {} {}{})", if nullsafe { "?->" } else { "->" }, dump(base), member(name), arguments(args))
        }
        ExprKind::StaticCall { class: of, name, args } => format!("(::() {} {}{})", class(of), member(name), arguments(args)),
        ExprKind::New { class: of, args } => format!("(new {}{})", class(of), arguments(args)),
        ExprKind::NewAnonymous { class, args } => format!("(new class/{}{})", class.members.len(), arguments(args)),
        ExprKind::Unary { op, operand } => format!("({op:?} {})", dump(operand)),
        ExprKind::Binary { op, left, right } => format!("({op:?} {} {})", dump(left), dump(right)),
        ExprKind::Assign { target, value } => format!("(= {} {})", dump(target), dump(value)),
        ExprKind::AssignRef { target, value } => format!("(=& {} {})", dump(target), dump(value)),
        ExprKind::AssignOp { op, target, value } => format!("({op:?}= {} {})", dump(target), dump(value)),
        ExprKind::IncDec { op, target } => match op {
            IncDec::PreInc => format!("(++ {})", dump(target)),
            IncDec::PreDec => format!("(-- {})", dump(target)),
            IncDec::PostInc => format!("({} ++)", dump(target)),
            IncDec::PostDec => format!("({} --)", dump(target)),
        },
        ExprKind::Ternary { condition, then, otherwise } => {
            format!("(? {} {} {})", dump(condition), then.map_or("_".to_owned(), dump), dump(otherwise))
        }
        ExprKind::Match { subject, arms } => {
            let arms: Vec<_> = arms.iter().map(|arm| format!(" ({}=> {})", all(arm.conditions), dump(arm.value))).collect();
            format!("(match {}{})", dump(subject), arms.concat())
        }
        ExprKind::InstanceOf { operand, class: of } => format!("(instanceof {} {})", dump(operand), class(of)),
        ExprKind::Cast { to, operand } => format!("(({to:?}) {})", dump(operand)),
        ExprKind::Isset(list) => format!("(isset{})", all(list)),
        ExprKind::Empty(inner) => format!("(empty {})", dump(inner)),
        ExprKind::Closure { function, uses, is_static, arrow } => {
            let uses: Vec<_> = uses.iter().map(|one| format!(" {}${}", if one.by_ref { "&" } else { "" }, one.name)).collect();
            let what = match (&function.body, arrow) {
                (Some(FunctionBody::Arrow(out)), true) => format!("fn/{} {}", function.params.len(), dump(out)),
                _ => format!("function/{}{}", function.params.len(), uses.concat()),
            };
            format!("({}{what})", if is_static { "static " } else { "" })
        }
        ExprKind::Clone(inner) => format!("(clone {})", dump(inner)),
        ExprKind::Include { once, required, path } => format!("(include{}{} {})", u8::from(once), u8::from(required), dump(path)),
        ExprKind::Exit(inner) => format!("(exit {})", inner.map_or("_".to_owned(), dump)),
        ExprKind::Print(inner) => format!("(print {})", dump(inner)),
        ExprKind::Throw(inner) => format!("(throw {})", dump(inner)),
        ExprKind::Yield { key, value } => {
            format!("(yield {} {})", key.map_or("_".to_owned(), dump), value.map_or("_".to_owned(), dump))
        }
        ExprKind::YieldFrom(inner) => format!("(yield-from {})", dump(inner)),
        ExprKind::Eval(inner) => format!("(eval {})", dump(inner)),
    }
}

fn all(list: &[Expr<'_>]) -> String {
    list.iter().fold(String::new(), |out, expr| out + " " + &dump(expr))
}

fn item(item: &Item<'_>) -> String {
    match *item {
        Item::Value { key, value, by_ref } => {
            let key = key.map(|key| format!("{} => ", dump(key))).unwrap_or_default();
            format!("{key}{}{}", if by_ref { "&" } else { "" }, dump(value))
        }
        Item::Spread(inner) => format!("...{}", dump(inner)),
        Item::Hole => "_".to_owned(),
    }
}

fn arguments(args: &[Arg<'_>]) -> String {
    args.iter()
        .map(|arg| match *arg {
            Arg::Positional(value) => format!(" {}", dump(value)),
            Arg::Named(name, value) => format!(" {name}: {}", dump(value)),
            Arg::Spread(value) => format!(" ...{}", dump(value)),
            Arg::Placeholder => " ...".to_owned(),
        })
        .collect()
}

fn member(name: MemberName<'_>) -> String {
    match name {
        MemberName::Name(name) => name.to_owned(),
        MemberName::Expr(expr) => format!("{{{}}}", dump(expr)),
    }
}

fn class(class: ClassRef<'_>) -> String {
    match class {
        ClassRef::Name(name) => name.to_owned(),
        ClassRef::SelfClass => "<self>".to_owned(),
        ClassRef::Static => "<static>".to_owned(),
        ClassRef::Parent => "<parent>".to_owned(),
        ClassRef::Expr(expr) => format!("{{{}}}", dump(expr)),
    }
}
