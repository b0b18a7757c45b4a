//! The language on small values, and programs in front of an upstream that is made up.

use std::sync::Mutex;

use async_trait::async_trait;
use mwsc::pass::crosswalk::{BUILT_IN, expand, read};
use mwsc_contract::Value;
use mwsc_contract::crosswalk::{Crosswalk, How, Program, Verdict, parse};
use mwsc_contract::schema::Access;
use mwsc_contract::value::Map;

use super::scope::{Fuel, Scope};
use super::{Functions, Limits, NOT_MAILED, Surroundings, eval, run, serve, variant};
use crate::dispatch::{Failure, FailureKind};

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|why| panic!("{text}: {why}"))
}

fn map(text: &str) -> Map {
    json(text).as_map().cloned().unwrap_or_default()
}

#[track_caller]
fn gives(expr: &str, names: &str, expected: &str) {
    let names = map(names);
    let parsed = parse(expr).unwrap_or_else(|why| panic!("{expr}: {why}"));
    let value = eval::eval(&parsed, &Scope::everywhere(&names), &mut Fuel::new(100_000)).unwrap();
    assert_eq!(serde_json::to_string(&*value).unwrap(), serde_json::to_string(&json(expected)).unwrap(), "{expr}");
}

#[test]
fn paths_lead_through_lists_and_end_in_null() {
    let names = r#"{"u":{"a":{"b":[{"c":1},{"c":2},{}]},"k":"a"},"n":null}"#;
    gives("u.a.b.c", names, "[1,2,null]");
    gives("u[u.k].b.c", names, "[1,2,null]");
    gives("u.x.y", names, "null");
    gives("n.x | count", names, "0");
    gives("nobody", names, "null");
}

#[test]
fn values_are_equal_that_read_alike() {
    for (a, b, equal) in [
        ("5", "'5'", "true"),
        ("true", "1", "true"),
        ("1.0", "1", "true"),
        ("null", "''", "false"),
        ("null", "null", "true"),
        ("'a'", "'A'", "false"),
        ("[]", "''", "false"),
    ] {
        gives(&format!("{a} == {b}"), "{}", equal);
    }
}

#[test]
fn records_leave_out_what_is_null() {
    gives("{a: null, b: x, c: 0}", r#"{"x":""}"#, r#"{"b":"","c":0}"#);
}

#[test]
fn conversions_take_any_value() {
    for (filter, cases) in [
        ("int", [("' 12a'", "12"), ("'-3'", "-3"), ("true", "1"), ("2.9", "2"), ("[1]", "0"), ("null", "null")]),
        ("float", [("'1.5 cm'", "1.5"), ("'1e2'", "100.0"), ("'x'", "0.0"), ("7", "7.0"), ("{}", "0.0"), ("null", "null")]),
        ("text", [("7", "'7'"), ("true", "'1'"), ("false", "'0'"), ("0.5", "'0.5'"), ("[1]", "''"), ("null", "null")]),
        ("truth", [("'0'", "false"), ("'00'", "true"), ("0.0", "false"), ("[]", "false"), ("{a: 1}", "true"), ("null", "false")]),
        ("flag", [("'x'", "1"), ("''", "0"), ("true", "1"), ("0", "0"), ("[0]", "1"), ("null", "null")]),
        ("filled", [("'0'", "null"), ("'x'", "'x'"), ("0", "null"), ("[]", "null"), ("7", "7"), ("null", "null")]),
        ("list", [("1", "[1]"), ("[1]", "[1]"), ("{a: 1}", "[{a: 1}]"), ("''", "['']"), ("[]", "[]"), ("null", "[]")]),
        ("first", [("[1, 2]", "1"), ("[]", "null"), ("5", "null"), ("'ab'", "null"), ("{a: 1}", "null"), ("null", "null")]),
        ("count", [("[1, 2]", "2"), ("[]", "0"), ("5", "0"), ("'ab'", "0"), ("{a: 1}", "0"), ("null", "0")]),
        (
            "plain",
            [
                ("'<p>a &amp; b</p> '", "'a & b'"),
                ("'1 < 2'", "'1 < 2'"),
                ("'<br'", "''"),
                ("'&x;'", "'&x;'"),
                ("5", "'5'"),
                ("null", "null"),
            ],
        ),
    ] {
        for (value, expected) in cases {
            let expected = expected.replace('\'', "\"").replace("a: 1", "\"a\": 1");
            gives(&format!("{value} | {filter}"), "{}", &expected);
        }
    }
}

#[test]
fn lists_are_worked_through() {
    let names = r#"{"l":[{"id":2,"n":"b","in":[1]},{"id":"10","n":"A","in":[2,3]},{"id":1,"n":"c"}]}"#;
    gives("l | sort(i => i.n) | map(i => i.n)", names, r#"["A","b","c"]"#);
    gives("l | sort(i => i.id | int) | map(i => i.id)", names, r#"[1,2,"10"]"#);
    gives("l | where(i => i.id | at-most(2)) | count", names, "2");
    gives("(l | find(i => i.id == 10)).n", names, r#""A""#);
    gives("l.in | flat", names, "[1,2,3]");
    gives("(l | index(i => i.id))['10'].n", names, r#""A""#);
    gives("l.id | reverse | take(2) | join('-')", names, r#""1-10""#);
    gives("l.id | chunks(2)", names, r#"[[2,"10"],[1]]"#);
    gives("[1, 1, '1', 2] | unique", names, r#"[1,"1",2]"#);
    gives("['a'] | concat(['b']) | has('b')", names, "true");
    gives("'a,b,,c' | split(',')", names, r#"["a","b","","c"]"#);
    gives("{a: 1} | with({b: 2, a: 3})", names, r#"{"a":3,"b":2}"#);
    gives("(l | first) | as(i => i.n)", names, r#""b""#);
    gives("null | as(i => 1)", names, "null");
    gives("l | map(x => l | map(y => '{x.n}{y.n}') | first)", names, r#"["bb","Ab","cb"]"#);
}

#[test]
fn dates_are_in_utc() {
    gives("0 | date", "{}", r#""01/01/1970 00:00:00""#);
    gives("951826154 | date", "{}", r#""29/02/2000 12:09:14""#);
    gives("4102444799 | date", "{}", r#""31/12/2099 23:59:59""#);
    gives("-1 | date", "{}", r#""31/12/1969 23:59:59""#);
}

#[test]
fn trees_grow_from_their_roots_and_not_too_deep() {
    let names = r#"{"p":[{"id":1,"parent":0,"children":[]},{"id":3,"parent":2},{"id":2,"parent":1},{"id":4,"parent":1},{"id":8,"parent":9},{"id":9,"parent":8}]}"#;
    let expected = r#"[{"id":1,"parent":0,"children":[{"id":2,"parent":1,"children":[{"id":3,"parent":2}]},{"id":4,"parent":1}]},{"id":8,"parent":9},{"id":9,"parent":8}]"#;
    gives("p | tree('id', 'parent', 'children')", names, expected);
    let chain: Vec<Value> = (0..5_000_i64).map(|id| [("id", id + 1), ("parent", id)].into_iter().collect()).collect();
    let names: Map = [("p".to_owned(), Value::List(chain))].into_iter().collect();
    let tree = parse("p | tree('id', 'parent', 'children')").unwrap();
    let value = eval::eval(&tree, &Scope::everywhere(&names), &mut Fuel::new(1_000_000)).unwrap();
    let (mut depth, mut at, mut count) = (0, &*value, 0);
    while let Some(items) = at.as_list() {
        count += items.len();
        depth += 1;
        at = items.iter().find_map(|item| item.get("children")).unwrap_or(&Value::Null);
    }
    assert!(depth <= 102 && count == 5_000, "{depth} deep, {count} records");
}

#[test]
fn work_is_bounded() {
    let names = map(r#"{"l":[1,2,3,4,5,6,7,8,9,10]}"#);
    let expr = parse("l | map(a => l | map(b => l | map(c => l | map(d => l | map(e => 1)))))").unwrap();
    assert!(eval::eval(&expr, &Scope::everywhere(&names), &mut Fuel::new(10_000)).is_err());
}

/// An upstream that is made up: answers by function, and what it was asked.
#[derive(Default)]
struct Upstream {
    asked: Mutex<Vec<String>>,
}

#[async_trait]
impl Functions for Upstream {
    async fn call(&self, function: &str, args: Map, access: Access) -> Result<Value, Failure> {
        let args = Value::from(args);
        self.asked.lock().unwrap().push(format!("{access:?} {function} {}", serde_json::to_string(&args).unwrap()));
        match function {
            "square" => {
                let Some(Value::Int(n)) = args.get("n") else { return Err(Failure::parameter("n", "n is missing")) };
                match n {
                    13 => Err(Failure::new(FailureKind::NotFound, "invalidrecord", "there is no 13")),
                    14 => Err(Failure::new(FailureKind::BadAnswer, NOT_MAILED, "no mail")),
                    99 => Err(Failure::new(FailureKind::Unavailable, "down", "the site is down")),
                    n => Ok(Value::Int(n * n)),
                }
            }
            "core_user_get_users_by_field" => Ok(json(
                r#"[{"id":7,"username":"bob","confirmed":true,"idnumber":"B","customfields":[{"shortname":"skype","value":"bob7","name":"Skype","type":"text"}]},{"id":5,"username":"ann","confirmed":false,"idnumber":"A"}]"#,
            )),
            _ => Ok(Value::Null),
        }
    }
}

async fn ran(program: &str, args: &str) -> (Result<Value, Failure>, Vec<String>) {
    let program: Program = serde_json::from_str(program).unwrap_or_else(|why| panic!("{program}: {why}"));
    let upstream = Upstream::default();
    let out = run::run(&program, map(args), &Map::new(), Limits { calls: 10, ..Limits::default() }, &upstream).await;
    (out, upstream.asked.into_inner().unwrap())
}

#[tokio::test]
async fn steps_are_done_in_order_and_only_when_wanted() {
    let program = r#"{"steps":[
        {"action":{"read":{"function":"square","with":{"n":"n","x":"null"}}},"as":"a"},
        {"when":"a == 9","action":{"set":"'nine'"},"as":"a"},
        {"when":"a == 4","action":{"fail":"'it is {a}'"}}
    ],"result":"a"}"#;
    let (out, asked) = ran(program, r#"{"n":3}"#).await;
    assert_eq!((out, asked), (Ok("nine".into()), vec![r#"Read square {"n":3}"#.to_owned()]));
    let failure = ran(program, r#"{"n":2}"#).await.0.unwrap_err();
    assert_eq!((failure.kind, failure.message.as_str()), (FailureKind::BadRequest, "it is 4"));
}

#[tokio::test]
async fn loops_keep_their_order_and_may_keep_failures() {
    let program = |kind: &str, attempt: bool| {
        format!(
            r#"{{"steps":[{{"each":"i in n","when":"i != 4","attempt":{attempt},"action":{{"{kind}":{{"function":"square","with":{{"n":"i"}}}}}},"give":"{{i: i, is: answer}}","as":"out"}}],"result":"out"}}"#
        )
    };
    for kind in ["read", "write"] {
        let (out, asked) = ran(&program(kind, true), r#"{"n":[5,13,4,2]}"#).await;
        assert_eq!(out, Ok(json(r#"[{"i":5,"is":25},{"error":"there is no 13"},{"i":2,"is":4}]"#)), "{kind}");
        assert_eq!(asked.len(), 3);
        assert_eq!(ran(&program(kind, false), r#"{"n":[5,13]}"#).await.0.unwrap_err().kind, FailureKind::NotFound);
        // What was done without its mail is done, and the next item is, too.
        let (out, asked) = ran(&program(kind, true), r#"{"n":[14,5]}"#).await;
        assert_eq!((out, asked.len()), (Ok(json(r#"[{"error":"no mail"},{"i":5,"is":25}]"#)), 2), "{kind}");
        // A site that is down is no matter of one item.
        assert_eq!(ran(&program(kind, true), r#"{"n":[99]}"#).await.0.unwrap_err().kind, FailureKind::Unavailable);
    }
}

#[tokio::test]
async fn calls_are_bounded() {
    let program = r#"{"steps":[{"each":"i in n","action":{"read":{"function":"square","with":{"n":"i"}}}}],"result":"1"}"#;
    let (out, asked) = ran(program, r#"{"n":[1,2,3,4,5,6,7,8,9,10,11]}"#).await;
    assert_eq!(out.unwrap_err().kind, FailureKind::Limited);
    assert_eq!(asked, Vec::<String>::new(), "nothing is sent of what is too much");
}

#[tokio::test]
async fn inner_programs_know_what_they_are_given_alone() {
    let inner = r#"{"given":{"m":"n"},"steps":[{"action":{"set":"n ?? m"},"as":"n"}],"result":"n"}"#;
    let program =
        format!(r#"{{"given":{{"n":"number"}},"steps":[{{"action":{{"run":{inner}}},"as":"out"}}],"result":"[out, n, number]"}}"#);
    assert_eq!(ran(&program, r#"{"number":3}"#).await.0, Ok(json("[3,3,null]")));
}

pub(crate) fn built_in() -> Crosswalk {
    let sources = mwsc::source::SourceMap::default();
    let (file, _) = sources.add("crosswalk.toml", "crosswalk.toml".to_owned(), BUILT_IN.as_bytes().to_vec());
    expand::crosswalk(&read(file, &sources, &mut mwsc::report::Report::default()))
}

async fn served(crosswalk: &Crosswalk, operation: &str, args: &str) -> (Result<Value, Failure>, Vec<String>) {
    let caller = json(r#"{"id":5,"username":"ann"}"#);
    let upstream = Upstream::default();
    let found = variant(crosswalk, operation, None).unwrap();
    let surroundings = Surroundings { caller, now: 1_700_000_000 };
    let out = serve(crosswalk, found, map(args), &surroundings, Limits::default(), &upstream).await;
    (out, upstream.asked.into_inner().unwrap())
}

#[tokio::test]
async fn users_come_in_the_order_in_which_they_were_asked_for() {
    let (out, asked) = served(&built_in(), "get_users", r#"{"userids":["A","X","B"],"idfield":"idnumber"}"#).await;
    let out = out.unwrap();
    let of = |at: usize, key: &str| out.as_list().unwrap()[at].get(key).cloned();
    assert_eq!((of(0, "username"), of(0, "confirmed"), of(0, "skype")), (Some("ann".into()), Some(Value::Int(0)), None));
    assert_eq!(out.as_list().unwrap()[1], json(r#"{"error":"no match found for idnumber = X"}"#));
    assert_eq!((of(2, "id"), of(2, "skype")), (Some(Value::Int(7)), Some("bob7".into())));
    assert_eq!(of(2, "profile"), Some(json(r#"[{"name":"skype","value":"bob7"}]"#)));
    assert_eq!(asked, [r#"Read core_user_get_users_by_field {"field":"idnumber","values":["A","X","B"]}"#]);
}

#[tokio::test]
async fn what_needs_the_plugin_says_so() {
    let crosswalk = built_in();
    let failure = served(&crosswalk, "get_roles", "{}").await.0.unwrap_err();
    assert!(failure.message.contains("lists the roles"), "{failure}");
    assert_eq!(variant(&crosswalk, "get_roles", None).unwrap().verdict, Verdict::NeedsPlugin);
}

/// Whatever a site answers, a program ends with a value or a failure.
#[tokio::test]
async fn every_program_ends_whatever_is_answered() {
    struct Odd(Value);
    #[async_trait]
    impl Functions for Odd {
        async fn call(&self, _: &str, _: Map, _: Access) -> Result<Value, Failure> {
            Ok(self.0.clone())
        }
    }
    let crosswalk = built_in();
    let odd = [
        "null",
        "7",
        "\"x\"",
        "[]",
        "[null]",
        "[{\"id\":1,\"error\":2}]",
        "{}",
        r#"{"users":[{"id":1}],"courses":[{"id":1}],"cm":{"course":1}}"#,
    ];
    let mut ended = 0;
    for entry in crosswalk.operations.values() {
        let Some(found) = entry.on(None).filter(|found| matches!(found.how, How::Calls(_))) else { continue };
        for answer in odd {
            for args in [
                "{}",
                r#"{"userids":["1"],"courseids":["1"],"idfield":"id","useridfield":"id","userid":"1","courseid":"1","users":[{"action":"add"},{"action":7},null],"datum":{"action":"update","id":1}}"#,
            ] {
                let surroundings = Surroundings { caller: json(r#"{"id":5}"#), now: 0 };
                let _ = serve(&crosswalk, found, map(args), &surroundings, Limits::default(), &Odd(json(answer))).await;
                ended += 1;
            }
        }
    }
    assert!(ended > 1_900, "{ended}");
}
