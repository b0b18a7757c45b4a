//! What tests share: a small service that answers with what it was asked, a log, and the build of the OK Tech interface.

use std::collections::HashMap;
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::extract::connect_info::MockConnectInfo;
use mwsc::backend::{self, BACKENDS};
use mwsc::cli::layers::Layers;
use mwsc::cli::tree::DiskTree;
use mwsc::frontend::moodle::release::Release;
use mwsc::frontend::{Asked, FRONTENDS};
use mwsc::pass::choose::Wanted;
use mwsc::report::{Report, Severity};
use mwsc::source::SourceMap;
use mwsc::{Input, Interface, Moodle, compile, emit};
use mwsc_contract::{Manifest, Value};
use serde_json::json;

use crate::accounts::Memory;
use crate::app::{App, Known, router};
use crate::build::Build;
use crate::dispatch::{Backend, Call, Failure, Grants};
use crate::settings::Settings;

/// Answers with its arguments.
struct Echo;

#[async_trait]
impl Backend for Echo {
    async fn call(&self, call: Call<'_>) -> Result<Value, Failure> {
        if call.operation == "core_nothing" {
            return Ok(Value::Null);
        }
        Ok([("id", call.args.get("id").cloned().unwrap_or_default()), ("who", Value::from(&*call.caller.username))].into_iter().collect())
    }
}

/// Its build.
pub fn echo_manifest() -> Manifest {
    let scalar = |kind: &str| json!({ "scalar": { "kind": kind } });
    let operation = |params: serde_json::Value, result: Option<serde_json::Value>| {
        let mut out = json!({ "login-required": true, "params": params });
        if let Some(result) = result {
            out["result"] = result;
        }
        out
    };
    let echo = operation(json!([{ "name": "id", "type": scalar("string") }]), Some(json!({ "type": { "record": "echo" } })));
    let mut ajax = echo.clone();
    ajax["ajax"] = json!(true);
    let mut open = ajax.clone();
    open["login-required"] = json!(false);
    serde_json::from_value(json!({
        "format": mwsc_contract::FORMAT, "generator": "test", "digest": "", "releases": ["4.5.5"],
        "services": [
            { "shortname": "one", "name": "One", "operations": ["core_echo", "core_nothing", "core_open"], "convention": "moodle" },
            { "shortname": "two", "name": "Two", "operations": ["core_other"], "convention": "moodle" },
        ],
        "operations": {
            "core_echo": ajax, "core_open": open, "core_nothing": operation(json!([]), None), "core_other": operation(json!([]), None),
        },
        "records": { "echo": { "fields": [{ "name": "id", "type": scalar("string") }, { "name": "who", "type": scalar("string") }] } },
        "endpoints": [], "rules": {}, "files": [],
    }))
    .unwrap()
}

/// Its router. The user `ann` has the password `secret` and the token `a0`.
pub fn echo(debug: bool) -> Router {
    let accounts = Memory::new(Duration::from_secs(60)).with(7, "ann", "secret", "a0", Grants::Roles);
    let settings = Settings { debug, ..Settings::default() };
    let app = App {
        build: Build::new(echo_manifest(), HashMap::new()),
        backend: Arc::new(Echo),
        accounts: Arc::new(accounts),
        settings,
        metrics: Arc::default(),
        known: Known::default(),
    };
    router(Arc::new(app)).layer(MockConnectInfo(SocketAddr::from(([127, 0, 0, 1], 9))))
}

/// A log in memory.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// What writes events to it.
    pub fn subscriber(&self) -> impl tracing::Subscriber + Send + Sync + use<> {
        let lines = self.clone();
        tracing_subscriber::fmt().with_ansi(false).with_writer(move || lines.clone()).finish()
    }

    /// What was written so far.
    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

/// The build of the OK Tech interface: the one in the folder `MWSD_TEST_BUILD`, or one that is made here of the bundled classes.
pub fn interface() -> Build {
    static BUILD: OnceLock<Build> = OnceLock::new();
    let build = || match std::env::var_os("MWSD_TEST_BUILD") {
        Some(folder) => Build::load(folder.as_ref()).unwrap_or_else(|why| panic!("MWSD_TEST_BUILD: {why}")),
        None => compiled(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/oktech/interface")),
    };
    BUILD.get_or_init(build).clone()
}

/// The build of a folder of documented classes, with every WSDL.
pub fn compiled(folder: &Path) -> Build {
    let tree = DiskTree::open(folder, "").unwrap();
    let frontend = FRONTENDS.iter().find(|frontend| frontend.name == "phpdoc").unwrap();
    let profiles = backend::wsdl::profiles().map(|(name, _)| name.to_owned()).collect();
    let wsdl = backend::wsdl::Options { profiles, ..backend::wsdl::Options::default() };
    written(Input::Interface(Interface { frontend, asked: Asked { tree: &tree, paths: &[String::new()], class: None } }), wsdl)
}

/// The build of the interface and, beside it, of functions of Moodle that the school answers: the service `local_school`.
pub fn with_functions() -> Build {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    let folder = |path: &str| DiskTree::open(&fixtures.join(path), "").unwrap();
    let (base, plugin) = (folder("base/modern"), folder("moodle/school/local/school"));
    let mut tree = Layers::new(Some(&base));
    tree.mount("local/school", &plugin);
    let input = Moodle { tree: &tree, release: &Release::parse("4.5.5"), site: &mwsc::frontend::moodle::Site::default(), lone: false };
    let functions = written(Input::Moodle(input), backend::wsdl::Options::default());
    interface().and(functions, "moodle/").unwrap()
}

/// What is compiled of an input for a server.
fn written(input: Input<'_>, wsdl: backend::wsdl::Options) -> Build {
    let (sources, mut report) = (SourceMap::default(), Report::default());
    let schema = compile(input, &Wanted::default(), &sources, &mut report, &mut |_| {});
    let options = backend::Options { wsdl, ..backend::Options::default() };
    let manifest: Vec<_> = BACKENDS.iter().filter(|backend| backend.name == "manifest").collect();
    let made = emit(&schema, &manifest, &options, &sources, &mut report, &mut |_| {});
    assert_eq!(report.count(Severity::Error), 0, "{:?}", report.iter().collect::<Vec<_>>());
    let files = made.iter().filter_map(|(path, bytes)| Some((path.strip_prefix("manifest/")?.to_owned(), bytes.to_vec().into())));
    let mut files: HashMap<String, bytes::Bytes> = files.collect();
    let text = files.remove("manifest.json").unwrap();
    Build::new(mwsc_contract::load(&text).unwrap(), files)
}
