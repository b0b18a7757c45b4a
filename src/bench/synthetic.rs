//! A Moodle in memory with as many functions as one likes: the stand-ins for core, and one plugin per hundred functions. Every function
//! has a class of its own, as Moodle's newer ones do; one in ten uses an exporter, one in three a helper.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use mwsc::frontend::moodle::builtin::Builtin;
use mwsc::source::{Entry, ReadError, Tree};

/// Functions of one plugin.
const PER_PLUGIN: usize = 100;

/// The tree.
pub struct Synthetic {
    core: Builtin,
    files: BTreeMap<String, Vec<u8>>,
    folders: BTreeMap<String, Vec<Entry>>,
}

impl Synthetic {
    /// A tree with that many functions.
    pub fn new(count: usize) -> Self {
        let mut files = BTreeMap::new();
        for first in (0..count).step_by(PER_PLUGIN) {
            plugin(first / PER_PLUGIN, PER_PLUGIN.min(count - first), &mut files);
        }
        let folders = folders(files.keys());
        Synthetic { core: Builtin::new((4, 5)), files, folders }
    }
}

fn plugin(number: usize, count: usize, files: &mut BTreeMap<String, Vec<u8>>) {
    let (name, dir) = (format!("local_plugin{number}"), format!("local/plugin{number}"));
    let mut services = "<?php\n$functions = [\n".to_owned();
    for n in 0..count {
        let _ = writeln!(
            services,
            "    '{name}_function_{n}' => ['classname' => '{name}\\external\\function_{n}', 'type' => 'read', 'description' => 'Number {n}'],"
        );
        files.insert(format!("{dir}/classes/external/function_{n}.php"), function(&name, n).into_bytes());
    }
    services.push_str("];\n");
    files.insert(format!("{dir}/db/services.php"), services.into_bytes());
    files.insert(format!("{dir}/version.php"), format!("<?php\n$plugin->version = 1;\n$plugin->component = '{name}';\n").into_bytes());
    let helper = format!(
        "<?php\nnamespace {name};\n\nuse core_external\\external_single_structure;\nuse core_external\\external_value;\n\nclass helper {{\n    \
         public static function person() {{\n        return new external_single_structure([\n            'id' => new external_value(PARAM_INT, \
         'number'),\n            'name' => new external_value(PARAM_TEXT, 'name'),\n        ]);\n    }}\n}}\n"
    );
    files.insert(format!("{dir}/classes/helper.php"), helper.into_bytes());
    let exporter = format!(
        "<?php\nnamespace {name};\n\nclass thing_exporter extends \\core\\external\\exporter {{\n    protected static function define_properties() \
         {{\n        return [\n            'id' => ['type' => PARAM_INT],\n            'text' => ['type' => PARAM_RAW, 'description' => 'text'],\n            \
         'tags' => ['type' => PARAM_ALPHANUM, 'multiple' => true],\n        ];\n    }}\n}}\n"
    );
    files.insert(format!("{dir}/classes/thing_exporter.php"), exporter.into_bytes());
}

fn function(plugin: &str, n: usize) -> String {
    let extra = match n % 30 {
        0 | 10 | 20 => format!("'thing' => \\{plugin}\\thing_exporter::get_read_structure(),"),
        k if k % 3 == 1 => format!("'who' => \\{plugin}\\helper::person(),"),
        _ => "'flag' => new external_value(PARAM_BOOL, 'a flag', VALUE_OPTIONAL),".to_owned(),
    };
    format!(
        "<?php\nnamespace {plugin}\\external;\n\nuse core_external\\external_api;\nuse core_external\\external_function_parameters;\nuse \
         core_external\\external_multiple_structure;\nuse core_external\\external_single_structure;\nuse core_external\\external_value;\n\n/** Function \
         {n}. */\nclass function_{n} extends external_api {{\n    public static function execute_parameters() {{\n        return new \
         external_function_parameters([\n            'id' => new external_value(PARAM_INT, 'number of the thing'),\n            'filter' => new \
         external_value(PARAM_NOTAGS, 'words', VALUE_DEFAULT, ''),\n            'options' => new external_multiple_structure(new \
         external_single_structure([\n                'name' => new external_value(PARAM_ALPHA, 'name'),\n                'value' => new \
         external_value(PARAM_RAW, 'value'),\n            ]), 'options', VALUE_DEFAULT, []),\n        ]);\n    }}\n\n    public static function execute($id, \
         $filter = '', $options = []) {{\n        global $DB;\n        $found = [];\n        foreach ($DB->get_records('things', ['parent' => $id]) as $row) {{\n            \
         if ($filter === '' || strpos($row->name, $filter) !== false) {{\n                $found[] = ['id' => $row->id, 'name' => $row->name];\n            }}\n        }}\n        \
         return ['things' => $found];\n    }}\n\n    public static function execute_returns() {{\n        return new external_single_structure([\n            'things' => \
         new external_multiple_structure(new external_single_structure([\n                'id' => new external_value(PARAM_INT, 'number'),\n                'name' => new \
         external_value(PARAM_TEXT, 'name'),\n                'time' => new external_value(PARAM_INT, 'when', VALUE_OPTIONAL),\n            ])),\n            {extra}\n        \
         ]);\n    }}\n}}\n"
    )
}

/// What each folder holds.
fn folders<'p>(paths: impl Iterator<Item = &'p String>) -> BTreeMap<String, Vec<Entry>> {
    let mut folders: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
    for path in paths {
        let (mut rest, mut is_dir) = (path.as_str(), false);
        loop {
            let (dir, name) = rest.rsplit_once('/').unwrap_or(("", rest));
            let entries = folders.entry(dir.to_owned()).or_default();
            let entry = Entry { name: name.to_owned(), is_dir };
            if let Err(at) = entries.binary_search(&entry) {
                entries.insert(at, entry);
            }
            if dir.is_empty() {
                break;
            }
            (rest, is_dir) = (dir, true);
        }
    }
    folders
}

impl Tree for Synthetic {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.files.get(path).cloned().map_or_else(|| self.core.read(path), Ok)
    }

    fn list(&self, dir: &str) -> Result<Vec<Entry>, ReadError> {
        match (self.folders.get(dir), self.core.list(dir)) {
            (Some(own), core) => {
                let mut all: Vec<Entry> = own.iter().cloned().chain(core.unwrap_or_default()).collect();
                all.sort_unstable();
                all.dedup();
                Ok(all)
            }
            (None, core) => core,
        }
    }

    fn is_file(&self, path: &str) -> bool {
        self.files.contains_key(path) || self.core.is_file(path)
    }
}
