//! Filters: the named conversions of expressions, as one table.

/// A named conversion: `value | name(arguments)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Filter {
    /// To a whole number.
    Int,
    /// To a number.
    Float,
    /// To a text.
    Text,
    /// To `true` or `false`.
    Truth,
    /// To 1 or 0.
    Flag,
    /// To small letters.
    Lower,
    /// Without white space around.
    Trim,
    /// Without HTML.
    Plain,
    /// A time to words.
    Date,
    /// Null in place of what is empty.
    Filled,
    /// What a text of JSON says.
    Json,
    /// The items whose lists are one list.
    Flat,
    /// Null in place of nothing, a list of one in place of a value.
    List,
    /// The first item.
    First,
    /// How many.
    Count,
    /// Each once.
    Unique,
    /// Backwards.
    Reverse,
    /// The first few.
    Take,
    /// Whether an item is there.
    Has,
    /// Items as one text.
    Join,
    /// Parts of a text.
    Split,
    /// With the items of another list behind.
    Concat,
    /// With the fields of another record.
    With,
    /// Those of which something is true.
    Where,
    /// The first of which something is true.
    Find,
    /// What becomes of each item.
    Map,
    /// What becomes of a record, or of each record of a list.
    As,
    /// In order.
    Sort,
    /// By a key.
    Index,
    /// In portions.
    Chunks,
    /// Whether a number is not greater.
    AtMost,
    /// Nested by their parents.
    Tree,
}

/// What a filter takes as an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// A value.
    Value,
    /// Something that is evaluated for each item: `user => user.id`.
    Each,
}

/// A row of the table.
#[derive(Debug)]
pub struct Spec {
    /// The filter.
    pub filter: Filter,
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub takes: &'static [Takes],
    /// What it does, in words.
    pub about: &'static str,
}

/// The table, in the order of [`Filter`].
pub const FILTERS: &[Spec] = &[
    row(
        Filter::Int,
        "int",
        &[],
        "a whole number: of a text the digits with which it begins, of true 1, of anything else 0; null stays null",
    ),
    row(Filter::Float, "float", &[], "a number, likewise"),
    row(Filter::Text, "text", &[], "a text: numbers in decimal, true as 1, false as 0; null stays null"),
    row(Filter::Truth, "truth", &[], "false of null, false, 0, '', '0' and nothing; true of anything else"),
    row(Filter::Flag, "flag", &[], "1 or 0, as truth has it; null stays null"),
    row(Filter::Lower, "lower", &[], "in small letters"),
    row(Filter::Trim, "trim", &[], "without white space around"),
    row(Filter::Plain, "plain", &[], "without HTML: tags removed, the usual entities as characters, white space around removed"),
    row(Filter::Date, "date", &[], "seconds since 1970 as day/month/year hours:minutes:seconds in UTC"),
    row(Filter::Filled, "filled", &[], "null in place of null, false, 0, '', '0' and nothing"),
    row(Filter::Json, "json", &[], "what a text of JSON says; null when it is none"),
    row(Filter::Flat, "flat", &[], "lists within the list become part of it; null leaves it"),
    row(Filter::List, "list", &[], "a list stays one; null becomes an empty one; anything else a list of it"),
    row(Filter::First, "first", &[], "the first item; null when there is none"),
    row(Filter::Count, "count", &[], "how many items"),
    row(Filter::Unique, "unique", &[], "each item once"),
    row(Filter::Reverse, "reverse", &[], "the last first"),
    row(Filter::Take, "take", &[Takes::Value], "so many items at most; all of them when that is 0 or null"),
    row(Filter::Has, "has", &[Takes::Value], "whether an item equals that"),
    row(Filter::Join, "join", &[Takes::Value], "the items as texts, with that between them"),
    row(Filter::Split, "split", &[Takes::Value], "what stands between the occurrences of that in a text"),
    row(Filter::Concat, "concat", &[Takes::Value], "with the items of that list behind"),
    row(Filter::With, "with", &[Takes::Value], "with the fields of that record, which replace those of the same name"),
    row(Filter::Where, "where", &[Takes::Each], "the items of which that is true"),
    row(Filter::Find, "find", &[Takes::Each], "the first item of which that is true; null when there is none"),
    row(Filter::Map, "map", &[Takes::Each], "for each item that"),
    row(Filter::As, "as", &[Takes::Each], "of a record that; of a list that for each of its items; of null null"),
    row(
        Filter::Sort,
        "sort",
        &[Takes::Each],
        "in ascending order of that, numbers by value and before texts, texts in whatever case; equal ones stay in their order",
    ),
    row(
        Filter::Index,
        "index",
        &[Takes::Each],
        "a record of the items, in which that, as a text, is the name of each; of equal ones the first",
    ),
    row(
        Filter::Chunks,
        "chunks",
        &[Takes::Value],
        "lists of so many items, the last of what is left: Moodle's PHP takes no more than 1,000 values in a request",
    ),
    row(Filter::AtMost, "at-most", &[Takes::Value], "whether the number is not greater than that"),
    row(
        Filter::Tree,
        "tree",
        &[Takes::Value, Takes::Value, Takes::Value],
        "records of which the second field names the first field of another one are moved into a list in the third field of that one",
    ),
];

const fn row(filter: Filter, name: &'static str, takes: &'static [Takes], about: &'static str) -> Spec {
    Spec { filter, name, takes, about }
}

impl Filter {
    /// Its row.
    pub fn spec(self) -> &'static Spec {
        &FILTERS[self as usize]
    }

    /// The filter of a name.
    pub fn named(name: &str) -> Option<Filter> {
        FILTERS.iter().find(|spec| spec.name == name).map(|spec| spec.filter)
    }
}
