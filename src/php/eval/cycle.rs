//! Loops among declarations, in words: classes that extend themselves, constants that are defined by themselves, files that include
//! themselves.

/// How many steps of a loop are told from its beginning, and how many from its end, when it is long.
const SHOWN: usize = 4;

/// `a extends itself: a extends b, which uses a`. In: the names in a row, the first one being what the last one leads back to, each with
/// the word for what it does to the next.
pub(super) fn spell(row: impl Iterator<Item = (String, &'static str)>, claim: &str) -> String {
    let row: Vec<(String, &str)> = row.collect();
    let Some((first, _)) = row.first() else { return claim.to_owned() };
    if row.len() == 1 {
        return format!("{first} {claim}");
    }
    let left_out = SHOWN..row.len().saturating_sub(SHOWN);
    let next = row.iter().skip(1).chain(row.first());
    let steps = row.iter().zip(next).enumerate().filter_map(|(at, ((name, verb), (next, _)))| match at {
        0 => Some(format!(": {name} {verb} {next}")),
        at if !left_out.contains(&at) => Some(format!(", which {verb} {next}")),
        at if at == left_out.start => Some(format!(", and so on over {} more", left_out.len())),
        _ => None,
    });
    format!("{first} {claim}{}", steps.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::spell;

    fn row(names: &[&str]) -> String {
        spell(names.iter().map(|name| ((*name).to_owned(), "extends")), "extends itself")
    }

    #[test]
    fn loops() {
        assert_eq!(row(&["a"]), "a extends itself");
        assert_eq!(row(&["a", "b"]), "a extends itself: a extends b, which extends a");
        let long: Vec<String> = (0..12).map(|n| format!("c{n}")).collect();
        let long: Vec<&str> = long.iter().map(String::as_str).collect();
        let told = "c0 extends itself: c0 extends c1, which extends c2, which extends c3, which extends c4, and so on over 4 more, \
                    which extends c9, which extends c10, which extends c11, which extends c0";
        assert_eq!(row(&long), told);
    }
}
