//! Whether a manifest agrees with itself: every name leads somewhere, and every parameter and result has its place on every wire.
//!
//! In: a manifest that was read. Out: its contradictions, each a sentence without a full stop. Whether files have the digests that stand
//! there is for whoever reads files.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use crate::Manifest;
use crate::schema::{Field, Operation, Service, Shape, Slot};
use crate::wire::{Carries, Endpoint, Part, TypeRef, WireField, WireOperation, WireType};

/// The contradictions of a manifest.
pub fn faults(manifest: &Manifest) -> Vec<String> {
    let services: HashMap<&str, &Service> = manifest.services.iter().map(|service| (service.shortname.as_str(), service)).collect();
    let mut walk = Walk { manifest, services, faults: Vec::new() };
    walk.names();
    walk.schema();
    walk.files();
    walk.crosswalk();
    for endpoint in &manifest.endpoints {
        walk.endpoint(endpoint);
    }
    walk.faults
}

struct Walk<'m> {
    manifest: &'m Manifest,
    services: HashMap<&'m str, &'m Service>,
    faults: Vec<String>,
}

impl<'m> Walk<'m> {
    fn say(&mut self, fault: String) {
        self.faults.push(fault);
    }

    /// What must be there once.
    fn names(&mut self) {
        for name in twice(self.manifest.services.iter().map(|service| service.shortname.as_str())) {
            self.say(format!("two services are called `{name}`"));
        }
        for name in twice(self.manifest.files.iter().map(|file| file.path.as_str())) {
            self.say(format!("the file `{name}` is named twice"));
        }
        for path in twice(self.manifest.endpoints.iter().map(|endpoint| endpoint.path.as_str())) {
            self.say(format!("two endpoints have the path `{path}`"));
        }
        for path in twice(self.manifest.endpoints.iter().flat_map(|endpoint| &endpoint.wsdls).map(|wsdl| wsdl.path.as_str())) {
            self.say(format!("two WSDLs have the path `{path}`"));
        }
    }

    fn schema(&mut self) {
        for service in &self.manifest.services {
            for name in twice(service.operations.iter().map(String::as_str)) {
                self.say(format!("the service `{}` has the operation `{name}` twice", service.shortname));
            }
            for name in service.operations.iter().filter(|name| !self.manifest.operations.contains_key(*name)) {
                self.say(format!("the service `{}` has an operation `{name}` that is not described", service.shortname));
            }
        }
        for (name, operation) in &self.manifest.operations {
            self.fields(&operation.params, &format!("the operation `{name}`"));
            if let Some(result) = &operation.result {
                self.slot(result, &format!("the result of `{name}`"));
            }
        }
        for (name, record) in &self.manifest.records {
            self.fields(&record.fields, &format!("the record `{name}`"));
        }
    }

    fn fields(&mut self, fields: &[Field], owner: &str) {
        for name in twice(fields.iter().map(|field| field.name.as_str())) {
            self.say(format!("{owner} has `{name}` twice"));
        }
        for field in fields {
            self.slot(&field.slot, &format!("`{}` of {owner}", field.name));
        }
    }

    fn slot(&mut self, slot: &Slot, place: &str) {
        let mut slot = slot;
        while let Shape::List(item) = &slot.shape {
            slot = item;
        }
        match &slot.shape {
            Shape::Record(name) if !self.manifest.records.contains_key(name) => {
                self.say(format!("{place} holds a record `{name}` that is not described"));
            }
            Shape::Scalar(scalar) => {
                if let Some(fault) = scalar.values.as_ref().and_then(|values| values.fault(scalar.kind)) {
                    self.say(format!("the enumeration of {place} {fault}"));
                }
            }
            Shape::Record(_) | Shape::List(_) => {}
        }
    }

    fn files(&mut self) {
        for file in &self.manifest.files {
            let inside = !file.path.is_empty() && file.path.split('/').all(|part| !matches!(part, "" | "." | ".."));
            if !inside || file.path.contains(['\\', ':', '\0']) {
                self.say(format!("the file `{}` is not a path below the folder of the manifest", file.path));
            }
            if file.digest.len() != 64 || !file.digest.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                self.say(format!("the digest of `{}` is not 64 hexadecimal digits", file.path));
            }
        }
    }

    fn crosswalk(&mut self) {
        for name in self.manifest.crosswalk.operations.keys().filter(|name| !self.manifest.operations.contains_key(*name)) {
            self.say(format!("the crosswalk serves an operation `{name}` that is not described"));
        }
    }

    fn endpoint(&mut self, endpoint: &'m Endpoint) {
        let title = format!("the endpoint `{}`", endpoint.path);
        let Some(&service) = self.services.get(endpoint.service.as_str()) else {
            return self.say(format!("{title} belongs to a service `{}` that is not there", endpoint.service));
        };
        for wsdl in &endpoint.wsdls {
            if !self.manifest.files.iter().any(|file| file.path == wsdl.file) {
                self.say(format!("{title} has its WSDL in a file `{}` that is not there", wsdl.file));
            }
        }
        for (name, ty) in &endpoint.types {
            self.wire_type(endpoint, ty, &format!("the type `{name}` of {title}"));
        }
        let members: HashSet<&str> = service.operations.iter().map(String::as_str).collect();
        let mut served = HashSet::new();
        for (name, wire) in &endpoint.operations {
            let place = format!("`{name}` of {title}");
            match self.manifest.operations.get(&wire.operation) {
                Some(operation) if members.contains(wire.operation.as_str()) => self.operation(endpoint, wire, operation, &place),
                Some(_) | None => self.say(format!("{place} is an operation `{}` that its service does not have", wire.operation)),
            }
            if !served.insert(wire.operation.as_str()) {
                self.say(format!("{title} has the operation `{}` twice", wire.operation));
            }
        }
    }

    fn operation(&mut self, endpoint: &Endpoint, wire: &WireOperation, operation: &Operation, place: &str) {
        let mut carried: Vec<&str> = wire.hollow.keys().map(String::as_str).collect();
        for part in &wire.parts {
            self.part(endpoint, part, &format!("the part `{}` of {place}", part.name), operation, &mut carried);
        }
        for name in twice(carried.iter().copied()) {
            self.say(format!("{place} carries the parameter `{name}` twice"));
        }
        for name in carried.iter().filter(|&&name| !operation.params.iter().any(|param| param.name == name)) {
            self.say(format!("{place} carries a parameter `{name}` that the operation does not have"));
        }
        let carried: HashSet<&str> = carried.into_iter().collect();
        for param in operation.params.iter().filter(|param| param.slot.presence.is_required() && param.session.is_none()) {
            if !carried.contains(param.name.as_str()) {
                self.say(format!("{place} does not carry the parameter `{}`", param.name));
            }
        }
        match (&operation.result, &wire.result, &wire.hollow_result) {
            (Some(slot), Some(part), None) => {
                if part.carries != Carries::Result {
                    self.say(format!("the result of {place} does not carry the result"));
                }
                self.fits(endpoint, slot, &part.ty, &format!("the result of {place}"));
            }
            (Some(_), None, Some(_)) | (None, None, None) => {}
            (Some(_), None, None) => self.say(format!("{place} does not carry the result")),
            (_, Some(_), Some(_)) => self.say(format!("{place} carries the result and says that nothing does")),
            (None, _, _) => self.say(format!("{place} carries a result that the operation does not have")),
        }
    }

    fn part<'p>(&mut self, endpoint: &'p Endpoint, part: &'p Part, place: &str, operation: &Operation, carried: &mut Vec<&'p str>) {
        self.reference(endpoint, &part.ty, place);
        match &part.carries {
            Carries::Param(name) => {
                carried.push(name);
                if let Some(param) = operation.params.iter().find(|param| param.name == *name) {
                    self.fits(endpoint, &param.slot, &part.ty, place);
                }
            }
            Carries::Group => self.group(endpoint, &part.ty, place, carried),
            Carries::Result => self.say(format!("{place} is sent with the request and carries the result")),
            Carries::Session(_) | Carries::Nothing => {}
        }
    }

    /// What a group of parameters carries, the groups in it among them. A group that holds itself would have no end.
    fn group<'p>(&mut self, endpoint: &'p Endpoint, ty: &'p TypeRef, place: &str, carried: &mut Vec<&'p str>) {
        let mut seen = HashSet::new();
        let mut next = Some(ty);
        while let Some(TypeRef::Named(name)) = next.take() {
            let Some(WireType::Record { fields, hollow, .. }) = endpoint.types.get(name).filter(|_| seen.insert(name)) else {
                return self.say(format!("{place} is a group of the type `{name}`, which is no record"));
            };
            carried.extend(fields.iter().filter(|field| !field.group).map(WireField::key));
            carried.extend(hollow.keys().map(String::as_str));
            next = fields.iter().find(|field| field.group).map(|field| &field.ty);
        }
    }

    fn wire_type(&mut self, endpoint: &Endpoint, ty: &WireType, place: &str) {
        match ty {
            WireType::Map => {}
            WireType::List { item, .. } => self.reference(endpoint, item, place),
            WireType::Record { record, wrapper, fields, .. } => {
                for name in twice(fields.iter().map(|field| field.name.as_str())) {
                    self.say(format!("{place} has `{name}` twice"));
                }
                for field in fields {
                    self.reference(endpoint, &field.ty, &format!("`{}` of {place}", field.name));
                }
                let list = |field: &WireField| matches!(&field.ty, TypeRef::Named(name) if is_list(endpoint, name));
                if *wrapper && !matches!(fields.as_slice(), [only] if list(only)) {
                    self.say(format!("{place} stands for a list and does not hold just one"));
                }
                match record.as_ref().map(|name| (name, self.manifest.records.get(name))) {
                    Some((name, None)) => self.say(format!("{place} is a record `{name}` that is not described")),
                    Some((name, Some(record))) => {
                        for field in fields.iter().filter(|field| !field.group) {
                            if !record.fields.iter().any(|other| other.name == field.key()) {
                                self.say(format!("{place} has a field `{}` that the record `{name}` does not have", field.key()));
                            }
                        }
                    }
                    None => {}
                }
            }
        }
    }

    fn reference(&mut self, endpoint: &Endpoint, ty: &TypeRef, place: &str) {
        if let TypeRef::Named(name) = ty
            && !endpoint.types.contains_key(name)
        {
            self.say(format!("{place} is of a type `{name}` that is not there"));
        }
    }

    /// Whether a type can carry what a slot holds, as far as the sort of thing goes: one value, many, or a record.
    fn fits(&mut self, endpoint: &Endpoint, slot: &Slot, ty: &TypeRef, place: &str) {
        let fits = match (&slot.shape, ty) {
            (Shape::Scalar(_), TypeRef::Xsd(_)) => true,
            (Shape::Scalar(_), TypeRef::Named(_)) | (Shape::List(_) | Shape::Record(_), TypeRef::Xsd(_)) => false,
            (Shape::List(_), TypeRef::Named(name)) => is_list(endpoint, name),
            (Shape::Record(_), TypeRef::Named(name)) => !is_list(endpoint, name),
        };
        // A name that leads nowhere was told already.
        if !fits && !matches!(ty, TypeRef::Named(name) if !endpoint.types.contains_key(name)) {
            self.say(format!("{place} is of another sort than what it carries"));
        }
    }
}

/// Whether a type is a list, or a record that stands for one.
fn is_list(endpoint: &Endpoint, name: &str) -> bool {
    match endpoint.types.get(name) {
        Some(WireType::List { .. }) => true,
        Some(WireType::Record { wrapper, .. }) => *wrapper,
        Some(WireType::Map) | None => false,
    }
}

/// What occurs more than once, in order, each once.
fn twice<T: Copy + Eq + Hash>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = HashMap::new();
    items
        .filter(|&item| {
            let count: &mut usize = seen.entry(item).or_default();
            *count += 1;
            *count == 2
        })
        .collect()
}

#[cfg(test)]
mod tests;
