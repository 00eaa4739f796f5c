//! Stories: what people around an incident live through, told end to end.

mod call_budget;
mod confluence_editions;
mod customers;
mod data_center;
mod files_source;
mod history;
mod idle_pass;
mod late_sheet;
mod meeting_slots;
mod more_sources;
mod nags;
mod nasty_title;
mod page_review;
mod people_decide;
mod plan_writes_nothing;
mod private_incident;
mod recorded;
mod reopened;
mod run_twice;
mod slack_source;
mod vendor_down;
mod volunteers;
mod waive_and_retry;
mod whole_aftermath;
