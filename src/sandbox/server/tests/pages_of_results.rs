//! Pages of results that go wrong, as a client sees them.

use super::*;

/// Thirty messages in a channel and three incidents.
async fn full() -> (Sandbox, String) {
    let sandbox = sandbox().await;
    let messages: Vec<Value> = (0..30)
        .map(|number| json!({"at": format!("-PT{}M", 60 - number), "bot": "Pingdom", "text": format!("{number}")}))
        .collect();
    let incidents: Vec<Value> = (0..3)
        .map(|number| json!({"title": format!("{number}"), "created_at": "-PT3H", "resolved_at": "-PT1H"}))
        .collect();
    let seed = json!({
        "incidents": incidents,
        "transcripts": [{"channel": "#room", "id": "C0THEROOM0", "messages": messages}],
    });
    assert_eq!(admin(&sandbox, "POST", "seed", seed).await.0, 200);
    (sandbox, "C0THEROOM0".to_owned())
}

async fn history(sandbox: &Sandbox, room: &str, limit: usize, cursor: Option<&str>) -> Value {
    let mut query = vec![("channel", room.to_owned()), ("limit", limit.to_string())];
    query.extend(cursor.map(|cursor| ("cursor", cursor.to_owned())));
    client()
        .get(format!("{}/api/conversations.history", sandbox.base_url()))
        .query(&query)
        .bearer_auth("xoxb-sandbox")
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap()
}

fn next(page: &Value) -> Option<String> {
    let cursor = page["response_metadata"]["next_cursor"].as_str()?;
    (!cursor.is_empty()).then(|| cursor.to_owned())
}

async fn incidents(sandbox: &Sandbox, offset: usize) -> Value {
    client()
        .get(format!("{}/incidents?offset={offset}", sandbox.base_url()))
        .header("authorization", "Token token=sandbox-pagerduty-key")
        .header("accept", "application/vnd.pagerduty+json;version=2")
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap()
}

#[tokio::test]
async fn short_pages_lead_through_everything() {
    let (sandbox, room) = full().await;
    let rule = Rule::new(Kind::ShortPages { most: 7 }).when(When::Always);
    sandbox.add_faults(vec![rule]);
    let (mut lengths, mut cursor) = (Vec::new(), None);
    loop {
        let page = history(&sandbox, &room, 100, cursor.as_deref()).await;
        lengths.push(page["messages"].as_array().unwrap().len());
        cursor = next(&page);
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(lengths, [7, 7, 7, 7, 2]);
}

#[tokio::test]
async fn a_repeated_cursor_gives_the_same_page_for_ever() {
    let (sandbox, room) = full().await;
    sandbox.add_faults(vec![Rule::new(Kind::RepeatCursor).when(When::Always)]);
    let first = history(&sandbox, &room, 10, None).await;
    let cursor = next(&first).unwrap();
    let second = history(&sandbox, &room, 10, Some(&cursor)).await;
    assert_eq!(next(&second), Some(cursor.clone()));
    let third = history(&sandbox, &room, 10, Some(&cursor)).await;
    assert_eq!(third["messages"], second["messages"]);
}

#[tokio::test]
async fn an_expired_cursor_is_refused_and_the_first_page_is_not() {
    let (sandbox, room) = full().await;
    sandbox.add_faults(vec![Rule::new(Kind::ExpiredCursor)]);
    let first = history(&sandbox, &room, 10, None).await;
    let cursor = next(&first).unwrap();
    let second = history(&sandbox, &room, 10, Some(&cursor)).await;
    assert_eq!(second, json!({"ok": false, "error": "invalid_cursor"}));
    let again = history(&sandbox, &room, 10, Some(&cursor)).await;
    assert_eq!(again["ok"], true, "once was enough");
}

#[tokio::test]
async fn more_may_be_said_of_nothing() {
    let (sandbox, _) = full().await;
    let always = |kind| Rule::new(kind).vendor("pagerduty").when(When::Always);
    sandbox.add_faults(vec![always(Kind::MoreForever)]);
    let whole = incidents(&sandbox, 0).await;
    assert_eq!(
        (whole["incidents"].as_array().unwrap().len(), &whole["more"]),
        (3, &json!(true))
    );
    let behind = incidents(&sandbox, 3).await;
    assert_eq!(
        (&behind["incidents"], &behind["more"]),
        (&json!([]), &json!(true))
    );
    sandbox.clear_faults();
    sandbox.add_faults(vec![always(Kind::EmptyPage)]);
    let empty = incidents(&sandbox, 0).await;
    assert_eq!(
        (&empty["incidents"], &empty["more"]),
        (&json!([]), &json!(true))
    );
}
