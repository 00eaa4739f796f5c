//! `/incidents` and `/log_entries`.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    PagerDuty, Refusal,
    account::{Incident, TEAM_ID},
    query::{Page, Parameters},
    shapes::{Include, Shapes},
};
use crate::sandbox::wire::Request;

impl PagerDuty {
    pub(super) fn list_incidents(
        &self,
        request: &Request,
        now: Timestamp,
    ) -> Result<Value, Refusal> {
        const NAMES: [&str; 15] = [
            "limit",
            "offset",
            "total",
            "date_range",
            "incident_key",
            "service_ids[]",
            "team_ids[]",
            "user_ids[]",
            "urgencies[]",
            "time_zone",
            "statuses[]",
            "sort_by",
            "include[]",
            "since",
            "until",
        ];
        let parameters = Parameters::of(request, &NAMES)?;
        let page = Page::of(&parameters)?;
        let shapes = Shapes::new(
            &self.account,
            parameters.include(Include::OF_INCIDENTS)?,
            parameters.time_zone()?,
        );
        let statuses = parameters.list("statuses[]", &["triggered", "acknowledged", "resolved"])?;
        let urgencies = parameters.list("urgencies[]", &["high", "low"])?;
        let services = parameters.all("service_ids[]");
        let teams = parameters.all("team_ids[]");
        let users = parameters.all("user_ids[]");
        let order = parameters.incident_order()?;
        let range = parameters.creation_range(now)?;
        let mut found: Vec<&Incident> = self
            .account
            .incidents
            .iter()
            .filter(|incident| {
                range
                    .as_ref()
                    .is_none_or(|range| range.contains(&incident.created_at))
            })
            .filter(|incident| statuses.is_empty() || statuses.contains(&incident.status.word()))
            .filter(|incident| {
                urgencies.is_empty() || urgencies.contains(&incident.urgency.as_str())
            })
            .filter(|incident| services.is_empty() || services.contains(&incident.service.as_str()))
            .filter(|_| teams.is_empty() || teams.contains(&TEAM_ID))
            .filter(|incident| {
                parameters
                    .one("incident_key")
                    .is_none_or(|key| key == incident.key())
            })
            // A resolved incident is assigned to nobody, so it is never found by a person.
            .filter(|incident| {
                users.is_empty()
                    || incident
                        .assignees()
                        .iter()
                        .any(|id| users.contains(&id.as_str()))
            })
            .collect();
        found.sort_by(|a, b| order.compare(a, b));
        Ok(page.cut("incidents", found, |incident| shapes.incident(incident)))
    }

    pub(super) fn one_incident(&self, request: &Request, id: &str) -> Result<Value, Refusal> {
        let parameters = Parameters::of(request, &["include[]"])?;
        let include = parameters.include(Include::OF_INCIDENT)?;
        let incident = self
            .account
            .incident(id)
            .or_else(|| self.account.incident_numbered(id));
        let incident = incident.ok_or_else(Refusal::not_found)?;
        Ok(json!({"incident": Shapes::new(&self.account, include, None).incident(incident)}))
    }

    pub(super) fn log_of(&self, request: &Request, id: &str) -> Result<Value, Refusal> {
        const NAMES: [&str; 8] = [
            "limit",
            "offset",
            "total",
            "time_zone",
            "since",
            "until",
            "is_overview",
            "include[]",
        ];
        let parameters = Parameters::of(request, &NAMES)?;
        let incident = self.account.incident(id).ok_or_else(Refusal::not_found)?;
        let (since, until) = (parameters.instant("since")?, parameters.instant("until")?);
        self.log(&parameters, &[incident], since, until)
    }

    pub(super) fn whole_log(&self, request: &Request, now: Timestamp) -> Result<Value, Refusal> {
        const NAMES: [&str; 9] = [
            "limit",
            "offset",
            "total",
            "time_zone",
            "since",
            "until",
            "is_overview",
            "include[]",
            "team_ids[]",
        ];
        let parameters = Parameters::of(request, &NAMES)?;
        let teams = parameters.all("team_ids[]");
        let incidents: Vec<&Incident> = if teams.is_empty() || teams.contains(&TEAM_ID) {
            self.account.incidents.iter().collect()
        } else {
            Vec::new()
        };
        let range = parameters.range(now)?;
        self.log(
            &parameters,
            &incidents,
            Some(*range.start()),
            Some(*range.end()),
        )
    }

    /// Newest first, as the API gives them.
    fn log(
        &self,
        parameters: &Parameters<'_>,
        incidents: &[&Incident],
        since: Option<Timestamp>,
        until: Option<Timestamp>,
    ) -> Result<Value, Refusal> {
        let page = Page::of(parameters)?;
        let shapes = Shapes::new(
            &self.account,
            parameters.include(Include::OF_LOG)?,
            parameters.time_zone()?,
        );
        let is_overview = parameters.flag("is_overview")?;
        let mut found: Vec<_> = incidents
            .iter()
            .flat_map(|incident| incident.log.iter().map(move |entry| (*incident, entry)))
            .filter(|(_, entry)| since.is_none_or(|since| entry.at >= since))
            .filter(|(_, entry)| until.is_none_or(|until| entry.at <= until))
            .filter(|(_, entry)| !is_overview || entry.is_important())
            .collect();
        found.sort_by_key(|(_, entry)| std::cmp::Reverse(entry.at));
        Ok(page.cut("log_entries", found, |(incident, entry)| {
            shapes.log_entry(incident, entry)
        }))
    }

    pub(super) fn notes_of(&self, request: &Request, id: &str) -> Result<Value, Refusal> {
        Parameters::of(request, &[])?;
        let incident = self.account.incident(id).ok_or_else(Refusal::not_found)?;
        let shapes = Shapes::new(&self.account, Include::default(), None);
        let notes: Vec<Value> = incident
            .notes
            .iter()
            .map(|note| shapes.note(note))
            .collect();
        Ok(json!({"notes": notes}))
    }

    pub(super) fn add_note(
        &mut self,
        request: &Request,
        id: &str,
        now: Timestamp,
    ) -> Result<Value, Refusal> {
        Parameters::of(request, &[])?;
        let content = note_content(request)?;
        let from = request
            .header("from")
            .ok_or_else(|| Refusal::invalid("From header is required"))?;
        // https://developer.pagerduty.com/docs/errors: 1008 is its own code for a From that nobody has.
        let author = self
            .account
            .person_by_email(from)
            .map(|person| person.id.clone())
            .ok_or_else(|| Refusal {
                status: 400,
                code: 1008,
                message: "Requester User Not Found",
                errors: Vec::new(),
            })?;
        let note = self.account.add_note(id, &author, &content, now)?;
        Ok(json!({"note": Shapes::new(&self.account, Include::default(), None).note(&note)}))
    }

    pub(super) fn alerts_of(&self, request: &Request, id: &str) -> Result<Value, Refusal> {
        const NAMES: [&str; 7] = [
            "limit",
            "offset",
            "total",
            "alert_key",
            "statuses[]",
            "sort_by",
            "include[]",
        ];
        let parameters = Parameters::of(request, &NAMES)?;
        let page = Page::of(&parameters)?;
        let statuses = parameters.list("statuses[]", &["triggered", "resolved"])?;
        let shapes = Shapes::new(&self.account, parameters.include(Include::OF_ALERTS)?, None);
        let incident = self.account.incident(id).ok_or_else(Refusal::not_found)?;
        let mut found: Vec<&Incident> = self
            .account
            .alerting(incident)
            .into_iter()
            .filter(|source| statuses.is_empty() || statuses.contains(&source.status.alert_word()))
            .filter(|source| {
                parameters
                    .one("alert_key")
                    .is_none_or(|key| key == source.key())
            })
            .collect();
        let order = parameters.alert_order()?;
        found.sort_by(|a, b| order.compare(a, b));
        Ok(page.cut("alerts", found, |source| shapes.alert(incident, source)))
    }
}

fn note_content(request: &Request) -> Result<String, Refusal> {
    let is_json = request
        .header("content-type")
        .is_some_and(|kind| kind.starts_with("application/json"));
    if !is_json {
        return Err(Refusal::invalid("Content-Type must be application/json"));
    }
    let body = request.json().map_err(Refusal::invalid)?;
    let note = body
        .as_object()
        .filter(|body| body.len() == 1)
        .and_then(|body| body.get("note")?.as_object());
    let note = note.ok_or_else(|| Refusal::invalid("The body must be {\"note\": {…}}"))?;
    if let Some(unknown) = note.keys().find(|name| *name != "content") {
        return Err(Refusal::invalid(format!(
            "Note has no writable member {unknown}"
        )));
    }
    let content = note
        .get("content")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if content.trim().is_empty() {
        return Err(Refusal::invalid("Content cannot be empty."));
    }
    Ok(content.to_owned())
}
