//! Content properties: small JSON values kept with a page, by key.
//!
//! A key exists once on a page. There is no path by key: a client lists with `?key=` (which minds the case) and goes on
//! with the id it finds.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::errors::{Answer, Refusal};
use super::fields::{Fields, json_body};
use super::listing::list;
use super::pages::version_conflict;
use super::query::{CURSOR, Kind, LIMIT, Query};
use super::{Call, Confluence, stamp};
use crate::sandbox::wire::Reply;

/// The largest value, in bytes of JSON.
const LARGEST_VALUE: usize = 32 * 1024;
/// The longest key, in characters.
const LONGEST_KEY: usize = 255;

/// A property of a page.
#[derive(Clone, Debug)]
pub(super) struct Property {
    pub(super) id: u64,
    pub(super) page: u64,
    pub(super) key: String,
    pub(super) value: Value,
    pub(super) number: i64,
    pub(super) at: Timestamp,
    author: String,
    message: String,
}

impl Property {
    pub(super) fn json(&self) -> Value {
        json!({
            "id": self.id.to_string(),
            "key": self.key,
            "value": self.value,
            "version": {
                "createdAt": stamp(self.at),
                "message": self.message,
                "number": self.number,
                "minorEdit": false,
                "authorId": self.author,
            },
        })
    }

    pub(super) fn world(&self) -> Value {
        json!({
            "id": self.id.to_string(),
            "pageId": self.page.to_string(),
            "key": self.key,
            "value": self.value,
            "version": self.number,
        })
    }
}

impl Confluence {
    /// The properties of one page, in the order of their making.
    pub(super) fn properties_of(&self, page: u64) -> impl Iterator<Item = &Property> {
        self.properties
            .values()
            .filter(move |property| property.page == page)
    }

    fn property(&self, actor: &str, page: u64, id: u64) -> Result<&Property, Refusal> {
        self.page(actor, page)?;
        self.properties
            .get(&id)
            .filter(|property| property.page == page)
            .ok_or_else(|| Refusal::not_found(format!("No property found with id: {id}")))
    }

    pub(super) fn list_properties(&self, call: &Call<'_>, page: u64) -> Answer {
        let sort = ("sort", Kind::Word(&["key", "-key"]));
        let query = Query::read(call.request, &[("key", Kind::Text), sort, CURSOR, LIMIT])?;
        self.page(call.actor, page)?;
        let mut found: Vec<&Property> = self
            .properties_of(page)
            .filter(|property| query.text("key").is_none_or(|key| key == property.key))
            .collect();
        match query.text("sort") {
            Some("key") => found.sort_by(|one, other| one.key.cmp(&other.key)),
            Some(_) => found.sort_by(|one, other| other.key.cmp(&one.key)),
            None => {}
        }
        list(
            call,
            &query,
            found,
            |property| property.id.to_string(),
            |property| property.json(),
        )
    }

    pub(super) fn create_property(&mut self, call: &Call<'_>, page: u64) -> Answer {
        Query::read(call.request, &[])?;
        let body = json_body(call.request)?;
        let fields = Fields::read(&body, &["key", "value"], &[])?;
        let property = self.insert_property(call, page, &fields)?;
        Ok(Reply::json(200, &property.json()))
    }

    /// Puts a property in, with the `key` and the `value` of these fields.
    pub(super) fn insert_property(
        &mut self,
        call: &Call<'_>,
        page: u64,
        fields: &Fields<'_>,
    ) -> Result<&Property, Refusal> {
        let key = fields.required_text("key")?.to_owned();
        if key.is_empty() || key.chars().count() > LONGEST_KEY {
            return Err(Refusal::invalid(format!(
                "A property's key has 1 to {LONGEST_KEY} characters"
            )));
        }
        let value = checked_value(fields)?;
        self.editable(call.actor, page)?;
        if self.properties_of(page).any(|property| property.key == key) {
            return Err(Refusal::conflict(format!(
                "Property with key [{key}] already exists"
            )));
        }
        let id = self.fresh_id();
        let property = Property {
            id,
            page,
            key,
            value,
            number: 1,
            at: call.now,
            author: call.actor.to_owned(),
            message: String::new(),
        };
        Ok(self.properties.entry(id).or_insert(property))
    }

    pub(super) fn get_property(&self, call: &Call<'_>, page: u64, id: u64) -> Answer {
        Query::read(call.request, &[])?;
        Ok(Reply::json(
            200,
            &self.property(call.actor, page, id)?.json(),
        ))
    }

    pub(super) fn update_property(&mut self, call: &Call<'_>, page: u64, id: u64) -> Answer {
        Query::read(call.request, &[])?;
        let body = json_body(call.request)?;
        let fields = Fields::read(&body, &["key", "value", "version"], &[])?;
        let property = self.change_property(call, page, id, &fields)?;
        Ok(Reply::json(200, &property.json()))
    }

    /// Replaces a property's value; the `version` of the fields must be the next one.
    pub(super) fn change_property(
        &mut self,
        call: &Call<'_>,
        page: u64,
        id: u64,
        fields: &Fields<'_>,
    ) -> Result<&Property, Refusal> {
        let value = checked_value(fields)?;
        let (number, message) = fields
            .version()?
            .ok_or_else(|| Refusal::invalid("'version' is required"))?;
        let property = self.property(call.actor, page, id)?;
        if fields.required_text("key")? != property.key {
            return Err(Refusal::invalid("A property's key cannot be changed"));
        }
        if number != property.number + 1 {
            return Err(version_conflict("a property", property.number, number));
        }
        self.editable(call.actor, page)?;
        let Some(property) = self.properties.get_mut(&id) else {
            return Err(Refusal::not_found(format!(
                "No property found with id: {id}"
            )));
        };
        property.value = value;
        property.number = number;
        property.message = message;
        property.at = call.now;
        property.author = call.actor.to_owned();
        Ok(property)
    }

    pub(super) fn delete_property(&mut self, call: &Call<'_>, page: u64, id: u64) -> Answer {
        Query::read(call.request, &[])?;
        self.property(call.actor, page, id)?;
        self.editable(call.actor, page)?;
        self.properties.remove(&id);
        Ok(Reply::empty(204))
    }
}

fn checked_value(fields: &Fields<'_>) -> Result<Value, Refusal> {
    let value = fields.get("value").cloned().unwrap_or_default();
    if value.to_string().len() > LARGEST_VALUE {
        return Err(Refusal::invalid(format!(
            "A property's value may have {LARGEST_VALUE} bytes of JSON at most"
        )));
    }
    Ok(value)
}
