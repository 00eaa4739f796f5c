//! How Google says no: one refusal, written in the form of the API that was asked.

use serde_json::{Value, json};

use crate::sandbox::{google::contract::Service, wire::Reply};

/// Why a request was refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// HTTP status.
    pub code: u16,
    /// Google's machine-readable word, such as `notFound` or `storageQuotaExceeded`.
    pub reason: &'static str,
    /// Google's sentence.
    pub message: String,
    domain: &'static str,
    location: Option<Box<(&'static str, String)>>,
    details: Vec<Value>,
    origin: Origin,
}

/// Who refuses: the front end that all of Google's APIs share names a canonical `status`, the older APIs behind it
/// (Drive, Calendar) do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    FrontEnd,
    Api,
}

impl Refusal {
    /// A refusal by the API itself.
    pub fn new(code: u16, reason: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            reason,
            message: message.into(),
            domain: "global",
            location: None,
            details: Vec::new(),
            origin: Origin::Api,
        }
    }

    /// A refusal by the front end: the request never reached the API.
    pub fn front_end(code: u16, reason: &'static str, message: impl Into<String>) -> Self {
        Self {
            origin: Origin::FrontEnd,
            ..Self::new(code, reason, message)
        }
    }

    /// 400 in the words of the newer APIs, Sheets among them.
    pub fn invalid_argument(message: impl Into<String>) -> Self {
        Self::front_end(400, "badRequest", message)
    }

    /// 400 with reason `invalid`.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, "invalid", message)
    }

    /// 400 with reason `required`.
    pub fn required(name: &str) -> Self {
        Self::new(400, "required", format!("Required parameter: {name}")).at("parameter", name)
    }

    /// 400 for what the vendor could do and the sandbox cannot.
    pub fn not_emulated(what: impl std::fmt::Display) -> Self {
        Self::front_end(
            400,
            "notEmulated",
            format!("The sandbox does not emulate {what}."),
        )
    }

    /// A JSON value that does not fit the schema, with the path at which it stands.
    pub fn violation(field: &str, message: String) -> Self {
        let mut refusal = Self::front_end(400, "invalid", message);
        refusal.details.push(json!({
            "@type": "type.googleapis.com/google.rpc.BadRequest",
            "fieldViolations": [{"field": field, "description": refusal.message}],
        }));
        refusal
    }

    /// The same refusal with the place that is to blame.
    pub fn at(mut self, kind: &'static str, location: impl Into<String>) -> Self {
        self.location = Some(Box::new((kind, location.into())));
        self
    }

    /// The same refusal in another error domain, such as `usageLimits`.
    pub fn in_domain(mut self, domain: &'static str) -> Self {
        self.domain = domain;
        self
    }

    /// The same refusal with an `ErrorInfo`.
    pub fn with_info(mut self, reason: &str, metadata: Value) -> Self {
        self.details.push(json!({
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": reason,
            "domain": "googleapis.com",
            "metadata": metadata,
        }));
        self
    }

    /// The answer, in the form of the API that was asked.
    pub fn reply(&self, service: Service) -> Reply {
        let mut error = json!({"code": self.code, "message": self.message});
        match service {
            Service::Sheets => error["status"] = json!(status(self.code)),
            Service::Drive | Service::Calendar => {
                let mut first =
                    json!({"domain": self.domain, "reason": self.reason, "message": self.message});
                if let Some((kind, location)) = self.location.as_deref() {
                    first["locationType"] = json!(kind);
                    first["location"] = json!(location);
                }
                error["errors"] = json!([first]);
                if self.origin == Origin::FrontEnd {
                    error["status"] = json!(status(self.code));
                }
            }
        }
        if !self.details.is_empty() {
            error["details"] = json!(self.details);
        }
        let reply = Reply::json(self.code, &json!({"error": error}));
        if self.code == 401 {
            reply.with(
                "www-authenticate",
                r#"Bearer realm="https://accounts.google.com/", error="invalid_token""#,
            )
        } else {
            reply
        }
    }
}

/// The canonical name of an HTTP status: <https://cloud.google.com/apis/design/errors>.
fn status(code: u16) -> &'static str {
    match code {
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        409 => "ALREADY_EXISTS",
        412 => "FAILED_PRECONDITION",
        413 | 400 => "INVALID_ARGUMENT",
        429 => "RESOURCE_EXHAUSTED",
        _ => "INTERNAL",
    }
}
