//! Slack's times, which are the names of its messages too.

use std::cmp::Ordering;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, de};

const MICROS: i64 = 1_000_000;

/// A message's `ts`: seconds, a dot and six decimals, unique in its channel. It stays the text it came as, because no
/// float keeps its decimals; it is compared as the time it is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ts {
    at: Timestamp,
    text: String,
}

impl Ts {
    /// Reads one. `None` where the text is no such time.
    pub fn parse(text: &str) -> Option<Self> {
        let (seconds, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let is_number =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(seconds) || !is_number(decimals) || decimals.len() > 6 {
            return None;
        }
        let seconds: i64 = seconds.parse().ok()?;
        let decimals: i64 = format!("{decimals:0<6}").parse().ok()?;
        let micros = seconds.checked_mul(MICROS)?.checked_add(decimals)?;
        Some(Self {
            at: Timestamp::from_microsecond(micros).ok()?,
            text: text.to_owned(),
        })
    }

    /// The `ts` of an instant; 1970 for one before it, since Slack knows none.
    pub fn of(at: Timestamp) -> Self {
        let micros = at.as_microsecond().max(0);
        let text = format!("{}.{:06}", micros / MICROS, micros % MICROS);
        Self {
            at: at.max(Timestamp::UNIX_EPOCH),
            text,
        }
    }

    /// When that is, to the microsecond.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// As Slack writes it.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Ts {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

impl Ord for Ts {
    fn cmp(&self, other: &Self) -> Ordering {
        self.at
            .cmp(&other.at)
            .then_with(|| self.text.cmp(&other.text))
    }
}

impl PartialOrd for Ts {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<'de> Deserialize<'de> for Ts {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        let text = String::deserialize(reader)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("expected a time of Slack's"))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("1700000000.000100", 1_700_000_000_000_100)]
    #[case("1700000000.123456", 1_700_000_000_123_456)]
    #[case("1700000000", 1_700_000_000_000_000)]
    #[case("999.1", 999_100_000)]
    fn a_time_is_kept_to_the_microsecond(#[case] text: &str, #[case] micros: i64) {
        let ts = Ts::parse(text).unwrap();
        assert_eq!((ts.at().as_microsecond(), ts.as_str()), (micros, text));
    }

    #[rstest]
    #[case("")]
    #[case(".")]
    #[case("1.")]
    #[case("1.1234567")]
    #[case("-1.000000")]
    #[case("1e9")]
    #[case("99999999999999999999.0")]
    #[case("9223372036854.000000")]
    fn what_is_no_time_is_not_taken_for_one(#[case] text: &str) {
        assert_eq!(Ts::parse(text), None);
    }

    #[test]
    fn an_instant_is_written_as_slack_writes_it_and_comes_back() {
        let at: Timestamp = "2026-11-23T10:00:00.00001Z".parse().unwrap();
        let ts = Ts::of(at);
        assert_eq!(ts.as_str(), "1795428000.000010");
        assert_eq!(Ts::parse(ts.as_str()).unwrap().at(), at);
        assert_eq!(Ts::of(Timestamp::MIN).as_str(), "0.000000");
    }

    #[test]
    fn times_are_compared_as_times() {
        let ts = |text| Ts::parse(text).unwrap();
        assert!(ts("999.000002") < ts("1000.000001"));
        assert!(ts("1000.000001") < ts("1000.00001"));
    }
}
