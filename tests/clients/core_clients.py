"""PagerDuty's and Slack's own Python clients, unmodified, against a running sandbox.

    pip install pagerduty==7.2.0 slack_sdk==3.47.0
    python core_clients.py "$(debrief sandbox's first line)"

The sandbox has to tell its default story. Exits with 1 and says why at the first thing that is not as it should be.
"""

import json
import smtplib
import sys
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage

import pagerduty
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError


def pagerduty_client(key: str, base: str) -> pagerduty.RestApiV2Client:
    client = pagerduty.RestApiV2Client(key)
    client._url = base  # the public setter takes https only
    return client


def try_pagerduty(base: str) -> None:
    client = pagerduty_client("sandbox-pagerduty-key", base)
    resolved = client.list_all("incidents", params={
        "statuses[]": ["resolved"], "date_range": "all", "sort_by": "resolved_at:desc",
    })
    assert len(resolved) == 5, f"resolved incidents: {len(resolved)}"
    times = [incident["resolved_at"] for incident in resolved]
    assert times == sorted(times, reverse=True), times
    recent = client.list_all("incidents", params={"statuses[]": ["resolved"]})
    assert len(recent) == 4, "the default window is a month by the time of creation"

    checkout = client.rget("incidents/QCHECKOUT5XX01", params={"include[]": ["users", "services"]})
    assert checkout["service"]["type"] == "service" and checkout["assignments"] == [], checkout
    assert client.rget(f"incidents/{checkout['incident_number']}")["id"] == checkout["id"]
    merged = next(incident for incident in resolved if incident["resolve_reason"])
    assert merged["resolve_reason"]["incident"]["id"] == checkout["id"], merged["resolve_reason"]

    log = client.list_all(f"incidents/{checkout['id']}/log_entries", params={"include[]": ["channels"]})
    kinds = {entry["type"] for entry in log}
    assert {"trigger_log_entry", "acknowledge_log_entry", "resolve_log_entry"} <= kinds, kinds
    now = datetime.now(timezone.utc)
    history = list(client.iter_history("log_entries", since=now - timedelta(days=2), until=now))
    assert len(history) > len(log), len(history)
    alerts = client.list_all(f"incidents/{checkout['id']}/alerts")
    assert len(alerts) == 2, "its own alert, and that of the merged one"

    notes = client.rget(f"incidents/{checkout['id']}/notes")
    assert len(notes) == 3, notes
    posted = client.rpost(
        f"incidents/{checkout['id']}/notes",
        json={"note": {"content": "Postmortem: https://example.com/page"}},
        headers={"From": "ada.brandt@example.com"},
    )
    assert posted["user"]["summary"] == "Ada Brandt", posted
    assert len(client.rget(f"incidents/{checkout['id']}/notes")) == 4

    users = client.list_all("users")
    assert len(users) == 8, users
    assert client.find("users", "grace.miller@example.com", attribute="email")["time_zone"] == "America/New_York"
    assert client.rget(f"users/{users[0]['id']}")["name"] == users[0]["name"]
    assert [priority["name"] for priority in client.list_all("priorities")][:2] == ["P1", "P2"]
    assert client.list_all("services") and "teams" in client.rget("abilities")
    wrong = pagerduty_client("wrong-key", base)
    try:
        wrong.rget("users")
        raise AssertionError("a wrong key was accepted")
    except pagerduty.Error:
        pass


def try_slack(base: str) -> None:
    client = WebClient(token="xoxb-sandbox", base_url=f"{base}/api/")
    me = client.auth_test()
    channels = {channel["name"]: channel["id"] for page in client.conversations_list(limit=2) for channel in page["channels"]}
    assert {"general", "prod-issue", "postmortem"} <= channels.keys(), channels
    room = channels["postmortem"]

    messages = [message for page in client.conversations_history(channel=channels["prod-issue"], limit=5) for message in page["messages"]]
    assert len(messages) > 10 and messages == sorted(messages, key=lambda message: message["ts"], reverse=True)
    parents = [message for message in messages if message.get("reply_count")]
    for parent in parents:
        thread = client.conversations_replies(channel=channels["prod-issue"], ts=parent["ts"])["messages"]
        assert len(thread) == parent["reply_count"] + 1 and thread[0]["ts"] == parent["ts"], thread
    assert parents, "no thread in the story"

    posted = client.chat_postMessage(
        channel=room, text="Who takes the lead?", unfurl_links=False, unfurl_media=False,
        blocks=[{"type": "section", "text": {"type": "mrkdwn", "text": "Who takes the *lead*?"}}],
        metadata={"event_type": "debrief_effect", "event_payload": {"key": "k1"}},
    )
    reply = client.chat_postMessage(channel=room, text="Me.", thread_ts=posted["ts"])
    client.chat_update(channel=room, ts=reply["ts"], text="Me, gladly.")
    client.reactions_add(channel=room, name="raised_hand", timestamp=posted["ts"])
    with_metadata = client.conversations_history(channel=room, include_all_metadata=True, oldest=posted["ts"], inclusive=True)
    assert with_metadata["messages"][0]["metadata"]["event_payload"] == {"key": "k1"}, with_metadata.data
    without = client.conversations_history(channel=room, oldest=posted["ts"], inclusive=True)["messages"]
    assert len(without) == 1 and "metadata" not in without[0], without
    reactions = client.reactions_get(channel=room, timestamp=posted["ts"])["message"]["reactions"]
    assert reactions == [{"name": "raised_hand", "users": [me["user_id"]], "count": 1}], reactions
    assert client.chat_getPermalink(channel=room, message_ts=posted["ts"])["permalink"].startswith("https://")

    ada = client.users_lookupByEmail(email="ada.brandt@example.com")["user"]
    assert client.users_info(user=ada["id"])["user"]["tz"] == "Europe/Berlin"
    assert len(client.users_list()["members"]) == 9, "eight people and the bot"
    direct = client.conversations_open(users=[ada["id"]])["channel"]["id"]
    client.chat_postMessage(channel=direct, text="Your action item is due tomorrow.")
    assert ada["id"] in client.conversations_members(channel=room)["members"]
    assert client.conversations_info(channel=room, include_num_members=True)["channel"]["num_members"] == 9
    assert client.team_info()["team"]["name"]

    for expected, call in {
        "users_not_found": lambda: client.users_lookupByEmail(email="nobody@example.com"),
        "channel_not_found": lambda: client.conversations_history(channel="C0NOWHERE"),
        "not_in_channel": lambda: client.conversations_history(channel=channels["random"]),
        "is_archived": lambda: client.conversations_join(channel=channels["launch-2019"]),
        "invalid_arguments": lambda: client.conversations_history(channel=room, surprise="yes"),
        "invalid_auth": lambda: WebClient(token="xoxb-wrong", base_url=f"{base}/api/").auth_test(),
    }.items():
        try:
            call()
        except SlackApiError as error:
            assert error.response["error"] == expected, f"{error.response['error']} instead of {expected}"
        else:
            raise AssertionError(f"{expected} was expected")
    client.conversations_join(channel=channels["random"])
    client.conversations_history(channel=channels["random"])


def try_smtp(address: str) -> None:
    host, port = address.rsplit(":", 1)
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "debrief@example.com", "all@example.com", "Grüße"
    mail.set_content("Plain.")
    mail.add_alternative("<p>Rich.</p>", subtype="html")
    with smtplib.SMTP(host, int(port)) as smtp:
        smtp.login("debrief", "sandbox-smtp-password")
        smtp.send_message(mail)


if __name__ == "__main__":
    ready = json.loads(sys.argv[1])
    try_pagerduty(ready["pagerduty"])
    try_slack(ready["slack"])
    try_smtp(ready["smtp"])
    print("pagerduty, slack_sdk and smtplib are content")
