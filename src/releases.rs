//! The releases of Moodle that the compiler knows, as `grammars/releases.toml` tells them, and ranges of them: `4.5`, `3.9..5.1`.

use std::fmt;
use std::sync::LazyLock;

use serde::Deserialize;

/// A release.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// `4.5`
    pub name: String,
    /// As `$plugin->supported` takes it: `405`.
    pub branch: u32,
    /// Of its first stable version: what `$plugin->requires` asks for.
    pub version: u64,
    /// The oldest PHP that it runs on.
    pub php: String,
}

impl Row {
    /// Major and minor version.
    pub fn number(&self) -> (u32, u32) {
        pair(&self.name)
    }

    /// Major and minor version of the oldest PHP that it runs on.
    pub fn php(&self) -> (u32, u32) {
        pair(&self.php)
    }
}

fn pair(name: &str) -> (u32, u32) {
    let mut parts = name.split('.').map_while(|part| part.parse().ok());
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
}

#[derive(Deserialize)]
struct Table {
    release: Vec<Row>,
}

/// Every release, oldest first.
pub fn all() -> &'static [Row] {
    static TABLE: LazyLock<Vec<Row>> = LazyLock::new(|| {
        // A test reads the file, which is part of the program.
        toml::from_str(include_str!("../grammars/releases.toml")).map_or_else(|_| Vec::new(), |table: Table| table.release)
    });
    &TABLE
}

/// Releases in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// The oldest.
    pub from: &'static Row,
    /// The newest; not older than `from`.
    pub to: &'static Row,
}

impl Range {
    /// The range of a text: `4.5`, `3.9..5.1`, `4.2..` (to the newest one known). A release may have a third number, which is ignored.
    /// `Err` says what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (from, to) = match text.split_once("..") {
            None => (release(text)?, release(text)?),
            Some((from, "")) => (release(from)?, newest().ok_or("no release is known")?),
            Some((from, to)) => (release(from)?, release(to)?),
        };
        if from.number() > to.number() {
            return Err(format!("{} is newer than {}", from.name, to.name));
        }
        Ok(Range { from, to })
    }

    /// The smallest range that holds both.
    #[must_use]
    pub fn join(self, other: Range) -> Self {
        let (from, to) = (self.from.number().min(other.from.number()), self.to.number().max(other.to.number()));
        let find = |number, otherwise| all().iter().find(|row| row.number() == number).unwrap_or(otherwise);
        Range { from: find(from, self.from), to: find(to, self.to) }
    }

    /// Whether a release, by major and minor version, is in it.
    pub fn contains(&self, number: (u32, u32)) -> bool {
        (self.from.number()..=self.to.number()).contains(&number)
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.from == self.to { f.write_str(&self.from.name) } else { write!(f, "{} to {}", self.from.name, self.to.name) }
    }
}

fn newest() -> Option<&'static Row> {
    all().last()
}

fn release(name: &str) -> Result<&'static Row, String> {
    let name = name.trim();
    let digits = name.contains('.') && name.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    let known = |(major, minor): (u32, u32)| all().iter().find(|row| row.number() == (major, minor));
    known(pair(name)).filter(|_| digits).ok_or_else(|| {
        let ends = all().first().zip(newest()).map(|(first, last)| format!(" (those known are {} to {})", first.name, last.name));
        format!("there is no release `{name}`{}", ends.unwrap_or_default())
    })
}

#[cfg(test)]
mod tests {
    use super::{Range, all};

    #[test]
    fn the_table_is_sound() {
        assert_eq!(all().len(), 30);
        assert!(all().is_sorted_by(|a, b| a.number() < b.number() && a.version < b.version && a.branch < b.branch && a.php() <= b.php()));
        assert_eq!((all()[0].php(), all()[29].number()), ((5, 2), (5, 1)));
    }

    #[test]
    fn ranges() {
        let range = |text| Range::parse(text).map(|range| (range.from.name.as_str(), range.to.name.as_str()));
        assert_eq!(range("4.5"), Ok(("4.5", "4.5")));
        assert_eq!(range("4.5.5"), Ok(("4.5", "4.5")));
        assert_eq!(range("3.9..5.1"), Ok(("3.9", "5.1")));
        assert_eq!(range("4.2.."), Ok(("4.2", "5.1")));
        assert_eq!(range("5.1..3.9"), Err("5.1 is newer than 3.9".to_owned()));
        for wrong in ["", "..", "x", "1.9", "9.0", "4", "4.5..x", "3.9...5.1", "4.x", "-4.5"] {
            assert!(range(wrong).is_err(), "{wrong}");
        }
        let joined = Range::parse("4.5").unwrap().join(Range::parse("3.9..4.1").unwrap());
        assert_eq!(joined, Range::parse("3.9..4.5").unwrap());
        assert!(joined.contains((4, 0)) && !joined.contains((5, 0)) && joined.contains((3, 11)));
    }
}
