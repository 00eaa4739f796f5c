"""Google's own Python client and gspread, unmodified but for the address, against a running sandbox.

    pip install gspread==6.2.1 google-api-python-client==2.202.0
    python google_clients.py "$(debrief sandbox's first line)" service-account.json

The sandbox has to tell its default story. Exits with 1 and says why at the first thing that is not as it should be.
"""

import io
import json
import sys
from datetime import datetime, timedelta, timezone
from urllib.parse import urlsplit

import gspread
from google.auth.exceptions import RefreshError
from google.oauth2 import credentials, service_account
from googleapiclient import discovery
from googleapiclient.discovery_cache import get_static_doc
from googleapiclient.errors import HttpError
from googleapiclient.http import MediaIoBaseUpload
from requests.adapters import HTTPAdapter

SCOPES = [f"https://www.googleapis.com/auth/{name}" for name in ("drive", "spreadsheets", "calendar")]
ADA, JONAS = "ada.brandt@example.com", "jonas.weber@example.com"
FOLDER, SHEET = "application/vnd.google-apps.folder", "application/vnd.google-apps.spreadsheet"
PARENT = "0BPostmortems"


class Sandbox:
    def __init__(self, base: str, account: dict) -> None:
        self.base = base
        self.account = {**account, "token_uri": f"{base}/token"}

    def credentials(self, subject: str | None = None, scopes: list[str] = SCOPES):
        return service_account.Credentials.from_service_account_info(self.account, scopes=scopes, subject=subject)

    def service(self, name: str, version: str, subject: str | None = None, creds=None):
        """build() from the discovery document that the library ships, its root moved to the sandbox."""
        document = json.loads(get_static_doc(name, version))
        document["rootUrl"] = f"{self.base}/"
        document["baseUrl"] = f"{self.base}/{document['servicePath']}"
        document.pop("mtlsRootUrl", None)
        return discovery.build_from_document(document, credentials=creds or self.credentials(subject))

    def gspread(self, subject: str | None = None) -> gspread.Client:
        base = self.base

        class Moved(HTTPAdapter):
            def send(self, request, **options):
                url = urlsplit(request.url)
                request.url = base + url.path + (f"?{url.query}" if url.query else "")
                return super().send(request, **options)

        client = gspread.authorize(self.credentials(subject))
        client.http_client.session.mount("https://", Moved())
        return client


def refused(call, status: int, text: str) -> None:
    """The call must be refused so."""
    try:
        call()
    except HttpError as error:
        assert error.resp.status == status and text in error.content.decode(), (error.resp.status, error.content)
        return
    except gspread.exceptions.APIError as error:
        assert error.response.status_code == status and text in error.response.text, error.response.text
        return
    raise AssertionError(f"not refused: {status} {text}")


def try_drive(sandbox: Sandbox) -> str:
    drive = sandbox.service("drive", "v3")
    ids = drive.files().generateIds(count=3).execute()["ids"]
    folder = {"id": ids[0], "name": "Q1", "mimeType": FOLDER, "parents": [PARENT], "appProperties": {"incident": "Q1"}}
    made = drive.files().create(body=folder, supportsAllDrives=True, fields="id,appProperties").execute()
    assert made == {"id": ids[0], "appProperties": {"incident": "Q1"}}, made
    refused(lambda: drive.files().create(body=folder, supportsAllDrives=True).execute(), 409, "fileIdInUse")
    refused(lambda: drive.files().create(body={"name": "mine"}).execute(), 403, "storageQuotaExceeded")
    refused(lambda: drive.files().get(fileId=ids[0]).execute(), 404, "notFound")
    refused(lambda: drive.about().get().execute(), 400, "required")
    assert SHEET in drive.about().get(fields="maxImportSizes").execute()["maxImportSizes"]

    sheet = drive.files().create(body={"name": "Customers", "mimeType": SHEET, "parents": [ids[0]]}, supportsAllDrives=True).execute()
    children = drive.files().list(
        q=f"'{ids[0]}' in parents and mimeType = '{SHEET}' and trashed = false", supportsAllDrives=True,
        includeItemsFromAllDrives=True, corpora="drive", driveId="0ASandboxSharedDrive", orderBy="createdTime",
    ).execute()
    assert [file["id"] for file in children["files"]] == [sheet["id"]], children

    media = MediaIoBaseUpload(io.BytesIO(b"org,id\nAcme,00123\n"), mimetype="text/csv")
    csv = drive.files().create(body={"name": "a.csv", "parents": [ids[0]]}, media_body=media, supportsAllDrives=True).execute()
    assert drive.files().get_media(fileId=csv["id"], supportsAllDrives=True).execute() == b"org,id\nAcme,00123\n"
    drive.files().update(fileId=csv["id"], body={"trashed": True}, supportsAllDrives=True).execute()
    drive.files().delete(fileId=csv["id"], supportsAllDrives=True).execute()

    body = {"type": "user", "role": "reader", "emailAddress": ADA}
    shared = drive.permissions().create(fileId=sheet["id"], body=body, sendNotificationEmail=False, supportsAllDrives=True).execute()
    listed = drive.permissions().list(fileId=sheet["id"], supportsAllDrives=True, fields="permissions(emailAddress)").execute()
    assert listed == {"permissions": [{"emailAddress": ADA}]}, listed
    drive.permissions().delete(fileId=sheet["id"], permissionId=shared["id"], supportsAllDrives=True).execute()
    assert drive.drives().list().execute()["drives"][0]["id"] == "0ASandboxSharedDrive"
    return sheet["id"]


def try_sheets(sandbox: Sandbox, sheet: str) -> None:
    sheets = sandbox.service("sheets", "v4").spreadsheets()
    refused(lambda: sheets.create(body={}).execute(), 403, "PERMISSION_DENIED")
    sheets.batchUpdate(spreadsheetId=sheet, body={"requests": [
        {"updateSheetProperties": {
            "properties": {"sheetId": 0, "title": "Customers", "gridProperties": {"rowCount": 12_001, "columnCount": 4, "frozenRowCount": 1}},
            "fields": "title,gridProperties(rowCount,columnCount,frozenRowCount)"}},
        {"repeatCell": {"range": {"sheetId": 0, "endRowIndex": 1}, "cell": {"userEnteredFormat": {"textFormat": {"bold": True}}},
                        "fields": "userEnteredFormat.textFormat.bold"}},
        {"createDeveloperMetadata": {"developerMetadata": {
            "metadataId": 1, "metadataKey": "chunk", "location": {"spreadsheet": True}, "visibility": "PROJECT"}}},
    ]}).execute()
    rows = [[f"Customer {row}", f"{row:05}", f"=A{row}", "1-2"] for row in range(12_000)]
    written = sheets.values().update(
        spreadsheetId=sheet, range="Customers!A2:D12001", valueInputOption="RAW", body={"values": rows}).execute()
    assert written["updatedCells"] == 48_000, written
    read = sheets.values().get(spreadsheetId=sheet, range="Customers!A12001:D12001").execute()
    assert read["values"] == [["Customer 11999", "11999", "=A11999", "1-2"]], read
    refused(lambda: sheets.values().update(spreadsheetId=sheet, range="Customers!A12002", valueInputOption="RAW",
                                           body={"values": [["x"]]}).execute(), 400, "exceeds grid limits")
    seen = sheets.get(spreadsheetId=sheet, includeGridData=True, ranges="Customers!A1:A2").execute()
    assert seen["sheets"][0]["data"][0]["rowData"][0]["values"][0]["userEnteredFormat"]["textFormat"]["bold"], seen
    assert sheets.developerMetadata().get(spreadsheetId=sheet, metadataId=1).execute()["metadataKey"] == "chunk"


def try_gspread(sandbox: Sandbox) -> None:
    robot = sandbox.gspread()
    refused(lambda: robot.create("mine"), 403, "storageQuotaExceeded")
    book = robot.create("Affected customers", folder_id=PARENT)
    tab = book.sheet1
    tab.resize(rows=100, cols=4)
    tab.update([["org", "org_id"], ["Acme", "00123"]], "A1", raw=True)
    assert tab.get_all_values() == [["org", "org_id"], ["Acme", "00123"]], tab.get_all_values()
    tab.append_row(["Beta", "7"], value_input_option="USER_ENTERED")
    assert tab.acell("B3").value == "7" and tab.find("Beta").row == 3
    tab.freeze(rows=1)
    tab.format("A1:B1", {"textFormat": {"bold": True}})
    tab.set_basic_filter("A1:B3")
    tab.columns_auto_resize(0, 2)
    tab.insert_row(["first"], 2)
    tab.delete_rows(2)
    tab.batch_clear(["B3"])
    tab.update_title("Customers")
    book.add_worksheet("Notes", rows=10, cols=2).update_acell("A1", "note")
    assert [each.title for each in book.worksheets()] == ["Customers", "Notes"]
    book.del_worksheet(book.worksheet("Notes"))
    book.share(ADA, perm_type="user", role="writer", notify=False)
    assert ADA in [each["emailAddress"] for each in book.list_permissions()]
    book.update_title("Renamed")
    assert robot.open_by_key(book.id).title == "Renamed"
    mine = sandbox.gspread(ADA)
    own = mine.create("Own")
    assert own.sheet1.row_count == 1000 and own.sheet1.col_count == 26
    mine.del_spreadsheet(own.id)


def try_calendar(sandbox: Sandbox) -> None:
    calendar = sandbox.service("calendar", "v3", subject=ADA)
    start = datetime.now(timezone.utc).replace(minute=0, second=0, microsecond=0) + timedelta(days=30)
    span = {"timeMin": start.isoformat(), "timeMax": (start + timedelta(days=1)).isoformat()}
    asked = calendar.freebusy().query(body={**span, "items": [{"id": ADA}, {"id": JONAS}, {"id": "nobody@example.org"}]}).execute()
    assert asked["calendars"]["nobody@example.org"]["errors"][0]["reason"] == "notFound", asked
    week = {"timeMin": (start - timedelta(days=30)).isoformat(), "timeMax": (start - timedelta(days=20)).isoformat()}
    assert calendar.freebusy().query(body={**week, "items": [{"id": ADA}]}).execute()["calendars"][ADA]["busy"]

    event = {
        "id": "debrief0001", "summary": "Postmortem",
        "start": {"dateTime": start.isoformat(), "timeZone": "UTC"},
        "end": {"dateTime": (start + timedelta(minutes=45)).isoformat(), "timeZone": "UTC"},
        "attendees": [{"email": JONAS}], "extendedProperties": {"private": {"incident": "Q1"}},
        "conferenceData": {"createRequest": {"requestId": "q1", "conferenceSolutionKey": {"type": "hangoutsMeet"}}},
    }
    options = {"calendarId": "primary", "conferenceDataVersion": 1, "sendUpdates": "all"}
    made = calendar.events().insert(body=event, **options).execute()
    assert made["conferenceData"]["createRequest"]["status"]["statusCode"] == "pending", made
    assert calendar.events().get(calendarId="primary", eventId="debrief0001").execute()["hangoutLink"]
    refused(lambda: calendar.events().insert(body=event, **options).execute(), 409, "duplicate")
    found = calendar.events().list(calendarId="primary", privateExtendedProperty="incident=Q1").execute()
    assert [each["id"] for each in found["items"]] == ["debrief0001"], found
    busy = calendar.freebusy().query(body={**span, "items": [{"id": JONAS}]}).execute()["calendars"][JONAS]["busy"]
    assert len(busy) == 1, busy
    later = {"start": {"dateTime": (start + timedelta(hours=1)).isoformat()}, "end": {"dateTime": (start + timedelta(hours=2)).isoformat()}}
    moved = calendar.events().patch(calendarId="primary", eventId="debrief0001", body=later, sendUpdates="all").execute()
    assert moved["sequence"] == 1, moved
    update = calendar.events().update(calendarId="primary", eventId="debrief0001", body=moved)
    update.headers["If-Match"] = made["etag"]
    refused(update.execute, 412, "conditionNotMet")
    calendar.events().delete(calendarId="primary", eventId="debrief0001", sendUpdates="all").execute()
    refused(lambda: calendar.events().delete(calendarId="primary", eventId="debrief0001").execute(), 410, "deleted")
    assert calendar.events().get(calendarId="primary", eventId="debrief0001").execute()["status"] == "cancelled"
    assert calendar.calendarList().list().execute()["items"][0]["id"] == ADA
    assert calendar.settings().get(setting="timezone").execute()["value"] == "Europe/Berlin"

    alone = sandbox.service("calendar", "v3")
    guests = {**event, "id": "debrief0002"}
    refused(lambda: alone.events().insert(calendarId="primary", body=guests).execute(), 403, "forbiddenForServiceAccounts")
    imported = {name: event[name] for name in ("summary", "start", "end")} | {"iCalUID": "q1@example.com"}
    assert alone.events().import_(calendarId="primary", body=imported).execute()["iCalUID"] == "q1@example.com"


def try_tokens(sandbox: Sandbox) -> None:
    for subject, scopes, text in (
        ("nobody@example.org", SCOPES, "invalid_grant"),
        (ADA, ["https://www.googleapis.com/auth/gmail.send"], "unauthorized_client"),
    ):
        drive = sandbox.service("drive", "v3", creds=sandbox.credentials(subject, scopes))
        try:
            drive.files().list().execute()
            raise AssertionError(f"{subject} got a token")
        except RefreshError as error:
            assert text in str(error), error
    narrow = sandbox.credentials(ADA, ["https://www.googleapis.com/auth/calendar.freebusy"])
    refused(sandbox.service("drive", "v3", creds=narrow).files().list().execute, 403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT")
    person = credentials.Credentials(
        None, refresh_token="sandbox-refresh-token", token_uri=f"{sandbox.base}/token",
        client_id="sandbox-client", client_secret="sandbox-client-secret",
    )
    about = sandbox.service("drive", "v3", creds=person).about().get(fields="user(emailAddress)").execute()
    assert "@" in about["user"]["emailAddress"], about


def main() -> None:
    ready = json.loads(sys.argv[1])
    with open(sys.argv[2], encoding="utf-8") as file:
        sandbox = Sandbox(ready["google"], json.load(file))
    sheet = try_drive(sandbox)
    try_sheets(sandbox, sheet)
    try_gspread(sandbox)
    try_calendar(sandbox)
    try_tokens(sandbox)
    print("Google's clients are well served.")


if __name__ == "__main__":
    main()
