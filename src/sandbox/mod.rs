//! The vendors, emulated: stateful, strict, over real HTTP and SMTP, with faults on demand and a clock of their own.
//!
//! It is part of the product: the demo, the tests and a new operator's first hour all run against it. It shares no
//! type with `vendors/`, so that a misunderstanding of a vendor has to be made twice before it goes unnoticed.
//!
//! [`server`] is the way in; each vendor is a [`wire::Vendor`] that knows nothing of sockets.

mod admin;
pub mod confluence;
pub mod documents;
pub mod faults;
pub mod google;
mod mailbox;
mod oddities;
pub mod opsgenie;
pub mod pagerduty;
pub mod pages;
mod recording;
mod refusals;
pub mod scenario;
pub mod seed;
pub mod server;
pub mod slack;
mod smtp;
pub mod statuspage;
pub mod wire;
mod world;
