#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs::{self, File};
use std::time::{Duration, UNIX_EPOCH};

use rstest::rstest;
use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::playbook::incident::{Detail, EntryKind, Part, Visibility};

const NOW: &str = "2026-06-01T12:00:00Z";

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A folder of files that were all written long ago.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn with(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        fs::write(self.0.path().join(name), content).unwrap();
        self.changed(name, "2026-01-01T00:00:00Z")
    }

    fn changed(self, name: &str, at: &str) -> Self {
        let file = File::options()
            .write(true)
            .open(self.0.path().join(name))
            .unwrap();
        let since_epoch = Duration::try_from(time(at).as_duration()).unwrap();
        file.set_modified(UNIX_EPOCH + since_epoch).unwrap();
        self
    }

    async fn pull(&self, since: &str) -> Pulled {
        Files::new(self.0.path())
            .pull(None, time(since), time(NOW))
            .await
            .unwrap()
    }
}

fn least(id: &str) -> Value {
    json!({"id": id, "title": "Down", "service": "shop", "opened_at": "2026-05-01T08:00:00Z"})
}

fn with(mut incident: Value, key: &str, value: Value) -> Value {
    incident[key] = value;
    incident
}

fn ids(pulled: &Pulled) -> Vec<&str> {
    let ids = pulled.incidents.iter();
    ids.map(|incident| incident.id.as_str()).collect()
}

fn faults(pulled: &Pulled) -> Vec<(&str, FaultKind)> {
    let faults = pulled.faults.iter();
    faults
        .map(|fault| (fault.what.as_str(), fault.kind))
        .collect()
}

/// A value that stands where it does not belong, and must not be repeated.
const PERSONAL: &str = "jo@example.com, expected nobody";

#[rstest]
#[case::empty(b"".to_vec(), FaultKind::NotJson, "EOF")]
#[case::half_written(br#"{"id": "b", "tit"#.to_vec(), FaultKind::NotJson, "EOF")]
#[case::half_written_after_a_wrong_key(br#"{"idd": "b", "tit"#.to_vec(), FaultKind::NotJson, "EOF")]
#[case::two_in_one(format!("{} {}", least("b"), least("c")).into_bytes(), FaultKind::NotJson, "trailing")]
#[case::a_list(format!("[{}]", least("b")).into_bytes(), FaultKind::Malformed, "expected one incident, not a list")]
#[case::not_text(b"{\"id\": \"\xff\"}".to_vec(), FaultKind::NotUtf8, "after byte 8")]
#[case::two_byte_text("{}".encode_utf16().flat_map(u16::to_be_bytes).chain([0xfe]).collect(), FaultKind::NotUtf8, "after byte")]
#[case::a_field_is_missing(br#"{"id": "b", "title": "Down", "service": "shop"}"#.to_vec(), FaultKind::Malformed, "missing field `opened_at`")]
fn file_faults_are_told_apart(
    #[case] content: Vec<u8>,
    #[case] kind: FaultKind,
    #[case] message: &str,
) {
    let (found, said) = json_file::parse::<shape::FileIncident>(&content, "incident").unwrap_err();
    assert_eq!(found, kind, "{said}");
    assert!(said.contains(message), "{said}");
}

#[rstest]
#[case::wrong_type("title", json!(5), "title: invalid type: integer, expected a string")]
#[case::a_person_as_text("lead", json!(PERSONAL), "lead: invalid type: string, expected struct FilePerson")]
#[case::unknown_field("sevrity", json!("P1"), "sevrity: unknown field `sevrity`, expected one of")]
#[case::deep("affected_customers", json!([{"org_name": "A", "org_id": "1"}, {"org_name": "B", "org_id": 2}]),
    "affected_customers[1].org_id: invalid type: integer, expected a string")]
#[case::a_kind_of_its_own("timeline", json!([{"at": "2026-05-01T08:00:00Z", "kind": PERSONAL, "text": "x"}]),
    "timeline[0].kind: unknown variant, expected one of `alert`")]
#[case::no_time("resolved_at", json!(PERSONAL), "resolved_at: not a time with its offset from UTC")]
#[case::a_time_without_offset("resolved_at", json!("2026-05-22T18:00:00"), "resolved_at: not a time with its offset")]
#[case::resolved_before_it_began("resolved_at", json!("2026-05-01T07:59:59Z"), "resolved_at: expected no time before opened_at")]
#[case::an_id_with_a_colon("id", json!("a:b"), "id: expected 1 to 64 letters")]
#[case::an_empty_id("id", json!(""), "id: expected 1 to 64 letters")]
#[case::a_long_id("id", json!("x".repeat(65)), "id: expected 1 to 64 letters")]
#[case::an_id_that_is_a_path("id", json!("../x"), "id: expected 1 to 64 letters")]
#[case::blank_title("title", json!(" \n"), "title: expected some text")]
#[case::blank_service("service", json!(""), "service: expected some text")]
#[tokio::test]
async fn a_malformed_file_is_named_with_the_place_in_it(
    #[case] key: &str,
    #[case] value: Value,
    #[case] message: &str,
) {
    let bad = with(least("b"), key, value);
    let folder = Folder::new()
        .with("a.json", least("a").to_string())
        .with("b.json", bad.to_string())
        .with("c.json", least("c").to_string());
    let pulled = folder.pull("2026-01-01T00:00:00Z").await;
    assert_eq!(ids(&pulled), ["files:a", "files:c"]);
    assert_eq!(faults(&pulled), [("b.json", FaultKind::Malformed)]);
    let said = pulled.faults[0].to_string();
    assert!(
        said.starts_with(&format!("b.json is not an incident: {message}")),
        "{said}"
    );
    assert!(!said.contains("jo@"), "{said}");
}

#[test]
fn no_message_is_longer_than_a_person_reads() {
    let bad = with(least("b"), &"k".repeat(1_000_000), json!(1));
    let (_, message) =
        json_file::parse::<shape::FileIncident>(bad.to_string().as_bytes(), "incident")
            .unwrap_err();
    assert!(message.len() <= 400);
}

#[tokio::test]
async fn no_file_stops_the_others() {
    let folder = Folder::new()
        .with("00.json", least("first").to_string())
        .with("10.json", "{")
        .with("20.json", b"\xff\xfe")
        .with("30.json", least("first").to_string())
        .with("40.json", "")
        .with("50.JSON", least("last").to_string());
    let large = File::options()
        .write(true)
        .open(folder.0.path().join("40.json"))
        .unwrap();
    large.set_len(folder::MAX_BYTES + 1).unwrap();
    let pulled = folder.pull("2026-01-01T00:00:00Z").await;
    assert_eq!(ids(&pulled), ["files:first", "files:last"]);
    assert_eq!(
        faults(&pulled),
        [
            ("10.json", FaultKind::NotJson),
            ("20.json", FaultKind::NotUtf8),
            ("30.json", FaultKind::DuplicateId),
            ("40.json", FaultKind::TooLarge),
        ]
    );
    let said: Vec<_> = pulled.faults.iter().map(ToString::to_string).collect();
    assert_eq!(
        said[2],
        "30.json has an id that was read already: files:first is taken from 00.json"
    );
    assert_eq!(said[3], "40.json is too large: more than 64 MB");
}

#[rstest]
#[case::a_second_ago("2026-06-01T11:59:59Z", FaultKind::StillBeingWritten)]
#[case::by_a_clock_that_is_a_little_ahead("2026-06-01T12:00:01Z", FaultKind::StillBeingWritten)]
#[case::two_seconds_ago("2026-06-01T11:59:58Z", FaultKind::NotJson)]
#[case::by_a_clock_far_ahead("2027-06-01T12:00:00Z", FaultKind::NotJson)]
#[tokio::test]
async fn half_a_file_is_still_being_written_for_two_seconds(
    #[case] changed: &str,
    #[case] kind: FaultKind,
) {
    let folder = Folder::new()
        .with("a.json", r#"{"id": "a", "#)
        .changed("a.json", changed);
    let pulled = folder.pull("2026-01-01T00:00:00Z").await;
    assert_eq!(faults(&pulled), [("a.json", kind)]);
    assert_eq!(kind.passes(), kind == FaultKind::StillBeingWritten);
}

#[tokio::test]
async fn a_whole_file_is_read_and_a_malformed_one_named_however_young() {
    let fresh = "2026-06-01T12:00:00Z";
    let folder = Folder::new()
        .with("a.json", least("a").to_string())
        .changed("a.json", fresh)
        .with("b.json", "{}")
        .changed("b.json", fresh);
    let pulled = folder.pull("2026-01-01T00:00:00Z").await;
    assert_eq!(ids(&pulled), ["files:a"]);
    assert_eq!(faults(&pulled), [("b.json", FaultKind::Malformed)]);
}

#[tokio::test]
async fn other_files_and_folders_are_not_looked_at() {
    let folder = Folder::new()
        .with(".hidden.json", "{")
        .with("a.json.tmp", "{")
        .with("a.tmp", "{")
        .with("README.md", "{")
        .with("json", "{")
        .with("a.json", least("a").to_string());
    let inner = folder.0.path().join("inner.json");
    fs::create_dir(&inner).unwrap();
    fs::write(inner.join("b.json"), least("b").to_string()).unwrap();
    let pulled = folder.pull("2026-01-01T00:00:00Z").await;
    assert_eq!(ids(&pulled), ["files:a"]);
    assert_eq!(faults(&pulled), []);
    assert_eq!(pulled.watermark, Value::Null);
}

#[cfg(unix)]
#[tokio::test]
async fn links_are_followed_and_a_broken_one_is_named() {
    let target = Folder::new().with("real", least("a").to_string());
    let folder = Folder::new();
    let link = |from: PathBuf, name| {
        std::os::unix::fs::symlink(from, folder.0.path().join(name)).unwrap();
    };
    link(target.0.path().join("real"), "a.json");
    link(target.0.path().join("nowhere"), "b.json");
    link(PathBuf::from("/dev/null"), "c.json");
    let pulled = folder.pull("2026-01-01T00:00:00Z").await;
    assert_eq!(ids(&pulled), ["files:a"]);
    assert_eq!(
        faults(&pulled),
        [
            ("b.json", FaultKind::Unreadable),
            ("c.json", FaultKind::Unreadable)
        ]
    );
}

#[rstest]
#[case::long_ago(json!("2026-05-10T11:59:59Z"), false)]
#[case::at_that_very_moment(json!("2026-05-10T12:00:00Z"), true)]
#[case::at_that_moment_elsewhere(json!("2026-05-10T14:00:00+02:00"), true)]
#[case::later(json!("2026-05-11T00:00:00Z"), true)]
#[case::still_open(Value::Null, true)]
#[tokio::test]
async fn what_was_resolved_before_since_is_left_out(#[case] resolved: Value, #[case] owed: bool) {
    let incident = with(least("a"), "resolved_at", resolved);
    let folder = Folder::new().with("a.json", incident.to_string());
    let pulled = folder.pull("2026-05-10T12:00:00Z").await;
    assert_eq!(pulled.incidents.len(), usize::from(owed));
    assert_eq!(faults(&pulled), []);
}

#[tokio::test]
async fn a_byte_order_mark_is_no_fault_and_blanks_are_nothing() {
    let incident = with(least("a"), "description", json!("  "));
    let incident = with(incident, "reference", json!(""));
    let folder = Folder::new().with("a.json", format!("\u{feff}{incident}"));
    let pulled = folder.pull("2026-01-01T00:00:00Z").await;
    assert_eq!(ids(&pulled), ["files:a"]);
    let incident = &pulled.incidents[0];
    assert_eq!(incident.reference, "a");
    assert_eq!(incident.narrative.description, None);
    assert_eq!(incident.status, Status::Open);
    assert_eq!(incident.detail, Detail::Full);
}

#[tokio::test]
async fn one_bad_person_hides_no_incident() {
    let person = |name: &str, email: &str| json!({"name": name, "email": email});
    let mut incident = with(
        least("a"),
        "responders",
        json!([
            person("Bo", "Jo@Example.com"),
            person("Cy", "cy\r\nbcc:x@example.com"),
            person("Di", "di"),
            {"name": "Ed", "time_zone": "Europe/Atlantis"},
        ]),
    );
    incident["lead"] = person("Jo", " jo@example.com ");
    incident["observers"] = json!([{"name": "Di"}, {"name": "Fay", "email": ""}]);
    incident["url"] = json!("javascript:alert(1)");
    let folder = Folder::new().with("a.json", incident.to_string());
    let pulled = folder.pull("2026-01-01T00:00:00Z").await;
    let people: Vec<_> = pulled.incidents[0]
        .participants
        .iter()
        .map(|p| (p.part, p.person.name.as_str(), p.person.email.as_deref()))
        .collect();
    assert_eq!(
        people,
        [
            (Part::Lead, "Jo", Some("jo@example.com")),
            (Part::Responder, "Cy", None),
            (Part::Responder, "Di", None),
            (Part::Responder, "Ed", None),
            (Part::Observer, "Di", None),
            (Part::Observer, "Fay", None),
        ]
    );
    assert_eq!(pulled.incidents[0].url, None);
    let said: Vec<_> = pulled.faults.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "a.json was read in part: url: expected http:// or https://",
            "a.json was read in part: responders[1].email: expected an address",
            "a.json was read in part: responders[2].email: expected an address",
            "a.json was read in part: responders[3].time_zone: expected an IANA time zone",
        ]
    );
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_a_matter_of_configuration() {
    let folder = Folder::new().with("a.json", "{}");
    for missing in ["nowhere", "a.json"] {
        let path = folder.0.path().join(missing);
        let error = Files::new(&path)
            .pull(None, time(NOW), time(NOW))
            .await
            .unwrap_err();
        assert!(matches!(error, SourceError::Misconfigured(_)), "{error}");
    }
}

#[tokio::test]
async fn detail_is_read_anew_from_the_first_file_of_that_id() {
    let folder = Folder::new()
        .with("a.json", least("a").to_string())
        .with("b.json", "{")
        .with(
            "c.json",
            with(least("a"), "title", json!("Other")).to_string(),
        );
    let source = Files::new(folder.0.path());
    let listed = folder
        .pull("2026-01-01T00:00:00Z")
        .await
        .incidents
        .remove(0);
    let folder = folder.with(
        "a.json",
        with(least("a"), "title", json!("New")).to_string(),
    );
    let full = source.detail(&listed, time(NOW)).await.unwrap();
    assert_eq!((full.title.as_str(), full.detail), ("New", Detail::Full));

    let gone = Incident {
        id: IncidentId::new(NAME, "z"),
        ..listed
    };
    let error = source.detail(&gone, time(NOW)).await.unwrap_err();
    assert!(matches!(error, SourceError::Gone(_)), "{error}");
    let _folder = folder.changed("b.json", NOW);
    let error = source.detail(&gone, time(NOW)).await.unwrap_err();
    assert!(matches!(error, SourceError::Later { .. }), "{error}");
}

#[tokio::test]
async fn the_example_is_read_whole() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/incidents");
    let pulled = Files::new(folder)
        .pull(None, time("2026-01-01T00:00:00Z"), time(NOW))
        .await
        .unwrap();
    assert_eq!(faults(&pulled), []);
    assert_eq!(ids(&pulled), ["files:INC-2026-042"]);
    let incident = &pulled.incidents[0];
    assert_eq!(incident.reference, "INC-42");
    assert_eq!(incident.resolved_at(), Some(time("2026-05-22T16:00:00Z")));
    assert_eq!(incident.lead().unwrap().name, "Mara Lindgren");
    assert_eq!(incident.participants.len(), 4);
    assert_eq!(incident.timeline[0].kind, EntryKind::Alert);
    assert_eq!(incident.timeline[0].by.as_deref(), Some("Pingdom"));
    assert_eq!(incident.customers[0].org_id, "00417");
    assert_eq!(incident.customers[1].campaign_id, "");
    assert!(incident.narrative.fix_for_now.is_some());
    assert_eq!(incident.narrative.fix_for_good, None);
}

#[test]
fn the_timeline_is_told_oldest_first_and_keeps_the_order_of_what_came_at_once() {
    let entry = |at: &str, text: &str| json!({"at": at, "text": text});
    let timeline = json!([
        entry("2026-05-01T10:00:00+02:00", "second"),
        entry("2026-05-01T08:00:00Z", "third"),
        entry("2026-05-01T09:30:00+02:00", "first"),
    ]);
    let incident = with(least("a"), "timeline", timeline);
    let file = json_file::parse(incident.to_string().as_bytes(), "incident").unwrap();
    let timeline = shape::convert(file).unwrap().incident.timeline;
    let texts: Vec<_> = timeline.iter().map(|entry| entry.text.to_plain()).collect();
    assert_eq!(texts, ["first", "second", "third"]);
    assert_eq!(timeline[0].kind, EntryKind::Other);
}

#[test]
fn the_schema_names_every_field_that_is_read_and_those_that_are_needed() {
    let schema = schema();
    let needed = json!(["id", "title", "service", "opened_at"]);
    assert_eq!(schema["required"], needed);
    assert_eq!(schema["additionalProperties"], json!(false));
    assert_eq!(schema["$defs"]["Instant"]["type"], json!("string"));
    assert_eq!(schema["$defs"]["Instant"]["format"], json!("date-time"));

    // An unknown field's message lists the known ones: the two lists must be one.
    let unknown = with(least("a"), "x", json!(1)).to_string();
    let error = serde_json::from_str::<shape::FileIncident>(&unknown).unwrap_err();
    let read: Vec<String> = error
        .to_string()
        .split('`')
        .skip(3)
        .step_by(2)
        .map(str::to_owned)
        .collect();
    let mut read: Vec<&str> = read.iter().map(String::as_str).collect();
    read.sort_unstable();
    let properties = schema["properties"].as_object().unwrap();
    let mut described: Vec<&str> = properties.keys().map(String::as_str).collect();
    described.sort_unstable();
    assert_eq!(read, described);
    for (name, property) in properties {
        assert!(property["description"].is_string(), "{name} says nothing");
    }
}

#[tokio::test]
async fn what_a_file_says_of_impact_privacy_and_places_is_taken_along() {
    let mut file = least("a");
    file["began_at"] = json!("2026-05-01T07:50:00Z");
    file["visibility"] = json!("private");
    file["channels"] = json!(["C0123456789", "#prod-issue"]);
    file["timeline"] = json!([
        {"at": "2026-05-01T09:00:00Z", "kind": "mitigated", "text": "Rolled back", "url": "https://deploy.example.com/7"},
        {"at": "2026-05-01T08:30:00Z", "kind": "mitigated", "text": "For a while", "url": "javascript:alert(1)"},
    ]);
    let folder = Folder::new().with("a.json", file.to_string());
    let pulled = folder.pull("2026-01-01T00:00:00Z").await;
    let incident = &pulled.incidents[0];
    assert_eq!(incident.began_at, Some(time("2026-05-01T07:50:00Z")));
    assert_eq!(incident.mitigated_at, Some(time("2026-05-01T09:00:00Z")));
    assert_eq!(incident.visibility, Visibility::Private);
    assert_eq!(incident.channels, ["C0123456789"]);
    let urls: Vec<_> = incident
        .timeline
        .iter()
        .map(|entry| entry.url.as_deref())
        .collect();
    assert_eq!(urls, [None, Some("https://deploy.example.com/7")]);
    let left_out: Vec<_> = pulled.faults.iter().map(|fault| &*fault.message).collect();
    assert_eq!(
        left_out,
        [
            "timeline[1].url: expected http:// or https://",
            "channels[1]: expected a channel's id such as C0123456789",
        ]
    );

    file["mitigated_at"] = json!("2026-05-01T08:45:00Z");
    let folder = Folder::new().with("a.json", file.to_string());
    let pulled = folder.pull("2026-01-01T00:00:00Z").await;
    let mitigated = pulled.incidents[0].mitigated_at;
    assert_eq!(mitigated, Some(time("2026-05-01T08:45:00Z")), "it is said");
}

#[rstest]
#[case::nobody_knows_who_may_read_it("visibility", json!("secret"))]
#[case::no_word("visibility", json!(true))]
#[case::better_before_it_was_bad("mitigated_at", json!("2026-05-01T07:00:00Z"))]
#[tokio::test]
async fn a_file_that_leaves_a_doubt_about_it_is_none(#[case] key: &str, #[case] value: Value) {
    let file = with(least("a"), "began_at", json!("2026-05-01T07:50:00Z"));
    let folder = Folder::new().with("a.json", with(file, key, value).to_string());
    let pulled = folder.pull("2026-01-01T00:00:00Z").await;
    assert!(pulled.incidents.is_empty());
    assert_eq!(faults(&pulled), [("a.json", FaultKind::Malformed)]);
}
