//! slack, emulated.
