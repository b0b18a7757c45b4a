//! Services that an administrator made in Moodle, as exported from its database.
//!
//! In: texts with the tables `external_services` and `external_services_functions`, in JSON (`{"external_services": [...], ...}`, or what
//! database tools write: a list of tables with `name` and `data`) or in CSV with a header line (one file per table, told apart by their
//! columns, or one file that joins both). Out: [`ServiceDef`]s with the functions in the order of the export.

use indexmap::IndexMap;
use serde_json::Value;

use crate::ir::{Origin, ServiceDef, ServiceMeta};
use crate::report::{Code, Diagnostic, Report};

type Row = IndexMap<String, String>;

/// Reads exports. Each has the name that messages call it by, and its text.
pub fn read(exports: &[(String, String)], report: &mut Report) -> Vec<ServiceDef> {
    let mut services: IndexMap<String, ServiceDef> = IndexMap::new();
    let mut members: Vec<(String, String)> = Vec::new();
    for (name, text) in exports {
        let rows = match if text.trim_start().starts_with(['{', '[']) { json(text) } else { csv(text) } {
            Ok(rows) => rows,
            Err(why) => {
                report.push(Diagnostic::new(Code::C025, format!("`{name}`: {why}")));
                continue;
            }
        };
        let mut understood = false;
        for row in rows {
            let function = row.get("functionname").filter(|function| !function.is_empty());
            let id = row.get("externalserviceid").or_else(|| row.get("id")).or_else(|| row.get("shortname")).or_else(|| row.get("name"));
            let Some(id) = id.cloned() else { continue };
            understood |= function.is_some() || row.contains_key("name");
            if row.contains_key("name") || row.contains_key("shortname") {
                services.entry(id.clone()).or_insert_with(|| service(&row, name));
            }
            members.extend(function.map(|function| (id, function.clone())));
        }
        if !understood {
            let message = format!("`{name}` has neither the columns of `external_services` nor those of `external_services_functions`");
            report.push(
                Diagnostic::new(Code::C025, message)
                    .help("the columns needed are `id`, `name`, `shortname`, and `externalserviceid`, `functionname`"),
            );
        }
    }
    let mut orphans = 0;
    for (id, function) in members {
        match services.get_mut(&id) {
            Some(service) if !service.operations.contains(&function) => service.operations.push(function),
            Some(_) => {}
            None => orphans += 1,
        }
    }
    if orphans > 0 {
        let names: Vec<&str> = exports.iter().map(|(name, _)| name.as_str()).collect();
        let message = format!("{orphans} functions in `{}` belong to services that are not there", names.join("`, `"));
        report.push(Diagnostic::new(Code::C025, message).help("export `external_services` too, and name both files"));
    }
    services.into_values().collect()
}

fn service(row: &Row, export: &str) -> ServiceDef {
    let text = |key: &str| row.get(key).cloned().unwrap_or_default();
    let flag = |key: &str| matches!(row.get(key).map(String::as_str), Some("1" | "true" | "t"));
    let (name, shortname) = (text("name"), text("shortname"));
    ServiceDef {
        shortname: shortname.clone(),
        name: if name.is_empty() { shortname } else { name },
        component: text("component"),
        operations: Vec::new(),
        meta: ServiceMeta {
            enabled: flag("enabled"),
            restricted_users: flag("restrictedusers"),
            required_capability: Some(text("requiredcapability")).filter(|text| !text.is_empty()),
            download_files: flag("downloadfiles"),
            upload_files: flag("uploadfiles"),
        },
        spelling: None,
        origin: Origin { file: String::new(), symbol: export.to_owned(), span: None, via: Vec::new() },
    }
}

fn csv(text: &str) -> Result<Vec<Row>, String> {
    let text = text.trim_start_matches('\u{feff}');
    let head = text.lines().next().unwrap_or_default();
    let delimiter = [b',', b';', b'\t']
        .into_iter()
        .max_by_key(|sign| (head.bytes().filter(|byte| byte == sign).count(), *sign == b','))
        .unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).trim(csv::Trim::All).from_reader(text.as_bytes());
    let head: Vec<String> = reader.headers().map_err(|why| why.to_string())?.iter().map(str::to_lowercase).collect();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|why| why.to_string())?;
        rows.push(head.iter().cloned().zip(record.iter().map(null)).collect());
    }
    Ok(rows)
}

/// Database tools write a null in CSV in one of these ways.
fn null(text: &str) -> String {
    if matches!(text, "NULL" | "\\N") { String::new() } else { text.to_owned() }
}

fn json(text: &str) -> Result<Vec<Row>, String> {
    let value: Value = serde_json::from_str(text).map_err(|why| why.to_string())?;
    let mut rows = Vec::new();
    match &value {
        Value::Object(tables) => tables.values().for_each(|table| add(table, &mut rows)),
        Value::Array(items) => {
            for item in items {
                match item.get("data") {
                    Some(data) => add(data, &mut rows),
                    None => rows.extend(row(item)),
                }
            }
        }
        _ => return Err("neither an object nor a list".to_owned()),
    }
    Ok(rows)
}

fn add(table: &Value, rows: &mut Vec<Row>) {
    match table {
        Value::Array(items) => rows.extend(items.iter().filter_map(row)),
        // Moodle's own `get_records` makes an object whose keys are the ids.
        Value::Object(items) => rows.extend(items.values().filter_map(row)),
        _ => {}
    }
}

fn row(item: &Value) -> Option<Row> {
    let fields = item.as_object()?;
    let text = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    Some(fields.iter().map(|(key, value)| (key.to_lowercase(), text(value))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn services(exports: &[&str]) -> (Vec<ServiceDef>, Vec<String>) {
        let exports: Vec<_> = exports.iter().map(|text| ("x".to_owned(), (*text).to_owned())).collect();
        let mut report = Report::default();
        let services = read(&exports, &mut report);
        (services, report.iter().map(|d| d.message.clone()).collect())
    }

    fn check(exports: &[&str]) {
        let (services, found) = services(exports);
        assert_eq!(found, Vec::<String>::new());
        assert_eq!(services.len(), 2);
        assert_eq!((services[0].name.as_str(), services[0].shortname.as_str()), ("My SIS", "my_sis"));
        assert_eq!(services[0].operations, ["core_b", "core_a"]);
        assert!(services[0].meta.enabled && !services[0].meta.restricted_users);
        assert_eq!(services[1].operations, ["core_a"]);
    }

    #[test]
    fn json_by_table_and_as_tools_write_it() {
        let s = r#"[{"id":"7","name":"My SIS","shortname":"my_sis","enabled":"1","restrictedusers":"0"},{"id":8,"name":"Other","shortname":null,"enabled":1}]"#;
        let f = r#"[{"id":"1","externalserviceid":"7","functionname":"core_b"},{"externalserviceid":7,"functionname":"core_a"},{"externalserviceid":8,"functionname":"core_a"}]"#;
        check(&[&format!(r#"{{"external_services":{s},"external_services_functions":{f}}}"#)]);
        check(&[&format!(
            r#"[{{"type":"header"}},{{"type":"table","name":"mdl_external_services","data":{s}}},{{"name":"f","data":{f}}}]"#
        )]);
        check(&[s, f]);
    }

    #[test]
    fn csv_in_two_files_or_joined() {
        check(&[
            "id,name,shortname,enabled,restrictedusers\n7,My SIS,my_sis,1,0\n8,Other,NULL,1,0\n",
            "\u{feff}\"id\";\"externalserviceid\";\"functionname\"\n1;7;core_b\n2;7;core_a\n3;8;core_a\n",
        ]);
        check(&["name,shortname,enabled,functionname\nMy SIS,my_sis,1,core_b\nMy SIS,my_sis,1,core_a\nOther,other,1,core_a\n"]);
    }

    #[test]
    fn says_what_is_missing() {
        assert!(services(&["a,b\n1,2\n"]).1[0].contains("columns"));
        assert!(services(&["{"]).1[0].contains("`x`: EOF"));
        assert!(services(&["externalserviceid,functionname\n1,a\n"]).1[0].contains("1 functions"));
    }
}
