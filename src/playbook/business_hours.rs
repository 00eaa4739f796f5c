//! Business hours: when a team or a person works, and how a deadline counts inside that time.
//!
//! Hours are read off the wall clock of one zone; only the last step turns them into instants. So a shift keeps its
//! hours when clocks change, and a night over such a change has its real length: seven hours or nine, not eight.
//! Two readings of the clock need a rule. One that is skipped in spring stands for the first instant after the skip,
//! one that comes twice in autumn for the first of the two. Both keep shifts in order and apart, which
//! `compatible()` of the time library does not: it moves 02:30 behind 03:15.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How far ahead anything is searched: about ten years. Hours that are all holidays must not keep a worker busy for ever.
const SEARCH: SignedDuration = SignedDuration::from_hours(3660 * 24);

/// How far back is searched: nobody takes longer holidays than that before a meeting.
const MONTH: SignedDuration = SignedDuration::from_hours(31 * 24);

const MINUTES_A_DAY: u16 = 24 * 60;

/// Part of a day in which work is done, in whole minutes of the wall clock: `09:00-17:00`, `22:00-24:00`.
///
/// The end is not part of it. It may be 24:00 and never lies past it: a night is two shifts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Shift {
    from: u16,
    until: u16,
}

/// Why a text is no shift.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShiftError {
    /// It does not read as one.
    #[error("`{0}` does not read as hours of a day, such as 09:00-17:00")]
    Form(String),
    /// It has no length, or runs backwards over midnight.
    #[error(
        "`{0}` does not end after it starts; write a night as two shifts, such as 22:00-24:00 and 00:00-06:00 on the next day"
    )]
    Backwards(String),
}

impl FromStr for Shift {
    type Err = ShiftError;

    fn from_str(text: &str) -> Result<Self, ShiftError> {
        let form = || ShiftError::Form(text.to_owned());
        let (from, until) = text.split_once('-').ok_or_else(form)?;
        let from = minute_of_day(from.trim()).ok_or_else(form)?;
        let until = minute_of_day(until.trim()).ok_or_else(form)?;
        if from < until {
            Ok(Self { from, until })
        } else {
            Err(ShiftError::Backwards(text.to_owned()))
        }
    }
}

impl Shift {
    /// How long it is on a day without a change of clocks.
    pub fn length(self) -> SignedDuration {
        SignedDuration::from_mins(i64::from(self.until - self.from))
    }

    /// Whether another shift of the same day begins before this one ends.
    pub fn overlaps_next(self, next: Self) -> bool {
        next.from < self.until
    }
}

/// Reads `9:05`, `09:05` or `24:00`.
fn minute_of_day(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let formed = matches!(hour.len(), 1..=2) && minute.len() == 2 && digits(hour) && digits(minute);
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    let total = hour * 60 + minute;
    (formed && minute < 60 && total <= MINUTES_A_DAY).then_some(total)
}

impl fmt::Display for Shift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, until } = self;
        write!(
            f,
            "{:02}:{:02}-{:02}:{:02}",
            from / 60,
            from % 60,
            until / 60,
            until % 60
        )
    }
}

impl TryFrom<String> for Shift {
    type Error = ShiftError;

    fn try_from(text: String) -> Result<Self, ShiftError> {
        text.parse()
    }
}

impl From<Shift> for String {
    fn from(shift: Shift) -> Self {
        shift.to_string()
    }
}

/// What is wrong with a week.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HoursFault {
    /// Two shifts of one day share time.
    #[error("{weekday:?}: {first} and {second} overlap")]
    Overlap {
        /// The day.
        weekday: Weekday,
        /// The one that starts first.
        first: Shift,
        /// The one that starts inside it.
        second: Shift,
    },
    /// No deadline could be counted in so little time.
    #[error("a week has {minutes} minutes of business hours, and needs at least 60")]
    TooLittle {
        /// What there is in a week.
        minutes: u32,
    },
}

/// Every fault of a week at once, so that it is mended in one go.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct BusinessHoursError {
    /// What is wrong, by weekday from Monday on; never empty.
    pub faults: Vec<HoursFault>,
}

/// By when something is owed, counted from an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deadline {
    /// After so much time inside business hours: 24 hours are three days of eight.
    WorkingHours(SignedDuration),
    /// At the same time of day on the next business day.
    NextBusinessDay,
}

impl fmt::Display for Deadline {
    /// `within 24 business hours`, `by the same time on the next business day`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WorkingHours(length) => {
                let (hours, minutes) = (length.as_mins() / 60, length.as_mins() % 60);
                match (hours, minutes) {
                    (1, 0) => f.write_str("within 1 business hour"),
                    (_, 0) => write!(f, "within {hours} business hours"),
                    (0, _) => write!(f, "within {minutes} minutes of business hours"),
                    (_, _) => write!(f, "within {hours} h {minutes} min of business hours"),
                }
            }
            Self::NextBusinessDay => f.write_str("by the same time on the next business day"),
        }
    }
}

/// Working time of a team or a person: shifts per weekday on the wall clock of one zone, minus holidays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BusinessHours {
    zone: TimeZone,
    week: [Vec<Shift>; 7],
    holidays: Arc<BTreeSet<Date>>,
}

impl BusinessHours {
    /// From the shifts of each weekday, Monday first, in any order, and the dates on which nobody works.
    ///
    /// # Errors
    /// Where shifts overlap, or the week has less than an hour. Shifts that touch are well: they make one stretch.
    pub fn new(
        zone: TimeZone,
        mut week: [Vec<Shift>; 7],
        holidays: impl Into<Arc<BTreeSet<Date>>>,
    ) -> Result<Self, BusinessHoursError> {
        let mut faults = Vec::new();
        for (shifts, weekday) in week.iter_mut().zip(Weekday::Monday.cycle_forward()) {
            shifts.sort_unstable();
            for pair in shifts.windows(2) {
                if let &[first, second] = pair
                    && second.from < first.until
                {
                    faults.push(HoursFault::Overlap {
                        weekday,
                        first,
                        second,
                    });
                }
            }
        }
        let minutes = week
            .iter()
            .flatten()
            .map(|shift| u32::from(shift.until - shift.from))
            .sum();
        if minutes < 60 {
            faults.push(HoursFault::TooLittle { minutes });
        }
        if faults.is_empty() {
            let holidays = holidays.into();
            Ok(Self {
                zone,
                week,
                holidays,
            })
        } else {
            Err(BusinessHoursError { faults })
        }
    }

    /// The same hours and holidays on the wall clock of another zone: a person's, who works the team's week elsewhere.
    pub fn in_zone(&self, zone: TimeZone) -> Self {
        Self {
            zone,
            ..self.clone()
        }
    }

    /// The zone whose wall clock counts.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Whether work is done at that instant. The instant of closing is no longer open.
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.pieces(at, later(at, SignedDuration::from_nanos(1)))
            .next()
            .is_some()
    }

    /// Whether work is done on that date: it has a shift and is no holiday.
    pub fn is_business_day(&self, date: Date) -> bool {
        !self.shifts_on(date).is_empty()
    }

    /// The first open instant at or after that one; `None` where the next ten years have none.
    pub fn next_opening(&self, at_or_after: Timestamp) -> Option<Timestamp> {
        self.pieces(at_or_after, later(at_or_after, SEARCH))
            .next()
            .map(|(open, _)| open)
    }

    /// The instant at which so much working time has passed since `start`.
    ///
    /// Outside hours counting begins at the next opening; nothing, or less, ends there at once. Time that is used up
    /// exactly at closing ends at that closing, not at the opening after it. Where ten years from `start` do not hold
    /// so much working time, the end of those ten years is answered.
    pub fn add(&self, start: Timestamp, working: SignedDuration) -> Timestamp {
        let limit = later(start, SEARCH);
        let mut left = working.max(SignedDuration::ZERO);
        for (open, close) in self.pieces(start, limit) {
            let length = close.duration_since(open);
            if left <= length {
                return later(open, left);
            }
            left -= length;
        }
        limit
    }

    /// The last instant from which so much working time is left until `end`. Where the month before does not hold so much
    /// of it, its beginning is answered.
    pub fn before(&self, end: Timestamp, working: SignedDuration) -> Timestamp {
        let earliest = later(end, -MONTH);
        let mut left = working.max(SignedDuration::ZERO);
        let mut pieces: Vec<(Timestamp, Timestamp)> = self.pieces(earliest, end).collect();
        while let Some((open, close)) = pieces.pop() {
            let length = close.duration_since(open);
            if left <= length {
                return later(close, -left);
            }
            left -= length;
        }
        earliest
    }

    /// When something is due that is owed since `start`. Outside hours the clock begins at the next opening, so what
    /// is resolved on Saturday counts from Monday morning. At most ten years later, as with [`add`](Self::add).
    pub fn deadline(&self, start: Timestamp, deadline: &Deadline) -> Timestamp {
        match deadline {
            Deadline::WorkingHours(length) => self.add(start, *length),
            Deadline::NextBusinessDay => {
                let limit = later(start, SEARCH);
                let begun = self.next_opening(start).unwrap_or(limit);
                let clock = self.zone.to_datetime(begun);
                let date = self.next_business_day(clock.date());
                self.instant(date.to_datetime(clock.time()))
                    .map_or(limit, |due| due.min(limit))
            }
        }
    }

    /// The first business day after that date; where ten years have none, the date ten years on.
    pub fn next_business_day(&self, date: Date) -> Date {
        let limit = date.saturating_add(SEARCH);
        days_from(date)
            .skip(1)
            .take_while(|day| *day < limit)
            .find(|day| self.is_business_day(*day))
            .unwrap_or(limit)
    }

    /// How many business days lie after `from`, up to and including `to`; none where `to` is not later.
    pub fn business_days_between(&self, from: Date, to: Date) -> u32 {
        let days = u32::try_from(to.duration_since(from).as_hours() / 24).unwrap_or(0);
        if days == 0 {
            return 0;
        }
        let works = |day: Date| !self.week_shifts(day).is_empty();
        let count = |days: &mut dyn Iterator<Item = Date>| {
            u32::try_from(days.filter(|day| works(*day)).count()).unwrap_or(u32::MAX)
        };
        let a_week = count(&mut days_from(from).take(7));
        let rest = count(&mut days_from(from).skip(1).take((days % 7) as usize));
        let first = from.tomorrow().unwrap_or(to);
        let holidays = count(&mut self.holidays.range(first..=to).copied());
        days / 7 * a_week + rest - holidays
    }

    /// The stretches of working time between two instants, clipped to them, in order. Shifts that touch, over
    /// midnight too, are one stretch. Nothing is computed before it is asked for.
    pub fn open_intervals(
        &self,
        from: Timestamp,
        to: Timestamp,
    ) -> impl Iterator<Item = (Timestamp, Timestamp)> + use<'_> {
        let mut pieces = self.pieces(from, to).peekable();
        std::iter::from_fn(move || {
            let (open, mut close) = pieces.next()?;
            while let Some((_, further)) = pieces.next_if(|(next, _)| *next <= close) {
                close = close.max(further);
            }
            Some((open, close))
        })
    }

    /// The same, shift by shift: a team that never closes is one endless stretch, and must not be joined to count in it.
    fn pieces(
        &self,
        from: Timestamp,
        to: Timestamp,
    ) -> impl Iterator<Item = (Timestamp, Timestamp)> + use<'_> {
        // One day more than the clock says: clocks that go back over midnight show the old date again.
        let last = self.zone.to_datetime(to).date();
        let last = last.tomorrow().unwrap_or(last);
        days_from(self.zone.to_datetime(from).date())
            .take_while(move |date| *date <= last)
            .flat_map(move |date| {
                self.shifts_on(date).iter().filter_map(move |shift| {
                    let open = self.reading(date, shift.from)?.max(from);
                    let close = self.reading(date, shift.until)?.min(to);
                    (open < close).then_some((open, close))
                })
            })
    }

    fn week_shifts(&self, date: Date) -> &[Shift] {
        let day = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0);
        self.week.get(day).map_or(&[], Vec::as_slice)
    }

    fn shifts_on(&self, date: Date) -> &[Shift] {
        if self.holidays.contains(&date) {
            return &[];
        }
        self.week_shifts(date)
    }

    /// The instant at which the clock reads so many minutes past midnight.
    fn reading(&self, date: Date, minute: u16) -> Option<Timestamp> {
        let (date, minute) = if minute == MINUTES_A_DAY {
            (date.tomorrow().ok()?, 0)
        } else {
            (date, minute)
        };
        let hour = i8::try_from(minute / 60).ok()?;
        let minute = i8::try_from(minute % 60).ok()?;
        self.instant(date.to_datetime(Time::new(hour, minute, 0, 0).ok()?))
    }

    /// The instant of a reading of the clock, by the two rules above; `None` past the end of the calendar.
    fn instant(&self, reading: DateTime) -> Option<Timestamp> {
        let possible = self.zone.to_ambiguous_timestamp(reading);
        match possible.offset() {
            AmbiguousOffset::Gap { .. } => {
                let before = possible.earlier().ok()?;
                let skip = self.zone.following(before).next()?;
                Some(skip.timestamp())
            }
            AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Fold { .. } => {
                possible.earlier().ok()
            }
        }
    }
}

fn days_from(date: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(date), |day| day.tomorrow().ok())
}

/// So much later, or the end of time.
fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
