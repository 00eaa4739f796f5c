//! Stories: what people around an incident live through, told end to end.

mod call_budget;
mod customers;
mod files_source;
mod history;
mod idle_pass;
mod late_sheet;
mod meeting_slots;
mod nags;
mod nasty_title;
mod people_decide;
mod plan_writes_nothing;
mod reopened;
mod run_twice;
mod slack_source;
mod vendor_down;
mod waive_and_retry;
mod whole_aftermath;
