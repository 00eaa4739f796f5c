//! The token endpoint, and a signed-in client for other tests.

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
fn an_assertion_is_believed_or_not(#[case] name: &str, #[case] value: Value, #[case] error: &str) {
    let mut claims = claims(NOW.parse().unwrap());
    claims[name] = value;
    let (status, body) = ask(&[("grant_type", JWT_BEARER), ("assertion", &sign(&claims))]);
    assert_eq!(body["error"].as_str().unwrap_or_default(), error);
    assert_eq!(status, if error.is_empty() { 200 } else { 400 });
}

#[rstest]
#[case(-9, true)]
#[case(9, true)]
#[case(-11, false)]
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
