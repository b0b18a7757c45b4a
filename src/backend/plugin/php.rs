//! PHP expressions as text: what a description is written with. In: an [`Expr`] and where it begins. Out: lines that hold to Moodle's
//! coding style, no longer than [`WIDTH`] columns where that is possible, in the array syntax that the target's PHP has.

use std::fmt::Write as _;

use crate::ir::{Key, Literal};

/// Columns of a line of code.
const WIDTH: usize = 132;
/// Columns of a piece of a text that is cut.
const PIECE: usize = 90;

/// An expression.
#[derive(Debug, Clone)]
pub(super) enum Expr {
    /// Something that is never broken: a constant, a number, a short text.
    Word(String),
    /// A text in pieces, joined by `.`.
    Text(Vec<String>),
    /// `new Class(...)`
    New(String, Vec<Expr>),
    /// An array; a list has no keys.
    Array(Vec<(Option<String>, Expr)>),
    /// An array that takes a line for each item, however short.
    Tall(Vec<(Option<String>, Expr)>),
}

/// How arrays are spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arrays {
    /// `array(...)`, which every PHP understands.
    Long,
    /// `[...]`, from PHP 5.4 on.
    Short,
}

impl Arrays {
    pub(super) fn brackets(self) -> (&'static str, &'static str) {
        match self {
            Arrays::Long => ("array(", ")"),
            Arrays::Short => ("[", "]"),
        }
    }
}

impl Expr {
    /// A constant or a number.
    pub(super) fn word(text: impl Into<String>) -> Self {
        Expr::Word(text.into())
    }

    /// A text, as a literal.
    pub(super) fn text(text: &str) -> Self {
        let mut pieces: Vec<String> = Vec::new();
        let mut piece = String::new();
        for word in text.split_inclusive([' ', '\n']) {
            if !piece.is_empty() && piece.len() + word.len() > PIECE {
                pieces.push(std::mem::take(&mut piece));
            }
            piece.push_str(word);
        }
        pieces.push(piece);
        match pieces.as_slice() {
            [one] => Expr::Word(quoted(one)),
            more => Expr::Text(more.iter().map(|piece| quoted(piece)).collect()),
        }
    }

    /// A value. One that only a site knows is its expression, which must be one that PHP can evaluate here.
    pub(super) fn literal(value: &Literal) -> Self {
        match value {
            Literal::Null => Expr::word("null"),
            Literal::Bool(value) => Expr::word(value.to_string()),
            // PHP reads the digits before the sign, and these do not fit.
            Literal::Int(i64::MIN) => Expr::word("(-9223372036854775807 - 1)"),
            Literal::Int(value) => Expr::word(value.to_string()),
            Literal::Float(value) => Expr::word(float(*value)),
            Literal::Str(value) => Expr::text(value),
            Literal::Runtime(expression) => Expr::word(expression.clone()),
            Literal::Array(items) => {
                let list = Literal::is_list(items);
                let key = |key: &Key| match key {
                    Key::Int(key) => Expr::literal(&Literal::Int(*key)).flat(Arrays::Short),
                    Key::Str(key) => quoted(key),
                };
                Expr::Array(items.iter().map(|(k, item)| ((!list).then(|| key(k)), Expr::literal(item))).collect())
            }
        }
    }

    /// In one line.
    pub(super) fn flat(&self, arrays: Arrays) -> String {
        let mut out = String::new();
        self.push_flat(arrays, usize::MAX, &mut out);
        out
    }

    /// Over as many lines as it needs. The text in front of it is at the end of a line that is indented by `indent` and has `column`
    /// columns; `after` columns follow the expression.
    pub(super) fn lines(&self, arrays: Arrays, indent: usize, column: usize, after: usize) -> String {
        let mut out = String::new();
        self.push(arrays, indent, column, after, &mut out);
        out
    }

    /// Whether it stands in one line however short it is: descriptions of records and of what holds them do not.
    fn is_tall(&self) -> bool {
        match self {
            Expr::Word(_) | Expr::Text(_) => false,
            Expr::Tall(items) => !items.is_empty(),
            Expr::Array(items) => items.iter().any(|(_, item)| matches!(item, Expr::New(..)) || item.is_tall()),
            Expr::New(_, args) => args.iter().any(Expr::is_tall),
        }
    }

    fn push(&self, arrays: Arrays, indent: usize, column: usize, after: usize, out: &mut String) {
        let room = WIDTH.saturating_sub(column + after);
        let start = out.len();
        if !self.is_tall() && self.push_flat(arrays, start.saturating_add(room), out) {
            return;
        }
        out.truncate(start);
        let inner = indent + 4;
        match self {
            Expr::Word(word) => out.push_str(word),
            Expr::Text(pieces) => {
                for (at, piece) in pieces.iter().enumerate() {
                    if at > 0 {
                        line(inner, out);
                        out.push_str(". ");
                    }
                    out.push_str(piece);
                }
            }
            Expr::New(class, args) => {
                let _ = write!(out, "new {class}(");
                // A call with one array holds it tight.
                if let [only @ (Expr::Array(_) | Expr::Tall(_))] = args.as_slice() {
                    only.push(arrays, indent, column + class.len() + 5, after + 1, out);
                    out.push(')');
                    return;
                }
                for (at, arg) in args.iter().enumerate() {
                    line(inner, out);
                    arg.push(arrays, inner, inner, 1, out);
                    if at + 1 < args.len() {
                        out.push(',');
                    }
                }
                line(indent, out);
                out.push(')');
            }
            Expr::Array(items) | Expr::Tall(items) => {
                let (open, close) = arrays.brackets();
                out.push_str(open);
                for (key, item) in items {
                    line(inner, out);
                    let mut column = inner;
                    if let Some(key) = key {
                        let _ = write!(out, "{key} => ");
                        column += key.len() + 4;
                    }
                    item.push(arrays, inner, column, 1, out);
                    out.push(',');
                }
                line(indent, out);
                out.push_str(close);
            }
        }
    }

    /// Writes it in one line unless `out` would become longer than `most` bytes; says whether it did.
    fn push_flat(&self, arrays: Arrays, most: usize, out: &mut String) -> bool {
        match self {
            Expr::Word(word) => out.push_str(word),
            Expr::Text(pieces) => out.push_str(&pieces.join(" . ")),
            Expr::New(class, args) => {
                let _ = write!(out, "new {class}(");
                for (at, arg) in args.iter().enumerate() {
                    if at > 0 {
                        out.push_str(", ");
                    }
                    if !arg.push_flat(arrays, most, out) {
                        return false;
                    }
                }
                out.push(')');
            }
            Expr::Array(items) | Expr::Tall(items) => {
                let (open, close) = arrays.brackets();
                out.push_str(open);
                for (at, (key, item)) in items.iter().enumerate() {
                    if at > 0 {
                        out.push_str(", ");
                    }
                    if let Some(key) = key {
                        let _ = write!(out, "{key} => ");
                    }
                    if !item.push_flat(arrays, most, out) {
                        return false;
                    }
                }
                out.push_str(close);
            }
        }
        out.len() <= most
    }
}

fn line(indent: usize, out: &mut String) {
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', indent));
}

fn float(value: f64) -> String {
    if value.is_nan() {
        "NAN".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 { "INF".to_owned() } else { "-INF".to_owned() }
    } else {
        // With a point or an exponent, and as many digits as tell it from its neighbours.
        format!("{value:?}")
    }
}

/// A text as a literal of PHP. Single quotes where that shows all of it; control characters would not survive every editor.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    if text.chars().any(|ch| ch.is_ascii_control()) {
        out.push('"');
        for ch in text.chars() {
            match ch {
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                '"' | '\\' | '$' => out.extend(['\\', ch]),
                ch if ch.is_ascii_control() => {
                    let _ = write!(out, "\\x{:02x}", u32::from(ch));
                }
                ch => out.push(ch),
            }
        }
        out.push('"');
    } else {
        out.push('\'');
        for ch in text.chars() {
            if matches!(ch, '\'' | '\\') {
                out.push('\\');
            }
            out.push(ch);
        }
        out.push('\'');
    }
    out
}

/// A list of texts in a line.
pub(super) fn words(texts: &[String], arrays: Arrays) -> String {
    Expr::Array(texts.iter().map(|text| (None, Expr::word(quoted(text)))).collect()).flat(arrays)
}

/// A text as a part of a comment: one line, and no end of the comment.
pub(super) fn comment(text: &str) -> String {
    let words: Vec<&str> = text.split(|ch: char| ch.is_whitespace() || ch.is_control()).filter(|word| !word.is_empty()).collect();
    // An `@` that begins a word would be a tag; a `?>` ends PHP in a comment of the other kind.
    let line = format!(" {}", words.join(" ")).replace("*/", "* /").replace("?>", "? >").replace(" @", " (at) ");
    line.trim_start().to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Arrays, Expr, comment, quoted};
    use crate::ir::{Key, Literal};

    #[test]
    fn texts_keep_what_is_in_them() {
        assert_eq!(quoted(r"it's a \ $x"), r"'it\'s a \\ $x'");
        assert_eq!(quoted("a\n$b \"c\" \\ \u{0}1"), r#""a\n\$b \"c\" \\ \x001""#);
        assert_eq!(comment("@a */ b\n@c ?> "), "(at) a * / b (at) c ? >");
    }

    #[test]
    fn values_keep_their_types() {
        let array = Literal::Array(vec![(Key::Int(1), Literal::Float(1.0)), (Key::Str("k".into()), Literal::Str("1".into()))]);
        assert_eq!(Expr::literal(&array).flat(Arrays::Long), "array(1 => 1.0, 'k' => '1')");
        let list = Literal::Array(vec![(Key::Int(0), Literal::Null), (Key::Int(1), Literal::Int(i64::MIN))]);
        assert_eq!(Expr::literal(&list).flat(Arrays::Short), "[null, (-9223372036854775807 - 1)]");
        assert_eq!(Expr::literal(&Literal::Float(f64::NEG_INFINITY)).flat(Arrays::Short), "-INF");
    }

    #[test]
    fn long_expressions_are_broken() {
        let words = "word ".repeat(40);
        let value = Expr::New("external_value".into(), vec![Expr::word("PARAM_RAW"), Expr::text(words.trim_end())]);
        let text = value.lines(Arrays::Short, 8, 20, 1);
        assert!(text.lines().all(|line| line.len() <= super::WIDTH), "{text}");
        assert_eq!(text.lines().count(), 6, "{text}");
        let map = Expr::Array(vec![(Some("'a'".into()), Expr::New("x".into(), vec![Expr::word("1")]))]);
        let outer = Expr::New("external_function_parameters".into(), vec![map]);
        assert_eq!(outer.lines(Arrays::Long, 0, 0, 0), "new external_function_parameters(array(\n    'a' => new x(1),\n))");
    }
}
