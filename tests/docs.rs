//! What README and docs promise is executed here: command lines parse, files and keys exist, tables match the code,
//! examples are read by the code they are examples for.

mod markdown;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use debrief::cli::{Cli, Exit};
use debrief::playbook::steps::Step;
use debrief::playbook::steps::act::{Act, News};
use debrief::sandbox::faults::{Kind, Rule};
use debrief::sandbox::scenario;
use debrief::worker::calls;
use markdown::{Document, links, prose, spans};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn document(path: &str) -> Document {
    Document::of(path, &read(path))
}

/// README, CHANGELOG and every page of docs.
fn documents() -> Vec<Document> {
    let mut paths = vec!["README.md".to_owned(), "CHANGELOG.md".to_owned()];
    for entry in std::fs::read_dir(root().join("docs")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name.ends_with(".md") {
            paths.push(format!("docs/{name}"));
        }
    }
    paths.iter().map(|path| document(path)).collect()
}

/// The command line in a line of text: from `debrief` on, to where the shell takes over.
fn command(line: &str) -> Option<Vec<String>> {
    let rest = match line.split_once("cargo run -- ") {
        Some((_, rest)) => rest,
        None if line == "debrief" => "",
        None => line.split_once("debrief ")?.1,
    };
    let before = line.len() - rest.len();
    let is_program = line[..before]
        .strip_suffix("debrief ")
        .is_none_or(|start| start.is_empty() || start.ends_with(' '));
    if !is_program {
        return None;
    }
    let mut words = vec!["debrief".to_owned()];
    for word in shell_words(rest) {
        let word = word.trim_matches(|c| c == '[' || c == ']');
        if ["|", "&&", ";", ">", "&", "2>", "#"].contains(&word) {
            break;
        }
        words.push(placeholder(word).to_owned());
    }
    Some(words)
}

/// Words as a shell splits them, as far as the pages use it: quotes, and `#` begins a comment.
fn shell_words(text: &str) -> Vec<String> {
    let (mut words, mut word, mut quote, mut open) = (Vec::new(), String::new(), None, false);
    for c in text.chars() {
        match (quote, c) {
            (Some(mark), c) if c == mark => quote = None,
            (Some(_), c) => word.push(c),
            (None, '\'' | '"') => (quote, open) = (Some(c), true),
            (None, '#') if !open => break,
            (None, c) if c.is_whitespace() => {
                if open {
                    words.push(std::mem::take(&mut word));
                }
                open = false;
            }
            (None, c) => {
                word.push(c);
                open = true;
            }
        }
    }
    if open {
        words.push(word);
    }
    words
}

/// Something of the kind that a capital word stands for.
fn placeholder(word: &str) -> &str {
    match word {
        "INCIDENT" => "#1042",
        "STEP" => "announcement",
        "TIME" => "2027-01-04T09:00:00Z",
        "ADDR" => "127.0.0.1:8080",
        "FILE" => "some-file",
        "TEXT" => "because",
        word => word,
    }
}

fn parses(words: &[String]) -> Result<(), String> {
    match Cli::try_parse_from(words) {
        Ok(_) => Ok(()),
        Err(error) if !error.use_stderr() => Ok(()),
        Err(error) => Err(format!("{}: {error}", words.join(" "))),
    }
}

#[test]
fn every_command_line_shown_is_one() {
    let mut faults = Vec::new();
    let mut seen = 0;
    for document in documents() {
        let blocks = document
            .blocks
            .iter()
            .filter(|block| ["sh", "text"].contains(&block.language()));
        let shown = blocks
            .flat_map(|block| block.text.lines().map(str::to_owned))
            .chain(spans(&document.prose));
        for words in shown.filter_map(|line| command(&line)) {
            seen += 1;
            faults.extend(
                parses(&words)
                    .err()
                    .map(|fault| format!("{}: {fault}", document.path)),
            );
        }
    }
    assert!(seen > 30, "only {seen} command lines were found");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_cron_job_calls_debrief_as_it_can_be_called() {
    let readme = document("README.md");
    let manifest = readme
        .blocks
        .iter()
        .find(|block| block.text.contains("kind: CronJob"))
        .expect("README shows a CronJob");
    let args = manifest
        .text
        .lines()
        .find_map(|line| line.trim().strip_prefix("args: "))
        .expect("the CronJob has args");
    let args: Vec<String> = serde_json::from_str(args).unwrap();
    let words: Vec<String> = std::iter::once("debrief".to_owned()).chain(args).collect();
    parses(&words).unwrap();
}

#[test]
fn what_is_not_a_command_is_not_taken_for_one() {
    assert_eq!(command("the debrief_key property"), None);
    assert_eq!(command("/etc/debrief /tmp"), None);
    assert!(parses(&command("debrief runn --once").unwrap()).is_err());
    assert!(parses(&command("debrief waive INCIDENT STEP").unwrap()).is_err());
}

/// Whether a code span names something in the repository.
fn is_path(span: &str) -> bool {
    const ROOMS: [&str; 6] = ["src/", "docs/", "config/", "tests/", "templates/", ".ci/"];
    const FILES: [&str; 5] = [
        "Cargo.toml",
        "README.md",
        "CHANGELOG.md",
        "LICENSE",
        "templates",
    ];
    FILES.contains(&span) || ROOMS.iter().any(|room| span.starts_with(room))
}

#[test]
fn every_file_named_exists() {
    for document in documents() {
        for span in spans(&document.prose) {
            if is_path(&span) {
                let path = root().join(&span);
                assert!(path.exists(), "{}: `{span}` is not there", document.path);
            }
        }
    }
}

#[test]
fn every_link_leads_somewhere() {
    let documents: BTreeMap<PathBuf, Document> = documents()
        .into_iter()
        .map(|document| (root().join(&document.path), document))
        .collect();
    for (path, document) in &documents {
        for target in links(&document.prose) {
            if target.starts_with("https://") {
                continue;
            }
            let (file, anchor) = target.split_once('#').unwrap_or((target.as_str(), ""));
            let there = match file {
                "" => path.clone(),
                file => path
                    .parent()
                    .unwrap()
                    .join(file)
                    .canonicalize()
                    .unwrap_or_else(|error| panic!("{}: {target}: {error}", document.path)),
            };
            if !anchor.is_empty() {
                let page = documents
                    .iter()
                    .find(|(path, _)| path.canonicalize().unwrap() == there.canonicalize().unwrap())
                    .map(|(_, page)| page)
                    .unwrap_or_else(|| panic!("{}: {target} is no page", document.path));
                assert!(
                    page.anchors().any(|known| known == anchor),
                    "{}: {target}: no such heading",
                    document.path
                );
            }
        }
    }
}

#[test]
fn pictures_are_well_formed_and_say_what_they_show() {
    let text = read("docs/after-an-incident.svg");
    let picture = roxmltree::Document::parse(&text).unwrap();
    for name in ["title", "desc"] {
        let said = picture
            .descendants()
            .find(|node| node.has_tag_name(("http://www.w3.org/2000/svg", name)))
            .and_then(|node| node.text());
        assert!(said.is_some_and(|text| !text.trim().is_empty()), "{name}");
    }
    assert!(text.contains("prefers-color-scheme: dark"));
}

/// Every key of config/default.toml, those without a default included, as `section.key`.
fn known_keys() -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    let mut section = String::new();
    for line in debrief::config::DEFAULT.lines() {
        // A key or section that follows its # without a space has no default.
        let line = match line.strip_prefix('#') {
            Some(rest) if rest.starts_with([' ', '\t']) => continue,
            Some(rest) => rest,
            None => line,
        };
        if let Some(name) = line.strip_prefix('[') {
            section = format!("{}.", name.trim_matches(['[', ']']));
        } else if let Some((key, _)) = line.split_once(" = ") {
            keys.insert(format!("{section}{key}"));
        }
    }
    keys
}

fn is_key(span: &str, sections: &BTreeSet<String>) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c == '_' || c == '.';
    span.split_once('.').is_some_and(|(section, _)| {
        span.chars().all(plain) && sections.contains(section) && !span.ends_with(".rs")
    })
}

#[test]
fn every_key_named_is_a_key() {
    let keys = known_keys();
    let sections: BTreeSet<String> = keys
        .iter()
        .filter_map(|key| Some(key.split_once('.')?.0.to_owned()))
        .collect();
    assert!(keys.contains("schedule.settle") && keys.contains("sources.pagerduty.key_file"));
    let mut seen = 0;
    for document in documents() {
        for span in spans(&document.prose) {
            let key = match span.strip_prefix("DEBRIEF__") {
                Some(variable) => {
                    let name = variable.split('=').next().unwrap_or_default();
                    name.to_lowercase().replace("__", ".")
                }
                None if is_key(&span, &sections) => span,
                None => continue,
            };
            seen += 1;
            assert!(keys.contains(&key), "{}: no key {key}", document.path);
        }
    }
    assert!(seen > 20, "only {seen} keys were found");
}

#[test]
fn the_configuration_of_the_readme_is_whole() {
    let readme = document("README.md");
    let block = readme
        .blocks
        .iter()
        .find(|block| block.language() == "toml")
        .expect("README shows a configuration");
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    std::fs::create_dir(place("secrets")).unwrap();
    std::fs::create_dir(place("customers")).unwrap();
    for name in ["pagerduty-key", "confluence-token", "slack-token"] {
        std::fs::write(place(&format!("secrets/{name}")), "an-example").unwrap();
    }
    std::fs::copy(
        root().join("config/sandbox-service-account.json"),
        place("secrets/google-service-account.json"),
    )
    .unwrap();
    let file = place("debrief.toml");
    std::fs::write(&file, &block.text).unwrap();
    let config = debrief::config::load(Some(&file), std::iter::empty()).unwrap();
    assert!(config.confluence.is_some() && config.google.is_some());
    assert!(config.mail.is_some() && config.slack.is_some());
}

#[test]
fn the_steps_are_those_of_the_readme() {
    let shown = document("README.md").table("step").first_column();
    let steps: Vec<&str> = Step::ALL.into_iter().map(Step::name).collect();
    assert_eq!(shown, steps);
}

#[test]
fn the_verbs_are_those_of_the_readme() {
    let shown: Vec<String> = document("README.md")
        .table("verb")
        .first_column()
        .iter()
        .filter_map(|line| line.split(' ').nth(1).map(str::to_owned))
        .collect();
    let command = Cli::command();
    let verbs: Vec<&str> = command
        .get_subcommands()
        .map(clap::Command::get_name)
        .collect();
    assert_eq!(shown, verbs);
}

#[test]
fn the_exit_codes_are_those_of_the_readme() {
    let shown = document("README.md").table("exit code").rows;
    let ends = [Exit::Well, Exit::Failed, Exit::Usage, Exit::NeedsHuman];
    assert_eq!(shown.len(), ends.len());
    for (row, end) in shown.iter().zip(ends) {
        let (code, words) = match end {
            Exit::Well => (row[0].parse::<u8>().unwrap(), "well"),
            Exit::Failed => (row[0].parse().unwrap(), "failed"),
            Exit::Usage => (row[0].parse().unwrap(), "configured"),
            Exit::NeedsHuman => (row[0].parse().unwrap(), "human"),
        };
        assert_eq!(
            format!("{:?}", ExitCode::from(end)),
            format!("{:?}", ExitCode::from(code)),
            "{row:?}"
        );
        assert!(row[1].contains(words), "{row:?}");
    }
}

#[test]
fn the_acts_are_those_of_the_architecture_page() {
    // A new act does not compile here until it is in the list.
    fn listed(act: &Act) {
        match act {
            Act::FolderId | Act::Folder | Act::Sharing(_) | Act::Spreadsheet | Act::Rows => {}
            Act::Transcript | Act::Page | Act::Restriction | Act::Labels => {}
            Act::Comment(News::Sheet | News::Meeting | News::Lead) => {}
            Act::Slot | Act::Event | Act::Contact => {}
            Act::Mail(_) | Act::Chat(_) | Act::Mirror => {}
            Act::BriefMail(_) | Act::BriefChat(_) | Act::Note | Act::Links(_) => {}
            Act::Proofread | Act::Advice | Act::Review(_) => {}
        }
    }
    let acts = [
        Act::FolderId,
        Act::Folder,
        Act::Sharing(String::new()),
        Act::Spreadsheet,
        Act::Rows,
        Act::Transcript,
        Act::Page,
        Act::Restriction,
        Act::Labels,
        Act::Comment(News::Sheet),
        Act::Comment(News::Meeting),
        Act::Comment(News::Lead),
        Act::Slot,
        Act::Event,
        Act::Contact,
        Act::Mail(String::new()),
        Act::Chat(String::new()),
        Act::Mirror,
        Act::BriefMail(String::new()),
        Act::BriefChat(String::new()),
        Act::Note,
        Act::Links(String::new()),
        Act::Proofread,
        Act::Advice,
        Act::Review(jiff::civil::Date::MIN),
    ];
    acts.iter().for_each(listed);
    let expected: Vec<[String; 2]> = acts
        .iter()
        .map(|act| [act.kind().to_owned(), act.step().name().to_owned()])
        .collect();
    let shown: Vec<[String; 2]> = document("docs/architecture.md")
        .table("act")
        .rows
        .into_iter()
        .map(|row| [row[0].clone(), row[1].clone()])
        .collect();
    assert_eq!(shown, expected);
}

#[test]
fn the_scopes_asked_for_are_those_of_the_readme() {
    const SCOPE: &str = "https://www.googleapis.com/auth/";
    let scopes = |text: &str| -> BTreeSet<String> {
        text.split(SCOPE)
            .skip(1)
            .map(|rest| {
                let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '.');
                rest[..end.unwrap_or(rest.len())].to_owned()
            })
            .collect()
    };
    let asked = scopes(&read("src/vendors/google/mod.rs"));
    assert!(!asked.is_empty());
    assert_eq!(scopes(&read("README.md")), asked);
}

#[test]
fn the_budget_is_that_of_the_readme() {
    let readme = prose(&read("README.md")).replace('\n', " ");
    let [(_, confluence), (_, google)] = calls::BUDGET;
    let said = format!("at most {confluence} calls to Confluence and {google} to Google");
    assert!(readme.contains(&said), "README does not say “{said}”");
}

#[test]
fn every_dependency_has_its_reason() {
    let manifest: toml::Table = read("Cargo.toml").parse().unwrap();
    let names = |section: &str| -> BTreeSet<String> {
        let section = manifest[section].as_table().unwrap();
        section.keys().cloned().collect()
    };
    let page = document("docs/dependencies.md");
    for (section, heading) in [
        ("dependencies", "In the binary"),
        ("dev-dependencies", "In the tests"),
    ] {
        let table = page.table_under(heading, "crate");
        let shown: BTreeSet<String> = table.first_column().into_iter().collect();
        assert_eq!(shown, names(section), "{heading}");
        for row in table.rows {
            assert!(!row[1].is_empty(), "{row:?}");
        }
    }
}

#[test]
fn examples_of_seeds_and_faults_are_read() {
    let page = document("docs/sandbox.md");
    let now = "2026-11-23T10:00:00Z".parse().unwrap();
    let blocks = |kind: &str| -> Vec<&str> {
        let of_kind = page.blocks.iter().filter(|block| block.info == kind);
        of_kind.map(|block| block.text.as_str()).collect()
    };
    let seeds = blocks("json seed");
    assert_eq!(seeds.len(), 4);
    for seed in seeds {
        scenario::read(seed, now).unwrap();
    }
    let faults = blocks("json faults");
    assert_eq!(faults.len(), 1);
    for rules in faults {
        serde_json::from_str::<Vec<Rule>>(rules).unwrap();
    }
}

#[test]
fn the_kinds_of_faults_are_those_of_the_sandbox_page() {
    // A new kind does not compile here until it has a name.
    fn name(kind: Kind) -> &'static str {
        match kind {
            Kind::Refuse => "refuse",
            Kind::Throttle { .. } => "throttle",
            Kind::ErrorBefore => "error_before",
            Kind::ErrorAfter => "error_after",
            Kind::DropAfter => "drop_after",
            Kind::Hang { .. } => "hang",
            Kind::Truncate => "truncate",
            Kind::WrongType => "wrong_type",
            Kind::ExpiredToken => "expired_token",
            Kind::Latency { .. } => "latency",
            Kind::Reject { .. } => "reject",
            Kind::ShortPages { .. } => "short_pages",
            Kind::RepeatCursor => "repeat_cursor",
            Kind::ExpiredCursor => "expired_cursor",
            Kind::MoreForever => "more_forever",
            Kind::EmptyPage => "empty_page",
        }
    }
    let table = document("docs/sandbox.md").table("kind");
    assert_eq!(table.rows.len(), 16);
    for row in &table.rows {
        let mut rule = serde_json::json!({ "kind": row[0] });
        let number = match row[0].as_str() {
            "throttle" => Some("retry_after"),
            "hang" => Some("seconds"),
            "latency" => Some("millis"),
            "reject" => Some("code"),
            "short_pages" => Some("most"),
            _ => None,
        };
        if let Some(number) = number {
            assert!(row[1].contains(&format!("`{number}`")), "{row:?}");
            rule[number] = 450.into();
        }
        let rule: Rule = serde_json::from_value(rule).unwrap();
        assert_eq!(name(rule.kind), row[0]);
    }
}

#[test]
fn the_sections_of_a_source_can_be_used() {
    let page = document("docs/sources.md");
    let blocks = page
        .blocks
        .iter()
        .filter(|block| block.language() == "toml");
    let mut seen = 0;
    for block in blocks {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("debrief.toml");
        std::fs::write(&file, &block.text).unwrap();
        let config = debrief::config::load(Some(&file), std::iter::empty()).unwrap();
        assert!(config.sources.http.is_some());
        seen += 1;
    }
    assert_eq!(seen, 1);
}
