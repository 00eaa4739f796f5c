//! Incidents from any system that answers with JSON. Where things stand in its answer is said by JSON Pointers
//! (<https://www.rfc-editor.org/rfc/rfc6901>) in the configuration.
//!
//! The whole list is read at every look. What is missing costs only itself: a row that is no incident is a fault, a
//! field that is not where it should be is a gap of its incident.

mod mapping;

use std::collections::{BTreeMap, BTreeSet};

use ::http::header::{HeaderName, HeaderValue};
use async_trait::async_trait;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use url::Url;

use super::{FaultKind, IncidentSource, Pulled, SourceError, SourceFault};
use crate::playbook::incident::{Detail, Incident, IncidentId, Status};
use crate::vendors::http::{CallError, Http, Request, if_there};
pub use mapping::{EntryPointers, IncidentPointers, Mapping, PersonPointers};

/// The source's name.
const NAME: &str = "http";

/// What is looked at when the vendor refuses.
const NEEDED: &str = "`sources.http.token`: the whole value of the header, such as `Bearer …`";

/// More pages are not read: a list of that length is not one of incidents of late.
const MOST_PAGES: usize = 100;

/// What stands for the id in the address of one incident, as a URL holds it.
const ID: &str = "%7Bid%7D";

/// A system that answers with JSON.
pub struct HttpSource {
    http: Http,
    places: Places,
    header: Option<(HeaderName, SecretString)>,
    mapping: Mapping,
}

/// Where what is.
#[derive(Clone, Debug)]
pub struct Places {
    /// The list of incidents.
    pub url: Url,
    /// One incident, with `{id}` in its path; on the list's host.
    pub detail_url: Option<Url>,
    /// Where the list is in the answer; the answer itself where it is empty.
    pub incidents: String,
    /// Where the address of the next page is in the answer.
    pub next: Option<String>,
    /// Where the incident is in the answer of `detail_url`; the answer itself where it is empty.
    pub detail: String,
}

impl HttpSource {
    /// That system. `http` has to have the list's host for its base; the header goes with every call.
    pub fn new(
        http: Http,
        places: Places,
        header: Option<(HeaderName, SecretString)>,
        mapping: Mapping,
    ) -> Self {
        Self {
            http,
            places,
            header,
            mapping,
        }
    }

    async fn read(&self, call: &'static str, url: Url) -> Result<Value, CallError> {
        let mut request = Request::get_address(call, url);
        if let Some((name, value)) = &self.header
            && let Ok(mut value) = HeaderValue::try_from(value.expose_secret())
        {
            value.set_sensitive(true);
            request = request.header(name.clone(), value);
        }
        self.http.call_json(request).await
    }

    /// Every row of the list, page after page, with what ended it early.
    async fn rows(&self) -> Result<(Vec<Value>, Option<SourceFault>), CallError> {
        let mut rows = Vec::new();
        let mut url = self.places.url.clone();
        let mut seen = BTreeSet::new();
        loop {
            seen.insert(url.clone());
            let mut answer = self.read("list incidents", url.clone()).await?;
            let next = self.places.next.as_ref().and_then(|pointer| {
                let next = answer.pointer(pointer)?.as_str()?.trim();
                (!next.is_empty()).then(|| url.join(next))
            });
            match answer.pointer_mut(&self.places.incidents).map(Value::take) {
                Some(Value::Array(found)) => rows.extend(found),
                Some(Value::Null) => {}
                Some(_) | None => {
                    let place = &self.places.incidents;
                    let message = format!("expected a list of incidents at \"{place}\"");
                    return Ok((rows, Some(of_list(FaultKind::Malformed, message))));
                }
            }
            let message = match next {
                None => return Ok((rows, None)),
                Some(Ok(next)) if next.origin() != self.places.url.origin() => {
                    "the next page is on another host, which the token is not for"
                }
                Some(Ok(next)) if seen.contains(&next) => "the next page is one that was read",
                Some(Ok(_)) if seen.len() >= MOST_PAGES => "there are more than 100 pages",
                Some(Ok(next)) => {
                    url = next;
                    continue;
                }
                Some(Err(_)) => "the address of the next page is none",
            };
            return Ok((
                rows,
                Some(of_list(FaultKind::Incomplete, message.to_owned())),
            ));
        }
    }
}

fn of_list(kind: FaultKind, message: String) -> SourceFault {
    SourceFault {
        what: "the list of incidents".to_owned(),
        kind,
        message,
    }
}

#[async_trait]
impl IncidentSource for HttpSource {
    fn name(&self) -> &str {
        NAME
    }

    async fn pull(
        &self,
        _watermark: Option<&Value>,
        since: Timestamp,
        _now: Timestamp,
    ) -> Result<Pulled, SourceError> {
        let (rows, ended_early) = self
            .rows()
            .await
            .map_err(|error| SourceError::of_call(&error, NEEDED))?;
        let mut faults: Vec<SourceFault> = ended_early.into_iter().collect();
        let mut incidents: BTreeMap<IncidentId, Incident> = BTreeMap::new();
        for (n, row) in rows.iter().enumerate() {
            match self.mapping.incident(row) {
                // The same one on two pages: rows shift while pages are read.
                Ok(incident) if is_owed(&incident, since) => {
                    let incident = Incident {
                        detail: match self.places.detail_url {
                            Some(_) => Detail::Listed,
                            None => Detail::Full,
                        },
                        ..incident
                    };
                    incidents.insert(incident.id.clone(), incident);
                }
                Ok(_) => {}
                Err(message) => faults.push(SourceFault {
                    what: match self.mapping.id(row) {
                        Some(id) => format!("incident {id}"),
                        None => format!("incident {} of the list", n + 1),
                    },
                    kind: FaultKind::Malformed,
                    message,
                }),
            }
        }
        Ok(Pulled {
            incidents: incidents.into_values().collect(),
            watermark: Value::Null,
            faults,
        })
    }

    async fn detail(&self, incident: &Incident, _now: Timestamp) -> Result<Incident, SourceError> {
        let failed = |error: CallError| SourceError::of_call(&error, NEEDED);
        let id = incident.id.key();
        let gone = || SourceError::Gone(format!("incident {id} is no longer there"));
        let Some(detail_url) = &self.places.detail_url else {
            let (rows, _) = self.rows().await.map_err(failed)?;
            let row = rows
                .iter()
                .find(|row| self.mapping.id(row).as_deref() == Some(id));
            let row = row.ok_or_else(gone)?;
            return self.whole(row, incident);
        };
        let mut url = detail_url.clone();
        // An id holds nothing that a path would have to escape.
        let path = url.path().replace(ID, id);
        url.set_path(&path);
        let answer = if_there(self.read("read incident", url).await).map_err(failed)?;
        let answer = answer.ok_or_else(gone)?;
        let row = answer.pointer(&self.places.detail).unwrap_or(&Value::Null);
        self.whole(row, incident)
    }
}

impl HttpSource {
    /// What its own answer tells. One that cannot be understood leaves what the list told, and says so.
    fn whole(&self, row: &Value, listed: &Incident) -> Result<Incident, SourceError> {
        let mut whole = match self.mapping.incident(row) {
            Ok(whole) if whole.id == listed.id => whole,
            Ok(_) => Incident {
                gaps: vec!["its own record is one of another incident".to_owned()],
                ..listed.clone()
            },
            Err(message) => Incident {
                gaps: vec![format!("its own record could not be understood: {message}")],
                ..listed.clone()
            },
        };
        whole.detail = Detail::Full;
        Ok(whole)
    }
}

fn is_owed(incident: &Incident, since: Timestamp) -> bool {
    match incident.status {
        Status::Open | Status::Merged { .. } => true,
        Status::Resolved { at } => at >= since,
    }
}

#[cfg(test)]
mod tests;
