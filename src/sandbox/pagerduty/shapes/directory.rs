//! People, services and what they belong to.

use serde_json::{Value, json};

use super::{API, POLICY_ID, SITE, Shapes, reference, user_reference};
use crate::sandbox::{
    pagerduty::account::{Person, Service, TEAM_ID},
    seed::fingerprint,
};

impl Shapes<'_> {
    pub(in crate::sandbox::pagerduty) fn user(&self, person: &Person) -> Value {
        let method = format!("P{}", fingerprint(&format!("{}/email", person.email), 6));
        let contact = if self.include.has("contact_methods") {
            json!({
                "id": method,
                "type": "email_contact_method",
                "summary": "Default",
                "self": format!("{API}/users/{}/contact_methods/{method}", person.id),
                "html_url": null,
                "label": "Default",
                "address": person.email,
                "send_short_email": false,
            })
        } else {
            reference(
                "email_contact_method_reference",
                &method,
                "Default",
                &format!("users/{}/contact_methods", person.id),
            )
        };
        let mut shape = json!({
            "id": person.id,
            "type": "user",
            "summary": person.name,
            "self": format!("{API}/users/{}", person.id),
            "html_url": format!("{SITE}/users/{}", person.id),
            "name": person.name,
            "email": person.email,
            "time_zone": person.time_zone,
            "color": "green",
            "role": "user",
            "avatar_url": format!("https://secure.gravatar.com/avatar/{}.png", fingerprint(&person.email, 32).to_lowercase()),
            "description": null,
            "invitation_sent": false,
            "job_title": person.job_title,
            "created_via_sso": false,
            "teams": [self.team()],
            "contact_methods": [contact],
            "notification_rules": [],
        });
        if self.include.has("calendar_urls") {
            shape["http_cal_url"] = json!(format!("{SITE}/private/calendar/{}", person.id));
            shape["web_cal_url"] = json!(format!(
                "webcal://subdomain.pagerduty.com/private/calendar/{}",
                person.id
            ));
        }
        shape
    }

    pub(in crate::sandbox::pagerduty) fn service(&self, service: &Service) -> Value {
        let mine = self
            .account
            .incidents
            .iter()
            .filter(|incident| incident.service == service.id);
        let mut shape = json!({
            "id": service.id,
            "type": "service",
            "summary": service.name,
            "self": format!("{API}/services/{}", service.id),
            "html_url": format!("{SITE}/service-directory/{}", service.id),
            "name": service.name,
            "description": service.name,
            "auto_resolve_timeout": 14_400,
            "acknowledgement_timeout": 1_800,
            "created_at": self.time(service.created_at),
            "status": "active",
            "escalation_policy": self.escalation_policy("escalation_policies"),
            "teams": [self.team()],
            "integrations": [],
            "incident_urgency_rule": {"type": "constant", "urgency": "high"},
            "scheduled_actions": [],
            "addons": [],
            "alert_creation": "create_alerts_and_incidents",
        });
        if let Some(last) = mine.map(|incident| incident.created_at).max() {
            shape["last_incident_timestamp"] = json!(self.time(last));
        }
        shape
    }

    pub(super) fn user_or_reference(&self, person: &Person, words: &[&str]) -> Value {
        if person.is_found && self.include.has_any(words) {
            self.user(person)
        } else {
            user_reference(person)
        }
    }

    pub(super) fn service_or_reference(&self, id: &str, word: &str) -> Value {
        match self.account.service(id) {
            Some(service) if self.include.has(word) => self.service(service),
            Some(service) => {
                let mut shape = reference("service_reference", id, &service.name, "services");
                shape["html_url"] = json!(format!("{SITE}/service-directory/{id}"));
                shape
            }
            None => Value::Null,
        }
    }

    pub(super) fn escalation_policy(&self, word: &str) -> Value {
        let mut shape = reference(
            "escalation_policy_reference",
            POLICY_ID,
            "Default",
            "escalation_policies",
        );
        if self.include.has(word) {
            shape["type"] = json!("escalation_policy");
            shape["name"] = json!("Default");
            shape["escalation_rules"] = json!([]);
            shape["num_loops"] = json!(0);
            shape["services"] = json!([]);
            shape["teams"] = json!([reference("team_reference", TEAM_ID, "Engineering", "teams")]);
        }
        shape
    }

    pub(super) fn team(&self) -> Value {
        let mut shape = reference("team_reference", TEAM_ID, "Engineering", "teams");
        if self.include.has("teams") {
            shape["type"] = json!("team");
            shape["name"] = json!("Engineering");
            shape["description"] = json!("Everybody who is on call");
        }
        shape
    }
}
