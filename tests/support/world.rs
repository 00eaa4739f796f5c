//! Looking at the world: what of each kind there is for an incident, found without asking the ledger.

use serde_json::Value;

/// A delivered mail.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The addresses it was delivered to.
    pub to: Vec<String>,
    /// The subject, decoded.
    pub subject: String,
    /// With its angle brackets.
    pub message_id: String,
    /// The plain text.
    pub text: String,
    /// The HTML.
    pub html: String,
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Everything the vendors hold at one moment.
pub struct World(pub Value);

impl World {
    /// The postmortem pages whose title names that reference, such as `#1001`; deleted ones too.
    pub fn pages(&self, reference: &str) -> Vec<Value> {
        let named = format!("Postmortem {reference}:");
        list(&self.0["confluence"]["pages"])
            .into_iter()
            .filter(|page| text(&page["title"]).starts_with(&named))
            .collect()
    }

    /// The one page of that reference.
    pub fn page(&self, reference: &str) -> Value {
        one(self.pages(reference), "page", reference)
    }

    /// The footer comments on a page.
    pub fn comments(&self, page: &str) -> Vec<Value> {
        list(&self.0["confluence"]["comments"])
            .into_iter()
            .filter(|comment| comment["pageId"] == page)
            .collect()
    }

    /// The content properties of a page that are ours.
    pub fn properties(&self, page: &str) -> Vec<Value> {
        list(&self.0["confluence"]["properties"])
            .into_iter()
            .filter(|property| property["pageId"] == page && property["key"] == "debrief")
            .collect()
    }

    /// The boxes on a page.
    pub fn tasks(&self, page: &str) -> Vec<Value> {
        list(&self.0["confluence"]["tasks"])
            .into_iter()
            .filter(|task| task["pageId"] == page)
            .collect()
    }

    /// Folders that this application made for that reference.
    pub fn folders(&self, reference: &str) -> Vec<Value> {
        self.files(reference, "application/vnd.google-apps.folder")
    }

    /// The one folder of that reference.
    pub fn folder(&self, reference: &str) -> Value {
        one(self.folders(reference), "folder", reference)
    }

    /// Spreadsheets that this application made for that reference.
    pub fn spreadsheets(&self, reference: &str) -> Vec<Value> {
        self.files(reference, "application/vnd.google-apps.spreadsheet")
    }

    /// The one spreadsheet of that reference, as Drive has it.
    pub fn spreadsheet(&self, reference: &str) -> Value {
        one(self.spreadsheets(reference), "spreadsheet", reference)
    }

    fn files(&self, reference: &str, kind: &str) -> Vec<Value> {
        let ours = |file: &Value| file["appProperties"].get("debrief_key").is_some();
        list(&self.0["drive"]["files"])
            .into_iter()
            .filter(|file| file["mimeType"] == kind && ours(file))
            .filter(|file| names(&text(&file["name"]), reference))
            .collect()
    }

    /// What is in a spreadsheet: its tabs.
    pub fn tabs(&self, spreadsheet: &str) -> Vec<Value> {
        list(&self.0["sheets"][spreadsheet]["tabs"])
    }

    /// Who may do what with a file.
    pub fn permissions(&self, file: &str) -> Vec<Value> {
        list(&self.0["drive"]["permissions"])
            .into_iter()
            .filter(|permission| permission["fileId"] == file)
            .collect()
    }

    /// Events in the team's calendar whose summary names that reference, cancelled ones too.
    pub fn events(&self, reference: &str) -> Vec<Value> {
        list(&self.0["calendar"]["events"])
            .into_iter()
            .filter(|event| {
                text(&event["summary"]).starts_with(&format!("Postmortem {reference}:"))
            })
            .collect()
    }

    /// The one event of that reference.
    pub fn event(&self, reference: &str) -> Value {
        one(self.events(reference), "event", reference)
    }

    /// Every mail so far.
    pub fn mails(&self) -> Vec<Mail> {
        list(&self.0["smtp"]["messages"])
            .iter()
            .map(|mail| Mail {
                to: list(&mail["envelope"]["to"]).iter().map(text).collect(),
                subject: text(&mail["subject"]),
                message_id: text(&mail["message_id"]),
                text: text(&mail["text"]),
                html: text(&mail["html"]),
            })
            .collect()
    }

    /// Mails that announce that reference.
    pub fn announcements(&self, reference: &str) -> Vec<Mail> {
        self.mails()
            .into_iter()
            .filter(|mail| mail.subject.ends_with(&format!("({reference})")))
            .collect()
    }

    /// Mails about overdue items.
    pub fn nags(&self) -> Vec<Mail> {
        self.mails()
            .into_iter()
            .filter(|mail| mail.subject.ends_with(" overdue"))
            .collect()
    }

    /// Mails that tell a leader what is missing on a page.
    pub fn reviews(&self) -> Vec<Mail> {
        self.mails()
            .into_iter()
            .filter(|mail| mail.subject.ends_with(" missing on the page"))
            .collect()
    }

    /// What Debrief posted to #postmortem for that reference.
    pub fn posts(&self, reference: &str) -> Vec<Value> {
        self.told_in_chat(reference, |channel| channel == POSTMORTEM)
    }

    /// The links that went back to where the incident was worked on.
    pub fn links(&self, reference: &str) -> Vec<Value> {
        self.told_in_chat(reference, |channel| channel != POSTMORTEM)
    }

    fn told_in_chat(&self, reference: &str, is_there: impl Fn(&str) -> bool) -> Vec<Value> {
        list(&self.0["slack"]["messages"])
            .into_iter()
            .filter(|post| text(&post["text"]).starts_with(&format!("*{reference}:")))
            .filter(|post| is_there(&text(&post["channel"])))
            .collect()
    }

    /// Mails to whoever leads.
    pub fn briefings(&self, reference: &str) -> Vec<Mail> {
        self.mails()
            .into_iter()
            .filter(|mail| {
                mail.subject
                    .starts_with(&format!("You lead the postmortem of {reference}:"))
            })
            .collect()
    }

    /// Direct messages to whoever leads.
    pub fn direct_messages(&self, reference: &str) -> Vec<Value> {
        list(&self.0["slack"]["messages"])
            .into_iter()
            .filter(|post| {
                text(&post["text"])
                    .starts_with(&format!("*You lead the postmortem of {reference}:"))
            })
            .collect()
    }

    /// The Slack id of whoever has that address.
    pub fn slack_id(&self, email: &str) -> String {
        let users = list(&self.0["slack"]["users"]);
        let name = email.split('@').next().unwrap_or_default();
        let user = users
            .iter()
            .find(|user| text(&user["name"]).to_lowercase().starts_with(name))
            .unwrap_or_else(|| panic!("{email} has no account in Slack"));
        id_of(user)
    }

    /// Notes that Debrief wrote into PagerDuty.
    pub fn notes(&self) -> Vec<Value> {
        list(&self.0["pagerduty"]["notes"])
            .into_iter()
            .filter(|note| text(&note["content"]).contains("Noted by Debrief"))
            .collect()
    }

    /// Those of them that are not cancelled.
    pub fn meetings(&self, reference: &str) -> Vec<Value> {
        self.events(reference)
            .into_iter()
            .filter(|event| event["status"] != "cancelled")
            .collect()
    }

    /// There is one folder, sheet, page, event, mail and post for that incident: no less, and nothing twice.
    pub fn assert_one_of_each(&self, reference: &str) {
        self.assert_count_of_each(reference, 1);
    }

    /// There is nothing at all for that incident.
    pub fn assert_nothing_for(&self, reference: &str) {
        self.assert_count_of_each(reference, 0);
    }

    fn assert_count_of_each(&self, reference: &str, count: usize) {
        let counts = [
            ("folders", self.folders(reference).len()),
            ("spreadsheets", self.spreadsheets(reference).len()),
            ("pages", self.pages(reference).len()),
            ("events", self.events(reference).len()),
            ("announcements", self.announcements(reference).len()),
            ("posts", self.posts(reference).len()),
            ("links", self.links(reference).len()),
        ];
        for (what, found) in counts {
            assert_eq!(found, count, "{what} of {reference}");
        }
    }
}

/// The sandbox's channel #postmortem.
pub const POSTMORTEM: &str = "postmortem";

/// The id of a page, a file or a task.
pub fn id_of(thing: &Value) -> String {
    text(&thing["id"])
}

fn one(mut found: Vec<Value>, what: &str, reference: &str) -> Value {
    assert_eq!(found.len(), 1, "{what} of {reference}");
    found.remove(0)
}

/// Whether a name holds that reference as a word of its own: `#100` is not in `#1001`.
fn names(name: &str, reference: &str) -> bool {
    name.split_whitespace()
        .any(|word| word.trim_end_matches(':') == reference)
}
