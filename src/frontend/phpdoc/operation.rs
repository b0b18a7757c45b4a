//! Operations: a public method in, an operation out. Tags come first; where they are silent, comments of the methods that it overrides
//! and its own declaration speak.

use super::Reader;
use super::classes::{ClassId, Method};
use super::comment::{Comment, Named, Tag, Typed};
use super::meaning::{Place, Problem, item, misspelt, problem, spelled};
use super::spelling::Spelling;
use crate::ir::{FieldDef, NameBase, OperationDef, OperationMeta, Presence, ShapeDef, SlotDef, TypeName};
use crate::php::ast::Param;
use crate::report::{Code, Diagnostic};

/// A method, with its comment and those of the methods that it overrides, nearest first.
struct Documented<'a> {
    method: Method<'a>,
    comments: Vec<(Method<'a>, Comment)>,
}

/// A tag that was found, and the method in whose comment it stands.
struct Found<'a> {
    owner: Method<'a>,
    tag: Tag,
    typed: Typed,
}

impl<'a> Reader<'a, '_> {
    /// The operation that a method of the server is. `versions` is the method with those that it overrides behind it, at least one.
    pub(super) fn operation(&mut self, server: ClassId, versions: &[Method<'a>]) -> Result<OperationDef, Problem> {
        let method = versions[0];
        let comments = versions.iter().map(|version| (*version, version.function.doc.map(Comment::read).unwrap_or_default())).collect();
        let documented = Documented { method, comments };
        let symbol = format!("{}::{}", self.classes.decl(method.owner).name, method.function.name);
        let params = self.params(&documented, &symbol)?;
        let result = self.result(&documented, &symbol)?;
        let own = &documented.comments[0].1;
        let doc = documented.comments.iter().map(|(_, comment)| &comment.text).find(|text| !text.is_empty()).cloned().unwrap_or_default();
        let meta = OperationMeta {
            login_required: true,
            deprecated: own.tags(&["deprecated"]).next().is_some(),
            class: self.classes.decl(server).name.clone(),
            method: method.name.to_owned(),
            ..OperationMeta::default()
        };
        let origin = self.classes.origin_at(method.owner, method.function.at, symbol);
        Ok(OperationDef { name: method.name.to_owned(), doc, meta, params, result, origin })
    }

    fn params(&mut self, documented: &Documented<'a>, symbol: &str) -> Result<Vec<FieldDef>, Problem> {
        let declared = documented.method.function.params;
        let mut tags: Vec<Option<Found<'a>>> = self.matched(documented, symbol);
        let mut out = Vec::with_capacity(declared.len());
        for (param, tag) in declared.iter().zip(&mut tags) {
            out.extend(self.param(documented.method, param, tag.take(), symbol)?);
        }
        Ok(out)
    }

    /// The tag of each declared parameter. Tags are matched by name; those without a name by position.
    fn matched(&mut self, documented: &Documented<'a>, symbol: &str) -> Vec<Option<Found<'a>>> {
        let declared = documented.method.function.params;
        let mut out: Vec<Option<Found<'a>>> = declared.iter().map(|_| None).collect();
        for (at, (owner, comment)) in documented.comments.iter().enumerate() {
            let mut last = None;
            for (position, tag) in comment.tags(super::PARAM).enumerate() {
                let mut typed = tag.param();
                let index = position_of(&mut typed, position, declared);
                let free = |index: &usize| at == 0 || out[*index].is_none();
                match index {
                    Some(index) if free(&index) => {
                        if at == 0 && last.is_some_and(|last| last > index) {
                            self.reorder(documented.method, tag, declared[index].name, symbol);
                        }
                        last = Some(index);
                        out[index] = Some(Found { owner: *owner, tag: tag.clone(), typed });
                    }
                    None if at == 0 => self.stray(documented.method, tag, &typed, symbol),
                    // What a method that is overridden says of its own parameters need not hold here.
                    Some(_) | None => {}
                }
            }
        }
        out
    }

    fn reorder(&mut self, method: Method<'a>, tag: &Tag, name: &str, symbol: &str) {
        let message = format!("the tag of `${name}` stands in another place than the parameter, whose place counts, in {symbol}");
        let found = Diagnostic::new(Code::P006, message).at(self.tag_span(method, tag));
        self.report.push(found.about(method.name));
    }

    /// A tag that no parameter has. One that says that there are none is fine.
    fn stray(&mut self, method: Method<'a>, tag: &Tag, typed: &Typed, symbol: &str) {
        let says_none = matches!(&typed.ty, None | Some(Ok(Spelling::Name(_)))) && typed.name == Named::Nothing;
        if says_none && method.function.params.is_empty() {
            return;
        }
        let name = match &typed.name {
            Named::Variable(name) => format!("`${name}`"),
            Named::Word(_) | Named::Nothing => format!("`{}`", tag.body.split_whitespace().next().unwrap_or_default()),
        };
        let message = format!("`@param` is about {name}, and {symbol} has no such parameter");
        let found = Diagnostic::new(Code::P005, message).at(self.tag_span(method, tag)).about(method.name);
        let Named::Variable(name) = &typed.name else { return self.report.push(found) };
        self.report.push(match super::nearest(name, method.function.params.iter().map(|param| param.name)) {
            Some(like) => found.help(format!("did you mean `${like}`?")),
            None => found,
        });
    }

    fn param(
        &mut self,
        method: Method<'a>,
        param: &'a Param<'a>,
        tag: Option<Found<'a>>,
        symbol: &str,
    ) -> Result<Option<FieldDef>, Problem> {
        let name = TypeName::new(NameBase::Params(method.name.to_owned())).child(param.name);
        let symbol = format!("{symbol}({})", param.name);
        let declared = self.place(method, self.classes.span(method.owner, param.at), &symbol, name.clone());
        let place = match &tag {
            Some(found) => self.place(found.owner, self.tag_span(found.owner, &found.tag), &symbol, name),
            None => self.place(method, declared.at, &symbol, name),
        };
        let said = tag.as_ref().and_then(|found| found.typed.ty.as_ref());
        let spelling = spelled(said, param.ty.as_ref()).or_else(|| self.kind_of(param.default?, &declared).map(Ok));
        let Some(spelling) = spelling else {
            let message = format!("the parameter `${}` of `{}` has no type, so it is left out", param.name, method.name);
            self.report.push(Diagnostic::new(Code::P004, message).at(declared.at).about(method.name));
            return Ok(None);
        };
        let spelling = spelling.map_err(|why| misspelt(why, &place))?;
        self.contradiction(said, param.ty.as_ref(), &place);
        let (shape, nullable) = self.value(&spelling, &place)?;
        let (shape, nullable) =
            if param.variadic { (ShapeDef::List(Box::new(item(shape, nullable, &place, self))), false) } else { (shape, nullable) };
        let (presence, nullable) = match param.default {
            Some(default) => self.default(default, &shape, nullable, &declared),
            None if param.variadic => (Presence::Optional, nullable),
            None => (Presence::Required, nullable),
        };
        let doc = tag.map(|found| found.typed.doc).unwrap_or_default();
        Ok(Some(FieldDef::new(param.name, SlotDef { presence, doc, ..item(shape, nullable, &place, self) })))
    }

    fn result(&mut self, documented: &Documented<'a>, symbol: &str) -> Result<Option<SlotDef>, Problem> {
        let method = documented.method;
        let declared = method.function.returns.as_ref();
        let tagged = documented.comments.iter().find_map(|(owner, comment)| {
            let tag = comment.tags(super::RETURN).last()?;
            Some(Found { owner: *owner, tag: tag.clone(), typed: tag.result() })
        });
        let name = TypeName::new(NameBase::Result(method.name.to_owned()));
        let place = match &tagged {
            Some(found) => self.place(found.owner, self.tag_span(found.owner, &found.tag), symbol, name),
            None => self.place(method, self.classes.span(method.owner, method.function.at), symbol, name),
        };
        let said = tagged.as_ref().and_then(|found| found.typed.ty.as_ref());
        let Some(spelling) = spelled(said, declared) else {
            let mut found = problem(Code::P003, "nothing says what is returned", &place);
            found.help = Some("add `@return void` where nothing is, or make the method protected where it is no operation".to_owned());
            return Err(found);
        };
        let spelling = spelling.map_err(|why| misspelt(why, &place))?;
        self.contradiction(said, declared, &place);
        let Some((shape, nullable)) = self.meaning(&spelling, &place)? else { return Ok(None) };
        let doc = tagged.map(|found| found.typed.doc).unwrap_or_default();
        Ok(Some(SlotDef { doc, ..item(shape, nullable, &place, self) }))
    }

    fn place<'p>(&self, method: Method<'a>, at: crate::source::Span, symbol: &'p str, name: TypeName) -> Place<'a, 'p>
    where
        'a: 'p,
    {
        let scope = self.classes.decl(method.owner).class.scope;
        Place { scope, class: method.owner, at, symbol, name, subject: Some(method.name) }
    }

    fn tag_span(&self, method: Method<'a>, tag: &Tag) -> crate::source::Span {
        self.classes.span_of(method.owner, method.function.doc.unwrap_or_default(), tag.at)
    }
}

/// The declared parameter that a tag is about.
fn position_of(typed: &mut Typed, position: usize, declared: &[Param<'_>]) -> Option<usize> {
    let by_name = |name: &str| declared.iter().position(|param| param.name == name);
    match std::mem::replace(&mut typed.name, Named::Nothing) {
        Named::Variable(name) => {
            let found = by_name(&name);
            typed.name = Named::Variable(name);
            found
        }
        Named::Word(word) => by_name(&word).or_else(|| {
            // The word is the first of the description then.
            typed.doc = [word.as_str(), &typed.doc].join(" ").trim_end().into();
            (position < declared.len()).then_some(position)
        }),
        Named::Nothing => match &typed.ty {
            // `@param client` names a parameter and no type.
            Some(Ok(Spelling::Name(name))) if by_name(name).is_some() => {
                let found = by_name(name);
                typed.ty = None;
                found
            }
            _ => (position < declared.len()).then_some(position),
        },
    }
}
