//! The dashboard: what the store knows, as pages for people. Reads only; never calls a vendor.
//!
//! Server-rendered, without JavaScript. Titles and names come from outside: templates escape everything, and the
//! content policy would run nothing even if one slipped through. Who may reach it is the caller's business: bind it to
//! loopback, or put something that signs people in before it.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::map_response;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use minijinja::context;
use minijinja::value::{Serde, Value};
use tokio::net::TcpListener;

use crate::playbook::case::Case;
use crate::playbook::effect::EVERYONE;
use crate::playbook::incident::IncidentId;
use crate::playbook::steps::Step;
use crate::playbook::verdict::Verdict;
use crate::store::{Store, StoreError};

mod pages;
mod view;

/// How many cases the first page lists.
const LISTED: usize = 100;
/// How many of the newest cases are searched for what needs a human.
const SEARCHED: usize = 1_000;
/// How many of the newest rows that belong to no single case are searched for what needs a human.
const ROWS_OF_EVERYONE: usize = 500;

/// What each step of a case is at that time: the playbook's own answer, passed in so that the rules need not be known here.
pub type Verdicts = Arc<dyn Fn(&Case, Timestamp) -> BTreeMap<Step, Verdict> + Send + Sync>;

/// Tells the time.
pub type Now = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What the pages are made from. Clones share it.
#[derive(Clone)]
pub struct Dashboard {
    /// Where the cases are.
    pub store: Arc<dyn Store>,
    /// What each of their steps is now.
    pub verdicts: Verdicts,
    /// What time it is.
    pub now: Now,
    /// The zone that times are shown in.
    pub zone: TimeZone,
}

/// The pages: `/`, `/cases/{id}`, `/healthz`, and the style they share.
pub fn router(dashboard: Dashboard) -> Router {
    Router::new()
        .route("/", get(cases))
        .route("/cases/{id}", get(case))
        .route("/healthz", get(healthz))
        .route("/style.css", get(style))
        .fallback(nothing_here)
        .layer(map_response(harden))
        .with_state(Arc::new(Site {
            dashboard,
            pages: pages::environment(),
        }))
}

/// Answers requests until `shutdown` ends, then lets the ones under way end.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    axum::serve(listener, router)
        .with_graceful_shutdown(shutdown)
        .await
}

struct Site {
    dashboard: Dashboard,
    pages: minijinja::Environment<'static>,
}

/// Why there is no page.
enum Refusal {
    Missing,
    Store(StoreError),
    Template(minijinja::Error),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<minijinja::Error> for Refusal {
    fn from(error: minijinja::Error) -> Self {
        Self::Template(error)
    }
}

async fn cases(State(site): State<Arc<Site>>) -> Response {
    site.answer(site.cases().await)
}

async fn case(State(site): State<Arc<Site>>, Path(id): Path<String>) -> Response {
    site.answer(site.case(&id).await)
}

async fn nothing_here(State(site): State<Arc<Site>>) -> Response {
    site.answer(Err(Refusal::Missing))
}

/// Well as long as the store answers: without it nothing else can be done either.
async fn healthz(State(site): State<Arc<Site>>) -> Response {
    match site.dashboard.store.next_due().await {
        Ok(_) => "ok\n".into_response(),
        Err(error) => {
            tracing::error!(%error, "the store does not answer");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "the store does not answer\n",
            )
                .into_response()
        }
    }
}

async fn style() -> Response {
    let kind = [(header::CONTENT_TYPE, "text/css; charset=utf-8")];
    (kind, include_str!("style.css")).into_response()
}

impl Site {
    async fn cases(&self) -> Result<Html<String>, Refusal> {
        let Dashboard {
            store,
            verdicts,
            now,
            zone,
        } = &self.dashboard;
        let now = now();
        let rows = store.cases(SEARCHED).await?;
        let of_everyone = store.effects(EVERYONE, ROWS_OF_EVERYONE).await?;
        let mut cases: Vec<_> = rows
            .iter()
            .map(|row| view::Summary::of(&row.case, &verdicts(&row.case, now), zone))
            .collect();
        let humans = view::needing_humans(&cases, &of_everyone);
        let more = cases.len() > LISTED;
        cases.truncate(LISTED);
        let context = context! {
            cases => Serde(cases),
            humans => Serde(humans),
            more,
            now => view::shown(now, zone),
        };
        self.page("cases.html", context)
    }

    async fn case(&self, id: &str) -> Result<Html<String>, Refusal> {
        let Dashboard {
            store,
            verdicts,
            now,
            zone,
        } = &self.dashboard;
        let now = now();
        let id = IncidentId::parse(id).ok_or(Refusal::Missing)?;
        let row = store.case(&id).await?.ok_or(Refusal::Missing)?;
        let case = view::Whole::of(&row, &verdicts(&row.case, now), zone);
        let context = context! { case => Serde(case), now => view::shown(now, zone) };
        self.page("case.html", context)
    }

    fn page(&self, name: &str, context: Value) -> Result<Html<String>, Refusal> {
        Ok(Html(self.pages.get_template(name)?.render(context)?))
    }

    fn answer(&self, page: Result<Html<String>, Refusal>) -> Response {
        let (status, title, text) = match page {
            Ok(page) => return page.into_response(),
            Err(Refusal::Missing) => (
                StatusCode::NOT_FOUND,
                "There is nothing here",
                "No case and no page has this address.".to_owned(),
            ),
            Err(Refusal::Store(error)) => {
                tracing::error!(%error, "a page could not be made");
                (
                    StatusCode::SERVICE_UNAVAILABLE,
                    "The cases cannot be read",
                    error.to_string(),
                )
            }
            Err(Refusal::Template(error)) => {
                tracing::error!(%error, "a page could not be made");
                (
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "This page cannot be made",
                    "The log says why.".to_owned(),
                )
            }
        };
        match self.page("refusal.html", context! { title, text }) {
            Ok(page) => (status, page).into_response(),
            Err(_) => (status, title).into_response(),
        }
    }
}

/// Headers that every answer carries: nothing is run or embedded, no vendor learns an address, no proxy keeps a page.
async fn harden(mut response: Response) -> Response {
    for (name, value) in [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests;
