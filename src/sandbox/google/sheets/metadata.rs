//! Developer metadata: what a client leaves for itself in a spreadsheet.
//!
//! An id may be chosen by the client, and an id that exists is refused, together with the whole batch: that is how
//! a chunk of rows can be written exactly once.

use serde_json::{Value, json};

use super::Spreadsheet;
use crate::sandbox::google::{
    call::{Answer, Call, Outcome},
    errors::Refusal,
};

impl Spreadsheet {
    pub(super) fn create_metadata(&mut self, request: &Value) -> Result<Value, String> {
        let wanted = &request["developerMetadata"];
        let text = |name: &str| wanted[name].as_str().filter(|text| !text.is_empty());
        let key = text("metadataKey").ok_or("developerMetadata.metadataKey must be specified.")?;
        let visibility = text("visibility")
            .filter(|visibility| *visibility != "DEVELOPER_METADATA_VISIBILITY_UNSPECIFIED")
            .ok_or("developerMetadata.visibility must be specified.")?;
        let location = self.location(&wanted["location"])?;
        let id = match wanted["metadataId"].as_i64() {
            Some(id) if self.metadata.iter().any(|each| each["metadataId"] == id) => {
                return Err(format!("There is already developer metadata with id {id}."));
            }
            Some(id) => id,
            None => self.mint(),
        };
        let mut metadata = json!({"metadataId": id, "metadataKey": key, "location": location, "visibility": visibility});
        if let Some(value) = text("metadataValue") {
            metadata["metadataValue"] = json!(value);
        }
        self.metadata.push(metadata.clone());
        Ok(json!({"createDeveloperMetadata": {"developerMetadata": metadata}}))
    }

    fn location(&self, location: &Value) -> Result<Value, String> {
        let dimension = &location["dimensionRange"];
        match (location["spreadsheet"].as_bool(), location["sheetId"].as_i64(), dimension) {
            (Some(true), None, Value::Null) => Ok(json!({"locationType": "SPREADSHEET", "spreadsheet": true})),
            (None | Some(false), Some(id), Value::Null) => {
                self.tab(id)?;
                Ok(json!({"locationType": "SHEET", "sheetId": id}))
            }
            (None | Some(false), None, Value::Object(_)) => {
                self.tab(dimension["sheetId"].as_i64().unwrap_or(0))?;
                let single = dimension["endIndex"].as_i64() == dimension["startIndex"].as_i64().map(|start| start + 1);
                match dimension["dimension"].as_str() {
                    Some("ROWS") if single => Ok(json!({"locationType": "ROW", "dimensionRange": dimension})),
                    Some("COLUMNS") if single => Ok(json!({"locationType": "COLUMN", "dimensionRange": dimension})),
                    Some(_) | None => Err("A dimensionRange must be a single row or column.".into()),
                }
            }
            _ => Err("developerMetadata.location must be exactly one of spreadsheet, sheetId and dimensionRange.".into()),
        }
    }

    pub(super) fn delete_metadata(&mut self, request: &Value) -> Result<Value, String> {
        let lookup = &request["dataFilter"]["developerMetadataLookup"];
        let by = |name: &str| lookup.get(name).cloned();
        if by("metadataId").or(by("metadataKey")).is_none() {
            return Err(
                "The sandbox deletes developer metadata by metadataId or metadataKey only.".into(),
            );
        }
        let fits = |each: &Value| {
            ["metadataId", "metadataKey", "metadataValue"]
                .into_iter()
                .all(|name| by(name).is_none_or(|wanted| each[name] == wanted))
        };
        let (gone, kept): (Vec<Value>, Vec<Value>) = self.metadata.drain(..).partition(fits);
        self.metadata = kept;
        Ok(json!({"deleteDeveloperMetadata": {"deletedDeveloperMetadata": gone}}))
    }

    pub(super) fn developer_metadata(&self, call: &Call<'_>) -> Outcome {
        let id = call.argument("metadataId").parse::<i64>().map_err(|_| {
            Refusal::invalid_argument(format!(
                "Invalid value at 'metadata_id' (TYPE_INT32), \"{}\"",
                call.argument("metadataId")
            ))
        })?;
        self.metadata
            .iter()
            .find(|each| each["metadataId"] == id)
            .map(|each| Answer::Json(each.clone()))
            .ok_or_else(|| {
                Refusal::front_end(
                    404,
                    "notFound",
                    format!("No developer metadata with id: {id}"),
                )
            })
    }

    /// The metadata at places that fit.
    pub(super) fn metadata_at(&self, fits: impl Fn(&Value) -> bool) -> Vec<Value> {
        self.metadata
            .iter()
            .filter(|each| fits(&each["location"]))
            .cloned()
            .collect()
    }
}
