//! Holding a request against the contract.

use jiff::{Timestamp, civil};
use serde_json::Value;

use super::{Contract, Kind, Method, Presence, Service};
use crate::sandbox::{google::errors::Refusal, wire::Request};

/// Google binds `True` as well as `true`; Python's clients send the former.
pub fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" | "1" => Some(true),
        "false" | "False" | "FALSE" | "0" => Some(false),
        _ => None,
    }
}

/// Refuses query parameters that are unknown, repeated, of the wrong type, or missing.
///
/// # Errors
/// 400 with the parameter's name.
pub fn check_query(
    service: Service,
    contract: &Contract,
    method: &Method,
    request: &Request,
) -> Result<(), Refusal> {
    let mut seen: Vec<&str> = Vec::new();
    for (name, value) in &request.query {
        let known = method.query.iter().find(|(each, ..)| each == name);
        let repeated = matches!(known, Some((_, Kind::List(_), _)));
        if seen.contains(&name.as_str()) && !repeated {
            return Err(Refusal::front_end(
                400,
                "invalid",
                format!("Invalid value at '{name}', this field is singular and was given more than once."),
            )
            .at("parameter", name));
        }
        seen.push(name);
        match known {
            Some((_, kind, _)) => check_parameter(name, kind, value)?,
            None if name == "alt" => {
                check_parameter(name, &Kind::Word(vec!["json", "media", "proto"]), value)?
            }
            None if name == "prettyPrint" => check_parameter(name, &Kind::Boolean, value)?,
            None if contract.standard.contains(&name.as_str()) => {}
            None if tolerated(service, method, name) => {}
            None => {
                return Err(Refusal::violation(
                    "",
                    format!(
                        "Invalid JSON payload received. Unknown name \"{name}\": Cannot bind query parameter. \
                         Field '{name}' could not be found in request message."
                    ),
                ));
            }
        }
    }
    for (name, _, presence) in &method.query {
        if *presence == Presence::Required && !seen.contains(name) {
            return Err(Refusal::required(name));
        }
    }
    Ok(())
}

/// Drive passes over this one where it means nothing, and gspread relies on it: it sends one set of parameters
/// for listing, getting and creating.
fn tolerated(service: Service, method: &Method, name: &str) -> bool {
    service == Service::Drive
        && method.id.starts_with("files.")
        && name == "includeItemsFromAllDrives"
}

fn check_parameter(name: &str, kind: &Kind, value: &str) -> Result<(), Refusal> {
    let wrong = |message: String| {
        Err(Refusal::front_end(400, "invalidParameter", message).at("parameter", name.to_owned()))
    };
    match kind {
        Kind::List(inner) => check_parameter(name, inner, value),
        Kind::Boolean if boolean(value).is_none() => wrong(format!(
            "Invalid value at '{name}' (TYPE_BOOL), \"{value}\""
        )),
        Kind::Integer { min, max } => match value.parse::<i64>() {
            Ok(number)
                if min.is_none_or(|min| number >= min) && max.is_none_or(|max| number <= max) =>
            {
                Ok(())
            }
            Ok(_) => wrong(format!(
                "Invalid value '{value}'. Values must be within the range: [{}, {}]",
                min.map_or("-".to_owned(), |min| min.to_string()),
                max.map_or("-".to_owned(), |max| max.to_string()),
            )),
            Err(_) => wrong(format!(
                "Invalid value at '{name}' (TYPE_INT32), \"{value}\""
            )),
        },
        Kind::Word(words) if !words.contains(&value) => wrong(format!(
            "Invalid value '{value}'. Allowed values: {words:?}"
        )),
        Kind::DateTime if value.parse::<Timestamp>().is_err() => wrong(format!(
            "Invalid value for '{name}': \"{value}\" is no RFC 3339 time with an offset."
        )),
        Kind::Date if value.parse::<civil::Date>().is_err() => {
            wrong(format!("Invalid value for '{name}': {value}"))
        }
        Kind::Int64 if value.parse::<i64>().is_err() => {
            wrong(format!("Invalid value at '{name}' (TYPE_INT64)"))
        }
        Kind::Number if value.parse::<f64>().is_err() => {
            wrong(format!("Invalid value at '{name}' (TYPE_DOUBLE)"))
        }
        Kind::Text
        | Kind::Int64
        | Kind::DateTime
        | Kind::Date
        | Kind::Number
        | Kind::Boolean
        | Kind::Any
        | Kind::Word(_)
        | Kind::Map(_)
        | Kind::Schema(_) => Ok(()),
    }
}

/// Takes away what Drive passes over in a body and gspread relies on: `withLink`, left over from Drive v2.
pub fn forgive(method: &Method, body: &mut Value) {
    if method.id == "permissions.create"
        && let Some(body) = body.as_object_mut()
    {
        body.remove("withLink");
    }
}

/// Refuses members that the schema does not name, and values of the wrong type. Null stands for a member that is
/// not set, as in protobuf's JSON form.
///
/// # Errors
/// 400 with the path of the member to blame.
pub fn check_body(contract: &Contract, schema: &str, body: &Value) -> Result<(), Refusal> {
    if !body.is_object() {
        return Err(Refusal::violation(
            "",
            "Invalid JSON payload received. An object is expected at the root.".into(),
        ));
    }
    check_object(contract, schema, body, "")
}

fn check_object(
    contract: &Contract,
    schema: &str,
    value: &Value,
    path: &str,
) -> Result<(), Refusal> {
    let Some(object) = value.as_object() else {
        return mistyped(path, schema, value);
    };
    let members = contract.members(schema);
    for (name, value) in object {
        // Protobuf's JSON form takes a member's own name (snake_case) as well; our strictness is camelCase only.
        let Some((_, kind)) = members.iter().find(|(each, _)| each == name) else {
            let at = if path.is_empty() {
                String::new()
            } else {
                format!(" at '{path}'")
            };
            return Err(Refusal::violation(
                path,
                format!(
                    "Invalid JSON payload received. Unknown name \"{name}\"{at}: Cannot find field."
                ),
            ));
        };
        let below = if path.is_empty() {
            name.clone()
        } else {
            format!("{path}.{name}")
        };
        check_value(contract, kind, value, &below)?;
    }
    Ok(())
}

fn check_value(contract: &Contract, kind: &Kind, value: &Value, path: &str) -> Result<(), Refusal> {
    let fits = match (kind, value) {
        (_, Value::Null)
        | (Kind::Any, _)
        | (Kind::Text, Value::String(_))
        | (Kind::Boolean, Value::Bool(_)) => true,
        (Kind::Int64, Value::String(text)) => text.parse::<i64>().is_ok(),
        (Kind::Int64, Value::Number(number)) => number.is_i64(),
        (Kind::DateTime, Value::String(text)) => text.parse::<Timestamp>().is_ok(),
        (Kind::Date, Value::String(text)) => text.parse::<civil::Date>().is_ok(),
        (Kind::Integer { min, max }, Value::Number(number)) => number
            .as_i64()
            .or_else(|| {
                number
                    .as_f64()
                    .filter(|float| float.fract() == 0.0)
                    .map(|float| float as i64)
            })
            .is_some_and(|number| {
                i32::try_from(number).is_ok()
                    && min.is_none_or(|min| number >= min)
                    && max.is_none_or(|max| number <= max)
            }),
        (Kind::Number, Value::Number(_)) => true,
        (Kind::Word(words), Value::String(text)) => words.contains(&text.as_str()),
        (Kind::List(inner), Value::Array(items)) => {
            for (at, item) in items.iter().enumerate() {
                // The path is only spelled out where something can be wrong below.
                match (inner.as_ref(), item) {
                    (Kind::Any, _) => break,
                    (Kind::Text, Value::String(_)) => {}
                    _ => check_value(contract, inner, item, &format!("{path}[{at}]"))?,
                }
            }
            true
        }
        (Kind::Map(inner), Value::Object(object)) => {
            for (name, item) in object {
                check_value(contract, inner, item, &format!("{path}[{name}]"))?;
            }
            true
        }
        (Kind::Schema(schema), value) => return check_object(contract, schema, value, path),
        (
            Kind::Text
            | Kind::Int64
            | Kind::DateTime
            | Kind::Date
            | Kind::Integer { .. }
            | Kind::Number
            | Kind::Boolean
            | Kind::Word(_)
            | Kind::List(_)
            | Kind::Map(_),
            _,
        ) => false,
    };
    if fits {
        Ok(())
    } else {
        mistyped(path, type_name(kind), value)
    }
}

fn mistyped(path: &str, expected: &str, value: &Value) -> Result<(), Refusal> {
    let mut shown = value.to_string();
    if let Some((at, _)) = shown.char_indices().nth(200) {
        shown.truncate(at);
    }
    Err(Refusal::violation(
        path,
        format!("Invalid value at '{path}' ({expected}), {shown}"),
    ))
}

fn type_name(kind: &Kind) -> &'static str {
    match kind {
        Kind::Text => "TYPE_STRING",
        Kind::Int64 => "TYPE_INT64",
        Kind::DateTime => "type.googleapis.com/google.protobuf.Timestamp",
        Kind::Date => "date",
        Kind::Integer { .. } => "TYPE_INT32",
        Kind::Number => "TYPE_DOUBLE",
        Kind::Boolean => "TYPE_BOOL",
        Kind::Any => "any",
        Kind::Word(_) => "enum",
        Kind::List(_) => "list",
        Kind::Map(_) => "map",
        Kind::Schema(name) => name,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    fn request(method: &str, path: &str, query: &[(&str, &str)]) -> Request {
        Request {
            method: method.into(),
            path: path.into(),
            query: query
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            headers: vec![],
            body: vec![],
        }
    }

    #[rstest]
    #[case("pageSize", "100", None)]
    #[case("pageSize", "0", Some("within the range"))]
    #[case("pageSize", "many", Some("TYPE_INT32"))]
    #[case("supportsAllDrives", "True", None)]
    #[case("supportsAllDrives", "yes", Some("TYPE_BOOL"))]
    #[case("$.xgafv", "2", None)]
    #[case("userIp", "127.0.0.1", None)]
    #[case("alt", "json", None)]
    #[case("alt", "yaml", Some("Allowed values"))]
    #[case("supportAllDrives", "true", Some("Cannot bind query parameter"))]
    fn a_parameter_is_known_and_well_typed(
        #[case] name: &str,
        #[case] value: &str,
        #[case] complaint: Option<&str>,
    ) {
        let request = request("GET", "/drive/v3/files", &[(name, value)]);
        let contract = Service::Drive.contract();
        let (method, _) = contract.find(&request).unwrap();
        let outcome = check_query(Service::Drive, contract, method, &request);
        match complaint {
            None => assert_eq!(outcome, Ok(())),
            Some(text) => assert!(outcome.unwrap_err().message.contains(text)),
        }
    }

    #[test]
    fn a_singular_parameter_comes_once() {
        let twice = request("GET", "/drive/v3/files", &[("q", "a"), ("q", "b")]);
        let contract = Service::Drive.contract();
        let (method, _) = contract.find(&twice).unwrap();
        assert!(check_query(Service::Drive, contract, method, &twice).is_err());
        let ranges = request(
            "GET",
            "/v4/spreadsheets/S/values:batchGet",
            &[("ranges", "A1"), ("ranges", "B1")],
        );
        let contract = Service::Sheets.contract();
        let (method, _) = contract.find(&ranges).unwrap();
        assert_eq!(
            check_query(Service::Sheets, contract, method, &ranges),
            Ok(())
        );
    }

    #[rstest]
    #[case("File", json!({"name": "a", "parents": ["x"], "appProperties": {"k": "v"}}), None)]
    #[case("File", json!({"name": null}), None)]
    #[case("File", json!({"title": "a"}), Some("Unknown name \"title\": Cannot find field."))]
    #[case("File", json!({"name": 7}), Some("Invalid value at 'name' (TYPE_STRING), 7"))]
    #[case("File", json!({"parents": "x"}), Some("Invalid value at 'parents' (list)"))]
    #[case("File", json!({"appProperties": {"k": 1}}), Some("Invalid value at 'appProperties[k]'"))]
    #[case("File", json!({"createdTime": "today"}), Some("createdTime"))]
    #[case("File", json!([]), Some("root"))]
    fn a_body_fits_its_schema(
        #[case] schema: &str,
        #[case] body: Value,
        #[case] complaint: Option<&str>,
    ) {
        let outcome = check_body(Service::Drive.contract(), schema, &body);
        match complaint {
            None => assert_eq!(outcome, Ok(())),
            Some(text) => {
                let message = outcome.unwrap_err().message;
                assert!(message.contains(text), "{message}");
            }
        }
    }

    #[test]
    fn a_violation_deep_inside_is_named_by_its_path() {
        let body =
            json!({"requests": [{"addSheet": {"properties": {"gridProperties": {"rows": 5}}}}]});
        let refusal = check_body(
            Service::Sheets.contract(),
            "BatchUpdateSpreadsheetRequest",
            &body,
        )
        .unwrap_err();
        assert_eq!(
            refusal.message,
            "Invalid JSON payload received. Unknown name \"rows\" at \
             'requests[0].addSheet.properties.gridProperties': Cannot find field."
        );
    }
}
