//! Statements that decide what runs next.

use nom::Parser;
use nom::sequence::{delimited, preceded, terminated};

use super::cursor::{Cursor, MAX_CHAIN, Node, Res};
use super::expr::expr;
use super::pattern::{after, commas, token, variable};
use super::stmt::{block, condition, governed, inner, is_end, semicolon, stmts, value};
use crate::php::ast::{Case, Catch, Stmt, StmtKind};
use crate::php::lex::T;

/// `return a;`
pub fn return_<'a>(i: Cursor<'a>) -> Res<'a, StmtKind<'a>> {
    let i = i.next();
    if let Ok((i, ())) = semicolon(i) {
        return Ok((i, StmtKind::Return(None)));
    }
    terminated(expr, semicolon).map(|out| StmtKind::Return(Some(out))).parse(i)
}

/// `break 2;`, `continue;`
pub fn jump<'a>(i: Cursor<'a>, make: fn(u32) -> StmtKind<'a>) -> Res<'a, StmtKind<'a>> {
    let (i, levels) = match i.next().kind() {
        T::ParenL => delimited(token(T::ParenL, "`(`"), levels, token(T::ParenR, "`)`")).parse(i.next())?,
        T::Int => levels(i.next())?,
        _ => (i.next(), 1),
    };
    let (i, ()) = semicolon(i)?;
    Ok((i, make(levels)))
}

/// How many loops to leave.
fn levels<'a>(i: Cursor<'a>) -> Res<'a, u32> {
    let i = i.want(T::Int, "a number").map(|next| (next, i))?;
    Ok((i.0, i.1.text().parse().unwrap_or(1)))
}

/// `if`, in both syntaxes. `else if` and `elseif` are read in a loop, so a long chain needs no stack.
pub fn if_<'a>(i: Cursor<'a>) -> Res<'a, Stmt<'a>> {
    let mut arms = vec![i.start()];
    let mut links: Vec<(Node<'a>, &'a [Stmt<'a>])> = Vec::new();
    let mut i = i.next();
    let otherwise = loop {
        if links.len() >= MAX_CHAIN as usize {
            return Err(i.refuse("too many `elseif`s in a row"));
        }
        let (next, test) = condition(i)?;
        if let Some(next) = next.eat(T::Colon) {
            let (next, otherwise) = if_colon(next, &mut arms, &mut links, test)?;
            i = next;
            break otherwise;
        }
        let (next, then) = inner(next)?;
        links.push((test, then));
        i = match next.kind() {
            T::ElseIf => {
                arms.push(next.start());
                next.next()
            }
            T::Else => {
                let after = next.next();
                if after.kind() == T::If {
                    arms.push(after.start());
                    after.next()
                } else {
                    let (next, otherwise) = inner(after)?;
                    i = next;
                    break otherwise;
                }
            }
            _ => {
                i = next;
                break &[][..];
            }
        };
    };
    let mut out = otherwise;
    let mut first = None;
    for (&start, (condition, then)) in arms.iter().zip(links).rev() {
        if let Some(stmt) = first.take() {
            out = std::slice::from_ref(i.context.arena.alloc(stmt));
        }
        first = Some(Stmt { at: i.since(start), kind: StmtKind::If { condition, then, otherwise: out } });
    }
    first.map(|stmt| (i, stmt)).ok_or_else(|| i.fail("`(`"))
}

/// The rest of `if (test): ... elseif (c): ... else: ... endif;`
fn if_colon<'a>(
    i: Cursor<'a>,
    arms: &mut Vec<u32>,
    links: &mut Vec<(Node<'a>, &'a [Stmt<'a>])>,
    test: Node<'a>,
) -> Res<'a, &'a [Stmt<'a>]> {
    let (mut i, then) = stmts(i, is_end)?;
    links.push((test, then));
    loop {
        match i.kind() {
            T::ElseIf => {
                if links.len() >= MAX_CHAIN as usize {
                    return Err(i.refuse("too many `elseif`s in a row"));
                }
                arms.push(i.start());
                let (next, test) = terminated(condition, token(T::Colon, "`:`")).parse(i.next())?;
                let (next, then) = stmts(next, is_end)?;
                links.push((test, then));
                i = next;
            }
            T::Else => {
                let i = i.next().want(T::Colon, "`:`")?;
                let (i, out) = stmts(i, is_end)?;
                let (i, _) = (token(T::EndIf, "`endif`"), semicolon).parse(i)?;
                return Ok((i, out));
            }
            _ => {
                let (i, _) = (token(T::EndIf, "`endif`"), semicolon).parse(i)?;
                return Ok((i, &[]));
            }
        }
    }
}

/// `while (c) body`
pub fn while_<'a>(i: Cursor<'a>) -> Res<'a, StmtKind<'a>> {
    let (i, condition) = condition(i.next())?;
    let (i, body) = governed(i, T::EndWhile, "`endwhile`")?;
    Ok((i, StmtKind::While { condition, body }))
}

/// `do body while (c);`
pub fn do_<'a>(i: Cursor<'a>) -> Res<'a, StmtKind<'a>> {
    let (i, body) = inner(i.next())?;
    let (i, condition) = delimited(token(T::While, "`while`"), condition, semicolon).parse(i)?;
    Ok((i, StmtKind::DoWhile { body, condition }))
}

/// `for (a; b; c) body`
pub fn for_<'a>(i: Cursor<'a>) -> Res<'a, StmtKind<'a>> {
    let semicolon = || token(T::Semicolon, "`;`");
    let part = |i: Cursor<'a>| match i.kind() {
        T::Semicolon | T::ParenR => Ok((i, &[][..])),
        _ => commas(value).parse(i),
    };
    let (i, (init, condition, step)) =
        delimited(token(T::ParenL, "`(`"), (terminated(part, semicolon()), terminated(part, semicolon()), part), token(T::ParenR, "`)`"))
            .parse(i.next())?;
    let (i, body) = governed(i, T::EndFor, "`endfor`")?;
    Ok((i, StmtKind::For { init, condition, step, body }))
}

/// `foreach (subject as key => &value) body`
pub fn foreach<'a>(i: Cursor<'a>) -> Res<'a, StmtKind<'a>> {
    let (i, subject) = delimited(token(T::ParenL, "`(`"), expr, token(T::As, "`as`")).parse(i.next())?;
    let target = |i: Cursor<'a>| -> Res<'a, (bool, Node<'a>)> {
        let (by_ref, i) = i.eat(T::Amp).map_or((false, i), |i| (true, i));
        let (i, out) = expr(i)?;
        Ok((i, (by_ref, out)))
    };
    let (i, (first, second)) = terminated((target, after(T::DoubleArrow, target)), token(T::ParenR, "`)`")).parse(i)?;
    let (key, (by_ref, value)) = match second {
        Some(second) => (Some(first.1), second),
        None => (None, first),
    };
    let (i, body) = governed(i, T::EndForeach, "`endforeach`")?;
    Ok((i, StmtKind::Foreach { subject, key, value, by_ref, body }))
}

/// `switch (subject) { case a: ... default: ... }`
pub fn switch<'a>(i: Cursor<'a>) -> Res<'a, StmtKind<'a>> {
    let (i, subject) = condition(i.next())?;
    let (close, mut i) = match i.eat(T::Colon) {
        Some(i) => (T::EndSwitch, i),
        None => (T::BraceR, i.want(T::BraceL, "`{`")?),
    };
    // Blanks between `switch` and the first `case` are inline HTML when the file leaves PHP there.
    while matches!(i.kind(), T::Semicolon | T::Html) {
        i = i.next();
    }
    let mut cases = Vec::new();
    while i.kind() != close {
        let (next, case) = case(i)?;
        cases.push(case);
        i = next;
    }
    i = i.next();
    if close == T::EndSwitch {
        i = semicolon(i)?.0;
    }
    Ok((i, StmtKind::Switch { subject, cases: i.context.list(cases) }))
}

/// `case a:` or `default:` with its statements.
fn case<'a>(i: Cursor<'a>) -> Res<'a, Case<'a>> {
    let (i, value) = match i.kind() {
        T::Case => expr.map(Some).parse(i.next())?,
        T::Default => (i.next(), None),
        _ => return Err(i.fail("`case`, `default` or the end of the `switch`")),
    };
    let i = match i.kind() {
        T::Colon | T::Semicolon => i.next(),
        T::Html => i,
        _ => return Err(i.fail("`:`")),
    };
    let (i, body) = stmts(i, is_end)?;
    Ok((i, Case { value, body }))
}

/// `try { } catch (A | B $e) { } finally { }`
pub fn try_<'a>(i: Cursor<'a>) -> Res<'a, StmtKind<'a>> {
    let (mut i, body) = block(i.next())?;
    let mut catches = Vec::new();
    while let Some(next) = i.eat(T::Catch) {
        let (next, catch) = catch(next)?;
        catches.push(catch);
        i = next;
    }
    let (i, finally) = after(T::Finally, block).map(Option::unwrap_or_default).parse(i)?;
    Ok((i, StmtKind::Try { body, catches: i.context.list(catches), finally }))
}

/// `(A | B $e) { }`
fn catch<'a>(i: Cursor<'a>) -> Res<'a, Catch<'a>> {
    let mut i = i.want(T::ParenL, "`(`")?;
    let mut classes = Vec::new();
    loop {
        let (next, class) = super::decl::name(i)?;
        classes.push(class);
        i = next;
        match i.eat(T::Pipe) {
            Some(next) => i = next,
            None => break,
        }
    }
    let (i, var) = if i.kind() == T::Var { variable("a variable").map(Some).parse(i)? } else { (i, None) };
    let (i, body) = preceded(token(T::ParenR, "`)`"), block).parse(i)?;
    Ok((i, Catch { classes: i.context.list(classes), var, body }))
}
