//! `debrief demo`: the whole story on the embedded sandbox, days passing in seconds.
//!
//! The worker in it is the shipped one, configured by the file that `debrief sandbox --config-out` writes; only its clock
//! is set by hand, together with the sandbox's.

mod summary;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::civil::{Date, Time, Weekday, date, time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::run::stop_on_signal;
use super::{Common, Exit, Fault, compose, run, sandbox, screen};
use crate::clock::Clock;
use crate::config;
use crate::playbook::case::{Case, Waiver};
use crate::playbook::slot::ChosenSlot;
use crate::playbook::steps::Step;
use crate::playbook::steps::act::Act;
use crate::playbook::steps::review_meeting::SLOT;
use crate::sandbox::scenario;
use crate::sandbox::seed::{Seed, Task};
use crate::sandbox::server::{Options, Sandbox};
use crate::worker::Worker;
use crate::worker::pass::Report;

/// The Monday on which the story begins, in the sandbox team's zone.
const BEGINS: Date = date(2026, 3, 2);
/// The hour at which the team looks in.
const MORNING: Time = time(10, 0, 0, 0);
/// When it looks in on the days after the meetings.
const LOOKS: [Time; 2] = [MORNING, time(16, 0, 0, 0)];
/// For how many days the story goes on.
const DAYS: i64 = 12;

/// Tells the story; then serves its world, unless it is to end.
pub async fn demo(
    common: &Common,
    exit: bool,
    listen: SocketAddr,
    record: Option<PathBuf>,
) -> Result<Exit, Fault> {
    // Nobody looks at the pages of a demo that ends: any free port will do.
    let listen = if exit {
        SocketAddr::new(listen.ip(), 0)
    } else {
        listen
    };
    let zone = TimeZone::get("Europe/Berlin").map_err(anyhow::Error::from)?;
    let morning = at(BEGINS, MORNING, &zone)?;
    let clock = Clock::standing_at(morning);
    let world = Sandbox::start(Options {
        listen,
        clock: clock.clone(),
        latency: Duration::ZERO,
        record,
    })
    .await
    .map_err(|error| {
        Fault::Usage(format!(
            "{listen}: {error}; give another address with --listen"
        ))
    })?;
    let seed = scenario::default_seed(morning).map_err(anyhow::Error::msg)?;
    world.seed(&seed).map_err(anyhow::Error::msg)?;
    let folder = Scratch::new()?;
    let file = folder.path.join("debrief.toml");
    sandbox::write_config(
        &world,
        config::ConfluenceEdition::Cloud,
        &seed,
        &file,
        morning - SignedDuration::from_hours(7 * 24),
    )?;
    let config = config::load(Some(&file), std::iter::empty())?;
    compose::log(common, &config);
    let store = compose::store(&config).await?;
    let worker = compose::worker(&config, clock.clone(), store).await?;

    let mut story = Story {
        world: &world,
        worker: &worker,
        clock: &clock,
        zone,
        nags: Vec::new(),
        troubles: Vec::new(),
    };
    story.tell().await?;
    let ended = story.sum_up().await?;
    if !exit {
        serve(&world, &worker, &config).await?;
    }
    world.stop().await;
    Ok(ended)
}

fn at(date: Date, time: Time, zone: &TimeZone) -> Result<Timestamp, Fault> {
    let at = date
        .to_datetime(time)
        .to_zoned_datetime(zone.clone())
        .map_err(anyhow::Error::from)?;
    Ok(at.timestamp())
}

/// The story as it is told, and what it comes to.
struct Story<'a> {
    world: &'a Sandbox,
    worker: &'a Worker,
    clock: &'a Clock,
    zone: TimeZone,
    nags: Vec<String>,
    troubles: Vec<String>,
}

impl Story<'_> {
    async fn tell(&mut self) -> Result<(), Fault> {
        self.headline(
            "PagerDuty knows of incidents that were resolved overnight. Debrief looks in.",
        );
        let report = self.pass().await?;
        self.say_worked(&report);
        self.headline("It looks in again two minutes later.");
        self.clock
            .set(self.clock.now() + SignedDuration::from_mins(2));
        self.world.clear_calls();
        self.pass().await?;
        let writes = self
            .world
            .calls()
            .iter()
            .filter(|call| call.method != "GET")
            .count();
        let calls = self.world.calls().len();
        say(&format!(
            "nothing is due: {calls} calls, {writes} of them writes"
        ));

        let cases = self.cases().await?;
        let held = cases
            .iter()
            .filter_map(slot_of)
            .map(|slot| slot.end)
            .max()
            .unwrap_or(self.clock.now());
        self.clock.set(held);
        self.headline(
            "The postmortem meetings were held. People typed corrective actions into the pages.",
        );
        let due = held.to_zoned_datetime(self.zone.clone()).date();
        let tasks = self.corrective_actions(&cases, due)?;
        for task in &tasks {
            let whom = task.assignee.as_deref().unwrap_or("nobody");
            say(&format!(
                "☐ {} — {whom}, due {}",
                task.text,
                task.due.unwrap_or(due)
            ));
        }
        self.world
            .seed(&Seed {
                tasks,
                ..Seed::default()
            })
            .map_err(anyhow::Error::msg)?;

        let mut nagged = 0;
        for _ in 0..DAYS {
            let tomorrow = self.today().tomorrow().map_err(anyhow::Error::from)?;
            let mut sent = 0;
            // Twice a day: at ten in Berlin it is night in New York, at four in the afternoon it is night in Kolkata.
            for hour in LOOKS {
                self.clock.set(at(tomorrow, hour, &self.zone)?);
                let report = self.pass().await?;
                for nag in &report.followed.sent {
                    let line = format!(
                        "{} {} overdue, nag to {}",
                        screen::time(self.clock.now(), &self.zone),
                        nag.items.len(),
                        nag.to.name
                    );
                    say(&line);
                    self.nags.push(line);
                    sent += 1;
                }
                self.say_reviewed(&report);
            }
            if sent > 0 {
                nagged += 1;
            } else {
                say(&format!("{} {}", day(tomorrow), quiet_because(tomorrow)));
            }
            if nagged == 3 && sent > 0 {
                let ticked = self.tick_all().await?;
                self.headline(&format!(
                    "Everybody ticks the boxes on the pages ({ticked} of them)."
                ));
                self.waive_reviews().await?;
            }
        }
        Ok(())
    }

    fn today(&self) -> Date {
        self.clock.now().to_zoned_datetime(self.zone.clone()).date()
    }

    /// One pass of the worker, with a spinner while it takes its time.
    async fn pass(&mut self) -> Result<Report, Fault> {
        let spinner = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("  {spinner} working … {elapsed}") {
            spinner.set_style(style);
        }
        spinner.enable_steady_tick(Duration::from_millis(120));
        let report = self.worker.pass().await?;
        spinner.finish_and_clear();
        for trouble in report.all_failures() {
            say(&format!("! {}", screen::plain(&trouble)));
            self.troubles.push(trouble);
        }
        Ok(report)
    }

    fn say_worked(&self, report: &Report) {
        for worked in &report.worked {
            if worked.done.is_empty() {
                continue;
            }
            let incident = &worked.case.incident;
            anstream::println!(
                "  {} {}",
                screen::plain(&incident.reference),
                screen::short(&incident.title, 70)
            );
            for act in &worked.done {
                anstream::println!("      ✓ {}", act.what());
            }
        }
    }

    /// Who was told what is missing on a page. In the demo nobody fills the pages in.
    fn say_reviewed(&self, report: &Report) {
        for worked in &report.worked {
            let reviewed = worked.done.iter().any(|act| act.kind() == "review");
            if reviewed {
                say(&format!(
                    "{} the leader of {} is told what is missing on its page",
                    screen::time(self.clock.now(), &self.zone),
                    worked.case.incident.reference
                ));
            }
        }
    }

    /// A person takes the reviews off the list.
    async fn waive_reviews(&self) -> Result<(), Fault> {
        for case in self.cases().await? {
            if case.effect_of(&Act::Page).is_some() {
                let waiver = Waiver {
                    step: Step::PageReview,
                    reason: "the meetings were enough".to_owned(),
                    at: self.clock.now(),
                };
                self.worker.store.waive(&case.incident.id, &waiver).await?;
            }
        }
        self.headline("The reviews of the pages are waived: in a demo nobody fills them in.");
        Ok(())
    }

    fn headline(&self, text: &str) {
        anstream::println!("\n{}  {text}", screen::time(self.clock.now(), &self.zone));
    }

    async fn cases(&self) -> Result<Vec<Case>, Fault> {
        Ok(self
            .worker
            .store
            .cases(100)
            .await?
            .into_iter()
            .map(|row| row.case)
            .collect())
    }

    /// Two corrective actions for each page, for people who took part.
    fn corrective_actions(&self, cases: &[Case], held: Date) -> Result<Vec<Task>, Fault> {
        let texts = [
            "Alert on the error budget, not on single probes",
            "Rehearse the rollback in the next game day",
        ];
        let due = self.worker.company.hours.team().next_business_day(held);
        let mut tasks = Vec::new();
        for case in cases {
            let Some(page) = case
                .effect_of(&Act::Page)
                .and_then(|effect| effect.reference())
            else {
                continue;
            };
            let people = case
                .incident
                .participants
                .iter()
                .filter_map(|participant| participant.person.email.clone());
            for (text, assignee) in texts.iter().zip(people) {
                tasks.push(Task {
                    page: page.to_owned(),
                    text: (*text).to_owned(),
                    assignee: Some(assignee),
                    due: Some(due),
                    status: None,
                });
            }
        }
        Ok(tasks)
    }

    /// People tick every open box.
    async fn tick_all(&self) -> Result<usize, Fault> {
        let confluence = self
            .worker
            .means
            .confluence
            .as_ref()
            .context("the sandbox has Confluence")?;
        let world = self.world.world();
        let open = world["confluence"]["tasks"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|task| task["status"] == "incomplete");
        let mut ticked = 0;
        for id in open.filter_map(|task| task["id"].as_str()) {
            confluence
                .client
                .complete_task(id)
                .await
                .map_err(anyhow::Error::from)?;
            ticked += 1;
        }
        Ok(ticked)
    }
}

fn quiet_because(date: Date) -> &'static str {
    match date.weekday() {
        Weekday::Saturday | Weekday::Sunday => "nobody is nagged at the weekend",
        Weekday::Monday
        | Weekday::Tuesday
        | Weekday::Wednesday
        | Weekday::Thursday
        | Weekday::Friday => "nothing is overdue",
    }
}

fn slot_of(case: &Case) -> Option<ChosenSlot> {
    case.decision(Step::ReviewMeeting, SLOT)
}

fn say(text: &str) {
    anstream::println!("  {}", screen::plain(text));
}

fn day(date: Date) -> String {
    date.strftime("%a %-d %b:").to_string()
}

/// Serves the world and the dashboard until Ctrl-C.
async fn serve(world: &Sandbox, worker: &Worker, config: &config::Config) -> Result<(), Fault> {
    let listener = TcpListener::bind(("127.0.0.1", 0))
        .await
        .map_err(anyhow::Error::from)?;
    let dashboard = listener.local_addr().map_err(anyhow::Error::from)?;
    let stop = CancellationToken::new();
    let router = run::dashboard(config, worker);
    let served = tokio::spawn(crate::web::serve(
        listener,
        router,
        stop.clone().cancelled_owned(),
    ));
    anstream::println!(
        "\nThe world is at {}/ (pages, sheets, calendar, inbox, chat), the dashboard at http://{dashboard}/ — until Ctrl-C.",
        world.base_url()
    );
    stop_on_signal(stop).await;
    drop(served.await);
    Ok(())
}

/// A folder that goes with the demo.
struct Scratch {
    path: std::path::PathBuf,
}

impl Scratch {
    fn new() -> Result<Self, Fault> {
        let path = std::env::temp_dir().join(format!("debrief-demo-{}", std::process::id()));
        std::fs::create_dir_all(&path)
            .with_context(|| format!("{} cannot be made", path.display()))?;
        Ok(Self { path })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed is left to the system's own cleaning of temporary files.
        drop(std::fs::remove_dir_all(&self.path));
    }
}
