//! How each vendor words a refusal that a fault asks for: too many calls, an expired token, a failure of its own.

use serde_json::{Value, json};

use crate::sandbox::wire::{Reply, Request};

/// 429 as this vendor words it; Slack's and PagerDuty's clients look into the body, not only at the status.
pub(super) fn throttled(vendor: &str, request: &Request, retry_after: Option<u64>) -> Reply {
    let reply = match vendor {
        "slack" => Reply::json(429, &json!({"ok": false, "error": "ratelimited"})),
        "pagerduty" => Reply::json(429, &pagerduty(2020, "Rate Limit Exceeded")),
        "google" => Reply::json(
            429,
            &google(
                request,
                429,
                "RESOURCE_EXHAUSTED",
                "rateLimitExceeded",
                "Rate Limit Exceeded",
            ),
        ),
        "confluence" => Reply::json(
            429,
            &confluence(request, 429, "TOO_MANY_REQUESTS", "Rate limit exceeded"),
        ),
        "opsgenie" | "statuspage" => Reply::json(
            429,
            &json!({"message": "You are making too many requests!"}),
        ),
        _ => Reply::json(429, &json!({"error": "too many requests"})),
    };
    match retry_after {
        Some(seconds) => reply.with("retry-after", seconds.to_string()),
        None => reply,
    }
}

/// The vendor's own failure.
pub(super) fn failed(vendor: &str, request: &Request) -> Reply {
    match vendor {
        "slack" => Reply::json(500, &json!({"ok": false, "error": "internal_error"})),
        "pagerduty" => Reply::json(500, &pagerduty(2000, "Internal Server Error")),
        "google" => Reply::json(
            500,
            &google(
                request,
                500,
                "INTERNAL",
                "backendError",
                "Internal error encountered.",
            ),
        ),
        "confluence" => Reply::json(
            500,
            &confluence(
                request,
                500,
                "INTERNAL_SERVER_ERROR",
                "Internal server error",
            ),
        ),
        _ => Reply::json(500, &json!({"error": "internal error"})),
    }
}

/// A credential that was good yesterday. Slack says so with status 200, as it says everything.
pub(super) fn expired(vendor: &str, request: &Request) -> Reply {
    match vendor {
        "slack" => Reply::json(200, &json!({"ok": false, "error": "token_expired"})),
        "pagerduty" => Reply::json(
            401,
            &pagerduty(2006, "You are not authorized to perform this action."),
        ),
        "google" if request.path == "/token" => Reply::json(
            400,
            &json!({
                "error": "invalid_grant",
                "error_description": "Token has been expired or revoked.",
            }),
        ),
        "google" => Reply::json(
            401,
            &google(
                request,
                401,
                "UNAUTHENTICATED",
                "authError",
                "Request had invalid authentication credentials.",
            ),
        )
        .with(
            "www-authenticate",
            "Bearer realm=\"https://accounts.google.com/\", error=\"invalid_token\"",
        ),
        "confluence" => Reply::json(
            401,
            &confluence(request, 401, "UNAUTHORIZED", "Unauthorized"),
        ),
        _ => Reply::json(401, &json!({"error": "unauthorized"})),
    }
}

/// A cursor of Slack's that is no longer good. The page before is all that was read.
pub(super) fn stale_cursor() -> Reply {
    Reply::json(200, &json!({"ok": false, "error": "invalid_cursor"}))
}

/// What a proxy or a single sign-on puts in the place of an answer.
pub(super) fn login_page() -> Reply {
    Reply::html("<!DOCTYPE html><html><head><title>Sign in</title></head><body><form>Sign in to continue</form></body></html>".into())
}

fn pagerduty(code: u16, message: &str) -> Value {
    json!({"error": {"message": message, "code": code}})
}

fn google(request: &Request, code: u16, status: &str, reason: &str, message: &str) -> Value {
    // The token endpoint is OAuth's, not one of the APIs; its errors are a word and a sentence.
    if request.path == "/token" {
        return json!({"error": status.to_lowercase(), "error_description": message});
    }
    json!({"error": {
        "code": code,
        "message": message,
        "status": status,
        "errors": [{"message": message, "domain": "global", "reason": reason}],
    }})
}

fn confluence(request: &Request, status: u16, code: &str, title: &str) -> Value {
    if request.path.contains("/wiki/rest/api") {
        json!({"statusCode": status, "message": title, "data": {"authorized": status != 401, "valid": true, "errors": [], "successful": false}})
    } else if request.path.starts_with("/rest/") {
        json!({
            "statusCode": status, "message": title, "reason": title,
            "data": {"authorized": status != 401, "valid": true, "allowedInReadOnlyMode": true, "errors": [], "successful": false},
        })
    } else {
        json!({"errors": [{"status": status, "code": code, "title": title, "detail": null}]})
    }
}
