//! Labels: read through v2, written through v1 only.

use serde_json::{Value, json};

use super::errors::{Answer, Refusal};
use super::fields::{Fields, json_body, path_id};
use super::listing::{list, offset};
use super::query::{CURSOR, Kind, LIMIT, Query};
use super::{Call, Confluence};
use crate::sandbox::wire::Reply;

const PREFIXES: &[&str] = &["global", "my", "team", "system"];
/// The longest label, in characters.
const LONGEST_NAME: usize = 255;
/// What a label's name cannot hold; a space would make two of it.
const FORBIDDEN: &[char] = &[
    '!', '#', '&', '(', ')', '*', ',', '.', ':', ';', '<', '>', '?', '@', '[', ']', '^', ' ', '/',
    '\\', '"', '\'',
];

/// A label; the site has each once, with one id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Label {
    pub(super) name: String,
    pub(super) prefix: String,
}

impl Confluence {
    pub(super) fn label_json(&self, label: &Label) -> Value {
        let id = self.labels.get(label).copied().unwrap_or_default();
        json!({ "id": id.to_string(), "name": label.name, "prefix": label.prefix })
    }

    pub(super) fn list_page_labels(&self, call: &Call<'_>, page: u64) -> Answer {
        let query = Query::read(
            call.request,
            &[
                ("prefix", Kind::Word(PREFIXES)),
                ("sort", Kind::Text),
                CURSOR,
                LIMIT,
            ],
        )?;
        let page = self.page(call.actor, page)?;
        let found = page
            .labels
            .iter()
            .filter(|label| {
                query
                    .text("prefix")
                    .is_none_or(|prefix| prefix == label.prefix)
            })
            .collect();
        self.answer_labels(call, &query, found)
    }

    pub(super) fn list_labels(&self, call: &Call<'_>) -> Answer {
        let query = Query::read(
            call.request,
            &[
                ("label-id", Kind::Ids(250)),
                ("prefix", Kind::Texts(250)),
                CURSOR,
                ("sort", Kind::Text),
                LIMIT,
            ],
        )?;
        let found = self
            .labels
            .iter()
            .filter(|(label, id)| {
                query.admits("label-id", &id.to_string()) && query.admits("prefix", &label.prefix)
            })
            .map(|(label, _)| label)
            .collect();
        self.answer_labels(call, &query, found)
    }

    fn answer_labels(&self, call: &Call<'_>, query: &Query, mut found: Vec<&Label>) -> Answer {
        match query.text("sort") {
            Some("name") => found.sort(),
            Some("-name") => found.sort_by(|one, other| other.cmp(one)),
            Some(_) | None => {}
        }
        let id = |label: &&Label| format!("{}:{}", label.prefix, label.name);
        list(call, query, found, id, |label| self.label_json(label))
    }

    pub(super) fn get_labels(&self, call: &Call<'_>, id: &str) -> Answer {
        let query = Query::read(
            call.request,
            &[
                ("prefix", Kind::Word(PREFIXES)),
                ("start", Kind::Whole(0, i64::MAX)),
                ("limit", Kind::Whole(0, 200)),
            ],
        )?;
        self.v1_labels(call, &query, path_id("id", id)?)
    }

    /// Adds labels and takes none away; one that is there already is no error. The body is one label or a list.
    pub(super) fn add_labels(&mut self, call: &Call<'_>, id: &str) -> Answer {
        let query = Query::read(call.request, &[])?;
        let id = path_id("id", id)?;
        let body = json_body(call.request)?;
        let entries = match &body {
            Value::Array(entries) if entries.is_empty() => {
                return Err(Refusal::invalid("No labels were given"));
            }
            Value::Array(entries) => entries.as_slice(),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Object(_) => std::slice::from_ref(&body),
        };
        let wanted = entries
            .iter()
            .map(read_label)
            .collect::<Result<Vec<_>, _>>()?;
        self.editable(call.actor, id)?;
        for label in wanted {
            if !self.labels.contains_key(&label) {
                let fresh = self.fresh_id();
                self.labels.insert(label.clone(), fresh);
            }
            let page = self.editable(call.actor, id)?;
            if !page.labels.contains(&label) {
                page.labels.push(label);
            }
        }
        self.reindex(id, call.now);
        self.v1_labels(call, &query, id)
    }

    fn v1_labels(&self, call: &Call<'_>, query: &Query, id: u64) -> Answer {
        let page = self.page(call.actor, id)?;
        let all: Vec<&Label> = page
            .labels
            .iter()
            .filter(|label| {
                query
                    .text("prefix")
                    .is_none_or(|prefix| prefix == label.prefix)
            })
            .collect();
        let (part, start, limit) = offset(query, 200, all);
        let results: Vec<Value> = part
            .into_iter()
            .map(|label| {
                let mut entry = self.label_json(label);
                entry["label"] = json!(label.name);
                entry
            })
            .collect();
        let context = call.context();
        let links = json!({ "base": format!("{}{context}", call.base), "context": context });
        Ok(Reply::json(
            200,
            &json!({ "results": results, "start": start, "limit": limit, "size": results.len(), "_links": links }),
        ))
    }

    pub(super) fn remove_label_named(&mut self, call: &Call<'_>, id: &str) -> Answer {
        let query = Query::read(call.request, &[("name", Kind::Text)])?;
        let name = query.required("name")?.to_owned();
        self.drop_label(call, id, &name)
    }

    pub(super) fn remove_label(&mut self, call: &Call<'_>, id: &str, name: &str) -> Answer {
        Query::read(call.request, &[])?;
        if name.contains('/') {
            return Err(Refusal::invalid(
                "A label with a slash is removed with the query parameter 'name'",
            ));
        }
        self.drop_label(call, id, name)
    }

    fn drop_label(&mut self, call: &Call<'_>, id: &str, name: &str) -> Answer {
        let id = path_id("id", id)?;
        self.editable(call.actor, id)?
            .labels
            .retain(|label| label.name != name);
        self.reindex(id, call.now);
        Ok(Reply::empty(204))
    }
}

/// The published description requires a prefix; the service takes an entry without one as `global`, and a popular
/// client relies on that.
fn read_label(entry: &Value) -> Result<Label, Refusal> {
    let fields = Fields::read(entry, &["name"], &["prefix"])?;
    let (prefix, name) = (
        fields.text("prefix")?.unwrap_or("global"),
        fields.required_text("name")?,
    );
    if !PREFIXES.contains(&prefix) || prefix == "system" {
        return Err(Refusal::invalid(format!(
            "'{prefix}' is not a prefix of labels"
        )));
    }
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.contains(FORBIDDEN) {
        return Err(Refusal::invalid(format!(
            "Label '{name}' has characters that labels cannot have, or too many"
        )));
    }
    Ok(Label {
        name: name.to_lowercase(),
        prefix: prefix.to_owned(),
    })
}
