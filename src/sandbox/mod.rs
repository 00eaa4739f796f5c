//! The vendors, emulated: stateful, strict, over real HTTP and SMTP, with faults on demand and a clock of their own.
//!
//! It is part of the product: the demo, the tests and a new operator's first hour all run against it. It shares no
//! type with `vendors/`, so that a misunderstanding of a vendor has to be made twice before it goes unnoticed.

pub mod confluence;
pub mod google;
pub mod pagerduty;
pub mod pages;
pub mod seed;
pub mod slack;
pub mod wire;
