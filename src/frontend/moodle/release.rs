//! Which Moodle a tree is, by its `version.php`; or by a name on the command line, for a plugin without a tree.

use super::literal;
use super::loader::Loader;
use crate::ir::Literal;

/// A release of Moodle.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Release {
    /// As `version.php` has it: `4.5.5+ (Build: 20250613)`. Empty when unknown.
    pub full: String,
    /// The number in front: `4.5.5`. Empty when unknown.
    pub number: String,
    /// Major and minor version; the newest that this compiler knows when unknown.
    pub version: (u32, u32),
}

/// The release whose rules hold when nothing says which.
pub const NEWEST: (u32, u32) = (5, 1);

impl Release {
    /// A release by its name: `4.1`, `4.5.5+ (Build: ...)`.
    pub fn parse(full: &str) -> Self {
        let number: String = full.trim().chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
        let number = number.trim_end_matches('.').to_owned();
        let mut parts = number.split('.').map(str::parse::<u32>);
        let version = match (parts.next(), parts.next()) {
            (Some(Ok(major)), Some(Ok(minor))) => (major, minor),
            (Some(Ok(major)), None) => (major, 0),
            _ => NEWEST,
        };
        Release { full: full.to_owned(), number, version }
    }

    /// Reads `version.php` of a tree. `None` when the file is not there or is no Moodle's.
    pub fn read(files: &Loader<'_>) -> Option<Self> {
        let file = files.php("version.php")?;
        match literal::assigned(file, "version.php", "release")? {
            Literal::Str(release) => Some(Release::parse(&release)),
            _ => None,
        }
    }

    /// Major and minor version of the newest PHP that the release supports, as far as descriptions can tell: Moodle 3.11 was the first to
    /// run on 8.0, and 4.1 on 8.1.
    pub fn php(&self) -> (u32, u32) {
        match self.version {
            version if version >= (4, 1) => (8, 1),
            version if version >= (3, 11) => (8, 0),
            _ => (7, 4),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Release;

    #[test]
    fn numbers() {
        assert_eq!(Release::parse("4.5.5+ (Build: 20250613)").number, "4.5.5");
        assert_eq!(Release::parse("2.2 (Build: 20111205)").version, (2, 2));
        assert_eq!(Release::parse("3.11beta").version, (3, 11));
        assert_eq!(Release::parse("").version, super::NEWEST);
        assert_eq!(Release::parse("3.10").php(), (7, 4));
        assert_eq!(Release::parse("4.0.12").php(), (8, 0));
        assert_eq!(Release::parse("4.1").php(), (8, 1));
        assert_eq!(Release::parse("5.1").php(), (8, 1));
    }
}
