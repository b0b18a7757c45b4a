//! The exit status: decided by the findings alone, in one place.

use crate::report::{Code, Report, Severity};

/// Clean.
pub const CLEAN: u8 = 0;
/// Findings, or output out of date.
pub const FINDINGS: u8 = 1;
/// Usage or configuration.
pub const USAGE: u8 = 2;
/// An input could not be read or understood.
pub const INPUT: u8 = 3;
/// A bug of ours.
pub const BUG: u8 = 4;

/// The status for a report. The more an error keeps the run from meaning anything, the more it weighs: 2 before 3 before 1.
pub fn status(report: &Report, strict: bool) -> u8 {
    let error = report.iter().filter(|finding| finding.code.severity() == Severity::Error).map(|finding| of(finding.code));
    let weight = |status: &u8| match *status {
        USAGE => 3,
        INPUT => 2,
        _ => 1,
    };
    match error.max_by_key(weight) {
        Some(status) => status,
        None if strict && report.count(Severity::Warning) > 0 => FINDINGS,
        None => CLEAN,
    }
}

/// The status for an error with this code.
const fn of(code: Code) -> u8 {
    match code {
        Code::C001
        | Code::C002
        | Code::C003
        | Code::C004
        | Code::C005
        | Code::C006
        | Code::C007
        | Code::C008
        | Code::C009
        | Code::C010
        | Code::C011
        | Code::C012
        | Code::C013
        | Code::C014
        | Code::C015
        | Code::C016
        | Code::C018
        | Code::C019
        | Code::C033
        | Code::C050
        | Code::C051
        | Code::C052
        | Code::C053
        | Code::C060
        | Code::N012 => USAGE,
        Code::M011
        | Code::P001
        | Code::X001
        | Code::X002
        | Code::X003
        | Code::P002
        | Code::P016
        | Code::W001
        | Code::W002
        | Code::W003
        | Code::W004
        | Code::W009
        | Code::C017
        | Code::C020
        | Code::C021
        | Code::C022
        | Code::C023
        | Code::C024
        | Code::C025
        | Code::C026
        | Code::C027
        | Code::C042 => INPUT,
        _ => FINDINGS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Diagnostic;

    fn status_of(codes: &[Code], strict: bool) -> u8 {
        let mut report = Report::default();
        for code in codes {
            report.push(Diagnostic::new(*code, "x"));
        }
        status(&report, strict)
    }

    #[test]
    fn the_weightiest_finding_decides() {
        assert_eq!(status_of(&[], true), CLEAN);
        assert_eq!(status_of(&[Code::N007], false), CLEAN);
        assert_eq!(status_of(&[Code::N007], true), FINDINGS);
        assert_eq!(status_of(&[Code::N007, Code::N008], false), FINDINGS);
        assert_eq!(status_of(&[Code::N008, Code::C020], false), INPUT);
        assert_eq!(status_of(&[Code::C020, Code::C001, Code::C040], false), USAGE);
    }
}
