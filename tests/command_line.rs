//! The command line as people and cron meet it: the shipped binary, its words and its exit codes.

use std::path::PathBuf;

use rstest::rstest;
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::support::seeds::one_incident;
use crate::support::{Ended, Installation, debrief_in};

/// Runs it in an empty folder, with an empty environment.
async fn debrief(arguments: &[&str]) -> Ended {
    let folder = TempDir::new().unwrap();
    debrief_in(folder.path(), arguments, &[]).await
}

#[rstest]
#[case(&["--help"], "What a company owes itself after an incident")]
#[case(&["plan", "--help"], "never writes anything")]
#[case(&["demo", "--help"], "Tell the whole story on the embedded sandbox")]
#[case(&["run", "--help"], "a daemon on its own schedule, or one pass")]
#[case(&["status", "--help"], "what needs a human")]
#[case(&["show", "--help"], "without sending anything")]
#[case(&["check", "--help"], "say how to mend what fails")]
#[case(&["retry", "--help"], "Try again what was given up")]
#[case(&["waive", "--help"], "Take a step off an incident's list")]
#[case(&["sandbox", "--help"], "Run the emulated vendors alone")]
#[case(&["config", "--help"], "Print the configuration")]
#[tokio::test]
async fn every_verb_says_what_it_is_for(#[case] arguments: &[&str], #[case] purpose: &str) {
    let help = debrief(arguments).await.with_code(0).out;
    let words: Vec<&str> = help.split_whitespace().collect();
    assert!(words.join(" ").contains(purpose), "{help}");
}

#[rstest]
#[case::unknown_verb(&["celebrate"])]
#[case::unknown_option(&["run", "--twice"])]
#[case::missing_argument(&["waive", "#1001"])]
#[case::missing_reason(&["waive", "#1001", "announcement"])]
#[case::no_configuration(&["run", "--once", "--config", "nowhere.toml"])]
#[case::no_time(&["plan", "--at", "soon"])]
#[case::beyond_loopback(&["sandbox", "--listen", "0.0.0.0:0"])]
#[case::nothing_to_watch(&["plan"])]
#[tokio::test]
async fn a_wrong_call_ends_with_2(#[case] arguments: &[&str]) {
    let ended = debrief(arguments).await.with_code(2);
    assert!(!ended.err.is_empty(), "it says why");
}

#[tokio::test]
async fn a_ledger_that_cannot_be_opened_ends_with_1() {
    let mut installation = Installation::start_with(&one_incident()).await;
    std::fs::remove_file(installation.ledger()).unwrap();
    std::fs::create_dir(installation.ledger()).unwrap();
    let ended = installation.debrief(&["run", "--once"]).await.with_code(1);
    assert!(ended.err.contains("debrief-ledger.sqlite"), "{}", ended.err);
}

#[tokio::test]
async fn every_fault_of_a_configuration_is_told_at_once_and_no_secret_with_it() {
    let folder = TempDir::new().unwrap();
    let text = r#"
sandbox = "maybe"
time_zone = "Mars/Olympus"
colour = "blue"

[schedule]
settle = "ten minutes"

[confluence]
base_url = "https://example.atlassian.net"
email = "debrief@example.com"
token = "hush-this-is-secret"
"#;
    std::fs::write(folder.path().join("bad.toml"), text).unwrap();
    let ended = debrief_in(folder.path(), &["plan", "--config", "bad.toml"], &[])
        .await
        .with_code(2);
    insta::assert_snapshot!(ended.err, @r#"
    bad.toml, line 2: sandbox: expected true or false, found "maybe"
    bad.toml, line 3: time_zone: expected an IANA time zone such as "Europe/Berlin", found "Mars/Olympus"
    bad.toml, line 4: colour: there is no such key; `debrief config --default` shows all
    bad.toml, line 7: schedule.settle: expected a duration such as "90s", "10m" or "24h", found "ten minutes"
    bad.toml, line 9: confluence.space: is missing: Confluence needs base_url, email, token (or token_file) and space
    "#);
    assert!(!ended.err.contains("hush-this-is-secret"), "{}", ended.err);
}

#[tokio::test]
async fn no_secret_is_shown_by_any_verb() {
    let mut installation = Installation::start_with(&one_incident()).await;
    let secrets = [
        "sandbox-pagerduty-key",
        "sandbox-confluence-token",
        "xoxb-sandbox",
        "PRIVATE KEY",
    ];
    for arguments in [
        &["config", "--effective"][..],
        &["plan"],
        &["run", "--once"],
        &["status"],
        &["status", "--json"],
        &["check"],
    ] {
        let ended = installation.debrief(arguments).await;
        for secret in secrets {
            let told = format!("{}{}", ended.out, ended.err);
            assert!(!told.contains(secret), "{arguments:?} shows {secret}");
        }
    }
}

#[tokio::test]
async fn another_time_is_refused_where_vendors_are_real() {
    let folder = TempDir::new().unwrap();
    std::fs::write(
        folder.path().join("live.toml"),
        "[sources.pagerduty]\nkey = \"k\"\n",
    )
    .unwrap();
    let arguments = [
        "run",
        "--once",
        "--config",
        "live.toml",
        "--at",
        "2026-03-02T09:00:00Z",
    ];
    let ended = debrief_in(folder.path(), &arguments, &[])
        .await
        .with_code(2);
    assert!(ended.err.contains("--at is refused"), "{}", ended.err);
    assert!(
        !folder.path().join("debrief.db").exists(),
        "nothing was begun"
    );
}

#[tokio::test]
async fn the_documented_default_is_a_configuration() {
    let folder = TempDir::new().unwrap();
    let default = debrief(&["config", "--default"]).await.with_code(0).out;
    std::fs::write(folder.path().join("debrief.toml"), &default).unwrap();
    let effective = debrief_in(folder.path(), &["config"], &[])
        .await
        .with_code(0)
        .out;
    assert!(effective.contains("settle = \"10m\""), "{effective}");
}

#[tokio::test]
async fn the_schema_of_an_incident_fits_the_example() {
    let schema = debrief(&["config", "--schema", "incident"])
        .await
        .with_code(0)
        .out;
    let schema: Value = serde_json::from_str(&schema).unwrap();
    assert!(
        schema["$schema"]
            .as_str()
            .unwrap()
            .contains("json-schema.org")
    );
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("config/incidents/INC-2026-042.json");
    let example: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    fits(&schema, &schema, &example, "the example");
    let all = debrief(&["config", "--schema"]).await.with_code(0).out;
    assert!(serde_json::from_str::<Value>(&all).unwrap()["properties"]["confluence"].is_object());
}

/// Checks as much of JSON Schema as says which members there may and must be.
fn fits(root: &Value, schema: &Value, value: &Value, place: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = root.pointer(reference.trim_start_matches('#'));
        return fits(root, target.expect("a definition"), value, place);
    }
    if let Some(kinds) = schema["anyOf"].as_array() {
        let kind = kinds
            .iter()
            .find(|kind| kind["type"] != "null")
            .expect("a kind");
        return fits(root, kind, value, place);
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        assert!(
            value.get(name.as_str().unwrap()).is_some(),
            "{place} lacks {name}"
        );
    }
    if let (Some(known), Some(members)) = (schema["properties"].as_object(), value.as_object()) {
        for (name, member) in members {
            let inner = known
                .get(name)
                .unwrap_or_else(|| panic!("{place}: {name} is unknown"));
            fits(root, inner, member, &format!("{place}.{name}"));
        }
    }
    for member in value.as_array().into_iter().flatten() {
        fits(root, &schema["items"], member, place);
    }
}

#[tokio::test]
async fn show_renders_everything_and_sends_nothing() {
    let mut installation = Installation::start_with(&one_incident()).await;
    let shown = installation
        .debrief(&["show", "#1001"])
        .await
        .with_code(0)
        .out;
    for words in [
        "postmortem_page",
        "announcement, mail",
        "review_meeting",
        "action_items",
        "page_review, of the page as it is created",
        "Checkout is down",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    let storage = installation
        .debrief(&["show", "#1001", "--format", "storage"])
        .await
        .with_code(0)
        .out;
    assert!(crate::support::wiki::visible_text(&storage).contains("Corrective actions"));
    let html = installation
        .debrief(&["show", "#1001", "--format", "html"])
        .await
        .with_code(0)
        .out;
    assert!(html.starts_with("<!doctype html>"));
    assert_eq!(installation.writes(), []);
}

#[tokio::test]
async fn check_finds_the_sandbox_in_order() {
    let mut installation = Installation::start_with(&one_incident()).await;
    let checked = installation.debrief(&["check"]).await.with_code(0);
    for words in [
        "configuration",
        "templates",
        "space OPS",
        "folder 0BPostmortems",
        "calendars",
        "mail",
        "slack",
    ] {
        assert!(checked.out.contains(words), "{words}: {}", checked.out);
    }
    assert!(!checked.out.contains("FAULT"), "{}", checked.out);
    assert_eq!(installation.writes(), []);
    let offline = installation
        .debrief(&["check", "--offline"])
        .await
        .with_code(0);
    assert!(offline.out.contains("--offline"), "{}", offline.out);
}

#[tokio::test]
async fn check_finds_what_a_page_template_lacks() {
    let folder = TempDir::new().unwrap();
    let page = folder.path().join("ours/postmortem_page");
    std::fs::create_dir_all(&page).unwrap();
    std::fs::write(
        folder.path().join("debrief.toml"),
        "[templates]\nfolder = \"ours\"\n",
    )
    .unwrap();
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let example = root.join("config/templates/markdown/postmortem_page/page.md");
    let example = std::fs::read_to_string(example).unwrap();
    for (source, code, told) in [
        (example.clone(), 0, "templates: all of them render"),
        (
            example.replace("{{ statements }}", ""),
            1,
            "template postmortem_page/page.md, line 1: the statement that the postmortem is blameless is missing",
        ),
        (
            example.replace("## Timeline", "## Timeline\n<hr>"),
            1,
            "template postmortem_page/page.md, line 18: raw HTML",
        ),
    ] {
        std::fs::write(page.join("page.md"), source).unwrap();
        let checked = debrief_in(folder.path(), &["check", "--offline"], &[]).await;
        let checked = checked.with_code(code);
        assert!(checked.out.contains(told), "{told}: {}", checked.out);
    }
}

#[tokio::test]
async fn status_of_a_new_installation_says_so() {
    let folder = TempDir::new().unwrap();
    let told = debrief_in(folder.path(), &["status"], &[])
        .await
        .with_code(0)
        .out;
    assert!(told.contains("nothing was ever done"), "{told}");
    let told = debrief_in(folder.path(), &["status", "--json"], &[])
        .await
        .with_code(0)
        .out;
    assert_eq!(
        serde_json::from_str::<Value>(&told).unwrap()["cases"],
        serde_json::json!([])
    );
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        0,
        "no ledger is made"
    );
}

#[tokio::test]
async fn the_demo_shows_one_of_each_for_every_incident_and_the_nags() {
    let demo = debrief(&["demo", "--exit"]).await.with_code(0).out;
    let (_, summary) = demo.split_once("\nSummary\n").expect("a summary");
    for reference in ["#1001", "#1002", "#1003"] {
        let begins = summary
            .find(&format!("  {reference} "))
            .unwrap_or_else(|| panic!("{reference}: {summary}"));
        let lines: Vec<&str> = summary[begins..].lines().skip(1).take(4).collect();
        for (line, what) in lines
            .iter()
            .zip(["1 page", "1 sheet", "1 meeting", "1 announcement"])
        {
            assert!(
                line.contains(what) && line.contains("http"),
                "{reference}: {line}"
            );
        }
    }
    let nags = summary
        .lines()
        .find(|line| line.contains(" nags "))
        .expect("the nags");
    assert!(
        !nags.trim().starts_with('0') && nags.contains("http"),
        "{nags}"
    );
    assert!(demo.contains("nobody is nagged at the weekend"), "{demo}");
}

/// `debrief sandbox`, running.
struct RunningSandbox {
    process: Child,
    ready: Value,
}

impl RunningSandbox {
    async fn start(folder: &TempDir, more: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_debrief"))
            .arg("sandbox")
            .args(more)
            .current_dir(folder.path())
            .env_clear()
            .stdout(std::process::Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let line = lines.next_line().await.unwrap().expect("the ready line");
        let ready = serde_json::from_str(&line).expect("JSON on one line");
        Self { process, ready }
    }
}

#[tokio::test]
async fn the_sandbox_says_on_one_line_where_everything_is() {
    let folder = TempDir::new().unwrap();
    let mut sandbox = RunningSandbox::start(&folder, &[]).await;
    for vendor in ["confluence", "google", "pagerduty", "slack", "admin"] {
        let address = sandbox.ready[vendor].as_str().unwrap();
        assert!(
            address.starts_with("http://127.0.0.1:"),
            "{vendor}: {address}"
        );
    }
    assert!(
        sandbox.ready["smtp"]
            .as_str()
            .unwrap()
            .starts_with("127.0.0.1:")
    );
    sandbox.process.kill().await.unwrap();
}

#[tokio::test]
async fn with_the_configuration_that_the_sandbox_writes_a_run_just_works_twice() {
    let folder = TempDir::new().unwrap();
    let more = [
        "--config-out",
        "debrief.toml",
        "--record",
        "exchanges.jsonl",
    ];
    let mut sandbox = RunningSandbox::start(&folder, &more).await;
    let first = debrief_in(folder.path(), &["run", "--once"], &[])
        .await
        .with_code(0);
    for words in [
        "#1001  create the page",
        "#1002  write the rows",
        "#1003  book the meeting",
    ] {
        assert!(first.out.contains(words), "{words}: {}", first.out);
    }
    let second = debrief_in(folder.path(), &["run", "--once"], &[])
        .await
        .with_code(0);
    assert_eq!(second.out, "Nothing was due.\n");
    sandbox.process.kill().await.unwrap();
    let recorded = std::fs::read_to_string(folder.path().join("exchanges.jsonl")).unwrap();
    assert!(recorded.lines().count() > 30);
    assert!(
        recorded
            .lines()
            .all(|line| serde_json::from_str::<Value>(line).is_ok())
    );
    assert!(
        !recorded.contains("sandbox-pagerduty-key"),
        "credentials are not recorded"
    );
}

#[tokio::test]
async fn a_daemon_works_until_it_is_told_to_stop() {
    let folder = TempDir::new().unwrap();
    let mut sandbox = RunningSandbox::start(&folder, &["--config-out", "debrief.toml"]).await;
    let mut daemon = Command::new(env!("CARGO_BIN_EXE_debrief"))
        .args(["run", "--log-format", "json"])
        .current_dir(folder.path())
        .env_clear()
        .stderr(std::process::Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut log = BufReader::new(daemon.stderr.take().unwrap()).lines();
    loop {
        let line = log.next_line().await.unwrap().expect("the daemon goes on");
        let line: Value = serde_json::from_str(&line).expect("one JSON object a line");
        if line["fields"]["message"] == "pass" {
            assert_eq!(line["fields"]["failures"], 0, "{line}");
            break;
        }
    }
    let id = daemon.id().unwrap().to_string();
    let told = Command::new("kill")
        .args(["-TERM", &id])
        .status()
        .await
        .unwrap();
    assert!(told.success());
    assert_eq!(
        daemon.wait().await.unwrap().code(),
        Some(0),
        "SIGTERM ends it well"
    );
    sandbox.process.kill().await.unwrap();
}
