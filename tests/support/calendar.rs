//! A person at Google Calendar.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Installation;

impl Installation {
    /// Somebody deletes a meeting, for everyone.
    pub async fn delete_event(&self, event: &str) {
        self.calendar("DELETE", event, None).await;
    }

    /// Somebody drags a meeting to another time.
    pub async fn move_event(&self, event: &str, start: Timestamp, end: Timestamp) {
        let moved = json!({
            "start": {"dateTime": start.to_string()},
            "end": {"dateTime": end.to_string()},
        });
        self.calendar("PATCH", event, Some(&moved)).await;
    }

    async fn calendar(&self, method: &str, event: &str, body: Option<&Value>) {
        let base = self.sandbox.base_url();
        let consent = [
            ("grant_type", "refresh_token"),
            ("client_id", "sandbox-client"),
            ("client_secret", "sandbox-client-secret"),
            ("refresh_token", "sandbox-refresh-token"),
        ];
        let granted = self.post_form(&format!("{base}/token"), &consent).await;
        let token = granted["access_token"].as_str().expect("a token");
        let address = format!("{base}/calendar/v3/calendars/primary/events/{event}");
        self.http(method, &address, &format!("Bearer {token}"), body)
            .await;
    }
}
