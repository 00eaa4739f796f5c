//! SMTP, emulated: enough of RFC 5321 for any client, strict where clients get it wrong.

use std::{borrow::Cow, io, sync::Arc, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufStream},
    net::TcpStream,
};

use crate::sandbox::{
    faults::{Kind, Moment, Occasion, Strike},
    mailbox::Envelope,
    server::Shared,
    world::Call,
};

/// The only password that `AUTH` takes; any user name will do.
const PASSWORD: &str = "sandbox-smtp-password";

/// As offered in the answer to `EHLO`, in octets.
const SIZE_LIMIT: usize = 25 * 1024 * 1024;

/// RFC 5321 4.5.3.1.4 asks for 512 octets; the parameters of extensions come on top.
const LINE_LIMIT: u64 = 4096;

/// As RFC 5321 4.5.3.1.8 asks for at least.
const RECIPIENT_LIMIT: usize = 1000;

/// Serves one connection to its end.
pub(super) async fn serve(shared: Arc<Shared>, stream: TcpStream) {
    if strike(&shared, Moment::SmtpConnect, "CONNECT", "")
        .kind
        .is_some()
    {
        return;
    }
    let mut session = Session {
        shared,
        stream: BufStream::new(stream),
        greeted: false,
        mail: None,
    };
    if let Err(error) = session.talk().await {
        tracing::trace!(%error, "an SMTP session ended early");
    }
}

fn strike(shared: &Shared, moment: Moment, method: &str, path: &str) -> Strike {
    shared.world().faults.strike(&Occasion {
        moment,
        vendor: "smtp",
        method,
        path,
        continues: false,
    })
}

/// Whether the conversation goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Continue,
    Close,
}

struct Session {
    shared: Arc<Shared>,
    stream: BufStream<TcpStream>,
    greeted: bool,
    /// The mail under way, from `MAIL` to the end of `DATA`.
    mail: Option<Envelope>,
}

impl Session {
    async fn talk(&mut self) -> io::Result<()> {
        self.say("220 sandbox.example.com ESMTP").await?;
        while let Some(line) = self.read_line(LINE_LIMIT).await? {
            if self.command(&line).await? == Next::Close {
                break;
            }
        }
        Ok(())
    }

    async fn command(&mut self, line: &str) -> io::Result<Next> {
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" if !rest.is_empty() => {
                self.greeted = true;
                self.mail = None;
                let size = format!("250-SIZE {SIZE_LIMIT}");
                let lines = [
                    "250-sandbox.example.com",
                    &size,
                    "250-8BITMIME",
                    "250-SMTPUTF8",
                    "250 AUTH PLAIN LOGIN",
                ];
                self.say(&lines.join("\r\n")).await?;
            }
            "HELO" if !rest.is_empty() => {
                self.greeted = true;
                self.mail = None;
                self.say("250 sandbox.example.com").await?;
            }
            "EHLO" | "HELO" => self.say("501 5.5.4 Name yourself").await?,
            "AUTH" => return self.auth(rest).await,
            "MAIL" => self.mail_from(rest).await?,
            "RCPT" => self.rcpt_to(rest).await?,
            "DATA" => return self.data().await,
            "RSET" => {
                self.mail = None;
                self.say("250 2.0.0 Forgotten").await?;
            }
            "NOOP" => self.say("250 2.0.0 Still here").await?,
            "VRFY" => self.say("252 2.5.0 Try and see").await?,
            "STARTTLS" => self.say("502 5.5.1 No TLS on loopback").await?,
            "QUIT" => {
                self.say("221 2.0.0 Bye").await?;
                return Ok(Next::Close);
            }
            _ => self.say("500 5.5.2 Unknown command").await?,
        }
        Ok(Next::Continue)
    }

    async fn auth(&mut self, rest: &str) -> io::Result<Next> {
        if !self.greeted || self.mail.is_some() {
            self.say("503 5.5.1 Not now").await?;
            return Ok(Next::Continue);
        }
        let (mechanism, initial) = rest.split_once(' ').unwrap_or((rest, ""));
        let initial = (!initial.is_empty()).then(|| initial.to_owned());
        let password = match mechanism.to_ascii_uppercase().as_str() {
            "PLAIN" => {
                let Some(text) = self.credential(initial, "").await? else {
                    return Ok(Next::Continue);
                };
                // authorisation identity, NUL, user, NUL, password
                let parts: Vec<&str> = text.split('\0').collect();
                parts
                    .get(2)
                    .filter(|_| parts.len() == 3)
                    .map(|password| (*password).to_owned())
            }
            "LOGIN" => {
                let Some(_user) = self.credential(initial, "VXNlcm5hbWU6").await? else {
                    return Ok(Next::Continue);
                };
                let Some(password) = self.credential(None, "UGFzc3dvcmQ6").await? else {
                    return Ok(Next::Continue);
                };
                Some(password)
            }
            _ => {
                self.say("504 5.5.4 Unknown mechanism").await?;
                return Ok(Next::Continue);
            }
        };
        match password {
            Some(password) if password == PASSWORD => self.say("235 2.7.0 Welcome").await?,
            Some(_) => {
                self.say("535 5.7.8 Authentication credentials invalid")
                    .await?
            }
            None => self.say("501 5.5.2 Malformed credentials").await?,
        }
        Ok(Next::Continue)
    }

    /// The initial response, or the answer to a challenge. `None` where it was no credential, which has been said.
    async fn credential(
        &mut self,
        initial: Option<String>,
        challenge: &str,
    ) -> io::Result<Option<String>> {
        let coded = match initial {
            Some(coded) => coded,
            None => {
                self.say(&format!("334 {challenge}")).await?;
                self.read_line(LINE_LIMIT).await?.unwrap_or_default()
            }
        };
        let decoded = BASE64_STANDARD
            .decode(coded.trim())
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok());
        if decoded.is_none() {
            self.say("501 5.5.2 Malformed credentials").await?;
        }
        Ok(decoded)
    }

    async fn mail_from(&mut self, rest: &str) -> io::Result<()> {
        if !self.greeted || self.mail.is_some() {
            return self.say("503 5.5.1 Bad sequence of commands").await;
        }
        let Some((sender, parameters)) = path_after(rest, "FROM:") else {
            return self.say("501 5.5.4 Syntax: MAIL FROM:<address>").await;
        };
        for parameter in parameters.split_ascii_whitespace() {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            match name.to_ascii_uppercase().as_str() {
                "SIZE" if value.parse::<usize>().is_ok_and(|size| size > SIZE_LIMIT) => {
                    return self.say("552 5.3.4 Message too big").await;
                }
                "SIZE" | "BODY" | "SMTPUTF8" | "AUTH" => {}
                _ => return self.say("555 5.5.4 Unknown parameter").await,
            }
        }
        if !sender.is_empty() && !is_address(sender) {
            return self.say("553 5.1.7 No such form of address").await;
        }
        self.mail = Some(Envelope {
            sender: sender.to_owned(),
            recipients: Vec::new(),
        });
        self.say("250 2.1.0 Ok").await
    }

    async fn rcpt_to(&mut self, rest: &str) -> io::Result<()> {
        let Some(mail) = &mut self.mail else {
            return self.say("503 5.5.1 MAIL comes first").await;
        };
        let Some((recipient, parameters)) = path_after(rest, "TO:") else {
            return self.say("501 5.5.4 Syntax: RCPT TO:<address>").await;
        };
        if !parameters.is_empty() {
            return self.say("555 5.5.4 Unknown parameter").await;
        }
        if !is_address(recipient) {
            return self.say("553 5.1.3 No such form of address").await;
        }
        if mail.recipients.len() >= RECIPIENT_LIMIT {
            return self.say("452 4.5.3 Too many recipients").await;
        }
        match strike(&self.shared, Moment::SmtpRecipient, "RCPT", recipient).kind {
            Some(Kind::Reject { code }) if code < 500 => {
                self.say(&format!("{code} 4.2.0 Not now")).await
            }
            Some(Kind::Reject { code }) => self.say(&format!("{code} 5.1.1 No such mailbox")).await,
            Some(_) | None => {
                mail.recipients.push(recipient.to_owned());
                self.say("250 2.1.5 Ok").await
            }
        }
    }

    async fn data(&mut self) -> io::Result<Next> {
        let Some(envelope) = self.mail.take_if(|mail| !mail.recipients.is_empty()) else {
            self.say("503 5.5.1 RCPT comes first").await?;
            return Ok(Next::Continue);
        };
        self.say("354 End with a line that is a dot").await?;
        match self.read_message().await? {
            Some(raw) => self.deliver(&envelope, &raw).await,
            None => {
                self.say("552 5.3.4 Message too big").await?;
                Ok(Next::Continue)
            }
        }
    }

    /// Everything up to the lone dot, dots unstuffed. `None` where it was too much.
    async fn read_message(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut raw = Vec::new();
        let mut is_too_big = false;
        loop {
            let mut line = Vec::new();
            // A client that sends a mail and its final dot in two writes waits for the first to be acknowledged; held
            // back, the acknowledgement costs it 40 ms that no emulated latency asked for.
            self.stream.get_ref().set_quickack(true)?;
            if self.stream.read_until(b'\n', &mut line).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if line == b".\r\n" {
                return Ok((!is_too_big).then_some(raw));
            }
            is_too_big |= raw.len() + line.len() > SIZE_LIMIT;
            if !is_too_big {
                raw.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
            }
        }
    }

    async fn deliver(&mut self, envelope: &Envelope, raw: &[u8]) -> io::Result<Next> {
        let Ending { reply, next, late } = self.accept(envelope, raw);
        if !late.is_zero() {
            tokio::time::sleep(late).await;
        }
        match reply {
            Some(text) if next == Next::Continue => self.say(&text).await?,
            // Without its line end, as a connection breaks.
            Some(text) => {
                self.stream.write_all(text.as_bytes()).await?;
                self.stream.flush().await?;
            }
            None => {}
        }
        Ok(next)
    }

    /// Keeps the mail, unless a fault comes first, and decides what is said of it. One lock, no await.
    fn accept(&self, envelope: &Envelope, raw: &[u8]) -> Ending {
        let now = self.shared.clock.now();
        let mut world = self.shared.world();
        let recipients = envelope.recipients.join(",");
        let call = Occasion {
            moment: Moment::SmtpMessage,
            vendor: "smtp",
            method: "DATA",
            path: &recipients,
            continues: false,
        };
        let strike = world.faults.strike(&call);
        let mut late = world.latency + strike.late;
        let say = |code: u16, text: &str| (Some(format!("{code} {text}")), Next::Continue, code);
        let silence = (None, Next::Close, 0);
        let (is_kept, (reply, next, status)) = match strike.kind {
            None
            | Some(
                Kind::Latency { .. }
                | Kind::Reject { .. }
                | Kind::ShortPages { .. }
                | Kind::RepeatCursor
                | Kind::ExpiredCursor
                | Kind::MoreForever
                | Kind::EmptyPage,
            ) => (true, say(250, "2.0.0 Kept")),
            Some(Kind::Refuse) => (false, silence),
            Some(Kind::Hang { seconds }) => {
                late += Duration::from_secs(seconds);
                (false, silence)
            }
            Some(Kind::DropAfter) => (true, silence),
            Some(Kind::Truncate) => (true, (Some("25".to_owned()), Next::Close, 0)),
            Some(Kind::WrongType) => (
                true,
                (
                    Some("HTTP/1.0 400 Bad Request\r\n".to_owned()),
                    Next::Close,
                    0,
                ),
            ),
            Some(Kind::Throttle { .. }) => {
                (false, say(451, "4.7.0 Too many messages, try again later"))
            }
            Some(Kind::ErrorBefore) => (false, say(451, "4.3.0 Local error")),
            Some(Kind::ErrorAfter) => (true, say(451, "4.3.0 Local error")),
            Some(Kind::ExpiredToken) => (false, say(530, "5.7.0 Authentication required")),
        };
        if is_kept {
            world.mailbox.deliver(envelope, raw, now);
        }
        world.calls.push(Call {
            vendor: "smtp".into(),
            method: "DATA".into(),
            path: envelope.recipients.len().to_string(),
            status,
        });
        Ending { reply, next, late }
    }

    async fn say(&mut self, text: &str) -> io::Result<()> {
        self.stream.write_all(text.as_bytes()).await?;
        self.stream.write_all(b"\r\n").await?;
        self.stream.flush().await
    }

    /// A line without its end; `None` where the other side has gone.
    async fn read_line(&mut self, limit: u64) -> io::Result<Option<String>> {
        let mut line = Vec::new();
        let count = (&mut self.stream)
            .take(limit)
            .read_until(b'\n', &mut line)
            .await?;
        if count == 0 {
            return Ok(None);
        }
        if line.pop() != Some(b'\n') {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "a line without an end",
            ));
        }
        Ok(Some(
            Cow::into_owned(String::from_utf8_lossy(&line))
                .trim_end_matches('\r')
                .to_owned(),
        ))
    }
}

/// What becomes of a mail after its last dot.
struct Ending {
    reply: Option<String>,
    next: Next,
    late: Duration,
}

/// Splits `FROM:<a@example.com> SIZE=1` after its keyword into the address and the parameters.
fn path_after<'a>(rest: &'a str, keyword: &str) -> Option<(&'a str, &'a str)> {
    let head = rest
        .get(..keyword.len())
        .filter(|head| head.eq_ignore_ascii_case(keyword))?;
    let (address, parameters) = rest[head.len()..]
        .trim_start()
        .strip_prefix('<')?
        .split_once('>')?;
    Some((address, parameters.trim()))
}

fn is_address(text: &str) -> bool {
    text.rsplit_once('@')
        .is_some_and(|(user, host)| !user.is_empty() && !host.is_empty())
        && !text.contains(|c: char| c.is_control() || c.is_whitespace() || "<>,".contains(c))
}

#[cfg(test)]
mod tests;
