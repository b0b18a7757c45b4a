//! Bytes of PHP per second: `parse_all` and `parse_file` beside mago-syntax, on the same inputs in one run, on one core.

#![allow(missing_docs, reason = "criterion's macro makes a function without a description")]

use std::hint::black_box;

use bumpalo::Bump;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use mago_database::file::FileId as MagoFileId;
use mwsc::php::parse::{parse_all, parse_file};
use mwsc::source::FileId;

fn parse(criterion: &mut Criterion) {
    let texts = mwsc_bench::inputs();
    let bytes: usize = texts.iter().map(String::len).sum();
    let input = format!("{} files, {} kB", texts.len(), bytes / 1000);
    let mut group = criterion.benchmark_group("parse");
    group.sample_size(10).throughput(Throughput::BytesDecimal(bytes as u64));
    let mut measure = |name: &str, parse: &dyn Fn(&Bump, &str)| {
        let mut arena = Bump::new();
        group.bench_function(BenchmarkId::new(name, &input), |bencher| {
            bencher.iter(|| {
                for text in &texts {
                    arena.reset();
                    parse(&arena, text);
                }
            });
        });
    };
    measure("mwsc parse_all", &|arena, text| {
        black_box(parse_all(arena, FileId(0), text));
    });
    measure("mwsc parse_file", &|arena, text| {
        black_box(parse_file(arena, FileId(0), text));
    });
    measure("mago-syntax", &|arena, text| {
        black_box(mago_syntax::parser::parse_file_content(arena, MagoFileId::zero(), text.as_bytes()));
    });
    group.finish();
}

criterion_group!(benches, parse);
criterion_main!(benches);
