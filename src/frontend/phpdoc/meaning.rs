//! What a type means: a spelling and its place in, a shape out. Classes become references; `record` says what is in them.

use super::Reader;
use super::classes::ClassId;
use super::scalars::{self, Word};
use super::spelling::{Misspelt, Spelling};
use crate::ir::{
    Enumeration, FieldDef, Literal, MAP_ENTRY, NameBase, Origin, Presence, RecordDef, Scalar, ScalarKind, ShapeDef, SlotDef, TypeName,
    enumeration,
};
use crate::php::ast::{ClassKind, Expr, ExprKind, Member, Scope, Type, TypeKind, UnaryOp};
use crate::report::{Code, Diagnostic};
use crate::source::Span;

/// What a type means: the shape of a value, and whether it may be null. `None` where nothing is sent.
pub(super) type Meaning = Option<(ShapeDef, bool)>;

/// Why something has no meaning: what is described by it is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    pub code: Code,
    pub message: String,
    pub at: Option<Span>,
    pub help: Option<String>,
}

/// Where a type stands.
pub(super) struct Place<'a, 'p> {
    /// Names resolve here.
    pub scope: &'a Scope<'a>,
    /// The class around it.
    pub class: ClassId,
    /// Where to point.
    pub at: Span,
    /// `Class::method`, `Class::$property`
    pub symbol: &'p str,
    /// The name of a record that has no other.
    pub name: TypeName,
    /// The operation, where it is one.
    pub subject: Option<&'p str>,
}

impl Place<'_, '_> {
    /// A finding about this place.
    pub(super) fn about(&self, found: Diagnostic) -> Diagnostic {
        let found = found.at(self.at);
        match self.subject {
            Some(subject) => found.about(subject),
            None => found,
        }
    }
}

impl<'a> Reader<'a, '_> {
    /// The meaning of a spelling.
    pub(super) fn meaning(&mut self, spelling: &Spelling, place: &Place<'a, '_>) -> Result<Meaning, Problem> {
        let value = |shape| Ok(Some((shape, false)));
        match spelling {
            Spelling::Name(name) => self.name(name, place),
            Spelling::Text(text) => value(one_of(ScalarKind::String, "", [text.as_str()])),
            Spelling::Number(text) => value(one_of(ScalarKind::Int, "xsd:int", [text.as_str()])),
            Spelling::Fraction(text) => value(one_of(ScalarKind::Float, "", [text.as_str()])),
            Spelling::Nullable(inner) => Ok(self.meaning(inner, place)?.map(|(shape, _)| (shape, true))),
            Spelling::Union(members) => self.union(members, place),
            Spelling::Intersection(_) => Err(problem(Code::P009, "an intersection of types cannot be sent", place)),
            Spelling::List(item) => self.list(item, place),
            Spelling::Map(of) => self.map(of, place),
            Spelling::Generic(name, of) => self.generic(name, of, place),
            Spelling::Shape(fields) => self.shape(fields, place),
            Spelling::Callable => Err(problem(Code::P009, "a function cannot be sent", place)),
        }
    }

    /// The shape of something that is sent.
    pub(super) fn value(&mut self, spelling: &Spelling, place: &Place<'a, '_>) -> Result<(ShapeDef, bool), Problem> {
        self.meaning(spelling, place)?.ok_or_else(|| problem(Code::P009, "`void` is no value", place))
    }

    fn name(&mut self, name: &str, place: &Place<'a, '_>) -> Result<Meaning, Problem> {
        // A name of a class wins over a word that PHP itself does not reserve.
        let word = scalars::word(name);
        let class = match (&word, name.split_once("::")) {
            (None | Some(Word::Vague(_) | Word::Nothing | Word::Untyped), None) => {
                self.classes.resolve(name, place.scope, self.classes.decl(place.class).file).ok()
            }
            (Some(Word::Itself), _) => Some(place.class),
            _ => None,
        };
        if let Some(class) = class {
            return self.class(class, place).map(|shape| Some((shape, false)));
        }
        match word {
            Some(Word::Scalar(scalar)) => Ok(Some((ShapeDef::Scalar(scalar), false))),
            Some(Word::Vague(scalar)) => {
                self.vague(&format!("`{name}` says little about the value, which is taken as text"), place);
                Ok(Some((ShapeDef::Scalar(scalar), false)))
            }
            Some(Word::Untyped) => {
                self.vague(&format!("`{name}` does not say what is in it; the items are taken as text"), place);
                Ok(Some((ShapeDef::List(Box::new(item(text("xsd:anyType"), false, place, self))), false)))
            }
            Some(Word::Null | Word::Nothing) => Ok(None),
            Some(Word::Unsendable | Word::Itself) => Err(problem(Code::P009, format!("`{name}` cannot be sent"), place)),
            None if name.contains("::") => {
                self.vague(&format!("the value of `{name}` is not looked up; it is taken as text"), place);
                Ok(Some((text("xsd:anyType"), false)))
            }
            None => {
                let like = super::nearest(name, self.classes.names()).or_else(|| super::nearest(name, scalars::words()));
                let mut found = problem(Code::P007, format!("there is no class `{name}`"), place);
                found.help = like.map(|like| format!("did you mean `{like}`?"));
                Err(found)
            }
        }
    }

    /// A class as a type: its data, or the value of an enum.
    fn class(&mut self, id: ClassId, place: &Place<'a, '_>) -> Result<ShapeDef, Problem> {
        let decl = self.classes.decl(id);
        match decl.class.kind {
            ClassKind::Class => {
                let id = *self.by_name.entry(decl.name.to_ascii_lowercase()).or_insert(id);
                self.used.push(id);
                Ok(ShapeDef::Ref(TypeName::new(NameBase::Class(self.classes.decl(id).name.clone()))))
            }
            ClassKind::Enum => {
                let cases = decl.class.members.iter().filter_map(|member| match member {
                    Member::Case { value: Some(value), .. } => Some(*value),
                    _ => None,
                });
                let cases: Vec<&'a Expr<'a>> = cases.collect();
                Ok(ShapeDef::Scalar(self.cases(id, &cases)))
            }
            ClassKind::Interface | ClassKind::Trait => {
                Err(problem(Code::P009, format!("`{}` is no class, so it has no data that could be sent", decl.name), place))
            }
        }
    }

    /// The values of an enum's cases, under its name; any value of their kind where one of them cannot be told.
    fn cases(&mut self, id: ClassId, cases: &[&'a Expr<'a>]) -> Scalar {
        let values: Vec<Literal> = cases.iter().map(|case| self.constant(id, case)).collect();
        let texts = values.iter().map(|value| match value {
            Literal::Str(text) => Some((ScalarKind::String, text.clone())),
            Literal::Int(number) => Some((ScalarKind::Int, number.to_string())),
            _ => None,
        });
        let texts: Option<Vec<(ScalarKind, String)>> = texts.collect();
        let is_int = matches!(cases.first().map(|case| &case.kind), Some(ExprKind::Int(_) | ExprKind::Unary { op: UnaryOp::Minus, .. }));
        let kind = match texts.as_deref() {
            Some([(kind, _), ..]) => *kind,
            Some([]) | None if is_int => ScalarKind::Int,
            Some([]) | None => ScalarKind::String,
        };
        let texts = texts.unwrap_or_default().into_iter().filter(|(of, _)| *of == kind).map(|(_, text)| text);
        let values = Enumeration::new(self.classes.decl(id).name.clone(), texts);
        Scalar { values, ..Scalar::new(kind, if kind == ScalarKind::Int { "xsd:int" } else { "" }) }
    }

    fn union(&mut self, members: &[Spelling], place: &Place<'a, '_>) -> Result<Meaning, Problem> {
        let is = |spelling: &Spelling, words: &[&str]| match spelling {
            Spelling::Name(name) => words.iter().any(|word| name.trim_start_matches('\\').eq_ignore_ascii_case(word)),
            _ => false,
        };
        let mut nullable = members.iter().any(|member| is(member, &["null", "void"]));
        let valued: Vec<&Spelling> = members.iter().filter(|member| !is(member, &["null", "void"])).collect();
        // `string|false` is how PHP says that there is none.
        let boolean = valued.iter().all(|member| is(member, &["true", "false", "bool", "boolean"]));
        let truth = |member: &&&Spelling| boolean || !is(member, &["false", "true"]);
        if valued.iter().any(|member| !truth(&member)) {
            self.vague("`true` or `false` in place of a value is not carried: clients get it as a value of the other type", place);
        }
        let mut shapes: Vec<ShapeDef> = Vec::new();
        for member in valued.iter().filter(truth) {
            match self.meaning(member, place)? {
                None => nullable = true,
                Some((shape, null)) => {
                    nullable |= null;
                    if !shapes.contains(&shape) {
                        shapes.push(shape);
                    }
                }
            }
        }
        let listed = if shapes.len() > 1 { told_apart(&mut shapes) } else { Vec::new() };
        let kinds: Option<Vec<ScalarKind>> = shapes.iter().map(kind).collect();
        let mut shape = match (shapes.len(), kinds) {
            (0, _) => return Ok(None),
            (1, _) => shapes.remove(0),
            (_, Some(kinds)) if kinds.iter().all(|kind| *kind == ScalarKind::Int) => scalar(ScalarKind::Int, ""),
            (_, Some(kinds)) if kinds.iter().all(|kind| matches!(kind, ScalarKind::Int | ScalarKind::Float)) => {
                scalar(ScalarKind::Float, "")
            }
            (_, Some(kinds)) if kinds.iter().all(|kind| *kind == ScalarKind::Bool) => scalar(ScalarKind::Bool, ""),
            (_, Some(_)) => {
                self.vague("the value may be of several kinds; it is taken as text", place);
                text("xsd:anyType")
            }
            (_, None) => return Err(problem(Code::P009, "a value that may be one of several structures cannot be sent", place)),
        };
        if let (ShapeDef::Scalar(scalar), false) = (&mut shape, listed.is_empty()) {
            scalar.values = Enumeration::new("", listed.iter().filter_map(|value| enumeration::canonical(scalar.kind, value)));
        }
        Ok(Some((shape, nullable)))
    }

    fn list(&mut self, of: &Spelling, place: &Place<'a, '_>) -> Result<Meaning, Problem> {
        let (shape, nullable) = self.value(of, place)?;
        Ok(Some((ShapeDef::List(Box::new(item(shape, nullable, place, self))), false)))
    }

    /// Keys and values: a list of entries, which are one record for one type of value, wherever they stand. Its path says the type, and is
    /// empty for a map to anything.
    fn map(&mut self, of: &Spelling, place: &Place<'a, '_>) -> Result<Meaning, Problem> {
        let (mut shape, nullable) = self.value(of, place)?;
        let name = TypeName { base: NameBase::Class(MAP_ENTRY.to_owned()), path: label(&shape).into_iter().collect() };
        forget_origins(&mut shape);
        let fields = vec![FieldDef::new("key", nowhere(text(""), false)), FieldDef::new("value", nowhere(shape, nullable))];
        let entry = ShapeDef::Record(RecordDef { place: name.clone(), name, doc: String::new(), fields, origin: Origin::default() });
        Ok(Some((ShapeDef::List(Box::new(item(entry, false, place, self))), false)))
    }

    fn generic(&mut self, name: &str, of: &[Spelling], place: &Place<'a, '_>) -> Result<Meaning, Problem> {
        match scalars::word(name) {
            Some(Word::Untyped) => match of {
                [item] => self.list(item, place),
                [key, value] if is_number(key) => self.list(value, place),
                [_, value] => self.map(value, place),
                _ => Err(problem(Code::P008, format!("`{name}` takes one type or two"), place)),
            },
            // `int<0, 5>`, `class-string<a>`: a narrower set of the same kind.
            Some(Word::Scalar(scalar)) => Ok(Some((ShapeDef::Scalar(scalar), false))),
            _ => self.name(name, place),
        }
    }

    fn shape(&mut self, of: &[(String, bool, Spelling)], place: &Place<'a, '_>) -> Result<Meaning, Problem> {
        let mut fields = Vec::with_capacity(of.len());
        for (key, optional, spelling) in of {
            let inner = Place { name: place.name.child(key), ..*place };
            let (shape, nullable) = self.value(spelling, &inner)?;
            let presence = if *optional { Presence::Optional } else { Presence::Required };
            fields.push(FieldDef::new(key, SlotDef { presence, ..item(shape, nullable, &inner, self) }));
        }
        let record =
            RecordDef { name: place.name.clone(), place: place.name.clone(), doc: String::new(), fields, origin: self.origin(place) };
        Ok(Some((ShapeDef::Record(record), false)))
    }

    fn vague(&mut self, message: &str, place: &Place<'_, '_>) {
        self.report.push(place.about(Diagnostic::new(Code::P010, format!("{message}, in {}", place.symbol))));
    }
}

/// Whether keys of this type are positions in a list.
fn is_number(key: &Spelling) -> bool {
    match key {
        Spelling::Number(_) => true,
        Spelling::Name(name) | Spelling::Generic(name, _) => {
            matches!(scalars::word(name), Some(Word::Scalar(scalar)) if scalar.kind == ScalarKind::Int)
        }
        _ => false,
    }
}

/// A declared type as a spelling.
pub(super) fn declared(ty: &Type<'_>) -> Spelling {
    match ty.kind {
        TypeKind::Name(name) => Spelling::Name(name.to_owned()),
        TypeKind::Nullable(inner) => Spelling::Nullable(Box::new(declared(inner))),
        TypeKind::Union(members) => Spelling::Union(members.iter().map(declared).collect()),
        TypeKind::Intersection(members) => Spelling::Intersection(members.iter().map(declared).collect()),
    }
}

/// What a tag says, or what the declaration says where there is no tag.
pub(super) fn spelled(tag: Option<&Result<Spelling, Misspelt>>, ty: Option<&Type<'_>>) -> Option<Result<Spelling, Misspelt>> {
    tag.cloned().or_else(|| ty.map(|ty| Ok(declared(ty))))
}

/// A type that was not understood, as a problem.
pub(super) fn misspelt(why: Misspelt, place: &Place<'_, '_>) -> Problem {
    match why {
        Misspelt::NoType => problem(Code::P008, "the type is not understood", place),
        Misspelt::TooDeep => problem(Code::P008, "the type nests too deeply", place),
    }
}

pub(super) fn problem(code: Code, message: impl Into<String>, place: &Place<'_, '_>) -> Problem {
    Problem { code, message: format!("{}, in {}", message.into(), place.symbol), at: Some(place.at), help: None }
}

/// A slot about which nothing more is known.
pub(super) fn item(shape: ShapeDef, nullable: bool, place: &Place<'_, '_>, reader: &Reader<'_, '_>) -> SlotDef {
    SlotDef { origin: reader.origin(place), ..nowhere(shape, nullable) }
}

/// A slot that has no place of its own.
fn nowhere(shape: ShapeDef, nullable: bool) -> SlotDef {
    SlotDef { shape, presence: Presence::Required, nullable, doc: String::new(), site_shaped: false, origin: Origin::default() }
}

/// What is in a list may stand in many places.
fn forget_origins(shape: &mut ShapeDef) {
    if let ShapeDef::List(item) = shape {
        item.origin = Origin::default();
        forget_origins(&mut item.shape);
    }
}

/// The values of several shapes that are all enumerations. They are taken from the shapes, of which equal ones are left once; where one
/// of them admits any value, that of others says nothing.
fn told_apart(shapes: &mut Vec<ShapeDef>) -> Vec<String> {
    let values: Option<Vec<Vec<String>>> = shapes
        .iter()
        .map(|shape| match shape {
            ShapeDef::Scalar(scalar) => scalar.values.as_ref().map(|values| values.values().map(str::to_owned).collect()),
            ShapeDef::List(_) | ShapeDef::Record(_) | ShapeDef::Ref(_) => None,
        })
        .collect();
    let mut kinds: Vec<ShapeDef> = Vec::new();
    for mut shape in shapes.drain(..) {
        if let ShapeDef::Scalar(scalar) = &mut shape {
            scalar.values = None;
        }
        if !kinds.contains(&shape) {
            kinds.push(shape);
        }
    }
    *shapes = kinds;
    values.unwrap_or_default().concat()
}

/// A scalar that has these values, as they are spelled; any of its kind where one of them is none.
fn one_of<'v>(kind: ScalarKind, refinement: &str, values: impl IntoIterator<Item = &'v str>) -> ShapeDef {
    let values: Option<Vec<String>> = values.into_iter().map(|value| enumeration::canonical(kind, value)).collect();
    ShapeDef::Scalar(Scalar { values: Enumeration::new("", values.unwrap_or_default()), ..Scalar::new(kind, refinement) })
}

fn scalar(kind: ScalarKind, refinement: &str) -> ShapeDef {
    ShapeDef::Scalar(Scalar::new(kind, refinement))
}

fn text(refinement: &str) -> ShapeDef {
    scalar(ScalarKind::String, refinement)
}

fn kind(shape: &ShapeDef) -> Option<ScalarKind> {
    match shape {
        ShapeDef::Scalar(scalar) => Some(scalar.kind),
        ShapeDef::List(_) | ShapeDef::Record(_) | ShapeDef::Ref(_) => None,
    }
}

/// A few characters for a shape, by which maps to it are told from others; `None` for anything.
fn label(shape: &ShapeDef) -> Option<String> {
    match shape {
        ShapeDef::Scalar(scalar) => {
            let word = match scalar.refinement.strip_prefix("xsd:") {
                Some("anyType") => "",
                Some(name) => name,
                None => scalar.kind.word(),
            };
            let values = scalar.values.as_ref().map(|values| format!("{}{:?}", values.name, values.values().collect::<Vec<_>>()));
            (!word.is_empty() || values.is_some()).then(|| word.to_owned() + &values.unwrap_or_default())
        }
        ShapeDef::List(item) => match &item.shape {
            ShapeDef::Record(entry) if is_entry(entry) => Some(entry.name.path.first().cloned().unwrap_or_default() + "[=>]"),
            shape => Some(label(shape).unwrap_or_default() + "[]"),
        },
        ShapeDef::Record(record) => Some(record.name.to_string()),
        ShapeDef::Ref(name) => Some(name.to_string()),
    }
}

/// Whether a record is an entry of a map.
pub(super) fn is_entry(record: &RecordDef) -> bool {
    matches!(&record.name.base, NameBase::Class(class) if class == MAP_ENTRY)
}
