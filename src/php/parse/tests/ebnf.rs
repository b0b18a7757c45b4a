//! Reads `grammars/php.ebnf` and derives programs from it.

use std::collections::BTreeMap;

/// A right side, or a part of one.
#[derive(Debug, Clone)]
pub enum Part {
    /// `"text"`
    Text(String),
    /// A rule or a token.
    Name(String),
    /// `a , b`; the flag says that nothing may stand in front of the part.
    All(Vec<(bool, Part)>),
    /// `a | b`
    One(Vec<Part>),
    /// `[ a ]`
    Maybe(Box<Part>),
    /// `{ a }`
    Many(Box<Part>),
}

/// A grammar.
pub struct Grammar {
    /// Rules by name.
    pub rules: BTreeMap<String, Part>,
    /// Examples of tokens by name.
    pub tokens: BTreeMap<String, Vec<String>>,
    /// The least depth of a derivation from each rule.
    depths: BTreeMap<String, usize>,
}

/// Words of the notation.
fn words(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        if text[at..].starts_with("(*") {
            let end = at + text[at..].find("*)").expect("a comment ends") + 2;
            while chars.next_if(|&(at, _)| at < end).is_some() {}
        } else if char == '"' || char == '\'' {
            let end = at + 1 + text[at + 1..].find(char).expect("a literal ends");
            while chars.next_if(|&(at, _)| at <= end).is_some() {}
            out.push(text[at..end].to_owned());
        } else if char.is_alphanumeric() || char == '_' {
            let mut word = String::from(char);
            while let Some((_, more)) = chars.next_if(|&(_, char)| char.is_alphanumeric() || char == '_') {
                word.push(more);
            }
            out.push(word);
        } else if !char.is_whitespace() {
            out.push(char.to_string());
        }
    }
    out
}

impl Grammar {
    /// Reads the notation.
    pub fn read(text: &str) -> Grammar {
        let words = words(text);
        let (mut rules, mut at) = (BTreeMap::new(), 0);
        while at < words.len() {
            let name = words[at].clone();
            assert_eq!(words[at + 1], "=", "after {name}");
            at += 2;
            let right = choice(&words, &mut at);
            assert_eq!(words[at], ";", "at the end of {name}");
            at += 1;
            assert!(rules.insert(name.clone(), right).is_none(), "{name} is there twice");
        }
        let table = text.split("⏎ is a line end").nth(1).expect("a table of tokens");
        let tokens = table.lines().filter_map(|line| {
            let mut cells = line.trim().split("  ").map(str::trim_end).filter(|cell| !cell.is_empty());
            let name = cells.next().filter(|name| name.chars().all(|char| char.is_ascii_uppercase() || char == '_'))?;
            Some((name.to_owned(), cells.map(|cell| cell.trim_start_matches(' ').replace('⏎', "\n")).collect()))
        });
        let tokens = tokens.collect();
        let mut grammar = Grammar { rules, tokens, depths: BTreeMap::new() };
        grammar.measure();
        grammar
    }

    /// Least depths, by repeating until nothing changes.
    fn measure(&mut self) {
        let mut changed = true;
        while changed {
            changed = false;
            for (name, part) in &self.rules {
                if let Some(depth) = self.depth(part) {
                    let depth = depth + 1;
                    if self.depths.get(name).is_none_or(|&known| known > depth) {
                        self.depths.insert(name.clone(), depth);
                        changed = true;
                    }
                }
            }
        }
        for name in self.rules.keys() {
            assert!(self.depths.contains_key(name), "no derivation of {name} ends");
        }
    }

    fn depth(&self, part: &Part) -> Option<usize> {
        match part {
            Part::Text(_) | Part::Maybe(_) | Part::Many(_) => Some(0),
            Part::Name(name) if self.tokens.contains_key(name) => Some(0),
            Part::Name(name) => {
                assert!(self.rules.contains_key(name), "nothing is named {name}");
                self.depths.get(name).copied()
            }
            Part::All(parts) => {
                parts.iter().map(|(_, part)| self.depth(part)).try_fold(0, |most, depth| depth.map(|depth| most.max(depth)))
            }
            Part::One(parts) => parts.iter().filter_map(|part| self.depth(part)).min(),
        }
    }

    /// A random derivation from a rule, some `budget` levels deep.
    pub fn derive(&self, rule: &str, random: &mut Random, budget: usize) -> String {
        let mut out = String::new();
        self.write(&Part::Name(rule.to_owned()), random, budget, &mut true, &mut out);
        out
    }

    fn write(&self, part: &Part, random: &mut Random, budget: usize, glued: &mut bool, out: &mut String) {
        let mut put = |text: &str| {
            if !std::mem::take(glued) {
                out.push(' ');
            }
            out.push_str(text);
        };
        match part {
            Part::Text(text) => put(text),
            Part::Name(name) => match self.tokens.get(name) {
                Some(examples) => put(random.pick::<String>(examples).as_str()),
                None => self.write(&self.rules[name], random, budget.saturating_sub(1), glued, out),
            },
            Part::All(parts) => {
                for (glue, part) in parts {
                    *glued |= glue;
                    self.write(part, random, budget, glued, out);
                }
            }
            Part::One(parts) => {
                let fits: Vec<_> = parts.iter().filter(|part| self.depth(part).is_some_and(|depth| depth <= budget)).collect();
                let part = if fits.is_empty() {
                    parts.iter().min_by_key(|part| self.depth(part).unwrap_or(usize::MAX)).expect("a choice has parts")
                } else {
                    *random.pick(&fits)
                };
                self.write(part, random, budget, glued, out);
            }
            Part::Maybe(part) => {
                if budget > 0 && random.below(3) == 0 {
                    self.write(part, random, budget, glued, out);
                }
            }
            Part::Many(part) => {
                while budget > 0 && random.below(5) < 2 {
                    self.write(part, random, budget, glued, out);
                }
            }
        }
    }

    /// Rules that are reached from a rule.
    pub fn reached(&self, from: &str) -> Vec<String> {
        let mut out = vec![from.to_owned()];
        let mut at = 0;
        while at < out.len() {
            let mut parts = vec![&self.rules[&out[at]]];
            while let Some(part) = parts.pop() {
                match part {
                    Part::Name(name) if self.rules.contains_key(name) && !out.contains(name) => out.push(name.clone()),
                    Part::Text(_) | Part::Name(_) => {}
                    Part::All(inner) => parts.extend(inner.iter().map(|(_, part)| part)),
                    Part::One(inner) => parts.extend(inner),
                    Part::Maybe(inner) | Part::Many(inner) => parts.push(inner),
                }
            }
            at += 1;
        }
        out
    }
}

fn choice(words: &[String], at: &mut usize) -> Part {
    let mut parts = vec![sequence(words, at)];
    while words[*at] == "|" {
        *at += 1;
        parts.push(sequence(words, at));
    }
    if parts.len() == 1 { parts.remove(0) } else { Part::One(parts) }
}

fn sequence(words: &[String], at: &mut usize) -> Part {
    let mut parts = vec![(false, single(words, at))];
    while matches!(words[*at].as_str(), "," | "~") {
        let glue = words[*at] == "~";
        *at += 1;
        parts.push((glue, single(words, at)));
    }
    Part::All(parts)
}

fn single(words: &[String], at: &mut usize) -> Part {
    let word = &words[*at];
    *at += 1;
    let mut inside = |close: &str| {
        let part = choice(words, at);
        assert_eq!(words[*at], close);
        *at += 1;
        part
    };
    match word.as_str() {
        "(" => inside(")"),
        "[" => Part::Maybe(Box::new(inside("]"))),
        "{" => Part::Many(Box::new(inside("}"))),
        _ => match word.strip_prefix(['"', '\'']) {
            Some(text) => Part::Text(text.to_owned()),
            None => Part::Name(word.clone()),
        },
    }
}

/// Random numbers from a seed (splitmix64): the same programs in every run.
pub struct Random(pub u64);

impl Random {
    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut out = self.0;
        out = (out ^ (out >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        out = (out ^ (out >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        out ^ (out >> 31)
    }

    /// A number below another.
    pub fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).expect("it is below a usize")
    }

    /// One of several.
    pub fn pick<'t, N>(&mut self, of: &'t [N]) -> &'t N {
        &of[self.below(of.len())]
    }
}
