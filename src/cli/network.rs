//! The vendors' clients, as the configuration wants them: what the worker acts with, and where its incidents come from.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use jiff::SignedDuration;
use regex::Regex;
use secrecy::ExposeSecret;
use url::Url;

use super::Fault;
use super::compose::{lint, origins, templates};
use crate::calendars::Calendar;
use crate::calendars::google::Google;
use crate::channels::Channel;
use crate::channels::email::Email;
use crate::channels::slack::Slack as SlackChannel;
use crate::clock::Clock;
use crate::config::{self, Config, ConfluenceIdentity, GoogleIdentity, MailSecurity};
use crate::playbook::incident::EntryKind;
use crate::playbook::origin::Signal;
use crate::sources::IncidentSource;
use crate::sources::alertmanager::{Alertmanager, Labels};
use crate::sources::files::Files;
use crate::sources::http::{
    EntryPointers, HttpSource, IncidentPointers, Mapping, PersonPointers, Places,
};
use crate::sources::opsgenie::Opsgenie as OpsgenieSource;
use crate::sources::pagerduty::{PagerDuty as PagerDutySource, TimeFields};
use crate::sources::slack::{Rules, Slack as SlackSource};
use crate::sources::statuspage::Statuspage as StatuspageSource;
use crate::sources::transcript::{Named, Sign, Transcript, TranscriptRules};
use crate::sources::volunteers::Volunteers;
use crate::vendors::confluence::{self, Confluence};
use crate::vendors::google::auth::{GoogleAuth, ServiceAccountKey};
use crate::vendors::google::calendar;
use crate::vendors::google::drive::Drive;
use crate::vendors::google::sheets::Sheets;
use crate::vendors::google::{SCOPE_EVENTS, SCOPE_FILES, SCOPE_FREE_BUSY};
use crate::vendors::http::{Http, HttpOptions, Transport};
use crate::vendors::opsgenie::Opsgenie;
use crate::vendors::pagerduty::PagerDuty;
use crate::vendors::slack::Slack;
use crate::vendors::smtp::{Credentials, Security, Smtp, SmtpOptions};
use crate::vendors::statuspage::Statuspage;
use crate::worker::act::{ConfluenceMeans, GoogleMeans, Means, PagerDutyMeans};
use crate::worker::people::People;

/// The smallest scopes that work: files this client made, their cells included, events, and when people are busy.
const GOOGLE_SCOPES: [&str; 3] = [SCOPE_FILES, SCOPE_EVENTS, SCOPE_FREE_BUSY];

/// The longest answer that is read from a vendor.
const MAX_BODY: usize = 64 * 1024 * 1024;

impl<'a> Network<'a> {
    /// The network of a configuration; nothing is called yet.
    pub fn of(config: &'a Config) -> Self {
        let timeout = duration(config.schedule.call_timeout);
        let transport = Transport::new(timeout, concat!("debrief/", env!("CARGO_PKG_VERSION")));
        Self { config, transport }
    }
}

/// The network as the configuration has it: what every vendor's client is made from.
pub struct Network<'a> {
    config: &'a Config,
    transport: Transport,
}

impl Network<'_> {
    /// What the calls of all its clients are counted by.
    pub fn transport(&self) -> &Transport {
        &self.transport
    }

    /// A client of one vendor.
    pub fn http(&self, vendor: &'static str, base_url: &Url) -> Result<Http, Fault> {
        let options = HttpOptions {
            base_url: base_url.clone(),
            max_body: MAX_BODY,
            attempts: self.config.schedule.attempts,
        };
        let http = Http::new(vendor, &self.transport, options)
            .with_context(|| format!("{vendor} cannot be reached from here"))?;
        Ok(http)
    }

    /// Google's files, and its calendar.
    fn google(
        &self,
        google: &config::Google,
        clock: &Clock,
    ) -> Result<(GoogleMeans, Google), Fault> {
        // The client adds the endpoint's own name to its base.
        let token_base = google
            .token_url
            .join(".")
            .map_err(|error| Fault::Usage(format!("google.token_url: {error}")))?;
        let token_http = self.http("google", &token_base)?;
        let now = || {
            let clock = clock.clone();
            move || clock.now()
        };
        let auth = match &google.identity {
            GoogleIdentity::ServiceAccount { key, subject } => {
                let key = ServiceAccountKey::parse(key.expose_secret())
                    .map_err(|error| Fault::Usage(format!("google.service_account: {error}")))?;
                GoogleAuth::service_account(token_http, &key, subject.clone(), &GOOGLE_SCOPES)
            }
            GoogleIdentity::User {
                client_id,
                client_secret,
                refresh_token,
            } => GoogleAuth::refresh_token(
                token_http,
                client_id,
                client_secret.clone(),
                refresh_token.clone(),
            ),
        };
        let files = GoogleMeans {
            drive: Drive::new(self.http("google", &google.drive_url)?, auth.clone(), now()),
            sheets: Sheets::new(
                self.http("google", &google.sheets_url)?,
                auth.clone(),
                now(),
            ),
            parent_folder: google.parent_folder.clone(),
        };
        let calendar =
            calendar::Calendar::new(self.http("google", &google.calendar_url)?, auth, now());
        Ok((files, Google::new(calendar, google.calendar.clone())))
    }

    fn confluence(&self, confluence: &config::Confluence) -> Result<ConfluenceMeans, Fault> {
        let credentials = match &confluence.identity {
            ConfluenceIdentity::ApiToken { email, token } => confluence::Credentials::ApiToken {
                email: email.clone(),
                token: token.clone(),
            },
            ConfluenceIdentity::PersonalAccessToken(token) => {
                confluence::Credentials::PersonalAccessToken(token.clone())
            }
        };
        Ok(ConfluenceMeans {
            client: Confluence::new(self.http("confluence", &confluence.base_url)?, &credentials),
            space: confluence.space.clone(),
            parent_page: confluence.parent_page.clone(),
            labels: confluence.labels.clone(),
            reader_groups: self.config.private.reader_groups.clone(),
        })
    }

    fn pagerduty(&self, pagerduty: &config::PagerDuty) -> Result<PagerDuty, Fault> {
        Ok(PagerDuty::new(
            self.http("pagerduty", &pagerduty.base_url)?,
            pagerduty.key.clone(),
        ))
    }

    fn pagerduty_notes(&self) -> Result<Option<PagerDutyMeans>, Fault> {
        let Some(pagerduty) = &self.config.sources.pagerduty else {
            return Ok(None);
        };
        let Some(note_as) = pagerduty.note_as.clone() else {
            return Ok(None);
        };
        Ok(Some(PagerDutyMeans {
            client: self.pagerduty(pagerduty)?,
            note_as,
        }))
    }

    fn email(&self, mail: &config::Mail) -> Result<Arc<dyn Channel>, Fault> {
        let smtp = Smtp::new(&SmtpOptions {
            host: mail.host.clone(),
            port: mail.port,
            security: match mail.security {
                MailSecurity::None => Security::None,
                MailSecurity::StartTls => Security::StartTls,
                MailSecurity::Tls => Security::Tls,
            },
            credentials: mail.login.as_ref().map(|login| Credentials {
                username: login.username.clone(),
                password: login.password.clone(),
            }),
            timeout: duration(self.config.schedule.call_timeout),
        })
        .with_context(|| "the mail server cannot be reached from here".to_owned())?;
        Ok(Arc::new(Email::new(
            smtp,
            mail.from.clone(),
            mail.reply_to.clone(),
        )))
    }

    fn slack(&self, slack: &config::Slack) -> Result<Slack, Fault> {
        Ok(Slack::new(
            self.http("slack", &slack.base_url)?,
            slack.token.clone(),
        ))
    }

    fn chat(&self, slack: &config::Slack) -> Result<Arc<dyn Channel>, Fault> {
        Ok(Arc::new(SlackChannel::new(self.slack(slack)?)))
    }

    /// What was written in chat.
    fn transcript(&self) -> Result<Option<Transcript>, Fault> {
        let Some(slack) = &self.config.slack else {
            return Ok(None);
        };
        let timeline = &self.config.timeline;
        let mitigated = timeline
            .mitigated
            .iter()
            .map(|pattern| Ok(Sign::Said(Regex::new(pattern)?)))
            .collect::<Result<_, regex::Error>>()
            .map_err(|error| Fault::Usage(format!("timeline.mitigated: {error}")))?;
        let rules = TranscriptRules {
            channels: timeline.channels.clone(),
            before: timeline.before,
            after: timeline.after,
            mitigated,
        };
        let origins = origins(self.config)?;
        let namer = move |author: Option<&str>, text: &str| {
            let origin = origins.of(author, text)?;
            Some(Named {
                name: origin.name.to_owned(),
                kind: match origin.signal {
                    Signal::Firing => EntryKind::Alert,
                    Signal::Recovered | Signal::Deploy => EntryKind::Other,
                },
            })
        };
        Ok(Some(Transcript::new(
            self.slack(slack)?,
            rules,
            Box::new(namer),
        )))
    }

    /// Where people are looked up.
    pub fn people(&self) -> Result<People, Fault> {
        let slack = self
            .config
            .slack
            .as_ref()
            .map(|slack| self.slack(slack))
            .transpose()?;
        Ok(People::new(slack))
    }

    /// Whoever reacts, where anybody is asked to.
    fn volunteers(&self) -> Result<Option<Volunteers>, Fault> {
        let lead = &self.config.lead;
        match &self.config.slack {
            Some(slack) if !lead.reactions.is_empty() && lead.looked_for.is_positive() => Ok(Some(
                Volunteers::new(self.slack(slack)?, lead.reactions.clone()),
            )),
            Some(_) | None => Ok(None),
        }
    }
}

fn duration(length: SignedDuration) -> Duration {
    Duration::try_from(length).unwrap_or_default()
}

/// Where incidents come from.
pub fn sources(network: &Network<'_>) -> Result<Vec<Arc<dyn IncidentSource>>, Fault> {
    let mut sources: Vec<Arc<dyn IncidentSource>> = Vec::new();
    if let Some(pagerduty) = &network.config.sources.pagerduty {
        let client = network.pagerduty(pagerduty)?;
        let fields = TimeFields {
            began: pagerduty.began_field.clone(),
            mitigated: pagerduty.mitigated_field.clone(),
        };
        sources.push(Arc::new(PagerDutySource::new(
            client,
            pagerduty.overlap,
            fields,
        )));
    }
    if let Some(files) = &network.config.sources.files {
        sources.push(Arc::new(Files::new(files.folder.clone())));
    }
    if let (Some(slack), Some(workspace)) = (&network.config.sources.slack, &network.config.slack) {
        let client = network.slack(workspace)?;
        let rules = Rules {
            opened_by: slack.opened_by.clone(),
            opened_reaction: slack.opened_reaction.clone(),
            resolved_by: slack.resolved_by.clone(),
            resolved_reaction: slack.resolved_reaction.clone(),
        };
        let source = SlackSource::new(client, slack.channel.clone(), rules, slack.overlap);
        sources.push(Arc::new(source));
    }
    if let Some(opsgenie) = &network.config.sources.opsgenie {
        let http = network.http("opsgenie", &opsgenie.base_url)?;
        sources.push(Arc::new(OpsgenieSource::new(
            Opsgenie::new(http, opsgenie.key.clone()),
            opsgenie.query.clone(),
            opsgenie.overlap,
        )));
    }
    if let Some(statuspage) = &network.config.sources.statuspage {
        let http = network.http("statuspage", &statuspage.base_url)?;
        let (key, page_id) = (statuspage.key.clone(), statuspage.page_id.clone());
        sources.push(Arc::new(StatuspageSource::new(
            Statuspage::new(http, key, page_id),
            statuspage.overlap,
        )));
    }
    if let Some(alertmanager) = &network.config.sources.alertmanager {
        let labels = Labels {
            service: alertmanager.service_label.clone(),
            severity: alertmanager.severity_label.clone(),
        };
        sources.push(Arc::new(Alertmanager::new(
            alertmanager.folder.clone(),
            labels,
        )));
    }
    if let Some(http) = &network.config.sources.http {
        sources.push(Arc::new(http_source(network, http)?));
    }
    Ok(sources)
}

fn http_source(network: &Network<'_>, config: &config::HttpSource) -> Result<HttpSource, Fault> {
    let config::IncidentPointers {
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
    } = config.incident.clone();
    let entry = config.entry.clone();
    let mapping = Mapping {
        resolved_values: config.resolved_values.clone(),
        private_values: config.private_values.clone(),
        incident: IncidentPointers {
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
        },
        entry: EntryPointers {
            at: entry.at,
            text: entry.text,
            by: entry.by,
            url: entry.url,
        },
        person: PersonPointers {
            name: config.person.name.clone(),
            email: config.person.email.clone(),
        },
    };
    let places = Places {
        url: config.url.clone(),
        detail_url: config.detail_url.clone(),
        incidents: config.incidents.clone(),
        next: config.next.clone(),
        detail: config.detail.clone(),
    };
    let header = config
        .header
        .as_ref()
        .map(|(name, value)| {
            let name = name
                .parse()
                .map_err(|error| Fault::Usage(format!("sources.http.header: {error}")))?;
            Ok::<_, Fault>((name, value.clone()))
        })
        .transpose()?;
    // Every address is given whole; the base only says which host the token is for.
    let mut base = config.url.clone();
    base.set_query(None);
    let http = network.http("http", &base)?;
    Ok(HttpSource::new(http, places, header, mapping))
}

/// What the worker acts with.
pub fn means(network: &Network<'_>, clock: &Clock) -> Result<Means, Fault> {
    let config = network.config;
    let (google, calendar) = config
        .google
        .as_ref()
        .map(|google| network.google(google, clock))
        .transpose()?
        .unzip();
    Ok(Means {
        templates: templates(network.config)?,
        google,
        calendar: calendar.map(|calendar| Arc::new(calendar) as Arc<dyn Calendar>),
        confluence: config
            .confluence
            .as_ref()
            .map(|confluence| network.confluence(confluence))
            .transpose()?,
        pagerduty: network.pagerduty_notes()?,
        email: config
            .mail
            .as_ref()
            .map(|mail| network.email(mail))
            .transpose()?,
        transcript: network.transcript()?,
        volunteers: network.volunteers()?,
        chat: config
            .slack
            .as_ref()
            .map(|slack| network.chat(slack))
            .transpose()?,
        lint: lint(config)?,
    })
}
