//! Meet links: asked for with the event, made a little later.
//!
//! See <https://developers.google.com/workspace/calendar/api/guides/create-events#conferencing>.

use serde_json::{Value, json};

use super::Event;
use crate::sandbox::{
    google::{call::Call, errors::Refusal, token::Standing},
    seed::fingerprint,
};

/// Takes a request for a conference, or leaves conference data as they were.
///
/// Without `conferenceDataVersion=1` whatever the body says of conferences is passed over, without a word.
///
/// # Errors
/// 400 for a service account that acts for itself, and for a request that is incomplete.
pub fn apply(body: &mut Value, before: &Value, call: &Call<'_>) -> Result<(), Refusal> {
    let sent = body.get("conferenceData").cloned();
    let restore = |body: &mut Value| {
        body["conferenceData"] = before.clone();
    };
    if call.query("conferenceDataVersion") != Some("1") {
        restore(body);
        return Ok(());
    }
    let Some(request) = sent.as_ref().and_then(|data| data.get("createRequest")) else {
        match sent {
            Some(Value::Null) => body["conferenceData"] = Value::Null,
            Some(data) if data["conferenceId"] == before["conferenceId"] && !before.is_null() => {
                restore(body)
            }
            Some(_) => {
                return Err(Refusal::not_emulated(
                    "conferences that are not made by createRequest",
                ));
            }
            None => restore(body),
        }
        return Ok(());
    };
    let id = request["requestId"].as_str().filter(|id| !id.is_empty());
    let id = id.ok_or_else(|| Refusal::new(400, "required", "Missing conference request id."))?;
    // The same request id as before is the same conference.
    if before["createRequest"]["requestId"] == id {
        restore(body);
        return Ok(());
    }
    let kind = request["conferenceSolutionKey"]["type"]
        .as_str()
        .unwrap_or("hangoutsMeet");
    if kind != "hangoutsMeet" || call.caller.standing == Standing::Robot {
        return Err(Refusal::invalid("Invalid conference type value."));
    }
    body["conferenceData"] = json!({"createRequest": {
        "requestId": id,
        "conferenceSolutionKey": {"type": kind},
        "status": {"statusCode": "pending"},
    }});
    Ok(())
}

/// Finishes a conference that was pending: from the next read on it is there.
pub fn settle(event: &mut Event) {
    let data = &mut event.body["conferenceData"];
    if data["createRequest"]["status"]["statusCode"] != "pending" {
        if data.is_null()
            && let Some(body) = event.body.as_object_mut()
        {
            body.remove("conferenceData");
        }
        return;
    }
    let letters: String = fingerprint(
        &format!("{} {}", event.calendar, data["createRequest"]["requestId"]),
        20,
    )
    .bytes()
    .map(|digit| char::from(b'a' + digit % 26))
    .collect();
    let code = format!("{}-{}-{}", &letters[..3], &letters[3..7], &letters[7..10]);
    let link = format!("https://meet.google.com/{code}");
    data["createRequest"]["status"]["statusCode"] = json!("success");
    data["conferenceId"] = json!(code);
    data["conferenceSolution"] = json!({"key": {"type": "hangoutsMeet"}, "name": "Google Meet"});
    data["entryPoints"] =
        json!([{"entryPointType": "video", "uri": link, "label": link.replace("https://", "")}]);
}

/// The Meet link, once there is one.
pub fn link(event: &Event) -> Option<&str> {
    event.body["conferenceData"]["entryPoints"][0]["uri"].as_str()
}
