//! Killed anywhere, Debrief finishes what it began, and makes nothing twice.
//!
//! What is not promised, because nobody can promise it:
//! - A mail or a reminder whose delivery was under way when a process or a connection died may come in two copies, which
//!   share their Message-ID: SMTP cannot be asked (RFC 1047). A server that takes every mail and never says so gets ten.
//! - A ledger that is lost in the seconds between the note on the page and the mail it speaks of takes the mail with it:
//!   the note tells the next worker that it was sent, and the log says so. A post can be looked for, and is.
//! - A ledger that is lost on the day of a reminder takes with it that the reminder went out: a copy goes out that day.
//! - With the ledger lost, a page whose incident was renamed at its source since, or that a person deleted, is not
//!   recognised: there will be another one.
//! - A process that stands still for longer than its lease, between two calls of one act, and then makes the second one:
//!   no vendor knows our fences. Folders, pages and events have keys of their own that stop it; a sheet has none.

mod by_fault;
mod by_kill;
mod doubt;
mod story;
