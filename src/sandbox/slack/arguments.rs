//! The arguments of one call, from query, form or JSON, checked against what the method takes.

use serde_json::{Map, Value};

use super::Refusal;
use crate::sandbox::wire::Request;

/// Arguments by name, as they came: strings from a form, anything from JSON.
#[derive(Debug, Default)]
pub(super) struct Arguments {
    given: Map<String, Value>,
}

/// What a method takes. <https://docs.slack.dev/reference/methods>
pub(super) struct Method {
    pub name: &'static str,
    /// The scope a token needs; empty where any will do.
    pub scope: &'static str,
    pub required: &'static [&'static str],
    pub optional: &'static [&'static str],
    pub takes_json: bool,
    /// Calls a minute. Slack's tiers promise 20 (2), 50 (3) and 100 (4) "or more"; this is more.
    pub calls_a_minute: u32,
}

const TIER_2: u32 = 200;
const TIER_3: u32 = 500;
const TIER_4: u32 = 1000;

/// In the order of the reference. `client_msg_id`, `container_id` and `include_slackbot_availability` are not in
/// it, but Slack's own clients send them.
pub(super) const METHODS: &[Method] = &[
    Method {
        name: "auth.test",
        scope: "",
        required: &[],
        optional: &[],
        takes_json: true,
        calls_a_minute: TIER_4,
    },
    Method {
        name: "chat.delete",
        scope: "chat:write",
        required: &["channel", "ts"],
        optional: &["as_user"],
        takes_json: true,
        calls_a_minute: TIER_3,
    },
    Method {
        name: "chat.getPermalink",
        scope: "",
        required: &["channel", "message_ts"],
        optional: &[],
        takes_json: false,
        calls_a_minute: TIER_4,
    },
    Method {
        name: "chat.postMessage",
        scope: "chat:write",
        required: &["channel"],
        optional: &[
            "as_user",
            "attachments",
            "blocks",
            "client_msg_id",
            "container_id",
            "current_draft_last_updated_ts",
            "icon_emoji",
            "icon_url",
            "link_names",
            "markdown_text",
            "metadata",
            "mrkdwn",
            "parse",
            "reply_broadcast",
            "text",
            "thread_ts",
            "unfurl_links",
            "unfurl_media",
            "username",
        ],
        takes_json: true,
        calls_a_minute: TIER_4,
    },
    Method {
        name: "chat.update",
        scope: "chat:write",
        required: &["channel", "ts"],
        optional: &[
            "as_user",
            "attachments",
            "blocks",
            "file_ids",
            "link_names",
            "markdown_text",
            "metadata",
            "parse",
            "reply_broadcast",
            "text",
            "unfurled_attachments",
        ],
        takes_json: true,
        calls_a_minute: TIER_3,
    },
    Method {
        name: "conversations.history",
        scope: "channels:history",
        required: &["channel"],
        optional: &[
            "cursor",
            "include_all_metadata",
            "inclusive",
            "latest",
            "limit",
            "oldest",
        ],
        takes_json: true,
        calls_a_minute: TIER_3,
    },
    Method {
        name: "conversations.info",
        scope: "channels:read",
        required: &["channel"],
        optional: &["include_locale", "include_num_members"],
        takes_json: false,
        calls_a_minute: TIER_3,
    },
    Method {
        name: "conversations.join",
        scope: "channels:join",
        required: &["channel"],
        optional: &[],
        takes_json: true,
        calls_a_minute: TIER_3,
    },
    Method {
        name: "conversations.list",
        scope: "channels:read",
        required: &[],
        optional: &["cursor", "exclude_archived", "limit", "team_id", "types"],
        takes_json: false,
        calls_a_minute: TIER_2,
    },
    Method {
        name: "conversations.members",
        scope: "channels:read",
        required: &["channel"],
        optional: &["cursor", "limit"],
        takes_json: false,
        calls_a_minute: TIER_4,
    },
    Method {
        name: "conversations.open",
        scope: "im:write",
        required: &[],
        optional: &["channel", "prevent_creation", "return_im", "users"],
        takes_json: true,
        calls_a_minute: TIER_3,
    },
    Method {
        name: "conversations.replies",
        scope: "channels:history",
        required: &["channel", "ts"],
        optional: &[
            "cursor",
            "include_all_metadata",
            "inclusive",
            "latest",
            "limit",
            "oldest",
        ],
        takes_json: false,
        calls_a_minute: TIER_3,
    },
    Method {
        name: "reactions.add",
        scope: "reactions:write",
        required: &["channel", "name", "timestamp"],
        optional: &[],
        takes_json: true,
        calls_a_minute: TIER_3,
    },
    Method {
        name: "reactions.get",
        scope: "reactions:read",
        required: &[],
        optional: &["channel", "file", "file_comment", "full", "timestamp"],
        takes_json: false,
        calls_a_minute: TIER_3,
    },
    Method {
        name: "reactions.remove",
        scope: "reactions:write",
        required: &["name"],
        optional: &["channel", "file", "file_comment", "timestamp"],
        takes_json: true,
        calls_a_minute: TIER_3,
    },
    Method {
        name: "team.info",
        scope: "team:read",
        required: &[],
        optional: &["domain", "include_slackbot_availability", "team"],
        takes_json: true,
        calls_a_minute: TIER_3,
    },
    Method {
        name: "users.info",
        scope: "users:read",
        required: &["user"],
        optional: &["include_locale"],
        takes_json: false,
        calls_a_minute: TIER_4,
    },
    Method {
        name: "users.list",
        scope: "users:read",
        required: &[],
        optional: &["cursor", "include_locale", "limit", "team_id"],
        takes_json: false,
        calls_a_minute: TIER_2,
    },
    Method {
        name: "users.lookupByEmail",
        scope: "users:read.email",
        required: &["email"],
        optional: &[],
        takes_json: false,
        calls_a_minute: TIER_3,
    },
];

/// How the body is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    None,
    Urlencoded,
    Json,
}

fn form(request: &Request) -> Result<Form, Refusal> {
    let kind = request.header("content-type").unwrap_or_default();
    match kind.split(';').next().unwrap_or_default().trim() {
        _ if request.body.is_empty() => Ok(Form::None),
        "application/x-www-form-urlencoded" => Ok(Form::Urlencoded),
        "application/json" => Ok(Form::Json),
        "" => Err(Refusal::new("missing_post_type")),
        _ => Err(Refusal::new("invalid_post_type")),
    }
}

impl Arguments {
    /// Reads and checks them. The token, wherever it is, is not among them.
    pub fn of(request: &Request, method: &Method) -> Result<Self, Refusal> {
        let mut given: Map<String, Value> = Map::new();
        let mut put = |name: String, value: Value| match given.insert(name.clone(), value) {
            None => Ok(()),
            Some(_) => Err(Refusal::arguments(format!("[ERROR] {name} is given twice"))),
        };
        for (name, value) in &request.query {
            put(name.clone(), Value::from(value.as_str()))?;
        }
        match form(request)? {
            Form::None => {}
            Form::Urlencoded => {
                for (name, value) in url::form_urlencoded::parse(&request.body) {
                    put(name.into_owned(), Value::from(value))?;
                }
            }
            Form::Json if !method.takes_json => {
                return Err(Refusal::arguments(format!(
                    "[ERROR] {} takes no JSON",
                    method.name
                )));
            }
            Form::Json => match request.json() {
                Ok(Value::Object(body)) => body
                    .into_iter()
                    .try_for_each(|(name, value)| put(name, value))?,
                Ok(_) => return Err(Refusal::new("json_not_object")),
                Err(_) => return Err(Refusal::new("invalid_json")),
            },
        }
        given.remove("token");
        given.retain(|_, value| !value.is_null());
        if let Some(unknown) = given.keys().find(|name| {
            !method.required.contains(&name.as_str()) && !method.optional.contains(&name.as_str())
        }) {
            return Err(Refusal::arguments(format!(
                "[ERROR] unknown argument [json-pointer:/{unknown}]"
            )));
        }
        if let Some(missing) = method
            .required
            .iter()
            .find(|name| !given.contains_key(**name))
        {
            return Err(Refusal::arguments(format!(
                "[ERROR] missing required field: {missing}"
            )));
        }
        Ok(Self { given })
    }

    pub fn has(&self, name: &str) -> bool {
        self.given.contains_key(name)
    }

    pub fn text(&self, name: &str) -> Result<Option<&str>, Refusal> {
        match self.given.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(wrong_type(name, "a string")),
        }
    }

    /// A required string; that it is there was checked.
    pub fn needed(&self, name: &str) -> Result<&str, Refusal> {
        match self.text(name)? {
            Some(text) if !text.is_empty() => Ok(text),
            Some(_) | None => Err(Refusal::arguments(format!(
                "[ERROR] missing required field: {name}"
            ))),
        }
    }

    pub fn flag(&self, name: &str) -> Result<bool, Refusal> {
        match self.given.get(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(Value::String(text)) if ["true", "1"].contains(&text.as_str()) => Ok(true),
            Some(Value::String(text)) if ["false", "0"].contains(&text.as_str()) => Ok(false),
            Some(_) => Err(wrong_type(name, "a boolean")),
        }
    }

    /// How many at most: `default` where nothing is asked, `limit` at most.
    pub fn limit(&self, default: usize, limit: usize) -> Result<usize, Refusal> {
        let asked = match self.given.get("limit") {
            None => return Ok(default),
            Some(Value::Number(number)) => number.as_u64(),
            Some(Value::String(text)) => text.parse().ok(),
            Some(_) => None,
        };
        match asked.and_then(|asked| usize::try_from(asked).ok()) {
            // Zero is what the reference calls the default of users.list.
            Some(0) => Ok(default),
            Some(asked) if asked <= limit => Ok(asked),
            Some(_) | None => Err(Refusal::new("invalid_limit")),
        }
    }

    /// A structure: itself in JSON, written out as JSON in a form.
    pub fn structure(&self, name: &str, error: &'static str) -> Result<Option<Value>, Refusal> {
        match self.given.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => serde_json::from_str(text)
                .map(Some)
                .map_err(|_| Refusal::new(error)),
            Some(value) => Ok(Some(value.clone())),
        }
    }
}

fn wrong_type(name: &str, expected: &str) -> Refusal {
    Refusal::arguments(format!("[ERROR] must be {expected} [json-pointer:/{name}]"))
}
