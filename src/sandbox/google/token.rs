//! The token endpoint, and what a token allows.
//!
//! A service account's assertion is verified with its public key, as Google does it, so that a client that signs
//! wrongly finds out here: <https://developers.google.com/identity/protocols/oauth2/service-account>.

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
        accounts::{Accounts, WORKSPACE_ACCOUNT},
        errors::Refusal,
    },
    seed::fingerprint,
    wire::{Reply, Request},
};

/// How long an access token lives.
const LIFETIME: SignedDuration = SignedDuration::from_hours(1);
/// How far a client's clock may be off.
const LEEWAY: SignedDuration = SignedDuration::from_mins(10);
const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const SCOPE_PREFIX: &str = "https://www.googleapis.com/auth/";
const OPEN_ID: [&str; 3] = ["openid", "email", "profile"];

/// The OAuth client of the refresh token.
pub const CLIENT_ID: &str = "sandbox-client";
const CLIENT_SECRET: &str = "sandbox-client-secret";
const REFRESH_TOKEN: &str = "sandbox-refresh-token";
/// What the holder of the refresh token consented to.
const CONSENTED: [&str; 5] = [
    "drive",
    "drive.file",
    "spreadsheets",
    "calendar",
    "calendar.events",
];
/// What the organisation's administrator let the service account do on behalf of people, as families of scopes.
const DELEGATED: [&str; 3] = ["drive", "spreadsheets", "calendar"];

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
            .map(|(_, token)| token.trim());
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

/// A clock that is off is the usual cause, so the text speaks of "a reasonable timeframe".
fn check_times(claims: &Value, now: Timestamp) -> Result<(), Denial> {
    let instant = |name: &str| {
        claims[name]
            .as_i64()
            .and_then(|seconds| Timestamp::from_second(seconds).ok())
    };
    let fits = match (instant("iat"), instant("exp")) {
        (Some(issued), Some(expires)) => {
            expires > issued
                && expires <= issued + LIFETIME
                && issued <= now + LEEWAY
                && issued >= now - LIFETIME - LEEWAY
                && expires > now
                && expires <= now + LIFETIME + LEEWAY
        }
        (None, _) | (_, None) => false,
    };
    if fits {
        Ok(())
    } else {
        Err((
            400,
            "invalid_grant",
            "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your \
             iat and exp values in the JWT claim."
                .into(),
        ))
    }
}

/// The scopes of a space-separated list, without their common prefix.
fn scopes(text: &str) -> Result<Vec<String>, Denial> {
    if text.trim().is_empty() {
        return Err((
            400,
            "invalid_scope",
            "Empty or missing scope not allowed.".into(),
        ));
    }
    text.split_whitespace()
        .map(|scope| {
            scope
                .strip_prefix(SCOPE_PREFIX)
                .filter(|name| !name.is_empty())
                .or_else(|| OPEN_ID.contains(&scope).then_some(scope))
                .map(str::to_owned)
                .ok_or_else(|| {
                    (
                        400,
                        "invalid_scope",
                        format!("Invalid OAuth scope or ID token audience provided: {scope}"),
                    )
                })
        })
        .collect()
}

fn is_delegated(scope: &str) -> bool {
    OPEN_ID.contains(&scope)
        || DELEGATED
            .iter()
            .any(|family| scope.split('.').next() == Some(family))
}

fn refresh(client: (&str, &str), token: &str, narrowed: Option<&str>) -> Result<Caller, Denial> {
    if client != (CLIENT_ID, CLIENT_SECRET) {
        return Err((
            401,
            "invalid_client",
            "The OAuth client was not found.".into(),
        ));
    }
    if token != REFRESH_TOKEN {
        return Err((
            400,
            "invalid_grant",
            "Token has been expired or revoked.".into(),
        ));
    }
    let scopes = match narrowed {
        None => CONSENTED.iter().map(|scope| (*scope).to_owned()).collect(),
        Some(text) => scopes(text)?,
    };
    if let Some(scope) = scopes
        .iter()
        .find(|scope| !CONSENTED.contains(&scope.as_str()))
    {
        return Err((400, "invalid_scope", format!("Not consented to: {scope}")));
    }
    Ok(Caller {
        email: WORKSPACE_ACCOUNT.into(),
        client: CLIENT_ID.into(),
        standing: Standing::Person,
        scopes,
    })
}

#[cfg(test)]
pub mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]
    use ring::{rand::SystemRandom, signature::RSA_PKCS1_SHA256};
    use rstest::rstest;

    use super::*;

    pub const NOW: &str = "2026-11-23T09:00:00Z";

    /// A signed assertion of those claims.
    pub fn sign(claims: &Value) -> String {
        let file = service_account("");
        let pem: String = file["private_key"]
            .as_str()
            .unwrap()
            .lines()
            .filter(|line| !line.starts_with("-----"))
            .collect();
        let pair = KeyPair::from_pkcs8(&STANDARD.decode(pem).unwrap()).unwrap();
        let header = URL_SAFE_NO_PAD.encode(json!({"alg": "RS256", "typ": "JWT"}).to_string());
        let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
        let mut signature = vec![0; pair.public().modulus_len()];
        pair.sign(
            &RSA_PKCS1_SHA256,
            &SystemRandom::new(),
            signed.as_bytes(),
            &mut signature,
        )
        .unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    pub fn claims(now: Timestamp) -> Value {
        json!({
            "iss": "robot@debrief-sandbox.iam.gserviceaccount.com",
            "scope": "https://www.googleapis.com/auth/drive.file https://www.googleapis.com/auth/calendar.events",
            "aud": "http://127.0.0.1/token",
            "iat": now.as_second(),
            "exp": now.as_second() + 3600,
        })
    }

    pub fn form(fields: &[(&str, &str)]) -> Request {
        Request {
            method: "POST".into(),
            path: "/token".into(),
            query: vec![],
            headers: vec![(
                "content-type".into(),
                "application/x-www-form-urlencoded".into(),
            )],
            body: serde_urlencoded::to_string(fields).unwrap().into_bytes(),
        }
    }

    fn ask(fields: &[(&str, &str)]) -> (u16, Value) {
        let mut tokens = Tokens::new();
        let mut accounts = Accounts::new(tokens.robot());
        accounts.add("ada@example.com", "Ada", None);
        let reply = tokens.answer(&form(fields), &accounts, NOW.parse().unwrap());
        (reply.status, serde_json::from_slice(&reply.body).unwrap())
    }

    #[rstest]
    #[case::good("iss", json!("robot@debrief-sandbox.iam.gserviceaccount.com"), "")]
    #[case::delegated("sub", json!("ada@example.com"), "")]
    #[case::itself("sub", json!("robot@debrief-sandbox.iam.gserviceaccount.com"), "")]
    #[case::nobody("sub", json!("nobody@example.com"), "invalid_grant")]
    #[case::other_issuer("iss", json!("other@example.com"), "invalid_grant")]
    #[case::wrong_audience("aud", json!("http://127.0.0.1/"), "invalid_grant")]
    #[case::no_scope("scope", json!(""), "invalid_scope")]
    #[case::made_up_scope("scope", json!("everything"), "invalid_scope")]
    #[case::too_long("exp", json!(NOW.parse::<Timestamp>().unwrap().as_second() + 3601), "invalid_grant")]
    fn an_assertion_is_believed_or_not(
        #[case] name: &str,
        #[case] value: Value,
        #[case] error: &str,
    ) {
        let mut claims = claims(NOW.parse().unwrap());
        claims[name] = value;
        let (status, body) = ask(&[("grant_type", JWT_BEARER), ("assertion", &sign(&claims))]);
        assert_eq!(body["error"].as_str().unwrap_or_default(), error);
        assert_eq!(status, if error.is_empty() { 200 } else { 400 });
    }

    #[rstest]
    #[case(-9, true)]
    #[case(9, true)]
    #[case(-61, false)]
    #[case(11, false)]
    fn a_clock_that_is_off_makes_no_token(#[case] minutes: i64, #[case] good: bool) {
        let now: Timestamp = NOW.parse().unwrap();
        let claims = claims(now + SignedDuration::from_mins(minutes));
        let (_, body) = ask(&[("grant_type", JWT_BEARER), ("assertion", &sign(&claims))]);
        assert_eq!(body.get("access_token").is_some(), good);
        assert!(
            good || body["error_description"]
                .as_str()
                .unwrap()
                .contains("short-lived token")
        );
    }

    #[test]
    fn delegation_covers_what_the_administrator_granted() {
        let mut claims = claims(NOW.parse().unwrap());
        claims["sub"] = json!("ada@example.com");
        claims["scope"] = json!("https://www.googleapis.com/auth/gmail.send");
        let (status, body) = ask(&[("grant_type", JWT_BEARER), ("assertion", &sign(&claims))]);
        assert_eq!(
            (status, &body["error"]),
            (401, &json!("unauthorized_client"))
        );
    }

    #[test]
    fn a_signature_is_really_verified() {
        let good = sign(&claims(NOW.parse().unwrap()));
        let (head, rest) = good.split_once('.').unwrap();
        let (_, signature) = rest.split_once('.').unwrap();
        let mut forged = claims(NOW.parse().unwrap());
        forged["sub"] = json!("ada@example.com");
        let forged = format!(
            "{head}.{}.{signature}",
            URL_SAFE_NO_PAD.encode(forged.to_string())
        );
        let (_, body) = ask(&[("grant_type", JWT_BEARER), ("assertion", &forged)]);
        assert_eq!(body["error_description"], "Invalid JWT Signature.");
    }

    #[rstest]
    #[case(&[("client_secret", "sandbox-client-secret"), ("refresh_token", "sandbox-refresh-token")], "")]
    #[case(&[("client_secret", "wrong"), ("refresh_token", "sandbox-refresh-token")], "invalid_client")]
    #[case(&[("client_secret", "sandbox-client-secret"), ("refresh_token", "revoked")], "invalid_grant")]
    #[case(&[("client_secret", "sandbox-client-secret")], "invalid_request")]
    #[case(&[("client_secret", "sandbox-client-secret"), ("refresh_token", "sandbox-refresh-token"), ("x", "1")], "invalid_request")]
    fn a_refresh_token_is_taken_or_not(#[case] fields: &[(&str, &str)], #[case] error: &str) {
        let mut all = vec![
            ("grant_type", "refresh_token"),
            ("client_id", "sandbox-client"),
        ];
        all.extend(fields);
        let (_, body) = ask(&all);
        assert_eq!(body["error"].as_str().unwrap_or_default(), error);
        assert_eq!(body.get("scope").is_some(), error.is_empty());
    }

    #[test]
    fn a_token_lives_an_hour() {
        let now: Timestamp = NOW.parse().unwrap();
        let mut tokens = Tokens::new();
        let accounts = Accounts::new(tokens.robot());
        let assertion = sign(&claims(now));
        let reply = tokens.answer(
            &form(&[("grant_type", JWT_BEARER), ("assertion", &assertion)]),
            &accounts,
            now,
        );
        let body: Value = serde_json::from_slice(&reply.body).unwrap();
        let mut request = form(&[]);
        assert_eq!(
            tokens.caller_of(&request, now).unwrap_err().reason,
            "required"
        );
        request.headers = vec![(
            "authorization".into(),
            format!("Bearer {}", body["access_token"].as_str().unwrap()),
        )];
        let caller = tokens
            .caller_of(&request, now + SignedDuration::from_secs(3599))
            .unwrap();
        assert_eq!(caller.standing, Standing::Robot);
        assert!(caller.may(&["calendar.events"]) && !caller.may(&["calendar"]));
        assert_eq!(
            tokens.caller_of(&request, now + LIFETIME).unwrap_err().code,
            401
        );
    }
}
