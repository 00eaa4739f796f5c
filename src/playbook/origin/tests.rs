use std::collections::BTreeSet;
use std::sync::LazyLock;

use rstest::rstest;

use super::*;

fn rule(name: &str, from: &[&str], text: &[&str]) -> OriginRule {
    OriginRule {
        name: name.to_owned(),
        from: from.iter().map(|&name| name.to_owned()).collect(),
        text: text.iter().map(|&text| text.to_owned()).collect(),
        kind: OriginKind::Alert,
    }
}

/// Reading the rules takes longer than asking them: once for all tests.
static RULES: LazyLock<Origins> = LazyLock::new(Origins::built_in);

fn told(author: Option<&str>, text: &str) -> Option<(String, Signal)> {
    RULES
        .of(author, text)
        .map(|origin| (origin.name.to_owned(), origin.signal))
}

#[test]
fn the_built_in_rules_can_be_read_and_know_every_tool() {
    let origins = Origins::with(Vec::new()).unwrap();
    let names: BTreeSet<&str> = origins.rules.iter().map(|rule| &*rule.name).collect();
    let expected = BTreeSet::from([
        "Alertmanager",
        "Argo CD",
        "CloudWatch",
        "Datadog",
        "Deploys",
        "Dynatrace",
        "GitHub Actions",
        "Grafana",
        "Honeycomb",
        "Icinga",
        "Jenkins",
        "Nagios",
        "New Relic",
        "Opsgenie",
        "PagerDuty",
        "Pingdom",
        "Prometheus",
        "Sentry",
        "Spinnaker",
        "Splunk",
        "Statuspage",
        "UptimeRobot",
        "Zabbix",
        "circuit-breaker",
    ]);
    assert_eq!(names, expected);
}

#[test]
fn a_tool_is_of_one_kind() {
    for rule in &RULES.rules {
        for same in RULES.rules.iter().filter(|same| same.name == rule.name) {
            assert_eq!(rule.kind, same.kind, "{}", rule.name);
        }
    }
}

/// Posts of bots that bear the name of their tool.
#[rstest]
#[case(
    "Pingdom",
    "Pingdom",
    "*DOWN* checkout.example.com, HTTP 503 <https://my.pingdom.example.com/1|incident>",
    Signal::Firing
)]
#[case(
    "Pingdom",
    "Pingdom",
    "*DOWN* shop.example.com/checkout took 14 s",
    Signal::Firing
)]
#[case(
    "Pingdom",
    "Pingdom",
    "*UP* checkout.example.com, down for 1 h 36 min",
    Signal::Recovered
)]
#[case(
    "pingdom",
    "Pingdom",
    "Shop front page is UP again after 4 minutes",
    Signal::Recovered
)]
#[case(
    "New Relic",
    "New Relic",
    "Critical: checkout-api error rate 38.2 % (threshold 1 %)\ncheckout-api: error rate\nError rate is 38.2 %",
    Signal::Firing
)]
#[case(
    "New Relic",
    "New Relic",
    "*CRITICAL* campaign-scheduler: queue depth 51,204 (threshold 50,000)",
    Signal::Firing
)]
#[case(
    "New Relic",
    "New Relic",
    "Closed: campaign-scheduler: queue depth 0",
    Signal::Recovered
)]
#[case(
    "New Relic Alerts",
    "New Relic",
    "Critical priority issue was closed\nApdex of shop below 0.7",
    Signal::Recovered
)]
#[case(
    "CloudWatch",
    "CloudWatch",
    "ALARM: \"campaign-db-lock-waits\" in eu-central-1: Threshold Crossed: 1 datapoint [212.0] was greater than 50",
    Signal::Firing
)]
#[case(
    "CloudWatch",
    "CloudWatch",
    "OK: \"campaign-db-lock-waits\" in eu-central-1",
    Signal::Recovered
)]
#[case(
    "Amazon Q Developer",
    "CloudWatch",
    "*ALARM: \"alarm001\" in eu-central-1*\nThreshold crossed: 1 datapoint &gt; 90.0",
    Signal::Firing
)]
#[case(
    "AWS Chatbot",
    "CloudWatch",
    ":rotating_light: *<https://console.example.com/a|CloudWatch Alarm | p95 | eu-west-1 | Account: 123456789012>*",
    Signal::Firing
)]
#[case(
    "Amazon Q",
    "CloudWatch",
    "State change of p95: ALARM -&gt; OK",
    Signal::Recovered
)]
#[case(
    "circuit-breaker",
    "circuit-breaker",
    ":rotating_light: recommendations: breaker \"recs&lt;script&gt;\" OPEN after 20 failures",
    Signal::Firing
)]
#[case(
    "circuit-breaker",
    "circuit-breaker",
    ":large_yellow_circle: recommendations: breaker \"recs\" HALF_OPEN, trying one call in ten",
    Signal::Firing
)]
#[case(
    "circuit-breaker",
    "circuit-breaker",
    ":white_check_mark: recommendations: breaker closed",
    Signal::Recovered
)]
#[case(
    "PagerDuty",
    "PagerDuty",
    "Triggered <https://subdomain.pagerduty.com/incidents/QBREAKER000003|#1003>: Circuit breaker \"recs&lt;script&gt;\" is OPEN",
    Signal::Firing
)]
#[case(
    "PagerDuty",
    "PagerDuty",
    "*Triggered* <https://subdomain.pagerduty.com/alerts/alarm004|alarm004 is failing>",
    Signal::Firing
)]
#[case(
    "PagerDuty",
    "PagerDuty",
    "Acknowledged #1003: Checkout API returns 5xx",
    Signal::Firing
)]
#[case(
    "PagerDuty",
    "PagerDuty",
    "Resolved <https://subdomain.pagerduty.com/incidents/Q1|#1003>: Checkout API returns 5xx",
    Signal::Recovered
)]
#[case(
    "Datadog",
    "Datadog",
    "Triggered: [P1] alarm005 latency\navg(last_5m) &gt; 2",
    Signal::Firing
)]
#[case(
    "Datadog",
    "Datadog",
    "Re-Triggered: [P1] connections were closed by the peer",
    Signal::Firing
)]
#[case(
    "Datadog",
    "Datadog",
    "Recovered: [P1] checkout latency",
    Signal::Recovered
)]
#[case(
    "Grafana",
    "Grafana",
    "[FIRING:1, RESOLVED:1] Lag (kafka)",
    Signal::Firing
)]
#[case("Grafana", "Grafana", "[RESOLVED] Lag (kafka)", Signal::Recovered)]
#[case(
    "Alertmanager",
    "Alertmanager",
    "[FIRING:1] alarm006 (checkout critical)",
    Signal::Firing
)]
#[case(
    "alertmanager-eu",
    "Alertmanager",
    "✅ [RESOLVED] alarm006 (checkout critical)",
    Signal::Recovered
)]
#[case("Prometheus", "Prometheus", "[FIRING:2] InstanceDown", Signal::Firing)]
#[case(
    "Prometheus",
    "Prometheus",
    "[RESOLVED] InstanceDown",
    Signal::Recovered
)]
#[case(
    "Sentry",
    "Sentry",
    "TypeError: cannot read total of null",
    Signal::Firing
)]
#[case(
    "Sentry",
    "Sentry",
    "Ada Example marked SHOP-12 as resolved",
    Signal::Recovered
)]
#[case(
    "Opsgenie",
    "Opsgenie",
    "New alert: \"Disk full on db-2\" [#12]",
    Signal::Firing
)]
#[case(
    "Opsgenie",
    "Opsgenie",
    "Ada Example closed alert #12 \"Disk full on db-2\"",
    Signal::Recovered
)]
#[case(
    "Statuspage",
    "Statuspage",
    "New incident: Card payments delayed\nStatus: Investigating",
    Signal::Firing
)]
#[case(
    "Statuspage",
    "Statuspage",
    "Card payments delayed\nStatus: *Resolved*",
    Signal::Recovered
)]
#[case(
    "nagios",
    "Nagios",
    "** PROBLEM Service Alert: web-1/HTTP is CRITICAL **",
    Signal::Firing
)]
#[case(
    "nagios",
    "Nagios",
    "** RECOVERY Host Alert: web-1 is UP **",
    Signal::Recovered
)]
#[case(
    "icinga2",
    "Icinga",
    ":bomb: HOST: web-1   SERVICE: http  STATE: CRITICAL",
    Signal::Firing
)]
#[case(
    "icinga2",
    "Icinga",
    ":beer: HOST: web-1   SERVICE: http  STATE: OK",
    Signal::Recovered
)]
#[case("Zabbix", "Zabbix", "Problem: High CPU on db-1", Signal::Firing)]
#[case(
    "Zabbix",
    "Zabbix",
    "Resolved in 5m 3s: High CPU on db-1",
    Signal::Recovered
)]
#[case(
    "Zabbix",
    "Zabbix",
    "Problem has been resolved at 10:15:02 on 2026.03.01",
    Signal::Recovered
)]
#[case(
    "Honeycomb",
    "Honeycomb",
    "Triggered: p99 of checkout above 2 s",
    Signal::Firing
)]
#[case(
    "Honeycomb",
    "Honeycomb",
    "Resolved: p99 of checkout above 2 s",
    Signal::Recovered
)]
#[case(
    "Uptime Robot",
    "UptimeRobot",
    "Monitor is DOWN: shop ( https://shop.example.com )",
    Signal::Firing
)]
#[case(
    "UptimeRobot",
    "UptimeRobot",
    "Monitor is UP: shop ( https://shop.example.com ). It was down for 3 minutes.",
    Signal::Recovered
)]
#[case("Splunk", "Splunk", "Splunk Alert: too many 5xx", Signal::Firing)]
#[case(
    "Splunk On-Call",
    "Splunk",
    "RECOVERY: too many 5xx",
    Signal::Recovered
)]
#[case(
    "Dynatrace",
    "Dynatrace",
    "OPEN Problem P-2211: Failure rate increase",
    Signal::Firing
)]
#[case(
    "Dynatrace",
    "Dynatrace",
    "RESOLVED Problem P-2211: Failure rate increase",
    Signal::Recovered
)]
#[case(
    "GitHub Actions",
    "GitHub Actions",
    "deploy-production: failure",
    Signal::Deploy
)]
#[case(
    "Jenkins",
    "Jenkins",
    "checkout - #812 Success after 2 min 3 sec",
    Signal::Deploy
)]
#[case(
    "ArgoCD Staging Notifications",
    "Argo CD",
    "Application checkout is now running new version of deployments manifests.",
    Signal::Deploy
)]
#[case(
    "spinnakerbot",
    "Spinnaker",
    "checkout's deploy-prod pipeline has completed successfully",
    Signal::Deploy
)]
#[case(
    "Deploys",
    "Deploys",
    "checkout-api: rollback to `2026.11.3` started in eu-1 by Ada Example",
    Signal::Deploy
)]
fn a_bot_is_known_by_its_name(
    #[case] author: &str,
    #[case] name: &str,
    #[case] text: &str,
    #[case] signal: Signal,
) {
    assert_eq!(told(Some(author), text), Some((name.to_owned(), signal)));
}

/// Posts through a webhook that somebody called `alerts`, or that has no name.
#[rstest]
#[case(
    "Pingdom",
    "PingdomAlert DOWN: Shop (shop.example.com) is down",
    Signal::Firing
)]
#[case(
    "Pingdom",
    "PingdomAlert UP: Shop (shop.example.com) is UP again, after 5m of downtime",
    Signal::Recovered
)]
#[case(
    "New Relic",
    "Critical priority issue is active\nApdex of shop below 0.7",
    Signal::Firing
)]
#[case(
    "New Relic",
    "Critical priority issue was closed\nApdex of shop below 0.7",
    Signal::Recovered
)]
#[case(
    "CloudWatch",
    ":fire: *CloudWatch Alarm | p95 | eu-west-1 | Account: 123456789012*",
    Signal::Firing
)]
#[case("CloudWatch", "ALARM: \"p95\" in EU (Frankfurt)", Signal::Firing)]
#[case("CloudWatch", "OK: \"p95\" in EU (Frankfurt)", Signal::Recovered)]
#[case("circuit-breaker", "circuit breaker open", Signal::Firing)]
#[case(
    "circuit-breaker",
    "CircuitBreaker 'payments' changed state from CLOSED to OPEN",
    Signal::Firing
)]
#[case(
    "circuit-breaker",
    "CircuitBreaker 'payments' changed state from OPEN to HALF_OPEN",
    Signal::Firing
)]
#[case(
    "circuit-breaker",
    "CircuitBreaker 'payments' changed state from HALF_OPEN to CLOSED",
    Signal::Recovered
)]
#[case(
    "circuit-breaker",
    "CircuitBreaker 'payments' changed state from OPEN to CLOSED",
    Signal::Recovered
)]
#[case(
    "circuit-breaker",
    ":rotating_light: breaker \"alarm003\" OPEN after 20 failures",
    Signal::Firing
)]
#[case(
    "circuit-breaker",
    "shop: Circuit breaker for payments is CLOSED",
    Signal::Recovered
)]
#[case(
    "PagerDuty",
    "Triggered <https://subdomain.pagerduty.com/incidents/Q1|#1003>: Circuit breaker \"recs\" is OPEN",
    Signal::Firing
)]
#[case(
    "PagerDuty",
    "Resolved #1003: Checkout API returns 5xx",
    Signal::Recovered
)]
#[case("Datadog", "[P2] [Triggered] Latency of checkout", Signal::Firing)]
#[case("Datadog", "[P2] [Recovered] Latency of checkout", Signal::Recovered)]
#[case(
    "Datadog",
    "[Triggered on {host:db-1}] Disk is nearly full",
    Signal::Firing
)]
#[case("Grafana", "[Alerting] Lag of the consumer", Signal::Firing)]
#[case("Grafana", "[OK] Lag of the consumer", Signal::Recovered)]
#[case(
    "Alertmanager",
    "[FIRING:3] HighLatency for checkout (eu-1 critical)",
    Signal::Firing
)]
#[case(
    "Alertmanager",
    "<https://alerts.example.com/#/x|[RESOLVED] HighLatency for checkout>\n*Alert:* latency is critical",
    Signal::Recovered
)]
#[case("Prometheus", "Prometheus Alert: InstanceDown", Signal::Firing)]
#[case(
    "Prometheus",
    "Prometheus Alert: InstanceDown\nStatus: resolved",
    Signal::Recovered
)]
#[case("Sentry", "[Sentry] TypeError in checkout", Signal::Firing)]
#[case(
    "Opsgenie",
    "Opsgenie: Alert #12 \"Disk full\" closed",
    Signal::Recovered
)]
#[case("Opsgenie", "New alert: \"Disk full\" [#12]", Signal::Firing)]
#[case(
    "Statuspage",
    "Investigating - We are looking into failing payments.",
    Signal::Firing
)]
#[case(
    "Statuspage",
    "Resolved - This incident has been resolved.",
    Signal::Recovered
)]
#[case("Nagios", "** PROBLEM Host Alert: web-1 is DOWN **", Signal::Firing)]
#[case(
    "Nagios",
    "RECOVERY Service Alert: web-1/HTTP is OK",
    Signal::Recovered
)]
#[case("Icinga", "[PROBLEM] http on web-1 is CRITICAL!", Signal::Firing)]
#[case("Icinga", "[RECOVERY] http on web-1 is OK!", Signal::Recovered)]
#[case(
    "Zabbix",
    "Problem started at 10:10:02 on 2026.03.01\nProblem name: High CPU",
    Signal::Firing
)]
#[case("Zabbix", "Resolved in 1h 5m 3s: High CPU on db-1", Signal::Recovered)]
#[case("Honeycomb", "Honeycomb Trigger: p99 above 2 s", Signal::Firing)]
#[case("UptimeRobot", "🔴 Monitor is DOWN: shop", Signal::Firing)]
#[case("UptimeRobot", "🟢 Monitor is UP: shop", Signal::Recovered)]
#[case("Splunk", "Splunk Alert: too many 5xx", Signal::Firing)]
#[case("Dynatrace", "OPEN Problem 881: Failure rate increase", Signal::Firing)]
#[case(
    "Dynatrace",
    "RESOLVED Problem P-2211: Failure rate increase",
    Signal::Recovered
)]
#[case(
    "GitHub Actions",
    ":white_check_mark: Succeeded GitHub Actions",
    Signal::Deploy
)]
#[case(
    "Jenkins",
    "shop » checkout - #812 Back to normal after 2 min (<https://ci.example.com/812|Open>)",
    Signal::Deploy
)]
#[case(
    "Argo CD",
    ":exclamation: Application checkout has degraded.",
    Signal::Deploy
)]
#[case(
    "Spinnaker",
    "Stage Deploy for checkout's deploy-prod pipeline has failed",
    Signal::Deploy
)]
fn a_bot_of_another_name_is_known_by_what_it_writes(
    #[case] name: &str,
    #[case] text: &str,
    #[case] signal: Signal,
    #[values(None, Some("alerts"))] author: Option<&str>,
) {
    assert_eq!(told(author, text), Some((name.to_owned(), signal)));
}

#[rstest]
#[case("did Pingdom notice?")]
#[case("Pingdom: nothing, as always")]
#[case("Pingdom is DOWN for me as well")]
#[case("the circuit breaker is open again")]
#[case("Circuit breaker is open again, who looks?")]
#[case("circuit breaker open since when?")]
#[case("New Relic says the critical priority issue is active")]
#[case("CloudWatch alarm went off, ALARM: \"p95\" in eu-1")]
#[case("OK: I will do that")]
#[case("Resolved, thanks everybody")]
#[case("Resolved: the pool was too small")]
#[case("Triggered by the deploy, I think")]
#[case("Problem: we have no backup")]
#[case("Warning: do not restart db-1")]
#[case("we got a [FIRING:1] from Alertmanager")]
#[case("> [FIRING:1] HighLatency")]
#[case("Monitoring - will report in ten minutes")]
#[case("Investigating - back in five")]
#[case("Grafana shows nothing")]
#[case("Jenkins is slow, job - maybe #3 fails")]
#[case("Application checkout has a new owner")]
#[case("Ada's pipeline has a gap")]
#[case("is the monitor UP again?")]
#[case(":eyes: *looking* at <https://grafana.example.com/d/1|the dashboard>")]
#[case("")]
#[case("\n \n")]
fn what_people_write_is_no_alert(
    #[case] text: &str,
    #[values(None, Some("Ada Example"), Some("Ada Jenkins"))] author: Option<&str>,
) {
    assert_eq!(told(author, text), None);
}

#[test]
fn a_name_fits_as_a_whole_in_any_case() {
    for author in ["pagerduty", "PAGERDUTY", " PagerDuty ", "PagerDuty EU"] {
        assert!(told(Some(author), "hello").is_some(), "{author}");
    }
    for author in ["NotPagerDuty", "my PagerDuty", "", "Pager"] {
        assert_eq!(told(Some(author), "hello"), None, "{author}");
    }
}

#[test]
fn own_rules_come_first() {
    let origins = Origins::with(vec![
        rule("Payments watch", &["watch-*-eu"], &[]),
        rule(
            "Backups",
            &[],
            &["^Backup of \\S+ failed", "(?i)^backup .* is ok$"],
        ),
        rule("Our Pingdom", &["Pingdom"], &[]),
        OriginRule {
            kind: OriginKind::Deploy,
            ..rule("Ship it", &["shipper"], &[])
        },
    ])
    .unwrap();
    let told = |author, text| origins.of(author, text).map(|it| (it.name, it.signal));

    assert_eq!(
        told(Some("Watch-7-EU"), "OK: fine"),
        Some(("Payments watch", Signal::Recovered))
    );
    assert_eq!(told(Some("watch-7-us"), "OK: fine"), None);
    assert_eq!(
        told(Some("Grafana"), "hello\n*Backup of db-1 failed*"),
        Some(("Backups", Signal::Firing))
    );
    assert_eq!(
        told(Some("Pingdom"), "UP"),
        Some(("Our Pingdom", Signal::Recovered))
    );
    assert_eq!(
        told(Some("shipper"), "Resolved: shipped"),
        Some(("Ship it", Signal::Deploy))
    );
    assert_eq!(
        told(Some("Grafana"), "[OK] Lag"),
        Some(("Grafana", Signal::Recovered))
    );
}

#[test]
fn a_dot_in_a_name_is_a_dot() {
    let origins = Origins::with(vec![rule("Shop", &["shop.io (prod)"], &[])]).unwrap();
    assert!(origins.of(Some("Shop.IO (prod)"), "").is_some());
    assert_eq!(origins.of(Some("shopxio (prod)"), ""), None);
}

#[rstest]
#[case(rule("Broken", &[], &["("]), "rule \"Broken\": `(` is not a regular expression")]
#[case(rule("Huge", &[], &["(?:\\w{999}){999}"]), "rule \"Huge\": `(?:\\w{999}){999}` is not a regular expression")]
#[case(rule("Wide", &[], &[".*"]), "rule \"Wide\": `.*` fits every post")]
#[case(rule("Blank", &[], &[""]), "rule \"Blank\": `` fits every post")]
#[case(rule("All", &["*"], &[]), "rule \"All\": `*` fits every post")]
#[case(rule("Nobody", &[" "], &[]), "rule \"Nobody\": `` fits every post")]
#[case(rule("Idle", &[], &[]), "rule \"Idle\" has neither `from` nor `text`, so it fits no post")]
#[case(rule(" ", &["x"], &[]), "rule 2 has no name")]
fn an_own_rule_that_cannot_be_used_is_named(#[case] broken: OriginRule, #[case] expected: &str) {
    let error = Origins::with(vec![rule("Fine", &["fine"], &[]), broken]).unwrap_err();
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_rule_is_read_from_toml_and_unknown_keys_are_refused() {
    let rule: OriginRule = toml::from_str("name = 'Ship'\nfrom = ['x']\nkind = 'deploy'").unwrap();
    assert_eq!(rule.kind, OriginKind::Deploy);
    assert!(rule.text.is_empty());
    assert!(toml::from_str::<OriginRule>("name = 'Ship'\nform = ['x']").is_err());
}

#[test]
fn details_below_the_title_decide_nothing() {
    let details = "details\n".repeat(OPENING_LINES);
    assert_eq!(told(None, &format!("{details}[FIRING:1] Late")), None);
    assert_eq!(
        told(
            Some("Grafana"),
            "Lag of the consumer\n[FIRING:1]\nResolved: 3 others"
        ),
        Some(("Grafana".to_owned(), Signal::Firing))
    );
    assert_eq!(
        told(Some("Grafana"), "Lag is not back to normal"),
        Some(("Grafana".to_owned(), Signal::Firing))
    );
}

#[test]
fn a_huge_post_costs_no_more_than_its_first_lines() {
    let dump = "<:*&lt;".repeat(200_000);
    assert_eq!(told(None, &dump), None);
    assert!(told(Some("Grafana"), &"x\n".repeat(500_000)).is_some());
}

#[rstest]
#[case("<https://example.com/1|#1>: a", "#1: a")]
#[case("<https://example.com/1> a", "<https://example.com/1> a")]
#[case("<@U1> <!here> <x", "<@U1> <!here> <x")]
#[case(":fire: :+1:\u{fe0f} *a* b", "a b")]
#[case(":not an emoji: a", ":not an emoji: a")]
#[case("12:30:00 a", "12:30:00 a")]
#[case("änderung", "änderung")]
#[case("::", "::")]
#[case("p95 &amp;gt; &gt; 2", "p95 &gt; > 2")]
fn ornaments_are_taken_off(#[case] line: &str, #[case] expected: &str) {
    assert_eq!(bare(line), expected);
}

#[rstest]
#[case("a*b*c", "aXbYc", true)]
#[case("a*b*c", "abc", true)]
#[case("a*b*c", "acb", false)]
#[case("*bot", "Deploy Bot", true)]
#[case("*bot", "bots", false)]
#[case("ab*ba", "aba", false)]
#[case("Störung*", "STÖRUNGSMELDER", true)]
fn a_star_stands_for_any_characters(
    #[case] glob: &str,
    #[case] name: &str,
    #[case] expected: bool,
) {
    let pattern = NamePattern::of("Test", glob).unwrap();
    assert_eq!(pattern.fits(&name.to_lowercase()), expected);
}
