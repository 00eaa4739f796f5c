//! `review_meeting`: the slot, chosen once; the event, made once.
//!
//! The event's id is ours, so a replay answers 409 and mails nobody twice. Ids stay used after a deletion: a meeting that
//! a person deleted is found as cancelled, counts as done, and is not made again.
//! <https://developers.google.com/workspace/calendar/api/v3/reference/events/insert>

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::{ActError, Done, Found, GoogleMeans, Job};
use crate::playbook::incident::{Part, Visibility};
use crate::playbook::lead;
use crate::playbook::person::Person;
use crate::playbook::slot::{self, Attendance, Attendee, Availability, ChosenSlot, SlotRules};
use crate::playbook::steps::Step;
use crate::playbook::steps::act::Act;
use crate::playbook::steps::review_meeting::SLOT;
use crate::vendors::google::calendar::{self, Event, NewEvent, SendUpdates};
use crate::vendors::http::Failure;
use crate::worker::observe;

/// How many business days after the deadline are searched when nothing fits before it.
const DAYS_AFTER_DEADLINE: i64 = 14;

/// Meetings start on the quarter hour.
const GRID: SignedDuration = SignedDuration::from_mins(15);

fn google<'a>(job: &Job<'a>) -> Result<&'a GoogleMeans, ActError> {
    job.worker
        .means
        .google
        .as_ref()
        .ok_or_else(|| ActError::not_configured("google"))
}

pub(super) async fn choose_slot(job: &mut Job<'_>) -> Result<Done, ActError> {
    let google = google(job)?;
    if observe::earlier_folder(job, google).await?.is_some()
        && let Some(event) = google
            .calendar
            .event(&google.calendar_id, &job.hash(&Act::Event))
            .await?
        && let Some(slot) = slot_of(&event)
    {
        return record(job, &slot).await;
    }
    let company = &job.worker.company;
    let meeting = &company.meeting;
    let resolved_at = job.case.incident.resolved_at().unwrap_or(job.now);
    let earliest = company.hours.team().add(job.now, meeting.notice);
    let deadline = company
        .hours
        .team()
        .deadline(resolved_at, &meeting.deadline);
    let horizon = deadline.max(earliest) + SignedDuration::from_hours(24 * DAYS_AFTER_DEADLINE);

    let invited = invited(job);
    let calendars: Vec<String> = invited.iter().map(|(email, ..)| email.clone()).collect();
    let availability = google
        .calendar
        .free_busy(&calendars, job.now, horizon)
        .await?;
    let attendees: Vec<Attendee> = invited
        .into_iter()
        .map(|(email, person, attendance)| {
            let known = availability
                .iter()
                .find(|(calendar, _)| *calendar == email)
                .map(|(_, known)| known);
            Attendee {
                name: person.name.clone(),
                hours: company.hours.of(&person),
                availability: match known {
                    Some(calendar::Availability::Busy(busy)) => Availability::Known(busy.clone()),
                    Some(calendar::Availability::Unknown(why)) => {
                        Availability::Unknown(why.clone())
                    }
                    None => Availability::Unknown("the calendar did not answer".to_owned()),
                },
                email,
                attendance,
            }
        })
        .collect();
    let rules = SlotRules {
        duration: meeting.duration,
        granularity: GRID,
        earliest,
        deadline,
        horizon,
    };
    let Some(slot) = slot::choose(&attendees, company.hours.team(), &rules) else {
        return Err(ActError::GiveUp {
            message: format!(
                "no slot until {horizon}: book the meeting by hand and waive the step, or `debrief retry {} review_meeting`",
                job.case.incident.id
            ),
        });
    };
    record(job, &slot).await
}

async fn record(job: &mut Job<'_>, slot: &ChosenSlot) -> Result<Done, ActError> {
    let value = serde_json::to_value(slot).map_err(|error| ActError::GiveUp {
        message: error.to_string(),
    })?;
    job.decide(Step::ReviewMeeting, SLOT, value).await?;
    Ok(Done::at(slot.start.to_string(), None))
}

/// The slot of an event that an earlier life of the database had booked, or that a person has moved since.
fn slot_of(event: &Event) -> Option<ChosenSlot> {
    Some(ChosenSlot::found(event.start?, event.end?))
}

/// Whoever is invited, each address once: the lead and the responders are waited for, observers and the configured
/// others are not. People without a known address cannot be invited; the page names them.
fn invited(job: &Job<'_>) -> Vec<(String, Person, Attendance)> {
    let mut seen = BTreeSet::new();
    let participants = job.case.incident.participants.iter().map(|participant| {
        let attendance = match participant.part {
            Part::Lead => Attendance::Lead,
            Part::Responder => Attendance::Required,
            Part::Observer => Attendance::Optional,
        };
        (&participant.person, attendance)
    });
    let configured: &[Person] = match job.case.incident.visibility {
        Visibility::Company => &job.worker.company.meeting.optional,
        // A private incident concerns those who took part.
        Visibility::Private => &[],
    };
    let others = configured
        .iter()
        .map(|person| (person, Attendance::Optional));
    participants
        .chain(others)
        .filter_map(|(person, attendance)| {
            let email = person.email.as_deref()?.to_lowercase();
            seen.insert(email.clone())
                .then(|| (email, person.clone(), attendance))
        })
        .collect()
}

pub(super) async fn book(job: &mut Job<'_>) -> Result<Done, ActError> {
    let google = google(job)?;
    let slot: ChosenSlot = job
        .case
        .decision(Step::ReviewMeeting, SLOT)
        .ok_or_else(|| ActError::Later {
            message: "the slot is not recorded yet".to_owned(),
            after: None,
        })?;
    observe::count(job).await?;
    let text = job.worker.means.templates.meeting(&observe::story(job))?;
    let id = job.hash(&Act::Event);
    let attendees: Vec<calendar::Attendee> = invited(job)
        .into_iter()
        .map(|(email, _, attendance)| calendar::Attendee {
            email,
            attendance: match attendance {
                Attendance::Lead | Attendance::Required => calendar::Attendance::Required,
                Attendance::Optional => calendar::Attendance::Optional,
            },
        })
        .collect();
    let event = NewEvent {
        id: &id,
        summary: &text.summary,
        description: &text.description,
        start: slot.start,
        end: slot.end,
        time_zone: &observe::zone_name(&job.worker.company),
        attendees: &attendees,
        private_properties: &[("debrief", job.case.incident.id.as_str())],
        visibility: match job.case.incident.visibility {
            Visibility::Company => calendar::Visibility::Default,
            Visibility::Private => calendar::Visibility::Private,
        },
        meet: job.worker.company.meeting.meet,
    };
    match google
        .calendar
        .insert_event(&google.calendar_id, &event, SendUpdates::All)
        .await
    {
        Ok(event) => Ok(done(event)),
        Err(error) if matches!(error.failure, Failure::Conflict(_)) => match find(job).await? {
            Found::Yes(done) => Ok(done),
            // Google says the id is used, yet shows nothing: it is, somewhere in its own replication.
            Found::Absent | Found::CannotKnow(_) => Ok(Done::at(id, None)),
        },
        Err(error) => Err(error.into()),
    }
}

/// Names a later volunteer as the contact: where the description names whoever led before, once, it names the volunteer
/// now; whoever volunteered is invited. Everything else of the event is people's, a moved time above all.
///
/// Killed in the middle, it is done again: the event is read first, and a name that was replaced is no longer found.
/// <https://developers.google.com/workspace/calendar/api/v3/reference/events/patch>
pub(super) async fn name_contact(job: &mut Job<'_>) -> Result<Done, ActError> {
    let google = google(job)?;
    let id = job.hash(&Act::Event);
    let (Some(event), Some(volunteer)) = (
        google.calendar.event(&google.calendar_id, &id).await?,
        lead::volunteer(job.case),
    ) else {
        return Ok(Done::at(id, None));
    };
    if event.status == calendar::EventStatus::Cancelled {
        return Ok(done(event));
    }
    let description = volunteer
        .instead_of
        .as_ref()
        .zip(event.description.as_deref())
        .and_then(|(before, description)| {
            let name = |person: &Person| crate::render::escaped_name(&person.name);
            replaced_once(description, &name(before), &name(&volunteer.person))
        });
    let invite = volunteer
        .person
        .email
        .as_deref()
        .filter(|email| !event.invites(email))
        .map(|email| calendar::Attendee {
            email: email.to_owned(),
            attendance: calendar::Attendance::Required,
        });
    // A changed name is no news for everybody's inbox; an invitation is for whoever gets it.
    let send_updates = match invite {
        Some(_) => SendUpdates::All,
        None => SendUpdates::None,
    };
    if description.is_none() && invite.is_none() {
        return Ok(done(event));
    }
    let change = calendar::EventChange {
        description: description.as_deref(),
        invite: invite.as_ref(),
    };
    match google
        .calendar
        .change_event(&google.calendar_id, &event, &change, send_updates)
        .await
    {
        Ok(event) => Ok(done(event)),
        // Somebody is at it in this moment.
        Err(error) if matches!(error.failure, Failure::Conflict(_)) => Err(ActError::Later {
            message: error.to_string(),
            after: None,
        }),
        Err(error) => Err(error.into()),
    }
}

/// The text with a name replaced, where it stands in it exactly once: elsewhere it may mean something else.
fn replaced_once(text: &str, name: &str, by: &str) -> Option<String> {
    if name.is_empty() {
        return None;
    }
    let mut found = text.match_indices(name);
    match (found.next(), found.next()) {
        (Some((at, _)), None) => Some(format!("{}{by}{}", &text[..at], &text[at + name.len()..])),
        (None, _) | (Some(_), Some(_)) => None,
    }
}

fn done(event: Event) -> Done {
    Done::at(event.id, event.html_link)
}

pub(super) async fn find(job: &mut Job<'_>) -> Result<Found, ActError> {
    let google = google(job)?;
    let event = google
        .calendar
        .event(&google.calendar_id, &job.hash(&Act::Event))
        .await?;
    Ok(event.map_or(Found::Absent, |event| Found::Yes(done(event))))
}
