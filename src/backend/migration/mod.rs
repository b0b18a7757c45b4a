//! The migration report: what becomes of a service on a Moodle, for people (HTML, Markdown) and for programs (JSON).
//!
//! In: a crosswalk that was held against both sides, and what changes for clients. Out: files in memory. [`view`] decides, templates lay
//! out. It is no row of [`BACKENDS`](super::BACKENDS), because it takes two interfaces.

mod view;

use handlebars::Handlebars;

use crate::files::Files;
pub use view::{Subject, View, view};

/// Forms of the report.
pub const FORMATS: &[&str] = &["html", "md", "json"];

/// Lays the report out in a form of [`FORMATS`].
pub fn write(view: &View, format: &str, out: &mut Files) {
    let text = match format {
        "html" => render(view, include_str!("report.html.hbs"), handlebars::html_escape),
        "md" => render(view, include_str!("report.md.hbs"), markdown),
        // Texts and numbers always serialize.
        _ => serde_json::to_string_pretty(view).unwrap_or_default() + "\n",
    };
    out.add(format!("migration/{}.{format}", view.service), text);
}

fn render(view: &View, template: &str, escape: fn(&str) -> String) -> String {
    let mut engine = Handlebars::new();
    engine.set_strict_mode(true);
    engine.register_escape_fn(escape);
    // A test renders both, so a template always does.
    engine.render_template(template, view).unwrap_or_else(|why| why.to_string())
}

/// Text in a cell of a table, or elsewhere, in Markdown.
fn markdown(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;").replace('\n', " ")
}
