//! A server on loopback that answers each request with the next line of its script, for tests of the clients.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::http::{Http, HttpOptions, Transport};

/// What the server does with one request.
#[derive(Clone)]
pub enum Line {
    /// Answers with a status, header lines (each ended by CRLF) and a body.
    Answer(u16, &'static str, String),
    /// Promises more than it sends, then hangs up.
    Cut,
    /// Reads the request and hangs up.
    HangUp,
}

pub fn ok(body: impl Into<String>) -> Line {
    Line::Answer(200, "content-type: application/json\r\n", body.into())
}

pub fn status(status: u16, body: impl Into<String>) -> Line {
    Line::Answer(status, "content-type: application/json\r\n", body.into())
}

/// The server; what it was sent can be read back.
pub struct Stub {
    pub url: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Stub {
    /// Plays the script; the last line is repeated for ever.
    pub async fn playing(script: Vec<Line>) -> Self {
        Self::choosing(script, |nth, _| nth).await
    }

    /// Answers with the line of the script that is chosen by how many requests there were, and by the request.
    async fn choosing(
        script: Vec<Line>,
        choose: impl Fn(usize, &str) -> usize + Send + Sync + 'static,
    ) -> Self {
        let choose = Arc::new(choose);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (log, script) = (Arc::clone(&log), script.clone());
                let choose = Arc::clone(&choose);
                tokio::spawn(async move { serve(socket, log, script, &*choose).await });
            }
        });
        Self { url, seen }
    }

    /// Answers each request with the line of the first route whose text is in the request's first line; `GET /a/b?c=d`
    /// has the text `/a/b?`. What no route fits gets a 404.
    pub async fn routing(routes: Vec<(&'static str, Line)>) -> Self {
        let (routes, mut script): (Vec<_>, Vec<_>) = routes.into_iter().unzip();
        script.push(status(404, "{}"));
        Self::choosing(script, move |_, request| {
            let target = request.lines().next().unwrap_or_default();
            let route = routes.iter().position(|route| target.contains(*route));
            route.unwrap_or(routes.len())
        })
        .await
    }

    /// The requests, head and body, in the order of their arrival.
    pub fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }

    /// A client of this server.
    pub fn http(&self) -> Http {
        http_to(&self.url)
    }
}

pub fn http_to(base_url: &str) -> Http {
    let options = HttpOptions {
        base_url: base_url.parse().unwrap(),
        max_body: 100_000,
        attempts: 3,
    };
    let transport = Transport::new(Duration::from_secs(20), "debrief-test");
    Http::new("vendor", &transport, options).unwrap()
}

async fn serve(
    mut socket: TcpStream,
    log: Arc<Mutex<Vec<String>>>,
    script: Vec<Line>,
    choose: &(dyn Fn(usize, &str) -> usize + Send + Sync),
) {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    while !is_whole(&bytes) {
        match socket.read(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(count) => bytes.extend_from_slice(&buffer[..count]),
        }
    }
    let line = {
        let mut log = log.lock().unwrap();
        let request = String::from_utf8_lossy(&bytes).into_owned();
        let chosen = choose(log.len(), &request);
        log.push(request);
        script[chosen.min(script.len() - 1)].clone()
    };
    let answer = match line {
        Line::Answer(status, headers, body) => format!(
            "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n{body}",
            body.len()
        ),
        Line::Cut => "HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"id\":".into(),
        Line::HangUp => return,
    };
    let _ = socket.write_all(answer.as_bytes()).await;
    let _ = socket.shutdown().await;
}

fn is_whole(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse::<usize>().unwrap())
    });
    body.len() >= length.unwrap_or(0)
}
