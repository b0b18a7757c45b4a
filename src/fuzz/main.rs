//! Feeds mutated inputs to every parser, to the evaluator, and to the codecs of the service, for a bounded time.
//!
//! `cargo fuzz-all [TARGET...] [--seconds N] [--seed N] [--only-input FILE]`. It needs no nightly compiler and no instrumentation, so it
//! runs wherever the tests run; the price is that coverage does not guide it. Inputs grow from the files under `fixtures/` and `seeds/` and
//! follow from the seed alone: the same seed gives the same inputs in the same order. An input fails when the target panics, takes longer
//! than [`MOST_TIME`], or when the process grew beyond [`MOST_MEMORY`]. The input at hand lies in `target/fuzz/` even when the process dies.

mod corpus;
mod mutate;
mod targets;
mod tree;
mod wire;
mod words;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use targets::{TARGETS, Target};

/// The longest that one input may take. Real files take milliseconds; the bound leaves room for a slow machine.
const MOST_TIME: Duration = Duration::from_secs(5);

/// The most memory that the process may ever have held, in kilobytes.
const MOST_MEMORY: u64 = 1_500_000;

fn main() -> ExitCode {
    // As the command runs: on a thread whose stack holds whatever depth the compiler permits.
    let thread = std::thread::Builder::new().stack_size(mwsc::cli::STACK).spawn(work).expect("a thread");
    thread.join().unwrap_or(ExitCode::FAILURE)
}

fn work() -> ExitCode {
    let mut names: Vec<String> = Vec::new();
    let (mut seconds, mut seed, mut only) = (10, 1, None);
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let mut number = || args.next().and_then(|text| text.parse::<u64>().ok());
        match arg.as_str() {
            "--seconds" => seconds = number().unwrap_or(seconds),
            "--seed" => seed = number().unwrap_or(seed),
            "--only-input" => only = args.next(),
            _ => names.push(arg),
        }
    }
    if let Some(unknown) = names.iter().find(|name| TARGETS.iter().all(|target| target.name != *name)) {
        eprintln!("no target {unknown}; there are {}", TARGETS.iter().map(|target| target.name).collect::<Vec<_>>().join(", "));
        return ExitCode::from(2);
    }
    let chosen = TARGETS.iter().filter(|target| names.is_empty() || names.iter().any(|name| name == target.name));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let place = root.join("target/fuzz");
    std::fs::create_dir_all(&place).expect("a folder for inputs");
    if let Some(file) = only {
        let input = std::fs::read(&file).expect("the input");
        let good = chosen.fold(true, |good, target| good & once(target, &input));
        return if good { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let good = chosen.fold(true, |good, target| good & run(target, &root, &place, Duration::from_secs(seconds), seed));
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Runs one target until its time is over or an input fails.
fn run(target: &Target, root: &Path, place: &Path, time: Duration, seed: u64) -> bool {
    let (seeds, words) = (corpus::read(root, target.seeds), target.words.concat());
    // What a target makes once is not of the first input's time.
    (target.run)(b"");
    let current: PathBuf = place.join(format!("{}.input", target.name));
    let (mut random, begun, mut count) = (mutate::Random(seed), Instant::now(), 0_u64);
    let mut slowest = Duration::ZERO;
    while begun.elapsed() < time {
        // The seeds themselves come first, each once, then what grows from them.
        let input = seeds.get(count as usize).cloned().unwrap_or_else(|| mutate::input(&mut random, &seeds, &words));
        std::fs::write(&current, &input).expect("the input can be kept");
        let at = Instant::now();
        if !once(target, &input) {
            eprintln!("{}: input {count} of seed {seed} fails; it lies in {}", target.name, current.display());
            return false;
        }
        slowest = slowest.max(at.elapsed());
        count += 1;
    }
    let _ = std::fs::remove_file(&current);
    println!("{}: {count} inputs from {} seeds in {:.0?}, slowest {slowest:.1?}", target.name, seeds.len(), begun.elapsed());
    true
}

/// Runs one input; says on stderr why it fails.
fn once(target: &Target, input: &[u8]) -> bool {
    let at = Instant::now();
    let panicked = catch_unwind(AssertUnwindSafe(|| (target.run)(input))).is_err();
    let (took, grown) = (at.elapsed(), peak_memory());
    if took > MOST_TIME {
        eprintln!("{}: one input took {took:.1?}", target.name);
    }
    if grown > MOST_MEMORY {
        eprintln!("{}: the process grew to {grown} kB", target.name);
    }
    !panicked && took <= MOST_TIME && grown <= MOST_MEMORY
}

/// The most memory that the process ever held, in kilobytes; 0 where the system does not say.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
