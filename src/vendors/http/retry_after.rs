//! How long a vendor asks us to wait.

use std::time::Duration;

use ::http::HeaderMap;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;

/// The wait that the headers ask for: seconds, or a date as some proxies write it.
///
/// A date is counted from the answer's own `Date`, so that no clock but the vendor's is needed. PagerDuty has
/// `ratelimit-reset` in seconds instead: <https://developer.pagerduty.com/docs/rest-api-rate-limits>.
pub(super) fn read(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    match text("retry-after") {
        Some(asked) => seconds(asked).or_else(|| Some(between(date(text("date")?)?, date(asked)?))),
        None => seconds(text("ratelimit-reset")?),
    }
}

fn seconds(text: &str) -> Option<Duration> {
    let seconds: f64 = text.parse().ok()?;
    Duration::try_from_secs_f64(seconds.ceil()).ok()
}

fn date(text: &str) -> Option<Timestamp> {
    DateTimeParser::new().parse_timestamp(text).ok()
}

fn between(now: Timestamp, then: Timestamp) -> Duration {
    Duration::try_from(then.duration_since(now)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use rstest::rstest;

    use super::*;

    const DATE: (&str, &str) = ("date", "Mon, 05 Oct 2026 10:00:00 GMT");

    #[rstest]
    #[case(&[("retry-after", "30")], Some(30))]
    #[case(&[("retry-after", " 2 ")], Some(2))]
    #[case(&[("retry-after", "0.2")], Some(1))]
    #[case(&[("retry-after", "Mon, 05 Oct 2026 10:00:45 GMT"), DATE], Some(45))]
    #[case(&[("retry-after", "Mon, 05 Oct 2026 09:59:00 GMT"), DATE], Some(0))]
    #[case(&[("retry-after", "Mon, 05 Oct 2026 10:00:45 GMT")], None)]
    #[case(&[("retry-after", "soon"), DATE], None)]
    #[case(&[("retry-after", "-4")], None)]
    #[case(&[("ratelimit-reset", "12")], Some(12))]
    #[case(&[("retry-after", "3"), ("ratelimit-reset", "12")], Some(3))]
    #[case(&[], None)]
    fn the_wait_is_read_in_every_form(
        #[case] headers: &[(&'static str, &'static str)],
        #[case] expected: Option<u64>,
    ) {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect();
        assert_eq!(read(&headers), expected.map(Duration::from_secs));
    }
}
