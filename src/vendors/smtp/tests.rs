#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use mail_parser::MessageParser;
use rstest::rstest;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use super::*;

const ANN: Address<'static> = Address {
    name: Some("Ann, Lead"),
    email: "ann@acme.example",
};

fn mail() -> Mail<'static> {
    Mail {
        from: Address {
            name: Some("Debrief"),
            email: "debrief@acme.example",
        },
        to: &[ANN],
        cc: &[],
        reply_to: None,
        subject: "Checkout was down",
        message_id: "k1.announcement@acme.example",
        in_reply_to: Some("k0@acme.example"),
        references: &["k0@acme.example"],
        date: Timestamp::UNIX_EPOCH,
        headers: &[("Auto-Submitted", "auto-generated")],
        text: "Grüße, all is well",
        html: "<p>Grüße, all is <b>well</b></p>",
    }
}

fn bytes(mail: &Mail<'_>) -> Vec<u8> {
    message::build(mail).unwrap().formatted()
}

#[test]
fn a_mail_is_both_text_and_html_under_our_own_id_and_the_same_each_time() {
    let bytes = bytes(&mail());
    assert_eq!(bytes, self::bytes(&mail()));
    let parsed = MessageParser::default().parse(&bytes).unwrap();
    assert_eq!(parsed.message_id(), Some("k1.announcement@acme.example"));
    assert_eq!(parsed.in_reply_to().as_text(), Some("k0@acme.example"));
    assert_eq!(parsed.references().as_text(), Some("k0@acme.example"));
    assert_eq!(
        parsed.body_text(0).unwrap().trim_end(),
        "Grüße, all is well"
    );
    assert_eq!(
        parsed.body_html(0).unwrap().trim_end(),
        "<p>Grüße, all is <b>well</b></p>"
    );
    let to = parsed.to().unwrap().first().unwrap();
    assert_eq!(
        (to.name(), to.address()),
        (Some("Ann, Lead"), Some("ann@acme.example"))
    );
    assert!(bytes.is_ascii(), "every server takes it");
}

#[rstest]
#[case("Down\r\nBcc: everyone@acme.example")]
#[case("Down\nBcc: everyone@acme.example")]
#[case("Down\u{b}\u{85}\r\n\r\nBcc: everyone@acme.example")]
fn no_text_from_outside_begins_a_header_of_its_own(#[case] evil: &str) {
    let evil_sender = Address {
        name: Some(evil),
        email: "debrief@acme.example",
    };
    let headers = [("List-Id", evil)];
    let mail = Mail {
        subject: evil,
        from: evil_sender,
        headers: &headers,
        ..mail()
    };
    let bytes = bytes(&mail);
    let parsed = MessageParser::default().parse(&bytes).unwrap();
    assert!(parsed.bcc().is_none());
    assert!(parsed.subject().unwrap().starts_with("Down"));
    assert_eq!(parsed.body_text(0).unwrap().trim_end(), mail.text);
}

#[rstest]
#[case("no at sign")]
#[case("")]
#[case("a@b\r\nRCPT TO:<x@y.example>")]
#[case("a b@acme.example")]
#[case("@acme.example")]
#[case("ann@")]
#[case("ann@acme.example, bo@acme.example")]
#[tokio::test]
async fn an_address_that_is_none_is_refused_before_anything_is_sent(#[case] email: &str) {
    let to = [Address { name: None, email }];
    let mail = Mail { to: &to, ..mail() };
    // Nobody listens on port 9: reaching for it would be "not reached".
    let smtp = Smtp::new(&options(9)).unwrap();
    let error = smtp.send(&mail).await.unwrap_err();
    assert!(
        matches!(&error.failure, Failure::Refused { message, .. } if message.contains("not a mail address")),
        "{error}"
    );
}

#[rstest]
#[case("plain")]
#[case("a b@c")]
#[case("a@c>\r\nX: y")]
fn a_message_id_that_is_none_is_refused(#[case] id: &str) {
    let mail = Mail {
        message_id: id,
        ..mail()
    };
    assert!(message::build(&mail).unwrap_err().contains("message id"));
}

#[test]
fn a_domain_of_other_letters_goes_as_the_network_knows_it() {
    let to = [Address {
        name: None,
        email: "ann@bücher.example",
    }];
    let bytes = bytes(&Mail { to: &to, ..mail() });
    assert!(
        String::from_utf8(bytes)
            .unwrap()
            .contains("ann@xn--bcher-kva.example")
    );
}

fn options(port: u16) -> SmtpOptions {
    SmtpOptions {
        host: "127.0.0.1".into(),
        port,
        security: Security::None,
        credentials: None,
        timeout: Duration::from_secs(20),
    }
}

/// A mail server with one bad habit: how it replies to one command.
#[derive(Clone, Copy)]
enum Habit {
    None,
    Reply(&'static str, &'static str),
    HangUpAfterDot,
    SilentAfterDot,
}

async fn server(habit: Habit) -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let mails = Arc::new(Mutex::new(Vec::new()));
    let taken = Arc::clone(&mails);
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(serve(socket, habit, Arc::clone(&taken)));
        }
    });
    (port, mails)
}

async fn serve(socket: tokio::net::TcpStream, habit: Habit, taken: Arc<Mutex<Vec<String>>>) {
    let (reader, mut writer) = socket.into_split();
    let mut lines = BufReader::new(reader).lines();
    writer.write_all(b"220 ready\r\n").await.unwrap();
    while let Ok(Some(line)) = lines.next_line().await {
        let verb = line.split([' ', ':']).next().unwrap().to_uppercase();
        let mut reply = match verb.as_str() {
            "EHLO" => "250 stub",
            "DATA" => "354 go on",
            "QUIT" => "221 bye",
            _ => "250 ok",
        };
        if let Habit::Reply(to, with) = habit
            && to == verb
        {
            reply = with;
        }
        writer
            .write_all(format!("{reply}\r\n").as_bytes())
            .await
            .unwrap();
        if verb == "DATA" && reply.starts_with("354") {
            let mut mail = String::new();
            while let Ok(Some(line)) = lines.next_line().await {
                if line == "." {
                    break;
                }
                mail.push_str(&line);
                mail.push('\n');
            }
            let reply = match habit {
                Habit::HangUpAfterDot => return,
                Habit::SilentAfterDot => {
                    tokio::time::sleep(Duration::from_secs(60)).await;
                    return;
                }
                Habit::Reply(".", with) => with,
                Habit::None | Habit::Reply(..) => {
                    taken.lock().unwrap().push(mail);
                    "250 taken"
                }
            };
            writer
                .write_all(format!("{reply}\r\n").as_bytes())
                .await
                .unwrap();
        }
    }
}

#[tokio::test]
async fn mails_are_handed_over_one_after_another() {
    let (port, mails) = server(Habit::None).await;
    let smtp = Smtp::new(&options(port)).unwrap();
    smtp.check().await.unwrap();
    smtp.send(&mail()).await.unwrap();
    smtp.send(&mail()).await.unwrap();
    let mails = mails.lock().unwrap();
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[0], mails[1]);
}

#[rstest]
#[case::busy(Habit::Reply("MAIL", "421 too many"), "throttled")]
#[case::greylisted(Habit::Reply("RCPT", "451 later"), "throttled")]
#[case::not_now_after_the_dot(Habit::Reply(".", "452 full"), "throttled")]
#[case::nobody(
    Habit::Reply("RCPT", "550 no such user"),
    "550 permanent error (550): no such user"
)]
#[case::refused_content(Habit::Reply(".", "554 spam"), "554 permanent error (554): spam")]
#[case::login_wanted(
    Habit::Reply("MAIL", "530 log in"),
    "401 permanent error (530): log in"
)]
#[tokio::test]
async fn a_reply_says_whether_to_try_again(#[case] habit: Habit, #[case] expected: &str) {
    let (port, _) = server(habit).await;
    let error = Smtp::new(&options(port))
        .unwrap()
        .send(&mail())
        .await
        .unwrap_err();
    assert_eq!(error.failure.to_string(), expected);
    assert!(!error.may_have_happened());
}

#[tokio::test]
async fn a_connection_that_dies_after_the_dot_leaves_the_outcome_unknown() {
    let (port, _) = server(Habit::HangUpAfterDot).await;
    let error = Smtp::new(&options(port))
        .unwrap()
        .send(&mail())
        .await
        .unwrap_err();
    assert!(
        matches!(error.failure, Failure::OutcomeUnknown(_)),
        "{error}"
    );
}

#[tokio::test]
async fn a_server_that_falls_silent_is_not_waited_for_for_ever() {
    let (port, _) = server(Habit::SilentAfterDot).await;
    let patience = SmtpOptions {
        timeout: Duration::from_millis(300),
        ..options(port)
    };
    let error = Smtp::new(&patience)
        .unwrap()
        .send(&mail())
        .await
        .unwrap_err();
    assert_eq!(error.failure, Failure::OutcomeUnknown("timed out".into()));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_not_reached() {
    let gone = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let error = Smtp::new(&options(gone))
        .unwrap()
        .send(&mail())
        .await
        .unwrap_err();
    assert!(matches!(error.failure, Failure::NotReached(_)), "{error}");
}

#[rstest]
#[case(Security::StartTls)]
#[case(Security::Tls)]
#[tokio::test]
async fn a_server_without_tls_gets_no_mail_where_tls_is_asked_for(#[case] security: Security) {
    let (port, mails) = server(Habit::None).await;
    let strict = SmtpOptions {
        security,
        timeout: Duration::from_secs(2),
        ..options(port)
    };
    let error = Smtp::new(&strict).unwrap().send(&mail()).await.unwrap_err();
    assert!(error.vendor == "smtp");
    assert!(mails.lock().unwrap().is_empty());
}
