//! What names mean, and how much work may still be done.

use mwsc_contract::Value;
use mwsc_contract::value::Map;

/// What names mean at some place of a program. The innermost meaning counts.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    names: Names<'a>,
    outer: Option<&'a Scope<'a>>,
}

#[derive(Clone, Copy)]
enum Names<'a> {
    /// What a program knows.
    Program(&'a Map),
    /// The item of a loop.
    Item(&'a str, &'a Value),
}

impl<'a> Scope<'a> {
    /// What holds everywhere: the caller, the time, the tables.
    pub fn everywhere(names: &'a Map) -> Self {
        Scope { names: Names::Program(names), outer: None }
    }

    /// Inside a program.
    pub fn program(&'a self, names: &'a Map) -> Self {
        Scope { names: Names::Program(names), outer: Some(self) }
    }

    /// For an item of a loop.
    pub fn item(&'a self, name: &'a str, value: &'a Value) -> Self {
        Scope { names: Names::Item(name, value), outer: Some(self) }
    }

    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&'a Value> {
        let here = match self.names {
            Names::Program(map) => map.get(name),
            Names::Item(item, value) => (item == name).then_some(value),
        };
        here.or_else(|| self.outer.and_then(|outer| outer.get(name)))
    }
}

/// How much work may still be done. Expressions end by themselves, but nested loops over long lists take long.
#[derive(Debug)]
pub struct Fuel(u64);

/// The work was more than was granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exhausted;

impl Fuel {
    /// So many steps.
    pub fn new(steps: u64) -> Fuel {
        Fuel(steps)
    }

    /// Takes some steps.
    pub fn burn(&mut self, steps: usize) -> Result<(), Exhausted> {
        self.0 = self.0.checked_sub(steps as u64).ok_or(Exhausted)?;
        Ok(())
    }
}
