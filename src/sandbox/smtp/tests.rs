#![allow(clippy::unwrap_used, clippy::expect_used)]

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    transport::smtp::authentication::{Credentials, Mechanism},
};
use rstest::rstest;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;
use crate::{
    clock::Clock,
    sandbox::{
        faults::{Rule, When},
        server::{Options, Sandbox},
    },
};

async fn sandbox() -> Sandbox {
    let options = Options {
        listen: "127.0.0.1:0".parse().unwrap(),
        clock: Clock::standing_at("2026-11-23T10:00:00Z".parse().unwrap()),
        latency: Duration::ZERO,
        record: None,
    };
    Sandbox::start(options).await.unwrap()
}

fn transport(sandbox: &Sandbox) -> lettre::transport::smtp::AsyncSmtpTransportBuilder {
    let address = sandbox.smtp_address();
    AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(address.ip().to_string())
        .port(address.port())
}

fn mail() -> Message {
    Message::builder()
        .from("Debrief <debrief@example.com>".parse().unwrap())
        .to("all@example.com".parse().unwrap())
        .to("b@example.com".parse().unwrap())
        .subject("Größe & more")
        .message_id(Some("<key@debrief.example.com>".into()))
        .body("Dear all\n.\n..dots\n".to_owned())
        .unwrap()
}

/// Sends the lines in one go and gives back the code of each reply, until the other side closes.
async fn converse(sandbox: &Sandbox, lines: &str) -> Vec<String> {
    let mut stream = TcpStream::connect(sandbox.smtp_address()).await.unwrap();
    stream.write_all(lines.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut heard = String::new();
    stream.read_to_string(&mut heard).await.unwrap();
    heard
        .lines()
        .filter(|line| line.as_bytes().get(3) != Some(&b'-'))
        .map(|line| line[..3.min(line.len())].to_owned())
        .collect()
}

#[tokio::test]
async fn a_mail_is_kept_with_its_envelope_and_counts_as_a_call() {
    let sandbox = sandbox().await;
    transport(&sandbox).build().send(mail()).await.unwrap();
    let world = sandbox.world();
    let kept = &world["smtp"]["messages"][0];
    assert_eq!(kept["subject"], "Größe & more");
    assert_eq!(kept["from"], "debrief@example.com");
    assert_eq!(kept["to"], json!(["all@example.com", "b@example.com"]));
    assert_eq!(kept["message_id"], "<key@debrief.example.com>");
    assert_eq!(
        kept["text"].as_str().unwrap().trim_end(),
        "Dear all\r\n.\r\n..dots"
    );
    assert_eq!(
        kept["envelope"]["to"],
        json!(["all@example.com", "b@example.com"])
    );
    assert_eq!(kept["received_at"], "2026-11-23T10:00:00Z");
    assert_eq!(
        world["calls"],
        json!([{"vendor": "smtp", "method": "DATA", "path": "2", "status": 250}])
    );
}

#[rstest]
#[case("sandbox-smtp-password", Mechanism::Plain, true)]
#[case("sandbox-smtp-password", Mechanism::Login, true)]
#[case("guessed", Mechanism::Plain, false)]
#[case("guessed", Mechanism::Login, false)]
#[tokio::test]
async fn any_user_may_send_who_knows_the_password(
    #[case] password: &str,
    #[case] how: Mechanism,
    #[case] welcome: bool,
) {
    let sandbox = sandbox().await;
    let credentials = Credentials::new("debrief".into(), password.into());
    let sent = transport(&sandbox)
        .credentials(credentials)
        .authentication(vec![how])
        .build()
        .send(mail())
        .await;
    assert_eq!(sent.is_ok(), welcome);
}

#[rstest]
#[case::pipelined(
    "EHLO me\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\nhi\r\n.\r\nQUIT\r\n",
    "220 250 250 250 354 250 221"
)]
#[case::lower_case(
    "ehlo me\r\nmail from:<> size=10\r\nrcpt to:<b@example.com>\r\nquit\r\n",
    "220 250 250 250 221"
)]
#[case::no_greeting("MAIL FROM:<a@example.com>\r\n", "220 503")]
#[case::nameless("EHLO\r\n", "220 501")]
#[case::no_mail("EHLO me\r\nRCPT TO:<b@example.com>\r\nDATA\r\n", "220 250 503 503")]
#[case::no_recipient("EHLO me\r\nMAIL FROM:<a@example.com>\r\nDATA\r\n", "220 250 250 503")]
#[case::reset(
    "HELO me\r\nMAIL FROM:<a@example.com>\r\nRSET\r\nRCPT TO:<b@example.com>\r\n",
    "220 250 250 250 503"
)]
#[case::nested(
    "EHLO me\r\nMAIL FROM:<a@example.com>\r\nMAIL FROM:<a@example.com>\r\n",
    "220 250 250 503"
)]
#[case::brackets("EHLO me\r\nMAIL FROM:a@example.com\r\n", "220 250 501")]
#[case::not_an_address(
    "EHLO me\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<b>\r\nRCPT TO:<b c@d>\r\n",
    "220 250 250 553 553"
)]
#[case::parameter("EHLO me\r\nMAIL FROM:<a@example.com> RET=FULL\r\n", "220 250 555")]
#[case::too_big(
    "EHLO me\r\nMAIL FROM:<a@example.com> SIZE=99999999\r\n",
    "220 250 552"
)]
#[case::unknown(
    "EHLO me\r\nSTARTTLS\r\nNOOP\r\nVRFY x\r\nHELP\r\n",
    "220 250 502 250 252 500"
)]
#[case::mechanism(
    "EHLO me\r\nAUTH CRAM-MD5\r\nAUTH PLAIN %%\r\nAUTH PLAIN AGE=\r\n",
    "220 250 504 501 501"
)]
#[case::cancelled("EHLO me\r\nAUTH LOGIN\r\n*\r\nNOOP\r\n", "220 250 334 501 250")]
#[case::cut_off(
    "EHLO me\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\nhi\r\n",
    "220 250 250 250 354"
)]
#[tokio::test]
async fn the_conversation_follows_the_rules(#[case] said: &str, #[case] heard: &str) {
    let sandbox = sandbox().await;
    assert_eq!(converse(&sandbox, said).await.join(" "), heard);
}

#[tokio::test]
async fn a_mail_that_was_cut_off_is_not_kept() {
    let sandbox = sandbox().await;
    converse(
        &sandbox,
        "EHLO me\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\nhi\r\n",
    )
    .await;
    assert_eq!(sandbox.world()["smtp"]["messages"], json!([]));
}

/// Whether the client believes the mail was sent, and whether it was kept.
#[rstest]
#[case(Rule::new(Kind::Refuse).vendor("smtp"), false, 0)]
#[case(Rule::new(Kind::Refuse), false, 0)]
#[case(Rule::new(Kind::Hang { seconds: 0 }), false, 0)]
#[case(Rule::new(Kind::DropAfter).vendor("smtp"), false, 1)]
#[case(Rule::new(Kind::Truncate), false, 1)]
#[case(Rule::new(Kind::WrongType), false, 1)]
#[case(Rule::new(Kind::Throttle { retry_after: None }), false, 0)]
#[case(Rule::new(Kind::ErrorBefore), false, 0)]
#[case(Rule::new(Kind::ErrorAfter), false, 1)]
#[case(Rule::new(Kind::ExpiredToken), false, 0)]
#[case(Rule::new(Kind::Latency { millis: 1 }), true, 1)]
#[case(Rule::new(Kind::Reject { code: 550 }), false, 0)]
#[case(Rule::new(Kind::Reject { code: 451 }).path("b@example.com"), false, 0)]
#[case(Rule::new(Kind::Reject { code: 550 }).path("somebody@else"), true, 1)]
#[tokio::test]
async fn a_fault_is_seen_by_a_mail_client(
    #[case] rule: Rule,
    #[case] believed: bool,
    #[case] kept: usize,
) {
    let sandbox = sandbox().await;
    sandbox.add_faults(vec![rule]);
    assert_eq!(
        transport(&sandbox).build().send(mail()).await.is_ok(),
        believed
    );
    assert_eq!(
        sandbox.world()["smtp"]["messages"]
            .as_array()
            .unwrap()
            .len(),
        kept
    );
}

#[tokio::test]
async fn a_bad_recipient_is_refused_every_time_and_the_others_are_served() {
    let sandbox = sandbox().await;
    sandbox.add_faults(vec![
        Rule::new(Kind::Reject { code: 550 })
            .path("b@example.com")
            .when(When::Always),
    ]);
    let said = "EHLO me\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nRCPT TO:<c@example.com>\r\nDATA\r\nhi\r\n.\r\n";
    for _ in 0..2 {
        assert_eq!(
            converse(&sandbox, said).await.join(" "),
            "220 250 250 550 250 354 250"
        );
    }
    assert_eq!(
        sandbox.world()["smtp"]["messages"][1]["envelope"]["to"],
        json!(["c@example.com"])
    );
}
