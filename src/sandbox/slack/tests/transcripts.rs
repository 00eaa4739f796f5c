//! What a seeded transcript looks like through the API.

use super::*;

/// A workspace with that in it, and the people of the story below.
fn seeded(transcripts: Value) -> Slack {
    let seed = json!({
        "people": [
            {"name": "Ada Example", "email": "ada@example.com", "slack": "U0ADA", "time_zone": "Europe/Berlin"},
            {"name": "Ben Example", "email": "ben@example.com", "slack": "U0BEN", "standing": "left"},
            {"name": "Cleo Example", "email": "cleo@partner.example", "slack": "U0CLEO", "standing": "stranger"},
            {"name": "Dan Example", "email": "dan@example.com", "slack": "U0DAN", "hidden_from": ["slack"]},
            {
                "name": "Eve Example", "email": "eve@example.com", "slack": "U0EVE",
                "raw": {"slack": {"tz": null, "profile": {"email": "$absent", "display_name": null}}},
            },
        ],
        "transcripts": transcripts,
    });
    let mut slack = Slack::new();
    slack
        .seed(&scenario::read(&seed.to_string(), now()).unwrap(), now())
        .unwrap();
    slack
}

/// As it goes over the wire, bent.
fn wire(slack: &mut Slack, method: &str, arguments: &str) -> Value {
    let reply = slack.answer(&form(method, arguments), now());
    body(&slack.bend(reply))
}

fn history(slack: &mut Slack, name: &str) -> Vec<Value> {
    let room = id(slack, name);
    let answer = wire(slack, "conversations.history", &format!("channel={room}"));
    answer["messages"].as_array().unwrap().clone()
}

#[test]
fn an_app_a_webhook_and_an_app_under_another_name_are_told_apart() {
    let mut slack = seeded(json!([{"channel": "alerts", "messages": [
        {"at": "-PT3H", "bot": "Pingdom", "text": "down"},
        {"at": "-PT2H", "app": "New Relic", "attachments": [{"fallback": "CPU high", "color": "danger"}]},
        {"at": "-PT1H", "app": "Monitoring", "bot": "CloudWatch", "text": "ALARM"},
    ]}]));
    let messages = history(&mut slack, "alerts");
    let [under_name, app, webhook] = messages.as_slice() else {
        panic!("three messages");
    };
    assert_eq!(
        (
            &webhook["subtype"],
            &webhook["username"],
            webhook.get("user")
        ),
        (&json!("bot_message"), &json!("Pingdom"), None)
    );
    assert_eq!(
        (
            &app["bot_profile"]["name"],
            &app["text"],
            app.get("subtype")
        ),
        (&json!("New Relic"), &json!(""), None)
    );
    assert_eq!(app["attachments"][0]["id"], 1);
    assert_eq!(
        (&under_name["username"], &under_name["bot_profile"]["name"]),
        (&json!("CloudWatch"), &json!("Monitoring"))
    );
    let bot = wire(
        &mut slack,
        "users.info",
        &format!("user={}", app["user"].as_str().unwrap()),
    );
    assert_eq!(
        (&bot["user"]["is_bot"], &bot["user"]["real_name"]),
        (&json!(true), &json!("New Relic"))
    );
}

#[test]
fn edits_files_and_reactions_stand_by_the_message() {
    let mut slack = seeded(json!([{"channel": "room", "messages": [{
        "at": "-PT1H", "by": "ada@example.com", "text": "now", "edited": "-PT30M",
        "files": [{"name": "Graph of errors.png", "size": 1234}],
        "reactions": [{"name": "eyes", "by": ["ben@example.com", "ada@example.com"]}],
    }]}]));
    let message = history(&mut slack, "room").remove(0);
    assert_eq!(
        message["edited"],
        json!({"user": "U0ADA", "ts": "1795426200.000000"})
    );
    let file = &message["files"][0];
    assert_eq!(
        (&file["name"], &file["mimetype"]),
        (&json!("Graph of errors.png"), &json!("image/png"))
    );
    let address = |name: &str| file[name].as_str().unwrap();
    assert!(address("permalink").starts_with("https://sandbox.slack.com/files/U0ADA/F"));
    assert!(address("url_private").starts_with("https://files.slack.com/files-pri/T0SANDBOX-F"));
    assert_eq!(
        message["reactions"],
        json!([{"name": "eyes", "users": ["U0BEN", "U0ADA"], "count": 2}])
    );
}

#[test]
fn what_was_deleted_is_gone_and_only_what_was_answered_leaves_a_stone() {
    let mut slack = seeded(json!([{"channel": "room", "messages": [
        {"at": "-PT5H", "by": "ada@example.com", "text": "gone for good", "deleted": true},
        {"at": "-PT4H", "by": "ada@example.com", "text": "was answered", "deleted": true},
        {"at": "-PT3H", "by": "ben@example.com", "text": "why?", "thread": "-PT4H"},
        {"at": "-PT2H", "by": "ben@example.com", "text": "oh", "thread": "-PT4H", "deleted": true},
        {"at": "-PT1H", "by": "ben@example.com", "text": "loud", "thread": "-PT4H", "broadcast": true},
    ]}]));
    let messages = history(&mut slack, "room");
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert_eq!(
        (&messages[0]["subtype"], &messages[0]["parent_user_id"]),
        (&json!("thread_broadcast"), &json!("USLACKBOT"))
    );
    let stone = &messages[1];
    assert_eq!(
        (&stone["subtype"], &stone["user"], &stone["reply_count"]),
        (&json!("tombstone"), &json!("USLACKBOT"), &json!(2))
    );
    let room = id(&slack, "room");
    let ts = stone["ts"].as_str().unwrap().to_owned();
    let thread = wire(
        &mut slack,
        "conversations.replies",
        &format!("channel={room}&ts={ts}"),
    );
    let texts: Vec<&Value> = thread["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| &message["text"])
        .collect();
    assert_eq!(texts, ["This message was deleted.", "why?", "loud"]);
    assert!(!slack.world().to_string().contains("gone for good"));
}

#[test]
fn a_person_deletes_what_is_hers_and_takes_a_reaction_back() {
    let mut slack = seeded(json!([{"channel": "room", "messages": [
        {"at": "-PT1H", "by": "ada@example.com", "text": "mine"},
        {"at": "-PT30M", "by": "ben@example.com", "text": "his", "reactions": [{"name": "eyes", "by": ["ada@example.com"]}]},
    ]}]));
    let room = id(&slack, "room");
    let messages = history(&mut slack, "room");
    let (his, mine) = (&messages[0]["ts"], &messages[1]["ts"]);
    let mut as_ada = |method: &str, arguments: Value| {
        let request = request(method, Some("xoxp-U0ADA"), &arguments);
        answer_at(&mut slack, &request, now())
    };
    let refused = as_ada("chat.delete", json!({"channel": room, "ts": his}));
    assert_eq!(refused["error"], "cant_delete_message");
    let deleted = as_ada("chat.delete", json!({"channel": room, "ts": mine}));
    assert_eq!(deleted["ok"], true);
    let eyes = json!({"channel": room, "timestamp": his, "name": "eyes"});
    assert_eq!(as_ada("reactions.remove", eyes.clone())["ok"], true);
    assert_eq!(as_ada("reactions.remove", eyes)["error"], "no_reaction");
    let left = history(&mut slack, "room");
    assert_eq!((left.len(), left[0].get("reactions")), (1, None));
}

#[test]
fn noise_has_slacks_own_words() {
    let mut slack = seeded(json!([{"channel": "room", "messages": [
        {"at": "-PT2H", "by": "ada@example.com", "text": "<@U0ADA> has joined the channel", "subtype": "channel_join"},
        {"at": "-PT1H", "by": "ada@example.com", "text": "set the topic", "subtype": "channel_topic"},
    ]}]));
    let kinds: Vec<Value> = history(&mut slack, "room")
        .iter()
        .map(|message| message["subtype"].clone())
        .collect();
    assert_eq!(kinds, ["channel_topic", "channel_join"]);
}

#[test]
fn odd_shapes_go_over_the_wire_and_not_into_the_recording() {
    let mut slack = seeded(json!([{"channel": "room", "messages": [
        {"at": "-PT2H", "by": "ada@example.com", "text": "odd", "raw": {"text": null, "user": null, "subtype": "brand_new"}},
        {"at": "-PT1H", "by": "ada@example.com", "text": "not even an object", "raw": [1]},
    ]}]));
    let room = id(&slack, "room");
    let strict = call(
        &mut slack,
        "conversations.history",
        &format!("channel={room}"),
    );
    assert_eq!(strict["messages"][1]["text"], "odd");
    let bent = history(&mut slack, "room");
    assert_eq!(bent[0], json!([1]));
    assert_eq!(
        (&bent[1]["text"], &bent[1]["user"], &bent[1]["subtype"]),
        (&Value::Null, &Value::Null, &json!("brand_new"))
    );
}

#[test]
fn users_are_as_odd_as_in_life() {
    let mut slack = seeded(json!([]));
    let mut user = |id: &str| wire(&mut slack, "users.info", &format!("user={id}"));
    let left = user("U0BEN");
    assert_eq!(
        (&left["user"]["deleted"], left["user"].get("tz")),
        (&json!(true), None)
    );
    let stranger = user("U0CLEO");
    assert_eq!(
        (
            &stranger["user"]["is_stranger"],
            stranger["user"]["profile"].get("email")
        ),
        (&json!(true), None)
    );
    assert_eq!(user("U0DAN")["error"], "user_not_found");
    let thin = user("U0EVE");
    assert_eq!(
        (
            &thin["user"]["tz"],
            thin["user"]["profile"].get("email"),
            &thin["user"]["profile"]["display_name"]
        ),
        (&Value::Null, None, &Value::Null)
    );
    assert_eq!(user("USLACKBOT")["user"]["name"], "slackbot");
    let mut error = |email: &str| {
        wire(&mut slack, "users.lookupByEmail", &format!("email={email}"))["error"].clone()
    };
    for gone in ["ben@example.com", "cleo@partner.example", "dan@example.com"] {
        assert_eq!(error(gone), "users_not_found", "{gone}");
    }
    let listed = wire(&mut slack, "users.list", "")["members"]
        .as_array()
        .unwrap()
        .len();
    assert_eq!(listed, 4, "Ada, Ben, Eve and the bot");
}

#[test]
fn a_private_channel_is_there_for_its_members_alone() {
    let mut slack = seeded(json!([
        {"channel": "inc-1", "id": "C0INC1PRIV", "access": "private", "members": ["ada@example.com"]},
        {"channel": "inc-2", "id": "C0INC2PRIV", "access": "private", "members": ["ada@example.com"], "bot": "outside"},
        {"channel": "inc-3", "id": "C0INC3PUBL", "bot": "outside", "state": "archived"},
    ]));
    let list = |slack: &mut Slack, types: &str| {
        let answer = wire(slack, "conversations.list", &format!("types={types}"));
        let channels = answer["channels"].as_array().unwrap().clone();
        channels
            .iter()
            .map(|channel| channel["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(list(&mut slack, "private_channel"), ["inc-1"]);
    assert!(list(&mut slack, "public_channel").contains(&"inc-3".to_owned()));
    let mut error = |id: &str| {
        wire(
            &mut slack,
            "conversations.history",
            &format!("channel={id}"),
        )["error"]
            .clone()
    };
    assert_eq!(error("C0INC1PRIV"), Value::Null);
    assert_eq!(error("C0INC2PRIV"), "channel_not_found");
    assert_eq!(error("C0INC3PUBL"), "not_in_channel");
}

#[test]
fn an_app_that_is_distributed_reads_fifteen_messages_a_minute() {
    let mut slack =
        seeded(json!([{"channel": "room", "messages": [{"at": "-PT1H", "text": "x"}]}]));
    let room = id(&slack, "room");
    for number in 0..30 {
        post(
            &mut slack,
            json!({"channel": room, "text": format!("{number}")}),
        );
        slack.limits = Limits::default();
    }
    let tier = scenario::read(r#"{"slack": {"tier": "distributed"}}"#, now()).unwrap();
    slack.seed(&tier, now()).unwrap();
    let mut read = |seconds: i64| {
        let request = form(
            "conversations.history",
            &format!("channel={room}&limit=200"),
        );
        slack.answer(&request, now() + SignedDuration::from_secs(seconds))
    };
    let first = body(&read(0));
    assert_eq!(
        (
            first["messages"].as_array().unwrap().len(),
            &first["has_more"]
        ),
        (15, &json!(true))
    );
    let second = read(20);
    assert_eq!(second.status, 429);
    assert!(
        second
            .headers
            .contains(&("retry-after".into(), "40".into()))
    );
    assert_eq!(read(60).status, 200);
}
