"""What people see of a postmortem page, in Chromium.

    pip install -r requirements.txt
    python page.py lengthen "$(debrief sandbox's first line)"
    debrief run --once
    python page.py look "$(debrief sandbox's first line)" page.png

The sandbox has to tell its default story. `lengthen` writes notes into the record of #1001, so that it is too long to stand
in plain view, and one of them is markup. Exits with 1 and says all that is not as it should be; a screenshot of the whole
page, as it is seen first, is kept either way.
"""

import json
import re
import sys
import urllib.error
import urllib.request
from urllib.parse import urlsplit

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

HEADINGS = [
    "Description", "Timeline", "Contributing factors", "How we fixed it", "Customer impact", "Corrective actions",
]
STATEMENTS = [
    "This postmortem is blameless.", "Hindsight is 20/20.", "Corrective actions get assignees.",
]
# What the default story says in the chat and must not be on a page.
SECRETS = ["Example-Pa55word", "@customer.example.org"]
MARKUP = re.compile(r"</?(ac|ri|at):|</?(p|b|a|em|strong|table|tbody|tr|td|th|ul|ol|li|br|div|span|time|h[1-6])\b[^>]*>")

# Said in a note, and to be read as it is said.
SAID_AS_MARKUP = "</td><script>alert('note')</script><ac:image/>"
NOTES = 20

faults = []


def check(is_so: bool, what: str) -> None:
    print(("ok      " if is_so else "FAULT   ") + what)
    if not is_so:
        faults.append(what)


def lengthen(base: str) -> None:
    for number in range(1, NOTES + 1):
        text = SAID_AS_MARKUP if number == NOTES else f"Looked again, number {number}: all is well."
        request = urllib.request.Request(
            f"{base}/incidents/QCHECKOUT5XX01/notes",
            data=json.dumps({"note": {"content": text}}).encode(),
            headers={
                "Authorization": "Token token=sandbox-pagerduty-key",
                "Accept": "application/vnd.pagerduty+json;version=2",
                "Content-Type": "application/json",
                "From": "grace.miller@example.com",
            },
        )
        try:
            urllib.request.urlopen(request, timeout=30).close()
        except urllib.error.HTTPError as refusal:
            sys.exit(f"a note was refused: {refusal.read().decode()}")


def browser() -> webdriver.Chrome:
    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1280,900"):
        options.add_argument(argument)
    # An alert that a script opens must stay, so that it is found.
    options.unhandled_prompt_behavior = "ignore"
    return webdriver.Chrome(options=options)


def page_of(base: str, reference: str) -> str:
    with urllib.request.urlopen(f"{base}/__sandbox/world", timeout=30) as answer:
        pages = json.load(answer)["confluence"]["pages"]
    addresses = [page["url"] for page in pages if f"{reference}:" in page["title"]]
    assert len(addresses) == 1, f"pages of {reference}: {addresses}"
    return addresses[0]


def seen(within, selector: str) -> list:
    return [element for element in within.find_elements(By.CSS_SELECTOR, selector) if element.is_displayed()]


def no_script_ran(driver: webdriver.Chrome, reference: str) -> None:
    try:
        text = driver.switch_to.alert.text
    except Exception:  # there is none, which is what should be
        text = None
    check(text is None, f"{reference}: no script opened an alert")
    check(not driver.find_elements(By.TAG_NAME, "script"), f"{reference}: the page holds no script")


def try_head(article) -> None:
    title = seen(article, "h1")
    check(
        [element.text for element in title] == ["Postmortem #1001: Checkout API returns 5xx for card payments"],
        "the title",
    )
    items = [element.text for element in seen(article, ".panel.info ol > li")]
    check(
        len(items) == 3 and all(item.startswith(opening) for item, opening in zip(items, STATEMENTS)),
        f"the three statements: {items}",
    )
    headings = [element.text for element in seen(article, ".body h2, .body h3")]
    check([heading for heading in headings if heading in HEADINGS] == HEADINGS, f"the headings in their order: {headings}")
    statements, description = seen(article, ".panel.info ol")[0], seen(article, ".body h2, .body h3")[0]
    check(statements.location["y"] < description.location["y"], "the statements stand before the first heading")


def rows(table) -> list[str]:
    return [row.text for row in seen(table, "tr") if row.find_elements(By.TAG_NAME, "td")]


def try_timeline(driver: webdriver.Chrome, article) -> None:
    tables = article.find_elements(By.TAG_NAME, "table")
    timelines = [table for table in tables if "What happened" in table.get_attribute("textContent")]
    shown = [table for table in timelines if table.is_displayed()]
    check(len(timelines) == 2 and len(shown) == 1, f"one timeline is seen, one more is folded away: {len(shown)} of {len(timelines)}")
    key_events = rows(shown[0])
    check(any("Pingdom" in row and "alert" in row for row in key_events), "an alert of Pingdom is among the key events")
    check(any("Resolved" in row for row in key_events), "the end is among the key events")
    check(all(re.search(r"\d\d:\d\d", row) for row in key_events), "every key event has its time")
    alerts = [element.text for element in seen(article, "p") if element.text.startswith("Alerts: ")]
    check(len(alerts) == 1 and "Pingdom (" in alerts[0], f"the origins of the alerts, counted: {alerts}")

    records = [element for element in seen(article, "details") if "The whole record" in element.text]
    check(len(records) == 1, "there is one whole record to open")
    if not records:
        return
    record = records[0]
    summary, table = record.find_element(By.TAG_NAME, "summary"), record.find_element(By.TAG_NAME, "table")
    check(record.get_attribute("open") is None and not table.is_displayed(), "the whole record is closed first")
    height = article.size["height"]
    driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", summary)
    summary.click()
    WebDriverWait(driver, 10).until(lambda _: table.is_displayed())
    check(article.size["height"] > height, "a click opens the whole record")
    whole = rows(table)
    count = re.search(r"The whole record: (\d+) entries", summary.text)
    check(count is not None and int(count[1]) == len(whole), f"it holds as many entries as it says: {summary.text!r}, {len(whole)}")
    check(len(whole) > len(key_events), f"it shows more than the key events: {len(whole)}, {len(key_events)}")
    check(any("[masked:" in row for row in whole), "a masked passage says so")
    check(any(SAID_AS_MARKUP in row for row in whole), "markup in a note is read as what it says")


def try_tasks(article) -> None:
    tasks = seen(article, "ul.tasks > li")
    check(len(tasks) >= 2, f"tasks: {len(tasks)}")
    for task in tasks:
        box = seen(task, ".box")
        has_size = len(box) == 1 and min(box[0].size["width"], box[0].size["height"]) >= 8
        check(has_size, f"a box to tick: {task.text[:60]!r}")
        check(len(seen(task, ".mention")) == 1 and len(seen(task, "time")) == 1, "its assignee and its date")


def try_text(driver: webdriver.Chrome, article) -> None:
    for details in article.find_elements(By.TAG_NAME, "details"):
        driver.execute_script("arguments[0].open = true", details)
    text = article.text.replace(SAID_AS_MARKUP, "")
    found = MARKUP.search(text)
    check(found is None, f"no markup is seen as text: {found and found[0]}")
    check("{{" not in text and "{%" not in text, "no piece of a template is seen")
    source = driver.page_source
    for secret in SECRETS:
        check(secret not in source, f"not on the page: {secret}")
    links = [element.get_attribute("href") for element in article.find_elements(By.TAG_NAME, "a")]
    check(len(links) > 0, f"links: {len(links)}")
    odd = [link for link in links if not link or urlsplit(link).scheme not in ("http", "https") or not urlsplit(link).netloc]
    check(not odd, f"every link is http or https: {odd}")


def keep_screenshot(driver: webdriver.Chrome, file: str) -> None:
    height = driver.execute_script("return document.documentElement.scrollHeight")
    driver.set_window_size(1280, min(height + 200, 16000))
    assert driver.save_screenshot(file), f"{file} could not be written"
    print(f"screenshot: {file}")


def main() -> None:
    vendors = json.loads(sys.argv[2])
    if sys.argv[1] == "lengthen":
        lengthen(vendors["pagerduty"])
        return
    base = vendors["confluence"]
    driver = browser()
    try:
        driver.get(page_of(base, "#1001"))
        no_script_ran(driver, "#1001")
        article = driver.find_element(By.CSS_SELECTOR, "article.page")
        keep_screenshot(driver, sys.argv[3])
        try_head(article)
        try_timeline(driver, article)
        try_tasks(article)
        try_text(driver, article)

        # Its title is markup, and has to be read as what it says.
        driver.get(page_of(base, "#1003"))
        no_script_ran(driver, "#1003")
        title = driver.find_element(By.CSS_SELECTOR, "article.page h1")
        check(title.is_displayed() and "<script>alert('x')</script>" in title.text, f"#1003: the title: {title.text!r}")
    finally:
        driver.quit()
    if faults:
        sys.exit(f"{len(faults)} of what people see is not as it should be")


main()
