//! The one place where HTTP clients are built, and the one way in which a vendor is called.
//!
//! Every call has a timeout for each attempt, a cap on the answer, no redirects (they would carry credentials
//! to elsewhere), and few, short repetitions. Whether a request may be repeated is said by the caller, since only
//! the caller knows: see [`Repeat`]. No URL reaches an error or a log, because queries hold names and addresses.

mod answer;
mod each;
mod failure;
mod request;
mod retry_after;
mod transport;

use std::time::Duration;

use ::http::StatusCode;
use backon::{ExponentialBuilder, Retryable};
use bytes::{Bytes, BytesMut};
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

pub use answer::Answer;
pub use each::{Each, Unreadable, patiently};
use failure::classify;
pub use failure::{CallError, Failure, Said, if_there, short};
pub use request::{Repeat, Request, json_bytes};
use transport::Distance;
pub use transport::Transport;

/// A wait inside a call is never longer: past that the caller has better things to do, and a lease to keep.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
const FIRST_WAIT: Duration = Duration::from_millis(200);
/// Where vendors put their name for an exchange.
const REQUEST_IDS: [&str; 4] = [
    "atl-request-id",
    "atl-traceid",
    "x-request-id",
    "x-slack-req-id",
];

/// How to reach one vendor.
#[derive(Clone, Debug)]
pub struct HttpOptions {
    /// Where the vendor's paths begin; may have a path of its own.
    pub base_url: Url,
    /// The longest answer that is read, in bytes after decompression.
    pub max_body: usize,
    /// How often a call is tried in all; 1 means no repetition.
    pub attempts: u32,
}

/// Why a client could not be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The base URL is none that calls can be made to.
    #[error("{vendor}: the base URL must begin with http:// or https:// and have no query")]
    BaseUrl {
        /// Whose.
        vendor: &'static str,
    },
    /// No HTTP client could be made: no root certificates on this machine, or an impossible user agent.
    #[error("{vendor}: no HTTP client could be built")]
    Client {
        /// Whose.
        vendor: &'static str,
        /// What the library says.
        #[source]
        source: reqwest::Error,
    },
}

/// How a vendor words its answers.
#[derive(Clone, Copy)]
pub struct Dialect {
    /// What an error body says; `Value::Null` where it is no JSON.
    pub error: fn(status: u16, body: &Value) -> Said,
    /// The failure inside an answer that claims success, for vendors that have such.
    pub success: fn(body: &[u8]) -> Option<Failure>,
}

/// A vendor reached over HTTP. Clones share connections.
#[derive(Clone)]
pub struct Http {
    vendor: &'static str,
    client: reqwest::Client,
    transport: Transport,
    base_url: Url,
    max_body: usize,
    attempts: u32,
    dialect: Dialect,
}

impl Http {
    /// A client of `vendor`.
    ///
    /// # Errors
    /// When the base URL is none, or when no TLS client can be made on this machine.
    pub fn new(
        vendor: &'static str,
        transport: &Transport,
        options: HttpOptions,
    ) -> Result<Self, BuildError> {
        let HttpOptions {
            base_url,
            max_body,
            attempts,
        } = options;
        let known_scheme = matches!(base_url.scheme(), "http" | "https");
        if !known_scheme || base_url.query().is_some() {
            return Err(BuildError::BaseUrl { vendor });
        }
        let distance = if base_url.scheme() == "http" && is_loopback(&base_url) {
            Distance::Near
        } else {
            Distance::Far
        };
        Ok(Self {
            vendor,
            client: transport.client(vendor, distance)?,
            transport: transport.clone(),
            base_url,
            max_body,
            attempts: attempts.max(1),
            dialect: Dialect {
                error: |_, _| Said::default(),
                success: |_| None,
            },
        })
    }

    /// The same client, reading answers in that dialect.
    pub fn speaking(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }

    /// Where the vendor's paths begin.
    pub fn base_url(&self) -> &Url {
        &self.base_url
    }

    /// The vendor's name.
    pub fn vendor(&self) -> &'static str {
        self.vendor
    }

    /// Sends the request, again if that is allowed and may help, and reads the whole answer.
    ///
    /// # Errors
    /// Any [`Failure`]; the last one met.
    pub async fn call(&self, request: Request) -> Result<Answer, CallError> {
        let url = match &request.address {
            None => self.url(&request.path, &request.query),
            Some(address) if address.origin() == self.base_url.origin() => address.clone(),
            Some(_) => {
                let failure = Failure::Refused {
                    status: 400,
                    message: "an address on another host, which credentials are not for".into(),
                };
                return Err(CallError::new(self.vendor, request.call, failure));
            }
        };
        let repeat = request.repeat;
        let backoff = ExponentialBuilder::default()
            .with_jitter()
            .with_min_delay(FIRST_WAIT)
            .with_max_delay(LONGEST_WAIT)
            .with_max_times(self.attempts as usize - 1);
        (|| self.attempt(&request, url.clone()))
            .retry(backoff)
            .when(move |missed: &Missed| may_repeat(repeat, &missed.error.failure))
            .adjust(|missed, wait| patience(wait, missed.retry_after))
            .await
            .map_err(|missed| missed.error)
    }

    /// [`call`](Self::call), with the answer read as JSON.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub async fn call_json<T: DeserializeOwned>(&self, request: Request) -> Result<T, CallError> {
        self.call(request).await?.json()
    }

    fn url(&self, path: &[String], query: &[(&'static str, String)]) -> Url {
        let mut url = self.base_url.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }

    async fn attempt(&self, request: &Request, url: Url) -> Result<Answer, Missed> {
        let Request {
            call,
            method,
            headers,
            body,
            ..
        } = request;
        let missed = |failure, head: Option<&Head>| Missed {
            error: CallError {
                vendor: self.vendor,
                call,
                failure,
                request_id: head.and_then(|head| head.request_id.clone()),
            },
            retry_after: head.and_then(|head| head.retry_after),
        };
        self.transport.count(self.vendor);
        let sent = self
            .client
            .request(method.clone(), url)
            .headers(headers.clone())
            .body(body.clone())
            .send()
            .await;
        let response = match sent {
            Ok(response) => response,
            Err(error) => {
                let failure = not_answered(error);
                tracing::debug!(vendor = self.vendor, call, %failure, "call");
                return Err(missed(failure, None));
            }
        };
        let head = Head::of(&response);
        tracing::debug!(
            vendor = self.vendor,
            call,
            status = head.status.as_u16(),
            "call"
        );
        let body = self.read(response).await;
        if head.status.is_success() {
            let body = body.map_err(|failure| missed(failure, Some(&head)))?;
            return match (self.dialect.success)(&body) {
                None => Ok(Answer {
                    vendor: self.vendor,
                    call,
                    request_id: head.request_id,
                    html: head.html,
                    body,
                }),
                Some(failure) => {
                    let said = Said {
                        failure: Some(failure),
                        ..Said::default()
                    };
                    Err(missed(classify(200, said, head.retry_after), Some(&head)))
                }
            };
        }
        // The status has told the outcome; a body that was cut short only costs the vendor's words.
        let words = body
            .ok()
            .and_then(|body| serde_json::from_slice(&body).ok())
            .unwrap_or(Value::Null);
        let status = head.status.as_u16();
        let mut said = (self.dialect.error)(status, &words);
        if said.message.trim().is_empty() {
            said.message = head.status.canonical_reason().unwrap_or_default().into();
        }
        Err(missed(
            classify(status, said, head.retry_after),
            Some(&head),
        ))
    }

    async fn read(&self, mut response: reqwest::Response) -> Result<Bytes, Failure> {
        let mut body = BytesMut::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() > self.max_body => {
                    let limit = self.max_body;
                    return Err(Failure::Unreadable(format!("more than {limit} bytes")));
                }
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => return Ok(body.freeze()),
                Err(error) => return Err(Failure::OutcomeUnknown(words_of(error))),
            }
        }
    }
}

/// One attempt that failed, with the wait its answer asked for.
struct Missed {
    error: CallError,
    retry_after: Option<Duration>,
}

/// What is kept of an answer's head.
struct Head {
    status: StatusCode,
    request_id: Option<String>,
    retry_after: Option<Duration>,
    html: bool,
}

impl Head {
    fn of(response: &reqwest::Response) -> Self {
        let headers = response.headers();
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        Self {
            status: response.status(),
            request_id: REQUEST_IDS.iter().find_map(|name| text(name)).map(short),
            retry_after: retry_after::read(headers),
            html: text("content-type").is_some_and(|kind| kind.starts_with("text/html")),
        }
    }
}

fn may_repeat(repeat: Repeat, failure: &Failure) -> bool {
    match failure {
        Failure::NotReached(_) | Failure::Throttled { .. } => true,
        Failure::Unavailable { .. } | Failure::OutcomeUnknown(_) => repeat == Repeat::Safe,
        Failure::Unauthorized(_)
        | Failure::Forbidden { .. }
        | Failure::NotFound(_)
        | Failure::Conflict(_)
        | Failure::Refused { .. }
        | Failure::Unreadable(_) => false,
    }
}

/// How long to wait before the next attempt: what the vendor asked for where that is short; never, where it is long.
fn patience(planned: Option<Duration>, asked: Option<Duration>) -> Option<Duration> {
    let planned = planned?.min(LONGEST_WAIT);
    match asked {
        None => Some(planned),
        Some(asked) if asked <= LONGEST_WAIT => Some(asked.max(planned)),
        Some(_) => None,
    }
}

fn not_answered(error: reqwest::Error) -> Failure {
    let nothing_was_sent = error.is_connect() || error.is_builder();
    let words = words_of(error);
    if nothing_was_sent {
        Failure::NotReached(words)
    } else {
        Failure::OutcomeUnknown(words)
    }
}

/// The error and its causes on one line. The URL is taken off first: it may hold a secret or a person's address.
fn words_of(error: reqwest::Error) -> String {
    let timed_out = error.is_timeout();
    let error = error.without_url();
    let mut words = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(next) = cause {
        let text = next.to_string();
        if !words.ends_with(&text) {
            words = format!("{words}: {text}");
        }
        cause = next.source();
    }
    if timed_out {
        words = format!("timed out ({words})");
    }
    short(&words)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests;
