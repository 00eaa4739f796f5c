//! What of the record is missing, and how that is said on the page. No text of the record's own is in it but channels'
//! names.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::vendors::http::Failure;
use crate::vendors::slack::Stop;

/// Why something could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    NotThere,
    NotInChannel,
    NoScope,
    TokenRefused,
    Refused,
    TooMuch,
    PagesLeadNowhere,
    Throttled,
    NoAnswer,
}

impl Why {
    pub fn of(stop: &Stop) -> Self {
        match stop {
            Stop::Spent => Self::TooMuch,
            Stop::Astray => Self::PagesLeadNowhere,
            Stop::Failed(error) => Self::of_failure(&error.failure),
        }
    }

    pub fn of_failure(failure: &Failure) -> Self {
        match failure {
            Failure::NotFound(_) => Self::NotThere,
            Failure::Refused { message, .. } if message == "not_in_channel" => Self::NotInChannel,
            Failure::Forbidden { reason, .. } if reason == "missing_scope" => Self::NoScope,
            Failure::Unauthorized(_) => Self::TokenRefused,
            Failure::Refused { .. } | Failure::Forbidden { .. } | Failure::Conflict(_) => {
                Self::Refused
            }
            Failure::Throttled { .. } => Self::Throttled,
            Failure::NotReached(_)
            | Failure::Unavailable { .. }
            | Failure::OutcomeUnknown(_)
            | Failure::Unreadable(_) => Self::NoAnswer,
        }
    }

    /// Whether it may be otherwise later, without anybody doing anything.
    pub fn passes(self) -> bool {
        match self {
            Self::TooMuch | Self::Throttled | Self::NoAnswer => true,
            Self::NotThere
            | Self::NotInChannel
            | Self::NoScope
            | Self::TokenRefused
            | Self::Refused
            | Self::PagesLeadNowhere => false,
        }
    }

    /// Whether asking for something else of the same kind would meet the same.
    pub fn concerns_others(self) -> bool {
        match self {
            Self::TooMuch | Self::Throttled | Self::NoScope | Self::TokenRefused => true,
            Self::NotThere
            | Self::NotInChannel
            | Self::Refused
            | Self::PagesLeadNowhere
            | Self::NoAnswer => false,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::NotThere => "there is none that the app may see (invite it)",
            Self::NotInChannel => "the app is not in the channel (invite it)",
            Self::NoScope => {
                "the app lacks a scope (channels:history, groups:history for private channels, users:read)"
            }
            Self::TokenRefused => "its token is not accepted",
            Self::Refused => "Slack refuses it",
            Self::TooMuch => "it is more than is read at a time",
            Self::PagesLeadNowhere => "Slack's pages lead nowhere",
            Self::Throttled => "Slack allows no more requests for now",
            Self::NoAnswer => "Slack gave no answer that can be read",
        }
    }
}

/// Something that is missing. Channels are named by id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Gap {
    /// Nothing could be read at all.
    Everything { why: Why },
    /// Nothing of a channel.
    Channel { channel: String, why: Why },
    /// What was written in a channel before that time.
    Older {
        channel: String,
        before: Timestamp,
        why: Why,
    },
    /// Answers in threads, or some of them.
    Threads {
        channel: String,
        count: usize,
        why: Why,
    },
    /// Messages that make no sense.
    Messages { channel: String, count: usize },
    /// People whom Slack does not show any more.
    People { channel: String, count: usize },
    /// People who could not be asked for.
    Names { count: usize, why: Why },
}

impl Gap {
    /// The channel that it is about.
    pub fn channel(&self) -> Option<&str> {
        match self {
            Self::Channel { channel, .. }
            | Self::Older { channel, .. }
            | Self::Threads { channel, .. }
            | Self::Messages { channel, .. }
            | Self::People { channel, .. } => Some(channel),
            Self::Everything { .. } | Self::Names { .. } => None,
        }
    }

    /// The sentence for the page; a channel that has no name here is named by its id.
    pub fn sentence(&self, names: &BTreeMap<String, String>) -> String {
        let named = |channel: &String| match names.get(channel) {
            Some(name) => format!("#{name}"),
            None => format!("channel {channel}"),
        };
        match self {
            Self::Everything { why } => format!("Slack could not be read: {}", why.words()),
            Self::Channel { channel, why } => {
                format!(
                    "Slack's {} could not be read: {}",
                    named(channel),
                    why.words()
                )
            }
            Self::Older {
                channel,
                before,
                why,
            } => format!(
                "What was written in Slack's {} before {} could not be read: {}",
                named(channel),
                before.strftime("%Y-%m-%d %H:%M UTC"),
                why.words()
            ),
            Self::Threads {
                channel,
                count,
                why,
            } => format!(
                "Answers in {} of Slack's {} could not be read: {}",
                counted(*count, "thread", "threads"),
                named(channel),
                why.words()
            ),
            Self::Messages { channel, count } => format!(
                "{} in {} could not be understood",
                counted(*count, "message", "messages"),
                named(channel)
            ),
            Self::People { channel, count } => format!(
                "{} in {} {} not known to Slack any more",
                counted(*count, "person", "people"),
                named(channel),
                if *count == 1 { "is" } else { "are" }
            ),
            Self::Names { count, why } => format!(
                "The names of {} could not be read from Slack: {}",
                counted(*count, "person", "people"),
                why.words()
            ),
        }
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
