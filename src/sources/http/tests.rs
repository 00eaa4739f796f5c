#![allow(clippy::unwrap_used, clippy::expect_used)]

use rstest::rstest;
use serde_json::json;

use super::*;
use crate::playbook::incident::{Part, Visibility};
use crate::vendors::stub::{Line, Stub, http_to, ok, status};

const SINCE: &str = "2026-01-01T00:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn pointer(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn mapping() -> Mapping {
    Mapping {
        resolved_values: vec!["Resolved".to_owned(), "closed".to_owned()],
        private_values: vec!["private".to_owned()],
        incident: IncidentPointers {
            id: "/key".to_owned(),
            reference: None,
            title: "/fields/summary".to_owned(),
            url: None,
            service: pointer("/fields/service~1name"),
            severity: pointer("/fields/priority"),
            began_at: None,
            opened_at: "/created".to_owned(),
            mitigated_at: None,
            resolved_at: "/resolved".to_owned(),
            status: None,
            visibility: None,
            description: None,
            impact: None,
            lead: None,
            responders: None,
            timeline: None,
        },
        entry: EntryPointers {
            at: pointer("/at"),
            text: pointer("/text"),
            by: pointer("/by"),
            url: pointer("/url"),
        },
        person: PersonPointers {
            name: pointer("/name"),
            email: pointer("/mail"),
        },
    }
}

fn row(key: &str) -> Value {
    json!({
        "key": key,
        "fields": {"summary": "Checkout is down", "service/name": "shop", "priority": 1},
        "created": "2026-10-05T10:00:00Z",
        "resolved": "2026-10-05T12:00:00+02:00",
    })
}

fn with(row: Value, pointer: &str, value: Value) -> Value {
    let mut row = row;
    *row.pointer_mut(pointer).unwrap() = value;
    row
}

fn source(stub: &Stub, change: impl FnOnce(&mut Places, &mut Mapping)) -> HttpSource {
    let mut places = Places {
        url: format!("{}api/incidents?state=all", stub.url)
            .parse()
            .unwrap(),
        detail_url: None,
        incidents: "/data".to_owned(),
        next: pointer("/next"),
        detail: String::new(),
    };
    let mut mapping = mapping();
    change(&mut places, &mut mapping);
    let header = ("x-api-key".parse().unwrap(), "s3cret".to_owned().into());
    HttpSource::new(http_to(&stub.url), places, Some(header), mapping)
}

async fn pull(script: Vec<Line>) -> (Pulled, Stub) {
    let stub = Stub::playing(script).await;
    let source = source(&stub, |_, _| ());
    let pulled = source.pull(None, at(SINCE), at(SINCE)).await.unwrap();
    (pulled, stub)
}

fn answer(rows: &[Value], next: Option<&str>) -> Line {
    ok(json!({"data": rows, "next": next}).to_string())
}

fn faults(pulled: &Pulled) -> Vec<String> {
    pulled.faults.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn a_list_is_read_page_after_page_with_the_header_and_the_query_as_it_stands() {
    let script = vec![
        answer(&[row("A-1")], Some("/api/incidents?state=all&after=A%2D1")),
        answer(&[row("A-2"), row("A-1")], Some("")),
    ];
    let (pulled, stub) = pull(script).await;
    assert_eq!(faults(&pulled), Vec::<String>::new());
    let ids: Vec<_> = pulled.incidents.iter().map(|i| i.id.as_str()).collect();
    assert_eq!(ids, ["http:A-1", "http:A-2"]);
    let incident = &pulled.incidents[0];
    assert_eq!(incident.service, "shop");
    assert_eq!(incident.severity.as_deref(), Some("1"));
    assert_eq!(incident.resolved_at(), Some(at("2026-10-05T10:00:00Z")));
    assert_eq!(incident.detail, Detail::Full);
    assert_eq!(incident.gaps, Vec::<String>::new());
    let seen = stub.seen();
    assert!(
        seen[0].starts_with("GET /api/incidents?state=all HTTP"),
        "{}",
        seen[0]
    );
    assert!(
        seen[1].starts_with("GET /api/incidents?state=all&after=A%2D1 HTTP"),
        "{}",
        seen[1]
    );
    assert!(seen.iter().all(|seen| seen.contains("x-api-key: s3cret")));
}

#[rstest]
#[case::the_same_page("/api/incidents?state=all", "the next page is one that was read")]
#[case::another_host(
    "https://elsewhere.example.com/",
    "the next page is on another host, which the token is not for"
)]
#[case::no_address("https://[", "the address of the next page is none")]
#[tokio::test]
async fn pages_that_do_not_go_on_end(#[case] next: &str, #[case] why: &str) {
    let (pulled, stub) = pull(vec![answer(&[row("A-1")], Some(next))]).await;
    assert_eq!(pulled.incidents.len(), 1);
    assert_eq!(
        faults(&pulled),
        [format!("the list of incidents was read in part: {why}")]
    );
    assert_eq!(stub.seen().len(), 1);
}

#[tokio::test]
async fn the_token_never_goes_to_another_host() {
    let (mine, other) = (
        Stub::playing(vec![ok("[]")]).await,
        Stub::playing(vec![ok("[]")]).await,
    );
    let source = source(&mine, |places, _| places.url = other.url.parse().unwrap());
    let refused = source.pull(None, at(SINCE), at(SINCE)).await.unwrap_err();
    assert!(refused.to_string().contains("another host"), "{refused}");
    assert!(other.seen().is_empty());

    let moved = Line::Answer(
        302,
        "location: https://elsewhere.example.com/\r\n",
        String::new(),
    );
    let stub = Stub::playing(vec![moved]).await;
    let error = self::source(&stub, |_, _| ())
        .pull(None, at(SINCE), at(SINCE))
        .await;
    assert!(error.unwrap_err().to_string().contains("redirect"));
    assert_eq!(stub.seen().len(), 1);
}

#[tokio::test]
async fn one_row_that_is_no_incident_hides_no_other_and_is_named() {
    let rows = [
        with(row("A-1"), "/created", json!("jo@example.com")),
        with(row("A-2"), "/fields/summary", json!("  ")),
        with(row("A-3"), "/resolved", json!("2026-10-05T09:00:00Z")),
        with(row("A-4"), "/key", json!("../../etc")),
        json!("jo@example.com"),
        row("A-5"),
    ];
    let (pulled, _) = pull(vec![answer(&rows, None)]).await;
    assert_eq!(pulled.incidents.len(), 1);
    assert_eq!(
        faults(&pulled),
        [
            "incident A-1 is not an incident: expected a time, for its opening, at /created",
            "incident A-2 is not an incident: expected some text, for its title, at /fields/summary",
            "incident A-3 is not an incident: expected no time before its opening at /resolved",
            "incident 4 of the list is not an incident: expected 1 to 64 letters, digits, dots, dashes and underscores at /key, for its id",
            "incident 5 of the list is not an incident: expected 1 to 64 letters, digits, dots, dashes and underscores at /key, for its id",
        ]
    );
}

#[tokio::test]
async fn a_field_that_is_not_there_costs_only_itself_and_is_a_gap_of_its_incident() {
    let mut bare = row("A-1");
    bare["fields"] = json!({"summary": "Down", "priority": {"name": "P1"}});
    let none = with(row("A-2"), "/fields/priority", Value::Null);
    let (pulled, _) = pull(vec![answer(&[bare, none], None)]).await;
    assert_eq!(pulled.incidents[0].service, "");
    assert_eq!(
        pulled.incidents[0].gaps,
        [
            "the record has nothing at /fields/service~1name, for its service",
            "the record has something else at /fields/priority than its severity",
        ]
    );
    assert_eq!(pulled.incidents[1].severity, None);
    assert_eq!(pulled.incidents[1].gaps, Vec::<String>::new());
}

#[rstest]
#[case(json!("2026-10-05T10:00:00.5Z"), Some("2026-10-05T10:00:00.5Z"))]
#[case(json!("2026-10-05T10:00:00+05:30"), Some("2026-10-05T04:30:00Z"))]
#[case(json!(1_759_658_400), Some("2025-10-05T10:00:00Z"))]
#[case(json!("1759658400"), Some("2025-10-05T10:00:00Z"))]
#[case(json!(1_759_658_400_123_i64), Some("2025-10-05T10:00:00.123Z"))]
#[case(json!(1_759_658_400.25), Some("2025-10-05T10:00:00.25Z"))]
#[case(json!(0), None)]
#[case(json!("2026"), None)]
#[case(json!(-1_759_658_400), None)]
#[case(json!(1e300), None)]
#[case(json!("NaN"), None)]
#[case(json!("2026-10-05 10:00"), None)]
#[case(json!("yesterday"), None)]
#[case(json!(true), None)]
#[case(json!({"at": 1}), None)]
fn times_are_rfc_3339_or_since_1970(#[case] value: Value, #[case] expected: Option<&str>) {
    let row = with(row("A-1"), "/created", value);
    let row = with(row, "/resolved", Value::Null);
    let read = mapping()
        .incident(&row)
        .ok()
        .map(|incident| incident.opened_at);
    assert_eq!(read, expected.map(at));
}

#[rstest]
#[case::over(json!(" RESOLVED "), true, Ok(true))]
#[case::another_word_for_it(json!("Closed"), true, Ok(true))]
#[case::open_again(json!("open"), true, Ok(false))]
#[case::no_word(Value::Null, true, Ok(false))]
#[case::over_and_nobody_knows_when(json!("closed"), false, Err("its status says it is over: expected a time at /resolved"))]
fn a_status_says_whether_it_is_over(
    #[case] word: Value,
    #[case] timed: bool,
    #[case] expected: Result<bool, &str>,
) {
    let mut mapping = mapping();
    mapping.incident.status = pointer("/state");
    let mut row = row("A-1");
    row["state"] = word;
    if !timed {
        row["resolved"] = Value::Null;
    }
    let read = mapping.incident(&row);
    let is_over = read.map(|incident| incident.resolved_at().is_some());
    assert_eq!(is_over, expected.map_err(str::to_owned));
}

#[rstest]
#[case(json!("Private"), Visibility::Private)]
#[case(json!(true), Visibility::Private)]
#[case::nobody_knows_what_that_means(json!({"level": 3}), Visibility::Private)]
#[case(json!("public"), Visibility::Company)]
#[case(json!(false), Visibility::Company)]
#[case(Value::Null, Visibility::Company)]
fn what_marks_an_incident_private_is_configured(#[case] mark: Value, #[case] expected: Visibility) {
    let mut mapping = mapping();
    mapping.incident.visibility = pointer("/visibility");
    let mut row = row("A-1");
    row["visibility"] = mark;
    assert_eq!(mapping.incident(&row).unwrap().visibility, expected);
}

#[test]
fn people_and_the_timeline_are_read_one_by_one() {
    let mut mapping = mapping();
    mapping.incident.lead = pointer("/lead");
    mapping.incident.responders = pointer("/team");
    mapping.incident.timeline = pointer("/events");
    mapping.incident.url = pointer("/web");
    let mut row = row("A-1");
    row["web"] = json!("javascript:alert(1)");
    row["lead"] = json!({"name": "Ada Example", "mail": "Ada@Example.com"});
    row["team"] = json!(["ada@example.com", "Bo Example", {"name": "Cy Example", "mail": "not an address"}, 7, null, {}]);
    row["events"] = json!([
        {"at": 1_759_658_460, "text": "second", "by": "Bo Example", "url": "https://x.example.com/1"},
        {"at": "2025-10-05T10:00:00Z", "text": "first", "by": {"id": 1}, "url": "ftp://x"},
        {"at": "now", "text": "never"},
        null,
    ]);
    let incident = mapping.incident(&row).unwrap();
    let people: Vec<_> = incident
        .participants
        .iter()
        .map(|p| (&*p.person.name, p.person.email.as_deref(), p.part))
        .collect();
    assert_eq!(
        people,
        [
            ("Ada Example", Some("ada@example.com"), Part::Lead),
            ("Bo Example", None, Part::Responder),
            ("Cy Example", None, Part::Responder),
        ]
    );
    let told: Vec<_> = incident
        .timeline
        .iter()
        .map(|entry| {
            (
                entry.text.to_plain(),
                entry.by.as_deref(),
                entry.url.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("first".to_owned(), None, None),
            (
                "second".to_owned(),
                Some("Bo Example"),
                Some("https://x.example.com/1")
            ),
        ]
    );
    assert_eq!(incident.url, None);
    assert_eq!(
        incident.gaps,
        [
            "3 people who took part could not be understood",
            "2 entries of the timeline could not be understood",
        ]
    );
}

#[rstest]
#[case::whole(ok(json!({"issue": row("A-1")}).to_string()), None)]
#[case::of_another_incident(ok(json!({"issue": row("A-2")}).to_string()), Some("its own record is one of another incident"))]
#[case::nothing_there(ok("{}"), Some("its own record could not be understood: "))]
#[tokio::test]
async fn an_incident_with_an_address_of_its_own_is_read_there(
    #[case] line: Line,
    #[case] gap: Option<&str>,
) {
    let routes = vec![
        ("/one/A-1.json ", line),
        ("/api/incidents?", answer(&[row("A-1")], None)),
    ];
    let stub = Stub::routing(routes).await;
    let source = source(&stub, |places, _| {
        places.detail_url = Some(format!("{}one/{{id}}.json", stub.url).parse().unwrap());
        places.detail = "/issue".to_owned();
    });
    let pulled = source.pull(None, at(SINCE), at(SINCE)).await.unwrap();
    let listed = &pulled.incidents[0];
    assert_eq!(listed.detail, Detail::Listed);
    let whole = source.detail(listed, at(SINCE)).await.unwrap();
    assert_eq!(whole.detail, Detail::Full);
    assert_eq!(whole.id, listed.id);
    match gap {
        None => assert_eq!(whole.gaps, Vec::<String>::new()),
        Some(gap) => assert!(whole.gaps[0].starts_with(gap), "{:?}", whole.gaps),
    }
}

#[rstest]
#[case::gone(status(404, "{}"))]
#[tokio::test]
async fn an_incident_that_is_gone_is_gone(#[case] line: Line) {
    let stub = Stub::playing(vec![answer(&[row("A-1")], None), line]).await;
    let source = source(&stub, |places, _| {
        places.detail_url = Some(format!("{}one/{{id}}", stub.url).parse().unwrap());
    });
    let pulled = source.pull(None, at(SINCE), at(SINCE)).await.unwrap();
    let error = source.detail(&pulled.incidents[0], at(SINCE)).await;
    assert!(matches!(error, Err(SourceError::Gone(_))));
}

#[rstest]
#[case(json!({"data": null}), 0)]
#[case(json!({"data": {"A-1": {}}}), 1)]
#[case(json!({}), 1)]
#[case(json!([]), 1)]
#[tokio::test]
async fn an_answer_without_the_list_is_told(#[case] body: Value, #[case] expected: usize) {
    let (pulled, _) = pull(vec![ok(body.to_string())]).await;
    assert_eq!(pulled.faults.len(), expected, "{:?}", pulled.faults);
}

#[tokio::test]
async fn refused_credentials_name_the_key() {
    let stub = Stub::playing(vec![status(401, "{}")]).await;
    let error = source(&stub, |_, _| ())
        .pull(None, at(SINCE), at(SINCE))
        .await
        .unwrap_err();
    assert!(matches!(error, SourceError::Misconfigured(_)));
    assert!(
        error.to_string().contains("sources.http.token") && !error.to_string().contains("s3cret")
    );
}

/// As README tells to set it up: Jira's search, where Jira Service Management keeps its incidents.
#[tokio::test]
async fn jira_service_managements_incidents_are_read_from_its_search() {
    let issue = json!({
        "id": "10005", "key": "OPS-5", "self": "https://example.atlassian.net/rest/api/3/issue/10005",
        "fields": {
            "summary": "Checkout is down", "priority": {"name": "Highest", "id": "1"},
            "created": "2026-10-05T12:00:00.000+0200", "resolutiondate": "2026-10-05T10:30:00.000+0000",
            "status": {"name": "Completed", "statusCategory": {"key": "done"}},
            "assignee": {"accountId": "712020:1", "displayName": "Ada Example", "emailAddress": "ada@example.com"},
            "components": [{"name": "Checkout API"}],
        },
    });
    let mut open = issue.clone();
    open["key"] = json!("OPS-6");
    open["fields"]["resolutiondate"] = Value::Null;
    open["fields"]["status"]["statusCategory"]["key"] = json!("indeterminate");
    open["fields"]["assignee"] = Value::Null;
    let answer = json!({"issues": [issue, open], "isLast": true});
    let stub = Stub::playing(vec![ok(answer.to_string())]).await;
    let source = source(&stub, |places, mapping| {
        places.incidents = "/issues".to_owned();
        mapping.resolved_values = vec!["done".to_owned()];
        mapping.incident = IncidentPointers {
            id: "/key".to_owned(),
            title: "/fields/summary".to_owned(),
            service: pointer("/fields/components/0/name"),
            severity: pointer("/fields/priority/name"),
            opened_at: "/fields/created".to_owned(),
            resolved_at: "/fields/resolutiondate".to_owned(),
            status: pointer("/fields/status/statusCategory/key"),
            lead: pointer("/fields/assignee"),
            ..mapping.incident.clone()
        };
        mapping.person.name = pointer("/displayName");
        mapping.person.email = pointer("/emailAddress");
    });
    let pulled = source.pull(None, at(SINCE), at(SINCE)).await.unwrap();
    assert_eq!(pulled.faults, []);
    let [over, open] = &pulled.incidents[..] else {
        panic!("{pulled:?}")
    };
    assert_eq!(over.opened_at, at("2026-10-05T10:00:00Z"));
    assert_eq!(over.resolved_at(), Some(at("2026-10-05T10:30:00Z")));
    assert_eq!(
        (&*over.service, over.severity.as_deref()),
        ("Checkout API", Some("Highest"))
    );
    assert_eq!(
        over.lead().unwrap().email.as_deref(),
        Some("ada@example.com")
    );
    assert_eq!(open.resolved_at(), None);
}
