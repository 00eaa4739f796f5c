//! google, emulated.

/// placeholder until merged
pub fn service_account(_base_url: &str) -> serde_json::Value {
    serde_json::Value::Null
}
