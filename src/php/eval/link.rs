//! Linking: a declaration becomes a class with its parent, interfaces, traits and tables of members.
//!
//! PHP ends where an ancestor is not there, is of the wrong kind, or leads back to the class; so does this.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::absent::Absent;
use super::class::{ClassConst, ClassInfo, Known, Method, Property};
use super::names::{full_name, lower, resolve_class};
use super::{Eval, Interp, Raise, cycle};
use crate::php::ast::{self, ClassKind, Function, Member, Modifiers, Name, Scope};
use crate::php::value::ClassId;
use crate::source::Span;

/// A class that is being linked. The next one in the row is an ancestor of it.
pub(super) struct Link<'a> {
    key: Rc<str>,
    decl: &'a ast::Class<'a>,
    /// What it does to the ancestor that is being looked for.
    role: Role,
}

/// What a class does to one that it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Extends,
    Implements,
    Uses,
}

impl Role {
    fn verb(self) -> &'static str {
        match self {
            Role::Extends => "extends",
            Role::Implements => "implements",
            Role::Uses => "uses",
        }
    }
}

impl<'a> Interp<'a, '_> {
    /// Links a declaration: parent, interfaces, traits, tables of members.
    pub(super) fn link(&mut self, decl: &'a ast::Class<'a>, key: &Rc<str>) -> Eval<'a, ClassId> {
        let at = Span { file: decl.scope.file, start: decl.at.start, end: decl.at.end };
        self.linking.push(Link { key: key.clone(), decl, role: Role::Extends });
        self.depth += 1;
        let linked = if self.depth > self.deepest {
            Err(Raise::limit("classes extend each other too deeply".into(), Some(at)))
        } else {
            self.link_parts(decl, key, at)
        };
        self.depth -= 1;
        self.linking.pop();
        linked
    }

    /// Whether a class is being linked: until that is done it is not there.
    pub(super) fn is_linking(&self, key: &str) -> bool {
        self.linking.iter().any(|link| *link.key == *key)
    }

    fn link_parts(&mut self, decl: &'a ast::Class<'a>, key: &Rc<str>, at: Span) -> Eval<'a, ClassId> {
        let mut ancestors: FxHashSet<Rc<str>> = FxHashSet::default();
        ancestors.insert(key.clone());
        let mut incomplete = false;
        let mut parent = None;
        let mut interfaces = Vec::new();
        let extended = decl.extends.iter().map(|name| (name, Role::Extends));
        for (name, role) in extended.chain(decl.implements.iter().map(|name| (name, Role::Implements))) {
            let is_parent = role == Role::Extends && decl.kind == ClassKind::Class;
            match self.ancestor(decl, name, role)? {
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
                    ancestors.insert(Rc::from(&*lower(&resolve_class(name, decl.scope))));
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
                    match self.ancestor(decl, name, Role::Uses)? {
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

    /// A class that a declaration extends, implements or uses. `None` when it may be where nobody can look.
    fn ancestor(&mut self, decl: &'a ast::Class<'a>, name: &Name<'a>, role: Role) -> Eval<'a, Option<ClassId>> {
        let full = resolve_class(name, decl.scope);
        let key = lower(&full);
        if let Some(link) = self.linking.last_mut() {
            link.role = role;
        }
        if let Some(first) = self.linking.iter().position(|link| *link.key == *key) {
            let row = || self.linking.iter().skip(first);
            let names = row().map(|link| (full_name(link.decl.scope, link.decl.name).into_owned(), link.role.verb()));
            let kind = row().next().map_or(decl.kind, |link| link.decl.kind);
            let claim = if kind == ClassKind::Trait { "uses itself" } else { "extends itself" };
            let message = format!("{} {}", kind_word(kind), cycle::spell(names, claim));
            return Err(Raise::limit(message, Some(self.named_at(decl, name))));
        }
        let Some(id) = self.find_class(&full)? else {
            let kind = match role {
                Role::Extends if decl.kind != ClassKind::Interface => Absent::Class,
                Role::Extends | Role::Implements => Absent::Interface,
                Role::Uses => Absent::Trait,
            };
            if self.may_be_elsewhere(kind, &full) {
                return Ok(None);
            }
            let at = self.named_at(decl, name);
            return self.throw_absent(kind, &full, Some(at));
        };
        if let Some(complaint) = misfit(decl, role, &self.class(id)) {
            let at = self.named_at(decl, name);
            return self.throw_error("Error", &complaint, Some(at));
        }
        Ok(Some(id))
    }

    /// Where a declaration names another class.
    fn named_at(&self, decl: &ast::Class<'a>, name: &str) -> Span {
        let text = &self.sources.file(decl.scope.file).text;
        let start = (name.as_ptr() as usize).checked_sub(text.as_ptr() as usize).filter(|start| start + name.len() <= text.len());
        let (start, end) = start.map_or((decl.at.start, decl.at.end), |start| (start as u32, (start + name.len()) as u32));
        Span { file: decl.scope.file, start, end }
    }
}

fn kind_word(kind: ClassKind) -> &'static str {
    match kind {
        ClassKind::Class => "class",
        ClassKind::Interface => "interface",
        ClassKind::Trait => "trait",
        ClassKind::Enum => "enum",
    }
}

/// Why a class cannot be what a declaration takes it for, in PHP's words.
fn misfit(decl: &ast::Class<'_>, role: Role, found: &ClassInfo<'_>) -> Option<String> {
    let name = full_name(decl.scope, decl.name);
    let kind = found.decl.kind;
    match role {
        Role::Extends if decl.kind != ClassKind::Interface => match kind {
            ClassKind::Class if found.decl.modifiers.is_final => Some(format!("Class {name} cannot extend final class {}", found.name)),
            ClassKind::Class => None,
            _ => Some(format!("Class {name} cannot extend {} {}", kind_word(kind), found.name)),
        },
        Role::Extends | Role::Implements => {
            (kind != ClassKind::Interface).then(|| format!("{name} cannot implement {} - it is not an interface", found.name))
        }
        Role::Uses => (kind != ClassKind::Trait).then(|| format!("{name} cannot use {} - it is not a trait", found.name)),
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
