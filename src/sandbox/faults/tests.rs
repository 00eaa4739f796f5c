#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::*;
use rstest::rstest;

fn call<'a>(vendor: &'a str, method: &'a str, path: &'a str) -> Occasion<'a> {
    Occasion {
        moment: Moment::HttpCall,
        vendor,
        method,
        path,
        continues: false,
    }
}

fn fires(rule: Rule, calls: usize) -> Vec<bool> {
    let mut faults = Faults::default();
    faults.add(vec![rule]);
    (0..calls)
        .map(|_| {
            faults
                .strike(&call("slack", "POST", "/api/chat.postMessage"))
                .kind
                .is_some()
        })
        .collect()
}

#[test]
fn a_rule_fires_when_it_says_and_is_then_spent() {
    assert_eq!(fires(Rule::new(Kind::Refuse), 3), [true, false, false]);
    assert_eq!(
        fires(Rule::new(Kind::Refuse).when(When::Nth(2)), 3),
        [false, true, false]
    );
    assert_eq!(
        fires(Rule::new(Kind::Refuse).when(When::Times(2)), 3),
        [true, true, false]
    );
    assert_eq!(
        fires(Rule::new(Kind::Refuse).when(When::Always), 3),
        [true, true, true]
    );
}

#[rstest]
#[case("/api/", "/api/chat.postMessage", true)]
#[case("users", "/api/chat.postMessage", false)]
#[case("/api/*", "/api/chat.postMessage", true)]
#[case("/api/*.post*", "/api/chat.postMessage", true)]
#[case("*Message", "/api/chat.postMessage", true)]
#[case("*Mess", "/api/chat.postMessage", false)]
#[case("chat*", "/api/chat.postMessage", false)]
#[case("*", "", true)]
fn a_path_is_contained_or_with_a_star_matched_whole(
    #[case] pattern: &str,
    #[case] path: &str,
    #[case] expected: bool,
) {
    assert_eq!(path_matches(pattern, path), expected);
}

#[test]
fn a_rule_counts_only_the_calls_it_looks_at() {
    let mut faults = Faults::default();
    faults.add(vec![
        Rule::new(Kind::ErrorBefore)
            .vendor("google")
            .method("POST")
            .when(When::Nth(1)),
    ]);
    assert_eq!(faults.strike(&call("slack", "POST", "/x")).kind, None);
    assert_eq!(faults.strike(&call("google", "GET", "/x")).kind, None);
    assert_eq!(
        faults.strike(&call("google", "POST", "/x")).kind,
        Some(Kind::ErrorBefore)
    );
}

#[test]
fn a_rule_for_anybody_counts_a_mail_once_when_it_was_read() {
    let mut faults = Faults::default();
    faults.add(vec![Rule::new(Kind::Refuse).when(When::Nth(1))]);
    let mail = |moment| Occasion {
        moment,
        vendor: "smtp",
        method: "DATA",
        path: "",
        continues: false,
    };
    assert_eq!(faults.strike(&mail(Moment::SmtpConnect)).kind, None);
    assert_eq!(faults.strike(&mail(Moment::SmtpRecipient)).kind, None);
    assert_eq!(
        faults.strike(&mail(Moment::SmtpMessage)).kind,
        Some(Kind::Refuse)
    );
}

#[test]
fn lateness_adds_up_beside_another_fault() {
    let mut faults = Faults::default();
    let late = Rule::new(Kind::Latency { millis: 20 });
    faults.add(vec![late.clone(), Rule::new(Kind::DropAfter), late]);
    let strike = faults.strike(&call("slack", "GET", "/"));
    assert_eq!(
        strike,
        Strike {
            kind: Some(Kind::DropAfter),
            late: Duration::from_millis(40)
        }
    );
}

#[rstest]
#[case(json!({"kind": "throttle", "retry_after": 5, "nth": 2}), "")]
#[case(json!({"kind": "reject", "code": 550, "vendor": "smtp", "always": true}), "")]
#[case(json!({"kind": "refuse", "retry_after": 5}), "retry_after does not belong")]
#[case(json!({"kind": "hang"}), "needs seconds")]
#[case(json!({"kind": "refuse", "nth": 1, "always": true}), "one of nth")]
#[case(json!({"kind": "refuse", "nth": 0}), "one of nth")]
#[case(json!({"kind": "refuse", "vendor": "gogle"}), "unknown vendor gogle")]
#[case(json!({"kind": "reject", "code": 250}), "no SMTP refusal")]
#[case(json!({"kind": "short_pages", "most": 3, "always": true}), "")]
#[case(json!({"kind": "short_pages"}), "needs most")]
#[case(json!({"kind": "short_pages", "most": 0}), "never ends")]
#[case(json!({"kind": "repeat_cursor", "most": 3}), "most does not belong")]
#[case(json!({"kind": "explode"}), "unknown variant")]
#[case(json!({"kind": "refuse", "pth": "/"}), "unknown field")]
fn rules_are_read_from_json_and_nonsense_is_named(#[case] text: Value, #[case] complaint: &str) {
    match serde_json::from_value::<Rule>(text) {
        Ok(_) => assert_eq!(complaint, ""),
        Err(error) => assert!(
            !complaint.is_empty() && error.to_string().contains(complaint),
            "{error}"
        ),
    }
}

#[test]
fn faults_of_going_on_leave_the_first_page_alone() {
    for kind in [Kind::RepeatCursor, Kind::ExpiredCursor] {
        let mut faults = Faults::default();
        faults.add(vec![Rule::new(kind)]);
        let first = call("slack", "GET", "/api/conversations.history");
        assert_eq!(faults.strike(&first).kind, None);
        let second = Occasion {
            continues: true,
            ..first
        };
        assert_eq!(faults.strike(&second).kind, Some(kind));
    }
}
