//! What all parties have in common.

pub mod log;
pub mod rate;
pub mod schema;
pub mod vault;
