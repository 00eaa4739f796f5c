//! Google Calendar.
//!
//! The event's id is ours, so a replay answers 409 and mails nobody twice. Ids stay used after a deletion: a meeting that
//! a person deleted is found as cancelled, and is not made again.
//! <https://developers.google.com/workspace/calendar/api/v3/reference/events/insert>

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use super::{
    Audience, Availability, Booked, Calendar, CalendarError, Contact, Invited, Look, Meeting,
    Presence, Standing, VideoRoom,
};
use crate::vendors::google::calendar::{self as wire, Event, EventStatus, NewEvent, SendUpdates};
use crate::vendors::http::{CallError, Failure};

/// One calendar of an account at Google, and the free/busy times that the account may see.
pub struct Google {
    client: wire::Calendar,
    /// The calendar that meetings are put into.
    calendar: String,
}

impl Google {
    /// Meetings go into that calendar.
    pub fn new(client: wire::Calendar, calendar: String) -> Self {
        Self { client, calendar }
    }

    async fn event(&self, key: &str) -> Result<Option<Event>, CalendarError> {
        Ok(self.client.event(&self.calendar, key).await?)
    }
}

impl From<CallError> for CalendarError {
    fn from(error: CallError) -> Self {
        let message = error.to_string();
        if error.may_have_happened() {
            Self::InDoubt { message }
        } else if error.is_permanent() {
            Self::GiveUp { message }
        } else {
            Self::Later {
                message,
                after: error.retry_after(),
            }
        }
    }
}

fn booked(event: Event) -> Booked {
    Booked {
        standing: match event.status {
            EventStatus::Confirmed | EventStatus::Tentative | EventStatus::Unknown => {
                Standing::Planned
            }
            EventStatus::Cancelled => Standing::Cancelled,
        },
        span: event.start.zip(event.end),
        reference: event.id,
        url: event.html_link,
    }
}

fn attendee(invited: &Invited) -> wire::Attendee {
    wire::Attendee {
        email: invited.email.clone(),
        attendance: match invited.presence {
            Presence::Required => wire::Attendance::Required,
            Presence::Optional => wire::Attendance::Optional,
        },
    }
}

#[async_trait(?Send)]
impl Calendar for Google {
    fn name(&self) -> &'static str {
        "google"
    }

    async fn busy(
        &self,
        people: &[String],
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Availability>, CalendarError> {
        let told = self.client.free_busy(people, from, until).await?;
        let availability = |(_, told): (String, wire::Availability)| match told {
            wire::Availability::Busy(busy) => Availability::Busy(busy),
            wire::Availability::Unknown(why) => Availability::Unknown(why),
        };
        Ok(told.into_iter().map(availability).collect())
    }

    async fn book(&self, meeting: &Meeting) -> Result<Booked, CalendarError> {
        let attendees: Vec<wire::Attendee> = meeting.invited.iter().map(attendee).collect();
        let event = NewEvent {
            id: &meeting.key,
            summary: &meeting.summary,
            description: &meeting.description,
            start: meeting.start,
            end: meeting.end,
            time_zone: &meeting.zone,
            attendees: &attendees,
            private_properties: &[("debrief", &meeting.incident)],
            visibility: match meeting.audience {
                Audience::AsUsual => wire::Visibility::Default,
                Audience::Invited => wire::Visibility::Private,
            },
            meet: match meeting.room {
                VideoRoom::Wanted => true,
                VideoRoom::None => false,
            },
        };
        let made = self
            .client
            .insert_event(&self.calendar, &event, SendUpdates::All)
            .await;
        match made {
            Ok(event) => Ok(booked(event)),
            Err(error) if matches!(error.failure, Failure::Conflict(_)) => {
                // Where Google says that the id is used, yet shows nothing, it is somewhere in its own replication.
                Ok(self.event(&meeting.key).await?.map_or_else(
                    || Booked {
                        reference: meeting.key.clone(),
                        url: None,
                        standing: Standing::Planned,
                        span: None,
                    },
                    booked,
                ))
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn look(&self, key: &str) -> Result<Look, CalendarError> {
        let event = self.event(key).await?;
        Ok(event.map_or(Look::Absent, |event| Look::Found(booked(event))))
    }

    async fn move_to(&self, meeting: &Meeting, _: u32) -> Result<Booked, CalendarError> {
        let Some(event) = self.event(&meeting.key).await? else {
            return self.book(meeting).await;
        };
        let change = wire::EventChange {
            description: Some(&meeting.description),
            invite: None,
            span: Some((meeting.start, meeting.end, &meeting.zone)),
        };
        let moved = self
            .client
            .change_event(&self.calendar, &event, &change, SendUpdates::All)
            .await;
        Ok(booked(moved.map_err(busy_hands)?))
    }

    async fn name_contact(
        &self,
        meeting: &Meeting,
        contact: &Contact,
    ) -> Result<Option<Booked>, CalendarError> {
        let Some(event) = self.event(&meeting.key).await? else {
            return Ok(None);
        };
        if event.status == EventStatus::Cancelled {
            return Ok(Some(booked(event)));
        }
        let description = contact
            .before
            .as_deref()
            .zip(event.description.as_deref())
            .and_then(|(before, description)| replaced_once(description, before, &contact.now));
        let invite = contact
            .invite
            .as_ref()
            .filter(|invited| !event.invites(&invited.email))
            .map(attendee);
        // A changed name is no news for everybody's inbox; an invitation is for whoever gets it.
        let send_updates = match invite {
            Some(_) => SendUpdates::All,
            None => SendUpdates::None,
        };
        if description.is_none() && invite.is_none() {
            return Ok(Some(booked(event)));
        }
        let change = wire::EventChange {
            description: description.as_deref(),
            invite: invite.as_ref(),
            span: None,
        };
        let changed = self
            .client
            .change_event(&self.calendar, &event, &change, send_updates)
            .await;
        Ok(Some(booked(changed.map_err(busy_hands)?)))
    }

    async fn check(&self, now: Timestamp) -> Result<String, String> {
        let day = SignedDuration::from_hours(24);
        let asked = self
            .client
            .free_busy(std::slice::from_ref(&self.calendar), now, now + day)
            .await;
        match asked {
            Ok(_) => Ok("calendars answer".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// Somebody else changes the event in this moment: its version is another one by now.
fn busy_hands(error: CallError) -> CalendarError {
    if matches!(error.failure, Failure::Conflict(_)) {
        return CalendarError::Later {
            message: error.to_string(),
            after: None,
        };
    }
    error.into()
}

/// The text with a name replaced, where it stands in it exactly once: elsewhere it may mean something else.
pub(super) fn replaced_once(text: &str, name: &str, by: &str) -> Option<String> {
    if name.is_empty() {
        return None;
    }
    let mut found = text.match_indices(name);
    match (found.next(), found.next()) {
        (Some((at, _)), None) => Some(format!("{}{by}{}", &text[..at], &text[at + name.len()..])),
        (None, _) | (Some(_), Some(_)) => None,
    }
}
