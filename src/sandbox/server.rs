//! The sandbox as a whole: one port for every vendor's HTTP, one for SMTP, and a handle for whoever started it.

use std::{
    fmt, io,
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::body::Body;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::{HeaderName, HeaderValue, Method, Response, StatusCode, header};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    clock::Clock,
    sandbox::{
        admin,
        confluence::Confluence,
        documents::Documents,
        faults::Rule,
        google::Google,
        opsgenie::Opsgenie,
        pagerduty::PagerDuty,
        pages,
        recording::Recorder,
        seed::Seed,
        slack::Slack,
        smtp,
        statuspage::Statuspage,
        wire::{Quotas, Reply, Request, Vendor},
        world::{Answer, World},
    },
};

pub use crate::sandbox::world::Call;

/// Larger requests are refused with 413; an upload of a million rows stays below.
const BODY_LIMIT: usize = 256 * 1024 * 1024;

/// How to start a sandbox.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where HTTP is served; a loopback address. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// The sandbox's time.
    pub clock: Clock,
    /// How late every answer is, in real time.
    pub latency: Duration,
    /// Where exchanges are recorded as JSON lines.
    pub record: Option<PathBuf>,
}

/// A running sandbox. Clones are handles on the same one.
#[derive(Clone)]
pub struct Sandbox {
    shared: Arc<Shared>,
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Sandbox")
            .field("http", &self.shared.http)
            .field("smtp", &self.shared.smtp)
            .finish()
    }
}

/// What every connection works with.
pub(super) struct Shared {
    world: Mutex<World>,
    pub clock: Clock,
    recorder: Option<Recorder>,
    http: SocketAddr,
    smtp: SocketAddr,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Shared {
    /// The one lock. Held for a moment, never across an await.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The vendors that are emulated. Another one is another line here.
fn vendors() -> Vec<Box<dyn Vendor>> {
    vec![
        Box::new(Confluence::new()),
        Box::new(Google::new()),
        Box::new(PagerDuty::new()),
        Box::new(Slack::new()),
        Box::new(Opsgenie::new()),
        Box::new(Statuspage::new()),
        Box::new(Documents::new()),
    ]
}

impl Sandbox {
    /// Starts serving with an empty world. It serves until [`stop`](Sandbox::stop) or the end of the runtime.
    ///
    /// # Errors
    /// An address that is not a loopback one or is taken; a recording that cannot be written.
    pub async fn start(options: Options) -> io::Result<Self> {
        if !options.listen.ip().is_loopback() {
            let text = format!(
                "the sandbox listens on loopback only, not on {}",
                options.listen
            );
            return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
        }
        let recorder = options
            .record
            .as_deref()
            .map(Recorder::create)
            .transpose()?;
        let http = TcpListener::bind(options.listen).await?;
        let smtp = TcpListener::bind(SocketAddr::new(options.listen.ip(), 0)).await?;
        let shared = Arc::new(Shared {
            world: Mutex::new(World::new(vendors(), options.latency)),
            clock: options.clock,
            recorder,
            http: http.local_addr()?,
            smtp: smtp.local_addr()?,
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        });
        spawn_accepting(&shared, http, serve_http);
        spawn_accepting(&shared, smtp, smtp::serve);
        Ok(Self { shared })
    }

    /// `http://127.0.0.1:PORT`, the base of every vendor's paths.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.shared.http)
    }

    /// Where mail is delivered.
    pub fn smtp_address(&self) -> SocketAddr {
        self.shared.smtp
    }

    /// Everything there is, in the form of `GET /__sandbox/world`.
    pub fn world(&self) -> Value {
        self.shared.world().show()
    }

    /// Adds people, incidents, calendars, transcripts and tasks.
    ///
    /// # Errors
    /// Says which vendor refuses what of it.
    pub fn seed(&self, seed: &Seed) -> Result<(), String> {
        self.shared.world().seed(seed, self.shared.clock.now())
    }

    /// Makes the sandbox's clock, and whoever shares it, stand at `now`.
    pub fn set_clock(&self, now: Timestamp) {
        self.shared.clock.set(now);
    }

    /// Lets things go wrong.
    pub fn add_faults(&self, rules: Vec<Rule>) {
        self.shared.world().faults.add(rules);
    }

    /// Ends every fault, also those that have not fired yet.
    pub fn clear_faults(&self) {
        self.shared.world().faults.clear();
    }

    /// Whether the vendors' quotas bind from now on.
    pub fn set_quotas(&self, quotas: Quotas) {
        self.shared.world().set_quotas(quotas);
    }

    /// How late every answer is from now on, in real time.
    pub fn set_latency(&self, latency: Duration) {
        self.shared.world().latency = latency;
    }

    /// The calls so far, in order; admin calls and pages for people are not among them.
    pub fn calls(&self) -> Vec<Call> {
        self.shared.world().calls.clone()
    }

    /// Forgets the calls so far.
    pub fn clear_calls(&self) {
        self.shared.world().calls.clear();
    }

    /// What `debrief sandbox` prints when it is ready: where each vendor is.
    pub fn ready_line(&self) -> Value {
        let base = self.base_url();
        json!({
            "confluence": base,
            "google": base,
            "pagerduty": base,
            "slack": base,
            "opsgenie": base,
            "statuspage": base,
            "documents": format!("{base}/documents"),
            "smtp": self.shared.smtp.to_string(),
            "admin": format!("{base}/__sandbox"),
        })
    }

    /// Closes every connection and waits until all is over.
    pub async fn stop(&self) {
        self.shared.stop.cancel();
        self.shared.tasks.close();
        self.shared.tasks.wait().await;
    }
}

/// Accepts connections until the sandbox is stopped; each is served by a task of its own.
fn spawn_accepting<Serve, Serving>(shared: &Arc<Shared>, listener: TcpListener, serve: Serve)
where
    Serve: Fn(Arc<Shared>, TcpStream) -> Serving + Send + 'static,
    Serving: Future<Output = ()> + Send + 'static,
{
    let shared = shared.clone();
    let tasks = shared.tasks.clone();
    tasks.spawn(async move {
        let stop = shared.stop.clone();
        while let Some(accepted) = stop.run_until_cancelled(listener.accept()).await {
            match accepted {
                Ok((stream, _)) => {
                    let serving = serve(shared.clone(), stream);
                    let stop = shared.stop.clone();
                    shared
                        .tasks
                        .spawn(async move { stop.run_until_cancelled(serving).await });
                }
                // Out of file descriptors, most likely: the connection is lost, later ones need not be.
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            }
        }
    });
}

/// The connection is closed without an answer. hyper does that when the service fails.
#[derive(Debug)]
struct Dropped;

impl fmt::Display for Dropped {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the connection is dropped on purpose")
    }
}

impl std::error::Error for Dropped {}

async fn serve_http(shared: Arc<Shared>, stream: TcpStream) {
    let service = service_fn(|request| respond(shared.clone(), request));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = connection.await {
        tracing::trace!(%error, "a connection ended early");
    }
}

async fn respond(
    shared: Arc<Shared>,
    incoming: http::Request<Incoming>,
) -> Result<Response<Body>, Dropped> {
    let request = match read(incoming).await {
        Ok(request) => request,
        Err(reply) => return Ok(response(reply)),
    };
    if let Some(reply) = admin::answer(&shared, &request) {
        return Ok(response(reply));
    }
    if is_world_page(&request) {
        let world = shared.world().show();
        let page = pages::page(&request.path, &world).map(Reply::html);
        return Ok(response(page.unwrap_or_else(|| {
            Reply::json(404, &json!({"error": "no such page"}))
        })));
    }
    let now = shared.clock.now();
    let exchange = shared.world().exchange(&request, now);
    if let (Some(recorder), Some(answered)) = (&shared.recorder, &exchange.answered) {
        recorder.write(exchange.vendor, &request, answered);
    }
    if !exchange.late.is_zero() {
        tokio::time::sleep(exchange.late).await;
    }
    match exchange.answer {
        Answer::Whole(reply) => Ok(response(reply)),
        Answer::Half(reply) if reply.body.is_empty() => Err(Dropped),
        Answer::Half(reply) => Ok(half(reply)),
        Answer::Nothing => Err(Dropped),
    }
}

fn is_world_page(request: &Request) -> bool {
    // The wiki's own addresses are pages too: what the API hands out as a page's link leads to what people see.
    let is_for_people = ["/__world", "/wiki/spaces", "/wiki/x/"]
        .iter()
        .any(|start| request.path.starts_with(start));
    request.method == "GET" && (request.path == "/" || is_for_people)
}

/// HTTP as the vendors read it. A body that is too large or never arrives is answered here.
async fn read(incoming: http::Request<Incoming>) -> Result<Request, Reply> {
    let (parts, body) = incoming.into_parts();
    let body = axum::body::to_bytes(Body::new(body), BODY_LIMIT)
        .await
        .map_err(|error| Reply::json(413, &json!({"error": error.to_string()})))?;
    let query = parts.uri.query().unwrap_or_default();
    Ok(Request {
        method: method(&parts.method),
        path: parts.uri.path().to_owned(),
        query: url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect(),
        headers: parts
            .headers
            .iter()
            .map(|(name, value)| {
                (
                    name.as_str().to_owned(),
                    String::from_utf8_lossy(value.as_bytes()).into_owned(),
                )
            })
            .collect(),
        body: body.to_vec(),
    })
}

fn method(method: &Method) -> String {
    method.as_str().to_uppercase()
}

fn response(reply: Reply) -> Response<Body> {
    let body = Body::from(reply.body);
    with_head(reply.status, reply.headers, body)
}

/// Promises the whole body and sends half of it. The pause between is what lets hyper send that half at all.
fn half(reply: Reply) -> Response<Body> {
    let promised = reply.body.len();
    let sent = Bytes::from(reply.body).slice(..promised / 2);
    let end = stream::once(async {
        tokio::task::yield_now().await;
        Err(io::Error::new(
            io::ErrorKind::UnexpectedEof,
            "cut off on purpose",
        ))
    });
    let body = Body::from_stream(stream::once(async { Ok(sent) }).chain(end));
    let mut headers = reply.headers;
    headers.push((
        header::CONTENT_LENGTH.as_str().to_owned(),
        promised.to_string(),
    ));
    with_head(reply.status, headers, body)
}

fn with_head(status: u16, headers: Vec<(String, String)>, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

#[cfg(test)]
mod tests;
