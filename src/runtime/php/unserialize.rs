//! What `serialize` wrote, read back.
//!
//! In: a text. Out: a [`Zval`] that borrows from it, or what is wrong in words. References and objects that serialise themselves are
//! refused: nothing that is served has them.

use super::zval::Zval;

/// How deep values may lie in each other.
const DEPTH: usize = 64;

/// Reads a text that is one value.
pub fn unserialize(text: &str) -> Result<Zval<'_>, String> {
    let mut reader = Reader { text, at: 0 };
    let value = reader.value(0)?;
    if reader.at == text.len() { Ok(value) } else { Err(reader.wrong("the end")) }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

type Pairs<'t> = Vec<(std::borrow::Cow<'t, str>, Zval<'t>)>;

impl<'t> Reader<'t> {
    fn value(&mut self, depth: usize) -> Result<Zval<'t>, String> {
        if depth > DEPTH {
            return Err(format!("values lie in each other more than {DEPTH} levels deep"));
        }
        let kind = self.text.as_bytes().get(self.at).copied().unwrap_or_default();
        self.at += 1;
        match kind {
            b'N' => self.skip(";").map(|()| Zval::Null),
            b'b' => match self.scalar()? {
                "0" => Ok(Zval::Bool(false)),
                "1" => Ok(Zval::Bool(true)),
                _ => Err(self.wrong("0 or 1")),
            },
            b'i' => self.scalar()?.parse().map(Zval::Int).map_err(|_| self.wrong("an integer")),
            b'd' => self.scalar()?.parse().map(Zval::Float).map_err(|_| self.wrong("a number")),
            b's' => {
                let text = self.string()?;
                self.skip(";")?;
                Ok(Zval::Text(text.into()))
            }
            b'a' => {
                let pairs = self.pairs(depth)?;
                let is_list = pairs.iter().enumerate().all(|(at, (key, _))| *key == at.to_string());
                Ok(if is_list { Zval::List(pairs.into_iter().map(|(_, value)| value).collect()) } else { Zval::Array(pairs) })
            }
            b'O' => {
                let class = self.string()?;
                Ok(Zval::Object(class, self.pairs(depth)?))
            }
            _ => {
                self.at -= 1;
                Err(self.wrong("a value"))
            }
        }
    }

    /// `:N:{key value ...}`
    fn pairs(&mut self, depth: usize) -> Result<Pairs<'t>, String> {
        let count = self.count()?;
        self.skip("{")?;
        // As many as are there, whatever the count promises.
        let mut pairs = Vec::new();
        for _ in 0..count {
            let key = match self.value(depth + 1)? {
                Zval::Int(number) => number.to_string().into(),
                Zval::Text(text) => text,
                _ => return Err(self.wrong("a key")),
            };
            pairs.push((key, self.value(depth + 1)?));
        }
        self.skip("}")?;
        Ok(pairs)
    }

    /// `:N:"..."`, N in bytes.
    fn string(&mut self) -> Result<&'t str, String> {
        let length = self.count()?;
        self.skip("\"")?;
        let text =
            self.at.checked_add(length).and_then(|end| self.text.get(self.at..end)).ok_or_else(|| self.wrong("a text of that length"))?;
        self.at += length;
        self.skip("\"")?;
        Ok(text)
    }

    /// `:N:`
    fn count(&mut self) -> Result<usize, String> {
        self.skip(":")?;
        let digits = self.upto(':')?;
        digits.parse().map_err(|_| self.wrong("a length"))
    }

    /// `:...;`
    fn scalar(&mut self) -> Result<&'t str, String> {
        self.skip(":")?;
        self.upto(';')
    }

    fn upto(&mut self, end: char) -> Result<&'t str, String> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = rest.find(end).ok_or_else(|| self.wrong(&format!("`{end}`")))?;
        self.at += length + end.len_utf8();
        Ok(&rest[..length])
    }

    fn skip(&mut self, word: &str) -> Result<(), String> {
        if self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
            self.at += word.len();
            Ok(())
        } else {
            Err(self.wrong(&format!("`{word}`")))
        }
    }

    fn wrong(&self, expected: &str) -> String {
        format!("{expected} is expected at byte {}", self.at)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;
    use proptest::strategy::ValueTree as _;
    use proptest::test_runner::TestRunner;

    use super::super::zval::{json, serialize};
    use super::*;

    /// A value as an answer has it. Keys of arrays are no list's; PHP knows one class of objects by itself.
    fn value() -> impl Strategy<Value = Zval<'static>> {
        let leaf = prop_oneof![
            Just(Zval::Null),
            any::<bool>().prop_map(Zval::Bool),
            any::<i64>().prop_map(Zval::Int),
            any::<f64>().prop_filter("no JSON", |number| number.is_finite()).prop_map(Zval::Float),
            any::<String>().prop_map(|text| Zval::Text(text.into())),
        ];
        leaf.prop_recursive(4, 32, 5, |inner| {
            let keys = prop_oneof!["[a-zé\"';:{}]{1,6}", (5..100i64).prop_map(|number| number.to_string())];
            let pairs = proptest::collection::hash_map(keys, inner.clone(), 1..5);
            let pairs = pairs.prop_map(|pairs| pairs.into_iter().map(|(key, value)| (key.into(), value)).collect::<Pairs<'static>>());
            prop_oneof![
                proptest::collection::vec(inner, 0..5).prop_map(Zval::List),
                pairs.clone().prop_map(Zval::Array),
                pairs.prop_map(|pairs| Zval::Object("stdClass", pairs)),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_serialised_is_read_back(value in value()) {
            let text = serialize(&value);
            prop_assert_eq!(unserialize(&text), Ok(value));
        }

        #[test]
        fn nothing_that_is_read_panics(text in "[abdisNO0-9:;{}\"\\-é]{0,40}") {
            let _ = unserialize(&text);
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        for (text, expected) in [
            ("", "a value is expected at byte 0"),
            ("i:1", "`;` is expected at byte 2"),
            ("i:1;N;", "the end is expected at byte 4"),
            ("s:9:\"a\";", "a text of that length is expected at byte 5"),
            ("s:1:\"é\";", "a text of that length is expected at byte 5"),
            ("a:1:{N;N;}", "a key is expected at byte 7"),
            ("r:1;", "a value is expected at byte 0"),
            ("s:18446744073709551615:\"\";", "a text of that length is expected at byte 24"),
        ] {
            assert_eq!(unserialize(text), Err(expected.to_owned()), "{text}");
        }
        let deep = format!("{}N;{}", "a:1:{i:0;".repeat(70), "}".repeat(70));
        assert_eq!(unserialize(&deep), Err("values lie in each other more than 64 levels deep".to_owned()));
    }

    /// For each line, whether PHP reads the value, serialises it in the same way, and has the same JSON.
    const JUDGE: &str = r#"while (($line = fgets(STDIN)) !== false) {
        [$text, $json] = array_map("base64_decode", explode(" ", trim($line)));
        $value = unserialize($text, ["allowed_classes" => ["stdClass"]]);
        echo serialize($value) === $text && json_encode($value) === $json ? "same\n" : "other: $text $json\n";
    }"#;

    #[test]
    fn php_reads_what_is_serialised() {
        let judge = Command::new("php").args(["-r", JUDGE]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let Ok(mut judge) = judge else {
            println!("skipped: there is no PHP");
            return;
        };
        let mut runner = TestRunner::deterministic();
        let values: Vec<_> = (0..500).map(|_| value().new_tree(&mut runner).unwrap().current()).collect();
        let lines: Vec<String> =
            values.iter().map(|value| format!("{} {}\n", STANDARD.encode(serialize(value)), STANDARD.encode(json(value)))).collect();
        let mut input = judge.stdin.take().unwrap();
        let writing = std::thread::spawn(move || input.write_all(lines.concat().as_bytes()).unwrap());
        let said = String::from_utf8(judge.wait_with_output().unwrap().stdout).unwrap();
        writing.join().unwrap();
        assert_eq!(said.lines().count(), values.len());
        assert_eq!(said.lines().find(|line| *line != "same"), None);
    }
}
