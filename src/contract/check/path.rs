//! File names and paths.

/// A file name: no control characters and nothing that quotes, separates or redirects.
pub(super) fn is_file(text: &str) -> bool {
    let bad = |c: char| c.is_control() || matches!(c, '&' | '<' | '>' | '"' | '`' | '|' | '\'' | ':' | '\\' | '/');
    !text.contains(bad) && text != "." && text != ".."
}

/// File names with single `/` between them; one may stand at either end, and `.` at the beginning.
pub(super) fn is_path(text: &str) -> bool {
    let rest = match text.strip_prefix('.') {
        Some("") => return true,
        Some(rest) if rest.starts_with('/') => rest,
        Some(_) | None => text,
    };
    rest.split('/').all(is_file) && !text.contains("//")
}
