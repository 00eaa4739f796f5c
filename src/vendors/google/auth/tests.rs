#![allow(clippy::unwrap_used, clippy::expect_used)]

use futures_util::future::join_all;
use ring::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use rstest::rstest;

use super::*;
use crate::vendors::stub::{Stub, ok, status};

/// Made for these tests; it opens nothing.
const THROWAWAY_KEY: &str = include_str!("../testdata/throwaway-key.pem");

pub(in crate::vendors) fn key() -> ServiceAccountKey {
    let file = json!({
        "type": "service_account", "client_email": "robot@project.example",
        "private_key_id": "k1", "private_key": THROWAWAY_KEY,
    });
    ServiceAccountKey::parse(&file.to_string()).unwrap()
}

fn noon() -> Timestamp {
    "2026-10-05T12:00:00Z".parse().unwrap()
}

fn token(name: &str) -> String {
    json!({"access_token": name, "token_type": "Bearer", "expires_in": 3599}).to_string()
}

fn auth(stub: &Stub) -> GoogleAuth {
    GoogleAuth::service_account(
        stub.http(),
        &key(),
        Some("lead@acme.example".into()),
        &["a", "b"],
    )
}

#[rstest]
#[case("not json", KeyError::File)]
#[case("{\"type\": \"service_account\"}", KeyError::File)]
#[case(
    "{\"type\": \"authorized_user\", \"client_email\": \"a\", \"private_key\": \"b\"}",
    KeyError::Type
)]
#[case(
    "{\"client_email\": \"a\", \"private_key\": \"-----BEGIN\\nAAAA\\n-----END\"}",
    KeyError::Key
)]
fn a_file_that_is_no_key_is_refused_without_quoting_it(
    #[case] text: &str,
    #[case] expected: KeyError,
) {
    assert_eq!(ServiceAccountKey::parse(text).unwrap_err(), expected);
}

#[test]
fn a_key_shows_its_address_only() {
    assert_eq!(
        format!("{:?}", key()),
        "ServiceAccountKey { email: \"robot@project.example\", .. }"
    );
}

#[test]
fn the_claims_are_backdated_and_live_an_hour() {
    let issued = noon().as_second() - 30;
    assert_eq!(
        claims(
            &key(),
            Some("lead@acme.example"),
            "a b",
            "https://t/token",
            noon()
        ),
        json!({
            "iss": "robot@project.example", "sub": "lead@acme.example", "scope": "a b",
            "aud": "https://t/token", "iat": issued, "exp": issued + 3600,
        })
    );
    assert!(claims(&key(), None, "a", "t", noon()).get("sub").is_none());
}

#[test]
fn the_signature_is_good_for_the_public_key_and_not_for_other_claims() {
    let jwt = sign(&key(), &json!({"iss": "robot"})).unwrap();
    let (signed, signature) = jwt.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let pair = key().pair;
    let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public_key().as_ref());
    assert!(public.verify(signed.as_bytes(), &signature).is_ok());
    assert!(public.verify(b"other", &signature).is_err());
    let (header, _) = signed.split_once('.').unwrap();
    let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    assert_eq!(header, json!({"alg": "RS256", "typ": "JWT", "kid": "k1"}));
}

#[tokio::test]
async fn a_hundred_who_ask_at_once_cause_one_call() {
    let stub = Stub::playing(vec![ok(token("t1"))]).await;
    let auth = auth(&stub);
    let tokens = join_all((0..100).map(|_| auth.token(noon()))).await;
    assert!(
        tokens
            .iter()
            .all(|token| token.as_ref().unwrap().expose_secret() == "t1")
    );
    let seen = stub.seen();
    assert_eq!(seen.len(), 1);
    assert!(seen[0].starts_with("POST /token HTTP"));
    assert!(
        seen[0].contains(
            "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion="
        )
    );
}

#[tokio::test]
async fn those_who_waited_for_a_refusal_share_it() {
    let refused = json!({"error": "invalid_grant", "error_description": "Invalid JWT Signature."});
    let stub = Stub::playing(vec![status(400, refused.to_string())]).await;
    let auth = auth(&stub);
    for outcome in join_all((0..20).map(|_| auth.token(noon()))).await {
        assert_eq!(
            outcome.unwrap_err().failure,
            Failure::Unauthorized("invalid_grant: Invalid JWT Signature.".into())
        );
    }
    assert_eq!(stub.seen().len(), 1);
    // A later caller asks anew: the fault may have been mended.
    assert!(auth.token(noon()).await.is_err());
    assert_eq!(stub.seen().len(), 2);
}

#[rstest]
#[case::still_good(3538, 1)]
#[case::in_its_last_minute(3539, 2)]
#[tokio::test]
async fn a_token_is_renewed_a_minute_early(#[case] seconds_later: i64, #[case] calls: usize) {
    let stub = Stub::playing(vec![ok(token("t1")), ok(token("t2"))]).await;
    let auth = auth(&stub);
    auth.token(noon()).await.unwrap();
    let later = noon() + SignedDuration::from_secs(seconds_later);
    auth.token(later).await.unwrap();
    assert_eq!(stub.seen().len(), calls);
}

#[tokio::test]
async fn a_refused_token_is_forgotten_and_its_successor_is_not() {
    let stub = Stub::playing(vec![ok(token("t1")), ok(token("t2"))]).await;
    let auth = auth(&stub);
    let first = auth.token(noon()).await.unwrap();
    auth.forget(&first).await;
    let second = auth.token(noon()).await.unwrap();
    auth.forget(&first).await;
    assert_eq!(
        auth.token(noon()).await.unwrap().expose_secret(),
        second.expose_secret()
    );
    assert_eq!(stub.seen().len(), 2);
}

#[tokio::test]
async fn a_refresh_token_is_exchanged_with_the_clients_secret_in_the_body() {
    let stub = Stub::playing(vec![ok(token("t1"))]).await;
    let auth = GoogleAuth::refresh_token(
        stub.http(),
        "client",
        "hush".to_owned().into(),
        "1//refresh".to_owned().into(),
    );
    assert_eq!(auth.token(noon()).await.unwrap().expose_secret(), "t1");
    let seen = &stub.seen()[0];
    let (head, body) = seen.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /token "));
    assert!(!head.to_lowercase().contains("authorization"));
    let mut fields: Vec<_> = body.split('&').collect();
    fields.sort_unstable();
    assert_eq!(
        fields,
        [
            "client_id=client",
            "client_secret=hush",
            "grant_type=refresh_token",
            "refresh_token=1%2F%2Frefresh"
        ]
    );
}

#[rstest]
#[case::revoked(400, json!({"error": "invalid_grant", "error_description": "Bad Request"}), "401 invalid_grant: Bad Request")]
#[case::no_delegation(401, json!({"error": "unauthorized_client"}), "401 unauthorized_client")]
#[case::no_such_scope(400, json!({"error": "invalid_scope", "error_description": "x"}), "403 invalid_scope: x")]
#[case::our_mistake(400, json!({"error": "invalid_request", "error_description": "x"}), "400 invalid_request: x")]
#[tokio::test]
async fn a_refusal_says_what_a_person_has_to_mend(
    #[case] code: u16,
    #[case] body: Value,
    #[case] expected: &str,
) {
    let stub = Stub::playing(vec![status(code, body.to_string())]).await;
    let error = auth(&stub).token(noon()).await.unwrap_err();
    assert_eq!(error.failure.to_string(), expected);
}

#[tokio::test]
async fn an_answer_without_a_token_is_not_quoted() {
    let stub = Stub::playing(vec![ok("{\"id_token\": \"secret\"}")]).await;
    let auth = GoogleAuth::refresh_token(
        stub.http(),
        "client",
        "hush".to_owned().into(),
        "r".to_owned().into(),
    );
    let error = auth.token(noon()).await.unwrap_err();
    assert!(matches!(error.failure, Failure::Unreadable(_)));
    assert!(!format!("{error:?}").contains("secret"));
}
