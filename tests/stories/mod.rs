//! Stories: what people around an incident live through, told end to end.

mod call_budget;
mod idle_pass;
mod meeting_slots;
mod nasty_title;
mod people_decide;
mod reopened;
mod run_twice;
mod whole_aftermath;
