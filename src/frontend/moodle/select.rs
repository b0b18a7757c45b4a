//! Which functions are asked for: names, `*` patterns, whole components, services. In: patterns. Out: names in the survey's order.

use globset::{Glob, GlobMatcher};
use indexmap::IndexSet;

use super::services::Survey;

/// A choice of functions.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Names and patterns: `core_course_get_courses`, `core_user_*`, `*`. One that begins with `!` takes away.
    pub functions: Vec<String>,
    /// Components: `mod_forum`, `core` (or `moodle`).
    pub components: Vec<String>,
}

/// What a choice comes to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Selected {
    /// Names, in the survey's order.
    pub names: Vec<String>,
    /// Patterns and components that nothing fits, as written.
    pub unmatched: Vec<String>,
}

/// Applies a choice to what a tree registers.
pub fn select(survey: &Survey, selection: &Selection) -> Selected {
    let mut chosen = IndexSet::new();
    let mut unmatched = Vec::new();
    for component in &selection.components {
        let wanted = if component == "core" { "moodle" } else { component };
        let before = chosen.len();
        chosen.extend(survey.functions.values().enumerate().filter(|(_, function)| function.entry.component == wanted).map(|(at, _)| at));
        if chosen.len() == before && !survey.functions.values().any(|function| function.entry.component == wanted) {
            unmatched.push(component.clone());
        }
    }
    for pattern in &selection.functions {
        let (negative, pattern) = pattern.strip_prefix('!').map_or((false, pattern.as_str()), |rest| (true, rest));
        let found = matching(survey, pattern);
        if found.is_empty() {
            unmatched.push(pattern.to_owned());
        }
        for at in found {
            if negative {
                chosen.shift_remove(&at);
            } else {
                chosen.insert(at);
            }
        }
    }
    chosen.sort_unstable();
    let names = chosen.iter().filter_map(|&at| survey.functions.get_index(at)).map(|(name, _)| name.clone()).collect();
    Selected { names, unmatched }
}

fn matching(survey: &Survey, pattern: &str) -> Vec<usize> {
    if !pattern.contains(['*', '?', '[', '{']) {
        return survey.functions.get_index_of(pattern).into_iter().collect();
    }
    let matcher: Option<GlobMatcher> = Glob::new(pattern).ok().map(|glob| glob.compile_matcher());
    let Some(matcher) = matcher else { return Vec::new() };
    survey.functions.keys().enumerate().filter(|(_, name)| matcher.is_match(name)).map(|(at, _)| at).collect()
}

/// Names that are near a misspelt one, nearest first, at most three.
pub fn near<'s>(survey: &'s Survey, name: &str) -> Vec<&'s str> {
    let mut scored: Vec<(usize, &str)> = survey.functions.keys().map(|known| (strsim::levenshtein(name, known), known.as_str())).collect();
    scored.retain(|(distance, _)| *distance <= name.len() / 3 + 1);
    scored.sort_unstable();
    scored.into_iter().take(3).map(|(_, known)| known).collect()
}
