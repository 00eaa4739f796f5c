#![allow(clippy::unwrap_used, clippy::expect_used)]

mod odd;

use rstest::rstest;

use super::*;
use crate::sandbox::scenario;

const NOW: &str = "2026-11-23T10:00:00Z";
const NOTES: &str = "/incidents/QCHECKOUT5XX01/notes";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn pagerduty() -> PagerDuty {
    let mut pagerduty = PagerDuty::new();
    pagerduty
        .seed(&scenario::default_seed(now()).unwrap(), now())
        .unwrap();
    pagerduty
}

fn request(method: &str, url: &str) -> Request {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    Request {
        method: method.into(),
        path: path.into(),
        query: url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect(),
        headers: vec![
            ("authorization".into(), format!("Token token={KEY}")),
            ("accept".into(), ACCEPTED.into()),
            ("content-type".into(), "application/json".into()),
            ("from".into(), "ada.brandt@example.com".into()),
        ],
        body: Vec::new(),
    }
}

fn with_header(mut request: Request, name: &str, value: Option<&str>) -> Request {
    request.headers.retain(|(known, _)| known != name);
    request
        .headers
        .extend(value.map(|value| (name.to_owned(), value.to_owned())));
    request
}

fn body(reply: &Reply) -> Value {
    serde_json::from_slice(&reply.body).unwrap()
}

fn get(pagerduty: &mut PagerDuty, url: &str) -> Value {
    let reply = pagerduty.answer(&request("GET", url), now());
    assert_eq!(reply.status, 200, "{url}: {}", body(&reply));
    body(&reply)
}

fn ids(list: &Value) -> Vec<&str> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|item| item["id"].as_str().unwrap())
        .collect()
}

#[rstest]
#[case("Token token=sandbox-pagerduty-key", 200)]
#[case("Bearer sandbox-pagerduty-key", 200)]
#[case("Token token=other", 401)]
#[case("sandbox-pagerduty-key", 401)]
#[case("Basic sandbox-pagerduty-key", 401)]
fn only_the_sandboxs_key_opens(#[case] authorization: &str, #[case] status: u16) {
    let request = with_header(
        request("GET", "/users"),
        "authorization",
        Some(authorization),
    );
    let reply = pagerduty().answer(&request, now());
    assert_eq!(reply.status, status);
    if status == 401 {
        assert_eq!(body(&reply)["error"]["code"], 2006);
    }
}

#[rstest]
#[case("/incidents?statuses=resolved", "Unknown parameter statuses")]
#[case("/incidents?statuses[]=closed", "statuses[] cannot be closed")]
#[case("/incidents?urgencies[]=medium", "urgencies[] cannot be medium")]
#[case(
    "/incidents?include[]=custom_fields",
    "include[] cannot be custom_fields"
)]
#[case("/incidents?limit=101", "limit must be between 1 and 100")]
#[case("/incidents?limit=0", "limit must be between 1 and 100")]
#[case("/incidents?limit=many", "limit must be a whole number")]
#[case("/incidents?limit=100&offset=9901", "Offset must be less than 10000")]
#[case("/incidents?limit=10&limit=20", "Parameter limit is given twice")]
#[case("/incidents?total=1", "total cannot be 1")]
#[case("/incidents?date_range=year", "date_range cannot be year")]
#[case("/incidents?sort_by=title", "Sort by title is not supported")]
#[case(
    "/incidents?sort_by=resolved_at:down",
    "Sort by resolved_at:down is not supported"
)]
#[case(
    "/incidents?sort_by=urgency,created_at,resolved_at",
    "Sort by at most 2 fields"
)]
#[case("/incidents?since=yesterday", "since is not a valid time")]
#[case("/incidents?since=2026-01-01T00:00:00Z", "at most 6 months")]
#[case("/incidents?since=2026-11-24T00:00:00Z", "since must be before until")]
#[case("/incidents?time_zone=Mars", "Time zone Mars is invalid")]
#[case(
    "/incidents/QCHECKOUT5XX01?include[]=everything",
    "include[] cannot be everything"
)]
#[case("/incidents/QCHECKOUT5XX01/notes?limit=1", "Unknown parameter limit")]
#[case("/log_entries?include[]=users", "include[] cannot be users")]
#[case("/services?sort_by=created_at", "Sort by created_at is not supported")]
#[case("/users/me", "Could not determine current user")]
fn what_the_reference_does_not_know_is_refused(#[case] url: &str, #[case] error: &str) {
    let reply = pagerduty().answer(&request("GET", url), now());
    assert_eq!(reply.status, 400);
    let body = body(&reply);
    assert_eq!(body["error"]["code"], 2001);
    assert!(
        body["error"]["errors"][0].as_str().unwrap().contains(error),
        "{body}"
    );
}

#[rstest]
#[case("GET", "/incidents/QNOWHERE")]
#[case("GET", "/incidents/1001/notes")]
#[case("GET", "/users/PNOBODY")]
#[case("GET", "/services/PNOTHING")]
#[case("GET", "/incidents/QCHECKOUT5XX01/snooze")]
#[case("DELETE", "/incidents/QCHECKOUT5XX01")]
fn what_is_not_there_is_not_found(#[case] method: &str, #[case] url: &str) {
    let reply = pagerduty().answer(&request(method, url), now());
    assert_eq!(reply.status, 404);
    assert_eq!(
        body(&reply),
        json!({"error": {"message": "Not Found", "code": 2100}})
    );
}

#[test]
fn the_version_has_to_be_accepted() {
    for accept in [
        None,
        Some("application/json"),
        Some("application/vnd.pagerduty+json;version=1"),
    ] {
        let request = with_header(request("GET", "/users"), "accept", accept);
        assert_eq!(pagerduty().answer(&request, now()).status, 400);
    }
}

#[rstest]
#[case::a_month_by_creation("statuses[]=resolved", &["QCHECKOUT5XX01", "QSCHEDULER0002", "QBREAKER000003", "QCHECKOUTSLOW6"])]
#[case::all_of_time("statuses[]=resolved&date_range=all&sort_by=resolved_at:desc",
    &["QSCHEDULER0002", "QCHECKOUT5XX01", "QCHECKOUTSLOW6", "QBREAKER000003", "QDISKFULL00005"])]
#[case::created_not_resolved("since=2026-11-23T02:00:00Z&until=2026-11-23T09:00:00Z", &["QSCHEDULER0002"])]
#[case::no_offset_is_utc("since=2026-11-23T02:00:00&until=2026-11-23T09:00:00", &["QSCHEDULER0002"])]
#[case::no_offset_in_a_zone("since=2026-11-23T03:00:00&until=2026-11-23T10:00:00&time_zone=Europe/Berlin", &["QSCHEDULER0002"])]
#[case::open("statuses[]=triggered&statuses[]=acknowledged", &["QSEARCHSLOW004"])]
#[case::low("urgencies[]=low", &["QBREAKER000003"])]
#[case::two_fields("sort_by=urgency:desc,created_at:desc&limit=2", &["QSEARCHSLOW004", "QSCHEDULER0002"])]
#[case::a_page("date_range=all&sort_by=created_at&limit=2&offset=1", &["QBREAKER000003", "QCHECKOUT5XX01"])]
#[case::no_such_team("team_ids[]=PNONE", &[])]
fn incidents_are_found(#[case] query: &str, #[case] expected: &[&str]) {
    assert_eq!(
        ids(&get(&mut pagerduty(), &format!("/incidents?{query}"))["incidents"]),
        expected
    );
}

#[test]
fn nobody_finds_a_resolved_incident_by_a_person() {
    let mut pagerduty = pagerduty();
    let grace = pagerduty
        .account
        .person_by_email("grace.miller@example.com")
        .unwrap()
        .id
        .clone();
    let jonas = pagerduty
        .account
        .person_by_email("jonas.weber@example.com")
        .unwrap()
        .id
        .clone();
    assert_eq!(
        get(&mut pagerduty, &format!("/incidents?user_ids[]={grace}"))["incidents"],
        json!([])
    );
    let open = get(&mut pagerduty, &format!("/incidents?user_ids[]={jonas}"));
    assert_eq!(ids(&open["incidents"]), ["QSEARCHSLOW004"]);
}

#[test]
fn the_rest_is_told_of_only_as_far_as_asked() {
    let mut pagerduty = pagerduty();
    let page = get(&mut pagerduty, "/incidents?limit=2");
    assert_eq!(
        (&page["more"], &page["total"]),
        (&json!(true), &Value::Null)
    );
    let page = get(&mut pagerduty, "/incidents?limit=5&total=true");
    assert_eq!((&page["more"], &page["total"]), (&json!(false), &json!(5)));
}

#[test]
fn a_resolved_incident_has_forgotten_who_worked_on_it() {
    let mut pagerduty = pagerduty();
    let resolved = get(&mut pagerduty, "/incidents/QCHECKOUT5XX01")["incident"].clone();
    assert_eq!(
        (&resolved["assignments"], &resolved["acknowledgements"]),
        (&json!([]), &json!([]))
    );
    assert_eq!(
        (&resolved["resolved_at"], &resolved["resolve_reason"]),
        (&json!("2026-11-23T04:00:00Z"), &Value::Null)
    );
    assert_eq!(
        resolved["alert_counts"],
        json!({"all": 2, "triggered": 0, "resolved": 2})
    );
    let open = get(&mut pagerduty, "/incidents/1004")["incident"].clone();
    assert_eq!(
        open["acknowledgements"][0]["acknowledger"]["summary"],
        "Jonas Weber"
    );
    assert_eq!(open["resolved_at"], Value::Null);
}

#[test]
fn a_merged_incident_names_its_target_and_has_given_it_its_alerts() {
    let mut pagerduty = pagerduty();
    let merged = get(&mut pagerduty, "/incidents/QCHECKOUTSLOW6")["incident"].clone();
    assert_eq!(merged["status"], "resolved");
    assert_eq!(merged["resolve_reason"]["type"], "merge_resolve_reason");
    assert_eq!(merged["resolve_reason"]["incident"]["id"], "QCHECKOUT5XX01");
    assert_eq!(merged["alert_counts"]["all"], 0);
    assert_eq!(
        get(&mut pagerduty, "/incidents/QCHECKOUT5XX01/alerts")["alerts"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn references_become_objects_only_where_asked() {
    let mut pagerduty = pagerduty();
    let plain = get(&mut pagerduty, "/incidents?limit=1")["incidents"][0].clone();
    assert_eq!(plain["service"]["type"], "service_reference");
    let whole = get(
        &mut pagerduty,
        "/incidents?limit=1&include[]=services&include[]=first_trigger_log_entries",
    )["incidents"][0]
        .clone();
    assert_eq!(whole["service"]["type"], "service");
    assert_eq!(
        whole["first_trigger_log_entry"]["type"],
        "trigger_log_entry"
    );
    let user = get(&mut pagerduty, "/users?limit=1&include[]=contact_methods")["users"][0].clone();
    assert_eq!(user["contact_methods"][0]["address"], user["email"]);
}

#[test]
fn the_log_tells_who_did_what_newest_first() {
    let mut pagerduty = pagerduty();
    let log = get(
        &mut pagerduty,
        "/incidents/QCHECKOUT5XX01/log_entries?include[]=channels",
    )["log_entries"]
        .clone();
    let log = log.as_array().unwrap();
    let times: Vec<&str> = log
        .iter()
        .map(|entry| entry["created_at"].as_str().unwrap())
        .collect();
    assert!(times.is_sorted_by(|a, b| a >= b));
    assert_eq!(log[0]["type"], "resolve_log_entry");
    assert_eq!(log[0]["agent"]["summary"], "Grace Miller");
    let trigger = log.last().unwrap();
    assert_eq!(
        (&trigger["type"], &trigger["agent"]["summary"]),
        (&json!("trigger_log_entry"), &json!("Pingdom"))
    );
    assert_eq!(trigger["channel"]["details"]["client"], "Pingdom");
    let notes: Vec<_> = log
        .iter()
        .filter(|entry| entry["type"] == "annotate_log_entry")
        .collect();
    assert_eq!(notes.len(), 3);
    let important = get(
        &mut pagerduty,
        "/incidents/QCHECKOUT5XX01/log_entries?is_overview=true",
    );
    assert_eq!(
        important["log_entries"].as_array().unwrap().len(),
        log.len() - 1,
        "who was notified is left out"
    );
}

#[test]
fn times_are_told_in_the_zone_asked_for() {
    let mut pagerduty = pagerduty();
    let log = get(
        &mut pagerduty,
        "/incidents/QSCHEDULER0002/log_entries?time_zone=Asia/Kolkata",
    );
    assert_eq!(
        log["log_entries"][0]["created_at"],
        "2026-11-23T12:30:00+05:30"
    );
}

#[test]
fn the_log_of_all_incidents_is_cut_to_its_range() {
    let mut pagerduty = pagerduty();
    let log = get(
        &mut pagerduty,
        "/log_entries?since=2026-11-23T09:00:00Z&until=2026-11-23T10:00:00Z&include[]=incidents",
    );
    let titles: Vec<_> = log["log_entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["incident"]["title"])
        .collect();
    assert_eq!(
        titles,
        [
            "Search answers slower than 2 s",
            "Search answers slower than 2 s"
        ]
    );
}

#[test]
fn a_note_is_written_once_and_logged() {
    let mut pagerduty = pagerduty();
    let mut post = request("POST", NOTES);
    post.body = json!({"note": {"content": "See the page."}})
        .to_string()
        .into_bytes();
    let reply = pagerduty.answer(&post, now());
    assert_eq!(
        (reply.status, &body(&reply)["note"]["user"]["summary"]),
        (200, &json!("Ada Brandt"))
    );
    let notes = get(&mut pagerduty, NOTES);
    assert_eq!(notes["notes"].as_array().unwrap().len(), 4);
    let log = get(
        &mut pagerduty,
        "/incidents/QCHECKOUT5XX01/log_entries?limit=1",
    );
    assert_eq!(log["log_entries"][0]["note"], "See the page.");
}

#[rstest]
#[case(json!({"note": {"content": " "}}), 2001)]
#[case(json!({"note": {"text": "x"}}), 2001)]
#[case(json!({"content": "x"}), 2001)]
#[case(json!({"note": {"content": "x"}, "extra": 1}), 2001)]
fn a_note_has_content_and_nothing_else(#[case] note: Value, #[case] code: u16) {
    let mut pagerduty = pagerduty();
    let mut post = request("POST", NOTES);
    post.body = note.to_string().into_bytes();
    assert_eq!(body(&pagerduty.answer(&post, now()))["error"]["code"], code);
    assert_eq!(
        get(&mut pagerduty, NOTES)["notes"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
}

#[rstest]
#[case(None, 2001)]
#[case(Some("nobody@example.com"), 1008)]
fn a_note_is_somebodys(#[case] from: Option<&str>, #[case] code: u16) {
    let mut post = with_header(request("POST", NOTES), "from", from);
    post.body = json!({"note": {"content": "x"}}).to_string().into_bytes();
    let reply = pagerduty().answer(&post, now());
    assert_eq!(
        (reply.status, &body(&reply)["error"]["code"]),
        (400, &json!(code))
    );
}

#[test]
fn a_users_token_knows_its_user() {
    let request = with_header(
        request("GET", "/users/me"),
        "authorization",
        Some("Bearer sandbox-pagerduty-key"),
    );
    assert_eq!(
        body(&pagerduty().answer(&request, now()))["user"]["email"],
        "ada.brandt@example.com"
    );
}

#[test]
fn the_961st_call_of_a_minute_is_refused_and_the_next_minute_is_not() {
    let mut pagerduty = pagerduty();
    let priorities = request("GET", "/priorities");
    let header = |reply: &Reply, name: &str| {
        reply
            .headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.clone())
    };
    let mut last = pagerduty.answer(&priorities, now());
    assert_eq!(header(&last, "ratelimit-remaining").as_deref(), Some("959"));
    for _ in 0..960 {
        last = pagerduty.answer(&priorities, now() + SignedDuration::from_secs(20));
    }
    assert_eq!(
        (last.status, &body(&last)["error"]["code"]),
        (429, &json!(2020))
    );
    assert_eq!(header(&last, "ratelimit-limit").as_deref(), Some("960"));
    assert_eq!(
        header(&last, "ratelimit-reset").as_deref(),
        Some("40"),
        "seconds, not a point in time"
    );
    assert_eq!(
        pagerduty
            .answer(&priorities, now() + SignedDuration::from_mins(1))
            .status,
        200
    );
}

#[test]
fn an_incident_can_be_resolved_by_a_later_seed() {
    let mut pagerduty = pagerduty();
    let text = r#"{"incidents": [{"id": "QSEARCHSLOW004", "title": "Search answers slower than 2 s",
        "created_at": "-PT40M", "resolved_at": "-PT1M", "service": "Search"}]}"#;
    pagerduty
        .seed(&scenario::read(text, now()).unwrap(), now())
        .unwrap();
    let incident = get(&mut pagerduty, "/incidents/QSEARCHSLOW004")["incident"].clone();
    assert_eq!(
        (&incident["status"], &incident["incident_number"]),
        (&json!("resolved"), &json!(1004))
    );
    let log = get(&mut pagerduty, "/incidents/QSEARCHSLOW004/log_entries")["log_entries"].clone();
    let kinds: Vec<_> = log
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["type"].as_str().unwrap())
        .collect();
    assert_eq!(
        kinds,
        [
            "resolve_log_entry",
            "acknowledge_log_entry",
            "trigger_log_entry"
        ]
    );
}

#[rstest]
#[case(
    r#"{"title": "x", "created_at": "-PT1H", "resolved_at": "-PT2H"}"#,
    "resolved before it is created"
)]
#[case(
    r#"{"title": "x", "created_at": "-PT1H", "status": "resolved"}"#,
    "resolved_at is missing"
)]
#[case(
    r#"{"title": "x", "created_at": "-PT1H", "urgency": "medium"}"#,
    "neither high nor low"
)]
#[case(
    r#"{"title": "x", "created_at": "-PT1H", "log": [{"at": "-PT1H", "type": "shout"}]}"#,
    "none of"
)]
#[case(r#"{"title": "x", "created_at": "-PT1H", "notes": [{"at": "-PT1H", "by": "no@example.com", "content": "x"}]}"#, "nobody has the address")]
#[case(
    r#"{"title": "x", "created_at": "-PT2H", "resolved_at": "-PT1H", "merged_into": "QNONE"}"#,
    "cannot be merged into QNONE"
)]
fn a_seed_that_cannot_be_is_refused(#[case] incident: &str, #[case] complaint: &str) {
    let seed = scenario::read(&format!(r#"{{"incidents": [{incident}]}}"#), now()).unwrap();
    let error = PagerDuty::new().seed(&seed, now()).unwrap_err();
    assert!(error.contains(complaint), "{error}");
}
