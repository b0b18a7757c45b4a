//! From a schema and a profile to what an rpc/encoded WSDL will hold.
//!
//! Each name is looked up in the spelling of the source, if that is of the kind of the profile, then in the profile's own table; what
//! stands in neither follows the profile's rules.

use std::borrow::Cow;

use indexmap::IndexMap;
use mwsc_contract::wire::ADDRESS;

use super::super::Options;
use super::super::mangle::{Place, legal};
use super::part::Message;
use super::types::Types;
use super::view::{OperationView, PartView, View};
use crate::appinfo::text;
use crate::convention::{Profile, Rules};
use crate::ir::{OpId, OperationSpelling, Presence, Schema, ServiceId, Spelling, dump};
use crate::report::{Code, Diagnostic, Report};

/// Decides everything about the WSDL of a service in a profile. Reports what had to get another name than it should.
pub fn plan<'s>(schema: &'s Schema, id: ServiceId, profile: &'s Profile, options: &Options, report: &mut Report) -> View<'s> {
    let service = schema.service(id);
    let names = Names { own: own(schema, id, profile), profile };
    let namespace = names.own.map_or(&profile.spelling.namespace, |own| &own.namespace);
    let address = names.own.map_or_else(|| format!("{ADDRESS}{}", profile.rules.path), |own| own.address.clone());
    // A site's own address takes the place of the token.
    let site = |text: &str| options.site.as_ref().map_or_else(|| text.to_owned(), |site| text.replace(ADDRESS, site.trim_end_matches('/')));
    let fill = |text: String| text::shown(&site(&text)).into_owned();

    let mut planner = Planner {
        schema,
        types: Types::new(schema, names.clone()),
        names: names.clone(),
        namespace: namespace.clone(),
        address: address.clone(),
        messages: IndexMap::new(),
        report,
    };
    let left_out = |name: &str| names.operation_of_own(name).is_none() && profile.rules.without.iter().any(|without| without == name);
    let mut operations: Vec<OpId> = schema.operations(id).filter(|&op| !left_out(&schema.operation(op).name)).collect();
    if profile.rules.sorted && names.own.is_none() {
        operations.sort_by_key(|&op| &schema.operation(op).name);
    }
    let mut operations: Vec<OperationView<'s>> = operations.into_iter().map(|op| planner.operation(op)).collect();
    for op in &mut operations {
        op.action = fill(std::mem::take(&mut op.action));
    }
    let Planner { types, messages, .. } = planner;
    View {
        service,
        profile,
        is_own: names.own.is_some(),
        path: format!("wsdl/{}.{}.wsdl", service.shortname, profile.name),
        digest: dump::digest(schema, id),
        namespace: fill(namespace.clone()),
        address: fill(address),
        names: names.of_service(&service.shortname),
        types: types.planned(),
        messages,
        operations,
    }
}

/// The spelling of the source, where it is of the profile's kind. One whose lists are wrapped where the profile's are plain is another
/// spelling of the same service, and no help.
fn own<'s>(schema: &'s Schema, id: ServiceId, profile: &Profile) -> Option<&'s Spelling> {
    let own = schema.service(id).spelling.as_deref()?;
    (own.is_wrapped() == profile.rules.wrapped).then_some(own)
}

/// Where names are looked up.
#[derive(Clone)]
pub(super) struct Names<'s> {
    pub(super) own: Option<&'s Spelling>,
    pub(super) profile: &'s Profile,
}

impl<'s> Names<'s> {
    pub(super) fn rules(&self) -> &'s Rules {
        &self.profile.rules
    }

    /// Both tables, the source's first.
    pub(super) fn tables(&self) -> impl Iterator<Item = &'s Spelling> {
        self.own.into_iter().chain([&self.profile.spelling])
    }

    fn operation_of_own(&self, name: &str) -> Option<&'s OperationSpelling> {
        self.own?.operations.get(name)
    }

    fn operation(&self, name: &str) -> Option<&'s OperationSpelling> {
        self.tables().find_map(|table| table.operations.get(name))
    }

    fn of_service(&self, shortname: &str) -> [String; 4] {
        let service = legal(&self.rules().service.replace("{service}", shortname), Place::Field).into_owned();
        let by_rule = [service.clone(), format!("{service}PortType"), format!("{service}Binding"), format!("{service}Port")];
        let Some(own) = self.own else { return by_rule };
        let mut names = own.names.clone();
        for (name, by_rule) in names.iter_mut().zip(by_rule) {
            if name.is_empty() {
                *name = by_rule;
            }
        }
        names
    }
}

struct Planner<'s, 'r> {
    schema: &'s Schema,
    names: Names<'s>,
    types: Types<'s>,
    namespace: String,
    address: String,
    messages: IndexMap<String, Vec<PartView>>,
    report: &'r mut Report,
}

impl<'s> Planner<'s, '_> {
    fn operation(&mut self, id: OpId) -> OperationView<'s> {
        let operation = self.schema.operation(id);
        let name = legal(&operation.name, Place::Field).into_owned();
        let spelt = self.names.operation(&operation.name).map_or_else(|| Cow::Owned(OperationSpelling::default()), Cow::Borrowed);
        let rules = self.names.rules();
        let fill = |template: &str| {
            template.replace("{operation}", &name).replace("{namespace}", &self.namespace).replace("{address}", &self.address)
        };
        let (request_name, response_name) = (fill(&rules.request), fill(&rules.response));
        let action = spelt.action.clone().unwrap_or_else(|| fill(&rules.action));
        let result_name = fill(&rules.result);

        let message = self.types.request(id, &name, spelt.parts.as_deref());
        let Message { parts, carries, presence } = message;
        let request = self.message(spelt.request.clone(), request_name, parts, id);
        let result = self.schema.result(id);
        let answers = result.is_some() || spelt.response.is_some();
        let response = answers.then(|| {
            let part = result.map(|slot| self.types.result(slot, &name, spelt.result.as_ref(), result_name));
            self.message(spelt.response.clone(), response_name, part.into_iter().collect(), id)
        });
        let doc = if rules.documented || self.names.own.is_some() { text::shown(&operation.doc).into_owned() } else { String::new() };
        let nillable = result.is_some_and(|slot| slot.nullable || slot.presence != Presence::Required);
        OperationView { operation, name, doc, request, response, action, carries, presence, nillable }
    }

    /// A message of these parts: the one that is asked for, if it is the same as for others that have it.
    fn message(&mut self, asked: Option<String>, by_rule: String, parts: Vec<PartView>, op: OpId) -> String {
        let mut name = asked.unwrap_or_else(|| by_rule.clone());
        if self.messages.get(&name).is_some_and(|known| *known != parts) {
            let operation = self.schema.operation(op);
            let mut other = by_rule;
            while self.messages.contains_key(&other) {
                other.push('_');
            }
            let message =
                format!("`{}` cannot share the message `{name}`, because it has other parts; its own is `{other}`", operation.name);
            self.report.push(Diagnostic::new(Code::N028, message).at(operation.origin.span).about(&operation.name));
            name = other;
        }
        self.messages.entry(name.clone()).or_insert(parts);
        name
    }
}
