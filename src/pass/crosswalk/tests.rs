//! The built-in crosswalk, and what reading one refuses.

use super::*;
use crate::report::Report;
use crate::source::SourceMap;

fn messages(text: &str) -> Vec<String> {
    let sources = SourceMap::default();
    let (file, _) = sources.add("crosswalk.toml", "crosswalk.toml".to_owned(), text.as_bytes().to_vec());
    let mut report = Report::default();
    read(file, &sources, &mut report);
    let place = |d: &crate::report::Diagnostic| d.span.map(|span| sources.file(file).position(span.start)).unwrap_or_default();
    report.iter().map(|d| format!("{} {:?} {}", d.code.name(), place(d), d.message)).collect()
}

#[test]
fn the_built_in_crosswalk_is_well_formed() {
    assert_eq!(messages(BUILT_IN), Vec::<String>::new());
}
