//! What makes a grant good: times, scopes, and the one refresh token.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{CLIENT_ID, Caller, Denial, LIFETIME, Standing};
use crate::sandbox::google::accounts::WORKSPACE_ACCOUNT;

/// How far a client's clock may be off.
const LEEWAY: SignedDuration = SignedDuration::from_mins(10);
/// What every scope but the `OpenID` ones begins with.
pub const SCOPE_PREFIX: &str = "https://www.googleapis.com/auth/";
const OPEN_ID: [&str; 3] = ["openid", "email", "profile"];
const CLIENT_SECRET: &str = "sandbox-client-secret";
const REFRESH_TOKEN: &str = "sandbox-refresh-token";
/// What the holder of the refresh token consented to.
const CONSENTED: [&str; 6] = [
    "drive",
    "drive.file",
    "spreadsheets",
    "calendar",
    "calendar.events",
    "calendar.freebusy",
];
/// What the organisation's administrator let the service account do on behalf of people, as families of scopes.
const DELEGATED: [&str; 3] = ["drive", "spreadsheets", "calendar"];

/// A clock that is off is the usual cause, so the text speaks of "a reasonable timeframe".
pub fn check_times(claims: &Value, now: Timestamp) -> Result<(), Denial> {
    let instant = |name: &str| {
        claims[name]
            .as_i64()
            .and_then(|seconds| Timestamp::from_second(seconds).ok())
    };
    let fits = match (instant("iat"), instant("exp")) {
        (Some(issued), Some(expires)) => {
            expires > issued
                && expires <= issued + LIFETIME
                && issued <= now + LEEWAY
                && issued >= now - LEEWAY
                && expires > now
                && expires <= now + LIFETIME + LEEWAY
        }
        (None, _) | (_, None) => false,
    };
    if fits {
        Ok(())
    } else {
        Err((
            400,
            "invalid_grant",
            "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your \
             iat and exp values in the JWT claim."
                .into(),
        ))
    }
}

/// The scopes of a space-separated list, without their common prefix.
pub fn scopes(text: &str) -> Result<Vec<String>, Denial> {
    if text.trim().is_empty() {
        return Err((
            400,
            "invalid_scope",
            "Empty or missing scope not allowed.".into(),
        ));
    }
    text.split_whitespace()
        .map(|scope| {
            scope
                .strip_prefix(SCOPE_PREFIX)
                .filter(|name| !name.is_empty())
                .or_else(|| OPEN_ID.contains(&scope).then_some(scope))
                .map(str::to_owned)
                .ok_or_else(|| {
                    (
                        400,
                        "invalid_scope",
                        format!("Invalid OAuth scope or ID token audience provided: {scope}"),
                    )
                })
        })
        .collect()
}

/// Whether the administrator let the service account use that scope on behalf of people.
pub fn is_delegated(scope: &str) -> bool {
    OPEN_ID.contains(&scope)
        || DELEGATED
            .iter()
            .any(|family| scope.split('.').next() == Some(family))
}

/// Who a refresh token acts as.
///
/// # Errors
/// A client, token or scope that is not the sandbox's.
pub fn refresh(
    client: (&str, &str),
    token: &str,
    narrowed: Option<&str>,
) -> Result<Caller, Denial> {
    if client != (CLIENT_ID, CLIENT_SECRET) {
        return Err((
            401,
            "invalid_client",
            "The OAuth client was not found.".into(),
        ));
    }
    if token != REFRESH_TOKEN {
        return Err((
            400,
            "invalid_grant",
            "Token has been expired or revoked.".into(),
        ));
    }
    let scopes = match narrowed {
        None => CONSENTED.iter().map(|scope| (*scope).to_owned()).collect(),
        Some(text) => scopes(text)?,
    };
    if let Some(scope) = scopes
        .iter()
        .find(|scope| !CONSENTED.contains(&scope.as_str()))
    {
        return Err((400, "invalid_scope", format!("Not consented to: {scope}")));
    }
    Ok(Caller {
        email: WORKSPACE_ACCOUNT.into(),
        client: CLIENT_ID.into(),
        standing: Standing::Person,
        scopes,
    })
}
