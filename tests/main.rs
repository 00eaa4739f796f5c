//! Every test that runs the whole program: one binary, because linking once is most of what tests cost.
//!
//! All of them speak real HTTP and SMTP with the sandbox; nothing in the program behaves differently under test, but
//! for the clock, which is set by hand.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod architecture;
mod command_line;
mod crash_everywhere;
mod docs;
mod stories;
mod support;
mod transcript;
mod two_workers;
