//! Classes: what is known of a linked one, and finding them by name.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use indexmap::IndexMap;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use super::names::{lower, resolve_class};
use super::{Eval, Interp, Raise, Stop};
use crate::php::ast::{self, ClassRef, Expr, Function, Modifiers, Scope, Visibility};
use crate::php::host::ClassAt;
use crate::php::text::Text;
use crate::php::value::{ClassId, Value};
use crate::source::Span;

/// Properties that a new object starts with.
pub(super) type Template<'a> = IndexMap<Text<'a>, Value<'a>, FxBuildHasher>;

/// A method and the class that it belongs to (for a trait's method: the class that uses the trait).
pub(super) struct Method<'a> {
    pub name: Rc<str>,
    pub function: &'a Function<'a>,
    pub modifiers: Modifiers,
    pub class: ClassId,
    /// The full name of the trait that it was written in.
    pub of_trait: Option<Rc<str>>,
}

/// A declared property.
pub(super) struct Property<'a> {
    pub name: &'a str,
    pub default: Option<&'a Expr<'a>>,
    pub typed: bool,
    pub is_static: bool,
    pub visibility: Visibility,
    pub scope: &'a Scope<'a>,
}

/// How far a constant is known.
#[derive(Clone)]
pub(super) enum Known<'a> {
    /// Nobody asked yet.
    No,
    /// Being computed: asking again is a cycle.
    Busy,
    /// Its value.
    Value(Value<'a>),
}

/// A class constant or an enum case.
pub(super) struct ClassConst<'a> {
    pub value: Option<&'a Expr<'a>>,
    pub scope: &'a Scope<'a>,
    pub case: bool,
    pub known: RefCell<Known<'a>>,
}

/// A linked class.
pub(super) struct ClassInfo<'a> {
    pub id: ClassId,
    /// Full name as declared.
    pub name: Rc<str>,
    pub lower: Rc<str>,
    pub decl: &'a ast::Class<'a>,
    pub parent: Option<ClassId>,
    /// Interfaces that the class itself names, for their constants.
    pub interfaces: Vec<ClassId>,
    /// Lower-case names of the class and everything that it extends and implements.
    pub ancestors: FxHashSet<Rc<str>>,
    /// Whether an ancestor is not in the tree, so that not finding a member says nothing.
    pub incomplete: bool,
    /// Own methods, those of traits included, by lower-case name.
    pub methods: FxHashMap<Rc<str>, Rc<Method<'a>>>,
    pub consts: FxHashMap<&'a str, ClassConst<'a>>,
    pub props: Vec<Property<'a>>,
    pub template: OnceCell<Template<'a>>,
    /// Whether the host may know methods of the class better than its source does.
    pub watched: OnceCell<bool>,
    /// What `new` calls.
    pub constructor: OnceCell<Option<Rc<Method<'a>>>>,
}

impl<'a> Interp<'a, '_> {
    /// A linked class.
    pub(super) fn class(&self, id: ClassId) -> Rc<ClassInfo<'a>> {
        self.classes[id.0 as usize].clone()
    }

    /// Finds a class by its full name, loading what has to be loaded.
    pub(super) fn find_class(&mut self, name: &str) -> Eval<'a, Option<ClassId>> {
        let name = name.strip_prefix('\\').unwrap_or(name);
        let key = lower(name);
        if let Some(id) = self.by_name.get(&*key) {
            return Ok(Some(*id));
        }
        if self.missing.get(&*key) == Some(&self.epoch) {
            self.miss_class(&key);
            return Ok(None);
        }
        let key: Rc<str> = Rc::from(&*key);
        if self.is_linking(&key) {
            // What runs while its ancestors are loaded uses it already.
            return Ok(None);
        }
        if self.looking.contains(&key) {
            // Its file is being run and uses it already.
            return match self.decls.get(&key).copied() {
                Some(decl) => self.link(decl, &key).map(Some),
                None => Ok(None),
            };
        }
        self.looking.insert(key.clone());
        let found = self.search_class(name, &key);
        self.looking.remove(&key);
        match found {
            Ok(Some(id)) => {
                self.by_name.insert(key, id);
                Ok(Some(id))
            }
            Ok(None) => {
                self.miss_class(&key);
                self.missing.insert(key, self.epoch);
                Ok(None)
            }
            Err(raise) => Err(raise),
        }
    }

    /// A class of PHP that the evaluator does not know will not come with a file.
    fn miss_class(&mut self, key: &str) {
        if !self.foreign.contains(key) {
            self.look_at_fickle();
        }
    }

    fn search_class(&mut self, name: &str, key: &Rc<str>) -> Eval<'a, Option<ClassId>> {
        if let Some(found) = self.autoload_class(name, key)? {
            return Ok(Some(found));
        }
        if self.foreign.contains(&**key) {
            return Ok(None);
        }
        loop {
            if !self.load_more(name)? {
                return Ok(None);
            }
            if let Some(found) = self.declared_class(key)? {
                return Ok(Some(found));
            }
        }
    }

    /// Finds a class as `class_exists()` does: among those declared, else by autoloading.
    pub(super) fn autoload(&mut self, name: &str) -> Eval<'a, Option<ClassId>> {
        let name = name.strip_prefix('\\').unwrap_or(name);
        let key: Rc<str> = Rc::from(&*lower(name));
        self.autoload_class(name, &key)
    }

    fn autoload_class(&mut self, name: &str, key: &Rc<str>) -> Eval<'a, Option<ClassId>> {
        if let Some(found) = self.declared_class(key)? {
            return Ok(Some(found));
        }
        let host = self.host;
        match host.class(name) {
            Some(ClassAt::File(path)) => {
                self.load(&path)?;
                self.declared_class(key)
            }
            Some(ClassAt::Alias(other)) => self.find_class(&other),
            None => Ok(None),
        }
    }

    /// A class that a file seen so far declares, or an alias of one.
    pub(super) fn declared_class(&mut self, key: &Rc<str>) -> Eval<'a, Option<ClassId>> {
        if let Some(id) = self.by_name.get(key) {
            return Ok(Some(*id));
        }
        if let Some(decl) = self.decls.get(key).copied() {
            return self.link(decl, key).map(Some);
        }
        match self.aliases.get(key).cloned() {
            Some(other) => self.find_class(&other),
            None => Ok(None),
        }
    }

    /// Whether a class is another one or comes from it.
    pub(super) fn extends(&self, class: ClassId, of: ClassId) -> bool {
        class == of || self.class(class).ancestors.contains(&self.class(of).lower)
    }

    /// The class in front of `::`. `Err` holds the name of one that is not there.
    pub(super) fn class_ref(&mut self, class: ClassRef<'a>) -> Eval<'a, Result<ClassId, Rc<str>>> {
        Ok(match class {
            ClassRef::SelfClass => self.frame.class.ok_or_else(|| Rc::from("self")),
            ClassRef::Static => self.frame.called.or(self.frame.class).ok_or_else(|| Rc::from("static")),
            ClassRef::Parent => match self.frame.class {
                Some(id) => {
                    let info = self.class(id);
                    info.parent.ok_or_else(|| match info.decl.extends.first() {
                        Some(name) => Rc::from(resolve_class(name, info.decl.scope)),
                        None => Rc::from("parent"),
                    })
                }
                None => Err(Rc::from("parent")),
            },
            ClassRef::Name(name) => return self.named_class(name),
            ClassRef::Expr(expr) => {
                let value = self.eval(expr)?;
                match value {
                    Value::Object(id) => {
                        let object = self.heap_object(id);
                        object.class_id.ok_or_else(|| object.class.clone())
                    }
                    Value::Str(name) => self.find_class(&name)?.ok_or_else(|| Rc::from(&name)),
                    other => Err(Rc::from(self.spell(&other))),
                }
            }
        })
    }

    fn named_class(&mut self, name: &'a str) -> Eval<'a, Result<ClassId, Rc<str>>> {
        let key = self.spot(name);
        if let Some(id) = self.classes_seen.get(&key) {
            return Ok(Ok(*id));
        }
        let full = resolve_class(name, self.frame.scope);
        Ok(match self.find_class(&full)? {
            Some(id) => {
                self.classes_seen.insert(key, id);
                Ok(id)
            }
            None => Err(Rc::from(full.as_ref())),
        })
    }
}

impl<'a> Raise<'a> {
    /// A limit that was reached.
    pub(super) fn limit(message: String, at: Option<Span>) -> Box<Raise<'a>> {
        Box::new(Raise::Stop(Stop::Limit { message, at }))
    }
}
