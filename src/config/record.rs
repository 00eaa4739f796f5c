//! The sections about the record of an incident: where its timeline comes from, who leads, what is masked, who may read.

use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::Deserialize;

use super::value::{
    Address, As, ChannelId, Domain, Duration, Emoji, ListOf, Pattern, Switch, Text, list, maybe,
    one,
};

/// Where the timeline comes from, beside the incident's source.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Timeline {
    /// Slack channels, by id, whose messages during an incident belong to its record.
    #[serde(deserialize_with = "list::<ChannelId, _>")]
    #[schemars(with = "ListOf<ChannelId>")]
    pub channels: Vec<String>,
    /// How long before the opening the record begins.
    #[serde(deserialize_with = "one::<Duration<0>, _>")]
    #[schemars(with = "As<Duration<0>>")]
    pub before: SignedDuration,
    /// How long after the resolution it ends.
    #[serde(deserialize_with = "one::<Duration<0>, _>")]
    #[schemars(with = "As<Duration<0>>")]
    pub after: SignedDuration,
    /// Patterns of messages that say that customers no longer felt it.
    #[serde(deserialize_with = "list::<Pattern, _>")]
    #[schemars(with = "ListOf<Pattern>")]
    pub mitigated: Vec<String>,
    /// How alerts are named; these come before the built-in ones.
    #[serde(default)]
    pub alerts: Vec<AlertRule>,
}

/// How the alerts of one tool are recognised.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AlertRule {
    /// What the tool is called on the page.
    #[serde(deserialize_with = "one::<Text, _>")]
    #[schemars(with = "As<Text>")]
    pub name: String,
    /// Names of the bots that post for it; `*` stands for anything.
    #[serde(default, deserialize_with = "list::<Text, _>")]
    #[schemars(with = "ListOf<Text>")]
    pub from: Vec<String>,
    /// Patterns of its posts.
    #[serde(default, deserialize_with = "list::<Pattern, _>")]
    #[schemars(with = "ListOf<Pattern>")]
    pub text: Vec<String>,
}

/// Who leads a postmortem.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Lead {
    /// Reactions on the announcement's post by which somebody takes the lead.
    #[serde(deserialize_with = "list::<Emoji, _>")]
    #[schemars(with = "ListOf<Emoji>")]
    pub reactions: Vec<String>,
    /// For how long after the post they are looked for.
    #[serde(deserialize_with = "one::<Duration<0>, _>")]
    #[schemars(with = "As<Duration<0>>")]
    pub looked_for: SignedDuration,
    /// Who leads where nobody volunteers and nobody acknowledged: an address.
    #[serde(default, deserialize_with = "maybe::<Address, _>")]
    #[schemars(with = "Option<As<Address>>")]
    pub otherwise: Option<String>,
}

/// The lead's briefing, and the links that go back.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeadBriefing {
    /// Whether there is one.
    #[serde(deserialize_with = "one::<Switch, _>")]
    #[schemars(with = "As<Switch>")]
    pub enabled: bool,
    /// Slack channels, by id, that get the links of incidents without a channel of their own.
    #[serde(deserialize_with = "list::<ChannelId, _>")]
    #[schemars(with = "ListOf<ChannelId>")]
    pub links_to: Vec<String>,
}

/// What is masked in the record.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Masking {
    /// Whether anything is.
    #[serde(deserialize_with = "one::<Switch, _>")]
    #[schemars(with = "As<Switch>")]
    pub enabled: bool,
    /// Domains whose addresses stay readable.
    #[serde(deserialize_with = "list::<Domain, _>")]
    #[schemars(with = "ListOf<Domain>")]
    pub own_domains: Vec<String>,
    /// What is masked beside the built-in kinds.
    #[serde(default)]
    pub rules: Vec<MaskRule>,
}

/// One more thing to be masked.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MaskRule {
    /// What it is; stands in its place.
    #[serde(deserialize_with = "one::<Text, _>")]
    #[schemars(with = "As<Text>")]
    pub name: String,
    /// What it looks like.
    #[serde(deserialize_with = "one::<Pattern, _>")]
    #[schemars(with = "As<Pattern>")]
    pub pattern: String,
}

/// Which incidents are private, and who may read their pages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Private {
    /// Patterns of titles.
    #[serde(deserialize_with = "list::<Pattern, _>")]
    #[schemars(with = "ListOf<Pattern>")]
    pub titles: Vec<String>,
    /// Names of services.
    #[serde(deserialize_with = "list::<Text, _>")]
    #[schemars(with = "ListOf<Text>")]
    pub services: Vec<String>,
    /// Names of severities.
    #[serde(deserialize_with = "list::<Text, _>")]
    #[schemars(with = "ListOf<Text>")]
    pub severities: Vec<String>,
    /// Confluence groups that may read the pages beside those who took part.
    #[serde(deserialize_with = "list::<Text, _>")]
    #[schemars(with = "ListOf<Text>")]
    pub reader_groups: Vec<String>,
}
