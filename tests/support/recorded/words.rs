//! Who is there and what is said.

use serde_json::{Value, json};

use super::{Dice, PEOPLE};

/// Somebody who took part.
pub struct Person {
    pub name: String,
    pub email: String,
    pub slack: String,
    pub is_unknown_to_slack: bool,
    pub is_unknown_to_pagerduty: bool,
    pub seed: Value,
}

const FIRST_NAMES: [&str; PEOPLE] = [
    "Ada",
    "Ben",
    "Cleo",
    "Dan",
    "Eve",
    "Finn",
    "Gita",
    "Hugo",
    "Ines",
    "Jonas",
    "Kaja",
    "Liam",
    "Mona",
    "Nils",
    "Ola",
    "Pia",
    "Quentin",
    "Rosa",
    "Sven",
    "Tara",
    "Ugo",
    "Vera",
    "Wim",
    "Xenia",
    "Yara",
    "Zoë",
    "Łukasz",
    "Søren",
    "Ángel",
    "Çağla",
    "Đorđe",
    "Ľubica",
    "佐藤",
    "Νίκος",
    "Олена",
    "נועה",
    "ليلى",
    "O'Neil",
    "R&D <Duty>",
    "Bot-or-not",
];

/// Forty people. The last four are hidden from Slack, the eight before the last eight from PagerDuty; two have left, and
/// of one Slack knows hardly anything.
pub fn people() -> Vec<Person> {
    let zones = [
        "Europe/Berlin",
        "America/New_York",
        "Asia/Kolkata",
        "Australia/Lord_Howe",
    ];
    FIRST_NAMES
        .iter()
        .enumerate()
        .map(|(index, first)| {
            let name = format!("{first} Example");
            let email = format!("person{index:02}@example.com");
            let slack = format!("U0PERSON{index:02}");
            let is_unknown_to_slack = index >= PEOPLE - 4;
            let is_unknown_to_pagerduty = (PEOPLE - 16..PEOPLE - 8).contains(&index);
            let mut hidden = Vec::new();
            if is_unknown_to_slack {
                hidden.push("slack");
            }
            if is_unknown_to_pagerduty {
                hidden.push("pagerduty");
            }
            let left = [20, 21].contains(&index);
            let mut seed = json!({
                "name": name, "email": email, "slack": slack, "time_zone": zones[index % zones.len()],
                "hidden_from": hidden, "standing": if left { "left" } else { "member" },
            });
            if index == 22 {
                let thin = json!({"tz": null, "profile": {"email": "$absent", "display_name": null, "real_name": "$absent"}});
                seed["raw"] = json!({"slack": thin});
            }
            Person {
                name,
                email,
                slack,
                is_unknown_to_slack,
                is_unknown_to_pagerduty: is_unknown_to_pagerduty || left,
                seed,
            }
        })
        .collect()
}

/// A word that stands in one message only, and is nobody's markup.
pub fn mark(index: usize) -> String {
    format!("mark{index:04}")
}

/// The name of the file of that number.
pub fn file_name(number: usize) -> String {
    let ending = ["png", "log", "csv", "pdf"][number % 4];
    format!("evidence {number:02} of <checkout> & co.{ending}")
}

/// What somebody says, in Slack's own form: `&`, `<` and `>` escaped, everything in angle brackets markup.
pub fn sentence(dice: &mut Dice, people: &[Person], index: usize, word: &str) -> String {
    let somebody = &people[dice.below(people.len())].slack;
    match index {
        // One of the longest there can be, and a few that are merely long.
        700 => {
            return format!(
                "{word}\n```{}```",
                "WARN pool waiting &lt;2048&gt; ]]&gt; &amp;c. \n".repeat(1_000)
            );
        }
        300 | 900 | 1_300 => {
            return format!("{word} {}", "and it went on and on like this, ".repeat(150));
        }
        _ => {}
    }
    match index % 17 {
        0 => format!("{word}: <@{somebody}> can you look at eu-1?"),
        1 => format!("*{word}* is _worse_ than ~before~ `pool=200/200`"),
        2 => format!(
            "see <https://grafana.example.com/d/{index}?from=1&amp;to=2|the graph of {word}>"
        ),
        3 => format!(
            "{word}\n```if a &lt; b &amp;&amp; c &gt; d {{ ]]&gt; }}\n\treturn \"&lt;/ac:structured-macro&gt;\"```"
        ),
        4 => format!("&gt; who changed that?\nnobody, {word} was always so"),
        5 => format!(":fire: {word} :rotating_light: 🔥 <!here>"),
        6 => format!("{word} \u{202b}الخدمة متوقفة الآن\u{202c} and שלום"),
        7 => format!("• {word}\n• errors in us-1\n• none in ap-2"),
        8 => format!(
            "{word} &lt;script&gt;alert('x')&lt;/script&gt; &amp; {{{{ 7 * 7 }}}} ${{x}} %s"
        ),
        9 => format!("<#C0123456789|payments> has it too ({word})"),
        10 => format!("rolling back, {word}"),
        11 => format!("{word} since <!date^1700000000^{{date_short}}|14 Nov 2023>"),
        12 => format!("<https://example.com/run/{index}> {word}"),
        13 => format!("{word} looks right in *eu-1* and _eu-2_"),
        14 => format!("zwölf Boxkämpfer, {word}, 日本語, Ω≈ç√"),
        15 => format!("I do not think so. {word}? Let us see the logs."),
        _ => format!("{word} done, error rate {}.{} %", index % 40, index % 10),
    }
}
