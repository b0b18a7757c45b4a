//! Services that an administrator made in Moodle, as exported from its database.
//!
//! In: texts with the tables `external_services` and `external_services_functions`, in JSON or in CSV. In JSON the rows are found wherever
//! they stand: in lists or by id, under the name of their table, beside its header, a list for each table, or row by row. CSV has a header
//! line and one file per table, told apart by their columns, or one file that joins both. Out: [`ServiceDef`]s with the functions in the
//! order of the export.

use std::path::Path;

use indexmap::IndexMap;
use serde_json::Value;

use crate::ir::{Origin, ServiceDef, ServiceMeta};
use crate::report::{Code, Diagnostic, Report};

type Row = IndexMap<String, String>;

/// Reads exports. Each has the name that messages call it by, and what is in it.
pub fn read(exports: &[(String, Vec<u8>)], report: &mut Report) -> Vec<ServiceDef> {
    let mut services: IndexMap<String, ServiceDef> = IndexMap::new();
    let mut members: Vec<(String, String)> = Vec::new();
    let before = report.iter().count();
    for (name, bytes) in exports {
        let rows = match decoded(bytes).and_then(|text| if is_json(&text) { json(&text) } else { csv(&text) }) {
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
            let message = format!("`{name}` has no row with the columns of `external_services` or `external_services_functions`");
            let help =
                "the columns needed are `id`, `name`, `shortname`, and `externalserviceid`, `functionname`; CSV has them in its first line";
            report.push(Diagnostic::new(Code::C025, message).help(help));
        }
    }
    if report.iter().count() == before {
        belonging(members, &mut services, exports, report);
    }
    services.into_values().collect()
}

/// Gives each function to its service. A table that is missing shows here.
fn belonging(
    members: Vec<(String, String)>,
    services: &mut IndexMap<String, ServiceDef>,
    exports: &[(String, Vec<u8>)],
    report: &mut Report,
) {
    let names = || exports.iter().map(|(name, _)| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let mut missing = |what: String, table: &str| {
        let help = format!("export `{table}` too, and name both files");
        report.push(Diagnostic::new(Code::C025, what).help(help));
    };
    if members.is_empty() && !services.is_empty() {
        return missing(format!("{} has services and none of their functions", names()), "external_services_functions");
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
        missing(format!("{orphans} functions in {} belong to services that are not there", names()), "external_services");
    }
}

fn service(row: &Row, export: &str) -> ServiceDef {
    let text = |key: &str| row.get(key).cloned().unwrap_or_default();
    // Of a service whose export leaves the column out nobody says that it is switched off.
    let flag = |key: &str, default: bool| row.get(key).map_or(default, |value| matches!(value.as_str(), "1" | "true" | "t"));
    let (name, shortname) = (text("name"), text("shortname"));
    ServiceDef {
        shortname: shortname.clone(),
        name: if name.is_empty() { shortname } else { name },
        component: text("component"),
        operations: Vec::new(),
        meta: ServiceMeta {
            enabled: flag("enabled", true),
            restricted_users: flag("restrictedusers", false),
            required_capability: Some(text("requiredcapability")).filter(|text| !text.is_empty()),
            download_files: flag("downloadfiles", false),
            upload_files: flag("uploadfiles", false),
        },
        spelling: None,
        // Artifacts hold no folder of a machine.
        origin: Origin {
            file: String::new(),
            symbol: Path::new(export).file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
            span: None,
            via: Vec::new(),
        },
    }
}

/// The text of an export without its byte order mark, which tools on Windows write, and with which UTF-16 is understood.
fn decoded(bytes: &[u8]) -> Result<String, String> {
    let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.chunks(2).map(|pair| unit([pair[0], pair.get(1).copied().unwrap_or_default()])).collect();
        String::from_utf16(&units).ok()
    };
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] | rest => String::from_utf8(rest.to_vec()).ok(),
    };
    text.ok_or_else(|| "neither UTF-8 nor UTF-16".to_owned())
}

fn is_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '['])
}

fn csv(text: &str) -> Result<Vec<Row>, String> {
    // What spreadsheets write before the header line to name the delimiter; the header line shows it anyway.
    let text = match text.split_once('\n') {
        Some((first, rest)) if first.starts_with("sep=") => rest,
        _ => text,
    };
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

/// The rows in a JSON text, or in several behind one another.
fn json(text: &str) -> Result<Vec<Row>, String> {
    let mut rows = Vec::new();
    for value in serde_json::Deserializer::from_str(text).into_iter::<Value>() {
        add(&value.map_err(|why| why.to_string())?, &mut rows);
    }
    Ok(rows)
}

fn add(value: &Value, rows: &mut Vec<Row>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| add(item, rows)),
        Value::Object(fields) => match row(fields) {
            row if is_row(&row) => rows.push(row),
            _ => fields.values().for_each(|value| add(value, rows)),
        },
        _ => {}
    }
}

/// Whether an object is a row of one of the two tables; headers of tables have a name, too.
fn is_row(row: &Row) -> bool {
    let has = |key: &str| row.contains_key(key);
    has("functionname") || has("shortname") || (has("name") && (has("id") || has("enabled")))
}

fn row(fields: &serde_json::Map<String, Value>) -> Row {
    let text = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    fields.iter().map(|(key, value)| (key.to_lowercase(), text(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn services(exports: &[&str]) -> (Vec<ServiceDef>, Vec<String>) {
        let exports: Vec<_> = exports.iter().map(|text| ("a/x".to_owned(), (*text).into())).collect();
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
            r#"[{{"type":"header"}},{{"type":"database","name":"moodle"}},{{"type":"table","name":"mdl_external_services","database":"moodle","data":{s}}},{{"type":"table","name":"f","data":{f}}}]"#
        )]);
        check(&[s, f]);
        check(&[&format!("[{s},{f}]")]);
        check(&[&format!(r#"{{"select *":{s}}}"#), f]);
        let lines = |rows: &str| rows.trim_matches(['[', ']']).replace("},{", "}\n{");
        check(&[&lines(s), &lines(f)]);
        let by_id = |rows: &str| {
            let rows: Vec<Value> = serde_json::from_str(rows).unwrap();
            rows.iter().enumerate().map(|(at, row)| (at.to_string(), row.clone())).collect::<serde_json::Map<_, _>>()
        };
        check(&[&Value::Object(by_id(s)).to_string(), &Value::Object(by_id(f)).to_string()]);
        let (services, _) = services(&[s, f]);
        assert_eq!(services[0].origin.symbol, "x");
    }

    #[test]
    fn texts_as_windows_writes_them() {
        let text = "sep=;\r\nid;name;shortname;functionname\r\n1;\u{c9}t\u{e9};s;core_a\r\n";
        let utf16 = |unit: fn(u16) -> [u8; 2]| format!("\u{feff}{text}").encode_utf16().flat_map(unit).collect::<Vec<u8>>();
        for bytes in [text.into(), format!("\u{feff}{text}").into(), utf16(u16::to_le_bytes), utf16(u16::to_be_bytes)] {
            let mut report = Report::default();
            let services = read(&[("x".to_owned(), bytes)], &mut report);
            assert_eq!(report.iter().collect::<Vec<_>>(), Vec::<&Diagnostic>::new());
            assert_eq!((services[0].name.as_str(), services[0].operations.as_slice()), ("\u{c9}t\u{e9}", ["core_a".to_owned()].as_slice()));
            assert!(services[0].meta.enabled);
        }
        let mut report = Report::default();
        read(&[("x".to_owned(), b"name,shortname\n\xe9,s\n".to_vec())], &mut report);
        assert_eq!(report.iter().next().unwrap().message, "`x`: neither UTF-8 nor UTF-16");
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
        assert!(services(&["{"]).1[0].contains("`a/x`: EOF"));
        assert!(services(&[r#"{"external_services":[]}"#]).1[0].contains("no row"));
        assert!(services(&["id,name,shortname\n1,A,a\n"]).1[0].contains("none of their functions"));
        assert!(services(&["externalserviceid,functionname\n1,a\n"]).1[0].contains("1 functions"));
    }
}
