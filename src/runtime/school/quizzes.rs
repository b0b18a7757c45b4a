//! Quizzes and their questions, exported in Moodle's XML or in GIFT.

use std::fmt::Write;

use mwsc_contract::Value;
use quick_xml::escape::escape;

use super::operations::{Operation, read};
use super::rights::Context;
use super::tables::{QUESTIONS, QUIZZES};
use super::work::{Args, Outcome, Work, invalid, text, with};
use crate::store::Row;

pub const OPERATIONS: &[Operation] = &[read("get_quiz", get_quiz)];

fn get_quiz(work: &mut Work<'_>, args: Args<'_>) -> Outcome {
    let quiz = work.known_id(QUIZZES, "quiz", args.int("quizid"))?;
    work.demand("mod/quiz:manage", Context::of_course(quiz.int("course")))?;
    let format = args.text_or("format", "xml");
    let questions = work.table(QUESTIONS).find("quiz", &quiz.id().into());
    let data = match format.as_ref() {
        "xml" => as_xml(&questions),
        "gift" => as_gift(&questions),
        _ => return Err(invalid("format", format!("Export format of format={format} is unknown"))),
    };
    Ok(with(&quiz, [("data", data.into())]))
}

/// An answer to a question: its text, what it is worth of 100, what is said to it.
struct Answer {
    text: String,
    fraction: i64,
    feedback: String,
}

fn answers(question: &Row) -> Vec<Answer> {
    let items = question.get("answers").as_list().unwrap_or_default().iter();
    let field = |item: &Value, name: &str| item.get(name).map(text).unwrap_or_default().into_owned();
    items
        .map(|item| Answer {
            text: field(item, "text"),
            fraction: field(item, "fraction").parse().unwrap_or(0),
            feedback: field(item, "feedback"),
        })
        .collect()
}

fn as_xml(questions: &[&Row]) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<quiz>\n");
    for question in questions {
        let (ty, name, body) = (question.text("qtype"), escape(question.text("name")), escape(question.text("questiontext")));
        // Writing to a string cannot fail.
        let _ = writeln!(out, "  <question type=\"{}\">\n    <name><text>{name}</text></name>", escape(ty));
        let _ = writeln!(out, "    <questiontext format=\"html\"><text>{body}</text></questiontext>");
        let _ = writeln!(out, "    <defaultgrade>{}</defaultgrade>", text(question.get("grade")));
        let answers = answers(question);
        if ty == "multichoice" {
            let single = answers.iter().filter(|answer| answer.fraction > 0).count() < 2;
            let _ = writeln!(out, "    <single>{single}</single>");
        }
        for answer in answers {
            let _ = writeln!(out, "    <answer fraction=\"{}\">\n      <text>{}</text>", answer.fraction, escape(&answer.text));
            let _ = writeln!(out, "      <feedback><text>{}</text></feedback>\n    </answer>", escape(&answer.feedback));
        }
        out.push_str("  </question>\n");
    }
    out.push_str("</quiz>\n");
    out
}

fn as_gift(questions: &[&Row]) -> String {
    let mut out = String::new();
    for question in questions {
        let answers = answers(question);
        let _ = write!(out, "::{}::{}{{", gift(question.text("name")), gift(question.text("questiontext")));
        if question.text("qtype") == "truefalse" {
            let right = answers.iter().find(|answer| answer.fraction > 0).is_some_and(|answer| answer.text.eq_ignore_ascii_case("true"));
            out.push_str(if right { "TRUE" } else { "FALSE" });
        } else {
            for answer in answers {
                let mark = match answer.fraction {
                    100 => "=".to_owned(),
                    0 => "~".to_owned(),
                    part => format!("~%{part}%"),
                };
                let _ = write!(out, "\n\t{mark}{}", gift(&answer.text));
                if !answer.feedback.is_empty() {
                    let _ = write!(out, "#{}", gift(&answer.feedback));
                }
            }
            out.push('\n');
        }
        out.push_str("}\n\n");
    }
    out
}

/// A text in GIFT, where some characters have a meaning.
fn gift(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '~' | '=' | '#' | '{' | '}' | ':' | '\\' => out.extend(['\\', character]),
            '\n' => out.push_str("\\n"),
            other => out.push(other),
        }
    }
    out
}
