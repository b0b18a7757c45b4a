//! How much JSON a request may hold.
//!
//! It is counted in the bytes as they came, before anything is made of them: a value takes up to forty times the memory of its text.

use crate::dispatch::Failure;

/// Limits on one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Values inside each other. The parser itself takes no more than 127.
    pub depth: usize,
    /// Values.
    pub values: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { depth: 64, values: 200_000 }
    }
}

impl Limits {
    /// Refuses a text that holds more. Of one that is no JSON it may say anything: nobody can read that.
    pub fn admit(self, text: &[u8]) -> Result<(), Failure> {
        let (mut depth, mut values, mut quoted, mut escaped) = (0usize, 1usize, false, false);
        for &byte in text {
            if quoted {
                quoted = escaped || byte != b'"';
                escaped = !escaped && byte == b'\\';
                continue;
            }
            match byte {
                b'"' => quoted = true,
                b'[' | b'{' => (depth, values) = (depth + 1, values + 1),
                b']' | b'}' => depth = depth.saturating_sub(1),
                b',' => values += 1,
                _ => {}
            }
            if depth > self.depth {
                return Err(Failure::beyond_limit(format!("Values lie in each other more than {} levels deep.", self.depth)));
            }
            if values > self.values {
                return Err(Failure::beyond_limit(format!("The request has more than {} values.", self.values)));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_and_values_are_counted_outside_of_texts() {
        let limits = Limits { depth: 2, values: 4 };
        let told = |text: &str| limits.admit(text.as_bytes()).map_err(|why| why.message);
        for text in [r#"{"a":[1,2]}"#, r#"{"a":"[[[,,,,{{"}"#, r#"{"a\\":"\"[[["}"#, "", "7"] {
            assert_eq!(told(text), Ok(()), "{text}");
        }
        assert_eq!(told("[[[]]]"), Err("Values lie in each other more than 2 levels deep.".to_owned()));
        assert_eq!(told("[1,2,3,4]"), Err("The request has more than 4 values.".to_owned()));
        assert_eq!(told(r#"["\\",[["#), Err("Values lie in each other more than 2 levels deep.".to_owned()));
    }
}
