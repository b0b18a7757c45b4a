//! Lays out a plugin: each file is a template and what was planned.

use std::sync::LazyLock;

use handlebars::Handlebars;
use serde::Serialize;
use serde_json::{Map, Value};

use super::view::View;
use crate::files::Files;

/// The templates by name; parts that others include among them.
const TEMPLATES: &[(&str, &str)] = &[
    ("about", include_str!("about.hbs")),
    ("access", include_str!("access.php.hbs")),
    ("baselib", include_str!("baselib.php.hbs")),
    ("choice", include_str!("choice.php.hbs")),
    ("class", include_str!("class.php.hbs")),
    ("dispatcher", include_str!("dispatcher.php.hbs")),
    ("externallib", include_str!("externallib.php.hbs")),
    ("folded", include_str!("folded.php.hbs")),
    ("function", include_str!("function.hbs")),
    ("handler", include_str!("handler.php.hbs")),
    ("lang", include_str!("lang.php.hbs")),
    ("licence", include_str!("licence.hbs")),
    ("method", include_str!("method.hbs")),
    ("provider", include_str!("provider.php.hbs")),
    ("readme", include_str!("readme.md.hbs")),
    ("record", include_str!("record.hbs")),
    ("recordclass", include_str!("record.php.hbs")),
    ("recordpart", "{{> about}}\n{{> record}}"),
    ("recordlib", include_str!("recordlib.php.hbs")),
    ("sample", include_str!("sample.php.hbs")),
    ("services", include_str!("services.php.hbs")),
    ("test", include_str!("test.hbs")),
    ("testclass", include_str!("test.php.hbs")),
    ("tests", include_str!("tests.php.hbs")),
    ("version", include_str!("version.php.hbs")),
];

static ENGINE: LazyLock<Handlebars<'static>> = LazyLock::new(|| {
    let mut engine = Handlebars::new();
    engine.register_escape_fn(handlebars::no_escape);
    for (name, text) in TEMPLATES {
        // A test registers each; a template that is none leaves its files empty.
        let _ = engine.register_template_string(name, text);
    }
    engine
});

/// Writes the files of a plugin.
pub(super) fn emit(view: &View, out: &mut Files) {
    let layout = Layout::new(view);
    out.fill(&view.folder);
    let mut add = |path: String, text: String| out.add(format!("{}/{path}", view.folder), text);
    add("version.php".into(), layout.whole("version"));
    add("README.md".into(), layout.whole("readme"));
    add("handlers.json".into(), view.list.clone());
    add("db/services.php".into(), layout.whole("services"));
    add("db/access.php".into(), layout.whole("access"));
    add(format!("lang/en/{}.php", view.shared.component), layout.whole("lang"));
    if view.privacy {
        add("classes/privacy/provider.php".into(), layout.whole("provider"));
    }
    add("tests/fixtures/sample_handler.php".into(), layout.whole("sample"));
    if view.shared.modern {
        add("classes/local/dispatcher.php".into(), layout.whole("dispatcher"));
        if view.shared.folds {
            add("classes/local/folded.php".into(), layout.whole("folded"));
        }
        if view.shared.chooses {
            add("classes/local/choice.php".into(), layout.whole("choice"));
        }
        for call in &view.calls {
            add(format!("classes/external/{}.php", call.stem), layout.part("class", call));
            add(format!("tests/external/{}_test.php", call.stem), layout.part("testclass", call));
        }
        for record in &view.records {
            add(format!("classes/record/{}.php", record.name), layout.part("recordclass", record));
        }
    } else {
        add("baselib.php".into(), layout.whole("baselib"));
        add("dispatcher.php".into(), layout.whole("dispatcher"));
        if view.shared.folds {
            add("folded.php".into(), layout.whole("folded"));
        }
        if view.shared.chooses {
            add("choice.php".into(), layout.whole("choice"));
        }
        let functions = layout.parts("function", &view.calls);
        add("externallib.php".into(), layout.around("externallib", "functions", functions));
        let tests = layout.parts("test", &view.calls);
        add(format!("tests/{}_external_test.php", view.shared.component), layout.around("tests", "tests", tests));
        let records = layout.parts("recordpart", &view.records);
        add("recordlib.php".into(), layout.around("recordlib", "records", records));
    }
    if view.existing.is_none() {
        let methods = layout.parts("method", view.calls.iter().filter(|call| !call.opens));
        out.add_once(format!("{}/classes/handler.php", view.folder), layout.around("handler", "methods", methods));
    }
}

/// Renders templates, each with what all of them may use.
struct Layout {
    shared: Map<String, Value>,
    whole: Map<String, Value>,
}

impl Layout {
    fn new(view: &View) -> Self {
        Layout { shared: object(&view.shared), whole: object(view) }
    }

    /// A file about the plugin as a whole.
    fn whole(&self, template: &str) -> String {
        render(template, &self.whole)
    }

    /// A file or a part of one about one thing.
    fn part(&self, template: &str, thing: &impl Serialize) -> String {
        let mut data = self.shared.clone();
        data.extend(object(thing));
        render(template, &data)
    }

    /// The same for several things, an empty line between them.
    fn parts<'t, T: Serialize + 't>(&self, template: &str, things: impl IntoIterator<Item = &'t T>) -> String {
        let parts: Vec<String> = things.into_iter().map(|thing| self.part(template, thing)).collect();
        parts.join("\n").trim_end().to_owned()
    }

    /// A file with a text made of parts.
    fn around(&self, template: &str, name: &str, text: String) -> String {
        let mut data = self.whole.clone();
        data.insert(name.to_owned(), Value::String(text));
        render(template, &data)
    }
}

fn object(thing: &impl Serialize) -> Map<String, Value> {
    // Views are structs of texts, flags and lists of such.
    match serde_json::to_value(thing) {
        Ok(Value::Object(map)) => map,
        Ok(_) | Err(_) => Map::new(),
    }
}

fn render(template: &str, data: &Map<String, Value>) -> String {
    // Templates are ours, and look up what is missing as nothing.
    ENGINE.render(template, data).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_is_one() {
        let mut engine = Handlebars::new();
        for (name, text) in TEMPLATES {
            engine.register_template_string(name, text).unwrap_or_else(|why| panic!("{name}: {why}"));
        }
    }
}
