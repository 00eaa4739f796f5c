//! A mail as it goes over the wire. Built from the same parts it is the same bytes.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use lettre::Message;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, MultiPart, SinglePart};
use ring::digest::{Context, SHA256};

/// A mailbox.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Address<'a> {
    /// The name people see; text from outside.
    pub name: Option<&'a str>,
    /// The address.
    pub email: &'a str,
}

/// A mail. Control characters are dropped from every header, so that no text from outside can begin one of its own.
#[derive(Clone, Debug)]
pub struct Mail<'a> {
    /// Who sends it.
    pub from: Address<'a>,
    /// Who gets it.
    pub to: &'a [Address<'a>],
    /// Who gets a copy.
    pub cc: &'a [Address<'a>],
    /// Where answers go; to the sender where there is none.
    pub reply_to: Option<Address<'a>>,
    /// What it is about.
    pub subject: &'a str,
    /// Our own name for it, without angle brackets: `something@domain.of.ours`.
    pub message_id: &'a str,
    /// The message id of the mail it follows.
    pub in_reply_to: Option<&'a str>,
    /// The message ids of the mails before it, first one first.
    pub references: &'a [&'a str],
    /// When it was written.
    pub date: Timestamp,
    /// Other headers, such as `Auto-Submitted` and `List-Id`.
    pub headers: &'a [(&'a str, &'a str)],
    /// The text for readers without HTML.
    pub text: &'a str,
    /// The same in HTML; what comes from outside is escaped in it already.
    pub html: &'a str,
}

/// The mail, or why there can be none.
pub(super) fn build(mail: &Mail<'_>) -> Result<Message, String> {
    let mut builder = Message::builder()
        .from(mailbox(&mail.from)?)
        .subject(clean(mail.subject))
        .message_id(Some(bracketed(mail.message_id)?))
        .date(system_time(mail.date));
    if mail.to.is_empty() && mail.cc.is_empty() {
        return Err("the mail has no recipient".into());
    }
    for to in mail.to {
        builder = builder.to(mailbox(to)?);
    }
    for cc in mail.cc {
        builder = builder.cc(mailbox(cc)?);
    }
    if let Some(reply_to) = &mail.reply_to {
        builder = builder.reply_to(mailbox(reply_to)?);
    }
    if let Some(id) = mail.in_reply_to {
        builder = builder.in_reply_to(bracketed(id)?);
    }
    if !mail.references.is_empty() {
        let ids: Result<Vec<String>, String> =
            mail.references.iter().map(|id| bracketed(id)).collect();
        builder = builder.references(ids?.join(" "));
    }
    for (name, value) in mail.headers {
        builder = builder.raw_header(HeaderValue::new(header_name(name)?, clean(value)));
    }
    let body = MultiPart::alternative()
        .boundary(boundary(mail))
        .singlepart(part(ContentType::TEXT_PLAIN, mail.text)?)
        .singlepart(part(ContentType::TEXT_HTML, mail.html)?);
    builder.multipart(body).map_err(|error| error.to_string())
}

/// Whole seconds are all that a `Date` holds. The library panics before 1970.
fn system_time(date: Timestamp) -> SystemTime {
    let seconds = u64::try_from(date.as_second()).unwrap_or_default();
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

/// Quoted-printable always: short lines of ASCII pass every server, and the source stays legible.
fn part(content_type: ContentType, text: &str) -> Result<SinglePart, String> {
    let body = Body::new_with_encoding(text.to_owned(), ContentTransferEncoding::QuotedPrintable)
        .map_err(|_| "the text cannot be encoded".to_owned())?;
    Ok(SinglePart::builder().header(content_type).body(body))
}

/// The address with its domain as the network knows it.
fn mailbox(address: &Address<'_>) -> Result<Mailbox, String> {
    let email = address.email.trim();
    let bad = || format!("not a mail address: {}", super::short(email));
    if email.chars().any(char::is_control) {
        return Err(bad());
    }
    let (user, domain) = email.rsplit_once('@').ok_or_else(bad)?;
    let domain = match url::Host::parse(domain) {
        Ok(url::Host::Domain(ascii)) => ascii,
        Ok(url::Host::Ipv4(_) | url::Host::Ipv6(_)) | Err(_) => return Err(bad()),
    };
    let parsed = lettre::Address::new(user, domain).map_err(|_| bad())?;
    let name = address.name.map(clean).filter(|name| !name.is_empty());
    Ok(Mailbox::new(name, parsed))
}

fn bracketed(id: &str) -> Result<String, String> {
    let id = id.trim_start_matches('<').trim_end_matches('>');
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '<' | '>' | '(' | ')' | ',' | ';');
    match id.split_once('@') {
        Some((left, right)) if !left.is_empty() && !right.is_empty() && id.chars().all(plain) => {
            Ok(format!("<{id}>"))
        }
        _ => Err(format!("not a message id: {}", super::short(id))),
    }
}

fn header_name(name: &str) -> Result<HeaderName, String> {
    let bad = || format!("not a header's name: {}", super::short(name));
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if !name.chars().all(plain) {
        return Err(bad());
    }
    HeaderName::new_from_ascii(name.to_owned()).map_err(|_| bad())
}

/// The text on one line. A space takes the place of a line break, so that words stay apart.
fn clean(text: &str) -> String {
    let words: Vec<String> = text
        .split_whitespace()
        .map(|word| word.chars().filter(|c| !c.is_control()).collect())
        .collect();
    words.join(" ")
}

/// The same for the same mail, and not to be guessed by who wrote a part of it.
fn boundary(mail: &Mail<'_>) -> String {
    let mut digest = Context::new(&SHA256);
    for text in [mail.message_id, mail.subject, mail.text, mail.html] {
        digest.update(text.as_bytes());
        digest.update(&[0]);
    }
    let digest = digest.finish();
    let hex = digest.as_ref().iter().take(16);
    hex.map(|byte| format!("{byte:02x}")).collect()
}
