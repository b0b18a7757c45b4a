//! Strings of PHP. Nearly all that descriptions hold stand in the source as they are, and those are borrowed from it.

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::rc::Rc;

/// A string: a piece of the source, or one that was made at run time.
#[derive(Clone)]
pub enum Text<'a> {
    /// As long as the texts of the files live, or what was interned beside them.
    Source(&'a str),
    /// Made at run time.
    Made(Rc<str>),
}

impl Text<'_> {
    /// A copy of a text that lives for a moment only.
    pub fn made(text: &str) -> Self {
        if text.is_empty() { Text::Source("") } else { Text::Made(Rc::from(text)) }
    }
}

impl Default for Text<'_> {
    fn default() -> Self {
        Text::Source("")
    }
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Text::Source(text) => text,
            Text::Made(text) => text,
        }
    }
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(text: &'a str) -> Self {
        Text::Source(text)
    }
}

impl From<Rc<str>> for Text<'_> {
    fn from(text: Rc<str>) -> Self {
        Text::Made(text)
    }
}

impl From<String> for Text<'_> {
    fn from(text: String) -> Self {
        Text::Made(Rc::from(text))
    }
}

impl<'a> From<Cow<'a, str>> for Text<'a> {
    fn from(text: Cow<'a, str>) -> Self {
        match text {
            Cow::Borrowed(text) => Text::Source(text),
            Cow::Owned(text) => text.into(),
        }
    }
}

impl From<&Text<'_>> for Rc<str> {
    fn from(text: &Text<'_>) -> Self {
        match text {
            Text::Source(text) => Rc::from(*text),
            Text::Made(text) => text.clone(),
        }
    }
}

impl PartialEq for Text<'_> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Text<'_> {}

impl PartialEq<str> for Text<'_> {
    fn eq(&self, other: &str) -> bool {
        **self == *other
    }
}

impl PartialOrd for Text<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Text<'_> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (**self).cmp(&**other)
    }
}

/// As the text itself, so that maps can be asked for a `&str`.
impl Hash for Text<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl Borrow<str> for Text<'_> {
    fn borrow(&self) -> &str {
        self
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}
