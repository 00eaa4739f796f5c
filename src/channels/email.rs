//! Mail, by SMTP.
//!
//! SMTP has no idempotency: a connection that dies after the final dot leaves it open whether the mail was queued
//! (RFC 1047). The Message-ID is therefore the same for every copy, so that mailboxes and people recognise one.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Channel, ChannelCheck, Delivery, DeliveryError, Message, Trace};
use crate::vendors::http::CallError;
use crate::vendors::smtp::{Address, Mail, Smtp};

/// Mail through one submission server.
pub struct Email {
    smtp: Smtp,
    from: String,
    reply_to: Option<String>,
    domain: String,
}

impl Email {
    /// Mail from that address, which also gives Message-IDs their domain.
    pub fn new(smtp: Smtp, from: String, reply_to: Option<String>) -> Self {
        let domain = address(&from)
            .email
            .rsplit_once('@')
            .map_or("localhost", |(_, domain)| domain)
            .to_owned();
        Self {
            smtp,
            from,
            reply_to,
            domain,
        }
    }

    fn message_id(&self, key: &str) -> String {
        format!("{key}@{}", self.domain)
    }
}

#[async_trait]
impl Channel for Email {
    fn name(&self) -> &'static str {
        "email"
    }

    async fn deliver(&self, message: &Message) -> Result<Delivery, DeliveryError> {
        let message_id = self.message_id(&message.key);
        let mail = Mail {
            from: address(&self.from),
            to: &[Address {
                name: None,
                email: &message.to,
            }],
            cc: &[],
            reply_to: self.reply_to.as_deref().map(address),
            subject: &message.subject,
            message_id: &message_id,
            in_reply_to: None,
            references: &[],
            date: message.date,
            // RFC 3834: vacation responders keep quiet.
            headers: &[("Auto-Submitted", "auto-generated")],
            text: &message.text,
            html: message.html.as_deref().unwrap_or_default(),
        };
        match self.smtp.send(&mail).await {
            Ok(()) => Ok(Delivery {
                reference: message_id,
                url: None,
            }),
            Err(error) => Err(delivery_error(&error)),
        }
    }

    async fn check(&self) -> ChannelCheck {
        match self.smtp.check().await {
            Ok(()) => ChannelCheck::Answers,
            Err(error) => ChannelCheck::Faulty(format!(
                "{error}; check [mail] host, port, security, username and password"
            )),
        }
    }

    async fn trace(&self, _message: &Message, _since: Timestamp) -> Result<Trace, DeliveryError> {
        Ok(Trace::CannotKnow)
    }
}

/// Takes `Name <address>` or a bare address apart.
fn address(text: &str) -> Address<'_> {
    match text.trim_end().trim_end_matches('>').split_once('<') {
        Some((name, email)) => Address {
            name: Some(name.trim()).filter(|name| !name.is_empty()),
            email: email.trim(),
        },
        None => Address {
            name: None,
            email: text.trim(),
        },
    }
}

/// What a failed call to a vendor means for a message.
pub(super) fn delivery_error(error: &CallError) -> DeliveryError {
    let message = error.to_string();
    if error.may_have_happened() {
        DeliveryError::InDoubt { message }
    } else if error.is_permanent() {
        DeliveryError::GiveUp { message }
    } else {
        DeliveryError::Later {
            message,
            after: error.retry_after(),
        }
    }
}
