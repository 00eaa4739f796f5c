//! Sources of incidents as they are written: those beside PagerDuty and files.

use std::path::PathBuf;

use jiff::SignedDuration;
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use super::value::{
    ApiUrl, As, Duration, Folder, HeaderField, ListOf, Pointer, Secret, SourceUrl, Switch, Text,
    list, maybe, one,
};

/// Opsgenie as a source.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenOpsgenie {
    /// On, off, or as the key says.
    #[serde(default, deserialize_with = "maybe::<Switch, _>")]
    #[schemars(with = "Option<As<Switch>>")]
    pub enabled: Option<bool>,
    /// The REST API.
    #[serde(deserialize_with = "one::<ApiUrl, _>")]
    #[schemars(with = "As<ApiUrl>")]
    pub base_url: Url,
    /// An API key.
    #[serde(default, deserialize_with = "maybe::<Secret, _>")]
    #[schemars(with = "Option<As<Secret>>")]
    pub key: Option<SecretString>,
    /// A file with the key.
    #[serde(default, deserialize_with = "maybe::<Folder, _>")]
    #[schemars(with = "Option<As<Folder>>")]
    pub key_file: Option<PathBuf>,
    /// Narrows down which incidents are read.
    #[serde(default, deserialize_with = "maybe::<Text, _>")]
    #[schemars(with = "Option<As<Text>>")]
    pub query: Option<String>,
    /// How far each pass looks back beyond the last one.
    #[serde(deserialize_with = "one::<Duration<0>, _>")]
    #[schemars(with = "As<Duration<0>>")]
    pub overlap: SignedDuration,
}

/// Statuspage as a source.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenStatuspage {
    /// On, off, or as the key says.
    #[serde(default, deserialize_with = "maybe::<Switch, _>")]
    #[schemars(with = "Option<As<Switch>>")]
    pub enabled: Option<bool>,
    /// The REST API, without `/v1`.
    #[serde(deserialize_with = "one::<ApiUrl, _>")]
    #[schemars(with = "As<ApiUrl>")]
    pub base_url: Url,
    /// The id of the page.
    #[serde(default, deserialize_with = "maybe::<Text, _>")]
    #[schemars(with = "Option<As<Text>>")]
    pub page_id: Option<String>,
    /// An API key.
    #[serde(default, deserialize_with = "maybe::<Secret, _>")]
    #[schemars(with = "Option<As<Secret>>")]
    pub key: Option<SecretString>,
    /// A file with the key.
    #[serde(default, deserialize_with = "maybe::<Folder, _>")]
    #[schemars(with = "Option<As<Folder>>")]
    pub key_file: Option<PathBuf>,
    /// How far each pass looks back beyond the last one.
    #[serde(deserialize_with = "one::<Duration<0>, _>")]
    #[schemars(with = "As<Duration<0>>")]
    pub overlap: SignedDuration,
}

/// Alert payloads as a source.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenAlertmanager {
    /// On, off, or as the folder says.
    #[serde(default, deserialize_with = "maybe::<Switch, _>")]
    #[schemars(with = "Option<As<Switch>>")]
    pub enabled: Option<bool>,
    /// The folder.
    #[serde(default, deserialize_with = "maybe::<Folder, _>")]
    #[schemars(with = "Option<As<Folder>>")]
    pub folder: Option<PathBuf>,
    /// The label that names the service.
    #[serde(deserialize_with = "one::<Text, _>")]
    #[schemars(with = "As<Text>")]
    pub service_label: String,
    /// The label that says how bad it is.
    #[serde(deserialize_with = "one::<Text, _>")]
    #[schemars(with = "As<Text>")]
    pub severity_label: String,
}

/// Any JSON over HTTP as a source.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenHttp {
    /// On, off, or as the URL says.
    #[serde(default, deserialize_with = "maybe::<Switch, _>")]
    #[schemars(with = "Option<As<Switch>>")]
    pub enabled: Option<bool>,
    /// Where the list of incidents is.
    #[serde(default, deserialize_with = "maybe::<SourceUrl, _>")]
    #[schemars(with = "Option<As<SourceUrl>>")]
    pub url: Option<Url>,
    /// Where one incident is, with `{id}` in its path.
    #[serde(default, deserialize_with = "maybe::<SourceUrl, _>")]
    #[schemars(with = "Option<As<SourceUrl>>")]
    pub detail_url: Option<Url>,
    /// The header that the token goes into.
    #[serde(deserialize_with = "one::<HeaderField, _>")]
    #[schemars(with = "As<HeaderField>")]
    pub header: String,
    /// The whole value of that header.
    #[serde(default, deserialize_with = "maybe::<Secret, _>")]
    #[schemars(with = "Option<As<Secret>>")]
    pub token: Option<SecretString>,
    /// A file with the token.
    #[serde(default, deserialize_with = "maybe::<Folder, _>")]
    #[schemars(with = "Option<As<Folder>>")]
    pub token_file: Option<PathBuf>,
    /// Where the list is in the answer.
    #[serde(default, deserialize_with = "maybe::<Pointer, _>")]
    #[schemars(with = "Option<As<Pointer>>")]
    pub incidents: Option<String>,
    /// Where the address of the next page is in the answer.
    #[serde(default, deserialize_with = "maybe::<Pointer, _>")]
    #[schemars(with = "Option<As<Pointer>>")]
    pub next: Option<String>,
    /// Where the incident is in the answer of `detail_url`.
    #[serde(default, deserialize_with = "maybe::<Pointer, _>")]
    #[schemars(with = "Option<As<Pointer>>")]
    pub detail: Option<String>,
    /// Statuses that mean it is over.
    #[serde(deserialize_with = "list::<Text, _>")]
    #[schemars(with = "ListOf<Text>")]
    pub resolved_values: Vec<String>,
    /// Visibilities that mean it is private.
    #[serde(deserialize_with = "list::<Text, _>")]
    #[schemars(with = "ListOf<Text>")]
    pub private_values: Vec<String>,
    /// Pointers from an incident.
    pub incident: WrittenIncidentPointers,
    /// Pointers from an entry of its timeline.
    pub entry: WrittenEntryPointers,
    /// Pointers from somebody who took part.
    pub person: WrittenPersonPointers,
}

/// Declares a section of pointers, each of which may be left out.
macro_rules! pointers {
    ($(#[$doc:meta])* $section:ident { $($(#[$field_doc:meta])* $field:ident,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub(super) struct $section {
            $(
                $(#[$field_doc])*
                #[serde(default, deserialize_with = "maybe::<Pointer, _>")]
                #[schemars(with = "Option<As<Pointer>>")]
                pub $field: Option<String>,
            )+
        }
    };
}

pointers! {
    /// Where things stand in an incident.
    WrittenIncidentPointers {
        /// Its id, which never changes.
        id,
        /// What people call it.
        reference,
        /// What broke.
        title,
        /// Where people look at it.
        url,
        /// The service that was hit.
        service,
        /// How bad it was.
        severity,
        /// When customers first felt it.
        began_at,
        /// When it was opened.
        opened_at,
        /// When customers no longer felt it.
        mitigated_at,
        /// When it was over.
        resolved_at,
        /// Where it stands, in a word.
        status,
        /// Who may read about it.
        visibility,
        /// What happened and why.
        description,
        /// What customers felt.
        impact,
        /// Who leads it.
        lead,
        /// Those who worked on it.
        responders,
        /// What happened.
        timeline,
    }
}

pointers! {
    /// Where things stand in an entry of a timeline.
    WrittenEntryPointers {
        /// When.
        at,
        /// What happened.
        text,
        /// Who or what did it.
        by,
        /// Where it is to be seen.
        url,
    }
}

pointers! {
    /// Where things stand in somebody who took part.
    WrittenPersonPointers {
        /// The name.
        name,
        /// The address.
        email,
    }
}
