"""A popular Python client of Confluence, unmodified, against a running sandbox.

    pip install atlassian-python-api==5.0.5
    python confluence_clients.py "$(debrief sandbox's first line)"

Exits with 1 and says why at the first thing that is not as it should be.
"""

import json
import sys
import uuid
import warnings

import requests

warnings.simplefilter("ignore")
from atlassian import Confluence  # noqa: E402

ADDRESS, TOKEN = "debrief@example.com", "sandbox-confluence-token"
OPS, POSTMORTEMS = "98306", "500001"


def client(base: str, version: int, token: str = TOKEN) -> Confluence:
    return Confluence(url=f"{base}/wiki", username=ADDRESS, password=token, api_version=version, cloud=True)


def task(number: int, text: str) -> str:
    return (
        f"<ac:task><ac:task-id>{number}</ac:task-id><ac:task-status>incomplete</ac:task-status>"
        f"<ac:task-body>{text}</ac:task-body></ac:task>"
    )


def refused(call, *arguments, **named) -> str:
    try:
        call(*arguments, **named)
    except Exception as error:  # the library raises several kinds, and drops v2's reason from their text
        answer = getattr(error, "response", None)
        if answer is None:
            return str(error)
        return json.dumps(answer.json()) if answer.content else str(answer.status_code)
    raise AssertionError(f"{call.__name__}{arguments} was not refused")


def try_pages(base: str, mark: str) -> str:
    v2 = client(base, 2)
    space = v2.get_space_by_key("OPS")
    assert space["id"] == OPS and space["homepageId"] == "500000", space
    title = f"Postmortem {mark}"
    dated = '<time datetime="2026-05-07" />'
    body = "<h2>Summary</h2><p>Campaigns were late.</p><ac:task-list>" + "".join(
        task(number, f"do {number} {dated if number == 1 else ''}") for number in range(1, 31)
    ) + "</ac:task-list>"
    page = v2.create_page(space_id=OPS, title=title, body=body, parent_id=POSTMORTEMS)
    assert page["version"]["number"] == 1 and page["parentId"] == POSTMORTEMS, page
    read = v2.get_page_by_id(page["id"], body_format="storage")
    assert "<h2>Summary</h2>" in read["body"]["storage"]["value"], read["body"]
    assert v2.get_page_id("OPS", title) == page["id"]
    again = refused(v2.create_page, space_id=OPS, title=title.upper(), body="<p/>", parent_id=POSTMORTEMS)
    assert "title" in again.lower(), again
    parsing = refused(v2.create_page, space_id=OPS, title=title + " b", body="<p>open")
    assert "Error parsing xhtml" in parsing, parsing

    updated = v2.update_page(page["id"], title=title, body=body, status="current", version=1)
    assert updated["version"]["number"] == 2, updated
    stale = refused(v2.update_page, page["id"], title=title, body=body, status="current", version=1)
    assert "Version must be incremented" in stale, stale
    # The library's own get_child_pages sends parameters that the endpoint does not have; the sandbox refuses them.
    below = v2.get(f"api/v2/pages/{POSTMORTEMS}/direct-children", params={"limit": 250})["results"]
    assert page["id"] in {child["id"] for child in below}, below
    return page["id"]


def try_tasks(base: str, page: str) -> None:
    v2 = client(base, 2)
    tasks = v2.get_tasks(page_ids=[int(page)], limit=7)
    assert len(tasks) == 30, f"a page of 7 at a time, {len(tasks)} in all"
    assert len({one["id"] for one in tasks}) == 30
    due = v2.get_tasks(page_ids=[int(page)], status="incomplete", due_at_to=1778112000000)
    assert [one["dueAt"] for one in due] == ["2026-05-07T00:00:00.000Z"], due
    ticked = v2.update_task(due[0]["id"], "complete")
    assert ticked["status"] == "complete" and ticked["completedBy"], ticked
    assert len(v2.get_tasks(page_ids=[int(page)], status="incomplete")) == 29


def try_labels(base: str, page: str) -> None:
    v1, v2 = client(base, 1), client(base, 2)
    for _ in range(2):
        v1.add_label(page, "postmortem")
    assert [label["name"] for label in v2.get_page_labels(page)] == ["postmortem"]
    assert refused(v2.add_page_label, page, "sev1"), "v2 has no way to write labels"


def try_comments_and_properties(base: str, page: str) -> None:
    v2 = client(base, 2)
    # The library's own methods for comments post to /api/v2/comments, a path that Confluence does not have.
    storage = {"representation": "storage", "value": "<p>The sheet has come.</p>"}
    comment = v2.post("api/v2/footer-comments", data={"pageId": page, "body": storage})
    v2.post("api/v2/footer-comments", data={"parentCommentId": comment["id"], "body": storage})
    assert [one["id"] for one in v2.get_page_footer_comments(page)] == [comment["id"]]
    edited = v2.put(f"api/v2/footer-comments/{comment['id']}", data={"version": {"number": 2}, "body": storage})
    assert edited["version"]["number"] == 2, edited
    v2.create_page_property(page, "debrief.case", {"incident": "Q1"})
    assert "already exists" in refused(v2.create_page_property, page, "debrief.case", 1)
    assert [one["key"] for one in v2.get_page_properties(page)] == ["debrief.case"]
    assert refused(v2.get_page_property_by_key, page, "debrief.case"), "there is no path by key"


def try_credentials(base: str) -> None:
    answer = requests.get(f"{base}/wiki/api/v2/pages", auth=(ADDRESS, "wrong"), timeout=10)
    assert answer.status_code == 401 and answer.headers["atl-traceid"], answer.headers
    me = requests.get(f"{base}/wiki/rest/api/user/current", auth=(ADDRESS, TOKEN), timeout=10).json()
    people = requests.post(
        f"{base}/wiki/api/v2/users-bulk", auth=(ADDRESS, TOKEN), json={"accountIds": [me["accountId"]]}, timeout=10
    ).json()
    assert people["results"][0]["email"] == ADDRESS, people


def try_what_people_see(base: str, page: str) -> None:
    v2 = client(base, 2)
    links = v2.get_page_by_id(page)["_links"]
    answer = requests.get(links["base"] + links["webui"], timeout=10)
    assert answer.status_code == 200 and "Campaigns were late." in answer.text, answer.status_code


def main() -> None:
    base = json.loads(sys.argv[1])["confluence"]
    page = try_pages(base, uuid.uuid4().hex[:8])
    try_tasks(base, page)
    try_labels(base, page)
    try_comments_and_properties(base, page)
    try_credentials(base)
    try_what_people_see(base, page)
    client(base, 2).delete_page(page)
    print("confluence clients: well")


if __name__ == "__main__":
    try:
        main()
    except AssertionError as error:
        sys.exit(f"confluence clients: {error}")
