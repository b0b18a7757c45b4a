//! The targets: what each does with its bytes, where its seeds come from, and words of its format.

/// One parser.
pub struct Target {
    /// Its name on the command line.
    pub name: &'static str,
    /// The ending of the files that are its seeds.
    pub seeds: &'static str,
    /// Words of its format.
    pub words: &'static [&'static str],
    /// What it does with an input.
    pub run: fn(&[u8]),
}

/// Every target.
pub const TARGETS: &[Target] = &[];
