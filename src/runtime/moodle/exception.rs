//! Failures as Moodle's exceptions: class, code and sentence.

use crate::dispatch::{Failure, FailureKind};

/// An exception as Moodle's protocols print it.
#[derive(Debug, PartialEq, Eq)]
pub struct Exception<'f> {
    /// PHP class, as Moodle 4.5 names it. Clients are told to go by the code.
    pub class: &'static str,
    /// Moodle's code.
    pub code: &'f str,
    /// Sentence for people.
    pub message: &'f str,
    /// What a site in debugging mode adds.
    pub debug: Option<String>,
}

/// The exception that a failure is. With `debug` it says which value does not fit, which Moodle's own sentence does not.
pub fn exception(failure: &Failure, debug: bool) -> Exception<'_> {
    let class = match failure.code.as_ref() {
        "invalidparameter" => "core\\exception\\invalid_parameter_exception",
        "invalidresponse" => "core_external\\invalid_response_exception",
        "nopermissions" => "core\\exception\\required_capability_exception",
        "accessexception" => "webservice_access_exception",
        "invalidrecord" => "dml_missing_record_exception",
        "requireloginerror" => "core\\exception\\require_login_exception",
        _ => "core\\exception\\moodle_exception",
    };
    let message = match failure.code.as_ref() {
        "invalidparameter" => "Invalid parameter value detected",
        _ => &failure.message,
    };
    let found = if failure.field.is_empty() {
        failure.message.clone()
    } else {
        format!("{} => {}", failure.field.replace('/', " => "), failure.message)
    };
    let detail = [if message == failure.message { String::new() } else { found }, failure.debug.clone()];
    let detail = detail.iter().filter(|text| !text.is_empty()).cloned().collect::<Vec<_>>().join("\n");
    Exception { class, code: &failure.code, message, debug: (debug && !detail.is_empty()).then_some(detail) }
}

/// The function is none of the site's, as Moodle says it: a row is missing.
pub fn unknown_function() -> Failure {
    Failure::new(FailureKind::NotFound, "invalidrecord", "Can't find data record in database table external_functions.")
}

/// The function is not in the service of the token.
pub fn not_in_service() -> Failure {
    Failure::new(FailureKind::Forbidden, "accessexception", "Access control exception")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_parameter_is_for_debugging() {
        let failure = Failure::parameter("users/0/email", "expected text");
        assert_eq!(exception(&failure, false).message, "Invalid parameter value detected");
        assert_eq!(exception(&failure, false).debug, None);
        assert_eq!(exception(&failure, true).debug.as_deref(), Some("users => 0 => email => expected text"));
        let failure = Failure::new(FailureKind::Conflict, "shortnametaken", "Taken").debug("x");
        assert_eq!((exception(&failure, true).message, exception(&failure, true).debug.as_deref()), ("Taken", Some("x")));
    }
}
