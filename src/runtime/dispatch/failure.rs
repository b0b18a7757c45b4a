//! Outcomes that are no result, whatever protocol the caller speaks.

use std::borrow::Cow;

/// An outcome that is no result. Each protocol turns it into its own spelling: a SOAP fault, Moodle's `exception`, a problem document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// What class of outcome, from which a status follows.
    pub kind: FailureKind,
    /// Code for programs, in Moodle's spelling: `invalidparameter`, `accessexception`.
    pub code: Cow<'static, str>,
    /// Sentence for people. Shown to the caller, so it holds nothing secret.
    pub message: String,
    /// More for whoever looks for the cause; shown to the caller only when the configuration says so.
    pub debug: String,
    /// Which value does not fit, as a path of keys and positions: `users/0/email`. Empty when none is to blame.
    pub field: String,
    /// Which type that value should have. Empty when its type is not the matter.
    pub expected: Box<str>,
    /// Seconds after which another try makes sense; 0 when nothing is known.
    pub retry_after: u32,
}

/// Code of a value that does not fit its type.
pub const INVALID_PARAMETER: &str = "invalidparameter";

/// Code of a request that holds more of something than one may.
pub const LIMIT_EXCEEDED: &str = "limitexceeded";

/// Code of a call by nobody of what only somebody may call.
pub const LOGIN_REQUIRED: &str = "requireloginerror";

/// Classes of outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FailureKind {
    /// The request does not fit: what was sent must be changed.
    BadRequest,
    /// The caller is not known, or no longer.
    Unauthenticated,
    /// The caller is known and may not do this.
    Forbidden,
    /// What was asked for does not exist.
    NotFound,
    /// It clashes with what exists, or a rule forbids it that is in no description.
    Conflict,
    /// By a method of HTTP that the address does not take.
    Method,
    /// It took too long to arrive.
    Slow,
    /// Longer than a request may be.
    TooLarge,
    /// Of a media type that is not read.
    MediaType,
    /// Too often.
    Limited,
    /// Its head is longer than one may be.
    HeadTooLarge,
    /// A defect here.
    Internal,
    /// The back end gave an answer that is none.
    BadAnswer,
    /// Nothing here or behind carries it out, now or later.
    NotServed,
    /// Too many others ask at the moment.
    Busy,
    /// The back end cannot be reached at the moment.
    Unavailable,
    /// The back end took too long.
    TimedOut,
}

impl FailureKind {
    /// Status of HTTP for protocols that use it (RFC 9110).
    pub fn status(self) -> u16 {
        match self {
            FailureKind::BadRequest => 400,
            FailureKind::Unauthenticated => 401,
            FailureKind::Forbidden => 403,
            FailureKind::NotFound => 404,
            FailureKind::Method => 405,
            FailureKind::Slow => 408,
            FailureKind::Conflict => 409,
            FailureKind::TooLarge => 413,
            FailureKind::MediaType => 415,
            FailureKind::Limited => 429,
            FailureKind::HeadTooLarge => 431,
            FailureKind::Internal => 500,
            FailureKind::NotServed => 501,
            FailureKind::BadAnswer => 502,
            FailureKind::Busy | FailureKind::Unavailable => 503,
            FailureKind::TimedOut => 504,
        }
    }

    /// Whether the caller is to blame.
    pub fn is_of_the_caller(self) -> bool {
        self.status() < 500
    }
}

impl Failure {
    /// A failure with a code and a sentence.
    pub fn new(kind: FailureKind, code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Failure {
        Failure {
            kind,
            code: code.into(),
            message: message.into(),
            debug: String::new(),
            field: String::new(),
            expected: Box::default(),
            retry_after: 0,
        }
    }

    /// A value that does not fit. `field` is its path.
    pub fn parameter(field: impl Into<String>, message: impl Into<String>) -> Failure {
        Failure { field: field.into(), ..Failure::new(FailureKind::BadRequest, INVALID_PARAMETER, message) }
    }

    /// The caller may not do this.
    pub fn forbidden(message: impl Into<String>) -> Failure {
        Failure::new(FailureKind::Forbidden, "nopermissions", message)
    }

    /// The request holds more of something than one may.
    pub fn beyond_limit(message: impl Into<String>) -> Failure {
        Failure::new(FailureKind::BadRequest, LIMIT_EXCEEDED, message)
    }

    /// A defect here. `debug` says what happened; callers learn that something did.
    pub fn internal(debug: impl Into<String>) -> Failure {
        Failure { debug: debug.into(), ..Failure::new(FailureKind::Internal, "internalerror", "The server failed to carry this out.") }
    }

    /// Without some texts, wherever it repeats them: what is said of an answer may quote the request, and is logged. Texts of less than
    /// four bytes stay: they are in all words.
    #[must_use]
    pub fn without(mut self, secrets: &[String]) -> Failure {
        for secret in secrets.iter().filter(|secret| secret.len() >= 4) {
            for text in [&mut self.message, &mut self.debug] {
                if text.contains(secret.as_str()) {
                    *text = text.replace(secret.as_str(), "…");
                }
            }
        }
        self
    }

    /// With words for whoever looks for the cause.
    #[must_use]
    pub fn debug(mut self, debug: impl Into<String>) -> Failure {
        self.debug = debug.into();
        self
    }
}
