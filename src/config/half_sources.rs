//! Sources of incidents as they are written, made whole: those beside PagerDuty and files.

use url::Url;

use super::fault::Problem;
use super::hosts::Destination;
use super::key::Key;
use super::sources::{
    Alertmanager, EntryPointers, HttpSource, IncidentPointers, Opsgenie, PersonPointers, Statuspage,
};
use super::whole::{Assembly, SecretForm};
use super::written_sources::{
    WrittenAlertmanager, WrittenEntryPointers, WrittenHttp, WrittenIncidentPointers,
    WrittenOpsgenie, WrittenPersonPointers, WrittenStatuspage,
};

/// What stands for the id in the address of one incident.
const ID: &str = "{id}";

impl Assembly<'_> {
    pub(super) fn opsgenie(&mut self, written: WrittenOpsgenie) -> Option<Opsgenie> {
        let WrittenOpsgenie {
            enabled,
            base_url,
            key,
            key_file,
            query,
            overlap,
        } = written;
        let given = key.is_some() || key_file.is_some();
        if enabled == Some(false) || (enabled.is_none() && !given) {
            return None;
        }
        self.check(Destination::api("sources.opsgenie.base_url", &base_url));
        let key = self.secret("sources.opsgenie.key", key, key_file, SecretForm::Line);
        let needed = "sources.opsgenie is enabled (or give key_file)";
        Some(Opsgenie {
            key: self.needed_unless(given, key, "sources.opsgenie.key", needed)?,
            base_url,
            query,
            overlap,
        })
    }

    pub(super) fn statuspage(&mut self, written: WrittenStatuspage) -> Option<Statuspage> {
        let WrittenStatuspage {
            enabled,
            base_url,
            page_id,
            key,
            key_file,
            overlap,
        } = written;
        let given = key.is_some() || key_file.is_some();
        let begun = given || page_id.is_some();
        if enabled == Some(false) || (enabled.is_none() && !begun) {
            return None;
        }
        self.check(Destination::api("sources.statuspage.base_url", &base_url));
        let needed = "Statuspage needs page_id and key (or key_file)";
        let key = self.secret("sources.statuspage.key", key, key_file, SecretForm::Line);
        let key = self.needed_unless(given, key, "sources.statuspage.key", needed);
        let page_id = self.needed(page_id, "sources.statuspage.page_id", needed);
        Some(Statuspage {
            base_url,
            page_id: page_id?,
            key: key?,
            overlap,
        })
    }

    pub(super) fn alertmanager(&mut self, written: WrittenAlertmanager) -> Option<Alertmanager> {
        let WrittenAlertmanager {
            enabled,
            folder,
            service_label,
            severity_label,
        } = written;
        if enabled == Some(false) {
            return None;
        }
        if enabled == Some(true) && folder.is_none() {
            let needed = "sources.alertmanager is enabled";
            return self.needed(None, "sources.alertmanager.folder", needed);
        }
        Some(Alertmanager {
            folder: self.folder("sources.alertmanager.folder", folder)?,
            service_label,
            severity_label,
        })
    }

    pub(super) fn http_source(&mut self, written: WrittenHttp) -> Option<HttpSource> {
        let WrittenHttp {
            enabled,
            url,
            detail_url,
            header,
            token,
            token_file,
            incidents,
            next,
            detail,
            resolved_values,
            private_values,
            incident,
            entry,
            person,
        } = written;
        if enabled == Some(false) || (enabled.is_none() && url.is_none()) {
            return None;
        }
        let needed = "sources.http is enabled";
        let url = self.needed(url, "sources.http.url", needed);
        if let Some(url) = &url {
            self.check(Destination::api("sources.http.url", url));
            self.check_detail_url(url, detail_url.as_ref());
        }
        let given = token.is_some() || token_file.is_some();
        let token = self.secret("sources.http.token", token, token_file, SecretForm::Line);
        if given && token.is_none() {
            return None;
        }
        let incident = self.incident_pointers(incident);
        let WrittenEntryPointers {
            at,
            text,
            by,
            url: entry_url,
        } = entry;
        let WrittenPersonPointers { name, email } = person;
        Some(HttpSource {
            url: url?,
            detail_url,
            header: token.map(|token| (header, token)),
            incidents: incidents.unwrap_or_default(),
            next,
            detail: detail.unwrap_or_default(),
            resolved_values,
            private_values,
            incident: incident?,
            entry: EntryPointers {
                at,
                text,
                by,
                url: entry_url,
            },
            person: PersonPointers { name, email },
        })
    }

    /// The token goes along with both: one host, and nowhere else.
    fn check_detail_url(&mut self, url: &Url, detail_url: Option<&Url>) {
        let Some(detail_url) = detail_url else {
            return;
        };
        let key = Key::of("sources.http.detail_url");
        if detail_url.origin() != url.origin() {
            let expected = "an address on the host of sources.http.url, since the token goes along";
            self.wrong(&key, "another host", expected);
        }
        // The braces were encoded when it was read as a URL.
        let named = detail_url.path().replace("%7B", "{").replace("%7D", "}");
        if named.matches(ID).count() != 1 {
            self.wrong(&key, "none", "{id} once in the path");
        }
    }

    fn incident_pointers(&mut self, written: WrittenIncidentPointers) -> Option<IncidentPointers> {
        let WrittenIncidentPointers {
            id,
            reference,
            title,
            url,
            service,
            severity,
            began_at,
            opened_at,
            mitigated_at,
            resolved_at,
            status,
            visibility,
            description,
            impact,
            lead,
            responders,
            timeline,
        } = written;
        let mut pointer = |given: Option<String>, name: &str| {
            if given.is_none() {
                let needed =
                    "sources.http needs to know where id, title, opened_at and resolved_at are";
                let key = Key::of("sources.http.incident").name(name);
                self.fault(&key, Problem::Missing { needed });
            }
            given
        };
        let id = pointer(id, "id");
        let title = pointer(title, "title");
        let opened_at = pointer(opened_at, "opened_at");
        let resolved_at = pointer(resolved_at, "resolved_at");
        Some(IncidentPointers {
            id: id?,
            reference,
            title: title?,
            url,
            service,
            severity,
            began_at,
            opened_at: opened_at?,
            mitigated_at,
            resolved_at: resolved_at?,
            status,
            visibility,
            description,
            impact,
            lead,
            responders,
            timeline,
        })
    }
}
