//! Requests, good and bad, and what comes of them. Each file has one subject.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod comments;
mod data_center;
mod labels;
mod lists;
mod pages;
mod people;
mod properties;
mod search;
mod tasks;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{ACCOUNT, Confluence, TOKEN};
use crate::sandbox::seed::Seed;
use crate::sandbox::wire::{Reply, Request, Vendor, percent_decode};

/// A site, and somebody who talks to it at a time of their choice.
struct Site {
    vendor: Confluence,
    now: Timestamp,
    address: String,
}

/// What was answered.
struct Got {
    status: u16,
    body: Value,
    headers: Vec<(String, String)>,
}

impl Got {
    fn title(&self) -> &str {
        self.body["errors"][0]["title"]
            .as_str()
            .or_else(|| self.body["message"].as_str())
            .unwrap_or_default()
    }

    fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    fn id(&self) -> String {
        assert!(self.status < 300, "{} {}", self.status, self.body);
        self.body["id"].as_str().expect("an id").to_owned()
    }

    /// The named member of each result.
    fn each(&self, name: &str) -> Vec<String> {
        let results = self.body["results"].as_array().expect("results");
        results
            .iter()
            .map(|result| result[name].as_str().unwrap_or_default().to_owned())
            .collect()
    }
}

impl Site {
    fn new() -> Self {
        let mut vendor = Confluence::new();
        let now = "2026-05-04T09:00:00Z".parse().unwrap();
        let seed: Seed = serde_json::from_value(json!({ "people": [
            { "name": "Ana Ruiz", "email": "ana@example.com", "atlassian": "712020:ana", "time_zone": "Europe/Madrid" },
            { "name": "Ben Okoye", "email": "ben@example.com", "atlassian": "712020:ben", "job_title": "private" },
        ] }))
        .unwrap();
        vendor.seed(&seed, now).unwrap();
        Self {
            vendor,
            now,
            address: ACCOUNT.to_owned(),
        }
    }

    fn wait(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
    }

    fn send(&mut self, request: &Request) -> Got {
        let reply: Reply = self.vendor.answer(request, self.now);
        let body = serde_json::from_slice(&reply.body).unwrap_or(Value::Null);
        Got {
            status: reply.status,
            body,
            headers: reply.headers,
        }
    }

    fn request(&self, method: &str, target: &str, body: Option<&Value>) -> Request {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let pairs = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                (
                    percent_decode(name),
                    percent_decode(&value.replace('+', " ")),
                )
            });
        let login = STANDARD.encode(format!("{}:{TOKEN}", self.address));
        let mut headers = vec![
            ("authorization".to_owned(), format!("Basic {login}")),
            ("host".to_owned(), "127.0.0.1:4000".to_owned()),
        ];
        if body.is_some() {
            headers.push(("content-type".to_owned(), "application/json".to_owned()));
        }
        Request {
            method: method.to_owned(),
            path: path.to_owned(),
            query: pairs.collect(),
            headers,
            body: body
                .map(|body| body.to_string().into_bytes())
                .unwrap_or_default(),
        }
    }

    fn get(&mut self, target: &str) -> Got {
        let request = self.request("GET", target, None);
        self.send(&request)
    }

    fn post(&mut self, target: &str, body: &Value) -> Got {
        let request = self.request("POST", target, Some(body));
        self.send(&request)
    }

    fn put(&mut self, target: &str, body: &Value) -> Got {
        let request = self.request("PUT", target, Some(body));
        self.send(&request)
    }

    fn delete(&mut self, target: &str) -> Got {
        let request = self.request("DELETE", target, None);
        self.send(&request)
    }

    /// Makes a page below `Postmortems`.
    fn page(&mut self, title: &str, storage: &str) -> String {
        self.post("/wiki/api/v2/pages", &new_page(title, storage))
            .id()
    }

    /// Replaces a page's body, as somebody who has just read it.
    fn edit(&mut self, id: &str, storage: &str) -> Got {
        let page = self.get(&format!("/wiki/api/v2/pages/{id}")).body;
        let number = page["version"]["number"].as_i64().unwrap() + 1;
        let body = json!({
            "id": id, "status": "current", "title": page["title"],
            "body": { "representation": "storage", "value": storage },
            "version": { "number": number },
        });
        self.put(&format!("/wiki/api/v2/pages/{id}"), &body)
    }
}

fn new_page(title: &str, storage: &str) -> Value {
    json!({
        "spaceId": "98306", "status": "current", "title": title, "parentId": "500001",
        "body": { "representation": "storage", "value": storage },
    })
}

/// `value` with some members set anew; null takes a member away.
fn with(mut value: Value, changes: Value) -> Value {
    for (name, change) in changes.as_object().unwrap() {
        let members = value.as_object_mut().unwrap();
        if change.is_null() {
            members.remove(name);
        } else {
            members.insert(name.clone(), change.clone());
        }
    }
    value
}
