//! The vendors' clients, as the configuration wants them: what the worker acts with, and where its incidents come from.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use jiff::SignedDuration;
use secrecy::ExposeSecret;
use url::Url;

use super::Fault;
use super::compose::templates;
use crate::channels::Channel;
use crate::channels::email::Email;
use crate::channels::slack::Slack as SlackChannel;
use crate::clock::Clock;
use crate::config::{self, Config, GoogleIdentity, MailSecurity};
use crate::sources::IncidentSource;
use crate::sources::files::Files;
use crate::sources::pagerduty::PagerDuty as PagerDutySource;
use crate::sources::slack::{Rules, Slack as SlackSource};
use crate::vendors::confluence::{self, Confluence};
use crate::vendors::google::auth::{GoogleAuth, ServiceAccountKey};
use crate::vendors::google::calendar::Calendar;
use crate::vendors::google::drive::Drive;
use crate::vendors::google::sheets::Sheets;
use crate::vendors::google::{SCOPE_EVENTS, SCOPE_FILES, SCOPE_FREE_BUSY};
use crate::vendors::http::{Http, HttpOptions, Transport};
use crate::vendors::pagerduty::PagerDuty;
use crate::vendors::slack::Slack;
use crate::vendors::smtp::{Credentials, Security, Smtp, SmtpOptions};
use crate::worker::act::{ConfluenceMeans, GoogleMeans, Means};

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

    fn google(&self, google: &config::Google, clock: &Clock) -> Result<GoogleMeans, Fault> {
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
        Ok(GoogleMeans {
            drive: Drive::new(self.http("google", &google.drive_url)?, auth.clone(), now()),
            sheets: Sheets::new(
                self.http("google", &google.sheets_url)?,
                auth.clone(),
                now(),
            ),
            calendar: Calendar::new(self.http("google", &google.calendar_url)?, auth, now()),
            parent_folder: google.parent_folder.clone(),
            calendar_id: google.calendar.clone(),
        })
    }

    fn confluence(&self, confluence: &config::Confluence) -> Result<ConfluenceMeans, Fault> {
        let credentials = confluence::Credentials {
            email: confluence.email.clone(),
            token: confluence.token.clone(),
        };
        Ok(ConfluenceMeans {
            client: Confluence::new(self.http("confluence", &confluence.base_url)?, &credentials),
            space: confluence.space.clone(),
            parent_page: confluence.parent_page.clone(),
            labels: confluence.labels.clone(),
        })
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

    fn chat(&self, slack: &config::Slack) -> Result<Arc<dyn Channel>, Fault> {
        Ok(Arc::new(SlackChannel::new(Slack::new(
            self.http("slack", &slack.base_url)?,
            slack.token.clone(),
        ))))
    }
}

fn duration(length: SignedDuration) -> Duration {
    Duration::try_from(length).unwrap_or_default()
}

/// Where incidents come from.
pub fn sources(network: &Network<'_>) -> Result<Vec<Arc<dyn IncidentSource>>, Fault> {
    let mut sources: Vec<Arc<dyn IncidentSource>> = Vec::new();
    if let Some(pagerduty) = &network.config.sources.pagerduty {
        let client = PagerDuty::new(
            network.http("pagerduty", &pagerduty.base_url)?,
            pagerduty.key.clone(),
        );
        sources.push(Arc::new(PagerDutySource::new(client, pagerduty.overlap)));
    }
    if let Some(files) = &network.config.sources.files {
        sources.push(Arc::new(Files::new(files.folder.clone())));
    }
    if let (Some(slack), Some(workspace)) = (&network.config.sources.slack, &network.config.slack) {
        let client = Slack::new(
            network.http("slack", &workspace.base_url)?,
            workspace.token.clone(),
        );
        let rules = Rules {
            opened_by: slack.opened_by.clone(),
            opened_reaction: slack.opened_reaction.clone(),
            resolved_by: slack.resolved_by.clone(),
            resolved_reaction: slack.resolved_reaction.clone(),
        };
        let source = SlackSource::new(client, slack.channel.clone(), rules, slack.overlap);
        sources.push(Arc::new(source));
    }
    Ok(sources)
}

/// What the worker acts with.
pub fn means(network: &Network<'_>, clock: &Clock) -> Result<Means, Fault> {
    let config = network.config;
    Ok(Means {
        templates: templates(network.config)?,
        google: config
            .google
            .as_ref()
            .map(|google| network.google(google, clock))
            .transpose()?,
        confluence: config
            .confluence
            .as_ref()
            .map(|confluence| network.confluence(confluence))
            .transpose()?,
        email: config
            .mail
            .as_ref()
            .map(|mail| network.email(mail))
            .transpose()?,
        chat: config
            .slack
            .as_ref()
            .map(|slack| network.chat(slack))
            .transpose()?,
    })
}
