//! Data classes: a class in, its fields out. Fields are the public properties that have a type, inherited ones among them (which the
//! original generator passed over), sorted by name as it sorted them.

use super::Reader;
use super::classes::ClassId;
use super::comment::{Comment, Tag, Typed};
use super::meaning::{Place, Problem, item, misspelt, spelled};
use crate::ir::{FieldDef, NameBase, Presence, SlotDef, TypeName};
use crate::php::ast::{At, Expr, Function, Member, Type, Visibility};
use crate::report::{Code, Diagnostic};

/// What a class holds.
pub(super) struct Record {
    /// Its fields; classes in them are references.
    pub fields: Vec<FieldDef>,
    /// The first field that has no meaning.
    pub problem: Option<Problem>,
    /// The classes that its fields refer to.
    pub uses: Vec<ClassId>,
}

/// A property, or a parameter of the constructor that is one.
struct Property<'a> {
    owner: ClassId,
    at: At,
    name: &'a str,
    ty: Option<Type<'a>>,
    default: Option<&'a Expr<'a>>,
    /// What its comment says.
    said: Said,
}

#[derive(Default)]
struct Said {
    var: Option<Typed>,
    text: String,
    is_hidden: bool,
}

impl<'a> Reader<'a, '_> {
    /// The fields of a class.
    pub(super) fn record(&mut self, id: ClassId) -> Record {
        let mut out = Record { fields: Vec::new(), problem: None, uses: Vec::new() };
        for property in self.properties(id) {
            self.used.clear();
            match self.property(&property, id) {
                Ok(Some(field)) => out.fields.push(field),
                Ok(None) => {}
                Err(problem) => out.problem = out.problem.or(Some(problem)),
            }
            out.uses.append(&mut self.used);
        }
        out.fields.sort_by(|a, b| a.name.cmp(&b.name));
        out
    }

    /// The properties that are data; of two with one name, that of the nearer class.
    fn properties(&self, id: ClassId) -> Vec<Property<'a>> {
        let mut out: Vec<Property<'a>> = Vec::new();
        let mut seen = rustc_hash::FxHashSet::default();
        for owner in self.classes.lineage(id) {
            for member in self.classes.decl(owner).class.members {
                let found = match member {
                    Member::Property { at, modifiers, name, ty, default, doc } if !modifiers.is_static => {
                        vec![(modifiers.visibility, Property { owner, at: *at, name, ty: *ty, default: *default, said: said(*doc) })]
                    }
                    Member::Method { function, .. } if function.name.eq_ignore_ascii_case("__construct") => promoted(owner, function),
                    _ => continue,
                };
                for (visibility, property) in found {
                    // A private property is no secret of its name: a parent's public one of that name is another.
                    if visibility == Visibility::Public && seen.insert(property.name) && !property.said.is_hidden {
                        out.push(property);
                    }
                }
            }
        }
        out
    }

    fn property(&mut self, property: &Property<'a>, id: ClassId) -> Result<Option<FieldDef>, Problem> {
        let owner = self.classes.decl(property.owner);
        let symbol = format!("{}::${}", owner.name, property.name);
        let name = TypeName::new(NameBase::Class(self.classes.decl(id).name.clone())).child(property.name);
        let at = self.classes.span(property.owner, property.at);
        let place = Place { scope: owner.class.scope, class: property.owner, at, symbol: &symbol, name, subject: None };
        let tag = property.said.var.as_ref().and_then(|var| var.ty.as_ref());
        let Some(spelling) = spelled(tag, property.ty.as_ref()) else {
            let message = format!("`{symbol}` has no type, so it is left out");
            self.report.push(Diagnostic::new(Code::P015, message).at(at));
            return Ok(None);
        };
        let spelling = spelling.map_err(|why| misspelt(why, &place))?;
        self.contradiction(tag, property.ty.as_ref(), &place);
        let (shape, nullable) = self.value(&spelling, &place)?;
        let said = property.said.var.as_ref().map(|var| var.doc.as_str()).unwrap_or_default();
        let (doc, is_optional) = marks(&[property.said.text.as_str(), said]);
        let (presence, nullable) = match property.default {
            Some(default) => self.default(default, &shape, nullable, &place),
            None if is_optional => (Presence::Optional, nullable),
            None => (Presence::Required, nullable),
        };
        Ok(Some(FieldDef::new(property.name, SlotDef { presence, doc, ..item(shape, nullable, &place, self) })))
    }
}

/// Properties that a constructor declares among its parameters; its comment describes them.
fn promoted<'a>(owner: ClassId, function: &'a Function<'a>) -> Vec<(Visibility, Property<'a>)> {
    let comment = function.doc.map(Comment::read).unwrap_or_default();
    let params = function.params.iter().filter_map(|param| Some((param.promoted?, param)));
    params
        .map(|(modifiers, param)| {
            let tag = comment.tags(super::PARAM).map(Tag::param).find(|tag| tag.is_about(param.name));
            let said = Said { var: tag, ..Said::default() };
            let property = Property { owner, at: param.at, name: param.name, ty: param.ty, default: param.default, said };
            (modifiers.visibility, property)
        })
        .collect()
}

fn said(doc: Option<&str>) -> Said {
    let Some(doc) = doc else { return Said::default() };
    let comment = Comment::read(doc);
    let var = comment.tags(super::VAR).map(Tag::var).last();
    let is_hidden = comment.tags(&["access"]).any(|tag| tag.body.trim_start().to_ascii_lowercase().starts_with("private"));
    Said { var, text: comment.text, is_hidden }
}

/// The documentation without the marks `[OPTIONAL]` and `[AUTOINCREMENT]`, and whether the first is there.
fn marks(parts: &[&str]) -> (String, bool) {
    let whole = parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join("\n\n");
    let is_optional = whole.contains("[OPTIONAL]");
    let doc = without(&without(&whole, "[OPTIONAL]"), "[AUTOINCREMENT]");
    (doc.trim_matches([' ', ',', ';']).to_owned(), is_optional)
}

/// A text without a mark and the blanks before it.
fn without(text: &str, mark: &str) -> String {
    let mut parts = text.split(mark);
    let first = parts.next().unwrap_or_default();
    parts.fold(first.to_owned(), |before, after| before.trim_end().to_owned() + after)
}
