//! The token endpoint, and what a token allows.
//!
//! A service account's assertion is verified with its public key, as Google does it, so that a client that signs
//! wrongly finds out here: <https://developers.google.com/identity/protocols/oauth2/service-account>.

mod grants;
#[cfg(test)]
pub mod tests;

use std::collections::HashMap;

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jiff::{SignedDuration, Timestamp};
use ring::{
    rsa::KeyPair,
    signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey},
};
use serde_json::{Value, json};

use crate::sandbox::{
    google::{
        accounts::Accounts,
        errors::Refusal,
        token::grants::{SCOPE_PREFIX, check_times, is_delegated, refresh, scopes},
    },
    seed::fingerprint,
    wire::{Reply, Request},
};

/// How long an access token lives.
const LIFETIME: SignedDuration = SignedDuration::from_hours(1);
const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// The OAuth client of the refresh token.
pub const CLIENT_ID: &str = "sandbox-client";

/// The sandbox's service-account file, as it would be downloaded from the console, with its `token_uri` moved to
/// the sandbox at `base_url`. Its key opens nothing but the sandbox.
pub fn service_account(base_url: &str) -> Value {
    let mut file: Value =
        serde_json::from_str(include_str!("../../../config/sandbox-service-account.json"))
            .unwrap_or_default();
    file["token_uri"] = json!(format!("{}/token", base_url.trim_end_matches('/')));
    file
}

/// On whose behalf a token acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The service account itself: no Drive storage, no invitations.
    Robot,
    /// The service account on behalf of a person.
    Delegated,
    /// A person who consented.
    Person,
}

/// Who a request comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The account it acts as.
    pub email: String,
    /// The OAuth client; `appProperties` and `drive.file` are private to it.
    pub client: String,
    /// On whose behalf.
    pub standing: Standing,
    /// Scopes without their common prefix.
    pub scopes: Vec<String>,
}

impl Caller {
    /// Whether any of those scopes was granted.
    pub fn may(&self, any: &[&str]) -> bool {
        any.iter()
            .any(|scope| self.scopes.iter().any(|mine| mine == scope))
    }
}

/// An OAuth error: status, word, and text (RFC 6749, section 5.2).
type Denial = (u16, &'static str, String);

/// All tokens ever given.
#[derive(Debug)]
pub struct Tokens {
    robot: String,
    client_id: String,
    key_id: String,
    public_key: Vec<u8>,
    issued: HashMap<String, (Caller, Timestamp)>,
}

impl Tokens {
    /// No tokens yet; assertions of the sandbox's service account will be believed.
    pub fn new() -> Self {
        let file = service_account("");
        let text = |name: &str| file[name].as_str().unwrap_or_default().to_owned();
        let pem: String = text("private_key")
            .lines()
            .filter(|line| !line.starts_with("-----"))
            .collect();
        let public_key = STANDARD
            .decode(pem)
            .ok()
            .and_then(|der| KeyPair::from_pkcs8(&der).ok())
            .map(|pair| pair.public_key().as_ref().to_vec())
            .unwrap_or_default();
        Self {
            robot: text("client_email"),
            client_id: text("client_id"),
            key_id: text("private_key_id"),
            public_key,
            issued: HashMap::new(),
        }
    }

    /// The service account's address.
    pub fn robot(&self) -> &str {
        &self.robot
    }

    /// `POST /token`.
    pub fn answer(&mut self, request: &Request, accounts: &Accounts, now: Timestamp) -> Reply {
        match self.grant(request, accounts, now) {
            Ok(body) => Reply::json(200, &body).with("cache-control", "no-store"),
            Err((code, error, description)) => Reply::json(
                code,
                &json!({"error": error, "error_description": description}),
            ),
        }
    }

    fn grant(
        &mut self,
        request: &Request,
        accounts: &Accounts,
        now: Timestamp,
    ) -> Result<Value, Denial> {
        let bad = |text: &str| (400, "invalid_request", text.to_owned());
        if request.method != "POST" {
            return Err((
                405,
                "invalid_request",
                "The token endpoint takes POST only.".into(),
            ));
        }
        let form = request.header("content-type").unwrap_or_default();
        if !form.starts_with("application/x-www-form-urlencoded") {
            return Err(bad("The body must be a form."));
        }
        if let Some((name, _)) = request.query.first() {
            return Err(bad(&format!("Parameter not allowed in the query: {name}")));
        }
        let fields: Vec<(String, String)> =
            serde_urlencoded::from_bytes(&request.body).map_err(|error| bad(&error.to_string()))?;
        let field = |name: &str| {
            fields
                .iter()
                .find(|(each, _)| each == name)
                .map(|(_, value)| value.as_str())
        };
        let required = |name: &str| {
            field(name).ok_or_else(|| bad(&format!("Missing required parameter: {name}")))
        };
        let only = |names: &[&str]| match fields
            .iter()
            .find(|(name, _)| !names.contains(&name.as_str()))
        {
            Some((name, _)) => Err(bad(&format!(
                "Parameter not allowed for this message type: {name}"
            ))),
            None => Ok(()),
        };
        match required("grant_type")? {
            JWT_BEARER => {
                only(&["grant_type", "assertion"])?;
                let caller = self.assertion(required("assertion")?, accounts, now)?;
                Ok(self.issue(caller, now))
            }
            "refresh_token" => {
                only(&[
                    "grant_type",
                    "client_id",
                    "client_secret",
                    "refresh_token",
                    "scope",
                ])?;
                let client = (required("client_id")?, required("client_secret")?);
                let caller = refresh(client, required("refresh_token")?, field("scope"))?;
                let scopes: Vec<String> = caller
                    .scopes
                    .iter()
                    .map(|scope| format!("{SCOPE_PREFIX}{scope}"))
                    .collect();
                let mut body = self.issue(caller, now);
                body["scope"] = json!(scopes.join(" "));
                Ok(body)
            }
            other => Err((
                400,
                "unsupported_grant_type",
                format!("Invalid grant_type: {other}"),
            )),
        }
    }

    fn assertion(
        &self,
        assertion: &str,
        accounts: &Accounts,
        now: Timestamp,
    ) -> Result<Caller, Denial> {
        let invalid = |text: &str| (400, "invalid_grant", text.to_owned());
        let parts: Vec<&str> = assertion.split('.').collect();
        let [header, claims, signature] = parts.as_slice() else {
            return Err((400, "invalid_request", "The assertion is no JWT.".into()));
        };
        let decode = |part: &str| {
            URL_SAFE_NO_PAD
                .decode(part)
                .map_err(|_| invalid("Invalid JWT: not base64url."))
        };
        let parse = |part: &str| -> Result<Value, Denial> {
            serde_json::from_slice(&decode(part)?).map_err(|_| invalid("Invalid JWT: not JSON."))
        };
        let (head, body) = (parse(header)?, parse(claims)?);
        if head["alg"] != "RS256" || head.get("typ").is_some_and(|typ| typ != "JWT") {
            return Err(invalid("Invalid JWT: alg must be RS256."));
        }
        if head
            .get("kid")
            .is_some_and(|kid| *kid != json!(self.key_id))
        {
            return Err(invalid("Invalid JWT Signature."));
        }
        let issuer = body["iss"].as_str().unwrap_or_default();
        if issuer != self.robot {
            return Err(invalid("Invalid grant: account not found"));
        }
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &self.public_key)
            .verify(format!("{header}.{claims}").as_bytes(), &decode(signature)?)
            .map_err(|_| invalid("Invalid JWT Signature."))?;
        check_times(&body, now)?;
        if !body["aud"].as_str().unwrap_or_default().ends_with("/token") {
            return Err(invalid(
                "Invalid JWT: Failed audience check. The right audience is the token endpoint.",
            ));
        }
        let scopes = scopes(body["scope"].as_str().unwrap_or_default())?;
        let subject = match body
            .get("sub")
            .map(|subject| subject.as_str().unwrap_or_default())
        {
            None => None,
            Some(subject) if subject == self.robot => None,
            Some(subject) => Some(subject),
        };
        let Some(subject) = subject else {
            return Ok(self.caller(&self.robot, Standing::Robot, scopes));
        };
        if !accounts.knows(subject) {
            return Err(invalid("Invalid email or User ID"));
        }
        if !scopes.iter().all(|scope| is_delegated(scope)) {
            return Err((
                401,
                "unauthorized_client",
                "Client is unauthorized to retrieve access tokens using this method, or client not authorized for \
                 any of the scopes requested."
                    .into(),
            ));
        }
        Ok(self.caller(subject, Standing::Delegated, scopes))
    }

    fn caller(&self, email: &str, standing: Standing, scopes: Vec<String>) -> Caller {
        Caller {
            email: email.to_lowercase(),
            client: self.client_id.clone(),
            standing,
            scopes,
        }
    }

    fn issue(&mut self, caller: Caller, now: Timestamp) -> Value {
        let number = self.issued.len();
        let token = format!(
            "ya29.{}",
            fingerprint(&format!("{number} {now} {}", caller.email), 40).to_lowercase()
        );
        self.issued.insert(token.clone(), (caller, now));
        json!({"access_token": token, "expires_in": LIFETIME.as_secs(), "token_type": "Bearer"})
    }

    /// Who a request comes from.
    ///
    /// # Errors
    /// 401 without a token, and with one that is unknown or has expired.
    pub fn caller_of(&self, request: &Request, now: Timestamp) -> Result<Caller, Refusal> {
        let bearer = request
            .header("authorization")
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token.trim())
            .filter(|token| !token.is_empty());
        let token = bearer
            .or_else(|| request.query("access_token"))
            .or_else(|| request.query("oauth_token"));
        let Some(token) = token else {
            return Err(Refusal::front_end(
                401,
                "required",
                "Request is missing required authentication credential. Expected OAuth 2 access token, login cookie \
                 or other valid authentication credential. See \
                 https://developers.google.com/identity/sign-in/web/devconsole-project.",
            )
            .at("header", "Authorization"));
        };
        match self.issued.get(token) {
            Some((caller, issued)) if now < *issued + LIFETIME => Ok(caller.clone()),
            Some(_) | None => Err(Refusal::front_end(
                401,
                "authError",
                "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other \
                 valid authentication credential. See \
                 https://developers.google.com/identity/sign-in/web/devconsole-project.",
            )
            .at("header", "Authorization")),
        }
    }
}
