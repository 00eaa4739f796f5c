//! Everything the sandbox knows: the vendors, the mailbox, the faults in force and the calls so far.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::sandbox::{
    faults::{Faults, Kind, Moment, Occasion, paging},
    mailbox::Mailbox,
    recording, refusals,
    seed::Seed,
    wire::{Quotas, Reply, Request, Vendor},
};

/// A call that a vendor got.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Call {
    /// `confluence`, `google`, `pagerduty`, `slack`, `smtp`, or `nobody` where no vendor has that path.
    pub vendor: String,
    /// The HTTP method, or `DATA` for a mail.
    pub method: String,
    /// The path without its query; for a mail the number of recipients.
    pub path: String,
    /// The status as the caller saw it; 0 where the connection was closed without an answer.
    pub status: u16,
}

/// What the caller gets to see of an answer.
#[derive(Debug)]
pub(super) enum Answer {
    Whole(Reply),
    /// Half of the body, then a closed connection.
    Half(Reply),
    /// A closed connection.
    Nothing,
}

/// One exchange, over: what goes back, how late, and what goes into the recording.
pub(super) struct Exchange {
    pub vendor: &'static str,
    pub answer: Answer,
    pub late: Duration,
    /// What the vendor itself answered, even where a fault spoiled it on the way.
    pub answered: Option<Reply>,
}

pub(super) struct World {
    vendors: Vec<Box<dyn Vendor>>,
    pub mailbox: Mailbox,
    pub faults: Faults,
    pub calls: Vec<Call>,
    /// How late every answer is.
    pub latency: Duration,
}

impl World {
    pub fn new(vendors: Vec<Box<dyn Vendor>>, latency: Duration) -> Self {
        Self {
            vendors,
            mailbox: Mailbox::default(),
            faults: Faults::default(),
            calls: Vec::new(),
            latency,
        }
    }

    /// Makes every vendor's quotas bind, or not.
    pub fn set_quotas(&mut self, quotas: Quotas) {
        for vendor in &mut self.vendors {
            vendor.set_quotas(quotas);
        }
    }

    /// Gives the seed to every vendor. What one refuses, the earlier ones have already taken; giving the mended
    /// seed again does no harm, since ids are derived from the content.
    pub fn seed(&mut self, seed: &Seed, now: Timestamp) -> Result<(), String> {
        self.vendors.iter_mut().try_for_each(|vendor| {
            vendor
                .seed(seed, now)
                .map_err(|complaint| format!("{}: {complaint}", vendor.name()))
        })
    }

    /// The whole world as `GET /__sandbox/world` shows it.
    pub fn show(&self) -> Value {
        let mut world = Map::new();
        for vendor in &self.vendors {
            if let Value::Object(members) = vendor.world() {
                world.extend(members);
            }
        }
        world.insert("smtp".into(), json!({"messages": self.mailbox.messages()}));
        world.insert("calls".into(), json!(self.calls));
        Value::Object(world)
    }

    /// Lets the vendor of that path answer, unless a fault comes first.
    pub fn exchange(&mut self, request: &Request, now: Timestamp) -> Exchange {
        let Some(at) = self
            .vendors
            .iter()
            .position(|vendor| vendor.serves(&request.path))
        else {
            return self.nobody(request);
        };
        let name = self.vendors[at].name();
        let strike = self.faults.strike(&Occasion {
            moment: Moment::HttpCall,
            vendor: name,
            method: &request.method,
            path: &recording::url(request),
            continues: paging::continues(name, request),
        });
        let mut late = self.latency + strike.late;
        let mut vendor = |request: &Request| {
            let answered = self.vendors[at].answer(request, now);
            (self.vendors[at].bend(answered.clone()), answered)
        };
        let (answer, answered) = match strike.kind {
            None | Some(Kind::Latency { .. } | Kind::Reject { .. }) => {
                let (reply, answered) = vendor(request);
                (Answer::Whole(reply), Some(answered))
            }
            Some(Kind::ShortPages { most }) => {
                let (reply, answered) = vendor(&paging::with_limit(name, request, most));
                (Answer::Whole(reply), Some(answered))
            }
            Some(kind @ (Kind::RepeatCursor | Kind::MoreForever | Kind::EmptyPage)) => {
                let (reply, answered) = vendor(request);
                (
                    Answer::Whole(paging::spoiled(kind, request, reply)),
                    Some(answered),
                )
            }
            Some(Kind::ExpiredCursor) => whole(refusals::stale_cursor()),
            Some(Kind::Refuse) => (Answer::Nothing, None),
            Some(Kind::Hang { seconds }) => {
                late += Duration::from_secs(seconds);
                (Answer::Nothing, None)
            }
            Some(Kind::Throttle { retry_after }) => {
                whole(refusals::throttled(name, request, retry_after))
            }
            Some(Kind::ErrorBefore) => whole(refusals::failed(name, request)),
            Some(Kind::ExpiredToken) => whole(refusals::expired(name, request)),
            Some(Kind::ErrorAfter) => {
                vendor(request);
                whole(refusals::failed(name, request))
            }
            Some(Kind::DropAfter) => (Answer::Nothing, Some(vendor(request).1)),
            Some(Kind::Truncate) => {
                let (reply, answered) = vendor(request);
                (Answer::Half(reply), Some(answered))
            }
            Some(Kind::WrongType) => (
                Answer::Whole(refusals::login_page()),
                Some(vendor(request).1),
            ),
        };
        self.calls.push(Call {
            vendor: name.to_owned(),
            method: request.method.clone(),
            path: request.path.clone(),
            status: match &answer {
                Answer::Whole(reply) | Answer::Half(reply) => reply.status,
                Answer::Nothing => 0,
            },
        });
        Exchange {
            vendor: name,
            answer,
            late,
            answered,
        }
    }

    /// A path that no vendor has is a mistake of the caller's; it shows among the calls.
    fn nobody(&mut self, request: &Request) -> Exchange {
        self.calls.push(Call {
            vendor: "nobody".into(),
            method: request.method.clone(),
            path: request.path.clone(),
            status: 404,
        });
        let reply = Reply::json(
            404,
            &json!({"error": format!("no emulated vendor has the path {}", request.path)}),
        );
        Exchange {
            vendor: "nobody",
            answer: Answer::Whole(reply),
            late: self.latency,
            answered: None,
        }
    }
}

fn whole(reply: Reply) -> (Answer, Option<Reply>) {
    (Answer::Whole(reply.clone()), Some(reply))
}
