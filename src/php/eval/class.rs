//! Classes: finding them, linking them with their parents and traits, and looking up members.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use indexmap::IndexMap;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use super::names::{full_name, lower, resolve_class};
use super::{Eval, Interp, Raise, Stop};
use crate::php::ast::{self, ClassKind, ClassRef, Expr, Function, Member, Modifiers, Scope, Visibility};
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
        if self.linking.contains(&key) {
            return Err(Raise::limit(format!("class {name} extends itself"), None));
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

    /// Links a declaration: parent, interfaces, traits, tables of members.
    pub(super) fn link(&mut self, decl: &'a ast::Class<'a>, key: &Rc<str>) -> Eval<'a, ClassId> {
        let at = Span { file: decl.scope.file, start: decl.at.start, end: decl.at.end };
        if !self.linking.insert(key.clone()) {
            return Err(Raise::limit(format!("class {} extends itself", decl.name), Some(at)));
        }
        self.depth += 1;
        let linked = if self.depth > self.deepest {
            Err(Raise::limit("classes extend each other too deeply".into(), Some(at)))
        } else {
            self.link_parts(decl, key, at)
        };
        self.depth -= 1;
        self.linking.remove(key);
        linked
    }

    fn link_parts(&mut self, decl: &'a ast::Class<'a>, key: &Rc<str>, at: Span) -> Eval<'a, ClassId> {
        let mut ancestors: FxHashSet<Rc<str>> = FxHashSet::default();
        ancestors.insert(key.clone());
        let mut incomplete = false;
        let mut parent = None;
        let mut interfaces = Vec::new();
        for (at, name) in decl.extends.iter().chain(decl.implements).enumerate() {
            let full = resolve_class(name, decl.scope);
            let found = self.find_class(&full)?;
            let is_parent = at == 0 && !decl.extends.is_empty() && decl.kind == ClassKind::Class;
            match found {
                Some(id) => {
                    let info = self.class(id);
                    incomplete |= info.incomplete;
                    ancestors.extend(info.ancestors.iter().cloned());
                    if is_parent {
                        parent = Some(id);
                    } else {
                        interfaces.push(id);
                    }
                }
                None => {
                    ancestors.insert(Rc::from(&*lower(&full)));
                    incomplete |= is_parent;
                }
            }
        }
        if decl.kind == ClassKind::Enum {
            ancestors.insert(Rc::from("unitenum"));
            ancestors.insert(Rc::from("backedenum"));
        }
        let mut traits: Vec<(Rc<ClassInfo<'a>>, &'a [ast::TraitRule<'a>])> = Vec::new();
        for member in decl.members {
            if let Member::TraitUse { traits: names, rules } = member {
                for name in *names {
                    let full = resolve_class(name, decl.scope);
                    match self.find_class(&full)? {
                        Some(id) => traits.push((self.class(id), rules)),
                        None => incomplete = true,
                    }
                }
            }
        }
        // Loading a parent may have linked this very class through an alias.
        if let Some(id) = self.by_name.get(key) {
            return Ok(*id);
        }
        let id = ClassId(self.classes.len() as u32);
        let mut info = ClassInfo {
            id,
            name: if decl.name.is_empty() { key.clone() } else { Rc::from(full_name(decl.scope, decl.name)) },
            lower: key.clone(),
            decl,
            parent,
            interfaces,
            ancestors,
            incomplete,
            methods: FxHashMap::default(),
            consts: FxHashMap::default(),
            props: Vec::new(),
            template: OnceCell::new(),
            watched: OnceCell::new(),
            constructor: OnceCell::new(),
        };
        for member in decl.members {
            own_member(&mut info, member, decl.scope);
        }
        for (info_trait, rules) in &traits {
            take_trait(&mut info, info_trait, rules);
        }
        if self.classes.len() > 100_000 {
            return Err(Raise::limit("too many classes".into(), Some(at)));
        }
        self.classes.push(Rc::new(info));
        self.by_name.insert(key.clone(), id);
        Ok(id)
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

fn own_member<'a>(info: &mut ClassInfo<'a>, member: &'a Member<'a>, scope: &'a Scope<'a>) {
    match member {
        Member::Const { konst, .. } => {
            let konst_info = ClassConst { value: Some(konst.value), scope, case: false, known: RefCell::new(Known::No) };
            info.consts.entry(konst.name).or_insert(konst_info);
        }
        Member::Case { name, value, .. } => {
            let case = ClassConst { value: *value, scope, case: true, known: RefCell::new(Known::No) };
            info.consts.entry(name).or_insert(case);
        }
        Member::Property { modifiers, name, ty, default, .. } => {
            let Modifiers { is_static, visibility, .. } = *modifiers;
            info.props.push(Property { name, default: *default, typed: ty.is_some(), is_static, visibility, scope });
        }
        Member::Method { modifiers, function } => {
            add_method(info, function.name, function, *modifiers, None);
            for param in function.params {
                let (name, Some(Modifiers { visibility, .. })) = (param.name, param.promoted) else { continue };
                // The constructor gives it its value at once.
                info.props.push(Property { name, default: None, typed: false, is_static: false, visibility, scope });
            }
        }
        Member::TraitUse { .. } | Member::Skipped => {}
    }
}

fn add_method<'a>(info: &mut ClassInfo<'a>, name: &str, function: &'a Function<'a>, modifiers: Modifiers, of_trait: Option<Rc<str>>) {
    let key: Rc<str> = Rc::from(&*lower(name));
    let method = Method { name: Rc::from(name), function, modifiers, class: info.id, of_trait };
    info.methods.entry(key).or_insert_with(|| Rc::new(method));
}

fn take_trait<'a>(info: &mut ClassInfo<'a>, from: &Rc<ClassInfo<'a>>, rules: &'a [ast::TraitRule<'a>]) {
    let scope = info.decl.scope;
    let is_trait = |name: &str, class: &ClassInfo<'_>| *lower(&resolve_class(name, scope)) == *class.lower;
    for (key, method) in &from.methods {
        let of_trait = method.of_trait.clone().or_else(|| Some(from.name.clone()));
        for rule in rules.iter().filter(|rule| *lower(rule.method) == **key && rule.from.is_none_or(|name| is_trait(name, from))) {
            let mut modifiers = method.modifiers;
            if let Some(visibility) = rule.visibility {
                modifiers.visibility = visibility;
            }
            if let Some(alias) = rule.alias {
                add_method(info, alias, method.function, modifiers, of_trait.clone());
            }
        }
        let excluded = rules.iter().any(|rule| *lower(rule.method) == **key && rule.instead_of.iter().any(|name| is_trait(name, from)));
        if !excluded {
            add_method(info, &method.name, method.function, method.modifiers, of_trait);
        }
    }
    for (name, konst) in &from.consts {
        let copy = ClassConst { value: konst.value, scope: konst.scope, case: konst.case, known: RefCell::new(Known::No) };
        info.consts.entry(name).or_insert(copy);
    }
    for prop in &from.props {
        if !info.props.iter().any(|own| own.name == prop.name) {
            info.props.push(Property { ..*prop });
        }
    }
}

impl<'a> Raise<'a> {
    /// A limit that was reached.
    pub(super) fn limit(message: String, at: Option<Span>) -> Box<Raise<'a>> {
        Box::new(Raise::Stop(Stop::Limit { message, at }))
    }
}
