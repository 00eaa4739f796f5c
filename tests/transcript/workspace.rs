//! A Slack workspace of the sandbox, and what people do in it.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use debrief::clock::Clock;
use debrief::playbook::incident::{EntryKind, Incident, IncidentId, Status, TimelineEntry};
use debrief::sandbox::scenario;
use debrief::sandbox::seed::fingerprint;
use debrief::sandbox::server::{Options, Sandbox};
use debrief::sources::transcript::{Named, Sign, Transcript, TranscriptRules};
use debrief::vendors::http::{Http, HttpOptions, Repeat, Request, Transport};
use debrief::vendors::slack::Slack;
use jiff::SignedDuration;
use regex::Regex;
use serde_json::Value;

use crate::support::time;

/// The bot's token.
const TOKEN: &str = "xoxb-sandbox";

/// A bot's token that may only write.
pub const BARE_TOKEN: &str = "xoxb-sandbox-bare";

/// Long after the story.
const NOW: &str = "2026-03-02T12:00:00Z";

/// From 08:00 to 09:00.
pub fn incident() -> Incident {
    let resolved = Status::Resolved {
        at: time("2026-03-02T09:00:00Z"),
    };
    let opened = time("2026-03-02T08:00:00Z");
    Incident::listed(
        IncidentId::new("pagerduty", "Q1"),
        "#1",
        "Checkout is down",
        opened,
        resolved,
    )
}

/// An entry on one line.
pub fn plain(entry: &TimelineEntry) -> String {
    format!(
        "{} {:?} {}: {}",
        entry.at.strftime("%H:%M:%S"),
        entry.kind,
        entry.by.as_deref().unwrap_or("-"),
        entry.text.to_plain()
    )
}

/// The sandbox, with its clock.
pub struct Workspace {
    pub sandbox: Sandbox,
    pub clock: Clock,
}

impl Workspace {
    /// With that seed.
    pub async fn of(seed: &Value) -> Self {
        let clock = Clock::standing_at(time(NOW));
        let sandbox = Sandbox::start(Options {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            clock: clock.clone(),
            latency: Duration::ZERO,
            record: None,
        })
        .await
        .expect("a free port on loopback");
        let seed = scenario::read(&seed.to_string(), time(NOW)).expect("a seed");
        sandbox.seed(&seed).expect("Slack takes the seed");
        Self { sandbox, clock }
    }

    /// A reader of these channels, by name.
    pub async fn transcript(&self, channels: &[&str]) -> Transcript {
        self.transcript_with(TOKEN, channels).await
    }

    /// The same with another token.
    pub async fn transcript_with(&self, token: &str, channels: &[&str]) -> Transcript {
        let mut ids = Vec::new();
        for name in channels {
            ids.push(self.channel(name).await);
        }
        let rules = TranscriptRules {
            channels: ids,
            before: SignedDuration::from_mins(30),
            after: SignedDuration::from_mins(60),
            mitigated: vec![
                Sign::Said(Regex::new("(?i)^mitigated").expect("a pattern")),
                Sign::Reacted("fire_extinguisher".to_owned()),
            ],
        };
        let pingdom = |name: Option<&str>, _: &str| {
            (name? == "Pingdom").then(|| Named {
                name: "Pingdom".to_owned(),
                kind: EntryKind::Alert,
            })
        };
        Transcript::new(self.slack(token), rules, Box::new(pingdom))
    }

    /// The bot's client.
    pub fn bot(&self) -> Slack {
        self.slack(TOKEN)
    }

    fn slack(&self, token: &str) -> Slack {
        Slack::new(self.http(), token.to_owned().into())
    }

    fn http(&self) -> Http {
        let options = HttpOptions {
            base_url: self.sandbox.base_url().parse().expect("a URL"),
            max_body: 16 * 1024 * 1024,
            attempts: 3,
        };
        let transport = Transport::new(Duration::from_secs(20), "debrief-test");
        Http::new("slack", &transport, options).expect("a client")
    }

    /// Calls a method as the bot.
    pub async fn call(&self, method: &str, body: &Value) -> Value {
        self.call_with(TOKEN, method, body).await
    }

    /// Calls a method as a person, by address.
    pub async fn call_as(&self, person: &str, method: &str, body: &Value) -> Value {
        let token = format!("xoxp-U{}", fingerprint(person, 10));
        self.call_with(&token, method, body).await
    }

    async fn call_with(&self, token: &str, method: &str, body: &Value) -> Value {
        let request = Request::new(
            "test",
            "POST".parse().expect("a method"),
            ["api", method],
            Repeat::Once,
        )
        .authorization(&format!("Bearer {token}"))
        .json(body);
        let answer: Value = self.http().call_json(request).await.expect("an answer");
        assert_eq!(answer["ok"], true, "{method}: {answer}");
        answer
    }

    /// A channel's id by name.
    pub async fn channel(&self, name: &str) -> String {
        let request = Request::get("test", ["api", "conversations.list"])
            .authorization(&format!("Bearer {TOKEN}"));
        let list: Value = self.http().call_json(request).await.expect("an answer");
        let channels = list["channels"].as_array().expect("channels");
        channels
            .iter()
            .find(|channel| channel["name"] == name)
            .and_then(|channel| channel["id"].as_str())
            .unwrap_or_else(|| panic!("no channel {name}"))
            .to_owned()
    }

    /// The methods that were called, in order, without those of the tests themselves.
    pub fn calls(&self) -> Vec<String> {
        self.sandbox
            .calls()
            .iter()
            .map(|call| call.path.trim_start_matches("/api/").to_owned())
            .filter(|method| method != "conversations.list")
            .collect()
    }
}
