//! `review_meeting`: the slot, chosen once; the event, made once.
//!
//! The event carries a key of ours wherever it stands, so a second try finds the first one's. A meeting that a person deleted
//! counts as done where the calendar remembers it, and is not made again; [`crate::calendars`] says what each calendar does.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::{ActError, Done, Found, Job, Otherwise};
use crate::calendars::{
    self, Audience, Booked, Calendar, Contact, Invited, Look, Meeting, Presence, VideoRoom,
};
use crate::playbook::incident::{Part, Visibility};
use crate::playbook::lead;
use crate::playbook::person::Person;
use crate::playbook::slot::{self, Attendance, Attendee, Availability, ChosenSlot, SlotRules};
use crate::playbook::steps::Step;
use crate::playbook::steps::act::Act;
use crate::playbook::steps::review_meeting::SLOT;
use crate::worker::observe;

/// How many business days after the deadline are searched when nothing fits before it.
const DAYS_AFTER_DEADLINE: i64 = 14;

/// Meetings start on the quarter hour.
const GRID: SignedDuration = SignedDuration::from_mins(15);

fn calendar<'a>(job: &Job<'a>) -> Result<&'a dyn Calendar, ActError> {
    job.worker
        .means
        .calendar
        .as_deref()
        .ok_or_else(|| ActError::not_configured("a calendar"))
}

pub(super) async fn choose_slot(job: &mut Job<'_>) -> Result<Done, ActError> {
    let calendar = calendar(job)?;
    // An earlier life of the database may have booked it: then the slot is what stands in the calendar.
    if observe::may_be_made_before(job).await?
        && let Look::Found(booked) = calendar.look(&job.hash(&Act::Event)).await?
        && let Some((start, end)) = booked.span
    {
        return record(job, &ChosenSlot::found(start, end)).await;
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
    let people: Vec<String> = invited.iter().map(|(email, ..)| email.clone()).collect();
    let told = calendar.busy(&people, job.now, horizon).await?;
    let silent = || Availability::Unknown("the calendar did not answer".to_owned());
    let told = told
        .into_iter()
        .map(availability)
        .chain(std::iter::repeat_with(silent));
    let attendees: Vec<Attendee> = invited
        .into_iter()
        .zip(told)
        .map(|((email, person, attendance), availability)| Attendee {
            name: person.name.clone(),
            hours: company.hours.of(&person),
            availability,
            email,
            attendance,
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

fn availability(told: calendars::Availability) -> Availability {
    match told {
        calendars::Availability::Busy(busy) => Availability::Known(busy),
        calendars::Availability::Unknown(why) => Availability::Unknown(why),
    }
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

/// The meeting as it is to be booked: the same for every try.
fn meeting(job: &Job<'_>) -> Result<Meeting, ActError> {
    let decision = job
        .case
        .decisions
        .iter()
        .find(|decision| decision.step == Step::ReviewMeeting && decision.name == SLOT);
    let slot = job.case.decision::<ChosenSlot>(Step::ReviewMeeting, SLOT);
    let (Some(decision), Some(slot)) = (decision, slot) else {
        return Err(ActError::Later {
            message: "the slot is not recorded yet".to_owned(),
            after: None,
        });
    };
    let text = job.worker.means.templates.meeting(&observe::story(job))?;
    let invited = invited(job)
        .into_iter()
        .map(|(email, person, attendance)| Invited {
            name: person.name,
            email,
            presence: match attendance {
                Attendance::Lead | Attendance::Required => Presence::Required,
                Attendance::Optional => Presence::Optional,
            },
        })
        .collect();
    Ok(Meeting {
        key: job.hash(&Act::Event),
        incident: job.case.incident.id.as_str().to_owned(),
        summary: text.summary,
        description: text.description,
        start: slot.start,
        end: slot.end,
        zone: observe::zone_name(&job.worker.company),
        decided_at: decision.decided_at,
        invited,
        audience: match job.case.incident.visibility {
            Visibility::Company => Audience::AsUsual,
            Visibility::Private => Audience::Invited,
        },
        room: if job.worker.company.meeting.meet {
            VideoRoom::Wanted
        } else {
            VideoRoom::None
        },
    })
}

pub(super) async fn book(job: &mut Job<'_>) -> Result<Done, ActError> {
    let calendar = calendar(job)?;
    observe::count(job).await?;
    Ok(done(calendar.book(&meeting(job)?).await?))
}

/// Names a later volunteer as the contact: where the description names whoever led before, once, it names the volunteer
/// now; whoever volunteered is invited. Everything else of the event is people's, a moved time above all.
///
/// Killed in the middle, it is done again: the event is read first, and a name that was replaced is no longer found.
pub(super) async fn name_contact(job: &mut Job<'_>) -> Result<Done, ActError> {
    let calendar = calendar(job)?;
    let key = job.hash(&Act::Event);
    let Some(volunteer) = lead::volunteer(job.case) else {
        return Ok(Done::at(key, None));
    };
    let name = |person: &Person| crate::render::escaped_name(&person.name);
    let contact = Contact {
        before: volunteer.instead_of.as_ref().map(name),
        now: name(&volunteer.person),
        invite: volunteer.person.email.as_ref().map(|email| Invited {
            name: volunteer.person.name.clone(),
            email: email.to_lowercase(),
            presence: Presence::Required,
        }),
    };
    let booked = calendar.name_contact(&meeting(job)?, &contact).await?;
    Ok(booked.map_or_else(|| Done::at(key, None), done))
}

fn done(booked: Booked) -> Done {
    Done::at(booked.reference, booked.url)
}

pub(super) async fn find(job: &mut Job<'_>) -> Result<Found, ActError> {
    Ok(match calendar(job)?.look(&job.hash(&Act::Event)).await? {
        Look::Found(booked) => Found::Yes(done(booked)),
        Look::Absent => Found::Absent,
        // An invitation that comes twice is the same one to every calendar that it reaches.
        Look::CannotKnow => Found::CannotKnow(Otherwise::Repeat),
    })
}
