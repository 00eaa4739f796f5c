//! The rooms of the program, and who may import whom; a few other rules that no compiler knows.

mod source;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use debrief::playbook::steps::Step;

use source::{Source, read_all};

/// Each room and the other rooms it may import.
const RULES: [(&str, &[&str]); 13] = [
    ("clock", &[]),
    ("playbook", &[]),
    ("config", &["playbook"]),
    ("vendors", &[]),
    ("sources", &["playbook", "vendors"]),
    ("channels", &["playbook", "vendors"]),
    ("calendars", &["playbook", "vendors"]),
    ("store", &["playbook"]),
    ("render", &["playbook"]),
    ("web", &["playbook", "store", "render"]),
    ("sandbox", &["clock"]),
    (
        "worker",
        &[
            "calendars",
            "channels",
            "clock",
            "playbook",
            "render",
            "sources",
            "store",
            "vendors",
        ],
    ),
    (
        "cli",
        &[
            "calendars",
            "channels",
            "clock",
            "config",
            "playbook",
            "render",
            "sandbox",
            "sources",
            "store",
            "vendors",
            "web",
            "worker",
        ],
    ),
];

/// Inside `vendors`, each vendor may import these beside itself: what all share, and the stub that its tests talk to.
const SHARED_BY_VENDORS: [&str; 2] = ["http", "stub"];

/// Crates that belong to one room, because what they do must go through it.
const CRATES: [(&str, &str); 2] = [("rusqlite", "store"), ("reqwest", "vendors/http")];

fn program() -> Vec<Source> {
    read_all(&root().join("src"))
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// What a file imports that it may not.
fn trespasses(source: &Source) -> Vec<String> {
    let module = source.module();
    let Some(room) = module.first() else {
        return Vec::new();
    };
    let Some((_, allowed)) = RULES.iter().find(|(name, _)| name == room) else {
        return vec![format!("{}: no room of that name", source.path.display())];
    };
    let is_allowed = |path: &[String]| {
        let Some(target) = path.first() else {
            return false;
        };
        let within = |second: &String| {
            room != "vendors"
                || SHARED_BY_VENDORS.contains(&second.as_str())
                || module.get(1).is_none_or(|own| own == second)
        };
        let is_own_room = target == room && path.get(1).is_none_or(within);
        is_own_room || allowed.contains(&target.as_str())
    };
    source
        .paths()
        .iter()
        .filter(|path| !is_allowed(path))
        .map(|path| format!("{} imports {}", source.path.display(), path.join("::")))
        .collect()
}

#[test]
fn every_room_imports_only_what_it_may() {
    let trespasses: Vec<String> = program().iter().flat_map(trespasses).collect();
    assert_eq!(trespasses, Vec::<String>::new());
}

#[test]
fn the_map_in_lib_rs_names_every_room() {
    let program = program();
    let map = program
        .iter()
        .find(|source| source.path == Path::new("lib.rs"))
        .expect("lib.rs");
    let declared: BTreeSet<String> = map.declared().into_iter().collect();
    let known: BTreeSet<String> = RULES.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(declared, known);
    for (room, _) in RULES {
        assert!(map.text.contains(&format!("| [`{room}`] |")), "{room}");
    }
}

#[test]
fn a_planted_trespass_is_found_in_every_way_it_can_be_written() {
    let planted = [
        ("playbook/plan.rs", "use crate::store::Store;"),
        (
            "playbook/steps/mod.rs",
            "fn f() -> crate::clock::Clock { todo() }",
        ),
        (
            "playbook/steps/act.rs",
            "use super::super::super::vendors::http;",
        ),
        (
            "store/mod.rs",
            "use crate::{\n    playbook::{case::Case, plan},\n    render::Templates,\n};",
        ),
        ("worker/act/mod.rs", "use crate::sandbox::server::Sandbox;"),
        ("vendors/slack.rs", "use crate::vendors::confluence::Page;"),
        ("vendors/google/drive.rs", "use super::super::slack::Slack;"),
        ("sandbox/smtp.rs", "use crate::vendors::smtp::Smtp;"),
        (
            "render/mod.rs",
            "mod tests { use super::super::store::Store; }",
        ),
        (
            "web/view.rs",
            "pub(crate) fn f() { crate::worker::pass::Report::default(); }",
        ),
        ("helpers/mod.rs", ""),
    ];
    for (path, text) in planted {
        let found = trespasses(&Source::new(path, text));
        assert_eq!(found.len(), 1, "{path}: {text}: {found:?}");
    }
}

#[test]
fn what_is_no_trespass_is_not_taken_for_one() {
    let innocent = [
        (
            "playbook/plan.rs",
            "// use crate::store::Store;\nuse super::case::Case;",
        ),
        (
            "playbook/plan.rs",
            "/// See [`crate::worker`].\npub(crate) fn f(text: &'static str) { f(\"crate::store\"); }",
        ),
        ("playbook/steps/act.rs", "use super::super::case::Case;"),
        (
            "vendors/google/drive.rs",
            "use super::auth::GoogleAuth;\nuse crate::vendors::http::Http;",
        ),
        (
            "render/tests/mod.rs",
            "mod inner { use super::super::Templates; }\nuse super::Story;",
        ),
        (
            "store/mod.rs",
            "const A: char = '\"';\nuse crate::playbook::case::Case;\nconst B: &str = \"x\";",
        ),
        (
            "sandbox/server.rs",
            "use crate::{clock::Clock, sandbox::{admin, faults::Rule}};",
        ),
    ];
    for (path, text) in innocent {
        assert_eq!(
            trespasses(&Source::new(path, text)),
            Vec::<String>::new(),
            "{text}"
        );
    }
}

#[test]
fn a_crate_that_belongs_to_one_room_is_used_there_only() {
    let mut found = Vec::new();
    for source in program() {
        for (name, room) in CRATES {
            let module = source.path.with_extension("");
            let is_there = module.starts_with(room) || module.ends_with("tests");
            if !is_there && source.code.contains(&format!("{name}::")) {
                found.push(format!("{} uses {name}", source.path.display()));
            }
        }
    }
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn the_playbook_neither_waits_nor_reads_nor_asks_the_time() {
    let forbidden = [
        "async ", "await", "tokio", "std::fs", "std::io", "std::env", "std::net", "::now(",
    ];
    let mut found = Vec::new();
    for source in program() {
        if source.path.starts_with("playbook") {
            found.extend(
                forbidden
                    .iter()
                    .filter(|word| source.code.contains(*word))
                    .map(|word| format!("{}: {word}", source.path.display())),
            );
        }
    }
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn no_file_is_a_drawer_for_odds_and_ends() {
    let drawers = [
        "util", "utils", "helper", "helpers", "manager", "common", "misc",
    ];
    let found: Vec<PathBuf> = program()
        .into_iter()
        .chain(read_all(&root().join("tests")))
        .map(|source| source.path)
        .filter(|path| {
            path.with_extension("")
                .iter()
                .any(|part| drawers.contains(&part.to_string_lossy().as_ref()))
        })
        .collect();
    assert_eq!(found, Vec::<PathBuf>::new());
}

#[test]
fn every_file_is_part_of_the_program() {
    for folder in ["src", "tests"] {
        let sources = read_all(&root().join(folder));
        let declared: BTreeSet<Vec<String>> = sources
            .iter()
            .flat_map(|source| {
                let module = source.module();
                source.declared().into_iter().map(move |name| {
                    let mut path = module.clone();
                    path.push(name);
                    path
                })
            })
            .collect();
        let forgotten: Vec<PathBuf> = sources
            .iter()
            .filter(|source| {
                let module = source.module();
                !module.is_empty() && !declared.contains(&module)
            })
            .map(|source| source.path.clone())
            .collect();
        assert_eq!(forgotten, Vec::<PathBuf>::new(), "{folder}");
    }
}

#[test]
fn a_step_has_the_same_name_everywhere() {
    let steps: BTreeSet<String> = Step::ALL
        .iter()
        .map(|step| step.name().to_owned())
        .collect();
    let templates: BTreeSet<String> = std::fs::read_dir(root().join("templates"))
        .expect("templates")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    assert_eq!(templates, steps, "a folder of templates for each");
    let files_in = |folder: &str| -> BTreeSet<String> {
        read_all(&root().join("src").join(folder))
            .iter()
            .map(|source| {
                source
                    .path
                    .with_extension("")
                    .to_string_lossy()
                    .into_owned()
            })
            .filter(|name| name != "mod" && !name.contains("tests"))
            .collect()
    };
    let planned = files_in("playbook/steps");
    assert!(planned.is_superset(&steps), "{planned:?}");
    let acted = files_in("worker/act");
    assert!(acted.is_subset(&steps), "{acted:?}");
}

#[test]
fn sql_is_spoken_in_the_store_only() {
    let phrases = [
        "select ",
        "insert into",
        "insert or ",
        "update or ",
        "delete from",
        "create table",
        "pragma ",
    ];
    let mut found = Vec::new();
    for source in program() {
        if source.path.starts_with("store") {
            continue;
        }
        for text in &source.strings {
            let lower = text.trim().to_lowercase();
            let is_sql = phrases.iter().any(|phrase| lower.starts_with(phrase));
            if is_sql {
                found.push(format!("{}: {text}", source.path.display()));
            }
        }
    }
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn the_program_does_not_know_that_it_is_tested() {
    let mut found = Vec::new();
    for source in program() {
        let code = &source.code;
        for word in ["cfg!(test)", "not(test)", "cfg_attr(test", "cfg(any(test"] {
            if code.contains(word) {
                found.push(format!("{}: {word}", source.path.display()));
            }
        }
        for (at, attribute) in code.match_indices("#[cfg(test)]") {
            let mut item = code[at + attribute.len()..].trim_start();
            while item.starts_with("#[") {
                item = item
                    .split_once(']')
                    .map_or("", |(_, behind)| behind)
                    .trim_start();
            }
            let line = item.lines().next().unwrap_or_default();
            if !line.split(' ').any(|word| word == "mod") {
                found.push(format!("{}: {line}", source.path.display()));
            }
        }
    }
    assert_eq!(found, Vec::<String>::new());
}
