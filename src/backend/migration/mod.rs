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
        "html" => render(view, include_str!("report.html.hbs"), html),
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

/// Text in HTML. What stands between back quotes is code.
fn html(text: &str) -> String {
    let parts: Vec<String> = text.split('`').map(handlebars::html_escape).collect();
    // An odd number of parts has quotes in pairs.
    if parts.len().is_multiple_of(2) {
        return parts.join("`");
    }
    let part = |(at, part): (usize, &String)| if at % 2 == 1 { format!("<code>{part}</code>") } else { part.clone() };
    parts.iter().enumerate().map(part).collect()
}

/// Text in a cell of a table, or elsewhere, in Markdown.
fn markdown(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;").replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::html;

    #[test]
    fn what_stands_between_back_quotes_is_code() {
        assert_eq!(html("the part `a<b` is called `c`"), "the part <code>a&lt;b</code> is called <code>c</code>");
        assert_eq!(html("5 o`clock & later"), "5 o`clock &amp; later");
        assert_eq!(html(""), "");
    }
}
