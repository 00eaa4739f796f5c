//! The mails that were delivered, taken apart as the world shows them.

use jiff::Timestamp;
use mail_parser::{Address, Message, MessageParser, MimeHeaders};
use serde_json::{Map, Value, json};

/// What SMTP says of a mail besides the mail itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Envelope {
    /// `MAIL FROM`; empty for a bounce.
    pub sender: String,
    /// `RCPT TO`, in order.
    pub recipients: Vec<String>,
}

/// Every mail, in the order of delivery.
#[derive(Debug, Default)]
pub(super) struct Mailbox {
    messages: Vec<Value>,
}

impl Mailbox {
    /// Keeps a mail. What cannot be parsed is kept too, with its raw text as its text.
    pub fn deliver(&mut self, envelope: &Envelope, raw: &[u8], received_at: Timestamp) {
        let mut shown = match MessageParser::default().parse(raw) {
            Some(message) => taken_apart(&message),
            None => {
                Map::from_iter([("text".to_owned(), Value::from(String::from_utf8_lossy(raw)))])
            }
        };
        shown.insert(
            "envelope".into(),
            json!({"from": envelope.sender, "to": envelope.recipients}),
        );
        shown.insert("received_at".into(), json!(received_at));
        self.messages.push(Value::Object(shown));
    }

    /// As the world shows them.
    pub fn messages(&self) -> &[Value] {
        &self.messages
    }
}

fn taken_apart(message: &Message<'_>) -> Map<String, Value> {
    let mut headers: Map<String, Value> = Map::new();
    for (name, value) in message.headers_raw() {
        if let Value::Array(values) = headers.entry(name).or_insert_with(|| json!([])) {
            values.push(unfolded(value).into());
        }
    }
    let text = message
        .text_bodies()
        .find(|part| part.is_text() && !part.is_text_html());
    let html = message.html_bodies().find(|part| part.is_text_html());
    let attachments: Vec<Value> = message
        .attachments()
        .map(|part| {
            json!({
                "name": part.attachment_name(),
                "type": part.content_type().map(|kind| match kind.subtype() {
                    Some(subtype) => format!("{}/{subtype}", kind.ctype()),
                    None => kind.ctype().to_owned(),
                }),
                "text": String::from_utf8_lossy(part.contents()),
            })
        })
        .collect();
    Map::from_iter([
        (
            "from".to_owned(),
            json!(addresses(message.from()).into_iter().next()),
        ),
        ("to".to_owned(), json!(addresses(message.to()))),
        ("cc".to_owned(), json!(addresses(message.cc()))),
        ("subject".to_owned(), json!(message.subject())),
        // mail-parser takes the angle brackets off; in a header they belong to the id.
        (
            "message_id".to_owned(),
            json!(message.message_id().map(|id| format!("<{id}>"))),
        ),
        ("headers".to_owned(), Value::Object(headers)),
        (
            "text".to_owned(),
            json!(text.and_then(|part| part.text_contents())),
        ),
        (
            "html".to_owned(),
            json!(html.and_then(|part| part.text_contents())),
        ),
        ("attachments".to_owned(), json!(attachments)),
    ])
}

fn addresses(header: Option<&Address<'_>>) -> Vec<String> {
    header
        .map(|header| {
            header
                .iter()
                .filter_map(|one| one.address())
                .map(str::to_owned)
                .collect()
        })
        .unwrap_or_default()
}

/// A folded header on one line, otherwise as it was sent.
fn unfolded(value: &str) -> String {
    value
        .replace("\r\n", "")
        .replace('\n', "")
        .trim()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivered(raw: &str) -> Value {
        let mut mailbox = Mailbox::default();
        let envelope = Envelope {
            sender: "debrief@example.com".into(),
            recipients: vec!["all@example.com".into()],
        };
        mailbox.deliver(&envelope, raw.as_bytes(), Timestamp::UNIX_EPOCH);
        mailbox.messages()[0].clone()
    }

    #[test]
    fn a_mail_is_taken_apart() {
        let mail = delivered(concat!(
            "From: Debrief <debrief@example.com>\r\nTo: All <all@example.com>, b@example.com\r\n",
            "Subject: =?utf-8?q?Caf=C3=A9?=\r\n is down\r\nMessage-ID: <key@example.com>\r\nX-Two: a\r\nX-Two: b\r\n",
            "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n",
            "--m\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n",
            "--a\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nplain\r\n",
            "--a\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>rich</p>\r\n--a--\r\n",
            "--m\r\nContent-Type: text/csv; name=c.csv\r\nContent-Disposition: attachment; filename=c.csv\r\n\r\nx,y\r\n--m--\r\n",
        ));
        assert_eq!(mail["from"], "debrief@example.com");
        assert_eq!(mail["to"], json!(["all@example.com", "b@example.com"]));
        assert_eq!(mail["subject"], "Café is down");
        assert_eq!(mail["message_id"], "<key@example.com>");
        assert_eq!(mail["headers"]["X-Two"], json!(["a", "b"]));
        assert_eq!(
            mail["headers"]["Subject"],
            json!(["=?utf-8?q?Caf=C3=A9?= is down"])
        );
        assert_eq!(mail["text"], "plain");
        assert_eq!(mail["html"], "<p>rich</p>");
        assert_eq!(
            mail["attachments"],
            json!([{"name": "c.csv", "type": "text/csv", "text": "x,y"}])
        );
        assert_eq!(
            mail["envelope"],
            json!({"from": "debrief@example.com", "to": ["all@example.com"]})
        );
    }

    #[test]
    fn a_mail_without_html_has_none_made_up() {
        let mail = delivered(
            "From: a@example.com\r\nTo: b@example.com\r\nSubject: s\r\n\r\nonly text\r\n",
        );
        assert_eq!(mail["html"], Value::Null);
        assert_eq!(mail["text"], "only text\r\n");
    }
}
