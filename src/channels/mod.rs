//! The port `Channel`: a rendered message goes in, a delivered one comes out.
//!
//! Adding a channel is one file here, a section in the configuration and a line where the program is put together.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

pub mod email;
pub mod slack;

/// A rendered message, ready for one recipient.
#[derive(Clone, Debug)]
pub struct Message {
    /// The effect's key as a hash: the same for every copy of this message, and stored by the vendor with it.
    pub key: String,
    /// An address, a recipient list or a channel id.
    pub to: String,
    /// One line; channels without subjects leave it out.
    pub subject: String,
    /// The text in the channel's own plain form.
    pub text: String,
    /// The same as HTML, where the channel shows it.
    pub html: Option<String>,
    /// When it was first meant to go out: every copy of an announcement carries this date.
    pub date: Timestamp,
}

/// What became of a message whose outcome was in doubt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trace {
    /// It is there.
    Found(Delivery),
    /// It is not.
    Absent,
    /// The channel cannot be asked.
    CannotKnow,
}

/// A delivered message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// What the channel calls it: a Message-ID, a channel and timestamp.
    pub reference: String,
    /// Where people find it, where that can be said.
    pub url: Option<String>,
}

/// Why a message was not delivered, by what the caller may do.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// Nothing was delivered; try again, not before the given time if there is one.
    #[error("{message}")]
    Later {
        /// What went wrong.
        message: String,
        /// How long the channel asked to wait.
        after: Option<Duration>,
    },
    /// It may or may not have been delivered: ask [`Channel::trace`] before another try.
    #[error("{message}")]
    InDoubt {
        /// What went wrong.
        message: String,
    },
    /// It will not be delivered unless a person changes something.
    #[error("{message}")]
    GiveUp {
        /// What to change.
        message: String,
    },
}

/// What asking a channel for a sign of life found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChannelCheck {
    /// It answers, and takes the credentials.
    Answers,
    /// It does not; why, and what to do.
    Faulty(String),
}

/// A way to reach people.
#[async_trait]
pub trait Channel: Send + Sync {
    /// Its name in logs.
    fn name(&self) -> &'static str;

    /// Delivers one message.
    ///
    /// # Errors
    /// By what the caller may do; see [`DeliveryError`].
    async fn deliver(&self, message: &Message) -> Result<Delivery, DeliveryError>;

    /// Asks for a sign of life; delivers nothing.
    async fn check(&self) -> ChannelCheck;

    /// Looks for a message that may have been delivered at any time since about `since`.
    ///
    /// # Errors
    /// When the channel could be asked but did not answer.
    async fn trace(&self, message: &Message, since: Timestamp) -> Result<Trace, DeliveryError>;
}
