//! pagerduty, emulated.
