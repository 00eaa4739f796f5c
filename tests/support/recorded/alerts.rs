//! What monitoring posted: seven origins, each in its own shape, some of them again and again.

use serde_json::{Value, json};

use super::{ALERTS, Dice, ago};

/// The same alert, once or many times.
#[derive(Clone, Debug)]
pub struct AlertSeries {
    /// The tool it came from.
    pub origin: &'static str,
    /// A word that no other alert has.
    pub word: String,
    /// How often it came.
    pub times: usize,
    /// How long before now it came first and last, in milliseconds.
    pub first: i64,
    /// See above.
    pub last: i64,
}

/// The alerts as messages with their moments, and as series in the order of their first.
pub struct Posts {
    pub messages: Vec<(i64, Value)>,
    pub series: Vec<AlertSeries>,
}

pub const ORIGINS: [&str; 7] = [
    "Pingdom",
    "New Relic",
    "CloudWatch",
    "circuit-breaker",
    "PagerDuty",
    "Datadog",
    "Alertmanager",
];

/// How often the flapping ones come; the others come once. All origins have some of both.
const FLAPPING: [usize; 10] = [40, 36, 30, 25, 20, 15, 12, 9, 7, 6];

pub fn posts(dice: &mut Dice, moments: &[i64]) -> Posts {
    assert_eq!(moments.len(), ALERTS);
    let once = ALERTS - FLAPPING.iter().sum::<usize>();
    let counts = FLAPPING.iter().copied().chain(std::iter::repeat_n(1, once));
    let mut slots: Vec<usize> = counts
        .enumerate()
        .flat_map(|(series, times)| std::iter::repeat_n(series, times))
        .collect();
    // Shuffled, but for the first: that one opened the incident.
    for at in (2..slots.len()).rev() {
        let other = 1 + dice.below(at);
        slots.swap(at, other);
    }
    let mut series: Vec<Option<AlertSeries>> = vec![None; FLAPPING.len() + once];
    let mut messages = Vec::new();
    for (slot, at) in slots.into_iter().zip(moments) {
        let known = series[slot].get_or_insert_with(|| AlertSeries {
            origin: ORIGINS[slot % ORIGINS.len()],
            word: format!("alarm{slot:03}"),
            times: 0,
            first: *at,
            last: *at,
        });
        known.times += 1;
        known.last = *at;
        messages.push((*at, post(known.origin, &known.word, *at)));
    }
    let mut series: Vec<AlertSeries> = series.into_iter().flatten().collect();
    series.sort_by_key(|series| std::cmp::Reverse(series.first));
    Posts { messages, series }
}

/// As each tool's integration posts it: in the text, in attachments, in blocks.
fn post(origin: &str, word: &str, at: i64) -> Value {
    let at = ago(at);
    match origin {
        "Pingdom" => {
            json!({"at": at, "bot": origin, "text": format!("*DOWN* {word}.example.com, HTTP 503 <https://my.pingdom.example.com/{word}|details>")})
        }
        "New Relic" => json!({"at": at, "app": origin, "attachments": [{
            "fallback": format!("Critical: error rate of {word} above 5 %"), "color": "danger",
            "title": format!("Critical: error rate of {word} above 5 %"),
            "fields": [{"title": "Priority", "value": "Critical", "short": true}],
        }]}),
        "CloudWatch" => {
            json!({"at": at, "app": "Amazon Q Developer", "bot": origin, "attachments": [{
                "fallback": format!("ALARM: \"{word}\" in eu-central-1"), "color": "d13212",
                "text": format!("*ALARM: \"{word}\" in eu-central-1*\nThreshold crossed: 1 datapoint &gt; 90.0"),
            }]})
        }
        "circuit-breaker" => {
            json!({"at": at, "bot": origin, "text": format!(":rotating_light: breaker \"{word}\" OPEN after 20 failures")})
        }
        "PagerDuty" => json!({"at": at, "app": origin, "blocks": [{
            "type": "section", "text": {"type": "mrkdwn", "text": format!("*Triggered* <https://subdomain.pagerduty.com/alerts/{word}|{word} is failing>")},
        }]}),
        "Datadog" => json!({"at": at, "app": origin, "attachments": [{
            "fallback": format!("Triggered: [P1] {word} latency"), "color": "danger",
            "title": format!("Triggered: [P1] {word} latency"), "text": "avg(last_5m) &gt; 2",
        }]}),
        _ => json!({"at": at, "bot": origin, "attachments": [{
            "fallback": format!("[FIRING:1] {word} (checkout critical)"), "color": "danger",
            "title": format!("[FIRING:1] {word} (checkout critical)"),
        }]}),
    }
}
