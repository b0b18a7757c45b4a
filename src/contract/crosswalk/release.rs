//! Releases of Moodle: `2.8.5`, `4.5`.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A release: numbers, compared one after the other, so that 3.11 is later than 3.9.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Release(Vec<u32>);

impl Release {
    /// Reads the numbers with which a text begins: of `4.5.5+ (Build: 20250612)` it is 4.5.5. `None` when it begins with none.
    pub fn parse(text: &str) -> Option<Release> {
        let text = text.trim();
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let parts: Option<Vec<u32>> = text[..end].trim_end_matches('.').split('.').map(|part| part.parse().ok()).collect();
        parts.map(Release)
    }

    /// Whether it begins with the numbers of another one, or comes before it: 3.11.18 is within 3.11, and so is 3.9.
    pub fn is_within(&self, last: &Release) -> bool {
        let common = self.0.len().min(last.0.len());
        self.0[..common] <= last.0[..common]
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, part) in self.0.iter().enumerate() {
            write!(f, "{}{part}", if at == 0 { "" } else { "." })?;
        }
        Ok(())
    }
}

impl Serialize for Release {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Release {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let text = String::deserialize(input)?;
        Release::parse(&text).ok_or_else(|| serde::de::Error::custom(format!("`{text}` is no release, such as `4.5`")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_compared_by_number() {
        let release = |text: &str| Release::parse(text).unwrap();
        assert!(release("3.11") > release("3.9.25"));
        assert!(release("4.5.5+ (Build: 20250612)") > release("4.5"));
        assert_eq!(release("4.5.5+").to_string(), "4.5.5");
        assert!(release("3.11.18").is_within(&release("3.11")));
        assert!(!release("4.0").is_within(&release("3.11")));
        assert_eq!(Release::parse("dev"), None);
    }
}
