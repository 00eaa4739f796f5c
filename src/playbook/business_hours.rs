//! business_hours
