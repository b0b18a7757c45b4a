//! "did you mean": help for an unknown name.

use crate::pass::select::similar;

/// "did you mean `x`?" with the known name that is most like the unknown one, else the fallback.
pub fn help<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>, fallback: impl FnOnce() -> String) -> String {
    similar(name, candidates.into_iter()).first().map_or_else(fallback, |near| format!("did you mean `{near}`?"))
}
