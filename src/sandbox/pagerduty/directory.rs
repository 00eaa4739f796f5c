//! `/users`, `/services` and `/priorities`.

use serde_json::{Value, json};

use super::{
    Caller, PagerDuty, Refusal,
    account::TEAM_ID,
    query::{Page, Parameters},
    shapes::{self, Include, Shapes},
};
use crate::sandbox::wire::Request;

impl PagerDuty {
    pub(super) fn list_users(&self, request: &Request) -> Result<Value, Refusal> {
        let parameters = Parameters::of(
            request,
            &[
                "query",
                "team_ids[]",
                "limit",
                "offset",
                "total",
                "include[]",
            ],
        )?;
        let page = Page::of(&parameters)?;
        let shapes = Shapes::new(&self.account, parameters.include(Include::OF_USERS)?, None);
        let wanted = parameters.one("query").unwrap_or_default().to_lowercase();
        let teams = parameters.all("team_ids[]");
        let found: Vec<_> = self
            .account
            .people
            .iter()
            .filter(|person| person.is_found)
            .filter(|person| {
                format!("{}\n{}", person.name, person.email)
                    .to_lowercase()
                    .contains(&wanted)
            })
            .filter(|_| teams.is_empty() || teams.contains(&TEAM_ID))
            .collect();
        Ok(page.cut("users", found, |person| shapes.user(person)))
    }

    pub(super) fn current_user(&self, request: &Request, caller: Caller) -> Result<Value, Refusal> {
        let include = Parameters::of(request, &["include[]"])?.include(Include::OF_USER)?;
        match (
            caller,
            self.account.people.iter().find(|person| person.is_found),
        ) {
            (Caller::User, Some(person)) => {
                Ok(json!({"user": Shapes::new(&self.account, include, None).user(person)}))
            }
            (Caller::User, None) | (Caller::Account, _) => Err(Refusal::invalid(
                "Could not determine current user: the key is an account's",
            )),
        }
    }

    pub(super) fn one_user(&self, request: &Request, id: &str) -> Result<Value, Refusal> {
        let include = Parameters::of(request, &["include[]"])?.include(Include::OF_USER)?;
        let person = self
            .account
            .person(id)
            .filter(|person| person.is_found)
            .ok_or_else(Refusal::not_found)?;
        Ok(json!({"user": Shapes::new(&self.account, include, None).user(person)}))
    }

    pub(super) fn list_services(&self, request: &Request) -> Result<Value, Refusal> {
        const NAMES: [&str; 9] = [
            "query",
            "limit",
            "offset",
            "total",
            "team_ids[]",
            "time_zone",
            "sort_by",
            "include[]",
            "name",
        ];
        let parameters = Parameters::of(request, &NAMES)?;
        let page = Page::of(&parameters)?;
        let shapes = Shapes::new(
            &self.account,
            parameters.include(Include::OF_SERVICES)?,
            parameters.time_zone()?,
        );
        let wanted = parameters.one("query").unwrap_or_default().to_lowercase();
        let teams = parameters.all("team_ids[]");
        let mut found: Vec<_> = self
            .account
            .services
            .iter()
            .filter(|service| service.name.to_lowercase().contains(&wanted))
            .filter(|service| {
                parameters
                    .one("name")
                    .is_none_or(|name| name == service.name)
            })
            .filter(|_| teams.is_empty() || teams.contains(&TEAM_ID))
            .collect();
        found.sort_by(|a, b| a.name.cmp(&b.name));
        match parameters.one("sort_by") {
            None | Some("name" | "name:asc") => {}
            Some("name:desc") => found.reverse(),
            Some(other) => {
                return Err(Refusal::invalid(format!(
                    "Sort by {other} is not supported"
                )));
            }
        }
        Ok(page.cut("services", found, |service| shapes.service(service)))
    }

    pub(super) fn one_service(&self, request: &Request, id: &str) -> Result<Value, Refusal> {
        let include = Parameters::of(request, &["include[]"])?.include(Include::OF_SERVICES)?;
        let service = self.account.service(id).ok_or_else(Refusal::not_found)?;
        Ok(json!({"service": Shapes::new(&self.account, include, None).service(service)}))
    }

    pub(super) fn list_priorities(&self, request: &Request) -> Result<Value, Refusal> {
        let page = Page::of(&Parameters::of(request, &["limit", "offset", "total"])?)?;
        Ok(page.cut(
            "priorities",
            self.account.priorities.iter().collect(),
            |name| shapes::priority(name),
        ))
    }
}
