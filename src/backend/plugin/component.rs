//! The component that a plugin is, by its frankenstyle name: `local_oktech`.

use std::fmt;

/// A type of plugin that needs no code but its functions, and the folder of its plugins.
const TYPES: &[(&str, &str)] = &[("local", "local"), ("tool", "admin/tool")];
/// Most characters of a plugin's name: with more, the names of its classes would not fit into Moodle's table of functions.
const LONGEST: usize = 20;

/// A component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    kind: &'static str,
    folder: &'static str,
    name: String,
}

impl Component {
    /// The component of a frankenstyle name. `Err` says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (kind, name) = text.split_once('_').unwrap_or((text, ""));
        let Some(&(kind, folder)) = TYPES.iter().find(|(known, _)| *known == kind) else {
            let known: Vec<String> = TYPES.iter().map(|(kind, _)| format!("`{kind}_NAME`")).collect();
            return Err(format!("`{text}` is not one of {}; plugins of other types need code of theirs", known.join(", ")));
        };
        let plain = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        if !plain || !name.starts_with(|ch: char| ch.is_ascii_lowercase()) || name.ends_with('_') || name.contains("__") {
            let what = "small letters, digits and single underscores between them, and a letter in front";
            return Err(format!("the name of a plugin consists of {what}; `{text}` does not"));
        }
        if name.len() > LONGEST {
            return Err(format!("`{name}` is longer than {LONGEST} characters"));
        }
        Ok(Component { kind, folder, name: name.to_owned() })
    }

    /// Name without the type: `oktech`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The folder in Moodle's tree: `local/oktech`.
    pub fn folder(&self) -> String {
        format!("{}/{}", self.folder, self.name)
    }

    /// What its capabilities begin with: `local/oktech`.
    pub fn capability(&self, name: &str) -> String {
        format!("{}/{}:{name}", self.kind, self.name)
    }

    /// The steps from its folder to the top of Moodle's tree: `../..`.
    pub fn up(&self) -> String {
        vec![".."; self.folder.split('/').count() + 1].join("/")
    }
}

impl fmt::Display for Component {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.kind, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::Component;

    #[test]
    fn names() {
        let good = Component::parse("local_oktech").unwrap();
        assert_eq!((good.to_string().as_str(), good.folder().as_str()), ("local_oktech", "local/oktech"));
        assert_eq!(Component::parse("tool_a_b1").unwrap().folder(), "admin/tool/a_b1");
        for wrong in
            ["", "local", "local_", "local_A", "local_1a", "local_a__b", "local_a_", "mod_x", "local_../x", "local_aaaaaaaaaaaaaaaaaaaaa"]
        {
            assert!(Component::parse(wrong).is_err(), "{wrong}");
        }
    }
}
