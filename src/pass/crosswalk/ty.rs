//! What is known of a value before anything runs: its type, and where it comes from.

use std::rc::Rc;

use indexmap::{IndexMap, IndexSet};
use mwsc_contract::Value;

use crate::ir::{ScalarKind, Schema, Type, TypeId};

/// How deep types are put together; deeper, nothing is known any more. Types may be recursive.
const MAX_DEPTH: u32 = 6;

/// A type, as far as it is known.
#[derive(Debug, Clone)]
pub enum Ty<'s> {
    /// Anything.
    Unknown,
    /// Null, or a field that is not there.
    Null,
    /// One value.
    Scalar(ScalarKind),
    /// A list.
    List(Rc<Typed<'s>>),
    /// A record.
    Record(Rc<Fields<'s>>),
    /// A record with any keys.
    Index(Rc<Typed<'s>>),
    /// A type of a schema, not looked into yet.
    Of(&'s Schema, TypeId),
}

/// Fields of a record.
#[derive(Debug, Clone, Default)]
pub struct Fields<'s> {
    /// Their types.
    pub known: IndexMap<String, Typed<'s>>,
    /// The maps that made it.
    pub maps: IndexSet<String>,
    /// Whether it may have others.
    pub open: bool,
}

/// A type with its origin.
#[derive(Debug, Clone)]
pub struct Typed<'s> {
    /// The type.
    pub ty: Ty<'s>,
    /// The origin.
    pub made: Made,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Made {
    /// Nothing is known, or it is a record or list that is put together.
    Anyhow,
    /// It is what stands there.
    Same(Place),
    /// It is made of what stands there.
    Converted {
        /// How: an expression.
        how: String,
        /// Of what.
        of: IndexSet<Place>,
    },
    /// It is always this.
    Constant(Value),
    /// It would be there on another release; why not on this one.
    Lost(String),
}

/// A place from which values come.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Place {
    /// A parameter of the operation or a field of one: `users.city`. Lists add nothing to the path.
    Param(String),
    /// A part of what a function answers.
    Answer {
        /// The function.
        function: String,
        /// Path in its answer, likewise; empty for all of it.
        path: String,
    },
}

impl Place {
    /// The place of a field of the record there.
    #[must_use]
    pub fn field(&self, name: &str) -> Place {
        match self {
            Place::Param(path) => Place::Param(format!("{path}.{name}")),
            Place::Answer { function, path } => {
                let dot = if path.is_empty() { "" } else { "." };
                Place::Answer { function: function.clone(), path: format!("{path}{dot}{name}") }
            }
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Place::Param(path) => f.write_str(path),
            Place::Answer { function, path } if path.is_empty() => f.write_str(function),
            Place::Answer { function, path } => write!(f, "{function}: {path}"),
        }
    }
}

impl Made {
    /// The places that it is made of.
    pub fn places(&self) -> IndexSet<Place> {
        match self {
            Made::Same(place) => IndexSet::from([place.clone()]),
            Made::Converted { of, .. } => of.clone(),
            Made::Anyhow | Made::Constant(_) | Made::Lost(_) => IndexSet::new(),
        }
    }

    /// That of a field of what is made so.
    fn field(&self, name: &str) -> Made {
        match self {
            Made::Same(place) => Made::Same(place.field(name)),
            Made::Converted { .. } | Made::Lost(_) => self.clone(),
            Made::Anyhow | Made::Constant(_) => Made::Anyhow,
        }
    }
}

impl<'s> Typed<'s> {
    /// A type of which no origin is known.
    pub fn new(ty: Ty<'s>) -> Self {
        Typed { ty, made: Made::Anyhow }
    }

    /// Nothing known.
    pub fn unknown() -> Self {
        Typed::new(Ty::Unknown)
    }

    /// A list of this.
    pub fn listed(self) -> Self {
        Typed::new(Ty::List(Rc::new(self)))
    }

    /// A value that an expression makes of others.
    pub fn converted(ty: Ty<'s>, how: &(impl ToString + ?Sized), of: IndexSet<Place>) -> Self {
        Typed { ty, made: Made::Converted { how: how.to_string(), of } }
    }

    /// What a type of a schema is: its fields and items are looked into no further.
    pub fn open(&self) -> Typed<'s> {
        let Ty::Of(schema, id) = self.ty else { return self.clone() };
        let child = |ty: TypeId, made: Made| Typed { ty: Ty::Of(schema, ty), made };
        let ty = match schema.ty(id) {
            Type::Scalar(scalar) => Ty::Scalar(scalar.kind),
            Type::List => match schema.item(id) {
                Some(item) => Ty::List(Rc::new(child(item.ty, self.made.clone()))),
                None => Ty::List(Rc::new(Typed::unknown())),
            },
            Type::Record(_) => {
                let fields = schema.fields(id).map(|field| (field.name.clone(), child(field.slot.ty, self.made.field(&field.name))));
                Ty::Record(Rc::new(Fields { known: fields.collect(), ..Fields::default() }))
            }
        };
        Typed { ty, made: self.made.clone() }
    }

    /// The item of a list; nothing known of what is no list.
    pub fn item(&self) -> Typed<'s> {
        match self.open().ty {
            Ty::List(item) => (*item).clone(),
            Ty::Null => Typed::new(Ty::Null),
            Ty::Unknown => self.clone(),
            Ty::Scalar(_) | Ty::Record(_) | Ty::Index(_) | Ty::Of(..) => Typed::unknown(),
        }
    }

    /// The item of a list, or what is none.
    pub fn item_or_self(&self) -> Typed<'s> {
        let open = self.open();
        match &open.ty {
            Ty::List(item) => item.item_or_self(),
            Ty::Unknown | Ty::Null | Ty::Scalar(_) | Ty::Record(_) | Ty::Index(_) | Ty::Of(..) => open,
        }
    }

    /// A field of a record, the fields of a list of records; `None` when it is none, or has no such field.
    pub fn field(&self, name: &str) -> Option<Typed<'s>> {
        let open = self.open();
        match &open.ty {
            Ty::Unknown => Some(Typed { ty: Ty::Unknown, made: open.made.field(name) }),
            Ty::Null => Some(open.clone()),
            Ty::Scalar(_) | Ty::Of(..) => None,
            Ty::List(item) => item.field(name).map(Typed::listed),
            Ty::Index(item) => Some((**item).clone()),
            Ty::Record(record) => match record.known.get(name) {
                Some(found) => Some(found.clone()),
                None => record.open.then(Typed::unknown),
            },
        }
    }

    /// What is one or the other.
    pub fn or(&self, other: &Typed<'s>) -> Typed<'s> {
        self.joined(other, MAX_DEPTH)
    }

    fn joined(&self, other: &Typed<'s>, depth: u32) -> Typed<'s> {
        let made = match (&self.made, &other.made) {
            (Made::Anyhow | Made::Constant(_) | Made::Lost(_), made) if *made != Made::Anyhow => made.clone(),
            (made, _) => made.clone(),
        };
        if let (Ty::Of(_, a), Ty::Of(_, b)) = (&self.ty, &other.ty)
            && a == b
        {
            return Typed { ty: self.ty.clone(), made };
        }
        let (a, b) = (self.open(), other.open());
        let ty = match (&a.ty, &b.ty) {
            (Ty::Null | Ty::Unknown, ty) | (ty, Ty::Null | Ty::Unknown) => ty.clone(),
            _ if depth == 0 => Ty::Unknown,
            (Ty::Scalar(a), Ty::Scalar(b)) if a == b => Ty::Scalar(*a),
            (Ty::Scalar(ScalarKind::Int | ScalarKind::Float), Ty::Scalar(ScalarKind::Int | ScalarKind::Float)) => {
                Ty::Scalar(ScalarKind::Float)
            }
            (Ty::List(a), Ty::List(b)) => Ty::List(Rc::new(a.joined(b, depth - 1))),
            (Ty::Index(a), Ty::Index(b)) => Ty::Index(Rc::new(a.joined(b, depth - 1))),
            (Ty::Record(a), Ty::Record(b)) => {
                let mut fields = a.known.clone();
                for (name, other) in &b.known {
                    let joined = fields.get(name).map_or_else(|| other.clone(), |found| found.joined(other, depth - 1));
                    fields.insert(name.clone(), joined);
                }
                let maps = a.maps.union(&b.maps).cloned().collect();
                Ty::Record(Rc::new(Fields { known: fields, maps, open: a.open || b.open }))
            }
            _ => Ty::Unknown,
        };
        Typed { ty, made }
    }
}
