//! Which incidents are private: the source says so, or a rule of the company fits.

use regex::Regex;

use super::incident::{Incident, Visibility};

/// The company's rules. An incident is private where one of them fits.
#[derive(Clone, Debug, Default)]
pub struct PrivacyRules {
    titles: Vec<Regex>,
    services: Vec<String>,
    severities: Vec<String>,
}

impl PrivacyRules {
    /// Patterns of titles, names of services and names of severities; names are compared without regard to case.
    ///
    /// # Errors
    /// A pattern that is none.
    pub fn new(
        titles: &[String],
        services: Vec<String>,
        severities: Vec<String>,
    ) -> Result<Self, regex::Error> {
        Ok(Self {
            titles: titles
                .iter()
                .map(|title| Regex::new(title))
                .collect::<Result<_, _>>()?,
            services,
            severities,
        })
    }

    /// Who may read about an incident. What a source calls private stays private, whatever the rules.
    pub fn judge(&self, incident: &Incident) -> Visibility {
        let named = |names: &[String], name: &str| {
            names
                .iter()
                .any(|known| known.to_lowercase() == name.to_lowercase())
        };
        let fits = incident.visibility == Visibility::Private
            || self
                .titles
                .iter()
                .any(|title| title.is_match(&incident.title))
            || named(&self.services, &incident.service)
            || incident
                .severity
                .as_deref()
                .is_some_and(|severity| named(&self.severities, severity));
        if fits {
            Visibility::Private
        } else {
            Visibility::Company
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::super::incident::{IncidentId, Status};
    use super::*;

    #[rstest]
    #[case::an_ordinary_one(
        "Checkout is down",
        "checkout",
        Some("P1"),
        Visibility::Company,
        Visibility::Company
    )]
    #[case::by_its_title(
        "Security: leaked key",
        "checkout",
        None,
        Visibility::Company,
        Visibility::Private
    )]
    #[case::by_its_service("Odd logins", "Vault", None, Visibility::Company, Visibility::Private)]
    #[case::by_its_severity(
        "Odd logins",
        "",
        Some("sec-1"),
        Visibility::Company,
        Visibility::Private
    )]
    #[case::by_its_source(
        "Odd logins",
        "checkout",
        None,
        Visibility::Private,
        Visibility::Private
    )]
    fn an_incident_is_private_where_one_rule_fits(
        #[case] title: &str,
        #[case] service: &str,
        #[case] severity: Option<&str>,
        #[case] told: Visibility,
        #[case] expected: Visibility,
    ) {
        let rules = PrivacyRules::new(
            &["(?i)\\bsecurity\\b".to_owned()],
            vec!["vault".to_owned()],
            vec!["SEC-1".to_owned()],
        )
        .unwrap();
        let incident = Incident {
            service: service.to_owned(),
            severity: severity.map(str::to_owned),
            visibility: told,
            ..Incident::listed(
                IncidentId::new("test", "1"),
                "#1",
                title,
                "2026-03-02T09:00:00Z".parse().unwrap(),
                Status::Open,
            )
        };
        assert_eq!(rules.judge(&incident), expected);
    }
}
