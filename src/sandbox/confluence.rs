//! confluence, emulated.
