//! Values that PHP source spells out: tables, maps of classes, language strings. In: an expression. Out: a [`Literal`], or `None` when
//! it takes more than literals, `.` and `X::class` to know it. Files of thousands of such lines are read without the evaluator.

use indexmap::IndexMap;

use crate::ir::{Key, Literal};
use crate::php::ast::{
    BinaryOp, ClassRef, Expr, ExprKind, Function, Item, Magic, Member, MemberName, PhpFile, Stmt, StmtKind, UnaryOp, Use, UseKind,
};
use crate::php::host::DIRROOT;

/// What a fold needs to know of the place of an expression.
#[derive(Clone, Copy, Default)]
pub struct Place<'p> {
    /// Path of the file relative to the tree, for `__DIR__`.
    pub path: &'p str,
    /// Imports in force, for `X::class`.
    pub uses: &'p [Use<'p>],
}

/// Folds an expression. Items of arrays that cannot be folded are left out; anything else that cannot makes the whole `None`.
pub fn fold(expr: &Expr<'_>, place: Place<'_>) -> Option<Literal> {
    Some(match &expr.kind {
        ExprKind::Int(value) => Literal::Int(*value),
        ExprKind::Float(value) => Literal::Float(*value),
        ExprKind::Str(text) => Literal::Str((*text).to_owned()),
        ExprKind::Const(name) => match name.trim_start_matches('\\').to_ascii_lowercase().as_str() {
            "true" => Literal::Bool(true),
            "false" => Literal::Bool(false),
            "null" => Literal::Null,
            _ => return None,
        },
        ExprKind::Magic(Magic::Dir) => {
            Literal::Str(place.path.rsplit_once('/').map_or_else(|| DIRROOT.to_owned(), |(dir, _)| format!("{DIRROOT}/{dir}")))
        }
        ExprKind::Interpolated(parts) => {
            let mut text = String::new();
            for part in *parts {
                text.push_str(&as_text(&fold(part, place)?)?);
            }
            Literal::Str(text)
        }
        ExprKind::Binary { op: BinaryOp::Concat, left, right } => {
            Literal::Str(as_text(&fold(left, place)?)? + &as_text(&fold(right, place)?)?)
        }
        ExprKind::Unary { op: UnaryOp::Minus, operand } => match fold(operand, place)? {
            Literal::Int(value) => Literal::Int(value.checked_neg()?),
            Literal::Float(value) => Literal::Float(-value),
            _ => return None,
        },
        ExprKind::Prop { base, name: MemberName::Name(name), .. } if matches!(base.kind, ExprKind::Var("CFG")) => match *name {
            "dirroot" => Literal::Str(DIRROOT.to_owned()),
            "libdir" => Literal::Str(format!("{DIRROOT}/lib")),
            "admin" => Literal::Str("admin".to_owned()),
            _ => return None,
        },
        ExprKind::ClassConst { class: ClassRef::Name(class), name: MemberName::Name("class") } => {
            Literal::Str(class_name(class, place.uses))
        }
        ExprKind::Array(items) => Literal::Array(fold_items(items, place)),
        _ => return None,
    })
}

fn fold_items(items: &[Item<'_>], place: Place<'_>) -> Vec<(Key, Literal)> {
    let mut out: IndexMap<Key, Literal> = IndexMap::with_capacity(items.len());
    let mut next = 0;
    for item in items {
        let Item::Value { key, value, .. } = item else { continue };
        let key = match key {
            None => Key::Int(next),
            Some(key) => match fold(key, place) {
                Some(Literal::Str(text)) => text.parse().ok().filter(|n: &i64| n.to_string() == text).map_or(Key::Str(text), Key::Int),
                Some(Literal::Int(n)) => Key::Int(n),
                _ => continue,
            },
        };
        if let Key::Int(n) = key {
            next = next.max(n.saturating_add(1));
        }
        let Some(value) = fold(value, place) else { continue };
        out.insert(key, value);
    }
    out.into_iter().collect()
}

fn as_text(value: &Literal) -> Option<String> {
    match value {
        Literal::Str(text) => Some(text.clone()),
        Literal::Int(n) => Some(n.to_string()),
        Literal::Null | Literal::Bool(false) => Some(String::new()),
        Literal::Bool(true) => Some("1".to_owned()),
        Literal::Float(_) | Literal::Array(_) | Literal::Runtime(_) => None,
    }
}

/// The full name that `X::class` gives in a file without a namespace.
fn class_name(name: &str, uses: &[Use<'_>]) -> String {
    if let Some(full) = name.strip_prefix('\\') {
        return full.to_owned();
    }
    let (first, rest) = name.split_once('\\').map_or((name, None), |(first, rest)| (first, Some(rest)));
    let import = uses.iter().find(|u| u.kind == UseKind::Class && u.alias.eq_ignore_ascii_case(first));
    let Some(import) = import else { return name.to_owned() };
    let mut full = if import.prefix.is_empty() { import.name.to_owned() } else { format!("{}\\{}", import.prefix, import.name) };
    if let Some(rest) = rest {
        full.push('\\');
        full.push_str(rest);
    }
    full
}

/// The items of a folded array; nothing for another value.
pub fn items(value: Option<Literal>) -> Vec<(Key, Literal)> {
    match value {
        Some(Literal::Array(items)) => items,
        _ => Vec::new(),
    }
}

/// The last value that the top level of a file assigns to `$name`, folded.
pub fn assigned(file: &PhpFile<'_>, path: &str, name: &str) -> Option<Literal> {
    let mut uses = Vec::new();
    collect_uses(file.stmts, &mut uses);
    let mut found = None;
    each_assignment(file.stmts, &mut |target, value| {
        if matches!(target.kind, ExprKind::Var(var) if var == name) {
            found = fold(value, Place { path, uses: &uses });
        }
    });
    found
}

/// The value of `$object->name = value;` at the top level of a file.
pub fn assigned_property(file: &PhpFile<'_>, object: &str, name: &str) -> Option<Literal> {
    let mut found = None;
    each_assignment(file.stmts, &mut |target, value| {
        if let ExprKind::Prop { base, name: MemberName::Name(prop), .. } = &target.kind
            && *prop == name
            && matches!(base.kind, ExprKind::Var(var) if var == object)
        {
            found = fold(value, Place::default());
        }
    });
    found
}

fn collect_uses<'a>(stmts: &[Stmt<'a>], out: &mut Vec<Use<'a>>) {
    for stmt in stmts {
        match &stmt.kind {
            StmtKind::Use(uses) => out.extend(uses.iter().copied()),
            StmtKind::Namespace { stmts, .. } => collect_uses(stmts, out),
            _ => {}
        }
    }
}

/// Every assignment that is a statement of the top level or of a block in it, in order.
pub fn each_assignment<'s, 'a>(stmts: &'s [Stmt<'a>], visit: &mut dyn FnMut(&'s Expr<'a>, &'s Expr<'a>)) {
    for stmt in stmts {
        match &stmt.kind {
            StmtKind::Expr(expr) => {
                if let ExprKind::Assign { target, value } = &expr.kind {
                    visit(target, value);
                }
            }
            StmtKind::Block(stmts) | StmtKind::Namespace { stmts, .. } | StmtKind::Declare { body: stmts } => each_assignment(stmts, visit),
            StmtKind::If { then, otherwise, .. } => {
                each_assignment(then, visit);
                each_assignment(otherwise, visit);
            }
            _ => {}
        }
    }
}

/// A function or method of a file by name; methods of any class in it.
pub fn function<'a>(file: &PhpFile<'a>, name: &str) -> Option<&'a Function<'a>> {
    find_function(file.stmts, name)
}

fn find_function<'a>(stmts: &[Stmt<'a>], name: &str) -> Option<&'a Function<'a>> {
    stmts.iter().find_map(|stmt| match &stmt.kind {
        StmtKind::Function(function) if function.name.eq_ignore_ascii_case(name) => Some(*function),
        StmtKind::Class(class) => class.members.iter().find_map(|member| match member {
            Member::Method { function, .. } if function.name.eq_ignore_ascii_case(name) => Some(*function),
            _ => None,
        }),
        StmtKind::Block(stmts) | StmtKind::Namespace { stmts, .. } => find_function(stmts, name),
        StmtKind::If { then, otherwise, .. } => find_function(then, name).or_else(|| find_function(otherwise, name)),
        _ => None,
    })
}

/// The default of a property of any class in a file, folded.
pub fn property(file: &PhpFile<'_>, name: &str) -> Option<Literal> {
    find_property(file.stmts, name)
}

fn find_property(stmts: &[Stmt<'_>], wanted: &str) -> Option<Literal> {
    stmts.iter().find_map(|stmt| match &stmt.kind {
        StmtKind::Class(class) => class.members.iter().find_map(|member| match member {
            Member::Property { name, default: Some(default), .. } if *name == wanted => fold(default, Place::default()),
            _ => None,
        }),
        StmtKind::Namespace { stmts, .. } => find_property(stmts, wanted),
        _ => None,
    })
}
