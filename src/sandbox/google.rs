//! google, emulated.
