//! The same day in PagerDuty: its log, which tells some of the alerts again, and the notes.

use serde_json::{Value, json};

use super::alerts::AlertSeries;
use super::masked::Lists;
use super::words::Person;
use super::{Dice, INCIDENT, LOG_ENTRIES, NOTES, OPENED, RESOLVED, ago};

/// How many alerts the log tells too.
const TRIGGERS: usize = 30;

/// The incident and the words of its notes, oldest first.
pub fn incident(
    dice: &mut Dice,
    people: &[Person],
    series: &[AlertSeries],
    masked: &Lists,
) -> (Value, Vec<String>) {
    let (notes, words) = notes(dice, people, masked);
    let mut log = vec![
        json!({"at": ago(OPENED), "type": "trigger", "origin": series[0].origin, "summary": format!("Triggered by {}: {}", series[0].origin, series[0].word)}),
        json!({"at": ago(OPENED - 150_000), "type": "acknowledge", "by": people[0].email}),
        json!({"at": ago(RESOLVED), "type": "resolve", "by": people[0].email}),
    ];
    // PagerDuty hears of an alert a little earlier or later than the channel does.
    for told in series.iter().skip(1).take(TRIGGERS - 1) {
        let skew = i64::try_from(dice.below(40)).expect("small") * 1000 - 20_000;
        log.push(json!({"at": ago(told.first + skew), "type": "trigger", "origin": told.origin, "summary": format!("Triggered by {}: {}", told.origin, told.word)}));
    }
    let kinds = [
        "notify",
        "escalate",
        "assign",
        "notify",
        "acknowledge",
        "notify",
        "snooze",
        "urgency_change",
    ];
    let left = LOG_ENTRIES - NOTES - log.len();
    for index in 0..left {
        let at = OPENED - 200_000 - i64::try_from(index).expect("small") * 150_000;
        let by = &people[dice.below(people.len())].email;
        let mut entry = json!({"at": ago(at), "type": kinds[index % kinds.len()], "by": by});
        match index % 20 {
            7 => entry["raw"] = json!({"type": format!("brand_new_{index}_log_entry")}),
            13 => entry["raw"] = json!({"agent": null, "summary": null, "channel": null}),
            _ => {}
        }
        log.push(entry);
    }
    let incident = json!({
        "id": INCIDENT,
        "title": "Checkout & payments fail <everywhere> ]]> \u{202b}توقف\u{202c}",
        "service": "Checkout API",
        "urgency": "high",
        "priority": "P1",
        "created_at": ago(OPENED),
        "resolved_at": ago(RESOLVED),
        "log": log,
        "notes": notes,
    });
    (incident, words)
}

fn notes(dice: &mut Dice, people: &[Person], masked: &Lists) -> (Vec<Value>, Vec<String>) {
    let pasted = masked.in_notes();
    let mut notes = Vec::new();
    let mut words = Vec::new();
    for index in 0..NOTES {
        let at = OPENED - 400_000 - i64::try_from(index).expect("small") * 900_000;
        let word = format!("noted{index:02}");
        let mut content = format!("{word}: <b>one</b> & two ]]> three");
        if let Some(pasted) = pasted.get(index) {
            content = format!("{content}\n{pasted}");
        }
        let mut note = json!({"at": ago(at), "content": content});
        match index {
            5 => note["bot"] = json!("Runbook Automation"),
            _ => note["by"] = json!(people[dice.below(people.len())].email),
        }
        if index == 9 {
            note["raw"] = json!({"user": null});
        }
        notes.push(note);
        words.push(word);
    }
    (notes, words)
}
