//! Calendars themselves: the list of them, and a person's settings.

use serde_json::{Value, json};

use super::Calendars;
use crate::sandbox::google::{
    accounts::{Account, Accounts},
    call::{Answer, Call, Outcome},
    errors::Refusal,
};

impl Calendars {
    pub(super) fn calendar(&self, call: &Call<'_>, accounts: &Accounts) -> Outcome {
        let address = self.readable(call)?;
        let account = accounts.get(&address);
        Ok(Answer::Tagged(json!({
            "kind": "calendar#calendar",
            "etag": "\"1\"",
            "id": address,
            "summary": name(account, &address),
            "timeZone": zone(account),
            "conferenceProperties": {"allowedConferenceSolutionTypes": ["hangoutsMeet"]},
        })))
    }

    pub(super) fn list_entry(&self, call: &Call<'_>, accounts: &Accounts) -> Outcome {
        let address = self.readable(call)?;
        Ok(Answer::Tagged(entry(&address, call, accounts)))
    }

    /// A person's list holds their own calendar; colleagues' calendars are read by address without being in it.
    pub(super) fn list_entries(&self, call: &Call<'_>, accounts: &Accounts) -> Outcome {
        if call.query("syncToken").is_some() {
            return Err(Refusal::new(
                410,
                "fullSyncRequired",
                "Sync token is no longer valid, a full sync is required.",
            ));
        }
        let (items, _) = call.page(
            vec![entry(&call.caller.email, call, accounts)],
            call.count("maxResults", 100),
        )?;
        Ok(Answer::Tagged(json!({
            "kind": "calendar#calendarList",
            "etag": "\"1\"",
            "items": items,
            "nextSyncToken": "sync-0",
        })))
    }
}

fn entry(address: &str, call: &Call<'_>, accounts: &Accounts) -> Value {
    let account = accounts.get(address);
    let own = address == call.caller.email;
    let mut value = json!({
        "kind": "calendar#calendarListEntry",
        "etag": "\"1\"",
        "id": address,
        "summary": name(account, address),
        "timeZone": zone(account),
        "accessRole": if own { "owner" } else { "reader" },
        "selected": true,
        "defaultReminders": [],
        "conferenceProperties": {"allowedConferenceSolutionTypes": ["hangoutsMeet"]},
    });
    if own {
        value["primary"] = json!(true);
    }
    value
}

fn name<'a>(account: Option<&'a Account>, address: &'a str) -> &'a str {
    account.map_or(address, |account| account.name.as_str())
}

fn zone(account: Option<&Account>) -> &str {
    account.map_or("UTC", |account| account.time_zone.as_str())
}

fn all_settings(call: &Call<'_>, accounts: &Accounts) -> Vec<Value> {
    let zone = zone(accounts.get(&call.caller.email));
    [("format24HourTime", "true"), ("locale", "en"), ("timezone", zone), ("weekStart", "1")]
        .into_iter()
        .map(|(id, value)| json!({"kind": "calendar#setting", "etag": "\"1\"", "id": id, "value": value}))
        .collect()
}

/// `settings.list`.
pub fn settings(call: &Call<'_>, accounts: &Accounts) -> Outcome {
    if call.query("syncToken").is_some() {
        return Err(Refusal::new(
            410,
            "fullSyncRequired",
            "Sync token is no longer valid, a full sync is required.",
        ));
    }
    let (items, next) = call.page(all_settings(call, accounts), call.count("maxResults", 100))?;
    let mut value = json!({"kind": "calendar#settings", "etag": "\"1\"", "items": items});
    match next {
        Some(next) => value["nextPageToken"] = json!(next),
        None => value["nextSyncToken"] = json!("sync-0"),
    }
    Ok(Answer::Tagged(value))
}

/// `settings.get`.
pub fn setting(call: &Call<'_>, accounts: &Accounts) -> Outcome {
    let wanted = call.argument("setting");
    let found = all_settings(call, accounts)
        .into_iter()
        .find(|setting| setting["id"] == wanted);
    found.map(Answer::Tagged).ok_or_else(super::not_found)
}
