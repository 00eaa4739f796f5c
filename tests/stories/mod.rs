//! Stories: what people around an incident live through, told end to end.

mod whole_aftermath;
