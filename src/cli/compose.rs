//! The composition root: from a configuration to a worker. The one place that knows every room.

use std::collections::{BTreeMap, BTreeSet};
use std::io::IsTerminal;
use std::path::Path;
use std::sync::Arc;

use jiff::SignedDuration;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use tracing_subscriber::EnvFilter;
use url::Url;

use super::network::{Network, means, sources};
use super::{Common, Fault, LogFormat};
use crate::clock::Clock;
use crate::config::{self, Config, Count};
use crate::playbook::blame::Lint;
use crate::playbook::business_hours::{BusinessHours, Deadline, Shift};
use crate::playbook::customer::Columns;
use crate::playbook::hours::Hours;
use crate::playbook::masking::{MaskRule, Masker};
use crate::playbook::origin::{OriginKind, OriginRule, Origins};
use crate::playbook::person::{Directory, Person};
use crate::playbook::privacy::PrivacyRules;
use crate::playbook::retry::RetryRules;
use crate::playbook::rules::{
    AnnouncementRules, BriefingRules, CustomerRules, Provision, Rules, Way,
};
use crate::playbook::steps::page_review::ReviewRules;
use crate::render::Templates;
use crate::sources::customers::folder::CsvFolder;
use crate::sources::customers::{CustomerLists, CustomerSource};
use crate::store::Store;
use crate::store::sqlite::SqliteStore;
use crate::vendors::http::{Repeat, Request};
use crate::worker::memory::Memory;
use crate::worker::{Company, LeadRules, Manner, MeetingRules, Worker};

/// How long after an attempt of unknown outcome a vendor is asked: its lists lag behind its writes for seconds.
const DOUBT: SignedDuration = SignedDuration::from_secs(30);

/// How long the announcement waits for what it links to, as a multiple of the page's patience.
const ANNOUNCEMENT_PATIENCE: i32 = 8;

/// Loads the configuration that the command line names.
pub fn load(common: &Common) -> Result<Config, Fault> {
    Ok(config::load(
        common.config.as_deref(),
        config::environment(),
    )?)
}

/// Starts logging to standard error. A second call changes nothing.
pub fn log(common: &Common, config: &Config) {
    let format = common.log_format.unwrap_or(match config.log.format {
        config::LogFormat::Pretty => LogFormat::Pretty,
        config::LogFormat::Json => LogFormat::Json,
    });
    let filter = EnvFilter::new("debrief=info,warn");
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let started = match format {
        LogFormat::Pretty => builder
            .with_ansi(std::io::stderr().is_terminal())
            .try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
    // The demo composes several times in one process: the first logger stays.
    drop(started);
}

/// The clock: the machine's, or the one that `--at` sets, together with the sandbox's.
pub async fn clock(common: &Common, config: &Config) -> Result<Clock, Fault> {
    let Some(at) = common.at else {
        return Ok(Clock::wall());
    };
    if !config.sandbox {
        return Err(Fault::Usage("--at is refused: it is only for a configuration with `sandbox = true`, whose vendors are all emulated".into()));
    }
    if let Some(confluence) = &config.confluence {
        let network = Network::of(config);
        let http = network.http("sandbox", &origin(&confluence.base_url))?;
        let request = Request::new(
            "set the clock",
            ::http::Method::POST,
            ["__sandbox", "clock"],
            Repeat::Safe,
        )
        .json(&serde_json::json!({ "now": at }));
        // Another emulator may have no clock to set; then its own time stands.
        drop(http.call(request).await);
    }
    Ok(Clock::standing_at(at))
}

fn origin(url: &Url) -> Url {
    let mut origin = url.clone();
    origin.set_path("/");
    origin
}

/// Opens the ledger.
pub async fn store(config: &Config) -> Result<Arc<dyn Store>, Fault> {
    Ok(Arc::new(SqliteStore::open(&config.store.path).await?))
}

/// Puts a worker together.
pub async fn worker(config: &Config, clock: Clock, store: Arc<dyn Store>) -> Result<Worker, Fault> {
    let company = company(config)?;
    let network = Network::of(config);
    let means = means(&network, &clock)?;
    let sources = sources(&network)?;
    let rules = rules(config)?;
    let holder = holder(&clock);
    Ok(Worker {
        clock,
        store,
        sources,
        customers: customer_lists(config),
        rules,
        company,
        manner: Manner {
            holder,
            lease: config.schedule.lease,
            concurrency: usize::try_from(config.schedule.concurrency).unwrap_or(1),
            retry: RetryRules::default(),
            since: config.since,
        },
        means,
        people: network.people()?,
        memory: Memory::default(),
        transport: network.transport().clone(),
    })
}

/// Who is asked which customers were hit.
fn customer_lists(config: &Config) -> CustomerLists {
    let folder = config
        .affected_customers
        .csv_folder
        .clone()
        .map(|folder| Arc::new(CsvFolder::new(folder)) as Arc<dyn CustomerSource>);
    CustomerLists::new(Columns::default(), folder.into_iter().collect())
}

/// A name that no other run of a worker has.
fn holder(clock: &Clock) -> String {
    let mut random = [0_u8; 8];
    // Without randomness the process id and the time still tell workers of one machine apart.
    let _ = ring::rand::SecureRandom::fill(&ring::rand::SystemRandom::new(), &mut random);
    let random: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    format!(
        "{}-{}-{random}",
        std::process::id(),
        clock.now().as_second()
    )
}

/// What planning goes by.
///
/// # Errors
/// Where hours do not make a week, as in [`company`].
pub fn rules(config: &Config) -> Result<Rules, Fault> {
    let google = |what: &str| match &config.google {
        Some(_) => Provision::Provided(()),
        None => Provision::Off(format!("google is not configured, so there is no {what}")),
    };
    let confluence = |what: &str| match &config.confluence {
        Some(_) => Provision::Provided(()),
        None => Provision::Off(format!(
            "confluence is not configured, so there is no {what}"
        )),
    };
    let announcement = AnnouncementRules {
        mail_to: config
            .mail
            .as_ref()
            .map(|_| config.announcement.mail_to.clone())
            .unwrap_or_default(),
        channels: config
            .slack
            .as_ref()
            .map(|_| config.announcement.channels.clone())
            .unwrap_or_default(),
    };
    Ok(Rules {
        settle: config.schedule.settle,
        patience: config.schedule.patience,
        announcement_patience: config
            .schedule
            .patience
            .saturating_mul(ANNOUNCEMENT_PATIENCE),
        doubt: DOUBT,
        affected_customers: match &config.google {
            Some(google) => Provision::Provided(CustomerRules {
                share_with: google.share_with.clone(),
            }),
            None => Provision::Off("google is not configured, so there is no sheet".to_owned()),
        },
        transcript: match &config.slack {
            Some(_) => Provision::Provided(config.timeline.channels.clone()),
            None => {
                Provision::Off("slack is not configured, so there is no chat to read".to_owned())
            }
        },
        postmortem_page: confluence("page"),
        review_meeting: google("calendar"),
        announcement: if announcement.mail_to.is_empty() && announcement.channels.is_empty() {
            Provision::Off("neither `announcement.mail_to` with [mail] nor `announcement.channels` with [slack] is configured".to_owned())
        } else {
            Provision::Provided(announcement)
        },
        lead_briefing: lead_briefing(config),
        action_items: match (&config.confluence, &config.mail) {
            _ if !config.action_items.enabled => {
                Provision::Off("`action_items.enabled` is false".to_owned())
            }
            (Some(_), Some(_)) => Provision::Provided(()),
            (None, _) => Provision::Off(
                "confluence is not configured, so there are no boxes to tick".to_owned(),
            ),
            (_, None) => {
                Provision::Off("mail is not configured, so nobody can be reminded".to_owned())
            }
        },
        page_review: page_review(config)?,
    })
}

/// How pages are reviewed.
fn page_review(config: &Config) -> Result<Provision<ReviewRules>, Fault> {
    let review = &config.page_review;
    let off = match (&config.confluence, &config.mail) {
        _ if !review.enabled => "`page_review.enabled` is false",
        (None, _) => "confluence is not configured, so there is no page to read",
        (_, None) => "mail is not configured, so nobody can be told what is missing",
        (Some(_), Some(_)) => {
            return Ok(Provision::Provided(ReviewRules {
                hours: working_hours(config)?,
                most_items: usize::try_from(review.most_items).unwrap_or(usize::MAX),
                before: review.before,
                after_page: review.after_page,
                advice: if config.blame.enabled {
                    Provision::Provided(())
                } else {
                    Provision::Off("`blame.enabled` is false".to_owned())
                },
                fallback: review.fallback.clone(),
            }));
        }
    };
    Ok(Provision::Off(off.to_owned()))
}

/// Who works when.
fn working_hours(config: &Config) -> Result<Hours, Fault> {
    Ok(Hours::new(
        business_hours(config)?,
        personal_hours(config)?,
        config.action_items.nag_from,
    ))
}

/// How the lead can be briefed here.
fn lead_briefing(config: &Config) -> Provision<BriefingRules> {
    if !config.lead_briefing.enabled {
        return Provision::Off("`lead_briefing.enabled` is false".to_owned());
    }
    let note_as = config
        .sources
        .pagerduty
        .as_ref()
        .and_then(|pagerduty| pagerduty.note_as.as_ref());
    let ways: BTreeSet<Way> = [
        (config.mail.is_some(), Way::Mail),
        (config.slack.is_some(), Way::Chat),
        (note_as.is_some(), Way::Note),
        (config.slack.is_some(), Way::Links),
    ]
    .into_iter()
    .filter_map(|(is_there, way)| is_there.then_some(way))
    .collect();
    if ways.is_empty() {
        return Provision::Off("neither mail nor slack is configured".to_owned());
    }
    Provision::Provided(BriefingRules {
        ways,
        channels: config.lead_briefing.links_to.clone(),
    })
}

/// What acting goes by.
pub fn company(config: &Config) -> Result<Company, Fault> {
    let hours = working_hours(config)?;
    let directory = Directory::new(
        config
            .people
            .iter()
            .map(|person| Person {
                name: person.name.clone(),
                email: Some(person.email.clone()),
                atlassian: person.atlassian.clone(),
                slack: person.slack.clone(),
                time_zone: person
                    .time_zone
                    .as_ref()
                    .and_then(|zone| zone.iana_name())
                    .map(str::to_owned),
            })
            .collect(),
    );
    let meeting = &config.review_meeting;
    let person = |email: &String| {
        let unknown = || Person {
            name: email.clone(),
            email: Some(email.to_lowercase()),
            ..Person::default()
        };
        directory.by_email(email).cloned().unwrap_or_else(unknown)
    };
    let optional = meeting.people.iter().map(person).collect();
    let lead = LeadRules {
        reactions: config.lead.reactions.clone(),
        looked_for: config.lead.looked_for,
        otherwise: config.lead.otherwise.as_ref().map(person),
    };
    let private = &config.private;
    let privacy = PrivacyRules::new(
        &private.titles,
        private.services.clone(),
        private.severities.clone(),
    )
    .map_err(|error| Fault::Usage(format!("private.titles: {error}")))?;
    Ok(Company {
        installation: config.installation.clone(),
        name: config.organisation.clone(),
        hours,
        directory,
        meeting: MeetingRules {
            deadline: match meeting.count {
                Count::WorkingHours => {
                    Deadline::WorkingHours(SignedDuration::from_hours(i64::from(meeting.hours)))
                }
                Count::NextBusinessDay => Deadline::NextBusinessDay,
            },
            duration: meeting.duration,
            notice: meeting.notice,
            optional,
            meet: meeting.meet,
        },
        lead,
        privacy,
        masker: masker(config)?,
    })
}

/// What is masked in records.
fn masker(config: &Config) -> Result<Option<Masker>, Fault> {
    let masking = &config.masking;
    if !masking.enabled {
        return Ok(None);
    }
    // The company's own addresses are those of its people and of its mail.
    let addresses = config
        .people
        .iter()
        .map(|person| person.email.as_str())
        .chain(config.mail.iter().map(|mail| mail.from.as_str()));
    let domains = addresses.filter_map(|address| {
        let (_, domain) = address.rsplit_once('@')?;
        Some(domain.trim_end_matches('>').to_lowercase())
    });
    let own: Vec<String> = masking.own_domains.iter().cloned().chain(domains).collect();
    let extra = masking
        .rules
        .iter()
        .map(|rule| MaskRule::new(rule.name.as_str(), rule.pattern.as_str()))
        .collect();
    Masker::with(&own, extra)
        .map(Some)
        .map_err(|error| Fault::Usage(format!("masking.rules: {error}")))
}

/// How alerts are named in the record.
pub fn origins(config: &Config) -> Result<Origins, Fault> {
    let rules = config
        .timeline
        .alerts
        .iter()
        .map(|rule| OriginRule {
            name: rule.name.clone(),
            from: rule.from.clone(),
            text: rule.text.clone(),
            kind: OriginKind::Alert,
        })
        .collect();
    Origins::with(rules).map_err(|error| Fault::Usage(format!("timeline.alerts: {error}")))
}

fn business_hours(config: &Config) -> Result<BusinessHours, Fault> {
    let week = config
        .business_hours
        .week
        .days()
        .map(|(_, shifts)| shifts.to_vec());
    hours(
        config,
        config.time_zone.clone(),
        week,
        "business_hours.week",
    )
}

fn hours(
    config: &Config,
    zone: TimeZone,
    week: [Vec<Shift>; 7],
    key: &str,
) -> Result<BusinessHours, Fault> {
    let holidays: BTreeSet<Date> = config.business_hours.holidays.iter().copied().collect();
    BusinessHours::new(zone, week, holidays)
        .map_err(|error| Fault::Usage(format!("{key}: {error}")))
}

/// The hours of those who keep their own, on the team's working days.
fn personal_hours(config: &Config) -> Result<BTreeMap<String, BusinessHours>, Fault> {
    let mut personal = BTreeMap::new();
    for person in &config.people {
        let Some(own) = &person.hours else { continue };
        let week = config.business_hours.week.days().map(|(_, team)| {
            if team.is_empty() {
                Vec::new()
            } else {
                own.clone()
            }
        });
        let zone = person
            .time_zone
            .clone()
            .unwrap_or_else(|| config.time_zone.clone());
        personal.insert(
            person.email.to_lowercase(),
            hours(config, zone, week, "people.hours")?,
        );
    }
    Ok(personal)
}

/// The templates: embedded, with those of the configured folder over them.
pub fn templates(config: &Config) -> Result<Templates, Fault> {
    let Some(folder) = &config.templates.folder else {
        return Ok(Templates::embedded().map_err(anyhow::Error::from)?);
    };
    let overrides =
        config::template_files(folder).map_err(|error| Fault::Usage(error.to_string()))?;
    Templates::with_overrides(overrides).map_err(|error| Fault::Usage(error.to_string()))
}

/// What looks for wording that blames: the compiled-in rules, or those of the configured file.
pub fn lint(config: &Config) -> Result<Option<Lint>, Fault> {
    if !config.blame.enabled {
        return Ok(None);
    }
    let lint = match &config.blame.rules {
        None => Lint::built_in().map_err(anyhow::Error::from)?,
        Some(file) => {
            let fault = |error: &dyn std::fmt::Display| {
                Fault::Usage(format!("blame.rules: {}: {error}", file.display()))
            };
            let rules = config::blame_rules(file).map_err(|error| fault(&error))?;
            Lint::parse(&rules).map_err(|error| fault(&error))?
        }
    };
    Ok(Some(lint))
}

/// Whether there is a ledger at that place.
pub fn has_ledger(path: &Path) -> bool {
    path.is_file()
}
