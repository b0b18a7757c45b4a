//! Findings of several inputs. What is asked for by name stands in one of them; that others, which are something else, do not have it is no
//! finding.

use super::inputs::Source;
use crate::report::{Code, Report};

/// Codes that say that something asked for is not there.
const NOT_THERE: [Code; 7] = [Code::N005, Code::N008, Code::N009, Code::N012, Code::C019, Code::C032, Code::C033];

/// Which inputs do not count: those that lack what an input of another family has.
pub fn beside_the_point(inputs: &[Source], reports: &[Report]) -> Vec<bool> {
    let lacks = |report: &Report| report.iter().any(|finding| NOT_THERE.contains(&finding.code));
    let has: Vec<Option<&str>> = inputs.iter().zip(reports).filter(|(_, report)| !lacks(report)).map(|(input, _)| input.family()).collect();
    let is_beside = |input: &Source, report: &Report| lacks(report) && !has.is_empty() && !has.contains(&input.family());
    inputs.iter().zip(reports).map(|(input, report)| is_beside(input, report)).collect()
}

/// Takes the findings of inputs into one report, without those that are beside the point.
pub fn take_in(reports: Vec<Report>, beside: &[bool], report: &mut Report) {
    for (own, beside) in reports.into_iter().zip(beside) {
        own.iter().filter(|finding| !beside || !NOT_THERE.contains(&finding.code)).for_each(|finding| report.push(finding.clone()));
    }
}
