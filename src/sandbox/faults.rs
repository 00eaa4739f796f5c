//! Faults on demand: which call goes wrong, and how.
//!
//! A rule says what it looks at (vendor, method, path), when it fires, and what happens. Rules count the calls they
//! look at from the moment they are added, so "the third call to Confluence fails" is said once and then over.

mod form;
pub(super) mod paging;

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

/// One order to let something go wrong.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "form::Form")]
pub struct Rule {
    /// Only calls to this vendor: `confluence`, `google`, `pagerduty`, `slack` or `smtp`. Any where left out.
    pub vendor: Option<String>,
    /// Only calls with this method; of SMTP: `CONNECT`, `RCPT` or `DATA`.
    pub method: Option<String>,
    /// Only calls whose path with query contains this; with a `*` in it, it has to match from end to end.
    /// Of SMTP, the recipients are looked at.
    pub path: Option<String>,
    /// When it fires.
    pub when: When,
    /// What happens.
    pub kind: Kind,
}

impl Rule {
    /// Fires once, at the first call to anybody.
    pub fn new(kind: Kind) -> Self {
        Self {
            vendor: None,
            method: None,
            path: None,
            when: When::Times(1),
            kind,
        }
    }

    /// The same rule for one vendor only.
    pub fn vendor(self, vendor: &str) -> Self {
        Self {
            vendor: Some(vendor.to_owned()),
            ..self
        }
    }

    /// The same rule for one method only.
    pub fn method(self, method: &str) -> Self {
        Self {
            method: Some(method.to_owned()),
            ..self
        }
    }

    /// The same rule for paths that contain, or with a `*` match, this.
    pub fn path(self, path: &str) -> Self {
        Self {
            path: Some(path.to_owned()),
            ..self
        }
    }

    /// The same rule at another time.
    pub fn when(self, when: When) -> Self {
        Self { when, ..self }
    }

    /// Each kind is looked for at one moment only, so that a rule never counts the same call twice.
    fn is_looked_for_at(&self, moment: Moment) -> bool {
        match moment {
            Moment::HttpCall => !matches!(self.kind, Kind::Reject { .. }),
            Moment::SmtpConnect => self.refuses_smtp_connections(),
            Moment::SmtpRecipient => matches!(self.kind, Kind::Reject { .. }),
            Moment::SmtpMessage => {
                !matches!(self.kind, Kind::Reject { .. })
                    && !self.is_about_pages()
                    && !self.refuses_smtp_connections()
            }
        }
    }

    fn refuses_smtp_connections(&self) -> bool {
        self.kind == Kind::Refuse && self.vendor.as_deref() == Some("smtp")
    }

    fn is_about_pages(&self) -> bool {
        match self.kind {
            Kind::ShortPages { .. }
            | Kind::RepeatCursor
            | Kind::ExpiredCursor
            | Kind::MoreForever
            | Kind::EmptyPage => true,
            Kind::Refuse
            | Kind::Throttle { .. }
            | Kind::ErrorBefore
            | Kind::ErrorAfter
            | Kind::DropAfter
            | Kind::Hang { .. }
            | Kind::Truncate
            | Kind::WrongType
            | Kind::ExpiredToken
            | Kind::Latency { .. }
            | Kind::Reject { .. } => false,
        }
    }

    /// Some faults are about going on reading; the first page is none of their calls.
    fn is_about_going_on(&self) -> bool {
        matches!(self.kind, Kind::RepeatCursor | Kind::ExpiredCursor)
    }

    fn matches(&self, call: &Occasion<'_>) -> bool {
        self.is_looked_for_at(call.moment)
            && (call.continues || !self.is_about_going_on())
            && self
                .vendor
                .as_deref()
                .is_none_or(|vendor| vendor == call.vendor)
            && self
                .method
                .as_deref()
                .is_none_or(|method| method.eq_ignore_ascii_case(call.method))
            && self
                .path
                .as_deref()
                .is_none_or(|pattern| path_matches(pattern, call.path))
    }
}

/// When a rule fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// At the nth matching call, counted from one, and never again.
    Nth(u32),
    /// At the next matching calls, that many.
    Times(u32),
    /// At every matching call.
    Always,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The connection is closed without an answer, before any effect. Said of SMTP alone: closed when it is opened.
    Refuse,
    /// 429 in the vendor's own shape, without effect.
    Throttle {
        /// Seconds in `Retry-After`; no such header where left out.
        retry_after: Option<u64>,
    },
    /// 500 without effect.
    ErrorBefore,
    /// The effect happens, and the answer is 500.
    ErrorAfter,
    /// The effect happens, and the connection is closed without an answer.
    DropAfter,
    /// Nothing for so long, then the connection is closed; no effect.
    Hang {
        /// How long, in real seconds.
        seconds: u64,
    },
    /// The effect happens, half of the body is sent, and the connection is closed.
    Truncate,
    /// The effect happens, and the answer is a login page.
    WrongType,
    /// 401 in the vendor's own shape, without effect.
    ExpiredToken,
    /// The answer is right but late.
    Latency {
        /// How late, in real milliseconds.
        millis: u64,
    },
    /// SMTP only: a recipient is refused.
    Reject {
        /// The reply code, such as 550 for good or 451 for now.
        code: u16,
    },
    /// Slack only: a page of a transcript or list has fewer things than were asked for, and more follow.
    ShortPages {
        /// How many at most.
        most: usize,
    },
    /// Slack only: a page that was asked for by a cursor names that cursor as the next one's, for ever.
    RepeatCursor,
    /// Slack only: a page that was asked for by a cursor is refused, since the cursor is too old.
    ExpiredCursor,
    /// PagerDuty only: `more` is true on every page, also on the empty ones behind the last.
    MoreForever,
    /// PagerDuty only: the page is empty, and `more` is true.
    EmptyPage,
}

/// When in the life of a call the rules are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    /// An HTTP request was read.
    HttpCall,
    /// An SMTP connection was opened.
    SmtpConnect,
    /// An SMTP recipient was named.
    SmtpRecipient,
    /// An SMTP message was read.
    SmtpMessage,
}

/// A call that may go wrong.
#[derive(Clone, Copy, Debug)]
pub(super) struct Occasion<'a> {
    pub moment: Moment,
    pub vendor: &'a str,
    pub method: &'a str,
    pub path: &'a str,
    /// Whether it goes on reading where an earlier page ended.
    pub continues: bool,
}

/// What the rules made of a call.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Strike {
    /// What goes wrong, if anything; never [`Kind::Latency`].
    pub kind: Option<Kind>,
    /// How late the answer is.
    pub late: Duration,
}

/// The rules in force.
#[derive(Debug, Default)]
pub(super) struct Faults {
    armed: Vec<Armed>,
}

#[derive(Debug)]
struct Armed {
    rule: Rule,
    seen: u32,
    fired: u32,
}

impl Armed {
    fn is_due(&self) -> bool {
        match self.rule.when {
            When::Nth(nth) => self.seen == nth,
            When::Times(times) => self.fired < times,
            When::Always => true,
        }
    }
}

impl Faults {
    pub fn add(&mut self, rules: Vec<Rule>) {
        self.armed.extend(rules.into_iter().map(|rule| Armed {
            rule,
            seen: 0,
            fired: 0,
        }));
    }

    pub fn clear(&mut self) {
        self.armed.clear();
    }

    /// Shows the call to every rule. Of several that are due, the first added decides; lateness adds up.
    pub fn strike(&mut self, call: &Occasion<'_>) -> Strike {
        let mut strike = Strike::default();
        for armed in self
            .armed
            .iter_mut()
            .filter(|armed| armed.rule.matches(call))
        {
            armed.seen += 1;
            if !armed.is_due() {
                continue;
            }
            if let Kind::Latency { millis } = armed.rule.kind {
                strike.late += Duration::from_millis(millis);
                armed.fired += 1;
            } else if strike.kind.is_none() {
                strike.kind = Some(armed.rule.kind);
                armed.fired += 1;
            }
        }
        strike
    }

    /// How often each rule saw a call and fired, in the order they were added.
    pub fn summary(&self) -> Value {
        let rules = self.armed.iter().map(|Armed { rule, seen, fired }| {
            json!({
                "vendor": rule.vendor,
                "method": rule.method,
                "path": rule.path,
                "kind": format!("{:?}", rule.kind),
                "when": format!("{:?}", rule.when),
                "seen": seen,
                "fired": fired,
            })
        });
        Value::Array(rules.collect())
    }
}

/// A pattern without `*` is looked for anywhere; with one, it has to account for the whole text.
fn path_matches(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let mut rest: Vec<&str> = pieces.collect();
    let Some(last) = rest.pop() else {
        return text.contains(pattern);
    };
    let Some(mut left) = text.strip_prefix(first) else {
        return false;
    };
    for piece in rest {
        match left.find(piece) {
            Some(at) => left = &left[at + piece.len()..],
            None => return false,
        }
    }
    left.ends_with(last)
}

#[cfg(test)]
mod tests;
