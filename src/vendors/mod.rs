//! Plain typed clients of the vendors. They speak the vendors' language and know nothing of incidents or steps.
//!
//! Every call ends in a value or in a [`http::CallError`], which says what the caller may do next: whether
//! anything was sent, whether it may have happened, and whether doing it again can help.

pub mod confluence;
pub mod google;
pub mod http;
pub mod opsgenie;
pub mod pagerduty;
pub mod slack;
pub mod smtp;
pub mod statuspage;
#[cfg(test)]
pub(crate) mod stub;
