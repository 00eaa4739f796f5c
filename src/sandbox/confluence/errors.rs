//! How Confluence says no: one refusal, three envelopes.
//!
//! v2 answers `errors: [{status, code, title, detail}]`, v1 answers `{statusCode, data, message}`; a client that reads
//! only one of the two loses the reason for half of its failures. Data Center's is v1's with a reason, and with whether
//! read-only mode would have let it pass.

use serde_json::json;

use crate::sandbox::wire::Reply;

/// Which of the APIs a request was made to; it decides the shape of a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Generation {
    /// `/wiki/rest/api`
    V1,
    /// `/wiki/api/v2`
    V2,
    /// `/rest/api`
    DataCenter,
}

/// A request that is not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    status: u16,
    code: &'static str,
    title: String,
}

/// What every call comes to.
pub(super) type Answer = Result<Reply, Refusal>;

impl Refusal {
    /// 400: the request itself is wrong.
    pub(super) fn invalid(title: impl Into<String>) -> Self {
        Self {
            status: 400,
            code: "INVALID_REQUEST_PARAMETER",
            title: title.into(),
        }
    }

    /// 400 for a value of the wrong type, in Confluence's words.
    pub(super) fn wrong_type(value: &str, name: &str, expected: &str) -> Self {
        Self::invalid(format!(
            "Provided value {{{value}}} for '{name}' is not the correct type. Expected type is {expected}"
        ))
    }

    /// 401: no credentials, or wrong ones.
    pub(super) fn unauthorized() -> Self {
        Self {
            status: 401,
            code: "UNAUTHORIZED",
            title: "Unauthorized".to_owned(),
        }
    }

    /// 403: the account may see the thing, but not do this to it.
    pub(super) fn forbidden(title: impl Into<String>) -> Self {
        Self {
            status: 403,
            code: "FORBIDDEN",
            title: title.into(),
        }
    }

    /// 404: absent, or invisible to the account, which is the same from outside.
    pub(super) fn not_found(title: impl Into<String>) -> Self {
        Self {
            status: 404,
            code: "NOT_FOUND",
            title: title.into(),
        }
    }

    /// 405: the path exists, the method does not.
    pub(super) fn method_not_allowed(method: &str) -> Self {
        Self {
            status: 405,
            code: "METHOD_NOT_ALLOWED",
            title: format!("Request method '{method}' is not supported"),
        }
    }

    /// 409: somebody else was there first.
    pub(super) fn conflict(title: impl Into<String>) -> Self {
        Self {
            status: 409,
            code: "CONFLICT",
            title: title.into(),
        }
    }

    /// 410: an endpoint that Cloud no longer has.
    pub(super) fn gone() -> Self {
        Self {
            status: 410,
            code: "GONE",
            title: "This deprecated endpoint has been removed; use /wiki/api/v2".to_owned(),
        }
    }

    /// 413: over 5 MB.
    pub(super) fn too_large() -> Self {
        Self {
            status: 413,
            code: "REQUEST_TOO_LARGE",
            title: "Request body exceeds the limit of 5 MB".to_owned(),
        }
    }

    /// 415: the body is not declared to be JSON.
    pub(super) fn unsupported_media_type(given: &str) -> Self {
        Self {
            status: 415,
            code: "UNSUPPORTED_MEDIA_TYPE",
            title: format!("Content type '{given}' is not supported; application/json is"),
        }
    }

    /// The refusal as that API words it.
    pub(super) fn reply(&self, generation: Generation) -> Reply {
        let body = match generation {
            Generation::V2 => json!({
                "errors": [{ "status": self.status, "code": self.code, "title": self.title, "detail": null }]
            }),
            Generation::DataCenter => json!({
                "statusCode": self.status,
                "data": {
                    "authorized": self.status != 401 && self.status != 403,
                    "valid": self.status != 400,
                    "allowedInReadOnlyMode": true,
                    "errors": [],
                    "successful": false,
                },
                "message": self.title,
                "reason": reason(self.status),
            }),
            Generation::V1 => json!({
                "statusCode": self.status,
                "data": {
                    "authorized": self.status != 401 && self.status != 403,
                    "valid": self.status != 400,
                    "errors": [{ "message": { "translation": self.title, "args": [] } }],
                    "successful": false,
                },
                "message": self.title,
            }),
        };
        Reply::json(self.status, &body)
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        _ => "",
    }
}

/// The answer to one request too many. `retry_after` is in seconds; without it the client has to choose a pause itself,
/// which happens behind some gateways. In v2's envelope.
pub fn throttled(retry_after: Option<u64>) -> Reply {
    throttled_in(Generation::V2, retry_after)
}

/// The same in the envelope of either API.
pub(super) fn throttled_in(generation: Generation, retry_after: Option<u64>) -> Reply {
    let refusal = Refusal {
        status: 429,
        code: "RATE_LIMITED",
        title: "Rate limit exceeded. Try again later.".to_owned(),
    };
    let reply = refusal
        .reply(generation)
        .with("x-ratelimit-limit", "100")
        .with("x-ratelimit-remaining", "0");
    let reply = match generation {
        Generation::V1 | Generation::V2 => reply
            .with("x-ratelimit-nearlimit", "true")
            .with("ratelimit-reason", "confluence-burst-based"),
        // A bucket of tokens for each account, filled again all the time.
        Generation::DataCenter => reply
            .with("x-ratelimit-fillrate", "10")
            .with("x-ratelimit-interval-seconds", "1"),
    };
    match retry_after {
        Some(seconds) => reply.with("retry-after", seconds.to_string()),
        None => reply,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::Value;

    fn body(reply: &Reply) -> Value {
        serde_json::from_slice(&reply.body).unwrap()
    }

    #[test]
    fn each_generation_has_its_own_envelope() {
        let refusal = Refusal::conflict("taken");
        assert_eq!(
            body(&refusal.reply(Generation::V2)),
            json!({"errors": [{"status": 409, "code": "CONFLICT", "title": "taken", "detail": null}]})
        );
        let old = body(&refusal.reply(Generation::V1));
        assert_eq!(old["statusCode"], 409);
        assert_eq!(old["message"], "taken");
        assert_eq!(old["data"]["successful"], false);
    }

    #[test]
    fn throttling_names_the_pause_only_when_it_is_known() {
        let header =
            |reply: &Reply, name: &str| reply.headers.iter().find(|(key, _)| key == name).cloned();
        assert_eq!(header(&throttled(Some(7)), "retry-after").unwrap().1, "7");
        assert_eq!(header(&throttled(None), "retry-after"), None);
        assert_eq!(throttled(None).status, 429);
        assert_eq!(
            header(&throttled(None), "x-ratelimit-remaining").unwrap().1,
            "0"
        );
    }
}
