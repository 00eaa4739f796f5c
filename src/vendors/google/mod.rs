//! Google Drive, Sheets and Calendar, with one account's tokens.
//!
//! A service account alone owns no storage and may invite nobody; it needs a shared drive, or delegation to a user
//! (`subject`): <https://developers.google.com/identity/protocols/oauth2/service-account>.

pub mod auth;
pub mod calendar;
pub mod drive;
pub mod sheets;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use super::http::{Answer, CallError, Dialect, Failure, Http, Request, Said};
pub use auth::{GoogleAuth, KeyError, ServiceAccountKey};
pub use calendar::Calendar;
pub use drive::Drive;
pub use sheets::Sheets;

/// The scope for the files that this client made or was given: enough to make, fill and share a spreadsheet.
pub const SCOPE_FILES: &str = "https://www.googleapis.com/auth/drive.file";
/// The scope to read and write events.
pub const SCOPE_EVENTS: &str = "https://www.googleapis.com/auth/calendar.events";
/// The scope to see when people are free.
pub const SCOPE_FREE_BUSY: &str = "https://www.googleapis.com/auth/calendar.freebusy";

/// Some limits last for hours, and the answer does not say how many:
/// <https://developers.google.com/workspace/calendar/api/guides/quota>.
const LONG_LIMIT: Duration = Duration::from_secs(3600);

/// Where Google's services are. A sandbox serves all of them at one URL.
#[derive(Clone, Debug)]
pub struct GoogleBases {
    /// Drive.
    pub drive: Url,
    /// Sheets.
    pub sheets: Url,
    /// Calendar.
    pub calendar: Url,
    /// The token endpoint is `/token` below it.
    pub token: Url,
}

impl GoogleBases {
    /// Google itself.
    ///
    /// # Errors
    /// Never in practice: the URLs are constants.
    pub fn live() -> Result<Self, url::ParseError> {
        Ok(Self {
            drive: Url::parse("https://www.googleapis.com")?,
            sheets: Url::parse("https://sheets.googleapis.com")?,
            calendar: Url::parse("https://www.googleapis.com")?,
            token: Url::parse("https://oauth2.googleapis.com")?,
        })
    }

    /// All services at one URL.
    pub fn at(base: &Url) -> Self {
        Self {
            drive: base.clone(),
            sheets: base.clone(),
            calendar: base.clone(),
            token: base.clone(),
        }
    }
}

/// One of Google's services, called with tokens of one account.
#[derive(Clone)]
struct Session {
    http: Http,
    auth: GoogleAuth,
    now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
}

impl Session {
    fn new(
        http: Http,
        auth: GoogleAuth,
        now: impl Fn() -> Timestamp + Send + Sync + 'static,
    ) -> Self {
        let dialect = Dialect {
            error: error_body,
            success: |_| None,
        };
        Self {
            http: http.speaking(dialect),
            auth,
            now: Arc::new(now),
        }
    }

    /// A token can be revoked before its time is up, so that a 401 earns one new token and one more try.
    async fn call(&self, request: Request) -> Result<Answer, CallError> {
        let token = self.auth.token((self.now)()).await?;
        match self.http.call(bearing(request.clone(), &token)).await {
            Err(CallError {
                failure: Failure::Unauthorized(_),
                ..
            }) => {
                self.auth.forget(&token).await;
                let token = self.auth.token((self.now)()).await?;
                self.http.call(bearing(request, &token)).await
            }
            outcome => outcome,
        }
    }

    async fn call_json<T: DeserializeOwned>(&self, request: Request) -> Result<T, CallError> {
        self.call(request).await?.json()
    }
}

fn bearing(request: Request, token: &SecretString) -> Request {
    request.authorization(&format!("Bearer {}", token.expose_secret()))
}

/// Reads `{"error": {"code", "message", "status", "errors": [{"domain", "reason"}]}}`.
///
/// A 403 may mean "slow down", "come back in hours" or "never": only the reason tells. A full store
/// (`storageQuotaExceeded`) shares its domain with rate limits and is for ever:
/// <https://github.com/burnash/gspread/issues/1592>.
fn error_body(status: u16, body: &Value) -> Said {
    let error = &body["error"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut reason = text(&error["errors"][0]["reason"]);
    if reason.is_empty() {
        reason = text(&error["status"]);
    }
    let failure = match (status, reason.as_str()) {
        (403, "rateLimitExceeded" | "userRateLimitExceeded") => {
            Some(Failure::Throttled { retry_after: None })
        }
        (403, "quotaExceeded" | "dailyLimitExceeded") => Some(Failure::Throttled {
            retry_after: Some(LONG_LIMIT),
        }),
        _ => None,
    };
    Said {
        message: text(&error["message"]),
        reason,
        failure,
    }
}

#[cfg(test)]
mod tests;
