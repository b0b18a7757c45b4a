//! What the evaluator of defaults asks of the world: the classes and constants of the files that the server's file reaches.

use super::classes::{ClassId, Classes};
use crate::php::ast::PhpFile;
use crate::php::eval::Interp;
use crate::php::host::{ClassAt, EvalFinding, Host};
use crate::php::value::Value;
use crate::source::Span;

/// The world of a server.
pub(super) struct World<'a, 'c> {
    classes: &'c Classes<'a>,
    from: usize,
    libraries: Vec<String>,
}

impl<'a, 'c> World<'a, 'c> {
    /// The world around a class.
    pub(super) fn new(classes: &'c Classes<'a>, server: ClassId) -> Self {
        let from = classes.decl(server).file;
        let libraries = classes.reached(from).map(|file| classes.files()[file].path.clone()).collect();
        World { classes, from, libraries }
    }
}

impl<'a> Host<'a> for World<'a, '_> {
    fn file(&self, path: &str) -> Option<&'a PhpFile<'a>> {
        self.classes.files().iter().find(|file| file.path == path).map(|file| file.php)
    }

    fn mentions(&self, path: &str, word: &str) -> bool {
        self.file(path).is_some_and(|file| memchr::memmem::find(file.text.as_bytes(), word.as_bytes()).is_some())
    }

    fn class(&self, name: &str) -> Option<ClassAt> {
        let id = self.classes.find(name.trim_start_matches('\\'), self.from)?;
        Some(ClassAt::File(self.classes.file_of(id).path.clone()))
    }

    fn libraries(&self) -> &[String] {
        &self.libraries
    }

    fn constant(&self, _: &str) -> Option<Value<'a>> {
        None
    }

    fn global(&self, _: &mut Interp<'a, '_>, name: &str) -> Value<'a> {
        Value::unknown(format!("${name}"), None, "belongs to the site")
    }

    fn function(&self, _: &mut Interp<'a, '_>, _: &str, _: &[Value<'a>], _: Span) -> Option<Value<'a>> {
        None
    }

    fn static_method(&self, _: &mut Interp<'a, '_>, _: &str, _: &str, _: &[Value<'a>], _: Span) -> Option<Value<'a>> {
        None
    }

    fn answers_for(&self, _: &str) -> bool {
        false
    }

    fn may_lack(&self, _: &str) -> bool {
        true
    }

    fn settle(&self, _: &str) -> Option<Value<'a>> {
        None
    }

    fn php(&self) -> (u32, u32) {
        (8, 1)
    }

    fn note(&self, _: EvalFinding) {}
}
