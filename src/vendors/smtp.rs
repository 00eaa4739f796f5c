//! Mail out, over SMTP.
//!
//! SMTP has one moment that cannot be made safe: when the connection dies after the final dot, nobody knows whether
//! the mail was taken (RFC 1047). That is [`Failure::OutcomeUnknown`]; a Message-ID of our own lets mailboxes
//! see that two copies are one mail.

mod message;

use std::time::Duration;

use lettre::transport::smtp::authentication::Credentials as SmtpCredentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use secrecy::{ExposeSecret, SecretString};

use super::http::{CallError, Failure, short};
pub use message::{Address, Mail};

const VENDOR: &str = "smtp";
const SEND: &str = "send mail";
const LONGEST_CONNECT: Duration = Duration::from_secs(10);

/// How to reach a mail server.
#[derive(Clone)]
pub struct SmtpOptions {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the way there is kept private.
    pub security: Security,
    /// Who we are; none for a relay that knows us by our address.
    pub credentials: Option<Credentials>,
    /// The longest that sending one mail may take.
    pub timeout: Duration,
}

/// How the way to the server is kept private.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Security {
    /// Not at all: for a relay in one's own network only.
    None,
    /// By STARTTLS, which is insisted on (usually port 587).
    StartTls,
    /// By TLS from the first byte on (usually port 465).
    Tls,
}

/// A name and its password.
#[derive(Clone)]
pub struct Credentials {
    /// The name.
    pub username: String,
    /// The password.
    pub password: SecretString,
}

/// Why the server's settings cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("no TLS client for the mail server: {0}")]
pub struct BuildError(String);

/// A mail server. Clones share connections.
#[derive(Clone)]
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    timeout: Duration,
}

impl Smtp {
    /// The server of those options; nothing is sent yet.
    ///
    /// # Errors
    /// When no TLS client can be made for that host name.
    pub fn new(options: &SmtpOptions) -> Result<Self, BuildError> {
        let parameters = || {
            TlsParameters::new(options.host.clone())
                .map_err(|error| BuildError(short(&error.to_string())))
        };
        let tls = match options.security {
            Security::None => Tls::None,
            Security::StartTls => Tls::Required(parameters()?),
            Security::Tls => Tls::Wrapper(parameters()?),
        };
        // "Dangerous" means that nothing is encrypted unless `tls` says so, which it does.
        let mut builder =
            AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(options.host.as_str())
                .port(options.port)
                .tls(tls)
                .timeout(Some(LONGEST_CONNECT.min(options.timeout / 2)));
        if let Some(Credentials { username, password }) = &options.credentials {
            let password = password.expose_secret().to_owned();
            builder = builder.credentials(SmtpCredentials::new(username.clone(), password));
        }
        Ok(Self {
            transport: builder.build(),
            timeout: options.timeout,
        })
    }

    /// Hands a mail to the server, for all its recipients or for none.
    ///
    /// # Errors
    /// `Refused` for an address or a header that cannot be, and for a 5xx reply; `Throttled` for a 4xx reply, which
    /// means "not now"; `NotReached` when no connection was made; `OutcomeUnknown` when it broke afterwards.
    pub async fn send(&self, mail: &Mail<'_>) -> Result<(), CallError> {
        let message = message::build(mail).map_err(|message| {
            failed(Failure::Refused {
                status: 553,
                message,
            })
        })?;
        let transport = self.transport.clone();
        // A task of its own: were the conversation dropped half-way, its connection would go back to the pool and the
        // next mail would read this one's replies. Left alone it ends by itself.
        let sending = tokio::spawn(async move { transport.send(message).await });
        match tokio::time::timeout(self.timeout, sending).await {
            Ok(Ok(Ok(_))) => Ok(()),
            Ok(Ok(Err(error))) => Err(failed(classify(&error))),
            Ok(Err(_)) => Err(failed(Failure::OutcomeUnknown(
                "sending was cut off".into(),
            ))),
            Err(_) => Err(failed(Failure::OutcomeUnknown("timed out".into()))),
        }
    }

    /// Connects, and greets the server.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn check(&self) -> Result<(), CallError> {
        let transport = self.transport.clone();
        let greeting = tokio::spawn(async move { transport.test_connection().await });
        let failure = match tokio::time::timeout(self.timeout, greeting).await {
            Ok(Ok(Ok(true))) => return Ok(()),
            Ok(Ok(Ok(false))) => Failure::NotReached("the server does not answer".into()),
            Ok(Ok(Err(error))) => classify(&error),
            Ok(Err(_)) | Err(_) => Failure::NotReached("timed out".into()),
        };
        Err(CallError::new(VENDOR, "check", failure))
    }
}

fn failed(failure: Failure) -> CallError {
    CallError::new(VENDOR, SEND, failure)
}

fn classify(error: &lettre::transport::smtp::Error) -> Failure {
    let message = short(&error.to_string());
    match error.status().map(u16::from) {
        Some(530 | 534 | 535) => Failure::Unauthorized(message),
        // A reply of 4xx is the server's word that it has not taken the mail, whenever it comes.
        Some(400..=499) => Failure::Throttled { retry_after: None },
        Some(status) => Failure::Refused { status, message },
        None if error.is_client() => Failure::Refused {
            status: 554,
            message,
        },
        None if error.is_tls() || is_connecting(error) => Failure::NotReached(message),
        None => Failure::OutcomeUnknown(message),
    }
}

/// lettre has a kind for "no connection was made" and no question for it; its text tells, and a test holds it to that.
fn is_connecting(error: &lettre::transport::smtp::Error) -> bool {
    error.to_string().starts_with("Connection error")
}

#[cfg(test)]
mod tests;
