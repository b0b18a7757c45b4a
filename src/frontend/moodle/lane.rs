//! Reading and describing on two threads. Each lane has an evaluator and syntax trees of its own; texts, components and the places of
//! classes are shared. What goes to which lane is decided by the functions alone, never by who is done first, so that an evaluator has
//! seen the same files before a function in every run.

use bumpalo::Bump;
use indexmap::IndexMap;

use super::describe::{Finish, Outcome, in_turn};
use super::services::Survey;
use super::world::{Seed, World};

/// Fewer functions than this are done before a second thread has read the libraries.
const FEW: usize = 48;
/// The stack of a thread, in bytes: the evaluator's own limit and half as much again, more in a debug build.
const STACK: usize = 64 << 20;

/// How many lanes so many functions are worth.
pub(super) fn count(functions: usize) -> usize {
    if functions < FEW { 1 } else { 2 }
}

/// Describes the functions at these places of the survey in lanes. Outcomes come with their places, in order.
pub(super) fn run<T: Send>(
    world: &World<'_>,
    survey: &Survey,
    wanted: &[usize],
    lanes: usize,
    finish: Finish<'_, T>,
) -> Vec<(usize, Outcome<T>)> {
    let lanes = split(survey, wanted, lanes);
    let done = side_by_side(world, &lanes, &|world, lane| in_turn(world, survey, lane, finish));
    let mut done: Vec<_> = done.into_iter().flatten().collect();
    done.sort_unstable_by_key(|(at, _)| *at);
    done
}

/// Does the work of each lane, that of the first on this thread and in this world. What it gives comes in the order of lanes.
pub(super) fn side_by_side<L: Sync, T: Send>(world: &World<'_>, lanes: &[L], work: &(dyn Fn(&World<'_>, &L) -> T + Sync)) -> Vec<T> {
    let Some((first, others)) = lanes.split_first() else { return Vec::new() };
    let apart = |seed: Seed<'_>, lane: &L| {
        let arena = Bump::new();
        work(&seed.grow(&arena), lane)
    };
    std::thread::scope(|scope| {
        let others: Vec<_> = others
            .iter()
            .map(|lane| {
                let seed = world.seed();
                (lane, std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, move || apart(seed, lane)))
            })
            .collect();
        let mut done = vec![work(world, first)];
        for (lane, thread) in others {
            done.push(match thread {
                Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
                // No more threads are to be had.
                Err(_) => apart(world.seed(), lane),
            });
        }
        done
    })
}

/// Deals functions out: those of one area stay together, for they share files, unless it is more than a lane's share; then those of one
/// class do. The next largest group goes to the lane that has least.
fn split(survey: &Survey, wanted: &[usize], lanes: usize) -> Vec<Vec<usize>> {
    let name = |at: usize| survey.functions.get_index(at).map_or("", |(name, _)| area(name));
    let class = |at: usize| survey.functions.get_index(at).map_or("", |(_, function)| function.entry.classname.as_str());
    let mut out = vec![Vec::new(); lanes.max(1)];
    let share = wanted.len().div_ceil(out.len());
    let areas = grouped(wanted, name).into_iter();
    let mut groups: Vec<Vec<usize>> = areas.flat_map(|area| if area.len() > share { grouped(&area, class) } else { vec![area] }).collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.len()));
    for group in groups {
        if let Some(lane) = out.iter_mut().min_by_key(|lane| lane.len()) {
            lane.extend(group);
        }
    }
    for lane in &mut out {
        lane.sort_unstable();
    }
    out
}

/// Places with one key together, in the order of the first of each.
fn grouped<'k>(places: &[usize], key: impl Fn(usize) -> &'k str) -> Vec<Vec<usize>> {
    let mut groups: IndexMap<&str, Vec<usize>> = IndexMap::new();
    for &at in places {
        groups.entry(key(at)).or_default().push(at);
    }
    groups.into_values().collect()
}

/// The component, or the part of core, that a function is named after: `core_user` of `core_user_create_users`.
fn area(name: &str) -> &str {
    name.match_indices('_').nth(1).map_or(name, |(at, _)| &name[..at])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fmt::Write as _;

    use bumpalo::Bump;

    use super::split;
    use crate::frontend::moodle::builtin::Builtin;
    use crate::frontend::moodle::desc::{Desc, DescKind, Described, Function};
    use crate::frontend::moodle::describe::describe_in;
    use crate::frontend::moodle::loader::Loader;
    use crate::frontend::moodle::release::Release;
    use crate::frontend::moodle::services::survey;
    use crate::frontend::moodle::{Site, World, json};
    use crate::ir::Origin;
    use crate::report::{Report, Severity, render};
    use crate::source::{Entry, ReadError, SourceMap, Tree};

    /// One plugin over the stand-ins for core.
    struct Plugin(Builtin, BTreeMap<String, String>);

    impl Tree for Plugin {
        fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
            self.1.get(path).map_or_else(|| self.0.read(path), |text| Ok(text.clone().into_bytes()))
        }

        fn list(&self, dir: &str) -> Result<Vec<Entry>, ReadError> {
            if dir == "local" { Ok(vec![Entry { name: "x".to_owned(), is_dir: true }]) } else { self.0.list(dir) }
        }

        fn is_file(&self, path: &str) -> bool {
            self.1.contains_key(path) || self.0.is_file(path)
        }
    }

    /// Classes that share helpers, a body that is not understood, static state, anonymous classes, and a class that is not there.
    fn plugin() -> Plugin {
        let head = "<?php\nnamespace local_x\\external;\nuse core_external\\{external_function_parameters, external_single_structure, external_value};\n";
        let mut files = BTreeMap::new();
        let mut services = "<?php\n$functions = [\n".to_owned();
        for n in 0..28 {
            let _ = writeln!(services, "'local_x_{n}' => ['classname' => 'local_x\\external\\c{n}', 'type' => 'read'],");
            let returns = match n % 7 {
                0 => "helper::odd()".to_owned(),
                1 => "helper::counted()".to_owned(),
                2 => "new class(PARAM_INT, 'an int') extends external_value {}".to_owned(),
                3 => "nowhere::structure()".to_owned(),
                4 => "\\local_x\\thing_exporter::get_read_structure()".to_owned(),
                5 => format!("helper::long({})", n % 2),
                _ => format!("new external_value(PARAM_INT, 'n {n}', VALUE_DEFAULT, time())"),
            };
            let class = format!(
                "{head}class c{n} {{ static function execute() {{}} static function execute_parameters() {{ return new \
                 external_function_parameters(['a' => helper::counted()]); }} static function execute_returns() {{ return {returns}; }} }}"
            );
            files.insert(format!("local/x/classes/external/c{n}.php"), class);
        }
        services.push_str("];");
        let helper = format!(
            "{head}class helper {{ private static $n = 0; static function counted() {{ return new external_value(PARAM_INT, 'call ' . ++self::$n); }}\n\
             static function long($n) {{ static $cache = []; $keys = []; for ($i = 0; $i < 60; $i++) {{ $keys['k' . $i % 9] = new \
             external_value(PARAM_INT, 'key ' . $i . $n); }} $cache[$n] = $i; return new external_single_structure($keys + ['in' => \
             self::inner($n)]); }}\n\
             static function inner($n) {{ for ($i = 0; $i < 99; $i++) {{ $n .= $i; }} return new external_single_structure(['n' => \
             self::counted()], $n); }}\n\
             static function odd() {{ $a = = 1; return new external_single_structure(['b' => self::counted()]); }} }}"
        );
        files.insert("local/x/classes/external/helper.php".to_owned(), helper);
        let exporter = "<?php\nnamespace local_x;\nclass thing_exporter extends \\core\\external\\exporter { protected static function \
                        define_properties() { return ['id' => ['type' => PARAM_INT]]; } }";
        files.insert("local/x/classes/thing_exporter.php".to_owned(), exporter.to_owned());
        files.insert("local/x/db/services.php".to_owned(), services);
        files.insert("local/x/version.php".to_owned(), "<?php\n$plugin->component = 'local_x';".to_owned());
        Plugin(Builtin::new((4, 5)), files)
    }

    /// The name and the origin of a description and of all in it, files by their paths: their numbers are given in order of reading.
    fn trace(desc: &Desc, sources: &SourceMap, out: &mut String) {
        let Origin { span, via, file, symbol } = &desc.origin;
        let places = span.iter().chain(via).map(|span| (&sources.file(span.file).path, span.start, span.end));
        let _ = writeln!(out, "{:?} {file} {symbol} {:?}", desc.name, places.collect::<Vec<_>>());
        match &desc.kind {
            DescKind::Value(_) => {}
            DescKind::List(content) => trace(content, sources, out),
            DescKind::Struct(keys) => keys.iter().for_each(|(_, desc)| trace(desc, sources, out)),
        }
    }

    fn described(lanes: usize) -> (String, String) {
        let (tree, sources, arena, mut report) = (plugin(), SourceMap::default(), Bump::new(), Report::default());
        let world = World::new(Loader::new(&arena, &sources, &tree), Release::parse("4.5"), Site::default(), false);
        let survey = survey(&world, &mut report);
        let names: Vec<String> = survey.functions.keys().cloned().collect();
        let finish = |function: Function| {
            let mut traces = String::new();
            if let Ok(Described { parameters, returns: Some(returns), .. }) = &function.described {
                trace(parameters, &sources, &mut traces);
                trace(returns, &sources, &mut traces);
            }
            (json::member(&function), traces)
        };
        let (members, traces): (Vec<_>, Vec<_>) = describe_in(&world, &survey, &names, lanes, &finish, &mut report).into_iter().unzip();
        report.sort(&sources);
        let text = json::document(&survey, members).concat() + &traces.concat();
        (text, render::human::render(&report, &sources, false, Severity::Note))
    }

    #[test]
    fn any_number_of_lanes_gives_the_same() {
        let one = described(1);
        assert!(one.0.contains("local_x_11") && one.0.contains("class@anonymous"), "{}", one.0);
        for code in ["M001", "M020", "M026"] {
            assert!(one.1.contains(code), "{code}: {}", one.1);
        }
        for lanes in [2, 3, 28] {
            assert_eq!(described(lanes), one, "{lanes} lanes");
        }
    }

    #[test]
    fn every_function_has_one_lane() {
        let (tree, sources, arena) = (plugin(), SourceMap::default(), Bump::new());
        let world = World::new(Loader::new(&arena, &sources, &tree), Release::parse("4.5"), Site::default(), false);
        let survey = survey(&world, &mut Report::default());
        let wanted: Vec<usize> = (0..survey.functions.len()).collect();
        let mut dealt: Vec<usize> = split(&survey, &wanted, 2).concat();
        dealt.sort_unstable();
        assert_eq!(dealt, wanted);
    }
}
