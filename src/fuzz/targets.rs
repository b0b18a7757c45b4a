//! The targets: what each does with its bytes, where its seeds come from, and words of its format.

use std::path::Path;

use bumpalo::Bump;
use mwsc::backend::wsdl;
use mwsc::cli::config;
use mwsc::convention::oktech;
use mwsc::files::Files;
use mwsc::frontend::Asked;
use mwsc::frontend::moodle::loader::Loader;
use mwsc::frontend::moodle::release::Release;
use mwsc::frontend::moodle::{self, Site, World, exported, json};
use mwsc::pass;
use mwsc::php::ast::{ClassKind, Member, PhpFile, Stmt, StmtKind};
use mwsc::php::eval::Interp;
use mwsc::php::parse;
use mwsc::report::{Report, render};
use mwsc::source::{FileId, SourceMap};

use super::tree::Tree;
use super::{wire, words};

/// One parser.
pub struct Target {
    /// Its name on the command line.
    pub name: &'static str,
    /// The ending of the files that are its seeds.
    pub seeds: &'static str,
    /// Words of its format.
    pub words: &'static [&'static [&'static str]],
    /// What it does with an input.
    pub run: fn(&[u8]),
}

/// Every target.
pub const TARGETS: &[Target] = &[
    Target { name: "parse", seeds: ".php", words: &[words::PHP], run: parse_php },
    Target { name: "eval", seeds: ".php", words: &[words::PHP], run: eval },
    Target { name: "services", seeds: "services.php", words: &[words::PHP], run: services },
    Target { name: "phpdoc", seeds: ".php", words: &[words::PHPDOC], run: phpdoc },
    Target { name: "wsdl", seeds: ".wsdl", words: &[words::MARKUP, words::WSDL], run: wsdl },
    Target { name: "config", seeds: ".toml", words: &[words::TOML], run: configuration },
    Target { name: "site", seeds: ".toml", words: &[words::TOML], run: site },
    Target { name: "export", seeds: ".json", words: &[words::JSON, words::EXPORT], run: export },
    Target { name: "soap", seeds: ".soap", words: &[words::MARKUP, words::SOAP], run: wire::soap },
    Target { name: "xmlrpc", seeds: ".xmlrpc", words: &[words::MARKUP, words::XML_RPC], run: wire::xml_rpc },
    Target { name: "form", seeds: ".form", words: &[words::FORM], run: wire::form },
    Target { name: "answer", seeds: ".answer", words: &[words::JSON, words::ANSWER], run: wire::answer },
    Target { name: "serialized", seeds: ".serialized", words: &[words::SERIALIZED], run: wire::serialized },
];

/// Parses with every body, and as the front end does: bodies later and one by one.
fn parse_php(input: &[u8]) {
    let (arena, sources) = (Bump::new(), SourceMap::default());
    let (id, source) = sources.add("input.php", "input.php".to_owned(), input.to_vec());
    parse::parse_all(&arena, id, &source.text);
    for method in methods(parse::parse_file(&arena, FileId(0), &source.text)) {
        parse::body(&arena, method.2, &source.text);
    }
}

/// Runs the top level of a file in a small Moodle, and calls its static methods that need no arguments.
fn eval(input: &[u8]) {
    let tree = Tree::with("local/fuzz/input.php", input);
    let (arena, sources) = (Bump::new(), SourceMap::default());
    let files = Loader::new(&arena, &sources, &tree);
    let release = Release::read(&files).unwrap_or_default();
    let world = World::new(files, release, Site::default(), false);
    let mut interp = Interp::new(&arena, &sources, &world);
    let _ = interp.include("local/fuzz/input.php");
    let Some(file) = world.files.php("local/fuzz/input.php") else { return };
    // A description has two methods; a file with hundreds of them would only take longer.
    for (class, is_static, function) in methods(file).into_iter().take(20) {
        interp.reset();
        if is_static && function.params.is_empty() {
            let _ = interp.call_static(&class, function.name, Vec::new(), None);
        }
    }
}

/// Everything that a `db/services.php` can lead to: survey, descriptions, lowering, linking, and what is printed of them.
fn services(input: &[u8]) {
    let tree = Tree::with("local/fuzz/db/services.php", input);
    let (arena, sources, mut report) = (Bump::new(), SourceMap::default(), Report::default());
    let files = Loader::new(&arena, &sources, &tree);
    let release = Release::read(&files).unwrap_or_default();
    let world = World::new(files, release, Site::default(), false);
    let survey = moodle::survey(&world, &mut report);
    let names: Vec<String> = survey.functions.keys().cloned().collect();
    let functions = moodle::describe(&world, &survey, &names, &|function| function, &mut report);
    let _ = json::document(&survey, functions.iter().map(json::member).collect());
    let fragment = moodle::lower(&survey, &functions, &mut report);
    let schema = pass::link(vec![fragment], &mut report);
    pass::check(&schema, &mut report);
    report.sort(&sources);
    render::json::render(&report, &sources);
}

/// Reads documented classes, one of which is named where several could be the server, and links them.
fn phpdoc(input: &[u8]) {
    let tree = Tree::with("input.php", input);
    for class in [None, Some("server"), Some("house"), Some("mdl_soapserver")] {
        let (sources, mut report) = (SourceMap::default(), Report::default());
        let asked = Asked { tree: &tree, paths: &["input.php".to_owned()], class };
        let fragment = mwsc::frontend::phpdoc::read(asked, &sources, &mut report);
        let schema = pass::link(vec![fragment], &mut report);
        pass::check(&schema, &mut report);
        report.sort(&sources);
        render::human::render(&report, &sources, false, mwsc::report::Severity::Note);
    }
}

/// Reads a WSDL and links what was understood.
fn wsdl(input: &[u8]) {
    let (sources, mut report) = (SourceMap::default(), Report::default());
    let (id, source) = sources.add("input.wsdl", "input.wsdl".to_owned(), input.to_vec());
    let mut fragment = mwsc::frontend::wsdl::read_text(id, &source.text, &mut report);
    pass::session::mark(&mut fragment, &oktech().session);
    let schema = pass::link(vec![fragment], &mut report);
    pass::check(&schema, &mut report);
    // What an rpc binding spells is used when it is written again.
    let services: Vec<_> = schema.services().collect();
    let options = wsdl::Options { profiles: wsdl::profiles().map(|(name, _)| name.to_owned()).collect(), ..wsdl::Options::default() };
    wsdl::generate(&schema, &services, &options, &mut report, &mut Files::default());
}

fn configuration(input: &[u8]) {
    let (sources, mut report) = (SourceMap::default(), Report::default());
    let (id, source) = sources.add("mwsc.toml", "mwsc.toml".to_owned(), input.to_vec());
    config::parse(&source.text, id, Path::new(""), &mut report);
    report.sort(&sources);
    render::human::render(&report, &sources, false, mwsc::report::Severity::Note);
}

fn site(input: &[u8]) {
    let sources = SourceMap::default();
    let (file, source) = sources.add("site.toml", "site.toml".to_owned(), input.to_vec());
    Site::read(&source.text, file, &mut Report::default());
}

fn export(input: &[u8]) {
    exported::read(&[("services".to_owned(), input.to_vec())], &mut Report::default());
}

/// Every method in a file's classes: full name of the class, whether it is static, and the method.
fn methods<'a>(file: &'a PhpFile<'a>) -> Vec<(String, bool, &'a mwsc::php::ast::Function<'a>)> {
    let mut found = Vec::new();
    let mut left: Vec<&Stmt<'_>> = file.stmts.iter().collect();
    while let Some(stmt) = left.pop() {
        match &stmt.kind {
            StmtKind::Namespace { stmts, .. } => left.extend(stmts.iter()),
            StmtKind::Class(class) if class.kind == ClassKind::Class => {
                let namespace = class.scope.namespace;
                let name = if namespace.is_empty() { class.name.to_owned() } else { format!("{namespace}\\{}", class.name) };
                for member in class.members {
                    if let Member::Method { modifiers, function } = member {
                        found.push((name.clone(), modifiers.is_static, *function));
                    }
                }
            }
            _ => {}
        }
    }
    found
}
