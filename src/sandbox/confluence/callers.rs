//! Who calls, and whose face they speak to: Cloud with an address and an API token, Data Center with a personal access
//! token.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;

use super::errors::Refusal;
use super::{ACCOUNT, Confluence, PERSONAL_ACCESS_TOKEN, TOKEN};
use crate::sandbox::wire::Request;

/// Whose face is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Product {
    Cloud,
    DataCenter,
}

impl Product {
    pub(super) fn of(request: &Request) -> Self {
        if request.path.starts_with("/wiki/") {
            Self::Cloud
        } else {
            Self::DataCenter
        }
    }
}

/// One request, and who makes it when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call<'a> {
    pub(super) request: &'a Request,
    pub(super) product: Product,
    /// An account id, in both faces.
    pub(super) actor: &'a str,
    pub(super) base: &'a str,
    pub(super) now: Timestamp,
}

impl Call<'_> {
    /// What the site's own paths begin with.
    pub(super) fn context(&self) -> &'static str {
        match self.product {
            Product::Cloud => "/wiki",
            Product::DataCenter => "",
        }
    }
}

impl Confluence {
    /// The account id behind the credentials.
    pub(super) fn authenticate(&self, request: &Request) -> Result<String, Refusal> {
        match Product::of(request) {
            Product::Cloud => self.authenticate_by_password(request),
            Product::DataCenter => self.authenticate_by_token(request),
        }
    }

    fn authenticate_by_token(&self, request: &Request) -> Result<String, Refusal> {
        let token = request
            .header("authorization")
            .and_then(|header| header.strip_prefix("Bearer "))
            .and_then(|token| token.trim().strip_prefix(PERSONAL_ACCESS_TOKEN))
            .ok_or_else(Refusal::unauthorized)?;
        self.accounts
            .values()
            .find(|account| match token.strip_prefix('-') {
                None => token.is_empty() && account.email == ACCOUNT,
                Some(key) => account.user_key() == key,
            })
            .map(|account| account.id.clone())
            .ok_or_else(Refusal::unauthorized)
    }

    fn authenticate_by_password(&self, request: &Request) -> Result<String, Refusal> {
        let given = request
            .header("authorization")
            .and_then(|header| header.strip_prefix("Basic "));
        let decoded = given.and_then(|encoded| STANDARD.decode(encoded.trim()).ok());
        let text = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
        let pair = text.as_deref().and_then(|text| text.split_once(':'));
        let (address, _) = pair
            .filter(|(_, token)| *token == TOKEN)
            .ok_or_else(Refusal::unauthorized)?;
        self.accounts
            .values()
            .find(|account| account.email.eq_ignore_ascii_case(address))
            .map(|account| account.id.clone())
            .ok_or_else(Refusal::unauthorized)
    }
}
