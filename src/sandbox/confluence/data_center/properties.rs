//! Content properties, which have a path by key here.

use serde_json::{Value, json};

use crate::sandbox::confluence::errors::{Answer, Refusal};
use crate::sandbox::confluence::fields::{Fields, json_body};
use crate::sandbox::confluence::properties::Property;
use crate::sandbox::confluence::query::{Kind, Query};
use crate::sandbox::confluence::{Call, Confluence, stamp};
use crate::sandbox::wire::Reply;

impl Confluence {
    pub(super) fn create_property_by_key(&mut self, call: &Call<'_>, page: u64) -> Answer {
        Query::read(call.request, &[])?;
        let body = json_body(call.request)?;
        let fields = Fields::read(&body, &["key", "value"], &[])?;
        let property = self.insert_property(call, page, &fields)?;
        Ok(Reply::json(200, &shape(property)))
    }

    pub(super) fn get_property_by_key(&self, call: &Call<'_>, page: u64, key: &str) -> Answer {
        Query::read(
            call.request,
            &[("expand", Kind::Words(&["content", "version"]))],
        )?;
        self.page(call.actor, page)?;
        Ok(Reply::json(200, &shape(self.property_named(page, key)?)))
    }

    /// The id in the body may be left out; the version must be the next one.
    pub(super) fn update_property_by_key(
        &mut self,
        call: &Call<'_>,
        page: u64,
        key: &str,
    ) -> Answer {
        Query::read(call.request, &[])?;
        let body = json_body(call.request)?;
        let fields = Fields::read(&body, &["key", "value", "version"], &["id"])?;
        self.page(call.actor, page)?;
        let id = self.property_named(page, key)?.id;
        if !matches!(fields.text("id")?, None | Some("")) && fields.id("id")? != Some(id) {
            return Err(Refusal::invalid("The id is not that property's"));
        }
        let property = self.change_property(call, page, id, &fields)?;
        Ok(Reply::json(200, &shape(property)))
    }

    fn property_named(&self, page: u64, key: &str) -> Result<&Property, Refusal> {
        self.properties_of(page)
            .find(|property| property.key == key)
            .ok_or_else(|| {
                Refusal::not_found(format!("Cannot find content property with key {key}"))
            })
    }
}

fn shape(property: &Property) -> Value {
    json!({
        "id": property.id.to_string(),
        "key": property.key,
        "value": property.value,
        "version": {
            "when": stamp(property.at),
            "message": "",
            "number": property.number,
            "minorEdit": false,
            "hidden": false,
        },
        "_expandable": { "content": format!("/rest/api/content/{}", property.page) },
    })
}
