//! Which functions a selection means. Selections come before linking, so that only what is asked for is evaluated.
//!
//! In: patterns as a person writes them and all functions that are declared. Out: names of functions, each once, in the order of the
//! patterns and, within one pattern, of declaration; what selects nothing is reported.
//!
//! A pattern is a name (`core_course_get_courses`), a glob over names (`core_course_*`), a component (`component:mod_assign`, which may
//! be a glob too), or any of these after `!`, which takes away from what stands before it. A selection that begins by taking away begins
//! with everything.

use globset::{GlobBuilder, GlobMatcher};

use crate::report::{Code, Diagnostic, Report};

/// A function that can be selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its component, `moodle` for core.
    pub component: &'a str,
}

/// The functions that patterns select.
pub fn functions(patterns: &[String], all: &[Candidate<'_>], report: &mut Report) -> Vec<String> {
    // Positions in `all`, in order of selection.
    let mut out: Vec<usize> = Vec::new();
    let mut chosen = vec![false; all.len()];
    if patterns.first().is_some_and(|pattern| pattern.starts_with('!')) {
        out.extend(0..all.len());
        chosen.fill(true);
    }
    for pattern in patterns {
        let (away, positive) = pattern.strip_prefix('!').map_or((false, pattern.as_str()), |rest| (true, rest));
        let test = match Test::new(positive) {
            Ok(test) => test,
            Err(why) => {
                report.push(Diagnostic::new(Code::C010, format!("`{pattern}` is no pattern: {why}")));
                continue;
            }
        };
        let mut found = false;
        for (at, _) in all.iter().enumerate().filter(|(_, candidate)| test.matches(candidate)) {
            found = true;
            if away {
                chosen[at] = false;
            } else if !std::mem::replace(&mut chosen[at], true) {
                out.push(at);
            }
        }
        if away {
            out.retain(|&at| chosen[at]);
        }
        if !found {
            report.push(nothing(pattern, &test, all));
        }
    }
    out.into_iter().map(|at| all[at].name.to_owned()).collect()
}

/// The patterns among some that name one function.
pub fn names(patterns: &[String]) -> impl Iterator<Item = &str> {
    patterns.iter().map(String::as_str).filter(|pattern| !pattern.starts_with('!') && is_name(pattern))
}

/// The finding for a function that is asked for by its name and is not there.
pub fn not_found(name: &str, all: &[Candidate<'_>]) -> Diagnostic {
    let found = Diagnostic::new(Code::N008, format!("function not found: `{name}`")).about(name);
    with_similar(found, name, all.iter().map(|candidate| candidate.name))
}

/// The names most like a wrong one, best first: at most three, and none that is nothing like it.
pub fn similar<'a>(wrong: &str, known: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut scored: Vec<(f64, &str)> = known.map(|name| (strsim::normalized_damerau_levenshtein(wrong, name), name)).collect();
    scored.retain(|(score, _)| *score >= 0.7);
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    scored.dedup();
    scored.into_iter().take(3).map(|(_, name)| name).collect()
}

enum Test {
    Name(String),
    Names(GlobMatcher),
    Component(GlobMatcher),
}

impl Test {
    fn new(pattern: &str) -> Result<Self, String> {
        let glob = |text: &str| {
            let glob = GlobBuilder::new(text).literal_separator(false).backslash_escape(false).build();
            glob.map(|glob| glob.compile_matcher()).map_err(|why| why.kind().to_string())
        };
        match pattern.strip_prefix("component:") {
            Some(component) => Ok(Test::Component(glob(component)?)),
            None if is_name(pattern) => Ok(Test::Name(pattern.to_owned())),
            None => Ok(Test::Names(glob(pattern)?)),
        }
    }

    fn matches(&self, candidate: &Candidate<'_>) -> bool {
        match self {
            Test::Name(name) => candidate.name == name,
            Test::Names(glob) => glob.is_match(candidate.name),
            Test::Component(glob) => glob.is_match(candidate.component),
        }
    }
}

fn is_name(pattern: &str) -> bool {
    !pattern.starts_with("component:") && !pattern.contains(['*', '?', '[', '{'])
}

fn nothing(pattern: &str, test: &Test, all: &[Candidate<'_>]) -> Diagnostic {
    match test {
        Test::Name(name) => not_found(name, all),
        Test::Names(_) if all.is_empty() => {
            Diagnostic::new(Code::N009, format!("no function matches `{pattern}`: the input declares no external functions"))
        }
        Test::Names(_) => Diagnostic::new(Code::N009, format!("no function matches `{pattern}`")),
        Test::Component(glob) => {
            let found = Diagnostic::new(Code::N009, format!("no function belongs to `{pattern}`"));
            with_similar(found, glob.glob().glob(), all.iter().map(|candidate| candidate.component))
        }
    }
}

fn with_similar<'a>(found: Diagnostic, wrong: &str, known: impl Iterator<Item = &'a str>) -> Diagnostic {
    let similar: Vec<String> = similar(wrong, known).into_iter().map(|name| format!("`{name}`")).collect();
    match similar.as_slice() {
        [] => found,
        [only] => found.help(format!("did you mean {only}?")),
        [some @ .., last] => found.help(format!("did you mean {} or {last}?", some.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: &[Candidate<'_>] = &[
        Candidate { name: "core_course_get_courses", component: "moodle" },
        Candidate { name: "core_user_get_users", component: "moodle" },
        Candidate { name: "mod_assign_get_grades", component: "mod_assign" },
        Candidate { name: "core_course_get_contents", component: "moodle" },
    ];

    fn select(patterns: &[&str]) -> (Vec<String>, Vec<String>) {
        let mut report = Report::default();
        let patterns: Vec<String> = patterns.iter().map(|&pattern| pattern.to_owned()).collect();
        let found = functions(&patterns, ALL, &mut report);
        let words = |d: &Diagnostic| format!("{} {} {}", d.code.name(), d.message, d.help.as_deref().unwrap_or_default()).trim().to_owned();
        (found, report.iter().map(words).collect())
    }

    #[test]
    fn patterns_select_in_their_order() {
        let names = ["mod_assign_get_grades", "core_course_get_courses", "core_course_get_contents"];
        assert_eq!(select(&["component:mod_assign", "core_course_*", "core_course_get_*"]), (names.map(String::from).to_vec(), Vec::new()));
        assert_eq!(select(&["!core_course_*"]).0, ["core_user_get_users", "mod_assign_get_grades"]);
        assert_eq!(select(&["core_*", "!*_users", "core_user_get_users"]).0.last().map(String::as_str), Some("core_user_get_users"));
    }

    #[test]
    fn what_selects_nothing_is_reported_with_what_is_similar() {
        let reports = select(&["core_course_get_course", "zzz", "zzz_*", "component:mod_asign", "core_{"]).1;
        assert_eq!(
            reports[0],
            "N008 function not found: `core_course_get_course` did you mean `core_course_get_courses` or `core_course_get_contents`?"
        );
        assert_eq!(reports[1], "N008 function not found: `zzz`");
        assert_eq!(reports[2], "N009 no function matches `zzz_*`");
        assert_eq!(reports[3], "N009 no function belongs to `component:mod_asign` did you mean `mod_assign`?");
        assert!(reports[4].starts_with("C010 `core_{` is no pattern: "), "{}", reports[4]);
    }
}
