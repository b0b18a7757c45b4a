//! "did you mean": the known name that is nearest to an unknown one.

/// The candidate that is near enough to be meant, if there is one.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = name.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&wanted, &candidate.to_lowercase()), candidate))
        .min_by(|a, b| (a.0, a.1.len(), a.1).cmp(&(b.0, b.1.len(), b.1)))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len().max(wanted.len()) / 5)
        .map(|(_, candidate)| candidate)
}

/// The help text for it: "did you mean `x`?", else the fallback.
pub fn help<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>, fallback: impl FnOnce() -> String) -> String {
    nearest(name, candidates).map_or_else(fallback, |near| format!("did you mean `{near}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_typos_and_nothing_else() {
        let names = ["inputs", "output", "services", "moodle_mobile_app"];
        assert_eq!(nearest("ouptut", names), Some("output"));
        assert_eq!(nearest("Moodle_mobil_app", names), Some("moodle_mobile_app"));
        assert_eq!(nearest("input", names), Some("inputs"));
        assert_eq!(nearest("colour", names), None);
    }
}
