//! Types of an rpc/encoded WSDL, each planned when it is met first.
//!
//! An array stands before its items, a record before what its fields hold: this is the order of the generator of the simplified WSDL.

use indexmap::IndexMap;
use rustc_hash::{FxHashMap, FxHashSet};

use super::super::mangle::{Place, legal};
use super::super::names::plain;
use super::plan::Names;
use super::view::{FieldView, TypeView};
use crate::ir::{
    Field, MAP_ENTRY, NameBase, PartSpelling, Presence, Record, RecordSpelling, Schema, Slot, Type, TypeId, TypeName, Wrapper,
};

/// The types so far.
pub(super) struct Types<'s> {
    schema: &'s Schema,
    names: Names<'s>,
    planned: IndexMap<String, TypeView<'s>>,
    /// Names of records.
    records: FxHashMap<TypeId, String>,
    by_name: FxHashMap<String, TypeId>,
    /// What arrays hold, by their names.
    arrays: FxHashMap<String, String>,
    taken: FxHashSet<String>,
}

impl<'s> Types<'s> {
    pub(super) fn new(schema: &'s Schema, names: Names<'s>) -> Self {
        // The order of names and not that of use, so that a new operation renames nothing.
        let mut taken = FxHashSet::default();
        let (mut records, mut by_name) = (FxHashMap::default(), FxHashMap::default());
        for id in schema.records() {
            let Some(record) = schema.record(id) else { continue };
            let mut name = own_name(&record.name);
            while !taken.insert(name.clone()) {
                name.push('_');
            }
            by_name.insert(name.clone(), id);
            records.insert(id, name);
        }
        Types { schema, names, planned: IndexMap::new(), records, by_name, arrays: FxHashMap::default(), taken }
    }

    pub(super) fn schema(&self) -> &'s Schema {
        self.schema
    }

    pub(super) fn planned(self) -> IndexMap<String, TypeView<'s>> {
        self.planned
    }

    /// The type of a part. In a profile that wraps lists, a list in a message is the field of a record.
    /// `param` is the name of the part in a request; `None` for an answer.
    pub(super) fn part_type(&mut self, slot: &'s Slot, spelt: &PartSpelling, op: &str, param: Option<&str>) -> String {
        let is_list = matches!(self.schema.ty(slot.ty), Type::List) && !self.is_map(slot.ty);
        let wraps = self.names.rules().wrapped && (spelt.array.is_none() || spelt.wrapper.is_some());
        // Lists of scalars are no rows of a table, and are not wrapped unless a table says so.
        let rows = self.schema.item(slot.ty).is_some_and(|item| self.schema.record(item.ty).is_some());
        if is_list && (spelt.wrapper.is_some() || (wraps && rows)) {
            return self.wrapper(slot, spelt.wrapper.as_deref(), op, param);
        }
        self.ty(slot, spelt.xsd.as_deref(), spelt.array.as_deref())
    }

    fn wrapper(&mut self, slot: &'s Slot, spelt: Option<&str>, op: &str, param: Option<&str>) -> String {
        let known = spelt.and_then(|name| self.names.tables().find_map(|table| Some((name, table.wrappers.get(name)?))));
        let (name, Wrapper { field, array }) = if let Some((name, wrapper)) = known {
            (name.to_owned(), wrapper.clone())
        } else {
            let (mut name, field) = wrapper_name(op, param);
            while !self.taken.insert(name.clone()) {
                name.push('_');
            }
            (name, Wrapper { field, array: String::new() })
        };
        let reserved = !self.planned.contains_key(&name);
        if reserved {
            self.planned.insert(name.clone(), TypeView::Record { record: None, fields: Vec::new() });
        }
        let ty = self.ty(slot, None, Some(array.as_str()).filter(|array| !array.is_empty()));
        if reserved {
            let field = FieldView { name: field, key: None, ty, optional: false, nillable: slot.nullable };
            self.planned.insert(name.clone(), TypeView::Record { record: None, fields: vec![field] });
        }
        format!("tns:{name}")
    }

    /// The type of a slot, with prefix. `xsd` and `array` are what it is spelled as.
    fn ty(&mut self, slot: &'s Slot, xsd: Option<&str>, array: Option<&str>) -> String {
        match self.schema.ty(slot.ty) {
            Type::Scalar(scalar) => format!("xsd:{}", xsd.unwrap_or(scalar.xsd())),
            Type::Record(_) => self.record(slot.ty),
            Type::List if self.is_map(slot.ty) => "apache:Map".to_owned(),
            Type::List => match array {
                // `SOAP-ENC:Array` itself, which says nothing of its items.
                Some(array) if array.contains(':') => array.to_owned(),
                array => self.array(slot, array),
            },
        }
    }

    fn is_map(&self, list: TypeId) -> bool {
        let item = self.schema.item(list).and_then(|item| self.schema.record(item.ty));
        item.is_some_and(|record| matches!(&record.name.base, NameBase::Class(class) if class == MAP_ENTRY))
    }

    fn array(&mut self, slot: &'s Slot, spelt: Option<&str>) -> String {
        let Some(item) = self.schema.item(slot.ty) else { return "SOAP-ENC:Array".to_owned() };
        // The name of an array says what is in it, also where the schema, which has one type for both spellings, says otherwise.
        let other = spelt.and_then(|name| self.item_by_name(name, item));
        let of = other.map_or_else(|| self.item_name(item), |id| self.records[&id].clone());
        let holds = other.and_then(|id| self.schema.record(id)).map_or_else(|| self.content(item), content_of);
        let name = match spelt {
            Some(name) => {
                self.arrays.entry(name.to_owned()).or_insert(holds);
                name.to_owned()
            }
            None => self.array_name(holds, &of),
        };
        if !self.planned.contains_key(&name) {
            self.taken.insert(name.clone());
            self.planned.insert(name.clone(), TypeView::Array { item: String::new(), nillable: item.nullable });
            let ty = match other {
                Some(id) => self.record(id),
                None => self.ty(item, None, None),
            };
            self.planned.insert(name.clone(), TypeView::Array { item: ty, nillable: item.nullable });
        }
        format!("tns:{name}")
    }

    /// The name that an array gets by rule; with `_` behind it where a record, a wrapper or an array of something else has that name.
    fn array_name(&mut self, holds: String, of: &str) -> String {
        let mut name = self.names.rules().array(of);
        while self.arrays.get(&name).map_or(self.taken.contains(&name), |known| *known != holds) {
            name.push('_');
        }
        self.arrays.insert(name.clone(), holds);
        name
    }

    /// What tells the items of one array from those of another.
    fn content(&self, item: &Slot) -> String {
        match self.schema.ty(item.ty) {
            Type::Scalar(_) => self.item_name(item),
            Type::Record(record) => content_of(record),
            Type::List => self.schema.item(item.ty).map_or_else(String::new, |inner| format!("[{}]", self.content(inner))),
        }
    }

    /// The record that an array of a name should hold, if it is not the one that it holds.
    fn item_by_name(&self, array: &str, item: &Slot) -> Option<TypeId> {
        let declared = self.names.own.and_then(|own| own.arrays.get(array));
        let own = self.schema.record(item.ty).and_then(|_| self.records.get(&item.ty))?;
        let wanted: Vec<String> = match declared {
            Some(declared) => vec![declared.clone()],
            None if self.names.own.is_some() => Vec::new(),
            None => self.names.rules().items(array).collect(),
        };
        let (name, id) = wanted.iter().find_map(|wanted| self.by_name.get_key_value(wanted))?;
        (name != own).then_some(*id)
    }

    /// What the items of an array are called in its name.
    fn item_name(&self, item: &Slot) -> String {
        match self.schema.ty(item.ty) {
            Type::Scalar(scalar) => scalar.xsd().to_owned(),
            Type::Record(_) => self.records.get(&item.ty).cloned().unwrap_or_default(),
            Type::List if self.is_map(item.ty) => "map".to_owned(),
            Type::List => self.schema.item(item.ty).map_or_else(String::new, |inner| self.names.rules().array(&self.item_name(inner))),
        }
    }

    fn record(&mut self, id: TypeId) -> String {
        let name = self.records.get(&id).cloned().unwrap_or_default();
        let ty = format!("tns:{name}");
        let Some(record) = self.schema.record(id) else { return ty };
        if self.planned.contains_key(&name) {
            return ty;
        }
        let spelt = self.names.tables().find_map(|table| table.records.get(&name));
        let fields = self.ordered(id, spelt);
        // The place of the record, before what its fields hold.
        self.planned.insert(name.clone(), TypeView::Record { record: Some(&record.name), fields: Vec::new() });
        let fields = fields.into_iter().map(|field| self.field(field, spelt)).collect();
        self.planned.insert(name, TypeView::Record { record: Some(&record.name), fields });
        ty
    }

    fn ordered(&self, id: TypeId, spelt: Option<&RecordSpelling>) -> Vec<&'s Field> {
        let mut fields: Vec<&'s Field> = self.schema.fields(id).collect();
        if let Some(order) = spelt.map(|spelt| &spelt.order).filter(|order| !order.is_empty()) {
            let place = |field: &Field| order.iter().position(|name| *name == field.name).unwrap_or(usize::MAX);
            fields.sort_by_key(|field| place(field));
        } else if self.names.rules().sorted && self.names.own.is_none() {
            fields.sort_by(|a, b| a.name.cmp(&b.name));
        }
        fields
    }

    fn field(&mut self, field: &'s Field, spelt: Option<&RecordSpelling>) -> FieldView<'s> {
        let xsd = spelt.and_then(|spelt| spelt.xsd.get(&field.name));
        let array = spelt.and_then(|spelt| spelt.arrays.get(&field.name));
        let spelt_nillable = spelt.and_then(|spelt| spelt.nillable.as_ref());
        FieldView {
            name: legal(&field.name, Place::Field).into_owned(),
            key: Some(&field.name),
            ty: self.ty(&field.slot, xsd.map(String::as_str), array.map(String::as_str)),
            // A default does not make a field optional: clients of rpc/encoded send every field that has a type.
            optional: field.slot.presence == Presence::Optional,
            nillable: spelt_nillable.map_or(field.slot.nullable, |names| names.contains(&field.name)),
        }
    }
}

fn content_of(record: &Record) -> String {
    format!("record {}", record.name)
}

/// The name of a record: that of its class, where it is one.
fn own_name(name: &TypeName) -> String {
    match &name.base {
        NameBase::Class(class) if name.path.is_empty() => legal(class.rsplit('\\').next().unwrap_or(class), Place::Field).into_owned(),
        _ => plain(name),
    }
}

/// `get_all_foos` gives `getAllFoosReturn` with the field `allFoos`, and takes `getAllFoosInput` with a field named as the parameter.
fn wrapper_name(op: &str, param: Option<&str>) -> (String, String) {
    let mut words = op.split('_').filter(|word| !word.is_empty());
    let camel = |words: Vec<&str>| {
        let mut out = String::new();
        for (at, word) in words.into_iter().enumerate() {
            let mut chars = word.chars();
            match chars.next() {
                Some(first) if at > 0 => out.extend(first.to_uppercase().chain(chars)),
                Some(_) | None => out.push_str(word),
            }
        }
        out
    };
    let all = camel(words.clone().collect());
    words.next();
    let rest = camel(words.collect());
    let field = param.map_or(if rest.is_empty() { "items".to_owned() } else { rest }, str::to_owned);
    let end = if param.is_some() { "Input" } else { "Return" };
    (format!("{}{end}", legal(&all, Place::Field)), legal(&field, Place::Field).into_owned())
}

#[cfg(test)]
mod tests {
    use super::wrapper_name;

    #[test]
    fn wrappers_are_called_after_their_operation() {
        let name = |op: &str| wrapper_name(op, None);
        assert_eq!(wrapper_name("edit_users", Some("users")), ("editUsersInput".to_owned(), "users".to_owned()));
        assert_eq!(name("get_forum_discussions"), ("getForumDiscussionsReturn".to_owned(), "forumDiscussions".to_owned()));
        assert_eq!(name("list"), ("listReturn".to_owned(), "items".to_owned()));
        assert_eq!(name("__x"), ("xReturn".to_owned(), "items".to_owned()));
    }
}
