//! Why an evaluation has no value.

use std::fmt;

use crate::source::Span;

/// The ways in which an evaluation ends without a value. What merely depends on the site is a value
/// ([`Value::Unknown`](crate::php::value::Value::Unknown)) and none of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// An exception or error that nobody caught.
    Thrown {
        /// Full name of its class.
        class: String,
        /// Its message.
        message: String,
        /// The `throw`, or the operation that failed.
        at: Option<Span>,
    },
    /// A limit of the evaluator: steps, depth, size, a cycle among constants or classes.
    Limit {
        /// Which, in words.
        message: String,
        /// Where.
        at: Option<Span>,
    },
    /// Something that was asked for by name is not there.
    Missing {
        /// What: `class a\b`, `method a::f`, `file x.php`.
        what: String,
        /// Where it is needed.
        at: Option<Span>,
    },
    /// A statement on the way that was not understood.
    Unparsed {
        /// Where.
        at: Option<Span>,
    },
    /// `exit` or `die` on the only way through.
    Exit {
        /// Where.
        at: Option<Span>,
    },
}

impl Stop {
    /// Where it happened.
    pub fn at(&self) -> Option<Span> {
        match self {
            Stop::Thrown { at, .. } | Stop::Limit { at, .. } | Stop::Missing { at, .. } | Stop::Unparsed { at } | Stop::Exit { at } => *at,
        }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stop::Thrown { class, message, .. } => write!(f, "{class} is thrown: {message}"),
            Stop::Limit { message, .. } => f.write_str(message),
            Stop::Missing { what, .. } => write!(f, "there is no {what}"),
            Stop::Unparsed { .. } => f.write_str("a statement on the way was not understood"),
            Stop::Exit { .. } => f.write_str("the script ends with exit"),
        }
    }
}
