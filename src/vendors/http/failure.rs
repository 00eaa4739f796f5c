//! What can go wrong with a call, sorted by what the caller may do about it.

use std::fmt;
use std::time::Duration;

/// A text from a vendor is cut to this many characters: enough to act on, too short to carry a page of HTML.
const LONGEST_TEXT: usize = 300;

/// A call that did not come back with what it promised. Never holds a URL, a header or a body of ours.
#[derive(Clone, Debug, thiserror::Error)]
pub struct CallError {
    /// The vendor's name, such as `confluence`.
    pub vendor: &'static str,
    /// What was asked, in words: `create page`.
    pub call: &'static str,
    /// What the caller may do about it.
    pub failure: Failure,
    /// The vendor's own name for the exchange, to quote to its support.
    pub request_id: Option<String>,
}

impl fmt::Display for CallError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}: {}", self.vendor, self.call, self.failure)?;
        match &self.request_id {
            Some(id) => write!(out, "; request id {id}"),
            None => Ok(()),
        }
    }
}

impl CallError {
    /// An error without a request id.
    pub fn new(vendor: &'static str, call: &'static str, failure: Failure) -> Self {
        Self {
            vendor,
            call,
            failure,
            request_id: None,
        }
    }

    /// Whether the vendor may have done what was asked all the same. Then look before doing it again.
    pub fn may_have_happened(&self) -> bool {
        match &self.failure {
            Failure::Unavailable { .. } | Failure::OutcomeUnknown(_) | Failure::Unreadable(_) => {
                true
            }
            Failure::NotReached(_)
            | Failure::Throttled { .. }
            | Failure::Unauthorized(_)
            | Failure::Forbidden { .. }
            | Failure::NotFound(_)
            | Failure::Conflict(_)
            | Failure::Refused { .. } => false,
        }
    }

    /// Whether the same call will fail in the same way until something else is changed, often by a person.
    pub fn is_permanent(&self) -> bool {
        match &self.failure {
            Failure::Unauthorized(_)
            | Failure::Forbidden { .. }
            | Failure::NotFound(_)
            | Failure::Conflict(_)
            | Failure::Refused { .. } => true,
            Failure::NotReached(_)
            | Failure::Throttled { .. }
            | Failure::Unavailable { .. }
            | Failure::OutcomeUnknown(_)
            | Failure::Unreadable(_) => false,
        }
    }

    /// How long the vendor asked us to wait, where it did.
    pub fn retry_after(&self) -> Option<Duration> {
        match &self.failure {
            Failure::Throttled { retry_after } => *retry_after,
            Failure::NotReached(_)
            | Failure::Unavailable { .. }
            | Failure::OutcomeUnknown(_)
            | Failure::Unauthorized(_)
            | Failure::Forbidden { .. }
            | Failure::NotFound(_)
            | Failure::Conflict(_)
            | Failure::Refused { .. }
            | Failure::Unreadable(_) => None,
        }
    }
}

/// A call's outcome where "not there" is an answer too.
///
/// # Errors
/// Any failure but [`Failure::NotFound`].
pub fn if_there<T>(outcome: Result<T, CallError>) -> Result<Option<T>, CallError> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(error) if matches!(error.failure, Failure::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Why a call failed.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Failure {
    /// Nothing was sent: doing it again is safe.
    #[error("not reached: {0}")]
    NotReached(String),
    /// Refused for now, without effect.
    #[error("throttled{}", asked_to_wait(.retry_after))]
    Throttled {
        /// How long the vendor asked us to wait.
        retry_after: Option<Duration>,
    },
    /// The vendor failed (5xx, or 408): it may or may not have happened.
    #[error("{status} {message}")]
    Unavailable {
        /// The HTTP status.
        status: u16,
        /// The vendor's words.
        message: String,
    },
    /// It was sent, and no whole answer came: a timeout, a dropped connection, a cut body.
    #[error("outcome unknown: {0}")]
    OutcomeUnknown(String),
    /// The credentials are not, or no longer, good.
    #[error("401 {0}")]
    Unauthorized(String),
    /// The credentials are good and not enough.
    #[error("403 {reason}{}{message}", gap(.reason))]
    Forbidden {
        /// The vendor's machine-readable word, such as `storageQuotaExceeded`; empty where it gives none.
        reason: String,
        /// The vendor's words for people.
        message: String,
    },
    /// Not there, or hidden from these credentials: vendors do not tell which.
    #[error("not found: {0}")]
    NotFound(String),
    /// Something of that name, id or version is there already.
    #[error("conflict: {0}")]
    Conflict(String),
    /// The vendor understood, and said no.
    #[error("{status} {message}")]
    Refused {
        /// The status: HTTP's, SMTP's, or 200 where a vendor refuses with that (Slack).
        status: u16,
        /// The vendor's words.
        message: String,
    },
    /// The vendor answered that it went well, with something else than it promised: an HTML login page, other JSON.
    #[error("unreadable answer: {0}")]
    Unreadable(String),
}

fn gap(reason: &str) -> &'static str {
    if reason.is_empty() { "" } else { ": " }
}

fn asked_to_wait(retry_after: &Option<Duration>) -> String {
    retry_after.map_or_else(String::new, |wait| {
        format!(", asked to wait {} s", wait.as_secs())
    })
}

/// What a vendor's error body says.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Said {
    /// Words for people; empty where there are none.
    pub message: String,
    /// A machine-readable word; empty where there is none.
    pub reason: String,
    /// A failure other than the one the status alone would mean.
    pub failure: Option<Failure>,
}

/// The failure that an HTTP status means, in the vendor's words. `retry_after` is what its headers asked for.
pub(super) fn classify(status: u16, said: Said, retry_after: Option<Duration>) -> Failure {
    let message = short(&said.message);
    if let Some(Failure::Throttled { retry_after: None }) = said.failure {
        return Failure::Throttled { retry_after };
    }
    if let Some(failure) = said.failure {
        return failure;
    }
    match status {
        401 => Failure::Unauthorized(message),
        403 => Failure::Forbidden {
            reason: short(&said.reason),
            message,
        },
        404 | 410 => Failure::NotFound(message),
        409 | 412 => Failure::Conflict(message),
        429 => Failure::Throttled { retry_after },
        408 | 500.. => Failure::Unavailable { status, message },
        // Redirects are never followed, since they would carry credentials along.
        300..=399 => Failure::Refused {
            status,
            message: "a redirect, which is not followed; is the base URL right?".into(),
        },
        _ => Failure::Refused { status, message },
    }
}

/// The text on one line, without control characters, cut to a length fit for a log.
pub fn short(text: &str) -> String {
    let mut words = text.split(|c: char| c.is_whitespace() || c.is_control());
    let mut line = String::new();
    for word in words.by_ref().filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.len() > 4 * LONGEST_TEXT {
            break;
        }
    }
    match line.char_indices().nth(LONGEST_TEXT) {
        Some((at, _)) => {
            line.truncate(at);
            line.push('…');
            line
        }
        None => line,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use rstest::rstest;

    use super::*;

    fn said(message: &str) -> Said {
        Said {
            message: message.into(),
            ..Said::default()
        }
    }

    #[rstest]
    #[case(400, Failure::Refused { status: 400, message: "words".into() })]
    #[case(401, Failure::Unauthorized("words".into()))]
    #[case(402, Failure::Refused { status: 402, message: "words".into() })]
    #[case(403, Failure::Forbidden { reason: String::new(), message: "words".into() })]
    #[case(404, Failure::NotFound("words".into()))]
    #[case(408, Failure::Unavailable { status: 408, message: "words".into() })]
    #[case(409, Failure::Conflict("words".into()))]
    #[case(410, Failure::NotFound("words".into()))]
    #[case(412, Failure::Conflict("words".into()))]
    #[case(413, Failure::Refused { status: 413, message: "words".into() })]
    #[case(429, Failure::Throttled { retry_after: Some(Duration::from_secs(7)) })]
    #[case(500, Failure::Unavailable { status: 500, message: "words".into() })]
    #[case(503, Failure::Unavailable { status: 503, message: "words".into() })]
    fn a_status_says_what_may_be_done(#[case] status: u16, #[case] expected: Failure) {
        let failure = classify(status, said("words"), Some(Duration::from_secs(7)));
        assert_eq!(failure, expected);
    }

    #[test]
    fn a_redirect_is_refused_and_points_at_the_base_url() {
        let failure = classify(302, said(""), None);
        assert!(failure.to_string().contains("base URL"), "{failure}");
    }

    #[test]
    fn what_the_body_says_wins_over_the_status_and_takes_the_wait_from_the_headers() {
        let said = Said {
            failure: Some(Failure::Throttled { retry_after: None }),
            ..Said::default()
        };
        let wait = Some(Duration::from_secs(3));
        let failure = classify(403, said, wait);
        assert_eq!(failure, Failure::Throttled { retry_after: wait });
    }

    #[rstest]
    #[case(Failure::NotReached("x".into()), false, false)]
    #[case(Failure::Throttled { retry_after: None }, false, false)]
    #[case(Failure::Unavailable { status: 503, message: String::new() }, true, false)]
    #[case(Failure::OutcomeUnknown("x".into()), true, false)]
    #[case(Failure::Unreadable("x".into()), true, false)]
    #[case(Failure::Unauthorized("x".into()), false, true)]
    #[case(Failure::Forbidden { reason: String::new(), message: String::new() }, false, true)]
    #[case(Failure::NotFound("x".into()), false, true)]
    #[case(Failure::Conflict("x".into()), false, true)]
    #[case(Failure::Refused { status: 400, message: String::new() }, false, true)]
    fn every_failure_says_whether_it_may_have_happened_and_whether_it_will_pass(
        #[case] failure: Failure,
        #[case] may_have_happened: bool,
        #[case] permanent: bool,
    ) {
        let error = CallError::new("vendor", "call", failure);
        assert_eq!(error.may_have_happened(), may_have_happened);
        assert_eq!(error.is_permanent(), permanent);
    }

    #[test]
    fn an_error_reads_as_a_sentence() {
        let error = CallError {
            vendor: "confluence",
            call: "create page",
            failure: Failure::Refused {
                status: 400,
                message: "Error parsing xhtml".into(),
            },
            request_id: Some("abc".into()),
        };
        assert_eq!(
            error.to_string(),
            "confluence create page: 400 Error parsing xhtml; request id abc"
        );
        let forbidden = Failure::Forbidden {
            reason: "storageQuotaExceeded".into(),
            message: "The quota is used up".into(),
        };
        assert_eq!(
            forbidden.to_string(),
            "403 storageQuotaExceeded: The quota is used up"
        );
    }

    #[test]
    fn a_text_becomes_one_short_line() {
        assert_eq!(short("  two\r\n  words\u{0} "), "two words");
        let long = short(&"ä".repeat(1000));
        assert_eq!(long.chars().count(), LONGEST_TEXT + 1);
        assert!(long.ends_with('…'));
    }
}
