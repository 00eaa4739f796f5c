//! Access tokens: by a service account's signed assertion (RFC 7523) or by a user's refresh token (RFC 6749).

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ::http::Method;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use oauth2::basic::{BasicClient, BasicTokenResponse};
use oauth2::{
    AuthType, ClientId, ClientSecret, HttpRequest, HttpResponse, RefreshToken, RequestTokenError,
    TokenResponse, TokenUrl,
};
use ring::rand::SystemRandom;
use ring::rsa::KeyPair;
use ring::signature::RSA_PKCS1_SHA256;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::vendors::http::{CallError, Dialect, Failure, Http, Repeat, Request, Said, short};

const CALL: &str = "get token";
const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// An assertion may live for an hour and no longer.
const ASSERTION_LIFE: SignedDuration = SignedDuration::from_secs(3600);
/// A clock that is a little ahead of Google's would make an assertion from the future, which is refused.
const BACKDATED: SignedDuration = SignedDuration::from_secs(30);
/// A token is not used in its last minute, as in Google's own clients.
const EARLY: SignedDuration = SignedDuration::from_secs(60);
/// How long a token is believed to live where the answer does not say.
const SHORT_LIFE: SignedDuration = SignedDuration::from_secs(600);

/// A service account's key file, as downloaded from the console. Shows its address and nothing else.
#[derive(Clone)]
pub struct ServiceAccountKey {
    email: String,
    key_id: Option<String>,
    pair: Arc<KeyPair>,
}

/// Why a key file is none. Never quotes it.
#[derive(Debug, Eq, PartialEq, thiserror::Error)]
pub enum KeyError {
    /// Not JSON, or a member is missing.
    #[error("the key file is not a service account's: it needs client_email and private_key")]
    File,
    /// Another kind of credentials.
    #[error("the key file's type is not service_account")]
    Type,
    /// The key inside is no RSA key in PKCS #8.
    #[error("the private key in the key file cannot be read")]
    Key,
}

#[derive(Deserialize)]
struct KeyFile {
    #[serde(rename = "type")]
    kind: Option<String>,
    client_email: String,
    private_key_id: Option<String>,
    private_key: SecretString,
}

impl ServiceAccountKey {
    /// Reads the text of a key file.
    ///
    /// # Errors
    /// When it is no service account's key file.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let file: KeyFile = serde_json::from_str(text).map_err(|_| KeyError::File)?;
        if file.kind.is_some_and(|kind| kind != "service_account") {
            return Err(KeyError::Type);
        }
        let base64: String = file
            .private_key
            .expose_secret()
            .lines()
            .map(str::trim)
            .filter(|line| !line.starts_with("-----"))
            .collect();
        let der = STANDARD.decode(base64).map_err(|_| KeyError::Key)?;
        let pair = KeyPair::from_pkcs8(&der).map_err(|_| KeyError::Key)?;
        Ok(Self {
            email: file.client_email,
            key_id: file.private_key_id,
            pair: Arc::new(pair),
        })
    }

    /// The account's address, to be granted access to drives and calendars.
    pub fn email(&self) -> &str {
        &self.email
    }
}

impl fmt::Debug for ServiceAccountKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("ServiceAccountKey")
            .field("email", &self.email)
            .finish_non_exhaustive()
    }
}

/// One account's access tokens. Clones share them.
#[derive(Clone)]
pub struct GoogleAuth {
    inner: Arc<Inner>,
}

struct Inner {
    http: Http,
    grant: Grant,
    asked: AtomicU64,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    token: Option<Token>,
    last_failure: Option<CallError>,
}

struct Token {
    secret: SecretString,
    good_until: Timestamp,
}

enum Grant {
    ServiceAccount {
        key: ServiceAccountKey,
        subject: Option<String>,
        scope: String,
    },
    RefreshToken {
        client_id: String,
        client_secret: SecretString,
        refresh_token: SecretString,
    },
}

impl GoogleAuth {
    /// Tokens of a service account, acting as `subject` where its administrator has delegated that.
    /// `http` leads to the token endpoint's base, [`GoogleBases::token`](super::GoogleBases::token).
    pub fn service_account(
        http: Http,
        key: &ServiceAccountKey,
        subject: Option<String>,
        scopes: &[&str],
    ) -> Self {
        let grant = Grant::ServiceAccount {
            key: key.clone(),
            subject,
            scope: scopes.join(" "),
        };
        Self::with(http, grant)
    }

    /// Tokens of a user who has consented.
    pub fn refresh_token(
        http: Http,
        client_id: &str,
        client_secret: SecretString,
        refresh_token: SecretString,
    ) -> Self {
        let grant = Grant::RefreshToken {
            client_id: client_id.to_owned(),
            client_secret,
            refresh_token,
        };
        Self::with(http, grant)
    }

    fn with(http: Http, grant: Grant) -> Self {
        let dialect = Dialect {
            error: error_body,
            success: |_| None,
        };
        let inner = Inner {
            http: http.speaking(dialect),
            grant,
            asked: AtomicU64::new(0),
            state: Mutex::default(),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// A token that is good for another minute at least. However many ask at once, one call is made, and those who
    /// waited for it share its outcome.
    ///
    /// # Errors
    /// `Unauthorized` when the key, the delegation or the refresh token is not good: a person has to mend it.
    pub async fn token(&self, now: Timestamp) -> Result<SecretString, CallError> {
        let Inner { asked, state, .. } = self.inner.as_ref();
        let before = asked.load(Ordering::Acquire);
        let mut state = state.lock().await;
        if let Some(token) = state.token.as_ref().filter(|token| now < token.good_until) {
            return Ok(token.secret.clone());
        }
        if asked.load(Ordering::Acquire) != before
            && let Some(failure) = &state.last_failure
        {
            return Err(failure.clone());
        }
        let outcome = self.ask(now).await;
        asked.fetch_add(1, Ordering::AcqRel);
        match outcome {
            Ok(token) => {
                let secret = token.secret.clone();
                state.token = Some(token);
                state.last_failure = None;
                Ok(secret)
            }
            Err(failure) => {
                state.token = None;
                state.last_failure = Some(failure.clone());
                Err(failure)
            }
        }
    }

    /// Drops a token that was refused. One that has replaced it meanwhile is kept, so that many callers who were
    /// refused together make one new token.
    pub async fn forget(&self, refused: &SecretString) {
        let mut state = self.inner.state.lock().await;
        let is_the_same = |token: &Token| token.secret.expose_secret() == refused.expose_secret();
        if state.token.as_ref().is_some_and(is_the_same) {
            state.token = None;
        }
    }

    async fn ask(&self, now: Timestamp) -> Result<Token, CallError> {
        let answer = match &self.inner.grant {
            Grant::ServiceAccount {
                key,
                subject,
                scope,
            } => {
                let endpoint = self.endpoint();
                let claims = claims(key, subject.as_deref(), scope, &endpoint, now);
                let assertion =
                    sign(key, &claims).ok_or_else(|| self.refused("the key cannot sign"))?;
                let request = Request::new(CALL, Method::POST, ["token"], Repeat::Safe)
                    .form(&[("grant_type", JWT_BEARER), ("assertion", &assertion)]);
                self.inner
                    .http
                    .call_json::<BasicTokenResponse>(request)
                    .await?
            }
            Grant::RefreshToken {
                client_id,
                client_secret,
                refresh_token,
            } => {
                let refresh_token = RefreshToken::new(refresh_token.expose_secret().to_owned());
                let url = TokenUrl::new(self.endpoint())
                    .map_err(|_| self.refused("the token URL is none"))?;
                let send = |request: HttpRequest| self.send(request);
                BasicClient::new(ClientId::new(client_id.clone()))
                    .set_client_secret(ClientSecret::new(client_secret.expose_secret().to_owned()))
                    .set_token_uri(url)
                    .set_auth_type(AuthType::RequestBody)
                    .exchange_refresh_token(&refresh_token)
                    .request_async(&send)
                    .await
                    .map_err(|error| self.not_granted(error))?
            }
        };
        let life = answer
            .expires_in()
            .and_then(|life| SignedDuration::try_from(life).ok())
            .unwrap_or(SHORT_LIFE);
        Ok(Token {
            secret: answer.access_token().secret().clone().into(),
            good_until: now.checked_add(life - EARLY).unwrap_or(Timestamp::MAX),
        })
    }

    /// The adapter between the OAuth library, which knows the protocol, and our client, which knows how to call.
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, CallError> {
        let request = Request::new(CALL, Method::POST, ["token"], Repeat::Safe)
            .body("application/x-www-form-urlencoded", request.into_body());
        let answer = self.inner.http.call(request).await?;
        Ok(HttpResponse::new(answer.body.to_vec()))
    }

    fn endpoint(&self) -> String {
        let base = self.inner.http.base_url().as_str();
        format!("{}/token", base.trim_end_matches('/'))
    }

    fn refused(&self, why: &str) -> CallError {
        let failure = Failure::Unauthorized(why.into());
        CallError::new(self.inner.http.vendor(), CALL, failure)
    }

    fn not_granted<T: oauth2::ErrorResponse>(
        &self,
        error: RequestTokenError<CallError, T>,
    ) -> CallError {
        match error {
            RequestTokenError::Request(error) => error,
            // Their texts may quote the answer, which holds a token.
            RequestTokenError::ServerResponse(_)
            | RequestTokenError::Parse(..)
            | RequestTokenError::Other(_) => {
                let failure = Failure::Unreadable("no token in the answer".into());
                CallError::new(self.inner.http.vendor(), CALL, failure)
            }
        }
    }
}

fn claims(
    key: &ServiceAccountKey,
    subject: Option<&str>,
    scope: &str,
    audience: &str,
    now: Timestamp,
) -> Value {
    let issued = now - BACKDATED;
    let mut claims = json!({
        "iss": key.email,
        "scope": scope,
        "aud": audience,
        "iat": issued.as_second(),
        "exp": (issued + ASSERTION_LIFE).as_second(),
    });
    if let Some(subject) = subject {
        claims["sub"] = subject.into();
    }
    claims
}

/// The claims as a JWT signed with RS256.
fn sign(key: &ServiceAccountKey, claims: &Value) -> Option<String> {
    let mut header = json!({ "alg": "RS256", "typ": "JWT" });
    if let Some(key_id) = &key.key_id {
        header["kid"] = key_id.as_str().into();
    }
    let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let signed = format!("{}.{}", encode(&header), encode(claims));
    let mut signature = vec![0; key.pair.public().modulus_len()];
    key.pair
        .sign(
            &RSA_PKCS1_SHA256,
            &SystemRandom::new(),
            signed.as_bytes(),
            &mut signature,
        )
        .ok()?;
    Some(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

/// Reads RFC 6749's `error` and `error_description`. Nearly all come with 400 and mean that the credentials are not
/// good; trying again does not make them better.
fn error_body(status: u16, body: &Value) -> Said {
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let (reason, description) = (text("error"), text("error_description"));
    let message = match (reason.is_empty(), description.is_empty()) {
        (false, false) => format!("{reason}: {description}"),
        (false, true) => reason.clone(),
        (true, _) => description.clone(),
    };
    let failure = match reason.as_str() {
        "invalid_scope" => Some(Failure::Forbidden {
            reason: reason.clone(),
            message: short(&description),
        }),
        ""
        | "invalid_request"
        | "internal_failure"
        | "server_error"
        | "temporarily_unavailable" => None,
        _ if (400..500).contains(&status) && status != 429 => {
            Some(Failure::Unauthorized(short(&message)))
        }
        _ => None,
    };
    Said {
        message,
        reason,
        failure,
    }
}

#[cfg(test)]
pub(in crate::vendors) mod tests;
