//! Several builds as one: what they name alike must be the same thing.

use mwsc_contract::{Manifest, wire};

/// Adds a manifest to another. `prefix` is where its files lie below the common folder. The error is the name that both have.
pub fn merge(into: &mut Manifest, mut other: Manifest, prefix: &str) -> Result<(), String> {
    relocate(&mut other, prefix);
    if let Some(service) = other.services.iter().find(|service| into.services.iter().any(|known| known.shortname == service.shortname)) {
        return Err(format!("service `{}`", service.shortname));
    }
    for (name, operation) in other.operations {
        if into.operations.get(&name).is_some_and(|known| *known != operation) {
            return Err(format!("operation `{name}`"));
        }
        into.operations.insert(name, operation);
    }
    for (name, record) in other.records {
        if into.records.get(&name).is_some_and(|known| *known != record) {
            return Err(format!("record `{name}`"));
        }
        into.records.insert(name, record);
    }
    into.services.extend(other.services);
    into.endpoints.extend(other.endpoints);
    into.rules.extend(other.rules);
    into.releases.extend(other.releases);
    into.files.extend(other.files);
    if into.crosswalk.is_empty() {
        into.crosswalk = other.crosswalk;
    }
    Ok(())
}

/// Names the files of a manifest by their place below a common folder.
pub fn relocate(manifest: &mut Manifest, prefix: &str) {
    let place = |path: &mut String| *path = format!("{prefix}{path}");
    manifest.files.iter_mut().for_each(|file| place(&mut file.path));
    manifest.endpoints.iter_mut().flat_map(|endpoint: &mut wire::Endpoint| &mut endpoint.wsdls).for_each(|wsdl| place(&mut wsdl.file));
}
