//! `review_meeting`: the slot, chosen once; the event, made once.
//!
//! The event's id is ours, so a replay answers 409 and mails nobody twice. Ids stay used after a deletion: a meeting that
//! a person deleted is found as cancelled, counts as done, and is not made again.
//! <https://developers.google.com/workspace/calendar/api/v3/reference/events/insert>

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::{ActError, Done, Found, GoogleMeans, Job};
use crate::playbook::incident::Part;
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
    let others = job
        .worker
        .company
        .meeting
        .optional
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
