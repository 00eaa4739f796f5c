//! A small world with something of everything, for the tests of the pages.

use serde_json::{Value, json};

/// The world; `text` stands wherever people write, so that a test can put something nasty everywhere.
pub(super) fn world(text: &str) -> Value {
    let xml = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let body = format!(
        "<ac:structured-macro ac:name=\"info\"><ac:rich-text-body><p>This is blameless. Hindsight is 20/20.</p>\
         </ac:rich-text-body></ac:structured-macro>\
         <ac:structured-macro ac:name=\"details\"><ac:rich-text-body><table><tbody>\
         <tr><th>Incident leader</th><td><ac:link><ri:user ri:account-id=\"a1\" /></ac:link></td></tr>\
         <tr><th>Severity</th><td><ac:structured-macro ac:name=\"status\"><ac:parameter ac:name=\"colour\">Red</ac:parameter>\
         <ac:parameter ac:name=\"title\">SEV 1</ac:parameter></ac:structured-macro></td></tr>\
         <tr><th>Date</th><td><time datetime=\"2026-05-04\" /></td></tr>\
         <tr><th>Customers</th><td><a href=\"/__world/sheets/s1\" data-card-appearance=\"inline\">Affected customers</a></td></tr>\
         </tbody></table></ac:rich-text-body></ac:structured-macro>\
         <ac:structured-macro ac:name=\"toc\" />\
         <h1>Description</h1><p>{xml}</p>\
         <h1>Timeline</h1><table><tbody><tr><th>Time (UTC)</th><th>Source</th><th>What happened</th></tr>\
         <tr><td>08:12</td><td>Pingdom</td><td>Checkout answers with 503</td></tr>\
         <tr><td>08:19</td><td>PagerDuty</td><td>Ana Ruiz acknowledged</td></tr></tbody></table>\
         <h2>What the pool said</h2><ac:structured-macro ac:name=\"code\"><ac:plain-text-body>\
         <![CDATA[FATAL: remaining connection slots are reserved\n  at pool.rs:41]]></ac:plain-text-body></ac:structured-macro>\
         <ac:structured-macro ac:name=\"expand\"><ac:parameter ac:name=\"title\">Questions worth asking</ac:parameter>\
         <ac:rich-text-body><ol><li>What did monitoring miss?</li><li>Which step took longest?</li></ol></ac:rich-text-body></ac:structured-macro>\
         <ac:structured-macro ac:name=\"warning\"><ac:rich-text-body><p>The fix is temporary.</p></ac:rich-text-body></ac:structured-macro>\
         <h1>Corrective actions</h1><ac:task-list><ac:task><ac:task-id>1</ac:task-id><ac:task-status>incomplete</ac:task-status>\
         <ac:task-body>Raise the size of the pool <ac:link><ri:user ri:account-id=\"a1\" /></ac:link> <time datetime=\"2026-05-08\" /></ac:task-body></ac:task>\
         <ac:task><ac:task-id>2</ac:task-id><ac:task-status>complete</ac:task-status><ac:task-body>Alert on waiting connections</ac:task-body></ac:task>\
         </ac:task-list><ac:structured-macro ac:name=\"roadmap\"><ac:rich-text-body><p>inside</p></ac:rich-text-body></ac:structured-macro>"
    );
    let rows: Vec<Value> = (0..620)
        .map(|row| match row {
            0 => json!(["org", "org_id", "app_id", "campaign_id"]),
            1 => json!([text, 1, true, null]),
            row => json!([
                format!("Customer {row}"),
                40_000 + row,
                7 * row,
                format!("c-{row}")
            ]),
        })
        .collect();
    let at = |time: &str| json!({ "dateTime": time, "timeZone": "Europe/Berlin" });
    json!({
        "confluence": {
            "pages": [
                { "id": "1", "title": "Operations", "spaceId": "9", "spaceKey": "OPS", "parentId": null, "status": "current", "version": 1, "body": "<p>x</p>", "labels": [], "authorId": "a1", "createdAt": "2026-05-04T09:00:00.000Z", "updatedAt": "2026-05-04T09:00:00.000Z", "updatedBy": "a1" },
                { "id": "2", "title": format!("2026-05-04 {text}"), "spaceId": "9", "spaceKey": "OPS", "parentId": "1", "status": "current", "version": 3, "body": body, "labels": ["postmortem", text], "authorId": "a1", "createdAt": "2026-05-04T09:00:00.000Z", "updatedAt": "2026-05-05T10:30:00.000Z", "updatedBy": "a2" },
            ],
            "tasks": [
                { "id": "5", "pageId": "2", "status": "incomplete", "text": text },
                { "id": "6", "pageId": "2", "status": "complete", "text": "x" },
            ],
            "comments": [{ "id": "7", "pageId": "2", "authorId": "a2", "createdAt": "2026-05-05T10:00:00.000Z", "body": format!("<p>{xml}</p>"), "text": text, "parentCommentId": null }],
            "properties": [{ "id": "8", "pageId": "2", "key": "debrief", "value": { "incident": text }, "version": 1 }],
            "users": [{ "accountId": "a1", "displayName": format!("Ana {text}") }, { "accountId": "a2", "displayName": "Ben Okoye" }],
        },
        "drive": { "files": [{ "id": "s1", "name": format!("Affected {text}") }, { "id": "f1", "name": "Folder", "mimeType": "application/vnd.google-apps.folder" }], "permissions": [{ "fileId": "s1", "emailAddress": text, "role": "reader" }] },
        "sheets": { "s1": { "title": format!("Affected {text}"), "tabs": [{ "title": text, "rows": rows, "frozen_rows": 1 }, { "title": "Summary", "rows": [], "frozen_rows": 0 }] } },
        "calendar": { "events": [
            { "id": "e1", "summary": format!("Postmortem: {text}"), "start": at("2026-05-05T10:00:00+02:00"), "end": at("2026-05-05T11:00:00+02:00"), "attendees": [{ "email": "ana@example.com" }, { "email": text }], "description": format!("Page: https://wiki.test/2 {text}"), "status": "confirmed", "calendar": "debrief@example.com" },
            { "id": "e2", "summary": "Planning", "start": at("2026-05-05T10:30:00+02:00"), "end": at("2026-05-05T12:00:00+02:00"), "status": "confirmed", "calendar": "ana@example.com" },
            { "id": "e3", "start": at("2026-05-07T14:00:00+02:00"), "end": at("2026-05-07T14:15:00+02:00"), "status": "confirmed" },
            { "id": "e4", "summary": "Called off", "start": at("2026-05-07T14:00:00+02:00"), "end": at("2026-05-07T14:30:00+02:00"), "status": "cancelled" },
            { "id": "e5", "summary": text, "start": { "date": "2026-05-08" }, "end": { "date": "2026-05-09" } },
        ] },
        "smtp": { "messages": [{ "from": "debrief@example.com", "to": ["everyone@example.com"], "subject": format!("[Resolved] {text}"), "message_id": "<k1@debrief>", "headers": { "X-Note": text }, "text": format!("Hello all,\n\n{text}\n\nThe sheet: https://sheets.test/s1"), "html": format!("<h1 style=\"font-family:sans-serif\">Checkout was down</h1><p>{text}</p>") }] },
        "slack": { "messages": [
            { "channel": "C1", "channel_name": "prod-issue", "ts": "1777882320.000100", "user": "U1", "username": "pingdom", "text": "*DOWN* checkout <https://x.test/1|check 41>" },
            { "channel": "C1", "channel_name": "prod-issue", "ts": "1777882400.000100", "user": "U2", "username": "ana", "text": format!("<@U1> looking {text}") },
            { "channel": "C1", "channel_name": "prod-issue", "ts": "1777882460.000100", "user": "U2", "username": "ana", "text": "> pool is full\nso we restart `pgbouncer`" },
            { "channel": "C1", "channel_name": "prod-issue", "ts": "1777882500.000100", "user": "U3", "username": text, "text": "in thread", "thread_ts": "1777882400.000100" },
            { "channel": "C1", "channel_name": "prod-issue", "ts": "1777882520.000100", "subtype": "tombstone", "user": "USLACKBOT", "author": text, "text": "This message was deleted." },
            { "channel": "C1", "channel_name": "prod-issue", "ts": "1777882540.000100", "username": text, "text": "", "attachments": [{ "title": text, "text": text, "fields": [{ "title": text, "value": text }] }, { "fallback": text }], "blocks": [{ "type": "section", "text": { "type": "mrkdwn", "text": text } }] },
            { "channel": "C1", "channel_name": "prod-issue", "ts": "1777882560.000100", "user": "U2", "text": "see the graph", "edited": { "user": "U2", "ts": "1777882620.000000" }, "files": [{ "name": text, "pretty_type": text }, { "title": "graph.png" }], "reactions": [{ "name": "eyes", "users": ["U1", "U9"], "count": 2 }, { "name": text, "users": null }] },
            { "channel": "C1", "channel_name": "prod-issue", "ts": "1777882580.000100", "user": null, "text": null, "files": null, "reactions": null, "attachments": null },
            { "channel": "C2", "channel_name": "postmortem", "ts": "1777890000.000100", "user": "U4", "username": "debrief", "text": "React to take the lead" },
        ], "users": [{ "id": "U9", "name": format!("Nia {text}") }, { "id": "U1", "name": "pingdom" }] },
        "pagerduty": {
            "incidents": [{ "id": "Q1", "title": text, "status": "resolved", "urgency": "high", "created_at": "2026-05-04T08:12:00Z", "resolved_at": "2026-05-04T08:58:00Z", "service": { "summary": "Checkout" }, "priority": { "summary": "P1" } }],
            "notes": [{ "incident_id": "Q1", "content": format!("{text} https://x.test"), "user": { "summary": "Ana" }, "created_at": "2026-05-04T08:30:00Z" }],
        },
        "calls": [],
    })
}
