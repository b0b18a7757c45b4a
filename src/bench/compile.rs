//! The compiler from files to WSDL: on a synthetic Moodle that grows to 10,000 functions, so that the curve shows, and on the trees in
//! `MWSC_MOODLE_TREES`, where that is set. Everything happens in memory or in a warm disk cache; starting a process is not measured.

#![allow(missing_docs, reason = "criterion's macro makes a function without a description")]

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bumpalo::Bump;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use mwsc::backend::{self, BACKENDS};
use mwsc::cli::tree::DiskTree;
use mwsc::frontend::moodle::Site;
use mwsc::frontend::moodle::loader::Loader;
use mwsc::frontend::moodle::release::Release;
use mwsc::ir::{Origin, Schema, ServiceDef, ServiceMeta};
use mwsc::pass::choose::Wanted;
use mwsc::report::Report;
use mwsc::source::{SourceMap, Tree};
use mwsc::{Input, Moodle, compile, describe, emit};
use mwsc_bench::synthetic::Synthetic;

/// As in the command itself: glibc's allocator spends more on each object the more of them there are.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Sizes of the synthetic Moodle.
const SIZES: [usize; 5] = [100, 300, 1_000, 3_000, 10_000];

fn synthetic(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("synthetic");
    group.sample_size(10).measurement_time(Duration::from_secs(8)).warm_up_time(Duration::from_secs(1));
    for count in SIZES {
        let tree = Synthetic::new(count);
        let release = Release::parse("4.5");
        group.throughput(Throughput::Elements(count as u64));
        group.bench_with_input(BenchmarkId::new("describe", count), &tree, |bench, tree| bench.iter(|| described(tree, &release)));
        group.bench_with_input(BenchmarkId::new("compile", count), &tree, |bench, tree| bench.iter(|| compiled(tree, &release)));
        let schema = compiled(&tree, &release);
        group.bench_with_input(BenchmarkId::new("emit", count), &schema, |bench, schema| bench.iter(|| emitted(schema)));
    }
    group.finish();
}

fn trees(criterion: &mut Criterion) {
    let Some(dir) = std::env::var_os("MWSC_MOODLE_TREES").map(PathBuf::from) else {
        println!("real trees are skipped: MWSC_MOODLE_TREES is not set");
        return;
    };
    let mut group = criterion.benchmark_group("tree");
    group.sample_size(10).measurement_time(Duration::from_secs(8)).warm_up_time(Duration::from_secs(1));
    let mut names: Vec<String> =
        std::fs::read_dir(&dir).into_iter().flatten().flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    for name in names {
        let Some(tree) = open(&dir.join(&name)) else { continue };
        let Some(release) = Release::read(&Loader::new(&Bump::new(), &SourceMap::default(), &tree)) else { continue };
        group.bench_function(BenchmarkId::new("describe", &name), |bench| bench.iter(|| described(&tree, &release)));
        group.bench_function(BenchmarkId::new("compile and emit", &name), |bench| bench.iter(|| emitted(&compiled(&tree, &release))));
    }
    group.finish();
}

fn open(path: &Path) -> Option<DiskTree> {
    let root = path.join("public");
    let root = if root.join("version.php").is_file() { root } else { path.to_owned() };
    DiskTree::open(&root, "tree").ok()
}

fn described(tree: &dyn Tree, release: &Release) -> usize {
    let site = Site::default();
    let input = Moodle { tree, release, site: &site, lone: false };
    let (_, functions) =
        describe(input, &["*".to_owned()], &|function| function, &SourceMap::default(), &mut Report::default(), &mut |_| {});
    black_box(functions.len())
}

fn compiled(tree: &dyn Tree, release: &Release) -> Schema {
    let site = Site::default();
    let all = ServiceDef {
        name: "All".to_owned(),
        shortname: "all".to_owned(),
        component: String::new(),
        operations: Vec::new(),
        meta: ServiceMeta::default(),
        spelling: None,
        origin: Origin::default(),
    };
    let wanted = Wanted { made: vec![(all, vec!["*".to_owned()])], ..Wanted::default() };
    let input = Input::Moodle(Moodle { tree, release, site: &site, lone: false });
    compile(input, &wanted, &SourceMap::default(), &mut Report::default(), &mut |_| {})
}

fn emitted(schema: &Schema) -> usize {
    let targets: Vec<_> = BACKENDS.iter().collect();
    let files = emit(schema, &targets, &backend::Options::default(), &SourceMap::default(), &mut Report::default(), &mut |_| {});
    black_box(files.iter().map(|(_, bytes)| bytes.len()).sum())
}

criterion_group!(benches, synthetic, trees);
criterion_main!(benches);
