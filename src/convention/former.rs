//! Interfaces in a former shape: an older WSDL of the same interface calls parameters otherwise, has some that nobody reads, lacks others,
//! and wraps lists in records. A profile of the convention knows both shapes.

use indexmap::{IndexMap, IndexSet};

use super::oktech;
use crate::ir::{OpId, PartSpelling, Schema, Type};

/// The parameters of an operation in a former shape. Names that are the same in both are missing.
#[derive(Debug, Default, PartialEq)]
pub struct Former {
    /// The newer name, and that of the source.
    pub renamed: IndexMap<String, String>,
    /// Parameters of the source that nobody reads.
    pub unread: IndexSet<String>,
}

/// How a former shape calls the parameters; nothing when the operation is not in it.
pub fn former(schema: &Schema, op: OpId) -> Former {
    let own: Vec<&str> = schema.params(op).map(|param| param.name.as_str()).collect();
    let name = &schema.operation(op).name;
    let parts = oktech().profiles.iter().filter(|profile| profile.rules.wrapped);
    let parts = parts.filter_map(|profile| profile.spelling.operations.get(name)?.parts.as_ref());
    let Some(parts) = parts.into_iter().find(|parts| parts.iter().map(|part| part.name.as_str()).eq(own.iter().copied())) else {
        return Former::default();
    };
    let mut former = Former::default();
    for part in parts {
        match &part.carries {
            Some(carries) if *carries != part.name => drop(former.renamed.insert(carries.clone(), part.name.clone())),
            Some(_) => {}
            None => drop(former.unread.insert(part.name.clone())),
        }
    }
    former
}

/// What a client changes that moves from the former shape of an operation to the newer one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// Parts with another name: the former one, the new one.
    pub renamed: Vec<(String, String)>,
    /// Parts that are gone: nobody looked at them.
    pub gone: Vec<String>,
    /// Parts that are new: their defaults held before.
    pub new: Vec<String>,
    /// Parts of another type: the new name, the former type.
    pub retyped: Vec<(String, String)>,
    /// Parts that are lists now and were records with one field: the new name, the field.
    pub unwrapped: Vec<(String, String)>,
    /// The field of the answer that held the list, which is the answer itself now.
    pub result: Option<String>,
    /// Whether the operation is new.
    pub added: bool,
}

impl Change {
    /// Whether a client that builds requests by the names of parts has to change.
    pub fn renames(&self) -> bool {
        !self.renamed.is_empty()
    }

    /// Whether there are other parts.
    pub fn reshapes(&self) -> bool {
        !self.gone.is_empty() || !self.new.is_empty()
    }
}

/// How the newer shape spells a parameter, where no rule gives it.
fn newer(operation: &str, param: &str) -> Option<&'static PartSpelling> {
    let mut profiles = oktech().profiles.iter().filter(|profile| !profile.rules.wrapped);
    let parts = profiles.find_map(|profile| profile.spelling.operations.get(operation)?.parts.as_ref())?;
    parts.iter().find(|part| part.carries.as_deref() == Some(param))
}

/// The built-in type of a parameter; `None` for one that is no scalar.
fn own_type<'s>(schema: &'s Schema, op: OpId, param: &str) -> Option<&'s str> {
    match schema.ty(schema.params(op).find(|own| own.name == param)?.slot.ty) {
        Type::Scalar(scalar) => Some(scalar.xsd()),
        Type::List | Type::Record(_) => None,
    }
}

/// What changes for the clients of an operation; `None` when the interface has no former shape. `named` are parameters of the newer shape,
/// where the schema is of the former one and does not have them.
pub fn change(schema: &Schema, op: OpId, named: &[String]) -> Option<Change> {
    let profile = oktech().profiles.iter().find(|profile| profile.rules.wrapped)?;
    let name = &schema.operation(op).name;
    if profile.rules.without.contains(name) {
        return Some(Change { added: true, ..Change::default() });
    }
    let mut change = Change::default();
    let Some(spelling) = profile.spelling.operations.get(name) else { return Some(change) };
    let field = |wrapper: &Option<String>| Some(profile.spelling.wrappers.get(wrapper.as_ref()?)?.field.clone());
    change.result = spelling.result.as_ref().and_then(|part| field(&part.wrapper));
    let Some(parts) = &spelling.parts else { return Some(change) };
    for part in parts {
        let Some(carries) = &part.carries else {
            change.gone.push(part.name.clone());
            continue;
        };
        if *carries != part.name {
            change.renamed.push((part.name.clone(), carries.clone()));
        }
        // What a client finds in the newer WSDL is what was published there, also where the interface means another type.
        let published = newer(name, carries).and_then(|part| part.xsd.as_deref());
        let before = part.xsd.as_deref().or_else(|| published.and(own_type(schema, op, carries)));
        change.retyped.extend(before.filter(|before| published != Some(before)).map(|before| (carries.clone(), before.to_owned())));
        change.unwrapped.extend(field(&part.wrapper).map(|field| (carries.clone(), field)));
    }
    let carried = |name: &String| parts.iter().any(|part| part.carries.as_ref() == Some(name) || part.name == *name);
    let own = schema.arguments(op).map(|param| param.name.clone());
    let new: IndexSet<String> = own.chain(named.iter().cloned()).filter(|name| !carried(name)).collect();
    change.new.extend(new);
    Some(change)
}
