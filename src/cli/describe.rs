//! `mwsc describe`: the front end's own tree of one Moodle, as JSON or as text.

use std::fmt::Write as _;

use super::args::{DataFormat, Describe};
use super::config::Config;
use super::inputs;
use super::screen::{Screen, Watch, print_all};
use crate::frontend::moodle::desc::{Desc, DescKind, Function};
use crate::frontend::moodle::describe::Finish;
use crate::frontend::moodle::json;
use crate::ir::{Key, Literal, dump};
use crate::report::{Code, Diagnostic, Report};
use crate::source::SourceMap;

/// Runs the command.
pub fn describe(options: &Describe, config: &Config, screen: &Screen, sources: &SourceMap, report: &mut Report) {
    let mut watch = Watch::new(screen);
    watch.enter("open");
    let inputs = inputs::open(&options.inputs, config, report);
    let input = match inputs.as_slice() {
        [] => return,
        [input] => input,
        [..] => {
            let help = "name one, or choose one with `--moodle`";
            report.push(Diagnostic::new(Code::C008, format!("`mwsc describe` takes one input, not {}", inputs.len())).help(help));
            return;
        }
    };
    let mut patterns = if options.functions.is_empty() { vec!["*".to_owned()] } else { options.functions.clone() };
    let exclude = options.inputs.exclude.iter().chain(config.exclude.iter().map(|(pattern, _)| pattern));
    patterns.extend(exclude.map(|pattern| format!("!{pattern}")));
    let site = input.site(&options.inputs, config, sources, report);
    let finish: Finish<'_, String> = match options.format {
        DataFormat::Json => &|function| json::member(&function),
        DataFormat::Text => &|function| self::function(&function),
    };
    let described = input.with_moodle(&site, report, |moodle, report| {
        crate::describe(moodle, &patterns, finish, sources, report, &mut |stage| watch.enter(stage))
    });
    input.report_refused(report);
    let Some((survey, functions)) = described else { return watch.finish() };
    watch.enter("emit");
    let pieces = match options.format {
        DataFormat::Json => json::document(&survey, functions),
        DataFormat::Text => functions,
    };
    watch.finish();
    print_all(pieces, report);
    if options.inputs.timings {
        let (count, bytes) = input.count();
        screen.at_the_end(&watch.table(count, bytes));
    }
}

fn function(function: &Function) -> String {
    let mut out = function.name.clone();
    let entry = &function.entry;
    let _ = write!(out, "  [{}", entry.component);
    if let Literal::Str(kind) = &entry.kind {
        let _ = write!(out, ", {kind}");
    }
    out.push_str(if function.deprecated { ", deprecated]\n" } else { "]\n" });
    if let Literal::Str(text) = &entry.description {
        let _ = writeln!(out, "  {}", text.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    match &function.described {
        Ok(described) => {
            desc("parameters", &described.parameters, 1, &mut out);
            match &described.returns {
                Some(returns) => desc("returns", returns, 1, &mut out),
                None => out.push_str("  returns nothing\n"),
            }
        }
        Err(failure) => {
            let _ = writeln!(out, "  {}: {}", failure.code, failure.message);
        }
    }
    out.push('\n');
    out
}

fn desc(name: &str, of: &Desc, depth: usize, out: &mut String) {
    let _ = write!(out, "{:indent$}{name}: ", "", indent = depth * 2);
    match &of.kind {
        DescKind::Value(Literal::Str(ty)) => out.push_str(ty),
        DescKind::Value(odd) => out.push_str(&shown(odd)),
        DescKind::List(_) => out.push_str("list"),
        DescKind::Struct(_) => out.push_str("struct"),
    }
    match &of.required {
        Literal::Int(1) => {}
        Literal::Int(2) => out.push_str(", optional"),
        Literal::Int(0) => {
            let _ = write!(out, " = {}", shown(&of.default));
        }
        odd => {
            let _ = write!(out, ", required {}", shown(odd));
        }
    }
    if let Some(condition) = &of.only_if {
        let _ = write!(out, ", only if {condition}");
    }
    if let Literal::Str(text) = &of.desc
        && !text.is_empty()
    {
        let _ = write!(out, "  // {}", text.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    out.push('\n');
    match &of.kind {
        DescKind::Value(_) => {}
        DescKind::List(content) => desc("item", content, depth + 1, out),
        DescKind::Struct(keys) => {
            for (key, of) in keys {
                match key {
                    Key::Str(key) => desc(key, of, depth + 1, out),
                    Key::Int(key) => desc(&key.to_string(), of, depth + 1, out),
                }
            }
        }
    }
}

fn shown(value: &Literal) -> String {
    let mut out = String::new();
    dump::literal(&mut out, value);
    out
}
