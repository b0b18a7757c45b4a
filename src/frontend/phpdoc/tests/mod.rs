//! Tests of the parsers. What is read from whole classes is in `fixtures/phpdoc` and `fixtures/reject`.

mod grammar;
mod parts;
mod property;
mod roundtrip;
