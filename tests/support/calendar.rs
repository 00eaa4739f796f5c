//! A person at Google Calendar.

use super::Installation;

impl Installation {
    /// Somebody deletes a meeting, for everyone.
    pub async fn delete_event(&self, event: &str) {
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
        self.http("DELETE", &address, &format!("Bearer {token}"), None)
            .await;
    }
}
