//! What a client may say of an event.

use serde_json::{Map, Value, json};

use crate::sandbox::google::{
    call::Call,
    errors::Refusal,
    token::{Caller, Standing},
};

/// Members that Google sets itself. A client that sends back what it read sends them too; they are passed over.
const READ_ONLY: [&str; 14] = [
    "kind",
    "etag",
    "htmlLink",
    "created",
    "updated",
    "creator",
    "organizer",
    "recurringEventId",
    "originalStartTime",
    "hangoutLink",
    "endTimeUnspecified",
    "locked",
    "privateCopy",
    "attendeesOmitted",
];
/// Members that Google would take and the sandbox does not.
const NOT_EMULATED: [&str; 8] = [
    "recurrence",
    "gadget",
    "birthdayProperties",
    "focusTimeProperties",
    "outOfOfficeProperties",
    "workingLocationProperties",
    "anyoneCanAddSelf",
    "eventLabelId",
];

/// The same body without the members that are Google's own.
pub fn writable(body: &Value) -> Value {
    let members = body.as_object().into_iter().flatten();
    members
        .filter(|(name, _)| !READ_ONLY.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect::<Map<_, _>>()
        .into()
}

/// Refuses what Google refuses, and what the sandbox does not do.
///
/// # Errors
/// 400 with the member to blame; 403 for a service account that invites somebody.
pub fn check(body: &Value, call: &Call<'_>) -> Result<(), Refusal> {
    if let Some(name) = NOT_EMULATED
        .iter()
        .find(|name| body.get(**name).is_some_and(|value| !value.is_null()))
    {
        return Err(Refusal::not_emulated(format!("{name} of an event")));
    }
    one_of(body, "status", &["confirmed", "tentative", "cancelled"])?;
    one_of(body, "transparency", &["opaque", "transparent"])?;
    one_of(
        body,
        "visibility",
        &["default", "public", "private", "confidential"],
    )?;
    match body["eventType"].as_str() {
        None | Some("default") => {}
        Some("focusTime" | "outOfOffice" | "workingLocation" | "birthday" | "fromGmail") => {
            return Err(Refusal::not_emulated("events of any type but default"));
        }
        Some(_) => return Err(Refusal::invalid("Invalid event type.")),
    }
    if let Some(attachments) = body["attachments"].as_array() {
        if !call.flag("supportsAttachments", false) && !attachments.is_empty() {
            return Err(
                Refusal::invalid("Attachments need supportsAttachments=true.")
                    .at("parameter", "supportsAttachments"),
            );
        }
        if attachments
            .iter()
            .any(|each| each["fileUrl"].as_str().is_none_or(str::is_empty))
        {
            return Err(Refusal::new(
                400,
                "required",
                "Missing attachment file URL.",
            ));
        }
    }
    check_attendees(body, &call.caller)?;
    check_reminders(&body["reminders"])?;
    check_properties(&body["extendedProperties"])
}

/// Service accounts cannot invite people: <https://github.com/spatie/laravel-google-calendar/issues/243>.
fn check_attendees(body: &Value, caller: &Caller) -> Result<(), Refusal> {
    let Some(attendees) = body["attendees"]
        .as_array()
        .filter(|attendees| !attendees.is_empty())
    else {
        return Ok(());
    };
    if caller.standing == Standing::Robot {
        return Err(Refusal::new(
            403,
            "forbiddenForServiceAccounts",
            "Service accounts cannot invite attendees without Domain-Wide Delegation of Authority.",
        )
        .in_domain("calendar"));
    }
    let mut seen: Vec<String> = Vec::new();
    for attendee in attendees {
        let Some(email) = attendee["email"].as_str().filter(|email| !email.is_empty()) else {
            return Err(Refusal::new(400, "required", "Missing attendee email."));
        };
        let well_formed = email.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty() && host.contains('.') && !host.contains('@')
        });
        if !well_formed || email.contains(char::is_whitespace) {
            return Err(Refusal::invalid("Invalid attendee email."));
        }
        if seen.contains(&email.to_lowercase()) {
            return Err(Refusal::invalid("Duplicate attendee email."));
        }
        seen.push(email.to_lowercase());
        one_of(
            attendee,
            "responseStatus",
            &["needsAction", "declined", "tentative", "accepted"],
        )?;
    }
    Ok(())
}

fn check_reminders(reminders: &Value) -> Result<(), Refusal> {
    let overrides = reminders["overrides"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    if reminders["useDefault"] == true && !overrides.is_empty() {
        return Err(Refusal::new(
            400,
            "cannotUseDefaultRemindersAndSpecifyOverride",
            "Cannot specify both default reminders and overrides at the same time.",
        )
        .in_domain("calendar"));
    }
    if overrides.len() > 5 {
        return Err(Refusal::invalid("An event may have 5 reminders."));
    }
    for reminder in overrides {
        if !matches!(reminder["method"].as_str(), Some("email" | "popup")) {
            return Err(Refusal::invalid("Invalid reminder method."));
        }
        if !reminder["minutes"]
            .as_i64()
            .is_some_and(|minutes| (0..=40_320).contains(&minutes))
        {
            return Err(Refusal::invalid("Invalid reminder minutes."));
        }
    }
    Ok(())
}

/// See <https://developers.google.com/workspace/calendar/api/guides/extended-properties>.
fn check_properties(extended: &Value) -> Result<(), Refusal> {
    for kind in ["private", "shared"] {
        for (key, value) in extended[kind].as_object().into_iter().flatten() {
            if key.chars().count() > 44
                || value
                    .as_str()
                    .is_some_and(|text| text.chars().count() > 1024)
            {
                return Err(Refusal::invalid(
                    "An extended property has at most 44 characters of key and 1024 of value.",
                ));
            }
        }
    }
    Ok(())
}

fn one_of(body: &Value, name: &str, words: &[&str]) -> Result<(), Refusal> {
    match body[name].as_str() {
        Some(word) if !words.contains(&word) => {
            Err(Refusal::invalid(format!("Invalid value for: {name}")))
        }
        Some(_) | None => Ok(()),
    }
}

/// Fills in what Google fills in: guests start undecided, the organiser among them is coming.
pub fn complete(body: &mut Value, organiser: &str) {
    for (name, default) in [("status", "confirmed"), ("eventType", "default")] {
        if body[name].is_null() {
            body[name] = json!(default);
        }
    }
    if body["reminders"].is_null() {
        body["reminders"] = json!({"useDefault": true});
    }
    for attendee in body["attendees"].as_array_mut().into_iter().flatten() {
        let is_organiser = attendee["email"]
            .as_str()
            .is_some_and(|email| email.eq_ignore_ascii_case(organiser));
        if attendee["responseStatus"].is_null() {
            attendee["responseStatus"] = json!(if is_organiser {
                "accepted"
            } else {
                "needsAction"
            });
        }
        if let Some(attendee) = attendee.as_object_mut() {
            attendee.remove("self");
            attendee.remove("organizer");
            if is_organiser {
                attendee.insert("organizer".into(), json!(true));
            }
        }
    }
    if let Some(object) = body.as_object_mut() {
        object.retain(|_, value| !value.is_null());
    }
}

/// JSON merge: objects are merged, everything else is replaced, null takes away.
pub fn merge(target: &mut Value, patch: &Value) {
    let Some(changes) = patch.as_object() else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    let Some(object) = target.as_object_mut() else {
        return;
    };
    for (name, change) in changes {
        if change.is_null() {
            object.remove(name);
        } else {
            merge(object.entry(name.clone()).or_insert(Value::Null), change);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_merges_objects_and_replaces_the_rest() {
        let mut event = json!({"a": {"x": 1, "y": 2}, "list": [1, 2], "gone": 1});
        merge(
            &mut event,
            &json!({"a": {"y": null, "z": 3}, "list": [3], "gone": null}),
        );
        assert_eq!(event, json!({"a": {"x": 1, "z": 3}, "list": [3]}));
    }
}
